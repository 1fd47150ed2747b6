#include "ledger/place.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/text.h"
#include "ledger/labels.h"
#include "ledger/spelling.h"

void place_context_free(struct place_context *c)
{
    if (!c) return;
    arena_free(&c->memory);
    free(c);
}

static void fold(struct buf *out, struct str s)
{
    struct buf folded = {0};
    spelling_fold(&folded, s);
    out->n = 0;
    spelling_numbers(out, buf_slice(&folded));
    buf_free(&folded);
}

/* Of what a name begins with; every name has three bytes and more. */
static uint8_t beginning(const char *s)
{
    return (uint8_t)((uint8_t)s[0] ^ (uint8_t)s[1] * 31 ^ (uint8_t)s[2] * 7);
}

/* Does any of the names that begin so perhaps stand in a text? */
static bool may_name(const bool begins[256], struct str folded)
{
    for (size_t i = 0; i + 3 <= folded.n; i++)
        if (begins[beginning(folded.s + i)]) return true;
    return false;
}

static void add_place(struct places *p, size_t *cap, uint32_t unit, struct str name)
{
    struct buf b = {0};
    fold(&b, name);
    if (b.n >= 6) { /* one character is no name to look for */
        size_t caps = *cap;
        mem_grow(&p->folded, cap, p->n + 1, sizeof *p->folded);
        mem_grow(&p->unit, &caps, p->n + 1, sizeof *p->unit);
        p->folded[p->n] = str_copy(&p->memory, buf_slice(&b));
        p->begins[beginning(b.s)] = true;
        p->unit[p->n++] = unit;
    }
    buf_free(&b);
}

/* The name of a grid or a building, if there is no number in it. */
static void add_name(struct places *p, size_t *cap, uint32_t unit)
{
    struct buf b = {0};
    fold(&b, p->units->v[unit].name);
    size_t from = 0;
    struct spelling_number number;
    if (b.n >= 3 && text_length(buf_slice(&b)) >= 2 && !spelling_next(buf_slice(&b), &from, &number)) {
        mem_grow(&p->names, cap, p->n_names + 1, sizeof *p->names);
        p->name_begins[beginning(b.s)] = true;
        p->names[p->n_names++] = (struct place_name){str_copy(&p->memory, buf_slice(&b)), unit, p->units->v[unit].level};
    }
    buf_free(&b);
}

void places_ready(struct places *p, const struct units *u)
{
    memset(p, 0, sizeof *p);
    p->units = u;
    p->root = UNIT_NONE;
    if (!u) return;
    size_t cap = 0, named = 0, roots = 0;
    for (uint32_t i = 0; i < u->n; i++) {
        if (u->v[i].parent == UNIT_NONE) {
            roots++;
            p->root = i;
        }
        if (u->v[i].level > LEVEL_COMMUNITY) add_name(p, &named, i);
        if (u->v[i].level != LEVEL_COMMUNITY) continue;
        add_place(p, &cap, i, u->v[i].name);
        for (size_t k = 0; k < u->v[i].n_aliases; k++) add_place(p, &cap, i, u->v[i].aliases[k]);
    }
    if (roots != 1) p->root = UNIT_NONE;
}

void places_free(struct places *p)
{
    free(p->folded);
    free(p->unit);
    free(p->names);
    arena_free(&p->memory);
}

static bool level_of_role(enum role role, enum level *out)
{
    switch (role) {
    case ROLE_COMMUNITY: *out = LEVEL_COMMUNITY; return true;
    case ROLE_GRID: *out = LEVEL_GRID; return true;
    case ROLE_BUILDING: *out = LEVEL_BUILDING; return true;
    default: return false;
    }
}

static void say(struct place_context *c, enum place_source source, enum level level, struct str text, bool labelled)
{
    struct place_said *said = &c->said[source];
    text = str_trim(text);
    if (!text.n || (said->text[level].n && (said->labelled[level] || !labelled))) return;
    said->text[level] = str_copy(&c->memory, text);
    said->labelled[level] = labelled;
}

static bool ends_value(struct str s)
{
    return str_starts(s, STR("  ")) || str_starts(s, STR("\t")) || str_starts(s, STR("\n")) || str_starts(s, STR("　")) ||
           str_starts(s, STR(";")) || str_starts(s, STR("；")) || str_starts(s, STR(",")) || str_starts(s, STR("，"));
}

/* The value as far as the first wide gap or mark that ends it. */
static struct str value_proper(struct str v)
{
    for (size_t i = 0; i < v.n; i++)
        if (ends_value(str_from(v, i))) return str_trim(str_head(v, i));
    return v;
}

static void take_label(struct place_context *c, const struct words *w, uint32_t field, struct str value)
{
    enum level level;
    if (field >= w->schema->n_fields) return;
    if (level_of_role(w->schema->fields[field].role, &level)) say(c, PLACE_PREAMBLE, level, value, true);
}

static void read_cell(struct place_context *c, const struct words *w, const struct line *l, uint32_t col)
{
    struct str s = line_at(l, col);
    struct labelled one;
    size_t from = 0;
    while (labels_next(w, s, &from, &one)) {
        if (one.field >= w->schema->n_fields) continue;
        struct str value = value_proper(one.value);
        for (uint32_t next = col + 1; !value.n && next < l->n && next <= col + 4; next++) value = str_trim(line_at(l, next));
        take_label(c, w, one.field, value);
    }
    /* a label alone: its value is the next cell that is no label */
    uint32_t field = from ? COLUMN_UNKNOWN : words_heading(w, s);
    if (field >= w->schema->n_fields) return;
    for (uint32_t next = col + 1; next < l->n && next <= col + 4; next++) {
        struct str v = str_trim(line_at(l, next));
        if (!v.n) continue;
        if (words_heading(w, v) == COLUMN_UNKNOWN) take_label(c, w, field, v);
        return;
    }
}

/* 表格编码：CODE-2026-11 is on every form of ours; nothing else says the unit so surely. */
static void read_form_code(struct place_context *c, struct str s)
{
    size_t at, length;
    if (!str_find(s, STR(PLACE_FORM_CODE), &at)) return;
    s = str_from(s, at + strlen(PLACE_FORM_CODE));
    s = str_trim(s);
    length = str_starts(s, STR(":")) ? 1 : str_starts(s, STR("：")) ? 3 : 0;
    if (!length) return;
    s = str_trim(str_from(s, length));
    enum { MONTH = 8 }; /* -2026-11 */
    if (s.n <= MONTH || s.s[s.n - MONTH] != '-' || s.s[s.n - 3] != '-') return;
    c->form = str_copy(&c->memory, str_head(s, s.n - MONTH));
}

void place_read_preamble(struct place_context *c, const struct words *w, const struct line *l)
{
    for (uint32_t col = 0; col < l->n && !c->form.n; col++) read_form_code(c, line_at(l, col));
    for (uint32_t col = 0; col < l->n; col++)
        if (l->cells[col].n && l->cells[col].n < 2000) read_cell(c, w, l, col);
    struct buf date = {0};
    if (!c->survey_date.n && line_survey_date(l, &date)) c->survey_date = str_copy(&c->memory, buf_slice(&date));
    buf_free(&date);
}

/* The community named in a folded text: the longest name in it; none when two different ones are as good. */
static uint32_t community_in(const struct places *p, struct str folded, size_t *at, size_t *length)
{
    uint32_t found = UNIT_NONE;
    *length = 0;
    if (!may_name(p->begins, folded)) return found;
    for (size_t i = 0; i < p->n; i++) {
        size_t where;
        if (p->folded[i].n < *length || !str_find(folded, p->folded[i], &where)) continue;
        if (p->folded[i].n == *length && found != p->unit[i]) {
            found = UNIT_NONE;
            continue;
        }
        found = p->unit[i];
        *at = where;
        *length = p->folded[i].n;
    }
    return found;
}

/* A grid or building that is called by no number, 翠竹苑网格, 综合楼, A座, and whose whole name stands in the text: the longest;
 * *at is where.  `within`: the community that the text names, or UNIT_NONE. */
static const struct place_name *named_in(const struct places *p, enum level level, uint32_t within, struct str folded, size_t *at)
{
    const struct place_name *found = NULL;
    size_t n = p->n_names && may_name(p->name_begins, folded) ? p->n_names : 0;
    for (size_t i = 0; i < n; i++) {
        const struct place_name *name = &p->names[i];
        size_t where;
        if (name->level != level || (found && name->folded.n <= found->folded.n) || !str_find(folded, name->folded, &where))
            continue;
        bool in_word = where && (unsigned char)name->folded.s[0] < 0x80 && (unsigned char)folded.s[where - 1] < 0x80 &&
                       folded.s[where - 1] != '-';
        if (in_word || (within != UNIT_NONE && !units_inside(p->units, name->unit, within))) continue;
        found = name;
        *at = where;
    }
    return found;
}

/* 翠竹苑1号楼, where a unit is called so, and not 1号楼: the number with as much of what stands before it, after `floor`, as makes
 * a name. */
static struct str with_name_before(const struct places *p, struct str folded, const struct spelling_number *n, size_t floor)
{
    enum { LONGEST = 8 };
    struct str whole = n->text, always = {NULL, 0};
    size_t start = n->begin;
    for (int i = 0; p->units && i < LONGEST && start > floor; i++) {
        do start--;
        while (start > floor && ((unsigned char)folded.s[start] & 0xC0) == 0x80);
        if ((unsigned char)folded.s[start] < 0x80) break; /* a mark, or another number */
        struct str name = {folded.s + start, n->end - start};
        if (units_named(p->units, n->level, name, always)) whole = name;
    }
    return whole;
}

static unsigned number_in(struct str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] >= '0' && s.s[i] <= '9') n = n * 10 + (unsigned)(s.s[i] - '0');
    return n;
}

/* What a text names of one level. */
struct mention {
    struct str text;
    bool several; /* it names several (11号楼、12号楼): then it names none */
    bool named;   /* with a name before the number */
};

static void add_mention(struct mention *m, struct str text, bool named)
{
    if (!m->text.n) {
        *m = (struct mention){text, false, named};
        return;
    }
    m->several |= number_in(text) != number_in(m->text) || (named && m->named && !str_eq(text, m->text));
    if (named && !m->named) *m = (struct mention){text, m->several, true};
}

/* *left is how much of the text is not understood, for those who want to know whether it is all. */
static void read_text(struct place_context *c, const struct places *p, enum place_source source, struct str text, size_t *left)
{
    struct buf b = {0};
    fold(&b, spelling_after_ordinal(text, false));
    struct str folded = buf_slice(&b);
    size_t understood = 0, at = 0, length = 0;
    uint32_t community = p->units ? community_in(p, folded, &at, &length) : UNIT_NONE;
    if (community != UNIT_NONE) {
        say(c, source, LEVEL_COMMUNITY, p->units->v[community].name, false);
        understood += length;
    }
    struct mention mentions[LEVEL_COUNT] = {{{0}, false, false}};
    struct spelling_number n;
    size_t from = 0, floor = length ? at + length : 0;
    while (spelling_next(folded, &from, &n)) {
        bool inside = length && n.begin >= at && n.begin < at + length;
        if (inside) continue;
        struct str whole = with_name_before(p, folded, &n, n.begin > floor ? floor : 0);
        add_mention(&mentions[n.level], whole, whole.n > n.text.n);
        size_t begin = (size_t)(whole.s - folded.s);
        understood += n.end - (begin < n.begin ? begin : n.begin);
        floor = n.end;
    }
    for (int l = LEVEL_GRID; l < LEVEL_COUNT; l++) {
        size_t where;
        const struct place_name *name = p->units ? named_in(p, (enum level)l, community, folded, &where) : NULL;
        if (name && !mentions[l].text.n) understood += name->folded.n;
        if (name && !mentions[l].text.n) say(c, source, (enum level)l, name->folded, false);
        else if (mentions[l].text.n && !mentions[l].several) say(c, source, (enum level)l, mentions[l].text, false);
    }
    *left = folded.n > understood ? folded.n - understood : 0;
    buf_free(&b);
}

void place_read_text(struct place_context *c, const struct places *p, enum place_source source, struct str text)
{
    size_t left;
    read_text(c, p, source, text, &left);
    if (source != PLACE_SHEET) return;
    struct buf b = {0};
    fold(&b, text);
    size_t digits = 0;
    while (digits < b.n && b.s[digits] >= '0' && b.s[digits] <= '9') digits++;
    if (digits && digits <= 3 && digits == b.n) c->numbered = str_copy(&c->memory, buf_slice(&b));
    buf_free(&b);
}

/* 一、 1. (二) before the words themselves. */
static struct str after_ordinal(struct str s)
{
    size_t i = 0;
    while (i < s.n && s.s[i] >= '0' && s.s[i] <= '9') i++;
    if (i && (str_starts(str_from(s, i), STR("、")) || (i < s.n && s.s[i] == '.'))) return str_from(s, i + (s.s[i] == '.' ? 1 : 3));
    return s;
}

/* 2人, 共2人, :2名 and marks between words. */
static struct str after_count(struct str s)
{
    while (s.n && (s.s[0] == ':' || s.s[0] == '-' || s.s[0] == ',')) s = str_from(s, 1);
    struct str r = str_starts(s, STR("共")) ? str_from(s, 3) : s;
    size_t i = 0;
    while (i < r.n && r.s[i] >= '0' && r.s[i] <= '9') i++;
    struct str unit = str_from(r, i);
    return i && r.s[0] != '0' && (str_is(unit, "人") || str_is(unit, "名")) ? (struct str){NULL, 0} : s;
}

/* The bytes at the start of a text that are the name of a grid or building: 翠竹苑1号楼, 综合楼.  0 when there is none. */
static size_t named_prefix(const struct places *p, struct str s)
{
    enum { LONGEST = 60 };
    struct str always = {NULL, 0};
    for (size_t n = s.n < LONGEST ? s.n : LONGEST; n > 3; n--) {
        if (n < s.n && ((unsigned char)s.s[n] & 0xC0) == 0x80) continue;
        struct str name = str_head(s, n);
        bool words = text_length(name) < n; /* no bare number */
        if (words && (units_named(p->units, LEVEL_BUILDING, name, always) || units_named(p->units, LEVEL_GRID, name, always)))
            return n;
    }
    return 0;
}

/* The bytes that a grid or a building takes at the start of a text, by its number or its name, with a mark before it. */
static size_t unit_length(const struct places *p, struct str s)
{
    struct spelling_number n;
    size_t from = 0, mark = s.s[0] == '-' || s.s[0] == '/' || s.s[0] == ',' ? 1 : 0;
    if (spelling_next(s, &from, &n) && n.begin <= 1) return n.end;
    size_t length = p->units ? named_prefix(p, str_from(s, mark)) : 0;
    return length ? mark + length : 0;
}

/* The text without what brackets say of people in charge: in 14号楼（楼长：李四）无 nobody is told of but the leader. */
static void without_leader(struct buf *out, struct str text)
{
    struct buf nfkc = {0};
    text_nfkc(&nfkc, text);
    struct str s = buf_slice(&nfkc);
    for (size_t i = 0; i < s.n; i++) {
        const char *close = s.s[i] == '(' ? memchr(s.s + i, ')', s.n - i) : NULL;
        if (close && text_begins_signature(str_from(s, i + 1))) i = (size_t)(close - s.s);
        else buf_char(out, s.s[i]);
    }
    buf_free(&nfkc);
}

bool place_begins_section(const struct places *p, struct str text, struct buf *rest)
{
    struct buf b = {0}, own = {0};
    without_leader(&own, text);
    fold(&b, buf_slice(&own));
    buf_free(&own);
    struct str s = after_ordinal(buf_slice(&b));
    size_t at = 0, length = 0, end = 0;
    bool named = p->units && community_in(p, s, &at, &length) != UNIT_NONE && at <= 12; /* 榆山街道云翠社区 */
    if (named) end = at + length;
    /* each next name or number stands right after what came before it, but for a mark */
    for (size_t more; end < s.n && (more = unit_length(p, str_from(s, end))); end += more) named = true;
    rest->n = 0;
    if (named) buf_str(rest, after_count(str_from(s, end)));
    buf_free(&b);
    return named;
}

bool place_read_option(struct place_context *c, const struct places *p, struct str text)
{
    text = str_trim(text);
    if (!p->units) {
        read_text(c, p, PLACE_OPTION, text, &(size_t){0});
        if (!c->said[PLACE_OPTION].text[LEVEL_GRID].n && !c->said[PLACE_OPTION].text[LEVEL_BUILDING].n)
            say(c, PLACE_OPTION, LEVEL_COMMUNITY, text, true);
        return true;
    }
    uint32_t unit = units_code(p->units, text);
    for (int l = 0; unit == UNIT_NONE && l < LEVEL_COUNT; l++)
        unit = units_find(p->units, UNIT_NONE, (enum level)l, text, (struct str){0}, NULL);
    if (unit == UNIT_NONE) {
        struct place_context *probe = mem_zero(1, sizeof *probe);
        read_text(probe, p, PLACE_OPTION, text, &(size_t){0});
        place_context_settle(probe, p);
        bool unknown = false;
        for (int l = 0; l < LEVEL_COUNT; l++) unknown |= probe->unknown[l].n > 0;
        unit = unknown ? UNIT_NONE : probe->unit;
        place_context_free(probe);
    }
    if (unit == UNIT_NONE) return false;
    for (uint32_t i = unit; i != UNIT_NONE; i = p->units->v[i].parent)
        say(c, PLACE_OPTION, p->units->v[i].level, p->units->v[i].code, true);
    return true;
}

/* Reads what stands where a unit of that level has to: there 33号 is a building, which in running text it need not be. */
static void read_name(struct place_context *probe, const struct places *p, enum level level, struct str text, size_t *left)
{
    struct buf whole = {0};
    text = str_trim(text);
    buf_str(&whole, text);
    if (level == LEVEL_BUILDING && str_ends(text, STR("号"))) buf_put(&whole, "楼");
    read_text(probe, p, PLACE_TITLE, buf_slice(&whole), left);
    buf_free(&whole);
}

/* Whether the text of one level names, besides, units of the levels above it, and nothing else: 云翠社区3网格12号楼. */
static uint32_t find_spelled_out(const struct places *p, uint32_t within, enum level level, struct str text, struct str date)
{
    struct place_context *probe = mem_zero(1, sizeof *probe);
    size_t left;
    read_name(probe, p, level, text, &left);
    uint32_t unit = UNIT_NONE;
    const struct str *said = probe->said[PLACE_TITLE].text;
    if (left <= 3 && said[level].n) { /* a separator may remain */
        uint32_t cur = within;
        bool ok = true;
        for (int l = LEVEL_COMMUNITY; ok && l <= (int)level; l++) {
            if (!said[l].n) continue;
            /* 第3网格12号楼 where the sheet says grid 3 already: its grid is looked for from the community down */
            uint32_t above =
                cur != UNIT_NONE && (int)p->units->v[cur].level >= l ? units_up(p->units, cur, (enum level)(l - 1)) : cur;
            uint32_t next = units_find(p->units, l == LEVEL_COMMUNITY ? UNIT_NONE : above, (enum level)l, said[l], date, NULL);
            ok = next != UNIT_NONE &&
                 (within == UNIT_NONE || units_inside(p->units, next, within) || units_inside(p->units, within, next));
            cur = next;
        }
        if (ok) unit = cur;
    }
    place_context_free(probe);
    return unit;
}

static bool ends_with_any(struct str s, const char *const *words)
{
    for (; *words; words++)
        if (str_ends(s, str_of(*words))) return true;
    return false;
}

/* Is what stands before the name of a community only what lies above it: 平阴县榆山街道, 榆山-, 社区: ? */
static bool is_above(const struct places *p, struct str s)
{
    static const char *const MARKS[] = {"-", "/", ":", ",", "、", "·", "—", NULL};
    static const char *const ENDS[] = {"省", "市", "县", "区", "街道", "镇", "乡", "办事处", "街道办", "社区", "村居", NULL};
    while (s.n && ends_with_any(s, MARKS)) s.n -= (unsigned char)s.s[s.n - 1] < 0x80 ? 1 : str_ends(s, STR("·")) ? 2 : 3;
    if (!s.n || ends_with_any(s, ENDS)) return true;
    bool is = false;
    struct buf name = {0};
    const struct unit *root = p->root == UNIT_NONE ? NULL : &p->units->v[p->root];
    for (size_t k = 0; root && !is && k <= root->n_aliases; k++) {
        fold(&name, k ? root->aliases[k - 1] : root->name);
        is = str_eq(buf_slice(&name), s);
    }
    buf_free(&name);
    return is;
}

/* 云翠-3, 云翠社区三, 云翠/3网格: where a grid has to stand, the community and a bare number are its grid of that number. */
static uint32_t find_grid_after(const struct places *p, uint32_t within, struct str text, struct str date)
{
    static const char *const LINKS[] = {"社区", "-", "/", "_", "·", "—", "–", "第", ":", ",", ".", "、", NULL};
    struct buf b = {0};
    fold(&b, text);
    size_t at = 0, length = 0, n, digits = 0;
    uint32_t unit = UNIT_NONE, community = community_in(p, buf_slice(&b), &at, &length);
    struct str rest = community == UNIT_NONE ? (struct str){NULL, 0} : str_from(buf_slice(&b), at + length);
    while ((n = words_begin(rest, LINKS))) rest = str_from(rest, n);
    while (digits < rest.n && rest.s[digits] >= '0' && rest.s[digits] <= '9') digits++;
    struct str kind = str_from(rest, digits);
    if (digits && (!kind.n || str_is(kind, "号") || str_is(kind, "#") || str_is(kind, "格")) &&
        is_above(p, str_head(buf_slice(&b), at)) &&
        (within == UNIT_NONE || units_inside(p->units, community, within) || units_inside(p->units, within, community)))
        unit = units_find(p->units, community, LEVEL_GRID, str_head(rest, digits), date, NULL);
    buf_free(&b);
    return unit;
}

/* 榆山街道云翠社区居委会: the community named in a text that says nothing else but what lies above it. */
static uint32_t find_below(const struct places *p, struct str text)
{
    static const char *const ENDS[] = {"社区",           "居委会", "居民委员会", "社区居委会", "社区居民委员会", "村委会", "服务站",
                                       "退役军人服务站", "村",     "小区",       NULL};
    struct buf b = {0};
    fold(&b, text);
    size_t at = 0, length = 0;
    uint32_t unit = community_in(p, buf_slice(&b), &at, &length);
    if (unit != UNIT_NONE) {
        struct str after = str_from(buf_slice(&b), at + length);
        bool good = !after.n;
        for (const char *const *w = ENDS; *w && !good; w++) good = str_is(after, *w);
        if (!good || !is_above(p, str_head(buf_slice(&b), at))) unit = UNIT_NONE;
    }
    buf_free(&b);
    return unit;
}

/* 榆山街道, 平阴县榆山街道办事处, where a community has to stand: no community, but nothing unknown either. */
static uint32_t find_station(const struct places *p, struct str text, struct str date)
{
    static const char *const ABOVE[] = {"省", "市", "县", "区", NULL};
    uint32_t unit = units_find(p->units, UNIT_NONE, LEVEL_STATION, text, date, NULL);
    for (size_t i = 0; unit == UNIT_NONE && i < text.n;) {
        text_next(text, &i);
        if (ends_with_any(str_head(text, i), ABOVE))
            unit = units_find(p->units, UNIT_NONE, LEVEL_STATION, str_from(text, i), date, NULL);
    }
    return unit;
}

/* 锦东小区5号楼2单元301, 5-2-301: the building in an address, when it has one of that number only and no other place is named. */
static uint32_t find_in_address(const struct places *p, uint32_t within, struct str text, struct str date)
{
    static const char *const OTHER[] = {"社区", "网格", "村", "街道", "居委会", NULL};
    struct buf b = {0}, name = {0};
    fold(&b, text);
    struct str before, number = spelling_building(buf_slice(&b), &before);
    uint32_t unit = UNIT_NONE;
    bool other = false;
    size_t at, length;
    for (size_t i = 0; i < before.n; i++) other |= (unsigned char)before.s[i] < 0x80;
    for (const char *const *w = OTHER; *w && !other; w++) other = str_find(before, str_of(*w), &at);
    if (number.n && !other) {
        uint32_t community = community_in(p, before, &at, &length);
        if (community == UNIT_NONE || within == UNIT_NONE || units_inside(p->units, within, community)) {
            buf_str(&name, number);
            buf_put(&name, "号楼");
            unit = units_find(p->units, community != UNIT_NONE && within == UNIT_NONE ? community : within, LEVEL_BUILDING,
                              buf_slice(&name), date, NULL);
        }
    }
    buf_free(&b);
    buf_free(&name);
    return unit;
}

/* ---- a text, looked for ---- */

/* Ways of finding a text that lead to no unit, whichever it is looked for in. */
enum { NEVER_PLAIN = 1, NEVER_SPELLED_OUT = 2, NEVER_ADDRESS = 4, TEXT_KNOWN = 8 };

static bool spells_out(const struct places *p, enum level level, struct str text, struct str date)
{
    struct place_context *probe = mem_zero(1, sizeof *probe);
    size_t left;
    read_name(probe, p, level, text, &left);
    struct str said = probe->said[PLACE_TITLE].text[level];
    bool may = left <= 3 && said.n && units_named(p->units, level, said, date);
    place_context_free(probe);
    return may;
}

static bool has_address(const struct places *p, struct str folded, struct str date)
{
    struct buf b = {0}, name = {0};
    spelling_numbers(&b, folded);
    struct str before, number = spelling_building(buf_slice(&b), &before);
    buf_str(&name, number);
    buf_put(&name, "号楼");
    bool may = number.n && units_named(p->units, LEVEL_BUILDING, buf_slice(&name), date);
    buf_free(&b);
    buf_free(&name);
    return may;
}

bool place_names_unit(const struct places *p, enum level level, struct str text)
{
    struct str always = {NULL, 0};
    if (!p->units || !text.n) return false;
    return units_named(p->units, level, text, always) || spells_out(p, level, text, always) ||
           (level == LEVEL_BUILDING && has_address(p, text, always));
}

static unsigned never_of(const struct places *p, struct place_memo *m, enum level level, struct str text, struct str date)
{
    enum { LONGEST = 200 };
    char key[LONGEST + 1];
    if (!m || text.n > LONGEST) return 0;
    key[0] = (char)level;
    memcpy(key + 1, text.s, text.n);
    struct map_entry *e = map_at(&m->texts, (struct str){key, text.n + 1}, NULL);
    if (e->value) return (unsigned)e->value;
    unsigned never = TEXT_KNOWN;
    struct buf folded = {0};
    spelling_fold(&folded, text);
    if (units_code(p->units, str_trim(text)) == UNIT_NONE && !units_named(p->units, level, buf_slice(&folded), date))
        never |= NEVER_PLAIN;
    if ((never & NEVER_PLAIN) && !spells_out(p, level, text, date)) never |= NEVER_SPELLED_OUT;
    if ((never & NEVER_PLAIN) && level == LEVEL_BUILDING && !has_address(p, buf_slice(&folded), date)) never |= NEVER_ADDRESS;
    buf_free(&folded);
    e->value = never;
    return never;
}

static uint32_t look_for_text(const struct places *p, uint32_t within, enum level level, struct str text, struct str date,
                              struct buf *nearest, unsigned never)
{
    uint32_t unit = UNIT_NONE;
    if (nearest || !(never & NEVER_PLAIN)) unit = units_find(p->units, within, level, text, date, nearest);
    if (unit == UNIT_NONE && !(never & NEVER_SPELLED_OUT)) unit = find_spelled_out(p, within, level, text, date);
    if (unit == UNIT_NONE && level == LEVEL_COMMUNITY) {
        unit = find_below(p, text);
        if (unit != UNIT_NONE && !(units_inside(p->units, unit, within) && units_open_on(p->units, unit, date))) unit = UNIT_NONE;
        if (unit == UNIT_NONE) unit = find_station(p, text, date);
    }
    if (unit == UNIT_NONE && level == LEVEL_GRID) unit = find_grid_after(p, within, text, date);
    if (unit != UNIT_NONE || level != LEVEL_BUILDING || (never & NEVER_ADDRESS)) return unit;
    return find_in_address(p, within, text, date);
}

/* Without what people write around a name: 楼号：12, 12号楼（共48户）, 3网格 王某, 12.0. */
static struct str plainer(struct str text)
{
    struct str s = str_trim(text);
    size_t at;
    if (str_find(s, STR("："), &at)) s = str_trim(str_from(s, at + 3));
    else if (str_find(s, STR(":"), &at)) s = str_trim(str_from(s, at + 1));
    for (size_t i = 3; i < s.n; i++) {
        struct str rest = str_from(s, i);
        bool blank = rest.s[0] == ' ' || str_starts(rest, STR("　"));
        bool number = false;
        for (size_t k = 0; k < rest.n; k++) number |= rest.s[k] >= '0' && rest.s[k] <= '9';
        if (!(rest.s[0] == '(' || str_starts(rest, STR("（")) || (blank && !number))) continue;
        s = str_trim(str_head(s, i));
        break;
    }
    return str_ends(s, STR(".0")) && s.n > 2 ? str_head(s, s.n - 2) : s;
}

static uint32_t look_for(const struct places *p, uint32_t within, enum level level, struct str text, struct str date,
                         struct buf *nearest, unsigned never)
{
    uint32_t unit = look_for_text(p, within, level, text, date, nearest, never);
    struct str plain = unit == UNIT_NONE ? plainer(text) : text;
    if (plain.n && plain.n < text.n) unit = look_for_text(p, within, level, plain, date, NULL, 0);
    return unit;
}

/* The same with a memo, which may be NULL; `date` is the same for all that is in it. */
static uint32_t find(const struct places *p, struct place_memo *m, uint32_t within, enum level level, struct str text,
                     struct str date, struct buf *nearest)
{
    enum { LONGEST = 200, MOST = 4096 };
    char key[LONGEST + sizeof within + 1];
    if (!m || text.n > LONGEST) return look_for(p, within, level, text, date, nearest, 0);
    if (m->within.n >= MOST || m->texts.n >= MOST) place_memo_free(m);
    memcpy(key, &within, sizeof within);
    key[sizeof within] = (char)level;
    memcpy(key + sizeof within + 1, text.s, text.n);
    bool is_new;
    struct map_entry *e = map_at(&m->within, (struct str){key, text.n + sizeof within + 1}, &is_new);
    if (!is_new) return (uint32_t)e->value - 1;
    uint32_t unit = look_for(p, within, level, text, date, nearest, never_of(p, m, level, text, date));
    e->value = (uint32_t)(unit + 1);
    return unit;
}

void place_memo_free(struct place_memo *m)
{
    map_free(&m->within);
    map_free(&m->texts);
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
            uint32_t unit = find(p, NULL, c->unit, (enum level)l, text, c->survey_date, &nearest);
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
        uint32_t unit = find(p, m, within, (enum level)l, typed[l], c->survey_date, NULL);
        if (unit == UNIT_NONE && cur == UNIT_NONE && within != UNIT_NONE && l > LEVEL_COMMUNITY) {
            /* the sheet's grid may not be the row's */
            uint32_t community = units_up(p->units, within, LEVEL_COMMUNITY);
            if (community != UNIT_NONE && community != within)
                unit = find(p, m, community, (enum level)l, typed[l], c->survey_date, NULL);
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
    units_find(p->units, found->within[l], l, found->typed[l], c->survey_date, &nearest);
    found->nearest[l] = str_copy(a, buf_slice(&nearest));
    found->asked[l] = true;
    buf_free(&nearest);
    return found->nearest[l];
}
