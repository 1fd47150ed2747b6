/* Simplified forms of traditional characters (Unihan kSimplifiedVariant), for matching words and names of units.
 *
 * For keys alone: what a person typed is kept as he typed it, and names of people are never changed. */
#ifndef VET_LEDGER_SIMPLIFIED_H
#define VET_LEDGER_SIMPLIFIED_H

#include "base/str.h"

/* The simplified form of a character, or the character itself. */
uint32_t simplified(uint32_t c);
/* Appends `s` with every character simplified.  Did any change? */
bool simplified_text(struct buf *out, struct str s);

#endif
