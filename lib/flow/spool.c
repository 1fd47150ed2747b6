#include "flow/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct spool {
    const char **paths;
    size_t n;
    int fd; /* the copy, or -1 */
    char name[64];
};

static bool write_all(int fd, const char *s, size_t n)
{
    while (n) {
        ssize_t w = write(fd, s, n);
        if (w < 0 && errno != EINTR) return false;
        if (w > 0) {
            s += w;
            n -= (size_t)w;
        }
    }
    return true;
}

static bool copy_input(struct spool *s, struct diag *d)
{
    const char *folder = getenv("TMPDIR");
    struct buf path = {0};
    buf_printf(&path, "%s/vet-input.XXXXXX", folder && *folder ? folder : "/tmp");
    buf_text(&path);
    s->fd = mkstemp(path.s);
    if (s->fd < 0) {
        diag_add(d, DIAG_WRITE_FAILED, NULL, path.s, strerror(errno), NULL);
        buf_free(&path);
        return false;
    }
    unlink(path.s);
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
        } else if (n > 0 && !write_all(s->fd, block, (size_t)n)) {
            diag_add(d, DIAG_WRITE_FAILED, NULL, path.s, strerror(errno), NULL);
            ok = false;
        }
        if (n <= 0 || !ok) break;
    }
    free(block);
    buf_free(&path);
    /* Each reading opens it anew, from its start. */
    snprintf(s->name, sizeof s->name, "/proc/self/fd/%d", s->fd);
    return ok;
}

struct spool *spool_open(const char *const *paths, size_t n, struct diag *d)
{
    struct spool *s = mem_zero(1, sizeof *s);
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
            spool_close(s);
            return NULL;
        }
        s->paths[i] = s->name;
    }
    return s;
}

const char *const *spool_paths(const struct spool *s, size_t *n)
{
    *n = s->n;
    return s->paths;
}

void spool_close(struct spool *s)
{
    if (!s) return;
    if (s->fd >= 0) close(s->fd);
    free(s->paths);
    free(s);
}
