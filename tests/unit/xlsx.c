/* What a clerk's .xlsx becomes, whatever program wrote it, and what is said of those that are broken or hostile. */
#include "tap.h"

#include "workbooks.h"

#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/relationships"
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define RELATIONS(inside) XML "<Relationships xmlns=\"" PACKAGE "\">" inside "</Relationships>"
#define RELATION(id, kind, target) "<Relationship Id=\"" id "\" Type=\"" REL "/" kind "\" Target=\"" target "\"/>"
#define WORKBOOK(inside) XML "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" REL "\">" inside "</workbook>"
#define SHEET(inside) XML "<worksheet xmlns=\"" MAIN "\">" inside "</worksheet>"
#define DATA(rows) SHEET("<sheetData>" rows "</sheetData>")
#define STRINGS(inside) XML "<sst xmlns=\"" MAIN "\">" inside "</sst>"
#define ROW(cells) DATA("<row r=\"1\">" cells "</row>")

/* What the programs that wrote the files of the corpus were given. */
#define WRITERS_SAW(b)                                                                                                             \
    "[摸排表] 1,1-1,6 "                                                                                                         \
    "7,1-8,2\n1:T退役军人信息摸排表\n2:T姓名|T身份证号|T出生日期|T人数|T是否|T备注\n3:T张三|T370124198506150010|D1985-06-15|N3|" b \
    "true|T第一行\n第二行\nhidden 4:T李四|N3701241985|D1985-06-15T08:30:00|N1985.6|" b                                             \
    "false|T 前后空格 \n5:T王五||D08:30:00\n7:T合计\n12:|N0.25\nhidden [隐藏]\n2:|Tx\n[空]\n"

static struct findings found;
static struct buf text;

static struct str read_path(const char *path)
{
    text.n = 0;
    findings_start(&found);
    put_book(&text, path, &found.diag);
    return buf_slice(&text);
}

static struct str read_corpus(const char *name)
{
    read_path(corpus_file(name));
    return without_empty_rows(&text);
}

static const struct part types = {"[Content_Types].xml", XML "<Types/>", 0};
static const struct part package = {"_rels/.rels", RELATIONS(RELATION("rId1", "officeDocument", "xl/workbook.xml")), 0};
static const struct part one_sheet = {"xl/workbook.xml",
                                      WORKBOOK("<sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/></sheets>"), 0};
static const struct part relations = {"xl/_rels/workbook.xml.rels",
                                      RELATIONS(RELATION("rId1", "worksheet", "worksheets/sheet1.xml") RELATION(
                                          "rId2", "sharedStrings", "sharedStrings.xml") RELATION("rId3", "styles", "styles.xml")),
                                      0};
#define FORMAT(id, code) "<numFmt numFmtId=\"" id "\" formatCode=\"" code "\"/>"
#define STYLE(id) "<xf numFmtId=\"" id "\"/>"
static const struct part styles = {
    "xl/styles.xml",
    XML "<styleSheet xmlns=\"" MAIN "\"><numFmts>" FORMAT("164", "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;")
        FORMAT("165", "0.0&quot;d&quot;")
            FORMAT("166", "[h]:mm") "</numFmts><cellStyleXfs>" STYLE("14") "</cellStyleXfs><cellXfs>" STYLE("0") STYLE("14")
                STYLE("164") STYLE("31") STYLE("57") STYLE("165") STYLE("166") STYLE("20") "</cellXfs></styleSheet>",
    0};

/* A workbook of one sheet with these shared strings. */
static struct str read_two(const char *sheet, const char *strings)
{
    const struct part parts[] = {types,
                                 package,
                                 one_sheet,
                                 relations,
                                 styles,
                                 {"xl/sharedStrings.xml", strings, 0},
                                 {"xl/worksheets/sheet1.xml", sheet, 0},
                                 {NULL, NULL, 0}};
    return read_path(zip_of("x.xlsx", parts));
}
static struct str read_sheet_once(const char *sheet)
{
    return read_two(sheet, STRINGS("<si><t>姓名</t></si><si><t>张三</t></si>"));
}

static int ways_apart;

/* A sheet is read in one of several ways, by what is in it; here by all of them, which must agree. */
static void compare_way(const char *sheet, const char *tag, const char *instead)
{
    struct buf changed = {0}, want = {0};
    const char *at = strstr(sheet, tag);
    if (!at) return;
    buf_str(&want, buf_slice(&text));
    buf_add(&changed, sheet, (size_t)(at - sheet));
    buf_put(&changed, instead);
    buf_put(&changed, at + strlen(tag));
    struct str got = read_sheet_once(buf_text(&changed));
    bool both_failed = str_ends(got, STR("FAILED")) && str_ends(buf_slice(&want), STR("FAILED"));
    if (!str_eq(got, buf_slice(&want)) && !both_failed) {
        ways_apart++;
        printf("# %.*s\n# but by \"%s\"\n# %.*s\n", (int)want.n, want.s, instead, (int)got.n, got.s);
    }
    buf_free(&changed);
    buf_free(&want);
}

static struct str read_sheet(const char *sheet)
{
    read_sheet_once(sheet);
    if (!strstr(sheet, "<!DOCTYPE")) {
        compare_way(sheet, "<sheetData>", "<!----><sheetData>");
        compare_way(sheet, "<sheetData>", "<sheetData><!---->");
        compare_way(sheet, "<row ", "<row y=\"&amp;\" ");
    }
    return read_sheet_once(sheet);
}
/* With the whole book given. */
static struct str read_book(const char *workbook, const char *workbook_relations, const char *sheet)
{
    const struct part parts[] = {types,
                                 package,
                                 {"xl/workbook.xml", workbook, 0},
                                 {"xl/_rels/workbook.xml.rels", workbook_relations, 0},
                                 {"xl/worksheets/sheet1.xml", sheet, 0},
                                 {NULL, NULL, 0}};
    return read_path(zip_of("x.xlsx", parts));
}

static void values(void)
{
    CHECK_STR(read_sheet(ROW("<c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>")), "[表]\n1:T姓名|T张三\n",
              "shared strings are text");
    CHECK_STR(
        read_sheet(ROW("<c r=\"A1\"><v>370124198110063000</v></c><c r=\"B1\"><v>3.70124198110063E+17</v></c><c r=\"C1\" t=\"n\">"
                       "<v>0012.50</v></c>")),
        "[表]\n1:N370124198110063000|N3.70124198110063E+17|N0012.50\n", "a number keeps the digits that the file holds");
    CHECK_STR(read_sheet(ROW("<c r=\"A1\"><v>1985.0999999999999</v></c>")), "[表]\n1:N1985.1\n",
              "but the tail that a double gives a short fraction is not shown by any sheet");
    CHECK_STR(
        read_sheet(ROW("<c r=\"A1\" t=\"b\"><v>1</v></c><c r=\"B1\" t=\"b\"><v>0</v></c><c r=\"C1\" t=\"e\"><v>#N/A</v></c>")),
        "[表]\n1:Btrue|Bfalse|E#N/A\n", "booleans and errors are told");
    CHECK_STR(
        read_sheet(ROW("<c r=\"A1\" t=\"inlineStr\"><is><t xml:space=\"preserve\"> 李 四 </t></is></c>"
                       "<c r=\"B1\" t=\"inlineStr\"><is><r><t>李</t></r><r><rPr/><t>四</t></r><rPh><t>li si</t></rPh></is></c>")),
        "[表]\n1:T 李 四 |T李四\n", "inline strings keep their blanks, join their runs and lose how they are pronounced");
    CHECK_STR(
        read_two(ROW("<c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c>"),
                 STRINGS("<si><r><t>王</t></r><r><rPr><b/></rPr><t>五</t></r><rPh sb=\"0\" eb=\"1\"><t>wang</t></rPh><phoneticPr/>"
                         "</si><si><t>a&amp;b&#10;c</t></si><si/>")),
        "[表]\n1:T王五|Ta&b\nc|\n", "so do shared ones; an empty one is an empty cell");
    CHECK_STR(
        read_two(ROW("<c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"),
                 STRINGS("<extLst><ext><t>no string</t></ext></extLst><si><t>王</t></si><x><t>neither</t></x><si><t>五</t></si>")),
        "[表]\n1:T王|T五\n", "text of the part that is no string belongs to none");
    CHECK_STR(read_two(ROW("<c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"str\"><f>A1</f><v>_x4E2D__xD840__xDC00_</v></c>"),
                       STRINGS("<si><t>a_x000A_b_x005F_x0041_ _xZZZZ_ _x41_</t></si>")),
              "[表]\n1:Ta\nb_x0041_ _xZZZZ_ _x41_|T=中𠀀\n", "_xHHHH_ stands for a character, and only that");
    CHECK_STR(read_sheet(ROW("<c r=\"A1\" t=\"d\"><v>1985-06-15T00:00:00Z</v></c><c r=\"B1\" t=\"d\"><v>1985年</v></c>")),
              "[表]\n1:D1985-06-15|T1985年\n", "a date may stand in ISO form");
    CHECK_STR(read_sheet(ROW(
                  "<c r=\"A1\" s=\"1\"><v>31199</v></c><c r=\"B1\" s=\"2\"><v>31199.5</v></c><c r=\"C1\" s=\"3\"><v>31199</v></c>"
                  "<c r=\"D1\" s=\"4\"><v>31199</v></c><c r=\"E1\" s=\"5\"><v>31199</v></c><c r=\"F1\" s=\"6\"><v>1.5</v></c>"
                  "<c r=\"G1\" s=\"7\"><v>0.5</v></c><c r=\"H1\"><v>31199</v></c><c r=\"I1\" s=\"99\"><v>31199</v></c>")),
              "[表]\n1:D1985-06-01|D1985-06-01T12:00:00|D1985-06-01|D1985-06-01|N31199|D36:00:00|D12:00:00|N31199|N31199\n",
              "the cell's style tells dates from numbers: built in, Chinese, of the file's own");
    CHECK_STR(read_sheet(ROW("<c r=\"A1\" s=\"1\"><v>60</v></c><c r=\"B1\" s=\"1\"><v>19850615</v></c>")),
              "[表]\n1:D1900-02-29|N19850615\n",
              "the day that never was is shown as the sheet shows it; a number too large for a day stays one");
    CHECK_STR(read_sheet(ROW("<c r=\"A1\" t=\"str\" s=\"1\"><f>TEXT(1)</f><v>31199</v></c>")), "[表]\n1:T=31199\n",
              "text in a date's format stays text");
}

static void formulas(void)
{
    CHECK_STR(read_sheet(ROW("<c r=\"A1\"><f>1&lt;2</f><v>3</v></c><c r=\"B1\" t=\"str\"><f t=\"shared\" si=\"0\"/><v>甲</v></c>"
                             "<c r=\"C1\" t=\"str\"><f>\"\"</f><v></v></c>")),
              "[表]\n1:N=3|T=甲|-=\n", "a formula's stored result is the value; it may be an empty text");
    CHECK(found.text.n == 0, "which needs no finding");
    CHECK_STR(read_sheet(DATA("<row r=\"3\"><c r=\"B3\"><f>SUM(A1)</f></c><c r=\"C3\"><f>1</f><v/></c></row>")), "[表]\n3:|-=|-=\n",
              "a formula without one reads as empty");
    CHECK_STR(buf_slice(&found.text), "cell_no_result 3;cell_no_result 3;", "and a finding names the cell");
    CHECK(found.diag.status == 0, "which is a warning");
    struct buf many = {0};
    buf_put(&many, SHEET("<sheetData>"));
    many.n -= strlen("</worksheet>");
    for (int i = 1; i <= 50; i++) buf_printf(&many, "<row r=\"%d\"><c><f>1</f></c></row>", i);
    buf_put(&many, "</sheetData></worksheet>");
    read_sheet(buf_text(&many));
    CHECK(found.diag.counts[DIAG_CELL_NO_RESULT] == 20, "of many such cells the topmost are named");
    CHECK(str_ends(buf_slice(&found.text), STR("cells_no_result 30;")), "and the others counted");
    buf_free(&many);
}

static void places(void)
{
    CHECK_STR(
        read_sheet(DATA("<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"D2\"><v>2</v></c></row><row r=\"5\"/><row r=\"7\"><c r=\"A7\">"
                        "<v>3</v></c></row>")),
        "[表]\n2:|N1||N2\n5:\n7:N3\n", "rows and cells stand where they say");
    CHECK_STR(read_sheet(DATA("<row><c><v>1</v></c><c><v>2</v></c></row><row><c r=\"C2\"><v>3</v></c><c><v>4</v></c></row>")),
              "[表]\n1:N1|N2\n2:||N3|N4\n", "or, when they do not say, one after another");
    CHECK_STR(read_sheet(DATA("<row><c r=\"A4\"><v>1</v></c></row><row><c><v>2</v></c></row>")), "[表]\n4:N1\n5:N2\n",
              "a row without a number takes its cell's");
    CHECK_STR(read_sheet(DATA("<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>")), "[表]\n1:N2|N1\n",
              "cells out of order find their places");
    CHECK_STR(read_sheet(DATA(
                  "<row r=\"1\" hidden=\"1\"><c r=\"A1\"><v>1</v></c></row><row hidden='true' r='2'/><row r=\"3\" hidden=\"0\"/>")),
              "[表]\nhidden 1:N1\nhidden 2:\n3:\n", "hidden rows are read and said to be hidden");
    CHECK_STR(read_sheet(SHEET(
                  "<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\">"
                  "<v>1</v></c></row></sheetData><mergeCells count=\"3\"><mergeCell ref=\"C5:D5\"/><mergeCell ref=\"A1:B2\"/>"
                  "<mergeCell ref=\"F1\"/></mergeCells>")),
              "[表] 1,1-2,2 5,3-5,4\n1:T姓名\n",
              "merged ranges are known first; what one covers is empty; the dimension is not believed");
    CHECK_STR(read_sheet(SHEET("<sheetData/>")), "[表]\n", "an empty sheet has no rows");
    CHECK_STR(read_sheet(SHEET("")), "[表]\n", "nor has one without data");
    CHECK_STR(read_sheet(DATA(
                  "<row r=\"1\" x=\"1\"><c r=\"A1\" s=\"1\"/><c r=\"B1\"><v>1</v><extLst><ext><v>9</v></ext></extLst></c><extLst>"
                  "<c><v>7</v></c></extLst></row>")),
              "[表]\n1:|N1\n", "extensions are passed over");
    struct str last = read_sheet(DATA("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>"));
    CHECK(str_starts(last, STR("[表]\n1048576:|")) && str_ends(last, STR("|N1\n")), "the last cell of a sheet is one");
}

static void writers(void)
{
    CHECK_STR(read_sheet("\xEF\xBB\xBF<x:worksheet xmlns:x=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"><x:sheetData>\r\n "
                         "<x:row r=\"1\">\r\n"
                         "  <x:c r=\"A1\" t=\"s\">\r\n <x:v>1</x:v> </x:c>\r\n </x:row> </x:sheetData><x:mergeCells><x:mergeCell "
                         "ref=\"B2:C2\"/></x:mergeCells></x:worksheet>"),
              "[表] 2,2-2,3\n1:T张三\n", "prefixes, the strict namespace, a byte order mark and a layout of its own are no matter");
    CHECK_STR(read_sheet(DATA(
                  "<!-- <row r=\"9\"/> --><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t><![CDATA[</sheetData><row r=\"2\">]]>"
                  "</t></is></c></row>")),
              "[表]\n1:T</sheetData><row r=\"2\">\n", "comments and CDATA cannot hide where a row starts");
    CHECK_STR(
        read_book(
            WORKBOOK("<workbookPr date1904=\"1\"/><sheets><sheet name=\"甲\" r:id=\"b\"/><sheet name=\"图\" r:id=\"c\"/></sheets>"),
            RELATIONS(RELATION("c", "chartsheet", "chartsheets/sheet1.xml")
                          RELATION("b", "worksheet", "/xl/worksheets/SHEET1.xml")),
            ROW("<c r=\"A1\" t=\"d\"><v>1985-06-15</v></c>")),
        "[甲]\n1:D1985-06-15\n", "parts are found by relationship, absolute or not, in any case; a sheet of charts is none");
    CHECK_STR(read_book(WORKBOOK("<sheets><sheet name=\"a_x0021_\" state=\"veryHidden\" r:id=\"b\"/></sheets>"),
                        RELATIONS(RELATION("b", "worksheet", ".\\worksheets\\..\\worksheets\\sheet1.xml")), SHEET("")),
              "hidden [a!]\n", "hidden sheets are told; a path may have dots and the other slash");
    static const char utf16[] = "\xFF\xFE<\0w\0>\0<\0s\0/\0>\0<\0/\0w\0>\0";
    const struct part wide[] = {types,
                                package,
                                one_sheet,
                                relations,
                                styles,
                                {"xl/sharedStrings.xml", STRINGS(""), 0},
                                {"xl/worksheets/sheet1.xml", utf16, sizeof utf16 - 1},
                                {NULL, NULL, 0}};
    read_path(zip_of("x.xlsx", wide));
    CHECK_STR(buf_slice(&found.text), "part_malformed xl/worksheets/sheet1.xml 1 another kind of part is wanted here;",
              "a part in UTF-16 is read (and is no worksheet)");
    CHECK_STR(read_path(corpus_file("good-utf16.xlsx")), "[Sheet1] 3,1-4,1\n1:T姓名|T人数\n2:T张三|N3\n3:T合计\n",
              "a sheet in UTF-16 is read");
    CHECK_STR(read_corpus("good-libreoffice.xlsx"), WRITERS_SAW("B="), "a workbook of LibreOffice is read");
    CHECK_STR(read_corpus("good-openpyxl.xlsx"), WRITERS_SAW("B"), "one of openpyxl");
    CHECK_STR(read_corpus("good-openpyxl-inline.xlsx"), WRITERS_SAW("B"), "one of openpyxl with inline strings");
    CHECK_STR(read_corpus("good-libxlsxwriter.xlsx"), WRITERS_SAW("B"), "one of libxlsxwriter");
    CHECK_STR(read_corpus("good-descriptors.xlsx"), WRITERS_SAW("B"), "one written to a pipe, with data descriptors");
}

/* Many rows, so that the sheet is read in several blocks, and again by each way of reading. */
static void large(void)
{
    struct buf sheet = {0};
    uint64_t sum[4] = {0}, rows[4] = {0};
    for (int way = 0; way < 4; way++) {
        static const char *const starts[] = {"<sheetData>", "<!----><sheetData>", "<sheetData><!---->",
                                             "<sheetData><row y=\"&amp;\" r=\"1\"/>"};
        sheet.n = 0;
        buf_printf(&sheet, "<worksheet>%s", starts[way]);
        for (int r = 2; r < 60000; r++)
            buf_printf(&sheet, "<row %s%d\"><c><v>%d.%d</v></c>%s<c><v>7</v></c></row>",
                       way == 3 && r % 1000 == 0 ? "y=\"&amp;\" r=\"" : "r=\"", r, r * 7919 % 100003, r,
                       r % 3 ? "" : "<c t=\"inlineStr\"><is><t>甲乙丙丁</t></is></c>");
        buf_put(&sheet, "</sheetData></worksheet>");
        const struct part parts[] = {types,
                                     package,
                                     one_sheet,
                                     relations,
                                     styles,
                                     {"xl/sharedStrings.xml", STRINGS(""), 0},
                                     {"xl/worksheets/sheet1.xml", buf_text(&sheet), 0},
                                     {NULL, NULL, 0}};
        struct str all = read_path(zip_of("x.xlsx", parts));
        if (way == 3) all = str_from(all, strlen("[表]\n1:\n"));
        else all = str_from(all, strlen("[表]\n"));
        sum[way] = str_hash(all);
        for (size_t i = 0; i < all.n; i++) rows[way] += all.s[i] == '\n';
    }
    CHECK(rows[0] == 59998, "a large sheet has all its rows");
    CHECK(sum[1] == sum[0] && sum[2] == sum[0] && sum[3] == sum[0], "and the same cells in whatever way it must be read");
    buf_free(&sheet);
}

/* ---- broken and hostile ---- */

static void refused(struct str got, const char *why, const char *sentence)
{
    CHECK(str_ends(got, STR("FAILED")), "%s: it is refused", sentence);
    CHECK_STR(buf_slice(&found.text), why, "%s: and the reason is given", sentence);
    CHECK(found.diag.status == 3, "%s: with status 3", sentence);
}

static void broken(void)
{
    const struct part few[] = {types, {NULL, NULL, 0}};
    refused(read_path(zip_of("x.xlsx", few)), "part_missing _rels/.rels;", "no relationships");
    const struct part no_book[] = {types, package, {NULL, NULL, 0}};
    refused(read_path(zip_of("x.xlsx", no_book)), "part_missing xl/workbook.xml;", "no workbook");
    refused(read_book(WORKBOOK("<sheets><sheet name=\"a\" r:id=\"b\"/></sheets>"),
                      RELATIONS(RELATION("b", "worksheet", "sheet9.xml")), SHEET("")),
            "part_missing xl/sheet9.xml;", "a sheet that is not there");
    refused(read_book(WORKBOOK("<sheets><sheet name=\"a\" r:id=\"b\"/></sheets>"), RELATIONS(""), SHEET("")), "part_missing b;",
            "a sheet without a relationship");
    refused(read_book(WORKBOOK("<sheets><sheet name=\"a\" r:id=\"b\"/></sheets>"),
                      RELATIONS(RELATION("b", "worksheet", "../../../../etc/passwd")), SHEET("")),
            "part_missing ../../../../etc/passwd;", "a path that climbs out of the archive");
    refused(read_book(WORKBOOK("<sheets><sheet name=\"a\" r:id=\"b\"/></sheets>"),
                      RELATIONS(RELATION("b", "worksheet", "workbook.xml")), SHEET("")),
            "part_malformed xl/workbook.xml 2 another kind of part is wanted here;", "a sheet that is the workbook itself");
    refused(read_book(WORKBOOK("<sheets><sheet name=\"a\" r:id=\"b\"/><sheet name=\"c\" r:id=\"b\"/></sheets>"),
                      RELATIONS(RELATION("b", "worksheet", "worksheets/sheet1.xml")), SHEET("")),
            "part_shared xl/worksheets/sheet1.xml;", "two sheets that are one part");
    refused(read_sheet(DATA("<row r=\"2\"/><row r=\"1\"/>")), "book_damaged 1 rows out of order;", "rows out of order");
    refused(read_sheet(DATA("<row r=\"1\"><c r=\"A1\"><v>1</v></row>")),
            "part_malformed xl/worksheets/sheet1.xml 2 mismatched tag;", "tags that do not match");
    refused(read_sheet(XML "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v>"),
            "part_malformed xl/worksheets/sheet1.xml 2 no element found;", "a part that breaks off");
    refused(read_sheet(ROW("<c r=\"A1\" t=\"str\"><v>\xFF</v></c>")),
            "part_malformed xl/worksheets/sheet1.xml 2 not well-formed (invalid token);", "bytes that are not UTF-8");
    refused(read_sheet(DATA("<row r=\"1048577\"/>")), "sheet_too_large 1048577;", "a row past the last");
    refused(read_sheet(ROW("<c r=\"XFE1\"><v>1</v></c>")), "sheet_too_large 1;", "a column past the last");
    CHECK_STR(read_sheet(ROW("<c r=\"A1\" t=\"s\"><v>2</v></c><c r=\"B1\" t=\"s\"><v>-1</v></c>")), "[表]\n1:-(lost)|-(lost)\n",
              "a shared string that the file does not have is lost");
    CHECK_STR(buf_slice(&found.text), "cell_unreadable 1 2;cell_unreadable 1 -1;", "and said to be");
    refused(read_path(corpus_file("bad-truncated.xlsx")), "book_damaged Not a zip archive;", "a file cut off");
    refused(read_path(corpus_file("bad-flipped.xlsx")), "book_damaged CRC error;", "a file with a byte changed on its way");
    refused(read_path(corpus_file("bad-twice.xlsx")), "part_twice xl/worksheets/sheet1.xml;", "two different parts of one name");
    refused(read_path(corpus_file("bad-zip-password.xlsx")), "book_protected;", "an archive with a password");
    const struct part files[] = {{"a.csv", "a,b\n", 0}, {NULL, NULL, 0}};
    refused(read_path(zip_of("x.xlsx", files)), "zip_other zip;", "an archive of other files");
}

static void hostile(void)
{
    refused(read_sheet("<!DOCTYPE w [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><worksheet><sheetData><row r=\"1\"><c r=\"A1\" "
                       "t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData></worksheet>"),
            "part_entities xl/worksheets/sheet1.xml;", "entities that expand");
    refused(read_two(SHEET(""), "<!DOCTYPE sst SYSTEM \"file:///etc/passwd\"><sst><si><t>a</t></si></sst>"),
            "part_entities xl/sharedStrings.xml;", "an external document type");
    struct buf b = {0};
    buf_put(&b, "<worksheet>");
    for (int i = 0; i < 300; i++) buf_put(&b, "<a>");
    refused(read_sheet(buf_text(&b)), "part_malformed xl/worksheets/sheet1.xml 1 elements are nested too deeply;", "deep nesting");
    b.n = 0;
    buf_put(&b, "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>");
    for (int i = 0; i < 32768; i++) buf_put(&b, i % 2 ? "甲" : "a");
    buf_put(&b, "</v></c></row></sheetData></worksheet>");
    refused(read_sheet(buf_text(&b)), "cell_too_long 1 32767;", "a cell past any sheet's length");
    b.n = 0;
    buf_put(&b, "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>");
    buf_reserve(&b, 40 << 20);
    memset(b.s + b.n, ' ', 40 << 20);
    b.n += 40 << 20;
    buf_put(&b, "</sheetData></worksheet>");
    struct str got = read_sheet_once(buf_text(&b));
    CHECK(str_ends(got, STR("FAILED")) && found.diag.counts[DIAG_BOOK_TOO_LARGE] == 1, "a zip bomb is refused by its ratio");
    b.n = 0;
    buf_put(&b, "<worksheet><sheetData>");
    for (int i = 1; i <= 300; i++) buf_printf(&b, "<row r=\"%d\"><c r=\"XFD%d\"><v>%d</v></c></row>", i, i, i);
    buf_put(&b, "</sheetData></worksheet>");
    refused(read_sheet_once(buf_text(&b)), "sheet_too_large 257;", "cells that are few but far out, past what a block may take");
    buf_free(&b);
}

int main(void)
{
    values();
    formulas();
    places();
    writers();
    large();
    broken();
    hostile();
    CHECK(ways_apart == 0, "every sheet above is the same in whatever way it is read");
    buf_free(&text);
    buf_free(&found.text);
    return tap_end();
}
