/* What the parts of place share; nobody else includes it. */
#ifndef VET_LEDGER_PLACE_OWN_H
#define VET_LEDGER_PLACE_OWN_H

#include "ledger/place.h"

/* Writes a text as names are compared: folded, numbers plain. */
void place_fold(struct buf *out, struct str s);
/* Notes what a source says of a level, unless it has said it before; what stands behind a label goes before what does not. */
void place_say(struct place_context *c, enum place_source source, enum level level, struct str text, bool labelled);
/* The community named in a folded text: the longest name in it; none when two different ones are as good. */
uint32_t place_community(const struct places *p, struct str folded, size_t *at, size_t *length);
/* Notes the units that a text names.  *left is how much of it is not understood, for those who want to know whether it is all. */
void place_read_all(struct place_context *c, const struct places *p, enum place_source source, struct str text, size_t *left);
/* The unit of a level within another that a text names, or UNIT_NONE; then *nearest, if it is wanted, has the names near it.  With
 * a memo, which may be NULL, `date` is the same for all that is in it. */
uint32_t place_find(const struct places *p, struct place_memo *m, uint32_t within, enum level level, struct str text,
                    struct str date, struct buf *nearest);
/* Is the text, folded by spelling_fold, a building in short: 3-12, 网格28号楼, B12? */
bool place_is_short(struct str folded);
/* Such a text within a community or a grid: *unit is the only building that it may mean, or UNIT_NONE; then *told, if it is wanted,
 * has those that it may mean.  `rooms`: as of place_memo.  False when it is none, or nobody knows in which community. */
bool place_short(const struct places *p, uint32_t within, bool rooms, struct str text, struct str date, uint32_t *unit,
                 struct buf *told);
/* 锦东小区5号楼2单元301, 5-2-301, where a building has to stand: the building of the address, when there is one of that number only
 * within and no other place is named. */
uint32_t place_in_address(const struct places *p, uint32_t within, struct str text, struct str date);
/* Is there a building of the number in the address anywhere?  `folded` is from spelling_fold. */
bool place_has_address(const struct places *p, struct str folded, struct str date);
/* The station that a text names, whatever lies above it: 平阴县榆山街道办事处. */
uint32_t place_station(const struct places *p, struct str text, struct str date);

#endif
