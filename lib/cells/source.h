/* Where bytes come from: a file, a pipe, standard input.  Counts and hashes what passes. */
#ifndef VET_CELLS_SOURCE_H
#define VET_CELLS_SOURCE_H

#include <sys/types.h>

#include "base/diag.h"
#include "base/str.h"

struct source;
/* "-" or NULL is standard input; a temporary copy of it (flow/reread.h) is called - in findings, too.  NULL after a finding. */
struct source *source_open(const char *path, struct diag *d);
void source_close(struct source *s);
/* The first bytes (up to `want`), without consuming them.  Valid until the next call; fewer at the end, or after a finding. */
struct str source_peek(struct source *s, size_t want);
/* Appends `want` bytes to `out`, fewer only at the end.  Number read, 0 at the end, -1 on failure (after a finding). */
ssize_t source_read(struct source *s, struct buf *out, size_t want);
/* A seekable descriptor of the whole input, at offset 0: the file itself, or an unlinked temporary copy (0600) of a pipe.
 * -1 after a finding.  Owned by the source. */
int source_seekable(struct source *s);
/* Back to the first byte, for a reader that goes over the input twice; a pipe is spooled.  False after a finding.
 * Must come before the first source_read of a pipe. */
bool source_rewind(struct source *s);
/* SHA-256 of all bytes.  A file is read again (by pread: what source_read gives is not disturbed); a pipe of which nothing was
 * read is spooled; one that was is read to its end.  After a failure of reading, with a finding, it is that of what was read. */
void source_digest(struct source *s, unsigned char digest[32]);
/* Is the file still the one that was opened, by its size and time of change?  A pipe always is. */
bool source_unchanged(const struct source *s);
void source_unhashed(struct source *s); /* no digest will be asked for: a pipe need not be hashed as it passes */
const char *source_path(const struct source *s);

#endif
