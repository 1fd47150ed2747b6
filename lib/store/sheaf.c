#include "store/sheaf.h"

#include <stdlib.h>

/* Pages as large as they can be, so that no record needs overflow pages.  Page 1 holds the schema, ROOT is the table's where one
 * leaf is not enough, then come the indexes in the order of their names, each one leaf, and the table's leaves. */
enum { PAGE = 65536, PAGES = 24, ROWS = 2900, LONGEST = 60000 };
enum { ROOT = 2, OUT, RECORD, UNIT, LEAVES };
enum page_kind { INDEX_LEAF = 10, TABLE_INTERIOR = 5, TABLE_LEAF = 13 };

/* A value of a record: its serial type, and its bytes: text, or the `n` low bytes of a number. */
struct value {
    uint64_t type;
    size_t n;
    const char *text;
    uint64_t number;
};
/* Of an index: -1 = null, which sorts first. */
struct position {
    int64_t key, id;
};
struct places {
    struct position v[ROWS];
    size_t n;
};
struct sheaf {
    struct store *store;
    struct table *table;
    unsigned char *pages;
    size_t leaf; /* the page at work, 0 before the first row */
    size_t n_rows;
    int64_t last[PAGES + 1];      /* the last _id of each leaf */
    struct places units, records; /* records: of versions that are not the first of theirs */
    int64_t *closed;              /* versions to be closed when all are in the table */
    size_t n_closed, cap_closed;
    struct value *values;
    unsigned char *root; /* the byte of the schema that names the table's root */
    struct buf insert;
};

/* ---- the file format ---- */

static void big_endian(unsigned char *p, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++) p[i] = (unsigned char)(v >> (8 * (n - 1 - i)));
}

static size_t varint_size(uint64_t v)
{
    size_t n = 1;
    while (v >>= 7) n++;
    return n < 9 ? n : 9;
}

static unsigned char *put_varint(unsigned char *p, uint64_t v)
{
    size_t n = varint_size(v);
    if (n == 9) { /* eight groups of seven bits, then a whole byte */
        p[8] = (unsigned char)v;
        v >>= 8;
    }
    for (size_t i = n == 9 ? 8 : n; i-- > 0; v >>= 7) p[i] = (unsigned char)((v & 0x7f) | 0x80);
    if (n < 9) p[n - 1] &= 0x7f;
    return p + n;
}

static struct value of_integer(int64_t v)
{
    static const size_t SIZES[] = {1, 2, 3, 4, 6, 8}; /* serial types 1 to 6; 8 and 9 are 0 and 1 themselves */
    if (v == 0 || v == 1) return (struct value){.type = 8 + (uint64_t)v};
    size_t k = 0;
    while (k < 5 && (v < -((int64_t)1 << (8 * SIZES[k] - 1)) || v > ((int64_t)1 << (8 * SIZES[k] - 1)) - 1)) k++;
    return (struct value){.type = k + 1, .n = SIZES[k], .number = (uint64_t)v};
}

static int64_t integer_of(const struct value *v)
{
    return v->type >= 8 ? (int64_t)v->type - 8 : (int64_t)v->number;
}

static struct value of_text(struct str t)
{
    return (struct value){.type = 13 + 2 * t.n, .n = t.n, .text = t.s};
}

static struct value of_cell(enum column_kind kind, struct str t)
{
    struct value v = {.type = 7, .n = 8};
    int64_t whole;
    double real;
    switch (image_value(kind, t, &whole, &real)) {
    case SQLITE_INTEGER: return of_integer(whole);
    case SQLITE_FLOAT: memcpy(&v.number, &real, 8); return v;
    default: return of_text(t);
    }
}

/* Of the header alone, its own length included, which never takes more than three bytes; `body` gets the size of the rest. */
static size_t header_size(const struct value *v, size_t n, size_t *body)
{
    size_t size = 0;
    *body = 0;
    for (size_t i = 0; i < n; i++) {
        size += v[i].type < 128 ? 1 : varint_size(v[i].type);
        *body += v[i].n;
    }
    return size < 127 ? size + 1 : size < 16382 ? size + 2 : size + 3;
}

static void put_record(unsigned char *p, const struct value *v, size_t n, size_t header)
{
    unsigned char *body = p + header;
    p = put_varint(p, header);
    for (size_t i = 0; i < n; i++) {
        if (v[i].type < 128) *p++ = (unsigned char)v[i].type;
        else p = put_varint(p, v[i].type);
        if (v[i].text) memcpy(body, v[i].text, v[i].n);
        else big_endian(body, v[i].number, v[i].n);
        body += v[i].n;
    }
}

static unsigned char *page_at(const struct sheaf *f, size_t number)
{
    return f->pages + (number - 1) * PAGE;
}

/* Where a b-tree page's own header stands: page 1 begins with that of the file. */
static unsigned char *page_header(const struct sheaf *f, size_t number)
{
    return page_at(f, number) + (number == 1 ? 100 : 0);
}

static void start_page(struct sheaf *f, size_t number, enum page_kind kind)
{
    unsigned char *h = page_header(f, number);
    memset(h, 0, 12);
    h[0] = (unsigned char)kind;
}

/* Room for a cell of so many bytes, which comes after all others; NULL when the page is full.  Cells lie from the end of the page
 * downwards; 0 says that they begin at its very end. */
static unsigned char *page_cell(struct sheaf *f, size_t number, size_t size)
{
    unsigned char *page = page_at(f, number), *h = page_header(f, number);
    size_t n = (size_t)h[3] << 8 | h[4], low = (size_t)h[5] << 8 | h[6];
    unsigned char *pointer = h + (h[0] == TABLE_INTERIOR ? 12 : 8) + 2 * n;
    if (!low) low = PAGE;
    if ((size_t)(pointer + 2 - page) + size > low) return NULL;
    low -= size;
    big_endian(pointer, low, 2);
    big_endian(h + 3, n + 1, 2);
    big_endian(h + 5, low, 2);
    return page + low;
}

static void start_file(struct sheaf *f)
{
    unsigned char *h = f->pages;
    memcpy(h, "SQLite format 3", 16);
    big_endian(h + 16, 1, 2); /* pages of 64 KiB */
    h[18] = h[19] = 1;        /* no WAL */
    h[21] = 64, h[22] = h[23] = 32;
    big_endian(h + 24, 1, 4); /* changes */
    big_endian(h + 40, 1, 4); /* schema cookie */
    big_endian(h + 44, 4, 4); /* schema format */
    big_endian(h + 56, 1, 4); /* UTF-8 */
    big_endian(h + 92, 1, 4); /* as many changes as above when the size was noted */
    big_endian(h + 96, 3040001, 4);
    start_page(f, 1, TABLE_LEAF);
}

/* ---- the schema ---- */

/* One row of the schema, as it is in the store but for the root. */
static bool put_schema(struct sheaf *f, sqlite3_stmt *q, int64_t number)
{
    struct value v[5];
    size_t body;
    for (int i = 0; i < 5; i++) v[i] = of_text(column_str(q, i < 3 ? i : 3));
    v[3] = (struct value){.type = 1, .n = 1, .number = (uint64_t)number + ROOT - 1};
    size_t header = header_size(v, 5, &body), payload = header + body;
    unsigned char *p = payload < LONGEST ? page_cell(f, 1, varint_size(payload) + varint_size((uint64_t)number) + payload) : NULL;
    if (!p) return false;
    p = put_varint(put_varint(p, payload), (uint64_t)number);
    put_record(p, v, 5, header);
    if (number == 1) f->root = p + header + v[0].n + v[1].n + v[2].n;
    return true;
}

/* The table and its indexes must be those that tables.c makes, as an index that is not kept here would stay empty. */
static bool copy_schema(struct sheaf *f)
{
    static const char *const AFTER[] = {"", "_out", "_record", "_unit"};
    sqlite3_stmt *q = store_prepare(f->store, "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE tbl_name = ? "
                                              "ORDER BY type = 'table' DESC, name");
    struct str name = f->table->name;
    int64_t n = 0;
    int rc;
    if (!q) return false;
    sqlite3_bind_text(q, 1, name.s, (int)name.n, SQLITE_STATIC);
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        struct str is = column_str(q, 1);
        if (n == LEAVES - ROOT || !str_starts(is, name) || !str_is(str_from(is, name.n), AFTER[n]) || !put_schema(f, q, ++n)) break;
    }
    sqlite3_finalize(q);
    return rc == SQLITE_DONE && n == LEAVES - ROOT;
}

struct sheaf *sheaf_start(struct store *s, struct table *t)
{
    struct sheaf *f = mem_zero(1, sizeof *f);
    f->store = s;
    f->table = t;
    f->pages = mem_zero(PAGES, PAGE);
    f->values = mem_zero(t->n_columns + 3, sizeof *f->values);
    start_file(f);
    buf_put(&f->insert, "INSERT INTO main.");
    buf_name(&f->insert, t->name);
    buf_put(&f->insert, " SELECT * FROM sheaf.");
    buf_name(&f->insert, t->name);
    if (copy_schema(f) && sqlite3_exec(s->db, "ATTACH ':memory:' AS sheaf", NULL, NULL, NULL) == SQLITE_OK) return f;
    sheaf_end(f);
    return NULL;
}

void sheaf_end(struct sheaf *f)
{
    if (!f) return;
    sqlite3_exec(f->store->db, "DETACH sheaf", NULL, NULL, NULL);
    free(f->pages);
    free(f->values);
    free(f->closed);
    buf_free(&f->insert);
    free(f);
}

bool sheaf_is_for(const struct sheaf *f, const struct table *t)
{
    return f && f->table == t;
}

void sheaf_forget(struct sheaf *f)
{
    f->n_rows = f->leaf = f->n_closed = f->units.n = f->records.n = 0;
}

/* ---- rows ---- */

static void values_of(struct sheaf *f, struct str image)
{
    static const struct value NOTHING = {0};
    struct value *v = f->values;
    size_t column, next = 0;
    struct str text;
    v[1] = of_integer(f->store->batch.id); /* v[0], _id, stands before the record; v[2], _out, is null */
    while (image_next(&image, &column, &text)) {
        while (next < column) v[3 + next++] = NOTHING;
        v[3 + next++] = of_cell(f->table->columns[column].kind, text);
    }
    while (next < f->table->n_columns) v[3 + next++] = NOTHING;
}

static unsigned char *leaf_cell(struct sheaf *f, size_t size)
{
    unsigned char *p = f->leaf ? page_cell(f, f->leaf, size) : NULL;
    if (p || f->leaf == PAGES) return p;
    f->leaf = f->leaf ? f->leaf + 1 : LEAVES;
    start_page(f, f->leaf, TABLE_LEAF);
    return page_cell(f, f->leaf, size);
}

int sheaf_add(struct sheaf *f, int64_t id, struct str image, bool *taken)
{
    size_t n = f->table->n_columns + 3, body;
    values_of(f, image);
    size_t header = header_size(f->values, n, &body), payload = header + body;
    size_t size = varint_size(payload) + varint_size((uint64_t)id) + payload;
    *taken = size <= LONGEST;
    int rc = SQLITE_OK;
    unsigned char *p = *taken && f->n_rows < ROWS ? leaf_cell(f, size) : NULL;
    if (!p) {
        rc = sheaf_flush(f);
        if (rc != SQLITE_OK || !*taken) return rc;
        p = leaf_cell(f, size);
    }
    put_record(put_varint(put_varint(p, payload), (uint64_t)id), f->values, n, header);
    const struct value *unit = &f->values[3 + L_UNIT], *record = &f->values[3 + L_RECORD];
    f->last[f->leaf] = id;
    f->n_rows++;
    f->units.v[f->units.n++] = (struct position){unit->type ? integer_of(unit) : -1, id};
    if (integer_of(record) != id) f->records.v[f->records.n++] = (struct position){integer_of(record), id};
    return rc;
}

void sheaf_close(struct sheaf *f, int64_t id)
{
    mem_grow(&f->closed, &f->cap_closed, f->n_closed + 1, sizeof *f->closed);
    f->closed[f->n_closed++] = id;
}

static int by_position(const void *a, const void *b)
{
    const struct position *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void put_index(struct sheaf *f, size_t number, struct places *p)
{
    size_t i = 1, body;
    while (i < p->n && by_position(&p->v[i - 1], &p->v[i]) < 0) i++;
    if (i < p->n) qsort(p->v, p->n, sizeof *p->v, by_position);
    start_page(f, number, INDEX_LEAF);
    for (i = 0; i < p->n; i++) {
        struct value v[2] = {{0}, of_integer(p->v[i].id)};
        if (p->v[i].key >= 0) v[0] = of_integer(p->v[i].key);
        size_t header = header_size(v, 2, &body);
        put_record(put_varint(page_cell(f, number, 1 + header + body), header + body), v, 2, header);
    }
}

static void put_root(struct sheaf *f)
{
    *f->root = (unsigned char)(f->leaf == LEAVES ? LEAVES : ROOT);
    start_page(f, ROOT, TABLE_INTERIOR);
    for (size_t k = LEAVES; k < f->leaf; k++) {
        unsigned char *p = page_cell(f, ROOT, 4 + varint_size((uint64_t)f->last[k]));
        big_endian(p, k, 4);
        put_varint(p + 4, (uint64_t)f->last[k]);
    }
    big_endian(page_header(f, ROOT) + 8, f->leaf, 4);
    big_endian(f->pages + 28, f->leaf, 4);
}

int sheaf_flush(struct sheaf *f)
{
    int rc = SQLITE_OK;
    if (f->n_rows) {
        start_page(f, OUT, INDEX_LEAF);
        put_index(f, RECORD, &f->records);
        put_index(f, UNIT, &f->units);
        put_root(f);
        sqlite3_int64 size = (sqlite3_int64)(f->leaf * PAGE);
        rc = sqlite3_deserialize(f->store->db, "sheaf", f->pages, size, size, SQLITE_DESERIALIZE_READONLY);
        if (rc == SQLITE_OK) rc = sqlite3_exec(f->store->db, buf_text(&f->insert), NULL, NULL, NULL);
    }
    for (size_t i = 0; i < f->n_closed && rc == SQLITE_OK; i++) rc = version_close(f->store, f->table, f->closed[i]);
    sheaf_forget(f);
    return rc;
}
