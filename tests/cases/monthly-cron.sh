#!/usr/bin/env bash
# The month's work as cron does it: on the 1st, for the month that has just ended.
. "$TESTS/lib.sh"
export VET_BY=cron
mkdir -p survey/inbox
cat >survey/units.csv <<'CSV'
code,parent,level,name,aliases,leader,phone
s,,station,榆山街道,,,
s1,s,community,云翠社区,云翠,,
s1a,s1,grid,第1网格,,,
b1,s1a,building,1号楼,,王楼长,13800000001
b2,s1a,building,2号楼,,李楼长,13800000002
CSV
head='姓名,身份证号,联系电话,人员类别,社区,网格,楼栋'
printf '%s\n张三,370124195001011012,13900000001,退役士兵,云翠社区,第1网格,1号楼\n,,,,云翠社区,第1网格,1号楼\n' "$head" >survey/inbox/1号楼.csv
sed -i '3s/^,/,370124195211070029/' survey/inbox/1号楼.csv
month() { VET_NOW=$1T07:00:00 "$TOP/scripts/monthly" survey "${@:2}"; }
state() { grep ",$2," "survey/reports/$1-coverage.csv" | cut -d, -f3-5; }

status "October's run, on the 1st of November: a row lacks a name" 1 month 2026-11-01 2026-10
same "the building that sent its sheet has handed in for October" "b1,1号楼,退回" "$(state 2026-10 b1)"
same "the other has not" "b2,2号楼,未交" "$(state 2026-10 b2)"
check "its workbook is there" test -s survey/reports/2026-10.xlsx
check "and so is a copy of the store from before" test -s survey/backups/before-2026-10.db
check "the row goes back to its building leader" test -n "$(ls survey/reports/2026-10-returns)"

printf '%s\n李四,370124196002290038,13900000002,退役士兵,云翠社区,第1网格,2号楼\n' "$head" >survey/inbox/2号楼.csv
head -c 3000 /dev/urandom | sed '1s/^/PK/' >survey/inbox/照片.xlsx
status "November's: a file that is no sheet does not stop the month" 3 month 2026-12-01 2026-11
has "it is named" err "照片.xlsx"
same "October's sheet, still in the inbox, does not count for November" "b1,1号楼,未交" "$(state 2026-11 b1)"
same "the new one does" "b2,2号楼,已交" "$(state 2026-11 b2)"
same "both persons are in the store" 2 "$(vet-export -d survey/vet.db --mask public | tail -n +2 | wc -l)"
check "and November's workbook is made" test -s survey/reports/2026-11.xlsx
rm survey/inbox/照片.xlsx
status "the month can be done again; the row is still to be put right" 1 month 2026-12-01 2026-11
check "and its backup is still that from before it" test "$(ls survey/backups)" = "before-2026-10.db
before-2026-11.db"

mv survey/units.csv units.csv
rm -rf survey/vet.db*
status "with no units file nothing is begun" 3 month 2026-12-01 2026-11
check "and no store is left" test ! -e survey/vet.db
finish
