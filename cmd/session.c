#include <errno.h>
#include <fcntl.h>
#include <libintl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "session_own.h"

#ifndef VET_VERSION
#define VET_VERSION "0.0"
#endif

/* Bytes that this process has been given, without asking for more to find out; 0 when nobody says. */
static unsigned long long memory_taken(void)
{
    char text[64];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    text[n > 0 ? n : 0] = 0;
    return strtoull(text, NULL, 10) * (unsigned long long)sysconf(_SC_PAGESIZE);
}

_Noreturn void mem_exhausted(size_t wanted)
{
    char text[400];
    const unsigned long long mib = 1ULL << 20, more = (wanted - wanted % mib) / mib + 1;
    int n = snprintf(text, sizeof text,
                     gettext("vet: error: no_memory: not enough memory: %llu MB are taken and %llu MB more are wanted; close other "
                             "programs, or split the input, and run it again\n"),
                     memory_taken() / mib, more);
    if (n > 0) (void)!write(STDERR_FILENO, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    _exit(4);
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

/* The command line, for the store's log. */
static void keep_command(struct session *s, int argc, char **argv)
{
    enum { NAMED = 300 }; /* bytes: a thousand files need not all be named */
    for (int i = 0; i < argc && s->command.n < NAMED; i++) {
        const char *slash = i ? NULL : strrchr(argv[i], '/');
        if (i) buf_char(&s->command, ' ');
        buf_put(&s->command, slash ? slash + 1 : argv[i]);
        if (s->command.n >= NAMED && i + 1 < argc) buf_put(&s->command, " ...");
    }
    buf_text(&s->command);
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
    diag_init(&s->diag, session_print, s);
    const char *share = early(argc, argv, "--share");
    if (!share) share = getenv("VET_SHARE");
    if (!share || !*share) share = s->share_found = find_share();
    session_language(early(argc, argv, "--lang"), share);
    s->stdout_is_terminal = isatty(STDOUT_FILENO) == 1;

    keep_command(s, argc, argv);
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
    return has_ledgers(share) || session_refuse(s, DIAG_SHARE_MISSING, share, NULL, NULL);
}

int session_end(struct session *s)
{
    /* xz and others: what was written last may still fail to reach the disk. */
    bool failed = ferror(stdout) != 0;
    if (fflush(stdout) != 0) failed = true;
    if (failed) diag_add(&s->diag, DIAG_WRITE_FAILED, NULL, session_translate("standard output"), strerror(errno), NULL);
    if (s->unmasked && s->diag.status >= 4) session_note(s, NULL, s->unmasked_to, "{\"failed\":true}");
    opt_list_free(&s->files);
    free(s->share_found);
    buf_free(&s->command);
    return s->diag.status;
}

bool session_refuse(struct session *s, enum diag_code code, const char *a, const char *b, const char *c)
{
    diag_add(&s->diag, code, NULL, a, b, c, NULL);
    return false;
}

bool session_is_month(struct str s)
{
    if (s.n != 7 || s.s[4] != '-') return false;
    for (size_t i = 0; i < 7; i++)
        if (i != 4 && (s.s[i] < '0' || s.s[i] > '9')) return false;
    int month = (s.s[5] - '0') * 10 + s.s[6] - '0';
    return month >= 1 && month <= 12;
}

bool session_period(struct session *s, const char **given, struct str *period)
{
    const char *env = getenv("VET_PERIOD");
    if (!*given && env && *env) *given = env;
    *period = *given ? str_of(*given) : str_head(str_of(session_now()), 7);
    if (session_is_month(*period)) return true;
    struct buf b = {0};
    buf_str(&b, *period);
    session_refuse(s, DIAG_OPTION_BAD, "--period", buf_text(&b), "YYYY-MM");
    buf_free(&b);
    return false;
}
