#include "book/form.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "book/advice.h"
#include "book/binder.h"
#include "ledger/expr.h"
#include "ledger/place.h"
#include "rollup/rollup.h"

/* One person to be filled in: a value for each field of the form, and whether it is what was typed and would not do. */
struct entry {
    struct str *values;
    bool *typed;
    struct str *advice; /* what is wrong with it and what to do; empty: nothing */
    uint32_t unit;
};
struct forms {
    const struct form_spec *spec;
    struct diag *diag;
    const struct field **fields; /* of the form, in the ledger's order */
    size_t n_fields;
    struct entry *entries; /* by unit, then as they came */
    size_t n_entries, cap_entries;
    struct arena memory;
};

static void choose_fields(struct forms *f)
{
    const struct schema *s = f->spec->schema;
    f->fields = arena_zero(&f->memory, s->n_fields, sizeof *f->fields);
    for (size_t i = 0; i < s->n_fields; i++) {
        enum role role = s->fields[i].role;
        bool place = role == ROLE_COMMUNITY || role == ROLE_GRID || role == ROLE_BUILDING; /* stands in the preamble */
        if (s->fields[i].on_form && !place && role != ROLE_SURVEY_DATE) f->fields[f->n_fields++] = &s->fields[i];
    }
}

/* ---- last month's people ---- */

static int typed_column(const struct columns *c, struct str name)
{
    struct buf b = {0};
    buf_str(&b, name);
    buf_put(&b, "_typed");
    int column = columns_find(c, buf_slice(&b));
    buf_free(&b);
    return column;
}

/* What the flags "field:code;field:rule:name" have to say of the fields of the form. */
static void advise(struct forms *f, struct entry *e, const struct str *values, struct str flags)
{
    struct buf b = {0};
    while (flags.n && f->spec->templates) {
        size_t n, colon;
        if (!str_find(flags, STR(";"), &n)) n = flags.n;
        struct str flag = str_head(flags, n);
        flags = str_from(flags, n + 1);
        if (!str_find(flag, STR(":"), &colon)) continue;
        for (size_t k = 0; k < f->n_fields; k++) {
            if (!str_eq(f->fields[k]->name, str_head(flag, colon))) continue;
            b.n = 0;
            buf_str(&b, e->advice[k]);
            if (b.n) buf_char(&b, '\n');
            advice_of_flag(&b, f->spec->schema, f->spec->templates, f->fields[k], str_from(flag, colon + 1), e->values[k],
                           values[k]);
            e->advice[k] = str_copy(&f->memory, buf_slice(&b));
        }
    }
    buf_free(&b);
}

static void take_person(struct forms *f, const struct columns *c, const struct str *v, uint32_t unit)
{
    struct entry e = {arena_zero(&f->memory, f->n_fields, sizeof *e.values), arena_zero(&f->memory, f->n_fields, sizeof *e.typed),
                      arena_zero(&f->memory, f->n_fields, sizeof *e.advice), unit};
    struct str *values = mem_zero(f->n_fields + 1, sizeof *values);
    struct buf b = {0};
    for (size_t k = 0; k < f->n_fields; k++) {
        int column = columns_find(c, f->fields[k]->name), typed = typed_column(c, f->fields[k]->name);
        struct str value = column >= 0 ? v[column] : (struct str){0};
        values[k] = value;
        if (typed >= 0 && v[typed].n) { /* also where another value was taken: the form comes back as it was filled in */
            value = v[typed];
            e.typed[k] = true;
        }
        b.n = 0;
        mask_write(&b, f->spec->mask, f->fields[k]->mask, value);
        e.values[k] = str_copy(&f->memory, buf_slice(&b));
    }
    buf_free(&b);
    int flags = columns_find(c, STR("_flags"));
    if (flags >= 0) advise(f, &e, values, v[flags]);
    free(values);
    mem_grow(&f->entries, &f->cap_entries, f->n_entries + 1, sizeof *f->entries);
    f->entries[f->n_entries++] = e;
}

static bool read_people(struct forms *f)
{
    struct rows *rows = f->spec->people;
    if (!rows) return true;
    char today[11];
    struct expr_env env = {.columns = rows->columns.names,
                           .n = rows->columns.n,
                           .schema = f->spec->schema,
                           .today = rollup_month_end(f->spec->month, today)};
    struct expr *where = f->spec->where ? expr_compile(&env, str_of(f->spec->where), f->diag) : NULL;
    bool ok = where || !f->spec->where;
    int c_unit = columns_find(&rows->columns, STR("unit"));
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; ok && (v = rows_next(&cursor));) {
        uint32_t unit = c_unit >= 0 ? units_code(f->spec->units, v[c_unit]) : UNIT_NONE;
        if (unit != UNIT_NONE && (!where || expr_matches(where, v))) take_person(f, &rows->columns, v, unit);
    }
    ok = rows_done(&cursor) && ok;
    expr_free(where);
    return ok;
}

/* ---- the sheet ---- */

static const struct look NOTE = {FACE_NOTE, VALUE_TEXT, false}, INPUT = {FACE_INPUT, VALUE_TEXT, false},
                         HEADING = {FACE_HEADING, VALUE_TEXT, true};

static struct str name_at(const struct units *u, uint32_t i, enum level level)
{
    uint32_t up = units_up(u, i, level);
    return up == UNIT_NONE ? (struct str){0} : u->v[up].name;
}

static void label(struct buf *b, const char *word, struct str value)
{
    if (!value.n) return;
    if (b->n) buf_put(b, "　");
    buf_put(b, word);
    buf_put(b, "：");
    buf_str(b, value);
}

/* A label and the cell to be filled in after it. */
static void asked(struct tab *t, uint32_t row, uint16_t label_at, uint16_t cell_at, const char *words)
{
    tab_put(t, row, label_at, NOTE, str_of(words));
    tab_put(t, row, cell_at, INPUT, (struct str){0});
}

static void tick(struct tab *t, uint16_t label_at, uint16_t cell_at, const char *words, const char *comment)
{
    static const struct str TICK[] = {{"√", sizeof "√" - 1}};
    asked(t, 2, label_at, cell_at, words);
    tab_choices(t, (struct area){2, 2, cell_at, cell_at}, TICK, 1, true);
    tab_comment(t, 2, cell_at, str_of(comment));
}

/* 社区：… 网格：… 楼栋：… 楼长：… 填表日期：[ ], and below it the form's code and the two ticks.  Import reads the tick of nobody
 * by its words (line_ticks_nobody), and makes nothing of the other: its people are as they were. */
static void preamble(const struct forms *f, struct tab *t, uint32_t unit)
{
    const struct units *u = f->spec->units;
    struct buf b = {0};
    label(&b, "社区", name_at(u, unit, LEVEL_COMMUNITY));
    label(&b, "网格", name_at(u, unit, LEVEL_GRID));
    label(&b, "楼栋", name_at(u, unit, LEVEL_BUILDING));
    label(&b, "楼长", u->v[unit].leader);
    tab_height(t, 1, 24);
    tab_put(t, 1, 0, NOTE, buf_slice(&b));
    asked(t, 1, 8, 9, "填表日期：");
    b.n = 0;
    buf_put(&b, PLACE_FORM_CODE "：");
    buf_str(&b, u->v[unit].code);
    buf_char(&b, '-');
    buf_str(&b, f->spec->month);
    tab_height(t, 2, 24);
    tab_put(t, 2, 0, NOTE, buf_slice(&b));
    buf_free(&b);
    bool building = u->v[unit].level == LEVEL_BUILDING;
    tick(t, 4, 6, building ? "本楼无退役军人的，请打√：" : "本网格无退役军人的，请打√：",
         "没有退役军人和优抚对象的，选“√”，也要交回。");
    tick(t, 7, 9, "与上月一致的，请打√：", "人员和内容与上月完全一样的，选“√”，其他不用改，直接交回。");
}

static void headings(const struct forms *f, struct tab *t, uint32_t row)
{
    tab_height(t, row, 30);
    tab_put(t, row, 0, HEADING, STR("序号"));
    struct buf b = {0};
    for (size_t k = 0; k < f->n_fields; k++) {
        b.n = 0;
        buf_str(&b, f->fields[k]->title);
        if (f->fields[k]->required) buf_char(&b, '*');
        tab_put(t, row, (uint16_t)(k + 1), HEADING, buf_slice(&b));
        tab_width(t, (uint16_t)(k + 1), f->fields[k]->width ? f->fields[k]->width + 2.0 : 12);
    }
    tab_width(t, 0, 6);
    /* Hints, which import knows by their words. */
    struct look hint = {FACE_LABEL, VALUE_TEXT, true};
    tab_height(t, row + 1, 30);
    tab_put(t, row + 1, 0, hint, STR("说明"));
    for (size_t k = 0; k < f->n_fields; k++) {
        const struct field *field = f->fields[k];
        struct str text = field->hint.n     ? field->hint
                          : field->required ? STR("必填")
                          : field->codes    ? STR("从列表选择")
                                            : (struct str){0};
        tab_put(t, row + 1, (uint16_t)(k + 1), hint, text);
    }
    buf_free(&b);
}

static void drop_downs(const struct forms *f, struct tab *t, uint32_t first, uint32_t last)
{
    for (size_t k = 0; k < f->n_fields; k++) {
        const struct field *field = f->fields[k];
        const struct code_list *codes = field->codes;
        size_t n = field->n_choices ? field->n_choices : codes ? codes->n : 0;
        if (!n) continue;
        struct str *labels = mem_zero(n, sizeof *labels);
        for (size_t i = 0; i < n; i++) labels[i] = field->n_choices ? field->choices[i] : codes->codes[i].label;
        tab_choices(t, (struct area){first, last, (uint16_t)(k + 1), (uint16_t)(k + 1)}, labels, n, false);
        free(labels);
    }
}

static void number(struct tab *t, uint32_t row, size_t n)
{
    struct buf b = {0};
    buf_int(&b, (int64_t)n);
    tab_put(t, row, 0, (struct look){FACE_BODY, VALUE_CODE, false}, buf_slice(&b));
    buf_free(&b);
}

/* The first row of a building where nobody was: its name cell offers the words by which import knows a nil return. */
static void nobody_choice(const struct forms *f, struct tab *t, uint32_t row)
{
    static const struct str NOBODY[] = {{"本楼无退役军人", sizeof "本楼无退役军人" - 1}};
    for (size_t k = 0; k < f->n_fields; k++) {
        if (f->fields[k]->role != ROLE_NAME) continue;
        tab_choices(t, (struct area){row, row, (uint16_t)(k + 1), (uint16_t)(k + 1)}, NOBODY, 1, false);
        tab_comment(t, row, (uint16_t)(k + 1), STR("本楼没有退役军人和优抚对象的，请点右边的小箭头选“本楼无退役军人”，也要交回。"));
        return;
    }
}

enum { BY_HAND = 24 }; /* points: a row that is written in by hand */

static uint32_t people(const struct forms *f, struct tab *t, uint32_t unit, uint32_t row)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_entries; i++) {
        const struct entry *e = &f->entries[i];
        if (e->unit != unit) continue;
        tab_height(t, row, BY_HAND);
        number(t, row, ++n);
        for (size_t k = 0; k < f->n_fields; k++) {
            bool wrong = e->typed[k] || e->advice[k].n;
            struct look look = wrong ? (struct look){FACE_FIX, VALUE_TEXT, false} : INPUT;
            struct str said = e->advice[k].n ? e->advice[k] : STR("上次填的这个内容有问题，没有采用。请核对证件后改正。");
            tab_put(t, row, (uint16_t)(k + 1), look, e->values[k]);
            if (wrong) tab_comment(t, row, (uint16_t)(k + 1), said);
        }
        row++;
    }
    for (unsigned i = 0; i < f->spec->blank_rows; i++, row++) {
        tab_height(t, row, BY_HAND);
        number(t, row, ++n);
        for (size_t k = 0; k < f->n_fields; k++) tab_put(t, row, (uint16_t)(k + 1), INPUT, (struct str){0});
        if (n == 1) nobody_choice(f, t, row);
    }
    return row;
}

static void one_form(const struct forms *f, struct binder *w, struct str name, uint32_t unit)
{
    struct tab *t = binder_tab(w, name, false);
    uint16_t last_col = (uint16_t)f->n_fields;
    tab_height(t, 0, 32);
    tab_across(t, 0, 0, last_col, (struct look){FACE_TITLE, VALUE_TEXT, false}, f->spec->schema->title);
    preamble(f, t, unit);
    headings(f, t, 3);
    uint32_t first = 5, end = people(f, t, unit, first);
    drop_downs(f, t, first, end - 1);
    tab_height(t, end, 24);
    tab_put(t, end, 0, NOTE,
            STR("填表说明：1. 身份证号、电话照原样填写，不要改单元格格式；2. 有下拉箭头的格请从列表中选；3. "
                "上月人员已列出，去世、迁出的不要删行，请在“情况”栏选择；4. 没有人员的楼也要交。"));
    tab_height(t, end + 1, 26);
    tab_put(t, end + 1, 0, NOTE, STR("楼长签字：　　　　　　　　网格长签字：　　　　　　　　　　审核人："));
    tab_freeze(t, 5, 2);
    tab_repeat(t, 0, 4);
    struct page page = {false, f->spec->units->v[unit].code, f->spec->month};
    tab_page(t, &page);
    tab_protect(t);
}

/* ---- workbooks ---- */

static bool is_leaf(const struct units *u, uint32_t i, struct str date)
{
    if (!units_open_on(u, i, date)) return false;
    for (uint32_t c = u->v[i].first_child; c != UNIT_NONE; c = u->v[c].next_sibling)
        if (units_open_on(u, c, date)) return false;
    return true;
}

/* People who are known only by their grid have a form of their own, so that nobody is left out. */
static bool has_people(const struct forms *f, uint32_t i)
{
    for (size_t k = 0; k < f->n_entries; k++)
        if (f->entries[k].unit == i) return true;
    return false;
}

/* The unit whose workbook holds the form of a building. */
static uint32_t holder(const struct form_spec *s, uint32_t leaf)
{
    uint32_t up = units_up(s->units, leaf, s->per);
    return up == UNIT_NONE ? leaf : up;
}

static long one_workbook(const struct forms *f, const char *path, uint32_t unit, const uint32_t *leaves, size_t n)
{
    const struct units *u = f->spec->units;
    struct binder_info info = {
        .title = f->spec->schema->title, .subject = f->spec->month, .author = u->v[unit].name, .created = f->spec->month};
    struct binder *w = binder_open(path, &info, f->diag);
    if (!w) return -1;
    long forms = 0;
    struct buf name = {0};
    for (size_t i = 0; i < n; i++) {
        if (holder(f->spec, leaves[i]) != unit) continue;
        name.n = 0;
        if (f->spec->per < LEVEL_GRID && u->v[leaves[i]].parent != UNIT_NONE) buf_str(&name, u->v[u->v[leaves[i]].parent].name);
        buf_str(&name, u->v[leaves[i]].name);
        one_form(f, w, buf_slice(&name), leaves[i]);
        forms++;
    }
    buf_free(&name);
    return binder_close(w, true) ? forms : -1;
}

/* Names of units and codes hold no path. */
static void put_name(struct buf *b, struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        buf_char(b, strchr("/\\:*?\"<>|", name.s[i]) || (unsigned char)name.s[i] < 32 ? '-' : name.s[i]);
}

/* 云翠社区_第3网格_12号楼; of several units that are called so, with the code. */
static void file_name(struct buf *b, const struct units *u, uint32_t unit, bool with_code)
{
    size_t start = b->n;
    for (int l = LEVEL_COMMUNITY; l <= (int)u->v[unit].level; l++) {
        struct str name = name_at(u, unit, (enum level)l);
        if (name.n && b->n > start) buf_char(b, '_');
        put_name(b, name);
    }
    if (b->n > start && !with_code) return;
    if (b->n > start) buf_char(b, '_');
    put_name(b, u->v[unit].code);
}

/* FOLDER/NAME.xlsx; `names` counts how many units have the name. */
static void form_path(struct buf *b, const char *folder, const struct units *u, uint32_t unit, const struct map *names)
{
    buf_printf(b, "%s/", folder);
    size_t start = b->n;
    file_name(b, u, unit, false);
    if (map_find(names, str_from(buf_slice(b), start))->value > 1) {
        b->n = start;
        file_name(b, u, unit, true);
    }
    buf_put(b, ".xlsx");
}

static long all_workbooks(const struct forms *f, const char *path, const uint32_t *leaves, size_t n)
{
    struct map done = {0}, names = {0};
    struct buf name = {0};
    for (size_t i = 0; i < n; i++) {
        uint32_t unit = holder(f->spec, leaves[i]);
        bool is_new;
        map_at(&done, (struct str){(const char *)&unit, sizeof unit}, &is_new)->value = unit;
        name.n = 0;
        if (is_new) file_name(&name, f->spec->units, unit, false);
        if (is_new) map_at(&names, buf_slice(&name), NULL)->value++;
    }
    long forms = 0;
    bool single = !path || strcmp(path, "-") == 0 || str_ends(str_of(path), STR(".xlsx"));
    if (single && done.n > 1) {
        diag_add(f->diag, DIAG_FORM_MANY, NULL, path ? path : "-", NULL);
        forms = -1;
    } else if (!single && mkdir(path, 0700) != 0 && errno != EEXIST) {
        diag_add(f->diag, DIAG_WRITE_FAILED, NULL, path, strerror(errno), NULL);
        forms = -1;
    }
    for (size_t i = 0; forms >= 0 && i < done.n; i++) {
        uint32_t unit = (uint32_t)done.entries[i].value;
        name.n = 0;
        if (!single) form_path(&name, path, f->spec->units, unit, &names);
        long made = one_workbook(f, single ? path : buf_text(&name), unit, leaves, n);
        forms = made < 0 ? -1 : forms + made;
    }
    buf_free(&name);
    map_free(&done);
    map_free(&names);
    return forms;
}

long forms_write(const struct form_spec *spec, const char *path, struct diag *d)
{
    struct forms f = {.spec = spec, .diag = d};
    choose_fields(&f);
    long forms = -1;
    if (read_people(&f)) {
        const struct units *u = spec->units;
        char end[11];
        struct str date = rollup_month_end(spec->month, end);
        uint32_t *leaves = mem_zero(u->n, sizeof *leaves);
        size_t n = 0;
        for (uint32_t i = 0; i < u->n; i++)
            if (units_inside(u, i, spec->unit) && (is_leaf(u, i, date) || has_people(&f, i))) leaves[n++] = i;
        if (n) forms = all_workbooks(&f, path, leaves, n);
        else diag_add(d, DIAG_FORM_NONE, NULL, NULL);
        free(leaves);
    }
    free(f.entries);
    arena_free(&f.memory);
    return forms;
}
