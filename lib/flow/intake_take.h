/* A take: all that came of a file or a block, made by one thread and handed on later, in order. */
#ifndef VET_FLOW_INTAKE_TAKE_H
#define VET_FLOW_INTAKE_TAKE_H

#include "flow/account.h"
#include "flow/home.h"
#include "flow/sink.h"

enum event_kind { EVENT_RECORD, EVENT_REJECT, EVENT_NIL, EVENT_HANDED_IN };
/* What a sink is to be told. */
struct event {
    enum event_kind kind;
    union {
        struct record record;
        struct rejected rejected;
        struct {
            uint32_t unit;
            struct place at;
            struct str survey_date;
        } sheet;
    };
};
struct take {
    struct arena memory; /* of everything below */
    struct finding *findings;
    size_t n_findings, cap_findings;
    struct event *events; /* only with a sink */
    size_t n_events, cap_events;
    struct home_row *home; /* only when rows are to go home */
    size_t n_home, cap_home;
    struct buf out, rejects;
    struct tally tally;
    uint64_t made[DIAG_COUNT];    /* findings on rows */
    uint64_t skipped[DIAG_COUNT]; /* and those not made, because enough of that code were told */
    uint64_t sheets, tables;      /* tables: headings, cards and sheets that say that nobody is there */
    bool failed;                  /* the input could not be read to its end */
};
void take_clear(struct take *t); /* keeps the memory */
void take_free(struct take *t);
/* Copies the finding's strings. */
void take_finding(struct take *t, const struct finding *f);
void take_say(struct take *t, enum diag_code code, const struct place *at, ...) __attribute__((sentinel)); /* const char *, NULL */
/* A sink of a struct diag: findings of readers go into the take. */
void take_collect(void *take, const struct finding *f);
struct event *take_event(struct take *t, enum event_kind kind);
/* Copies n slices and their bytes. */
struct str *take_slices(struct take *t, const struct str *v, size_t n);

#endif
