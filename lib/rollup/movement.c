#include "rollup/movement.h"

#include <stdlib.h>

#include "ledger/expr.h"
#include "rollup/rollup.h"
#include "rollup/standing.h"

/* A person as one moment knows him: an entity, or a record without one. */
struct person {
    struct str unit, seen; /* of the one of his records that counts (standing.h) */
    uint64_t row;
    struct str name, record;
    struct str left; /* why he does not count, when none of his records does */
    bool counts;
    uint32_t group; /* people of both moments joined by shared records: a forest by index, root = itself */
};
struct side {
    struct map by_key; /* entity, or record, -> index in people */
    uint32_t first;    /* of its people */
};
struct matching {
    const struct movement_spec *spec;
    struct movement *out;
    struct person *people; /* first those of the earlier moment, then of the later */
    size_t n, cap;
    struct side sides[2];
    struct map records; /* record -> person of the earlier moment */
    struct diag *diag;
};
struct person_columns {
    int unit, entity, record, name, seen;
};

static uint32_t root(struct matching *m, uint32_t i)
{
    while (m->people[i].group != i) {
        m->people[i].group = m->people[m->people[i].group].group;
        i = m->people[i].group;
    }
    return i;
}

static uint32_t person_of(struct matching *m, struct side *s, const struct str *v, const struct person_columns *c)
{
    struct buf key = {0};
    bool alone = c->entity < 0 || !v[c->entity].n;
    buf_char(&key, alone ? 'r' : 'e');
    buf_str(&key, alone ? v[c->record] : v[c->entity]);
    bool fresh;
    struct map_entry *e = map_at(&s->by_key, buf_slice(&key), &fresh);
    buf_free(&key);
    if (fresh) {
        mem_grow(&m->people, &m->cap, m->n + 1, sizeof *m->people);
        m->people[m->n] = (struct person){.group = (uint32_t)m->n};
        e->value = m->n++;
    }
    return (uint32_t)e->value;
}

/* One record stands for the person, as in every rollup; one that counts before one that does not. */
static void take_record(struct matching *m, struct person *p, const struct str *v, const struct person_columns *c, bool counts,
                        struct str left, uint64_t row)
{
    struct arena *a = &m->out->memory;
    if (!counts && !p->counts && left.n && !p->left.n) p->left = str_copy(a, left);
    const struct standing known = {p->seen, p->unit, p->row}, now = {c->seen >= 0 ? v[c->seen] : (struct str){0}, v[c->unit], row};
    bool better = p->record.n == 0 || (counts && !p->counts) || (counts == p->counts && standing_order(&now, &known) < 0);
    p->counts = p->counts || counts;
    if (!better) return;
    p->unit = str_copy(a, v[c->unit]);
    p->seen = str_copy(a, now.seen);
    p->row = row;
    p->record = str_copy(a, v[c->record]);
    if (c->name >= 0) p->name = str_copy(a, v[c->name]);
}

static struct expr *compile(const struct matching *m, const struct columns *c, struct str today)
{
    struct buf stock = {0};
    buf_char(&stock, '(');
    buf_str(&stock, m->spec->schema->stock.n ? m->spec->schema->stock : STR("1"));
    buf_char(&stock, ')');
    if (m->spec->where) buf_printf(&stock, " AND (%s)", m->spec->where);
    struct expr_source sources[2] = {{.text = buf_slice(&stock)},
                                     {.text = m->spec->schema->left.n ? m->spec->schema->left : STR("NULL")}};
    struct expr_env env = {.columns = c->names, .n = c->n, .schema = m->spec->schema, .today = today};
    struct expr *e = expr_compile_all(&env, sources, 2, m->diag);
    buf_free(&stock);
    return e;
}

static bool read_side(struct matching *m, size_t which, struct rows *rows, struct str today)
{
    struct side *s = &m->sides[which];
    s->first = (uint32_t)m->n;
    const struct field *name = schema_role(m->spec->schema, ROLE_NAME);
    struct person_columns c = {columns_find(&rows->columns, STR("unit")), columns_find(&rows->columns, STR("_entity")),
                               columns_find(&rows->columns, STR("_record")), name ? columns_find(&rows->columns, name->name) : -1,
                               columns_find(&rows->columns, STR("_seen"))};
    struct expr *e = compile(m, &rows->columns, today);
    if (!e) return false;
    bool *wanted = mem_zero(rows->columns.n, sizeof *wanted);
    const int ours[] = {c.unit, c.entity, c.record, c.name, c.seen};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) column_want(wanted, ours[i]);
    expr_columns(e, wanted);
    rows_narrow(rows, wanted);
    free(wanted);
    struct row_cursor cursor = {.rows = rows};
    uint64_t row = 0;
    for (struct str *v; (v = rows_next(&cursor));) {
        expr_evaluate(e, v);
        uint32_t p = person_of(m, s, v, &c);
        take_record(m, &m->people[p], v, &c, expr_truth(e, 0) == EXPR_TRUE, expr_text(e, 1), row++);
        if (which == 0) {
            map_at(&m->records, v[c.record], NULL)->value = p;
            continue;
        }
        const struct map_entry *before = map_find(&m->records, v[c.record]);
        if (before) m->people[root(m, p)].group = root(m, (uint32_t)before->value);
    }
    bool ok = rows_done(&cursor);
    expr_free(e);
    return ok;
}

static void add_event(struct movement *out, enum event event, const struct person *from, const struct person *to)
{
    const struct person *who = to ? to : from;
    mem_grow(&out->v, &out->cap, out->n + 1, sizeof *out->v);
    out->v[out->n++] = (struct person_event){event,
                                             from && from->counts ? from->unit : (struct str){0},
                                             to && to->counts ? to->unit : (struct str){0},
                                             who->name,
                                             who->record,
                                             from ? from->record : (struct str){0}};
}

/* One group: those who counted before, in order, against those who count now. */
static void settle(struct movement *out, struct person **before, size_t n_before, struct person **now, size_t n_now,
                   bool known_before, struct person *gone)
{
    size_t i = 0;
    for (; i < n_before && i < n_now; i++)
        add_event(out, str_eq(before[i]->unit, now[i]->unit) ? EVENT_STAYED : EVENT_MOVED, before[i], now[i]);
    for (size_t k = i; k < n_before; k++) {
        enum event e = EVENT_CORRECTED_OUT;
        if (!n_now && gone && str_is(gone->left, "died")) e = EVENT_DIED;
        if (!n_now && gone && str_is(gone->left, "moved")) e = EVENT_LEFT;
        add_event(out, e, before[k], NULL);
    }
    for (size_t k = i; k < n_now; k++) add_event(out, known_before ? EVENT_CORRECTED_IN : EVENT_NEW, NULL, now[k]);
}

struct grouped {
    uint32_t group, person;
    const struct person *p;
};

static int by_group(const void *a, const void *b)
{
    const struct grouped *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    int c = str_cmp(x->p->unit, y->p->unit);
    return c ? c : (x->person > y->person) - (x->person < y->person);
}

/* People who stayed where they were are paired first, so that a merge elsewhere is no move of theirs; before them those who even
 * count by the same record. */
static void pair_stayers(struct movement *out, struct person **before, size_t *n_before, struct person **now, size_t *n_now,
                         bool same_record)
{
    for (size_t i = 0; i < *n_before;) {
        size_t k = 0;
        while (k < *n_now &&
               (!str_eq(before[i]->unit, now[k]->unit) || (same_record && !str_eq(before[i]->record, now[k]->record))))
            k++;
        if (k == *n_now) {
            i++;
            continue;
        }
        add_event(out, EVENT_STAYED, before[i], now[k]);
        memmove(&before[i], &before[i + 1], (--*n_before - i) * sizeof *before);
        memmove(&now[k], &now[k + 1], (--*n_now - k) * sizeof *now);
    }
}

static void settle_all(struct matching *m)
{
    struct grouped *g = mem_zero(m->n, sizeof *g);
    for (uint32_t i = 0; i < m->n; i++) g[i] = (struct grouped){root(m, i), i, &m->people[i]};
    qsort(g, m->n, sizeof *g, by_group);
    struct person **before = mem_zero(m->n, sizeof(struct person *)), **now = mem_zero(m->n, sizeof(struct person *));
    for (size_t i = 0; i < m->n;) {
        size_t n_before = 0, n_now = 0, end = i;
        bool known = false;
        struct person *gone = NULL;
        for (; end < m->n && g[end].group == g[i].group; end++) {
            struct person *p = &m->people[g[end].person];
            bool earlier = g[end].person < m->sides[1].first;
            known = known || earlier;
            if (p->counts && earlier) before[n_before++] = p;
            else if (p->counts) now[n_now++] = p;
            else if (!earlier && p->left.n) gone = p;
        }
        pair_stayers(m->out, before, &n_before, now, &n_now, true);
        pair_stayers(m->out, before, &n_before, now, &n_now, false);
        settle(m->out, before, n_before, now, n_now, known, gone);
        i = end;
    }
    free(before);
    free(now);
    free(g);
}

static int event_order(const void *a, const void *b)
{
    const struct person_event *x = a, *y = b;
    int c = str_cmp(x->to.n ? x->to : x->from, y->to.n ? y->to : y->from);
    if (!c) c = (x->event > y->event) - (x->event < y->event);
    if (!c) c = str_cmp(x->name, y->name);
    return c ? c : str_cmp(x->record, y->record);
}

struct movement *movement_make(const struct movement_spec *spec, struct rows *from, struct rows *to, struct diag *d)
{
    struct matching m = {.spec = spec, .out = mem_zero(1, sizeof(struct movement)), .diag = d};
    m.out->spec = spec;
    bool ok = read_side(&m, 0, from, spec->today_from) && read_side(&m, 1, to, spec->today_to);
    if (ok) settle_all(&m);
    if (m.out->n) qsort(m.out->v, m.out->n, sizeof *m.out->v, event_order);
    free(m.people);
    map_free(&m.sides[0].by_key);
    map_free(&m.sides[1].by_key);
    map_free(&m.records);
    if (ok) return m.out;
    movement_free(m.out);
    return NULL;
}

void movement_free(struct movement *m)
{
    if (!m) return;
    free(m->v);
    arena_free(&m->memory);
    free(m);
}

const char *event_name(enum event e)
{
    static const char *const NAMES[] = {"未变", "新增", "迁移", "迁出", "去世", "更正增加", "更正减少"};
    return NAMES[e];
}

/* ---- by unit ---- */

enum { OPENING, NEW, MOVED_IN, MOVED_OUT, DIED, CORRECTED, CLOSING, MEASURES };
static const struct named_column COLUMNS[4 + MEASURES] = {
    {"period", "月份", COLUMN_CODE},      {"level", "级别", COLUMN_CODE},      {"unit", "单位编码", COLUMN_CODE},
    {"name", "单位", COLUMN_TEXT},        {"opening", "期初", COLUMN_COUNT},   {"new", "新增", COLUMN_COUNT},
    {"moved_in", "迁入", COLUMN_COUNT},   {"moved_out", "迁出", COLUMN_COUNT}, {"died", "去世", COLUMN_COUNT},
    {"corrected", "更正", COLUMN_CHANGE}, {"closing", "期末", COLUMN_COUNT}};

struct tallies {
    const struct units *units;
    struct map other;       /* codes that the units do not have */
    int64_t (*v)[MEASURES]; /* units, then others */
    size_t cap;
};

static uint32_t place_in(struct tallies *t, struct str code, enum level level)
{
    uint32_t i = units_code(t->units, code);
    if (i != UNIT_NONE) {
        uint32_t up = units_up(t->units, i, level);
        return up == UNIT_NONE ? i : up;
    }
    bool fresh;
    struct map_entry *e = map_at(&t->other, code, &fresh);
    if (fresh) {
        e->value = t->units->n + t->other.n - 1;
        mem_grow(&t->v, &t->cap, e->value + 1, sizeof *t->v);
        memset(t->v[e->value], 0, sizeof *t->v);
    }
    return (uint32_t)e->value;
}

/* What an event adds to the numbers of the unit that it leaves and of the one that it enters. */
static void measure_event(const struct person_event *e, bool same_unit, int64_t from[MEASURES], int64_t to[MEASURES])
{
    from[OPENING] = e->from.n > 0;
    to[CLOSING] = e->to.n > 0;
    switch (e->event) {
    case EVENT_STAYED: break;
    case EVENT_NEW: to[NEW]++; break;
    case EVENT_MOVED:
        if (same_unit) break; /* it cancels */
        from[MOVED_OUT]++;
        to[MOVED_IN]++;
        break;
    case EVENT_LEFT: from[MOVED_OUT]++; break;
    case EVENT_DIED: from[DIED]++; break;
    case EVENT_CORRECTED_IN: to[CORRECTED]++; break;
    case EVENT_CORRECTED_OUT: from[CORRECTED]--; break;
    }
}

static void tally_event(struct tallies *t, const struct person_event *e, enum level level)
{
    uint32_t from = e->from.n ? place_in(t, e->from, level) : UNIT_NONE, to = e->to.n ? place_in(t, e->to, level) : UNIT_NONE;
    int64_t leaves[MEASURES] = {0}, enters[MEASURES] = {0};
    measure_event(e, from == to, leaves, enters);
    for (int k = 0; k < MEASURES; k++) {
        if (from != UNIT_NONE) t->v[from][k] += leaves[k];
        if (to != UNIT_NONE) t->v[to][k] += enters[k];
    }
}

/* The code under which one of that code counts at a level. */
static struct str code_at(const struct units *u, struct str code, int level)
{
    if (level < 0) return code.n ? STR("*") : code; /* all units as one */
    uint32_t i = code.n ? units_code(u, code) : UNIT_NONE, up = i == UNIT_NONE ? i : units_up(u, i, (enum level)level);
    return up != UNIT_NONE ? u->v[up].code : code;
}

bool movement_behind(const struct movement *m, const struct person_event *e, int level, struct str unit, struct str column)
{
    struct str from = code_at(m->spec->units, e->from, level), to = code_at(m->spec->units, e->to, level);
    int64_t leaves[MEASURES] = {0}, enters[MEASURES] = {0};
    measure_event(e, str_eq(from, to), leaves, enters);
    for (int k = 0; k < MEASURES; k++) {
        if (!str_is(column, COLUMNS[4 + k].name)) continue;
        return (leaves[k] && (level < 0 || str_eq(from, unit))) || (enters[k] && (level < 0 || str_eq(to, unit)));
    }
    return false;
}

static void put_tally(struct result *r, const struct movement *m, const struct tallies *t, size_t i, enum level level)
{
    const struct units *u = t->units;
    struct str *v = result_line(r, LINE_PLAIN);
    v[0] = result_text(r, m->spec->to);
    v[1] = str_of(level_name(level));
    v[2] = result_text(r, i < u->n ? u->v[i].code : t->other.entries[i - u->n].key);
    if (i < u->n) v[3] = result_text(r, u->v[i].name);
    for (int k = 0; k < MEASURES; k++) v[4 + k] = result_number(r, t->v[i][k]);
}

static void put_level(struct result *r, const struct movement *m, enum level level)
{
    const struct units *u = m->spec->units;
    struct tallies t = {.units = u};
    mem_grow(&t.v, &t.cap, u->n, sizeof *t.v);
    memset(t.v, 0, u->n * sizeof *t.v);
    for (size_t i = 0; i < m->n; i++) tally_event(&t, &m->v[i], level);
    for (size_t i = 0; i < u->n + t.other.n; i++) {
        bool any = i < u->n && u->v[i].level == level;
        for (int k = 0; k < MEASURES; k++) any = any || t.v[i][k];
        if (any) put_tally(r, m, &t, i, level);
    }
    map_free(&t.other);
    free(t.v);
}

struct result *movement_result(const struct movement *m, enum level level)
{
    struct result *r = result_new();
    result_columns(r, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    for (int l = LEVEL_STATION; l < LEVEL_COUNT; l++)
        if (level == LEVEL_COUNT || (int)level == l) put_level(r, m, (enum level)l);
    return r;
}

static struct str name_of(const struct units *u, struct str code)
{
    uint32_t i = code.n ? units_code(u, code) : UNIT_NONE;
    return i == UNIT_NONE ? (struct str){0} : u->v[i].name;
}

struct result *movement_people(const struct movement *m)
{
    static const struct named_column PEOPLE[] = {{"period", "月份", COLUMN_CODE},     {"event", "变动", COLUMN_CODE},
                                                 {"from", "原单位编码", COLUMN_CODE}, {"from_name", "原单位", COLUMN_TEXT},
                                                 {"to", "现单位编码", COLUMN_CODE},   {"to_name", "现单位", COLUMN_TEXT},
                                                 {"name", "姓名", COLUMN_TEXT},       {"record", "记录号", COLUMN_CODE}};
    struct result *r = result_new();
    result_columns(r, PEOPLE, sizeof PEOPLE / sizeof *PEOPLE);
    for (size_t i = 0; i < m->n; i++) {
        const struct person_event *e = &m->v[i];
        if (e->event == EVENT_STAYED) continue;
        struct str *v = result_line(r, LINE_PLAIN);
        v[0] = result_text(r, m->spec->to);
        v[1] = str_of(event_name(e->event));
        v[2] = result_text(r, e->from);
        v[3] = result_text(r, name_of(m->spec->units, e->from));
        v[4] = result_text(r, e->to);
        v[5] = result_text(r, name_of(m->spec->units, e->to));
        v[6] = result_text(r, e->name);
        v[7] = result_text(r, e->record);
    }
    return r;
}
