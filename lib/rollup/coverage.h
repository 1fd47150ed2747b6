/* Coverage: which units have handed in for a month, and which have not.  A blank is not a zero.
 *
 * Expected is every unit that is open at the end of the month and has no open units below it: the buildings, and a
 * grid or community without any.  Each has one of five states; a higher unit has the worst of those below it. */
#ifndef VET_ROLLUP_COVERAGE_H
#define VET_ROLLUP_COVERAGE_H

#include "ledger/units.h"
#include "rollup/result.h"

/* From worst to best: with --require a state and those after it will do. */
enum state {
    STATE_MISSING,   /* 未交 */
    STATE_RETURNED,  /* 退回: rows went back and have not come home */
    STATE_LATE,      /* 迟交: first handed in after the deadline */
    STATE_NIL,       /* 零报告: says that it has nobody */
    STATE_HANDED_IN, /* 已交 */
    STATE_COUNT
};
const char *state_name(enum state s);   /* 未交 ... */
const char *state_column(enum state s); /* missing returned late nil handed_in: the column of coverage_result */
bool state_of(struct str word,
              enum state *out); /* 未交 or missing, 退回 or returned, 迟交 or late, 零报告 or nil, 已交 or handed-in */

struct covered {
    bool expected;                /* a unit of its own, not one that is the sum of others */
    enum state state;             /* of an expected unit; else the worst below */
    uint32_t counts[STATE_COUNT]; /* of the expected units below and itself */
    uint32_t total;
    uint64_t accepted, open; /* records taken; rejected rows not yet corrected */
    char first[32];          /* when it first handed in; empty: never */
};
struct coverage {
    const struct units *units;
    struct covered *v; /* one a unit */
    struct str period;
};
/* `returns`: rows with unit, kind (records, nil, rejected), at, accepted, open (store_returns of the month); closed by the
 * caller.  `deadline`: an ISO date, the last day that is in time, or empty.  NULL after a finding. */
struct coverage *coverage_make(const struct units *u, struct rows *returns, struct str period, struct str deadline);
void coverage_free(struct coverage *c);
/* The units of a level (LEVEL_COUNT: all), those in the worst state first:
 * period,level,unit,name,state,leader,phone,expected,missing,returned,late,nil,handed_in,percent,records,open. */
struct result *coverage_result(const struct coverage *c, enum level level);
/* A finding for each expected unit whose state is worse than `least`; how many there are. */
size_t coverage_require(const struct coverage *c, enum state least, struct diag *d);

#endif
