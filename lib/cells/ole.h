/* The OLE2 compound file ([MS-CFB]): the little file system inside .xls, .doc and password-protected .xlsx files.
 * Finds a stream by name and gives its bytes.  It writes nothing and knows nothing of what the streams mean.
 *
 * The whole file is in memory.  Nothing of it is believed: chains of sectors that run in circles or out of the file, sizes
 * larger than the file and trees that loop are faults, never reads out of bounds, and no work is longer than the file. */
#ifndef VET_CELLS_OLE_H
#define VET_CELLS_OLE_H

#include "base/str.h"

enum ole_fault {
    OLE_OK,
    OLE_ABSENT,  /* no such stream */
    OLE_SHORT,   /* bytes that the file says it has are missing: it was cut short */
    OLE_DAMAGED, /* it contradicts itself */
};
struct ole {
    struct str image;
    unsigned shift;          /* a sector has 1 << shift bytes */
    uint32_t sectors;        /* sectors that the image holds, the last perhaps in part */
    uint32_t *fat, *minifat; /* the next sector of each */
    size_t n_fat, n_minifat;
    struct buf directory;
    struct buf ministream;
};
/* The first eight bytes of every such file. */
bool ole_is(struct str head);
/* `image` must outlive `o`.  ole_close is to be called whatever is returned. */
enum ole_fault ole_open(struct ole *o, struct str image);
void ole_close(struct ole *o);
/* A stream of the top folder, by its name without regard to case.  `*out` points into the image when the stream lies
 * there in one piece, else into `copy`. */
enum ole_fault ole_stream(const struct ole *o, const char *name, struct buf *copy, struct str *out);

#endif
