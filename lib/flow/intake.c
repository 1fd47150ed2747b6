/* All files of a run: which are small enough to be taken whole by one thread, and which are cut into blocks. */
#include "flow/intake.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/date.h"
#include "base/work.h"
#include "flow/intake_run.h"

enum { SMALL = 1024 * 1024 }; /* bytes of a file that one thread takes whole */

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
    if (j->small) whole_read(j, &run->hands[thread]);
    return true;
}

static bool file_hand_on(void *ctx, void *block)
{
    struct run *run = ctx;
    struct job *j = block;
    bool ok = j->small ? whole_leave(run, j) : shared_take(run, j->path);
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
    in->address_field = UINT32_MAX;
    for (uint32_t f = 0; f < o->schema->n_fields && in->address_field == UINT32_MAX; f++)
        if (o->schema->fields[f].locates) in->address_field = f;
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
