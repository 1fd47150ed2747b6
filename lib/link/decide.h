/* People's decisions about pairs of records. */
#ifndef VET_LINK_DECIDE_H
#define VET_LINK_DECIDE_H

#include "flow/rows.h"

enum decision { DECISION_OPEN, DECISION_SAME, DECISION_DIFFERENT };
struct decided {
    uint32_t a, b; /* rows, a < b */
    enum decision decision;
    uint32_t line; /* of the file that says so, from 1; 0 = it is kept in the store */
};
struct decisions {
    struct decided *v; /* sorted by a, b */
    size_t n, cap;
};
/* A file that people filled in: a workbook, or a CSV in whatever encoding it came back.  Its first sheet, from its first row
 * that is not blank; `first` of a block is the physical row, from 1.  NULL after a finding. */
struct rows *decisions_open(const char *path, struct diag *d);
bool decision_of(struct str word, enum decision *out);
/* DECISION_OPEN when nobody decided. */
enum decision decisions_find(const struct decisions *d, uint32_t a, uint32_t b);
void decisions_add(struct decisions *d, uint32_t a, uint32_t b, enum decision what, uint32_t line);
/* Decisions from index `from` on that say opposite things of two rows are taken out; said is told of each two rows once. */
void decisions_unsay(struct decisions *d, size_t from, void *ctx,
                     void (*said)(void *ctx, const struct decided *first, const struct decided *other));
/* Sorts; a later decision about a pair replaces an earlier one. */
void decisions_ready(struct decisions *d);
void decisions_free(struct decisions *d);

#endif
