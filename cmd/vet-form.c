/* vet-form: the building leader's sheet, blank or with last month's people. */
#include <libintl.h>

#include "book/form.h"
#include "flow/choose.h"
#include "session.h"
#include "store/store.h"

static const char *const LEVELS[] = {"station", "community", "grid", "building", NULL};

struct request {
    const char *folder, *ledger, *unit, *period;
    int per;
    long rows;
    bool blank;
};

static bool choose_unit(struct session *s, const struct request *q, struct form_spec *spec)
{
    spec->unit = UNIT_NONE;
    if (!q->unit) return true;
    spec->unit = units_code(spec->units, str_of(q->unit));
    struct buf near = {0};
    for (int l = LEVEL_STATION; spec->unit == UNIT_NONE && l < LEVEL_COUNT; l++)
        spec->unit = units_find(spec->units, UNIT_NONE, (enum level)l, str_of(q->unit), (struct str){0}, &near);
    struct buf hint = {0};
    if (near.n) buf_printf(&hint, "%s%s", gettext("; near: "), buf_text(&near));
    if (spec->unit == UNIT_NONE) diag_add(&s->diag, DIAG_FORM_UNIT, NULL, q->unit, buf_text(&hint), NULL);
    buf_free(&hint);
    buf_free(&near);
    return spec->unit != UNIT_NONE;
}

static void write_forms(struct session *s, const struct request *q, struct form_spec *spec)
{
    if (!choose_unit(s, q, spec)) return;
    long n = forms_write(spec, q->folder, &s->diag);
    struct buf b = {0};
    buf_int(&b, n);
    if (n >= 0) diag_add(&s->diag, DIAG_FORMS_WRITTEN, NULL, buf_text(&b), q->folder, NULL);
    buf_free(&b);
}

/* Whole names and numbers go home with the forms: the log says of how many people. */
static bool logged(struct session *s, const struct request *q, struct store *st, const struct form_spec *spec)
{
    struct rows *people =
        rows_choose(store_expected(st, spec->schema), 0, spec->where, spec->schema, str_head(str_of(session_now()), 10));
    if (!people) return false;
    uint32_t inside = q->unit ? units_code(spec->units, str_of(q->unit)) : UNIT_NONE;
    int unit = columns_find(&people->columns, STR("unit"));
    uint64_t n = 0;
    struct row_cursor cursor = {.rows = people};
    for (const struct str *v; (v = rows_next(&cursor));)
        n += inside == UNIT_NONE || units_inside(spec->units, units_code(spec->units, v[unit]), inside);
    bool ok = rows_done(&cursor);
    rows_close(people);
    return ok && session_unmasked(s, NULL, n, q->folder);
}

static void from_store(struct session *s, const struct request *q, struct form_spec *spec)
{
    struct store *st = session_store(s, STORE_READ, (struct str){0});
    struct units *units = st ? store_units(st, 0) : NULL;
    struct rows *people = st && units && !q->blank ? store_expected(st, spec->schema) : NULL;
    spec->units = units;
    spec->people = people;
    spec->where = spec->schema->stock.n ? spec->schema->stock.s : NULL;
    if (people && spec->mask == PROFILE_NONE && !logged(s, q, st, spec)) {
        rows_close(people);
        people = NULL;
    }
    if (units && (people || q->blank)) write_forms(s, q, spec);
    rows_close(people);
    units_free(units);
    if (st) store_close(st);
}

static void run(struct session *s, struct request *q)
{
    struct form_spec spec = {.per = (enum level)q->per, .blank_rows = (unsigned)q->rows, .mask = PROFILE_NONE};
    if (!session_period(s, &q->period, &spec.month)) return;
    if (s->mask && !mask_profile_of(str_of(s->mask), &spec.mask)) {
        diag_add(&s->diag, DIAG_OPTION_BAD, NULL, "--mask", s->mask, "none | internal | public", NULL);
        return;
    }
    if (!s->db && !s->units) {
        diag_add(&s->diag, DIAG_FORM_NEEDS, NULL, NULL);
        return;
    }
    const char *templates[DIAG_COUNT];
    session_home_templates(templates);
    spec.templates = templates;
    struct schema *schema = schema_open(s->share, q->ledger, &s->diag);
    spec.schema = schema;
    if (schema && s->db) {
        from_store(s, q, &spec);
    } else if (schema) {
        struct units *units = units_open(s->units, &s->diag);
        spec.units = units;
        if (units) write_forms(s, q, &spec);
        units_free(units);
    }
    schema_free(schema);
}

int main(int argc, char **argv)
{
    struct request q = {.folder = "forms", .ledger = "person", .per = LEVEL_BUILDING, .rows = 12};
    const struct opt own[] = {
        {OPT_HEADING, 0, NULL, NULL, NULL, "The forms:", NULL, 0, 0},
        {OPT_STRING, 'o', "output", &q.folder, "FOLDER", "where the workbooks go (forms), or one .xlsx file", NULL, 0, 0},
        {OPT_STRING, 0, "unit", &q.unit, "UNIT", "only the buildings in this unit: its code or name", NULL, 0, 0},
        {OPT_CHOICE, 0, "per", &q.per, "LEVEL", "one workbook a building (the default), grid, community or station", LEVELS, 0, 0},
        {OPT_STRING, 'p', "period", &q.period, "YYYY-MM", "the month that the forms are for (or VET_PERIOD; default: this month)",
         NULL, 0, 0},
        {OPT_STRING, 0, "ledger", &q.ledger, "NAME", "the ledger (default: person)", NULL, 0, 0},
        {OPT_FLAG, 0, "blank", &q.blank, NULL, "without the people of the store", NULL, 0, 0},
        {OPT_INT, 0, "rows", &q.rows, "N", "empty rows below the people (12)", NULL, 1, 500},
    };
    struct session s = {
        .name = "vet-form",
        .usage = "[OPTION]...",
        .summary = "Forms for the building leaders, with last month's people filled in.",
        .wants = WANT_DB | WANT_UNITS | WANT_MASK,
    };
    if (session_start(&s, own, sizeof own / sizeof *own, argc, argv)) run(&s, &q);
    return session_end(&s);
}
