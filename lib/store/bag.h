/* A package of parts: one zip in BagIt layout (RFC 8493), written with fixed times so that the same parts give the same bytes.
 *
 * A package that comes from elsewhere is hostile until bag_open has gone through all of it: names, sizes, ratio, and the SHA-256
 * of every part.  Nothing is ever written to the disk under a name that an archive gives. */
#ifndef VET_STORE_BAG_H
#define VET_STORE_BAG_H

#include "base/out.h"
#include "flow/rows.h"

struct bag;

/* ---- writing ---- */
struct bag *bag_new(const char *name, struct diag *d); /* `name` is for messages */
/* Parts one after another: begin, text as often as wanted, then the next.  Names begin with data/. */
void bag_begin(struct bag *b, const char *part);
void bag_text(struct bag *b, struct str text);
/* Adds the manifests and `info` (lines of bag-info.txt) and writes the whole to `o`; `digest` is the SHA-256 of it.
 * False after a finding. */
bool bag_write(struct bag *b, struct str info, struct out *o, char digest[65]);

/* ---- reading ---- */
enum {
    BAG_PARTS = 200,
    BAG_TOTAL_MIB = 8192, /* of all parts, expanded: a county has some millions of people */
    BAG_RATIO = 250,      /* expanded : compressed, for a part above 8 MiB */
    BAG_NAME = 120
};
/* Opens and checks everything that a bag says of itself.  NULL after a finding. */
struct bag *bag_open(const char *path, struct diag *d);
const char *bag_digest(const struct bag *b); /* SHA-256 of the whole file, 64 hex digits */
/* A part as rows; NULL after a finding.  Lives no longer than the bag. */
struct rows *bag_rows(struct bag *b, const char *part);
bool bag_load(struct bag *b, const char *part, struct buf *text); /* false after a finding: it is not there, or above 64 MiB */
size_t bag_count(const struct bag *b);
const char *bag_name(const struct bag *b, size_t i);

void bag_free(struct bag *b);

#endif
