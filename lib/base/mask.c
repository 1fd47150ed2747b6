#include "base/mask.h"

#include "base/text.h"

bool mask_profile_of(struct str word, enum mask_profile *out)
{
    static const char *const names[] = {"none", "internal", "public"};
    for (int i = 0; i < 3; i++)
        if (str_is(word, names[i])) {
            *out = (enum mask_profile)i;
            return true;
        }
    return false;
}

bool mask_of(struct str word, enum mask *out)
{
    static const char *const names[] = {"none", "name", "id", "phone", "address", "date", "text"};
    for (int i = 0; i < 7; i++)
        if (str_is(word, names[i])) {
            *out = (enum mask)i;
            return true;
        }
    return false;
}

/* How many characters stay at each end, and how many stars stand for the rest: -1 = one for each. */
struct keep {
    int head, tail, stars;
};
static const struct keep KEEP[3][8] = {
    [PROFILE_INTERNAL] =
        {
            [MASK_NAME] = {1, 0, -1},
            [MASK_ID] = {6, 4, -1},
            [MASK_PHONE] = {3, 4, -1},
            [MASK_ADDRESS] = {6, 0, 4},
            [MASK_DATE] = {4, 0, 0},
            [MASK_TEXT] = {1, 0, 3},
            [MASK_ALL] = {0, 0, 3},
        },
    [PROFILE_PUBLIC] =
        {
            [MASK_NAME] = {1, 0, -1},
            [MASK_ID] = {1, 0, -1},
            [MASK_PHONE] = {1, 0, -1},
            [MASK_ADDRESS] = {3, 0, 3},
            [MASK_DATE] = {4, 0, 0},
            [MASK_TEXT] = {0, 0, 3},
            [MASK_ALL] = {0, 0, 3},
        },
};

/* Never shows all of a value: what would be left whole loses half of its ends. */
static void mask_one(struct buf *out, struct keep k, struct str value)
{
    int n = (int)text_length(value);
    if (k.stars && k.head + k.tail >= n) {
        k.tail = 0;
        k.head = n > 1 ? n / 2 : 0;
    }
    int at = 0;
    for (size_t i = 0; i < value.n; at++) {
        size_t start = i;
        text_next(value, &i);
        if (at < k.head || at >= n - k.tail) buf_add(out, value.s + start, i - start);
        else if (k.stars < 0) buf_char(out, '*');
    }
    for (int s = 0; s < k.stars; s++) buf_char(out, '*');
}

void mask_write(struct buf *out, enum mask_profile p, enum mask m, struct str value)
{
    if (p == PROFILE_NONE || m == MASK_NONE || value.n == 0) {
        buf_str(out, value);
        return;
    }
    bool several = m == MASK_PHONE || m == MASK_NAME;
    while (value.n) {
        const char *semicolon = several ? memchr(value.s, ';', value.n) : NULL;
        struct str one = semicolon ? str_head(value, (size_t)(semicolon - value.s)) : value;
        mask_one(out, KEEP[p][m], one);
        if (!semicolon) break;
        buf_char(out, ';');
        value = str_from(value, one.n + 1);
    }
}
