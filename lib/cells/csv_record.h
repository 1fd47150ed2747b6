/* Records of CSV: where one ends, and what its cells are.  RFC 4180, and what people write in its place.
 *
 * A quote opens a cell only where a cell begins; anywhere else it is a character.  Text after a closing quote belongs to the cell.
 * A quote that is never closed is a character too, so that it cannot swallow the rest of the file: it counts as never closed when
 * nothing closes it within CSV_MAX_QUOTED bytes, or when what looks like its end, some lines further on, is followed by text. */
#ifndef VET_CELLS_CSV_RECORD_H
#define VET_CELLS_CSV_RECORD_H

#include "cells/cells.h"

struct csv_form {
    char delimiter;
    char newline; /* '\n' (a '\r' before it is dropped), or '\r' in files of old Macs */
};
enum { CSV_MAX_QUOTED = 256 * 1024 };

enum csv_fault {
    CSV_FINE,
    CSV_STRAY,    /* text after a closing quote */
    CSV_UNCLOSED, /* a quote that is never closed */
};
struct csv_record {
    size_t end;            /* where the next record begins */
    size_t text_end;       /* where this one's text ends: its line end is not part of it */
    bool quoted;           /* there is a quote in it */
    enum csv_fault fault;  /* the worst */
    size_t cells, longest; /* of a quoted record: how many cells, and the bytes of the longest */
};
/* The record that begins at s[at].  `last` tells that the file ends at s[n].  False when it may go on past s[n]: more text is
 * wanted. */
bool csv_record_find(const struct csv_form *f, const char *s, size_t n, size_t at, bool last, struct csv_record *r);

/* Passes over records that are finished and sound, and short enough to be within every limit, from s[at]: where the first other
 * begins.  *records grows by their number. */
size_t csv_skip_sound(const struct csv_form *f, const char *s, size_t n, size_t at, uint32_t *records);

/* Appends the rows and cells of s[0..n), which is whole records, numbered from `number`.  `quotes`: there may be quotes in it. */
void csv_split(const struct csv_form *f, struct cell_block *b, const char *s, size_t n, uint32_t number, bool quotes);
/* What ends the rows of a text, by its beginning.  Old Macs end rows with '\r' alone, and may have a '\n' where a cell breaks its
 * line; between quotes neither counts. */
char csv_newline(struct str text);

#endif
