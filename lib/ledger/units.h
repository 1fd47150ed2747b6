/* Units: station > community > grid > building, their spellings, and who leads them. */
#ifndef VET_LEDGER_UNITS_H
#define VET_LEDGER_UNITS_H

#include "base/diag.h"
#include "base/map.h"
#include "base/near.h"

enum level { LEVEL_STATION, LEVEL_COMMUNITY, LEVEL_GRID, LEVEL_BUILDING, LEVEL_COUNT };
const char *level_name(enum level l); /* "station" ... the word used in files */
struct str level_title(enum level l); /* 服务站 社区 网格 楼栋: the word for people, which level_of takes too */
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
    struct str parent_code, level_word; /* as given, until units_ready */
    uint32_t row;                       /* of the units file; 0 when it came from elsewhere */
};
/* Units that share a spelling under the same unit: a chain, because names repeat (5号楼 of every grid) and units close. */
struct unit_link {
    uint32_t unit, next; /* next: index + 1, or 0 */
};
/* What a unit is called, ready for being compared with a name that is no unit's. */
struct unit_name {
    struct str spelled; /* spelling_key of the name */
    struct near_shape shape;
    bool again; /* a unit before it of the same level is called the same */
};
/* In the order: by level, then by code, so that parents come before children. */
struct units {
    struct unit *v;
    size_t n, cap;
    struct unit_name *names;            /* one a unit */
    uint32_t first_of[LEVEL_COUNT + 1]; /* where each level begins */
    struct map by_code;
    struct map by_spelling; /* ancestor, level and spelling -> index + 1 of a chain of links */
    struct unit_link *links;
    size_t n_links, cap_links;
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

/* Which unit is called `name` under `within` (UNIT_NONE: anywhere), at `level`, open on `date` (empty: whenever)?  Spellings
 * of numbers are told apart from names: 3网格 第三网格 网格3 03网格 are one; so are 5号楼 5#楼 5栋 五幢 5楼 and full-width ones.
 * A code is a name too.  The index; UNIT_NONE when there is none or there are several, with *nearest (may be NULL) filled with up
 * to 3 near names, or with 3 of the several, joined by 、; of units open on `date` they are too. */
uint32_t units_find(const struct units *u, uint32_t within, enum level level, struct str name, struct str date,
                    struct buf *nearest);
/* Has any unit of the level under `within` (UNIT_NONE: anywhere) that name on that date (ISO; empty: ever), be it one or several?
 * `folded` is from spelling_fold; codes are no names here. */
bool units_named(const struct units *u, uint32_t within, enum level level, struct str folded, struct str date);
bool units_inside(const struct units *u, uint32_t i, uint32_t within); /* is i within, or below it?  All are inside UNIT_NONE */

#endif
