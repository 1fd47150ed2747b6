/* What a clerk's .ods becomes, and what is said of those that are broken or hostile. */
#include "tap.h"

#include "workbooks.h"

#define NAMESPACES                                                                                                                 \
    " xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "                                                          \
    "xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\""                                                              \
    " xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" "                                                              \
    "xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\""
#define CONTENT(styles, tables)                                                                                                    \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content" NAMESPACES "><office:automatic-styles>" styles            \
    "</office:automatic-styles><office:body><office:spreadsheet>" tables                                                           \
    "</office:spreadsheet></office:body></office:document-content>"
#define TABLE(rows) CONTENT("", "<table:table table:name=\"表\">" rows "</table:table>")
#define ROW(cells) "<table:table-row>" cells "</table:table-row>"
#define TEXT(t) "<table:table-cell office:value-type=\"string\"><text:p>" t "</text:p></table:table-cell>"
#define VALUE(type, attribute, shown)                                                                                              \
    "<table:table-cell office:value-type=\"" type "\" office:" attribute "><text:p>" shown "</text:p></table:table-cell>"
#define EMPTY(n) "<table:table-cell table:number-columns-repeated=\"" n "\"/>"

static struct findings found;
static struct buf text;

static struct str read_path(const char *path)
{
    text.n = 0;
    findings_start(&found);
    put_book(&text, path, &found.diag);
    return buf_slice(&text);
}
static struct str read_content(const char *content)
{
    const struct part parts[] = {
        {"!mimetype", "application/vnd.oasis.opendocument.spreadsheet", 0},
        {"content.xml", content, 0},
        {"META-INF/manifest.xml", "<!DOCTYPE m PUBLIC \"-//OpenOffice.org//DTD Manifest 1.0//EN\" \"Manifest.dtd\"><m/>", 0},
        {NULL, NULL, 0}};
    return read_path(zip_of("x.ods", parts));
}

static void values(void)
{
    CHECK_STR(read_content(TABLE(ROW(VALUE("float", "value=\"370124198110063000\"", "3.7E17") VALUE(
                  "percentage", "value=\"0.25\"", "25%") VALUE("currency", "value=\"12.50\"", "¥12.50")))),
              "[表]\n1:N370124198110063000|N0.25|N12.50\n", "numbers are the values of the file, not as shown");
    CHECK_STR(read_content(TABLE(ROW(VALUE("date", "date-value=\"1985-06-15\"", "85年6月") VALUE(
                  "date", "date-value=\"1985-06-15T08:30:00\"", "") VALUE("date", "date-value=\"1985-06-15T00:00:00\"", "")
                                         VALUE("time", "time-value=\"PT08H30M05.25S\"", "8:30")))),
              "[表]\n1:D1985-06-15|D1985-06-15T08:30:00|D1985-06-15|D08:30:05\n", "dates and times are in ISO form");
    CHECK_STR(read_content(TABLE(
                  ROW(VALUE("boolean", "boolean-value=\"true\"", "TRUE") VALUE("boolean", "boolean-value=\"false\"", "FALSE")))),
              "[表]\n1:Btrue|Bfalse\n", "booleans are told");
    CHECK_STR(
        read_content(TABLE(ROW("<table:table-cell table:formula=\"of:=1/0\" office:value-type=\"string\" office:string-value=\"\" "
                               "calcext:value-type=\"error\"><text:p>#DIV/0!</text:p></table:table-cell>"
                               "<table:table-cell table:formula=\"of:=1+1\" office:value-type=\"float\" office:value=\"2\"/>"
                               "<table:table-cell table:formula=\"of:=&quot;&quot;\" office:value-type=\"string\"/>"))),
        "[表]\n1:E=#DIV/0!|N=2|-=\n", "a formula has its stored result, an error its sign");
    CHECK(found.text.n == 0, "which needs no finding");
    CHECK_STR(read_content(TABLE(ROW(EMPTY("1") "<table:table-cell table:formula=\"of:=1+1\"/>"))), "[表]\n1:|-=\n",
              "a formula without one reads as empty");
    CHECK_STR(buf_slice(&found.text), "cell_no_result 1;", "and a finding names the cell");
}

static void texts(void)
{
    CHECK_STR(read_content(TABLE(ROW(TEXT("张<text:s/><text:s text:c=\"2\"/>三<text:tab/>四<text:line-break/>五")))),
              "[表]\n1:T张   三\t四\n五\n", "blanks, tabs and line ends that stand as elements are characters");
    CHECK_STR(
        read_content(TABLE(ROW("<table:table-cell><text:p>一</text:p><text:p/><text:p><text:span>二</text:span><text:a>三</text:a>"
                               "</text:p></table:table-cell>"))),
        "[表]\n1:T一\n\n二三\n", "paragraphs are lines; spans and links are their text; the type may be missing");
    CHECK_STR(read_content(TABLE(ROW(
                  "<table:table-cell office:value-type=\"string\"><office:annotation><dc:creator>x</dc:creator><text:p>批注"
                  "</text:p></office:annotation><text:p>值<text:note><text:p>注</text:p></text:note><text:ruby><text:ruby-base>字"
                  "</text:ruby-base><text:ruby-text>zi</text:ruby-text></text:ruby></text:p><draw:frame><text:p>图</text:p>"
                  "</draw:frame></table:table-cell>"))),
              "[表]\n1:T值字\n", "comments, notes, pronunciations and pictures are not the cell's text");
    CHECK_STR(read_content(TABLE(ROW(TEXT("\n   张  三\n   李\n  ") TEXT(" a ")))), "[表]\n1:T张  三 李|T a \n",
              "line ends of the XML are layout, blanks alone are the cell's");
    CHECK_STR(read_content(TABLE(ROW("<table:table-cell office:value-type=\"string\" office:string-value=\"甲\"/>"))),
              "[表]\n1:T甲\n", "a text may stand as an attribute");
}

static void repeated(void)
{
    CHECK_STR(
        read_content(TABLE("<table:table-row table:number-rows-repeated=\"3\"/>" ROW(EMPTY("2") TEXT("a") EMPTY(
            "16381")) "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"3\" "
                      "office:value-type=\"float\" office:value=\"1\"/></table:table-row>"
                      "<table:table-row table:number-rows-repeated=\"1048570\">" EMPTY("16384") "</table:table-row>")),
        "[表]\n4:||Ta\n5:N1|N1|N1\n6:N1|N1|N1\n", "repeated rows and cells count, and empty ones at the end cost nothing");
    CHECK_STR(read_content(TABLE("<table:table-row table:number-rows-repeated=\"1048576\"/><table:table-row/>")), "[表]\n",
              "even past the last row");
    read_content(TABLE("<table:table-row table:number-rows-repeated=\"100000\">" TEXT("甲") "</table:table-row>"));
    CHECK(text.n > 100000 * 10 && str_ends(buf_slice(&text), STR("\n100000:T甲\n")),
          "a row repeated through many blocks is there each time");
    CHECK_STR(read_content(TABLE("<table:table-header-rows>" ROW(TEXT("h")) "</table:table-header-rows><table:table-row-group>" ROW(
                  TEXT("g")) "<table:table-row table:visibility=\"collapse\">" TEXT("c") "</table:table-row><table:table-row "
                                                                                         "table:visibility=\"filter\">" TEXT(
                                                                                             "f") "</table:table-row></"
                                                                                                  "table:table-row-group>")),
              "[表]\n1:Th\n2:Tg\nhidden 3:Tc\nhidden 4:Tf\n", "rows in groups are rows; folded and filtered ones are hidden");
    CHECK_STR(read_content(TABLE(
                  ROW("<table:table-cell table:number-columns-spanned=\"2\" table:number-rows-spanned=\"2\"><text:p>m</text:p>"
                      "</table:table-cell><table:covered-table-cell><text:p>x</text:p></table:covered-table-cell>" TEXT("n"))
                      ROW("<table:covered-table-cell table:number-columns-repeated=\"2\"/>" TEXT("o")))),
              "[表] 1,1-2,2\n1:Tm||Tn\n2:||To\n", "merged ranges are known first, and what one covers is empty");
}

#define STYLE(name, shown)                                                                                                         \
    "<style:style style:name=\"" name "\" style:family=\"table\"><style:table-properties table:display=\"" shown                   \
    "\"/></style:style>"
#define HIDDEN_AND_SHOWN STYLE("h", "false") STYLE("v", "true")
#define NAMED(attributes, inside) "<table:table " attributes ">" inside "</table:table>"
#define SEVERAL                                                                                                                    \
    "<table:dde-links><table:dde-link>" NAMED("", ROW(TEXT("0"))) "</table:dde-link></table:dde-links>" NAMED(                     \
        "table:name=\"一\" table:style-name=\"v\"",                                                                                \
        "<table:shapes><draw:frame>" NAMED("", ROW(TEXT("z"))) "</draw:frame></table:shapes>" ROW(TEXT("1")))                      \
        NAMED("table:name=\"二\" table:style-name=\"h\"", ROW(TEXT("2")))                                                          \
            NAMED("table:name=\"'file:///a.ods'#$x\"", ROW(TEXT("3"))) NAMED("table:name=\"三\"", "")

static void sheets(void)
{
    static const char styles[] = HIDDEN_AND_SHOWN, several[] = SEVERAL;
    struct buf content = {0};
    buf_printf(&content, CONTENT("%s", "%s"), styles, several);
    CHECK_STR(read_content(buf_text(&content)), "[一]\n1:T1\nhidden [二]\n1:T2\n[三]\n",
              "hidden sheets are told; copies of other files' cells and pictures' tables are none");
    buf_free(&content);
    CHECK_STR(read_content(CONTENT("", "")), "", "a book may have no sheet");
    read_path(corpus_file("good-libreoffice.ods"));
    CHECK_STR(without_empty_rows(&text),
              "[摸排表] 1,1-1,6 7,1-8,2\n1:T退役军人信息摸排表\n2:T姓名|T身份证号|T出生日期|T人数|T是否|T备注\n"
              "3:T张三|T370124198506150010|D1985-06-15|N3|N=1|T第一行\n第二行\n"
              "hidden 4:T李四|N3701241985|D1985-06-15T08:30:00|N1985.6|N=0|T 前后空格 \n5:T王五||D08:30:00\n7:T合计\n12:|N0.25\n"
              "hidden [隐藏]\n2:|Tx\n[空]\n",
              "a workbook of LibreOffice is read, with its true() as the number it stores");
}

static void refused(struct str got, const char *why, const char *sentence)
{
    CHECK(str_ends(got, STR("FAILED")), "%s: it is refused", sentence);
    CHECK_STR(buf_slice(&found.text), why, "%s: and the reason is given", sentence);
    CHECK(found.diag.status == 3, "%s: with status 3", sentence);
}

static void broken(void)
{
    refused(read_path(corpus_file("bad-password.ods")), "book_protected;", "a workbook with a password");
    refused(read_content("<!DOCTYPE d [<!ENTITY a \"b\">]><office:document-content/>"), "part_entities content.xml;", "entities");
    refused(read_content("<office:document-content><office:body>"), "part_malformed content.xml 1 no element found;",
            "a part that breaks off");
    refused(read_content("<html/>"), "part_malformed content.xml 1 another kind of part is wanted here;", "a part of another kind");
    refused(read_content(TABLE("<table:table-row table:number-rows-repeated=\"1048576\"/>" ROW(TEXT("x")))),
            "sheet_too_large 1048577;", "a row past the last");
    refused(read_content(TABLE(ROW(EMPTY("16384") TEXT("x")))), "sheet_too_large 1;", "a column past the last");
    read_content(
        TABLE("<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell table:number-columns-repeated=\"16384\" "
              "office:value-type=\"float\" office:value=\"1\"/></table:table-row>"));
    CHECK(str_ends(buf_slice(&text), STR("FAILED")) && found.diag.counts[DIAG_SHEET_TOO_LARGE] == 1,
          "sixteen thousand million cells out of one are refused");
    const struct part parts[] = {{"!mimetype", "application/vnd.oasis.opendocument.spreadsheet", 0}, {NULL, NULL, 0}};
    refused(read_path(zip_of("x.ods", parts)), "part_missing content.xml;", "no content");
    struct buf b = {0};
    buf_put(&b,
            "<office:document-content><office:body><office:spreadsheet><table:table><table:table-row><table:table-cell><text:p>");
    for (int i = 0; i < 32768; i++) buf_put(&b, "甲");
    buf_put(&b, "</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></"
                "office:document-content>");
    refused(read_content(buf_text(&b)), "cell_too_long 1 32767;", "a cell past any sheet's length");
    buf_free(&b);
}

int main(void)
{
    values();
    texts();
    repeated();
    sheets();
    broken();
    buf_free(&text);
    buf_free(&found.text);
    return tap_end();
}
