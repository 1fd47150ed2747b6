/* What a run hands out beside its findings: tables, accounts, how far it is. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "session_own.h"

void session_write(struct session *s, enum row_format f, struct result *table)
{
    struct out *o = table ? out_open(s->output, &s->diag) : NULL;
    if (!o) return;
    result_write(o, f, table);
    out_close(o, s->diag.status < 2, &s->diag);
}

void session_stats(struct session *s, uint64_t rows, struct str parts)
{
    struct out *o = s->stats && s->diag.status < 2 ? out_open(s->stats, &s->diag) : NULL;
    if (!o) return;
    struct buf b = {0};
    const char *between = "";
    buf_printf(&b, "{\"rows\": %llu, ", (unsigned long long)rows);
    buf_str(&b, parts);
    buf_put(&b, "\"codes\": {");
    for (int c = 0; c < DIAG_COUNT; c++) {
        if (!s->diag.counts[c]) continue;
        buf_printf(&b, "%s\"%s\": %llu", between, diag_code_string((enum diag_code)c), (unsigned long long)s->diag.counts[c]);
        between = ", ";
    }
    buf_put(&b, "}}\n");
    out_write(o, buf_slice(&b));
    out_close(o, true, &s->diag);
    buf_free(&b);
}

void session_progress(void *session, const char *what, uint64_t done, uint64_t total)
{
    struct session *s = session;
    static struct timespec start, last; /* a bar is one to a program */
    if (s->quiet || !isatty(STDERR_FILENO)) return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!start.tv_sec) start = now;
    bool end = total && done >= total;
    double since_start = (double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9;
    double since_last = (double)(now.tv_sec - last.tv_sec) + (double)(now.tv_nsec - last.tv_nsec) / 1e9;
    if (since_start < 1 || (!end && since_last < 0.1)) return;
    last = now;
    if (total)
        fprintf(stderr, "\r%s: %llu/%llu (%d%%)%s", what, (unsigned long long)done, (unsigned long long)total,
                (int)(done * 100 / total), end ? "\n" : "");
    else fprintf(stderr, "\r%s: %llu", what, (unsigned long long)done);
}
