#include "cells/sniff.h"

#include "base/text.h"
#include "cells/decode.h"

static const struct {
    const char *bytes;
    unsigned char n;
    unsigned char content;
    const char *kind;
} MAGIC[] = {
    {"PK\3\4", 4, CONTENT_ZIP, ""},
    {"PK\5\6", 4, CONTENT_ZIP, ""},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, CONTENT_OLE, ""},
    {"\x09\x08\x10\0", 4, CONTENT_OLE, ""}, /* a bare BIFF stream, as old programs wrote it */
    {"\x09\x08\x08\0", 4, CONTENT_OLE, ""},
    {"\x09\x04\x06\0", 4, CONTENT_OLE, ""},
    {"\x09\x02\x06\0", 4, CONTENT_OLE, ""},
    {"\x09\0\x04\0", 4, CONTENT_OLE, ""},
    {"SQLite format 3\0", 16, CONTENT_STORE, ""},
    {"%PDF-", 5, CONTENT_FOREIGN, "PDF"},
    {"\x89PNG\r\n", 6, CONTENT_FOREIGN, "PNG"},
    {"\xFF\xD8\xFF", 3, CONTENT_FOREIGN, "JPEG"},
    {"GIF8", 4, CONTENT_FOREIGN, "GIF"},
    {"{\\rtf", 5, CONTENT_FOREIGN, "RTF"},
    {"Rar!\x1A\7", 6, CONTENT_FOREIGN, "RAR"},
    {"7z\xBC\xAF\x27\x1C", 6, CONTENT_FOREIGN, "7z"},
    {"\x1F\x8B\x08", 3, CONTENT_FOREIGN, "gzip"},
    {"\xFD"
     "7zXZ",
     5, CONTENT_FOREIGN, "xz"},
    {"\x7F"
     "ELF",
     4, CONTENT_FOREIGN, "ELF"},
    {"%!PS", 4, CONTENT_FOREIGN, "PostScript"},
};

/* Does the text hold `needle` (lower case ASCII) among its first bytes, in any case? */
static bool holds(struct str text, const char *needle)
{
    size_t n = strlen(needle), limit = text.n < 4096 ? text.n : 4096;
    for (size_t i = 0; i + n <= limit; i++) {
        size_t j = 0;
        while (j < n && (text.s[i + j] | (needle[j] >= 'a' && needle[j] <= 'z' ? 0x20 : 0)) == needle[j]) j++;
        if (j == n) return true;
    }
    return false;
}

static bool begins(struct str text, const char *word)
{
    return holds(str_head(text, strlen(word)), word);
}

static struct str skip_blanks(struct str text)
{
    while (text.n && (*text.s == ' ' || *text.s == '\t' || *text.s == '\r' || *text.s == '\n')) text = str_from(text, 1);
    return text;
}

/* '{' is JSON.  '[' may as well begin a title such as [摸排表]: it must be followed by what an array of records begins with. */
static bool is_json(struct str text)
{
    if (!text.n) return false;
    if (*text.s == '{') return true;
    if (*text.s != '[') return false;
    struct str inner = skip_blanks(str_from(text, 1));
    return !inner.n || *inner.s == '{' || *inner.s == '[' || *inner.s == ']';
}

static enum content sniff_text(struct str text)
{
    text = skip_blanks(text);
    if (is_json(text)) return CONTENT_JSON;
    if (begins(text, "<?xml") || begins(text, "<?mso"))
        return holds(text, "office:spreadsheet") || holds(text, "excel.sheet") ? CONTENT_OLD_XML : CONTENT_WEB_PAGE;
    if (begins(text, "<!doctype") || begins(text, "<html") || begins(text, "<table") || begins(text, "<meta") ||
        begins(text, "<head") || begins(text, "<style") || begins(text, "<!--"))
        return CONTENT_WEB_PAGE;
    if (begins(text, "mime-version:") && holds(text, "text/html")) return CONTENT_WEB_PAGE;
    /* Text has no controls but line ends and tabs; a few strays are a damaged text, many are no text. */
    size_t controls = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.s[i];
        if ((c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1A) || c == 0x7F) controls++;
    }
    for (size_t i = 0; i + 2 < text.n; i++) /* what could not be decoded */
        if (memcmp(text.s + i, "\xEF\xBF\xBD", 3) == 0) controls++;
    return controls > 8 && controls > text.n / 20 ? CONTENT_BINARY : CONTENT_TEXT;
}

enum content sniff_content(struct str head, const char **kind)
{
    *kind = "";
    for (size_t i = 0; i < sizeof MAGIC / sizeof *MAGIC; i++) {
        if (!str_starts(head, (struct str){MAGIC[i].bytes, MAGIC[i].n})) continue;
        *kind = MAGIC[i].kind;
        return (enum content)MAGIC[i].content;
    }
    struct buf text = {0};
    decode_head(&text, head, NULL);
    enum content c = sniff_text(buf_slice(&text));
    buf_free(&text);
    return c;
}

const char *encoding_name(enum encoding e)
{
    static const char *const NAMES[] = {
        [ENCODING_ASCII] = "UTF-8",      [ENCODING_UTF8] = "UTF-8",      [ENCODING_UTF16LE] = "UTF-16LE",
        [ENCODING_UTF16BE] = "UTF-16BE", [ENCODING_GB18030] = "GB18030", [ENCODING_NAMED] = "",
    };
    return NAMES[e];
}

/* How a UTF-16 unit of text in a sheet begins: Han characters, their extensions in pairs, marks of either width. */
static bool begins_han(unsigned char high)
{
    return (high >= 0x34 && high <= 0x9F) || (high >= 0xD8 && high <= 0xDF) || high == 0x20 || high == 0x30 || high == 0xFF;
}

/* May it be UTF-16 with the low byte of each pair at `low` (0 or 1)?  How many pairs are what sheets are made of: ASCII, Han
 * characters, and the marks of either width.  0 when it cannot be: no line end, or too much else. */
static size_t like_utf16(struct str head, unsigned low)
{
    size_t good = 0, ends = 0, pairs = head.n / 2;
    for (size_t i = 0; i + 1 < head.n; i += 2) {
        unsigned char c = (unsigned char)head.s[i + low], high = (unsigned char)head.s[i + 1 - low];
        good += high ? begins_han(high) : c >= '\t' && c < 0x7F;
        ends += c == '\n' && !high;
    }
    return ends && good * 10 >= pairs * 9 ? good : 0;
}

enum encoding sniff_encoding(struct str head, bool whole, size_t *bom)
{
    *bom = 0;
    if (str_starts(head, STR("\xEF\xBB\xBF"))) {
        *bom = 3;
        return ENCODING_UTF8;
    }
    if (str_starts(head, STR("\xFF\xFE")) || str_starts(head, STR("\xFE\xFF"))) {
        *bom = 2;
        return (unsigned char)head.s[0] == 0xFF ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    }
    size_t little = like_utf16(head, 0), big = like_utf16(head, 1);
    if (little || big) return little >= big ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    /* UTF-8 in which a few bytes are damaged is still UTF-8; characters of GB18030 are hardly ever valid UTF-8, let alone most of
     * them. */
    size_t good = 0, bad = 0, after_bad = SIZE_MAX;
    for (size_t i = 0; i < head.n;) {
        size_t start = i;
        if (text_next(head, &i) < 0x80) continue;
        if (i - start > 1) {
            good++;
        } else if (whole || head.n - start > 3) {
            bad += start != after_bad; /* several bytes in a row are one fault */
            after_bad = i;
        }
    }
    if (!good && !bad) return ENCODING_ASCII;
    return bad * 4 <= good ? ENCODING_UTF8 : ENCODING_GB18030;
}

/* How much the lines agree about a delimiter: of the most frequent number of cells above one, cells times lines.  Nothing when it
 * stands in few of them: then it is a mark in the text of some. */
static size_t agreement(struct str text, char delimiter, bool *occurs)
{
    enum { MOST = 64, LINES = 200 };
    unsigned lines[MOST + 1] = {0};
    size_t cells = 1, seen = 0, filled = 0, length = 0;
    bool quoted = false, start = true;
    for (size_t i = 0; i < text.n && seen < LINES; i++) {
        char c = text.s[i];
        bool ends = (c == '\n' || c == '\r') && !quoted;
        if (c == '"' && (start || quoted)) quoted = !quoted;
        else if (c == delimiter && !quoted) cells++;
        start = c == delimiter || ends;
        length += !ends;
        if (!ends && i + 1 < text.n) continue;
        lines[cells < MOST ? cells : MOST]++;
        filled += length > 0;
        cells = 1;
        length = 0;
        seen++;
    }
    size_t best = 0, with = 0;
    for (size_t n = 2; n <= MOST; n++) {
        with += lines[n];
        if (lines[n] * (n - 1) > best) best = lines[n] * (n - 1);
    }
    *occurs = with > 0;
    return with * 3 >= filled ? best : 0;
}

char sniff_delimiter(struct str text)
{
    static const char CANDIDATES[] = {',', ';', '\t'};
    char best = 0, absent = 0;
    size_t most = 0;
    for (size_t i = sizeof CANDIDATES; i-- > 0;) {
        bool occurs;
        size_t score = agreement(text, CANDIDATES[i], &occurs);
        if (!occurs) absent = CANDIDATES[i];
        if (score < most || !score) continue;
        most = score;
        best = CANDIDATES[i];
    }
    return best ? best : absent ? absent : ',';
}
