/* Chinese characters as names use them: one form of each, how it sounds, what it looks like.
 *
 * Tables made at build time from the Unihan database.  Covers U+3400 to U+9FFF; any other character folds to itself, has no
 * reading and looks like nothing. */
#ifndef VET_LINK_HAN_H
#define VET_LINK_HAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { HAN_READINGS = 4 };
static inline bool han_is(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x3FFFF) || (c >= 0xF900 && c <= 0xFAFF);
}
uint32_t han_fold(uint32_t c);            /* simplified, variants to the standard form: 峯 峰, 偉 伟 */
const uint16_t *han_readings(uint32_t c); /* HAN_READINGS syllable numbers, the commonest first, 0 = no more */
uint16_t han_surname(uint32_t c);         /* its reading as a surname: 单 shan, 曾 zeng; 0 = none */
uint16_t han_ears(uint16_t syllable);     /* the syllable with z/zh c/ch s/sh n/ng l/n taken for one */
/* The longest syllable at the start of small Latin letters; its number, its length in *n; 0 = none. */
uint16_t han_syllable(struct str letters, size_t *n);
const char *han_spelling(uint16_t syllable); /* in small letters, ü as v: "lv" */
/* How many letters at the start of some spell the syllable, ü as v, u or yu; 0 = they do not. */
size_t han_spelt(uint16_t syllable, struct str letters);
/* The syllables that begin with a letter, the longest first; those that are hummed, such as "ng", are left out. */
const uint16_t *han_syllables(char letter, size_t *n);
bool han_same_sound(uint32_t a, uint32_t b);    /* some reading of both is the same, tones apart */
bool han_near_sound(uint32_t a, uint32_t b);    /* the same to careless ears */
bool han_sounds(uint32_t c, uint16_t syllable); /* to careless ears */
bool han_look_alike(uint32_t a, uint32_t b);    /* 己 已, 波 坡, 伟 纬 */
bool han_same_surname(uint32_t a, uint32_t b);  /* surnames that officials write either way: 付 傅, 肖 萧 */

#endif
