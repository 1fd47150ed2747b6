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

bool spool_failed(const struct spool *s)
{
    return s->failed;
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

static void decode(const char *p, struct str *values, size_t n)
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
}

/* Makes `want` bytes stand at buffer.s + from. */
static bool have(struct spool_cursor *c, size_t want)
{
    if (c->buffer.n - c->from >= want) return true;
    uint64_t left = c->spool->size - c->at;
    if (left < want) return false;
    size_t n = want > CHUNK ? want : CHUNK;
    if (n > left) n = (size_t)left;
    c->buffer.n = c->from = 0;
    buf_reserve(&c->buffer, n);
    if (!read_at(c->spool, c->at, c->buffer.s, n)) return false;
    c->buffer.n = n;
    return true;
}

bool spool_next(struct spool_cursor *c, struct str *values, size_t n)
{
    uint32_t length;
    if (c->at >= c->spool->size || !have(c, 4)) return false;
    memcpy(&length, c->buffer.s + c->from, 4);
    if (!have(c, length + 4u)) return false;
    decode(c->buffer.s + c->from + 4, values, n);
    c->from += length + 4u;
    c->at += length + 4u;
    c->row++;
    return true;
}

void spool_cursor_free(struct spool_cursor *c)
{
    buf_free(&c->buffer);
}

static bool make_index(struct spool *s)
{
    s->index = mem_zero(s->rows + 1, sizeof *s->index);
    struct spool_cursor c = {.spool = s};
    for (uint64_t i = 0; i < s->rows; i++) {
        s->index[i] = c.at;
        if (!spool_next(&c, NULL, 0)) break;
    }
    spool_cursor_free(&c);
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
