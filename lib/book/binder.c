#include "book/binder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/map.h"
#include "base/out.h"
#include "base/text.h"

/* Limits of the format that the library would otherwise print about. */
#define MARGIN 0.5 /* inches, left and right */

enum { NAME_LENGTH = 31, CELL_LENGTH = 32767, LIST_LENGTH = 255, COLUMNS = 16384 };

struct choice_list {
    struct str *v;
    size_t n;
};
struct tab {
    struct binder *w;
    lxw_worksheet *sheet;
    struct str name;
    double *fitted, *fixed; /* widths by column; fixed 0 = none */
    bool *hidden;
    size_t n_columns, cap_fitted, cap_fixed, cap_hidden;
    double least, most, total;
    bool portrait, paged;
    lxw_row_t *breaks; /* first rows of pages */
    size_t n_breaks, cap_breaks;
    uint16_t chart_col; /* where the charts begin, and how wide the widest is in pixels */
    unsigned chart_width;
};
struct binder {
    lxw_workbook *book;
    struct out *out;
    char *temporary;   /* when the output is no file of its own */
    const char *shown; /* for messages */
    struct diag *diag;
    lxw_format *formats[FACE_COUNT][VALUE_KIND_COUNT][2], *bad, *amber;
    struct tab **tabs;
    size_t n_tabs, cap_tabs;
    struct map names;
    struct choice_list *lists; /* drop-downs too long for a validation of their own: columns of a hidden sheet */
    size_t n_lists, cap_lists;
    struct buf text; /* scratch */
    struct arena memory;
    lxw_error error;
};

static void note(struct binder *w, lxw_error e)
{
    if (e && !w->error) w->error = e;
}

/* XML 1.0 has no place for two characters, and C none for NUL. */
static const char *clean(struct binder *w, struct str s)
{
    w->text.n = 0;
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < CELL_LENGTH; n++) {
        size_t start = i;
        uint32_t c = text_next(s, &i);
        if (c == 0xFFFE || c == 0xFFFF || c == 0 || (c == 0xFFFD && i - start == 1)) buf_utf8(&w->text, 0xFFFD);
        else buf_add(&w->text, s.s + start, i - start);
        if (c > 0xFFFF) n++; /* counted in UTF-16, as the format does */
    }
    return buf_text(&w->text);
}

static time_t created(struct str iso)
{
    struct tm t = {.tm_year = 100, .tm_mday = 1, .tm_hour = 8};
    struct buf b = {0};
    buf_str(&b, iso);
    int year, month = 1, day = 1;
    if (sscanf(buf_text(&b), "%d-%d-%d", &year, &month, &day) >= 1) {
        t.tm_year = year - 1900;
        t.tm_mon = month - 1;
        t.tm_mday = day;
    }
    buf_free(&b);
    return timegm(&t);
}

static void set_properties(struct binder *w, const struct binder_info *info)
{
    struct arena *a = &w->memory;
    lxw_doc_properties p = {
        .title = arena_string(a, clean(w, info->title)),
        .subject = arena_string(a, clean(w, info->subject)),
        .author = arena_string(a, clean(w, info->author)),
        .comments = arena_string(a, clean(w, info->comments)),
        .created = created(info->created),
    };
    note(w, workbook_set_properties(w->book, &p));
}

/* Widths of columns are counted in digits of the font of the first format: that of Chinese spreadsheet programs, which others
 * replace by one of nearly the same width, as they do not with Calibri. */
static void set_normal_font(struct binder *w)
{
    lxw_format *normal = STAILQ_FIRST(w->book->formats);
    format_set_font_name(normal, "宋体");
    format_set_font_size(normal, 11);
    format_set_font_family(normal, 0);
    format_set_font_charset(normal, 134);
    format_set_font_scheme(normal, "");
}

struct binder *binder_open(const char *path, const struct binder_info *info, struct diag *d)
{
    struct binder *w = mem_zero(1, sizeof *w);
    w->diag = d;
    w->shown = path && strcmp(path, "-") != 0 ? path : "standard output";
    w->out = out_open(path, d);
    if (!w->out) {
        free(w);
        return NULL;
    }
    const char *target = out_path(w->out);
    if (!target) {
        const char *folder = getenv("TMPDIR");
        buf_printf(&w->text, "%s/vet-book.XXXXXX", folder && *folder ? folder : "/tmp");
        w->temporary = strdup(buf_text(&w->text));
        int fd = w->temporary ? mkstemp(w->temporary) : -1;
        if (fd < 0) {
            diag_add(d, DIAG_WRITE_FAILED, NULL, w->temporary ? w->temporary : "", strerror(errno), NULL);
            out_close(w->out, false, d);
            free(w->temporary);
            free(w);
            return NULL;
        }
        close(fd);
        target = w->temporary;
    }
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    w->book = workbook_new_opt(target, &options);
    if (!w->book) mem_exhausted(sizeof *w);
    set_normal_font(w);
    set_properties(w, info);
    return w;
}

/* What a failed write is called: the library's own words would go to a terminal. */
static const char *why(lxw_error e)
{
    switch (e) {
    case LXW_ERROR_CREATING_TMPFILE:
    case LXW_ERROR_READING_TMPFILE: return strerror(errno ? errno : EIO);
    case LXW_ERROR_CREATING_XLSX_FILE:
    case LXW_ERROR_ZIP_FILE_OPERATION:
    case LXW_ERROR_ZIP_FILE_ADD:
    case LXW_ERROR_ZIP_CLOSE: return errno ? strerror(errno) : strerror(ENOSPC);
    default: return lxw_strerror(e);
    }
}

static bool copy_out(struct binder *w)
{
    FILE *f = fopen(w->temporary, "rb");
    if (!f) return false;
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0) out_write(w->out, (struct str){block, n});
    bool ok = !ferror(f);
    fclose(f);
    return ok;
}

static void write_lists(struct binder *w);
static void set_widths(struct tab *t);

bool binder_close(struct binder *w, bool keep)
{
    if (w->n_lists) write_lists(w);
    for (size_t i = 0; i < w->n_tabs; i++) set_widths(w->tabs[i]);
    errno = 0;
    note(w, workbook_close(w->book));
    bool ok = !keep || !w->error;
    if (!ok) diag_add(w->diag, DIAG_WRITE_FAILED, NULL, w->shown, why(w->error), NULL);
    if (keep && ok && w->temporary && !copy_out(w)) {
        diag_add(w->diag, DIAG_WRITE_FAILED, NULL, w->shown, strerror(errno), NULL);
        ok = false;
    }
    if (w->temporary) unlink(w->temporary);
    ok = out_close(w->out, keep && ok, w->diag) && ok;
    for (size_t i = 0; i < w->n_tabs; i++) {
        free(w->tabs[i]->fitted);
        free(w->tabs[i]->breaks);
        free(w->tabs[i]->fixed);
        free(w->tabs[i]->hidden);
    }
    free(w->tabs);
    free(w->lists);
    free(w->temporary);
    map_free(&w->names);
    buf_free(&w->text);
    arena_free(&w->memory);
    free(w);
    return ok;
}

/* ---- tabs ---- */

static bool name_taken(struct binder *w, struct str name)
{
    bool fresh;
    struct buf key = {0};
    text_heading_key(&key, name); /* names that differ in case only are one to Excel */
    map_at(&w->names, buf_slice(&key), &fresh);
    buf_free(&key);
    return !fresh;
}

static struct str allowed_name(struct binder *w, struct str name)
{
    struct buf b = {0};
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < NAME_LENGTH; n++) {
        size_t start = i;
        uint32_t c = text_next(name, &i);
        if (c < 128 && strchr("[]:*?/\\'", (int)c)) buf_char(&b, ' ');
        else buf_add(&b, name.s + start, i - start);
        if (c > 0xFFFF) n++;
    }
    if (!str_trim(buf_slice(&b)).n) buf_put(&b, "Sheet");
    struct str base = str_copy(&w->memory, str_trim(buf_slice(&b))), result = base;
    for (int k = 2; name_taken(w, result); k++) {
        b.n = 0;
        size_t i = 0, used = 0;
        while (i < base.n && used < NAME_LENGTH - 4) {
            text_next(base, &i);
            used++;
        }
        buf_add(&b, base.s, i);
        buf_printf(&b, " %d", k);
        result = str_copy(&w->memory, buf_slice(&b));
    }
    buf_free(&b);
    return result;
}

struct tab *binder_tab(struct binder *w, struct str name, bool hidden)
{
    struct tab *t = arena_zero(&w->memory, 1, sizeof *t);
    t->w = w;
    t->name = allowed_name(w, name);
    t->sheet = workbook_add_worksheet(w->book, t->name.s);
    if (!t->sheet) mem_exhausted(sizeof *t);
    worksheet_set_default_row(t->sheet, 18, LXW_FALSE);
    t->least = 8;
    t->most = 50;
    if (hidden) worksheet_hide(t->sheet);
    mem_grow(&w->tabs, &w->cap_tabs, w->n_tabs + 1, sizeof *w->tabs);
    w->tabs[w->n_tabs++] = t;
    return t;
}

struct str tab_name(const struct tab *t)
{
    return t->name;
}

static void know_column(struct tab *t, uint16_t col)
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
static void fit(struct tab *t, uint16_t col, struct look look, struct str value)
{
    know_column(t, col);
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
    note(t->w, worksheet_set_h_pagebreaks(t->sheet, t->breaks));
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

static void set_widths(struct tab *t)
{
    double spread = spread_of(t);
    for (size_t c = 0; c < t->n_columns; c++) {
        lxw_row_col_options hidden = {.hidden = LXW_TRUE};
        note(t->w, worksheet_set_column_opt(t->sheet, (lxw_col_t)c, (lxw_col_t)c, width_of(t, c) * spread, NULL,
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

void tab_width(struct tab *t, uint16_t col, double width)
{
    know_column(t, col);
    t->fixed[col] = width;
}

void tab_hide_column(struct tab *t, uint16_t col)
{
    know_column(t, col);
    t->hidden[col] = true;
}

/* ---- looks ---- */

enum { INK = 0x1F2933, LINE = 0x9AA5B1, HEAD_FILL = 0xD6E4F0, SHADE = 0xF2F5F8, TOTAL_FILL = 0xE8EDF3 };

static void font(lxw_format *f, const char *name, double size)
{
    format_set_font_name(f, name);
    format_set_font_size(f, size);
    format_set_font_family(f, 0);
    format_set_font_charset(f, 134); /* GB2312: a program without the font then takes a Chinese one */
}

static void set_face(lxw_format *f, enum face face)
{
    font(f, "宋体", 10.5);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    switch (face) {
    case FACE_TITLE:
        font(f, "黑体", 18);
        format_set_align(f, LXW_ALIGN_CENTER_ACROSS);
        return;
    case FACE_SUBTITLE: format_set_align(f, LXW_ALIGN_CENTER_ACROSS); return;
    case FACE_NOTE: return;
    case FACE_CAPTION: font(f, "黑体", 12); return;
    case FACE_HEADING:
        font(f, "黑体", 10.5);
        format_set_align(f, LXW_ALIGN_CENTER);
        format_set_text_wrap(f);
        format_set_bg_color(f, HEAD_FILL);
        break;
    case FACE_LABEL:
        font(f, "黑体", 10.5);
        format_set_bg_color(f, SHADE);
        break;
    case FACE_SUBTOTAL:
        format_set_bold(f);
        format_set_bg_color(f, SHADE);
        break;
    case FACE_TOTAL:
        format_set_bold(f);
        format_set_bg_color(f, TOTAL_FILL);
        break;
    case FACE_GOOD:
        format_set_bg_color(f, 0xE3F4E4);
        format_set_font_color(f, 0x1B5E20);
        break;
    case FACE_WARN: format_set_bg_color(f, 0xFFF3CD); break;
    case FACE_BAD:
        format_set_bg_color(f, 0xFDE0DD);
        format_set_font_color(f, 0x9B1C1C);
        break;
    case FACE_FIX:
        format_set_bg_color(f, 0xFDE0DD);
        format_set_font_color(f, 0x9B1C1C);
        format_set_unlocked(f);
        break;
    case FACE_INPUT:
        format_set_bg_color(f, 0xFFFDF0);
        format_set_unlocked(f);
        break;
    default: break;
    }
    format_set_border(f, LXW_BORDER_THIN);
    format_set_border_color(f, LINE);
}

static void set_kind(lxw_format *f, enum face face, enum value_kind kind)
{
    switch (kind) {
    case VALUE_TEXT: format_set_num_format(f, "@"); break;
    case VALUE_CODE:
        format_set_num_format(f, "@");
        if (face != FACE_TITLE && face != FACE_SUBTITLE && face != FACE_NOTE) format_set_align(f, LXW_ALIGN_CENTER);
        break;
    case VALUE_COUNT: format_set_num_format(f, "#,##0"); break;
    case VALUE_DECIMAL: format_set_num_format(f, "#,##0.##"); break;
    case VALUE_PERCENT: format_set_num_format(f, "0.0\"%\""); break;
    case VALUE_CHANGE: format_set_num_format(f, "+#,##0.##;-#,##0.##;0"); break;
    default: break;
    }
}

static lxw_format *format_of(struct binder *w, struct look look)
{
    lxw_format **slot = &w->formats[look.face][look.kind][look.wrap];
    if (*slot) return *slot;
    lxw_format *f = workbook_add_format(w->book);
    if (!f) mem_exhausted(sizeof look);
    set_face(f, look.face);
    if (look.face != FACE_HEADING) set_kind(f, look.face, look.kind);
    if (look.wrap) format_set_text_wrap(f);
    return *slot = f;
}

/* ---- cells ---- */

static bool as_number(struct binder *w, struct look look, struct str value, double *number)
{
    if (look.kind == VALUE_TEXT || look.kind == VALUE_CODE || !value.n || value.n > 40) return false;
    char *end;
    const char *z = clean(w, value);
    *number = strtod(z, &end);
    return *end == 0 && end != z && strspn(z, "+-0123456789.") == value.n;
}

void tab_put(struct tab *t, uint32_t row, uint16_t col, struct look look, struct str value)
{
    lxw_format *f = format_of(t->w, look);
    double number;
    if (look.face != FACE_TITLE && look.face != FACE_SUBTITLE && look.face != FACE_NOTE && look.face != FACE_CAPTION)
        fit(t, col, look, value);
    if (!value.n) note(t->w, worksheet_write_blank(t->sheet, row, col, f));
    else if (as_number(t->w, look, value, &number)) note(t->w, worksheet_write_number(t->sheet, row, col, number, f));
    else note(t->w, worksheet_write_string(t->sheet, row, col, clean(t->w, value), f));
}

void tab_across(struct tab *t, uint32_t row, uint16_t first, uint16_t last, struct look look, struct str value)
{
    tab_put(t, row, first, look, value);
    for (uint16_t c = first + 1; c <= last; c++) note(t->w, worksheet_write_blank(t->sheet, row, c, format_of(t->w, look)));
}

void tab_height(struct tab *t, uint32_t row, double points)
{
    note(t->w, worksheet_set_row(t->sheet, row, points, NULL));
}

void tab_comment(struct tab *t, uint32_t row, uint16_t col, struct str text)
{
    size_t lines = text_width(text) / 30 + 2;
    lxw_comment_options o = {
        .x_scale = 1.8, .y_scale = lines < 4 ? 0.8 : (double)lines / 5, .font_name = (char *)"宋体", .font_size = 10};
    note(t->w, worksheet_write_comment_opt(t->sheet, row, col, clean(t->w, text), &o));
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
static void write_lists(struct binder *w)
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
    note(w, worksheet_data_validation_range(t->sheet, a.first_row, a.first_col, a.last_row, a.last_col, &v));
    buf_free(&range);
    buf_free(&column);
}

/* ---- pages ---- */

void tab_freeze(struct tab *t, uint32_t row, uint16_t col)
{
    worksheet_freeze_panes(t->sheet, row, col);
}

void tab_repeat(struct tab *t, uint32_t first, uint32_t last)
{
    note(t->w, worksheet_repeat_rows(t->sheet, first, last));
}

void tab_filter(struct tab *t, struct area a)
{
    note(t->w, worksheet_autofilter(t->sheet, a.first_row, a.first_col, a.last_row, a.last_col));
}

/* & starts a code in a footer, and the whole may have 255 characters. */
static void footer_part(struct buf *b, struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < 60; n++) {
        size_t start = i;
        uint32_t c = text_next(s, &i);
        if (c == '&') buf_char(b, '&');
        buf_add(b, s.s + start, i - start);
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
    note(t->w, worksheet_set_footer(t->sheet, buf_text(&b)));
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
    note(w, worksheet_conditional_format_range(t->sheet, a.first_row, a.first_col, a.last_row, a.last_col, &f));
}

/* ---- charts ---- */

static const lxw_color_t PALETTE[] = {0x2F6DA8, 0xC8553D, 0x5B8E55, 0xD9A441, 0x7B6FA6, 0x4BA3A8,
                                      0x9C6B4F, 0x8A929C, 0xB0568A, 0x3D5A80, 0x94A545, 0xD98A7B};

static void chart_fonts(lxw_chart *c, const struct chart *spec, struct binder *w)
{
    lxw_chart_font title = {.name = (char *)(uintptr_t) "黑体", .size = 13, .bold = LXW_EXPLICIT_FALSE},
                   small = {.name = (char *)(uintptr_t) "宋体", .size = 9};
    chart_title_set_name(c, clean(w, spec->title));
    chart_title_set_name_font(c, &title);
    chart_legend_set_font(c, &small);
    if (spec->kind == CHART_PIE) return;
    chart_axis_set_num_font(c->x_axis, &small);
    chart_axis_set_num_font(c->y_axis, &small);
    if (spec->kind != CHART_LINE)
        chart_axis_set_min(spec->kind == CHART_BAR ? c->x_axis : c->y_axis, 0); /* a bar is as long as its number */
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
    lxw_chart_options o = {
        .x_scale = spec->width / 480.0, .y_scale = spec->height / 288.0, .object_position = LXW_OBJECT_MOVE_DONT_SIZE};
    if (!t->chart_width || spec->at_col < t->chart_col) t->chart_col = spec->at_col;
    if (spec->width > t->chart_width) t->chart_width = spec->width;
    note(t->w, worksheet_insert_chart_opt(t->sheet, spec->at_row, spec->at_col, c, &o));
}
