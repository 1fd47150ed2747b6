#include "cells/decode.h"

#include <stdlib.h>
#include <unicode/ucnv.h>

#include "base/text.h"
#include "cells/scan.h"

enum { PIVOT = 16 * 1024 };
struct pivot {
    UChar text[PIVOT];
    UChar *from, *to;
};

static bool open_converters(struct decoder *d, const char *name)
{
    UErrorCode status = U_ZERO_ERROR;
    d->from = ucnv_open(name, &status);
    if (U_FAILURE(status)) return false;
    d->to = ucnv_open("UTF-8", &status);
    if (U_FAILURE(status)) return false;
    struct pivot *p = mem_alloc(sizeof *p);
    p->from = p->to = p->text;
    d->pivot = p;
    return true;
}

static void skip_mark(struct decoder *d, size_t bom)
{
    struct buf mark = {0};
    if (bom) source_read(d->source, &mark, bom);
    buf_free(&mark);
}

bool decoder_start(struct decoder *d, struct source *s, const char *encoding)
{
    *d = (struct decoder){.source = s};
    struct str head = source_peek(s, SNIFF_BYTES);
    size_t bom;
    d->encoding = sniff_encoding(head, head.n < SNIFF_BYTES, &bom);
    if (encoding) {
        UErrorCode status = U_ZERO_ERROR;
        UConverter *c = ucnv_open(encoding, &status);
        if (U_FAILURE(status)) return false;
        const char *real = ucnv_getName(c, &status);
        bool is_utf8 = real && strcmp(real, "UTF-8") == 0;
        ucnv_close(c);
        d->encoding = is_utf8 ? ENCODING_UTF8 : ENCODING_NAMED;
        d->name = encoding;
    } else {
        d->name = encoding_name(d->encoding);
    }
    if (d->encoding != ENCODING_NAMED) skip_mark(d, bom);
    return d->encoding <= ENCODING_UTF8 || open_converters(d, d->name);
}

void decoder_stop(struct decoder *d)
{
    if (d->from) ucnv_close(d->from);
    if (d->to) ucnv_close(d->to);
    free(d->pivot);
    *d = (struct decoder){0};
}

/* Converts `raw`, appending to `out`. */
static void convert(struct decoder *d, struct buf *out, struct str raw, bool last)
{
    struct pivot *p = d->pivot;
    const char *s = raw.s ? raw.s : "", *end = s + raw.n;
    UErrorCode status;
    do {
        buf_reserve(out, raw.n + 1024);
        char *t = out->s + out->n;
        status = U_ZERO_ERROR;
        ucnv_convertEx(d->to, d->from, &t, out->s + out->cap, &s, end, p->text, &p->from, &p->to, p->text + PIVOT, false, last,
                       &status);
        out->n = (size_t)(t - out->s);
    } while (status == U_BUFFER_OVERFLOW_ERROR);
}

/* The length of a character begun at the end of the text and not complete there; 0 when it ends with a whole one. */
static unsigned unfinished(const char *s, size_t n)
{
    for (unsigned back = 1; back <= 3 && back <= n; back++) {
        unsigned char c = (unsigned char)s[n - back];
        if ((c & 0xC0) == 0x80) continue;
        unsigned length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        return length > back ? back : 0;
    }
    return 0;
}

/* Writes U+FFFD for what is not UTF-8 and for NUL in out->s[from..]; text before `bad` is known to be good. */
static void repair(struct buf *out, size_t bad)
{
    struct str rest = {out->s + bad, out->n - bad};
    struct buf mended = {0};
    buf_reserve(&mended, rest.n + 64);
    for (size_t i = 0; i < rest.n;) {
        size_t start = i;
        uint32_t c = text_next(rest, &i);
        if (c == 0 || (c == 0xFFFD && i - start == 1)) buf_put(&mended, "\xEF\xBF\xBD");
        else buf_add(&mended, rest.s + start, i - start);
    }
    out->n = bad;
    buf_str(out, buf_slice(&mended));
    buf_free(&mended);
}

static void note_lost(struct decoded *how, size_t at)
{
    if (!how->lost) how->lost_at = at;
    how->lost = true;
}

/* A file that was ASCII until now: its first other byte tells what it is. */
static bool settle(struct decoder *d, struct str piece)
{
    size_t bom;
    d->encoding = sniff_encoding(piece, d->ended, &bom);
    if (d->encoding != ENCODING_GB18030) d->encoding = ENCODING_UTF8;
    d->name = encoding_name(d->encoding);
    return d->encoding == ENCODING_UTF8 || open_converters(d, d->name);
}

static void check_utf8(struct buf *out, size_t from, struct decoded *how)
{
    struct str piece = {out->s + from, out->n - from};
    size_t bad = piece.n, at;
    const char *nul = memchr(piece.s, 0, piece.n);
    if (nul) bad = (size_t)(nul - piece.s);
    if (how->high && !utf8_valid(piece.s, piece.n) && !text_valid(piece, &at) && at < bad) bad = at;
    if (bad == piece.n) return;
    note_lost(how, from + bad);
    repair(out, from + bad);
}

static int read_utf8(struct decoder *d, struct buf *out, size_t want, struct decoded *how)
{
    size_t from = out->n;
    buf_add(out, d->tail, d->n_tail);
    d->n_tail = 0;
    ssize_t n = source_read(d->source, out, want);
    if (n < 0) return -1;
    d->ended = (size_t)n < want;
    how->high = scan_high(out->s + from, out->n - from);
    if (how->high && d->encoding == ENCODING_ASCII && !settle(d, (struct str){out->s + from, out->n - from})) return -1;
    if (d->encoding == ENCODING_GB18030) {
        struct buf raw = {0};
        buf_add(&raw, out->s + from, out->n - from);
        out->n = from;
        convert(d, out, buf_slice(&raw), d->ended);
        buf_free(&raw);
        return 1;
    }
    if (!d->ended && how->high) {
        d->n_tail = unfinished(out->s + from, out->n - from);
        out->n -= d->n_tail;
        memcpy(d->tail, out->s + out->n, d->n_tail);
    }
    check_utf8(out, from, how);
    return 1;
}

static int read_converted(struct decoder *d, struct buf *out, size_t want)
{
    struct buf raw = {0};
    ssize_t n = source_read(d->source, &raw, want);
    d->ended = n >= 0 && (size_t)n < want;
    if (n >= 0) convert(d, out, buf_slice(&raw), d->ended);
    buf_free(&raw);
    return n < 0 ? -1 : 1;
}

int decoder_read(struct decoder *d, struct buf *out, size_t want, struct decoded *how)
{
    if (d->ended) return 0;
    size_t from = out->n;
    bool converted = d->encoding > ENCODING_UTF8;
    int got = converted ? read_converted(d, out, want) : read_utf8(d, out, want, how);
    if (got < 0) return -1;
    if (d->encoding > ENCODING_UTF8) {
        how->high = true;
        struct str piece = {out->s + from, out->n - from};
        check_utf8(out, from, how); /* NUL is lost in any encoding */
        size_t at;
        if (str_find(piece, STR("\xEF\xBF\xBD"), &at)) note_lost(how, from + at);
    }
    how->any = how->any || out->n > from;
    return 1;
}

void decode_head(struct buf *out, struct str head, const char *encoding)
{
    struct decoder d = {0};
    size_t bom;
    enum encoding e = sniff_encoding(head, head.n < SNIFF_BYTES, &bom);
    if (!encoding && e > ENCODING_UTF8) encoding = encoding_name(e);
    struct str text = str_from(head, bom);
    if (!encoding) {
        buf_add(out, text.s, text.n - (head.n < SNIFF_BYTES ? 0 : unfinished(text.s, text.n)));
        struct str plain = buf_slice(out);
        size_t bad;
        if (!text_valid(plain, &bad)) {
            d.encoding = ENCODING_UTF8;
            repair(out, bad);
        }
    } else if (open_converters(&d, encoding)) {
        convert(&d, out, text, head.n < SNIFF_BYTES);
    }
    decoder_stop(&d);
}
