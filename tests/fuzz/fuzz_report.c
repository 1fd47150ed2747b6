/* libFuzzer target: any bytes as the description of a report.  One that is taken is built of a few records and printed. */
#include "book/print.h"
#include "book/report.h"
#include "fuzz_share.h"

static const char RECORDS[] = "name,sex,birth_date,category,community,grid,building,unit\n"
                              "王建国,男,1985-06-15,退役士兵,云翠社区,第1网格,5号楼,B1\n"
                              "李梅,女,1990,,云翠社区,第1网格,12号楼,B2\n";

static void build(const struct report *r)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct file_of_bytes f = file_of_bytes(RECORDS, sizeof RECORDS - 1);
    const char *path = f.path;
    struct content *c = report_build(r,
                                     &(struct report_source){.paths = &path,
                                                             .n_paths = 1,
                                                             .from = "csv",
                                                             .schema = person_ledger(),
                                                             .units = some_units(),
                                                             .share = &(struct share){.folder = share_folder()},
                                                             .month = STR("2020-10"),
                                                             .mask = PROFILE_INTERNAL,
                                                             .threads = 1},
                                     &d);
    must(c || d.status != 0, "what cannot be built is told");
    if (c) must(content_print(c, PRINT_TEXT, "/dev/null", &d), "it can be printed");
    content_free(c);
    close(f.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct file_of_bytes f = file_of_bytes(data, n);
    struct report *r = report_open(&(struct share){.folder = share_folder()}, f.path, &d);
    must(r ? d.status == 0 : d.status == 2, "a report is sound, or what is wrong with it is told");
    if (r && !r->needs_store) build(r);
    report_free(r);
    close(f.fd);
    return 0;
}
