/* Dates as people type them, kept as precisely as they were typed.
 *
 * A date has a year, perhaps a month, perhaps a day.  Reading knows the spellings of a Chinese office (1985.6, 85年,
 * 198506, 31199, 2003冬, 民国34年 ...) and takes no clock: the caller says what today is. */
#ifndef VET_BASE_DATE_H
#define VET_BASE_DATE_H

#include "base/str.h"

struct date {
    int16_t year;       /* 0 = no date */
    uint8_t month, day; /* 0 = not known */
};
enum date_verdict {
    DATE_GOOD,
    DATE_NONE, /* 至今, 在役: there is no date, and nothing is wrong */
    DATE_BAD,  /* no date, or one that the calendar does not have */
};
struct date_reading {
    struct date date;
    struct date other; /* what it may mean as well (year 0: nothing): 1985.1 is January or, after Excel, October */
    bool rewritten;    /* the spelling was not plain: worth a notice */
    bool guessed;      /* precision was lost or a century supplied: worth a notice of its own */
};
/* Reads a date typed as text (any bytes).  `latest` is the last year that a year of two digits can mean (0: 2029). */
enum date_verdict date_read(struct str text, int latest, struct date_reading *out);
/* The same for a number cell: years, 198506, 19850615, Excel serials of the 1900 system, 1985.06. */
enum date_verdict date_read_number(struct str digits, int latest, struct date_reading *out);
/* Reads exactly YYYY, YYYY-MM or YYYY-MM-DD (a time after the day is ignored).  False for anything else. */
bool date_iso(struct str text, struct date *out);
/* Appends the ISO form, as precise as the date is. */
void date_write(struct buf *out, struct date d);
bool date_valid(struct date d); /* does the calendar have it? years 1800..2199 */
/* Compares as far as both are known: -1, 0, 1. */
int date_compare(struct date a, struct date b);
/* Completed years from a to b, as far as both are known; negative when b is before a. */
int date_years(struct date a, struct date b);
struct date date_of_serial(int32_t serial); /* Excel, 1900 system; 60 (29 Feb 1900) gives year 0 */

#endif
