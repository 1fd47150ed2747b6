/* --explain: how each table was read, as findings. */
#include <stdio.h>

#include "flow/intake_own.h"

void explain_layout(const struct reading *r, struct take *t, const struct layout *l, const struct place_context *c)
{
    (void)c;
    struct buf taken = {0}, left = {0};
    char rows[32];
    snprintf(rows, sizeof rows, l->first == l->last ? "%u" : "%u-%u", l->first, l->last);
    for (uint32_t col = 0; col < l->n; col++) {
        struct str heading = str_trim(l->headings[col]);
        if (!heading.n) continue;
        uint32_t field = l->field[col] == COLUMN_PART ? l->use[col].field : l->field[col];
        bool is_field = field < r->in->schema->n_fields;
        struct buf *b = is_field ? &taken : &left;
        if (b->n) buf_put(b, ", ");
        buf_str(b, heading);
        if (is_field) {
            buf_put(b, " = ");
            buf_str(b, r->in->schema->fields[field].name);
        }
    }
    struct place at = {.file = r->path, .sheet = r->name, .row = l->first};
    take_say(t, DIAG_EXPLAIN_TABLE, &at, rows, buf_text(&taken), left.n ? buf_text(&left) : "-", NULL);
    buf_free(&taken);
    buf_free(&left);
}

void explain_context(const struct reading *r, struct take *t, uint32_t row, const struct place_context *c)
{
    static const char *const SOURCES[] = {"the preamble",         "the title", "the name of the sheet", "the name of the file",
                                          "the signatures below", "--place"};
    const struct units *u = r->in->places.units;
    if (!u || c->unit == UNIT_NONE) return;
    struct buf path = {0}, code = {0};
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        uint32_t unit = units_up(u, c->unit, (enum level)l);
        if (unit != UNIT_NONE) buf_str(&path, u->v[unit].name);
    }
    buf_str(&code, u->v[c->unit].code);
    struct place at = {.file = r->path, .sheet = r->name, .row = row};
    take_say(t, DIAG_EXPLAIN_PLACE, &at, SOURCES[c->from], buf_text(&code), buf_text(&path), NULL);
    buf_free(&path);
    buf_free(&code);
}
