#include "base/duration.h"

#include <string.h>

/* Words for units, the longer before the shorter, and how many hundredths of a month or of an hour, each times 60, they are. */
static const struct unit {
    const char *word;
    int months, hours;
} UNITS[] = {{"年", 12 * 6000, 0}, {"个月", 6000, 0}, {"月", 6000, 0},   {"周", 0, 0},    {"星期", 0, 0},   {"天", 0, 0},
             {"日", 0, 0},         {"小时", 0, 6000}, {"钟头", 0, 6000}, {"时", 0, 6000}, {"分钟", 0, 100}, {"分", 0, 100}};
enum { N_UNITS = sizeof UNITS / sizeof *UNITS };

/* The first unit in the text, and where it begins; NULL: there is none. */
static const struct unit *find_unit(struct str t, size_t *at)
{
    for (*at = 0; *at < t.n; ++*at)
        for (int u = 0; u < N_UNITS; u++)
            if (str_starts(str_from(t, *at), str_of(UNITS[u].word))) return &UNITS[u];
    return NULL;
}

static bool cut_end(struct str *t, const char *word)
{
    *t = str_trim(*t);
    if (!str_ends(*t, str_of(word))) return false;
    t->n -= strlen(word);
    return true;
}

/* The number before a unit, in hundredths: 3, 一, 半, 1个半. */
static bool read_count(struct str t, int64_t *hundredths, bool *about)
{
    struct number_reading r;
    bool half = cut_end(&t, "半");
    cut_end(&t, "个");
    t = str_trim(t);
    if (str_starts(t, STR("零"))) t = str_from(t, strlen("零")); /* 3年零2个月 */
    *hundredths = half ? 50 : 0;
    if (half && !t.n) return true;
    if (!number_read(t, &r)) return false;
    *about |= r.about;
    double value = number_value((struct str){r.text, r.n}) * 100;
    if (value < 0 || value > 1e9 || value != (double)(int64_t)value) return false;
    *hundredths += (int64_t)value;
    return true;
}

/* Hundredths as canonical text. */
static void write_hundredths(int64_t v, struct number_reading *out)
{
    char back[32];
    size_t n = 0;
    int drop = v % 100 == 0 ? 2 : v % 10 == 0;
    for (int i = 0; i < drop; i++) v /= 10;
    for (int place = drop; v || place < 3; place++) {
        if (place == 2 && drop < 2) back[n++] = '.';
        back[n++] = (char)('0' + v % 10);
        v /= 10;
    }
    out->n = 0;
    while (n) out->text[out->n++] = back[--n];
}

bool duration_read(struct str t, enum duration of, struct number_reading *out)
{
    size_t at;
    t = str_trim(t);
    const struct unit *u = t.n <= 120 ? find_unit(t, &at) : NULL;
    if (!u) return number_read(t, out);
    int64_t sum = 0;
    bool about = false;
    for (; u; u = find_unit(t, &at)) {
        int64_t count, each = of == DURATION_MONTHS ? u->months : u->hours;
        if (!each || !read_count(str_head(t, at), &count, &about)) return false;
        t = str_trim(str_from(t, at + strlen(u->word)));
        if (str_starts(t, STR("半"))) count += 50, t = str_from(t, strlen("半"));
        sum += count * each;
    }
    static const char *const ABOUT[] = {"左右", "上下", "以上", "以内", "余", "多"};
    for (size_t i = 0; i < sizeof ABOUT / sizeof *ABOUT; i++)
        if (cut_end(&t, ABOUT[i])) about = true;
    if (t.n) return false;
    write_hundredths((sum + 3000) / 6000, out);
    out->rewritten = true;
    out->about = about;
    return true;
}
