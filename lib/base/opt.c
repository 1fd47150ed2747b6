#include "base/opt.h"

#include <errno.h>
#include <stdlib.h>

#include "base/near.h"
#include "base/text.h"

static const struct opt *by_letter(const struct opt_table *t, char letter)
{
    for (; t->opts; t++)
        for (size_t i = 0; i < t->n; i++)
            if (t->opts[i].kind != OPT_HEADING && t->opts[i].letter == letter) return &t->opts[i];
    return NULL;
}

static const struct opt *by_name(const struct opt_table *t, struct str name)
{
    for (; t->opts; t++)
        for (size_t i = 0; i < t->n; i++)
            if (t->opts[i].kind != OPT_HEADING && str_is(name, t->opts[i].name)) return &t->opts[i];
    return NULL;
}

static void unknown(const struct opt_table *t, const char *given, struct str name, struct diag *d)
{
    struct near best = near_start(name);
    for (; t->opts; t++)
        for (size_t i = 0; i < t->n; i++)
            if (t->opts[i].kind != OPT_HEADING) near_try(&best, str_of(t->opts[i].name));
    if (!best.found.n) {
        diag_add(d, DIAG_OPTION_NONE, NULL, given, NULL);
        return;
    }
    struct buf b = {0};
    buf_put(&b, "--");
    buf_str(&b, best.found);
    diag_add(d, DIAG_OPTION_UNKNOWN, NULL, given, buf_text(&b), NULL);
    buf_free(&b);
}

static bool bad(const struct opt *o, const char *value, const char *why, struct diag *d)
{
    struct buf name = {0};
    buf_printf(&name, "--%s", o->name);
    diag_add(d, DIAG_OPTION_BAD, NULL, buf_text(&name), value, why, NULL);
    buf_free(&name);
    return false;
}

static bool number(const struct opt *o, const char *value, struct diag *d)
{
    char *end;
    errno = 0;
    long v = strtol(value, &end, 10);
    if (end == value || *end || errno) return bad(o, value, "not a number", d);
    if ((o->low != 0 || o->high != 0) && (v < o->low || v > o->high)) {
        struct buf range = {0};
        buf_printf(&range, "%ld .. %ld", o->low, o->high);
        bad(o, value, buf_text(&range), d);
        buf_free(&range);
        return false;
    }
    *(long *)o->target = v;
    return true;
}

static bool choice(const struct opt *o, const char *value, struct diag *d)
{
    struct buf all = {0};
    for (int i = 0; o->choices[i]; i++) {
        if (strcmp(o->choices[i], value) == 0) {
            *(int *)o->target = i;
            buf_free(&all);
            return true;
        }
        buf_printf(&all, "%s%s", i ? " | " : "", o->choices[i]);
    }
    bad(o, value, buf_text(&all), d);
    buf_free(&all);
    return false;
}

static bool apply(const struct opt *o, const char *value, struct diag *d)
{
    switch (o->kind) {
    case OPT_FLAG: *(bool *)o->target = true; return true;
    case OPT_COUNT: *(int *)o->target += 1; return true;
    case OPT_STRING: *(const char **)o->target = value; return true;
    case OPT_LIST: {
        struct opt_list *l = o->target;
        mem_grow(&l->v, &l->cap, l->n + 1, sizeof *l->v);
        l->v[l->n++] = value;
        return true;
    }
    case OPT_INT: return number(o, value, d);
    case OPT_CHOICE: return choice(o, value, d);
    case OPT_TWO: *(const char **)o->target = value; return true;
    case OPT_MAYBE: ((struct opt_maybe *)o->target)->value = value; return true;
    case OPT_HEADING: break;
    }
    return false;
}

static bool takes_value(const struct opt *o)
{
    return o->kind != OPT_FLAG && o->kind != OPT_COUNT;
}

static bool missing(const char *given, struct diag *d)
{
    diag_add(d, DIAG_OPTION_VALUE, NULL, given, NULL);
    return false;
}

static bool is_choice(const struct opt *o, const char *value)
{
    for (int i = 0; o->choices[i]; i++)
        if (strcmp(o->choices[i], value) == 0) return true;
    return false;
}

/* The value of an option is the next argument, or the next two; *i becomes the index of the last one that is its own. */
static bool apply_next(const struct opt *o, char **argv, int argc, int *i, const char *given, struct diag *d)
{
    const char *next = *i + 1 < argc ? argv[*i + 1] : NULL, *second = *i + 2 < argc ? argv[*i + 2] : NULL;
    if (o->kind == OPT_MAYBE && (!next || next[0] == '-' || !((struct opt_maybe *)o->target)->may_be(next)))
        return apply(o, "-", d);
    if (!next || (o->kind == OPT_TWO && !o->choices && !second)) return missing(given, d);
    ++*i;
    if (o->kind == OPT_TWO && (!o->choices || (second && is_choice(o, second)))) {
        ((const char **)o->target)[1] = second;
        ++*i;
    }
    return apply(o, next, d);
}

static bool long_option(const struct opt_table *t, char **argv, int argc, int *i, struct diag *d)
{
    const char *given = argv[*i], *eq = strchr(given, '=');
    struct str name = {given + 2, eq ? (size_t)(eq - given - 2) : strlen(given + 2)};
    const struct opt *o = by_name(t, name);
    if (!o) {
        unknown(t, given, name, d);
        return false;
    }
    if (!takes_value(o)) return eq ? bad(o, eq + 1, "it takes no value", d) : apply(o, NULL, d);
    if (eq) return apply(o, eq + 1, d);
    return apply_next(o, argv, argc, i, given, d);
}

static bool short_options(const struct opt_table *t, char **argv, int argc, int *i, struct diag *d)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        const struct opt *o = by_letter(t, *p);
        if (!o) {
            unknown(t, argv[*i], (struct str){p, 1}, d);
            return false;
        }
        if (!takes_value(o)) {
            apply(o, NULL, d);
            continue;
        }
        if (p[1]) return apply(o, p + 1, d);
        return apply_next(o, argv, argc, i, argv[*i], d);
    }
    return true;
}

bool opt_parse(const struct opt_table *t, int argc, char **argv, struct opt_list *rest, struct diag *d)
{
    bool ok = true, options = true;
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        if (options && strcmp(a, "--") == 0) options = false;
        else if (options && a[0] == '-' && a[1] == '-') ok = long_option(t, argv, argc, &i, d) && ok;
        else if (options && a[0] == '-' && a[1]) ok = short_options(t, argv, argc, &i, d) && ok;
        else {
            mem_grow(&rest->v, &rest->cap, rest->n + 1, sizeof *rest->v);
            rest->v[rest->n++] = a;
        }
    }
    return ok;
}

void opt_help(struct buf *out, const struct opt_table *t, const char *(*translate)(const char *))
{
    enum { COLUMN = 28 };
    for (; t->opts; t++) {
        for (size_t i = 0; i < t->n; i++) {
            const struct opt *o = &t->opts[i];
            if (o->kind == OPT_HEADING) {
                buf_printf(out, "\n%s\n", translate(o->help));
                continue;
            }
            size_t start = out->n;
            if (o->letter) buf_printf(out, "  -%c, ", o->letter);
            else buf_put(out, "      ");
            buf_printf(out, "--%s", o->name);
            if (o->arg) buf_printf(out, " %s", o->arg);
            size_t width = text_width((struct str){out->s + start, out->n - start});
            if (width + 2 > COLUMN) {
                buf_char(out, '\n');
                width = 0;
            }
            for (; width < COLUMN; width++) buf_char(out, ' ');
            buf_printf(out, "%s\n", translate(o->help));
        }
    }
}

void opt_list_free(struct opt_list *l)
{
    free(l->v);
    *l = (struct opt_list){0};
}
