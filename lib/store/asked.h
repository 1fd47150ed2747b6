/* When each field of a record was last asked for: a sheet that has no column for a telephone says nothing about telephones, and
 * must not empty the one that an older sheet told.
 *
 * Times are kept one a field: never, by a sheet that bears no date, or the day on which the latest sheet that asked was filled in.
 * Records share them: few sheets ask in different ways, so a record needs but the number of its times.  What a row asked for is
 * what its sheet has columns for, and what it has values for besides (derived ones); such a set of fields is a row of vet_asked,
 * and each version bears its number (_asked).  Where a field's time is another than the version's own sheet says, _kept tells it:
 * "phone=20261005 address=1".  Both go along in packages; a version that bears no number counts as asked for everything. */
#ifndef VET_STORE_ASKED_H
#define VET_STORE_ASKED_H

#include "store/own.h"

enum { ASKED_NEVER, ASKED_UNDATED }; /* else 20261105 */
struct asked_joined {
    uint32_t taken;                                 /* times of the record when the row's values are taken where they may be */
    uint32_t raised;                                /* times of the record when they turned out to be what it holds */
    enum { JOIN_ALL, JOIN_SOME, JOIN_NOTHING } how; /* all that the record knows is the row's to say; a part; nothing */
};
struct asked {
    const struct schema *ledger;
    size_t n;        /* fields */
    uint32_t *times; /* n a number */
    size_t n_times, cap_times;
    struct map by_times, joins, loaded;
    struct asked_joined *joined;
    size_t n_joined, cap_joined;
    struct map numbers; /* n bytes -> number in vet_asked */
    struct map sets;    /* number, 8 bytes -> offset in `bytes` */
    struct buf bytes;
    uint64_t generation;
    bool sets_loaded;
    /* Of the row asked about last. */
    bool *present, *columns; /* columns: those that its sheet has */
    uint32_t *other;         /* the other fields */
    size_t n_other;
    uint32_t row_times, row_survey, last_p, last_q;
    int64_t row_number;
    struct asked_joined last;
    uint32_t *scratch;
};
void asked_start(struct asked *a, const struct schema *l);
void asked_free(struct asked *a);

/* The times of a row; `survey` as a number, 0 = unknown. */
uint32_t asked_row(struct asked *a, const struct record *r, uint32_t survey);
/* What the row asked for, as a number in vet_asked; 0 after a finding. */
int64_t asked_row_number(struct asked *a, struct store *s);
/* The times of a version.  False after a finding. */
bool asked_version(struct asked *a, struct store *s, int64_t number, uint32_t survey, struct str kept, uint32_t *out);
struct asked_joined asked_join(struct asked *a, uint32_t record, uint32_t row);
/* May a row that asked at `row` say what a record has known since `record`? */
static inline bool asked_takes(uint32_t record, uint32_t row)
{
    return row != ASKED_NEVER && (record <= ASKED_UNDATED || row == ASKED_UNDATED || row >= record);
}
static inline const uint32_t *asked_times(const struct asked *a, uint32_t t)
{
    return a->times + t * a->n;
}
/* _kept of a version with these times (one a field), whose sheet and _asked give `implied`. */
void asked_kept(const struct asked *a, const uint32_t *times, uint32_t implied, struct buf *out);

#endif
