/* The records of a package against those of the store: the same, changed, new, gone. */
#include <stdlib.h>

#include "store/keys.h"
#include "store/pipe.h"
#include "store/unpack.h"

/* A row of the package. */
struct coming {
    uint64_t keys[3]; /* unit and content; verified id; name */
    uint64_t hash;
    int64_t unit, theirs, record;
    size_t meets; /* index of the record here + 1; 0 = it is new */
    bool same;
};
/* A current record of the units handed over. */
struct present {
    uint64_t keys[3];
    int64_t id, record;
    bool met;
};
struct comparing {
    struct unpacking *u;
    const struct schema *l;
    struct table *t;
    struct keys keys;
    int *field_at, *typed_at, *column_of; /* by field: columns of the package, of the table */
    int unit, file, sheet, row, flags, record, asked, kept;
    struct str *values, *fields;
    struct buf typed, image, numbers;
    struct coming *in;
    size_t n_in, cap_in;
    struct present *now;
    size_t n_now, cap_now;
};

static struct str or_null(struct str s)
{
    return s.n ? s : (struct str){0};
}

/* ---- the package's columns ---- */

static bool known_column(const struct schema *l, struct str name)
{
    static const char *const OURS[] = {"unit", "_file", "_sheet", "_row", "_flags", "_entity", "_record", "_asked", "_kept"};
    for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++)
        if (str_is(name, OURS[i])) return true;
    if (str_ends(name, STR("_typed")) && schema_field(l, str_head(name, name.n - 6))) return true;
    return schema_field(l, name) != NULL;
}

static bool find_columns(struct comparing *c, const struct columns *names)
{
    struct buf b = {0};
    for (size_t i = 0; i < names->n; i++) {
        if (known_column(c->l, names->names[i])) continue;
        buf_str(&b, names->names[i]);
        unpack_refuse(c->u, DIAG_UNPACK_FIELD, arena_copy(&c->u->memory, c->l->name.s, c->l->name.n), buf_text(&b), NULL);
        buf_free(&b);
        return false;
    }
    for (size_t i = 0; i < c->l->n_fields; i++) {
        b.n = 0;
        buf_str(&b, c->l->fields[i].name);
        c->field_at[i] = columns_find(names, buf_slice(&b));
        buf_put(&b, "_typed");
        c->typed_at[i] = columns_find(names, buf_slice(&b));
        c->column_of[i] = table_column(c->t, c->l->fields[i].name);
    }
    buf_free(&b);
    c->unit = columns_find(names, STR("unit"));
    c->file = columns_find(names, STR("_file"));
    c->sheet = columns_find(names, STR("_sheet"));
    c->row = columns_find(names, STR("_row"));
    c->flags = columns_find(names, STR("_flags"));
    c->record = columns_find(names, STR("_record"));
    c->asked = columns_find(names, STR("_asked"));
    c->kept = columns_find(names, STR("_kept"));
    bool all = c->asked >= 0 && c->kept >= 0 && c->unit >= 0 && c->file >= 0 && c->sheet >= 0 && c->row >= 0 && c->flags >= 0 &&
               c->record >= 0;
    return all ? true : unpack_refuse(c->u, DIAG_UNPACK_NOT, "records", NULL, NULL);
}

/* The columns that are the record's content, as import makes them; the hash over them. */
static uint64_t fill_content(struct comparing *c, const struct str *v)
{
    c->typed.n = c->image.n = 0;
    for (size_t i = 0; i < c->l->n_fields; i++) {
        struct str value = c->field_at[i] >= 0 ? v[c->field_at[i]] : (struct str){0};
        c->fields[i] = c->values[c->column_of[i]] = or_null(value);
        struct str typed = c->typed_at[i] >= 0 ? v[c->typed_at[i]] : (struct str){0};
        if (!typed.n) continue;
        buf_char(&c->typed, c->typed.n ? ',' : '{');
        json_quote(&c->typed, c->l->fields[i].name);
        buf_char(&c->typed, ':');
        json_quote(&c->typed, typed);
    }
    if (c->typed.n) buf_char(&c->typed, '}');
    c->values[L_FLAGS] = or_null(v[c->flags]);
    c->values[L_TYPED] = or_null(buf_slice(&c->typed));
    return content_hash(c->values, c->t->n_columns, &c->image);
}

/* What a version was asked for is a part of what it is. */
static uint64_t asked_hash(int64_t asked, struct str kept)
{
    uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)asked;
    for (size_t i = 0; i < kept.n; i++) h = (h ^ (unsigned char)kept.s[i]) * 0x100000001b3u;
    return h * 0x9e3779b97f4a7c15u;
}

static void set_keys(struct comparing *c, int64_t unit, uint64_t hash, uint64_t keys[3])
{
    struct known k;
    keys_of(&c->keys, c->fields, unit, &k);
    keys[0] = (hash ^ (uint64_t)unit * 0x9e3779b97f4a7c15u) | 1;
    keys[1] = k.id_key;
    keys[2] = k.name_key;
}

static int64_t integer_of(struct str t)
{
    int64_t v = 0;
    for (size_t i = 0; i < t.n && i < 18 && t.s[i] >= '0' && t.s[i] <= '9'; i++) v = v * 10 + (t.s[i] - '0');
    return v;
}

/* First reading: what each row is. */
static bool read_package(struct comparing *c, const char *part)
{
    struct rows *r = bag_rows(c->u->bag, part);
    bool ok = r && find_columns(c, &r->columns);
    struct row_cursor w = {.rows = r};
    const struct str *v;
    while (ok && (v = rows_next(&w))) {
        if (units_code(c->u->theirs, v[c->unit]) == UNIT_NONE) ok = unpack_refuse(c->u, DIAG_UNPACK_NOT, part, NULL, NULL);
        int64_t unit = ok ? code_number(c->u->s, v[c->unit]) : 0;
        if (!unit) ok = false;
        mem_grow(&c->in, &c->cap_in, c->n_in + 1, sizeof *c->in);
        struct coming *in = &c->in[c->n_in++];
        *in = (struct coming){.unit = unit, .hash = fill_content(c, v), .theirs = integer_of(v[c->record])};
        int64_t asked = unpack_asked_number(c->u, v[c->asked]);
        if (asked < 0) ok = unpack_refuse(c->u, DIAG_UNPACK_BROKEN, part, NULL, NULL);
        set_keys(c, unit, in->hash ^ asked_hash(asked, v[c->kept]), in->keys);
    }
    if (r && !rows_done(&w)) ok = false;
    rows_close(r);
    return ok;
}

static bool read_store(struct comparing *c)
{
    struct buf sql = {0};
    struct store *s = c->u->s;
    buf_put(&sql, "SELECT v._id, v._record, v._unit, v._hash, v._asked, v._kept");
    for (size_t i = 0; i < c->l->n_fields; i++) {
        buf_put(&sql, ", v.");
        buf_name(&sql, c->l->fields[i].name);
    }
    buf_put(&sql, " FROM ");
    buf_name(&sql, c->t->name);
    buf_put(&sql, " v WHERE v._out IS NULL AND v._unit IN (SELECT unit FROM temp.vet_scope) ORDER BY v._id");
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        for (size_t i = 0; i < c->l->n_fields; i++) c->fields[i] = column_str(q, 6 + (int)i);
        mem_grow(&c->now, &c->cap_now, c->n_now + 1, sizeof *c->now);
        struct present *p = &c->now[c->n_now++];
        *p = (struct present){.id = sqlite3_column_int64(q, 0), .record = sqlite3_column_int64(q, 1)};
        uint64_t asked = asked_hash(sqlite3_column_int64(q, 4), column_str(q, 5));
        set_keys(c, sqlite3_column_int64(q, 2), (uint64_t)sqlite3_column_int64(q, 3) ^ asked, p->keys);
    }
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(s, rc));
}

/* ---- which is which ---- */

struct keyed {
    uint64_t key;
    size_t index;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Rows and records that are not matched yet and agree in key `k` are one, in their order: 0 the same content, 1 the same verified
 * id, 2 the same name where not both have an id. */
static void match(struct comparing *c, int k)
{
    struct keyed *a = mem_zero(c->n_in + 1, sizeof *a), *b = mem_zero(c->n_now + 1, sizeof *b);
    size_t n = 0, m = 0;
    for (size_t i = 0; i < c->n_in; i++)
        if (!c->in[i].meets && c->in[i].keys[k]) a[n++] = (struct keyed){c->in[i].keys[k], i};
    for (size_t i = 0; i < c->n_now; i++)
        if (!c->now[i].met && c->now[i].keys[k]) b[m++] = (struct keyed){c->now[i].keys[k], i};
    qsort(a, n, sizeof *a, by_key);
    qsort(b, m, sizeof *b, by_key);
    for (size_t i = 0, j = 0; i < n && j < m;) {
        struct coming *in = &c->in[a[i].index];
        struct present *now = &c->now[b[j].index];
        if (a[i].key < b[j].key) {
            i++;
        } else if (a[i].key > b[j].key || (k == 2 && in->keys[1] && now->keys[1])) {
            j++;
        } else {
            in->meets = b[j].index + 1;
            in->same = k == 0;
            now->met = true;
            i++, j++;
        }
    }
    free(a);
    free(b);
}

/* ---- writing ---- */

static struct str number_text(struct buf *b, int64_t v)
{
    size_t at = b->n;
    buf_int(b, v); /* the caller has reserved room, so that earlier slices stay */
    return (struct str){b->s + at, b->n - at};
}

static bool write_row(struct comparing *c, const struct str *v, struct coming *in)
{
    struct store *s = c->u->s;
    const struct present *old = in->meets ? &c->now[in->meets - 1] : NULL;
    int64_t sheet = unpack_sheet(c->u, v[c->file], v[c->sheet]);
    if (!sheet || (old && !table_close_row(s, c->t, old->id))) return false;
    uint64_t hash = fill_content(c, v);
    int64_t id = table_next(s, c->t);
    in->record = old ? old->record : id;
    c->numbers.n = 0;
    buf_reserve(&c->numbers, 256);
    c->values[L_RECORD] = number_text(&c->numbers, in->record);
    c->values[L_PREV] = old ? number_text(&c->numbers, old->id) : (struct str){0};
    c->values[L_UNIT] = number_text(&c->numbers, in->unit);
    c->values[L_SHEET] = number_text(&c->numbers, sheet);
    c->values[L_ROW] = number_text(&c->numbers, integer_of(v[c->row]));
    int64_t asked = unpack_asked_number(c->u, v[c->asked]);
    c->values[L_ASKED] = asked ? number_text(&c->numbers, asked) : (struct str){0};
    c->values[L_KEPT] = or_null(v[c->kept]);
    c->values[L_HASH] = number_text(&c->numbers, (int64_t)hash);
    return table_open_row(s, c->t, c->values) != 0;
}

/* Second reading: only what is new or changed is written. */
static bool write_package(struct comparing *c, const char *part)
{
    struct rows *r = bag_rows(c->u->bag, part);
    struct row_cursor w = {.rows = r};
    const struct str *v;
    bool ok = r != NULL;
    for (size_t i = 0; ok && (v = rows_next(&w)); i++) {
        struct coming *in = &c->in[i];
        if (in->same) {
            in->record = c->now[in->meets - 1].record;
            c->u->unchanged++;
            continue;
        }
        if (in->meets) c->u->updated++;
        else c->u->fresh++;
        ok = write_row(c, v, in);
    }
    if (r && !rows_done(&w)) ok = false;
    rows_close(r);
    return ok;
}

static bool close_gone(struct comparing *c, struct record_pairs *pairs)
{
    for (size_t i = 0; i < c->n_now; i++) {
        if (c->now[i].met) continue;
        if (!table_close_row(c->u->s, c->t, c->now[i].id)) return false;
        mem_grow(&pairs->gone, &pairs->cap_gone, pairs->n_gone + 1, sizeof *pairs->gone);
        pairs->gone[pairs->n_gone++] = c->now[i].record;
        c->u->gone++;
    }
    return true;
}

static int by_theirs(const void *a, const void *b)
{
    const struct record_pair *x = a, *y = b;
    return (x->theirs > y->theirs) - (x->theirs < y->theirs);
}

int64_t pair_of(const struct record_pairs *p, int64_t theirs)
{
    struct record_pair key = {theirs, 0};
    const struct record_pair *f = p->n ? bsearch(&key, p->v, p->n, sizeof key, by_theirs) : NULL;
    return f ? f->ours : 0;
}

static bool compare(struct comparing *c, const char *part, struct record_pairs *pairs)
{
    if (!read_package(c, part) || !read_store(c)) return false;
    for (int k = 0; k < 3; k++) match(c, k);
    if (!close_gone(c, pairs) || !write_package(c, part)) return false;
    pairs->v = mem_zero(c->n_in + 1, sizeof *pairs->v);
    for (size_t i = 0; i < c->n_in; i++) pairs->v[pairs->n++] = (struct record_pair){c->in[i].theirs, c->in[i].record};
    qsort(pairs->v, pairs->n, sizeof *pairs->v, by_theirs);
    return true;
}

bool unpack_records(struct unpacking *u, const struct schema *l, struct record_pairs *pairs)
{
    struct comparing c = {.u = u, .l = l, .t = tables_ledger(u->s, l->name)};
    struct buf part = {0};
    size_t n = l->n_fields + 1;
    c.field_at = mem_zero(n, sizeof(int));
    c.typed_at = mem_zero(n, sizeof(int));
    c.column_of = mem_zero(n, sizeof(int));
    c.fields = mem_zero(n, sizeof *c.fields);
    c.values = mem_zero(c.t->n_columns + 1, sizeof *c.values);
    buf_printf(&part, "data/records/%.*s.csv", (int)l->name.n, l->name.s);
    bool ok = keys_start(&c.keys, u->s, l) && compare(&c, buf_text(&part), pairs);
    keys_free(&c.keys);
    free(c.field_at);
    free(c.typed_at);
    free(c.column_of);
    free(c.fields);
    free(c.values);
    free(c.in);
    free(c.now);
    buf_free(&c.typed);
    buf_free(&c.image);
    buf_free(&c.numbers);
    buf_free(&part);
    return ok;
}
