#include <stdlib.h>

#include "book/build_walk.h"
#include "rollup/places.h"
#include "rollup/standing.h"

/* Lists of records.  They may be as long as the store: lines are put aside, sorted (flow/sorter.h). */

/* A column: a field of the ledger or of a join; 'place' stands for three. */
struct list_column {
    const struct field *field;
    int from;    /* column of the input; PLACE: where the unit lies */
    bool asked;  /* by its name, and not only as one of the form */
    bool filled; /* somebody has a value */
};
enum { PLACE = -2, PLACES = 3 };
struct listing {
    struct building *b;
    const struct table_spec *t;
    struct walk walk;
    struct expr *where;
    struct result *head; /* the columns */
    struct list_column *columns;
    size_t n, cap;
    struct sorter *lines;
    struct str *values; /* of the line at hand */
    int *sort;          /* columns of the input */
    struct buf key;
    uint64_t row;        /* of the walk, from 0 */
    struct map lines_of; /* entity -> index of the record that its line is of */
    struct standing *chosen;
    size_t cap_chosen;
    struct arena memory; /* of them */
    struct result *scratch;
};

static void add_place(struct listing *l)
{
    mem_grow(&l->columns, &l->cap, l->n + 1, sizeof *l->columns);
    l->columns[l->n++] = (struct list_column){.from = PLACE, .asked = true};
    places_columns(l->head);
}

static bool no_column(struct listing *l, struct str name)
{
    struct building *b = l->b;
    b->text.n = 0;
    buf_str(&b->text, name);
    diag_add(b->diag, DIAG_REPORT_NO_COLUMN, NULL, b->report->name.s, buf_text(&b->text),
             l->t->heading.n ? l->t->heading.s : "list", NULL);
    return false;
}

static bool add_field(struct listing *l, struct str name, bool asked)
{
    struct building *b = l->b;
    const struct field *f = b->source->schema ? schema_field(b->source->schema, name) : NULL;
    int from = columns_find(&l->walk.rows->columns, name);
    if (from < 0) return no_column(l, name);
    mem_grow(&l->columns, &l->cap, l->n + 1, sizeof *l->columns);
    l->columns[l->n++] = (struct list_column){f, from, asked, false};
    bool number = f ? f->type == TYPE_INTEGER || f->type == TYPE_NUMBER : name.s[0] != '_';
    result_column(l->head, name, building_title(b, name),
                  number                      ? COLUMN_DECIMAL
                  : f && f->type == TYPE_DATE ? COLUMN_CODE
                                              : COLUMN_TEXT);
    return true;
}

/* All fields of the ledger's form; sensitive ones only for those who see everything. */
static bool add_form(struct listing *l)
{
    const struct schema *s = l->b->source->schema;
    bool ok = true;
    for (size_t i = 0; s && ok && i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        bool place = f->role == ROLE_COMMUNITY || f->role == ROLE_GRID || f->role == ROLE_BUILDING;
        if (!f->on_form || place || (f->sensitive && l->b->source->mask != PROFILE_NONE)) continue;
        ok = add_field(l, f->name, false);
    }
    return ok;
}

static bool start(struct listing *l)
{
    const struct table_spec *t = l->t;
    struct building *b = l->b;
    if (!walk_start(b, &l->walk)) return false;
    bool ok = true;
    for (size_t k = 0; k < t->n_fields; k++) {
        if (str_is(t->fields[k], "place")) add_place(l);
        else ok = (str_is(t->fields[k], "form") ? add_form(l) : add_field(l, t->fields[k], true)) && ok;
    }
    const struct columns *c = &l->walk.rows->columns;
    if (l->walk.record >= 0) result_column(l->head, STR("record"), (struct str){0}, COLUMN_CODE); /* for --explain */
    l->sort = mem_zero(t->n_sort, sizeof *l->sort);
    for (size_t k = 0; k < t->n_sort; k++) {
        l->sort[k] = columns_find(c, t->sort[k]);
        bool known =
            l->sort[k] >= 0 || str_is(t->sort[k], "unit") || (b->source->schema && schema_field(b->source->schema, t->sort[k]));
        if (!known) ok = no_column(l, t->sort[k]); /* what only this input lacks sorts nothing */
    }
    struct expr_env env = {.columns = c->names, .n = c->n, .schema = b->source->schema, .today = str_of(b->month_end)};
    if (ok && t->where.n) l->where = expr_compile(&env, t->where, b->diag);
    l->values = mem_zero(l->head->n_columns, sizeof *l->values);
    l->lines = sorter_new(l->head->n_columns, b->diag);
    return ok && (l->where || !t->where.n);
}

static bool matches(const struct listing *l, const struct walk *w, const struct str *v)
{
    return (!w->where || expr_matches(w->where, v)) && (!l->where || expr_matches(l->where, v));
}

static void offer(struct listing *l, const struct walk *w, const struct str *v, uint64_t row)
{
    bool fresh;
    struct map_entry *e = map_at(&l->lines_of, v[w->entity], &fresh);
    struct standing now = {w->seen >= 0 ? v[w->seen] : (struct str){0}, w->unit >= 0 ? v[w->unit] : (struct str){0}, row};
    if (fresh) {
        e->value = l->lines_of.n - 1;
        mem_grow(&l->chosen, &l->cap_chosen, l->lines_of.n, sizeof *l->chosen);
    } else if (standing_order(&now, &l->chosen[e->value]) >= 0) {
        return;
    }
    l->chosen[e->value] = (struct standing){str_copy(&l->memory, now.seen), str_copy(&l->memory, now.unit), row};
}

/* Of a list that has each person once: by which record.  It is the one that rollups count him by, so the records are read twice. */
static bool choose(struct listing *l)
{
    struct walk w;
    uint64_t row = 0;
    bool ok = walk_start(l->b, &w);
    if (ok) walk_narrow(&w, l->where);
    for (struct str *v; ok && w.entity >= 0 && (v = rows_next(&w.cursor)); row++)
        if (v[w.entity].n && matches(l, &w, v)) offer(l, &w, v, row);
    return walk_end(&w) && ok;
}

static bool wanted(const struct listing *l, const struct str *v)
{
    if (!matches(l, &l->walk, v)) return false;
    if (!l->t->once || l->walk.entity < 0 || !v[l->walk.entity].n) return true;
    return l->chosen[map_find(&l->lines_of, v[l->walk.entity])->value].row == l->row;
}

static bool put(struct listing *l, const struct str *v)
{
    struct building *b = l->b;
    size_t at = 0;
    arena_reset(&l->scratch->memory);
    for (size_t k = 0; k < l->n; k++) {
        if (l->columns[k].from != PLACE) {
            l->values[at++] = building_masked(b, l->scratch, l->columns[k].field, v[l->columns[k].from]);
            l->columns[k].filled = l->columns[k].filled || v[l->columns[k].from].n;
            continue;
        }
        uint32_t unit = b->source->units && l->walk.unit >= 0 ? units_code(b->source->units, v[l->walk.unit]) : UNIT_NONE;
        memset(l->values + at, 0, PLACES * sizeof *l->values);
        if (unit != UNIT_NONE) places_put(l->scratch, l->values + at, b->source->units, unit);
        at += PLACES;
    }
    if (l->walk.record >= 0) l->values[at] = v[l->walk.record];
    l->key.n = 0;
    for (size_t k = 0; k < l->t->n_sort; k++) {
        if (l->sort[k] >= 0) buf_str(&l->key, v[l->sort[k]]);
        buf_char(&l->key, 0);
    }
    return sorter_put(l->lines, buf_slice(&l->key), l->values);
}

/* Columns of the form that nobody filled in would leave little room for those that somebody did. */
static void hide_empty(const struct listing *l, struct block *block)
{
    size_t at = 0;
    for (size_t k = 0; k < l->n; k++) {
        if (!l->columns[k].asked && !l->columns[k].filled && block_lines(block)) block->hidden[at] = true;
        at += l->columns[k].from == PLACE ? PLACES : 1;
    }
}

bool build_list(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct listing l = {.b = b, .t = t, .head = result_new(), .scratch = result_new()};
    bool ok = start(&l) && (!t->once || choose(&l));
    for (struct str *v; ok && (v = rows_next(&l.walk.cursor)); l.row++)
        if (wanted(&l, v)) ok = put(&l, v);
    ok = walk_end(&l.walk) && ok;
    struct block *block = content_block(s, l.head);
    block->heading = t->heading;
    block->lines = l.lines;
    block->numbered = block->filter = true;
    block_hide(block, "record");
    if (ok) hide_empty(&l, block);
    build_trimmings(b, block, t, 0, 0);
    if (ok && !block_lines(block)) block_note(b->content, block, STR("没有符合条件的记录。"));
    result_free(l.scratch);
    expr_free(l.where);
    free(l.columns);
    free(l.values);
    free(l.sort);
    buf_free(&l.key);
    map_free(&l.lines_of);
    free(l.chosen);
    arena_free(&l.memory);
    return ok;
}
