/* libFuzzer target: any bytes as the cells of a row of the person ledger.  What comes out is UTF-8, is empty or canonical, and
 * converts to itself; a citizen id that is kept is right. */
#include "fuzz.h"

#include "ledger/citizen.h"
#include "ledger/convert.h"

enum { MOST_FIELDS = 128 };

struct bench {
    struct schema *schema;
    struct converter *converter;
};
static struct bench *open_bench(void)
{
    static struct bench b;
    if (b.converter) return &b;
    struct diag d;
    diag_init(&d, NULL, NULL);
    b.schema = schema_open(getenv("VET_SHARE") ? getenv("VET_SHARE") : "share", "person", &d);
    must(b.schema && b.schema->n_fields <= MOST_FIELDS, "run me from the top of the checkout, or with VET_SHARE");
    b.converter = converter_new(b.schema, &(struct convert_options){.notices = true, .today = STR("2020-10-31")}, &d);
    must(b.converter, "the person ledger compiles");
    return &b;
}

static void check_values(const struct schema *s, const struct converted *out)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        size_t bad;
        must(text_valid(out->values[i], &bad), "a value is UTF-8");
        must(s->fields[i].role != ROLE_CITIZEN_ID || !out->values[i].n || out->values[i].n == 18, "an id has 18 characters");
    }
    for (size_t i = 0; i < out->n_verdicts; i++) {
        struct buf scratch = {0};
        must(out->verdicts[i].field < s->n_fields, "a verdict is on a field");
        struct finding f = verdict_finding(s, &out->verdicts[i], &(struct place){.file = "x"}, false, &scratch);
        must(f.code == out->verdicts[i].code, "a finding has its verdict's code");
        buf_free(&scratch);
    }
}

/* The record once more, as an import of our own output would read it. */
static void convert_again(struct bench *b, const struct converted *first)
{
    struct arena kept = {0};
    struct str before[MOST_FIELDS];
    struct cell cells[MOST_FIELDS];
    for (size_t i = 0; i < b->schema->n_fields; i++) {
        before[i] = str_copy(&kept, first->values[i]);
        cells[i] = (struct cell){.s = before[i].s, .n = (uint32_t)before[i].n, .kind = before[i].n ? CELL_TEXT : CELL_EMPTY};
    }
    struct converted again;
    converter_row(b->converter, cells, &again);
    for (size_t i = 0; i < b->schema->n_fields; i++) {
        const struct field *f = &b->schema->fields[i];
        if (f->derive.n || str_eq(again.values[i], before[i])) continue;
        fprintf(stderr, "%s: [%.*s] became [%.*s]\n", f->name.s, (int)before[i].n, before[i].s, (int)again.values[i].n,
                again.values[i].s);
        must(false, "a canonical value converts to itself");
    }
    arena_free(&kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bench *b = open_bench();
    struct cell cells[MOST_FIELDS];
    memset(cells, 0, sizeof cells);
    struct str rest = {(const char *)data, n};
    size_t bad;
    if (!text_valid(rest, &bad) || memchr(data, 0, n)) return 0;
    /* A line is a cell; its first character says which field and what kind. */
    while (rest.n) {
        const char *end = memchr(rest.s, '\n', rest.n);
        struct str line = end ? str_head(rest, (size_t)(end - rest.s)) : rest;
        rest = str_from(rest, line.n + 1);
        if (line.n < 2 || (unsigned char)line.s[0] >= 0x80) continue;
        static const uint8_t kinds[] = {CELL_TEXT, CELL_TEXT, CELL_NUMBER, CELL_DATE};
        struct cell *c = &cells[(unsigned char)line.s[0] % b->schema->n_fields];
        *c = (struct cell){.s = line.s + 1, .n = (uint32_t)line.n - 1, .kind = kinds[(unsigned char)line.s[0] / 32 % 4]};
    }
    struct converted out;
    converter_row(b->converter, cells, &out);
    check_values(b->schema, &out);
    convert_again(b, &out);
    return 0;
}
