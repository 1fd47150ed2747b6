/* libFuzzer target: any bytes as CSV.  What is read in small pieces is what stands in the text as a whole, and records written
 * again and read again are the same. */
#include "fuzz.h"

#include "cells/csv_record.h"
#include "cells/sniff.h"
#include "flow/rows.h"

static void read_all(const struct book_options *o, const char *path)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct book *b = book_open(path, o, &d);
    struct cell_block block = {0};
    struct sheet s;
    uint32_t row = 0;
    while (b && book_next_sheet(b, &s) == 1)
        while (sheet_next(b, &block) == 1)
            if (book_format(b) == BOOK_CSV) check_block(&block, &row);
    cell_block_free(&block);
    book_close(b);
}

static void add_rows(struct buf *out, const struct cell_block *b)
{
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct cell_row *r = &b->rows[i];
        buf_printf(out, "%u:", r->number);
        for (uint32_t k = 0; k < r->n; k++) {
            buf_str(out, cell_str(&b->cells[r->first + k]));
            buf_char(out, 0);
        }
        buf_char(out, 1);
    }
}

/* The cut into pieces changes nothing. */
static void compare_with_whole(struct str text, const char *path)
{
    size_t bad;
    if (!text_valid(text, &bad) || memchr(text.s, 0, text.n) || str_starts(text, STR("sep=")) ||
        str_starts(text, STR("\xEF\xBB\xBF")))
        return;
    if (!text.n || text.s[text.n - 1] == 0x1A) return;
    struct csv_form form = {',', csv_newline(str_head(text, text.n < SNIFF_BYTES ? text.n : SNIFF_BYTES))};
    struct cell_block block = {0};
    struct buf whole = {0}, pieces = {0};
    csv_split(&form, &block, text.s, text.n, 1, true);
    add_rows(&whole, &block);
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct book *b = book_open(path, &(struct book_options){.from = "csv", .encoding = "UTF-8", .delimiter = ','}, &d);
    struct sheet s;
    must(b && book_next_sheet(b, &s) == 1, "CSV can be opened");
    int got;
    while ((got = sheet_next(b, &block)) == 1) add_rows(&pieces, &block);
    must(got < 0 || str_eq(buf_slice(&whole), buf_slice(&pieces)), "pieces are as the whole");
    book_close(b);
    cell_block_free(&block);
    buf_free(&whole);
    buf_free(&pieces);
}

/* The records of a file as CSV; false when it is no stream of records. */
static bool rewrite(struct buf *out, const char *path)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct rows *r = rows_open((const char *const[]){path}, 1, "csv", &d);
    if (!r) return false;
    struct row_cursor c = {.rows = r};
    struct str *v;
    rows_format_header(out, ROWS_CSV, &r->columns);
    while ((v = rows_next(&c))) rows_format(out, ROWS_CSV, &r->columns, v);
    bool ok = rows_done(&c);
    rows_close(r);
    return ok;
}

static void write_and_read_again(const char *path)
{
    struct buf once = {0}, twice = {0};
    if (rewrite(&once, path) && !str_starts(buf_slice(&once), STR("sep=")) && !str_starts(buf_slice(&once), STR("\xEF\xBB\xBF"))) {
        struct file_of_bytes f = file_of_bytes(once.s, once.n);
        must(rewrite(&twice, f.path), "records that were written can be read");
        must(str_eq(buf_slice(&once), buf_slice(&twice)), "and are the same");
        close(f.fd);
    }
    buf_free(&once);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct file_of_bytes f = file_of_bytes(data, n);
    read_all(&(struct book_options){.from = "csv"}, f.path);
    read_all(&(struct book_options){.from = "csv", .encoding = "GB18030"}, f.path);
    compare_with_whole((struct str){(const char *)data, n}, f.path);
    write_and_read_again(f.path);
    close(f.fd);
    return 0;
}
