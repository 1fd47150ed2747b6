#include "base/text.h"
#include "book/binder_own.h"

/* Columns and pages: how wide, what stays in sight, what stands on paper. */

void tab_know_column(struct tab *t, uint16_t col)
{
    if (col < t->n_columns) return;
    mem_grow(&t->fitted, &t->cap_fitted, col + 1u, sizeof *t->fitted);
    mem_grow(&t->fixed, &t->cap_fixed, col + 1u, sizeof *t->fixed);
    mem_grow(&t->hidden, &t->cap_hidden, col + 1u, sizeof *t->hidden);
    for (; t->n_columns <= col; t->n_columns++) {
        t->fitted[t->n_columns] = t->fixed[t->n_columns] = 0;
        t->hidden[t->n_columns] = false;
    }
}

/* The widest line of a text decides, a heading's with a little room for the eye. */
void tab_fit(struct tab *t, uint16_t col, struct look look, struct str value)
{
    tab_know_column(t, col);
    double widest = 0;
    while (value.n) {
        size_t at;
        if (!str_find(value, STR("\n"), &at)) at = value.n;
        double width =
            (double)text_width(str_head(value, at)) * (look.face == FACE_HEADING || look.face == FACE_LABEL ? 1.15 : 1.05) + 2;
        if (look.face == FACE_HEADING && width > 12) width = width / 2 + 1; /* a long heading takes two lines */
        if (width > widest) widest = width;
        value = str_from(value, at + 1);
    }
    if (widest > t->fitted[col]) t->fitted[col] = widest;
}

static double width_of(const struct tab *t, size_t c)
{
    if (t->fixed[c] > 0) return t->fixed[c];
    return t->fitted[c] < t->least ? t->least : t->fitted[c] > t->most ? t->most : t->fitted[c];
}

/* Width in pixels of a column of so many characters, at the most. */
static double pixels_of(double characters)
{
    return characters * 10; /* 宋体 and what stands in for it have wider digits than the font that the unit is made for */
}

/* One page wide.  Spreadsheet programs pass over page breaks where they fit a sheet to pages by themselves, so a sheet that has
 * breaks gets the scale at which it is one page wide. */
static void set_scale(struct tab *t, double spread)
{
    if (!t->paged) return;
    if (!t->n_breaks) {
        worksheet_fit_to_pages(t->sheet, 1, 0);
        return;
    }
    double right = 0, chart = 0;
    for (size_t c = 0; c < t->n_columns; c++) {
        if (c == t->chart_col) chart = right;
        right += t->hidden[c] ? 0 : pixels_of(width_of(t, c) * spread);
    }
    if (t->chart_col >= t->n_columns) chart = right;
    /* A chart is tied to cells, and grows with them where digits are wider. */
    if (chart + pixels_of(t->chart_width / 7.0) > right) right = chart + pixels_of(t->chart_width / 7.0);
    double paper = (t->portrait ? 8.27 : 11.69) - 2 * MARGIN, scale = paper * 96 / (right > 0 ? right : 1) * 97;
    worksheet_set_print_scale(t->sheet, (uint16_t)(scale > 100 ? 100 : scale < 10 ? 10 : scale));
    mem_grow(&t->breaks, &t->cap_breaks, t->n_breaks + 1, sizeof *t->breaks);
    t->breaks[t->n_breaks] = 0;
    binder_note(t->w, worksheet_set_h_pagebreaks(t->sheet, t->breaks));
}

static double spread_of(const struct tab *t)
{
    double sum = 0;
    for (size_t c = 0; c < t->n_columns; c++) sum += t->hidden[c] ? 0 : width_of(t, c);
    double spread = sum > 0 && t->total > sum ? t->total / sum : 1;
    return spread > 2 ? 2 : spread;
}

unsigned tab_pixels(const struct tab *t)
{
    double spread = spread_of(t), pixels = 0;
    for (size_t c = 0; c < t->n_columns; c++) pixels += t->hidden[c] ? 0 : width_of(t, c) * spread * 7 + 5;
    return (unsigned)pixels;
}

void tab_set_widths(struct tab *t)
{
    double spread = spread_of(t);
    for (size_t c = 0; c < t->n_columns; c++) {
        lxw_row_col_options hidden = {.hidden = LXW_TRUE};
        binder_note(t->w, worksheet_set_column_opt(t->sheet, (lxw_col_t)c, (lxw_col_t)c, width_of(t, c) * spread, NULL,
                                                   t->hidden[c] ? &hidden : NULL));
    }
    set_scale(t, spread);
}

void tab_fill(struct tab *t, double total)
{
    t->total = total;
}

void tab_widths(struct tab *t, double least, double most)
{
    t->least = least;
    t->most = most;
}

unsigned tab_lines(const struct tab *t, struct str value)
{
    unsigned lines = 0;
    do {
        size_t at;
        if (!str_find(value, STR("\n"), &at)) at = value.n;
        lines += 1 + (unsigned)(((double)text_width(str_head(value, at)) * 1.05 + 1.9) / t->most);
        value = str_from(value, at + 1);
    } while (value.n);
    return lines;
}

void tab_width(struct tab *t, uint16_t col, double width)
{
    tab_know_column(t, col);
    t->fixed[col] = width;
}

void tab_hide_column(struct tab *t, uint16_t col)
{
    tab_know_column(t, col);
    t->hidden[col] = true;
}

/* ---- pages ---- */

void tab_freeze(struct tab *t, uint32_t row, uint16_t col)
{
    worksheet_freeze_panes(t->sheet, row, col);
}

void tab_repeat(struct tab *t, uint32_t first, uint32_t last)
{
    binder_note(t->w, worksheet_repeat_rows(t->sheet, first, last));
}

void tab_filter(struct tab *t, struct area a)
{
    binder_note(t->w, worksheet_autofilter(t->sheet, a.first_row, a.first_col, a.last_row, a.last_col));
}

/* & starts a code in a footer, and the whole may have 255 characters. */
static void footer_part(struct buf *b, struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < 60; n++) {
        size_t start = i;
        uint32_t c = text_next(s, &i);
        if (c == '&') buf_char(b, '&');
        if (c < ' ') buf_char(b, ' '); /* XML has no place for it */
        else buf_add(b, s.s + start, i - start);
    }
}

void tab_page(struct tab *t, const struct page *p)
{
    if (p->portrait) worksheet_set_portrait(t->sheet);
    else worksheet_set_landscape(t->sheet);
    worksheet_set_paper(t->sheet, 9); /* A4 */
    t->portrait = p->portrait;
    t->paged = true;
    worksheet_set_margins(t->sheet, MARGIN, MARGIN, 0.6, 0.7);
    worksheet_center_horizontally(t->sheet);
    struct buf b = {0};
    buf_put(&b, "&L&9 "); /* the blank keeps a digit that follows from being part of the size */
    footer_part(&b, p->left);
    buf_put(&b, "&C&9 第 &P 页　共 &N 页&R&9 ");
    footer_part(&b, p->right);
    binder_note(t->w, worksheet_set_footer(t->sheet, buf_text(&b)));
    buf_free(&b);
}

void tab_break(struct tab *t, uint32_t row)
{
    if (!row || t->n_breaks >= 1000) return;
    mem_grow(&t->breaks, &t->cap_breaks, t->n_breaks + 1, sizeof *t->breaks);
    t->breaks[t->n_breaks++] = row;
}

void tab_protect(struct tab *t)
{
    lxw_protection p = {
        .format_cells = LXW_TRUE, .format_columns = LXW_TRUE, .format_rows = LXW_TRUE, .sort = LXW_TRUE, .autofilter = LXW_TRUE};
    worksheet_protect(t->sheet, NULL, &p);
}
