/* libFuzzer target: any bytes as a model file of linkage.  One that is taken says the same once it is written and read again, and
 * a few records can be linked by it. */
#include "fuzz_share.h"
#include "link/link.h"

static const char RECORDS[] = "name,sex,id_number,birth_date,phone,address,unit\n"
                              "王建国,男,370124198506150011,1985-06-15,13800138000,锦东小区1号楼,B1\n"
                              "王健国,男,,1985-06,13800138000,锦东小区1号楼,B1\n"
                              "李梅,女,37012419850615002X,1985-06-15,,锦东小区2号楼,B2\n"
                              "李梅,女,37012419850615002X,1985-06-15,13800138001,,B2\n";

static void link_by(struct model *m)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct file_of_bytes f = file_of_bytes(RECORDS, sizeof RECORDS - 1);
    const char *path = f.path;
    struct rows *r = rows_open(&path, 1, "csv", &d);
    must(r, "the records are sound");
    struct link *k = link_run(r, m, &(struct link_options){.threads = 1}, &d);
    must(k || d.status != 0, "what cannot be linked is told");
    link_free(k);
    rows_close(r);
    close(f.fd);
}

static bool open_model(struct model *m, const void *bytes, size_t n)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct file_of_bytes f = file_of_bytes(bytes, n);
    model_start(m);
    bool ok = model_open(m, share_folder(), f.path, &d);
    must(ok == (d.status == 0), "a model is sound, or what is wrong with it is told");
    close(f.fd);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct model m, again;
    struct buf once = {0}, twice = {0};
    if (open_model(&m, data, n)) {
        model_write(&m, &once);
        must(open_model(&again, once.s, once.n), "a model that was written can be read");
        model_write(&again, &twice);
        must(str_eq(buf_slice(&once), buf_slice(&twice)), "and is the same");
        model_free(&again);
        link_by(&m);
    }
    model_free(&m);
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
