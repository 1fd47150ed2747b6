/* Zip archives as workbooks use them (.xlsx, .ods): parts found by name and read in pieces, within limits.
 *
 * Names compare without case, with `\` as `/` and without a leading `/`.  Nothing named in an archive is ever written
 * to disk.  Archives are hostile: what a part, and the whole, may expand to is bounded, first absolutely, then by ratio; by what
 * the archive says of itself, before anything is expanded, and a part that turns out longer than was said ends there. */
#ifndef VET_CELLS_ZIPFILE_H
#define VET_CELLS_ZIPFILE_H

#include <sys/types.h>

#include "cells/cells.h"

enum {
    ZIPFILE_PART_MIB = 2048,    /* one part, expanded */
    ZIPFILE_TOTAL_MIB = 4096,   /* all that is read of one file, each part counted once for each time it is read */
    ZIPFILE_RATIO = 250,        /* expanded : compressed; honest sheets reach 32, deflate can do 1032 */
    ZIPFILE_RATIO_FROM_MIB = 8, /* below this no ratio is refused */
    ZIPFILE_RATIO_LARGE = 100,  /* of a part that expands to more than this: */
    ZIPFILE_LARGE_MIB = 128
};
struct zipfile;
struct zippart;

/* Opens the archive of the book's source.  NULL after a finding.  Borrows `b`, which must outlive it. */
struct zipfile *zipfile_open(struct book *b);
void zipfile_close(struct zipfile *z);

enum { ZIPFILE_NONE = -1, ZIPFILE_FAILED = -2 };
/* The index of a part; ZIPFILE_NONE, or ZIPFILE_FAILED after a finding: there are two different parts of that name. */
int64_t zipfile_find(struct zipfile *z, struct str name);
const char *zipfile_name(const struct zipfile *z, int64_t index); /* as the archive spells it */
struct book *zipfile_book(const struct zipfile *z);

/* Reading a part.  NULL, or -1, after a finding.  A part that is too large is not opened. */
struct zippart *zippart_open(struct zipfile *z, int64_t index);
ssize_t zippart_read(struct zippart *p, void *to, size_t n); /* as many as asked for, fewer only at the end */
void zippart_close(struct zippart *p);

/* A finding about part `index`, for `d`; `what` is its argument {2}, `why` {3}; both may be NULL. */
void zipfile_finding(const struct zipfile *z, struct diag *d, enum diag_code code, int64_t index, const char *what,
                     const char *why);

#endif
