#include "cells/decimal.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 17, PLAIN_LEAST = -6, PLAIN_MOST = 21 };

/* The shortest digits that read back as `value` (positive), d.ddd × 10^exponent, without zeros at the end. */
static int shortest_digits(double value, char digits[DIGITS + 1], int *exponent)
{
    char text[DIGITS + 16];
    for (int precision = DIGITS - 3; precision < DIGITS; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, value);
        if (strtod(text, NULL) == value) break;
    }
    int n = 0;
    const char *p = text;
    /* The decimal point is the locale's; whatever is no digit is it. */
    for (; *p && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9') digits[n++] = *p;
    *exponent = atoi(p + 1);
    while (n > 1 && digits[n - 1] == '0') n--;
    return n;
}

static size_t write_integer(uint64_t v, char *out)
{
    char reversed[24];
    size_t n = 0;
    do reversed[n++] = (char)('0' + v % 10);
    while (v /= 10);
    for (size_t i = 0; i < n; i++) out[i] = reversed[n - 1 - i];
    return n;
}

static size_t write_plain(const char *digits, int n, int exponent, char *out)
{
    char *p = out;
    if (exponent < 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = -1; i > exponent; i--) *p++ = '0';
        for (int i = 0; i < n; i++) *p++ = digits[i];
        return (size_t)(p - out);
    }
    for (int i = 0; i <= exponent || i < n; i++) {
        if (i == exponent + 1) *p++ = '.';
        *p++ = i < n ? digits[i] : '0';
    }
    return (size_t)(p - out);
}

static size_t write_scientific(const char *digits, int n, int exponent, char *out)
{
    char *p = out;
    *p++ = digits[0];
    if (n > 1) *p++ = '.';
    for (int i = 1; i < n; i++) *p++ = digits[i];
    *p++ = 'E';
    *p++ = exponent < 0 ? '-' : '+';
    return (size_t)(p - out) + write_integer((uint64_t)abs(exponent), p);
}

size_t decimal_shortest(double value, char out[DECIMAL_MAX])
{
    enum { EXACT_BITS = 53 };
    if (!isfinite(value)) return 0;
    size_t sign = 0;
    if (value < 0) {
        out[sign++] = '-';
        value = -value;
    }
    if (value <= (double)(1ull << EXACT_BITS) && value == floor(value)) return sign + write_integer((uint64_t)value, out + sign);
    char digits[DIGITS + 1];
    int exponent, n = shortest_digits(value, digits, &exponent);
    bool plain = exponent >= PLAIN_LEAST && exponent < PLAIN_MOST;
    return sign + (plain ? write_plain : write_scientific)(digits, n, exponent, out + sign);
}
