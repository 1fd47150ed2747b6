/* What is worked out of a row: --where, and dimensions that are expressions (--by "band=CASE ... END").
 * One a thread; the expressions are those of ledger/expr.h.  Only rollup.c uses it. */
#ifndef VET_ROLLUP_DERIVE_H
#define VET_ROLLUP_DERIVE_H

#include "rollup/rollup.h"

struct derive;
bool derive_needed(const struct rollup_spec *spec);
struct derive *derive_new(const struct columns *c, const struct rollup_spec *spec, struct diag *d); /* NULL after findings */
void derive_columns(const struct derive *x, bool *wanted);   /* sets those of the columns that the expressions look at */
bool derive_keep(struct derive *x, const struct str *row);   /* evaluates all on the row: does --where hold? */
struct str derive_value(const struct derive *x, size_t dim); /* of the row last evaluated */
struct str derive_failure(const struct derive *x);           /* the first error met, or empty */
void derive_free(struct derive *x);

#endif
