/* Rows as text: CSV and JSON Lines. */
#include "cells/scan.h"
#include "flow/rows.h"

static bool needs_quotes(struct str v)
{
    for (size_t i = 0; i < v.n; i++)
        if (v.s[i] == ',' || v.s[i] == '"' || v.s[i] == '\n' || v.s[i] == '\r') return true;
    return false;
}

void csv_quote(struct buf *out, struct str v)
{
    if (!needs_quotes(v)) {
        buf_str(out, v);
        return;
    }
    buf_reserve(out, 2 * v.n + 2);
    char *p = out->s + out->n;
    *p++ = '"';
    for (size_t i = 0; i < v.n; i++) {
        *p++ = v.s[i];
        if (v.s[i] == '"') *p++ = '"';
    }
    *p++ = '"';
    out->n = (size_t)(p - out->s);
}

void json_quote(struct buf *out, struct str v)
{
    static const char HEX[] = "0123456789abcdef";
    buf_char(out, '"');
    size_t start = 0;
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.s[i];
        if (c >= ' ' && c != '"' && c != '\\') continue;
        buf_add(out, v.s + start, i - start);
        start = i + 1;
        buf_char(out, '\\');
        switch (c) {
        case '\n': buf_char(out, 'n'); break;
        case '\r': buf_char(out, 'r'); break;
        case '\t': buf_char(out, 't'); break;
        case '"':
        case '\\': buf_char(out, (char)c); break;
        default:
            buf_put(out, "u00");
            buf_char(out, HEX[c >> 4]);
            buf_char(out, HEX[c & 15]);
        }
    }
    buf_add(out, v.s + start, v.n - start);
    buf_char(out, '"');
}

/* Copies by pieces that may overlap: most values are short, and a call of memcpy for each costs more than the copying. */
static inline char *put(char *to, struct str v)
{
    const char *s = v.s;
    size_t n = v.n;
    if (n >= 8 && n <= 16) {
        memcpy(to, s, 8);
        memcpy(to + n - 8, s + n - 8, 8);
    } else if (n > 16 && n <= 32) {
        memcpy(to, s, 16);
        memcpy(to + n - 16, s + n - 16, 16);
    } else if (n >= 4 && n < 8) {
        memcpy(to, s, 4);
        memcpy(to + n - 4, s + n - 4, 4);
    } else if (n < 4) {
        for (size_t i = 0; i < n; i++) to[i] = s[i];
    } else {
        memcpy(to, s, n);
    }
    return to + n;
}

/* Values are written as they are, then the row is searched at once: if it holds more special bytes than the commas between them,
 * it is written again with quotes.  Searching each value just after it was written would wait for the memory every time. */
static void format_csv(struct buf *out, size_t n, const struct str *v)
{
    size_t room = n + 18; /* commas, line end, "" for nothing, and up to 15 bytes for the search */
    for (size_t i = 0; i < n; i++) room += v[i].n;
    buf_reserve(out, room);
    char *start = out->s + out->n, *p = start;
    for (size_t i = 0; i < n; i++) {
        if (v[i].n) p = put(p, v[i]); /* most of a wide row is empty */
        *p++ = ',';
    }
    size_t blocks = ((size_t)(p - start) + 15) / 16;
    memset(p, 0, 15);
    bool quotes = scan_count_special(start, blocks) != n;
    if (n) p--;
    if (quotes) {
        for (size_t i = 0; i < n; i++) {
            if (i) buf_char(out, ',');
            csv_quote(out, v[i]);
        }
    } else {
        out->n += (size_t)(p - start);
    }
    if (n == 1 && !v[0].n) buf_put(out, "\"\""); /* else it would be a blank line */
    buf_char(out, '\n');
}

static void format_json(struct buf *out, const struct columns *c, const struct str *v)
{
    char before = '{';
    for (size_t i = 0; i < c->n; i++) {
        if (!v[i].n) continue;
        buf_char(out, before);
        json_quote(out, c->names[i]);
        buf_char(out, ':');
        json_quote(out, v[i]);
        before = ',';
    }
    if (before == '{') buf_char(out, '{');
    buf_put(out, "}\n");
}

void rows_format_header(struct buf *out, enum row_format f, const struct columns *c)
{
    if (f != ROWS_CSV) return;
    struct str one = c->n == 1 ? c->names[0] : (struct str){NULL, 0};
    bool mark = one.n && (memchr(one.s, ';', one.n) || memchr(one.s, '\t', one.n)) && !needs_quotes(one);
    if (mark) buf_printf(out, "\"%.*s\"\n", (int)one.n, one.s); /* without a comma it would be taken for the delimiter */
    else format_csv(out, c->n, c->names);
}

void rows_format(struct buf *out, enum row_format f, const struct columns *c, const struct str *values)
{
    if (f == ROWS_CSV) format_csv(out, c->n, values);
    else format_json(out, c, values);
}
