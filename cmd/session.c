#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <libintl.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/history.h"

#ifndef VET_VERSION
#define VET_VERSION "0.0"
#endif
#ifndef VET_SHAREDIR
#define VET_SHAREDIR "/usr/local/share/vet"
#endif

_Noreturn void mem_exhausted(size_t wanted)
{
    char text[160];
    int n = snprintf(text, sizeof text, "vet: no_memory: %zu\n%s\n", wanted,
                     gettext("not enough memory; close other programs and run it again"));
    if (n > 0) (void)!write(STDERR_FILENO, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    _exit(4);
}

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

static void print_finding(void *ctx, const struct finding *f)
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

static bool has_ledgers(const char *folder)
{
    struct buf b = {0};
    struct stat st;
    buf_printf(&b, "%s/ledgers", folder);
    bool is = stat(buf_text(&b), &st) == 0 && S_ISDIR(st.st_mode);
    buf_free(&b);
    return is;
}

/* The share folder: --share, VET_SHARE, beside the executable (build/bin -> build/share, then the checkout's share), the installed
 * one. */
static char *find_share(void)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    static const char *const BESIDE[] = {"/../share", "/../share/vet", "/../../share"};
    if (n > 0) {
        self[n] = 0;
        char *slash = strrchr(self, '/');
        if (slash) *slash = 0;
        for (size_t i = 0; i < sizeof BESIDE / sizeof *BESIDE; i++) {
            struct buf b = {0};
            buf_printf(&b, "%s%s", self, BESIDE[i]);
            if (has_ledgers(buf_text(&b))) return b.s;
            buf_free(&b);
        }
    }
    struct buf b = {0};
    buf_put(&b, VET_SHAREDIR);
    buf_text(&b);
    return b.s;
}

/* gettext follows LANGUAGE only when the locale is not "C"; C.UTF-8 is always there on Debian. */
static void set_language(const char *lang, const char *share)
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

static void print_help(const struct session *s, const struct opt_table *tables)
{
    struct buf b = {0};
    buf_printf(&b, "%s: %s %s\n%s\n", session_translate("Usage"), s->name, s->usage, session_translate(s->summary));
    opt_help(&b, tables, session_translate);
    buf_printf(
        &b, "\n%s\n",
        session_translate("Exit status: 0 done, 1 done but something needs a person, 2 wrong use, 3 an input could not be read, 4 "
                          "the system failed."));
    fwrite(b.s, 1, b.n, stdout);
    buf_free(&b);
}

/* --lang and --share are wanted before the options are parsed, so that a wrong option is told in the right language. */
static const char *early(int argc, char **argv, const char *name)
{
    size_t n = strlen(name);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], name, n) != 0) continue;
        if (argv[i][n] == '=') return argv[i] + n + 1;
        if (!argv[i][n] && i + 1 < argc) return argv[i + 1];
    }
    return NULL;
}

bool session_start(struct session *s, const struct opt *own, size_t n_own, int argc, char **argv)
{
    static const char *const TO[] = {"csv", "json", NULL};
    const struct {
        unsigned want;
        struct opt o;
    } all[] = {
        {0, {.kind = OPT_HEADING, .help = "Common options:"}},
        {WANT_DB, {OPT_STRING, 'd', "db", &s->db, "FILE", "the store (or VET_DB)", NULL, 0, 0}},
        {WANT_UNITS, {OPT_STRING, 'u', "units", &s->units, "FILE", "the units file (or VET_UNITS)", NULL, 0, 0}},
        {WANT_OUTPUT, {OPT_STRING, 'o', "output", &s->output, "FILE", "write to FILE instead of standard output", NULL, 0, 0}},
        {WANT_FROM,
         {OPT_STRING, 'f', "from", &s->from, "FORMAT", "the format of the input, if it is not to be told from the bytes", NULL, 0,
          0}},
        {WANT_TO, {OPT_CHOICE, 't', "to", &s->to, "csv|json", "the format of the output", TO, 0, 0}},
        {WANT_STATS, {OPT_STRING, 0, "stats", &s->stats, "FILE", "write the accounts of the run to FILE as JSON", NULL, 0, 0}},
        {WANT_WHERE,
         {OPT_STRING, 0, "where", &s->where, "EXPR", "only the records for which the SQL expression holds", NULL, 0, 0}},
        {WANT_MASK,
         {OPT_STRING, 0, "mask", &s->mask, "PROFILE", "none, internal or public: how personal data is shown", NULL, 0, 0}},
        {WANT_THREADS, {OPT_INT, 0, "threads", &s->threads, "N", "use N threads (default: one a processor)", NULL, 0, 64}},
        {0, {OPT_STRING, 0, "lang", &s->lang, "zh|en", "the language of the messages", NULL, 0, 0}},
        {0,
         {OPT_STRING, 0, "share", &s->share, "DIR", "the folder with ledgers, codes, models and reports (or VET_SHARE)", NULL, 0,
          0}},
        {0, {OPT_FLAG, 'q', "quiet", &s->quiet, NULL, "only errors", NULL, 0, 0}},
        {0, {OPT_COUNT, 'v', "verbose", &s->verbose, NULL, "also what was normalised", NULL, 0, 0}},
        {0, {OPT_FLAG, 0, "help", &s->help, NULL, "show this help and end", NULL, 0, 0}},
        {0, {OPT_FLAG, 0, "version", &s->version, NULL, "show the version and end", NULL, 0, 0}},
    };
    struct opt common[sizeof all / sizeof *all];
    size_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!all[i].want || (s->wants & all[i].want)) common[n++] = all[i].o;
    const struct opt_table tables[] = {{own, n_own}, {common, n}, {NULL, 0}};
    const struct opt_table *used = n_own ? tables : tables + 1;

    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN); /* a limit on files is a failing write, not a sudden end */
    umask(077);
    diag_init(&s->diag, print_finding, s);
    const char *share = early(argc, argv, "--share");
    if (!share) share = getenv("VET_SHARE");
    if (!share || !*share) share = s->share_found = find_share();
    set_language(early(argc, argv, "--lang"), share);
    s->stdout_is_terminal = isatty(STDOUT_FILENO) == 1;

    enum { NAMED = 300 }; /* bytes: a thousand files need not all be named */
    for (int i = 0; i < argc && s->command.n < NAMED; i++) {
        const char *slash = i ? NULL : strrchr(argv[i], '/');
        if (i) buf_char(&s->command, ' ');
        buf_put(&s->command, slash ? slash + 1 : argv[i]);
        if (s->command.n >= NAMED && i + 1 < argc) buf_put(&s->command, " ...");
    }
    buf_text(&s->command);

    bool ok = opt_parse(used, argc, argv, &s->files, &s->diag);
    if (s->help || s->version) {
        if (s->help) print_help(s, used);
        else printf("%s %s\n", s->name, VET_VERSION);
        return false;
    }
    if (!ok) return false;
    s->share = share;
    if (!s->db && (s->wants & WANT_DB)) s->db = getenv("VET_DB");
    if (!s->units && (s->wants & WANT_UNITS)) s->units = getenv("VET_UNITS");
    if (s->db && !*s->db) s->db = NULL;
    if (s->units && !*s->units) s->units = NULL;
    s->diag.quiet_below = s->verbose ? SEV_NOTICE : s->quiet ? SEV_PERSON : SEV_INFO;
    if (!has_ledgers(share)) {
        diag_add(&s->diag, DIAG_SHARE_MISSING, NULL, share, NULL);
        return false;
    }
    return true;
}

/* A line of the log that tells of data handed out; `st` NULL: the store is opened for it. */
static bool note_export(struct session *s, struct store *st, const char *to, const char *counts)
{
    struct store *own = st ? NULL : session_store(s, STORE_WRITE, (struct str){0});
    struct store *log = st ? st : own;
    bool ok = log && store_note(log, "export", to ? to : "-", counts);
    if (!store_close(own)) ok = false;
    return ok;
}

int session_end(struct session *s)
{
    /* xz and others: what was written last may still fail to reach the disk. */
    bool failed = ferror(stdout) != 0;
    if (fflush(stdout) != 0) failed = true;
    if (failed) diag_add(&s->diag, DIAG_WRITE_FAILED, NULL, session_translate("standard output"), strerror(errno), NULL);
    if (s->unmasked && s->diag.status >= 4) note_export(s, NULL, s->unmasked_to, "{\"failed\":true}");
    opt_list_free(&s->files);
    free(s->share_found);
    buf_free(&s->command);
    return s->diag.status;
}

const char *session_now(void)
{
    static char text[32]; /* one moment a run */
    const char *fixed = getenv("VET_NOW");
    if (fixed && *fixed) return fixed;
    if (*text) return text;
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local);
    return text;
}

const char *session_who(void)
{
    const char *given = getenv("VET_BY");
    if (given && *given) return given;
    const struct passwd *user = getpwuid(geteuid());
    return user ? user->pw_name : "";
}

void session_hide(struct session *s, const char *secret)
{
    struct buf b = {0};
    struct str rest = buf_slice(&s->command), hidden = str_of(secret);
    size_t at;
    while (hidden.n && str_find(rest, hidden, &at)) {
        buf_str(&b, str_head(rest, at));
        buf_put(&b, "***");
        rest = str_from(rest, at + hidden.n);
    }
    buf_str(&b, rest);
    buf_text(&b);
    buf_free(&s->command);
    s->command = b;
}

struct store_options session_options(struct session *s, struct str month)
{
    memcpy(s->month, month.s ? month.s : "", month.n < sizeof s->month ? month.n : sizeof s->month - 1);
    const char *wait = getenv("VET_WAIT"), *salt = getenv("VET_SALT");
    return (struct store_options){.by = s->by ? s->by : session_who(),
                                  .now = session_now(),
                                  .command = buf_text(&s->command),
                                  .period = month.n ? s->month : NULL,
                                  .wait_ms = wait ? atol(wait) : 0,
                                  .salted = !salt || strcmp(salt, "none") != 0};
}

struct store *session_store(struct session *s, enum store_mode mode, struct str month)
{
    struct store_options o = session_options(s, month);
    return store_open(s->db, mode, &o, &s->diag);
}

bool session_units(struct session *s, struct units **units)
{
    *units = NULL;
    if (s->units) return (*units = units_open(s->units, &s->diag)) != NULL;
    if (!s->db || access(s->db, F_OK) != 0) return true;
    struct store *st = session_store(s, STORE_READ, (struct str){0});
    bool ok = st != NULL;
    if (st && store_has_units(st)) ok = (*units = store_units(st, 0)) != NULL;
    if (st) store_close(st);
    return ok;
}

/* Does what is written go to a screen, by whatever name?  -, /dev/stdout and /dev/tty do. */
static bool goes_to_terminal(const struct session *s)
{
    struct stat device;
    if (!s->output || strcmp(s->output, "-") == 0) return s->stdout_is_terminal;
    if (stat(s->output, &device) != 0 || !S_ISCHR(device.st_mode)) return false;
    int fd = open(s->output, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    bool screen = fd >= 0 && isatty(fd) == 1;
    if (fd >= 0) close(fd);
    return screen;
}

bool session_mask(struct session *s, enum mask_profile otherwise, enum mask_profile *mask)
{
    *mask = otherwise == PROFILE_NONE && goes_to_terminal(s) ? PROFILE_INTERNAL : otherwise;
    if (!s->mask || mask_profile_of(str_of(s->mask), mask)) return true;
    diag_add(&s->diag, DIAG_OPTION_BAD, NULL, "--mask", s->mask, "none | internal | public", NULL);
    return false;
}

bool session_unmasked(struct session *s, struct store *st, uint64_t rows, const char *to)
{
    char counts[40];
    struct stat file;
    struct place at = {.file = s->db};
    if (!st && stat(s->db, &file) == 0 && (!(file.st_mode & 0222) || access(s->db, W_OK) != 0)) {
        diag_add(&s->diag, DIAG_STORE_UNLOGGED, &at, NULL);
        return true;
    }
    snprintf(counts, sizeof counts, "{\"rows\":%llu}", (unsigned long long)rows);
    bool ok = note_export(s, st, to, counts);
    s->unmasked = ok;
    s->unmasked_to = to;
    if (!ok) diag_add(&s->diag, DIAG_STORE_NOT_LOGGED, &at, NULL);
    return ok;
}

void session_write(struct session *s, enum row_format f, struct result *table)
{
    struct out *o = table ? out_open(s->output, &s->diag) : NULL;
    if (!o) return;
    result_write(o, f, table);
    out_close(o, s->diag.status < 2, &s->diag);
}

void session_stats(struct session *s, uint64_t rows, struct str parts)
{
    struct out *o = s->stats && s->diag.status < 2 ? out_open(s->stats, &s->diag) : NULL;
    if (!o) return;
    struct buf b = {0};
    const char *between = "";
    buf_printf(&b, "{\"rows\": %llu, ", (unsigned long long)rows);
    buf_str(&b, parts);
    buf_put(&b, "\"codes\": {");
    for (int c = 0; c < DIAG_COUNT; c++) {
        if (!s->diag.counts[c]) continue;
        buf_printf(&b, "%s\"%s\": %llu", between, diag_code_string((enum diag_code)c), (unsigned long long)s->diag.counts[c]);
        between = ", ";
    }
    buf_put(&b, "}}\n");
    out_write(o, buf_slice(&b));
    out_close(o, true, &s->diag);
    buf_free(&b);
}

bool session_is_month(struct str s)
{
    if (s.n != 7 || s.s[4] != '-') return false;
    for (size_t i = 0; i < 7; i++)
        if (i != 4 && (s.s[i] < '0' || s.s[i] > '9')) return false;
    int month = (s.s[5] - '0') * 10 + s.s[6] - '0';
    return month >= 1 && month <= 12;
}

bool session_chinese(void)
{
    const char *language = getenv("LANGUAGE"); /* set_language has set it */
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

bool session_period(struct session *s, const char **given, struct str *period)
{
    const char *env = getenv("VET_PERIOD");
    if (!*given && env && *env) *given = env;
    *period = *given ? str_of(*given) : str_head(str_of(session_now()), 7);
    if (session_is_month(*period)) return true;
    struct buf b = {0};
    buf_str(&b, *period);
    diag_add(&s->diag, DIAG_OPTION_BAD, NULL, "--period", buf_text(&b), "YYYY-MM", NULL);
    buf_free(&b);
    return false;
}

void session_progress(void *session, const char *what, uint64_t done, uint64_t total)
{
    struct session *s = session;
    static struct timespec start, last; /* a bar is one to a program */
    if (s->quiet || !isatty(STDERR_FILENO)) return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!start.tv_sec) start = now;
    bool end = total && done >= total;
    double since_start = (double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9;
    double since_last = (double)(now.tv_sec - last.tv_sec) + (double)(now.tv_nsec - last.tv_nsec) / 1e9;
    if (since_start < 1 || (!end && since_last < 0.1)) return;
    last = now;
    if (total)
        fprintf(stderr, "\r%s: %llu/%llu (%d%%)%s", what, (unsigned long long)done, (unsigned long long)total,
                (int)(done * 100 / total), end ? "\n" : "");
    else fprintf(stderr, "\r%s: %llu", what, (unsigned long long)done);
}
