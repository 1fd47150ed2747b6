/* Place: which unit a row belongs to, from what the sheet says.
 *
 * In this order: the row's own columns, the preamble, the title, the name of the sheet, the name of the file, the signatures below,
 * --place.  The deepest unit that is certain wins; a name that is no unit's is told with the nearest names. */
#ifndef VET_LEDGER_PLACE_H
#define VET_LEDGER_PLACE_H

#include "ledger/layout.h"
#include "ledger/units.h"

enum place_source { PLACE_PREAMBLE, PLACE_TITLE, PLACE_SHEET, PLACE_FILE, PLACE_FOOT, PLACE_OPTION, PLACE_SOURCES };

#define PLACE_FORM_CODE "表格编码" /* before the code of a form that vet-form wrote: CODE-2026-11 */

/* What one source says: the texts of its community, grid and building, or empty. */
struct place_said {
    struct str text[LEVEL_COUNT];
    bool labelled[LEVEL_COUNT]; /* 楼栋:12号楼, not words found in a title */
};
/* What stands above a table. */
struct place_context {
    struct place_said said[PLACE_SOURCES];
    struct str survey_date;
    struct str numbered; /* the number that is all of the sheet's name, or empty: perhaps that of its building */
    struct str form;     /* the unit's code on a form that vet-form wrote (表格编码), or empty */
    /* From place_context_settle: */
    uint32_t unit;                   /* the deepest certain, or UNIT_NONE */
    struct str unknown[LEVEL_COUNT]; /* names that are no unit's */
    struct str nearest[LEVEL_COUNT];
    enum place_source from; /* who named the deepest */
    struct arena memory;    /* of the texts */
};
void place_context_free(struct place_context *c);

/* The name of a grid or building that has no number in it, folded. */
struct place_name {
    struct str folded;
    uint32_t unit;
    enum level level;
};
enum { PLACE_BEGINS = 64 }; /* words of a set of 4,096 bits */
/* Units made ready for being looked for in running text; const and shared. */
struct places {
    const struct units *units; /* NULL: no units file; names are taken as they are */
    struct str *folded;        /* names and aliases of communities, folded, numbers plain */
    uint32_t *unit;
    size_t n;
    uint64_t begins[PLACE_BEGINS];      /* what they begin with; most texts name none of them */
    uint64_t name_begins[PLACE_BEGINS]; /* what those begin with */
    struct place_name *names;
    size_t n_names;
    uint32_t root; /* the only unit at the top, or UNIT_NONE */
    struct arena memory;
};
void places_ready(struct places *p, const struct units *u);
void places_free(struct places *p);

/* Reads labels with values (社区：云翠社区 网格：第3网格 楼栋：12号楼 填表日期：…) of a row, whether in one cell or in several. */
void place_read_preamble(struct place_context *c, const struct words *w, const struct line *l);
/* Finds the names of units in running text: a title, the name of a sheet or of a file. */
void place_read_text(struct place_context *c, const struct places *p, enum place_source source, struct str text);
/* Does the text begin with names of units, as a row of its own between the rows of a table does: 二、3网格12号楼(2人)?
 * *rest is what follows, folded; ordinals before and counts after are left out. */
bool place_begins_section(const struct places *p, struct str text, struct buf *rest);
/* Takes --place: a code, a name, or several names one after another.  False when it is none of them. */
bool place_read_option(struct place_context *c, const struct places *p, struct str text);
/* Decides the unit of the context. */
void place_context_settle(struct place_context *c, const struct places *p);

/* The unit of a row. */
struct place_found {
    uint32_t unit;                 /* the deepest certain, or UNIT_NONE */
    bool none;                     /* nothing at all names a unit */
    bool unknown[LEVEL_COUNT];     /* this level's name is no unit's */
    struct str typed[LEVEL_COUNT]; /* that name */
    struct str nearest[LEVEL_COUNT];
    uint32_t within[LEVEL_COUNT]; /* the unit in which it was looked for, until place_nearest was asked */
    bool asked[LEVEL_COUNT];
};
/* What the texts of rows turned out to be, so that each is looked up once: one a thread, and for one context only. Zero-initialise.
 */
struct place_memo {
    bool rooms; /* to be set: the column of buildings holds units or rooms too (楼栋/单元), so that 2-1 is no grid's building */
    struct map within; /* unit, level and text -> the unit found + 1, or 0 */
    struct map texts;  /* level and text -> in which ways no unit at all is called so */
};
void place_memo_free(struct place_memo *m); /* also to begin anew, with the same rooms */
/* `typed`: the row's own texts by level (empty: none).  The slices of `out` are those of `typed`, or live in the context. */
void place_of_row(const struct places *p, const struct place_context *c, struct place_memo *m, const struct str typed[LEVEL_COUNT],
                  struct place_found *out);
/* The building within a community or grid that an address means: 榆山街道云翠社区12号楼3单元201, 12-3-201.  UNIT_NONE unless all
 * that stands in it is understood and it means one: 幸福花园12号楼 may be anywhere. */
uint32_t place_of_address(const struct places *p, uint32_t within, struct str address, struct str date);
/* Does the text name a unit of that level, in any of the ways in which it is looked for? */
bool place_names_unit(const struct places *p, enum level level, struct str text);
/* The units' names near the unknown one of a level, or empty: looked for when it is asked the first time, then kept in `a`. */
struct str place_nearest(const struct places *p, const struct place_context *c, struct place_found *found, enum level l,
                         struct arena *a);

#endif
