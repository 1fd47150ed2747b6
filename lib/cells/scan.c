#include "cells/scan.h"

#include <string.h>

#include "base/text.h"

size_t scan_count(const char *s, size_t n, char c)
{
    size_t count = 0, i = 0;
    for (; i + SCAN <= n; i += SCAN) count += (size_t)__builtin_popcountll(scan_mask(s + i, c));
    for (; i < n; i++) count += s[i] == c;
    return count;
}

bool scan_high(const char *s, size_t n)
{
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        uint64_t w[4];
        memcpy(w, s + i, sizeof w);
        if ((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080u) return true;
    }
    for (; i < n; i++)
        if ((unsigned char)s[i] >= 0x80) return true;
    return false;
}

bool utf8_valid(const char *s, size_t n)
{
    size_t bad;
    return text_valid((struct str){s, n}, &bad);
}
