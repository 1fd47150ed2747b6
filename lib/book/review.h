/* The undecided pairs of linkage as a workbook: side by side, what differs coloured, a drop-down for the decision. */
#ifndef VET_BOOK_REVIEW_H
#define VET_BOOK_REVIEW_H

#include "link/link.h"

/* To `o`, which the caller closes and which messages call `shown`; `created` is an ISO date.  False after a finding. */
bool review_book(struct link *k, struct out *o, const char *shown, struct str created, struct diag *d);

#endif
