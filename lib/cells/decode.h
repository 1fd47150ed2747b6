/* Decoding: the bytes of a text file as UTF-8, piece by piece, whatever they were written in.
 *
 * What comes out is valid UTF-8 without byte order mark and without NUL; bytes that could not be decoded stand as U+FFFD and the
 * piece says so.  A piece never ends within a character. */
#ifndef VET_CELLS_DECODE_H
#define VET_CELLS_DECODE_H

#include "cells/sniff.h"
#include "cells/source.h"

/* How much the readers of text ask for at a time; the fuzzers make it small. */
#ifndef VET_PIECE
#define VET_PIECE (256 * 1024) /* what came of a piece stays in the processor's cache until the next stage takes it */
#endif

struct decoder {
    struct source *source;
    enum encoding encoding;
    const char *name; /* of the encoding, for --explain */
    void *from, *to;  /* ICU converters; NULL for UTF-8 */
    void *pivot;      /* UTF-16 between the two */
    char tail[4];     /* of UTF-8: the beginning of a character whose rest has not come yet */
    unsigned n_tail;
    bool ended;
};
struct decoded {
    bool any;       /* something came */
    bool high;      /* not all of it is ASCII */
    bool lost;      /* some of it stands as U+FFFD */
    size_t lost_at; /* where the first such is, from the start of the buffer */
};
/* `encoding` is a name that ICU knows, or NULL: told from the bytes.  False when ICU does not know it. */
bool decoder_start(struct decoder *d, struct source *s, const char *encoding);
/* Appends a piece, of about `want` bytes.  1, 0 at the end, -1 after a finding. */
int decoder_read(struct decoder *d, struct buf *out, size_t want, struct decoded *how);
void decoder_stop(struct decoder *d);
/* Appends the beginning of a file as UTF-8, for a look at it; a character cut in two at its end is left out. */
void decode_head(struct buf *out, struct str head, const char *encoding);

#endif
