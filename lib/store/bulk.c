#include "store/bulk.h"

#include <sys/stat.h>

#include "store/sheaf.h"

enum { LARGE_BYTES = 16 * 1024 * 1024 };

void bulk_start(struct store *s, struct table *t, const char *path)
{
    struct stat st;
    if (!path || stat(path, &st) != 0 || st.st_size < LARGE_BYTES || table_next(s, t) != 1) return;
    s->sheaf = sheaf_start(s, t);
    if (s->sheaf) sqlite3_exec(s->db, "PRAGMA foreign_keys=OFF; PRAGMA main.journal_mode=TRUNCATE", NULL, NULL, NULL);
}

void bulk_end(struct store *s)
{
    if (!s->sheaf) return;
    sheaf_end(s->sheaf);
    s->sheaf = NULL;
    sqlite3_exec(s->db, "PRAGMA foreign_keys=ON; PRAGMA main.journal_mode=WAL", NULL, NULL, NULL);
}
