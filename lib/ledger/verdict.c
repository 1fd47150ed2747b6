/* What is said of a row's verdicts: the _flags column and findings.  See convert.h. */
#include "base/text.h"
#include "ledger/codes.h"
#include "ledger/convert.h"

static void add_verdict(const struct schema *s, const struct verdict *v, struct buf *out, size_t start)
{
    if (out->n > start) buf_char(out, ';');
    buf_str(out, s->fields[v->field].name);
    buf_char(out, ':');
    buf_put(out, diag_code_string(v->code));
    if (v->code != DIAG_RULE) return;
    buf_char(out, ':');
    buf_str(out, v->rule->name);
}

/* The next field that has a flag, from `from` on. */
static size_t next_flagged(const struct schema *s, const struct converted *c, size_t from)
{
    size_t next = s->n_fields;
    for (size_t i = 0; i < c->n_verdicts; i++) {
        const struct verdict *v = &c->verdicts[i];
        if (v->severity >= SEV_WARNING && v->field >= from && v->field < next) next = v->field;
    }
    return next;
}

void converted_flags(const struct schema *s, const struct converted *c, struct buf *out)
{
    size_t start = out->n, at = 0;
    /* nearly always they are in order already */
    while (at + 1 < c->n_verdicts && c->verdicts[at].field <= c->verdicts[at + 1].field) at++;
    if (at + 1 >= c->n_verdicts) {
        for (size_t i = 0; i < c->n_verdicts; i++)
            if (c->verdicts[i].severity >= SEV_WARNING) add_verdict(s, &c->verdicts[i], out, start);
        return;
    }
    for (size_t f = 0; (f = next_flagged(s, c, f)) < s->n_fields; f++)
        for (size_t i = 0; i < c->n_verdicts; i++)
            if (c->verdicts[i].severity >= SEV_WARNING && c->verdicts[i].field == f) add_verdict(s, &c->verdicts[i], out, start);
}

/* Personal data does get typed into the wrong column: long digits are masked wherever they stand. */
static enum mask mask_for(const struct field *f, struct str value)
{
    if (f->mask != MASK_NONE) return f->mask;
    size_t digits = 0;
    for (size_t i = 0; i < value.n; i++) digits += value.s[i] >= '0' && value.s[i] <= '9';
    return digits >= 15 ? MASK_ID : digits >= 11 ? MASK_PHONE : MASK_NONE;
}

/* The value as a message may show it.  A date keeps its year, with stars for the rest: 1985-**-**, so that nobody takes the
 * year for all that was typed. */
static void write_shown(struct buf *out, enum mask mask, struct str value)
{
    if (mask != MASK_DATE) {
        mask_write(out, PROFILE_INTERNAL, mask, value);
        return;
    }
    size_t n = 0;
    for (size_t i = 0; i < value.n; n++) {
        size_t start = i;
        uint32_t c = text_next(value, &i);
        bool mark = c == '-' || c == '/' || c == '.' || c == 0x5E74 || c == 0x6708 || c == 0x65E5;
        if (n < 4 || mark) buf_add(out, value.s + start, i - start);
        else buf_char(out, '*');
    }
}

/* The label nearest to an unknown code; where none is near, the first few of the list. */
static void write_instead(struct buf *out, const struct code_list *list, struct str unknown)
{
    struct str nearest = codes_nearest(list, unknown);
    if (nearest.n) {
        buf_str(out, nearest);
        return;
    }
    for (size_t i = 0; i < list->n && i < 4; i++) {
        if (i) buf_put(out, "、");
        buf_str(out, list->codes[i].label);
    }
}

struct finding verdict_finding(const struct schema *s, const struct verdict *v, const struct place *at, bool english,
                               struct buf *scratch)
{
    const struct field *f = &s->fields[v->field];
    struct finding out = {.code = v->code, .severity = v->severity, .at = *at};
    scratch->n = 0;
    write_shown(scratch, mask_for(f, v->value), v->value);
    size_t shown = scratch->n;
    if (v->code == DIAG_BIRTH_MISMATCH) write_shown(scratch, f->mask, v->hint); /* the birth date itself */
    else if (v->code == DIAG_CODE_UNKNOWN) write_instead(scratch, f->codes, v->hint);
    else buf_str(scratch, v->hint);
    out.args[0] = f->title;
    out.args[1] = (struct str){scratch->s, shown};
    out.args[2] = (struct str){scratch->s + shown, scratch->n - shown};
    if (v->rule) {
        out.args[2] = v->rule->name;
        out.args[3] = english ? v->rule->message_en : v->rule->message;
    }
    return out;
}
