#include "store/asked.h"

#include <stdlib.h>

#include "store/pipe.h"

/* Another sheet has other columns: of most rows only the fields without one need a look. */
static void know_columns(struct asked *a, const bool *columns)
{
    a->n_other = 0;
    for (size_t f = 0; f < a->n; f++) {
        a->columns[f] = a->present[f] = !columns || columns[f];
        if (!a->columns[f]) a->other[a->n_other++] = (uint32_t)f;
    }
    a->row_survey = UINT32_MAX;
    a->row_number = 0;
}

void asked_start(struct asked *a, const struct schema *l)
{
    *a = (struct asked){.ledger = l, .n = l->n_fields};
    a->present = mem_zero(a->n + 1, sizeof *a->present);
    a->columns = mem_zero(a->n + 1, sizeof *a->columns);
    a->other = mem_zero(a->n + 1, sizeof *a->other);
    a->scratch = mem_zero(a->n + 1, sizeof *a->scratch);
    know_columns(a, NULL);
    a->row_survey = a->last_p = a->last_q = UINT32_MAX;
}

void asked_free(struct asked *a)
{
    map_free(&a->by_times);
    map_free(&a->joins);
    map_free(&a->loaded);
    map_free(&a->numbers);
    map_free(&a->sets);
    buf_free(&a->bytes);
    free(a->times);
    free(a->joined);
    free(a->present);
    free(a->columns);
    free(a->other);
    free(a->scratch);
    *a = (struct asked){0};
}

static uint32_t time_of(uint32_t survey)
{
    return survey ? survey : ASKED_UNDATED;
}

static uint32_t number_of_times(struct asked *a, const uint32_t *times)
{
    bool is_new;
    struct map_entry *e = map_at(&a->by_times, (struct str){(const char *)times, a->n * sizeof *times}, &is_new);
    if (is_new) {
        mem_grow(&a->times, &a->cap_times, (a->n_times + 1) * a->n, sizeof *a->times);
        memcpy(a->times + a->n_times * a->n, times, a->n * sizeof *times);
        e->value = a->n_times++;
    }
    return (uint32_t)e->value;
}

/* ---- a row ---- */

uint32_t asked_row(struct asked *a, const struct record *r, uint32_t survey)
{
    if (r->asked ? memcmp(r->asked, a->columns, a->n * sizeof *a->columns) != 0 : a->n_other > 0) know_columns(a, r->asked);
    bool same = a->row_survey == survey;
    for (size_t i = 0; i < a->n_other; i++) {
        uint32_t f = a->other[i];
        bool present = r->values[f].n || (r->typed && r->typed[f].n);
        if (present == a->present[f]) continue;
        a->present[f] = present;
        a->row_number = 0;
        same = false;
    }
    if (same) return a->row_times;
    for (size_t f = 0; f < a->n; f++) a->scratch[f] = a->present[f] ? time_of(survey) : ASKED_NEVER;
    a->row_survey = survey;
    return a->row_times = number_of_times(a, a->scratch);
}

/* ---- joining ---- */

struct asked_joined asked_join(struct asked *a, uint32_t record, uint32_t row)
{
    if (record == a->last_p && row == a->last_q) return a->last;
    uint32_t key[2] = {record, row};
    bool is_new;
    struct map_entry *e = map_at(&a->joins, (struct str){(const char *)key, sizeof key}, &is_new);
    if (is_new) {
        struct asked_joined j = {.how = JOIN_ALL};
        bool any = false, all = true;
        for (size_t f = 0; f < a->n; f++) {
            uint32_t p = asked_times(a, record)[f], q = asked_times(a, row)[f];
            bool takes = asked_takes(p, q);
            any |= takes;
            all &= takes || p == ASKED_NEVER;
            a->scratch[f] = takes ? q : p;
        }
        j.how = all ? JOIN_ALL : any ? JOIN_SOME : JOIN_NOTHING;
        j.taken = number_of_times(a, a->scratch);
        for (size_t f = 0; f < a->n; f++) {
            uint32_t p = asked_times(a, record)[f], q = asked_times(a, row)[f];
            a->scratch[f] = p > q ? p : q;
        }
        j.raised = number_of_times(a, a->scratch);
        mem_grow(&a->joined, &a->cap_joined, a->n_joined + 1, sizeof *a->joined);
        a->joined[a->n_joined] = j;
        e->value = a->n_joined++;
    }
    a->last_p = record;
    a->last_q = row;
    return a->last = a->joined[e->value];
}

/* ---- sets in the store ---- */

static struct str number_key(const int64_t *number)
{
    return (struct str){(const char *)number, sizeof *number};
}

static void know_set(struct asked *a, int64_t number, const bool *set)
{
    map_at(&a->sets, number_key(&number), NULL)->value = a->bytes.n;
    map_at(&a->numbers, (struct str){(const char *)set, a->n}, NULL)->value = (uint64_t)number;
    buf_add(&a->bytes, (const char *)set, a->n);
}

/* Names of fields that the ledger has no more are passed over. */
static void read_set(const struct asked *a, struct str names, bool *set)
{
    memset(set, 0, a->n * sizeof *set);
    while (names.n) {
        size_t n;
        if (!str_find(names, STR(" "), &n)) n = names.n;
        const struct field *f = schema_field(a->ledger, str_head(names, n));
        if (f) set[f->index] = true;
        names = str_from(names, n + 1);
    }
}

static bool load_sets(struct asked *a, struct store *s)
{
    if (a->sets_loaded && a->generation == s->generation) return true;
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, "SELECT _id, fields FROM vet_asked WHERE ledger = ?") : NULL;
    bool *set = mem_zero(a->n + 1, sizeof *set);
    int rc = SQLITE_DONE;
    map_free(&a->sets);
    map_free(&a->numbers);
    map_free(&a->loaded);
    a->bytes.n = 0;
    a->row_number = 0;
    if (q) sqlite3_bind_text(q, 1, a->ledger->name.s, (int)a->ledger->name.n, SQLITE_STATIC);
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        read_set(a, column_str(q, 1), set);
        know_set(a, sqlite3_column_int64(q, 0), set);
    }
    sqlite3_finalize(q);
    free(set);
    a->generation = s->generation;
    a->sets_loaded = q && rc == SQLITE_DONE;
    return a->sets_loaded || (q && store_fault(s, rc));
}

int64_t asked_row_number(struct asked *a, struct store *s)
{
    if (!load_sets(a, s)) return 0;
    if (a->row_number) return a->row_number;
    const struct map_entry *e = map_find(&a->numbers, (struct str){(const char *)a->present, a->n});
    if (e) return a->row_number = (int64_t)e->value;
    struct buf names = {0};
    for (size_t f = 0; f < a->n; f++) {
        if (!a->present[f]) continue;
        if (names.n) buf_char(&names, ' ');
        buf_str(&names, a->ledger->fields[f].name);
    }
    const struct str values[] = {a->ledger->name, names.n ? buf_slice(&names) : STR("")};
    a->row_number = table_open_row(s, &s->tables[T_ASKED], values);
    if (a->row_number) know_set(a, a->row_number, a->present);
    buf_free(&names);
    return a->row_number;
}

/* "phone=20261005 address=1" */
static void read_kept(const struct asked *a, struct str kept, uint32_t *times)
{
    while (kept.n) {
        size_t n, at = 0;
        if (!str_find(kept, STR(" "), &n)) n = kept.n;
        struct str one = str_head(kept, n);
        const struct field *f = str_find(one, STR("="), &at) ? schema_field(a->ledger, str_head(one, at)) : NULL;
        uint32_t v = 0;
        for (size_t i = at + 1; f && i < one.n && one.s[i] >= '0' && one.s[i] <= '9'; i++) v = v * 10 + (uint32_t)(one.s[i] - '0');
        if (f) times[f->index] = time_of(v);
        kept = str_from(kept, n + 1);
    }
}

bool asked_version(struct asked *a, struct store *s, int64_t number, uint32_t survey, struct str kept, uint32_t *out)
{
    if (!load_sets(a, s)) return false;
    int64_t key[2] = {number, survey};
    bool is_new = true;
    struct map_entry *known = kept.n ? NULL : map_at(&a->loaded, (struct str){(const char *)key, sizeof key}, &is_new);
    if (is_new) {
        const struct map_entry *e = map_find(&a->sets, number_key(&number));
        for (size_t f = 0; f < a->n; f++) a->scratch[f] = !e || a->bytes.s[e->value + f] ? time_of(survey) : ASKED_NEVER;
        read_kept(a, kept, a->scratch);
        *out = number_of_times(a, a->scratch);
        if (known) known->value = *out;
        return true;
    }
    *out = (uint32_t)known->value;
    return true;
}

void asked_kept(const struct asked *a, const uint32_t *times, uint32_t implied, struct buf *out)
{
    for (size_t f = 0; f < a->n; f++) {
        if (times[f] == asked_times(a, implied)[f]) continue;
        if (out->n) buf_char(out, ' ');
        buf_str(out, a->ledger->fields[f].name);
        buf_char(out, '=');
        buf_int(out, times[f]);
    }
}
