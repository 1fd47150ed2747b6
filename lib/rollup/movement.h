/* Movement of the stock of people between two moments: who came, left, changed place, and why.
 *
 *   opening + new + moved_in - moved_out - died + corrected = closing        for every unit and level
 *
 * A person is an entity; people of the two moments are matched by the records that they share, so that a merge or a split of
 * records in between is a correction and no event.  A move between units of the station cancels at the level above. */
#ifndef VET_ROLLUP_MOVEMENT_H
#define VET_ROLLUP_MOVEMENT_H

#include "ledger/schema.h"
#include "ledger/units.h"
#include "rollup/result.h"

struct movement_spec {
    const struct units *units;
    const struct schema *schema;     /* its stock, left and name */
    const char *where;               /* besides the ledger's stock; may be NULL */
    struct str from, to;             /* months */
    struct str today_from, today_to; /* on which ages are told */
};
enum event { EVENT_STAYED, EVENT_NEW, EVENT_MOVED, EVENT_LEFT, EVENT_DIED, EVENT_CORRECTED_IN, EVENT_CORRECTED_OUT };
struct person_event {
    enum event event;
    struct str from, to;     /* codes of units; empty: was or is not there */
    struct str name, record; /* of the record that counts, or did */
    struct str before;       /* the record that counted at the earlier moment; empty: none */
};
struct movement {
    struct person_event *v; /* all people of both moments, by unit, then name */
    size_t n, cap;
    const struct movement_spec *spec;
    struct arena memory;
};
/* Rows of both moments have unit, _entity, _record and the ledger's fields; closed by the caller.  NULL after findings. */
struct movement *movement_make(const struct movement_spec *spec, struct rows *from, struct rows *to, struct diag *d);
void movement_free(struct movement *m);
/* period,level,unit,name,opening,new,moved_in,moved_out,died,corrected,closing of all units of a level (LEVEL_COUNT: all). */
struct result *movement_result(const struct movement *m, enum level level);
/* period,event,from,from_name,to,to_name,name,record of all who did not stay; names as they are (mask is the caller's). */
struct result *movement_people(const struct movement *m);
/* Is the event one of those that a column of movement_result (opening new moved_in moved_out died corrected closing) counts for
 * the unit of that code and level?  ROLLUP_WHOLE: all units as one. */
bool movement_behind(const struct movement *m, const struct person_event *e, int level, struct str unit, struct str column);
const char *event_name(enum event e); /* 新增 迁移 迁出 去世 更正 */

#endif
