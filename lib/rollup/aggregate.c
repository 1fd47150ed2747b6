#include "rollup/aggregate.h"

#include <stdlib.h>

#include "base/mask.h"
#include "flow/reread.h"
#include "rollup/check.h"
#include "rollup/moment.h"
#include "rollup/shape.h"
#include "rollup/trace.h"

/* ---- the request ---- */

/* a,b,name=EXPR: fields, and at the end perhaps an expression, in which commas are its own. */
static size_t split(const struct opt_list *given, struct rollup_dim **out)
{
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < given->n; i++) {
        struct str left = str_of(given->v[i]);
        while (left.n) {
            struct rollup_dim dim = {0};
            size_t comma, equals;
            if (!str_find(left, STR(","), &comma)) comma = left.n;
            if (str_find(left, STR("="), &equals) && equals < comma) {
                dim.expression = str_from(left, equals + 1);
                comma = left.n;
            } else {
                equals = comma;
            }
            dim.name = str_trim(str_head(left, equals));
            left = str_from(left, comma + 1);
            if (!dim.name.n && !dim.expression.n) continue;
            mem_grow(out, &cap, n + 1, sizeof **out);
            (*out)[n++] = dim;
        }
    }
    return n;
}

static bool names_are_free(const struct aggregate *a, struct diag *d)
{
    static const char *const TAKEN[] = {"period", "level", "unit", "name", "count", "percent"};
    for (size_t i = 0; i < a->n_by; i++)
        for (size_t k = 0; k < sizeof TAKEN / sizeof *TAKEN; k++) {
            if (!str_is(a->by[i].name, TAKEN[k]) || str_eq(a->by[i].name, a->pivot)) continue; /* of a pivot only values show */
            diag_add(d, DIAG_ROLLUP_NAME_TAKEN, NULL, TAKEN[k], NULL);
            return false;
        }
    return true;
}

bool aggregate_by(struct aggregate *a, const struct opt_list *by, const struct opt_list *sum, const char *pivot, struct diag *d)
{
    struct rollup_dim *sums = NULL;
    bool given = false;
    a->n_by = split(by, &a->by);
    a->n_sum = split(sum, &sums);
    a->sum = mem_zero(a->n_sum, sizeof *a->sum);
    for (size_t i = 0; i < a->n_sum; i++) a->sum[i] = sums[i].name;
    free(sums);
    a->pivot = str_of(pivot);
    for (size_t i = 0; i < a->n_by; i++) given |= str_eq(a->by[i].name, a->pivot);
    if (pivot && !given) {
        a->by = mem_resize(a->by, a->n_by + 1, sizeof *a->by);
        a->by[a->n_by++] = (struct rollup_dim){a->pivot, {0}};
    }
    return names_are_free(a, d);
}

void aggregate_free(struct aggregate *a)
{
    free(a->by);
    free(a->sum);
}

bool aggregate_needs_schema(const struct aggregate *a, const char *where)
{
    bool any = where != NULL || a->explain != NULL || (a->mask != PROFILE_NONE && a->n_by);
    for (size_t i = 0; i < a->n_by; i++) any = any || a->by[i].expression.n;
    return any;
}

/* Rollups are compared in all that they tell apart. */
static void all_dimensions(struct aggregate *a, const struct columns *c)
{
    struct str *dims = mem_zero(c->n, sizeof *dims), *sums = mem_zero(c->n, sizeof *sums);
    size_t n_sums;
    rollup_columns(c, dims, &a->n_by, sums, &n_sums);
    a->by = mem_resize(a->by, a->n_by, sizeof *a->by);
    for (size_t i = 0; i < a->n_by; i++) a->by[i] = (struct rollup_dim){dims[i], {0}};
    free(dims);
    free(sums);
}

static struct rollup_spec spec_of(const struct aggregate *a)
{
    return (struct rollup_spec){
        .level = a->level, .by = a->by, .n_by = a->n_by, .sum = a->sum, .n_sum = a->n_sum, .count = a->count};
}

/* How a dimension is masked: by the ledger, where it is a field that says who somebody is, by whatever name (who=name). */
static enum mask mask_of_dimension(const struct schema *l, const struct rollup_dim *dim)
{
    const struct field *f = l ? schema_field(l, dim->expression.n ? str_trim(dim->expression) : dim->name) : NULL;
    return f && f->mask != MASK_DATE ? f->mask : MASK_NONE;
}

static struct str masked(struct result *r, enum mask_profile p, enum mask m, struct str value)
{
    struct buf b = {0};
    mask_write(&b, p, m, value);
    struct str s = result_text(r, buf_slice(&b));
    buf_free(&b);
    return s;
}

/* A column of one value of the pivot: VALUE, or %VALUE. */
static void mask_heading(struct result *r, struct result_column *c, enum mask_profile p, enum mask m)
{
    struct buf b = {0};
    if (str_starts(c->name, STR("%")) && !str_eq(c->name, c->of)) buf_char(&b, '%');
    buf_str(&b, masked(r, p, m, c->of));
    c->name = c->title = result_text(r, buf_slice(&b));
    buf_free(&b);
}

/* Values of --by and --pivot that are personal data. */
static void mask_dimensions(struct aggregate *a, const struct schema *l, struct result *r)
{
    enum { BEFORE = 4 }; /* period, level, unit, name */
    size_t column = BEFORE;
    for (size_t k = 0; k < a->n_by; k++) {
        enum mask m = mask_of_dimension(l, &a->by[k]);
        bool pivot = a->pivot.n && str_eq(a->by[k].name, a->pivot);
        size_t at = column;
        column += !pivot;
        if (m == MASK_NONE) continue;
        a->personal = true;
        if (a->mask == PROFILE_NONE || a->explain) continue; /* what is explained is found by its values */
        for (size_t i = 0; !pivot && i < r->n; i++) r->lines[i].values[at] = masked(r, a->mask, m, r->lines[i].values[at]);
        for (size_t c = 0; pivot && c < r->n_columns; c++)
            if (r->columns[c].pivoted && r->columns[c].of.n) mask_heading(r, &r->columns[c], a->mask, m);
    }
}

static struct result *shaped(struct aggregate *a, struct rollup *r, const struct schema *l, struct diag *d)
{
    struct shape shape = {.pivot = a->pivot, .percent = a->percent, .total = a->total};
    struct result *table = r ? rollup_shape(r, &shape, d) : NULL;
    if (table) mask_dimensions(a, l, table);
    rollup_free(r);
    return table;
}

/* Which number of the table is meant; false after a finding. */
static bool choose(const struct aggregate *a, struct result *table, struct traced *number, struct diag *d)
{
    size_t line, column;
    return table && traced_choose(table, a->explain, &line, &column, d) &&
           traced_read(table, line, column, a->by, a->n_by, (struct str){0}, number);
}

static struct trace_spec trace_of(const struct aggregate *a, const struct traced *number, const struct rollup_spec *spec)
{
    return (struct trace_spec){.number = number,
                               .by = a->by,
                               .n_by = a->n_by,
                               .where = spec->where,
                               .today = spec->today,
                               .which = spec->count == COUNT_RECORDS ? TRACE_EVERY : TRACE_COUNTED};
}

/* ---- a stream ---- */

/* A table that --pivot made has numbers where dimensions would stand, and in every row they add up to its count. */
static bool is_pivoted(const struct rollup *r)
{
    bool counts = false;
    for (size_t i = 0; i < r->n; i++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < r->n_by; k++) {
            struct str v = r->rows[i].by[k];
            if (str_starts(r->by[k], STR("%"))) continue; /* a share */
            if (!v.n || v.n > 15) return false;
            uint64_t n = 0;
            for (size_t c = 0; c < v.n; c++) {
                if (v.s[c] < '0' || v.s[c] > '9') return false;
                n = n * 10 + (uint64_t)(v.s[c] - '0');
            }
            sum += n;
            counts = true;
        }
        if (sum != r->rows[i].count) return false;
    }
    return counts;
}

static struct result *table_of_rows(struct aggregate *a, struct rollup_spec *spec, struct rows *rows, struct diag *d)
{
    bool rollups = rollup_recognised(&rows->columns);
    if (a->kind == AGGREGATE_CHECK && !a->n_by && rollups) all_dimensions(a, &rows->columns);
    spec->by = a->by;
    spec->n_by = a->n_by;
    if (rollups && !a->month_given) spec->period = (struct str){0}; /* rollups know theirs */
    if (a->kind != AGGREGATE_CHECK) return shaped(a, rollup_rows(rows, spec, d), spec->schema, d);
    struct rollup *all = rollup_given(rows, spec, d);
    bool pivoted = all && rollups && is_pivoted(all);
    if (pivoted) diag_add(d, DIAG_ROLLUP_PIVOTED, NULL, NULL);
    struct result *proof = all && !pivoted ? check_result() : NULL;
    if (proof) check_rollup(all, spec->units, proof, d);
    rollup_free(all);
    return proof;
}

static struct result *explain_stream(const struct aggregate *a, const struct aggregate_input *in, const struct rollup_spec *spec,
                                     struct result *table, struct diag *d)
{
    struct traced number;
    struct tracing t = {in->schema, in->units, a->mask, d};
    struct rows *rows = choose(a, table, &number, d) ? rows_open(in->paths, in->n_paths, in->from, d) : NULL;
    struct trace_spec trace = trace_of(a, &number, spec);
    struct result *answer = rows ? trace_records(&t, &trace, rows) : NULL;
    rows_close(rows);
    result_free(table);
    return answer;
}

struct result *aggregate_stream(struct aggregate *a, const struct aggregate_input *in, struct diag *d)
{
    struct rollup_spec spec = spec_of(a);
    struct aggregate_input own = *in;
    char today[11];
    spec.schema = in->schema;
    spec.units = in->units;
    spec.where = in->where;
    spec.threads = in->threads;
    spec.period = a->month;
    spec.today = rollup_month_end(a->month, today);
    if (a->level == AGGREGATE_LEVEL_FREE) spec.level = in->units ? LEVEL_STATION : ROLLUP_WHOLE;
    /* What is explained is read twice. */
    struct reread *twice = a->explain ? reread_open(in->paths, in->n_paths, d) : NULL;
    if (a->explain && !twice) return NULL;
    if (twice) own.paths = reread_paths(twice, &own.n_paths);
    struct rows *rows = rows_open(own.paths, own.n_paths, own.from, d);
    struct result *table = rows ? table_of_rows(a, &spec, rows, d) : NULL;
    rows_close(rows);
    if (table && a->explain) table = explain_stream(a, &own, &spec, table, d);
    reread_close(twice);
    return table;
}

/* ---- the store ---- */

static struct result *coverage_of(const struct aggregate *a, struct station *of, int level)
{
    struct coverage *c = station_coverage(of, of->period, of->as_of);
    struct result *table = c ? coverage_result(c, (enum level)level) : NULL, *answer = NULL;
    if (c && a->require) coverage_require(c, a->least, of->diag);
    struct traced number;
    if (table && a->explain && choose(a, table, &number, of->diag))
        answer = station_trace_coverage(of, &number, c, of->as_of, a->mask);
    coverage_free(c);
    if (!a->explain) return table;
    result_free(table);
    return answer;
}

/* "2026-10..2026-11" */
static bool two_months(struct station *of, const char *text, struct moment *from, struct moment *to)
{
    size_t at;
    struct str both = str_of(text);
    if (str_find(both, STR(".."), &at) && at == 7 && both.n == 16) {
        *to = moment_of(of->store, str_from(both, 9), 0, &of->memory);
        *from = moment_of(of->store, str_head(both, 7), to->as_of, &of->memory);
        if (from->known && to->known && from->as_of >= 0 && to->as_of >= 0) return true;
        diag_add(of->diag, DIAG_MOVEMENT_UNKNOWN, NULL, from->known ? to->period.s : from->period.s, NULL);
        return false;
    }
    diag_add(of->diag, DIAG_OPTION_BAD, NULL, "--movement", text, "YYYY-MM..YYYY-MM", NULL);
    return false;
}

static void mask_names(struct result *r, enum mask_profile mask)
{
    struct buf b = {0};
    for (size_t k = 0; mask != PROFILE_NONE && k < r->n_columns; k++) {
        if (!str_is(r->columns[k].name, "name")) continue;
        for (size_t i = 0; i < r->n; i++) {
            b.n = 0;
            mask_write(&b, mask, MASK_NAME, r->lines[i].values[k]);
            r->lines[i].values[k] = result_text(r, buf_slice(&b));
        }
    }
    buf_free(&b);
}

static struct result *movement_of(const struct aggregate *a, struct station *of, int level)
{
    struct moment from, to;
    struct movement_spec spec;
    if (!two_months(of, a->months, &from, &to)) return NULL;
    struct movement *m = station_movement(of, &spec, from.period, from.as_of, to.period, to.as_of);
    bool people = a->kind == AGGREGATE_PEOPLE;
    struct result *table = !m ? NULL : people ? movement_people(m) : movement_result(m, (enum level)level), *answer = NULL;
    if (table && people) mask_names(table, a->mask);
    struct traced number;
    if (table && a->explain && choose(a, table, &number, of->diag))
        answer = station_trace_movement(of, &number, m, from.as_of, to.as_of, a->mask);
    movement_free(m);
    if (!a->explain) return table;
    result_free(table);
    return answer;
}

static struct result *rollup_of(struct aggregate *a, struct station *of)
{
    struct rollup_spec spec = spec_of(a);
    if (a->level == AGGREGATE_LEVEL_FREE) spec.level = LEVEL_STATION;
    if (of->schema->n_key) spec.count = COUNT_RECORDS; /* a ledger of events: a person's events all count */
    struct result *table = shaped(a, station_rollup(of, &spec, of->as_of, of->period), of->schema, of->diag), *answer = NULL;
    if (!a->explain) return table;
    struct traced number;
    char today[11];
    spec.where = station_where(of);
    spec.today = rollup_month_end(of->period, today);
    if (choose(a, table, &number, of->diag)) {
        struct trace_spec trace = trace_of(a, &number, &spec);
        answer = station_trace_records(of, &trace, of->as_of, a->mask);
    }
    result_free(table);
    return answer;
}

struct result *aggregate_station(struct aggregate *a, struct station *of)
{
    /* Of coverage and movement: all levels unless told. */
    int level = a->level == AGGREGATE_LEVEL_FREE || a->level == ROLLUP_ALL ? LEVEL_COUNT : a->level;
    switch (a->kind) {
    case AGGREGATE_COVERAGE: return coverage_of(a, of, level);
    case AGGREGATE_MOVEMENT:
    case AGGREGATE_PEOPLE: return movement_of(a, of, level);
    case AGGREGATE_ROLLUP: return rollup_of(a, of);
    case AGGREGATE_CHECK: break;
    }
    struct result *proof = check_result();
    if (station_check(of, proof) >= 0) return proof;
    result_free(proof);
    return NULL;
}
