/* What every command does: the common options, the language, printing findings, the exit status.
 * The only place that prints messages, and the only one that knows that there is a terminal. */
#ifndef VET_CMD_SESSION_H
#define VET_CMD_SESSION_H

#include "base/diag.h"
#include "base/opt.h"
#include "base/str.h"
#include "rollup/result.h"
#include "store/store.h"

/* Which common options a command takes. */
enum session_wants {
    WANT_DB = 1,
    WANT_UNITS = 2,
    WANT_OUTPUT = 4,
    WANT_FROM = 8,
    WANT_TO = 16,
    WANT_STATS = 32,
    WANT_WHERE = 64,
    WANT_MASK = 128,
    WANT_THREADS = 256,
};
enum { TO_CSV, TO_JSON };
struct session {
    const char *name;    /* "vet-import" */
    const char *summary; /* English msgid: one sentence */
    const char *usage;   /* "[OPTION]... [FILE]..." */
    unsigned wants;
    /* The common options. */
    const char *db, *units, *output, *from, *stats, *where, *lang, *share, *mask;
    int to;
    long threads;
    bool quiet, help, version;
    int verbose;
    struct opt_list files; /* arguments that are no options */
    struct diag diag;
    bool stdout_is_terminal;
    char *share_found;  /* the folder `share` names, when it was not given */
    struct buf command; /* the command line, for the store's log */
    const char *by;     /* who answers for it, when that is not session_who */
    char month[8];      /* of session_options */
    bool unmasked;      /* has session_unmasked put into the log that something is handed out, and where to? */
    const char *unmasked_to;
};
/* Fills what the struct's first four members do not, reads the environment (VET_DB, VET_UNITS, VET_SHARE) and the options.
 * False when the program is to end at once with session_end (after --help or --version, or wrong use). */
bool session_start(struct session *s, const struct opt *own, size_t n_own, int argc, char **argv);
/* Prints nothing more; returns the exit status. */
int session_end(struct session *s);
/* Adds a finding with these arguments (the last may be NULL); always false. */
bool session_refuse(struct session *s, enum diag_code code, const char *a, const char *b, const char *c);
/* Now as ISO date and time, "2026-11-24T11:22:29": VET_NOW when it is set (so that a run can be made again to the byte), else
 * the clock.  Static. */
const char *session_now(void);
/* Who runs this, for the store's log: VET_BY, else the name of the user.  Static. */
const char *session_who(void);
/* Whom the command was about does not belong into a log that outlives his data: *** takes the place of `secret` in s->command. */
void session_hide(struct session *s, const char *secret);
/* Are messages in Chinese?  For texts that a ledger holds in both languages. */
bool session_chinese(void);
const char *session_translate(const char *english); /* in the language of the run; "" for NULL */
/* The Chinese templates of all messages, DIAG_COUNT of them, whatever the language of the run: for what goes home. */
void session_home_templates(const char **templates);
bool session_is_month(struct str s); /* YYYY-MM */
/* The month meant: `*given` (--period), else VET_PERIOD, which *given then becomes, else the month of session_now.  False after a
 * finding: no YYYY-MM. */
bool session_period(struct session *s, const char **given, struct str *period);
/* What the batches of this run say of it: who, when, the command line, the month (empty: that of now), and how long another writer
 * is waited for (VET_WAIT, milliseconds).  Valid as long as the session. */
struct store_options session_options(struct session *s, struct str month);
/* The store of --db, so opened.  NULL after a finding. */
struct store *session_store(struct session *s, enum store_mode mode, struct str month);
/* The units by which a stream is read: those of --units, else those of the store that is named, if there is one.  *units is NULL
 * where there are none, and freed by the caller; false after a finding. */
bool session_units(struct session *s, struct units **units);
/* How personal data is shown: --mask; without it `otherwise`, on a terminal internal at least.  False after a finding. */
bool session_mask(struct session *s, enum mask_profile otherwise, enum mask_profile *mask);
/* Whole personal data of the store is about to be handed out: its log says who takes how many rows, and where to, before he has
 * them.  `st` is the store where it is open for writing, else NULL.  False after a finding, when the log cannot be written: then
 * nothing may be handed out.  When the run then fails, session_end adds to the log that it did: of a file nothing is there, and
 * no more than was announced has left on standard output.  `to` lives as long as the session.  Who may only read the file can keep
 * no log in it, which is a warning. */
bool session_unmasked(struct session *s, struct store *st, uint64_t rows, const char *to);
/* A table, as --to says, to --output. */
void session_write(struct session *s, enum row_format f, struct result *table);
/* The accounts of the run to --stats, when it is given: `rows` that were written, `parts` of them (JSON, or empty), and how often
 * each finding was made.  Nothing of a run that failed. */
void session_stats(struct session *s, uint64_t rows, struct str parts);
/* Progress on a terminal, for work over a second; nothing in a pipe.  `total` 0 = unknown. */
void session_progress(void *session, const char *what, uint64_t done, uint64_t total);

#endif
