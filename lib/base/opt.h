/* Command-line options from one typed table, from which --help is printed too, so that it cannot lie.
 * GNU style: -d FILE, -dFILE, --db FILE, --db=FILE, clusters of flags (-qv), `--` ends the options. */
#ifndef VET_BASE_OPT_H
#define VET_BASE_OPT_H

#include "base/diag.h"

enum opt_kind {
    OPT_HEADING, /* no option: `help` is a heading of the help text */
    OPT_FLAG,    /* bool *target = true */
    OPT_COUNT,   /* int *target += 1 */
    OPT_STRING,  /* const char **target = the argument (points into argv) */
    OPT_LIST,    /* struct opt_list *target: appended, may be given several times */
    OPT_INT,     /* long *target, from `low` to `high` */
    OPT_CHOICE,  /* int *target = index in `choices` (NULL-terminated) */
    OPT_TWO,     /* const char **target: two of them; with `choices` the second is one of those, or is left out */
    OPT_MAYBE,   /* struct opt_maybe *target */
};
/* An option whose value may be left out: the next argument is its value if it may be one. */
struct opt_maybe {
    const char *value; /* "-" where it is left out */
    bool (*may_be)(const char *argument);
};
struct opt_list {
    const char **v;
    size_t n, cap;
};
struct opt {
    enum opt_kind kind;
    char letter;      /* 0 when there is none */
    const char *name; /* without the dashes */
    void *target;
    const char *arg;            /* what the help calls the value: "FILE" */
    const char *help;           /* English msgid */
    const char *const *choices; /* OPT_CHOICE */
    long low, high;             /* OPT_INT; both 0: any */
};
/* Parses argv[1..]; non-options are appended to `rest` in order.  An array of tables lets commands share
 * the common options; the arrays end with a table of NULL.  Returns false after adding findings. */
struct opt_table {
    const struct opt *opts;
    size_t n;
};
bool opt_parse(const struct opt_table *tables, int argc, char **argv, struct opt_list *rest, struct diag *d);
/* Appends the option lines of the help text; `translate` maps English to the user's language. */
void opt_help(struct buf *out, const struct opt_table *tables, const char *(*translate)(const char *));
void opt_list_free(struct opt_list *l);

#endif
