/* A walk over the records that a report counts, in the order of their units.  Inside lib/book only. */
#ifndef VET_BOOK_BUILD_WALK_H
#define VET_BOOK_BUILD_WALK_H

#include "book/build.h"
#include "ledger/expr.h"

/* With the fields that people are told apart by. */
struct walk {
    struct rows *rows;
    struct row_cursor cursor;
    struct expr *where; /* whom the report counts; NULL = all */
    int unit, entity, file, sheet, row, seen, record;
    const struct field *name, *id;
    int c_name, c_id;
};
bool walk_start(struct building *b, struct walk *w);       /* false after a finding; to be ended all the same */
void walk_narrow(struct walk *w, const struct expr *also); /* its own columns and the expressions' are all that is looked at */
bool walk_end(struct walk *w);                             /* false when the walk broke off */

#endif
