#include "cells/ods.h"

#include <stdlib.h>

struct ods {
    struct zipfile *zip;
    struct ods_tables tables;
    struct ods_reader *reader;
    struct zipbook_notes notes;
    size_t next_table;
    uint32_t next_index;
};

static void manifest_start(void *ctx, unsigned depth, const char *local, const char **attrs)
{
    bool *protected = ctx;
    (void)depth, (void)attrs;
    if (strcmp(local, "encryption-data") == 0) *protected = true;
}

/* False after a finding: protected by a password, or the manifest cannot be read. */
static bool check_manifest(struct book *b, struct zipfile *z)
{
    static const struct zipxml_handlers HANDLERS = {.start = manifest_start, .doctype_allowed = true};
    bool protected = false;
    int64_t part = zipfile_find(z, STR("META-INF/manifest.xml"));
    if (part == ZIPFILE_NONE) return true;
    if (part < 0 || !zipxml_read(z, part, &HANDLERS, &protected)) return false;
    if (protected) diag_add(b->diag, DIAG_BOOK_PROTECTED, &(struct place){.file = b->path}, NULL);
    return !protected;
}

static int ods_open(struct book *b)
{
    struct ods *o = b->own = mem_zero(1, sizeof *o);
    zipbook_notes_init(&o->notes);
    o->zip = zipfile_open(b);
    if (!o->zip || !check_manifest(b, o->zip)) return -1;
    int64_t part = zipfile_find(o->zip, STR("content.xml"));
    if (part == ZIPFILE_NONE) diag_add(b->diag, DIAG_PART_MISSING, &(struct place){.file = b->path}, "content.xml", NULL);
    if (part < 0 || !ods_tables_read(o->zip, part, &o->tables)) return -1;
    o->reader = ods_reader_open(b, o->zip, part, &o->notes);
    return o->reader ? 1 : -1;
}

static int ods_next_sheet(struct book *b, struct sheet *out)
{
    struct ods *o = b->own;
    const struct ods_table *t;
    zipbook_notes_tell(&o->notes, b);
    do {
        if (o->next_table == o->tables.n) return 0;
        t = &o->tables.v[o->next_table++];
        if (!ods_reader_table(o->reader)) return -1;
    } while (t->skipped);
    *out = (struct sheet){.name = t->name,
                          .index = o->next_index++,
                          .hidden = t->hidden,
                          .only = o->tables.n == 1,
                          .merges = t->merges.v,
                          .n_merges = t->merges.n};
    b->sheet = *out;
    return 1;
}

static int ods_fetch(struct book *b, struct cell_block *block)
{
    struct ods *o = b->own;
    return ods_reader_fetch(o->reader, block);
}

static void ods_close(struct book *b)
{
    struct ods *o = b->own;
    if (!o) return;
    ods_reader_close(o->reader);
    ods_tables_free(&o->tables);
    zipfile_close(o->zip);
    pthread_mutex_destroy(&o->notes.lock);
    free(o);
    b->own = NULL;
}

const struct book_reader ods_reader = {
    .format = BOOK_ODS,
    .name = "ods",
    .open = ods_open,
    .next_sheet = ods_next_sheet,
    .fetch = ods_fetch,
    .close = ods_close,
};
