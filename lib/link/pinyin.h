/* Chinese names that are written in Latin letters: Zhang Wei, zhangwei, ZHANG Wei, Wei Zhang, zhang1 wei3, lü bu, lv bu. */
#ifndef VET_LINK_PINYIN_H
#define VET_LINK_PINYIN_H

#include "link/kind_own.h"

/* The small letter of a letter, without the mark of a tone; ü is v, as it is typed.  0 = it is none of pinyin. */
char pinyin_letter(uint32_t c);
/* Is a syllable as it was typed one that the character is read by?  lu and lv are of 吕. */
bool pinyin_is(uint32_t character, uint16_t typed);
/* Is this text of a name one that a Chinese may have: a frequent surname, first or last, and one or two syllables more (or two,
 * where the surname has two)?  Then f is the name as a short one of syllables, surname first, and *surname how many are its. */
bool pinyin_read(struct str text, uint64_t *f, unsigned *surname);
/* Does the text spell this short name, each character by any of its readings, the surname first or last? */
bool pinyin_spells(struct str text, const uint64_t *f);

#endif
