/* Output that appears whole or not at all.
 *
 * A named file is written in the folder of its final place, mode 0600, synced, and given its name on success
 * (base/temporary.h); on failure, or when the process is killed, what was there before stays.  Standard output is written through,
 * and every error, also that of closing, is known before the program ends with 0. */
#ifndef VET_BASE_OUT_H
#define VET_BASE_OUT_H

#include "base/diag.h"

struct out;
/* `path` NULL or "-" is standard output.  NULL after a finding. */
struct out *out_open(const char *path, struct diag *d);
/* The same, but nothing leaves before out_close: what would go to standard output, a device or a pipe waits in a temporary file
 * without a name. */
struct out *out_hold(const char *path, struct diag *d);
void out_write(struct out *o, struct str s); /* buffered; failures are kept until out_close, see out_failed */
bool out_failed(const struct out *o);        /* lets long work stop early */
int out_descriptor(struct out *o);           /* flushes; for writers that want a file descriptor */
int out_file(struct out *o);                 /* the same of a file, in which one may seek; -1 for a stream */
/* Ends the output: on `keep`, flush, sync, rename; else throw away.  A write that failed is told in either case: false after a
 * finding.  Frees o. */
bool out_close(struct out *o, bool keep, struct diag *d);

/* Several outputs of one run: all of them take their place, or none does.  Begins as {0}. */
enum { OUTS_MOST = 8 };
struct outs {
    struct out *of[OUTS_MOST];
    size_t n;
};
struct out *outs_open(struct outs *all, const char *path, struct diag *d);
/* Ends them: none takes its place before everything is written. */
bool outs_close(struct outs *all, bool keep, struct diag *d);

#endif
