/* Numbers, sums of money and lengths of time as people type them. */
#include "tap.h"

#include "base/duration.h"

static void reads(const char *text, const char *want, bool about)
{
    struct number_reading r;
    bool good = number_read(str_of(text), &r);
    if (!CHECK(good == (want != NULL) && (!good || (str_is((struct str){r.text, r.n}, want) && r.about == about)), "%s is %s%s",
               text, want ? want : "no number", about ? ", about" : ""))
        printf("# got %.*s\n", good ? (int)r.n : 0, r.text);
}

static void lasts(const char *text, enum duration of, const char *want)
{
    struct number_reading r;
    bool good = duration_read(str_of(text), of, &r);
    if (!CHECK(good == (want != NULL) && (!good || str_is((struct str){r.text, r.n}, want)), "%s is %s %s", text,
               want ? want : "no number", of == DURATION_MONTHS ? "of months" : "of hours"))
        printf("# got %.*s\n", good ? (int)r.n : 0, r.text);
}

static void test_durations(void)
{
    static const char *const months[][2] = {{"36", "36"},      {"36个月", "36"},   {"36期", "36"},       {"3年", "36"},
                                            {"三年", "36"},    {"两年", "24"},     {"3年半", "42"},      {"半年", "6"},
                                            {"1.5年", "18"},   {"3年2个月", "38"}, {"3年零2个月", "38"}, {"３年", "36"},
                                            {"2年左右", "24"}, {" 5 年 ", "60"}};
    static const char *const hours[][2] = {{"3", "3"},           {"3小时", "3"},        {"1.5小时", "1.5"},
                                           {"90分钟", "1.5"},    {"20分", "0.33"},      {"半小时", "0.5"},
                                           {"2小时30分", "2.5"}, {"一个半小时", "1.5"}, {"2个小时", "2"}};
    static const char *const no_months[] = {"3天", "90分钟", "长期", "年", "3-5年", "3年x", "至2020年5月"};
    static const char *const no_hours[] = {"3天", "2年", "一天半", "全天"};
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) lasts(months[i][0], DURATION_MONTHS, months[i][1]);
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) lasts(hours[i][0], DURATION_HOURS, hours[i][1]);
    for (size_t i = 0; i < sizeof no_months / sizeof *no_months; i++) lasts(no_months[i], DURATION_MONTHS, NULL);
    for (size_t i = 0; i < sizeof no_hours / sizeof *no_hours; i++) lasts(no_hours[i], DURATION_HOURS, NULL);
}

/* The longest number that is read is read again as itself, however it was typed; a longer one is none, however it was typed. */
static void test_longest(void)
{
    static const char longest[] = "-111111111111111111111111111.6666666666666666",
                      longer[] = "-111111111111111111111111111.66666666666666666";
    char typed[80];
    struct number_reading r;
    reads(longest, longest, false);
    snprintf(typed, sizeof typed, " %s0元", longest);
    reads(typed, longest, false);
    CHECK(number_read(str_of(longest), &r) && !r.rewritten && r.n == NUMBER_ROOM - 3, "canonical as it is");
    reads(longer, NULL, false);
    snprintf(typed, sizeof typed, "%s元", longer);
    reads(typed, NULL, false);
}

int main(void)
{
    test_longest();
    static const char *const exact[][2] = {{"0", "0"},
                                           {"12", "12"},
                                           {"-3", "-3"},
                                           {"1234.5", "1234.5"},
                                           {"1,234.50", "1234.5"},
                                           {"007", "7"},
                                           {"0.50", "0.5"},
                                           {"1.0", "1"},
                                           {"1.5E+5", "150000"},
                                           {"0E19", "0"},
                                           {"3E-2", "0.03"},
                                           {"20万", "200000"},
                                           {"2.5万元", "25000"},
                                           {"1.2亿", "120000000"},
                                           {"3千", "3000"},
                                           {"1万5千", "15000"},
                                           {"1万5", "15000"},
                                           {"三万五千元", "35000"},
                                           {"一百零八", "108"},
                                           {"十五", "15"},
                                           {"三万五", "35000"},
                                           {"两千五", "2500"},
                                           {"一百五", "150"},
                                           {"一百零五", "105"},
                                           {"一百十五", "115"},
                                           {"一千零十", "1010"},
                                           {"1万零5", "10005"},
                                           {"一万零五", "10005"},
                                           {"三亿五千万", "350000000"},
                                           {"一万亿", "1000000000000"},
                                           {"一千二百三十四万五千六百七十八", "12345678"},
                                           {"￥3000", "3000"},
                                           {"¥3,000元整", "3000"},
                                           {"人民币五百元", "500"},
                                           {"１２３", "123"},
                                           {"12 人", "12"},
                                           {"101.92㎡", "101.92"},
                                           {"1 234 567", "1234567"},
                                           {"1,0000", "10000"},
                                           {"-0", "0"}};
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) reads(exact[i][0], exact[i][1], false);
    reads("5000余元", "5000", true);
    reads("约30", "30", true);
    reads("20万左右", "200000", true);
    reads("十多万元", "100000", true);
    static const char *const none[] = {
        "",         "元",     "3-5",        "12a",      "1.2.3",
        "三五成群", "1万2万", "一万二千万", "一亿亿亿", "九千九百九十九万亿亿",
        "三五百",   "十七八", "一百二百",   "3,5",      "3 5",
        "1,234,56", "--3",    "50%",        "1E999",    "12345678901234567890123456789012345678901234567890"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) reads(none[i], NULL, false);
    CHECK(number_value(STR("1234.5")) == 1234.5, "the value of canonical text");
    test_durations();
    return tap_end();
}
