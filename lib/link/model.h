/* The model of linkage (Fellegi and Sunter 1969, with classes after Winkler): which columns are compared and how, by which
 * keys records meet, how probable each level is in a pair of one person, of one household, and of strangers. */
#ifndef VET_LINK_MODEL_H
#define VET_LINK_MODEL_H

#include "flow/rows.h"
#include "link/kind.h"

enum { COMPARISONS = 16, RULES = 64, RULE_PARTS = 3, MODEL_ROUNDS = 1000 };
struct comparison {
    struct str column;
    enum kind kind;
    bool optional; /* the stream need not have it */
    int unless;    /* index of a citizen id: a date equal to the one inside it says nothing more; of an e-mail address, the
                    * surname or name that it may be made of; of anything else, the column from whose agreement this one's
                    * follows; -1 = none */
    int swaps;     /* index of the column that it changes places with, -1 = none */
    bool trained;
    bool strangers; /* the chance that rare names are equal is that of strangers, pairs of one person left out */
    /* What a column is to learning, which sets it when it begins: */
    bool tells;                /* people apart: a given name, a date of birth, an id */
    bool names;                /* or whatever the entity is: a company's name, the title of a book */
    bool of_home;              /* says in which house somebody lives, or if nothing does, in which town */
    bool of_place;             /* may change together with others when a person moves, and is what a household shares */
    double likelier;           /* so many times as often equal by chance where a name or a category is; at most 1: as often */
    double doubt[LEVELS];      /* so much more probable may each level be by chance than it was measured to be */
    double p[CLASSES][LEVELS]; /* probability of each level in each class */
    struct str description;    /* what its author says of it, or empty */
    uint32_t line, col;        /* in the model file */
};
/* A pattern is the levels of all comparisons of a pair, 4 bits each. */
static inline unsigned level_in(uint64_t code, size_t comparison)
{
    return code >> (4 * comparison) & 15;
}
struct rule_part {
    int column; /* index of a comparison */
    enum key key;
};
struct blocking_rule {
    struct rule_part parts[RULE_PARTS];
    unsigned n;
};
/* A column that is not compared and must be there, with its place in the model file; 0 = it is named elsewhere. */
struct needed {
    struct str column;
    uint32_t line, col;
};
struct model {
    struct str path; /* for messages */
    struct str title, description;
    struct comparison comparisons[COMPARISONS];
    size_t n;
    struct blocking_rule rules[RULES];
    size_t n_rules;
    double prior[CLASSES];
    double link, review;          /* probabilities */
    unsigned rounds;              /* of learning, at most */
    double average;               /* least mean probability between two groups that are joined */
    struct str source;            /* column that tells the sources apart, or empty */
    bool source_unique;           /* each source is free of duplicates: one to one */
    struct str veto[COMPARISONS]; /* columns: two different (valid) values never meet in one entity */
    size_t n_veto;
    int support[COMPARISONS]; /* where no id does it, one of these must agree before two are joined */
    size_t n_support;
    bool trained;              /* p and prior are known */
    bool verified;             /* the same valid citizen id decides by itself, names permitting */
    struct str newest;         /* golden records: the column with the date of each record, or empty */
    struct str trusted_column; /* and the column by whose values records are trusted, best first */
    struct str *trusted;
    size_t n_trusted;
    struct needed needed[3]; /* those of source, newest and trusted_column */
    size_t n_needed;
    struct arena memory;
};
void model_start(struct model *m);
/* Adds a column; p takes its kind's start.  NULL when there are too many. */
struct comparison *model_add(struct model *m, struct str column, enum kind k);
/* Reads SHARE/models/NAME.json, or the path itself when it has a slash or ends in .json.  False after findings with positions. */
bool model_open(struct model *m, const char *share, const char *name, struct diag *d);
/* Checks the columns against the stream: those missing are faults with the nearest name, or are left out when optional. */
bool model_bind(struct model *m, const struct columns *c, struct diag *d);
/* Has the stream the columns that the model names beside those that it compares?  A column of ours (_surveyed) may be missing.
 * False after findings. */
bool model_has_needed(const struct model *m, const struct columns *c, struct diag *d);
/* The column that tells sources apart, for "COLUMN", "COLUMN:link" (each is free of duplicates, as without a word) or
 * "COLUMN:dedupe"; `mode`, "link" or "dedupe", may also stand by itself (NULL: it does not). */
void model_set_source(struct model *m, const char *source, const char *mode);
/* Does the heading say that this text, or an age, is what tells entities apart: a company's name, the title of a book? */
bool model_names_it(const struct comparison *c);
void model_write(const struct model *m, struct buf *out);
void model_free(struct model *m);

#endif
