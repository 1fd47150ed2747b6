/* libFuzzer target: any bytes as a package, and any parts packed as one: a package that is opened holds what was put into it. */
#include "fuzz.h"
#include "store/bag.h"

static struct bag *open_bag(const char *path, struct diag *d)
{
    diag_init(d, NULL, NULL);
    struct bag *b = bag_open(path, d);
    must(b ? d->status == 0 : d->status >= 2, "a package is sound, or what is wrong with it is told");
    return b;
}

static void read_parts(struct bag *b)
{
    struct buf text = {0};
    for (size_t i = 0; b && i < bag_count(b); i++) {
        must(bag_load(b, bag_name(b, i), &text), "a part can be read");
        struct rows *r = bag_rows(b, bag_name(b, i));
        struct row_cursor c = {.rows = r};
        while (r && rows_next(&c)) continue;
        if (r) rows_done(&c);
        rows_close(r);
    }
    buf_free(&text);
}

/* A part a line: its name up to a blank, then its text. */
static void pack_and_open(struct str rest)
{
    char path[64], digest[65];
    struct diag d;
    diag_init(&d, NULL, NULL);
    path_in_memory(path, "bag");
    struct bag *b = bag_new("bag", &d);
    while (rest.n) {
        const char *end = memchr(rest.s, '\n', rest.n);
        struct str line = end ? str_head(rest, (size_t)(end - rest.s)) : rest;
        rest = str_from(rest, line.n + 1);
        const char *blank = line.n ? memchr(line.s, ' ', line.n) : NULL;
        if (!blank || memchr(line.s, 0, line.n)) continue;
        struct buf name = {0};
        buf_put(&name, "data/");
        buf_str(&name, str_head(line, (size_t)(blank - line.s)));
        bag_begin(b, buf_text(&name));
        bag_text(b, str_from(line, (size_t)(blank - line.s) + 1));
        buf_free(&name);
    }
    struct out *o = out_open(path, &d);
    bool ok = o && bag_write(b, STR("Source-Organization: x\n"), o, digest);
    if (o) out_close(o, ok, &d);
    bag_free(b);
    if (!ok) return;
    b = open_bag(path, &d);
    must(!b || strcmp(bag_digest(b), digest) == 0, "the digest is that of the file");
    read_parts(b);
    bag_free(b);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n) return 0;
    if (data[0] != 'P') {
        pack_and_open((struct str){(const char *)data, n});
        return 0;
    }
    struct file_of_bytes f = file_of_bytes(data, n);
    struct diag d;
    struct bag *b = open_bag(f.path, &d);
    read_parts(b);
    bag_free(b);
    close(f.fd);
    return 0;
}
