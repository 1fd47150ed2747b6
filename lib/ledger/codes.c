#include "ledger/codes.h"

#include <stdlib.h>

#include "base/near.h"
#include "base/text.h"
#include "ledger/simplified.h"

struct code_list *codes_new(struct str name)
{
    struct code_list *c = mem_zero(1, sizeof *c);
    c->name = str_copy(&c->memory, name);
    return c;
}

void codes_free(struct code_list *c)
{
    if (!c) return;
    free(c->codes);
    free(c->shapes);
    map_free(&c->by_text);
    map_free(&c->by_key);
    arena_free(&c->memory);
    free(c);
}

static bool enter(struct map *m, struct str key, size_t index)
{
    bool is_new;
    struct map_entry *e = map_at(m, key, &is_new);
    if (is_new) e->value = index;
    return e->value == index;
}

/* One way to write the code with this index. */
static bool spell(struct code_list *c, struct str text, size_t index, struct str *what)
{
    text = str_trim(text);
    if (text.n == 0) return true;
    struct buf key = {0};
    text_heading_key(&key, text);
    bool ok = enter(&c->by_text, text, index) && (key.n == 0 || enter(&c->by_key, buf_slice(&key), index));
    if (!ok && what) *what = str_copy(&c->memory, text);
    buf_free(&key);
    while (c->n_shapes < c->by_text.n) {
        mem_grow(&c->shapes, &c->cap_shapes, c->n_shapes + 1, sizeof *c->shapes);
        c->shapes[c->n_shapes] = near_shape_of(c->by_text.entries[c->n_shapes].key);
        c->n_shapes++;
    }
    return ok;
}

bool codes_add(struct code_list *c, struct str code, struct str label, struct str aliases, struct str *what)
{
    size_t index = c->n;
    mem_grow(&c->codes, &c->cap, c->n + 1, sizeof *c->codes);
    c->codes[c->n++] = (struct code){str_copy(&c->memory, code), str_copy(&c->memory, label)};
    bool ok = spell(c, label, index, what) && spell(c, code, index, what);
    while (aliases.n) {
        const char *end = memchr(aliases.s, ';', aliases.n);
        struct str one = end ? str_head(aliases, (size_t)(end - aliases.s)) : aliases;
        ok = ok && spell(c, one, index, what);
        aliases = str_from(aliases, one.n + 1);
    }
    return ok;
}

/* Takes a field off a line of CSV; the files are ours: quotes hold commas and doubled quotes, never line breaks. */
static struct str take_field(struct str *line, struct buf *out)
{
    size_t start = out->n;
    if (line->n && line->s[0] == '"') {
        size_t i = 1;
        for (; i < line->n && (line->s[i] != '"' || (i + 1 < line->n && line->s[i + 1] == '"')); i++) {
            buf_char(out, line->s[i]);
            if (line->s[i] == '"') i++;
        }
        *line = str_from(*line, i + 1);
    } else {
        size_t i = 0;
        while (i < line->n && line->s[i] != ',') buf_char(out, line->s[i++]);
        *line = str_from(*line, i);
    }
    if (line->n && line->s[0] == ',') *line = str_from(*line, 1);
    return (struct str){NULL, out->n - start};
}

static bool take_line(struct code_list *c, struct str line, struct place *at, struct diag *d)
{
    if (line.n && line.s[line.n - 1] == '\r') line.n--;
    if (line.n == 0 || line.s[0] == '#') return true;
    struct buf text = {0};
    struct str field[3];
    for (int i = 0; i < 3; i++) field[i] = take_field(&line, &text);
    size_t from = 0;
    for (int i = 0; i < 3; i++) {
        field[i].s = text.s + from;
        from += field[i].n;
    }
    struct str what = {NULL, 0};
    bool ok = true;
    if (at->row == 1) {
        if (!str_is(field[0], "code") || !str_is(field[1], "label") || !str_is(field[2], "aliases")) {
            diag_add(d, DIAG_LEDGER_CODES, at, c->name.s, "its first line must be code,label,aliases", NULL);
            ok = false;
        }
    } else if (field[1].n == 0 || line.n) {
        diag_add(d, DIAG_LEDGER_CODES, at, c->name.s, "a line has a code, a label and perhaps aliases", NULL);
        ok = false;
    } else if (!codes_add(c, field[0], field[1], field[2], &what)) {
        diag_add(d, DIAG_LEDGER_TWICE, at, c->name.s, what.s, NULL);
        ok = false;
    }
    buf_free(&text);
    return ok;
}

struct code_list *codes_open(const struct share *share, const char *path, struct str name, struct diag *d)
{
    struct place at = {.file = path};
    struct arena memory = {0};
    struct str rest;
    bool ok = share_bytes(share, path, &memory, &rest, d), failed = false;
    struct code_list *c = codes_new(name);
    if (ok && str_starts(rest, STR("\xEF\xBB\xBF"))) rest = str_from(rest, 3);
    while (ok && rest.n) {
        const char *end = memchr(rest.s, '\n', rest.n);
        struct str text = end ? str_head(rest, (size_t)(end - rest.s)) : rest;
        rest = str_from(rest, text.n + (end != NULL));
        at.row++;
        size_t bad;
        if (!text_valid(text, &bad)) diag_add(d, DIAG_LEDGER_CODES, &at, c->name.s, "it is not UTF-8", NULL);
        else if (take_line(c, text, &at, d)) continue;
        failed = true;
    }
    arena_free(&memory);
    if (ok && !failed) return c;
    codes_free(c);
    return NULL;
}

uint32_t codes_find(const struct code_list *c, struct str text, struct buf *scratch)
{
    const struct map_entry *e = map_find(&c->by_text, text);
    if (e) return (uint32_t)e->value;
    if (text.n > 256) return CODE_NONE;
    scratch->n = 0;
    text_heading_key(scratch, text);
    e = scratch->n ? map_find(&c->by_key, buf_slice(scratch)) : NULL;
    if (e || !scratch->n) return e ? (uint32_t)e->value : CODE_NONE;
    struct buf plain = {0};
    if (simplified_text(&plain, buf_slice(scratch))) e = map_find(&c->by_key, buf_slice(&plain));
    buf_free(&plain);
    return e ? (uint32_t)e->value : CODE_NONE;
}

static bool is_separator(uint32_t c)
{
    switch (c) {
    case ',':
    case ';':
    case '/':
    case '|':
    case '+':
    case '\n':
    case '\r':
    case '\t':
    case ' ':
    case '&':
    case 0x3001:
    case 0xFF0C:
    case 0xFF1B:
    case 0xFF0F:
    case 0x3000:
    case 0xA0:
    case 0xFF0B:
    case 0x3002: return true;
    default: return false;
    }
}

/* A box before an answer: 1 ticked, 0 not, -1 no box. */
static int box(uint32_t c)
{
    switch (c) {
    case 0x2611:
    case 0x2612:
    case 0x25A0:
    case 0x2713:
    case 0x2714:
    case 0x221A:
    case 0x25CF: return 1;
    case 0x25A1:
    case 0x2610:
    case 0x25CB:
    case 0x25EF: return 0;
    default: return -1;
    }
}

static void take_found(struct codes_several *out, uint32_t k)
{
    size_t at = out->n;
    while (at && out->found[at - 1] > k) at--;
    if (out->n == CODES_SEVERAL || (at && out->found[at - 1] == k)) return;
    memmove(out->found + at + 1, out->found + at, (out->n - at) * sizeof *out->found);
    out->found[at] = k;
    out->n++;
}

/* 残疾军人和参战人员: two that a word joins, each of them in the list. */
static bool take_joined(const struct code_list *c, struct str part, struct codes_several *out, struct buf *scratch)
{
    static const char *const JOINTS[] = {"和", "及", "兼", "与", NULL};
    for (const char *const *j = JOINTS; *j; j++) {
        size_t at;
        for (size_t from = 0; str_find(str_from(part, from), str_of(*j), &at); from += at + 3) {
            uint32_t one = codes_find(c, str_head(part, from + at), scratch);
            uint32_t other = one == CODE_NONE ? CODE_NONE : codes_find(c, str_from(part, from + at + 3), scratch);
            if (other == CODE_NONE) continue;
            take_found(out, one);
            take_found(out, other);
            return true;
        }
    }
    return false;
}

static void take_part(const struct code_list *c, struct str part, struct codes_several *out, size_t all, struct buf *scratch)
{
    part = str_trim(part);
    if (!part.n) return;
    uint32_t k = part.n == all ? CODE_NONE : codes_find(c, part, scratch);
    if (k != CODE_NONE) take_found(out, k);
    else if (!take_joined(c, part, out, scratch) && !out->unknown.n) out->unknown = part;
}

static size_t past_blanks(struct str text, size_t i)
{
    while (i < text.n) {
        size_t next = i;
        uint32_t c = text_next(text, &next);
        if (c != ' ' && c != 0x3000 && c != 0xA0) break;
        i = next;
    }
    return i;
}

/* The end of a box that begins at i, or i: ☑ □, or a bracket that holds a tick or nothing: (√) ( ). */
static size_t box_end(struct str text, size_t i, bool *ticked)
{
    size_t end = i;
    if (i >= text.n) return i;
    uint32_t c = text_next(text, &end);
    int one = box(c);
    *ticked = one == 1;
    if (one >= 0) return end;
    if (c != '(' && c != 0xFF08) return i;
    end = past_blanks(text, end);
    size_t inner = end;
    if (inner < text.n && (one = box(text_next(text, &inner))) >= 0) {
        *ticked = one == 1;
        end = past_blanks(text, inner);
    }
    if (end >= text.n) return i;
    c = text_next(text, &end);
    return c == ')' || c == 0xFF09 ? end : i;
}

/* 男☑ 女□: the boxes stand behind their words, for the text begins with a word and ends with a box. */
static bool boxes_behind(struct str text)
{
    bool ticked, last = false;
    size_t i = past_blanks(text, 0);
    if (box_end(text, i, &ticked) > i) return false;
    while (i < text.n) {
        size_t end = box_end(text, i, &ticked);
        last = end > i;
        if (!last) text_next(text, &i);
        else i = end;
        i = past_blanks(text, i);
    }
    return last;
}

/* Takes the parts of a text with boxes whose box is ticked. */
static void read_boxes(const struct code_list *c, struct str text, struct codes_several *out, struct buf *scratch)
{
    bool behind = boxes_behind(text), counts = false, ticked;
    size_t start = 0, i = 0;
    while (i < text.n) {
        size_t end = box_end(text, i, &ticked), at = i;
        bool is_box = end > i, ends = is_box;
        if (is_box) i = end;
        else ends = is_separator(text_next(text, &i));
        if (!ends) continue;
        if (behind ? is_box && ticked : counts) take_part(c, (struct str){text.s + start, at - start}, out, text.n, scratch);
        if (is_box || !behind) start = i;
        if (is_box) counts = ticked;
    }
    if (!behind && counts) take_part(c, str_from(text, start), out, text.n, scratch);
}

void codes_read(const struct code_list *c, struct str text, struct codes_several *out, struct buf *scratch)
{
    out->n = 0;
    out->unknown = (struct str){NULL, 0};
    out->boxes = false;
    for (size_t i = 0; i < text.n && !out->boxes;) out->boxes = box(text_next(text, &i)) >= 0;
    if (out->boxes) {
        read_boxes(c, text, out, scratch);
        return;
    }
    size_t start = 0;
    for (size_t i = 0; i < text.n;) {
        size_t end = i;
        if (!is_separator(text_next(text, &i))) continue;
        take_part(c, (struct str){text.s + start, end - start}, out, text.n, scratch);
        start = i;
    }
    take_part(c, str_from(text, start), out, text.n, scratch);
}

/* Most of the list is ruled out by its shapes. */
struct str codes_nearest(const struct code_list *c, struct str text)
{
    struct near near = near_start(text);
    struct str best = {NULL, 0};
    for (size_t i = 0; i < c->by_text.n; i++) {
        struct str candidate = c->by_text.entries[i].key;
        near_try_shape(&near, candidate, c->shapes[i]);
        if (near.found.s == candidate.s) best = c->codes[c->by_text.entries[i].value].label;
    }
    return best;
}
