/* Accounts of fates: every physical row of every sheet has exactly one. */
#ifndef VET_FLOW_ACCOUNT_H
#define VET_FLOW_ACCOUNT_H

#include "base/diag.h"

enum fate {
    FATE_NEW,
    FATE_UPDATED,
    FATE_UNCHANGED,
    FATE_DUPLICATE,
    FATE_REJECTED,
    FATE_NIL,
    FATE_HEADER,
    FATE_PREAMBLE,
    FATE_HINT,
    FATE_FOOTER,
    FATE_BLANK,
    FATE_COUNT
};
const char *fate_name(enum fate f);

struct tally {
    uint64_t rows;
    uint64_t fates[FATE_COUNT];
    uint64_t codes[DIAG_COUNT]; /* warnings and worse, of rows */
};
void tally_add(struct tally *sum, const struct tally *one);
/* Do the fates add up to the rows? */
bool tally_sums(const struct tally *t);

struct account_file {
    const char *name; /* file name without folders */
    uint64_t sheets;
    struct tally tally;
};
/* The accounts of a run. */
struct account {
    struct tally all;
    struct account_file *files;
    size_t n, cap;
    struct arena names;
};
void account_file(struct account *a, const char *name, uint64_t sheets, const struct tally *t);
bool account_sums(const struct account *a);
/* Appends {"rows": …, "fates": {…}, "codes": {…}, "files": […]} and a line end. */
void account_json(struct buf *out, const struct account *a);
void account_free(struct account *a);

#endif
