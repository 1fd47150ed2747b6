/* The demo station's other ledgers: visits, hardship, petitions and the like, one CSV file each in FOLDER/ledgers. */
#ifndef VET_STATION_LEDGERS_H
#define VET_STATION_LEDGERS_H

#include "station.h"

/* After the sheets, for then it is known who stands on one.  *visited: how many of those were visited in the year. */
bool station_write_ledgers(const struct station *s, uint64_t seed, int *visited);

#endif
