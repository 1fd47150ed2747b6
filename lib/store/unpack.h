/* Inside unpacking: what unpack.c hands to the files beside it.  Not for others; pack.h has what can be asked. */
#ifndef VET_STORE_UNPACK_H
#define VET_STORE_UNPACK_H

#include "store/bag.h"
#include "store/own.h"

struct unpacking {
    struct store *s;
    struct bag *bag;
    const char *path, *base;
    struct buf manifest;
    struct str sender, unit, period, hash; /* of the manifest; `unit` empty = all of the sender's */
    int64_t batch;                         /* the sender's last */
    struct units *theirs;
    struct schema **ledgers;
    size_t n_ledgers;
    int64_t file;      /* _id of the package in vet_file */
    struct map sheets; /* "file[sheet]" \0 survey date -> _id in vet_sheet */
    struct map asked;  /* the sender's number in vet_asked, as text -> ours */
    struct map survey; /* "file[sheet]" -> offset of its survey date in `text` */
    struct buf text;
    uint64_t fresh, updated, unchanged, gone, rejects, decisions;
    struct arena memory;
};

/* A record of the package and of the store: the same for all its versions. */
struct record_pair {
    int64_t theirs, ours;
};
struct record_pairs {
    struct record_pair *v; /* by theirs */
    size_t n;
    int64_t *gone; /* records of the store that the package no longer holds */
    size_t n_gone, cap_gone;
};

bool unpack_refuse(struct unpacking *u, enum diag_code code, const char *a, const char *b, const char *c);
/* The number of a sheet, made when there is none; 0 after a finding. */
int64_t unpack_sheet(struct unpacking *u, struct str file, struct str sheet);
/* How a sheet of the sender's is called here: file[sheet]. */
void unpack_sheet_name(struct buf *b, struct str file, struct str sheet);
/* Whether every value of the package is of the kind that its column holds (unpack_check.c).  Writes nothing. */
bool unpack_check(struct unpacking *u);
/* Makes the package's records of a ledger those of the store, for the units in temp.vet_scope, within the open batch. */
bool unpack_records(struct unpacking *u, const struct schema *l, struct record_pairs *pairs);
/* Makes the package's open rejects, and the decisions of its sender, those of the store (unpack_open.c). */
bool unpack_rejects(struct unpacking *u);
void unpack_in_question(const struct unpacking *u,
                        struct buf *sql); /* the condition on vet_reject, vet_return for those it replaces */
bool unpack_decisions(struct unpacking *u, const struct record_pairs *pairs); /* one a ledger */
/* What the package's rows and sheets asked for becomes known here (unpack_asked.c). */
bool unpack_asked(struct unpacking *u);
/* Our number of a set of the sender's; 0 of an empty text, -1 of one that did not come. */
int64_t unpack_asked_number(const struct unpacking *u, struct str theirs);
/* "[12,13]" and "7*2" of a sheet, what it saw and what those rows asked for, in our numbers; records that did not come are left
 * out of both.  False where a number is not known. */
bool unpack_seen(const struct unpacking *u, const struct record_pairs *pairs, struct str seen, struct str asked, struct buf *ours,
                 struct buf *ours_asked);
int64_t pair_of(const struct record_pairs *p, int64_t theirs); /* 0 = none */

#endif
