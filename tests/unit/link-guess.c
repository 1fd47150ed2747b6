/* Which columns of any list are compared, and as what: by headings in several languages, and by values where headings say nothing.
 */
#include "tap.h"

#include "flow/rows.h"
#include "link/guess.h"
#include "sheets.h"

/* ---- lists that are made up ---- */
static uint32_t seed;
static unsigned any(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}
#define ONE_OF(list) ((list)[any(sizeof(list) / sizeof *(list))])

static const char *const
    GIVEN[] = {"James",  "Mary",  "Robert", "Patricia", "John",  "Jennifer", "Michael", "Linda", "William",
               "Susan",  "Karen", "Kevin",  "Laura",    "Brian", "Emily",    "George",  "Donna", "Carol",
               "Ronald", "Ruth",  "Jason",  "Gary",     "Amy",   "Eric",     "Helen",   "Frank"},
    *const SURNAME[] = {"Smith",  "Johnson", "Williams", "Brown",  "Jones",  "Garcia", "Miller", "Davis",  "Lopez",  "Wilson",
                        "Taylor", "Moore",   "Jackson",  "White",  "Harris", "Clark",  "Walker", "Young",  "Allen",  "Wright",
                        "Hill",   "Flores",  "Campbell", "Nelson", "Baker",  "Carter", "Turner", "Parker", "Murphy", "Cook"},
    *const TOWN[] = {"Springfield", "Franklin", "Clinton", "Greenville", "Bristol",   "Fairview", "Salem",  "Arlington", "Ashland",
                     "Dover",       "Oxford",   "Milton",  "Newport",    "Auburn",    "Clayton",  "Dayton", "Milford",   "Kingston",
                     "Hudson",      "Oakland",  "Marion",  "Winchester", "Riverside", "Chester",  "Lebanon"},
    *const STREET[] = {"Main", "Oak", "Pine", "Maple", "Cedar", "Elm", "Lake", "Hill", "Park", "Walnut"},
    *const HAN_SURNAME[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "买买提·", "曾", "温"},
    *const HAN_GIVEN[] = {"建国", "伟", "秀英", "海涛", "志强", "丽", "永刚", "春梅", "明", "艾力", "玉兰", "军"},
    *const VILLAGE[] = {"前王村", "后李村", "小张庄", "西刘村", "东赵村", "南屯", "北关", "大店"},
    *const MONTH[] = {"Jan", "March", "May", "June", "octobre", "Dezember"}, *const WORDS[] = {"please", "call",  "back",
                                                                                               "later",  "form",  "sent",
                                                                                               "twice",  "moved", "away"};

/* A value of the sort that a letter stands for. */
static void put_value(struct buf *b, char sort, size_t row)
{
    unsigned y = 1930 + any(70), m = 1 + any(12), d = 1 + any(28);
    const char *g = ONE_OF(GIVEN), *s = ONE_OF(SURNAME);
    switch (sort) {
    case '#': buf_printf(b, "%zu", row + 1); break;
    case 'r': buf_printf(b, "rec-%zu-org", row); break;
    case 'u': buf_printf(b, "%08x-%04x-4a00-8000-%012zx", any(1u << 24), any(1u << 16), row * 7919); break;
    case 'C': buf_printf(b, "C%06zu", row * 7); break;
    case 'g': buf_put(b, g); break;
    case 's': buf_put(b, s); break;
    case 'W': buf_printf(b, "%s%s", any(2) ? "van der " : "", s); break;
    case 'B': buf_printf(b, "%u%02u%02u", y, any(7) ? m : 13 + any(80), d); break;
    case 'n': buf_printf(b, "%s %s", g, s); break;
    case 'N': buf_printf(b, "\"%s, %s\"", s, g); break;
    case 'z': buf_printf(b, "%s%s", ONE_OF(HAN_SURNAME), ONE_OF(HAN_GIVEN)); break;
    case 'd': buf_printf(b, "%u-%02u-%02u", y, m, d); break;
    case '8': buf_printf(b, "%u%02u%02u", y, m, d); break;
    case '/': buf_printf(b, "%u/%u/%u", m, d, y); break;
    case '.': buf_printf(b, "%u.%u.%02u", d, m, y % 100); break;
    case 'M': buf_printf(b, "%u %s %u", d, ONE_OF(MONTH), y); break;
    case 'Z': buf_printf(b, "%u年%u月%u日", y, m, d); break;
    case '0': buf_printf(b, "%u-%02u-%02u 00:00:00", y, m, d); break;
    case 't': buf_printf(b, "2023-%02u-%02u %02u:%02u:%02zu", m, d, any(24), any(60), row % 60); break;
    case 'y': buf_printf(b, "%u", y); break;
    case 'm': buf_printf(b, "%u", m); break;
    case 'D': buf_printf(b, "%u", d); break;
    case 'i': buf_printf(b, "3701%02u%u%02u%02u%03u%u", any(80), y, m, d, any(999), any(10)); break;
    case 'p': buf_printf(b, "13%09u", 100000000 + any(800000000)); break;
    case 'P': buf_printf(b, "(555) %03u-%04u", any(1000), any(10000)); break;
    case 'e': buf_printf(b, "%s%u@x.org", g, any(90)); break;
    case 'a': buf_printf(b, "%u %s Street", 1 + any(900), ONE_OF(STREET)); break;
    case 'A': buf_printf(b, "%s %s", s, any(2) ? "Street" : "Road"); break;
    case 'v': buf_printf(b, "孔村镇%s%u组%u号", ONE_OF(VILLAGE), 1 + any(9), 1 + any(60)); break;
    case 'S': buf_printf(b, "%sstraße %u", ONE_OF(STREET), 1 + any(90)); break;
    case 'q': buf_printf(b, "%s %s %c%u", s, ONE_OF(WORDS), 'A' + any(26), 100 + any(900)); break;
    case 'h': buf_printf(b, "%u", 1 + any(400)); break;
    case 'c': buf_put(b, ONE_OF(TOWN)); break;
    case 'x': buf_printf(b, "%u", 10001 + 37 * any(200)); break;
    case 'k': buf_printf(b, "%c%c%u %uAB", 'A' + any(26), 'A' + any(26), 1 + any(30), any(9)); break;
    case 'f': buf_put(b, any(2) ? "F" : "M"); break;
    case 'I': buf_printf(b, "%09u", 100000000 + any(800000000)); break;
    case '$': buf_printf(b, "$%u.%02u", any(900), any(100)); break;
    case 'l': buf_printf(b, "116.%05u", any(100000)); break;
    case 'w': buf_printf(b, "%s %s %s %u", ONE_OF(WORDS), ONE_OF(WORDS), ONE_OF(WORDS), any(9)); break;
    case 'G': buf_printf(b, "%u", any(80)); break;
    case 'b': buf_printf(b, "%s & %s Ltd", s, ONE_OF(SURNAME)); break;
    case '-': break;
    default: abort();
    }
}

static bool is_serial(char sort)
{
    return strchr("#ruCt", sort) != NULL;
}

/* 300 rows, and the last fifty of them once more with other numbers. */
static void make(struct buf *out, const char *const *headings, const char *sorts)
{
    enum { ROWS = 300, TWICE = 50 };
    size_t n = strlen(sorts);
    for (size_t k = 0; k < n; k++) buf_printf(out, "%s%s", k ? "," : "", headings[k]);
    buf_char(out, '\n');
    for (size_t i = 0; i < ROWS + TWICE; i++)
        for (size_t k = 0; k < n; k++) {
            size_t row = i < ROWS || is_serial(sorts[k]) ? i : i - TWICE;
            seed = (uint32_t)(row * 97 + k * 7 + 1) * 2654435761u;
            put_value(out, sorts[k], row);
            buf_char(out, k + 1 < n ? ',' : '\n');
        }
}

/* What is guessed, as vet-dedupe tells it: "a (name), b (date); not c". */
static void guess(struct buf *out, const struct buf *csv)
{
    static struct findings found;
    findings_start(&found);
    const char *path = file_of("guess.csv", csv->s, csv->n);
    struct rows *r = rows_open(&path, 1, "csv", &found.diag);
    struct spool *spool = spool_new(&found.diag);
    struct sample sample;
    struct model m;
    bool *left_out = mem_zero(r->columns.n + 1, sizeof *left_out), any = false;
    model_start(&m);
    bool ok = sample_load(&sample, r, spool, 2) && model_guess(&m, &r->columns, &sample, left_out);
    for (size_t k = 0; ok && k < m.n; k++) {
        buf_put(out, k ? ", " : "");
        buf_str(out, m.comparisons[k].column);
        buf_printf(out, " (%s)", kind_info(m.comparisons[k].kind)->word);
    }
    buf_put(out, "; not ");
    for (size_t k = 0; k < r->columns.n; k++) {
        if (!left_out[k]) continue;
        buf_put(out, any ? ", " : "");
        buf_str(out, r->columns.names[k]);
        any = true;
    }
    if (!any) buf_put(out, "any");
    sample_free(&sample);
    spool_free(spool);
    rows_close(r);
    model_free(&m);
    free(left_out);
}

static void is(const char *what, const char *want, const char *sorts, const char *const *headings)
{
    struct buf csv = {0}, got = {0};
    make(&csv, headings, sorts);
    guess(&got, &csv);
    CHECK_STR(buf_slice(&got), want, "%s", what);
    buf_free(&csv);
    buf_free(&got);
}
#define IS(what, want, sorts, ...) is(what, want, sorts, (const char *const[]){__VA_ARGS__})

static void headings(void)
{
    IS("persons after FEBRL: the record's number is not compared, nor an age beside the date of birth",
       "given_name (given), surname (surname), street_number (code), address_1 (address), suburb (category), postcode (code), "
       "date_of_birth (date), soc_sec_id (identifier); not rec_id, age",
       "rgshAcx8hI", "rec_id", "given_name", "surname", "street_number", "address_1", "suburb", "postcode", "date_of_birth", "age",
       "soc_sec_id");
    IS("capitals in the middle of words part them",
       "FirstName (given), LastName (surname), DateOfBirth (date), PostCode (code), EmailAddress (email), HomePhone (phone); not "
       "ID",
       "#gs/keP", "ID", "FirstName", "LastName", "DateOfBirth", "PostCode", "EmailAddress", "HomePhone");
    IS("German",
       "Vorname (given), Nachname (surname), Geburtsdatum (date), Straße (text), PLZ (code), Ort (category); not Lfd. Nr., "
       "Bemerkung",
       "#gs.axcw", "Lfd. Nr.", "Vorname", "Nachname", "Geburtsdatum", "Straße", "PLZ", "Ort", "Bemerkung");
    IS("French: what stands beside Prénom is the surname",
       "Nom (surname), Prénom (given), Date de naissance (date), Téléphone (phone); not Remarques", "sgdPw", "Nom", "Prénom",
       "Date de naissance", "Téléphone", "Remarques");
    IS("Russian", "Фамилия (surname), Имя (given), Дата рождения (date), Телефон (phone); not №", "#sgdp", "№", "Фамилия", "Имя",
       "Дата рождения", "Телефон");
    IS("Vietnamese", "Họ và tên (name), Ngày sinh (date), Số điện thoại (phone); not STT", "#ndp", "STT", "Họ và tên", "Ngày sinh",
       "Số điện thoại");
    IS("Japanese", "氏名 (name), 生年月日 (date), 郵便番号 (code), 電話番号 (phone); not 番号", "#zdxp", "番号", "氏名", "生年月日",
       "郵便番号", "電話番号");
    IS("a roster, with blanks and hints in its headings",
       "姓 名 (name), 出生年月 (date), 身份证号码 (citizen_id), 家庭住址 (address), 联系电话 (phone); not 序号, 登记时间, 备注",
       "#zdivptw", "序号", "姓 名", "出生年月", "身份证号码", "家庭住址", "联系电话", "登记时间", "备注");
    IS("what another linking found is not compared", "full_name (name), birthday (date); not entity_id, label", "GnGd", "entity_id",
       "full_name", "label", "birthday");
    IS("a heading that the values belie tells nothing", "birth place (word), last visit (date), first (given); not any", "cdg",
       "birth place", "last visit", "first");
    IS("of several kinds that a heading may mean the values take one",
       "Name, Vorname (name), Strasse/Hausnr. (text), Mail Address (email); not any", "NSe", "\"Name, Vorname\"", "Strasse/Hausnr.",
       "Mail Address");
    IS("a column ID of citizen ids is no number of records, and 身份证地址 is an address",
       "ID (citizen_id), 名字 (name), 身份证地址 (address); not 经办人", "izvz", "ID", "名字", "身份证地址", "经办人");
    IS("a name is not of a person where its words are many or have digits in them", "name (text), price (number); not id", "#q$",
       "id", "name", "price");
    IS("remarks are compared where there is hardly anything else", "memo (text), amount (number); not any", "w$", "memo", "amount");
    IS("an amount of money is a number, and a number that each record has of its own is none of it",
       "company name (text), price (number); not customer no", "Cb$", "customer no", "company name", "price");
}

static void values(void)
{
    IS("names, dates, ids, telephones and addresses are known without headings",
       "b (given), c (surname), d (date), e (address), f (word), g (code), h (phone), i (email), j (identifier), k (category); not "
       "a",
       "#gsdacxPeIf", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k");
    IS("so are Chinese ones", "b (name), c (date), d (citizen_id), e (address), f (phone); not a", "#zZivp", "a", "b", "c", "d",
       "e", "f");
    IS("and whole names, in either order", "a (name), b (name), c (text); not any", "nNb", "a", "b", "c");
    IS("a day is a date with the month in words, with two digits of the year, or at midnight",
       "a (date), b (date), c (date); not d", "M.0t", "a", "b", "c", "d");
    IS("surnames of several words, or beyond an empty column", "a (given), c (surname), d (phone); not any", "g-Wp", "a", "b", "c",
       "d");
    IS("a date is one where every seventh is impossible", "a (name), b (date); not any", "nB", "a", "b");
    IS("a year, a month and a day of their own", "n (name), y (date), m (category), d (category); not any", "nymD", "n", "y", "m",
       "d");
    IS("numbers that a machine gave to each record are not compared", "c (name); not a, b", "#un", "a", "b", "c");
    IS("postcodes with letters are codes, lengths and widths numbers", "a (code), b (number); not any", "kl", "a", "b");
}

static void beside(void)
{
    struct buf csv = {0}, got = {0};
    buf_put(&csv, "a,b,c,d\n");
    for (size_t i = 0; i < 300; i++) {
        seed = (uint32_t)i * 2654435761u;
        const char *g = ONE_OF(GIVEN), *s = ONE_OF(SURNAME);
        unsigned y = 1930 + any(70);
        buf_printf(&csv, "%s %s,%s,%s,%u-%02u-01\n", g, s, g, s, y, 1 + any(12));
    }
    guess(&got, &csv);
    CHECK_STR(buf_slice(&got), "b (given), c (surname), d (date); not a", "a whole name says nothing beside its parts");
    csv.n = got.n = 0;
    buf_put(&csv, "name,dob,year\n");
    for (size_t i = 0; i < 300; i++) {
        seed = (uint32_t)i * 2654435761u;
        unsigned y = 1930 + any(70);
        buf_printf(&csv, "%s %s,%u-%02u-01,%u\n", ONE_OF(GIVEN), ONE_OF(SURNAME), y, 1 + any(12), y);
    }
    guess(&got, &csv);
    CHECK_STR(buf_slice(&got), "name (name), dob (date); not year", "nor a year beside the date that it is of");
    csv.n = got.n = 0;
    buf_put(&csv, "姓名,姓,名,家庭年收入\n");
    for (size_t i = 0; i < 300; i++) {
        seed = (uint32_t)i * 2654435761u;
        const char *family = ONE_OF(HAN_SURNAME), *g = ONE_OF(HAN_GIVEN);
        buf_printf(&csv, "%s%s,%s,%s,%u\n", family, g, family, g, 10000 + any(900000));
    }
    guess(&got, &csv);
    CHECK_STR(buf_slice(&got), "姓 (surname), 名 (given), 家庭年收入 (number); not 姓名",
              "the same of Chinese names; and an income is a number, however long");
    const char *wide[40];
    char sorts[41] = {0}, names[40][8];
    for (size_t k = 0; k < 40; k++) {
        snprintf(names[k], sizeof names[k], "c%zu", k);
        wide[k] = names[k];
        sorts[k] = 'G';
    }
    memcpy(sorts + 20, "nipde", 5);
    wide[20] = "name", wide[21] = "idno", wide[22] = "tel", wide[23] = "dob", wide[24] = "email";
    csv.n = got.n = 0;
    make(&csv, wide, sorts);
    guess(&got, &csv);
    size_t at, n = 0;
    for (size_t i = 0; i < got.n && got.s[i] != ';'; i++) n += got.s[i] == '(';
    CHECK(n == COMPARISONS, "of forty columns sixteen are compared");
    CHECK(str_find(buf_slice(&got), STR("name (name), idno (citizen_id), tel (phone), dob (date), email (email)"), &at),
          "and those among them that tell most");
    buf_free(&csv);
    buf_free(&got);
}

int main(void)
{
    headings();
    values();
    beside();
    return tap_end();
}
