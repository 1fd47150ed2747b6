/* Unicode text over ICU: reading characters, folding, width on a screen. */
#ifndef VET_BASE_TEXT_H
#define VET_BASE_TEXT_H

#include "base/str.h"

/* The character at s.s[*i], *i < s.n; *i moves past it.  A byte that is not UTF-8 reads as U+FFFD and moves by one. */
uint32_t text_next(struct str s, size_t *i);
/* Is it one of the strokes that are typed for a hyphen: U+2010..2015, the minus sign, the full-width hyphen? */
static inline bool text_is_dash(uint32_t c)
{
    return (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFF0D;
}
size_t text_length(struct str s);           /* in characters */
size_t text_width(struct str s);            /* in terminal columns: East Asian wide and full-width count 2 */
bool text_valid(struct str s, size_t *bad); /* is it UTF-8 (RFC 3629)?  *bad is the offset of the first fault */
/* Appends NFKC of s (Unicode TR15).  Fast where nothing changes. */
void text_nfkc(struct buf *out, struct str s);
/* The same without marks that stand alone, "y \u00A8": for what leaves out blanks and brackets, where they would go to the letter
 * before. */
void text_nfkc_joined(struct buf *out, struct str s);
/* Appends the key by which headings, code labels and unit names are matched: NFKC, lower case, no blanks or
 * zero-width characters, no '*' ':' '：', no bracketed hints ("出生年月(如1985.06)" gives 出生年月). */
void text_heading_key(struct buf *out, struct str s);
/* Appends a person's name as stored: NFKC, no blanks or controls inside, every kind of middle dot (U+2022, U+30FB,
 * U+FF0E, '.' between Han characters ...) as U+00B7. */
void text_name(struct buf *out, struct str s);

#endif
