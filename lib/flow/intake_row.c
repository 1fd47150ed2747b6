/* One row: its cells put in order and filled down, converted, placed, judged, written. */
#include <stdlib.h>

#include "flow/intake_own.h"

bool hand_ready(struct hand *h, const struct intake *in, struct diag *d)
{
    size_t n = in->schema->n_fields;
    memset(h, 0, sizeof *h);
    h->in = in;
    h->now = mem_zero(n + 1, sizeof *h->now);
    h->before = mem_zero(n + 1, sizeof *h->before);
    h->cols = mem_zero(n + 1, sizeof *h->cols);
    h->values = mem_zero(n + 1, sizeof *h->values);
    h->typed = mem_zero(n + 1, sizeof *h->typed);
    h->slices = mem_zero(n * 2 + 8, sizeof *h->slices);
    h->converter = converter_new(in->schema, &in->convert, d);
    const struct columns *c = &in->emit.columns;
    struct expr_env env = {c->names, c->n, in->schema, in->convert.today};
    if (h->converter && in->o->where) h->where = expr_compile(&env, str_of(in->o->where), d);
    return h->converter && (h->where || !in->o->where);
}

void hand_free(struct hand *h)
{
    if (h->converter) converter_free(h->converter);
    expr_free(h->stock);
    expr_free(h->where);
    free(h->now);
    free(h->before);
    free(h->cols);
    free(h->values);
    free(h->typed);
    free(h->slices);
    free(h->found);
    buf_free(&h->flags);
    buf_free(&h->text);
    buf_free(&h->other);
    map_free(&h->places);
    place_memo_free(&h->memo);
    arena_free(&h->found_memory);
    arena_free(&h->block_memory);
    arena_free(&h->own_memory);
    *h = (struct hand){0};
}

/* Two columns hold one field: telephone numbers are joined, of other things the first that says something is taken. */
static void add_second(struct hand *h, uint32_t field, const struct cell *cell, struct arena *text)
{
    struct cell *first = &h->now[field];
    if (h->in->schema->fields[field].role != ROLE_PHONE && converter_says_nothing(h->converter, field, first)) *first = *cell;
    if (h->in->schema->fields[field].role != ROLE_PHONE || str_eq(cell_str(first), cell_str(cell))) return;
    size_t n = first->n + 1 + cell->n;
    char *both = arena_alloc(text, n);
    memcpy(both, first->s, first->n);
    both[first->n] = ';';
    memcpy(both + first->n + 1, cell->s, cell->n);
    *first = (struct cell){.s = both, .n = (uint32_t)n, .kind = CELL_TEXT};
}

/* The cell above, when there is one; asking is remembered, for the first row of a block has to know it. */
static const struct cell *cell_above(struct hand *h, uint32_t field)
{
    if (!h->before_row) {
        h->wanted_before = true;
        return NULL;
    }
    return &h->before[field];
}

static void fill_ditto(struct hand *h, uint32_t field)
{
    enum role role = h->in->schema->fields[field].role;
    if (role == ROLE_NAME || role == ROLE_CITIZEN_ID) return;
    struct str s = str_trim(cell_str(&h->now[field]));
    if (!s.n || !text_is_ditto(s)) return;
    const struct cell *above = cell_above(h, field);
    h->now[field] = above ? *above : (struct cell){0};
}

/* An empty cell in a merged range has the value of the range, if the row above is of it too. */
static void fill_merged(struct hand *h, const struct row_at *at, uint32_t field)
{
    const struct merge *m = sheet_merge(&at->reading->sheet, at->line.number, at->layout->column[field] + 1);
    if (!m || m->top >= at->line.number || m->top <= at->layout->last) return;
    const struct cell *above = cell_above(h, field);
    if (above && h->before_row >= m->top) h->now[field] = *above;
}

/* Blank place columns of a block of rows mean "as above": in sheets without merged cells, where all outer ones are blank too. */
static void fill_places(struct hand *h, const struct row_at *at)
{
    bool typed = false;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        uint32_t field = h->in->place_field[l];
        if (field == UINT32_MAX || at->layout->column[field] == UINT32_MAX) continue;
        if (h->now[field].n) {
            typed = true;
            continue;
        }
        if (at->layout->merged[at->layout->column[field]]) fill_merged(h, at, field);
        else if (!typed && h->in->schema->fields[field].fill_down) {
            const struct cell *above = cell_above(h, field);
            if (above) h->now[field] = *above;
        }
    }
}

/* 同上 and the like are short and begin with one of a few bytes. */
static bool may_be_ditto(const struct cell *c)
{
    if (c->n > 12 || c->kind != CELL_TEXT) return false;
    switch ((unsigned char)c->s[0]) {
    case '"':
    case '\'':
    case 'd':
    case ' ':
    case 0xC2:
    case 0xE2:
    case 0xE3:
    case 0xEF: return true;
    case 0xE5: return c->n >= 6 && memcmp(c->s, "同", 3) == 0;
    default: return false;
    }
}

/* What was typed of a record that comes in again, where no value came of it and nobody has put one since. */
static void fill_typed(struct hand *h, const struct row_at *at)
{
    for (uint32_t f = 0; f < h->in->schema->n_fields; f++) {
        uint32_t c = at->layout->typed[f];
        if (!h->now[f].n && c < at->line.n) h->now[f] = at->line.cells[c];
    }
}

/* 小区 | 5号楼, where no column is called 楼栋. */
static void fill_perhaps(struct hand *h, const struct row_at *at)
{
    const struct layout *layout = at->layout;
    if (layout->perhaps == UINT32_MAX || layout->perhaps >= at->line.n) return;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        if (h->in->place_field[l] != layout->perhaps_field) continue;
        const struct cell *cell = &at->line.cells[layout->perhaps];
        if (place_names_unit(&h->in->places, (enum level)l, str_trim(cell_str(cell)))) h->now[layout->perhaps_field] = *cell;
    }
}

void row_gather(struct hand *h, const struct row_at *at)
{
    const struct layout *l = at->layout;
    const struct schema *s = h->in->schema;
    memset(h->now, 0, s->n_fields * sizeof *h->now);
    bool ditto = false;
    for (uint32_t c = 0; c < at->line.n && c < l->n; c++) {
        const struct cell *cell = &at->line.cells[c];
        uint32_t field = l->field[c];
        if (!cell->n || field >= s->n_fields) continue;
        if (h->now[field].n) add_second(h, field, cell, &h->block_memory);
        else h->now[field] = *cell;
        ditto |= may_be_ditto(cell);
    }
    if (l->typed) fill_typed(h, at);
    for (uint32_t f = 0; ditto && f < s->n_fields; f++)
        if (h->now[f].n && may_be_ditto(&h->now[f])) fill_ditto(h, f);
    fill_places(h, at);
    fill_perhaps(h, at);
    if (l->assembled) assemble_row(l, &h->in->words, &at->line, h->now, &h->block_memory);
    for (uint32_t f = 0; l->any_merged && f < s->n_fields; f++)
        if (!h->now[f].n && s->fields[f].fill_down && l->column[f] != UINT32_MAX && l->merged[l->column[f]]) fill_merged(h, at, f);
}

enum { MOST_PLACES = 2000 }; /* remembered at once: so many are found again faster than they are looked up */

static void forget_places(struct hand *h, const struct row_at *at)
{
    bool rooms = at->layout && at->layout->rooms;
    if (h->found_for != at->context || h->found_in != at->reading->serial || h->memo.rooms != rooms) place_memo_free(&h->memo);
    h->memo.rooms = rooms;
    map_free(&h->places);
    arena_reset(&h->found_memory);
    h->n_found = 0;
    h->last_found = NULL;
    memset(h->last_typed, 0, sizeof h->last_typed); /* they lay in the map */
    h->found_for = at->context;
    h->found_in = at->reading->serial;
}

/* Rows of one building follow each other, and the same names come again and again. */
struct place_found *row_place(struct hand *h, const struct row_at *at)
{
    struct str typed[LEVEL_COUNT] = {{0}};
    if (h->found_for != at->context || h->found_in != at->reading->serial || h->n_found >= MOST_PLACES ||
        h->memo.rooms != (at->layout && at->layout->rooms))
        forget_places(h, at);
    bool same = h->last_found != NULL;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        uint32_t field = h->in->place_field[l];
        if (field != UINT32_MAX) typed[l] = str_trim(cell_str(&h->now[field]));
        same &= str_eq(typed[l], h->last_typed[l]);
    }
    if (same) return h->last_found;
    h->text.n = 0;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        buf_str(&h->text, typed[l]);
        buf_char(&h->text, '\n');
    }
    bool is_new;
    struct map_entry *e = map_at(&h->places, buf_slice(&h->text), &is_new);
    if (is_new) {
        mem_grow(&h->found, &h->cap_found, h->n_found + 1, sizeof *h->found);
        /* the names of the result are those of the map's own key */
        struct str own[LEVEL_COUNT] = {{0}}, key = e->key;
        for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
            own[l] = str_head(key, typed[l].n);
            key = str_from(key, typed[l].n + 1);
        }
        place_of_row(&h->in->places, at->context, &h->memo, own, &h->found[h->n_found]);
        e->value = ++h->n_found;
    }
    struct str key = e->key;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        h->last_typed[l] = str_head(key, typed[l].n);
        key = str_from(key, typed[l].n + 1);
    }
    h->last_found = &h->found[e->value - 1];
    return h->last_found;
}

/* The place's own names take the place of what was typed; without units, the preamble's names fill what is blank. */
static void place_values(struct hand *h, const struct row_at *at, const struct place_found *found, uint32_t of)
{
    const struct units *u = h->in->places.units;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        uint32_t field = h->in->place_field[l];
        if (field == UINT32_MAX) continue;
        if (u) {
            uint32_t unit = of == UNIT_NONE ? UNIT_NONE : units_up(u, of, (enum level)l);
            if (unit != UNIT_NONE) h->values[field] = u->v[unit].name;
            else if (found->unknown[l]) h->values[field] = found->typed[l];
            continue;
        }
        for (int s = 0; !h->values[field].n && s < PLACE_SOURCES; s++) h->values[field] = at->context->said[s].text[l];
    }
}

static struct place place_at(const struct row_at *at, uint32_t col)
{
    return (struct place){.file = at->reading->path, .sheet = at->reading->name, .row = at->line.number, .col = col};
}

static uint32_t column_of(struct hand *h, const struct row_at *at, uint32_t field)
{
    if (field >= h->in->schema->n_fields) return 0;
    if (!at->layout) return h->cols[field];
    uint32_t c = at->layout->column[field];
    return c == UINT32_MAX ? 0 : c + 1;
}

static void add_flag(struct buf *flags, struct str field, enum diag_code code)
{
    if (flags->n) buf_char(flags, ';');
    if (field.n) {
        buf_str(flags, field);
        buf_char(flags, ':');
    }
    buf_put(flags, diag_code_string(code));
}

/* Is one more finding of that code wanted?  Past the many that are shown only their number is, unless the row goes home with it. */
static bool is_wanted(const struct row_at *at, struct take *t, enum diag_code code)
{
    const struct reading *r = at->reading;
    bool enough = !r->in->o->home &&
                  (t->made[code] >= MOST_TOLD || (r->enough && atomic_load_explicit(&r->enough[code], memory_order_relaxed)));
    if (enough) t->skipped[code]++;
    else t->made[code]++;
    return !enough;
}

static void tell_unknown_unit(struct hand *h, struct take *t, const struct row_at *at, struct place_found *found, enum level l)
{
    const struct intake *in = h->in;
    if (!is_wanted(at, t, DIAG_UNIT_UNKNOWN)) return;
    uint32_t field = in->place_field[l];
    struct str nearest = place_nearest(&in->places, at->context, found, l, &h->found_memory);
    struct finding f = {.code = DIAG_UNIT_UNKNOWN, .severity = in->o->strict ? SEV_PERSON : SEV_WARNING};
    f.at = place_at(at, field == UINT32_MAX ? 0 : column_of(h, at, field));
    f.args[0] = found->typed[l];
    f.args[1] = str_of(level_name(l));
    f.args[2] = nearest.n ? nearest : STR(WORDS_NONE_NEAR);
    take_finding(t, &f);
}

/* What the place has to say against the row: true when it may not be taken. */
static bool judge_place(struct hand *h, struct take *t, const struct row_at *at, struct place_found *found)
{
    const struct intake *in = h->in;
    if (!in->places.units) return false;
    bool reject = false;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        if (!found->unknown[l]) continue;
        uint32_t field = in->place_field[l];
        tell_unknown_unit(h, t, at, found, (enum level)l);
        t->tally.codes[DIAG_UNIT_UNKNOWN]++;
        add_flag(&h->flags, field == UINT32_MAX ? str_of(level_name((enum level)l)) : in->schema->fields[field].name,
                 DIAG_UNIT_UNKNOWN);
        reject |= in->o->strict;
    }
    if (!found->none) return reject;
    struct place where = place_at(at, 0);
    if (is_wanted(at, t, DIAG_NO_UNIT)) take_say(t, DIAG_NO_UNIT, &where, NULL);
    t->tally.codes[DIAG_NO_UNIT]++;
    add_flag(&h->flags, STR("unit"), DIAG_NO_UNIT);
    return true;
}

static void judge_values(struct hand *h, struct take *t, const struct row_at *at, const struct converted *c)
{
    for (size_t i = 0; i < c->n_verdicts; i++) {
        const struct verdict *v = &c->verdicts[i];
        if (v->severity >= SEV_WARNING) t->tally.codes[v->code]++;
        if (v->severity < h->in->quiet_below) continue;
        if (!is_wanted(at, t, v->code)) continue;
        struct place where = place_at(at, column_of(h, at, v->field));
        struct finding f = verdict_finding(h->in->schema, v, &where, h->in->o->english, &h->text);
        take_finding(t, &f);
    }
}

/* Cells that no field has: "heading=value; heading=value". */
static void other_cells(struct hand *h, const struct row_at *at)
{
    h->other.n = 0;
    for (uint32_t c = 0; at->layout && c < at->line.n; c++) {
        struct str s = line_at(&at->line, c);
        uint32_t field = c < at->layout->n ? at->layout->field[c] : COLUMN_BLANK;
        if (!s.n || field < h->in->schema->n_fields || field == COLUMN_IGNORED || field == COLUMN_PART) continue;
        if (h->other.n) buf_put(&h->other, "; ");
        if (c < at->layout->n && at->layout->headings[c].n) buf_str(&h->other, at->layout->headings[c]);
        else buf_printf(&h->other, "%u", c + 1);
        buf_char(&h->other, '=');
        buf_str(&h->other, s);
    }
}

/* What the sheet says of the place in other cells than the row's goes with the row, so that it can be mended alone. */
static void say_place(struct hand *h, uint32_t unit)
{
    const struct units *u = h->in->places.units;
    for (int l = LEVEL_COMMUNITY; u && unit != UNIT_NONE && l < LEVEL_COUNT; l++) {
        uint32_t field = h->in->place_field[l], at = units_up(u, unit, (enum level)l);
        if (field != UINT32_MAX && at != UNIT_NONE && !h->values[field].n) h->values[field] = u->v[at].name;
    }
}

/* The key of a row of a workbook that went home. */
static struct str answers(const struct row_at *at, bool *correction)
{
    *correction = at->layout && at->layout->answers != UINT32_MAX;
    return *correction ? str_trim(line_at(&at->line, at->layout->answers)) : (struct str){0};
}

static struct str survey_date(const struct row_at *at)
{
    if (at->context->survey_date.n) return at->context->survey_date;
    return str_of(at->reading->in->o->survey_date);
}

static void reject(struct hand *h, struct take *t, const struct row_at *at, uint32_t unit)
{
    const struct intake *in = h->in;
    size_t n = in->schema->n_fields;
    struct rejected one = {.at = {.file = at->reading->file, .sheet = at->reading->name, .row = at->line.number},
                           .reasons = buf_slice(&h->flags),
                           .unit = unit};
    if (in->o->rejects) {
        for (size_t f = 0; f < n; f++) h->values[f] = cell_str(&h->now[f]);
        say_place(h, unit);
        other_cells(h, at);
        rejects_row(&in->rejects, &t->rejects, &one, h->values, buf_slice(&h->other), h->slices);
    }
    if (!in->o->sink) return;
    struct str *cells = mem_alloc((at->line.n + 1) * sizeof *cells);
    for (uint32_t c = 0; c < at->line.n; c++) cells[c] = line_at(&at->line, c);
    struct event *e = take_event(t, EVENT_REJECT);
    e->rejected = one;
    e->rejected.cells = take_slices(t, cells, at->line.n);
    e->rejected.n_cells = at->line.n;
    if (at->layout) {
        e->rejected.headings = take_slices(t, at->layout->headings, at->layout->n);
        e->rejected.n_headings = at->layout->n;
    }
    e->rejected.answers = str_copy(&t->memory, answers(at, &e->rejected.correction));
    e->rejected.reasons = str_copy(&t->memory, one.reasons);
    e->rejected.survey_date = survey_date(at);
    free(cells);
}

static void unheard(void *ctx, const struct finding *f)
{
    (void)ctx, (void)f;
}

bool hand_counts(struct hand *h)
{
    const struct schema *s = h->in->schema;
    if (!s->stock.n) return true;
    if (!h->stock) {
        struct str *names = arena_zero(&h->own_memory, s->n_fields, sizeof *names);
        for (size_t f = 0; f < s->n_fields; f++) names[f] = s->fields[f].name;
        struct expr_env env = {names, s->n_fields, s, str_of(h->in->o->today)};
        struct diag d;
        diag_init(&d, unheard, NULL);
        h->stock = expr_compile(&env, s->stock, &d);
        pthread_mutex_destroy(&d.lock);
        if (!h->stock) return true;
    }
    return expr_matches(h->stock, h->values);
}

/* Which fields the sheet asks for: what it does not ask stays as it is in the store.  On a card, those that have a label. */
static const bool *asked(struct hand *h, struct take *t, const struct row_at *at)
{
    size_t n = h->in->schema->n_fields;
    bool *asked = arena_alloc(&t->memory, n + 1);
    if (at->layout) memcpy(asked, at->layout->asked, n);
    for (size_t f = 0; !at->layout && f < n; f++) asked[f] = h->cols[f] != 0;
    return asked;
}

static void accept(struct hand *h, struct take *t, const struct row_at *at, const struct converted *c, uint32_t unit)
{
    const struct intake *in = h->in;
    struct record r = {.values = h->values, .typed = c->typed, .unit = unit, .flags = buf_slice(&h->flags)};
    if (unit != UNIT_NONE) r.unit_code = in->places.units->v[unit].code;
    r.at = (struct place){.file = at->reading->file, .sheet = at->reading->name, .row = at->line.number};
    r.survey_date = survey_date(at);
    if (in->o->output) emit_record(&in->emit, &t->out, &r, h->where, h->slices, &h->text);
    if (!in->o->sink) return;
    struct event *e = take_event(t, EVENT_RECORD);
    e->record = r;
    e->record.values = take_slices(t, r.values, in->schema->n_fields);
    e->record.typed = take_slices(t, r.typed, in->schema->n_fields);
    e->record.flags = str_copy(&t->memory, r.flags);
    e->record.asked = asked(h, t, at);
    e->record.answers = str_copy(&t->memory, answers(at, &e->record.correction));
}

/* The unit of the row, or the building in it that only the address tells. */
static uint32_t located(struct hand *h, struct take *t, const struct row_at *at, const struct place_found *found,
                        const struct converted *c)
{
    const struct intake *in = h->in;
    uint32_t field = in->address_field, unit = found->unit;
    bool known =
        field == UINT32_MAX || unit == UNIT_NONE || !c->values[field].n || in->places.units->v[unit].level == LEVEL_BUILDING;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) known |= found->unknown[l];
    uint32_t building = known ? UNIT_NONE : place_of_address(&in->places, unit, c->values[field], at->context->survey_date);
    if (building == UNIT_NONE) return unit;
    if (in->quiet_below <= SEV_NOTICE && is_wanted(at, t, DIAG_VALUE_DERIVED)) {
        struct place where = place_at(at, column_of(h, at, field));
        struct finding f = {.code = DIAG_VALUE_DERIVED, .severity = SEV_NOTICE, .at = where};
        f.args[0] = level_title(LEVEL_BUILDING);
        f.args[1] = in->places.units->v[building].name;
        take_finding(t, &f);
    }
    return building;
}

enum fate row_record(struct hand *h, struct take *t, const struct row_at *at)
{
    struct converted c;
    size_t first = t->n_findings;
    struct place_found *found = row_place(h, at);
    converter_row(h->converter, h->now, &c);
    h->flags.n = 0;
    converted_flags(h->in->schema, &c, &h->flags);
    judge_values(h, t, at, &c);
    bool bad = judge_place(h, t, at, found) || c.reject;
    if (h->in->o->home) row_home(h, t, at, first);
    if (bad) {
        reject(h, t, at, found->unit);
        return FATE_REJECTED;
    }
    uint32_t unit = located(h, t, at, found, &c);
    memcpy(h->values, c.values, h->in->schema->n_fields * sizeof *h->values);
    place_values(h, at, found, unit);
    accept(h, t, at, &c, unit);
    return FATE_NEW;
}

enum fate row_nil(struct hand *h, struct take *t, const struct row_at *at)
{
    size_t first = t->n_findings;
    struct place_found *found = row_place(h, at);
    h->flags.n = 0;
    bool unknown = false;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) unknown |= found->unknown[l];
    if (judge_place(h, t, at, found) || unknown) {
        /* a nil return of a unit that nobody knows would count for another */
        reject(h, t, at, found->unit);
        if (!found->none && !h->in->o->strict) {
            struct place where = place_at(at, 0);
            take_say(t, DIAG_NIL_UNIT, &where, NULL);
            t->tally.codes[DIAG_NIL_UNIT]++;
        }
        if (h->in->o->home) row_home(h, t, at, first);
        return FATE_REJECTED;
    }
    if (h->in->o->sink) {
        struct event *e = take_event(t, EVENT_NIL);
        e->sheet.unit = found->unit;
        e->sheet.at = (struct place){.file = at->reading->file, .sheet = at->reading->name, .row = at->line.number};
        e->sheet.survey_date = survey_date(at);
    }
    return FATE_NIL;
}

void row_refuse(struct hand *h, struct take *t, const struct row_at *at, enum diag_code code)
{
    size_t n = h->in->schema->n_fields;
    memset(h->now, 0, n * sizeof *h->now);
    h->flags.n = 0;
    add_flag(&h->flags, (struct str){0}, code);
    t->tally.codes[code]++;
    struct layout none = {.answers = UINT32_MAX};
    struct row_at bare = *at;
    bare.layout = &none;
    reject(h, t, &bare, UNIT_NONE);
}
