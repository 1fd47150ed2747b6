/* Citizen id numbers (公民身份号码): GB 11643-1999, and the 15-digit ones of GB 11643-1989.
 *
 * Reading mends what carries no information (width, blanks, apostrophes, ×) and names what cannot be mended; it
 * never guesses a digit from the checksum.  The address code is that of the first registration and is never
 * refused: codes are abolished, people are not. */
#ifndef VET_LEDGER_CITIZEN_H
#define VET_LEDGER_CITIZEN_H

#include "base/date.h"
#include "base/diag.h"

enum citizen_notice {
    CITIZEN_CLEANED = 1, /* width, blanks, marks, small x */
    CITIZEN_LETTERS = 2, /* O read as 0, l or I as 1, × or * as X */
    CITIZEN_RAISED = 4,  /* 15 digits raised to 18 */
};
struct citizen {
    char id[18];       /* canonical; meaningful when the code is DIAG_NONE */
    struct date birth; /* full date */
    bool male;
    unsigned notices;
};
/* Reads a cell's text.  `number`: it was a number cell, whose 18 digits are not to be trusted.  `today` (year 0: no limit):
 * nobody is born later.  DIAG_NONE, or DIAG_ID_LENGTH, _CHECKSUM, _BIRTH_INVALID, _PRECISION_LOST. */
enum diag_code citizen_read(struct str text, bool number, struct date today, struct citizen *out);
/* Does the text, which holds no number, say that there is none or none yet: 无身份证, 未提供, 丢失? */
bool citizen_none(struct str text);
char citizen_check(const char *body); /* the check character of 17 digits (ISO 7064 MOD 11-2) */

#endif
