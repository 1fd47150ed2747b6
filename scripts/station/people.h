/* The people of the demo station: names, families, ids and service, all made up from one seed. */
#ifndef VET_STATION_PEOPLE_H
#define VET_STATION_PEOPLE_H

#include "base/str.h"

struct person {
    char name[40];
    char id[19];   /* always a valid one */
    bool id_known; /* some people's is on no sheet */
    bool man;
    int birth_year, birth_month, birth_day;
    char phone[12];
    const char *category, *category_typed[6];
    int enlist_year, enlist_month, discharge_year, discharge_month;
    const char *employment;
    int door; /* unit and room: 2301 = unit 2, room 301 */
};
struct dice {
    uint64_t state;
};
uint32_t roll(struct dice *d, uint32_t sides); /* 0 .. sides-1 */
bool chance(struct dice *d, unsigned per_thousand);
/* Makes the next person; with `family` the surname, phone and door are those of that person. */
void person_make(struct person *p, struct dice *d, uint32_t serial, const struct person *family);
char citizen_check(const char *digits17); /* GB 11643-1999 */

#endif
