/* Output that appears whole or not at all.
 *
 * A named file is written beside its final place under a temporary name, mode 0600, synced, and renamed on
 * success; on failure it is removed and what was there before stays.  Standard output is written through, and
 * every error, also that of closing, is known before the program ends with 0. */
#ifndef VET_BASE_OUT_H
#define VET_BASE_OUT_H

#include "base/diag.h"

struct out;
/* `path` NULL or "-" is standard output.  NULL after a finding. */
struct out *out_open(const char *path, struct diag *d);
void out_write(struct out *o, struct str s); /* buffered; failures are kept until out_close, see out_failed */
bool out_failed(const struct out *o);        /* lets long work stop early */
int out_descriptor(struct out *o);           /* flushes; for writers that want a file descriptor */
const char *out_path(const struct out *o);   /* the temporary path, for writers that want a name; NULL for stdout */
/* Ends the output: on `keep`, flush, sync, rename; else throw away.  False after a finding.  Frees o. */
bool out_close(struct out *o, bool keep, struct diag *d);

#endif
