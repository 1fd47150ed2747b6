/* Workbooks that we write: text stays text, names of sheets are those that Excel takes, columns fit Chinese text, and a list that
 * is longer than a sheet goes on on the next. */
#include "tap.h"

#include "book/binder.h"

#include "book/print.h"
#include "workbooks.h"

static struct findings found;

static struct binder *start(const char *path)
{
    const struct binder_info info = {.title = STR("t"), .created = STR("2026-11")};
    return binder_open(path, &info, &found.diag);
}

/* A part of the archive. */
static struct buf part_of(const char *path, const char *name)
{
    struct buf b = {0};
    char block[4096];
    zip_t *z = zip_open(path, ZIP_RDONLY, NULL);
    zip_file_t *f = z ? zip_fopen(z, name, 0) : NULL;
    for (zip_int64_t n; f && (n = zip_fread(f, block, sizeof block)) > 0;) buf_add(&b, block, (size_t)n);
    if (f) zip_fclose(f);
    if (z) zip_close(z);
    return b;
}

static void text_stays_text(void)
{
    static const char *const TYPED[] = {"=1+1", "+86 138", "-5",     "@SUM(A1)", "=cmd|' /C calc'!A0", "370124195001011012",
                                        "0012", "1985.1",  "\t=1+1", "true",     "http://a.example",   "3.70E+17"};
    enum { N = sizeof TYPED / sizeof *TYPED };
    struct binder *w = start("text.xlsx");
    struct tab *t = binder_tab(w, STR("a"), false);
    for (uint32_t i = 0; i < N; i++) {
        tab_put(t, i, 0, (struct look){FACE_BODY, VALUE_TEXT, false}, str_of(TYPED[i]));
        tab_put(t, i, 1, (struct look){FACE_BODY, VALUE_CODE, false}, str_of(TYPED[i]));
        tab_put(t, i, 2, (struct look){FACE_BODY, VALUE_COUNT, false}, str_of(TYPED[i]));
    }
    binder_close(w, true);
    struct buf sheet = part_of("text.xlsx", "xl/worksheets/sheet1.xml"), book = {0}, want = {0};
    buf_text(&sheet);
    CHECK(sheet.n > 100 && !strstr(sheet.s, "<f>"), "no cell has a formula, whatever was typed");
    buf_free(&sheet);
    put_book(&book, "text.xlsx", &found.diag);
    buf_text(&book);
    for (int i = 0; i < N; i++) {
        want.n = 0;
        buf_printf(&want, "%d:T%s|T%s|", i + 1, TYPED[i], TYPED[i]);
        CHECK(strstr(book.s, buf_text(&want)), "%s comes back as it was typed", TYPED[i]);
    }
    CHECK(strstr(book.s, "|N-5\n") && strstr(book.s, "|N12\n"), "in a column of counts numbers are numbers");
    CHECK(strstr(book.s, "|T=1+1\n") && strstr(book.s, "|T3.70E+17\n"), "and what is none is text");
    buf_free(&book);
    buf_free(&want);
}

static void names(void)
{
    static const char LONG[] = "云翠社区第三网格十二号楼退役军人和其他优抚对象信息摸排登记表一月";
    static const struct {
        const char *given, *want;
    } NAMES[] = {{"a/b", "a b"}, {"[x]:*?\\", "x"},    {"'quoted'", "quoted"},
                 {"", "Sheet"},  {"花名册", "花名册"}, {"花名册", "花名册 2"},
                 {"ABC", "ABC"}, {"abc", "abc 2"},     {LONG, "云翠社区第三网格十二号楼退役军人和其他优抚对象信息摸排登记表"}};
    enum { N = sizeof NAMES / sizeof *NAMES };
    struct binder *w = start("names.xlsx");
    struct tab *t = NULL;
    for (int i = 0; i < N; i++) {
        t = binder_tab(w, str_of(NAMES[i].given), false);
        struct str name = tab_name(t);
        size_t characters = 0;
        for (size_t k = 0; k < name.n; k++) characters += ((unsigned char)name.s[k] & 0xC0) != 0x80;
        CHECK(characters <= 31, "a sheet's name has 31 characters at the most");
        if (i < N - 1) CHECK_STR(name, NAMES[i].want, "\"%s\" is called %s", NAMES[i].given, NAMES[i].want);
        else CHECK(str_starts(str_of(LONG), name) && characters == 31, "a long name is cut after 31 characters, not within one");
    }
    struct str again = tab_name(binder_tab(w, str_of(LONG), false));
    CHECK(!str_eq(again, tab_name(t)) && str_ends(again, STR(" 2")), "the second of a long name is told apart");
    CHECK(binder_close(w, true), "the workbook is written");
}

/* The width of a column in the file. */
static double width_in(const struct buf *sheet, int column)
{
    char find[40];
    snprintf(find, sizeof find, "<col min=\"%d\"", column);
    const char *at = strstr(sheet->s, find), *width = at ? strstr(at, "width=\"") : NULL;
    return width ? strtod(width + 7, NULL) : 0;
}

static void widths(void)
{
    struct binder *w = start("widths.xlsx");
    struct tab *t = binder_tab(w, STR("a"), false);
    tab_widths(t, 8, 40);
    struct look body = {FACE_BODY, VALUE_TEXT, false};
    tab_put(t, 0, 0, body, STR("甲"));
    tab_put(t, 0, 1, body, STR("锦东小区一号楼二单元三零一室"));
    tab_put(t, 0, 2, body, STR("abcdefghijklmn"));
    tab_put(t, 0, 3, body, STR("很长的备注很长的备注很长的备注很长的备注很长的备注很长的备注很长的备注"));
    binder_close(w, true);
    struct buf sheet = part_of("widths.xlsx", "xl/worksheets/sheet1.xml");
    buf_text(&sheet);
    CHECK(width_in(&sheet, 1) >= 8, "a short text leaves the column at its least width");
    CHECK(width_in(&sheet, 2) >= 28 && width_in(&sheet, 2) <= 34, "fourteen Chinese characters need the room of twenty-eight");
    CHECK(width_in(&sheet, 3) >= 14 && width_in(&sheet, 3) <= 18, "fourteen letters that of fourteen");
    CHECK(width_in(&sheet, 4) <= 41, "no column is wider than it may be");
    buf_free(&sheet);
}

static void limits(void)
{
    struct binder *w = start("limits.xlsx");
    struct tab *t = binder_tab(w, STR("a"), false);
    struct buf text = {0}, book = {0};
    for (int i = 0; i < 40000; i++) buf_put(&text, "字");
    tab_put(t, 0, 0, (struct look){FACE_BODY, VALUE_TEXT, false}, buf_slice(&text));
    tab_put(t, 1, 0, (struct look){FACE_BODY, VALUE_TEXT, false}, (struct str){(char *)(uintptr_t) "a\0b\001c\xff", 6});
    CHECK(binder_close(w, true), "a text longer than a cell, and bytes that XML cannot hold, are written");
    put_book(&book, "limits.xlsx", &found.diag);
    CHECK(book.n >= 32767 * 3 && book.n < 33000 * 3, "the text is cut at the 32,767 characters that a cell holds");
    buf_free(&text);
    buf_free(&book);
}

/* Control characters, which XML has no place for, wherever a text may stand. */
static void controls(void)
{
    static const char *const PARTS[] = {"docProps/core.xml",        "docProps/app.xml", "xl/workbook.xml",
                                        "xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/charts/chart1.xml"};
    const struct str bad = STR("a\001b\x1f");
    const struct binder_info info = {bad, bad, bad, bad, STR("2026-11")};
    struct binder *w = binder_open("controls.xlsx", &info, &found.diag);
    struct tab *t = binder_tab(w, bad, false);
    for (uint32_t row = 0; row < 2; row++) tab_put(t, row, 0, (struct look){FACE_BODY, VALUE_TEXT, false}, bad);
    tab_comment(t, 1, 0, bad);
    tab_choices(t, (struct area){0, 1, 0, 0}, &bad, 1, true);
    tab_page(t, &(struct page){false, bad, bad});
    tab_chart(
        t, &(struct chart){.title = bad, .last_row = 1, .series = (const uint16_t[]){0}, .n_series = 1, .width = 9, .height = 9});
    CHECK(binder_close(w, true), "a workbook of texts with control characters is written");
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        struct buf part = part_of("controls.xlsx", PARTS[i]);
        size_t wrong = 0;
        for (size_t k = 0; k < part.n; k++) wrong += (unsigned char)part.s[k] < ' ' && !strchr("\n\r\t", part.s[k]);
        CHECK(part.n && !wrong, "and %s is XML", PARTS[i]);
        buf_free(&part);
    }
}

/* More rows than a sheet has: none may be lost. */
static void long_lists(void)
{
    enum { ROWS = 1048576 + 1000 };
    struct content *c = content_new();
    c->title = c->subtitle = STR("花名册");
    c->period = STR("2026-11");
    struct result *head = result_new();
    result_column(head, STR("n"), STR("编号"), COLUMN_COUNT);
    struct block *b = content_block(content_sheet(c, STR("花名册"), STR("花名册")), head);
    b->lines = sorter_new(1, &found.diag);
    b->filter = true;
    struct buf n = {0};
    for (int i = 1; i <= ROWS; i++) {
        n.n = 0;
        buf_int(&n, i);
        const struct str value = buf_slice(&n);
        sorter_put(b->lines, (struct str){0}, &value);
    }
    CHECK(content_print(c, PRINT_XLSX, "long.xlsx", &found.diag), "a list longer than a sheet is written");
    content_free(c);
    buf_free(&n);
    static const struct book_options none = {0};
    struct book *book = book_open("long.xlsx", &none, &found.diag);
    struct sheet s;
    struct cell_block block = {0};
    size_t sheets = 0, rows = 0;
    uint64_t sum = 0;
    while (book && book_next_sheet(book, &s) == 1) {
        sheets++;
        while (sheet_next(book, &block) == 1)
            for (size_t i = 0; i < block.n_rows; i++) {
                const struct cell_row *r = &block.rows[i];
                if (!r->n || block.cells[r->first].kind != CELL_NUMBER) continue;
                rows++;
                struct str v = cell_str(&block.cells[r->first]);
                uint64_t one = 0;
                for (size_t k = 0; k < v.n; k++) one = one * 10 + (uint64_t)(v.s[k] - '0');
                sum += one;
            }
    }
    cell_block_free(&block);
    book_close(book);
    CHECK(sheets == 2, "on two sheets");
    CHECK(rows == ROWS && sum == (uint64_t)ROWS * (ROWS + 1) / 2, "with every row, each once");
}

int main(void)
{
    findings_start(&found);
    text_stays_text();
    names();
    widths();
    limits();
    controls();
    long_lists();
    CHECK_STR(buf_slice(&found.text), "", "nothing of it needs a finding");
    return tap_end();
}
