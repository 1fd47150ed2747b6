#include "book/review.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "book/binder.h"

/* Columns: decision, probability, why, then the two records in turn, then their two keys. */
enum { DECISION, PROBABILITY, WHY, FIRST_VALUE };

struct review {
    const struct link *k;
    struct tab *tab;
    uint32_t row;
    size_t n;
};

static struct str in_words(const struct link *k, const char *english)
{
    return str_of(k->translate ? k->translate(english) : english);
}

/* Of what is compared; where a record is from differs by nature. */
static bool differs(const struct link *k, const struct str *values, size_t i)
{
    if (i - FIRST_VALUE >= 2 * k->model->n) return false;
    size_t other = (i - FIRST_VALUE) % 2 ? i - 1 : i + 1;
    return values[i].n && values[other].n && !str_eq(values[i], values[other]);
}

enum { LINE = 16 }; /* points */

static void put_headings(struct review *v, const struct str *values)
{
    enum { NARROW = 12 };
    const struct look head = {FACE_HEADING, VALUE_TEXT, true};
    bool high = false; /* a column is as wide as its values, and a longer heading stands in two lines */
    for (size_t i = 0; i < v->n; i++) high = high || text_width(values[i]) > NARROW;
    if (high) tab_height(v->tab, v->row, 2 * LINE + 2);
    for (size_t i = 0; i < v->n; i++) tab_put(v->tab, v->row, (uint16_t)i, head, values[i]);
}

static void put_pair(struct review *v, const struct str *values)
{
    char percent[32];
    unsigned lines = 1;
    for (size_t i = WHY; i < v->n - 2; i++) lines = tab_lines(v->tab, values[i]) > lines ? tab_lines(v->tab, values[i]) : lines;
    tab_height(v->tab, v->row, LINE * lines + 2);
    for (size_t i = 0; i < v->n; i++) {
        struct look look = {FACE_BODY, i == PROBABILITY ? VALUE_PERCENT : VALUE_TEXT, true};
        struct str value = values[i];
        if (i == DECISION) look.face = FACE_INPUT;
        else if (i >= FIRST_VALUE && differs(v->k, values, i)) look.face = FACE_WARN;
        if (i == PROBABILITY) {
            snprintf(percent, sizeof percent, "%.*s", (int)value.n, value.s);
            snprintf(percent, sizeof percent, "%.2f", 100 * strtod(percent, NULL));
            value = str_of(percent);
        }
        tab_put(v->tab, v->row, (uint16_t)i, look, value);
    }
}

static bool put(void *ctx, const struct str *values, size_t n)
{
    struct review *v = ctx;
    v->n = n;
    if (v->row == 0) put_headings(v, values);
    else put_pair(v, values);
    v->row++;
    return true;
}

bool review_book(struct link *k, struct out *o, const char *shown, struct str created, struct diag *d)
{
    const struct binder_info info = {.title = STR("待核对"), .created = created};
    const struct page page = {.portrait = false};
    struct binder *w = binder_open_on(o, shown, &info, d);
    if (!w) return false;
    struct review v = {.k = k, .tab = binder_tab(w, STR("待核对"), false)};
    tab_widths(v.tab, 6, 40);
    bool ok = link_review(k, true, &v, put);
    const struct str choices[] = {in_words(k, "same"), in_words(k, "not the same"), in_words(k, "open")};
    if (v.row > 1) tab_choices(v.tab, (struct area){1, v.row - 1, DECISION, DECISION}, choices, 3, true);
    tab_freeze(v.tab, 1, 1);
    tab_repeat(v.tab, 0, 0);
    tab_page(v.tab, &page);
    for (size_t i = v.n; i-- + 2 > v.n && v.n >= 2;) tab_hide_column(v.tab, (uint16_t)i);
    return binder_close(w, ok) && ok;
}
