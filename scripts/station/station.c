#include "station.h"

#include <stdlib.h>

const char *const COMMUNITY_NAMES[COMMUNITIES] = {
    "云翠社区", "锦东社区", "翠屏社区", "文苑社区", "龙山社区", "府前社区", "五岭社区", "东关社区", "西关社区", "南门社区",
    "北门社区", "青龙社区", "玫城社区", "会仙社区", "三山社区", "尖山社区", "榆园社区", "望河社区", "锦绣社区",
};
static const char STATION[] = "370124001";

static void leader(char name[40], char phone[12], struct dice *d)
{
    struct person p;
    person_make(&p, d, 1, NULL);
    snprintf(name, 40, "%s", p.name);
    memcpy(phone, p.phone, 12);
}

/* 云翠 has 11 grids and 156 buildings; the others 5 or 6 grids of 9 to 12 buildings. */
static void make_units(struct station *s)
{
    struct dice *d = &s->dice;
    for (int c = 0; c < COMMUNITIES; c++) {
        int grids = c == 0 ? 11 : 5 + c % 2, number = 1;
        for (int g = 1; g <= grids; g++) {
            struct grid *grid = &s->grids[s->n_grids];
            int wanted = c == 0 ? (g <= 2 ? 15 : 14) : 9 + (int)roll(d, 4);
            *grid = (struct grid){.community = c, .number = g, .first = s->n_buildings, .n = wanted};
            snprintf(grid->code, sizeof grid->code, "%s%03d%03d", STATION, c + 1, g);
            leader(grid->leader, grid->phone, d);
            /* Most leaders send their own building's sheet; one grid in nine sends one file for all. */
            static const enum layout OWN[] = {LAYOUT_FORM, LAYOUT_FORM,  LAYOUT_FORM_TWO_ROWS,
                                              LAYOUT_FORM, LAYOUT_CARDS, LAYOUT_FORM};
            static const enum layout JOINT[] = {LAYOUT_GRID_TABLE, LAYOUT_GRID_CSV, LAYOUT_GRID_BOOK, LAYOUT_GRID_MERGED};
            grid->layout = s->n_grids % 9 == 8 ? JOINT[s->n_grids / 9 % 4] : OWN[s->n_grids % 6];
            char code[32];
            memcpy(code, grid->code, sizeof code);
            for (int b = 0; b < wanted; b++, number++) {
                struct building *building = &s->buildings[s->n_buildings++];
                *building = (struct building){.grid = s->n_grids, .number = number};
                snprintf(building->code, sizeof building->code, "%s%03d", code, b + 1);
                leader(building->leader, building->phone, d);
            }
            s->n_grids++;
        }
    }
}

static bool own_files(const struct station *s, const struct building *b)
{
    return s->grids[b->grid].layout <= LAYOUT_CARDS;
}

/* Which slip a row gets, each with the verdict that it must have. */
static const char *make_slip(const struct person *p, struct dice *d)
{
    if (!chance(d, 30)) return NULL;
    static const char *const SLIPS[] = {"id_checksum",  "id_length",     "id_precision_lost", "date_invalid",
                                        "code_unknown", "phone_invalid", "missing_required"};
    const char *slip = SLIPS[roll(d, sizeof SLIPS / sizeof *SLIPS)];
    return strncmp(slip, "id_", 3) == 0 && !p->id_known ? NULL : slip;
}

static int compare_homes(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : (x[1] > y[1]) - (x[1] < y[1]);
}

static bool id_taken(const struct station *s, int person)
{
    for (int i = 0; i < person; i++)
        if (strcmp(s->people[i].id, s->people[person].id) == 0) return true;
    return false;
}

/* Everybody has a home; 150 are written down in a second building too.  Some buildings have nobody. */
static void settle(struct station *s)
{
    struct dice *d = &s->dice;
    bool *empty = mem_zero((size_t)s->n_buildings, sizeof *empty);
    for (int i = 0; i < s->n_buildings; i++) {
        empty[i] = chance(d, 35);
        s->buildings[i].silent = !empty[i] && own_files(s, &s->buildings[i]) && chance(d, 15);
    }
    enum { SECOND = 150 };
    int(*homes)[2] = mem_zero(PEOPLE + SECOND, sizeof *homes);
    size_t n = 0;
    int home = 0;
    s->people = mem_zero(PEOPLE, sizeof *s->people);
    for (int i = 0; i < PEOPLE; i++) {
        bool family = i > 0 && chance(d, 60);
        if (!family) do
                home = (int)roll(d, (uint32_t)s->n_buildings);
            while (empty[home]);
        do person_make(&s->people[i], d, (uint32_t)i, family ? &s->people[i - 1] : NULL);
        while (id_taken(s, i));
        homes[n][0] = home;
        homes[n++][1] = i;
    }
    for (int k = 0; k < SECOND; k++) {
        int i = (int)roll(d, PEOPLE), second;
        do second = (int)roll(d, (uint32_t)s->n_buildings);
        while (empty[second] || s->buildings[second].silent);
        homes[n][0] = second;
        homes[n++][1] = i;
    }
    free(empty);
    qsort(homes, n, sizeof *homes, compare_homes);
    s->residents = mem_zero(n, sizeof *s->residents);
    for (size_t k = 0; k < n; k++) {
        if (k && homes[k][0] == homes[k - 1][0] && homes[k][1] == homes[k - 1][1]) continue;
        struct building *b = &s->buildings[homes[k][0]];
        if (!b->n) b->first = (int)s->n_residents;
        b->n++;
        s->residents[s->n_residents++] = (struct resident){homes[k][1], make_slip(&s->people[homes[k][1]], d)};
    }
    free(homes);
}

void station_make(struct station *s, uint64_t seed)
{
    s->dice.state = seed;
    make_units(s);
    settle(s);
    s->seen = mem_zero(PEOPLE, sizeof *s->seen);
}

bool station_write_units(const struct station *s, const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f) return false;
    fprintf(f, "code,parent,level,name,aliases,leader,phone\n%s,,station,榆山街道退役军人服务站,榆山街道;榆山,,\n", STATION);
    for (int g = 0, community = -1; g < s->n_grids; g++) {
        const struct grid *grid = &s->grids[g];
        char parent[32];
        snprintf(parent, sizeof parent, "%s%03d", STATION, grid->community + 1);
        if (grid->community != community) {
            const char *name = COMMUNITY_NAMES[community = grid->community];
            fprintf(f, "%s,%s,community,%s,%.*s,,\n", parent, STATION, name, (int)strlen(name) - 6, name);
        }
        fprintf(f, "%s,%s,grid,第%d网格,,%s,%s\n", grid->code, parent, grid->number, grid->leader, grid->phone);
        for (int b = grid->first; b < grid->first + grid->n; b++)
            fprintf(f, "%s,%s,building,%d号楼,,%s,%s\n", s->buildings[b].code, grid->code, s->buildings[b].number,
                    s->buildings[b].leader, s->buildings[b].phone);
    }
    return fclose(f) == 0;
}
