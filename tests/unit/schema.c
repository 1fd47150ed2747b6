/* Ledgers: what the loader takes, and where it says a fault stands. */
#include "tap.h"

#include <unistd.h>

#include "base/text.h"
#include "ledger/codes.h"
#include "ledger/convert.h"
#include "ledger/schema.h"
#include "ledger/share.h"

static char share[512];
struct heard {
    char code[64];
    uint32_t row, col;
    char args[4][200];
    int n;
};
static void hear(void *ctx, const struct finding *f)
{
    struct heard *h = ctx;
    if (h->n++) return;
    snprintf(h->code, sizeof h->code, "%s", diag_code_string(f->code));
    h->row = f->at.row;
    h->col = f->at.col;
    for (int i = 0; i < 4; i++)
        snprintf(h->args[i], sizeof h->args[i], "%.*s", (int)f->args[i].n, f->args[i].s ? f->args[i].s : "");
}
static struct heard load_in(const char *folder, const char *json)
{
    struct heard h = {0};
    struct diag d;
    diag_init(&d, hear, &h);
    FILE *out = fopen("./ledger.json", "w");
    fputs(json, out);
    fclose(out);
    schema_free(schema_open(folder, "./ledger.json", &d));
    return h;
}
static struct heard load(const char *json)
{
    return load_in(share, json);
}
static int32_t heading(const struct schema *s, const char *text)
{
    struct buf key = {0};
    text_heading_key(&key, str_of(text));
    const struct map_entry *e = map_find(&s->headings, buf_slice(&key));
    buf_free(&key);
    return e ? (int32_t)e->value : -1;
}
static void all_ledgers_load(void)
{
    struct buf names = {0};
    share_names(&(struct share){.folder = share}, "ledgers", &names);
    for (struct str rest = buf_slice(&names); rest.n;) {
        const char *blank = memchr(rest.s, ' ', rest.n);
        struct str one = blank ? str_head(rest, (size_t)(blank - rest.s)) : rest;
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)one.n, one.s);
        struct heard h = {0};
        struct diag d;
        diag_init(&d, hear, &h);
        struct schema *s = schema_open(share, name, &d);
        CHECK(s && h.n == 0 && str_is(s->name, name), "the ledger %s loads without a finding (%s %s %s)", name, h.code, h.args[0],
              h.args[1]);
        struct converter *c = s ? converter_new(s, &(struct convert_options){.strict = false}, &d) : NULL;
        CHECK(c && h.n == 0, "and its rules and derivations compile (%s %s)", h.code, h.args[1]);
        converter_free(c);
        schema_free(s);
        rest = str_from(rest, one.n + 1);
    }
    buf_free(&names);
}

/* And so the other way about, for what the ledgers use. */
static void used_properties(const struct share_value *properties, const char *name)
{
    char path[600];
    snprintf(path, sizeof path, "%s/ledgers/%s.json", share, name);
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct share_file *f = share_open(NULL, path, &d);
    bool all = f != NULL;
    for (const struct share_value *v = f ? f->root->first : NULL; v; v = v->next)
        if (!share_get(properties, v->key.s)) {
            all = false;
            printf("# %s\n", v->key.s);
        }
    CHECK(all, "the JSON Schema knows every property of the ledger %s", name);
    share_close(f);
}

static struct cell text_cell(const char *text)
{
    return (struct cell){.s = text, .n = (uint32_t)strlen(text), .kind = CELL_TEXT};
}

/* A ledger that no C knows of: all its fields, codes, rules and derivations stand in tests/ledgers/boat.json. */
static void tests_only_ledger(struct diag *d)
{
    char path[600];
    snprintf(path, sizeof path, "%s/tests/ledgers/boat.json", getenv("TOP") ? getenv("TOP") : ".");
    struct schema *s = schema_open(share, path, d);
    struct converter *c = s ? converter_new(s, &(struct convert_options){.strict = false}, d) : NULL;
    if (!CHECK(c, "a ledger that only the tests have loads from a path")) return;
    struct cell cells[8] = {text_cell("渔船A"), text_cell("铁壳"),    text_cell("12.50"), text_cell("4"),
                            text_cell("约30"),  {.kind = CELL_EMPTY}, text_cell("2019.5")};
    struct converted out;
    struct buf flags = {0};
    converter_row(c, cells, &out);
    converted_flags(s, &out, &flags);
    CHECK_STR(out.values[1], "钢质", "its own categories are matched by alias");
    CHECK_STR(out.values[2], "12.5", "its numbers are canonical");
    CHECK_STR(out.values[5], "50", "its derivation is worked out");
    CHECK_STR(out.values[6], "2019-05", "its dates are read");
    CHECK(flags.n == 0, "and nothing is flagged: %s", buf_text(&flags));
    cells[3] = text_cell("40");
    cells[0] = text_cell("小艇");
    converter_row(c, cells, &out);
    flags.n = 0;
    converted_flags(s, &out, &flags);
    CHECK_STR(buf_slice(&flags), "number:format_invalid;width:rule:slender", "its pattern and its rule are held to");
    buf_free(&flags);
    converter_free(c);
    schema_free(s);
}

/* The loader and share/ledger.schema.json know the same properties. */
static void same_properties(const struct share_value *object, const char *around)
{
    for (const struct share_value *v = share_get(object, "properties")->first; v; v = v->next) {
        char json[600];
        char member[200];
        snprintf(member, sizeof member, "\"%.*s\": null", (int)v->key.n, v->key.s);
        snprintf(json, sizeof json, around, member);
        struct heard h = load(json);
        CHECK(strcmp(h.code, "ledger_key") != 0, "the loader knows %.*s of the JSON Schema", (int)v->key.n, v->key.s);
    }
}

int main(void)
{
    snprintf(share, sizeof share, "%s/share", getenv("TOP") ? getenv("TOP") : ".");
    all_ledgers_load();

    struct heard h = {0};
    struct diag d;
    diag_init(&d, hear, &h);
    struct schema *s = schema_open(share, "person", &d);
    if (!s) return tap_end();
    static const char *const order[] = {"name",     "sex",         "id_number",      "birth_date", "phone",
                                        "category", "enlist_date", "discharge_date", "employment", "address",
                                        "remark",   "community",   "grid",           "building"};
    bool in_order = true;
    for (size_t i = 1; i < sizeof order / sizeof *order; i++)
        in_order = in_order && schema_field(s, str_of(order[i - 1])) && schema_field(s, str_of(order[i])) &&
                   schema_field(s, str_of(order[i - 1]))->index < schema_field(s, str_of(order[i]))->index;
    CHECK(in_order, "the person ledger has the fields of the contract in their order");
    const struct {
        const char *heading, *field;
    } headings[] = {{"姓　名", "name"},
                    {"姓名*", "name"},
                    {"姓名(必填)", "name"},
                    {"退役军人姓名", "name"},
                    {"证件号码", "id_number"},
                    {"公民身份号码", "id_number"},
                    {"出生年月(如1985.06)", "birth_date"},
                    {"手机号", "phone"},
                    {"优抚对象类别", "category"},
                    {"参军时间", "enlist_date"},
                    {"退出现役时间", "discharge_date"},
                    {"是否就业", "employment"},
                    {"现居住地址", "address"},
                    {"备 注", "remark"},
                    {"所在社区", "community"},
                    {"网格号", "grid"},
                    {"楼", "building"},
                    {"楼栋号", "building"}};
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        const struct field *f = schema_field(s, str_of(headings[i].field));
        CHECK(f && heading(s, headings[i].heading) == (int32_t)f->index, "the heading %s means %s", headings[i].heading,
              headings[i].field);
    }
    CHECK(heading(s, "年龄") == SCHEMA_IGNORE, "an age column is known and not wanted");
    CHECK(heading(s, "星座") == -1, "a heading that nobody knows is nobody's");
    CHECK(schema_role(s, ROLE_CITIZEN_ID) == schema_field(s, STR("id_number")), "a field is found by its role");
    const struct code_list *c = schema_field(s, STR("category"))->codes;
    struct buf scratch = {0};
    uint32_t i = codes_find(c, STR("退伍兵"), &scratch), j = codes_find(c, STR("退役士兵 (自主就业)"), &scratch);
    CHECK(i != CODE_NONE && i == j, "an alias, and a label with a note in brackets, are the label");
    CHECK(codes_find(c, STR("民兵预备役"), &scratch) == CODE_NONE, "what is in no list is found in none");
    CHECK_STR(codes_nearest(c, STR("退役土兵")), "退役士兵", "the nearest label is named");
    buf_free(&scratch);
    schema_free(s);

    memset(&h, 0, sizeof h);
    CHECK(!schema_open(share, "persn", &d) && strcmp(h.code, "ledger_unknown") == 0 && strcmp(h.args[1], "person") == 0,
          "a ledger that is not there: the nearest is named");

    tests_only_ledger(&d);

    h = load("{\"name\": \"x\", \"title\": \"x\", \"fields\": [{\"name\": \"a\", \"title\": \"甲\", \"type\": \"string\",\n"
             "  \"constraints\": {\"unique\": true}}]}\n");
    CHECK(strcmp(h.code, "ledger_type") == 0 && strcmp(h.args[0], "unique") == 0 && h.row == 2,
          "a constraint that is not enforced is refused where it stands");

    h = load("{\n  \"name\": \"x\", \"title\": \"x\",\n  \"fields\": [\n    {\"name\": \"a\", \"title\": \"甲\", \"type\": "
             "\"string\", \"vet:rolle\": \"name\"}]}\n");
    CHECK(strcmp(h.code, "ledger_key") == 0 && h.row == 4 && h.col == 51 && strcmp(h.args[1], "vet:role") == 0,
          "an unknown vet: key is an error at its line and column (%u:%u)", h.row, h.col);
    h = load("{\"name\": \"x\", \"title\": \"x\", \"fields\": [{\"name\": \"amount\", \"title\": \"甲\", \"type\": \"string\"}],\n "
             "\"vet:rules\": [{\"name\": \"r\", \"check\": \"1\", \"message\": \"m\", \"message_en\": \"m\",\n \"field\": "
             "\"ammount\"}]}");
    CHECK(strcmp(h.code, "ledger_field") == 0 && h.row == 3 && h.col == 2 && strcmp(h.args[2], "amount") == 0,
          "a rule on a field that is not there names the nearest");
    h = load("{\"name\": \"x\", \"title\": \"x\",\n \"fields\": [{\"name\": \"a\", \"title\": \"甲\", \"type\": \"text\"}]}");
    CHECK(strcmp(h.code, "ledger_value") == 0 && h.row == 2 && strstr(h.args[2], "boolean"),
          "an unknown type lists those there are");
    h = load("{\"name\": \"x\", \"title\": \"x\", \"fields\": [{\"name\": \"a\", \"title\": \"甲\", \"type\": \"string\"}, "
             "{\"name\": \"b\", \"title\": \"甲\", \"type\": \"string\"}]}");
    CHECK(strcmp(h.code, "ledger_twice") == 0, "two fields with one heading are refused");
    h = load("{\"name\": \"x\",\n \"title\": }");
    CHECK(strcmp(h.code, "ledger_json") == 0 && h.row == 2 && h.col >= 10, "what is no JSON is an error at its place (%u:%u)",
          h.row, h.col);
    h = load("{\"name\": \"x\", \"title\": \"x\", \"fields\": [{\"name\": \"a\", \"title\": \"甲\", \"type\": \"string\", "
             "\"vet:codes\": \"nosuch\"}]}");
    CHECK(strcmp(h.code, "share_unreadable") == 0, "a code list that is not there is an error");
    h = load_in(".",
                "{\"name\": \"x\", \"title\": \"x\", \"fields\": [{\"name\": \"a\", \"title\": \"甲\", \"type\": \"boolean\"}]}");
    CHECK(strcmp(h.code, "share_unreadable") == 0, "and so is that of yes and no, which nobody names");
    h = load("{\"name\": \"x\", \"title\": \"x\", \"fields\": [{\"name\": \"a\", \"title\": \"甲\", \"type\": \"string\", "
             "\"vet:codes\": "
             "\"sex\"}, {\"name\": \"sex\", \"title\": \"乙\", \"type\": \"string\", \"categories\": [\"m\"]}, {\"name\": \"b\", "
             "\"title\": \"丙\", \"type\": \"string\", \"vet:codes\": \"sex\"}]}");
    CHECK(h.n == 0, "a field that is called as a code list, and has categories of its own, is no user of the list (%s)", h.code);
    h = load("{\"name\": \"x\", \"title\": \"x\", \"fields\": [{\"name\": \"a\", \"title\": \"甲\", \"type\": \"string\",\n"
             "\"constraints\": {\"enum\": [\"1\"]}, \"categories\": [\"1\"]}]}");
    CHECK(strcmp(h.code, "ledger_type") == 0 && strcmp(h.args[0], "enum") == 0 && h.row == 2,
          "of two lists of codes for one field the second is refused (%s)", h.code);
    h = load(
        "{\"name\": \"x\", \"title\": \"x\", \"fields\": [{\"name\": \"a\", \"title\": \"甲\", \"type\": \"string\", \"vet:form\": "
        "{\"width\": -5}}]}");
    CHECK(strcmp(h.code, "ledger_type") == 0 && strcmp(h.args[0], "width") == 0, "a column of a form is not narrower than nothing");
    char path[600];
    snprintf(path, sizeof path, "%s/ledger.schema.json", share);
    struct share_file *f = share_open(NULL, path, &d);
    if (CHECK(f, "the JSON Schema of ledgers is JSON")) {
        const struct share_value *def = share_get(share_get(f->root, "$defs"), "field");
        same_properties(f->root, "{%s}");
        used_properties(share_get(f->root, "properties"), "person");
        same_properties(def, "{\"fields\": [{%s}]}");
        same_properties(share_get(share_get(def, "properties"), "constraints"), "{\"fields\": [{\"constraints\": {%s}}]}");
        same_properties(share_get(share_get(def, "properties"), "vet:form"), "{\"fields\": [{\"vet:form\": {%s}}]}");
    }
    share_close(f);
    h = load("[1]");
    CHECK(strcmp(h.code, "ledger_type") == 0, "a ledger must be an object");
    unlink("./ledger.json");
    return tap_end();
}
