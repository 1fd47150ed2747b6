/* Tests that read like a specification: CHECK(condition, "what a user sees, with %s", ...), one line of TAP each.
 * A program ends with `return tap_end();`. */
#ifndef VET_TESTS_TAP_H
#define VET_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_run, tap_bad;

__attribute__((format(printf, 4, 5))) static inline bool tap_check(bool ok, const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    printf("%sok %d - ", ok ? "" : "not ", ++tap_run);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    if (!ok) {
        tap_bad++;
        printf("# at %s:%d\n", file, line);
    }
    fflush(stdout);
    return ok;
}
#define CHECK(condition, ...) tap_check((condition), __FILE__, __LINE__, __VA_ARGS__)
#define CHECK_STR(got, want, ...)                                                                                                  \
    do {                                                                                                                           \
        struct str tap_g = (got), tap_w = str_of(want);                                                                            \
        if (!CHECK(str_eq(tap_g, tap_w), __VA_ARGS__))                                                                             \
            printf("#  got: %.*s\n# want: %.*s\n", (int)tap_g.n, tap_g.s, (int)tap_w.n, tap_w.s);                                  \
    } while (0)

static inline int tap_end(void)
{
    printf("1..%d\n", tap_run);
    return tap_bad ? 1 : 0;
}

/* The library asks every program what to do when memory runs out. */
_Noreturn void mem_exhausted(size_t wanted);
_Noreturn void mem_exhausted(size_t wanted)
{
    fprintf(stderr, "out of memory: %zu\n", wanted);
    abort();
}
#endif
