/* libFuzzer target: any text as a receipt, and one that is right with any edits.  It is anchored in the log, or it is told why not;
 * and any text as a moment of the store. */
#include "fuzz_store.h"
#include "fuzz_zip.h"

static const char *const TOKENS[] = {
    "\"receipt\":",
    "\"sender\":",
    "\"receiver\":",
    "\"batch\":",
    "\"hash\":",
    "\"at\":",
    "\"ledgers\":",
    "\"units\":",
    "\"records\":",
    "\"name\":",
    "\"person\"",
    "null",
    "-1",
    "9223372036854775807",
    "1e308",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\"b1\":",
    "\"b2\":",
    "2",
    "2026-10",
    "2026-10-20",
    "T08:00:00",
};
enum { N_TOKENS = sizeof TOKENS / sizeof *TOKENS };

static struct station st;
static struct buf good;

static void clean(void)
{
    station_remove(st.path);
}

static void start(void)
{
    char path[64], package[64], county[64];
    if (st.store) return;
    path_in_memory(path, "station");
    path_in_memory(package, "package");
    path_in_memory(county, "county");
    fill_station(&st, path);
    pack_station(&st, package);
    take_package(county, package, &good);
    unlink(package);
    station_remove(county);
    atexit(clean);
    diag_init(&st.diag, NULL, NULL);
}

static void check_receipt(struct str text, bool whole)
{
    struct file_of_bytes f = file_of_bytes(text.s ? text.s : "", text.n);
    st.diag.status = 0;
    bool ok = store_check_receipt(st.store, f.path);
    must(ok == (st.diag.status == 0), "a receipt is right, or what is wrong with it is told");
    must(ok || !whole, "and the one that was given is right");
    close(f.fd);
}

static void check_moment(const char *text)
{
    const char *hash;
    st.diag.status = 0;
    int64_t batch = store_as_of(st.store, text), head = store_head(st.store, &hash);
    must(batch >= 1 ? batch <= head && st.diag.status == 0 : batch == -1 && st.diag.status >= 2,
         "a moment is a batch, or what is wrong with it is told");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    start();
    if (!n) return 0;
    struct buf text = {0};
    struct edit_bytes e = {data + 1, n - 1};
    bool edited = data[0] & 1;
    if (edited) buf_str(&text, buf_slice(&good));
    while (edited && e.n) edit_text(&text, &e, TOKENS, N_TOKENS);
    if (!edited) tokens_to_text(&text, TOKENS, N_TOKENS, e.s, e.n);
    check_receipt(buf_slice(&text), edited && n == 1);
    if (!edited) check_moment(buf_text(&text));
    buf_free(&text);
    return 0;
}
