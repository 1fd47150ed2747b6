#include "ledger/share.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/near.h"
#include "base/text.h"

enum { LARGEST = 16 << 20, DEEPEST = 100 };

/* Walks the text beside cJSON's tree, which is in the same order and holds no positions. */
struct scan {
    const char *s;
    size_t n, at;
    size_t counted; /* bytes up to which line and col are right */
    uint32_t line, col;
};

static void skip_blanks(struct scan *s)
{
    while (s->at < s->n && strchr(" \t\r\n", s->s[s->at])) s->at++;
}

static void skip_string(struct scan *s)
{
    for (s->at++; s->at < s->n && s->s[s->at] != '"'; s->at++)
        if (s->s[s->at] == '\\') s->at++;
    s->at++;
}

static void locate(struct scan *s, size_t at, uint32_t *line, uint32_t *col)
{
    for (; s->counted < at && s->counted < s->n; s->counted++) {
        unsigned char c = (unsigned char)s->s[s->counted];
        if (c == '\n') {
            s->line++;
            s->col = 1;
        } else if ((c & 0xC0) != 0x80) {
            s->col++;
        }
    }
    *line = s->line;
    *col = s->col;
}

static struct share_value *grow(struct share_file *f, struct scan *s, const cJSON *from, int depth);

static void grow_children(struct share_file *f, struct scan *s, struct share_value *v, const cJSON *from, int depth)
{
    const struct share_value **link = &v->first;
    s->at++;
    for (const cJSON *c = from->child; c; c = c->next) {
        skip_blanks(s);
        uint32_t line, col;
        locate(s, s->at, &line, &col);
        if (c->string) {
            skip_string(s);
            skip_blanks(s);
            s->at++; /* : */
        }
        struct share_value *child = grow(f, s, c, depth + 1);
        if (!child) return;
        child->line = line;
        child->col = col;
        if (c->string) {
            child->key = str_copy(&f->memory, str_of(c->string));
            if (share_get(v, c->string)) share_fault(f, child, DIAG_LEDGER_TWICE, "a key", c->string, NULL);
        }
        *link = child;
        link = &child->next;
        v->n++;
        skip_blanks(s);
        s->at++; /* , or the closing bracket */
    }
    if (!from->child) {
        skip_blanks(s);
        s->at++;
    }
}

static struct share_value *grow(struct share_file *f, struct scan *s, const cJSON *from, int depth)
{
    struct share_value *v = arena_zero(&f->memory, 1, sizeof *v);
    skip_blanks(s);
    locate(s, s->at, &v->line, &v->col);
    if (depth > DEEPEST) {
        share_fault(f, v, DIAG_LEDGER_JSON, NULL);
        return NULL;
    }
    if (cJSON_IsObject(from) || cJSON_IsArray(from)) {
        v->kind = cJSON_IsObject(from) ? SHARE_OBJECT : SHARE_LIST;
        grow_children(f, s, v, from, depth);
        return v;
    }
    if (cJSON_IsString(from)) {
        v->kind = SHARE_STRING;
        v->text = str_copy(&f->memory, str_of(from->valuestring));
        skip_string(s);
        return v;
    }
    v->kind = cJSON_IsNumber(from) ? SHARE_NUMBER : cJSON_IsBool(from) ? SHARE_BOOLEAN : SHARE_NULL;
    v->number = cJSON_IsNumber(from) ? from->valuedouble : 0;
    v->truth = cJSON_IsTrue(from);
    while (s->at < s->n && !strchr(",]} \t\r\n", s->s[s->at])) s->at++;
    return v;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* ---- the files of a folder, and what was kept of them ---- */

struct names {
    struct str *v;
    size_t n, cap;
};

static void add_name(struct names *names, struct arena *a, struct str file, struct str end)
{
    if (!str_ends(file, end) || file.s[0] == '.' || file.n == end.n) return;
    mem_grow(&names->v, &names->cap, names->n + 1, sizeof *names->v);
    names->v[names->n++] = str_copy(a, str_head(file, file.n - end.n));
}

static void sort_names(struct names *names)
{
    size_t n = 0;
    if (names->n) qsort(names->v, names->n, sizeof *names->v, by_text);
    for (size_t i = 0; i < names->n; i++)
        if (!n || !str_eq(names->v[n - 1], names->v[i])) names->v[n++] = names->v[i];
    names->n = n;
}

/* Of files FOLDER/NAME`end`. */
static void files_in(struct names *names, const char *share, const char *folder, struct str end, struct arena *a)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", share, folder);
    DIR *dir = opendir(buf_text(&path));
    buf_free(&path);
    for (const struct dirent *e; dir && (e = readdir(dir));) add_name(names, a, str_of(e->d_name), end);
    if (dir) closedir(dir);
}

/* Those kept too; the caller frees the list. */
static struct names names_in(const struct share *share, const char *folder, struct arena *a)
{
    struct names names = {0};
    size_t n = strlen(folder);
    files_in(&names, share->folder, folder, STR(".json"), a);
    for (size_t i = 0; i < share->n_kept; i++) {
        struct str name = share->kept[i].name;
        if (str_starts(name, str_of(folder)) && name.n > n && name.s[n] == '/')
            add_name(&names, a, str_from(name, n + 1), STR(".json"));
    }
    sort_names(&names);
    return names;
}

static void join(struct buf *out, const struct names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        if (i) buf_char(out, ' ');
        buf_str(out, names->v[i]);
    }
}

void share_names(const struct share *share, const char *folder, struct buf *out)
{
    struct arena a = {0};
    struct names names = names_in(share, folder, &a);
    join(out, &names);
    free(names.v);
    arena_free(&a);
}

static void unknown_name(const struct share *share, const char *folder, const char *name, enum diag_code code, struct diag *d)
{
    struct arena a = {0};
    struct buf all = {0};
    struct names names = names_in(share, folder, &a);
    struct near near = near_start(str_of(name));
    for (size_t i = 0; i < names.n; i++) near_try(&near, names.v[i]);
    join(&all, &names);
    diag_add(d, code, NULL, name, near.found.n ? near.found.s : names.n ? names.v[0].s : "", buf_text(&all), NULL);
    free(names.v);
    buf_free(&all);
    arena_free(&a);
}

/* What was kept of the file with this path, or NULL. */
static const struct share_text *kept_text(const struct share *share, struct str path)
{
    struct str folder = str_of(share->folder);
    if (!str_starts(path, folder) || path.n <= folder.n || path.s[folder.n] != '/') return NULL;
    for (size_t i = 0; i < share->n_kept; i++)
        if (str_eq(share->kept[i].name, str_from(path, folder.n + 1))) return &share->kept[i];
    return NULL;
}

bool share_find(const struct share *share, const char *folder, const char *name, enum diag_code unknown, struct buf *path,
                struct diag *d)
{
    if (strchr(name, '/') || str_ends(str_of(name), STR(".json"))) {
        buf_put(path, name);
        return true;
    }
    size_t from = path->n;
    buf_printf(path, "%s/%s/%s.json", share->folder, folder, name);
    if (kept_text(share, str_from(buf_slice(path), from)) || access(buf_text(path) + from, F_OK) == 0) return true;
    unknown_name(share, folder, name, unknown, d);
    return false;
}

static bool read_bytes(const char *path, struct arena *a, struct str *bytes, struct diag *d)
{
    FILE *in = fopen(path, "rb");
    struct place at = {.file = path};
    if (!in) {
        diag_add(d, DIAG_SHARE_UNREADABLE, &at, strerror(errno), NULL);
        return false;
    }
    struct buf b = {0};
    size_t got = 1;
    while (got && b.n <= LARGEST) {
        buf_reserve(&b, 65536);
        got = fread(b.s + b.n, 1, 65536, in);
        b.n += got;
    }
    bool ok = !ferror(in) && b.n <= LARGEST;
    if (!ok) diag_add(d, DIAG_SHARE_UNREADABLE, &at, b.n > LARGEST ? "larger than 16 MiB" : strerror(errno), NULL);
    fclose(in);
    *bytes = str_copy(a, buf_slice(&b));
    buf_free(&b);
    return ok;
}

bool share_bytes(const struct share *share, const char *path, struct arena *a, struct str *bytes, struct diag *d)
{
    const struct share_text *kept = share ? kept_text(share, str_of(path)) : NULL;
    struct place at = {.file = path};
    if (kept) *bytes = str_copy(a, kept->text);
    if (kept) return true;
    if (!read_bytes(path, a, bytes, d)) return false;
    if (share && share->month) diag_add(d, DIAG_SHARE_PRESENT, &at, share->month, NULL);
    return true;
}

bool share_everything(const char *folder, struct arena *a, struct share_text **v, size_t *n, struct diag *d)
{
    static const char *const FOLDERS[][2] = {{"codes", ".csv"}, {"ledgers", ".json"}, {"reports", ".json"}};
    struct buf path = {0};
    bool ok = true;
    size_t cap = 0;
    *v = NULL;
    *n = 0;
    struct share_text *all = NULL;
    for (size_t k = 0; k < sizeof FOLDERS / sizeof *FOLDERS; k++) {
        struct names names = {0};
        files_in(&names, folder, FOLDERS[k][0], str_of(FOLDERS[k][1]), a);
        sort_names(&names);
        for (size_t i = 0; ok && i < names.n; i++) {
            path.n = 0;
            buf_printf(&path, "%s/%s/%s%s", folder, FOLDERS[k][0], names.v[i].s, FOLDERS[k][1]);
            mem_grow(&all, &cap, *n + 1, sizeof *all);
            all[*n].name = str_copy(a, str_from(buf_slice(&path), strlen(folder) + 1));
            ok = read_bytes(buf_text(&path), a, &all[*n].text, d);
            *n += ok;
        }
        free(names.v);
    }
    *v = arena_alloc(a, (*n + 1) * sizeof *all);
    if (*n) memcpy(*v, all, *n * sizeof *all);
    free(all);
    buf_free(&path);
    return ok;
}

struct share_file *share_open(const struct share *share, const char *path, struct diag *d)
{
    struct share_file *f = mem_zero(1, sizeof *f);
    f->path = arena_string(&f->memory, path);
    f->diag = d;
    if (!share_bytes(share, path, &f->memory, &f->bytes, d)) {
        share_close(f);
        return NULL;
    }
    struct str text = f->bytes;
    if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_from(text, 3);
    const char *end = NULL;
    struct scan s = {.s = text.s, .n = text.n, .line = 1, .col = 1};
    size_t bad;
    cJSON *tree = text_valid(text, &bad) ? cJSON_ParseWithLengthOpts(text.s, text.n + 1, &end, 1) : NULL;
    if (!tree) {
        struct place at = {.file = f->path, .lines = true};
        locate(&s, end ? (size_t)(end - text.s) : bad, &at.row, &at.col);
        diag_add(d, DIAG_LEDGER_JSON, &at, NULL);
        share_close(f);
        return NULL;
    }
    f->root = grow(f, &s, tree, 0);
    cJSON_Delete(tree);
    if (!f->failed && f->root->kind != SHARE_OBJECT) share_fault(f, f->root, DIAG_LEDGER_TYPE, "the file", "an object", NULL);
    if (f->failed) {
        share_close(f);
        return NULL;
    }
    return f;
}

void share_close(struct share_file *f)
{
    if (!f) return;
    arena_free(&f->memory);
    free(f);
}

void share_fault(struct share_file *f, const struct share_value *v, enum diag_code code, ...)
{
    struct finding finding = {
        .code = code, .severity = diag_severity(code), .at = {.file = f->path, .row = v->line, .col = v->col, .lines = true}};
    va_list ap;
    va_start(ap, code);
    for (int i = 0; i < DIAG_ARGS; i++) {
        const char *arg = va_arg(ap, const char *);
        if (!arg) break;
        finding.args[i] = str_of(arg);
    }
    va_end(ap);
    f->failed = true;
    diag_add_finding(f->diag, &finding);
}

const struct share_value *share_get(const struct share_value *object, const char *key)
{
    for (const struct share_value *c = object->first; c; c = c->next)
        if (str_is(c->key, key)) return c;
    return NULL;
}

void share_known(struct share_file *f, const struct share_value *object, const char *const *known)
{
    for (const struct share_value *c = object->first; c; c = c->next) {
        struct near near = near_start(c->key);
        bool found = false;
        for (const char *const *k = known; *k && !found; k++) {
            found = str_is(c->key, *k);
            near_try(&near, str_of(*k));
        }
        if (!found) share_fault(f, c, DIAG_LEDGER_KEY, c->key.s, near.found.n ? near.found.s : known[0], NULL);
    }
}

static const struct share_value *member(struct share_file *f, const struct share_value *object, const char *key,
                                        enum share_kind kind, const char *what, bool required)
{
    const struct share_value *v = share_get(object, key);
    if (!v) {
        if (required) share_fault(f, object, DIAG_LEDGER_MISSING, key, NULL);
        return NULL;
    }
    if (v->kind == kind) return v;
    share_fault(f, v, DIAG_LEDGER_TYPE, key, what, NULL);
    return NULL;
}

struct str share_string(struct share_file *f, const struct share_value *object, const char *key, bool required)
{
    const struct share_value *v = member(f, object, key, SHARE_STRING, "a string", required);
    return v ? v->text : (struct str){NULL, 0};
}

bool share_truth(struct share_file *f, const struct share_value *object, const char *key, bool otherwise)
{
    const struct share_value *v = member(f, object, key, SHARE_BOOLEAN, "true or false", false);
    return v ? v->truth : otherwise;
}

double share_number(struct share_file *f, const struct share_value *object, const char *key, double otherwise)
{
    const struct share_value *v = member(f, object, key, SHARE_NUMBER, "a number", false);
    return v ? v->number : otherwise;
}

const struct share_value *share_list(struct share_file *f, const struct share_value *object, const char *key, bool required)
{
    return member(f, object, key, SHARE_LIST, "a list", required);
}

struct str *share_strings(struct share_file *f, const struct share_value *object, const char *key, struct arena *a, size_t *n)
{
    const struct share_value *list = share_list(f, object, key, false);
    *n = 0;
    if (!list) return NULL;
    struct str *out = arena_alloc(a, (list->n + 1) * sizeof *out);
    for (const struct share_value *c = list->first; c; c = c->next) {
        if (c->kind == SHARE_STRING) out[(*n)++] = str_copy(a, c->text);
        else share_fault(f, c, DIAG_LEDGER_TYPE, key, "a list of strings", NULL);
    }
    return out;
}

int share_word(struct share_file *f, const struct share_value *at, struct str word, const char *const *words)
{
    struct buf all = {0};
    for (int i = 0; words[i]; i++) {
        if (str_is(word, words[i])) {
            buf_free(&all);
            return i;
        }
        if (i) buf_char(&all, ' ');
        buf_put(&all, words[i]);
    }
    share_fault(f, at, DIAG_LEDGER_VALUE, at->key.s ? at->key.s : "", word.s ? word.s : "", buf_text(&all), NULL);
    buf_free(&all);
    return -1;
}
