/* Expressions so plain that SQLite need not be asked: what nearly all row rules are.
 *
 * It is no second language: every expression is checked by SQLite first (expr.h), and what is taken here has the same answer
 * there; whatever is not surely understood is declined and stays with SQLite.  Understood are, joined by OR:
 *   not_after(a, b)
 *   years_between(a, b) BETWEEN 14 AND 35, or < <= > >= a whole number
 *   a = 'text', also <> != < <= > >=
 *   a IN ('text', 'text'), also NOT IN
 *   a GLOB '*[abc]*', also NOT GLOB: one of some characters is in it
 * of columns of text. */
#ifndef VET_LEDGER_EXPR_PLAIN_H
#define VET_LEDGER_EXPR_PLAIN_H

#include "ledger/expr.h"

struct plain;
/* `column` finds a column of text by its name, as an index into the values; false: there is none, or it is none of text. */
struct plain_columns {
    const void *ctx;
    bool (*column)(const void *ctx, struct str name, uint32_t *index);
};
/* NULL when the expression is not one of these. */
struct plain *plain_read(struct str text, const struct plain_columns *columns);
void plain_free(struct plain *p);
enum expr_truth plain_answer(const struct plain *p, const struct str *values);

#endif
