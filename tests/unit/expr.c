/* Expressions: what may be asked of a row, what may not, and where a fault stands. */
#include "tap.h"

#include "base/text.h"
#include "ledger/expr_plain.h"

static struct str columns[] = {{"name", 4}, {"birth_date", 10}, {"enlist_date", 11}, {"category", 8}, {"amount", 6}, {"count", 5}};
enum { N = sizeof columns / sizeof *columns };
static struct schema *schema;

static struct {
    char code[40], args[4][160];
} heard;
static void hear(void *ctx, const struct finding *f)
{
    (void)ctx;
    if (heard.code[0]) return;
    snprintf(heard.code, sizeof heard.code, "%s", diag_code_string(f->code));
    for (int i = 0; i < 4; i++)
        snprintf(heard.args[i], sizeof heard.args[i], "%.*s", (int)f->args[i].n, f->args[i].s ? f->args[i].s : "");
}
static struct expr *compile(const char *text)
{
    struct expr_env env = {.columns = columns, .n = N, .schema = schema, .today = STR("2020-10-31")};
    struct diag d;
    diag_init(&d, hear, NULL);
    memset(&heard, 0, sizeof heard);
    return expr_compile(&env, str_of(text), &d);
}
static struct str row[N];
static const char *ask(const char *text)
{
    static char answer[200];
    struct expr *e = compile(text);
    if (!e) return "not compiled";
    expr_evaluate(e, row);
    expr_evaluate(e, row); /* a second step must say the same */
    struct str t = expr_text(e, 0);
    snprintf(answer, sizeof answer, "%s%.*s", expr_truth(e, 0) == EXPR_NULL ? "null" : "", (int)t.n, t.s ? t.s : "");
    expr_free(e);
    return answer;
}
static void answers(const char *text, const char *want)
{
    const char *got = ask(text);
    if (!CHECK(strcmp(got, want) == 0, "%s is %s", text, want)) printf("# got %s (%s %s)\n", got, heard.code, heard.args[1]);
}
static void refused(const char *text, const char *code)
{
    struct expr *e = compile(text);
    CHECK(!e && strcmp(heard.code, code) == 0, "refused, %s: %s (%s)", code, text, heard.args[1]);
    expr_free(e);
}

static bool any_column(const void *ctx, struct str name, uint32_t *index)
{
    (void)ctx;
    for (*index = 0; *index < N; ++*index)
        if (str_eq(columns[*index], name)) return true;
    return false;
}
static bool is_plain(const char *text)
{
    const struct plain_columns c = {NULL, any_column};
    struct plain *p = plain_read(str_of(text), &c);
    plain_free(p);
    return p != NULL;
}

/* What is answered without SQLite is what SQLite answers: brackets send an expression there. */
static void plain_as_sqlite(void)
{
    static const char *const PLAIN[] = {
        "not_after(birth_date, enlist_date)",
        "years_between(birth_date, enlist_date) BETWEEN 14 AND 18",
        "years_between(birth_date, enlist_date) <= 17",
        "years_between(birth_date,enlist_date)<18",
        "years_between(birth_date, enlist_date) >= 18 ",
        "Years_Between(birth_date, enlist_date) > 17",
        "category = '退役士兵'",
        "category <> '退役士兵' or enlist_date >= '1978'",
        "enlist_date < '1978-06' OR category == 'x' OR name != '张三丰'",
        "category IN ('退役士兵', '残疾军人')",
        "category NOT IN('退役士兵','') OR not_after(enlist_date, birth_date)",
        "name > '张' OR name <= ''",
        "name NOT GLOB '*[、三,]*'",
        "category glob '*[;残]*' OR name GLOB '*[x]*'",
    };
    static const char *const ROWS[][4] = {
        {"张三丰", "1960-10-31", "1978", "退役士兵"},
        {"李四", "1960-10", "1978-10-30", ""},
        {"", "", "", ""},
        {"张", "1990", "1978-05-01", "残疾军人"},
        {"张三丰", "1960-10-31", "1978-11-01", ""},
        {"王五", "", "1978-06", "退役士兵;残疾军人"},
        {"x", "1960-13-31", "约1978", "x"},
    };
    for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++) {
        unsigned differ = 0;
        char bracketed[300];
        snprintf(bracketed, sizeof bracketed, "(%s)", PLAIN[i]);
        CHECK(is_plain(PLAIN[i]) && !is_plain(bracketed), "plain: %s", PLAIN[i]);
        struct expr *a = compile(PLAIN[i]), *b = compile(bracketed);
        for (size_t r = 0; a && b && r < sizeof ROWS / sizeof *ROWS; r++) {
            struct str values[N] = {{0}};
            for (int k = 0; k < 4; k++) values[k] = str_of(ROWS[r][k]);
            expr_evaluate(a, values);
            expr_evaluate(b, values);
            differ += expr_truth(a, 0) != expr_truth(b, 0) || !str_eq(expr_text(a, 0), expr_text(b, 0));
        }
        CHECK(a && b && !differ, "and answered as SQLite does (%u differ)", differ);
        expr_free(a);
        expr_free(b);
    }
    static const char *const NOT_PLAIN[] = {
        "name",
        "name = 'it''s'",
        "years_between(birth_date, enlist_date)",
        "years_between(birth_date, enlist_date) <= 17.5",
        "years_between(birth_date, enlist_date) <= 1 + 16",
        "category = '退役士兵' COLLATE NOCASE",
        "name = category",
        "category = 'a' AND name = 'b'",
        "not_after(enlist_date, '1978')",
        "category IN (name)",
        "name LIKE '张%'",
        "name GLOB '张*'",
        "name GLOB '*[a-z]*'",
        "name GLOB '*[^张]*'",
        "name GLOB '*[]*'",
    };
    for (size_t i = 0; i < sizeof NOT_PLAIN / sizeof *NOT_PLAIN; i++)
        CHECK(!is_plain(NOT_PLAIN[i]), "left to SQLite: %s", NOT_PLAIN[i]);
    struct str values[N] = {{0}};
    values[5] = STR("12.0");
    struct expr *e = compile("count = '12'");
    CHECK(e && expr_matches(e, values), "a column of numbers is compared by number, so it is left to SQLite");
    expr_free(e);
}

int main(void)
{
    char share[512];
    snprintf(share, sizeof share, "%s/share", getenv("TOP") ? getenv("TOP") : ".");
    struct diag d;
    diag_init(&d, NULL, NULL);
    schema = schema_open(share, "person", &d);
    const char *values[N] = {"张三丰", "1960-10-31", "1978", "残疾军人;退役士兵", "3000", "12"};
    for (int i = 0; i < N; i++) row[i] = str_of(values[i]);

    answers("age_on('2020-10-31')", "60");
    answers("age_on('2020-10-30')", "59");
    answers("age_on(birth_date)", "60");
    answers("years_between(birth_date, enlist_date)", "18");
    answers("not_after(enlist_date, '1978-05')", "1");
    answers("not_after(enlist_date, '1977-12')", "0");
    answers("has(category, '退役士兵')", "1");
    answers("has(category, '退役')", "0");
    answers("mask(name)", "张**");
    answers("mask('370124198506150011')", "370124********0011");
    answers("mask('13812345678')", "138****5678");
    answers("today()", "2020-10-31");
    answers("date('now')", "2020-10-31");
    answers("date()", "2020-10-31");
    answers("datetime('NOW', '-1 day')", "2020-10-30 00:00:00");
    answers("strftime('%Y')", "2020");
    setenv("TZ", "America/New_York", 1);
    answers("date('now', 'localtime')", "2020-10-31");
    answers("datetime('2020-10-31', '+1 day', 'UTC')", "2020-11-01 00:00:00");
    unsetenv("TZ");
    answers("strftime('%m', 'now')", "10");
    answers("julianday('2020-11-02') - julianday('now')", "2.0");
    answers("date('2020-01-31', '+1 month')", "2020-03-02");
    answers("date('no date') IS NULL", "1");
    answers("count > 5", "1");
    answers("count > '5'", "1");
    answers("amount + 1", "3001");
    answers("birth_date < '1961'", "1");
    answers("name LIKE '张%' AND length(name) = 3", "1");
    answers("\"name\" = '张三丰'", "1");
    row[4] = (struct str){NULL, 0};
    answers("amount", "null");
    answers("amount IS NULL", "1");

    refused("catgory = '退役士兵'", "expr_column");
    CHECK(strcmp(heard.args[3], "category") == 0 && strcmp(heard.args[2], "1") == 0,
          "the nearest column and the place are named (%s, %s)", heard.args[3], heard.args[2]);
    refused("name = '张三' AND birthdate > '1960'", "expr_column");
    CHECK(strcmp(heard.args[2], "17") == 0, "the place is counted in characters (%s)", heard.args[2]);
    refused("name = \"张三\"", "expr_column");
    refused("", "expr_invalid");
    refused("name =", "expr_invalid");
    refused("name = 'x", "expr_invalid");
    refused("1) OR (1", "expr_invalid");
    refused("1, 2", "expr_invalid");
    refused("1; DROP TABLE x", "expr_invalid");
    refused("1 -- rest", "expr_invalid");
    refused("name = ?", "expr_invalid");
    refused("count(*) > 1", "expr_invalid");
    refused("nosuch(name)", "expr_invalid");
    refused("(SELECT 1)", "expr_denied");
    refused("EXISTS (SELECT 1 FROM sqlite_schema)", "expr_denied");
    refused("name IN row", "expr_denied");
    refused("load_extension('x')", "expr_denied");
    refused("random() > 0", "expr_denied");
    refused("current_date > birth_date", "expr_denied");

    struct expr *e = compile("abs(-9223372036854775807 - count)");
    row[5] = STR("1");
    if (!CHECK(e != NULL, "a sum that may overflow is an expression")) return tap_end();
    CHECK(!expr_matches(e, row) && expr_failure(e).n, "an overflow is no match and says so: %.*s", (int)expr_failure(e).n,
          expr_failure(e).s);
    row[5] = STR("0");
    CHECK(expr_matches(e, row), "and the next row is evaluated as ever");
    expr_free(e);
    struct str nothing[N] = {{0}};
    e = compile("coalesce(amount, 7)");
    static const char *const AMOUNTS[] = {"7", "7", "5", "7"};
    for (int i = 0; i < 4; i++) {
        nothing[4] = i == 2 ? STR("5") : (struct str){NULL, 0};
        expr_evaluate(e, nothing);
        CHECK(str_is(expr_text(e, 0), AMOUNTS[i]), "rows without a value are answered as the first of them (%s)", AMOUNTS[i]);
    }
    expr_free(e);
    e = compile("age_on('2020-10-31')");
    for (int i = 0; i < 3; i++) {
        nothing[1] = str_of(i == 1 ? "1960" : "1970");
        expr_evaluate(e, nothing);
        CHECK(str_is(expr_text(e, 0), i == 1 ? "60" : "50"), "but age_on looks at the birth date that is not named");
    }
    expr_free(e);
    plain_as_sqlite();
    schema_free(schema);
    return tap_end();
}
