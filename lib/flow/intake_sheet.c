/* The rows of a block, one after another: what each is, and what becomes of it. */
#include <stdlib.h>

#include "flow/intake_own.h"
#include "ledger/nobody.h"
#include "ledger/spelling.h"

/* A block at work. */
struct walk {
    const struct reading *r;
    struct hand *h;
    struct piece *p;
    struct take *t;
    struct standing now;
};

static void keep(struct walk *k, void *v, bool is_layout)
{
    struct piece *p = k->p;
    mem_grow(&p->kept, &p->cap_kept, p->n_kept + 1, sizeof *p->kept);
    p->kept[p->n_kept++] = (struct kept){v, is_layout};
}

static void fate(struct walk *k, enum fate f)
{
    k->t->tally.rows++;
    k->t->tally.fates[f]++;
}

static struct place at_row(const struct walk *k, uint32_t row, uint32_t col)
{
    return (struct place){.file = k->r->path, .sheet = k->r->name, .row = row, .col = col};
}

/* ---- preamble ---- */

static bool is_prose(struct str s)
{
    static const char *const WORDS[] = {"例", "如", "请", "格式", "说明", "注意", "填写", "注:", "注：", NULL};
    size_t at;
    if (s.n > 180) return true;
    for (const char *const *w = WORDS; *w; w++)
        if (str_find(s, str_of(*w), &at)) return true;
    return s.n > 2 && s.s[0] >= '0' && s.s[0] <= '9' && (s.s[1] == '.' || str_starts(str_from(s, 1), STR("、")));
}

/* A copy of a context's texts, with nothing decided yet. */
static struct place_context *context_like(const struct place_context *from, int sources_from)
{
    struct place_context *c = mem_zero(1, sizeof *c);
    for (int s = sources_from; s < PLACE_SOURCES; s++)
        for (int l = 0; l < LEVEL_COUNT; l++) {
            if (from->said[s].text[l].n) c->said[s].text[l] = str_copy(&c->memory, from->said[s].text[l]);
            c->said[s].labelled[l] = from->said[s].labelled[l];
        }
    if (from->numbered.n) c->numbered = str_copy(&c->memory, from->numbered);
    if (sources_from == 0 && from->form.n) c->form = str_copy(&c->memory, from->form);
    if (sources_from == 0 && from->survey_date.n) c->survey_date = str_copy(&c->memory, from->survey_date);
    return c;
}

static struct place_context *gathering(struct walk *k)
{
    if (!k->now.gathering) {
        k->now.gathering = context_like(k->r->start, PLACE_SHEET);
        keep(k, k->now.gathering, false);
    }
    return k->now.gathering;
}

/* What the row says of the place of what comes next. */
static void gather_place(struct walk *k, const struct line *l)
{
    struct place_context *c = gathering(k);
    place_read_preamble(c, &k->r->in->words, l);
    for (uint32_t col = 0; col < l->n; col++) {
        struct str s = str_trim(line_at(l, col));
        if (s.n && !is_prose(s)) place_read_text(c, &k->r->in->places, PLACE_TITLE, s);
    }
}

static void take_preamble(struct walk *k, const struct line *l)
{
    gather_place(k, l);
    fate(k, FATE_PREAMBLE);
}

/* A second table's preamble may name the building alone: what it does not say and lies above stays as it was. */
static void inherit(struct place_context *c, const struct place_context *before)
{
    int outermost = LEVEL_COUNT;
    for (int l = LEVEL_COUNT; l-- > 0;)
        if (c->said[PLACE_PREAMBLE].text[l].n || c->said[PLACE_TITLE].text[l].n) outermost = l;
    for (int s = PLACE_PREAMBLE; s <= PLACE_TITLE; s++)
        for (int l = 0; l < outermost; l++)
            if (before->said[s].text[l].n) {
                c->said[s].text[l] = str_copy(&c->memory, before->said[s].text[l]);
                c->said[s].labelled[l] = before->said[s].labelled[l];
            }
    if (outermost == LEVEL_COUNT && !c->form.n && before->form.n) c->form = str_copy(&c->memory, before->form);
    if (!c->survey_date.n && before->survey_date.n) c->survey_date = str_copy(&c->memory, before->survey_date);
}

/* The context of what begins now. */
static void settle(struct walk *k, uint32_t row)
{
    struct place_context *c = k->now.gathering;
    if (!c) {
        if (k->now.context != k->r->start) return; /* another table under the same preamble */
        c = context_like(k->r->start, 0);
        keep(k, c, false);
    } else if (k->now.context) {
        inherit(c, k->now.context);
    }
    place_context_settle(c, &k->r->in->places);
    k->now.context = c;
    k->now.gathering = NULL;
    if (k->r->in->o->explain) explain_context(k->r, k->t, row, c);
    bool correction = k->now.layout && k->now.layout->answers != UINT32_MAX; /* not all of what a unit hands in */
    if (k->r->in->o->sink && c->unit != UNIT_NONE && !correction) {
        struct event *e = take_event(k->t, EVENT_HANDED_IN);
        e->sheet.unit = c->unit;
        e->sheet.at = (struct place){.file = k->r->file, .sheet = k->r->name, .row = row};
        e->sheet.survey_date = c->survey_date.n ? c->survey_date : str_of(k->r->in->o->survey_date);
    }
}

/* ---- headings ---- */

static void tell_columns(struct walk *k, const struct layout *l)
{
    const struct schema *s = k->r->in->schema;
    struct buf b = {0};
    for (uint32_t c = 0; c < l->n; c++) {
        struct place at = at_row(k, l->last, c + 1);
        uint32_t field = l->field[c];
        if (field == COLUMN_UNKNOWN) {
            struct finding f = {.code = DIAG_UNKNOWN_COLUMN, .severity = diag_severity(DIAG_UNKNOWN_COLUMN), .at = at};
            f.args[0] = str_trim(l->headings[c]);
            f.args[1] = words_nearest(&k->r->in->words, l->headings[c]);
            uint32_t near = f.args[1].n ? words_heading(&k->r->in->words, f.args[1]) : COLUMN_UNKNOWN;
            f.args[2] = near < s->n_fields ? s->fields[near].name : STR("FIELD");
            if (!f.args[1].n) f.args[1] = STR(WORDS_NONE_NEAR);
            take_finding(k->t, &f);
        } else if (field < s->n_fields && l->column[field] != c) {
            struct finding f = {.code = DIAG_DUPLICATE_COLUMN, .severity = diag_severity(DIAG_DUPLICATE_COLUMN), .at = at};
            f.args[0] = str_trim(l->headings[c]);
            f.args[1] = s->fields[field].title;
            f.args[2] = str_trim(l->headings[l->column[field]]);
            take_finding(k->t, &f);
        }
    }
    for (size_t f = 0; f < s->n_fields; f++) {
        if (!s->fields[f].required || l->column[f] != UINT32_MAX) continue;
        struct place at = at_row(k, l->last, 0);
        struct finding one = {.code = DIAG_COLUMN_MISSING, .severity = diag_severity(DIAG_COLUMN_MISSING), .at = at};
        one.args[0] = s->fields[f].title;
        one.args[1] = s->fields[f].name;
        take_finding(k->t, &one);
    }
    buf_free(&b);
}

static void begin_table(struct walk *k, struct layout *l)
{
    if (k->now.layout && layout_same(k->now.layout, l)) {
        layout_free(l); /* the same headings again: the next page */
        if (k->now.gathering) settle(k, k->now.layout->first);
        k->now.after_footer = false;
        return;
    }
    keep(k, l, true);
    k->now.layout = l;
    settle(k, l->first);
    tell_columns(k, l);
    if (k->r->in->o->explain) explain_layout(k->r, k->t, l, k->now.context);
    k->now.has_rows = k->now.after_footer = false;
    k->now.refused = DIAG_NONE;
    k->now.data_row = 0;
    k->h->before_row = 0;
    memset(k->h->before, 0, k->r->in->schema->n_fields * sizeof *k->h->before);
}

/* The rows below these headings go home: nothing tells which of two readings is meant, or a row would hold two people. */
static size_t refuse_table(struct walk *k, uint32_t row, enum diag_code why, size_t rows)
{
    struct place at = at_row(k, row, 0);
    take_say(k->t, why, &at, NULL);
    k->now.layout = NULL;
    k->now.refused = why;
    k->now.headed = true;
    k->t->tables++;
    for (size_t n = 0; n < rows; n++) fate(k, FATE_HEADER);
    return rows;
}

/* 姓名 | 关系 | 工作单位: the family of the man whose card stands above. */
static bool is_of_relatives(const struct layout *l)
{
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(l->headings[c]);
        if (str_ends(s, STR("关系")) || str_is(s, "称谓")) return true;
    }
    return false;
}

/* Headings at row i: how many rows they take, or 0. */
static size_t try_header(struct walk *k, size_t i)
{
    struct layout *l = NULL;
    unsigned rows = 0;
    const struct cell_block *b = &k->p->cells;
    switch (header_at(&k->r->in->words, b, i, &k->r->sheet, &l, &rows)) {
    case HEADER_NONE: return 0;
    case HEADER_TWICE: return refuse_table(k, b->rows[i].number, DIAG_TWO_HEADERS, 2);
    case HEADER_BESIDE: return refuse_table(k, b->rows[i].number, DIAG_TABLES_BESIDE, rows);
    case HEADER_FOUND: break;
    }
    if (k->now.after_card && is_of_relatives(l)) {
        layout_free(l);
        k->now.relatives = true;
        return 0;
    }
    k->now.after_card = false;
    k->now.headed = true;
    k->t->tables++;
    begin_table(k, l);
    for (unsigned n = 0; n < rows; n++) fate(k, FATE_HEADER);
    return rows;
}

/* ---- cards ---- */

static void explain_card(struct walk *k, const struct card *card, size_t rows)
{
    struct buf taken = {0}, n = {0};
    for (size_t v = 0; v < card->n; v++) {
        if (taken.n) buf_put(&taken, ", ");
        buf_str(&taken, card->values[v].label);
        buf_put(&taken, " = ");
        buf_str(&taken, k->r->in->schema->fields[card->values[v].field].name);
    }
    buf_int(&n, (int64_t)rows);
    struct place at = at_row(k, card->row, 0);
    take_say(k->t, DIAG_EXPLAIN_CARD, &at, buf_text(&n), buf_text(&taken), NULL);
    buf_free(&taken);
    buf_free(&n);
}

static enum fate one_card(struct walk *k, const struct card *card, struct line line)
{
    struct hand *h = k->h;
    const struct intake *in = k->r->in;
    memset(h->now, 0, in->schema->n_fields * sizeof *h->now);
    memset(h->cols, 0, in->schema->n_fields * sizeof *h->cols);
    for (size_t v = 0; v < card->n; v++) {
        h->now[card->values[v].field] = card->values[v].cell;
        h->cols[card->values[v].field] = card->values[v].col;
    }
    struct row_at at = {k->r, NULL, k->now.context, line};
    struct str name = in->words.name < in->schema->n_fields ? str_trim(cell_str(&h->now[in->words.name])) : (struct str){0};
    struct cell one = {.s = name.s, .n = (uint32_t)name.n, .kind = CELL_TEXT};
    struct line alone = {&one, name.n ? 1 : 0, line.number, false};
    bool nobody = name.n && (text_says_nobody(&in->words, name, true) || line_says_nobody(&in->words, &alone));
    return nobody ? row_nil(h, k->t, &at) : row_record(h, k->t, &at);
}

/* Cards at row i: how many rows of the block they take, or 0. */
static size_t try_cards(struct walk *k, size_t i)
{
    const struct cell_block *b = &k->p->cells;
    struct card *cards;
    size_t rows, n = card_at(&k->r->in->words, b, i, &k->h->block_memory, &cards, &rows);
    if (!n) return 0;
    k->now.layout = NULL;
    k->now.headed = k->now.after_card = true;
    k->now.relatives = false;
    k->now.refused = DIAG_NONE;
    k->t->tables++;
    settle(k, b->rows[i].number);
    size_t made = 0;
    for (size_t c = 0; c < n; c++) {
        if (cards[c].empty) continue;
        struct line line = {0};
        for (size_t r = i; r < i + rows; r++)
            if (b->rows[r].number == cards[c].row) line = line_of(b, r);
        if (k->r->in->o->explain) explain_card(k, &cards[c], rows);
        if (made == rows) {
            struct place at = at_row(k, cards[c].row, 0);
            take_say(k->t, DIAG_CARDS_WIDE, &at, NULL);
            break;
        }
        fate(k, one_card(k, &cards[c], line));
        made++;
    }
    k->now.sheet_rows |= made > 0;
    /* a record has one row; the other rows of its card are labels */
    for (size_t r = made; r < rows; r++) fate(k, FATE_HEADER);
    return rows;
}

/* ---- rows ---- */

/* Does a row that is no data belong to the table below: headings or a card follow, with no data (and no signature, unless
 * the row names a place: 楼长:… may stand among such rows) between? */
static bool leads_to_table(struct walk *k, size_t i, bool past_signatures)
{
    const struct cell_block *b = &k->p->cells;
    unsigned seen = 0;
    for (size_t j = i + 1; j < b->n_rows && seen < 6; j++) {
        struct line l = line_of(b, j);
        if (!l.n) continue;
        seen++;
        struct layout *layout = NULL;
        unsigned rows;
        struct card *cards;
        size_t n;
        enum header_verdict v = header_at(&k->r->in->words, b, j, &k->r->sheet, &layout, &rows);
        layout_free(layout);
        if (v != HEADER_NONE) return true;
        if (card_at(&k->r->in->words, b, j, &k->h->block_memory, &cards, &n)) return true;
        if ((line_is_footer(&l) && !past_signatures) || (line_has_person(&l) && !line_is_footer(&l))) return false;
    }
    return false;
}

static void swap_rows(struct hand *h, uint32_t row)
{
    struct cell *now = h->now;
    h->now = h->before;
    h->before = now;
    h->before_row = row;
}

static void take_data(struct walk *k, const struct line *l)
{
    struct row_at at = {k->r, k->now.layout, k->now.context, *l};
    row_gather(k->h, &at);
    enum fate f = row_record(k->h, k->t, &at);
    fate(k, f);
    if (k->now.ticked_row && !k->now.people) k->now.people = f == FATE_REJECTED || hand_counts(k->h);
    swap_rows(k->h, l->number);
    k->now.has_rows = k->now.sheet_rows = true;
    if (k->now.layout->n >= l->n || k->now.longer_told) return;
    k->now.longer_told = true;
    struct place where = at_row(k, l->number, l->n);
    take_say(k->t, DIAG_ROW_LONGER, &where, NULL);
}

static void take_nil(struct walk *k, const struct line *l)
{
    struct row_at at = {k->r, k->now.layout, k->now.context, *l};
    row_gather(k->h, &at);
    fate(k, row_nil(k->h, k->t, &at));
    swap_rows(k->h, l->number);
    k->now.has_rows = k->now.sheet_rows = true;
}

/* Are there rows of this table below, before any signature? */
static bool goes_on(const struct walk *k, size_t i)
{
    const struct cell_block *b = &k->p->cells;
    for (size_t j = i + 1; j < b->n_rows; j++) {
        struct line l = line_of(b, j);
        if (l.n) return !line_is_footer(&l);
    }
    return false;
}

static bool is_place(const struct schema *s, uint32_t field)
{
    if (field >= s->n_fields) return false;
    enum role role = s->fields[field].role;
    return role == ROLE_COMMUNITY || role == ROLE_GRID || role == ROLE_BUILDING;
}

/* A unit, alone in a row (*text), or with words that nobody is there (*nobody): 12号楼; 13号楼:无; 14号楼 | 无. */
static bool names_section(const struct walk *k, const struct line *l, struct str *text, bool *nobody)
{
    const struct intake *in = k->r->in;
    const struct layout *layout = k->now.layout;
    uint32_t col = UINT32_MAX;
    bool none = false;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(line_at(l, c));
        bool number = layout && c < layout->n && layout->field[c] == COLUMN_IGNORED && text_is_serial(s) && c + 1 < l->n;
        if (!s.n || number) continue;
        if (col == UINT32_MAX) col = c;
        else if (none || !text_says_nobody(&in->words, s, true)) return false;
        else none = true;
    }
    if (col == UINT32_MAX || (layout && col < layout->n && is_place(in->schema, layout->field[col]))) return false;
    *text = str_trim(line_at(l, col));
    if (text->n > 120) return false;
    struct buf rest = {0};
    bool named = place_begins_section(&in->places, *text, &rest);
    *nobody = named && (rest.n ? !none && text_says_nobody(&in->words, buf_slice(&rest), true) : none);
    named = named && (*nobody || (!rest.n && !none));
    buf_free(&rest);
    return named;
}

/* A nil return that stands by itself, in no table. */
static void take_loose_nil(struct walk *k, const struct line *l)
{
    settle(k, l->number);
    struct row_at at = {k->r, NULL, k->now.context, *l};
    memset(k->h->now, 0, k->r->in->schema->n_fields * sizeof *k->h->now);
    memset(k->h->cols, 0, k->r->in->schema->n_fields * sizeof *k->h->cols);
    fate(k, row_nil(k->h, k->t, &at));
    k->now.sheet_rows = true;
}

/* A section's row: what comes next is of building 12, or nobody is there. */
static bool section_row(struct walk *k, size_t i, const struct line *l)
{
    struct str text;
    bool nobody;
    if (!names_section(k, l, &text, &nobody) || (!nobody && !goes_on(k, i))) return false;
    place_read_text(gathering(k), &k->r->in->places, PLACE_TITLE, spelling_after_ordinal(text, true));
    if (nobody) {
        take_loose_nil(k, l);
        k->now.has_rows = true;
    } else {
        settle(k, l->number);
        fate(k, FATE_PREAMBLE);
    }
    return true;
}

/* A row of a table; `i` is its place in the block. */
static void table_row(struct walk *k, size_t i, const struct line *l)
{
    if (section_row(k, i, l)) return;
    if (line_names_place(&k->r->in->words, l) && leads_to_table(k, i, true)) { /* the next building, below the rows of this one */
        take_preamble(k, l);
        return;
    }
    struct line_where where = {k->now.layout, !k->now.has_rows && l->number <= k->now.layout->last + 3, k->now.after_footer};
    switch (line_kind(&k->r->in->words, l, &where)) {
    case LINE_DATA: take_data(k, l); return;
    case LINE_NIL: take_nil(k, l); return;
    case LINE_HINT: fate(k, FATE_HINT); return;
    case LINE_BLANK: fate(k, FATE_BLANK); return;
    case LINE_FOOTER: break;
    }
    if (!line_is_footer(l) && leads_to_table(k, i, false)) {
        take_preamble(k, l);
        return;
    }
    if (!k->now.has_rows && line_total_is_none(l)) { /* 合计 0人 and not one row: nobody is there */
        struct row_at at = {k->r, k->now.layout, k->now.context, *l};
        memset(k->h->now, 0, k->r->in->schema->n_fields * sizeof *k->h->now);
        fate(k, row_nil(k->h, k->t, &at));
        k->now.has_rows = k->now.sheet_rows = true;
        return;
    }
    k->now.after_footer = true;
    fate(k, FATE_FOOTER);
}

/* 1、张三，男，370124…，退役士兵: does a text hold a citizen id among words? */
static bool tells_of_person(struct str s)
{
    size_t run = 0;
    for (size_t i = 0; i <= s.n; i++) {
        bool digit = i < s.n && s.s[i] >= '0' && s.s[i] <= '9';
        if (!digit && (run == 18 || run == 15 || (run == 17 && i < s.n && (s.s[i] | 32) == 'x'))) return true;
        run = digit ? run + 1 : 0;
    }
    return false;
}

/* Is there somebody in a row that no headings tell how to read?  A hint with an example is nobody. */
static bool holds_person(const struct line *l)
{
    bool holds = line_has_person(l);
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(line_at(l, c));
        if (text_is_hint(s)) return false;
        holds |= tells_of_person(s);
    }
    return holds && !line_is_footer(l);
}

/* A row outside of any table. */
static void loose_row(struct walk *k, size_t i, const struct line *l)
{
    const struct intake *in = k->r->in;
    if (k->now.refused || (k->r->headless && holds_person(l))) {
        struct row_at at = {k->r, NULL, k->now.context, *l};
        if (!k->now.refused && !k->now.headless_row) k->now.headless_row = l->number;
        row_refuse(k->h, k->t, &at, k->now.refused ? k->now.refused : DIAG_NO_HEADER);
        fate(k, FATE_REJECTED);
        k->now.sheet_rows = true;
        return;
    }
    bool ticked = line_ticks_nobody(&in->words, l);
    if (ticked) k->now.ticked_row = l->number;
    struct str text;
    bool nobody = false;
    bool section = names_section(k, l, &text, &nobody) && nobody;
    if (section || ticked || line_says_nobody(&in->words, l)) {
        if (section) place_read_text(gathering(k), &in->places, PLACE_TITLE, spelling_after_ordinal(text, true));
        else gather_place(k, l); /* 3网格12号楼零报告 */
        take_loose_nil(k, l);
        k->t->tables++;
        return;
    }
    if (k->now.headed && !leads_to_table(k, i, false)) { /* below the last card */
        fate(k, FATE_FOOTER);
        return;
    }
    take_preamble(k, l);
}

/* Is it a plain row of data, told without looking at words? */
static bool is_plain(const struct walk *k, const struct line *l)
{
    const struct layout *layout = k->now.layout;
    const struct words *w = &k->r->in->words;
    if (layout && text_is_serial(str_trim(line_at(l, layout->numbers)))) return true; /* a record of ours, whatever it says */
    if (!layout || k->now.after_footer || !k->now.has_rows || w->name >= k->r->in->schema->n_fields) return false;
    uint32_t c = layout->column[w->name];
    if (w->id < k->r->in->schema->n_fields && line_is_person(l, c, layout->column[w->id])) return true;
    return c < l->n && l->cells[c].n && l->n >= 3 && !line_special(w, l);
}

static size_t take_row(struct walk *k, size_t i, const struct line *l)
{
    if (k->r->guide || k->r->other) {
        fate(k, FATE_PREAMBLE);
        return 1;
    }
    if (is_plain(k, l)) {
        take_data(k, l);
        return 1;
    }
    size_t rows = 0;
    if (!k->now.layout || line_headings(&k->r->in->words, l) >= 2) {
        rows = try_cards(k, i);
        if (!rows) rows = try_header(k, i);
    }
    if (rows) return rows;
    if (k->now.relatives) {
        fate(k, FATE_FOOTER);
        return 1;
    }
    if (k->now.layout) table_row(k, i, l);
    else loose_row(k, i, l);
    return 1;
}

static void count_hidden(struct walk *k, const struct line *l)
{
    k->now.hidden_rows += l->hidden;
}

void intake_block(const struct reading *r, struct hand *h, struct piece *p, const struct standing *start, const struct cell *before,
                  uint32_t before_row)
{
    struct walk k = {r, h, p, p->take, *start};
    size_t n = r->in->schema->n_fields;
    arena_reset(&h->block_memory);
    h->wanted_before = false;
    h->before_row = before_row;
    if (before) memcpy(h->before, before, n * sizeof *before);
    else memset(h->before, 0, n * sizeof *h->before);
    p->first_value = p->last_value = 0;
    for (size_t i = 0; i < p->cells.n_rows;) {
        struct line l = line_of(&p->cells, i);
        if (!l.n) {
            i++;
            continue;
        }
        if (!p->first_value) p->first_value = l.number;
        /* rows without a value count as soon as one with a value comes after them */
        for (uint32_t gap = k.now.last_row + 1; gap < l.number; gap++) fate(&k, FATE_BLANK);
        count_hidden(&k, &l);
        size_t took = take_row(&k, i, &l);
        i += took;
        k.now.last_row = p->cells.rows[i - 1].number;
    }
    p->last_value = p->first_value ? k.now.last_row : 0;
    p->end = k.now;
    p->before_row = h->before_row;
    p->wanted_before = h->wanted_before;
    p->before = arena_alloc(&p->take->memory, (n + 1) * sizeof *p->before);
    for (size_t f = 0; f < n; f++) {
        p->before[f] = h->before[f];
        if (h->before[f].n) p->before[f].s = arena_copy(&p->take->memory, h->before[f].s, h->before[f].n);
    }
}
