#include "cells/xlsx.h"

#include <stdlib.h>

#include "base/map.h"

struct workbook_reader {
    struct xlsx *x;
    const struct xlsx_relations *relations;
    bool in_sheets;
};

static char *tab_name(struct xlsx *x, const char *name)
{
    struct buf plain = {0};
    xlsx_unescape(&plain, str_of(name ? name : ""));
    char *copy = arena_copy(&x->memory, plain.s ? plain.s : "", plain.n);
    buf_free(&plain);
    return copy;
}

static void add_tab(struct workbook_reader *r, const char **attrs)
{
    struct xlsx *x = r->x;
    const char *id = zipxml_attr(attrs, "id"), *state = zipxml_attr(attrs, "state");
    const struct xlsx_relation *to = xlsx_relation_id(r->relations, str_of(id));
    if (to && !str_is(to->kind, "worksheet")) return; /* a sheet of charts, of macros or of a dialog */
    mem_grow(&x->tabs, &x->cap_tabs, x->n_tabs + 1, sizeof *x->tabs);
    x->tabs[x->n_tabs++] = (struct xlsx_tab){
        .name = tab_name(x, zipxml_attr(attrs, "name")),
        .hidden = state && strcmp(state, "visible") != 0,
        .part = ZIPFILE_NONE,
        .target = to ? arena_copy(&x->memory, to->target.s, to->target.n) : arena_string(&x->memory, id ? id : "?"),
    };
    if (to) x->tabs[x->n_tabs - 1].part = xlsx_relation_part(x->zip, to);
}

static void workbook_start(void *ctx, unsigned depth, const char *local, const char **attrs)
{
    struct workbook_reader *r = ctx;
    if (depth == 2) r->in_sheets = strcmp(local, "sheets") == 0;
    if (depth == 2 && strcmp(local, "workbookPr") == 0) r->x->date1904 = zipxml_true(zipxml_attr(attrs, "date1904"));
    if (depth == 3 && r->in_sheets && strcmp(local, "sheet") == 0) add_tab(r, attrs);
}

static bool missing(const struct book *b, const char *part)
{
    diag_add(b->diag, DIAG_PART_MISSING, &(struct place){.file = b->path}, part, NULL);
    return false;
}

/* Every sheet has a part, and its own: one part as two sheets would count its rows twice. */
static bool check_tabs(struct book *b, struct xlsx *x)
{
    for (size_t i = 0; i < x->n_tabs; i++) {
        if (x->tabs[i].part == ZIPFILE_FAILED) return false;
        if (x->tabs[i].part < 0) return missing(b, x->tabs[i].target);
    }
    struct map seen = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < x->n_tabs; i++) {
        map_at(&seen, (struct str){(const char *)&x->tabs[i].part, sizeof x->tabs[i].part}, &ok);
        if (!ok) zipfile_finding(x->zip, b->diag, DIAG_PART_SHARED, x->tabs[i].part, NULL, NULL);
    }
    map_free(&seen);
    return ok;
}

/* The part of that kind, when the workbook has one.  False after a finding. */
static bool optional_part(const struct book *b, struct xlsx *x, const struct xlsx_relations *r, const char *kind, int64_t *part)
{
    const struct xlsx_relation *to = xlsx_relation_kind(r, kind);
    *part = to ? xlsx_relation_part(x->zip, to) : ZIPFILE_NONE;
    if (to && *part == ZIPFILE_NONE) {
        struct buf name = {0};
        buf_str(&name, to->target);
        missing(b, buf_text(&name));
        buf_free(&name);
    }
    return !to || *part >= 0;
}

static bool read_workbook(struct book *b, struct xlsx *x, struct str path)
{
    static const struct zipxml_handlers HANDLERS = {.start = workbook_start, .root = "workbook"};
    struct xlsx_relations relations = {0};
    struct workbook_reader r = {.x = x, .relations = &relations};
    int64_t part = zipfile_find(x->zip, path), strings = ZIPFILE_NONE, styles = ZIPFILE_NONE;
    if (part == ZIPFILE_NONE) missing(b, path.n ? path.s : "xl/workbook.xml");
    bool ok = part >= 0 && xlsx_relations_read(x->zip, path, &relations) && zipxml_read(x->zip, part, &HANDLERS, &r);
    ok = ok && check_tabs(b, x);
    ok = ok && optional_part(b, x, &relations, "sharedStrings", &strings) && optional_part(b, x, &relations, "styles", &styles);
    ok = ok && (strings < 0 || xlsx_strings_read(x->zip, strings, &x->strings));
    ok = ok && (styles < 0 || xlsx_styles_read(x->zip, styles, &x->styles));
    xlsx_relations_free(&relations);
    return ok;
}

/* What else is zipped: another office program's file, or just files. */
static bool is_workbook(struct book *b, struct xlsx *x)
{
    const char *what = NULL;
    if (zipfile_find(x->zip, STR("xl/workbook.bin")) >= 0) what = ".xlsb";
    else if (zipfile_find(x->zip, STR("word/document.xml")) >= 0) what = "Word";
    else if (zipfile_find(x->zip, STR("ppt/presentation.xml")) >= 0) what = "PowerPoint";
    else if (zipfile_find(x->zip, STR("[Content_Types].xml")) < 0 && zipfile_find(x->zip, STR("_rels/.rels")) < 0) what = "zip";
    if (what) diag_add(b->diag, DIAG_ZIP_OTHER, &(struct place){.file = b->path}, what, NULL);
    return !what;
}

static int xlsx_open(struct book *b)
{
    struct xlsx *x = b->own = mem_zero(1, sizeof *x);
    struct xlsx_relations package = {0};
    zipbook_notes_init(&x->notes);
    x->zip = zipfile_open(b);
    bool ok = x->zip && is_workbook(b, x) && xlsx_relations_read(x->zip, STR(""), &package);
    const struct xlsx_relation *to = ok ? xlsx_relation_kind(&package, "officeDocument") : NULL;
    ok = ok && read_workbook(b, x, to ? to->target : STR(""));
    xlsx_relations_free(&package);
    return ok ? 1 : -1;
}

static int xlsx_next_sheet(struct book *b, struct sheet *out)
{
    struct xlsx *x = b->own;
    zipbook_notes_tell(&x->notes, b);
    xlsx_sheet_close(x->sheet);
    x->sheet = NULL;
    if (x->next_tab == x->n_tabs) return 0;
    const struct xlsx_tab *tab = &x->tabs[x->next_tab];
    *out = (struct sheet){.name = tab->name, .index = (uint32_t)x->next_tab++, .hidden = tab->hidden, .only = x->n_tabs == 1};
    b->sheet = *out;
    x->sheet = xlsx_sheet_open(b, x, tab->part);
    if (!x->sheet) return -1;
    const struct zipbook_merges *merges = xlsx_sheet_merges(x->sheet);
    out->merges = merges->v;
    out->n_merges = merges->n;
    b->sheet = *out;
    return 1;
}

static int xlsx_fetch(struct book *b, struct cell_block *block)
{
    struct xlsx *x = b->own;
    return x->sheet ? xlsx_sheet_fetch(x->sheet, block) : 0;
}

static bool xlsx_parse(struct book *b, struct cell_block *block)
{
    struct xlsx *x = b->own;
    return xlsx_sheet_parse(x->sheet, block);
}

static void xlsx_close(struct book *b)
{
    struct xlsx *x = b->own;
    if (!x) return;
    xlsx_sheet_close(x->sheet);
    zipfile_close(x->zip);
    xlsx_strings_free(&x->strings);
    free(x->styles.formats);
    free(x->tabs);
    arena_free(&x->memory);
    pthread_mutex_destroy(&x->notes.lock);
    free(x);
    b->own = NULL;
}

const struct book_reader xlsx_reader = {
    .format = BOOK_XLSX,
    .name = "xlsx",
    .open = xlsx_open,
    .next_sheet = xlsx_next_sheet,
    .fetch = xlsx_fetch,
    .parse = xlsx_parse,
    .close = xlsx_close,
};
