#include "link/lesson.h"

#include <math.h>
#include <stdlib.h>

struct counted {
    uint64_t code;
    double count;
};

static int by_code(const void *a, const void *b)
{
    uint64_t x = ((const struct counted *)a)->code, y = ((const struct counted *)b)->code;
    return (x > y) - (x < y);
}

void lesson_sort(struct lesson *s)
{
    struct counted *v = mem_alloc((s->n + 1) * sizeof *v);
    for (size_t i = 0; i < s->n; i++) v[i] = (struct counted){s->code[i], s->count[i]};
    if (s->n) qsort(v, s->n, sizeof *v, by_code);
    for (size_t i = 0; i < s->n; i++) {
        s->code[i] = v[i].code;
        s->count[i] = v[i].count;
    }
    free(v);
}

void lesson_free(struct lesson *s)
{
    free(s->code);
    free(s->count);
    for (int c = 0; c < CLASSES; c++) free(s->share[c]);
}

/* The first comparison from the end in which a pattern differs from the one before. */
static size_t leading_change(const struct lesson *s, size_t i, size_t n)
{
    if (!i) return n - 1;
    uint64_t differ = s->code[i] ^ s->code[i - 1];
    return differ ? (63u - (unsigned)__builtin_clzll(differ)) / 4 : 0;
}

/* Logarithms of very many numbers, each counted so many times: those with the same small count are multiplied up first. */
enum { FEW = 16, MULTIPLIED = 256 };
struct log_sum {
    double sum, product[FEW];
    unsigned n[FEW];
};

static void log_flush(struct log_sum *l, unsigned times)
{
    l->sum += times * log(l->product[times]);
    l->product[times] = 1;
    l->n[times] = 0;
}

static void log_add(struct log_sum *l, double x, double times)
{
    if (times < FEW && times >= 1 && times == (unsigned)times && x > 1e-300) {
        unsigned t = (unsigned)times;
        uint64_t bits;
        memcpy(&bits, &x, sizeof bits);
        l->sum += times * ((int)(bits >> 52) - 1022) * M_LN2;
        bits = (bits & 0xFFFFFFFFFFFFFu) | 1022ull << 52; /* from a half to 1 */
        memcpy(&x, &bits, sizeof x);
        l->product[t] *= x;
        if (++l->n[t] == MULTIPLIED) log_flush(l, t);
    } else {
        l->sum += times * log(x);
    }
}

/* By logarithms: for a pattern so improbable that products of its probabilities are nothing. */
static double share_of_improbable(const struct model *m, uint64_t code, double out[CLASSES])
{
    double best = -INFINITY, all = 0;
    for (int c = 0; c < CLASSES; c++) {
        out[c] = m->prior[c] > 0 ? log(m->prior[c]) : -INFINITY;
        for (size_t k = 0; k < m->n; k++) out[c] += log(m->comparisons[k].p[c][level_in(code, k)] + 1e-300);
        best = fmax(best, out[c]);
    }
    for (int c = 0; c < CLASSES; c++) all += out[c] = exp(out[c] - best);
    for (int c = 0; c < CLASSES; c++) out[c] /= all;
    return best + log(all);
}

double lesson_expect(struct lesson *s, const struct model *m)
{
    level_sums p;
    double product[COMPARISONS + 1][CLASSES];
    struct log_sum likelihood = {.sum = 0};
    for (int t = 0; t < FEW; t++) likelihood.product[t] = 1;
    for (size_t k = 0; k < m->n; k++)
        for (int l = 0; l < LEVELS; l++)
            for (int c = 0; c < CLASSES; c++) p[k][l][c] = m->comparisons[k].p[c][l];
    for (int c = 0; c < CLASSES; c++) product[m->n][c] = m->prior[c];
    for (size_t i = 0; i < s->n_free; i++) {
        double all = 0;
        for (size_t k = leading_change(s, i, m->n) + 1; k-- > 0;)
            for (int c = 0; c < CLASSES; c++) product[k][c] = product[k + 1][c] * p[k][level_in(s->code[i], k)][c];
        for (int c = 0; c < CLASSES; c++) all += product[0][c];
        if (all > 1e-280) {
            for (int c = 0; c < CLASSES; c++) s->share[c][i] = product[0][c] / all;
            log_add(&likelihood, all, s->count[i]);
        } else {
            double share[CLASSES];
            likelihood.sum += s->count[i] * share_of_improbable(m, s->code[i], share);
            for (int c = 0; c < CLASSES; c++) s->share[c][i] = share[c];
        }
    }
    for (unsigned t = 1; t < FEW; t++) log_flush(&likelihood, t);
    return likelihood.sum;
}

/* What has come together since the levels up to comparison `k` changed last goes to those levels. */
static void pass_on(double gathered[COMPARISONS + 1][CLASSES], uint64_t code, size_t upto, level_sums sums)
{
    for (size_t k = 0; k <= upto; k++) {
        double *to = sums[k][level_in(code, k)];
        for (int c = 0; c < CLASSES; c++) {
            to[c] += gathered[k][c];
            gathered[k + 1][c] += gathered[k][c];
            gathered[k][c] = 0;
        }
    }
}

void lesson_sum(const struct lesson *s, const struct model *m, double total[CLASSES], level_sums sums)
{
    double gathered[COMPARISONS + 1][CLASSES] = {{0}};
    memset(sums, 0, sizeof(level_sums));
    for (size_t i = 0; i < s->n; i++) {
        if (i) pass_on(gathered, s->code[i - 1], leading_change(s, i, m->n), sums);
        for (int c = 0; c < CLASSES; c++) gathered[0][c] += s->count[i] * s->share[c][i];
    }
    if (s->n) pass_on(gathered, s->code[s->n - 1], m->n - 1, sums);
    for (int c = 0; c < CLASSES; c++) total[c] = gathered[m->n][c];
}
