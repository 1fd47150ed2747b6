#include "store/bulk.h"

#include <sys/stat.h>

#include "store/pipe.h"

enum { LARGE_BYTES = 16 * 1024 * 1024 };

void bulk_prepare(struct bulk *b, struct store *s, struct table *t, const char *path)
{
    struct stat st;
    *b = (struct bulk){.table = t};
    if (!path || stat(path, &st) != 0 || st.st_size < LARGE_BYTES || table_next(s, t) != 1) return;
    b->on = true;
    sqlite3_exec(s->db, "PRAGMA foreign_keys=OFF; PRAGMA journal_mode=TRUNCATE", NULL, NULL, NULL);
}

static bool index_exec(struct bulk *b, struct store *s, bool drop)
{
    struct buf sql = {0};
    if (drop) tables_drop_unit_index(&sql, b->table->name);
    else tables_unit_index(&sql, b->table->name);
    bool ok = pipe_drain(s) && store_exec(s, buf_text(&sql));
    buf_free(&sql);
    return ok;
}

bool bulk_start(struct bulk *b, struct store *s)
{
    return !b->on || index_exec(b, s, true);
}

bool bulk_finish(struct bulk *b, struct store *s)
{
    return !b->on || index_exec(b, s, false);
}

void bulk_end(struct bulk *b, struct store *s)
{
    if (b->on) sqlite3_exec(s->db, "PRAGMA foreign_keys=ON; PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    b->on = false;
}
