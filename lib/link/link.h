/* Linking records into entities: the whole run, and what can be told of it.
 *
 *     struct link *k = link_run(rows, &model, &options, diag);
 *     link_write_records(k, out, ROWS_CSV); ... link_free(k);
 *
 * Results are the same for any number of threads. */
#ifndef VET_LINK_LINK_H
#define VET_LINK_LINK_H

#include "flow/mask_rows.h"
#include "link/cluster.h"
#include "link/decide.h"
#include "link/train.h"
#include "link/weigh.h"

struct link;
/* Where decisions are kept besides files: the store. */
struct decision_source {
    bool (*load)(struct decision_source *s, struct link *k); /* adds to k->decisions */
    bool (*more)(struct decision_source *s, struct link *k); /* the same with what this run decides besides a file, or NULL */
    bool (*keep)(struct decision_source *s, const struct link *k, const struct decided *v, size_t n);
};
/* Where records of the store are from: appends FILE[SHEET]!ROW; false when nobody knows. */
struct record_origin {
    bool (*put)(struct record_origin *o, uint32_t record, struct buf *out);
};
struct row_pair {
    uint32_t a, b;
};
struct link_options {
    unsigned threads;
    bool guess;                             /* the model has no columns: guess them from headings and values */
    bool train;                             /* learn even when the model is trained */
    struct str decisions;                   /* a file that --review wrote and people filled in, or empty */
    struct decision_source *kept;           /* or NULL */
    const char *(*translate)(const char *); /* labels into the user's language */
    const struct schema *titles;            /* whose titles people know the columns by, or NULL; not owned */
};
struct link {
    struct model *model;
    struct table table;
    struct blocking blocking;
    double *probability; /* of each pattern */
    double *weight;
    struct clusters clusters;
    struct edge *edges; /* what was joined or refused, strongest first */
    size_t n_edges;
    struct row_pair *undecided; /* pairs for review, or in conflict, by what the model says */
    size_t n_undecided, cap_undecided;
    uint32_t *source; /* of each row, or NULL */
    struct decisions decisions;
    struct decisions decided;     /* those of this run, that are not kept yet */
    struct str *names;            /* of each entity, as the store calls it; NULL: E1, E2 and so on */
    struct record_origin *origin; /* for messages; NULL: the rows' own columns say */
    const uint32_t *record;       /* of each row its record in the store; NULL = it is no store's */
    bool partial;                 /* a decision may be about rows that are not here */
    struct columns columns;       /* of the stream; copies */
    struct row_mask shown;        /* how values are written; all 0: as they are */
    struct schema *ledger;        /* that says so; owned */
    struct arena memory;
    struct diag *diag;
    const char *(*translate)(const char *);
    const struct schema *titles;
    uint64_t n_linked, n_review, n_conflicts; /* pairs: of one entity by a link; that --review lists; one id with two names */
    double expected_true;                     /* pairs of one entity that are expected among all compared */
};
enum verdict { VERDICT_NO, VERDICT_REVIEW, VERDICT_LINK, VERDICT_CONFLICT };

/* Reads all rows and links them.  NULL after findings.  Takes the rows' values but does not close `rows`. */
struct link *link_run(struct rows *rows, struct model *m, const struct link_options *o, struct diag *d);
void link_free(struct link *k);
/* From here on records are written as the audience may see them; `l` says what is to be masked (NULL: nothing), and is the link's.
 */
void link_show(struct link *k, struct schema *l, enum mask_profile profile);
/* What the model says of two rows, people's decisions and conflicts counted in. */
enum verdict link_verdict(const struct link *k, uint32_t a, uint32_t b, uint64_t code, double *probability, double *weight);
const char *verdict_name(enum verdict v);

/* Keeps what people decided for this run where decisions are kept.  False after a finding. */
bool link_keep_decisions(const struct link *k, struct decision_source *s);
/* The key of a decision about a record of the store, "#42": it holds however the record is corrected. */
void link_store_key(const struct link *k, uint32_t row, char key[17]);
/* Takes decisions from rows with the columns decision (or verdict), key_a and key_b (or a and b), which are keys of records by
 * their values or of records of the store.  `is_file`: the rows are of decisions_open.  False after a finding. */
bool link_take_decisions(struct link *k, struct rows *r, bool is_file);
/* Rows in the order of their entities: entity e has rows[start[e]] up to rows[start[e + 1]].  Freed by the caller. */
void link_by_entity(const struct link *k, uint32_t **start, uint32_t **rows);

/* All rows as they came, with `_entity`. */
bool link_write_records(struct link *k, struct out *o, enum row_format f);
/* One row an entity: each value from the best record that has it, `_from` tells which, `_conflicts` what else was said. */
bool link_write_golden(struct link *k, struct out *o, enum row_format f);
/* Pairs worth telling of: weight, probability, verdict, levels, why. */
bool link_write_pairs(struct link *k, struct out *o, enum row_format f);
/* Pairs for people to decide, most useful first, side by side: first the headings, `in_words` of the user's language or as they
 * are, then a line each: decision, probability, why, every column of the one and of the other, key_a, key_b.  Values live until the
 * call returns. */
bool link_review(struct link *k, bool in_words, void *ctx, bool (*put)(void *ctx, const struct str *values, size_t n));
bool link_write_review(struct link *k, struct out *o, enum row_format f);
/* How two records weigh against each other, as text.  A record is named as messages name it (FILE!ROW), by COLUMN=VALUE or
 * row=NUMBER, by its value in a column that tells all records apart, by its row from 1, or by a value that no other has in a column
 * that is compared; the first of these that fits.  False after a finding. */
bool link_explain(struct link *k, struct str a, struct str b, struct buf *out);
/* The accounts of the run as JSON. */
void link_stats(struct link *k, struct buf *out);
/* Sixteen hex digits that stay the same as long as the compared values do. */
void link_record_key(const struct link *k, uint32_t row, char key[17]);

#endif
