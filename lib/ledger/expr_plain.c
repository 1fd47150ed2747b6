#include "ledger/expr_plain.h"

#include <limits.h>
#include <stdlib.h>
#include <strings.h>

#include "base/date.h"
#include "base/text.h"

enum term_kind { TERM_ORDER, TERM_YEARS, TERM_COMPARE, TERM_IN, TERM_HOLDS };
struct term {
    enum term_kind kind;
    uint32_t a, b;             /* columns */
    int low, high;             /* of TERM_YEARS */
    bool less, equal, greater; /* of TERM_COMPARE: which outcomes are true */
    bool no;                   /* NOT IN, NOT GLOB */
    uint64_t begins[4];        /* of TERM_HOLDS: bytes with which one of the texts begins */
    struct str *texts;
    size_t n_texts;
};
struct plain {
    struct arena memory;
    struct term *terms; /* joined by OR */
    size_t n, cap;
};

/* ---- reading ---- */

/* Takes what stands at the front of the text; a false return means that it is not there. */
static bool take(struct str *t, const char *word)
{
    size_t n = strlen(word);
    while (t->n && t->s[0] == ' ') *t = str_from(*t, 1);
    if (t->n < n || strncasecmp(t->s, word, n) != 0) return false;
    *t = str_from(*t, n);
    return true;
}

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool take_column(struct str *t, const struct plain_columns *columns, uint32_t *index)
{
    size_t n = 0;
    take(t, "");
    while (n < t->n && in_name(t->s[n])) n++;
    struct str name = str_head(*t, n);
    *t = str_from(*t, n);
    return n && columns->column(columns->ctx, name, index);
}

static bool take_whole(struct str *t, int *v)
{
    size_t n = 0;
    take(t, "");
    for (*v = 0; n < t->n && n < 6 && t->s[n] >= '0' && t->s[n] <= '9'; n++) *v = *v * 10 + (t->s[n] - '0');
    *t = str_from(*t, n);
    return n != 0;
}

static void add_text(struct plain *p, struct term *m, struct str text)
{
    struct str *texts = arena_alloc(&p->memory, (m->n_texts + 1) * sizeof *texts);
    if (m->n_texts) memcpy(texts, m->texts, m->n_texts * sizeof *texts);
    texts[m->n_texts++] = str_copy(&p->memory, text);
    m->texts = texts;
}

/* 'text'; one with a quote in it is left to SQLite. */
static bool take_text(struct str *t, struct plain *p, struct term *m)
{
    if (!take(t, "'")) return false;
    const char *end = memchr(t->s, '\'', t->n);
    if (!end) return false;
    struct str text = str_head(*t, (size_t)(end - t->s));
    *t = str_from(*t, text.n + 1);
    if (t->n && t->s[0] == '\'') return false;
    add_text(p, m, text);
    return true;
}

/* '*[abc]*': holds one of some characters.  Ranges and other patterns are left to SQLite. */
static bool take_characters(struct str *t, struct plain *p, struct term *m)
{
    if (!take_text(t, p, m)) return false;
    struct str set = m->texts[0];
    if (set.n < 5 || !str_starts(set, STR("*[")) || !str_ends(set, STR("]*"))) return false;
    set = (struct str){set.s + 2, set.n - 4};
    m->n_texts = 0;
    m->kind = TERM_HOLDS;
    for (size_t i = 0, next; i < set.n; i = next) {
        next = i;
        uint32_t c = text_next(set, &next);
        if (c < 0x80 && strchr("^-[]*?", (int)c)) return false;
        uint8_t first = (uint8_t)set.s[i];
        m->begins[first >> 6] |= 1ull << (first & 63);
        add_text(p, m, (struct str){set.s + i, next - i});
    }
    return true;
}

static bool take_years(struct str *t, struct term *m)
{
    m->low = INT_MIN;
    m->high = INT_MAX;
    if (take(t, "BETWEEN ")) return take_whole(t, &m->low) && take(t, "AND ") && take_whole(t, &m->high);
    if (take(t, "<=")) return take_whole(t, &m->high);
    if (take(t, ">=")) return take_whole(t, &m->low);
    bool less = take(t, "<");
    int x;
    if ((!less && !take(t, ">")) || !take_whole(t, &x)) return false;
    if (less) m->high = x - 1;
    else m->low = x + 1;
    return true;
}

static bool take_comparison(struct str *t, struct plain *p, struct term *m)
{
    static const struct {
        const char *sign;
        bool less, equal, greater;
    } SIGNS[] = {{"<>", true, false, true},  {"!=", true, false, true}, {"<=", true, true, false}, {">=", false, true, true},
                 {"==", false, true, false}, {"=", false, true, false}, {"<", true, false, false}, {">", false, false, true}};
    m->kind = TERM_COMPARE;
    for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++) {
        if (!take(t, SIGNS[i].sign)) continue;
        m->less = SIGNS[i].less;
        m->equal = SIGNS[i].equal;
        m->greater = SIGNS[i].greater;
        return take_text(t, p, m);
    }
    m->kind = TERM_IN;
    m->no = take(t, "NOT ");
    if (take(t, "GLOB ")) return take_characters(t, p, m);
    if (!take(t, "IN") || !take(t, "(")) return false;
    do {
        if (!take_text(t, p, m)) return false;
    } while (take(t, ","));
    return take(t, ")");
}

static bool take_term(struct str *t, struct plain *p, const struct plain_columns *columns)
{
    mem_grow(&p->terms, &p->cap, p->n + 1, sizeof *p->terms);
    struct term *m = &p->terms[p->n++];
    *m = (struct term){.kind = TERM_ORDER};
    bool order = take(t, "not_after("), years = !order && take(t, "years_between(");
    if (!order && !years) return take_column(t, columns, &m->a) && take_comparison(t, p, m);
    if (!take_column(t, columns, &m->a) || !take(t, ",") || !take_column(t, columns, &m->b) || !take(t, ")")) return false;
    m->kind = years ? TERM_YEARS : TERM_ORDER;
    return order || take_years(t, m);
}

struct plain *plain_read(struct str text, const struct plain_columns *columns)
{
    struct plain *p = mem_zero(1, sizeof *p);
    bool ok;
    do ok = take_term(&text, p, columns);
    while (ok && take(&text, "OR "));
    take(&text, "");
    if (ok && !text.n) return p;
    plain_free(p);
    return NULL;
}

void plain_free(struct plain *p)
{
    if (!p) return;
    arena_free(&p->memory);
    free(p->terms);
    free(p);
}

/* ---- answering ---- */

static enum expr_truth truth(bool is)
{
    return is ? EXPR_TRUE : EXPR_FALSE;
}

static bool holds(const struct term *m, struct str v)
{
    for (size_t i = 0; i < v.n; i++) {
        uint8_t c = (uint8_t)v.s[i];
        if (!(m->begins[c >> 6] >> (c & 63) & 1)) continue;
        for (size_t k = 0; k < m->n_texts; k++)
            if (str_starts(str_from(v, i), m->texts[k])) return true;
    }
    return false;
}

static enum expr_truth answer(const struct term *m, const struct str *values)
{
    struct str v = values[m->a];
    if (!v.n) return EXPR_NULL;
    if (m->kind == TERM_COMPARE) {
        int order = str_cmp(v, m->texts[0]);
        return truth(order < 0 ? m->less : order > 0 ? m->greater : m->equal);
    }
    if (m->kind == TERM_IN) {
        bool found = false;
        for (size_t i = 0; i < m->n_texts && !found; i++) found = str_eq(v, m->texts[i]);
        return truth(found != m->no);
    }
    if (m->kind == TERM_HOLDS) return truth(holds(m, v) != m->no);
    struct date a, b;
    if (!date_iso(v, &a) || !date_iso(values[m->b], &b)) return EXPR_NULL;
    if (m->kind == TERM_ORDER) return truth(date_compare(a, b) <= 0);
    int years = date_years(a, b);
    return truth(years >= m->low && years <= m->high);
}

enum expr_truth plain_answer(const struct plain *p, const struct str *values)
{
    enum expr_truth all = EXPR_FALSE;
    for (size_t i = 0; i < p->n; i++) {
        enum expr_truth one = answer(&p->terms[i], values);
        if (one == EXPR_TRUE) return EXPR_TRUE;
        if (one == EXPR_NULL) all = EXPR_NULL;
    }
    return all;
}
