/* How two records weigh against each other, and the accounts of a run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "link/own.h"

static const char *in_words(const struct link *k, const char *english)
{
    return k->translate ? k->translate(english) : english;
}

/* ---- which record is meant ---- */
/* A value and where it was found, column by column. */
struct hits {
    uint32_t n, row;
};
struct search {
    struct link *k;
    struct str id;
    int column;       /* COLUMN=VALUE: the only one that counts; -1 = any */
    uint32_t number;  /* as a row, from 1; 0 = it is none */
    struct hits *of;  /* of each column */
    struct hits here; /* named by its place, FILE!ROW */
};

static uint32_t row_number(const struct link *k, struct str s)
{
    uint64_t number = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] < '0' || s.s[i] > '9' || number > k->table.n_rows) return 0;
        number = number * 10 + (uint64_t)(s.s[i] - '0');
    }
    return number <= k->table.n_rows ? (uint32_t)number : 0;
}

/* "row=7", "unique_id=7", "7" */
static void read_name(struct search *x)
{
    size_t at;
    x->column = -1;
    if (str_find(x->id, STR("="), &at)) {
        struct str column = str_head(x->id, at), value = str_from(x->id, at + 1);
        int known = columns_find(&x->k->columns, column);
        if (known >= 0 || str_is(column, "row")) {
            x->number = known < 0 ? row_number(x->k, value) : 0;
            x->column = known < 0 ? (int)x->k->columns.n : known;
            x->id = value;
            return;
        }
    }
    x->number = row_number(x->k, x->id);
}

static void look_at_row(struct search *x, const struct origin_columns *at, uint32_t row, const struct str *v, struct buf *place)
{
    for (size_t c = 0; c < x->k->columns.n; c++)
        if ((x->column < 0 || x->column == (int)c) && str_eq(v[c], x->id)) x->of[c].n++, x->of[c].row = row;
    place->n = 0;
    if (x->column < 0 && link_put_own_place(at, v, place) && str_eq(buf_slice(place), x->id)) x->here.n++, x->here.row = row;
}

/* Does a column tell all records apart?  Only then are its values names of them, and not ages or numbers of rows. */
static bool tells_all_apart(struct link *k, size_t column)
{
    struct row_cursor c = {.rows = spool_rows(k->table.spool, &k->columns)};
    struct map seen = {0};
    bool is_new = true;
    for (const struct str *v; is_new && (v = rows_next(&c));)
        if (v[column].n) map_at(&seen, v[column], &is_new);
    map_free(&seen);
    rows_done(&c);
    rows_close(c.rows);
    return is_new;
}

static bool is_compared(const struct link *k, size_t column)
{
    for (size_t i = 0; i < k->table.n_columns; i++)
        if (k->table.columns[i].at == (int)column) return true;
    return false;
}

/* Ours are about the sheet, but for the number of the record in the store. */
static bool may_name(const struct link *k, size_t column)
{
    struct str name = k->columns.names[column];
    return (!str_starts(name, STR("_")) || str_is(name, "_record")) && !is_compared(k, column);
}

static bool choose_row(struct search *x, uint32_t *row)
{
    const struct link *k = x->k;
    if (x->column >= 0 && x->column < (int)k->columns.n) {
        *row = x->of[x->column].row;
        return x->of[x->column].n == 1;
    }
    if (x->here.n == 1) {
        *row = x->here.row;
        return true;
    }
    for (size_t c = 0; x->column < 0 && c < k->columns.n; c++)
        if (x->of[c].n == 1 && may_name(k, c) && tells_all_apart(x->k, c)) {
            *row = x->of[c].row;
            return true;
        }
    if (x->number) {
        *row = x->number - 1;
        return true;
    }
    for (size_t c = 0; c < k->columns.n; c++)
        if (x->of[c].n == 1 && is_compared(k, c)) {
            *row = x->of[c].row;
            return true;
        }
    return false;
}

static bool find_record(struct link *k, struct str id, uint32_t *row)
{
    struct search x = {.k = k, .id = id, .of = mem_zero(k->columns.n + 1, sizeof *x.of)};
    const struct origin_columns at = link_origin_columns(&k->columns);
    struct row_cursor c = {.rows = spool_rows(k->table.spool, &k->columns)};
    struct buf place = {0};
    const struct str *v;
    read_name(&x);
    for (uint32_t i = 0; (v = rows_next(&c)); i++) look_at_row(&x, &at, i, v, &place);
    rows_done(&c);
    rows_close(c.rows);
    buf_free(&place);
    bool found = choose_row(&x, row);
    free(x.of);
    if (!found) {
        char text[64];
        snprintf(text, sizeof text, "%.*s", id.n < 40 ? (int)id.n : 40, id.s);
        diag_add(k->diag, DIAG_LINK_NO_SUCH, NULL, text, NULL);
    }
    return found;
}

static void bar(struct buf *out, double bits)
{
    unsigned n = (unsigned)fmin(fabs(bits), 20);
    for (unsigned i = 0; i < n; i++) buf_char(out, bits < 0 ? '-' : '+');
}

/* The smallest change of each comparison that alone would make one of two, or two of one. */
static void turning(const struct link *k, uint64_t code, bool linked, struct buf *out)
{
    const struct model *m = k->model;
    size_t start = out->n;
    for (size_t i = 0; i < m->n; i++) {
        const struct kind_info *info = kind_info(m->comparisons[i].kind);
        unsigned now = level_in(code, i);
        for (unsigned step = 1; step < info->n_levels; step++) {
            unsigned l = linked ? (now > step ? now - step : 0) : (now ? now + step : info->n_levels - 1u);
            if (l == 0 || l >= info->n_levels) break;
            uint64_t other = (code & ~(15ull << (4 * i))) | (uint64_t)l << (4 * i);
            if ((link_pattern_verdict(m, other, model_probability(m, other, NULL)) == VERDICT_LINK) == linked) continue;
            buf_put(out, out->n > start ? "; " : "");
            buf_str(out, link_title(k, i));
            buf_printf(out, ": %s", in_words(k, info->levels[l].label));
            break;
        }
    }
    if (out->n == start) buf_put(out, in_words(k, "no single field"));
}

/* A column of which both have a value and that counts for nothing follows from another: it is said there already. */
static const char *level_label(const struct link *k, size_t i, uint64_t code, const uint32_t row[2])
{
    unsigned l = level_in(code, i);
    if (!l && table_id(&k->table, row[0], i) && table_id(&k->table, row[1], i)) return "another column says it already";
    return kind_info(k->model->comparisons[i].kind)->levels[l].label;
}

static void explain_field(const struct link *k, size_t i, uint64_t code, const uint32_t row[2], const struct str *const v[2],
                          struct buf *out)
{
    unsigned l = level_in(code, i);
    double bits = model_weight(k->model, i, l), m = model_m(k->model, i, l);
    size_t at = (size_t)k->table.columns[i].at;
    buf_printf(out, "%+8.2f  ", bits);
    buf_str(out, link_title(k, i));
    buf_put(out, ": ");
    row_mask_value(&k->shown, at, v[0][at], out);
    buf_put(out, " | ");
    row_mask_value(&k->shown, at, v[1][at], out);
    buf_printf(out, "  (%s; m %.4g, u %.4g)  ", in_words(k, level_label(k, i, code, row)), m, m / exp2(bits));
    bar(out, bits);
    buf_char(out, '\n');
}

/* "rows 3 (a.csv!7) | 4 (b.csv!7)" */
static void explain_heading(const struct link *k, const uint32_t row[2], const struct str *const v[2], struct buf *out)
{
    const struct origin_columns at = link_origin_columns(&k->columns);
    buf_put(out, in_words(k, "rows"));
    for (int side = 0; side < 2; side++) {
        struct buf place = {0};
        buf_printf(out, "%s%u", side ? " | " : " ", row[side] + 1);
        if (link_put_own_place(&at, v[side], &place)) buf_printf(out, " (%s)", buf_text(&place));
        buf_free(&place);
    }
    buf_char(out, '\n');
}

static void explain_verdict(const struct link *k, uint32_t a, uint32_t b, uint64_t code, enum verdict v, struct buf *out)
{
    bool together = k->clusters.of[a] == k->clusters.of[b];
    if (v == VERDICT_LINK && !together) v = VERDICT_REVIEW; /* the link was refused */
    buf_printf(out, "%s: %s; %s\n", in_words(k, "verdict"), in_words(k, verdict_name(v)),
               in_words(k, together ? "one entity" : "two entities"));
    struct buf why = {0};
    if (link_reason(k, a, b, code, &why)) buf_printf(out, "%s: %s\n", in_words(k, "because"), buf_text(&why));
    else if (together && v != VERDICT_LINK)
        buf_printf(out, "%s: %s\n", in_words(k, "because"), in_words(k, "other records join the two"));
    buf_free(&why);
}

static void explain_rows(struct link *k, const uint32_t row[2], const struct str *const v[2], struct buf *out)
{
    uint32_t a = row[0], b = row[1];
    const struct model *m = k->model;
    uint64_t code = pair_code(m, &k->table, a, b, NULL);
    double p, weight, share = m->prior[CLASS_MATCH] + m->prior[CLASS_MOVED], start = log2(share) - log2(1 - share), sum = start;
    enum verdict said = link_verdict(k, a, b, code, &p, &weight);
    explain_heading(k, row, v, out);
    buf_printf(out, "%+8.2f  %s  ", start, in_words(k, "before looking: odds among the compared pairs"));
    bar(out, start);
    buf_char(out, '\n');
    for (size_t i = 0; i < m->n; i++) {
        explain_field(k, i, code, row, v, out);
        sum += model_weight(m, i, level_in(code, i));
    }
    if (fabs(weight - sum) > 0.005)
        buf_printf(out, "%+8.2f  %s\n", weight - sum, in_words(k, "what goes together (a household, a move) is weighed together"));
    buf_printf(out, "%+8.2f  %s: %.6f\n", weight, in_words(k, "in all; probability"), p);
    explain_verdict(k, a, b, code, said, out);
    buf_printf(out, "%s: ", in_words(k, "what would turn it"));
    const struct refused *r = clusters_refused(&k->clusters, a, b);
    bool refused = r && k->clusters.of[a] != k->clusters.of[b];
    if (refused ? r->why == REFUSED_AMBIGUOUS || r->why == REFUSED_WEAK : decisions_find(&k->decisions, a, b) != DECISION_OPEN)
        buf_put(out, in_words(k, "a decision of people"));
    else if (refused) buf_put(out, in_words(k, "no single field"));
    else turning(k, code, link_pattern_verdict(m, code, p) == VERDICT_LINK, out);
    buf_char(out, '\n');
}

bool link_explain(struct link *k, struct str a, struct str b, struct buf *out)
{
    uint32_t rows[2];
    if (!find_record(k, a, &rows[0]) || !find_record(k, b, &rows[1])) return false;
    struct buf room[2] = {{0}};
    struct str *v[2] = {mem_zero(k->columns.n + 1, sizeof(struct str)), mem_zero(k->columns.n + 1, sizeof(struct str))};
    bool ok = true;
    for (int side = 0; side < 2; side++) ok = ok && spool_row(k->table.spool, rows[side], &room[side], v[side], k->columns.n);
    if (ok) explain_rows(k, rows, (const struct str *const *)v, out);
    for (int side = 0; side < 2; side++) {
        buf_free(&room[side]);
        free(v[side]);
    }
    return ok;
}

/* ---- accounts ---- */
static void stats_rules(const struct link *k, struct buf *out)
{
    buf_put(out, "  \"blocking\": [");
    for (size_t i = 0; i < k->model->n_rules; i++) {
        const struct blocking_rule *r = &k->model->rules[i];
        const struct rule_count *c = &k->blocking.counts[i];
        struct buf name = {0};
        for (unsigned p = 0; p < r->n; p++) {
            if (p) buf_put(&name, " + ");
            buf_str(&name, k->model->comparisons[r->parts[p].column].column);
            if (r->parts[p].key != KEY_WHOLE) buf_printf(&name, ".%s", KEY_WORDS[r->parts[p].key]);
        }
        buf_put(out, i ? ",\n    {\"rule\": " : "\n    {\"rule\": ");
        json_quote(out, r->n ? buf_slice(&name) : STR("all pairs"));
        buf_printf(out, ", \"blocks\": %llu, \"largest\": %llu, \"pairs\": %llu, \"split\": %llu, \"not_compared\": %llu}",
                   (unsigned long long)c->blocks, (unsigned long long)c->largest, (unsigned long long)c->pairs,
                   (unsigned long long)c->split, (unsigned long long)c->cut);
        buf_free(&name);
    }
    buf_put(out, "\n  ],\n");
}

static void stats_levels(const struct link *k, struct buf *out)
{
    const struct model *m = k->model;
    buf_put(out, "  \"comparisons\": [");
    for (size_t i = 0; i < m->n; i++) {
        const struct comparison *c = &m->comparisons[i];
        buf_put(out, i ? ",\n    {\"column\": " : "\n    {\"column\": ");
        json_quote(out, c->column);
        buf_printf(out, ", \"kind\": \"%s\", \"values\": %u, \"levels\": [", kind_info(c->kind)->word,
                   k->table.columns[i].n_values);
        for (unsigned l = 0; l < kind_info(c->kind)->n_levels; l++) {
            double bits = model_weight(m, i, l);
            buf_printf(out, "%s\n      {\"level\": \"%s\", \"m\": %.6g, \"u\": %.6g, \"household\": %.6g, \"weight\": %.3f}",
                       l ? "," : "", kind_info(c->kind)->levels[l].name, model_m(m, i, l), model_m(m, i, l) / exp2(bits),
                       c->p[CLASS_HOUSEHOLD][l], bits);
        }
        buf_put(out, "]}");
    }
    buf_put(out, "\n  ],\n");
}

struct step {
    double p;
    uint64_t n;
};
static int by_p(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    return (x->p < y->p) - (x->p > y->p);
}

/* Precision and recall that the model expects of itself, by threshold; and the threshold for a wished precision. */
static void stats_expected(const struct link *k, struct buf *out)
{
    static const double AT[] = {0.999, 0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1},
                        WISH[] = {0.999, 0.995, 0.99, 0.98, 0.95, 0.9};
    const struct patterns *p = &k->blocking.patterns;
    struct step *s = mem_alloc((p->n + 1) * sizeof *s);
    size_t m = 0;
    for (size_t i = 0; i < p->n; i++) {
        enum verdict v = link_verdict(k, 0, 0, p->code[i], NULL, NULL);
        s[m++] = (struct step){
            v == VERDICT_CONFLICT || (v == VERDICT_REVIEW && k->probability[i] >= k->model->link) ? 0 : k->probability[i],
            p->count[i]};
    }
    qsort(s, m, sizeof *s, by_p);
    double found = 0, said = 0, all = k->expected_true > 0 ? k->expected_true : 1, wish[sizeof WISH / sizeof *WISH];
    for (size_t w = 0; w < sizeof WISH / sizeof *WISH; w++) wish[w] = 1;
    buf_put(out, "  \"expected\": [");
    size_t i = 0;
    for (size_t t = 0; t < sizeof AT / sizeof *AT; t++) {
        for (; i < m && s[i].p >= AT[t]; i++) {
            found += s[i].p * (double)s[i].n;
            said += (double)s[i].n;
            for (size_t w = 0; w < sizeof WISH / sizeof *WISH; w++)
                if (said > 0 && found / said >= WISH[w]) wish[w] = s[i].p;
        }
        buf_printf(out, "%s\n    {\"threshold\": %g, \"pairs\": %.0f, \"precision\": %.6f, \"recall\": %.6f}", t ? "," : "", AT[t],
                   said, said > 0 ? found / said : 1, found / all);
    }
    buf_put(out, "\n  ],\n  \"threshold_for_precision\": [");
    for (size_t w = 0; w < sizeof WISH / sizeof *WISH; w++)
        buf_printf(out, "%s{\"precision\": %g, \"threshold\": %.6f}", w ? ", " : "", WISH[w], wish[w]);
    buf_put(out, "],\n");
    free(s);
}

void link_stats(struct link *k, struct buf *out)
{
    buf_printf(out,
               "{\n  \"rows\": %llu, \"entities\": %u, \"pairs\": %zu, \"linked\": %llu, \"review\": %llu, \"conflicts\": %llu,\n",
               (unsigned long long)k->table.n_rows, k->clusters.n, k->blocking.pairs.n, (unsigned long long)k->n_linked,
               (unsigned long long)k->n_review, (unsigned long long)k->n_conflicts);
    buf_printf(out, "  \"bridges\": %llu, \"vetoes\": %llu,\n", (unsigned long long)k->clusters.refused_weak,
               (unsigned long long)k->clusters.refused_veto);
    buf_printf(out, "  \"prior\": {\"match\": %.6g, \"household\": %.6g, \"other\": %.6g},\n", k->model->prior[0],
               k->model->prior[1], k->model->prior[2]);
    buf_printf(out, "  \"thresholds\": {\"link\": %g, \"review\": %g},\n", k->model->link, k->model->review);
    stats_expected(k, out);
    stats_rules(k, out);
    stats_levels(k, out);
    out->n -= 2; /* the last comma */
    buf_put(out, "\n}\n");
}
