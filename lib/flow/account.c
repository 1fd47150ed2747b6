#include "flow/account.h"

#include <stdlib.h>

#include "flow/rows.h"

static const char *const FATES[FATE_COUNT] = {"new",    "updated",  "unchanged", "duplicate", "rejected", "nil",
                                              "header", "preamble", "hint",      "footer",    "blank"};

const char *fate_name(enum fate f)
{
    return FATES[f];
}

void tally_add(struct tally *sum, const struct tally *one)
{
    sum->rows += one->rows;
    for (int f = 0; f < FATE_COUNT; f++) sum->fates[f] += one->fates[f];
    for (int c = 0; c < DIAG_COUNT; c++) sum->codes[c] += one->codes[c];
}

bool tally_sums(const struct tally *t)
{
    uint64_t n = 0;
    for (int f = 0; f < FATE_COUNT; f++) n += t->fates[f];
    return n == t->rows;
}

void account_file(struct account *a, const char *name, uint64_t sheets, const struct tally *t)
{
    mem_grow(&a->files, &a->cap, a->n + 1, sizeof *a->files);
    a->files[a->n++] = (struct account_file){arena_string(&a->names, name), sheets, *t};
    tally_add(&a->all, t);
}

bool account_sums(const struct account *a)
{
    for (size_t i = 0; i < a->n; i++)
        if (!tally_sums(&a->files[i].tally)) return false;
    return tally_sums(&a->all);
}

static void tally_json(struct buf *out, const struct tally *t)
{
    buf_put(out, "\"rows\": ");
    buf_int(out, (int64_t)t->rows);
    buf_put(out, ", \"fates\": {");
    for (int f = 0; f < FATE_COUNT; f++)
        buf_printf(out, "%s\"%s\": %llu", f ? ", " : "", FATES[f], (unsigned long long)t->fates[f]);
    buf_put(out, "}, \"codes\": {");
    const char *comma = "";
    for (int c = 0; c < DIAG_COUNT; c++) {
        if (!t->codes[c]) continue;
        buf_printf(out, "%s\"%s\": %llu", comma, diag_code_string((enum diag_code)c), (unsigned long long)t->codes[c]);
        comma = ", ";
    }
    buf_char(out, '}');
}

void account_json(struct buf *out, const struct account *a)
{
    buf_char(out, '{');
    tally_json(out, &a->all);
    buf_put(out, ", \"files\": [");
    for (size_t i = 0; i < a->n; i++) {
        buf_put(out, i ? ",\n  {\"file\": " : "\n  {\"file\": ");
        json_quote(out, str_of(a->files[i].name));
        buf_printf(out, ", \"sheets\": %llu, ", (unsigned long long)a->files[i].sheets);
        tally_json(out, &a->files[i].tally);
        buf_char(out, '}');
    }
    buf_put(out, "]}\n");
}

void account_free(struct account *a)
{
    free(a->files);
    arena_free(&a->names);
    *a = (struct account){0};
}
