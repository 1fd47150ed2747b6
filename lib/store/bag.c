#include "store/bag.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include "base/temporary.h"

enum { LOAD_MIB = 64, RATIO_FROM = 8 << 20 };

struct part {
    char *name;
    FILE *bytes; /* a temporary file (base/temporary.h) */
    uint64_t n;
    char digest[65];
};
struct bag {
    const char *path;
    struct diag *diag, inner;
    struct part parts[BAG_PARTS];
    size_t n;
    struct sha256_ctx hashing; /* of the last part, while it is written */
    bool failed;
    char digest[65];
    struct arena memory;
    const char *reading; /* the part that `inner` speaks of */
};

static void hex_digest(struct sha256_ctx *c, char hex[65])
{
    unsigned char d[32];
    sha256_digest(c, 32, d);
    for (int i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", d[i]);
}

static FILE *open_bytes(void)
{
    int fd = temporary_open(NULL);
    FILE *f = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    if (fd >= 0 && !f) close(fd);
    return f;
}

static struct part *add_part(struct bag *b, const char *name)
{
    struct part *p = &b->parts[b->n++];
    p->name = arena_string(&b->memory, name);
    p->bytes = open_bytes();
    p->n = 0;
    sha256_init(&b->hashing);
    if (!p->bytes) b->failed = true;
    return p;
}

static void put(struct bag *b, const char *s, size_t n)
{
    struct part *p = &b->parts[b->n - 1];
    if (!n || b->failed) return;
    sha256_update(&b->hashing, n, (const uint8_t *)s);
    p->n += n;
    if (fwrite(s, 1, n, p->bytes) != n) b->failed = true;
}

static void finish_part(struct bag *b)
{
    if (!b->n || b->parts[b->n - 1].digest[0]) return;
    struct part *p = &b->parts[b->n - 1];
    hex_digest(&b->hashing, p->digest);
    if (!p->bytes || fflush(p->bytes) != 0) b->failed = true;
}

void bag_free(struct bag *b)
{
    if (!b) return;
    for (size_t i = 0; i < b->n; i++)
        if (b->parts[i].bytes) fclose(b->parts[i].bytes);
    arena_free(&b->memory);
    free(b);
}

/* ---- writing ---- */

struct bag *bag_new(const char *name, struct diag *d)
{
    struct bag *b = mem_zero(1, sizeof *b);
    b->path = arena_string(&b->memory, name);
    b->diag = d;
    return b;
}

void bag_begin(struct bag *b, const char *part)
{
    finish_part(b);
    add_part(b, part);
}

void bag_text(struct bag *b, struct str text)
{
    put(b, text.s, text.n);
}

static void write_part(struct bag *b, const char *name, struct str text)
{
    bag_begin(b, name);
    bag_text(b, text);
    finish_part(b);
}

static void manifest(const struct bag *b, bool tags, struct buf *text)
{
    for (size_t i = 0; i < b->n; i++)
        if ((strncmp(b->parts[i].name, "data/", 5) != 0) == tags)
            buf_printf(text, "%s  %s\n", b->parts[i].digest, b->parts[i].name);
}

static void add_tags(struct bag *b, struct str info)
{
    struct buf text = {0};
    uint64_t bytes = 0;
    size_t data = b->n;
    finish_part(b);
    for (size_t i = 0; i < data; i++) bytes += b->parts[i].n;
    buf_str(&text, info);
    buf_printf(&text, "Payload-Oxum: %llu.%zu\n", (unsigned long long)bytes, data);
    write_part(b, "bagit.txt", STR("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"));
    write_part(b, "bag-info.txt", buf_slice(&text));
    text.n = 0;
    manifest(b, false, &text);
    write_part(b, "manifest-sha256.txt", buf_slice(&text));
    text.n = 0;
    manifest(b, true, &text);
    write_part(b, "tagmanifest-sha256.txt", buf_slice(&text));
    buf_free(&text);
}

/* The time is 1980-01-01, the mode 0600, for every part. */
static bool zip_part(zip_t *zip, struct part *p)
{
    rewind(p->bytes); /* libzip reads on from where the file stands */
    zip_source_t *source = zip_source_filep(zip, p->bytes, 0, (zip_int64_t)p->n);
    zip_int64_t at = source ? zip_file_add(zip, p->name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (source && at < 0) zip_source_free(source);
    if (source) p->bytes = NULL; /* the source closes it */
    return at >= 0 && zip_file_set_dostime(zip, (zip_uint64_t)at, 0, 0x21, 0) == 0 &&
           zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_DEFLATE, 6) == 0 &&
           zip_file_set_external_attributes(zip, (zip_uint64_t)at, 0, ZIP_OPSYS_UNIX, 0100600u << 16) == 0;
}

static bool copy_zip(zip_source_t *whole, struct out *o, char digest[65])
{
    struct sha256_ctx c;
    char bytes[1 << 15];
    zip_int64_t n;
    if (zip_source_open(whole) != 0) return false;
    sha256_init(&c);
    while ((n = zip_source_read(whole, bytes, sizeof bytes)) > 0) {
        sha256_update(&c, (size_t)n, (const uint8_t *)bytes);
        out_write(o, (struct str){bytes, (size_t)n});
    }
    zip_source_close(whole);
    hex_digest(&c, digest);
    return n == 0;
}

bool bag_write(struct bag *b, struct str info, struct out *o, char digest[65])
{
    zip_error_t error;
    add_tags(b, info);
    zip_error_init(&error);
    zip_source_t *whole = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = whole ? zip_open_from_source(whole, ZIP_TRUNCATE, &error) : NULL;
    if (!zip) zip_source_free(whole);
    zip_error_fini(&error);
    bool ok = zip && !b->failed;
    if (zip) zip_source_keep(whole);
    for (size_t i = 0; ok && i < b->n; i++) ok = zip_part(zip, &b->parts[i]);
    if (ok) ok = zip_close(zip) == 0;
    if (zip && !ok) zip_discard(zip);
    ok = ok && copy_zip(whole, o, digest);
    if (zip) zip_source_free(whole);
    if (!ok) diag_add(b->diag, DIAG_WRITE_FAILED, NULL, b->path, strerror(errno ? errno : ENOSPC), NULL);
    return ok;
}

/* ---- reading ---- */

static bool refuse(struct bag *b, enum diag_code code, const char *part)
{
    struct place at = {.file = b->path};
    char masked[BAG_NAME + 1] = "";
    size_t n = part ? strnlen(part, BAG_NAME) : 0;
    for (size_t i = 0; i < n; i++) masked[i] = (unsigned char)part[i] < ' ' ? '?' : part[i];
    diag_add(b->diag, code, &at, masked, NULL);
    return false;
}

/* Names that pack writes; others have no business in a package: ../x, /x, a\b, two of one name. */
static bool good_name(const struct bag *b, const char *name)
{
    static const char *const TAGS[] = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"};
    size_t n = strlen(name);
    bool known = n > 5 && n <= BAG_NAME && strncmp(name, "data/", 5) == 0;
    for (size_t i = 0; i < 4; i++)
        if (strcmp(name, TAGS[i]) == 0) known = true;
    for (size_t i = 0; i < n && known; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c <= ' ' || c == '\\' || c == ':' || c == 0x7f) known = false;
        if (name[i] == '/' && (name[i + 1] == '/' || name[i + 1] == '.' || !name[i + 1])) known = false;
    }
    for (size_t i = 0; i < b->n && known; i++)
        if (strcmp(b->parts[i].name, name) == 0) known = false;
    return known;
}

/* A bag that was taken apart and zipped again by other means may have entries for its folders. */
static bool is_folder(const zip_stat_t *st)
{
    static const char *const FOLDERS[] = {"data/", "data/records/", "data/ledgers/"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(st->name, FOLDERS[i]) == 0) return st->valid & ZIP_STAT_SIZE && st->size == 0;
    return false;
}

/* By what the archive says of the part, before any of it is expanded. */
static bool is_too_large(const zip_stat_t *st, uint64_t total)
{
    const uint64_t most = (uint64_t)BAG_TOTAL_MIB << 20;
    return st->size > most || total + st->size > most || (st->size > RATIO_FROM && st->size / BAG_RATIO > st->comp_size);
}

static bool read_part(struct bag *b, zip_t *zip, zip_uint64_t i, uint64_t *total)
{
    const zip_uint64_t wanted = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    zip_stat_t st;
    char bytes[1 << 15];
    zip_int64_t n = -1;
    if (zip_stat_index(zip, i, 0, &st) != 0 || (st.valid & wanted) != wanted) return refuse(b, DIAG_UNPACK_NOT, NULL);
    if (is_folder(&st)) return true;
    if (!good_name(b, st.name)) return refuse(b, DIAG_UNPACK_NAME, st.name);
    if (b->n == BAG_PARTS || is_too_large(&st, *total)) return refuse(b, DIAG_UNPACK_LARGE, st.name);
    struct part *p = add_part(b, st.name);
    zip_file_t *f = zip_fopen_index(zip, i, 0);
    while (f && !b->failed && (n = zip_fread(f, bytes, sizeof bytes)) > 0) {
        put(b, bytes, (size_t)n);
        if (p->n > st.size) break; /* longer than it said */
    }
    *total += p->n;
    bool system = b->failed;
    finish_part(b);
    if (f) zip_fclose(f);
    if (system) diag_add(b->diag, DIAG_WRITE_FAILED, NULL, "TMPDIR", strerror(errno ? errno : ENOSPC), NULL);
    return system ? false : n == 0 ? true : refuse(b, DIAG_UNPACK_BROKEN, st.name);
}

static const struct part *find_part(const struct bag *b, const char *name, size_t n)
{
    for (size_t i = 0; i < b->n; i++)
        if (strlen(b->parts[i].name) == n && memcmp(b->parts[i].name, name, n) == 0) return &b->parts[i];
    return NULL;
}

/* Every line names a part that is there and has that digest; `listed` counts them. */
static bool check_manifest(struct bag *b, const char *name, bool tags, size_t *listed)
{
    struct buf text = {0};
    bool ok = bag_load(b, name, &text);
    for (size_t at = 0; ok && at < text.n;) {
        const char *line = text.s + at, *end = memchr(line, '\n', text.n - at);
        size_t n = end ? (size_t)(end - line) : text.n - at;
        const struct part *p = n > 66 && line[64] == ' ' && line[65] == ' ' ? find_part(b, line + 66, n - 66) : NULL;
        bool tag = p && strncmp(p->name, "data/", 5) != 0;
        if (!p || tag != tags || memcmp(p->digest, line, 64) != 0) ok = refuse(b, DIAG_UNPACK_BROKEN, p ? p->name : name);
        ++*listed;
        at += n + 1;
    }
    buf_free(&text);
    return ok;
}

/* All parts are listed once: those of data/ in the one manifest, the tag files but the last in the other. */
static bool check_bag(struct bag *b)
{
    size_t data = 0, tags = 0, n_data = 0;
    struct buf text = {0};
    for (size_t i = 0; i < b->n; i++) n_data += strncmp(b->parts[i].name, "data/", 5) == 0;
    bool ok = bag_load(b, "bagit.txt", &text);
    if (ok && !str_starts(buf_slice(&text), STR("BagIt-Version: "))) ok = refuse(b, DIAG_UNPACK_NOT, "bagit.txt");
    buf_free(&text);
    ok = ok && check_manifest(b, "tagmanifest-sha256.txt", true, &tags) && check_manifest(b, "manifest-sha256.txt", false, &data);
    if (ok && (data != n_data || tags + 1 != b->n - n_data)) ok = refuse(b, DIAG_UNPACK_BROKEN, "manifest-sha256.txt");
    return ok;
}

static bool digest_file(struct bag *b)
{
    FILE *f = fopen(b->path, "rbe");
    struct place at = {.file = b->path};
    struct sha256_ctx c;
    uint8_t bytes[1 << 14];
    size_t n;
    sha256_init(&c);
    while (f && (n = fread(bytes, 1, sizeof bytes, f)) > 0) sha256_update(&c, n, bytes);
    bool ok = f && !ferror(f);
    if (!ok) diag_add(b->diag, DIAG_OPEN_FAILED, &at, strerror(errno), NULL);
    if (f) fclose(f);
    hex_digest(&c, b->digest);
    return ok;
}

static void tell_inner(void *ctx, const struct finding *f)
{
    const struct bag *b = ctx;
    struct finding g = *f;
    g.at.file = b->path;
    g.at.sheet = b->reading;
    diag_add_finding(b->diag, &g);
}

struct bag *bag_open(const char *path, struct diag *d)
{
    struct bag *b = bag_new(path, d);
    uint64_t total = 0;
    int code;
    diag_init(&b->inner, tell_inner, b);
    bool ok = digest_file(b);
    zip_t *zip = ok ? zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code) : NULL;
    if (ok && !zip) ok = refuse(b, DIAG_UNPACK_NOT, NULL);
    zip_int64_t n = zip ? zip_get_num_entries(zip, 0) : 0;
    for (zip_int64_t i = 0; ok && i < n; i++) ok = read_part(b, zip, (zip_uint64_t)i, &total);
    if (zip) zip_discard(zip);
    if (ok && check_bag(b)) return b;
    bag_free(b);
    return NULL;
}

const char *bag_digest(const struct bag *b)
{
    return b->digest;
}

size_t bag_count(const struct bag *b)
{
    return b->n;
}

const char *bag_name(const struct bag *b, size_t i)
{
    return b->parts[i].name;
}

struct rows *bag_rows(struct bag *b, const char *part)
{
    const struct part *p = find_part(b, part, strlen(part));
    struct buf path = {0};
    if (!p) {
        refuse(b, DIAG_UNPACK_NOT, part);
        return NULL;
    }
    b->reading = p->name;
    temporary_path(fileno(p->bytes), &path);
    const char *const paths[] = {arena_string(&b->memory, path.s)};
    buf_free(&path);
    return rows_open(paths, 1, "csv", &b->inner);
}

bool bag_load(struct bag *b, const char *part, struct buf *text)
{
    const struct part *p = find_part(b, part, strlen(part));
    if (!p) return refuse(b, DIAG_UNPACK_NOT, part);
    if (p->n > (uint64_t)LOAD_MIB << 20) return refuse(b, DIAG_UNPACK_LARGE, part);
    text->n = 0;
    buf_reserve(text, p->n + 1);
    rewind(p->bytes);
    text->n = fread(text->s, 1, p->n, p->bytes);
    return text->n == p->n ? true : refuse(b, DIAG_UNPACK_BROKEN, part);
}
