/* Layout: what a row of a sheet is, by its words, and which column holds which field; held against the person ledger. */
#include "ledger/card.h"
#include "ledger/header.h"
#include "ledger/nobody.h"
#include "tap.h"

static struct words words;

/* Rows as a reader gives them: cells by '|', rows by '\n', numbered from 1. */
static void make_block(struct cell_block *b, const char *text)
{
    uint32_t row = 0;
    cell_block_clear(b);
    while (*text) {
        const char *end = strchr(text, '\n');
        size_t n = end ? (size_t)(end - text) : strlen(text);
        struct cell_row *r = cell_block_row(b, ++row);
        for (const char *at = text, *stop = text + n; at <= stop;) {
            const char *bar = memchr(at, '|', (size_t)(stop - at));
            size_t k = bar ? (size_t)(bar - at) : (size_t)(stop - at);
            *cell_block_add(b, 1) = (struct cell){.s = at, .n = (uint32_t)k, .kind = k ? CELL_TEXT : CELL_EMPTY};
            r->n++;
            at += k + 1;
        }
        text += n + (end != NULL);
    }
}

static struct str field_name(uint32_t field)
{
    return field < words.schema->n_fields      ? words.schema->fields[field].name
           : field == (uint32_t)COLUMN_IGNORED ? STR("ignored")
           : field == COLUMN_UNKNOWN           ? STR("unknown")
                                               : STR("blank");
}

static void check_heading(const char *typed, const char *want)
{
    CHECK_STR(field_name(words_heading(&words, str_of(typed))), want, "a column called \"%s\" is %s", typed, want);
}

static void headings(void)
{
    check_heading("姓名", "name");
    check_heading(" 姓　名 ", "name");
    check_heading("*姓名：", "name");
    check_heading("身份证号码", "id_number");
    check_heading("出生年月(如1985.06)", "birth_date");
    check_heading("楼栋", "building");
    check_heading("序号", "ignored");
    check_heading("unit", "ignored");
    check_heading("birth_date_typed", "ignored");
    check_heading("身份证号1", "id_number");
    check_heading("身份证号2", "unknown");
    check_heading("宠物", "unknown");
    check_heading("", "blank");
    check_heading("　", "blank");
    CHECK_STR(words_nearest(&words, STR("联系电活")), "联系电话", "the nearest heading to one with a slip is named");
    CHECK_STR(words_nearest(&words, STR("宠物的名字和年龄")), "", "and none where none is near");
    struct words own;
    words_ready(&own, words.schema);
    CHECK(words_map(&own, STR("宠物"), STR("remark")) && !words_map(&own, STR("宠物"), STR("pet")),
          "--map takes a heading to a field that there is, and to no other");
    CHECK_STR(field_name(words_heading(&own, STR("宠 物"))), "remark", "and the heading is that field from then on");
    words_free(&own);
}

/* The fields of the layout that begins at row i (from 0), by column; or why there is none. */
static struct str layout_at(const char *text, size_t i, const struct merge *merges, size_t n_merges, unsigned *rows)
{
    static struct buf out;
    struct cell_block b = {0};
    struct sheet sheet = {.name = "", .merges = merges, .n_merges = n_merges};
    struct layout *l = NULL;
    make_block(&b, text);
    out.n = 0;
    switch (header_at(&words, &b, i, &sheet, &l, rows)) {
    case HEADER_NONE: buf_put(&out, "none"); break;
    case HEADER_TWICE: buf_put(&out, "twice"); break;
    case HEADER_BESIDE: buf_put(&out, "beside"); break;
    case HEADER_FOUND:
        for (uint32_t c = 0; c < l->n; c++) {
            if (c) buf_char(&out, '|');
            buf_str(&out, field_name(l->field[c]));
        }
    }
    layout_free(l);
    cell_block_free(&b);
    return buf_slice(&out);
}

static void check_layout(const char *text, size_t i, const char *want, unsigned want_rows, const char *what)
{
    unsigned rows = 0;
    CHECK_STR(layout_at(text, i, NULL, 0, &rows), want, "%s", what);
    if (want_rows) CHECK(rows == want_rows, "%s: in %u rows", what, want_rows);
}

static void tables(void)
{
    static const char PLAIN[] = "云翠社区退役军人信息摸排表\n序号|姓名|性别|身份证号|联系电话|宠物\n1|张三|男||13800138000|猫\n";
    check_layout(PLAIN, 0, "none", 0, "a title is no heading");
    check_layout(PLAIN, 1, "ignored|name|sex|id_number|phone|unknown", 1, "headings map to fields, whatever their order");
    check_layout(PLAIN, 2, "none", 0, "a row of data is no heading");
    check_layout("姓名|张三|性别|男\n身份证号||联系电话|13800138000\n", 0, "none", 0,
                 "labels with their values beside them are none");
    check_layout("姓名\n性别\n张三\n男\n", 0, "none", 0, "words below each other are none");
    check_layout("姓名\n", 0, "none", 0, "a single word is none");
    check_layout("姓名\n张三\n李四\n", 0, "name", 1, "a single word over a list of names is one");
    unsigned rows = 0;
    static const struct merge GROUP[] = {{1, 1, 2, 1}, {1, 2, 1, 3}, {1, 4, 2, 4}};
    CHECK_STR(layout_at("姓名|服役情况||联系电话\n|入伍时间|退役时间|\n张三|2003-12|2008-12|13800138000\n", 0, GROUP, 3, &rows),
              "name|enlist_date|discharge_date|phone", "a merged group over two headings is told by both");
    CHECK(rows == 2, "and the heading is two rows high");
    check_layout("姓名|身份证号|联系电话\n姓名|身份证号|联系电话\n张三||13800138000\n", 0, "name|id_number|phone", 1,
                 "the same headings twice are read once");
    check_layout("姓名|身份证号|联系电话||姓名|身份证号|联系电话\n张三||||李四||\n", 0, "beside", 1,
                 "two tables side by side are told of, not read as one");
    check_layout("姓名|身份证号|联系电话|联系电话\n", 0, "name|id_number|phone|phone", 1, "two columns may hold one field");
}

static struct layout *layout_of(const char *heading)
{
    struct cell_block b = {0};
    struct sheet sheet = {.name = ""};
    struct layout *l = NULL;
    unsigned rows;
    make_block(&b, heading);
    if (header_at(&words, &b, 0, &sheet, &l, &rows) != HEADER_FOUND) abort();
    cell_block_free(&b);
    return l;
}

static void check_kind(const struct layout *l, bool after_heading, bool after_footer, const char *row, enum line_kind want,
                       const char *what)
{
    static const char *const KINDS[] = {"data", "nil", "hint", "footer", "blank"};
    struct cell_block b = {0};
    make_block(&b, row);
    struct line line = line_of(&b, 0);
    struct line_where where = {l, after_heading, after_footer};
    enum line_kind got = line_kind(&words, &line, &where);
    if (!CHECK(got == want, "%s: %s", row, what)) printf("# got %s\n", KINDS[got]);
    if (want != LINE_DATA && want != LINE_HINT) CHECK(line_special(&words, &line), "%s: is worth a second look", row);
    cell_block_free(&b);
}

static void kinds(void)
{
    struct layout *l = layout_of("序号|姓名|性别|身份证号|联系电话|楼栋|备注\n");
    check_kind(l, false, false, "1|张三|男|370124198506150011|13800138000|5号楼|", LINE_DATA, "a person");
    check_kind(l, false, false, "2|李四|||||", LINE_DATA, "a name alone is a person too");
    check_kind(l, false, false, "|合计|||||", LINE_FOOTER, "a total in the place of a name is nobody");
    check_kind(l, false, false, "合计|2人||||", LINE_FOOTER, "a total");
    check_kind(l, false, false, "填表人：王五||审核人：赵六|||", LINE_FOOTER, "signatures");
    check_kind(l, false, false, "第1页 共2页", LINE_FOOTER, "a page number");
    check_kind(l, false, false, "以下空白", LINE_FOOTER, "the end of the list");
    check_kind(l, false, true, "说明：以上情况属实", LINE_FOOTER, "a note after the total");
    check_kind(l, false, false, "3||||||", LINE_BLANK, "a number put there beforehand is nobody");
    check_kind(l, false, false, "|||||5号楼|", LINE_BLANK, "nor is a building alone");
    check_kind(l, false, false, "||||||", LINE_BLANK, "a row without values");
    check_kind(l, false, false, "|无|||||", LINE_NIL, "nobody, in the place of a name");
    check_kind(l, false, false, "||||||本楼无退役军人", LINE_NIL, "nobody, in words");
    check_kind(l, false, false, "1|/|/|/|/|5号楼|/", LINE_NIL, "strokes for nobody");
    check_kind(l, false, false, "1|张三|男||||无", LINE_DATA, "where a name stands, somebody is there");
    check_kind(l, true, false, "|必填|必填|18位|11位||", LINE_HINT, "what to fill in, below the headings");
    check_kind(l, true, false, "1|2|3|4|5|6|7", LINE_HINT, "numbers of the columns");
    check_kind(l, false, false, "1|必填||||||", LINE_DATA, "further down it may be a strange name");
    layout_free(l);
}

static struct line one_line(struct cell_block *b, const char *row)
{
    make_block(b, row);
    return line_of(b, 0);
}

static void check_line(const char *row, bool got, bool want, const char *what)
{
    CHECK(got == want, "%s: %s%s", row, want ? "" : "not ", what);
}

static void lines(void)
{
    struct cell_block b = {0};
    struct line l;
#define IS(row, want, call, what) (l = one_line(&b, row), check_line(row, call, want, what))
    IS("社区|云翠社区|网格|1网格", true, line_names_place(&words, &l), "names a place");
    IS("社区：云翠社区", true, line_names_place(&words, &l), "names a place");
    IS("社区|网格|楼栋", false, line_names_place(&words, &l), "names a place");
    IS("张三||370124198506150011", true, line_has_person(&l), "holds a person");
    IS("张三||13800138000", true, line_has_person(&l), "holds a person");
    IS("张三|男", false, line_has_person(&l), "holds a person");
    IS("合计|0人", true, line_total_is_none(&l), "says that the total is none");
    IS("合计|10人", false, line_total_is_none(&l), "says that the total is none");
    IS("本楼无退役军人", true, line_says_nobody(&words, &l), "says that nobody is here");
    IS("无", false, line_says_nobody(&words, &l), "says enough outside of a table");
    IS("本楼无退役军人的，请打√：|√", true, line_ticks_nobody(&words, &l), "ticks that nobody is here");
    IS("本楼无退役军人的，请打√：|×", false, line_ticks_nobody(&words, &l), "ticks that nobody is here");
    IS("本楼无退役军人的，请打√：|", false, line_ticks_nobody(&words, &l), "ticks that nobody is here");
    IS("张三|370124198506150011", true, line_is_person(&l, 0, 1), "surely is a person");
    IS("姓名|身份证号", false, line_is_person(&l, 0, 1), "surely is a person");
#undef IS
    static const char *const DITTO[] = {"同上", "〃", "\"", "＂", "ditto"}, *const NOT[] = {"同", "上", "同上述", "-"};
    for (size_t i = 0; i < sizeof DITTO / sizeof *DITTO; i++) CHECK(text_is_ditto(str_of(DITTO[i])), "%s is as above", DITTO[i]);
    for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++) CHECK(!text_is_ditto(str_of(NOT[i])), "%s is not as above", NOT[i]);
    static const char *const NAMES[] = {"张三", "欧阳 修", "买买提·艾力", "John"}, *const OTHERS[] = {"合计", "12", "填表日期",
                                                                                                      "5号楼"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) CHECK(text_like_name(str_of(NAMES[i])), "%s may be a name", NAMES[i]);
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        CHECK(!text_like_name(str_of(OTHERS[i])), "%s is no name", OTHERS[i]);
    static const char *const DATES[] = {"填表日期：2020年10月22日", "填报时间|2020-10-22",
                                        "社区：云翠社区  填表日期：2020.10.22 填表人：王"};
    for (size_t i = 0; i < sizeof DATES / sizeof *DATES; i++) {
        struct buf date = {0};
        l = one_line(&b, DATES[i]);
        CHECK(line_survey_date(&l, &date), "%s: says when the sheet was filled in", DATES[i]);
        CHECK_STR(buf_slice(&date), "2020-10-22", "%s: on that day", DATES[i]);
        buf_free(&date);
    }
    cell_block_free(&b);
}

static void cards(void)
{
    struct cell_block b = {0};
    struct arena a = {0};
    struct card *found;
    size_t rows = 0;
    make_block(&b, "退役军人信息采集表\n姓名|张三|性别|男\n身份证号|370124198506150011|联系电话|13800138000\n");
    CHECK(card_at(&words, &b, 0, &a, &found, &rows) == 0, "a title is no card");
    size_t n = card_at(&words, &b, 1, &a, &found, &rows);
    if (CHECK(n == 1 && rows == 2 && found->n == 4 && found->row == 2 && !found->empty, "a card of two rows holds four values"))
        for (size_t i = 0; i < found->n; i++)
            if (found->values[i].field == words.name)
                CHECK_STR(cell_str(&found->values[i].cell), "张三", "the value beside the label is the label's");
    make_block(&b, "姓名||性别||出生年月|\n身份证号||联系电话||人员类别|\n家庭住址|||||\n");
    CHECK(card_at(&words, &b, 0, &a, &found, &rows) == 1 && found->empty, "a blank form is a card of nobody");
    make_block(&b, "姓名|性别|身份证号|联系电话\n张三|男||\n");
    CHECK(card_at(&words, &b, 0, &a, &found, &rows) == 0, "headings of a table are no card");
    arena_free(&a);
    cell_block_free(&b);
}

int main(void)
{
    struct diag d;
    struct buf share = {0};
    diag_init(&d, NULL, NULL);
    buf_printf(&share, "%s/share", getenv("TOP") ? getenv("TOP") : ".");
    struct schema *s = schema_open(buf_text(&share), "person", &d);
    if (!CHECK(s, "the person ledger is there")) return tap_end();
    words_ready(&words, s);
    headings();
    tables();
    kinds();
    lines();
    cards();
    words_free(&words);
    schema_free(s);
    buf_free(&share);
    return tap_end();
}
