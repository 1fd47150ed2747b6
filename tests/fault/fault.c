/* A library for LD_PRELOAD that makes system calls fail, or ends the process, when told to.
 *
 *   FAULT_SHARED=FILE   a file of the size of struct fault_shared, for counting and for telling that the fault was met
 *   FAULT_HOW=...       count  nothing fails
 *                       kill   the process is killed at call FAULT_AT; when it writes, half of it is written
 *                       full   that call and all later ones that need room fail with ENOSPC
 *                       io     that call fails with EIO
 *                       short  every write and read moves half of what was asked for
 *                       intr   every other write and read fails with EINTR
 *
 * Counted is what changes files: opening for writing, writing, syncing, truncating, renaming, removing, mapping a file; and opening
 * at all.  Standard output and error are left alone.  What the C library writes of its own accord cannot be intercepted: there,
 * each 4 KiB handed to it counts as a write, and it fails as the disk would, by a descriptor that has no room. */
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum how { COUNT, KILL, FULL, IO, SHORT, INTR };

static struct fault_shared *shared, own; /* `own` where nobody shares it */
static enum how how;
static unsigned long at;

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void start(void)
{
    static const char *const HOW[] = {"count", "kill", "full", "io", "short", "intr"};
    const char *name = getenv("FAULT_HOW"), *file = getenv("FAULT_SHARED"), *number = getenv("FAULT_AT");
    shared = &own;
    for (size_t i = 0; name && i < sizeof HOW / sizeof *HOW; i++)
        if (strcmp(HOW[i], name) == 0) how = (enum how)i;
    at = number ? strtoul(number, NULL, 10) : 0;
    int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC) : -1;
    void *p = fd >= 0 ? (void *)syscall(SYS_mmap, NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (p != MAP_FAILED) shared = p;
    if (fd >= 0) syscall(SYS_close, fd);
}

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
}

/* Is it this call's turn?  The caller dies or fails then. */
static bool turn(bool needs_room)
{
    if (how == SHORT || how == INTR) return false;
    unsigned long n = __atomic_add_fetch(&shared->calls, 1, __ATOMIC_SEQ_CST);
    if (how == COUNT || n < at || (n > at && (how != FULL || !needs_room))) return false;
    if (how == FULL && !needs_room) return false;
    shared->met = 1;
    errno = how == FULL ? ENOSPC : EIO;
    return true;
}

static int failed(bool needs_room)
{
    if (!turn(needs_room)) return 0;
    if (how == KILL) die();
    return -1;
}

/* ---- reading and writing ---- */

/* How much of it is done: all, half, or nothing with errno set (-1). */
static ssize_t part(int fd, size_t n, bool writes)
{
    if (fd <= 2) return (ssize_t)n;
    if (how == SHORT) return (ssize_t)(n > 1 ? n / 2 : n);
    if (how == INTR && __atomic_add_fetch(&shared->calls, 1, __ATOMIC_SEQ_CST) % 2) {
        errno = EINTR;
        return -1;
    }
    if (!writes || !turn(true)) return (ssize_t)n;
    return how == KILL ? (ssize_t)(n / 2) : -1;
}

static ssize_t done(int fd, size_t n, ssize_t p, ssize_t moved)
{
    if (fd > 2 && how == KILL && p != (ssize_t)n) die();
    return moved;
}

ssize_t write(int fd, const void *b, size_t n)
{
    ssize_t p = part(fd, n, true);
    return p < 0 ? -1 : done(fd, n, p, syscall(SYS_write, fd, b, p));
}

static ssize_t write_at(int fd, const void *b, size_t n, off_t where)
{
    ssize_t p = part(fd, n, true);
    return p < 0 ? -1 : done(fd, n, p, syscall(SYS_pwrite64, fd, b, p, where));
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t where)
{
    return write_at(fd, b, n, where);
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t where)
{
    return write_at(fd, b, n, where);
}
ssize_t writev(int fd, const struct iovec *v, int n)
{
    if (fd > 2 && failed(true)) return -1;
    return syscall(SYS_writev, fd, v, n);
}
ssize_t read(int fd, void *b, size_t n)
{
    ssize_t p = part(fd, n, false);
    return p < 0 ? -1 : syscall(SYS_read, fd, b, p);
}
ssize_t pread(int fd, void *b, size_t n, off_t where)
{
    ssize_t p = part(fd, n, false);
    return p < 0 ? -1 : syscall(SYS_pread64, fd, b, p, where);
}
ssize_t pread64(int fd, void *b, size_t n, off64_t where)
{
    return pread(fd, b, n, where);
}

/* ---- opening ---- */

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
    if (strncmp(path, "/proc/", 6) != 0 && failed((flags & (O_CREAT | __O_TMPFILE)) != 0)) return -1;
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}
#define MODE_OF(flags)                                                                                                             \
    mode_t mode = 0;                                                                                                               \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                                                       \
        va_list ap;                                                                                                                \
        va_start(ap, flags);                                                                                                       \
        mode = va_arg(ap, mode_t);                                                                                                 \
        va_end(ap);                                                                                                                \
    }
int open(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(folder, path, flags, mode);
}
#define TEMPORARY(name, parameters, arguments)                                                                                     \
    int name parameters                                                                                                            \
    {                                                                                                                              \
        return failed(true) ? -1 : REAL(name) arguments;                                                                           \
    }
TEMPORARY(mkstemp, (char *t), (t))
TEMPORARY(mkstemp64, (char *t), (t))
TEMPORARY(mkostemp, (char *t, int flags), (t, flags))
TEMPORARY(mkostemp64, (char *t, int flags), (t, flags))
TEMPORARY(mkostemps, (char *t, int tail, int flags), (t, tail, flags))
TEMPORARY(mkostemps64, (char *t, int tail, int flags), (t, tail, flags))

/* ---- the rest ---- */

int fsync(int fd)
{
    return failed(false) ? -1 : (int)syscall(SYS_fsync, fd);
}
int fdatasync(int fd)
{
    return failed(false) ? -1 : (int)syscall(SYS_fdatasync, fd);
}
int ftruncate(int fd, off_t n)
{
    return failed(true) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}
int ftruncate64(int fd, off64_t n)
{
    return failed(true) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}
int fallocate(int fd, int mode, off_t from, off_t n)
{
    return failed(true) ? -1 : (int)syscall(SYS_fallocate, fd, mode, from, n);
}
int rename(const char *from, const char *to)
{
    return failed(true) ? -1 : (int)syscall(SYS_rename, from, to);
}
int link(const char *from, const char *to)
{
    return failed(true) ? -1 : (int)syscall(SYS_link, from, to);
}
int linkat(int folder, const char *from, int other, const char *to, int flags)
{
    return failed(true) ? -1 : (int)syscall(SYS_linkat, folder, from, other, to, flags);
}
int unlink(const char *path)
{
    if (!failed(false)) return (int)syscall(SYS_unlink, path);
    shared->met = FAULT_OF_REMOVAL;
    return -1;
}
int mkdir(const char *path, mode_t mode)
{
    return failed(true) ? -1 : (int)syscall(SYS_mkdir, path, mode);
}

static void *map(void *where, size_t n, int protection, int flags, int fd, off_t from)
{
    if (fd >= 0 && failed(true)) return MAP_FAILED;
    return (void *)syscall(SYS_mmap, where, n, protection, flags, fd, from);
}
void *mmap(void *where, size_t n, int protection, int flags, int fd, off_t from)
{
    return map(where, n, protection, flags, fd, from);
}
void *mmap64(void *where, size_t n, int protection, int flags, int fd, off64_t from)
{
    return map(where, n, protection, flags, fd, from);
}

/* ---- the C library's own streams ---- */

static bool is_ours(FILE *f)
{
    return f && f != stdout && f != stderr && __fwritable(f);
}

/* From now on the stream has no room, and what is read back of it ends at once. */
static void fill(FILE *f)
{
    int full = (int)syscall(SYS_openat, AT_FDCWD, "/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0) return;
    syscall(SYS_dup3, full, fileno(f), O_CLOEXEC);
    syscall(SYS_close, full);
}

static void stream_turn(FILE *f)
{
    if (!is_ours(f) || !turn(true)) return;
    if (how == KILL) die();
    fill(f);
}

size_t fwrite(const void *b, size_t size, size_t n, FILE *f)
{
    if (is_ours(f)) {
        unsigned long before = __atomic_fetch_add(&shared->bytes, size * n, __ATOMIC_SEQ_CST);
        if (before / 4096 != (before + size * n) / 4096) stream_turn(f);
    }
    return REAL(fwrite)(b, size, n, f);
}
/* Nothing is written where nothing is pending. */
int fflush(FILE *f)
{
    if (f && __fpending(f)) stream_turn(f);
    return REAL(fflush)(f);
}
int fclose(FILE *f)
{
    if (__fpending(f)) stream_turn(f);
    return REAL(fclose)(f);
}
static bool for_writing(const char *mode)
{
    return strpbrk(mode, "wa+") != NULL;
}
FILE *fopen(const char *path, const char *mode)
{
    return for_writing(mode) && failed(true) ? NULL : REAL(fopen)(path, mode);
}
FILE *fopen64(const char *path, const char *mode)
{
    return for_writing(mode) && failed(true) ? NULL : REAL(fopen64)(path, mode);
}
FILE *tmpfile(void)
{
    return failed(true) ? NULL : REAL(tmpfile)();
}
FILE *tmpfile64(void)
{
    return failed(true) ? NULL : REAL(tmpfile64)();
}
