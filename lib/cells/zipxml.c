#include "cells/zipxml.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

struct zipxml {
    const struct zipfile *z;
    int64_t part;
    const struct zipxml_handlers *h;
    void *ctx;
    XML_Parser parser;
    struct diag *diag;
    unsigned depth;
    unsigned long lines;
    bool stopped, paused;
};

static void malformed(struct zipxml *x, const char *why)
{
    char line[24];
    snprintf(line, sizeof line, "%lu", (unsigned long)XML_GetCurrentLineNumber(x->parser) + x->lines);
    zipfile_finding(x->z, x->diag, DIAG_PART_MALFORMED, x->part, line, why);
    zipxml_stop(x);
}

static void on_start(void *ctx, const XML_Char *name, const XML_Char **attrs)
{
    struct zipxml *x = ctx;
    const char *local = zipxml_local(name);
    if (x->stopped) return;
    if (++x->depth > ZIPXML_DEPTH) {
        malformed(x, "elements are nested too deeply");
        return;
    }
    if (x->depth == 1 && x->h->root && strcmp(local, x->h->root) != 0) {
        malformed(x, "another kind of part is wanted here");
        return;
    }
    if (x->h->start) x->h->start(x->ctx, x->depth, local, attrs);
}

static void on_end(void *ctx, const XML_Char *name)
{
    struct zipxml *x = ctx;
    if (x->stopped) return;
    if (x->h->end) x->h->end(x->ctx, x->depth, zipxml_local(name));
    x->depth--;
}

static void on_text(void *ctx, const XML_Char *s, int n)
{
    struct zipxml *x = ctx;
    if (!x->stopped) x->h->text(x->ctx, x->depth, s, (size_t)n);
}

static void on_doctype(void *ctx, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
    struct zipxml *x = ctx;
    (void)name, (void)system, (void)public;
    if (x->h->doctype_allowed && !internal) return;
    zipfile_finding(x->z, x->diag, DIAG_PART_ENTITIES, x->part, NULL, NULL);
    zipxml_stop(x);
}

struct zipxml *zipxml_new(const struct zipfile *z, int64_t part, const struct zipxml_handlers *h, void *ctx)
{
    struct zipxml *x = mem_zero(1, sizeof *x);
    *x = (struct zipxml){.z = z, .part = part, .h = h, .ctx = ctx, .parser = XML_ParserCreate(NULL), .diag = zipfile_book(z)->diag};
    if (!x->parser) mem_exhausted(sizeof *x);
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    if (h->text) XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    return x;
}

void zipxml_free(struct zipxml *x)
{
    if (!x) return;
    XML_ParserFree(x->parser);
    free(x);
}

void zipxml_tell(struct zipxml *x, struct diag *d)
{
    x->diag = d;
}

void zipxml_stop(struct zipxml *x)
{
    x->stopped = true;
    XML_StopParser(x->parser, XML_FALSE);
}

void zipxml_lines_before(struct zipxml *x, unsigned long lines)
{
    x->lines = lines;
}

void zipxml_pause(struct zipxml *x)
{
    if (!x->stopped && XML_StopParser(x->parser, XML_TRUE) == XML_STATUS_OK) x->paused = true;
}

bool zipxml_paused(const struct zipxml *x)
{
    return x->paused;
}

static bool answer(struct zipxml *x, enum XML_Status status)
{
    if (status == XML_STATUS_ERROR && !x->stopped) malformed(x, XML_ErrorString(XML_GetErrorCode(x->parser)));
    return status != XML_STATUS_ERROR && !x->stopped;
}

bool zipxml_resume(struct zipxml *x)
{
    x->paused = false;
    return answer(x, XML_ResumeParser(x->parser));
}

bool zipxml_prime(struct zipxml *x, const char *text)
{
    return zipxml_feed(x, text, strlen(text), false);
}

bool zipxml_feed(struct zipxml *x, const char *s, size_t n, bool last)
{
    const size_t most = 1 << 30; /* expat counts in int */
    do {                         /* a piece that is paused in is smaller */
        size_t k = n < most ? n : most;
        if (!answer(x, XML_Parse(x->parser, s, (int)k, last && k == n))) return false;
        s += k;
        n -= k;
    } while (n);
    return !x->stopped;
}

bool zipxml_read(struct zipfile *z, int64_t part, const struct zipxml_handlers *h, void *ctx)
{
    enum { PIECE = 64 * 1024 };
    struct zippart *p = zippart_open(z, part);
    if (!p) return false;
    struct zipxml *x = zipxml_new(z, part, h, ctx);
    char *piece = mem_alloc(PIECE);
    bool ok = true;
    for (ssize_t n = PIECE; ok && n == PIECE;) {
        n = zippart_read(p, piece, PIECE);
        ok = n >= 0 && zipxml_feed(x, piece, (size_t)n, n < PIECE);
    }
    free(piece);
    zipxml_free(x);
    zippart_close(p);
    return ok;
}

const char *zipxml_attr(const char **attrs, const char *local)
{
    for (; attrs[0]; attrs += 2)
        if (strcmp(zipxml_local(attrs[0]), local) == 0) return attrs[1];
    return NULL;
}
