#include <stdlib.h>

#include "rollup/places.h"
#include "rollup/trace_own.h"

/* The people behind a number of movement, each by his record: as it is at the later moment, of those who are gone from the store
 * as it was at the earlier one. */

enum { EVENT, FROM, TO };

static void put(const struct tracing *t, struct record_lines *l, const struct person_event *e, const struct str *v)
{
    struct str *line = result_line(l->out, LINE_PLAIN);
    line[EVENT] = str_of(event_name(e->event));
    line[FROM] = places_text(l->out, t->units, e->from);
    line[TO] = places_text(l->out, t->units, e->to);
    record_lines_put(l, line, v);
}

/* Events by their record; after a merge or a split two may have the same one. */
struct wanted {
    struct map records; /* -> index of the first event + 1, or 0 when it has been put */
    size_t *next;       /* of an event: the next one of its record + 1 */
};

static void want(struct wanted *w, const struct movement *m, size_t i)
{
    struct map_entry *e = map_at(&w->records, m->v[i].record, NULL);
    w->next[i] = e->value;
    e->value = i + 1;
}

static bool put_side(const struct tracing *t, struct record_lines *l, const struct movement *m, struct wanted *w, struct rows *rows)
{
    int record = columns_find(&rows->columns, STR("_record"));
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; (v = rows_next(&cursor));) {
        struct map_entry *e = map_find(&w->records, v[record]);
        for (size_t i = e ? e->value : 0; i; i = w->next[i - 1]) put(t, l, &m->v[i - 1], v);
        if (e) e->value = 0;
    }
    return rows_done(&cursor);
}

static struct result *people(const struct tracing *t, const struct movement *m, struct wanted *w, struct rows *from,
                             struct rows *to)
{
    struct result *out = result_new();
    result_column(out, STR("event"), STR("变动"), COLUMN_TEXT);
    result_column(out, STR("from"), STR("原登记处"), COLUMN_TEXT);
    result_column(out, STR("to"), STR("现登记处"), COLUMN_TEXT);
    struct record_lines l;
    record_lines_start(&l, t, out, &to->columns);
    bool ok = put_side(t, &l, m, w, to) && put_side(t, &l, m, w, from);
    record_lines_end(&l);
    map_free(&w->records);
    free(w->next);
    if (ok) return out;
    result_free(out);
    return NULL;
}

struct result *trace_movement(const struct tracing *t, const struct traced *number, const struct movement *m, struct rows *from,
                              struct rows *to)
{
    struct wanted w = {.next = mem_zero(m->n, sizeof *w.next)};
    for (size_t i = 0; i < m->n; i++)
        if (movement_behind(m, &m->v[i], number->level, number->unit, number->column)) want(&w, m, i);
    return people(t, m, &w, from, to);
}

struct result *trace_person(const struct tracing *t, struct str record, const struct movement *m, struct rows *from,
                            struct rows *to)
{
    struct wanted w = {.next = mem_zero(m->n, sizeof *w.next)};
    for (size_t i = 0; i < m->n; i++)
        if (str_eq(m->v[i].record, record)) want(&w, m, i);
    return people(t, m, &w, from, to);
}
