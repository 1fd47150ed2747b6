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
# The store of the same month, with its other ledgers: what the reports say is what was made.
export VET_DB=$PWD/station.db VET_NOW=2020-11-01T08:00:00 VET_PERIOD=2020-10
vet-import -q station/sheets/* 2>messages.txt || true
for file in station/ledgers/*.csv; do
    name=${file##*/}
    status "the ledger ${name%.csv} has nothing to complain of" 0 vet-import -q --ledger "${name%.csv}" --place 榆山街道退役军人服务站 "$file"
    same "not even a flag" "" "$(cat err)"
done
vet-dedupe -q
vet-report -r visits -t csv >visits.csv
figure() { grep "^走访情况,1,$1,value," visits.csv | cut -d, -f5; }
same "as many people were found as are on the sheets" "$(sum found)" "$(figure 1)"
same "as many of them were visited as the ledger has" "$(sum visited)" "$(figure 2)"
same "267 were visited at each festival" "267 八一 267 春节" \
    "$(vet-export --ledger visit | cut -d, -f2 | grep -e 春节 -e 八一 | sort | uniq -c | awk '{ print $1, $2 }' | sort -k2 | tr '\n' ' ' | sed 's/ $//')"
same "who was not visited is on the list" "$(figure 3)" "$(grep -c '^未走访,1,[0-9]*,name,' visits.csv)"
vet-report -r ledger --ledger hardship -t csv >hardship.csv
same "twelve families are in need" 12 "$(grep '^汇总,1,1,value,' hardship.csv | cut -d, -f5)"
has "four of them were helped with 30,000 yuan" hardship.csv "sum_amount,30000"
# What is written out comes in again as it was: in a pipe, and into another store.
values() { awk -F, -v without="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ without) no[i] = 1 } { out = ""; for (i = 1; i <= NF; i++) if (!(i in no)) out = out FS $i; print out }' | sort; }
env -u VET_DB vet-import -q -u station/units.csv records.csv 2>/dev/null | values '^_(file|sheet|row)$' >again.txt
check "records that are imported again have the same values and flags" cmp <(values '^_(file|sheet|row)$' <records.csv) again.txt
vet-export -q >moved.csv
vet-store -q -d other.db -u station/units.csv init
vet-import -q -d other.db moved.csv 2>/dev/null
check "and what a store exports makes another store of the same records" cmp <(values '^_entity$' <moved.csv) <(vet-export -q -d other.db | values '^_entity$')
finish
