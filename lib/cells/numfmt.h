/* Number formats of spreadsheets, as far as they tell dates from numbers, and serial day numbers as ISO 8601.
 * Shared by the readers of workbooks.  It does not format numbers: a number keeps the digits of the file.
 *
 * Built-in formats and the codes' grammar: ECMA-376 Part 1, 18.8.30 and 18.8.31; dates: ISO 8601. */
#ifndef VET_CELLS_NUMFMT_H
#define VET_CELLS_NUMFMT_H

#include "base/str.h"

enum numfmt {
    NUMFMT_NUMBER,
    NUMFMT_DATE,    /* shows a year, month or day, perhaps a time too */
    NUMFMT_TIME,    /* shows hours, minutes or seconds only */
    NUMFMT_ELAPSED, /* [h]:mm and the like: a length of time, may pass 24 hours */
};
/* A built-in format by its id; 27-36 and 50-58 are the Chinese ones.  An unknown id is a number. */
enum numfmt numfmt_builtin(unsigned id);
/* A format code as the file holds it, in UTF-8: `[$-804]yyyy"年"m"月"d"日";@`. */
enum numfmt numfmt_of_code(struct str code);

enum { NUMFMT_ISO_MAX = 32 };
/* Writes the serial number `digits` ("31199", "4.5E4", "31199.5") as ISO 8601, without a final NUL: the date alone when it
 * has no time part, else 1985-06-15T08:30:00; 08:30:00 for a time alone.  Rounded to seconds.
 * `date1904`: the book counts from 1904-01-01, else from 1900 with its 29 February, which is written 1900-02-29.
 * Returns the length; 0 when the format is a number's, or no such day exists (negative, day 0, past the year 9999):
 * the cell is then a number. */
size_t numfmt_iso(struct str digits, enum numfmt format, bool date1904, char out[NUMFMT_ISO_MAX]);
size_t numfmt_iso_value(double serial, enum numfmt format, bool date1904, char out[NUMFMT_ISO_MAX]);
enum { NUMFMT_SHOWN_MAX = 32 };
/* Excel stores 1985.1 as 1985.0999999999999: 17 digits of the same double, of which it shows 15.  Writes those 15, without zeros at
 * the end, when `digits` has a fraction, more than 15 digits and no exponent, and both read as the same double; else returns 0
 * and the digits of the file stand.  Whole numbers, long ids among them, are never touched. */
size_t numfmt_shown(struct str digits, char out[NUMFMT_SHOWN_MAX]);
/* Brings an ISO date of a file (1985-06-15T00:00:00.000Z, T08:30:00, 1985-06-15) to the same form.
 * 0 when it is none. */
size_t numfmt_iso_text(struct str text, char out[NUMFMT_ISO_MAX]);

#endif
