/* Temporary files: nothing of them is left, and nothing else is ever taken for one of them. */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/temporary.h"

static void make(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    if (fd < 0 || !temporary_write(fd, str_of(text))) exit(2);
    close(fd);
}

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static const char *content(const char *path)
{
    static char text[64];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0) close(fd);
    text[n > 0 ? n : 0] = 0;
    return text;
}

static void placing(void)
{
    struct stat st;
    int fd = temporary_open_beside("new.csv");
    CHECK(fd >= 0 && !is_there("new.csv") && !is_there("new.csv.vet-part"), "a file in the making has no name");
    temporary_write(fd, STR("one"));
    CHECK(temporary_take_place(fd, "new.csv"), "it gets its name in one step");
    close(fd);
    CHECK(stat("new.csv", &st) == 0 && (st.st_mode & 0777) == 0600, "and belongs to its maker alone");
    fd = temporary_open_beside("new.csv");
    temporary_write(fd, STR("two"));
    CHECK_STR(str_of(content("new.csv")), "one", "what is there already stays until the new one is done");
    CHECK(temporary_take_place(fd, "new.csv"), "and is replaced then");
    close(fd);
    CHECK_STR(str_of(content("new.csv")), "two", "by the new one");
    CHECK(!is_there("new.csv.vet-part"), "with nothing beside it");
    fd = temporary_open_beside("folder/new.csv");
    CHECK(fd < 0 && errno == ENOENT, "a folder that is not there is told");
}

/* A process that has a named file open, and is then killed. */
static void killed(void)
{
    struct buf name = {0};
    int ready[2];
    char c;
    if (pipe(ready) != 0) exit(2);
    pid_t child = fork();
    if (child == 0) {
        if (temporary_named("big.db", &name) < 0 || write(ready[1], "x", 1) != 1) _exit(2);
        make("big.db.vet-part-wal", "log");
        if (write(ready[1], "x", 1) != 1) _exit(2);
        for (;;) pause();
    }
    if (read(ready[0], &c, 1) != 1 || read(ready[0], &c, 1) != 1) exit(2);
    static const char *const TAILS[] = {"-wal", "-shm", NULL};
    temporary_sweep("big.db", TAILS);
    CHECK(is_there("big.db.vet-part") && is_there("big.db.vet-part-wal"), "a file of a run that lives is left alone");
    int fd = temporary_named("big.db", &name);
    CHECK_STR(buf_slice(&name), "big.db.vet-part1", "and another run takes another name");
    close(fd);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    CHECK(is_there("big.db.vet-part"), "kill -9 leaves a file with a name");
    temporary_sweep("big.db", TAILS);
    CHECK(!is_there("big.db.vet-part") && !is_there("big.db.vet-part1"), "which the next run takes away");
    CHECK(!is_there("big.db.vet-part-wal"), "with what stood beside it");
    buf_free(&name);
    close(ready[0]);
    close(ready[1]);
}

static void others(void)
{
    static const char *const NAMES[] = {"out.csv",           "out.csv.backup",    "out.csv.vet-parts", "out.csv.vet-part-list",
                                        "out.csv.vet-part9", "out.csv.abc123",    "xout.csv.vet-part", "other.csv.vet-part",
                                        "out.csv.VET-PART",  "out.csv.vet-part12"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) make(NAMES[i], "mine");
    make("target", "mine");
    if (symlink("target", "out.csv.vet-part2") != 0 || mkdir("out.csv.vet-part3", 0700) != 0) exit(2);
    make("out.csv.vet-part", "left");
    temporary_sweep("out.csv", NULL);
    CHECK(!is_there("out.csv.vet-part"), "what was left is removed");
    bool all = true;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) all = all && is_there(NAMES[i]);
    CHECK(all, "nothing of another name is");
    CHECK(is_there("target") && is_there("out.csv.vet-part2") && is_there("out.csv.vet-part3"), "nor links, nor folders");
}

/* A pipe that does not wait, as a program at its other end may have made it: its reader comes late, and reads little by little. */
static void patient(void)
{
    enum { LENGTH = 300000 };
    int ends[2], got[2];
    if (pipe2(ends, O_NONBLOCK) != 0 || pipe(got) != 0) exit(2);
    char *text = malloc(LENGTH);
    for (size_t i = 0; i < LENGTH; i++) text[i] = (char)('a' + i % 23);
    pid_t child = fork();
    if (child == 0) {
        char piece[5000];
        size_t n = 0;
        bool same = true;
        close(ends[1]);
        for (ssize_t k; (k = read(ends[0], piece, sizeof piece)) > 0 || (k < 0 && temporary_again(ends[0], POLLIN));) {
            for (ssize_t i = 0; i < k; i++) same = same && piece[i] == (char)('a' + n++ % 23);
            if (n < 20000) usleep(10000);
        }
        _exit(same && n == LENGTH ? 0 : 1);
    }
    close(ends[0]);
    CHECK(temporary_write(ends[1], (struct str){text, LENGTH}), "a pipe that does not wait is waited for");
    close(ends[1]);
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0, "and gets all of it, as does who reads from it");
    free(text);
}

int main(void)
{
    struct buf folder = {0};
    int fd = temporary_open(&folder);
    struct stat st;
    CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink == 0, "a temporary file has no name");
    struct buf self = {0};
    temporary_path(fd, &self);
    temporary_write(fd, STR("abc"));
    CHECK_STR(str_of(content(self.s)), "abc", "but can be opened once more");
    close(fd);
    setenv("TMPDIR", "/no/such/folder", 1);
    CHECK(temporary_open(&folder) < 0 && errno == ENOENT, "where there is no room for one, that is told");
    CHECK_STR(buf_slice(&folder), "/no/such/folder", "with its place");
    buf_free(&folder);
    buf_free(&self);
    placing();
    killed();
    others();
    patient();
    return tap_end();
}
