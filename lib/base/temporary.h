/* Temporary files: in TMPDIR, else /tmp, mode 0600, and unlinked at once, so that nothing is left behind. */
#ifndef VET_BASE_TEMPORARY_H
#define VET_BASE_TEMPORARY_H

#include "base/str.h"

/* A descriptor for reading and writing; -1 with errno.  `path` (may be NULL) gets the name it had, for messages. */
int temporary_open(struct buf *path);
/* All of it, over interruptions.  False with errno. */
bool temporary_write(int fd, struct str s);

#endif
