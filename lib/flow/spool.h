/* Standard input kept for several readings: a report reads its stream once for each table.
 * Files named on the command line are read where they are. */
#ifndef VET_FLOW_SPOOL_H
#define VET_FLOW_SPOOL_H

#include "base/diag.h"

struct spool;
/* The inputs: `paths`, with standard input ("-", or none at all) replaced by a temporary copy (0600, already unlinked).
 * NULL after a finding. */
struct spool *spool_open(const char *const *paths, size_t n, struct diag *d);
const char *const *spool_paths(const struct spool *s, size_t *n);
void spool_close(struct spool *s);

#endif
