/* What a report says, before it is laid out: sheets of tables with headings, notes and charts.
 * One content becomes a workbook, CSV, JSON or plain text (book/print.h), so that all of them say the same. */
#ifndef VET_BOOK_CONTENT_H
#define VET_BOOK_CONTENT_H

#include "book/binder.h"
#include "flow/sorter.h"
#include "rollup/result.h"

struct content_chart {
    enum chart_kind kind;
    struct str title;
    size_t categories; /* column of the table */
    size_t *series;    /* columns */
    size_t n_series;
};
struct content_condition {
    size_t column;
    enum condition condition;
    double limit;
};
/* A table with what belongs to it.  A block with no table is its notes. */
struct table_spec;
struct dim_spec;
struct block {
    struct str heading; /* over the table, or empty */
    /* Where its numbers come from, for --explain; the spec may be NULL, the dimensions are those of rollups. */
    const struct table_spec *spec;
    const struct dim_spec *by;
    size_t n_by;
    struct str where; /* which records of those that the report counts */
    struct result *table;
    struct sorter *lines; /* of lists, which may be long: put aside; the table then has columns only */
    bool *hidden;         /* columns that only machines want; NULL = none */
    struct str *was;      /* of a restated report, line by line: what was reported for a number; s NULL: the same */
    bool numbered;        /* 序号 before the first column */
    bool filter;          /* arrows in the heading */
    bool wrap;            /* long text breaks into lines */
    struct str *notes;    /* below the table */
    size_t n_notes, cap_notes;
    struct content_chart *charts;
    size_t n_charts, cap_charts;
    struct content_condition *conditions;
    size_t n_conditions, cap_conditions;
};
struct content_sheet {
    struct str name, title, unit_of_count; /* 单位：人 */
    bool portrait;
    struct block *blocks;
    size_t n_blocks, cap_blocks;
};
struct content {
    struct str title, subtitle, period, station, head; /* head: of the store's log, or empty */
    struct str *sign;                                  /* 填报单位 填报日期 制表人 审核人 负责人 */
    size_t n_sign;
    struct str sign_station, sign_date; /* what is known of them */
    struct content_sheet *sheets;
    size_t n_sheets, cap_sheets;
    bool restated;
    struct arena memory;
};
struct content *content_new(void);
void content_free(struct content *c);
/* The pointers are valid until the next sheet or block is added. */
struct content_sheet *content_sheet(struct content *c, struct str name, struct str title);
struct block *content_block(struct content_sheet *s, struct result *table); /* owns the table */
size_t block_lines(const struct block *b);                                  /* how many lines its table has */
/* Walk: struct block_walk w = {.block = b}; while ((line = block_next(&w))) ...  A line is valid until the next call. */
struct block_walk {
    const struct block *block;
    size_t next;
    struct result_line line;
};
const struct result_line *block_next(struct block_walk *w);
bool content_failed(const struct content *c); /* could lines that were put aside not be read?  There is a finding. */
/* What was reported in the place of a number, NULL when it was the same. */
const struct str *block_was(const struct block *b, size_t line, size_t column);
void block_note(struct content *c, struct block *b, struct str text);
void block_hide(struct block *b, const char *column);
void block_chart(struct content *c, struct block *b, enum chart_kind kind, struct str title, size_t categories,
                 const size_t *series, size_t n);
void block_condition(struct block *b, size_t column, enum condition condition, double limit);

#endif
