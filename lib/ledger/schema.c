#include "ledger/schema.h"

#include <math.h>
#include <nettle/sha2.h>
#include <stdlib.h>

#include "base/near.h"
#include "base/text.h"
#include "ledger/codes.h"
#include "ledger/share.h"

static const char *const ROLES[] = {"none",  "name",    "citizen_id", "sex",         "birth_date", "date",
                                    "phone", "address", "community",  "grid",        "building",   "code",
                                    "money", "number",  "text",       "survey_date", NULL};
static const char *const TYPES[] = {"string", "integer", "number", "boolean", "date", NULL};
static const char *const MASKS[] = {"none", "name", "id", "phone", "address", "date", "text", NULL};
static const char *const MEASURES[] = {"months", "hours", NULL};
static const char *const RULE_CODES[] = {"rule",         "date_order", "date_invalid", "birth_mismatch", "sex_mismatch",
                                         "number_range", NULL};
static const enum diag_code RULE_DIAGS[] = {DIAG_RULE,           DIAG_DATE_ORDER,   DIAG_DATE_INVALID,
                                            DIAG_BIRTH_MISMATCH, DIAG_SEX_MISMATCH, DIAG_NUMBER_RANGE};

static const char *const KEYS_OF_LEDGER[] = {"$schema",       "name",        "title",     "description", "fields",  "primaryKey",
                                             "missingValues", "foreignKeys", "vet:rules", "vet:ignore",  "vet:nil", "vet:rollups",
                                             "vet:sensitive", "vet:stock",   "vet:left",  NULL};
static const char *const KEYS_OF_FIELD[] = {
    "name",          "title",    "type",          "format",    "description",  "example",      "constraints", "categories",
    "vet:aliases",   "vet:role", "vet:mask",      "vet:codes", "vet:multiple", "vet:fillDown", "vet:derive",  "vet:past",
    "vet:sensitive", "vet:form", "missingValues", "vet:parts", "vet:measure",  "vet:perhaps",  "vet:locates", NULL};
static const char *const KEYS_OF_CONSTRAINTS[] = {"required", "unique",  "minLength", "maxLength", "minimum",
                                                  "maximum",  "pattern", "enum",      NULL};
static const char *const KEYS_OF_FORM[] = {"width", "hint", "show", "choices", NULL};
static const char *const KEYS_OF_RULE[] = {"name", "check", "message", "message_en", "field", "code", NULL};
static const char *const KEYS_OF_ROLLUP[] = {"title", "by", "sum", "where", NULL};
static const char *const KEYS_OF_CATEGORY[] = {"value", "label", "aliases", NULL};

const char *role_name(enum role r)
{
    return ROLES[r];
}

struct loader {
    struct schema *s;
    struct share_file *f;
    const struct share *share;
    struct diag *d;
    struct map shared; /* name of a list of share/codes -> its index in s->lists */
};

static struct str keep(struct loader *l, struct str text)
{
    return text.n ? str_copy(&l->s->memory, text) : (struct str){NULL, 0};
}

static void own(struct loader *l, struct code_list *c)
{
    l->s->lists = mem_resize(l->s->lists, l->s->n_lists + 1, sizeof *l->s->lists);
    l->s->lists[l->s->n_lists++] = c;
}

/* Read once for all fields that name it. */
static const struct code_list *shared_list(struct loader *l, const struct share_value *field, struct str name)
{
    const struct map_entry *known = map_find(&l->shared, name);
    if (known) return l->s->lists[known->value];
    struct buf path = {0};
    buf_printf(&path, "%s/codes/%.*s.csv", l->share->folder, (int)name.n, name.s);
    struct code_list *c = codes_open(l->share, buf_text(&path), name, l->d);
    buf_free(&path);
    if (!c) {
        const struct share_value *said = share_get(field, "vet:codes"); /* of a boolean it goes without saying */
        share_fault(l->f, said ? said : field, DIAG_LEDGER_CODES, name.s, "see the message before", NULL);
        return NULL;
    }
    map_at(&l->shared, name, NULL)->value = l->s->n_lists;
    own(l, c);
    return c;
}

/* Table Schema's categories: strings, or objects of value and label. */
static const struct code_list *own_list(struct loader *l, const struct share_value *categories, struct str field)
{
    struct code_list *c = codes_new(field);
    own(l, c);
    for (const struct share_value *v = categories->first; v; v = v->next) {
        struct str label = v->text, code = {NULL, 0}, what;
        struct buf aliases = {0};
        if (v->kind == SHARE_OBJECT) {
            size_t n;
            share_known(l->f, v, KEYS_OF_CATEGORY);
            const struct share_value *value = share_get(v, "value");
            code = value ? value->text : code;
            label = share_string(l->f, v, "label", false);
            if (!label.n) label = code;
            struct str *also = share_strings(l->f, v, "aliases", &l->s->memory, &n);
            for (size_t i = 0; i < n; i++) {
                buf_str(&aliases, also[i]);
                buf_char(&aliases, ';');
            }
        }
        if (!label.n) share_fault(l->f, v, DIAG_LEDGER_TYPE, "categories", "strings, or objects with a label", NULL);
        else if (!codes_add(c, code, label, buf_slice(&aliases), &what))
            share_fault(l->f, v, DIAG_LEDGER_TWICE, "categories", what.s, NULL);
        buf_free(&aliases);
    }
    return c;
}

/* A whole number of characters, 0 when it is not said. */
static uint32_t load_length(struct loader *l, const struct share_value *v, const char *key, uint32_t most)
{
    double n = share_number(l->f, v, key, 0);
    if (n >= 0 && n <= most) return (uint32_t)n;
    struct buf range = {0};
    buf_printf(&range, "from 0 to %u", most);
    share_fault(l->f, share_get(v, key), DIAG_LEDGER_TYPE, key, buf_text(&range), NULL);
    buf_free(&range);
    return 0;
}

static void load_constraints(struct loader *l, struct field *f, const struct share_value *v)
{
    f->minimum = f->maximum = NAN;
    if (!v) return;
    share_known(l->f, v, KEYS_OF_CONSTRAINTS);
    f->required = share_truth(l->f, v, "required", false);
    f->minimum = share_number(l->f, v, "minimum", NAN);
    f->maximum = share_number(l->f, v, "maximum", NAN);
    /* What is not enforced is not accepted in silence. */
    if (share_get(v, "unique"))
        share_fault(l->f, share_get(v, "unique"), DIAG_LEDGER_TYPE, "unique", "left out: the ledger's primaryKey says what is one",
                    NULL);
    f->min_length = load_length(l, v, "minLength", 1000000);
    f->max_length = load_length(l, v, "maxLength", 1000000);
    f->pattern = keep(l, share_string(l->f, v, "pattern", false));
    const struct share_value *allowed = share_list(l->f, v, "enum", false);
    if (allowed) f->codes = own_list(l, allowed, f->name);
}

static void enter_missing(struct map *keys, const struct str *texts, size_t n)
{
    struct buf key = {0};
    for (size_t i = 0; i < n; i++) {
        key.n = 0;
        text_heading_key(&key, texts[i]);
        if (key.n) map_at(keys, buf_slice(&key), NULL)->value = 1;
    }
    buf_free(&key);
}

static void load_form(struct loader *l, struct field *f, const struct share_value *v)
{
    f->on_form = true;
    if (!v) return;
    share_known(l->f, v, KEYS_OF_FORM);
    f->hint = keep(l, share_string(l->f, v, "hint", false));
    f->width = load_length(l, v, "width", 255); /* of which a sheet has no wider columns */
    f->on_form = share_truth(l->f, v, "show", true);
    f->choices = share_strings(l->f, v, "choices", &l->s->memory, &f->n_choices);
}

/* What a field is when its role is not said. */
static enum role role_of_type(const struct field *f)
{
    if (f->codes) return ROLE_CODE;
    if (f->type == TYPE_DATE) return ROLE_DATE;
    return f->type == TYPE_INTEGER || f->type == TYPE_NUMBER ? ROLE_NUMBER : ROLE_TEXT;
}

static bool is_place(enum role r)
{
    return r == ROLE_COMMUNITY || r == ROLE_GRID || r == ROLE_BUILDING;
}

static void load_codes(struct loader *l, struct field *f, const struct share_value *v)
{
    const struct share_value *categories = share_list(l->f, v, "categories", false);
    struct str list = share_string(l->f, v, "vet:codes", false);
    if (categories) f->codes = own_list(l, categories, f->name);
    else if (list.n) f->codes = shared_list(l, v, list);
    else if (f->type == TYPE_BOOLEAN) f->codes = shared_list(l, v, STR("yesno"));
    f->multiple = share_truth(l->f, v, "vet:multiple", false);
    const struct share_value *constraints = share_get(v, "constraints"),
                             *allowed = constraints ? share_get(constraints, "enum") : NULL;
    if (allowed && (categories || list.n))
        share_fault(l->f, allowed, DIAG_LEDGER_TYPE, "enum", "left out: the field has a list of codes", NULL);
}

static void load_role(struct loader *l, struct field *f, const struct share_value *v)
{
    struct str role = share_string(l->f, v, "vet:role", false);
    int i = role.n ? share_word(l->f, share_get(v, "vet:role"), role, ROLES) : -1;
    f->role = i > 0 ? (enum role)i : role_of_type(f);
    bool wants_codes = f->role == ROLE_CODE || f->role == ROLE_SEX;
    if (wants_codes && !f->codes) share_fault(l->f, v, DIAG_LEDGER_MISSING, "vet:codes", NULL);
    struct str mask = share_string(l->f, v, "vet:mask", false);
    static const enum mask usual[] = {[ROLE_NAME] = MASK_NAME,   [ROLE_CITIZEN_ID] = MASK_ID,   [ROLE_BIRTH_DATE] = MASK_DATE,
                                      [ROLE_PHONE] = MASK_PHONE, [ROLE_ADDRESS] = MASK_ADDRESS, [ROLE_SURVEY_DATE] = MASK_NONE};
    f->mask = usual[f->role];
    if (mask.n && (i = share_word(l->f, share_get(v, "vet:mask"), mask, MASKS)) >= 0) f->mask = (enum mask)i;
}

/* Headings of columns that hold this field when it has none of its own and the cell names a unit: 小区. */
static void load_perhaps(struct loader *l, struct field *f, const struct share_value *v)
{
    size_t n;
    const struct str *headings = share_strings(l->f, v, "vet:perhaps", &l->s->memory, &n);
    struct buf key = {0};
    for (size_t i = 0; i < n; i++) {
        key.n = 0;
        text_heading_key(&key, headings[i]);
        map_at(&l->s->perhaps, buf_slice(&key), NULL)->value = f->index;
    }
    if (n && !is_place(f->role))
        share_fault(l->f, share_get(v, "vet:perhaps"), DIAG_LEDGER_VALUE, "vet:perhaps", "only a place has it", NULL);
    buf_free(&key);
}

static void load_parts(struct loader *l, struct field *f, const struct share_value *v)
{
    if (!v) return;
    if (v->kind != SHARE_OBJECT) {
        share_fault(l->f, v, DIAG_LEDGER_TYPE, "vet:parts", "an object of headings", NULL);
        return;
    }
    f->parts = arena_zero(&l->s->memory, v->n + 1, sizeof *f->parts);
    for (const struct share_value *p = v->first; p; p = p->next) {
        struct buf key = {0};
        bool is_new;
        text_heading_key(&key, p->key);
        struct map_entry *e = map_at(&l->s->parts, buf_slice(&key), &is_new);
        buf_free(&key);
        if (p->kind != SHARE_STRING) share_fault(l->f, p, DIAG_LEDGER_TYPE, p->key.s, "a string", NULL);
        if (!is_new) share_fault(l->f, p, DIAG_LEDGER_TWICE, "vet:parts", p->key.s, NULL);
        e->value = (uint64_t)f->index << 32 | f->n_parts;
        f->parts[f->n_parts++] = (struct field_part){keep(l, p->key), keep(l, p->text)};
    }
}

static void load_field(struct loader *l, struct field *f, const struct share_value *v)
{
    if (v->kind != SHARE_OBJECT) {
        share_fault(l->f, v, DIAG_LEDGER_TYPE, "fields", "a list of objects", NULL);
        return;
    }
    share_known(l->f, v, KEYS_OF_FIELD);
    f->name = keep(l, share_string(l->f, v, "name", true));
    f->title = keep(l, share_string(l->f, v, "title", true));
    struct str type = share_string(l->f, v, "type", true);
    int t = type.n ? share_word(l->f, share_get(v, "type"), type, TYPES) : 0;
    f->type = t > 0 ? (enum field_type)t : TYPE_STRING;
    load_constraints(l, f, share_get(v, "constraints"));
    load_codes(l, f, v);
    load_role(l, f, v);
    load_form(l, f, share_get(v, "vet:form"));
    f->aliases = share_strings(l->f, v, "vet:aliases", &l->s->memory, &f->n_aliases);
    load_parts(l, f, share_get(v, "vet:parts"));
    load_perhaps(l, f, v);
    size_t n_missing;
    const struct str *missing = share_strings(l->f, v, "missingValues", &l->s->memory, &n_missing);
    enter_missing(&f->missing, missing, n_missing);
    f->fill_down = share_truth(l->f, v, "vet:fillDown", is_place(f->role));
    f->locates = share_truth(l->f, v, "vet:locates", false);
    f->past = share_truth(l->f, v, "vet:past", f->role == ROLE_BIRTH_DATE || f->role == ROLE_SURVEY_DATE);
    f->sensitive = share_truth(l->f, v, "vet:sensitive", false);
    struct str measure = share_string(l->f, v, "vet:measure", false);
    if (measure.n) f->measure = (enum duration)(1 + share_word(l->f, share_get(v, "vet:measure"), measure, MEASURES));
    const struct share_value *derive = share_get(v, "vet:derive");
    f->derive = keep(l, share_string(l->f, v, "vet:derive", false));
    if (derive) {
        f->line = derive->line;
        f->col = derive->col;
    }
    f->typed = !is_place(f->role) && (f->role != ROLE_TEXT || f->max_length || f->min_length || f->pattern.n);
}

static void enter_heading(struct loader *l, const struct share_value *at, struct str heading, uint32_t index)
{
    struct buf key = {0};
    text_heading_key(&key, heading);
    bool is_new;
    struct map_entry *e = map_at(&l->s->headings, buf_slice(&key), &is_new);
    if (is_new) e->value = index;
    else if (e->value != index) share_fault(l->f, at, DIAG_LEDGER_TWICE, "heading", heading.s, NULL);
    buf_free(&key);
}

static void enter_field(struct loader *l, struct field *f, const struct share_value *v)
{
    bool is_new;
    struct map_entry *e = map_at(&l->s->by_name, f->name, &is_new);
    if (!is_new) share_fault(l->f, v, DIAG_LEDGER_TWICE, "name", f->name.s, NULL);
    e->value = f->index;
    enter_heading(l, v, f->name, f->index);
    enter_heading(l, v, f->title, f->index);
    const struct share_value *aliases = share_get(v, "vet:aliases");
    const struct share_value *at = aliases ? aliases->first : NULL;
    for (size_t i = 0; i < f->n_aliases && at; i++, at = at->next) enter_heading(l, at, f->aliases[i], f->index);
}

static void load_fields(struct loader *l, const struct share_value *root)
{
    const struct share_value *list = share_list(l->f, root, "fields", true);
    if (!list) return;
    if (list->n == 0) share_fault(l->f, list, DIAG_LEDGER_MISSING, "fields[0]", NULL);
    l->s->fields = arena_zero(&l->s->memory, list->n + 1, sizeof *l->s->fields);
    for (const struct share_value *v = list->first; v; v = v->next) {
        struct field *f = &l->s->fields[l->s->n_fields];
        f->index = (uint32_t)l->s->n_fields++;
        load_field(l, f, v);
        if (f->name.n && f->title.n) enter_field(l, f, v);
    }
}

/* The field that a name means, or a fault with the nearest name. */
static const struct field *named_field(struct loader *l, const struct share_value *at, const char *what, struct str name)
{
    const struct field *f = schema_field(l->s, name);
    if (f) return f;
    struct near near = near_start(name);
    for (size_t i = 0; i < l->s->n_fields; i++) near_try(&near, l->s->fields[i].name);
    share_fault(l->f, at, DIAG_LEDGER_FIELD, what, name.s ? name.s : "", near.found.n ? near.found.s : "-", NULL);
    return NULL;
}

static void load_rule(struct loader *l, struct rule *r, const struct share_value *v)
{
    if (v->kind != SHARE_OBJECT) {
        share_fault(l->f, v, DIAG_LEDGER_TYPE, "vet:rules", "a list of objects", NULL);
        return;
    }
    share_known(l->f, v, KEYS_OF_RULE);
    r->name = keep(l, share_string(l->f, v, "name", true));
    r->check = keep(l, share_string(l->f, v, "check", true));
    r->message = keep(l, share_string(l->f, v, "message", true));
    r->message_en = keep(l, share_string(l->f, v, "message_en", true));
    r->field = keep(l, share_string(l->f, v, "field", true));
    const struct field *f = r->field.n ? named_field(l, share_get(v, "field"), "field", r->field) : NULL;
    r->index = f ? f->index : 0;
    const struct share_value *check = share_get(v, "check");
    if (check) {
        r->line = check->line;
        r->col = check->col;
    }
    struct str code = share_string(l->f, v, "code", false);
    int i = code.n ? share_word(l->f, share_get(v, "code"), code, RULE_CODES) : 0;
    r->code = RULE_DIAGS[i > 0 ? i : 0];
}

static void load_rules(struct loader *l, const struct share_value *root)
{
    const struct share_value *list = share_list(l->f, root, "vet:rules", false);
    if (!list) return;
    l->s->rules = arena_zero(&l->s->memory, list->n + 1, sizeof *l->s->rules);
    for (const struct share_value *v = list->first; v; v = v->next) load_rule(l, &l->s->rules[l->s->n_rules++], v);
}

static struct str *load_names(struct loader *l, const struct share_value *object, const char *key, size_t *n)
{
    struct str *names = share_strings(l->f, object, key, &l->s->memory, n);
    const struct share_value *list = *n ? share_get(object, key) : NULL;
    const struct share_value *at = list ? list->first : NULL;
    for (size_t i = 0; i < *n && at; i++, at = at->next) named_field(l, at, key, names[i]);
    return names;
}

static void load_rollups(struct loader *l, const struct share_value *root)
{
    const struct share_value *list = share_list(l->f, root, "vet:rollups", false);
    if (!list) return;
    l->s->rollups = arena_zero(&l->s->memory, list->n + 1, sizeof *l->s->rollups);
    for (const struct share_value *v = list->first; v; v = v->next) {
        struct rollup_default *r = &l->s->rollups[l->s->n_rollups++];
        share_known(l->f, v, KEYS_OF_ROLLUP);
        r->title = keep(l, share_string(l->f, v, "title", true));
        r->by = load_names(l, v, "by", &r->n_by);
        r->sum = load_names(l, v, "sum", &r->n_sum);
        r->where = keep(l, share_string(l->f, v, "where", false));
    }
}

/* primaryKey may be one name or a list of them. */
static void load_key(struct loader *l, const struct share_value *root)
{
    const struct share_value *v = share_get(root, "primaryKey");
    if (v && v->kind == SHARE_STRING) {
        l->s->key = arena_alloc(&l->s->memory, sizeof *l->s->key);
        l->s->key[0] = keep(l, v->text);
        l->s->n_key = 1;
        named_field(l, v, "primaryKey", v->text);
    } else {
        l->s->key = load_names(l, root, "primaryKey", &l->s->n_key);
    }
}

static void load_texts(struct loader *l, const struct share_value *root)
{
    struct schema *s = l->s;
    s->ignore = share_strings(l->f, root, "vet:ignore", &s->memory, &s->n_ignore);
    s->nil = share_strings(l->f, root, "vet:nil", &s->memory, &s->n_nil);
    s->stock = keep(l, share_string(l->f, root, "vet:stock", false));
    s->left = keep(l, share_string(l->f, root, "vet:left", false));
    s->missing = share_strings(l->f, root, "missingValues", &s->memory, &s->n_missing);
    const struct share_value *list = s->n_ignore ? share_get(root, "vet:ignore") : NULL;
    const struct share_value *at = list ? list->first : NULL;
    for (size_t i = 0; i < s->n_ignore && at; i++, at = at->next) enter_heading(l, at, s->ignore[i], SCHEMA_IGNORE);
    enter_missing(&s->missing_keys, s->missing, s->n_missing);
}

static struct str digest_of(struct arena *a, struct str bytes)
{
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&ctx);
    sha256_update(&ctx, bytes.n, (const uint8_t *)bytes.s);
    sha256_digest(&ctx, sizeof digest, digest);
    char *hex = arena_alloc(a, 2 * sizeof digest + 1);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hex[2 * sizeof digest] = 0;
    return (struct str){hex, 2 * sizeof digest};
}

static struct schema *load(const struct share *share, const char *path, struct diag *d)
{
    struct share_file *f = share_open(share, path, d);
    if (!f) return NULL;
    struct schema *s = mem_zero(1, sizeof *s);
    struct loader l = {.s = s, .f = f, .share = share, .d = d};
    s->path = keep(&l, str_of(path));
    share_known(f, f->root, KEYS_OF_LEDGER);
    s->name = keep(&l, share_string(f, f->root, "name", true));
    s->title = keep(&l, share_string(f, f->root, "title", true));
    s->sensitive = share_truth(f, f->root, "vet:sensitive", false);
    s->digest = digest_of(&s->memory, f->bytes);
    load_fields(&l, f->root);
    load_key(&l, f->root);
    load_rules(&l, f->root);
    load_rollups(&l, f->root);
    load_texts(&l, f->root);
    map_free(&l.shared);
    bool ok = !f->failed;
    share_close(f);
    if (ok) return s;
    schema_free(s);
    return NULL;
}

struct schema *schema_open(const char *folder, const char *name, struct diag *d)
{
    return schema_open_in(&(struct share){.folder = folder}, name, d);
}

struct schema *schema_open_in(const struct share *share, const char *name, struct diag *d)
{
    struct buf path = {0};
    struct schema *s = share_find(share, "ledgers", name, DIAG_LEDGER_UNKNOWN, &path, d) ? load(share, buf_text(&path), d) : NULL;
    buf_free(&path);
    return s;
}

void schema_free(struct schema *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->n_lists; i++) codes_free(s->lists[i]);
    free(s->lists);
    map_free(&s->headings);
    map_free(&s->parts);
    map_free(&s->perhaps);
    map_free(&s->by_name);
    map_free(&s->missing_keys);
    for (size_t i = 0; i < s->n_fields; i++) map_free(&s->fields[i].missing);
    arena_free(&s->memory);
    free(s);
}

const struct field *schema_field(const struct schema *s, struct str name)
{
    const struct map_entry *e = map_find(&s->by_name, name);
    return e ? &s->fields[e->value] : NULL;
}

const struct field *schema_role(const struct schema *s, enum role role)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (s->fields[i].role == role) return &s->fields[i];
    return NULL;
}
