/* Units: station > community > grid > building, their spellings, and who leads them. */
#ifndef VET_LEDGER_UNITS_H
#define VET_LEDGER_UNITS_H

#include "base/diag.h"
#include "base/map.h"

enum level { LEVEL_STATION, LEVEL_COMMUNITY, LEVEL_GRID, LEVEL_BUILDING, LEVEL_COUNT };
const char *level_name(enum level l); /* "station" ... the word used in files */
bool level_of(struct str word, enum level *out);

enum { UNIT_NONE = 0xFFFFFFFF };
struct unit {
    struct str code, name, leader, phone;
    struct str *aliases;
    size_t n_aliases;
    struct str opens, closes; /* ISO dates or empty: open on [opens, closes) */
    enum level level;
    uint32_t parent; /* index, or UNIT_NONE */
    uint32_t first_child, next_sibling;
};
/* In the order: parents before children, siblings by code. */
struct units {
    struct unit *v;
    size_t n, cap;
    struct map by_code;
    struct map by_spelling; /* "<parent index>/<spelling key>" and "*<level>/<spelling key>" -> unit index or ambiguous */
    struct arena memory;
};
/* Reads the units file: CSV `code,parent,level,name,aliases,leader,phone[,opens,closes]`, aliases joined by ';'.
 * NULL after findings with row numbers. */
struct units *units_open(const char *path, struct diag *d);
void units_free(struct units *u);
/* Built row by row (by the store too); units_ready sorts, links and checks.  False after findings. */
struct units *units_new(void);
void units_add(struct units *u, struct str code, struct str parent, struct str level, struct str name, struct str aliases,
               struct str leader, struct str phone, struct str opens, struct str closes);
bool units_ready(struct units *u, const char *file, struct diag *d);

uint32_t units_code(const struct units *u, struct str code);            /* index or UNIT_NONE */
uint32_t units_up(const struct units *u, uint32_t i, enum level l);     /* the ancestor (or itself) at a level, or UNIT_NONE */
bool units_open_on(const struct units *u, uint32_t i, struct str date); /* empty date: always */

/* Which unit is called `name` under `within` (UNIT_NONE: anywhere), at `level`?  Spellings of numbers are told apart from
 * names: 3网格 第三网格 网格3 03网格 are one; so are 5号楼 5#楼 5栋 五幢 5楼 and full-width ones.
 * The index; UNIT_NONE with *nearest (may be NULL) filled with up to 3 near names joined by 、. */
uint32_t units_find(const struct units *u, uint32_t within, enum level level, struct str name, struct buf *nearest);

#endif
