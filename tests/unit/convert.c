/* What becomes of what people type: one row of cells, the person ledger, 2020-10-31. */
#include "tap.h"

#include "ledger/convert.h"

static struct schema *schema;
static struct converter *converter;
static struct converted got;
static char flags[400];

/* Converts a row of FIELD, TEXT pairs; text that begins with '#' is a number cell, with '@' a date cell. */
static void row(const char *first, ...)
{
    static struct cell cells[128];
    memset(cells, 0, sizeof cells);
    va_list ap;
    va_start(ap, first);
    for (const char *name = first; name; name = va_arg(ap, const char *)) {
        const struct field *f = schema_field(schema, str_of(name));
        const char *text = va_arg(ap, const char *);
        struct cell *c = &cells[f->index];
        c->kind = *text == '#' ? CELL_NUMBER : *text == '@' ? CELL_DATE : CELL_TEXT;
        c->s = text + (c->kind != CELL_TEXT);
        c->n = (uint32_t)strlen(c->s);
    }
    va_end(ap);
    converter_row(converter, cells, &got);
    struct buf b = {0};
    converted_flags(schema, &got, &b);
    snprintf(flags, sizeof flags, "%s", buf_text(&b));
    buf_free(&b);
}
static const char *value(const char *name)
{
    static char text[4][400];
    static int turn;
    struct str v = got.values[schema_field(schema, str_of(name))->index];
    turn = (turn + 1) % 4;
    snprintf(text[turn], sizeof text[turn], "%.*s", (int)v.n, v.s ? v.s : "");
    return text[turn];
}
static const char *typed(const char *name)
{
    static char text[400];
    struct str v = got.typed[schema_field(schema, str_of(name))->index];
    snprintf(text, sizeof text, "%.*s", (int)v.n, v.s ? v.s : "");
    return text;
}
static bool is(const char *a, const char *b)
{
    bool same = strcmp(a, b) == 0;
    if (!same) printf("#  got: %s\n# want: %s\n", a, b);
    return same;
}
/* One field typed, what is stored, what is flagged.  A row otherwise clean. */
static void field_named(const char *what, const char *name, const char *text, const char *want, const char *flag)
{
    row("name", "张三", "id_number", "370124197812240053", name, text, NULL);
    bool ok = is(value(name), want) && is(flags, flag);
    CHECK(ok, "%s typed %s is %s%s%s", name, what, *want ? want : "(empty)", *flag ? ", flagged " : "", flag);
    if (*flag) CHECK(is(typed(name), text + (*text == '#' || *text == '@')), "and what was typed is kept");
}
static void field(const char *name, const char *text, const char *want, const char *flag)
{
    field_named(text, name, text, want, flag);
}
static void id(const char *text, const char *want, const char *flag)
{
    row("name", "张三", "id_number", text, NULL);
    CHECK(is(value("id_number"), want) && is(flags, flag), "an id typed %s is %s%s%s", text, *want ? want : "(empty)",
          *flag ? ", flagged " : "", flag);
}
static void date(const char *text, const char *want)
{
    field("party_date", text, want, *want ? "" : "party_date:date_invalid");
}

static void ids(void)
{
    id("370124195001011012", "370124195001011012", "");
    id("37012419991001004x", "37012419991001004X", "");
    id("37012419991001004×", "37012419991001004X", "");
    id("37012419991001004*", "37012419991001004X", "");
    id("３７０１２４１９５００１０１１０１２", "370124195001011012", "");
    id("370124 19500101 1012", "370124195001011012", "");
    id("370124-19500101-1012", "370124195001011012", "");
    id("'370124195001011012", "370124195001011012", "");
    id("‘370124195001011012’", "370124195001011012", "");
    id("=\"370124195001011012\"", "370124195001011012", "");
    id("370124195001011012\xC2\xA0", "370124195001011012", "");
    id("37O124l9500101l012", "370124195001011012", "");
    id("610104620927690", "610104196209276908", "");
    id("#431389760616601", "431389197606166012", "");
    id("610104620927690.0", "610104196209276908", "");
    id("3.70124850615001E+14", "370124198506150011", "");
    id("370124850615998", "", "id_number:id_birth_invalid");
    id("370124850615995", "370124198506159956", "");
    id("370124195001011013", "", "id_number:id_checksum");
    id("370124195013011012", "", "id_number:id_birth_invalid");
    id("370124205001011012", "", "id_number:id_birth_invalid");
    id("37012419500101101", "", "id_number:id_length");
    id("370124********1012", "", "id_number:id_length");
    id("#370124195001011012", "", "id_number:id_precision_lost");
    id("#3.70124195001011E+17", "", "id_number:id_precision_lost");
    id("3.70E+17", "", "id_number:id_precision_lost");
    id("370124195001011000", "", "id_number:id_precision_lost");
    id("370124195001011008.0", "", "id_number:id_precision_lost");
    id("370,124,195,001,011,012", "370124195001011012", "");
    id("身份证号：370124195001011012", "370124195001011012", "");
    id("ID:37012419991001004x", "37012419991001004X", "");
    id("370124195001011012（本人）", "370124195001011012", "");
    id("旧证610104620927690", "610104196209276908", "");
    id("370124195001011012 370124195211070029 夫妻", "", "id_number:id_length"); /* whose is it? */
    id("本人3701241950010110123", "", "id_number:id_length");
    id("身份证:370124195001011013", "", "id_number:id_checksum");
    id("无身份证", "", "id_number:id_missing");
    id("未提供", "", "id_number:id_missing");
    id("待补", "", "id_number:id_missing");
    id("丢失", "", "id_number:id_missing");
    id("军官证", "", "id_number:id_length");
    id("", "", "id_number:id_missing");
    id("不详", "", "id_number:id_missing");
    row("name", "张三", NULL);
    CHECK(is(flags, "id_number:id_missing") && !got.reject, "a sheet without a column of ids has rows without ids");
    row("name", "张三", "id_number", "370124198506150011", NULL);
    CHECK(is(value("sex"), "男") && is(value("birth_date"), "1985-06-15") && !got.flagged, "sex and birth date come from the id");
    row("name", "张三", "id_number", "370124198506150011", "birth_date", "1985年6月", "sex", "男性", NULL);
    CHECK(is(value("birth_date"), "1985-06-15") && !got.flagged,
          "a birth date that agrees as far as it goes is made whole by the id");
    row("name", "张三", "id_number", "370124198506150011", "birth_date", "@1985-06-01", NULL);
    CHECK(is(value("birth_date"), "1985-06-15") && !got.flagged, "a date cell of the first of the month may stand for the month");
    row("name", "张三", "id_number", "37012419991001004X", "birth_date", "1999.1", NULL);
    CHECK(is(value("birth_date"), "1999-10-01") && !got.flagged, "1999.1 may be what a spreadsheet made of 1999.10");
    row("name", "张三", "id_number", "370124198506150011", "birth_date", "1985-07-15", "sex", "女", NULL);
    CHECK(is(value("birth_date"), "1985-06-15") && is(typed("birth_date"), "1985-07-15") && is(value("sex"), "男") &&
              is(typed("sex"), "女") && is(flags, "sex:sex_mismatch;birth_date:birth_mismatch"),
          "what contradicts a checked id is flagged, and the id is believed");
    row("name", "张三", "id_number", "370124198506150012", "birth_date", "1985-07-15", "sex", "女", NULL);
    CHECK(is(value("birth_date"), "1985-07-15") && is(value("sex"), "女") && is(flags, "id_number:id_checksum"),
          "an id that is wrong contradicts nothing");
}

static void dates(void)
{
    static const char *const pairs[][2] = {
        {"1985-06-15", "1985-06-15"},
        {"1985-06", "1985-06"},
        {"1985", "1985"},
        {"1985.6", "1985-06"},
        {"1985.06", "1985-06"},
        {"1985.06.01", "1985-06-01"},
        {"1985.6.1", "1985-06-01"},
        {"1985年6月", "1985-06"},
        {"1985年06月", "1985-06"},
        {"1985年6月1日", "1985-06-01"},
        {"1985年", "1985"},
        {"1985-6", "1985-06"},
        {"1985/6/1", "1985-06-01"},
        {"1985/6", "1985-06"},
        {"198506", "1985-06"},
        {"19850615", "1985-06-15"},
        {"85年", "1985"},
        {"85年6月", "1985-06"},
        {"85.6", "1985-06"},
        {"31199", "1985-06-01"},
        {"#31199", "1985-06-01"},
        {"#31199.0", "1985-06-01"},
        {"#44135", "2020-10-31"},
        {"#1985", "1985"},
        {"#198506", "1985-06"},
        {"#19850615", "1985-06-15"},
        {"#1985.06", "1985-06"},
        {"#1985.6", "1985-06"},
        {"#1985.12", "1985-12"},
        {"#1985.1", "1985"},
        {"1985.10", "1985-10"},
        {"1985.1", "1985-01"},
        {"2003冬", "2003"},
        {"2003年冬", "2003"},
        {"１９８５．０６", "1985-06"},
        {"1985。6", "1985-06"},
        {"1985、6", "1985-06"},
        {"1985 年 6 月", "1985-06"},
        {"一九八五年六月", "1985-06"},
        {"一九八五年十二月十五日", "1985-12-15"},
        {"民国34年", "1945"},
        {"民国三十四年八月", "1945-08"},
        {"1985-06-15 00:00:00", "1985-06-15"},
        {"1985/6/15 0:00", "1985-06-15"},
        {"@1985-06-15", "1985-06-15"},
        {"@1985-06-15T08:30:00", "1985-06-15"},
        {"1985.00.00", "1985"},
        {"1985-06-00", "1985-06"},
        {"约1985年", "1985"},
        {"1985年6月入伍", "1985-06"},
        {"1985年6月15号", "1985-06-15"},
        {"20年9月", "2020-09"},
        {"2000-02-29", "2000-02-29"},
        {"1985–06", "1985-06"},
        {"19850600", "1985-06"},
        {"62.5", "1962-05"},
        {"六二年", "1962"},
        {"1968?", "1968"},
        {"1968年12月（冬季兵）", "1968-12"},
        {"1968.12(档案)", "1968-12"},
        {"1968年元月", "1968-01"},
        {"1968年腊月", "1968"},
        {"Jun-85", "1985-06"},
        {"1985-Jun", "1985-06"},
        {"15-June-1985", "1985-06-15"},
        {"Sept 1, 1985", "1985-09-01"},
        {"1985/06/01 上午12:00:00", "1985-06-01"},
        {"1985年6月1日 星期六", "1985-06-01"},
        {"生于1985年6月", "1985-06"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) date(pairs[i][0], pairs[i][1]);
    static const char *const bad[] = {"不详年月",      "1985-13",  "1985-02-30", "1900-02-29", "19850230",  "85",   "6月15日",
                                      "1985.6-1989.6", "3/4/1985", "2035-01",    "1785-01",    "Jun",       "#0.5", "12:30",
                                      "2020-11-01",    "1985(12)", "1968.3(3)",  "Foo-85",     "1985年(6月"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) date(bad[i], "");
    field("discharge_date", "至今", "", "");
    field("enlist_date", "不详", "", "");
    field("enlist_date", "忘了", "", "");
    field("enlist_date", "记不清了", "", "");
    field("enlist_date", "？", "", "");
}

static void phones(void)
{
    static const char *const pairs[][2] = {
        {"13812345678", "13812345678"},
        {"158 0370 8805", "15803708805"},
        {"158-0370-8805\357\274\2330531-87654321", "15803708805;0531-87654321"}, /* a full-width semicolon, then comma */
        {"158 0370 8805\357\274\214138 0013 8000", "15803708805;13800138000"},
        {"150-4295-4975", "15042954975"},
        {"+8613347149116", "13347149116"},
        {"86-13347149116", "13347149116"},
        {"008613347149116", "13347149116"},
        {"１５３９２２３１７３７", "15392231737"},
        {"#13593785916", "13593785916"},
        {"#13593785916.0", "13593785916"},
        {"#1.3593785916E+10", "13593785916"},
        {"0531-87654321", "0531-87654321"},
        {"053187654321", "0531-87654321"},
        {"1 3 8 1 2 3 4 5 6 7 8", "13812345678"},
        {"0531 8765 4321", "0531-87654321"},
        {"(0531)87654321", "0531-87654321"},
        {"010-87654321", "010-87654321"},
        {"#53187654321", "0531-87654321"},
        {"87654321", "87654321"},
        {"0531-87654321-801", "0531-87654321转801"},
        {"0531-87654321转801", "0531-87654321转801"},
        {"+86 531 87654321", "0531-87654321"},
        {"013812345678", "13812345678"},
        {"4008001234", "4008001234"},
        {"13812345678/0531-87654321", "13812345678;0531-87654321"},
        {"13812345678;13987654321", "13812345678;13987654321"},
        {"13812345678、13987654321", "13812345678;13987654321"},
        {"13812345678 13987654321", "13812345678;13987654321"},
        {"13812345678,13812345678", "13812345678"},
        {"13812345678(儿子)", "13812345678"},
        {"儿子:13812345678", "13812345678"},
        {"无", ""},
        {"无电话", ""},
        {"1381234567813987654321", "13812345678;13987654321"},
        {"138O2345678", "13802345678"},
        {"l3812345678", "13812345678"},
        {"13812345678 (2楼邻居)", "13812345678"},
        {"13812345678 2020年换号", "13812345678"},
        {"儿子电话13812345678", "13812345678"},
        {"19212345678", "19212345678"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) field("phone", pairs[i][0], pairs[i][1], "");
    field_named("on two lines", "phone", "13812345678\n13987654321", "13812345678;13987654321", "");
    field("phone", "1.3593785916E+10", "13593785916", "");
    field("phone", "1.36E+10", "", "phone:phone_invalid"); /* the other digits are gone */
    field("phone", "1381234567", "", "phone:phone_invalid");
    field("phone", "138123456789", "", "phone:phone_invalid");
    field("phone", "11812345678", "", "phone:phone_invalid");
    field("phone", "邻居转告", "", "phone:phone_invalid");
    field("phone", "13812345678/139", "13812345678", "phone:phone_invalid");
    field("phone", "1381234567811812345678", "", "phone:phone_invalid");
    field("phone", "13812345678/139876", "13812345678", "phone:phone_invalid");
}

static void codes(void)
{
    field("category", "退役士兵 ", "退役士兵", "");
    field("category", "退伍兵", "退役士兵", "");
    field("category", "义务兵退役", "退役士兵", "");
    field("category", "退伍军人", "退役士兵", "");
    field("category", "军转干部", "军队转业干部", "");
    field("category", "转业干部", "军队转业干部", "");
    field("category", "伤残军人", "残疾军人", "");
    field("category", "军属", "现役军人家属", "");
    field("category", "参战人员", "参战退役人员", "");
    field("category", "白谋职业退役士兵", "自谋职业退役士兵", "");
    field("category", "复原军人", "复员军人", "");
    field("category", "#2", "退役士兵", "");
    field("category", "残疾军人、退役士兵", "退役士兵;残疾军人", "");
    field("category", "退伍兵/伤残军人；退役士兵", "退役士兵;残疾军人", "");
    field("category", "民兵预备役", "", "category:code_unknown");
    field("category", "☑退役士兵 □残疾军人☑参战人员 □其他____", "退役士兵;参战退役人员", "");
    field("category", "□退役士兵 □残疾军人", "", "");
    field("category", "退役士兵√", "退役士兵", ""); /* boxes behind their words */
    field("sex", "男☑ 女□", "男", "");
    field("category", "退役士兵□ 残疾军人☑", "残疾军人", "");
    field("sex", "男（√） 女（  ）", "男", "");
    field("category", "( )退役士兵 (√)残疾军人", "残疾军人", "");
    field("sex", "1.0", "男", "");
    field("category", "现役军人父母", "现役军人家属", "");
    field("discharge_date", "198912.0", "1989-12", "");
    field("category", "■退役士兵 ■民兵", "退役士兵", "category:code_unknown");
    field("employment", "□在业 √待业 □退休", "待业", "");
    field("employment", "在业、务农", "", "employment:code_unknown");
    field("category", "退役士兵、民兵预备役", "退役士兵", "category:code_unknown");
    field("employment", "在业", "在业", "");
    field("employment", "自主创业", "自主创业", "");
    field("employment", "是", "在业", "");
    field("politics", "党员", "中共党员", "");
    field("politics", "#1", "中共党员", "");
    field("ethnic", "汉", "汉族", "");
    field("ethnic", "无", "", "");
    field("plaque", "√", "是", "");
    field("plaque", "无", "否", "");
    field("plaque", "#1", "是", "");
    field("remark", "#5.0", "5", ""); /* a whole number that a program made a float of */
    field("remark", "#v.0", "v.0", "");
    field("disability_level", "8级", "八级", "");
    row("name", "张三", "benefit", "烈属", NULL);
    CHECK(is(value("category"), "烈士遗属"), "where there is no category, that of the benefits is taken");
}

static void rows(void)
{
    row("sex", "男", "phone", "13812345678", NULL);
    CHECK(got.reject && is(flags, "name:missing_required;id_number:id_missing"),
          "a row without a name is rejected, for all its reasons");
    row("name", "不详", NULL);
    CHECK(got.reject, "a name not known is no name");
    row("name", " 张　三 ", "id_number", "370124197812240053", NULL);
    CHECK(is(value("name"), "张三") && !got.flagged, "a name loses its blanks");
    row("name", "买买提•艾力", "id_number", "370124197812240053", NULL);
    CHECK(is(value("name"), "买买提·艾力") && !got.flagged, "a dot in a name is one kind of dot");
    row("name", "张三（已故）", "id_number", "370124197812240053", NULL);
    CHECK(is(value("name"), "张三") && is(typed("name"), "张三（已故）") && !got.flagged,
          "a remark in brackets is no part of a name, and is not lost");
    row("name", "John Smith (已故)", "id_number", "370124197812240053", NULL);
    CHECK(is(value("name"), "John Smith"), "nor is the blank before it, so that a name that was read reads as itself");
    row("name", "刘(日+韦)", "id_number", "370124197812240053", NULL);
    CHECK(is(value("name"), "刘(日+韦)"), "brackets that describe a character are a part of the name");
    row("name", "*张三★", "id_number", "370124197812240053", NULL);
    CHECK(is(value("name"), "张三") && !got.flagged, "marks of a list are no part of a name");
    row("name", "Ali : ,,", "id_number", "370124197812240053", NULL);
    CHECK(is(value("name"), "Ali"), "nor are blanks between them, so that a name that was read reads as itself");
    row("name", "张\xEF\xBF\xBD", "id_number", "370124197812240053", NULL);
    CHECK(is(flags, "name:text_lost") && is(value("name"), "张\xEF\xBF\xBD"), "a character lost is flagged, the name stays");
    row("name", "张三", "id_number", "370124197812240053", "enlist_date", "1999-12", "discharge_date", "1997-12", NULL);
    CHECK(is(flags, "discharge_date:date_order") && is(value("discharge_date"), "1997-12"),
          "dates in the wrong order are flagged; neither is known to be wrong");
    row("name", "张三", "id_number", "370124197812240053", "enlist_date", "1999-12", "discharge_date", "1999", NULL);
    CHECK(is(flags, ""), "1999 is not before 1999-12");
    row("name", "张三", "id_number", "370124197812240053", "enlist_date", "1985-12", NULL);
    CHECK(is(flags, "enlist_date:rule:enlist_age"), "a soldier of seven breaks the ledger's rule, by its name");
    row("name", "张三", "id_number", "370124197812240053", "disability_nature", "因病", "disability_level", "八级", NULL);
    CHECK(is(flags, "disability_level:rule:disability_by_illness"), "a rule over two codes");
    row("name", "张三", "id_number", "37012419500101101", "phone", "12", "category", "民兵", "enlist_date", "某年", NULL);
    CHECK(is(flags, "id_number:id_length;phone:phone_invalid;category:code_unknown;enlist_date:date_invalid") && !got.reject,
          "all reasons of a row are given, and it is kept");

    struct buf scratch = {0}, text = {0};
    row("name", "张三", "id_number", "370124198506150012", NULL);
    struct finding f = verdict_finding(schema, &got.verdicts[0], &(struct place){.file = "x.xlsx"}, true, &scratch);
    diag_expand(&text, diag_template(f.code), f.args);
    CHECK(strstr(buf_text(&text), "370124********0012") && !strstr(buf_text(&text), "198506150012"), "messages mask: %s",
          buf_text(&text));
    row("name", "张三", "enlist_date", "370124198506150011", NULL);
    text.n = 0;
    f = verdict_finding(schema, &got.verdicts[0], &(struct place){.file = "x.xlsx"}, true, &scratch);
    diag_expand(&text, diag_template(f.code), f.args);
    CHECK(!strstr(buf_text(&text), "19850615"), "an id typed into the wrong column is masked too: %s", buf_text(&text));
    buf_free(&scratch);
    buf_free(&text);
}

/* What was stored converts to itself. */
static void again(void)
{
    row("name", "张　三", "sex", "男性", "id_number", "37012419991001004x", "birth_date", "1999.10", "phone",
        "+8613347149116/0531 87654321转1", "category", "残疾军人,退伍兵", "enlist_date", "2017.9", "address", "５号楼２单元",
        "building", "５号楼", NULL);
    static struct cell cells[128];
    static struct str first[128];
    static char text[128][200];
    for (size_t i = 0; i < schema->n_fields; i++) {
        first[i] = got.values[i];
        snprintf(text[i], sizeof text[i], "%.*s", (int)first[i].n, first[i].s ? first[i].s : "");
        cells[i] = (struct cell){.s = text[i], .n = (uint32_t)first[i].n, .kind = first[i].n ? CELL_TEXT : CELL_EMPTY};
    }
    converter_row(converter, cells, &got);
    bool same = true;
    for (size_t i = 0; i < schema->n_fields; i++) same = same && is(text[i], value(schema->fields[i].name.s));
    CHECK(same && !got.n_verdicts, "a record converts to itself without a word");
}

int main(void)
{
    char share[512];
    snprintf(share, sizeof share, "%s/share", getenv("TOP") ? getenv("TOP") : ".");
    struct diag d;
    diag_init(&d, NULL, NULL);
    schema = schema_open(share, "person", &d);
    struct convert_options o = {.notices = true, .today = STR("2020-10-31")};
    converter = schema ? converter_new(schema, &o, &d) : NULL;
    if (!CHECK(converter, "the person ledger compiles")) return tap_end();
    ids();
    dates();
    phones();
    codes();
    rows();
    again();
    converter_free(converter);
    o.strict = true;
    converter = converter_new(schema, &o, &d);
    row("name", "张三", NULL);
    CHECK(got.reject, "--strict makes a warning an error");
    row("name", "张 三", "id_number", "370124197812240053", NULL);
    CHECK(!got.reject, "but not a notice");
    converter_free(converter);
    schema_free(schema);
    return tap_end();
}
