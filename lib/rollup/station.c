#include "rollup/station.h"

#include <stdlib.h>

#include "base/mask.h"
#include "ledger/expr.h"
#include "rollup/check.h"
#include "rollup/coverage.h"
#include "rollup/moment.h"
#include "store/kept.h"

bool station_open(struct station *s, struct str period, struct str otherwise, const char *as_of)
{
    return station_look(s, period, otherwise, as_of) && station_load_units(s);
}

bool station_load_units(struct station *s)
{
    s->units = store_units(s->store, s->as_of);
    return s->units != NULL;
}

bool station_look(struct station *s, struct str period, struct str otherwise, const char *as_of)
{
    s->period = period.n ? str_copy(&s->memory, period) : moment_newest(s->store, &s->memory);
    if (!s->period.n) s->period = otherwise;
    struct moment now = moment_of(s->store, s->period, 0, &s->memory);
    s->as_of = as_of ? store_as_of(s->store, as_of) : now.as_of;
    s->frozen = now.frozen;
    /* The month before is what it was at that moment: what came in since, for whatever month, does not change it. */
    struct moment before = moment_of(s->store, month_before(s->period, &s->memory), s->as_of, &s->memory);
    s->has_before = before.known;
    s->before = before.period;
    s->before_as_of = before.as_of;
    return s->as_of >= 0 && s->before_as_of >= 0;
}

void station_close(struct station *s)
{
    units_free(s->units);
    arena_free(&s->memory);
}

bool station_share(struct station *s, const char *folder, struct share *out)
{
    *out = (struct share){.folder = folder};
    if (!s->frozen || s->as_of != s->frozen) return true;
    return store_kept(s->store, arena_copy(&s->memory, s->period.s, s->period.n), 0, folder, out);
}

const char *station_where(struct station *s)
{
    if (!s->where) return s->schema->stock.n ? s->schema->stock.s : NULL;
    if (!s->schema->stock.n) return s->where;
    struct buf b = {0};
    buf_char(&b, '(');
    buf_str(&b, s->schema->stock);
    buf_printf(&b, ") AND (%s)", s->where);
    const char *both = arena_string(&s->memory, buf_text(&b));
    buf_free(&b);
    return both;
}

struct rows *station_rows(struct station *s, int64_t as_of)
{
    return store_rows(s->store, &(struct store_query){.ledger = s->schema, .as_of = as_of, .seen = true});
}

struct rollup *station_rollup(struct station *s, const struct rollup_spec *spec, int64_t as_of, struct str period)
{
    struct rows *rows = station_rows(s, as_of);
    if (!rows) return NULL;
    char today[11];
    struct rollup_spec full = *spec;
    full.period = period;
    full.where = station_where(s);
    full.schema = s->schema;
    full.units = s->units;
    full.threads = s->threads;
    full.today = rollup_month_end(period, today);
    struct rollup *r = rollup_rows(rows, &full, s->diag);
    rows_close(rows);
    return r;
}

static struct rows *returns_of(struct station *s, struct str period, int64_t as_of)
{
    return store_returns(s->store, arena_copy(&s->memory, period.s, period.n), as_of);
}

struct coverage *station_coverage(struct station *s, struct str period, int64_t as_of)
{
    struct rows *returns = returns_of(s, period, as_of);
    struct coverage *c = returns ? coverage_make(s->units, returns, period, s->deadline) : NULL;
    rows_close(returns);
    return c;
}

struct movement *station_movement(struct station *s, struct movement_spec *spec, struct str from, int64_t from_as_of, struct str to,
                                  int64_t to_as_of)
{
    char *from_end = arena_zero(&s->memory, 1, 11), *to_end = arena_zero(&s->memory, 1, 11);
    *spec = (struct movement_spec){.units = s->units,
                                   .schema = s->schema,
                                   .where = s->where,
                                   .from = from,
                                   .to = to,
                                   .today_from = rollup_month_end(from, from_end),
                                   .today_to = rollup_month_end(to, to_end)};
    const struct store_query before = {.ledger = s->schema, .as_of = from_as_of, .record = true, .seen = true},
                             now = {.ledger = s->schema, .as_of = to_as_of, .record = true, .seen = true};
    struct rows *a = store_rows(s->store, &before), *b = a ? store_rows(s->store, &now) : NULL;
    struct movement *m = b ? movement_make(spec, a, b, s->diag) : NULL;
    rows_close(a);
    rows_close(b);
    return m;
}

bool station_people(struct station *s, int64_t as_of, struct people_counts *n)
{
    *n = (struct people_counts){0};
    struct rows *rows = station_rows(s, as_of);
    if (!rows) return false;
    char today[11];
    const char *where = station_where(s);
    struct expr_env env = {
        .columns = rows->columns.names, .n = rows->columns.n, .schema = s->schema, .today = rollup_month_end(s->period, today)};
    struct expr *e = where ? expr_compile(&env, str_of(where), s->diag) : NULL;
    bool ok = e || !where;
    int entity = columns_find(&rows->columns, STR("_entity"));
    bool *wanted = mem_zero(rows->columns.n, sizeof *wanted);
    column_want(wanted, entity);
    if (e) expr_columns(e, wanted);
    rows_narrow(rows, wanted);
    free(wanted);
    struct map met = {0};
    struct row_cursor c = {.rows = rows};
    for (struct str *v; ok && (v = rows_next(&c));) {
        n->records++;
        bool fresh = true;
        if (e && !expr_matches(e, v)) {
            n->left++;
            continue;
        }
        if (entity >= 0 && v[entity].n) map_at(&met, v[entity], &fresh);
        n->again += !fresh;
    }
    ok = rows_done(&c) && ok;
    map_free(&met);
    expr_free(e);
    rows_close(rows);
    return ok;
}

static const struct rollup_spec ALL_LEVELS = {.level = ROLLUP_ALL};

static int check_people(struct station *s, const struct rollup *all, struct result *proof)
{
    struct people_counts n;
    if (!station_people(s, s->as_of, &n)) return -1;
    uint64_t people = rollup_total(all, LEVEL_STATION, (struct str){0});
    int bad = !check_pair(proof, s->period, STR("records=people+again+left"), STR("records"), n.records, people + n.again + n.left,
                          s->diag);
    return bad + !check_pair(proof, s->period, STR("records in the store"), STR("records"),
                             store_count(s->store, s->schema, s->as_of), n.records, s->diag);
}

static int check_states(struct station *s, struct result *proof)
{
    struct coverage *c = station_coverage(s, s->period, s->as_of);
    if (!c) return -1;
    uint64_t expected = 0, states = 0;
    for (uint32_t i = 0; i < s->units->n; i++) {
        expected += c->v[i].expected;
        for (int k = 0; s->units->v[i].parent == UNIT_NONE && k < STATE_COUNT; k++) states += c->v[i].counts[k];
    }
    coverage_free(c);
    return !check_pair(proof, s->period, STR("expected=missing+returned+late+nil+handed_in"), STR("units"), expected, states,
                       s->diag);
}

/* ---- what does not balance ---- */

enum { MOST_TOLD = 50 };
struct telling {
    struct station *s;
    const struct movement *m;
    struct map told; /* records that were named: those that a unit lacks, all units above it lack too */
    uint64_t n;
};

static struct str cell(const struct result *r, size_t line, const char *column)
{
    for (size_t k = 0; k < r->n_columns; k++)
        if (str_is(r->columns[k].name, column)) return r->lines[line].values[k];
    return (struct str){0};
}

static void tell(struct telling *t, enum diag_code code, const struct imbalance *at, struct str name, struct str record,
                 const struct place *place)
{
    struct buf text[4] = {{0}};
    bool fresh;
    buf_char(&text[0], at->closing ? 'c' : 'o');
    buf_str(&text[0], record);
    map_at(&t->told, buf_slice(&text[0]), &fresh);
    if (fresh && t->n++ < MOST_TOLD) {
        text[0].n = 0;
        buf_str(&text[0], name);
        buf_str(&text[1], record);
        buf_str(&text[2], at->closing ? t->m->spec->to : t->m->spec->from);
        buf_str(&text[3], at->unit.n ? at->unit : STR("-"));
        diag_add(t->s->diag, code, place, buf_text(&text[0]), buf_text(&text[1]), buf_text(&text[2]), buf_text(&text[3]), NULL);
    }
    for (int i = 0; i < 4; i++) buf_free(&text[i]);
}

/* The records of the unit that no line of the movement is about. */
static void tell_uncounted(struct telling *t, const struct imbalance *at, const struct result *records, const struct map *moved)
{
    const struct field *f = schema_role(t->s->schema, ROLE_NAME);
    for (size_t i = 0; i < records->n; i++) {
        struct str record = cell(records, i, "_record"), name = f ? cell(records, i, f->name.s) : (struct str){0};
        if (map_find(moved, record)) continue;
        struct buf file = {0}, sheet = {0};
        decimal row = 0;
        buf_str(&file, cell(records, i, "_file"));
        buf_str(&sheet, cell(records, i, "_sheet"));
        decimal_parse(cell(records, i, "_row"), &row);
        struct place place = {.file = file.n ? buf_text(&file) : NULL,
                              .sheet = sheet.n ? buf_text(&sheet) : NULL,
                              .row = (uint32_t)(row / 1000000000)};
        tell(t, DIAG_MOVEMENT_WITHOUT, at, name, record, &place);
        buf_free(&file);
        buf_free(&sheet);
    }
}

/* And the people of the movement who have no record there. */
static void tell_unfounded(struct telling *t, const struct imbalance *at, struct str column, const struct map *counted)
{
    struct buf name = {0};
    for (size_t i = 0; i < t->m->n; i++) {
        const struct person_event *e = &t->m->v[i];
        if (!movement_behind(t->m, e, at->level, at->unit, column) || map_find(counted, e->record)) continue;
        name.n = 0;
        mask_write(&name, PROFILE_INTERNAL, MASK_NAME, e->name);
        tell(t, DIAG_MOVEMENT_UNFOUNDED, at, buf_slice(&name), e->record, NULL);
    }
    buf_free(&name);
}

static bool tell_imbalance(struct telling *t, const struct imbalance *at, int64_t as_of)
{
    struct station *s = t->s;
    char today[11];
    struct traced number = {.unit = at->unit, .level = at->level, .column = at->closing ? STR("closing") : STR("opening")};
    const struct trace_spec spec = {.number = &number,
                                    .where = station_where(s),
                                    .today = rollup_month_end(at->closing ? t->m->spec->to : t->m->spec->from, today),
                                    .which = TRACE_COUNTED};
    struct result *records = station_trace_records(s, &spec, as_of, PROFILE_INTERNAL);
    struct map moved = {0}, counted = {0};
    for (size_t i = 0; i < t->m->n; i++)
        if (movement_behind(t->m, &t->m->v[i], at->level, at->unit, number.column)) map_at(&moved, t->m->v[i].record, NULL);
    for (size_t i = 0; records && i < records->n; i++) map_at(&counted, cell(records, i, "_record"), NULL);
    if (records) tell_uncounted(t, at, records, &moved);
    if (records) tell_unfounded(t, at, number.column, &counted);
    map_free(&moved);
    map_free(&counted);
    result_free(records);
    return records != NULL;
}

static bool tell_imbalances(struct station *s, const struct movement *m, const struct imbalances *open, int64_t from, int64_t to)
{
    struct telling t = {.s = s, .m = m};
    bool ok = true;
    for (size_t i = 0; ok && i < open->n; i++) ok = tell_imbalance(&t, &open->v[i], open->v[i].closing ? to : from);
    map_free(&t.told);
    if (t.n <= MOST_TOLD) return ok;
    struct buf more = {0};
    buf_int(&more, (int64_t)t.n - MOST_TOLD);
    diag_add(s->diag, DIAG_MOVEMENT_MORE, NULL, buf_text(&more), NULL);
    buf_free(&more);
    return ok;
}

int station_balance(struct station *s, const struct movement *m, int64_t from, int64_t to, struct result *proof)
{
    struct rollup *opening = station_rollup(s, &ALL_LEVELS, from, m->spec->from),
                  *closing = opening ? station_rollup(s, &ALL_LEVELS, to, m->spec->to) : NULL;
    struct imbalances open = {0};
    int bad = closing ? (int)check_movement(m, opening, closing, proof, &open, s->diag) : -1;
    if (bad > 0 && !tell_imbalances(s, m, &open, from, to)) bad = -1;
    imbalances_free(&open);
    rollup_free(opening);
    rollup_free(closing);
    return bad;
}

static int check_months(struct station *s, struct result *proof)
{
    if (!s->has_before) return 0;
    struct movement_spec spec;
    struct movement *m = station_movement(s, &spec, s->before, s->before_as_of, s->period, s->as_of);
    int bad = m ? station_balance(s, m, s->before_as_of, s->as_of, proof) : -1;
    movement_free(m);
    return bad;
}

int station_check(struct station *s, struct result *proof)
{
    struct rollup *all = station_rollup(s, &ALL_LEVELS, s->as_of, s->period);
    if (!all) return -1;
    int total = all->n ? (int)check_rollup(all, s->units, proof, s->diag) : 0;
    const int parts[] = {check_people(s, all, proof), check_states(s, proof), check_months(s, proof)};
    rollup_free(all);
    for (int i = 0; i < 3; i++) {
        if (parts[i] < 0) return -1;
        total += parts[i];
    }
    return total;
}

/* ---- what is behind a number ---- */

static struct tracing tracing_of(const struct station *s, enum mask_profile mask)
{
    return (struct tracing){s->schema, s->units, mask, s->diag};
}

/* Not sorted: of two records in one unit the rollup took the first of the same order. */
static struct rows *rows_with_source(struct station *s, int64_t as_of)
{
    const struct store_query q = {.ledger = s->schema, .as_of = as_of, .source = true, .record = true, .batch = true, .seen = true};
    return store_rows(s->store, &q);
}

struct result *station_trace_records(struct station *s, const struct trace_spec *spec, int64_t as_of, enum mask_profile mask)
{
    struct tracing t = tracing_of(s, mask);
    struct rows *rows = rows_with_source(s, as_of);
    struct result *r = rows ? trace_records(&t, spec, rows) : NULL;
    rows_close(rows);
    return r;
}

struct result *station_trace_coverage(struct station *s, const struct traced *number, const struct coverage *c, int64_t as_of,
                                      enum mask_profile mask)
{
    struct tracing t = tracing_of(s, mask);
    struct rows *returns = returns_of(s, c->period, as_of);
    struct rows *rejects = returns && str_is(number->column, "open") ? store_rejects(s->store, as_of) : NULL;
    struct result *r = rejects   ? trace_rejects(&t, number, rejects, returns)
                       : returns ? trace_coverage(&t, number, c, returns)
                                 : NULL;
    rows_close(rejects);
    rows_close(returns);
    return r;
}

struct result *station_trace_rejects(struct station *s, const struct traced *number, int64_t as_of, enum mask_profile mask)
{
    struct tracing t = tracing_of(s, mask);
    struct rows *rejects = store_rejects(s->store, as_of);
    struct result *r = rejects ? trace_rejects(&t, number, rejects, NULL) : NULL;
    rows_close(rejects);
    return r;
}

struct result *station_trace_movement(struct station *s, const struct traced *number, const struct movement *m, int64_t from,
                                      int64_t to, enum mask_profile mask)
{
    struct tracing t = tracing_of(s, mask);
    struct rows *a = rows_with_source(s, from), *b = a ? rows_with_source(s, to) : NULL;
    struct result *r = b ? trace_movement(&t, number, m, a, b) : NULL;
    rows_close(a);
    rows_close(b);
    return r;
}

struct result *station_trace_person(struct station *s, struct str record, const struct movement *m, int64_t from, int64_t to,
                                    enum mask_profile mask)
{
    struct tracing t = tracing_of(s, mask);
    struct rows *a = rows_with_source(s, from), *b = a ? rows_with_source(s, to) : NULL;
    struct result *r = b ? trace_person(&t, record, m, a, b) : NULL;
    rows_close(a);
    rows_close(b);
    return r;
}
