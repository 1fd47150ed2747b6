/* Accounts of fates: every physical row of every sheet has exactly one. */
#ifndef VET_FLOW_ACCOUNT_H
#define VET_FLOW_ACCOUNT_H

#include "base/diag.h"

enum fate {
    FATE_NEW, FATE_UPDATED, FATE_UNCHANGED, FATE_DUPLICATE, FATE_REJECTED, FATE_NIL,
    FATE_HEADER, FATE_PREAMBLE, FATE_HINT, FATE_FOOTER, FATE_BLANK,
    FATE_COUNT
};
const char *fate_name(enum fate f);

struct tally {
    uint64_t rows;
    uint64_t fates[FATE_COUNT];
    uint64_t codes[DIAG_COUNT];
};
#endif
