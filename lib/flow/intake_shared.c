/* Large files: threads share the blocks of a sheet. */
#include <stdlib.h>

#include "base/work.h"
#include "flow/intake_run.h"

struct sharing {
    struct run *run;
    struct leaving *file;
    struct book *book;
    struct reading *r;
    struct keeping *kept;
    pthread_mutex_t lock; /* of r->now, for those who guess from it */
    struct piece *first;  /* fetched and parsed already */
    struct take *take;    /* for findings between blocks */
};
struct shared {
    struct piece piece;
    struct standing start;
    bool undone, is_first;
};

static int share_fetch(void *ctx, void *block)
{
    struct sharing *s = ctx;
    struct shared *b = block;
    b->is_first = false;
    return sheet_fetch(s->book, &b->piece.cells);
}

/* Where the block would stand if the one before it ended as things stand now. */
static struct standing guess(struct sharing *s, const struct cell_block *b)
{
    pthread_mutex_lock(&s->lock);
    struct standing start = s->r->now;
    pthread_mutex_unlock(&s->lock);
    start.last_row = b->n_rows ? b->rows[0].number - 1 : 0;
    return start;
}

static bool share_run(void *ctx, void *block, unsigned thread)
{
    struct sharing *s = ctx;
    struct shared *b = block;
    if (!sheet_parse(s->book, &b->piece.cells)) return false;
    b->start = guess(s, &b->piece.cells);
    b->piece.take = &b->piece.own;
    take_clear(&b->piece.own);
    b->undone = b->start.gathering != NULL; /* which only one may add to */
    if (!b->undone) intake_block(s->r, &s->run->hands[thread], &b->piece, &b->start, NULL, 0);
    return true;
}

static bool same_standing(const struct standing *a, const struct standing *b)
{
    return a->layout == b->layout && a->context == b->context && a->gathering == b->gathering && a->has_rows == b->has_rows &&
           a->after_footer == b->after_footer && a->refused == b->refused && a->sheet_rows == b->sheet_rows &&
           a->headed == b->headed && a->ticked_row == b->ticked_row && a->people == b->people &&
           a->headless_row == b->headless_row && a->longer_told == b->longer_told;
}

static void remember_row(struct reading *r, size_t n, const struct piece *p)
{
    if (!p->before_row) return;
    r->before_row = p->before_row;
    r->before_text.n = 0;
    for (size_t f = 0; f < n; f++) buf_add(&r->before_text, p->before[f].s, p->before[f].n);
    const char *text = buf_text(&r->before_text);
    for (size_t f = 0; f < n; f++) {
        r->before[f] = p->before[f];
        r->before[f].s = text;
        text += p->before[f].n;
    }
}

/* Hands a block on when it was read from where the one before it really ended; else reads it again from there. */
static bool share_hand_on(void *ctx, void *block)
{
    struct sharing *s = ctx;
    struct shared *b = block;
    struct piece *p = &b->piece;
    struct reading *r = s->r;
    if (b->undone || !same_standing(&b->start, &r->now) || (p->wanted_before && r->before_row)) {
        keep_all(s->kept, p);
        take_clear(&p->own);
        p->take = &p->own;
        b->start = r->now;
        intake_block(r, &s->run->hands[s->run->threads], p, &b->start, r->before_row ? r->before : NULL, r->before_row);
    } else if (p->first_value) {
        uint64_t gap = b->start.last_row - r->now.last_row;
        p->own.tally.fates[FATE_BLANK] += gap;
        p->own.tally.rows += gap;
    }
    keep_all(s->kept, p);
    remember_row(r, s->run->in.schema->n_fields, p);
    pthread_mutex_lock(&s->lock);
    uint32_t last = p->first_value ? p->last_value : r->now.last_row,
             hidden = r->now.hidden_rows + p->end.hidden_rows - b->start.hidden_rows;
    r->now = p->end;
    r->now.last_row = last;
    r->now.hidden_rows = hidden;
    pthread_mutex_unlock(&s->lock);
    if (s->run->o->progress) s->run->o->progress(s->run->o->progress_ctx, last, 0);
    return leave_take(s->file, &p->own);
}

static void share_release(void *block)
{
    piece_free(&((struct shared *)block)->piece);
}

/* The first block is read alone: it decides how the sheet is laid out. */
static bool read_shared_sheet(struct sharing *s)
{
    struct shared first = {0};
    struct hand *h = &s->run->hands[s->run->threads];
    int got = sheet_next(s->book, &first.piece.cells);
    if (got != 1) {
        piece_free(&first.piece);
        return got == 0;
    }
    reading_begin(s->r, h, &first.piece.cells, s->kept);
    first.undone = true;
    bool ok = share_hand_on(s, &first);
    piece_free(&first.piece);
    const struct work w = {.ctx = s,
                           .block_bytes = sizeof(struct shared),
                           .fetch = share_fetch,
                           .run = share_run,
                           .hand_on = share_hand_on,
                           .release = share_release};
    ok = ok && work_run(&w, s->run->threads);
    if (!ok) return false;
    take_clear(s->take);
    reading_end(s->r, s->take, &s->file->late);
    return leave_take(s->file, s->take);
}

static bool read_shared(struct run *run, struct leaving *f, struct book *book)
{
    struct keeping kept = {0};
    struct take between = {0};
    struct sheet sheet;
    size_t n = run->in.schema->n_fields;
    int got;
    explain_book(&run->in, &between, book, f->path);
    leave_tell_all(f, &between);
    while ((got = book_next_sheet(book, &sheet)) == 1) {
        if (sheet_is_ours(&sheet)) continue;
        f->sheets++;
        struct arena names = {0};
        struct reading r = reading_of(&run->in, &sheet, f->path, ++run->serial | (uint64_t)1 << 63, &names);
        r.before = mem_zero(n + 1, sizeof *r.before);
        if (!run->o->home) r.enough = f->enough;
        struct sharing s = {run, f, book, &r, &kept, PTHREAD_MUTEX_INITIALIZER, NULL, &between};
        bool ok = read_shared_sheet(&s);
        free(r.before);
        buf_free(&r.before_text);
        arena_free(&names);
        keeping_free(&kept);
        if (!ok) {
            got = -1;
            break;
        }
    }
    take_free(&between);
    return got == 0;
}

bool shared_take(struct run *run, const char *path)
{
    atomic_bool enough[DIAG_COUNT] = {0};
    struct leaving f = {.run = run, .path = path, .name = intake_file_name(path), .enough = enough};
    unsigned char digest[32] = {0};
    struct book_options o = {.from = run->o->from, .threads = run->o->threads};
    struct book *book = book_open(path, &o, run->d);
    if (book && run->o->sink)
        book_digest(book, digest); /* before its rows: a store knows by it that it has them; a pipe is spooled */
    bool ok = book && leave_begin(&f, digest) && read_shared(run, &f, book);
    if (book) book_close(book);
    return leave_end(&f, ok);
}
