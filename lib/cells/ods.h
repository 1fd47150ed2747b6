/* Inside the .ods reader (OpenDocument 1.0 to 1.4): what its files share.  Not for others. */
#ifndef VET_CELLS_ODS_H
#define VET_CELLS_ODS_H

#include "cells/zipbook.h"
#include "cells/zipxml.h"

struct ods_table {
    char *name;
    bool hidden, skipped; /* skipped: a copy of another file's sheet, kept for formulas that refer to it */
    struct zipbook_merges merges;
};
struct ods_tables {
    struct ods_table *v;
    size_t n, cap;
    struct arena memory;
};
/* First pass over content.xml: names, hidden ones, merged ranges.  False after a finding. */
bool ods_tables_read(struct zipfile *z, int64_t part, struct ods_tables *out);
void ods_tables_free(struct ods_tables *t);

/* Second pass: rows, table by table. */
struct ods_reader;
struct ods_reader *ods_reader_open(struct book *b, struct zipfile *z, int64_t part, struct zipbook_notes *notes);
void ods_reader_close(struct ods_reader *r);
/* Moves to the start of the next table, passing over what is left of this one.  False after a finding. */
bool ods_reader_table(struct ods_reader *r);
/* The next rows of the table: 1, 0 at its end, -1 after a finding. */
int ods_reader_fetch(struct ods_reader *r, struct cell_block *block);

/* A number of times, as number-columns-repeated and the like say; 1 when absent or none. */
uint32_t ods_times(const char *value);
/* `document` > body > spreadsheet > table */
enum { ODS_TABLE_DEPTH = 4 };

#endif
