#include "link/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "link/bounds.h"
#include "link/kind_own.h"
#include "link/roles.h"
#include "link/weigh.h"

enum { STRIDES = 90, CALM_ROUNDS = 3, KEPT_PATTERNS = 4000 };
static const double LABEL_WEIGHT = 5; /* a decision weighs as much as so many pairs */
static const double PSEUDO = 4;       /* so many pairs are believed beforehand, in each class and comparison */
static const double SETTLED = 1e-5;   /* change of the mean logarithm of the likelihood, for CALM_ROUNDS rounds */

static void start_level(struct comparison *c, const double *seen)
{
    const struct kind_info *info = kind_info(c->kind);
    double equal = 0, none = seen[0];
    for (unsigned l = info->exact; l < info->n_levels; l++) equal += seen[l] + 1e-6;
    for (int k = 0; k < CLASS_CHANCE; k++) {
        double all = 0;
        for (unsigned l = 1; l < info->n_levels; l++) all += info->levels[l].start[k];
        c->p[k][0] = fmin(fmax(none, 1e-4), 1 - 1e-6);
        for (unsigned l = 1; l < info->n_levels; l++) {
            double start =
                l >= info->exact ? info->levels[info->exact].start[k] * (seen[l] + 1e-6) / equal : info->levels[l].start[k];
            c->p[k][l] = start / all * (1 - c->p[k][0]);
        }
    }
}

static void start_branches(struct model *m)
{
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        enum class as = c->of_home ? CLASS_CHANCE : CLASS_MATCH;
        if (c->of_home || c->names || c->kind == KIND_PHONE) memcpy(c->p[CLASS_HOUSEHOLD], c->p[as], sizeof c->p[as]);
    }
}

static void start_moved(struct model *m, double rows)
{
    static const double SHARE = 0.2;
    bool move = model_moves(m, rows);
    m->prior[CLASS_MOVED] = move ? SHARE * m->prior[CLASS_MATCH] : 0;
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        double stays = c->of_place ? 0.5 : 1;
        for (int l = 0; l < LEVELS; l++) c->p[CLASS_MOVED][l] = stays * c->p[CLASS_MATCH][l] + (1 - stays) * c->p[CLASS_CHANCE][l];
    }
    m->prior[CLASS_APART] = move ? SHARE * m->prior[CLASS_HOUSEHOLD] : 0;
    model_live_apart(m);
}

/* What is seldom in any two rows may be missing from those drawn: it is at least as frequent as in the pairs that were compared.
 * About those there is no doubt. */
static void count_in(struct comparison *c, const double *seen, double compared)
{
    double sum = 0, *u = c->p[CLASS_CHANCE];
    unsigned n = kind_info(c->kind)->n_levels;
    for (unsigned l = 1; l < kind_info(c->kind)->exact; l++) {
        u[l] = fmax(u[l], seen[l] * compared);
        c->doubt[l] = fmax(1 - compared, 0) * fmax(c->doubt[l] - u[l], 0);
    }
    for (unsigned l = 1; l < n; l++) sum += u[l];
    for (unsigned l = 1; l < n; l++) u[l] *= (1 - u[0]) / sum;
}

/* In a list of nothing but titles there is nothing that tells how many of the equal ones are of one entity.  But of those that two
 * have by chance the nearer are the rarer, ever more so. */
static void expect_titles(struct comparison *c)
{
    const struct kind_info *info = kind_info(c->kind);
    double *u = c->p[CLASS_CHANCE], equal = 0, sum = 0;
    double almost = u[info->exact - 1], most = u[info->exact - 2];
    for (unsigned l = info->exact; l < info->n_levels; l++) equal += u[l];
    if (almost >= most || equal <= almost * almost / most) return;
    for (unsigned l = info->exact; l < info->n_levels; l++) u[l] *= almost * almost / most / equal;
    for (unsigned l = 1; l < info->n_levels; l++) sum += u[l];
    for (unsigned l = 1; l < info->n_levels; l++) u[l] *= (1 - u[0]) / sum;
}

static void start(struct model *m, const struct patterns *p, const struct table *t, const uint32_t *source, unsigned threads)
{
    double total = 0;
    double seen[COMPARISONS][LEVELS] = {{0}};
    for (size_t i = 0; i < p->n; i++) {
        total += (double)p->count[i];
        for (size_t k = 0; k < m->n; k++) seen[k][level_in(p->code[i], k)] += (double)p->count[i];
    }
    for (size_t k = 0; k < m->n; k++) {
        for (int l = 0; l < LEVELS; l++) seen[k][l] /= total > 0 ? total : 1;
        if (!m->comparisons[k].trained) start_level(&m->comparisons[k], seen[k]);
    }
    double rows = (double)t->n_rows / fmax(total, 1); /* a pair or so for every second row, however many are compared */
    m->prior[CLASS_MATCH] = fmin(0.2, 0.5 * rows);
    m->prior[CLASS_HOUSEHOLD] = fmin(0.1, 0.25 * rows);
    m->prior[CLASS_OTHER] = fmin(0.7, 2 * rows);
    double any_two = fmax(chance_measure(m, t, source, threads), 1);
    m->prior[CLASS_CHANCE] = any_two / fmax(total, 1);
    for (size_t k = 0; k < m->n; k++) count_in(&m->comparisons[k], seen[k], total / any_two);
    if (m->n == 1 && m->comparisons[0].kind == KIND_TEXT) expect_titles(&m->comparisons[0]);
    for (size_t k = 0; k < m->n; k++)
        for (int c = 0; c < CLASSES; c++) m->comparisons[k].p[c][0] = m->comparisons[k].p[CLASS_CHANCE][0];
    for (size_t k = 0; k < m->n; k++)
        for (int c = 0; c < CLASS_CHANCE; c++) {
            double sum = 0;
            for (int l = 1; l < LEVELS; l++) sum += m->comparisons[k].p[c][l];
            for (int l = 1; l < LEVELS; l++) m->comparisons[k].p[c][l] *= (1 - m->comparisons[k].p[c][0]) / sum;
        }
    start_moved(m, (double)t->n_rows);
    if (model_kin(m) == KIN_BRANCHES) start_branches(m);
}

/* Shares of the classes in every pattern; returns the logarithm of the likelihood. */
static double expect(const struct model *m, struct lesson *s)
{
    double likelihood = lesson_expect(s, m);
    for (size_t i = s->n_free; i < s->n; i++) {
        bool match = s->labels[i - s->n_free].match;
        double classes[CLASSES];
        model_classes(m, s->code[i], classes);
        double same = classes[CLASS_MATCH] + classes[CLASS_MOVED], all = match ? same : 1 - same;
        for (int c = 0; c < CLASSES; c++)
            s->share[c][i] = class_is_match((enum class)c) != match || all < 1e-12 ? 0 : classes[c] / all;
        if (all < 1e-12) s->share[match ? CLASS_MATCH : CLASS_OTHER][i] = 1;
    }
    double learnt = -m->prior[CLASS_CHANCE];
    for (int c = 0; c < CLASSES; c++) learnt += m->prior[c];
    return likelihood - s->total * learnt;
}

/* Any two rows agree as often as they were measured to, less what the other classes have of it: that two rows of one person have
 * one id says nothing of how often strangers would. */
static void leave_to_chance(struct comparison *c, const struct comparison *first, double sums[LEVELS][CLASSES], double all)
{
    static const double LEAST = 1e-3; /* of what was measured */
    const struct kind_info *info = kind_info(c->kind);
    double sum = 0, *p = c->p[CLASS_CHANCE];
    for (unsigned l = 1; l < info->n_levels; l++) {
        double measured = all * first->p[CLASS_CHANCE][l], left = measured;
        bool pure = c->strangers && l + 2u >= info->n_levels;
        for (int o = 0; o < CLASSES && !pure; o++) left -= o == CLASS_CHANCE ? 0 : sums[l][o];
        sum += p[l] = fmax(left, LEAST * measured + 1e-9);
    }
    for (unsigned l = 1; l < info->n_levels; l++) p[l] *= (1 - p[0]) / sum;
}

/* Where a person lives by now says nothing of the other columns: those are alike in all pairs of one person. */
static void learn_matches(struct model *m, const struct model *first, level_sums sums, const double total[CLASSES])
{
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        const struct comparison *f = &first->comparisons[k];
        bool apart = c->of_place;
        double stayed = total[CLASS_MATCH] + (apart ? 0 : total[CLASS_MOVED]);
        for (unsigned l = 0; l < kind_info(c->kind)->n_levels; l++) {
            double at = sums[k][l][CLASS_MATCH] + (apart ? 0 : sums[k][l][CLASS_MOVED]);
            c->p[CLASS_MATCH][l] = (at + PSEUDO * f->p[CLASS_MATCH][l]) / (stayed + PSEUDO);
            c->p[CLASS_MOVED][l] = (sums[k][l][CLASS_MOVED] + PSEUDO * f->p[CLASS_MOVED][l]) / (total[CLASS_MOVED] + PSEUDO);
        }
    }
}

static void maximise(struct model *m, const struct model *first, const struct lesson *s)
{
    static const double KEPT = 1;
    double total[CLASSES];
    level_sums sums;
    lesson_sum(s, m, total, sums);
    for (int c = CLASS_HOUSEHOLD; c < CLASS_CHANCE; c++)
        for (size_t k = 0; k < m->n; k++)
            for (unsigned l = 0; l < kind_info(m->comparisons[k].kind)->n_levels; l++)
                m->comparisons[k].p[c][l] = (sums[k][l][c] + PSEUDO * first->comparisons[k].p[c][l]) / (total[c] + PSEUDO);
    learn_matches(m, first, sums, total);
    for (int c = 0; c < CLASSES; c++)
        if (c != CLASS_CHANCE && first->prior[c] > 0) m->prior[c] = (total[c] + KEPT) / fmax(s->total, 1);
    m->prior[CLASS_MOVED] = fmin(m->prior[CLASS_MOVED], m->prior[CLASS_MATCH]);
    m->prior[CLASS_APART] = fmin(m->prior[CLASS_APART], m->prior[CLASS_HOUSEHOLD]);
    for (size_t k = 0; k < m->n; k++)
        leave_to_chance(&m->comparisons[k], &first->comparisons[k], sums[k], first->prior[CLASS_CHANCE] * s->total);
    model_hold(m, first, PSEUDO / (total[CLASS_MATCH] + total[CLASS_MOVED] + PSEUDO));
}

static int by_count(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The count from which on every pattern is kept, when of the others as many are as fill up what may be: one of half that count has
 * one chance in two.  Sorts the counts. */
static double always_kept(double *counts, size_t n, size_t kept)
{
    double rarer = 0; /* pairs of the patterns before */
    if (n) qsort(counts, n, sizeof *counts, by_count);
    for (size_t i = 0; i < n; rarer += counts[i++])
        if (n - i < kept && rarer <= counts[i] * (double)(kept - (n - i))) return rarer / (double)(kept - (n - i));
    return rarer / (double)kept;
}

/* Of very many patterns, those that are hardly matches by the model as it is are thinned out, the rarer the more: what is left of
 * them stands for as many pairs, and frequent ones for themselves. */
static void thin_out(struct lesson *s, const struct model *m)
{
    size_t n = 0, n_counts = 0;
    if (s->n <= KEPT_PATTERNS) return;
    bool *hardly = mem_alloc(s->n * sizeof *hardly);
    double *counts = mem_alloc(s->n * sizeof *counts);
    lesson_expect(s, m);
    for (size_t i = 0; i < s->n; i++) {
        hardly[i] = s->share[CLASS_MATCH][i] + s->share[CLASS_MOVED][i] < 1e-6;
        if (hardly[i]) counts[n_counts++] = s->count[i];
    }
    double all = always_kept(counts, n_counts, KEPT_PATTERNS);
    for (size_t i = 0; i < s->n; i++) {
        bool rare = hardly[i] && s->count[i] < all;
        if (rare && ldexp((double)(mix64(s->code[i]) >> 11), -53) * all >= s->count[i]) continue;
        s->code[n] = s->code[i];
        s->count[n++] = rare ? all : s->count[i];
    }
    s->n = s->n_free = n;
    free(hardly);
    free(counts);
}

static void make_lesson(struct lesson *s, const struct model *m, const struct patterns *p, const struct label *labels,
                        size_t n_labels)
{
    size_t room = p->n + n_labels + 1;
    s->code = mem_alloc(room * sizeof *s->code);
    s->count = mem_alloc(room * sizeof *s->count);
    for (int c = 0; c < CLASSES; c++) s->share[c] = mem_alloc(room * sizeof *s->share[c]);
    for (size_t i = 0; i < p->n; i++) {
        if (!p->count[i]) continue;
        s->code[s->n] = p->code[i];
        s->count[s->n++] = (double)p->count[i];
    }
    lesson_sort(s);
    s->n_free = s->n;
    thin_out(s, m);
    for (size_t i = 0; i < s->n; i++) s->total += s->count[i];
    s->labels = labels;
    for (size_t i = 0; i < n_labels; i++) {
        s->code[s->n] = labels[i].code;
        s->count[s->n++] = LABEL_WEIGHT;
    }
}

/* ---- acceleration: SQUAREM (Varadhan and Roland 2008) on the logarithms of the parameters ---- */
enum { PARAMETERS = CLASSES * (1 + COMPARISONS * LEVELS) };

static size_t put_parameters(const struct model *m, double *out)
{
    size_t n = 0;
    for (int c = 0; c < CLASSES; c++) {
        out[n++] = log(m->prior[c] + 1e-300);
        for (size_t k = 0; k < m->n; k++)
            for (unsigned l = 0; l < kind_info(m->comparisons[k].kind)->n_levels; l++)
                out[n++] = log(m->comparisons[k].p[c][l] + 1e-300);
    }
    return n;
}

static void take_parameters(struct model *m, const double *in)
{
    size_t n = 0;
    for (int c = 0; c < CLASSES; c++) {
        m->prior[c] = m->prior[c] > 0 ? exp(in[n]) : 0;
        n++;
        for (size_t k = 0; k < m->n; k++) {
            unsigned levels = kind_info(m->comparisons[k].kind)->n_levels;
            double sum = 0;
            for (unsigned l = 0; l < levels; l++) sum += m->comparisons[k].p[c][l] = exp(in[n++]);
            for (unsigned l = 0; l < levels; l++) m->comparisons[k].p[c][l] /= sum;
        }
    }
}

struct steps {
    double at[4][PARAMETERS]; /* before, after one round, after two, ahead */
    size_t n;
};

/* From three points on the way, a point further ahead; false when there is nothing to gain. */
static bool look_ahead(struct steps *s)
{
    double r2 = 0, v2 = 0;
    for (size_t i = 0; i < s->n; i++) {
        double r = s->at[1][i] - s->at[0][i], v = s->at[2][i] - s->at[1][i] - r;
        r2 += r * r;
        v2 += v * v;
    }
    if (v2 < 1e-20) return false;
    double a = -sqrt(r2 / v2);
    if (a > -1.5) return false;
    if (a < -64) a = -64;
    for (size_t i = 0; i < s->n; i++) {
        double r = s->at[1][i] - s->at[0][i], v = s->at[2][i] - s->at[1][i] - r;
        s->at[3][i] = s->at[0][i] - 2 * a * r + a * a * v;
        if (s->at[3][i] > 20) s->at[3][i] = 20;
        if (s->at[3][i] < -30) s->at[3][i] = -30;
    }
    return true;
}

/* Bounds may make the steps go to and fro: after a while they get shorter and shorter. */
static void shorten_step(struct model *m, const struct model *before, int round)
{
    enum { PATIENCE = 60 };
    if (round <= PATIENCE) return;
    double step = exp2(-(double)round / PATIENCE);
    for (int c = 0; c < CLASSES; c++) m->prior[c] = before->prior[c] + step * (m->prior[c] - before->prior[c]);
    for (size_t k = 0; k < m->n; k++)
        for (int c = 0; c < CLASSES; c++)
            for (int l = 0; l < LEVELS; l++) {
                double was = before->comparisons[k].p[c][l];
                m->comparisons[k].p[c][l] = was + step * (m->comparisons[k].p[c][l] - was);
            }
}

/* Rounds of expectation and maximisation until the likelihood rests.  False when it does not. */
static bool settle(struct model *m, const struct model *first, struct lesson *s)
{
    struct steps *steps = mem_alloc(sizeof *steps);
    struct model *last = mem_alloc(sizeof *last);
    double total = fmax(s->total, 1), before = -INFINITY;
    int calm = 0;
    for (int round = 0; calm < CALM_ROUNDS && round < (int)m->rounds; round += 3) {
        bool leap = round >= 6 && round <= STRIDES;
        if (leap) steps->n = put_parameters(m, steps->at[0]);
        double now = expect(m, s) / total;
        calm = fabs(now - before) < SETTLED ? calm + 1 : 0;
        before = now;
        *last = *m;
        maximise(m, first, s);
        shorten_step(m, last, round);
        if (leap) put_parameters(m, steps->at[1]);
        double second = expect(m, s) / total;
        *last = *m;
        maximise(m, first, s);
        shorten_step(m, last, round);
        if (!leap) continue;
        put_parameters(m, steps->at[2]);
        if (!look_ahead(steps)) continue;
        take_parameters(m, steps->at[3]);
        double ahead = expect(m, s) / total;
        if (ahead >= second) maximise(m, first, s);
        else take_parameters(m, steps->at[2]);
    }
    free(steps);
    free(last);
    return calm == CALM_ROUNDS;
}

bool model_train(struct model *m, const struct blocking *b, const struct table *t, const struct label *labels, size_t n_labels,
                 struct diag *d)
{
    const struct patterns *p = &b->patterns;
    struct lesson s = {0};
    model_set_roles(m);
    start(m, p, t, b->source, b->threads);
    if (!p->n) { /* nothing was compared, and nothing is to be learnt */
        for (size_t k = 0; k < m->n; k++) m->comparisons[k].trained = true;
        return m->trained = true;
    }
    make_lesson(&s, m, p, labels, n_labels);
    struct model *first = mem_alloc(sizeof *first);
    *first = *m;
    bool settled = settle(m, first, &s);
    if (!settled) {
        char text[16];
        snprintf(text, sizeof text, "%u", m->rounds);
        diag_add(d, DIAG_LINK_NOT_CONVERGED, NULL, text, NULL);
    }
    double all = 0;
    for (int c = 0; c < CLASSES; c++) all += m->prior[c];
    for (int c = 0; c < CLASSES; c++) m->prior[c] /= all;
    for (size_t k = 0; k < m->n; k++) m->comparisons[k].trained = true;
    m->trained = true;
    free(first);
    lesson_free(&s);
    return settled;
}
