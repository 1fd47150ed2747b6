#include <stdlib.h>

#include "base/text.h"
#include "book/binder_own.h"

/* Cells, comments and drop-downs. */

static bool as_number(struct binder *w, struct look look, struct str value, double *number)
{
    if (look.kind == VALUE_TEXT || look.kind == VALUE_CODE || !value.n || value.n > 40) return false;
    char *end;
    const char *z = binder_clean(w, value);
    *number = strtod(z, &end);
    return *end == 0 && end != z && strspn(z, "+-0123456789.") == value.n;
}

void tab_put(struct tab *t, uint32_t row, uint16_t col, struct look look, struct str value)
{
    lxw_format *f = binder_format(t->w, look);
    double number;
    if (look.face != FACE_TITLE && look.face != FACE_SUBTITLE && look.face != FACE_NOTE && look.face != FACE_CAPTION)
        tab_fit(t, col, look, value);
    if (t->detached) return;
    if (!value.n) binder_note(t->w, worksheet_write_blank(t->sheet, row, col, f));
    else if (as_number(t->w, look, value, &number)) binder_note(t->w, worksheet_write_number(t->sheet, row, col, number, f));
    else binder_note(t->w, worksheet_write_string(t->sheet, row, col, binder_clean(t->w, value), f));
}

void tab_across(struct tab *t, uint32_t row, uint16_t first, uint16_t last, struct look look, struct str value)
{
    tab_put(t, row, first, look, value);
    for (uint16_t c = first + 1; c <= last; c++)
        if (!t->detached) binder_note(t->w, worksheet_write_blank(t->sheet, row, c, binder_format(t->w, look)));
}

void tab_height(struct tab *t, uint32_t row, double points)
{
    binder_note(t->w, worksheet_set_row(t->sheet, row, points, NULL));
}

void tab_comment(struct tab *t, uint32_t row, uint16_t col, struct str text)
{
    size_t lines = text_width(text) / 30 + 2;
    lxw_comment_options o = {
        .x_scale = 1.8, .y_scale = lines < 4 ? 0.8 : (double)lines / 5, .font_name = (char *)"宋体", .font_size = 10};
    binder_note(t->w, worksheet_write_comment_opt(t->sheet, row, col, binder_plain(t->w, text), &o));
}

void tab_restated(struct tab *t, uint32_t row, uint16_t col, struct look look, struct str value, struct str reported)
{
    lxw_format *f = binder_restated_format(t->w, look);
    struct buf text = {0};
    double number;
    buf_str(&text, value);
    buf_char(&text, 'r');
    tab_fit(t, col, look, buf_slice(&text));
    if (as_number(t->w, look, value, &number)) binder_note(t->w, worksheet_write_number(t->sheet, row, col, number, f));
    else binder_note(t->w, worksheet_write_string(t->sheet, row, col, binder_clean(t->w, buf_slice(&text)), f));
    text.n = 0;
    buf_put(&text, "已报：");
    buf_str(&text, reported.n ? reported : STR("无此数"));
    tab_comment(t, row, col, buf_slice(&text));
    buf_free(&text);
}

/* ---- drop-downs ---- */

static bool same_choices(const struct choice_list *l, const struct str *v, size_t n)
{
    if (l->n != n) return false;
    for (size_t i = 0; i < n; i++)
        if (!str_eq(l->v[i], v[i])) return false;
    return true;
}

static size_t list_number(struct binder *w, const struct str *v, size_t n)
{
    for (size_t i = 0; i < w->n_lists; i++)
        if (same_choices(&w->lists[i], v, n)) return i;
    struct choice_list l = {arena_alloc(&w->memory, n * sizeof *l.v), n};
    for (size_t i = 0; i < n; i++) l.v[i] = str_copy(&w->memory, v[i]);
    mem_grow(&w->lists, &w->cap_lists, w->n_lists + 1, sizeof *w->lists);
    w->lists[w->n_lists] = l;
    return w->n_lists++;
}

static const char LISTS[] = "_lists";

/* All drop-downs of a workbook stand in columns of one hidden sheet: a list in the validation itself may have no more than 255
 * characters and no commas. */
void binder_write_lists(struct binder *w)
{
    struct tab *t = binder_tab(w, str_of(LISTS), true);
    size_t rows = 0;
    for (size_t i = 0; i < w->n_lists; i++)
        if (w->lists[i].n > rows) rows = w->lists[i].n;
    for (uint32_t r = 0; r < rows; r++)
        for (size_t i = 0; i < w->n_lists; i++)
            if (r < w->lists[i].n) tab_put(t, r, (uint16_t)i, (struct look){FACE_NOTE, VALUE_TEXT, false}, w->lists[i].v[r]);
}

void tab_choices(struct tab *t, struct area a, const struct str *choices, size_t n, bool strict)
{
    struct binder *w = t->w;
    if (!n) return;
    struct buf range = {0}, column = {0};
    size_t list = list_number(w, choices, n);
    cell_name(&column, 0, (uint16_t)list);
    column.n--; /* without the row */
    buf_printf(&range, "=%s!$%s$1:$%.*s$%zu", LISTS, buf_text(&column), (int)column.n, column.s, n);
    lxw_data_validation v = {
        .validate = LXW_VALIDATION_TYPE_LIST_FORMULA,
        .value_formula = (char *)(uintptr_t)buf_text(&range),
        .error_title = (char *)(uintptr_t) "请从下拉列表中选择",
        .error_message = (char *)(uintptr_t) "这里只能填下拉列表里的内容。请点右边的小箭头选择。",
        .error_type = strict ? LXW_VALIDATION_ERROR_TYPE_STOP : LXW_VALIDATION_ERROR_TYPE_WARNING,
    };
    binder_note(w, worksheet_data_validation_range(t->sheet, a.first_row, a.first_col, a.last_row, a.last_col, &v));
    buf_free(&range);
    buf_free(&column);
}
