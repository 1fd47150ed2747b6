/* Guessing which columns are compared and how, from headings and values. */
#include "link/guess.h"

#include <stdlib.h>

#include "base/text.h"

/* Words of a heading and the kind that they tell, tried in this order.  A word stands alone or is the whole heading. */
static const struct {
    const char *word;
    int kind;
} HEADINGS[] = {
    {"cluster", -1},
    {"entity", -1},
    {"source", -1},
    {"sex", KIND_CATEGORY},
    {"gender", KIND_CATEGORY},
    {"geschlecht", KIND_CATEGORY},
    {"sexe", KIND_CATEGORY},
    {"sexo", KIND_CATEGORY},
    {"sesso", KIND_CATEGORY},
    {"性别", KIND_CATEGORY},
    {"dob", KIND_DATE},
    {"birth", KIND_DATE},
    {"birthdate", KIND_DATE},
    {"birthday", KIND_DATE},
    {"birthyear", KIND_DATE},
    {"yob", KIND_DATE},
    {"dateofbirth", KIND_DATE},
    {"geburtsdatum", KIND_DATE},
    {"naissance", KIND_DATE},
    {"nacimiento", KIND_DATE},
    {"nascita", KIND_DATE},
    {"geboortedatum", KIND_DATE},
    {"date", KIND_DATE},
    {"出生", KIND_DATE},
    {"生日", KIND_DATE},
    {"idno", KIND_CITIZEN_ID},
    {"idcard", KIND_CITIZEN_ID},
    {"身份证", KIND_CITIZEN_ID},
    {"公民身份", KIND_CITIZEN_ID},
    {"phone", KIND_PHONE},
    {"mobile", KIND_PHONE},
    {"tel", KIND_PHONE},
    {"telephone", KIND_PHONE},
    {"telefon", KIND_PHONE},
    {"telefono", KIND_PHONE},
    {"cell", KIND_PHONE},
    {"cellphone", KIND_PHONE},
    {"fax", KIND_PHONE},
    {"电话", KIND_PHONE},
    {"手机", KIND_PHONE},
    {"联系方式", KIND_PHONE},
    {"email", KIND_EMAIL},
    {"mail", KIND_EMAIL},
    {"邮箱", KIND_EMAIL},
    {"postcode", KIND_CODE},
    {"zip", KIND_CODE},
    {"zipcode", KIND_CODE},
    {"pcode", KIND_CODE},
    {"postal", KIND_CODE},
    {"plz", KIND_CODE},
    {"邮编", KIND_CODE},
    {"soc", KIND_IDENTIFIER},
    {"ssn", KIND_IDENTIFIER},
    {"passport", KIND_IDENTIFIER},
    {"surname", KIND_SURNAME},
    {"lastname", KIND_SURNAME},
    {"familyname", KIND_SURNAME},
    {"last", KIND_SURNAME},
    {"family", KIND_SURNAME},
    {"lname", KIND_SURNAME},
    {"nachname", KIND_SURNAME},
    {"apellido", KIND_SURNAME},
    {"apellidos", KIND_SURNAME},
    {"cognome", KIND_SURNAME},
    {"sobrenome", KIND_SURNAME},
    {"achternaam", KIND_SURNAME},
    {"fname", KIND_GIVEN},
    {"vorname", KIND_GIVEN},
    {"prenom", KIND_GIVEN},
    {"prénom", KIND_GIVEN},
    {"voornaam", KIND_GIVEN},
    {"firstname", KIND_GIVEN},
    {"givenname", KIND_GIVEN},
    {"first", KIND_GIVEN},
    {"given", KIND_GIVEN},
    {"forename", KIND_GIVEN},
    {"middle", KIND_GIVEN},
    {"middlename", KIND_GIVEN},
    {"midl", KIND_GIVEN},
    {"mname", KIND_GIVEN},
    {"姓名", KIND_NAME},
    {"addr", KIND_ADDRESS},
    {"address", KIND_ADDRESS},
    {"adresse", KIND_ADDRESS},
    {"direccion", KIND_ADDRESS},
    {"indirizzo", KIND_ADDRESS},
    {"street", KIND_TEXT},
    {"streetname", KIND_TEXT},
    {"strasse", KIND_TEXT},
    {"straat", KIND_TEXT},
    {"rue", KIND_TEXT},
    {"地址", KIND_ADDRESS},
    {"住址", KIND_ADDRESS},
    {"county", KIND_CATEGORY},
    {"district", KIND_CATEGORY},
    {"县", KIND_CATEGORY},
    {"state", KIND_CATEGORY},
    {"province", KIND_CATEGORY},
    {"country", KIND_CATEGORY},
    {"city", KIND_WORD},
    {"town", KIND_WORD},
    {"suburb", KIND_WORD},
    {"stadt", KIND_WORD},
    {"ort", KIND_WORD},
    {"ville", KIND_WORD},
    {"ciudad", KIND_WORD},
    {"woonplaats", KIND_WORD},
    {"age", KIND_NUMBER},
    {"年龄", KIND_NUMBER},
    {"name", KIND_NAME},
    {"nom", KIND_NAME},
    {"nombre", KIND_NAME},
    {"nome", KIND_NAME},
    {"naam", KIND_NAME},
};

struct guess {
    size_t given, han, digits, dates, ats, blanks, distinct, length;
    size_t years, days;                         /* four digits that may be a year; one or two that may be a day or a month */
    size_t names, ids, phones, doors, decimals; /* Chinese names, citizen ids, telephones, addresses, numbers with a fraction */
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
        "崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
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

static bool has_word(struct str heading, const char *word)
{
    size_t at;
    struct str w = str_of(word);
    if (!str_find(heading, w, &at)) return false;
    if ((unsigned char)word[0] >= 0x80) return true;
    bool before =
        at == 0 || heading.s[at - 1] == '_' || heading.s[at - 1] == ' ' || heading.s[at - 1] == '-' || heading.s[at - 1] == '.';
    size_t end = at + w.n;
    bool after = end == heading.n || heading.s[end] == '_' || heading.s[end] == ' ' || heading.s[end] == '-' ||
                 (heading.s[end] >= '0' && heading.s[end] <= '9');
    return before && after;
}

static int kind_by_heading(struct str name)
{
    struct buf b = {0};
    for (size_t i = 0; i < name.n; i++) buf_char(&b, name.s[i] >= 'A' && name.s[i] <= 'Z' ? (char)(name.s[i] + 32) : name.s[i]);
    int kind = -2;
    for (size_t i = 0; kind == -2 && i < sizeof HEADINGS / sizeof *HEADINGS; i++)
        if (has_word(buf_slice(&b), HEADINGS[i].word)) kind = HEADINGS[i].kind;
    buf_free(&b);
    return kind;
}

bool model_names_it(const struct comparison *c)
{
    static const char *const WORDS[] = {"title", "company", "organisation", "organization", "firm", "business", "名称"};
    if (c->kind == KIND_NUMBER) return kind_by_heading(c->column) == KIND_NUMBER;
    if (c->kind != KIND_TEXT && c->kind != KIND_WORD) return false;
    bool names = kind_by_heading(c->column) == KIND_NAME;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) names = names || has_word(c->column, WORDS[i]);
    return names;
}

static bool is_birth(struct str name)
{
    static const char *const WORDS[] = {"dob", "birth", "出生", "生日"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (has_word(name, WORDS[i])) return true;
    return false;
}

static struct guess look(const struct sample *s, size_t column)
{
    struct guess g = {0};
    struct str values[SAMPLE_ROWS];
    for (size_t i = 0; i < s->n; i++) {
        struct str v = values[i] = str_trim(s->row[i][column]);
        if (!v.n) continue;
        g.given++;
        g.length += text_length(v);
        size_t digits = 0, han = 0, blanks = 0, separators = 0, points = 0;
        unsigned number = 0;
        for (size_t k = 0; k < v.n; k++) {
            bool digit = v.s[k] >= '0' && v.s[k] <= '9';
            digits += digit;
            if (digit && k < 4) number = number * 10 + (unsigned)(v.s[k] - '0');
            han += (unsigned char)v.s[k] >= 0xE3;
            blanks += v.s[k] == ' ';
            separators += v.s[k] && strchr("+-()/. ", v.s[k]) != NULL;
            points += v.s[k] == '.';
        }
        g.digits += digits == v.n;
        g.years += digits == v.n && v.n == 4 && number >= 1500 && number < 2100;
        g.days += digits == v.n && v.n <= 2 && number >= 1 && number <= 31;
        g.names += is_chinese_name(v);
        g.ids += v.n == 18 && digits >= 17;
        g.phones += (digits == v.n && (v.n == 10 || v.n == 11)) || (digits >= 7 && digits <= 13 && separators && points < 2 &&
                                                                    digits + separators == v.n && !(digits == 8 && v.n == 10));
        g.decimals += points == 1 && digits && digits + 1 == v.n;
        g.doors += has_door(v, digits);
        g.dates += digits == 8 && v.n >= 8 && v.n <= 10;
        g.ats += memchr(v.s, '@', v.n) != NULL;
        g.han += han * 3 > v.n / 2;
        g.blanks += blanks > 0;
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++) seen = str_eq(values[k], v);
        g.distinct += !seen;
    }
    return g;
}

/* Numbers of rows and record ids, if no two records share one. */
static bool is_row_name(struct str name)
{
    struct buf b = {0};
    text_heading_key(&b, name);
    struct str h = buf_slice(&b);
    bool id = str_is(h, "id") || str_is(h, "unique_id") || str_is(h, "rec_id") || str_is(h, "record_id") || str_is(h, "uniqueid") ||
              str_is(h, "序号") || str_is(h, "编号") || str_is(h, "row") || str_is(h, "no") || str_is(h, "index");
    buf_free(&b);
    return id;
}

/* "name", "full name", "person_name": of people; "site name" is not. */
static bool is_whole_name(struct str heading)
{
    static const char *const WORDS[] = {"name",          "fullname",    "full_name", "personname", "person_name", "customername",
                                        "customer_name", "patientname", "nom",       "nombre",     "nome",        "naam"};
    struct buf b = {0};
    text_heading_key(&b, heading);
    bool is = false;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) is = is || str_is(buf_slice(&b), WORDS[i]);
    buf_free(&b);
    return is;
}

/* Can most values be read as this kind?  A heading "birth place" is no date. */
static bool is_readable(enum kind k, const struct sample *s, size_t column)
{
    size_t given = 0, read = 0;
    struct buf scratch[2] = {{0}};
    struct value v;
    for (size_t i = 0; i < s->n; i++) {
        if (!str_trim(s->row[i][column]).n) continue;
        given++;
        read += kind_read(k, s->row[i][column], scratch, &v);
    }
    buf_free(&scratch[0]);
    buf_free(&scratch[1]);
    return read * 2 >= given;
}

static bool has_kind(const struct columns *c, enum kind kind)
{
    bool has = false;
    for (size_t k = 0; k < c->n; k++) has = has || kind_by_heading(c->names[k]) == (int)kind;
    return has;
}

/* A whole name says nothing beside the surname and the given name that it is made of, nor an age beside the year of birth. */
static bool is_made_of_others(const struct columns *c, size_t column)
{
    if (has_word(c->names[column], "age") || has_word(c->names[column], "年龄")) {
        for (size_t k = 0; k < c->n; k++)
            if (k != column && is_birth(c->names[k]) && kind_by_heading(c->names[k]) == KIND_DATE) return true;
        return false;
    }
    return is_whole_name(c->names[column]) && has_kind(c, KIND_SURNAME) && has_kind(c, KIND_GIVEN);
}

/* "nom" beside "prénom" is the surname, "apellidos" makes "nombre" the given name, and so does "surname" a "name" of one word. */
static enum kind part_of_name(const struct columns *c, struct str heading, const struct guess *g)
{
    bool surname = has_kind(c, KIND_SURNAME), given = has_kind(c, KIND_GIVEN);
    bool english = has_word(heading, "name") && g->blanks * 2 > g->given;
    if (surname == given || english) return KIND_NAME;
    return surname ? KIND_GIVEN : KIND_SURNAME;
}

/* A year, a month and a day in columns of their own: the year is a date, and the others are equal or not. */
static int part_of_date(const struct guess *g, size_t n, size_t column)
{
    size_t days = 0, years = 0;
    for (size_t k = 0; k < n; k++) {
        days += g[k].given && g[k].days == g[k].given;
        years += g[k].given && g[k].years == g[k].given;
    }
    if (days < 2 || !years || !g[column].given) return -2;
    return g[column].years == g[column].given ? KIND_DATE : g[column].days == g[column].given ? KIND_CATEGORY : -2;
}

static void guess_columns(struct model *m, const struct columns *c, const struct sample *s, const struct guess *guesses)
{
    int surname = -1, given = -1, id = -1;
    for (size_t k = 0; k < c->n; k++) {
        struct guess g = guesses[k];
        if ((s->n && !g.given) || str_starts(c->names[k], STR("_")) || (!s->repeats[k] && is_row_name(c->names[k]))) continue;
        int kind = kind_by_heading(c->names[k]);
        if (kind == -1 || is_made_of_others(c, k)) continue;
        if (kind >= 0 && s->n && !is_readable((enum kind)kind, s, k)) kind = -2;
        if (kind == KIND_CITIZEN_ID && g.length < g.given * 14) kind = KIND_IDENTIFIER;
        if (kind == KIND_NAME && !g.han && !is_whole_name(c->names[k])) kind = g.length > g.given * 10 ? KIND_TEXT : KIND_WORD;
        if (kind == KIND_NAME && is_whole_name(c->names[k])) kind = (int)part_of_name(c, c->names[k], &g);
        bool wordy = kind == KIND_NAME || kind == KIND_TEXT || kind == KIND_WORD;
        if (wordy && g.given >= 50 && g.distinct * 10 < g.given) kind = KIND_CATEGORY;
        if (kind == -2 && !s->n) continue;
        if (kind == -2) kind = part_of_date(guesses, c->n, k);
        if (kind == -2) {
            if (g.ats * 2 > g.given) kind = KIND_EMAIL;
            else if (g.ids * 5 > g.given * 4) kind = KIND_CITIZEN_ID;
            else if (g.phones * 10 > g.given * 9) kind = KIND_PHONE;
            else if (g.given * 2 < s->n) continue; /* unnamed and mostly empty: not worth a comparison */
            else if (g.dates * 10 > g.given * 9) kind = KIND_DATE;
            else if (g.distinct * 20 < g.given) kind = KIND_CATEGORY;
            else if (g.digits * 10 > g.given * 9) kind = g.length >= g.given * 6 ? KIND_IDENTIFIER : KIND_CODE;
            else if (g.decimals * 10 > g.given * 9) kind = KIND_NUMBER;
            else if (g.names * 5 > g.given * 4) kind = KIND_NAME;
            else if (g.doors * 3 > g.given * 2) kind = KIND_ADDRESS;
            else kind = g.length > g.given * 12 ? KIND_TEXT : KIND_WORD;
        }
        struct comparison *x = model_add(m, c->names[k], (enum kind)kind);
        if (!x) break;
        if (kind == KIND_SURNAME && surname < 0) surname = (int)m->n - 1;
        if (kind == KIND_GIVEN && given < 0) given = (int)m->n - 1;
        if (kind == KIND_CITIZEN_ID && id < 0) id = (int)m->n - 1;
    }
    if (surname >= 0 && given >= 0) m->comparisons[surname].swaps = given, m->comparisons[given].swaps = surname;
    for (size_t k = 0; k < m->n; k++)
        if (m->comparisons[k].kind == KIND_NAME && surname < 0) surname = (int)k;
    for (size_t k = 0; surname >= 0 && k < m->n; k++)
        if (m->comparisons[k].kind == KIND_EMAIL) m->comparisons[k].unless = surname;
    for (size_t k = 0; id >= 0 && k < m->n; k++)
        if (m->comparisons[k].kind == KIND_DATE && is_birth(m->comparisons[k].column)) m->comparisons[k].unless = id;
}

bool model_guess(struct model *m, const struct columns *c, const struct sample *s)
{
    struct guess *guesses = mem_alloc((c->n + 1) * sizeof *guesses);
    for (size_t k = 0; k < c->n; k++) guesses[k] = look(s, k);
    guess_columns(m, c, s, guesses);
    free(guesses);
    return m->n > 0;
}
