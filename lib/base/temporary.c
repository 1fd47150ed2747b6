#include "base/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS "/proc/self/fd/"

enum { PARTS = 8 }; /* as many may write one PATH at a time */

void temporary_path(int fd, struct buf *path)
{
    path->n = 0;
    buf_printf(path, DESCRIPTORS "%d", fd);
    buf_text(path);
}

bool temporary_is(const char *path)
{
    return str_starts(str_of(path), STR(DESCRIPTORS));
}

/* ---- without a name ---- */

static int open_nameless(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EISDIR) errno = EOPNOTSUPP; /* as kernels say that do not know of it */
    return fd;
}

/* For file systems that have no files without a name. */
static int open_and_forget(const struct buf *folder)
{
    struct buf name = {0};
    buf_printf(&name, "%s/vet-XXXXXX", folder->s);
    buf_text(&name);
    int fd = mkostemp(name.s, O_CLOEXEC);
    if (fd >= 0) unlink(name.s);
    buf_free(&name);
    return fd;
}

int temporary_open(struct buf *folder)
{
    const char *chosen = getenv("TMPDIR");
    struct buf own = {0}, *at = folder ? folder : &own;
    at->n = 0;
    buf_put(at, chosen && *chosen ? chosen : "/tmp");
    int fd = open_nameless(buf_text(at));
    if (fd < 0 && errno == EOPNOTSUPP) fd = open_and_forget(at);
    buf_free(&own);
    return fd;
}

static void folder_of(const char *path, struct buf *folder)
{
    const char *slash = strrchr(path, '/');
    if (slash) buf_add(folder, path, slash == path ? 1 : (size_t)(slash - path));
    else buf_char(folder, '.');
    buf_text(folder);
}

/* Locked before it has a name: nobody can meet it unlocked. */
int temporary_open_beside(const char *path)
{
    struct buf folder = {0}, self = {0};
    folder_of(path, &folder);
    int fd = open_nameless(folder.s);
    if (fd >= 0) temporary_path(fd, &self);
    if (fd >= 0 && access(self.s, F_OK) != 0) { /* without /proc it could get no name */
        close(fd);
        fd = -1;
        errno = EOPNOTSUPP;
    }
    if (fd >= 0) flock(fd, LOCK_EX | LOCK_NB);
    buf_free(&folder);
    buf_free(&self);
    return fd;
}

/* ---- with a name ---- */

static void part_name(struct buf *name, const char *path, int k)
{
    name->n = 0;
    buf_printf(name, "%s.vet-part", path);
    if (k) buf_int(name, k);
    buf_text(name);
}

static void remove_parts(const char *name, const char *const *tails)
{
    struct buf beside = {0};
    for (size_t i = 0; tails && tails[i]; i++) {
        beside.n = 0;
        buf_printf(&beside, "%s%s", name, tails[i]);
        unlink(buf_text(&beside));
    }
    unlink(name);
    buf_free(&beside);
}

/* Is it still the file of that name?  Between opening and locking its maker may have given it another. */
static bool is_named(int fd, const char *name)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && lstat(name, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void sweep_one(const char *name, const char *const *tails)
{
    struct stat st;
    if (lstat(name, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) return;
    int fd = open(name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_named(fd, name)) remove_parts(name, tails);
    close(fd);
}

void temporary_sweep(const char *path, const char *const *tails)
{
    struct buf name = {0};
    int error = errno;
    for (int k = 0; k < PARTS; k++) {
        part_name(&name, path, k);
        sweep_one(name.s, tails);
    }
    buf_free(&name);
    errno = error;
}

/* Whoever sweeps between the making and the locking takes it for one that was left: then it has no name any more. */
static int make_locked(const char *name)
{
    int fd;
    do {
        fd = open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0 || flock(fd, LOCK_EX) != 0 || is_named(fd, name)) return fd;
        close(fd);
    } while (true);
}

int temporary_named(const char *path, struct buf *name)
{
    int fd = -1;
    errno = EEXIST;
    for (int k = 0; k < PARTS && fd < 0 && errno == EEXIST; k++) {
        part_name(name, path, k);
        fd = make_locked(name->s);
    }
    return fd;
}

static bool link_as(const struct buf *self, const char *path)
{
    return linkat(AT_FDCWD, self->s, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

/* A name that is taken already is taken over from one that is free. */
static bool take_over(const struct buf *self, const char *path)
{
    struct buf name = {0};
    bool linked = false;
    for (int k = 0; k < PARTS && !linked && errno == EEXIST; k++) {
        part_name(&name, path, k);
        linked = link_as(self, name.s);
    }
    bool ok = linked && rename(name.s, path) == 0;
    int error = errno;
    if (linked && !ok) unlink(name.s);
    buf_free(&name);
    errno = error;
    return ok;
}

bool temporary_take_place(int fd, const char *path)
{
    struct buf self = {0};
    temporary_path(fd, &self);
    bool ok = link_as(&self, path) || (errno == EEXIST && take_over(&self, path));
    int error = errno;
    buf_free(&self);
    errno = error;
    return ok;
}

/* ---- contents ---- */

bool temporary_again(int fd, short events)
{
    if (errno == EINTR) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    struct pollfd ready = {.fd = fd, .events = events};
    return poll(&ready, 1, -1) >= 0 || errno == EINTR;
}

bool temporary_write(int fd, struct str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.s, s.n);
        if (n < 0 && !temporary_again(fd, POLLOUT)) return false;
        if (n > 0) s = str_from(s, (size_t)n);
    }
    return true;
}
