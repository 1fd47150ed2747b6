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

struct origin_columns link_origin_columns(const struct columns *c)
{
    return (struct origin_columns){columns_find(c, STR("_file")), columns_find(c, STR("_sheet")), columns_find(c, STR("_row"))};
}

bool link_put_own_place(const struct origin_columns *at, const struct str *v, struct buf *out)
{
    if (at->file < 0 || at->row < 0 || !v[at->row].n) return false;
    link_put_place(out, v[at->file], at->sheet < 0 ? (struct str){NULL, 0} : v[at->sheet], v[at->row]);
    return true;
}

/* Where a row that was put aside is from, as its own columns say. */
static bool put_own_place(struct link *k, uint32_t row, struct buf *out)
{
    const struct origin_columns at = link_origin_columns(&k->columns);
    if (at.row < 0 || !k->table.spool) return false;
    struct str *v = mem_zero(k->columns.n + 1, sizeof *v);
    struct buf room = {0};
    bool said = spool_row(k->table.spool, row, &room, v, k->columns.n) && link_put_own_place(&at, v, out);
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

static void tell_two_at(struct link *k, enum diag_code code, const struct place *at, uint32_t a, uint32_t b, const char *third,
                        const char *fourth)
{
    struct buf x = {0}, y = {0};
    put_row(k, a, &x);
    put_row(k, b, &y);
    diag_add(k->diag, code, at, buf_text(&x), buf_text(&y), third, fourth, NULL);
    buf_free(&x);
    buf_free(&y);
}

static void tell_two(struct link *k, enum diag_code code, uint32_t a, uint32_t b, const char *third, const char *fourth)
{
    tell_two_at(k, code, NULL, a, b, third, fourth);
}

static void mask_id(const struct link *k, size_t column, uint32_t value, char *out, size_t size)
{
    const uint64_t *f = column_value(&k->table.columns[column], value).f;
    uint8_t d[18];
    unsigned n = id_digits(f, d);
    size_t at = 0;
    for (unsigned i = 0; i < n && at + 1 < size; i++) out[at++] = i < 6 || i + 4 >= n ? "0123456789XO*"[d[i]] : '*';
    out[at] = 0;
}

void link_tell_conflict(struct link *k, uint32_t a, uint32_t b, int id)
{
    char text[20];
    if (k->n_conflicts++ >= SHOWN) return;
    mask_id(k, (size_t)id, table_id(&k->table, a, (size_t)id), text, sizeof text);
    tell_two(k, DIAG_LINK_CONFLICT, a, b, text, NULL);
}

void link_tell_conflicts(struct link *k)
{
    if (k->n_conflicts > SHOWN) tell_numbers(k, DIAG_LINK_CONFLICTS, &(uint64_t){k->n_conflicts - SHOWN}, 1);
}

struct unsaid {
    struct link *k;
    const char *file;
};

static void tell_unsaid(void *ctx, const struct decided *first, const struct decided *other)
{
    struct unsaid *u = ctx;
    char line[16];
    snprintf(line, sizeof line, "%u", other->line);
    const struct place at = {.file = u->file, .row = first->line};
    tell_two_at(u->k, DIAG_LINK_DECIDED_TWICE, &at, first->a, first->b, line, NULL);
}

void link_tell_unsaid(struct link *k, const char *file, size_t from)
{
    struct unsaid u = {k, file};
    decisions_unsay(&k->decisions, from, &u, tell_unsaid);
}

static void tell_refused(struct link *k, const struct refused *r)
{
    char x[20], y[20];
    if (r->why == REFUSED_ID) {
        mask_id(k, r->column, r->x, x, sizeof x);
        mask_id(k, r->column, r->y, y, sizeof y);
        tell_two(k, DIAG_LINK_DECIDED_IDS, r->a, r->b, x, y);
    } else if (r->why == REFUSED_VALUE) {
        tell_two(k, DIAG_LINK_DECIDED_VALUES, r->a, r->b, k->table.columns[r->column].name.s, NULL);
    } else {
        tell_two(k, r->why == REFUSED_SOURCE ? DIAG_LINK_DECIDED_SOURCE : DIAG_LINK_CONTRADICTION, r->a, r->b, NULL, NULL);
    }
}

void link_tell_contradictions(struct link *k)
{
    for (size_t i = 0; i < k->clusters.n_refused; i++)
        if (k->clusters.refused[i].decided) tell_refused(k, &k->clusters.refused[i]);
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
