# shellcheck shell=bash
# The same bytes once more: nothing changes, unless the command is told to read them otherwise.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_DB=$PWD/v.db VET_NOW=2020-09-10T08:00:00
vet-store -q -u "$TESTS/corpus/good-import-units.csv" init
printf '%s\n' '姓名,身份证号' '本楼无退役军人,' >云翠社区_1网格_1号楼.csv
printf '%s\n' '姓名,身份证号' '张甲,370124195001011012' >云翠社区_1网格_2号楼.csv
state() { vet-aggregate --coverage -p "$1" --level building | sed -n "s/^[^,]*,building,$2,[^,]*,\([^,]*\),.*/\1/p"; }

# What the advice of a message says has to work.
printf '%s\n' '活动名称,日期,花了' '关爱眼科,2020-08-01,5000' '走访,2020-08-02,300' >fund.csv
status "rows that nothing says the place of are rejected" 1 vet-import --ledger fund fund.csv
has "and the message names an option" err "--place"
status "with it the same file is taken" 0 vet-import -q --ledger fund --place 云翠社区 --stats stats.json fund.csv
has "as new rows, not as rows that are there already" stats.json '"new": 2, "updated": 0, "unchanged": 0'
same "they are in the store" 2 "$(vet-export -q --ledger fund | tail -n +2 | wc -l)"
same "and nothing is left to be put right" 0 "$(vet-export -q --ledger fund --rejects | tail -n +2 | wc -l)"
status "with --map too" 0 vet-import -q --ledger fund --place 云翠社区 --map 花了=amount --stats stats.json fund.csv
has "the column is read now" stats.json '"updated": 2'
same "and its values are in the store" "5000 300" "$(vet-export -q --ledger fund -t json | sed 's/.*"amount":"\([0-9]*\)".*/\1/' | tr '\n' ' ' | sed 's/ $//')"
status "read in the same way again" 0 vet-import -q --ledger fund --place 云翠社区 --map 花了=amount --stats stats.json fund.csv
has "it changes nothing" stats.json '"new": 0, "updated": 0, "unchanged": 2'
printf '%s\n' '社区,网格,楼栋,姓名,身份证号' '云翠,3网格,12号楼,王乙,370124195211070028' >strict.csv
status "--strict rejects what would be flagged" 1 vet-import -q --strict strict.csv
status "without it the same file is taken" 0 vet-import -q --stats stats.json strict.csv
has "and is new" stats.json '"new": 1'

# A sheet without a date, handed in every month as it is.
vet-import -q -p 2020-09 云翠社区_*.csv
same "in September both buildings have handed in" "零报告 已交" "$(state 2020-09 C1G1B1) $(state 2020-09 C1G1B2)"
status "the same files in September" 0 vet-import -p 2020-09 云翠社区_*.csv
same "are nothing to speak of" "" "$(cat err)"
export VET_NOW=2020-10-12T08:00:00
status "the same files in October" 0 vet-import -p 2020-10 云翠社区_*.csv
has "may be old ones: that is said, once" err "2 files, 云翠社区_1网格_1号楼.csv the first, were taken for another month already (2020-09)"
same "in one message" 1 "$(wc -l <err)"
same "and the buildings have not handed in" "未交 未交" "$(state 2020-10 C1G1B1) $(state 2020-10 C1G1B2)"
status "when it is said when they came" 0 vet-import -p 2020-10 --survey-date 2020-10-10 云翠社区_*.csv
same "they have" "零报告 已交" "$(state 2020-10 C1G1B1) $(state 2020-10 C1G1B2)"
same "and the person is the one who was there" 1 "$(vet-export -q --where "name = '张甲'" | tail -n +2 | wc -l)"
status "from then on the files are October's too" 0 vet-import -p 2020-10 云翠社区_*.csv
same "and nothing is said" "" "$(cat err)"
status "the store is sound" 0 vet-store -q verify
finish
