#include "flow/rows.h"

#include <stdlib.h>

#include "base/near.h"
#include "base/work.h"

int columns_find(const struct columns *c, struct str name)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->names[i], name)) return (int)i;
    return -1;
}

struct str columns_nearest(const struct columns *c, struct str name)
{
    struct near n = near_start(name);
    for (size_t i = 0; i < c->n; i++) near_try(&n, c->names[i]);
    return n.found;
}

void row_block_free(struct row_block *b)
{
    if (b->free_own) b->free_own(b->own);
    free(b->values);
    arena_free(&b->text);
    *b = (struct row_block){0};
}

void rows_close(struct rows *r)
{
    if (r) r->close(r);
}

void rows_narrow(struct rows *r, const bool *wanted)
{
    if (r->narrow) r->narrow(r, wanted);
}

static bool parse_block(struct rows *r, struct row_block *b)
{
    return !r->parse || r->parse(r, b);
}

static bool judge_block(struct rows *r, struct row_block *b)
{
    return !r->verdict || r->verdict(r, b);
}

struct str *rows_next(struct row_cursor *c)
{
    while (!c->ended && c->at == c->block.n_rows) {
        c->at = c->block.n_rows = 0;
        int got = c->rows->fetch(c->rows, &c->block);
        if (got != 1) c->ended = true;
        c->failed = got < 0 || (got == 1 && (!parse_block(c->rows, &c->block) || !judge_block(c->rows, &c->block)));
        if (c->failed) c->ended = true;
    }
    return c->ended ? NULL : row_of(&c->block, &c->rows->columns, c->at++);
}

bool rows_done(struct row_cursor *c)
{
    row_block_free(&c->block);
    c->at = 0;
    c->ended = true;
    return !c->failed;
}

struct run {
    struct rows *rows;
    void *ctx;
    bool (*work)(void *ctx, struct rows *r, struct row_block *b, unsigned thread);
    bool (*hand_on)(void *ctx, struct rows *r, struct row_block *b);
};

static int run_fetch(void *ctx, void *block)
{
    struct run *run = ctx;
    return run->rows->fetch(run->rows, block);
}

static bool run_work(void *ctx, void *block, unsigned thread)
{
    struct run *run = ctx;
    return parse_block(run->rows, block) && (!run->work || run->work(run->ctx, run->rows, block, thread));
}

static bool run_hand_on(void *ctx, void *block)
{
    struct run *run = ctx;
    return judge_block(run->rows, block) && (!run->hand_on || run->hand_on(run->ctx, run->rows, block));
}

static void run_release(void *block)
{
    row_block_free(block);
}

bool rows_run(struct rows *r, unsigned threads, void *ctx,
              bool (*work)(void *ctx, struct rows *r, struct row_block *b, unsigned thread),
              bool (*hand_on)(void *ctx, struct rows *r, struct row_block *b))
{
    struct run run = {.rows = r, .ctx = ctx, .work = work, .hand_on = hand_on};
    const struct work w = {
        .ctx = &run,
        .block_bytes = sizeof(struct row_block),
        .fetch = run_fetch,
        .run = run_work,
        .hand_on = run_hand_on,
        .release = run_release,
    };
    return work_run(&w, threads);
}
