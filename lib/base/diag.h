/* Findings: what the library has to say.
 *
 * The library never prints.  It adds findings to a `struct diag`; the program prints them
 * (cmd/session.c) in the user's language.  A finding is a code of the ordered list below, a place,
 * and arguments; its text is a fixed template in which {1} {2} {3} {4} stand for the arguments.
 * The English template is the gettext msgid; share/messages/ has the Chinese ones.
 * The status of a run only rises.
 *
 * Personal data is masked by the caller (base/mask.h) before it becomes an argument. */
#ifndef VET_BASE_DIAG_H
#define VET_BASE_DIAG_H

#include <pthread.h>
#include <stdarg.h>

#include "base/str.h"

enum severity {
    SEV_NOTICE,  /* normalised; shown with -v only; status 0 */
    SEV_INFO,    /* shown unless -q; status 0 */
    SEV_WARNING, /* a value is bad, the row is kept; status 0 */
    SEV_PERSON,  /* needs a person: a row was rejected, a total does not reconcile; status 1 */
    SEV_USAGE,   /* wrong use, or a bad ledger, model, report or units file; status 2 */
    SEV_INPUT,   /* an input could not be read; status 3 */
    SEV_SYSTEM,  /* the system failed; status 4 */
};

/* Each list holds X(NAME, "code", SEVERITY, "English template {1}").  The code string is what --stats,
 * _flags and messages show; it is part of the contract and never changes. */
enum diag_code {
    DIAG_NONE,
#define X(name, code, severity, text) DIAG_##name,
#include "base/codes_book.def"
#include "base/codes_cells.def"
#include "base/codes_flow.def"
#include "base/codes_ledger.def"
#include "base/codes_link.def"
#include "base/codes_rollup.def"
#include "base/codes_store.def"
#include "base/codes_system.def"
#undef X
    DIAG_COUNT
};
const char *diag_code_string(enum diag_code code); /* "id_checksum" */
enum severity diag_severity(enum diag_code code);
const char *diag_template(enum diag_code code); /* English */

/* Where: any member may be absent (NULL or 0).  Row and column count from 1. */
struct place {
    const char *file;
    const char *sheet;
    uint32_t row, col;
    bool lines; /* they are a line and a character of a text, and no cell */
};

enum { DIAG_ARGS = 5 };
struct finding {
    enum diag_code code;
    enum severity severity; /* the code's, or raised (--strict) */
    struct place at;        /* strings live as long as the call of the sink */
    struct str args[DIAG_ARGS];
};
/* A finding at a place (or NULL) with the arguments of a NULL-ended list of const char *, which it does not copy. */
struct finding finding_of(enum diag_code code, const struct place *at, va_list args);

/* Findings go to `sink` one by one, in the order they were added, under a lock.
 * `quiet_below`: findings of a lower severity are counted but not given to the sink. */
struct diag {
    void (*sink)(void *ctx, const struct finding *f);
    void *ctx;
    int status; /* 0..4, only rises */
    enum severity quiet_below;
    uint64_t counts[DIAG_COUNT]; /* how often each code was added */
    pthread_mutex_t lock;
};
void diag_init(struct diag *d, void (*sink)(void *, const struct finding *), void *ctx);
void diag_raise(struct diag *d, int status);
/* Adds a finding; `args` are C strings, NULL-terminated list, at most DIAG_ARGS. */
void diag_add(struct diag *d, enum diag_code code, const struct place *at, ... /* const char *, NULL */) __attribute__((sentinel));
void diag_add_finding(struct diag *d, const struct finding *f);
/* Expands a template: {1} by args[0] and so on, {1:one|many} by "one" when args[0] is 1, else by "many"; appends to out. */
void diag_expand(struct buf *out, const char *template, const struct str args[DIAG_ARGS]);
int status_of(enum severity s);

#endif
