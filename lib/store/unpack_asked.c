/* What the rows and sheets of a package asked for (asked.h): without it a field that an older sheet told, and a newer one had no
 * column for, would pass for told by the newer one. */
#include <stdio.h>

#include "store/unpack.h"

static bool take_set(struct unpacking *u, sqlite3_stmt *find, struct str number, struct str ledger, struct str fields)
{
    sqlite3_bind_text(find, 1, ledger.s, (int)ledger.n, SQLITE_STATIC);
    sqlite3_bind_text(find, 2, fields.s ? fields.s : "", (int)fields.n, SQLITE_STATIC);
    int64_t id = sqlite3_step(find) == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    sqlite3_reset(find);
    const struct str values[] = {ledger, fields.n ? fields : STR("")};
    if (!id) id = table_open_row(u->s, &u->s->tables[T_ASKED], values);
    map_at(&u->asked, number, NULL)->value = (uint64_t)id;
    return id != 0;
}

bool unpack_asked(struct unpacking *u)
{
    static const char PART[] = "data/asked.csv";
    static const char *const NAMES[] = {"number", "ledger", "fields"};
    sqlite3_stmt *find = store_prepare(u->s, "SELECT _id FROM vet_asked WHERE ledger = ? AND fields = ? AND _out IS NULL");
    struct rows *r = find ? bag_rows(u->bag, PART) : NULL;
    struct row_cursor c = {.rows = r};
    const struct str *v;
    int at[3];
    bool ok = r != NULL;
    for (int i = 0; ok && i < 3; i++)
        if ((at[i] = columns_find(&r->columns, str_of(NAMES[i]))) < 0) ok = unpack_refuse(u, DIAG_UNPACK_NOT, PART, NULL, NULL);
    while (ok && (v = rows_next(&c))) ok = take_set(u, find, v[at[0]], v[at[1]], v[at[2]]);
    if (r && !rows_done(&c)) ok = false;
    rows_close(r);
    sqlite3_finalize(find);
    return ok;
}

int64_t unpack_asked_number(const struct unpacking *u, struct str theirs)
{
    const struct map_entry *e = theirs.n ? map_find(&u->asked, theirs) : NULL;
    return !theirs.n ? 0 : e ? (int64_t)e->value : -1;
}

static uint64_t take_number(struct str *s)
{
    uint64_t v = 0;
    while (s->n && s->s[0] >= '0' && s->s[0] <= '9' && v < UINT64_MAX / 16) {
        v = v * 10 + (uint64_t)(s->s[0] - '0');
        *s = str_from(*s, 1);
    }
    return v;
}

/* Runs of one number: "7*2 9". */
struct runs {
    int64_t number;
    uint64_t n;
};

static void end_run(struct runs *run, struct buf *out)
{
    if (run->n) buf_printf(out, "%s%lld*%llu", out->n ? " " : "", (long long)run->number, (unsigned long long)run->n);
    run->n = 0;
}

/* The next token of `asked`: a set, and of how many records. */
static bool next_set(const struct unpacking *u, struct str *asked, struct runs *set)
{
    struct str from = *asked;
    take_number(asked);
    set->number = unpack_asked_number(u, str_head(from, from.n - asked->n));
    set->n = UINT64_MAX; /* of all that follow */
    if (asked->n && asked->s[0] == '*') {
        *asked = str_from(*asked, 1);
        set->n = take_number(asked);
    }
    if (asked->n) *asked = str_from(*asked, 1);
    return set->number > 0 && set->n > 0;
}

bool unpack_seen(const struct unpacking *u, const struct record_pairs *pairs, struct str seen, struct str asked, struct buf *ours,
                 struct buf *ours_asked)
{
    struct runs set = {0}, run = {0};
    while (seen.n) {
        if (seen.s[0] < '0' || seen.s[0] > '9') {
            seen = str_from(seen, 1);
            continue;
        }
        int64_t record = pair_of(pairs, (int64_t)take_number(&seen));
        if (!set.n && asked.n && !next_set(u, &asked, &set)) return false;
        bool known = set.n > 0;
        if (known) set.n--;
        if (!record) continue;
        buf_char(ours, ours->n ? ',' : '[');
        buf_int(ours, record);
        if (!known) continue;
        if (set.number != run.number) end_run(&run, ours_asked);
        run.number = set.number;
        run.n++;
    }
    end_run(&run, ours_asked);
    if (ours->n) buf_char(ours, ']');
    return true;
}
