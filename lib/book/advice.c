#include "book/advice.h"

#include "ledger/units.h"
#include "ledger/words.h"

static const struct rule *rule_named(const struct schema *s, struct str name)
{
    for (size_t i = 0; i < s->n_rules; i++)
        if (str_eq(s->rules[i].name, name)) return &s->rules[i];
    return NULL;
}

static struct str level_in_chinese(struct str word)
{
    enum level l;
    return level_of(word, &l) ? level_title(l) : word;
}

void advice_of_finding(struct buf *out, const struct schema *s, const char *const *templates, const struct finding *f)
{
    struct str args[DIAG_ARGS];
    memcpy(args, f->args, sizeof args);
    const struct rule *rule = args[3].n ? rule_named(s, args[2]) : NULL;
    if (rule) args[3] = rule->message; /* the finding may have it in English */
    if (f->code == DIAG_RULE && rule) {
        buf_str(out, rule->message);
        buf_put(out, "；请核对");
        return;
    }
    if (f->code == DIAG_NO_UNIT) { /* the message is for who imports, and names an option */
        buf_put(out, "看不出属于哪个楼栋；请在表头上方把社区、网格、楼栋填好");
        return;
    }
    if (f->code == DIAG_UNIT_UNKNOWN) {
        args[1] = level_in_chinese(args[1]);
        if (str_is(args[2], WORDS_NONE_NEAR)) args[2] = STR("没有");
    }
    diag_expand(out, templates[f->code], args);
}

static enum diag_code code_named(struct str name)
{
    for (int c = 1; c < DIAG_COUNT; c++)
        if (str_is(name, diag_code_string((enum diag_code)c))) return (enum diag_code)c;
    return DIAG_NONE;
}

/* The first few of a list, as an example. */
static void examples(struct buf *out, const struct code_list *l)
{
    for (size_t i = 0; l && i < l->n && i < 4; i++) {
        if (i) buf_put(out, "、");
        buf_str(out, l->codes[i].label);
    }
}

void advice_of_flag(struct buf *out, const struct schema *s, const char *const *templates, const struct field *f, struct str flag,
                    struct str typed, struct str value)
{
    size_t colon;
    struct str code = flag, name = {0};
    if (str_find(flag, STR(":"), &colon)) {
        code = str_head(flag, colon);
        name = str_from(flag, colon + 1);
    }
    struct finding one = {.code = code_named(code), .args = {f->title, typed.n ? typed : value, value}};
    struct buf hint = {0};
    if (one.code == DIAG_NONE) return;
    if (one.code == DIAG_CODE_UNKNOWN || one.code == DIAG_UNIT_UNKNOWN) {
        examples(&hint, f->codes);
        one.args[2] = hint.n ? buf_slice(&hint) : STR("没有");
    } else if (one.code == DIAG_RULE || one.code == DIAG_DATE_ORDER) {
        for (size_t i = 0; !name.n && i < s->n_rules; i++) /* a rule with a code of its own: the field's */
            if (s->rules[i].code == one.code && s->rules[i].index == f->index) name = s->rules[i].name;
        one.args[2] = name;
        one.args[3] = name.n ? name : STR("-"); /* advice_of_finding puts the rule's words here */
    }
    advice_of_finding(out, s, templates, &one);
    buf_free(&hint);
}
