/* Sorters: rows come out by their keys, whether they fit into memory or not. */
#include "tap.h"

#include <signal.h>
#include <sys/resource.h>

#include "book/print.h"
#include "sheets.h"

static struct findings found;

static void key_of(struct buf *key, size_t i, size_t n)
{
    key->n = 0;
    buf_printf(key, "%08zu", (i * 7919) % n / 3); /* three rows of each key */
}

/* n rows of two values, the second of `width` bytes.  True when they came out in order, all of them, those of a key as put. */
static bool sorts(size_t n, size_t width, int times)
{
    struct sorter *s = sorter_new(2, &found.diag);
    struct buf key = {0}, number = {0}, wide = {0};
    for (size_t i = 0; i < width; i++) buf_char(&wide, 'x');
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        key_of(&key, i, n);
        number.n = 0;
        buf_int(&number, (int64_t)i);
        const struct str values[] = {buf_slice(&number), buf_slice(&wide)};
        ok = sorter_put(s, buf_slice(&key), values) && ok;
    }
    for (int k = 0; k < times; k++) {
        struct buf last = {0};
        size_t count = 0, before = 0;
        ok = sorter_start(s) && ok;
        for (const struct str *v; (v = sorter_next(s)); count++) {
            size_t i = strtoul(v[0].s, NULL, 10);
            key_of(&key, i, n);
            int c = count ? str_cmp(buf_slice(&last), buf_slice(&key)) : -1;
            ok = ok && v[1].n == width && (c < 0 || (c == 0 && before < i));
            last.n = 0;
            buf_str(&last, buf_slice(&key));
            before = i;
        }
        ok = ok && count == n;
        buf_free(&last);
    }
    ok = ok && sorter_count(s) == n && !sorter_failed(s);
    sorter_free(s);
    buf_free(&key);
    buf_free(&number);
    buf_free(&wide);
    return ok;
}

/* A report of more lines than memory holds, the rest of which finds no room when it is printed. */
static bool prints(enum print_format format)
{
    struct content *c = content_new();
    struct result *columns = result_new();
    result_column(columns, STR("a"), STR("a"), COLUMN_TEXT);
    struct block *b = content_block(content_sheet(c, STR("s"), STR("s")), columns);
    b->lines = sorter_new(1, &found.diag);
    struct buf wide = {0};
    while (wide.n < 1 << 20) buf_char(&wide, 'x');
    for (int i = 0; i < 20; i++) sorter_put(b->lines, STR(""), &(struct str){wide.s, wide.n});
    struct rlimit before, none;
    getrlimit(RLIMIT_FSIZE, &before);
    none = before;
    none.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_FSIZE, &none);
    bool ok = content_print(c, format, "report.out", &found.diag);
    setrlimit(RLIMIT_FSIZE, &before);
    content_free(c);
    buf_free(&wide);
    return ok;
}

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    findings_start(&found);
    CHECK(sorts(0, 3, 1), "nothing comes out of nothing");
    CHECK(sorts(1, 0, 2), "one row, an empty value");
    CHECK(sorts(1000, 10, 2), "a thousand rows, and once more from the start");
    CHECK(sorts(200000, 300, 2), "more than memory holds, merged from a file, twice");
    CHECK(sorts(20, 6 << 20, 1), "values of six million bytes");
    CHECK(!prints(PRINT_CSV) && access("report.out", F_OK) != 0, "a report whose lines find no room is none as CSV");
    CHECK(!prints(PRINT_XLSX) && access("report.out", F_OK) != 0, "nor as a workbook");
    findings_start(&found);
    setenv("TMPDIR", "/nowhere/at/all", 1);
    CHECK(!sorts(200000, 300, 1), "no room for the file is a failure");
    CHECK_STR(buf_slice(&found.text), "write_failed /nowhere/at/all No such file or directory;",
              "that is told once, with the folder");
    buf_free(&found.text);
    return tap_end();
}
