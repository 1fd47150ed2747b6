/* Every message that the library can give has its Chinese form, with the same blanks to fill in. */
#include <libintl.h>
#include <locale.h>

#include "base/diag.h"
#include "tap.h"

static unsigned blanks(const char *text)
{
    unsigned seen = 0;
    for (; *text; text++)
        if (text[0] == '{' && text[1] >= '1' && text[1] < '1' + DIAG_ARGS && text[2] == '}') seen |= 1u << (text[1] - '1');
    return seen;
}

static bool has_chinese(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0xE4 && (unsigned char)*text <= 0xE9) return true;
    return false;
}

/* "{4}" alone is whatever a ledger says there. */
static bool has_words(const char *text)
{
    for (; *text; text++)
        if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z')) return true;
    return false;
}

/* What is said of one thing is said so: "1 row", never "1 rows". */
static void agrees(const char *name, const char *english)
{
    static const char *const MANY[] = {"records", "rows",   "files",    "forms",    "workbooks", "batches",
                                       "pairs",   "values", "versions", "formulas", "links",     "blocks"};
    struct str args[DIAG_ARGS];
    struct buf b = {0}, wrong = {0};
    bool is = true;
    for (int i = 0; i < DIAG_ARGS; i++) args[i] = str_of("1");
    diag_expand(&b, english, args);
    for (size_t i = 0; i < 2 * sizeof MANY / sizeof *MANY; i++) {
        wrong.n = 0;
        buf_printf(&wrong, "1 %s%s", i % 2 ? "more " : "", MANY[i / 2]);
        if (strstr(buf_text(&b), buf_text(&wrong))) is = false;
    }
    if (!CHECK(is, "%s agrees in number", name)) printf("# %s\n", buf_text(&b));
    buf_free(&b);
    buf_free(&wrong);
}

int main(void)
{
    struct buf b = {0};
    struct str numbers[DIAG_ARGS] = {str_of("1"), str_of("12")};
    diag_expand(&b, "{1} row{1: is|s are} {2} {2:entity|entities}, {\"key\": {3}} {3:|s", numbers);
    CHECK(str_is(buf_slice(&b), "1 row is 12 entities, {\"key\": } {3:|s"), "a message is told for one and for many: %s",
          buf_text(&b));
    buf_free(&b);

    const char *build = getenv("BUILD");
    char folder[4096];
    if (!CHECK(build != NULL, "the test is started by tests/run")) return tap_end();
    setlocale(LC_ALL, "C.UTF-8");
    setenv("LANGUAGE", "zh_CN", 1);
    snprintf(folder, sizeof folder, "%s/share/locale", build);
    bindtextdomain("vet", folder);
    bind_textdomain_codeset("vet", "UTF-8");
    textdomain("vet");
    for (int code = DIAG_NONE + 1; code < DIAG_COUNT; code++) {
        const char *english = diag_template((enum diag_code)code), *name = diag_code_string((enum diag_code)code);
        const char *chinese = gettext(english);
        if (!has_words(english)) continue;
        agrees(name, english);
        if (!CHECK(chinese != english && has_chinese(chinese), "%s can be said in Chinese", name)) printf("# %s\n", english);
        if (!CHECK(blanks(chinese) == blanks(english), "%s has the same blanks in Chinese", name))
            printf("# %s\n# %s\n", english, chinese);
    }
    for (int a = DIAG_NONE + 1; a < DIAG_COUNT; a++)
        for (int b = a + 1; b < DIAG_COUNT; b++)
            if (strcmp(diag_code_string((enum diag_code)a), diag_code_string((enum diag_code)b)) == 0)
                CHECK(diag_severity((enum diag_code)a) == diag_severity((enum diag_code)b), "both wordings of %s weigh the same",
                      diag_code_string((enum diag_code)a));
    return tap_end();
}
