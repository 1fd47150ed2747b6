/* What a clerk's CSV and TSV files become, whatever program and encoding they come from, and what is said of broken ones. */
#include "tap.h"

#include "base/text.h"
#include "cells/scan.h"
#include "sheets.h"

static struct findings found;
static struct buf text;

static struct str read_with(const struct book_options *o, const char *bytes, size_t n)
{
    text.n = 0;
    findings_start(&found);
    text_of_sheets(&text, file_of("x.csv", bytes, n), o, &found.diag);
    return buf_slice(&text);
}
static struct str read_bytes(const char *bytes, size_t n)
{
    static const struct book_options none = {0};
    return read_with(&none, bytes, n);
}
#define READ(literal) read_bytes(literal, sizeof(literal) - 1)

static void plain_files(void)
{
    CHECK_STR(READ("a,b,c\n1,2,3\n"), "1:a|b|c\n2:1|2|3\n", "a comma file is rows of cells");
    CHECK_STR(READ("a,b\r\n1,2\r\n"), "1:a|b\n2:1|2\n", "line ends of Windows are no part of a cell");
    CHECK_STR(READ("a,b\r1,2\r"), "1:a|b\n2:1|2\n", "line ends of old Macs end rows");
    CHECK_STR(READ("\"a\nc\",b\r1,2\r"), "1:a\nc|b\n2:1|2\n", "and do so where a cell breaks its line");
    CHECK_STR(READ("a\nc,b\r1,2\r3,4\r"), "1:a\nc|b\n2:1|2\n3:3|4\n", "even one without quotes");
    CHECK_STR(READ("a,b\n1,2"), "1:a|b\n2:1|2\n", "the last row may lack its line end");
    CHECK_STR(READ("a,b\n1,"), "1:a|b\n2:1|\n", "and its last cell may be empty");
    CHECK_STR(READ("a;b;c\n1,5;2;3\n"), "1:a|b|c\n2:1,5|2|3\n", "semicolons are told from commas");
    CHECK_STR(READ("a\tb, c\n1\t2\n"), "1:a|b, c\n2:1|2\n", "tabs are told from commas");
    CHECK_STR(READ("title\n\na,b\n1,2\n"), "1:title\n2:\n3:a|b\n4:1|2\n",
              "blank rows are counted, so that numbers agree with the screen");
    CHECK_STR(READ("sep=;\na;b,c\n"), "1:a|b,c\n", "Excel's sep= line chooses the delimiter and is no row");
    CHECK_STR(READ(" a ,\tb\n"), "1: a |\tb\n", "blanks around cells are the cells' own");
    CHECK_STR(READ("007,370124198110063000,1e5\n"), "1:007|370124198110063000|1e5\n",
              "leading zeros and long digits are kept, nothing is guessed");
    CHECK_STR(READ("a,b\n\x1A"), "1:a|b\n", "the end-of-file mark of DOS is no row");
    CHECK_STR(READ(""), "", "an empty file has no rows");
    CHECK(found.diag.status == 0, "and is no failure of the reader");
    const struct book_options tsv = {.from = "tsv"};
    CHECK_STR(read_with(&tsv, "a,b\tc\n", 6), "1:a,b|c\n", "--from tsv means tabs");
}

static void quotes(void)
{
    CHECK_STR(READ("\"a,b\",c\n"), "1:a,b|c\n", "a delimiter in quotes is text");
    CHECK_STR(READ("\"a\"\"b\",c\n"), "1:a\"b|c\n", "a doubled quote is one");
    CHECK_STR(READ("\"a\nb\",c\nd,e\n"), "1:a\nb|c\n2:d|e\n", "a line end in quotes is text, and the row is one");
    CHECK_STR(READ("\"a\"\n\"\"\n,\n"), "1:a\n2:\n3:|\n", "an empty quoted cell is a cell");
    CHECK_STR(READ("\"a\r\nb\"\r\nc\r\n"), "1:a\r\nb\n2:c\n", "so it is with line ends of Windows");
    CHECK_STR(READ(" \"a\",b\n"), "1: \"a\"|b\n", "a quote within a cell is a character");
    CHECK_STR(READ("5\" pipe,b\n"), "1:5\" pipe|b\n", "as in inches");
    CHECK(found.text.n == 0, "and needs no finding");
    CHECK_STR(READ("\"a\"x,b\nc,d\n"), "1:ax|b\n2:c|d\n", "text after a closing quote belongs to the cell");
    CHECK_STR(buf_slice(&found.text), "quote_stray 1;", "and the row is named");
    CHECK_STR(READ("a,\"b,c\nd,e\nf,g\n"), "1:a|\"b|c\n2:d|e\n3:f|g\n", "a quote that is never closed does not swallow the file");
    CHECK_STR(buf_slice(&found.text), "quote_unclosed 1;", "and its row is named");
    CHECK_STR(READ("a,\"b,c\nd,\"e\",f\n"), "1:a|\"b|c\n2:d|e|f\n", "nor does one that a later cell's quote seems to close");
    CHECK_STR(READ("h\n\""), "1:h\n2:\"\n", "a lone quote at the end is a character");
    CHECK_STR(READ("\"a\nb\" ,c\n\"d\"\t \n"), "1:a\nb |c\n2:d\t \n", "blanks after a closing quote are kept");
    CHECK(found.text.n == 0, "and need no finding");
}

static void encodings(void)
{
    CHECK_STR(READ("\xEF\xBB\xBF"
                   "姓名,性别\n"),
              "1:姓名|性别\n", "the mark of UTF-8 is no part of the first heading");
    CHECK_STR(READ("\xD0\xD5\xC3\xFB,\xD0\xD4\xB1\xF0\n"), "1:姓名|性别\n", "GB18030, as Chinese Excel writes it");
    CHECK_STR(READ("\xD0\xD5\xC3\xFB,\x82\x35\x87\x38\n"), "1:姓名|䶵\n", "four-byte names of GB18030");
    CHECK_STR(READ("\xFF\xFE"
                   "a\0,\0\x0D\x59\n\0"),
              "1:a|复\n", "UTF-16 with a mark, little end first");
    CHECK_STR(READ("\xFE\xFF"
                   "\0a\0,\x59\x0D\0\n"),
              "1:a|复\n", "UTF-16 with a mark, big end first");
    CHECK_STR(READ("a\0,\0b\0\r\0\n\0\x31\0,\0\x0D\x59\r\0\n\0"), "1:a|b\n2:1|复\n", "UTF-16 without a mark, little end first");
    CHECK_STR(READ("\0a\0,\0b\0\n\0\x31\0,\x59\x0D\0\n"), "1:a|b\n2:1|复\n", "UTF-16 without a mark, big end first");
    CHECK(found.text.n == 0, "none of which needs a finding");
    CHECK_STR(READ("a,b\n姓名,甲乙\n丙,\xE4\xB8\nd,e\n"), "1:a|b\n2:姓名|甲乙\n3:丙|\xEF\xBF\xBD\xEF\xBF\xBD(lost)\n4:d|e\n",
              "bytes that are not UTF-8 are shown as lost, the cell is marked");
    CHECK_STR(buf_slice(&found.text), "bytes_lost 3 UTF-8;", "and the first place is named, once");
    CHECK_STR(READ("a,b\n1,x\0y\n2,z\n"), "1:a|b\n2:1|x\xEF\xBF\xBDy(lost)\n3:2|z\n", "so it is with NUL");
    CHECK_STR(buf_slice(&found.text), "bytes_lost 2 UTF-8;", "with its row");
    READ("a,\"b\"\n姓名,\"甲乙\"\n\xE4\xB8,\"x\"\nd,e\n");
    CHECK_STR(buf_slice(&found.text), "bytes_lost 3 UTF-8;", "the right one, in files with quotes too");
    const struct book_options big5 = {.encoding = "Big5"};
    CHECK_STR(read_with(&big5, "\xA9\x6D\xA6\x57,a\n", 7), "1:姓名|a\n", "an encoding may be named");
    const struct book_options none = {.encoding = "no-such"};
    CHECK_STR(read_with(&none, "a\n", 2), "FAILED", "one that does not exist");
    CHECK_STR(buf_slice(&found.text), "encoding_unknown no-such;", "is said to be unknown");
}

/* A file that is ASCII for longer than anybody looks ahead. */
static void late_encoding(void)
{
    struct buf b = {0};
    for (int i = 0; i < 40000; i++) buf_put(&b, "a,b\n");
    buf_put(&b, "\xD0\xD5,\xC3\xFB\n");
    struct str got = read_bytes(b.s, b.n);
    CHECK(str_ends(got, STR("\n40001:姓|名\n")), "GB18030 is told even when its first character comes late");
    for (int i = 0; i < 400000; i++) buf_put(&b, "\xD0\xD5,\xC3\xFB\n");
    got = read_bytes(b.s, b.n);
    CHECK(str_ends(got, STR("\n440001:姓|名\n")) && found.text.n == 0, "and characters cut in two between pieces are whole");
    b.n = 0;
    for (int i = 0; i < 400000; i++) buf_put(&b, "姓\"x,名\n");
    got = read_bytes(b.s, b.n);
    CHECK(str_ends(got, STR("\n400000:姓\"x|名\n")) && found.text.n == 0, "as those of UTF-8 are");
    b.n = 0;
    for (int i = 0; i < 400000; i++) buf_put(&b, i % 1000 ? "a,b\n" : "\"a\nb\",\"\"\"\"\n");
    got = read_bytes(b.s, b.n);
    size_t at;
    CHECK(str_find(got, STR("\n399001:a\nb|\"\n399002:a|b\n"), &at) && str_ends(got, STR("\n400000:a|b\n")),
          "quoted rows between plain ones keep the count");
    buf_free(&b);
}

static void limits(void)
{
    struct buf b = {0};
    for (int i = 0; i < 16384; i++) buf_put(&b, i ? ",1" : "1");
    buf_put(&b, "\n");
    read_bytes(b.s, b.n);
    CHECK(found.text.n == 0, "16,384 columns are read");
    buf_put(&b, "a\n");
    for (int i = 0; i < 1000000; i++) buf_char(&b, ',');
    struct str got = read_bytes(b.s, b.n);
    CHECK(str_ends(got, STR("FAILED")), "a million columns are refused");
    CHECK_STR(buf_slice(&found.text), "too_many_columns 3 16,384;", "with the row and the limit");
    CHECK(found.diag.status == 3, "as an input that could not be read");
    b.n = 0;
    buf_put(&b, "a,b\n1,\"");
    for (int i = 0; i < 32767; i++) buf_put(&b, "名");
    buf_put(&b, "\"\n");
    read_bytes(b.s, b.n);
    CHECK(found.text.n == 0, "a cell of 32,767 characters is read");
    b.n -= 2;
    buf_put(&b, "名\"\n");
    CHECK_STR(read_bytes(b.s, b.n), "FAILED", "one more is refused");
    CHECK_STR(buf_slice(&found.text), "cell_too_long 2 32,767;", "with the row");
    b.n = 0;
    buf_put(&b, "a,b\n");
    for (int i = 0; i < 10 * 1024 * 1024; i++) buf_put(&b, "0123456789");
    CHECK(str_ends(read_bytes(b.s, b.n), STR("FAILED")), "a cell of 100 MB is refused");
    CHECK(found.diag.status == 3 && found.text.n < 60, "with one message");
    buf_free(&b);
}

static void other_files(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *what, *finding;
    } FILES[] = {
#define BYTES(literal) literal, sizeof(literal) - 1
        {BYTES("%PDF-1.7\n%\xE2\xE3"), "a PDF", "foreign_file PDF;"},
        {BYTES("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), "a picture", "foreign_file PNG;"},
        {BYTES("{\\rtf1\\ansi"), "a rich text", "foreign_file RTF;"},
        {BYTES("\n<html xmlns:x=\"urn:x\"><table>"), "a web page called .xls", "web_page;"},
        {BYTES("\xEF\xBB\xBF<TABLE><tr><td>a"), "a table of HTML", "web_page;"},
        {BYTES("MIME-Version: 1.0\nContent-Type: text/html\n"), "a saved web page", "web_page;"},
        {BYTES("<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>"), "an XML spreadsheet", "old_xml;"},
        {BYTES("SQLite format 3\0\x10\0"), "a store", "is_store;"},
        {BYTES("\1\2\3\4\5\6\7\0\1\2\3\4\5\6\7\0\1\2\3\4\5\6\7\0"), "a program", "not_a_sheet;"},
    };
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        CHECK_STR(read_bytes(FILES[i].bytes, FILES[i].n), "FAILED", "%s is no sheet", FILES[i].what);
        CHECK_STR(buf_slice(&found.text), FILES[i].finding, "and is called what it is");
        CHECK(found.diag.status == 3, "with status 3");
    }
    CHECK_STR(READ("[摸排表]\na,b\n"), "1:[摸排表]\n2:a|b\n", "a title in brackets is no JSON");
    findings_start(&found);
    CHECK(!book_open("no/such/file", &(struct book_options){0}, &found.diag) && found.diag.status == 3,
          "a file that is not there is said so");
    findings_start(&found);
    CHECK(!book_open("/", &(struct book_options){0}, &found.diag) && found.diag.status == 3, "and so is a folder");
}

static void digest(void)
{
    static const unsigned char ABC[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
    unsigned char got[32];
    findings_start(&found);
    struct book *b = book_open(file_of("x.csv", "abc", 3), &(struct book_options){0}, &found.diag);
    book_digest(b, got);
    CHECK(memcmp(got, ABC, 8) == 0, "the digest of a file is SHA-256 of its bytes");
    struct cell_block block = {0};
    struct sheet sheet;
    CHECK(book_next_sheet(b, &sheet) == 1 && sheet_next(b, &block) == 1 && block.n_rows == 1, "and asking for it disturbs nothing");
    cell_block_free(&block);
    book_close(b);
}

/* The quick judgement of UTF-8 against the plain one, for every character that may begin a fault, at every place in 16 bytes. */
static void utf8(void)
{
    static const unsigned char LEADS[] = {0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
                                          0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
    static const unsigned char NEXT[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xE4, 0xFF};
    size_t tried = 0, wrong = 0;
    for (size_t place = 0; place < 34; place++)
        for (size_t a = 0; a < sizeof LEADS; a++)
            for (size_t i = 0; i < sizeof NEXT * sizeof NEXT * sizeof NEXT; i++) {
                char s[40];
                memset(s, 'a', sizeof s);
                s[place] = (char)LEADS[a];
                for (size_t k = 0, r = i; k < 3; k++, r /= sizeof NEXT) s[place + k + 1] = (char)NEXT[r % sizeof NEXT];
                size_t bad;
                for (size_t n = place + 1; n < place + 6 && n <= sizeof s; n++, tried++)
                    wrong += utf8_valid(s, n) != text_valid((struct str){s, n}, &bad);
            }
    CHECK(wrong == 0 && tried > 1000000, "UTF-8 is told from what is not, as RFC 3629 has it");
    char lines[1000];
    for (size_t i = 0; i < sizeof lines; i++) lines[i] = i % 3 ? 'x' : '\n';
    bool right = true;
    for (size_t n = 0; n < sizeof lines; n++) right = right && scan_count(lines, n, '\n') == (n + 2) / 3;
    CHECK(right, "line ends are counted in texts of any length");
}

int main(void)
{
    utf8();
    plain_files();
    quotes();
    encodings();
    late_encoding();
    limits();
    other_files();
    digest();
    buf_free(&text);
    buf_free(&found.text);
    return tap_end();
}
