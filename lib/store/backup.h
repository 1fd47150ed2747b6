/* Copies of the whole store that are proved to be copies, and a copy put back in the store's place. */
#ifndef VET_STORE_BACKUP_H
#define VET_STORE_BACKUP_H

#include "store/store.h"

/* Copies the live store (others may read and write meanwhile) to `to`, which must not exist, and proves the copy: integrity,
 * chain, versions, and the control totals of both (rows by table, unit and batch).  The file, 0600, appears only when it is
 * proved.  The log gets a batch of kind "backup" that names it, so that store_erase can say which copies hold a person.
 * The store must be open for writing.  False after findings: then there is no file, and no batch. */
bool store_backup(struct store *s, const char *to);

/* Puts the backup `from` in the place of the store `to` after proving both it and the copy made of it.  A store that is there is
 * kept beside it under a new name, which is told; there is no moment without a store at `to`.  The log gets a batch of
 * kind "restore" that names the backup and the head that was left.  False after findings: then nothing was changed. */
bool store_restore(const char *from, const char *to, const struct store_options *o, struct diag *d);

#endif
