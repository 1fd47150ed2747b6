/* Share files: JSON read into a plain tree in which every value knows its line and column.
 *
 * Ledgers, models and reports are read through this, so that each can say where a fault stands and which known name is
 * nearest.  It is the only part of the library besides cells/json* that knows cJSON; readers see this tree. */
#ifndef VET_LEDGER_SHARE_H
#define VET_LEDGER_SHARE_H

#include "base/diag.h"

enum share_kind { SHARE_NULL, SHARE_BOOLEAN, SHARE_NUMBER, SHARE_STRING, SHARE_LIST, SHARE_OBJECT };
struct share_value {
    enum share_kind kind;
    struct str key;  /* of a member of an object, else empty */
    struct str text; /* of a string, UTF-8; also NUL-terminated */
    double number;
    bool truth;
    const struct share_value *first, *next;
    size_t n;           /* members or items */
    uint32_t line, col; /* of the key, or of an item of a list; from 1, columns in characters */
};
struct share_file {
    const struct share_value *root;
    const char *path;
    struct str bytes; /* as they stand in the file */
    struct arena memory;
    struct diag *diag;
    bool failed; /* a finding was added: the reader goes on, to name all faults, and gives up at the end */
};
/* Where share files come from: a folder, and texts that stand in the place of its files, because they were kept when a month was
 * frozen (store/kept.h).  Every share file is read through this. */
struct share_text {
    struct str name; /* "ledgers/person.json" */
    struct str text;
};
struct share {
    const char *folder;
    const struct share_text *kept; /* in the order of their names */
    size_t n_kept;
    const char *month; /* the frozen month whose files these are; NULL: the folder's own are meant */
};
/* The names of the files SHARE/FOLDER/NAME.json, sorted, joined by a blank. */
void share_names(const struct share *share, const char *folder, struct buf *out);
/* Appends to `path` where `name` is: SHARE/FOLDER/NAME.json, or the path itself when it has a slash or ends in .json.  False after
 * a finding `unknown` ({1} the name, {2} the nearest, {3} those there are) when there is none of this name. */
bool share_find(const struct share *share, const char *folder, const char *name, enum diag_code unknown, struct buf *path,
                struct diag *d);
/* The bytes of a file, at most 16 MiB, copied into `a`: what was kept of it, else what the file holds, which is told where it
 * should have been kept.  `share` NULL: any file.  False after a finding. */
bool share_bytes(const struct share *share, const char *path, struct arena *a, struct str *bytes, struct diag *d);
/* All ledgers, code lists and reports of a folder, in the order of their names; in `a`.  False after a finding. */
bool share_everything(const char *folder, struct arena *a, struct share_text **v, size_t *n, struct diag *d);
/* Reads a file of JSON (RFC 8259).  NULL after a finding with line and column. */
struct share_file *share_open(const struct share *share, const char *path, struct diag *d);
void share_close(struct share_file *f);

/* Adds a finding at a value; args are C strings, NULL-terminated. */
void share_fault(struct share_file *f, const struct share_value *at, enum diag_code code, ...) __attribute__((sentinel));
/* A member of an object, or NULL. */
const struct share_value *share_get(const struct share_value *object, const char *key);
/* Faults every member whose key is not among `known` (NULL-terminated), with the nearest. */
void share_known(struct share_file *f, const struct share_value *object, const char *const *known);
/* Members of a kind.  Absent: the default, or a fault where `required`.  Of another kind: a fault. */
struct str share_string(struct share_file *f, const struct share_value *object, const char *key, bool required);
bool share_truth(struct share_file *f, const struct share_value *object, const char *key, bool otherwise);
double share_number(struct share_file *f, const struct share_value *object, const char *key, double otherwise);
const struct share_value *share_list(struct share_file *f, const struct share_value *object, const char *key, bool required);
/* A list of strings, copied into `a`; *n of them. */
struct str *share_strings(struct share_file *f, const struct share_value *object, const char *key, struct arena *a, size_t *n);
/* The index of a word in `words` (NULL-terminated), or -1 after a fault that lists them. */
int share_word(struct share_file *f, const struct share_value *at, struct str word, const char *const *words);

#endif
