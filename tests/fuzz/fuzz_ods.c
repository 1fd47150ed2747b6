/* libFuzzer target: any bytes as a workbook; and XML as the content of an otherwise sound .ods. */
#include "fuzz_zip.h"

static const char *const TOKENS[] = {
    "<table:table table:name=\"a\">",
    "</table:table>",
    "<table:table-row>",
    "</table:table-row>",
    "<table:table-row table:number-rows-repeated=\"",
    "3\">",
    "1048576\">",
    "\">",
    "\"/>",
    "\" ",
    "<table:table-cell>",
    "</table:table-cell>",
    "<table:table-cell office:value-type=\"",
    "string\">",
    "float\" office:value=\"",
    "date\" office:date-value=\"",
    "time\" office:time-value=\"PT",
    "boolean\" office:boolean-value=\"true",
    "<table:table-cell table:number-columns-repeated=\"",
    "<table:table-cell table:number-columns-spanned=\"2\" table:number-rows-spanned=\"",
    "<table:covered-table-cell/>",
    "<table:covered-table-cell table:number-columns-repeated=\"",
    "table:formula=\"=1\"",
    "<text:p>",
    "</text:p>",
    "<text:p/>",
    "<text:s/>",
    "<text:s text:c=\"",
    "<text:tab/>",
    "<text:line-break/>",
    "<text:span>",
    "</text:span>",
    "<office:annotation>",
    "</office:annotation>",
    "<draw:frame>",
    "</draw:frame>",
    "<table:shapes>",
    "</table:shapes>",
    "<table:table-row table:visibility=\"collapse\">",
    "<table:table-header-rows>",
    "</table:table-header-rows>",
    "姓名",
    "&amp;",
    "\n",
    "08H30M05.5S",
    "1985-06-15",
    "T08:30",
    "16384",
    "1",
    "0",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "calcext:value-type=\"error\"",
    "table:style-name=\"h\"",
    "office:string-value=\"",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n) return 0;
    if (data[0] == 'P') {
        read_archive(data, n, NULL);
        return 0;
    }
    struct buf xml = {0}, archive = {0};
    buf_put(&xml, "<office:document-content><s><style:style style:name=\"h\" style:family=\"table\"><style:table-properties "
                  "table:display=\"false\"/></style:style></s><office:body><office:spreadsheet>");
    if (data[0] & 1) buf_put(&xml, "<table:table><table:table-row>");
    tokens_to_text(&xml, TOKENS, sizeof TOKENS / sizeof *TOKENS, data + 1, n - 1);
    if (data[0] & 1) buf_put(&xml, "</table:table-row></table:table>");
    buf_put(&xml, "</office:spreadsheet></office:body></office:document-content>");
    const struct fuzz_part parts[] = {{"mimetype", STR("application/vnd.oasis.opendocument.spreadsheet")},
                                      {"content.xml", buf_slice(&xml)}};
    archive_of(&archive, parts, 2);
    struct buf out = {0};
    read_archive(archive.s, archive.n, &out);
    buf_free(&out);
    buf_free(&xml);
    buf_free(&archive);
    return 0;
}
