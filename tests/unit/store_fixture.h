/* A small station for the tests of the store: six buildings, the person ledger, and imports in a few words. */
#ifndef VET_TESTS_STORE_FIXTURE_H
#define VET_TESTS_STORE_FIXTURE_H

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* what a test does not say is empty */

#include <nettle/sha2.h>
#include <unistd.h>

#include "store/store.h"
#include "tap.h"

struct person {
    const char *unit, *name, *id, *birth, *phone, *flags, *typed_id; /* NULL = empty */
};
struct station {
    char path[256];
    struct diag diag;
    struct schema *ledger;
    struct units *units;
    struct store *store;
    struct buf told; /* codes of the findings, joined by blanks */
    char now[32];
};

static void station_told(void *ctx, const struct finding *f)
{
    struct station *st = ctx;
    if (getenv("VERBOSE")) {
        struct buf b = {0};
        diag_expand(&b, diag_template(f->code), f->args);
        printf("# %s\n", buf_text(&b));
        buf_free(&b);
    }
    if (st->told.n) buf_char(&st->told, ' ');
    buf_put(&st->told, diag_code_string(f->code));
}

static inline void station_units(struct units *u)
{
    static const char *const V[][4] = {
        {"s", "", "station", "榆山街道"},   {"s1", "s", "community", "云翠社区"}, {"s1a", "s1", "grid", "第1网格"},
        {"b1", "s1a", "building", "1号楼"}, {"b2", "s1a", "building", "2号楼"},   {"b3", "s1a", "building", "3号楼"},
        {"b4", "s1a", "building", "4号楼"}, {"b5", "s1a", "building", "5号楼"},   {"b6", "s1a", "building", "6号楼"},
    };
    struct str none = STR("");
    for (size_t i = 0; i < sizeof V / sizeof *V; i++)
        units_add(u, str_of(V[i][0]), str_of(V[i][1]), str_of(V[i][2]), str_of(V[i][3]), none, STR("王楼长"), STR("13800000000"),
                  none, none);
}

static inline void station_start(struct station *st, const char *path)
{
    *st = (struct station){0};
    snprintf(st->path, sizeof st->path, "%s", path);
    snprintf(st->now, sizeof st->now, "2026-11-01T08:00:00");
    diag_init(&st->diag, station_told, st);
    st->diag.quiet_below = SEV_WARNING;
    struct buf share = {0};
    buf_printf(&share, "%s/share", getenv("TOP") ? getenv("TOP") : ".");
    st->ledger = schema_open(buf_text(&share), "person", &st->diag);
    buf_free(&share);
    st->units = units_new();
    station_units(st->units);
    units_ready(st->units, "units", &st->diag);
    if (!st->ledger) exit(1);
}

static inline bool station_open_as(struct station *st, enum store_mode mode)
{
    struct store_options o = {.by = "test", .now = st->now, .command = "test", .wait_ms = 200};
    st->store = store_open(st->path, mode, &o, &st->diag);
    return st->store != NULL;
}
static inline bool station_open(struct station *st)
{
    return station_open_as(st, STORE_CREATE) && store_units_load(st->store, st->units);
}
static inline bool station_close(struct station *st)
{
    bool ok = store_close(st->store);
    st->store = NULL;
    return ok;
}
static inline void station_end(struct station *st)
{
    store_close(st->store);
    units_free(st->units);
    schema_free(st->ledger);
    buf_free(&st->told);
}
static inline void station_remove(const char *path)
{
    static const char *const MORE[] = {"", "-wal", "-shm", "-journal"};
    char name[300];
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, MORE[i]);
        unlink(name);
    }
}

static inline void station_put(const struct station *st, struct str *v, enum role role, const char *text)
{
    const struct field *f = schema_role(st->ledger, role);
    if (f && text) v[f->index] = str_of(text);
}

/* One file: people, then units that say nil.  Fates, joined by blanks, go to `fates` when it is not NULL. */
struct file {
    const char *name, *survey;
    const struct person *people;
    size_t n;
    const char *nil;           /* a unit that has nobody, or NULL */
    const char *rejected_unit; /* a row of it that will not do, or NULL */
    const char *rejected_cells[4];
    bool throw_away;
    const char *lacks; /* names of fields that its sheet has no column for, joined by blanks; NULL = it has all */
};

static inline bool file_lacks(const struct file *f, struct str field)
{
    size_t at;
    return f->lacks && str_find(str_of(f->lacks), field, &at);
}

static inline bool station_people(struct station *st, struct sink *k, const struct file *f, struct buf *fates)
{
    bool ok = true;
    struct str *v = mem_zero(st->ledger->n_fields, sizeof *v), *typed = mem_zero(st->ledger->n_fields, sizeof *typed);
    bool *asked = mem_zero(st->ledger->n_fields, sizeof *asked);
    for (size_t k = 0; k < st->ledger->n_fields; k++) asked[k] = !file_lacks(f, st->ledger->fields[k].name);
    for (size_t i = 0; ok && i < f->n; i++) {
        const struct person *p = &f->people[i];
        memset(v, 0, st->ledger->n_fields * sizeof *v);
        memset(typed, 0, st->ledger->n_fields * sizeof *typed);
        station_put(st, v, ROLE_NAME, p->name);
        station_put(st, v, ROLE_CITIZEN_ID, p->id);
        station_put(st, v, ROLE_BIRTH_DATE, p->birth);
        station_put(st, v, ROLE_PHONE, p->phone);
        station_put(st, typed, ROLE_CITIZEN_ID, p->typed_id);
        for (size_t k = 0; k < st->ledger->n_fields; k++)
            if (!asked[k]) v[k] = typed[k] = (struct str){0};
        struct record r = {.values = v,
                           .typed = typed,
                           .unit_code = str_of(p->unit),
                           .flags = str_of(p->flags),
                           .at = {.file = f->name, .sheet = "摸排表", .row = (uint32_t)i + 2},
                           .survey_date = str_of(f->survey),
                           .asked = f->lacks ? asked : NULL};
        r.unit = p->unit ? units_code(st->units, r.unit_code) : UNIT_NONE;
        enum fate fate;
        ok = k->record(k->ctx, &r, &fate);
        if (fates) buf_printf(fates, "%s%s", fates->n ? " " : "", fate_name(fate));
    }
    free(v);
    free(typed);
    free(asked);
    return ok;
}

static inline bool station_rest(struct station *st, struct sink *k, const struct file *f)
{
    struct place at = {.file = f->name, .sheet = "摸排表", .row = 99};
    struct str cells[4];
    size_t n = 0;
    if (f->nil && !k->nil(k->ctx, units_code(st->units, str_of(f->nil)), &at, str_of(f->survey))) return false;
    while (n < 4 && f->rejected_cells[n]) cells[n] = str_of(f->rejected_cells[n]), n++;
    if (!n) return true;
    struct rejected r = {.at = at,
                         .cells = cells,
                         .n_cells = n,
                         .reasons = STR("name:required_missing"),
                         .survey_date = str_of(f->survey),
                         .unit = f->rejected_unit ? units_code(st->units, str_of(f->rejected_unit)) : UNIT_NONE};
    return k->reject(k->ctx, &r);
}

static inline void digest_add(struct sha256_ctx *c, const char *text)
{
    sha256_update(c, text ? strlen(text) + 1 : 1, (const uint8_t *)(text ? text : ""));
}

static inline void file_digest(const struct file *f, unsigned char digest[32])
{
    struct sha256_ctx c;
    sha256_init(&c);
    sha256_update(&c, strlen(f->name), (const uint8_t *)f->name);
    const char *const WHOLE[] = {f->survey, f->nil, f->rejected_unit, f->rejected_cells[0], f->rejected_cells[2], f->lacks};
    for (size_t k = 0; k < sizeof WHOLE / sizeof *WHOLE; k++) digest_add(&c, WHOLE[k]);
    for (size_t i = 0; i < f->n; i++) {
        const struct person *p = &f->people[i];
        const char *const PARTS[] = {p->unit, p->name, p->id, p->birth, p->phone, p->flags, p->typed_id};
        for (size_t k = 0; k < sizeof PARTS / sizeof *PARTS; k++) digest_add(&c, PARTS[k]);
    }
    sha256_digest(&c, 32, digest);
}

static inline bool station_import_by(struct station *st, struct sink *k, const struct file *f, struct buf *fates)
{
    struct sink_file sf = {.name = f->name, .path = f->name};
    bool skip;
    if (fates) fates->n = 0;
    file_digest(f, sf.digest);
    if (!k->begin(k->ctx, &sf, &skip)) return false;
    if (skip && fates) buf_put(fates, "skipped");
    bool ok = skip || (station_people(st, k, f, fates) && station_rest(st, k, f));
    return k->end(k->ctx, ok && !f->throw_away) && ok;
}
static inline bool station_import(struct station *st, const struct file *f, struct buf *fates)
{
    struct sink *k = store_sink(st->store, st->ledger, st->units);
    bool ok = k && station_import_by(st, k, f, fates);
    store_sink_free(k);
    return ok;
}

static inline void dump_rows(struct buf *out, struct rows *r)
{
    struct row_cursor c = {.rows = r};
    const struct str *v;
    while (r && (v = rows_next(&c))) rows_format(out, ROWS_CSV, &r->columns, v);
    if (r) rows_done(&c);
    rows_close(r);
}

/* What the store holds, free of the order in which it came: current records, units, open rejects. */
static inline void station_dump(struct station *st, int64_t as_of, struct buf *out)
{
    out->n = 0;
    static const char *const WANT[] = {"unit", "name", "id_number", "id_number_typed", "birth_date", "phone", "_flags", "_entity"};
    struct str want[8];
    for (size_t i = 0; i < 8; i++) want[i] = str_of(WANT[i]);
    dump_rows(out, store_rows(st->store, &(struct store_query){
                                             .ledger = st->ledger, .as_of = as_of, .sorted = true, .want = want, .n_want = 8}));
    dump_rows(out, store_decisions(st->store, as_of));
    struct units *u = store_units(st->store, as_of);
    for (uint32_t i = 0; u && i < u->n; i++)
        buf_printf(out, "%.*s %.*s\n", (int)u->v[i].code.n, u->v[i].code.s, (int)u->v[i].name.n, u->v[i].name.s);
    units_free(u);
    struct rows *r = store_rejects(st->store, as_of);
    struct row_cursor c = {.rows = r};
    const struct str *v;
    while ((v = rows_next(&c))) {
        buf_str(out, v[0]);
        buf_str(out, v[7]);
        buf_char(out, '\n');
    }
    rows_done(&c);
    rows_close(r);
}

#define IMPORT(st, fates, ...) station_import((st), &(struct file){__VA_ARGS__}, (fates))
#define PEOPLE(...)                                                                                                                \
    .people = (const struct person[]){__VA_ARGS__}, .n = sizeof((const struct person[]){__VA_ARGS__}) / sizeof(struct person)

#endif
