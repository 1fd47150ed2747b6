#include <stdlib.h>

#include "book/build.h"
#include "book/difference.h"
#include "rollup/coverage.h"
#include "rollup/places.h"
#include "store/history.h"

/* Where what changed came from: a batch, a sheet, a row; `root`: the kind of what was undone, or brought back. */
enum origin_field { O_BATCH, O_KIND, O_ROOT, O_AT, O_BY, O_PERIOD, O_FILE, O_SHEET, O_ROW, O_SURVEY, O_RETURNED, O_FIELDS };
static const char *const ORIGIN[O_FIELDS] = {"batch", "kind",  "root_kind", "at",          "by",      "period",
                                             "file",  "sheet", "row",       "survey_date", "returned"};
struct origin {
    struct str v[O_FIELDS];
};
struct differing {
    struct building *b;
    int64_t reported;          /* the batch that was fixed */
    struct map records, links; /* record -> index of origin */
    struct map handed;         /* unit -> index of origin: the last sheet since */
    struct origin *origins;
    size_t n, cap;
    struct result *list;
    struct difference_counts counts;
    struct arena memory;
};

static size_t column(const struct rows *rows, const char *name)
{
    return (size_t)columns_find(&rows->columns, str_of(name));
}

static uint64_t keep_origin(struct differing *d, const struct rows *rows, const struct str *v)
{
    mem_grow(&d->origins, &d->cap, d->n + 1, sizeof *d->origins);
    struct origin *o = &d->origins[d->n];
    for (int i = 0; i < O_FIELDS; i++) {
        int at = columns_find(&rows->columns, str_of(ORIGIN[i]));
        o->v[i] = at < 0 ? (struct str){NULL, 0} : str_copy(&d->memory, v[at]);
    }
    return d->n++;
}

static bool load_origins(struct differing *d)
{
    struct rows *rows = store_origins(d->b->source->of->store, d->b->source->schema, d->reported, d->b->as_of);
    struct row_cursor cursor = {.rows = rows};
    if (!rows) return false;
    size_t c_record = column(rows, "record"), c_what = column(rows, "what");
    for (struct str *v; (v = rows_next(&cursor));)
        map_at(str_is(v[c_what], "link") ? &d->links : &d->records, v[c_record], NULL)->value = keep_origin(d, rows, v);
    bool ok = rows_done(&cursor);
    rows_close(rows);
    return ok;
}

/* What each unit handed in, for the month or (NULL) for any, the last of it; if `since`, only what came after the report. */
static bool load_returns(struct differing *d, const char *period, bool since, struct map *by_unit)
{
    struct rows *rows = store_returns(d->b->source->of->store, period, d->b->as_of);
    struct row_cursor cursor = {.rows = rows};
    if (!rows) return false;
    size_t c_unit = column(rows, "unit"), c_batch = column(rows, "batch");
    for (struct str *v; (v = rows_next(&cursor));) {
        decimal batch = 0;
        if (since && decimal_parse(v[c_batch], &batch) && batch / 1000000000 <= d->reported) continue;
        uint64_t n = keep_origin(d, rows, v);
        d->origins[n].v[O_KIND] = d->origins[n].v[O_ROOT] = STR("import");
        map_at(by_unit, v[c_unit], NULL)->value = n;
    }
    bool ok = rows_done(&cursor);
    rows_close(rows);
    return ok;
}

static const struct origin *origin_in(const struct differing *d, const struct map *m, struct str record)
{
    const struct map_entry *e = record.n ? map_find(m, record) : NULL;
    return e ? &d->origins[e->value] : NULL;
}

/* Does the sheet speak of the month that was reported, or of one before?  Then what it says was so already. */
static bool about_the_month(const struct differing *d, const struct origin *o)
{
    if (str_is(o->v[O_KIND], "undo") || (!str_is(o->v[O_ROOT], "import") && !str_is(o->v[O_ROOT], "unpack"))) return true;
    if (str_is(o->v[O_RETURNED], "correction")) return true;
    if (o->v[O_SURVEY].n) return str_cmp(str_head(o->v[O_SURVEY], 10), str_of(d->b->month_end)) <= 0;
    return str_cmp(o->v[O_PERIOD], d->b->period) <= 0;
}

static void basis(struct buf *out, const struct origin *o)
{
    static const char *const KINDS[][2] = {{"import", "导入"}, {"undo", "撤销"},  {"redo", "恢复"},      {"links", "查重"},
                                           {"judged", "判定"}, {"erase", "删除"}, {"unpack", "下级移交"}};
    if (!o) return;
    if (o->v[O_FILE].n) buf_str(out, o->v[O_FILE]);
    if (o->v[O_SHEET].n) {
        buf_char(out, '[');
        buf_str(out, o->v[O_SHEET]);
        buf_char(out, ']');
    }
    if (o->v[O_ROW].n) {
        buf_put(out, "第");
        buf_str(out, o->v[O_ROW]);
        buf_put(out, "行");
    }
    if (o->v[O_SURVEY].n) {
        buf_put(out, "，填表");
        buf_str(out, o->v[O_SURVEY]);
    }
    if (out->n) buf_put(out, "；");
    buf_put(out, "第");
    buf_str(out, o->v[O_BATCH]);
    buf_put(out, "批");
    struct str kind = o->v[O_KIND];
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (str_is(kind, KINDS[i][0])) kind = str_of(KINDS[i][1]);
    buf_str(out, kind);
    buf_char(out, ' ');
    buf_str(out, str_head(o->v[O_AT], 10));
    buf_char(out, ' ');
    buf_str(out, o->v[O_BY]);
}

/* ---- the list by records ---- */

enum { L_NATURE, L_WHAT, L_NAME, L_PLACE, L_FIELD, L_REPORTED, L_NOW, L_BASIS, L_RECORD_NO };

static void list_columns(struct differing *d)
{
    static const struct named_column COLUMNS[] = {
        {"nature", "性质", COLUMN_CODE},  {"what", "情况", COLUMN_CODE},  {"name", "姓名", COLUMN_TEXT},
        {"place", "登记处", COLUMN_TEXT}, {"field", "项目", COLUMN_TEXT}, {"reported", "已报", COLUMN_TEXT},
        {"now", "现知", COLUMN_TEXT},     {"basis", "依据", COLUMN_TEXT}, {"record", "记录号", COLUMN_TEXT}};
    d->list = result_new();
    result_columns(d->list, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
}

static struct str *list_line(struct differing *d, bool event, const char *what, const struct origin *o)
{
    struct buf text = {0};
    struct str *v = result_line(d->list, LINE_PLAIN);
    basis(&text, o);
    v[L_NATURE] = event ? STR("真实变动") : STR("更正");
    v[L_WHAT] = str_of(what);
    v[L_BASIS] = result_text(d->list, buf_slice(&text));
    buf_free(&text);
    if (event) d->counts.events++;
    else d->counts.corrections++;
    return v;
}

/* 云翠社区 1号楼 → 锦东社区 2号楼 */
static struct str way(struct differing *d, struct str from, struct str to)
{
    struct buf text = {0};
    if (from.n) buf_str(&text, places_text(d->list, d->b->source->units, from));
    if (from.n && to.n) buf_put(&text, " → ");
    if (to.n) buf_str(&text, places_text(d->list, d->b->source->units, to));
    struct str s = result_text(d->list, buf_slice(&text));
    buf_free(&text);
    return s;
}

/* Why somebody is there or not: what changed his record, or which records are his. */
static const struct origin *origin_of(const struct differing *d, const struct person_event *e)
{
    bool identity = e->event == EVENT_CORRECTED_IN || e->event == EVENT_CORRECTED_OUT;
    const struct origin *record = origin_in(d, &d->records, e->record), *link = origin_in(d, &d->links, e->record);
    const struct origin *own = identity && link ? link : record ? record : link;
    return own ? own : origin_in(d, &d->handed, e->to); /* a sheet that had him there, and changed nothing about him */
}

static const char *word_of(const struct person_event *e, const struct origin *o, bool event)
{
    bool link = o && str_is(o->v[O_ROOT], "links");
    switch (e->event) {
    case EVENT_NEW: return event ? "新增" : "补报";
    case EVENT_MOVED: return event ? "迁移" : "改登记处";
    case EVENT_CORRECTED_IN: return link ? "分为两人" : "重新计入";
    case EVENT_CORRECTED_OUT: return link ? "并为一人" : "不应计入";
    default: return event_name(e->event);
    }
}

static bool is_real(const struct differing *d, const struct person_event *e, const struct origin *o)
{
    switch (e->event) {
    case EVENT_DIED:
    case EVENT_LEFT: return true;
    case EVENT_NEW:
    case EVENT_MOVED: return o && !about_the_month(d, o);
    default: return false;
    }
}

/* Lists those who came, went or moved; what was no event becomes a correction of the movement. */
static void list_people(struct differing *d, struct movement *m)
{
    const struct field *name = schema_role(d->b->source->schema, ROLE_NAME);
    for (size_t i = 0, n = m->n; i < n; i++) {
        struct person_event e = m->v[i];
        if (e.event == EVENT_STAYED) continue;
        const struct origin *o = origin_of(d, &e);
        bool real = is_real(d, &e, o);
        struct str *v = list_line(d, real, word_of(&e, o, real), o);
        v[L_NAME] = building_masked(d->b, d->list, name, e.name);
        v[L_PLACE] = way(d, e.from, e.to);
        v[L_RECORD_NO] = result_text(d->list, e.record);
        if (real || e.event == EVENT_CORRECTED_IN || e.event == EVENT_CORRECTED_OUT) continue;
        if (e.event == EVENT_MOVED) {
            mem_grow(&m->v, &m->cap, m->n + 1, sizeof *m->v);
            m->v[m->n++] = (struct person_event){.event = EVENT_CORRECTED_OUT, .from = e.from, .name = e.name, .record = e.before};
            m->v[i].from = (struct str){0};
        }
        m->v[i].event = EVENT_CORRECTED_IN;
    }
}

/* ---- other values of those who are there still ---- */

static bool has_word(struct str text, struct str word)
{
    size_t at;
    for (; str_find(text, word, &at); text = str_from(text, at + word.n)) {
        char before = at ? text.s[at - 1] : ' ', after = at + word.n < text.n ? text.s[at + word.n] : ' ';
        bool open = !((before >= 'a' && before <= 'z') || before == '_'), shut = !((after >= 'a' && after <= 'z') || after == '_');
        if (open && shut) return true;
    }
    return false;
}

static bool table_uses(const struct table_spec *t, struct str field)
{
    bool uses = has_word(t->where, field) || str_eq(t->pivot, field);
    for (size_t i = 0; i < t->n_by; i++)
        uses = uses || str_eq(t->by[i].dim.name, field) || has_word(t->by[i].dim.expression, field);
    for (size_t i = 0; i < t->n_sum; i++) uses = uses || str_eq(t->sum[i], field);
    for (size_t i = 0; i < t->n_fields; i++) uses = uses || str_eq(t->fields[i], field);
    for (size_t i = 0; i < t->n_figures; i++) uses = uses || has_word(t->figures[i].where, field);
    return uses || (t->kind == TABLE_QUALITY && str_is(field, "_flags"));
}

/* Does any number or list of the report depend on the field? */
static bool report_uses(const struct report *r, const struct schema *l, struct str field)
{
    const struct field *f = schema_field(l, field);
    if (f && (f->role == ROLE_NAME || f->role == ROLE_CITIZEN_ID)) return true;
    if (has_word(r->where, field)) return true;
    for (size_t i = 0; i < r->n_sheets; i++)
        for (size_t k = 0; k < r->sheets[i].n_tables; k++)
            if (table_uses(&r->sheets[i].tables[k], field)) return true;
    return false;
}

/* What nobody's life changes. */
static bool is_fixed(const struct field *f)
{
    return f && (f->role == ROLE_NAME || f->role == ROLE_CITIZEN_ID || f->role == ROLE_BIRTH_DATE || f->role == ROLE_SEX);
}

/* Another value of a field, NULL: of the marks, that counts now. */
struct value {
    struct str record, name, unit, was, now;
    const struct field *field;
};

static void tell_value(struct differing *d, const struct value *v, bool real, const char *what, const struct origin *o)
{
    struct building *b = d->b;
    const struct field *f = v->field;
    struct str *line = list_line(d, real, what, o);
    line[L_NAME] = building_masked(b, d->list, schema_role(b->source->schema, ROLE_NAME), v->name);
    line[L_PLACE] = places_text(d->list, b->source->units, v->unit);
    line[L_FIELD] = f ? result_text(d->list, f->title) : STR("待核实标记");
    line[L_REPORTED] = f ? building_masked(b, d->list, f, v->was) : building_reasons(b, d->list, v->was);
    line[L_NOW] = f ? building_masked(b, d->list, f, v->now) : building_reasons(b, d->list, v->now);
    line[L_RECORD_NO] = result_text(d->list, v->record);
}

static bool list_values(struct differing *d)
{
    struct building *b = d->b;
    const struct schema *l = b->source->schema;
    struct rows *rows = store_changes(b->source->of->store, l, d->reported, b->as_of);
    if (!rows) return false;
    enum { CHANGE, UNIT, RECORD, NAME, FIELD, BEFORE, AFTER };
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; (v = rows_next(&cursor));) {
        if (!str_is(v[CHANGE], "changed") || !report_uses(b->report, l, v[FIELD])) continue;
        const struct value value = {v[RECORD], v[NAME], v[UNIT], v[BEFORE], v[AFTER], schema_field(l, v[FIELD])};
        const struct origin *o = origin_in(d, &d->records, v[RECORD]);
        bool real = o && !is_fixed(value.field) && !str_is(v[FIELD], "_flags") && !about_the_month(d, o);
        tell_value(d, &value, real, real ? "变化" : "改正", o);
    }
    bool ok = rows_done(&cursor);
    rows_close(rows);
    return ok;
}

/* Fields of the ledger that numbers or lists of the report depend on. */
static size_t used_fields(const struct differing *d, struct str *used)
{
    const struct schema *l = d->b->source->schema;
    size_t n = 0;
    for (size_t i = 0; i < l->n_fields; i++)
        if (report_uses(d->b->report, l, l->fields[i].name)) used[n++] = l->fields[i].name;
    return n;
}

static void number(struct map *m, struct str key)
{
    bool fresh;
    struct map_entry *e = map_at(m, key, &fresh);
    if (fresh) e->value = m->n - 1;
}

/* The values of some records at a moment: n of them at `to`, and n more for the next record of the map. */
static bool load_values(struct differing *d, int64_t as_of, const struct map *records, const struct str *want, size_t n,
                        struct str *to)
{
    const struct store_query q = {.ledger = d->b->source->schema, .as_of = as_of, .want = want, .n_want = n + 1};
    struct rows *rows = store_rows(d->b->source->of->store, &q);
    if (!rows) return false;
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; (v = rows_next(&cursor));) {
        const struct map_entry *e = map_find(records, v[n]);
        for (size_t i = 0; e && i < n; i++) to[e->value * n + i] = str_copy(&d->memory, v[i]);
    }
    bool ok = rows_done(&cursor);
    rows_close(rows);
    return ok;
}

static void compare_values(struct differing *d, const struct person_event *e, const struct str *fields, size_t n,
                           const struct str *was, const struct str *now)
{
    const struct origin *o = origin_of(d, e);
    for (size_t i = 0; i < n; i++) {
        const struct value value = {e->record, e->name, e->to, was[i], now[i], schema_field(d->b->source->schema, fields[i])};
        if (str_eq(was[i], now[i])) continue;
        tell_value(d, &value, o && !is_fixed(value.field) && !about_the_month(d, o), "改按另一条记录", o);
    }
}

/* People of several records who count by another of them now: no record need have changed, and yet other values count. */
static bool list_replaced(struct differing *d, const struct movement *m)
{
    struct map before = {0}, after = {0};
    for (size_t i = 0; i < m->n; i++) {
        const struct person_event *e = &m->v[i];
        if (!e->from.n || !e->to.n || str_eq(e->before, e->record)) continue;
        number(&before, e->before);
        number(&after, e->record);
    }
    const struct schema *l = d->b->source->schema;
    struct str *fields = mem_zero(l->n_fields + 1, sizeof *fields);
    size_t n = used_fields(d, fields);
    fields[n] = STR("_record");
    struct str *was = mem_zero(before.n * n, sizeof *was), *now = mem_zero(after.n * n, sizeof *now);
    bool ok =
        !before.n || (load_values(d, d->reported, &before, fields, n, was) && load_values(d, d->b->as_of, &after, fields, n, now));
    for (size_t i = 0; ok && before.n && i < m->n; i++) {
        const struct person_event *e = &m->v[i];
        if (!e->from.n || !e->to.n || str_eq(e->before, e->record)) continue;
        compare_values(d, e, fields, n, was + map_find(&before, e->before)->value * n,
                       now + map_find(&after, e->record)->value * n);
    }
    free(fields);
    free(was);
    free(now);
    map_free(&before);
    map_free(&after);
    return ok;
}

/* ---- buildings, and rows that went back ---- */

static bool list_states(struct differing *d)
{
    struct station *of = d->b->source->of;
    const struct units *u = d->b->source->units;
    struct map by_unit = {0};
    struct coverage *then = station_coverage(of, of->period, d->reported),
                    *now = then ? station_coverage(of, of->period, of->as_of) : NULL;
    bool ok = now && load_returns(d, arena_copy(&of->memory, of->period.s, of->period.n), false, &by_unit);
    for (uint32_t i = 0; ok && i < u->n; i++) {
        const struct covered *a = &then->v[i], *c = &now->v[i];
        if (!c->expected || a->state == c->state) continue;
        struct str *v = list_line(d, c->state > a->state,
                                  c->state < a->state          ? "退回"
                                  : a->state == STATE_RETURNED ? "退回已改"
                                                               : "补交",
                                  origin_in(d, &by_unit, u->v[i].code));
        v[L_PLACE] = places_text(d->list, u, u->v[i].code);
        v[L_FIELD] = STR("上报情况");
        v[L_REPORTED] = str_of(state_name(a->state));
        v[L_NOW] = str_of(state_name(c->state));
    }
    coverage_free(then);
    coverage_free(now);
    map_free(&by_unit);
    return ok;
}

/* Open rejected rows of a moment: where each stands -> how often. */
static bool load_rejects(struct differing *d, int64_t as_of, struct map *rows_at)
{
    struct rows *rows = store_rejects(d->b->source->of->store, as_of);
    struct buf key = {0};
    if (!rows) return false;
    static const char *const NAMES[] = {"unit", "file", "sheet", "row"};
    int at[4];
    for (int i = 0; i < 4; i++) at[i] = columns_find(&rows->columns, str_of(NAMES[i]));
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; (v = rows_next(&cursor));) {
        key.n = 0;
        buf_str(&key, v[at[0]]);
        buf_char(&key, 0);
        buf_str(&key, v[at[1]]);
        if (v[at[2]].n) {
            buf_char(&key, '[');
            buf_str(&key, v[at[2]]);
            buf_char(&key, ']');
        }
        buf_put(&key, "第");
        buf_str(&key, v[at[3]]);
        buf_put(&key, "行");
        map_at(rows_at, buf_slice(&key), NULL)->value++;
    }
    buf_free(&key);
    bool ok = rows_done(&cursor);
    rows_close(rows);
    return ok;
}

static void list_missing_rows(struct differing *d, const struct map *from, const struct map *in, bool mended)
{
    for (size_t i = 0; i < from->n; i++) {
        if (map_find(in, from->entries[i].key)) continue;
        struct str *v = list_line(d, !mended, mended ? "退回行已改" : "新退回行", NULL), key = from->entries[i].key;
        size_t unit = strnlen(key.s, key.n);
        v[L_PLACE] = places_text(d->list, d->b->source->units, str_head(key, unit));
        v[L_FIELD] = STR("退回待改");
        v[L_BASIS] = result_text(d->list, str_from(key, unit + 1));
        v[L_REPORTED] = mended ? STR("待改") : STR("");
        v[L_NOW] = mended ? STR("") : STR("待改");
    }
}

static bool list_rejects(struct differing *d)
{
    struct map then = {0}, now = {0};
    bool ok = load_rejects(d, d->reported, &then) && load_rejects(d, d->b->as_of, &now);
    if (ok) list_missing_rows(d, &then, &now, true);
    if (ok) list_missing_rows(d, &now, &then, false);
    map_free(&then);
    map_free(&now);
    return ok;
}

/* ---- all of it ---- */

/* Real events first. */
static void order_list(struct result *r)
{
    struct result_line *v = mem_zero(r->n + 1, sizeof *v);
    size_t n = 0;
    for (int corrections = 0; corrections < 2; corrections++)
        for (size_t i = 0; i < r->n; i++)
            if (str_is(r->lines[i].values[L_NATURE], "更正") == (corrections == 1)) v[n++] = r->lines[i];
    memcpy(r->lines, v, n * sizeof *v);
    free(v);
}

struct result *difference_list(struct building *b, int64_t reported, struct movement *m, struct difference_counts *counts)
{
    struct differing d = {.b = b, .reported = reported};
    list_columns(&d);
    bool ok = load_origins(&d) && load_returns(&d, NULL, true, &d.handed) && list_replaced(&d, m);
    if (ok) list_people(&d, m);
    ok = ok && list_values(&d) && list_states(&d) && list_rejects(&d);
    if (ok) order_list(d.list);
    else result_free(d.list);
    *counts = d.counts;
    map_free(&d.records);
    map_free(&d.links);
    map_free(&d.handed);
    free(d.origins);
    arena_free(&d.memory);
    return ok ? d.list : NULL;
}
