#include "link/decide.h"

#include <stdlib.h>

bool decision_of(struct str word, enum decision *out)
{
    static const struct {
        const char *word;
        enum decision is;
    } WORDS[] = {{"", DECISION_OPEN},
                 {"待定", DECISION_OPEN},
                 {"open", DECISION_OPEN},
                 {"?", DECISION_OPEN},
                 {"later", DECISION_OPEN},
                 {"同一人", DECISION_SAME},
                 {"是", DECISION_SAME},
                 {"same", DECISION_SAME},
                 {"yes", DECISION_SAME},
                 {"link", DECISION_SAME},
                 {"不是", DECISION_DIFFERENT},
                 {"否", DECISION_DIFFERENT},
                 {"不是同一人", DECISION_DIFFERENT},
                 {"different", DECISION_DIFFERENT},
                 {"not the same", DECISION_DIFFERENT},
                 {"no", DECISION_DIFFERENT}};
    word = str_trim(word);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_is(word, WORDS[i].word)) {
            *out = WORDS[i].is;
            return true;
        }
    return false;
}

void decisions_add(struct decisions *d, uint32_t a, uint32_t b, enum decision what, uint32_t line)
{
    if (a == b) return;
    mem_grow(&d->v, &d->cap, d->n + 1, sizeof *d->v);
    d->v[d->n++] = (struct decided){a < b ? a : b, a < b ? b : a, what, line};
}

static int by_rows(const struct decided *x, const struct decided *y)
{
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* Merge sort, for it is stable. */
static void sort(struct decided *v, struct decided *spare, size_t n)
{
    if (n < 2) return;
    size_t h = n / 2, i = 0, j = h, k = 0;
    sort(v, spare, h);
    sort(v + h, spare, n - h);
    while (i < h && j < n) spare[k++] = by_rows(&v[j], &v[i]) < 0 ? v[j++] : v[i++];
    while (i < h) spare[k++] = v[i++];
    while (j < n) spare[k++] = v[j++];
    memcpy(v, spare, n * sizeof *v);
}

void decisions_ready(struct decisions *d)
{
    struct decided *spare = mem_alloc((d->n + 1) * sizeof *spare);
    sort(d->v, spare, d->n);
    free(spare);
    size_t k = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (k && by_rows(&d->v[k - 1], &d->v[i]) == 0) k--;
        d->v[k++] = d->v[i];
    }
    d->n = k;
}

void decisions_unsay(struct decisions *d, size_t from, void *ctx,
                     void (*said)(void *ctx, const struct decided *first, const struct decided *other))
{
    size_t n = d->n - from, kept = from;
    struct decided *v = d->v + from, *spare = mem_alloc((n + 1) * sizeof *spare);
    if (n) sort(v, spare, n);
    for (size_t i = 0, end; i < n; i = end) {
        size_t other = i;
        for (end = i + 1; end < n && by_rows(&v[i], &v[end]) == 0; end++)
            if (other == i && v[end].decision != v[i].decision) other = end;
        if (other == i) d->v[kept++] = v[i];
        else said(ctx, &v[i], &v[other]);
    }
    d->n = kept;
    free(spare);
}

enum decision decisions_find(const struct decisions *d, uint32_t a, uint32_t b)
{
    struct decided wanted = {.a = a < b ? a : b, .b = a < b ? b : a};
    for (size_t low = 0, high = d->n; low < high;) {
        size_t mid = low + (high - low) / 2;
        int c = by_rows(&d->v[mid], &wanted);
        if (c == 0) return d->v[mid].decision;
        if (c < 0) low = mid + 1;
        else high = mid;
    }
    return DECISION_OPEN;
}

void decisions_free(struct decisions *d)
{
    free(d->v);
    *d = (struct decisions){0};
}
