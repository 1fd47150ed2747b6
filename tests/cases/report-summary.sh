# shellcheck shell=bash
# vet-report -r summary: a workbook from a stream of rollups or records.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_PERIOD=2026-11
cat >units.csv <<'CSV'
code,parent,level,name,aliases,leader,phone
S,,station,=榆山街道退役军人服务站,,,
S1,S,community,云翠社区,,,
S2,S,community,+锦东社区,,,
S3,S,community,空社区,,,
S11,S1,grid,第1网格,,,
S21,S2,grid,第2网格,,,
CSV
cat >people.csv <<'CSV'
name,category,sex,amount,unit
张甲,退役士兵,男,10.5,S11
李乙,退役士兵,女,20,S11
王丙,烈士遗属,男,,S21
赵丁,"=HYPERLINK(""http://x"")",男,0.1,S21
CSV
vet-aggregate -u units.csv --level grid --by category,sex --sum amount people.csv >grid.csv
vet-report -r summary -u units.csv grid.csv -o a.xlsx
vet-report -r summary -u units.csv <grid.csv >b.xlsx
check "a file and standard input give the same bytes" cmp a.xlsx b.xlsx
sleep 1.1
vet-report -r summary -u units.csv --threads 1 grid.csv -o c.xlsx
check "the same input gives the same bytes later" cmp a.xlsx c.xlsx
same "the workbook is for its owner only" "600" "$(stat -c %a a.xlsx)"
vet-report -r summary -u units.csv -t text grid.csv >text.txt
golden "a clerk reads the sums by community and category, with a total" report-summary.txt text.txt
has "a community without anybody stands with 0" text.txt "空社区        0"
cat >look.py <<'PY'
import openpyxl, sys
w = openpyxl.load_workbook("a.xlsx")
print("|".join(s.title for s in w))
s = w["分单位"]
print(s["A3"].value, s["C3"].value, s["C4"].value, type(s["C4"].value).__name__)
print(s.freeze_panes, s.print_title_rows, s.page_setup.orientation, s.page_setup.paperSize, len(s._charts))
cells = [c for s in w for r in s.iter_rows() for c in r]
print(sum(c.data_type == "f" for c in cells))
print(sorted({c.value for c in cells if str(c.value).startswith(("=", "+"))}))
print(w.properties.created.isoformat(), w.properties.creator)
print("第 &P 页" in str(s.oddFooter.center.text), s["A2"].font.name)
print([c.value for r in s.iter_rows() for c in r if "审核人" in str(c.value)][0].split("　　")[0])
PY
mapfile -t seen < <(/usr/bin/python3 look.py)
same "sheets are named" "汇总|分单位|分类统计|社区汇总|明细|核对" "${seen[0]}"
same "numbers are numbers" "社区 人数 2 int" "${seen[1]}"
same "headings stay in sight and on every page of A4, landscape, beside a chart" "C4 \$1:\$3 landscape 9 1" "${seen[2]}"
same "nothing is a formula" "0" "${seen[3]}"
has "what looks like one is text" <(echo "${seen[4]}") "'=HYPERLINK(\"http://x\")'"
same "the file's date is the month's, not the clock's" "2026-11-01T08:00:00 =榆山街道退役军人服务站" "${seen[5]}"
same "pages are numbered, and the font is a Chinese one" "True 宋体" "${seen[6]}"
has "the signature line names who reports" <(echo "${seen[7]}") "填报单位：=榆山街道退役军人服务站"
vet-report -u units.csv -t csv people.csv >people-report.csv
has "records may be reported without a rollup" people-report.csv "汇总,1,1,value,4"
vet-report -u units.csv -t json grid.csv >lines.json
has "JSON has a line for each row" lines.json '{"sheet":"分单位","table":1,"period":"2026-11","level":"grid","unit":"S11","community":"云翠社区","name":"第1网格","count":2'
sed 's/^2026-11,grid,S11,第1网格,退役士兵,男,1/2026-11,grid,S11,第1网格,退役士兵,男,5/' <(vet-aggregate -u units.csv --level all --by category,sex people.csv) >broken.csv
status "levels that do not add up are a finding" 1 vet-report -u units.csv -t text broken.csv
has "and stand in the report" out "不符"
same "  with the unit that they are of" "级别 单位编码 单位 核对项" "$(grep -B9 -m1 不符 out | grep ^级别 | tr -s " " | cut -d" " -f1-4)"
sed 's/S21$/S99/' people.csv >stray.csv
status "a unit that is unknown is a finding" 1 vet-report -u units.csv -t text stray.csv
same "said once, however many tables look at it" 1 "$(grep -c rollup_unit_unknown err)"
printf 'name,unit\n张三,S11\n李四,S11,x\n' >long.csv
status "a row that is too long is no input" 3 sh -c 'vet-report -u units.csv -t text <long.csv'
has "and its place is told of standard input, not of the copy that is read twice" err "vet-report: -!3: "
status "an unknown report is wrong use" 2 vet-report -r monthli grid.csv
echo '{"name": "x", "title": "x", "sheets": [{"name": "a", "tabels": []}]}' >bad.json
status "a key that is unknown in a report is an error" 2 vet-report -r ./bad.json grid.csv
has "with line and nearest name" err "tables"
printf '%s' '{"name": "x", "title": "x", "sheets": [{"name": "a", "tables": [{"kind": "figures", "figures": [' \
    '{"title": "金额", "measure": "sum amount"}]}]}]}' >bad.json
status "a measure that there is not is an error, and no count of people" 2 vet-report -r ./bad.json people.csv
has "which lists those there are" err "units LEVEL"
echo '{"name": "x", "title": "x", "sheets": [{"name": "a", "tables": [{"kind": "list", "fields": ["name"], "sort": ["nmae"]}]}]}' >bad.json
status "so is a column to sort by that there is not" 2 vet-report -r ./bad.json people.csv
has "which is named" err "nmae"
status "a full disk is status 4" 4 sh -c 'vet-report -u units.csv grid.csv >/dev/full'
status "a folder that is not there is status 4" 4 vet-report -u units.csv -o nowhere/x.xlsx grid.csv
vet-store -q -d units.db -u units.csv init
check "a file is reported by the units of the store that is named" cmp <(vet-report -d units.db -t csv people.csv) people-report.csv
finish
