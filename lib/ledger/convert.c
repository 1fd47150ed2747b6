#include "ledger/convert.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/text.h"
#include "ledger/codes.h"
#include "ledger/convert_own.h"

/* ---- the row as a whole, once its cells are read ---- */

static void check_sex(struct converter *c)
{
    const struct field *f = &c->s->fields[c->sex];
    const struct code_list *list = f->codes;
    struct str code = c->citizen.male ? STR("1") : STR("2"); /* GB/T 2261.1 */
    uint32_t k = codes_find(list, code, &c->scratch);
    if (k == CODE_NONE) return;
    struct str label = list->codes[k].label, typed = c->values[f->index];
    if (str_eq(typed, label)) return;
    c->values[f->index] = label;
    if (typed.n) {
        c->typed[f->index] = typed;
        verdict_hint(convert_judge(c, f, DIAG_SEX_MISMATCH, typed), label);
    } else if (!c->typed[f->index].n) {
        convert_judge(c, f, DIAG_VALUE_DERIVED, label);
    }
}

static bool same_month(struct date a, struct date b)
{
    return a.year == b.year && a.month == b.month;
}

static void check_birth(struct converter *c)
{
    const struct field *f = &c->s->fields[c->birth];
    struct date typed = c->dates[f->index], born = c->citizen.birth;
    struct str text = c->values[f->index];
    if (text.n == 10 && date_compare(typed, born) == 0) return;
    struct str id = c->values[c->id];
    char *s = arena_alloc(&c->row, 10);
    memcpy(s, id.s + 6, 4);
    memcpy(s + 5, id.s + 10, 2);
    memcpy(s + 8, id.s + 12, 2);
    s[4] = s[7] = '-';
    struct str full = {s, 10};
    c->values[f->index] = full;
    c->dates[f->index] = born;
    bool agrees = !typed.year || date_compare(typed, born) == 0 ||
                  (c->birth_other.year && date_compare(c->birth_other, born) == 0) ||
                  (c->birth_is_month && same_month(typed, born));
    if (agrees) {
        if (!c->typed[f->index].n) convert_judge(c, f, DIAG_VALUE_DERIVED, full);
        return;
    }
    c->typed[f->index] = text;
    verdict_hint(convert_judge(c, f, DIAG_BIRTH_MISMATCH, text), full);
}

static void derive(struct converter *c)
{
    bool wanted = false;
    for (size_t i = 0; i < c->n_derived && !wanted; i++) wanted = !c->values[c->derived[i]].n && !c->typed[c->derived[i]].n;
    if (!wanted) return;
    expr_evaluate(c->derivations, c->values);
    for (size_t i = 0; i < c->n_derived; i++) {
        uint32_t k = c->derived[i];
        if (c->values[k].n || c->typed[k].n) continue;
        struct str text = expr_text(c->derivations, i);
        if (!text.n) continue;
        /* What was worked out is held to the same form as what was typed. */
        struct cell cell = {.kind = CELL_TEXT};
        text = convert_keep(c, text);
        cell.s = text.s;
        cell.n = (uint32_t)text.n;
        convert_cell(c, &c->s->fields[k], &cell);
        if (c->values[k].n) convert_judge(c, &c->s->fields[k], DIAG_VALUE_DERIVED, c->values[k]);
    }
}

static void apply_rules(struct converter *c)
{
    bool any = false;
    for (size_t i = 0; i < c->n_ruled && !any; i++) any = c->values[c->ruled[i]].n != 0;
    if (!any) return;
    expr_evaluate(c->rules, c->values);
    for (size_t i = 0; i < c->s->n_rules; i++) {
        if (expr_truth(c->rules, i) != EXPR_FALSE) continue;
        const struct rule *r = &c->s->rules[i];
        struct verdict *v = convert_judge(c, &c->s->fields[r->index], r->code, c->values[r->index]);
        if (v) v->rule = r;
    }
}

static void check_row(struct converter *c)
{
    if (c->has_citizen && c->sex >= 0) check_sex(c);
    if (c->has_citizen && c->birth >= 0) check_birth(c);
    if (c->n_derived) derive(c);
    for (size_t i = 0; i < c->s->n_fields; i++) {
        const struct field *f = &c->s->fields[i];
        if (f->required && !c->values[i].n && !c->typed[i].n) convert_judge(c, f, DIAG_MISSING_REQUIRED, (struct str){NULL, 0});
    }
    if (c->id >= 0 && !c->values[c->id].n && !c->typed[c->id].n && !c->s->fields[c->id].required)
        convert_judge(c, &c->s->fields[c->id], DIAG_ID_MISSING, (struct str){NULL, 0});
    if (c->rules) apply_rules(c);
}

void converter_row(struct converter *c, const struct cell *cells, struct converted *out)
{
    size_t n = c->s->n_fields;
    if (c->row.head) arena_reset(&c->row);
    memset(c->values, 0, n * sizeof *c->values);
    memset(c->typed, 0, n * sizeof *c->typed);
    c->n = 0;
    c->has_citizen = c->birth_is_month = false;
    c->birth_other = (struct date){0, 0, 0};
    if (c->birth >= 0) c->dates[c->birth] = c->birth_other;
    for (size_t i = 0; i < n; i++)
        if (cells[i].n && cells[i].kind != CELL_EMPTY) convert_cell(c, &c->s->fields[i], &cells[i]);
    check_row(c);
    *out = (struct converted){c->values, c->typed, c->verdicts, c->n, false, false};
    for (size_t i = 0; i < c->n; i++) {
        out->flagged |= c->verdicts[i].severity >= SEV_WARNING;
        out->reject |= c->verdicts[i].severity >= SEV_PERSON;
    }
}

/* ---- making and freeing ---- */

static int index_of(const struct schema *s, enum role role)
{
    const struct field *f = schema_role(s, role);
    return f ? (int)f->index : -1;
}

static bool compile_patterns(struct converter *c, struct diag *d)
{
    bool ok = true;
    for (size_t i = 0; i < c->s->n_fields; i++) {
        const struct field *f = &c->s->fields[i];
        if (!f->pattern.n) continue;
        struct buf whole = {0};
        buf_printf(&whole, "^(%.*s)$", (int)f->pattern.n, f->pattern.s);
        regex_t *r = mem_zero(1, sizeof *r);
        int rc = regcomp(r, buf_text(&whole), REG_EXTENDED | REG_NOSUB);
        buf_free(&whole);
        if (rc == 0) {
            c->patterns[i] = r;
            continue;
        }
        char message[128];
        regerror(rc, r, message, sizeof message);
        free(r);
        struct place at = {.file = c->s->path.s};
        diag_add(d, DIAG_LEDGER_VALUE, &at, "pattern", f->pattern.s, message, NULL);
        ok = false;
    }
    return ok;
}

/* A rule can only fail where one of its columns holds something; rows that have none of them are not asked. */
static void find_ruled(struct converter *c)
{
    c->ruled = mem_zero(c->s->n_fields, sizeof *c->ruled);
    for (size_t k = 0; k < c->s->n_fields; k++) {
        size_t at;
        bool named = false;
        for (size_t i = 0; i < c->s->n_rules && !named; i++) named = str_find(c->s->rules[i].check, c->s->fields[k].name, &at);
        if (named) c->ruled[c->n_ruled++] = (uint32_t)k;
    }
}

static bool compile_expressions(struct converter *c, struct diag *d)
{
    const struct schema *s = c->s;
    struct str *names = c->names = mem_zero(s->n_fields, sizeof *names);
    struct expr_source *sources = arena_zero(&c->row, s->n_rules + s->n_fields + 1, sizeof *sources);
    for (size_t i = 0; i < s->n_fields; i++) names[i] = s->fields[i].name;
    struct expr_env env = {names, s->n_fields, s, c->options.today};
    for (size_t i = 0; i < s->n_rules; i++)
        sources[i] = (struct expr_source){s->rules[i].check,
                                          {.file = s->path.s, .row = s->rules[i].line, .col = s->rules[i].col, .lines = true}};
    if (s->n_rules && !(c->rules = expr_compile_all(&env, sources, s->n_rules, d))) return false;
    c->derived = mem_zero(s->n_fields, sizeof *c->derived);
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!f->derive.n) continue;
        sources[c->n_derived] = (struct expr_source){f->derive, {.file = s->path.s, .row = f->line, .col = f->col, .lines = true}};
        c->derived[c->n_derived++] = (uint32_t)i;
    }
    return !c->n_derived || (c->derivations = expr_compile_all(&env, sources, c->n_derived, d));
}

struct converter *converter_new(const struct schema *s, const struct convert_options *o, struct diag *d)
{
    struct converter *c = mem_zero(1, sizeof *c);
    c->s = s;
    c->options = *o;
    if (!date_iso(o->today, &c->today)) c->today = (struct date){0, 0, 0};
    c->values = mem_zero(s->n_fields, sizeof *c->values);
    c->typed = mem_zero(s->n_fields, sizeof *c->typed);
    c->dates = mem_zero(s->n_fields, sizeof *c->dates);
    c->patterns = mem_zero(s->n_fields, sizeof(regex_t *));
    c->memory = mem_zero(s->n_fields, sizeof *c->memory);
    c->id = index_of(s, ROLE_CITIZEN_ID);
    c->sex = index_of(s, ROLE_SEX);
    c->birth = index_of(s, ROLE_BIRTH_DATE);
    for (size_t i = 0; i < s->n_missing; i++)
        if (s->missing[i].n) c->missing[missing_slot(s->missing[i])] = true;
    find_ruled(c);
    if (compile_patterns(c, d) && compile_expressions(c, d)) return c;
    converter_free(c);
    return NULL;
}

void converter_free(struct converter *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->s->n_fields; i++) {
        if (!c->patterns[i]) continue;
        regfree(c->patterns[i]);
        free(c->patterns[i]);
    }
    expr_free(c->rules);
    expr_free(c->derivations);
    free(c->names);
    free(c->derived);
    free(c->ruled);
    free(c->patterns);
    free(c->memory);
    free(c->values);
    free(c->typed);
    free(c->dates);
    free(c->verdicts);
    buf_free(&c->scratch);
    arena_free(&c->row);
    free(c);
}
