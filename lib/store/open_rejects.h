/* Rejected rows that are still open, and which of them an import puts right.
 *
 * A rejected row is closed when a later file holds the row again: a file of the same name that covers its unit (for a row
 * without a unit: that shares a unit with the file it came from), or an accepted record of its unit that shares its citizen id
 * or phone with a cell as typed, blanks and width aside; for a row without a unit, a record that shares its id, or both name and
 * phone.  Later is what was surveyed later, where both sheets bear a date: an older sheet closes nothing that a newer one left
 * open, and what it would open itself is not opened where a newer one has settled it. */
#ifndef VET_STORE_OPEN_REJECTS_H
#define VET_STORE_OPEN_REJECTS_H

#include "store/own.h"

struct open_reject {
    int64_t id;
    uint32_t survey; /* of its sheet, as a number; 0 = unknown */
    bool closing;
};
/* Rejected rows found by their cells. */
struct reject_set {
    struct open_reject *v;
    size_t n, cap;
    struct map by_cell; /* unit (8 bytes) and folded cell -> last link + 1 */
    struct reject_link {
        uint32_t reject, next;
    } * links;
    size_t n_links, cap_links;
};
struct open_rejects {
    bool any;                    /* there are some in the store */
    bool placeless_ready;        /* what is in the store is in `placeless` */
    struct reject_set placed;    /* of the units of the file at work */
    struct reject_set placeless; /* of no unit: kept from file to file */
    struct same_name {
        int64_t id, unit;
        uint32_t survey;
        struct str units; /* those of the file it came from, "12,15" */
    } * same;             /* from files of the name of the file at work */
    size_t n_same, cap_same;
    struct map loaded, covered; /* units of the file at work, 8 bytes each; covered: on what day at the latest */
    struct map settled;         /* unit, and cells of its people of whom sheets after `settled_on` tell */
    int64_t settled_unit;
    uint32_t settled_on;
    bool settled_file; /* a file of this name was later */
    struct arena memory;
    struct str ledger;
    struct buf key, folded, file;
    sqlite3_stmt *load, *load_same, *later, *later_people, *later_file;
};

bool open_rejects_start(struct open_rejects *r, struct store *s, const struct schema *l);
void open_rejects_free(struct open_rejects *r);
bool open_rejects_begin(struct open_rejects *r, struct store *s, struct str file_name);
/* An accepted record of `unit`. */
bool open_rejects_met(struct open_rejects *r, struct store *s, const struct schema *l, const struct record *rec, int64_t unit);
void open_rejects_added(struct open_rejects *r, int64_t unit);                    /* the file at work adds one */
void open_rejects_covered(struct open_rejects *r, int64_t unit, uint32_t survey); /* the file at work covers the unit */
/* Has a sheet of the unit that was surveyed later settled this row?  False after a finding. */
bool open_rejects_settled(struct open_rejects *r, struct store *s, const struct schema *l, int64_t unit, const struct rejected *row,
                          bool *settled);
void open_rejects_answered(struct open_rejects *r, int64_t id); /* a corrected row says that it is this one */
bool open_rejects_end(struct open_rejects *r, struct store *s); /* closes those that were met */

#endif
