/* Records as they came with their entity, and golden records. */
#include <stdio.h>
#include <stdlib.h>

#include "link/own.h"

enum { FLUSH = 1 << 18, MAX_THREADS = 64 };

struct str link_entity_name(const struct link *k, uint32_t entity, char text[16])
{
    if (k->names) return k->names[entity];
    snprintf(text, 16, "E%u", entity + 1);
    return str_of(text);
}

/* The columns of the stream and `extra` of ours; one of the same name is written over.  at[i] = where our i-th stands. */
static struct columns with_own(const struct columns *c, const char *const *extra, size_t n_extra, size_t *at)
{
    struct columns all = {mem_zero(c->n + n_extra, sizeof(struct str)), c->n};
    memcpy(all.names, c->names, c->n * sizeof *all.names);
    for (size_t i = 0; i < n_extra; i++) {
        int there = columns_find(c, str_of(extra[i]));
        at[i] = there >= 0 ? (size_t)there : all.n;
        if (there < 0) all.names[all.n++] = str_of(extra[i]);
    }
    return all;
}

/* The values as the audience may see them, in place. */
static void mask_values(struct link *k, struct str *v)
{
    const struct str *shown = row_mask_row(&k->shown, v);
    if (shown != v) memcpy(v, shown, k->columns.n * sizeof *v);
}

static void flush(struct out *o, struct buf *b, size_t least)
{
    if (b->n < least) return;
    out_write(o, buf_slice(b));
    b->n = 0;
}

/* What a thread makes of a block, until its turn to be written. */
struct written {
    const struct row_block *block;
    struct buf text;
    struct row_mask shown;
    struct str *values;
};
struct writing {
    struct link *k;
    struct out *out;
    enum row_format format;
    struct columns columns;
    size_t at; /* of the entity */
    struct written of[MAX_THREADS];
};

static bool write_block(void *ctx, struct rows *r, struct row_block *b, unsigned thread)
{
    struct writing *w = ctx;
    struct written *t = &w->of[thread];
    char entity[16];
    if (!t->values) {
        t->values = mem_zero(w->columns.n + 1, sizeof *t->values);
        t->shown = row_mask_copy(&w->k->shown);
    }
    t->block = b;
    t->text.n = 0;
    for (size_t i = 0; i < b->n_rows; i++) {
        memcpy(t->values, row_mask_row(&t->shown, row_of(b, &r->columns, i)), r->columns.n * sizeof *t->values);
        t->values[w->at] = link_entity_name(w->k, w->k->clusters.of[b->first + i], entity);
        rows_format(&t->text, w->format, &w->columns, t->values);
    }
    return true;
}

static bool put_block(void *ctx, struct rows *r, struct row_block *b)
{
    struct writing *w = ctx;
    const struct written *t = w->of;
    (void)r;
    while (t->block != b) t++;
    out_write(w->out, buf_slice(&t->text));
    return !out_failed(w->out);
}

bool link_write_records(struct link *k, struct out *o, enum row_format f)
{
    static const char *const EXTRA[] = {"_entity"};
    struct writing *w = mem_zero(1, sizeof *w);
    struct buf header = {0};
    *w = (struct writing){.k = k, .out = o, .format = f};
    w->columns = with_own(&k->columns, EXTRA, 1, &w->at);
    rows_format_header(&header, f, &w->columns);
    out_write(o, buf_slice(&header));
    struct rows *r = spool_rows(k->table.spool, &k->columns);
    bool ok = rows_run(r, k->blocking.threads, w, write_block, put_block);
    rows_close(r);
    for (size_t i = 0; i < MAX_THREADS; i++) {
        buf_free(&w->of[i].text);
        row_mask_free(&w->of[i].shown);
        free(w->of[i].values);
    }
    buf_free(&header);
    free(w->columns.names);
    free(w);
    return ok && !out_failed(o);
}

/* ---- golden records ---- */
struct member {
    uint32_t row;
    uint32_t trust;  /* place in the model's order, the best 0 */
    uint32_t filled; /* values given */
    struct str newest;
    struct buf room;
    struct str *values;
};
struct golden {
    struct link *k;
    const struct columns *columns;
    struct member *members;
    size_t n, cap;
    int newest, trusted, id; /* columns, -1 = none */
    struct origin_columns origin;
};

static int better(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->trust != y->trust) return x->trust < y->trust ? -1 : 1;
    int newer = str_cmp(y->newest, x->newest);
    if (newer) return newer;
    if (x->filled != y->filled) return x->filled > y->filled ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static bool load_member(struct golden *g, uint32_t row)
{
    size_t old = g->cap;
    mem_grow(&g->members, &g->cap, g->n + 1, sizeof *g->members);
    if (g->cap > old) memset(g->members + old, 0, (g->cap - old) * sizeof *g->members);
    struct member *m = &g->members[g->n];
    if (!m->values) m->values = mem_zero(g->columns->n + 1, sizeof *m->values);
    if (!spool_row(g->k->table.spool, row, &m->room, m->values, g->columns->n)) return false;
    const struct model *model = g->k->model;
    m->row = row;
    m->filled = 0;
    for (size_t i = 0; i < g->columns->n; i++) m->filled += m->values[i].n > 0 && g->columns->names[i].s[0] != '_';
    m->newest = g->newest >= 0 ? m->values[g->newest] : (struct str){"", 0};
    m->trust = (uint32_t)model->n_trusted;
    for (size_t i = 0; g->trusted >= 0 && i < model->n_trusted; i++)
        if (str_eq(model->trusted[i], m->values[g->trusted])) {
            m->trust = (uint32_t)i;
            break;
        }
    g->n++;
    return true;
}

static void put_place(struct golden *g, const struct member *m, struct buf *out)
{
    if (!link_put_own_place(&g->origin, m->values, out)) buf_printf(out, "%u", m->row + 1);
}

/* Which member gives the value of a column: the best that has one; of citizen ids, the best that has a valid one. */
static size_t giver(const struct golden *g, size_t column)
{
    if ((int)column == g->id)
        for (size_t i = 0; i < g->n; i++) {
            struct buf scratch[2] = {{0}};
            struct value v;
            bool valid = kind_read(KIND_CITIZEN_ID, g->members[i].values[column], scratch, &v) && kind_id_valid(v.f);
            buf_free(&scratch[0]);
            buf_free(&scratch[1]);
            if (valid) return i;
        }
    for (size_t i = 0; i < g->n; i++)
        if (g->members[i].values[column].n) return i;
    return 0;
}

static bool is_said(const struct golden *g, size_t column, size_t upto)
{
    for (size_t i = 0; i < upto; i++)
        if (str_eq(g->members[i].values[column], g->members[upto].values[column])) return true;
    return false;
}

/* "phone=139... / 138...": columns in which members say different things. */
static void put_conflicts(const struct golden *g, struct buf *out)
{
    size_t start = out->n;
    for (size_t c = 0; c < g->columns->n; c++) {
        if (g->columns->names[c].s[0] == '_') continue;
        size_t said = 0, at = out->n;
        for (size_t i = 0; i < g->n; i++) {
            if (!g->members[i].values[c].n || is_said(g, c, i)) continue;
            buf_put(out, said++ ? " / " : at > start ? "; " : "");
            if (said == 1) {
                buf_str(out, g->columns->names[c]);
                buf_char(out, '=');
            }
            row_mask_value(&g->k->shown, c, g->members[i].values[c], out);
        }
        if (said < 2) out->n = at;
    }
}

/* "sheet.xlsx[Sheet1]!2=name,sex; other.csv!7=phone": which record gave which values, beside the first, which gave the rest. */
static void put_sources(struct golden *g, const size_t *from, struct buf *out)
{
    size_t start = out->n;
    for (size_t i = 0; i < g->n; i++) {
        size_t gave = 0;
        for (size_t c = 0; c < g->columns->n; c++) {
            if (g->columns->names[c].s[0] == '_' || from[c] != i || !g->members[i].values[c].n) continue;
            if (!gave++) {
                if (out->n > start) buf_put(out, "; ");
                put_place(g, &g->members[i], out);
                buf_char(out, '=');
            } else {
                buf_char(out, ',');
            }
            buf_str(out, g->columns->names[c]);
        }
    }
}

static void golden_row(struct golden *g, uint32_t entity, const size_t *at, const struct columns *all, struct str *v,
                       struct buf *own, struct buf *b, enum row_format f)
{
    size_t *from = mem_zero(g->columns->n + 1, sizeof *from);
    if (g->n > 1) qsort(g->members, g->n, sizeof *g->members, better);
    for (size_t c = 0; c < g->columns->n; c++) {
        bool ours = g->columns->names[c].s[0] == '_' || str_is(g->columns->names[c], "unit");
        from[c] = ours ? 0 : giver(g, c); /* where the best record stands, unit and all */
        v[c] = g->members[from[c]].values[c];
    }
    mask_values(g->k, v);
    own->n = 0;
    size_t cut[4];
    char name[16];
    buf_str(own, link_entity_name(g->k, entity, name));
    cut[0] = own->n;
    buf_printf(own, "%zu", g->n);
    cut[1] = own->n;
    put_sources(g, from, own);
    cut[2] = own->n;
    put_conflicts(g, own);
    cut[3] = own->n;
    for (size_t i = 0, start = 0; i < 4; start = cut[i++]) v[at[i]] = (struct str){own->s + start, cut[i] - start};
    rows_format(b, f, all, v);
    free(from);
}

void link_by_entity(const struct link *k, uint32_t **start, uint32_t **rows)
{
    size_t n = (size_t)k->table.n_rows;
    *start = mem_zero(k->clusters.n + 2u, sizeof **start);
    *rows = mem_alloc((n + 1) * sizeof **rows);
    for (size_t i = 0; i < n; i++) (*start)[k->clusters.of[i] + 2u]++;
    for (size_t e = 2; e < k->clusters.n + 2u; e++) (*start)[e] += (*start)[e - 1];
    for (size_t i = 0; i < n; i++) (*rows)[(*start)[k->clusters.of[i] + 1u]++] = (uint32_t)i;
}

bool link_write_golden(struct link *k, struct out *o, enum row_format f)
{
    static const char *const EXTRA[] = {"_entity", "_records", "_from", "_conflicts"};
    size_t at[4];
    struct columns all = with_own(&k->columns, EXTRA, 4, at);
    struct golden g = {
        .k = k,
        .columns = &k->columns,
        .newest = k->model->newest.n ? columns_find(&k->columns, k->model->newest) : -1,
        .trusted = k->model->trusted_column.n ? columns_find(&k->columns, k->model->trusted_column) : -1,
        .id = -1,
        .origin = link_origin_columns(&k->columns),
    };
    for (size_t i = 0; i < k->model->n; i++)
        if (k->model->comparisons[i].kind == KIND_CITIZEN_ID) g.id = k->table.columns[i].at;
    struct str *v = mem_zero(all.n + 1, sizeof *v);
    struct buf b = {0}, own = {0};
    uint32_t *start, *rows;
    link_by_entity(k, &start, &rows);
    rows_format_header(&b, f, &all);
    bool ok = true;
    for (uint32_t e = 0; ok && e < k->clusters.n && !out_failed(o); e++) {
        g.n = 0;
        for (uint32_t i = start[e]; ok && i < start[e + 1]; i++) ok = load_member(&g, rows[i]);
        if (ok) golden_row(&g, e, at, &all, v, &own, &b, f);
        flush(o, &b, FLUSH);
    }
    flush(o, &b, 0);
    for (size_t i = 0; i < g.cap; i++) {
        buf_free(&g.members[i].room);
        free(g.members[i].values);
    }
    free(g.members);
    free(start);
    free(rows);
    free(v);
    buf_free(&b);
    buf_free(&own);
    free(all.names);
    return ok && !out_failed(o);
}
