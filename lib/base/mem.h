/* Memory: allocation that does not fail, and arenas.
 *
 * The library neither prints nor exits.  When memory runs out there is nothing sensible left
 * for it to do, so it calls mem_exhausted(), which every program must define: ours (cmd/session.c)
 * says so in plain words and ends with status 4.  Output files not yet closed and transactions
 * not yet committed are then as they were. */
#ifndef VET_BASE_MEM_H
#define VET_BASE_MEM_H

#include <stddef.h>

/* Supplied by the program, not by the library.  `wanted` is the number of bytes asked for. */
_Noreturn void mem_exhausted(size_t wanted);

/* Never return NULL; a size of 0 gives a unique pointer.  Release with free(). */
void *mem_alloc(size_t bytes);
void *mem_zero(size_t count, size_t bytes);            /* zero-filled, overflow-checked */
void *mem_resize(void *p, size_t count, size_t bytes); /* realloc, overflow-checked */

/* Grow the array `*p` of `*cap` elements of `bytes` each so that it holds at least `need`.
 * Doubles, so that a run of appends is linear.  `p` is the address of the array pointer. */
void mem_grow(void *p, size_t *cap, size_t need, size_t bytes);

/* An arena hands out memory that is released all at once.  Zero-initialise it: `struct arena a = {0}`. */
struct arena_chunk;
struct arena {
    struct arena_chunk *head; /* newest chunk first */
    size_t used;              /* bytes used of the newest */
};
void *arena_alloc(struct arena *a, size_t bytes); /* aligned for any type, not cleared */
void *arena_zero(struct arena *a, size_t count, size_t bytes);
char *arena_copy(struct arena *a, const char *s, size_t n); /* copies n bytes and adds a NUL */
char *arena_string(struct arena *a, const char *s);         /* the same for a C string */
void arena_reset(struct arena *a);                          /* keeps one chunk for reuse */
void arena_free(struct arena *a);                           /* back to {0} */

#endif
