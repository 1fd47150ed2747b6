#include "link/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "link/kind_own.h"

enum { ROUNDS = 1000, CALM_ROUNDS = 3, KEPT_PATTERNS = 8000 };
static const double LABEL_WEIGHT = 5; /* a decision weighs as much as so many pairs */
static const double PSEUDO = 4;       /* so many pairs are believed beforehand, in each class and comparison */
static const double SETTLED = 1e-7;   /* change of the mean logarithm of the likelihood, for CALM_ROUNDS rounds */

static void start_level(struct comparison *c, const double *seen)
{
    const struct kind_info *info = kind_info(c->kind);
    double equal = 0, none = seen[0];
    for (unsigned l = info->exact; l < info->n_levels; l++) equal += seen[l] + 1e-6;
    for (int k = 0; k < CLASSES; k++) {
        double all = 0;
        for (unsigned l = 1; l < info->n_levels; l++) all += info->levels[l].start[k];
        c->p[k][0] = none > 1e-4 ? none : 1e-4;
        for (unsigned l = 1; l < info->n_levels; l++) {
            double start =
                l >= info->exact ? info->levels[info->exact].start[k] * (seen[l] + 1e-6) / equal : info->levels[l].start[k];
            c->p[k][l] = start / all * (1 - c->p[k][0]);
        }
    }
}

static void start(struct model *m, const struct patterns *p)
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
    m->prior[CLASS_MATCH] = 0.2;
    m->prior[CLASS_HOUSEHOLD] = 0.1;
    m->prior[CLASS_OTHER] = 0.7;
}

void model_classes(const struct model *m, uint64_t code, double out[CLASSES])
{
    double sum = 0, logs[CLASSES], best = -INFINITY;
    for (int c = 0; c < CLASSES; c++) {
        logs[c] = log(m->prior[c]);
        for (size_t k = 0; k < m->n; k++) logs[c] += log(m->comparisons[k].p[c][level_in(code, k)]);
        if (logs[c] > best) best = logs[c];
    }
    for (int c = 0; c < CLASSES; c++) sum += out[c] = exp(logs[c] - best);
    for (int c = 0; c < CLASSES; c++) out[c] /= sum;
}

double model_probability(const struct model *m, uint64_t code, double *weight)
{
    double p[CLASSES];
    model_classes(m, code, p);
    if (weight) *weight = log2(p[CLASS_MATCH] + 1e-300) - log2(p[CLASS_HOUSEHOLD] + p[CLASS_OTHER] + 1e-300);
    return p[CLASS_MATCH];
}

double model_weight(const struct model *m, size_t k, unsigned l)
{
    const struct comparison *c = &m->comparisons[k];
    double rest = m->prior[CLASS_HOUSEHOLD] + m->prior[CLASS_OTHER];
    double u = (m->prior[CLASS_HOUSEHOLD] * c->p[CLASS_HOUSEHOLD][l] + m->prior[CLASS_OTHER] * c->p[CLASS_OTHER][l]) /
               (rest > 0 ? rest : 1);
    return log2(c->p[CLASS_MATCH][l]) - log2(u);
}

/* Shares of the classes in every pattern; returns the logarithm of the likelihood. */
static double expect(const struct model *m, struct lesson *s)
{
    double likelihood = lesson_expect(s, m);
    for (size_t i = s->n_free; i < s->n; i++) {
        bool match = s->labels[i - s->n_free].match;
        double h = m->prior[CLASS_HOUSEHOLD], o = m->prior[CLASS_OTHER];
        s->share[CLASS_MATCH][i] = match;
        s->share[CLASS_HOUSEHOLD][i] = match ? 0 : h / (h + o);
        s->share[CLASS_OTHER][i] = match ? 0 : o / (h + o);
    }
    return likelihood;
}

/* m over u must not fall from a level to the next better one: neighbours that offend are pooled. */
static void order_levels(struct comparison *c, const struct kind_info *info, double prior_h, double prior_o)
{
    struct {
        double m, u;
        unsigned from, to;
    } pool[LEVELS];
    unsigned n = 0;
    double rest = prior_h + prior_o > 0 ? prior_h + prior_o : 1;
    for (unsigned l = 1; l < info->n_levels; l++) {
        if (l == info->unordered) continue;
        pool[n].m = c->p[CLASS_MATCH][l];
        pool[n].u = (prior_h * c->p[CLASS_HOUSEHOLD][l] + prior_o * c->p[CLASS_OTHER][l]) / rest + 1e-12;
        pool[n].from = pool[n].to = l;
        n++;
        while (n > 1 && pool[n - 1].m * pool[n - 2].u < pool[n - 2].m * pool[n - 1].u) {
            pool[n - 2].m += pool[n - 1].m;
            pool[n - 2].u += pool[n - 1].u;
            pool[n - 2].to = pool[n - 1].to;
            n--;
        }
    }
    for (unsigned i = 0; i < n; i++) {
        if (pool[i].from == pool[i].to) continue;
        for (unsigned l = pool[i].from; l <= pool[i].to; l++) {
            if (l == info->unordered) continue;
            double u = (prior_h * c->p[CLASS_HOUSEHOLD][l] + prior_o * c->p[CLASS_OTHER][l]) / rest + 1e-12;
            c->p[CLASS_MATCH][l] = pool[i].m * u / pool[i].u;
        }
    }
}

/* Two valid ids that differ are two persons, however alike the rest is: twins must not teach otherwise. */
static void never_one(struct comparison *c)
{
    static const double SLIPPED = 1e-5; /* a slip that happens to give a valid id */
    if (c->kind != KIND_CITIZEN_ID) return;
    const struct kind_info *info = kind_info(c->kind);
    for (unsigned l = 1; l < info->n_levels; l++)
        if (strcmp(info->levels[l].name, "twins") == 0 || strcmp(info->levels[l].name, "both_valid") == 0)
            c->p[CLASS_MATCH][l] = fmin(c->p[CLASS_MATCH][l], SLIPPED);
}

/* That a value is missing says the same of all classes: records of one list lack the same columns, and that would be taken for
 * what makes them alike. */
static void share_none(const struct model *m, struct comparison *c)
{
    double none = 0;
    for (int k = 0; k < CLASSES; k++) none += m->prior[k] * c->p[k][0];
    for (int k = 0; k < CLASSES; k++) {
        double given = 1 - c->p[k][0], scale = given > 1e-9 ? (1 - none) / given : 1;
        for (unsigned l = 1; l < kind_info(c->kind)->n_levels; l++) c->p[k][l] *= scale;
        c->p[k][0] = none;
    }
}

static void maximise(struct model *m, const struct model *first, const struct lesson *s)
{
    static const double KEPT = 1;
    double total[CLASSES];
    level_sums sums;
    lesson_sum(s, m, total, sums);
    double all = 0;
    for (int c = 0; c < CLASSES; c++) all += total[c] + KEPT;
    for (int c = 0; c < CLASSES; c++) {
        double next = (total[c] + KEPT) / all;
        m->prior[c] = next;
        for (size_t k = 0; k < m->n; k++)
            for (unsigned l = 0; l < kind_info(m->comparisons[k].kind)->n_levels; l++) {
                double p = (sums[k][l][c] + PSEUDO * first->comparisons[k].p[c][l]) / (total[c] + PSEUDO);
                m->comparisons[k].p[c][l] = p;
            }
    }
    for (size_t k = 0; k < m->n; k++) never_one(&m->comparisons[k]);
    for (size_t k = 0; k < m->n; k++) share_none(m, &m->comparisons[k]);
    for (size_t k = 0; k < m->n; k++)
        order_levels(&m->comparisons[k], kind_info(m->comparisons[k].kind), m->prior[CLASS_HOUSEHOLD], m->prior[CLASS_OTHER]);
}

/* Of very many patterns, those that are hardly matches by the model as it is are thinned out; the rest of them count for more. */
static void thin_out(struct lesson *s, const struct model *m)
{
    size_t every = s->n / KEPT_PATTERNS + 1, n = 0;
    if (every == 1) return;
    lesson_expect(s, m);
    for (size_t i = 0; i < s->n; i++) {
        bool hardly = s->share[CLASS_MATCH][i] < 1e-6;
        if (hardly && mix64(s->code[i]) % every) continue;
        s->code[n] = s->code[i];
        s->count[n++] = s->count[i] * (hardly ? (double)every : 1);
    }
    s->n = s->n_free = n;
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
        out[n++] = log(m->prior[c]);
        for (size_t k = 0; k < m->n; k++)
            for (unsigned l = 0; l < kind_info(m->comparisons[k].kind)->n_levels; l++)
                out[n++] = log(m->comparisons[k].p[c][l] + 1e-300);
    }
    return n;
}

static void take_parameters(struct model *m, const double *in)
{
    size_t n = 0;
    double priors = 0;
    for (int c = 0; c < CLASSES; c++) {
        priors += m->prior[c] = exp(in[n++]);
        for (size_t k = 0; k < m->n; k++) {
            unsigned levels = kind_info(m->comparisons[k].kind)->n_levels;
            double sum = 0;
            for (unsigned l = 0; l < levels; l++) sum += m->comparisons[k].p[c][l] = exp(in[n++]);
            for (unsigned l = 0; l < levels; l++) m->comparisons[k].p[c][l] /= sum;
        }
    }
    for (int c = 0; c < CLASSES; c++) m->prior[c] /= priors;
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
        if (!(s->at[3][i] < 0)) s->at[3][i] = -1e-12;
        if (s->at[3][i] < -30) s->at[3][i] = -30;
    }
    return true;
}

/* Rounds of expectation and maximisation until the likelihood rests.  False when it does not. */
static bool settle(struct model *m, const struct model *first, struct lesson *s)
{
    struct steps *steps = mem_alloc(sizeof *steps);
    double total = fmax(s->total, 1), before = -INFINITY;
    int calm = 0;
    for (int round = 0; calm < CALM_ROUNDS && round < ROUNDS; round += 3) {
        steps->n = put_parameters(m, steps->at[0]);
        double now = expect(m, s) / total;
        calm = fabs(now - before) < SETTLED ? calm + 1 : 0;
        before = now;
        maximise(m, first, s);
        put_parameters(m, steps->at[1]);
        double second = expect(m, s) / total;
        maximise(m, first, s);
        put_parameters(m, steps->at[2]);
        if (round < 6 || !look_ahead(steps)) continue;
        take_parameters(m, steps->at[3]);
        double ahead = expect(m, s) / total;
        if (ahead >= second) maximise(m, first, s);
        else take_parameters(m, steps->at[2]);
    }
    free(steps);
    return calm == CALM_ROUNDS;
}

bool model_train(struct model *m, const struct patterns *p, const struct label *labels, size_t n_labels, struct diag *d)
{
    struct lesson s = {0};
    start(m, p);
    make_lesson(&s, m, p, labels, n_labels);
    struct model *first = mem_alloc(sizeof *first);
    *first = *m;
    bool settled = settle(m, first, &s);
    if (!settled) {
        char text[16];
        snprintf(text, sizeof text, "%d", ROUNDS);
        diag_add(d, DIAG_LINK_NOT_CONVERGED, NULL, text, NULL);
    }
    for (size_t k = 0; k < m->n; k++) m->comparisons[k].trained = true;
    m->trained = true;
    free(first);
    lesson_free(&s);
    return settled;
}
