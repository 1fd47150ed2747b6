/* Sorters: rows put in in any order and taken out in the order of their keys, with the memory of a few thousand of them.
 *
 * What does not fit into 16 MiB goes, sorted, into an unlinked temporary file (0600), and is merged from there.  Rows of equal
 * keys keep the order in which they were put. */
#ifndef VET_FLOW_SORTER_H
#define VET_FLOW_SORTER_H

#include "base/diag.h"
#include "base/str.h"

struct sorter;
struct sorter *sorter_new(size_t n_values, struct diag *d);
void sorter_free(struct sorter *s);
/* Copies a row of n_values.  Keys compare as bytes; an empty key keeps the order of putting.  False after a finding. */
bool sorter_put(struct sorter *s, struct str key, const struct str *values);
uint64_t sorter_count(const struct sorter *s);
/* Goes to the first row; nothing may be put after the first time.  False after a finding. */
bool sorter_start(struct sorter *s);
/* The next row's values, valid until the next call; NULL at the end, or after a finding (sorter_failed). */
const struct str *sorter_next(struct sorter *s);
bool sorter_failed(const struct sorter *s);

#endif
