/* The demo station: its units, who lives where, and what each building leader hands in. */
#ifndef VET_STATION_STATION_H
#define VET_STATION_STATION_H

#include <stdio.h>

#include "people.h"
#include "sheet.h"

enum {
    COMMUNITIES = 19,
    PEOPLE = 5237,
    MAX_GRIDS = 200,
    MAX_BUILDINGS = 1400,
};
/* How a grid's sheets look. */
enum layout {
    LAYOUT_FORM,          /* a workbook a building: title, preamble, headings, rows, total, signatures */
    LAYOUT_FORM_TWO_ROWS, /* the same with a heading of two rows and a hint row */
    LAYOUT_CARDS,         /* a workbook a building, a card a person */
    LAYOUT_GRID_TABLE,    /* one table a grid, place in columns, repeated headings, 同上 */
    LAYOUT_GRID_MERGED,   /* the same with merged cells */
    LAYOUT_GRID_BOOK,     /* one workbook a grid, a sheet a building, instructions first */
    LAYOUT_GRID_CSV,
};
struct grid {
    int community, number; /* number within its community, from 1 */
    enum layout layout;
    int first, n; /* its buildings */
    char code[32], leader[40], phone[12];
};
struct building {
    int grid, number; /* number within its community, from 1 */
    char code[48], leader[40], phone[12];
    bool silent;  /* hands in nothing */
    int first, n; /* its residents in station->residents */
};
/* One person as one building leader writes him down. */
struct resident {
    int person;
    const char *slip; /* the verdict that this row must get, or NULL */
};
struct station {
    struct grid grids[MAX_GRIDS];
    int n_grids;
    struct building buildings[MAX_BUILDINGS];
    int n_buildings;
    struct person *people;
    struct resident *residents;
    size_t n_residents;
    struct dice dice;
    const char *folder;
    FILE *truth;
    /* Sums for truth.json */
    int files, nil, silent, rejected, flagged, rows, found;
    bool *seen; /* by person: stands on an accepted row */
};
extern const char *const COMMUNITY_NAMES[COMMUNITIES];

void station_make(struct station *s, uint64_t seed);
bool station_write_units(const struct station *s, const char *path);
/* Writes the files of one grid and their truth.  False when a file could not be written. */
bool station_write_grid(struct station *s, int grid);

#endif
