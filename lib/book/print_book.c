#include <stdlib.h>

#include "base/text.h"
#include "book/print_own.h"

/* The workbook. */

/* Where things stand on a sheet: title, subtitle, then block after block with an empty row between. */
struct laying {
    const struct content *c;
    const struct content_sheet *s;
    struct binder *binder;
    struct tab *tab; /* NULL: only looking for a cell */
    uint32_t row;
    uint32_t page;     /* first row of the page */
    uint16_t width;    /* columns of the widest block */
    uint32_t want_row; /* the cell looked for */
    uint16_t want_col;
    struct content_cell *found;
};

static uint16_t shown_columns(const struct block *b)
{
    size_t n = b->numbered ? 1 : 0;
    for (size_t i = 0; b->table && i < b->table->n_columns; i++) n += !b->hidden[i];
    return (uint16_t)n;
}

/* The column of the sheet in which a column of the table stands. */
static uint16_t place_of(const struct block *b, size_t column)
{
    uint16_t at = b->numbered ? 1 : 0;
    for (size_t i = 0; i < column; i++) at = (uint16_t)(at + !b->hidden[i]);
    return at;
}

static enum value_kind kind_of(enum column_kind k)
{
    switch (k) {
    case COLUMN_TEXT: return VALUE_TEXT;
    case COLUMN_CODE: return VALUE_CODE;
    case COLUMN_COUNT: return VALUE_COUNT;
    case COLUMN_DECIMAL: return VALUE_DECIMAL;
    case COLUMN_PERCENT: return VALUE_PERCENT;
    case COLUMN_CHANGE: return VALUE_CHANGE;
    }
    return VALUE_TEXT;
}

static void lay_heading(struct laying *l, const struct block *b)
{
    struct look look = {FACE_HEADING, VALUE_TEXT, true};
    bool high = false;
    for (size_t i = 0; i < b->table->n_columns; i++)
        high = high || (!b->hidden[i] && text_width(heading_of(&b->table->columns[i])) > 8);
    tab_height(l->tab, l->row, high ? 32 : 20);
    if (b->numbered) tab_put(l->tab, l->row, 0, look, STR("序号"));
    for (size_t i = 0; i < b->table->n_columns; i++)
        if (!b->hidden[i]) tab_put(l->tab, l->row, place_of(b, i), look, heading_of(&b->table->columns[i]));
}

/* Spreadsheet programs keep the height that rows were given; one whose texts are broken needs more. */
static void make_room(struct laying *l, const struct block *b, const struct result_line *line)
{
    enum { POINTS = 15 }; /* of a line */
    unsigned most = 1;
    for (size_t k = 0; k < b->table->n_columns; k++) {
        bool broken = !b->hidden[k] && kind_of(b->table->columns[k].kind) == VALUE_TEXT;
        unsigned lines = broken ? tab_lines(l->tab, line->values[k]) : 1;
        if (lines > most) most = lines;
    }
    if (most > 1) tab_height(l->tab, l->row, most * POINTS + 4);
}

static void lay_line(struct laying *l, const struct block *b, const struct result_line *line, size_t i)
{
    static const enum face FACES[] = {[LINE_PLAIN] = FACE_BODY,
                                      [LINE_SUBTOTAL] = FACE_SUBTOTAL,
                                      [LINE_TOTAL] = FACE_TOTAL,
                                      [LINE_GOOD] = FACE_BODY,
                                      [LINE_BAD] = FACE_BAD};
    enum face face = FACES[line->kind];
    if (b->wrap) make_room(l, b, line);
    if (b->numbered) {
        struct buf n = {0};
        if (line->kind != LINE_TOTAL && line->kind != LINE_SUBTOTAL) buf_int(&n, (int64_t)i + 1);
        tab_put(l->tab, l->row, 0, (struct look){face, VALUE_CODE, false}, buf_slice(&n));
        buf_free(&n);
    }
    for (size_t k = 0; k < b->table->n_columns; k++) {
        if (b->hidden[k]) continue;
        enum value_kind kind = kind_of(b->table->columns[k].kind);
        struct look look = {face, kind, b->wrap && kind == VALUE_TEXT};
        const struct str *was = block_was(b, i, k);
        if (was) tab_restated(l->tab, l->row, place_of(b, k), look, line->values[k], *was);
        else tab_put(l->tab, l->row, place_of(b, k), look, line->values[k]);
    }
}

static void lay_conditions(struct laying *l, const struct block *b, uint32_t first, uint32_t last)
{
    for (size_t i = 0; i < b->n_conditions; i++) {
        uint16_t col = place_of(b, b->conditions[i].column);
        tab_condition(l->tab, (struct area){first, last, col, col}, b->conditions[i].condition, b->conditions[i].limit);
    }
}

/* The last data row that is not a total: charts and bars are of the parts. */
static size_t parts(const struct block *b)
{
    const struct result *r = b->table;
    size_t n = block_lines(b);
    while (!b->lines && n && (r->lines[n - 1].kind == LINE_TOTAL || r->lines[n - 1].kind == LINE_SUBTOTAL)) n--;
    return n;
}

/* A narrow table has its charts beside it, a wide one below; many bars are no picture any more. */
enum {
    NARROW = 5,
    MOST_BARS = 40,
    MOST_BELOW = 26,
    FEW_LINES = 6, /* that leave room for a chart below them on the page */
    SIDE_COLUMNS = 9,
    SIDE_PIXELS = 560,
    PAGE_LINES = 30,
    ROW_PIXELS = 24,
    LOW = 320,
    HIGH = 420,
    TITLE_ROWS = 2,
    MOST_ROWS = 1048576 - 16 /* of a sheet; notes and signatures stand below */
};

static bool charts_beside(const struct block *b)
{
    return b->n_charts > 0 && shown_columns(b) <= NARROW && parts(b) <= MOST_BARS;
}

static unsigned chart_height(const struct content_chart *c, size_t n)
{
    unsigned bars = (unsigned)n * 22 + 90;
    return c->kind == CHART_BAR ? (bars < 260 ? 260 : bars) : c->n_series > 1 ? HIGH : LOW;
}

static void new_page(struct laying *l, uint32_t row)
{
    if (l->tab) tab_break(l->tab, row);
    l->page = row;
}

/* How high a block is, with what stands beside it. */
static size_t lines_of(const struct block *b)
{
    size_t lines = (b->table ? block_lines(b) + 1 : 0) + b->n_notes + (b->heading.n ? 1 : 0), charts = 0;
    for (size_t i = 0; i < b->n_charts && charts_beside(b); i++)
        charts += (chart_height(&b->charts[i], parts(b)) + ROW_PIXELS - 1) / ROW_PIXELS + 1;
    return lines > charts ? lines : charts;
}

/* Draws the charts of a block whose heading stands in row `heading` and ends in l->row, and moves past them. */
static void lay_charts(struct laying *l, const struct block *b, uint32_t heading)
{
    size_t n = parts(b);
    bool beside = charts_beside(b);
    if (!n || !b->n_charts || n > (beside ? MOST_BARS : MOST_BELOW)) return;
    uint32_t row = beside ? heading : l->row + 1;
    for (size_t i = 0; i < b->n_charts; i++) {
        const struct content_chart *c = &b->charts[i];
        uint16_t *series = mem_zero(c->n_series, sizeof *series);
        for (size_t k = 0; k < c->n_series; k++) series[k] = place_of(b, c->series[k]);
        struct chart chart = {
            .kind = c->kind,
            .title = c->title,
            .first_row = heading + 1,
            .last_row = heading + (uint32_t)n,
            .heading = heading,
            .categories = place_of(b, c->categories),
            .series = series,
            .n_series = c->n_series,
            .at_row = row,
            .at_col = beside ? shown_columns(b) : 0,
            .width = beside   ? SIDE_PIXELS
                     : l->tab ? tab_pixels(l->tab) - 16
                              : 0,
            .height = chart_height(c, n),
            .most = b->table->columns[c->series[0]].kind == COLUMN_PERCENT ? 100 : 0,
        };
        if (!beside && n > FEW_LINES) new_page(l, row);
        if (l->tab) tab_chart(l->tab, &chart);
        free(series);
        row += (chart.height + ROW_PIXELS - 1) / ROW_PIXELS + 1;
    }
    if (row > l->row) l->row = row;
}

static void find_cell(struct laying *l, const struct block *b, uint32_t heading)
{
    if (l->want_row < heading || l->want_row > heading + block_lines(b)) return;
    size_t line = l->want_row == heading ? SIZE_MAX : l->want_row - heading - 1, n = b->table->n_columns;
    const char *what = line == SIZE_MAX ? "表头" : NULL;
    if (b->numbered && !l->want_col) *l->found = (struct content_cell){b, line, n, what, STR("序号")};
    for (size_t k = 0; k < n; k++)
        if (!b->hidden[k] && place_of(b, k) == l->want_col)
            *l->found = (struct content_cell){b, line, k, what, heading_of(&b->table->columns[k])};
}

/* Words that stand in row l->row beside the tables, from column 0 to `last`. */
static void find_words(struct laying *l, uint16_t last, const char *what, struct str text)
{
    if (!l->tab && l->want_row == l->row && l->want_col <= last) *l->found = (struct content_cell){.what = what, .text = text};
}

static void lay_titles(struct laying *l);

static void start_tab(struct laying *l)
{
    const struct content_sheet *s = l->s;
    l->tab = binder_tab(l->binder, s->name, false);
    l->page = 0;
    tab_widths(l->tab, 7, 40);
    bool beside = false;
    for (size_t i = 0; i < s->n_blocks; i++) beside = beside || charts_beside(&s->blocks[i]);
    tab_fill(l->tab, beside ? 55 : s->portrait ? 85 : 115);
    lay_titles(l);
}

/* A table of one page with its chart on another, over which its headings would say nothing. */
static bool chart_apart(const struct block *b)
{
    return b->n_charts > 0 && !charts_beside(b) && block_lines(b) <= PAGE_LINES;
}

/* The page, what stays in sight, what repeats. */
static void end_tab(struct laying *l)
{
    const struct content_sheet *s = l->s;
    const struct block *first = s->n_blocks ? &s->blocks[0] : NULL;
    struct page page = {s->portrait, l->c->station, l->c->period};
    tab_page(l->tab, &page);
    if (!first || !first->table) return;
    uint32_t heading = TITLE_ROWS + (first->heading.n ? 1 : 0);
    uint16_t names = 0; /* the first column of numbers: what stands before it names the row */
    while (names < first->table->n_columns && first->table->columns[names].kind < COLUMN_COUNT) names++;
    names = place_of(first, names);
    if (s->n_blocks == 1) {
        tab_freeze(l->tab, heading + 1, names > 3 ? 3 : names);
        tab_repeat(l->tab, 0, chart_apart(first) ? TITLE_ROWS - 1 : heading);
    } else {
        tab_freeze(l->tab, TITLE_ROWS, 0);
        tab_repeat(l->tab, 0, TITLE_ROWS - 1);
    }
}

/* What belongs to the lines of a table that stand on one tab, from its heading to the row before l->row. */
static void end_lines(struct laying *l, const struct block *b, uint32_t heading)
{
    uint32_t last = l->row - 1;
    if (l->row == heading + 1) return;
    uint32_t totals = (uint32_t)(block_lines(b) - parts(b));
    if (last - totals > heading) lay_conditions(l, b, heading + 1, last - totals);
    if (b->filter) tab_filter(l->tab, (struct area){heading, last, 0, (uint16_t)(shown_columns(b) - 1)});
}

static void lay_table(struct laying *l, const struct block *b)
{
    uint32_t heading = l->row;
    if (!l->tab) {
        find_cell(l, b, heading);
        l->row += 1 + (uint32_t)block_lines(b);
        return;
    }
    lay_heading(l, b);
    l->row++;
    struct block_walk walk = {.block = b};
    const struct result_line *line;
    for (size_t i = 0; (line = block_next(&walk)); i++, l->row++) {
        if (l->row >= MOST_ROWS) { /* no sheet has more rows: the rest goes on another one */
            end_lines(l, b, heading);
            end_tab(l);
            start_tab(l);
            heading = l->row;
            lay_heading(l, b);
            l->row++;
        }
        lay_line(l, b, line, i);
    }
    end_lines(l, b, heading);
}

static void lay_block(struct laying *l, const struct block *b)
{
    struct look note = {FACE_NOTE, VALUE_TEXT, false};
    size_t lines = lines_of(b);
    if (lines <= PAGE_LINES && l->row - l->page + lines > PAGE_LINES) new_page(l, l->row);
    if (b->heading.n) {
        find_words(l, 0, "小标题", b->heading);
        if (l->tab) tab_put(l->tab, l->row, 0, (struct look){FACE_CAPTION, VALUE_TEXT, false}, b->heading);
        l->row++;
    }
    uint32_t heading = l->row;
    if (b->table) lay_table(l, b);
    for (size_t i = 0; i < b->n_notes; i++, l->row++) {
        find_words(l, 0, "说明", b->notes[i]);
        if (l->tab) tab_put(l->tab, l->row, 0, note, b->notes[i]);
    }
    if (b->table) lay_charts(l, b, heading);
    l->row++;
}

/* 填报单位：…　填报日期：…　制表人：　审核人：　负责人：, spread over the width of the sheet. */
static void lay_signature(struct laying *l)
{
    const struct content *c = l->c;
    struct buf b = {0};
    for (size_t i = 0; i < c->n_sign; i++) {
        if (i) buf_put(&b, "　　");
        buf_str(&b, c->sign[i]);
        buf_put(&b, "：");
        if (str_is(c->sign[i], "填报单位") && c->sign_station.n) buf_str(&b, c->sign_station);
        else if (str_is(c->sign[i], "填报日期") && c->sign_date.n) buf_str(&b, c->sign_date);
        else buf_put(&b, "　　　　　");
    }
    tab_height(l->tab, l->row, 26);
    tab_put(l->tab, l->row, 0, (struct look){FACE_NOTE, VALUE_TEXT, false}, buf_slice(&b));
    l->row++;
    buf_free(&b);
}

static void lay_titles(struct laying *l)
{
    uint16_t last = l->width ? (uint16_t)(l->width - 1) : 0;
    if (l->tab) {
        tab_height(l->tab, 0, 32);
        tab_across(l->tab, 0, 0, last, (struct look){FACE_TITLE, VALUE_TEXT, false}, l->s->title);
        struct buf b = {0};
        buf_str(&b, l->c->subtitle);
        if (l->s->unit_of_count.n) {
            buf_put(&b, "　　单位：");
            buf_str(&b, l->s->unit_of_count);
        }
        tab_height(l->tab, 1, 20);
        tab_across(l->tab, 1, 0, last, (struct look){FACE_SUBTITLE, VALUE_TEXT, false}, buf_slice(&b));
        buf_free(&b);
    }
    for (l->row = 0; l->row < TITLE_ROWS; l->row++)
        find_words(l, last, l->row ? "填报单位和统计月份" : "标题", l->row ? l->c->subtitle : l->s->title);
}

static void start_sheet(struct laying *l, const struct content *c, const struct content_sheet *s)
{
    *l = (struct laying){.c = c, .s = s, .binder = l->binder, .want_row = l->want_row, .want_col = l->want_col, .found = l->found};
    for (size_t i = 0; i < s->n_blocks; i++) {
        uint16_t n = (uint16_t)(shown_columns(&s->blocks[i]) + (charts_beside(&s->blocks[i]) ? SIDE_COLUMNS : 0));
        if (n > l->width) l->width = n;
    }
    if (!l->width) l->width = s->portrait ? 8 : 12; /* of notes only: the title stands over usual columns */
}

static void lay_sheet(struct binder *w, const struct content *c, const struct content_sheet *s)
{
    struct laying l = {.binder = w};
    start_sheet(&l, c, s);
    start_tab(&l);
    for (size_t i = 0; i < s->n_blocks; i++) lay_block(&l, &s->blocks[i]);
    if (c->n_sign) lay_signature(&l);
    end_tab(&l);
}

bool print_workbook(const struct content *c, const char *path, struct diag *d)
{
    struct binder_info info = {
        .title = c->title, .subject = c->period, .author = c->station, .comments = c->head, .created = c->period};
    struct binder *w = binder_open(path, &info, d);
    if (!w) return false;
    for (size_t i = 0; i < c->n_sheets; i++) lay_sheet(w, c, &c->sheets[i]);
    bool whole = !content_failed(c);
    return binder_close(w, whole) && whole;
}

bool content_at(const struct content *c, struct str sheet, uint32_t row, uint16_t col, struct content_cell *out)
{
    for (size_t i = 0; i < c->n_sheets; i++) {
        if (!str_eq(c->sheets[i].name, sheet)) continue;
        struct laying l = {.want_row = row, .want_col = col, .found = out};
        *out = (struct content_cell){.what = "空白"};
        start_sheet(&l, c, &c->sheets[i]);
        lay_titles(&l);
        for (size_t k = 0; k < c->sheets[i].n_blocks; k++) lay_block(&l, &c->sheets[i].blocks[k]);
        if (c->n_sign) find_words(&l, 0, "签字栏", c->sign_station);
        return true;
    }
    return false;
}
