/* Rows that go home, as intake sees them. */
#include "flow/intake_own.h"

/* A row of a table as wide as its headings and its cells. */
static void take_cells(struct hand *h, struct take *t, const struct row_at *at, struct home_row *r)
{
    uint32_t key = at->layout->answers; /* what came back wrong goes home again with a key of its own */
    const struct layout *l = at->layout;
    const struct schema *s = h->in->schema;
    uint32_t wide = l->n > at->line.n ? l->n : at->line.n;
    r->n = wide - (key < wide);
    struct str *headings = arena_zero(&t->memory, r->n + 1, sizeof *headings),
               *cells = arena_zero(&t->memory, r->n + 1, sizeof *cells);
    uint32_t *fields = arena_zero(&t->memory, r->n + 1, sizeof *fields);
    bool has_id = h->in->words.id < s->n_fields && h->now[h->in->words.id].n;
    for (uint32_t c = 0, to = 0; c < wide; c++) {
        if (c == key) continue;
        uint32_t f = fields[to] = c < l->n ? l->field[c] : COLUMN_BLANK;
        if (c < l->n) headings[to] = str_copy(&t->memory, str_trim(l->headings[c]));
        struct str text = line_at(&at->line, c);
        bool own = f < s->n_fields && l->column[f] == c;
        if (own && (!text.n || text_is_ditto(str_trim(text)))) text = cell_str(&h->now[f]);
        /* a month typed into a date cell has a first day that nobody meant: convert.c knows it by the cell's kind, which is lost
         * here */
        bool month = own && has_id && c < at->line.n && at->line.cells[c].kind == CELL_DATE && s->fields[f].role == ROLE_BIRTH_DATE;
        if (month && text.n == 10 && str_ends(text, STR("-01"))) text.n = 7;
        cells[to++] = str_copy(&t->memory, text);
    }
    r->headings = headings;
    r->fields = fields;
    r->cells = cells;
}

/* A card becomes a row under the ledger's own headings. */
static void take_card(struct hand *h, struct take *t, struct home_row *r, uint32_t *column)
{
    const struct schema *s = h->in->schema;
    struct str *headings = arena_zero(&t->memory, s->n_fields, sizeof *headings),
               *cells = arena_zero(&t->memory, s->n_fields, sizeof *cells);
    uint32_t *fields = arena_zero(&t->memory, s->n_fields, sizeof *fields);
    for (uint32_t f = 0; f < s->n_fields; f++) {
        column[f] = 0;
        if (!s->fields[f].on_form && !s->fields[f].required && !h->now[f].n) continue;
        headings[r->n] = s->fields[f].title;
        cells[r->n] = str_copy(&t->memory, cell_str(&h->now[f]));
        fields[r->n++] = f;
        column[f] = r->n;
    }
    r->headings = headings;
    r->fields = fields;
    r->cells = cells;
}

static void say_place(const struct hand *h, struct take *t, const struct place_context *c, struct home_row *r)
{
    const struct units *u = h->in->places.units;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        uint32_t unit = u && c->unit != UNIT_NONE ? units_up(u, c->unit, (enum level)l) : UNIT_NONE;
        struct str text = unit != UNIT_NONE ? u->v[unit].name : c->unknown[l];
        r->unknown[l] = unit == UNIT_NONE && c->unknown[l].n;
        for (int s = 0; !u && !text.n && s < PLACE_SOURCES; s++) text = c->said[s].text[l];
        r->place[l] = str_copy(&t->memory, text);
    }
    r->survey_date = str_copy(&t->memory, c->survey_date);
}

/* The column of a card's value: its finding has the column of the sheet. */
static uint32_t card_column(const struct hand *h, const uint32_t *column, uint32_t col)
{
    for (size_t f = 0; col && f < h->in->schema->n_fields; f++)
        if (h->cols[f] == col && column[f]) return column[f];
    return 0;
}

void row_home(struct hand *h, struct take *t, const struct row_at *at, size_t first)
{
    size_t n = 0;
    for (size_t i = first; i < t->n_findings; i++) n += t->findings[i].severity >= SEV_WARNING;
    if (!n) return;
    mem_grow(&t->home, &t->cap_home, t->n_home + 1, sizeof *t->home);
    struct home_row *r = &t->home[t->n_home++];
    *r = (struct home_row){.layout = at->layout, .context = at->context};
    r->at = (struct place){.file = at->reading->file, .sheet = arena_string(&t->memory, at->reading->name), .row = at->line.number};
    uint32_t *column = at->layout ? NULL : arena_alloc(&t->memory, h->in->schema->n_fields * sizeof *column);
    if (at->layout) take_cells(h, t, at, r);
    else take_card(h, t, r, column);
    say_place(h, t, at->context, r);
    struct finding *faults = arena_zero(&t->memory, n, sizeof *faults);
    for (size_t i = first; i < t->n_findings; i++) {
        if (t->findings[i].severity < SEV_WARNING) continue;
        faults[r->n_faults] = t->findings[i];
        uint32_t *col = &faults[r->n_faults].at.col;
        if (column) *col = card_column(h, column, *col);
        else if (*col > at->layout->answers) (*col)--;
        r->n_faults++;
    }
    r->faults = faults;
}
