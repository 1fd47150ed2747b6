#include "book/content.h"

#include <stdlib.h>

struct content *content_new(void)
{
    return mem_zero(1, sizeof(struct content));
}

void content_free(struct content *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->n_sheets; i++) {
        struct content_sheet *s = &c->sheets[i];
        for (size_t k = 0; k < s->n_blocks; k++) {
            struct block *b = &s->blocks[k];
            result_free(b->table);
            sorter_free(b->lines);
            free(b->hidden);
            free(b->notes);
            free(b->charts);
            free(b->conditions);
        }
        free(s->blocks);
    }
    free(c->sheets);
    arena_free(&c->memory);
    free(c);
}

struct content_sheet *content_sheet(struct content *c, struct str name, struct str title)
{
    mem_grow(&c->sheets, &c->cap_sheets, c->n_sheets + 1, sizeof *c->sheets);
    struct content_sheet *s = &c->sheets[c->n_sheets++];
    *s = (struct content_sheet){.name = str_copy(&c->memory, name), .title = str_copy(&c->memory, title)};
    return s;
}

struct block *content_block(struct content_sheet *s, struct result *table)
{
    mem_grow(&s->blocks, &s->cap_blocks, s->n_blocks + 1, sizeof *s->blocks);
    struct block *b = &s->blocks[s->n_blocks++];
    *b = (struct block){.table = table};
    if (table) b->hidden = mem_zero(table->n_columns, sizeof *b->hidden);
    return b;
}

size_t block_lines(const struct block *b)
{
    return b->lines ? (size_t)sorter_count(b->lines) : b->table ? b->table->n : 0;
}

const struct result_line *block_next(struct block_walk *w)
{
    const struct block *b = w->block;
    if (!b->lines) return w->next < b->table->n ? &b->table->lines[w->next++] : NULL;
    if (!w->next && !sorter_start(b->lines)) return NULL;
    const struct str *values = sorter_next(b->lines);
    w->next++;
    w->line = (struct result_line){(struct str *)(uintptr_t)values, LINE_PLAIN};
    return values ? &w->line : NULL;
}

bool content_failed(const struct content *c)
{
    for (size_t i = 0; i < c->n_sheets; i++)
        for (size_t k = 0; k < c->sheets[i].n_blocks; k++)
            if (c->sheets[i].blocks[k].lines && sorter_failed(c->sheets[i].blocks[k].lines)) return true;
    return false;
}

const struct str *block_was(const struct block *b, size_t line, size_t column)
{
    const struct str *was = b->was ? &b->was[line * b->table->n_columns + column] : NULL;
    return was && was->s ? was : NULL;
}

void block_note(struct content *c, struct block *b, struct str text)
{
    mem_grow(&b->notes, &b->cap_notes, b->n_notes + 1, sizeof *b->notes);
    b->notes[b->n_notes++] = str_copy(&c->memory, text);
}

void block_hide(struct block *b, const char *column)
{
    for (size_t i = 0; i < b->table->n_columns; i++)
        if (str_is(b->table->columns[i].name, column)) b->hidden[i] = true;
}

void block_chart(struct content *c, struct block *b, enum chart_kind kind, struct str title, size_t categories,
                 const size_t *series, size_t n)
{
    mem_grow(&b->charts, &b->cap_charts, b->n_charts + 1, sizeof *b->charts);
    size_t *copy = arena_alloc(&c->memory, n * sizeof *copy);
    memcpy(copy, series, n * sizeof *copy);
    b->charts[b->n_charts++] = (struct content_chart){kind, str_copy(&c->memory, title), categories, copy, n};
}

void block_condition(struct block *b, size_t column, enum condition condition, double limit)
{
    mem_grow(&b->conditions, &b->cap_conditions, b->n_conditions + 1, sizeof *b->conditions);
    b->conditions[b->n_conditions++] = (struct content_condition){column, condition, limit};
}
