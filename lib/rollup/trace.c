#include "rollup/trace.h"

#include <stdlib.h>

#include "rollup/places.h"
#include "rollup/trace_own.h"

/* ---- which number ---- */

static bool is_dimension(const struct rollup_dim *by, size_t n_by, struct str name, size_t *which)
{
    for (*which = 0; *which < n_by; ++*which)
        if (str_eq(by[*which].name, name)) return true;
    return false;
}

bool traced_read(struct result *table, size_t line, size_t column, const struct rollup_dim *by, size_t n_by, struct str blank,
                 struct traced *out)
{
    if (line >= table->n || column >= table->n_columns) return false;
    const struct result_line *l = &table->lines[line];
    const struct result_column *c = &table->columns[column];
    *out = (struct traced){.level = ROLLUP_WHOLE, .column = c->name};
    out->values = arena_zero(&table->memory, n_by, sizeof *out->values);
    for (size_t k = 0; k < table->n_columns; k++) {
        struct str name = table->columns[k].name, v = l->values[k];
        enum level level;
        size_t dim;
        if (str_is(name, "period")) out->period = v;
        if (l->kind == LINE_TOTAL || table->columns[k].pivoted) continue;
        if (str_is(name, "level") && level_of(v, &level)) out->level = (int)level;
        if (str_is(name, "unit")) out->unit = v;
        if (is_dimension(by, n_by, name, &dim)) out->values[dim] = str_eq(v, blank) || !v.n ? STR("") : v;
    }
    if (c->pivoted) /* the one dimension that has no column of its own */
        for (size_t d = 0; d < n_by; d++) {
            bool shown = false;
            for (size_t k = 0; k < table->n_columns && !shown; k++)
                shown = !table->columns[k].pivoted && str_eq(table->columns[k].name, by[d].name);
            if (!shown) out->values[d] = c->of.n ? c->of : STR("");
        }
    return c->kind >= COLUMN_COUNT;
}

/* All of "unit=S1,level=grid": may be of a line? */
static bool line_has(const struct result *r, const struct result_line *l, struct str wanted, bool *known)
{
    size_t at;
    bool all = true;
    *known = true;
    while (wanted.n) {
        if (!str_find(wanted, STR(","), &at)) at = wanted.n;
        struct str one = str_head(wanted, at);
        wanted = str_from(wanted, at + 1);
        if (!str_find(one, STR("="), &at)) continue;
        size_t k = 0;
        while (k < r->n_columns && !str_eq(r->columns[k].name, str_trim(str_head(one, at)))) k++;
        if (k == r->n_columns) *known = false;
        all = all && k < r->n_columns && str_eq(l->values[k], str_trim(str_from(one, at + 1)));
    }
    return all;
}

static bool choose_line(const struct result *r, struct str text, size_t *line, struct diag *d)
{
    size_t found = 0, number = 0, digits = 0;
    bool known = true;
    struct str first = text;
    if (str_find(text, STR(","), &digits)) first = str_head(text, digits);
    for (digits = 0; digits < first.n && first.s[digits] >= '0' && first.s[digits] <= '9'; digits++)
        number = number < r->n + 1 ? number * 10 + (size_t)(first.s[digits] - '0') : number;
    if (first.n && digits == first.n) {
        *line = number - 1;
        found = number >= 1 && number <= r->n;
    } else {
        for (size_t i = 0; i < r->n; i++) {
            if (!line_has(r, &r->lines[i], text, &known)) continue;
            if (!found++) *line = i;
        }
    }
    if (found == 1 && known) return true;
    struct buf wanted = {0}, several = {0};
    buf_str(&wanted, text);
    buf_int(&several, (int64_t)found);
    diag_add(d, found > 1 ? DIAG_TRACE_SEVERAL : DIAG_TRACE_NO_LINE, NULL, buf_text(&wanted), buf_text(&several), NULL);
    buf_free(&wanted);
    buf_free(&several);
    return false;
}

static size_t usual_column(const struct result *r)
{
    size_t first = r->n_columns;
    for (size_t k = r->n_columns; k--;) {
        if (str_is(r->columns[k].name, "count")) return k;
        if (r->columns[k].kind >= COLUMN_COUNT) first = k;
    }
    return first;
}

static bool choose_column(const struct result *r, struct str text, size_t *column, struct diag *d)
{
    struct str name = text;
    size_t at;
    while (str_find(name, STR(","), &at)) name = str_from(name, at + 1);
    bool digits = name.n > 0;
    for (size_t i = 0; i < name.n; i++) digits = digits && name.s[i] >= '0' && name.s[i] <= '9';
    *column = usual_column(r);
    if (str_find(name, STR("="), &at) || (digits && name.n == text.n)) return true;
    struct buf wanted = {0}, all = {0};
    name = str_trim(name);
    for (*column = 0; *column < r->n_columns; ++*column) {
        const struct result_column *c = &r->columns[*column];
        if (c->kind < COLUMN_COUNT) continue;
        if (str_eq(c->name, name)) break;
        if (all.n) buf_put(&all, " ");
        buf_str(&all, c->name);
    }
    buf_str(&wanted, name);
    if (*column == r->n_columns) diag_add(d, DIAG_TRACE_NO_COLUMN, NULL, buf_text(&wanted), buf_text(&all), NULL);
    buf_free(&wanted);
    buf_free(&all);
    return *column < r->n_columns;
}

bool traced_choose(const struct result *table, const char *text, size_t *line, size_t *column, struct diag *d)
{
    return choose_line(table, str_of(text), line, d) && choose_column(table, str_of(text), column, d);
}

bool traced_here(const struct tracing *t, const struct traced *number, struct str code)
{
    if (number->level == ROLLUP_WHOLE) return true;
    uint32_t i = t->units ? units_code(t->units, code) : UNIT_NONE;
    if (i == UNIT_NONE) return str_eq(code, number->unit);
    uint32_t up = units_up(t->units, i, (enum level)number->level);
    return str_eq(t->units->v[up == UNIT_NONE ? i : up].code, number->unit);
}

struct str trace_masked(struct result *r, struct buf *scratch, enum mask_profile p, enum mask m, struct str value)
{
    if (!value.n) return value;
    scratch->n = 0;
    mask_write(scratch, p, m, value);
    return result_text(r, buf_slice(scratch));
}

/* ---- records as lines ---- */

static bool is_unit_name(const struct field *f)
{
    return f->role == ROLE_COMMUNITY || f->role == ROLE_GRID || f->role == ROLE_BUILDING;
}

static bool is_machines(struct str name)
{
    return str_is(name, "_seen"); /* _batch says it to people */
}

/* Values as typed stand in columns of their own: they would double the width. */
static bool is_typed(const struct columns *c, struct str name)
{
    return str_ends(name, STR("_typed")) && columns_find(c, str_head(name, name.n - 6)) >= 0;
}

void record_lines_start(struct record_lines *l, const struct tracing *t, struct result *out, const struct columns *c)
{
    *l = (struct record_lines){.t = t, .out = out, .first = out->n_columns, .unit = columns_find(c, STR("unit"))};
    if (t->units) {
        places_columns(out);
        l->places = out->n_columns - l->first;
    }
    l->from = mem_zero(c->n, sizeof *l->from);
    l->fields = mem_zero(c->n, sizeof *l->fields);
    for (size_t i = 0; i < c->n; i++) {
        const struct field *f = t->schema ? schema_field(t->schema, c->names[i]) : NULL;
        if (is_machines(c->names[i]) || is_typed(c, c->names[i]) || (f && !f->on_form) || (f && t->units && is_unit_name(f)))
            continue;
        l->from[l->n] = (int)i;
        l->fields[l->n++] = f;
        result_column(out, c->names[i], f ? f->title : (struct str){0}, COLUMN_TEXT);
    }
}

void record_lines_put(struct record_lines *l, struct str *line, const struct str *values)
{
    uint32_t unit = l->places && l->unit >= 0 ? units_code(l->t->units, values[l->unit]) : UNIT_NONE;
    line += l->first;
    if (unit != UNIT_NONE) places_put(l->out, line, l->t->units, unit);
    line += l->places;
    for (size_t k = 0; k < l->n; k++)
        line[k] = l->fields[k] ? trace_masked(l->out, &l->text, l->t->mask, l->fields[k]->mask, values[l->from[k]])
                               : result_text(l->out, values[l->from[k]]);
}

void record_lines_end(struct record_lines *l)
{
    free(l->from);
    free(l->fields);
    buf_free(&l->text);
}
