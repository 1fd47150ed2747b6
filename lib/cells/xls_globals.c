#include <stdlib.h>

#include "cells/xls.h"

static xls_fault read_strings(struct xls *x, const struct biff_record *r)
{
    if (r->n < 8) return "SST";
    uint32_t wanted = get32(r->p + 4);
    struct biff_cursor c = biff_cursor(x->stream, r, 8);
    for (uint32_t i = 0; i < wanted; i++) {
        /* The count is a claim of the file's; a table that ends early is a fault only for the cells that need the rest. */
        if (!biff_unicode(&x->decoder, &c, 2)) break;
        mem_grow(&x->strings, &x->cap_strings, x->n_strings + 1, sizeof *x->strings);
        const struct buf *t = &x->decoder.out;
        x->strings[x->n_strings++] = (struct xls_string){arena_copy(&x->text, t->s, t->n), (uint32_t)t->n, x->decoder.lost};
    }
    return NULL;
}

/* A sheet's name of `length_bytes` 1, in the way of the version. */
static bool read_text(struct xls *x, const struct biff_record *r, uint32_t at, unsigned length_bytes)
{
    struct biff_cursor c = biff_cursor(x->stream, r, at);
    return x->version == 8 ? biff_unicode(&x->decoder, &c, length_bytes) : biff_bytes(&x->decoder, &c, length_bytes);
}

static xls_fault read_format(struct xls *x, const struct biff_record *r)
{
    /* Up to BIFF4 a format is known by its place in the list; later it carries its number. */
    uint32_t at = x->version <= 3 ? 0 : 2;
    if (r->n < at || !read_text(x, r, at, x->version == 8 ? 2 : 1)) return "FORMAT";
    uint32_t id = x->version >= 5 ? get16(r->p) : (uint32_t)x->n_formats;
    mem_grow(&x->formats, &x->cap_formats, x->n_formats + 1, sizeof *x->formats);
    x->formats[x->n_formats++] = (struct xls_format){id, numfmt_of_code(buf_slice(&x->decoder.out))};
    return NULL;
}

static xls_fault read_style(struct xls *x, const struct biff_record *r)
{
    if (r->n < 4) return "XF";
    uint32_t format = x->version >= 5 ? get16(r->p + 2) : get8(r->p + 1);
    mem_grow(&x->xf, &x->cap_xf, x->n_xf + 1, sizeof *x->xf);
    x->xf[x->n_xf++] = (uint16_t)format;
    return NULL;
}

/* Charts, macro sheets and Visual Basic modules have tabs as well; they hold no rows and are passed over. */
static xls_fault read_tab(struct xls *x, const struct biff_record *r)
{
    enum { WORKSHEET = 0, HIDDEN = 3 };
    if (r->n < 7 || !read_text(x, r, 6, 1)) return "BOUNDSHEET";
    if (x->n_tabs >= XLS_TABS) return "BOUNDSHEET > 4096";
    mem_grow(&x->tabs, &x->cap_tabs, x->n_tabs + 1, sizeof *x->tabs);
    const struct buf *t = &x->decoder.out;
    x->tabs[x->n_tabs] = (struct xls_tab){
        .name = arena_copy(&x->text, t->s, t->n),
        .offset = get32(r->p),
        .index = (uint32_t)x->n_tabs,
        .hidden = get8(r->p + 4) & HIDDEN,
    };
    /* The name of a tab that is skipped gives its place in the order, nothing more. */
    if (get8(r->p + 5) != WORKSHEET) x->tabs[x->n_tabs].name = NULL;
    x->n_tabs++;
    return NULL;
}

xls_fault xls_global(struct xls *x, const struct biff_record *r)
{
    switch (biff_modern_id(r->id)) {
    case BIFF_SST: return read_strings(x, r);
    case BIFF_FORMAT: return read_format(x, r);
    case BIFF_XF: return read_style(x, r);
    case BIFF_BOUNDSHEET: return x->version >= 5 ? read_tab(x, r) : NULL;
    case BIFF_DATEMODE: x->date_1904 = r->n >= 2 && get16(r->p) == 1; return NULL;
    case BIFF_CODEPAGE:
        if (r->n >= 2 && !x->codepage_fixed) biff_decoder_set(&x->decoder, get16(r->p), NULL);
        return NULL;
    default: return NULL;
    }
}

xls_fault xls_globals(struct xls *x)
{
    struct biff_record r;
    int got = biff_record(x->stream, 0, &r);
    while (got == 1 && (got = biff_record(x->stream, r.next, &r)) == 1) {
        if (r.id == BIFF_EOF) break;
        xls_fault fault = xls_global(x, &r);
        if (fault) return fault;
    }
    if (got != 1) return "EOF";
    xls_styles(x);
    return NULL;
}

static int by_id(const void *a, const void *b)
{
    const struct xls_format *f = a, *g = b;
    return f->id < g->id ? -1 : f->id > g->id;
}

void xls_styles(struct xls *x)
{
    if (x->n_formats) qsort(x->formats, x->n_formats, sizeof *x->formats, by_id);
    free(x->style);
    x->style = mem_zero(x->n_xf, sizeof *x->style);
    for (size_t i = 0; i < x->n_xf; i++) {
        struct xls_format key = {x->xf[i], NUMFMT_NUMBER}, *f = NULL;
        if (x->n_formats) f = bsearch(&key, x->formats, x->n_formats, sizeof key, by_id);
        x->style[i] = f ? f->kind : x->version >= 5 ? numfmt_builtin(key.id) : NUMFMT_NUMBER;
    }
}
