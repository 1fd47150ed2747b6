#include "link/follow.h"

#include <math.h>
#include <stdlib.h>

#include "link/kind_own.h"

/* How many pairs are looked at, and how many are enough to judge by; of how many rows, at most, they are taken. */
enum { PAIRS = 3000, ENOUGH = 60, ROWS = 1 << 14 };

struct looked {
    uint64_t content;
    uint32_t row;
};

static int by_content(const void *a, const void *b)
{
    const struct looked *x = a, *y = b;
    if (x->content != y->content) return x->content < y->content ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* What few rows have says who it is, and all the rest follows. */
static bool may_lead(enum kind k)
{
    return k == KIND_GIVEN || k == KIND_CATEGORY || k == KIND_WORD || k == KIND_CODE;
}

/* What goes with a name or a category more often than without: an age with being a daughter. */
static bool may_depend(enum kind k)
{
    return k == KIND_CATEGORY || k == KIND_NUMBER || k == KIND_DATE;
}

static bool any_may_follow(const struct model *m)
{
    unsigned categories = 0, leads = 0;
    for (size_t k = 0; k < m->n; k++) {
        categories += m->comparisons[k].kind == KIND_CATEGORY;
        leads += may_lead(m->comparisons[k].kind);
    }
    return categories && leads > 1;
}

/* What any two rows have in common in a column, by chance. */
static double common(const struct table *t, size_t k)
{
    const struct column *c = &t->columns[k];
    double n = 0, pairs = 0;
    for (uint32_t v = 0; v < c->n_values; v++) n += c->count[v], pairs += (double)c->count[v] * (c->count[v] - 1.0);
    return n > 1 ? pairs / (n * (n - 1)) : 1;
}

/* Two rows that agree in little else are not of one entity. */
static bool are_strangers(const struct table *t, size_t k, const uint32_t *x, const uint32_t *y)
{
    unsigned both = 0, same = 0;
    for (size_t c = 0; c < t->n_columns; c++) {
        if (c == k || !x[c] || !y[c] || t->columns[c].kind == KIND_CATEGORY) continue;
        both++;
        same += x[c] == y[c];
    }
    return both && same * 4 <= both;
}

/* Strangers that have one value in column k, and in how many of them each other column agrees. */
struct seen {
    unsigned pairs, both[COMPARISONS], same[COMPARISONS];
};

static void look(const struct table *t, size_t k, const struct looked *rows, size_t n, uint32_t *last, struct seen *s)
{
    *s = (struct seen){.pairs = 0};
    memset(last, 0, (t->columns[k].n_values + 1u) * sizeof *last);
    for (size_t i = 0; i < n && s->pairs < PAIRS; i++) {
        const uint32_t *x = t->ids + (size_t)rows[i].row * t->n_columns;
        if (!x[k]) continue;
        uint32_t before = last[x[k]];
        last[x[k]] = rows[i].row + 1;
        if (!before) continue;
        const uint32_t *y = t->ids + (size_t)(before - 1) * t->n_columns;
        if (!are_strangers(t, k, x, y)) continue;
        s->pairs++;
        for (size_t c = 0; c < t->n_columns; c++) s->both[c] += x[c] && y[c], s->same[c] += x[c] && x[c] == y[c];
    }
}

/* Two or three values, two of them about equally frequent. */
static bool is_sex(const struct table *t, size_t k)
{
    return t->columns[k].n_values >= 2 && t->columns[k].n_values <= 4 && common(t, k) < 0.6;
}

/* Words from which the sex follows are given names, whatever their heading is. */
static void take_for_given(struct model *m, struct table *t, size_t k)
{
    m->comparisons[k].kind = t->columns[k].kind = KIND_GIVEN;
}

void model_find_following(struct model *m, struct table *t)
{
    static const double FOLLOWS = 0.9, COMMONEST = 0.8;
    enum { FEW = 30 };
    if (!any_may_follow(m)) return;
    struct looked *rows = mem_alloc(ROWS * sizeof *rows);
    size_t n = 0;
    uint64_t every = t->n_rows / ROWS + 1;
    for (uint32_t i = 0; i < t->n_rows && n < ROWS; i++) {
        uint64_t content = row_content(t, i);
        if (every == 1 || content % every == 0) rows[n++] = (struct looked){mix64(content), i};
    }
    if (n) qsort(rows, n, sizeof *rows, by_content);
    for (size_t k = 0; k < m->n; k++) {
        const struct column *c = &t->columns[k];
        if (!may_lead(c->kind)) continue;
        struct seen s;
        uint32_t *last = mem_alloc((c->n_values + 1u) * sizeof *last);
        look(t, k, rows, n, last, &s);
        free(last);
        for (size_t f = 0; s.pairs >= ENOUGH && f < m->n; f++) {
            struct comparison *x = &m->comparisons[f];
            if (f != k && may_depend(x->kind) && s.same[f] >= FEW) { /* at least so much more often, as far as chance tells */
                double least = (s.same[f] - sqrt(s.same[f])) / s.both[f];
                x->likelier = fmax(x->likelier, least / fmax(common(t, f), 1e-9));
            }
            if (f == k || x->kind != KIND_CATEGORY || t->columns[f].n_values >= c->n_values) continue;
            if (s.both[f] < ENOUGH || s.same[f] < FOLLOWS * s.both[f] || common(t, f) > COMMONEST) continue;
            if (c->kind == KIND_WORD && !is_sex(t, f)) continue;
            if (c->kind == KIND_WORD) take_for_given(m, t, k);
            if (x->unless < 0 || t->columns[x->unless].n_values > c->n_values) x->unless = (int)k; /* what agrees most often */
        }
    }
    free(rows);
}
