#include <stdlib.h>

#include "book/build_walk.h"
#include "rollup/places.h"
#include "rollup/standing.h"

/* Tables of people: several records of one, one number with two names. */

/* Records that share a key: an entity, or a citizen id. */
struct sharing {
    struct str name, id, entity, record, source;
    uint32_t group;
    struct standing standing;
};
struct shared {
    struct map keys;
    struct sharing *v;
    size_t n, cap;
    struct arena memory;
};

static void share(struct building *b, struct shared *s, const struct walk *w, const struct str *v, struct str key)
{
    bool fresh;
    struct map_entry *e = map_at(&s->keys, key, &fresh);
    if (fresh) e->value = s->keys.n - 1;
    struct str source = {0};
    if (w->file >= 0) {
        b->text.n = 0;
        buf_str(&b->text, v[w->file]);
        if (v[w->sheet].n) {
            buf_char(&b->text, '[');
            buf_str(&b->text, v[w->sheet]);
            buf_char(&b->text, ']');
        }
        buf_put(&b->text, " 第");
        buf_str(&b->text, v[w->row]);
        buf_put(&b->text, "行");
        source = str_copy(&s->memory, buf_slice(&b->text));
    }
    struct sharing one = {
        .source = source,
        .group = (uint32_t)e->value,
        .standing = {w->seen >= 0 ? str_copy(&s->memory, v[w->seen]) : (struct str){0}, str_copy(&s->memory, v[w->unit]), s->n}};
    if (w->c_name >= 0) one.name = str_copy(&s->memory, v[w->c_name]);
    if (w->c_id >= 0) one.id = str_copy(&s->memory, v[w->c_id]);
    if (w->record >= 0) one.record = str_copy(&s->memory, v[w->record]);
    if (w->entity >= 0) one.entity = str_copy(&s->memory, v[w->entity]);
    mem_grow(&s->v, &s->cap, s->n + 1, sizeof *s->v);
    s->v[s->n++] = one;
}

/* In each group the record that counts first. */
static int by_standing(const void *a, const void *b)
{
    const struct sharing *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    return standing_order(&x->standing, &y->standing);
}

static void put_duplicates(struct building *b, struct result *r, const struct walk *w, const struct sharing *v, size_t n)
{
    struct str *l = result_line(r, LINE_PLAIN);
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (!v[best].id.n && v[i].id.n) best = i;
    l[0] = building_masked(b, r, w->name, v[0].name);
    l[1] = building_masked(b, r, w->id, v[best].id);
    l[2] = result_number(r, (int64_t)n);
    l[3] = places_text(r, b->source->units, v[0].standing.unit);
    struct buf other = {0};
    for (size_t i = 1; i < n; i++) {
        if (i > 1) buf_put(&other, "；");
        buf_str(&other, places_text(r, b->source->units, v[i].standing.unit));
    }
    l[4] = result_text(r, buf_slice(&other));
    l[5] = result_text(r, v[0].entity);
    buf_free(&other);
}

static void put_conflict(struct building *b, struct result *r, const struct walk *w, const struct sharing *v, size_t n,
                         size_t number)
{
    for (size_t i = 0; i < n; i++) {
        struct str *l = result_line(r, number % 2 ? LINE_PLAIN : LINE_SUBTOTAL);
        l[0] = result_number(r, (int64_t)number);
        l[1] = building_masked(b, r, w->id, v[i].id);
        l[2] = building_masked(b, r, w->name, v[i].name);
        l[3] = places_text(r, b->source->units, v[i].standing.unit);
        l[4] = result_text(r, v[i].source);
        l[5] = result_text(r, v[i].record);
    }
}

static bool two_people(const struct sharing *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!str_eq(v[i].name, v[0].name) && (!v[0].entity.n || !str_eq(v[i].entity, v[0].entity))) return true;
    return false;
}

static struct result *people_columns(bool duplicates)
{
    static const char *const TITLES[2][5][2] = {
        {{"number", "序号"}, {"id", "身份证号"}, {"name", "姓名"}, {"place", "登记处"}, {"source", "来源"}},
        {{"name", "姓名"}, {"id", "身份证号"}, {"records", "登记次数"}, {"counted", "计入"}, {"also", "另登记于"}},
    };
    struct result *r = result_new();
    for (int k = 0; k < 5; k++) {
        enum column_kind kind =
            TITLES[duplicates][k][0][0] == 'i' || str_is(str_of(TITLES[duplicates][k][0]), "number") ? COLUMN_CODE : COLUMN_TEXT;
        if (duplicates && k == 2) kind = COLUMN_COUNT;
        result_column(r, str_of(TITLES[duplicates][k][0]), str_of(TITLES[duplicates][k][1]), kind);
    }
    result_column(r, duplicates ? STR("entity") : STR("record"), (struct str){0}, COLUMN_CODE); /* for --explain */
    return r;
}

bool build_people_table(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    bool duplicates = t->kind == TABLE_DUPLICATES;
    struct walk w;
    struct shared shared = {0};
    bool ok = walk_start(b, &w);
    if (ok) walk_narrow(&w, NULL);
    for (struct str *v; ok && (v = rows_next(&w.cursor));) {
        struct str key = duplicates ? (w.entity >= 0 ? v[w.entity] : (struct str){0}) : w.c_id >= 0 ? v[w.c_id] : (struct str){0};
        if (key.n && (!w.where || expr_matches(w.where, v))) share(b, &shared, &w, v, key);
    }
    if (shared.n) qsort(shared.v, shared.n, sizeof *shared.v, by_standing);
    struct result *r = people_columns(duplicates);
    size_t number = 0;
    for (size_t i = 0; i < shared.n;) {
        size_t end = i + 1;
        while (end < shared.n && shared.v[end].group == shared.v[i].group) end++;
        if (end - i > 1 && duplicates) put_duplicates(b, r, &w, shared.v + i, end - i);
        else if (end - i > 1 && two_people(shared.v + i, end - i)) put_conflict(b, r, &w, shared.v + i, end - i, ++number);
        i = end;
    }
    ok = walk_end(&w) && ok;
    map_free(&shared.keys);
    free(shared.v);
    arena_free(&shared.memory);
    struct block *block = content_block(s, r);
    block->heading = t->heading;
    block->numbered = duplicates;
    block_hide(block, duplicates ? "entity" : "record");
    block->wrap = true;
    build_trimmings(b, block, t, 0, 0);
    if (!r->n) block_note(b->content, block, duplicates ? STR("没有一人多处登记的情况。") : STR("没有同号不同名的情况。"));
    return ok;
}
