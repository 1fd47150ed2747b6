/* libFuzzer target: any bytes as JSON.  What is accepted, cJSON accepts as well, and the rows are what rows must be. */
#include "fuzz.h"

#include <cjson/cJSON.h>

#include "cells/json_scan.h"

static void scan_alone(struct str text)
{
    size_t at = json_skip_blanks(text, 0), bad;
    struct json_members members = {0};
    size_t start = at;
    if (!text_valid(text, &bad) || memchr(text.s, 0, text.n)) return;
    if (json_scan_value(text, &at, &members) == JSON_SOUND) {
        must(at <= text.n, "a value ends within the text");
        /* cJSON refuses escapes that are half a character, which the grammar allows. */
        struct str value = {text.s + start, at - start};
        size_t escape;
        cJSON *item = str_find(value, STR("\\u"), &escape) ? NULL : cJSON_ParseWithLength(value.s, value.n);
        must(item || str_find(value, STR("\\u"), &escape), "what is sound is JSON to cJSON");
        if (cJSON_IsObject(item)) must((size_t)cJSON_GetArraySize(item) == members.n, "all members are found");
        cJSON_Delete(item);
    }
    free(members.v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n) scan_alone((struct str){(const char *)data, n});
    struct file_of_bytes f = file_of_bytes(data, n);
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct book *b = book_open(f.path, &(struct book_options){.from = "json"}, &d);
    struct cell_block block = {0};
    struct sheet s;
    uint32_t row = 0;
    int got = 0;
    while (b && book_next_sheet(b, &s) == 1)
        while ((got = sheet_next(b, &block)) == 1) check_block(&block, &row);
    must(got == 0, "what was found sound at first can be read");
    cell_block_free(&block);
    book_close(b);
    close(f.fd);
    return 0;
}
