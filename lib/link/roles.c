#include "link/roles.h"

#include <math.h>

#include "link/heading.h"

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

bool role_is_address(const struct comparison *c)
{
    return c->kind == KIND_ADDRESS || c->kind == KIND_TEXT;
}

/* Tells people apart: not the day of a visit, nor who runs a company whose name is there too. */
static bool tells_apart(const struct comparison *c, bool organisation)
{
    switch (c->kind) {
    case KIND_NAME:
    case KIND_GIVEN: return !organisation || !heading_is_contact(c->column);
    case KIND_DATE: return heading_is_birth(c->column) || heading_kind(c->column) != KIND_DATE;
    case KIND_CITIZEN_ID:
    case KIND_IDENTIFIER: return true;
    case KIND_NUMBER: return model_names_it(c);
    default: return false;
    }
}

static bool has_title(const struct model *m)
{
    for (size_t k = 0; k < m->n; k++)
        if (m->comparisons[k].kind != KIND_NUMBER && model_names_it(&m->comparisons[k])) return true;
    return false;
}

void model_set_roles(struct model *m)
{
    bool organisation = has_title(m);
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        c->tells = tells_apart(c, organisation);
        c->names = c->tells || model_names_it(c);
    }
    name_first_text(m);
    bool address = false;
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        c->of_place = !c->names && (c->kind == KIND_ADDRESS || c->kind == KIND_TEXT || c->kind == KIND_WORD ||
                                    c->kind == KIND_CODE || c->kind == KIND_PHONE);
        address = address || (c->of_place && role_is_address(c));
    }
    for (size_t k = 0; k < m->n; k++) { /* a town that follows from the postcode */
        struct comparison *c = &m->comparisons[k];
        if (c->kind == KIND_CATEGORY && c->unless >= 0 && m->comparisons[c->unless].kind == KIND_CODE) c->of_place = true;
    }
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        c->of_home = c->of_place && c->kind != KIND_PHONE && (!address || role_is_address(c));
    }
}

double role_bits(const struct comparison *c)
{
    const struct kind_info *info = kind_info(c->kind);
    double given = fmax(1 - c->p[CLASS_CHANCE][0], 1e-9), chance = 1e-9;
    for (unsigned l = info->exact; l < info->n_levels; l++) chance += c->p[CLASS_CHANCE][l];
    return given * fmin(fmax(log2(given / chance), 0), 15);
}

bool model_moves(const struct model *m, double rows)
{
    unsigned places = 0, addresses = 0, telling = 0;
    double bits = 0;
    for (size_t k = 0; k < m->n; k++) {
        enum kind kind = m->comparisons[k].kind;
        places += m->comparisons[k].of_place;
        addresses += m->comparisons[k].of_place && kind != KIND_WORD;
        telling += m->comparisons[k].tells;
        if (!m->comparisons[k].of_place) bits += role_bits(&m->comparisons[k]);
    }
    return places > 1 && addresses && telling > 1 && bits > log2(rows) + 4;
}

enum kin model_kin(const struct model *m)
{
    bool address = false, tells = false, people = false;
    for (size_t k = 0; k < m->n; k++) {
        const struct comparison *c = &m->comparisons[k];
        address = address || (c->of_home && c->kind == KIND_ADDRESS);
        tells = tells || c->tells;
        people = people || (c->tells && c->kind != KIND_IDENTIFIER); /* companies have numbers too */
    }
    if (address && (!tells || (!people && has_title(m)))) return KIN_BRANCHES;
    return tells ? KIN_HOUSEHOLDS : KIN_NONE;
}
