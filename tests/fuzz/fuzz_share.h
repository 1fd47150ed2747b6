/* For targets that need share/: where it is, and things of it that are opened once. */
#ifndef VET_TESTS_FUZZ_SHARE_H
#define VET_TESTS_FUZZ_SHARE_H

#include "fuzz.h"
#include "ledger/schema.h"
#include "ledger/units.h"

static inline const char *share_folder(void)
{
    const char *s = getenv("VET_SHARE");
    return s ? s : "share";
}

static inline const struct schema *person_ledger(void)
{
    static const struct schema *s;
    struct diag d;
    diag_init(&d, NULL, NULL);
    if (!s) s = schema_open(share_folder(), "person", &d);
    must(s, "run me from the top of the checkout, or with VET_SHARE");
    return s;
}

/* A station of two communities, two grids and three buildings; 5号楼 is in both grids. */
static inline const struct units *some_units(void)
{
    static struct units *u;
    static const char *const V[][5] = {
        {"S", "", "station", "榆山街道退役军人服务站", ""},
        {"C1", "S", "community", "云翠社区", "云翠;云翠居委会"},
        {"C2", "S", "community", "锦东社区", ""},
        {"G1", "C1", "grid", "第1网格", ""},
        {"G2", "C2", "grid", "第2网格", ""},
        {"B1", "G1", "building", "5号楼", ""},
        {"B2", "G1", "building", "12号楼", "甲楼"},
        {"B3", "G2", "building", "5号楼", ""},
    };
    if (u) return u;
    struct diag d;
    diag_init(&d, NULL, NULL);
    u = units_new();
    const struct str none = {NULL, 0};
    for (size_t i = 0; i < sizeof V / sizeof *V; i++)
        units_add(u, str_of(V[i][0]), str_of(V[i][1]), str_of(V[i][2]), str_of(V[i][3]), str_of(V[i][4]), none, none, none, none);
    must(units_ready(u, "units", &d), "the units are sound");
    return u;
}
#endif
