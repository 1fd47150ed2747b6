/* Temporary files, mode 0600, of which nothing is left behind.
 *
 * One without a name (O_TMPFILE) goes with the process that has it open, however that ends; where a file system has no such files
 * it gets a name and loses it at once.  What is to take the place of a file PATH, and cannot be without a name until then, is
 * called PATH.vet-part, or PATH.vet-part1 and so on, and is locked (flock) for as long as its maker lives: so one that nobody
 * holds was left by a run that was killed, and whoever writes PATH next removes it.  Nothing else is ever removed: no other
 * names, nothing that is locked, nothing of another user's. */
#ifndef VET_BASE_TEMPORARY_H
#define VET_BASE_TEMPORARY_H

#include "base/str.h"

/* A file without a name in TMPDIR, else /tmp, for reading and writing; -1 with errno.  `folder` (may be NULL) gets where, for
 * messages. */
int temporary_open(struct buf *folder);
/* The same in the folder of `path`, so that it can be given a name there; -1 also where that cannot be had. */
int temporary_open_beside(const char *path);
/* Gives a file of temporary_open_beside the name `path`, in one step, whether that is there already or not.  False with errno. */
bool temporary_take_place(int fd, const char *path);

/* A file that has a name from the start, which goes to `name`; -1 with errno.  Closing the descriptor lets go of the lock. */
int temporary_named(const char *path, struct buf *name);
/* Removes what was left of PATH by runs that were killed, with what stands beside it: its name with `tails` (ended by NULL, may be
 * NULL), such as "-wal". */
void temporary_sweep(const char *path, const char *const *tails);

/* A name by which this process can open the file of a descriptor once more. */
void temporary_path(int fd, struct buf *path);
bool temporary_is(const char *path); /* is it such a name, which says nothing to people? */
/* After a read (POLLIN) or write (POLLOUT) that failed with errno: is it to be tried again?  Waits for a descriptor that another
 * program has made non-blocking, such as a terminal or a pipe that both have. */
bool temporary_again(int fd, short events);
/* All of it, over interruptions.  False with errno. */
bool temporary_write(int fd, struct str s);

#endif
