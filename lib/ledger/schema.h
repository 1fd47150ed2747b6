/* A ledger (台账): one JSON file, a Frictionless Table Schema with vet:* properties, read into one const struct.
 * No field name of a ledger stands in C: the code asks for roles. */
#ifndef VET_LEDGER_SCHEMA_H
#define VET_LEDGER_SCHEMA_H

#include "base/diag.h"
#include "base/duration.h"
#include "base/map.h"
#include "base/mask.h"
#include "base/near.h"

enum field_type { TYPE_STRING, TYPE_INTEGER, TYPE_NUMBER, TYPE_BOOLEAN, TYPE_DATE };
enum role {
    ROLE_NONE,
    ROLE_NAME,       /* a person's name: folded, inner blanks lost */
    ROLE_CITIZEN_ID, /* GB 11643-1999 */
    ROLE_SEX,        /* code list; derived from or compared with the citizen id */
    ROLE_BIRTH_DATE, /* date; the same */
    ROLE_DATE,       /* partial dates: 1985, 1985-06, 1985-06-15 */
    ROLE_PHONE,
    ROLE_ADDRESS,
    ROLE_COMMUNITY, /* names of units */
    ROLE_GRID,
    ROLE_BUILDING,
    ROLE_CODE,  /* a code list */
    ROLE_MONEY, /* yuan */
    ROLE_NUMBER,
    ROLE_TEXT,
    ROLE_SURVEY_DATE, /* when the sheet was filled in */
};

struct code {
    struct str code, label; /* a record holds the label; the code is an alias of it */
};
struct code_list {
    struct str name;
    struct code *codes;
    size_t n;
    struct map by_text;        /* code, label and aliases as they stand in the file -> index */
    struct map by_key;         /* text_heading_key of the same -> index */
    struct near_shape *shapes; /* of the texts in by_text, for the nearest */
    size_t cap, n_shapes, cap_shapes;
    struct arena memory;
};

/* A heading under which a part of an address stands, and what follows a bare number there: 楼栋, 号楼. */
struct field_part {
    struct str heading, word;
};
struct field {
    struct str name;     /* "id_number" */
    struct str title;    /* "身份证号码", the heading on forms and reports */
    struct str *aliases; /* as written in the file; matched by text_heading_key */
    size_t n_aliases;
    struct field_part *parts; /* vet:parts */
    size_t n_parts;
    enum field_type type;
    enum role role;
    enum mask mask;
    bool required;
    bool fill_down;          /* 同上 and merged cells: besides 同上/〃, which fill down anywhere */
    bool typed;              /* has a column NAME_typed for a value that would not do: all but places and free text */
    bool multiple;           /* a cell may hold several codes, separated by 、 , ; / */
    bool past;               /* a date that cannot lie in the future */
    bool locates;            /* an address by which the building is known where nothing else names one */
    enum duration measure;   /* of a length of time: what is kept of it */
    bool sensitive;          /* health, petitions and the like: left out of exports unless asked for */
    uint32_t min_length;     /* characters */
    uint32_t max_length;     /* characters; 0 = no limit */
    double minimum, maximum; /* of numbers; NAN = none */
    struct str pattern;      /* constraints.pattern, or empty */
    struct map missing;      /* texts that mean an empty cell in this column, by text_heading_key; besides the ledger's own */
    const struct code_list *codes;
    struct str derive;   /* SQL expression, or empty: fills the field where nothing was typed */
    uint32_t line, col;  /* of that expression */
    struct str hint;     /* for the form: what to write here, "如 1985-06"; may be empty */
    uint32_t width;      /* of the form's column, in half-width characters; 0 = as wide as the title needs */
    struct str *choices; /* of its drop-down on the form; none: the code list's labels */
    size_t n_choices;
    bool on_form;   /* stands on the building leader's form */
    uint32_t index; /* in schema->fields */
};
struct rule {
    struct str name;    /* "enlist_age" */
    struct str check;   /* SQL expression: must not be false */
    struct str message; /* Chinese */
    struct str message_en;
    struct str field;    /* which field to flag */
    uint32_t index;      /* the same, in schema->fields */
    uint32_t line, col;  /* of the expression */
    enum diag_code code; /* DIAG_RULE, or a code of the list such as DIAG_DATE_ORDER */
};
/* A rollup that the ledger's report shows unless told otherwise. */
struct rollup_default {
    struct str title;
    struct str *by, *sum; /* names of fields */
    size_t n_by, n_sum;
    struct str where; /* SQL expression, or empty */
};
struct schema {
    struct str path;  /* of the file */
    struct str name;  /* "person" */
    struct str title; /* "退役军人信息摸排表" */
    struct field *fields;
    size_t n_fields;
    struct code_list **lists; /* owned; fields share them */
    size_t n_lists;
    struct rule *rules;
    size_t n_rules;
    struct str *key; /* primaryKey, for ledgers other than by person */
    size_t n_key;
    struct str *ignore; /* headings that are known and not wanted: 序号, 年龄, 楼长签字 */
    size_t n_ignore;
    struct str *nil; /* texts by which a unit says that it has nobody: 无, 本楼无退役军人 */
    size_t n_nil;
    struct str *missing; /* missingValues: 不详, /, 无: the same as an empty cell */
    size_t n_missing;
    struct map missing_keys; /* the same, by text_heading_key */
    struct str stock;        /* SQL expression: is the record of one who is counted still?  Empty: all are */
    struct str left;         /* SQL expression: why is it not?  'died', 'moved' or NULL */
    struct rollup_default *rollups;
    size_t n_rollups;
    bool sensitive;      /* the whole ledger is left out of default exports: petitions, counselling */
    struct map headings; /* text_heading_key -> field index, or SCHEMA_IGNORE */
    struct map perhaps;  /* vet:perhaps: text_heading_key -> field index */
    struct map parts;    /* text_heading_key -> field index << 32 | index in its parts */
    struct map by_name;
    struct str digest; /* SHA-256 of the file, hex */
    struct arena memory;
};
enum { SCHEMA_IGNORE = 0xFFFFFF };

/* Reads ledger `name` from SHARE/ledgers/NAME.json (or the path itself when it has a slash) with its code lists.
 * NULL after findings, each with line and column of the file. */
struct schema *schema_open(const char *share, const char *name, struct diag *d);
/* The same of share files of which some may have been kept (ledger/share.h). */
struct share;
struct schema *schema_open_in(const struct share *share, const char *name, struct diag *d);
void schema_free(struct schema *s);
const struct field *schema_field(const struct schema *s, struct str name); /* NULL when there is none */
const struct field *schema_role(const struct schema *s, enum role role);   /* the first with that role */
const char *role_name(enum role r);

#endif
