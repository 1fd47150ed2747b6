#include "cells/cells.h"

#include <stdlib.h>
#include <unistd.h>

#include "cells/csv.h"
#include "cells/sniff.h"
#include "cells/source.h"

static const struct book_reader *const READERS[] = {
    &csv_reader, &xls_reader, &xlsx_reader, &json_reader, &ods_reader,
};

static const struct book_reader *reader_of(enum book_format format)
{
    for (size_t i = 0; i < sizeof READERS / sizeof *READERS; i++)
        if (READERS[i]->format == format) return READERS[i];
    return NULL;
}

static void complain(struct book *b, enum diag_code code, const char *arg)
{
    struct place at = {.file = b->path};
    diag_add(b->diag, code, &at, arg, NULL);
}

/* An archive's list of names stands at its end, uncompressed. */
static struct buf archive_tail(struct book *b)
{
    enum { TAIL = 256 * 1024 };
    struct buf tail = {0};
    int fd = source_seekable(b->source);
    if (fd < 0) return tail;
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > TAIL ? size - TAIL : 0;
    buf_reserve(&tail, TAIL);
    ssize_t n = size > 0 ? pread(fd, tail.s, (size_t)(size - from), from) : 0;
    if (n > 0) tail.n = (size_t)n;
    source_rewind(b->source);
    return tail;
}

/* Which office program's archive is it?  *foreign becomes the name of another program's kind. */
static enum book_format archive_format(struct book *b, const char **foreign)
{
    struct str head = source_peek(b->source, 256);
    size_t at;
    *foreign = NULL;
    if (str_find(head, STR("mimetypeapplication/vnd.oasis.opendocument."), &at)) {
        struct str kind = str_from(head, at + sizeof "mimetypeapplication/vnd.oasis.opendocument." - 1);
        if (!str_starts(kind, STR("spreadsheet"))) *foreign = "OpenDocument";
        return BOOK_ODS;
    }
    struct buf tail = archive_tail(b);
    struct str names = buf_slice(&tail);
    enum book_format format = BOOK_XLSX;
    bool sheets = str_find(names, STR("xl/"), &at) || str_find(names, STR("XL/"), &at) || str_find(names, STR("xl\\"), &at);
    if (!sheets && str_find(names, STR("word/"), &at)) *foreign = "Word (.docx)";
    else if (!sheets && str_find(names, STR("ppt/"), &at)) *foreign = "PowerPoint (.pptx)";
    else if (!sheets && str_find(names, STR("content.xml"), &at)) format = BOOK_ODS;
    buf_free(&tail);
    return format;
}

/* The format that the bytes have; false after a finding. */
static bool tell_format(struct book *b, enum book_format *format)
{
    const char *kind;
    switch (sniff_content(source_peek(b->source, SNIFF_BYTES), &kind)) {
    case CONTENT_TEXT: *format = BOOK_CSV; return true;
    case CONTENT_JSON: *format = BOOK_JSON; return true;
    case CONTENT_OLE: *format = BOOK_XLS; return true;
    case CONTENT_ZIP: *format = archive_format(b, &kind); break;
    case CONTENT_WEB_PAGE: complain(b, DIAG_WEB_PAGE, NULL); return false;
    case CONTENT_OLD_XML: complain(b, DIAG_OLD_XML, NULL); return false;
    case CONTENT_STORE: complain(b, DIAG_IS_STORE, NULL); return false;
    case CONTENT_FOREIGN: break;
    case CONTENT_BINARY: complain(b, DIAG_NOT_A_SHEET, NULL); return false;
    }
    if (kind && *kind) complain(b, DIAG_FOREIGN_FILE, kind);
    return !(kind && *kind);
}

static bool named_format(struct book *b, enum book_format *format)
{
    static const struct {
        const char *name;
        enum book_format format;
    } NAMES[] = {{"csv", BOOK_CSV},   {"tsv", BOOK_CSV}, {"json", BOOK_JSON},
                 {"xlsx", BOOK_XLSX}, {"xls", BOOK_XLS}, {"ods", BOOK_ODS}};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (strcmp(b->options.from, NAMES[i].name) != 0) continue;
        *format = NAMES[i].format;
        return true;
    }
    diag_add(b->diag, DIAG_OPTION_BAD, NULL, "--from", b->options.from, "csv tsv json xlsx xls ods", NULL);
    return false;
}

struct book *book_open(const char *path, const struct book_options *o, struct diag *d)
{
    struct source *source = source_open(path, d);
    if (!source) return NULL;
    struct book *b = mem_zero(1, sizeof *b);
    b->options = *o;
    b->source = source;
    b->diag = d;
    b->path = strdup(source_path(source));
    if (!b->path) mem_exhausted(strlen(source_path(source)));
    if (o->records) source_unhashed(source);
    enum book_format format = BOOK_CSV;
    bool known = o->from ? named_format(b, &format) : tell_format(b, &format);
    b->reader = known ? reader_of(format) : NULL;
    if (known && !b->reader) complain(b, DIAG_NOT_A_SHEET, NULL);
    if (b->reader && b->reader->open(b) >= 0) return b;
    book_close(b);
    return NULL;
}

void book_close(struct book *b)
{
    if (!b) return;
    if (b->reader) b->reader->close(b);
    source_close(b->source);
    free(b->path);
    free(b);
}

enum book_format book_format(const struct book *b)
{
    return b->reader->format;
}

const char *book_path(const struct book *b)
{
    return b->path;
}

const char *book_encoding(const struct book *b)
{
    return b->reader == &csv_reader ? csv_encoding(b) : "";
}

void book_digest(struct book *b, unsigned char digest[32])
{
    source_digest(b->source, digest);
}

int book_next_sheet(struct book *b, struct sheet *out)
{
    int got = b->reader->next_sheet(b, &b->sheet);
    if (got == 1) *out = b->sheet;
    if (got == 0 && !source_unchanged(b->source)) { /* half of it may be old and half new */
        complain(b, DIAG_FILE_CHANGED, NULL);
        return -1;
    }
    return got;
}

int sheet_fetch(struct book *b, struct cell_block *block)
{
    cell_block_clear(block);
    return b->reader->fetch(b, block);
}

bool sheet_parse(struct book *b, struct cell_block *block)
{
    return !b->reader->parse || b->reader->parse(b, block);
}

int sheet_next(struct book *b, struct cell_block *block)
{
    int got = sheet_fetch(b, block);
    return got == 1 && !sheet_parse(b, block) ? -1 : got;
}
