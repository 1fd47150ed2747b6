/* An ordered pipeline over threads: blocks are fetched one at a time, worked on by several threads at once,
 * and handed on in the order they were fetched, so that the result is the same for any number of threads. */
#ifndef VET_BASE_WORK_H
#define VET_BASE_WORK_H

#include <stdbool.h>
#include <stddef.h>

struct work {
    void *ctx;
    size_t block_bytes; /* sizeof of the caller's block struct; blocks start zeroed and are reused */
    /* Fills the block.  Called by one thread at a time, in order.  1 = filled, 0 = no more, -1 = failed. */
    int (*fetch)(void *ctx, void *block);
    /* Works on a block; may run on several threads at once, each on another block.  False = failed. */
    bool (*run)(void *ctx, void *block, unsigned thread);
    /* Takes finished blocks in the order they were fetched, one at a time.  False = failed.  May be NULL. */
    bool (*hand_on)(void *ctx, void *block);
    void (*release)(void *block); /* frees what a block owns, at the end; may be NULL */
};
/* Runs until fetch gives 0 or something fails; what was fetched before that is handed on all the same.  `threads` 0 = as many as
 * there are processors (at most 8). With one thread no thread is started.  True when all was done. */
bool work_run(const struct work *w, unsigned threads);
/* As many as work_run starts: 64 at most. */
unsigned work_threads(unsigned wanted);
/* Calls `run` for shares of 0..n-1, `share` long or shorter, on several threads at once and in any order. */
void work_split(size_t n, size_t share, unsigned threads, void *ctx, void (*run)(void *ctx, size_t from, size_t to));

#endif
