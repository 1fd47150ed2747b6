/* libFuzzer target: any bytes as one value of each kind: what is read of it is canonical, and reads as itself. */
#include "fuzz_share.h"

#include "base/date.h"
#include "base/mask.h"
#include "base/number.h"
#include "ledger/citizen.h"
#include "ledger/phone.h"
#include "ledger/spelling.h"

static void check_date(struct str text, bool number)
{
    struct date_reading r, again;
    struct date plain;
    if ((number ? date_read_number : date_read)(text, 2020, &r) != DATE_GOOD) return;
    must(date_valid(r.date), "the calendar has the date");
    struct buf b = {0};
    date_write(&b, r.date);
    must(date_iso(buf_slice(&b), &plain) && memcmp(&plain, &r.date, sizeof plain) == 0, "a date is written as ISO has it");
    must(date_read(buf_slice(&b), 2020, &again) == DATE_GOOD && date_compare(again.date, r.date) == 0 &&
             again.date.day == r.date.day && !again.rewritten,
         "and read again as itself");
    buf_free(&b);
}

static void check_number(struct str text)
{
    struct number_reading r, again;
    if (!number_read(text, &r)) return;
    struct str canonical = {r.text, r.n};
    must(r.n && r.n < NUMBER_ROOM, "a number has room");
    must(number_read(canonical, &again) && str_eq((struct str){again.text, again.n}, canonical) && !again.rewritten,
         "a number is read again as itself");
    number_value(canonical);
    int64_t value;
    int digits;
    must(number_chinese(text, &value, &digits) <= text.n, "numerals end within the text");
}

static void check_citizen(struct str text, bool number)
{
    struct citizen c, again;
    const struct date today = {2020, 10, 31};
    if (citizen_read(text, number, today, &c) != DIAG_NONE) return;
    struct str id = {c.id, sizeof c.id};
    must(citizen_read(id, false, today, &again) == DIAG_NONE && memcmp(again.id, c.id, 18) == 0 && !again.notices &&
             again.male == c.male,
         "an id that is read reads as itself");
}

static void check_phone(struct str text, bool number)
{
    struct buf once = {0}, twice = {0};
    enum phone_verdict v = phone_read(text, number, &once);
    must(v == PHONE_GOOD || v == PHONE_SOME || !once.n, "numbers come with a verdict that says so");
    if (once.n) {
        must(phone_read(buf_slice(&once), false, &twice) == PHONE_GOOD, "numbers that were read are good");
        must(str_eq(buf_slice(&once), buf_slice(&twice)), "and read as themselves");
    }
    buf_free(&once);
    buf_free(&twice);
}

/* What folds, folds once: the second time changes nothing. */
static void check_folds(struct str text, void (*fold)(struct buf *, struct str), const char *what)
{
    struct buf once = {0}, twice = {0};
    size_t bad;
    fold(&once, text);
    must(text_valid(buf_slice(&once), &bad), "what is folded is UTF-8");
    fold(&twice, buf_slice(&once));
    must(str_eq(buf_slice(&once), buf_slice(&twice)), what);
    buf_free(&once);
    buf_free(&twice);
}

static void check_units(struct str text)
{
    struct buf b = {0}, numbered = {0};
    spelling_fold(&b, text);
    for (int l = 0; l < LEVEL_COUNT; l++) spelling_key(&numbered, (enum level)l, buf_slice(&b));
    numbered.n = 0;
    spelling_numbers(&numbered, buf_slice(&b));
    struct spelling_number found;
    for (size_t from = 0, last = 0; spelling_next(buf_slice(&numbered), &from, &found); last = from)
        must(from > last && found.begin < found.end && found.end <= numbered.n, "a number stands in the text");
    b.n = 0;
    uint32_t unit = units_find(some_units(), UNIT_NONE, LEVEL_BUILDING, text, (struct str){0}, &b);
    must(unit == UNIT_NONE || some_units()->v[unit].level == LEVEL_BUILDING, "a building is a building");
    buf_free(&b);
    buf_free(&numbered);
}

static void check_masks(struct str text)
{
    for (int p = PROFILE_NONE; p <= PROFILE_PUBLIC; p++)
        for (int m = MASK_NONE; m <= MASK_TEXT; m++) {
            struct buf b = {0};
            mask_write(&b, (enum mask_profile)p, (enum mask)m, text);
            size_t bad;
            must(text_valid(buf_slice(&b), &bad), "what is masked is UTF-8");
            buf_free(&b);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n};
    size_t bad;
    if (n > 4000) return 0;
    check_date(text, false);
    check_date(text, true);
    check_number(text);
    check_citizen(text, false);
    check_citizen(text, true);
    check_phone(text, false);
    check_phone(text, true);
    if (!text_valid(text, &bad)) return 0; /* what comes of cells is */
    check_folds(text, text_name, "a name folds once");
    check_folds(text, text_nfkc, "NFKC folds once");
    check_folds(text, text_heading_key, "a key folds once");
    check_folds(text, spelling_fold, "a unit's name folds once");
    check_units(text);
    check_masks(text);
    return 0;
}
