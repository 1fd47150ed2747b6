/* What JSON Lines and arrays become, and what is said of those that are broken. */
#include "tap.h"

#include "flow/rows.h"
#include "sheets.h"

static struct findings found;
static struct buf text;

static struct str read_json(const char *json)
{
    static const struct book_options o = {.from = "json"};
    text.n = 0;
    findings_start(&found);
    text_of_sheets(&text, file_of("x.json", json, strlen(json)), &o, &found.diag);
    return buf_slice(&text);
}

static void records(void)
{
    CHECK_STR(read_json("{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"2\",\"b\":\"y\"}\n"), "1:a|b\n2:1|x\n3:2|y\n",
              "a line is a row, its keys are the header");
    CHECK_STR(read_json("[{\"a\":\"1\"},\n {\"b\":\"y\"}]"), "1:a|b\n2:1\n3:|y\n",
              "an array will do, and the header has the keys of all");
    CHECK_STR(read_json("{\n \"a\" : \"1\"\n}\n{\"a\":\"2\"}"), "1:a\n2:1\n3:2\n", "an object may take several lines");
    CHECK_STR(read_json("{\"n\":370124198110063000,\"m\":-1.50e+3,\"z\":0}\n"), "1:n|m|z\n2:370124198110063000|-1.50e+3|0\n",
              "numbers keep their digits");
    CHECK_STR(read_json("{\"t\":true,\"f\":false,\"n\":null}\n"), "1:t|f|n\n2:true|false|\n",
              "true and false are words, null is empty");
    CHECK_STR(read_json("{\"o\":{\"x\": [1, 20000000000000000001]},\"a\":[ ]}"), "1:o|a\n2:{\"x\":[1,20000000000000000001]}|[]\n",
              "nested values are JSON text");
    CHECK_STR(read_json("{\"a\":\"\\u59d3\\n\\\"\\\\\\/\",\"\\u540d\":\"\\ud83d\\ude00\"}"), "1:a|名\n2:姓\n\"\\/|😀\n",
              "escapes are decoded, in keys too");
    CHECK_STR(read_json("{\"a\":\"x\\u0000y\"}"), "1:a\n2:x\xEF\xBF\xBDy(lost)\n", "an escaped NUL is lost, and said to be");
    CHECK_STR(read_json("{\"a\":\"1\",\"a\":\"2\"}"), "1:a\n2:2\n", "of a key that stands twice the last counts");
    CHECK_STR(read_json("{\"a\":\"1\"}\n{}\n"), "1:a\n2:1\n3:\n", "an empty object is a row");
    CHECK_STR(read_json("[]"), "", "an empty array has no rows");
    CHECK_STR(read_json(""), "", "nor has an empty file");
    CHECK(found.diag.status == 0, "which is no failure of the reader");
}

static void broken(void)
{
    static const struct {
        const char *json, *what, *finding;
    } BAD[] = {
        {"{\"a\":1}\n{\"a\":}\n", "a value that is missing", "json_malformed 2;"},
        {"{\"a\":1}\n{\"a\":\"x\ny\"}\n", "a line end within a string", "json_malformed 2;"},
        {"{\"a\":01}", "a number with a leading zero", "json_malformed 1;"},
        {"{\"a\":\"\\x\"}", "an escape that is none", "json_malformed 1;"},
        {"{\"a\":1,}", "a comma too many", "json_malformed 1;"},
        {"{a:1}", "a key without quotes", "json_malformed 1;"},
        {"[{\"a\":1} {\"a\":2}]", "a comma too few", "json_malformed 1;"},
        {"[{\"a\":1}]\nx", "text after the array", "json_malformed 2;"},
        {"{\"a\":1}\n{\"a\":", "a file that breaks off", "json_broken 2;"},
        {"[{\"a\":1}", "an array that is not closed", "json_broken 1;"},
        {"{\"a\":1}\n7 \n", "a number in place of a record", "json_not_object 2;"},
        {"{\"a\":1}\n[1]\n", "an array in place of a record", "json_not_object 2;"},
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        CHECK_STR(read_json(BAD[i].json), "FAILED", "%s: nothing is taken", BAD[i].what);
        CHECK_STR(buf_slice(&found.text), BAD[i].finding, "and the line is named");
    }
    CHECK(found.diag.status == 3, "as an input that could not be read");
    struct buf deep = {0};
    buf_put(&deep, "{\"a\":");
    for (int i = 0; i < 100000; i++) buf_char(&deep, '[');
    CHECK_STR(read_json(buf_text(&deep)), "FAILED", "a value nested 100,000 deep is refused");
    CHECK_STR(buf_slice(&found.text), "json_too_deep 1;", "without a crash");
    deep.n = 0;
    buf_put(&deep, "{");
    for (int i = 0; i < 20000; i++) buf_printf(&deep, "%s\"k%d\":1", i ? "," : "", i);
    buf_put(&deep, "}");
    CHECK_STR(read_json(buf_text(&deep)), "FAILED", "20,000 keys are refused");
    CHECK_STR(buf_slice(&found.text), "too_many_columns 2 16,384;", "with the limit");
    deep.n = 0;
    buf_put(&deep, "{\"a\":\"");
    for (int i = 0; i < 32768; i++) buf_put(&deep, "名");
    buf_put(&deep, "\"}");
    CHECK_STR(read_json(buf_text(&deep)), "FAILED", "a value of 32,768 characters is refused");
    CHECK_STR(buf_slice(&found.text), "cell_too_long 2 32,767;", "with the limit");
    buf_free(&deep);
}

/* Records that lie across the pieces in which the file is read, over threads. */
static bool count_block(void *ctx, struct rows *r, struct row_block *b)
{
    uint64_t *sum = ctx;
    for (size_t i = 0; i < b->n_rows; i++) *sum = *sum * 31 + (uint64_t)atoi(row_of(b, &r->columns, i)[1].s);
    return true;
}

static void long_files(void)
{
    struct buf json = {0}, csv = {0};
    buf_put(&csv, "name,n\n");
    for (int i = 0; i < 100000; i++) {
        buf_printf(&json, "{\"name\":\"张伟\",\"n\":%d}\n", i);
        buf_printf(&csv, "张伟,%d\n", i);
    }
    const char *paths[] = {file_of("x.json", json.s, json.n)};
    uint64_t sums[2] = {0};
    for (int i = 0; i < 2; i++) {
        findings_start(&found);
        struct rows *r = rows_open(paths, 1, NULL, &found.diag);
        CHECK(r && rows_run(r, 4, &sums[i], NULL, count_block), "a long stream of JSON is read by threads");
        rows_close(r);
        paths[0] = file_of("x.csv", csv.s, csv.n);
    }
    CHECK(sums[0] == sums[1], "and its records are those of the same stream as CSV, in order");
    buf_free(&json);
    buf_free(&csv);
}

int main(void)
{
    records();
    broken();
    long_files();
    buf_free(&text);
    buf_free(&found.text);
    return tap_end();
}
