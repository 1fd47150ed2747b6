/* Where a unit lies, in the columns 社区 网格 楼栋 of a table, or as one text. */
#ifndef VET_ROLLUP_PLACES_H
#define VET_ROLLUP_PLACES_H

#include "ledger/units.h"
#include "rollup/result.h"

void places_columns(struct result *r);                                               /* adds the three columns */
void places_put(struct result *r, struct str *v, const struct units *u, uint32_t i); /* fills v[0..2] */
struct str places_text(struct result *r, const struct units *u, struct str code);    /* 云翠社区 第3网格 12号楼 */
/* Inserts before column `at` a column for each level between the communities and `level`; the unit's code stands in
 * column `unit`.  Returns how many. */
size_t places_before(struct result *r, size_t at, size_t unit, const struct units *u, int level);

#endif
