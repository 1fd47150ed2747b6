/* What are these bytes?  The format, the encoding and the delimiter are told from the first bytes of a file, never from its name.
 */
#ifndef VET_CELLS_SNIFF_H
#define VET_CELLS_SNIFF_H

#include "base/str.h"

enum { SNIFF_BYTES = 64 * 1024 }; /* how much of a file the judgement rests on */

enum content {
    CONTENT_TEXT, /* CSV, TSV */
    CONTENT_JSON,
    CONTENT_ZIP,      /* .xlsx, .ods or another office file */
    CONTENT_OLE,      /* .xls, or a protected .xlsx */
    CONTENT_WEB_PAGE, /* HTML or MHTML that calls itself .xls */
    CONTENT_OLD_XML,  /* "XML spreadsheet 2003" */
    CONTENT_STORE,    /* an SQLite file */
    CONTENT_FOREIGN,  /* another kind of file, whose name is known */
    CONTENT_BINARY,   /* no text and no kind that is known */
};
/* `kind` becomes the usual name of a foreign file, "PDF"; else "". */
enum content sniff_content(struct str head, const char **kind);

enum encoding {
    ENCODING_ASCII, /* so far */
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_GB18030,
    ENCODING_NAMED, /* by its name, as the user said */
};
/* *bom is the length of the byte order mark.  `whole` tells that the file ends here, so that a character cut in two is a fault. */
enum encoding sniff_encoding(struct str head, bool whole, size_t *bom);
const char *encoding_name(enum encoding e); /* "UTF-8" */

/* ',' ';' or tab, by which of them the lines agree most about; where none stands in a third of the lines, one that does not occur.
 * `text` is UTF-8. */
char sniff_delimiter(struct str text);

#endif
