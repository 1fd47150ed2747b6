#include "flow/sorter.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/temporary.h"

enum { RUN_BYTES = 16 << 20, READ_BYTES = 1 << 17 };

/* A row as bytes: length of all that follows, length of the key, key, then each value with its length. */
struct run {
    uint64_t from, to, at; /* in the file; `at`: what has been read into the buffer */
    struct buf buffer;
    size_t next, length; /* of the row at hand in the buffer */
};
struct sorter {
    size_t n_values;
    uint64_t count;
    struct buf rows; /* of the run that is being filled */
    size_t *starts;  /* of its rows */
    size_t n_starts, cap_starts;
    int fd;            /* -1: no run was written */
    struct buf folder; /* where it is */
    uint64_t size;
    struct run *runs;
    size_t n_runs, cap_runs;
    size_t *heap; /* runs by their row at hand */
    size_t n_heap;
    size_t next; /* of rows in memory */
    struct str *values;
    bool sorted, failed;
    struct diag *diag;
};

struct sorter *sorter_new(size_t n_values, struct diag *d)
{
    struct sorter *s = mem_zero(1, sizeof *s);
    s->n_values = n_values;
    s->values = mem_zero(n_values, sizeof *s->values);
    s->fd = -1;
    s->diag = d;
    return s;
}

void sorter_free(struct sorter *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->n_runs; i++) buf_free(&s->runs[i].buffer);
    if (s->fd >= 0) close(s->fd);
    free(s->runs);
    free(s->heap);
    free(s->starts);
    free(s->values);
    buf_free(&s->rows);
    buf_free(&s->folder);
    free(s);
}

uint64_t sorter_count(const struct sorter *s)
{
    return s->count;
}

bool sorter_failed(const struct sorter *s)
{
    return s->failed;
}

static bool fail(struct sorter *s)
{
    if (!s->failed) diag_add(s->diag, DIAG_WRITE_FAILED, NULL, buf_text(&s->folder), strerror(errno), NULL);
    s->failed = true;
    return false;
}

static uint32_t number_at(const char *p)
{
    uint32_t n;
    memcpy(&n, p, sizeof n);
    return n;
}

static void add_number(struct buf *b, size_t n)
{
    uint32_t v = (uint32_t)n;
    buf_add(b, (const char *)&v, sizeof v);
}

static struct str key_of(const char *row)
{
    return (struct str){(char *)(uintptr_t)(row + 2 * sizeof(uint32_t)), number_at(row + sizeof(uint32_t))};
}

static int by_key(const void *a, const void *b, void *base)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int c = str_cmp(key_of((const char *)base + x), key_of((const char *)base + y));
    return c ? c : (x > y) - (x < y);
}

static void sort_run(struct sorter *s)
{
    if (s->n_starts) qsort_r(s->starts, s->n_starts, sizeof *s->starts, by_key, s->rows.s);
}

static size_t length_of(const char *row)
{
    return number_at(row) + sizeof(uint32_t);
}

static bool write_run(struct sorter *s)
{
    if (s->fd < 0 && (s->fd = temporary_open(&s->folder)) < 0) return fail(s);
    sort_run(s);
    struct buf out = {0};
    struct run run = {.from = s->size};
    bool ok = true;
    for (size_t i = 0; ok && i < s->n_starts; i++) {
        const char *row = s->rows.s + s->starts[i];
        buf_add(&out, row, length_of(row));
        if (out.n < READ_BYTES && i + 1 < s->n_starts) continue;
        ok = temporary_write(s->fd, buf_slice(&out));
        s->size += out.n;
        out.n = 0;
    }
    buf_free(&out);
    if (!ok) return fail(s);
    run.to = s->size;
    mem_grow(&s->runs, &s->cap_runs, s->n_runs + 1, sizeof *s->runs);
    s->runs[s->n_runs++] = run;
    s->rows.n = s->n_starts = 0;
    return true;
}

bool sorter_put(struct sorter *s, struct str key, const struct str *values)
{
    if (s->failed) return false;
    mem_grow(&s->starts, &s->cap_starts, s->n_starts + 1, sizeof *s->starts);
    size_t start = s->starts[s->n_starts++] = s->rows.n;
    add_number(&s->rows, 0);
    add_number(&s->rows, key.n);
    buf_str(&s->rows, key);
    for (size_t i = 0; i < s->n_values; i++) {
        add_number(&s->rows, values[i].n);
        buf_str(&s->rows, values[i]);
    }
    uint32_t length = (uint32_t)(s->rows.n - start - sizeof length);
    memcpy(s->rows.s + start, &length, sizeof length);
    s->count++;
    return s->rows.n < RUN_BYTES || write_run(s);
}

/* ---- taking them out ---- */

/* Makes `n` bytes from run->next stand in the buffer. */
static bool need(struct sorter *s, struct run *r, size_t n)
{
    if (r->buffer.n - r->next >= n) return true;
    if (r->next) memmove(r->buffer.s, r->buffer.s + r->next, r->buffer.n - r->next); /* at first there is no buffer */
    r->buffer.n -= r->next;
    r->next = 0;
    size_t want = n > READ_BYTES ? n : READ_BYTES;
    while (r->buffer.n < n) {
        buf_reserve(&r->buffer, want);
        size_t left = (size_t)(r->to - r->at) < want ? (size_t)(r->to - r->at) : want;
        ssize_t got = left ? pread(s->fd, r->buffer.s + r->buffer.n, left, (off_t)r->at) : 0;
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            if (!got) errno = EIO;
            return fail(s);
        }
        r->buffer.n += (size_t)got;
        r->at += (uint64_t)got;
    }
    return true;
}

/* The run's next row comes to hand; false at its end, or after a finding. */
static bool advance(struct sorter *s, struct run *r)
{
    r->next += r->length;
    r->length = 0;
    if (r->at == r->to && r->next == r->buffer.n) return false;
    if (!need(s, r, sizeof(uint32_t))) return false;
    size_t length = length_of(r->buffer.s + r->next);
    if (!need(s, r, length)) return false;
    r->length = length;
    return true;
}

static const char *row_of_run(const struct sorter *s, size_t run)
{
    return s->runs[run].buffer.s + s->runs[run].next;
}

static bool before(const struct sorter *s, size_t a, size_t b)
{
    int c = str_cmp(key_of(row_of_run(s, a)), key_of(row_of_run(s, b)));
    return c < 0 || (c == 0 && a < b); /* an earlier run was put earlier */
}

static void sift(struct sorter *s, size_t i)
{
    for (;;) {
        size_t least = i, left = 2 * i + 1, right = left + 1;
        if (left < s->n_heap && before(s, s->heap[left], s->heap[least])) least = left;
        if (right < s->n_heap && before(s, s->heap[right], s->heap[least])) least = right;
        if (least == i) return;
        size_t swap = s->heap[i];
        s->heap[i] = s->heap[least];
        s->heap[least] = swap;
        i = least;
    }
}

bool sorter_start(struct sorter *s)
{
    if (s->failed) return false;
    s->next = s->n_heap = 0;
    if (!s->n_runs) {
        if (!s->sorted) sort_run(s);
        s->sorted = true;
        return true;
    }
    if (!s->sorted && s->n_starts && !write_run(s)) return false;
    if (!s->sorted) { /* the memory is wanted elsewhere now */
        buf_free(&s->rows);
        free(s->starts);
        s->starts = NULL;
        s->cap_starts = 0;
        s->heap = mem_zero(s->n_runs, sizeof *s->heap);
    }
    s->sorted = true;
    for (size_t i = 0; i < s->n_runs; i++) {
        struct run *r = &s->runs[i];
        r->at = r->from;
        r->buffer.n = r->next = r->length = 0;
        if (advance(s, r)) s->heap[s->n_heap++] = i;
        if (s->failed) return false;
    }
    for (size_t i = s->n_heap; i--;) sift(s, i);
    s->next = SIZE_MAX; /* nothing has been taken from the run on top */
    return true;
}

static const struct str *decode(struct sorter *s, const char *row)
{
    const char *p = row + 2 * sizeof(uint32_t) + key_of(row).n;
    for (size_t i = 0; i < s->n_values; i++) {
        s->values[i] = (struct str){(char *)(uintptr_t)(p + sizeof(uint32_t)), number_at(p)};
        p += sizeof(uint32_t) + s->values[i].n;
    }
    return s->values;
}

const struct str *sorter_next(struct sorter *s)
{
    if (s->failed) return NULL;
    if (!s->n_runs) return s->next < s->n_starts ? decode(s, s->rows.s + s->starts[s->next++]) : NULL;
    if (s->next != SIZE_MAX && s->n_heap) { /* the row that was given last goes */
        if (!advance(s, &s->runs[s->heap[0]])) s->heap[0] = s->heap[--s->n_heap];
        if (s->failed) return NULL;
        if (s->n_heap) sift(s, 0);
    }
    s->next = 0;
    return s->n_heap ? decode(s, row_of_run(s, s->heap[0])) : NULL;
}
