/* Pairs: told with their reasons, and put side by side for people to decide. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "link/own.h"

static const char *in_words(const struct link *k, const char *english)
{
    return k->translate ? k->translate(english) : english;
}

/* "name: the same, very rare; phone: one slip" */
static void put_levels(const struct link *k, uint64_t code, struct buf *out)
{
    size_t start = out->n;
    for (size_t i = 0; i < k->model->n; i++) {
        unsigned l = level_in(code, i);
        if (!l) continue;
        if (out->n > start) buf_put(out, "; ");
        buf_str(out, link_title(k, i));
        buf_put(out, ": ");
        buf_put(out, in_words(k, kind_info(k->model->comparisons[i].kind)->levels[l].label));
    }
}

/* The reason, where there is one besides the levels, and the levels. */
static void put_why(const struct link *k, const struct told *t, struct buf *out)
{
    if (link_reason(k, t->a, t->b, t->code, out)) buf_put(out, "; ");
    put_levels(k, t->code, out);
}

static int by_weight(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    if (x->use != y->use) return x->use > y->use ? -1 : 1;
    if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* An undecided pair is worth deciding where it is uncertain and would join much. */
static double use_of(const struct told *t, const uint32_t *size, const struct clusters *c)
{
    double joins = (double)size[c->of[t->a]] * size[c->of[t->b]];
    if (t->verdict == VERDICT_CONFLICT) return 1000 + joins;
    return (t->probability * (1 - t->probability) + 1e-6) * joins;
}

struct told *link_told(struct link *k, bool for_review, size_t *n)
{
    struct told *v = NULL;
    size_t cap = 0;
    *n = 0;
    uint32_t *size = mem_zero(k->clusters.n + 1, sizeof *size);
    for (uint64_t i = 0; i < k->table.n_rows; i++) size[k->clusters.of[i]]++;
    struct pair_cursor c = {.list = &k->blocking.pairs};
    for (struct pair p; pair_next(&c, &p);) {
        struct told t = {.a = p.a, .b = p.b, .code = k->blocking.patterns.code[p.pattern]};
        if (k->probability[p.pattern] < k->model->review && k->weight[p.pattern] < 50) {
            t.verdict = link_verdict(k, p.a, p.b, t.code, NULL, NULL);
            if (t.verdict == VERDICT_NO) continue;
        }
        t.verdict = link_verdict(k, p.a, p.b, t.code, &t.probability, &t.weight);
        bool apart = k->clusters.of[p.a] != k->clusters.of[p.b];
        if (t.verdict == VERDICT_LINK && apart) t.verdict = VERDICT_REVIEW; /* the link was refused */
        if (t.verdict == VERDICT_NO) continue;
        if (for_review) {
            if (t.verdict == VERDICT_LINK || !apart) continue;
            t.use = use_of(&t, size, &k->clusters);
        }
        mem_grow(&v, &cap, *n + 1, sizeof *v);
        v[(*n)++] = t;
    }
    free(size);
    if (*n) qsort(v, *n, sizeof *v, by_weight);
    return v;
}

/* A row of text values in the making. */
enum { LINE_VALUES = 200 };
struct line {
    struct buf text;
    size_t at[LINE_VALUES];
    size_t n;
};

static void line_start(struct line *l)
{
    l->text.n = 0;
    l->n = 0;
}

static void line_put(struct line *l, struct str s)
{
    if (l->n == sizeof l->at / sizeof *l->at - 1) return;
    l->at[l->n++] = l->text.n;
    buf_str(&l->text, s);
}

static void line_print(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line_print(struct line *l, const char *format, ...)
{
    char text[64];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    line_put(l, str_of(text));
}

static size_t line_values(struct line *l, struct str *v)
{
    l->at[l->n] = l->text.n;
    for (size_t i = 0; i < l->n; i++) v[i] = (struct str){l->text.s + l->at[i], l->at[i + 1] - l->at[i]};
    return l->n;
}

static void pair_header(const struct link *k, struct line *l)
{
    line_start(l);
    static const char *const FIRST[] = {"row_a", "row_b", "entity_a", "entity_b", "decision", "weight", "probability"};
    for (size_t i = 0; i < sizeof FIRST / sizeof *FIRST; i++) line_put(l, str_of(FIRST[i]));
    for (size_t i = 0; i < k->model->n; i++) line_put(l, k->model->comparisons[i].column);
    line_put(l, STR("why"));
}

static void pair_line(const struct link *k, struct line *l, const struct told *t)
{
    line_start(l);
    line_print(l, "%u", t->a + 1);
    line_print(l, "%u", t->b + 1);
    char name[16];
    line_put(l, link_entity_name(k, k->clusters.of[t->a], name));
    line_put(l, link_entity_name(k, k->clusters.of[t->b], name));
    line_put(l, str_of(verdict_name(t->verdict)));
    line_print(l, "%.2f", t->weight);
    line_print(l, "%.6f", t->probability);
    for (size_t i = 0; i < k->model->n; i++)
        line_put(l, str_of(kind_info(k->model->comparisons[i].kind)->levels[level_in(t->code, i)].name));
    struct buf why = {0};
    put_why(k, t, &why);
    line_put(l, buf_slice(&why));
    buf_free(&why);
}

/* Columns that tell a person who it is: those compared, then where the record came from. */
static size_t shown_columns(const struct link *k, int *at)
{
    static const char *const ALSO[] = {"unit", "_file", "_sheet", "_row"};
    size_t n = 0;
    for (size_t i = 0; i < k->model->n; i++) at[n++] = k->table.columns[i].at;
    for (size_t i = 0; i < sizeof ALSO / sizeof *ALSO; i++) {
        int c = columns_find(&k->columns, str_of(ALSO[i]));
        if (c >= 0) at[n++] = c;
    }
    return n;
}

/* A heading by its template: "{1}_a" */
static void put_heading(const struct link *k, bool words, struct line *l, const char *template, struct str name)
{
    const struct str args[DIAG_ARGS] = {name};
    struct buf b = {0};
    diag_expand(&b, words ? in_words(k, template) : template, args);
    line_put(l, buf_slice(&b));
    buf_free(&b);
}

/* What people call a column of ours: not the word alone, which may be a column of theirs in some message. */
static struct str origin_title(const struct link *k, struct str name)
{
    char text[40];
    snprintf(text, sizeof text, "column %.*s", (int)name.n, name.s);
    const char *title = in_words(k, text);
    return strcmp(title, text) == 0 ? name : str_of(title);
}

static void review_header(const struct link *k, bool words, struct line *l, const int *at, size_t n)
{
    static const char *const FIRST[] = {"decision", "probability", "why"}, *const SIDE[] = {"{1}_a", "{1}_b"};
    line_start(l);
    for (size_t i = 0; i < sizeof FIRST / sizeof *FIRST; i++) put_heading(k, words, l, FIRST[i], (struct str){NULL, 0});
    for (size_t i = 0; i < n; i++) {
        struct str name = k->columns.names[at[i]]; /* a copy that NUL follows */
        if (words) name = i < k->model->n ? link_title(k, i) : origin_title(k, name);
        for (int side = 0; side < 2; side++) put_heading(k, words, l, SIDE[side], name);
    }
    line_put(l, STR("key_a"));
    line_put(l, STR("key_b"));
}

static void review_line(const struct link *k, struct line *l, const struct told *t, struct str *const values[2], const int *at,
                        size_t n)
{
    struct buf why = {0}, shown = {0};
    line_start(l);
    line_put(l, str_of(in_words(k, "open")));
    line_print(l, "%.4f", t->probability);
    put_why(k, t, &why);
    line_put(l, buf_slice(&why));
    buf_free(&why);
    for (size_t x = 0; x < n; x++)
        for (int side = 0; side < 2; side++) {
            shown.n = 0;
            row_mask_value(&k->shown, (size_t)at[x], values[side][at[x]], &shown);
            line_put(l, buf_slice(&shown));
        }
    buf_free(&shown);
    for (int side = 0; side < 2; side++) {
        char key[17];
        link_record_key(k, side ? t->b : t->a, key);
        line_put(l, str_of(key));
    }
}

bool link_review(struct link *k, bool words, void *ctx, bool (*put)(void *ctx, const struct str *values, size_t n))
{
    size_t n, n_shown;
    int at[COMPARISONS + 8];
    struct told *v = link_told(k, true, &n);
    struct line *l = mem_zero(1, sizeof *l);
    struct buf room[2] = {{0}};
    struct str *values[2] = {mem_zero(k->columns.n + 1, sizeof(struct str)), mem_zero(k->columns.n + 1, sizeof(struct str))};
    struct str out[LINE_VALUES];
    n_shown = shown_columns(k, at);
    review_header(k, words, l, at, n_shown);
    bool ok = put(ctx, out, line_values(l, out));
    for (size_t i = 0; ok && i < n; i++) {
        ok = spool_row(k->table.spool, v[i].a, &room[0], values[0], k->columns.n) &&
             spool_row(k->table.spool, v[i].b, &room[1], values[1], k->columns.n);
        if (!ok) break;
        review_line(k, l, &v[i], values, at, n_shown);
        ok = put(ctx, out, line_values(l, out));
    }
    for (int side = 0; side < 2; side++) {
        buf_free(&room[side]);
        free(values[side]);
    }
    buf_free(&l->text);
    free(l);
    free(v);
    return ok;
}

/* Lines to an output: the first is the header, kept in `names`. */
struct line_writer {
    struct out *o;
    enum row_format f;
    struct columns c;
    struct arena names;
    struct buf b;
};

static bool put_line(void *ctx, const struct str *v, size_t n)
{
    struct line_writer *w = ctx;
    w->b.n = 0;
    if (!w->c.n) {
        w->c.names = arena_zero(&w->names, n + 1, sizeof *w->c.names);
        w->c.n = n;
        for (size_t i = 0; i < n; i++) w->c.names[i] = str_copy(&w->names, v[i]);
        rows_format_header(&w->b, w->f, &w->c);
    } else {
        rows_format(&w->b, w->f, &w->c, v);
    }
    out_write(w->o, buf_slice(&w->b));
    return !out_failed(w->o);
}

bool link_write_review(struct link *k, struct out *o, enum row_format f)
{
    struct line_writer w = {.o = o, .f = f};
    bool ok = link_review(k, false, &w, put_line);
    buf_free(&w.b);
    arena_free(&w.names);
    return ok;
}

bool link_write_pairs(struct link *k, struct out *o, enum row_format f)
{
    size_t n;
    struct told *v = link_told(k, false, &n);
    struct line *l = mem_zero(1, sizeof *l);
    struct line_writer w = {.o = o, .f = f};
    struct str out[LINE_VALUES];
    pair_header(k, l);
    bool ok = put_line(&w, out, line_values(l, out));
    for (size_t i = 0; ok && i < n; i++) {
        pair_line(k, l, &v[i]);
        ok = put_line(&w, out, line_values(l, out));
    }
    buf_free(&w.b);
    arena_free(&w.names);
    buf_free(&l->text);
    free(l);
    free(v);
    return ok;
}
