/* A sheet before its first row and after its last. */
#include <stdio.h>
#include <stdlib.h>

#include "flow/intake_run.h"

void keep_all(struct keeping *k, struct piece *p)
{
    mem_grow(&k->v, &k->cap, k->n + p->n_kept, sizeof *k->v);
    if (p->n_kept) memcpy(k->v + k->n, p->kept, p->n_kept * sizeof *k->v);
    k->n += p->n_kept;
    p->n_kept = 0;
}

void keeping_free(struct keeping *k)
{
    for (size_t i = 0; i < k->n; i++) {
        if (k->v[i].is_layout) layout_free(k->v[i].v);
        else place_context_free(k->v[i].v);
    }
    free(k->v);
    *k = (struct keeping){0};
}

void piece_free(struct piece *p)
{
    cell_block_free(&p->cells);
    take_free(&p->own);
    free(p->kept);
}

const char *intake_file_name(const char *path)
{
    if (!path || strcmp(path, "-") == 0) return "-";
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Words of a file's name: without its ending and without a trailing copy number, (2), which is no building. */
static struct str stem(const char *file)
{
    const char *dot = strrchr(file, '.');
    struct str s = str_trim((struct str){file, dot && dot != file ? (size_t)(dot - file) : strlen(file)});
    size_t close = str_ends(s, STR(")")) ? 1 : str_ends(s, STR("）")) ? 3 : 0, end = s.n - close, i = end;
    while (i > 0 && s.s[i - 1] >= '0' && s.s[i - 1] <= '9') i--;
    size_t open = str_ends(str_head(s, i), STR("(")) ? 1 : str_ends(str_head(s, i), STR("（")) ? 3 : 0;
    return close && i < end && open ? str_trim(str_head(s, i - open)) : s;
}

enum contents { CONTENTS_NONE, CONTENTS_OTHER, CONTENTS_PEOPLE };
/* What the tables and cards of the first block are about. */
static enum contents contents_of(const struct reading *r, struct hand *h, const struct cell_block *b)
{
    enum contents found = CONTENTS_NONE;
    for (size_t i = 0; i < b->n_rows && found != CONTENTS_PEOPLE; i++) {
        struct layout *l = NULL;
        unsigned rows;
        struct card *cards;
        size_t n;
        enum header_verdict v = header_at(&r->in->words, b, i, &r->sheet, &l, &rows);
        if (v == HEADER_FOUND && !layout_of_people(&r->in->words, l)) found = CONTENTS_OTHER;
        else if (v != HEADER_NONE || card_at(&r->in->words, b, i, &h->block_memory, &cards, &n)) found = CONTENTS_PEOPLE;
        layout_free(l);
    }
    return found;
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

/* 填报单位：云翠社区3网格12号楼, below the table. */
static void read_foot(const struct reading *r, struct place_context *start, const struct cell_block *b)
{
    enum { FOOT = 15 };
    for (size_t i = b->n_rows > FOOT ? b->n_rows - FOOT : 0; i < b->n_rows; i++) {
        struct line l = line_of(b, i);
        if (!l.n || !line_is_signed(&l)) continue;
        for (uint32_t c = 0; c < l.n; c++)
            if (l.cells[c].n) place_read_text(start, &r->in->places, PLACE_FOOT, line_at(&l, c));
    }
}

/* 填表说明, 样例: sheets that show how to fill in the others. */
static bool is_guide(const struct sheet *s)
{
    static const char *const WORDS[] = {"说明", "样例", "示例", "范例", "样表", "示范", "样本", NULL};
    size_t at;
    for (const char *const *w = WORDS; *w && !s->only; w++)
        if (str_find(str_of(s->name), str_of(*w), &at)) return true;
    return false;
}

bool sheet_is_ours(const struct sheet *s)
{
    return s->hidden && str_is(str_of(s->name), "_lists");
}

void reading_begin(struct reading *r, struct hand *h, const struct cell_block *b, struct keeping *k)
{
    struct place_context *start = mem_zero(1, sizeof *start);
    mem_grow(&k->v, &k->cap, k->n + 1, sizeof *k->v);
    k->v[k->n++] = (struct kept){start, false};
    if (*r->name) place_read_text(start, &r->in->places, PLACE_SHEET, str_of(r->name));
    if (r->sheet.only) start->numbered = (struct str){NULL, 0}; /* one sheet for all: its number tells no building from others */
    place_read_text(start, &r->in->places, PLACE_FILE, stem(r->file));
    read_foot(r, start, b);
    if (r->in->o->place) place_read_option(start, &r->in->places, str_of(r->in->o->place));
    find_survey_date(start, b);
    place_context_settle(start, &r->in->places);
    r->start = start;
    enum contents contents = contents_of(r, h, b);
    r->guide = is_guide(&r->sheet);
    r->other = !r->guide && contents == CONTENTS_OTHER && !r->sheet.only;
    r->headless = contents == CONTENTS_NONE && !r->guide;
    r->told = r->guide && contents != CONTENTS_NONE;
    r->now = (struct standing){.context = start};
}

void reading_end(const struct reading *r, struct take *t, struct take *late)
{
    struct place at = {.file = r->path, .sheet = r->name};
    const struct standing *s = &r->now;
    if (r->told) take_say(t, DIAG_SHEET_GUIDE, &at, r->name, NULL);
    if (r->other) take_say(t, DIAG_SHEET_OTHER, &at, r->name, NULL);
    if (s->headless_row) {
        struct place first = {.file = r->path, .sheet = r->name, .row = s->headless_row};
        take_say(late, DIAG_NO_HEADER, &first, NULL);
    }
    if (s->ticked_row && s->people) {
        struct place ticked = {.file = r->path, .sheet = r->name, .row = s->ticked_row};
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

void explain_book(const struct intake *in, struct take *t, struct book *b, const char *path)
{
    static const char *const FORMATS[] = {"CSV", "JSON", "XLSX", "XLS", "ODS"};
    struct place at = {.file = path};
    if (in->o->explain) take_say(t, DIAG_EXPLAIN_FILE, &at, FORMATS[book_format(b)], book_encoding(b), NULL);
}

struct reading reading_of(const struct intake *in, const struct sheet *sheet, const char *path, uint64_t serial, struct arena *a)
{
    return (struct reading){
        .in = in,
        .sheet = *sheet,
        .path = path,
        .file = intake_file_name(path),
        .name = arena_string(a, sheet->name ? sheet->name : ""),
        .serial = serial,
    };
}
