#include "rollup/bind.h"

bool rollup_recognised(const struct columns *c)
{
    return columns_find(c, STR("unit")) >= 0 && columns_find(c, STR("count")) >= 0 && columns_find(c, STR("level")) >= 0;
}

void rollup_columns(const struct columns *c, struct str *dims, size_t *n_dims, struct str *sums, size_t *n_sums)
{
    static const char *const OURS[] = {"period", "level", "unit", "name", "count", "percent"};
    *n_dims = *n_sums = 0;
    for (size_t k = 0; k < c->n; k++) {
        bool ours =
            str_starts(c->names[k], STR("min_")) || str_starts(c->names[k], STR("max_")) || str_starts(c->names[k], STR("%"));
        for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++) ours = ours || str_is(c->names[k], OURS[i]);
        if (str_starts(c->names[k], STR("sum_"))) sums[(*n_sums)++] = str_from(c->names[k], 4);
        else if (!ours) dims[(*n_dims)++] = c->names[k];
    }
}

/* The columns that people know: not what was typed, not what is ours. */
static void list_columns(struct buf *out, const struct columns *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (str_starts(c->names[i], STR("_")) || str_ends(c->names[i], STR("_typed"))) continue;
        if (out->n) buf_char(out, ' ');
        buf_str(out, c->names[i]);
    }
}

static bool find(const struct columns *c, struct str name, int *column, struct diag *d)
{
    *column = columns_find(c, name);
    if (*column >= 0) return true;
    struct buf wanted = {0}, near = {0};
    buf_str(&wanted, name);
    buf_str(&near, columns_nearest(c, name));
    enum diag_code code = near.n ? DIAG_ROLLUP_COLUMN : DIAG_ROLLUP_COLUMN_NONE;
    if (!near.n) list_columns(&near, c);
    diag_add(d, code, NULL, buf_text(&wanted), buf_text(&near), NULL);
    buf_free(&wanted);
    buf_free(&near);
    return false;
}

static struct str prefixed(struct arena *a, const char *prefix, struct str name)
{
    struct buf b = {0};
    buf_put(&b, prefix);
    buf_str(&b, name);
    struct str s = str_copy(a, buf_slice(&b));
    buf_free(&b);
    return s;
}

static bool bind_sum(struct binding *b, const struct columns *c, struct str field, struct sum_columns *to, struct diag *d)
{
    if (!b->rollups) {
        bool ok = find(c, field, &to->sum, d);
        to->least = to->most = to->sum;
        return ok;
    }
    return find(c, prefixed(&b->memory, "sum_", field), &to->sum, d) &&
           find(c, prefixed(&b->memory, "min_", field), &to->least, d) &&
           find(c, prefixed(&b->memory, "max_", field), &to->most, d);
}

/* The fields to add up: those asked for, of rollups without being asked all that they have. */
static void choose_sums(struct binding *b, const struct columns *c)
{
    const struct rollup_spec *spec = b->spec;
    b->sums = arena_zero(&b->memory, spec->n_sum + c->n, sizeof *b->sums);
    for (size_t i = 0; i < spec->n_sum; i++) b->sums[b->n_sums++] = str_copy(&b->memory, spec->sum[i]);
    if (!b->rollups || spec->n_sum) return;
    size_t n_dims;
    struct str *dims = arena_zero(&b->memory, c->n, sizeof *dims);
    rollup_columns(c, dims, &n_dims, b->sums, &b->n_sums);
    for (size_t i = 0; i < b->n_sums; i++) b->sums[i] = str_copy(&b->memory, b->sums[i]);
}

bool binding_make(struct binding *b, const struct rollup_spec *spec, const struct columns *c, struct diag *d)
{
    *b = (struct binding){.spec = spec,
                          .rollups = rollup_recognised(c),
                          .level = -1,
                          .period = -1,
                          .name = -1,
                          .count = -1,
                          .entity = -1,
                          .seen = -1};
    bool ok = true;
    b->unit = columns_find(c, STR("unit"));
    if (spec->level != ROLLUP_WHOLE && b->unit < 0) {
        diag_add(d, DIAG_ROLLUP_NO_UNITS, NULL, NULL);
        ok = false;
    }
    if (b->rollups) {
        b->level = columns_find(c, STR("level"));
        b->count = columns_find(c, STR("count"));
        b->period = columns_find(c, STR("period"));
        b->name = columns_find(c, STR("name"));
    } else {
        if (spec->count == COUNT_ENTITIES) b->entity = columns_find(c, STR("_entity"));
        b->seen = columns_find(c, STR("_seen"));
        if (spec->level != ROLLUP_WHOLE && !spec->units) {
            diag_add(d, DIAG_ROLLUP_NEEDS_UNITS, NULL, spec->level == ROLLUP_ALL ? "all" : rollup_level_name(spec->level), NULL);
            ok = false;
        }
    }
    b->by = arena_zero(&b->memory, spec->n_by, sizeof *b->by);
    for (size_t i = 0; i < spec->n_by; i++) {
        if (spec->by[i].expression.n) b->by[i] = -1;
        else ok = find(c, spec->by[i].name, &b->by[i], d) && ok;
    }
    choose_sums(b, c);
    b->sum_columns = arena_zero(&b->memory, b->n_sums, sizeof *b->sum_columns);
    for (size_t i = 0; i < b->n_sums; i++) ok = bind_sum(b, c, b->sums[i], &b->sum_columns[i], d) && ok;
    return ok;
}

void binding_columns(const struct binding *b, bool *wanted)
{
    const int fixed[] = {b->unit, b->entity, b->seen, b->level, b->period, b->name, b->count};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) column_want(wanted, fixed[i]);
    for (size_t i = 0; i < b->spec->n_by; i++) column_want(wanted, b->by[i]);
    for (size_t i = 0; i < b->n_sums; i++) {
        column_want(wanted, b->sum_columns[i].sum);
        column_want(wanted, b->sum_columns[i].least);
        column_want(wanted, b->sum_columns[i].most);
    }
}

void binding_free(struct binding *b)
{
    arena_free(&b->memory);
}
