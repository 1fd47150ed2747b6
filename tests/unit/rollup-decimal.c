/* Exact decimal sums: what is a number, how it is written, and that nothing is lost on the way. */
#include "rollup/decimal.h"

#include "tap.h"

static struct str text(const char *s)
{
    static struct buf b;
    decimal v;
    b.n = 0;
    if (decimal_parse(str_of(s), &v)) decimal_format(&b, v);
    else buf_put(&b, "none");
    return buf_slice(&b);
}

static struct str percent(uint64_t part, uint64_t whole)
{
    static struct buf b;
    b.n = 0;
    decimal_percent(&b, part, whole);
    return buf_slice(&b);
}

int main(void)
{
    static const char *const SAME[][2] = {{"0", "0"},
                                          {"-0", "0"},
                                          {"12", "12"},
                                          {"+1", "1"},
                                          {"3.50", "3.5"},
                                          {"-3.50", "-3.5"},
                                          {"1,234.5", "1234.5"},
                                          {"1.5e3", "1500"},
                                          {"0.000000001", "0.000000001"},
                                          {"9999999999999999999", "9999999999999999999"}};
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
        CHECK_STR(text(SAME[i][0]), SAME[i][1], "%s is %s", SAME[i][0], SAME[i][1]);
    static const char *const NONE[] = {"",     "a",  "1元", "1 2", "--1", ".", "1e", "0.0000000001", "99999999999999999999",
                                       "0x10", "nan"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        CHECK_STR(text(NONE[i]), "none", "\"%s\" is no number that can be added exactly", NONE[i]);
    decimal tenth = 0, sum = 0;
    decimal_parse(STR("0.1"), &tenth);
    for (int i = 0; i < 1000000; i++) sum += tenth;
    struct buf b = {0};
    decimal_format(&b, sum);
    CHECK_STR(buf_slice(&b), "100000", "a million tenths are a hundred thousand");
    buf_free(&b);
    CHECK_STR(percent(1, 3), "33.3", "one of three");
    CHECK_STR(percent(2, 3), "66.7", "two of three");
    CHECK_STR(percent(1, 2000), "0.1", "a half is rounded away from zero");
    CHECK_STR(percent(5, 5), "100.0", "all");
    CHECK_STR(percent(0, 0), "", "of nothing there is no share");
    return tap_end();
}
