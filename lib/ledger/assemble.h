/* Fields that several columns make together.
 *
 * Parts of an address (小区 | 楼栋 | 单元 | 房号), which the ledger names (vet:parts), parts of a date (年 | 月 under 入伍时间),
 * and columns to tick (男 | 女 under 性别, or the labels of a code list).  A field that has a column of its own is left to it;
 * where the heading of that says what its numbers count, 金额（万元） or 期限（年）, or 单位：万元 stands above the table, a bare
 * number is read with it. */
#ifndef VET_LEDGER_ASSEMBLE_H
#define VET_LEDGER_ASSEMBLE_H

#include "ledger/layout.h"

/* What a column is called: its own heading, and the field of the group above it, or COLUMN_BLANK. */
struct column_name {
    struct str own;
    uint32_t group;
};
/* Finds such columns of a layout whose fields are known; `names`: one a column. */
void assemble_ready(struct layout *l, const struct words *w, const struct column_name *names);
/* What stands above a table may say what its sums of money count (单位：万元): `l` of the table whose headings begin at row `i`.
 * The heading of a column goes before that. */
void assemble_money(struct layout *l, const struct words *w, const struct cell_block *b, size_t i);
/* Puts what they make into the row's cells, one a field.  Text lies in `a`. */
void assemble_row(const struct layout *l, const struct words *w, const struct line *line, struct cell *now, struct arena *a);
/* Is it a label of the code list of a field, so that its column may be one to tick, or a part of the field's date? */
bool assemble_label(const struct words *w, uint32_t field, struct str text);
/* Is it a part's heading, or one of two to tick, so that it says nothing against a row of headings? */
bool assemble_heading(const struct words *w, struct str heading);

#endif
