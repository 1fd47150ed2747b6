#include "cells/json_scan.h"

struct scan {
    const char *s;
    size_t n, at;
    unsigned depth;
    struct json_members *members; /* of the outermost object */
};

static enum json_scan scan_value(struct scan *c);

size_t json_skip_blanks(struct str t, size_t at)
{
    while (at < t.n && (t.s[at] == ' ' || t.s[at] == '\n' || t.s[at] == '\r' || t.s[at] == '\t')) at++;
    return at;
}

static void skip_blanks(struct scan *c)
{
    c->at = json_skip_blanks((struct str){c->s, c->n}, c->at);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static enum json_scan scan_escape(struct scan *c)
{
    if (c->at == c->n) return JSON_MORE;
    char e = c->s[c->at++];
    if (e != 'u') return e && strchr("\"\\/bfnrt", e) ? JSON_SOUND : JSON_BAD;
    for (int i = 0; i < 4; i++, c->at++) {
        if (c->at == c->n) return JSON_MORE;
        if (!is_hex(c->s[c->at])) return JSON_BAD;
    }
    return JSON_SOUND;
}

static enum json_scan scan_string(struct scan *c)
{
    for (c->at++; c->at < c->n;) {
        unsigned char ch = (unsigned char)c->s[c->at];
        if (ch == '"') {
            c->at++;
            return JSON_SOUND;
        }
        if (ch < ' ') return JSON_BAD;
        c->at++;
        if (ch != '\\') continue;
        enum json_scan r = scan_escape(c);
        if (r != JSON_SOUND) return r;
    }
    return JSON_MORE;
}

/* At least one digit. */
static enum json_scan scan_digits(struct scan *c)
{
    if (c->at == c->n) return JSON_MORE;
    if (!is_digit(c->s[c->at])) return JSON_BAD;
    while (c->at < c->n && is_digit(c->s[c->at])) c->at++;
    return JSON_SOUND;
}

static bool take(struct scan *c, char one, char other)
{
    if (c->at == c->n || (c->s[c->at] != one && c->s[c->at] != other)) return false;
    c->at++;
    return true;
}

static enum json_scan scan_number(struct scan *c)
{
    take(c, '-', '-');
    enum json_scan r = take(c, '0', '0') ? JSON_SOUND : scan_digits(c);
    if (r == JSON_SOUND && take(c, '.', '.')) r = scan_digits(c);
    if (r == JSON_SOUND && take(c, 'e', 'E')) {
        take(c, '+', '-');
        r = scan_digits(c);
    }
    if (r != JSON_SOUND) return r;
    /* Within a record something always follows a number; at the end of a piece it may go on. */
    return c->at == c->n ? JSON_MORE : is_digit(c->s[c->at]) ? JSON_BAD : JSON_SOUND;
}

static enum json_scan scan_word(struct scan *c, const char *word)
{
    for (; *word; word++, c->at++) {
        if (c->at == c->n) return JSON_MORE;
        if (c->s[c->at] != *word) return JSON_BAD;
    }
    return JSON_SOUND;
}

static struct json_member *add_member(struct json_members *m)
{
    mem_grow(&m->v, &m->cap, m->n + 1, sizeof *m->v);
    return &m->v[m->n++];
}

static enum json_scan scan_member(struct scan *c)
{
    size_t key = c->at;
    if (c->s[key] != '"') return JSON_BAD;
    enum json_scan r = scan_string(c);
    if (r != JSON_SOUND) return r;
    size_t key_end = c->at;
    skip_blanks(c);
    if (c->at == c->n) return JSON_MORE;
    if (!take(c, ':', ':')) return JSON_BAD;
    skip_blanks(c);
    size_t value = c->at;
    r = scan_value(c);
    if (r == JSON_SOUND && c->depth == 1 && c->members) {
        struct json_member *m = add_member(c->members);
        m->key = (struct str){c->s + key + 1, key_end - key - 2};
        m->value = (struct str){c->s + value, c->at - value};
    }
    return r;
}

/* An object or an array: its closing bracket is `close`. */
static enum json_scan scan_group(struct scan *c, char close)
{
    if (++c->depth > JSON_DEEPEST) return JSON_TOO_DEEP;
    c->at++;
    skip_blanks(c);
    bool empty = take(c, close, close);
    while (!empty) {
        if (c->at == c->n) return JSON_MORE;
        enum json_scan r = close == '}' ? scan_member(c) : scan_value(c);
        if (r != JSON_SOUND) return r;
        skip_blanks(c);
        if (take(c, close, close)) break;
        if (c->at == c->n) return JSON_MORE;
        if (!take(c, ',', ',')) return JSON_BAD;
        skip_blanks(c);
    }
    c->depth--;
    return JSON_SOUND;
}

static enum json_scan scan_value(struct scan *c)
{
    if (c->at == c->n) return JSON_MORE;
    switch (c->s[c->at]) {
    case '{': return scan_group(c, '}');
    case '[': return scan_group(c, ']');
    case '"': return scan_string(c);
    case 't': return scan_word(c, "true");
    case 'f': return scan_word(c, "false");
    case 'n': return scan_word(c, "null");
    default: return scan_number(c);
    }
}

enum json_scan json_scan_value(struct str text, size_t *at, struct json_members *members)
{
    /* Members of arrays are not wanted: a record is an object. */
    bool object = *at < text.n && text.s[*at] == '{';
    struct scan c = {.s = text.s, .n = text.n, .at = *at, .members = object ? members : NULL};
    if (members) members->n = 0;
    enum json_scan r = scan_value(&c);
    *at = c.at;
    return r;
}
