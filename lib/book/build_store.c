#include <stdlib.h>

#include "book/build.h"
#include "rollup/coverage.h"
#include "rollup/places.h"

/* Tables that only the store can fill: coverage, quality, what has to go back, movement, proofs. */

static struct block *finish(struct building *b, struct content_sheet *s, const struct table_spec *t, struct result *r)
{
    struct block *block = content_block(s, r);
    block->heading = t->heading;
    static const char *const HIDDEN[] = {"period", "level", "unit", "flag", "record"}; /* by which --explain knows a line */
    for (size_t i = 0; i < sizeof HIDDEN / sizeof *HIDDEN; i++) block_hide(block, HIDDEN[i]);
    build_trimmings(b, block, t, 0, 0);
    return block;
}

/* A last line with the sums of the columns of counts. */
static void add_total(struct result *r, size_t label)
{
    if (!r->n) return;
    int64_t *sums = mem_zero(r->n_columns, sizeof *sums);
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->n_columns; k++) {
            decimal v;
            if (decimal_parse(r->lines[i].values[k], &v)) sums[k] += (int64_t)(v / 1000000000);
        }
    struct str *v = result_line(r, LINE_TOTAL);
    for (size_t k = 0; k < r->n_columns; k++)
        if (r->columns[k].kind == COLUMN_COUNT || r->columns[k].kind == COLUMN_CHANGE) v[k] = result_number(r, sums[k]);
    v[label] = STR("合计");
    free(sums);
}

/* Columns of coverage_result. */
enum { C_NAME = 3, C_STATE, C_LEADER, C_PHONE, C_EXPECTED, C_MISSING, C_HANDED_IN = C_MISSING + 4, C_PERCENT };

static bool build_coverage(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct coverage *c = station_coverage(b->source->of, b->period, b->as_of);
    if (!c) return false;
    enum level level = t->level >= 0 && t->level < LEVEL_COUNT ? (enum level)t->level : LEVEL_COMMUNITY;
    struct result *r = coverage_result(c, level);
    coverage_free(c);
    r->columns[C_NAME].title = level_title(level);
    if (t->total) {
        add_total(r, C_NAME);
        struct str *v = r->n ? r->lines[r->n - 1].values : NULL;
        decimal expected, missing;
        if (v && decimal_parse(v[C_EXPECTED], &expected) && decimal_parse(v[C_MISSING], &missing)) {
            b->text.n = 0;
            decimal_percent(&b->text, (uint64_t)((expected - missing) / 1000000000), (uint64_t)(expected / 1000000000));
            v[C_PERCENT] = result_text(r, buf_slice(&b->text));
        }
    }
    places_before(r, C_NAME, 2, b->source->units, level);
    struct block *block = content_block(s, r);
    block->heading = t->heading;
    static const char *const HIDDEN[] = {"period", "level", "unit", "leader", "phone"};
    for (size_t i = 0; i < sizeof HIDDEN / sizeof *HIDDEN; i++) block_hide(block, HIDDEN[i]);
    build_trimmings(b, block, t, 0, 0);
    return true;
}

/* Units that have not handed in, or have rows to mend: whom to call. */
static bool build_silent(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct coverage *c = station_coverage(b->source->of, b->period, b->as_of);
    if (!c) return false;
    struct result *r = result_new();
    places_columns(r);
    static const struct named_column COLUMNS[] = {{"state", "状态", COLUMN_CODE},     {"leader", "楼长(负责人)", COLUMN_TEXT},
                                                  {"phone", "联系电话", COLUMN_CODE}, {"grid_leader", "网格长", COLUMN_TEXT},
                                                  {"open", "待改行数", COLUMN_COUNT}, {"level", NULL, COLUMN_CODE},
                                                  {"unit", NULL, COLUMN_CODE}};
    result_columns(r, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    const struct units *u = b->source->units;
    for (uint32_t i = 0; i < u->n; i++) {
        const struct covered *v = &c->v[i];
        if (!v->expected || v->state >= STATE_NIL) continue;
        struct str *l = result_line(r, v->state == STATE_MISSING ? LINE_BAD : LINE_PLAIN);
        places_put(r, l, u, i);
        l[3] = str_of(state_name(v->state));
        l[4] = result_text(r, u->v[i].leader);
        l[5] = result_text(r, u->v[i].phone);
        uint32_t grid = units_up(u, i, LEVEL_GRID);
        if (grid != UNIT_NONE && grid != i) l[6] = result_text(r, u->v[grid].leader);
        if (v->open) l[7] = result_number(r, (int64_t)v->open);
        l[8] = str_of(level_name(u->v[i].level));
        l[9] = result_text(r, u->v[i].code);
    }
    coverage_free(c);
    struct block *block = finish(b, s, t, r);
    block->numbered = block->filter = true;
    if (!r->n) block_note(b->content, block, STR("各楼栋均已上报，没有缺漏。"));
    return true;
}

static struct str label_of(const struct building *b, struct str code)
{
    if (str_starts(code, STR("rule:"))) {
        const struct schema *l = b->source->schema;
        for (size_t i = 0; l && i < l->n_rules; i++)
            if (str_eq(l->rules[i].name, str_from(code, 5))) return l->rules[i].message;
    }
    const struct map_entry *e = map_find(&b->report->labels, code);
    return e ? b->report->label_texts[e->value] : code;
}

struct code_count {
    struct str field, code;
    uint64_t count;
    uint64_t *by_unit; /* of the communities, in their order */
};

static int more_first(const void *a, const void *b)
{
    const struct code_count *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    int c = str_cmp(x->field, y->field);
    return c ? c : str_cmp(x->code, y->code);
}

enum { FEW_COMMUNITIES = 8 };

/* What a column counts, for --explain. */
static void column_of(struct result *r, size_t column, struct str of)
{
    r->columns[column].pivoted = true;
    r->columns[column].of = result_text(r, of);
}

static struct str flag_text(struct building *b, struct result *r, const struct code_count *c)
{
    b->text.n = 0;
    buf_str(&b->text, c->field);
    buf_char(&b->text, ':');
    buf_str(&b->text, c->code);
    return result_text(r, buf_slice(&b->text));
}

/* What is wrong in the rows, the communities in the columns. */
static struct result *quality_by_code(struct building *b, const struct code_count *counts, size_t n, size_t n_places)
{
    const struct units *u = b->source->units;
    struct result *r = result_new();
    result_column(r, STR("field"), STR("项目"), COLUMN_TEXT);
    result_column(r, STR("code"), STR("问题"), COLUMN_TEXT);
    for (uint32_t i = 0; i < u->n; i++)
        if (u->v[i].level == LEVEL_COMMUNITY)
            column_of(r, result_column(r, u->v[i].name, (struct str){0}, COLUMN_COUNT), u->v[i].code);
    result_column(r, STR("count"), STR("合计"), COLUMN_COUNT);
    result_column(r, STR("flag"), (struct str){0}, COLUMN_CODE);
    for (size_t i = 0; i < n; i++) {
        struct str *l = result_line(r, LINE_PLAIN);
        l[0] = result_text(r, building_title(b, counts[i].field));
        l[1] = result_text(r, label_of(b, counts[i].code));
        for (size_t k = 0; k < n_places; k++) l[2 + k] = result_number(r, (int64_t)counts[i].by_unit[k]);
        l[2 + n_places] = result_number(r, (int64_t)counts[i].count);
        l[3 + n_places] = flag_text(b, r, &counts[i]);
    }
    return r;
}

/* The other way round: many communities would not stand side by side on a page. */
static struct result *quality_by_unit(struct building *b, const struct code_count *counts, size_t n, size_t n_places)
{
    const struct units *u = b->source->units;
    struct result *r = result_new();
    result_column(r, STR("name"), STR("社区"), COLUMN_TEXT);
    for (size_t i = 0; i < n; i++) {
        struct buf name = {0}, title = {0};
        buf_str(&name, counts[i].field);
        buf_char(&name, ':');
        buf_str(&name, counts[i].code);
        buf_str(&title, building_title(b, counts[i].field));
        buf_char(&title, '\n');
        buf_str(&title, label_of(b, counts[i].code));
        column_of(r, result_column(r, buf_slice(&name), buf_slice(&title), COLUMN_COUNT), buf_slice(&name));
        buf_free(&name);
        buf_free(&title);
    }
    result_column(r, STR("count"), STR("合计"), COLUMN_COUNT);
    result_column(r, STR("unit"), (struct str){0}, COLUMN_CODE);
    size_t place = 0;
    for (uint32_t i = 0; i <= u->n; i++) {
        uint64_t sum = 0;
        if (i < u->n && u->v[i].level != LEVEL_COMMUNITY) continue;
        size_t at = i < u->n ? place++ : n_places;
        for (size_t k = 0; k < n; k++) sum += counts[k].by_unit[at];
        if (i == u->n && !sum) break; /* nothing stands outside the communities */
        struct str *l = result_line(r, LINE_PLAIN);
        l[0] = i < u->n ? result_text(r, u->v[i].name) : STR("社区不明");
        for (size_t k = 0; k < n; k++) l[1 + k] = result_number(r, (int64_t)counts[k].by_unit[at]);
        l[1 + n] = result_number(r, (int64_t)sum);
        if (i < u->n) l[2 + n] = u->v[i].code;
    }
    return r;
}

/* Flags by what is wrong (rows) and community (columns), most first. */
static bool build_quality(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    const struct units *u = b->source->units;
    struct rows *rows = store_codes(b->source->of->store, b->source->schema, b->as_of);
    if (!rows) return false;
    uint32_t *place = mem_zero(u->n, sizeof *place);
    size_t n_places = 0;
    for (uint32_t i = 0; i < u->n; i++)
        if (u->v[i].level == LEVEL_COMMUNITY) place[i] = (uint32_t)n_places++;
    struct map keys = {0};
    struct code_count *counts = NULL;
    size_t cap = 0;
    struct arena memory = {0};
    int c_unit = columns_find(&rows->columns, STR("unit")), c_field = columns_find(&rows->columns, STR("field")),
        c_code = columns_find(&rows->columns, STR("code")), c_count = columns_find(&rows->columns, STR("count"));
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; (v = rows_next(&cursor));) {
        b->text.n = 0;
        buf_str(&b->text, v[c_field]);
        buf_char(&b->text, ':');
        buf_str(&b->text, v[c_code]);
        bool fresh;
        struct map_entry *e = map_at(&keys, buf_slice(&b->text), &fresh);
        if (fresh) {
            e->value = keys.n - 1;
            mem_grow(&counts, &cap, keys.n, sizeof *counts);
            counts[e->value] = (struct code_count){str_copy(&memory, v[c_field]), str_copy(&memory, v[c_code]), 0,
                                                   arena_zero(&memory, n_places + 1, sizeof(uint64_t))};
        }
        decimal n = 0;
        decimal_parse(v[c_count], &n);
        uint32_t unit = units_code(u, v[c_unit]), community = unit == UNIT_NONE ? UNIT_NONE : units_up(u, unit, LEVEL_COMMUNITY);
        counts[e->value].count += (uint64_t)(n / 1000000000);
        counts[e->value].by_unit[community == UNIT_NONE ? n_places : place[community]] += (uint64_t)(n / 1000000000);
    }
    bool ok = rows_done(&cursor);
    rows_close(rows);
    if (keys.n) qsort(counts, keys.n, sizeof *counts, more_first);
    struct result *r =
        n_places > FEW_COMMUNITIES ? quality_by_unit(b, counts, keys.n, n_places) : quality_by_code(b, counts, keys.n, n_places);
    add_total(r, 0);
    struct block *block = finish(b, s, t, r);
    block->wrap = true;
    for (size_t k = 0; k + 1 < r->n_columns; k++)
        if (r->columns[k].kind == COLUMN_COUNT) block_condition(block, k, CONDITION_SCALE, 0);
    if (!keys.n) block_note(b->content, block, STR("没有待核实的数据。"));
    free(counts);
    free(place);
    map_free(&keys);
    arena_free(&memory);
    return ok;
}

struct str building_reasons(struct building *b, struct result *r, struct str reasons)
{
    b->text.n = 0;
    while (reasons.n) {
        size_t at, colon;
        if (!str_find(reasons, STR(";"), &at)) at = reasons.n;
        struct str one = str_head(reasons, at);
        reasons = str_from(reasons, at + 1);
        if (b->text.n) buf_put(&b->text, "；");
        if (str_find(one, STR(":"), &colon)) {
            buf_str(&b->text, building_title(b, str_head(one, colon)));
            buf_put(&b->text, "：");
            one = str_from(one, colon + 1);
        }
        buf_str(&b->text, label_of(b, one));
    }
    return result_text(r, buf_slice(&b->text));
}

static bool build_rejects(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct rows *rows = store_rejects(b->source->of->store, b->as_of);
    if (!rows) return false;
    struct result *r = result_new();
    places_columns(r);
    static const struct named_column COLUMNS[] = {{"leader", "楼长", COLUMN_TEXT}, {"phone", "联系电话", COLUMN_CODE},
                                                  {"file", "文件", COLUMN_TEXT},   {"sheet", "工作表", COLUMN_TEXT},
                                                  {"row", "行", COLUMN_CODE},      {"reasons", "退回原因", COLUMN_TEXT}};
    result_columns(r, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    static const char *const NAMES[] = {"file", "sheet", "row", "reasons"};
    int c_unit = columns_find(&rows->columns, STR("unit")), c[4];
    for (int k = 0; k < 4; k++) c[k] = columns_find(&rows->columns, str_of(NAMES[k]));
    const struct units *u = b->source->units;
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; (v = rows_next(&cursor));) {
        struct str *l = result_line(r, LINE_PLAIN);
        uint32_t unit = units_code(u, v[c_unit]);
        if (unit != UNIT_NONE) {
            places_put(r, l, u, unit);
            l[3] = result_text(r, u->v[unit].leader);
            l[4] = result_text(r, u->v[unit].phone);
        }
        for (int k = 0; k < 3; k++) l[5 + k] = result_text(r, v[c[k]]);
        l[8] = building_reasons(b, r, v[c[3]]);
    }
    bool ok = rows_done(&cursor);
    rows_close(rows);
    struct block *block = finish(b, s, t, r);
    block->numbered = block->wrap = block->filter = true;
    if (!r->n) block_note(b->content, block, STR("没有退回待改的行。"));
    return ok;
}

/* Codes of units joined by ';' as places. */
static struct str found_text(struct building *b, struct result *r, struct str codes)
{
    struct buf text = {0};
    while (codes.n) {
        const char *end = memchr(codes.s, ';', codes.n);
        struct str code = end ? str_head(codes, (size_t)(end - codes.s)) : codes;
        codes = str_from(codes, code.n + (end != NULL));
        if (text.n) buf_put(&text, "；");
        buf_str(&text, places_text(r, b->source->units, code));
    }
    struct str t = result_text(r, buf_slice(&text));
    buf_free(&text);
    return t;
}

static bool build_follow_up(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct rows *rows = store_missing(b->source->of->store, b->source->schema, b->as_of);
    if (!rows) return false;
    struct result *r = result_new();
    places_columns(r);
    enum { NAME, LEADER, PHONE, FILE_NAME, ROW, SURVEY, FOUND, COLUMNS };
    static const struct {
        const char *of, *name, *title; /* of store_missing, of the result, on paper */
        enum column_kind kind;
    } SHOWN[COLUMNS] = {{"name", "name", "姓名", COLUMN_TEXT},
                        {"leader", "leader", "楼长", COLUMN_TEXT},
                        {"leader_phone", "phone", "联系电话", COLUMN_CODE},
                        {"last_file", "last_file", "上次所在文件", COLUMN_TEXT},
                        {"last_row", "last_row", "行", COLUMN_CODE},
                        {"newest_survey", "newest_survey", "最新填表日期", COLUMN_CODE},
                        {"found_in", "found_in", "现登记处", COLUMN_TEXT}};
    int c[COLUMNS], c_unit = columns_find(&rows->columns, STR("unit")), c_record = columns_find(&rows->columns, STR("_record"));
    for (int k = 0; k < COLUMNS; k++) {
        c[k] = columns_find(&rows->columns, str_of(SHOWN[k].of));
        result_column(r, str_of(SHOWN[k].name), str_of(SHOWN[k].title), SHOWN[k].kind);
    }
    size_t record = result_column(r, STR("record"), (struct str){0}, COLUMN_CODE); /* for --explain */
    const struct field *name = schema_role(b->source->schema, ROLE_NAME);
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; (v = rows_next(&cursor));) {
        struct str *l = result_line(r, LINE_PLAIN);
        uint32_t unit = units_code(b->source->units, v[c_unit]);
        if (unit != UNIT_NONE) places_put(r, l, b->source->units, unit);
        l[3 + NAME] = building_masked(b, r, name, v[c[NAME]]);
        for (int k = LEADER; k < FOUND; k++) l[3 + k] = result_text(r, v[c[k]]);
        l[3 + FOUND] = found_text(b, r, v[c[FOUND]]);
        l[record] = result_text(r, v[c_record]);
    }
    bool ok = rows_done(&cursor);
    rows_close(rows);
    struct block *block = finish(b, s, t, r);
    block->numbered = block->filter = true;
    block_hide(block, "record");
    if (!r->n) block_note(b->content, block, STR("没有需要待核实的人员。"));
    return ok;
}

static bool build_ledgers(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct result *r = result_new();
    result_column(r, STR("ledger"), STR("台账"), COLUMN_TEXT);
    result_column(r, STR("count"), STR("记录数"), COLUMN_COUNT);
    if (b->source->of->has_before) {
        result_column(r, STR("before"), STR("上月"), COLUMN_COUNT);
        result_column(r, STR("change"), STR("增减"), COLUMN_CHANGE);
    }
    size_t name = result_column(r, STR("name"), (struct str){0}, COLUMN_CODE), n;
    const struct str *names = store_ledgers(b->source->of->store, &n);
    struct str *kept = arena_zero(&b->content->memory, n, sizeof *kept);
    for (size_t i = 0; i < n; i++) kept[i] = str_copy(&b->content->memory, names[i]);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        if (!store_had_ledger(b->source->of->store, kept[i], b->as_of)) continue;
        struct schema *l = schema_open_in(b->source->share, kept[i].s, b->diag);
        ok = l != NULL;
        if (!l) break;
        struct str *v = result_line(r, LINE_PLAIN);
        int64_t now = (int64_t)store_count(b->source->of->store, l, b->as_of);
        v[0] = result_text(r, l->title);
        v[name] = result_text(r, l->name);
        v[1] = result_number(r, now);
        if (b->source->of->has_before) {
            int64_t before = (int64_t)store_count(b->source->of->store, l, b->source->of->before_as_of);
            v[2] = result_number(r, before);
            v[3] = result_number(r, now - before);
        }
        schema_free(l);
    }
    block_hide(finish(b, s, t, r), "name");
    return ok;
}

/* ---- movement and proof ---- */

static struct movement *month_movement(struct building *b, struct movement_spec *spec)
{
    struct station *of = b->source->of;
    return station_movement(of, spec, of->before, of->before_as_of, of->period, of->as_of);
}

static bool no_before(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct block *block = content_block(s, NULL);
    block->heading = t->heading;
    block_note(b->content, block, STR("库中没有上月的数据，本表从下月起生成。"));
    return true;
}

static bool build_movement(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    if (!b->source->of->has_before) return no_before(b, s, t);
    struct movement_spec spec;
    struct movement *m = month_movement(b, &spec);
    if (!m) return false;
    enum level level = t->level >= 0 && t->level < LEVEL_COUNT ? (enum level)t->level : LEVEL_COMMUNITY;
    struct result *r = movement_result(m, level);
    r->columns[3].title = level_title(level);
    movement_free(m);
    if (t->total && level == LEVEL_STATION) add_total(r, 3);
    finish(b, s, t, r);
    return true;
}

static bool build_movers(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    if (!b->source->of->has_before) return no_before(b, s, t);
    struct movement_spec spec;
    struct movement *m = month_movement(b, &spec);
    if (!m) return false;
    struct result *people = movement_people(m), *r = result_new();
    movement_free(m);
    static const struct named_column COLUMNS[] = {{"event", "变动", COLUMN_CODE},
                                                  {"name", "姓名", COLUMN_TEXT},
                                                  {"from", "原登记处", COLUMN_TEXT},
                                                  {"to", "现登记处", COLUMN_TEXT},
                                                  {"record", NULL, COLUMN_CODE}};
    result_columns(r, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    const struct field *name = schema_role(b->source->schema, ROLE_NAME);
    for (size_t i = 0; i < people->n; i++) {
        const struct str *v = people->lines[i].values;
        struct str *l = result_line(r, LINE_PLAIN);
        l[0] = result_text(r, v[1]);
        l[1] = building_masked(b, r, name, v[6]);
        l[2] = places_text(r, b->source->units, v[2]);
        l[3] = places_text(r, b->source->units, v[4]);
        l[4] = result_text(r, v[7]);
    }
    result_free(people);
    struct block *block = finish(b, s, t, r);
    block->numbered = block->filter = true;
    if (!r->n) block_note(b->content, block, STR("本月没有人员变动。"));
    return true;
}

static bool build_log(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct block *block = content_block(s, NULL);
    block->heading = t->heading;
    char hash[65];
    int64_t batch = store_state(b->source->of->store, b->as_of, hash);
    struct buf head = {0};
    if (batch) buf_printf(&head, "数据批次：第 %lld 批　　校验码：%.16s", (long long)batch, hash);
    build_trimmings(b, block, t, 0, 0);
    if (head.n) block_note(b->content, block, buf_slice(&head));
    b->content->head = str_copy(&b->content->memory, buf_slice(&head));
    buf_free(&head);
    return batch > 0;
}

bool build_store_table(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    switch (t->kind) {
    case TABLE_COVERAGE: return build_coverage(b, s, t);
    case TABLE_SILENT: return build_silent(b, s, t);
    case TABLE_QUALITY: return build_quality(b, s, t);
    case TABLE_REJECTS: return build_rejects(b, s, t);
    case TABLE_FOLLOW_UP: return build_follow_up(b, s, t);
    case TABLE_LEDGERS: return build_ledgers(b, s, t);
    case TABLE_MOVEMENT: return build_movement(b, s, t);
    case TABLE_MOVERS: return build_movers(b, s, t);
    case TABLE_DUPLICATES:
    case TABLE_CONFLICTS: return build_people_table(b, s, t);
    case TABLE_LOG: return build_log(b, s, t);
    default: return true;
    }
}
