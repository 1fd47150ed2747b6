# shellcheck shell=bash
# vet-report -r visits and -r ledger: who has not been visited, and any ledger's sums and records.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_DB=$PWD/vet.db VET_NOW=2026-08-10T08:00:00 VET_PERIOD=2026-08
town
cat >people.csv <<'CSV'
姓名,性别,身份证号,联系电话,人员类别,现住址,社区,网格,楼栋
张建国,男,370124195001011012,13800000001,残疾军人,锦东小区1号楼101,云翠社区,第1网格,1号楼
李卫东,女,370124195211070029,13800000002,退役士兵,锦东小区1号楼102,云翠社区,第1网格,1号楼
王丙,男,,13800000003,退役士兵,锦东小区2号楼201,云翠社区,第1网格,2号楼
王丙,男,,13900000009,退役士兵,锦东小区1号楼901,锦东社区,第1网格,1号楼
赵丁,女,37012419991001004X,,现役军人家属,锦东小区1号楼301,锦东社区,第1网格,1号楼
张建国,男,370124195001011012,13800000001,残疾军人,锦东小区1号楼101,锦东社区,第1网格,1号楼
CSV
cat >visits.csv <<'CSV'
年度,节日,姓名,身份证号,联系电话,品名,金额,慰问日期,社区
2026,春节,张建国,370124195001011012,,米面油,200,2026-02-10,云翠社区
2026,八一,张建国,370124195001011012,,米面油,300,2026-07-30,云翠社区
2025,八一,李卫东,370124195211070029,,米面油,300,2025-07-30,云翠社区
2026,八一,王丙,,13800000003,米面油,0.5,2026-07-30,
2026,八一,赵丁,370124198506150011,,米面油,100,2026-07-30,锦东社区
CSV
vet-import -q -u units.csv people.csv 2>err || true
vet-dedupe -q 2>>err || true
status "before anybody was visited, nobody was" 0 vet-report -q -r visits -t csv
same "and all are on the list, each person once" 5 "$(grep -c '^未走访,1,[0-9]*,name,' out)"
vet-import -q --ledger visit visits.csv 2>err || true
same "the visits were taken" 5 "$(($(vet-export --ledger visit | wc -l) - 1))"
vet-report -r visits -t text >visits.txt
golden "who was visited this year, and who was not" report-visits.txt visits.txt
vet-report -r visits -t csv >visits.csv.out
list() { grep "^$1,1,[0-9]*,name," visits.csv.out | cut -d, -f5 | tr '\n' ' ' | sed 's/ $//'; }
same "another year's visit is none; another man of the name is not he; another id is another person" "李** 王* 赵*" "$(list 未走访)"
same "each festival has its own list" "李** 王* 王* 赵*" "$(list 春节未走访)"
same "who was visited twice stands out, though he has two records" "张**" "$(list 多次走访)"
has "addresses and telephones are masked" visits.txt "138****0002"
same "no name stands there whole" "" "$(grep -e 李卫东 -e 13800000002 visits.txt)"
vet-report -r visits -o visits.xlsx
cat >look.py <<'PY'
import openpyxl
w = openpyxl.load_workbook("visits.xlsx")
print(" ".join(w.sheetnames))
print([s.tx.strRef.f.split("!")[1] for c in w.worksheets[0]._charts for s in c.series])
PY
mapfile -t seen < <(/usr/bin/python3 look.py 2>/dev/null)
same "the workbook has the lists" "走访情况 未走访 春节未走访 八一未走访 多次走访" "${seen[0]}"
same "its chart has counts only, no shares among them" "['\$B\$16', '\$D\$16']" "${seen[1]}"
vet-report -r visits --explain '走访情况!B7' >behind.csv
same "a figure of the visits has its people behind it" "李** 王* 赵*" "$(tail -n +2 behind.csv | cut -d, -f4 | tr '\n' ' ' | sed 's/ $//')"
vet-report -r visits --explain '走访情况!D17' >behind.csv
same "so has a number of the communities" "李**" "$(tail -n +2 behind.csv | cut -d, -f4)"
status "without a store there are no visits" 2 env -u VET_DB vet-report -r visits people.csv

cat >hardship.csv <<'CSV'
姓名,身份证号码,致困原因,救助类型,申请日期,救助金额,状态,社区,网格,楼栋
张建国,370124195001011012,因病,临时救助,2026-03-01,3000,已发放,云翠社区,第1网格,1号楼
张建国,370124195001011012,因灾,临时救助,2026-05-01,1500.5,已发放,云翠社区,第1网格,1号楼
赵丁,37012419991001004X,因病,临时救助,2026-05-02,800,待审核,锦东社区,第1网格,1号楼
CSV
vet-import -q --ledger hardship hardship.csv 2>err || true
vet-report -r ledger --ledger hardship -t text >ledger.txt
golden "any ledger has its sums and its records" report-ledger.txt ledger.txt
same "columns that nobody filled in leave room for the others" "" "$(grep 疾病名称 ledger.txt)"
has "a person's events all count" ledger.txt "临时救助       3  100.0    5300.5"
status "the records behind a sum are those of its line" 0 vet-report -r ledger --ledger hardship --explain '汇总!D10'
same "all of them" 3 "$(($(wc -l <out) - 1))"
vet-report -r monthly -t text >monthly.txt
same "the month's report counts every ledger" "困难退役军人帮扶台账 3" "$(grep ^困难退役军人帮扶台账 monthly.txt | tr -s ' ')"
same "each with its records behind it" 5 "$(($(vet-report -r monthly --explain '台账!B5' | wc -l) - 1))"
status "a ledger that is not there is told" 2 vet-report -r ledger --ledger hardships
status "a report of one ledger takes no other" 2 vet-report -r roster --ledger hardship
has "and says which goes" err "-r ledger"
status "records of a stream have their ledger's report, too" 0 env -u VET_DB sh -c 'vet-import -q -u units.csv --ledger hardship hardship.csv 2>err | vet-report -u units.csv -r ledger --ledger hardship -t text >stream.txt'
has "with the same sums" stream.txt "临时救助       3  100.0    5300.5"
finish
