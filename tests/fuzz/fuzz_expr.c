/* libFuzzer target: any text as an expression over a record (--where, rules and derivations of ledgers). */
#include "fuzz_share.h"
#include "ledger/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct schema *s = person_ledger();
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct str names[128], values[128];
    must(s->n_fields <= 128, "there is room for the fields");
    for (size_t i = 0; i < s->n_fields; i++) names[i] = s->fields[i].name;
    struct expr_env env = {names, s->n_fields, s, STR("2020-10-31")};
    struct expr *e = expr_compile(&env, (struct str){(const char *)data, n}, &d);
    must(e ? d.status == 0 : d.status == 2, "an expression is sound, or what is wrong with it is told");
    static const char *const TEXTS[] = {"", "1", "1985-06-15", "王建国", "a;b", "-9223372036854775808", "1e308"};
    for (size_t t = 0; e && t < sizeof TEXTS / sizeof *TEXTS; t++) {
        for (size_t i = 0; i < s->n_fields; i++) values[i] = str_of(TEXTS[(t + i) % (sizeof TEXTS / sizeof *TEXTS)]);
        bool first = expr_matches(e, values);
        struct str text = expr_text(e, 0), failure = expr_failure(e);
        must(!text.n || text.s, "a text is there");
        must(expr_matches(e, values) == first || failure.n || memmem(data, n, "random", 6), "the same row gives the same verdict");
    }
    expr_free(e);
    return 0;
}
