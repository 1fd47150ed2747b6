/* libFuzzer target: any bytes as a units file, and as a code list.  Units that are taken are a tree, and are found by their codes;
 * codes by their labels. */
#include "fuzz_share.h"
#include "ledger/codes.h"

static void check_units(const char *path)
{
    struct diag d;
    struct buf near = {0};
    diag_init(&d, NULL, NULL);
    struct units *u = units_open(path, &d);
    must(u ? d.status == 0 : d.status >= 2, "units are sound, or what is wrong with them is told");
    for (uint32_t i = 0; u && i < u->n; i++) {
        const struct unit *v = &u->v[i];
        must(v->parent == UNIT_NONE || (v->parent < i && u->v[v->parent].level < v->level), "a parent is above and comes before");
        must(units_code(u, v->code) == i, "a unit is found by its code");
        near.n = 0;
        uint32_t found = units_find(u, v->parent, v->level, v->name, v->opens, &near);
        must(found == UNIT_NONE || units_inside(u, found, v->parent), "and what its name finds is where it was looked for");
    }
    units_free(u);
    buf_free(&near);
}

static void check_codes(const char *path)
{
    struct diag d;
    struct buf scratch = {0};
    diag_init(&d, NULL, NULL);
    struct code_list *c = codes_open(NULL, path, STR("list"), &d);
    must(c ? d.status == 0 : d.status >= 2, "a list is sound, or what is wrong with it is told");
    for (size_t i = 0; c && i < c->n; i++) {
        must(codes_find(c, c->codes[i].label, &scratch) == i, "a code is found by its label");
        struct codes_several several;
        codes_read(c, c->codes[i].label, &several, &scratch);
        must(several.n <= CODES_SEVERAL + 1, "no more are found than there is room for");
        codes_nearest(c, str_from(c->codes[i].label, 1));
    }
    codes_free(c);
    buf_free(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n) return 0;
    struct file_of_bytes f = file_of_bytes(data + 1, n - 1);
    if (data[0] & 1) check_units(f.path);
    else check_codes(f.path);
    close(f.fd);
    return 0;
}
