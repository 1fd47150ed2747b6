/* Numbers and sums of money as people type them, as exact decimal text. */
#ifndef VET_BASE_NUMBER_H
#define VET_BASE_NUMBER_H

#include "base/str.h"

enum { NUMBER_ROOM = 48 };
struct number_reading {
    char text[NUMBER_ROOM]; /* n bytes, no NUL.  Canonical: -?digits[.digits], no leading or trailing noughts */
    size_t n;
    bool rewritten; /* the text typed was not canonical */
    bool about;     /* 约30, 5000余元: worth a notice */
};
/* Reads 1,234.50  1.5E+5  20万  三万五千元  三万五  5000余元  约30  ￥3000  12人 in any width of digits.  False when it is no
 * single number, or one that may be read in two ways: 三五百, 十七八, 3,5. */
bool number_read(struct str text, struct number_reading *out);
/* The value of canonical text; 0 for a text longer than NUMBER_ROOM. */
double number_value(struct str canonical);
/* Reads Chinese numerals at the start of `text`: 一九八五 (digit by digit), 十五, 二十一, 一百零八, 三万五 (35000).  Bytes read, or
 * 0 where they are no number, or one past 63 bits.  *digits is the number of digits of the value as a reader of dates counts them.
 */
size_t number_chinese(struct str text, int64_t *value, int *digits);

#endif
