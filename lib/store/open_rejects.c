#include "store/open_rejects.h"

#include <stdlib.h>

#include "base/text.h"
#include "store/keys.h"
#include "store/pipe.h"

static struct str unit_key(const int64_t *unit)
{
    return (struct str){(const char *)unit, sizeof *unit};
}

static void set_clear(struct reject_set *x)
{
    x->n = x->n_links = 0;
    map_free(&x->by_cell);
}

static void set_free(struct reject_set *x)
{
    set_clear(x);
    free(x->v);
    free(x->links);
}

bool open_rejects_start(struct open_rejects *r, struct store *s, const struct schema *l)
{
    r->ledger = l->name;
    r->any = pipe_drain(s) && store_number(s, "SELECT 1 FROM vet_reject WHERE _out IS NULL LIMIT 1") == 1;
    r->load = store_prepare(s, "SELECT j._id, j.cells, t.survey_date FROM vet_reject j LEFT JOIN vet_sheet t ON t._id = j.sheet"
                               " WHERE j.unit IS ? AND j.ledger = ? AND j._out IS NULL AND j._in < ?");
    if (r->load)
        r->load_same = store_prepare(
            s, "SELECT j._id, j.unit, (SELECT group_concat(DISTINCT r.unit) FROM vet_sheet t JOIN vet_return r ON r.sheet = t._id"
               " WHERE t.file = f._id AND r.unit IS NOT NULL), t.survey_date FROM vet_file f JOIN vet_sheet t ON t.file = f._id"
               " JOIN vet_reject j ON j.sheet = t._id WHERE f.name = ? AND j.ledger = ? AND j._out IS NULL AND j._in < ?");
    return r->load_same != NULL;
}

void open_rejects_free(struct open_rejects *r)
{
    set_free(&r->placed);
    set_free(&r->placeless);
    map_free(&r->loaded);
    map_free(&r->covered);
    arena_free(&r->memory);
    buf_free(&r->key);
    buf_free(&r->folded);
    buf_free(&r->file);
    map_free(&r->settled);
    sqlite3_finalize(r->later);
    sqlite3_finalize(r->later_people);
    sqlite3_finalize(r->later_file);
    free(r->same);
    sqlite3_finalize(r->load);
    sqlite3_finalize(r->load_same);
    *r = (struct open_rejects){0};
}

/* ---- by cells ---- */

/* Blanks, dashes, apostrophes and width aside, so that an id or a phone as typed is found by its canonical form. */
static struct str cell_key(struct open_rejects *r, int64_t unit, struct str text)
{
    r->folded.n = 0;
    text_nfkc(&r->folded, text);
    r->key.n = 0;
    buf_str(&r->key, unit_key(&unit));
    for (size_t i = 0; i < r->folded.n; i++) {
        char c = r->folded.s[i];
        if ((unsigned char)c > ' ' && c != '-' && c != '\'' && c != '`') buf_char(&r->key, c == 'x' ? 'X' : c);
    }
    return buf_slice(&r->key);
}

static void add_cell(struct open_rejects *r, struct reject_set *x, int64_t unit, struct str text)
{
    struct str key = cell_key(r, unit, text);
    if (key.n < sizeof unit + 2) return; /* a tick or a digit says nothing */
    struct map_entry *e = map_at(&x->by_cell, key, NULL);
    mem_grow(&x->links, &x->cap_links, x->n_links + 1, sizeof *x->links);
    x->links[x->n_links++] = (struct reject_link){(uint32_t)x->n - 1, (uint32_t)e->value};
    e->value = x->n_links;
}

/* The strings of a JSON array that we wrote ourselves; escapes of quotes and controls only. */
static void add_cells(struct open_rejects *r, struct reject_set *x, int64_t unit, struct str json)
{
    struct buf cell = {0};
    bool inside = false;
    for (size_t i = 0; i < json.n; i++) {
        char c = json.s[i];
        if (c == '"') {
            if (inside && cell.n) add_cell(r, x, unit, buf_slice(&cell));
            inside = !inside;
            cell.n = 0;
        } else if (inside && c == '\\' && i + 1 < json.n) {
            c = json.s[++i];
            if (c == 'u') i += 4; /* a control character, which folding drops anyway */
            else buf_char(&cell, c == 'n' || c == 't' || c == 'r' ? ' ' : c);
        } else if (inside) {
            buf_char(&cell, c);
        }
    }
    buf_free(&cell);
}

static bool load(struct open_rejects *r, struct store *s, struct reject_set *x, int64_t unit)
{
    if (!pipe_drain(s)) return false;
    if (unit) sqlite3_bind_int64(r->load, 1, unit);
    else sqlite3_bind_null(r->load, 1);
    sqlite3_bind_text(r->load, 2, r->ledger.s, (int)r->ledger.n, SQLITE_STATIC);
    sqlite3_bind_int64(r->load, 3, s->batch.id);
    int rc;
    while ((rc = sqlite3_step(r->load)) == SQLITE_ROW) {
        mem_grow(&x->v, &x->cap, x->n + 1, sizeof *x->v);
        x->v[x->n++] = (struct open_reject){.id = sqlite3_column_int64(r->load, 0), .survey = date_number(column_str(r->load, 2))};
        add_cells(r, x, unit, column_str(r->load, 1));
    }
    sqlite3_reset(r->load);
    return rc == SQLITE_DONE ? true : store_fault(s, rc);
}

static uint32_t links_of(struct open_rejects *r, const struct reject_set *x, int64_t unit, struct str value)
{
    if (!value.n || !x->n) return 0;
    const struct map_entry *e = map_find(&x->by_cell, cell_key(r, unit, value));
    return e ? (uint32_t)e->value : 0;
}

/* Sheets that bear no date count in the order in which they come. */
static bool is_later(uint32_t survey, uint32_t than)
{
    return !survey || !than || survey >= than;
}

static void meet_one(struct open_reject *j, uint32_t survey)
{
    if (is_later(survey, j->survey)) j->closing = true;
}

static void meet_all(struct reject_set *x, uint32_t link, uint32_t survey)
{
    for (; link; link = x->links[link - 1].next) meet_one(&x->v[x->links[link - 1].reject], survey);
}

/* Those on both lists. */
static void meet_both(struct reject_set *x, uint32_t a, uint32_t b, uint32_t survey)
{
    for (; a; a = x->links[a - 1].next)
        for (uint32_t i = b; i; i = x->links[i - 1].next)
            if (x->links[a - 1].reject == x->links[i - 1].reject) meet_one(&x->v[x->links[a - 1].reject], survey);
}

bool open_rejects_met(struct open_rejects *r, struct store *s, const struct schema *l, const struct record *rec, int64_t unit)
{
    if (!r->any) return true;
    bool is_new;
    map_at(&r->loaded, unit_key(&unit), &is_new);
    if (is_new && unit && !load(r, s, &r->placed, unit)) return false;
    if (!r->placed.n && !r->placeless.n) return true;
    const struct field *id = schema_role(l, ROLE_CITIZEN_ID), *name = schema_role(l, ROLE_NAME),
                       *phone = schema_role(l, ROLE_PHONE);
    struct str none = {0};
    struct str id_value = id ? rec->values[id->index] : none, phone_value = phone ? rec->values[phone->index] : none;
    uint32_t survey = date_number(rec->survey_date);
    meet_all(&r->placed, links_of(r, &r->placed, unit, id_value), survey);
    meet_all(&r->placed, links_of(r, &r->placed, unit, phone_value), survey);
    meet_all(&r->placeless, links_of(r, &r->placeless, 0, id_value), survey);
    uint32_t by_phone = links_of(r, &r->placeless, 0, phone_value);
    if (by_phone && name) meet_both(&r->placeless, by_phone, links_of(r, &r->placeless, 0, rec->values[name->index]), survey);
    return true;
}

/* ---- by the file's name ---- */

static bool load_same(struct open_rejects *r, struct store *s, struct str file_name)
{
    sqlite3_bind_text(r->load_same, 1, file_name.s, (int)file_name.n, SQLITE_STATIC);
    sqlite3_bind_text(r->load_same, 2, r->ledger.s, (int)r->ledger.n, SQLITE_STATIC);
    sqlite3_bind_int64(r->load_same, 3, s->batch.id);
    int rc;
    while ((rc = sqlite3_step(r->load_same)) == SQLITE_ROW) {
        mem_grow(&r->same, &r->cap_same, r->n_same + 1, sizeof *r->same);
        r->same[r->n_same++] =
            (struct same_name){sqlite3_column_int64(r->load_same, 0), sqlite3_column_int64(r->load_same, 1),
                               date_number(column_str(r->load_same, 3)), str_copy(&r->memory, column_str(r->load_same, 2))};
    }
    sqlite3_reset(r->load_same);
    return rc == SQLITE_DONE ? true : store_fault(s, rc);
}

bool open_rejects_begin(struct open_rejects *r, struct store *s, struct str file_name)
{
    set_clear(&r->placed);
    r->n_same = 0;
    map_free(&r->loaded);
    map_free(&r->covered);
    arena_reset(&r->memory);
    r->settled_on = 0;
    r->file.n = 0;
    buf_str(&r->file, file_name);
    if (!r->any) return true;
    if (!pipe_drain(s) || !load_same(r, s, file_name)) return false;
    if (r->placeless_ready) return true;
    set_clear(&r->placeless);
    r->placeless_ready = true;
    return load(r, s, &r->placeless, 0);
}

void open_rejects_added(struct open_rejects *r, int64_t unit)
{
    r->any = true;
    if (!unit) r->placeless_ready = false;
}

void open_rejects_covered(struct open_rejects *r, int64_t unit, uint32_t survey)
{
    if (!unit) return;
    struct map_entry *e = map_at(&r->covered, unit_key(&unit), NULL);
    uint64_t on = survey ? survey : UINT32_MAX;
    if (on > e->value) e->value = on;
}

void open_rejects_answered(struct open_rejects *r, int64_t id)
{
    mem_grow(&r->same, &r->cap_same, r->n_same + 1, sizeof *r->same);
    r->same[r->n_same++] = (struct same_name){.id = id};
}

static bool covers_unit(const struct open_rejects *r, int64_t unit, uint32_t survey)
{
    const struct map_entry *e = map_find(&r->covered, unit_key(&unit));
    return e && is_later((uint32_t)e->value, survey);
}

static bool covers(const struct open_rejects *r, const struct same_name *j)
{
    if (j->unit) return covers_unit(r, j->unit, j->survey);
    const char *p = j->units.s;
    if (!j->units.n) return true;
    for (char *end; p && *p; p = *end == ',' ? end + 1 : NULL)
        if (covers_unit(r, strtoll(p, &end, 10), j->survey)) return true;
    return false;
}

static bool close_set(struct store *s, struct reject_set *x, struct map *done)
{
    for (size_t i = 0; i < x->n; i++) {
        if (!x->v[i].closing) continue;
        x->v[i].closing = false;
        bool is_new;
        map_at(done, unit_key(&x->v[i].id), &is_new);
        if (is_new && !table_close_row(s, &s->tables[T_REJECT], x->v[i].id)) return false;
    }
    return true;
}

bool open_rejects_end(struct open_rejects *r, struct store *s)
{
    struct map done = {0};
    bool ok = close_set(s, &r->placed, &done);
    size_t before = done.n;
    ok = ok && close_set(s, &r->placeless, &done);
    if (done.n > before) r->placeless_ready = false;
    for (size_t i = 0; ok && i < r->n_same; i++) {
        bool is_new;
        if (!covers(r, &r->same[i])) continue;
        map_at(&done, unit_key(&r->same[i].id), &is_new);
        if (is_new) ok = table_close_row(s, &s->tables[T_REJECT], r->same[i].id);
        if (!r->same[i].unit) r->placeless_ready = false;
    }
    map_free(&done);
    return ok;
}

/* ---- what came after the row ---- */

static int ask_later(struct open_rejects *r, struct store *s, sqlite3_stmt *q, int64_t unit, struct str survey)
{
    sqlite3_reset(q);
    sqlite3_bind_int64(q, 1, unit);
    sqlite3_bind_text(q, 2, survey.s, (int)survey.n, SQLITE_TRANSIENT);
    sqlite3_bind_text(q, 3, r->ledger.s, (int)r->ledger.n, SQLITE_STATIC);
    int rc = sqlite3_step(q);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) store_fault(s, rc);
    return rc;
}

static bool prepare_later(struct open_rejects *r, struct store *s, const struct schema *l)
{
    static const char LATER[] = "FROM vet_return r JOIN vet_sheet t ON t._id = r.sheet";
    static const char IS_LATER[] = " WHERE r.unit = ?1 AND t.survey_date > ?2 AND r.ledger = ?3 AND r._out IS NULL";
    const struct field *who[] = {schema_role(l, ROLE_CITIZEN_ID), schema_role(l, ROLE_PHONE)};
    struct buf sql = {0};
    if (r->later_file) return true;
    buf_printf(&sql, "SELECT 1 %s%s LIMIT 1", LATER, IS_LATER);
    r->later = store_prepare(s, buf_text(&sql));
    sql.n = 0;
    buf_put(&sql, "SELECT ");
    for (int i = 0; i < 2; i++) {
        buf_put(&sql, i ? ", " : "");
        if (who[i]) buf_name(&sql, who[i]->name);
        else buf_put(&sql, "NULL");
    }
    buf_put(&sql, " FROM ");
    buf_name(&sql, tables_ledger(s, l->name)->name);
    buf_printf(&sql,
               " v LEFT JOIN vet_sheet o ON o._id = v._sheet WHERE v._unit = ?1 AND v._out IS NULL AND (o.survey_date > ?2 OR"
               " v._record IN (SELECT e.value %s, json_each(r.seen) e%s AND r.seen <> ''))",
               LATER, IS_LATER);
    r->later_people = r->later ? store_prepare(s, buf_text(&sql)) : NULL;
    sql.n = 0;
    buf_printf(&sql, "SELECT 1 %s JOIN vet_file f ON f._id = t.file%s AND f.name = ?4 LIMIT 1", LATER, IS_LATER);
    r->later_file = r->later_people ? store_prepare(s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    return r->later_file != NULL;
}

/* Whom sheets of the unit tell of that were surveyed after this day. */
static bool load_settled(struct open_rejects *r, struct store *s, const struct schema *l, int64_t unit, struct str survey)
{
    map_free(&r->settled);
    r->settled_file = false;
    if (!pipe_drain(s) || !prepare_later(r, s, l)) return false;
    int rc = ask_later(r, s, r->later, unit, survey);
    sqlite3_reset(r->later);
    if (rc == SQLITE_ROW) {
        sqlite3_bind_text(r->later_file, 4, r->file.s, (int)r->file.n, SQLITE_STATIC);
        rc = ask_later(r, s, r->later_file, unit, survey);
        r->settled_file = rc == SQLITE_ROW;
        sqlite3_reset(r->later_file);
        if (rc == SQLITE_ROW || rc == SQLITE_DONE) rc = ask_later(r, s, r->later_people, unit, survey);
        for (; rc == SQLITE_ROW; rc = sqlite3_step(r->later_people))
            for (int i = 0; i < 2; i++)
                if (sqlite3_column_bytes(r->later_people, i))
                    map_at(&r->settled, cell_key(r, unit, column_str(r->later_people, i)), NULL);
        sqlite3_reset(r->later_people);
    }
    r->settled_unit = unit;
    r->settled_on = date_number(survey);
    return rc == SQLITE_DONE ? true : store_fault(s, rc);
}

bool open_rejects_settled(struct open_rejects *r, struct store *s, const struct schema *l, int64_t unit, const struct rejected *row,
                          bool *settled)
{
    uint32_t survey = date_number(row->survey_date);
    *settled = false;
    if (!unit || !survey) return true;
    if ((r->settled_unit != unit || r->settled_on != survey) && !load_settled(r, s, l, unit, row->survey_date)) return false;
    *settled = r->settled_file;
    for (size_t i = 0; !*settled && r->settled.n && i < row->n_cells; i++)
        *settled = row->cells[i].n > 1 && map_find(&r->settled, cell_key(r, unit, row->cells[i]));
    return true;
}
