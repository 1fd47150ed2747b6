/* The parts of an .xlsx besides its sheets: relationships, shared strings, styles. */
#include "cells/xlsx.h"

#include <stdlib.h>

/* ---- relationships ---- */

struct relations_reader {
    struct xlsx_relations *out;
    struct str folder; /* of the part that refers, "xl/" */
};

/* Appends the target seen from `folder`, without "." and "..".  False when it climbs out of the archive. */
static bool resolve(struct buf *out, struct str folder, struct str target)
{
    struct buf path = {0};
    bool inside = true;
    if (target.n == 0 || (target.s[0] != '/' && target.s[0] != '\\')) buf_str(&path, folder);
    buf_str(&path, target);
    for (size_t i = 0; i < path.n; i++)
        if (path.s[i] == '\\') path.s[i] = '/';
    for (size_t i = 0; i < path.n;) {
        const char *slash = memchr(path.s + i, '/', path.n - i);
        struct str step = {path.s + i, (slash ? (size_t)(slash - path.s) : path.n) - i};
        i += step.n + 1;
        if (str_is(step, "..")) {
            inside = inside && out->n > 0;
            while (out->n > 0 && out->s[--out->n] != '/') continue;
        } else if (step.n && !str_is(step, ".")) {
            if (out->n) buf_char(out, '/');
            buf_str(out, step);
        }
    }
    buf_free(&path);
    return inside;
}

static void relation_start(void *ctx, unsigned depth, const char *local, const char **attrs)
{
    struct relations_reader *r = ctx;
    const char *id = zipxml_attr(attrs, "Id"), *type = zipxml_attr(attrs, "Type"), *target = zipxml_attr(attrs, "Target");
    const char *mode = zipxml_attr(attrs, "TargetMode");
    if (depth != 2 || strcmp(local, "Relationship") != 0 || !id || !type || !target) return;
    struct xlsx_relations *out = r->out;
    struct buf path = {0};
    bool inside = !(mode && strcmp(mode, "External") == 0) && resolve(&path, r->folder, str_of(target));
    const char *kind = strrchr(type, '/');
    mem_grow(&out->v, &out->cap, out->n + 1, sizeof *out->v);
    out->v[out->n++] = (struct xlsx_relation){
        .id = str_copy(&out->memory, str_of(id)),
        .kind = str_copy(&out->memory, str_of(kind ? kind + 1 : type)),
        .target = str_copy(&out->memory, inside ? buf_slice(&path) : str_of(target)),
        .outside = !inside,
    };
    buf_free(&path);
}

bool xlsx_relations_read(struct zipfile *z, struct str part, struct xlsx_relations *out)
{
    static const struct zipxml_handlers HANDLERS = {.start = relation_start, .root = "Relationships"};
    size_t folder = part.n;
    while (folder && part.s[folder - 1] != '/') folder--;
    struct buf path = {0};
    buf_str(&path, str_head(part, folder));
    buf_put(&path, "_rels/");
    buf_str(&path, str_from(part, folder));
    buf_put(&path, ".rels");
    int64_t index = zipfile_find(z, buf_slice(&path));
    if (index == ZIPFILE_NONE)
        diag_add(zipfile_book(z)->diag, DIAG_PART_MISSING, &(struct place){.file = zipfile_book(z)->path}, buf_text(&path), NULL);
    buf_free(&path);
    struct relations_reader r = {.out = out, .folder = str_head(part, folder)};
    return index >= 0 && zipxml_read(z, index, &HANDLERS, &r);
}

int64_t xlsx_relation_part(struct zipfile *z, const struct xlsx_relation *r)
{
    return r->outside ? ZIPFILE_NONE : zipfile_find(z, r->target);
}

const struct xlsx_relation *xlsx_relation_kind(const struct xlsx_relations *r, const char *kind)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_is(r->v[i].kind, kind)) return &r->v[i];
    return NULL;
}

const struct xlsx_relation *xlsx_relation_id(const struct xlsx_relations *r, struct str id)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->v[i].id, id)) return &r->v[i];
    return NULL;
}

void xlsx_relations_free(struct xlsx_relations *r)
{
    free(r->v);
    arena_free(&r->memory);
    *r = (struct xlsx_relations){0};
}

/* ---- shared strings ---- */

static int hex4(const char *s)
{
    int v = 0;
    for (int i = 0; i < 4; i++) {
        char c = s[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (d < 0) return -1;
        v = v * 16 + d;
    }
    return v;
}

/* The UTF-16 unit that _xHHHH_ at s stands for, or -1. */
static int escape_at(struct str s)
{
    return s.n >= 7 && s.s[0] == '_' && s.s[1] == 'x' && s.s[6] == '_' ? hex4(s.s + 2) : -1;
}

void xlsx_unescape(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n;) {
        int unit = escape_at(str_from(s, i));
        if (unit < 0) {
            buf_char(out, s.s[i++]);
            continue;
        }
        i += 7;
        int low = unit >= 0xD800 && unit < 0xDC00 ? escape_at(str_from(s, i)) : -1;
        if (low >= 0xDC00 && low < 0xE000) {
            i += 7;
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        }
        buf_utf8(out, unit ? (uint32_t)unit : 0xFFFD); /* a NUL is no character of a sheet */
    }
}

struct strings_reader {
    struct xlsx_strings *out;
    size_t start;      /* of the current string */
    unsigned phonetic; /* depth of the phonetic run that we are in, or 0 */
    bool in_string, in_text;
};

static void strings_start(void *ctx, unsigned depth, const char *local, const char **attrs)
{
    struct strings_reader *r = ctx;
    (void)attrs;
    if (depth == 2) {
        r->start = r->out->text.n;
        r->in_string = strcmp(local, "si") == 0; /* else an extension, whatever text it has */
    }
    if (strcmp(local, "rPh") == 0 && !r->phonetic) r->phonetic = depth;
    r->in_text = depth >= 3 && r->in_string && !r->phonetic && strcmp(local, "t") == 0;
}

/* Turns the escapes of the string that just ended into characters. */
static void unescape_last(struct strings_reader *r)
{
    struct buf *text = &r->out->text, plain = {0};
    struct str last = {text->s + r->start, text->n - r->start};
    if (!last.n || !xlsx_escaped(last)) return;
    xlsx_unescape(&plain, last);
    text->n = r->start;
    buf_str(text, buf_slice(&plain));
    buf_free(&plain);
}

static void strings_end(void *ctx, unsigned depth, const char *local)
{
    struct strings_reader *r = ctx;
    (void)local;
    r->in_text = false;
    if (depth == r->phonetic) r->phonetic = 0;
    if (depth != 2 || !r->in_string) return;
    unescape_last(r);
    struct xlsx_strings *s = r->out;
    mem_grow(&s->ends, &s->cap, s->n + 1, sizeof *s->ends);
    s->ends[s->n++] = (uint32_t)s->text.n;
}

static void strings_text(void *ctx, unsigned depth, const char *s, size_t n)
{
    struct strings_reader *r = ctx;
    (void)depth;
    if (!r->in_text) return;
    buf_add(&r->out->text, s, n);
}

bool xlsx_strings_read(struct zipfile *z, int64_t part, struct xlsx_strings *out)
{
    static const struct zipxml_handlers HANDLERS = {
        .start = strings_start, .end = strings_end, .text = strings_text, .root = "sst"};
    struct strings_reader r = {.out = out};
    return zipxml_read(z, part, &HANDLERS, &r);
}

void xlsx_strings_free(struct xlsx_strings *s)
{
    buf_free(&s->text);
    free(s->ends);
}

/* ---- styles ---- */

struct styles_reader {
    struct xlsx_styles *out;
    unsigned *ids; /* of out->formats, resolved at the end: the codes may stand after the styles */
    size_t cap_ids;
    struct {
        unsigned id;
        enum numfmt format;
    } * codes;
    size_t n_codes, cap_codes;
    bool in_cells;
};

static void styles_start(void *ctx, unsigned depth, const char *local, const char **attrs)
{
    struct styles_reader *r = ctx;
    if (depth == 2) r->in_cells = strcmp(local, "cellXfs") == 0;
    if (depth != 3) return;
    const char *id = zipxml_attr(attrs, "numFmtId"), *code = zipxml_attr(attrs, "formatCode");
    if (r->in_cells && strcmp(local, "xf") == 0) {
        mem_grow(&r->ids, &r->cap_ids, r->out->n + 1, sizeof *r->ids);
        r->ids[r->out->n++] = id ? (unsigned)strtoul(id, NULL, 10) : 0;
    } else if (strcmp(local, "numFmt") == 0 && id && code) {
        mem_grow(&r->codes, &r->cap_codes, r->n_codes + 1, sizeof *r->codes);
        r->codes[r->n_codes].id = (unsigned)strtoul(id, NULL, 10);
        r->codes[r->n_codes++].format = numfmt_of_code(str_of(code));
    }
}

/* A code of the file's own counts before the built-in of the same id.  Hostile files have many of both, so by sorting. */
static int code_order(const void *a, const void *b)
{
    const unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return x < y ? -1 : x > y;
}

static void styles_resolve(struct styles_reader *r)
{
    if (r->n_codes) qsort(r->codes, r->n_codes, sizeof *r->codes, code_order);
    mem_grow(&r->out->formats, &r->out->cap, r->out->n, 1);
    for (size_t i = 0; i < r->out->n; i++) {
        const unsigned *own = r->n_codes ? bsearch(&r->ids[i], r->codes, r->n_codes, sizeof *r->codes, code_order) : NULL;
        size_t at = own ? (size_t)((const char *)own - (const char *)r->codes) / sizeof *r->codes : 0;
        r->out->formats[i] = (uint8_t)(own ? r->codes[at].format : numfmt_builtin(r->ids[i]));
    }
}

bool xlsx_styles_read(struct zipfile *z, int64_t part, struct xlsx_styles *out)
{
    static const struct zipxml_handlers HANDLERS = {.start = styles_start, .root = "styleSheet"};
    struct styles_reader r = {.out = out};
    bool ok = zipxml_read(z, part, &HANDLERS, &r);
    styles_resolve(&r);
    free(r.ids);
    free(r.codes);
    return ok;
}
