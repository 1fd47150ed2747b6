#include "store/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <zip.h>

#include "store/own.h"
#include "store/pipe.h"

struct packing {
    struct store *s;
    zip_t *zip;
    struct buf manifest, tags, info;
    struct arena memory;
    bool ok;
};

static void digest_line(struct buf *list, struct str content, const char *name)
{
    unsigned char d[32];
    char hex[65];
    image_digest(content, d);
    hex_of(d, 32, hex);
    buf_printf(list, "%s  %s\n", hex, name);
}

/* Adds a part and, where it belongs, its line in a manifest. */
static void add_part(struct packing *p, const char *name, struct str content, struct buf *list)
{
    if (!p->ok) return;
    if (list) digest_line(list, content, name);
    char *copy = arena_copy(&p->memory, content.s ? content.s : "", content.n);
    zip_source_t *source = zip_source_buffer(p->zip, copy, content.n, 0);
    zip_int64_t at = source ? zip_file_add(p->zip, name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (at < 0 || zip_file_set_dostime(p->zip, (zip_uint64_t)at, 0, 0x21, 0) != 0) { /* 1980-01-01: same store, same bytes */
        if (at < 0) zip_source_free(source);
        p->ok = false;
    }
}

static uint64_t add_rows(struct packing *p, const char *name, struct rows *r)
{
    struct buf text = {0};
    struct row_cursor c = {.rows = r};
    const struct str *v;
    uint64_t n = 0;
    if (!r) {
        p->ok = false;
        return 0;
    }
    rows_format_header(&text, ROWS_CSV, &r->columns);
    for (; (v = rows_next(&c)); n++) rows_format(&text, ROWS_CSV, &r->columns, v);
    if (!rows_done(&c)) p->ok = false;
    rows_close(r);
    add_part(p, name, buf_slice(&text), &p->manifest);
    buf_free(&text);
    return n;
}

static struct rows *ask(struct store *s, const char *name, struct buf *sql)
{
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(sql)) : NULL;
    buf_free(sql);
    return rows_of_statement(s, name, q);
}

static struct rows *unit_rows(struct store *s)
{
    struct buf sql = {0};
    buf_put(
        &sql,
        "SELECT code, parent, level, name, aliases, leader, phone, opens, closes FROM vet_unit WHERE _out IS NULL ORDER BY code");
    return ask(s, "units", &sql);
}

static struct rows *total_rows(struct store *s, const struct schema *const *ledgers, size_t n)
{
    struct buf sql = {0};
    for (size_t i = 0; i < n; i++) {
        if (i) buf_put(&sql, " UNION ALL ");
        buf_put(&sql, "SELECT ");
        buf_literal(&sql, ledgers[i]->name);
        buf_put(&sql, " AS ledger, ifnull(c.code, '') AS unit, count(*) AS count FROM ");
        buf_name(&sql, tables_ledger(s, ledgers[i]->name)->name);
        buf_put(&sql, " v LEFT JOIN vet_code c ON c._id = v._unit WHERE v._out IS NULL GROUP BY 2");
    }
    buf_put(&sql, " ORDER BY 1, 2");
    return ask(s, "totals", &sql);
}

static void add_ledger(struct packing *p, const struct schema *l)
{
    struct buf name = {0};
    buf_put(&name, "data/");
    buf_str(&name, l->name);
    buf_put(&name, ".csv");
    uint64_t n = add_rows(p, buf_text(&name), store_rows(p->s, &(struct store_query){.ledger = l, .sorted = true}));
    buf_printf(&p->info, "Vet-Ledger: %.*s %.*s %llu\n", (int)l->name.n, l->name.s, (int)l->digest.n, l->digest.s,
               (unsigned long long)n);
    buf_free(&name);
}

static bool write_zip(struct packing *p, zip_source_t *whole, struct out *o)
{
    zip_source_keep(whole);
    bool ok = zip_close(p->zip) == 0;
    if (!ok) zip_discard(p->zip);
    char bytes[65536];
    zip_int64_t n = ok && zip_source_open(whole) == 0 ? 1 : -1;
    if (n > 0) {
        while ((n = zip_source_read(whole, bytes, sizeof bytes)) > 0) out_write(o, (struct str){bytes, (size_t)n});
        zip_source_close(whole);
    }
    zip_source_free(whole);
    return n == 0 && !out_failed(o);
}

bool store_pack(struct store *s, const struct schema *const *ledgers, size_t n, struct out *o)
{
    struct packing p = {.s = s, .ok = true};
    struct place at = {.file = s->path};
    zip_error_t error;
    zip_error_init(&error);
    for (size_t i = 0; i < n; i++)
        if (!store_ledger(s, ledgers[i])) return false;
    zip_source_t *whole = zip_source_buffer_create(NULL, 0, 0, &error);
    p.zip = whole ? zip_open_from_source(whole, ZIP_TRUNCATE, &error) : NULL;
    if (!p.zip || !store_exec(s, "BEGIN")) { /* one moment for all parts */
        if (!p.zip) zip_source_free(whole);
        zip_error_fini(&error);
        return false;
    }
    zip_error_fini(&error);
    batch_refresh(s);
    add_part(&p, "bagit.txt", STR("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), &p.tags);
    buf_printf(&p.info, "Bag-Software-Agent: vet\nVet-Head: %lld %s\n", (long long)s->head, s->head_hash);
    buf_printf(&p.info, "Vet-Units: %llu\n", (unsigned long long)add_rows(&p, "data/units.csv", unit_rows(s)));
    buf_printf(&p.info, "Vet-Coverage: %llu\n", (unsigned long long)add_rows(&p, "data/coverage.csv", store_returns(s, NULL, 0)));
    add_rows(&p, "data/totals.csv", total_rows(s, ledgers, n));
    for (size_t i = 0; i < n; i++) add_ledger(&p, ledgers[i]);
    sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    add_part(&p, "bag-info.txt", buf_slice(&p.info), &p.tags);
    add_part(&p, "manifest-sha256.txt", buf_slice(&p.manifest), &p.tags);
    add_part(&p, "tagmanifest-sha256.txt", buf_slice(&p.tags), NULL);
    bool ok = p.ok && !s->failed;
    if (ok) ok = write_zip(&p, whole, o);
    else zip_discard(p.zip);
    if (!ok && !s->failed) diag_add(s->diag, DIAG_PACK_FAILED, &at, NULL);
    buf_free(&p.manifest);
    buf_free(&p.tags);
    buf_free(&p.info);
    arena_free(&p.memory);
    return ok;
}
