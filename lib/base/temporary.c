#include "base/temporary.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int temporary_open(struct buf *path)
{
    const char *folder = getenv("TMPDIR");
    struct buf own = {0}, *name = path ? path : &own;
    name->n = 0;
    buf_printf(name, "%s/vet-XXXXXX", folder && *folder ? folder : "/tmp");
    buf_text(name);
    int fd = mkstemp(name->s);
    if (fd >= 0) unlink(name->s);
    buf_free(&own);
    return fd;
}

bool temporary_write(int fd, struct str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.s, s.n);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) s = str_from(s, (size_t)n);
    }
    return true;
}
