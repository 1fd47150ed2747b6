# shellcheck shell=bash
# Whom a building's newest sheet no longer holds: who is to be asked about, and who need not be.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_DB=$PWD/vet.db
cat >units.csv <<'CSV'
code,parent,level,name,aliases,leader,phone
S,,station,榆山街道退役军人服务站,,,
S1,S,community,云翠社区,,,
S11,S1,grid,第1网格,,,
S111,S11,building,1号楼,,赵楼长,13800000111
S112,S11,building,2号楼,,钱楼长,13800000112
CSV
sheet() { # FILE BUILDING DATE, its people on standard input
    { printf '社区：云翠社区 网格：第1网格 楼栋：%s 填表日期：%s\n姓名,身份证号,是否死亡\n' "$2" "$3"; cat; } >"$1"
}
take() { # MONTH FILE...
    VET_NOW=$1-25T08:00:00 vet-import -q -p "$@"
    VET_NOW=$1-25T09:00:00 vet-dedupe -q 2>/dev/null
}
vet-store -q -u units.csv init
printf '%s\n' 留下,370124195001011012, 搬走,370124195211070029, 去世,370124196002290038, 不见,370124197812240053, | sheet a.csv 1号楼 2026-09-10
sheet b.csv 2号楼 2026-09-10 </dev/null
echo '无,,' >>b.csv
take 2026-09 a.csv b.csv
printf '%s\n' 留下,370124195001011012, 去世,370124196002290038,是 | sheet c.csv 1号楼 2026-10-10
echo 搬走,370124195211070029, | sheet d.csv 2号楼 2026-10-10
take 2026-10 c.csv d.csv
echo 留下,370124195001011012, | sheet e.csv 1号楼 2026-11-10
take 2026-11 e.csv

vet-export -q --missing >missing.csv
same "who has died is not asked about when the next sheet has him no longer" 0 "$(grep -c 去世 missing.csv)"
has "who is nowhere is, with the leader and his telephone" missing.csv "S111,1号楼,不见,赵楼长,13800000111,a.csv,,6,2026-09-10,2026-11-10,,"
has "who stands on another building's newest sheet is listed with the place" missing.csv "2026-11-10,S112,"
same "and nobody else" 2 "$(tail -n +2 missing.csv | wc -l)"
same "in October it was the same" "不见 搬走" \
    "$(vet-export -q --missing --as-of 2026-10 | tail -n +2 | cut -d, -f3 | sort | tr '\n' ' ' | sed 's/ $//')"
vet-report -q -r monthly -p 2026-11 -t csv | grep '^待核实,' >sheet.csv
has "the monthly workbook says whom to call" sheet.csv "待核实,1,1,phone,13800000111"
has "and where he is now" sheet.csv "found_in,云翠社区 第1网格 2号楼"

vet-form -q -p 2026-12 -o forms
names() {
    /usr/bin/python3 -c 'import sys, openpyxl
s = openpyxl.load_workbook("forms/云翠社区_第1网格_" + sys.argv[1] + ".xlsx").worksheets[0]
print(*sorted(r[1].value for r in s.iter_rows(min_row=6) if r[1].value))' "$1"
}
same "the next form asks about who is nowhere, and not about who moved or died" "不见 留下" "$(names 1号楼)"
same "who moved is on the form of where he lives now" "搬走" "$(names 2号楼)"

# A number that was valid and somebody else's: with the right one he is a new record, and the old one has to be called wrong.
printf '%s\n' 留下,370124195001011012, 改号,370124198506150011, | sheet f.csv 1号楼 2026-12-10
take 2026-12 f.csv
printf '%s\n' 留下,370124195001011012, 改号,370124198003040021, | sheet g.csv 1号楼 2027-01-10
take 2027-01 g.csv
station() { vet-aggregate -q -p 2027-01 -l station | tail -1 | cut -d, -f5; }
twice=$(station)
same "he counts twice, and the wrong record is asked about" 1 "$(vet-export --missing | grep -c '改号.*f.csv')"
vet-form -q -p 2027-01 -o january
/usr/bin/python3 - <<'P'
import openpyxl
b = openpyxl.load_workbook("january/云翠社区_第1网格_1号楼.xlsx")
s = b.worksheets[0]
head = next(r for r in s.iter_rows() if any(str(c.value).rstrip("*") == "姓名" for c in r))
column = {str(c.value).rstrip("*"): c.column for c in head if c.value}
for r in s.iter_rows(min_row=head[0].row + 1):
    if any(c.value == "370124198506150011" for c in r):
        s.cell(r[0].row, column["情况"]).value = "登记有误"
s["J2"] = "2027-01-20"
b.save("wrong.xlsx")
P
VET_NOW=2027-01-26T08:00:00 vet-import -p 2027-01 wrong.xlsx >wrong.out 2>&1
same "marked as wrong on the form, it counts no longer" $((twice - 1)) "$(station)"
same "nor is it asked about" 0 "$(vet-export --missing | grep -c 改号)"
has "and movement takes it for a correction" <(vet-aggregate -q --movement 2026-12..2027-01 --people) "2027-01,更正减少"
finish
