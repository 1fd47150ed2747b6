#include "base/work.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum { MOST_THREADS = 64 };

/* Each thread takes turns: fetch a block (under `fetching`), run it, wait until all earlier blocks have been
 * handed on, hand it on.  A thread holds one block, so memory is bounded by the number of threads. */
struct pipeline {
    const struct work *w;
    pthread_mutex_t fetching, ordering;
    pthread_cond_t turn;
    uint64_t fetched, handed_on;
    bool ended, failed;
};
struct hand {
    struct pipeline *p;
    unsigned number;
    void *block;
};

static bool has_failed(struct pipeline *p)
{
    pthread_mutex_lock(&p->ordering);
    bool failed = p->failed;
    pthread_mutex_unlock(&p->ordering);
    return failed;
}

/* Until all blocks before this one have been handed on, unless nobody cares about their order, or it is the end.  Did nothing fail?
 */
static bool wait_for_turn(struct pipeline *p, uint64_t number, bool ended)
{
    pthread_mutex_lock(&p->ordering);
    while (!ended && p->w->hand_on && p->handed_on != number && !p->failed) pthread_cond_wait(&p->turn, &p->ordering);
    bool failed = p->failed;
    pthread_mutex_unlock(&p->ordering);
    return !failed;
}

static void end_turn(struct pipeline *p, bool ok)
{
    pthread_mutex_lock(&p->ordering);
    p->handed_on++;
    if (!ok) p->failed = true;
    pthread_cond_broadcast(&p->turn);
    pthread_mutex_unlock(&p->ordering);
}

/* A fetch that failed has its turn too: what was fetched before it is handed on, as with one thread. */
static void *hand_main(void *arg)
{
    struct hand *h = arg;
    struct pipeline *p = h->p;
    const struct work *w = p->w;
    for (;;) {
        pthread_mutex_lock(&p->fetching);
        int got = p->ended || has_failed(p) ? 0 : w->fetch(w->ctx, h->block);
        uint64_t number = p->fetched;
        if (got == 1) p->fetched++;
        else p->ended = true;
        pthread_mutex_unlock(&p->fetching);
        bool ok = got == 1 && w->run(w->ctx, h->block, h->number);
        bool go = wait_for_turn(p, number, got == 0) && ok;
        if (go && w->hand_on) go = w->hand_on(w->ctx, h->block);
        if (got) end_turn(p, go);
        if (got != 1) return NULL;
    }
}

unsigned work_threads(unsigned wanted)
{
    if (wanted) return wanted > MOST_THREADS ? MOST_THREADS : wanted;
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 8 ? 8 : (unsigned)n;
}

bool work_run(const struct work *w, unsigned threads)
{
    threads = work_threads(threads);
    struct pipeline p = {.w = w};
    pthread_mutex_init(&p.fetching, NULL);
    pthread_mutex_init(&p.ordering, NULL);
    pthread_cond_init(&p.turn, NULL);
    struct hand hands[MOST_THREADS];
    pthread_t ids[MOST_THREADS];
    unsigned started = 1;
    for (unsigned i = 0; i < threads; i++) hands[i] = (struct hand){&p, i, mem_zero(1, w->block_bytes)};
    while (started < threads && pthread_create(&ids[started], NULL, hand_main, &hands[started]) == 0) started++;
    hand_main(&hands[0]);
    for (unsigned i = 1; i < started; i++) pthread_join(ids[i], NULL);
    for (unsigned i = 0; i < threads; i++) {
        if (w->release) w->release(hands[i].block);
        free(hands[i].block);
    }
    pthread_mutex_destroy(&p.fetching);
    pthread_mutex_destroy(&p.ordering);
    pthread_cond_destroy(&p.turn);
    return !p.failed;
}

struct split {
    void *ctx;
    void (*run)(void *ctx, size_t from, size_t to);
    size_t n, share, next;
};
struct share {
    size_t from, to;
};

static int split_fetch(void *ctx, void *block)
{
    struct split *s = ctx;
    struct share *b = block;
    if (s->next == s->n) return 0;
    b->from = s->next;
    b->to = s->next = s->n - s->next > s->share ? s->next + s->share : s->n;
    return 1;
}

static bool split_run(void *ctx, void *block, unsigned thread)
{
    struct split *s = ctx;
    struct share *b = block;
    (void)thread;
    s->run(s->ctx, b->from, b->to);
    return true;
}

void work_split(size_t n, size_t share, unsigned threads, void *ctx, void (*run)(void *ctx, size_t from, size_t to))
{
    struct split s = {.ctx = ctx, .run = run, .n = n, .share = share};
    const struct work w = {.ctx = &s, .block_bytes = sizeof(struct share), .fetch = split_fetch, .run = split_run};
    work_run(&w, n <= share ? 1 : threads);
}
