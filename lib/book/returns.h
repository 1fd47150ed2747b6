/* Returns: a workbook for each sender with those of his rows that need work, in his own columns, to be put right and imported.
 *
 * Bad cells are red and have a comment that says in Chinese what to do; a hidden first column holds the key of each row
 * (flow/home.h), by which the import of the corrected workbook finds what it puts right.  Rows come from intake, in the order of
 * files; a workbook is written while its file is read, and thrown away when nothing of the file was taken. */
#ifndef VET_BOOK_RETURNS_H
#define VET_BOOK_RETURNS_H

#include "flow/home.h"
#include "ledger/schema.h"

struct returns_options {
    const char *folder; /* made when it is not there */
    const struct schema *schema;
    const char *const *templates; /* Chinese, DIAG_COUNT of them */
    struct str created;           /* ISO date, into the files */
};
struct returns;
/* NULL after a finding.  `o` and what it names must outlive it. */
struct returns *returns_open(const struct returns_options *o, struct diag *d);
const struct home *returns_home(struct returns *r);
/* Says how many there are, and frees. */
void returns_close(struct returns *r);

#endif
