/* What a stream holds, told by some of its rows: those from all over it, the same ones in whatever order they come and on however
 * many threads, and of every column whether a value of it stands in two rows.  The memory it takes is bounded. */
#ifndef VET_LINK_SAMPLE_H
#define VET_LINK_SAMPLE_H

#include "link/spool.h"

enum { SAMPLE_ROWS = 400 };
struct sample {
    uint64_t n_rows;  /* of the stream */
    size_t n;         /* rows sampled, no two of them alike */
    struct str **row; /* their values, long ones cut */
    bool *repeats;    /* of each column: two rows are known to have the same value there */
    struct sampled *taken;
    size_t n_taken, n_columns;
    uint64_t below; /* rows whose hash is not are not taken */
    struct once *columns;
};
/* Reads all rows, and puts them aside in the spool.  False after a finding. */
bool sample_load(struct sample *s, struct rows *r, struct spool *spool, unsigned threads);
void sample_free(struct sample *s);

#endif
