/* The file of the store: opening, checking that it is one, closing so that all is on the disk, and saying in plain
 * words what SQLite's results mean. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/temporary.h"
#include "store/own.h"
#include "store/pipe.h"

/* Which process holds a write lock on the file?  Asked of /proc/locks, as opening and closing the file ourselves would drop
 * our own locks on it (POSIX).  Appends "vet-import, process 123", or nothing. */
static void who_holds_file(const char *path, struct buf *who)
{
    struct stat st;
    FILE *f = stat(path, &st) == 0 ? fopen("/proc/locks", "re") : NULL;
    char line[256];
    while (f && !who->n && fgets(line, sizeof line, f)) {
        unsigned major_no, minor_no;
        unsigned long long inode;
        long pid;
        char type[16];
        if (sscanf(line, "%*s %*s %*s %15s %ld %x:%x:%llu", type, &pid, &major_no, &minor_no, &inode) != 5) continue;
        if (strcmp(type, "WRITE") != 0 || inode != st.st_ino || pid <= 0 || pid == (long)getpid()) continue;
        if (major_no != major(st.st_dev) || minor_no != minor(st.st_dev)) continue;
        char name[64] = "";
        snprintf(line, sizeof line, "/proc/%ld/comm", pid);
        FILE *c = fopen(line, "re");
        if (c && fgets(name, sizeof name, c)) name[strcspn(name, "\n")] = 0;
        if (c) fclose(c);
        buf_printf(who, "%s%s%ld", name, *name ? " " : "", pid);
    }
    if (f) fclose(f);
}

static void busy_finding(struct store *s, const struct place *at)
{
    struct buf side = {0}, who = {0};
    buf_printf(&side, "%s-shm", s->path);
    who_holds_file(buf_text(&side), &who);
    if (!who.n) who_holds_file(s->path, &who);
    diag_add(s->diag, who.n ? DIAG_STORE_BUSY_BY : DIAG_STORE_BUSY, at, buf_text(&who), NULL);
    buf_free(&side);
    buf_free(&who);
}

/* SQLite takes no path above a length of its own and says only that it cannot open; the system has a limit too. */
static bool too_long(const char *path)
{
    const sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    char *whole = realpath(path, NULL);
    bool is = whole ? vfs && strlen(whole) + 1 >= (size_t)vfs->mxPathname : errno == ENAMETOOLONG;
    free(whole);
    return is;
}

int open_error(const char *path, int system)
{
    int fd = temporary_open_beside(path), beside = fd < 0 && errno != EOPNOTSUPP ? errno : 0;
    if (fd >= 0) close(fd);
    if (beside) return beside;
    return system == ENOENT && access(path, F_OK) == 0 ? 0 : system;
}

static void cannot_open(struct store *s, int rc, int system)
{
    struct place at = {.file = s->path};
    system = open_error(s->path, system);
    if (too_long(s->path)) diag_add(s->diag, DIAG_STORE_PATH_LONG, &at, NULL);
    else if (system == ENOSPC || system == EDQUOT) diag_add(s->diag, DIAG_STORE_FULL, &at, NULL);
    else diag_add(s->diag, DIAG_STORE_OPEN, &at, system ? strerror(system) : sqlite3_errstr(rc), NULL);
}

bool store_fault(struct store *s, int rc)
{
    struct place at = {.file = s->path};
    if (s->failed) return false; /* one cause, one message */
    s->failed = true;
    int system = s->db ? sqlite3_system_errno(s->db) : errno;
    switch (rc & 0xff) {
    case SQLITE_NOTADB: diag_add(s->diag, DIAG_STORE_NOT, &at, NULL); break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: busy_finding(s, &at); break;
    case SQLITE_READONLY: /* also SQLite's way out when it could not open it for writing */
        if (access(s->path, W_OK) != 0) diag_add(s->diag, DIAG_STORE_READ_ONLY, &at, NULL);
        else cannot_open(s, SQLITE_CANTOPEN, system);
        break;
    case SQLITE_PERM:
    case SQLITE_AUTH: diag_add(s->diag, DIAG_STORE_READ_ONLY, &at, NULL); break;
    case SQLITE_CANTOPEN: cannot_open(s, rc, system); break;
    case SQLITE_FULL: diag_add(s->diag, DIAG_STORE_FULL, &at, NULL); break;
    case SQLITE_CORRUPT:
        diag_add(s->diag, DIAG_STORE_DAMAGED, &at, s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc), NULL);
        break;
    case SQLITE_NOMEM: mem_exhausted(0);
    case SQLITE_IOERR:
        if (system == ENOSPC || system == EDQUOT) diag_add(s->diag, DIAG_STORE_FULL, &at, NULL);
        else diag_add(s->diag, DIAG_STORE_IO, &at, system ? strerror(system) : sqlite3_errstr(rc), NULL);
        break;
    default: diag_add(s->diag, DIAG_STORE_FAILED, &at, s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc), NULL); break;
    }
    return false;
}

sqlite3_stmt *store_prepare(struct store *s, const char *sql)
{
    sqlite3_stmt *q = NULL;
    if (s->failed) return NULL;
    int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL);
    if (rc != SQLITE_OK) store_fault(s, rc);
    return q;
}

bool store_exec(struct store *s, const char *sql)
{
    if (s->failed) return false;
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? true : store_fault(s, rc);
}

bool store_step_done(struct store *s, sqlite3_stmt *q)
{
    int rc;
    if (!q || s->failed) return false;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) continue;
    sqlite3_reset(q);
    return rc == SQLITE_DONE ? true : store_fault(s, rc);
}

int64_t store_number(struct store *s, const char *sql)
{
    sqlite3_stmt *q = store_prepare(s, sql);
    int64_t v = 0;
    int rc = q ? sqlite3_step(q) : SQLITE_DONE;
    if (rc == SQLITE_ROW) v = sqlite3_column_int64(q, 0);
    else if (rc != SQLITE_DONE) store_fault(s, rc);
    sqlite3_finalize(q);
    return v;
}

struct str column_str(sqlite3_stmt *q, int i)
{
    const char *text = (const char *)sqlite3_column_text(q, i);
    return (struct str){text, text ? (size_t)sqlite3_column_bytes(q, i) : 0};
}

/* A new file belongs to its maker alone from its first moment. */
static bool make_file(struct store *s)
{
    int fd = open(s->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return errno == EEXIST ? true : store_fault(s, SQLITE_CANTOPEN);
    s->made = true;
    bool ok = fsync(fd) == 0;
    close(fd);
    struct buf folder = {0};
    const char *slash = strrchr(s->path, '/');
    buf_add(&folder, slash ? s->path : ".", slash ? (size_t)(slash - s->path) + 1 : 1);
    fd = open(buf_text(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    buf_free(&folder);
    if (fd >= 0) {
        if (fsync(fd) != 0 && errno != EINVAL) ok = false;
        close(fd);
    }
    return ok ? true : store_fault(s, SQLITE_IOERR);
}

static int open_connection(struct store *s, bool immutable)
{
    struct buf uri = {0};
    buf_put(&uri, "file:");
    for (const char *p = s->path; *p; p++)
        if (strchr("%?#", *p)) buf_printf(&uri, "%%%02X", (unsigned char)*p);
        else buf_char(&uri, *p);
    if (immutable) buf_put(&uri, "?immutable=1");
    int flags = (immutable ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(buf_text(&uri), &s->db, flags, NULL);
    if (rc == SQLITE_OK) sqlite3_extended_result_codes(s->db, 1);
    buf_free(&uri);
    return rc;
}

/* The first read tells whether SQLite can work with the file at all. */
static int first_read(struct store *s)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, "SELECT count(*) FROM sqlite_schema", -1, &q, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(q) == SQLITE_ROW ? SQLITE_OK : sqlite3_errcode(s->db);
    sqlite3_finalize(q);
    return rc;
}

/* A store on a read-only medium or in a folder that may not be written has no place for the files beside it; as nobody can
 * change it there, it may be read as it is. */
static bool connect(struct store *s, long wait_ms)
{
    int rc = open_connection(s, false);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(s->db, (int)(wait_ms ? wait_ms : 10000));
        rc = first_read(s);
    }
    if (s->mode == STORE_READ && ((rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY) && access(s->path, R_OK) == 0) {
        struct stat st;
        struct buf wal = {0};
        buf_printf(&wal, "%s-wal", s->path);
        if (stat(buf_text(&wal), &st) != 0 || st.st_size == 0) {
            sqlite3_close(s->db);
            s->db = NULL;
            rc = open_connection(s, true);
            if (rc == SQLITE_OK) rc = first_read(s);
        }
        buf_free(&wal);
    }
    return rc == SQLITE_OK ? true : store_fault(s, rc);
}

/* Made by another version, in a form of another number. */
static bool refuse_form(struct store *s, int64_t form)
{
    struct place at = {.file = s->path};
    char theirs[24], ours[24];
    snprintf(theirs, sizeof theirs, "%lld", (long long)form);
    snprintf(ours, sizeof ours, "%d", STORE_FORMAT);
    diag_add(s->diag, form > STORE_FORMAT ? DIAG_STORE_NEWER : DIAG_STORE_OLDER, &at, theirs, ours, NULL);
    s->failed = true;
    return false;
}

static bool refuse(struct store *s, enum diag_code code)
{
    struct place at = {.file = s->path};
    if (!s->failed) diag_add(s->diag, code, &at, s->path, NULL);
    s->failed = true;
    return false;
}

/* Is it a store, of a form that this program knows? */
static bool recognise(struct store *s)
{
    int64_t application = store_number(s, "PRAGMA application_id");
    int64_t objects = store_number(s, "SELECT count(*) FROM sqlite_schema");
    if (s->failed) return false;
    if (objects == 0 && s->mode == STORE_CREATE && (application == 0 || application == STORE_APPLICATION)) return true;
    if (application != STORE_APPLICATION || objects == 0) return refuse(s, DIAG_STORE_NOT);
    int64_t form = store_number(s, "PRAGMA user_version");
    return !s->failed && (form == STORE_FORMAT || refuse_form(s, form));
}

static bool prepare_for_work(struct store *s)
{
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (!store_exec(s, "PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000; PRAGMA cell_size_check=ON"))
        return false;
    if (s->mode == STORE_READ) return store_exec(s, "PRAGMA query_only=ON");
    if (sqlite3_db_readonly(s->db, "main") == 1) return store_fault(s, SQLITE_READONLY);
    return store_exec(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=8000");
}

const char *const STORE_TAILS[] = {"-wal", "-shm", "-journal", NULL};

static bool open_all(struct store *s, long wait_ms)
{
    struct stat st;
    bool there = stat(s->path, &st) == 0;
    if (there && S_ISDIR(st.st_mode)) return refuse(s, DIAG_STORE_NOT);
    if (!there && errno == ENAMETOOLONG) return refuse(s, DIAG_STORE_PATH_LONG);
    if (!there && s->mode != STORE_CREATE) return refuse(s, errno == ENOENT ? DIAG_STORE_MISSING : DIAG_STORE_NO_WAY);
    if (s->mode != STORE_READ) temporary_sweep(s->path, STORE_TAILS); /* of a restore that was killed */
    if (!there && !make_file(s)) return false;
    if (access(s->path, R_OK) != 0) return refuse(s, DIAG_STORE_NO_WAY);
    if (!connect(s, wait_ms) || !recognise(s) || !prepare_for_work(s)) return false;
    if (store_number(s, "SELECT count(*) FROM sqlite_schema") == 0 && !tables_make(s)) return false;
    return tables_load(s);
}

enum { STATEMENT_JOURNAL = 8 * 1024 * 1024 };

/* Of SQLite in this process; no matter when it comes too late, which is when a store was opened before. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* statistics that nobody asks for, under a lock */
    /* Closing a version opens a statement journal, for the foreign keys.  By SQLite's own 64 KiB it goes to a file as soon as one
     * of a transaction's statements is larger, and stays there: millions of writes when a million versions are closed. */
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, STATEMENT_JOURNAL);
}

struct store *store_open(const char *path, enum store_mode mode, const struct store_options *o, struct diag *d)
{
    configure();
    struct store *s = mem_zero(1, sizeof *s);
    s->path = arena_string(&s->memory, path);
    s->mode = mode;
    s->diag = d;
    s->salted = o && o->salted;
    s->by = arena_string(&s->memory, o && o->by ? o->by : "");
    s->now = arena_string(&s->memory, o && o->now ? o->now : "");
    s->command = arena_string(&s->memory, o && o->command ? o->command : "");
    s->period = o && o->period ? arena_string(&s->memory, o->period) : arena_copy(&s->memory, s->now, strnlen(s->now, 7));
    if (open_all(s, o ? o->wait_ms : 0)) return s;
    store_discard(s);
    return NULL;
}

/* In WAL mode with synchronous=NORMAL a commit is not synced; this is the sync that exit status 0 stands on. */
static bool sync_all(struct store *s)
{
    sqlite3_file *wal = NULL;
    int rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    if (rc == SQLITE_OK && wal && wal->pMethods) rc = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    if (rc != SQLITE_OK) return store_fault(s, rc);
    s->dirty = false;
    /* The rows are safe now; moving them into the main file may wait for a reader, or for room. */
    sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return true;
}

bool store_close(struct store *s)
{
    if (!s) return true;
    bool ok = !s->failed;
    if (s->batch.id) batch_end(s, false);
    pipe_free(s);
    if (s->db && s->dirty && !sync_all(s)) ok = false;
    tables_free(s);
    sqlite3_close(s->db);
    map_free(&s->codes);
    buf_free(&s->batch.kind);
    buf_free(&s->batch.source);
    buf_free(&s->batch.source_hash);
    buf_free(&s->batch.counts);
    free(s->names);
    arena_free(&s->memory);
    free(s);
    return ok;
}

void store_discard(struct store *s)
{
    struct buf unmade = {0};
    if (s && s->made) buf_put(&unmade, s->path);
    store_close(s);
    if (unmade.n) unlink(buf_text(&unmade));
    buf_free(&unmade);
}
