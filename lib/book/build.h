/* Drawing a report's numbers: what the parts of the builder share.  Inside lib/book only. */
#ifndef VET_BOOK_BUILD_H
#define VET_BOOK_BUILD_H

#include "book/report.h"
#include "rollup/station.h"

struct building {
    const struct report *report;
    const struct report_source *source;
    struct content *content;
    struct diag *diag; /* once: every table reads the input, and would say the same again */
    bool rollups;      /* the input is a stream of rollups */
    int finest;        /* level of the input */
    struct str period; /* the month reported */
    char month_end[11];
    int64_t as_of;    /* the moment of the store that is looked at: the source's, or the one before */
    struct str *dims; /* dimensions of a stream of rollups */
    size_t n_dims;
    struct str *sums; /* its summed fields */
    size_t n_sums;
    struct buf text; /* scratch */
    /* What the report joins, at this moment and, once figures have looked there, the one before. */
    struct joined *joined[2];
    int64_t joined_as_of[2];
};

/* Looks at the input: its kind, levels, month and dimensions.  False after findings. */
bool building_start(struct building *b);
/* One more pass over the records or rollups, with the columns that the report joins.  NULL after findings. */
struct rows *building_rows(struct building *b);
/* The same; of the store sorted by unit, or with where each record came from. */
struct rows *building_records(struct building *b, bool sorted, bool source);
void building_end(struct building *b);
/* The records that count: the report's `where`, the source's and `more`, joined by AND; NULL when there is none.
 * Lives as long as the content. */
const char *building_where(const struct building *b, struct str more);
/* Looks at the month before from now on: its moment, its end. */
void building_before(struct building *b);
/* A ledger of events: a person's events all count. */
bool building_events(const struct building *b);
/* A rollup of the input.  NULL after findings. */
struct rollup *building_rollup(struct building *b, int level, const struct dim_spec *by, size_t n_by, const struct str *sum,
                               size_t n_sum, struct str where);
/* Title of a field of the ledger, or the name. */
struct str building_title(const struct building *b, struct str field);
struct str building_masked(struct building *b, struct result *r, const struct field *f, struct str value);
/* "field:code;field:code" in the words of the report. */
struct str building_reasons(struct building *b, struct result *r, struct str reasons);
struct str month_title(struct arena *a, struct str period); /* 2026年11月 */
struct str building_level(int level);                       /* 社区; of the whole 合计 */

/* Tables of the several kinds; each adds blocks to the sheet.  False after findings. */
bool build_rollup(struct building *b, struct content_sheet *s, const struct table_spec *t);
bool build_figures(struct building *b, struct content_sheet *s, const struct table_spec *t);
bool build_list(struct building *b, struct content_sheet *s, const struct table_spec *t);
bool build_people_table(struct building *b, struct content_sheet *s, const struct table_spec *t); /* duplicates, conflicts */
bool build_store_table(struct building *b, struct content_sheet *s, const struct table_spec *t);
/* Charts, conditions, notes of a table's spec, which the block is then known by. */
void build_trimmings(struct building *b, struct block *block, const struct table_spec *t, size_t first_pivot, size_t n_pivot);

#endif
