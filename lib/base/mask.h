/* Masks for personal data: one profile per audience.
 *
 * none      as it is
 * internal  for lists inside the station: 李**, 370124********1234, 138****5678, 锦东小区12****, 1985 of a date
 * public    for notices: 李**, 3***************** (its first digit only), 1**********, 锦东小***, 1985
 * Of names, ids and telephones the length is kept, which helps tracing.  A value so short that its ends would be all of it loses
 * half of them: nothing but a year is ever shown whole. */
#ifndef VET_BASE_MASK_H
#define VET_BASE_MASK_H

#include "base/str.h"

enum mask_profile { PROFILE_NONE, PROFILE_INTERNAL, PROFILE_PUBLIC };
/* What kind of thing a value is (a ledger's vet:mask); MASK_ALL: anything may be in it, nothing of it is shown. */
enum mask { MASK_NONE, MASK_NAME, MASK_ID, MASK_PHONE, MASK_ADDRESS, MASK_DATE, MASK_TEXT, MASK_ALL };

bool mask_profile_of(struct str word, enum mask_profile *out); /* "none" "internal" "public" */
bool mask_of(struct str word, enum mask *out);                 /* "none" "name" "id" "phone" "address" "date" "text" */
/* Appends `value` (UTF-8; several joined by ';' are masked one by one where the kind is phone or name). */
void mask_write(struct buf *out, enum mask_profile p, enum mask m, struct str value);

#endif
