#include "ledger/units.h"

#include <stdlib.h>

#include "base/text.h"
#include "cells/cells.h"
#include "ledger/spelling.h"

static const char *const LEVELS[LEVEL_COUNT] = {"station", "community", "grid", "building"};
static const char *const LEVELS_ZH[LEVEL_COUNT] = {"服务站", "社区", "网格", "楼栋"};

const char *level_name(enum level l)
{
    return LEVELS[l];
}

struct str level_title(enum level l)
{
    return str_of(LEVELS_ZH[l]);
}

bool level_of(struct str word, enum level *out)
{
    for (int l = 0; l < LEVEL_COUNT; l++)
        if (str_is(word, LEVELS[l]) || str_is(word, LEVELS_ZH[l])) {
            *out = (enum level)l;
            return true;
        }
    return false;
}

struct units *units_new(void)
{
    return mem_zero(1, sizeof(struct units));
}

void units_free(struct units *u)
{
    if (!u) return;
    free(u->v);
    free(u->links);
    map_free(&u->by_code);
    map_free(&u->by_spelling);
    arena_free(&u->memory);
    free(u);
}

static void split_aliases(struct units *u, struct unit *unit, struct str all)
{
    size_t parts = 1;
    for (size_t i = 0; i < all.n; i++) parts += all.s[i] == ';';
    unit->aliases = arena_zero(&u->memory, parts, sizeof *unit->aliases);
    while (all.n) {
        const char *end = memchr(all.s, ';', all.n);
        struct str one = str_head(all, end ? (size_t)(end - all.s) : all.n);
        all = str_from(all, one.n + (end != NULL));
        one = str_trim(one);
        if (one.n) unit->aliases[unit->n_aliases++] = str_copy(&u->memory, one);
    }
}

void units_add(struct units *u, struct str code, struct str parent, struct str level, struct str name, struct str aliases,
               struct str leader, struct str phone, struct str opens, struct str closes)
{
    mem_grow(&u->v, &u->cap, u->n + 1, sizeof *u->v);
    struct unit *unit = &u->v[u->n++];
    *unit = (struct unit){.parent = UNIT_NONE, .first_child = UNIT_NONE, .next_sibling = UNIT_NONE};
    unit->code = str_copy(&u->memory, str_trim(code));
    unit->parent_code = str_copy(&u->memory, str_trim(parent));
    unit->level_word = str_copy(&u->memory, str_trim(level));
    unit->name = str_copy(&u->memory, str_trim(name));
    unit->leader = str_copy(&u->memory, str_trim(leader));
    unit->phone = str_copy(&u->memory, str_trim(phone));
    unit->opens = str_copy(&u->memory, str_trim(opens));
    unit->closes = str_copy(&u->memory, str_trim(closes));
    split_aliases(u, unit, aliases);
}

/* The text of a finding's argument, as a C string that lives as long as the units. */
static const char *text_of(struct units *u, struct str s)
{
    return str_copy(&u->memory, s).s;
}

static bool is_date(struct str s)
{
    if (s.n != 10) return false;
    for (size_t i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? s.s[i] != '-' : s.s[i] < '0' || s.s[i] > '9') return false;
    return true;
}

static bool check_unit(struct units *u, struct unit *unit, const char *file, struct diag *d)
{
    struct place at = {.file = file, .row = unit->row};
    bool ok = true;
    if (!unit->code.n || !unit->name.n) {
        diag_add(d, DIAG_UNIT_INCOMPLETE, &at, unit->code.n ? text_of(u, unit->code) : "-", NULL);
        ok = false;
    }
    if (!level_of(unit->level_word, &unit->level)) {
        diag_add(d, DIAG_UNIT_LEVEL, &at, text_of(u, unit->level_word), NULL);
        ok = false;
    }
    if ((unit->opens.n && !is_date(unit->opens)) || (unit->closes.n && !is_date(unit->closes))) {
        diag_add(d, DIAG_UNIT_DATE, &at, text_of(u, unit->opens.n && !is_date(unit->opens) ? unit->opens : unit->closes), NULL);
        ok = false;
    }
    bool is_new;
    struct map_entry *e = map_at(&u->by_code, unit->code, &is_new);
    if (is_new) e->value = (uint64_t)(unit - u->v);
    else if (unit->code.n) {
        diag_add(d, DIAG_UNIT_TWICE, &at, text_of(u, unit->code), NULL);
        ok = false;
    }
    return ok;
}

static bool link_parent(struct units *u, struct unit *unit, const char *file, struct diag *d)
{
    if (!unit->parent_code.n) return true;
    struct place at = {.file = file, .row = unit->row};
    struct map_entry *e = map_find(&u->by_code, unit->parent_code);
    if (!e) {
        struct near near = near_start(unit->parent_code);
        for (size_t i = 0; i < u->n; i++) near_try(&near, u->v[i].code);
        diag_add(d, DIAG_UNIT_PARENT, &at, text_of(u, unit->code), text_of(u, unit->parent_code), text_of(u, near.found), NULL);
        return false;
    }
    unit->parent = (uint32_t)e->value;
    if (u->v[unit->parent].level < unit->level) return true;
    diag_add(d, DIAG_UNIT_ABOVE, &at, text_of(u, unit->code), text_of(u, unit->parent_code), NULL);
    return false;
}

struct sorting {
    struct unit unit;
    uint32_t was;
};

static int by_level_and_code(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    if (x->unit.level != y->unit.level) return x->unit.level < y->unit.level ? -1 : 1;
    int c = str_cmp(x->unit.code, y->unit.code);
    return c ? c : x->was < y->was ? -1 : x->was > y->was;
}

/* By level, then by code: parents come before their children, for a parent is of a higher level. */
static void sort_units(struct units *u)
{
    struct sorting *s = mem_zero(u->n, sizeof *s);
    uint32_t *moved = mem_zero(u->n, sizeof *moved);
    for (size_t i = 0; i < u->n; i++) s[i] = (struct sorting){u->v[i], (uint32_t)i};
    if (u->n) qsort(s, u->n, sizeof *s, by_level_and_code);
    for (size_t i = 0; i < u->n; i++) moved[s[i].was] = (uint32_t)i;
    for (size_t i = 0; i < u->n; i++) {
        u->v[i] = s[i].unit;
        if (u->v[i].parent != UNIT_NONE) u->v[i].parent = moved[u->v[i].parent];
        map_find(&u->by_code, u->v[i].code)->value = i;
    }
    for (size_t i = u->n; i-- > 0;) {
        if (u->v[i].parent == UNIT_NONE) continue;
        struct unit *parent = &u->v[u->v[i].parent];
        u->v[i].next_sibling = parent->first_child;
        parent->first_child = (uint32_t)i;
    }
    free(moved);
    free(s);
}

/* exact: the name as written but for its form; near: its spelling key. */
enum { KEY_EXACT = '=', KEY_SPELLED = '~' };

static void place_key(struct buf *out, uint32_t within, enum level level, char kind, struct str spelling)
{
    out->n = 0;
    buf_add(out, (const char *)&within, sizeof within);
    buf_char(out, (char)('0' + level));
    buf_char(out, kind);
    buf_str(out, spelling);
}

static void add_link(struct units *u, struct str key, uint32_t i)
{
    struct map_entry *e = map_at(&u->by_spelling, key, NULL);
    uint32_t *end = NULL;
    uint32_t at = (uint32_t)e->value;
    while (at) {
        if (u->links[at - 1].unit == i) return;
        end = &u->links[at - 1].next;
        at = *end;
    }
    uint32_t new_one = (uint32_t)u->n_links + 1;
    if (end) *end = new_one;
    else e->value = new_one;
    mem_grow(&u->links, &u->cap_links, u->n_links + 1, sizeof *u->links);
    u->links[u->n_links++] = (struct unit_link){i, 0};
}

static void add_spelling(struct units *u, uint32_t i, struct str name)
{
    struct buf exact = {0}, spelled = {0}, key = {0};
    enum level level = u->v[i].level;
    spelling_fold(&exact, name);
    spelling_key(&spelled, level, buf_slice(&exact));
    uint32_t within = u->v[i].parent;
    for (;;) {
        place_key(&key, within, level, KEY_EXACT, buf_slice(&exact));
        add_link(u, buf_slice(&key), i);
        place_key(&key, within, level, KEY_SPELLED, buf_slice(&spelled));
        add_link(u, buf_slice(&key), i);
        if (within == UNIT_NONE) break;
        within = u->v[within].parent;
    }
    buf_free(&exact);
    buf_free(&spelled);
    buf_free(&key);
}

/* Names as they are compared; of those that repeat (5号楼 of every grid) one is enough where all are meant. */
static void ready_names(struct units *u)
{
    struct map seen = {0};
    struct buf key = {0}, folded = {0};
    u->names = arena_zero(&u->memory, u->n + 1, sizeof *u->names);
    for (size_t i = 0; i < u->n; i++) {
        const struct unit *unit = &u->v[i];
        struct unit_name *name = &u->names[i];
        bool is_new;
        key.n = folded.n = 0;
        spelling_fold(&folded, unit->name);
        spelling_key(&key, unit->level, buf_slice(&folded));
        name->spelled = str_copy(&u->memory, buf_slice(&key));
        name->shape = near_shape_of(name->spelled);
        place_key(&key, UNIT_NONE, unit->level, KEY_EXACT, unit->name);
        map_at(&seen, buf_slice(&key), &is_new);
        name->again = !is_new;
        for (int l = (int)unit->level + 1; l <= LEVEL_COUNT; l++) u->first_of[l] = (uint32_t)i + 1;
    }
    map_free(&seen);
    buf_free(&key);
    buf_free(&folded);
}

bool units_ready(struct units *u, const char *file, struct diag *d)
{
    bool ok = true;
    for (size_t i = 0; i < u->n; i++) ok &= check_unit(u, &u->v[i], file, d);
    if (!ok) return false;
    for (size_t i = 0; i < u->n; i++) ok &= link_parent(u, &u->v[i], file, d);
    if (!ok) return false;
    sort_units(u);
    for (uint32_t i = 0; i < u->n; i++) {
        add_spelling(u, i, u->v[i].name);
        for (size_t k = 0; k < u->v[i].n_aliases; k++) add_spelling(u, i, u->v[i].aliases[k]);
    }
    ready_names(u);
    if (!u->n) diag_add(d, DIAG_UNITS_EMPTY, &(struct place){.file = file}, NULL);
    return u->n > 0;
}

enum column { COL_CODE, COL_PARENT, COL_LEVEL, COL_NAME, COL_ALIASES, COL_LEADER, COL_PHONE, COL_OPENS, COL_CLOSES, COL_COUNT };
static const char *const COLUMNS[COL_COUNT] = {"code", "parent", "level", "name", "aliases", "leader", "phone", "opens", "closes"};

struct reading {
    struct units *units;
    const char *path;
    struct diag *diag;
    uint32_t col[COL_COUNT]; /* column + 1, or 0 */
    bool has_header, ok;
};

static void read_header(struct reading *r, const struct cell_block *b, const struct cell_row *row)
{
    struct place at = {.file = r->path, .row = row->number};
    for (uint32_t c = 0; c < row->n; c++) {
        struct str name = str_trim(cell_str(&b->cells[row->first + c]));
        struct near near = near_start(name);
        bool known = !name.n;
        for (int k = 0; k < COL_COUNT; k++) {
            near_try(&near, str_of(COLUMNS[k]));
            if (!str_is(name, COLUMNS[k])) continue;
            r->col[k] = c + 1;
            known = true;
        }
        at.col = c + 1;
        if (!known) diag_add(r->diag, DIAG_UNITS_COLUMN, &at, text_of(r->units, name), text_of(r->units, near.found), NULL);
    }
    at.col = 0;
    for (int k = COL_CODE; k <= COL_NAME; k++)
        if (!r->col[k]) {
            diag_add(r->diag, DIAG_UNITS_NO_COLUMN, &at, COLUMNS[k], NULL);
            r->ok = false;
        }
    r->has_header = true;
}

static void read_unit(struct reading *r, const struct cell_block *b, const struct cell_row *row)
{
    struct str v[COL_COUNT] = {{0}};
    bool any = false;
    for (int k = 0; k < COL_COUNT; k++) {
        if (!r->col[k] || r->col[k] > row->n) continue;
        v[k] = cell_str(&b->cells[row->first + r->col[k] - 1]);
        any |= str_trim(v[k]).n > 0;
    }
    if (!any) return;
    units_add(r->units, v[COL_CODE], v[COL_PARENT], v[COL_LEVEL], v[COL_NAME], v[COL_ALIASES], v[COL_LEADER], v[COL_PHONE],
              v[COL_OPENS], v[COL_CLOSES]);
    r->units->v[r->units->n - 1].row = row->number;
}

static bool read_book(struct reading *r, struct book *book)
{
    struct sheet sheet;
    struct cell_block block = {0};
    int got = book_next_sheet(book, &sheet);
    while (got == 1 && (got = sheet_next(book, &block)) == 1)
        for (size_t i = 0; i < block.n_rows && r->ok; i++) (r->has_header ? read_unit : read_header)(r, &block, &block.rows[i]);
    cell_block_free(&block);
    return got >= 0;
}

struct units *units_open(const char *path, struct diag *d)
{
    struct units *u = units_new();
    struct book_options o = {.threads = 1};
    struct book *book = book_open(path, &o, d);
    struct reading r = {.units = u, .path = path, .diag = d, .ok = true};
    bool ok = book && read_book(&r, book) && r.ok && units_ready(u, path, d);
    if (book) book_close(book);
    if (ok) return u;
    diag_raise(d, 2);
    units_free(u);
    return NULL;
}

uint32_t units_code(const struct units *u, struct str code)
{
    struct map_entry *e = map_find(&u->by_code, code);
    return e ? (uint32_t)e->value : UNIT_NONE;
}

uint32_t units_up(const struct units *u, uint32_t i, enum level l)
{
    while (i != UNIT_NONE && u->v[i].level != l) i = u->v[i].parent;
    return i;
}

bool units_inside(const struct units *u, uint32_t i, uint32_t within)
{
    if (within == UNIT_NONE) return true;
    while (i != UNIT_NONE && i != within) i = u->v[i].parent;
    return i == within;
}

bool units_open_on(const struct units *u, uint32_t i, struct str date)
{
    const struct unit *unit = &u->v[i];
    if (!date.n) return true;
    /* a date of less precision is compared as far as it goes */
    if (unit->opens.n && str_cmp(date, str_head(unit->opens, date.n)) < 0) return false;
    return !unit->closes.n || str_cmp(date, str_head(unit->closes, date.n)) < 0;
}

/* The one unit of a chain that is open; UNIT_NONE when there is none; *several tells that there are more. */
static uint32_t pick(const struct units *u, struct str key, struct str date, bool *several)
{
    struct map_entry *e = map_find(&u->by_spelling, key);
    uint32_t found = UNIT_NONE;
    for (uint32_t at = e ? (uint32_t)e->value : 0; at; at = u->links[at - 1].next) {
        uint32_t i = u->links[at - 1].unit;
        if (!units_open_on(u, i, date)) continue;
        if (found != UNIT_NONE) {
            *several = true;
            return UNIT_NONE;
        }
        found = i;
    }
    return found;
}

/* Names a unit so that a reader knows which: with all that lies above it up to its community when names repeat. */
static void add_name(struct buf *out, const struct units *u, uint32_t i, bool with_parents)
{
    if (out->n) buf_put(out, "、");
    for (int l = LEVEL_COMMUNITY; with_parents && l < (int)u->v[i].level; l++) {
        uint32_t above = units_up(u, i, (enum level)l);
        if (above != UNIT_NONE) buf_str(out, u->v[above].name);
    }
    buf_str(out, u->v[i].name);
}

/* The first three of a chain that are open. */
static void name_chain(struct buf *out, const struct units *u, struct str key, struct str date)
{
    struct map_entry *e = map_find(&u->by_spelling, key);
    int n = 0;
    for (uint32_t at = e ? (uint32_t)e->value : 0; at && n < 3; at = u->links[at - 1].next) {
        uint32_t i = u->links[at - 1].unit;
        if (!units_open_on(u, i, date)) continue;
        add_name(out, u, i, true);
        n++;
    }
}

struct near_unit {
    uint32_t unit;
    unsigned distance;
};

static bool is_called(const struct units *u, const struct near_unit *best, size_t n, struct str name)
{
    for (size_t k = 0; k < n; k++)
        if (str_eq(u->v[best[k].unit].name, name)) return true;
    return false;
}

/* Up to three different names of open units that are near, nearest first. */
static void name_near(struct buf *out, const struct units *u, uint32_t within, enum level level, struct str spelled,
                      struct str date)
{
    struct near_unit best[3];
    struct near_shape shape = near_shape_of(spelled);
    size_t n = 0;
    for (uint32_t i = u->first_of[level]; i < u->first_of[level + 1]; i++) {
        const struct unit_name *name = &u->names[i];
        uint32_t longer = name->shape.length > shape.length ? name->shape.length : shape.length;
        unsigned limit = longer / 2 ? longer / 2 : 1;
        if (n == 3 && best[2].distance == 0) break;
        if (n == 3 && limit >= best[2].distance) limit = best[2].distance - 1; /* it has to be nearer than the third */
        if ((name->again && within == UNIT_NONE) || !near_may(shape, name->shape, limit)) continue;
        unsigned distance = near_distance(spelled, name->spelled, limit);
        if (distance > limit || (longer > 1 && distance >= longer)) continue;
        if (!units_inside(u, i, within) || !units_open_on(u, i, date) || is_called(u, best, n, u->v[i].name)) continue;
        size_t at = n;
        while (at > 0 && best[at - 1].distance > distance) at--;
        n = n < 3 ? n + 1 : 3;
        for (size_t k = n - 1; k > at; k--) best[k] = best[k - 1];
        best[at] = (struct near_unit){i, distance};
    }
    for (size_t k = 0; k < n; k++) add_name(out, u, best[k].unit, false);
}

/* N5 for No. 5, where no building is called N5: takes the letter off. */
static bool numbered_n(struct buf *spelled)
{
    if (spelled->n < 2 || spelled->s[0] != 'n') return false;
    for (size_t i = 1; i < spelled->n; i++)
        if (spelled->s[i] < '0' || spelled->s[i] > '9') return false;
    memmove(spelled->s, spelled->s + 1, --spelled->n);
    return true;
}

uint32_t units_find(const struct units *u, uint32_t within, enum level level, struct str name, struct str date, struct buf *nearest)
{
    uint32_t coded = units_code(u, str_trim(name));
    if (coded != UNIT_NONE && u->v[coded].level == level && units_inside(u, coded, within) && units_open_on(u, coded, date))
        return coded;
    struct buf exact = {0}, spelled = {0}, key = {0};
    bool several = false;
    spelling_fold(&exact, name);
    uint32_t found = UNIT_NONE;
    if (exact.n) {
        spelling_key(&spelled, level, buf_slice(&exact));
        place_key(&key, within, level, KEY_EXACT, buf_slice(&exact));
        found = pick(u, buf_slice(&key), date, &several);
        if (found == UNIT_NONE && !several) {
            place_key(&key, within, level, KEY_SPELLED, buf_slice(&spelled));
            found = pick(u, buf_slice(&key), date, &several);
        }
        if (found == UNIT_NONE && !several && level == LEVEL_BUILDING &&
            numbered_n(&spelled)) { /* near names are of the number too */
            place_key(&key, within, level, KEY_SPELLED, buf_slice(&spelled));
            found = pick(u, buf_slice(&key), date, &several);
        }
        if (found == UNIT_NONE && nearest) {
            if (several) name_chain(nearest, u, buf_slice(&key), date);
            else name_near(nearest, u, within, level, buf_slice(&spelled), date);
        }
    }
    buf_free(&exact);
    buf_free(&spelled);
    buf_free(&key);
    return found;
}

static bool is_a_name(const struct units *u, uint32_t within, enum level level, char kind, struct str spelling, struct str date,
                      struct buf *key)
{
    bool several = false;
    place_key(key, within, level, kind, spelling);
    return pick(u, buf_slice(key), date, &several) != UNIT_NONE || several;
}

bool units_named(const struct units *u, uint32_t within, enum level level, struct str folded, struct str date)
{
    struct buf spelled = {0}, key = {0};
    bool named = folded.n && is_a_name(u, within, level, KEY_EXACT, folded, date, &key);
    if (folded.n && !named) {
        spelling_key(&spelled, level, folded);
        named = is_a_name(u, within, level, KEY_SPELLED, buf_slice(&spelled), date, &key) ||
                (level == LEVEL_BUILDING && numbered_n(&spelled) &&
                 is_a_name(u, within, level, KEY_SPELLED, buf_slice(&spelled), date, &key));
    }
    buf_free(&spelled);
    buf_free(&key);
    return named;
}
