#include "base/diag.h"

static const struct {
    const char *code;
    enum severity severity;
    const char *text;
} CODES[DIAG_COUNT] = {
    [DIAG_NONE] = {"none", SEV_NOTICE, ""},
#define X(name, code, severity, text) [DIAG_##name] = {code, severity, text},
#include "base/codes_book.def"
#include "base/codes_cells.def"
#include "base/codes_flow.def"
#include "base/codes_ledger.def"
#include "base/codes_link.def"
#include "base/codes_rollup.def"
#include "base/codes_store.def"
#include "base/codes_system.def"
#undef X
};

const char *diag_code_string(enum diag_code code)
{
    return CODES[code].code;
}

enum severity diag_severity(enum diag_code code)
{
    return CODES[code].severity;
}

const char *diag_template(enum diag_code code)
{
    return CODES[code].text;
}

int status_of(enum severity s)
{
    switch (s) {
    case SEV_PERSON: return 1;
    case SEV_USAGE: return 2;
    case SEV_INPUT: return 3;
    case SEV_SYSTEM: return 4;
    default: return 0;
    }
}

void diag_init(struct diag *d, void (*sink)(void *, const struct finding *), void *ctx)
{
    memset(d, 0, sizeof *d);
    d->sink = sink;
    d->ctx = ctx;
    d->quiet_below = SEV_INFO;
    pthread_mutex_init(&d->lock, NULL);
}

void diag_raise(struct diag *d, int status)
{
    pthread_mutex_lock(&d->lock);
    if (d->status < status) d->status = status;
    pthread_mutex_unlock(&d->lock);
}

void diag_add_finding(struct diag *d, const struct finding *f)
{
    pthread_mutex_lock(&d->lock);
    int status = status_of(f->severity);
    if (d->status < status) d->status = status;
    d->counts[f->code]++;
    if (d->sink && f->severity >= d->quiet_below) d->sink(d->ctx, f);
    pthread_mutex_unlock(&d->lock);
}

struct finding finding_of(enum diag_code code, const struct place *at, va_list args)
{
    struct finding f = {.code = code, .severity = CODES[code].severity};
    if (at) f.at = *at;
    for (int i = 0; i < DIAG_ARGS; i++) {
        const char *arg = va_arg(args, const char *);
        if (!arg) break;
        f.args[i] = str_of(arg);
    }
    return f;
}

void diag_add(struct diag *d, enum diag_code code, const struct place *at, ...)
{
    va_list args;
    va_start(args, at);
    struct finding f = finding_of(code, at, args);
    va_end(args);
    diag_add_finding(d, &f);
}

/* "{1:one|many}", after its "{": what of it is said, and where it ends; NULL when it is no such choice. */
static const char *choose(const char *t, const struct str args[DIAG_ARGS], struct str *said)
{
    const char *bar = t[1] == ':' ? strchr(t, '|') : NULL, *end = bar ? strchr(bar, '}') : NULL;
    if (!end) return NULL;
    if (str_is(args[*t - '1'], "1")) *said = (struct str){t + 2, (size_t)(bar - t) - 2};
    else *said = (struct str){bar + 1, (size_t)(end - bar) - 1};
    return end + 1;
}

void diag_expand(struct buf *out, const char *t, const struct str args[DIAG_ARGS])
{
    while (*t) {
        const char *next = NULL;
        struct str said = {t, 1};
        if (t[0] == '{' && t[1] >= '1' && t[1] < '1' + DIAG_ARGS) {
            if (t[2] == '}') said = args[t[1] - '1'], next = t + 3;
            else next = choose(t + 1, args, &said);
        }
        buf_str(out, said);
        t = next ? next : t + 1;
    }
}
