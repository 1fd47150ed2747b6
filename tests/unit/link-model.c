/* Model files: what is written says what was read. */
#include "flow/rows.h"
#include "link/model.h"
#include "tap.h"

static bool open_model(struct model *m, const char *share, const char *name)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    model_start(m);
    return model_open(m, share, name, &d);
}

static void write_file(const char *path, struct str text)
{
    FILE *f = fopen(path, "w");
    if (!f) abort();
    fwrite(text.s, 1, text.n, f);
    fclose(f);
}

/* Written, read and written again. */
static void check_same(const char *share, const char *name, const char *kept)
{
    struct model first, second;
    struct buf once = {0}, twice = {0};
    size_t at;
    CHECK(open_model(&first, share, name), "%s is read", name);
    model_write(&first, &once);
    write_file("./written.json", buf_slice(&once));
    CHECK(open_model(&second, share, "./written.json"), "%s is read when it was written", name);
    model_write(&second, &twice);
    CHECK_STR(buf_slice(&twice), buf_text(&once), "%s says the same when it is written again", name);
    CHECK(str_find(buf_slice(&twice), str_of(kept), &at), "%s keeps %s", name, kept);
    model_free(&first);
    model_free(&second);
    buf_free(&once);
    buf_free(&twice);
}

int main(void)
{
    const char *top = getenv("TOP");
    struct buf share = {0};
    buf_printf(&share, "%s/share", top ? top : ".");
    check_same(buf_text(&share), "person", "\"prior\": [0.05, 0.15, 0.8, 0, 0, 0]");
    check_same(buf_text(&share), "english", "\"description\": ");
    check_same(buf_text(&share), "zh", "\"title\": ");
    write_file("./own.json",
               STR("{\"description\": \"ours\", \"columns\": {\"n\": {\"kind\": \"name\", \"description\": \"as on the card\"}},"
                   " \"rounds\": 7, \"thresholds\": {\"link\": 0.9}}"));
    check_same(buf_text(&share), "./own.json", "\"rounds\": 7");
    check_same(buf_text(&share), "./own.json", "\"description\": \"as on the card\"");
    write_file("./swaps.json", STR("{\"columns\": {\"a\": \"address\", \"b\": {\"kind\": \"address\", \"swaps\": \"a\"}}}"));
    struct model m;
    CHECK(open_model(&m, buf_text(&share), "./swaps.json") && m.comparisons[0].swaps == 1 && m.comparisons[1].swaps == 0,
          "that two columns change places holds for both, whichever says so");
    model_free(&m);
    write_file("./swaps.json", STR("{\"columns\": {\"a\": \"date\", \"b\": {\"kind\": \"word\", \"swaps\": \"a\"}}}"));
    CHECK(!open_model(&m, buf_text(&share), "./swaps.json"), "a word and a date do not");
    model_free(&m);
    buf_free(&share);
    return tap_end();
}
