#include "flow/mask_rows.h"

#include <stdlib.h>

void row_mask_ready(struct row_mask *m, const struct columns *c, const struct schema *l, enum mask_profile profile)
{
    *m = (struct row_mask){.profile = l ? profile : PROFILE_NONE, .n = c->n};
    m->kinds = mem_zero(c->n + 1, sizeof *m->kinds);
    m->shown = mem_zero(c->n + 1, sizeof *m->shown);
    for (size_t i = 0; l && i < c->n; i++) {
        const struct field *f = schema_field(l, c->names[i]);
        if (!f && str_ends(c->names[i], STR("_typed"))) f = schema_field(l, str_head(c->names[i], c->names[i].n - 6));
        if (f) m->kinds[i] = f->mask;
    }
}

struct row_mask row_mask_copy(const struct row_mask *m)
{
    struct row_mask copy = {.profile = m->profile, .n = m->n};
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
