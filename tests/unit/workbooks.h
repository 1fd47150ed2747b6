/* For tests of zipped workbooks: archives made part by part, and books as text. */
#ifndef VET_TESTS_WORKBOOKS_H
#define VET_TESTS_WORKBOOKS_H

#include <zip.h>

#include "sheets.h"

struct part {
    const char *name, *content;
    size_t n; /* 0: content is a C string */
};
/* An archive of these parts, up to the first without a name.  A name that starts with '!' is stored, not deflated. */
__attribute__((unused)) static const char *zip_of(const char *path, const struct part *parts)
{
    remove(path);
    zip_t *z = zip_open(path, ZIP_CREATE, NULL);
    if (!z) abort();
    for (; parts->name; parts++) {
        bool stored = parts->name[0] == '!';
        size_t n = parts->n ? parts->n : strlen(parts->content);
        zip_int64_t i = zip_file_add(z, parts->name + stored, zip_source_buffer(z, parts->content, n, 0), ZIP_FL_ENC_UTF_8);
        if (i < 0 || zip_set_file_compression(z, (zip_uint64_t)i, stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 6) < 0) abort();
    }
    if (zip_close(z) != 0) abort();
    return path;
}

/* A cell's kind: Text Number Date Boolean Error, - for none; a formula's value has '='. */
static void put_cell(struct buf *out, const struct cell *c)
{
    if (!c->kind && !c->flags) return;
    buf_char(out, "-TNDBE"[c->kind]);
    buf_put(out, c->flags & CELL_FORMULA ? "=" : "");
    buf_put(out, c->flags & CELL_LOST ? "(lost)" : "");
    buf_str(out, cell_str(c));
}

static void put_rows(struct buf *out, const struct cell_block *block)
{
    for (size_t i = 0; i < block->n_rows; i++) {
        const struct cell_row *r = &block->rows[i];
        buf_printf(out, "%s%u:", r->hidden ? "hidden " : "", r->number);
        for (uint32_t j = 0; j < r->n; j++) {
            if (j) buf_char(out, '|');
            put_cell(out, &block->cells[r->first + j]);
        }
        buf_char(out, '\n');
    }
}

/* "[name]\n" for each sheet, "hidden" before it when it is, its merged ranges "2,1-3,4", then its rows. */
static void put_book(struct buf *out, const char *path, struct diag *d)
{
    static const struct book_options none = {0};
    struct book *b = book_open(path, &none, d);
    struct sheet s;
    struct cell_block block = {0};
    int got = b ? 1 : -1, sheets = 0;
    while (b && got >= 0 && (sheets = book_next_sheet(b, &s)) == 1) {
        buf_printf(out, "%s[%s]", s.hidden ? "hidden " : "", s.name);
        for (size_t i = 0; i < s.n_merges; i++)
            buf_printf(out, " %u,%u-%u,%u", s.merges[i].top, s.merges[i].left, s.merges[i].bottom, s.merges[i].right);
        buf_char(out, '\n');
        while ((got = sheet_next(b, &block)) == 1) put_rows(out, &block);
    }
    if (got < 0 || sheets < 0) buf_put(out, "FAILED");
    cell_block_free(&block);
    book_close(b);
}

/* Programs differ in which empty rows they write: takes the lines "12:" away. */
__attribute__((unused)) static struct str without_empty_rows(struct buf *out)
{
    size_t to = 0;
    for (size_t i = 0; i < out->n;) {
        const char *end = memchr(out->s + i, '\n', out->n - i);
        size_t n = (end ? (size_t)(end - out->s) + 1 : out->n) - i;
        size_t digits = strspn(out->s + i, "0123456789");
        if (!(digits && digits + 2 == n && out->s[i + digits] == ':')) {
            memmove(out->s + to, out->s + i, n);
            to += n;
        }
        i += n;
    }
    out->n = to;
    return buf_slice(out);
}

/* A file of tests/corpus, as text. */
__attribute__((unused)) static const char *corpus_file(const char *name)
{
    static char path[4096];
    const char *tests = getenv("TESTS");
    snprintf(path, sizeof path, "%s/corpus/%s", tests ? tests : "tests", name);
    return path;
}
#endif
