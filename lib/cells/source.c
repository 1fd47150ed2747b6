#include "cells/source.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary.h"

enum { PIECE = 256 * 1024 };

struct source {
    int fd;
    bool owned;   /* fd is ours to close */
    bool regular; /* can be read again by offset */
    bool ours;    /* a spooled copy, which nobody else can change */
    off_t size;   /* as it was when it was opened */
    off_t passed; /* of it, since its beginning */
    struct timespec changed;
    bool ended, failed;
    bool consumed; /* source_read has given something away */
    bool hashing;  /* a pipe: hash what passes */
    bool digested;
    char *path;
    struct diag *diag;
    struct buf ahead; /* read and not yet given away, from `at` on */
    size_t at;
    struct sha256_ctx sha;
    unsigned char digest[SHA256_DIGEST_SIZE];
};

static void complain(struct source *s, enum diag_code code, int error)
{
    struct place at = {.file = s->path};
    diag_add(s->diag, code, &at, strerror(error), NULL);
    s->failed = true;
}

struct source *source_open(const char *path, struct diag *d)
{
    struct source *s = mem_zero(1, sizeof *s);
    bool standard = !path || strcmp(path, "-") == 0;
    s->diag = d;
    s->path = strdup(standard || temporary_is(path) ? "-" : path);
    if (!s->path) mem_exhausted(strlen(path));
    s->owned = !standard;
    s->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (s->fd < 0 || fstat(s->fd, &st) != 0) {
        complain(s, DIAG_OPEN_FAILED, errno);
    } else if (S_ISDIR(st.st_mode)) {
        struct place at = {.file = s->path};
        diag_add(d, DIAG_OPEN_FOLDER, &at, s->path, NULL);
    } else {
        /* Standard input may be a file of which somebody has read a part: then it is a pipe to us. */
        s->regular = S_ISREG(st.st_mode) && lseek(s->fd, 0, SEEK_CUR) == 0;
        s->hashing = !s->regular;
        s->size = st.st_size;
        s->changed = st.st_mtim;
        sha256_init(&s->sha);
        return s;
    }
    source_close(s);
    return NULL;
}

void source_close(struct source *s)
{
    if (!s) return;
    if (s->owned && s->fd >= 0) close(s->fd);
    buf_free(&s->ahead);
    free(s->path);
    free(s);
}

const char *source_path(const struct source *s)
{
    return s->path;
}

void source_unhashed(struct source *s)
{
    s->hashing = false;
}

/* Of `want` bytes from `at` on, those that the file had when it was opened: one that somebody goes on writing to has an end.  Files
 * of the system say that they have none, and are read to their end. */
static size_t within_size(const struct source *s, off_t at, size_t want)
{
    if (!s->regular || s->ours || s->size <= 0) return want;
    return s->size - at < (off_t)want ? (size_t)(s->size > at ? s->size - at : 0) : want;
}

/* Appends up to `want` bytes; false on failure. */
static bool read_on(struct source *s, struct buf *out, size_t want)
{
    buf_reserve(out, want + 1);
    while (want && !s->ended && !s->failed) {
        ssize_t n = read(s->fd, out->s + out->n, within_size(s, s->passed, want));
        if (n < 0 && temporary_again(s->fd, POLLIN)) continue;
        if (n < 0) {
            complain(s, DIAG_READ_FAILED, errno);
            return false;
        }
        if (n == 0) s->ended = true;
        if (s->hashing && n > 0) sha256_update(&s->sha, (size_t)n, (const uint8_t *)out->s + out->n);
        out->n += (size_t)n;
        want -= (size_t)n;
        s->passed += n;
    }
    return !s->failed;
}

struct str source_peek(struct source *s, size_t want)
{
    size_t have = s->ahead.n - s->at;
    if (have < want) read_on(s, &s->ahead, want - have);
    return (struct str){s->ahead.s ? s->ahead.s + s->at : "", s->ahead.n - s->at};
}

ssize_t source_read(struct source *s, struct buf *out, size_t want)
{
    size_t before = out->n, have = s->ahead.n - s->at;
    size_t take = have < want ? have : want;
    if (take) buf_add(out, s->ahead.s + s->at, take);
    s->at += take;
    if (s->at == s->ahead.n) {
        buf_free(&s->ahead);
        s->at = 0;
    }
    s->consumed = true;
    if (!read_on(s, out, want - take)) return -1;
    return (ssize_t)(out->n - before);
}

/* Copies a pipe into an unlinked file and goes on with that one. */
static bool spool(struct source *s)
{
    struct buf folder = {0};
    int fd = temporary_open(&folder);
    bool made = fd >= 0;
    if (!made) diag_add(s->diag, DIAG_WRITE_FAILED, NULL, folder.s, strerror(errno), NULL);
    bool ok = made;
    while (ok) {
        ok = temporary_write(fd, str_from(buf_slice(&s->ahead), s->at));
        if (!ok) diag_add(s->diag, DIAG_WRITE_FAILED, NULL, folder.s, strerror(errno), NULL);
        s->ahead.n = s->at = 0;
        if (ok && s->ended) break;
        if (ok) ok = read_on(s, &s->ahead, PIECE);
    }
    buf_free(&folder);
    if (!ok) {
        if (made) close(fd);
        s->failed = true;
        return false;
    }
    if (s->hashing) {
        sha256_digest(&s->sha, sizeof s->digest, s->digest);
        s->digested = true;
    }
    if (s->owned) close(s->fd);
    s->fd = fd;
    s->owned = s->regular = s->ours = true;
    s->hashing = false;
    return source_rewind(s);
}

bool source_rewind(struct source *s)
{
    if (s->failed) return false;
    if (!s->regular) return spool(s); /* which begins at its first byte */
    if (lseek(s->fd, 0, SEEK_SET) != 0) {
        complain(s, DIAG_READ_FAILED, errno);
        return false;
    }
    buf_free(&s->ahead);
    s->at = 0;
    s->passed = 0;
    s->ended = s->consumed = false;
    return true;
}

int source_seekable(struct source *s)
{
    return source_rewind(s) ? s->fd : -1;
}

bool source_unchanged(const struct source *s)
{
    struct stat st;
    if (!s->regular || s->ours || fstat(s->fd, &st) != 0) return true;
    return st.st_size == s->size && st.st_mtim.tv_sec == s->changed.tv_sec && st.st_mtim.tv_nsec == s->changed.tv_nsec;
}

static void hash_file(struct source *s)
{
    char *piece = mem_alloc(PIECE);
    off_t at = 0;
    for (;;) {
        ssize_t n = pread(s->fd, piece, within_size(s, at, PIECE), at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) complain(s, DIAG_READ_FAILED, errno);
        if (n <= 0) break;
        sha256_update(&s->sha, (size_t)n, (const uint8_t *)piece);
        at += n;
    }
    free(piece);
}

static void hash_rest(struct source *s)
{
    struct buf skipped = {0};
    while (source_read(s, &skipped, PIECE) > 0) skipped.n = 0;
    buf_free(&skipped);
}

void source_digest(struct source *s, unsigned char digest[32])
{
    if (!s->digested && !s->regular && !s->consumed) spool(s);
    if (!s->digested) {
        if (s->regular) hash_file(s);
        else hash_rest(s);
        sha256_digest(&s->sha, sizeof s->digest, s->digest);
        s->digested = true;
    }
    memcpy(digest, s->digest, sizeof s->digest);
}
