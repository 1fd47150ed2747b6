/* What a pair is: by the model's probability, by rules of identity, by people's decisions; and for what reason. */
#include "link/kind_own.h"
#include "link/own.h"

const char *verdict_name(enum verdict v)
{
    static const char *const NAMES[] = {"no", "review", "link", "conflict"};
    return NAMES[v];
}

/* ---- what a pair is ---- */
int link_citizen_column(const struct model *m)
{
    for (size_t k = 0; k < m->n; k++)
        if (m->comparisons[k].kind == KIND_CITIZEN_ID) return (int)k;
    return -1;
}

static int name_column(const struct model *m)
{
    for (size_t k = 0; k < m->n; k++)
        if (m->comparisons[k].kind == KIND_NAME) return (int)k;
    return -1;
}

/* Is this level of citizen ids that of two valid ones that differ? */
static bool differ_validly(unsigned l)
{
    const char *name = kind_info(KIND_CITIZEN_ID)->levels[l].name;
    return strcmp(name, "twins") == 0 || strcmp(name, "both_valid") == 0;
}

/* The same verified id decides, names permitting; two different ones decide against. */
static enum verdict by_id(const struct model *m, uint64_t code, double p)
{
    int id = link_citizen_column(m), name = name_column(m);
    unsigned l = id < 0 ? 0 : level_in(code, (size_t)id);
    if (!l) return VERDICT_LINK;
    if (differ_validly(l)) return p >= m->link ? VERDICT_REVIEW : VERDICT_NO;
    if (!m->verified || l < kind_info(KIND_CITIZEN_ID)->exact || name < 0) return VERDICT_LINK;
    unsigned n = level_in(code, (size_t)name);
    return n && n < kind_info(KIND_NAME)->exact ? VERDICT_CONFLICT : VERDICT_LINK;
}

/* A shared name and birth date alone joins nobody where the model names columns that must bear it out. */
static bool is_supported(const struct model *m, uint64_t code)
{
    bool any = false;
    for (size_t i = 0; i < m->n_support; i++) {
        size_t k = (size_t)m->support[i];
        const struct kind_info *info = kind_info(m->comparisons[k].kind);
        any = true;
        if (level_in(code, k) + (m->comparisons[k].kind == KIND_ADDRESS ? 3u : 0u) >= info->exact) return true;
    }
    int id = link_citizen_column(m);
    return !any || (id >= 0 && level_in(code, (size_t)id) + 3u >= kind_info(KIND_CITIZEN_ID)->exact);
}

bool link_same_verified(const struct model *m, uint64_t code)
{
    int id = link_citizen_column(m);
    return m->verified && id >= 0 && level_in(code, (size_t)id) >= kind_info(KIND_CITIZEN_ID)->exact;
}

enum verdict link_pattern_verdict(const struct model *m, uint64_t code, double p)
{
    enum verdict v = by_id(m, code, p);
    if (v != VERDICT_LINK) return v;
    if (link_same_verified(m, code)) return VERDICT_LINK;
    if (p >= m->link) return is_supported(m, code) ? VERDICT_LINK : VERDICT_REVIEW;
    return p >= m->review ? VERDICT_REVIEW : VERDICT_NO;
}

enum verdict link_verdict(const struct link *k, uint32_t a, uint32_t b, uint64_t code, double *probability, double *weight)
{
    double w, p = model_probability(k->model, code, &w);
    if (probability) *probability = p;
    if (weight) *weight = w;
    enum decision said = decisions_find(&k->decisions, a, b);
    if (said == DECISION_SAME) return VERDICT_LINK;
    if (said == DECISION_DIFFERENT) return VERDICT_NO;
    return link_pattern_verdict(k->model, code, p);
}

/* ---- reasons ---- */
static const char *in_words(const struct link *k, const char *english)
{
    return k->translate ? k->translate(english) : english;
}

static void put_reason(const struct link *k, const char *english, struct str about, struct buf *out)
{
    const struct str args[DIAG_ARGS] = {about};
    diag_expand(out, in_words(k, english), args);
}

static bool put_refusal(const struct link *k, const struct refused *r, struct buf *out)
{
    static const char *const WHY[] = {
        [REFUSED_APART] = "people said that records of the two are different",
        [REFUSED_ID] = "two different valid ids would come together",
        [REFUSED_NAME] = "one id with two names would come together",
        [REFUSED_VALUE] = "two values of column {1} would come together",
        [REFUSED_SOURCE] = "two records of one source would come together",
        [REFUSED_AMBIGUOUS] = "a record without an id fits two people with different ids",
        [REFUSED_WEAK] = "the others of the two entities have too little in common",
    };
    if (!r || k->clusters.of[r->a] == k->clusters.of[r->b]) return false;
    struct str column = r->why == REFUSED_VALUE ? link_title(k, r->column) : (struct str){NULL, 0};
    put_reason(k, WHY[r->why], column, out);
    return true;
}

/* The columns of which one must agree. */
static void put_support(const struct link *k, struct buf *out)
{
    struct buf columns = {0};
    for (size_t i = 0; i < k->model->n_support; i++) {
        if (i) buf_put(&columns, in_words(k, ", "));
        buf_str(&columns, link_title(k, (size_t)k->model->support[i]));
    }
    put_reason(k, "nothing else bears it out: {1}", buf_slice(&columns), out);
    buf_free(&columns);
}

bool link_reason(const struct link *k, uint32_t a, uint32_t b, uint64_t code, struct buf *out)
{
    const struct model *m = k->model;
    double p;
    enum verdict v = link_verdict(k, a, b, code, &p, NULL);
    int id = link_citizen_column(m);
    unsigned l = id < 0 ? 0 : level_in(code, (size_t)id);
    if (put_refusal(k, clusters_refused(&k->clusters, a, b), out)) return true;
    if (decisions_find(&k->decisions, a, b)) put_reason(k, "people decided so", (struct str){NULL, 0}, out);
    else if (v == VERDICT_CONFLICT) put_reason(k, "the same id with another name", (struct str){NULL, 0}, out);
    else if (l && differ_validly(l)) put_reason(k, "two different valid ids are never one person", (struct str){NULL, 0}, out);
    else if (v == VERDICT_LINK && link_same_verified(m, code)) put_reason(k, "the same verified id", (struct str){NULL, 0}, out);
    else if (v == VERDICT_REVIEW && p >= m->link && !is_supported(m, code)) put_support(k, out);
    else return false;
    return true;
}

struct str link_title(const struct link *k, size_t comparison)
{
    struct str name = k->model->comparisons[comparison].column;
    const struct field *f = k->titles ? schema_field(k->titles, name) : NULL;
    return f && f->title.n ? f->title : name;
}
