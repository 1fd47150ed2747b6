#include "flow/intake_take.h"

#include <stdlib.h>

void take_clear(struct take *t)
{
    arena_reset(&t->memory);
    t->n_findings = t->n_events = t->n_home = 0;
    t->out.n = t->rejects.n = 0;
    t->tally = (struct tally){0};
    memset(t->made, 0, sizeof t->made);
    memset(t->skipped, 0, sizeof t->skipped);
    t->sheets = t->tables = 0;
    t->failed = false;
}

void take_free(struct take *t)
{
    arena_free(&t->memory);
    free(t->findings);
    free(t->events);
    free(t->home);
    buf_free(&t->out);
    buf_free(&t->rejects);
    *t = (struct take){0};
}

void take_finding(struct take *t, const struct finding *f)
{
    mem_grow(&t->findings, &t->cap_findings, t->n_findings + 1, sizeof *t->findings);
    struct finding *own = &t->findings[t->n_findings++];
    *own = *f;
    if (f->at.file) own->at.file = arena_string(&t->memory, f->at.file);
    if (f->at.sheet) own->at.sheet = arena_string(&t->memory, f->at.sheet);
    for (int i = 0; i < DIAG_ARGS; i++)
        if (f->args[i].n) own->args[i] = str_copy(&t->memory, f->args[i]);
}

void take_say(struct take *t, enum diag_code code, const struct place *at, ...)
{
    va_list args;
    va_start(args, at);
    struct finding f = finding_of(code, at, args);
    va_end(args);
    take_finding(t, &f);
}

void take_collect(void *take, const struct finding *f)
{
    take_finding(take, f);
}

struct event *take_event(struct take *t, enum event_kind kind)
{
    mem_grow(&t->events, &t->cap_events, t->n_events + 1, sizeof *t->events);
    struct event *e = &t->events[t->n_events++];
    memset(e, 0, sizeof *e);
    e->kind = kind;
    return e;
}

struct str *take_slices(struct take *t, const struct str *v, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) bytes += v[i].n;
    struct str *copy = arena_alloc(&t->memory, n * sizeof *copy + bytes + 1);
    char *text = (char *)(copy + n);
    for (size_t i = 0; i < n; i++) {
        copy[i] = (struct str){v[i].n ? text : NULL, v[i].n};
        if (v[i].n) memcpy(text, v[i].s, v[i].n);
        text += v[i].n;
    }
    return copy;
}
