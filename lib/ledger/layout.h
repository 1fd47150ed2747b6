/* The layout of a sheet: what kind of row a row is, and which column holds which field.
 *
 * The words by which it tells them apart are in ledger/words.h and ledger/nobody.h.
 * It looks at rows one at a time or a few at once, keeps no state, and knows nothing of values or units. */
#ifndef VET_LEDGER_LAYOUT_H
#define VET_LEDGER_LAYOUT_H

#include "cells/cells.h"
#include "ledger/words.h"

/* A column that makes a field together with others, or says in its heading what its numbers count (ledger/assemble.h). */
struct column_use {
    enum { USE_ALONE, USE_PART, USE_TICK, USE_MEASURE } kind;
    uint32_t field;
    struct str word; /* of a part or a measure: what follows a bare number; of a column to tick: the label that a tick means */
};
/* How the rows of a table are read; const once made. */
struct layout {
    uint32_t *field;      /* one a column */
    struct str *headings; /* one a column, as typed */
    uint32_t n;
    uint32_t first, last; /* the heading rows, from 1 */
    uint32_t *column;     /* one a field: its first column, or UINT32_MAX */
    bool *asked;          /* one a field: is there a column for it? */
    bool doubled;         /* two columns hold one field */
    uint32_t *typed;  /* one a field: of records that come in again, the column of what was typed (FIELD_typed), or UINT32_MAX; NULL
                         = none */
    uint32_t numbers; /* the column of row numbers of records that come in again (_row), or UINT32_MAX */
    uint32_t perhaps, perhaps_field; /* the column that may hold a place that has none of its own (vet:perhaps), or UINT32_MAX */
    uint32_t answers;                /* the column of row keys of a workbook that went home (_return), or UINT32_MAX */
    uint32_t again;                  /* how many columns name a field that another one named before */
    bool name_again;                 /* and the name is among them */
    bool *merged;                    /* one a column: cells below the headings are merged downwards */
    bool any_merged;
    bool rooms;             /* the column of buildings is one of units or rooms too */
    struct column_use *use; /* one a column */
    bool assembled;         /* any is not USE_ALONE */
    struct arena memory;
};
void layout_free(struct layout *l);
bool layout_same(const struct layout *a, const struct layout *b);
/* Are its columns those of people?  Totals, directories and lists of choices have no name and no number, and no sex or birth date
 * beside anything but choices. */
bool layout_of_people(const struct words *w, const struct layout *l);

/* The cells of a row; `n` without the empty ones at the end. */
struct line {
    const struct cell *cells;
    uint32_t n, number;
    bool hidden;
};
static inline struct str line_at(const struct line *l, uint32_t col)
{
    return col < l->n ? (struct str){l->cells[col].s, l->cells[col].n} : (struct str){NULL, 0};
}
/* The i-th row of a block; n is 0 when it holds no value. */
struct line line_of(const struct cell_block *b, size_t i);
/* May it be anything but a plain row of data?  Fast, and true too often rather than too seldom. */
bool line_special(const struct words *w, const struct line *l);

/* Does it surely hold a person: a name, and a citizen id in its column?  (Columns from 0.) */
bool line_is_person(const struct line *l, uint32_t name, uint32_t id);
/* Of its first dozen cells, how many are headings or have a colon?  Counts no further than 2 and a little. */
unsigned line_headings(const struct words *w, const struct line *l);

enum line_kind { LINE_DATA, LINE_NIL, LINE_HINT, LINE_FOOTER, LINE_BLANK };
struct line_where {
    const struct layout *layout;
    bool just_after_heading; /* no data yet, and the heading was at most three rows ago */
    bool after_footer;       /* a total or a signature came before */
};
/* What a row of a table is that is not a heading. */
enum line_kind line_kind(const struct words *w, const struct line *l, const struct line_where *where);
/* Is it a total or a signature, whatever the table? */
bool line_is_footer(const struct line *l);
/* Does it begin with who signs or who sends: 楼长:…, 填报单位:…? */
bool line_is_signed(const struct line *l);
/* Does it say that the total is none: 合计 0人? */
bool line_total_is_none(const struct line *l);
/* Does it look like a citizen id or a mobile number? */
bool text_has_number(struct str s);
/* Does one of its cells? */
bool line_has_person(const struct line *l);
/* Is it (blanks off its ends, not empty) 同上, 〃 or another mark for "the same as above"? */
bool text_is_ditto(struct str s);
/* Does it begin with the label of a place and its value: 社区 | 云翠社区, or 社区:云翠社区? */
bool line_names_place(const struct words *w, const struct line *l);
/* Is it a number in a list: 3, 03, 3., (3), ３; but not 共3人? */
bool text_is_serial(struct str s);
/* Does it say how to fill in a form: 必填, 例如 ...? */
bool text_is_hint(struct str s);
/* Could it be a person's name? */
bool text_like_name(struct str s);
/* The date in the text after a word such as 填表日期, ISO, appended to out.  False when there is none. */
bool line_survey_date(const struct line *l, struct buf *out);

#endif
