#include "ledger/place.h"

#include <stdlib.h>

#include "ledger/place_own.h"

void place_context_free(struct place_context *c)
{
    if (!c) return;
    arena_free(&c->memory);
    free(c);
}

bool place_read_option(struct place_context *c, const struct places *p, struct str text)
{
    text = str_trim(text);
    if (!p->units) {
        place_read_all(c, p, PLACE_OPTION, text, &(size_t){0});
        if (!c->said[PLACE_OPTION].text[LEVEL_GRID].n && !c->said[PLACE_OPTION].text[LEVEL_BUILDING].n)
            place_say(c, PLACE_OPTION, LEVEL_COMMUNITY, text, true);
        return true;
    }
    uint32_t unit = units_code(p->units, text);
    for (int l = 0; unit == UNIT_NONE && l < LEVEL_COUNT; l++)
        unit = units_find(p->units, UNIT_NONE, (enum level)l, text, (struct str){0}, NULL);
    if (unit == UNIT_NONE) {
        struct place_context *probe = mem_zero(1, sizeof *probe);
        place_read_all(probe, p, PLACE_OPTION, text, &(size_t){0});
        place_context_settle(probe, p);
        bool unknown = false;
        for (int l = 0; l < LEVEL_COUNT; l++) unknown |= probe->unknown[l].n > 0;
        unit = unknown ? UNIT_NONE : probe->unit;
        place_context_free(probe);
    }
    if (unit == UNIT_NONE) return false;
    for (uint32_t i = unit; i != UNIT_NONE; i = p->units->v[i].parent)
        place_say(c, PLACE_OPTION, p->units->v[i].level, p->units->v[i].code, true);
    return true;
}

/* Sheets called 11, 12, 13 in a workbook of one grid are its buildings, if there are such; in one of a community only when no grid
 * has that number too.  A page number names nothing. */
static void settle_numbered(struct place_context *c, const struct places *p)
{
    if (!c->numbered.n || c->unit == UNIT_NONE) return;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++)
        if (c->unknown[l].n) return;
    enum level level = p->units->v[c->unit].level;
    if (level != LEVEL_COMMUNITY && level != LEVEL_GRID) return;
    uint32_t unit = units_find(p->units, c->unit, LEVEL_BUILDING, c->numbered, c->survey_date, NULL);
    if (unit == UNIT_NONE) return;
    if (level == LEVEL_COMMUNITY && units_find(p->units, c->unit, LEVEL_GRID, c->numbered, c->survey_date, NULL) != UNIT_NONE)
        return;
    c->unit = unit;
    c->from = PLACE_SHEET;
}

void place_context_settle(struct place_context *c, const struct places *p)
{
    c->unit = UNIT_NONE;
    c->from = PLACE_SOURCES;
    if (!p->units) return;
    if (c->form.n && (c->unit = units_code(p->units, c->form)) != UNIT_NONE) {
        c->from = PLACE_PREAMBLE;
        for (int l = 0; l < LEVEL_COUNT; l++) c->unknown[l] = c->nearest[l] = (struct str){0};
        return;
    }
    struct buf nearest = {0};
    for (int l = LEVEL_STATION; l < LEVEL_COUNT; l++) {
        c->unknown[l] = c->nearest[l] = (struct str){0};
        bool found = false;
        for (int s = 0; s < PLACE_SOURCES && !found; s++) {
            struct str text = c->said[s].text[l];
            if (!text.n) continue;
            nearest.n = 0;
            uint32_t unit = place_find(p, NULL, c->unit, (enum level)l, text, c->survey_date, &nearest);
            if (unit != UNIT_NONE) {
                c->unit = unit;
                c->from = (enum place_source)s;
                found = true;
                c->unknown[l] = (struct str){0};
            } else if (!c->unknown[l].n) {
                c->unknown[l] = text;
                c->nearest[l] = str_copy(&c->memory, buf_slice(&nearest));
                if (c->said[s].labelled[l]) break; /* said outright: nothing less is asked */
            }
        }
    }
    buf_free(&nearest);
    settle_numbered(c, p);
}

/* Goes down the row's own names from the outermost. */
static uint32_t follow(const struct places *p, const struct place_context *c, struct place_memo *m,
                       const struct str typed[LEVEL_COUNT], struct place_found *out, int *deepest_unknown)
{
    uint32_t cur = UNIT_NONE;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        if (!typed[l].n) continue;
        uint32_t within = cur;
        if (within == UNIT_NONE && c->unit != UNIT_NONE && !out->unknown[LEVEL_COMMUNITY]) {
            /* the level above it, as the sheet has it; else the community, else anything */
            int above = l - 1;
            while (above > LEVEL_STATION && within == UNIT_NONE) within = units_up(p->units, c->unit, (enum level)above--);
        }
        uint32_t unit = place_find(p, m, within, (enum level)l, typed[l], c->survey_date, NULL);
        if (unit == UNIT_NONE && cur == UNIT_NONE && within != UNIT_NONE && l > LEVEL_COMMUNITY) {
            /* the sheet's grid may not be the row's */
            uint32_t community = units_up(p->units, within, LEVEL_COMMUNITY);
            if (community != UNIT_NONE && community != within)
                unit = place_find(p, m, community, (enum level)l, typed[l], c->survey_date, NULL);
        }
        if (unit != UNIT_NONE) {
            cur = unit;
            continue;
        }
        out->unknown[l] = true;
        out->typed[l] = typed[l];
        out->within[l] = within;
        *deepest_unknown = *deepest_unknown < 0 ? l : *deepest_unknown;
    }
    return cur;
}

void place_of_row(const struct places *p, const struct place_context *c, struct place_memo *m, const struct str typed[LEVEL_COUNT],
                  struct place_found *out)
{
    *out = (struct place_found){.unit = UNIT_NONE};
    if (!p->units) return;
    int unknown = -1;
    bool any = false;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) any |= typed[l].n > 0;
    uint32_t cur = any ? follow(p, c, m, typed, out, &unknown) : UNIT_NONE;
    /* what stands above the table goes deeper, or speaks where the row is silent; but not past a name that nobody knows */
    uint32_t above = c->unit;
    while (above != UNIT_NONE && unknown >= 0 && (int)p->units->v[above].level >= unknown) above = p->units->v[above].parent;
    if (above != UNIT_NONE && (cur == UNIT_NONE || units_inside(p->units, above, cur))) cur = above;
    for (int l = LEVEL_COMMUNITY; l < LEVEL_COUNT; l++) {
        if (typed[l].n || !c->unknown[l].n || (cur != UNIT_NONE && (int)p->units->v[cur].level >= l)) continue;
        out->unknown[l] = true;
        out->typed[l] = c->unknown[l];
        out->nearest[l] = c->nearest[l];
        out->asked[l] = true;
        any = true;
    }
    if (cur == UNIT_NONE && any) cur = p->root; /* somebody's, of this station surely */
    out->unit = cur;
    out->none = cur == UNIT_NONE;
}

struct str place_nearest(const struct places *p, const struct place_context *c, struct place_found *found, enum level l,
                         struct arena *a)
{
    if (found->asked[l]) return found->nearest[l];
    struct buf nearest = {0};
    uint32_t unit;
    if (l == LEVEL_BUILDING) place_short(p, found->within[l], false, found->typed[l], c->survey_date, &unit, &nearest);
    if (!nearest.n) units_find(p->units, found->within[l], l, found->typed[l], c->survey_date, &nearest);
    found->nearest[l] = str_copy(a, buf_slice(&nearest));
    found->asked[l] = true;
    buf_free(&nearest);
    return found->nearest[l];
}
