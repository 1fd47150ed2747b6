/* Blocking: which pairs of records are compared at all.
 *
 * A rule is a few keys; records that have all of them alike meet.  One rule is worked at a time: (key, row) sorted by radix.  A
 * pair belongs to the first rule that makes it.  A block that is too large is split by further columns, and what is then still too
 * large is compared between neighbours only; both are counted. */
#ifndef VET_LINK_BLOCK_H
#define VET_LINK_BLOCK_H

#include "link/model.h"
#include "link/pair_list.h"
#include "link/table.h"

enum { BLOCK_LARGEST = 400 };
/* Distinct patterns of levels, 4 bits a comparison, with the number of pairs that have them. */
struct patterns {
    uint64_t *code;
    uint64_t *count;
    size_t n, cap_code, cap_count;
    uint32_t *slots;
    size_t n_slots;
};
uint32_t pattern_at(struct patterns *p, uint64_t code);
void patterns_clear(struct patterns *p); /* empty, its memory kept */
void patterns_free(struct patterns *p);

struct rule_count {
    uint64_t blocks, largest, pairs; /* pairs: those that this rule made first */
    uint64_t split, cut;             /* blocks split by further columns; pairs left out after that */
};
struct key_set;
struct blocking {
    struct pair_list pairs;
    struct patterns patterns;
    struct rule_count counts[RULES];
    const uint32_t *source; /* of each row; pairs of one source are not made; NULL = all are */
    const uint8_t *touched; /* of each row: of two that are not, no pair is made; NULL = all are */
    struct key_set *keys;   /* of values, made while choosing */
    unsigned threads;       /* that worked on it */
};
/* Chooses rules for a model that has none. */
void blocking_choose(struct blocking *b, struct model *m, const struct table *t, unsigned threads);
/* What an index of keys holds: the rules, then every column by itself that is no rule, for the frequency of its values.
 * Returns their number; 0 when a rule has no key. */
enum { BLOCK_PARTS = RULES + COMPARISONS };
size_t blocking_parts(const struct model *m, struct blocking_rule *parts);
/* The keys of rows from..n-1 under a part, by row from `from`; 0 = none. */
void blocking_keys(const struct table *t, const struct blocking_rule *part, uint32_t from, uint32_t *keys);
/* Sorts by the upper half, stably; returns the one of the two arrays that holds the result. */
uint64_t *blocking_sort(uint64_t *v, uint64_t *spare, size_t n);
bool blocking_run(struct blocking *b, const struct model *m, const struct table *t, unsigned threads);
void blocking_free(struct blocking *b);
/* The pattern of any two rows.  The memo (may be NULL) remembers slow comparisons; one a thread, made beside the first (NULL: it is
 * the first), which is freed last. */
struct memo;
struct memo *memo_new(const struct table *t, const struct memo *beside);
void memo_free(struct memo *m);
uint64_t pair_code(const struct model *m, const struct table *t, uint32_t a, uint32_t b, struct memo *memo);
/* What a row says in the columns compared, as a number: rows are put in order by it, so that the order in which they came does not
 * matter. */
uint64_t row_content(const struct table *t, uint32_t row);
/* Has what pair_code reads brought into the cache: first the rows, later their values.  Small tables are there already. */
bool pair_must_be_brought(const struct table *t);
void pair_bring_rows(const struct table *t, uint32_t a, uint32_t b);
void pair_bring_values(const struct table *t, uint32_t a, uint32_t b);

#endif
