/* The spellings of a unit's name: one key for all ways in which people write it.
 *
 * 3网格 第三网格 网格3 03网格 have one key as grids; 5号楼 5#楼 5栋 五幢 5座 and full-width ones have one as buildings; 云翠
 * 云翠社区 云翠居委会 one as communities.  Numbers may be Chinese (十二, 一〇三), full-width, circled or zero-padded.
 * It knows nothing of which units there are. */
#ifndef VET_LEDGER_SPELLING_H
#define VET_LEDGER_SPELLING_H

#include "ledger/units.h"

/* Appends the name with only its form folded: NFKC, lower case, no blanks, no brackets. */
void spelling_fold(struct buf *out, struct str name);
/* Appends the key of a name at a level; `folded` is from spelling_fold. */
void spelling_key(struct buf *out, enum level level, struct str folded);
/* Appends the text with each number in ASCII digits without leading zeros; everything else stays.  `folded` is from spelling_fold.
 */
void spelling_numbers(struct buf *out, struct str folded);

/* A text as typed without the ordinal of its part and blanks: 一、 or 1. before it; with no_list also 1、, which may begin a list
 * (1、2号楼). */
struct str spelling_after_ordinal(struct str text, bool no_list);

/* A number with its kind word in running text, such as 第3网格 or 12号楼. */
struct spelling_number {
    enum level level;  /* LEVEL_GRID or LEVEL_BUILDING */
    struct str text;   /* "3网格", "12号楼": a name that units_find understands */
    size_t begin, end; /* bytes of it in the text, with a leading 第 */
};
/* The next one at or after *from in a text from spelling_numbers; *from moves past it.  False when there is none.  The end of a
 * list or a range, 11-13号楼, is none. */
bool spelling_next(struct str numbered, size_t *from, struct spelling_number *out);
/* The number of the building in an address, a text from spelling_numbers: 5 in 锦东小区5号楼2单元301, 5#2-301 and 5-2-301.  *before
 * is what stands before it.  Empty when it is none, or when anything but a unit, a floor and a room follows. */
struct str spelling_building(struct str numbered, struct str *before);

#endif
