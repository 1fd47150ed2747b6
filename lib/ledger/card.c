#include "ledger/card.h"

#include <stdlib.h>

#include "ledger/labels.h"

enum { TALLEST = 60, LABELS = 48 };

struct label {
    uint32_t field; /* or COLUMN_IGNORED */
    uint32_t col;   /* from 0 */
    struct str text;
    struct str own; /* the value in the same cell, after a colon */
};
struct label_row {
    struct line line;
    struct label labels[LABELS];
    uint32_t n;
    bool neighbours; /* two labels stand side by side */
};

static struct str without_separators(struct str s)
{
    static const char *const MARKS[] = {",", ";", "、", "，", "；", "。", "|", NULL};
    for (const char *const *m = MARKS; *m;) {
        if (!str_ends(s, str_of(*m))) {
            m++;
            continue;
        }
        s = str_trim(str_head(s, s.n - strlen(*m)));
        m = MARKS;
    }
    return s;
}

/* 姓名：张三, or 姓名：张三  性别：男, in one cell.  How many labels it holds; none when it does not begin with one. */
static uint32_t split_cell(const struct words *w, struct str s, struct label *out, uint32_t most)
{
    enum { LONGEST_LABEL = 45 };
    struct labelled one;
    uint32_t n = 0;
    for (size_t from = 0; n < most && labels_next(w, s, &from, &one);) {
        if (!n && (one.label.s != s.s || one.label.n > LONGEST_LABEL || one.field >= COLUMN_UNKNOWN)) return 0;
        if (one.field >= COLUMN_UNKNOWN || text_is_hint(one.value)) continue; /* 姓名：填写真实姓名 */
        out[n++] = (struct label){one.field, 0, one.label, from < s.n ? without_separators(one.value) : one.value};
    }
    return n;
}

static void read_labels(const struct words *w, struct line line, struct label_row *row)
{
    *row = (struct label_row){.line = line};
    uint32_t last = UINT32_MAX;
    for (uint32_t c = 0; c < line.n && row->n < LABELS; c++) {
        struct str s = str_trim(line_at(&line, c));
        if (!s.n || s.n > 600) continue;
        struct label *label = &row->labels[row->n];
        *label = (struct label){s.n <= 90 ? words_heading(w, s) : COLUMN_UNKNOWN, c, s, {0}};
        uint32_t n = label->field != COLUMN_UNKNOWN ? 1 : split_cell(w, s, label, LABELS - row->n);
        if (!n) continue;
        row->neighbours |= last != UINT32_MAX && c == last + 1 && !label->own.n;
        row->n += n;
        for (uint32_t k = 0; k < n; k++) label[k].col = c;
        bool blank = str_ends(s, STR(":")) || str_ends(s, STR("：")); /* 身份证号： with nothing behind it stands alone */
        last = blank || row->labels[row->n - 1].own.n ? UINT32_MAX : c;
    }
}

/* The first value right of a label, up to the next label of the row; *more tells that others follow. */
static uint32_t value_of(const struct label_row *row, uint32_t k, bool *more)
{
    uint32_t end = k + 1 < row->n ? row->labels[k + 1].col : row->line.n, found = UINT32_MAX;
    *more = false;
    for (uint32_t c = row->labels[k].col + 1; c < end; c++) {
        if (!str_trim(line_at(&row->line, c)).n) continue;
        if (found != UINT32_MAX) {
            *more = true;
            break;
        }
        found = c;
    }
    return found;
}

static struct str value_text(const struct label_row *row, uint32_t k)
{
    bool more;
    uint32_t at = row->labels[k].own.n ? UINT32_MAX : value_of(row, k, &more);
    return at == UINT32_MAX ? row->labels[k].own : str_trim(line_at(&row->line, at));
}

/* What a stretch of label rows amounts to. */
struct stretch {
    size_t rows;
    uint32_t fields, values;
    size_t name_row; /* index from the start, or SIZE_MAX */
    uint32_t names;  /* labels for the name in that row */
    bool name_valued;
    bool numbered;  /* a label has the number of a citizen id or of a telephone */
    uint32_t pairs; /* rows of two labels and more that begin in one column */
    bool hint;      /* where the name would stand it is said what to write there */
    bool people;    /* fields other than of the place */
};

static bool is_place(const struct words *w, uint32_t field)
{
    enum role role = w->schema->fields[field].role;
    return role == ROLE_COMMUNITY || role == ROLE_GRID || role == ROLE_BUILDING || role == ROLE_SURVEY_DATE;
}

/* Counts a row into the stretch.  False when the row begins another card: a label that was there before. */
static bool count_row(const struct words *w, const struct label_row *row, size_t index, uint64_t seen[8], struct stretch *s)
{
    uint32_t names = 0, repeated = 0, fresh = 0;
    for (uint32_t k = 0; k < row->n; k++) {
        uint32_t field = row->labels[k].field;
        if (field >= w->schema->n_fields) continue;
        names += field == w->name;
        if (field < 512 && seen[field / 64] >> field % 64 & 1) repeated++;
        else fresh++;
    }
    if (names && s->name_row != SIZE_MAX) return false;
    if (repeated && !fresh && !names) return s->name_row == SIZE_MAX;
    for (uint32_t k = 0; k < row->n; k++) {
        uint32_t field = row->labels[k].field;
        if (field >= w->schema->n_fields || field >= 512) continue;
        if (!(seen[field / 64] >> field % 64 & 1)) s->fields++;
        seen[field / 64] |= (uint64_t)1 << field % 64;
        struct str value = value_text(row, k);
        bool valued = value.n > 0;
        s->values += valued && !is_place(w, field);
        s->people |= !is_place(w, field);
        if (field == w->name && valued) {
            s->name_valued = true;
            s->hint |= text_is_hint(value);
        }
        s->numbered |= text_has_number(value);
    }
    if (names) {
        s->name_row = index;
        s->names = names;
    }
    return true;
}

/* 二、服役信息, alone in a row between rows of labels. */
static bool is_section(const struct line *l)
{
    uint32_t filled = 0;
    for (uint32_t c = 0; c < l->n; c++) filled += str_trim(line_at(l, c)).n > 0;
    struct str s = str_trim(line_at(l, l->n - 1));
    return filled == 1 && s.n <= 60 && !line_has_person(l) && !line_is_footer(l);
}

static struct stretch measure(const struct words *w, const struct cell_block *b, size_t i, struct label_row *rows)
{
    struct stretch s = {.name_row = SIZE_MAX};
    uint64_t seen[8] = {0};
    uint32_t before = 0;
    for (size_t k = 0; k < TALLEST && i + k < b->n_rows; k++) {
        struct line line = line_of(b, i + k);
        if (!line.n || (before && line.number > before + 1)) break;
        before = line.number;
        struct label_row *row = &rows[k];
        read_labels(w, line, row);
        if (!row->n && s.rows == k && k && is_section(&line)) continue;
        if (!row->n || row->neighbours || line_is_footer(&line)) break;
        if (!count_row(w, row, k, seen, &s)) break;
        s.pairs += row->n >= 2 && row->labels[0].col == rows[0].labels[0].col;
        s.rows = k + 1;
    }
    return s;
}

static bool is_card(const struct stretch *s)
{
    if (s->name_row == SIZE_MAX || !s->people) return false;
    if (s->fields < 3) return s->fields == 2 && s->name_valued && s->numbered && !s->hint; /* 姓名 | 张三 | 身份证号 | 3701... */
    if (s->rows == 1) return s->name_valued && s->values >= 3;
    if (s->name_row + 1 == s->rows && !s->name_valued) return false; /* blank columns between headings */
    if (s->hint) return false;
    return s->values >= 1 || s->rows >= 3 || s->pairs == 2;
}

static void add_value(struct card *card, const struct label_row *row, const struct label *label, struct cell cell, uint32_t col)
{
    for (size_t k = 0; k < card->n; k++)
        if (card->values[k].field == label->field) { /* the first of two counts, if it has a value: 联系电话 | 手机：138... */
            if (card->values[k].cell.n || !cell.n) return;
            card->values[k] = (struct card_value){label->field, cell, row->line.number, col + 1, label->text};
            return;
        }
    card->values[card->n++] = (struct card_value){label->field, cell, row->line.number, col + 1, label->text};
}

static struct cell own_cell(struct str own)
{
    return (struct cell){.s = own.s, .n = (uint32_t)own.n, .kind = CELL_TEXT};
}

/* Takes the labels that stand in columns [from, to); with `at`, the value of a label is in column `at` (one person a column). */
static void read_card(const struct words *w, const struct label_row *rows, const struct stretch *s, uint32_t from, uint32_t to,
                      uint32_t at, struct arena *a, struct card *card)
{
    *card = (struct card){.values = arena_zero(a, w->schema->n_fields + 1, sizeof *card->values), .empty = true};
    for (size_t r = 0; r < s->rows; r++)
        for (uint32_t k = 0; k < rows[r].n; k++) {
            const struct label *label = &rows[r].labels[k];
            if (label->field >= w->schema->n_fields || label->col < from || label->col >= to) continue;
            bool more;
            uint32_t col = at != UINT32_MAX ? at : value_of(&rows[r], k, &more);
            struct cell cell = {0};
            if (label->own.n) cell = own_cell(label->own);
            else if (col != UINT32_MAX && col < rows[r].line.n) cell = rows[r].line.cells[col];
            if (cell.n && !is_place(w, label->field)) card->empty = false;
            if (label->field == w->name || !card->row) card->row = rows[r].line.number;
            add_value(card, &rows[r], label, cell, label->own.n || col == UINT32_MAX ? label->col : col);
        }
}

/* Does the column hold, in the rows of a stretch, the number of somebody? */
static bool is_numbered(const struct label_row *rows, const struct stretch *s, uint32_t c)
{
    for (size_t r = 0; r < s->rows; r++)
        if (rows[r].n && text_has_number(line_at(&rows[r].line, c))) return true;
    return false;
}

/* The values right of the only label for the name: several names make one person a column. */
static uint32_t names_across(const struct words *w, const struct label_row *rows, const struct stretch *s, uint32_t *columns,
                             uint32_t most)
{
    uint32_t n = 0;
    const struct label_row *row = &rows[s->name_row];
    for (uint32_t k = 0; k < row->n; k++) {
        if (row->labels[k].field != w->name || row->labels[k].own.n) continue;
        uint32_t end = k + 1 < row->n ? row->labels[k + 1].col : row->line.n;
        for (uint32_t c = row->labels[k].col + 1; c < end && n < most; c++) {
            struct str name = str_trim(line_at(&row->line, c));
            if (text_like_name(name) || (name.n && is_numbered(rows, s, c))) columns[n++] = c;
        }
    }
    return n;
}

static size_t read_cards(const struct words *w, const struct label_row *all, const struct stretch *s, struct arena *a,
                         struct card **cards)
{
    const struct label_row *name = &all[s->name_row];
    uint32_t across[TALLEST], n = s->names == 1 ? names_across(w, all, s, across, TALLEST) : s->names;
    if (n < 1) n = 1;
    *cards = arena_zero(a, n, sizeof **cards);
    if (n == 1) {
        read_card(w, all, s, 0, UINT32_MAX, UINT32_MAX, a, *cards);
    } else if (s->names == 1) {
        for (uint32_t k = 0; k < n; k++) read_card(w, all, s, 0, UINT32_MAX, across[k], a, *cards + k);
    } else {
        /* side by side: each begins at its label for the name */
        uint32_t k = 0, from = 0;
        for (uint32_t j = 0; j <= name->n && k < n; j++) {
            bool next = j == name->n || (name->labels[j].field == w->name && name->labels[j].col > 0 && j > 0);
            if (!next) continue;
            uint32_t to = j == name->n ? UINT32_MAX : name->labels[j].col;
            read_card(w, all, s, from, to, UINT32_MAX, a, *cards + k++);
            from = to;
        }
    }
    return n;
}

size_t card_at(const struct words *w, const struct cell_block *b, size_t i, struct arena *a, struct card **cards, size_t *rows)
{
    struct line first = line_of(b, i);
    struct label_row one;
    if (!first.n || w->name == UINT32_MAX) return 0;
    read_labels(w, first, &one);
    if (!one.n || one.neighbours) return 0;
    struct label_row *all = mem_alloc(TALLEST * sizeof *all);
    struct stretch s = measure(w, b, i, all);
    size_t n = is_card(&s) ? read_cards(w, all, &s, a, cards) : 0;
    *rows = s.rows;
    free(all);
    return n;
}
