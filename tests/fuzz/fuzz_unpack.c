/* libFuzzer target: a package that is right but for edits of its parts, taken by a store that has nothing, or an earlier package of
 * the same sender.  It is taken whole and the store is sound, or it is told what is wrong and the store is as it was. */
#include "fuzz_store.h"
#include "fuzz_zip.h"

static const char *const TOKENS[] = {
    ",",
    "\n",
    "\"",
    "b1",
    "b2",
    "b3",
    "s1a",
    "\"units\":{",
    "\"records\":",
    "\"person\"",
    "[1,2,3]",
    "person",
    "nil",
    "records",
    "2026-10-20",
    "1号楼.csv",
    "id_checksum",
    "null",
    "-1",
    "[",
    "]",
    "{",
    "}",
    "\"name\":\"",
    "\"version\":\"",
    "\"hash\":\"",
    "\"batch\":",
    "9223372036854775807",
};
enum { N_TOKENS = sizeof TOKENS / sizeof *TOKENS, PARTS = 16, BYTES = 1 << 20 };

struct part {
    char name[BAG_NAME + 1];
    struct buf text;
};
static struct part parts[PARTS];
static size_t n_parts;
static struct buf empty, full; /* the bytes of the two stores */
static char county[64], package[64];

static void clean(void)
{
    station_remove(county);
    unlink(package);
}

static void load_parts(void)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct bag *b = bag_open(package, &d);
    must(b, "the package is sound");
    for (size_t i = 0; i < bag_count(b); i++) {
        if (strncmp(bag_name(b, i), "data/", 5) != 0) continue;
        must(n_parts < PARTS, "there is room for its parts");
        snprintf(parts[n_parts].name, sizeof parts->name, "%s", bag_name(b, i));
        must(bag_load(b, bag_name(b, i), &parts[n_parts++].text), "each can be read");
    }
    bag_free(b);
}

static void load_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    must(f, "a store is there");
    buf_reserve(out, BYTES);
    out->n = fread(out->s, 1, BYTES, f);
    must(feof(f), "and a small one");
    fclose(f);
}

static void save_file(const char *path, const struct buf *bytes)
{
    FILE *f = fopen(path, "wb");
    must(f && fwrite(bytes->s, 1, bytes->n, f) == bytes->n && fclose(f) == 0, "a store is laid out");
}

static void start(void)
{
    struct station st;
    struct buf receipt = {0};
    char path[64];
    if (n_parts) return;
    path_in_memory(path, "station");
    path_in_memory(package, "package");
    path_in_memory(county, "county");
    atexit(clean);
    fill_station(&st, path);
    pack_station(&st, package);
    load_parts();
    take_package(county, package, &receipt);
    load_file(county, &full);
    station_remove(county);
    station_end(&st);
    station_remove(path);
    station_start(&st, county);
    must(station_open_as(&st, STORE_CREATE) && store_ledger(st.store, st.ledger) && station_close(&st),
         "a store of nothing is made");
    station_end(&st);
    load_file(county, &empty);
    station_remove(county);
    buf_free(&receipt);
}

/* The parts, edited as the bytes say, as a package. */
static bool pack_edited(struct edit_bytes *e)
{
    struct diag d;
    struct buf text[PARTS] = {{0}};
    char digest[65];
    diag_init(&d, NULL, NULL);
    for (size_t i = 0; i < n_parts; i++) buf_str(&text[i], buf_slice(&parts[i].text));
    while (e->n) {
        size_t i = edit_number(e, 1) % n_parts;
        edit_text(&text[i], e, TOKENS, N_TOKENS);
    }
    struct bag *b = bag_new("package", &d);
    for (size_t i = 0; i < n_parts; i++) {
        bag_begin(b, parts[i].name);
        bag_text(b, buf_slice(&text[i]));
        buf_free(&text[i]);
    }
    struct out *o = out_open(package, &d);
    bool ok = o && bag_write(b, STR("Source-Organization: x\n"), o, digest);
    if (o && !out_close(o, ok, &d)) ok = false;
    bag_free(b);
    return ok;
}

static void take(bool of_nothing, bool unedited)
{
    struct station st;
    struct buf receipt = {0};
    const char *hash;
    save_file(county, of_nothing ? &empty : &full);
    station_start(&st, county);
    diag_init(&st.diag, NULL, NULL);
    must(station_open_as(&st, STORE_WRITE), "the store opens");
    int64_t head = store_head(st.store, &hash);
    bool ok = store_unpack(st.store, share_folder(), package, &receipt);
    must(ok || st.diag.status >= 1, "a package is taken, or what is wrong with it is told");
    must(ok || !unedited, "and the one that was packed is");
    must(!ok || receipt.n > 0, "what is taken is answered");
    must(ok || store_head(st.store, &hash) == head, "what is not taken leaves no batch");
    must(store_verify_quietly(st.store), "the store is sound");
    must(station_close(&st), "and closes");
    station_end(&st);
    station_remove(county);
    buf_free(&receipt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    start();
    if (!n) return 0;
    struct edit_bytes e = {data + 1, n - 1};
    if (pack_edited(&e)) take(data[0] & 1, n == 1);
    unlink(package);
    return 0;
}
