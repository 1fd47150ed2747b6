#include "link/model.h"

#include <stdlib.h>

#include "base/text.h"

void model_start(struct model *m)
{
    *m = (struct model){.link = 0.5, .review = 0.1, .average = 0.4, .rounds = MODEL_ROUNDS};
}

void model_free(struct model *m)
{
    arena_free(&m->memory);
    *m = (struct model){0};
}

void model_set_source(struct model *m, const char *source, const char *mode)
{
    struct str s = str_of(source);
    m->source_unique = !mode || strcmp(mode, "link") == 0;
    if (str_ends(s, STR(":link"))) s.n -= 5, m->source_unique = true;
    else if (str_ends(s, STR(":dedupe"))) s.n -= 7, m->source_unique = false;
    m->source = str_copy(&m->memory, s);
}

struct comparison *model_add(struct model *m, struct str column, enum kind k)
{
    if (m->n == COMPARISONS) return NULL;
    struct comparison *c = &m->comparisons[m->n++];
    *c = (struct comparison){.column = str_copy(&m->memory, column), .kind = k, .unless = -1, .swaps = -1};
    return c;
}
