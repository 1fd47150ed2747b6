/* Number formats: which cells are dates, and which dates they are. */
#include "tap.h"

#include "cells/numfmt.h"

static const char *kind(enum numfmt f)
{
    static const char *const names[] = {"number", "date", "time", "elapsed"};
    return names[f];
}

static const struct {
    const char *code, *want;
} codes[] = {
    {"General", "number"},
    {"G/通用格式", "number"},
    {"[DBNum1][$-804]General", "number"},
    {"0.00E+00", "number"},
    {"#,##0.00_);[Red](#,##0.00)", "number"},
    {"@", "number"},
    {"0\"年\"", "number"},
    {"\"day \"0", "number"},
    {"[Red]0.0", "number"},
    {"_-* #,##0.00_d_-", "number"},
    {"0\\d", "number"},
    {"yyyy\"年\"m\"月\"d\"日\"", "date"},
    {"[$-804]yyyy\"年\"m\"月\"d\"日\";@", "date"},
    {"[DBNum1][$-804]yyyy\"年\"m\"月\"", "date"},
    {"yyyy年m月d日", "date"},
    {"yyyy\\年m\\月d\\日", "date"},
    {"yyyy.mm.dd", "date"},
    {"YYYY/M/D", "date"},
    {"mmm", "date"},
    {"m/d/yy h:mm", "date"},
    {"ge.m.d", "date"},
    {"aaaa", "date"},
    {"h:mm AM/PM", "time"},
    {"上午/下午h\"时\"mm\"分\"", "time"},
    {"mm:ss.0", "time"},
    {"[h]:mm:ss", "elapsed"},
    {"[mm]:ss", "elapsed"},
};

static const struct {
    const char *serial;
    enum numfmt format;
    bool date1904;
    const char *want;
} serials[] = {
    {"31199", NUMFMT_DATE, false, "1985-06-01"},
    {"44135", NUMFMT_DATE, false, "2020-10-31"},
    {"1", NUMFMT_DATE, false, "1900-01-01"},
    {"59", NUMFMT_DATE, false, "1900-02-28"},
    {"60", NUMFMT_DATE, false, "1900-02-29"},
    {"61", NUMFMT_DATE, false, "1900-03-01"},
    {"0", NUMFMT_DATE, false, ""},
    {"-1", NUMFMT_DATE, false, ""},
    {"2958465", NUMFMT_DATE, false, "9999-12-31"},
    {"2958466", NUMFMT_DATE, false, ""},
    {"19850615", NUMFMT_DATE, false, ""},
    {"31199", NUMFMT_NUMBER, false, ""},
    {"3.1199E+4", NUMFMT_DATE, false, "1985-06-01"},
    {"31199.354166666664", NUMFMT_DATE, false, "1985-06-01T08:30:00"},
    {"31198.999999", NUMFMT_DATE, false, "1985-06-01"},
    {"0.354166666666667", NUMFMT_TIME, false, "08:30:00"},
    {"0", NUMFMT_TIME, false, "00:00:00"},
    {"0.354166666666667", NUMFMT_DATE, false, "08:30:00"},
    {"1.5", NUMFMT_ELAPSED, false, "36:00:00"},
    {"29737", NUMFMT_DATE, true, "1985-06-01"},
    {"0", NUMFMT_DATE, true, "1904-01-01"},
    {"2957003", NUMFMT_DATE, true, "9999-12-31"},
    {"2957004", NUMFMT_DATE, true, ""},
    {"1e999", NUMFMT_DATE, false, ""},
    {"abc", NUMFMT_DATE, false, ""},
};

static const struct {
    const char *digits, *want;
} shown[] = {
    {"1985.0999999999999", "1985.1"},
    {"4.0999999999999996", "4.1"},
    {"1985.1199999999999", "1985.12"},
    {"-4.0999999999999996", "-4.1"},
    {"0.10000000000000001", "0.1"},
    {"0.30000000000000004", ""},
    {"1985.1", ""},
    {"0.33333333333333331", ""},
    {"370124198506150010", ""},
    {"3.7012419850615001E+17", ""},
    {"370124198506150010.5", ""},
    {"999.99999999999999", ""},
    {"37012419850615.15", ""},
};

static const struct {
    const char *text, *want;
} texts[] = {
    {"1985-06-15", "1985-06-15"},
    {"1985-06-15T00:00:00", "1985-06-15"},
    {"1985-06-15T00:00:00.000Z", "1985-06-15"},
    {"1985-06-15T08:30", "1985-06-15T08:30:00"},
    {"T08:30:05", "08:30:05"},
    {"08:30:05.250", "08:30:05"},
    {"1985", ""},
    {"1985-06-15 08:30", ""},
};

int main(void)
{
    char out[NUMFMT_ISO_MAX];
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        CHECK_STR(str_of(kind(numfmt_of_code(str_of(codes[i].code)))), codes[i].want, "the format %s is a %s's", codes[i].code,
                  codes[i].want);
    for (unsigned id = 27; id <= 36; id++)
        CHECK(numfmt_builtin(id) != NUMFMT_NUMBER, "built-in format %u is a Chinese date or time", id);
    for (unsigned id = 50; id <= 58; id++)
        CHECK(numfmt_builtin(id) != NUMFMT_NUMBER, "built-in format %u is a Chinese date or time", id);
    CHECK(numfmt_builtin(13) == NUMFMT_NUMBER && numfmt_builtin(23) == NUMFMT_NUMBER && numfmt_builtin(49) == NUMFMT_NUMBER,
          "their neighbours are numbers or text");
    for (size_t i = 0; i < sizeof serials / sizeof *serials; i++) {
        size_t n = numfmt_iso(str_of(serials[i].serial), serials[i].format, serials[i].date1904, out);
        CHECK_STR(((struct str){out, n}), serials[i].want, "day %s%s shown as a %s is \"%s\"", serials[i].serial,
                  serials[i].date1904 ? " from 1904" : "", kind(serials[i].format), serials[i].want);
    }
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        char digits[NUMFMT_SHOWN_MAX];
        size_t n = numfmt_shown(str_of(shown[i].digits), digits);
        CHECK_STR(((struct str){digits, n}), shown[i].want, "the number %s %s%s", shown[i].digits,
                  *shown[i].want ? "is what a sheet shows as " : "keeps its digits", shown[i].want);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t n = numfmt_iso_text(str_of(texts[i].text), out);
        CHECK_STR(((struct str){out, n}), texts[i].want, "the ISO text %s is \"%s\"", texts[i].text, texts[i].want);
    }
    return tap_end();
}
