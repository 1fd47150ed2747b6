/* The words by which sheets speak of themselves (合计, 填表人, 备注 ...), and those by which a ledger calls its fields.
 *
 * It tells what a text is, by its words alone: no rows, no values. */
#ifndef VET_LEDGER_WORDS_H
#define VET_LEDGER_WORDS_H

#include "ledger/schema.h"

/* A column that holds no field of the ledger. */
enum {
    COLUMN_IGNORED = SCHEMA_IGNORE, /* known and not wanted: 序号 */
    COLUMN_PART = 0xFFFFFD,         /* it makes a field together with others (ledger/assemble.h) */
    COLUMN_UNKNOWN = 0xFFFFFE,      /* it has a heading that nobody knows */
    COLUMN_BLANK = 0xFFFFFF + 1,    /* it has no heading */
};

/* What messages say where no name is near: a word that is translated. */
#define WORDS_NONE_NEAR "nothing like it"

/* The words of a ledger and of sheets, made ready once; const and shared by threads after that. */
struct words {
    const struct schema *schema;
    struct map mapped;         /* --map HEADING=field: heading key -> field index */
    struct map nil;            /* keys of texts that say "nobody here" */
    unsigned char first[8192]; /* which first characters begin a word that may make a row special */
    uint32_t name, id;         /* indexes of the fields with these roles, or UINT32_MAX; without a name, what is required */
    bool has_name;             /* it is a person's name */
};
void words_ready(struct words *w, const struct schema *s);
void words_free(struct words *w);
/* Adds HEADING=field.  False when there is no such field. */
bool words_map(struct words *w, struct str heading, struct str field);
/* The field that a heading means: an index, COLUMN_IGNORED, COLUMN_UNKNOWN or, for a blank, COLUMN_BLANK. */
uint32_t words_heading(const struct words *w, struct str heading);
/* The ledger's heading nearest to an unknown one; empty when none is near. */
struct str words_nearest(const struct words *w, struct str heading);

/* May a text that begins so be a heading or one of the words below?  Fast, and true too often rather than too seldom. */
bool words_may_begin(const struct words *w, const char *s, size_t n);

/* Of texts without blanks: */
/* The bytes of the longest word of a NULL-ended list that the text begins with, or 0. */
size_t words_begin(struct str s, const char *const *list);
/* Is it one of these words, alone, with a bracket, or as a label before a colon: 填报单位(盖章):... */
bool words_label(struct str s, const char *const *list);
bool text_is_total(struct str s);     /* 合计, 总人数:12 */
bool text_is_sender(struct str s);    /* 填报单位:… */
bool text_is_signature(struct str s); /* 填表人:, 审核人 */
bool text_is_note(struct str s);      /* 联系电话:, 备注: as they stand above a table or below it */
/* Does it begin with a word of either kind: 楼长李四, 电话138...? */
bool text_begins_signature(struct str s);

#endif
