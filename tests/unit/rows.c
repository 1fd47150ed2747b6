/* Streams of records between the commands: what is read from them, how they are written, and how a broken one is told. */
#include "tap.h"

#include "flow/rows.h"
#include "sheets.h"

static struct findings found;

static void dump(struct buf *out, struct rows *r)
{
    struct row_cursor c = {.rows = r};
    struct str *v;
    rows_format_header(out, ROWS_CSV, &r->columns);
    while ((v = rows_next(&c))) rows_format(out, ROWS_CSV, &r->columns, v);
    if (!rows_done(&c)) buf_put(out, "FAILED");
}

/* Files a.csv, b.csv ... of these texts, read as one stream, written as CSV. */
static struct str joined(const char *from, const char *const *texts)
{
    static struct buf out;
    static char names[4][8];
    const char *paths[4];
    size_t n = 0;
    for (; texts[n]; n++) {
        snprintf(names[n], sizeof names[n], "%c.csv", (char)('a' + n));
        paths[n] = file_of(names[n], texts[n], strlen(texts[n]));
    }
    out.n = 0;
    findings_start(&found);
    struct rows *r = rows_open(paths, n, from, &found.diag);
    if (r) dump(&out, r);
    else buf_put(&out, "NONE");
    rows_close(r);
    return buf_slice(&out);
}
#define JOINED(...) joined(NULL, (const char *const[]){__VA_ARGS__, NULL})

static void reading(void)
{
    CHECK_STR(JOINED("a,b\n1,2\n3,4\n"), "a,b\n1,2\n3,4\n", "a stream is its header and its rows");
    CHECK_STR(JOINED("a,b\r\n1,2\r\n"), "a,b\n1,2\n", "line ends of Windows are accepted");
    CHECK_STR(JOINED("\xEF\xBB\xBF"
                     "a,b\n1,2\n"),
              "a,b\n1,2\n", "so is a byte order mark");
    CHECK_STR(JOINED("a,b\n\"x,y\",\"p\"\"q\"\n\"1\n2\",z\n"), "a,b\n\"x,y\",\"p\"\"q\"\n\"1\n2\",z\n",
              "quoted values come out as they went in");
    CHECK_STR(JOINED("a,b\n1,2\n", "b,a\n4,3\n"), "a,b\n1,2\n3,4\n", "files follow one another, their columns in any order");
    CHECK_STR(JOINED("a,b\n1,2\n\n3,4\n"), "a,b\n1,2\n3,4\n", "blank lines are no rows");
    CHECK_STR(JOINED("a,b,c\n1\n1,2,3,,\n"), "a,b,c\n1,,\n1,2,3\n", "short rows are filled up, empty values too many are dropped");
    CHECK_STR(JOINED("a\n1\n\"\"\n2\n"), "a\n1\n\"\"\n2\n", "an empty value of an only column is a row");
    CHECK_STR(JOINED("a,b\n"), "a,b\n", "a header alone is a stream without rows");
    CHECK_STR(JOINED("a;b\n1;\"2;3\"\n", "b\ta\n5\t4,4\n"), "a,b\n1,2;3\n\"4,4\",5\n",
              "semicolons or tabs delimit where the headings have them and no comma");
    CHECK_STR(JOINED("a,b;c\n1,2;3\n"), "a,b;c\n1,2;3\n", "and nothing but commas where there is one");
    CHECK_STR(JOINED("\"a;b\"\n1\n"), "\"a;b\"\n1\n", "a mark in quotes is none, and is written in quotes where there is no comma");
    CHECK_STR(JOINED("a\n1;2\n"), "a\n1;2\n", "nor is one that stands in the values alone");
    CHECK(found.text.n == 0, "none of which needs a finding");
}

static void broken(void)
{
    JOINED("a,b\n1,2\n", "a,b,c\n1,2,3\n");
    CHECK_STR(buf_slice(&found.text), "column_added 1 c;", "a column that a later file adds is named");
    JOINED("a,b\n1,2\n", "a\n1\n");
    CHECK_STR(buf_slice(&found.text), "column_lacking 1 b;", "and so is one that it lacks");
    JOINED("a,a\n1,2\n");
    CHECK_STR(buf_slice(&found.text), "column_twice 1 a;", "and one that stands twice");
    JOINED("a,b\n1,2\n3,4,5\n");
    CHECK_STR(buf_slice(&found.text), "row_too_long 3 3 2;", "a row longer than the header is named");
    JOINED("a,b\n1,2\n3");
    CHECK_STR(buf_slice(&found.text), "stream_broken 3 1 2;", "a stream that breaks off within a row is told");
    struct buf wide = {0};
    for (int i = 0; i < 8000; i++) buf_printf(&wide, "%sc%d", i ? "," : "", i);
    for (int i = 0; i < 200000; i++) buf_put(&wide, "\nx");
    JOINED(buf_text(&wide));
    buf_free(&wide);
    CHECK_STR(buf_slice(&found.text), "stream_sparse 1 8000 8000;",
              "hundreds of thousands of rows that fill one of 8,000 columns are told");
    CHECK_STR(JOINED(""), "NONE", "nothing at all");
    CHECK_STR(buf_slice(&found.text), "stream_empty;", "is no stream");
    CHECK(found.diag.status == 3, "all these are inputs that could not be read");
    CHECK_STR(joined("tsv", (const char *const[]){"a\tb,c\n1\t2\n", NULL}), "a,\"b,c\"\n1,2\n", "--from tsv is obeyed");
}

static void mistaken(void)
{
    struct buf path = {0};
    const char *tests = getenv("TESTS");
    buf_printf(&path, "%s/corpus/good-xlwt.xls", tests ? tests : "tests");
    findings_start(&found);
    CHECK(!rows_open((const char *const[]){buf_text(&path)}, 1, NULL, &found.diag),
          "a workbook given where records are wanted is refused");
    CHECK_STR(buf_slice(&found.text), "records_expected ...;", "with the advice to import it first");
    buf_free(&path);
    CHECK_STR(JOINED("{\"a\":\"1\",\"b\":\"2\"}\n", "{\"b\":\"4\"}\n"), "a,b\n1,2\n,4\n", "JSON Lines may leave out what is empty");
}

struct total {
    uint64_t sum, rows;
};
static bool add_block(void *ctx, struct rows *r, struct row_block *b)
{
    struct total *t = ctx;
    for (size_t i = 0; i < b->n_rows; i++) t->sum = t->sum * 31 + (uint64_t)atoi(row_of(b, &r->columns, i)[0].s);
    t->rows += b->n_rows;
    return true;
}

static void threads(void)
{
    struct buf big = {0};
    buf_put(&big, "n,text\n");
    for (int i = 0; i < 300000; i++) buf_printf(&big, i % 7 ? "%d,some text\n" : "%d,\"some \"\"text\"\n", i);
    file_of("big.csv", big.s, big.n);
    struct total totals[2] = {{0}};
    for (unsigned i = 0; i < 2; i++) {
        const char *paths[] = {"big.csv", "big.csv"};
        findings_start(&found);
        struct rows *r = rows_open(paths, 2, NULL, &found.diag);
        CHECK(r && rows_run(r, i ? 4 : 1, &totals[i], NULL, add_block), "a stream of two files is read by %d threads", i ? 4 : 1);
        rows_close(r);
    }
    CHECK(totals[0].rows == 600000, "no row is lost");
    CHECK(totals[0].sum == totals[1].sum, "and their order is the same for any number of threads");
    buf_free(&big);
}

static void writing(void)
{
    struct str names[] = {STR("a"), STR("b\"x"), STR("c")};
    struct columns c = {names, 3};
    struct str v[] = {STR("1"), STR(""), STR("x\ny\"z\\\t\x01")};
    struct buf b = {0};
    rows_format_header(&b, ROWS_JSON, &c);
    rows_format(&b, ROWS_JSON, &c, v);
    CHECK_STR(buf_slice(&b), "{\"a\":\"1\",\"c\":\"x\\ny\\\"z\\\\\\t\\u0001\"}\n",
              "JSON leaves out what is empty and escapes what must be");
    b.n = 0;
    rows_format_header(&b, ROWS_CSV, &c);
    rows_format(&b, ROWS_CSV, &c, v);
    CHECK_STR(buf_slice(&b), "a,\"b\"\"x\",c\n1,,\"x\ny\"\"z\\\t\x01\"\n", "CSV quotes only where it must");
    bool whole = true;
    for (size_t n = 0; n < 80; n++) { /* values of every length that the copying tells apart */
        static const char LONG[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopq";
        struct str w[] = {{LONG, n}, {LONG + 1, n}, {"", 0}};
        b.n = 0;
        rows_format(&b, ROWS_CSV, &c, w);
        struct buf want = {0};
        buf_printf(&want, "%.*s,%.*s,\n", (int)n, LONG, (int)n, LONG + 1);
        whole = whole && str_eq(buf_slice(&b), buf_slice(&want));
        buf_free(&want);
    }
    CHECK(whole, "values of every length are written whole");
    buf_free(&b);
}

int main(void)
{
    reading();
    broken();
    mistaken();
    threads();
    writing();
    buf_free(&found.text);
    return tap_end();
}
