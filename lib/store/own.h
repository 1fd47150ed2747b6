/* Inside the store.  Only lib/store includes this header; it is the one that names SQLite.
 *
 * The layers inside: open.c (file, pragmas, failures) < tables.c (what tables there are) < image.c (bytes of a row)
 * < batch.c (changes) < the rest, one file for each thing that a user can ask of the store. */
#ifndef VET_STORE_OWN_H
#define VET_STORE_OWN_H

#include <nettle/sha2.h>
#include <sqlite3.h>

#include "store/store.h"

enum { STORE_APPLICATION = 0x76657473, STORE_FORMAT = 1 }; /* "vets" */

enum column_kind {
    KIND_TEXT,
    KIND_INTEGER, /* always a number */
    KIND_ANY,     /* a number where the text is exactly how SQLite writes that number, else text */
};
struct column {
    struct str name;
    enum column_kind kind;
};

/* A table of versions: _id, _in, _out and then the columns here, in the order of the file. */
struct table {
    struct str name;
    struct column *columns;
    size_t n_columns;
    size_t number;     /* index in store->tables */
    bool is_ledger;    /* a ledger's, with the fixed columns of enum ledger_column first */
    uint32_t identity; /* bits of the columns by which versions are of one thing; 0: rows are names for numbers, and stay */
    sqlite3_stmt *insert, *close, *get;
    bool *bound;  /* of `insert`: columns that hold a value still */
    int64_t next; /* the next _id; 0 = not asked yet */
    /* The batch at work. */
    int64_t first;
    uint64_t opened;
    struct sha256_ctx opened_hash;
    int64_t *closed;
    size_t n_closed, cap_closed;
};
/* The first columns of every ledger's table. */
enum ledger_column { L_RECORD, L_PREV, L_UNIT, L_SHEET, L_ROW, L_ASKED, L_KEPT, L_HASH, L_FLAGS, L_TYPED, L_FIELDS };

enum system_table {
    T_CODE,
    T_LEDGER,
    T_UNIT,
    T_FILE,
    T_SHEET,
    T_RETURN,
    T_REJECT,
    T_LINK,
    T_DECISION,
    T_FREEZE,
    T_TOMBSTONE,
    T_ASKED,
    T_TEXT,
    T_KEPT,
    T_SYSTEM
};

struct batch {
    int64_t id; /* 0: none is open */
    int64_t undoes;
    struct buf kind, source, source_hash, counts;
    char salt[33]; /* empty: none */
};

struct store {
    sqlite3 *db;
    char *path;
    struct diag *diag;
    enum store_mode mode;
    struct arena memory;
    const char *by, *now, *command, *period;
    bool salted;          /* batches get a salt */
    bool failed;          /* a finding was made; nothing more is written */
    bool dirty;           /* something was committed that may not be on the disk yet */
    bool made;            /* this run created the file */
    struct table *tables; /* system tables first, then ledgers */
    size_t n_tables, cap_tables;
    struct batch batch;
    bool group;   /* a transaction of several batches is open */
    int64_t run;  /* the first batch of this run */
    int64_t head; /* the last batch */
    char head_hash[65], next_hash[65];
    int64_t data_version; /* changes when another process writes */
    uint64_t generation;  /* rises when what was remembered of the tables is no longer true */
    struct map codes;     /* unit code -> number in vet_code */
    bool codes_loaded;
    sqlite3_stmt *begin, *commit, *rollback, *add_batch, *seal_batch, *add_change;
    struct str *names;   /* answer of store_ledgers */
    struct pipe *pipe;   /* rows on their way to the disk (pipe.c) */
    struct sheaf *sheaf; /* while a first great load is at work (bulk.c) */
};

/* open.c */
extern const char *const STORE_TAILS[]; /* what SQLite calls the files beside a store: its name with one of these; ends with NULL */
bool store_fault(struct store *s, int rc); /* adds the finding for an SQLite result; always false */
/* Why a database that is there cannot be opened, as an errno; 0: nobody knows.  SQLite wants files beside it, and tells the errno
 * of its last try to have one (`system`), which is seldom that of the first: a full disk becomes "No such file or directory".  So
 * the reason is asked for again. */
int open_error(const char *path, int system);
sqlite3_stmt *store_prepare(struct store *s, const char *sql); /* NULL after a finding */
bool store_exec(struct store *s, const char *sql);
bool store_step_done(struct store *s, sqlite3_stmt *q); /* steps to the end, resets; false after a finding */
int64_t store_number(struct store *s, const char *sql); /* first column of the first row, 0 when there is none */
struct str column_str(sqlite3_stmt *q, int i);          /* valid until the next step */

/* tables.c */
bool tables_make(struct store *s);       /* a new store: system tables and batch 1 */
void tables_statements(struct buf *sql); /* that make the system tables */
bool tables_load(struct store *s); /* reads what tables there are; false after a finding, also where one is not as it must be */
struct table *tables_ledger(struct store *s, struct str name); /* NULL when the ledger has none */
int table_column(const struct table *t, struct str name);
void tables_free(struct store *s);
bool tables_forget(struct store *s); /* after a rollback in which ledgers may have been made or changed: reads them again */
void buf_name(struct buf *b, struct str name);                        /* "name", quoted for SQL */
void buf_literal(struct buf *b, struct str text);                     /* 'text', quoted for SQL */
void buf_typed(struct buf *sql, const char *alias, struct str field); /* what was typed in a field, out of _typed */

/* image.c: the bytes of a row, over which its digest goes.  For every value that is not null, in the order of columns:
 * the column's number (from 0 after _out), the length of its text, its text; numbers of seven bits a byte, lowest first. */
void image_add(struct buf *image, size_t column, struct str text);
void image_of_values(struct buf *image, const struct str *values, size_t n);
void image_of_row(struct buf *image, sqlite3_stmt *q, int first, size_t n); /* columns first.. of a row read back */
void image_digest(struct str image, unsigned char digest[32]);
bool image_next(struct str *rest, size_t *column, struct str *text); /* takes a value off; false when there is no more */
/* How a column keeps a text: SQLITE_TEXT, or as a number that reads back as these very bytes, which is put into *whole or *real. */
int image_value(enum column_kind kind, struct str text, int64_t *whole, double *real);
int image_bind(sqlite3_stmt *insert, int first, struct table *t, struct str image); /* an SQLite result */
int version_close(const struct store *s, struct table *t, int64_t id);              /* now; an SQLite result */
/* Of a ledger's row: a hash of its content (flags, what was typed, fields), kept in _hash. */
uint64_t content_hash(const struct str *values, size_t n, struct buf *image);
uint64_t row_content_hash(const struct table *t, sqlite3_stmt *q, int first, struct buf *image);
void hash_row(struct sha256_ctx *c, int64_t id, const unsigned char digest[32]);
void hash_closed(const int64_t *ids, size_t n, char hex[65]); /* ids in ascending order */
void hex_of(const unsigned char *d, size_t n, char *hex);

/* batch.c */
bool batch_begin(struct store *s, const char *kind);
bool batch_end(struct store *s, bool keep);
/* Several batches in one transaction: all of them or none. */
bool group_begin(struct store *s);
bool group_end(struct store *s, bool keep);
bool batch_first(struct store *s);   /* batch 1, inside the transaction that makes the store; commits */
bool batch_refresh(struct store *s); /* asks for the head again */
/* A new version; `values` one a column, {NULL,0} = null.  Its _id, 0 after a finding. */
int64_t table_open_row(struct store *s, struct table *t, const struct str *values);
/* The same with the image of the columns from `n` on made already. */
int64_t table_open_row_with(struct store *s, struct table *t, const struct str *values, size_t n, struct str rest);
bool table_close_row(struct store *s, struct table *t, int64_t id);
int64_t table_next(struct store *s, struct table *t); /* the _id that the next row will have */
/* The number of a unit's code, made when there is none; 0 after a finding or for an empty code. */
int64_t code_number(struct store *s, struct str code);
/* The hash of a sealed batch from its columns, for writing and verifying.  The salt, 32 random hex digits, keeps anyone from trying
 * out on the hash what stood in a row that was erased: it goes with the row (erase.c). */
struct batch_text {
    struct str kind, by, at, command, source, source_hash, period, counts, previous, salt;
    int64_t id, undoes, run;
};
void batch_hash(const struct batch_text *b, struct str changes, char hex[65]);
void batch_change_line(struct buf *out, struct str table, int64_t first, int64_t opened, const char *opened_hash, int64_t closed,
                       const char *closed_hash);

/* verify.c: the hash that a batch bears (`stated`), and that of what stands in it now (`found`); either may be NULL. */
bool batch_digest(struct store *s, int64_t id, char stated[65], char found[65]);

/* units.c: makes `u` the units of the store, within the open batch, else in one of its own. */
bool units_apply(struct store *s, const struct units *u);

/* read.c */
/* Rows of a statement: owns it.  Column names are the statement's. */
struct rows *rows_of_statement(struct store *s, const char *name, sqlite3_stmt *q);
/* SELECT the expressions, then `rest` (" FROM ..."), as columns of these names; copies all of it.  Can be narrowed. */
struct select {
    struct str *names, *expressions;
    size_t n;
    struct str rest;
};
struct rows *rows_of_select(struct store *s, const char *name, const struct select *x);
void buf_visible(struct buf *sql, const char *alias, int64_t as_of); /* "alias._out IS NULL", or as of a batch */

#endif
