/* The sheets that a grid hands in, each layout with its truth. */
#include "typing.h"

#include <stdlib.h>

struct writer {
    struct station *s;
    struct book_out book;
    char file[160];
};

static void truth_head(struct writer *w, const struct building *b, const char *sheet, size_t row, const char *outcome,
                       const char *code)
{
    const struct grid *g = &w->s->grids[b->grid];
    fprintf(w->s->truth, "%s,%s,%zu,%s,%s,", w->file, sheet, row, outcome, code);
    (void)g;
}

static void truth_place(struct writer *w, const struct building *b)
{
    const struct grid *g = &w->s->grids[b->grid];
    fprintf(w->s->truth, ",%s,%s,第%d网格,%d号楼", b->code, COMMUNITY_NAMES[g->community], g->number, b->number);
}

static void truth_row(struct writer *w, const struct building *b, const char *sheet, size_t row, const struct typed_row *t,
                      int person)
{
    struct station *s = w->s;
    truth_head(w, b, sheet, row, t->outcome, t->code);
    fprintf(s->truth, "P%05d", person);
    truth_place(w, b);
    fprintf(s->truth, ",%s,%s,%s,%s,%s,%s,%s,%s\n", t->name, t->id, t->sex, t->birth, t->phone, t->category, t->enlist,
            t->discharge);
    s->rows++;
    bool rejected = strcmp(t->outcome, "rejected") == 0;
    if (rejected) s->rejected++;
    else if (strcmp(t->outcome, "flagged") == 0) s->flagged++;
    if (!rejected && !s->seen[person]) {
        s->seen[person] = true;
        s->found++;
    }
}

static void truth_nil(struct writer *w, const struct building *b, const char *sheet, size_t row)
{
    truth_head(w, b, sheet, row, "nil", "");
    truth_place(w, b);
    fprintf(w->s->truth, ",,,,,,,,\n");
    w->s->nil++;
}

static bool finish(struct writer *w, enum file_kind kind)
{
    struct buf path = {0};
    buf_printf(&path, "%s/sheets/%s", w->s->folder, w->file);
    bool ok = book_write(&w->book, buf_text(&path), kind);
    if (!ok) perror(path.s);
    buf_free(&path);
    book_out_free(&w->book);
    w->s->files++;
    return ok;
}

static void put(struct writer *w, struct sheet_out *sheet, size_t row, int col, const char *text)
{
    sheet->rows[row][col] = text_value(&w->book.memory, "%s", text);
}

static const char *community_short(struct arena *a, int community)
{
    return text_value(a, "%.*s", (int)strlen(COMMUNITY_NAMES[community]) - 6, COMMUNITY_NAMES[community]).text;
}

/* A table whose columns are `columns` (ended by COLUMNS): headings at once, rows as they come. */
static void headings(struct writer *w, struct sheet_out *sheet, const enum column *columns, const char *const *texts)
{
    struct value *v = sheet_row(sheet);
    for (int i = 0; columns[i] != COLUMNS; i++) v[i] = text_value(&w->book.memory, "%s", texts[i]);
}

static void choose_headings(struct writer *w, const enum column *columns, const char **texts)
{
    for (int i = 0; columns[i] != COLUMNS; i++) texts[i] = type_heading(&w->s->dice, columns[i]);
}

static void person_row(struct writer *w, struct sheet_out *sheet, const enum column *columns, const struct typed_row *t)
{
    struct value *v = sheet_row(sheet);
    for (int i = 0; columns[i] != COLUMNS; i++) v[i] = t->cells[columns[i]];
    (void)w;
}

static int width_of(const enum column *columns)
{
    int n = 0;
    while (columns[n] != COLUMNS) n++;
    return n;
}

/* Sheets of CSV have no name in the truth. */
static const char *sheet_name(const struct sheet_out *sheet, enum file_kind kind)
{
    return kind >= FILE_CSV_UTF8 ? "" : sheet->name;
}

static void form_head(struct writer *w, struct sheet_out *sheet, const struct building *b, int width)
{
    const struct grid *g = &w->s->grids[b->grid];
    sheet_row(sheet);
    put(w, sheet, 0, 0, "榆山街道退役军人及优抚对象信息摸排表");
    sheet_merge(sheet, 0, 0, 0, width - 1);
    struct value *v = sheet_row(sheet);
    v[0] = text_value(&w->book.memory, "社区:%s  网格:第%d网格  楼栋:%d号楼  楼长:%s  填表日期:2020年10月%d日",
                      COMMUNITY_NAMES[g->community], g->number, b->number, b->leader, 10 + (int)roll(&w->s->dice, 20));
    sheet_merge(sheet, 1, 0, 1, width - 1);
}

static void two_row_headings(struct writer *w, struct sheet_out *sheet)
{
    /* 序号 姓名 性别 身份证号码 出生年月 联系电话 人员类别 | 服役情况: 入伍时间 退役时间 | 就业状况 家庭住址 备注 */
    static const char *const UPPER[] = {"序号",     "姓名",     "性别", "身份证号码", "出生年月", "联系电话",
                                        "人员类别", "服役情况", "",     "就业状况",   "家庭住址", "备注"};
    static const char *const HINTS[] = {"",          "必填",      "男/女", "18位,文本格式",     "如1985.06", "11位手机号", "见说明",
                                        "如2003.12", "如2005.12", "",      "必填,如1单元101室", ""};
    int top = (int)sheet->n_rows;
    for (int r = 0; r < 3; r++) sheet_row(sheet);
    for (int c = 0; c < 12; c++) {
        put(w, sheet, (size_t)top, c, UPPER[c]);
        if (c == 7 || c == 8) put(w, sheet, (size_t)top + 1, c, c == 7 ? "入伍时间" : "退役时间");
        else sheet_merge(sheet, top, c, top + 1, c);
        put(w, sheet, (size_t)top + 2, c, HINTS[c]);
    }
    sheet_merge(sheet, top, 7, top, 8);
}

static void form_foot(struct writer *w, struct sheet_out *sheet, const struct building *b)
{
    struct value *v = sheet_row(sheet);
    v[0] = text_value(&w->book.memory, "合计");
    v[1] = text_value(&w->book.memory, "%d人", b->n);
    v = sheet_row(sheet);
    v[0] = text_value(&w->book.memory, "填表人:%s", b->leader);
    v[4] = text_value(&w->book.memory, "审核人:");
    v[6] = text_value(&w->book.memory, "联系电话:%s", b->phone);
}

static bool write_form(struct station *s, const struct building *b, bool two_rows)
{
    static const enum column COLS[] = {COL_SEQUENCE, COL_NAME,     COL_SEX,    COL_ID,        COL_BIRTH,
                                       COL_PHONE,    COL_CATEGORY, COL_ENLIST, COL_DISCHARGE, COL_EMPLOYMENT,
                                       COL_ADDRESS,  COL_REMARK,   COLUMNS};
    static const enum file_kind KINDS[] = {FILE_XLSX,        FILE_XLSX_INLINE, FILE_XLS, FILE_ODS,
                                           FILE_CSV_GB18030, FILE_CSV_BOM,     FILE_XLSX};
    struct writer w = {.s = s};
    const struct grid *g = &s->grids[b->grid];
    enum file_kind kind = two_rows ? FILE_XLSX : KINDS[roll(&s->dice, sizeof KINDS / sizeof *KINDS)];
    static const char *const ENDINGS[] = {"xlsx", "xlsx", "xls", "ods", "csv", "csv", "csv", "csv", "tsv"};
    snprintf(w.file, sizeof w.file, "%s_%d网格_%d号楼.%s", community_short(&w.book.memory, g->community), g->number, b->number,
             ENDINGS[kind]);
    struct sheet_out *sheet = book_sheet(&w.book, "摸排表");
    form_head(&w, sheet, b, width_of(COLS));
    if (two_rows) {
        two_row_headings(&w, sheet);
    } else {
        const char *texts[COLUMNS];
        choose_headings(&w, COLS, texts);
        headings(&w, sheet, COLS, texts);
    }
    for (int i = 0; i < b->n; i++) {
        const struct resident *who = &s->residents[b->first + i];
        struct typed_row t;
        type_row(&t, s, &w.book.memory, who, b, i + 1);
        person_row(&w, sheet, COLS, &t);
        truth_row(&w, b, sheet_name(sheet, kind), sheet->n_rows, &t, who->person);
    }
    if (!b->n) {
        sheet_row(sheet);
        put(&w, sheet, sheet->n_rows - 1, 1, chance(&s->dice, 500) ? "本楼无退役军人" : "无");
        truth_nil(&w, b, sheet_name(sheet, kind), sheet->n_rows);
    }
    form_foot(&w, sheet, b);
    return finish(&w, kind);
}

static void card(struct writer *w, struct sheet_out *sheet, const struct typed_row *t)
{
    static const struct {
        const char *label;
        enum column column;
    } FORM[][3] = {
        {{"姓名", COL_NAME}, {"性别", COL_SEX}, {"出生年月", COL_BIRTH}},
        {{"身份证号", COL_ID}, {NULL, COLUMNS}, {"联系电话", COL_PHONE}},
        {{"入伍时间", COL_ENLIST}, {"退役时间", COL_DISCHARGE}, {"人员类别", COL_CATEGORY}},
        {{"所属社区", COL_COMMUNITY}, {"所属网格", COL_GRID}, {"楼栋号", COL_BUILDING}},
        {{"现住址", COL_ADDRESS}, {NULL, COLUMNS}, {"就业状况", COL_EMPLOYMENT}},
        {{"备注", COL_REMARK}, {NULL, COLUMNS}, {NULL, COLUMNS}},
    };
    sheet_row(sheet);
    put(w, sheet, 0, 0, "退役军人信息采集表");
    sheet_merge(sheet, 0, 0, 0, 5);
    for (size_t r = 0; r < sizeof FORM / sizeof *FORM; r++) {
        struct value *v = sheet_row(sheet);
        for (int i = 0; i < 3; i++) {
            if (!FORM[r][i].label) continue;
            v[2 * i] = text_value(&w->book.memory, "%s", FORM[r][i].label);
            v[2 * i + 1] = t->cells[FORM[r][i].column];
        }
        if (!FORM[r][1].label) sheet_merge(sheet, (int)r + 1, 1, (int)r + 1, 3);
    }
}

static bool write_cards(struct station *s, const struct building *b)
{
    if (b->n == 0 || b->n > BOOK_SHEETS) return write_form(s, b, false);
    struct writer w = {.s = s};
    const struct grid *g = &s->grids[b->grid];
    enum file_kind kind = chance(&s->dice, 200) ? FILE_ODS : FILE_XLSX;
    snprintf(w.file, sizeof w.file, "%s_%d网格_%d号楼_采集表.%s", community_short(&w.book.memory, g->community), g->number,
             b->number, kind == FILE_ODS ? "ods" : "xlsx");
    for (int i = 0; i < b->n; i++) {
        const struct resident *who = &s->residents[b->first + i];
        struct typed_row t;
        struct sheet_out *sheet = book_sheet(&w.book, text_value(&w.book.memory, "表%d", i + 1).text);
        type_row(&t, s, &w.book.memory, who, b, i + 1);
        card(&w, sheet, &t);
        truth_row(&w, b, sheet->name, 2, &t, who->person);
    }
    return finish(&w, kind);
}

/* One table for all buildings of a grid.  How the place columns are filled is what the layouts differ in. */
static void grid_rows(struct writer *w, struct sheet_out *sheet, const enum column *columns, const char *const *texts,
                      const struct grid *g, enum layout layout, enum file_kind kind)
{
    struct station *s = w->s;
    for (int k = g->first; k < g->first + g->n; k++) {
        const struct building *b = &s->buildings[k];
        size_t top = sheet->n_rows;
        if (layout == LAYOUT_GRID_TABLE && k == g->first + g->n / 2) {
            sheet_row(sheet);
            headings(w, sheet, columns, texts);
            top = sheet->n_rows;
        }
        for (int i = 0; i < b->n; i++) {
            const struct resident *who = &s->residents[b->first + i];
            struct typed_row t;
            type_row(&t, s, &w->book.memory, who, b, i + 1);
            for (enum column c = COL_COMMUNITY; i > 0 && c <= COL_GRID; c++) {
                if (layout == LAYOUT_GRID_TABLE) t.cells[c] = text_value(&w->book.memory, "%s", c == COL_COMMUNITY ? "同上" : "〃");
                if (layout == LAYOUT_GRID_MERGED) t.cells[c] = (struct value){0};
            }
            if (i > 0 && layout == LAYOUT_GRID_MERGED) t.cells[COL_BUILDING] = (struct value){0};
            person_row(w, sheet, columns, &t);
            truth_row(w, b, sheet_name(sheet, kind), sheet->n_rows, &t, who->person);
        }
        if (!b->n) {
            struct typed_row t = {0};
            const struct grid *of = &s->grids[b->grid];
            t.cells[COL_COMMUNITY] = text_value(&w->book.memory, "%s", COMMUNITY_NAMES[of->community]);
            t.cells[COL_GRID] = text_value(&w->book.memory, "%s", type_grid(&s->dice, &w->book.memory, of->number));
            t.cells[COL_BUILDING] = text_value(&w->book.memory, "%s", type_building(&s->dice, &w->book.memory, b->number));
            t.cells[COL_NAME] = text_value(&w->book.memory, "无");
            person_row(w, sheet, columns, &t);
            truth_nil(w, b, sheet_name(sheet, kind), sheet->n_rows);
        }
        for (int c = 0; layout == LAYOUT_GRID_MERGED && c < 3; c++) sheet_merge(sheet, (int)top, c, (int)sheet->n_rows - 1, c);
    }
}

static bool write_grid_table(struct station *s, const struct grid *g)
{
    static const enum column PLAIN[] = {COL_COMMUNITY, COL_GRID,       COL_BUILDING, COL_NAME,     COL_SEX,
                                        COL_ID,        COL_BIRTH,      COL_PHONE,    COL_CATEGORY, COL_ENLIST,
                                        COL_DISCHARGE, COL_EMPLOYMENT, COL_ADDRESS,  COL_REMARK,   COLUMNS};
    static const enum column SHUFFLED[] = {COL_SEQUENCE, COL_BIRTH,      COL_COMMUNITY, COL_GRID,      COL_PHONE,   COL_NAME,
                                           COL_CATEGORY, COL_EMPLOYMENT, COL_ID,        COL_DISCHARGE, COL_ADDRESS, COL_SEX,
                                           COL_BUILDING, COL_REMARK,     COL_ENLIST,    COL_AGE,       COLUMNS};
    static const enum file_kind CSV[] = {FILE_CSV_GB18030, FILE_CSV_UTF8, FILE_CSV_SEMICOLON, FILE_TSV_UTF16};
    struct writer w = {.s = s};
    const enum column *columns = g->layout == LAYOUT_GRID_TABLE && g->community % 2 ? SHUFFLED : PLAIN;
    enum file_kind kind = g->layout == LAYOUT_GRID_CSV ? CSV[roll(&s->dice, 4)] : FILE_XLSX;
    const char *ending = kind == FILE_XLSX ? "xlsx" : kind == FILE_TSV_UTF16 ? "txt" : "csv";
    snprintf(w.file, sizeof w.file, "%s_%d网格.%s", community_short(&w.book.memory, g->community), g->number, ending);
    struct sheet_out *sheet = book_sheet(&w.book, "Sheet1");
    const char *texts[COLUMNS];
    choose_headings(&w, columns, texts);
    headings(&w, sheet, columns, texts);
    grid_rows(&w, sheet, columns, texts, g, g->layout, kind);
    return finish(&w, kind);
}

static bool write_grid_book(struct station *s, const struct grid *g)
{
    static const enum column COLS[] = {COL_NAME,   COL_SEX,       COL_ID,         COL_BIRTH,   COL_PHONE,  COL_CATEGORY,
                                       COL_ENLIST, COL_DISCHARGE, COL_EMPLOYMENT, COL_ADDRESS, COL_REMARK, COLUMNS};
    struct writer w = {.s = s};
    snprintf(w.file, sizeof w.file, "%s_%d网格_分楼.xlsx", community_short(&w.book.memory, g->community), g->number);
    struct sheet_out *help = book_sheet(&w.book, "填表说明");
    static const char *const LINES[] = {"填表说明", "1. 请楼长入户摸排,不漏一户、不漏一人。", "2. 身份证号请以文本格式填写。"};
    for (size_t i = 0; i < 3; i++) {
        sheet_row(help);
        put(&w, help, i, 0, LINES[i]);
    }
    for (int k = g->first; k < g->first + g->n; k++) {
        const struct building *b = &s->buildings[k];
        struct sheet_out *sheet = book_sheet(&w.book, text_value(&w.book.memory, "%d号楼", b->number).text);
        const char *texts[COLUMNS];
        struct value *v = sheet_row(sheet);
        v[0] = text_value(&w.book.memory, "%s第%d网格退役军人摸排表", COMMUNITY_NAMES[g->community], g->number);
        sheet_merge(sheet, 0, 0, 0, width_of(COLS) - 1);
        choose_headings(&w, COLS, texts);
        headings(&w, sheet, COLS, texts);
        for (int i = 0; i < b->n; i++) {
            const struct resident *who = &s->residents[b->first + i];
            struct typed_row t;
            type_row(&t, s, &w.book.memory, who, b, i + 1);
            person_row(&w, sheet, COLS, &t);
            truth_row(&w, b, sheet->name, sheet->n_rows, &t, who->person);
        }
        if (!b->n) {
            sheet_row(sheet);
            put(&w, sheet, sheet->n_rows - 1, 0, "本楼无退役军人");
            truth_nil(&w, b, sheet->name, sheet->n_rows);
        }
    }
    return finish(&w, FILE_XLSX);
}

bool station_write_grid(struct station *s, int number)
{
    const struct grid *g = &s->grids[number];
    if (g->layout == LAYOUT_GRID_BOOK) return write_grid_book(s, g);
    if (g->layout > LAYOUT_CARDS) return write_grid_table(s, g);
    for (int k = g->first; k < g->first + g->n; k++) {
        const struct building *b = &s->buildings[k];
        if (b->silent) {
            s->silent++;
            continue;
        }
        bool ok = g->layout == LAYOUT_CARDS ? write_cards(s, b) : write_form(s, b, g->layout == LAYOUT_FORM_TWO_ROWS);
        if (!ok) return false;
    }
    return true;
}
