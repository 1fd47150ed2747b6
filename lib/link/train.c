#include "link/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "link/kind_own.h"

enum { STRIDES = 90, CALM_ROUNDS = 3, KEPT_PATTERNS = 4000 };
static const double LABEL_WEIGHT = 5; /* a decision weighs as much as so many pairs */
static const double PSEUDO = 4;       /* so many pairs are believed beforehand, in each class and comparison */
static const double SETTLED = 1e-5;   /* change of the mean logarithm of the likelihood, for CALM_ROUNDS rounds */

static void start_level(struct comparison *c, const double *seen)
{
    const struct kind_info *info = kind_info(c->kind);
    double equal = 0, none = seen[0];
    for (unsigned l = info->exact; l < info->n_levels; l++) equal += seen[l] + 1e-6;
    for (int k = 0; k < CLASS_CHANCE; k++) {
        double all = 0;
        for (unsigned l = 1; l < info->n_levels; l++) all += info->levels[l].start[k];
        c->p[k][0] = fmin(fmax(none, 1e-4), 1 - 1e-6);
        for (unsigned l = 1; l < info->n_levels; l++) {
            double start =
                l >= info->exact ? info->levels[info->exact].start[k] * (seen[l] + 1e-6) / equal : info->levels[l].start[k];
            c->p[k][l] = start / all * (1 - c->p[k][0]);
        }
    }
}

/* Where nothing is known to tell entities apart, the first column of text is taken for their name. */
static void name_first_text(struct model *m)
{
    int first = -1;
    for (size_t k = 0; k < m->n; k++) {
        enum kind kind = m->comparisons[k].kind;
        if (m->comparisons[k].names) return;
        if (first < 0 && (kind == KIND_TEXT || kind == KIND_WORD)) first = (int)k;
    }
    if (first >= 0) m->comparisons[first].names = true;
}

static bool is_address(const struct comparison *c)
{
    return c->kind == KIND_ADDRESS || c->kind == KIND_TEXT;
}

static void set_roles(struct model *m)
{
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        c->tells = c->kind == KIND_GIVEN || c->kind == KIND_NAME || c->kind == KIND_DATE || c->kind == KIND_CITIZEN_ID ||
                   c->kind == KIND_IDENTIFIER || (c->kind == KIND_NUMBER && model_names_it(c));
        c->names = c->tells || model_names_it(c);
    }
    name_first_text(m);
    bool address = false;
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        c->of_place = !c->names && (c->kind == KIND_ADDRESS || c->kind == KIND_TEXT || c->kind == KIND_WORD ||
                                    c->kind == KIND_CODE || c->kind == KIND_PHONE);
        address = address || (c->of_place && is_address(c));
    }
    for (size_t k = 0; k < m->n; k++) { /* a town that follows from the postcode */
        struct comparison *c = &m->comparisons[k];
        if (c->kind == KIND_CATEGORY && c->unless >= 0 && m->comparisons[c->unless].kind == KIND_CODE) c->of_place = true;
    }
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        c->of_home = c->of_place && c->kind != KIND_PHONE && (!address || is_address(c));
    }
}

/* What there is to know of a column, in bits: how much less often than always any two rows agree. */
static double bits_of(const struct comparison *c)
{
    const struct kind_info *info = kind_info(c->kind);
    double given = fmax(1 - c->p[CLASS_CHANCE][0], 1e-9), chance = 1e-9;
    for (unsigned l = info->exact; l < info->n_levels; l++) chance += c->p[CLASS_CHANCE][l];
    return given * fmin(fmax(log2(given / chance), 0), 15);
}

/* People move in tables that have an address and something that goes with it, and tell who it is all the same. */
static bool people_move(const struct model *m, double rows)
{
    unsigned places = 0, addresses = 0, telling = 0;
    double bits = 0;
    for (size_t k = 0; k < m->n; k++) {
        enum kind kind = m->comparisons[k].kind;
        places += m->comparisons[k].of_place;
        addresses += m->comparisons[k].of_place && kind != KIND_WORD;
        telling += m->comparisons[k].tells;
        if (!m->comparisons[k].of_place) bits += bits_of(&m->comparisons[k]);
    }
    return places > 1 && addresses && telling > 1 && bits > log2(rows) + 4;
}

/* Who has something in common with another without being one.  Where nothing tells people apart but there is an address, rows are
 * shops, schools, offices: those of one company share its name and telephone, as a household shares an address, and it is the
 * address that tells them apart. */
enum kin { NONE_KNOWN, HOUSEHOLDS, BRANCHES };
static enum kin kin_in(const struct model *m)
{
    enum kin kin = NONE_KNOWN;
    for (size_t k = 0; k < m->n; k++) {
        if (m->comparisons[k].tells) return HOUSEHOLDS;
        if (m->comparisons[k].of_home && m->comparisons[k].kind == KIND_ADDRESS) kin = BRANCHES;
    }
    return kin;
}

static void start_branches(struct model *m)
{
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        enum class as = c->of_home ? CLASS_CHANCE : CLASS_MATCH;
        if (c->of_home || c->names || c->kind == KIND_PHONE) memcpy(c->p[CLASS_HOUSEHOLD], c->p[as], sizeof c->p[as]);
    }
}

/* Relatives of whom one has moved: like those of one household in what says who they are and which telephone they have, like those
 * who moved in where they live. */
static void live_apart(struct model *m)
{
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        enum class as = c->of_place && c->kind != KIND_PHONE ? CLASS_MOVED : CLASS_HOUSEHOLD;
        memcpy(c->p[CLASS_APART], c->p[as], sizeof c->p[as]);
    }
}

static void start_moved(struct model *m, double rows)
{
    static const double SHARE = 0.2;
    bool move = people_move(m, rows);
    m->prior[CLASS_MOVED] = move ? SHARE * m->prior[CLASS_MATCH] : 0;
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        double stays = c->of_place ? 0.5 : 1;
        for (int l = 0; l < LEVELS; l++) c->p[CLASS_MOVED][l] = stays * c->p[CLASS_MATCH][l] + (1 - stays) * c->p[CLASS_CHANCE][l];
    }
    m->prior[CLASS_APART] = move ? SHARE * m->prior[CLASS_HOUSEHOLD] : 0;
    live_apart(m);
}

/* What is seldom in any two rows may be missing from those drawn: it is at least as frequent as in the pairs that were compared. */
static void count_in(struct comparison *c, const double *seen, double compared)
{
    double sum = 0, *u = c->p[CLASS_CHANCE];
    unsigned n = kind_info(c->kind)->n_levels;
    for (unsigned l = 1; l < kind_info(c->kind)->exact; l++) u[l] = fmax(u[l], seen[l] * compared);
    for (unsigned l = 1; l < n; l++) sum += u[l];
    for (unsigned l = 1; l < n; l++) u[l] *= (1 - u[0]) / sum;
}

static void start(struct model *m, const struct patterns *p, const struct table *t, const uint32_t *source, unsigned threads)
{
    double total = 0;
    double seen[COMPARISONS][LEVELS] = {{0}};
    for (size_t i = 0; i < p->n; i++) {
        total += (double)p->count[i];
        for (size_t k = 0; k < m->n; k++) seen[k][level_in(p->code[i], k)] += (double)p->count[i];
    }
    for (size_t k = 0; k < m->n; k++) {
        for (int l = 0; l < LEVELS; l++) seen[k][l] /= total > 0 ? total : 1;
        if (!m->comparisons[k].trained) start_level(&m->comparisons[k], seen[k]);
    }
    double rows = (double)t->n_rows / fmax(total, 1); /* a pair or so for every second row, however many are compared */
    m->prior[CLASS_MATCH] = fmin(0.2, 0.5 * rows);
    m->prior[CLASS_HOUSEHOLD] = fmin(0.1, 0.25 * rows);
    m->prior[CLASS_OTHER] = fmin(0.7, 2 * rows);
    double any_two = fmax(chance_measure(m, t, source, threads), 1);
    m->prior[CLASS_CHANCE] = any_two / fmax(total, 1);
    for (size_t k = 0; k < m->n; k++) count_in(&m->comparisons[k], seen[k], total / any_two);
    for (size_t k = 0; k < m->n; k++)
        for (int c = 0; c < CLASSES; c++) m->comparisons[k].p[c][0] = m->comparisons[k].p[CLASS_CHANCE][0];
    for (size_t k = 0; k < m->n; k++)
        for (int c = 0; c < CLASS_CHANCE; c++) {
            double sum = 0;
            for (int l = 1; l < LEVELS; l++) sum += m->comparisons[k].p[c][l];
            for (int l = 1; l < LEVELS; l++) m->comparisons[k].p[c][l] *= (1 - m->comparisons[k].p[c][0]) / sum;
        }
    start_moved(m, (double)t->n_rows);
    if (kin_in(m) == BRANCHES) start_branches(m);
}

void model_classes(const struct model *m, uint64_t code, double out[CLASSES])
{
    double sum = 0, logs[CLASSES], best = -INFINITY;
    for (int c = 0; c < CLASSES; c++) {
        logs[c] = log(m->prior[c]);
        for (size_t k = 0; k < m->n; k++) logs[c] += log(m->comparisons[k].p[c][level_in(code, k)]);
        if (logs[c] > best) best = logs[c];
    }
    for (int c = 0; c < CLASSES; c++) sum += out[c] = exp(logs[c] - best);
    for (int c = 0; c < CLASSES; c++) out[c] /= sum;
}

double model_probability(const struct model *m, uint64_t code, double *weight)
{
    double p[CLASSES];
    model_classes(m, code, p);
    double match = p[CLASS_MATCH] + p[CLASS_MOVED];
    if (weight)
        *weight = log2(match + 1e-300) - log2(p[CLASS_HOUSEHOLD] + p[CLASS_OTHER] + p[CLASS_CHANCE] + p[CLASS_APART] + 1e-300);
    return match;
}

/* Probability of a level in all pairs but those of one person. */
static double others_at(const struct model *m, const struct comparison *c, unsigned l)
{
    double rest = 0, u = 0;
    for (int o = 0; o < CLASSES; o++)
        if (!class_is_match((enum class)o)) rest += m->prior[o], u += m->prior[o] * c->p[o][l];
    return rest > 0 ? u / rest : 1;
}

double model_m(const struct model *m, size_t k, unsigned l)
{
    double stayed = m->prior[CLASS_MATCH], moved = m->prior[CLASS_MOVED];
    const struct comparison *c = &m->comparisons[k];
    return (stayed * c->p[CLASS_MATCH][l] + moved * c->p[CLASS_MOVED][l]) / (stayed + moved);
}

double model_weight(const struct model *m, size_t k, unsigned l)
{
    return log2(model_m(m, k, l)) - log2(others_at(m, &m->comparisons[k], l));
}

/* Shares of the classes in every pattern; returns the logarithm of the likelihood. */
static double expect(const struct model *m, struct lesson *s)
{
    double likelihood = lesson_expect(s, m);
    for (size_t i = s->n_free; i < s->n; i++) {
        bool match = s->labels[i - s->n_free].match;
        double classes[CLASSES];
        model_classes(m, s->code[i], classes);
        double same = classes[CLASS_MATCH] + classes[CLASS_MOVED], all = match ? same : 1 - same;
        for (int c = 0; c < CLASSES; c++)
            s->share[c][i] = class_is_match((enum class)c) != match || all < 1e-12 ? 0 : classes[c] / all;
        if (all < 1e-12) s->share[match ? CLASS_MATCH : CLASS_OTHER][i] = 1;
    }
    double learnt = -m->prior[CLASS_CHANCE];
    for (int c = 0; c < CLASSES; c++) learnt += m->prior[c];
    return likelihood - s->total * learnt;
}

/* m over u must not fall from a level to the next better one: neighbours that offend are pooled. */
static void order_levels(const struct model *m, struct comparison *c, enum class in)
{
    struct {
        double m, u;
        unsigned from, to;
    } pool[LEVELS];
    unsigned n = 0;
    const struct kind_info *info = kind_info(c->kind);
    for (unsigned l = 1; l < info->n_levels; l++) {
        if (l == info->unordered) continue;
        pool[n].m = c->p[in][l];
        pool[n].u = others_at(m, c, l) + 1e-15;
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
            if (l != info->unordered) c->p[in][l] = pool[i].m * (others_at(m, c, l) + 1e-15) / pool[i].u;
    }
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
    double none = c->p[CLASS_CHANCE][0];
    for (int k = 0; k < CLASSES; k++) {
        if (k == CLASS_CHANCE) continue;
        double given = 0;
        for (unsigned l = 1; l < kind_info(c->kind)->n_levels; l++) given += c->p[k][l];
        double scale = given > 1e-9 ? (1 - none) / given : 1;
        for (unsigned l = 1; l < kind_info(c->kind)->n_levels; l++) c->p[k][l] *= scale;
        c->p[k][0] = none;
    }
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

/* How far a level of a kind is on the way from saying nothing for one entity (0) to saying what equality says (1). */
static double closeness(const struct kind_info *info, unsigned l)
{
    if (l >= info->exact) return 1;
    const float *at = info->levels[l].start, *equal = info->levels[info->exact].start;
    double bits = log2((double)at[CLASS_MATCH] / (double)at[CLASS_OTHER]);
    double most = log2((double)equal[CLASS_MATCH] / (double)equal[CLASS_OTHER]);
    return fmin(fmax(bits / most, 0), 1);
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
        if (kin == BRANCHES) most[l] = l && closeness(info, l) > 0.5 ? NAMESAKES * chance : 1;
        else most[l] = speaks_for(info, l, CLASS_HOUSEHOLD) ? fmin(fmax(first->p[CLASS_HOUSEHOLD][l], chance), 0.99) : 1;
        bool age = c->kind == KIND_DATE || c->kind == KIND_NUMBER;
        if (kin == HOUSEHOLDS && age && l < info->exact && most[l] < 1) most[l] = fmin(SIBLINGS * most[l], 0.99);
    }
    bool apart = kin == BRANCHES ? c->of_home : c->tells || kin == NONE_KNOWN;
    if (apart) hold_below(c->p[CLASS_HOUSEHOLD], most, info->n_levels);
    if (kin != BRANCHES && c->names && !c->tells) hold_names(c, CLASS_HOUSEHOLD);
}

/* In a pair of one entity what tells it apart seldom differs, and a slip seldom gives the name of a brother, or a valid id:
 * without this twins are taken for one, and two shops of a company. */
static void hold_match(struct comparison *c, const struct comparison *first, enum kin kin)
{
    /* Of the pairs of one person that differ in such a column; that are wholly other; of one company, that changed its name; and
     * that are found in another place. */
    static const double MOST_SLIPS = 0.35, MOST_OTHER = 0.15, RENAMED = 0.05, ELSEWHERE = 0.03;
    const struct kind_info *info = kind_info(c->kind);
    double most[LEVELS], slips = 0, far = 0, *p = c->p[CLASS_MATCH];
    bool site = kin == BRANCHES && c->of_home;
    for (unsigned l = 1; l < info->n_levels; l++) {
        if (c->tells && !speaks_for(info, l, CLASS_OTHER)) slips += p[l];
        if (closeness(info, l) < 0.5) far += p[l];
    }
    for (unsigned l = 0; l < info->n_levels; l++) {
        most[l] = 1;
        if (speaks_against(c->kind, info->levels[l].name)) most[l] = first->p[CLASS_MATCH][l];
        else if (slips > MOST_SLIPS && !speaks_for(info, l, CLASS_OTHER)) most[l] = p[l] * MOST_SLIPS / slips;
        if (l && site && far > ELSEWHERE && closeness(info, l) < 0.5) most[l] = p[l] * ELSEWHERE / far;
    }
    if (c->names) most[1] = fmin(most[1], (c->tells ? MOST_OTHER : RENAMED) * (1 - p[0]));
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
                a.of[k] += c->p[in][l] * (in == CLASS_MATCH || (what == HOME && is_address(c)) ? closeness(info, l) : 1);
        }
        a.of[k] /= sum;
        a.worth[k] = bits_of(c);
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
            double close = more ? closeness(info, l) : speaks_for(info, l, CLASS_OTHER);
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

/* Any two rows agree as often as they were measured to, less what the other classes have of it: that two rows of one person have
 * one id says nothing of how often strangers would. */
static void leave_to_chance(struct comparison *c, const struct comparison *first, double sums[LEVELS][CLASSES], double all)
{
    static const double LEAST = 1e-3; /* of what was measured */
    const struct kind_info *info = kind_info(c->kind);
    double sum = 0, *p = c->p[CLASS_CHANCE];
    for (unsigned l = 1; l < info->n_levels; l++) {
        double measured = all * first->p[CLASS_CHANCE][l], left = measured;
        bool pure = c->strangers && l + 2u >= info->n_levels;
        for (int o = 0; o < CLASSES && !pure; o++) left -= o == CLASS_CHANCE ? 0 : sums[l][o];
        sum += p[l] = fmax(left, LEAST * measured + 1e-9);
    }
    for (unsigned l = 1; l < info->n_levels; l++) p[l] *= (1 - p[0]) / sum;
}

/* Where a person lives by now says nothing of the other columns: those are alike in all pairs of one person. */
static void learn_matches(struct model *m, const struct model *first, level_sums sums, const double total[CLASSES])
{
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        const struct comparison *f = &first->comparisons[k];
        bool apart = c->of_place;
        double stayed = total[CLASS_MATCH] + (apart ? 0 : total[CLASS_MOVED]);
        for (unsigned l = 0; l < kind_info(c->kind)->n_levels; l++) {
            double at = sums[k][l][CLASS_MATCH] + (apart ? 0 : sums[k][l][CLASS_MOVED]);
            c->p[CLASS_MATCH][l] = (at + PSEUDO * f->p[CLASS_MATCH][l]) / (stayed + PSEUDO);
            c->p[CLASS_MOVED][l] = (sums[k][l][CLASS_MOVED] + PSEUDO * f->p[CLASS_MOVED][l]) / (total[CLASS_MOVED] + PSEUDO);
        }
    }
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

static const double LEAST = 0.65, LEAST_HOME = 0.7;
static void hold_classes(struct model *m, const struct model *first)
{
    enum kin kin = kin_in(m);
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
    if (kin == HOUSEHOLDS) keep_above(m, CLASS_HOUSEHOLD, LEAST_HOME, HOME);
    keep_above(m, CLASS_MATCH, 0.6, TELLING);
    keep_above(m, CLASS_MATCH, LEAST, ALL);
    for (size_t k = 0; k < m->n; k++) share_none(&m->comparisons[k]);
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        order_levels(m, c, CLASS_MATCH);
        if (c->of_place) order_levels(m, c, CLASS_MOVED);
        else settle_self(c);
    }
    live_apart(m);
}

static void maximise(struct model *m, const struct model *first, const struct lesson *s)
{
    static const double KEPT = 1;
    double total[CLASSES];
    level_sums sums;
    lesson_sum(s, m, total, sums);
    for (int c = CLASS_HOUSEHOLD; c < CLASS_CHANCE; c++)
        for (size_t k = 0; k < m->n; k++)
            for (unsigned l = 0; l < kind_info(m->comparisons[k].kind)->n_levels; l++)
                m->comparisons[k].p[c][l] = (sums[k][l][c] + PSEUDO * first->comparisons[k].p[c][l]) / (total[c] + PSEUDO);
    learn_matches(m, first, sums, total);
    for (int c = 0; c < CLASSES; c++)
        if (c != CLASS_CHANCE && first->prior[c] > 0) m->prior[c] = (total[c] + KEPT) / fmax(s->total, 1);
    m->prior[CLASS_MOVED] = fmin(m->prior[CLASS_MOVED], m->prior[CLASS_MATCH]);
    m->prior[CLASS_APART] = fmin(m->prior[CLASS_APART], m->prior[CLASS_HOUSEHOLD]);
    for (size_t k = 0; k < m->n; k++)
        leave_to_chance(&m->comparisons[k], &first->comparisons[k], sums[k], first->prior[CLASS_CHANCE] * s->total);
    hold_classes(m, first);
}

/* Of very many patterns, those that are hardly matches by the model as it is are thinned out; the rest of them count for more. */
static void thin_out(struct lesson *s, const struct model *m)
{
    size_t every = s->n / KEPT_PATTERNS + 1, n = 0;
    if (every == 1) return;
    lesson_expect(s, m);
    for (size_t i = 0; i < s->n; i++) {
        bool hardly = s->share[CLASS_MATCH][i] + s->share[CLASS_MOVED][i] < 1e-6;
        if (hardly && mix64(s->code[i]) % every) continue;
        s->code[n] = s->code[i];
        s->count[n++] = s->count[i] * (hardly ? (double)every : 1);
    }
    s->n = s->n_free = n;
}

static void make_lesson(struct lesson *s, const struct model *m, const struct patterns *p, const struct label *labels,
                        size_t n_labels)
{
    size_t room = p->n + n_labels + 1;
    s->code = mem_alloc(room * sizeof *s->code);
    s->count = mem_alloc(room * sizeof *s->count);
    for (int c = 0; c < CLASSES; c++) s->share[c] = mem_alloc(room * sizeof *s->share[c]);
    for (size_t i = 0; i < p->n; i++) {
        if (!p->count[i]) continue;
        s->code[s->n] = p->code[i];
        s->count[s->n++] = (double)p->count[i];
    }
    lesson_sort(s);
    s->n_free = s->n;
    thin_out(s, m);
    for (size_t i = 0; i < s->n; i++) s->total += s->count[i];
    s->labels = labels;
    for (size_t i = 0; i < n_labels; i++) {
        s->code[s->n] = labels[i].code;
        s->count[s->n++] = LABEL_WEIGHT;
    }
}

/* ---- acceleration: SQUAREM (Varadhan and Roland 2008) on the logarithms of the parameters ---- */
enum { PARAMETERS = CLASSES * (1 + COMPARISONS * LEVELS) };

static size_t put_parameters(const struct model *m, double *out)
{
    size_t n = 0;
    for (int c = 0; c < CLASSES; c++) {
        out[n++] = log(m->prior[c] + 1e-300);
        for (size_t k = 0; k < m->n; k++)
            for (unsigned l = 0; l < kind_info(m->comparisons[k].kind)->n_levels; l++)
                out[n++] = log(m->comparisons[k].p[c][l] + 1e-300);
    }
    return n;
}

static void take_parameters(struct model *m, const double *in)
{
    size_t n = 0;
    for (int c = 0; c < CLASSES; c++) {
        m->prior[c] = m->prior[c] > 0 ? exp(in[n]) : 0;
        n++;
        for (size_t k = 0; k < m->n; k++) {
            unsigned levels = kind_info(m->comparisons[k].kind)->n_levels;
            double sum = 0;
            for (unsigned l = 0; l < levels; l++) sum += m->comparisons[k].p[c][l] = exp(in[n++]);
            for (unsigned l = 0; l < levels; l++) m->comparisons[k].p[c][l] /= sum;
        }
    }
}

struct steps {
    double at[4][PARAMETERS]; /* before, after one round, after two, ahead */
    size_t n;
};

/* From three points on the way, a point further ahead; false when there is nothing to gain. */
static bool look_ahead(struct steps *s)
{
    double r2 = 0, v2 = 0;
    for (size_t i = 0; i < s->n; i++) {
        double r = s->at[1][i] - s->at[0][i], v = s->at[2][i] - s->at[1][i] - r;
        r2 += r * r;
        v2 += v * v;
    }
    if (v2 < 1e-20) return false;
    double a = -sqrt(r2 / v2);
    if (a > -1.5) return false;
    if (a < -64) a = -64;
    for (size_t i = 0; i < s->n; i++) {
        double r = s->at[1][i] - s->at[0][i], v = s->at[2][i] - s->at[1][i] - r;
        s->at[3][i] = s->at[0][i] - 2 * a * r + a * a * v;
        if (s->at[3][i] > 20) s->at[3][i] = 20;
        if (s->at[3][i] < -30) s->at[3][i] = -30;
    }
    return true;
}

/* Bounds may make the steps go to and fro: after a while they get shorter and shorter. */
static void shorten_step(struct model *m, const struct model *before, int round)
{
    enum { PATIENCE = 60 };
    if (round <= PATIENCE) return;
    double step = exp2(-(double)round / PATIENCE);
    for (int c = 0; c < CLASSES; c++) m->prior[c] = before->prior[c] + step * (m->prior[c] - before->prior[c]);
    for (size_t k = 0; k < m->n; k++)
        for (int c = 0; c < CLASSES; c++)
            for (int l = 0; l < LEVELS; l++) {
                double was = before->comparisons[k].p[c][l];
                m->comparisons[k].p[c][l] = was + step * (m->comparisons[k].p[c][l] - was);
            }
}

/* Rounds of expectation and maximisation until the likelihood rests.  False when it does not. */
static bool settle(struct model *m, const struct model *first, struct lesson *s)
{
    struct steps *steps = mem_alloc(sizeof *steps);
    struct model *last = mem_alloc(sizeof *last);
    double total = fmax(s->total, 1), before = -INFINITY;
    int calm = 0;
    for (int round = 0; calm < CALM_ROUNDS && round < (int)m->rounds; round += 3) {
        bool leap = round >= 6 && round <= STRIDES;
        if (leap) steps->n = put_parameters(m, steps->at[0]);
        double now = expect(m, s) / total;
        calm = fabs(now - before) < SETTLED ? calm + 1 : 0;
        before = now;
        *last = *m;
        maximise(m, first, s);
        shorten_step(m, last, round);
        if (leap) put_parameters(m, steps->at[1]);
        double second = expect(m, s) / total;
        *last = *m;
        maximise(m, first, s);
        shorten_step(m, last, round);
        if (!leap) continue;
        put_parameters(m, steps->at[2]);
        if (!look_ahead(steps)) continue;
        take_parameters(m, steps->at[3]);
        double ahead = expect(m, s) / total;
        if (ahead >= second) maximise(m, first, s);
        else take_parameters(m, steps->at[2]);
    }
    free(steps);
    free(last);
    return calm == CALM_ROUNDS;
}

bool model_train(struct model *m, const struct blocking *b, const struct table *t, const struct label *labels, size_t n_labels,
                 struct diag *d)
{
    const struct patterns *p = &b->patterns;
    struct lesson s = {0};
    set_roles(m);
    start(m, p, t, b->source, b->threads);
    if (!p->n) { /* nothing was compared, and nothing is to be learnt */
        for (size_t k = 0; k < m->n; k++) m->comparisons[k].trained = true;
        return m->trained = true;
    }
    make_lesson(&s, m, p, labels, n_labels);
    struct model *first = mem_alloc(sizeof *first);
    *first = *m;
    bool settled = settle(m, first, &s);
    if (!settled) {
        char text[16];
        snprintf(text, sizeof text, "%u", m->rounds);
        diag_add(d, DIAG_LINK_NOT_CONVERGED, NULL, text, NULL);
    }
    double all = 0;
    for (int c = 0; c < CLASSES; c++) all += m->prior[c];
    for (int c = 0; c < CLASSES; c++) m->prior[c] /= all;
    for (size_t k = 0; k < m->n; k++) m->comparisons[k].trained = true;
    m->trained = true;
    free(first);
    lesson_free(&s);
    return settled;
}
