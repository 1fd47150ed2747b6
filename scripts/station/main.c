/* make-station FOLDER [SEED]: writes the demo station's units.csv, sheets/, ledgers/, truth.csv and truth.json. */
#include "station.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "ledgers.h"

_Noreturn void mem_exhausted(size_t wanted)
{
    fprintf(stderr, "make-station: out of memory (%zu)\n", wanted);
    exit(4);
}

static FILE *file_in(const char *folder, const char *name)
{
    struct buf b = {0};
    buf_printf(&b, "%s/%s", folder, name);
    FILE *f = fopen(buf_text(&b), "wb");
    if (!f) perror(b.s);
    buf_free(&b);
    return f;
}

/* What the pipeline must arrive at. */
static void write_sums(const struct station *s, int visited, FILE *f)
{
    int unreachable = 0, behind = 0;
    for (int i = 0; i < PEOPLE; i++) unreachable += !s->seen[i];
    bool *silent = mem_zero(PEOPLE, sizeof *silent);
    for (int k = 0; k < s->n_buildings; k++)
        for (int i = 0; s->buildings[k].silent && i < s->buildings[k].n; i++)
            silent[s->residents[s->buildings[k].first + i].person] = true;
    for (int i = 0; i < PEOPLE; i++) behind += silent[i] && !s->seen[i];
    free(silent);
    fprintf(
        f,
        "{\"people\": %d, \"found\": %d, \"in_silent_buildings\": %d, \"rejected_only\": %d, \"rows\": %d, \"rejected\": %d, "
        "\"flagged\": %d,\n"
        " \"communities\": %d, \"grids\": %d, \"buildings\": %d, \"silent\": %d, \"nil\": %d, \"files\": %d, \"visited\": %d}\n",
        PEOPLE, s->found, behind, unreachable - behind, s->rows, s->rejected, s->flagged, COMMUNITIES, s->n_grids, s->n_buildings,
        s->silent, s->nil, s->files, visited);
}

/* The sheets, the ledgers and the sums, once all files of the truth are open. */
static bool write_station(struct station *s, uint64_t seed, FILE *sums)
{
    int visited = 0;
    bool ok = true;
    fprintf(s->truth, "file,sheet,row,outcome,codes,person,unit,community,grid,building,name,id_number,sex,birth_date,phone,"
                      "category,enlist_date,discharge_date\n");
    for (int g = 0; g < s->n_grids && ok; g++) ok = station_write_grid(s, g);
    ok = ok && station_write_ledgers(s, seed, &visited);
    write_sums(s, visited, sums);
    return ok;
}

static bool closed(FILE *f)
{
    return f && fclose(f) == 0;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3 || argv[1][0] == '-') {
        fprintf(stderr, "usage: make-station FOLDER [SEED]\n");
        return 2;
    }
    struct station s = {.folder = argv[1]};
    struct buf path = {0};
    buf_printf(&path, "%s/sheets", argv[1]);
    mkdir(argv[1], 0700);
    mkdir(buf_text(&path), 0700);
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20201101;
    station_make(&s, seed);
    path.n = 0;
    buf_printf(&path, "%s/units.csv", argv[1]);
    bool ok = station_write_units(&s, buf_text(&path));
    s.truth = file_in(argv[1], "truth.csv");
    FILE *sums = file_in(argv[1], "truth.json");
    ok = ok && s.truth && sums && write_station(&s, seed, sums);
    bool truth_kept = closed(s.truth), sums_kept = closed(sums);
    free(s.people);
    free(s.residents);
    free(s.seen);
    buf_free(&path);
    return ok && truth_kept && sums_kept ? 0 : 4;
}
