#include "sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unicode/ucnv.h>
#include <xlsxwriter.h>
#include <zip.h>

struct sheet_out *book_sheet(struct book_out *b, const char *name)
{
    struct sheet_out *s = &b->sheets[b->n++];
    s->name = arena_string(&b->memory, name);
    return s;
}

struct value *sheet_row(struct sheet_out *s)
{
    mem_grow(&s->rows, &s->cap, s->n_rows + 1, sizeof *s->rows);
    struct value *v = s->rows[s->n_rows++];
    memset(v, 0, sizeof *s->rows);
    return v;
}

void sheet_merge(struct sheet_out *s, int top, int left, int bottom, int right)
{
    if (s->n_merges < SHEET_MERGES && (bottom > top || right > left))
        s->merges[s->n_merges++] = (struct range){top, left, bottom, right};
}

void book_out_free(struct book_out *b)
{
    for (int i = 0; i < b->n; i++) free(b->sheets[i].rows);
    arena_free(&b->memory);
    memset(b, 0, sizeof *b);
}

static bool write_xlsx(const struct book_out *b, const char *path, bool inline_strings)
{
    lxw_workbook_options options = {.constant_memory = inline_strings};
    lxw_workbook *w = workbook_new_opt(path, &options);
    if (!w) return false;
    lxw_doc_properties properties = {.author = "楼长", .created = 1604188800}; /* the same bytes on every run */
    workbook_set_properties(w, &properties);
    lxw_format *date = workbook_add_format(w);
    format_set_num_format(date, inline_strings ? "yyyy\"年\"m\"月\"d\"日\"" : "yyyy/m/d");
    for (int i = 0; i < b->n; i++) {
        const struct sheet_out *s = &b->sheets[i];
        lxw_worksheet *ws = workbook_add_worksheet(w, s->name);
        for (int m = 0; m < s->n_merges && !inline_strings; m++)
            worksheet_merge_range(ws, (lxw_row_t)s->merges[m].top, (lxw_col_t)s->merges[m].left, (lxw_row_t)s->merges[m].bottom,
                                  (lxw_col_t)s->merges[m].right, "", NULL);
        for (size_t r = 0; r < s->n_rows; r++)
            for (int c = 0; c < SHEET_COLS; c++) {
                const struct value *v = &s->rows[r][c];
                lxw_row_t row = (lxw_row_t)r;
                lxw_col_t col = (lxw_col_t)c;
                if (v->kind == V_TEXT) worksheet_write_string(ws, row, col, v->text, NULL);
                else if (v->kind == V_NUMBER) worksheet_write_number(ws, row, col, v->number, NULL);
                else if (v->kind == V_DATE) worksheet_write_number(ws, row, col, v->number, date);
                else if (v->kind == V_FORMULA) worksheet_write_formula_num(ws, row, col, v->text, NULL, v->number);
            }
    }
    return workbook_close(w) == LXW_NO_ERROR;
}

static void xml_text(struct buf *b, const char *s)
{
    for (; *s; s++) {
        if (*s == '&') buf_put(b, "&amp;");
        else if (*s == '<') buf_put(b, "&lt;");
        else if (*s == '"') buf_put(b, "&quot;");
        else buf_char(b, *s);
    }
}

static const struct range *merge_at(const struct sheet_out *s, int r, int c)
{
    for (int m = 0; m < s->n_merges; m++)
        if (r >= s->merges[m].top && r <= s->merges[m].bottom && c >= s->merges[m].left && c <= s->merges[m].right)
            return &s->merges[m];
    return NULL;
}

static void ods_cell(struct buf *x, const struct sheet_out *s, int r, int c)
{
    const struct value *v = &s->rows[r][c];
    const struct range *m = merge_at(s, r, c);
    if (m && (m->top != r || m->left != c)) {
        buf_put(x, "<table:covered-table-cell/>");
        return;
    }
    buf_put(x, "<table:table-cell");
    if (m)
        buf_printf(x, " table:number-columns-spanned=\"%d\" table:number-rows-spanned=\"%d\"", m->right - m->left + 1,
                   m->bottom - m->top + 1);
    if (v->kind == V_TEXT) {
        buf_put(x, " office:value-type=\"string\"><text:p>");
        xml_text(x, v->text);
        buf_put(x, "</text:p></table:table-cell>");
    } else if (v->kind == V_NUMBER || v->kind == V_FORMULA) {
        buf_printf(x, " office:value-type=\"float\" office:value=\"%.17g\"><text:p>%.17g</text:p></table:table-cell>", v->number,
                   v->number);
    } else if (v->kind == V_DATE) {
        time_t t = (time_t)((v->number - 25569) * 86400);
        struct tm tm;
        gmtime_r(&t, &tm);
        buf_printf(x,
                   " office:value-type=\"date\" office:date-value=\"%04d-%02d-%02d\"><text:p>%d/%d/%d</text:p></table:table-cell>",
                   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    } else {
        buf_put(x, "/>");
    }
}

static bool write_ods(const struct book_out *b, const char *path)
{
    struct buf x = {0};
    buf_put(
        &x,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content"
        " xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\""
        " xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\""
        " xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.2\"><office:body><office:spreadsheet>");
    for (int i = 0; i < b->n; i++) {
        const struct sheet_out *s = &b->sheets[i];
        buf_put(&x, "<table:table table:name=\"");
        xml_text(&x, s->name);
        buf_put(&x, "\">");
        for (size_t r = 0; r < s->n_rows; r++) {
            buf_put(&x, "<table:table-row>");
            for (int c = 0; c < SHEET_COLS; c++) ods_cell(&x, s, (int)r, c);
            buf_put(&x, "</table:table-row>");
        }
        buf_put(&x,
                "<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"1024\"/>"
                "</table:table-row></table:table>");
    }
    buf_put(&x, "</office:spreadsheet></office:body></office:document-content>");
    static const char MIME[] = "application/vnd.oasis.opendocument.spreadsheet";
    static const char MANIFEST[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest:manifest"
        " xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" manifest:version=\"1.2\">"
        "<manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/>"
        "<manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>";
    int error;
    zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &error);
    if (!z) return false;
    zip_int64_t first = zip_file_add(z, "mimetype", zip_source_buffer(z, MIME, sizeof MIME - 1, 0), 0);
    zip_set_file_compression(z, (zip_uint64_t)first, ZIP_CM_STORE, 0);
    zip_int64_t second = zip_file_add(z, "META-INF/manifest.xml", zip_source_buffer(z, MANIFEST, sizeof MANIFEST - 1, 0), 0);
    zip_int64_t third = zip_file_add(z, "content.xml", zip_source_buffer(z, x.s, x.n, 0), 0);
    for (zip_int64_t i = first; i <= third; i++)
        zip_file_set_mtime(z, (zip_uint64_t)i, 1604188800, 0); /* the same bytes on every run */
    bool ok = second >= 0 && zip_close(z) == 0;
    if (!ok) zip_discard(z);
    buf_free(&x);
    return ok;
}

static void csv_text(struct buf *b, const char *s, char delimiter)
{
    bool quote = false;
    for (const char *p = s; *p; p++) quote = quote || *p == delimiter || *p == '"' || *p == '\n';
    if (!quote) {
        buf_put(b, s);
        return;
    }
    buf_char(b, '"');
    for (; *s; s++) {
        if (*s == '"') buf_char(b, '"');
        buf_char(b, *s);
    }
    buf_char(b, '"');
}

static int csv_width(const struct sheet_out *s)
{
    int width = 0;
    for (size_t r = 0; r < s->n_rows; r++)
        for (int c = width; c < SHEET_COLS; c++)
            if (s->rows[r][c].kind) width = c + 1;
    return width;
}

static bool write_csv(const struct book_out *b, const char *path, enum file_kind kind)
{
    const struct sheet_out *s = &b->sheets[0];
    char delimiter = kind == FILE_CSV_SEMICOLON ? ';' : kind == FILE_TSV_UTF16 ? '\t' : ',';
    struct buf x = {0};
    int width = csv_width(s);
    for (size_t r = 0; r < s->n_rows; r++) {
        for (int c = 0; c < width; c++) {
            const struct value *v = &s->rows[r][c];
            if (c) buf_char(&x, delimiter);
            if (v->kind == V_TEXT) csv_text(&x, v->text, delimiter);
            else if (v->kind) buf_printf(&x, "%.17g", v->number);
        }
        buf_put(&x, "\r\n");
    }
    FILE *f = fopen(path, "wb");
    if (!f) return false;
    if (kind == FILE_CSV_UTF8 || kind == FILE_CSV_BOM || kind == FILE_CSV_SEMICOLON) {
        if (kind == FILE_CSV_BOM) fputs("\xEF\xBB\xBF", f);
        fwrite(x.s, 1, x.n, f);
    } else {
        UErrorCode status = U_ZERO_ERROR;
        const char *to = kind == FILE_TSV_UTF16 ? "UTF-16LE" : "GB18030";
        int32_t room = (int32_t)x.n * 2 + 16;
        char *out = mem_alloc((size_t)room);
        int32_t n = ucnv_convert(to, "UTF-8", out, room, x.s, (int32_t)x.n, &status);
        if (kind == FILE_TSV_UTF16) fputs("\xFF\xFE", f);
        if (U_SUCCESS(status)) fwrite(out, 1, (size_t)n, f);
        free(out);
    }
    buf_free(&x);
    return fclose(f) == 0;
}

bool book_write(const struct book_out *b, const char *path, enum file_kind kind)
{
    switch (kind) {
    case FILE_XLSX: return write_xlsx(b, path, false);
    case FILE_XLSX_INLINE: return write_xlsx(b, path, true);
    case FILE_XLS: return write_xls(b, path);
    case FILE_ODS: return write_ods(b, path);
    default: return write_csv(b, path, kind);
    }
}
