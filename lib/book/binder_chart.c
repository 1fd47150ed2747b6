#include "book/binder_own.h"

/* Colours by value, and charts. */

void tab_condition(struct tab *t, struct area a, enum condition c, double limit)
{
    struct binder *w = t->w;
    lxw_conditional_format f = {0};
    if (c == CONDITION_BAR) {
        f = (lxw_conditional_format){.type = LXW_CONDITIONAL_DATA_BAR,
                                     .bar_color = 0x9DC3E6,
                                     .bar_solid = LXW_TRUE,
                                     .data_bar_2010 = LXW_TRUE,
                                     .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                     .min_value = 0,
                                     .max_rule_type = LXW_CONDITIONAL_RULE_TYPE_MAXIMUM};
    } else if (c == CONDITION_SCALE) {
        f = (lxw_conditional_format){.type = LXW_CONDITIONAL_2_COLOR_SCALE, .min_color = 0xFFFFFF, .max_color = 0x9DC3E6};
    } else {
        lxw_format **look = c == CONDITION_BELOW ? &w->amber : &w->bad;
        if (!*look) {
            *look = workbook_add_format(w->book);
            format_set_bg_color(*look, c == CONDITION_BELOW ? 0xFFE8A3 : 0xFDE0DD);
            format_set_font_color(*look, c == CONDITION_BELOW ? 0x7A4F01 : 0x9B1C1C);
        }
        f = (lxw_conditional_format){.type = LXW_CONDITIONAL_TYPE_CELL, .format = *look, .value = limit};
        f.criteria = c == CONDITION_BELOW ? LXW_CONDITIONAL_CRITERIA_LESS_THAN : LXW_CONDITIONAL_CRITERIA_NOT_EQUAL_TO;
    }
    binder_note(w, worksheet_conditional_format_range(t->sheet, a.first_row, a.first_col, a.last_row, a.last_col, &f));
}

/* ---- charts ---- */

static const lxw_color_t PALETTE[] = {0x2F6DA8, 0xC8553D, 0x5B8E55, 0xD9A441, 0x7B6FA6, 0x4BA3A8,
                                      0x9C6B4F, 0x8A929C, 0xB0568A, 0x3D5A80, 0x94A545, 0xD98A7B};

static void chart_fonts(lxw_chart *c, const struct chart *spec, struct binder *w)
{
    lxw_chart_font title = {.name = (char *)(uintptr_t) "黑体", .size = 13, .bold = LXW_EXPLICIT_FALSE},
                   small = {.name = (char *)(uintptr_t) "宋体", .size = 9};
    chart_title_set_name(c, binder_plain(w, spec->title));
    chart_title_set_name_font(c, &title);
    chart_legend_set_font(c, &small);
    if (spec->kind == CHART_PIE) return;
    chart_axis_set_num_font(c->x_axis, &small);
    chart_axis_set_num_font(c->y_axis, &small);
    if (spec->kind != CHART_LINE)
        chart_axis_set_min(spec->kind == CHART_BAR ? c->x_axis : c->y_axis, 0); /* a bar is as long as its number */
    if (spec->most > 0) chart_axis_set_max(spec->kind == CHART_BAR ? c->x_axis : c->y_axis, spec->most);
    lxw_chart_line pale = {.color = 0xD9DEE4, .width = 0.5};
    chart_axis_major_gridlines_set_line(spec->kind == CHART_BAR ? c->x_axis : c->y_axis, &pale);
}

static void add_series(struct tab *t, lxw_chart *c, const struct chart *spec, size_t i)
{
    const char *sheet = t->name.s;
    lxw_chart_series *s = chart_add_series(c, NULL, NULL);
    if (!s) mem_exhausted(sizeof *spec);
    chart_series_set_categories(s, sheet, spec->first_row, spec->categories, spec->last_row, spec->categories);
    chart_series_set_values(s, sheet, spec->first_row, spec->series[i], spec->last_row, spec->series[i]);
    chart_series_set_name_range(s, sheet, spec->heading, spec->series[i]);
    lxw_chart_font small = {.name = (char *)(uintptr_t) "宋体", .size = 9};
    if (spec->kind == CHART_PIE) {
        size_t n = spec->last_row - spec->first_row + 1;
        lxw_chart_fill *fills = arena_zero(&t->w->memory, n, sizeof *fills);
        lxw_chart_point *points = arena_zero(&t->w->memory, n, sizeof *points);
        lxw_chart_point **list = arena_zero(&t->w->memory, n + 1, sizeof *list);
        for (size_t k = 0; k < n; k++) {
            fills[k] = (lxw_chart_fill){.color = PALETTE[k % (sizeof PALETTE / sizeof *PALETTE)]};
            points[k] = (lxw_chart_point){.fill = &fills[k]};
            list[k] = &points[k];
        }
        chart_series_set_points(s, list);
        chart_series_set_labels(s);
        chart_series_set_labels_percentage(s);
        chart_series_set_labels_num_format(s, "0.0%"); /* as the table beside it */
    } else if (spec->kind == CHART_LINE) {
        lxw_chart_line line = {.color = PALETTE[i % (sizeof PALETTE / sizeof *PALETTE)], .width = 2};
        chart_series_set_line(s, &line);
    } else {
        lxw_chart_fill fill = {.color = PALETTE[i % (sizeof PALETTE / sizeof *PALETTE)]};
        chart_series_set_fill(s, &fill);
    }
    if (spec->n_series == 1 && spec->kind != CHART_LINE) {
        if (spec->kind != CHART_PIE) chart_series_set_labels(s);
        chart_series_set_labels_font(s, &small);
    }
}

void tab_chart(struct tab *t, const struct chart *spec)
{
    static const uint8_t KINDS[] = {[CHART_BAR] = LXW_CHART_BAR,
                                    [CHART_COLUMN] = LXW_CHART_COLUMN,
                                    [CHART_STACKED] = LXW_CHART_COLUMN_STACKED,
                                    [CHART_PIE] = LXW_CHART_PIE,
                                    [CHART_LINE] = LXW_CHART_LINE};
    if (spec->last_row < spec->first_row || !spec->n_series) return;
    lxw_chart *c = workbook_add_chart(t->w->book, KINDS[spec->kind]);
    if (!c) mem_exhausted(sizeof *spec);
    for (size_t i = 0; i < spec->n_series; i++) add_series(t, c, spec, i);
    chart_fonts(c, spec, t->w);
    if (spec->n_series == 1 && spec->kind != CHART_PIE) chart_legend_set_position(c, LXW_CHART_LEGEND_NONE);
    else chart_legend_set_position(c, LXW_CHART_LEGEND_BOTTOM);
    /* In a bar chart the library calls the axis of the names y, too. */
    if (spec->kind == CHART_BAR) chart_axis_set_reverse(c->y_axis); /* first row at the top, as in the table */
    if (spec->kind == CHART_COLUMN || spec->kind == CHART_STACKED || spec->kind == CHART_BAR) chart_set_series_gap(c, 60);
    enum { GAP = 4 }; /* pixels, to the table beside it and to the page above */
    lxw_chart_options o = {.x_offset = GAP,
                           .y_offset = GAP,
                           .x_scale = spec->width / 480.0,
                           .y_scale = spec->height / 288.0,
                           .object_position = LXW_OBJECT_MOVE_DONT_SIZE};
    if (!t->chart_width || spec->at_col < t->chart_col) t->chart_col = spec->at_col;
    if (spec->width > t->chart_width) t->chart_width = spec->width;
    binder_note(t->w, worksheet_insert_chart_opt(t->sheet, spec->at_row, spec->at_col, c, &o));
}
