/* Part of a stream: the rows that an SQL expression holds for, as a stage of its own between a source and whatever takes its rows.
 *
 * Not here: the language of the expression (ledger/expr.h). */
#ifndef VET_FLOW_CHOOSE_H
#define VET_FLOW_CHOOSE_H

#include "flow/rows.h"
#include "ledger/schema.h"

/* Takes over `from`, which is closed with the stage, or at once on failure.  `where` NULL: `from` itself.  `types` (may be NULL)
 * gives the types of columns by name and must outlive the stage; `today` is the ISO date on which age_on and today() look.  NULL
 * after a finding: an expression that cannot be (status 2).  Blocks may be parsed by several threads. */
struct rows *rows_choose(struct rows *from, const char *where, const struct schema *types, struct str today);

#endif
