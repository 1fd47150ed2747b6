#include "book/report.h"

#include <stdlib.h>

#include "ledger/share.h"
#include "rollup/coverage.h"

/* Reading a report file.  Every fault is told, with its place; unknown keys too. */
struct reading {
    struct share_file *file;
    struct arena *memory;
};

static struct str own(const struct reading *rd, struct str s)
{
    return s.n ? str_copy(rd->memory, s) : (struct str){0};
}

static struct str text_of(struct reading *rd, const struct share_value *o, const char *key)
{
    return own(rd, share_string(rd->file, o, key, false));
}

static const char *const LEVELS[] = {"station", "community", "grid", "building", "all", "whole", "*", NULL};

static int level_in(struct reading *rd, const struct share_value *o)
{
    struct str word = share_string(rd->file, o, "level", false);
    if (!word.n) return ROLLUP_WHOLE;
    int i = share_word(rd->file, share_get(o, "level"), word, LEVELS);
    return i < 0 || i == 5 ? ROLLUP_WHOLE : i == 6 ? LEVEL_GIVEN : i;
}

static void read_dim(struct reading *rd, const struct share_value *v, struct dim_spec *dim)
{
    static const char *const KNOWN[] = {"name", "title", "expr", "order", NULL};
    *dim = (struct dim_spec){0};
    if (v->kind == SHARE_STRING) {
        dim->dim.name = own(rd, v->text);
        return;
    }
    share_known(rd->file, v, KNOWN);
    dim->dim.name = own(rd, share_string(rd->file, v, "name", true));
    dim->dim.expression = text_of(rd, v, "expr");
    dim->title = text_of(rd, v, "title");
    if (share_get(v, "order")) dim->order = share_strings(rd->file, v, "order", rd->memory, &dim->n_order);
}

static void read_by(struct reading *rd, const struct share_value *o, struct table_spec *t)
{
    const struct share_value *by = share_get(o, "by");
    if (!by) return;
    if (by->kind == SHARE_STRING && (str_is(by->text, "each") || str_is(by->text, "usual"))) {
        t->each = str_is(by->text, "each");
        t->usual = !t->each;
        return;
    }
    by = share_list(rd->file, o, "by", true);
    if (!by) return;
    t->by = arena_zero(rd->memory, by->n, sizeof *t->by);
    for (const struct share_value *v = by->first; v; v = v->next) read_dim(rd, v, &t->by[t->n_by++]);
}

static const char *const CHARTS[] = {"bar", "column", "stacked", "pie", "line", NULL};

static void read_charts(struct reading *rd, const struct share_value *o, struct table_spec *t)
{
    static const char *const KNOWN[] = {"kind", "title", "series", NULL};
    const struct share_value *list = share_get(o, "charts") ? share_list(rd->file, o, "charts", true) : NULL;
    if (!list) return;
    t->charts = arena_zero(rd->memory, list->n, sizeof *t->charts);
    for (const struct share_value *v = list->first; v; v = v->next) {
        share_known(rd->file, v, KNOWN);
        int kind = share_word(rd->file, v, share_string(rd->file, v, "kind", true), CHARTS);
        struct str series = text_of(rd, v, "series");
        t->charts[t->n_charts++] = (struct chart_spec){kind < 0 ? CHART_COLUMN : (enum chart_kind)kind, text_of(rd, v, "title"),
                                                       series.n ? series : STR("count")};
    }
}

static const char *const CONDITIONS[] = {"bar", "scale", "not_zero", "below", NULL};

static void read_conditions(struct reading *rd, const struct share_value *o, struct table_spec *t)
{
    static const char *const KNOWN[] = {"column", "kind", "limit", NULL};
    const struct share_value *list = share_get(o, "conditions") ? share_list(rd->file, o, "conditions", true) : NULL;
    if (!list) return;
    t->conditions = arena_zero(rd->memory, list->n, sizeof *t->conditions);
    for (const struct share_value *v = list->first; v; v = v->next) {
        share_known(rd->file, v, KNOWN);
        int kind = share_word(rd->file, v, share_string(rd->file, v, "kind", true), CONDITIONS);
        t->conditions[t->n_conditions++] =
            (struct condition_spec){own(rd, share_string(rd->file, v, "column", true)),
                                    kind < 0 ? CONDITION_BAR : (enum condition)kind, share_number(rd->file, v, "limit", 0)};
    }
}

/* Is it a measure of figure_spec? */
static bool is_measure(struct str m)
{
    static const char *const WORDS[] = {"count", "records", "again", "left", "rejects", "covered expected", NULL};
    enum level level;
    enum state state;
    for (const char *const *w = WORDS; *w; w++)
        if (str_is(m, *w)) return true;
    return (str_starts(m, STR("units ")) && level_of(str_from(m, 6), &level)) ||
           (str_starts(m, STR("covered ")) && state_of(str_from(m, 8), &state));
}

static void read_figures(struct reading *rd, const struct share_value *o, struct table_spec *t)
{
    static const char *const KNOWN[] = {"title", "unit", "note", "where", "measure", NULL};
    const struct share_value *list = share_get(o, "figures") ? share_list(rd->file, o, "figures", true) : NULL;
    if (!list) return;
    t->figures = arena_zero(rd->memory, list->n, sizeof *t->figures);
    for (const struct share_value *v = list->first; v; v = v->next) {
        share_known(rd->file, v, KNOWN);
        struct figure_spec *f = &t->figures[t->n_figures++];
        *f = (struct figure_spec){own(rd, share_string(rd->file, v, "title", true)), text_of(rd, v, "unit"), text_of(rd, v, "note"),
                                  text_of(rd, v, "where"), text_of(rd, v, "measure")};
        if (!f->measure.n) f->measure = STR("count");
        if (!is_measure(f->measure))
            share_fault(rd->file, share_get(v, "measure"), DIAG_LEDGER_VALUE, "measure", f->measure.s,
                        "count, units LEVEL, covered STATE, covered expected, rejects, records, again, left", NULL);
    }
}

static struct str *strings(struct reading *rd, const struct share_value *o, const char *key, size_t *n)
{
    return share_get(o, key) ? share_strings(rd->file, o, key, rd->memory, n) : NULL;
}

static void read_table(struct reading *rd, const struct share_value *o, struct table_spec *t)
{
    static const char *const KINDS[] = {"figures",  "rollup",    "rows",     "list",    "check",      "text",
                                        "coverage", "silent",    "quality",  "rejects", "duplicates", "conflicts",
                                        "ledgers",  "follow_up", "movement", "movers",  "log",        NULL};
    static const char *const KNOWN[] = {"kind",    "heading",    "level", "by",       "sum",    "where", "pivot",
                                        "percent", "total",      "zeros", "optional", "fields", "sort",  "figures",
                                        "charts",  "conditions", "text",  "once",     NULL};
    *t = (struct table_spec){.level = ROLLUP_WHOLE};
    if (o->kind != SHARE_OBJECT) {
        share_fault(rd->file, o, DIAG_REPORT_TABLE, NULL);
        return;
    }
    share_known(rd->file, o, KNOWN);
    int kind = share_word(rd->file, o, share_string(rd->file, o, "kind", true), KINDS);
    t->kind = kind < 0 ? TABLE_TEXT : (enum table_kind)kind;
    t->heading = text_of(rd, o, "heading");
    t->level = level_in(rd, o);
    read_by(rd, o, t);
    t->sum = strings(rd, o, "sum", &t->n_sum);
    t->where = text_of(rd, o, "where");
    t->pivot = text_of(rd, o, "pivot");
    t->percent = share_truth(rd->file, o, "percent", false);
    t->total = share_truth(rd->file, o, "total", false);
    t->zeros = share_truth(rd->file, o, "zeros", true);
    t->optional = share_truth(rd->file, o, "optional", false);
    t->once = share_truth(rd->file, o, "once", false);
    t->fields = strings(rd, o, "fields", &t->n_fields);
    t->sort = strings(rd, o, "sort", &t->n_sort);
    read_figures(rd, o, t);
    read_charts(rd, o, t);
    read_conditions(rd, o, t);
    t->text = strings(rd, o, "text", &t->n_text);
}

static void read_sheet(struct reading *rd, const struct share_value *o, struct sheet_spec *s)
{
    static const char *const KNOWN[] = {"name", "title", "unit", "portrait", "tables", NULL};
    share_known(rd->file, o, KNOWN);
    *s = (struct sheet_spec){
        .name = own(rd, share_string(rd->file, o, "name", true)), .title = text_of(rd, o, "title"), .unit = text_of(rd, o, "unit")};
    s->portrait = share_truth(rd->file, o, "portrait", false);
    const struct share_value *tables = share_list(rd->file, o, "tables", true);
    if (!tables) return;
    s->tables = arena_zero(rd->memory, tables->n, sizeof *s->tables);
    for (const struct share_value *v = tables->first; v; v = v->next) read_table(rd, v, &s->tables[s->n_tables++]);
}

/* What codes of findings are called in the report. */
static void read_labels(struct reading *rd, const struct share_value *o, struct report *r)
{
    const struct share_value *labels = share_get(o, "labels");
    if (!labels) return;
    r->label_texts = arena_zero(rd->memory, labels->n, sizeof *r->label_texts);
    for (const struct share_value *v = labels->first; v; v = v->next) {
        struct map_entry *e = map_at(&r->labels, v->key, NULL);
        e->value = r->labels.n - 1;
        if (v->kind == SHARE_STRING && e->value < labels->n) r->label_texts[e->value] = own(rd, v->text);
        else share_fault(rd->file, v, DIAG_REPORT_LABEL, NULL);
    }
}

static void read_joins(struct reading *rd, const struct share_value *o, struct report *r)
{
    static const char *const KNOWN[] = {"name", "title", "ledger", "where", NULL};
    const struct share_value *list = share_get(o, "joins") ? share_list(rd->file, o, "joins", true) : NULL;
    if (!list) return;
    r->joins = arena_zero(rd->memory, list->n, sizeof *r->joins);
    for (const struct share_value *v = list->first; v; v = v->next) {
        share_known(rd->file, v, KNOWN);
        r->joins[r->n_joins++] = (struct join){own(rd, share_string(rd->file, v, "name", true)), text_of(rd, v, "title"),
                                               own(rd, share_string(rd->file, v, "ledger", true)), text_of(rd, v, "where")};
    }
}

static void read_report(struct reading *rd, struct report *r)
{
    static const char *const KNOWN[] = {"$schema", "name",   "title", "description", "ledger", "where",
                                        "store",   "labels", "sign",  "joins",       "sheets", NULL};
    const struct share_value *o = rd->file->root;
    if (o->kind != SHARE_OBJECT) {
        share_fault(rd->file, o, DIAG_REPORT_TABLE, NULL);
        return;
    }
    share_known(rd->file, o, KNOWN);
    r->name = own(rd, share_string(rd->file, o, "name", true));
    r->title = own(rd, share_string(rd->file, o, "title", true));
    r->ledger = text_of(rd, o, "ledger");
    r->any_ledger = str_is(r->ledger, "*");
    if (r->any_ledger) r->ledger = STR("person");
    r->where = text_of(rd, o, "where");
    r->needs_store = share_truth(rd->file, o, "store", false);
    r->sign = strings(rd, o, "sign", &r->n_sign);
    read_labels(rd, o, r);
    read_joins(rd, o, r);
    const struct share_value *sheets = share_list(rd->file, o, "sheets", true);
    if (!sheets) return;
    r->sheets = arena_zero(rd->memory, sheets->n, sizeof *r->sheets);
    for (const struct share_value *v = sheets->first; v; v = v->next) read_sheet(rd, v, &r->sheets[r->n_sheets++]);
}

struct report *report_open(const struct share *share, const char *name, struct diag *d)
{
    struct buf path = {0};
    bool found = share_find(share, "reports", name, DIAG_REPORT_UNKNOWN, &path, d);
    struct share_file *f = found ? share_open(share, buf_text(&path), d) : NULL;
    buf_free(&path);
    if (!f) return NULL;
    struct report *r = mem_zero(1, sizeof *r);
    struct reading rd = {f, &r->memory};
    read_report(&rd, r);
    bool failed = f->failed;
    share_close(f);
    if (!failed) return r;
    report_free(r);
    return NULL;
}

bool report_ledger(struct report *r, const char *ledger, struct diag *d)
{
    if (!ledger || str_is(r->ledger, ledger)) return true;
    if (r->any_ledger) r->ledger = str_copy(&r->memory, str_of(ledger));
    else diag_add(d, DIAG_REPORT_ONE_LEDGER, NULL, r->name.s, r->ledger.n ? r->ledger.s : "-", NULL);
    return r->any_ledger;
}

void report_free(struct report *r)
{
    if (!r) return;
    map_free(&r->labels);
    arena_free(&r->memory);
    free(r);
}
