#include "book/review.h"

#include "book/binder.h"

/* Columns: decision, probability, why, then the two records in turn, then their two keys. */
enum { DECISION, PROBABILITY, WHY, FIRST_VALUE };

struct review {
    struct tab *tab;
    uint32_t row;
    size_t n;
};

static void put_values(struct review *v, const struct str *values, bool heading)
{
    const struct look head = {FACE_HEADING, VALUE_TEXT, true};
    for (size_t i = 0; i < v->n; i++) {
        struct look look = {FACE_BODY, VALUE_TEXT, i == WHY};
        if (i == DECISION) look.face = FACE_INPUT;
        else if (i >= FIRST_VALUE && i < v->n - 2) {
            size_t other = (i - FIRST_VALUE) % 2 ? i - 1 : i + 1;
            if (values[i].n && values[other].n && !str_eq(values[i], values[other])) look.face = FACE_WARN;
        }
        tab_put(v->tab, v->row, (uint16_t)i, heading ? head : look, values[i]);
    }
    v->row++;
}

static bool put(void *ctx, const struct str *values, size_t n)
{
    struct review *v = ctx;
    bool heading = v->row == 0;
    v->n = n;
    put_values(v, values, heading);
    return true;
}

bool review_book(struct link *k, const char *path, struct str created, struct diag *d)
{
    const struct binder_info info = {.title = STR("待核对"), .created = created};
    struct binder *w = binder_open(path, &info, d);
    if (!w) return false;
    struct review v = {.tab = binder_tab(w, STR("待核对"), false)};
    bool ok = link_review(k, &v, put);
    const struct str choices[] = {STR("同一人"), STR("不是"), STR("待定")};
    if (v.row > 1) tab_choices(v.tab, (struct area){1, v.row - 1, DECISION, DECISION}, choices, 3, true);
    tab_widths(v.tab, 6, 40);
    tab_freeze(v.tab, 1, 1);
    tab_repeat(v.tab, 0, 0);
    for (size_t i = v.n; i-- + 2 > v.n && v.n >= 2;) tab_hide_column(v.tab, (uint16_t)i);
    return binder_close(w, ok) && ok;
}
