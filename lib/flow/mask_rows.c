#include "flow/mask_rows.h"

#include <stdlib.h>

/* A column that is not a field of the ledger; -1: there is none. */
static int column_of_ours(const struct columns *c, const struct schema *l, const char *name)
{
    return l && !schema_field(l, str_of(name)) ? columns_find(c, str_of(name)) : -1;
}

void row_mask_ready(struct row_mask *m, const struct columns *c, const struct schema *l, enum mask_profile profile)
{
    *m = (struct row_mask){.profile = l ? profile : PROFILE_NONE, .n = c->n, .ledger = l};
    m->kinds = mem_zero(c->n + 1, sizeof *m->kinds);
    m->shown = mem_zero(c->n + 1, sizeof *m->shown);
    for (size_t i = 0; l && i < c->n; i++) {
        const struct field *f = schema_field(l, c->names[i]);
        if (!f && str_ends(c->names[i], STR("_typed"))) f = schema_field(l, str_head(c->names[i], c->names[i].n - 6));
        if (f) m->kinds[i] = f->mask;
        else if (str_is(c->names[i], "cells")) m->kinds[i] = MASK_ALL;
    }
    m->field = column_of_ours(c, l, "field");
    m->before = column_of_ours(c, l, "before");
    m->after = column_of_ours(c, l, "after");
}

/* What was so before and after a change is of the kind of the field that was changed. */
static void follow_field(struct row_mask *m, const struct str *v)
{
    const struct field *f = schema_field(m->ledger, v[m->field]);
    if (m->before >= 0) m->kinds[m->before] = f ? f->mask : MASK_NONE;
    if (m->after >= 0) m->kinds[m->after] = f ? f->mask : MASK_NONE;
}

struct row_mask row_mask_copy(const struct row_mask *m)
{
    struct row_mask copy = *m;
    copy.text = (struct buf){0};
    copy.kinds = mem_zero(m->n + 1, sizeof *copy.kinds);
    copy.shown = mem_zero(m->n + 1, sizeof *copy.shown);
    if (m->n) memcpy(copy.kinds, m->kinds, m->n * sizeof *copy.kinds);
    return copy;
}

void row_mask_free(struct row_mask *m)
{
    free(m->kinds);
    free(m->shown);
    buf_free(&m->text);
    *m = (struct row_mask){0};
}

void row_mask_value(const struct row_mask *m, size_t c, struct str value, struct buf *out)
{
    if (m->profile != PROFILE_NONE && c < m->n && m->kinds[c] && value.n) mask_write(out, m->profile, m->kinds[c], value);
    else buf_str(out, value);
}

const struct str *row_mask_row(struct row_mask *m, const struct str *v)
{
    if (m->profile == PROFILE_NONE) return v;
    m->text.n = 0;
    if (m->field >= 0) follow_field(m, v);
    for (size_t i = 0; i < m->n; i++) {
        size_t at = m->text.n;
        if (m->kinds[i]) row_mask_value(m, i, v[i], &m->text);
        m->shown[i] = (struct str){NULL, m->text.n - at};
    }
    size_t at = 0; /* the text stays where it is from here on */
    for (size_t i = 0; i < m->n; i++) {
        if (m->kinds[i]) m->shown[i].s = m->text.s + at, at += m->shown[i].n;
        else m->shown[i] = v[i];
    }
    return m->shown;
}
