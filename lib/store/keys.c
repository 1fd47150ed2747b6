#include "store/keys.h"

#include <stdlib.h>

#include "store/pipe.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
    a ^= b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2);
    a *= 0xff51afd7ed558ccdu;
    a ^= a >> 32;
    return a ? a : 1;
}

uint32_t date_number(struct str t)
{
    uint32_t part[3] = {0};
    size_t n = 0;
    for (size_t i = 0; i < t.n && n < 3; i++) {
        if (t.s[i] == '-') n++;
        else if (t.s[i] < '0' || t.s[i] > '9') break;
        else part[n] = part[n] * 10 + (uint32_t)(t.s[i] - '0');
    }
    return part[0] * 10000 + part[1] * 100 + part[2];
}

/* 1985 and 1985-06-15 may be one date; 1985-06 and 1985-07 are not. */
static bool dates_agree(uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0 || a == b) return true;
    if (a % 10000 == 0 || b % 10000 == 0) return a / 10000 == b / 10000;
    if (a % 100 == 0 || b % 100 == 0) return a / 100 == b / 100;
    return false;
}

static void start_over(struct keys *k)
{
    k->n = 0;
    k->used = 0;
    if (k->slots) memset(k->slots, 0, k->n_slots * sizeof *k->slots);
    map_free(&k->units);
}

static bool ask_empty(struct keys *k, struct store *s)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT 1 FROM ");
    buf_name(&sql, tables_ledger(s, k->ledger->name)->name);
    buf_put(&sql, " LIMIT 1");
    k->all_known = store_number(s, buf_text(&sql)) == 0;
    buf_free(&sql);
    return !s->failed;
}

/* What is read for the key, in the order of keys_of: id, name and birth date, or the primary key. */
static void key_columns(const struct keys *k, struct buf *sql)
{
    const struct field *who[] = {k->id, k->name, k->birth};
    for (size_t i = 0; i < 3 && !k->ledger->n_key; i++) {
        buf_put(sql, who[i] ? ", v." : ", NULL");
        if (who[i]) buf_name(sql, who[i]->name);
    }
    for (size_t i = 0; i < k->ledger->n_key; i++) {
        buf_put(sql, ", v.");
        buf_name(sql, k->ledger->key[i]);
    }
}

bool keys_start(struct keys *k, struct store *s, const struct schema *l)
{
    *k = (struct keys){.ledger = l, .generation = s->generation};
    if (!l->n_key) {
        k->id = schema_role(l, ROLE_CITIZEN_ID);
        k->name = schema_role(l, ROLE_NAME);
        k->birth = schema_role(l, ROLE_BIRTH_DATE);
    }
    asked_start(&k->asked, l);
    if (!pipe_drain(s) || !ask_empty(k, s)) return false;
    struct buf sql = {0};
    buf_put(&sql, "SELECT v._id, v._record, v._hash, s.survey_date, v._asked, v._kept");
    key_columns(k, &sql);
    buf_put(&sql, " FROM ");
    buf_name(&sql, tables_ledger(s, l->name)->name);
    buf_put(&sql, " v LEFT JOIN vet_sheet s ON s._id = v._sheet WHERE v._unit IS ? AND v._out IS NULL ORDER BY v._id");
    k->load = store_prepare(s, buf_text(&sql));
    buf_free(&sql);
    if (k->load)
        k->load_seen =
            store_prepare(s, "SELECT s.survey_date, r.seen, r.asked FROM vet_return r JOIN vet_sheet s ON s._id = r.sheet"
                             " WHERE r.unit IS ? AND r.ledger = ? AND r.seen <> '' AND s.survey_date <> '' AND r._out IS NULL");
    return k->load_seen != NULL;
}

void keys_free(struct keys *k)
{
    sqlite3_finalize(k->load);
    sqlite3_finalize(k->load_seen);
    free(k->v);
    free(k->slots);
    map_free(&k->units);
    asked_free(&k->asked);
    *k = (struct keys){0};
}

/* ---- the table in memory ---- */

static uint32_t number_in(const struct keys *k, uint32_t slot)
{
    return slot & (uint32_t)(k->n_slots - 1);
}

static struct known *numbered(const struct keys *k, uint32_t number)
{
    return number ? &k->v[number - 1] : NULL;
}

static bool answers_to(const struct known *e, uint64_t key)
{
    return e->version && (e->id_key == key || e->name_key == key);
}

/* The slot of a key: of the record with the id, or of the first with the name; else the free one where it belongs. */
static uint32_t *slot_of(const struct keys *k, uint64_t key)
{
    uint32_t low = (uint32_t)(k->n_slots - 1), tag = (uint32_t)(key >> 32) & ~low;
    size_t i = key & low;
    for (; k->slots[i]; i = (i + 1) & low)
        if ((k->slots[i] & ~low) == tag && answers_to(&k->v[(k->slots[i] & low) - 1], key)) break;
    return &k->slots[i];
}

static struct known *first_of(const struct keys *k, uint64_t key)
{
    return key && k->n_slots ? numbered(k, number_in(k, *slot_of(k, key))) : NULL;
}

static void put_slot(struct keys *k, uint64_t key, uint32_t *slot, uint32_t number)
{
    if (!*slot) k->used++;
    *slot = ((uint32_t)(key >> 32) & ~(uint32_t)(k->n_slots - 1)) | number;
}

/* Of one name, those without an id come first: a row that has an id need look at no others. */
static void put_keys(struct keys *k, uint32_t number)
{
    struct known *e = numbered(k, number);
    if (e->id_key) put_slot(k, e->id_key, slot_of(k, e->id_key), number);
    if (!e->name_key) return;
    uint32_t *slot = slot_of(k, e->name_key);
    struct known *before = numbered(k, number_in(k, *slot));
    e->next = number_in(k, *slot);
    if (!e->id_key || !before || before->id_key) {
        put_slot(k, e->name_key, slot, number);
        return;
    }
    while (before->next && !numbered(k, before->next)->id_key) before = numbered(k, before->next);
    e->next = before->next;
    before->next = number;
}

void keys_soon(const struct keys *k, const struct known *row)
{
    if (!k->n_slots) return;
    __builtin_prefetch(&k->slots[number_in(k, (uint32_t)row->id_key)]);
    __builtin_prefetch(&k->slots[number_in(k, (uint32_t)row->name_key)]);
}

static void make_room(struct keys *k)
{
    if ((k->used + 2) * 4 <= k->n_slots * 3 && k->n + 1 < k->n_slots) return;
    size_t wanted = 1024;
    while (wanted < (k->n + 1) * 3) wanted *= 2;
    free(k->slots);
    k->slots = mem_zero(wanted, sizeof *k->slots);
    k->n_slots = wanted;
    k->used = 0;
    enum { SOON = 8 };
    for (uint32_t i = 0; i < k->n; i++) {
        if (i + SOON < k->n) keys_soon(k, &k->v[i + SOON]);
        if (k->v[i].version) put_keys(k, i + 1);
    }
}

struct known *keys_add(struct keys *k, const struct known *row)
{
    make_room(k);
    mem_grow(&k->v, &k->cap, k->n + 1, sizeof *k->v);
    k->v[k->n++] = *row;
    put_keys(k, (uint32_t)k->n);
    return &k->v[k->n - 1];
}

/* A slot that points to it alone is left: nothing answers to its key any more. */
void keys_drop(struct keys *k, struct known *e)
{
    uint32_t number = (uint32_t)(e - k->v) + 1;
    struct known *before = first_of(k, e->name_key);
    if (before == e && e->next) put_slot(k, e->name_key, slot_of(k, e->name_key), e->next);
    while (before && before != e && before->next != number) before = numbered(k, before->next);
    if (before && before != e) before->next = e->next;
    e->version = 0;
}

struct known *keys_change(struct keys *k, struct known *e, const struct known *row)
{
    struct known changed = *row;
    changed.record = e->record;
    changed.next = e->next;
    if (row->id_key == e->id_key && row->name_key == e->name_key) {
        *e = changed;
        return e;
    }
    keys_drop(k, e);
    return keys_add(k, &changed);
}

void keys_of(const struct keys *k, const struct str *values, int64_t unit, struct known *out)
{
    uint64_t at = (uint64_t)unit;
    *out = (struct known){0};
    if (k->ledger->n_key) {
        uint64_t h = mix(at, 3);
        for (size_t i = 0; i < k->ledger->n_key; i++) {
            const struct field *f = schema_field(k->ledger, k->ledger->key[i]);
            h = mix(h, f ? str_hash(values[f->index]) : 0);
        }
        out->id_key = h;
        return;
    }
    struct str none = {0};
    struct str id = k->id ? values[k->id->index] : none, name = k->name ? values[k->name->index] : none;
    if (id.n) out->id_key = mix(mix(at, 1), str_hash(id));
    if (name.n) out->name_key = mix(mix(at, 2), str_hash(name));
    if (k->birth) out->birth = date_number(values[k->birth->index]);
}

/* How well does a record that shares the row's name fit it?  0 = it is another. */
static int fit(const struct known *e, const struct known *row, uint32_t batch)
{
    bool same_key = !e->id_key && !row->id_key && e->birth == row->birth && row->birth;
    if (e->seen == batch) { /* two rows of one file are one record only when the key says so, or all of it */
        if (e->hash == row->hash) return 9;
        return same_key ? 8 : 0;
    }
    if (e->hash == row->hash) return 7;
    if (same_key) return 6;
    if (!dates_agree(e->birth, row->birth)) return 0;
    return 1 + (e->birth == row->birth) + 2 * !(e->id_key || row->id_key);
}

struct known *keys_find(struct keys *k, const struct known *row, uint32_t batch)
{
    struct known *best = first_of(k, row->id_key);
    if (best) return best;
    int best_fit = 0;
    for (struct known *e = first_of(k, row->name_key); e; e = numbered(k, e->next)) {
        if (e->id_key && row->id_key) break; /* two verified ids, and not the same: two records */
        int f = fit(e, row, batch);
        if (f > best_fit || (f && f == best_fit && e->record < best->record)) {
            best = e;
            best_fit = f;
        }
    }
    return best;
}

struct known *keys_version(struct keys *k, uint32_t version)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->v[i].version == version) return &k->v[i];
    return NULL;
}

/* ---- reading a unit ---- */

enum { KEYS_OWN = 6 }; /* columns before those of the key */

static bool load_records(struct keys *k, struct store *s, int64_t unit)
{
    int rc = SQLITE_DONE;
    bool ok = true;
    struct str *values = mem_zero(k->ledger->n_fields + 1, sizeof *values);
    if (unit) sqlite3_bind_int64(k->load, 1, unit);
    else sqlite3_bind_null(k->load, 1);
    while (ok && (rc = sqlite3_step(k->load)) == SQLITE_ROW) {
        const struct field *who[] = {k->id, k->name, k->birth};
        for (int i = 0; i < 3 && !k->ledger->n_key; i++)
            if (who[i]) values[who[i]->index] = column_str(k->load, KEYS_OWN + i);
        for (size_t i = 0; i < k->ledger->n_key; i++) {
            const struct field *f = schema_field(k->ledger, k->ledger->key[i]);
            if (f) values[f->index] = column_str(k->load, KEYS_OWN + (int)i);
        }
        struct known e;
        keys_of(k, values, unit, &e);
        e.version = (uint32_t)sqlite3_column_int64(k->load, 0);
        e.record = (uint32_t)sqlite3_column_int64(k->load, 1);
        e.hash = (uint64_t)sqlite3_column_int64(k->load, 2);
        uint32_t survey = date_number(column_str(k->load, 3));
        ok = asked_version(&k->asked, s, sqlite3_column_int64(k->load, 4), survey, column_str(k->load, 5), &e.asked);
        keys_add(k, &e);
    }
    sqlite3_reset(k->load);
    free(values);
    return ok && (rc == SQLITE_DONE || store_fault(s, rc));
}

static int by_record(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

/* "7*3 9": the next number, and of how many; 0 = of all that follow. */
static int64_t next_asked(const char **p, size_t *n)
{
    char *end;
    int64_t number = strtoll(*p, &end, 10);
    *n = *end == '*' ? strtoul(end + 1, &end, 10) : 0;
    *p = end + strspn(end, " ");
    return number;
}

/* One sheet's: what it asked for of the records in `seen` was asked for when it was filled in. */
static bool raise_seen(struct keys *k, struct store *s, const uint32_t (*order)[2], size_t n, uint32_t survey)
{
    const char *p = (const char *)sqlite3_column_text(k->load_seen, 1), *asked = (const char *)sqlite3_column_text(k->load_seen, 2);
    size_t left = 0;
    uint32_t row = 0;
    if (!asked) asked = "";
    for (bool first = true; p && *p; first = false) {
        char *end;
        uint32_t record = (uint32_t)strtoul(p + strspn(p, "[,]"), &end, 10);
        if (end == p) return true;
        if (first || (left && !--left))
            if (!asked_version(&k->asked, s, next_asked(&asked, &left), survey, (struct str){0}, &row)) return false;
        const uint32_t(*at)[2] = bsearch(&record, order, n, sizeof *order, by_record);
        if (at) k->v[(*at)[1]].asked = asked_join(&k->asked, k->v[(*at)[1]].asked, row).raised;
        p = *end == ']' ? NULL : end;
    }
    return true;
}

/* A record that a later sheet held unchanged was surveyed when that sheet was. */
static bool load_seen(struct keys *k, struct store *s, int64_t unit, size_t first)
{
    size_t n = k->n - first;
    uint32_t(*order)[2] = mem_alloc((n + 1) * sizeof *order);
    for (size_t i = 0; i < n; i++) order[i][0] = k->v[first + i].record, order[i][1] = (uint32_t)(first + i);
    qsort(order, n, sizeof *order, by_record);
    if (unit) sqlite3_bind_int64(k->load_seen, 1, unit);
    else sqlite3_bind_null(k->load_seen, 1);
    sqlite3_bind_text(k->load_seen, 2, k->ledger->name.s, (int)k->ledger->name.n, SQLITE_STATIC);
    int rc = SQLITE_DONE;
    bool ok = true;
    while (ok && (rc = sqlite3_step(k->load_seen)) == SQLITE_ROW)
        ok = raise_seen(k, s, (const uint32_t(*)[2])order, n, date_number(column_str(k->load_seen, 0)));
    sqlite3_reset(k->load_seen);
    free(order);
    return ok && (rc == SQLITE_DONE || store_fault(s, rc));
}

bool keys_load(struct keys *k, struct store *s, int64_t unit)
{
    if (k->generation != s->generation) {
        start_over(k);
        k->generation = s->generation;
        if (!pipe_drain(s) || !ask_empty(k, s)) return false;
    }
    if (k->all_known) return true;
    bool is_new;
    map_at(&k->units, (struct str){(const char *)&unit, sizeof unit}, &is_new);
    if (!is_new) return true;
    size_t first = k->n;
    return pipe_drain(s) && load_records(k, s, unit) && load_seen(k, s, unit, first);
}
