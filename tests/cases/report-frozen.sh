# shellcheck shell=bash
# A month that was reported: vet-store freeze, and its report made again after everything that may happen since.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_DB=$PWD/vet.db VET_BY=王会计
unset VET_PERIOD
town
head='姓名,性别,身份证号,联系电话,人员类别,是否死亡,是否迁出,社区,网格,楼栋'
sheet() { lines "$1" "$head" "${@:2}"; }
at() { # TIME command...
    export VET_NOW=$1
    shift
    "$@" 2>err
}
report() { vet-report -q -r monthly -p 2026-11 "$@"; }
a1='云翠社区,第1网格,1号楼'
b1='锦东社区,第1网格,1号楼'
mkdir oct nov dec
sheet oct/a.csv "张建国,男,370124195001011012,13700000001,退役士兵,,,$a1" "李卫东,男,370124195211070029,,退役士兵,,,$a1"
sheet nov/a.csv "张建国,男,370124195001011012,13700000001,退役士兵,,,$a1" "李卫东,男,370124195211070029,,退役士兵,,,$a1" \
    "王丙,男,370124197812240053,,烈士遗属,,,$a1" ",男,,,,,,$a1"
sheet nov/b.csv "赵丁,女,37012419991001004X,,现役军人家属,,,$b1" "孙己,男,370124198506150011,13700000005,退役士兵,,,$b1"
at 2026-10-20T08:00:00 vet-import -q -u units.csv oct/a.csv
at 2026-11-20T08:00:00 vet-import -q nov/a.csv nov/b.csv || true
at 2026-11-21T08:00:00 vet-dedupe -q
report -o now.xlsx

status "what is no month is not frozen" 2 vet-store freeze 2026-13
has "  and it is the month that is told of" err "2026-13 is not a month; write for example \`vet-store freeze 2026-11\`"
status "a month is frozen when its report goes out" 0 at 2026-12-01T08:00:00 vet-store freeze 2026-11 --by 王站长
has "the clerk hears what that means" err "2026-11 is frozen at batch"
has "the log says which month, and who answers for it, was frozen" <(vet-store log | grep ',freeze,') ',2026-11,,2026-11,'
for to in xlsx csv json text; do report -t $to -o then.$to; done
check "freezing changes nothing of the report" cmp now.xlsx then.xlsx
again() { # "sentence"
    local to
    for to in xlsx csv json text; do
        report -t $to -o again.$to
        cmp -s then.$to again.$to || { fail "$1: the report is the same bytes" && diff then.text again.text | head -20; return; }
    done
    pass "$1: the report is the same bytes"
}
again "the same again"

# A correction of a value, a death, a move between communities, one who is new, a row put right; 2号楼 comes late.
sheet dec/a.csv "张建国,男,370124195001011012,13700000001,残疾军人,,,$a1" "李卫东,男,370124195211070029,,退役士兵,是,,$a1" \
    "王丙,男,370124197812240053,,烈士遗属,,是,$a1" "周戊,男,370124196002290038,,退役士兵,,,$a1"
sheet dec/b.csv "赵丁,女,37012419991001004X,,现役军人家属,,,$b1" "孙己,男,370124198506150011,13700000005,退役士兵,,,$b1" \
    "王丙,男,370124197812240053,,烈士遗属,,,$b1"
sheet dec/late.csv "吴庚,男,370124196505050019,,退役士兵,,,云翠社区,第1网格,2号楼"
at 2026-12-03T08:00:00 vet-import -q -p 2026-11 dec/late.csv || true
again "after a late sheet for that month"
at 2026-12-10T08:00:00 vet-import -q dec/a.csv dec/b.csv || true
again "after next month's sheets"
at 2026-12-11T08:00:00 vet-dedupe -q
again "after people were found to be one"

# As now known: reported + what happened + what was wrong.
status "a frozen month is reported as it is now known" 0 vet-report -q -r monthly -p 2026-11 --restated -t text
grep -v 数据批次 out >restated.text
golden "r marks, and what accounts for the difference" restated.text restated.text
vet-report -q -r monthly -p 2026-11 --restated -t csv -o restated.csv
has "in CSV a number that was reported otherwise is flagged, with what was reported" restated.csv '关键指标,1,1,value,6,r,5'
has "one that is the same is not" restated.csv '关键指标,1,6,value,5,,'
vet-report -q -r monthly -p 2026-11 --restated -t json -o restated.json
has "in JSON too" restated.json '"value":6,"before":2,"change":4,"rate":200.0,"unit":"人","note":"一人多处登记只计一次，去世、迁出的不计","_r":{"value":5,"change":3,"rate":150.0}'
vet-report -q -r monthly -p 2026-11 --restated -o restated.xlsx
/usr/bin/python3 - restated.xlsx >cell.txt <<'PY'
import openpyxl, sys
cell = openpyxl.load_workbook(sys.argv[1])["关键指标"]["B5"]
print(cell.value, cell.number_format, cell.comment.text.strip())
PY
same "in the workbook it is a number whose format shows the r, with what was reported in a comment" '6 #,##0.##"r" 已报：5' "$(cat cell.txt)"
vet-report -q -r monthly -p 2026-11 --restated -o restated2.xlsx
check "the same store gives the same bytes" cmp restated.xlsx restated2.xlsx
vet-report -q -r monthly -p 2026-11 --restated --mask none -t csv | grep '^差异逐条说明,' >records.csv
reason() { awk -F, -v n="$1" '$4 == "name" && $5 == n { line = $3 } END { print line }' records.csv; }
explained() { for c in nature what basis; do awk -F, -v l="$(reason "$1")" -v c=$c '$3 == l && $4 == c { printf "%s ", $5 }' records.csv; done; }
same "a death that came in later is a real event" "真实变动 去世 a.csv第3行；第9批导入 2026-12-10 王会计 " "$(explained 李卫东)"
same "so is a move between communities" "真实变动 迁移 b.csv第4行；第10批导入 2026-12-10 王会计 " "$(explained 王丙)"
same "and one who is new on a sheet of a later survey" "真实变动 新增 a.csv第5行；第9批导入 2026-12-10 王会计 " "$(explained 周戊)"
same "one on a late sheet of that month should have been reported" "更正 补报 late.csv第2行；第8批导入 2026-12-03 王会计 " "$(explained 吴庚)"
mkdir gone
sheet gone/then.csv "张建国,男,370124195001011012,,退役士兵,,,$a1" "李卫东,男,370124195211070029,,残疾军人,,,$a1" \
    "王丙,男,370124197812240053,,烈士遗属,,,$a1"
sheet gone/now.csv "张建国,男,370124195001011012,,退役士兵,,,$a1" "李卫东,男,370124195211070029,,退役士兵,,,$a1" \
    "王丙,男,370124197812240053,,烈士遗属,,,$a1"
for when in '2026-11-20T08:00:00 vet-import -q -u units.csv gone/then.csv' '2026-12-01T08:00:00 vet-store -q freeze 2026-11' \
    '2026-12-02T08:00:00 vet-import -q gone/now.csv'; do
    # shellcheck disable=SC2086
    VET_DB=gone.db at $when
done
VET_DB=gone.db vet-report -q -r monthly -p 2026-11 --restated -t text >gone.text
same "a column that nobody stands in any more stands where it stood" "社区 退役士兵 残疾军人 烈士遗属 合计/云翠社区 2r 0r 1 3" \
    "$(sed -n '/^各社区人员分类统计表/,/^云翠社区/p' gone.text | tail -n +4 | tr -s ' ' | paste -sd/)"
VET_DB=gone.db vet-report -q -r monthly -p 2026-11 --restated -o gone.xlsx
/usr/bin/python3 - gone.xlsx >cell.txt <<'PY'
import openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1])
there = {r[0].value: r[2] for r in book["人员类别"].iter_rows() if r[0].value}
shown = [r for r in book["重报的数"].iter_rows() if r[1].value == "人员类别" and r[3].value == "占比%"]
print(*(f"{r[2].value}: {r[5].value} {r[5].number_format}" for r in shown), "/", *(f"{c.value} {c.number_format}" for c in there.values() if c.comment))
PY
same "percentages have the same digits wherever they stand" \
    '退役士兵: 66.7 0.0"%" 残疾军人: 0 0.0"%" / 66.7 0.0"%r" 0 0.0"%r"' "$(cat cell.txt)"
status "as known at an earlier moment" 0 vet-report -q -r monthly -p 2026-11 --restated --as-of 8 -t csv
has "only the late sheet tells" out '与已报数的差异,1,1,now,6,,'
status "a number's records are those as now known" 0 vet-report -q -r monthly -p 2026-11 --restated --explain '关键指标!B5'
same "as many as it says" 6 "$(tail -n +2 out | wc -l)"
status "a month that is not frozen has nothing to be restated" 2 vet-report -r monthly -p 2026-12 --restated
has "and it is said what to do" err "vet-store freeze 2026-12"
at 2026-12-12T08:00:00 vet-store -q undo 6 --cascade
again "after an import of that month was undone"
vet-report -q -r monthly -p 2026-11 --restated --mask none -t csv | grep '^差异逐条说明,' >records.csv
has "what was undone is a correction" <(explained 孙己) "更正 不应计入"
has "  with the batch that undid it" <(explained 孙己) "批撤销 2026-12-12"
undone=$(vet-store log | grep ',undo,' | cut -d, -f1)
first=${undone%%$'\n'*}
same "the log says in words what was taken back" "takes back batch 6: import of b.csv" "$(vet-store log -t json | grep '"undoes":"6"' | sed 's/.*"what":"\([^"]*\)".*/\1/')"
status "an undo is undone with all that went with it" 0 at 2026-12-12T09:00:00 vet-store undo "$first" --run
has "  which is told as bringing back" err "$(wc -w <<<"$undone") batches were brought back"
same "  in Chinese too" "恢复第 6 批：导入 b.csv" "$(vet-store --lang zh log -t json | grep "\"undoes\":\"$(vet-store log | awk -F, -v b=6 '$10 == b { print $1 }')\"" | sed 's/.*"what":"\([^"]*\)".*/\1/')"
status "it is not brought back twice" 2 vet-store undo "$first"
has "  and it is said how to take it back again" err "to take it back again, undo batch"
again "after the undo was undone"
vet-report -q -r monthly -p 2026-11 --restated --mask none -t csv | grep '^差异逐条说明,' >records.csv
same "what was brought back is as it was reported" "" "$(reason 孙己)"
same "  and what came later is the event that it was, by the batch that brought it back" "真实变动 迁移 b.csv第4行；批恢复 2026-12-12 王会计 " \
    "$(explained 王丙 | sed 's/第[0-9]*批/批/')"
sed 's/吴楼长/新楼长/; /S113/d' units.csv >units2.csv
echo 'S114,S11,building,4号楼,,,' >>units2.csv
at 2026-12-13T08:00:00 vet-import -q -u units2.csv dec/late.csv || true
again "after the units changed"
printf '姓名,走访日期,社区,网格,楼栋\n张建国,2026-12-01,%s\n' "$a1" >visit.csv
at 2026-12-14T08:00:00 vet-import -q --ledger visit visit.csv || true
again "after another ledger came"
sheet oct/late.csv "郑辛,男,370124197003030013,,退役士兵,,,云翠社区,第1网格,3号楼"
at 2026-12-15T08:00:00 vet-import -q -p 2026-10 oct/late.csv || true
again "after a sheet for the month before"
at 2026-12-16T08:00:00 vet-store -q freeze 2026-10
again "after the month before was frozen later"
at 2026-12-17T08:00:00 vet-export -q --mask none -o all.csv
at 2026-12-17T08:00:00 vet-store -q backup copy.db
again "after exports and backups"

# Ledgers, code lists and report files change too; what the month was reported with is kept in the store.
cp -r "$TOP/share" share
export VET_SHARE=$PWD/share
again "with another folder of the same share files"
sed -i 's/服务站工作月报/服务站月度报告/' share/reports/monthly.json
sed -i 's/"title": "联系电话"/"title": "手机"/; s/"vet:stock": "[^"]*"/"vet:stock": "name IS NOT NULL"/' share/ledgers/person.json
sed -i 's/退役士兵/退伍兵/' share/codes/category.csv
sed -i 's/"title": "走访[^"]*"/"title": "慰问"/' share/ledgers/visit.json
again "after the report file, ledgers and a code list changed"
same "nothing is said of it, for nothing is missing" "" "$(vet-report -r monthly -p 2026-11 -t csv -o again.csv 2>&1)"
vet-report -q -r monthly -p 2026-12 -t text -o dec.text
has "another month goes by the files as they are" dec.text 月度报告
status "a number is explained by the files as they were" 0 vet-report -q -r monthly -p 2026-11 --explain '关键指标!B5'
same "  with as many as the report says" 5 "$(tail -n +2 out | wc -l)"
same "so do sums of the frozen month" 5 "$(vet-aggregate -q -p 2026-11 --level station | tail -1 | cut -d, -f5)"
vet-report -r monthly -p 2026-11 --restated -t text -o restated.text 2>err
has "as now known it goes by the files as they are" restated.text 月度报告
has "  and says which were changed" err "2026-11 was frozen: codes/category.csv ledgers/person.json ledgers/visit.json reports/monthly.json;"
rm share/reports/monthly.json share/ledgers/visit.json
again "after files are gone"
sed -i 's/"fields": \[/"fields": [{"name": "extra", "title": "备用", "type": "string"},/' share/ledgers/person.json
sed -i 's/^姓名/备用,姓名/; s/^\([^备]\)/甲,\1/' dec/a.csv
at 2026-12-18T08:00:00 vet-import -q dec/a.csv || true
has "the ledger has gained a field" <(vet-export -q --mask none) '甲,'
again "after the ledger gained a field"
sed 's/"title": "[^"]*"/"title": "新报表"/; s/"name": "summary"/"name": "own"/' share/reports/summary.json >share/reports/own.json
status "a report that was not there when the month was frozen is made from the file as it is" 0 \
    vet-report -r own -p 2026-11 -t text
has "  which is said" err "own.json: this was not among what was kept when 2026-11 was frozen"
same "  of this file alone" 1 "$(wc -l <err)"
freeze=$(vet-store log | grep ',freeze,' | head -1 | cut -d, -f1)
at 2026-12-19T08:00:00 vet-store -q undo "$freeze"
status "thawed, the month goes by the files as they are" 2 vet-report -r monthly -p 2026-11
has "  and the report is gone" err "there is no report monthly"
at 2026-12-19T09:00:00 vet-store -q undo "$(vet-store log | tail -1 | cut -d, -f1)"
again "after the freeze was undone, and that too"
cp "$TOP"/share/reports/monthly.json share/reports/
at 2026-12-20T08:00:00 vet-store -q freeze 2026-12
again "after another month was frozen, with other files"
same "a text that did not change is kept once" "$(sqlite3 vet.db 'SELECT count(DISTINCT text) FROM vet_text')" \
    "$(sqlite3 vet.db 'SELECT count(*) FROM vet_text')"
check "  under its SHA-256" test "$(sqlite3 vet.db "SELECT digest FROM vet_text t JOIN vet_kept k ON k.text = t._id WHERE \
    name = 'reports/monthly.json' LIMIT 1")" = "$(sha256sum <"$TOP/share/reports/monthly.json" | cut -d' ' -f1)"
sed -i 's/"title": "/&改/' share/reports/monthly.json
at 2026-12-21T08:00:00 vet-store -q backup copy2.db
VET_DB=copy2.db again "out of a backup"
sqlite3 vet.db .dump | sqlite3 bad.db && sqlite3 bad.db "PRAGMA application_id=$((0x76657473)); PRAGMA user_version=1;
    UPDATE vet_text SET text = replace(text, '人', '口') WHERE _id = 3"
status "who changes a text that was kept is found out" 4 vet-store -d bad.db verify
has "  by name" err "vet_text"
unset VET_SHARE

# Who takes whole names and numbers out of the store stands in its log, before he has them.
last() { vet-store log -t json | tail -1 | grep -o '"kind":"[^"]*"\|"by":"[^"]*"\|"source":"[^"]*"\|rows[^}]*}\|failed[^}]*}' | tr '\n' ' '; }
batches() { vet-store log | wc -l; }
mine() { VET_BY=李会计 at 2026-12-22T08:00:00 "$@"; }
stock=$(sed -n 's/.*"vet:stock": "\(.*\)",*$/\1/p' "$TOP/share/ledgers/person.json")
before=$(batches)
mine report -t csv -o masked.csv
mine vet-report -q -r monthly -p 2026-11 --explain '关键指标!B5' -o masked.csv
mine vet-aggregate -q -p 2026-11 --level station -o masked.csv
mine vet-aggregate -q -p 2026-11 --level station --explain 1 --mask internal -o masked.csv
mine vet-export -q --mask internal -o masked.csv
same "masked, and sums, are nobody's business" "$before" "$(batches)"
mine vet-report -q -r roster -p 2026-12 --mask none -t csv -o whole.csv
has "a report" <(last) '"by":"李会计" "source":"whole.csv"'
mine vet-aggregate -q -p 2026-11 --level station --explain 1 -o whole.csv
has "the people behind a sum" <(last) "\"by\":\"李会计\" \"source\":\"whole.csv\" rows\\\":$(tail -n +2 whole.csv | wc -l)}"
mine vet-aggregate -q --movement 2026-10..2026-11 --people -o whole.csv
has "who came and left" <(last) "\"source\":\"whole.csv\" rows\\\":$(tail -n +2 whole.csv | wc -l)}"
mine vet-report -q -r monthly -p 2026-11 --mask none --explain '关键指标!B5' -o whole.csv
has "the people behind a number of a report" <(last) 'rows\":5}'
mine vet-form -q -o forms
has "forms with people in them" <(last) "\"source\":\"forms\" rows\\\":$(vet-export -q --mask internal --where "$stock" | tail -n +2 | wc -l)}"
mine vet-dedupe -q --one -o whole.csv
has "golden records" <(last) '"source":"whole.csv" rows'
mine vet-export -q -o whole.csv
has "an export" <(last) "\"source\":\"whole.csv\" rows\\\":$(tail -n +2 whole.csv | wc -l)}"
mkfifo pipe
cat pipe >piped.csv &
mine vet-export -q -o pipe
wait $!
check "through a pipe the same" cmp whole.csv piped.csv
has "  with as many rows in the log" <(last) "\"source\":\"pipe\" rows\\\":$(tail -n +2 piped.csv | wc -l)}"
same "each once" "$((before + 8))" "$(vet-store log | grep -c -v ',links,')"
for whole in 'vet-export' 'vet-report -r roster -p 2026-12 -t csv --mask none' 'vet-aggregate -p 2026-11 --explain 1 --level station'; do
    # shellcheck disable=SC2086
    mine $whole -q >/dev/full 2>err
    same "${whole%% *}: what could not be written" 4 $?
    has "  is in the log as not handed out" <(last) '"by":"李会计" "source":"-" failed\":true}'
done
before=$(batches)
mine vet-export -q -o missing/whole.csv 2>err
same "a file that cannot be made is not announced, and nothing is given out" "4 $before" "$? $(batches)"
again "after all that"
chmod a-w vet.db
status "a store that may only be read gives them all the same" 0 vet-report -r roster -p 2026-12 --mask none -t csv
has "  with a warning" err "warning: store_unlogged"
chmod u+w vet.db
(
    sqlite3 vet.db <<'SQL'
PRAGMA busy_timeout=5000;
BEGIN IMMEDIATE;
.shell touch held; sleep 30
SQL
) &
holder=$!
for _ in $(seq 100); do [ -e held ] && break; sleep 0.1; done
for whole in 'vet-export' 'vet-report -r roster -p 2026-12 -t csv --mask none' 'vet-aggregate --explain 1 --level station'; do
    # shellcheck disable=SC2086
    VET_WAIT=200 status "${whole%% *}: what the log cannot tell of is not given out" 4 $whole
    same "  not a byte" "" "$(cat out)"
    has "  it says what to do" err "store_not_logged"
done
status "masked it is not held up" 0 vet-report -q -r roster -p 2026-12 -t csv
pkill -P $holder
wait $holder 2>/dev/null
check "the store verifies" vet-store -q verify
same "a month that is frozen late is frozen as it was reported, without the sheets of the month that follows" \
    "2026-10,station,S,榆山街道退役军人服务站,2" "$(vet-aggregate -q -p 2026-10 --level station | tail -1)"
finish
