/* Linking in the store: links and decisions are versions there like all else.
 *
 * The rows come from link_store_rows and hold `_record`; then link_run, then link_store_keep. */
#ifndef VET_LINK_IN_STORE_H
#define VET_LINK_IN_STORE_H

#include "link/link.h"
#include "store/blocks.h"

/* All current records of the ledger, with where they came from and `_record`.  NULL after a finding. */
struct rows *link_store_rows(struct store *s, const struct schema *l);
/* People's decisions in the store are followed; those of this run (a file of them, a split) are kept there.  Given to link_run. */
struct decision_source *link_store_decisions(struct store *s, const struct schema *l, struct str split);
void link_store_decisions_free(struct decision_source *d);
/* From here on entities are written as the store calls them, or will when they are kept.  False after a finding. */
bool link_store_names(struct link *k, struct store *s, const struct schema *l);
/* Makes the entities the links of the store.  An entity keeps the name that most of its records had; records by themselves
 * have none.  One batch, and none when nothing changed.  False after a finding. */
bool link_store_keep(struct link *k, struct store *s, const struct schema *l);

/* ---- linking only what is new ---- */
/* Names the model and the ledger.  False when the model learns from the rows, so that what is new cannot be taken by itself. */
bool link_store_digest(const struct model *m, const struct schema *l, char digest[64]);
/* Keeps the keys of all records, after link_store_keep.  `now` is store_blocks_now from before the rows were read. */
bool link_store_index(struct link *k, struct store *s, const struct schema *l, struct store_blocks *now, const char *digest);
/* Links what has changed since, as a full run would, but for the frequencies of values in pairs that are not looked at.
 * NEW_FULL: only a full run can do it, and nothing was done. */
enum link_new { NEW_DONE, NEW_FULL, NEW_FAILED };
enum link_new link_store_new(struct store *s, const struct schema *l, struct model *m, const char *digest,
                             const struct link_options *o, struct diag *d);

#endif
