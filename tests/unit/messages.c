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

int main(void)
{
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
