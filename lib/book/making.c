#include "book/making.h"

#include <stdio.h>

#include "book/restate.h"
#include "store/kept.h"

/* The report and its ledger, of these share files. */
static bool open_report(struct making *m, struct diag *d)
{
    m->report = report_open(&m->share, m->name, d);
    if (!m->report || !report_ledger(m->report, m->ledger, d)) return false;
    if (m->report->ledger.n) m->schema = schema_open_in(&m->share, m->report->ledger.s, d);
    m->source.share = &m->share;
    m->source.schema = m->schema;
    return m->schema || !m->report->ledger.n;
}

struct content *making_of_stream(struct making *m, struct units *units, const char *const *paths, size_t n, struct diag *d)
{
    m->share = (struct share){.folder = m->folder};
    m->source.units = m->units = units;
    if (!open_report(m, d)) return NULL;
    if (m->report->needs_store || m->restated) {
        diag_add(d, DIAG_REPORT_NEEDS_STORE, NULL, m->name, NULL);
        return NULL;
    }
    m->input = reread_open(paths, n, d);
    if (!m->input) return NULL;
    m->source.paths = reread_paths(m->input, &m->source.n_paths);
    return report_build(m->report, &m->source, d);
}

/* Which moment of the store a report of the month looks at; false after findings. */
static bool look_at(const struct making *m, struct report_source *source, struct station *of, const char *as_of, struct diag *d)
{
    of->deadline = m->deadline;
    of->where = source->where;
    of->threads = source->threads;
    of->diag = d;
    if (!station_look(of, source->period, source->month, as_of)) return false;
    source->of = of;
    source->period = of->period;
    return true;
}

static struct content *built(const struct making *m, struct report_source *source, struct diag *d)
{
    source->of->schema = source->schema;
    if (!station_load_units(source->of)) return NULL;
    source->units = source->of->units;
    return report_build(m->report, source, d);
}

static bool is_frozen(const struct making *m, const struct station *then, struct diag *d)
{
    struct place at = {.file = m->file};
    if (!then->frozen) diag_add(d, DIAG_REPORT_NOT_FROZEN, &at, then->period.s, NULL);
    return then->frozen != 0;
}

/* Both sides of the difference are made with the share files as they are, so that only records make one. */
static bool tell_changes(const struct making *m, struct station *then, struct diag *d)
{
    struct share kept;
    struct buf names = {0};
    bool ok = station_share(then, m->folder, &kept);
    if (ok) store_kept_changed(then->store, &kept, &names);
    if (names.n) diag_add(d, DIAG_REPORT_OTHER_SHARE, NULL, then->period.s, buf_text(&names), NULL);
    buf_free(&names);
    return ok;
}

/* The frozen month as it is now known (or at as_of), with what differs from the report that went out. */
static struct content *restated(struct making *m, struct diag *d)
{
    struct report_source reported = m->source;
    struct station then = {.store = m->of.store};
    struct content *now = NULL, *was = NULL;
    char head[24];
    bool ok = look_at(m, &reported, &then, NULL, d) && is_frozen(m, &then, d) && tell_changes(m, &then, d);
    snprintf(head, sizeof head, "%lld", (long long)store_head(m->of.store, NULL));
    m->source.period = then.period;
    ok = ok && look_at(m, &m->source, &m->of, m->as_of ? m->as_of : head, d);
    if (ok) was = built(m, &reported, d);
    if (was) now = built(m, &m->source, d);
    if (now && !report_restate(m->report, &m->source, then.frozen, now, was, d)) {
        content_free(now);
        now = NULL;
    }
    content_free(was);
    station_close(&then);
    return now;
}

struct content *making_of_store(struct making *m, struct store *s, struct diag *d)
{
    m->of.store = s;
    m->share = (struct share){.folder = m->folder};
    if (m->restated) return open_report(m, d) ? restated(m, d) : NULL;
    if (!look_at(m, &m->source, &m->of, m->as_of, d) || !station_share(&m->of, m->folder, &m->share)) return NULL;
    return open_report(m, d) ? built(m, &m->source, d) : NULL;
}

void making_end(struct making *m)
{
    reread_close(m->input);
    units_free(m->units);
    station_close(&m->of);
    schema_free(m->schema);
    report_free(m->report);
}
