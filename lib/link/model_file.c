/* Model files: reading with positions, writing. */
#include <math.h>
#include <stdlib.h>

#include "base/near.h"
#include "ledger/share.h"
#include "link/model.h"

static int column_index(const struct model *m, struct str name)
{
    for (size_t k = 0; k < m->n; k++)
        if (str_eq(m->comparisons[k].column, name)) return (int)k;
    return -1;
}

static const char *nearest_column(const struct model *m, struct str name)
{
    struct near n = near_start(name);
    for (size_t k = 0; k < m->n; k++) near_try(&n, m->comparisons[k].column);
    return n.found.n ? n.found.s : m->n ? m->comparisons[0].column.s : "";
}

static int find_column(struct share_file *f, const struct model *m, const struct share_value *at, struct str name)
{
    int k = column_index(m, name);
    if (k < 0) share_fault(f, at, DIAG_MODEL_RULE, name.n ? name.s : "", nearest_column(m, name), NULL);
    return k;
}

static const struct share_value *get_object(struct share_file *f, const struct share_value *root, const char *key)
{
    const struct share_value *v = share_get(root, key);
    if (v && v->kind != SHARE_OBJECT) share_fault(f, v, DIAG_LEDGER_TYPE, key, "an object", NULL);
    return v && v->kind == SHARE_OBJECT ? v : NULL;
}

/* "levels": {"equal": [m, h, u], ...} */
static void read_levels(struct share_file *f, struct comparison *c, const struct share_value *levels)
{
    const struct kind_info *info = kind_info(c->kind);
    const char *names[LEVELS + 1] = {0};
    double sum[CLASSES] = {0};
    for (unsigned l = 0; l < info->n_levels; l++) names[l] = info->levels[l].name;
    for (const struct share_value *v = levels->first; v; v = v->next) {
        int l = share_word(f, v, v->key, names);
        if (l < 0) continue;
        int k = 0;
        bool right = v->kind == SHARE_LIST && v->n >= CLASS_CHANCE && v->n <= CLASSES;
        for (const struct share_value *p = v->first; right && p; p = p->next, k++) {
            right = p->kind == SHARE_NUMBER && p->number >= 0 && p->number <= 1;
            if (right) sum[k] += c->p[k][l] = p->number > 1e-12 ? p->number : 1e-12;
        }
        if (!right) {
            share_fault(f, v, DIAG_LEDGER_TYPE, v->key.s, "three to six numbers from 0 to 1", NULL);
            continue;
        }
        if (k == CLASS_CHANCE) sum[k] += c->p[k][l] = c->p[CLASS_OTHER][l];
        if (k <= CLASS_MOVED) sum[CLASS_MOVED] += c->p[CLASS_MOVED][l] = c->p[CLASS_MATCH][l];
        if (k <= CLASS_APART) sum[CLASS_APART] += c->p[CLASS_APART][l] = c->p[CLASS_HOUSEHOLD][l];
    }
    static const char *const CLASS_NAMES[] = {"match", "household", "other", "chance", "moved", "apart"};
    for (int k = 0; k < CLASSES && !f->failed; k++)
        if (fabs(sum[k] - 1) > 0.01) share_fault(f, levels, DIAG_MODEL_P, c->column.s, CLASS_NAMES[k], NULL);
    for (int k = 0; k < CLASSES; k++)
        for (unsigned l = 0; l < info->n_levels; l++)
            if (c->p[k][l] < 1e-12) c->p[k][l] = 1e-12;
    c->trained = true;
}

static void read_column(struct share_file *f, struct model *m, const struct share_value *v, struct str name)
{
    static const char *const KNOWN[] = {"name", "kind", "optional", "levels", "unless", "swaps", "description", NULL};
    struct str word = v->kind == SHARE_STRING ? v->text : (struct str){NULL, 0};
    if (v->kind == SHARE_OBJECT) {
        share_known(f, v, KNOWN);
        word = share_string(f, v, "kind", true);
        if (!name.n) name = share_string(f, v, "name", true);
    }
    int k = word.n ? share_word(f, v, word, KIND_WORDS) : -1;
    if (k < 0 || !name.n) {
        if (v->kind != SHARE_OBJECT && v->kind != SHARE_STRING) share_fault(f, v, DIAG_LEDGER_TYPE, "columns", "a kind", NULL);
        return;
    }
    if (column_index(m, name) >= 0) {
        share_fault(f, v, DIAG_LEDGER_TWICE, name.s, "columns", NULL);
        return;
    }
    struct comparison *c = model_add(m, name, (enum kind)k);
    if (!c) {
        share_fault(f, v, DIAG_MODEL_TOO_MANY, "16", NULL);
        return;
    }
    c->line = v->line;
    c->col = v->col;
    if (v->kind != SHARE_OBJECT) return;
    c->optional = share_truth(f, v, "optional", false);
    c->description = str_copy(&m->memory, share_string(f, v, "description", false));
    const struct share_value *levels = get_object(f, v, "levels");
    if (levels) read_levels(f, c, levels);
}

static bool is_one_word(enum kind k)
{
    return k == KIND_SURNAME || k == KIND_GIVEN || k == KIND_WORD;
}

/* A date may stand in a citizen id, an e-mail address be made of a name, anything else follow from any column. */
static bool may_follow(enum kind k, enum kind from)
{
    if (k == KIND_DATE) return from == KIND_CITIZEN_ID;
    return k != KIND_EMAIL || is_one_word(from) || from == KIND_NAME;
}

/* "unless" and "swaps", when all columns are known. */
static void read_others(struct share_file *f, struct model *m, const struct share_value *v, int k)
{
    struct comparison *c = &m->comparisons[k];
    struct str unless = share_string(f, v, "unless", false), swaps = share_string(f, v, "swaps", false);
    if (unless.n) c->unless = find_column(f, m, share_get(v, "unless"), unless);
    if (swaps.n) c->swaps = find_column(f, m, share_get(v, "swaps"), swaps);
    if (c->unless >= 0 && (c->unless == k || !may_follow(c->kind, m->comparisons[c->unless].kind))) {
        share_fault(f, share_get(v, "unless"), DIAG_MODEL_OTHER, "unless", unless.s,
                    c->kind == KIND_DATE    ? "citizen_id"
                    : c->kind == KIND_EMAIL ? "name surname given word"
                                            : "another column",
                    NULL);
        c->unless = -1;
    }
    if (c->swaps >= 0 && (c->swaps == k || !kind_swaps(c->kind, m->comparisons[c->swaps].kind))) {
        share_fault(f, share_get(v, "swaps"), DIAG_MODEL_OTHER, "swaps", swaps.s,
                    c->kind == KIND_ADDRESS || c->kind == KIND_PHONE ? kind_info(c->kind)->word : "surname given word", NULL);
        c->swaps = -1;
    }
    if (c->swaps >= 0) m->comparisons[c->swaps].swaps = k; /* said of one it holds for both */
}

static void read_columns(struct share_file *f, struct model *m, const struct share_value *root)
{
    const struct share_value *columns = share_get(root, "columns");
    bool named = columns && columns->kind == SHARE_OBJECT;
    if (columns && columns->kind != SHARE_LIST && !named) {
        share_fault(f, columns, DIAG_LEDGER_TYPE, "columns", "an object or a list", NULL);
        return;
    }
    if (!columns || !columns->first) share_fault(f, columns ? columns : root, DIAG_LEDGER_MISSING, "columns", NULL);
    if (!columns) return;
    for (const struct share_value *v = columns->first; v; v = v->next) read_column(f, m, v, named ? v->key : (struct str){NULL, 0});
    for (const struct share_value *v = columns->first; v; v = v->next) {
        if (v->kind != SHARE_OBJECT) continue;
        int k = column_index(m, named ? v->key : share_string(f, v, "name", false));
        if (k >= 0) read_others(f, m, v, k);
    }
}

static void known_keys(struct buf *out, enum kind k)
{
    for (int i = 0; i < KEY_COUNT; i++)
        if (key_fits(k, (enum key)i)) buf_printf(out, "%s%s", out->n ? " " : "", KEY_WORDS[i]);
}

/* "name.sound" */
static bool read_part(struct share_file *f, const struct model *m, const struct share_value *v, struct rule_part *out)
{
    struct str column = v->text, word = STR("whole");
    out->column = column_index(m, column);
    if (out->column < 0)
        for (size_t i = v->text.n; i-- > 0;)
            if (v->text.s[i] == '.') {
                column = str_head(v->text, i);
                word = str_from(v->text, i + 1);
                break;
            }
    if (out->column < 0) out->column = column_index(m, column);
    if (out->column < 0) {
        share_fault(f, v, DIAG_MODEL_RULE, v->text.s, nearest_column(m, column), NULL);
        return false;
    }
    enum kind k = m->comparisons[out->column].kind;
    for (int i = 0; i < KEY_COUNT; i++)
        if (str_is(word, KEY_WORDS[i]) && key_fits(k, (enum key)i)) {
            out->key = (enum key)i;
            return true;
        }
    struct buf known = {0};
    known_keys(&known, k);
    share_fault(f, v, DIAG_MODEL_KEY, v->text.s, kind_info(k)->word, buf_text(&known), NULL);
    buf_free(&known);
    return false;
}

static void read_rules(struct share_file *f, struct model *m, const struct share_value *root)
{
    const struct share_value *list = share_list(f, root, "blocking", false);
    for (const struct share_value *v = list ? list->first : NULL; v; v = v->next) {
        struct blocking_rule r = {.n = 0};
        if (v->kind == SHARE_STRING) {
            if (read_part(f, m, v, &r.parts[0])) r.n = 1;
        } else if (v->kind == SHARE_LIST && v->n <= RULE_PARTS) {
            for (const struct share_value *p = v->first; p; p = p->next) {
                if (p->kind != SHARE_STRING) share_fault(f, p, DIAG_LEDGER_TYPE, "blocking", "a list of columns", NULL);
                else if (read_part(f, m, p, &r.parts[r.n])) r.n++;
            }
        } else {
            share_fault(f, v, DIAG_LEDGER_TYPE, "blocking", "a list of at most three columns", NULL);
        }
        if (m->n_rules < RULES) {
            m->rules[m->n_rules++] = r;
        } else {
            share_fault(f, v, DIAG_LEDGER_TYPE, "blocking", "a list of at most 64 rules", NULL);
            return;
        }
    }
}

static void read_numbers(struct share_file *f, struct model *m, const struct share_value *root)
{
    enum { MOST_ROUNDS = 100000 };
    static const char *const THRESHOLDS[] = {"link", "review", "average", NULL};
    const struct share_value *t = get_object(f, root, "thresholds"), *prior = share_list(f, root, "prior", false);
    if (t) {
        share_known(f, t, THRESHOLDS);
        m->link = share_number(f, t, "link", m->link);
        m->review = share_number(f, t, "review", m->review < m->link ? m->review : m->link);
        m->average = share_number(f, t, "average", m->average);
        if (!(m->link > 0 && m->link <= 1 && m->review >= 0 && m->review <= m->link && m->average >= 0 && m->average <= 1))
            share_fault(f, t, DIAG_LEDGER_TYPE, "thresholds", "numbers from 0 to 1, review no greater than link", NULL);
    }
    double rounds = share_number(f, root, "rounds", m->rounds);
    if (rounds >= 1 && rounds <= MOST_ROUNDS && rounds == floor(rounds)) m->rounds = (unsigned)rounds;
    else share_fault(f, share_get(root, "rounds"), DIAG_LEDGER_TYPE, "rounds", "a whole number from 1 to 100000", NULL);
    int k = 0;
    bool right = prior && prior->n >= CLASS_CHANCE && prior->n <= CLASSES;
    for (const struct share_value *v = right ? prior->first : NULL; v; v = v->next, k++) {
        right = right && v->kind == SHARE_NUMBER && v->number >= 0;
        m->prior[k] = fmax(v->number, k < CLASS_CHANCE ? 1e-9 : 0);
    }
    if (k == CLASS_CHANCE) m->prior[k] = 0; /* the class of strangers is all there is besides */
    if (k <= CLASS_MOVED) m->prior[CLASS_MOVED] = 0;
    if (k <= CLASS_APART) m->prior[CLASS_APART] = 0;
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) sum += m->prior[c];
    if (prior && (!right || fabs(sum - 1) > 0.01))
        share_fault(f, prior, DIAG_LEDGER_TYPE, "prior", "three to six numbers that add up to 1", NULL);
    m->trained = right;
    for (size_t i = 0; i < m->n; i++) m->trained = m->trained && m->comparisons[i].trained;
}

/* The index of the comparison that an item of a list of columns names, -1 after a fault. */
static int read_item(struct share_file *f, const struct model *m, const struct share_value *v, const char *list)
{
    if (v->kind == SHARE_STRING) return find_column(f, m, v, v->text);
    share_fault(f, v, DIAG_LEDGER_TYPE, list, "a list of strings", NULL);
    return -1;
}

/* A column that the stream must have without its being compared. */
static struct str read_needed(struct share_file *f, struct model *m, const struct share_value *of, const char *key, bool required)
{
    struct str name = str_copy(&m->memory, share_string(f, of, key, required));
    const struct share_value *at = share_get(of, key);
    if (name.n) m->needed[m->n_needed++] = (struct needed){name, at->line, at->col};
    return name;
}

static void read_golden(struct share_file *f, struct model *m, const struct share_value *golden)
{
    static const char *const KNOWN[] = {"newest", "source", "order", NULL};
    share_known(f, golden, KNOWN);
    m->newest = read_needed(f, m, golden, "newest", false);
    m->trusted = share_strings(f, golden, "order", &m->memory, &m->n_trusted);
    m->trusted_column = read_needed(f, m, golden, "source", m->n_trusted > 0);
    if (m->trusted_column.n && !m->n_trusted) share_fault(f, golden, DIAG_LEDGER_MISSING, "order", NULL);
}

static void read_people(struct share_file *f, struct model *m, const struct share_value *root)
{
    static const char *const SOURCE[] = {"column", "mode", NULL}, *const MODES[] = {"link", "dedupe", NULL};
    m->verified = share_truth(f, root, "verified", false);
    const struct share_value *list = share_list(f, root, "support", false);
    for (const struct share_value *v = list ? list->first : NULL; v; v = v->next) {
        int k = read_item(f, m, v, "support");
        if (k >= 0 && m->n_support < COMPARISONS) m->support[m->n_support++] = k;
    }
    list = share_list(f, root, "veto", false);
    for (const struct share_value *v = list ? list->first : NULL; v; v = v->next) {
        int k = read_item(f, m, v, "veto");
        if (k >= 0 && m->n_veto < COMPARISONS) m->veto[m->n_veto++] = m->comparisons[k].column;
    }
    const struct share_value *source = get_object(f, root, "source"), *golden = get_object(f, root, "golden");
    if (source) {
        share_known(f, source, SOURCE);
        m->source = read_needed(f, m, source, "column", true);
        struct str mode = share_string(f, source, "mode", false);
        m->source_unique = !mode.n || share_word(f, share_get(source, "mode"), mode, MODES) == 0;
    }
    if (golden) read_golden(f, m, golden);
}

bool model_open(struct model *m, const char *share, const char *name, struct diag *d)
{
    static const char *const KNOWN[] = {"$schema", "title",  "description", "columns",  "blocking", "prior",  "thresholds",
                                        "rounds",  "source", "veto",        "verified", "support",  "golden", NULL};
    const struct share from = {.folder = share};
    struct buf path = {0};
    bool found = share_find(&from, "models", name, DIAG_MODEL_UNKNOWN, &path, d);
    struct share_file *f = found ? share_open(&from, buf_text(&path), d) : NULL;
    m->path = str_copy(&m->memory, buf_slice(&path));
    buf_free(&path);
    if (!f) return false;
    share_known(f, f->root, KNOWN);
    m->title = str_copy(&m->memory, share_string(f, f->root, "title", false));
    m->description = str_copy(&m->memory, share_string(f, f->root, "description", false));
    read_columns(f, m, f->root);
    read_rules(f, m, f->root);
    read_numbers(f, m, f->root);
    read_people(f, m, f->root);
    bool ok = !f->failed;
    share_close(f);
    return ok;
}

/* Leaves out comparison k and every rule that uses it. */
static void drop_column(struct model *m, size_t k)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->n_rules; i++) {
        bool uses = false;
        for (unsigned p = 0; p < m->rules[i].n; p++) uses = uses || m->rules[i].parts[p].column == (int)k;
        if (uses) continue;
        struct blocking_rule r = m->rules[i];
        for (unsigned p = 0; p < r.n; p++) r.parts[p].column -= r.parts[p].column > (int)k;
        m->rules[kept++] = r;
    }
    m->n_rules = kept;
    kept = 0;
    for (size_t i = 0; i < m->n_support; i++)
        if (m->support[i] != (int)k) m->support[kept++] = m->support[i] - (m->support[i] > (int)k);
    m->n_support = kept;
    memmove(&m->comparisons[k], &m->comparisons[k + 1], (m->n - k - 1) * sizeof m->comparisons[0]);
    m->n--;
    for (size_t i = 0; i < m->n; i++) {
        struct comparison *c = &m->comparisons[i];
        c->unless = c->unless == (int)k ? -1 : c->unless - (c->unless > (int)k);
        c->swaps = c->swaps == (int)k ? -1 : c->swaps - (c->swaps > (int)k);
    }
}

static void tell_missing(const struct model *m, struct str name, uint32_t line, uint32_t col, const struct columns *c,
                         struct diag *d)
{
    const struct place at = {.file = m->path.s, .row = line, .col = col, .lines = true};
    struct str near = columns_nearest(c, name);
    struct buf text = {0};
    buf_str(&text, near.n || !c->n ? near : c->names[0]);
    if (!text.n) buf_char(&text, '-');
    diag_add(d, DIAG_MODEL_COLUMN, line ? &at : NULL, name.s, buf_text(&text), NULL);
    buf_free(&text);
}

bool model_bind(struct model *m, const struct columns *c, struct diag *d)
{
    bool ok = true;
    for (size_t k = 0; k < m->n;) {
        struct comparison *x = &m->comparisons[k];
        bool there = columns_find(c, x->column) >= 0;
        if (!there && x->optional) {
            drop_column(m, k);
            continue;
        }
        if (!there) tell_missing(m, x->column, x->line, x->col, c, d);
        ok = ok && there;
        k++;
    }
    if (ok && !m->n) {
        struct place at = {.file = m->path.s};
        diag_add(d, DIAG_MODEL_NO_COLUMN, &at, NULL);
        ok = false;
    }
    return ok;
}

bool model_has_needed(const struct model *m, const struct columns *c, struct diag *d)
{
    bool ok = true;
    for (size_t i = 0; i < m->n_needed; i++) {
        const struct needed *x = &m->needed[i];
        bool used = str_eq(x->column, m->source) || str_eq(x->column, m->newest) || str_eq(x->column, m->trusted_column);
        if (!used || str_starts(x->column, STR("_")) || columns_find(c, x->column) >= 0) continue;
        tell_missing(m, x->column, x->line, x->col, c, d);
        ok = false;
    }
    return ok;
}

/* ---- writing ---- */
static void put_p(struct buf *out, const struct comparison *c)
{
    const struct kind_info *info = kind_info(c->kind);
    buf_put(out, ", \"levels\": {");
    for (unsigned l = 0; l < info->n_levels; l++) {
        buf_printf(out, "%s\n      \"%s\": [", l ? "," : "", info->levels[l].name);
        for (int k = 0; k < CLASSES; k++) buf_printf(out, "%s%.9g", k ? ", " : "", c->p[k][l]);
        buf_char(out, ']');
    }
    buf_put(out, "}");
}

static void put_strings(struct buf *out, const char *key, const struct str *v, size_t n)
{
    buf_printf(out, ",\n  \"%s\": [", key);
    for (size_t i = 0; i < n; i++) {
        if (i) buf_put(out, ", ");
        json_quote(out, v[i]);
    }
    buf_char(out, ']');
}

static void put_rules(struct buf *out, const struct model *m)
{
    buf_put(out, "],\n  \"blocking\": [");
    for (size_t i = 0; i < m->n_rules; i++) {
        buf_put(out, i ? ",\n    [" : "\n    [");
        for (unsigned p = 0; p < m->rules[i].n; p++) {
            struct buf part = {0};
            buf_str(&part, m->comparisons[m->rules[i].parts[p].column].column);
            if (m->rules[i].parts[p].key != KEY_WHOLE) buf_printf(&part, ".%s", KEY_WORDS[m->rules[i].parts[p].key]);
            if (p) buf_put(out, ", ");
            json_quote(out, buf_slice(&part));
            buf_free(&part);
        }
        buf_char(out, ']');
    }
    buf_char(out, ']');
}

static void put_description(struct buf *out, const char *before, struct str text)
{
    if (!text.n) return;
    buf_printf(out, "%s\"description\": ", before);
    json_quote(out, text);
}

void model_write(const struct model *m, struct buf *out)
{
    buf_put(out, "{\n  \"title\": ");
    json_quote(out, m->title);
    put_description(out, ",\n  ", m->description);
    buf_put(out, ",\n  \"columns\": [");
    for (size_t k = 0; k < m->n; k++) {
        const struct comparison *c = &m->comparisons[k];
        buf_put(out, k ? ",\n    {\"name\": " : "\n    {\"name\": ");
        json_quote(out, c->column);
        buf_printf(out, ", \"kind\": \"%s\"", kind_info(c->kind)->word);
        if (c->optional) buf_put(out, ", \"optional\": true");
        if (c->unless >= 0) {
            buf_put(out, ", \"unless\": ");
            json_quote(out, m->comparisons[c->unless].column);
        }
        if (c->swaps >= 0) {
            buf_put(out, ", \"swaps\": ");
            json_quote(out, m->comparisons[c->swaps].column);
        }
        put_description(out, ", ", c->description);
        if (c->trained) put_p(out, c);
        buf_char(out, '}');
    }
    put_rules(out, m);
    if (m->trained) buf_put(out, ",\n  \"prior\": [");
    for (int c = 0; m->trained && c < CLASSES; c++) buf_printf(out, "%s%.9g", c ? ", " : "", m->prior[c]);
    if (m->trained) buf_char(out, ']');
    buf_printf(out, ",\n  \"thresholds\": {\"link\": %g, \"review\": %g, \"average\": %g}", m->link, m->review, m->average);
    if (m->rounds != MODEL_ROUNDS) buf_printf(out, ",\n  \"rounds\": %u", m->rounds);
    if (m->source.n) {
        buf_put(out, ",\n  \"source\": {\"column\": ");
        json_quote(out, m->source);
        buf_printf(out, ", \"mode\": \"%s\"}", m->source_unique ? "link" : "dedupe");
    }
    if (m->n_veto) put_strings(out, "veto", m->veto, m->n_veto);
    if (m->verified) buf_put(out, ",\n  \"verified\": true");
    struct str support[COMPARISONS];
    for (size_t i = 0; i < m->n_support; i++) support[i] = m->comparisons[m->support[i]].column;
    if (m->n_support) put_strings(out, "support", support, m->n_support);
    if (m->newest.n || m->n_trusted) {
        buf_put(out, ",\n  \"golden\": {");
        if (m->newest.n) buf_put(out, "\"newest\": "), json_quote(out, m->newest);
        if (m->newest.n && m->n_trusted) buf_put(out, ", ");
        if (m->n_trusted) {
            buf_put(out, "\"source\": ");
            json_quote(out, m->trusted_column);
            put_strings(out, "order", m->trusted, m->n_trusted);
        }
        buf_char(out, '}');
    }
    buf_put(out, "\n}\n");
}
