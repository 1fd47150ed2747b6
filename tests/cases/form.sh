# shellcheck shell=bash
# vet-form: forms that come back and change nothing.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_NOW=2026-11-10T08:00:00
cat >units.csv <<'CSV'
code,parent,level,name,aliases,leader,phone,opens,closes
S,,station,榆山街道退役军人服务站,,,,,
S1,S,community,云翠社区,,,,,
S11,S1,grid,第1网格,,,,,
S111,S11,building,1号楼,,吴楼长,13800000111,,
S112,S11,building,2号楼,,郑楼长,13800000112,,
S113,S11,building,3号楼,,冯楼长,13800000113,,2026-12-01
CSV
cat >people.csv <<'CSV'
姓名,性别,身份证号,出生日期,联系电话,人员类别,入伍时间,退役时间,社区,网格,楼栋
张建国,男,370124195001011012,1950-01-01,13800000001,退役士兵,1968-03,1971-12,云翠社区,第1网格,1号楼
李卫东,男,370124195211070020,,13800000002,退役士兵,1970-12,1975-03,云翠社区,第1网格,1号楼
CSV
vet-import -q -d vet.db -u units.csv people.csv 2>err || true
vet-form -q -d vet.db -p 2026-12 -o forms
same "each building that is open has a form" "云翠社区_第1网格_1号楼.xlsx 云翠社区_第1网格_2号楼.xlsx" "$(cd forms && echo *)"
same "forms are for their owner only" "600" "$(stat -c %a forms/云翠社区_第1网格_1号楼.xlsx)"
cat >look.py <<'PY'
import openpyxl
s = openpyxl.load_workbook("forms/云翠社区_第1网格_1号楼.xlsx")["1号楼"]
print(s["A2"].value, "|", s["A3"].value)
print([c.value for c in s[4]][:4], s["D6"].value, s["D6"].number_format, s["D6"].data_type)
v = s.data_validations.dataValidation
print(len(v) > 2, any("_lists" in str(x.formula1) for x in v))
print([c.value for c in s[7]][3], s["D7"].comment is not None, s["D6"].comment is None)
e = openpyxl.load_workbook("forms/云翠社区_第1网格_2号楼.xlsx")["2号楼"]
print("本楼无退役军人" in e["B6"].comment.text)
PY
mapfile -t seen < <(/usr/bin/python3 look.py)
same "the place and the form's code stand above the table" "社区：云翠社区　网格：第1网格　楼栋：1号楼　楼长：吴楼长 | 表格编码：S111-2026-12" "${seen[0]}"
same "a number stands in a text cell" "['序号', '姓名*', '性别', '身份证号码'] 370124195001011012 @ s" "${seen[1]}"
same "code lists are drop-downs" "True True" "${seen[2]}"
same "what would not do last time is shown as typed, with a comment" "370124195211070020 True True" "${seen[3]}"
same "where nobody was, the form says how to say so again" "True" "${seen[4]}"

vet-export -d vet.db -o before.csv
status "a form comes back as it went out" 0 vet-import -q -d vet.db --stats stats.json forms/云翠社区_第1网格_1号楼.xlsx
has "and its people are unchanged" stats.json '"unchanged": 2'
vet-export -d vet.db -o after.csv
check "nothing in the store has changed" cmp before.csv after.csv
cat >nobody.py <<'PY'
import openpyxl
w = openpyxl.load_workbook("forms/云翠社区_第1网格_2号楼.xlsx")
w["2号楼"]["B6"] = "本楼无退役军人"
w.save("nobody.xlsx")
PY
/usr/bin/python3 nobody.py
status "the choice of nobody is read as a nil return" 0 vet-import -q -d vet.db nobody.xlsx
same "and the building is covered" "零报告" "$(vet-aggregate -d vet.db --coverage | grep ,S112, | cut -d, -f5)"

vet-form -q -u units.csv --per grid -o blank.xlsx
same "one workbook a grid has a sheet for each building" "['1号楼', '2号楼', '3号楼', '_lists']" \
    "$(/usr/bin/python3 -c 'import openpyxl; print(openpyxl.load_workbook("blank.xlsx").sheetnames)')"
vet-form -q -u units.csv --per grid -o - >again.xlsx
check "the same units give the same bytes" cmp blank.xlsx again.xlsx
status "several workbooks do not go into one file" 2 vet-form -u units.csv -o one.xlsx
status "an unknown unit is told" 2 vet-form -u units.csv --unit 云萃社区 -o x
has "with the nearest" err "云翠社区"
status "neither units nor a store is wrong use" 2 vet-form -o x
finish
