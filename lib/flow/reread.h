/* Standard input kept for several readings: a report reads its stream once for each table.
 * Files named on the command line are read where they are. */
#ifndef VET_FLOW_REREAD_H
#define VET_FLOW_REREAD_H

#include "base/diag.h"

struct reread;
/* The inputs: `paths`, with standard input ("-", or none at all) replaced by a temporary copy (0600, already unlinked).
 * NULL after a finding. */
struct reread *reread_open(const char *const *paths, size_t n, struct diag *d);
const char *const *reread_paths(const struct reread *s, size_t *n);
void reread_close(struct reread *s);

#endif
