/* Small files: one thread takes one whole. */
#include "flow/intake_run.h"

static bool read_whole_sheet(struct job *j, struct hand *h, struct book *book, struct reading *r)
{
    bool first = true;
    int got;
    while ((got = sheet_next(book, &j->piece.cells)) == 1) {
        if (first) reading_begin(r, h, &j->piece.cells, &j->kept);
        first = false;
        intake_block(r, h, &j->piece, &r->now, r->before, r->before_row);
        r->now = j->piece.end;
        r->before = j->piece.before;
        r->before_row = j->piece.before_row;
        keep_all(&j->kept, &j->piece);
    }
    if (!first) reading_end(r, &j->take, &j->late);
    return got == 0;
}

void whole_read(struct job *j, struct hand *h)
{
    const struct intake *in = h->in;
    struct diag d;
    diag_init(&d, take_collect, &j->take);
    d.quiet_below = in->quiet_below;
    struct book_options o = {.from = in->o->from, .threads = 1};
    struct book *book = book_open(j->path, &o, &d);
    struct sheet sheet;
    int got = -1;
    j->piece.take = &j->take;
    if (book) {
        explain_book(in, &j->take, book, j->path);
        while ((got = book_next_sheet(book, &sheet)) == 1) {
            if (sheet_is_ours(&sheet)) continue;
            j->take.sheets++;
            struct reading r = reading_of(in, &sheet, j->path, (uint64_t)j->number << 16 | j->take.sheets, &j->take.memory);
            if (!read_whole_sheet(j, h, book, &r)) {
                got = -1;
                break;
            }
        }
        if (got == 0 && in->o->sink) book_digest(book, j->digest);
        book_close(book);
    }
    j->take.failed = got < 0;
    pthread_mutex_destroy(&d.lock);
}

bool whole_leave(struct run *run, struct job *j)
{
    struct leaving f = {.run = run, .path = j->path, .name = intake_file_name(j->path), .late = j->late};
    j->late = (struct take){0};
    if (j->take.failed) { /* what its rows had to say is not said: nothing of it was taken */
        for (size_t i = 0; i < j->take.n_findings; i++)
            if (j->take.findings[i].severity >= SEV_USAGE) leave_tell(&f, &j->take.findings[i]);
        return leave_end(&f, false);
    }
    if (!leave_begin(&f, j->digest)) return leave_end(&f, false);
    bool left = leave_take(&f, &j->take);
    return leave_end(&f, true) && left;
}
