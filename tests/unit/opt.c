/* Options as a person may type them. */
#include "base/opt.h"
#include "tap.h"

static bool is_new(const char *argument)
{
    return strcmp(argument, "rows.csv") != 0;
}

/* What a line means: "value second | rest". */
static const char *read_line(const char *line, bool *ok)
{
    static char text[200], out[200];
    static const char *const WORDS[] = {"link", "dedupe", NULL};
    const char *pair[2] = {NULL, NULL}, *source[2] = {NULL, NULL};
    struct opt_maybe pairs = {NULL, is_new};
    const struct opt own[] = {
        {OPT_TWO, 0, "explain", pair, "ID ID", "", NULL, 0, 0},
        {OPT_TWO, 0, "source", source, "COLUMN", "", WORDS, 0, 0},
        {OPT_MAYBE, 'p', "pairs", &pairs, "[FILE]", "", NULL, 0, 0},
    };
    const struct opt_table tables[] = {{own, sizeof own / sizeof *own}, {NULL, 0}};
    char *argv[12] = {text};
    int argc = 1;
    struct opt_list rest = {0};
    struct diag d;
    diag_init(&d, NULL, NULL);
    snprintf(text, sizeof text, "command %s", line);
    for (char *c = text; *c; c++)
        if (*c == ' ') *c = 0, argv[argc++] = c + 1;
    *ok = opt_parse(tables, argc, argv, &rest, &d);
    const char *said[] = {pair[0], pair[1], source[0], source[1], pairs.value};
    size_t n = 0;
    out[0] = 0;
    for (int i = 0; i < 5; i++)
        if (said[i]) n += (size_t)snprintf(out + n, sizeof out - n, "%s ", said[i]);
    n += (size_t)snprintf(out + n, sizeof out - n, "|");
    for (size_t i = 0; i < rest.n; i++) n += (size_t)snprintf(out + n, sizeof out - n, " %s", rest.v[i]);
    opt_list_free(&rest);
    return out;
}

static void means(const char *line, const char *want)
{
    bool ok;
    const char *got = read_line(line, &ok);
    CHECK(ok && strcmp(got, want) == 0, "%s: %s", line, want);
}

static void is_wrong(const char *line)
{
    bool ok;
    read_line(line, &ok);
    CHECK(!ok, "%s: something is missing", line);
}

int main(void)
{
    means("--explain 3 7 rows.csv", "3 7 | rows.csv");
    is_wrong("--explain 3");
    means("--source list rows.csv", "list | rows.csv");
    means("--source list link rows.csv", "list link | rows.csv");
    means("--source=list rows.csv", "list | rows.csv");
    is_wrong("--source");
    means("--pairs", "- |");
    means("--pairs rows.csv", "- | rows.csv");
    means("--pairs out.csv rows.csv", "out.csv | rows.csv");
    means("--pairs=rows.csv", "rows.csv |");
    means("-p --explain 1 2", "1 2 - |");
    return tap_end();
}
