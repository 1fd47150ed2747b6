/* Part of a stream: the rows that something holds for, as a stage of its own between a source and whatever takes its rows.
 *
 * Not here: the language of expressions (ledger/expr.h). */
#ifndef VET_FLOW_CHOOSE_H
#define VET_FLOW_CHOOSE_H

#include "flow/rows.h"
#include "ledger/schema.h"

/* What decides; blocks may be parsed by several threads. */
struct row_test {
    void *(*begin)(void *own); /* what holds() needs for one block; NULL: it cannot be had.  Both may be left out. */
    void (*end)(void *own, void *state);
    bool (*holds)(const void *own, void *state, const struct str *v);
    void (*free)(void *own);
};
/* The rows that the test holds for, and of them the first `shown` columns (0: all).  Takes over `from`, which is closed with the
 * stage, and `own`; the test must outlive it. */
struct rows *rows_sieve(struct rows *from, size_t shown, const struct row_test *test, void *own);

/* The rows that an SQL expression holds for.  Takes over `from`, which may be NULL and is closed at once on failure.  `where` NULL
 * or empty: all of them.  The expression goes by the columns behind the first `shown`, which alone are handed on; 0: by all, and
 * all are.  `types` (may be NULL) gives the types of columns by name and must outlive the stage; `today` is the ISO date on which
 * age_on and today() look.  NULL after a finding: an expression that cannot be (status 2). */
struct rows *rows_choose(struct rows *from, size_t shown, const char *where, const struct schema *types, struct str today);

#endif
