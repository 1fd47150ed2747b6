/* Power cuts and failing disks, at every read, write, truncation and sync of an import in turn: the store is before or after, never
 * between; it verifies; and the same command run again completes. */
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "store_fixture.h"

enum fault { FAULT_NONE, FAULT_KILL, FAULT_WRITE, FAULT_FULL, FAULT_SYNC, FAULT_READ };
static const char *const FAULT_NAME[] = {"nothing", "a kill", "a failing write", "a full disk", "a failing sync", "a failing read"};

/* Shared with the child that does the work. */
struct shared {
    unsigned calls, fail_at;
    enum fault fault;
    bool said_no; /* the library told of the failure */
    int status;
};
static struct shared *shared;

/* ---- a file system that fails when told to ---- */

struct faulty {
    sqlite3_file base;
    sqlite3_file *real;
};
static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct faulty *)f)->real;
}

/* Is this call, of a kind that the fault is about, the one? */
static bool fails(bool writes, bool syncs)
{
    bool counts = shared->fault == FAULT_READ   ? !writes && !syncs
                  : shared->fault == FAULT_SYNC ? syncs
                                                : writes || (syncs && shared->fault <= FAULT_KILL);
    if (!counts) return false;
    bool now = ++shared->calls == shared->fail_at;
    if (now && shared->fault == FAULT_KILL) _exit(9);
    /* A disk that is full stays so; the others fail once. */
    return shared->fault >= FAULT_WRITE && (now || (shared->fault == FAULT_FULL && shared->calls > shared->fail_at));
}

static int f_close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}
static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return fails(false, false) ? SQLITE_IOERR_READ : real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}
static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    if (fails(true, false)) return shared->fault == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}
static int f_truncate(sqlite3_file *f, sqlite3_int64 n)
{
    return fails(true, false) ? SQLITE_IOERR_TRUNCATE : real_of(f)->pMethods->xTruncate(real_of(f), n);
}
static int f_sync(sqlite3_file *f, int flags)
{
    return fails(false, true) ? SQLITE_IOERR_FSYNC : real_of(f)->pMethods->xSync(real_of(f), flags);
}
static int f_size(sqlite3_file *f, sqlite3_int64 *n)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), n);
}
static int f_lock(sqlite3_file *f, int l)
{
    return real_of(f)->pMethods->xLock(real_of(f), l);
}
static int f_unlock(sqlite3_file *f, int l)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), l);
}
static int f_reserved(sqlite3_file *f, int *out)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}
static int f_control(sqlite3_file *f, int op, void *p)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, p);
}
static int f_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}
static int f_device(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}
static int f_shm_map(sqlite3_file *f, int a, int b, int c, void volatile **p)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), a, b, c, p);
}
static int f_shm_lock(sqlite3_file *f, int a, int b, int c)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), a, b, c);
}
static void f_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}
static int f_shm_unmap(sqlite3_file *f, int d)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), d);
}

static const sqlite3_io_methods METHODS = {
    2,         f_close,  f_read,   f_write,   f_truncate, f_sync,        f_size,      f_lock, f_unlock, f_reserved,
    f_control, f_sector, f_device, f_shm_map, f_shm_lock, f_shm_barrier, f_shm_unmap, NULL,   NULL,
};
static sqlite3_vfs vfs, *real_vfs;

static int open_faulty(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct faulty *x = (struct faulty *)f;
    (void)v;
    x->real = (sqlite3_file *)(x + 1);
    int rc = real_vfs->xOpen(real_vfs, name, x->real, flags, out);
    x->base.pMethods = rc == SQLITE_OK ? &METHODS : NULL;
    return rc;
}

static void install(void)
{
    sqlite3_initialize();
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs;
    vfs.zName = "faulty";
    vfs.szOsFile = (int)sizeof(struct faulty) + real_vfs->szOsFile;
    vfs.xOpen = open_faulty;
    sqlite3_vfs_register(&vfs, 1);
}

/* ---- the work ---- */

static bool large; /* the work is a ledger's first great load, which has a way of its own to the disk */

static bool work(struct station *st)
{
    const struct file FILES[] = {
        {.name = large ? "large.csv" : "1.xlsx",
         .survey = "2026-11-05",
         PEOPLE({"b1", "张三", "370124195001011012", "1950-01-01", "2"}, {"b1", "新人", NULL, "1970", NULL})},
        {.name = "2.xlsx",
         PEOPLE({"b2", "李四", "370124195211070029", "1952-11-07", "9"}, {"b3", "王五", NULL, "1960", NULL}),
         .nil = "b4"},
    };
    bool ok = station_open_as(st, STORE_WRITE);
    struct sink *k = ok ? store_sink(st->store, st->ledger, st->units) : NULL;
    for (size_t i = 0; ok && k && i < 2; i++) ok = station_import_by(st, k, &FILES[i], NULL);
    if (!k) ok = false;
    store_sink_free(k);
    if (!store_close(st->store)) ok = false;
    st->store = NULL;
    return ok;
}

/* What a store holds after 0, 1 and 2 of the files. */
static struct buf held[3];

static void copy_store(void)
{
    station_remove("t.db");
    FILE *in = fopen("base.db", "rb"), *out = fopen("t.db", "wb");
    char bytes[65536];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0) fwrite(bytes, 1, n, out);
    fclose(in);
    fclose(out);
}

/* Its rows come from `work`; on the disk it is a hole. */
static bool make_large(const char *path)
{
    FILE *f = fopen(path, "wb");
    return f && ftruncate(fileno(f), 20 << 20) == 0 && fclose(f) == 0;
}

static void prepare(struct station *st)
{
    station_remove("base.db");
    station_start(st, "base.db");
    station_open(st);
    if (!large)
        IMPORT(st, NULL, .name = "0.xlsx", .survey = "2026-10-05",
               PEOPLE({"b1", "张三", "370124195001011012", "1950-01-01", "1"},
                      {"b2", "李四", "370124195211070029", "1952-11-07", "1"}));
    station_dump(st, 0, &held[0]);
    station_close(st);
    copy_store();
    snprintf(st->path, sizeof st->path, "t.db");
    shared->fault = FAULT_NONE;
    CHECK(work(st), "%s imported when nothing fails", large ? "a large file and a small one are" : "two files are");
    station_open_as(st, STORE_READ);
    int64_t head = store_head(st->store, NULL);
    station_dump(st, head - 1, &held[1]);
    station_dump(st, head, &held[2]);
    station_close(st);
}

static int in_child(struct station *st)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        install();
        bool ok = work(st);
        shared->said_no = !ok;
        shared->status = st->diag.status;
        _exit(ok ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    return status;
}

static bool is_before_or_after(struct station *st, int *which)
{
    struct buf now = {0};
    bool same = false;
    if (!station_open_as(st, STORE_WRITE)) return false;
    station_dump(st, 0, &now);
    for (*which = 0; !same && *which < 3; ++*which) same = str_eq(buf_slice(&now), buf_slice(&held[*which]));
    --*which;
    bool sound = store_verify_quietly(st->store);
    station_close(st);
    buf_free(&now);
    return same && sound;
}

static void test_fault(struct station *st, enum fault fault)
{
    unsigned n, between = 0, untold = 0, lost = 0, unfinished = 0;
    for (n = 1; n < 2000; n++) {
        int which = 0, status;
        copy_store();
        *shared = (struct shared){.fault = fault, .fail_at = n};
        status = in_child(st);
        bool hit = shared->calls >= n;
        bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (!is_before_or_after(st, &which)) between++;
        if (ended_well && which != 2) lost++; /* exit 0 means that the rows are on the disk */
        if (!ended_well && fault != FAULT_KILL && (!shared->said_no || shared->status != 4)) untold++;
        shared->fault = FAULT_NONE;
        if (!work(st) || !is_before_or_after(st, &which) || which != 2) unfinished++;
        if (!hit) break;
    }
    CHECK(n > 2 && between == 0, "%s at each of %u calls leaves the store before or after, and sound", FAULT_NAME[fault], n - 1);
    CHECK(untold == 0 && lost == 0, "what failed is told with status 4, and what is said to be done is on the disk");
    CHECK(unfinished == 0, "the same command run again completes");
}

int main(void)
{
    struct station st;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(make_large("large.csv"), "a file counts as large by its size");
    for (int way = 0; way < 2; way++) {
        large = way == 1;
        prepare(&st);
        for (enum fault f = FAULT_KILL; f <= FAULT_READ; f++) test_fault(&st, f);
        for (size_t i = 0; i < 3; i++) buf_free(&held[i]);
        station_end(&st);
    }
    return tap_end();
}
