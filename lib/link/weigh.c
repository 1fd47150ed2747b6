#include "link/weigh.h"

#include <math.h>

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
    double match = p[CLASS_MATCH] + p[CLASS_MOVED];
    if (weight)
        *weight = log2(match + 1e-300) - log2(p[CLASS_HOUSEHOLD] + p[CLASS_OTHER] + p[CLASS_CHANCE] + p[CLASS_APART] + 1e-300);
    return match;
}

double model_u(const struct model *m, size_t k, unsigned l)
{
    double rest = 0, u = 0;
    for (int o = 0; o < CLASSES; o++)
        if (!class_is_match((enum class)o)) rest += m->prior[o], u += m->prior[o] * m->comparisons[k].p[o][l];
    return rest > 0 ? u / rest : 1;
}

double model_m(const struct model *m, size_t k, unsigned l)
{
    double stayed = m->prior[CLASS_MATCH], moved = m->prior[CLASS_MOVED];
    const struct comparison *c = &m->comparisons[k];
    return (stayed * c->p[CLASS_MATCH][l] + moved * c->p[CLASS_MOVED][l]) / (stayed + moved);
}

double model_weight(const struct model *m, size_t k, unsigned l)
{
    return log2(model_m(m, k, l)) - log2(model_u(m, k, l));
}
