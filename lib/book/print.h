/* A report's content laid out: as a workbook, as CSV or JSON for programs, as text for a screen. */
#ifndef VET_BOOK_PRINT_H
#define VET_BOOK_PRINT_H

#include "book/content.h"

enum print_format { PRINT_XLSX, PRINT_CSV, PRINT_JSON, PRINT_TEXT };
/* Writes the whole to `path` (NULL: standard output).  CSV is one line a cell, `sheet,table,line,column,value`, or with
 * one table the table itself; JSON one object a line of a table.  False after a finding. */
bool content_print(const struct content *c, enum print_format f, const char *path, struct diag *d);
/* What stands in a cell of the workbook, for --explain: a line of a table (column n_columns: the number of the line, 序号), the
 * heading of a column (line SIZE_MAX), or words beside the tables (block NULL).  False when there is no such sheet. */
struct content_cell {
    const struct block *block;
    size_t line, column;
    const char *what; /* of what is no value: 标题 表头 说明 ..., of a cell with nothing in it 空白 */
    struct str text;  /* the words, which live as long as the content */
};
bool content_at(const struct content *c, struct str sheet, uint32_t row, uint16_t col, struct content_cell *out);

#endif
