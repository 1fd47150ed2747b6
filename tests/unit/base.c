/* Strings, folding, nearest names, maps, work over threads. */
#include "tap.h"

#include <unistd.h>

#include "base/map.h"
#include "base/near.h"
#include "base/text.h"
#include "base/work.h"

static struct str folded(struct buf *b, void (*fold)(struct buf *, struct str), const char *s)
{
    b->n = 0;
    fold(b, str_of(s));
    return buf_slice(b);
}

/* Work that fails when its block `bad` is fetched, with blocks that take their time. */
struct broken {
    int fetched, bad, handed_on;
};
static int fetch_until_bad(void *ctx, void *block)
{
    struct broken *x = ctx;
    *(int *)block = x->fetched;
    return x->fetched++ == x->bad ? -1 : 1;
}
static bool take_time(void *ctx, void *block, unsigned thread)
{
    (void)ctx, (void)block, (void)thread;
    usleep(20000);
    return true;
}
static bool count_in_order(void *ctx, void *block)
{
    struct broken *x = ctx;
    return *(int *)block == x->handed_on++;
}
static void breaking_off(unsigned threads)
{
    struct broken x = {.bad = 5};
    const struct work w = {
        .ctx = &x, .block_bytes = sizeof(int), .fetch = fetch_until_bad, .run = take_time, .hand_on = count_in_order};
    CHECK(!work_run(&w, threads) && x.handed_on == 5,
          "five blocks before one that cannot be fetched are handed on by %u threads: %d", threads, x.handed_on);
}

int main(void)
{
    struct buf b = {0};
    breaking_off(1);
    breaking_off(4);
    CHECK_STR(str_trim(str_of(" \xE3\x80\x80 张三\xC2\xA0\n")), "张三", "blanks of every kind are trimmed");
    CHECK_STR(folded(&b, text_name, "张　伟 "), "张伟", "a name loses its inner blanks");
    CHECK_STR(folded(&b, text_name, "买买提•艾力"), "买买提·艾力", "a bullet in a name becomes U+00B7");
    CHECK_STR(folded(&b, text_name, "买买提.艾力"), "买买提·艾力", "a full stop between Han characters becomes U+00B7");
    CHECK_STR(folded(&b, text_name, "John Smith"), "John Smith", "a Latin name keeps its blank");
    CHECK_STR(folded(&b, text_name, "y\xC2\xA0\xC2\xA8"), "y", "a mark that stands alone is none of the letter before it");
    CHECK_STR(folded(&b, text_name, "John  Smith \x7F"), "John Smith", "but one only, and none before what is dropped");
    CHECK_STR(folded(&b, text_heading_key, "姓 名*"), "姓名", "a heading is matched without blanks and asterisks");
    CHECK_STR(folded(&b, text_heading_key, "出生年月\n(如1985.06)"), "出生年月", "a bracketed hint is dropped");
    CHECK_STR(folded(&b, text_heading_key, "出生年月(如1985.06):"), "出生年月", "so is a full-width one");
    CHECK_STR(folded(&b, text_heading_key, "(备注)"), "备注", "a heading that is all hint keeps its words");
    CHECK_STR(folded(&b, text_nfkc, "１５３Ａ"), "153A", "full-width digits and letters become plain");
    CHECK(text_width(str_of("张a")) == 3, "a Han character is two columns wide");
    size_t bad;
    CHECK(!text_valid(str_of("ab\xFFz"), &bad) && bad == 2, "a byte that is not UTF-8 is found");
    CHECK(near_distance(str_of("云翠社区"), str_of("云萃社区"), 3) == 1, "one character apart is distance 1");
    struct near n = near_start(str_of("catgory"));
    near_try(&n, str_of("name"));
    near_try(&n, str_of("category"));
    CHECK_STR(n.found, "category", "the nearest name is found");
    struct map m = {0};
    for (int i = 0; i < 1000; i++) {
        b.n = 0;
        buf_int(&b, i);
        map_at(&m, buf_slice(&b), NULL)->value = (uint64_t)i;
    }
    CHECK(m.n == 1000 && map_find(&m, STR("617"))->value == 617 && !map_find(&m, STR("x")), "a map finds what was put");
    map_free(&m);
    buf_free(&b);
    return tap_end();
}
