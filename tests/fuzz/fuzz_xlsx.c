/* libFuzzer target: any bytes as a workbook; and XML as one part of an otherwise sound .xlsx.  A sheet is read in each of the ways
 * that there are, which must agree wherever expat finds it sound. */
#include "fuzz_zip.h"

static const char *const TOKENS[] = {
    "<sheetData>",
    "</sheetData>",
    "<sheetData/>",
    "<row r=\"1\">",
    "<row r=\"2\">",
    "<row r=\"3\" hidden=\"1\">",
    "<row>",
    "</row>",
    "<row r=\"9\"/>",
    "<c r=\"A1\">",
    "<c>",
    "</c>",
    "<c r=\"C3\" t=\"s\">",
    "<c t=\"inlineStr\">",
    "<c t=\"str\">",
    "<c t=\"b\">",
    "<c t=\"e\">",
    "<c t=\"d\">",
    "<c s=\"1\">",
    "<c r=\"B2\" s=\"1\"/>",
    "<v>",
    "</v>",
    "<v/>",
    "<f>",
    "</f>",
    "<is><t>",
    "</t></is>",
    "<is>",
    "</is>",
    "<r>",
    "</r>",
    "<t>",
    "</t>",
    "<rPh>",
    "</rPh>",
    "&amp;",
    "&#20013;",
    "姓名",
    "_x4E2D_",
    "_xD83D_",
    "_xDE00_",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<mergeCells><mergeCell ref=\"A1:C2\"/>",
    "</mergeCells>",
    "<worksheet>",
    "</worksheet>",
    "<sst>",
    "</sst>",
    "<si>",
    "</si>",
    "<styleSheet>",
    "</styleSheet>",
    "<cellXfs>",
    "</cellXfs>",
    "<xf numFmtId=\"14\"/>",
    "<numFmts><numFmt numFmtId=\"14\" formatCode=\"",
    "<workbook>",
    "</workbook>",
    "<sheets>",
    "</sheets>",
    "<sheet name=\"a\" r:id=\"a\"/>",
    "<Relationships>",
    "</Relationships>",
    "<Relationship Id=\"a\" Type=\"/worksheet\" Target=\"",
    "../",
    "xl/worksheets/sheet1.xml",
    "31199",
    "2024-01-02T03:04",
    "</v></c>",
    "</c></row>",
    " r=\"",
    "=\"",
    "\"",
    "<?xml version=\"1.0\" encoding=\"",
    "<!DOCTYPE a [",
    "]>",
    "x:",
    "<dimension ref=\"A1:XFD1048576\"/>",
    "0",
    "1",
    "<row r=\"5\"><c><v>",
    "<row r='7'>",
    "\r\n",
    "<c r=\"XFD1\"><v>1</v></c>",
};

/* A workbook, sound but for part `which`. */
static void xlsx_of(struct buf *out, unsigned which, struct str content)
{
    struct fuzz_part parts[] = {
        {"xl/worksheets/sheet1.xml",
         STR("<worksheet><sheetData><row r=\"1\"><c t=\"s\"><v>0</v></c></row></sheetData></worksheet>")},
        {"xl/sharedStrings.xml", STR("<sst><si><t>a</t></si></sst>")},
        {"xl/styles.xml", STR("<styleSheet><cellXfs><xf/><xf numFmtId=\"14\"/></cellXfs></styleSheet>")},
        {"xl/workbook.xml", STR("<workbook><sheets><sheet name=\"a\" r:id=\"a\"/></sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels",
         STR("<Relationships><Relationship Id=\"a\" Type=\"/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"b\" "
             "Type=\"/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"c\" Type=\"/styles\" "
             "Target=\"styles.xml\"/></Relationships>")},
        {"_rels/.rels",
         STR("<Relationships><Relationship Id=\"a\" Type=\"/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")},
    };
    parts[which].content = content;
    archive_of(out, parts, sizeof parts / sizeof *parts);
}

static int read_sheet(struct str xml, struct buf *out)
{
    struct buf archive = {0};
    xlsx_of(&archive, 0, xml);
    int status = read_archive(archive.s, archive.n, out);
    buf_free(&archive);
    return status;
}

/* With a comment in front the whole sheet is expat's. */
static void compare_ways(struct str xml)
{
    struct buf careful = {0}, by_expat = {0}, as_is = {0};
    buf_put(&careful, "<!---->");
    buf_str(&careful, xml);
    bool sound = !str_starts(xml, STR("<?")) && read_sheet(buf_slice(&careful), &by_expat) == 0;
    int status = read_sheet(xml, &as_is);
    if (sound) must(status == 0 && str_eq(buf_slice(&by_expat), buf_slice(&as_is)), "every way of reading gives the same");
    buf_free(&careful);
    buf_free(&by_expat);
    buf_free(&as_is);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n) return 0;
    if (data[0] == 'P') {
        read_archive(data, n, NULL);
        return 0;
    }
    struct buf xml = {0}, archive = {0};
    unsigned which = data[0] % 12;
    if (which > 5) { /* mostly sheets, and their inside */
        buf_put(&xml, "<worksheet><sheetData>");
        tokens_to_text(&xml, TOKENS, sizeof TOKENS / sizeof *TOKENS, data + 1, n - 1);
        buf_put(&xml, "</sheetData></worksheet>");
        compare_ways(buf_slice(&xml));
    } else {
        tokens_to_text(&xml, TOKENS, sizeof TOKENS / sizeof *TOKENS, data + 1, n - 1);
        xlsx_of(&archive, which, buf_slice(&xml));
        read_archive(archive.s, archive.n, NULL);
    }
    buf_free(&xml);
    buf_free(&archive);
    return 0;
}
