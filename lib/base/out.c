#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary.h"

enum { BLOCK = 256 * 1024 };

struct out {
    int fd;
    int held;        /* where it goes in the end, while `fd` is a temporary file; -1: `fd` itself */
    int error;       /* errno of the first failure */
    char *path;      /* where it is to stand; NULL for standard output */
    bool whole;      /* a file of its own, which takes its place at the end */
    struct buf part; /* what it is called until then; empty: it has no name */
    struct buf pending;
};

static int open_file(struct out *o)
{
    temporary_sweep(o->path, NULL);
    o->whole = true;
    int fd = temporary_open_beside(o->path);
    return fd < 0 && errno == EOPNOTSUPP ? temporary_named(o->path, &o->part) : fd;
}

static void free_out(struct out *o)
{
    buf_free(&o->pending);
    buf_free(&o->part);
    free(o->path);
    free(o);
}

struct out *out_open(const char *path, struct diag *d)
{
    struct out *o = mem_zero(1, sizeof *o);
    struct stat st;
    o->held = -1;
    if (!path || strcmp(path, "-") == 0) {
        o->fd = STDOUT_FILENO;
        return o;
    }
    o->path = strdup(path);
    if (!o->path) mem_exhausted(strlen(path));
    /* A device or pipe cannot be replaced by renaming: it is written to as it is. */
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) o->fd = open(path, O_WRONLY | O_CLOEXEC);
    else o->fd = open_file(o);
    if (o->fd >= 0) return o;
    diag_add(d, DIAG_WRITE_FAILED, NULL, path, strerror(errno), NULL);
    free_out(o);
    return NULL;
}

struct out *out_hold(const char *path, struct diag *d)
{
    struct out *o = out_open(path, d);
    struct buf folder = {0};
    if (!o || o->whole) return o;
    o->held = o->fd;
    o->fd = temporary_open(&folder);
    if (o->fd < 0) {
        diag_add(d, DIAG_WRITE_FAILED, NULL, buf_text(&folder), strerror(errno), NULL);
        close(o->held);
        free_out(o);
        o = NULL;
    }
    buf_free(&folder);
    return o;
}

/* What was held leaves. */
static void let_go(struct out *o)
{
    char *block = mem_alloc(BLOCK);
    ssize_t got = lseek(o->fd, 0, SEEK_SET) == 0 ? 1 : -1;
    while (!o->error && got > 0) {
        got = read(o->fd, block, BLOCK);
        if (got > 0 && !temporary_write(o->held, (struct str){block, (size_t)got})) o->error = errno;
    }
    if (got < 0 && !o->error) o->error = errno;
    free(block);
}

static void flush(struct out *o)
{
    if (!o->error && !temporary_write(o->fd, buf_slice(&o->pending))) o->error = errno;
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

int out_file(struct out *o)
{
    return o->whole ? out_descriptor(o) : -1;
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

/* The lock that goes with the descriptor is held until the file has its name. */
static void take_place(struct out *o, bool keep)
{
    if (keep && !o->error && fsync(o->fd) != 0) o->error = errno;
    bool named = keep && !o->error && (o->part.n ? rename(o->part.s, o->path) == 0 : temporary_take_place(o->fd, o->path));
    if (keep && !o->error && !named) o->error = errno;
    if (named) sync_folder(o->path);
    else if (o->part.n) unlink(o->part.s);
}

bool out_close(struct out *o, bool keep, struct diag *d)
{
    if (keep) flush(o);
    if (o->whole) take_place(o, keep);
    if (o->held >= 0 && keep) let_go(o);
    if (o->held >= 0 && close(o->held) != 0 && keep && !o->error) o->error = errno;
    if (close(o->fd) != 0 && keep && !o->error) o->error = errno;
    bool ok = !o->error; /* also when the caller throws away because it saw the failure */
    if (!ok) diag_add(d, DIAG_WRITE_FAILED, NULL, o->path ? o->path : "standard output", strerror(o->error), NULL);
    free_out(o);
    return ok;
}

struct out *outs_open(struct outs *all, const char *path, struct diag *d)
{
    struct out *o = out_open(path, d);
    if (o) all->of[all->n++] = o;
    return o;
}

bool outs_close(struct outs *all, bool keep, struct diag *d)
{
    for (size_t i = 0; keep && i < all->n; i++) {
        out_descriptor(all->of[i]);
        keep = !out_failed(all->of[i]);
    }
    bool ok = keep;
    for (size_t i = 0; i < all->n; i++) ok = out_close(all->of[i], keep, d) && ok;
    all->n = 0;
    return ok;
}
