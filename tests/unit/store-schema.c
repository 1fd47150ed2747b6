/* A ledger changes: fields come and go, old records stay readable.  The ledger here is one of the tests' own, with a key of its
 * own. */
#include <sys/stat.h>

#include "store_fixture.h"

static const char OLD[] = "{\"name\":\"boat\",\"title\":\"渔船台账\",\"fields\":["
                          "{\"name\":\"number\",\"title\":\"船号\",\"type\":\"string\",\"constraints\":{\"required\":true}},"
                          "{\"name\":\"hull\",\"title\":\"船体\",\"type\":\"string\"},"
                          "{\"name\":\"crew\",\"title\":\"船员数\",\"type\":\"integer\"}],\"primaryKey\":\"number\"}";
static const char NEW[] = "{\"name\":\"boat\",\"title\":\"渔船台账\",\"fields\":["
                          "{\"name\":\"number\",\"title\":\"船号\",\"type\":\"string\",\"constraints\":{\"required\":true}},"
                          "{\"name\":\"crew\",\"title\":\"船员数\",\"type\":\"integer\"},"
                          "{\"name\":\"colour\",\"title\":\"颜色\",\"type\":\"string\"}],\"primaryKey\":\"number\"}";

static struct schema *ledger(const char *text, struct diag *d)
{
    struct buf share = {0};
    FILE *f = fopen("./boat.json", "w");
    fputs(text, f);
    fclose(f);
    buf_printf(&share, "%s/share", getenv("TOP") ? getenv("TOP") : ".");
    struct schema *l = schema_open(buf_text(&share), "./boat.json", d);
    buf_free(&share);
    return l;
}

static enum fate put(struct station *st, const struct schema *l, const char *file, const char *a, const char *b, const char *c)
{
    struct sink *k = store_sink(st->store, l, st->units);
    struct str values[3] = {str_of(a), str_of(b), str_of(c)}, typed[3] = {0};
    struct sink_file f = {.name = file, .path = file};
    struct record r = {.values = values, .typed = typed, .unit = UNIT_NONE, .unit_code = STR("b1"), .at = {.file = file, .row = 2}};
    enum fate fate = FATE_REJECTED;
    bool skip;
    memcpy(f.digest, file, strlen(file));
    if (k && k->begin(k->ctx, &f, &skip) && k->record(k->ctx, &r, &fate)) k->end(k->ctx, true);
    store_sink_free(k);
    return fate;
}

static void dump(struct station *st, const struct schema *l, int64_t as_of, struct buf *out)
{
    out->n = 0;
    dump_rows(out, store_rows(st->store, &(struct store_query){.ledger = l, .as_of = as_of, .sorted = true}));
}

int main(void)
{
    struct station st;
    struct buf text = {0};
    station_remove("t.db");
    station_start(&st, "t.db");
    station_open(&st);
    struct schema *old = ledger(OLD, &st.diag);
    CHECK(old != NULL, "a ledger of the tests' own is read");
    CHECK(put(&st, old, "1", "A1", "木质", "3") == FATE_NEW && put(&st, old, "2", "A2", "钢质", "5") == FATE_NEW,
          "its records are taken");
    CHECK(put(&st, old, "3", "A1", "木质", "4") == FATE_UPDATED, "a record of the same primary key is updated");
    int64_t before = store_head(st.store, NULL);
    dump(&st, old, 0, &text);
    CHECK_STR(buf_slice(&text), "A1,木质,4,,b1,,\nA2,钢质,5,,b1,,\n", "and read back");

    struct schema *new = ledger(NEW, &st.diag);
    CHECK(store_ledger(st.store, new) && store_head(st.store, NULL) == before + 1, "a field more and a field less are one batch");
    CHECK(store_ledger(st.store, new) && store_head(st.store, NULL) == before + 1, "and only once");
    CHECK(put(&st, new, "4", "A1", "4", "红") == FATE_UPDATED && put(&st, new, "5", "A3", "7", "蓝") == FATE_NEW,
          "records of the new form are taken");
    dump(&st, new, 0, &text);
    CHECK_STR(buf_slice(&text), "A1,4,红,,b1,,\nA2,5,,,b1,,\nA3,7,蓝,,b1,,\n", "they are read in the new form, the older one too");
    dump(&st, old, before, &text);
    CHECK_STR(buf_slice(&text), "A1,木质,4,,b1,,\nA2,钢质,5,,b1,,\n", "the state before is read with the field that was removed");
    CHECK(store_verify(st.store), "every row still verifies");
    station_close(&st);
    CHECK(station_open_as(&st, STORE_WRITE) && store_count(st.store, new, 0) == 3, "another run finds all of it");
    CHECK(put(&st, new, "6", "A2", "6", "绿") == FATE_UPDATED && store_verify(st.store), "and goes on");
    schema_free(old);
    schema_free(new);
    buf_free(&text);
    station_end(&st);
    return tap_end();
}
