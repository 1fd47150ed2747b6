/* The grammar of JSON (RFC 8259), without building anything: where a value ends, whether it is sound, and where the members of an
 * object stand.  The digits of a number can so be had as they are written. */
#ifndef VET_CELLS_JSON_SCAN_H
#define VET_CELLS_JSON_SCAN_H

#include "base/str.h"

enum { JSON_DEEPEST = 64 };
enum json_scan {
    JSON_SOUND,
    JSON_MORE, /* the text ends within the value */
    JSON_BAD,
    JSON_TOO_DEEP,
};
struct json_member {
    struct str key;   /* between the quotes, escapes as they are */
    struct str value; /* a string with its quotes */
};
struct json_members {
    struct json_member *v;
    size_t n, cap;
};
/* The value that begins at text.s[*at], no blank; *at moves past it, or to the fault.  `members` (may be NULL) becomes those of the
 * object, as slices of the text. */
enum json_scan json_scan_value(struct str text, size_t *at, struct json_members *members);
size_t json_skip_blanks(struct str text, size_t at);

#endif
