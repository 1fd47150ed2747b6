#include "link/table.h"

#include <stdlib.h>

enum { MAX_THREADS = 64 };

/* What a thread makes of a block, until its turn to hand it on. */
struct digest {
    const struct row_block *block;
    struct value *values; /* row after row, one a column */
    bool *has;
    size_t cap_values, cap_has;
    struct buf text;    /* texts of the values */
    struct buf encoded; /* rows for the spool */
    struct buf scratch[2];
};
struct load {
    struct table *table;
    struct digest digests[MAX_THREADS];
};

static bool digest_block(void *ctx, struct rows *r, struct row_block *b, unsigned thread)
{
    struct load *l = ctx;
    struct table *t = l->table;
    struct digest *d = &l->digests[thread];
    size_t n = t->n_columns;
    d->block = b;
    mem_grow(&d->values, &d->cap_values, b->n_rows * n + 1, sizeof *d->values);
    mem_grow(&d->has, &d->cap_has, b->n_rows * n + 1, sizeof *d->has);
    d->text.n = d->encoded.n = 0;
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct str *row = row_of(b, &r->columns, i);
        for (size_t k = 0; k < n; k++) {
            struct value *v = &d->values[i * n + k];
            d->has[i * n + k] = kind_read(t->columns[k].kind, row[t->columns[k].at], d->scratch, v);
            /* The buffer may move: an offset until the block is complete. */
            size_t at = d->text.n;
            if (d->has[i * n + k] && kind_info(t->columns[k].kind)->text) buf_str(&d->text, v->text);
            v->text.s = NULL;
            v->text.n = d->text.n - at;
        }
        if (t->spool) spool_encode(&d->encoded, row, r->columns.n);
    }
    return true;
}

/* Room for so many values more, at most half of the slots taken. */
static void widen(struct column *c, size_t more)
{
    size_t n = c->slots ? c->n_slots * 2 : 1024;
    while (n <= ((size_t)c->n_values + more) * 2) n *= 2;
    free(c->slots);
    c->slots = mem_zero(n, sizeof *c->slots);
    c->n_slots = n;
    for (uint32_t v = 1; v <= c->n_values; v++) {
        size_t i = c->hash[v - 1] & (n - 1);
        while (c->slots[i]) i = (i + 1) & (n - 1);
        c->slots[i] = v;
    }
}

static uint32_t add_value(struct column *c, const struct value *v, const char *text)
{
    const struct kind_info *info = kind_info(c->kind);
    uint32_t id = ++c->n_values;
    mem_grow(&c->f, &c->cap_values, (size_t)id * info->width + 1, sizeof *c->f);
    mem_grow(&c->hash, &c->cap_hash, id, sizeof *c->hash);
    mem_grow(&c->count, &c->cap_count, id, sizeof *c->count);
    memcpy(c->f + (size_t)(id - 1) * info->width, v->f, info->width * sizeof *v->f);
    c->hash[id - 1] = v->hash;
    c->count[id - 1] = 0;
    if (info->text) {
        mem_grow(&c->text_at, &c->cap_text, (size_t)id + 1, sizeof *c->text_at);
        if (id == 1) c->text_at[0] = 0;
        buf_add(&c->text, text, v->text.n);
        c->text_at[id] = (uint32_t)c->text.n;
    }
    return id;
}

/* Two values with the same 64 bits are taken for one: among ten million that happens once in a hundred thousand runs. */
static uint32_t intern(struct column *c, const struct value *v, const char *text)
{
    size_t mask = c->n_slots - 1;
    for (size_t i = v->hash & mask;; i = (i + 1) & mask) {
        uint32_t id = c->slots[i];
        if (!id) return c->slots[i] = add_value(c, v, text);
        if (c->hash[id - 1] == v->hash) return id;
    }
}

/* The k-th value of every row of a block.  Slots and hashes are asked of memory well before they are looked at. */
static void intern_column(struct table *t, struct column *c, const struct digest *d, size_t k, size_t n_rows)
{
    enum { SLOTS_AHEAD = 24, HASHES_AHEAD = 12 };
    size_t n = t->n_columns;
    if (((size_t)c->n_values + n_rows) * 2 >= c->n_slots) widen(c, n_rows);
    size_t mask = c->n_slots - 1;
    for (size_t i = 0; i < n_rows; i++) {
        size_t x = i * n + k, y = x + HASHES_AHEAD * n, z = x + SLOTS_AHEAD * n;
        if (i + SLOTS_AHEAD < n_rows) __builtin_prefetch(&c->slots[d->values[z].hash & mask]);
        if (i + HASHES_AHEAD < n_rows && d->has[y]) {
            uint32_t id = c->slots[d->values[y].hash & mask];
            if (id) {
                __builtin_prefetch(&c->hash[id - 1]);
                __builtin_prefetch(&c->count[id - 1], 1);
            }
        }
        uint32_t v = d->has[x] ? intern(c, &d->values[x], d->values[x].text.s) : 0;
        t->ids[(t->n_rows + i) * n + k] = v;
        if (v) c->count[v - 1]++;
    }
}

static bool take_block(void *ctx, struct rows *r, struct row_block *b)
{
    struct load *l = ctx;
    struct table *t = l->table;
    struct digest *d = l->digests;
    while (d->block != b) d++;
    size_t n = t->n_columns;
    if (t->n_rows + b->n_rows >= UINT32_MAX) {
        diag_add(r->diag, DIAG_LINK_TOO_MANY, NULL, NULL);
        return false;
    }
    size_t at = 0;
    const char *text = buf_text(&d->text);
    for (size_t i = 0; i < b->n_rows * n; i++) {
        d->values[i].text.s = text + at;
        at += d->values[i].text.n;
    }
    mem_grow(&t->ids, &t->cap_ids, (t->n_rows + b->n_rows) * n + 1, sizeof *t->ids);
    for (size_t k = 0; k < n; k++) {
        struct column *c = &t->columns[k];
        intern_column(t, c, d, k, b->n_rows);
        if (c->text.n > UINT32_MAX - (64u << 20)) {
            diag_add(r->diag, DIAG_LINK_TOO_MANY, NULL, NULL);
            return false;
        }
    }
    t->n_rows += b->n_rows;
    return !t->spool || spool_add(t->spool, buf_slice(&d->encoded), b->n_rows);
}

bool table_load(struct table *t, struct rows *r, unsigned threads)
{
    struct load *l = mem_zero(1, sizeof *l);
    l->table = t;
    t->stream = r->columns;
    bool ok = rows_run(r, threads, l, digest_block, take_block);
    for (size_t i = 0; i < MAX_THREADS; i++) {
        struct digest *d = &l->digests[i];
        free(d->values);
        free(d->has);
        buf_free(&d->text);
        buf_free(&d->encoded);
        buf_free(&d->scratch[0]);
        buf_free(&d->scratch[1]);
    }
    free(l);
    for (size_t k = 0; k < t->n_columns; k++) {
        free(t->columns[k].slots);
        t->columns[k].slots = NULL;
        t->columns[k].n_slots = 0;
    }
    return ok && (!t->spool || spool_finish(t->spool));
}

void table_free(struct table *t)
{
    for (size_t k = 0; k < t->n_columns; k++) {
        struct column *c = &t->columns[k];
        free(c->f);
        free(c->hash);
        free(c->count);
        free(c->text_at);
        free(c->slots);
        buf_free(&c->text);
    }
    free(t->columns);
    free(t->ids);
    spool_free(t->spool);
    *t = (struct table){0};
}

unsigned column_level(const struct table *t, size_t column, uint32_t x, uint32_t y)
{
    const struct column *c = &t->columns[column];
    if (!x || !y) return 0;
    struct kept v = column_value(c, x);
    if (x == y) return kind_equal(c->kind, &v, c->count[x - 1], t->population ? t->population : t->n_rows);
    struct kept w = column_value(c, y);
    return kind_level(c->kind, &v, &w);
}
