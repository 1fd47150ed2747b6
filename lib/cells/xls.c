#include <stdlib.h>

#include "cells/source.h"
#include "cells/xls.h"

enum { TYPE_GLOBALS = 0x0005, TYPE_SHEET = 0x0010, TYPE_WORKSPACE = 0x0100 };

static int damaged(struct book *b, const char *sheet, const char *what)
{
    diag_add(b->diag, DIAG_BOOK_DAMAGED, &(struct place){.file = b->path, .sheet = sheet}, what, (const char *)NULL);
    return -1;
}

static int refused(struct book *b, enum diag_code code, const char *argument)
{
    diag_add(b->diag, code, &(struct place){.file = b->path}, argument, (const char *)NULL);
    return -1;
}

static int too_large(struct book *b)
{
    struct buf limit = {0};
    buf_int(&limit, XLS_FILE >> 20);
    diag_add(b->diag, DIAG_BOOK_TOO_LARGE, &(struct place){.file = b->path}, "Workbook", buf_text(&limit), (const char *)NULL);
    buf_free(&limit);
    return -1;
}

static int load_image(struct book *b, struct buf *image)
{
    enum { PIECE = 1 << 20 };
    ssize_t got;
    while ((got = source_read(b->source, image, PIECE)) > 0)
        if (image->n > XLS_FILE) return too_large(b);
    return got < 0 ? -1 : 0;
}

/* What an OLE2 file without a workbook is, by a stream that only it has. */
static int tell_other(struct book *b, const struct ole *o)
{
    static const struct {
        const char *stream, *kind;
    } KINDS[] = {
        {"WordDocument", "Word (.doc)"}, {"PowerPoint Document", "PowerPoint (.ppt)"},  {"VisioDocument", "Visio (.vsd)"},
        {"MatOST", "Works (.wps)"},      {"__properties_version1.0", "Outlook (.msg)"}, {"FileHeader", "Hangul (.hwp)"},
    };
    struct buf copy = {0};
    struct str bytes;
    enum ole_fault fault = ole_stream(o, "EncryptedPackage", &copy, &bytes);
    int result = 0;
    if (fault != OLE_ABSENT) result = refused(b, DIAG_BOOK_PROTECTED, NULL);
    for (size_t i = 0; !result && i < sizeof KINDS / sizeof *KINDS; i++)
        if (ole_stream(o, KINDS[i].stream, &copy, &bytes) != OLE_ABSENT) result = refused(b, DIAG_FOREIGN_FILE, KINDS[i].kind);
    buf_free(&copy);
    return result ? result : refused(b, DIAG_NOT_A_SHEET, NULL);
}

static int find_stream(struct book *b, struct xls *x)
{
    struct str image = buf_slice(&x->image);
    x->stream = image;
    if (!ole_is(image)) return 0;
    struct ole o;
    enum ole_fault fault = ole_open(&o, image);
    /* BIFF8 is in "Workbook"; a file saved for both generations has the older form in "Book" as well. */
    if (!fault) fault = ole_stream(&o, "Workbook", &x->copy, &x->stream);
    if (fault == OLE_ABSENT) fault = ole_stream(&o, "Book", &x->copy, &x->stream);
    int result = 0;
    if (fault == OLE_ABSENT) result = tell_other(b, &o);
    else if (fault == OLE_SHORT) result = damaged(b, NULL, "EOF");
    else if (fault == OLE_DAMAGED) result = damaged(b, NULL, "FAT");
    ole_close(&o);
    return result;
}

/* The version by the first record; 0 when there is none that we know. */
static unsigned version_of(const struct biff_record *r)
{
    switch (r->id) {
    case 0x0009: return 2;
    case 0x0209: return 3;
    case 0x0409: return 4;
    case BIFF_BOF: break;
    default: return 0;
    }
    switch (get16(r->p)) {
    case 0x0200: return 2;
    case 0x0300: return 3;
    case 0x0400: return 4;
    case 0x0500: return 5;
    case 0x0600: return 8;
    default: return 0;
    }
}

/* Encryption is said near the beginning, before anything that matters. */
static bool is_protected(const struct xls *x)
{
    struct biff_record r = {0};
    while (biff_record(x->stream, r.next, &r) == 1 && r.id != BIFF_EOF)
        if (r.id == BIFF_PROTECTED) return true;
    return false;
}

static int open_stream(struct book *b, struct xls *x)
{
    struct biff_record r;
    if (biff_record(x->stream, 0, &r) != 1 || r.n < 4) return damaged(b, NULL, "BOF");
    x->version = version_of(&r);
    uint32_t type = get16(r.p + 2);
    if (x->version == 0) return damaged(b, NULL, "BOF");
    if (x->version < 5 && type == TYPE_WORKSPACE) return refused(b, DIAG_BOOK_TOO_OLD, NULL);
    if (is_protected(x)) return refused(b, DIAG_BOOK_PROTECTED, NULL);
    x->single = x->version < 5 || type == TYPE_SHEET;
    if (!x->single && type != TYPE_GLOBALS) return damaged(b, NULL, "BOF");
    if (b->options.encoding && x->version < 8) {
        if (!biff_decoder_set(&x->decoder, 0, b->options.encoding)) return refused(b, DIAG_ENCODING_UNKNOWN, b->options.encoding);
        x->codepage_fixed = true;
    }
    if (x->single) {
        mem_grow(&x->tabs, &x->cap_tabs, 1, sizeof *x->tabs);
        x->tabs[x->n_tabs++] = (struct xls_tab){.name = "Sheet1"};
        return 0;
    }
    xls_fault fault = xls_globals(x);
    return fault ? damaged(b, NULL, fault) : 0;
}

static int xls_open(struct book *b)
{
    struct xls *x = b->own = mem_zero(1, sizeof *x);
    if (load_image(b, &x->image) < 0) return -1;
    if (find_stream(b, x) < 0) return -1;
    return open_stream(b, x);
}

/* What kind of sheet begins at the offset; a tab may claim to be a worksheet and be none. */
static bool is_worksheet(const struct xls *x, uint32_t offset)
{
    struct biff_record r;
    if (biff_record(x->stream, offset, &r) != 1 || biff_modern_id(r.id) != BIFF_BOF || r.n < 4) return true; /* xls_scan will say */
    uint32_t type = get16(r.p + 2);
    return type != 0x0020 && type != 0x0040 && type != 0x0006;
}

static int xls_next_sheet(struct book *b, struct sheet *out)
{
    struct xls *x = b->own;
    while (x->next_tab < x->n_tabs) {
        const struct xls_tab *t = &x->tabs[x->next_tab++];
        if (!t->name || !is_worksheet(x, t->offset)) continue;
        xls_fault fault = xls_scan(x, t->offset);
        if (fault) return damaged(b, t->name, fault);
        *out = (struct sheet){t->name, t->index, t->hidden, x->n_tabs == 1, x->merges, x->n_merges};
        return 1;
    }
    return 0;
}

static int xls_fetch(struct book *b, struct cell_block *block)
{
    return xls_rows(b, b->own, block);
}

static void xls_close(struct book *b)
{
    struct xls *x = b->own;
    if (!x) return;
    buf_free(&x->image);
    buf_free(&x->copy);
    biff_decoder_close(&x->decoder);
    arena_free(&x->text);
    free(x->strings);
    free(x->formats);
    free(x->xf);
    free(x->style);
    free(x->tabs);
    free(x->cells);
    free(x->merges);
    free(x);
    b->own = NULL;
}

const struct book_reader xls_reader = {
    .format = BOOK_XLS,
    .name = "xls",
    .open = xls_open,
    .next_sheet = xls_next_sheet,
    .fetch = xls_fetch,
    .close = xls_close,
};
