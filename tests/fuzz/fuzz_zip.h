/* For targets of zipped workbooks: an archive of stored parts, made in memory, since a mutated real one only fails its checksums;
 * and XML out of tokens, so that a mutation is a change of structure. */
#ifndef VET_TESTS_FUZZ_ZIP_H
#define VET_TESTS_FUZZ_ZIP_H

#include "fuzz.h"

struct fuzz_part {
    const char *name;
    struct str content;
};

static inline uint32_t crc32_of(struct str s)
{
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char)s.s[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

static inline void put_number(struct buf *b, uint32_t v, int bytes)
{
    for (; bytes--; v >>= 8) buf_char(b, (char)v);
}

/* The common fields of a local header and of the directory's (APPNOTE 4.3.7, 4.3.12). */
static inline void put_header(struct buf *b, const struct fuzz_part *p, bool directory)
{
    put_number(b, directory ? 0x02014B50 : 0x04034B50, 4);
    if (directory) put_number(b, 20, 2);
    put_number(b, 20, 2);
    for (int i = 0; i < 4; i++) put_number(b, i == 3 ? 0x21 : 0, 2);
    put_number(b, crc32_of(p->content), 4);
    put_number(b, (uint32_t)p->content.n, 4);
    put_number(b, (uint32_t)p->content.n, 4);
    put_number(b, (uint32_t)strlen(p->name), 2);
    put_number(b, 0, 2);
}

static inline void archive_of(struct buf *out, const struct fuzz_part *parts, size_t n)
{
    struct buf directory = {0};
    for (size_t i = 0; i < n; i++) {
        put_header(&directory, &parts[i], true);
        for (int k = 0; k < 5; k++) put_number(&directory, 0, 2);
        put_number(&directory, (uint32_t)out->n, 4);
        buf_put(&directory, parts[i].name);
        put_header(out, &parts[i], false);
        buf_put(out, parts[i].name);
        buf_str(out, parts[i].content);
    }
    uint32_t start = (uint32_t)out->n;
    buf_str(out, buf_slice(&directory));
    put_number(out, 0x06054B50, 4);
    put_number(out, 0, 4);
    put_number(out, (uint32_t)n, 2);
    put_number(out, (uint32_t)n, 2);
    put_number(out, (uint32_t)directory.n, 4);
    put_number(out, start, 4);
    put_number(out, 0, 2);
    buf_free(&directory);
}

/* A byte from 0x80 on is the token of that place, when there is one. */
static inline void tokens_to_text(struct buf *out, const char *const *tokens, size_t n_tokens, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (data[i] >= 0x80 && data[i] - 0x80u < n_tokens) buf_put(out, tokens[data[i] - 0x80]);
        else buf_char(out, (char)data[i]);
    }
}

/* Reads all of an archive; the cells as text when `out` is not NULL.  The status. */
static inline int read_archive(const void *bytes, size_t n, struct buf *out)
{
    struct file_of_bytes f = file_of_bytes(bytes, n);
    int status = read_book(f.path, NULL, out);
    close(f.fd);
    return status;
}
#endif
