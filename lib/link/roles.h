/* What the columns are to learning: which tell entities apart, which say where somebody lives. */
#ifndef VET_LINK_ROLES_H
#define VET_LINK_ROLES_H

#include "link/model.h"

/* Sets `tells`, `names`, `of_home` and `of_place` of all comparisons. */
void model_set_roles(struct model *m);
bool role_is_address(const struct comparison *c);
/* What there is to know of a column, in bits: how much less often than always any two rows agree. */
double role_bits(const struct comparison *c);
/* People move in tables that have an address and something that goes with it, and tell who it is all the same. */
bool model_moves(const struct model *m, double rows);
/* Who has something in common with another without being one.  Where nothing tells people apart but there is an address, rows are
 * shops, schools, offices: those of one company share its name and telephone, as a household shares an address, and it is the
 * address that tells them apart. */
enum kin { KIN_NONE, KIN_HOUSEHOLDS, KIN_BRANCHES };
enum kin model_kin(const struct model *m);

#endif
