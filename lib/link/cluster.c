#include "link/cluster.h"

#include <math.h>
#include <stdlib.h>

#include "base/work.h"
#include "link/kind_own.h"
#include "link/weigh.h"

enum { NONE = UINT32_MAX, MOST_CROSSINGS = 200 };

struct other {
    uint32_t row, next;
};
/* Values that no entity may have two of. */
struct veto {
    uint32_t *of; /* of the root: the value that its members have, 0 = none */
    enum refusal why;
    size_t column;
    bool firm; /* people's decisions do not undo it either */
};
struct state {
    const struct model *m;
    const struct table *t;
    const uint32_t *source;
    struct memo *memo;
    uint32_t *parent, *size;
    uint32_t *first, *next, *last; /* of the root: its members as a list, the first of them (see MOST_CROSSINGS) by what they say */
    struct veto veto[COMPARISONS + 1];
    size_t n_veto;
    const uint32_t *known; /* of the veto that says who somebody is for certain, or NULL */
    uint32_t *first_apart; /* of each row: rows that people said are others; NULL = nobody said so */
    struct other *apart;
    size_t n_apart;
    uint8_t *ambiguous; /* rows without an id that fit two ids */
};

static uint32_t root(struct state *s, uint32_t x)
{
    while (s->parent[x] != x) x = s->parent[x] = s->parent[s->parent[x]];
    return x;
}

static int by_strength(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
    if (x->order != y->order) return x->order < y->order ? -1 : 1;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

struct ordering {
    struct edge *edges;
    const struct table *t;
    uint8_t *met; /* of each row: how many edges it has, up to 2 */
};

/* Rows and hashes lie far apart: they are asked of memory before they are looked at. */
static void ask_for(const struct table *t, uint32_t row, bool hashes)
{
    __builtin_prefetch(&t->ids[(size_t)row * t->n_columns]);
    for (size_t k = 0; hashes && k < t->n_columns; k++) {
        uint32_t v = table_id(t, row, k);
        if (v) __builtin_prefetch(&t->columns[k].hash[v - 1]);
    }
}

static void order_share(void *ctx, size_t from, size_t to)
{
    enum { ROWS_AHEAD = 12, HASHES_AHEAD = 6 };
    struct ordering *o = ctx;
    for (size_t i = from; i < to; i++) {
        for (int far = 0; far < 2; far++) {
            size_t x = i + (far ? ROWS_AHEAD : HASHES_AHEAD);
            if (x >= to) continue;
            ask_for(o->t, o->edges[x].a, !far);
            ask_for(o->t, o->edges[x].b, !far);
        }
        struct edge *e = &o->edges[i];
        bool alone = o->met[e->a] < 2 && o->met[e->b] < 2;
        e->order = alone ? 0 : (uint32_t)((row_content(o->t, e->a) + row_content(o->t, e->b)) >> 32);
    }
}

/* Where a row has several edges it may matter which is followed first. */
static void put_in_order(const struct cluster_input *in)
{
    enum { EDGES = 1 << 16 };
    struct ordering o = {.edges = in->edges, .t = in->t, .met = mem_zero((size_t)in->t->n_rows + 1, 1)};
    for (size_t i = 0; i < in->n; i++) {
        o.met[in->edges[i].a] += o.met[in->edges[i].a] < 2;
        o.met[in->edges[i].b] += o.met[in->edges[i].b] < 2;
    }
    work_split(in->n, EDGES, in->threads, &o, order_share);
    free(o.met);
}

static bool said_apart(struct state *s, uint32_t a, uint32_t b)
{
    if (!s->first_apart) return false;
    for (uint32_t x = s->first[a]; x != NONE; x = s->next[x])
        for (uint32_t i = s->first_apart[x]; i != NONE; i = s->apart[i].next)
            if (root(s, s->apart[i].row) == b) return true;
    return false;
}

static bool is_vetoed(struct state *s, uint32_t a, uint32_t b, bool decided, struct refused *r)
{
    for (size_t v = 0; v < s->n_veto; v++) {
        const struct veto *o = &s->veto[v];
        if ((decided && !o->firm) || !o->of[a] || !o->of[b] || o->of[a] == o->of[b]) continue;
        r->why = o->why;
        r->column = o->column;
        r->x = o->of[a];
        r->y = o->of[b];
        return true;
    }
    if (s->source)
        for (uint32_t x = s->first[a]; x != NONE; x = s->next[x])
            for (uint32_t y = s->first[b]; y != NONE; y = s->next[y])
                if (s->source[x] == s->source[y]) {
                    r->why = REFUSED_SOURCE;
                    return true;
                }
    return false;
}

/* Mean probability over the pairs between an entity and a larger one, of many those whose rows come first; pairs that blocking did
 * not make are compared now.  Summed in whole numbers: the order in which they are added does not matter. */
static double mean_between(struct state *s, uint32_t a, uint32_t b)
{
    static const double ONE = 1ull << 40;
    enum { SIDE = 14 };
    uint32_t most_a = s->size[a] < SIDE ? s->size[a] : SIDE, most_b = MOST_CROSSINGS / most_a, i = 0;
    uint64_t sum = 0, n = 0;
    for (uint32_t x = s->first[a]; x != NONE && i < most_a; x = s->next[x], i++) {
        uint32_t k = 0;
        for (uint32_t y = s->first[b]; y != NONE && k < most_b; y = s->next[y], k++, n++)
            sum += (uint64_t)(model_probability(s->m, pair_code(s->m, s->t, x, y, s->memo), NULL) * ONE);
    }
    return (double)sum / ONE / (double)n;
}

/* The members of b among those of a: as many as mean_between may look at are put in order, whichever rows came first. */
static void merge(struct state *s, uint32_t a, uint32_t b)
{
    uint32_t x = s->first[a], y = s->first[b], *to = &s->first[a];
    uint64_t says_x = row_content(s->t, x), says_y = row_content(s->t, y);
    for (unsigned n = 0; x != NONE && y != NONE && n < MOST_CROSSINGS; n++) {
        bool is_y = says_y < says_x;
        uint32_t taken = is_y ? y : x, after = s->next[taken];
        uint64_t says = after == NONE ? 0 : row_content(s->t, after);
        if (is_y) y = after, says_y = says;
        else x = after, says_x = says;
        *to = taken;
        to = &s->next[taken];
    }
    *to = x != NONE ? x : y;
    if (x != NONE && y != NONE) s->next[s->last[a]] = y;
    if (y != NONE) s->last[a] = s->last[b];
}

static void join(struct state *s, uint32_t a, uint32_t b)
{
    if (b < a) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    s->parent[b] = a;
    merge(s, a, b);
    s->size[a] += s->size[b];
    for (size_t v = 0; v < s->n_veto; v++)
        if (!s->veto[v].of[a]) s->veto[v].of[a] = s->veto[v].of[b];
}

static uint32_t *list_of(size_t n)
{
    return mem_alloc((n + 1) * sizeof(uint32_t));
}

/* The values of column k that two rows of an entity must not differ in: of citizen ids only the valid ones. */
static struct veto *add_veto(struct state *s, size_t k, size_t n)
{
    bool citizen = s->m->comparisons[k].kind == KIND_CITIZEN_ID;
    struct veto *o = &s->veto[s->n_veto++];
    *o = (struct veto){list_of(n), citizen ? REFUSED_ID : REFUSED_VALUE, k, true};
    for (uint32_t i = 0; i < n; i++) {
        uint32_t v = table_id(s->t, i, k);
        o->of[i] = v && citizen && !kind_id_valid(column_value(&s->t->columns[k], v).f) ? 0 : v;
    }
    return o;
}

/* Where the same id with another name is for people to judge: id and name together. */
static struct veto *add_names(struct state *s, const struct veto *id, size_t name, size_t n)
{
    struct veto *o = &s->veto[s->n_veto++];
    *o = (struct veto){list_of(n), REFUSED_NAME, name, false};
    for (uint32_t i = 0; i < n; i++) {
        uint32_t called = table_id(s->t, i, name); /* who has no name may be anybody of his id */
        o->of[i] = id->of[i] && called ? (uint32_t)mix64((uint64_t)id->of[i] << 32 | called) | 1 : 0;
    }
    return o;
}

static void set_apart(struct state *s, const struct decisions *d, size_t n)
{
    for (size_t i = 0; i < d->n; i++) {
        if (d->v[i].decision != DECISION_DIFFERENT) continue;
        if (!s->first_apart) {
            s->first_apart = list_of(n);
            memset(s->first_apart, 0xFF, n * sizeof *s->first_apart);
            s->apart = mem_alloc((2 * d->n + 1) * sizeof *s->apart);
        }
        for (int way = 0; way < 2; way++) {
            uint32_t x = way ? d->v[i].b : d->v[i].a, y = way ? d->v[i].a : d->v[i].b;
            s->apart[s->n_apart] = (struct other){y, s->first_apart[x]};
            s->first_apart[x] = (uint32_t)s->n_apart++;
        }
    }
}

static void prepare(struct state *s, size_t n)
{
    s->parent = list_of(n);
    s->first = list_of(n);
    s->next = list_of(n);
    s->last = list_of(n);
    s->size = list_of(n);
    for (uint32_t i = 0; i < n; i++) {
        s->parent[i] = s->first[i] = s->last[i] = i;
        s->next[i] = NONE;
        s->size[i] = 1;
    }
    int name = -1;
    for (size_t k = 0; k < s->m->n; k++)
        if (name < 0 && s->m->comparisons[k].kind == KIND_NAME) name = (int)k;
    for (size_t k = 0; k < s->m->n; k++) {
        bool citizen = s->m->comparisons[k].kind == KIND_CITIZEN_ID, wanted = citizen;
        for (size_t i = 0; i < s->m->n_veto; i++) wanted = wanted || str_eq(s->m->veto[i], s->m->comparisons[k].column);
        if (!wanted) continue;
        const struct veto *o = add_veto(s, k, n);
        if (!citizen || !s->m->verified || s->known) continue;
        if (name >= 0) o = add_names(s, o, (size_t)name, n);
        s->known = o->of;
    }
}

/* A row without an id that fits records of two different ids fits neither for certain: people judge. */
static void find_ambiguous(struct state *s, const struct cluster_input *in)
{
    size_t n = (size_t)s->t->n_rows;
    if (!s->known) return;
    uint32_t *seen = list_of(n);
    memset(seen, 0, n * sizeof *seen);
    s->ambiguous = mem_zero(n + 1, 1);
    for (size_t i = 0; i < in->n; i++)
        for (int way = 0; way < 2; way++) {
            uint32_t x = way ? in->edges[i].b : in->edges[i].a, y = way ? in->edges[i].a : in->edges[i].b;
            uint32_t id = s->known[y];
            if (s->known[x] || !id) continue;
            if (!seen[x]) seen[x] = id;
            else if (seen[x] != id) s->ambiguous[x] = 1;
        }
    free(seen);
}

/* Such a row is one only with others like it, and with them only as long as nobody has said whose they are: what it is joined with
 * must not hang on which of its links is followed first. */
static bool is_ambiguous(struct state *s, const struct edge *e)
{
    if (!s->ambiguous || isinf(e->weight) || !(s->ambiguous[e->a] || s->ambiguous[e->b])) return false;
    return s->ambiguous[e->a] != s->ambiguous[e->b] || s->known[root(s, e->a)] || s->known[root(s, e->b)];
}

static void number_entities(struct clusters *c, struct state *s, size_t n)
{
    c->of = list_of(n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t r = root(s, i); /* the first row of its entity */
        c->of[i] = r == i ? c->n++ : c->of[r];
    }
}

static void refuse(struct clusters *c, const struct refused *r)
{
    mem_grow(&c->refused, &c->cap_refused, c->n_refused + 1, sizeof *c->refused);
    c->refused[c->n_refused++] = *r;
    if (r->why == REFUSED_WEAK) c->refused_weak++;
    else c->refused_veto++;
}

static void follow(struct clusters *c, struct state *s, const struct edge *e)
{
    uint32_t a = root(s, e->a), b = root(s, e->b);
    struct refused r = {.a = e->a < e->b ? e->a : e->b, .b = e->a < e->b ? e->b : e->a, .decided = isinf(e->weight)};
    if (a == b) return;
    if (s->size[a] > s->size[b]) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    bool vetoed = is_vetoed(s, a, b, r.decided, &r);
    if (said_apart(s, a, b)) r.why = REFUSED_APART;
    else if (!vetoed && is_ambiguous(s, e)) r.why = REFUSED_AMBIGUOUS;
    else if (!vetoed && !r.decided && s->size[a] + s->size[b] > 2 && e->weight < 50 && mean_between(s, a, b) < s->m->average)
        r.why = REFUSED_WEAK;
    if (r.why) {
        refuse(c, &r);
    } else {
        join(s, a, b);
        c->joined++;
    }
}

static int by_refused(const void *a, const void *b)
{
    const struct refused *x = a, *y = b;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

const struct refused *clusters_refused(const struct clusters *c, uint32_t a, uint32_t b)
{
    struct refused wanted = {.a = a < b ? a : b, .b = a < b ? b : a};
    return c->n_refused ? bsearch(&wanted, c->refused, c->n_refused, sizeof *c->refused, by_refused) : NULL;
}

void cluster(struct clusters *c, const struct cluster_input *in)
{
    struct state s = {.m = in->m, .t = in->t, .source = in->source, .memo = memo_new(in->t, NULL)};
    size_t rows = (size_t)in->t->n_rows;
    *c = (struct clusters){.n = 0};
    prepare(&s, rows);
    if (in->decisions) set_apart(&s, in->decisions, rows);
    find_ambiguous(&s, in);
    put_in_order(in);
    if (in->n) qsort(in->edges, in->n, sizeof *in->edges, by_strength);
    for (size_t i = 0; i < in->n; i++) follow(c, &s, &in->edges[i]);
    if (c->n_refused) qsort(c->refused, c->n_refused, sizeof *c->refused, by_refused);
    number_entities(c, &s, rows);
    free(s.parent);
    free(s.first);
    free(s.next);
    free(s.last);
    free(s.size);
    free(s.first_apart);
    free(s.apart);
    free(s.ambiguous);
    memo_free(s.memo);
    for (size_t v = 0; v < s.n_veto; v++) free(s.veto[v].of);
}

void clusters_free(struct clusters *c)
{
    free(c->of);
    free(c->refused);
    *c = (struct clusters){0};
}
