/* The XML of a workbook's parts, over expat: fed in pieces, names without their prefix, hostile input refused.
 *
 * Namespaces are told by place, not by URI: transitional, strict and prefixed writers differ in URIs and prefixes only,
 * and no two namespaces put an element of one name into the same place.
 * A document type is refused, so entities other than XML's own five never expand; depth is bounded. */
#ifndef VET_CELLS_ZIPXML_H
#define VET_CELLS_ZIPXML_H

#include "cells/zipfile.h"

enum { ZIPXML_DEPTH = 200 };
struct zipxml;
/* `depth` of the root is 1.  `attrs` are name, value, ... NULL as expat gives them.  Any handler may be NULL. */
struct zipxml_handlers {
    void (*start)(void *ctx, unsigned depth, const char *local, const char **attrs);
    void (*end)(void *ctx, unsigned depth, const char *local);
    void (*text)(void *ctx, unsigned depth, const char *s, size_t n);
    const char *root;     /* local name that the root must have, or NULL */
    bool doctype_allowed; /* for old manifests: a document type without an internal subset is passed over */
};
/* `part` is named in findings; handlers and ctx are borrowed. */
struct zipxml *zipxml_new(const struct zipfile *z, int64_t part, const struct zipxml_handlers *h, void *ctx);
void zipxml_free(struct zipxml *x);
/* Findings go to `d` instead of the book's; it is borrowed. */
void zipxml_tell(struct zipxml *x, struct diag *d);
/* Text that stands before the part's own (the start tags around a fragment): not counted in lines. */
bool zipxml_prime(struct zipxml *x, const char *text);
/* False after a finding, or after zipxml_stop.  `last`: nothing follows. */
bool zipxml_feed(struct zipxml *x, const char *s, size_t n, bool last);
/* From a handler: parse no further.  The handler has added a finding, unless it merely has enough. */
void zipxml_stop(struct zipxml *x);
/* From a handler: stop here for now.  zipxml_feed then returns true; zipxml_resume goes on with what was fed, and may
 * pause again.  Feed nothing while paused. */
void zipxml_pause(struct zipxml *x);
bool zipxml_paused(const struct zipxml *x);
bool zipxml_resume(struct zipxml *x);
/* Lines that came before what is fed next, for findings. */
void zipxml_lines_before(struct zipxml *x, unsigned long lines);
/* The whole part.  False after a finding. */
bool zipxml_read(struct zipfile *z, int64_t part, const struct zipxml_handlers *h, void *ctx);

/* The value of the attribute with that local name, or NULL. */
const char *zipxml_attr(const char **attrs, const char *local);
static inline bool zipxml_true(const char *value) /* xsd:boolean */
{
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}
static inline const char *zipxml_local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

#endif
