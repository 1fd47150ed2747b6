#include "rollup/coverage.h"

#include <stdlib.h>

#include "base/mask.h"
#include "rollup/decimal.h"
#include "rollup/rollup.h"

static const char *const NAMES[STATE_COUNT][2] = {
    {"未交", "missing"}, {"退回", "returned"}, {"迟交", "late"}, {"零报告", "nil"}, {"已交", "handed-in"}};

const char *state_name(enum state s)
{
    return NAMES[s][0];
}

const char *state_column(enum state s)
{
    static const char *const COLUMNS[STATE_COUNT] = {"missing", "returned", "late", "nil", "handed_in"};
    return COLUMNS[s];
}

bool state_of(struct str word, enum state *out)
{
    for (int i = 0; i < STATE_COUNT; i++) {
        if (!str_is(word, NAMES[i][0]) && !str_is(word, NAMES[i][1])) continue;
        *out = (enum state)i;
        return true;
    }
    return false;
}

static uint64_t number(struct str s)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n && s.s[i] >= '0' && s.s[i] <= '9'; i++) v = v * 10 + (uint64_t)(s.s[i] - '0');
    return v;
}

struct return_columns {
    int unit, kind, at, accepted, open;
};

static void note_return(struct covered *c, const struct str *v, const struct return_columns *k, bool *nil)
{
    if (str_is(v[k->kind], "nil")) *nil = true;
    c->accepted += number(v[k->accepted]);
    c->open += number(v[k->open]);
    struct str at = str_head(v[k->at], sizeof c->first - 1);
    if (c->first[0] && str_cmp(str_of(c->first), at) <= 0) return;
    memcpy(c->first, at.s, at.n);
    c->first[at.n] = 0;
}

static enum state judge(const struct covered *c, bool nil, struct str deadline)
{
    if (!c->first[0]) return STATE_MISSING;
    if (c->open) return STATE_RETURNED;
    if (deadline.n && str_cmp(str_head(str_of(c->first), deadline.n), deadline) > 0) return STATE_LATE;
    return nil && !c->accepted ? STATE_NIL : STATE_HANDED_IN;
}

/* Is there an open unit below?  Then this one is the sum of them. */
static bool has_open_child(const struct units *u, uint32_t i, struct str date)
{
    for (uint32_t c = u->v[i].first_child; c != UNIT_NONE; c = u->v[c].next_sibling)
        if (units_open_on(u, c, date)) return true;
    return false;
}

static void add_up(struct coverage *c)
{
    const struct units *u = c->units;
    for (uint32_t i = (uint32_t)u->n; i--;) { /* children stand after their parents */
        struct covered *v = &c->v[i];
        if (!v->total) continue;
        if (!v->expected) {
            v->state = STATE_HANDED_IN;
            if (v->counts[STATE_NIL] == v->total) v->state = STATE_NIL;
            for (int s = STATE_LATE; s >= 0; s--)
                if (v->counts[s]) v->state = (enum state)s;
        }
        if (u->v[i].parent == UNIT_NONE) continue;
        struct covered *up = &c->v[u->v[i].parent];
        for (int s = 0; s < STATE_COUNT; s++) up->counts[s] += v->counts[s];
        up->total += v->total;
        up->accepted += v->accepted;
        up->open += v->open;
    }
}

struct coverage *coverage_make(const struct units *u, struct rows *returns, struct str period, struct str deadline)
{
    struct coverage *c = mem_zero(1, sizeof *c);
    c->units = u;
    c->period = period;
    c->v = mem_zero(u->n, sizeof *c->v);
    bool *nil = mem_zero(u->n, sizeof *nil);
    const struct columns *names = &returns->columns;
    struct return_columns k = {columns_find(names, STR("unit")), columns_find(names, STR("kind")), columns_find(names, STR("at")),
                               columns_find(names, STR("accepted")), columns_find(names, STR("open"))};
    struct row_cursor cursor = {.rows = returns};
    for (struct str *v; (v = rows_next(&cursor));) {
        uint32_t i = units_code(u, v[k.unit]);
        if (i != UNIT_NONE) note_return(&c->v[i], v, &k, &nil[i]);
    }
    bool ok = rows_done(&cursor);
    char end[11];
    struct str date = rollup_month_end(period, end);
    for (uint32_t i = 0; i < u->n; i++) {
        struct covered *v = &c->v[i];
        v->expected = units_open_on(u, i, date) && !has_open_child(u, i, date);
        if (!v->expected) continue;
        v->state = judge(v, nil[i], deadline);
        v->counts[v->state] = v->total = 1;
    }
    free(nil);
    add_up(c);
    if (ok) return c;
    coverage_free(c);
    return NULL;
}

void coverage_free(struct coverage *c)
{
    if (!c) return;
    free(c->v);
    free(c);
}

static int worst_first(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void put_unit(struct result *r, const struct coverage *c, uint32_t i)
{
    const struct unit *u = &c->units->v[i];
    const struct covered *v = &c->v[i];
    struct str *l = result_line(r, LINE_PLAIN);
    l[0] = result_text(r, c->period);
    l[1] = str_of(level_name(u->level));
    l[2] = result_text(r, u->code);
    l[3] = result_text(r, u->name);
    l[4] = str_of(state_name(v->state));
    l[5] = result_text(r, u->leader);
    l[6] = result_text(r, u->phone);
    l[7] = result_number(r, v->total);
    for (int s = 0; s < STATE_COUNT; s++) l[8 + s] = result_number(r, v->counts[s]);
    struct buf b = {0};
    decimal_percent(&b, v->total - v->counts[STATE_MISSING], v->total);
    l[13] = result_text(r, buf_slice(&b));
    buf_free(&b);
    l[14] = result_number(r, (int64_t)v->accepted);
    l[15] = result_number(r, (int64_t)v->open);
}

struct result *coverage_result(const struct coverage *c, enum level level)
{
    static const struct named_column COLUMNS[] = {
        {"period", "月份", COLUMN_CODE},     {"level", "级别", COLUMN_CODE},        {"unit", "单位编码", COLUMN_CODE},
        {"name", "单位", COLUMN_TEXT},       {"state", "状态", COLUMN_CODE},        {"leader", "负责人", COLUMN_TEXT},
        {"phone", "联系电话", COLUMN_CODE},  {"expected", "应报", COLUMN_COUNT},    {"missing", "未交", COLUMN_COUNT},
        {"returned", "退回", COLUMN_COUNT},  {"late", "迟交", COLUMN_COUNT},        {"nil", "零报告", COLUMN_COUNT},
        {"handed_in", "已交", COLUMN_COUNT}, {"percent", "上报率", COLUMN_PERCENT}, {"records", "收到人数", COLUMN_COUNT},
        {"open", "待改行数", COLUMN_COUNT}};
    struct result *r = result_new();
    result_columns(r, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    uint64_t *order = mem_zero(c->units->n, sizeof *order);
    size_t n = 0;
    /* Level, state, then the units' own order, in one number. */
    for (uint32_t i = 0; i < c->units->n; i++)
        if (c->v[i].total && (level == LEVEL_COUNT || c->units->v[i].level == level))
            order[n++] = (uint64_t)c->units->v[i].level << 40 | (uint64_t)c->v[i].state << 32 | i;
    qsort(order, n, sizeof *order, worst_first);
    for (size_t i = 0; i < n; i++) put_unit(r, c, (uint32_t)order[i]);
    free(order);
    return r;
}

/* 云翠社区 第3网格 12号楼 */
static void full_name(struct buf *b, const struct units *u, uint32_t i)
{
    for (int l = LEVEL_COMMUNITY; l <= (int)u->v[i].level; l++) {
        uint32_t up = units_up(u, i, (enum level)l);
        if (up == UNIT_NONE) continue;
        if (b->n) buf_char(b, ' ');
        buf_str(b, u->v[up].name);
    }
}

size_t coverage_require(const struct coverage *c, enum state least, struct diag *d)
{
    size_t n = 0;
    for (uint32_t i = 0; i < c->units->n; i++) {
        const struct covered *v = &c->v[i];
        if (!v->expected || v->state >= least) continue;
        n++;
        struct buf name = {0}, phone = {0};
        full_name(&name, c->units, i);
        mask_write(&phone, PROFILE_INTERNAL, MASK_PHONE, c->units->v[i].phone);
        struct buf leader = {0};
        buf_str(&leader, c->units->v[i].leader);
        diag_add(d, DIAG_COVERAGE_LACKS, NULL, buf_text(&name), state_name(v->state), leader.n ? buf_text(&leader) : "?",
                 phone.n ? buf_text(&phone) : "?", NULL);
        buf_free(&name);
        buf_free(&phone);
        buf_free(&leader);
    }
    return n;
}
