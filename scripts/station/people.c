#include "people.h"

#include <stdio.h>

static const char *const SURNAMES[] = {
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙",   "胡",   "朱",   "高",   "林", "何", "郭", "马",
    "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程",   "曹",   "袁",   "邓",   "许", "傅", "沈", "曾",
    "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎",   "余",   "潘",   "杜",   "戴", "夏", "钟", "汪",
    "田", "任", "姜", "范", "方", "石", "姚", "谭", "廖", "邹", "熊", "金",   "陆",   "郝",   "孔",   "白", "崔", "康", "毛",
    "邱", "秦", "江", "史", "顾", "侯", "邵", "孟", "龙", "万", "段", "欧阳", "上官", "司马", "诸葛",
};
static const char *const GIVEN[] = {
    "建", "国", "军", "民", "华", "卫", "红", "兵", "志", "强", "明", "永", "春", "生", "保", "文", "武", "学",
    "德", "成", "玉", "海", "庆", "平", "光", "荣", "福", "贵", "祥", "林", "峰", "涛", "波", "伟", "刚", "勇",
    "毅", "俊", "杰", "磊", "洋", "鹏", "宇", "浩", "天", "佳", "凯", "晨", "旭", "东", "振", "兴", "利", "忠",
    "孝", "仁", "义", "礼", "智", "信", "长", "久", "和", "顺", "安", "康", "宁", "昌", "盛", "世", "延", "年",
    "树", "森", "根", "泉", "河", "山", "岳", "岭", "松", "柏", "桂", "兰", "梅", "芳", "英", "秀",
};
static const char *const MINORITY[] = {"买买提·艾力", "阿不都热合曼·吐尔逊", "艾山江·买买提", "古丽娜尔·艾合买提"};
static const struct {
    const char *label, *typed[6];
    unsigned weight;
} CATEGORIES[] = {
    {"退役士兵", {"退役士兵", "退伍兵", "退伍军人", "义务兵退役", "退役士兵 ", NULL}, 640},
    {"军队转业干部", {"军队转业干部", "军转干部", "转业干部", NULL, NULL, NULL}, 90},
    {"复员军人", {"复员军人", NULL, NULL, NULL, NULL, NULL}, 20},
    {"军队离退休干部", {"军队离退休干部", NULL, NULL, NULL, NULL, NULL}, 20},
    {"残疾军人", {"残疾军人", "伤残军人", NULL, NULL, NULL, NULL}, 50},
    {"烈士遗属", {"烈士遗属", NULL, NULL, NULL, NULL, NULL}, 40},
    {"因公牺牲军人遗属", {"因公牺牲军人遗属", NULL, NULL, NULL, NULL, NULL}, 20},
    {"病故军人遗属", {"病故军人遗属", NULL, NULL, NULL, NULL, NULL}, 20},
    {"现役军人家属", {"现役军人家属", "军属", NULL, NULL, NULL, NULL}, 100},
};
static const char *const EMPLOYMENT[] = {"在业", "退休", "务农", "自主创业", "待业"};
static const char *const AREAS[] = {"370124", "370124", "370124", "370124", "370112", "370123", "371522", "370881"};

uint32_t roll(struct dice *d, uint32_t sides)
{
    /* splitmix64 (Steele, Lea, Flood 2014) */
    uint64_t z = d->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return (uint32_t)((z >> 32) * sides >> 32);
}

bool chance(struct dice *d, unsigned per_thousand)
{
    return roll(d, 1000) < per_thousand;
}

char citizen_check(const char *s)
{
    static const int WEIGHTS[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++) sum += (s[i] - '0') * WEIGHTS[i];
    return "10X98765432"[sum % 11];
}

#define PICK(d, list) (list)[roll((d), sizeof(list) / sizeof *(list))]

static void make_name(struct person *p, struct dice *d, const struct person *family)
{
    if (!family && chance(d, 4)) {
        snprintf(p->name, sizeof p->name, "%s", PICK(d, MINORITY));
        return;
    }
    char surname[8];
    if (family) {
        size_t n = (unsigned char)family->name[0] >= 0x80 ? 3 : 1;
        snprintf(surname, sizeof surname, "%.*s", (int)n, family->name);
    } else {
        uint32_t a = roll(d, sizeof SURNAMES / sizeof *SURNAMES), b = roll(d, sizeof SURNAMES / sizeof *SURNAMES);
        snprintf(surname, sizeof surname, "%s", SURNAMES[a < b ? a : b]); /* the first ones are the common ones */
    }
    const char *second = chance(d, 180) ? "" : PICK(d, GIVEN);
    snprintf(p->name, sizeof p->name, "%s%s%s", surname, PICK(d, GIVEN), second);
}

static void make_id(struct person *p, struct dice *d, uint32_t serial)
{
    /* The serial number goes into the sequence, which is odd for men and even for women. */
    unsigned sequence = (serial * 2 + (p->man ? 1 : 0)) % 998;
    if (sequence == 0) sequence = 998;
    unsigned year = (unsigned)p->birth_year % 10000, month = (unsigned)p->birth_month % 100, day = (unsigned)p->birth_day % 100;
    snprintf(p->id, sizeof p->id, "%s%04u%02u%02u%03u", PICK(d, AREAS), year, month, day, sequence);
    p->id[17] = citizen_check(p->id);
    p->id[18] = 0;
}

void person_make(struct person *p, struct dice *d, uint32_t serial, const struct person *family)
{
    static const int DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    memset(p, 0, sizeof *p);
    make_name(p, d, family);
    p->man = !chance(d, 70);
    p->birth_year = 1932 + (int)(roll(d, 33) + roll(d, 34)); /* most between 1950 and 1980 */
    if (family) p->birth_year = family->birth_year + (chance(d, 500) ? 1 + (int)roll(d, 6) : 22 + (int)roll(d, 10));
    if (p->birth_year > 1996) p->birth_year = 1996;
    p->birth_month = 1 + (int)roll(d, 12);
    p->birth_day = 1 + (int)roll(d, (uint32_t)DAYS[p->birth_month - 1]);
    make_id(p, d, serial);
    p->id_known = !chance(d, 25);
    snprintf(p->phone, sizeof p->phone, "%s%08u",
             (const char *const[]){"133", "135", "138", "150", "158", "182", "187"}[roll(d, 7)], roll(d, 100000000));
    if (family && chance(d, 400)) memcpy(p->phone, family->phone, sizeof p->phone);
    p->door = (int)(1 + roll(d, 4)) * 10000 + (int)(1 + roll(d, 11)) * 100 + 1 + (int)roll(d, 2);
    if (family) p->door = family->door;
    unsigned at = roll(d, 1000);
    size_t c = 0;
    while (c + 1 < sizeof CATEGORIES / sizeof *CATEGORIES && at >= CATEGORIES[c].weight) at -= CATEGORIES[c++].weight;
    if (strcmp(CATEGORIES[c].label, "复员军人") == 0 && p->birth_year > 1936) c = 0;
    p->category = CATEGORIES[c].label;
    memcpy(p->category_typed, CATEGORIES[c].typed, sizeof p->category_typed);
    p->enlist_year = p->birth_year + 18 + (int)roll(d, 4);
    p->enlist_month = p->enlist_year < 2013 ? (chance(d, 700) ? 12 : 11) : 9;
    int served = 2 + (int)(chance(d, 250) ? roll(d, 16) : roll(d, 4));
    p->discharge_year = p->enlist_year + served > 2020 ? 2020 : p->enlist_year + served;
    p->discharge_month = p->discharge_year == 2020 ? 9 : 12;
    if (p->discharge_year == p->enlist_year) p->discharge_year = p->enlist_year + 1;
    p->employment = p->birth_year < 1960 ? "退休" : EMPLOYMENT[roll(d, 5)];
}
