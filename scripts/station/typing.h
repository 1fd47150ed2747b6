/* How people type: the spellings of places, ids, dates and phones that a sheet comes with. */
#ifndef VET_STATION_TYPING_H
#define VET_STATION_TYPING_H

#include "station.h"

/* The fields of a row, in the order that values are made; layouts choose which and where. */
enum column {
    COL_COMMUNITY,
    COL_GRID,
    COL_BUILDING,
    COL_NAME,
    COL_SEX,
    COL_ID,
    COL_BIRTH,
    COL_PHONE,
    COL_CATEGORY,
    COL_ENLIST,
    COL_DISCHARGE,
    COL_EMPLOYMENT,
    COL_ADDRESS,
    COL_REMARK,
    COL_SEQUENCE,
    COL_AGE,
    COLUMNS
};
/* One row as typed, and as it must be read.  Strings live in the arena. */
struct typed_row {
    struct value cells[COLUMNS];
    const char *outcome, *code;
    char id[19], sex[8], birth[16], phone[16], enlist[16], discharge[16];
    const char *name, *category;
};
void type_row(struct typed_row *row, struct station *s, struct arena *a, const struct resident *who, const struct building *b,
              int sequence);
/* A heading for a column, one of those in use. */
const char *type_heading(struct dice *d, enum column c);
const char *type_building(struct dice *d, struct arena *a, int number);
const char *type_grid(struct dice *d, struct arena *a, int number);
const char *type_community(struct dice *d, struct arena *a, int community);
struct value text_value(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
