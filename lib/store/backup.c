#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary.h"
#include "store/own.h"
#include "store/pipe.h"

/* ---- control totals ---- */

static bool add_answers(struct store *s, struct buf *out, struct buf *sql)
{
    sqlite3_stmt *q = store_prepare(s, buf_text(sql));
    int rc = SQLITE_DONE, n = q ? sqlite3_column_count(q) : 0;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        for (int i = 0; i < n; i++) {
            buf_char(out, i ? ' ' : '\t');
            buf_str(out, column_str(q, i));
        }
        buf_char(out, '\n');
    }
    sqlite3_finalize(q);
    sql->n = 0;
    return q && (rc == SQLITE_DONE || store_fault(s, rc));
}

/* Numbers that a copy must share with its original: of each table its rows by batch, of each ledger its current rows by unit, and
 * the head of the log. */
static bool control_totals(struct store *s, struct buf *out)
{
    struct buf sql = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < s->n_tables; i++) {
        const struct table *t = &s->tables[i];
        buf_str(out, t->name);
        buf_char(out, '\n');
        buf_put(&sql, "SELECT _in, count(*), count(_out), sum(_id), ifnull(sum(_out), 0) FROM ");
        buf_name(&sql, t->name);
        buf_put(&sql, " GROUP BY _in ORDER BY _in");
        ok = add_answers(s, out, &sql);
        if (!ok || !t->is_ledger) continue;
        buf_put(&sql, "SELECT ifnull(_unit, 0), count(*) FROM ");
        buf_name(&sql, t->name);
        buf_put(&sql, " WHERE _out IS NULL GROUP BY 1 ORDER BY 1");
        ok = add_answers(s, out, &sql);
    }
    buf_printf(out, "head %lld %s\n", (long long)s->head, s->head_hash);
    buf_free(&sql);
    return ok && !s->failed;
}

/* ---- proving ---- */

/* Findings about a temporary file are told of the file that it stands for; that all is well is not told. */
struct stand_in {
    struct diag *told;
    const char *name;
};

static void tell_of(void *ctx, const struct finding *f)
{
    const struct stand_in *x = ctx;
    struct finding g = *f;
    if (f->severity <= SEV_INFO) return;
    g.at.file = x->name;
    diag_add_finding(x->told, &g);
}

/* Opens `path` as a store and checks all of it; its totals go to `totals`. */
static bool prove(const char *path, struct stand_in *as, const struct store_options *o, struct buf *totals)
{
    struct diag d;
    diag_init(&d, tell_of, as);
    struct store *s = store_open(path, STORE_READ, o, &d);
    bool ok = s && store_verify(s) && control_totals(s, totals);
    store_close(s);
    return ok;
}

/* ---- files ---- */

static bool write_failed(struct diag *d, const char *path, int error)
{
    diag_add(d, DIAG_WRITE_FAILED, NULL, path, strerror(error ? error : EIO), NULL);
    return false;
}

static bool sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    int error = errno;
    if (fd >= 0) close(fd);
    errno = error;
    return ok;
}

static void sync_folder(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    sync_path(dirname(copy)); /* some file systems cannot; the file itself is on the disk */
}

/* A copy in the making, which is to become the store `path`.  Its descriptor holds the lock of base/temporary.h; it is closed
 * last, as closing would drop the locks of SQLite on the same file (POSIX). */
struct copy {
    struct buf name;
    int fd;
};

static bool copy_start(struct copy *c, const char *path, struct diag *d)
{
    temporary_sweep(path, STORE_TAILS);
    c->fd = temporary_named(path, &c->name);
    return c->fd >= 0 || write_failed(d, path, errno);
}

/* What has become the store has no name of a copy any more. */
static void copy_end(struct copy *c)
{
    struct buf beside = {0};
    for (size_t i = 0; c->fd >= 0 && STORE_TAILS[i]; i++) {
        beside.n = 0;
        buf_printf(&beside, "%s%s", c->name.s, STORE_TAILS[i]);
        unlink(buf_text(&beside));
    }
    if (c->fd >= 0) unlink(c->name.s);
    if (c->fd >= 0) close(c->fd);
    buf_free(&beside);
    buf_free(&c->name);
}

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static bool digest_of_file(const char *path, char hex[65], int64_t *bytes)
{
    FILE *f = fopen(path, "rbe");
    struct sha256_ctx c;
    unsigned char block[1 << 14], d[32];
    size_t n;
    sha256_init(&c);
    *bytes = 0;
    while (f && (n = fread(block, 1, sizeof block, f)) > 0) {
        sha256_update(&c, n, block);
        *bytes += (int64_t)n;
    }
    bool ok = f && !ferror(f);
    if (f) fclose(f);
    sha256_digest(&c, 32, d);
    hex_of(d, 32, hex);
    return ok;
}

/* The copy is one file with no write-ahead log, so that it can be read from a medium that cannot be written. */
static bool copy_pages(sqlite3 *from, const char *to, const char *name, struct diag *d)
{
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(to, &db, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_backup *copy = rc == SQLITE_OK ? sqlite3_backup_init(db, "main", from, "main") : NULL;
    if (copy) {
        sqlite3_backup_step(copy, -1);
        rc = sqlite3_backup_finish(copy);
        if (rc == SQLITE_OK) rc = sqlite3_exec(db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    } else if (rc == SQLITE_OK) {
        rc = sqlite3_extended_errcode(db);
    }
    int error = db ? sqlite3_system_errno(db) : 0;
    int closed = sqlite3_close(db);
    if (rc == SQLITE_OK) rc = closed;
    if (rc == SQLITE_OK) return true;
    if ((rc & 0xff) == SQLITE_FULL) error = ENOSPC;
    if ((rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY) error = open_error(to, error);
    if (error) return write_failed(d, name, error);
    diag_add(d, DIAG_WRITE_FAILED, NULL, name, sqlite3_errstr(rc), NULL);
    return false;
}

static bool same_totals(struct diag *d, const char *name, const struct buf *a, const struct buf *b)
{
    struct place at = {.file = name};
    if (str_eq(buf_slice(a), buf_slice(b))) return true;
    diag_add(d, DIAG_BACKUP_DIFFERS, &at, NULL);
    return false;
}

/* ---- backup ---- */

/* The totals are taken and the pages copied in one read transaction: both are of one moment, whoever writes meanwhile. */
static bool copy_of_moment(struct store *s, const char *part, const char *to, struct buf *totals)
{
    bool ok = pipe_drain(s) && store_exec(s, "BEGIN") && batch_refresh(s) && control_totals(s, totals) &&
              copy_pages(s->db, part, to, s->diag);
    if (!sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    return ok;
}

/* The file takes its name while the batch that tells of it is open: either both are there or neither. */
static bool name_and_log(struct store *s, const char *part, const char *to)
{
    char hash[65], whole[PATH_MAX];
    int64_t bytes;
    if (!sync_path(part) || !digest_of_file(part, hash, &bytes)) return write_failed(s->diag, to, errno);
    if (!batch_begin(s, "backup")) return false;
    bool named = rename(part, to) == 0;
    if (!named) write_failed(s->diag, to, errno);
    if (named) {
        sync_folder(to);
        buf_put(&s->batch.source, realpath(to, whole) ? whole : to);
        buf_put(&s->batch.source_hash, hash);
        buf_printf(&s->batch.counts, "{\"bytes\":%lld,\"batches\":%lld}", (long long)bytes, (long long)s->batch.id - 1);
    }
    bool logged = batch_end(s, named) && named;
    if (named && !logged) unlink(to);
    return logged;
}

bool store_backup(struct store *s, const char *to)
{
    struct copy part = {.fd = -1};
    struct buf ours = {0}, theirs = {0};
    struct place at = {.file = to};
    struct stand_in as = {s->diag, to};
    struct store_options o = {.by = s->by, .now = s->now, .command = s->command};
    if (is_there(to)) {
        diag_add(s->diag, DIAG_STORE_EXISTS, &at, NULL);
        return false;
    }
    bool ok = copy_start(&part, to, s->diag) && copy_of_moment(s, part.name.s, to, &ours) && prove(part.name.s, &as, &o, &theirs) &&
              same_totals(s->diag, to, &ours, &theirs) && name_and_log(s, part.name.s, to);
    if (ok) diag_add(s->diag, DIAG_BACKUP_MADE, &at, NULL);
    copy_end(&part);
    buf_free(&ours);
    buf_free(&theirs);
    return ok;
}

/* ---- restore ---- */

/* The store that is to be replaced, held so that nobody else has it open.  NULL with *busy false: it is no database any more. */
static sqlite3 *hold_alone(const char *path, long wait_ms, bool *busy)
{
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_busy_timeout(db, (int)(wait_ms > 0 ? wait_ms : 10000));
    /* Leaving WAL mode needs the file for oneself, and moves into it what the log holds. */
    if (rc == SQLITE_OK) rc = sqlite3_exec(db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
    *busy = (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED;
    if (rc == SQLITE_OK) return db;
    sqlite3_close(db);
    return NULL;
}

/* A name beside the store that nobody has. */
static void name_aside(struct buf *b, const char *path)
{
    for (int i = 1;; i++) {
        b->n = 0;
        buf_printf(b, "%s.replaced-%d", path, i);
        if (!is_there(buf_text(b))) return;
    }
}

/* A damaged store's write-ahead log goes aside with it: left there, it would be read into the store that comes. */
static bool log_aside(const char *path, const char *aside)
{
    struct buf from = {0}, to = {0};
    buf_printf(&from, "%s-wal", path);
    buf_printf(&to, "%s-wal", aside);
    bool ok = rename(buf_text(&from), buf_text(&to)) == 0 || errno == ENOENT;
    from.n -= 4;
    buf_put(&from, "-shm");
    unlink(buf_text(&from));
    buf_free(&from);
    buf_free(&to);
    return ok;
}

/* The old store gets a second name, then the new one takes the first: at every moment there is a store of that name. */
static bool replace(const char *part, const char *path, const struct store_options *o, struct diag *d)
{
    struct buf aside = {0};
    struct place at = {.file = path};
    bool busy = false, old = is_there(path);
    sqlite3 *db = old ? hold_alone(path, o ? o->wait_ms : 0, &busy) : NULL;
    if (busy) {
        diag_add(d, DIAG_STORE_BUSY, &at, NULL);
        return false;
    }
    name_aside(&aside, path);
    bool ok = !old || (link(path, aside.s) == 0 && (db || log_aside(path, aside.s)));
    if (!ok || rename(part, path) != 0) ok = write_failed(d, path, errno);
    sqlite3_close(db); /* ends the transaction, in which nothing was written */
    if (ok) {
        sync_folder(path);
        if (old) diag_add(d, DIAG_RESTORE_ASIDE, &at, aside.s, NULL);
    }
    buf_free(&aside);
    return ok;
}

/* The head of the store that is left, for the log; empty when it cannot be read. */
static void head_left(const char *path, struct buf *hash)
{
    struct diag quiet;
    diag_init(&quiet, NULL, NULL);
    struct store *s = is_there(path) ? store_open(path, STORE_READ, NULL, &quiet) : NULL;
    const char *text;
    if (s && store_head(s, &text)) buf_put(hash, text);
    store_close(s);
}

/* The restored log says that it was restored, from what, and what was left. */
static bool log_restore(const char *part, const char *from, const char *to, struct stand_in *as, const struct store_options *o)
{
    struct diag d;
    struct buf left = {0};
    char whole[PATH_MAX];
    head_left(to, &left);
    diag_init(&d, tell_of, as);
    struct store *s = store_open(part, STORE_WRITE, o, &d);
    bool ok = s && batch_begin(s, "restore");
    if (ok) {
        buf_put(&s->batch.source, realpath(from, whole) ? whole : from);
        buf_str(&s->batch.source_hash, buf_slice(&left));
        buf_printf(&s->batch.counts, "{\"batches\":%lld}", (long long)s->batch.id - 1);
        ok = batch_end(s, true);
    }
    if (s && !store_close(s)) ok = false;
    buf_free(&left);
    return ok;
}

bool store_restore(const char *from, const char *to, const struct store_options *o, struct diag *d)
{
    struct copy part = {.fd = -1};
    struct buf ours = {0}, theirs = {0};
    struct place at = {.file = to};
    struct stand_in backup = {d, from}, copy = {d, to};
    bool ok = prove(from, &backup, o, &ours) && copy_start(&part, to, d);
    struct store *s = ok ? store_open(from, STORE_READ, o, d) : NULL;
    const char *name = part.name.s;
    ok = s && copy_pages(s->db, name, to, d);
    store_close(s);
    ok = ok && prove(name, &copy, o, &theirs) && same_totals(d, to, &ours, &theirs) && log_restore(name, from, to, &copy, o);
    if (ok && !sync_path(name)) ok = write_failed(d, to, errno);
    ok = ok && replace(name, to, o, d);
    if (ok) diag_add(d, DIAG_RESTORE_DONE, &at, NULL);
    copy_end(&part);
    buf_free(&ours);
    buf_free(&theirs);
    return ok;
}
