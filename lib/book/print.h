/* A report's content laid out: as a workbook, as CSV or JSON for programs, as text for a screen. */
#ifndef VET_BOOK_PRINT_H
#define VET_BOOK_PRINT_H

#include "book/content.h"

enum print_format { PRINT_XLSX, PRINT_CSV, PRINT_JSON, PRINT_TEXT };
/* Writes the whole to `path` (NULL: standard output).  CSV is one line a cell, `sheet,table,line,column,value`, or with
 * one table the table itself; JSON one object a line of a table.  False after a finding. */
bool content_print(const struct content *c, enum print_format f, const char *path, struct diag *d);
/* What stands in a cell of the workbook: the table's block and line (-1: none, a heading), for --explain. */
struct content_cell {
    const struct content_sheet *sheet;
    const struct block *block;
    size_t line, column;
};
bool content_at(const struct content *c, struct str sheet, uint32_t row, uint16_t col, struct content_cell *out);

#endif
