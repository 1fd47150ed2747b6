/* Restating: the report of a frozen month as it is now known, beside what was reported.
 *
 * Every number that differs bears an r; the last sheets, 与已报数的差异, account for the difference by units (reported + real
 * events
 * + corrections = as now known), by records with the sheet or batch that each change came from, and number by number.
 *
 * A real event happened or was surveyed after what was reported: a death, a move, a new person or another value on a sheet of a
 * later survey, a building that handed in late.
 *
 * A correction mends what had been reported: another value of what cannot change (name, number, birth date, sex), anything from a
 * sheet of the month or before, from a workbook that went home, from undoing, and people found to be one or two. */
#ifndef VET_BOOK_RESTATE_H
#define VET_BOOK_RESTATE_H

#include "book/report.h"

/* Marks in `now` each number that `then` has otherwise; lines and columns that are gone come back with 0. */
void content_restate(struct content *now, const struct content *then);
/* `source` looks at the store as now known, `reported` is the batch that was fixed.  Marks `now`, and adds the last sheets.  False
 * after findings; that the units do not balance is one. */
bool report_restate(const struct report *r, const struct report_source *source, int64_t reported, struct content *now,
                    const struct content *then, struct diag *d);

#endif
