/* Lengths of time as people type them, in the one unit that is kept: 3年2个月 in months, 90分钟 in hours. */
#ifndef VET_BASE_DURATION_H
#define VET_BASE_DURATION_H

#include "base/number.h"

enum duration { DURATION_NONE, DURATION_MONTHS, DURATION_HOURS };
/* Reads 36  36个月  3年  三年半  3年2个月 as months, or 3  3小时  90分钟  2小时30分  半小时 as hours, to the hundredth.  False when
 * it is none, or has a unit that is no number of them: 3天 is no number of months. */
bool duration_read(struct str text, enum duration of, struct number_reading *out);

#endif
