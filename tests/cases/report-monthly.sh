# shellcheck shell=bash
# vet-aggregate --coverage, --movement, --check and vet-report -r monthly, from a store with two months.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_DB=$PWD/vet.db
town
head='姓名,性别,身份证号,出生日期,联系电话,人员类别,是否死亡,是否迁出,社区,网格,楼栋'
sheet() { lines "$1" "$head" "${@:2}"; }
zhang='张建国,男,370124195001011012,,,退役士兵'
li='李卫东,男,370124195211070029,,,退役士兵'
wang='王丙,男,370124197812240053,,,烈士遗属'
mkdir oct nov
sheet oct/a.csv "$zhang,,,云翠社区,第1网格,1号楼" "$li,,,云翠社区,第1网格,1号楼" "$wang,,,云翠社区,第1网格,1号楼"
sheet oct/b.csv '赵丁,女,37012419991001004X,,,现役军人家属,,,锦东社区,第1网格,1号楼'
VET_NOW=2026-10-20T08:00:00 vet-import -q -u units.csv oct/*.csv 2>err || true
sheet nov/a.csv "$zhang,是,,云翠社区,第1网格,1号楼" "$li,,,云翠社区,第1网格,1号楼" "$wang,,是,云翠社区,第1网格,1号楼" \
    ',男,,,,,,,云翠社区,第1网格,1号楼'
sheet nov/b.csv '赵丁,女,37012419991001004X,,,现役军人家属,,,锦东社区,第1网格,1号楼' '孙己,男,370124198506150011,,,退役士兵,,,锦东社区,第1网格,1号楼'
sheet nov/c.csv '本楼无退役军人,,,,,,,,云翠社区,第1网格,2号楼'
VET_NOW=2026-11-10T08:00:00 vet-import -q nov/a.csv 2>err || true
VET_NOW=2026-11-22T08:00:00 vet-import -q nov/b.csv nov/c.csv 2>err || true

vet-aggregate --coverage --level building --deadline 2026-11-20 >coverage.csv
same "who has not handed in stands first" "2026-11,building,S113,3号楼,未交,冯楼长,13800000113" "$(sed -n 2p coverage.csv | cut -d, -f1-7)"
same "a building with rows to mend is 退回" "退回" "$(grep ,S111, coverage.csv | cut -d, -f5)"
same "one that came after the deadline is 迟交" "迟交" "$(grep ,S211, coverage.csv | cut -d, -f5)"
same "without a deadline nothing is late, and nobody is a report" "零报告 已交" \
    "$(vet-aggregate --coverage | grep -e ,S112, -e ,S211, | cut -d, -f5 | sort -r | tr '\n' ' ' | sed 's/ $//')"
same "a community has the worst state of its buildings, and their numbers" "2026-11,community,S1,云翠社区,未交,,,3,1,1,0,1,0,66.7" \
    "$(vet-aggregate --coverage --level community | grep ,S1, | cut -d, -f1-14)"
status "--require names each that is missing" 1 vet-aggregate --require 退回
has "with whom to call, his phone masked" err "云翠社区 第1网格 3号楼: 未交; ask 冯楼长 (138****0113)"
same "and only those" 1 "$(grep -c coverage_lacks err)"
status "last month's coverage can be asked for" 0 vet-aggregate --coverage -p 2026-10 --level station
same "and is as it was" "2026-10,station,S,榆山街道退役军人服务站,未交,,,4,2,0,0,0,2,50.0" "$(tail -1 out | cut -d, -f1-14)"

same "the dead and those who moved away do not count" "2026-11,station,S,榆山街道退役军人服务站,3" "$(vet-aggregate | tail -1)"
same "last month they did" "2026-10,station,S,榆山街道退役军人服务站,4" "$(vet-aggregate -p 2026-10 | tail -1)"
vet-aggregate --movement 2026-10..2026-11 >movement.csv
golden "opening + new + moved_in - moved_out - died + corrected = closing, at every unit" movement.csv movement.csv
vet-aggregate --movement 2026-10..2026-11 --people --mask internal >people.csv
same "behind each number are people" "去世 新增 迁出" "$(tail -n +2 people.csv | cut -d, -f2 | sort -u | tr '\n' ' ' | sed 's/ $//')"
same "whose names can be masked" "2026-11,去世,S111,1号楼,,,张**" "$(grep 去世 people.csv | cut -d, -f1-7)"
status "the store proves its numbers" 0 vet-aggregate --check
has "records against people" out "records=people+again+left,records,5,5,0,ok"
has "one month against the other" out "opening+new+moved_in-moved_out-died+corrected,,3,3,0,ok"
cp vet.db torn.db
sqlite3 torn.db "PRAGMA foreign_keys = off; UPDATE person_version SET _unit = NULL WHERE name = '李卫东'"
status "a store in which somebody has lost his building does not balance" 1 vet-aggregate -d torn.db --check
has "each unit and level is named" err "building -: opening: the records count 1, the movement 0"
has "and the record, with its file and row, and the name masked" err "a.csv!3: error: movement_without: 李** (record 2) counts in 2026-10 in unit '-'"
same "once for each month, not for each level" 2 "$(grep -c movement_without err)"
has "the proof has the line too" out "2026-11,building,,,closing,,1,0,-1,differs"
status "months that nobody knows cannot be compared" 2 vet-aggregate --movement 2025-01..2026-11
status "coverage needs a store" 2 env -u VET_DB vet-aggregate --coverage
status "a state that is none is refused" 2 vet-aggregate --require 好

vet-report -r monthly -t text | sed 's|校验码：[0-9a-f]*|校验码：16 位|' >monthly.txt
golden "the month's report in words and numbers" report-monthly.txt monthly.txt
vet-report -r monthly -o a.xlsx
vet-report -r monthly -o b.xlsx
check "the same month gives the same bytes" cmp a.xlsx b.xlsx
vet-report -r monthly -p 2026-10 -t text >october.txt
has "last month's report counts who was there then" october.txt "退役军人及优抚对象总数     4  人"
cat >look.py <<'PY'
import openpyxl
w = openpyxl.load_workbook("a.xlsx")
print(len(w.sheetnames) >= 12, sum(len(s._charts) for s in w) >= 4)
print(all(s.page_setup.paperSize == 9 and s.print_title_rows for s in w if s.title != "说明"))
cells = [str(c.value) for s in w for r in s.iter_rows() for c in r if c.value is not None]
print(any("370124195001011012" in c or "张建国" in c for c in cells), any(c.data_type == "f" for s in w for r in s.iter_rows() for c in r))
print(sum(len(s.conditional_formatting) for s in w) > 3)
PY
mapfile -t seen < <(/usr/bin/python3 look.py)
same "twelve sheets and more, with charts" "True True" "${seen[0]}"
same "all of them A4 with repeated headings" "True" "${seen[1]}"
same "no name or number of a person is whole, nothing is a formula" "False False" "${seen[2]}"
same "what needs an eye is coloured" "True" "${seen[3]}"
vet-report -r monthly --explain '社区人数!B5' >behind.csv
same "behind a number are as many records as it says" 2 "$(($(wc -l <behind.csv) - 1))"
has "each with where it came from" behind.csv "b.csv,,2,"
same "and no other" "" "$(tail -n +2 behind.csv | grep -v ^锦东社区)"
vet-report -r monthly --explain '社区分类!C6' >behind.csv
same "a total has those of all units with its value" "锦东社区,第1网格,1号楼,赵*,女" "$(tail -n +2 behind.csv | cut -d, -f1-5)"
same "a key figure has its people" 3 "$(($(vet-report -r monthly --explain '关键指标!B5' | wc -l) - 1))"
same "and those that its condition chooses" 2 "$(($(vet-report -r monthly --explain '关键指标!B6' | wc -l) - 1))"
same "a figure of last month has the people of then" 4 "$(($(vet-report -r monthly --explain '关键指标!C5' | wc -l) - 1))"
same "behind 未交 are the buildings, with whom to call" "云翠社区,第1网格,3号楼,S113,未交,冯楼长,13800000113" \
    "$(vet-report -r monthly --explain '上报情况!D4' | tail -n +2 | cut -d, -f1-7)"
vet-report -r monthly --explain '上报情况!C4' >behind.csv
has "behind 应报 also what they handed in, and its batch" behind.csv "S111,退回,吴楼长,13800000111,records,,2026-11-10T08:00:00,3,1,1,a.csv,,6"
same "behind 待改行数 the rows" "S111,name:missing_required;id_number:id_missing,a.csv,,5,6" \
    "$(vet-report -r monthly --explain '上报情况!K4' | tail -n +2 | cut -d, -f4-)"
same "in the list of buildings each line is one" "3号楼,S113,未交" "$(vet-report -r monthly --explain '未交楼栋!B5' | tail -n +2 | cut -d, -f3-5)"
same "behind a term of movement are people" "去世,云翠社区 第1网格 1号楼,,云翠社区,第1网格,1号楼,张**" \
    "$(vet-report -r monthly --explain '变动情况!F5' | tail -n +2 | cut -d, -f1-7)"
same "of whom the batch is known" "a.csv,,2,,,1,6" "$(vet-report -r monthly --explain '变动情况!F5' | tail -n +2 | cut -d, -f20-)"
same "the moved are told one by one" "王*" "$(vet-report -r monthly --explain '变动名单!C4' | tail -n +2 | cut -d, -f7)"
same "a flag has its record" "李**" "$(vet-report -r monthly --explain '数据质量!C4' | tail -n +2 | cut -d, -f4)"
same "and none where the number is 0" "" "$(vet-report -r monthly --explain '数据质量!D4' | tail -n +2)"
same "a ledger has its records" 5 "$(($(vet-report -r monthly --explain '台账!B4' | wc -l) - 1))"
same "a change is a difference, and no records" "由同一行、同一表的其他数算出,增减,-1" \
    "$(vet-report -q -r monthly --explain '关键指标!D5' | tail -n +2 | cut -d, -f2-)"
same "a line of the rows to be mended says where it stands" "a.csv,,5" "$(vet-report -q -r monthly --explain '退回待改!B4' | tail -n +2 | grep -o 'a.csv,,[0-9]*')"
same "one side of a proof has the people of it" 3 "$(($(vet-report -q -r monthly --explain '核对!E4' | wc -l) - 1))"
same "a verdict is a word" "文字,结论,相符" "$(vet-report -q -r monthly --explain '核对!G4' | tail -n +2 | cut -d, -f2-)"
same "any line of a roster has its record" "a.csv,,3" "$(vet-report -q -r roster --explain '花名册!A4' | tail -n +2 | grep -o '[ab].csv,,[0-9]*')"
same "unmasked when that is asked for" "李卫东" "$(vet-report -r monthly --mask none --explain '数据质量!C4' | tail -n +2 | cut -d, -f4)"

# Every number of every rollup and of movement has as many lines behind it as it says.
behind() { echo $(($(vet-aggregate "$@" | wc -l) - 1)); }
pivot=(--level all --pivot category --total)
vet-aggregate "${pivot[@]}" >all.csv
wrong='' line=0
while IFS=, read -r _ _ _ _ a b count; do
    line=$((line + 1))
    got="$(behind "${pivot[@]}" --explain $line,现役军人家属) $(behind "${pivot[@]}" --explain $line,退役士兵) $(behind "${pivot[@]}" --explain $line)"
    [ "$got" = "$a $b $count" ] || wrong="$wrong $line"
done < <(tail -n +2 all.csv)
same "each number of a pivot with its total has as many records as it says" "" "$wrong"
same "in all its rows" 8 "$line"
wrong='' line=0
# shellcheck disable=SC2034 # they are read by their names
while IFS=, read -r _ _ _ _ opening new moved_in moved_out died _ closing; do
    line=$((line + 1))
    for c in opening new moved_in moved_out died closing; do
        [ "$(behind --movement 2026-10..2026-11 --explain "$line,$c")" = "${!c}" ] || wrong="$wrong $line,$c"
    done
done < <(tail -n +2 movement.csv)
same "each number of movement has as many people" "" "$wrong"
same "at every unit" 9 "$line"
same "a grid's missing buildings" "S113" "$(vet-aggregate --coverage --explain unit=S11,missing | tail -n +2 | cut -d, -f4)"
status "a row that is not there is told" 2 vet-aggregate --explain unit=X
status "one that is not told apart, too" 2 vet-aggregate --level all --explain level=building
status "and a column without numbers" 2 vet-aggregate --explain 1,name
has "with those that there are" err "those are count"
status "proofs explain themselves" 2 vet-aggregate --check --explain 1

same "a title is a title" "社区人数!A1,标题,,各社区人数统计图" "$(vet-report -q -r monthly --explain '社区人数!A1' | tail -n +2)"
same "a heading is a heading" "社区人数!A3,表头,社区," "$(vet-report -q -r monthly --explain '社区人数!A3' | tail -n +2)"
same "where nothing stands, nothing does" "社区人数!Z99,空白,," "$(vet-report -q -r monthly --explain '社区人数!Z99' | tail -n +2)"
unanswered=
for name in 关键指标 社区分类 社区人数 人员类别 年龄结构 性别 就业状况 网格人数 上报情况 网格上报 未交楼栋 数据质量 退回待改 重复人员 待判定 待核实 变动情况 变动名单 台账 核对 说明; do
    for cell in A1 A3 A4 B4 C5; do
        [ "$(vet-report -q -r monthly --explain "$name!$cell" 2>&1 | wc -l)" -gt 0 ] || unanswered="$unanswered $name!$cell"
    done
done
same "every cell of every sheet has an answer" "" "$unanswered"
status "what is no cell is told" 2 vet-report -r monthly --explain '社区人数'
status "a sheet that is not there is told" 2 vet-report -r monthly --explain '无此表!B4'
status "the monthly report needs a store" 2 env -u VET_DB vet-report -r monthly
has "and says so" err "--db FILE"
status "a store that is not there is said" 2 vet-report -d nowhere.db -r monthly
finish
