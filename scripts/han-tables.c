/* Makes the tables of Chinese characters from the Unihan database (Debian's unicode-data), at build time.
 *
 *     bzcat Unihan_Readings.txt.bz2 ... | han > han_data.inc
 *
 * What is taken: readings without tones (kMandarin, kHanyuPinlu, kXHC1983, kTGHZ2013), the simplified and common form of a
 * character (kSimplifiedVariant, kZVariant, kSemanticVariant), and its shape (kFourCornerCode, kCangjie).  A character of the
 * Table of General Standard Chinese Characters (those with kTGHZ2013) is never folded into another. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 0x3400, LAST = 0x9FFF, N = LAST - FIRST + 1, READINGS = 4, VARIANTS = 8, SYLLABLES = 1024 };

struct character {
    uint16_t readings[READINGS];
    uint16_t simplified[VARIANTS], same[VARIANTS];
    uint32_t corner, cangjie;
    unsigned n_readings, n_simplified, n_same;
    int standard;
};
static struct character chars[N];
static char syllables[SYLLABLES][8];
static unsigned n_syllables = 1; /* 0 is "none" */

static int is_in(long c)
{
    return c >= FIRST && c <= LAST;
}

/* The plain letter of a UTF-8 vowel with a tone mark; 0 for a combining mark, which is left out. */
static int plain_letter(uint32_t c)
{
    static const struct {
        uint32_t from;
        char to;
    } MARKED[] = {{0x101, 'a'}, {0xE1, 'a'},  {0x1CE, 'a'}, {0xE0, 'a'},  {0x113, 'e'},  {0xE9, 'e'},  {0x11B, 'e'}, {0xE8, 'e'},
                  {0x12B, 'i'}, {0xED, 'i'},  {0x1D0, 'i'}, {0xEC, 'i'},  {0x14D, 'o'},  {0xF3, 'o'},  {0x1D2, 'o'}, {0xF2, 'o'},
                  {0x16B, 'u'}, {0xFA, 'u'},  {0x1D4, 'u'}, {0xF9, 'u'},  {0xFC, 'v'},   {0x1D6, 'v'}, {0x1D8, 'v'}, {0x1DA, 'v'},
                  {0x1DC, 'v'}, {0x144, 'n'}, {0x148, 'n'}, {0x1F9, 'n'}, {0x1E3F, 'm'}, {0xEA, 'e'}};
    if (c >= 'a' && c <= 'z') return (int)c;
    for (size_t i = 0; i < sizeof MARKED / sizeof *MARKED; i++)
        if (MARKED[i].from == c) return MARKED[i].to;
    return 0;
}

static unsigned syllable(const char *s)
{
    for (unsigned i = 1; i < n_syllables; i++)
        if (strcmp(syllables[i], s) == 0) return i;
    if (n_syllables == SYLLABLES) return 0;
    snprintf(syllables[n_syllables], sizeof syllables[0], "%s", s);
    return n_syllables++;
}

static void add_reading(struct character *c, const char *text, size_t n)
{
    char plain[8];
    size_t k = 0;
    for (size_t i = 0; i < n && k < sizeof plain - 1;) {
        unsigned char b = (unsigned char)text[i];
        uint32_t cp = b;
        size_t len = b < 0x80 ? 1 : b < 0xE0 ? 2 : 3;
        if (len == 2) cp = (b & 0x1Fu) << 6 | ((unsigned char)text[i + 1] & 0x3Fu);
        if (len == 3) cp = (b & 0x0Fu) << 12 | ((unsigned char)text[i + 1] & 0x3Fu) << 6 | ((unsigned char)text[i + 2] & 0x3Fu);
        int letter = plain_letter(cp);
        if (letter) plain[k++] = (char)letter;
        i += len;
    }
    plain[k] = 0;
    if (!k || c->n_readings == READINGS) return;
    unsigned id = syllable(plain);
    for (unsigned i = 0; i < c->n_readings; i++)
        if (c->readings[i] == id) return;
    c->readings[c->n_readings++] = (uint16_t)id;
}

/* Words of letters, wherever digits, dots, colons, commas, brackets and blanks stand between them. */
static void add_readings(struct character *c, const char *v)
{
    for (;;) {
        v += strspn(v, "0123456789.*:,() \t\r\n");
        size_t n = strcspn(v, "0123456789.*:,() \t\r\n");
        if (!n) return;
        add_reading(c, v, n);
        v += n;
    }
}

static void add_variants(uint16_t *list, unsigned *n, const char *v)
{
    for (const char *p = strstr(v, "U+"); p; p = strstr(p + 2, "U+")) {
        long c = strtol(p + 2, NULL, 16);
        if (is_in(c) && *n < VARIANTS) list[(*n)++] = (uint16_t)c;
    }
}

static uint32_t pack_corner(const char *v)
{
    uint32_t packed = 1;
    for (int k = 0; *v && *v != ' ' && k < 5; v++)
        if (*v >= '0' && *v <= '9') packed = packed << 4 | (uint32_t)(*v - '0'), k++;
    return packed;
}

static uint32_t pack_cangjie(const char *v)
{
    uint32_t packed = 0;
    for (int k = 0; *v >= 'A' && *v <= 'Z' && k < 5; v++, k++) packed = packed << 5 | (uint32_t)(*v - 'A' + 1);
    return packed;
}

static void take(const char *line)
{
    char field[40], value[400];
    unsigned long cp;
    if (sscanf(line, "U+%lx\t%39[^\t]\t%399[^\n]", &cp, field, value) != 3 || !is_in(cp)) return;
    struct character *c = &chars[cp - FIRST];
    if (strcmp(field, "kMandarin") == 0 || strcmp(field, "kHanyuPinlu") == 0 || strcmp(field, "kXHC1983") == 0)
        add_readings(c, value);
    else if (strcmp(field, "kTGHZ2013") == 0) {
        c->standard = 1;
        add_readings(c, value);
    } else if (strcmp(field, "kSimplifiedVariant") == 0) add_variants(c->simplified, &c->n_simplified, value);
    else if (strcmp(field, "kSemanticVariant") == 0 || strcmp(field, "kZVariant") == 0) add_variants(c->same, &c->n_same, value);
    else if (strcmp(field, "kFourCornerCode") == 0) c->corner = pack_corner(value);
    else if (strcmp(field, "kCangjie") == 0) c->cangjie = pack_cangjie(value);
}

/* The first of the list that is a standard character, or 0. */
static uint16_t standard_of(const uint16_t *list, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (chars[list[i] - FIRST].standard) return list[i];
    return 0;
}

static uint16_t fold(uint16_t cp)
{
    for (int step = 0; step < 3; step++) {
        const struct character *c = &chars[cp - FIRST];
        if (c->standard) return cp;
        uint16_t to = standard_of(c->simplified, c->n_simplified);
        if (!to) to = standard_of(c->same, c->n_same);
        if (!to && c->n_simplified) to = c->simplified[0];
        /* A variant of the full form: its own simplified form is the next step. */
        if (!to && c->n_same) to = c->same[0];
        if (!to || to == cp) return cp;
        cp = to;
    }
    return cp;
}

/* The syllable as careless ears and southern tongues have it: z/zh c/ch s/sh, n/ng, l/n, h/f. */
static unsigned fuzzy(unsigned id)
{
    char s[8], t[8];
    snprintf(s, sizeof s, "%s", syllables[id]);
    size_t k = 0, n = strlen(s);
    for (size_t i = 0; i < n; i++) {
        if (i == 1 && s[1] == 'h' && strchr("zcs", s[0])) continue;
        t[k++] = s[i];
    }
    t[k] = 0;
    if (k > 2 && strcmp(t + k - 2, "ng") == 0) t[--k] = 0;
    if (t[0] == 'l') t[0] = 'n';
    if (t[0] == 'f' && t[1] == 'u' && !t[2]) t[0] = 'h';
    return syllable(t);
}

static int by_letters(const void *a, const void *b)
{
    const char *x = syllables[*(const uint16_t *)a], *y = syllables[*(const uint16_t *)b];
    if (x[0] != y[0]) return x[0] < y[0] ? -1 : 1;
    if (strlen(x) != strlen(y)) return strlen(x) > strlen(y) ? -1 : 1;
    return strcmp(x, y);
}

/* The syllables that have a vowel (吽 and 嗯 are none that names have), by the first letter, the longest first; and where each
 * letter begins. */
static void put_in_order(void)
{
    static uint16_t order[SYLLABLES];
    unsigned n = 0, at = 0;
    for (unsigned i = 1; i < n_syllables; i++)
        if (strpbrk(syllables[i], "aeiouv")) order[n++] = (uint16_t)i;
    qsort(order, n, sizeof *order, by_letters);
    printf("};\nstatic const uint16_t HAN_IN_ORDER[] = {\n");
    for (unsigned i = 0; i < n; i++) printf("%u,\n", order[i]);
    printf("};\nstatic const uint16_t HAN_LETTERS[] = {\n");
    for (char letter = 'a'; letter <= '{'; letter++) {
        while (at < n && syllables[order[at]][0] < letter) at++;
        printf("%u,\n", at);
    }
}

int main(void)
{
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) take(line);
    unsigned known = n_syllables;
    static unsigned ears[SYLLABLES];
    for (unsigned i = 1; i < known; i++) ears[i] = fuzzy(i);
    if (known < 300) {
        fprintf(stderr, "han: the Unihan files hold too few readings; install unicode-data\n");
        return 1;
    }
    printf("static const char HAN_SYLLABLES[][8] = {\n");
    for (unsigned i = 0; i < n_syllables; i++) printf("\"%s\",\n", syllables[i]);
    printf("};\nstatic const uint16_t HAN_EARS[] = {\n");
    for (unsigned i = 0; i < n_syllables; i++) printf("%u,\n", i < known ? ears[i] : i);
    put_in_order();
    printf("};\nstatic const struct han HAN[] = {\n");
    for (long i = 0; i < N; i++) {
        const struct character *c = &chars[i];
        printf("{{%u,%u,%u,%u},%u,%u,%u},\n", c->readings[0], c->readings[1], c->readings[2], c->readings[3],
               fold((uint16_t)(i + FIRST)), c->corner, c->cangjie);
    }
    printf("};\n");
    return ferror(stdout) || fclose(stdout) != 0;
}
