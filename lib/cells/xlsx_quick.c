/* The rows that spreadsheet programs really write, read without expat: several times as fast.
 *
 * Only one strict form is known here: rows that say their number, holding cells of <f>, <v> or a plain <is><t>, with no
 * entities, comments or other markup.  Whatever else comes up is left to expat, for the whole block, so there are not
 * two truths about the format: tests/unit/xlsx.c compares both on the same files. */
#include "base/text.h"
#include "cells/xlsx.h"

struct quick {
    const char *p, *end;
    struct str prefix;
    struct xlsx_rows *rows;
    enum xlsx_quick state; /* XLSX_QUICK_DONE while all is well */
};

static bool give_up(struct quick *q)
{
    q->state = XLSX_QUICK_NO;
    return false;
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline void skip_blanks(struct quick *q)
{
    while (q->p < q->end && is_blank(*q->p)) q->p++;
}

/* Is the text at p that word?  Moves past it. */
static inline bool take(struct quick *q, const char *word, size_t n)
{
    if ((size_t)(q->end - q->p) < n || memcmp(q->p, word, n) != 0) return false;
    q->p += n;
    return true;
}

static inline bool take_prefix(struct quick *q)
{
    return q->prefix.n == 0 || take(q, q->prefix.s, q->prefix.n);
}

/* "<name" with a delimiter after it. */
static inline bool take_start(struct quick *q, const char *name, size_t n)
{
    const char *from = q->p;
    if (take(q, "<", 1) && take_prefix(q) && take(q, name, n) && q->p < q->end && (is_blank(*q->p) || *q->p == '>' || *q->p == '/'))
        return true;
    q->p = from;
    return false;
}

static inline bool take_end(struct quick *q, const char *name, size_t n)
{
    const char *from = q->p;
    if (take(q, "</", 2) && take_prefix(q) && take(q, name, n) && take(q, ">", 1)) return true;
    q->p = from;
    return false;
}

/* The next attribute of a start tag.  False at the tag's end, which is left to be read, or when it is none. */
static inline bool take_attribute(struct quick *q, struct str *name, struct str *value)
{
    skip_blanks(q);
    const char *from = q->p;
    while (q->p < q->end && *q->p != '=' && *q->p != '>' && *q->p != '/' && !is_blank(*q->p)) q->p++;
    *name = (struct str){from, (size_t)(q->p - from)};
    if (!name->n || !take(q, "=", 1) || q->p == q->end || (*q->p != '"' && *q->p != '\'')) return false;
    char quote = *q->p++;
    from = q->p;
    while (q->p < q->end && *q->p != quote && *q->p != '<' && *q->p != '&') q->p++;
    *value = (struct str){from, (size_t)(q->p - from)};
    return q->p < q->end && *q->p++ == quote;
}

/* The end of a start tag: 1 = ">", 2 = "/>", 0 = neither. */
static inline int take_tag_end(struct quick *q)
{
    if (take(q, ">", 1)) return 1;
    return take(q, "/>", 2) ? 2 : 0;
}

/* Text up to the next tag; an entity is not ours. */
static inline bool take_text(struct quick *q, struct str *text)
{
    const char *close = memchr(q->p, '<', (size_t)(q->end - q->p));
    if (!close) return false;
    *text = (struct str){q->p, (size_t)(close - q->p)};
    q->p = close;
    return !memchr(text->s, '&', text->n);
}

/* Characters that XML does not have, or has in another form, are expat's business. */
static bool plain_text(struct str s)
{
    unsigned char high = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];
        if (c < ' ' && c != '\n' && c != '\t') return false;
        high |= c;
    }
    size_t bad;
    return high < 0x80 || text_valid(s, &bad);
}

static bool skip_attributes(struct quick *q)
{
    for (struct str name, value; take_attribute(q, &name, &value);) continue;
    return true;
}

static bool read_formula(struct quick *q, struct xlsx_cell *c)
{
    struct str text;
    c->formula = true;
    skip_attributes(q);
    int end = take_tag_end(q);
    if (end == 2) return true;
    const char *close = end ? memchr(q->p, '<', (size_t)(q->end - q->p)) : NULL;
    if (!close) return give_up(q);
    text = (struct str){q->p, (size_t)(close - q->p)};
    q->p = close;
    return (plain_text(text) && take_end(q, "f", 1)) || give_up(q);
}

static bool read_value(struct quick *q, struct xlsx_cell *c)
{
    skip_attributes(q);
    int end = take_tag_end(q);
    c->value = STR("");
    if (end == 2) return true;
    return (end == 1 && take_text(q, &c->value) && take_end(q, "v", 1)) || give_up(q);
}

static bool read_inline(struct quick *q, struct xlsx_cell *c)
{
    skip_attributes(q);
    if (take_tag_end(q) != 1 || !take_start(q, "t", 1)) return give_up(q);
    skip_attributes(q);
    int end = take_tag_end(q);
    c->value = STR("");
    if (!end || (end == 1 && (!take_text(q, &c->value) || !take_end(q, "t", 1)))) return give_up(q);
    return take_end(q, "is", 2) || give_up(q);
}

static bool read_content(struct quick *q, struct xlsx_cell *c)
{
    while (!take_end(q, "c", 1)) {
        if (take_start(q, "v", 1)) {
            if (!read_value(q, c)) return false;
        } else if (take_start(q, "f", 1)) {
            if (!read_formula(q, c)) return false;
        } else if (take_start(q, "is", 2)) {
            if (!read_inline(q, c)) return false;
        } else if (q->p < q->end && is_blank(*q->p)) skip_blanks(q);
        else return give_up(q);
    }
    return true;
}

/* Cells that need a warning, or care, are expat's too, so that nothing is said twice. */
static bool ordinary(const struct quick *q, const struct xlsx_cell *c)
{
    switch (c->type) {
    case 's': return c->value.n && c->value.s[0] >= '0' && c->value.s[0] <= '9' && xlsx_number(c->value) < q->rows->x->strings.n;
    case 't':
    case 'i': return c->value.s && plain_text(c->value);
    default: return (c->value.n || !c->formula) && plain_text(c->value);
    }
}

static bool read_cell(struct quick *q, uint32_t *last_col)
{
    struct xlsx_cell c = {.col = *last_col + 1, .type = 'n', .lasting = true};
    for (struct str name, value; take_attribute(q, &name, &value);) {
        uint32_t row;
        if (name.n != 1) continue;
        if (name.s[0] == 'r' && !xlsx_reference(value, &row, &c.col)) return give_up(q);
        if (name.s[0] == 's') c.style = xlsx_number(value);
        if (name.s[0] == 't') c.type = xlsx_cell_type(value);
    }
    *last_col = c.col;
    int end = take_tag_end(q);
    if (end == 2) return true;
    if (!end) return give_up(q);
    if (!read_content(q, &c)) return false;
    if (!c.value.s && !c.formula) return true;
    if (!ordinary(q, &c)) return give_up(q);
    if (xlsx_cell_put(q->rows, &c)) return true;
    q->state = XLSX_QUICK_FAILED;
    return false;
}

static bool read_row(struct quick *q)
{
    uint32_t number = 0, col = 0;
    bool hidden = false;
    for (struct str name, value; take_attribute(q, &name, &value);) {
        if (str_is(name, "r")) number = xlsx_number(value);
        if (str_is(name, "hidden")) hidden = str_is(value, "1") || str_is(value, "true");
    }
    int end = take_tag_end(q);
    if (!number || !end) return give_up(q);
    if (!zipbook_row(&q->rows->rows, number, hidden)) {
        q->state = XLSX_QUICK_FAILED;
        return false;
    }
    if (end == 2) return true;
    while (!take_end(q, "row", 3)) {
        if (take_start(q, "c", 1)) {
            if (!read_cell(q, &col)) return false;
        } else if (q->p < q->end && is_blank(*q->p)) skip_blanks(q);
        else return give_up(q);
    }
    return true;
}

enum xlsx_quick xlsx_quick_parse(struct xlsx_rows *r, struct str fragment, struct str prefix)
{
    struct cell_block *b = r->rows.block;
    const struct zipbook_rows before = r->rows;
    const size_t n_rows = b->n_rows, n_cells = b->n_cells;
    struct quick q = {.p = fragment.s, .end = fragment.s + fragment.n, .prefix = prefix, .rows = r};
    for (skip_blanks(&q); q.p < q.end && q.state == XLSX_QUICK_DONE; skip_blanks(&q))
        if (!take_start(&q, "row", 3) || !read_row(&q)) {
            if (q.state == XLSX_QUICK_DONE) give_up(&q);
            break;
        }
    if (q.state == XLSX_QUICK_NO) {
        r->rows = before;
        b->n_rows = n_rows;
        b->n_cells = n_cells;
    }
    return q.state;
}

bool xlsx_quick_row(struct str text, struct str prefix, uint32_t *row, uint32_t *of_cell)
{
    struct quick q = {.p = text.s, .end = text.s + text.n, .prefix = prefix};
    *row = *of_cell = 0;
    if (!take_start(&q, "row", 3)) return false;
    struct str name, value;
    uint32_t col;
    while (take_attribute(&q, &name, &value))
        if (str_is(name, "r")) *row = xlsx_number(value);
    if (*row || take_tag_end(&q) != 1) return true;
    skip_blanks(&q);
    if (!take_start(&q, "c", 1)) return true;
    while (take_attribute(&q, &name, &value))
        if (str_is(name, "r") && !xlsx_reference(value, of_cell, &col)) *of_cell = 0;
    return true;
}
