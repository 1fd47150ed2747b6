#include "ledger/header.h"

#include <stdlib.h>

#include "base/text.h"
#include "ledger/assemble.h"

enum { WIDEST = 1024 }; /* headings beyond this column are not looked for */

void header_fit(const struct words *w, const struct line *l, struct header_fit *fit)
{
    *fit = (struct header_fit){0};
    uint64_t seen[8] = {0};
    bool before = false;
    for (uint32_t c = 0; c < l->n && c < WIDEST; c++) {
        struct str s = line_at(l, c);
        /* text between quotes or of many lines is no heading; neither is anything long */
        uint32_t field = s.n > 120 ? COLUMN_UNKNOWN : words_heading(w, s);
        if (field == COLUMN_BLANK) {
            before = false;
            continue;
        }
        if (field == COLUMN_UNKNOWN && assemble_heading(w, s)) continue; /* says nothing for or against */
        fit->filled++;
        if (field == COLUMN_UNKNOWN) {
            fit->unknown++;
            fit->valued += before;
            before = false;
            continue;
        }
        fit->adjacent += before;
        before = true;
        if (field == COLUMN_IGNORED) {
            fit->ignored++;
            continue;
        }
        if (field < 512 && !(seen[field / 64] >> field % 64 & 1)) {
            seen[field / 64] |= (uint64_t)1 << field % 64;
            fit->fields++;
        }
        fit->required |= w->schema->fields[field].required || field == w->name;
    }
}

bool header_fits(const struct header_fit *f)
{
    uint32_t known = f->fields + f->ignored;
    if (f->valued && !f->adjacent) return false;
    if (f->valued > f->adjacent + 1 && f->valued * 3 > known * 2) return false; /* labels with their values */
    if (f->fields >= 3) return f->required ? f->fields >= 4 || known >= f->unknown : known * 3 >= f->filled * 2 && f->fields >= 4;
    if (f->fields == 2) return f->required && f->unknown <= 1;
    return f->fields == 1 && f->required && f->ignored >= 1 && !f->unknown;
}

static int merge_order(const struct merge *m, uint32_t row, uint32_t col)
{
    return m->top != row ? (m->top < row ? -1 : 1) : m->left < col ? -1 : m->left > col;
}

const struct merge *sheet_merge(const struct sheet *s, uint32_t row, uint32_t col)
{
    /* sorted by top: the ranges that begin at or above the row; walk back, for they rarely are tall */
    size_t low = 0, high = s->n_merges;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (merge_order(&s->merges[mid], row, col) <= 0) low = mid + 1;
        else high = mid;
    }
    for (size_t back = 0; low > 0 && back < 4096; back++) {
        const struct merge *m = &s->merges[--low];
        if (m->bottom >= row && m->top <= row && m->left <= col && m->right >= col) return m;
    }
    return NULL;
}

/* The group above a column: the cell itself, or the one that a merged range (or, without one, blank neighbours) spreads over it. */
static struct str group_over(const struct line *top, const struct line *bottom, uint32_t c, const struct sheet *sheet, bool *spread)
{
    *spread = false;
    struct str s = str_trim(line_at(top, c));
    if (s.n) {
        const struct merge *m = sheet->n_merges ? sheet_merge(sheet, top->number, c + 1) : NULL;
        *spread = m ? m->right > m->left : !str_trim(line_at(top, c + 1)).n && c + 1 < bottom->n && str_trim(line_at(bottom, c)).n;
        return s;
    }
    for (uint32_t left = c; left-- > 0;) {
        s = str_trim(line_at(top, left));
        if (!s.n) continue;
        const struct merge *m = sheet->n_merges ? sheet_merge(sheet, top->number, left + 1) : NULL;
        if (sheet->n_merges ? m && m->right >= c + 1 : str_trim(line_at(bottom, left)).n > 0) {
            *spread = true;
            return s;
        }
        break;
    }
    return (struct str){NULL, 0};
}

struct joined {
    uint32_t field;
    struct str heading;
    bool grouped;
    struct column_name name;
};

/* A column that is called so by one row alone. */
static struct joined alone(const struct words *w, struct str heading)
{
    return (struct joined){words_heading(w, heading), heading, false, {str_trim(heading), COLUMN_BLANK}};
}

/* What a column is called by two rows: the lower with its group before it, the lower alone, or the upper alone. */
static struct joined join(const struct words *w, struct arena *a, const struct line *top, const struct line *bottom, uint32_t c,
                          const struct sheet *sheet)
{
    static const struct joined nothing = {COLUMN_BLANK, {0}, false, {{0}, COLUMN_BLANK}};
    bool spread;
    struct str lower = str_trim(line_at(bottom, c)), upper = group_over(top, bottom, c, sheet, &spread);
    if (!lower.n && spread && !str_trim(line_at(top, c)).n) return nothing;
    if (!lower.n || !upper.n) return alone(w, lower.n ? lower : upper);
    struct buf both = {0};
    buf_str(&both, upper);
    buf_str(&both, lower);
    struct str heading = str_copy(a, buf_slice(&both));
    buf_free(&both);
    uint32_t field = words_heading(w, heading), group = words_heading(w, upper);
    if (field == COLUMN_UNKNOWN) field = words_heading(w, lower);
    if (field == COLUMN_UNKNOWN) field = group;
    return (struct joined){field, heading, spread, {str_copy(a, lower), group}};
}

/* Is the lower row a second row of headings under the upper?  It names only columns that the upper groups or leaves blank. */
static bool goes_under(const struct words *w, const struct line *top, const struct line *bottom, const struct sheet *sheet)
{
    uint32_t known = 0, groups = 0;
    for (uint32_t c = 0; c < bottom->n; c++) {
        struct str lower = str_trim(line_at(bottom, c));
        if (!lower.n) continue;
        bool spread;
        struct str own = str_trim(line_at(top, c)), upper = group_over(top, bottom, c, sheet, &spread);
        uint32_t below = words_heading(w, lower), above = words_heading(w, upper);
        if (lower.n > 120) return false;
        if (own.n && !spread && above < COLUMN_UNKNOWN) {
            /* a column with a heading of its own: the lower row may only repeat it */
            if (below != above) return false;
            continue;
        }
        groups += upper.n > 0;
        known += below < COLUMN_UNKNOWN || below == COLUMN_IGNORED || (upper.n && assemble_heading(w, lower)) ||
                 (spread && assemble_label(w, above, lower));
        if (below == COLUMN_UNKNOWN && above == COLUMN_UNKNOWN && !spread) return false;
    }
    return known >= 1 && groups >= 1;
}

/* Does the sheet's make-up say so, whatever the words: the lower row has cells only under headings that are merged over several
 * columns, and other headings of the upper row are merged down past it? */
static bool lies_under(const struct line *top, const struct line *bottom, const struct sheet *sheet)
{
    if (!sheet->n_merges || !bottom->n) return false;
    bool past = false;
    for (uint32_t c = 0; c < top->n && !past; c++) {
        const struct merge *m = str_trim(line_at(top, c)).n ? sheet_merge(sheet, top->number, c + 1) : NULL;
        past = m && m->top == top->number && m->bottom >= bottom->number;
    }
    for (uint32_t c = 0; past && c < bottom->n; c++) {
        if (!str_trim(line_at(bottom, c)).n) continue;
        const struct merge *m = sheet_merge(sheet, top->number, c + 1);
        past = m && m->right > m->left && m->bottom == top->number;
    }
    return past;
}

/* A group over columns that is a place, 2号楼, and no relation such as 配偶. */
static bool names_unit(struct str heading)
{
    size_t at;
    return str_find(heading, STR("号楼"), &at) || str_find(heading, STR("社区"), &at) || str_find(heading, STR("网格"), &at) ||
           str_find(heading, STR("栋"), &at);
}

/* Columns of our own, when records, or a workbook that went home, come in again. */
static void add_own_column(struct layout *l, const struct words *w, uint32_t c, struct str heading)
{
    if (str_is(heading, "_return")) l->answers = c;
    if (str_is(heading, "_row")) l->numbers = c;
    if (!str_ends(heading, STR("_typed"))) return;
    const struct field *f = schema_field(w->schema, str_head(heading, heading.n - strlen("_typed")));
    if (!f) return;
    if (!l->typed) {
        l->typed = arena_alloc(&l->memory, w->schema->n_fields * sizeof *l->typed);
        for (size_t i = 0; i < w->schema->n_fields; i++) l->typed[i] = UINT32_MAX;
    }
    l->typed[f->index] = c;
}

static void add_column(struct layout *l, const struct words *w, uint32_t c, struct joined j)
{
    l->headings[c] = str_copy(&l->memory, j.heading);
    add_own_column(l, w, c, str_trim(j.heading));
    l->field[c] = j.field;
    if (j.field >= w->schema->n_fields) return;
    if (l->column[j.field] == UINT32_MAX) {
        l->column[j.field] = c;
        return;
    }
    if (!j.grouped || names_unit(j.heading)) {
        l->again++;
        l->name_again |= j.field == w->name;
    }
    if (j.grouped) {
        l->field[c] = COLUMN_UNKNOWN; /* the name of a spouse is not the name of the person */
    } else {
        l->doubled = true;
    }
}

static void find_perhaps(struct layout *l, const struct words *w, const struct column_name *names)
{
    l->perhaps = UINT32_MAX;
    struct buf key = {0};
    for (uint32_t c = 0; w->schema->perhaps.n && c < l->n && l->perhaps == UINT32_MAX; c++) {
        key.n = 0;
        text_heading_key(&key, names[c].own);
        const struct map_entry *e = map_find(&w->schema->perhaps, buf_slice(&key));
        if (!e || l->column[e->value] != UINT32_MAX) continue;
        l->perhaps = c;
        if (l->field[c] == COLUMN_UNKNOWN) l->field[c] = COLUMN_PART;
        l->perhaps_field = (uint32_t)e->value;
    }
    buf_free(&key);
}

/* 楼栋/单元, 楼栋门牌号. */
static bool asks_for_rooms(struct str heading)
{
    static const char *const WORDS[] = {"单元", "房", "室", "门牌", "户", NULL};
    size_t at;
    for (const char *const *w = WORDS; *w; w++)
        if (str_find(heading, str_of(*w), &at)) return true;
    return false;
}

static struct layout *make_layout(const struct words *w, const struct line *top, const struct line *bottom,
                                  const struct sheet *sheet)
{
    struct layout *l = mem_zero(1, sizeof *l);
    struct arena scratch = {0};
    const struct line *last = bottom ? bottom : top;
    l->n = bottom && bottom->n > top->n ? bottom->n : top->n;
    if (l->n > WIDEST) l->n = WIDEST;
    l->answers = l->numbers = UINT32_MAX;
    l->first = top->number;
    l->last = last->number;
    l->field = arena_zero(&l->memory, l->n + 1, sizeof *l->field);
    l->headings = arena_zero(&l->memory, l->n + 1, sizeof *l->headings);
    l->column = arena_alloc(&l->memory, (w->schema->n_fields + 1) * sizeof *l->column);
    l->use = arena_zero(&l->memory, l->n + 1, sizeof *l->use);
    struct column_name *names = arena_alloc(&scratch, (l->n + 1) * sizeof *names);
    for (size_t f = 0; f < w->schema->n_fields; f++) l->column[f] = UINT32_MAX;
    for (uint32_t c = 0; c < l->n; c++) {
        struct joined j = bottom ? join(w, &scratch, top, bottom, c, sheet) : alone(w, line_at(top, c));
        add_column(l, w, c, j);
        names[c] = j.name;
    }
    assemble_ready(l, w, names);
    find_perhaps(l, w, names);
    arena_free(&scratch);
    l->asked = arena_zero(&l->memory, w->schema->n_fields + 1, sizeof *l->asked);
    for (size_t f = 0; f < w->schema->n_fields; f++) {
        l->asked[f] = l->column[f] != UINT32_MAX;
        if (l->asked[f] && w->schema->fields[f].role == ROLE_BUILDING) l->rooms = asks_for_rooms(l->headings[l->column[f]]);
    }
    l->merged = arena_zero(&l->memory, l->n + 1, sizeof *l->merged);
    for (size_t i = 0; i < sheet->n_merges; i++) {
        const struct merge *m = &sheet->merges[i];
        if (m->bottom == m->top || m->top <= l->last || m->left > l->n) continue;
        for (uint32_t c = m->left; c <= m->right && c <= l->n; c++) l->merged[c - 1] = true;
        l->any_merged = true;
    }
    return l;
}

/* Two neighbours that both fit: do they say different things of the same columns? */
static bool contradict(const struct words *w, const struct line *a, const struct line *b)
{
    uint32_t same = 0, other = 0;
    for (uint32_t c = 0; c < a->n && c < b->n; c++) {
        uint32_t x = words_heading(w, line_at(a, c)), y = words_heading(w, line_at(b, c));
        if (x >= w->schema->n_fields || y >= w->schema->n_fields) continue;
        if (x == y) same++;
        else other++;
    }
    return other > same;
}

static bool is_place(const struct words *w, uint32_t field)
{
    enum role role = w->schema->fields[field].role;
    return role == ROLE_COMMUNITY || role == ROLE_GRID || role == ROLE_BUILDING;
}

/* Do the groups of a row that does not fit alone stand over a row that does?  A column that nobody knows may stand among them. */
static bool is_group_row(const struct words *w, const struct line *top, const struct line *bottom, const struct sheet *sheet)
{
    uint32_t filled = 0, strange = 0;
    for (uint32_t c = 0; c < top->n; c++) {
        struct str s = str_trim(line_at(top, c));
        if (!s.n) continue;
        if (s.n > 60 || memchr(s.s, ':', s.n)) return false;
        size_t at;
        if (str_find(s, STR("："), &at)) return false;
        filled++;
        uint32_t field = words_heading(w, s);
        bool over = str_trim(line_at(bottom, c)).n > 0;
        if (over && field < w->schema->n_fields && is_place(w, field)) return false; /* 社区 云翠社区 网格 3 above a table */
        strange += !over && field == COLUMN_UNKNOWN;
    }
    return filled >= 2 && strange * 2 < filled && goes_under(w, top, bottom, sheet);
}

/* The groups of groups above two rows of headings: 人员信息 over 服役情况 over 入伍时间.  At least one spreads over several
 * columns, and each stands over a cell or is the heading of its column. */
static bool is_top_row(const struct words *w, const struct line *top, const struct line *middle, const struct line *bottom,
                       const struct sheet *sheet)
{
    uint32_t filled = 0, spreads = 0;
    for (uint32_t c = 0; c < top->n; c++) {
        struct str s = str_trim(line_at(top, c));
        size_t at;
        if (!s.n) continue;
        if (s.n > 60 || memchr(s.s, ':', s.n) || str_find(s, STR("："), &at)) return false;
        filled++;
        const struct merge *m = sheet->n_merges ? sheet_merge(sheet, top->number, c + 1) : NULL;
        bool below = str_trim(line_at(middle, c)).n || str_trim(line_at(bottom, c)).n;
        if (m ? m->right > m->left : !str_trim(line_at(top, c + 1)).n && below) spreads++;
        else if (!below && words_heading(w, s) == COLUMN_UNKNOWN) return false;
    }
    return filled >= 2 && spreads >= 1;
}

/* The middle row of three, with the headings of the top row that go down past it. */
static struct line lowered(const struct line *top, const struct line *middle, const struct sheet *sheet, struct arena *a)
{
    struct line l = *middle;
    if (top->n > l.n) l.n = top->n;
    struct cell *cells = arena_zero(a, l.n + 1, sizeof *cells);
    memcpy(cells, middle->cells, middle->n * sizeof *cells);
    for (uint32_t c = 0; c < top->n; c++) {
        if (str_trim(line_at(middle, c)).n || !str_trim(line_at(top, c)).n) continue;
        const struct merge *m = sheet->n_merges ? sheet_merge(sheet, top->number, c + 1) : NULL;
        if (!m || m->right == m->left) cells[c] = top->cells[c];
    }
    l.cells = cells;
    return l;
}

static enum header_verdict two_rows_at(const struct words *w, const struct line *top, const struct line *next,
                                       const struct sheet *sheet, struct layout **out, unsigned *rows);

/* Three rows of headings. */
static bool three_rows_at(const struct words *w, const struct line *top, const struct line *middle, const struct line *bottom,
                          const struct sheet *sheet, struct layout **out)
{
    if (!middle->n || !bottom->n || !is_top_row(w, top, middle, bottom, sheet)) return false;
    struct arena a = {0};
    struct line both = lowered(top, middle, sheet, &a);
    unsigned rows = 0;
    enum header_verdict v = two_rows_at(w, &both, bottom, sheet, out, &rows);
    bool good = v == HEADER_FOUND && rows == 2 && w->name < w->schema->n_fields && (*out)->column[w->name] != UINT32_MAX;
    if (good) {
        (*out)->first = top->number;
    } else {
        layout_free(*out);
        *out = NULL;
    }
    arena_free(&a);
    return good;
}

static struct line line_after(const struct cell_block *b, size_t i, uint32_t number)
{
    return i < b->n_rows && b->rows[i].number == number ? line_of(b, i) : (struct line){0};
}

/* However many of the columns nobody knows: does the next row have a name under the name and a citizen id under the id? */
static bool heads_person(const struct words *w, const struct line *top, const struct line *next)
{
    uint32_t name = UINT32_MAX, id = UINT32_MAX;
    for (uint32_t c = 0; w->has_name && c < top->n && c < WIDEST; c++) {
        uint32_t field = words_heading(w, line_at(top, c));
        if (field == w->name && name == UINT32_MAX) name = c;
        if (field == w->id && id == UINT32_MAX) id = c;
    }
    return name != UINT32_MAX && id != UINT32_MAX && line_is_person(next, name, id) &&
           text_like_name(str_trim(line_at(next, name)));
}

static enum header_verdict two_rows_at(const struct words *w, const struct line *top, const struct line *next,
                                       const struct sheet *sheet, struct layout **out, unsigned *rows)
{
    struct header_fit fit, below = {0};
    header_fit(w, top, &fit);
    bool fits = header_fits(&fit) || heads_person(w, top, next);
    if (next->n) header_fit(w, next, &below);
    bool next_known = below.fields + below.ignored > 0;
    *rows = 1;
    if (fits) {
        if (lies_under(top, next, sheet) || (next->n && goes_under(w, top, next, sheet))) *rows = 2;
        else if (next_known && header_fits(&below) && contradict(w, top, next)) return HEADER_TWICE;
    } else {
        if (fit.filled < 2 || !next_known) return HEADER_NONE;
        if (!is_group_row(w, top, next, sheet)) return HEADER_NONE;
        if (!header_fits(&below) && below.fields + fit.fields < 4) return HEADER_NONE;
        *rows = 2;
    }
    *out = make_layout(w, top, *rows == 2 ? next : NULL, sheet);
    if (*rows == 1 || (*out)->column[w->name < w->schema->n_fields ? w->name : 0] != UINT32_MAX || fits) return HEADER_FOUND;
    layout_free(*out);
    *out = NULL;
    return HEADER_NONE;
}

static uint32_t n_fields(const struct words *w, const struct layout *l)
{
    uint32_t n = 0;
    for (size_t f = 0; f < w->schema->n_fields; f++) n += l->column[f] != UINT32_MAX;
    return n;
}

/* Do the fields of the person come twice: two tables beside each other? */
static bool is_beside(const struct words *w, const struct layout *l)
{
    uint32_t fields = 0;
    for (size_t f = 0; f < w->schema->n_fields; f++) fields += l->column[f] != UINT32_MAX && !is_place(w, (uint32_t)f);
    return l->name_again && l->again >= 2 && l->again * 3 >= fields * 2;
}

/* A heading for the name, alone in its row, over a list of names and nothing else? */
static bool is_name_list(const struct words *w, const struct cell_block *b, size_t i)
{
    struct line top = line_of(b, i);
    if (!w->has_name || !top.n || words_heading(w, line_at(&top, top.n - 1)) != w->name) return false;
    uint32_t number = top.number, names = 0;
    for (size_t j = i; j < b->n_rows && line_of(b, j).n && line_of(b, j).number == number; j++, number++) {
        struct line l = line_of(b, j);
        for (uint32_t c = 0; c + 1 < l.n; c++)
            if (str_trim(line_at(&l, c)).n) return false;
        struct str s = str_trim(line_at(&l, l.n - 1));
        if (j > i && (l.n != top.n || words_heading(w, s) < COLUMN_UNKNOWN)) return false;
        names += j > i && text_like_name(s);
    }
    return names > 0;
}

static enum header_verdict table_at(const struct words *w, const struct cell_block *b, size_t i, const struct sheet *sheet,
                                    struct layout **out, unsigned *rows)
{
    struct line top = line_of(b, i);
    *out = NULL;
    if (!top.n) return HEADER_NONE;
    if (is_name_list(w, b, i)) {
        *out = make_layout(w, &top, NULL, sheet);
        *rows = 1;
        return HEADER_FOUND;
    }
    struct line next = line_after(b, i + 1, top.number + 1);
    enum header_verdict v = two_rows_at(w, &top, &next, sheet, out, rows);
    struct header_fit fit;
    header_fit(w, &top, &fit);
    if (header_fits(&fit) || !next.n || v == HEADER_TWICE) return v;
    struct line bottom = line_after(b, i + 2, top.number + 2);
    struct layout *three = NULL;
    if (!three_rows_at(w, &top, &next, &bottom, sheet, &three)) return v;
    if (v == HEADER_FOUND && n_fields(w, *out) >= n_fields(w, three)) {
        layout_free(three);
        return v;
    }
    layout_free(*out);
    *out = three;
    *rows = 3;
    return HEADER_FOUND;
}

enum header_verdict header_at(const struct words *w, const struct cell_block *b, size_t i, const struct sheet *sheet,
                              struct layout **out, unsigned *rows)
{
    enum header_verdict v = table_at(w, b, i, sheet, out, rows);
    if (v == HEADER_FOUND) assemble_money(*out, w, b, i);
    if (v != HEADER_FOUND || !is_beside(w, *out)) return v;
    layout_free(*out);
    *out = NULL;
    return HEADER_BESIDE;
}
