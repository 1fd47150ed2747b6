/* The building leader's form: one sheet a building, blank or with last month's people filled in.
 *
 * Flagged values are red, with advice.  What vet-import reads back without being told: the place stands in a preamble by names, a
 * form code beside it, headings are the ledger's titles, hints stand below them, a building without anybody says so in the column
 * of names. */
#ifndef VET_BOOK_FORM_H
#define VET_BOOK_FORM_H

#include "base/mask.h"
#include "flow/rows.h"
#include "ledger/schema.h"
#include "ledger/units.h"

struct form_spec {
    const struct schema *schema;
    const struct units *units;
    struct rows *people;          /* records to fill in (unit, fields, FIELD_typed), or NULL: blank forms */
    const char *const *templates; /* Chinese, of all messages, for comments on what will not do; may be NULL */
    const char *where;            /* which of them */
    struct str month;             /* the month that the form is for, "2026-12" */
    uint32_t unit;                /* of the buildings in it; UNIT_NONE: all */
    enum level per;               /* one workbook for each unit of this level */
    unsigned blank_rows;          /* below the people */
    enum mask_profile mask;
};
/* Writes the workbooks into the folder `path` (made if it is not there), or, where there is one only and `path` ends in .xlsx or
 * is NULL, to that file or standard output.  The number of forms (sheets), or -1 after a finding. */
long forms_write(const struct form_spec *spec, const char *path, struct diag *d);

#endif
