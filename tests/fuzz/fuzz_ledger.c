/* libFuzzer target: any bytes as a ledger file.  One that is taken can be put to use. */
#include "fuzz_share.h"
#include "ledger/convert.h"
#include "ledger/layout.h"

static void use(const struct schema *s)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct words w;
    words_ready(&w, s);
    for (size_t i = 0; i < s->n_fields; i++) words_nearest(&w, s->fields[i].name);
    words_free(&w);
    struct converter *c = converter_new(s, &(struct convert_options){.today = STR("2020-10-31")}, &d);
    must(c || d.status == 2, "what cannot be used is told");
    struct cell *cells = mem_zero(s->n_fields + 1, sizeof *cells);
    static const char *const TEXTS[] = {"1", "男", "2020-01-02", "370124198506150011", "无", "甲、乙"};
    for (size_t t = 0; c && t < sizeof TEXTS / sizeof *TEXTS; t++) {
        struct converted out;
        for (size_t i = 0; i < s->n_fields; i++)
            cells[i] = (struct cell){.s = TEXTS[t], .n = (uint32_t)strlen(TEXTS[t]), .kind = CELL_TEXT};
        converter_row(c, cells, &out);
    }
    free(cells);
    converter_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct file_of_bytes f = file_of_bytes(data, n);
    struct schema *s = schema_open(share_folder(), f.path, &d);
    must(s ? d.status == 0 : d.status == 2, "a ledger is sound, or what is wrong with it is told");
    if (s) use(s);
    schema_free(s);
    close(f.fd);
    return 0;
}
