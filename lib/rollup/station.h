/* Rollups, coverage, movement and proofs of what a store holds, for one month. */
#ifndef VET_ROLLUP_STATION_H
#define VET_ROLLUP_STATION_H

#include "ledger/share.h"
#include "rollup/movement.h"
#include "rollup/result.h"
#include "rollup/rollup.h"
#include "rollup/trace.h"
#include "store/store.h"

struct station {
    struct store *store;
    const struct schema *schema;
    struct units *units;         /* as of the moment; owned */
    struct str period, before;   /* the month, and the one before */
    int64_t as_of, before_as_of; /* batches, 0 = now */
    int64_t frozen;              /* the batch that was fixed as reported; 0 = the month is not frozen */
    bool has_before;             /* does the store know the month before? */
    struct str deadline;
    const char *where; /* besides the ledger's stock */
    unsigned threads;
    struct diag *diag;
    struct arena memory;
};
/* The month `period` (empty: the newest that anything was imported for, else `otherwise`), looked at as it was then, or as of
 * `as_of`.  False after findings. */
bool station_open(struct station *s, struct str period, struct str otherwise, const char *as_of);
/* The two halves of it: which moments are looked at, and the units then. */
bool station_look(struct station *s, struct str period, struct str otherwise, const char *as_of);
bool station_load_units(struct station *s);
void station_close(struct station *s);
/* The share files that what is looked at goes by: those kept when the month was frozen, if it is the month as it was frozen, else
 * those of `folder` as they are.  Lives as long as the store.  False after a finding. */
bool station_share(struct station *s, const char *folder, struct share *out);

/* Who counts: the ledger's stock, and --where. */
const char *station_where(struct station *s);
struct rows *station_rows(struct station *s, int64_t as_of);
/* A rollup of one moment; the spec's period, where, units, schema and threads are set here. */
struct rollup *station_rollup(struct station *s, const struct rollup_spec *spec, int64_t as_of, struct str period);
struct coverage *station_coverage(struct station *s, struct str period, int64_t as_of);
/* Between two months that the store knows.  `spec` must outlive it. */
struct movement *station_movement(struct station *s, struct movement_spec *spec, struct str from, int64_t from_as_of, struct str to,
                                  int64_t to_as_of);
struct people_counts {
    uint64_t records, again, left; /* all; further ones of people who count already; of those who count no more */
};
bool station_people(struct station *s, int64_t as_of, struct people_counts *n);
/* All proofs: the levels against each other, the records against the people, the states against the units expected, and the
 * movement against both months.  Adds to `proof`; the number that do not hold, or -1 after a failure. */
int station_check(struct station *s, struct result *proof);

/* The movement against the records of its two moments, at every unit: adds to `proof`, and what does not balance is told record by
 * record, with file and row.  The number that does not, or -1 after a failure. */
int station_balance(struct station *s, const struct movement *m, int64_t from, int64_t to, struct result *proof);

/* What is behind a number of a table that was made of the store (trace.h): with file, sheet, row, record and batch. */
struct result *station_trace_records(struct station *s, const struct trace_spec *spec, int64_t as_of, enum mask_profile mask);
struct result *station_trace_coverage(struct station *s, const struct traced *number, const struct coverage *c, int64_t as_of,
                                      enum mask_profile mask);
struct result *station_trace_rejects(struct station *s, const struct traced *number, int64_t as_of, enum mask_profile mask);
struct result *station_trace_movement(struct station *s, const struct traced *number, const struct movement *m, int64_t from,
                                      int64_t to, enum mask_profile mask);
struct result *station_trace_person(struct station *s, struct str record, const struct movement *m, int64_t from, int64_t to,
                                    enum mask_profile mask);

#endif
