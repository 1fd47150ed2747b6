/* A sheet in memory and its writers: .xlsx, .xls (BIFF8), .ods, CSV and TSV.  For the demo station only. */
#ifndef VET_STATION_SHEET_H
#define VET_STATION_SHEET_H

#include "base/str.h"

enum value_kind { V_EMPTY, V_TEXT, V_NUMBER, V_DATE, V_FORMULA };
struct value {
    enum value_kind kind;
    const char *text; /* V_TEXT; V_FORMULA: the formula, its result in number */
    double number;    /* V_NUMBER; V_DATE: serial of the 1900 system */
};
enum { SHEET_COLS = 24, SHEET_MERGES = 64 };
struct range {
    int top, left, bottom, right; /* from 0, inclusive */
};
struct sheet_out {
    const char *name;
    struct value (*rows)[SHEET_COLS];
    size_t n_rows, cap;
    struct range merges[SHEET_MERGES];
    int n_merges;
};
enum { BOOK_SHEETS = 40 };
struct book_out {
    struct sheet_out sheets[BOOK_SHEETS];
    int n;
    struct arena memory;
};
enum file_kind {
    FILE_XLSX,
    FILE_XLSX_INLINE,
    FILE_XLS,
    FILE_ODS,
    FILE_CSV_UTF8,
    FILE_CSV_BOM,
    FILE_CSV_GB18030,
    FILE_CSV_SEMICOLON,
    FILE_TSV_UTF16
};

struct sheet_out *book_sheet(struct book_out *b, const char *name);
struct value *sheet_row(struct sheet_out *s); /* a new row, all empty */
void sheet_merge(struct sheet_out *s, int top, int left, int bottom, int right);
void book_out_free(struct book_out *b);
/* Writes the book; false when the file could not be written. */
bool book_write(const struct book_out *b, const char *path, enum file_kind kind);
bool write_xls(const struct book_out *b, const char *path);

#endif
