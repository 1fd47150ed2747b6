/* What a rollup needs of the columns of its input, found once.  Only rollup.c uses it. */
#ifndef VET_ROLLUP_BIND_H
#define VET_ROLLUP_BIND_H

#include "rollup/rollup.h"

struct sum_columns {
    int sum, least, most; /* of records all three are the field itself */
};
struct binding {
    const struct rollup_spec *spec;
    bool rollups;                                       /* the input is rollups, not records */
    int unit, entity, seen, level, period, name, count; /* columns, -1 = none */
    int *by;                                            /* columns; -1 = an expression */
    struct str *sums;                                   /* names of the fields */
    struct sum_columns *sum_columns;
    size_t n_sums;
    struct arena memory;
};
/* False after findings. */
bool binding_make(struct binding *b, const struct rollup_spec *spec, const struct columns *c, struct diag *d);
void binding_columns(const struct binding *b, bool *wanted); /* sets those of the columns that the rollup looks at */
void binding_free(struct binding *b);

#endif
