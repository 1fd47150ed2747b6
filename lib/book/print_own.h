/* The parts of print.h.  Only print*.c use it. */
#ifndef VET_BOOK_PRINT_OWN_H
#define VET_BOOK_PRINT_OWN_H

#include "book/print.h"

static inline struct str heading_of(const struct result_column *c)
{
    return c->title.n ? c->title : c->name;
}
bool print_workbook(const struct content *c, const char *path, struct diag *d);

#endif
