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

# ---- what a form does not ask for, and what is done on it ----
cat >more.csv <<'CSV'
姓名,性别,身份证号,民族,政治面貌,立功受奖,婚姻状况,联系电话,人员类别,备注,社区,网格,楼栋
赵一,女,370124196001010014,回族,中共党员,三等功一次,结婚了,13800000021,退役士兵,,云翠社区,第1网格,2号楼
钱二,男,370124196101010016,满族,群众,,,12345,退役士兵,,云翠社区,第1网格,2号楼
孙三,男,370124196201010018,,,,,13800000023,退役士兵,,云翠社区,第1网格,2号楼
CSV
vet-import -q -d more.db -u units.csv more.csv 2>err || true
vet-form -q -d more.db -p 2026-12 -o more
cat >fill.py <<'PY'
import sys, openpyxl
source, target = sys.argv[1:3]
w = openpyxl.load_workbook(source)
s = w.worksheets[0]
for e in sys.argv[3:]:
    cell, value = e.split("=")
    s[cell] = value
w.save(target)
PY
form=more/云翠社区_第1网格_2号楼.xlsx
vet-export -d more.db -o before.csv
status "a form comes back as it went out, with a date and the tick of no change" 0 \
    env sh -c "/usr/bin/python3 fill.py $form same.xlsx J2=2026-12-03 J3=√ && vet-import -q -d more.db --stats stats.json same.xlsx"
has "all its people are unchanged, also in what it does not ask for" stats.json '"unchanged": 3'
vet-export -d more.db -o after.csv
check "with their nation, honours and what was wrong in columns that it has not" cmp before.csv after.csv

# A column of the form by its title.
col() {
    /usr/bin/python3 -c 'import sys, openpyxl
s = openpyxl.load_workbook(sys.argv[1]).worksheets[0]
print([c.column_letter for c in s[4] if c.value and c.value.rstrip("*") == sys.argv[2]][0])' "$form" "$1"
}
row() {
    /usr/bin/python3 -c 'import sys, openpyxl
s = openpyxl.load_workbook(sys.argv[1]).worksheets[0]
print([r[1].row for r in s.iter_rows(min_row=6) if r[1].value == sys.argv[2]][0])' "$form" "$1"
}
situation=$(col 情况) phone=$(col 联系电话)
/usr/bin/python3 fill.py "$form" done.xlsx J2=2026-12-04 "$situation$(row 赵一)=已迁出" "$situation$(row 孙三)=无变化" \
    "$phone$(row 钱二)=13800000022" "B$(($(row 孙三) + 3))=李四" "$situation$(($(row 孙三) + 3))=新增"
status "a form with news is taken" 0 vet-import -q -d more.db --stats stats.json done.xlsx
has "one is new" stats.json '"new": 1'
has "two have changed" stats.json '"updated": 2'
has "one has not, as he is said to have not" stats.json '"unchanged": 1'
same "who moved is marked, and keeps the rest" "是,已迁出,回族,三等功一次,结婚了" "$(vet-export -d more.db --where "name = '赵一'" -t json | sed 's/.*"ethnic":"\([^"]*\)".*"honours":"\([^"]*\)".*"moved":"\([^"]*\)","situation":"\([^"]*\)".*"marital_typed":"\([^"]*\)".*/\3,\4,\1,\2,\5/')"
same "a corrected value has no flag any more" "13800000022," "$(vet-export -d more.db --where "name = '钱二'" -t json | sed 's/.*"phone":"\([^"]*\)".*/\1/'),$(vet-export -d more.db --where "name = '钱二' AND _flags LIKE '%phone%'" | sed 1d)"
vet-form -q -d more.db -p 2027-01 -o next
same "who moved away is not on the next form" "孙三 李四 钱二" "$(/usr/bin/python3 -c 'import openpyxl
s = openpyxl.load_workbook("next/云翠社区_第1网格_2号楼.xlsx").worksheets[0]
print(*[r[1].value for r in s.iter_rows(min_row=6) if r[1].value])')"

/usr/bin/python3 fill.py more/云翠社区_第1网格_1号楼.xlsx ticked.xlsx G3=√
status "a tick that nobody is there is taken" 0 vet-import -q -d more.db --stats stats.json ticked.xlsx
has "as a nil return" stats.json '"nil": 1'
same "of that building" "零报告" "$(vet-aggregate -d more.db --coverage -p 2026-11 2>/dev/null | grep ,S111, | cut -d, -f5)"
cp ticked.xlsx 3号楼.xlsx
vet-import -u units.csv --explain 3号楼.xlsx 2>err >out || true
has "the form's code says the unit, whatever the file is called" err "S111 云翠社区第1网格1号楼"
/usr/bin/python3 fill.py "$form" both.xlsx G3=√
status "a tick that nobody is there above a list of people needs a person" 1 vet-import -d more.db both.xlsx
has "and says so" err "nil_and_people"
status "an unticked, empty form is no nil return" 1 vet-import -d more.db more/云翠社区_第1网格_1号楼.xlsx
has "but a question" err "header_only"

printf '%s\n' code,parent,level,name,aliases,leader,phone S1,,community,云翠社区,,, B1,S1,building,5号楼,,, B2,S1,building,5号楼,,, \
    B3,S1,building,6/7号楼,,, B4,S1,building,6-7号楼,,, B5,S1,building,8号楼,,, >same.csv
vet-form -q -u same.csv -o same
same "buildings of one name have a workbook each, told apart by their codes" \
    "云翠社区_5号楼_B1.xlsx 云翠社区_5号楼_B2.xlsx 云翠社区_6-7号楼_B3.xlsx 云翠社区_6-7号楼_B4.xlsx 云翠社区_8号楼.xlsx" "$(cd same && echo *)"
same "a row to be written in by hand is high enough for that" 24.0 "$(/usr/bin/python3 -c 'import openpyxl, sys
s = openpyxl.load_workbook(sys.argv[1]).worksheets[0]
print(min(s.row_dimensions[r].height or 0 for r in range(6, 16)))' "$form")"
finish
