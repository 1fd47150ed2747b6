#include "book/restate.h"

#include <stdlib.h>

static bool is_number(const struct result *r, size_t k)
{
    return r->columns[k].kind >= COLUMN_COUNT;
}

static int column_of(const struct result *r, struct str name)
{
    for (size_t k = 0; k < r->n_columns; k++)
        if (str_eq(r->columns[k].name, name)) return (int)k;
    return -1;
}

/* What a line is of: its words, without those that may be other words of the same thing. */
static bool identifies(const struct result *r, size_t k, bool by_unit)
{
    static const char *const PASSING[] = {"period",  "state", "leader",  "phone", "grid_leader",
                                          "verdict", "note",  "counted", "also"},
                             *const PLACES[] = {"name", "community", "grid"};
    if (is_number(r, k)) return false;
    for (size_t i = 0; i < sizeof PASSING / sizeof *PASSING; i++)
        if (str_is(r->columns[k].name, PASSING[i])) return false;
    for (size_t i = 0; by_unit && i < sizeof PLACES / sizeof *PLACES; i++)
        if (str_is(r->columns[k].name, PLACES[i])) return false;
    return true;
}

/* Lines of one table in both reports, found by what they are of; of several that are the same, each by its turn. */
struct matching {
    const struct result *then;
    struct map lines; /* key and turn -> line of then */
    bool *met;
    struct buf key;
};

static struct str key_of(struct matching *m, struct map *turns, const struct result *r, size_t line)
{
    bool by_unit = column_of(r, STR("level")) >= 0, fresh;
    m->key.n = 0;
    buf_char(&m->key, r->lines[line].kind == LINE_TOTAL ? 't' : 'p');
    for (size_t k = 0; k < r->n_columns; k++) {
        if (!identifies(r, k, by_unit)) continue;
        buf_str(&m->key, r->lines[line].values[k]);
        buf_char(&m->key, 0);
    }
    struct map_entry *turn = map_at(turns, buf_slice(&m->key), &fresh);
    turn->value = fresh ? 1 : turn->value + 1;
    buf_int(&m->key, (int64_t)turn->value);
    return buf_slice(&m->key);
}

static void matching_start(struct matching *m, const struct result *then)
{
    struct map turns = {0};
    *m = (struct matching){.then = then, .met = mem_zero(then->n + 1, sizeof(bool))};
    for (size_t i = 0; i < then->n; i++) {
        struct str key = key_of(m, &turns, then, i);
        map_at(&m->lines, key, NULL)->value = i;
    }
    map_free(&turns);
}

static void matching_end(struct matching *m)
{
    map_free(&m->lines);
    free(m->met);
    buf_free(&m->key);
}

/* ---- what is gone ---- */

/* What stands in the place of a number that there is no more. */
static struct str none_of(const struct result_column *c)
{
    return c->kind == COLUMN_COUNT ? STR("0") : c->kind == COLUMN_PERCENT ? STR("0.0") : STR("");
}

static void make_room(struct block *b, size_t at)
{
    struct result *r = b->table;
    b->hidden = mem_resize(b->hidden, r->n_columns, sizeof *b->hidden);
    memmove(b->hidden + at + 1, b->hidden + at, (r->n_columns - 1 - at) * sizeof *b->hidden);
    b->hidden[at] = false;
    for (size_t i = 0; i < b->n_charts; i++) {
        struct content_chart *c = &b->charts[i];
        c->categories += c->categories >= at;
        for (size_t k = 0; k < c->n_series; k++) c->series[k] += c->series[k] >= at;
    }
    for (size_t i = 0; i < b->n_conditions; i++) b->conditions[i].column += b->conditions[i].column >= at;
}

/* A column of numbers that only the reported table has, e.g. of a category that nobody is of any more: it stands where it stood,
 * after the one that was before it. */
static void adopt_column(struct block *b, const struct result *then, size_t gone)
{
    struct result *r = b->table;
    const struct result_column *c = &then->columns[gone];
    int before = -1;
    for (size_t k = gone; k-- > 0 && before < 0;) before = column_of(r, then->columns[k].name);
    size_t at = (size_t)(before + 1);
    result_insert(r, at, c);
    make_room(b, at);
    for (size_t i = 0; i < r->n; i++) r->lines[i].values[at] = none_of(c);
}

/* A line that only the reported table has: before the totals, with nobody in it. */
static void adopt_line(struct block *b, const struct result *then, size_t line)
{
    struct result *r = b->table;
    struct str *v = result_line(r, LINE_PLAIN);
    for (size_t k = 0; k < r->n_columns; k++) {
        int from = column_of(then, r->columns[k].name);
        v[k] = none_of(&r->columns[k]);
        if (from >= 0 && !is_number(r, k)) v[k] = result_text(r, then->lines[line].values[from]);
    }
    for (size_t i = r->n - 1; i && r->lines[i - 1].kind == LINE_TOTAL; i--) {
        struct result_line last = r->lines[i];
        r->lines[i] = r->lines[i - 1];
        r->lines[i - 1] = last;
    }
}

static void adopt(struct block *b, const struct result *then)
{
    struct matching m;
    struct map turns = {0};
    if (column_of(then, STR("count")) < 0) return; /* a list: whom it no longer has is told on the last sheet */
    for (size_t k = 0; k < then->n_columns; k++)
        if (is_number(then, k) && column_of(b->table, then->columns[k].name) < 0) adopt_column(b, then, k);
    matching_start(&m, then);
    for (size_t i = 0; i < b->table->n; i++) {
        const struct map_entry *e = map_find(&m.lines, key_of(&m, &turns, b->table, i));
        if (e) m.met[e->value] = true;
    }
    for (size_t i = 0; i < then->n; i++)
        if (!m.met[i]) adopt_line(b, then, i);
    map_free(&turns);
    matching_end(&m);
}

/* ---- what differs ---- */

static bool is_nothing(struct str v)
{
    return !v.n || str_is(v, "0") || str_is(v, "0.0");
}

static void mark(struct content *c, struct block *b, const struct result *then)
{
    struct result *r = b->table;
    struct matching m;
    struct map turns = {0};
    matching_start(&m, then);
    b->was = arena_zero(&c->memory, r->n * r->n_columns + 1, sizeof *b->was);
    for (size_t i = 0; i < r->n; i++) {
        const struct map_entry *e = map_find(&m.lines, key_of(&m, &turns, r, i));
        for (size_t k = 0; k < r->n_columns; k++) {
            int from = is_number(r, k) ? column_of(then, r->columns[k].name) : -1;
            const struct str *was = e && from >= 0 ? &then->lines[e->value].values[from] : NULL, now = r->lines[i].values[k];
            bool same = !is_number(r, k) || (was ? str_eq(*was, now) : is_nothing(now));
            if (!same) b->was[i * r->n_columns + k] = was && was->n ? str_copy(&c->memory, *was) : STR("");
        }
    }
    map_free(&turns);
    matching_end(&m);
}

void content_restate(struct content *now, const struct content *then)
{
    now->restated = true;
    for (size_t i = 0; i < now->n_sheets; i++) {
        struct content_sheet *s = &now->sheets[i];
        const struct content_sheet *t = NULL;
        for (size_t k = 0; k < then->n_sheets; k++)
            if (str_eq(then->sheets[k].name, s->name)) t = &then->sheets[k];
        for (size_t k = 0; t && k < s->n_blocks && k < t->n_blocks; k++) {
            const struct block *a = &t->blocks[k];
            if (!s->blocks[k].table || !a->table || s->blocks[k].lines || a->lines) continue; /* records: no numbers to report */
            adopt(&s->blocks[k], t->blocks[k].table);
            mark(now, &s->blocks[k], t->blocks[k].table);
        }
    }
}
