#include "typing.h"

#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#define PICK(d, list) (list)[roll((d), sizeof(list) / sizeof *(list))]

struct value text_value(struct arena *a, const char *fmt, ...)
{
    char t[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(t, sizeof t, fmt, ap);
    va_end(ap);
    return (struct value){*t ? V_TEXT : V_EMPTY, arena_string(a, t), 0};
}

/* ASCII letters and digits as full-width ones. */
static const char *wide(struct arena *a, const char *s)
{
    struct buf b = {0};
    for (; *s; s++)
        if (*s > ' ' && *s < 0x7F) buf_utf8(&b, 0xFF00u + (unsigned char)*s - 0x20);
        else buf_char(&b, *s);
    const char *copy = arena_string(a, buf_text(&b));
    buf_free(&b);
    return copy;
}

const char *type_heading(struct dice *d, enum column c)
{
    static const char *const HEADINGS[COLUMNS][6] = {
        [COL_COMMUNITY] = {"社区", "所属社区", "所在社区"},
        [COL_GRID] = {"网格", "所属网格", "网格号"},
        [COL_BUILDING] = {"楼栋", "楼号", "楼栋号"},
        [COL_NAME] = {"姓名", "姓 名", "退役军人姓名", "姓名*", "姓名(必填)"},
        [COL_SEX] = {"性别"},
        [COL_ID] = {"身份证号", "身份证号码", "公民身份号码", "证件号码"},
        [COL_BIRTH] = {"出生年月", "出生日期", "出生年月(如1985.06)"},
        [COL_PHONE] = {"联系电话", "手机号", "联系方式", "手机号码"},
        [COL_CATEGORY] = {"人员类别", "身份类别", "类别", "优抚对象类别"},
        [COL_ENLIST] = {"入伍时间", "入伍日期", "入伍年月", "参军时间"},
        [COL_DISCHARGE] = {"退役时间", "退伍时间", "退役年月"},
        [COL_EMPLOYMENT] = {"就业状况", "就业情况"},
        [COL_ADDRESS] = {"家庭住址", "现住址", "住址"},
        [COL_REMARK] = {"备注", "备 注"},
        [COL_SEQUENCE] = {"序号"},
        [COL_AGE] = {"年龄"},
    };
    uint32_t n = 0;
    while (n < 6 && HEADINGS[c][n]) n++;
    return HEADINGS[c][roll(d, n)];
}

static const char *chinese_number(int n, char out[16])
{
    static const char *const DIGITS[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    snprintf(out, 16, "%s%s%s", n >= 20 ? DIGITS[n / 10] : "", n >= 10 ? "十" : "", DIGITS[n % 10]);
    return out;
}

const char *type_building(struct dice *d, struct arena *a, int number)
{
    static const char *const FORMS[] = {"%d号楼", "%d号楼", "%d#楼", "%d栋", "%d幢", "%d楼"};
    char t[32];
    snprintf(t, sizeof t, PICK(d, FORMS), number); /* NOLINT: the formats are the ones above */
    return chance(d, 100) ? wide(a, t) : arena_string(a, t);
}

const char *type_grid(struct dice *d, struct arena *a, int number)
{
    char t[48], han[16];
    switch (roll(d, 5)) {
    case 0: snprintf(t, sizeof t, "%d网格", number); break;
    case 1: snprintf(t, sizeof t, "第%s网格", chinese_number(number, han)); break;
    case 2: snprintf(t, sizeof t, "网格%d", number); break;
    case 3: snprintf(t, sizeof t, "%02d网格", number); break;
    default: snprintf(t, sizeof t, "第%d网格", number); break;
    }
    return arena_string(a, t);
}

const char *type_community(struct dice *d, struct arena *a, int community)
{
    const char *name = COMMUNITY_NAMES[community];
    char t[48];
    if (chance(d, 300)) snprintf(t, sizeof t, "%.*s", (int)strlen(name) - 6, name);
    else snprintf(t, sizeof t, "%s%s", name, chance(d, 200) ? " " : "");
    return arena_string(a, t);
}

static struct value type_id(struct station *s, struct arena *a, const struct person *p, const char *slip)
{
    struct dice *d = &s->dice;
    char t[24];
    memcpy(t, p->id, sizeof p->id);
    if (!p->id_known) return (struct value){0};
    if (slip && strcmp(slip, "id_checksum") == 0) {
        t[16] = (char)('0' + (t[16] - '0' + 1 + (int)roll(d, 9)) % 10);
        return text_value(a, "%s", t);
    }
    if (slip && strcmp(slip, "id_length") == 0) {
        size_t at = 6 + roll(d, 10);
        memmove(t + at, t + at + 1, strlen(t + at));
        return text_value(a, "%s", t);
    }
    if (slip && strcmp(slip, "id_precision_lost") == 0) {
        char stem[16];
        snprintf(stem, sizeof stem, "%.15s", t);
        return (struct value){V_NUMBER, NULL, (double)strtoull(stem, NULL, 10) * 1000};
    }
    switch (roll(d, 12)) {
    case 0: return text_value(a, "'%s", t);
    case 1: return text_value(a, "%.6s %.8s %.4s", t, t + 6, t + 14);
    case 2: return text_value(a, "%s", wide(a, t));
    case 3: return t[17] == 'X' ? text_value(a, "%.17s×", t) : text_value(a, "%s\xC2\xA0", t);
    case 4: return t[17] == 'X' ? text_value(a, "%.17sx", t) : text_value(a, "%s", t);
    default: return text_value(a, "%s", t);
    }
}

static double serial_of(int y, int m, int day)
{
    struct tm tm = {.tm_year = y - 1900, .tm_mon = m - 1, .tm_mday = day};
    return (double)(timegm(&tm) / 86400 + 25569); /* midnight: a whole number of days, before 1970 too */
}

static struct value type_birth(struct station *s, struct arena *a, const struct person *p)
{
    int y = p->birth_year, m = p->birth_month, day = p->birth_day;
    switch (roll(&s->dice, 9)) {
    case 0: return text_value(a, "%d年%d月%d日", y, m, day);
    case 1: return text_value(a, "%04d%02d%02d", y, m, day);
    case 2: return text_value(a, "%d.%d.%d", y, m, day);
    case 3: return text_value(a, "%d/%d/%d", y, m, day);
    case 4: return (struct value){V_DATE, NULL, serial_of(y, m, day)};
    case 5: return p->id_known ? text_value(a, "%d年%d月", y, m) : text_value(a, "%04d-%02d-%02d", y, m, day);
    default: return text_value(a, "%04d-%02d-%02d", y, m, day);
    }
}

static struct value type_month(struct station *s, struct arena *a, int y, int m)
{
    static const char *const FORMS[] = {"%d.%02d", "%d年%d月", "%d-%02d", "%d/%d", "%d%02d"};
    char t[32];
    snprintf(t, sizeof t, PICK(&s->dice, FORMS), y, m); /* NOLINT: the formats are the ones above */
    return text_value(a, "%s", t);
}

static struct value type_phone(struct station *s, struct arena *a, const char *phone)
{
    switch (roll(&s->dice, 8)) {
    case 0: return text_value(a, "%.3s-%.4s-%.4s", phone, phone + 3, phone + 7);
    case 1: return text_value(a, "%.3s %.4s %.4s", phone, phone + 3, phone + 7);
    case 2: return text_value(a, "+86%s", phone);
    case 3: return text_value(a, "%s", wide(a, phone));
    case 4: return (struct value){V_NUMBER, NULL, strtod(phone, NULL)};
    default: return text_value(a, "%s", phone);
    }
}

static bool slip_is(const struct resident *who, const char *code)
{
    return who->slip && strcmp(who->slip, code) == 0;
}

static void type_service(struct typed_row *row, struct station *s, struct arena *a, const struct resident *who,
                         const struct person *p)
{
    struct dice *d = &s->dice;
    row->cells[COL_ENLIST] =
        slip_is(who, "date_invalid") ? text_value(a, "不详年月") : type_month(s, a, p->enlist_year, p->enlist_month);
    row->cells[COL_DISCHARGE] = type_month(s, a, p->discharge_year, p->discharge_month);
    if (!slip_is(who, "date_invalid"))
        snprintf(row->enlist, sizeof row->enlist, "%d-%02d", p->enlist_year % 10000, p->enlist_month % 100);
    snprintf(row->discharge, sizeof row->discharge, "%d-%02d", p->discharge_year % 10000, p->discharge_month % 100);
    size_t n = 0;
    while (n < 6 && p->category_typed[n]) n++;
    row->category = slip_is(who, "code_unknown") ? "" : p->category;
    row->cells[COL_CATEGORY] =
        text_value(a, "%s", slip_is(who, "code_unknown") ? "民兵预备役" : p->category_typed[roll(d, (uint32_t)n)]);
}

void type_row(struct typed_row *row, struct station *s, struct arena *a, const struct resident *who, const struct building *b,
              int sequence)
{
    const struct person *p = &s->people[who->person];
    const struct grid *g = &s->grids[b->grid];
    struct dice *d = &s->dice;
    memset(row, 0, sizeof *row);
    bool rejected = slip_is(who, "missing_required"), id_bad = who->slip && strncmp(who->slip, "id_", 3) == 0;
    bool id_good = p->id_known && !id_bad;
    row->outcome = rejected ? "rejected" : who->slip ? "flagged" : "accepted";
    row->code = who->slip ? who->slip : "";
    row->name = p->name;

    size_t first = (unsigned char)p->name[0] >= 0x80 ? 3 : 1;
    bool two = strlen(p->name) == 6;
    if (rejected) row->cells[COL_NAME] = (struct value){0};
    else if (two && chance(d, 300))
        row->cells[COL_NAME] = text_value(a, "%.*s\xE3\x80\x80%s", (int)first, p->name, p->name + first);
    else row->cells[COL_NAME] = text_value(a, "%s%s", p->name, chance(d, 80) ? " " : "");

    bool sex_typed = !chance(d, 120);
    if (sex_typed) row->cells[COL_SEX] = text_value(a, "%s%s", p->man ? "男" : "女", chance(d, 60) ? "性" : "");
    if (sex_typed || id_good) snprintf(row->sex, sizeof row->sex, "%s", p->man ? "男" : "女");
    row->cells[COL_ID] = type_id(s, a, p, who->slip);
    if (id_good) memcpy(row->id, p->id, sizeof row->id);
    bool birth_typed = !id_good || !chance(d, 100);
    if (birth_typed) row->cells[COL_BIRTH] = type_birth(s, a, p);
    const struct value *birth = &row->cells[COL_BIRTH];
    bool month_only = !id_good && birth->kind == V_TEXT && strstr(birth->text, "月") && !strstr(birth->text, "日");
    snprintf(row->birth, sizeof row->birth, month_only ? "%04d-%02d" : "%04d-%02d-%02d", p->birth_year % 10000,
             p->birth_month % 100, p->birth_day % 100);
    if (slip_is(who, "phone_invalid")) {
        row->cells[COL_PHONE] = text_value(a, "%.9s", p->phone);
    } else {
        row->cells[COL_PHONE] = type_phone(s, a, p->phone);
        memcpy(row->phone, p->phone, sizeof p->phone);
    }
    type_service(row, s, a, who, p);
    row->cells[COL_EMPLOYMENT] = text_value(a, "%s", p->employment);
    row->cells[COL_ADDRESS] = text_value(a, "%d号楼%d单元%d", b->number, p->door / 10000, p->door % 10000);
    row->cells[COL_COMMUNITY] = text_value(a, "%s", type_community(d, a, g->community));
    row->cells[COL_GRID] = text_value(a, "%s", type_grid(d, a, g->number));
    row->cells[COL_BUILDING] = text_value(a, "%s", type_building(d, a, b->number));
    row->cells[COL_SEQUENCE] = (struct value){V_NUMBER, NULL, sequence};
    row->cells[COL_AGE] = (struct value){V_FORMULA, text_value(a, "=2020-%d", p->birth_year).text, 2020 - p->birth_year};
}
