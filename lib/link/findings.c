/* What a run finds and tells. */
#include <stdio.h>
#include <stdlib.h>

#include "link/kind_own.h"
#include "link/own.h"

enum { SHOWN = 20 }; /* conflicts */

static void tell_numbers(struct link *k, enum diag_code code, const uint64_t *v, size_t n)
{
    char text[4][24] = {{0}};
    for (size_t i = 0; i < n; i++) snprintf(text[i], sizeof text[i], "%llu", (unsigned long long)v[i]);
    diag_add(k->diag, code, NULL, text[0], n > 1 ? text[1] : NULL, n > 2 ? text[2] : NULL, n > 3 ? text[3] : NULL, NULL);
}

void link_put_place(struct buf *out, struct str file, struct str sheet, struct str row)
{
    buf_str(out, file);
    if (sheet.n) {
        buf_char(out, '[');
        buf_str(out, sheet);
        buf_char(out, ']');
    }
    buf_char(out, '!');
    buf_str(out, row);
}

/* Where a row that was put aside is from, as its own columns say. */
static bool put_own_place(struct link *k, uint32_t row, struct buf *out)
{
    int file = columns_find(&k->columns, STR("_file")), sheet = columns_find(&k->columns, STR("_sheet")),
        number = columns_find(&k->columns, STR("_row"));
    if (file < 0 || number < 0 || !k->table.spool) return false;
    struct str *v = mem_zero(k->columns.n + 1, sizeof *v);
    struct buf room = {0};
    bool said = spool_row(k->table.spool, row, &room, v, k->columns.n) && v[number].n;
    if (said) link_put_place(out, v[file], sheet < 0 ? (struct str){NULL, 0} : v[sheet], v[number]);
    buf_free(&room);
    free(v);
    return said;
}

/* What people find a row by: file, sheet and row where that is known, else its number. */
static void put_row(struct link *k, uint32_t row, struct buf *out)
{
    if (k->origin ? k->origin->put(k->origin, k->record[row], out) : put_own_place(k, row, out)) return;
    char number[16];
    snprintf(number, sizeof number, "%u", row + 1);
    const struct str args[DIAG_ARGS] = {str_of(number)};
    diag_expand(out, k->translate ? k->translate("row {1}") : "row {1}", args);
}

static void tell_two(struct link *k, enum diag_code code, uint32_t a, uint32_t b, const char *more)
{
    struct buf x = {0}, y = {0};
    put_row(k, a, &x);
    put_row(k, b, &y);
    diag_add(k->diag, code, NULL, buf_text(&x), buf_text(&y), more, NULL);
    buf_free(&x);
    buf_free(&y);
}

static void mask_id(char *out, size_t size, const uint64_t *f)
{
    uint8_t d[18];
    unsigned n = id_digits(f, d);
    size_t k = 0;
    for (unsigned i = 0; i < n && k + 1 < size; i++) out[k++] = i < 6 || i + 4 >= n ? "0123456789XO"[d[i]] : '*';
    out[k] = 0;
}

void link_tell_conflict(struct link *k, uint32_t a, uint32_t b, int id)
{
    char text[20];
    if (k->n_conflicts++ >= SHOWN) return;
    mask_id(text, sizeof text, column_value(&k->table.columns[id], table_id(&k->table, a, (size_t)id)).f);
    tell_two(k, DIAG_LINK_CONFLICT, a, b, text);
}

void link_tell_conflicts(struct link *k)
{
    if (k->n_conflicts > SHOWN) tell_numbers(k, DIAG_LINK_CONFLICTS, &(uint64_t){k->n_conflicts - SHOWN}, 1);
}

void link_tell_contradictions(struct link *k)
{
    const struct clusters *c = &k->clusters;
    for (size_t i = 0; i < c->n_contradicted; i++)
        tell_two(k, DIAG_LINK_CONTRADICTION, c->contradicted[2 * i], c->contradicted[2 * i + 1], NULL);
}

void link_tell_blocks(struct link *k)
{
    uint64_t split = 0, cut = 0;
    for (size_t i = 0; i < k->model->n_rules; i++) {
        split += k->blocking.counts[i].split;
        cut += k->blocking.counts[i].cut;
    }
    if (split) tell_numbers(k, DIAG_LINK_BLOCKS_SPLIT, (uint64_t[]){split, BLOCK_LARGEST, cut}, 3);
}

void link_tell_done(struct link *k)
{
    tell_numbers(k, DIAG_LINK_DONE, (uint64_t[]){k->table.n_rows, k->clusters.n, k->n_linked, k->n_review}, 4);
    uint64_t refused = k->clusters.refused_veto + k->clusters.refused_weak;
    if (refused) tell_numbers(k, DIAG_LINK_BRIDGE, &refused, 1);
}
