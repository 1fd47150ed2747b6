#include "cells/ole.h"

#include <stdlib.h>

#include "cells/bytes.h"

enum {
    HEADER = 512,
    HEADER_DIFAT = 109, /* sectors of the FAT that the header itself names */
    ENTRY = 128,        /* bytes of a directory entry */
    MINI_SHIFT = 6,
    MINI_CUTOFF = 4096, /* a shorter stream lies in the mini stream */
    TYPE_STREAM = 2,
    TYPE_ROOT = 5,
};
#define SECTOR_MAX 0xFFFFFFFAu /* anything from here on is not a sector but a mark */
#define NO_ENTRY 0xFFFFFFFFu

bool ole_is(struct str head)
{
    return str_starts(head, STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
}

/* The bytes of a sector that the image holds: all of it, except perhaps of the last. */
static struct str sector(const struct ole *o, uint32_t number)
{
    if (number >= o->sectors) return (struct str){NULL, 0};
    size_t at = ((size_t)number + 1) << o->shift;
    return str_head(str_from(o->image, at), (size_t)1 << o->shift);
}

/* Appends `size` bytes of the chain that begins at `first`; a size of SIZE_MAX means to the chain's end. */
static enum ole_fault read_chain(const struct ole *o, uint32_t first, size_t size, struct buf *out)
{
    uint32_t at = first;
    for (uint32_t steps = 0; size > 0; steps++) {
        if (at >= SECTOR_MAX) return size == SIZE_MAX ? OLE_OK : OLE_DAMAGED;
        if (steps >= o->sectors) return at >= o->sectors ? OLE_SHORT : OLE_DAMAGED;
        struct str s = str_head(sector(o, at), size);
        if (!s.s) return OLE_SHORT;
        if (size != SIZE_MAX && s.n < size && s.n < (size_t)1 << o->shift) return OLE_SHORT;
        buf_str(out, s);
        if (size != SIZE_MAX) size -= s.n;
        if (size == 0) break;
        if (at >= o->n_fat) return OLE_DAMAGED;
        at = o->fat[at];
    }
    return OLE_OK;
}

static void add_fat_sector(struct ole *o, struct str s, size_t *cap)
{
    mem_grow(&o->fat, cap, o->n_fat + s.n / 4, sizeof *o->fat);
    for (size_t i = 0; i + 4 <= s.n; i += 4) o->fat[o->n_fat++] = get32(s.s + i);
}

/* The FAT lies in sectors named by the header and, when those do not suffice, by a chain of further lists (the DIFAT). */
static enum ole_fault load_fat(struct ole *o)
{
    const char *h = o->image.s;
    uint32_t wanted = get32(h + 44), next = get32(h + 68), used = 0;
    size_t cap = 0;
    if (wanted > o->sectors) return OLE_DAMAGED;
    for (size_t i = 0; i < HEADER_DIFAT && used < wanted; i++, used++) {
        struct str s = sector(o, get32(h + 76 + 4 * i));
        if (!s.s) return OLE_SHORT;
        add_fat_sector(o, s, &cap);
    }
    for (uint32_t steps = 0; used < wanted; steps++) {
        struct str list = sector(o, next);
        if (!list.s || list.n < (size_t)1 << o->shift) return OLE_SHORT;
        if (steps >= o->sectors) return OLE_DAMAGED;
        for (size_t i = 0; i + 8 <= list.n && used < wanted; i += 4, used++) {
            struct str s = sector(o, get32(list.s + i));
            if (!s.s) return OLE_SHORT;
            add_fat_sector(o, s, &cap);
        }
        next = get32(list.s + list.n - 4);
    }
    return OLE_OK;
}

static enum ole_fault load_minifat(struct ole *o)
{
    struct buf b = {0};
    enum ole_fault fault = OLE_OK;
    uint32_t first = get32(o->image.s + 60);
    if (first < SECTOR_MAX) fault = read_chain(o, first, SIZE_MAX, &b);
    o->n_minifat = b.n / 4;
    o->minifat = mem_zero(o->n_minifat, sizeof *o->minifat);
    for (size_t i = 0; i < o->n_minifat; i++) o->minifat[i] = get32(b.s + 4 * i);
    buf_free(&b);
    return fault;
}

/* Only files of the first version have 32 bits for a size; writers leave rubbish in the upper half. */
static size_t entry_size(const struct ole *o, const char *e)
{
    size_t size = get32(e + 120);
    if (o->shift != 9) size |= (size_t)get32(e + 124) << 32;
    return size;
}

enum ole_fault ole_open(struct ole *o, struct str image)
{
    *o = (struct ole){.image = image};
    if (!ole_is(image)) return OLE_DAMAGED;
    if (image.n < HEADER) return OLE_SHORT;
    o->shift = get16(image.s + 30);
    if ((o->shift != 9 && o->shift != 12) || get16(image.s + 32) != MINI_SHIFT) return OLE_DAMAGED;
    size_t size = (size_t)1 << o->shift;
    size_t held = image.n <= size ? 0 : (image.n - size + size - 1) >> o->shift;
    if (held >= SECTOR_MAX) return OLE_DAMAGED;
    o->sectors = (uint32_t)held;
    enum ole_fault fault = load_fat(o);
    if (!fault) fault = read_chain(o, get32(image.s + 48), SIZE_MAX, &o->directory);
    if (!fault && o->directory.n < ENTRY) fault = OLE_DAMAGED;
    if (!fault) fault = load_minifat(o);
    if (fault) return fault;
    const char *root = o->directory.s;
    size_t mini = entry_size(o, root);
    if (root[66] != TYPE_ROOT || mini > image.n) return root[66] != TYPE_ROOT ? OLE_DAMAGED : OLE_SHORT;
    /* A mini stream that cannot be read whole matters only to who needs its missing part. */
    if (mini > 0) (void)read_chain(o, get32(root + 116), mini, &o->ministream);
    return OLE_OK;
}

void ole_close(struct ole *o)
{
    free(o->fat);
    free(o->minifat);
    buf_free(&o->directory);
    buf_free(&o->ministream);
    *o = (struct ole){0};
}

/* Names are UTF-16; those we look for are ASCII. */
static bool name_is(const char *entry, const char *name)
{
    size_t n = strlen(name);
    if (get16(entry + 64) != 2 * n + 2) return false;
    for (size_t i = 0; i < n; i++) {
        unsigned a = get16(entry + 2 * i), b = (unsigned char)name[i];
        if (a >= 'A' && a <= 'Z') a += 'a' - 'A';
        if (b >= 'A' && b <= 'Z') b += 'a' - 'A';
        if (a != b) return false;
    }
    return true;
}

/* The entries of the top folder form a tree under the root's child.  It is walked by siblings only, so that the workbook of an
 * embedded object, which lies in a folder of its own, is not taken for the file's. */
static const char *find_in_top(const struct ole *o, const char *name)
{
    size_t n = o->directory.n / ENTRY, depth = 0, cap = 0;
    uint32_t *stack = NULL;
    bool *seen = mem_zero(n, sizeof *seen);
    const char *found = NULL;
    uint32_t next[2] = {get32(o->directory.s + 76), NO_ENTRY};
    while (!found) {
        for (int i = 0; i < 2; i++) {
            if (next[i] >= n || seen[next[i]]) continue;
            seen[next[i]] = true;
            mem_grow(&stack, &cap, depth + 1, sizeof *stack);
            stack[depth++] = next[i];
        }
        if (depth == 0) break;
        const char *e = o->directory.s + (size_t)stack[--depth] * ENTRY;
        if (e[66] == TYPE_STREAM && name_is(e, name)) found = e;
        next[0] = get32(e + 68);
        next[1] = get32(e + 72);
    }
    free(stack);
    free(seen);
    return found;
}

/* Some writers leave the tree wrong; then any entry of that name will do. */
static const char *find_anywhere(const struct ole *o, const char *name)
{
    for (size_t at = ENTRY; at + ENTRY <= o->directory.n; at += ENTRY) {
        const char *e = o->directory.s + at;
        if (e[66] == TYPE_STREAM && name_is(e, name)) return e;
    }
    return NULL;
}

/* True when the chain's sectors follow each other in the image. */
static bool in_one_piece(const struct ole *o, uint32_t first, size_t size)
{
    size_t count = (size + ((size_t)1 << o->shift) - 1) >> o->shift;
    if (first >= o->sectors || count > o->sectors - first) return false;
    for (size_t i = 0; i + 1 < count; i++)
        if (first + i >= o->n_fat || o->fat[first + i] != first + i + 1) return false;
    return (((size_t)first + 1) << o->shift) + size <= o->image.n;
}

static enum ole_fault read_mini(const struct ole *o, uint32_t at, size_t size, struct buf *out)
{
    for (size_t steps = 0; size > 0; steps++) {
        if (at >= o->n_minifat || steps >= o->n_minifat) return OLE_DAMAGED;
        size_t from = (size_t)at << MINI_SHIFT, want = size < 1u << MINI_SHIFT ? size : 1u << MINI_SHIFT;
        if (from + want > o->ministream.n) return OLE_SHORT;
        buf_add(out, o->ministream.s + from, want);
        size -= want;
        at = o->minifat[at];
    }
    return OLE_OK;
}

enum ole_fault ole_stream(const struct ole *o, const char *name, struct buf *copy, struct str *out)
{
    const char *e = find_in_top(o, name);
    if (!e) e = find_anywhere(o, name);
    if (!e) return OLE_ABSENT;
    size_t size = entry_size(o, e);
    uint32_t first = get32(e + 116);
    if (size > o->image.n) return OLE_SHORT;
    if (size >= MINI_CUTOFF && in_one_piece(o, first, size)) {
        *out = (struct str){o->image.s + (((size_t)first + 1) << o->shift), size};
        return OLE_OK;
    }
    copy->n = 0;
    enum ole_fault fault = size < MINI_CUTOFF ? read_mini(o, first, size, copy) : read_chain(o, first, size, copy);
    *out = buf_slice(copy);
    return fault;
}
