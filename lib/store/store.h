/* The store: one SQLite file that forgets nothing.
 *
 * Every change is a batch; every row of every table is a version, current from the batch that opened it until the
 * batch that closed it.  A ledger NAME has the table NAME_version and the view NAME (its current records), so that any
 * SQLite tool can read it.  This header is all that the layers below need; SQLite itself stays inside lib/store.
 *
 * One `struct store` is used by one thread.  Strings handed out by a source of rows live as the header flow/rows.h
 * says; everything else lives until the store is closed. */
#ifndef VET_STORE_STORE_H
#define VET_STORE_STORE_H

#include "flow/rows.h"
#include "flow/sink.h"
#include "ledger/schema.h"
#include "ledger/units.h"

struct store;

enum store_mode {
    STORE_READ,   /* must exist; nothing is written */
    STORE_WRITE,  /* must exist */
    STORE_CREATE, /* made, mode 0600, when it is not there */
};
/* Who does what when: this goes into every batch of the run. */
struct store_options {
    const char *by;      /* a user's name */
    const char *now;     /* "2026-11-24T11:00:00Z" */
    const char *command; /* the command line */
    const char *period;  /* "2026-11"; NULL: the month of `now` */
    long wait_ms;        /* how long to wait for another writer; 0 = 10 s */
    bool salted;         /* a random salt goes into each batch's hash; without it the same work gives the same hashes */
};
/* NULL after a finding that says what is wrong with the file: no store, locked and by whom, read-only, newer, damaged. */
struct store *store_open(const char *path, enum store_mode mode, const struct store_options *o, struct diag *d);
/* Brings everything to the disk.  False after a finding: only then may something of this run be missing. */
bool store_close(struct store *s);
/* The same, but a store that this run made is removed again: what it was made for was refused. */
void store_discard(struct store *s);

/* Makes the tables of a ledger, or adds to them the fields that it gained: one batch, only when something changes.
 * A field that it lost keeps its column.  Called by store_sink and store_rows as well.  */
bool store_ledger(struct store *s, const struct schema *l);
/* Names of the ledgers that have tables, in the order of their making; valid until the next call. */
const struct str *store_ledgers(struct store *s, size_t *n);
bool store_had_ledger(struct store *s, struct str name, int64_t as_of); /* were there tables at that batch (0 = now)? */

/* ---- units ---- */
/* Makes `u` the units of the store: one batch, only when something changes.  Units that are gone are closed versions. */
bool store_units_load(struct store *s, const struct units *u);
/* The units as of batch `as_of` (0 = now), freed by the caller; NULL after a finding, also when there are none. */
struct units *store_units(struct store *s, int64_t as_of);
bool store_has_units(struct store *s);

/* ---- import ---- */
/* A sink that puts each file's records into a batch (flow/sink.h).  `u` are the units that the records' indexes mean.
 * Lives until store_sink_free; the store has one at a time. */
struct sink *store_sink(struct store *s, const struct schema *l, const struct units *u);
void store_sink_free(struct sink *k);

/* ---- reading ---- */
/* Batches count from 1.  "17", a date "2026-11-30" or date-time (the last batch of that day or moment), a period "2026-11"
 * (the state that was frozen, else the last batch of that month).  0 = now when `text` is NULL; -1 after a finding. */
int64_t store_as_of(struct store *s, const char *text);

struct store_query {
    const struct schema *ledger;
    int64_t as_of;          /* 0 = now */
    bool sorted;            /* by unit and content, so that any order of batches gives the same bytes; else the order of entry */
    bool source;            /* with _file _sheet _row */
    bool record;            /* with _record: the record's number, the same for all its versions */
    bool batch;             /* with _batch: the batch that this version came with */
    bool asked;             /* with _asked _kept: what the version was asked for, as the store keeps it (lib/store/asked.h) */
    bool seen;              /* with _seen: of a person with several records, when each was handed in last */
    const struct str *want; /* only these columns, in this order; NULL: all */
    size_t n_want;
};
/* Columns: the ledger's fields, FIELD_typed where the ledger has them, unit, [_file _sheet _row] _flags _entity [_record] [_batch]
 * [_asked _kept] [_seen]. NULL after a finding. */
struct rows *store_rows(struct store *s, const struct store_query *q);

/* What was handed in, one row for each sheet and unit: unit,period,kind,survey_date,at,batch,by,file,sheet,accepted,rejected,open.
 * kind: records, nil, rejected (only bad rows) or correction (a part, of a workbook that went home); open: rejected rows that
 * nobody has corrected yet. `period` NULL: all. */
struct rows *store_returns(struct store *s, const char *period, int64_t as_of);
/* Rejected rows that are still open: unit,file,sheet,row,reasons,batch,headings,cells (the last two JSON arrays). */
struct rows *store_rejects(struct store *s, int64_t as_of);
/* Records that their unit's newest sheet does not hold, of people who count still, for follow-up:
 * unit,place,name,leader,leader_phone, last_file,last_sheet,last_row,last_survey,newest_survey,found_in,_record.  found_in: codes,
 * joined by ';', of units whose newest sheets hold the same person under another record. */
struct rows *store_missing(struct store *s, const struct schema *l, int64_t as_of);
/* The records that a unit's next sheet is to hold, as store_rows has them (sorted, with _record): not those that its newest sheet
 * has no longer while another holds the person. */
struct rows *store_expected(struct store *s, const struct schema *l);
/* Codes of current records' flags: unit,field,code,count. */
struct rows *store_codes(struct store *s, const struct schema *l, int64_t as_of);
/* The log: batch,kind,at,by,command,source,source_hash,period,counts,undoes,run,previous,hash; newest last. */
struct rows *store_log(struct store *s);
/* The same with what each batch did in words (`what`), and of an undo what it takes back or, undoing an undo, brings back.
 * `translate` gives the words and sentences in the user's language. */
struct rows *store_log_told(struct store *s, const char *(*translate)(const char *english));
/* Number and hash (64 hex digits) of the last batch; the pointer lives until the next call. */
int64_t store_head(struct store *s, const char **hash);
/* The last batch up to `as_of` (0 = now) that changed what the store says: those that only tell of copies (exports, backups,
 * packages) do not count, so that what is printed of it is not changed by printing it.  0 after a finding. */
int64_t store_state(struct store *s, int64_t as_of, char hash[65]);

/* ---- links: which records are one entity ---- */
struct store_link {
    int64_t record;
    struct str entity;
    struct str how; /* why it is there: "id", "score 12.3", "decision" */
};
/* The current links of a ledger as rows: record,entity,how, in the order of record. */
struct rows *store_links(struct store *s, const struct schema *l, int64_t as_of);
/* Makes `v` (n of them, one a record) the links of the ledger: one batch, closing and opening only what differs. */
bool store_links_replace(struct store *s, const struct schema *l, const struct store_link *v, size_t n);
/* What people decided about pairs; names of records are the caller's (keys that outlive a rebuild). */
struct store_decision {
    struct str a, b;
    struct str verdict; /* same, different, later */
    struct str by, at, note;
};
struct rows *store_decisions(struct store *s, int64_t as_of); /* a,b,verdict,by,at,note */
bool store_decisions_add(struct store *s, const struct store_decision *v, size_t n);

/* ---- the whole ---- */
struct store_info {
    int64_t batches, bytes;
    uint64_t units, files, rejects, versions;
};
bool store_info(struct store *s, struct store_info *out);
uint64_t store_count(struct store *s, const struct schema *l, int64_t as_of);
/* Integrity of the file, chain, rows against their batches, versions, conservation of rows.  False when something is wrong;
 * every fault is a finding. */
bool store_verify(struct store *s);
bool store_verify_quietly(struct store *s); /* without saying so when all is well */

#endif
