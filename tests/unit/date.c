/* Dates: serials, the calendar, comparing what is known in part. */
#include "tap.h"

#include "base/date.h"

static const char *written(struct date d)
{
    static char text[2][16];
    static int turn;
    struct buf b = {0};
    date_write(&b, d);
    turn = !turn;
    snprintf(text[turn], sizeof text[turn], "%s", buf_text(&b));
    buf_free(&b);
    return text[turn];
}
static struct date iso(const char *text)
{
    struct date d;
    return date_iso(str_of(text), &d) ? d : (struct date){0, 0, 0};
}

int main(void)
{
    CHECK(strcmp(written(date_of_serial(31199)), "1985-06-01") == 0, "serial 31199 is 1985-06-01");
    CHECK(strcmp(written(date_of_serial(44135)), "2020-10-31") == 0, "serial 44135 is 2020-10-31");
    CHECK(strcmp(written(date_of_serial(1)), "1900-01-01") == 0 && strcmp(written(date_of_serial(59)), "1900-02-28") == 0 &&
              strcmp(written(date_of_serial(61)), "1900-03-01") == 0,
          "serials before 1900-03-01 count one less");
    CHECK(date_of_serial(60).year == 0, "serial 60 is the day that never was");
    bool all = true;
    struct date before = date_of_serial(61);
    for (int32_t s = 62; s < 73051; s++) {
        struct date d = date_of_serial(s);
        all = all && date_valid(d) && date_compare(before, d) < 0;
        before = d;
    }
    CHECK(all && strcmp(written(before), "2099-12-31") == 0, "the serials of two centuries are their days, each after the other");
    CHECK(!iso("1985-02-29").year && iso("1984-02-29").year && !iso("1900-02-29").year && iso("2000-02-29").year,
          "leap years are the calendar's");
    CHECK(!iso("1985-6").year && !iso("1985-13").year && !iso("19850615").year && !iso("1985-06-15x").year && !iso("").year,
          "ISO is exactly ISO");
    CHECK(date_compare(iso("1985"), iso("1985-06")) == 0, "1985 may be 1985-06");
    CHECK(date_compare(iso("1985-06-15"), iso("1985-06")) == 0, "1985-06-15 may be 1985-06");
    CHECK(date_compare(iso("1985-05"), iso("1985-06-15")) < 0 && date_compare(iso("1986"), iso("1985-06")) > 0,
          "what differs where both are known, differs");
    CHECK(date_years(iso("1960-10-31"), iso("2020-10-31")) == 60 && date_years(iso("1960-10-31"), iso("2020-10-30")) == 59,
          "years are complete on the anniversary");
    CHECK(date_years(iso("1960-02-29"), iso("2021-02-28")) == 60 && date_years(iso("1960-02-29"), iso("2021-03-01")) == 61,
          "born on 29 February, a year is complete on 1 March");
    CHECK(date_years(iso("1960"), iso("2020-10-31")) == 60 && date_years(iso("1985-06"), iso("1984-06")) == -1,
          "in part known, in years or months");
    struct date_reading r;
    CHECK(date_read(STR("35年"), 2010, &r) == DATE_GOOD && r.date.year == 1935 && r.guessed,
          "35年 is 1935 for one who is grown up");
    CHECK(date_read(STR("05年"), 2020, &r) == DATE_GOOD && r.date.year == 2005, "05年 is 2005");
    CHECK(date_read(STR("1985.1"), 2020, &r) == DATE_GOOD && r.date.month == 1 && r.other.month == 10,
          "1985.1 is January and may be October");
    CHECK(date_read(STR("至今"), 2020, &r) == DATE_NONE, "至今 is no date, and no fault");
    CHECK(date_read(STR("1900-01-00"), 2020, &r) == DATE_NONE && date_read(STR("1900/1/0"), 2020, &r) == DATE_NONE,
          "nor is 1900-01-00, as which a spreadsheet shows a nought");
    CHECK(date_read(STR("1808-06-01"), 2020, &r) == DATE_BAD && date_read_number(STR("18080601"), 2020, &r) == DATE_BAD &&
              date_read_number(STR("18080017"), 2020, &r) == DATE_BAD && date_read_number(STR("18500601"), 2020, &r) == DATE_GOOD,
          "a day of which nobody tells any more is none, whatever the cell");
    CHECK(date_read_number(STR("19850601"), 2020, &r) == DATE_GOOD && date_read_number(STR("19850601\0x"), 2020, &r) == DATE_BAD,
          "a number with something behind it is none");
    CHECK(date_read_number(STR("1985.0599999999999"), 2020, &r) == DATE_GOOD && r.date.month == 6, "a binary fraction is rounded");
    return tap_end();
}
