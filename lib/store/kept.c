#include "store/kept.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/own.h"
#include "store/pipe.h"

/* The number of a text, kept now when it is new; 0 after a finding. */
static int64_t text_number(struct store *s, sqlite3_stmt *find, struct str text)
{
    unsigned char digest[32];
    char hex[65];
    image_digest(text, digest);
    hex_of(digest, 32, hex);
    sqlite3_bind_text(find, 1, hex, 64, SQLITE_STATIC);
    int rc = sqlite3_step(find);
    int64_t id = rc == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    sqlite3_reset(find);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return store_fault(s, rc);
    if (id) return id;
    id = table_open_row(s, &s->tables[T_TEXT], (const struct str[]){{hex, 64}, text});
    return pipe_drain(s) ? id : 0; /* two files may hold the same */
}

bool kept_put(struct store *s, const char *period, const struct share_text *files, size_t n)
{
    sqlite3_stmt *find = store_prepare(s, "SELECT _id FROM vet_text WHERE digest = ?");
    bool ok = find != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        char number[24];
        int64_t text = text_number(s, find, files[i].text);
        snprintf(number, sizeof number, "%lld", (long long)text);
        ok = text && table_open_row(s, &s->tables[T_KEPT], (const struct str[]){str_of(period), files[i].name, str_of(number)});
    }
    sqlite3_finalize(find);
    return ok;
}

bool store_kept(struct store *s, const char *period, int64_t as_of, const char *folder, struct share *out)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT k.name, t.text FROM vet_kept k JOIN vet_text t ON t._id = k.text WHERE k.period = ? AND ");
    buf_visible(&sql, "k", as_of);
    buf_put(&sql, " ORDER BY k.name");
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    struct share_text *kept = NULL;
    size_t n = 0, cap = 0;
    int rc = SQLITE_DONE;
    if (!q) return false;
    sqlite3_bind_text(q, 1, period, -1, SQLITE_STATIC);
    for (; (rc = sqlite3_step(q)) == SQLITE_ROW; n++) {
        mem_grow(&kept, &cap, n + 1, sizeof *kept);
        kept[n] = (struct share_text){str_copy(&s->memory, column_str(q, 0)), str_copy(&s->memory, column_str(q, 1))};
    }
    sqlite3_finalize(q);
    struct share_text *own = arena_alloc(&s->memory, (n + 1) * sizeof *own);
    if (n) memcpy(own, kept, n * sizeof *own);
    free(kept);
    *out = (struct share){.folder = folder, .kept = own, .n_kept = n, .month = arena_string(&s->memory, period)};
    return rc == SQLITE_DONE || store_fault(s, rc);
}

void store_kept_changed(struct store *s, const struct share *kept, struct buf *names)
{
    struct arena memory = {0};
    struct share_text *now;
    size_t n, at = 0, listed = names->n;
    if (!share_everything(kept->folder, &memory, &now, &n, s->diag)) n = 0;
    for (size_t i = 0; i < kept->n_kept; i++) { /* both stand in the order of their names */
        const struct share_text *then = &kept->kept[i];
        while (at < n && str_cmp(now[at].name, then->name) < 0) at++;
        if (at < n && str_eq(now[at].name, then->name) && str_eq(now[at].text, then->text)) continue;
        if (names->n > listed) buf_char(names, ' ');
        buf_str(names, then->name);
    }
    arena_free(&memory);
}
