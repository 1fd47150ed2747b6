/* make-rows ROWS [--wrong] [--month M] [--xlsx FILE]: person rows of 25 columns, made from a seed, as CSV on standard output or as
 * a workbook with shared strings.  With --wrong every row has a bad citizen id, date, phone and category.  With --month only what
 * changed in that month is written: one row in a hundred, with another telephone. */
#include <stdio.h>
#include <stdlib.h>
#include <xlsxwriter.h>

#include "people.h"

_Noreturn void mem_exhausted(size_t wanted)
{
    fprintf(stderr, "make-rows: out of memory (%zu)\n", wanted);
    exit(4);
}

enum { COLUMNS = 25, WIDTH = 96, PHONE = 9 };
static const char *const NAMES[COLUMNS] = {
    "name",     "sex",           "id_number",      "birth_date", "ethnic",       "politics",       "education",
    "marital",  "health",        "phone",          "category",   "enlist_date",  "discharge_date", "employment",
    "employer", "hukou_address", "hukou_type",     "address",    "household_no", "remark",         "community",
    "grid",     "building",      "household_size", "income",
};

static void make(char v[COLUMNS][WIDTH], struct dice *d, uint32_t serial, bool wrong)
{
    static const char *const EDUCATION[] = {"初中", "高中", "大学专科", "大学本科", "小学"};
    static const char *const COMMUNITIES[] = {"云翠社区", "锦东社区", "翠屏社区", "文苑社区", "龙山社区", "府前社区", "五岭社区"};
    struct person p;
    person_make(&p, d, serial, NULL);
    int building = 1 + (int)roll(d, 60), n = 0;
#define PUT(...) snprintf(v[n++], WIDTH, __VA_ARGS__)
    PUT("%s", p.name);
    PUT("%s", p.man ? "男" : "女");
    if (wrong) p.id[16] = p.id[16] == '9' ? '0' : (char)(p.id[16] + 1);
    PUT("%s", p.id);
    PUT(wrong ? "%d-13-%d" : "%d-%02d-%02d", p.birth_year, wrong ? p.birth_day : p.birth_month, p.birth_day); /* NOLINT */
    PUT("汉");
    PUT("%s", chance(d, 400) ? "中共党员" : "群众");
    PUT("%s", EDUCATION[roll(d, 5)]);
    PUT("已婚");
    PUT("%s", chance(d, 800) ? "健康" : "有慢性病");
    PUT("%.*s", wrong ? 9 : 11, p.phone);
    PUT("%s", wrong ? "民兵预备役" : p.category);
    PUT("%d-%02d", p.enlist_year, p.enlist_month);
    PUT("%d-%02d", p.discharge_year, p.discharge_month);
    PUT("%s", p.employment);
    PUT("%s", chance(d, 500) ? "县第二建筑公司" : "");
    PUT("平阴县翠屏街%u号", roll(d, 300));
    PUT("%s", chance(d, 600) ? "城镇" : "农村");
    PUT("%d号楼%d单元%d", building, p.door / 10000, p.door % 10000);
    PUT("H%06u", serial / 3);
    PUT("%s", chance(d, 100) ? "人户分离,现住子女家" : "");
    PUT("%s", COMMUNITIES[roll(d, 7)]);
    PUT("第%d网格", 1 + (building - 1) / 12);
    PUT("%d号楼", building);
    PUT("%u", 1 + roll(d, 6));
    PUT("%u.%02u", 800 + roll(d, 9000), roll(d, 100));
#undef PUT
}

static int write_csv(long rows, bool wrong, long month)
{
    static char v[COLUMNS][WIDTH];
    struct dice d = {7};
    for (int c = 0; c < COLUMNS; c++) printf("%s%s", c ? "," : "", NAMES[c]);
    putchar('\n');
    for (long i = 0; i < rows; i++) {
        make(v, &d, (uint32_t)i, wrong);
        if (month && (i * 37 + month) % 100 != 0) continue;
        if (month) snprintf(v[PHONE], WIDTH, "139%08ld", (i * 13 + month * 7919) % 100000000);
        for (int c = 0; c < COLUMNS; c++) {
            if (c) putchar(',');
            if (strchr(v[c], ',')) printf("\"%s\"", v[c]);
            else fputs(v[c], stdout);
        }
        putchar('\n');
    }
    return fflush(stdout) == 0 ? 0 : 4;
}

static int write_xlsx(long rows, bool wrong, const char *path)
{
    static char v[COLUMNS][WIDTH];
    struct dice d = {7};
    lxw_workbook *w = workbook_new(path);
    lxw_worksheet *s = workbook_add_worksheet(w, NULL);
    for (int c = 0; c < COLUMNS; c++) worksheet_write_string(s, 0, (lxw_col_t)c, NAMES[c], NULL);
    for (long i = 0; i < rows; i++) {
        make(v, &d, (uint32_t)i, wrong);
        for (int c = 0; c < COLUMNS; c++) worksheet_write_string(s, (lxw_row_t)i + 1, (lxw_col_t)c, v[c], NULL);
    }
    return workbook_close(w) == LXW_NO_ERROR ? 0 : 4;
}

int main(int argc, char **argv)
{
    long rows = argc > 1 ? strtol(argv[1], NULL, 10) : 1000, month = 0;
    bool wrong = false;
    const char *xlsx = NULL;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--wrong") == 0) wrong = true;
        else if (strcmp(argv[i], "--month") == 0 && i + 1 < argc) month = strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--xlsx") == 0 && i + 1 < argc) xlsx = argv[++i];
    }
    return xlsx ? write_xlsx(rows, wrong, xlsx) : write_csv(rows, wrong, month);
}
