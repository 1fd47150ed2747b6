#include "link/pair_list.h"

#include <stdlib.h>

enum { FIRST = 1 << 20, LONGEST = 15 }; /* bytes: of a new list, of a pair */

void pair_list_reserve(struct pair_list *l, size_t more)
{
    buf_reserve(&l->bytes, l->bytes.cap ? more * LONGEST : more * LONGEST + FIRST);
}

static char *put(char *p, uint32_t v)
{
    for (; v >= 128; v >>= 7) *p++ = (char)(v | 128);
    *p++ = (char)v;
    return p;
}

/* Small numbers for small steps either way. */
static uint32_t step(uint32_t from, uint32_t to)
{
    uint32_t d = to - from;
    return d << 1 ^ (0 - (d >> 31));
}

static uint32_t stepped(uint32_t from, uint32_t s)
{
    return from + (s >> 1 ^ (0 - (s & 1)));
}

void pair_list_add(struct pair_list *l, struct pair p)
{
    char *start = l->bytes.s + l->bytes.n;
    char *end = put(put(put(start, step(l->last.a, p.a)), step(l->last.b, p.b)), p.pattern);
    l->bytes.n += (size_t)(end - start);
    l->last = p;
    l->n++;
}

static uint32_t take(const char **p)
{
    uint32_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char c = (unsigned char)*(*p)++;
        v |= (uint32_t)(c & 127) << shift;
        if (c < 128) return v;
    }
}

bool pair_next(struct pair_cursor *c, struct pair *out)
{
    if (c->at == c->list->bytes.n) return false;
    const char *start = c->list->bytes.s + c->at, *p = start;
    c->last.a = stepped(c->last.a, take(&p));
    c->last.b = stepped(c->last.b, take(&p));
    c->last.pattern = take(&p);
    c->at += (size_t)(p - start);
    *out = c->last;
    return true;
}

void pair_list_free(struct pair_list *l)
{
    buf_free(&l->bytes);
    *l = (struct pair_list){0};
}
