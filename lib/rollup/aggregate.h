/* One answer of vet-aggregate: a rollup, coverage, movement or proofs, of a stream or of the store, as a table; or, traced, what
 * is behind one of its numbers.
 *
 * Not here: options and their words (cmd/vet-aggregate.c), the parts (rollup.h, coverage.h, movement.h, check.h, trace.h). */
#ifndef VET_ROLLUP_AGGREGATE_H
#define VET_ROLLUP_AGGREGATE_H

#include "base/opt.h"
#include "rollup/result.h"
#include "rollup/rollup.h"
#include "rollup/station.h"

struct aggregate {
    enum { AGGREGATE_ROLLUP, AGGREGATE_CHECK, AGGREGATE_COVERAGE, AGGREGATE_MOVEMENT, AGGREGATE_PEOPLE } kind;
    int level; /* AGGREGATE_LEVEL_FREE: whatever the input has */
    struct rollup_dim *by;
    struct str *sum;
    size_t n_by, n_sum;
    enum rollup_count count;
    struct str pivot;
    bool percent, total;
    struct str month;    /* of records that do not say theirs */
    bool month_given;    /* of rollups: only that one */
    const char *months;  /* "2026-10..2026-11": of movement */
    const char *explain; /* a number, in the words of traced_choose; NULL: the table itself */
    bool require;        /* of coverage: name the units in a worse state than `least` */
    enum state least;
    enum mask_profile mask;
    bool personal; /* found by the answer: its rows bear names, numbers or addresses of people (--by id_number) */
};
enum { AGGREGATE_LEVEL_FREE = -2 };
/* "a,b" and repeated options alike; what follows "name=" is one expression, with commas of its own.  The pivot becomes a
 * dimension when it is not one.  The words must outlive it.  False after a finding: a dimension bears the name of a column that
 * every rollup has, so that nobody could read it again. */
bool aggregate_by(struct aggregate *a, const struct opt_list *by, const struct opt_list *sum, const char *pivot, struct diag *d);
void aggregate_free(struct aggregate *a);
/* Are the ledger's types wanted: is SQL asked for, or are records to be shown? */
bool aggregate_needs_schema(const struct aggregate *a, const char *where);

struct aggregate_input {
    const char *const *paths;
    size_t n_paths;
    const char *from; /* format, or NULL */
    const struct schema *schema;
    const struct units *units;
    const char *where;
    unsigned threads;
};
/* NULL after findings; free with result_free. */
struct result *aggregate_stream(struct aggregate *a, const struct aggregate_input *in, struct diag *d);
struct result *aggregate_station(struct aggregate *a, struct station *of);

#endif
