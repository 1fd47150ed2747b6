/* What stands in the place of a building in so few signs that they do not say of what: 网格28号楼, 3-12, 12号楼A座, B12.  All that
 * they may mean is looked for in the community; when that is one building, it is meant. */
#include "base/text.h"
#include "ledger/place_own.h"
#include "ledger/spelling.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Takes digits, or one of the words, off the front; what was taken, or empty. */
static struct str take_digits(struct str *s)
{
    size_t n = 0;
    while (n < s->n && is_digit(s->s[n])) n++;
    struct str digits = str_head(*s, n);
    *s = str_from(*s, n);
    return digits;
}

static size_t take_word(struct str *s, const char *const *words)
{
    size_t n = words_begin(*s, words);
    *s = str_from(*s, n);
    return n;
}

static const char *const GRID[] = {"网格", "wg", "g", NULL};
static const char *const GRID_AFTER[] = {"网格", "号网格", "格", NULL};
static const char *const BUILDING[] = {"号楼栋", "号楼", "号栋", "号幢", "#楼", "#", "楼栋", "楼", "栋", "幢", "座", "号", NULL};
static const char *const MARKS[] = {"-", "/", "—", "–", "_", NULL};
static const char *const PART[] = {"座", "单元", "区", NULL};

/* What the signs are, one of three kinds. */
struct signs {
    struct str glued;         /* 网格28号楼: 28 */
    struct str first, second; /* 3-12, 3网格12: numbers */
    bool grid;                /* the first is said to be a grid's */
    struct str number;        /* 12号楼A座, B12: with a letter */
    char letter;
    bool letter_first, building; /* the number is said to be a building's */
};

static bool read_numbers(struct str s, struct signs *g)
{
    size_t ordinal = str_starts(s, STR("第")) ? 3 : 0;
    s = str_from(s, ordinal);
    g->grid = take_word(&s, GRID) > 0;
    struct str first = take_digits(&s), rest = s;
    if (g->grid && first.n > 1 && first.n < 6 && take_word(&rest, BUILDING) && !rest.n) {
        g->glued = first;
        return true;
    }
    g->grid |= take_word(&s, GRID_AFTER) > 0;
    bool marked = take_word(&s, MARKS) > 0;
    g->first = first;
    g->second = take_digits(&s);
    return first.n && g->second.n && g->second.s[0] != '0' && !s.n && (marked || g->grid);
}

static bool read_letter(struct str s, struct signs *g)
{
    g->letter_first = s.n && is_letter(s.s[0]);
    if (g->letter_first) {
        g->letter = s.s[0];
        s = str_from(s, 1);
        if (!take_word(&s, PART)) take_word(&s, MARKS);
        g->number = take_digits(&s);
        take_word(&s, BUILDING);
        return g->number.n && !s.n;
    }
    g->number = take_digits(&s);
    g->building = take_word(&s, BUILDING) > 0;
    if (!g->building) take_word(&s, MARKS);
    if (!g->number.n || !s.n || !is_letter(s.s[0])) return false;
    g->letter = s.s[0];
    s = str_from(s, 1);
    take_word(&s, PART);
    return !s.n;
}

static bool read_signs(struct str numbered, struct signs *g)
{
    *g = (struct signs){.letter = 0};
    if (read_numbers(numbered, g)) return true;
    *g = (struct signs){.letter = 0};
    return read_letter(numbered, g);
}

/* ---- what they may mean ---- */

struct meanings {
    const struct units *units;
    uint32_t within, community;
    struct str date;
    uint32_t unit;
    bool several;
    struct buf name, *told;
};

static void tell(struct meanings *m, uint32_t unit)
{
    uint32_t grid = units_up(m->units, unit, LEVEL_GRID);
    if (!m->told) return;
    if (m->told->n) buf_put(m->told, "、");
    if (grid != UNIT_NONE) buf_str(m->told, m->units->v[grid].name);
    buf_str(m->told, m->units->v[unit].name);
}

/* The building that is called so, if there is one, may be meant. */
static void may_be(struct meanings *m, uint32_t within)
{
    uint32_t unit = units_find(m->units, within, LEVEL_BUILDING, buf_slice(&m->name), m->date, NULL);
    bool known = unit != UNIT_NONE && units_inside(m->units, unit, m->within);
    if (unit == UNIT_NONE) m->several |= units_named(m->units, within, LEVEL_BUILDING, buf_slice(&m->name), m->date);
    if (!known || unit == m->unit) return;
    tell(m, unit);
    m->several |= m->unit != UNIT_NONE;
    m->unit = unit;
}

static void may_be_numbered(struct meanings *m, uint32_t within, struct str number)
{
    m->name.n = 0;
    buf_str(&m->name, number);
    buf_put(&m->name, "号楼");
    may_be(m, within);
}

static void may_be_in_grid(struct meanings *m, struct str grid, struct str building)
{
    uint32_t unit = units_find(m->units, m->community, LEVEL_GRID, grid, m->date, NULL);
    if (unit != UNIT_NONE) may_be_numbered(m, unit, building);
}

/* A name made of a letter and a number: "l座n号楼" with l and n in their places. */
static void may_be_lettered(struct meanings *m, const struct signs *g, const char *form)
{
    m->name.n = 0;
    for (const char *f = form; *f; f++) {
        if (*f == 'l') buf_char(&m->name, g->letter);
        else if (*f == 'n') buf_str(&m->name, g->number);
        else buf_char(&m->name, *f);
    }
    may_be(m, m->within);
}

/* Has a building there a letter in its name, after the number, if one is given? */
static bool has_letters(const struct meanings *m, struct str number)
{
    const struct units *u = m->units;
    for (uint32_t i = u->first_of[LEVEL_BUILDING]; i < u->first_of[LEVEL_BUILDING + 1]; i++) {
        struct str spelled = u->names[i].spelled;
        if (!units_inside(u, i, m->within) || !str_starts(spelled, number)) continue;
        spelled = str_from(spelled, number.n);
        if (number.n && spelled.n && spelled.s[0] == '~') spelled = str_from(spelled, 1);
        size_t most = number.n && spelled.n ? 1 : spelled.n;
        for (size_t k = 0; k < most; k++)
            if (is_letter(spelled.s[k])) return true;
    }
    return false;
}

static void all_meanings(struct meanings *m, const struct signs *g, bool rooms)
{
    static const char *const FORMS[] = {"n号楼l座", "nl", "ln", "l座n号楼", "l区n号楼", NULL};
    if (g->glued.n) {
        may_be_numbered(m, m->within, g->glued);
        for (size_t n = 1; n < g->glued.n; n++) may_be_in_grid(m, str_head(g->glued, n), str_from(g->glued, n));
    } else if (g->first.n) {
        if (!rooms || g->grid) may_be_in_grid(m, g->first, g->second);
        if (g->grid) return;
        may_be_numbered(m, m->within, g->first); /* with its unit or its room */
        m->name.n = 0;
        buf_str(&m->name, g->first);
        buf_put(&m->name, "号楼");
        buf_str(&m->name, g->second);
        buf_put(&m->name, "单元");
        may_be(m, m->within);
    } else {
        for (const char *const *form = FORMS; *form; form++) may_be_lettered(m, g, *form);
        if (g->letter_first || g->building) may_be_lettered(m, g, "l座"); /* and a room of it, or beside the number */
        if (g->building && !has_letters(m, g->number)) may_be_numbered(m, m->within, g->number); /* of which it is a part */
        if (g->letter_first && (g->letter == 'b' || g->letter == 'd') && !has_letters(m, (struct str){NULL, 0}))
            may_be_numbered(m, m->within, g->number); /* B, D: building, 栋 */
    }
}

bool place_is_short(struct str folded)
{
    struct signs g;
    struct buf b = {0};
    spelling_numbers(&b, folded);
    bool is = read_signs(buf_slice(&b), &g);
    buf_free(&b);
    return is;
}

bool place_short(const struct places *p, uint32_t within, bool rooms, struct str text, struct str date, uint32_t *unit,
                 struct buf *told)
{
    struct signs g;
    struct buf b = {0};
    uint32_t community = within == UNIT_NONE ? UNIT_NONE : units_up(p->units, within, LEVEL_COMMUNITY);
    struct meanings m = {p->units, within, community, date, UNIT_NONE, false, {0}, told};
    place_fold(&b, text);
    bool is = community != UNIT_NONE && read_signs(buf_slice(&b), &g);
    if (is) all_meanings(&m, &g, rooms);
    *unit = m.several ? UNIT_NONE : m.unit;
    if (told && !m.several) told->n = 0;
    buf_free(&m.name);
    buf_free(&b);
    return is;
}
