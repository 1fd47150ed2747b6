/* What a text names: labels with their values, and the names of units in running words. */
#include <stdlib.h>

#include "base/text.h"
#include "ledger/labels.h"
#include "ledger/place_own.h"
#include "ledger/spelling.h"

void place_fold(struct buf *out, struct str s)
{
    struct buf folded = {0};
    spelling_fold(&folded, s);
    out->n = 0;
    spelling_numbers(out, buf_slice(&folded));
    buf_free(&folded);
}

/* Of what a name begins with; every name has three bytes and more. */
static unsigned beginning(const char *s)
{
    uint32_t h = ((uint32_t)(uint8_t)s[0] << 16 | (uint32_t)(uint8_t)s[1] << 8 | (uint8_t)s[2]) * 0x9E3779B1u;
    return h >> 20;
}

static void add_beginning(uint64_t begins[PLACE_BEGINS], const char *s)
{
    unsigned b = beginning(s);
    begins[b >> 6] |= 1ull << (b & 63);
}

/* Does any of the names that begin so perhaps stand in a text? */
static bool may_name(const uint64_t begins[PLACE_BEGINS], struct str folded)
{
    for (size_t i = 0; i + 3 <= folded.n; i++) {
        if (((unsigned char)folded.s[i] & 0xC0) == 0x80) continue;
        unsigned b = beginning(folded.s + i);
        if (begins[b >> 6] >> (b & 63) & 1) return true;
    }
    return false;
}

static void add_place(struct places *p, size_t *cap, uint32_t unit, struct str name)
{
    struct buf b = {0};
    place_fold(&b, name);
    if (b.n >= 6) { /* one character is no name to look for */
        size_t caps = *cap;
        mem_grow(&p->folded, cap, p->n + 1, sizeof *p->folded);
        mem_grow(&p->unit, &caps, p->n + 1, sizeof *p->unit);
        p->folded[p->n] = str_copy(&p->memory, buf_slice(&b));
        add_beginning(p->begins, b.s);
        p->unit[p->n++] = unit;
    }
    buf_free(&b);
}

/* The name of a grid or a building, if there is no number in it. */
static void add_name(struct places *p, size_t *cap, uint32_t unit)
{
    struct buf b = {0};
    place_fold(&b, p->units->v[unit].name);
    size_t from = 0;
    struct spelling_number number;
    if (b.n >= 3 && text_length(buf_slice(&b)) >= 2 && !spelling_next(buf_slice(&b), &from, &number)) {
        mem_grow(&p->names, cap, p->n_names + 1, sizeof *p->names);
        add_beginning(p->name_begins, b.s);
        p->names[p->n_names++] = (struct place_name){str_copy(&p->memory, buf_slice(&b)), unit, p->units->v[unit].level};
    }
    buf_free(&b);
}

/* The whole name of a station, 榆山街道退役军人服务站: 榆山街道 in a title names only where all the buildings are. */
enum { WHOLE_STATION = 6 };

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
        bool told = u->v[i].level == LEVEL_STATION && text_length(u->v[i].name) >= WHOLE_STATION;
        if (told || u->v[i].level > LEVEL_COMMUNITY) add_name(p, &named, i);
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

void place_say(struct place_context *c, enum place_source source, enum level level, struct str text, bool labelled)
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
    if (level_of_role(w->schema->fields[field].role, &level)) place_say(c, PLACE_PREAMBLE, level, value, true);
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

uint32_t place_community(const struct places *p, struct str folded, size_t *at, size_t *length)
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
        if (units_named(p->units, UNIT_NONE, n->level, name, always)) whole = name;
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

/* 填报单位:榆山街道办事处, 榆山街道退役军人服务站走访慰问台账: what is of the station itself. */
static void read_station(struct place_context *c, const struct places *p, enum place_source source, struct str folded)
{
    size_t at;
    const struct place_name *whole = named_in(p, LEVEL_STATION, UNIT_NONE, folded, &at);
    struct str name = whole ? whole->folded : (struct str){NULL, 0};
    const char *colon = memchr(folded.s, ':', folded.n);
    struct str label = str_head(folded, colon ? (size_t)(colon - folded.s) : 0);
    if (str_ends(label, STR("盖章")) || str_ends(label, STR("公章"))) label.n -= strlen("盖章"); /* its brackets are gone */
    if (!whole && text_is_sender(label)) {
        struct str said = str_from(folded, (size_t)(colon - folded.s) + 1);
        if (units_find(p->units, UNIT_NONE, LEVEL_STATION, said, (struct str){NULL, 0}, NULL) != UNIT_NONE) name = said;
    }
    place_say(c, source, LEVEL_STATION, name, false);
}

void place_read_all(struct place_context *c, const struct places *p, enum place_source source, struct str text, size_t *left)
{
    struct buf b = {0};
    place_fold(&b, spelling_after_ordinal(text, false));
    struct str folded = buf_slice(&b);
    size_t understood = 0, at = 0, length = 0;
    uint32_t community = p->units ? place_community(p, folded, &at, &length) : UNIT_NONE;
    if (community != UNIT_NONE) {
        place_say(c, source, LEVEL_COMMUNITY, p->units->v[community].name, false);
        understood += length;
    } else if (p->units && folded.n) {
        read_station(c, p, source, folded);
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
        if (mentions[l].text.n) {
            if (!mentions[l].several) place_say(c, source, (enum level)l, mentions[l].text, false);
        } else if (name) {
            place_say(c, source, (enum level)l, name->folded, false);
            understood += name->folded.n;
        }
    }
    *left = folded.n > understood ? folded.n - understood : 0;
    buf_free(&b);
}

void place_read_text(struct place_context *c, const struct places *p, enum place_source source, struct str text)
{
    size_t left;
    place_read_all(c, p, source, text, &left);
    if (source != PLACE_SHEET) return;
    struct buf b = {0};
    place_fold(&b, text);
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
        if (words && (units_named(p->units, UNIT_NONE, LEVEL_BUILDING, name, always) ||
                      units_named(p->units, UNIT_NONE, LEVEL_GRID, name, always)))
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
    place_fold(&b, buf_slice(&own));
    buf_free(&own);
    struct str s = after_ordinal(buf_slice(&b));
    size_t at = 0, length = 0, end = 0;
    bool named = p->units && place_community(p, s, &at, &length) != UNIT_NONE && at <= 12; /* 榆山街道云翠社区 */
    if (named) end = at + length;
    /* each next name or number stands right after what came before it, but for a mark */
    for (size_t more; end < s.n && (more = unit_length(p, str_from(s, end))); end += more) named = true;
    rest->n = 0;
    if (named) buf_str(rest, after_count(str_from(s, end)));
    buf_free(&b);
    return named;
}
