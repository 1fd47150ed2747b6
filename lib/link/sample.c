#include "link/sample.h"

#include <stdlib.h>

#include "link/kind_own.h"

enum { MAX_THREADS = 64, LONGEST = 1024, ONCE = 1024 };

/* A row that was taken: its values stand in `text`, one after another. */
struct sampled {
    uint64_t hash;
    struct buf text;
    struct str *values;
};

/* Values of a column, by their hashes: all of those below a limit, as long as none of them came twice.  The limit is lowered when
 * there are too many: so a value that is held has been held since its first row. */
struct once {
    uint64_t *hash; /* 2 * ONCE slots, 0 = free */
    size_t n;
    uint64_t below; /* 0 = all */
};

static bool once_put(struct once *o, uint64_t hash)
{
    for (size_t i = hash >> 3;; i++) {
        uint64_t *slot = &o->hash[i & (2 * ONCE - 1)];
        if (*slot == hash) return false;
        if (*slot) continue;
        *slot = hash;
        o->n++;
        return true;
    }
}

/* False: the value was there before. */
static bool once_add(struct once *o, uint64_t hash)
{
    hash += !hash;
    if (o->below && hash >= o->below) return true;
    if (!o->hash) o->hash = mem_zero(2 * ONCE, sizeof *o->hash);
    if (!once_put(o, hash)) return false;
    while (o->n > ONCE) {
        uint64_t *all = o->hash;
        o->hash = mem_zero(2 * ONCE, sizeof *o->hash);
        o->n = 0;
        o->below = o->below ? o->below / 2 : 1ull << 63;
        for (size_t i = 0; i < 2 * ONCE; i++)
            if (all[i] && all[i] < o->below) once_put(o, all[i]);
        free(all);
    }
    return true;
}

static int by_hash(const void *a, const void *b)
{
    const struct sampled *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

/* Leaves the rows with the least hashes, each of them once. */
static void leave_least(struct sample *s)
{
    size_t n = 0;
    if (s->n_taken) qsort(s->taken, s->n_taken, sizeof *s->taken, by_hash);
    for (size_t i = 0; i < s->n_taken; i++) {
        if (n == SAMPLE_ROWS || (n && s->taken[n - 1].hash == s->taken[i].hash)) continue;
        struct sampled other = s->taken[n];
        s->taken[n++] = s->taken[i];
        s->taken[i] = other; /* its memory serves again */
    }
    s->n_taken = n;
    if (n == SAMPLE_ROWS) s->below = s->taken[n - 1].hash;
}

static struct str beginning(struct str s)
{
    if (s.n <= LONGEST) return s;
    size_t n = LONGEST;
    while (n && ((unsigned char)s.s[n] & 0xC0) == 0x80) n--;
    return str_head(s, n);
}

static void take_row(struct sample *s, uint64_t hash, const struct str *values)
{
    if (s->n_taken == 2 * SAMPLE_ROWS) leave_least(s);
    if (hash >= s->below) return;
    struct sampled *t = &s->taken[s->n_taken++];
    t->hash = hash;
    t->text.n = 0;
    if (!t->values) t->values = mem_zero(s->n_columns + 1, sizeof *t->values);
    for (size_t k = 0; k < s->n_columns; k++) buf_str(&t->text, beginning(values[k]));
    const char *at = buf_text(&t->text);
    for (size_t k = 0; k < s->n_columns; k++) {
        t->values[k] = (struct str){at, beginning(values[k]).n};
        at += t->values[k].n;
    }
}

/* What a thread makes of a block, until its turn to hand it on. */
struct passed {
    const struct row_block *block;
    struct buf encoded; /* rows for the spool */
    uint64_t *hash;     /* of each value, 0 = empty */
    size_t cap;
};
struct pass {
    struct sample *sample;
    struct spool *spool;
    struct passed of[MAX_THREADS];
};

static bool pass_block(void *ctx, struct rows *r, struct row_block *b, unsigned thread)
{
    struct pass *p = ctx;
    struct passed *t = &p->of[thread];
    size_t n = r->columns.n;
    t->block = b;
    t->encoded.n = 0;
    mem_grow(&t->hash, &t->cap, b->n_rows * n + 1, sizeof *t->hash);
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct str *values = row_of(b, &r->columns, i);
        for (size_t k = 0; k < n; k++) t->hash[i * n + k] = values[k].n ? str_hash(values[k]) : 0;
        spool_encode(&t->encoded, values, n);
    }
    return true;
}

static bool keep_block(void *ctx, struct rows *r, struct row_block *b)
{
    struct pass *p = ctx;
    struct sample *s = p->sample;
    const struct passed *t = p->of;
    while (t->block != b) t++;
    for (size_t i = 0; i < b->n_rows; i++) {
        const uint64_t *hash = t->hash + i * s->n_columns;
        uint64_t all = 0;
        for (size_t k = 0; k < s->n_columns; k++) {
            all = mix64(all * 31 + hash[k]);
            if (hash[k] && !s->repeats[k]) s->repeats[k] = !once_add(&s->columns[k], hash[k]);
        }
        if (all < s->below) take_row(s, all, row_of(b, &r->columns, i));
    }
    s->n_rows += b->n_rows;
    return spool_add(p->spool, buf_slice(&t->encoded), b->n_rows);
}

bool sample_load(struct sample *s, struct rows *r, struct spool *spool, unsigned threads)
{
    size_t n = r->columns.n;
    *s = (struct sample){.n_columns = n, .below = UINT64_MAX};
    s->repeats = mem_zero(n + 1, sizeof *s->repeats);
    s->columns = mem_zero(n + 1, sizeof *s->columns);
    s->taken = mem_zero(2 * SAMPLE_ROWS, sizeof *s->taken);
    s->row = mem_zero(SAMPLE_ROWS, sizeof *s->row);
    struct pass *p = mem_zero(1, sizeof *p);
    p->sample = s;
    p->spool = spool;
    bool ok = rows_run(r, threads, p, pass_block, keep_block) && spool_finish(spool);
    for (size_t i = 0; i < MAX_THREADS; i++) {
        buf_free(&p->of[i].encoded);
        free(p->of[i].hash);
    }
    free(p);
    leave_least(s);
    s->n = s->n_taken;
    for (size_t i = 0; i < s->n; i++) s->row[i] = s->taken[i].values;
    return ok;
}

void sample_free(struct sample *s)
{
    for (size_t i = 0; s->taken && i < 2 * SAMPLE_ROWS; i++) {
        buf_free(&s->taken[i].text);
        free(s->taken[i].values);
    }
    for (size_t k = 0; s->columns && k < s->n_columns; k++) free(s->columns[k].hash);
    free(s->taken);
    free(s->columns);
    free(s->repeats);
    free(s->row);
    *s = (struct sample){0};
}
