#include "link/in_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "link/in_store_own.h"

struct rows *link_store_rows(struct store *s, const struct schema *l)
{
    return store_rows(s, &(struct store_query){.ledger = l, .source = true, .record = true});
}

static int64_t number_of(struct str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++) n = n * 10 + (s.s[i] - '0');
    return n;
}

/* The record number of every row, in the order of the stream. */
int64_t *link_record_numbers(struct link *k)
{
    int at = columns_find(&k->columns, STR("_record"));
    int64_t *v = mem_zero(k->table.n_rows + 1, sizeof *v);
    struct row_cursor c = {.rows = spool_rows(k->table.spool, &k->columns)};
    const struct str *values;
    for (uint64_t i = 0; at >= 0 && (values = rows_next(&c)); i++) v[i] = number_of(values[at]);
    rows_done(&c);
    rows_close(c.rows);
    return v;
}

/* ---- decisions ---- */
struct source {
    struct decision_source head;
    struct store *store;
    const struct schema *ledger;
    struct str split;
};

/* Says of every two records of the entity that they are different people. */
static bool split_entity(struct decision_source *head, struct link *k)
{
    struct source *x = (struct source *)head;
    int64_t *record = link_record_numbers(k);
    struct map rows = {0};
    char text[24];
    for (uint64_t i = 0; i < k->table.n_rows; i++) {
        snprintf(text, sizeof text, "%lld", (long long)record[i]);
        map_at(&rows, str_of(text), NULL)->value = i;
    }
    uint32_t *members = NULL;
    size_t n = 0, cap = 0;
    struct rows *links = store_links(x->store, x->ledger, 0);
    struct row_cursor c = {.rows = links};
    for (struct str *v; links && (v = rows_next(&c));) {
        const struct map_entry *e = str_eq(v[1], x->split) ? map_find(&rows, v[0]) : NULL;
        if (!e) continue;
        mem_grow(&members, &cap, n + 1, sizeof *members);
        members[n++] = (uint32_t)e->value;
    }
    bool ok = links && rows_done(&c);
    rows_close(links);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) decisions_add(&k->decisions, members[i], members[j], DECISION_DIFFERENT, 0);
    if (ok && n < 2) {
        diag_add(k->diag, DIAG_LINK_NO_ENTITY, NULL, arena_copy(&k->memory, x->split.s, x->split.n), NULL);
        ok = false;
    }
    free(members);
    free(record);
    map_free(&rows);
    return ok;
}

static bool load_decisions(struct decision_source *head, struct link *k)
{
    struct source *x = (struct source *)head;
    if (!k->record && k->table.spool) {
        int64_t *numbers = link_record_numbers(k);
        uint32_t *record = arena_zero(&k->memory, k->table.n_rows + 1, sizeof *record);
        for (uint64_t i = 0; i < k->table.n_rows; i++) record[i] = (uint32_t)numbers[i];
        free(numbers);
        k->record = record;
    }
    struct rows *r = store_decisions(x->store, 0);
    bool ok = r && link_take_decisions(k, r, false);
    rows_close(r);
    return ok;
}

static bool keep_decisions(struct decision_source *head, const struct link *k, const struct decided *decided, size_t n)
{
    struct source *x = (struct source *)head;
    struct store_decision *v = mem_zero(n + 1, sizeof *v);
    char(*keys)[2][17] = mem_zero(n + 1, sizeof *keys);
    for (size_t i = 0; i < n; i++) {
        link_store_key(k, decided[i].a, keys[i][0]);
        link_store_key(k, decided[i].b, keys[i][1]);
        v[i] = (struct store_decision){.a = str_of(keys[i][0]),
                                       .b = str_of(keys[i][1]),
                                       .verdict = decided[i].decision == DECISION_SAME ? STR("same") : STR("different")};
    }
    bool ok = n == 0 || store_decisions_add(x->store, v, n);
    free(v);
    free(keys);
    return ok;
}

struct decision_source *link_store_decisions(struct store *s, const struct schema *l, struct str split)
{
    struct source *x = mem_zero(1, sizeof *x);
    *x = (struct source){{load_decisions, split.n ? split_entity : NULL, keep_decisions}, s, l, split};
    return &x->head;
}

void link_store_decisions_free(struct decision_source *d)
{
    free(d);
}

/* ---- links ---- */
void naming_add(struct map *old, struct str record, struct str entity)
{
    struct map_entry *e = map_at(old, record, NULL);
    e->value = (uint64_t)(uintptr_t)str_copy(&old->keys, entity).s; /* NUL follows it */
}

void naming_free(struct naming *n)
{
    map_free(&n->old);
    map_free(&n->taken);
    arena_free(&n->memory);
}

/* The names that entities had, by record. */
static bool old_names(struct store *s, const struct schema *l, struct map *by_record)
{
    struct rows *r = store_links(s, l, 0);
    struct row_cursor c = {.rows = r};
    for (struct str *v; r && (v = rows_next(&c));) naming_add(by_record, v[0], v[1]);
    bool ok = r && rows_done(&c);
    rows_close(r);
    return ok;
}

static struct str old_name(struct naming *n, int64_t record)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)record);
    const struct map_entry *e = map_find(&n->old, str_of(text));
    return e ? str_of((const char *)(uintptr_t)e->value) : (struct str){NULL, 0};
}

/* The name that most of the members had, the first of them on a tie, unless another entity took it; else a new one after the first
 * record. */
static struct str name_of(struct naming *n, const uint32_t *rows, size_t count)
{
    struct str best = {NULL, 0};
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        struct str name = old_name(n, n->record[rows[i]]);
        if (!name.n || map_find(&n->taken, name)) continue;
        size_t same = 0;
        for (size_t j = 0; j < count; j++) same += str_eq(old_name(n, n->record[rows[j]]), name);
        if (same > most) most = same, best = name;
    }
    int64_t first = n->record[rows[0]];
    for (size_t i = 1; i < count; i++)
        if (n->record[rows[i]] < first) first = n->record[rows[i]];
    for (unsigned again = 0; !best.n; again++) {
        char text[40];
        int length = snprintf(text, sizeof text, again ? "P%lld-%u" : "P%lld", (long long)first, again);
        if (map_find(&n->taken, str_of(text)) || (n->store && store_links_taken(n->store, n->ledger, str_of(text)))) continue;
        best = (struct str){arena_copy(&n->memory, text, (size_t)length), (size_t)length};
    }
    map_at(&n->taken, best, NULL);
    return best;
}

/* A record by itself has no entity in the store, and would begin one of this name. */
static struct str own_name(struct naming *n, int64_t record)
{
    char text[40];
    for (unsigned again = 0;; again++) {
        int length = snprintf(text, sizeof text, again ? "P%lld-%u" : "P%lld", (long long)record, again);
        bool is_new;
        map_at(&n->taken, str_of(text), &is_new);
        if (is_new) return (struct str){arena_copy(&n->k->memory, text, (size_t)length), (size_t)length};
    }
}

bool link_store_names(struct link *k, struct store *s, const struct schema *l)
{
    int64_t *record = link_record_numbers(k);
    struct naming n = {.k = k, .record = record};
    bool ok = old_names(s, l, &n.old);
    uint32_t *start, *rows;
    link_by_entity(k, &start, &rows);
    if (ok) k->names = arena_zero(&k->memory, k->clusters.n + 1u, sizeof *k->names);
    for (int alone = 0; ok && alone < 2; alone++)
        for (uint32_t e = 0; e < k->clusters.n; e++) {
            size_t count = start[e + 1] - start[e];
            if (alone == (count < 2))
                k->names[e] =
                    alone ? own_name(&n, record[rows[start[e]]]) : str_copy(&k->memory, name_of(&n, rows + start[e], count));
        }
    free(start);
    free(rows);
    free(record);
    naming_free(&n);
    return ok;
}

/* Why a record belongs to its entity, the best reason first: a person decided, the same verified id, or probability. */
static struct str reason_of(const struct link *k, const uint32_t *rows, size_t count, uint32_t row)
{
    size_t id = 0;
    while (id < k->model->n && k->model->comparisons[id].kind != KIND_CITIZEN_ID) id++;
    for (size_t i = 0; i < count; i++)
        if (rows[i] != row && decisions_find(&k->decisions, rows[i], row) == DECISION_SAME) return STR("decided");
    uint32_t own = id < k->model->n ? table_id(&k->table, row, id) : 0;
    if (!own || !k->model->verified || !kind_id_valid(column_value(&k->table.columns[id], own).f)) return STR("likely");
    for (size_t i = 0; i < count; i++)
        if (rows[i] != row && table_id(&k->table, rows[i], id) == own) return STR("same_id");
    return STR("likely");
}

size_t naming_links(struct naming *n, struct store_link *v)
{
    struct link *k = n->k;
    uint32_t *start, *rows;
    size_t m = 0;
    link_by_entity(k, &start, &rows);
    for (uint32_t e = 0; e < k->clusters.n; e++) {
        size_t count = start[e + 1] - start[e];
        if (count < 2) continue;
        struct str name = k->names ? k->names[e] : name_of(n, rows + start[e], count);
        for (size_t i = start[e]; i < start[e + 1]; i++)
            v[m++] = (struct store_link){n->record[rows[i]], name, reason_of(k, rows + start[e], count, rows[i])};
    }
    free(start);
    free(rows);
    return m;
}

bool link_store_keep(struct link *k, struct store *s, const struct schema *l)
{
    int64_t *record = link_record_numbers(k);
    struct naming n = {.k = k, .record = record};
    bool ok = old_names(s, l, &n.old);
    if (ok) {
        struct store_link *v = mem_zero(k->table.n_rows + 1, sizeof *v);
        size_t m = naming_links(&n, v);
        ok = store_links_replace(s, l, v, m);
        free(v);
    }
    naming_free(&n);
    free(record);
    return ok;
}
