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

/* ---- names ---- */
/* A part of a name, and how many rows have it. */
struct name_part {
    uint64_t hash;
    uint32_t value, rows;
};

static int by_part(const void *a, const void *b)
{
    const struct name_part *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* The surname (or what else stands at the end) and the rest; 0 = the name has one part only. */
static uint64_t part_of_name(const struct kept *v, bool rest)
{
    unsigned n = name_length(v->f), s = n ? name_surname(v->f) : 0;
    uint64_t h = 1;
    if (n) {
        for (unsigned i = rest ? s : 0; i < (rest ? n : s); i++) h = mix64(h * 31 + name_slot(v->f, i));
        return s < n ? h : 0;
    }
    const char *gap = v->text.n ? memrchr(v->text.s, ' ', v->text.n) : NULL;
    if (!gap) return 0;
    size_t at = (size_t)(gap - v->text.s);
    return str_hash(rest ? str_head(v->text, at) : str_from(v->text, at + 1));
}

/* Of each value, how many rows have this part of its name. */
static void count_parts(const struct column *c, bool rest, uint32_t *rows)
{
    struct name_part *p = mem_alloc((c->n_values + 1u) * sizeof *p);
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct kept k = column_value(c, v);
        p[v - 1] = (struct name_part){part_of_name(&k, rest), v, c->count[v - 1]};
    }
    if (c->n_values) qsort(p, c->n_values, sizeof *p, by_part);
    for (uint32_t i = 0, end; i < c->n_values; i = end) {
        uint32_t all = 0;
        for (end = i; end < c->n_values && p[end].hash == p[i].hash; end++) all += p[end].rows;
        for (uint32_t x = i; x < end; x++) rows[p[x].value] = p[i].hash ? all : 0;
    }
    free(p);
}

/* How often strangers have one name, by how often its parts are found with other names: the rows that have the name itself are
 * often of one person, and where little else is known of him that could not be told from chance. */
static void expect_names(const struct table *t, size_t k, double *u)
{
    enum { RARE = 2 };                   /* names of a few rows; what many have is no one's */
    static const double LIKELIER = 1.25, /* surname and given name of one region or time go together */
        LEAST = 0.02;                    /* of what was measured: some names are not made of parts */
    const struct column *c = &t->columns[k];
    double n = 0, expected[LEVELS] = {0};
    uint32_t *first = mem_alloc((c->n_values + 1u) * sizeof *first), *rest = mem_alloc((c->n_values + 1u) * sizeof *rest);
    count_parts(c, false, first);
    count_parts(c, true, rest);
    for (uint32_t v = 1; v <= c->n_values; v++) n += c->count[v - 1];
    for (uint32_t v = 1; v <= c->n_values; v++) {
        double f = c->count[v - 1], one = first[v] - f, other = rest[v] - f;
        double chance = first[v] ? one / fmax(n - rest[v], 1) * other / fmax(n - first[v], 1) : (f - 1) / fmax(n - 1, 1);
        expected[column_level(t, k, v, v)] += f * fmin(LIKELIER * chance, 1) / (double)t->n_rows;
    }
    double given = n / (double)t->n_rows;
    for (unsigned l = kind_info(c->kind)->n_levels - RARE; l < kind_info(c->kind)->n_levels; l++)
        u[l] = fmin(u[l], fmax(given * expected[l], LEAST * u[l]));
    free(first);
    free(rest);
}

static double given_share(const struct table *t, size_t k)
{
    double n = (double)t->n_rows, given = 0;
    for (uint32_t v = 0; v < t->columns[k].n_values; v++) given += t->columns[k].count[v];
    return n > 0 ? given / n : 0;
}

/* The levels below equality, as they were seen among the drawn pairs that have both values; and what each may be at most, for all
 * that was drawn.  Ids that are not valid are equal below the others, and how often is known from their frequencies. */
static void add_others(const struct comparison *c, const uint64_t *counts, double given, double *u, double *most)
{
    const struct kind_info *info = kind_info(c->kind);
    unsigned equal_from = c->kind == KIND_CITIZEN_ID ? info->exact - 1u : info->exact;
    double equal = 0, seen = 0, start = 0;
    for (unsigned l = equal_from; l < info->n_levels; l++) equal += u[l], most[l] = u[l];
    for (unsigned l = 1; l < equal_from; l++) seen += (double)counts[l], start += (double)info->levels[l].start[CLASS_OTHER];
    double rest = given * given - equal > 1e-9 ? given * given - equal : 1e-9;
    for (unsigned l = 1; l < equal_from; l++) {
        double n = (double)counts[l];
        u[l] = rest * (n + BELIEVED * (double)info->levels[l].start[CLASS_OTHER] / start) / (seen + BELIEVED);
        most[l] = rest * (n + 2 * sqrt(n) + 3) / (seen + BELIEVED); /* with 95 in 100 */
    }
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

/* Pairs that may be one person have a name or a category in common, and what goes with it they have more often than any two rows.
 */
static void depend(struct comparison *c)
{
    const struct kind_info *info = kind_info(c->kind);
    double *u = c->p[CLASS_CHANCE], alike = 0, rest = 0;
    if (c->likelier <= 1) return;
    for (unsigned l = 1; l < info->n_levels; l++) *(kind_closeness(info, l) > 0.5 ? &alike : &rest) += u[l];
    double times = fmin(c->likelier, 0.9 * (1 - u[0]) / fmax(alike, 1e-9));
    if (times <= 1) return;
    for (unsigned l = 1; l < info->n_levels; l++)
        u[l] *= kind_closeness(info, l) > 0.5 ? times : (rest - (times - 1) * alike) / fmax(rest, 1e-9);
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
        c->strangers = c->kind == KIND_NAME;
        if (c->strangers) expect_names(t, k, u);
        for (unsigned l = info->exact - 1u; l < info->n_levels; l++) u[l] = fmax(u[l], 1e-9);
        add_others(c, counts[k], given, u, c->doubt);
        for (unsigned l = 0; l < info->n_levels; l++) sum += u[l];
        for (unsigned l = 0; l < info->n_levels; l++) u[l] /= sum;
        depend(c);
    }
    return (double)n * (double)(n - 1) / 2 * (source ? (double)across / SAMPLED : 1);
}
