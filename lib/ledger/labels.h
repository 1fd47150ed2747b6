/* Labels with their values in one text: 社区：云翠社区  网格：第3网格  楼长：…
 *
 * Which of them are wanted, and how far a value is believed, is for those who ask. */
#ifndef VET_LEDGER_LABELS_H
#define VET_LEDGER_LABELS_H

#include "ledger/words.h"

struct labelled {
    uint32_t field;          /* of the ledger, or COLUMN_IGNORED, COLUMN_UNKNOWN */
    struct str label, value; /* slices of the text; the value may be empty */
};
/* The next label of `text` from *from (at first 0) on: a word before a colon, of either width.  Its value goes to where the label
 * before the next colon begins.  *from moves past it.  False at the end. */
bool labels_next(const struct words *w, struct str text, size_t *from, struct labelled *out);

#endif
