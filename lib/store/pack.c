#include "store/pack.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/bag.h"
#include "store/own.h"
#include "store/pipe.h"

struct packing {
    struct store *s;
    const struct pack_options *o;
    struct bag *bag;
    struct units *units;
    uint32_t root; /* UNIT_NONE: all */
    int64_t as_of; /* the last batch that is in the package */
    char hash[65];
    struct schema **ledgers;
    size_t n_ledgers;
    struct buf manifest;
    struct buf line;
    uint64_t records;
};

/* ---- what is asked ---- */

static struct rows *ask(struct packing *p, const char *name, struct buf *sql)
{
    sqlite3_stmt *q = store_prepare(p->s, buf_text(sql));
    buf_free(sql);
    return rows_of_statement(p->s, name, q);
}

static struct rows *returns_of(struct packing *p)
{
    struct buf sql = {0};
    buf_put(&sql,
            "SELECT c.code AS unit, r.ledger, r.period, r.kind, s.survey_date, b.at, f.name AS file, s.name AS sheet, r.accepted, "
            "r.rejected, r.seen, r.asked FROM vet_return r LEFT JOIN vet_code c ON c._id = r.unit LEFT JOIN vet_sheet s ON s._id = "
            "r.sheet"
            " LEFT JOIN vet_file f ON f._id = s.file LEFT JOIN vet_batch b ON b.id = r._in WHERE ");
    buf_visible(&sql, "r", p->as_of);
    buf_put(&sql, " ORDER BY c.code, r.ledger, r.period, f.name, s.name, r._id");
    return ask(p, "returns", &sql);
}

static struct rows *links_of(struct packing *p)
{
    struct buf sql = {0};
    for (size_t i = 0; i < p->n_ledgers; i++) {
        if (i) buf_put(&sql, " UNION ALL ");
        buf_put(&sql, "SELECT c.code AS unit, k.ledger, k.record, k.entity, k.how FROM vet_link k JOIN ");
        buf_name(&sql, tables_ledger(p->s, p->ledgers[i]->name)->name);
        buf_put(&sql, " v ON v._record = k.record AND ");
        buf_visible(&sql, "v", p->as_of);
        buf_put(&sql, " JOIN vet_code c ON c._id = v._unit WHERE ");
        buf_visible(&sql, "k", p->as_of);
        buf_put(&sql, " AND k.ledger = ");
        buf_literal(&sql, p->ledgers[i]->name);
    }
    buf_put(&sql, " ORDER BY 2, 3");
    return ask(p, "links", &sql);
}

/* What rows and sheets asked for, by the numbers that they bear. */
static struct rows *asked_of(struct packing *p)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT _id AS number, ledger, fields FROM vet_asked v WHERE ");
    buf_visible(&sql, "v", p->as_of);
    buf_put(&sql, " ORDER BY _id");
    return ask(p, "asked", &sql);
}

static struct rows *rejects_of(struct packing *p)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT j.ledger, c.code AS unit, f.name AS file, s.name AS sheet, j.row, j.reasons, j.headings, j.cells FROM "
                  "vet_reject j LEFT JOIN vet_code c ON c._id = j.unit LEFT JOIN vet_sheet s ON s._id = j.sheet LEFT JOIN vet_file "
                  "f ON f._id = s.file WHERE ");
    buf_visible(&sql, "j", p->as_of);
    buf_put(&sql, " ORDER BY c.code, f.name, s.name, j.row, j.cells, j._id");
    return ask(p, "rejects", &sql);
}

/* Decisions name records by their numbers; they are those of the ledger whose records are linked. */
static struct str decided_ledger(struct packing *p)
{
    sqlite3_stmt *q = store_prepare(p->s, "SELECT ledger FROM vet_link ORDER BY _id LIMIT 1");
    struct str name = {0};
    if (q && sqlite3_step(q) == SQLITE_ROW)
        for (size_t i = 0; i < p->n_ledgers; i++)
            if (str_eq(p->ledgers[i]->name, column_str(q, 0))) name = p->ledgers[i]->name;
    sqlite3_finalize(q);
    for (size_t i = 0; i < p->n_ledgers && !name.n; i++)
        if (schema_role(p->ledgers[i], ROLE_CITIZEN_ID)) name = p->ledgers[i]->name;
    return name.n ? name : p->ledgers[0]->name;
}

/* About pairs of which both records are handed over. */
static struct rows *decisions_of(struct packing *p)
{
    struct buf sql = {0};
    if (!p->n_ledgers) {
        buf_put(&sql, "SELECT '' AS unit, '' AS unit_b, '' AS ledger, '' AS a, '' AS b, '' AS verdict, '' AS \"by\", '' AS at, '' "
                      "AS note WHERE 0");
        return ask(p, "decisions", &sql);
    }
    struct str ledger = decided_ledger(p);
    buf_put(&sql, "SELECT c.code AS unit, e.code AS unit_b, ");
    buf_literal(&sql, ledger);
    buf_put(&sql, " AS ledger, d.a, d.b, d.verdict, d.who AS \"by\", d.at, d.note FROM vet_decision d");
    for (int i = 0; i < 2; i++) {
        const char *v = i ? "w" : "v";
        buf_put(&sql, " JOIN ");
        buf_name(&sql, tables_ledger(p->s, ledger)->name);
        buf_printf(&sql, " %s ON '#' || %s._record = d.%s AND ", v, v, i ? "b" : "a");
        buf_visible(&sql, v, p->as_of);
    }
    buf_put(&sql, " JOIN vet_code c ON c._id = v._unit JOIN vet_code e ON e._id = w._unit WHERE ");
    buf_visible(&sql, "d", p->as_of);
    buf_put(&sql, " ORDER BY v._record, w._record");
    return ask(p, "decisions", &sql);
}

/* ---- parts ---- */

/* What becomes of rows that have no unit: they stay behind, or go along when all is handed over, or there must be none. */
enum homeless { HOMELESS_STAY, HOMELESS_GO, HOMELESS_REFUSED };
struct counted {
    uint64_t all, homeless;
    uint64_t *by_unit; /* may be NULL */
};

/* Is a row with these units (one, or those of two records) handed over? */
static bool goes_along(struct packing *p, const struct str *v, const int units[2], enum homeless h, struct counted *n)
{
    for (int i = 0; i < 2 && units[i] >= 0; i++) {
        uint32_t u = units_code(p->units, v[units[i]]);
        if (u == UNIT_NONE) n->homeless++;
        if (u == UNIT_NONE ? h != HOMELESS_GO || p->root != UNIT_NONE : !units_inside(p->units, u, p->root)) return false;
        if (n->by_unit && u != UNIT_NONE) n->by_unit[u]++;
    }
    n->all++;
    return true;
}

/* Writes the rows of the units handed over. */
static bool add_rows(struct packing *p, const char *part, struct rows *r, enum homeless h, struct counted *n)
{
    if (!r) return false;
    const int units[2] = {columns_find(&r->columns, STR("unit")), columns_find(&r->columns, STR("unit_b"))};
    struct row_cursor c = {.rows = r};
    const struct str *v;
    bag_begin(p->bag, part);
    p->line.n = 0;
    rows_format_header(&p->line, ROWS_CSV, &r->columns);
    while ((v = rows_next(&c))) {
        if (!goes_along(p, v, units, h, n)) continue;
        rows_format(&p->line, ROWS_CSV, &r->columns, v);
        if (p->line.n < 1 << 16) continue;
        bag_text(p->bag, buf_slice(&p->line));
        p->line.n = 0;
    }
    bag_text(p->bag, buf_slice(&p->line));
    bool ok = rows_done(&c);
    rows_close(r);
    if (ok && n->homeless && h == HOMELESS_REFUSED && p->root == UNIT_NONE) {
        char text[24];
        struct place at = {.file = p->s->path};
        snprintf(text, sizeof text, "%llu", (unsigned long long)n->homeless);
        diag_add(p->s->diag, DIAG_PACK_NO_UNIT, &at, text, NULL);
        ok = false;
    }
    return ok;
}

static bool is_handed_over(const struct packing *p, uint32_t u)
{
    return units_inside(p->units, u, p->root);
}

/* The units handed over, and those above them, by which they have their place. */
static void add_units(struct packing *p)
{
    static struct str const NAMES[] = {{"code", 4},   {"parent", 6}, {"level", 5}, {"name", 4},  {"aliases", 7},
                                       {"leader", 6}, {"phone", 5},  {"opens", 5}, {"closes", 6}};
    const struct columns columns = {(struct str *)NAMES, 9};
    struct buf aliases = {0};
    bag_begin(p->bag, "data/units.csv");
    p->line.n = 0;
    rows_format_header(&p->line, ROWS_CSV, &columns);
    for (uint32_t i = 0; i < p->units->n; i++) {
        const struct unit *u = &p->units->v[i];
        if (!is_handed_over(p, i) && !units_inside(p->units, p->root, i)) continue;
        aliases.n = 0;
        for (size_t k = 0; k < u->n_aliases; k++) {
            if (k) buf_char(&aliases, ';');
            buf_str(&aliases, u->aliases[k]);
        }
        struct str parent = u->parent == UNIT_NONE ? (struct str){0} : p->units->v[u->parent].code;
        const struct str v[] = {u->code,  parent,   str_of(level_name(u->level)), u->name, buf_slice(&aliases), u->leader, u->phone,
                                u->opens, u->closes};
        rows_format(&p->line, ROWS_CSV, &columns, v);
    }
    bag_text(p->bag, buf_slice(&p->line));
    buf_free(&aliases);
}

static bool add_ledger_file(struct packing *p, const struct schema *l)
{
    struct buf name = {0};
    char bytes[1 << 14], path[4096];
    size_t n;
    snprintf(path, sizeof path, "%.*s", (int)l->path.n, l->path.s);
    FILE *f = fopen(path, "rbe");
    buf_printf(&name, "data/ledgers/%.*s.json", (int)l->name.n, l->name.s);
    bag_begin(p->bag, buf_text(&name));
    while (f && (n = fread(bytes, 1, sizeof bytes, f)) > 0) bag_text(p->bag, (struct str){bytes, n});
    bool ok = f && !ferror(f);
    struct place at = {.file = path};
    if (!ok) diag_add(p->s->diag, DIAG_OPEN_FAILED, &at, path, NULL);
    if (f) fclose(f);
    buf_free(&name);
    return ok;
}

static void manifest_ledger(struct packing *p, const struct schema *l, const uint64_t *counts)
{
    struct buf *m = &p->manifest;
    uint64_t all = 0;
    bool first = true;
    for (size_t i = 0; i < p->units->n; i++) all += counts[i];
    p->records += all;
    buf_put(m, m->s[m->n - 1] == '[' ? "\n  {\"name\":" : ",\n  {\"name\":");
    json_quote(m, l->name);
    buf_put(m, ",\"version\":");
    json_quote(m, l->digest);
    buf_printf(m, ",\"records\":%llu,\"units\":{", (unsigned long long)all);
    for (size_t i = 0; i < p->units->n; i++) {
        if (!counts[i]) continue;
        if (!first) buf_char(m, ',');
        first = false;
        json_quote(m, p->units->v[i].code);
        buf_printf(m, ":%llu", (unsigned long long)counts[i]);
    }
    buf_put(m, "}}");
}

static bool add_ledger(struct packing *p, const struct schema *l)
{
    struct buf name = {0};
    struct counted n = {.by_unit = mem_zero(p->units->n + 1, sizeof *n.by_unit)};
    buf_printf(&name, "data/records/%.*s.csv", (int)l->name.n, l->name.s);
    const struct store_query q = {.ledger = l, .as_of = p->as_of, .sorted = true, .source = true, .record = true, .asked = true};
    bool ok = add_rows(p, buf_text(&name), store_rows(p->s, &q), HOMELESS_REFUSED, &n) && add_ledger_file(p, l);
    manifest_ledger(p, l, n.by_unit);
    free(n.by_unit);
    buf_free(&name);
    return ok;
}

/* Coverage: what each unit handed in, by month. */
static bool manifest_coverage(struct packing *p)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT c.code AS unit, r.ledger, r.period, r.kind, count(*), sum(r.accepted), sum(r.rejected) FROM vet_return r "
                  "JOIN vet_code c ON c._id = r.unit WHERE ");
    buf_visible(&sql, "r", p->as_of);
    buf_put(&sql, " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4");
    struct rows *r = ask(p, "coverage", &sql);
    struct row_cursor c = {.rows = r};
    const struct str *v;
    struct buf *m = &p->manifest;
    bool first = true;
    while (r && (v = rows_next(&c))) {
        static const char *const KEYS[] = {"unit", "ledger", "period", "kind", "sheets", "accepted", "rejected"};
        uint32_t u = units_code(p->units, v[0]);
        if (u == UNIT_NONE || !is_handed_over(p, u)) continue;
        buf_put(m, first ? "\n  " : ",\n  ");
        first = false;
        for (size_t i = 0; i < 7; i++) {
            buf_printf(m, "%s\"%s\":", i ? "," : "{", KEYS[i]);
            if (i < 4) json_quote(m, v[i]);
            else buf_str(m, v[i]);
        }
        buf_char(m, '}');
    }
    bool ok = r && rows_done(&c);
    rows_close(r);
    return ok;
}

/* ---- the whole ---- */

static bool find_moment(struct packing *p)
{
    if (p->o->period) p->as_of = store_as_of(p->s, p->o->period);
    if (p->as_of < 0 || p->s->failed) return false;
    p->as_of = store_state(p->s, p->as_of, p->hash);
    return !p->s->failed;
}

static bool find_units(struct packing *p)
{
    struct place at = {.file = p->s->path};
    p->root = UNIT_NONE;
    p->units = store_units(p->s, p->as_of);
    if (!p->units || !p->o->unit) return p->units != NULL;
    p->root = units_code(p->units, str_of(p->o->unit));
    if (p->root == UNIT_NONE) diag_add(p->s->diag, DIAG_PACK_UNIT, &at, p->o->unit, NULL);
    return p->root != UNIT_NONE;
}

/* Who hands over: the unit named, else the first of those that are under nothing. */
static struct str sender(const struct packing *p)
{
    return p->units->v[p->root == UNIT_NONE ? 0 : p->root].code;
}

static bool start_manifest(struct packing *p, struct buf *info)
{
    struct buf *m = &p->manifest;
    sqlite3_stmt *q = store_prepare(p->s, "SELECT at FROM vet_batch WHERE id = ?");
    if (q) sqlite3_bind_int64(q, 1, p->as_of);
    bool ok = q && sqlite3_step(q) == SQLITE_ROW;
    buf_put(m, "{\n \"package\":1,\n \"sender\":");
    json_quote(m, sender(p));
    buf_put(m, ",\n \"unit\":");
    json_quote(m, p->o->unit ? str_of(p->o->unit) : STR(""));
    buf_put(m, ",\n \"period\":");
    json_quote(m, p->o->period ? str_of(p->o->period) : STR(""));
    if (ok) {
        struct str at = str_head(column_str(q, 0), 10);
        buf_printf(m, ",\n \"head\":{\"batch\":%lld,\"hash\":\"%s\"}", (long long)p->as_of, p->hash);
        const struct unit *u = &p->units->v[p->root == UNIT_NONE ? 0 : p->root];
        buf_printf(info, "Source-Organization: %.*s\nExternal-Identifier: %.*s %s\nBagging-Date: %.*s\nBag-Software-Agent: vet\n",
                   (int)u->name.n, u->name.s, (int)u->code.n, u->code.s, p->o->period ? p->o->period : "", (int)at.n, at.s);
        buf_printf(info, "Vet-Log-Head: %lld %s\n", (long long)p->as_of, p->hash);
    }
    sqlite3_finalize(q);
    return ok;
}

static bool add_parts(struct packing *p, struct buf *info)
{
    bool ok = find_moment(p) && find_units(p) && start_manifest(p, info);
    buf_put(&p->manifest, ",\n \"ledgers\":[");
    for (size_t i = 0; ok && i < p->n_ledgers; i++) ok = add_ledger(p, p->ledgers[i]);
    buf_put(&p->manifest, "],\n \"coverage\":[");
    if (!ok) return false;
    add_units(p);
    struct counted returns = {0}, links = {0}, rejects = {0}, decisions = {0}, asked = {0};
    ok = add_rows(p, "data/asked.csv", asked_of(p), HOMELESS_GO, &asked) &&
         add_rows(p, "data/returns.csv", returns_of(p), HOMELESS_GO, &returns) &&
         add_rows(p, "data/links.csv", links_of(p), HOMELESS_STAY, &links) &&
         add_rows(p, "data/rejects.csv", rejects_of(p), HOMELESS_GO, &rejects) &&
         add_rows(p, "data/decisions.csv", decisions_of(p), HOMELESS_STAY, &decisions) && manifest_coverage(p);
    buf_printf(&p->manifest, "],\n \"rejects\":%llu,\n \"decisions\":%llu\n}\n", (unsigned long long)rejects.all,
               (unsigned long long)decisions.all);
    bag_begin(p->bag, "data/manifest.json");
    bag_text(p->bag, buf_slice(&p->manifest));
    return ok;
}

static bool open_ledgers(struct packing *p)
{
    size_t n;
    const struct str *names = store_ledgers(p->s, &n);
    struct buf name = {0};
    bool ok = true;
    p->ledgers = mem_zero(n + 1, sizeof *p->ledgers);
    for (size_t i = 0; ok && i < n; i++) {
        name.n = 0;
        buf_str(&name, names[i]);
        p->ledgers[i] = schema_open(p->o->share, buf_text(&name), p->s->diag);
        if (p->ledgers[i]) p->n_ledgers++;
        ok = p->ledgers[i] != NULL;
    }
    for (size_t i = 0; ok && i < n; i++) ok = store_ledger(p->s, p->ledgers[i]);
    buf_free(&name);
    return ok;
}

static bool log_pack(struct packing *p, const char *digest)
{
    if (!batch_begin(p->s, "pack")) return false;
    buf_put(&p->s->batch.source, p->o->output ? p->o->output : "-");
    buf_put(&p->s->batch.source_hash, digest);
    buf_printf(&p->s->batch.counts, "{\"unit\":");
    json_quote(&p->s->batch.counts, sender(p));
    buf_printf(&p->s->batch.counts, ",\"batch\":%lld,\"records\":%llu}", (long long)p->as_of, (unsigned long long)p->records);
    return batch_end(p->s, true);
}

bool store_pack(struct store *s, const struct pack_options *o, struct out *out)
{
    struct packing p = {.s = s, .o = o, .bag = bag_new(o->output ? o->output : "-", s->diag)};
    struct buf info = {0};
    char digest[65];
    bool ok = open_ledgers(&p) && pipe_drain(s) && store_exec(s, "BEGIN"); /* all parts are of one moment */
    ok = ok && add_parts(&p, &info);
    if (!sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    ok = ok && bag_write(p.bag, buf_slice(&info), out, digest) && log_pack(&p, digest);
    bag_free(p.bag);
    units_free(p.units);
    for (size_t i = 0; i < p.n_ledgers; i++) schema_free(p.ledgers[i]);
    free(p.ledgers);
    buf_free(&info);
    buf_free(&p.manifest);
    buf_free(&p.line);
    return ok;
}
