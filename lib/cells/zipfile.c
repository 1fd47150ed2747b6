#include "cells/zipfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/map.h"
#include "cells/source.h"

/* libzip reads through this, by position, so that the source's own offset stays where it is. */
struct positioned {
    int fd;
    zip_int64_t size, at;
    zip_error_t error;
};
struct zipfile {
    struct book *book;
    zip_t *zip;
    struct positioned bytes;
    struct map names;  /* folded name -> index, or TWICE */
    uint64_t expanded; /* bytes that the parts opened so far expand to */
};
struct zippart {
    struct zipfile *z;
    zip_file_t *file;
    int64_t index;
    uint64_t expanded, claimed; /* bytes read so far, and all that there should be */
};
#define TWICE UINT64_MAX

static zip_int64_t bytes_stat(const struct positioned *p, void *data, zip_uint64_t len)
{
    zip_stat_t *st = data;
    if (len < sizeof *st) return -1;
    zip_stat_init(st);
    st->size = (zip_uint64_t)p->size;
    st->valid = ZIP_STAT_SIZE;
    return sizeof *st;
}

static zip_int64_t bytes_command(void *ctx, void *data, zip_uint64_t len, zip_source_cmd_t command)
{
    struct positioned *p = ctx;
    switch (command) {
    case ZIP_SOURCE_OPEN: p->at = 0; return 0;
    case ZIP_SOURCE_READ: {
        ssize_t n = pread(p->fd, data, len, p->at);
        if (n < 0) {
            zip_error_set(&p->error, ZIP_ER_READ, errno);
            return -1;
        }
        p->at += n;
        return n;
    }
    case ZIP_SOURCE_SEEK: {
        zip_int64_t to = zip_source_seek_compute_offset((zip_uint64_t)p->at, (zip_uint64_t)p->size, data, len, &p->error);
        if (to < 0) return -1;
        p->at = to;
        return 0;
    }
    case ZIP_SOURCE_TELL: return p->at;
    case ZIP_SOURCE_STAT: return bytes_stat(p, data, len);
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&p->error, data, len);
    case ZIP_SOURCE_SUPPORTS: return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    default: return 0;
    }
}

/* The name as it is looked up: lower case, `/` between folders and none in front. */
static void fold_name(struct buf *out, struct str name)
{
    while (name.n && (name.s[0] == '/' || name.s[0] == '\\')) name = str_from(name, 1);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.s[i];
        buf_char(out, c == '\\' ? '/' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
    }
}

static bool same_bytes(zip_t *zip, uint64_t a, uint64_t b)
{
    zip_stat_t x, y;
    return zip_stat_index(zip, a, 0, &x) == 0 && zip_stat_index(zip, b, 0, &y) == 0 && x.size == y.size && x.crc == y.crc;
}

static void index_names(struct zipfile *z)
{
    struct buf key = {0};
    zip_int64_t n = zip_get_num_entries(z->zip, 0);
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(z->zip, (zip_uint64_t)i, 0);
        if (!name) continue;
        bool is_new;
        key.n = 0;
        fold_name(&key, str_of(name));
        struct map_entry *e = map_at(&z->names, buf_slice(&key), &is_new);
        if (is_new) e->value = (uint64_t)i;
        else if (e->value != TWICE && !same_bytes(z->zip, e->value, (uint64_t)i)) e->value = TWICE;
    }
    buf_free(&key);
}

static void damaged(const struct book *b, const char *why)
{
    diag_add(b->diag, DIAG_BOOK_DAMAGED, &(struct place){.file = b->path}, why, NULL);
}

static zip_t *open_archive(struct zipfile *z)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_error_init(&z->bytes.error);
    zip_source_t *src = zip_source_function_create(bytes_command, &z->bytes, &error);
    zip_t *zip = src ? zip_open_from_source(src, ZIP_RDONLY, &error) : NULL;
    if (!zip) {
        damaged(z->book, zip_error_strerror(&error));
        zip_source_free(src);
    }
    zip_error_fini(&error);
    return zip;
}

struct zipfile *zipfile_open(struct book *b)
{
    struct stat st;
    int fd = source_seekable(b->source);
    if (fd < 0) return NULL;
    if (fstat(fd, &st) != 0) {
        damaged(b, strerror(errno));
        return NULL;
    }
    struct zipfile *z = mem_zero(1, sizeof *z);
    z->book = b;
    z->bytes = (struct positioned){.fd = fd, .size = st.st_size};
    z->zip = open_archive(z);
    if (!z->zip) {
        free(z);
        return NULL;
    }
    index_names(z);
    return z;
}

void zipfile_close(struct zipfile *z)
{
    if (!z) return;
    zip_discard(z->zip);
    zip_error_fini(&z->bytes.error);
    map_free(&z->names);
    free(z);
}

int64_t zipfile_find(struct zipfile *z, struct str name)
{
    struct buf key = {0};
    fold_name(&key, name);
    const struct map_entry *e = map_find(&z->names, buf_slice(&key));
    if (e && e->value == TWICE)
        diag_add(z->book->diag, DIAG_PART_TWICE, &(struct place){.file = z->book->path}, buf_text(&key), NULL);
    buf_free(&key);
    return !e ? ZIPFILE_NONE : e->value == TWICE ? ZIPFILE_FAILED : (int64_t)e->value;
}

const char *zipfile_name(const struct zipfile *z, int64_t index)
{
    const char *name = index < 0 ? NULL : zip_get_name(z->zip, (zip_uint64_t)index, 0);
    return name ? name : "";
}

struct book *zipfile_book(const struct zipfile *z)
{
    return z->book;
}

void zipfile_finding(const struct zipfile *z, struct diag *d, enum diag_code code, int64_t index, const char *what, const char *why)
{
    diag_add(d, code, &(struct place){.file = z->book->path}, zipfile_name(z, index), what ? what : "", why ? why : "", NULL);
}

/* The MiB that a part may not expand to, or 0.  Absolute limits first; a ratio only past some MiB, since small parts of honest
 * files compress well; of the whole too, since a small part may be read a thousand times. */
static unsigned passed_limit(const struct zipfile *z, const zip_stat_t *st)
{
    const uint64_t mib = 1 << 20, file = (uint64_t)z->bytes.size, whole = z->expanded + st->size;
    if (st->size > ZIPFILE_PART_MIB * mib) return ZIPFILE_PART_MIB;
    if (whole > ZIPFILE_TOTAL_MIB * mib) return ZIPFILE_TOTAL_MIB;
    uint64_t packed = st->comp_size < file ? st->comp_size : file; /* it may say anything */
    uint64_t ratio = st->size > ZIPFILE_LARGE_MIB * mib ? ZIPFILE_RATIO_LARGE : ZIPFILE_RATIO;
    if (st->size > ZIPFILE_RATIO_FROM_MIB * mib && st->size / ratio > packed) return (unsigned)(packed * ratio / mib + 1);
    if (whole > ZIPFILE_LARGE_MIB * mib && whole / ZIPFILE_RATIO > file) return ZIPFILE_LARGE_MIB;
    return 0;
}

static bool may_open(struct zipfile *z, int64_t index, zip_stat_t *st)
{
    const zip_uint64_t wanted = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(z->zip, (zip_uint64_t)index, 0, st) != 0 || (st->valid & wanted) != wanted) {
        damaged(z->book, zip_strerror(z->zip));
        return false;
    }
    if ((st->valid & ZIP_STAT_ENCRYPTION_METHOD) && st->encryption_method) {
        diag_add(z->book->diag, DIAG_BOOK_PROTECTED, &(struct place){.file = z->book->path}, NULL);
        return false;
    }
    unsigned limit = passed_limit(z, st);
    if (!limit) return true;
    char text[16];
    snprintf(text, sizeof text, "%u", limit);
    zipfile_finding(z, z->book->diag, DIAG_BOOK_TOO_LARGE, index, text, NULL);
    return false;
}

struct zippart *zippart_open(struct zipfile *z, int64_t index)
{
    zip_stat_t st;
    if (!may_open(z, index, &st)) return NULL;
    zip_file_t *file = zip_fopen_index(z->zip, (zip_uint64_t)index, 0);
    if (!file) {
        damaged(z->book, zip_strerror(z->zip));
        return NULL;
    }
    z->expanded += st.size;
    struct zippart *p = mem_zero(1, sizeof *p);
    *p = (struct zippart){.z = z, .file = file, .index = index, .claimed = st.size};
    return p;
}

ssize_t zippart_read(struct zippart *p, void *to, size_t n)
{
    size_t got = 0;
    while (got < n) {
        zip_int64_t k = zip_fread(p->file, (char *)to + got, n - got);
        if (k < 0) {
            damaged(p->z->book, zip_file_strerror(p->file));
            return -1;
        }
        if (k == 0) break;
        got += (size_t)k;
    }
    p->expanded += got;
    if (p->expanded <= p->claimed) return (ssize_t)got;
    damaged(p->z->book, "a part is longer than the archive says"); /* which was what the limits were held against */
    return -1;
}

void zippart_close(struct zippart *p)
{
    if (!p) return;
    zip_fclose(p->file);
    free(p);
}
