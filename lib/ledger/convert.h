/* One row of cells to one record: every value canonical by its role, every fault a verdict.
 *
 * It knows nothing of sheets, headings or units: the caller has put the cells into the order of the ledger's fields,
 * has filled down 同上, and resolves the names of units itself (their text passes through, folded).  It does not
 * decide the fate of a row beyond `reject`, and adds no findings: the caller turns verdicts into findings, because only
 * the caller knows the place.
 *
 * A value that will not do is emptied and stands, as typed, in `typed`; the row is kept.  Canonical values convert
 * to themselves.  What canonical means:
 *   names       NFKC, no inner blanks, one kind of ·
 *   citizen ids 18 characters, checked (GB 11643-1999)
 *   dates       1985, 1985-06 or 1985-06-15, as precise as typed
 *   phones      13800000000, 0531-87654321, 87654321, 0531-87654321转801, joined by ';'
 *   code lists  the label; several in the order of the list, joined by ';'
 *   money and numbers   digits, '.' and '-' only; money in yuan */
#ifndef VET_LEDGER_CONVERT_H
#define VET_LEDGER_CONVERT_H

#include "cells/cells.h"
#include "ledger/schema.h"

/* Notices (SEV_NOTICE) are normalisations; SEV_WARNING is kept and flagged; SEV_PERSON rejects the row.  `value` is not
 * masked: verdict_finding does that. */
struct verdict {
    enum diag_code code;
    enum severity severity;  /* the code's own, or SEV_PERSON where --strict raised a warning */
    uint32_t field;          /* index in schema->fields */
    const struct rule *rule; /* of a verdict that a row rule gave, else NULL */
    struct str value;        /* as typed where it will not do, as stored where it was normalised; may be empty */
    struct str hint;         /* what would do instead: the date of the id, the range; of an unknown code, the part that is
                                unknown; may be empty */
};
struct converted {
    const struct str *values; /* one a schema field, canonical; empty = none */
    const struct str *typed;  /* one a schema field: what stood there and would not do, else empty */
    const struct verdict *verdicts;
    size_t n_verdicts;
    bool flagged; /* there is a verdict of SEV_WARNING or more */
    bool reject;  /* there is one of SEV_PERSON */
};
struct convert_options {
    bool strict;      /* --strict: warnings reject */
    bool notices;     /* give notices too (-v) */
    struct str today; /* ISO date; dates after it are faults where the ledger says so.  Empty: no limit */
};

struct converter;
/* One a thread: holds compiled expressions and scratch memory.  `s` and `o->today` must outlive it.  NULL after findings
 * (status 2) when an expression of the ledger will not compile.  A
 * pattern counts characters as the program's LC_CTYPE has them, which must be UTF-8. */
struct converter *converter_new(const struct schema *s, const struct convert_options *o, struct diag *d);
void converter_free(struct converter *c);
/* Does the cell say nothing, in the column of that field: 无, /, or what the field itself takes for nothing? */
bool converter_says_nothing(struct converter *c, uint32_t field, const struct cell *cell);
/* `cells`: one a schema field, CELL_EMPTY where the sheet has no such column.  `out` is valid until the next call. */
void converter_row(struct converter *c, const struct cell *cells, struct converted *out);

/* Appends "field:code;field:code" of the verdicts that are no notices; row rules as "field:rule:NAME". */
void converted_flags(const struct schema *s, const struct converted *c, struct buf *out);
/* The finding of a verdict at a place, for diag_add_finding.  Args: title of the field, masked value, hint (of an unknown code:
 * what the list has instead; of a row rule: its name), message of the rule in Chinese or English.  Texts are made in `scratch`,
 * which is cleared first; the finding's strings live as long as it, the verdict and the schema. */
struct finding verdict_finding(const struct schema *s, const struct verdict *v, const struct place *at, bool english,
                               struct buf *scratch);

#endif
