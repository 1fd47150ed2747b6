/* Rollups: counts and sums of records per unit, level and the fields asked for.
 *
 * Takes records (columns with `unit`, without `count` and `level`) or rollups (with all three), and gives a rollup:
 * `period,level,unit,name,<by...>,count[,sum_F,min_F,max_F...]`.  All measures add up, or are least and greatest, so a
 * rollup of rollups equals the rollup of the records.  Nothing is left out on the way: a record that is known only down
 * to its grid stands, at building level, in a row that has the grid's code; one whose unit is not known keeps the
 * code it came with.  The rows of one level are therefore always all of the people.
 *
 * An entity (column `_entity`) counts once: in the record that was handed in last, where the stream tells when (column `_seen`),
 * else in that whose unit's code comes first; of two in one unit in the one that comes first in the stream (standing.h).
 *
 * Not here: what a rollup looks like (rollup/shape.h), whether it adds up (rollup/check.h). */
#ifndef VET_ROLLUP_ROLLUP_H
#define VET_ROLLUP_ROLLUP_H

#include "flow/rows.h"
#include "ledger/schema.h"
#include "ledger/units.h"
#include "rollup/decimal.h"

/* Levels beside those of units: the whole, with no unit, and all four. */
enum { ROLLUP_WHOLE = -1, ROLLUP_ALL = LEVEL_COUNT };

struct rollup_dim {
    struct str name;       /* of the column */
    struct str expression; /* SQL over the columns; empty: the column itself */
};
enum rollup_count {
    COUNT_ENTITIES, /* each entity once, by the rule above */
    COUNT_RECORDS,  /* every record */
};
struct rollup_spec {
    struct str period; /* of records; of rollups: only these rows, empty = all */
    int level;
    const struct rollup_dim *by;
    size_t n_by;
    const struct str *sum; /* of rollups: none = every measure they have */
    size_t n_sum;
    const char *where; /* SQL expression or NULL */
    enum rollup_count count;
    const struct schema *schema; /* types of the columns for expressions; may be NULL */
    struct str today;            /* ISO date on which age_on and today() look; may be empty */
    const struct units *units;   /* may be NULL: then the level is ROLLUP_WHOLE, or that of the rollups */
    unsigned threads;
};

struct measure {
    decimal sum, least, most;
    bool any; /* else none of the records had a value */
};
struct rollup_row {
    struct str period, unit, name;
    int level;      /* ROLLUP_WHOLE or enum level */
    uint32_t place; /* index of the unit, or UNIT_NONE */
    struct str *by;
    uint64_t count;
    struct measure *measures;
};
/* Rows in the order period, level, unit, by values, all as bytes. */
struct rollup {
    struct str *by, *sums; /* names */
    size_t n_by, n_sums;
    struct rollup_row *rows;
    size_t n, cap;
    struct arena memory;
};

/* The rollup of all of `rows`, over threads, the same for any number of them.  NULL after findings: an unknown
 * column (with the nearest), a level without units.  A value that is no number, a unit that is not in the units and
 * input levels that hold different people are findings too (status 1), with the rollup still made. */
struct rollup *rollup_rows(struct rows *rows, const struct rollup_spec *spec, struct diag *d);
/* The same, with every level that rollups came with kept as it is, for checking; records at all four levels. */
struct rollup *rollup_given(struct rows *rows, const struct rollup_spec *spec, struct diag *d);
void rollup_free(struct rollup *r);
/* True when the columns are those of a rollup. */
bool rollup_recognised(const struct columns *c);
/* The dimensions and the summed fields that a stream of rollups has: names into `dims` and `sums`, room for c->n each. */
void rollup_columns(const struct columns *c, struct str *dims, size_t *n_dims, struct str *sums, size_t *n_sums);
/* The rows of one level rolled up to a higher one, with the dimensions numbered in `keep` (NULL, 0: none). */
struct rollup *rollup_up(const struct rollup *r, int from, int to, const size_t *keep, size_t n_keep, const struct units *u);
/* The finest level that has rows in the rollup. */
int rollup_finest(const struct rollup *r);
uint64_t rollup_total(const struct rollup *r, int level, struct str period);
/* The last day of a month "2026-11", as which ages are told: "2026-11-30" in `out`.  Empty for what is no month. */
struct str rollup_month_end(struct str period, char out[11]);
const char *rollup_level_name(int level); /* "" for the whole */

#endif
