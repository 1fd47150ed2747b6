#include "link/pinyin.h"

#include <stdio.h>
#include <unicode/uchar.h>

#include "base/text.h"
#include "link/han.h"

enum { LONGEST = 32, WORDS = 4, SYLLABLES = 4 };

/* The letters of a name, and where its words end. */
struct spelling {
    char letters[LONGEST];
    size_t n, end[WORDS], n_words;
};

char pinyin_letter(uint32_t c)
{
    static const struct {
        const char *marked;
        char plain;
    } VOWELS[] = {{"āáǎàăâ", 'a'}, {"ēéěèê", 'e'}, {"īíǐì", 'i'}, {"ōóǒò", 'o'}, {"ūúǔùŭ", 'u'}, {"üǖǘǚǜ", 'v'}, {"ńňǹ", 'n'}};
    if (c < 0x80) return (c | 32) >= 'a' && (c | 32) <= 'z' ? (char)(c | 32) : 0;
    c = (uint32_t)u_tolower((UChar32)c);
    for (size_t i = 0; i < sizeof VOWELS / sizeof *VOWELS; i++) {
        struct str marked = str_of(VOWELS[i].marked);
        for (size_t at = 0; at < marked.n;)
            if (text_next(marked, &at) == c) return VOWELS[i].plain;
    }
    return 0;
}

static bool read_letters(struct str text, struct spelling *s)
{
    *s = (struct spelling){.n = 0};
    bool gap = true;
    for (size_t i = 0; i < text.n;) {
        uint32_t c = text_next(text, &i);
        if (c == ' ') {
            gap = true;
            continue;
        }
        if (c >= '0' && c <= '5' && !gap) continue; /* the number of a tone */
        char letter = pinyin_letter(c);
        if (!letter || s->n == LONGEST || (gap && s->n_words == WORDS)) return false;
        s->n_words += gap;
        s->letters[s->n++] = letter;
        s->end[s->n_words - 1] = s->n;
        gap = false;
    }
    return s->n > 0;
}

struct syllables {
    uint16_t v[SYLLABLES];
    unsigned n;
};

/* Adds the syllables of a word, the longest first; of one within it that begins with a vowel, xi'an and not xian, only where it can
 * be no other way. */
static bool add_word(struct str word, bool vowels, bool first, struct syllables *to)
{
    size_t n;
    if (!word.n) return true;
    if (to->n == SYLLABLES || (!first && !vowels && strchr("aeo", word.s[0]))) return false;
    const uint16_t *tried = han_syllables(word.s[0], &n);
    for (size_t i = 0; i < n; i++) {
        size_t length = han_spelt(tried[i], word);
        if (!length) continue;
        unsigned before = to->n;
        to->v[to->n++] = tried[i];
        if (add_word(str_from(word, length), vowels, false, to)) return true;
        to->n = before;
    }
    return false;
}

/* How frequent a surname is: 1 is the most; 0 = it is none that is. */
static unsigned surname_rank(uint16_t syllable)
{
    static const char NAMES[] =
        " wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang han feng "
        "deng "
        "cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng su wei lv lu ding ren yao shen zhong cui tan fan shi jia "
        "xia "
        "fu fang zou xiong bai meng qin qiu hou yin xue yan duan lei long tao gu mao hao gong shao wan dai qian mo kong xiang "
        "chang "
        "kang jin hong ning yi qiao lai wen niu ge xing an qi pang ni zhuang nie yue zhai geng guan lan jiao zuo liao gan bao ji "
        "shang shu ruan ke mei tong ling bi shan pei huo tu miao sheng qu ran che zhan ou min kuang jian mi chai hua rao ying piao "
        "lou zang dou mu zha xin bian sha ";
    char word[16];
    size_t at;
    struct str wanted = {word, (size_t)snprintf(word, sizeof word, " %s ", han_spelling(syllable))}, all = str_of(NAMES);
    if (!str_find(all, wanted, &at)) return 0;
    unsigned rank = 1;
    for (size_t i = 0; i < at; i++) rank += all.s[i] == ' ';
    return rank;
}

/* A surname of two: ouyang. */
static bool is_double(const uint16_t *v)
{
    static const char NAMES[] =
        " ouyang sima shangguan zhuge dongfang huangfu yuchi gongsun linghu murong yuwen zhangsun situ sikong "
        "xiahou xuanyuan dugu nangong duanmu tantai chunyu shentu ";
    char word[24];
    size_t at;
    struct str wanted = {word, (size_t)snprintf(word, sizeof word, " %s%s ", han_spelling(v[0]), han_spelling(v[1]))};
    return str_find(str_of(NAMES), wanted, &at);
}

/* Which syllable the surname begins with, and how many it has: the first ones, or the last one where the first is no surname or a
 * much rarer one; of a single word always the first if they can be.  0 = there is none. */
static unsigned find_surname(const struct syllables *s, const unsigned *in_word, size_t n_words, unsigned *at)
{
    enum { SELDOM_LAST = 3 };
    bool one = n_words == 1;
    *at = 0;
    if (s->n > 2 && (one || in_word[0] == 2) && is_double(s->v)) return 2;
    if (s->n > 3) return 0;
    unsigned first = one || in_word[0] == 1 ? surname_rank(s->v[0]) : 0;
    unsigned last = one || in_word[n_words - 1] == 1 ? surname_rank(s->v[s->n - 1]) : 0;
    if (!first && !last) return 0;
    if (!first || (!one && last && last * SELDOM_LAST < first)) *at = s->n - 1;
    return 1;
}

bool pinyin_read(struct str text, uint64_t *f, unsigned *surname)
{
    struct spelling w;
    struct syllables s = {.n = 0};
    unsigned in_word[WORDS] = {0}, at;
    if (!read_letters(text, &w)) return false;
    for (size_t i = 0; i < w.n_words; i++)
        if (!strchr("aeiouvngr", w.letters[w.end[i] - 1])) return false; /* no syllable ends so */
    for (size_t i = 0, from = 0; i < w.n_words; from = w.end[i++]) {
        struct str word = {w.letters + from, w.end[i] - from};
        unsigned before = s.n;
        if (!add_word(word, false, true, &s) && !add_word(word, true, true, &s)) return false;
        in_word[i] = s.n - before;
    }
    if (s.n < 2 || !(*surname = find_surname(&s, in_word, w.n_words, &at))) return false;
    uint16_t slots[NAME_SLOTS + 1] = {0};
    for (unsigned i = 0; i < s.n; i++) slots[i] = (uint16_t)(SLOT_SOUND + s.v[(i + at) % s.n]);
    slots[NAME_SLOTS] = (uint16_t)s.n;
    memcpy(f, slots, sizeof slots);
    return true;
}

bool pinyin_is(uint32_t character, uint16_t typed)
{
    struct str letters = str_of(han_spelling(typed));
    const uint16_t *readings = han_readings(character);
    for (unsigned k = 0; k < HAN_READINGS && readings[k]; k++)
        if (han_spelt(readings[k], letters) == letters.n) return true;
    return false;
}

/* The characters from the i-th on, of which the first is the from-th. */
static bool spells(struct str letters, const uint64_t *f, unsigned from, unsigned i)
{
    unsigned n = name_length(f);
    if (i == n) return letters.n == 0;
    unsigned c = name_slot(f, (from + i) % n);
    bool sound = c >= SLOT_SOUND && c < SLOT_SOUND_END;
    const uint16_t only[HAN_READINGS] = {(uint16_t)(c - SLOT_SOUND)}, *readings = sound ? only : han_readings(c);
    for (unsigned k = 0; k < HAN_READINGS && readings[k]; k++) {
        size_t took = han_spelt(readings[k], letters);
        if (took && spells(str_from(letters, took), f, from, i + 1)) return true;
    }
    return false;
}

bool pinyin_spells(struct str text, const uint64_t *f)
{
    struct spelling w;
    if (!read_letters(text, &w)) return false;
    struct str letters = {w.letters, w.n};
    return spells(letters, f, 0, 0) || spells(letters, f, name_surname(f), 0);
}
