/* The undecided pairs of linkage as a workbook: side by side, what differs coloured, a drop-down for the decision. */
#ifndef VET_BOOK_REVIEW_H
#define VET_BOOK_REVIEW_H

#include "link/link.h"

/* `created` is an ISO date.  False after a finding. */
bool review_book(struct link *k, const char *path, struct str created, struct diag *d);

#endif
