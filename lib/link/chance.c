/* What two records have in common by chance: the probabilities of levels in any two rows, from the frequencies of values where they
 * are equal, and from a sample of pairs where they are not. */
#include <math.h>
#include <stdlib.h>

#include "base/work.h"
#include "link/block.h"
#include "link/kind_own.h"
#include "link/train.h"

enum { SAMPLED = 1 << 15, SHARE = 1 << 13 };
static const double BELIEVED = 2; /* so many pairs are believed beforehand */

static void add_equal(const struct table *t, size_t k, double *u)
{
    const struct column *c = &t->columns[k];
    double n = (double)t->n_rows, all = n * (n - 1);
    for (uint32_t v = 1; v <= c->n_values; v++) {
        double f = c->count[v - 1];
        if (f > 1) u[column_level(t, k, v, v)] += f * (f - 1) / all;
    }
}

static double given_share(const struct table *t, size_t k)
{
    double n = (double)t->n_rows, given = 0;
    for (uint32_t v = 0; v < t->columns[k].n_values; v++) given += t->columns[k].count[v];
    return n > 0 ? given / n : 0;
}

/* The levels below equality, as they were seen in `seen` pairs that have both values. */
static void add_others(const struct kind_info *info, const uint64_t *counts, double given, double *u)
{
    double equal = 0, seen = 0, start = 0;
    for (unsigned l = info->exact; l < info->n_levels; l++) equal += u[l];
    for (unsigned l = 1; l < info->exact; l++) seen += (double)counts[l], start += (double)info->levels[l].start[CLASS_OTHER];
    double rest = given * given - equal > 1e-9 ? given * given - equal : 1e-9;
    for (unsigned l = 1; l < info->exact; l++)
        u[l] = rest * ((double)counts[l] + BELIEVED * (double)info->levels[l].start[CLASS_OTHER] / start) / (seen + BELIEVED);
}

/* Drawn pairs and the levels in them; shares of them are counted by several threads. */
struct draws {
    const struct model *m;
    const struct table *t;
    struct memo *memo;
    uint32_t pair[SAMPLED][2];
    size_t n;
    uint64_t counts[SAMPLED / SHARE][COMPARISONS][LEVELS];
};

static void count_share(void *ctx, size_t from, size_t to)
{
    struct draws *d = ctx;
    struct memo *memo = memo_new(d->t, d->memo);
    for (size_t i = from; i < to; i++) {
        uint64_t code = pair_code(d->m, d->t, d->pair[i][0], d->pair[i][1], memo);
        for (size_t k = 0; k < d->m->n; k++) d->counts[from / SHARE][k][level_in(code, k)]++;
    }
    memo_free(memo);
}

/* Rows to draw from, the same ones in whatever order they come: all, or of very many those whose values in two columns hash low. */
enum { DRAWN_ROWS = 1 << 16, LEAST_ROWS = 1 << 10 };
struct drawn {
    uint64_t content;
    uint32_t row;
};
struct draw {
    struct drawn *rows;
    size_t n, cap;
};

static int by_content(const void *a, const void *b)
{
    const struct drawn *x = a, *y = b;
    if (x->content != y->content) return x->content < y->content ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* The two columns of most values. */
static void widest_columns(const struct table *t, size_t widest[2])
{
    widest[0] = widest[1] = 0;
    for (size_t k = 1; k < t->n_columns; k++) {
        if (t->columns[k].n_values > t->columns[widest[0]].n_values) widest[1] = widest[0], widest[0] = k;
        else if (widest[1] == widest[0] || t->columns[k].n_values > t->columns[widest[1]].n_values) widest[1] = k;
    }
}

static void take_rows(struct draw *d, const struct table *t, uint64_t below)
{
    size_t widest[2];
    widest_columns(t, widest);
    for (uint32_t i = 0; i < t->n_rows; i++) {
        uint64_t h = 0;
        for (int c = 0; below != UINT64_MAX && c < 2; c++) {
            uint32_t v = table_id(t, i, widest[c]);
            h = h * 31 + (v ? t->columns[widest[c]].hash[v - 1] : 0);
        }
        if (mix64(h) > below) continue;
        mem_grow(&d->rows, &d->cap, d->n + 1, sizeof *d->rows);
        d->rows[d->n++] = (struct drawn){row_content(t, i), i};
    }
}

static struct draw draw_rows(const struct table *t)
{
    struct draw d = {.n = 0};
    uint64_t n = t->n_rows;
    if (n > DRAWN_ROWS) take_rows(&d, t, UINT64_MAX / n * DRAWN_ROWS);
    if (d.n < LEAST_ROWS) {
        d.n = 0;
        take_rows(&d, t, UINT64_MAX);
    }
    if (d.n) qsort(d.rows, d.n, sizeof *d.rows, by_content);
    return d;
}

double chance_measure(struct model *m, const struct table *t, const uint32_t *source, unsigned threads)
{
    uint64_t counts[COMPARISONS][LEVELS] = {{0}}, draw = 0x7665742d6c696e6bu, n = t->n_rows, across = 0;
    struct draws *d = mem_zero(1, sizeof *d);
    struct draw rows = draw_rows(t);
    for (int i = 0; n > 1 && i < SAMPLED; i++) {
        draw = mix64(draw + 0x9E3779B97F4A7C15u);
        uint32_t a = rows.rows[(draw & 0xFFFFFFFF) * rows.n >> 32].row, b = rows.rows[(draw >> 32) * rows.n >> 32].row;
        if (a == b) continue;
        across += !source || source[a] != source[b];
        d->pair[d->n][0] = a;
        d->pair[d->n++][1] = b;
    }
    d->m = m;
    d->t = t;
    d->memo = memo_new(t, NULL);
    work_split(d->n, SHARE, threads, d, count_share);
    for (size_t i = 0; i < SAMPLED / SHARE; i++)
        for (size_t k = 0; k < m->n; k++)
            for (unsigned l = 0; l < LEVELS; l++) counts[k][l] += d->counts[i][k][l];
    memo_free(d->memo);
    free(d);
    free(rows.rows);
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        const struct kind_info *info = kind_info(c->kind);
        double *u = c->p[CLASS_CHANCE], given = given_share(t, k), sum = 0;
        for (unsigned l = 0; l < LEVELS; l++) u[l] = 0;
        u[0] = fmin(fmax(1 - given * given, 1e-4), 1 - 1e-6);
        add_equal(t, k, u);
        for (unsigned l = info->exact; l < info->n_levels; l++) u[l] = u[l] > 1e-9 ? u[l] : 1e-9;
        add_others(info, counts[k], given, u);
        for (unsigned l = 0; l < info->n_levels; l++) sum += u[l];
        for (unsigned l = 0; l < info->n_levels; l++) u[l] /= sum;
    }
    return (double)n * (double)(n - 1) / 2 * (source ? (double)across / SAMPLED : 1);
}
