#include "rollup/joined.h"

#include <stdlib.h>

#include "base/map.h"
#include "ledger/expr.h"

/* ---- the other ledger, by what its people are known by ---- */

/* Events with one key: a chain through `next`. */
struct occasion {
    struct str id, phone, unit;
    uint32_t next;    /* index + 1 of the next with the same name */
    uint32_t next_id; /* of the next with the same id */
};
struct events {
    struct map by_id, by_name; /* -> index + 1 of the first */
    struct occasion *v;
    size_t n, cap;
    struct arena memory;
};
/* Columns by the role of their fields. */
struct person_columns {
    int name, id, phone, unit, entity, record;
};
struct joined {
    const struct join *joins;
    size_t n;
    struct map people; /* entity or record -> index of its counts */
    uint32_t *counts;  /* n a person */
    size_t cap;
    struct arena memory;
};

static int of_role(const struct schema *l, const struct columns *c, enum role role)
{
    const struct field *f = schema_role(l, role);
    return f ? columns_find(c, f->name) : -1;
}

static struct person_columns person_columns(const struct schema *l, const struct columns *c)
{
    return (struct person_columns){of_role(l, c, ROLE_NAME),     of_role(l, c, ROLE_CITIZEN_ID),  of_role(l, c, ROLE_PHONE),
                                   columns_find(c, STR("unit")), columns_find(c, STR("_entity")), columns_find(c, STR("_record"))};
}

static struct str at(const struct str *v, int column)
{
    return column >= 0 ? v[column] : (struct str){0};
}

static void add_event(struct events *e, const struct person_columns *c, const struct str *v)
{
    mem_grow(&e->v, &e->cap, e->n + 1, sizeof *e->v);
    struct occasion *one = &e->v[e->n++];
    *one = (struct occasion){.id = str_copy(&e->memory, at(v, c->id)),
                             .phone = str_copy(&e->memory, at(v, c->phone)),
                             .unit = str_copy(&e->memory, at(v, c->unit))};
    if (one->id.n) {
        struct map_entry *m = map_at(&e->by_id, one->id, NULL);
        one->next_id = (uint32_t)m->value;
        m->value = e->n;
    }
    if (at(v, c->name).n) {
        struct map_entry *m = map_at(&e->by_name, at(v, c->name), NULL);
        one->next = (uint32_t)m->value;
        m->value = e->n;
    }
}

static bool read_events(struct events *e, struct station *of, const struct schema *other, const struct join *j, int64_t as_of,
                        struct str today)
{
    const struct store_query q = {.ledger = other, .as_of = as_of};
    if (!store_had_ledger(of->store, other->name, as_of)) return true; /* nothing was handed in of it yet */
    struct rows *rows = store_rows(of->store, &q);
    if (!rows) return false;
    struct expr_env env = {.columns = rows->columns.names, .n = rows->columns.n, .schema = other, .today = today};
    struct expr *where = j->where.n ? expr_compile(&env, j->where, of->diag) : NULL;
    bool ok = where || !j->where.n;
    struct person_columns c = person_columns(other, &rows->columns);
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; ok && (v = rows_next(&cursor));)
        if (!where || expr_matches(where, v)) add_event(e, &c, v);
    ok = rows_done(&cursor) && ok;
    expr_free(where);
    rows_close(rows);
    return ok;
}

static void events_free(struct events *e)
{
    map_free(&e->by_id);
    map_free(&e->by_name);
    free(e->v);
    arena_free(&e->memory);
}

/* ---- our people ---- */

static bool share_phone(struct str a, struct str b)
{
    size_t end;
    for (; a.n; a = str_from(a, end + 1)) {
        if (!str_find(a, STR(";"), &end)) end = a.n;
        struct str one = str_head(a, end), rest = b;
        size_t stop;
        for (; one.n && rest.n; rest = str_from(rest, stop + 1)) {
            if (!str_find(rest, STR(";"), &stop)) stop = rest.n;
            if (str_eq(str_head(rest, stop), one)) return true;
        }
    }
    return false;
}

static bool near(const struct units *u, struct str a, struct str b)
{
    uint32_t i = units_code(u, a), k = units_code(u, b);
    if (i == UNIT_NONE || k == UNIT_NONE) return str_eq(a, b);
    return units_inside(u, i, k) || units_inside(u, k, i);
}

/* Who has counted an event already: it may be found by several records of a person. */
struct met {
    uint32_t *person; /* of an event: the last one, index + 1 */
    bool *known;      /* its id is one of ours, so that it is nobody's of the name */
};

static void count_one(struct joined *j, size_t person, size_t which, struct met *met, size_t event)
{
    if (met->person[event] == person + 1) return;
    met->person[event] = (uint32_t)person + 1;
    j->counts[person * j->n + which]++;
}

/* One record of ours. */
struct ours {
    size_t person;
    struct str id, name, phone, unit;
};

static void find_by_id(struct joined *j, size_t which, const struct events *e, struct met *met, const struct ours *o)
{
    const struct map_entry *m = o->id.n ? map_find(&e->by_id, o->id) : NULL;
    for (size_t i = m ? m->value : 0; i; i = e->v[i - 1].next_id) {
        met->known[i - 1] = true;
        count_one(j, o->person, which, met, i - 1);
    }
}

static void find_by_name(struct joined *j, size_t which, const struct events *e, const struct units *u, struct met *met,
                         const struct ours *o)
{
    const struct map_entry *m = o->name.n ? map_find(&e->by_name, o->name) : NULL;
    for (size_t i = m ? m->value : 0; i; i = e->v[i - 1].next) {
        const struct occasion *one = &e->v[i - 1];
        if (met->known[i - 1] || (one->id.n && o->id.n)) continue; /* the ids have spoken */
        if (share_phone(one->phone, o->phone) || near(u, one->unit, o->unit)) count_one(j, o->person, which, met, i - 1);
    }
}

static struct str person_key(struct buf *b, struct str entity, struct str record)
{
    b->n = 0;
    buf_char(b, entity.n ? 'e' : 'r');
    buf_str(b, entity.n ? entity : record);
    return buf_slice(b);
}

static size_t person_of(struct joined *j, struct str key)
{
    bool fresh;
    struct map_entry *e = map_at(&j->people, key, &fresh);
    if (!fresh) return e->value;
    e->value = j->people.n - 1;
    mem_grow(&j->counts, &j->cap, j->people.n * j->n, sizeof *j->counts);
    memset(j->counts + e->value * j->n, 0, j->n * sizeof *j->counts);
    return e->value;
}

/* The records of a person stand together, so that an event needs to remember only the last who had it. */
static int by_person(const void *a, const void *b)
{
    const struct ours *x = a, *y = b;
    return x->person < y->person ? -1 : x->person > y->person;
}

static bool count_people(struct joined *j, struct station *of, const struct events *e, int64_t as_of)
{
    const struct store_query q = {.ledger = of->schema, .as_of = as_of, .record = true};
    struct rows *rows = store_rows(of->store, &q);
    if (!rows) return false;
    struct person_columns c = person_columns(of->schema, &rows->columns);
    struct row_cursor cursor = {.rows = rows};
    struct ours *v = NULL;
    size_t n = 0, cap = 0;
    struct buf key = {0};
    struct arena *a = &j->memory;
    for (struct str *r; (r = rows_next(&cursor));) {
        mem_grow(&v, &cap, n + 1, sizeof *v);
        v[n++] = (struct ours){person_of(j, person_key(&key, at(r, c.entity), at(r, c.record))), str_copy(a, at(r, c.id)),
                               str_copy(a, at(r, c.name)), str_copy(a, at(r, c.phone)), str_copy(a, at(r, c.unit))};
    }
    bool ok = rows_done(&cursor);
    rows_close(rows);
    buf_free(&key);
    if (n) qsort(v, n, sizeof *v, by_person);
    for (size_t k = 0; ok && k < j->n; k++) {
        struct met met = {mem_zero(e[k].n, sizeof *met.person), mem_zero(e[k].n, sizeof *met.known)};
        for (size_t i = 0; i < n; i++) find_by_id(j, k, &e[k], &met, &v[i]);
        for (size_t i = 0; i < n; i++) find_by_name(j, k, &e[k], of->units, &met, &v[i]);
        free(met.person);
        free(met.known);
    }
    free(v);
    return ok;
}

struct joined *joined_make(struct station *of, const struct share *share, const struct join *joins, size_t n, int64_t as_of,
                           struct str today)
{
    struct joined *j = mem_zero(1, sizeof *j);
    struct events *e = mem_zero(n, sizeof *e);
    bool ok = true;
    j->joins = joins;
    j->n = n;
    for (size_t k = 0; ok && k < n; k++) {
        struct schema *other = schema_open_in(share, arena_copy(&j->memory, joins[k].ledger.s, joins[k].ledger.n), of->diag);
        ok = other && read_events(&e[k], of, other, &joins[k], as_of, today);
        schema_free(other);
    }
    ok = ok && count_people(j, of, e, as_of);
    for (size_t k = 0; k < n; k++) events_free(&e[k]);
    free(e);
    if (ok) return j;
    joined_free(j);
    return NULL;
}

void joined_free(struct joined *j)
{
    if (!j) return;
    map_free(&j->people);
    free(j->counts);
    arena_free(&j->memory);
    free(j);
}

/* ---- the wider rows ---- */

struct widening {
    struct rows rows, *base;
    const struct joined *j;
    int entity, record;
};

static void free_inner(void *own)
{
    row_block_free(own);
    free(own);
}

static int widen_fetch(struct rows *r, struct row_block *b)
{
    struct widening *w = r->own;
    size_t n = w->base->columns.n;
    if (!b->own) {
        b->own = mem_zero(1, sizeof(struct row_block));
        b->free_own = free_inner;
    }
    struct row_block *inner = b->own;
    int got = w->base->fetch(w->base, inner);
    if (got == 1 && w->base->parse && !w->base->parse(w->base, inner)) got = -1;
    if (got == 1 && w->base->verdict && !w->base->verdict(w->base, inner)) got = -1;
    if (got != 1) return got;
    arena_reset(&b->text);
    b->first = inner->first;
    b->n_rows = inner->n_rows;
    mem_grow(&b->values, &b->cap, b->n_rows * r->columns.n, sizeof *b->values);
    struct buf key = {0};
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct str *from = row_of(inner, &w->base->columns, i);
        struct str *to = b->values + i * r->columns.n;
        memcpy(to, from, n * sizeof *to);
        const struct map_entry *e = map_find(&w->j->people, person_key(&key, at(from, w->entity), at(from, w->record)));
        for (size_t k = 0; k < w->j->n; k++) {
            key.n = 0;
            buf_int(&key, e ? w->j->counts[e->value * w->j->n + k] : 0);
            to[n + k] = str_copy(&b->text, buf_slice(&key));
        }
    }
    buf_free(&key);
    return 1;
}

static void widen_narrow(struct rows *r, const bool *wanted)
{
    struct widening *w = r->own;
    bool *base = mem_zero(w->base->columns.n, sizeof *base);
    memcpy(base, wanted, w->base->columns.n * sizeof *base);
    column_want(base, w->entity);
    column_want(base, w->record);
    rows_narrow(w->base, base);
    free(base);
}

static void widen_close(struct rows *r)
{
    struct widening *w = r->own;
    rows_close(w->base);
    free(w->rows.columns.names);
    free(w);
}

struct rows *joined_rows(const struct joined *j, struct rows *base)
{
    if (!base) return NULL;
    struct widening *w = mem_zero(1, sizeof *w);
    size_t n = base->columns.n;
    *w = (struct widening){.base = base,
                           .j = j,
                           .entity = columns_find(&base->columns, STR("_entity")),
                           .record = columns_find(&base->columns, STR("_record"))};
    w->rows = (struct rows){.columns = {mem_zero(n + j->n, sizeof(struct str)), n + j->n},
                            .name = base->name,
                            .fetch = widen_fetch,
                            .narrow = widen_narrow,
                            .close = widen_close,
                            .diag = base->diag,
                            .own = w};
    if (n) memcpy(w->rows.columns.names, base->columns.names, n * sizeof(struct str));
    for (size_t k = 0; k < j->n; k++) w->rows.columns.names[n + k] = j->joins[k].name;
    return &w->rows;
}
