/* Numbers and sums of money as people type them. */
#include "tap.h"

#include "base/number.h"

static void reads(const char *text, const char *want, bool about)
{
    struct number_reading r;
    bool good = number_read(str_of(text), &r);
    if (!CHECK(good == (want != NULL) && (!good || (str_is((struct str){r.text, r.n}, want) && r.about == about)), "%s is %s%s",
               text, want ? want : "no number", about ? ", about" : ""))
        printf("# got %.*s\n", good ? (int)r.n : 0, r.text);
}

int main(void)
{
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
    return tap_end();
}
