/* The records to be linked, column by column: every distinct value once, every row a number a column.
 *
 * Only the columns that the model names are held here; whole rows wait in the spool. */
#ifndef VET_LINK_TABLE_H
#define VET_LINK_TABLE_H

#include "flow/rows.h"
#include "link/kind.h"
#include "link/spool.h"

struct column {
    struct str name;
    int at; /* in the stream */
    enum kind kind;
    uint32_t n_values; /* value v stands at v - 1 in what follows */
    uint64_t *f;       /* kind_info.width numbers each */
    uint64_t *hash;
    uint32_t *count;   /* rows that have it */
    uint32_t *text_at; /* n_values + 1, or NULL */
    struct buf text;
    size_t cap_values, cap_hash, cap_count, cap_text;
    uint32_t *slots; /* while loading */
    size_t n_slots;
};
struct table {
    struct column *columns;
    size_t n_columns;
    uint64_t n_rows;
    uint64_t population; /* rows among which values are counted, when these are only some of them; 0 = n_rows */
    uint32_t *ids;       /* row after row, the value in each column, from 1; 0 = none */
    size_t cap_ids;
    struct spool *spool;   /* NULL: rows are not kept */
    struct columns stream; /* of the stream that was loaded; not owned */
};
static inline struct kept column_value(const struct column *c, uint32_t v)
{
    struct kept k = {c->f + (size_t)(v - 1) * kind_info(c->kind)->width, {NULL, 0}};
    if (c->text_at) k.text = (struct str){c->text.s + c->text_at[v - 1], c->text_at[v] - c->text_at[v - 1]};
    return k;
}
/* Reads all rows; again, for more of them, when there is no spool.  The columns' name, at and kind are given.  False after a
 * finding. */
bool table_load(struct table *t, struct rows *r, unsigned threads);
void table_free(struct table *t);
static inline uint32_t table_id(const struct table *t, uint32_t row, size_t column)
{
    return t->ids[(size_t)row * t->n_columns + column];
}
/* How alike two values of a column are, by their numbers. */
unsigned column_level(const struct table *t, size_t column, uint32_t x, uint32_t y);

#endif
