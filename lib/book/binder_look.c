#include "book/binder_own.h"

/* Looks: a format for each face and kind of value that is used. */

enum { INK = 0x1F2933, LINE = 0x9AA5B1, HEAD_FILL = 0xD6E4F0, SHADE = 0xF2F5F8, TOTAL_FILL = 0xE8EDF3, RESTATED_FILL = 0xFFE8A3 };

static void font(lxw_format *f, const char *name, double size)
{
    format_set_font_name(f, name);
    format_set_font_size(f, size);
    format_set_font_family(f, 0);
    format_set_font_charset(f, 134); /* GB2312: a program without the font then takes a Chinese one */
}

static void set_face(lxw_format *f, enum face face)
{
    font(f, "宋体", 10.5);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    switch (face) {
    case FACE_TITLE:
        font(f, "黑体", 18);
        format_set_align(f, LXW_ALIGN_CENTER_ACROSS);
        return;
    case FACE_SUBTITLE: format_set_align(f, LXW_ALIGN_CENTER_ACROSS); return;
    case FACE_NOTE: return;
    case FACE_CAPTION: font(f, "黑体", 12); return;
    case FACE_HEADING:
        font(f, "黑体", 10.5);
        format_set_align(f, LXW_ALIGN_CENTER);
        format_set_text_wrap(f);
        format_set_bg_color(f, HEAD_FILL);
        break;
    case FACE_LABEL:
        font(f, "黑体", 10.5);
        format_set_bg_color(f, SHADE);
        break;
    case FACE_SUBTOTAL:
        format_set_bold(f);
        format_set_bg_color(f, SHADE);
        break;
    case FACE_TOTAL:
        format_set_bold(f);
        format_set_bg_color(f, TOTAL_FILL);
        break;
    case FACE_GOOD:
        format_set_bg_color(f, 0xE3F4E4);
        format_set_font_color(f, 0x1B5E20);
        break;
    case FACE_WARN: format_set_bg_color(f, 0xFFF3CD); break;
    case FACE_BAD:
        format_set_bg_color(f, 0xFDE0DD);
        format_set_font_color(f, 0x9B1C1C);
        break;
    case FACE_FIX:
        format_set_bg_color(f, 0xFDE0DD);
        format_set_font_color(f, 0x9B1C1C);
        format_set_unlocked(f);
        break;
    case FACE_INPUT:
        format_set_bg_color(f, 0xFFFDF0);
        format_set_unlocked(f);
        break;
    default: break;
    }
    format_set_border(f, LXW_BORDER_THIN);
    format_set_border_color(f, LINE);
}

static void set_kind(lxw_format *f, enum face face, enum value_kind kind)
{
    switch (kind) {
    case VALUE_TEXT: format_set_num_format(f, "@"); break;
    case VALUE_CODE:
        format_set_num_format(f, "@");
        if (face != FACE_TITLE && face != FACE_SUBTITLE && face != FACE_NOTE) format_set_align(f, LXW_ALIGN_CENTER);
        break;
    case VALUE_COUNT: format_set_num_format(f, "#,##0"); break;
    case VALUE_DECIMAL: format_set_num_format(f, "#,##0.##"); break;
    case VALUE_PERCENT: format_set_num_format(f, "0.0\"%\""); break;
    case VALUE_CHANGE: format_set_num_format(f, "+#,##0.##;-#,##0.##;0"); break;
    default: break;
    }
}

lxw_format *binder_format(struct binder *w, struct look look)
{
    lxw_format **slot = &w->formats[look.face][look.kind][look.wrap];
    if (*slot) return *slot;
    lxw_format *f = workbook_add_format(w->book);
    if (!f) mem_exhausted(sizeof look);
    set_face(f, look.face);
    if (look.face != FACE_HEADING) set_kind(f, look.face, look.kind);
    if (look.wrap) format_set_text_wrap(f);
    return *slot = f;
}

/* The number stays a number; the r is in its format, as statistics mark what was revised. */
lxw_format *binder_restated_format(struct binder *w, struct look look)
{
    static const char *const FORMATS[VALUE_KIND_COUNT] = {
        "@", "@", "#,##0\"r\"", "#,##0.##\"r\"", "0.0\"%r\"", "+#,##0.##\"r\";-#,##0.##\"r\";0\"r\""};
    lxw_format **slot = &w->restated[look.face][look.kind];
    if (*slot) return *slot;
    lxw_format *f = workbook_add_format(w->book);
    if (!f) mem_exhausted(sizeof look);
    set_face(f, look.face);
    format_set_bg_color(f, RESTATED_FILL);
    format_set_num_format(f, FORMATS[look.kind]);
    return *slot = f;
}
