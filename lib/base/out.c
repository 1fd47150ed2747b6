#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024 };

struct out {
    int fd;
    int error;  /* errno of the first failure */
    char *path; /* where it is to stand; NULL for standard output */
    char *temporary;
    struct buf pending;
};

struct out *out_open(const char *path, struct diag *d)
{
    struct out *o = mem_zero(1, sizeof *o);
    if (!path || strcmp(path, "-") == 0) {
        o->fd = STDOUT_FILENO;
        return o;
    }
    struct stat st;
    /* A device or pipe cannot be replaced by renaming: it is written to as it is. */
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        o->fd = open(path, O_WRONLY | O_CLOEXEC);
    } else {
        struct buf t = {0};
        buf_printf(&t, "%s.XXXXXX", path);
        o->temporary = mem_alloc(t.n + 1);
        memcpy(o->temporary, buf_text(&t), t.n + 1);
        buf_free(&t);
        o->fd = mkostemp(o->temporary, O_CLOEXEC);
    }
    o->path = strdup(path);
    if (!o->path) mem_exhausted(strlen(path));
    if (o->fd < 0) {
        diag_add(d, DIAG_WRITE_FAILED, NULL, path, strerror(errno), NULL);
        free(o->temporary);
        free(o->path);
        free(o);
        return NULL;
    }
    return o;
}

static void flush(struct out *o)
{
    size_t at = 0;
    while (at < o->pending.n && !o->error) {
        ssize_t n = write(o->fd, o->pending.s + at, o->pending.n - at);
        if (n >= 0) at += (size_t)n;
        else if (errno != EINTR) o->error = errno;
    }
    o->pending.n = 0;
}

void out_write(struct out *o, struct str s)
{
    if (o->error) return;
    buf_str(&o->pending, s);
    if (o->pending.n >= BLOCK) flush(o);
}

bool out_failed(const struct out *o)
{
    return o->error != 0;
}

int out_descriptor(struct out *o)
{
    flush(o);
    return o->fd;
}

const char *out_path(const struct out *o)
{
    return o->temporary;
}

/* The new name itself must reach the disk too. */
static void sync_folder(const char *path)
{
    char *copy = strdup(path);
    if (!copy) return;
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(copy);
}

bool out_close(struct out *o, bool keep, struct diag *d)
{
    if (keep) flush(o);
    if (keep && o->temporary && !o->error && fsync(o->fd) != 0) o->error = errno;
    if (close(o->fd) != 0 && keep && !o->error) o->error = errno;
    if (o->temporary) {
        if (keep && !o->error && rename(o->temporary, o->path) != 0) o->error = errno;
        if (keep && !o->error) sync_folder(o->path);
        else unlink(o->temporary);
    }
    bool ok = !keep || !o->error;
    if (!ok) diag_add(d, DIAG_WRITE_FAILED, NULL, o->path ? o->path : "standard output", strerror(o->error), NULL);
    buf_free(&o->pending);
    free(o->temporary);
    free(o->path);
    free(o);
    return ok;
}
