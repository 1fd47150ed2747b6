/* JSON Lines and arrays of objects: a book of one sheet with an empty name.  Its first row is the header, the keys of all objects
 * in the order of first sight; every object is a row.  So the file is gone over twice: once for the keys and to see that all is
 * sound, once for the rows.
 *
 * Numbers keep their digits, nested values stay JSON text, null and a missing key are an empty cell.  The values are slices of the
 * text; cJSON, which would make a double of 18 digits, decodes the strings that have escapes. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/text.h"
#include "cells/cells.h"
#include "cells/decode.h"
#include "cells/json_scan.h"
#include "cells/scan.h"

enum {
    PIECE = VET_PIECE,
    MAX_RECORD = 16 * 1024 * 1024,
    MAX_BLOCK_CELLS = 256 * 1024, /* many keys and short records: a block is cut sooner */
};
struct json {
    struct decoder decoder;
    struct buf text; /* read and not yet given away, from `at` on */
    size_t at;
    uint64_t line; /* of text.s[at], from 1 */
    bool begun, array, first_element, closed, lost, lost_told, given, header_given;
    uint32_t rows;               /* given away, the header too */
    struct map keys;             /* -> column */
    struct json_members members; /* of the object at hand, in the first pass */
};
/* Where a record stands in block->raw.  The first of a block's is no record: it says how many follow, and whether bytes were lost.
 */
struct extent {
    size_t at, n;
};

static int tell(struct book *b, enum diag_code code, const char *arg)
{
    struct json *j = b->own;
    struct place at = {.file = b->path};
    char line[24];
    snprintf(line, sizeof line, "%llu", (unsigned long long)j->line);
    diag_add(b->diag, code, &at, line, arg, NULL);
    return -1;
}

static int tell_row(struct book *b, enum diag_code code, const char *arg)
{
    const struct json *j = b->own;
    struct place at = {.file = b->path, .row = j->rows};
    diag_add(b->diag, code, &at, arg, NULL);
    return -1;
}

static void advance(struct json *j, size_t to)
{
    j->line += scan_count(j->text.s + j->at, to - j->at, '\n');
    j->at = to;
}

/* More text behind what waits.  1, 0 at the end, -1 after a finding. */
static int read_more(struct book *b)
{
    struct json *j = b->own;
    if (j->at) memmove(j->text.s, j->text.s + j->at, j->text.n - j->at);
    j->text.n -= j->at;
    j->at = 0;
    if (j->text.n > MAX_RECORD) return tell(b, DIAG_JSON_TOO_LONG, "16");
    struct decoded how = {0};
    int got = decoder_read(&j->decoder, &j->text, PIECE, &how);
    if (how.lost && !j->lost) {
        j->lost = true;
        uint64_t line = j->line;
        j->line += scan_count(j->text.s, how.lost_at, '\n');
        if (!j->lost_told) tell(b, DIAG_JSON_BYTES_LOST, j->decoder.name);
        j->lost_told = true;
        j->line = line;
    }
    return got;
}

/* To the next byte that is no blank.  1, 0 at the end of the file, -1. */
static int to_something(struct book *b)
{
    struct json *j = b->own;
    for (;;) {
        struct str text = buf_slice(&j->text);
        advance(j, json_skip_blanks(text, j->at));
        if (j->at < j->text.n) return 1;
        int got = read_more(b);
        if (got != 1) return got;
    }
}

/* To the beginning of the next record: past brackets and commas of an array around them.  1, 0 = no more, -1. */
static int to_record(struct book *b)
{
    struct json *j = b->own;
    int got = to_something(b);
    if (got == 1 && !j->begun) {
        j->begun = true;
        j->array = j->text.s[j->at] == '[';
        j->first_element = true;
        if (j->array) {
            j->at++;
            got = to_something(b);
        }
    }
    if (got < 0) return -1;
    if (!j->array) return got;
    if (j->closed) return got == 0 ? 0 : tell(b, DIAG_JSON_MALFORMED, NULL);
    if (got == 0) return tell(b, DIAG_JSON_BROKEN, NULL);
    if (j->text.s[j->at] == ']') {
        j->closed = true;
        j->at++;
        got = to_something(b);
        return got <= 0 ? got : tell(b, DIAG_JSON_MALFORMED, NULL);
    }
    if (!j->first_element) {
        if (j->text.s[j->at] != ',') return tell(b, DIAG_JSON_MALFORMED, NULL);
        j->at++;
        got = to_something(b);
        if (got < 0) return -1;
        if (got == 0) return tell(b, DIAG_JSON_BROKEN, NULL);
    }
    j->first_element = false;
    return 1;
}

/* The next record: an object, text.s[at..*end).  1, 0 = no more, -1. */
static int next_record(struct book *b, size_t *end)
{
    struct json *j = b->own;
    int got = to_record(b);
    while (got == 1) {
        *end = j->at;
        enum json_scan found = json_scan_value(buf_slice(&j->text), end, &j->members);
        if (found == JSON_MORE) {
            got = read_more(b);
            if (got == 0) return tell(b, DIAG_JSON_BROKEN, NULL);
            continue;
        }
        if (found == JSON_SOUND && j->text.s[j->at] == '{') return 1;
        if (found != JSON_SOUND) advance(j, *end < j->text.n ? *end : j->text.n);
        return tell(b,
                    found == JSON_SOUND      ? DIAG_JSON_NOT_OBJECT
                    : found == JSON_TOO_DEEP ? DIAG_JSON_TOO_DEEP
                                             : DIAG_JSON_MALFORMED,
                    NULL);
    }
    return got;
}

/* A string with escapes, `s` between its quotes.  \u0000 and halves of a character cannot be kept: they are U+FFFD, *lost. */
static struct str decode_string(struct arena *a, struct str s, bool *lost)
{
    struct buf quoted = {0};
    buf_char(&quoted, '"');
    for (size_t i = 0; i < s.n; i++) {
        bool escape = s.s[i] == '\\';
        bool nul = escape && s.n - i >= 6 && memcmp(s.s + i, "\\u0000", 6) == 0;
        buf_add(&quoted, nul ? "\\ufffd" : s.s + i, nul ? 6 : escape ? 2 : 1);
        *lost = *lost || nul;
        i += nul ? 5 : escape;
    }
    buf_char(&quoted, '"');
    cJSON *item = cJSON_ParseWithLength(quoted.s, quoted.n);
    struct str out = s;
    if (cJSON_IsString(item)) out = str_copy(a, str_of(item->valuestring));
    else *lost = true; /* half a character: the escapes stay as they are */
    cJSON_Delete(item);
    buf_free(&quoted);
    return out;
}

static struct str nested_text(struct arena *a, struct str value)
{
    char *text = arena_copy(a, value.s, value.n);
    cJSON_Minify(text);
    return str_of(text);
}

static void set_cell(struct cell *c, struct arena *a, struct str v)
{
    bool lost = false;
    switch (v.s[0]) {
    case '"':
        v = (struct str){v.s + 1, v.n - 2};
        if (memchr(v.s, '\\', v.n)) v = decode_string(a, v, &lost);
        c->kind = v.n ? CELL_TEXT : CELL_EMPTY;
        break;
    case '{':
    case '[':
        v = nested_text(a, v);
        c->kind = CELL_TEXT;
        break;
    case 'n':
        v = (struct str){"", 0};
        c->kind = CELL_EMPTY;
        break;
    case 't':
    case 'f': c->kind = CELL_BOOLEAN; break;
    default: c->kind = CELL_NUMBER;
    }
    c->s = v.s;
    c->n = (uint32_t)v.n;
    c->flags = lost ? CELL_LOST : 0;
}

static struct str plain_key(struct arena *a, struct str key)
{
    bool lost = false;
    return memchr(key.s, '\\', key.n) ? decode_string(a, key, &lost) : key;
}

/* First pass: the keys of one object, and whether its values are within limits. */
static bool learn_keys(struct book *b)
{
    struct json *j = b->own;
    struct arena a = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < j->members.n; i++) {
        const struct json_member *m = &j->members.v[i];
        bool is_new;
        struct map_entry *e = map_at(&j->keys, plain_key(&a, m->key), &is_new);
        if (is_new) e->value = j->keys.n - 1;
        if (j->keys.n > CELL_MAX_COLUMNS) {
            tell_row(b, DIAG_TOO_MANY_COLUMNS, "16,384");
            ok = false;
        } else if (m->value.n > CELL_MAX_CHARS) {
            struct cell c = {0};
            set_cell(&c, &a, m->value);
            ok = text_length(cell_str(&c)) <= CELL_MAX_CHARS;
            if (!ok) tell_row(b, DIAG_CELL_TOO_LONG, "32,767");
        }
    }
    arena_free(&a);
    return ok;
}

static bool start_pass(struct book *b)
{
    struct json *j = b->own;
    decoder_stop(&j->decoder);
    buf_reserve(&j->text, 1); /* so that there is a text, if an empty one */
    j->text.n = j->at = 0;
    j->line = 1;
    j->rows = 1;
    j->begun = j->array = j->closed = j->lost = false;
    const char *encoding = b->options.encoding;
    if (!source_rewind(b->source)) return false;
    if (decoder_start(&j->decoder, b->source, encoding)) return true;
    struct place at = {.file = b->path};
    diag_add(b->diag, DIAG_ENCODING_UNKNOWN, &at, encoding, NULL);
    return false;
}

static int json_open(struct book *b)
{
    struct json *j = mem_zero(1, sizeof *j);
    b->own = j;
    if (!start_pass(b)) return -1;
    size_t end;
    int got;
    while ((got = next_record(b, &end)) == 1) {
        j->rows++;
        if (!learn_keys(b)) return -1;
        advance(j, end);
    }
    return got < 0 || !start_pass(b) ? -1 : 1;
}

static void json_close(struct book *b)
{
    struct json *j = b->own;
    if (!j) return;
    decoder_stop(&j->decoder);
    buf_free(&j->text);
    map_free(&j->keys);
    free(j->members.v);
    free(j);
}

static int json_next_sheet(struct book *b, struct sheet *out)
{
    struct json *j = b->own;
    if (j->given) return 0;
    j->given = true;
    *out = (struct sheet){.name = ""};
    return 1;
}

static int fetch_header(struct json *j, struct cell_block *block)
{
    struct cell_row *row = cell_block_row(block, 1);
    row->n = (uint32_t)j->keys.n;
    struct cell *cells = cell_block_add(block, j->keys.n);
    for (size_t i = 0; i < j->keys.n; i++) {
        struct str key = j->keys.entries[i].key;
        cells[i] = (struct cell){key.s, (uint32_t)key.n, key.n ? CELL_TEXT : CELL_EMPTY, 0, 0};
    }
    j->header_given = true;
    return 1;
}

static int json_fetch(struct book *b, struct cell_block *block)
{
    struct json *j = b->own;
    free(block->own);
    block->own = NULL;
    if (!j->keys.n) return 0;
    if (!j->header_given) return fetch_header(j, block);
    struct extent *v = NULL;
    size_t n = 0, cap = 0, end;
    int got = 1;
    while (block->raw.n < PIECE && n * j->keys.n < MAX_BLOCK_CELLS && (got = next_record(b, &end)) == 1) {
        mem_grow(&v, &cap, n + 2, sizeof *v);
        v[++n] = (struct extent){block->raw.n, end - j->at};
        buf_add(&block->raw, j->text.s + j->at, end - j->at);
        advance(j, end);
    }
    if (n) v[0] = (struct extent){j->lost, n};
    block->own = v;
    block->first_row = j->rows + 1;
    block->fetched_rows = (uint32_t)n;
    j->rows += (uint32_t)n;
    return got < 0 ? -1 : n > 0;
}

/* The column of a key; `guess` is the one after the last key's, and mostly right. */
static size_t column_of(const struct json *j, struct str key, size_t guess)
{
    if (guess < j->keys.n && str_eq(j->keys.entries[guess].key, key)) return guess;
    const struct map_entry *e = map_find(&j->keys, key);
    return e ? (size_t)e->value : 0;
}

static bool json_parse(struct book *b, struct cell_block *block)
{
    const struct json *j = b->own;
    const struct extent *v = block->own;
    if (!v) return true;
    struct json_members members = {0};
    for (size_t i = 1; i <= v[0].n; i++) {
        size_t at = 0, guess = 0;
        json_scan_value((struct str){block->raw.s + v[i].at, v[i].n}, &at, &members);
        struct cell_row *row = cell_block_row(block, block->first_row + (uint32_t)i - 1);
        struct cell *cells = cell_block_add(block, j->keys.n);
        for (size_t k = 0; k < members.n; k++) {
            size_t column = column_of(j, plain_key(&block->text, members.v[k].key), guess);
            set_cell(&cells[column], &block->text, members.v[k].value);
            if (column >= row->n) row->n = (uint32_t)column + 1;
            guess = column + 1;
        }
        if (!row->n) row->n = 1; /* an object without values is a row all the same */
    }
    free(members.v);
    for (size_t i = 0; v[0].at && i < block->n_cells; i++) {
        struct cell *c = &block->cells[i];
        if (c->n >= 3 && memmem(c->s, c->n, "\xEF\xBF\xBD", 3)) c->flags |= CELL_LOST;
    }
    return true;
}

const struct book_reader json_reader = {
    .format = BOOK_JSON,
    .name = "json",
    .open = json_open,
    .next_sheet = json_next_sheet,
    .fetch = json_fetch,
    .parse = json_parse,
    .close = json_close,
};
