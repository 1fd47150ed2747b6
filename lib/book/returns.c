#include "book/returns.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/map.h"
#include "book/advice.h"
#include "book/binder.h"
#include "ledger/layout.h"

static const char BACK[] = "_退回"; /* ends the names of these workbooks, so that none is taken for what was sent */
enum { KEY_COLUMN, FIRST_COLUMN };  /* the key is hidden; the sender's columns begin after it */
enum { MOST_COLUMNS = 16000 };      /* of the sender's: with the key they would be more than a sheet has */

struct returns {
    struct home home;
    const struct returns_options *o;
    struct diag *d;
    struct map names; /* of the workbooks of this run */
    uint64_t files, rows;
    /* The file at work. */
    struct binder *book;
    struct buf path;
    struct tab *tab;
    struct str sheet; /* that the tab is of */
    uint32_t next;    /* row of the tab */
    /* The table at work. */
    const void *layout, *context;
    uint32_t first_row;
    uint32_t *fields; /* one a column */
    size_t n, cap;
    uint64_t in_file;
    struct buf text;
    struct arena memory; /* of the file */
};

static const struct look PLAIN = {FACE_BODY, VALUE_TEXT, true}, WRONG = {FACE_FIX, VALUE_TEXT, true},
                         NOTE = {FACE_NOTE, VALUE_TEXT, false};

/* ---- the workbook ---- */

/* STEM_退回.xlsx; what comes back wrong goes home again as STEM_退回2.xlsx. */
static void name_of(struct buf *out, struct str file)
{
    size_t dot = file.n, at;
    for (size_t i = 1; i < file.n; i++)
        if (file.s[i] == '.') dot = i;
    struct str stem = str_is(file, "-") ? STR("stdin") : str_head(file, dot);
    unsigned time = 1;
    if (str_find(stem, str_of(BACK), &at)) {
        struct str number = str_from(stem, at + sizeof BACK - 1);
        unsigned n = 0;
        size_t i = 0;
        while (i < number.n && i < 4 && number.s[i] >= '0' && number.s[i] <= '9') n = n * 10 + (unsigned)(number.s[i++] - '0');
        if (i == number.n) {
            time = (n ? n : 1) + 1;
            stem = str_head(stem, at);
        }
    }
    buf_str(out, stem);
    buf_put(out, BACK);
    if (time > 1) buf_printf(out, "%u", time);
}

static bool open_book(struct returns *r, const char *file)
{
    struct buf name = {0};
    bool is_new;
    name_of(&name, str_of(file));
    size_t stem = name.n;
    for (int k = 2; map_at(&r->names, buf_slice(&name), &is_new), !is_new; k++) {
        name.n = stem;
        buf_printf(&name, "(%d)", k);
    }
    r->path.n = 0;
    buf_printf(&r->path, "%s/%s.xlsx", r->o->folder, buf_text(&name));
    const struct binder_info info = {.title = STR("退回修改"), .created = r->o->created};
    r->book = binder_open(buf_text(&r->path), &info, r->d);
    buf_free(&name);
    return r->book != NULL;
}

static void end_table(struct returns *r)
{
    for (size_t c = 0; r->layout && c < r->n; c++) {
        if (r->fields[c] >= r->o->schema->n_fields) continue;
        const struct code_list *l = r->o->schema->fields[r->fields[c]].codes;
        if (!l) continue;
        struct str *labels = mem_alloc((l->n + 1) * sizeof *labels);
        for (size_t i = 0; i < l->n; i++) labels[i] = l->codes[i].label;
        uint16_t col = (uint16_t)(c + FIRST_COLUMN);
        tab_choices(r->tab, (struct area){r->first_row, r->next - 1, col, col}, labels, l->n, false);
        free(labels);
    }
    r->layout = r->context = NULL;
    r->n = 0;
}

static void begin_tab(struct returns *r, const struct home_row *row)
{
    end_table(r);
    r->sheet = str_copy(&r->memory, str_of(row->at.sheet));
    r->tab = binder_tab(r->book, r->sheet.n ? r->sheet : STR("退回"), false);
    r->next = 0;
    tab_widths(r->tab, 9, 36);
    tab_hide_column(r->tab, KEY_COLUMN);
    tab_page(r->tab, &(struct page){.right = str_of(row->at.file)});
    r->text.n = 0;
    buf_printf(&r->text, "请改红色的格子（鼠标放上去有说明），改好后把这张表发回。请不要删行、改表头。原表：%s", row->at.file);
    tab_put(r->tab, r->next++, FIRST_COLUMN, (struct look){FACE_CAPTION, VALUE_TEXT, false}, buf_slice(&r->text));
}

/* ---- a table ---- */

static bool has_role(const struct returns *r, const struct home_row *row, int level)
{
    static const enum role ROLES[LEVEL_COUNT] = {ROLE_NONE, ROLE_COMMUNITY, ROLE_GRID, ROLE_BUILDING};
    for (uint32_t c = 0; c < row->n; c++)
        if (row->fields[c] < r->o->schema->n_fields && r->o->schema->fields[row->fields[c]].role == ROLES[level]) return true;
    return false;
}

static bool lacks_place(const struct home_row *row)
{
    for (size_t i = 0; i < row->n_faults; i++)
        if (row->faults[i].code == DIAG_NO_UNIT) return true;
    return false;
}

/* The findings about one column, or with column 0 about the row and the place above the table.  Empty when there are none. */
static void advice_for(struct returns *r, const struct home_row *row, uint32_t col)
{
    r->text.n = 0;
    for (size_t i = 0; i < row->n_faults; i++) {
        if (row->faults[i].at.col != col) continue;
        if (r->text.n) buf_char(&r->text, '\n');
        advice_of_finding(&r->text, r->o->schema, r->o->templates, &row->faults[i]);
    }
}

/* 社区： and its name, one a row: a label beside an empty cell would take the next label for its value. */
static void write_place(struct returns *r, const struct home_row *row)
{
    static const char *const LABELS[LEVEL_COUNT] = {NULL, "社区：", "网格：", "楼栋："};
    bool lacks = lacks_place(row);
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        if (!row->place[l].n && !(lacks && !has_role(r, row, l))) continue;
        bool wrong = row->unknown[l] || lacks;
        tab_put(r->tab, r->next, FIRST_COLUMN, NOTE, str_of(LABELS[l]));
        tab_put(r->tab, r->next, FIRST_COLUMN + 1, wrong ? WRONG : PLAIN, row->place[l]);
        if (wrong) advice_for(r, row, 0);
        if (wrong && r->text.n) tab_comment(r->tab, r->next, FIRST_COLUMN + 1, buf_slice(&r->text));
        r->next++;
    }
    if (!row->survey_date.n) return;
    tab_put(r->tab, r->next, FIRST_COLUMN, NOTE, STR("填表日期："));
    tab_put(r->tab, r->next++, FIRST_COLUMN + 1, PLAIN, row->survey_date);
}

/* His own heading, when it says the same without the rows above it and without --map; else the ledger's. */
static struct str heading_of(const struct returns *r, const struct words *w, const struct home_row *row, uint32_t c)
{
    uint32_t f = row->fields[c];
    if (f >= r->o->schema->n_fields || words_heading(w, row->headings[c]) == f) return row->headings[c];
    return r->o->schema->fields[f].title;
}

static uint32_t columns_of(const struct home_row *row)
{
    return row->n < MOST_COLUMNS ? row->n : MOST_COLUMNS;
}

static void begin_table(struct returns *r, const struct home_row *row)
{
    struct words w;
    words_ready(&w, r->o->schema);
    end_table(r);
    if (r->next > 1) r->next++;
    write_place(r, row);
    r->n = columns_of(row);
    mem_grow(&r->fields, &r->cap, r->n + 1, sizeof *r->fields);
    struct look heading = {FACE_HEADING, VALUE_TEXT, true};
    tab_put(r->tab, r->next, KEY_COLUMN, heading, STR(HOME_KEY));
    for (uint32_t c = 0; c < r->n; c++) {
        r->fields[c] = row->fields[c];
        tab_put(r->tab, r->next, (uint16_t)(c + FIRST_COLUMN), heading, heading_of(r, &w, row, c));
    }
    r->next++;
    r->first_row = r->next;
    if (r->in_file == 0) tab_freeze(r->tab, r->next, FIRST_COLUMN);
    if (r->in_file == 0) tab_repeat(r->tab, r->next - 1, r->next - 1);
    r->layout = row->layout;
    r->context = row->context;
    words_free(&w);
}

static bool same_table(const struct returns *r, const struct home_row *row)
{
    if (!r->n || r->layout != row->layout || r->context != row->context || r->n != columns_of(row)) return false;
    return memcmp(r->fields, row->fields, r->n * sizeof *r->fields) == 0;
}

/* A finding about the row as a whole, or about a column that is not there, stands at its first cell. */
static bool belongs_to_row(const struct home_row *row)
{
    for (size_t i = 0; i < row->n_faults; i++) {
        const struct finding *f = &row->faults[i];
        if (f->at.col == 0 && f->code != DIAG_NO_UNIT && f->code != DIAG_UNIT_UNKNOWN) return true;
    }
    return false;
}

static void write_row(struct returns *r, const struct home_row *row)
{
    r->text.n = 0;
    buf_printf(&r->text, "%u/%s/%s", row->at.row, row->at.sheet, row->at.file);
    tab_put(r->tab, r->next, KEY_COLUMN, PLAIN, buf_slice(&r->text));
    bool whole = belongs_to_row(row);
    for (uint32_t c = 0; c < r->n; c++) {
        uint16_t col = (uint16_t)(c + FIRST_COLUMN);
        advice_for(r, row, c + 1);
        if (c == 0 && whole && !r->text.n) advice_for(r, row, 0);
        tab_put(r->tab, r->next, col, r->text.n ? WRONG : PLAIN, row->cells[c]);
        if (r->text.n) tab_comment(r->tab, r->next, col, buf_slice(&r->text));
    }
    r->next++;
}

/* ---- what intake calls ---- */

static bool take_row(void *ctx, const struct home_row *row)
{
    struct returns *r = ctx;
    if (!r->book && !open_book(r, row->at.file)) return false;
    if (!r->tab || !str_is(r->sheet, row->at.sheet)) begin_tab(r, row);
    if (!same_table(r, row)) begin_table(r, row);
    write_row(r, row);
    r->in_file++;
    return true;
}

static bool take_end(void *ctx, bool keep)
{
    struct returns *r = ctx;
    bool ok = true;
    if (r->book) {
        end_table(r);
        ok = binder_close(r->book, keep);
    }
    if (r->book && keep && ok) {
        r->files++;
        r->rows += r->in_file;
    }
    r->book = NULL;
    r->tab = NULL;
    r->layout = r->context = NULL;
    r->in_file = 0;
    r->n = 0;
    arena_reset(&r->memory);
    return ok;
}

struct returns *returns_open(const struct returns_options *o, struct diag *d)
{
    if (mkdir(o->folder, 0700) != 0 && errno != EEXIST) {
        diag_add(d, DIAG_FOLDER_BAD, NULL, o->folder, strerror(errno), NULL);
        return NULL;
    }
    struct returns *r = mem_zero(1, sizeof *r);
    r->home = (struct home){r, take_row, take_end};
    r->o = o;
    r->d = d;
    return r;
}

const struct home *returns_home(struct returns *r)
{
    return &r->home;
}

void returns_close(struct returns *r)
{
    if (!r) return;
    take_end(r, false);
    char files[24], rows[24];
    snprintf(files, sizeof files, "%llu", (unsigned long long)r->files);
    snprintf(rows, sizeof rows, "%llu", (unsigned long long)r->rows);
    if (r->files) diag_add(r->d, DIAG_RETURNS_WRITTEN, NULL, files, rows, r->o->folder, NULL);
    free(r->fields);
    map_free(&r->names);
    buf_free(&r->path);
    buf_free(&r->text);
    arena_free(&r->memory);
    free(r);
}
