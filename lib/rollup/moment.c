#include "rollup/moment.h"

#include "store/history.h"

struct log_columns {
    int batch, kind, period;
};

static struct log_columns find(const struct rows *log)
{
    return (struct log_columns){columns_find(&log->columns, STR("batch")), columns_find(&log->columns, STR("kind")),
                                columns_find(&log->columns, STR("period"))};
}

struct str moment_newest(struct store *s, struct arena *a)
{
    struct rows *log = store_log(s);
    if (!log) return (struct str){0};
    struct log_columns c = find(log);
    struct str newest = {0};
    struct row_cursor cursor = {.rows = log};
    for (struct str *v; (v = rows_next(&cursor));)
        if (str_is(v[c.kind], "import") && str_cmp(v[c.period], newest) > 0) newest = str_copy(a, v[c.period]);
    rows_done(&cursor);
    rows_close(log);
    return newest;
}

static int64_t number(struct str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++) n = n * 10 + (s.s[i] - '0');
    return n;
}

/* The state that was fixed for the month; 0 = none was. */
static int64_t frozen_state(struct store *s, struct str period, int64_t until)
{
    struct rows *freezes = store_freezes(s, until);
    int64_t state = 0;
    if (!freezes) return 0;
    int c_period = columns_find(&freezes->columns, STR("period")), c_state = columns_find(&freezes->columns, STR("state"));
    struct row_cursor cursor = {.rows = freezes};
    for (struct str *v; (v = rows_next(&cursor));)
        if (str_eq(v[c_period], period)) state = number(v[c_state]);
    rows_done(&cursor);
    rows_close(freezes);
    return state;
}

struct moment moment_of(struct store *s, struct str period, int64_t until, struct arena *a)
{
    struct moment m = {.period = str_copy(a, period)};
    struct rows *log = store_log(s);
    if (!log) return m;
    struct log_columns c = find(log);
    bool later = false;
    int64_t last = 0;
    struct row_cursor cursor = {.rows = log};
    for (struct str *v; (v = rows_next(&cursor));) {
        int64_t batch = number(v[c.batch]);
        bool import = str_is(v[c.kind], "import");
        if (until > 0 && batch > until) continue;
        if (import && str_cmp(v[c.period], period) > 0) later = true;
        if (later) continue;
        if (import) m.known = true;
        last = batch;
    }
    rows_done(&cursor);
    rows_close(log);
    m.frozen = frozen_state(s, period, until);
    m.as_of = m.frozen ? m.frozen : later ? last : until;
    return m;
}

struct str month_before(struct str period, struct arena *a)
{
    if (period.n != 7) return (struct str){0};
    int year = (int)number(str_head(period, 4)), month = (int)number(str_from(period, 5));
    if (--month == 0) {
        month = 12;
        year--;
    }
    struct buf b = {0};
    buf_printf(&b, "%04d-%02d", year, month);
    struct str s = str_copy(a, buf_slice(&b));
    buf_free(&b);
    return s;
}
