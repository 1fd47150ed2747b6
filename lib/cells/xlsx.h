/* Inside the .xlsx reader (ECMA-376, strict and transitional): what its files share.  Not for others. */
#ifndef VET_CELLS_XLSX_H
#define VET_CELLS_XLSX_H

#include <pthread.h>

#include "cells/numfmt.h"
#include "cells/zipbook.h"
#include "cells/zipxml.h"

/* Relationships of a part: its references to other parts, by id. */
struct xlsx_relation {
    struct str id;
    struct str kind;   /* the type's last word: "worksheet", "sharedStrings" */
    struct str target; /* from the archive's root, no leading '/' */
    bool outside;      /* it climbs out of the archive or is no part of it; target is as written */
};
struct xlsx_relations {
    struct xlsx_relation *v;
    size_t n, cap;
    struct arena memory;
};
/* Those of `part` ("" = the package's own).  False after a finding. */
bool xlsx_relations_read(struct zipfile *z, struct str part, struct xlsx_relations *out);
/* The part that it points to: see zipfile_find. */
int64_t xlsx_relation_part(struct zipfile *z, const struct xlsx_relation *r);
const struct xlsx_relation *xlsx_relation_kind(const struct xlsx_relations *r, const char *kind);
const struct xlsx_relation *xlsx_relation_id(const struct xlsx_relations *r, struct str id);
void xlsx_relations_free(struct xlsx_relations *r);

/* The table of shared strings: string i is text.s[ends[i - 1] .. ends[i]). */
struct xlsx_strings {
    struct buf text;
    uint32_t *ends;
    size_t n, cap;
};
bool xlsx_strings_read(struct zipfile *z, int64_t part, struct xlsx_strings *out);
void xlsx_strings_free(struct xlsx_strings *s);
/* Appends s with _xHHHH_ (22.9.2.19, ST_Xstring) as the characters they stand for. */
void xlsx_unescape(struct buf *out, struct str s);
static inline bool xlsx_escaped(struct str s)
{
    return s.n >= 7 && memmem(s.s, s.n, "_x", 2);
}

/* What each cell style (index of cellXfs) means for a number: enum numfmt. */
struct xlsx_styles {
    uint8_t *formats;
    size_t n, cap;
};
bool xlsx_styles_read(struct zipfile *z, int64_t part, struct xlsx_styles *out);

struct xlsx_tab {
    char *name, *target;
    bool hidden;
    int64_t part;
};
struct xlsx {
    struct zipfile *zip;
    bool date1904;
    struct xlsx_tab *tabs;
    size_t n_tabs, cap_tabs, next_tab;
    struct arena memory;
    struct xlsx_strings strings;
    struct xlsx_styles styles;
    struct zipbook_notes notes;
    struct xlsx_sheet *sheet; /* the current one */
};

/* One sheet's part.  Read in one of two ways: cut between rows into blocks that any thread can parse; or, when the
 * encoding is not UTF-8 or comments or CDATA could hide a row's start, parsed in order while it is fetched. */
struct xlsx_sheet;
struct xlsx_sheet *xlsx_sheet_open(struct book *b, struct xlsx *x, int64_t part); /* NULL after a finding */
int xlsx_sheet_fetch(struct xlsx_sheet *s, struct cell_block *block);
bool xlsx_sheet_parse(struct xlsx_sheet *s, struct cell_block *block);
void xlsx_sheet_close(struct xlsx_sheet *s);
const struct zipbook_merges *xlsx_sheet_merges(const struct xlsx_sheet *s);

/* A cell as it stands in the XML, whoever parsed it. */
struct xlsx_cell {
    uint32_t col;     /* from 1 */
    uint32_t style;   /* index of cellXfs */
    char type;        /* n number, s shared string, t formula's text, b boolean, e error, d date, i inline string */
    bool formula;     /* has <f> */
    bool lasting;     /* the value stands in memory that lives as long as the block */
    struct str value; /* of <v>, or the text of <is>; {NULL, 0} when it has neither */
};
struct xlsx_rows {
    struct xlsx *x;
    struct zipbook_rows rows;
    struct zipbook_cover cover;
    struct buf scratch;
};
/* Puts a cell into the current row.  False after a finding. */
bool xlsx_cell_put(struct xlsx_rows *r, const struct xlsx_cell *c);
/* "AB12" to column and row, from 1; *row 0 when it has none; past any sheet's size when too large.  False: no reference. */
bool xlsx_reference(struct str ref, uint32_t *row, uint32_t *col);
/* The value of the attribute t; empty is a number. */
char xlsx_cell_type(struct str t);
uint32_t xlsx_number(struct str digits); /* as far as there are digits; at most UINT32_MAX */

/* Parses a fragment of whole rows without expat.  XLSX_QUICK_NO: there is something rare in it, the block is as it was
 * found: use expat. */
enum xlsx_quick { XLSX_QUICK_DONE, XLSX_QUICK_NO, XLSX_QUICK_FAILED };
enum xlsx_quick xlsx_quick_parse(struct xlsx_rows *r, struct str fragment, struct str prefix);
/* Is the text's start the start tag of a row?  The number that it says, and the one that its first cell says; 0 for none. */
bool xlsx_quick_row(struct str text, struct str prefix, uint32_t *row, uint32_t *of_cell);

/* The same by expat; the handlers' ctx is a struct xlsx_parser. */
struct xlsx_parser {
    struct xlsx_rows rows;
    struct zipxml *xml;
    struct xlsx_cell cell;
    bool in_data, in_rows, row_open, hidden, in_cell, in_value, in_string;
    bool pauses;       /* after enough rows, so that a block stays small */
    unsigned phonetic; /* depth of the phonetic run that we are in, or 0 */
    uint32_t row;      /* of the row element, 0 when it does not say */
    uint32_t col;      /* of the last cell */
    struct buf value;
};
extern const struct zipxml_handlers xlsx_sheet_handlers;
void xlsx_parser_free(struct xlsx_parser *p);

#endif
