/* Every file of tests/corpus: what is called good is read to its end, what is called bad is refused with status 3 and says why. */
#include "tap.h"

#include <dirent.h>

#include "sheets.h"

static void try_file(const char *folder, const char *name)
{
    struct findings found = {0};
    struct buf path = {0}, text = {0};
    buf_printf(&path, "%s/%s", folder, name);
    findings_start(&found);
    text_of_sheets(&text, buf_text(&path), &(struct book_options){0}, &found.diag);
    bool refused = str_ends(buf_slice(&text), STR("FAILED"));
    if (strncmp(name, "good-", 5) == 0) CHECK(!refused && found.diag.status < 2, "%s is read", name);
    else CHECK(refused && found.diag.status == 3 && found.text.n, "%s is refused: %s", name, buf_text(&found.text));
    buf_free(&path);
    buf_free(&text);
    buf_free(&found.text);
}

static size_t cells_of(const char *folder, const char *name, struct cell_block *block)
{
    struct findings found = {0};
    struct buf path = {0};
    struct sheet sheet;
    size_t n = 0;
    buf_printf(&path, "%s/%s", folder, name);
    findings_start(&found);
    struct book *b = book_open(buf_text(&path), &(struct book_options){0}, &found.diag);
    while (b && book_next_sheet(b, &sheet) == 1)
        while (sheet_next(b, block) == 1) n += block->n_cells;
    book_close(b);
    buf_free(&path);
    buf_free(&found.text);
    return n;
}

/* A block goes from file to file, whatever reader the last one had. */
static void one_block_for_all(const char *folder)
{
    static const char *const NAMES[] = {"good-import-plain.csv", "good-openpyxl.xlsx",   "good-lines.json",
                                        "good-openpyxl.xlsx",    "good-libreoffice.ods", "good-import-plain.csv",
                                        "good-libreoffice.xls",  "good-array.json",      "good-import-plain.csv"};
    struct cell_block shared = {0};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct cell_block own = {0};
        size_t want = cells_of(folder, NAMES[i], &own);
        CHECK(want && cells_of(folder, NAMES[i], &shared) == want, "%s is read into a block that another file was in", NAMES[i]);
        cell_block_free(&own);
    }
    cell_block_free(&shared);
}

static int is_sheet(const struct dirent *e)
{
    return strncmp(e->d_name, "good-", 5) == 0 || strncmp(e->d_name, "bad-", 4) == 0;
}

int main(void)
{
    const char *tests = getenv("TESTS");
    struct buf folder = {0};
    struct dirent **names;
    buf_printf(&folder, "%s/corpus", tests ? tests : "tests");
    int n = scandir(buf_text(&folder), &names, is_sheet, alphasort);
    CHECK(n > 0, "there is a corpus");
    for (int i = 0; i < n; i++) {
        try_file(folder.s, names[i]->d_name);
        free(names[i]);
    }
    if (n >= 0) free(names);
    one_block_for_all(buf_text(&folder));
    buf_free(&folder);
    return tap_end();
}
