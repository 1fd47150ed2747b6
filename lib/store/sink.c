/* The sink of an import: each file's records become versions, each file a batch. */
#include <stdlib.h>

#include "base/text.h"
#include "store/answers.h"
#include "store/bulk.h"
#include "store/keys.h"
#include "store/open_rejects.h"
#include "store/pipe.h"
#include "store/retain.h"

/* What a unit handed in on one sheet of the file at work. */
struct handed {
    int64_t unit, sheet;
    uint32_t survey;
    uint64_t accepted, fresh, rejected; /* fresh: records that were not there before */
    bool nil, in, correction;
    struct buf seen;  /* records that were there and did not change: [1,2,3 */
    struct buf asked; /* what their rows asked for, as numbers in vet_asked, and of how many: 7*2 9 */
    int64_t last_asked;
    uint64_t n_asked;
};

struct taker {
    struct sink sink;
    struct store *store;
    const struct schema *ledger;
    const struct units *units;
    struct table *table;
    int *column_of_field; /* index in the table's columns */
    struct str *values;   /* one a column of the table */
    struct keys keys;
    struct open_rejects rejects;
    struct answers answers;
    struct retain retain;
    struct origin origin; /* of the row at work */
    uint64_t merged;      /* records of the file at work that turned out to be others of their unit */
    char context[65];     /* ledger and units: other ones may read the same bytes differently */
    uint64_t old_files;   /* whose bytes were taken for another month */
    struct buf old_name, old_period;
    sqlite3_stmt *seen_file;
    struct buf image, typed, numbers, json[2];
    /* The file at work. */
    bool skipped;
    int64_t file, sheet;
    int64_t *numbers_of_units; /* of `units`: their numbers in vet_code, 0 = not asked yet; good for one generation */
    uint64_t generation;
    struct buf last_name, last_survey; /* the sheet asked for last */
    int64_t last_sheet;
    size_t last_handed;   /* index of the one asked for last, + 1 */
    struct map sheets;    /* name, NUL, survey date -> number */
    struct map handed_by; /* unit and sheet, 16 bytes -> index */
    struct handed *handed;
    size_t n_handed, cap_handed;
    uint64_t fates[FATE_COUNT];
};

/* ---- the file ---- */

/* The context of a file: told by the command line how to read it, it is one of its own. */
static void file_context(const struct taker *k, const struct sink_file *f, char context[65])
{
    unsigned char d[32];
    struct buf b = {0};
    memcpy(context, k->context, sizeof k->context);
    if (!f->reading.n) return;
    buf_put(&b, k->context);
    buf_str(&b, f->reading);
    image_digest(buf_slice(&b), d);
    hex_of(d, 32, context);
    buf_free(&b);
}

/* Handed in once more for another month?  Nobody can tell from bytes that are the same, and a blank is not a zero. */
static void note_old(struct taker *k, const char *name, struct str period)
{
    if (k->old_files++) return;
    buf_put(&k->old_name, name);
    buf_str(&k->old_period, period);
}

static void tell_old(struct taker *k)
{
    struct buf n = {0};
    buf_int(&n, (int64_t)k->old_files);
    if (k->old_files)
        diag_add(k->store->diag, DIAG_IMPORT_TAKEN, NULL, buf_text(&n), buf_text(&k->old_name), buf_text(&k->old_period),
                 k->store->period, NULL);
    buf_free(&n);
}

static bool was_taken(struct taker *k, const struct sink_file *f, const char *digest, const char *context, bool *skip)
{
    if (!k->seen_file)
        k->seen_file = store_prepare(
            k->store, "SELECT b.period, EXISTS (SELECT 1 FROM vet_file g JOIN vet_batch c ON c.id = g._in WHERE g.digest "
                      "= f.digest AND g._out IS NULL AND c.period = ?3) FROM vet_file f JOIN vet_batch b ON b.id = "
                      "f._in WHERE f.digest = ?1 AND f.context = ?2 AND f._out IS NULL LIMIT 1");
    if (!k->seen_file) return false;
    sqlite3_bind_text(k->seen_file, 1, digest, 64, SQLITE_STATIC);
    sqlite3_bind_text(k->seen_file, 2, context, 64, SQLITE_STATIC);
    sqlite3_bind_text(k->seen_file, 3, k->store->period, -1, SQLITE_STATIC);
    int rc = sqlite3_step(k->seen_file);
    *skip = rc == SQLITE_ROW;
    if (*skip && !sqlite3_column_int(k->seen_file, 1)) note_old(k, f->name, column_str(k->seen_file, 0));
    sqlite3_reset(k->seen_file);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? true : store_fault(k->store, rc);
}

static void forget_file(struct taker *k)
{
    map_free(&k->sheets);
    map_free(&k->handed_by);
    for (size_t i = 0; i < k->n_handed; i++) {
        buf_free(&k->handed[i].seen);
        buf_free(&k->handed[i].asked);
    }
    k->n_handed = 0;
    k->sheet = k->last_sheet = 0;
    k->last_handed = 0;
    k->merged = 0;
    memset(k->fates, 0, sizeof k->fates);
}

static bool take_begin(void *ctx, const struct sink_file *f, bool *skip)
{
    struct taker *k = ctx;
    char digest[65], context[65];
    hex_of(f->digest, 32, digest);
    file_context(k, f, context);
    forget_file(k);
    *skip = k->skipped = false;
    if (!was_taken(k, f, digest, context, skip)) return false;
    k->skipped = *skip;
    if (*skip) return true;
    bulk_start(k->store, k->table, f->path);
    if (!batch_begin(k->store, "import")) return false;
    buf_put(&k->store->batch.source, f->name);
    buf_put(&k->store->batch.source_hash, digest);
    const struct str values[] = {str_of(f->name), {digest, 64}, {context, 64}};
    k->file = table_open_row(k->store, &k->store->tables[T_FILE], values);
    return k->file && open_rejects_begin(&k->rejects, k->store, str_of(f->name));
}

static struct str number_text(struct buf *b, int64_t v)
{
    char digits[24];
    size_t at = b->n, i = sizeof digits;
    uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do digits[--i] = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0) digits[--i] = '-';
    buf_add(b, digits + i, sizeof digits - i); /* the callers reserve enough at first, so that earlier slices stay */
    return (struct str){b->s + at, b->n - at};
}

/* The number of a sheet of the file at work. */
static int64_t sheet_number(struct taker *k, const struct place *at, struct str survey)
{
    struct str name = at->sheet ? str_of(at->sheet) : STR("");
    if (k->last_sheet && str_eq(name, buf_slice(&k->last_name)) && str_eq(survey, buf_slice(&k->last_survey))) return k->last_sheet;
    struct buf key = {0};
    bool is_new;
    buf_str(&key, name);
    buf_char(&key, 0);
    buf_str(&key, survey);
    struct map_entry *e = map_at(&k->sheets, buf_slice(&key), &is_new);
    buf_free(&key);
    if (is_new) {
        k->numbers.n = 0;
        const struct str values[] = {number_text(&k->numbers, k->file), name, survey.n ? survey : STR("")};
        e->value = (uint64_t)table_open_row(k->store, &k->store->tables[T_SHEET], values);
    }
    k->last_name.n = k->last_survey.n = 0;
    buf_str(&k->last_name, name);
    buf_str(&k->last_survey, survey);
    return k->last_sheet = (int64_t)e->value;
}

static struct handed *handed_of(struct taker *k, int64_t unit, int64_t sheet)
{
    struct handed *last = k->last_handed ? &k->handed[k->last_handed - 1] : NULL;
    if (last && last->unit == unit && last->sheet == sheet) return last;
    int64_t key[2] = {unit, sheet};
    bool is_new;
    struct map_entry *e = map_at(&k->handed_by, (struct str){(const char *)key, sizeof key}, &is_new);
    if (is_new) {
        mem_grow(&k->handed, &k->cap_handed, k->n_handed + 1, sizeof *k->handed);
        k->handed[k->n_handed] = (struct handed){.unit = unit, .sheet = sheet, .survey = date_number(buf_slice(&k->last_survey))};
        e->value = k->n_handed++;
    }
    k->last_handed = e->value + 1;
    return &k->handed[e->value];
}

static struct str unit_code_of(const struct taker *k, uint32_t unit)
{
    return unit != UNIT_NONE && k->units && unit < k->units->n ? k->units->v[unit].code : (struct str){0};
}

/* The number of a record's unit: asked once for each of the units. */
static int64_t unit_number(struct taker *k, uint32_t index, struct str code)
{
    if (index == UNIT_NONE || !k->units || index >= k->units->n || !str_eq(code, k->units->v[index].code))
        return code_number(k->store, code);
    if (k->generation != k->store->generation) {
        memset(k->numbers_of_units, 0, k->units->n * sizeof *k->numbers_of_units);
        k->generation = k->store->generation;
    }
    int64_t *number = &k->numbers_of_units[index];
    return *number ? *number : (*number = code_number(k->store, code));
}

/* ---- a record ---- */

static struct str typed_json(struct taker *k, const struct record *r)
{
    k->typed.n = 0;
    for (size_t i = 0; r->typed && i < k->ledger->n_fields; i++) {
        if (!r->typed[i].n) continue;
        buf_char(&k->typed, k->typed.n ? ',' : '{');
        json_quote(&k->typed, k->ledger->fields[i].name);
        buf_char(&k->typed, ':');
        json_quote(&k->typed, r->typed[i]);
    }
    if (!k->typed.n) return (struct str){0};
    buf_char(&k->typed, '}');
    return buf_slice(&k->typed);
}

static struct str or_null(struct str s)
{
    return s.n ? s : (struct str){0};
}

/* Fills the columns of the row that are its content; the hash over them. */
static uint64_t fill_content(struct taker *k, const struct record *r)
{
    struct str *v = k->values;
    v[L_FLAGS] = or_null(r->flags);
    v[L_TYPED] = typed_json(k, r);
    for (size_t i = 0; i < k->ledger->n_fields; i++) v[k->column_of_field[i]] = or_null(r->values[i]);
    k->image.n = 0;
    return content_hash(v, k->table->n_columns, &k->image);
}

static int64_t open_record(struct taker *k, int64_t unit, const struct known *now, uint32_t record, uint32_t previous)
{
    struct str *v = k->values;
    int64_t id = table_next(k->store, k->table);
    k->numbers.n = 0;
    buf_reserve(&k->numbers, 256);
    if (!k->origin.asked) k->origin.asked = asked_row_number(&k->keys.asked, k->store);
    v[L_RECORD] = number_text(&k->numbers, record ? record : id);
    v[L_PREV] = previous ? number_text(&k->numbers, previous) : (struct str){0};
    v[L_UNIT] = unit ? number_text(&k->numbers, unit) : (struct str){0};
    v[L_SHEET] = number_text(&k->numbers, k->origin.sheet);
    v[L_ROW] = number_text(&k->numbers, k->origin.row);
    v[L_ASKED] = k->origin.asked ? number_text(&k->numbers, k->origin.asked) : (struct str){0};
    v[L_KEPT] = or_null(k->origin.kept);
    v[L_HASH] = number_text(&k->numbers, (int64_t)now->hash);
    return table_open_row_with(k->store, k->table, v, L_FLAGS, buf_slice(&k->image));
}

static void end_asked(struct handed *h)
{
    if (!h->n_asked) return;
    buf_printf(&h->asked, "%s%lld*%llu", h->asked.n ? " " : "", (long long)h->last_asked, (unsigned long long)h->n_asked);
    h->n_asked = 0;
}

static bool note_seen(struct taker *k, struct handed *h, struct known *e, uint32_t raised)
{
    int64_t asked = asked_row_number(&k->keys.asked, k->store);
    if (asked != h->last_asked) end_asked(h);
    h->last_asked = asked;
    h->n_asked++;
    buf_char(&h->seen, h->seen.n ? ',' : '[');
    buf_int(&h->seen, e->record);
    e->seen = (uint32_t)k->store->batch.id;
    e->asked = raised;
    return asked != 0;
}

static bool update(struct taker *k, int64_t unit, struct known *e, struct known *now, struct handed *h)
{
    if (!table_close_row(k->store, k->table, e->version)) return false;
    int64_t id = open_record(k, unit, now, e->record, e->version);
    if (!id) return false;
    now->version = (uint32_t)id;
    now->seen = (uint32_t)k->store->batch.id;
    keys_change(&k->keys, e, now);
    h->accepted++;
    return true;
}

/* Makes the row and a version of its record one, into *full and the columns of the row. */
static bool join_with(struct taker *k, const struct record *r, int64_t unit, int64_t version, uint32_t before, struct known *now,
                      struct record *full)
{
    struct retain_row row = {r, k->origin, date_number(r->survey_date), now->asked, before, version};
    if (!retain_fill(&k->retain, k->store, &row, full, &k->origin)) return false;
    uint32_t asked = now->asked;
    keys_of(&k->keys, full->values, unit, now);
    now->asked = asked;
    now->hash = fill_content(k, full);
    return true;
}

/* A record that the store has: what becomes of the row?  *r becomes what the record is then. */
static bool meet(struct taker *k, const struct record **r, int64_t unit, struct known *e, struct known *now, struct handed *h,
                 struct record *full, enum fate *fate)
{
    bool here = e->seen == (uint32_t)k->store->batch.id; /* an earlier row of this very file */
    struct asked_joined j = asked_join(&k->keys.asked, e->asked, now->asked);
    if (j.how == JOIN_SOME && e->hash != now->hash) {
        if (!join_with(k, *r, unit, e->version, e->asked, now, full)) return false;
        *r = full;
    }
    if (e->hash == now->hash || j.how == JOIN_NOTHING) {
        *fate = here ? FATE_DUPLICATE : FATE_UNCHANGED;
        if (!here) h->accepted++;
        return here ? true : note_seen(k, h, e, j.raised);
    }
    *fate = FATE_UPDATED;
    now->asked = j.taken;
    return update(k, unit, e, now, h);
}

static bool add(struct taker *k, int64_t unit, struct known *now, struct handed *h)
{
    int64_t id = open_record(k, unit, now, 0, 0);
    if (!id) return false;
    now->version = now->record = (uint32_t)id;
    now->seen = (uint32_t)k->store->batch.id;
    keys_add(&k->keys, now);
    h->accepted++;
    h->fresh++;
    return true;
}

/* A corrected row whose record stood in another unit, where it was wrong: it moves, and stays the same record. */
static bool move(struct taker *k, const struct record **r, int64_t unit, const struct answered *old, struct known *now,
                 struct handed *h, struct record *full)
{
    if (!join_with(k, *r, unit, old->version, UINT32_MAX, now, full)) return false;
    *r = full;
    if (!table_close_row(k->store, k->table, old->version)) return false;
    int64_t id = open_record(k, unit, now, (uint32_t)old->record, (uint32_t)old->version);
    if (!id) return false;
    now->version = (uint32_t)id;
    now->record = (uint32_t)old->record;
    now->seen = (uint32_t)k->store->batch.id;
    keys_add(&k->keys, now);
    h->accepted++;
    h->fresh++;
    return true;
}

/* What a corrected row's key has to say: *e becomes the record that it puts right, or `old` one of another unit.  Where the row is
 * now another record of its unit, the wrong one is taken back. */
static bool find_answered(struct taker *k, const struct record *r, int64_t unit, struct known **e, struct answered *old)
{
    *old = (struct answered){0};
    if (!r->answers.n) return true;
    if (!answers_record(&k->answers, k->store, r->answers, old)) return false;
    if (!old->version || (*e && (*e)->version == old->version)) {
        *old = (struct answered){0};
        return true;
    }
    struct known *known = keys_version(&k->keys, (uint32_t)old->version);
    if (!*e && old->unit == unit && known) {
        *e = known;
        *old = (struct answered){0};
        return true;
    }
    if (known) keys_drop(&k->keys, known);
    if (!*e) return true;
    k->merged++;
    int64_t version = old->version;
    *old = (struct answered){0};
    return table_close_row(k->store, k->table, version);
}

static bool answer_reject(struct taker *k, struct str key)
{
    int64_t id;
    if (!key.n || !k->rejects.any) return true;
    if (!answers_reject(&k->answers, k->store, key, &id)) return false;
    if (id) open_rejects_answered(&k->rejects, id);
    return true;
}

static void expect_record(void *ctx, const struct record *r)
{
    struct taker *k = ctx;
    struct known row;
    bool known = k->generation == k->store->generation && k->units && r->unit < k->units->n;
    keys_of(&k->keys, r->values, known ? k->numbers_of_units[r->unit] : 0, &row);
    keys_soon(&k->keys, &row);
}

static bool take_record(void *ctx, const struct record *r, enum fate *fate)
{
    struct taker *k = ctx;
    struct known now;
    *fate = FATE_UNCHANGED;
    if (k->skipped) return true;
    int64_t unit = unit_number(k, r->unit, r->unit_code);
    if (r->unit_code.n && !unit) return false;
    k->sheet = sheet_number(k, &r->at, r->survey_date);
    if (!k->sheet || !keys_load(&k->keys, k->store, unit)) return false;
    keys_of(&k->keys, r->values, unit, &now);
    now.hash = fill_content(k, r);
    now.asked = asked_row(&k->keys.asked, r, date_number(r->survey_date));
    k->origin = (struct origin){.sheet = k->sheet, .row = r->at.row};
    if (!k->keys.id && !k->keys.name && !k->ledger->n_key)
        now.id_key = now.hash | 1; /* a ledger without a key: all of the row is it */
    struct handed *h = handed_of(k, unit, k->sheet);
    struct known *e = keys_find(&k->keys, &now, (uint32_t)k->store->batch.id);
    struct answered old;
    struct record full;
    h->correction |= r->correction;
    if (!find_answered(k, r, unit, &e, &old)) return false;
    if (!e) *fate = old.version ? FATE_UPDATED : FATE_NEW;
    bool ok = e             ? meet(k, &r, unit, e, &now, h, &full, fate)
              : old.version ? move(k, &r, unit, &old, &now, h, &full)
                            : add(k, unit, &now, h);
    if (!ok || !answer_reject(k, r->answers)) return false;
    k->fates[*fate]++;
    return open_rejects_met(&k->rejects, k->store, k->ledger, r, unit);
}

/* ---- rows that are no records ---- */

static void json_array(struct buf *b, const struct str *v, size_t n)
{
    b->n = 0;
    buf_char(b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i) buf_char(b, ',');
        json_quote(b, v[i]);
    }
    buf_char(b, ']');
}

static bool take_reject(void *ctx, const struct rejected *r)
{
    struct taker *k = ctx;
    if (k->skipped) return true;
    struct str code = unit_code_of(k, r->unit);
    int64_t unit = code_number(k->store, code), sheet = sheet_number(k, &r->at, r->survey_date);
    if ((code.n && !unit) || !sheet) return false;
    struct handed *h = handed_of(k, unit, sheet);
    h->rejected++;
    h->correction |= r->correction;
    if (!answer_reject(k, r->answers)) return false; /* still wrong: the row as it is now takes the old one's place */
    k->fates[FATE_REJECTED]++;
    bool settled = false;
    if (!r->correction && !open_rejects_settled(&k->rejects, k->store, k->ledger, unit, r, &settled)) return false;
    if (settled) return true; /* a sheet that was surveyed later has put it right */
    open_rejects_added(&k->rejects, unit);
    json_array(&k->json[0], r->headings, r->n_headings);
    json_array(&k->json[1], r->cells, r->n_cells);
    k->numbers.n = 0;
    buf_reserve(&k->numbers, 128);
    const struct str values[] = {
        k->ledger->name,
        unit ? number_text(&k->numbers, unit) : (struct str){0},
        number_text(&k->numbers, sheet),
        number_text(&k->numbers, r->at.row),
        r->reasons.n ? r->reasons : STR(""),
        buf_slice(&k->json[0]),
        buf_slice(&k->json[1]),
    };
    return table_open_row(k->store, &k->store->tables[T_REJECT], values) != 0;
}

static bool take_sheet(struct taker *k, uint32_t unit_index, const struct place *at, struct str survey, bool nil)
{
    if (k->skipped) return true;
    struct str code = unit_code_of(k, unit_index);
    int64_t unit = code_number(k->store, code), sheet = sheet_number(k, at, survey);
    if ((code.n && !unit) || !sheet) return false;
    struct handed *h = handed_of(k, unit, sheet);
    h->in = true;
    if (nil) h->nil = true;
    if (nil) k->fates[FATE_NIL]++;
    return true;
}

static bool take_nil(void *ctx, uint32_t unit, const struct place *at, struct str survey)
{
    return take_sheet(ctx, unit, at, survey, true);
}

static bool take_handed_in(void *ctx, uint32_t unit, const struct place *at, struct str survey)
{
    return take_sheet(ctx, unit, at, survey, false);
}

/* ---- the end of the file ---- */

static bool write_return(struct taker *k, struct handed *h)
{
    const char *kind = h->correction ? "correction" : h->accepted ? "records" : h->nil ? "nil" : h->rejected ? "rejected" : "empty";
    if (h->seen.n) buf_char(&h->seen, ']');
    end_asked(h);
    k->numbers.n = 0;
    buf_reserve(&k->numbers, 128);
    const struct str values[] = {
        k->ledger->name,
        h->unit ? number_text(&k->numbers, h->unit) : (struct str){0},
        number_text(&k->numbers, h->sheet),
        str_of(kind),
        str_of(k->store->period),
        number_text(&k->numbers, (int64_t)(h->correction ? h->fresh : h->accepted)),
        number_text(&k->numbers, (int64_t)h->rejected),
        h->seen.n ? buf_slice(&h->seen) : STR(""),
        h->asked.n ? buf_slice(&h->asked) : STR(""),
    };
    return table_open_row(k->store, &k->store->tables[T_RETURN], values) != 0;
}

static bool write_file_end(struct taker *k)
{
    struct buf *counts = &k->store->batch.counts;
    bool ok = true;
    for (size_t i = 0; ok && i < k->n_handed; i++) {
        open_rejects_covered(&k->rejects, k->handed[i].unit, k->handed[i].survey);
        ok = write_return(k, &k->handed[i]);
    }
    ok = ok && open_rejects_end(&k->rejects, k->store);
    buf_put(counts, "{\"ledger\":");
    json_quote(counts, k->ledger->name);
    for (enum fate f = FATE_NEW; f <= FATE_NIL; f++)
        if (k->fates[f]) buf_printf(counts, ",\"%s\":%llu", fate_name(f), (unsigned long long)k->fates[f]);
    if (k->merged) buf_printf(counts, ",\"merged\":%llu", (unsigned long long)k->merged);
    buf_char(counts, '}');
    return ok;
}

static bool take_end(void *ctx, bool keep)
{
    struct taker *k = ctx;
    if (k->skipped) return true;
    bool ok = true;
    if (k->store->batch.id) {
        if (keep) ok = write_file_end(k);
        if (!batch_end(k->store, keep && ok)) ok = false;
        if (!keep || !ok) k->rejects.placeless_ready = false;
    } else if (keep) {
        ok = false;
    }
    bulk_end(k->store);
    forget_file(k);
    return ok;
}

/* ---- the sink ---- */

static void make_context(struct taker *k)
{
    struct buf b = {0};
    unsigned char d[32];
    buf_str(&b, k->ledger->name);
    buf_str(&b, k->ledger->digest);
    for (uint32_t i = 0; k->units && i < k->units->n; i++) {
        const struct unit *u = &k->units->v[i];
        const struct str parts[] = {u->code, u->name, u->opens, u->closes};
        for (size_t j = 0; j < 4; j++) image_add(&b, j, parts[j]);
        for (size_t j = 0; j < u->n_aliases; j++) image_add(&b, 9, u->aliases[j]);
    }
    image_digest(buf_slice(&b), d);
    hex_of(d, 32, k->context);
    buf_free(&b);
}

struct sink *store_sink(struct store *s, const struct schema *l, const struct units *u)
{
    if (!store_ledger(s, l)) return NULL;
    struct taker *k = mem_zero(1, sizeof *k);
    k->sink = (struct sink){k, take_begin, expect_record, take_record, take_reject, take_nil, take_handed_in, take_end};
    k->store = s;
    k->ledger = l;
    k->units = u;
    k->table = tables_ledger(s, l->name);
    k->numbers_of_units = mem_zero(u ? u->n + 1 : 1, sizeof *k->numbers_of_units);
    k->generation = s->generation;
    k->values = mem_zero(k->table->n_columns + 1, sizeof *k->values);
    k->column_of_field = mem_zero(l->n_fields + 1, sizeof *k->column_of_field);
    for (size_t i = 0; i < l->n_fields; i++) k->column_of_field[i] = table_column(k->table, l->fields[i].name);
    make_context(k);
    answers_start(&k->answers, k->table, l->name);
    retain_start(&k->retain, k->table, l, &k->keys.asked);
    if (keys_start(&k->keys, s, l) && open_rejects_start(&k->rejects, s, l)) return &k->sink;
    store_sink_free(&k->sink);
    return NULL;
}

void store_sink_free(struct sink *sink)
{
    if (!sink) return;
    struct taker *k = sink->ctx;
    tell_old(k);
    pipe_drop(k->store);
    bulk_end(k->store);
    forget_file(k);
    keys_free(&k->keys);
    open_rejects_free(&k->rejects);
    answers_free(&k->answers);
    retain_free(&k->retain);
    sqlite3_finalize(k->seen_file);
    struct buf *const ALL[] = {&k->image,     &k->typed,       &k->numbers,  &k->json[0],   &k->json[1],
                               &k->last_name, &k->last_survey, &k->old_name, &k->old_period};
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++) buf_free(ALL[i]);
    free(k->handed);
    free(k->values);
    free(k->numbers_of_units);
    free(k->column_of_field);
    free(k);
}
