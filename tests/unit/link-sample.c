/* Rows from all over a stream: which ones, in bounded memory, and what is known of all of them. */
#include "tap.h"

#include "base/text.h"
#include "flow/rows.h"
#include "link/sample.h"
#include "sheets.h"

static struct findings found;

static void sample_of(struct sample *s, const struct buf *csv, unsigned threads)
{
    const char *path = file_of("sample.csv", csv->s, csv->n);
    findings_start(&found);
    struct rows *r = rows_open(&path, 1, "csv", &found.diag);
    struct spool *spool = spool_new(&found.diag);
    CHECK(sample_load(s, r, spool, threads), "a list is read on %u threads", threads);
    struct row_cursor c = {.rows = spool_rows(spool, &r->columns)};
    uint64_t n = 0;
    while (rows_next(&c)) n++;
    CHECK(rows_done(&c) && n == s->n_rows, "and waits whole in the spool");
    rows_close(c.rows);
    spool_free(spool);
    rows_close(r);
}

/* Numbers of rows, a column that repeats once, at the two ends of the list, and one that never does. */
static void put_rows(struct buf *csv, unsigned rows, bool backward)
{
    csv->n = 0;
    buf_put(csv, "once,never\n");
    for (unsigned i = 0; i < rows; i++) {
        unsigned k = backward ? rows - 1 - i : i;
        buf_printf(csv, "x%u,y%u\n", k % (rows - 1), k);
    }
}

static bool same_rows(const struct sample *a, const struct sample *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++) same = str_eq(a->row[i][1], b->row[i][1]);
    return same;
}

int main(void)
{
    enum { ROWS = 300000, FEW = 1000 };
    struct buf csv = {0};
    struct sample one, other;
    put_rows(&csv, ROWS, false);
    sample_of(&one, &csv, 1);
    CHECK(one.n == SAMPLE_ROWS && one.n_rows == ROWS, "of many rows some are taken");
    unsigned late = 0;
    for (size_t i = 0; i < one.n; i++) {
        long row = strtol(one.row[i][1].s + 1, NULL, 10);
        late += row >= ROWS / 2;
    }
    CHECK(late > SAMPLE_ROWS / 3 && late < SAMPLE_ROWS * 2 / 3, "from all over the list");
    CHECK(!one.repeats[1], "a column of which no value comes twice is known for that");
    sample_of(&other, &csv, 4);
    CHECK(same_rows(&one, &other), "the same ones on any number of threads");
    sample_free(&other);
    put_rows(&csv, ROWS, true);
    sample_of(&other, &csv, 3);
    CHECK(same_rows(&one, &other), "and in whatever order they come");
    sample_free(&other);
    sample_free(&one);

    put_rows(&csv, FEW, false);
    sample_of(&one, &csv, 1);
    CHECK(one.repeats[0] && !one.repeats[1], "of a thousand values one that comes twice is found, at the two ends of the list");
    sample_free(&one);

    csv.n = 0;
    buf_put(&csv, "a,b\n");
    for (unsigned i = 0; i < FEW; i++) buf_put(&csv, i % 2 ? "the same,\n" : "the same,1\n");
    sample_of(&one, &csv, 1);
    CHECK(one.n == 2, "of rows that are alike one is taken");
    sample_free(&one);

    csv.n = 0;
    buf_put(&csv, "a\n1");
    for (unsigned i = 0; i < FEW; i++) buf_put(&csv, "王");
    buf_put(&csv, "\n");
    sample_of(&one, &csv, 1);
    size_t bad;
    CHECK(one.row[0][0].n < 2000 && text_valid(one.row[0][0], &bad), "a long value is cut between two characters");
    sample_free(&one);
    buf_free(&csv);
    return tap_end();
}
