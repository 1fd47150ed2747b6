/* Traces: what is behind a number of a table.
 *
 * A number stands in a line and a column of a result.  The line says of which unit, level and values it is; the answer
 * lists what was counted, one line each, as many as the number says: records (of a stream of rollups: its rows), what
 * the buildings handed in, rows that have to go back, people who came and left.  Every answer ends with where that came
 * from, as far as it is known: _file _sheet _row, and from the store _record and _batch.
 *
 * Not here: which table the number stands in (rollup/aggregate.h, book/report.h). */
#ifndef VET_ROLLUP_TRACE_H
#define VET_ROLLUP_TRACE_H

#include "rollup/coverage.h"
#include "rollup/movement.h"
#include "rollup/result.h"
#include "rollup/rollup.h"

/* What every answer needs to know. */
struct tracing {
    const struct schema *schema; /* masks and titles; may be NULL for a stream */
    const struct units *units;   /* may be NULL for a stream */
    enum mask_profile mask;
    struct diag *diag;
};
/* Of what a number is. */
struct traced {
    struct str period, unit; /* unit: its code */
    int level;               /* ROLLUP_WHOLE: of all units */
    struct str column;
    struct str *values; /* one a dimension; s NULL: any */
};
/* Reads it from a line of a table; `blank` is what the table writes where a dimension has no value.  Lives as long as the
 * table.  False when the column is not one of numbers. */
bool traced_read(struct result *table, size_t line, size_t column, const struct rollup_dim *by, size_t n_by, struct str blank,
                 struct traced *out);
/* Where a number stands, in the words of a command line: "3" (the line, from 1) or "unit=S1,category=退役士兵" (what
 * stands in the line), and after a comma the column, which may be left out: count, else the first of numbers.  False after
 * a finding: no such line or column, or several lines. */
bool traced_choose(const struct result *table, const char *text, size_t *line, size_t *column, struct diag *d);

enum trace_which {
    TRACE_COUNTED, /* each entity once, by the rule of rollup.h */
    TRACE_EVERY,   /* each record */
    TRACE_AGAIN,   /* records of entities that count by another one */
    TRACE_OTHERS,  /* records for which `where` does not hold */
};
struct trace_spec {
    const struct traced *number;
    const struct rollup_dim *by;
    size_t n_by;
    const char *where; /* SQL expression or NULL */
    struct str today;
    enum trace_which which;
    struct str flag;   /* only records that have it among their _flags: "field:code" or empty */
    struct str entity; /* only those of this entity, or empty */
    struct str record; /* only the one with this number, or empty */
};
/* `rows` has records as the rollup had them, or the rollups that were rolled up.  All answers are NULL after findings. */
struct result *trace_records(const struct tracing *t, const struct trace_spec *spec, struct rows *rows);
/* Of a number of coverage_result: the units counted, each with its leader and what it handed in (`returns`: store_returns). */
struct result *trace_coverage(const struct tracing *t, const struct traced *number, const struct coverage *c, struct rows *returns);
/* Rows that have to go back, of a unit (`rejects`: store_rejects), of the sheets of `returns` only unless that is NULL. */
struct result *trace_rejects(const struct tracing *t, const struct traced *number, struct rows *rejects, struct rows *returns);
/* Of a number of movement_result: the people.  `from` and `to` as movement_make had them, with their source and batch. */
struct result *trace_movement(const struct tracing *t, const struct traced *number, const struct movement *m, struct rows *from,
                              struct rows *to);
/* One person of movement_people, by his record. */
struct result *trace_person(const struct tracing *t, struct str record, const struct movement *m, struct rows *from,
                            struct rows *to);

#endif
