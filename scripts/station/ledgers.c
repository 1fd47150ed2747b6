#include "ledgers.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"

/* The year of the station in its other ledgers, of the size that a station of this size has. */

struct writing {
    const struct station *s;
    struct dice dice;
    const struct building **homes; /* of each person */
    int *chosen;                   /* people who can be told by their names, in an order of no meaning */
    int n;
    bool failed;
};

/* Names that several people have would make them one where an id is missing. */
static bool name_alone(const struct station *s, int person)
{
    for (int i = 0; i < PEOPLE; i++)
        if (i != person && strcmp(s->people[i].name, s->people[person].name) == 0) return false;
    return true;
}

static void choose(struct writing *w)
{
    const struct station *s = w->s;
    w->homes = mem_zero(PEOPLE, sizeof *w->homes);
    w->chosen = mem_zero(PEOPLE, sizeof *w->chosen);
    for (int b = 0; b < s->n_buildings; b++)
        for (int i = 0; i < s->buildings[b].n; i++) {
            const struct building **home = &w->homes[s->residents[s->buildings[b].first + i].person];
            if (!*home) *home = &s->buildings[b];
        }
    for (int i = 0; i < PEOPLE; i++)
        if (s->people[i].id_known && name_alone(s, i)) w->chosen[w->n++] = i;
    for (int i = w->n - 1; i > 0; i--) {
        int k = (int)roll(&w->dice, (uint32_t)i + 1), swap = w->chosen[i];
        w->chosen[i] = w->chosen[k];
        w->chosen[k] = swap;
    }
}

static FILE *ledger(struct writing *w, const char *name, const char *heading)
{
    struct buf path = {0};
    buf_printf(&path, "%s/ledgers/%s.csv", w->s->folder, name);
    FILE *f = fopen(buf_text(&path), "wb");
    if (!f) {
        perror(path.s);
        w->failed = true;
    } else {
        fprintf(f, "%s\n", heading);
    }
    buf_free(&path);
    return f;
}

static void done(struct writing *w, FILE *f)
{
    if (f && fclose(f) != 0) w->failed = true;
}

/* "姓名,性别,身份证号,联系电话,社区,网格" */
#define WHO "姓名,性别,身份证号码,联系电话,社区,网格"
static void put_who(const struct writing *w, FILE *f, int person)
{
    const struct person *p = &w->s->people[person];
    const struct grid *g = &w->s->grids[w->homes[person]->grid];
    fprintf(f, "%s,%s,%s,%s,%s,第%d网格", p->name, p->man ? "男" : "女", p->id, p->phone, COMMUNITY_NAMES[g->community], g->number);
}

/* 267 at each festival, most of them at both.  *visited: how many of those found on the sheets. */
static void write_visits(struct writing *w, int *visited)
{
    enum { VISITED = 267, AT_BOTH = 230 };
    FILE *f = ledger(w, "visit", "年度,节日,慰问日期,品名,金额," WHO);
    *visited = 0;
    for (int i = 0; f && i < 2 * VISITED - AT_BOTH && i < w->n; i++) {
        *visited += w->s->seen[w->chosen[i]];
        for (int august = 0; august < 2; august++) {
            if (august ? i < VISITED - AT_BOTH : i >= VISITED) continue;
            fprintf(f, "2020,%s,%s,米面油,%d,", august ? "八一" : "春节", august ? "2020-07-30" : "2020-01-20", 200 + 100 * august);
            put_who(w, f, w->chosen[i]);
            fputc('\n', f);
        }
    }
    done(w, f);
}

/* Twelve families, four of them helped with 30,000 yuan in all. */
static void write_hardship(struct writing *w)
{
    static const char *const CAUSES[] = {"服役致残或重病", "长期失业", "旧伤复发", "突发事件"};
    static const int PAID[] = {10000, 8000, 7000, 5000};
    FILE *f = ledger(w, "hardship", "致困原因,救助类型,申请日期,状态,救助金额," WHO);
    for (int i = 0; f && i < 12; i++) {
        fprintf(f, "%s,%s,2020-%02d-15,%s,", CAUSES[i % 4], i % 3 ? "临时救助" : "医疗救助", 1 + i % 9,
                i < 4 ? "已救助" : "申请中");
        if (i < 4) fprintf(f, "%d", PAID[i]);
        fputc(',', f);
        put_who(w, f, w->chosen[w->n - 1 - i]);
        fputc('\n', f);
    }
    done(w, f);
}

static void write_petitions(struct writing *w)
{
    static const char *const KINDS[] = {"退役安置", "优抚待遇", "社会保险", "帮扶援助", "创业就业"};
    FILE *f = ledger(w, "petition", "案号,受理日期,问题类型,来源,人数,处理状态,办结日期,是否历史积案," WHO);
    for (int i = 0; f && i < 5; i++) {
        fprintf(f, "YS2020-%03d,2020-0%d-10,%s,来访,%d,已办结,2020-0%d-28,是,", i + 1, i + 2, KINDS[i], 1 + i % 2, i + 3);
        put_who(w, f, w->chosen[w->n - 20 - i]);
        fputc('\n', f);
    }
    done(w, f);
}

static void write_proxies(struct writing *w)
{
    static const char *const ITEMS[] = {"优待证", "光荣牌", "社会保险", "医疗保险", "组织关系", "档案"};
    FILE *f = ledger(w, "proxy", "日期,代办事项,代办人,回访满意度," WHO);
    for (int i = 0; f && i < 480; i++) {
        fprintf(f, "2020-%02d-%02d,%s,联络员,%s,", 1 + i % 10, 1 + i % 28, ITEMS[i % 6], i % 9 ? "非常满意" : "满意");
        put_who(w, f, w->chosen[(600 + i) % w->n]);
        fputc('\n', f);
    }
    done(w, f);
}

static void write_volunteers(struct writing *w)
{
    FILE *f = ledger(w, "volunteer", "队伍,加入日期,状态," WHO);
    for (int i = 0; f && i < 67; i++) {
        fprintf(f, "%s,2019-09-01,在队,", i % 2 ? "老兵先锋队" : "红色宣讲队");
        put_who(w, f, w->chosen[1200 + i]);
        fputc('\n', f);
    }
    done(w, f);
}

/* Ledgers of events that are nobody's own. */
static void write_events(struct writing *w)
{
    FILE *f = ledger(w, "activity", "队伍,日期,主题,参加人数,时长");
    for (int i = 0; f && i < 8; i++)
        fprintf(f, "%s,2020-%02d-08,%s,%d,2\n", i % 2 ? "老兵先锋队" : "红色宣讲队", 2 + i, i % 3 ? "环境整治" : "红色宣讲",
                15 + i);
    done(w, f);
    f = ledger(w, "fund", "活动名称,日期,类别,受益人数,金额");
    static const char *const FUND[][2] = {
        {"春节走访", "走访"}, {"关爱眼科", "助医"}, {"八一走访", "走访"}, {"金秋助学", "助学"}, {"重阳敬老", "其他"}};
    for (int i = 0; f && i < 5; i++)
        fprintf(f, "%s,2020-%02d-05,%s,%d,%d\n", FUND[i][0], 1 + 2 * i, FUND[i][1], 10 + i, 800 + 100 * i);
    done(w, f);
    f = ledger(w, "jobfair", "名称,形式,日期,参会企业数,岗位数,参加退役军人数,签约数");
    static const char *const FAIRS[][2] = {{"春季招聘会", "现场"}, {"网络招聘会", "网络"}, {"项目推介会", "推介会"}};
    for (int i = 0; f && i < 3; i++)
        fprintf(f, "%s,%s,2020-%02d-18,%d,%d,%d,%d\n", FAIRS[i][0], FAIRS[i][1], 3 + 3 * i, 20 + i, 300 + i, 90 + i, 12 + i);
    done(w, f);
    f = ledger(w, "loan", "创业项目,批准金额,放款日期,还款状态," WHO);
    if (f) {
        fprintf(f, "家庭农场,200000,2020-05-20,已放款,");
        put_who(w, f, w->chosen[w->n - 40]);
        fputc('\n', f);
    }
    done(w, f);
}

bool station_write_ledgers(const struct station *s, uint64_t seed, int *visited)
{
    struct writing w = {.s = s, .dice = {seed ^ 0x1ED6E2}};
    struct buf folder = {0};
    buf_printf(&folder, "%s/ledgers", s->folder);
    mkdir(buf_text(&folder), 0700);
    buf_free(&folder);
    choose(&w);
    write_visits(&w, visited);
    write_hardship(&w);
    write_petitions(&w);
    write_proxies(&w);
    write_volunteers(&w);
    write_events(&w);
    free(w.homes);
    free(w.chosen);
    return !w.failed;
}
