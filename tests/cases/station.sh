# shellcheck shell=bash
# The demo station of the real size: over 1,000 files in mixed layouts, read and compared with what its people really are.
. "$TESTS/lib.sh"
make-station station || exit 1
sum() { sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" station/truth.json; }
fate() { sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" stats.json | head -1; }
export VET_UNITS=station/units.csv
status "some rows have to go home, so importing ends with 1" 1 vet-import -q --stats stats.json --rejects rejects.csv station/sheets/*
mv out records.csv
bash "$TESTS/score.sh" station/truth.csv records.csv rejects.csv stats.json >score.txt
check "every row of every sheet is wholly right ($(tail -1 score.txt))" bash "$TESTS/score.sh" station/truth.csv records.csv rejects.csv stats.json
same "the rows that go home are those without a name" "$(sum rejected)" "$(fate rejected)"
same "the buildings with nobody have said so" "$(sum nil)" "$(fate nil)"
same "records, rejected rows and nobody-rows are all the rows there are" "$(($(sum rows) - $(sum rejected)))" "$(fate new)"
status "importing with one thread ends the same" 1 vet-import -q --threads 1 --stats stats1.json station/sheets/*
check "and gives the same bytes" cmp records.csv out
check "and the same accounts" cmp stats.json stats1.json
finish
