/* The receiving end of a hand-over (pack.h): everything is checked before anything is taken. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include "store/own.h"
#include "store/pack.h"
#include "store/pipe.h"

enum { MAX_PARTS = 64 };
static const uint64_t MAX_BYTES = 8ull << 30; /* of all parts: a county has some millions of people */

struct part {
    struct str name, content;
};
struct package {
    struct store *s;
    const char *path, *base;
    struct part parts[MAX_PARTS];
    size_t n;
    char digest[65]; /* of the whole file */
    struct str head; /* "17 <hash>" */
    struct schema *ledgers[MAX_PARTS];
    uint64_t counts[MAX_PARTS];
    size_t n_ledgers;
    struct arena memory;
};

static bool bad(struct package *p, enum diag_code code, struct str what)
{
    struct place at = {.file = p->path};
    struct buf b = {0};
    buf_str(&b, what);
    diag_add(p->s->diag, code, &at, buf_text(&b), NULL);
    buf_free(&b);
    return false;
}

/* ---- the zip ---- */

static bool digest_file(struct package *p)
{
    FILE *f = fopen(p->path, "rbe");
    struct sha256_ctx c;
    unsigned char bytes[65536], d[32];
    size_t n;
    sha256_init(&c);
    while (f && (n = fread(bytes, 1, sizeof bytes, f)) > 0) sha256_update(&c, n, bytes);
    bool ok = f && !ferror(f);
    if (!ok) bad(p, DIAG_OPEN_FAILED, str_of(strerror(errno)));
    if (f) fclose(f);
    sha256_digest(&c, 32, d);
    hex_of(d, 32, p->digest);
    return ok;
}

static bool read_part(struct package *p, zip_t *zip, zip_uint64_t i, uint64_t *total)
{
    zip_stat_t st;
    if (zip_stat_index(zip, i, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE) || !(st.valid & ZIP_STAT_NAME))
        return bad(p, DIAG_UNPACK_NOT, str_of(p->path));
    *total += st.size;
    if (*total > MAX_BYTES || p->n == MAX_PARTS) return bad(p, DIAG_UNPACK_LARGE, (struct str){0});
    char *bytes = arena_alloc(&p->memory, (size_t)st.size + 1);
    zip_file_t *f = zip_fopen_index(zip, i, 0);
    zip_int64_t n = f ? zip_fread(f, bytes, st.size) : -1;
    char more;
    bool whole = f && n == (zip_int64_t)st.size && zip_fread(f, &more, 1) == 0;
    if (f) zip_fclose(f);
    if (!whole) return bad(p, DIAG_UNPACK_BROKEN, str_of(st.name));
    p->parts[p->n++] = (struct part){str_copy(&p->memory, str_of(st.name)), {bytes, (size_t)n}};
    return true;
}

static bool read_parts(struct package *p)
{
    int code;
    uint64_t total = 0;
    zip_t *zip = zip_open(p->path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
    if (!zip) return bad(p, DIAG_UNPACK_NOT, (struct str){0});
    bool ok = true;
    zip_int64_t n = zip_get_num_entries(zip, 0);
    for (zip_int64_t i = 0; ok && i < n; i++) ok = read_part(p, zip, (zip_uint64_t)i, &total);
    zip_discard(zip);
    return ok;
}

static const struct part *part_named(const struct package *p, struct str name)
{
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->parts[i].name, name)) return &p->parts[i];
    return NULL;
}

/* ---- the manifests ---- */

static struct str next_line(struct str *text)
{
    const char *end = text->n ? memchr(text->s, '\n', text->n) : NULL;
    struct str line = {text->s, end ? (size_t)(end - text->s) : text->n};
    *text = str_from(*text, line.n + (end != NULL));
    return line;
}

/* Each line "HEX  NAME": the part is there and is what it was. */
static bool check_manifest(struct package *p, const char *name, size_t *listed)
{
    const struct part *m = part_named(p, str_of(name));
    if (!m) return bad(p, DIAG_UNPACK_NOT, str_of(name));
    struct str text = m->content;
    while (text.n) {
        struct str line = next_line(&text);
        if (line.n < 67) return bad(p, DIAG_UNPACK_BROKEN, str_of(name));
        const struct part *part = part_named(p, str_from(line, 66));
        unsigned char d[32];
        char hex[65];
        if (part) image_digest(part->content, d);
        if (part) hex_of(d, 32, hex);
        if (!part || !str_is(str_head(line, 64), hex)) return bad(p, DIAG_UNPACK_BROKEN, str_from(line, 66));
        ++*listed;
    }
    return true;
}

static bool read_info(struct package *p, const char *share)
{
    const struct part *info = part_named(p, STR("bag-info.txt"));
    if (!info) return bad(p, DIAG_UNPACK_NOT, STR("bag-info.txt"));
    struct str text = info->content;
    while (text.n) {
        struct str line = next_line(&text), rest;
        if (str_starts(line, STR("Vet-Head: "))) p->head = str_from(line, 10);
        if (!str_starts(line, STR("Vet-Ledger: "))) continue;
        rest = str_from(line, 12);
        size_t space = 0, second = 0;
        if (!str_find(rest, STR(" "), &space) || !str_find(str_from(rest, space + 1), STR(" "), &second) ||
            p->n_ledgers == MAX_PARTS)
            return bad(p, DIAG_UNPACK_BROKEN, STR("bag-info.txt"));
        struct str name = str_copy(&p->memory, str_head(rest, space));
        if (memchr(name.s, '/', name.n)) return bad(p, DIAG_UNPACK_BROKEN, STR("bag-info.txt"));
        struct schema *l = schema_open(share, name.s, p->s->diag);
        if (!l) return false;
        p->ledgers[p->n_ledgers] = l;
        p->counts[p->n_ledgers++] = strtoull(str_copy(&p->memory, str_from(rest, space + second + 2)).s, NULL, 10);
    }
    return p->head.n >= 66 ? true : bad(p, DIAG_UNPACK_NOT, STR("bag-info.txt"));
}

static bool check_package(struct package *p, const char *share)
{
    size_t listed = 0, tags = 0;
    if (!digest_file(p) || !read_parts(p) || !check_manifest(p, "tagmanifest-sha256.txt", &tags) ||
        !check_manifest(p, "manifest-sha256.txt", &listed))
        return false;
    for (size_t i = 0, data = 0; i < p->n; i++) /* nothing but what the manifest lists */
        if (str_starts(p->parts[i].name, STR("data/")) && ++data > listed) return bad(p, DIAG_UNPACK_BROKEN, p->parts[i].name);
    return read_info(p, share);
}

/* ---- taking it ---- */

/* A part as a stream of rows: a memory file, as nothing that an archive names is written to the disk. */
static struct rows *part_rows(struct package *p, struct str name, int *fd)
{
    const struct part *part = part_named(p, name);
    *fd = -1;
    if (!part) {
        bad(p, DIAG_UNPACK_BROKEN, name);
        return NULL;
    }
    *fd = memfd_create("part", MFD_CLOEXEC);
    for (size_t at = 0; *fd >= 0 && at < part->content.n;) {
        ssize_t n = write(*fd, part->content.s + at, part->content.n - at);
        if (n < 0 && errno != EINTR) {
            close(*fd);
            *fd = -1;
        }
        if (n > 0) at += (size_t)n;
    }
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", *fd);
    const char *const paths[] = {arena_string(&p->memory, path)};
    return *fd < 0 ? NULL : rows_open(paths, 1, "csv", p->s->diag);
}

static void close_part(struct rows *r, int fd)
{
    rows_close(r);
    if (fd >= 0) close(fd);
}

/* The units that are there and those of the package, which win where both know a code. */
static struct units *merge_units(struct package *p)
{
    static const char *const COLUMNS[9] = {"code", "parent", "level", "name", "aliases", "leader", "phone", "opens", "closes"};
    int fd, at[9];
    struct rows *r = part_rows(p, STR("data/units.csv"), &fd);
    struct units *all = units_new();
    struct map own = {0};
    bool ok = r != NULL;
    for (size_t i = 0; ok && i < 9; i++) ok = (at[i] = columns_find(&r->columns, str_of(COLUMNS[i]))) >= 0;
    struct row_cursor c = {.rows = r};
    const struct str *v;
    while (ok && (v = rows_next(&c))) {
        map_at(&own, v[at[0]], NULL);
        units_add(all, v[at[0]], v[at[1]], v[at[2]], v[at[3]], v[at[4]], v[at[5]], v[at[6]], v[at[7]], v[at[8]]);
    }
    if (r && !rows_done(&c)) ok = false;
    close_part(r, fd);
    struct units *now = ok && store_has_units(p->s) ? store_units(p->s, 0) : NULL;
    for (uint32_t i = 0; now && i < now->n; i++) {
        const struct unit *u = &now->v[i];
        struct buf aliases = {0};
        for (size_t k = 0; k < u->n_aliases; k++) {
            if (k) buf_char(&aliases, ';');
            buf_str(&aliases, u->aliases[k]);
        }
        if (!map_find(&own, u->code))
            units_add(all, u->code, u->parent == UNIT_NONE ? STR("") : now->v[u->parent].code, str_of(level_name(u->level)),
                      u->name, buf_slice(&aliases), u->leader, u->phone, u->opens, u->closes);
        buf_free(&aliases);
    }
    units_free(now);
    map_free(&own);
    if (ok && units_ready(all, p->path, p->s->diag)) return all;
    units_free(all);
    return NULL;
}

struct taking {
    struct sink *sink;
    const struct schema *l;
    const struct units *units;
    struct str *values, *typed;
    int *at, *typed_at; /* columns of the package, -1 = it has none */
    int unit, flags;
};

static bool take_row(struct taking *t, const struct str *v, const char *file, uint32_t row)
{
    for (size_t i = 0; i < t->l->n_fields; i++) {
        t->values[i] = t->at[i] >= 0 ? v[t->at[i]] : (struct str){0};
        t->typed[i] = t->typed_at[i] >= 0 ? v[t->typed_at[i]] : (struct str){0};
    }
    struct record r = {
        .values = t->values, .typed = t->typed, .unit_code = v[t->unit], .flags = v[t->flags], .at = {.file = file, .row = row}};
    r.unit = units_code(t->units, r.unit_code);
    enum fate fate;
    return t->sink->record(t->sink->ctx, &r, &fate);
}

static bool find_columns(struct taking *t, const struct columns *c)
{
    for (size_t i = 0; i < t->l->n_fields; i++) {
        struct buf b = {0};
        buf_str(&b, t->l->fields[i].name);
        t->at[i] = columns_find(c, buf_slice(&b));
        buf_put(&b, "_typed");
        t->typed_at[i] = columns_find(c, buf_slice(&b));
        buf_free(&b);
    }
    t->unit = columns_find(c, STR("unit"));
    t->flags = columns_find(c, STR("_flags"));
    return t->unit >= 0 && t->flags >= 0;
}

static bool take_rows(struct package *p, struct taking *t, uint64_t wanted)
{
    int fd;
    struct buf name = {0};
    buf_put(&name, "data/");
    buf_str(&name, t->l->name);
    buf_put(&name, ".csv");
    struct rows *r = part_rows(p, buf_slice(&name), &fd);
    bool ok = r && find_columns(t, &r->columns);
    struct row_cursor c = {.rows = r};
    const struct str *v;
    uint32_t n = 0;
    while (ok && (v = rows_next(&c))) ok = take_row(t, v, p->base, ++n);
    if (r && !rows_done(&c)) ok = false;
    if (ok && n != wanted) ok = bad(p, DIAG_UNPACK_BROKEN, buf_slice(&name));
    close_part(r, fd);
    buf_free(&name);
    return ok;
}

static bool take_ledger(struct package *p, const struct units *units, size_t i, bool *skipped)
{
    const struct schema *l = p->ledgers[i];
    size_t n = l->n_fields + 1;
    struct taking t = {.sink = store_sink(p->s, l, units), .l = l, .units = units};
    struct sink_file f = {.name = p->base, .path = p->base};
    bool skip = false, ok = t.sink != NULL;
    for (size_t k = 0; k < 32; k++) sscanf(p->digest + 2 * k, "%2hhx", &f.digest[k]);
    f.digest[31] ^= (unsigned char)i; /* a package is a file for each ledger */
    t.values = mem_zero(n, sizeof *t.values);
    t.typed = mem_zero(n, sizeof *t.typed);
    t.at = mem_zero(n, sizeof *t.at);
    t.typed_at = mem_zero(n, sizeof *t.typed_at);
    if (ok && (ok = t.sink->begin(t.sink->ctx, &f, &skip))) {
        ok = skip || take_rows(p, &t, p->counts[i]);
        if (!t.sink->end(t.sink->ctx, ok)) ok = false;
    }
    *skipped = skip;
    store_sink_free(t.sink);
    free(t.values);
    free(t.typed);
    free(t.at);
    free(t.typed_at);
    return ok;
}

/* The control totals of the package against what the store holds now in those units. */
static bool check_totals(struct package *p)
{
    int fd;
    struct rows *r = part_rows(p, STR("data/totals.csv"), &fd);
    struct row_cursor c = {.rows = r};
    const struct str *v;
    bool ok = r != NULL && r->columns.n == 3;
    while (ok && (v = rows_next(&c))) {
        struct buf sql = {0}, table = {0};
        buf_str(&table, v[0]);
        buf_put(&table, "_version");
        buf_put(&sql, "SELECT count(*) FROM ");
        buf_name(&sql, buf_slice(&table));
        buf_put(&sql, " v WHERE v._out IS NULL AND v._unit IS (SELECT _id FROM vet_code WHERE code = ");
        buf_literal(&sql, v[1]);
        buf_put(&sql, ")");
        struct str name = str_copy(&p->memory, v[0]), want = str_copy(&p->memory, v[2]);
        if (!tables_ledger(p->s, name)) ok = bad(p, DIAG_UNPACK_BROKEN, STR("data/totals.csv"));
        else if (v[1].n && store_number(p->s, buf_text(&sql)) != strtoll(want.s, NULL, 10)) ok = bad(p, DIAG_UNPACK_TOTALS, v[1]);
        buf_free(&sql);
        buf_free(&table);
    }
    if (r && !rows_done(&c)) ok = false;
    close_part(r, fd);
    return ok;
}

static void write_receipt(struct package *p, struct buf *receipt)
{
    size_t space = 0;
    str_find(p->head, STR(" "), &space);
    buf_printf(receipt, "{\"package\":\"%s\",\"sender_batch\":%.*s,\"sender_hash\":\"%.*s\",\"rows\":{", p->digest, (int)space,
               p->head.s, 64, p->head.s + space + 1);
    for (size_t i = 0; i < p->n_ledgers; i++) {
        if (i) buf_char(receipt, ',');
        json_quote(receipt, p->ledgers[i]->name);
        buf_printf(receipt, ":%llu", (unsigned long long)p->counts[i]);
    }
    buf_printf(receipt, "},\"batch\":%lld,\"hash\":\"%s\",\"at\":\"%s\"}\n", (long long)p->s->head, p->s->head_hash, p->s->now);
}

bool store_unpack(struct store *s, const char *share, const char *path, struct buf *receipt)
{
    struct package *p = mem_zero(1, sizeof *p);
    const char *slash = strrchr(path, '/');
    bool skipped = false;
    p->s = s;
    p->path = path;
    p->base = slash ? slash + 1 : path;
    bool ok = check_package(p, share);
    struct units *units = ok ? merge_units(p) : NULL;
    ok = ok && units && group_begin(s) && store_units_load(s, units);
    for (size_t i = 0; ok && i < p->n_ledgers; i++) ok = take_ledger(p, units, i, &skipped);
    ok = ok && (skipped || check_totals(p));
    if (s->group && !group_end(s, ok)) ok = false;
    if (ok && skipped) bad(p, DIAG_UNPACK_AGAIN, (struct str){0});
    if (ok) write_receipt(p, receipt);
    units_free(units);
    for (size_t i = 0; i < p->n_ledgers; i++) schema_free(p->ledgers[i]);
    arena_free(&p->memory);
    free(p);
    return ok;
}

/* ---- the receipt, back at the sender's ---- */

bool store_check_receipt(struct store *s, const char *path)
{
    char text[4096] = "", hash[65] = "", sql[160];
    long long batch = 0;
    struct place at = {.file = path};
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f) fclose(f);
    text[n] = 0;
    const char *found = strstr(text, "\"sender_batch\":");
    if (!found || sscanf(found, "\"sender_batch\":%lld,\"sender_hash\":\"%64[0-9a-f]\"", &batch, hash) != 2) {
        diag_add(s->diag, DIAG_RECEIPT_NOT, &at, NULL);
        return false;
    }
    snprintf(sql, sizeof sql, "SELECT count(*) FROM vet_batch WHERE id = %lld AND hash = '%s'", batch, hash);
    bool ok = store_number(s, sql) == 1;
    char number[24];
    snprintf(number, sizeof number, "%lld", batch);
    diag_add(s->diag, ok ? DIAG_RECEIPT_OK : DIAG_RECEIPT_DIFFERS, &at, number, NULL);
    return ok;
}
