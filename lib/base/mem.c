#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_CHUNK = 64 * 1024, ARENA_ALIGN = 16 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    _Alignas(ARENA_ALIGN) char data[];
};

void *mem_alloc(size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);
    if (!p) mem_exhausted(bytes);
    return p;
}

void *mem_zero(size_t count, size_t bytes)
{
    void *p = calloc(count ? count : 1, bytes ? bytes : 1);
    if (!p) mem_exhausted(count * bytes);
    return p;
}

void *mem_resize(void *p, size_t count, size_t bytes)
{
    if (bytes && count > SIZE_MAX / bytes) mem_exhausted(SIZE_MAX);
    size_t total = count * bytes;
    void *q = realloc(p, total ? total : 1);
    if (!q) mem_exhausted(total);
    return q;
}

void mem_grow(void *p, size_t *cap, size_t need, size_t bytes)
{
    if (need <= *cap) return;
    size_t n = *cap ? *cap : 16;
    while (n < need) {
        if (n > SIZE_MAX / 2) mem_exhausted(SIZE_MAX);
        n *= 2;
    }
    void *old;
    memcpy(&old, p, sizeof old);
    void *grown = mem_resize(old, n, bytes);
    memcpy(p, &grown, sizeof grown);
    *cap = n;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t want = (bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (want < bytes) mem_exhausted(bytes);
    if (!a->head || a->head->size - a->used < want) {
        size_t size = want > ARENA_CHUNK ? want : ARENA_CHUNK;
        struct arena_chunk *c = mem_alloc(sizeof *c + size);
        c->size = size;
        c->next = a->head;
        a->head = c;
        a->used = 0;
    }
    void *p = a->head->data + a->used;
    a->used += want;
    return p;
}

void *arena_zero(struct arena *a, size_t count, size_t bytes)
{
    if (bytes && count > SIZE_MAX / bytes) mem_exhausted(SIZE_MAX);
    return memset(arena_alloc(a, count * bytes), 0, count * bytes);
}

char *arena_copy(struct arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    if (n) memcpy(p, s, n);
    p[n] = 0;
    return p;
}

char *arena_string(struct arena *a, const char *s)
{
    return arena_copy(a, s, strlen(s));
}

void arena_reset(struct arena *a)
{
    if (!a->head) return;
    struct arena_chunk *c = a->head->next;
    while (c) {
        struct arena_chunk *next = c->next;
        free(c);
        c = next;
    }
    a->head->next = NULL;
    a->used = 0;
}

void arena_free(struct arena *a)
{
    arena_reset(a);
    free(a->head);
    a->head = NULL;
    a->used = 0;
}
