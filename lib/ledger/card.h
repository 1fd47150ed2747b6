/* Cards: one person a form, each label with its value beside it (姓名 | 张三 | 性别 | 男) or in one cell with it (姓名：张三).
 * A sheet may hold several, one below the other or side by side. */
#ifndef VET_LEDGER_CARD_H
#define VET_LEDGER_CARD_H

#include "ledger/layout.h"

struct card_value {
    uint32_t field; /* index in the schema */
    struct cell cell;
    uint32_t row, col; /* where the value stands, from 1 */
    struct str label;
};
struct card {
    struct card_value *values;
    size_t n;
    uint32_t row; /* of the name, or of the first field when there is no name */
    bool empty;   /* a blank form: labels and no value */
};
/* The cards that begin at row i and share its rows: *n of them, usually 1, and *rows blocks rows long.  0 when there is none.
 * They live in the arena. */
size_t card_at(const struct words *w, const struct cell_block *b, size_t i, struct arena *a, struct card **cards, size_t *rows);

#endif
