/* Kinds of columns: how a value is read, how alike two values are, and by which keys they meet.
 *
 * Every kind grades likeness in levels: 0 = one of the two has no value, 1 = different, and up to the best.  The best of a kind may
 * be split by how frequent the value is (`rarities`): that two people are called 张伟 says less than that two are called 翟浚霖.
 * A value is kept as a few numbers, with its text only where the numbers do not hold it. */
#ifndef VET_LINK_KIND_H
#define VET_LINK_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum kind {
    KIND_NAME, /* a person's full name, Chinese or other */
    KIND_SURNAME,
    KIND_GIVEN,
    KIND_WORD,    /* any short text: a town, a suburb */
    KIND_TEXT,    /* any longer text: a site, a street */
    KIND_ADDRESS, /* text in which numbers matter */
    KIND_DATE,
    KIND_CITIZEN_ID, /* GB 11643-1999 */
    KIND_IDENTIFIER, /* any other number of a person: a passport, a certificate */
    KIND_PHONE,
    KIND_EMAIL,
    KIND_NUMBER,
    KIND_CODE,     /* a code whose beginning is an area or a group: a postcode, a region */
    KIND_CATEGORY, /* equal or not: a county, a sex */
    KIND_COUNT
};
enum { LEVELS = 16, VALUE_WIDTH = 3, CLASSES = 6 };
/* Pairs are of one person, of one household, of strangers that have something in common, or of any two rows; or of one person who
 * lives elsewhere by now: address, town and postcode all differ then, and that says no more than one of them would; or of relatives
 * of whom one does.  Where nothing tells people apart, a household is the branches of a company. */
enum class { CLASS_MATCH, CLASS_HOUSEHOLD, CLASS_OTHER, CLASS_CHANCE, CLASS_MOVED, CLASS_APART };
static inline bool class_is_match(enum class c)
{
    return c == CLASS_MATCH || c == CLASS_MOVED;
}

struct likeness {
    const char *name;          /* as model files have it: "same_sound" */
    const char *label;         /* English msgid for people */
    float start[CLASS_CHANCE]; /* where learning starts, and what few rows fall back on */
};
struct kind_info {
    const char *word;  /* as model files have it: "name" */
    uint8_t width;     /* numbers kept a value */
    bool text;         /* the text is kept too */
    uint8_t n_levels;  /* with 0 and the rarities */
    uint8_t exact;     /* the first level of equal values; the ones above it are rarities */
    uint8_t unordered; /* a level of its own that need not weigh more than those below it; 0 = none */
    bool relative;     /* rarity by share of the rows, not by number of rows */
    const struct likeness *levels;
};
extern const struct kind_info KINDS[KIND_COUNT];
static inline const struct kind_info *kind_info(enum kind k)
{
    return &KINDS[k];
}
/* How far a level of a kind is on the way from saying nothing for one entity (0) to saying what equality says (1). */
double kind_closeness(const struct kind_info *info, unsigned level);
bool kind_of(struct str word, enum kind *out);
/* The words of all kinds, NULL-terminated. */
extern const char *const KIND_WORDS[];

/* What reading a cell gives.  `text` stands in the scratch buffer until the next read. */
struct value {
    uint64_t hash;
    uint64_t f[VALUE_WIDTH];
    struct str text;
};
/* False: no value (empty, or words that say so: 无, 不详, n/a). */
bool kind_read(enum kind k, struct str cell, struct buf scratch[2], struct value *out);

/* A value as it is kept, for comparing. */
struct kept {
    const uint64_t *f;
    struct str text;
};
/* The level of two different values: from 1 to below `exact`, or 0 where there is nothing to compare: of two ids with hidden digits
 * that show others. */
unsigned kind_level(enum kind k, const struct kept *a, const struct kept *b);
/* May columns of these kinds have changed places?  They have a level "swapped" then. */
bool kind_swaps(enum kind k, enum kind other);
/* Of such a kind: are the values of two columns so much alike that they have?  Of telephones, the same. */
bool kind_is_alike(enum kind k, const struct kept *a, const struct kept *b);
/* The level of two equal values, of which there are `count` among `rows`. */
unsigned kind_equal(enum kind k, const struct kept *v, uint32_t count, uint64_t rows);

/* Keys. */
enum key {
    KEY_WHOLE,
    KEY_SOUND,   /* name, surname, given, word: how it sounds */
    KEY_SURNAME, /* name: the sound of the surname */
    KEY_GIVEN,   /* name: the sound of the rest */
    KEY_LETTERS, /* name, word, text: its characters in any order */
    KEY_YEAR,
    KEY_MONTH_DAY,
    KEY_YEAR_MONTH,
    KEY_BIRTH,   /* citizen id: the digits of the birth date */
    KEY_AREA,    /* citizen id: the first six */
    KEY_START,   /* the first characters */
    KEY_END,     /* the last characters */
    KEY_NUMBERS, /* address: its numbers */
    KEY_COUNT
};
extern const char *const KEY_WORDS[];
bool key_fits(enum kind k, enum key key);
/* 0 = this value has no such key. */
uint32_t kind_key(enum kind k, enum key key, const struct kept *v, uint64_t hash);

/* May the digits of a citizen id be trusted: 18, a possible date, the checksum right? */
bool kind_id_valid(const uint64_t *f);
/* Is the birth date inside the id this date? */
bool kind_id_has_date(const uint64_t *id, const uint64_t *date);

#endif
