#include "link/bounds.h"

#include <math.h>

#include "link/roles.h"
#include "link/weigh.h"

void model_live_apart(struct model *m)
{
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        enum class as = c->of_place && c->kind != KIND_PHONE ? CLASS_MOVED : CLASS_HOUSEHOLD;
        memcpy(c->p[CLASS_APART], c->p[as], sizeof c->p[as]);
    }
}

/* m over u must not fall from a level to the next better one: neighbours that offend are pooled. */
static void order_levels(struct model *m, size_t k, enum class in)
{
    struct comparison *c = &m->comparisons[k];
    struct {
        double m, u;
        unsigned from, to;
    } pool[LEVELS];
    unsigned n = 0;
    const struct kind_info *info = kind_info(c->kind);
    for (unsigned l = 1; l < info->n_levels; l++) {
        if (l == info->unordered) continue;
        pool[n].m = c->p[in][l];
        pool[n].u = model_u(m, k, l) + 1e-15;
        pool[n].from = pool[n].to = l;
        n++;
        while (n > 1 && pool[n - 1].m * pool[n - 2].u < pool[n - 2].m * pool[n - 1].u) {
            pool[n - 2].m += pool[n - 1].m;
            pool[n - 2].u += pool[n - 1].u;
            pool[n - 2].to = pool[n - 1].to;
            n--;
        }
    }
    for (unsigned i = 0; i < n; i++) {
        if (pool[i].from == pool[i].to) continue;
        for (unsigned l = pool[i].from; l <= pool[i].to; l++)
            if (l != info->unordered) c->p[in][l] = pool[i].m * (model_u(m, k, l) + 1e-15) / pool[i].u;
    }
}

/* Brings the levels of a class to what is left beside `none`. */
static void scale_given(double *p, unsigned n, double none)
{
    double given = 0;
    for (unsigned l = 1; l < n; l++) given += p[l];
    double scale = given > 1e-9 ? (1 - none) / given : 1;
    for (unsigned l = 1; l < n; l++) p[l] *= scale;
    p[0] = none;
}

/* A level that speaks for one entity more than the better ones do was seen too seldom between strangers: chance is given more of
 * it, as far as there is doubt about what was measured.  Else it would be the pairs of one entity that have to do with as little of
 * it as strangers are thought to have, and those that are there would become a class of others. */
static void doubt_chance(struct model *m, size_t k, double believed)
{
    struct comparison *c = &m->comparisons[k];
    const struct kind_info *info = kind_info(c->kind);
    for (unsigned l = info->exact - 1u; l > 0; l--) {
        double least = INFINITY, better = 0, u = 0;
        if (l == info->unordered) continue;
        for (unsigned b = l + 1; b < info->n_levels; b++) {
            if (b == info->unordered) continue;
            better += c->p[CLASS_MATCH][b];
            u += model_u(m, k, b);
            if (better > believed) least = fmin(least, better / u); /* fewer say nothing */
        }
        double lacking = c->p[CLASS_MATCH][l] / least - model_u(m, k, l);
        if (lacking > 0) c->p[CLASS_CHANCE][l] += fmin(lacking, c->doubt[l]);
    }
    scale_given(c->p[CLASS_CHANCE], info->n_levels, c->p[CLASS_CHANCE][0]);
}

/* Does a level speak for one person rather than for the other class? */
static bool speaks_for(const struct kind_info *info, unsigned l, enum class other)
{
    if (l > info->exact) l = info->exact; /* rarities have no start of their own */
    return info->levels[l].start[CLASS_MATCH] > info->levels[l].start[other];
}

/* Levels that speak for two persons of one family, or for two ids, however alike the rest is. */
static bool speaks_against(enum kind k, const char *level)
{
    if (k == KIND_NAME) return strcmp(level, "brothers") == 0 || strcmp(level, "surname") == 0;
    return k == KIND_CITIZEN_ID && (strcmp(level, "twins") == 0 || strcmp(level, "both_valid") == 0);
}

/* That a value is missing says the same of all classes: records of one list lack the same columns, and that would be taken for
 * what makes them alike. */
static void share_none(struct comparison *c)
{
    for (int k = 0; k < CLASSES; k++)
        if (k != CLASS_CHANCE) scale_given(c->p[k], kind_info(c->kind)->n_levels, c->p[CLASS_CHANCE][0]);
}

/* Takes what a class has above its bounds from the levels that have one (bound < 1) and gives it to the others. */
static void hold_below(double *p, const double *bound, unsigned n)
{
    double taken = 0, rest = 0;
    for (unsigned l = 1; l < n; l++) {
        if (p[l] > bound[l]) taken += p[l] - bound[l], p[l] = bound[l];
        if (bound[l] >= 1) rest += p[l];
    }
    for (unsigned l = 1; rest > 0 && l < n; l++)
        if (bound[l] >= 1) p[l] *= 1 + taken / rest;
}

static const double NAMESAKES = 20; /* strangers with something in common agree so much more often than others, at most */

/* Whole names and titles: what is nearly the same is seldom another's.  Else the pairs with a slip become a class of others. */
static void hold_names(struct comparison *c, enum class in)
{
    double most[LEVELS];
    unsigned n = kind_info(c->kind)->n_levels, close = kind_info(c->kind)->exact - (c->strangers ? 0 : 2u);
    for (unsigned l = 0; l < n; l++) most[l] = l >= close ? NAMESAKES * c->p[CLASS_CHANCE][l] : 1;
    hold_below(c->p[in], most, n);
}

/* Strangers hardly ever have one id, or nearly one: that is what an id is for.  Else pairs of one person whose
 * name is spelt in two ways become a class of others, the sooner the more records there are. */
static void hold_ids(struct comparison *c, const struct comparison *first)
{
    const struct kind_info *info = kind_info(c->kind);
    double most[LEVELS];
    if (c->kind != KIND_CITIZEN_ID && c->kind != KIND_IDENTIFIER) return;
    for (unsigned l = 0; l < info->n_levels; l++)
        most[l] = speaks_for(info, l, CLASS_OTHER) ? fmin(fmax(first->p[CLASS_OTHER][l], c->p[CLASS_CHANCE][l]), 0.99) : 1;
    hold_below(c->p[CLASS_OTHER], most, info->n_levels);
}

/* Those of one household are different people, and the branches of a company stand in different places: what tells them apart
 * seldom agrees.  Without this the class becomes the home of the pairs of one person that have a slip. */
static void hold_kin(struct comparison *c, const struct comparison *first, enum kin kin)
{
    static const double SIBLINGS = 4; /* are so much more often of nearly one age than others, at most */
    const struct kind_info *info = kind_info(c->kind);
    double most[LEVELS];
    for (unsigned l = 0; l < info->n_levels; l++) {
        double chance = c->p[CLASS_CHANCE][l];
        if (kin == KIN_BRANCHES) most[l] = l && kind_closeness(info, l) > 0.5 ? NAMESAKES * chance : 1;
        else most[l] = speaks_for(info, l, CLASS_HOUSEHOLD) ? fmin(fmax(first->p[CLASS_HOUSEHOLD][l], chance), 0.99) : 1;
        bool age = c->kind == KIND_DATE || c->kind == KIND_NUMBER;
        if (kin == KIN_HOUSEHOLDS && age && l < info->exact && most[l] < 1) most[l] = fmin(SIBLINGS * most[l], 0.99);
    }
    bool apart = c->tells || (kin == KIN_BRANCHES ? c->of_home : kin == KIN_NONE);
    if (apart) hold_below(c->p[CLASS_HOUSEHOLD], most, info->n_levels);
    if (kin != KIN_BRANCHES && c->names && !c->tells) hold_names(c, CLASS_HOUSEHOLD);
}

/* In a pair of one entity what tells it apart seldom differs, and a slip seldom gives the name of a brother, or a valid id:
 * without this twins are taken for one, and two shops of a company. */
static void hold_match(struct comparison *c, const struct comparison *first, enum kin kin)
{
    /* Of the pairs of one person that differ in such a column; that are wholly other; of one company, that changed its name; and
     * that are found in another place. */
    static const double MOST_SLIPS = 0.35, MOST_OTHER = 0.05, RENAMED = 0.05, ELSEWHERE = 0.03;
    const struct kind_info *info = kind_info(c->kind);
    double most[LEVELS], slips = 0, far = 0, *p = c->p[CLASS_MATCH];
    bool site = kin == KIN_BRANCHES && c->of_home;
    for (unsigned l = 1; l < info->n_levels; l++) {
        if (c->tells && !speaks_for(info, l, CLASS_OTHER)) slips += p[l];
        if (kind_closeness(info, l) < 0.5) far += p[l];
    }
    for (unsigned l = 0; l < info->n_levels; l++) {
        most[l] = 1;
        if (speaks_against(c->kind, info->levels[l].name)) most[l] = first->p[CLASS_MATCH][l];
        else if (slips > MOST_SLIPS && !speaks_for(info, l, CLASS_OTHER)) most[l] = p[l] * MOST_SLIPS / slips;
        if (l && site && far > ELSEWHERE && kind_closeness(info, l) < 0.5) most[l] = p[l] * ELSEWHERE / far;
    }
    if (c->names) most[1] = fmin(most[1], (c->tells ? MOST_OTHER : RENAMED) * (1 - p[0]));
    double equal = 0, alike = 0; /* whole names are more often equal than not: initials and surnames that go together make nobody */
    for (unsigned l = info->exact; l < info->n_levels; l++) equal += p[l];
    for (unsigned l = 1; l < info->exact; l++) alike += p[l];
    for (unsigned l = 1; c->kind == KIND_NAME && alike > equal && l < info->exact; l++)
        most[l] = fmin(most[l], p[l] * equal / alike);
    hold_below(p, most, info->n_levels);
}

/* What there is to know of a pair, in bits, and the share of it that agrees in a class. */
struct agreement {
    double of[COMPARISONS], worth[COMPARISONS];
    double all, agreed;
};

enum what { ALL, TELLING, HOME }; /* columns that count */
static bool counts(const struct comparison *c, enum what what)
{
    return what == ALL || (what == TELLING ? c->names : c->of_home);
}

static struct agreement agreement_in(const struct model *m, enum class in, enum what what)
{
    struct agreement a = {.all = 0};
    for (size_t k = 0; k < m->n; k++) {
        const struct comparison *c = &m->comparisons[k];
        const struct kind_info *info = kind_info(c->kind);
        double sum = 1e-12;
        if (!counts(c, what)) continue;
        for (unsigned l = 1; l < info->n_levels; l++) {
            sum += c->p[in][l];
            /* a house in the same street is another house */
            if (speaks_for(info, l, CLASS_OTHER))
                a.of[k] += c->p[in][l] * (in == CLASS_MATCH || (what == HOME && role_is_address(c)) ? kind_closeness(info, l) : 1);
        }
        a.of[k] /= sum;
        a.worth[k] = role_bits(c);
        a.all += a.worth[k];
        a.agreed += a.worth[k] * a.of[k];
    }
    return a;
}

/* Agreement takes the place of disagreement, or the other way about, in equal measure in all columns that count. */
static void agree(struct model *m, enum class in, const struct agreement *a, enum what what, double scale, bool more)
{
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        const struct kind_info *info = kind_info(c->kind);
        if (!counts(c, what)) continue;
        double agreed = fmin(fmax(a->of[k], 1e-9), 1 - 1e-9);
        double yes = more ? (1 - scale * (1 - agreed)) / agreed : scale;
        double no = more ? scale : (1 - scale * agreed) / (1 - agreed);
        for (unsigned l = 1; l < info->n_levels; l++) {
            double close = more ? kind_closeness(info, l) : speaks_for(info, l, CLASS_OTHER);
            c->p[in][l] *= close * yes + (1 - close) * no;
        }
    }
}

/* Of what there is to know, at most so much agrees in a class. */
static void keep_below(struct model *m, enum class in, double most, enum what what)
{
    struct agreement a = agreement_in(m, in, what);
    if (a.agreed > most * a.all) agree(m, in, &a, what, most * a.all / a.agreed, false);
}

/* And at least so much. */
static void keep_above(struct model *m, enum class in, double least, enum what what)
{
    struct agreement a = agreement_in(m, in, what);
    if (a.agreed < least * a.all) agree(m, in, &a, what, (1 - least) * a.all / (a.all - a.agreed), true);
}

/* Who lives elsewhere is known by the rest alone: what tells people apart hardly ever differs then. */
static void settle_self(struct comparison *c)
{
    static const double MOST = 0.05;
    const struct kind_info *info = kind_info(c->kind);
    double most[LEVELS], slips = 0;
    memcpy(c->p[CLASS_MOVED], c->p[CLASS_MATCH], sizeof c->p[CLASS_MATCH]);
    if (!c->tells) return;
    for (unsigned l = 1; l < info->n_levels; l++)
        if (!speaks_for(info, l, CLASS_OTHER)) slips += c->p[CLASS_MATCH][l];
    for (unsigned l = 0; l < info->n_levels; l++)
        most[l] = slips > MOST && !speaks_for(info, l, CLASS_OTHER) ? c->p[CLASS_MATCH][l] * MOST / slips : 1;
    hold_below(c->p[CLASS_MOVED], most, info->n_levels);
}

/* The address of one household is written in as many ways as that of one person.  What is learnt of it is what blocking lets meet:
 * relatives whose address is written alike more often than others. */
static void share_home(struct comparison *c)
{
    const struct kind_info *info = kind_info(c->kind);
    double one = 1e-12, house = 0;
    for (unsigned l = 1; l < info->n_levels; l++)
        if (kind_closeness(info, l) > 0.5) one += c->p[CLASS_MATCH][l], house += c->p[CLASS_HOUSEHOLD][l];
    for (unsigned l = 1; l < info->n_levels; l++)
        if (kind_closeness(info, l) > 0.5) c->p[CLASS_HOUSEHOLD][l] = c->p[CLASS_MATCH][l] * house / one;
}

void model_hold(struct model *m, const struct model *first, double believed)
{
    static const double LEAST = 0.65, LEAST_HOME = 0.7;
    enum kin kin = model_kin(m);
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        hold_kin(c, &first->comparisons[k], kin);
        hold_match(c, &first->comparisons[k], kin);
        if (c->strangers || (c->names && !c->tells)) hold_names(c, CLASS_OTHER);
        hold_ids(c, &first->comparisons[k]);
    }
    /* Strangers have something in common, and those of one household more, but never nearly all. */
    keep_below(m, CLASS_OTHER, 0.4, ALL);
    keep_below(m, CLASS_OTHER, 0.4, TELLING);
    keep_below(m, CLASS_HOUSEHOLD, 0.75, ALL);
    if (kin == KIN_HOUSEHOLDS) keep_above(m, CLASS_HOUSEHOLD, LEAST_HOME, HOME);
    keep_above(m, CLASS_MATCH, 0.6, TELLING);
    keep_above(m, CLASS_MATCH, LEAST, ALL);
    for (size_t k = 0; k < m->n; k++) share_none(&m->comparisons[k]);
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        doubt_chance(m, k, believed);
        order_levels(m, k, CLASS_MATCH);
        if (c->of_place) order_levels(m, k, CLASS_MOVED);
        else settle_self(c);
        if (kin == KIN_HOUSEHOLDS && c->of_home && role_is_address(c)) share_home(c);
    }
    model_live_apart(m);
}
