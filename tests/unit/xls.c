/* What a reader of .xls promises, record by record, on files made for the purpose. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "biff_maker.h"
#include "cells/cells.h"
#include "cells/decimal.h"
#include "tap.h"

/* ---- a sheet as text ----
 * [Name] or [Name hidden], a line for each merged range (+top,left-bottom,right), a line for each row: its number, h when it is
 * hidden, and its cells: text as it is, #number, @date, ?boolean, !error, nothing when empty; = before a formula's result, ~ before
 * what was damaged.  Findings end it: <code row,col>, then the status. */
struct view {
    struct buf out, findings;
};

static void on_finding(void *ctx, const struct finding *f)
{
    struct view *v = ctx;
    buf_printf(&v->findings, "<%s %u,%u>", diag_code_string(f->code), f->at.row, f->at.col);
}

static void view_cell(struct buf *out, const struct cell *c)
{
    static const char MARK[] = {[CELL_TEXT] = 0, [CELL_NUMBER] = '#', [CELL_DATE] = '@', [CELL_BOOLEAN] = '?', [CELL_ERROR] = '!'};
    if (c->flags & CELL_FORMULA) buf_char(out, '=');
    if (c->flags & CELL_NO_RESULT) buf_put(out, "none");
    if (c->flags & CELL_LOST) buf_char(out, '~');
    if (c->kind != CELL_EMPTY && MARK[c->kind]) buf_char(out, MARK[c->kind]);
    buf_str(out, cell_str(c));
}

static void view_sheet(struct book *b, const struct sheet *s, struct buf *out)
{
    buf_printf(out, "[%s%s]", s->name, s->hidden ? " hidden" : "");
    for (size_t i = 0; i < s->n_merges; i++) {
        const struct merge *m = &s->merges[i];
        buf_printf(out, "\n+%u,%u-%u,%u", m->top, m->left, m->bottom, m->right);
    }
    struct cell_block block = {0};
    while (sheet_next(b, &block) == 1) {
        for (size_t i = 0; i < block.n_rows; i++) {
            const struct cell_row *r = &block.rows[i];
            buf_printf(out, "\n%u%s ", r->number, r->hidden ? "h" : "");
            for (uint32_t k = 0; k < r->n; k++) {
                if (k) buf_char(out, '|');
                view_cell(out, &block.cells[r->first + k]);
            }
        }
    }
    cell_block_free(&block);
    buf_char(out, '\n');
}

static int see_path(const char *path, struct view *v, const char *encoding)
{
    struct diag d;
    v->out.n = v->findings.n = 0;
    diag_init(&d, on_finding, v);
    struct book_options o = {.from = "xls", .encoding = encoding};
    struct book *b = book_open(path, &o, &d);
    struct sheet s;
    while (b && book_next_sheet(b, &s) == 1) view_sheet(b, &s, &v->out);
    book_close(b);
    buf_str(&v->out, buf_slice(&v->findings));
    return d.status;
}

static void save(const char *path, struct str bytes)
{
    unlink(path); /* some file systems wait for the disk when a file is cut to nothing and written anew */
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
    if (fd < 0 || write(fd, bytes.s, bytes.n) != (ssize_t)bytes.n) abort();
    close(fd);
}

static struct view seen;

static struct str see(const struct buf *file)
{
    save("t.xls", buf_slice(file));
    see_path("t.xls", &seen, NULL);
    return buf_slice(&seen.out);
}

/* ---- parts of books ---- */

enum { GENERAL, DAY, CHINESE_DAY, OWN_DAY, CLOCK, STYLES };
static void add_styles(struct buf *g)
{
    static const int FORMATS[STYLES] = {0, 14, 31, 164, 165};
    static const char OWN[] = "yyyy/m", HOUR[] = "h:mm";
    record(g, 0x041E, "wwbs", 164, (int)sizeof OWN - 1, 0, OWN);
    record(g, 0x041E, "wwbs", 165, (int)sizeof HOUR - 1, 0, HOUR);
    for (int i = 0; i < STYLES; i++) record(g, 0x00E0, "wwwwddd", 0, FORMATS[i], 0, 0, 0u, 0u, 0u);
}

/* A BIFF8 file of one sheet "S" in a compound file. */
static void make_book(struct buf *out, const struct buf *more_globals, struct buf *cells)
{
    struct buf g = {0}, stream = {0};
    add_styles(&g);
    if (more_globals) buf_add(&g, more_globals->s, more_globals->n);
    make_stream(&stream, 8, &g, &(struct made_sheet){"S", 0, 0, cells}, 1);
    out->n = 0;
    make_ole(out, "Workbook", &stream, false);
    buf_free(&g);
    buf_free(&stream);
}

static struct str see_cells(const struct buf *more_globals, struct buf *cells)
{
    struct buf file = {0};
    make_book(&file, more_globals, cells);
    struct str got = see(&file);
    buf_free(&file);
    buf_free(cells);
    return got;
}

static void number(struct buf *b, int row, int col, int style, double v)
{
    record(b, 0x0203, "wwwf", row, col, style, v);
}

static uint32_t rk(int v, bool hundredths)
{
    return (uint32_t)v << 2 | 2 | hundredths;
}

/* ---- the tests ---- */

static void test_numbers(void)
{
    struct buf c = {0};
    record(&c, 0x027E, "wwwd", 0, 0, GENERAL, rk(1250, true));
    record(&c, 0x027E, "wwwd", 0, 1, GENERAL, rk(-7, false));
    record(&c, 0x027E, "wwwd", 0, 2, GENERAL, 0x3FF80000u);
    record(&c, 0x00BD, "wwwdwdw", 1, 1, GENERAL, rk(12, false), DAY, rk(31213, false), 2);
    number(&c, 2, 0, GENERAL, 370124198110063000.0);
    number(&c, 2, 1, GENERAL, 13800138000.0);
    number(&c, 2, 2, GENERAL, 9007199254740992.0);
    number(&c, 2, 3, GENERAL, 0.1 + 0.2);
    number(&c, 2, 4, GENERAL, 1985.06);
    CHECK_STR(see_cells(NULL, &c),
              "[S]\n1 #12.5|#-7|#1.5\n2 |#12|@1985-06-15\n3 "
              "#370124198110063000|#13800138000|#9007199254740992|#0.30000000000000004|#1985.06\n",
              "a number keeps the digits that were typed, in each of the ways a file packs it");
}

static void test_decimal(void)
{
    static const struct {
        double v;
        const char *want;
    } T[] = {{0.0, "0"},
             {-0.0, "0"},
             {-1.5, "-1.5"},
             {1e15, "1000000000000000"},
             {123456789012345680.0, "123456789012345680"},
             {1e21, "1E+21"},
             {1.5e-9, "1.5E-9"},
             {0.000001, "0.000001"},
             {5e-324, "4.94065645841247E-324"},
             {1.7976931348623157e308, "1.7976931348623157E+308"},
             {0.07, "0.07"},
             {100.25, "100.25"}};
    for (size_t i = 0; i < sizeof T / sizeof *T; i++) {
        char out[DECIMAL_MAX];
        size_t n = decimal_shortest(T[i].v, out);
        CHECK_STR(((struct str){out, n}), T[i].want, "%s is written with the fewest digits", T[i].want);
    }
    char out[DECIMAL_MAX];
    CHECK(decimal_shortest(1.0 / 0.0, out) == 0, "infinity has no digits");
}

static void test_dates(void)
{
    struct buf c = {0}, g = {0};
    number(&c, 0, 0, DAY, 31213);
    number(&c, 0, 1, CHINESE_DAY, 31213);
    number(&c, 0, 2, OWN_DAY, 31213);
    number(&c, 0, 3, DAY, 31213.5);
    number(&c, 0, 4, CLOCK, 0.25);
    number(&c, 0, 5, DAY, -5);
    number(&c, 0, 6, 99, 31213);
    CHECK_STR(see_cells(NULL, &c), "[S]\n1 @1985-06-15|@1985-06-15|@1985-06-15|@1985-06-15T12:00:00|@06:00:00|#-5|#31213\n",
              "a number with a date format is a date, built-in, Chinese or the sheet's own; an impossible one stays a number");
    record(&g, 0x0022, "w", 1);
    number(&c, 0, 0, DAY, 31213 - 1462);
    CHECK_STR(see_cells(&g, &c), "[S]\n1 @1985-06-15\n", "a book that counts from 1904 gives the same days");
    buf_free(&g);
}

static void test_texts(void)
{
    struct buf c = {0}, g = {0};
    record(&c, 0x0204, "wwwwbwww", 0, 0, 0, 3, 1, 0x5F20, 0x4E09, 0x4E30);
    record(&c, 0x0204, "wwwwbs", 0, 1, 0, 3, 0, "a\xB7z");
    record(&c, 0x00D6, "wwwwbwsww", 0, 2, 0, 4, 8, 1, "rich", 0, 5);
    record(&c, 0x0204, "wwww", 0, 3, 0, 0);
    record(&c, 0x0201, "www", 0, 4, 0);
    record(&c, 0x0204, "wwwwbww", 1, 0, 0, 2, 1, 0xD842, 0xDFB7);
    record(&c, 0x0204, "wwwwbww", 1, 1, 0, 2, 1, 0xD842, 0x4E09);
    record(&c, 0x0204, "wwwwbww", 1, 2, 0, 2, 1, 0, 0x4E09);
    CHECK_STR(see_cells(NULL, &c), "[S]\n1 张三丰|a\xC2\xB7z|rich|\n2 𠮷|~\xEF\xBF\xBD三|~\xEF\xBF\xBD三\n",
              "texts of one and of two bytes a character are read, rare characters too; half a character is marked as damaged, as "
              "a NUL is");
    record(&g, 0x00FC, "ddwbwww", 2u, 2u, 3, 1, 0x674E, 0x56DB, 0x5149);
    record(&g, 0x003C, "wbs", 2, 0, "ok");
    record(&c, 0x00FD, "wwwd", 0, 0, 0, 1u);
    record(&c, 0x00FD, "wwwd", 0, 1, 0, 0u);
    CHECK_STR(see_cells(&g, &c), "[S]\n1 ok|李四光\n", "shared texts are found by their number");
    record(&c, 0x00FD, "wwwd", 0, 0, 0, 2u);
    CHECK_STR(see_cells(&g, &c), "[S]\n<book_damaged 1,0>", "a shared text that is not there is never a silent blank");
    buf_free(&g);
}

static void test_continued_strings(void)
{
    struct buf c = {0}, g = {0};
    /* 1: two bytes, then one, then two; 2: cut in its runs; 3: phonetic text passed over; 4: begins at a border */
    record(&g, 0x00FC, "ddwbww", 5u, 5u, 6, 1, 0x738B, 0x4E94);
    record(&g, 0x003C, "bs", 0, "-A");
    record(&g, 0x003C, "bwwwbwsw", 1, 0x53F7, 0x697C, 4, 8, 2, "bold", 0);
    record(&g, 0x003C, "www", 1, 2, 3);
    record(&g, 0x003C, "wbdwwwwww", 2, 5, 8u, 0x8D75, 0x516D, 1, 2, 3, 4);
    record(&g, 0x003C, "wbsw", 3, 0, "end", 2);
    record(&g, 0x003C, "bw", 1, 0x6751);
    record(&g, 0x003C, "bs", 0, "1");
    for (int i = 0; i < 5; i++) record(&c, 0x00FD, "wwwd", 0, i, 0, (uint32_t)i);
    CHECK_STR(see_cells(&g, &c), "[S]\n1 王五-A号楼|bold|赵六|end|村1\n",
              "a text that goes on in another record, with another width, with fonts and readings, comes out whole");
    g.n = 0;
    record(&g, 0x00FC, "ddwbw", 1u, 1u, 2, 1, 0xD842);
    record(&g, 0x003C, "bw", 1, 0xDFB7);
    record(&c, 0x00FD, "wwwd", 0, 0, 0, 0u);
    CHECK_STR(see_cells(&g, &c), "[S]\n1 𠮷\n", "a rare character cut in two by a border between records comes out whole");
    g.n = 0;
    record(&g, 0x00FC, "ddwbs", 0xFFFFFFFFu, 0xFFFFFFFFu, 1, 0, "x");
    record(&c, 0x00FD, "wwwd", 0, 0, 0, 0u);
    CHECK_STR(see_cells(&g, &c), "[S]\n1 x\n", "a table that claims four thousand million texts costs only what it holds");
    buf_free(&g);
}

static void formula(struct buf *b, int row, int col, int style, int kind, int value)
{
    record(b, 0x0006, "wwwbbbbbbwwdw", row, col, style, kind, 0, value, 0, 0, 0, 0xFFFF, 0, 0u, 0);
}

/* As programs write it that cannot calculate: empty, to be calculated when the book is opened. */
static void uncalculated(struct buf *b, int row, int col)
{
    record(b, 0x0006, "wwwbbbbbbwwdw", row, col, 0, 3, 0, 0, 0, 0, 0, 0xFFFF, 3, 0u, 0);
}

static void test_formulas(void)
{
    struct buf c = {0};
    record(&c, 0x0006, "wwwfwdw", 0, 0, GENERAL, 42.5, 0, 0u, 0);
    record(&c, 0x0006, "wwwfwdw", 0, 1, DAY, 31213.0, 0, 0u, 0);
    formula(&c, 0, 2, 0, 0, 0);
    record(&c, 0x0207, "wbww", 2, 1, 0x5F20, 0x4E09);
    formula(&c, 0, 3, 0, 0, 0);
    record(&c, 0x04BC, "wwbbww", 0, 9, 3, 3, 0, 0);
    record(&c, 0x0207, "wbs", 6, 0, "shared");
    formula(&c, 0, 4, 0, 0, 0);
    record(&c, 0x0221, "wwbbwd", 0, 0, 4, 4, 0, 0u);
    record(&c, 0x0207, "wbs", 4, 0, "arr-");
    record(&c, 0x003C, "bs", 0, "");
    formula(&c, 1, 0, 0, 1, 1);
    formula(&c, 1, 1, 0, 2, 0x2A);
    formula(&c, 1, 2, 0, 3, 0);
    record(&c, 0x0205, "wwwbb", 1, 3, 0, 0, 0);
    record(&c, 0x0205, "wwwbb", 1, 4, 0, 0x07, 1);
    CHECK_STR(see_cells(NULL, &c), "[S]\n1 =#42.5|=@1985-06-15|=张三|=shared|=arr-\n2 =?true|=!#N/A|=|?false|!#DIV/0!\n",
              "a formula shows its stored result: number, date, text (shared and array formulas too), truth, error or nothing");
    uncalculated(&c, 0, 0);
    CHECK_STR(see_cells(NULL, &c), "[S]\n1 =none\n<cell_no_result 1,1>", "a formula that was never calculated is named");
    for (int i = 0; i < 5; i++) formula(&c, 2, i, 0, 0, 0);
    number(&c, 3, 0, GENERAL, 1);
    CHECK_STR(see_cells(NULL, &c),
              "[S]\n3 =none|=none|=none|=none|=none\n4 #1\n<cell_no_result 3,1><cell_no_result 3,2><cell_no_result "
              "3,3><cells_no_result 0,0>",
              "a formula without a stored text is named, and the rest counted, never a silent blank");
}

static void test_sheets(void)
{
    struct buf stream = {0}, file = {0}, a = {0}, merges = {0};
    number(&a, 0, 0, 0, 1);
    record(&merges, 0x00E5, "wwwwwwwww", 2, 4, 5, 0, 0, 1, 1, 2, 6);
    record(&merges, 0x00E5, "wwwww", 1, 1, 1, 0, 1);
    number(&merges, 3, 0, 0, 2);
    record(&merges, 0x0208, "wwwwwwd", 3, 0, 1, 0, 0, 0, 0x20u);
    const struct made_sheet sheets[] = {{"first", 0, 0, &a}, {"chart", 0, 2, NULL}, {"macros", 0, 1, &a}, {"hid", 1, 0, &a},
                                        {"very", 2, 0, &a},  {"m", 0, 0, &merges},  {"empty", 0, 0, NULL}};
    make_stream(&stream, 8, NULL, sheets, sizeof sheets / sizeof *sheets);
    make_ole(&file, "Workbook", &stream, false);
    CHECK_STR(see(&file),
              "[first]\n1 #1\n[hid hidden]\n1 #1\n[very hidden]\n1 #1\n[m]\n+2,1-2,2\n+2,3-2,7\n+5,1-6,1\n4h #2\n[empty]\n",
              "sheets come in the order of their tabs, hidden ones marked, charts and macros left out, merged ranges first, hidden "
              "rows marked");
    buf_free(&stream);
    buf_free(&file);
    buf_free(&a);
    buf_free(&merges);
}

static void test_covered(void)
{
    struct buf c = {0};
    record(&c, 0x00E5, "wwwwwwwww", 2, 0, 1, 0, 1, 3, 3, 0, 0);
    for (int row = 0; row < 4; row++)
        for (int col = 0; col < 3; col++) number(&c, row, col, 0, 10 * row + col);
    CHECK_STR(see_cells(NULL, &c), "[S]\n+1,1-2,2\n1 #0||#2\n2 ||#12\n3 #20|#21|#22\n4 #30|#31|#32\n",
              "what a merged range covers is empty; a range of one cell is none");
}

static void test_order(void)
{
    struct buf c = {0};
    number(&c, 9, 0, 0, 1);
    number(&c, 2, 1, 0, 2);
    number(&c, 65535, 255, 0, 3);
    number(&c, 2, 0, 0, 4);
    number(&c, 2, 1, 0, 5);
    struct str got = see_cells(NULL, &c);
    CHECK(str_starts(got, STR("[S]\n3 #4|#5\n10 #1\n65536 ||")),
          "rows come in order whatever the order of the file; of two values of a cell the later counts");
    /* A chart embedded in the sheet is a stream of its own between its rows. */
    number(&c, 0, 0, 0, 1);
    record(&c, 0x0809, "wwww", 0x0600, 0x0020, 0, 0);
    number(&c, 0, 0, 0, 99);
    record(&c, 0x000A, "");
    number(&c, 1, 0, 0, 2);
    CHECK_STR(see_cells(NULL, &c), "[S]\n1 #1\n2 #2\n", "the numbers behind a chart in the sheet are not taken for rows");
    number(&c, 0, 256, 0, 1);
    CHECK_STR(see_cells(NULL, &c), "[S]\n<book_damaged 1,0>", "a cell past the last column that can be is refused");
}

static void test_older(void)
{
    struct buf c = {0}, g = {0}, stream = {0}, file = {0};
    record(&g, 0x0042, "w", 936);
    record(&g, 0x041E, "wbs", 164, 6, "yyyy-m");
    record(&g, 0x00E0, "wwwwww", 0, 0, 0, 0, 0, 0);
    record(&g, 0x00E0, "wwwwww", 0, 164, 0, 0, 0, 0);
    record(&c, 0x0204, "wwwws", 0, 0, 0, 4, "\xD5\xC5\xC8\xFD");
    record(&c, 0x00D6, "wwwwsbbb", 0, 1, 0, 2, "\xC0\xEE", 1, 0, 0);
    number(&c, 0, 2, 1, 31213);
    record(&c, 0x0204, "wwwws", 0, 3, 0, 4, "\x95\x32\x82\x36");
    record(&c, 0x0204, "wwwws", 0, 4, 0, 2, "\xD5\xFF");
    make_stream(&stream, 5, &g, &(struct made_sheet){"old", 0, 0, &c}, 1);
    make_ole(&file, "Book", &stream, false);
    CHECK_STR(see(&file), "[old]\n1 张三|李|@1985-06-15|𠀀|~\xEF\xBF\xBD\n",
              "an Excel 5 or 95 book in Chinese is read by its code page");
    file.n = stream.n = c.n = 0;
    record(&stream, 0x0809, "wwww", 0x0500, 0x0010, 0, 0);
    record(&stream, 0x0204, "wwwws", 0, 0, 0, 2, "ok");
    record(&stream, 0x000A, "");
    CHECK_STR(see(&stream), "[Sheet1]\n1 ok\n", "an Excel 5 sheet by itself is read");
    stream.n = 0;
    record(&stream, 0x0409, "wwww", 0x0400, 0x0010, 0, 0);
    record(&stream, 0x0042, "w", 936);
    record(&stream, 0x041E, "wbs", 0, 7, "General");
    record(&stream, 0x041E, "wbs", 0, 8, "yyyy\\-mm");
    record(&stream, 0x0443, "bbwwwww", 0, 0, 0, 0, 0, 0, 0);
    record(&stream, 0x0443, "bbwwwww", 0, 1, 0, 0, 0, 0, 0);
    record(&stream, 0x0204, "wwwws", 0, 0, 0, 2, "\xC0\xEE");
    number(&stream, 0, 1, 1, 31213);
    record(&stream, 0x0406, "wwwfw", 0, 2, 0, 7.0, 0);
    record(&stream, 0x000A, "");
    CHECK_STR(see(&stream), "[Sheet1]\n1 李|@1985-06-15|=#7\n", "an Excel 4 sheet is read");
    stream.n = 0;
    record(&stream, 0x0009, "ww", 0x0002, 0x0010);
    record(&stream, 0x001E, "bs", 7, "General");
    record(&stream, 0x001E, "bs", 6, "yyyy-m");
    record(&stream, 0x0004, "wwbbbbs", 0, 0, 0, 0, 0, 2, "ok");
    record(&stream, 0x0002, "wwbbbw", 0, 1, 0, 0, 0, 12);
    record(&stream, 0x0003, "wwbbbf", 0, 2, 0, 1, 0, 31213.0);
    record(&stream, 0x0005, "wwbbbbb", 0, 3, 0, 0, 0, 1, 0);
    record(&stream, 0x0006, "wwbbbbbbbbbwb", 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFFFF, 0);
    record(&stream, 0x0007, "bs", 3, "txt");
    record(&stream, 0x000A, "");
    CHECK_STR(see(&stream), "[Sheet1]\n1 ok|#12|@1985-06-15|?true|=txt\n", "an Excel 2 sheet is read");
    stream.n = 0;
    record(&stream, 0x0409, "wwww", 0x0400, 0x0100, 0, 0);
    CHECK_STR(see(&stream), "<book_too_old 0,0>", "an Excel 4 workspace is named as what it is");
    buf_free(&c);
    buf_free(&g);
    buf_free(&stream);
    buf_free(&file);
}

static void test_encoding_told(void)
{
    struct buf stream = {0};
    record(&stream, 0x0809, "wwww", 0x0500, 0x0010, 0, 0);
    record(&stream, 0x0042, "w", 1252);
    record(&stream, 0x0204, "wwwws", 0, 0, 0, 2, "\xC0\xEE");
    record(&stream, 0x000A, "");
    save("t.xls", buf_slice(&stream));
    see_path("t.xls", &seen, "GB18030");
    CHECK_STR(buf_slice(&seen.out), "[Sheet1]\n1 李\n",
              "--encoding is believed more than an old book that tells the wrong code page");
    see_path("t.xls", &seen, "klingon");
    CHECK_STR(buf_slice(&seen.out), "<encoding_unknown 0,0>", "an encoding that does not exist is said to be none");
    buf_free(&stream);
}

static void test_refused(void)
{
    struct buf c = {0}, g = {0}, file = {0};
    record(&g, 0x002F, "wwww", 0, 1, 2, 3);
    CHECK_STR(see_cells(&g, &c), "<book_protected 0,0>", "a book with a password says so");
    for (int i = 0; i < 100; i++) put_bytes(&c, 0x77, 1);
    static const struct {
        const char *stream, *want, *what;
    } OTHERS[] = {{"EncryptedPackage", "<book_protected 0,0>", "an .xlsx with a password says so"},
                  {"WordDocument", "<foreign_file 0,0>", "a Word document is named as one"},
                  {"PowerPoint Document", "<foreign_file 0,0>", "slides are named as what they are"},
                  {"MatOST", "<foreign_file 0,0>", "a Works text is named as one"},
                  {"Whatever", "<not_a_sheet 0,0>", "another program's file is no sheet"},
                  {"Workbook", "<book_damaged 0,0>", "a workbook of rubbish is damaged"}};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        file.n = 0;
        make_ole(&file, OTHERS[i].stream, &c, false);
        CHECK_STR(see(&file), OTHERS[i].want, "%s", OTHERS[i].what);
    }
    buf_free(&c);
    buf_free(&g);
    buf_free(&file);
}

static void test_overlap(void)
{
    struct buf stream = {0};
    size_t at[8];
    record(&stream, 0x0809, "wwww", 0x0600, 0x0005, 0, 0);
    for (int i = 0; i < 8; i++) {
        at[i] = stream.n + 4;
        record(&stream, 0x0085, "dbbbbs", 0u, 0, 0, 1, 0, "x");
    }
    record(&stream, 0x000A, "");
    for (int i = 0; i < 8; i++) stream.s[at[i]] = (char)stream.n;
    record(&stream, 0x0809, "wwww", 0x0600, 0x0010, 0, 0);
    for (int i = 0; i < 50; i++) number(&stream, i, 0, 0, 1);
    record(&stream, 0x000A, "");
    struct str got = see(&stream);
    CHECK(str_ends(got, STR("<book_damaged 0,0>")), "many tabs that share one sheet are refused, not read over and over");
    buf_free(&stream);
}

/* A sheet of `rows` rows and what is seen of it. */
static void make_long(struct buf *stream, int rows)
{
    struct buf c = {0}, g = {0};
    add_styles(&g);
    for (int i = 0; i < rows; i++) {
        number(&c, i, 0, 0, i);
        record(&c, 0x0204, "wwwwbwww", i, 1, 0, 3, 1, 0x5F20, 0x4E09, 0x4E30);
    }
    make_stream(stream, 8, &g, &(struct made_sheet){"S", 0, 0, &c}, 1);
    buf_free(&c);
    buf_free(&g);
}

static void test_container(void)
{
    struct buf stream = {0}, plain = {0}, other = {0}, want = {0};
    make_long(&stream, 1000);
    make_ole(&plain, "Workbook", &stream, false);
    buf_str(&want, see(&plain));
    CHECK(str_find(buf_slice(&want), STR("\n1000 #999|张三丰\n"), &(size_t){0}), "a file of many sectors is read to its last row");
    make_ole(&other, "WORKBOOK", &stream, true);
    CHECK_STR(see(&other), buf_text(&want), "its sectors may be scattered and its name in capitals");
    other.n = 0;
    buf_str(&other, buf_slice(&plain));
    /* The FAT is the last sector of this file: the stream's third sector is made to follow its tenth. */
    size_t fat = other.n - OLE_SECTOR;
    other.s[fat + 4 * 9] = 2;
    other.s[fat + 4 * 9 + 1] = 0;
    CHECK_STR(see(&other), "<book_damaged 0,0>", "a chain of sectors that runs in a circle is a damaged file");
    other.n = 0;
    buf_str(&other, buf_slice(&plain));
    other.s[fat + 4 * 9 + 2] = 0x7F;
    CHECK_STR(see(&other), "<book_damaged 0,0>", "a chain that leaves the file is a damaged file");
    buf_free(&stream);
    buf_free(&plain);
    buf_free(&other);
    buf_free(&want);
}

static void test_large_container(void)
{
    struct buf stream = {0}, file = {0};
    make_long(&stream, 65536);
    size_t last;
    /* Long enough for a list of FAT sectors that does not fit into the header. */
    record(&stream, 0x00EC, "w", 0);
    while (stream.n < (110 * 128 + 1) * (size_t)OLE_SECTOR) put_bytes(&stream, 0, 4);
    make_ole(&file, "Workbook", &stream, true);
    CHECK(str_find(see(&file), STR("\n65536 #65535|张三丰\n"), &last), "a file of over seven megabytes is read to its last row");
    buf_free(&stream);
    buf_free(&file);
}

/* Wherever a file is cut, its reader says so, or everything that mattered is still there. */
static void test_truncated(bool mini)
{
    struct buf stream = {0}, file = {0}, want = {0};
    make_long(&stream, mini ? 20 : 150);
    make_ole(&file, "Workbook", &stream, false);
    buf_str(&want, see(&file));
    size_t silent = 0, rows = 0;
    for (size_t n = 0; n < file.n; n += n < 600 || mini ? 1 : 7) {
        save("t.xls", (struct str){file.s, n});
        int status = see_path("t.xls", &seen, NULL);
        if (status == 0 && !str_eq(buf_slice(&seen.out), buf_slice(&want))) silent++;
        if (status == 3 && !seen.findings.n) rows++;
    }
    CHECK(silent == 0 && rows == 0, "a %s file cut anywhere never passes for a shorter one", mini ? "small" : "larger");
    buf_free(&stream);
    buf_free(&file);
    buf_free(&want);
}

static void test_mutated(void)
{
    struct buf stream = {0}, file = {0}, c = {0}, g = {0};
    uint64_t seed = 88172645463325252u;
    add_styles(&g);
    record(&g, 0x00FC, "ddwbww", 2u, 2u, 6, 1, 0x738B, 0x4E94);
    record(&g, 0x003C, "bswbwsw", 0, "-A34", 4, 8, 1, "bold", 0);
    record(&g, 0x003C, "w", 1);
    for (int i = 0; i < 3; i++) record(&c, 0x00FD, "wwwd", 0, i, 0, (uint32_t)i % 2);
    formula(&c, 1, 0, 0, 0, 0);
    record(&c, 0x0207, "wbs", 6, 0, "result");
    record(&c, 0x00BD, "wwwdwdw", 1, 1, 0, rk(12, false), 1, rk(31213, false), 2);
    record(&c, 0x00E5, "wwwww", 1, 1, 1, 0, 1);
    make_stream(&stream, 8, &g, &(struct made_sheet){"S", 0, 0, &c}, 1);
    make_ole(&file, "Workbook", &stream, false);
    size_t bad = 0;
    for (int i = 0; i < 4000; i++) {
        struct buf m = {0};
        buf_str(&m, buf_slice(&file));
        for (int k = 0; k < 1 + i % 3; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            m.s[(seed >> 20) % (i % 2 ? stream.n : m.n)] = (char)seed;
        }
        save("t.xls", buf_slice(&m));
        int status = see_path("t.xls", &seen, NULL);
        if (status != 0 && status != 3) bad++;
        buf_free(&m);
    }
    CHECK(bad == 0, "4,000 damaged files are each read or refused");
    buf_free(&stream);
    buf_free(&file);
    buf_free(&c);
    buf_free(&g);
}

int main(void)
{
    test_numbers();
    test_decimal();
    test_dates();
    test_texts();
    test_continued_strings();
    test_formulas();
    test_sheets();
    test_covered();
    test_order();
    test_older();
    test_encoding_told();
    test_refused();
    test_overlap();
    test_container();
    test_large_container();
    test_truncated(true);
    test_truncated(false);
    test_mutated();
    buf_free(&seen.out);
    buf_free(&seen.findings);
    unlink("t.xls");
    return tap_end();
}
