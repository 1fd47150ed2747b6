/* Masks: what each audience sees, and that it is never all. */
#include "tap.h"

#include "base/mask.h"
#include "base/text.h"

static const char *masked(enum mask_profile p, enum mask m, const char *text)
{
    static char out[200];
    struct buf b = {0};
    mask_write(&b, p, m, str_of(text));
    snprintf(out, sizeof out, "%s", buf_text(&b));
    buf_free(&b);
    return out;
}
static void shows(enum mask_profile p, enum mask m, const char *text, const char *want)
{
    static const char *const profiles[] = {"none", "internal", "public"};
    const char *got = masked(p, m, text);
    CHECK(strcmp(got, want) == 0, "%s is %s for %s (%s)", text, want, profiles[p], got);
}

int main(void)
{
    shows(PROFILE_NONE, MASK_ID, "370124198506150011", "370124198506150011");
    shows(PROFILE_INTERNAL, MASK_ID, "370124198506150011", "370124********0011");
    shows(PROFILE_PUBLIC, MASK_ID, "370124198506150011", "3*****************");
    shows(PROFILE_INTERNAL, MASK_ID, "3701241985", "37012*****");
    shows(PROFILE_INTERNAL, MASK_NAME, "李四光", "李**");
    shows(PROFILE_INTERNAL, MASK_NAME, "李四", "李*");
    shows(PROFILE_INTERNAL, MASK_NAME, "买买提·艾力", "买*****");
    shows(PROFILE_INTERNAL, MASK_PHONE, "13812345678", "138****5678");
    shows(PROFILE_INTERNAL, MASK_PHONE, "13812345678;0531-87654321", "138****5678;053******4321");
    shows(PROFILE_PUBLIC, MASK_PHONE, "13812345678", "1**********");
    shows(PROFILE_INTERNAL, MASK_PHONE, "123456", "123***");
    shows(PROFILE_INTERNAL, MASK_ADDRESS, "锦东小区5号楼2单元301", "锦东小区5号****");
    shows(PROFILE_PUBLIC, MASK_ADDRESS, "锦东小区5号楼2单元301", "锦东小***");
    shows(PROFILE_INTERNAL, MASK_DATE, "1985-06-15", "1985");
    shows(PROFILE_INTERNAL, MASK_TEXT, "家中有重病人", "家***");
    shows(PROFILE_PUBLIC, MASK_TEXT, "家中有重病人", "***");
    shows(PROFILE_INTERNAL, MASK_NAME, "", "");
    bool hidden = true;
    static const char *const texts[] = {"李",   "李四",         "12", "1234567", "37012419850615001", "370124198506150011",
                                        "锦东", "锦东小区5号楼"};
    for (int p = PROFILE_INTERNAL; p <= PROFILE_PUBLIC; p++)
        for (int m = MASK_NAME; m <= MASK_TEXT; m++)
            for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
                if (m != MASK_DATE && text_length(str_of(texts[i])) > 1)
                    hidden = hidden && strstr(masked((enum mask_profile)p, (enum mask)m, texts[i]), texts[i]) == NULL;
    CHECK(hidden, "no mask leaves a value of two characters or more whole");
    shows(PROFILE_INTERNAL, MASK_ID, masked(PROFILE_INTERNAL, MASK_ID, "370124198506150011"), "370124********0011");
    enum mask_profile p;
    CHECK(mask_profile_of(STR("public"), &p) && p == PROFILE_PUBLIC && !mask_profile_of(STR("all"), &p), "profiles have names");
    return tap_end();
}
