/* Linking only what is new.
 *
 * Entities come of pairs that the model links; so what a change can touch are the records that such pairs reach from it, step by
 * step.  From the records that changed, the index gives those that share a key; pairs are compared; who is linked is looked at in
 * the same way, until nobody new is reached.  All pairs of those touched have been compared then, and clustering them gives what a
 * full run would. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "link/in_store_own.h"
#include "link/own.h"

static const char FORM[] = "2"; /* of keys: another one when the same values get other keys */

bool link_store_digest(const struct model *m, const struct schema *l, char digest[64])
{
    bool possible = m->trained && m->n_rules && !m->source.n;
    for (size_t i = 0; i < m->n_rules; i++) possible = possible && m->rules[i].n;
    for (size_t i = 0; i < m->n; i++) {
        struct str c = m->comparisons[i].column;
        bool ours = str_starts(c, STR("_")) || str_ends(c, STR("_typed")) || str_is(c, "unit");
        possible = possible && (schema_field(l, c) || (m->comparisons[i].optional && !ours));
    }
    if (!possible) return false;
    struct buf b = {0};
    model_write(m, &b);
    buf_str(&b, l->digest);
    buf_put(&b, FORM);
    uint64_t first = str_hash(buf_slice(&b));
    buf_put(&b, "again");
    snprintf(digest, 64, "%016llx%016llx", (unsigned long long)first, (unsigned long long)str_hash(buf_slice(&b)));
    buf_free(&b);
    return true;
}

/* ---- keeping keys ---- */
/* Entries of versions that are no more: their part is the other one and this; only frequencies need them. */
enum { PART_GONE = 1 << 10 };

static bool write_part(struct store *s, const struct schema *l, const struct store_blocks *b, const struct table *t,
                       const struct blocking_rule *part, unsigned number, const int64_t *record)
{
    size_t n = (size_t)t->n_rows, m = 0;
    uint32_t *keys = mem_alloc((n + 1) * sizeof *keys);
    uint64_t *v = mem_alloc((n + 1) * sizeof *v), *spare = mem_alloc((n + 1) * sizeof *spare);
    blocking_keys(t, part, 0, keys);
    for (size_t i = 0; i < n; i++)
        if (record[i] && keys[i]) v[m++] = (uint64_t)keys[i] << 32 | (uint32_t)record[i];
    bool ok = store_blocks_add(s, l, b, b->runs - 1, number, blocking_sort(v, spare, m), m);
    free(keys);
    free(v);
    free(spare);
    return ok;
}

bool link_store_index(struct link *k, struct store *s, const struct schema *l, struct store_blocks *now, const char *digest)
{
    struct blocking_rule parts[BLOCK_PARTS];
    size_t n_parts = blocking_parts(k->model, parts);
    int64_t *record = link_record_numbers(k);
    snprintf(now->digest, sizeof now->digest, "%s", digest);
    now->records = now->base = k->table.n_rows;
    bool begun = store_blocks_begin(s, l, now, 0, (size_t)k->table.n_rows), ok = begun;
    for (size_t p = 0; ok && p < n_parts; p++) ok = write_part(s, l, now, &k->table, &parts[p], (unsigned)p, record);
    free(record);
    return begun && store_blocks_end(s, l, now, ok);
}

/* ---- what is looked at ---- */
struct list {
    uint32_t *v;
    size_t n, cap;
};
struct fresh {
    struct store *s;
    const struct schema *l;
    struct link *k;
    const struct link_options *o;
    struct store_blocks was, now;
    struct blocking_rule parts[BLOCK_PARTS];
    size_t n_parts;
    struct list records;              /* of each row */
    uint8_t *changed;                 /* one bit a record */
    uint8_t *loaded;                  /* one bit a record */
    uint8_t *touched;                 /* of each row: all pairs of it are compared */
    struct link *before;              /* older versions of what changed */
    struct list gone;                 /* the record of each row of theirs */
    struct list indexed[COMPARISONS]; /* of each value: records in the index that have it */
    struct list found;
    const uint64_t *asked; /* key << 32 | value, while frequencies are counted */
    size_t n_asked;
    uint32_t *counts;
    struct naming names;
    struct record_origin origin;
};

static void list_add(struct list *l, uint32_t x)
{
    mem_grow(&l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n++] = x;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void list_sort(struct list *l)
{
    size_t n = 0;
    if (l->n) qsort(l->v, l->n, sizeof *l->v, by_number);
    for (size_t i = 0; i < l->n; i++)
        if (!n || l->v[n - 1] != l->v[i]) l->v[n++] = l->v[i];
    l->n = n;
}

static bool is_loaded(const struct fresh *f, uint32_t record)
{
    return f->loaded[record >> 3] >> (record & 7) & 1;
}

static void find_record(void *ctx, uint64_t entry)
{
    struct fresh *f = ctx;
    uint32_t record = (uint32_t)entry;
    if ((int64_t)record <= f->now.last && !is_loaded(f, record)) list_add(&f->found, record);
}

static void find_mate(void *ctx, uint32_t record, struct str entity)
{
    struct fresh *f = ctx;
    char text[16];
    snprintf(text, sizeof text, "%u", record);
    if (!map_find(&f->names.old, str_of(text))) naming_add(&f->names.old, str_of(text), entity);
    if ((int64_t)record <= f->now.last) list_add(&f->found, record);
}

/* ---- loading ---- */
/* Notes the record of every row that passes by. */
struct noting {
    struct rows rows;
    struct rows *from;
    struct list *records;
};

static int noting_fetch(struct rows *r, struct row_block *b)
{
    struct noting *n = r->own;
    int got = n->from->fetch(n->from, b);
    for (size_t i = 0; got == 1 && i < b->n_rows; i++) {
        struct str s = row_of(b, &r->columns, i)[r->columns.n - 1];
        uint32_t record = 0;
        for (size_t k = 0; k < s.n; k++) record = record * 10 + (uint32_t)(s.s[k] - '0');
        list_add(n->records, record);
    }
    return got;
}

static bool load_into(struct fresh *f, struct table *t, const struct list *of, struct list *records, int64_t as_of)
{
    struct columns *c = &f->k->columns;
    struct rows *r = store_rows_by_record(f->s, f->l, c->names, c->n - 1, of->v, of->n, as_of);
    if (!r) return false;
    struct noting n = {.rows = *r, .from = r, .records = records};
    n.rows.own = &n;
    n.rows.fetch = noting_fetch;
    n.rows.close = NULL;
    bool ok = table_load(t, &n.rows, f->o->threads);
    rows_close(r);
    return ok;
}

static bool load_records(struct fresh *f, struct list *of)
{
    size_t n = 0;
    list_sort(of);
    for (size_t i = 0; i < of->n; i++)
        if (!is_loaded(f, of->v[i])) {
            of->v[n++] = of->v[i];
            f->loaded[of->v[i] >> 3] |= (uint8_t)(1u << (of->v[i] & 7));
        }
    of->n = n;
    size_t before = f->records.n;
    bool ok = load_into(f, &f->k->table, of, &f->records, 0);
    f->touched = mem_resize(f->touched, f->records.n + 1, 1);
    memset(f->touched + before, 0, f->records.n - before);
    return ok;
}

/* The entries that share a key with the rows of t that are wanted (NULL: all): to f->found. */
static bool find_partners(struct fresh *f, const struct table *t, const uint8_t *wanted)
{
    size_t n = (size_t)t->n_rows;
    uint32_t *keys = mem_alloc((n + 1) * sizeof *keys);
    bool ok = true;
    for (size_t p = 0; ok && p < f->k->model->n_rules; p++) {
        struct list asked = {0};
        blocking_keys(t, &f->parts[p], 0, keys);
        for (size_t i = 0; i < n; i++)
            if (keys[i] && (!wanted || wanted[i])) list_add(&asked, keys[i]);
        list_sort(&asked);
        ok = store_blocks_find(f->s, f->l, &f->was, (unsigned)p, asked.v, asked.n, f, find_record);
        free(asked.v);
    }
    free(keys);
    return ok;
}

/* ---- frequencies ---- */
static void count(struct fresh *f, uint64_t entry, uint32_t one)
{
    size_t low = 0, high = f->n_asked;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (f->asked[mid] >> 32 < entry >> 32) low = mid + 1;
        else high = mid;
    }
    for (; low < f->n_asked && f->asked[low] >> 32 == entry >> 32; low++) f->counts[(uint32_t)f->asked[low]] += one;
}

static void count_entry(void *ctx, uint64_t entry)
{
    count(ctx, entry, 1);
}

static void count_gone(void *ctx, uint64_t entry)
{
    count(ctx, entry, UINT32_MAX);
}

/* What has just changed stands in the index as it was. */
static void count_before(struct fresh *f, unsigned part)
{
    struct table *t = &f->before->table;
    uint32_t *keys = mem_alloc((t->n_rows + 1) * sizeof *keys);
    blocking_keys(t, &f->parts[part], 0, keys);
    for (size_t i = 0; i < t->n_rows; i++)
        if (keys[i]) count_gone(f, (uint64_t)keys[i] << 32);
    free(keys);
}

static bool ask_counts(struct fresh *f, size_t column, unsigned part)
{
    const struct column *c = &f->k->table.columns[column];
    struct list *known = &f->indexed[column];
    size_t from = known->n, n = c->n_values - from;
    uint64_t *v = mem_alloc((n + 1) * sizeof *v), *spare = mem_alloc((n + 1) * sizeof *spare);
    uint32_t *keys = mem_alloc((n + 1) * sizeof *keys);
    for (size_t i = 0; i < n; i++) {
        uint32_t id = (uint32_t)(from + i);
        struct kept x = column_value(c, id + 1);
        v[i] = (uint64_t)kind_key(c->kind, KEY_WHOLE, &x, c->hash[id]) << 32 | id;
        list_add(known, 0);
    }
    const uint64_t *sorted = blocking_sort(v, spare, n);
    for (size_t i = 0; i < n; i++) keys[i] = (uint32_t)(sorted[i] >> 32);
    f->asked = sorted;
    f->n_asked = n;
    f->counts = known->v;
    bool ok = store_blocks_find(f->s, f->l, &f->was, part, keys, n, f, count_entry) &&
              store_blocks_find(f->s, f->l, &f->was, part | PART_GONE, keys, n, f, count_gone);
    count_before(f, part);
    free(v);
    free(spare);
    free(keys);
    return ok;
}

/* Values are as frequent as in the whole ledger, not as among the rows that happen to be here. */
static bool set_counts(struct fresh *f)
{
    struct table *t = &f->k->table;
    for (size_t c = 0; c < t->n_columns; c++) {
        unsigned part = 0;
        while (f->parts[part].n != 1 || f->parts[part].parts[0].column != (int)c || f->parts[part].parts[0].key != KEY_WHOLE)
            part++;
        if (!ask_counts(f, c, part)) return false;
        uint32_t *here = mem_zero(t->columns[c].n_values + 1u, sizeof *here),
                 *added = mem_zero(t->columns[c].n_values + 1u, sizeof *added);
        for (uint32_t i = 0; i < t->n_rows; i++) {
            uint32_t v = table_id(t, i, c);
            if (!v) continue;
            here[v - 1]++;
            added[v - 1] += f->changed[f->records.v[i] >> 3] >> (f->records.v[i] & 7) & 1;
        }
        for (uint32_t v = 0; v < t->columns[c].n_values; v++) {
            uint32_t all = f->indexed[c].v[v] + added[v];
            t->columns[c].count[v] = all > here[v] ? all : here[v];
        }
        free(here);
        free(added);
    }
    t->population = f->now.records > t->n_rows ? f->now.records : t->n_rows;
    return true;
}

/* ---- where a record is from ---- */
static bool put_origin(struct record_origin *o, uint32_t record, struct buf *out)
{
    static const struct str PLACE[] = {{"_file", 5}, {"_sheet", 6}, {"_row", 4}};
    struct fresh *f = (struct fresh *)((char *)o - offsetof(struct fresh, origin));
    struct row_cursor c = {.rows = store_rows_by_record(f->s, f->l, PLACE, 3, &record, 1, 0)};
    const struct str *v = c.rows ? rows_next(&c) : NULL;
    bool said = v && v[2].n;
    if (said) link_put_place(out, v[0], v[1], v[2]);
    if (c.rows) rows_done(&c);
    rows_close(c.rows);
    return said;
}

/* ---- steps ---- */
static bool load_decisions(struct fresh *f)
{
    decisions_free(&f->k->decisions);
    f->k->record = f->records.v;
    if (!f->o->kept->load(f->o->kept, f->k)) return false;
    decisions_ready(&f->k->decisions);
    return true;
}

static void reach(const struct fresh *f, uint8_t *next, uint32_t row)
{
    if (!f->touched[row]) next[row] = 1;
}

/* The rows that pairs of those at work link to. */
static bool reach_by_pairs(struct fresh *f, const uint8_t *work, uint8_t *next)
{
    struct link *k = f->k;
    k->blocking.touched = work;
    if (!blocking_run(&k->blocking, k->model, &k->table, f->o->threads)) return false;
    uint8_t *links = mem_alloc(k->blocking.patterns.n + 1);
    const struct decisions none = {0}, all = k->decisions;
    k->decisions = none; /* the model's verdict alone */
    for (size_t i = 0; i < k->blocking.patterns.n; i++)
        links[i] = link_verdict(k, 0, 0, k->blocking.patterns.code[i], NULL, NULL) == VERDICT_LINK;
    k->decisions = all;
    struct pair_cursor c = {.list = &k->blocking.pairs};
    for (struct pair p; pair_next(&c, &p);)
        if (links[p.pattern]) reach(f, next, p.a), reach(f, next, p.b);
    free(links);
    blocking_free(&k->blocking);
    for (size_t i = 0; i < k->decisions.n; i++) {
        const struct decided *d = &k->decisions.v[i];
        if (d->decision == DECISION_SAME && (work[d->a] || work[d->b])) reach(f, next, d->a), reach(f, next, d->b);
    }
    return true;
}

/* Everybody who has one entity with the rows in `next` comes too. */
static bool bring_mates(struct fresh *f, uint8_t **next)
{
    struct list of = {0};
    size_t before = f->records.n;
    for (size_t i = 0; i < before; i++)
        if ((*next)[i]) list_add(&of, f->records.v[i]);
    f->found.n = 0;
    bool ok = store_links_mates(f->s, f->l, of.v, of.n, f, find_mate);
    free(of.v);
    struct list mates = {0};
    for (size_t i = 0; i < f->found.n; i++) list_add(&mates, f->found.v[i]);
    ok = ok && load_records(f, &f->found);
    list_sort(&mates);
    *next = mem_resize(*next, f->records.n + 1, 1);
    memset(*next + before, 1, f->records.n - before);
    for (size_t i = 0; i < before; i++)
        if (!f->touched[i] && mates.n && bsearch(&f->records.v[i], mates.v, mates.n, sizeof *mates.v, by_number)) (*next)[i] = 1;
    free(mates.v);
    return ok;
}

static bool is_much(const struct fresh *f)
{
    enum { FEW = 20000 };
    return f->records.n > FEW && f->records.n > f->was.records / 2;
}

static bool any(const uint8_t *v, size_t n)
{
    return n && memchr(v, 1, n) != NULL;
}

/* From the rows at work to those that they reach; false after a finding. */
static bool step(struct fresh *f, uint8_t **work)
{
    for (size_t i = 0; i < f->records.n; i++) f->touched[i] |= (*work)[i];
    f->found.n = 0;
    size_t before = f->records.n;
    if (!find_partners(f, &f->k->table, *work) || !load_records(f, &f->found)) return false;
    *work = mem_resize(*work, f->records.n + 1, 1);
    memset(*work + before, 0, f->records.n - before);
    uint8_t *next = mem_zero(f->records.n + 1, 1);
    bool ok =
        set_counts(f) && load_decisions(f) && reach_by_pairs(f, *work, next) && (!any(next, f->records.n) || bring_mates(f, &next));
    free(*work);
    *work = next;
    return ok;
}

/* Where it starts: what changed, who shared a key with what it was before, and who has one entity with any of them. */
static bool load_first(struct fresh *f, const struct list *changed)
{
    struct list old = {0}, seeds = {0};
    for (size_t i = 0; i < changed->n; i++) {
        f->changed[changed->v[i] >> 3] |= (uint8_t)(1u << (changed->v[i] & 7));
        if (changed->v[i] <= f->was.last) list_add(&old, changed->v[i]);
    }
    f->before->model = f->k->model;
    f->before->columns = f->k->columns;
    link_start_table(f->before);
    f->found.n = 0;
    bool ok =
        !old.n || (load_into(f, &f->before->table, &old, &f->gone, f->was.batch) && find_partners(f, &f->before->table, NULL));
    for (size_t i = 0; i < changed->n; i++) list_add(&f->found, changed->v[i]);
    list_sort(&f->found);
    for (size_t i = 0; i < f->found.n; i++) list_add(&seeds, f->found.v[i]);
    ok = ok && store_links_mates(f->s, f->l, seeds.v, seeds.n, f, find_mate);
    free(old.v);
    free(seeds.v);
    return ok && load_records(f, &f->found);
}

/* ---- keeping ---- */
static bool keep_links(struct fresh *f, const struct list *changed)
{
    struct link *k = f->k;
    struct list of = {0};
    int64_t *record = mem_zero(f->records.n + 1, sizeof *record);
    for (size_t i = 0; i < f->records.n; i++) {
        record[i] = f->records.v[i];
        if (f->touched[i]) list_add(&of, f->records.v[i]);
    }
    for (size_t i = 0; i < changed->n; i++) list_add(&of, changed->v[i]);
    list_sort(&of);
    f->found.n = 0;
    f->names.k = k;
    f->names.record = record;
    f->names.store = f->s;
    f->names.ledger = f->l;
    struct store_link *v = mem_zero(f->records.n + 1, sizeof *v);
    bool ok = store_links_mates(f->s, f->l, of.v, of.n, f, find_mate);
    size_t n = ok ? naming_links(&f->names, v) : 0;
    ok = ok && store_links_change(f->s, f->l, of.v, of.n, v, n); /* looks while what is read is still held */
    free(v);
    free(record);
    free(of.v);
    return ok;
}

static bool keep_keys(struct fresh *f, const struct list *changed)
{
    int64_t *record = mem_zero(f->records.n + 1, sizeof *record);
    size_t n = 0, more = 0;
    for (size_t i = 0; i < f->records.n; i++) {
        if (!changed->n || !bsearch(&f->records.v[i], changed->v, changed->n, sizeof *changed->v, by_number)) continue;
        record[i] = f->records.v[i];
        n++;
        more += f->records.v[i] > f->was.last;
    }
    int64_t *gone = mem_zero(f->gone.n + 1, sizeof *gone);
    for (size_t i = 0; i < f->gone.n; i++) gone[i] = f->gone.v[i];
    struct store_blocks b = f->was;
    b.batch = f->now.batch;
    b.last = f->now.last;
    b.records = f->was.records + more;
    bool begun = store_blocks_begin(f->s, f->l, &b, f->was.runs, n), ok = begun;
    for (unsigned p = 0; ok && p < f->n_parts; p++) {
        bool frequency = f->parts[p].n == 1 && f->parts[p].parts[0].key == KEY_WHOLE;
        ok = write_part(f->s, f->l, &b, &f->k->table, &f->parts[p], p, record) &&
             (!frequency || write_part(f->s, f->l, &b, &f->before->table, &f->parts[p], p | PART_GONE, gone));
    }
    free(record);
    free(gone);
    return begun && store_blocks_end(f->s, f->l, &b, ok);
}

static void report(const struct fresh *f, size_t changed)
{
    char a[24], b[24], c[24], d[24];
    snprintf(a, sizeof a, "%zu", changed);
    snprintf(b, sizeof b, "%zu", f->records.n);
    snprintf(c, sizeof c, "%llu", (unsigned long long)f->k->n_linked);
    snprintf(d, sizeof d, "%llu", (unsigned long long)f->k->n_review);
    diag_add(f->k->diag, DIAG_LINK_NEW, NULL, a, b, c, d, NULL);
}

static void bind_columns(struct fresh *f)
{
    struct link *k = f->k;
    k->columns.names = arena_zero(&k->memory, k->model->n + 1, sizeof *k->columns.names);
    for (size_t i = 0; i < k->model->n; i++)
        if (schema_field(f->l, k->model->comparisons[i].column))
            k->columns.names[k->columns.n++] = str_copy(&k->memory, k->model->comparisons[i].column);
    k->columns.names[k->columns.n++] = STR("_record");
}

static enum link_new link_changed(struct fresh *f, struct list *changed)
{
    struct link *k = f->k;
    f->loaded = mem_zero((size_t)f->now.last / 8 + 1, 1);
    f->changed = mem_zero((size_t)f->now.last / 8 + 1, 1);
    if (!load_first(f, changed)) return NEW_FAILED;
    for (size_t i = 0; i < f->records.n; i++) f->now.records += f->records.v[i] > f->was.last;
    uint8_t *work = mem_alloc(f->records.n + 1);
    memset(work, 1, f->records.n + 1);
    bool ok = true;
    while (ok && any(work, f->records.n) && !is_much(f)) ok = step(f, &work);
    free(work);
    if (!ok) return NEW_FAILED;
    if (is_much(f)) return NEW_FULL;
    k->record = f->records.v;
    k->blocking.touched = f->touched;
    if (!set_counts(f) || !load_decisions(f) || !link_rows_there(k, f->o)) return NEW_FAILED;
    report(f, changed->n);
    return keep_links(f, changed) && keep_keys(f, changed) ? NEW_DONE : NEW_FAILED;
}

enum link_new link_store_new(struct store *s, const struct schema *l, struct model *m, const char *digest,
                             const struct link_options *o, struct diag *d)
{
    struct fresh *f = mem_zero(1, sizeof *f);
    struct list changed = {0};
    enum link_new done = NEW_FULL;
    f->s = s;
    f->l = l;
    f->o = o;
    f->k = mem_zero(1, sizeof *f->k);
    f->before = mem_zero(1, sizeof *f->before);
    f->origin.put = put_origin;
    *f->k =
        (struct link){.model = m, .diag = d, .translate = o->translate, .titles = o->titles, .partial = true, .origin = &f->origin};
    if (store_hold(s) && store_blocks_state(s, l, &f->was) && strcmp(f->was.digest, digest) == 0 && f->was.runs < BLOCK_RUNS &&
        store_blocks_now(s, l, &f->now)) {
        bind_columns(f);
        f->now.records = f->was.records;
        bool ok = model_bind(m, &f->k->columns, d) && store_blocks_changed(s, l, &f->was, &changed.v, &changed.n);
        while (changed.n && changed.v[changed.n - 1] > f->now.last) changed.n--; /* came meanwhile: the next time */
        link_start_table(f->k);
        f->n_parts = blocking_parts(m, f->parts);
        if (!ok || !f->n_parts) done = ok ? NEW_FULL : NEW_FAILED;
        else if (!changed.n) report(f, 0), done = NEW_DONE;
        else if (changed.n <= f->was.records && f->was.records <= 2 * f->was.base) done = link_changed(f, &changed);
    }
    if (!store_let_go(s)) done = NEW_FAILED;
    link_free(f->k);
    table_free(&f->before->table);
    free(f->before);
    free(f->gone.v);
    free(f->changed);
    naming_free(&f->names);
    for (size_t c = 0; c < COMPARISONS; c++) free(f->indexed[c].v);
    free(f->records.v);
    free(f->found.v);
    free(f->loaded);
    free(f->touched);
    free(changed.v);
    free(f);
    return done;
}
