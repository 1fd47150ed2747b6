#include "link/decide.h"

#include <stdlib.h>

#include "base/text.h"

/* Full width or not, capital or not, with blanks or without. */
static void put_key(struct buf *out, struct str word)
{
    struct buf plain = {0};
    text_nfkc(&plain, word);
    for (size_t i = 0; i < plain.n; i++) {
        char c = plain.s[i];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') buf_char(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
    buf_free(&plain);
}

bool decision_of(struct str word, enum decision *out)
{
    static const char *const WORDS[][16] = {
        [DECISION_OPEN] = {"", "?", "待定", "open", "later", "不确定", "不知道", "待核对", "unsure"},
        [DECISION_SAME] = {"同一人", "是", "same", "yes", "link", "是同一人", "同一个人", "是同一个人", "相同", "同", "对", "y",
                           "√"},
        [DECISION_DIFFERENT] = {"不是", "否", "不是同一人", "different", "notthesame", "no", "不是同一个人", "不是一个人", "不同",
                                "不同人", "不同一人", "n", "x", "×"},
    };
    struct buf key = {0};
    bool known = false;
    put_key(&key, word);
    for (int is = DECISION_OPEN; is <= DECISION_DIFFERENT; is++)
        for (const char *const *w = WORDS[is]; *w; w++)
            if (str_is(buf_slice(&key), *w)) known = true, *out = (enum decision)is;
    buf_free(&key);
    return known;
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
