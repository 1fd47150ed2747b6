/* A sheet's part: looked through once for its merged ranges, then read in blocks of whole rows. */
#include "cells/xlsx.h"

#include <stdio.h>
#include <stdlib.h>

/* Smaller when fuzzed, so that a short sheet is cut into blocks too. */
#ifdef VET_PIECE
enum { PIECE = VET_PIECE, BLOCK = 4 * VET_PIECE, KEEP = 8 * VET_PIECE };
#else
enum { PIECE = 256 * 1024, BLOCK = 1 << 20, KEEP = 4 << 20 }; /* a part up to KEEP is kept in memory and inflated once */
#endif
enum { LONGEST_START = 4 << 20, LONGEST_ROW = 64 << 20 };
/* What kept a block from being parsed. */
struct fault {
    struct finding finding;
    uint32_t block; /* first row of the block */
    struct arena memory;
};
struct xlsx_sheet {
    struct book *book;
    struct xlsx *x;
    int64_t part;
    struct zipbook_merges merges;
    struct buf prefix;       /* of the elements, with the colon: "" or "x:" */
    bool in_order;           /* parsed while it is fetched */
    uint64_t body, body_end; /* offsets of what stands between <sheetData> and </sheetData> */
    struct buf kept;         /* the whole part, when it is small */
    bool all_kept;
    struct zippart *reader; /* of the second pass */
    uint64_t at;            /* offset of the next byte of the second pass */
    struct buf carry;       /* bytes of the next block already read */
    bool done;
    uint32_t last_row;          /* of the blocks given out */
    unsigned long lines;        /* that came before the next block */
    struct xlsx_parser *parser; /* when in order */
    pthread_mutex_t lock;       /* of fault */
    struct fault fault;         /* of the first block that has one */
};
/* What the first pass is about. */
struct scan {
    struct xlsx_sheet *sheet;
    struct zipxml *xml;
    struct buf text; /* bytes not yet decided about */
    uint64_t offset; /* of text.s[0] */
    enum { BEFORE, BODY, AFTER } where;
    char end_tag[80];
    bool hidden; /* comments or CDATA among the rows could hide one: all of it is expat's, from the start */
};

/* ---- first pass ---- */

static void merge_start(void *ctx, unsigned depth, const char *local, const char **attrs)
{
    struct xlsx_sheet *s = ctx;
    if (depth != 3 || strcmp(local, "mergeCell") != 0) return;
    const char *ref = zipxml_attr(attrs, "ref"), *colon = ref ? strchr(ref, ':') : NULL;
    struct merge m;
    if (!colon || !xlsx_reference((struct str){ref, (size_t)(colon - ref)}, &m.top, &m.left)) return;
    if (!xlsx_reference(str_of(colon + 1), &m.bottom, &m.right) || !m.top) return;
    if (m.bottom > CELL_MAX_ROWS) m.bottom = CELL_MAX_ROWS;
    if (m.right > CELL_MAX_COLUMNS) m.right = CELL_MAX_COLUMNS;
    zipbook_merge_add(&s->merges, m);
}
static const struct zipxml_handlers MERGES = {.start = merge_start, .root = "worksheet"};

/* Is the text's encoding UTF-8, as far as its first bytes tell? */
static bool is_utf8(struct str head)
{
    size_t at, end;
    if (head.n < 4 || memchr(head.s, 0, 4) || (unsigned char)head.s[0] >= 0xFE) return false;
    if (str_starts(head, STR("\xEF\xBB\xBF"))) head = str_from(head, 3);
    if (!str_starts(head, STR("<?xml")) || !str_find(head, STR("?>"), &end)) return true;
    head = str_head(head, end);
    if (!str_find(head, STR("encoding"), &at)) return true;
    head = str_from(head, at);
    return str_find(head, STR("UTF-8"), &at) || str_find(head, STR("utf-8"), &at) || str_find(head, STR("US-ASCII"), &at);
}

/* The start tag of sheetData in s: *from its '<', *to past its '>'; its prefix with the colon. */
static bool find_data_start(struct str s, size_t *from, size_t *to, struct str *prefix)
{
    size_t skip = 0, at;
    while (str_find(str_from(s, skip), STR("sheetData"), &at)) {
        at += skip;
        size_t open = at;
        while (open && s.s[open - 1] != '<' && at - open < 60) open--;
        const char *close = memchr(s.s + at, '>', s.n - at);
        skip = at + 1;
        if (!open || s.s[open - 1] != '<') continue;
        *prefix = (struct str){s.s + open, at - open};
        if (prefix->n && (memchr(prefix->s, '/', prefix->n) || prefix->s[prefix->n - 1] != ':')) continue;
        if (!strchr(" \t\r\n>/", at + 9 < s.n ? s.s[at + 9] : '?')) continue;
        if (!close) return false;
        *from = open - 1;
        *to = (size_t)(close - s.s) + 1;
        return true;
    }
    return false;
}

static void drop_front(struct scan *c, size_t n)
{
    memmove(c->text.s, c->text.s + n, c->text.n - n);
    c->text.n -= n;
    c->offset += n;
}

/* Gives the front of the text to the XML parser. */
static bool feed_front(struct scan *c, size_t n)
{
    bool ok = zipxml_feed(c->xml, c->text.s, n, false);
    drop_front(c, n);
    return ok;
}

/* Before the rows.  A comment or a document type there could hide where they begin: the careful way, then. */
static bool scan_before(struct scan *c, bool last)
{
    struct xlsx_sheet *s = c->sheet;
    struct str text = buf_slice(&c->text), prefix;
    size_t from, to, at;
    bool found = find_data_start(text, &from, &to, &prefix);
    if (str_find(found ? str_head(text, to) : text, STR("<!"), &at)) s->in_order = true;
    if (s->in_order) return feed_front(c, c->text.n);
    if (!found && !last && text.n < LONGEST_START) return true;
    s->in_order = !found && !last;
    if (!found) return feed_front(c, c->text.n);
    buf_str(&s->prefix, prefix);
    snprintf(c->end_tag, sizeof c->end_tag, "</%.*ssheetData", (int)prefix.n, prefix.s);
    s->body = s->body_end = c->offset + to;
    c->where = text.s[to - 2] == '/' ? AFTER : BODY;
    for (size_t i = 0; i < to; i++) s->lines += text.s[i] == '\n';
    return feed_front(c, to);
}

/* "<!" begins a comment or CDATA. */
static bool has_markup_declaration(struct str s)
{
    for (const char *p = s.s, *end = s.s + s.n; p < end && (p = memchr(p, '!', (size_t)(end - p))); p++)
        if (p > s.s && p[-1] == '<') return true;
    return false;
}

static void scan_body(struct scan *c)
{
    size_t at, tag = strlen(c->end_tag);
    bool found = str_find(buf_slice(&c->text), str_of(c->end_tag), &at);
    if (has_markup_declaration(str_head(buf_slice(&c->text), found ? at : c->text.n))) {
        c->hidden = true;
    } else if (found) {
        c->sheet->body_end = c->offset + at;
        c->where = AFTER;
        drop_front(c, at);
    } else if (c->text.n > tag) drop_front(c, c->text.n - tag);
}

static bool scan_piece(struct scan *c, bool last)
{
    bool ok = true;
    if (ok && c->where == BEFORE) ok = scan_before(c, last);
    if (ok && c->where == BODY) scan_body(c);
    if (ok && c->where == AFTER) ok = feed_front(c, c->text.n);
    if (ok && last && !c->hidden) ok = zipxml_feed(c->xml, "", 0, true);
    return ok;
}

static void start_again(struct scan *c)
{
    struct xlsx_sheet *s = c->sheet;
    s->in_order = true;
    s->merges.n = s->kept.n = s->prefix.n = 0;
    s->body = s->body_end = 0;
}

/* Inflates the whole part; expat sees all of it but the rows, which are seen in the second pass. */
static bool look_through(struct xlsx_sheet *s, bool in_order)
{
    struct zippart *p = zippart_open(s->x->zip, s->part);
    if (!p) return false;
    struct scan c = {.sheet = s, .xml = zipxml_new(s->x->zip, s->part, &MERGES, s)};
    bool ok = true, first = true;
    s->all_kept = true;
    for (ssize_t n = PIECE; ok && n == PIECE && !c.hidden; first = false) {
        buf_reserve(&c.text, PIECE);
        n = zippart_read(p, c.text.s + c.text.n, PIECE);
        if (n < 0) {
            ok = false;
            break;
        }
        if (s->kept.n + (size_t)n > KEEP) s->all_kept = false;
        if (s->all_kept) buf_add(&s->kept, c.text.s + c.text.n, (size_t)n);
        c.text.n += (size_t)n;
        if (first) s->in_order = in_order || !is_utf8(buf_slice(&c.text));
        ok = scan_piece(&c, n < PIECE);
    }
    if (c.hidden) start_again(&c);
    buf_free(&c.text);
    zipxml_free(c.xml);
    zippart_close(p);
    if (!s->all_kept) buf_free(&s->kept);
    if (c.hidden) return look_through(s, true);
    zipbook_merges_sort(&s->merges);
    return ok;
}

/* ---- second pass ---- */

static bool failed_row(const struct xlsx_sheet *s, enum diag_code code, const char *why)
{
    zipbook_finding(s->book, code, s->last_row + 1, 0, why);
    return false;
}

/* Appends the part's next bytes.  Number of bytes, 0 at the end, -1 after a finding. */
static ssize_t next_bytes(struct xlsx_sheet *s, struct buf *to, size_t want)
{
    ssize_t n;
    buf_reserve(to, want);
    if (s->all_kept) {
        size_t left = s->kept.n - (size_t)s->at;
        n = (ssize_t)(want < left ? want : left);
        memcpy(to->s + to->n, s->kept.s + s->at, (size_t)n);
    } else n = zippart_read(s->reader, to->s + to->n, want);
    if (n < 0) return -1;
    to->n += (size_t)n;
    s->at += (uint64_t)n;
    return n;
}

/* Fills the buffer with bytes of the rows only: what stands before and after is cut off. */
static bool next_body(struct xlsx_sheet *s, struct buf *to, size_t want)
{
    while (s->at < s->body) {
        struct buf skipped = {0};
        uint64_t gap = s->body - s->at;
        ssize_t n = next_bytes(s, &skipped, gap < PIECE ? gap : PIECE);
        buf_free(&skipped);
        if (n <= 0) return n < 0 ? false : failed_row(s, DIAG_BOOK_DAMAGED, "it changed while it was read");
    }
    uint64_t left = s->body_end - s->at;
    if (left) {
        ssize_t n = next_bytes(s, to, want < left ? want : (size_t)left);
        if (n <= 0) return n < 0 ? false : failed_row(s, DIAG_BOOK_DAMAGED, "it changed while it was read");
    }
    if (s->at == s->body_end) s->done = true;
    return true;
}

/* Where the last row's start tag stands in s, at or after `least`; 0 when there is none. */
static size_t last_row_start(const struct xlsx_sheet *s, struct str text, size_t least)
{
    size_t end = text.n, name = s->prefix.n + 3;
    for (const char *p; end > least && (p = memrchr(text.s, '<', end)); end = (size_t)(p - text.s)) {
        size_t at = (size_t)(p - text.s);
        if (at < least || at == 0) return 0;
        if (text.n - at < name + 2) continue;
        if (memcmp(p + 1, s->prefix.s ? s->prefix.s : "", s->prefix.n) == 0 && memcmp(p + 1 + s->prefix.n, "row", 3) == 0 &&
            strchr(" \t\r\n>/", p[1 + name]))
            return at;
    }
    return 0;
}

/* Where the next row starts after `at`; the text's end when there is none. */
static size_t next_row_start(const struct xlsx_sheet *s, struct str text, size_t at)
{
    uint32_t row, of_cell;
    for (const char *p = text.s + at + 1, *end = text.s + text.n; p < end && (p = memchr(p, '<', (size_t)(end - p))); p++)
        if (xlsx_quick_row((struct str){p, (size_t)(end - p)}, buf_slice(&s->prefix), &row, &of_cell)) return (size_t)(p - text.s);
    return text.n;
}

/* The number of the last row in the block.  Rows that do not say theirs are counted from the last one that does, or take it from
 * their first cell, as the parser does. */
static uint32_t last_number(const struct xlsx_sheet *s, struct str text)
{
    struct str prefix = buf_slice(&s->prefix), rest = text;
    uint32_t row = 0, of_cell = 0, number = s->last_row;
    size_t at = text.n;
    while (!row && at) {
        at = last_row_start(s, rest, 1);
        rest = str_head(text, at);
        if (!xlsx_quick_row(str_from(text, at), prefix, &row, &of_cell)) row = 0;
    }
    if (row) {
        number = row;
        at = next_row_start(s, text, at);
    } else if (!xlsx_quick_row(text, prefix, &row, &of_cell)) at = next_row_start(s, text, 0);
    for (; at < text.n; at = next_row_start(s, text, at)) {
        xlsx_quick_row(str_from(text, at), prefix, &row, &of_cell);
        number = row ? row : of_cell > number + 1 ? of_cell : number + 1;
    }
    return number;
}

static unsigned long count_lines(struct str s)
{
    unsigned long n = 0;
    for (const char *p = s.s, *end = s.s + s.n; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++) n++;
    return n;
}

/* Fills the carry until it holds a block of whole rows; *cut is where the block ends. */
static bool gather(struct xlsx_sheet *s, size_t *cut)
{
    size_t seen = 0, tag = s->prefix.n + 6; /* a start tag may stand across two reads */
    *cut = 0;
    while (!s->done && !*cut) {
        if (s->carry.n > LONGEST_ROW) return failed_row(s, DIAG_SHEET_TOO_LARGE, NULL);
        if (!next_body(s, &s->carry, s->carry.n < BLOCK ? BLOCK - s->carry.n : PIECE)) return false;
        if (!s->done) *cut = last_row_start(s, buf_slice(&s->carry), seen > tag ? seen - tag : 0);
        seen = s->carry.n;
    }
    if (!*cut) *cut = s->carry.n;
    return true;
}

static void start_in_order(struct xlsx_sheet *s)
{
    s->parser = mem_zero(1, sizeof *s->parser);
    s->parser->rows = (struct xlsx_rows){.x = s->x, .rows = {.book = s->book}, .cover = {.merges = &s->merges}};
    s->parser->xml = zipxml_new(s->x->zip, s->part, &xlsx_sheet_handlers, s->parser);
    s->parser->pauses = true;
}

static int fetch_in_order(struct xlsx_sheet *s, struct cell_block *block)
{
    struct zipxml *xml = s->parser->xml;
    s->parser->rows.rows.block = block;
    if (zipxml_paused(xml) && !zipxml_resume(xml)) return -1;
    while (!zipxml_paused(xml) && !s->done) {
        if (!s->carry.n && next_bytes(s, &s->carry, PIECE) < 0) return -1;
        s->done = s->carry.n == 0;
        if (!zipxml_feed(xml, s->carry.s, s->carry.n, s->done)) return -1;
        s->carry.n = 0;
    }
    return block->n_rows > 0;
}

int xlsx_sheet_fetch(struct xlsx_sheet *s, struct cell_block *block)
{
    size_t cut;
    if (s->in_order) return fetch_in_order(s, block);
    if (!gather(s, &cut)) return -1;
    if (!cut) return 0;
    struct str rows = str_head(buf_slice(&s->carry), cut);
    buf_str(&block->raw, rows);
    block->first_row = s->last_row + 1;
    free(block->own); /* the block may have come from another reader */
    block->own = mem_zero(1, sizeof s->lines);
    *(unsigned long *)block->own = s->lines;
    s->last_row = last_number(s, rows);
    s->lines += count_lines(rows);
    memmove(s->carry.s, s->carry.s + cut, s->carry.n - cut);
    s->carry.n -= cut;
    return 1;
}

static bool parse_by_expat(struct xlsx_sheet *s, const struct book *b, struct cell_block *block)
{
    struct xlsx_parser p = {
        .rows = {.x = s->x, .rows = {.book = b, .block = block, .number = block->first_row - 1}, .cover = {.merges = &s->merges}}};
    p.xml = zipxml_new(s->x->zip, s->part, &xlsx_sheet_handlers, &p);
    zipxml_tell(p.xml, b->diag);
    bool ok = zipxml_prime(p.xml, "<worksheet><sheetData>");
    zipxml_lines_before(p.xml, *(unsigned long *)block->own);
    ok = ok && zipxml_feed(p.xml, block->raw.s, block->raw.n, false);
    ok = ok && zipxml_feed(p.xml, "</sheetData></worksheet>", 24, true);
    zipxml_free(p.xml);
    xlsx_parser_free(&p);
    return ok;
}

/* Keeps the first finding of a block, whose arguments do not last; its place is of the book. */
static void keep_fault(void *ctx, const struct finding *f)
{
    struct fault *fault = ctx;
    if (fault->finding.code) return;
    fault->finding = *f;
    for (int i = 0; i < DIAG_ARGS; i++) fault->finding.args[i] = str_copy(&fault->memory, f->args[i]);
}

/* Blocks are parsed by any thread, and several may fail before all stop: the first of them is what is told, when the sheet ends. */
static void offer_fault(struct xlsx_sheet *s, struct fault *fault)
{
    pthread_mutex_lock(&s->lock);
    if (fault->finding.code && (!s->fault.finding.code || fault->block < s->fault.block)) {
        struct fault other = s->fault;
        s->fault = *fault;
        *fault = other;
    }
    pthread_mutex_unlock(&s->lock);
    arena_free(&fault->memory);
}

static void tell_fault(struct xlsx_sheet *s)
{
    if (s->fault.finding.code) diag_add_finding(s->book->diag, &s->fault.finding);
    arena_free(&s->fault.memory);
}

bool xlsx_sheet_parse(struct xlsx_sheet *s, struct cell_block *block)
{
    if (!block->raw.n) return true; /* it was parsed in order */
    struct fault fault = {.block = block->first_row};
    struct diag d;
    struct book own = *s->book; /* the same, but for whom it tells */
    diag_init(&d, keep_fault, &fault);
    own.diag = &d;
    struct xlsx_rows r = {
        .x = s->x, .rows = {.book = &own, .block = block, .number = block->first_row - 1}, .cover = {.merges = &s->merges}};
    enum xlsx_quick done = xlsx_quick_parse(&r, buf_slice(&block->raw), buf_slice(&s->prefix));
    buf_free(&r.scratch);
    bool ok = done == XLSX_QUICK_NO ? parse_by_expat(s, &own, block) : done == XLSX_QUICK_DONE;
    offer_fault(s, &fault);
    return ok;
}

struct xlsx_sheet *xlsx_sheet_open(struct book *b, struct xlsx *x, int64_t part)
{
    struct xlsx_sheet *s = mem_zero(1, sizeof *s);
    *s = (struct xlsx_sheet){.book = b, .x = x, .part = part, .lock = PTHREAD_MUTEX_INITIALIZER};
    bool ok = look_through(s, false);
    if (ok && !s->all_kept) ok = (s->reader = zippart_open(x->zip, part)) != NULL;
    if (ok && s->in_order) start_in_order(s);
    if (ok) return s;
    xlsx_sheet_close(s);
    return NULL;
}

const struct zipbook_merges *xlsx_sheet_merges(const struct xlsx_sheet *s)
{
    return &s->merges;
}

void xlsx_sheet_close(struct xlsx_sheet *s)
{
    if (!s) return;
    if (s->parser) {
        zipxml_free(s->parser->xml);
        xlsx_parser_free(s->parser);
        free(s->parser);
    }
    tell_fault(s);
    zippart_close(s->reader);
    buf_free(&s->prefix);
    buf_free(&s->kept);
    buf_free(&s->carry);
    free(s->merges.v);
    free(s);
}
