/* Advice: what is wrong with a cell and what to do about it, in plain Chinese, for the comments of workbooks that go home. */
#ifndef VET_BOOK_ADVICE_H
#define VET_BOOK_ADVICE_H

#include "base/diag.h"
#include "ledger/schema.h"

/* Appends the text of a finding; `templates` are the Chinese ones, DIAG_COUNT of them. */
void advice_of_finding(struct buf *out, const struct schema *s, const char *const *templates, const struct finding *f);
/* The same of a flag of the store, "code" or "rule:NAME", of a field whose cell holds `typed` and whose value is `value`. */
void advice_of_flag(struct buf *out, const struct schema *s, const char *const *templates, const struct field *f, struct str flag,
                    struct str typed, struct str value);

#endif
