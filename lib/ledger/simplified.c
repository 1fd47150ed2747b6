#include "ledger/simplified.h"

#include "base/text.h"

static const uint16_t FORMS[][2] = {
#include "ledger/simplified.inc"
};

uint32_t simplified(uint32_t c)
{
    size_t low = 0, high = sizeof FORMS / sizeof *FORMS;
    if (c < FORMS[0][0] || c > FORMS[high - 1][0]) return c;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (FORMS[mid][0] < c) low = mid + 1;
        else high = mid;
    }
    return FORMS[low][0] == c ? FORMS[low][1] : c;
}

bool simplified_text(struct buf *out, struct str s)
{
    bool changed = false;
    for (size_t i = 0; i < s.n;) {
        size_t start = i;
        uint32_t c = text_next(s, &i), to = c < 0x3400 ? c : simplified(c);
        if (to == c) {
            buf_add(out, s.s + start, i - start);
            continue;
        }
        buf_utf8(out, to);
        changed = true;
    }
    return changed;
}
