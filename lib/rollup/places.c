#include "rollup/places.h"

void places_columns(struct result *r)
{
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++)
        result_column(r, str_of(level_name((enum level)l)), level_title((enum level)l), COLUMN_TEXT);
}

static struct str name_at(struct result *r, const struct units *u, uint32_t i, int level)
{
    uint32_t up = units_up(u, i, (enum level)level);
    return up == UNIT_NONE ? (struct str){0} : result_text(r, u->v[up].name);
}

void places_put(struct result *r, struct str *v, const struct units *u, uint32_t i)
{
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) v[l - LEVEL_COMMUNITY] = name_at(r, u, i, l);
}

struct str places_text(struct result *r, const struct units *u, struct str code)
{
    uint32_t i = code.n ? units_code(u, code) : UNIT_NONE;
    if (i == UNIT_NONE) return result_text(r, code);
    struct buf b = {0};
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        uint32_t up = units_up(u, i, (enum level)l);
        if (up == UNIT_NONE) continue;
        if (b.n) buf_char(&b, ' ');
        buf_str(&b, u->v[up].name);
    }
    if (!b.n) buf_str(&b, u->v[i].name);
    struct str s = result_text(r, buf_slice(&b));
    buf_free(&b);
    return s;
}

size_t places_before(struct result *r, size_t at, size_t unit, const struct units *u, int level)
{
    size_t n = u && level > LEVEL_COMMUNITY && level < LEVEL_COUNT ? (size_t)(level - LEVEL_COMMUNITY) : 0;
    if (!n) return 0;
    size_t after = r->n_columns - at;
    for (size_t k = 0; k < n; k++) result_column(r, (struct str){0}, (struct str){0}, COLUMN_TEXT);
    memmove(&r->columns[at + n], &r->columns[at], after * sizeof *r->columns);
    for (size_t k = 0; k < n; k++) {
        int up = LEVEL_COMMUNITY + (int)k;
        r->columns[at + k] = (struct result_column){
            .name = str_of(level_name((enum level)up)), .title = level_title((enum level)up), .kind = COLUMN_TEXT};
    }
    for (size_t i = 0; i < r->n; i++) {
        struct str *v = arena_zero(&r->memory, r->n_columns, sizeof *v), *old = r->lines[i].values;
        memcpy(v, old, at * sizeof *v);
        memcpy(v + at + n, old + at, after * sizeof *v);
        uint32_t where = units_code(u, old[unit]);
        for (size_t k = 0; k < n && where != UNIT_NONE; k++) v[at + k] = name_at(r, u, where, LEVEL_COMMUNITY + (int)k);
        if (r->lines[i].kind == LINE_TOTAL) {
            v[at] = v[at + n];
            v[at + n] = (struct str){0};
        }
        r->lines[i].values = v;
    }
    return n;
}
