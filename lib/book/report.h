/* Reports: what share/reports/NAME.json says, made from a stream of records or rollups, or from the store.
 *
 * A report is a list of sheets; a sheet is a list of tables; a table has a kind (doc/vet-report.1 has them all).  A report
 * asks for fields of a ledger by name; no name of a field stands in C.
 *
 * report_open reads the file, report_build draws the numbers into a content (book/content.h), book/print.h lays it out. */
#ifndef VET_BOOK_REPORT_H
#define VET_BOOK_REPORT_H

#include "base/mask.h"
#include "book/content.h"
#include "ledger/schema.h"
#include "ledger/share.h"
#include "rollup/joined.h"
#include "rollup/rollup.h"

enum table_kind {
    TABLE_FIGURES, /* key figures, against the month before */
    TABLE_ROLLUP,
    TABLE_ROWS,  /* a stream of rollups as it came */
    TABLE_LIST,  /* records */
    TABLE_CHECK, /* the parts against the whole */
    TABLE_TEXT,
    TABLE_COVERAGE,   /* from here on: of the store only */
    TABLE_SILENT,     /* units that are not in a good state, with leader and phone */
    TABLE_QUALITY,    /* flags by code and unit */
    TABLE_REJECTS,    /* rows that have to go back */
    TABLE_DUPLICATES, /* people with several records, and where they count */
    TABLE_CONFLICTS,  /* one number, two names: for a person to judge */
    TABLE_LEDGERS,
    TABLE_FOLLOW_UP, /* people missing from their unit's newest sheet */
    TABLE_MOVEMENT,  /* by unit, against the month before */
    TABLE_MOVERS,    /* who moved */
    TABLE_LOG,       /* the head of the store's log */
};
enum { LEVEL_GIVEN = -2 }; /* "*": the level of the input */

struct dim_spec {
    struct rollup_dim dim;
    struct str title;
    struct str *order; /* of the values; of a field with a code list: empty, the list's */
    size_t n_order;
};
struct chart_spec {
    enum chart_kind kind;
    struct str title, series; /* name of a column, or "pivot": all values of the pivot */
};
struct condition_spec {
    struct str column; /* name, or "pivot" */
    enum condition kind;
    double limit;
};
struct figure_spec {
    struct str title, unit, note, where;
    struct str measure; /* "count", "units LEVEL"; of the store "covered STATE", "covered expected", "rejects", "records", "again",
                           "left" */
};
struct table_spec {
    enum table_kind kind;
    struct str heading;
    int level;
    bool each;  /* one table for each dimension of the input */
    bool usual; /* one table for each default rollup of the ledger */
    struct dim_spec *by;
    size_t n_by;
    struct str *sum;
    size_t n_sum;
    struct str where, pivot;
    bool percent, total, zeros, optional;
    bool once;                 /* of lists: each person by one record */
    struct str *fields, *sort; /* of lists */
    size_t n_fields, n_sort;
    struct figure_spec *figures;
    size_t n_figures;
    struct chart_spec *charts;
    size_t n_charts;
    struct condition_spec *conditions;
    size_t n_conditions;
    struct str *text; /* lines; notes below a table */
    size_t n_text;
};
struct sheet_spec {
    struct str name, title, unit;
    bool portrait;
    struct table_spec *tables;
    size_t n_tables;
};
struct report {
    struct str name, title, ledger, where; /* where: whom the report counts, of records */
    bool any_ledger;                       /* "ledger": "*": one is named by who asks for the report, `ledger` if not */
    bool needs_store;
    struct join *joins; /* columns that count records of other ledgers */
    size_t n_joins;
    struct map labels; /* code of a flag or reason -> index in label_texts */
    struct str *label_texts;
    struct str *sign;
    size_t n_sign;
    struct sheet_spec *sheets;
    size_t n_sheets;
    struct arena memory;
};
/* Reads SHARE/reports/NAME.json, or the path itself when it has a slash.  NULL after findings with line and column. */
struct report *report_open(const struct share *share, const char *name, struct diag *d);
void report_free(struct report *r);
/* The ledger that a report for any ledger is to be of; NULL: the one it has.  False after a finding: this report is of one ledger.
 */
bool report_ledger(struct report *r, const char *ledger, struct diag *d);

struct station;
struct report_source {
    const char *const *paths; /* of the stream */
    size_t n_paths;
    const char *from;
    struct station *of;          /* the store, opened for the month; NULL: the stream */
    const struct schema *schema; /* of the report's ledger; may be NULL for a stream */
    const struct units *units;   /* may be NULL for a stream */
    const struct share *share;
    struct str period;        /* the month asked for; empty: of rollups the newest of theirs, else `month` */
    struct str month;         /* the month of records that do not say */
    struct str station, date; /* 填报单位 (empty: the topmost unit), 填报日期 (may be empty) */
    const char *where;        /* besides the report's own */
    enum mask_profile mask;
    unsigned threads;
};
/* NULL after findings. */
struct content *report_build(const struct report *r, const struct report_source *s, struct diag *d);
/* The records behind a number of a report that was built from the store: `cell` is "Sheet!B12".  As many as the number says,
 * each with its unit, the fields of the ledger's form and where it came from; masked as the report is.  NULL after a finding. */
struct result *report_explain(const struct report *r, const struct report_source *s, const struct content *c, struct str cell,
                              struct diag *d);

#endif
