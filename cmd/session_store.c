/* The store of a run: who does what when in it, and whole data that is handed out of it. */
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "session_own.h"
#include "store/history.h"

/* A line of the log that tells of data handed out; `st` NULL: the store is opened for it. */
bool session_note(struct session *s, struct store *st, const char *to, const char *counts)
{
    struct store *own = st ? NULL : session_store(s, STORE_WRITE, (struct str){0});
    struct store *log = st ? st : own;
    bool ok = log && store_note(log, "export", to ? to : "-", counts);
    if (!store_close(own)) ok = false;
    return ok;
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
    return !s->mask || mask_profile_of(str_of(s->mask), mask) ||
           session_refuse(s, DIAG_OPTION_BAD, "--mask", s->mask, "none | internal | public");
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
    bool ok = session_note(s, st, to, counts);
    s->unmasked = ok;
    s->unmasked_to = to;
    if (!ok) diag_add(&s->diag, DIAG_STORE_NOT_LOGGED, &at, NULL);
    return ok;
}
