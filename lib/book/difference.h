/* What a restated report differs in, told one by one.  Only difference*.c use it. */
#ifndef VET_BOOK_DIFFERENCE_H
#define VET_BOOK_DIFFERENCE_H

#include "book/build.h"
#include "rollup/movement.h"

struct difference_counts {
    size_t events, corrections;
};
/* Every person, value, building and row that makes the report another one than the one of batch `reported`, each with what it came
 * from, real events first.  Those in `m` who came, went or moved in no event become corrections of it.  NULL after findings. */
struct result *difference_list(struct building *b, int64_t reported, struct movement *m, struct difference_counts *counts);

#endif
