/* Code lists: share/codes/NAME.csv with the columns code,label,aliases (aliases joined by ';').
 *
 * A record holds the label.  A cell is matched as it stands, then by its heading key (base/text.h). */
#ifndef VET_LEDGER_CODES_H
#define VET_LEDGER_CODES_H

#include "ledger/schema.h"
#include "ledger/share.h"

/* Reads a list from a share file.  NULL after findings with line numbers (status 2). */
struct code_list *codes_open(const struct share *share, const char *path, struct str name, struct diag *d);
/* An empty list, to be filled by codes_add: for the categories that stand in a ledger itself. */
struct code_list *codes_new(struct str name);
/* False when `label`, the code or an alias is already another's; *what (may be NULL) is that text. */
bool codes_add(struct code_list *c, struct str code, struct str label, struct str aliases, struct str *what);
void codes_free(struct code_list *c);

enum { CODE_NONE = 0xFFFFFFFF };
/* The index of what stands in a cell, or CODE_NONE.  `scratch` holds the key meanwhile. */
uint32_t codes_find(const struct code_list *c, struct str text, struct buf *scratch);
/* A cell that is not one code, so that codes_find has not found it: several of them (残疾军人、退役士兵), or a list with boxes of
 * which some are ticked (☑男 □女). */
enum { CODES_SEVERAL = 32 };
struct codes_several {
    uint32_t found[CODES_SEVERAL + 1]; /* indexes, each once, in the order of the list */
    size_t n;
    bool boxes;         /* there were boxes; what has no tick does not count */
    struct str unknown; /* the first part that is in no list, or empty */
};
void codes_read(const struct code_list *c, struct str text, struct codes_several *out, struct buf *scratch);
/* The nearest label, or an empty one. */
struct str codes_nearest(const struct code_list *c, struct str text);

#endif
