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
/* ---- verdict.c ---- */
int link_citizen_column(const struct model *m); /* the comparison of citizen ids, -1 = none */
/* What the model and its rules of identity say of a pattern of probability p. */
enum verdict link_pattern_verdict(const struct model *m, uint64_t code, double p);
/* Is the id the same, and does that decide? */
bool link_same_verified(const struct model *m, uint64_t code);
/* Why two rows are what they are, where it is not the probability that says so; false when it is. */
bool link_reason(const struct link *k, uint32_t a, uint32_t b, uint64_t code, struct buf *out);
/* What an entity is called: valid until the next call with the same buffer. */
struct str link_entity_name(const struct link *k, uint32_t entity, char text[16]);
/* What people call a column that is compared. */
struct str link_title(const struct link *k, size_t comparison);

/* All pairs whose verdict is at least review, conflicts and refused links too; sorted by weight, strongest first, or by use. */
struct told *link_told(struct link *k, bool for_review, size_t *n);
/* The table's columns are the model's, which is bound. */
void link_start_table(struct link *k);
/* Compares, scores and clusters the rows that are there. */
bool link_rows_there(struct link *k, const struct link_options *o);
/* FILE[SHEET]!ROW. */
void link_put_place(struct buf *out, struct str file, struct str sheet, struct str row);
/* The columns that say where a row is from. */
struct origin_columns {
    int file, sheet, row;
};
struct origin_columns link_origin_columns(const struct columns *c);
/* Where a row of these values is from, by its own columns; false when they do not say. */
bool link_put_own_place(const struct origin_columns *at, const struct str *values, struct buf *out);

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
