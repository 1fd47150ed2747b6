#include "store/pipe.h"

#include <pthread.h>
#include <stdlib.h>

#include "store/sheaf.h"

enum { BLOCK_BYTES = 512 * 1024, BLOCKS = 3 };

enum op_kind { OP_OPEN, OP_CLOSE };
struct op {
    int64_t id;
    uint32_t table, bytes;
    uint32_t kind, spare;
};

struct pipe {
    struct buf blocks[BLOCKS];
    size_t filling;          /* the block that the caller writes into */
    size_t working, waiting; /* blocks handed over: the first of them, how many */
    size_t at;               /* where the row at work started */
    bool threaded, stop;
    int rc; /* the first failure */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, less;
};

static struct pipe *pipe_of(struct store *s)
{
    if (!s->pipe) {
        s->pipe = mem_zero(1, sizeof *s->pipe);
        pthread_mutex_init(&s->pipe->lock, NULL);
        pthread_cond_init(&s->pipe->more, NULL);
        pthread_cond_init(&s->pipe->less, NULL);
    }
    return s->pipe;
}

static int open_version(const struct store *s, struct table *t, int64_t id, struct str image)
{
    unsigned char digest[32];
    image_digest(image, digest);
    hash_row(&t->opened_hash, id, digest);
    bool taken = false;
    int rc = sheaf_is_for(s->sheaf, t) ? sheaf_add(s->sheaf, id, image, &taken) : SQLITE_OK;
    if (taken || rc != SQLITE_OK) return rc;
    sqlite3_bind_int64(t->insert, 1, id);
    sqlite3_bind_int64(t->insert, 2, s->batch.id);
    rc = image_bind(t->insert, 3, t, image);
    if (rc == SQLITE_OK) rc = sqlite3_step(t->insert);
    sqlite3_reset(t->insert);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int carry_out(const struct store *s, const struct buf *block)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; i < block->n && rc == SQLITE_OK;) {
        struct op op;
        memcpy(&op, block->s + i, sizeof op);
        i += sizeof op;
        struct table *t = &s->tables[op.table];
        if (op.kind == OP_OPEN) rc = open_version(s, t, op.id, (struct str){block->s + i, op.bytes});
        else if (sheaf_is_for(s->sheaf, t)) sheaf_close(s->sheaf, op.id);
        else rc = version_close(s, t, op.id);
        i += op.bytes;
    }
    return rc;
}

static void *work(void *arg)
{
    struct store *s = arg;
    struct pipe *p = s->pipe;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->waiting && !p->stop) pthread_cond_wait(&p->more, &p->lock);
        if (!p->waiting) break;
        struct buf *block = &p->blocks[p->working];
        int rc = p->rc;
        pthread_mutex_unlock(&p->lock);
        if (rc == SQLITE_OK) rc = carry_out(s, block);
        block->n = 0;
        pthread_mutex_lock(&p->lock);
        if (!p->rc) p->rc = rc;
        p->working = (p->working + 1) % BLOCKS;
        p->waiting--;
        pthread_cond_signal(&p->less);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static bool settle(struct store *s, int rc)
{
    return rc == SQLITE_OK ? !s->failed : store_fault(s, rc);
}

/* The block is full: the thread takes it, and the next is free as soon as fewer than all wait. */
static bool hand_over(struct store *s)
{
    struct pipe *p = s->pipe;
    if (!p->threaded) {
        p->threaded = pthread_create(&p->thread, NULL, work, s) == 0;
        if (!p->threaded) return pipe_drain(s);
        p->working = p->filling;
    }
    pthread_mutex_lock(&p->lock);
    if (p->waiting == 0) p->working = p->filling;
    p->waiting++;
    pthread_cond_signal(&p->more);
    while (p->waiting >= BLOCKS) pthread_cond_wait(&p->less, &p->lock);
    int rc = p->rc;
    p->filling = (p->filling + 1) % BLOCKS;
    pthread_mutex_unlock(&p->lock);
    if (rc == SQLITE_OK) return true;
    pipe_drop(s);
    return settle(s, rc);
}

struct buf *pipe_row(struct store *s, struct table *t, int64_t id)
{
    struct pipe *p = pipe_of(s);
    struct buf *b = &p->blocks[p->filling];
    struct op op = {.id = id, .table = (uint32_t)t->number, .kind = OP_OPEN};
    p->at = b->n;
    buf_add(b, (const char *)&op, sizeof op);
    return b;
}

bool pipe_row_done(struct store *s)
{
    struct pipe *p = s->pipe;
    struct buf *b = &p->blocks[p->filling];
    uint32_t bytes = (uint32_t)(b->n - p->at - sizeof(struct op));
    memcpy(b->s + p->at + offsetof(struct op, bytes), &bytes, sizeof bytes);
    return b->n < BLOCK_BYTES ? true : hand_over(s);
}

bool pipe_close(struct store *s, struct table *t, int64_t id)
{
    struct pipe *p = pipe_of(s);
    struct op op = {.id = id, .table = (uint32_t)t->number, .kind = OP_CLOSE};
    buf_add(&p->blocks[p->filling], (const char *)&op, sizeof op);
    return p->blocks[p->filling].n < BLOCK_BYTES ? true : hand_over(s);
}

/* Waits until the thread is idle; what the first failure was. */
static int wait_idle(struct pipe *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->waiting) pthread_cond_wait(&p->less, &p->lock);
    int rc = p->rc;
    p->rc = SQLITE_OK;
    pthread_mutex_unlock(&p->lock);
    return rc;
}

bool pipe_wait(struct store *s)
{
    return settle(s, s->pipe ? wait_idle(s->pipe) : SQLITE_OK);
}

bool pipe_drain(struct store *s)
{
    struct pipe *p = s->pipe;
    if (!p) return !s->failed;
    int rc = wait_idle(p);
    struct buf *b = &p->blocks[p->filling];
    if (rc == SQLITE_OK && !s->failed) rc = carry_out(s, b);
    if (rc == SQLITE_OK && !s->failed && s->sheaf) rc = sheaf_flush(s->sheaf);
    b->n = 0;
    return settle(s, rc);
}

void pipe_drop(struct store *s)
{
    struct pipe *p = s->pipe;
    if (!p) return;
    wait_idle(p);
    p->blocks[p->filling].n = 0;
    if (s->sheaf) sheaf_forget(s->sheaf);
}

void pipe_free(struct store *s)
{
    struct pipe *p = s->pipe;
    if (!p) return;
    wait_idle(p);
    if (p->threaded) {
        pthread_mutex_lock(&p->lock);
        p->stop = true;
        pthread_cond_signal(&p->more);
        pthread_mutex_unlock(&p->lock);
        pthread_join(p->thread, NULL);
    }
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->more);
    pthread_cond_destroy(&p->less);
    for (size_t i = 0; i < BLOCKS; i++) buf_free(&p->blocks[i]);
    free(p);
    s->pipe = NULL;
}
