/* libFuzzer target: any text as the address of a cell of a report.  It is a number with what is behind it, or it is told that it is
 * none. */
#include "book/binder.h"
#include "book/print.h"
#include "book/report.h"
#include "fuzz_share.h"
#include "fuzz_zip.h"
#include "rollup/result.h"

static const char RECORDS[] = "name,sex,birth_date,category,community,grid,building,unit,_entity\n"
                              "王建国,男,1985-06-15,退役士兵,云翠社区,第1网格,5号楼,B1,E1\n"
                              "王建国,男,1985-06-15,退役士兵,锦东社区,第2网格,5号楼,B3,E1\n"
                              "李梅,女,1990,,云翠社区,第1网格,12号楼,B2,E2\n";

static struct report *report;
static struct report_source source;
static struct content *content;
static struct file_of_bytes file;
static const char *path;
static struct share share;
static const char *tokens[64];
static size_t n_tokens;

static void start(void)
{
    struct diag d;
    if (content) return;
    diag_init(&d, NULL, NULL);
    file = file_of_bytes(RECORDS, sizeof RECORDS - 1);
    path = file.path;
    share.folder = share_folder();
    report = report_open(&share, "summary", &d);
    must(report, "run me from the top of the checkout, or with VET_SHARE");
    source = (struct report_source){.paths = &path,
                                    .n_paths = 1,
                                    .from = "csv",
                                    .schema = person_ledger(),
                                    .units = some_units(),
                                    .share = &share,
                                    .month = STR("2020-10"),
                                    .mask = PROFILE_INTERNAL,
                                    .threads = 1};
    content = report_build(report, &source, &d);
    must(content, "the report is built");
    for (size_t i = 0; i < report->n_sheets && n_tokens < 60; i++) tokens[n_tokens++] = report->sheets[i].name.s;
    tokens[n_tokens++] = "!B4";
    tokens[n_tokens++] = "!$C$";
    tokens[n_tokens++] = "'";
    tokens[n_tokens++] = "XFD1048576";
}

static void check_name(struct str text)
{
    uint32_t row, again_row;
    uint16_t col, again_col;
    struct buf name = {0};
    if (!cell_parse(text, &row, &col)) return;
    cell_name(&name, row, col);
    must(cell_parse(buf_slice(&name), &again_row, &again_col) && again_row == row && again_col == col,
         "a cell is read again as itself");
    buf_free(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    start();
    struct buf text = {0};
    struct diag d;
    diag_init(&d, NULL, NULL);
    tokens_to_text(&text, tokens, n_tokens, data, n);
    check_name(buf_slice(&text));
    struct result *r = report_explain(report, &source, content, buf_slice(&text), &d);
    must(r ? d.status == 0 : d.status >= 2, "a cell is a number, or it is told that it is none");
    result_free(r);
    buf_free(&text);
    return 0;
}
