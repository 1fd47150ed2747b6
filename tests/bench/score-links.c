/* score-links TRUTH.csv ENTITIES.csv: how well the entities (_entity) of records are the persons (cluster) that they are.  Rows
 * stand in the same order in both.  Pairs of records: precision, recall and F1; entities, and those that hold two persons.
 *     precision 0.9990 recall 0.9986 F1 0.9988 entities 14410 holding two persons 5 (0.03 %)
 * score-links --without-truth TRUTH.csv: the same records without that column, to be linked.
 * score-links --stated TRUTH.csv PAIRS.csv: of the pairs that vet-dedupe --pairs gives a half or more, what probability is stated
 * on the average and how many are of one person. stated 0.9999 true 1.0000 off -0.01 points of 6536 pairs Sixteen bytes a record:
 * ten millions are scored as well. */
#include <stdio.h>
#include <stdlib.h>

#include "flow/rows.h"

_Noreturn void mem_exhausted(size_t wanted)
{
    fprintf(stderr, "score-links: out of memory (%zu)\n", wanted);
    exit(4);
}

_Noreturn static void stop(const char *what, const char *which)
{
    fprintf(stderr, "score-links: %s: %s\n", which, what);
    exit(2);
}

static void tell(void *ctx, const struct finding *f)
{
    (void)ctx;
    fprintf(stderr, "score-links: %s\n", diag_code_string(f->code));
}

static struct rows *open_rows(const char *path, struct diag *d)
{
    struct rows *r = rows_open(&path, 1, "csv", d);
    if (!r) stop("cannot be read", path);
    return r;
}

static size_t column_of(const struct rows *r, const char *name, const char *path)
{
    int at = columns_find(&r->columns, str_of(name));
    if (at < 0) stop(name, path);
    return (size_t)at;
}

/* A record: the person it is and the entity it was put into, as hashes of 64 bits. */
struct record {
    uint64_t entity, person;
};

static int by_entity(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    if (x->entity != y->entity) return x->entity < y->entity ? -1 : 1;
    return (x->person > y->person) - (x->person < y->person);
}

static int by_person(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    return (x->person > y->person) - (x->person < y->person);
}

static struct record *read_records(const char *truth, const char *entities, size_t *n, struct diag *d)
{
    struct rows *t = open_rows(truth, d), *e = open_rows(entities, d);
    size_t person = column_of(t, "cluster", truth), entity = column_of(e, "_entity", entities), cap = 0;
    struct row_cursor ct = {.rows = t}, ce = {.rows = e};
    struct record *v = NULL;
    *n = 0;
    for (;;) {
        const struct str *x = rows_next(&ct), *y = rows_next(&ce);
        if (!x != !y) stop("more rows than the other", x ? truth : entities);
        if (!x) break;
        mem_grow(&v, &cap, *n + 1, sizeof *v);
        v[(*n)++] = (struct record){str_hash(y[entity]), str_hash(x[person])};
    }
    if (!rows_done(&ct) || !rows_done(&ce)) stop("cannot be read to its end", "input");
    rows_close(t);
    rows_close(e);
    return v;
}

static double pairs(size_t n)
{
    return (double)n * ((double)n - 1) / 2;
}

static void score(struct record *v, size_t n)
{
    double said = 0, true_pairs = 0, both = 0;
    size_t entities = 0, mixed = 0;
    qsort(v, n, sizeof *v, by_entity);
    for (size_t i = 0, j; i < n; i = j) {
        size_t persons = 0;
        for (j = i; j < n && v[j].entity == v[i].entity;) {
            size_t from = j;
            while (j < n && v[j].entity == v[i].entity && v[j].person == v[from].person) j++;
            both += pairs(j - from);
            persons++;
        }
        said += pairs(j - i);
        entities++;
        mixed += persons > 1;
    }
    qsort(v, n, sizeof *v, by_person);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && v[j].person == v[i].person; j++) continue;
        true_pairs += pairs(j - i);
    }
    double p = said > 0 ? both / said : 1, r = true_pairs > 0 ? both / true_pairs : 1;
    printf("precision %.4f recall %.4f F1 %.4f entities %zu holding two persons %zu (%.2f %%)\n", p, r,
           p + r > 0 ? 2 * p * r / (p + r) : 0, entities, mixed, entities ? 100.0 * (double)mixed / (double)entities : 0);
}

static void without_truth(const char *path, struct diag *d)
{
    enum { FLUSH = 1 << 18 };
    struct rows *r = open_rows(path, d);
    size_t at = column_of(r, "cluster", path), n = r->columns.n - 1;
    struct str *v = mem_zero(n + 1, sizeof *v);
    const struct columns all = {v, n};
    struct buf b = {0};
    struct row_cursor c = {.rows = r};
    for (const struct str *x = r->columns.names; x; x = rows_next(&c)) {
        for (size_t i = 0; i < n; i++) v[i] = x[i < at ? i : i + 1];
        if (x == r->columns.names) rows_format_header(&b, ROWS_CSV, &all);
        else rows_format(&b, ROWS_CSV, &all, v);
        if (b.n < FLUSH) continue;
        fwrite(b.s, 1, b.n, stdout);
        b.n = 0;
    }
    fwrite(b.s, 1, b.n, stdout);
    if (!rows_done(&c) || fflush(stdout)) stop("cannot be copied", path);
    buf_free(&b);
    free(v);
    rows_close(r);
}

static void stated(const char *truth, const char *pairs_file, struct diag *d)
{
    struct rows *t = open_rows(truth, d), *p = open_rows(pairs_file, d);
    size_t person = column_of(t, "cluster", truth), a = column_of(p, "row_a", pairs_file), b = column_of(p, "row_b", pairs_file);
    size_t probability = column_of(p, "probability", pairs_file), n_persons = 0, cap = 0, n = 0, same = 0;
    struct row_cursor ct = {.rows = t}, cp = {.rows = p};
    uint64_t *persons = NULL;
    double sum = 0;
    for (const struct str *x; (x = rows_next(&ct));) {
        mem_grow(&persons, &cap, n_persons + 1, sizeof *persons);
        persons[n_persons++] = str_hash(x[person]);
    }
    for (const struct str *x; (x = rows_next(&cp));) {
        size_t row_a = strtoul(x[a].s, NULL, 10), row_b = strtoul(x[b].s, NULL, 10);
        double at = strtod(x[probability].s, NULL);
        if (!row_a || !row_b || row_a > n_persons || row_b > n_persons) stop("names rows that are not there", pairs_file);
        if (at < 0.5) continue;
        n++;
        sum += at;
        same += persons[row_a - 1] == persons[row_b - 1];
    }
    if (!rows_done(&ct) || !rows_done(&cp)) stop("cannot be read to its end", "input");
    double share = n ? (double)same / (double)n : 1, mean = n ? sum / (double)n : 1;
    printf("stated %.4f true %.4f off %+.2f points of %zu pairs\n", mean, share, 100 * (mean - share), n);
    free(persons);
    rows_close(t);
    rows_close(p);
}

int main(int argc, char **argv)
{
    struct diag d;
    diag_init(&d, tell, NULL);
    if (argc == 4 && strcmp(argv[1], "--stated") == 0) {
        stated(argv[2], argv[3], &d);
        return 0;
    }
    if (argc != 3) stop("wants TRUTH.csv ENTITIES.csv, --without-truth TRUTH.csv or --stated TRUTH.csv PAIRS.csv", "use");
    if (strcmp(argv[1], "--without-truth") == 0) {
        without_truth(argv[2], &d);
        return 0;
    }
    size_t n;
    struct record *v = read_records(argv[1], argv[2], &n, &d);
    score(v, n);
    free(v);
    return 0;
}
