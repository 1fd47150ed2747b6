/* Units in the store: loaded from a units file, kept as versions by code, read back as struct units. */
#include <stdlib.h>

#include "store/own.h"
#include "store/pipe.h"

enum { UNIT_COLUMNS = 9 };

static void unit_values(const struct units *u, uint32_t i, struct buf *aliases, struct str v[UNIT_COLUMNS])
{
    const struct unit *n = &u->v[i];
    aliases->n = 0;
    for (size_t k = 0; k < n->n_aliases; k++) {
        if (k) buf_char(aliases, ';');
        buf_str(aliases, n->aliases[k]);
    }
    const struct str all[UNIT_COLUMNS] = {
        n->code,
        n->parent == UNIT_NONE ? STR("") : u->v[n->parent].code,
        str_of(level_name(n->level)),
        n->name,
        buf_slice(aliases),
        n->leader,
        n->phone,
        n->opens,
        n->closes,
    };
    for (size_t k = 0; k < UNIT_COLUMNS; k++) v[k] = all[k].n ? all[k] : STR("");
}

static sqlite3_stmt *select_units(struct store *s, int64_t as_of)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT code, parent, level, name, aliases, leader, phone, opens, closes, _id FROM vet_unit u WHERE ");
    buf_visible(&sql, "u", as_of);
    buf_put(&sql, " ORDER BY _id");
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    return q;
}

static uint64_t hash_of(const struct str *v)
{
    struct buf b = {0};
    image_of_values(&b, v, UNIT_COLUMNS);
    uint64_t h = str_hash(buf_slice(&b));
    buf_free(&b);
    return h;
}

struct known_unit {
    int64_t id;
    uint64_t hash;
    bool kept;
};

/* The units that are there: by code. */
static bool known_units(struct store *s, struct map *by_code, struct known_unit **known, size_t *n)
{
    sqlite3_stmt *q = select_units(s, 0);
    size_t cap = 0;
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        struct str v[UNIT_COLUMNS];
        for (int i = 0; i < UNIT_COLUMNS; i++) v[i] = column_str(q, i);
        mem_grow(known, &cap, *n + 1, sizeof **known);
        (*known)[*n] = (struct known_unit){.id = sqlite3_column_int64(q, UNIT_COLUMNS), .hash = hash_of(v)};
        map_at(by_code, v[0], NULL)->value = (*n)++;
    }
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(s, rc));
}

static bool change_units(struct store *s, const struct units *u, const struct map *by_code, struct known_unit *known,
                         size_t n_known, const bool *same)
{
    struct table *t = &s->tables[T_UNIT];
    struct buf aliases = {0};
    uint64_t added = 0, changed = 0, gone = 0;
    bool own = !s->batch.id; /* else they change within another batch */
    bool ok = !own || batch_begin(s, "units");
    for (uint32_t i = 0; ok && i < u->n; i++) {
        if (same[i]) continue;
        struct str v[UNIT_COLUMNS];
        unit_values(u, i, &aliases, v);
        const struct map_entry *e = map_find(by_code, v[0]);
        if (e) changed++;
        else added++;
        ok = (!e || table_close_row(s, t, known[e->value].id)) && table_open_row(s, t, v) && code_number(s, v[0]);
    }
    for (size_t k = 0; ok && k < n_known; k++) {
        if (known[k].kept) continue;
        gone++;
        ok = table_close_row(s, t, known[k].id);
    }
    if (ok && own)
        buf_printf(&s->batch.counts, "{\"added\":%llu,\"changed\":%llu,\"gone\":%llu}", (unsigned long long)added,
                   (unsigned long long)changed, (unsigned long long)gone);
    buf_free(&aliases);
    if (!own) return ok;
    return s->batch.id ? batch_end(s, ok) && ok : false;
}

bool units_apply(struct store *s, const struct units *u)
{
    struct map by_code = {0};
    struct known_unit *known = NULL;
    size_t n_known = 0;
    struct buf aliases = {0};
    bool *same = mem_zero(u->n + 1, sizeof *same);
    bool ok = known_units(s, &by_code, &known, &n_known), differs = false;
    for (uint32_t i = 0; ok && i < u->n; i++) {
        struct str v[UNIT_COLUMNS];
        unit_values(u, i, &aliases, v);
        const struct map_entry *e = map_find(&by_code, v[0]);
        same[i] = e && known[e->value].hash == hash_of(v);
        if (e) known[e->value].kept = true;
        if (!same[i]) differs = true;
    }
    for (size_t k = 0; ok && k < n_known; k++)
        if (!known[k].kept) differs = true;
    if (ok && differs) ok = change_units(s, u, &by_code, known, n_known, same);
    buf_free(&aliases);
    free(same);
    free(known);
    map_free(&by_code);
    return ok;
}

bool store_units_load(struct store *s, const struct units *u)
{
    return units_apply(s, u);
}

bool store_has_units(struct store *s)
{
    return pipe_drain(s) && store_number(s, "SELECT 1 FROM vet_unit WHERE _out IS NULL LIMIT 1") == 1;
}

struct units *store_units(struct store *s, int64_t as_of)
{
    sqlite3_stmt *q = select_units(s, as_of);
    struct units *u = units_new();
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        struct str v[UNIT_COLUMNS];
        for (int i = 0; i < UNIT_COLUMNS; i++) v[i] = column_str(q, i);
        units_add(u, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]);
    }
    sqlite3_finalize(q);
    bool ok = q && (rc == SQLITE_DONE || store_fault(s, rc));
    if (ok && u->n == 0) {
        struct place at = {.file = s->path};
        diag_add(s->diag, DIAG_STORE_NO_UNITS, &at, NULL);
        ok = false;
    }
    if (ok && units_ready(u, s->path, s->diag)) return u;
    units_free(u);
    return NULL;
}
