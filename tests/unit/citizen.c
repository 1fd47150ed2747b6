/* Citizen id numbers: the vectors of the standard and of its commentators, and what may never be mended. */
#include "tap.h"

#include "base/str.h"
#include "ledger/citizen.h"

static enum diag_code read_text(const char *text, struct citizen *c)
{
    return citizen_read(str_of(text), false, (struct date){2020, 10, 31}, c);
}

int main(void)
{
    static const char *const valid[] = {"11010519491231002X", "440524188001010014", "440308199901101512", "371001198010082394",
                                        "370101190102039973", "110101199003072316", "51343620000320711X", "810000199408230021",
                                        "830000199201300022", "370124195001011012", "370124195211070029", "370124196002290038",
                                        "370124197812240053", "370124198506150011", "37012419991001004X"};
    struct citizen c;
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        CHECK(read_text(valid[i], &c) == DIAG_NONE && memcmp(c.id, valid[i], 18) == 0, "%s is right", valid[i]);
    static const struct {
        const char *text;
        enum diag_code code;
    } wrong[] = {{"345955198706122245", DIAG_ID_CHECKSUM},
                 {"110101199003071234", DIAG_ID_CHECKSUM},
                 {"110105199001011234", DIAG_ID_CHECKSUM},
                 {"370124195002290038", DIAG_ID_BIRTH_INVALID},
                 {"370124202101010011", DIAG_ID_BIRTH_INVALID},
                 {"3701241950010110", DIAG_ID_LENGTH},
                 {"3701241950010110123", DIAG_ID_LENGTH},
                 {"X70124195001011012", DIAG_ID_LENGTH},
                 {"身份证丢失", DIAG_ID_LENGTH},
                 {"3.70124E+17", DIAG_ID_PRECISION_LOST},
                 {"3.70124195001011E+17", DIAG_ID_PRECISION_LOST},
                 {"3.70124195001011E+017", DIAG_ID_PRECISION_LOST},
                 {"370124195001011000", DIAG_ID_PRECISION_LOST},
                 {"351030001351351000", DIAG_ID_PRECISION_LOST}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(read_text(wrong[i].text, &c) == wrong[i].code, "%s is refused: %s", wrong[i].text, diag_code_string(wrong[i].code));
    CHECK(citizen_check("51310119820113001") == '4', "the check character of 51310119820113001 is 4");
    CHECK(read_text("110105491231002", &c) == DIAG_NONE && memcmp(c.id, "11010519491231002X", 18) == 0 &&
              c.notices == CITIZEN_RAISED,
          "15 digits become 18 with the century and the check character");
    CHECK(read_text("370124850606100", &c) == DIAG_ID_PRECISION_LOST,
          "15 digits of which 18 end in 000 are refused now, as those are when they come in again");
    CHECK(read_text("370124850615995", &c) == DIAG_NONE && c.birth.year == 1985, "number 995 is one like the others");
    for (int k = 996; k <= 999; k++) {
        char old[16];
        snprintf(old, sizeof old, "370124850615%d", k);
        CHECK(read_text(old, &c) == DIAG_ID_BIRTH_INVALID,
              "number %d was kept for those born in the 1800s: no century is put before it, and it is flagged", k);
    }
    CHECK(read_text("37012419991001004×", &c) == DIAG_NONE && c.notices == CITIZEN_LETTERS, "a multiplication sign is X");
    CHECK(read_text("11010519491231002X", &c) == DIAG_NONE && !c.male && c.birth.year == 1949 && c.birth.month == 12 &&
              c.birth.day == 31,
          "sex and birth date are in it");
    CHECK(citizen_read(STR("370124198506150011"), true, (struct date){0, 0, 0}, &c) == DIAG_ID_PRECISION_LOST,
          "18 digits from a number cell are never believed, right or not");
    CHECK(read_text("370124195001011013", &c) == DIAG_ID_CHECKSUM, "a wrong digit is named, not mended");

    /* Every single wrong digit and every swap of neighbours is found. */
    unsigned missed = 0;
    for (size_t v = 0; v < sizeof valid / sizeof *valid; v++)
        for (int i = 0; i < 17; i++) {
            char id[19];
            for (char d = '0'; d <= '9'; d++) {
                memcpy(id, valid[v], 19);
                id[i] = d;
                missed += d != valid[v][i] && read_text(id, &c) == DIAG_NONE;
            }
            memcpy(id, valid[v], 19);
            char t = id[i];
            if (id[i + 1] == 'X') continue;
            id[i] = id[i + 1];
            id[i + 1] = t;
            missed += id[i] != id[i + 1] && read_text(id, &c) == DIAG_NONE;
        }
    CHECK(missed == 0, "no single wrong digit and no swap of neighbours passes (%u did)", missed);
    return tap_end();
}
