/* What happened to records: every version of one, and what differs between two moments. */
#ifndef VET_STORE_HISTORY_H
#define VET_STORE_HISTORY_H

#include "store/store.h"

/* Every version of the records that `key` means (a citizen id, a name, or a record's number): _record,_batch,_ended,_at,_by,_kind,
 * unit,_file,_sheet,_row,_flags and the ledger's fields, in the order of record and time. */
struct rows *store_history(struct store *s, const struct schema *l, const char *key);
/* What is new, changed or gone at batch `to` against batch `from`: change,unit,_record,name,field,before,after,_batch,_kind.
 * One row for each changed field; `field` is empty for new and gone. */
struct rows *store_changes(struct store *s, const struct schema *l, int64_t from, int64_t to);

/* Where the changes between two batches came from, for each record: record,what,batch,kind,at,by,period,file,sheet,row,survey_date,
 * returned (the kind of the return that the sheet was).  `what`: record (its content), or link (which entity it is of). */
struct rows *store_origins(struct store *s, const struct schema *l, int64_t from, int64_t to);

/* Fixes what was reported for a month: --as-of 2026-11 means batch `state` (0 = the last one) from now on, and what the report is
 * made from is kept (store/kept.h): all share files of `folder`.  False after a finding. */
bool store_freeze(struct store *s, const char *period, int64_t state, const char *by, const char *note, const char *folder);
struct rows *store_freezes(struct store *s, int64_t as_of); /* period,state,by,note,at,batch,hash */

/* A batch that changes no row: who exported what unmasked, where a backup went.  `counts` is JSON or "". */
bool store_note(struct store *s, const char *kind, const char *source, const char *counts);

#endif
