/* libFuzzer target: any bytes as decisions about pairs that came back: each is about two of the records, or it is told. */
#include "fuzz_share.h"
#include "link/link.h"

static const char RECORDS[] = "name,sex,id_number,birth_date,phone,address,unit\n"
                              "王建国,男,370124198506150011,1985-06-15,13800138000,锦东小区1号楼,B1\n"
                              "王健国,男,,1985-06,13800138000,锦东小区1号楼,B1\n"
                              "李梅,女,37012419850615002X,1985-06-15,,锦东小区2号楼,B2\n"
                              "李梅,女,37012419850615002X,1985-06-15,13800138001,,B2\n";

static struct link *open_link(void)
{
    static struct link *k;
    static struct model m;
    static struct rows *r; /* lives as long as what was linked of it */
    static struct diag d;
    if (k) return k;
    diag_init(&d, NULL, NULL);
    model_start(&m);
    must(model_open(&m, share_folder(), "person", &d), "run me from the top of the checkout, or with VET_SHARE");
    struct file_of_bytes f = file_of_bytes(RECORDS, sizeof RECORDS - 1);
    const char *path = f.path;
    r = rows_open(&path, 1, "csv", &d);
    k = r ? link_run(r, &m, &(struct link_options){.threads = 1}, &d) : NULL;
    must(k, "the records are linked");
    return k;
}

/* The records' own keys, so that a short input can name them. */
static void keys_to_text(struct buf *out, const struct link *k, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char key[17];
        if (data[i] < 1 || data[i] > 4) {
            buf_char(out, (char)data[i]);
            continue;
        }
        link_record_key(k, data[i] - 1u, key);
        buf_put(out, key);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct link *k = open_link();
    struct diag d;
    diag_init(&d, NULL, NULL);
    k->diag = &d;
    decisions_free(&k->decisions);
    k->decisions = (struct decisions){0};
    struct buf text = {0};
    if (n && data[0] & 1) buf_put(&text, "decision,key_a,key_b\n");
    keys_to_text(&text, k, data, n);
    struct file_of_bytes f = file_of_bytes(text.s ? text.s : "", text.n);
    struct rows *r = decisions_open(f.path, &d);
    bool ok = r && link_take_decisions(k, r, true);
    must(ok == (d.status < 2), "decisions are taken, or what is wrong with them is told");
    decisions_ready(&k->decisions);
    for (size_t i = 0; i < k->decisions.n; i++)
        must(k->decisions.v[i].a < k->decisions.v[i].b && k->decisions.v[i].b < 4, "a decision is about two records");
    rows_close(r);
    buf_free(&text);
    close(f.fd);
    return 0;
}
