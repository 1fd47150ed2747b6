/* Bytes from files and pipes: looked at, read, read again and hashed, in any order. */
#include "tap.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cells/source.h"
#include "sheets.h"

static struct findings found;
static const unsigned char SHA_ABC[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                        0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                        0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

/* Standard input becomes a pipe that holds `text`, or a file of it of which `skip` bytes were read. */
static struct source *from_pipe(const char *text)
{
    int ends[2];
    if (pipe(ends) != 0 || write(ends[1], text, strlen(text)) != (ssize_t)strlen(text)) abort();
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    findings_start(&found);
    return source_open("-", &found.diag);
}
static struct source *from_file(const char *text, off_t skip)
{
    int fd = open(file_of("x", text, strlen(text)), O_RDONLY);
    lseek(fd, skip, SEEK_SET);
    dup2(fd, STDIN_FILENO);
    close(fd);
    findings_start(&found);
    return source_open(NULL, &found.diag);
}

static bool hashes_to_abc(struct source *s)
{
    unsigned char got[32];
    source_digest(s, got);
    return memcmp(got, SHA_ABC, sizeof got) == 0;
}

static void reads(struct source *s, const char *want, const char *what)
{
    struct buf b = {0};
    while (source_read(s, &b, 2) > 0) continue;
    CHECK_STR(buf_slice(&b), want, "%s", what);
    buf_free(&b);
}

/* A pipe that does not wait, whose writer takes his time. */
static void late(void)
{
    int ends[2];
    if (pipe2(ends, O_NONBLOCK) != 0) abort();
    pid_t child = fork();
    if (child == 0) {
        for (const char *c = "abc"; *c; c++) {
            usleep(20000);
            if (write(ends[1], c, 1) != 1) _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    findings_start(&found);
    struct source *s = source_open("-", &found.diag);
    reads(s, "abc", "a pipe that does not wait is waited for");
    CHECK_STR(buf_slice(&found.text), "", "and nothing is wrong with it");
    source_close(s);
    waitpid(child, NULL, 0);
}

/* A file to which `more` is added after it was opened and read to its end: how it ends. */
static int end_of_file(const char *more)
{
    struct book_options o = {0};
    struct sheet sheet;
    struct cell_block block = {0};
    const char *path = file_of("growing.csv", "a,b\n1,2\n", 8);
    findings_start(&found);
    struct book *b = book_open(path, &o, &found.diag);
    if (!b || book_next_sheet(b, &sheet) != 1) abort();
    while (sheet_next(b, &block) == 1) continue;
    int fd = open(path, O_WRONLY | O_APPEND);
    if (*more && write(fd, more, strlen(more)) < 0) abort();
    close(fd);
    int got = book_next_sheet(b, &sheet);
    cell_block_free(&block);
    book_close(b);
    return got;
}

/* Who goes on writing to a file keeps nobody reading for ever. */
static void check_growing(void)
{
    char path[512];
    struct buf b = {0};
    snprintf(path, sizeof path, "%s", file_of("grows", "abc", 3));
    findings_start(&found);
    struct source *s = source_open(path, &found.diag);
    FILE *f = fopen(path, "a");
    if (!f || fputs("def", f) < 0 || fclose(f) != 0) abort();
    while (source_read(s, &b, 2) > 0) continue;
    CHECK_STR(buf_slice(&b), "abc", "a file is read as far as it went when it was opened");
    CHECK(hashes_to_abc(s), "so is its digest");
    CHECK(!source_unchanged(s), "and it is known to have grown");
    source_close(s);
    buf_free(&b);
}

int main(void)
{
    check_growing();
    late();
    CHECK(end_of_file("") == 0, "a file that nobody touches is read to its end");
    CHECK(end_of_file("3,4\n") == -1, "one to which somebody adds rows meanwhile is not taken");
    CHECK_STR(buf_slice(&found.text), "file_changed;", "and it is said why");

    struct source *s = from_pipe("abc");
    CHECK_STR(source_peek(s, 2), "ab", "a pipe can be looked at");
    reads(s, "abc", "and what was seen is still there to be read");
    CHECK(hashes_to_abc(s), "its digest is known when it has passed");
    source_close(s);

    s = from_pipe("abc");
    source_peek(s, 1);
    CHECK(hashes_to_abc(s), "the digest of a pipe can be had before it is read");
    reads(s, "abc", "which takes nothing away");
    source_close(s);

    s = from_pipe("abc");
    struct buf one = {0};
    source_read(s, &one, 1);
    CHECK(hashes_to_abc(s), "and when a part of it was read");
    buf_free(&one);
    source_close(s);

    s = from_pipe("abc");
    source_peek(s, 3);
    int fd = source_seekable(s);
    char bytes[4] = {0};
    CHECK(fd >= 0 && pread(fd, bytes, 3, 0) == 3 && strcmp(bytes, "abc") == 0, "a pipe is spooled for a reader that must seek");
    CHECK(hashes_to_abc(s), "and its digest is that of the pipe");
    source_close(s);

    s = from_pipe("abc");
    CHECK(source_rewind(s), "a pipe can be read twice");
    reads(s, "abc", "once");
    CHECK(source_rewind(s), "and");
    reads(s, "abc", "again");
    source_close(s);

    s = from_file("abc", 0);
    reads(s, "abc", "a file given as standard input is read");
    CHECK(hashes_to_abc(s), "and hashed");
    source_close(s);

    s = from_file("xyabc", 2);
    reads(s, "abc", "one of which somebody has read a part begins where he stopped");
    CHECK(hashes_to_abc(s), "and so does its digest");
    source_close(s);

    setenv("TMPDIR", "/no/such/folder", 1);
    s = from_pipe("abc");
    CHECK(source_seekable(s) < 0 && found.diag.status == 4, "no room to spool is a failure of the system");
    source_close(s);
    CHECK(found.diag.status == 4, "and nothing else");
    buf_free(&found.text);
    return tap_end();
}
