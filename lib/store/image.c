/* The bytes of a row, over which its digest goes (own.h says how), and putting them into a statement. */
#include <stdlib.h>

#include "store/own.h"

/* Seven bits a byte, the lowest first; the last has no high bit. */
static char *put_number(char *p, size_t v)
{
    for (; v >= 128; v >>= 7) *p++ = (char)(v | 128);
    *p++ = (char)v;
    return p;
}

static const char *get_number(const char *p, size_t *v)
{
    unsigned shift = 0;
    *v = 0;
    do *v |= ((size_t)*p & 127) << shift, shift += 7;
    while (*p++ & 128);
    return p;
}

void image_add(struct buf *image, size_t column, struct str text)
{
    enum { MOST = 20 }; /* bytes of two numbers */
    buf_reserve(image, MOST + text.n);
    char *p = put_number(put_number(image->s + image->n, column), text.n);
    if (text.n) memcpy(p, text.s, text.n);
    image->n = (size_t)(p - image->s) + text.n;
}

bool image_next(struct str *rest, size_t *column, struct str *text)
{
    if (!rest->n) return false;
    text->s = get_number(get_number(rest->s, column), &text->n);
    *rest = str_from(*rest, (size_t)(text->s - rest->s) + text->n);
    return true;
}

void image_of_values(struct buf *image, const struct str *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (values[i].s) image_add(image, i, values[i]);
}

void image_of_row(struct buf *image, sqlite3_stmt *q, int first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sqlite3_column_type(q, first + (int)i) != SQLITE_NULL) image_add(image, i, column_str(q, first + (int)i));
}

void image_digest(struct str image, unsigned char digest[32])
{
    struct sha256_ctx c;
    sha256_init(&c);
    sha256_update(&c, image.n, (const uint8_t *)image.s);
    sha256_digest(&c, 32, digest);
}

/* A number exactly as SQLite would write it: then it is stored as a number and read back as these very bytes. */
static bool is_integer(struct str t, int64_t *out)
{
    size_t i = t.n && t.s[0] == '-';
    if (t.n == i || t.n - i > 19 || (t.s[i] == '0' && t.n > 1)) return false;
    uint64_t v = 0;
    for (size_t k = i; k < t.n; k++) {
        if (t.s[k] < '0' || t.s[k] > '9') return false;
        v = v * 10 + (uint64_t)(t.s[k] - '0');
    }
    if (v > INT64_MAX) return false;
    *out = i ? -(int64_t)v : (int64_t)v;
    return true;
}

static bool is_real(struct str t, double *out)
{
    char copy[32], back[40];
    if (t.n == 0 || t.n >= sizeof copy || !memchr(t.s, '.', t.n)) return false;
    memcpy(copy, t.s, t.n);
    copy[t.n] = 0;
    char *end;
    *out = strtod(copy, &end);
    if (*end) return false;
    sqlite3_snprintf(sizeof back, back, "%!.15g", *out);
    return strcmp(copy, back) == 0;
}

int image_value(enum column_kind kind, struct str text, int64_t *whole, double *real)
{
    if (kind != KIND_TEXT && is_integer(text, whole)) return SQLITE_INTEGER;
    if (kind == KIND_ANY && is_real(text, real)) return SQLITE_FLOAT;
    return SQLITE_TEXT;
}

static int bind_value(sqlite3_stmt *insert, int at, enum column_kind kind, struct str t)
{
    int64_t whole;
    double real;
    switch (image_value(kind, t, &whole, &real)) {
    case SQLITE_INTEGER: return sqlite3_bind_int64(insert, at, whole);
    case SQLITE_FLOAT: return sqlite3_bind_double(insert, at, real);
    default: return sqlite3_bind_text(insert, at, t.s, (int)t.n, SQLITE_STATIC);
    }
}

/* Columns that the image skips are null; only those that the row before had a value in need to be told. */
int image_bind(sqlite3_stmt *insert, int first, struct table *t, struct str image)
{
    size_t next = 0, column;
    struct str text;
    int rc = SQLITE_OK;
    for (bool more = true; more && rc == SQLITE_OK; next++) {
        more = image_next(&image, &column, &text);
        for (size_t end = more ? column : t->n_columns; next < end; next++) {
            if (!t->bound[next]) continue;
            sqlite3_bind_null(insert, first + (int)next);
            t->bound[next] = false;
        }
        if (!more) break;
        rc = bind_value(insert, first + (int)column, t->columns[column].kind, text);
        t->bound[column] = true;
    }
    return rc;
}

int version_close(const struct store *s, struct table *t, int64_t id)
{
    sqlite3_bind_int64(t->close, 1, s->batch.id);
    sqlite3_bind_int64(t->close, 2, id);
    int rc = sqlite3_step(t->close);
    sqlite3_reset(t->close);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

uint64_t content_hash(const struct str *values, size_t n, struct buf *image)
{
    for (size_t i = L_FLAGS; i < n; i++)
        if (values[i].s) image_add(image, i, values[i]);
    return str_hash(buf_slice(image)) >> 1; /* SQLite's integers have a sign */
}

uint64_t row_content_hash(const struct table *t, sqlite3_stmt *q, int first, struct buf *image)
{
    for (size_t i = L_FLAGS; i < t->n_columns; i++)
        if (sqlite3_column_type(q, first + (int)i) != SQLITE_NULL) image_add(image, i, column_str(q, first + (int)i));
    return str_hash(buf_slice(image)) >> 1;
}

void hash_row(struct sha256_ctx *c, int64_t id, const unsigned char digest[32])
{
    uint8_t number[8];
    for (int i = 0; i < 8; i++) number[i] = (uint8_t)((uint64_t)id >> (56 - 8 * i));
    sha256_update(c, 8, number);
    sha256_update(c, 32, digest);
}

void hash_closed(const int64_t *ids, size_t n, char hex[65])
{
    struct sha256_ctx c;
    unsigned char d[32];
    sha256_init(&c);
    for (size_t k = 0; k < n; k++) {
        uint8_t number[8];
        for (int i = 0; i < 8; i++) number[i] = (uint8_t)((uint64_t)ids[k] >> (56 - 8 * i));
        sha256_update(&c, 8, number);
    }
    sha256_digest(&c, 32, d);
    hex_of(d, 32, hex);
}

void hex_of(const unsigned char *d, size_t n, char *hex)
{
    for (size_t i = 0; i < n; i++) {
        hex[2 * i] = "0123456789abcdef"[d[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[d[i] & 15];
    }
    hex[2 * n] = 0;
}
