#include "book/binder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/out.h"
#include "base/temporary.h"
#include "base/text.h"
#include "book/binder_own.h"
#include "cells/zipfile.h"

void binder_note(struct binder *w, lxw_error e)
{
    if (e && !w->error) w->error = e;
}

/* XML 1.0 has no place for two characters, and C none for NUL. */
const char *binder_clean(struct binder *w, struct str s)
{
    w->text.n = 0;
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < CELL_LENGTH; n++) {
        size_t start = i;
        uint32_t c = text_next(s, &i);
        if (c == 0xFFFE || c == 0xFFFF || c == 0 || (c == 0xFFFD && i - start == 1)) buf_utf8(&w->text, 0xFFFD);
        else buf_add(&w->text, s.s + start, i - start);
        if (c > 0xFFFF) n++; /* counted in UTF-16, as the format does */
    }
    return buf_text(&w->text);
}

const char *binder_plain(struct binder *w, struct str s)
{
    binder_clean(w, s);
    for (size_t i = 0; i < w->text.n; i++)
        if ((unsigned char)w->text.s[i] < ' ' && w->text.s[i] != '\n') w->text.s[i] = ' ';
    return w->text.s;
}

static time_t created(struct str iso)
{
    struct tm t = {.tm_year = 100, .tm_mday = 1, .tm_hour = 8};
    struct buf b = {0};
    buf_str(&b, iso);
    int year, month = 1, day = 1;
    if (sscanf(buf_text(&b), "%d-%d-%d", &year, &month, &day) >= 1) {
        t.tm_year = year - 1900;
        t.tm_mon = month - 1;
        t.tm_mday = day;
    }
    buf_free(&b);
    return timegm(&t);
}

static void set_properties(struct binder *w, const struct binder_info *info)
{
    struct arena *a = &w->memory;
    lxw_doc_properties p = {
        .title = arena_string(a, binder_plain(w, info->title)),
        .subject = arena_string(a, binder_plain(w, info->subject)),
        .author = arena_string(a, binder_plain(w, info->author)),
        .comments = arena_string(a, binder_plain(w, info->comments)),
        .created = created(info->created),
    };
    binder_note(w, workbook_set_properties(w->book, &p));
}

/* Widths of columns are counted in digits of the font of the first format: that of Chinese spreadsheet programs, which others
 * replace by one of nearly the same width, as they do not with Calibri. */
static void set_normal_font(struct binder *w)
{
    lxw_format *normal = STAILQ_FIRST(w->book->formats);
    format_set_font_name(normal, "宋体");
    format_set_font_size(normal, 11);
    format_set_font_family(normal, 0);
    format_set_font_charset(normal, 134);
    format_set_font_scheme(normal, "");
}

/* The library asks for a name, and seeks. */
static bool choose_file(struct binder *w)
{
    struct buf folder = {0};
    w->fd = out_file(w->out);
    w->own = w->fd < 0;
    if (w->own) w->fd = temporary_open(&folder);
    if (w->fd < 0) diag_add(w->diag, DIAG_WRITE_FAILED, NULL, folder.s, strerror(errno), NULL);
    else temporary_path(w->fd, &w->path);
    buf_free(&folder);
    return w->fd >= 0;
}

struct binder *binder_open(const char *path, const struct binder_info *info, struct diag *d)
{
    struct out *o = out_open(path, d);
    struct binder *w = o ? binder_open_on(o, path && strcmp(path, "-") != 0 ? path : "standard output", info, d) : NULL;
    if (w) w->lent = false;
    else if (o) out_close(o, false, d);
    return w;
}

struct binder *binder_open_on(struct out *o, const char *shown, const struct binder_info *info, struct diag *d)
{
    struct binder *w = mem_zero(1, sizeof *w);
    w->diag = d;
    w->shown = shown;
    w->out = o;
    w->lent = true;
    if (!choose_file(w)) {
        free(w);
        return NULL;
    }
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    w->book = workbook_new_opt(w->path.s, &options);
    if (!w->book) mem_exhausted(sizeof *w);
    set_normal_font(w);
    set_properties(w, info);
    return w;
}

/* What a failed write is called: the library's own words would go to a terminal. */
static const char *why(lxw_error e)
{
    switch (e) {
    case LXW_ERROR_CREATING_TMPFILE:
    case LXW_ERROR_READING_TMPFILE: return strerror(errno ? errno : EIO);
    case LXW_ERROR_CREATING_XLSX_FILE:
    case LXW_ERROR_ZIP_FILE_OPERATION:
    case LXW_ERROR_ZIP_FILE_ADD:
    case LXW_ERROR_ZIP_CLOSE: return errno ? strerror(errno) : strerror(ENOSPC);
    default: return lxw_strerror(e);
    }
}

static bool copy_out(struct binder *w)
{
    char block[65536];
    ssize_t n;
    for (off_t at = 0; (n = pread(w->fd, block, sizeof block, at)) != 0; at += n > 0 ? n : 0) {
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) out_write(w->out, (struct str){block, (size_t)n});
    }
    return true;
}

/* The library writes rows to a temporary file of each sheet and does not ask whether that went well; a sheet that lost rows there
 * would be closed as if it were whole. */
static void check_sheets(struct binder *w)
{
    for (size_t i = 0; i < w->n_tabs; i++) {
        lxw_worksheet *sheet = w->tabs[i]->sheet;
        if (!sheet->optimize_tmpfile) continue;
        lxw_worksheet_write_single_row(sheet);
        if (fflush(sheet->optimize_tmpfile) != 0 || ferror(sheet->optimize_tmpfile)) binder_note(w, LXW_ERROR_CREATING_TMPFILE);
    }
}

static void say_nothing(void *ctx, const struct finding *f)
{
    (void)ctx;
    (void)f;
}

/* Does a part end as XML does?  One that is too large to be read is let pass. */
static bool part_ends(struct zipfile *z, int64_t part)
{
    struct zippart *p = zippart_open(z, part);
    char block[65536], last = '>';
    ssize_t n = 0;
    bool any = !p;
    while (p && (n = zippart_read(p, block, sizeof block)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            if (block[i] != '\n') last = block[i];
        any = true;
    }
    zippart_close(p);
    return any && n >= 0 && last == '>';
}

/* Nor does it ask when it writes the parts of the workbook, each to a temporary file first: what a full disk cut off is packed as
 * it is.  So the workbook is read once before it takes its name. */
static bool is_whole(const char *path)
{
    struct diag quiet;
    diag_init(&quiet, say_nothing, NULL);
    struct book *b = book_open(path, &(struct book_options){.from = "xlsx"}, &quiet);
    struct zipfile *z = b ? zipfile_open(b) : NULL;
    bool whole = z != NULL;
    for (int64_t i = 0; whole && *zipfile_name(z, i); i++) whole = part_ends(z, i);
    zipfile_close(z);
    book_close(b);
    return whole;
}

bool binder_close(struct binder *w, bool keep)
{
    if (w->n_lists) binder_write_lists(w);
    for (size_t i = 0; i < w->n_tabs; i++) tab_set_widths(w->tabs[i]);
    errno = 0;
    check_sheets(w);
    if (w->error == LXW_ERROR_CREATING_TMPFILE) lxw_workbook_free(w->book);
    else binder_note(w, workbook_close(w->book));
    if (keep && !w->error && !is_whole(w->path.s)) {
        errno = 0;
        binder_note(w, LXW_ERROR_CREATING_XLSX_FILE);
    }
    bool ok = !keep || !w->error;
    if (!ok) diag_add(w->diag, DIAG_WRITE_FAILED, NULL, w->shown, why(w->error), NULL);
    if (keep && ok && w->own && !copy_out(w)) {
        diag_add(w->diag, DIAG_WRITE_FAILED, NULL, w->shown, strerror(errno), NULL);
        ok = false;
    }
    if (w->own) close(w->fd);
    if (!w->lent) ok = out_close(w->out, keep && ok, w->diag) && ok;
    for (size_t i = 0; i < w->n_tabs; i++) {
        free(w->tabs[i]->fitted);
        free(w->tabs[i]->breaks);
        free(w->tabs[i]->fixed);
        free(w->tabs[i]->hidden);
        if (w->tabs[i]->detached) lxw_worksheet_free(w->tabs[i]->sheet);
    }
    free(w->tabs);
    free(w->lists);
    buf_free(&w->path);
    map_free(&w->names);
    buf_free(&w->text);
    arena_free(&w->memory);
    free(w);
    return ok;
}

/* ---- tabs ---- */

static bool name_taken(struct binder *w, struct str name)
{
    bool fresh;
    struct buf key = {0};
    text_heading_key(&key, name); /* names that differ in case only are one to Excel */
    map_at(&w->names, buf_slice(&key), &fresh);
    buf_free(&key);
    return !fresh;
}

static struct str allowed_name(struct binder *w, struct str name)
{
    struct buf b = {0};
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < NAME_LENGTH; n++) {
        size_t start = i;
        uint32_t c = text_next(name, &i);
        if (c < ' ' || (c < 128 && strchr("[]:*?/\\'", (int)c))) buf_char(&b, ' ');
        else buf_add(&b, name.s + start, i - start);
        if (c > 0xFFFF) n++;
    }
    if (!str_trim(buf_slice(&b)).n) buf_put(&b, "Sheet");
    struct str base = str_copy(&w->memory, str_trim(buf_slice(&b))), result = base;
    for (int k = 2; name_taken(w, result); k++) {
        b.n = 0;
        size_t i = 0, used = 0;
        while (i < base.n && used < NAME_LENGTH - 4) {
            text_next(base, &i);
            used++;
        }
        buf_add(&b, base.s, i);
        buf_printf(&b, " %d", k);
        result = str_copy(&w->memory, buf_slice(&b));
    }
    buf_free(&b);
    return result;
}

/* A sheet needs a temporary file.  Where there is no room for one the workbook has failed, which its closing tells; what is said of
 * the sheet until then goes to one that is no part of it, and gets no cells. */
static lxw_worksheet *detached_sheet(struct tab *t)
{
    binder_note(t->w, LXW_ERROR_CREATING_TMPFILE);
    t->detached = true;
    lxw_worksheet *sheet = lxw_worksheet_new(NULL);
    if (!sheet) mem_exhausted(sizeof *t);
    return sheet;
}

struct tab *binder_tab(struct binder *w, struct str name, bool hidden)
{
    struct tab *t = arena_zero(&w->memory, 1, sizeof *t);
    t->w = w;
    t->name = allowed_name(w, name);
    t->sheet = workbook_add_worksheet(w->book, t->name.s);
    if (!t->sheet) t->sheet = detached_sheet(t);
    worksheet_set_default_row(t->sheet, 18, LXW_FALSE);
    t->least = 8;
    t->most = 50;
    if (hidden && !t->detached) worksheet_hide(t->sheet);
    mem_grow(&w->tabs, &w->cap_tabs, w->n_tabs + 1, sizeof *w->tabs);
    w->tabs[w->n_tabs++] = t;
    return t;
}

struct str tab_name(const struct tab *t)
{
    return t->name;
}
