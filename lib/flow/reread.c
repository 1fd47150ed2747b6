#include "flow/reread.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/temporary.h"

struct reread {
    const char **paths;
    size_t n;
    int fd; /* the copy, or -1 */
    struct buf name;
};

static bool copy_input(struct reread *s, struct diag *d)
{
    struct buf path = {0};
    s->fd = temporary_open(&path);
    if (s->fd < 0) {
        diag_add(d, DIAG_WRITE_FAILED, NULL, path.s, strerror(errno), NULL);
        buf_free(&path);
        return false;
    }
    enum { BLOCK = 1 << 18 };
    char *block = mem_alloc(BLOCK);
    bool ok = true;
    for (;;) {
        ssize_t n = read(STDIN_FILENO, block, BLOCK);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            struct place at = {.file = "-"};
            diag_add(d, DIAG_READ_FAILED, &at, strerror(errno), NULL);
            ok = false;
        } else if (n > 0 && !temporary_write(s->fd, (struct str){block, (size_t)n})) {
            diag_add(d, DIAG_WRITE_FAILED, NULL, path.s, strerror(errno), NULL);
            ok = false;
        }
        if (n <= 0 || !ok) break;
    }
    free(block);
    buf_free(&path);
    /* Each reading opens it anew, from its start. */
    temporary_path(s->fd, &s->name);
    return ok;
}

struct reread *reread_open(const char *const *paths, size_t n, struct diag *d)
{
    struct reread *s = mem_zero(1, sizeof *s);
    static const char *const INPUT[] = {"-"};
    if (!n) {
        paths = INPUT;
        n = 1;
    }
    s->fd = -1;
    s->n = n;
    s->paths = mem_zero(n, sizeof *s->paths);
    for (size_t i = 0; i < n; i++) {
        s->paths[i] = paths[i];
        if (strcmp(paths[i], "-") != 0) continue;
        if (s->fd < 0 && !copy_input(s, d)) {
            reread_close(s);
            return NULL;
        }
        s->paths[i] = s->name.s;
    }
    return s;
}

const char *const *reread_paths(const struct reread *s, size_t *n)
{
    *n = s->n;
    return s->paths;
}

void reread_close(struct reread *s)
{
    if (!s) return;
    if (s->fd >= 0) close(s->fd);
    free(s->paths);
    buf_free(&s->name);
    free(s);
}
