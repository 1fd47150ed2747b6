/* For targets that need a store: a small station, made once in memory, what it handed over, and edits of a text that is right. */
#ifndef VET_TESTS_FUZZ_STORE_H
#define VET_TESTS_FUZZ_STORE_H

#include <sys/stat.h>

#include "../unit/store_fixture.h"
#include "fuzz_share.h"
#include "store/bag.h"
#include "store/pack.h"

/* Two months of three buildings, with an id that is wrong, a building with nobody and a row that went back. */
static inline void fill_station(struct station *st, const char *path)
{
    station_remove(path);
    station_start(st, path);
    must(station_open(st), "a store is made");
    bool ok = IMPORT(st, NULL, .name = "1号楼.csv", .survey = "2026-10-20",
                     PEOPLE({"b1", "张三", "370124195001011012", "1950-01-01", "13900000001"},
                            {"b1", "李四", NULL, "1952-11-07", NULL, "id_number:id_checksum", "370124195211070021"}),
                     .rejected_unit = "b1", .rejected_cells = {"", "370124196002290038"}) &&
              IMPORT(st, NULL, .name = "2号楼.csv", .survey = "2026-10-21",
                     PEOPLE({"b2", "张三", "370124195001011012", "1950-01-01"}), .nil = "b3");
    const struct store_link links[] = {{1, STR("E1"), STR("id")}, {3, STR("E1"), STR("id")}};
    ok = ok && store_links_replace(st->store, st->ledger, links, 2);
    snprintf(st->now, sizeof st->now, "2026-11-20T08:00:00");
    ok = ok && station_close(st) && station_open_as(st, STORE_WRITE) &&
         IMPORT(st, NULL, .name = "1号楼.csv", .survey = "2026-11-20",
                PEOPLE({"b1", "张三", "370124195001011012", "1950-01-01", "13900000009"}));
    must(ok, "and filled");
}

/* Packs the station's store into a file of that name. */
static inline void pack_station(struct station *st, const char *path)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct out *o = out_open(path, &d);
    bool ok = o && store_pack(st->store, &(struct pack_options){.share = share_folder(), .output = "p.zip"}, o);
    must(o && out_close(o, ok, &d) && ok, "the store is packed");
}

/* The receipt of another store, at `path`, for that package. */
static inline void take_package(const char *path, const char *package, struct buf *receipt)
{
    struct station county;
    station_remove(path);
    station_start(&county, path);
    must(station_open_as(&county, STORE_CREATE), "another store is made");
    must(store_unpack(county.store, share_folder(), package, receipt), "the package is taken");
    must(station_close(&county), "and kept");
    station_end(&county);
}

/* One edit of a text, as the bytes say: where, how much goes, how much comes, what comes (a byte from 0x80 on may be a token). */
struct edit_bytes {
    const uint8_t *s;
    size_t n;
};
static inline size_t edit_number(struct edit_bytes *e, int bytes)
{
    size_t v = 0;
    for (; bytes && e->n; bytes--, e->s++, e->n--) v = v << 8 | *e->s;
    return v;
}
static inline void edit_text(struct buf *text, struct edit_bytes *e, const char *const *tokens, size_t n_tokens)
{
    struct buf out = {0};
    size_t at = edit_number(e, 2) % (text->n + 1), gone = edit_number(e, 1), come = edit_number(e, 1) % 64;
    if (gone > text->n - at) gone = text->n - at;
    if (come > e->n) come = e->n;
    buf_str(&out, str_head(buf_slice(text), at));
    for (size_t i = 0; i < come; i++) {
        if (e->s[i] >= 0x80 && e->s[i] - 0x80u < n_tokens) buf_put(&out, tokens[e->s[i] - 0x80]);
        else buf_char(&out, (char)e->s[i]);
    }
    e->s += come;
    e->n -= come;
    buf_str(&out, str_from(buf_slice(text), at + gone));
    buf_free(text);
    *text = out;
}
#endif
