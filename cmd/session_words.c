/* The language of a run, and findings in it. */
#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "session_own.h"

const char *session_translate(const char *english)
{
    return english && *english ? gettext(english) : "";
}

/* A few arguments are words of ours or of a library ("not a zip archive"): those that have a translation are translated. */
static struct str translate_word(struct str word, struct buf *scratch)
{
    enum { LONGEST = 80 };
    if (!word.n || word.n > LONGEST || (unsigned char)*word.s >= 0x80) return word;
    scratch->n = 0;
    buf_str(scratch, word);
    const char *english = buf_text(scratch), *translated = gettext(english);
    return translated == english ? word : str_of(translated);
}

/* vet-import: FILE[SHEET]!C7: warning: id_checksum: text; of a text FILE:LINE:COLUMN */
static void print_place(struct buf *b, const struct place *at)
{
    if (!at->file && !at->row) return;
    buf_put(b, at->file ? at->file : "-");
    if (at->sheet && *at->sheet) buf_printf(b, "[%s]", at->sheet);
    if (at->row && at->lines) {
        buf_printf(b, ":%u:%u", at->row, at->col);
    } else if (at->row) {
        char letters[8];
        size_t n = 0;
        for (uint32_t c = at->col; c; c = (c - 1) / 26) letters[n++] = (char)('A' + (c - 1) % 26);
        buf_char(b, '!');
        while (n) buf_char(b, letters[--n]);
        buf_printf(b, "%u", at->row);
    }
    buf_put(b, ": ");
}

void session_print(void *ctx, const struct finding *f)
{
    struct session *s = ctx;
    static const char *const WORDS[] = {
        [SEV_NOTICE] = "notice", [SEV_INFO] = "",       [SEV_WARNING] = "warning", [SEV_PERSON] = "error",
        [SEV_USAGE] = "error",   [SEV_INPUT] = "error", [SEV_SYSTEM] = "error",
    };
    struct buf b = {0};
    buf_printf(&b, "%s: ", s->name);
    print_place(&b, &f->at);
    if (*WORDS[f->severity]) buf_printf(&b, "%s: %s: ", WORDS[f->severity], diag_code_string(f->code));
    struct str args[DIAG_ARGS];
    struct buf scratch[DIAG_ARGS] = {{0}};
    for (int i = 0; i < DIAG_ARGS; i++) args[i] = translate_word(f->args[i], &scratch[i]);
    diag_expand(&b, session_translate(diag_template(f->code)), args);
    for (int i = 0; i < DIAG_ARGS; i++) buf_free(&scratch[i]);
    for (size_t i = 0; i < b.n; i++)
        if (b.s[i] == '\n' || b.s[i] == '\r' || b.s[i] == 27) b.s[i] = ' '; /* one line, and no terminal codes */
    buf_char(&b, '\n');
    fwrite(b.s, 1, b.n, stderr);
    buf_free(&b);
}

/* gettext follows LANGUAGE only when the locale is not "C"; C.UTF-8 is always there on Debian. */
void session_language(const char *lang, const char *share)
{
    if (!setlocale(LC_ALL, "")) setlocale(LC_ALL, "C.UTF-8");
    const char *now = setlocale(LC_MESSAGES, NULL);
    if (!lang || !*lang) {
        const char *env = getenv("LC_ALL");
        if (!env || !*env) env = getenv("LC_MESSAGES");
        if (!env || !*env) env = getenv("LANG");
        lang = env && strncmp(env, "zh", 2) == 0 ? "zh" : NULL;
    }
    if (lang && strncmp(lang, "zh", 2) == 0) {
        if (!now || strcmp(now, "C") == 0 || strcmp(now, "POSIX") == 0) setlocale(LC_ALL, "C.UTF-8");
        setenv("LANGUAGE", "zh_CN", 1);
    } else if (lang) {
        setenv("LANGUAGE", "en", 1);
    }
    setlocale(LC_NUMERIC, "C");
    setlocale(LC_CTYPE, "C.UTF-8"); /* patterns of ledgers count characters of UTF-8, for cron, which has no locale, too */
    struct buf b = {0};
    buf_printf(&b, "%s/locale", share);
    struct stat st;
    if (stat(buf_text(&b), &st) != 0) {
        b.n = 0;
        buf_printf(&b, "%s/../locale", share); /* installed: share/vet and share/locale */
        if (stat(buf_text(&b), &st) != 0) {
            b.n = 0;
            buf_put(&b, VET_SHAREDIR "/../locale");
        }
    }
    bindtextdomain("vet", buf_text(&b));
    bind_textdomain_codeset("vet", "UTF-8");
    textdomain("vet");
    buf_free(&b);
}

bool session_chinese(void)
{
    const char *language = getenv("LANGUAGE"); /* session_language has set it */
    return language && strncmp(language, "zh", 2) == 0;
}

extern int _nl_msg_cat_cntr; /* gettext's own: rises when LANGUAGE has changed (its manual, "Being a gettext grok") */

void session_home_templates(const char **templates)
{
    const char *now = getenv("LANGUAGE"), *locale = setlocale(LC_MESSAGES, NULL);
    char *language = now ? strdup(now) : NULL, *messages = strdup(locale ? locale : "C");
    if (strcmp(messages, "C") == 0 || strcmp(messages, "POSIX") == 0) setlocale(LC_MESSAGES, "C.UTF-8");
    setenv("LANGUAGE", "zh_CN", 1);
    _nl_msg_cat_cntr++;
    for (int c = 0; c < DIAG_COUNT; c++) templates[c] = session_translate(diag_template((enum diag_code)c));
    if (language) setenv("LANGUAGE", language, 1);
    else unsetenv("LANGUAGE");
    setlocale(LC_MESSAGES, messages);
    _nl_msg_cat_cntr++;
    free(language);
    free(messages);
}
