#include "book/build_walk.h"

#include <stdlib.h>

bool walk_start(struct building *b, struct walk *w)
{
    const struct schema *l = b->source->schema;
    *w = (struct walk){0};
    w->rows = building_records(b, true, true);
    if (!w->rows) return false;
    w->cursor.rows = w->rows;
    const struct columns *c = &w->rows->columns;
    w->unit = columns_find(c, STR("unit"));
    w->entity = columns_find(c, STR("_entity"));
    w->file = columns_find(c, STR("_file"));
    w->sheet = columns_find(c, STR("_sheet"));
    w->seen = columns_find(c, STR("_seen"));
    w->record = columns_find(c, STR("_record"));
    w->row = columns_find(c, STR("_row"));
    w->name = l ? schema_role(l, ROLE_NAME) : NULL;
    w->id = l ? schema_role(l, ROLE_CITIZEN_ID) : NULL;
    w->c_name = w->name ? columns_find(c, w->name->name) : -1;
    w->c_id = w->id ? columns_find(c, w->id->name) : -1;
    const char *where = building_where(b, (struct str){0});
    if (!where) return true;
    struct expr_env env = {.columns = c->names, .n = c->n, .schema = l, .today = str_of(b->month_end)};
    w->where = expr_compile(&env, str_of(where), b->diag);
    return w->where != NULL;
}

void walk_narrow(struct walk *w, const struct expr *also)
{
    bool *wanted = mem_zero(w->rows->columns.n, sizeof *wanted);
    const int ours[] = {w->unit, w->entity, w->file, w->sheet, w->row, w->seen, w->record, w->c_name, w->c_id};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) column_want(wanted, ours[i]);
    if (w->where) expr_columns(w->where, wanted);
    if (also) expr_columns(also, wanted);
    rows_narrow(w->rows, wanted);
    free(wanted);
}

bool walk_end(struct walk *w)
{
    bool ok = !w->rows || rows_done(&w->cursor);
    rows_close(w->rows);
    expr_free(w->where);
    return ok;
}
