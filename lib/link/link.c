#include "link/link.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/map.h"
#include "link/follow.h"
#include "link/guess.h"
#include "link/kind_own.h"
#include "link/own.h"

void link_record_key(const struct link *k, uint32_t row, char key[17])
{
    uint64_t h = 0x7665742d6c696e6bu;
    for (size_t c = 0; c < k->table.n_columns; c++) {
        uint32_t v = table_id(&k->table, row, c);
        h = mix64(h * 31 + (v ? k->table.columns[c].hash[v - 1] : 0));
    }
    snprintf(key, 17, "%016llx", (unsigned long long)h);
}

void link_store_key(const struct link *k, uint32_t row, char key[17])
{
    snprintf(key, 17, "#%u", k->record[row]);
}

/* ---- reading ---- */
static void copy_columns(struct link *k, const struct columns *c)
{
    k->columns.names = arena_zero(&k->memory, c->n + 1, sizeof *k->columns.names);
    k->columns.n = c->n;
    for (size_t i = 0; i < c->n; i++) k->columns.names[i] = str_copy(&k->memory, c->names[i]);
}

/* Adds to a list "name (date), born (date)". */
static void put_column(const struct link *k, struct buf *list, struct str name, const char *kind)
{
    const struct str args[DIAG_ARGS] = {name, str_of(kind && k->translate ? k->translate(kind) : kind)};
    if (list->n) buf_put(list, k->translate ? k->translate(", ") : ", ");
    if (kind) diag_expand(list, k->translate ? k->translate("{1} ({2})") : "{1} ({2})", args);
    else buf_str(list, name);
}

/* Guesses the model's columns by rows from all over the stream, which waits in the spool afterwards. */
static bool guess_model(struct link *k, struct rows *r, struct spool *spool, unsigned threads)
{
    struct sample sample;
    struct model *m = k->model;
    struct buf compared = {0}, others = {0};
    bool *left_out = mem_zero(k->columns.n + 1, sizeof *left_out);
    bool ok = sample_load(&sample, r, spool, threads), usable = ok && model_guess(m, &k->columns, &sample, left_out);
    if (ok && !usable && !sample.n && k->columns.n)
        usable = model_add(m, k->columns.names[0], KIND_CATEGORY) != NULL; /* no rows: nothing to link */
    sample_free(&sample);
    struct place at = {.file = r->name};
    if (ok && !usable) diag_add(k->diag, DIAG_MODEL_NO_COLUMN, &at, NULL);
    for (size_t i = 0; i < m->n; i++) put_column(k, &compared, m->comparisons[i].column, kind_info(m->comparisons[i].kind)->word);
    for (size_t i = 0; i < k->columns.n; i++)
        if (left_out[i]) put_column(k, &others, k->columns.names[i], NULL);
    if (usable) diag_add(k->diag, DIAG_MODEL_USED, NULL, buf_text(&compared), NULL);
    if (usable && others.n) diag_add(k->diag, DIAG_MODEL_LEFT_OUT, NULL, buf_text(&others), NULL);
    buf_free(&compared);
    buf_free(&others);
    free(left_out);
    return usable;
}

/* Which source each row comes from. */
static bool read_sources(struct link *k)
{
    if (!k->model->source.n) return true;
    int at = columns_find(&k->columns, k->model->source);
    if (at < 0) {
        struct str near = columns_nearest(&k->columns, k->model->source);
        char *name = arena_copy(&k->memory, k->model->source.s, k->model->source.n);
        const char *other = near.n ? near.s : k->columns.n ? k->columns.names[0].s : "-"; /* copies that NUL follows */
        diag_add(k->diag, DIAG_LINK_SOURCE, NULL, name, other, NULL);
        return false;
    }
    if (!k->model->source_unique) return true;
    k->source = mem_alloc((k->table.n_rows + 1) * sizeof *k->source);
    struct row_cursor c = {.rows = spool_rows(k->table.spool, &k->columns)};
    struct map names = {0};
    const struct str *values;
    for (uint64_t i = 0; (values = rows_next(&c)); i++) {
        bool is_new;
        struct map_entry *e = map_at(&names, values[at], &is_new);
        if (is_new) e->value = names.n;
        k->source[i] = (uint32_t)e->value;
    }
    map_free(&names);
    bool ok = rows_done(&c);
    rows_close(c.rows);
    return ok;
}

static void check_columns(struct link *k)
{
    for (size_t i = 0; k->table.n_rows > 1 && i < k->table.n_columns; i++) {
        const struct column *c = &k->table.columns[i];
        char *name = arena_copy(&k->memory, c->name.s, c->name.n);
        if (!c->n_values) diag_add(k->diag, DIAG_LINK_ALL_NULL, NULL, name, NULL);
        else if (c->n_values == 1 && c->count[0] == k->table.n_rows) diag_add(k->diag, DIAG_LINK_CONSTANT, NULL, name, NULL);
    }
}

void link_start_table(struct link *k)
{
    const struct model *m = k->model;
    k->table.n_columns = m->n;
    k->table.columns = mem_zero(m->n + 1, sizeof *k->table.columns);
    for (size_t i = 0; i < m->n; i++) {
        struct column *c = &k->table.columns[i];
        c->name = m->comparisons[i].column;
        c->kind = m->comparisons[i].kind;
        c->at = columns_find(&k->columns, c->name);
    }
}

/* Rows by which the model was guessed come out of the spool; others go into it as they are read. */
static bool load(struct link *k, struct rows *rows, const struct link_options *o)
{
    struct spool *spool = spool_new(k->diag);
    copy_columns(k, &rows->columns);
    bool ok = (!o->guess || guess_model(k, rows, spool, o->threads)) && model_bind(k->model, &k->columns, k->diag) &&
              model_has_needed(k->model, &k->columns, k->diag);
    if (ok) {
        link_start_table(k);
        struct rows *again = o->guess ? spool_rows(spool, &k->columns) : NULL;
        if (!again) k->table.spool = spool;
        ok = table_load(&k->table, again ? again : rows, o->threads);
        rows_close(again);
    }
    k->table.spool = spool;
    if (ok) check_columns(k);
    return ok && read_sources(k);
}

/* ---- decisions ---- */
/* A decision as it stands in its file, at `at`; at->row is 0 for one that is kept in the store. */
static void take_decision(struct link *k, const struct map *keys, const uint32_t *next, struct str a, struct str b,
                          enum decision what, const struct place *at)
{
    const struct map_entry *x = map_find(keys, a), *y = map_find(keys, b);
    if (k->partial && (!x || !y)) return;
    if (!x || !y) {
        if ((x ? b : a).s[0] == '#') return; /* the record is gone, and the decision waits for its return */
        diag_add(k->diag, DIAG_LINK_DECISION_LOST, at, NULL);
        return;
    }
    bool chain_a = a.s[0] != '#', chain_b = b.s[0] != '#'; /* a record of the store is one row */
    for (uint32_t i = (uint32_t)x->value; i != UINT32_MAX; i = chain_a ? next[i] : UINT32_MAX)
        for (uint32_t j = (uint32_t)y->value; j != UINT32_MAX; j = chain_b ? next[j] : UINT32_MAX)
            decisions_add(&k->decisions, i, j, what, at->row);
}

/* The column by one of its names. */
static int any_column(const struct columns *c, const char *const *names)
{
    int at = -1;
    for (; at < 0 && *names; names++) at = columns_find(c, str_of(*names));
    return at;
}

/* Rows by their keys; rows with one key are a list. */
static uint32_t *keys_of_rows(const struct link *k, struct map *keys)
{
    uint32_t *next = mem_alloc((k->table.n_rows + 1) * sizeof *next);
    for (uint32_t i = (uint32_t)k->table.n_rows; i-- > 0;) {
        char key[17];
        link_record_key(k, i, key);
        bool is_new;
        struct map_entry *e = map_at(keys, str_of(key), &is_new);
        next[i] = is_new ? UINT32_MAX : (uint32_t)e->value;
        e->value = i;
        if (!k->record) continue;
        link_store_key(k, i, key);
        map_at(keys, str_of(key), NULL)->value = i;
    }
    return next;
}

bool link_take_decisions(struct link *k, struct rows *r, bool is_file)
{
    static const char *const NEEDED[][4] = {{"decision", "verdict", "决定"}, {"key_a", "a"}, {"key_b", "b"}};
    int at[3];
    struct place place = {.file = r->name};
    for (int i = 0; i < 3; i++) {
        at[i] = any_column(&r->columns, NEEDED[i]);
        if (at[i] >= 0) continue;
        diag_add(k->diag, DIAG_LINK_DECISION_FORM, &place, NEEDED[i][0], NULL);
        return false;
    }
    struct row_cursor c = {.rows = r};
    struct map keys = {0};
    uint32_t *next = NULL;
    bool ok = true;
    for (struct str *v; ok && (v = rows_next(&c));) {
        enum decision what;
        if (!next) next = keys_of_rows(k, &keys);
        if (is_file) place.row = (uint32_t)c.block.first;
        if (!decision_of(v[at[0]], &what)) {
            diag_add(k->diag, DIAG_LINK_DECISION_BAD, &place, arena_copy(&k->memory, v[at[0]].s, v[at[0]].n), NULL);
            ok = false;
        } else if (what != DECISION_OPEN) {
            take_decision(k, &keys, next, str_trim(v[at[1]]), str_trim(v[at[2]]), what, &place);
        }
    }
    ok = rows_done(&c) && ok;
    map_free(&keys);
    free(next);
    return ok;
}

static bool read_decisions(struct link *k, const struct link_options *o)
{
    if (o->kept && !o->kept->load(o->kept, k)) return false;
    size_t from = k->decisions.n;
    if (o->decisions.n) {
        const char *name = arena_copy(&k->memory, o->decisions.s, o->decisions.n);
        struct rows *r = decisions_open(name, k->diag);
        bool ok = r && link_take_decisions(k, r, true);
        if (ok) link_tell_unsaid(k, r->name, from);
        rows_close(r);
        if (!ok) return false;
    }
    if (o->kept && o->kept->more && !o->kept->more(o->kept, k)) return false;
    for (size_t i = from; i < k->decisions.n; i++) {
        const struct decided *d = &k->decisions.v[i];
        decisions_add(&k->decided, d->a, d->b, d->decision, d->line);
    }
    decisions_ready(&k->decisions);
    return true;
}

bool link_keep_decisions(const struct link *k, struct decision_source *s)
{
    return s->keep(s, k, k->decided.v, k->decided.n);
}

/* ---- learning and scoring ---- */
/* Bytes that this process may still take under its own limit (ulimit -v). */
static uint64_t left_by_limit(void)
{
    struct rlimit limit;
    unsigned long long pages = 0;
    FILE *f = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? fopen("/proc/self/statm", "r") : NULL;
    if (!f) return UINT64_MAX;
    int got = fscanf(f, "%llu", &pages);
    fclose(f);
    uint64_t taken = pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return got != 1 ? UINT64_MAX : taken < limit.rlim_cur ? limit.rlim_cur - taken : 1;
}

/* Bytes that are free, or 0 when nobody says. */
static uint64_t free_memory(void)
{
    FILE *f = fopen("/proc/meminfo", "r");
    unsigned long long kib = 0;
    char line[200];
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "MemAvailable: %llu", &kib) == 1) break;
    if (f) fclose(f);
    uint64_t mine = left_by_limit(), all = (uint64_t)kib << 10;
    return mine < all || (!all && mine != UINT64_MAX) ? mine : all;
}

/* What is still to come takes about 80 bytes a row: keys and their sorting, pairs, links, entities. */
static bool has_memory(struct link *k)
{
    enum { BYTES = 80 };
    uint64_t wanted = k->table.n_rows * BYTES, have = free_memory();
    if (!have || wanted < have) return true;
    char a[24], b[24];
    snprintf(a, sizeof a, "%llu", (unsigned long long)(wanted >> 20));
    snprintf(b, sizeof b, "%llu", (unsigned long long)(have >> 20));
    diag_add(k->diag, DIAG_LINK_MEMORY, NULL, a, b, NULL);
    return false;
}

static bool learn(struct link *k, const struct link_options *o)
{
    if (k->model->trained && !o->train) return true;
    size_t n = 0;
    struct label *labels = mem_alloc((k->decisions.n + 1) * sizeof *labels);
    for (size_t i = 0; i < k->decisions.n; i++) {
        const struct decided *x = &k->decisions.v[i];
        labels[n++] = (struct label){pair_code(k->model, &k->table, x->a, x->b, NULL), x->decision == DECISION_SAME};
    }
    bool ok = model_train(k->model, &k->blocking, &k->table, labels, n, k->diag);
    free(labels);
    return ok;
}

static void add_edge(struct link *k, size_t *cap, uint32_t a, uint32_t b, double weight)
{
    mem_grow(&k->edges, cap, k->n_edges + 1, sizeof *k->edges);
    k->edges[k->n_edges++] = (struct edge){a, b, (float)weight, 0};
}

static void add_undecided(struct link *k, uint32_t a, uint32_t b)
{
    mem_grow(&k->undecided, &k->cap_undecided, k->n_undecided + 1, sizeof *k->undecided);
    k->undecided[k->n_undecided++] = (struct row_pair){a, b};
}

static bool one_entity(const struct link *k, uint32_t a, uint32_t b)
{
    return k->clusters.of[a] == k->clusters.of[b];
}

/* Pairs that are one entity by a link, and those that --review lists: refused links too. */
static void count_pairs(struct link *k)
{
    for (size_t i = 0; i < k->n_edges; i++) {
        if (one_entity(k, k->edges[i].a, k->edges[i].b)) k->n_linked++;
        else k->n_review += !isinf(k->edges[i].weight);
    }
    for (size_t i = 0; i < k->n_undecided; i++) k->n_review += !one_entity(k, k->undecided[i].a, k->undecided[i].b);
}

static void score(struct link *k)
{
    const struct patterns *p = &k->blocking.patterns;
    uint8_t *verdict = mem_alloc(p->n + 1);
    size_t cap = 0;
    k->probability = mem_alloc((p->n + 1) * sizeof *k->probability);
    k->weight = mem_alloc((p->n + 1) * sizeof *k->weight);
    for (size_t i = 0; i < p->n; i++) {
        k->probability[i] = model_probability(k->model, p->code[i], &k->weight[i]);
        verdict[i] = (uint8_t)link_pattern_verdict(k->model, p->code[i], k->probability[i]);
        if (link_same_verified(k->model, p->code[i])) k->weight[i] = 100 + k->weight[i] / 1000;
        k->expected_true += k->probability[i] * (double)p->count[i];
    }
    struct pair_cursor c = {.list = &k->blocking.pairs};
    for (struct pair x; pair_next(&c, &x);) {
        enum decision said = k->decisions.n ? decisions_find(&k->decisions, x.a, x.b) : DECISION_OPEN;
        if (said != DECISION_OPEN) continue; /* added below, or not at all */
        if (verdict[x.pattern] == VERDICT_LINK) add_edge(k, &cap, x.a, x.b, k->weight[x.pattern]);
        else if (verdict[x.pattern] != VERDICT_NO) add_undecided(k, x.a, x.b);
        if (verdict[x.pattern] == VERDICT_CONFLICT) link_tell_conflict(k, x.a, x.b, link_citizen_column(k->model));
    }
    const uint8_t *touched = k->blocking.touched; /* the others stay what they are, whatever was said of them */
    for (size_t i = 0; i < k->decisions.n; i++) {
        const struct decided *d = &k->decisions.v[i];
        if (d->decision == DECISION_SAME && (!touched || touched[d->a] || touched[d->b])) add_edge(k, &cap, d->a, d->b, INFINITY);
    }
    link_tell_conflicts(k);
    free(verdict);
}

bool link_rows_there(struct link *k, const struct link_options *o)
{
    k->blocking.source = k->source;
    if (!k->model->trained || o->train) model_find_following(k->model, &k->table);
    if (!blocking_run(&k->blocking, k->model, &k->table, o->threads) || !learn(k, o)) return false;
    link_tell_blocks(k);
    score(k);
    const struct cluster_input in = {k->edges, k->n_edges, k->model, &k->table, k->source, &k->decisions, o->threads};
    cluster(&k->clusters, &in);
    count_pairs(k);
    link_tell_contradictions(k);
    return true;
}

struct link *link_run(struct rows *rows, struct model *m, const struct link_options *o, struct diag *d)
{
    struct link *k = mem_zero(1, sizeof *k);
    k->model = m;
    k->diag = d;
    k->translate = o->translate;
    k->titles = o->titles;
    bool ok = load(k, rows, o) && has_memory(k) && read_decisions(k, o);
    if (ok) {
        blocking_choose(&k->blocking, m, &k->table, o->threads);
        ok = link_rows_there(k, o);
    }
    if (!ok) {
        link_free(k);
        return NULL;
    }
    link_tell_done(k);
    return k;
}

void link_show(struct link *k, struct schema *l, enum mask_profile profile)
{
    row_mask_free(&k->shown);
    schema_free(k->ledger);
    k->ledger = l;
    row_mask_ready(&k->shown, &k->columns, l, profile);
}

void link_free(struct link *k)
{
    if (!k) return;
    table_free(&k->table);
    blocking_free(&k->blocking);
    clusters_free(&k->clusters);
    decisions_free(&k->decisions);
    decisions_free(&k->decided);
    row_mask_free(&k->shown);
    schema_free(k->ledger);
    free(k->probability);
    free(k->weight);
    free(k->edges);
    free(k->undecided);
    free(k->source);
    arena_free(&k->memory);
    free(k);
}
