/* What the writers of lib/link share. */
#ifndef VET_LINK_OWN_H
#define VET_LINK_OWN_H

#include "link/link.h"

/* A pair worth telling of. */
struct told {
    uint32_t a, b;
    uint64_t code;
    double probability, weight;
    enum verdict verdict;
    double use; /* what a person's decision would be worth */
};
/* All pairs whose verdict is at least review, conflicts and refused links too; sorted by weight, strongest first, or by use. */
struct told *link_told(struct link *k, bool for_review, size_t *n);
/* The table's columns are the model's, which is bound. */
void link_start_table(struct link *k);
/* Compares, scores and clusters the rows that are there. */
bool link_rows_there(struct link *k, const struct link_options *o);
/* FILE[SHEET]!ROW. */
void link_put_place(struct buf *out, struct str file, struct str sheet, struct str row);

/* ---- findings.c: what a run tells ---- */
void link_tell_blocks(struct link *k); /* those that were split */
/* Two rows with one id, in column `id` of the table, and different names; the first of them only. */
void link_tell_conflict(struct link *k, uint32_t a, uint32_t b, int id);
void link_tell_conflicts(struct link *k); /* how many more there were */
/* Takes out the decisions from index `from` on, all of one file, that say opposite things of two records, and tells them. */
void link_tell_unsaid(struct link *k, const char *file, size_t from);
void link_tell_contradictions(struct link *k); /* decisions that were not followed */
void link_tell_done(struct link *k);

#endif
