/* What the parts of the converter share; nobody else includes it. */
#ifndef VET_LEDGER_CONVERT_OWN_H
#define VET_LEDGER_CONVERT_OWN_H

#include <regex.h>

#include "ledger/citizen.h"
#include "ledger/convert.h"
#include "ledger/expr.h"

enum { MISSING_FILTER = 4096, CODE_MEMORY = 16, UNKNOWN_LONGEST = 48 };

/* Sheets say the same few words over and over: the last ones that were in the list, by their ends; and the last ones that were
 * not. */
struct code_memory {
    struct str text[CODE_MEMORY]; /* as in the list's own map */
    uint32_t index[CODE_MEMORY];
    struct unknown {
        char text[UNKNOWN_LONGEST];
        size_t n;
    } unknown[CODE_MEMORY];
};

struct converter {
    const struct schema *s;
    struct convert_options options;
    struct date today;
    struct arena row; /* text of this row that stands in no cell */
    struct buf scratch;
    struct str *values, *typed;
    struct date *dates; /* as read, of date fields */
    struct verdict *verdicts;
    size_t n, cap;
    int id, sex, birth;     /* fields by role, or -1 */
    struct citizen citizen; /* of this row */
    bool has_citizen;
    struct date birth_other; /* what the birth date typed may mean besides */
    bool birth_is_month;     /* a date cell of the first of a month: spreadsheets make that of 1985-06 */
    regex_t **patterns;      /* one a field, or NULL */
    struct expr *rules, *derivations;
    struct str *names; /* of the fields, as the expressions see them */
    uint32_t *derived; /* fields of the derivations */
    size_t n_derived;
    uint32_t *ruled; /* fields without which no rule can fail */
    size_t n_ruled;
    struct code_memory *memory;   /* one a field of codes */
    bool missing[MISSING_FILTER]; /* by the first bytes of the texts that mean an empty cell */
};

/* A verdict on a field; NULL when it is one that nobody wants to know. */
struct verdict *convert_judge(struct converter *c, const struct field *f, enum diag_code code, struct str value);
void verdict_hint(struct verdict *v, struct str text); /* v may be NULL */
/* A copy of the text that lives as long as the row. */
struct str convert_keep(struct converter *c, struct str text);
/* The slot in c->missing of a text, which is not empty. */
unsigned missing_slot(struct str t);

/* convert_value.c: one cell of the row, by the role of its field. */
void convert_cell(struct converter *c, const struct field *f, const struct cell *cell);

#endif
