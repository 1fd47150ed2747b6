# shellcheck shell=bash
# Errors go home: a workbook for each sender with his own wrong rows; mended and imported, it leaves the store as if he had made no
# mistake.
. "$TESTS/lib.sh"
export VET_NOW=2026-11-24T10:00:00 VET_BY=test
cp "$TESTS/corpus/good-import-units.csv" units.csv
mkdir sent clean

# What the building leader sent, and what he should have.
sheet() { # FILE: rows on standard input
    { printf '退役军人摸排表\n社区:云翠社区 网格:第3网格 楼栋:12号楼 填表日期:2026-11-05\n序号,姓名,性别,身份证号,联系电话,人员类别,入伍时间,退役时间,就业情况,备注\n' && cat; } >"$1"
}
sheet sent/12号楼.csv <<'END'
1,张三,男,370124198506150019,1380000,退役士兵,2003-12,2008-12,在业,
2,李四,男,370124198506150000,13800000002,退役士兵,2003-12,2001-12,种地瓜,
3,,男,,,退役士兵,2003-12,2005-12,在业,
4,王五,男,370124197001010019,13800000004,退役士兵,1990-12,1994-12,在业,好
5,赵六,男,370124197001010035,13800000005,退役士兵,1990-12,1994-12,在业,
合计,5人
END
sheet clean/12号楼.csv <<'END'
1,张三,男,370124198506150011,13800000001,退役士兵,2003-12,2008-12,在业,
2,李四,男,370124198506150038,13800000002,退役士兵,2003-12,2007-12,务农,
3,孙七,男,370124198301010015,13800000003,退役士兵,2003-12,2005-12,在业,
4,王五,男,370124197001010019,13800000004,退役士兵,1990-12,1994-12,在业,好
5,赵六,男,370124197001010035,13800000005,退役士兵,1990-12,1994-12,在业,
合计,5人
END
# A building that nobody knows: the row stands in the community until its place is put right.
printf '社区,网格,楼栋,姓名,身份证号,电话\n锦东社区,第1网格,99号楼,周八,370124196001010014,13800000008\n锦东社区,第1网格,5号楼,吴九,370124196101010011,13800000009\n' >sent/锦东.csv
printf '社区,网格,楼栋,姓名,身份证号,电话\n锦东社区,第1网格,5号楼,周八,370124196001010014,13800000008\n锦东社区,第1网格,5号楼,吴九,370124196101010011,13800000009\n' >clean/锦东.csv
printf '社区,网格,楼栋,姓名,身份证号,电话\n锦东社区,第1网格,1号楼,郑十,370124196201010019,13800000010\n' >sent/好的.csv
cp sent/好的.csv clean/

status "importing what was sent ends with 1: rows have to go home" 1 vet-import -d bad.db -u units.csv --returns back sent/*.csv
has "and says how many" err "2 workbooks with 4 rows to be put right are in back"
same "each sender with a fault has a workbook, and nobody else" "12号楼_退回.xlsx 锦东_退回.xlsx" "$(cd back && echo *)"
same "it holds his wrong rows only, under his own headings" "_return,序号,姓名,性别,身份证号,联系电话,人员类别,入伍时间,退役时间,就业情况,备注
4//12号楼.csv,1,张三
5//12号楼.csv,2,李四
6//12号楼.csv,3," "$(vet-import --cells back/12号楼_退回.xlsx | sed -n '6p;7,$s/^\([^,]*,[^,]*,[^,]*\),.*/\1/p')"

cat >look.py <<'END'
import sys, openpyxl
ws = openpyxl.load_workbook(sys.argv[1]).worksheets[0]
print(ws.column_dimensions['A'].hidden, sum(len(str(v.sqref).split()) for v in ws.data_validations.dataValidation))
for row in ws.iter_rows(min_row=7):
    for c in row:
        if c.comment: print(c.coordinate, c.fill.fgColor.rgb[2:], c.number_format, c.comment.text.split('\n')[0])
END
/usr/bin/python3 look.py back/12号楼_退回.xlsx >look
golden "bad cells are red and say in Chinese what to do; there are drop-downs; the key is hidden" returns-look.txt look

cat >mend.py <<'END'
import sys, openpyxl
path, edits = sys.argv[1], sys.argv[2:]
book = openpyxl.load_workbook(path)
for e in edits:
    cell, value = e.split('=')
    book.worksheets[0][cell] = value
book.save(path)
END
vet-export -d bad.db >before.csv
vet-import -q -d bad.db back/*.xlsx 2>/dev/null
vet-export -d bad.db >after.csv
check "a workbook that comes back as it went changes nothing" cmp before.csv after.csv
same "and what was open is open still, once" 2 "$(vet-export -d bad.db --rejects | wc -l)"

cp -r back once
/usr/bin/python3 mend.py once/12号楼_退回.xlsx E7=370124198506150011 F7=13800000001
vet-import -q -d bad.db --returns twice once/12号楼_退回.xlsx 2>/dev/null
same "what is still wrong goes home again, as a second workbook" "12号楼_退回2.xlsx" "$(cd twice && echo *)"
same "and only that" "8/退回/12号楼_退回.xlsx,2 9/退回/12号楼_退回.xlsx,3" "$(vet-import --cells twice/12号楼_退回2.xlsx | sed -n 's/^\([0-9][^,]*,[^,]*\),.*/\1/p' | xargs)"

/usr/bin/python3 mend.py twice/12号楼_退回2.xlsx E7=370124198506150038 I7=2007-12 J7=务农 C8=孙七 E8=370124198301010015 F8=13800000003
/usr/bin/python3 mend.py back/锦东_退回.xlsx D4=5号楼
status "the corrected workbooks are taken without a word" 0 vet-import -d bad.db --returns thrice twice/12号楼_退回2.xlsx back/锦东_退回.xlsx
same "nothing goes home any more" "" "$(cd thrice && ls)"
status "a station where nobody made a mistake" 0 vet-import -q -d clean.db -u units.csv clean/*.csv
vet-export -d bad.db >bad.csv
vet-export -d clean.db >clean.csv
check "the store is as if there had been no mistake" cmp bad.csv clean.csv
same "no rejected row is open" 1 "$(vet-export -d bad.db --rejects | wc -l)"
same "a corrected workbook holds a part of the building: nobody is missing for it" 1 "$(vet-export -d bad.db --missing | wc -l)"
check "the store verifies" vet-store -d bad.db verify
vet-aggregate -d bad.db --coverage --level building 2>/dev/null >cover
vet-aggregate -d clean.db --coverage --level building 2>/dev/null >cover.clean
check "and every building has the state that it would have" cmp cover cover.clean

# Correcting one row into another one of the building leaves one record.
printf '社区:云翠社区 网格:第1网格 楼栋:1号楼\n姓名,身份证号,电话\n钱一,370124196301010016,13800000011\n钱二,370124196301010000,13800000012\n' >sent/1号楼.csv
vet-import -q -d bad.db --returns four sent/1号楼.csv 2>/dev/null
/usr/bin/python3 mend.py four/1号楼_退回.xlsx B6=钱一 C6=370124196301010016 D6=13800000011
check "a row that turns out to be another row of the building" vet-import -q -d bad.db four/1号楼_退回.xlsx
same "is one record" "钱一" "$(vet-export -d bad.db --where "unit = 'C1G1B1'" | sed -n '2,$s/,.*//p' | xargs)"
check "and the store verifies" vet-store -d bad.db verify

# A sheet of as many columns as a sheet can have: with the key before them they are one too many.
{ printf '姓名,身份证号%s\n' "$(printf ',%.0s' {1..16382})" && printf '张三,370124195001010X%sy\n' "$(printf ',%.0s' {1..16382})"; } >wide.csv
status "a sheet with something in the last column that there is" 0 vet-import -q -u units.csv --place C1G1B1 --returns wide wide.csv
same "goes home too" "wide_退回.xlsx" "$(cd wide && echo *)"

mkdir deny && chmod 500 deny
[ "$(id -u)" = 0 ] || status "a folder that cannot be made is told" 4 vet-import -u units.csv --returns deny/x sent/12号楼.csv
: >file
status "a folder that is a file is told" 4 vet-import -u units.csv --returns file/x sent/12号楼.csv
has "by its name" err "file/x"
finish
