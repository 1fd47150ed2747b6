#include "link/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/temporary.h"

enum { IN_MEMORY = 4 << 20, CHUNK = 1 << 18 };

struct spool {
    struct diag *diag;
    struct buf memory; /* all of it, or what is not yet written */
    int fd;            /* -1: all in memory */
    uint64_t size, rows;
    uint64_t *index;
    bool failed;
};

struct spool *spool_new(struct diag *d)
{
    struct spool *s = mem_zero(1, sizeof *s);
    s->diag = d;
    s->fd = -1;
    return s;
}

void spool_free(struct spool *s)
{
    if (!s) return;
    if (s->fd >= 0) close(s->fd);
    buf_free(&s->memory);
    free(s->index);
    free(s);
}

static bool fail(struct spool *s)
{
    if (!s->failed) diag_add(s->diag, DIAG_SPOOL_FAILED, NULL, strerror(errno), NULL);
    s->failed = true;
    return false;
}

static bool write_out(struct spool *s)
{
    if (s->fd < 0) s->fd = temporary_open(NULL);
    if (s->fd < 0 || !temporary_write(s->fd, buf_slice(&s->memory))) return fail(s);
    s->memory.n = 0;
    return true;
}

static void put_length(struct buf *out, size_t n)
{
    for (; n >= 128; n >>= 7) buf_char(out, (char)(n | 128));
    buf_char(out, (char)n);
}

/* Four bytes of length, then each value with its length in front. */
void spool_encode(struct buf *out, const struct str *values, size_t n)
{
    size_t start = out->n;
    buf_add(out, "\0\0\0\0", 4);
    for (size_t i = 0; i < n; i++) {
        put_length(out, values[i].n);
        buf_str(out, values[i]);
    }
    uint32_t length = (uint32_t)(out->n - start - 4);
    memcpy(out->s + start, &length, 4);
}

bool spool_add(struct spool *s, struct str encoded, size_t rows)
{
    if (s->failed) return false;
    buf_str(&s->memory, encoded);
    s->size += encoded.n;
    s->rows += rows;
    return s->memory.n < (s->fd < 0 ? (size_t)IN_MEMORY : (size_t)CHUNK) || write_out(s);
}

bool spool_finish(struct spool *s)
{
    if (s->fd < 0) return true;
    bool ok = write_out(s);
    buf_free(&s->memory);
    return ok;
}

static bool read_at(struct spool *s, uint64_t at, char *to, size_t n)
{
    if (s->fd < 0) {
        memcpy(to, s->memory.s + at, n);
        return true;
    }
    for (size_t got = 0; got < n;) {
        ssize_t k = pread(s->fd, to + got, n - got, (off_t)(at + got));
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return fail(s);
        got += (size_t)k;
    }
    return true;
}

static const char *decode(const char *p, struct str *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t length = 0;
        for (unsigned shift = 0;; shift += 7) {
            unsigned char c = (unsigned char)*p++;
            length |= (size_t)(c & 127) << shift;
            if (c < 128) break;
        }
        values[i] = (struct str){p, length};
        p += length;
    }
    return p;
}

static uint64_t length_at(const char *p)
{
    uint32_t length;
    memcpy(&length, p, 4);
    return 4 + (uint64_t)length;
}

/* ---- in order ---- */
struct reading {
    struct rows rows;
    struct spool *spool;
    uint64_t at, row; /* of the next */
};

static void free_text(void *own)
{
    buf_free(own);
    free(own);
}

/* How many rows stand whole in the text; *used is their length. */
static size_t whole_rows(struct str text, size_t *used)
{
    size_t n = 0;
    *used = 0;
    for (; *used + 4 <= text.n && length_at(text.s + *used) <= text.n - *used; n++) *used += length_at(text.s + *used);
    return n;
}

static int reading_fetch(struct rows *r, struct row_block *b)
{
    struct reading *g = r->own;
    uint64_t left = g->spool->size - g->at;
    b->n_rows = 0;
    if (g->spool->failed) return -1;
    if (!left) return 0;
    if (!b->own) {
        b->own = mem_zero(1, sizeof(struct buf));
        b->free_own = free_text;
    }
    struct buf *text = b->own;
    size_t used = 0;
    for (uint64_t want = CHUNK; !b->n_rows; want = length_at(text->s)) { /* one row may be longer */
        size_t n = (size_t)(want < left ? want : left);
        text->n = 0;
        buf_reserve(text, n);
        if (!read_at(g->spool, g->at, text->s, n)) return -1;
        text->n = n;
        b->n_rows = whole_rows(buf_slice(text), &used);
    }
    text->n = used;
    b->first = g->row;
    g->at += used;
    g->row += b->n_rows;
    return 1;
}

static bool reading_parse(struct rows *r, struct row_block *b)
{
    size_t n = r->columns.n;
    const char *p = buf_text(b->own);
    mem_grow(&b->values, &b->cap, b->n_rows * n + 1, sizeof *b->values);
    for (size_t i = 0; i < b->n_rows; i++) p = decode(p + 4, b->values + i * n, n);
    return true;
}

static void reading_close(struct rows *r)
{
    free(r->own);
}

struct rows *spool_rows(struct spool *s, const struct columns *c)
{
    struct reading *g = mem_zero(1, sizeof *g);
    g->spool = s;
    g->rows = (struct rows){.columns = *c,
                            .name = "-",
                            .fetch = reading_fetch,
                            .parse = reading_parse,
                            .close = reading_close,
                            .diag = s->diag,
                            .own = g};
    return &g->rows;
}

/* ---- one by one ---- */
static bool make_index(struct spool *s)
{
    struct reading g = {.spool = s};
    struct rows r = {.own = &g};
    struct row_block b = {0};
    s->index = mem_zero(s->rows + 1, sizeof *s->index);
    while (reading_fetch(&r, &b) == 1) {
        const struct buf *text = b.own;
        uint64_t at = g.at - text->n;
        for (size_t i = 0, k = 0; i < b.n_rows; i++, k += length_at(text->s + k)) s->index[b.first + i] = at + k;
    }
    row_block_free(&b);
    s->index[s->rows] = s->size;
    return !s->failed;
}

bool spool_row(struct spool *s, uint64_t row, struct buf *room, struct str *values, size_t n)
{
    if (!s->index && !make_index(s)) return false;
    size_t length = (size_t)(s->index[row + 1] - s->index[row]);
    room->n = 0;
    buf_reserve(room, length);
    if (!read_at(s, s->index[row], room->s, length)) return false;
    room->n = length;
    decode(room->s + 4, values, n);
    return true;
}
