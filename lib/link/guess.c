/* Guessing which columns are compared and how, from headings and values. */
#include "link/guess.h"

#include <math.h>
#include <stdlib.h>
#include <unicode/uchar.h>

#include "base/text.h"
#include "link/heading.h"
#include "link/kind_own.h"

enum { SILENT = HEADING_SILENT, ASIDE = HEADING_ASIDE, LEFT_OUT = -9 }; /* instead of a kind */

/* How many values of a column are what, among those sampled. */
struct guess {
    size_t given, han, digits, dates, ats, blanks, distinct, length;
    size_t years, days;                         /* four digits that may be a year; one or two that may be a day or a month */
    size_t names, ids, phones, doors, decimals; /* Chinese names, citizen ids, telephones, addresses, numbers with a fraction */
    size_t texts, words, people;                /* with letters; one word of letters alone; two to four such words */
    size_t given_names, mixed, times,
        hashes; /* known given names, each once; letters with digits, a few; times of a day; 32 digits of 16 */
    size_t ages, numbers, numbered, coded, all_words; /* whole numbers up to 110; a digit; four; one and a letter; words in all */
    double least, most;                               /* of those that are digits alone */
    double commonest;                                 /* share of the values that have the word which most of them have */
    double bits;                                      /* what there is to know of it: how seldom two values are equal */
};

static bool is_one_of(struct str character, const char *characters)
{
    size_t at;
    return str_find(str_of(characters), character, &at) && at % 3 == 0; /* all of them take three bytes */
}

/* Two to four Chinese characters, a frequent surname first, and no town. */
static bool is_chinese_name(struct str v)
{
    static const char SURNAMES[] =
        "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
        "崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
        "常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍"
        "涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党"
        "宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝傅肖萧"
        "陳楊黃趙吳孫馬鄭韓馮鄧許葉蘇呂盧鐘譚陸範賈韋鄒閆龍賀顧龔萬錢嚴湯閻";
    static const char PLACES[] = "省市县区乡镇村屯庄街路";
    if (v.n < 6 || v.n > 12 || v.n % 3) return false;
    for (size_t i = 0; i < v.n; i += 3)
        if ((unsigned char)v.s[i] < 0xE3 || (unsigned char)v.s[i] > 0xE9) return false;
    return is_one_of(str_head(v, 3), SURNAMES) && !is_one_of(str_from(v, v.n - 3), PLACES);
}

/* "12 Main Street", "王庄镇前村3组12号" */
static bool has_door(struct str v, size_t digits)
{
    static const char *const WORDS[] = {"号", "组", "村", "路", "街", "镇"};
    size_t first = 0, at;
    while (first < v.n && v.s[first] >= '0' && v.s[first] <= '9') first++;
    if (first && first < 6 && first + 4 < v.n && v.s[first] == ' ') return true;
    for (size_t i = 0; digits && i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_find(v, str_of(WORDS[i]), &at)) return true;
    return false;
}

/* Given names that are frequent somewhere, and are no towns: a column of words in which they stand is one of given names. */
static bool is_given_name(struct str word)
{
    static const char NAMES[] =
        " "
        "agnieszka ahmed alan alejandro alessandro alfred ali alice alicja amanda amy ana andrea andreas andrew angela anita ann "
        "anna anne annie anton antonio arthur ayşe barbara beatriz ben benjamin bernd betty bianca brian carl carla carlos carol "
        "caroline catherine chiara chris christian christine christopher claire claudia claus cristina dan daniela danielle "
        "deborah dennis diana dieter dirk donald donna dorothy edward eleanor elena elisa elisabeth elizabeth ella ellen emil "
        "emily emma eric erik erika eva ewa fabio fatima ferdinand fernando frank fred frederick friedrich fritz gary george "
        "gerald gerhard gianni giovanni giulia giuseppe grzegorz guillermo hannah hans harald harold harry hassan heather heike "
        "heinrich helen helga henri herbert hiroshi ida ingrid irene isabel isabella ivan jack jacques jakob james jan jane janet "
        "janina jason javier jean jeffrey jennifer jens jerzy jessica jesus jim joan joanna joe johann johanna johannes john "
        "johnny jon jonas jonathan jorge jose josef joseph joshua juan juana judith julia julie justin jürgen karen karin karl "
        "katarzyna kate katharina katherine kathleen kathryn katja keith kenji kenneth kevin klaus krzysztof kurt larry laura "
        "lauren lea lena leo leon leonardo linda lisa lorenzo louise luca lucas lucia lucy luigi luis luisa lukas maciej "
        "magdalena manfred manuel marcel marco marcus margaret margot maria mariana marie mario marion markus marta martha mary "
        "mateo matteo matthew matthias maximilian mehmet melissa michael michelle miguel mike mohamed mohammed monica monika "
        "muhammad mustafa nancy natalia natalie nathalie nathan nicholas nicole nina noah nora olena olga oliver oscar pablo "
        "paola patricia patrick paulo pedro peter petra philip piotr priya rachel rafael rahul rainer raj ralf raymond rebecca "
        "renate ricardo roberta roberto rosa rudolf ruth ryan sabine sam samantha samuel sandra sanjay sara sarah sebastian "
        "sergei sergio silvia simone sofia sophia sophie stefan stefania stephan stephanie stephen steven sue susan susanne sven "
        "svetlana tatiana teresa theodor theresa tim timothy tobias tom tomasz ulrich ulrike ursula uwe vanessa vera veronika "
        "wilhelm william willy wolfgang xavier yuki yvonne zofia александр алексей андрей анна владимир дмитрий елена иван ирина "
        "мария михаил наталья николай ольга светлана сергей татьяна ";
    char room[40];
    if (word.n < 3 || word.n + 2 > sizeof room) return false;
    room[0] = room[word.n + 1] = ' ';
    memcpy(room + 1, word.s, word.n);
    size_t at;
    return str_find(str_of(NAMES), (struct str){room, word.n + 2}, &at);
}

/* ---- what the values are ---- */
enum { WORDS = 8 }; /* of a value, at most, that are looked at */

/* A value taken apart. */
struct parts {
    size_t digits, han, letters, blanks, separators, points, colons, others; /* bytes; letters and others are characters */
    size_t n_words;
    bool given_name;
    uint64_t word[WORDS]; /* 0: an initial */
};

static struct parts parts_of(struct str v)
{
    struct parts p = {0};
    struct buf word = {0};
    for (size_t i = 0; i <= v.n;) {
        bool end = i == v.n;
        UChar32 c = end ? ' ' : (UChar32)text_next(v, &i);
        i += end;
        bool letter = u_isalpha(c), digit = c >= '0' && c <= '9';
        if (!end) {
            p.digits += digit;
            p.letters += letter;
            p.han += letter && c >= 0x3040;
            p.blanks += c == ' ';
            p.points += c == '.';
            p.colons += c == ':';
            p.separators += c < 0x80 && c && strchr("+-()/. ", c) != NULL;
            p.others += !letter && !digit && !(c < 0x80 && strchr(" .-',", c));
        }
        if (letter || digit || c == '-' || c == '\'' || c == '.') {
            buf_utf8(&word, (uint32_t)u_tolower(c));
        } else if (word.n) {
            p.given_name = p.given_name || is_given_name(buf_slice(&word));
            if (p.n_words < WORDS) p.word[p.n_words] = word.n > 2 ? str_hash(buf_slice(&word)) : 0;
            p.n_words++;
            word.n = 0;
        }
    }
    buf_free(&word);
    return p;
}

/* A year and a month at least, in digits or with the month's name. */
static bool is_date(struct str v, const struct parts *p, struct buf scratch[2])
{
    struct value d;
    if (p->digits < (p->letters >= 3 ? 3 : 4) || v.n > 40 || p->n_words > 5 || !kind_read(KIND_DATE, v, scratch, &d)) return false;
    int y = date_year(d.f[0]), m = date_month(d.f[0]);
    return y >= 1500 && y <= 2100 && m >= 1 && m <= 12 && date_day(d.f[0]) <= 31;
}

/* "2023-05-01 09:30:00"; a date at midnight is one that a database wrote. */
static bool is_time_of_day(struct str v)
{
    const char *colon = memchr(v.s, ':', v.n);
    size_t i = colon ? (size_t)(colon - v.s) : v.n;
    for (i = i > 2 && colon ? i - 2 : i; i < v.n; i++)
        if (v.s[i] >= '1' && v.s[i] <= '9') return true;
    return false;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Rows of the most frequent of n numbers, and what any two of them have in common. */
static size_t most_frequent(uint64_t *v, size_t n, size_t *distinct, double *pairs)
{
    size_t most = 0;
    *distinct = 0;
    *pairs = 0;
    if (n) qsort(v, n, sizeof *v, by_number);
    for (size_t i = 0, e; i < n; i = e) {
        for (e = i; e < n && v[e] == v[i]; e++) continue;
        if (e - i > most) most = e - i;
        *pairs += (double)(e - i) * (double)(e - i - 1);
        ++*distinct;
    }
    return most;
}

static void look_at(struct guess *g, struct str v, const struct parts *p, struct buf scratch[2])
{
    bool digits = p->digits == v.n, plain = digits && v.n <= 15;
    double number = 0;
    for (size_t i = 0; plain && i < v.n; i++) number = number * 10 + (v.s[i] - '0');
    g->given++;
    g->length += text_length(v);
    g->han += p->han * 3 > v.n / 2;
    g->blanks += p->blanks > 0;
    g->digits += digits;
    g->years += plain && v.n == 4 && number >= 1500 && number < 2100;
    g->days += plain && v.n <= 2 && number >= 1 && number <= 31;
    g->numbers += p->digits > 0;
    g->numbered += p->digits >= 4;
    g->coded += p->digits && p->letters;
    g->all_words += p->n_words;
    g->ages += plain && v.n <= 3 && number <= 110;
    if (plain && (g->least < 0 || number < g->least)) g->least = number;
    if (plain && number > g->most) g->most = number;
    g->decimals += p->points == 1 && p->digits && p->digits + 1 + (v.s[0] == '-') == v.n;
    g->ids += v.n == 18 && p->digits >= 17;
    bool fraction = p->points == 1 && p->separators == 1;
    bool parted = p->digits >= 7 && p->digits <= 13 && p->separators && p->points < 2 && !fraction;
    g->phones +=
        (digits && (v.n == 10 || v.n == 11)) || (parted && p->digits + p->separators == v.n && !(p->digits == 8 && v.n == 10));
    bool date = is_date(v, p, scratch);
    g->dates += date;
    g->times += date && is_time_of_day(v);
    g->ats += memchr(v.s, '@', v.n) != NULL;
    g->doors += has_door(v, p->digits);
    size_t hex = 0;
    for (size_t i = 0; i < v.n; i++) hex += strchr("0123456789abcdefABCDEF", v.s[i]) != NULL && v.s[i];
    g->hashes += hex >= 24 && hex + 4 >= v.n && p->letters;
    g->mixed += p->letters && p->letters <= 2 * p->digits && !p->han && v.n <= 16 && p->blanks <= 1 && !p->others;
    g->names += is_chinese_name(v);
    bool text = !p->digits && !p->others && p->letters && !p->han;
    g->texts += p->letters > 0;
    g->words += text && p->n_words == 1;
    g->people += text && p->n_words >= 2 && p->n_words <= 4;
}

static struct guess look(const struct sample *s, size_t column)
{
    struct guess g = {.least = -1};
    struct buf scratch[2] = {{0}};
    uint64_t values[SAMPLE_ROWS];
    uint64_t *words = mem_alloc(SAMPLE_ROWS * WORDS * sizeof *words);
    size_t n_words = 0, n_distinct;
    double pairs;
    for (size_t i = 0; i < s->n; i++) {
        struct str v = str_trim(s->row[i][column]);
        if (!v.n) continue;
        struct parts p = parts_of(v);
        values[g.given] = (str_hash(v) & ~1ull) | (p.n_words == 1 && p.given_name);
        for (size_t k = 0; k < p.n_words && k < WORDS; k++)
            if (p.word[k]) words[n_words++] = p.word[k];
        look_at(&g, v, &p, scratch);
    }
    g.commonest = (double)most_frequent(words, n_words, &n_distinct, &pairs) / fmax((double)g.given, 1);
    most_frequent(values, g.given, &g.distinct, &pairs);
    for (size_t i = 0; i < g.given; i++) g.given_names += values[i] & 1 && (!i || values[i] != values[i - 1]);
    double all = (double)g.given * ((double)g.given - 1);
    g.bits = all > 0 ? -log2((pairs + 1) / (all + 1)) : 0;
    free(words);
    buf_free(&scratch[0]);
    buf_free(&scratch[1]);
    return g;
}

/* ---- what a column is ---- */
/* All that is known of the columns of a stream. */
struct columns_seen {
    const struct columns *c;
    const struct sample *s;
    struct guess *g;
    int *told;   /* by the heading, and not belied by the values */
    int *kind;   /* or LEFT_OUT */
    bool *named; /* the heading says the kind */
};

/* Does a heading's kind fit the values?  "birth place" is no date, and "last visit" no surname. */
static bool is_readable(enum kind k, const struct columns_seen *x, size_t column)
{
    enum { LONGEST_CODE = 12 };
    const struct guess *g = &x->g[column];
    size_t read = 0;
    struct buf scratch[2] = {{0}};
    struct value v;
    for (size_t i = 0; i < x->s->n; i++) {
        struct str cell = x->s->row[i][column];
        if (!str_trim(cell).n || !kind_read(k, cell, scratch, &v)) continue;
        read += k != KIND_DATE || (date_year(v.f[0]) >= 1500 && date_year(v.f[0]) <= 2100);
    }
    buf_free(&scratch[0]);
    buf_free(&scratch[1]);
    bool name = k == KIND_NAME || k == KIND_SURNAME || k == KIND_GIVEN;
    if ((name && g->texts * 2 < g->given) || (k == KIND_EMAIL && g->ats * 2 < g->given)) return false;
    bool number = k == KIND_CITIZEN_ID || k == KIND_PHONE || k == KIND_IDENTIFIER;
    if (k == KIND_CODE && (g->length > g->given * LONGEST_CODE || g->numbers * 2 < g->given || g->han * 2 > g->given)) return false;
    if (k == KIND_ADDRESS && (g->dates + g->phones) * 2 > g->given) return false;
    return read * 2 >= g->given && (!number || (g->numbered * 2 >= g->given && g->han * 2 < g->given));
}

/* Numbers that count the records, or were given to each of them by a machine. */
static bool is_serial(const struct columns_seen *x, size_t column)
{
    enum { FEW = 20 };
    const struct guess *g = &x->g[column];
    if (x->s->repeats[column] || g->given < FEW || g->ids * 2 > g->given) return false;
    if (g->hashes * 10 > g->given * 9) return true;
    if (heading_is_number(x->c->names[column]) && (g->digits + g->mixed) * 10 > g->given * 9) return true;
    return g->digits == g->given && g->most - g->least < 2 * (double)x->s->n_rows;
}

static int kind_by_values(const struct guess *g, size_t rows)
{
    static const double LIVES = 40; /* years of birth are at least so far apart */
    if (g->ats * 2 > g->given) return KIND_EMAIL;
    if (g->ids * 5 > g->given * 4) return KIND_CITIZEN_ID;
    if (g->phones * 10 > g->given * 9) return KIND_PHONE;
    if (g->given * 2 < rows) return LEFT_OUT; /* unnamed and mostly empty: not worth a comparison */
    if (g->dates * 5 > g->given * 4) return KIND_DATE;
    if (g->distinct * 20 < g->given) return KIND_CATEGORY;
    if (g->years * 20 > g->given * 19 && g->most - g->least >= LIVES) return KIND_DATE;
    if (g->ages * 20 > g->given * 19 && g->distinct >= 20) return KIND_NUMBER;
    if (g->digits * 10 > g->given * 9) return g->length >= g->given * 6 ? KIND_IDENTIFIER : KIND_CODE;
    if (g->decimals * 10 > g->given * 9) return KIND_NUMBER;
    if (g->names * 3 > g->given * 2) return KIND_NAME;
    if (g->doors * 3 > g->given * 2) return KIND_ADDRESS;
    if (g->mixed * 10 > g->given * 9) return KIND_CODE;
    if (g->people * 20 > g->given * 17 && g->distinct * 2 > g->given && g->commonest < 0.15) return KIND_NAME;
    return g->length > g->given * 12 ? KIND_TEXT : KIND_WORD;
}

/* Does it stand in the text, in capitals or not? */
static bool holds(struct str whole, struct str part)
{
    for (size_t i = 0; i + part.n <= whole.n; i++) {
        size_t n = 0;
        while (n < part.n && (whole.s[i + n] | 32) == (part.s[n] | 32)) n++;
        if (n == part.n) return true;
    }
    return false;
}

/* The first kind that the heading may mean and the values allow. */
static int told_by_heading(const struct columns_seen *x, size_t column)
{
    size_t at = 0;
    int kind;
    do kind = heading_next(x->c->names[column], &at);
    while (kind >= 0 && x->s->n && !is_readable((enum kind)kind, x, column));
    return kind;
}

/* Is there a column that is of this kind by its heading? */
static bool has_told(const struct columns_seen *x, enum kind kind)
{
    bool has = false;
    for (size_t k = 0; k < x->c->n; k++) has = has || x->told[k] == (int)kind;
    return has;
}

/* "company_name", "father's name" */
static int kind_of_other_name(const struct guess *g)
{
    if (g->han ? g->names * 2 > g->given : g->people * 20 > g->given * 17 && g->commonest < 0.15) return KIND_NAME;
    return g->length > g->given * 10 ? KIND_TEXT : KIND_WORD;
}

/* "nom" beside "prénom" is the surname, "apellidos" makes "nombre" the given name, and so does "surname" a "name" of one word.  A
 * whole name says nothing beside both. */
static int kind_of_whole_name(const struct columns_seen *x, struct str heading, const struct guess *g)
{
    bool surname = has_told(x, KIND_SURNAME), given = has_told(x, KIND_GIVEN);
    bool english = holds(heading, STR("name")) && g->blanks * 2 > g->given;
    if (surname && given) return LEFT_OUT;
    if (!g->han && (g->coded * 5 > g->given || g->all_words * 2 > g->given * 7)) return kind_of_other_name(g); /* a product's */
    if (surname == given || english) return KIND_NAME;
    return surname ? KIND_GIVEN : KIND_SURNAME;
}

/* The kind that the heading tells, if the values bear it out. */
static int kind_by_heading(const struct columns_seen *x, size_t column)
{
    const struct guess *g = &x->g[column];
    struct str heading = x->c->names[column];
    int kind = x->told[column];
    if (kind == HEADING_NAME) kind = heading_is_whole_name(heading) ? kind_of_whole_name(x, heading, g) : kind_of_other_name(g);
    if (kind < 0) return kind == SILENT || kind == ASIDE ? kind : LEFT_OUT;
    if (kind == KIND_CITIZEN_ID && g->length < g->given * 14) kind = KIND_IDENTIFIER;
    bool wordy = kind == KIND_NAME || kind == KIND_TEXT || kind == KIND_WORD || kind == KIND_ADDRESS;
    return wordy && g->given >= 50 && g->distinct * 10 < g->given ? KIND_CATEGORY : kind;
}

/* A year, a month and a day in columns of their own: the year is a date, and the others are equal or not. */
static int part_of_date(const struct columns_seen *x, size_t column)
{
    size_t days = 0, years = 0;
    for (size_t k = 0; k < x->c->n; k++) {
        days += x->g[k].given && x->g[k].days == x->g[k].given;
        years += x->g[k].given && x->g[k].years == x->g[k].given;
    }
    const struct guess *g = &x->g[column];
    if (days < 2 || !years || !g->given) return SILENT;
    return g->years == g->given ? KIND_DATE : g->days == g->given ? KIND_CATEGORY : SILENT;
}

static int kind_of_column(const struct columns_seen *x, size_t column)
{
    struct str heading = x->c->names[column];
    const struct guess *g = &x->g[column];
    if ((x->s->n && !g->given) || str_starts(heading, STR("_"))) return LEFT_OUT;
    if (heading_is_record(heading) && !x->s->repeats[column] && g->ids * 2 <= g->given) return LEFT_OUT;
    int kind = kind_by_heading(x, column);
    x->named[column] = kind >= 0;
    if (kind != SILENT) return kind;
    if (!x->s->n || is_serial(x, column)) return LEFT_OUT;
    kind = part_of_date(x, column);
    if (kind == SILENT) kind = kind_by_values(g, x->s->n);
    bool numbered = (kind == KIND_CODE || kind == KIND_WORD || kind == KIND_TEXT) && heading_is_number(heading);
    if (numbered && g->distinct * 5 > g->given * 4 && g->length >= g->given * 4) return KIND_IDENTIFIER;
    return kind == KIND_DATE && g->times * 2 > g->given ? LEFT_OUT : kind;
}

/* ---- what columns are beside each other ---- */
/* Given names are known by some of them, and of the words beside them the surnames. */
static bool is_of_words(const struct columns_seen *x, size_t k)
{
    const struct guess *g = &x->g[k];
    return x->kind[k] == KIND_WORD && !x->named[k] && (g->words + g->people) * 5 > g->given * 4;
}

static double given_share(const struct columns_seen *x, size_t k)
{
    enum { FEW = 3 };
    return x->g[k].given_names < FEW ? 0 : (double)x->g[k].given_names / (double)x->g[k].distinct;
}

static void find_names(struct columns_seen *x)
{
    static const double KNOWN = 0.03, MORE = 2;
    int best = -1, least = -1;
    if (has_told(x, KIND_SURNAME) || has_told(x, KIND_GIVEN)) return;
    for (size_t k = 0; k < x->c->n; k++) {
        if (x->kind[k] == KIND_NAME) return;
        if (is_of_words(x, k) && given_share(x, k) >= KNOWN && (best < 0 || given_share(x, k) > given_share(x, (size_t)best)))
            best = (int)k;
    }
    if (best < 0) return;
    for (int side = -1; side <= 1; side += 2) { /* before it or after it, the one with fewer given names */
        int k = best + side;
        while (k >= 0 && k < (int)x->c->n && x->kind[k] == LEFT_OUT) k += side;
        if (k < 0 || k >= (int)x->c->n || !is_of_words(x, (size_t)k)) continue;
        if (least < 0 || given_share(x, (size_t)k) < given_share(x, (size_t)least)) least = k;
    }
    if (least < 0 || given_share(x, (size_t)least) * MORE > given_share(x, (size_t)best)) return; /* either may be */
    for (size_t k = 0; k < x->c->n; k++)
        if (is_of_words(x, k) && given_share(x, k) >= KNOWN && (int)k != least) x->kind[k] = KIND_GIVEN;
    x->kind[least] = KIND_SURNAME;
}

/* Texts that are other columns put together, a full name or a full address, say nothing beside them. */
static bool is_put_together(const struct columns_seen *x, size_t column)
{
    enum { FEW = 20 };
    const struct guess *g = &x->g[column];
    if (g->given < FEW || (g->blanks * 2 < g->given && g->han * 2 < g->given)) return false;
    size_t parts = 0, covered = 0, whole = 0;
    bool *is_part = mem_zero(x->c->n + 1, sizeof *is_part);
    for (size_t k = 0; k < x->c->n; k++) {
        if (k == column || x->kind[k] == LEFT_OUT || x->g[k].length * g->given >= g->length * x->g[k].given) continue;
        size_t both = 0, held = 0;
        for (size_t i = 0; i < x->s->n; i++) {
            struct str a = str_trim(x->s->row[i][column]), b = str_trim(x->s->row[i][k]);
            if (!a.n || b.n < 2) continue;
            both++;
            held += holds(a, b);
        }
        is_part[k] = both >= FEW && held * 5 >= both * 4;
        parts += is_part[k];
    }
    for (size_t i = 0; parts > 1 && i < x->s->n; i++) {
        struct str a = str_trim(x->s->row[i][column]);
        size_t held = 0;
        for (size_t k = 0; a.n && k < x->c->n; k++) {
            struct str b = str_trim(x->s->row[i][k]);
            if (is_part[k] && b.n && holds(a, b)) held += b.n + 1;
        }
        whole += a.n + (a.n > 0);
        covered += held < a.n + 1 ? held : a.n + 1;
    }
    free(is_part);
    return parts > 1 && covered * 20 > whole * 17;
}

static bool same_date(const struct columns_seen *x, size_t i, size_t date, size_t other, struct buf scratch[2], bool *both)
{
    struct value d, v;
    *both = kind_read(KIND_DATE, x->s->row[i][date], scratch, &d);
    if (!*both) return false;
    enum kind kind = (enum kind)x->kind[other];
    *both = kind_read(kind, x->s->row[i][other], scratch, &v);
    if (kind == KIND_CITIZEN_ID) return *both && kind_id_has_date(v.f, d.f);
    return *both && date_month(v.f[0]) == 0 && date_year(v.f[0]) == date_year(d.f[0]);
}

/* Is the date of a column that of another, inside an id or by its year alone? */
static bool has_date_of(const struct columns_seen *x, size_t date, size_t other)
{
    enum { FEW = 20 };
    size_t both = 0, same = 0;
    struct buf scratch[2] = {{0}};
    for (size_t i = 0; i < x->s->n; i++) {
        bool given;
        same += same_date(x, i, date, other, scratch, &given);
        both += given;
    }
    buf_free(&scratch[0]);
    buf_free(&scratch[1]);
    return both >= FEW && same * 2 > both;
}

/* A whole name beside its parts, a year beside the date, an age beside either. */
static void leave_out_said_twice(struct columns_seen *x)
{
    for (size_t k = 0; k < x->c->n; k++) {
        if (x->kind[k] == LEFT_OUT) continue;
        bool twice = is_put_together(x, k), age = heading_is_age(x->c->names[k]);
        for (size_t o = 0; o < x->c->n && !twice; o++) {
            if (o == k || x->kind[o] != KIND_DATE) continue;
            twice = (age && heading_is_birth(x->c->names[o])) ||
                    (x->kind[k] == KIND_DATE && x->g[k].years == x->g[k].given && has_date_of(x, o, k));
        }
        if (twice) x->kind[k] = LEFT_OUT;
    }
}

/* Remarks are looked at only where there is hardly anything else. */
static void take_remarks(struct columns_seen *x)
{
    enum { ENOUGH = 3 };
    size_t n = 0;
    for (size_t k = 0; k < x->c->n; k++) n += x->kind[k] >= 0;
    for (size_t k = 0; k < x->c->n; k++) {
        if (x->kind[k] != ASIDE) continue;
        int kind = n < ENOUGH && x->s->n ? kind_by_values(&x->g[k], x->s->n) : LEFT_OUT;
        x->kind[k] = kind == KIND_TEXT || kind == KIND_WORD ? kind : LEFT_OUT;
    }
}

/* Of more columns than a model takes, those that say most, and above all those of which the heading says what they are. */
static void leave_out_least(struct columns_seen *x)
{
    static const double NAMED = 2, EQUAL_OR_NOT = 0.5;
    for (;;) {
        size_t n = 0;
        int least = -1;
        double says = 0;
        for (size_t k = 0; k < x->c->n; k++) {
            if (x->kind[k] == LEFT_OUT) continue;
            n++;
            double share = (double)x->g[k].given / fmax((double)x->s->n, 1), mine = share * x->g[k].bits;
            if (x->named[k]) mine *= NAMED;
            if (x->kind[k] == KIND_CATEGORY || x->kind[k] == KIND_NUMBER) mine *= EQUAL_OR_NOT;
            if (least < 0 || mine <= says) least = (int)k, says = mine;
        }
        if (n <= COMPARISONS) return;
        x->kind[least] = LEFT_OUT;
    }
}

/* Names change places, and so do addresses in neighbouring columns and telephones in any two. */
static void set_swaps(struct model *m)
{
    int surname = -1, given = -1, phone = -1;
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        int other = -1;
        if (c->kind == KIND_SURNAME && surname < 0) surname = (int)k;
        if (c->kind == KIND_GIVEN && given < 0) given = (int)k;
        if (c->kind == KIND_ADDRESS && k && c[-1].kind == KIND_ADDRESS && c[-1].swaps < 0) other = (int)k - 1;
        if (c->kind == KIND_PHONE && phone >= 0) other = phone;
        if (c->kind == KIND_PHONE) phone = phone < 0 ? (int)k : -1;
        if (other >= 0) c->swaps = other, m->comparisons[other].swaps = (int)k;
    }
    if (surname >= 0 && given >= 0) m->comparisons[surname].swaps = given, m->comparisons[given].swaps = surname;
}

/* An e-mail address may be made of the name, and the date of birth stands in the citizen id. */
static void set_unless(struct model *m, const struct columns_seen *x, const size_t *at)
{
    int name = -1, id = -1;
    for (size_t k = 0; k < m->n; k++) {
        if (m->comparisons[k].kind == KIND_SURNAME && (name < 0 || m->comparisons[name].kind == KIND_NAME)) name = (int)k;
        if (m->comparisons[k].kind == KIND_NAME && name < 0) name = (int)k;
        if (m->comparisons[k].kind == KIND_CITIZEN_ID && id < 0) id = (int)k;
    }
    for (size_t k = 0; k < m->n; k++) {
        struct comparison *c = &m->comparisons[k];
        if (c->kind == KIND_EMAIL) c->unless = name;
        else if (c->kind == KIND_DATE && id >= 0 && (heading_is_birth(c->column) || has_date_of(x, at[k], at[id]))) c->unless = id;
    }
}

bool model_guess(struct model *m, const struct columns *c, const struct sample *s, bool *left_out)
{
    struct columns_seen x = {c,
                             s,
                             mem_zero(c->n + 1, sizeof *x.g),
                             mem_zero(c->n + 1, sizeof *x.told),
                             mem_zero(c->n + 1, sizeof *x.kind),
                             mem_zero(c->n + 1, sizeof *x.named)};
    size_t at[COMPARISONS];
    for (size_t k = 0; k < c->n; k++) x.g[k] = look(s, k);
    for (size_t k = 0; k < c->n; k++) x.told[k] = told_by_heading(&x, k);
    for (size_t k = 0; k < c->n; k++) x.kind[k] = kind_of_column(&x, k);
    take_remarks(&x);
    leave_out_said_twice(&x);
    find_names(&x);
    leave_out_least(&x);
    for (size_t k = 0; k < c->n; k++) {
        left_out[k] = x.kind[k] == LEFT_OUT && x.g[k].given && !str_starts(c->names[k], STR("_"));
        if (x.kind[k] == LEFT_OUT) continue;
        at[m->n] = k;
        model_add(m, c->names[k], (enum kind)x.kind[k]);
    }
    set_swaps(m);
    set_unless(m, &x, at);
    free(x.g);
    free(x.told);
    free(x.kind);
    free(x.named);
    return m->n > 0;
}

/* ---- what a column is to learning ---- */
bool model_names_it(const struct comparison *c)
{
    if (c->kind == KIND_NUMBER) return heading_is_age(c->column);
    return (c->kind == KIND_TEXT || c->kind == KIND_WORD) && heading_is_title(c->column);
}
