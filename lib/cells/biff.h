/* Records of the Excel binary formats ([MS-XLS] for BIFF8; its forerunners BIFF2 to BIFF5 in OpenOffice's description) and
 * the strings in them.  It knows how a record and a string are stored, not what they mean: see xls.h. */
#ifndef VET_CELLS_BIFF_H
#define VET_CELLS_BIFF_H

#include "base/str.h"
#include "cells/bytes.h"

enum {
    BIFF_FORMULA = 0x0006,
    BIFF_EOF = 0x000A,
    BIFF_PROTECTED = 0x002F, /* FILEPASS: what follows is encrypted */
    BIFF_CONTINUE = 0x003C,
    BIFF_FORMAT = 0x041E,
    BIFF_MERGED = 0x00E5,
    BIFF_SST = 0x00FC,
    BIFF_LABELSST = 0x00FD,
    BIFF_NUMBER = 0x0203,
    BIFF_LABEL = 0x0204,
    BIFF_BOOLERR = 0x0205,
    BIFF_STRING = 0x0207,
    BIFF_ROW = 0x0208,
    BIFF_RSTRING = 0x00D6,
    BIFF_MULRK = 0x00BD,
    BIFF_RK = 0x027E,
    BIFF_XF = 0x00E0,
    BIFF_BOUNDSHEET = 0x0085,
    BIFF_CODEPAGE = 0x0042,
    BIFF_DATEMODE = 0x0022,
    BIFF_ARRAY = 0x0221,
    BIFF_SHARED = 0x04BC,
    BIFF_TABLE = 0x0236,
    BIFF_BOF = 0x0809,
};
struct biff_record {
    uint32_t id, n;
    const char *p;   /* n bytes */
    size_t at, next; /* offsets of this record and of the one after it */
};
/* The record at offset `at`: 1; 0 at the end of the stream; -1 when the stream ends inside it. */
int biff_record(struct str stream, size_t at, struct biff_record *r);
/* The id that BIFF5 and BIFF8 give to a record that older versions have under another id; itself when there is none. */
uint32_t biff_modern_id(uint32_t id);

/* A place in a record and the CONTINUE records after it. */
struct biff_cursor {
    struct str stream;
    const char *p, *end; /* what is left of the current record */
    size_t next;         /* offset of the record after it */
};
struct biff_cursor biff_cursor(struct str stream, const struct biff_record *r, uint32_t skip);

/* Decodes strings.  Zero-initialise; biff_decoder_close frees it. */
struct biff_decoder {
    void *converter; /* ICU's, for the bytes of BIFF2 to BIFF5 */
    struct buf out;  /* the last string, UTF-8 */
    bool lost;       /* something of it could not be decoded and stands as U+FFFD */
    uint32_t high;   /* a high surrogate that waits for its other half */
};
/* `codepage` as in the CODEPAGE record, or `name` (an ICU name) when not NULL.  False when neither is known: windows-1252 then. */
bool biff_decoder_set(struct biff_decoder *d, unsigned codepage, const char *name);
void biff_decoder_close(struct biff_decoder *d);
/* A BIFF8 string of `length_bytes` (1 or 2) bytes of length, with formatting runs and phonetic text skipped.  It may pass
 * into CONTINUE records, where each part says anew whether it has one or two bytes a character.  False when it is cut off. */
bool biff_unicode(struct biff_decoder *d, struct biff_cursor *c, unsigned length_bytes);
/* A string of BIFF2 to BIFF5: bytes in the file's code page. */
bool biff_bytes(struct biff_decoder *d, struct biff_cursor *c, unsigned length_bytes);

#endif
