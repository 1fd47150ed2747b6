/* libFuzzer target: any cells as a sheet that came in.  Every row has a fate; as many records come out as were taken, and as many
 * rejects as were refused; records that come in again as a sheet are as many. */
#include <sys/stat.h>

#include "flow/intake.h"
#include "fuzz_share.h"
#include "fuzz_zip.h"

/* The words of sheets: what a row is, and where a sheet is from. */
static const char *const TOKENS[] = {
    ",",
    "\n",
    "\n,",
    "姓名",
    "性别",
    "身份证号",
    "出生年月",
    "联系电话",
    "人员类别",
    "社区",
    "网格",
    "楼栋",
    "备注",
    "服役情况",
    "入伍时间",
    "姓名,身份证号,联系电话,社区,网格,楼栋\n",
    "张三丰,,13800138000,云翠社区,第1网格,5号楼\n",
    "李梅,370124198506150011,,云翠社区,1网格,12栋\n",
    "张三丰",
    "13800138000",
    "370124198506150011",
    "37012419850615001X",
    "370124850615001",
    "1985-06-15",
    "198506",
    "男",
    "女",
    "退役士兵",
    "云翠社区",
    "锦东社区",
    "第1网格",
    "2网格",
    "5号楼",
    "12#楼",
    "无",
    "本楼无退役军人",
    "同上",
    "〃",
    "合计",
    "小计:2人",
    "填表人:",
    "审核人:王",
    "填表日期:2020-10-01",
    "社区:云翠社区 网格:第1网格 楼栋:5号楼",
    "云翠社区第1网格5号楼退役军人信息摸排表",
    "必填",
    "格式:1985-06",
    "序号",
    "1",
    "填写说明",
    "姓名：",
    "第1页 共2页",
    "以下空白",
    "\"",
    "\"\"",
    "本楼无退役军人的，请打√：",
    "√",
    "表格编码 B1-2020-10",
    "_return",
    "unit",
    "_flags",
    "3.70E+17",
    "\xEF\xBF\xBD",
    "　",
    "*",
    "：",
    "(如1985.06)",
    "12号楼:无",
    "甲楼,",
};

static uint64_t count_rows(const char *path)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct rows *r = rows_open(&path, 1, "csv", &d);
    must(r, "what was written can be read");
    uint64_t n = 0;
    struct row_cursor c = {.rows = r};
    while (rows_next(&c)) n++;
    must(rows_done(&c), "to its end");
    rows_close(r);
    return n;
}

/* How many records were taken; what was written stands in `out` and `rejects`. */
static uint64_t take(const char *path, unsigned flags, const char *out, const char *rejects)
{
    static const char *const MAPS[] = {"备注=name", "甲=phone"};
    struct diag d;
    struct account a = {0};
    diag_init(&d, NULL, NULL);
    if (flags & 1) d.quiet_below = SEV_NOTICE;
    struct intake_options o = {
        .schema = person_ledger(),
        .units = flags & 2 ? some_units() : NULL,
        .place = flags & 4 && flags & 2 ? "云翠社区" : NULL,
        .maps = MAPS,
        .n_maps = flags & 8 ? 2 : 0,
        .today = "2020-10-31",
        .from = "csv",
        .strict = flags & 16,
        .explain = flags & 32,
        .threads = 1,
        .output = out_open(out, &d),
        .rejects = out_open(rejects, &d),
    };
    must(o.output && o.rejects, "there is room in memory");
    must(intake_run(&o, &path, 1, &a, &d), "the run comes to its end");
    must(account_sums(&a), "every row has one fate");
    must(out_close(o.output, true, &d) && out_close(o.rejects, true, &d), "what came of it was written");
    uint64_t taken = a.all.fates[FATE_NEW];
    must(count_rows(out) == taken, "a record comes out for each row that was taken");
    must(count_rows(rejects) == a.all.fates[FATE_REJECTED], "and a reject for each that was refused");
    account_free(&a);
    return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n) return 0;
    char out[64], rejects[64], again[64];
    path_in_memory(out, "out");
    path_in_memory(rejects, "rejects");
    path_in_memory(again, "again");
    struct buf text = {0};
    tokens_to_text(&text, TOKENS, sizeof TOKENS / sizeof *TOKENS, data + 1, n - 1);
    struct file_of_bytes f = file_of_bytes(text.s ? text.s : "", text.n);
    uint64_t taken = take(f.path, data[0], out, rejects);
    if (taken) must(take(out, data[0] & 2, again, rejects) == taken, "records that come in again are as many");
    unlink(out);
    unlink(rejects);
    unlink(again);
    buf_free(&text);
    close(f.fd);
    return 0;
}
