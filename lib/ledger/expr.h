/* Expressions over the columns of a row: SQLite's own language, compiled once, evaluated by SQLite.
 *
 * Used for row rules and derivations of ledgers and for --where of every command.  An expression sees the columns by
 * their names and plain functions; an authorizer denies everything else (tables, subqueries, pragmas, loading).
 * An empty value is NULL.  Columns of numbers compare as numbers; columns of unknown type do so with numbers.
 * Functions of ours:
 *   age_on(date)         completed years of the row's person on that date; of his birth date itself: on the reference date
 *   years_between(a, b)  completed years, as far as both dates are known
 *   not_after(a, b)      a lies before b or may be the same: 1985 and 1985-06 may; NULL when one is empty
 *   has(set, item)       is the item one of those joined by ';'?
 *   mask(x [, kind])     masked as for lists inside the station
 *   today()              the reference date; so is 'now' to date(), julianday() and the others, with 'localtime' or without: there
 *                        is no clock, and no zone
 * One thread uses an expression at a time. */
#ifndef VET_LEDGER_EXPR_H
#define VET_LEDGER_EXPR_H

#include "ledger/schema.h"

struct expr_env {
    const struct str *columns; /* names, as in the header of the stream; must outlive the expression */
    size_t n;
    const struct schema *schema; /* types by name and the birth date for age_on; may be NULL */
    struct str today;            /* ISO reference date for today() and age_on; may be empty */
};
struct expr_source {
    struct str text;
    struct place at; /* for messages; all 0 for an option */
};
struct expr;
/* Compiles n expressions to be evaluated together.  NULL after findings (status 2), each with its position and the nearest column.
 */
struct expr *expr_compile_all(const struct expr_env *env, const struct expr_source *sources, size_t n, struct diag *d);
struct expr *expr_compile(const struct expr_env *env, struct str text, struct diag *d);
void expr_free(struct expr *e);
/* Sets those of `wanted` (one a column) that the expressions look at. */
void expr_columns(const struct expr *e, bool *wanted);

/* Evaluates all on one row: `values`, one a column, valid until the next call. */
void expr_evaluate(struct expr *e, const struct str *values);
enum expr_truth { EXPR_NULL = -1, EXPR_FALSE, EXPR_TRUE };
enum expr_truth expr_truth(const struct expr *e, size_t i);
/* As text; NULL gives an empty one.  Valid until the next expr_evaluate. */
struct str expr_text(const struct expr *e, size_t i);
/* Evaluates the first and tells whether it is true: for --where. */
bool expr_matches(struct expr *e, const struct str *values);
/* The first error met while evaluating (an overflow, say; the value is then NULL), or empty. */
struct str expr_failure(const struct expr *e);

#endif
