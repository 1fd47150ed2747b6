/* What is alike, kind by kind: names as people write them, ids, dates, phones, addresses. */
#include "link/han.h"
#include "link/kind.h"
#include "link/spelling.h"
#include "tap.h"

static const char *level(enum kind k, const char *a, const char *b)
{
    struct buf s[4] = {{0}};
    struct value v, w;
    static char text[2][300];
    const char *name = "none";
    if (kind_read(k, str_of(a), s, &v)) {
        struct str one = v.text;
        snprintf(text[0], sizeof text[0], "%.*s", (int)one.n, one.n ? one.s : "");
        v.text = (struct str){text[0], one.n};
        if (kind_read(k, str_of(b), s + 2, &w)) {
            struct kept x = {v.f, v.text}, y = {w.f, w.text};
            unsigned l = v.hash == w.hash ? kind_equal(k, &x, 2, 1000) : kind_level(k, &x, &y);
            name = kind_info(k)->levels[l].name;
        }
    }
    for (int i = 0; i < 4; i++) buf_free(&s[i]);
    return name;
}

static void is(enum kind k, const char *a, const char *b, const char *want)
{
    const char *got = level(k, a, b), *back = level(k, b, a);
    if (!CHECK(strcmp(got, want) == 0, "%s: %s and %s are %s", kind_info(k)->word, a, b, want)) printf("# got %s\n", got);
    CHECK(strcmp(got, back) == 0, "%s: %s and %s are the same the other way about", kind_info(k)->word, b, a);
}

static void names(void)
{
    is(KIND_NAME, "刘伟", "劉偉", "equal_4");
    is(KIND_NAME, "张 峰", "張峯", "equal_4");
    is(KIND_NAME, "王建国", "王健国", "sound");
    is(KIND_NAME, "王建国", "王国建", "part");
    is(KIND_NAME, "王建国", "王国", "part");
    is(KIND_NAME, "王建国", "王建军", "brothers");
    is(KIND_NAME, "王建国", "王大海", "surname");
    is(KIND_NAME, "王建国", "李建国", "given");
    is(KIND_NAME, "付强国", "傅强国", "sound");
    is(KIND_NAME, "肖国强", "萧国强", "sound");
    is(KIND_NAME, "王波涛", "王坡涛", "shape");
    is(KIND_NAME, "王建?", "王建国", "shape");
    is(KIND_NAME, "王wei国", "王伟国", "sound");
    is(KIND_NAME, "王wěi国", "王伟国", "sound");
    is(KIND_NAME, "lü布", "吕布", "sound");
    is(KIND_NAME, "LU布", "吕布", "sound");
    is(KIND_NAME, "zhang伟国", "张伟国", "sound");
    is(KIND_NAME, "zan伟国", "张伟国", "shape"); /* to careless ears */
    is(KIND_NAME, "王A1", "王A2", "other");
    is(KIND_NAME, "单国强", "山国强", "sound");
    is(KIND_NAME, "欧阳海", "欧阳河", "surname");
    is(KIND_NAME, "买买提·艾力", "买买提艾力", "sound");
    is(KIND_NAME, "买买提·艾力", "买买提•艾力", "equal_4");
    is(KIND_NAME, "无", "王伟", "none");
    is(KIND_NAME, "John Smith", "Smith, John", "shape");
    is(KIND_NAME, "J. Smith", "John Smith", "part");
    is(KIND_NAME, "Smith, J.", "John Smith", "part");
    is(KIND_NAME, "J. Smith", "Karl Smith", "surname");
    is(KIND_NAME, "J. S.", "John Smith", "surname");
    is(KIND_NAME, "黄", "王", "other");
    is(KIND_NAME, "黄", "黃", "equal_4");
}

static uint32_t id_key(enum key key, const char *id)
{
    struct buf s[2] = {{0}};
    struct value v;
    bool read = kind_read(KIND_CITIZEN_ID, str_of(id), s, &v);
    buf_free(&s[0]);
    buf_free(&s[1]);
    return read ? kind_key(KIND_CITIZEN_ID, key, &(struct kept){v.f, v.text}, v.hash) : 0;
}

static void keys_of_ids(void)
{
    const char *whole = "370124198506150011", *masked = "370124********0011";
    CHECK(id_key(KEY_BIRTH, whole) && id_key(KEY_BIRTH, whole) == id_key(KEY_BIRTH, "370124850615002"),
          "ids meet by the birth date");
    CHECK(!id_key(KEY_BIRTH, masked), "not where it is hidden");
    CHECK(id_key(KEY_AREA, masked) == id_key(KEY_AREA, whole) && id_key(KEY_END, masked) == id_key(KEY_END, whole),
          "but by what is shown");
}

/* In Latin letters. */
static void pinyin(void)
{
    static const struct {
        const char *chinese, *spelt[6];
    } SAME[] = {{"张伟", {"Zhang Wei", "zhangwei", "ZHANG Wei", "Wei Zhang", "Zhāng Wěi", "zhang1 wei3"}},
                {"王建国", {"wang jianguo", "Wang, Jian-guo", "Wang Jian Guo", "JIANGUO WANG", "wangjianguo", "Jian Guo Wang"}},
                {"吕布", {"lü bu", "lv bu", "lu bu", "Lyu Bu", "Bu Lü", "LÜBU"}},
                {"欧阳海", {"Ouyang Hai", "ouyanghai", "Hai Ouyang", "OU YANG HAI"}},
                {"李西安", {"Li Xi'an", "li xian", "Xian Li"}},
                {"方刚", {"fanggang", "fang gang"}},
                {"单国强", {"Shan Guoqiang", "dan guoqiang"}},
                {"王平雨", {"wang pingyu", "wangpingyu"}}};
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
        for (size_t k = 0; k < 6 && SAME[i].spelt[k]; k++) is(KIND_NAME, SAME[i].chinese, SAME[i].spelt[k], "sound");
    is(KIND_NAME, "王建国", "Wang Jiangguo", "shape"); /* to careless ears */
    is(KIND_NAME, "王建国", "Wang Jianjun", "brothers");
    is(KIND_NAME, "王建国", "Li Jianguo", "given");
    is(KIND_NAME, "王建国", "Wang Dahai", "surname");
    is(KIND_NAME, "王建国", "Zhao Dahai", "other");
    is(KIND_NAME, "王建国", "John Smith", "other");
    is(KIND_NAME, "张伟", "Zhang Weiguo", "part");
}

static uint32_t key(enum key key, const char *name)
{
    struct buf s[2] = {{0}};
    struct value v;
    uint32_t k = 0;
    if (kind_read(KIND_NAME, str_of(name), s, &v)) k = kind_key(KIND_NAME, key, &(struct kept){v.f, v.text}, v.hash);
    buf_free(&s[0]);
    buf_free(&s[1]);
    return k;
}

/* Names meet by their sound, however they are written. */
static void keys_of_names(void)
{
    static const char *const SAME[][2] = {{"张伟", "Zhang Wei"},      {"张伟", "Wei Zhang"},      {"张伟", "zhangwei"},
                                          {"王建国", "Jianguo Wang"}, {"王建国", "wangjianguo"},  {"王建国", "Wang Jian Guo"},
                                          {"吕布", "lü bu"},          {"吕布", "lv bu"},          {"吕布", "Lu Bu"},
                                          {"欧阳海", "Ouyang Hai"},   {"欧阳海", "ouyanghai"},    {"方刚", "fanggang"},
                                          {"王平雨", "wangpingyu"},   {"曾小明", "Zeng Xiaoming"}};
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
        for (enum key k = KEY_SOUND; k <= KEY_LETTERS; k++) {
            const char *a = SAME[i][0], *b = SAME[i][1];
            CHECK(key(k, a) && key(k, a) == key(k, b), "%s and %s meet by %s", a, b, KEY_WORDS[k]);
        }
    CHECK(key(KEY_SURNAME, "John Li") == key(KEY_SURNAME, "John Smith"), "a name that is not pinyin goes by its first word");
    CHECK(key(KEY_SOUND, "Smith") == key(KEY_SOUND, "Smyth"), "and by the sound of English");
}

static void ids(void)
{
    is(KIND_CITIZEN_ID, "370124198506150011", "370124850615001", "equal_16");
    is(KIND_CITIZEN_ID, "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "equal_16");
    is(KIND_CITIZEN_ID, "370124198506150011", "370124198506150012", "one");
    is(KIND_CITIZEN_ID, "370124198506150011", "370124195806150011", "one");
    is(KIND_CITIZEN_ID, "370124198506150011", "37012419850615001", "one");
    is(KIND_CITIZEN_ID, "370124198506150011", "370124195001011012", "both_valid");
    is(KIND_CITIZEN_ID, "370124198506150011", "", "none");
    /* Hidden digits: those that are shown speak for one person, or against it. */
    is(KIND_CITIZEN_ID, "370124********0011", "370124198506150011", "two");
    is(KIND_CITIZEN_ID, "370124****0011", "370124198506150011", "two");
    is(KIND_CITIZEN_ID, "370124xxxxxxxx0011", "370124198506150011", "two");
    is(KIND_CITIZEN_ID, "3701241985****0011", "370124198506150011", "one");
    is(KIND_CITIZEN_ID, "37012419850615****", "370124198506150011", "none"); /* of place and date alone: twins have them too */
    is(KIND_CITIZEN_ID, "37012419850616****", "370124198506150011", "other");
    is(KIND_CITIZEN_ID, "37012419850615001*", "370124198506150011", "one");
    is(KIND_CITIZEN_ID, "370124******001", "370124198506150011", "two"); /* of 15 digits */
    is(KIND_CITIZEN_ID, "370124********0011", "370124********0011", "two");
    is(KIND_CITIZEN_ID, "370124********0011", "370124***0011", "two");
    is(KIND_CITIZEN_ID, "3701241985****0011", "370124********0011", "two");
    is(KIND_CITIZEN_ID, "370124********0012", "370124198506150011", "other");
    is(KIND_CITIZEN_ID, "3701241986****0011", "370124198506150011", "other");
    is(KIND_CITIZEN_ID, "370124********0011", "3701**19850615****", "none"); /* the two show nothing that can be compared */
    is(KIND_CITIZEN_ID, "370124************", "370124198506150011", "none");
    is(KIND_CITIZEN_ID, "11010519491231002*", "11010519491231002X", "equal_16"); /* X as some type it */
    /* What a spreadsheet has spoilt says nothing. */
    is(KIND_CITIZEN_ID, "3.70124E+17", "3.70124E+17", "none");
    is(KIND_CITIZEN_ID, "3.70124198506150e17", "370124198506150011", "none");
    is(KIND_CITIZEN_ID, "370124198506150000", "370124198506150000", "none");
}

static void others(void)
{
    is(KIND_NUMBER, "62岁", "62", "equal_4");
    is(KIND_NUMBER, "62周岁", "62歲", "equal_4");
    is(KIND_PHONE, "0416-6931698", "6931698", "slip");
    is(KIND_PHONE, "13912345678", "13912345687", "slip");
    is(KIND_PHONE, "0416-6931698", "0417-6931699", "other");
    is(KIND_PHONE, "13912345678", "345678", "other");
    is(KIND_DATE, "1985-06-15", "19850615", "equal_16");
    is(KIND_DATE, "1985-06-15", "1985-06", "month");
    is(KIND_DATE, "1985-06-15", "1985", "partial");
    is(KIND_DATE, "1985-03-06", "1985-06-03", "slip");
    is(KIND_DATE, "1985-06-15", "1986-06-15", "slip");
    is(KIND_DATE, "1985-06-15", "1985-07-20", "near");
    is(KIND_DATE, "1985-06-15", "1991-11-23", "decade");
    is(KIND_DATE, "1985", "1986", "slip"); /* of years alone most have a digit in common */
    is(KIND_DATE, "1985", "1985", "equal_16");
    is(KIND_DATE, "1985", "1995", "decade");
    is(KIND_DATE, "1985", "1915", "other");
    is(KIND_DATE, "15 June 1985", "1985-06-15", "equal_16");
    is(KIND_DATE, "Jun 15, 1985", "15.6.85", "equal_16");
    is(KIND_DATE, "15 juin 1985", "85/6/15", "equal_16");
    is(KIND_DATE, "15 de septiembre de 1985", "15. September 1985", "equal_16");
    is(KIND_DATE, "février 1985", "1985-02", "equal_16");
    is(KIND_DATE, "6/15/1985", "15/6/1985", "equal_16"); /* there is no fifteenth month */
    is(KIND_DATE, "12/31/29", "2029-12-31", "equal_16");
    is(KIND_DATE, "Main Street 12", "1985-06-15", "none");
    is(KIND_TEXT, "Acme TE8812 Camera", "Acme compact Camera TE8812", "most"); /* the model's number among words in another order */
    is(KIND_TEXT, "Acme TE8812 Camera", "Acme compact Camera TE8821", "half");
    is(KIND_NUMBER, "$1,200.50", "1200.5", "equal_4");
    is(KIND_NUMBER, "1200元", "￥1200", "equal_4");
    is(KIND_NUMBER, "61", "62", "near"); /* ages, a year apart */
    is(KIND_NUMBER, "61", "63", "tenth");
    is(KIND_NUMBER, "6.1", "7.1", "other");
    is(KIND_PHONE, "13812345678", "+86 138-1234-5678", "equal_4");
    is(KIND_PHONE, "13812345678", "13812345687", "slip");
    is(KIND_PHONE, "13812345678", "13912345687", "other");
    is(KIND_ADDRESS, "山东省济南市平阴县孔村镇前王庄村3组20号", "孔村镇前王庄村3社20", "door");
    is(KIND_ADDRESS, "平阴县孔村镇前王庄村3组20号", "平阴县孔村镇前王庄村3组21号", "most");
    is(KIND_SURNAME, "Mc Carthy", "mccarthy", "almost");
    is(KIND_EMAIL, "a.b@x.org", "a.b@y.org", "local");
    is(KIND_CODE, "2611", "2601", "slip");
    is(KIND_NUMBER, "1,000", "1000.0", "equal_4");
    is(KIND_CATEGORY, "男", "女", "other");
}

/* Words are first told apart by the numbers of their characters: that must never say less than comparing does. */
static void words(void)
{
    is(KIND_WORD, "melbourne", "melbuorne", "almost");
    is(KIND_WORD, "aaaaaaaab", "aaaaaaaac", "almost");
    is(KIND_WORD, "aaaaaaaab", "bbbbbbbba", "other");
    is(KIND_WORD, "dixon", "dicksonx", "near");
    is(KIND_WORD, "smith", "brown", "other");
    is(KIND_WORD, "王家庄", "王家桩", "near");
    is(KIND_EMAIL, "li.wei@x.cn", "li.wie@x.cn", "almost");
    is(KIND_EMAIL, "li.wei@x.cn", "l.wei@x.cn", "almost");
    is(KIND_EMAIL, "li.wei@x.cn", "li.wei@mail.org", "local");
    is(KIND_EMAIL, "li.wei@x.cn", "zhao@mail.org", "other");
}

static void places_changed(void)
{
    CHECK(kind_swaps(KIND_GIVEN, KIND_SURNAME) && kind_swaps(KIND_WORD, KIND_WORD) && kind_swaps(KIND_ADDRESS, KIND_ADDRESS) &&
              kind_swaps(KIND_PHONE, KIND_PHONE),
          "names, words, addresses and telephones may have changed places");
    CHECK(!kind_swaps(KIND_ADDRESS, KIND_WORD) && !kind_swaps(KIND_NAME, KIND_NAME) && !kind_swaps(KIND_DATE, KIND_DATE),
          "nothing else");
}

int main(void)
{
    places_changed();
    words();
    names();
    pinyin();
    keys_of_names();
    ids();
    keys_of_ids();
    others();
    CHECK(han_same_sound(0x4EC7, 0x7403), "仇 has the sound of 球, one of its readings");
    CHECK(jaro_winkler(STR("martha"), STR("marhta")) > 0.961 && jaro_winkler(STR("martha"), STR("marhta")) < 0.962,
          "the similarity of martha and marhta is 0.961, as Winkler has it");
    CHECK(jaro_winkler(STR("张三丰"), STR("张三丰")) == 1.0, "Chinese text is compared in characters");
    return tap_end();
}
