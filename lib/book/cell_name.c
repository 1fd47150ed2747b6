#include "book/binder.h"

enum { COLUMNS = 16384 };

void cell_name(struct buf *out, uint32_t row, uint16_t col)
{
    char letters[8];
    size_t n = 0;
    for (uint32_t c = col + 1u; c; c = (c - 1) / 26) letters[n++] = (char)('A' + (c - 1) % 26);
    while (n) buf_char(out, letters[--n]);
    buf_int(out, (int64_t)row + 1);
}

bool cell_parse(struct str s, uint32_t *row, uint16_t *col)
{
    uint32_t c = 0, r = 0;
    size_t i = 0;
    for (; i < s.n && ((s.s[i] >= 'A' && s.s[i] <= 'Z') || (s.s[i] >= 'a' && s.s[i] <= 'z')) && c <= COLUMNS; i++)
        c = c * 26 + (uint32_t)((s.s[i] | 32) - 'a') + 1;
    size_t digits = i;
    for (; i < s.n && s.s[i] >= '0' && s.s[i] <= '9' && r < 10000000; i++) r = r * 10 + (uint32_t)(s.s[i] - '0');
    if (i != s.n || i == digits || !c || c > COLUMNS || !r || r > 1048576) return false;
    *row = r - 1;
    *col = (uint16_t)(c - 1);
    return true;
}
