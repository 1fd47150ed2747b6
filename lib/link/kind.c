/* The table of kinds with their levels, and the keys by which values meet. */
#include "link/kind.h"

#include <math.h>
#include <stddef.h>

#include "base/text.h"
#include "link/han.h"
#include "link/kind_own.h"
#include "link/pinyin.h"

#define NONE                                                                                                                       \
    {                                                                                                                              \
        "none", "not given",                                                                                                       \
        {                                                                                                                          \
            0, 0, 0                                                                                                                \
        }                                                                                                                          \
    }
/* Equal values by how many rows have them; the first is the commonest, and its start stands for all of them together. */
#define EQUAL5(m, h, u)                                                                                                            \
    {"equal", "the same, very common", {m, h, u}}, {"equal_512", "the same, common", {0}}, {"equal_64", "the same", {0}},          \
        {"equal_16", "the same, rare", {0}},                                                                                       \
    {                                                                                                                              \
        "equal_4", "the same, very rare",                                                                                          \
        {                                                                                                                          \
            0                                                                                                                      \
        }                                                                                                                          \
    }

static const struct likeness NAME_LEVELS[] = {
    NONE,
    {"other", "different", {.01f, .10f, .86f}},
    {"given", "same given name, other surname", {.005f, .002f, .002f}},
    {"surname", "same surname", {.004f, .35f, .06f}},
    {"brothers", "same surname and generation character", {.004f, .45f, .008f}},
    {"changed", "one character differs", {.015f, .02f, .004f}},
    {"part", "a character missing, added or moved", {.03f, .02f, .004f}},
    {"shape", "a character that looks or sounds alike, or was lost", {.04f, .02f, .002f}},
    {"sound", "sounds the same", {.06f, .02f, .003f}},
    EQUAL5(.82f, .018f, .05f),
};
#define WORD(m, h, u, swapped)                                                                                                     \
    NONE, {"other", "different", {.03f, 1 - (h)-.08f, 1 - (u)-.08f}}, {"faint", "slightly alike", {.01f, .03f, .03f}},             \
        {"near", "alike", {.02f, .02f, .02f}}, {"nearer", "much alike", {.03f, .02f, .02f}},                                       \
        {"almost", "almost the same", {.06f, .008f, .008f}}, {"swapped", swapped, {.02f, .002f, .002f}}, EQUAL5(m, h, u)
static const struct likeness SURNAME_LEVELS[] = {WORD(.83f, .70f, .05f, "the two names changed places")};
static const struct likeness GIVEN_LEVELS[] = {WORD(.83f, .05f, .05f, "the two names changed places")};
static const struct likeness WORD_LEVELS[] = {WORD(.83f, .50f, .08f, "the two words changed places")};
static const struct likeness TEXT_LEVELS[] = {
    NONE,
    {"other", "different", {.08f, .50f, .85f}},
    {"faint", "slightly alike", {.05f, .06f, .07f}},
    {"half", "alike", {.08f, .05f, .03f}},
    {"most", "much alike", {.12f, .05f, .01f}},
    {"almost", "almost the same", {.15f, .05f, .005f}},
    EQUAL5(.52f, .29f, .035f),
};
static const struct likeness ADDRESS_LEVELS[] = {
    NONE,
    {"other", "different", {.08f, .14f, .798f}},
    {"faint", "slightly alike", {.05f, .05f, .08f}},
    {"half", "alike, other numbers", {.05f, .05f, .05f}},
    {"most", "the same place, other numbers", {.05f, .05f, .02f}},
    {"numbers", "alike, the same numbers", {.10f, .10f, .01f}},
    {"door", "the same but for parts left out", {.25f, .25f, .01f}},
    {"swapped", "the two addresses changed places", {.02f, .01f, .002f}},
    EQUAL5(.40f, .35f, .03f),
};
static const struct likeness DATE_LEVELS[] = {
    NONE,
    {"other", "different", {.005f, .60f, .60f}},
    {"decade", "within ten years", {.005f, .30f, .24f}},
    {"year", "the same year", {.01f, .03f, .03f}},
    {"near", "within sixty days", {.03f, .01f, .005f}},
    {"partial", "the same year, no more known", {.02f, .01f, .005f}},
    {"month", "the same year and month", {.03f, .005f, .005f}},
    {"slip", "one slip of the pen", {.04f, .005f, .005f}},
    {"equal", "the same", {.86f, .04f, .11f}},
    {"equal_16", "the same, rare", {0}},
};
static const struct likeness CITIZEN_LEVELS[] = {
    NONE,
    {"both_valid", "both valid, and different", {.00001f, .935f, .955f}},
    {"other", "different, one not valid", {.01f, .053f, .043f}},
    {"twins", "both valid, the same place and date", {.00001f, .01f, .001f}},
    {"two", "two slips, or many digits hidden; one not valid", {.02f, .001f, .0003f}},
    {"one", "one slip, or few digits hidden; one not valid", {.10f, .0003f, .0002f}},
    {"equal_bad", "the same, not valid", {.03f, .0003f, .0002f}},
    {"equal", "the same, common", {.84f, .0004f, .0003f}},
    {"equal_16", "the same", {0}},
};
static const struct likeness IDENTIFIER_LEVELS[] = {
    NONE,
    {"other", "different", {.05f, .99f, .99f}},
    {"two", "two slips", {.02f, .006f, .006f}},
    {"one", "one slip", {.10f, .003f, .003f}},
    {"equal", "the same, common", {.83f, .001f, .001f}},
    {"equal_16", "the same", {0}},
};
static const struct likeness PHONE_LEVELS[] = {
    NONE,
    {"other", "different", {.25f, .60f, .97f}},
    {"slip", "one slip, or no area code", {.04f, .01f, .002f}},
    {"swapped", "the number stands in the other column", {.05f, .03f, .001f}},
    {"equal", "the same, common", {.71f, .39f, .028f}},
    {"equal_16", "the same, shared", {0}},
    {"equal_4", "the same", {0}},
};
static const struct likeness EMAIL_LEVELS[] = {
    NONE,
    {"other", "different", {.05f, .93f, .93f}},
    {"faint", "slightly alike", {.03f, .03f, .03f}},
    {"near", "alike", {.05f, .01f, .01f}},
    {"local", "the same before the @", {.05f, .005f, .005f}},
    {"almost", "almost the same", {.15f, .005f, .005f}},
    {"equal", "the same, common", {.67f, .02f, .02f}},
    {"equal_16", "the same, shared", {0}},
    {"equal_4", "the same", {0}},
};
static const struct likeness NUMBER_LEVELS[] = {
    NONE,
    {"other", "different", {.10f, .80f, .80f}},
    {"tenth", "within a tenth", {.05f, .10f, .10f}},
    {"near", "within a hundredth", {.05f, .02f, .02f}},
    EQUAL5(.80f, .08f, .08f),
};
static const struct likeness CODE_LEVELS[] = {
    NONE,
    {"other", "different", {.04f, .30f, .75f}},
    {"start", "the same beginning", {.06f, .10f, .10f}},
    {"slip", "one slip", {.08f, .05f, .05f}},
    EQUAL5(.82f, .55f, .10f),
};
static const struct likeness CATEGORY_LEVELS[] = {
    NONE,
    {"other", "different", {.06f, .12f, .60f}},
    {"equal", "the same, very common", {.94f, .88f, .40f}},
    {"equal_10", "the same, common", {0}},
    {"equal_100", "the same", {0}},
    {"equal_1000", "the same, rare", {0}},
};

#define LEVELS_OF(t) (uint8_t)(sizeof(t) / sizeof *(t))
const struct kind_info KINDS[KIND_COUNT] = {
    [KIND_NAME] = {"name", 2, true, LEVELS_OF(NAME_LEVELS), 9, 4, false, NAME_LEVELS},
    [KIND_SURNAME] = {"surname", 2, true, LEVELS_OF(SURNAME_LEVELS), 7, 6, false, SURNAME_LEVELS},
    [KIND_GIVEN] = {"given", 2, true, LEVELS_OF(GIVEN_LEVELS), 7, 6, false, GIVEN_LEVELS},
    [KIND_WORD] = {"word", 2, true, LEVELS_OF(WORD_LEVELS), 7, 6, false, WORD_LEVELS},
    [KIND_TEXT] = {"text", 3, true, LEVELS_OF(TEXT_LEVELS), 6, 0, false, TEXT_LEVELS},
    [KIND_ADDRESS] = {"address", 3, false, LEVELS_OF(ADDRESS_LEVELS), 8, 7, false, ADDRESS_LEVELS},
    [KIND_DATE] = {"date", 1, false, LEVELS_OF(DATE_LEVELS), 8, 0, false, DATE_LEVELS},
    [KIND_CITIZEN_ID] = {"citizen_id", 2, false, LEVELS_OF(CITIZEN_LEVELS), 7, 3, false, CITIZEN_LEVELS},
    [KIND_IDENTIFIER] = {"identifier", 0, true, LEVELS_OF(IDENTIFIER_LEVELS), 4, 0, false, IDENTIFIER_LEVELS},
    [KIND_PHONE] = {"phone", 1, false, LEVELS_OF(PHONE_LEVELS), 4, 3, false, PHONE_LEVELS},
    [KIND_EMAIL] = {"email", 2, true, LEVELS_OF(EMAIL_LEVELS), 6, 0, false, EMAIL_LEVELS},
    [KIND_NUMBER] = {"number", 1, false, LEVELS_OF(NUMBER_LEVELS), 4, 0, false, NUMBER_LEVELS},
    [KIND_CODE] = {"code", 0, true, LEVELS_OF(CODE_LEVELS), 4, 0, false, CODE_LEVELS},
    [KIND_CATEGORY] = {"category", 0, true, LEVELS_OF(CATEGORY_LEVELS), 2, 0, true, CATEGORY_LEVELS},
};
const char *const KIND_WORDS[] = {"name",       "surname", "given", "word",   "text", "address",  "date", "citizen_id",
                                  "identifier", "phone",   "email", "number", "code", "category", NULL};
const char *const KEY_WORDS[] = {"whole",      "sound", "surname", "given", "letters", "year",    "month_day",
                                 "year_month", "birth", "area",    "start", "end",     "numbers", NULL};

double kind_closeness(const struct kind_info *info, unsigned l)
{
    if (l >= info->exact) return 1;
    const float *at = info->levels[l].start, *equal = info->levels[info->exact].start;
    double bits = log2((double)at[CLASS_MATCH] / (double)at[CLASS_OTHER]);
    double most = log2((double)equal[CLASS_MATCH] / (double)equal[CLASS_OTHER]);
    return fmin(fmax(bits / most, 0), 1);
}

bool kind_of(struct str word, enum kind *out)
{
    for (int k = 0; k < KIND_COUNT; k++)
        if (str_is(word, KINDS[k].word)) {
            *out = (enum kind)k;
            return true;
        }
    return false;
}

/* Which of the rarities: 0 = the rarest. */
static unsigned rarity(const struct kind_info *info, uint32_t count, uint64_t rows)
{
    if (info->relative) {
        double share = (double)count / (double)(rows ? rows : 1);
        return share < 0.001 ? 0 : share < 0.01 ? 1 : share < 0.1 ? 2 : 3;
    }
    return count <= 4 ? 0 : count <= 16 ? 1 : count <= 64 ? 2 : count <= 512 ? 3 : 4;
}

unsigned kind_equal(enum kind k, const struct kept *v, uint32_t count, uint64_t rows)
{
    const struct kind_info *info = &KINDS[k];
    if (k == KIND_CITIZEN_ID && v->f[1] & ID_MASKED) return kind_level(k, v, v);
    if (k == KIND_CITIZEN_ID && !kind_id_valid(v->f)) return info->exact - 1u;
    unsigned all = (unsigned)(info->n_levels - info->exact), r = rarity(info, count, rows);
    if (k == KIND_DATE || k == KIND_CITIZEN_ID || k == KIND_IDENTIFIER) r = r > 1; /* two: up to 16 rows, and more */
    return info->n_levels - 1u - (r < all ? r : all - 1);
}

/* ---- keys ---- */
bool key_fits(enum kind k, enum key key)
{
    switch (key) {
    case KEY_WHOLE: return true;
    case KEY_SOUND: return k == KIND_NAME || k == KIND_SURNAME || k == KIND_GIVEN || k == KIND_WORD;
    case KEY_SURNAME:
    case KEY_GIVEN: return k == KIND_NAME;
    case KEY_LETTERS: return k == KIND_NAME || k == KIND_SURNAME || k == KIND_GIVEN || k == KIND_WORD || k == KIND_TEXT;
    case KEY_YEAR:
    case KEY_MONTH_DAY:
    case KEY_YEAR_MONTH: return k == KIND_DATE;
    case KEY_BIRTH:
    case KEY_AREA: return k == KIND_CITIZEN_ID;
    case KEY_START:
        return k == KIND_SURNAME || k == KIND_GIVEN || k == KIND_WORD || k == KIND_TEXT || k == KIND_IDENTIFIER ||
               k == KIND_EMAIL || k == KIND_CODE || k == KIND_PHONE;
    case KEY_END: return k == KIND_IDENTIFIER || k == KIND_PHONE || k == KIND_CITIZEN_ID || k == KIND_TEXT;
    case KEY_NUMBERS: return k == KIND_ADDRESS || k == KIND_TEXT;
    case KEY_COUNT: break;
    }
    return false;
}

static uint32_t key_of(uint64_t h, enum key key)
{
    uint32_t k = (uint32_t)(mix64(h + ((uint64_t)key << 56)) >> 32);
    return k ? k : 1;
}

/* How a slot sounds by its commonest reading, or that of surnames; ü is u, as many type it. */
static uint32_t slot_sound(unsigned c, bool surname)
{
    bool typed = c >= SLOT_SOUND && c < SLOT_SOUND_END;
    uint16_t s = typed ? (uint16_t)(c - SLOT_SOUND) : surname ? han_surname(c) : han_readings(c)[0];
    const char *spelt = han_spelling(s);
    if (!s) return c;
    if (spelt[1] == 'v' && !spelt[2]) s = han_syllable((struct str){spelt[0] == 'n' ? "nu" : "lu", 2}, &(size_t){0});
    return han_ears(s);
}

/* Soundex of Latin letters; Chinese characters by their sound. */
static uint64_t text_sound(struct str s)
{
    static const char CODES[] = "01230120022455012623010202";
    uint64_t h = 0;
    unsigned n = 0;
    char last = 0;
    for (size_t i = 0; i < s.n && n < 4;) {
        uint32_t c = text_next(s, &i);
        if (c < 'a' || c > 'z') {
            if (han_is(c)) h = mix64(h + slot_sound(c, false)), n++;
            continue;
        }
        char code = CODES[c - 'a'];
        if (n == 0) h = c, n = 1;
        else if (code != '0' && code != last) h = h * 31 + (uint64_t)code, n++;
        if (c != 'h' && c != 'w') last = code;
    }
    return n ? mix64(h) : 0;
}

static uint32_t long_name_key(enum key key, struct str text)
{
    const char *gap = memchr(text.s, ' ', text.n);
    if (key == KEY_SURNAME) text = str_head(text, gap ? (size_t)(gap - text.s) : text.n);
    if (key == KEY_GIVEN) text = str_from(text, gap ? (size_t)(gap - text.s) + 1 : 0);
    uint64_t h = text_sound(text);
    return h ? key_of(h, key) : 0;
}

/* A short name, or one that is written in pinyin as a short one; NULL for any other. */
static const uint64_t *short_name(const struct kept *v, uint64_t room[2], unsigned *surname)
{
    if (!name_length(v->f)) return pinyin_read(v->text, room, surname) ? room : NULL;
    *surname = name_surname(v->f);
    return v->f;
}

static uint32_t name_key(enum key key, const struct kept *v)
{
    uint64_t room[2], h = 0;
    unsigned s;
    const uint64_t *f = short_name(v, room, &s);
    if (!f) return long_name_key(key, v->text);
    unsigned from = key == KEY_GIVEN ? s : 0, to = key == KEY_SURNAME ? s : name_length(f);
    for (unsigned i = from; i < to; i++) {
        if (name_slot(f, i) == SLOT_LOST) return 0;
        h = mix64(h + slot_sound(name_slot(f, i), i == 0));
    }
    return from < to ? key_of(h, key) : 0;
}

static uint32_t letters_key(enum kind k, const struct kept *v)
{
    uint64_t sum = 0, room[2];
    unsigned surname;
    const uint64_t *f = k == KIND_NAME ? short_name(v, room, &surname) : NULL;
    if (f)
        for (unsigned i = 0; i < name_length(f); i++) sum += mix64(slot_sound(name_slot(f, i), i == 0));
    else
        for (size_t i = 0; i < v->text.n;) {
            uint32_t c = text_next(v->text, &i);
            if (c != ' ') sum += mix64(c);
        }
    return key_of(sum, KEY_LETTERS);
}

/* The digits from one to below another as a key; 0 when one of them is hidden. */
static uint32_t digits_key(enum key key, const uint8_t *digit, unsigned from, unsigned to)
{
    uint64_t h = 0;
    for (unsigned i = from; i < to; i++) {
        if (digit[i] == ID_HIDDEN) return 0;
        h = h << 4 | digit[i];
    }
    return key_of(h, key);
}

static uint32_t citizen_key(enum key key, const uint64_t *f)
{
    uint8_t digit[18] = {0};
    unsigned n = id_digits(f, digit);
    if (n != 17 && n != 18) return 0;
    if (key == KEY_AREA) return digits_key(key, digit, 0, 6);
    return key == KEY_BIRTH ? digits_key(key, digit, 6, 14) : digits_key(key, digit, 14, 18);
}

static uint32_t part_key(enum kind k, enum key key, const struct kept *v)
{
    enum { START = 3, END = 4 };
    if (k == KIND_PHONE) {
        uint64_t p = v->f[0];
        int digits = (63 - __builtin_clzll(p)) / 4;
        if (digits < 7) return 0;
        return key_of(key == KEY_START ? p >> (4 * (digits - 7)) : p & 0xFFFF, key);
    }
    if (v->text.n < START) return 0;
    if (key == KEY_END) return v->text.n < END ? 0 : key_of(str_hash(str_from(v->text, v->text.n - END)), key);
    size_t i = 0;
    for (int c = 0; c < START && i < v->text.n; c++) text_next(v->text, &i);
    return key_of(str_hash(str_head(v->text, i)), key);
}

uint32_t kind_key(enum kind k, enum key key, const struct kept *v, uint64_t hash)
{
    switch (key) {
    case KEY_WHOLE: return key_of(hash, key);
    case KEY_SOUND:
        if (k == KIND_NAME) return name_key(key, v);
        hash = text_sound(v->text);
        return hash ? key_of(hash, key) : 0;
    case KEY_SURNAME:
    case KEY_GIVEN: return name_key(key, v);
    case KEY_LETTERS: return letters_key(k, v);
    case KEY_YEAR: return key_of((uint64_t)date_year(v->f[0]), key);
    case KEY_MONTH_DAY: return date_month(v->f[0]) && date_day(v->f[0]) ? key_of(v->f[0] & 0xFFFF, key) : 0;
    case KEY_YEAR_MONTH: return date_month(v->f[0]) ? key_of(v->f[0] >> 8 & 0xFFFFFF, key) : 0;
    case KEY_BIRTH:
    case KEY_AREA: return citizen_key(key, v->f);
    case KEY_START:
    case KEY_END: return k == KIND_CITIZEN_ID ? citizen_key(key, v->f) : part_key(k, key, v);
    case KEY_NUMBERS: /* two of an address: a house number alone is anywhere */
        return v->f[2] & (k == KIND_TEXT ? 0x8000 : 0x80000000) ? key_of(v->f[2] & 0xFFFFFFFF, key) : 0;
    case KEY_COUNT: break;
    }
    return 0;
}
