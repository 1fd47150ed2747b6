/* Drives one command through every failure of one kind: fault.c makes its calls fail, one after the other, and after each the
 * folder is looked at.
 *
 *   drive [-n MOST] NAME HOW FOLDER COMMAND [ARGUMENT]...
 *
 * FOLDER is copied to ./work for each try, and the command runs there, with a TMPDIR of its own.  What is asked after each try:
 *   - every store (*.db) verifies and holds what it held before, or after one of the command's batches, never something between;
 *   - every other file is as it was or as it will be, or not there yet (with status 3: it holds the other inputs); a failure that
 *     is no kill leaves no other file behind;
 *   - exit status 0 or 1 means that all is done; any other is 4 (3 where an input could not be opened), with a message; of a full
 *     disk that the disk is full;
 *   - the command run again with nothing in its way leaves what it would have left at once.
 * Files in JSON are accounts of the run, which differ when it is another's turn to do the work: they have to be there and whole.
 * With -n no more than MOST calls fail, evenly spread.  Prints one line of TAP for each of these. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/map.h"
#include "fault.h"
#include "store/history.h"
#include "store/store.h"

_Noreturn void mem_exhausted(size_t wanted)
{
    fprintf(stderr, "drive: out of memory (%zu)\n", wanted);
    exit(2);
}

static struct fault_shared *shared;
static char library[4096], shared_path[4096], share[4096];

/* ---- folders ---- */

static void remove_all(const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        char name[4096];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (unlink(name) != 0) remove_all(name);
    }
    if (d) closedir(d);
    rmdir(path);
}

static void read_whole(const char *path, struct buf *b)
{
    FILE *f = fopen(path, "rb");
    char block[65536];
    size_t n;
    b->n = 0;
    while (f && (n = fread(block, 1, sizeof block, f)) > 0) buf_add(b, block, n);
    if (f) fclose(f);
}

static void copy_all(const char *from, const char *to)
{
    struct buf bytes = {0};
    DIR *d = opendir(from);
    mkdir(to, 0700);
    for (struct dirent *e; d && (e = readdir(d));) {
        char a[4096], b[4096];
        struct stat st;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        snprintf(a, sizeof a, "%s/%s", from, e->d_name);
        snprintf(b, sizeof b, "%s/%s", to, e->d_name);
        if (stat(a, &st) == 0 && S_ISDIR(st.st_mode)) {
            copy_all(a, b);
            continue;
        }
        read_whole(a, &bytes);
        int fd = open(b, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        if (fd < 0 || write(fd, bytes.s ? bytes.s : "", bytes.n) != (ssize_t)bytes.n || close(fd) != 0) perror(b), exit(2);
    }
    if (d) closedir(d);
    buf_free(&bytes);
}

/* ---- what a store holds ---- */

static void add_rows(struct buf *out, struct rows *r)
{
    struct row_cursor c = {.rows = r};
    const struct str *v;
    while (r && (v = rows_next(&c))) rows_format(out, ROWS_CSV, &r->columns, v);
    if (r) rows_done(&c);
    rows_close(r);
}

static void dump(struct store *s, int64_t as_of, struct diag *d, struct buf *out)
{
    size_t n;
    const struct str *names = store_ledgers(s, &n);
    for (size_t i = 0; i < n; i++) {
        struct buf name = {0};
        buf_str(&name, names[i]);
        struct schema *l = schema_open(share, buf_text(&name), d);
        buf_free(&name);
        if (l) add_rows(out, store_rows(s, &(struct store_query){.ledger = l, .as_of = as_of, .sorted = true, .source = true}));
        schema_free(l);
        names = store_ledgers(s, &n);
    }
    add_rows(out, store_decisions(s, as_of));
    add_rows(out, store_rejects(s, as_of));
    struct units *u = store_has_units(s) ? store_units(s, as_of) : NULL;
    for (uint32_t i = 0; u && i < u->n; i++)
        buf_printf(out, "%.*s %.*s\n", (int)u->v[i].code.n, u->v[i].code.s, (int)u->v[i].name.n, u->v[i].name.s);
    units_free(u);
    add_rows(out, store_freezes(s, as_of));
}

static void hex_digest(struct str bytes, char hex[65])
{
    struct sha256_ctx c;
    uint8_t d[32];
    sha256_init(&c);
    sha256_update(&c, bytes.n, (const uint8_t *)bytes.s);
    sha256_digest(&c, 32, d);
    for (int i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", d[i]);
}

static void tell(void *ctx, const struct finding *f)
{
    struct buf *b = ctx;
    buf_put(b, diag_code_string(f->code));
    buf_char(b, ' ');
}

/* The digest of what the store holds: "damaged" when it does not verify.  With `each` also that of every earlier batch. */
static void state_of_store(const char *path, char hex[65], struct map *each)
{
    struct diag d;
    struct buf told = {0}, out = {0};
    diag_init(&d, tell, &told);
    d.quiet_below = SEV_WARNING;
    struct store_options o = {.by = "drive", .now = "2026-11-24T12:00:00", .command = "drive"};
    struct store *s = store_open(path, STORE_READ, &o, &d);
    snprintf(hex, 65, "damaged");
    if (s && store_verify_quietly(s)) {
        dump(s, 0, &d, &out);
        hex_digest(buf_slice(&out), hex);
        if (each) map_at(each, str_of(hex), NULL);
        for (int64_t b = store_head(s, NULL); each && b > 0; b--) {
            char then[65];
            out.n = 0;
            dump(s, b, &d, &out);
            hex_digest(buf_slice(&out), then);
            map_at(each, str_of(then), NULL);
        }
    }
    /* A file that was made and has no table yet is no store, and becomes one when the command runs again. */
    if (!s && strcmp(buf_text(&told), "store_not ") == 0) snprintf(hex, 65, "nothing");
    if (strcmp(hex, "damaged") == 0) printf("# %s: %s\n", path, buf_text(&told));
    store_close(s);
    buf_free(&told);
    buf_free(&out);
}

/* ---- what a folder holds ---- */

struct file {
    char name[512];
    char digest[65];
};
struct state {
    struct file v[400];
    size_t n;
};

static bool ends(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

/* Also one that was put aside: v.db.replaced-1. */
static bool is_store(const char *name)
{
    return ends(name, ".db") || strstr(name, ".db.replaced-");
}

static void look(const char *folder, const char *under, struct state *st, struct map *each)
{
    char path[4096];
    struct buf bytes = {0};
    snprintf(path, sizeof path, "%s%s%s", folder, *under ? "/" : "", under);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        char name[512], whole[4096];
        struct stat s;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        snprintf(name, sizeof name, "%.250s%s%.250s", under, *under ? "/" : "", e->d_name);
        snprintf(whole, sizeof whole, "%.2000s/%s", folder, name);
        if (stat(whole, &s) == 0 && S_ISDIR(s.st_mode)) {
            look(folder, name, st, each);
            continue;
        }
        /* The files beside a store belong to it. */
        if (ends(name, "-wal") || ends(name, "-shm") || ends(name, "-journal")) continue;
        if (st->n == sizeof st->v / sizeof *st->v) exit(2);
        struct file *f = &st->v[st->n++];
        snprintf(f->name, sizeof f->name, "%s", name);
        if (is_store(name)) {
            if (s.st_size) state_of_store(whole, f->digest, each);
            else snprintf(f->digest, sizeof f->digest, "nothing");
        } else {
            read_whole(whole, &bytes);
            if (ends(name, ".json"))
                snprintf(f->digest, sizeof f->digest, bytes.n && bytes.s[bytes.n - 1] == '\n' ? "whole" : "torn");
            else hex_digest(buf_slice(&bytes), f->digest);
        }
    }
    if (d) closedir(d);
    buf_free(&bytes);
}

static const struct file *find(const struct state *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->v[i].name, name) == 0) return &s->v[i];
    return NULL;
}

/* ---- running ---- */

struct run {
    int status; /* exit status, or -1 when killed */
    struct buf said;
};

static void in_child(char *const *command, const char *how, unsigned long at)
{
    char number[24];
    int null = open("/dev/null", O_RDWR), err = open("said", O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (chdir("work") != 0) _exit(126);
    dup2(null, 0);
    dup2(null, 1);
    dup2(err, 2);
    close(null);
    close(err);
    setenv("TMPDIR", "tmp", 1);
    snprintf(number, sizeof number, "%lu", at);
    if (how) {
        setenv("LD_PRELOAD", library, 1);
        setenv("FAULT_HOW", how, 1);
        setenv("FAULT_AT", number, 1);
        setenv("FAULT_SHARED", shared_path, 1);
    }
    execvp(command[0], command);
    _exit(127);
}

static void run(char *const *command, const char *how, unsigned long at, struct run *r)
{
    int status;
    *shared = (struct fault_shared){0};
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) in_child(command, how, at);
    waitpid(child, &status, 0);
    r->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    read_whole("said", &r->said);
    if (r->status >= 126) printf("# %s: status %d\n", command[0], r->status), exit(2);
}

static void fresh(const char *folder)
{
    remove_all("work");
    copy_all(folder, "work");
    mkdir("work/tmp", 0700);
}

/* ---- judging ---- */

struct found {
    unsigned tries, between, left, untold, unfinished;
};

static void complain(const char *what, const char *how, unsigned long at, const char *file, struct run *r)
{
    printf("# %s at call %lu: %s: %s; status %d, said: %.300s\n", how, at, what, file, r->status,
           r->said.n ? buf_text(&r->said) : "");
}

/* Every file as before, as after, or not there yet; of a store also what it was after a batch in between. */
static void judge(const struct state *before, const struct state *after, const struct state *now, const struct map *each,
                  const char *how, unsigned long at, struct run *r, struct found *t)
{
    for (size_t i = 0; i < now->n; i++) {
        const struct file *f = &now->v[i], *a = find(before, f->name), *b = find(after, f->name);
        if (!a && !b) {
            if (strcmp(how, "kill") != 0 && shared->met != FAULT_OF_REMOVAL)
                t->left++, complain("left behind", how, at, f->name, r);
            continue;
        }
        bool known = (a && strcmp(a->digest, f->digest) == 0) || (b && strcmp(b->digest, f->digest) == 0) ||
                     (!a && strcmp(f->digest, "nothing") == 0) || (is_store(f->name) && map_find(each, str_of(f->digest)));
        if (r->status == 3 && !is_store(f->name)) known = true; /* what could be read was taken */
        if (!known) t->between++, complain("neither before nor after", how, at, f->name, r);
    }
    for (size_t i = 0; i < before->n; i++)
        if (!find(now, before->v[i].name)) t->between++, complain("lost", how, at, before->v[i].name, r);
}

static bool same_state(const struct state *a, const struct state *b, const char *how, unsigned long at, struct run *r)
{
    for (size_t i = 0; i < a->n; i++) {
        const struct file *f = find(b, a->v[i].name);
        if (f && strcmp(f->digest, a->v[i].digest) == 0) continue;
        complain(f ? "not as it should be in the end" : "not there in the end", how, at, a->v[i].name, r);
        return false;
    }
    return true;
}

/* What a killed run left under a name of its own, the next one takes away. */
static bool swept(const struct state *now, const char *how, unsigned long at, struct run *r)
{
    for (size_t i = 0; i < now->n; i++) {
        if (!strstr(now->v[i].name, ".vet-part")) continue;
        complain("left behind in the end", how, at, now->v[i].name, r);
        return false;
    }
    return true;
}

static bool told(const char *how, struct run *r)
{
    const char *said = r->said.n ? buf_text(&r->said) : "";
    if (strcmp(how, "full") == 0 && r->status == 4 && !strstr(said, "disk is full") && !strstr(said, "No space left")) return false;
    return (r->status == 4 || r->status == 3) && *said;
}

static void try_at(char *const *command, const char *folder, const char *how, unsigned long at, const struct state *before,
                   const struct state *after, const struct map *each, struct found *t)
{
    static struct state now;
    struct run r = {0}, again = {0};
    fresh(folder);
    run(command, how, at, &r);
    bool met = shared->met;
    now.n = 0;
    look("work", "", &now, NULL);
    judge(before, after, &now, each, how, at, &r, t);
    bool all_done = r.status == 0 || r.status == 1;
    if (all_done && !same_state(after, &now, how, at, &r)) t->untold++;
    if (!all_done && r.status != -1 && !told(how, &r)) {
        complain("what failed is not told", how, at, "", &r);
        t->untold++;
    }
    run(command, NULL, 0, &again);
    now.n = 0;
    look("work", "", &now, NULL);
    if (!same_state(after, &now, how, at, &again) || !swept(&now, how, at, &again)) t->unfinished++;
    if (met) t->tries++;
    buf_free(&r.said);
    buf_free(&again.said);
}

static unsigned number;
static unsigned bad;
static void check(bool ok, const char *name, const char *what)
{
    printf("%sok %u - %s: %s\n", ok ? "" : "not ", ++number, name, what);
    if (!ok) bad++;
}

static void drive(const char *name, const char *how, const char *folder, char *const *command, unsigned long most)
{
    static struct state before, after;
    struct map each = {0};
    struct run r = {0};
    struct found t = {0};
    char what[200];
    fresh(folder);
    look("work", "", &before, &each);
    run(command, "count", 0, &r);
    unsigned long calls = shared->calls;
    look("work", "", &after, &each);
    if (r.status != 0 && r.status != 1) complain("fails with nothing in its way", how, 0, "", &r);
    check(calls > 0 && (r.status == 0 || r.status == 1), name, "works when nothing fails");
    buf_free(&r.said);
    if (strcmp(how, "short") == 0 || strcmp(how, "intr") == 0) {
        try_at(command, folder, how, 0, &before, &after, &each, &t);
        check(!t.between && !t.left && !t.untold && !t.unfinished, name,
              *how == 's' ? "writes and reads that move half change nothing" : "interrupted writes and reads change nothing");
        map_free(&each);
        return;
    }
    unsigned long step = most && calls > most ? (calls + most - 1) / most : 1;
    for (unsigned long n = 1; n <= calls; n += step) try_at(command, folder, how, n, &before, &after, &each, &t);
    snprintf(what, sizeof what, "%s at %u of %lu calls leaves before or after, and sound stores", how, t.tries, calls);
    check(t.tries > 0 && !t.between, name, what);
    check(!t.untold && !t.left, name, "what failed is told, what is said to be done is done, and nothing lies about");
    check(!t.unfinished, name, "run again, it completes, and sweeps what was left");
    map_free(&each);
}

int main(int argc, char **argv)
{
    unsigned long most = 0;
    int i = 1;
    if (argc > 3 && strcmp(argv[1], "-n") == 0) most = strtoul(argv[2], NULL, 10), i = 3;
    if (argc < i + 4) {
        fprintf(stderr, "usage: drive [-n MOST] NAME HOW FOLDER COMMAND...\n");
        return 2;
    }
    const char *build = getenv("BUILD"), *top = getenv("TOP");
    snprintf(library, sizeof library, "%s/tests/fault.so", build ? build : "build");
    snprintf(share, sizeof share, "%s/share", top ? top : ".");
    if (!realpath(".", shared_path)) return 2;
    strncat(shared_path, "/shared", sizeof shared_path - strlen(shared_path) - 1);
    int fd = open(shared_path, O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *shared) != 0) return 2;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED) return 2;
    drive(argv[i], argv[i + 1], argv[i + 2], argv + i + 3, most);
    printf("1..%u\n", number);
    return bad ? 1 : 0;
}
