/* Files: which are small enough to be taken whole by one thread, which are cut into blocks; and handing on in order. */
#include "flow/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/date.h"
#include "base/work.h"
#include "flow/intake_own.h"

enum {
    SMALL = 1024 * 1024,    /* bytes of a file that one thread takes whole */
    HOLD = 8 * 1024 * 1024, /* bytes of output held back until a file proves readable to its end */
    MOST_TOLD = 1000,       /* findings of one code and file that are shown one by one */
};

struct run {
    struct intake in;
    const struct intake_options *o;
    struct diag *d;
    struct account *account;
    struct hand *hands; /* one a thread, and one for redoing blocks in order */
    unsigned threads;
    const char *const *paths;
    size_t n_paths, next_path;
    uint64_t serial; /* of sheets of large files */
    struct map told; /* unknown columns that were named */
    bool stopped;    /* the sink or an output failed */
};

static const char *base_name(const char *path)
{
    if (!path || strcmp(path, "-") == 0) return "-";
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- a sheet ---- */

struct keeping {
    struct kept *v;
    size_t n, cap;
};

static void keep_all(struct keeping *k, struct piece *p)
{
    mem_grow(&k->v, &k->cap, k->n + p->n_kept, sizeof *k->v);
    if (p->n_kept) memcpy(k->v + k->n, p->kept, p->n_kept * sizeof *k->v);
    k->n += p->n_kept;
    p->n_kept = 0;
}

static void keeping_free(struct keeping *k)
{
    for (size_t i = 0; i < k->n; i++) {
        if (k->v[i].is_layout) layout_free(k->v[i].v);
        else place_context_free(k->v[i].v);
    }
    free(k->v);
    *k = (struct keeping){0};
}

/* Words of a file's name: without its ending and without a trailing copy number, which is no building. */
static struct str stem(const char *file)
{
    const char *dot = strrchr(file, '.');
    return (struct str){file, dot && dot != file ? (size_t)(dot - file) : strlen(file)};
}

static bool has_table(const struct reading *r, struct hand *h, const struct cell_block *b)
{
    for (size_t i = 0; i < b->n_rows; i++) {
        struct layout *l = NULL;
        unsigned rows;
        struct card *cards;
        size_t n;
        enum header_verdict v = header_at(&r->in->words, b, i, &r->sheet, &l, &rows);
        layout_free(l);
        if (v != HEADER_NONE || card_at(&r->in->words, b, i, &h->block_memory, &cards, &n)) return true;
    }
    return false;
}

/* The date of the survey may stand below the table too. */
static void find_survey_date(struct place_context *start, const struct cell_block *b)
{
    struct buf date = {0};
    for (size_t i = 0; i < b->n_rows && !date.n; i++) {
        if (i == 15 && b->n_rows > 30) i = b->n_rows - 15;
        struct line l = line_of(b, i);
        line_survey_date(&l, &date);
    }
    if (date.n) start->survey_date = str_copy(&start->memory, buf_slice(&date));
    buf_free(&date);
}

/* Readies a reading before its first block `b`. */
static void begin_reading(struct reading *r, struct hand *h, const struct cell_block *b, struct keeping *k)
{
    struct place_context *start = mem_zero(1, sizeof *start);
    mem_grow(&k->v, &k->cap, k->n + 1, sizeof *k->v);
    k->v[k->n++] = (struct kept){start, false};
    if (*r->name) place_read_text(start, &r->in->places, PLACE_SHEET, str_of(r->name));
    place_read_text(start, &r->in->places, PLACE_FILE, stem(r->file));
    if (r->in->o->place) place_read_option(start, &r->in->places, str_of(r->in->o->place));
    find_survey_date(start, b);
    place_context_settle(start, &r->in->places);
    r->start = start;
    r->headless = !has_table(r, h, b);
    r->now = (struct standing){.context = start};
}

static void end_reading(const struct reading *r, struct take *t, struct take *late)
{
    struct place at = {r->path, r->name, 0, 0};
    const struct standing *s = &r->now;
    if (s->headless_row) {
        struct place first = {r->path, r->name, s->headless_row, 0};
        take_say(late, DIAG_NO_HEADER, &first, NULL);
    }
    if (s->ticked_row && s->people) {
        struct place ticked = {r->path, r->name, s->ticked_row, 0};
        take_say(t, DIAG_NIL_AND_PEOPLE, &ticked, NULL);
    }
    if (s->headed && !s->sheet_rows && !s->refused) take_say(t, DIAG_HEADER_ONLY, &at, NULL);
    if (r->sheet.hidden && s->sheet_rows) take_say(t, DIAG_SHEET_HIDDEN, &at, NULL);
    if (s->hidden_rows && s->sheet_rows) {
        char n[16];
        snprintf(n, sizeof n, "%u", s->hidden_rows);
        take_say(t, DIAG_ROWS_HIDDEN, &at, n, NULL);
    }
}

/* ---- a file on its way out ---- */

struct leaving {
    struct run *run;
    const char *path, *name;
    struct tally tally;
    uint64_t sheets, tables;
    uint64_t told[DIAG_COUNT];
    struct buf out, rejects; /* held back */
    struct take late;        /* findings for the end of the file */
    bool skip, begun, streaming;
    atomic_bool *enough; /* of a large file */
};

static void tell(struct leaving *f, const struct finding *one)
{
    struct run *run = f->run;
    if (one->code == DIAG_UNKNOWN_COLUMN) {
        bool is_new;
        map_at(&run->told, one->args[0], &is_new);
        if (!is_new) return;
    }
    if (++f->told[one->code] > MOST_TOLD && one->severity < SEV_INPUT) {
        if (f->enough) atomic_store_explicit(&f->enough[one->code], true, memory_order_relaxed);
        diag_raise(run->d, status_of(one->severity));
        return;
    }
    diag_add_finding(run->d, one);
}

static void tell_all(struct leaving *f, const struct take *t)
{
    for (size_t i = 0; i < t->n_findings; i++) tell(f, &t->findings[i]);
    for (int c = 0; c < DIAG_COUNT; c++) f->told[c] += t->skipped[c];
}

static void tell_more(struct leaving *f)
{
    for (int c = 0; c < DIAG_COUNT; c++) {
        if (f->told[c] <= MOST_TOLD) continue;
        char n[24];
        snprintf(n, sizeof n, "%llu", (unsigned long long)f->told[c] - MOST_TOLD);
        struct place at = {.file = f->path};
        diag_add(f->run->d, DIAG_MORE_FINDINGS, &at, n, diag_code_string((enum diag_code)c), NULL);
    }
}

/* Output is held back until the file is read to its end, or is so long that it has to go out as it comes. */
static bool write_out(struct leaving *f, struct out *o, struct buf *held, struct str text, bool all)
{
    if (!o) return true;
    if (!all && held->n + text.n <= HOLD && !f->streaming) {
        buf_str(held, text);
        return true;
    }
    f->streaming = true;
    out_write(o, buf_slice(held));
    out_write(o, text);
    held->n = 0;
    if (out_failed(o)) f->run->stopped = true;
    return !f->run->stopped;
}

static bool to_sink(struct leaving *f, const struct event *e)
{
    const struct sink *s = f->run->o->sink;
    enum fate fate = FATE_NEW;
    switch (e->kind) {
    case EVENT_RECORD:
        if (!s->record(s->ctx, &e->record, &fate)) return false;
        f->tally.fates[FATE_NEW]--;
        f->tally.fates[fate]++;
        return true;
    case EVENT_REJECT: return s->reject(s->ctx, &e->rejected);
    case EVENT_NIL: return s->nil(s->ctx, e->sheet.unit, &e->sheet.at, e->sheet.survey_date);
    case EVENT_HANDED_IN: return s->handed_in(s->ctx, e->sheet.unit, &e->sheet.at, e->sheet.survey_date);
    }
    return true;
}

/* Hands on what one thread made. */
static bool leave(struct leaving *f, struct take *t)
{
    const struct sink *s = f->run->o->sink;
    tell_all(f, t);
    tally_add(&f->tally, &t->tally);
    f->sheets += t->sheets;
    f->tables += t->tables;
    for (size_t i = 0; s && !f->skip && i < t->n_events; i++)
        if (!to_sink(f, &t->events[i])) {
            f->run->stopped = true;
            return false;
        }
    const struct home *home = f->run->o->home;
    for (size_t i = 0; home && i < t->n_home; i++)
        if (!home->row(home->ctx, &t->home[i])) {
            f->run->stopped = true;
            return false;
        }
    return write_out(f, f->run->o->output, &f->out, buf_slice(&t->out), false) &&
           write_out(f, f->run->o->rejects, &f->rejects, buf_slice(&t->rejects), false);
}

static bool begin_file(struct leaving *f, const unsigned char digest[32])
{
    const struct sink *s = f->run->o->sink;
    if (!s) return true;
    struct sink_file file = {.name = f->name, .path = f->path};
    memcpy(file.digest, digest, sizeof file.digest);
    f->begun = s->begin(s->ctx, &file, &f->skip);
    if (!f->begun) f->run->stopped = true;
    return f->begun;
}

/* Ends a file: on `ok` its rows count and its output goes out; else nothing of it does. */
static bool end_file(struct leaving *f, bool ok)
{
    struct run *run = f->run;
    const struct sink *s = run->o->sink;
    if (ok && f->tables) tell_all(f, &f->late);
    if (ok && !f->tables) {
        struct finding none = {.code = f->tally.rows ? DIAG_NO_TABLE : DIAG_FILE_EMPTY, .at = {.file = f->path}};
        none.severity = diag_severity(none.code);
        tell(f, &none);
    }
    tell_more(f);
    if (f->begun && !s->end(s->ctx, ok && !run->stopped)) run->stopped = true;
    if (run->o->home && !run->o->home->end(run->o->home->ctx, ok && !run->stopped)) run->stopped = true;
    if (ok) {
        write_out(f, run->o->output, &f->out, (struct str){0}, true);
        write_out(f, run->o->rejects, &f->rejects, (struct str){0}, true);
        if (f->skip) {
            f->tally.fates[FATE_UNCHANGED] += f->tally.fates[FATE_NEW];
            f->tally.fates[FATE_NEW] = 0;
        }
    } else {
        f->tally = (struct tally){0};
    }
    account_file(run->account, f->name, f->sheets, &f->tally);
    take_free(&f->late);
    buf_free(&f->out);
    buf_free(&f->rejects);
    return !run->stopped;
}

/* ---- small files: one thread takes one whole ---- */

struct job {
    const char *path;
    size_t number;
    bool small;
    struct take take, late;
    struct keeping kept;
    struct piece piece;
    unsigned char digest[32];
};

static void explain_book(const struct intake *in, struct take *t, struct book *b, const char *path)
{
    static const char *const FORMATS[] = {"CSV", "JSON", "XLSX", "XLS", "ODS"};
    struct place at = {.file = path};
    if (in->o->explain) take_say(t, DIAG_EXPLAIN_FILE, &at, FORMATS[book_format(b)], book_encoding(b), NULL);
}

/* A reading of the book's current sheet; its strings live in `t`. */
static struct reading reading_of(const struct intake *in, const struct sheet *sheet, const char *path, uint64_t serial,
                                 struct arena *a)
{
    return (struct reading){
        .in = in,
        .sheet = *sheet,
        .path = path,
        .file = base_name(path),
        .name = arena_string(a, sheet->name ? sheet->name : ""),
        .serial = serial,
    };
}

static bool read_whole_sheet(struct job *j, struct hand *h, struct book *book, struct reading *r)
{
    bool first = true;
    int got;
    while ((got = sheet_next(book, &j->piece.cells)) == 1) {
        if (first) begin_reading(r, h, &j->piece.cells, &j->kept);
        first = false;
        intake_block(r, h, &j->piece, &r->now, r->before, r->before_row);
        r->now = j->piece.end;
        r->before = j->piece.before;
        r->before_row = j->piece.before_row;
        keep_all(&j->kept, &j->piece);
    }
    if (!first) end_reading(r, &j->take, &j->late);
    return got == 0;
}

static void read_whole(struct job *j, struct hand *h)
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

static bool leave_whole(struct run *run, struct job *j)
{
    struct leaving f = {.run = run, .path = j->path, .name = base_name(j->path), .late = j->late};
    j->late = (struct take){0};
    if (j->take.failed) { /* what its rows had to say is not said: nothing of it was taken */
        for (size_t i = 0; i < j->take.n_findings; i++)
            if (j->take.findings[i].severity >= SEV_USAGE) tell(&f, &j->take.findings[i]);
        return end_file(&f, false);
    }
    if (!begin_file(&f, j->digest)) return end_file(&f, false);
    bool left = leave(&f, &j->take);
    return end_file(&f, true) && left;
}

/* ---- large files: threads share the blocks of a sheet ---- */

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
    return leave(s->file, &p->own);
}

static void piece_free(struct piece *p)
{
    cell_block_free(&p->cells);
    take_free(&p->own);
    free(p->kept);
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
    begin_reading(s->r, h, &first.piece.cells, s->kept);
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
    end_reading(s->r, s->take, &s->file->late);
    return leave(s->file, s->take);
}

static bool read_shared(struct run *run, struct leaving *f, struct book *book)
{
    struct keeping kept = {0};
    struct take between = {0};
    struct sheet sheet;
    size_t n = run->in.schema->n_fields;
    int got;
    explain_book(&run->in, &between, book, f->path);
    tell_all(f, &between);
    while ((got = book_next_sheet(book, &sheet)) == 1) {
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

static bool take_large(struct run *run, const char *path)
{
    atomic_bool enough[DIAG_COUNT] = {0};
    struct leaving f = {.run = run, .path = path, .name = base_name(path), .enough = enough};
    unsigned char digest[32] = {0};
    struct book_options o = {.from = run->o->from, .threads = run->o->threads};
    struct book *book = book_open(path, &o, run->d);
    if (book && run->o->sink)
        book_digest(book, digest); /* before its rows: a store knows by it that it has them; a pipe is spooled */
    bool ok = book && begin_file(&f, digest) && read_shared(run, &f, book);
    if (book) book_close(book);
    return end_file(&f, ok);
}

/* ---- all files ---- */

static int next_file(void *ctx, void *block)
{
    struct run *run = ctx;
    struct job *j = block;
    if (run->next_path == run->n_paths) return 0;
    j->number = run->next_path;
    j->path = run->paths[run->next_path++];
    struct stat st;
    bool piped = strcmp(j->path, "-") == 0;
    j->small = !piped && (stat(j->path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= SMALL);
    return 1;
}

static bool file_run(void *ctx, void *block, unsigned thread)
{
    struct run *run = ctx;
    struct job *j = block;
    take_clear(&j->take);
    take_clear(&j->late);
    keeping_free(&j->kept);
    memset(j->digest, 0, sizeof j->digest);
    if (j->small) read_whole(j, &run->hands[thread]);
    return true;
}

static bool file_hand_on(void *ctx, void *block)
{
    struct run *run = ctx;
    struct job *j = block;
    bool ok = j->small ? leave_whole(run, j) : take_large(run, j->path);
    if (run->o->progress) run->o->progress(run->o->progress_ctx, j->number + 1, run->n_paths);
    return ok;
}

static void file_release(void *block)
{
    struct job *j = block;
    take_free(&j->take);
    take_free(&j->late);
    keeping_free(&j->kept);
    piece_free(&j->piece);
}

static bool ready_options(struct run *run)
{
    const struct intake_options *o = run->o;
    struct intake *in = &run->in;
    bool ok = true;
    for (size_t i = 0; i < o->n_maps; i++) {
        const char *eq = strrchr(o->maps[i], '=');
        struct str field = str_of(eq ? eq + 1 : "");
        if (eq && words_map(&in->words, (struct str){o->maps[i], (size_t)(eq - o->maps[i])}, field)) continue;
        struct buf names = {0};
        for (size_t f = 0; f < in->schema->n_fields; f++) {
            if (f) buf_char(&names, ' ');
            buf_str(&names, in->schema->fields[f].name);
        }
        diag_add(run->d, DIAG_MAP_BAD, NULL, o->maps[i], buf_text(&names), NULL);
        buf_free(&names);
        ok = false;
    }
    if (o->place) {
        struct place_context *c = mem_zero(1, sizeof *c);
        if (!place_read_option(c, &in->places, str_of(o->place))) {
            diag_add(run->d, DIAG_PLACE_UNKNOWN, NULL, o->place, NULL);
            ok = false;
        }
        place_context_free(c);
    }
    struct date date;
    if (o->survey_date && !date_iso(str_of(o->survey_date), &date)) {
        diag_add(run->d, DIAG_SURVEY_DATE_BAD, NULL, o->survey_date, NULL);
        ok = false;
    }
    return ok;
}

static void ready_intake(struct intake *in, const struct intake_options *o, struct diag *d)
{
    static const enum role ROLES[LEVEL_COUNT] = {ROLE_NONE, ROLE_COMMUNITY, ROLE_GRID, ROLE_BUILDING};
    memset(in, 0, sizeof *in);
    in->o = o;
    in->schema = o->schema;
    words_ready(&in->words, o->schema);
    places_ready(&in->places, o->units);
    emit_ready(&in->emit, o->schema, o->format, o->mask);
    rejects_ready(&in->rejects, o->schema, o->rejects_format);
    for (int l = 0; l < LEVEL_COUNT; l++) {
        const struct field *f = l ? schema_role(o->schema, ROLES[l]) : NULL;
        in->place_field[l] = f ? f->index : UINT32_MAX;
    }
    in->convert = (struct convert_options){.strict = o->strict, .today = str_of(o->today), .notices = d->quiet_below <= SEV_NOTICE};
    enum severity least = o->home ? SEV_WARNING : SEV_PERSON; /* what a row that goes home is told */
    in->quiet_below = d->quiet_below < least ? d->quiet_below : least;
}

static void write_headers(struct run *run)
{
    struct buf b = {0};
    if (run->o->output) {
        emit_header(&run->in.emit, &b);
        out_write(run->o->output, buf_slice(&b));
    }
    b.n = 0;
    if (run->o->rejects) {
        rejects_header(&run->in.rejects, &b);
        out_write(run->o->rejects, buf_slice(&b));
    }
    buf_free(&b);
}

/* --where that failed on a row, by an overflow perhaps, has left it out. */
static bool tell_where(struct run *run)
{
    for (unsigned i = 0; run->o->where && i <= run->threads; i++) {
        struct str failure = expr_failure(run->hands[i].where);
        if (!failure.n) continue;
        diag_add(run->d, DIAG_EXPR_FAILED, NULL, run->o->where, failure.s, NULL);
        return false;
    }
    return true;
}

bool intake_run(const struct intake_options *o, const char *const *paths, size_t n, struct account *account, struct diag *d)
{
    struct run run = {.o = o, .d = d, .account = account, .paths = paths, .n_paths = n, .threads = work_threads(o->threads)};
    ready_intake(&run.in, o, d);
    bool ok = ready_options(&run);
    run.hands = mem_zero(run.threads + 1, sizeof *run.hands);
    for (unsigned i = 0; ok && i <= run.threads; i++) ok = hand_ready(&run.hands[i], &run.in, d);
    if (ok) {
        write_headers(&run);
        const struct work w = {.ctx = &run,
                               .block_bytes = sizeof(struct job),
                               .fetch = next_file,
                               .run = file_run,
                               .hand_on = file_hand_on,
                               .release = file_release};
        ok = work_run(&w, n < run.threads ? (unsigned)(n ? n : 1) : run.threads);
    }
    if (ok) ok = tell_where(&run);
    for (unsigned i = 0; i <= run.threads; i++) hand_free(&run.hands[i]);
    free(run.hands);
    map_free(&run.told);
    words_free(&run.in.words);
    places_free(&run.in.places);
    emit_free(&run.in.emit);
    rejects_free(&run.in.rejects);
    return ok;
}
