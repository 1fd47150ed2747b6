/* Telephone numbers as people type them: several to a cell, with blanks, hyphens, +86, notes of whose it is.
 *
 * Only length and first digits are checked: tables of prefixes age fast, and numbers move between operators. */
#ifndef VET_LEDGER_PHONE_H
#define VET_LEDGER_PHONE_H

#include "base/str.h"

enum phone_verdict {
    PHONE_GOOD,
    PHONE_NONE, /* 无电话: words that say there is none */
    PHONE_SOME, /* some are numbers and stand in `out`, something else is not */
    PHONE_BAD,
};
/* Appends the canonical numbers, joined by ';', each once, in the order typed: 13800000000, 0531-87654321,
 * 0531-87654321转801, 87654321.  `number`: it was a number cell, which loses the first 0 of an area code. */
enum phone_verdict phone_read(struct str text, bool number, struct buf *out);
bool phone_is_mobile(struct str text); /* exactly 11 digits, 13 to 19 first */

#endif
