/* What the parts of intake that open files and hand on what came of them share; nobody else includes it.
 *
 * A file becomes a reading a sheet (intake_reading.c), by one thread (intake_whole.c) or by several (intake_shared.c), and what
 * they took of it leaves in order (intake_leave.c). */
#ifndef VET_FLOW_INTAKE_RUN_H
#define VET_FLOW_INTAKE_RUN_H

#include "flow/intake_own.h"

struct run {
    struct intake in;
    const struct intake_options *o;
    struct diag *d;
    struct account *account;
    struct hand *hands; /* one a thread, and one for redoing blocks in order */
    unsigned threads;
    const char *const *paths;
    size_t n_paths, next_path;
    uint64_t serial; /* of sheets of large files */
    struct map told; /* unknown columns that were named */
    bool stopped;    /* the sink or an output failed */
};
/* Without its folders. */
const char *intake_file_name(const char *path);

/* intake_reading.c: what is kept until the end of a sheet, because later blocks point to it. */
struct keeping {
    struct kept *v;
    size_t n, cap;
};
void keep_all(struct keeping *k, struct piece *p); /* takes from the piece what it kept */
void keeping_free(struct keeping *k);
void piece_free(struct piece *p);
/* A reading of the book's current sheet; its strings live in `a`. */
/* A sheet of drop-downs that our own forms hide: it is none of the sender's. */
bool sheet_is_ours(const struct sheet *s);
struct reading reading_of(const struct intake *in, const struct sheet *sheet, const char *path, uint64_t serial, struct arena *a);
/* Readies a reading before its first block `b`. */
void reading_begin(struct reading *r, struct hand *h, const struct cell_block *b, struct keeping *k);
/* What there is to say of a sheet that was read: now, and at the end of the file. */
void reading_end(const struct reading *r, struct take *t, struct take *late);
void explain_book(const struct intake *in, struct take *t, struct book *b, const char *path);

/* intake_leave.c: a file on its way out. */
struct leaving {
    struct run *run;
    const char *path, *name;
    struct tally tally;
    uint64_t sheets, tables;
    uint64_t told[DIAG_COUNT];
    struct buf out, rejects; /* held back */
    struct take late;        /* findings for the end of the file */
    bool skip, begun, streaming;
    atomic_bool *enough; /* of a large file */
};
bool leave_begin(struct leaving *f, const unsigned char digest[32]);
void leave_tell(struct leaving *f, const struct finding *one);
void leave_tell_all(struct leaving *f, const struct take *t);
/* Hands on what one thread made.  False when the sink or an output failed. */
bool leave_take(struct leaving *f, struct take *t);
/* Ends a file: on `ok` its rows count and its output goes out; else nothing of it does. */
bool leave_end(struct leaving *f, bool ok);

/* intake_whole.c: a small file, which one thread takes whole. */
struct job {
    const char *path;
    size_t number;
    bool small;
    struct take take, late;
    struct keeping kept;
    struct piece piece;
    unsigned char digest[32];
};
void whole_read(struct job *j, struct hand *h);
bool whole_leave(struct run *run, struct job *j);

/* intake_shared.c: a large file, of which threads share the blocks of a sheet. */
bool shared_take(struct run *run, const char *path);

#endif
