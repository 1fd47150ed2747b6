# shellcheck shell=bash
# What a clerk sees when plain sheets are imported.
. "$TESTS/lib.sh"
corpus=$TESTS/corpus
status "a sheet with one row to go home ends with 1" 1 \
    vet-import -u "$corpus/good-import-units.csv" --stats stats.json --rejects rejects.csv "$corpus/good-import-plain.csv"
field() { # COLUMN of the record of NAME
    awk -F, -v want="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i } $1 == name { print $c }' out
}
same "the unit is the deepest that is certain" C1G3B12 "$(field unit 张甲)"
same "同上 and 〃 say what the row above said, and 十二幢 is 12号楼" C1G3B12 "$(field unit 王乙)"
same "a place gets the unit's own name" 第3网格 "$(field grid 王乙)"
same "a building that no unit is called is flagged, and the grid counts" "C2G1 building:unit_unknown" "$(field unit 李丙) $(field _flags 李丙)"
has "the message says what was typed" err "９号楼"
has "a row without a name is rejected" rejects.csv "missing_required"
has "a rejected row keeps its cells" rejects.csv "370124197812240053"
has "every row has a fate" stats.json '{"rows": 7, "fates": {"new": 3, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 1, "nil": 1, "header": 1, "preamble": 0, "hint": 0, "footer": 0, "blank": 1}'
status "the same into a store" 1 vet-import -q -u "$corpus/good-import-units.csv" --db v.db "$corpus/good-import-plain.csv"
same "prints no records" 0 "$(wc -c <out)"
status "the same file again" 1 vet-import -q --db v.db --stats again.json "$corpus/good-import-plain.csv"
has "changes nothing" again.json '"new": 0, "updated": 0, "unchanged": 3'
status "a dry run into a store" 1 vet-import -q --db v.db --dry-run "$corpus/good-import-plain.csv"
same "prints nothing" 0 "$(wc -c <out)"
status "with --mask internal" 1 vet-import -q -u "$corpus/good-import-units.csv" --mask internal "$corpus/good-import-plain.csv"
has "names are masked" out "张*,男,370124********1012"
status "rejects come back under the ledger's own headings" 1 vet-import -q -u "$corpus/good-import-units.csv" --stats back.json rejects.csv
has "and are rejected again while nobody has mended them" back.json '"rejected": 1'
status "with --where" 1 vet-import -q -u "$corpus/good-import-units.csv" --stats where.json --mask internal \
    --where "name = '王乙' AND unit LIKE 'C1%'" "$corpus/good-import-plain.csv"
same "only the records it holds for are written, and it sees what is masked" "1 1" "$(grep -c '王\*,' out) $(sed 1d out | grep -c .)"
has "all rows are counted" where.json '"new": 3, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 1'
status "a --where with a column that is none" 2 vet-import -q --where "nmae = '王乙'" "$corpus/good-import-plain.csv"
has "names the nearest" err "name"
status "one that fails on a row" 2 vet-import -q --where "abs(-9223372036854775807 - 1 + _row - _row)" "$corpus/good-import-plain.csv"
status "a store takes all rows: --where is for what is written out" 2 vet-import -q --db v.db --where "name = '王乙'" "$corpus/good-import-plain.csv"
piped() { vet-import -q -u "$corpus/good-import-units.csv" --db p.db --stats "$2" <"$1"; }
head -4 "$corpus/good-import-plain.csv" >half.csv
status "a pipe into a store" 0 piped half.csv first.json
status "other bytes from a pipe" 1 piped "$corpus/good-import-plain.csv" second.json
has "are another batch" second.json '"rejected": 1'
same "and taken" 0 "$(grep -c '"new": 0, "updated": 0, "unchanged": 3' second.json)"
status "the same bytes from a pipe again" 1 piped "$corpus/good-import-plain.csv" third.json
has "change nothing" third.json '"new": 0, "updated": 0, "unchanged": 3'
same "so there are two batches" 2 "$(sqlite3 p.db 'SELECT count(*) FROM vet_file')"
sed 's/^,男/赵丁,男/' rejects.csv >mended.csv
status "and taken once the name is there" 0 vet-import -q -u "$corpus/good-import-units.csv" mended.csv
has "with their unit" out "C1G1B1"
printf '%s\n' name,id_number,community,grid,building,unit,_file,_sheet,_row,_flags 合计,,云翠社区,第1网格,,C1G1,a.csv,,4, \
    姓名,身份证号,社区,网格,楼栋,C1G1,a.csv,,6, grid,id_number,name,第1网格,,C1G1,a.csv,,7, >words.csv
status "records that come in again may have the words of sheets for names" 0 vet-import -q --stats words.json words.csv
has "each is a record and no heading, total or card" words.json '"rows": 4, "fates": {"new": 3,'
long=$(printf '长%.0s' {1..61})
printf '%s\n' 姓名,身份证号,出生年月,联系电话,人员类别,社区,网格,楼栋 张甲,370124198506150012,1985年13月,138,将军,云翠社区,第1网格,77号楼 \
    "$long,,,,,云翠社区,第1网格," >typed.csv
vet-import -q -u "$corpus/good-import-units.csv" typed.csv >records.csv
status "records with values that could not be read come in again" 0 vet-import -q -u "$corpus/good-import-units.csv" records.csv
same "with what was typed and the same flags" "$(sed 's/typed.csv,,[0-9]*/PLACE/' records.csv)" "$(sed 's/records.csv,,[0-9]*/PLACE/' out)"
has "a name that is too long costs nobody his place" out "$long"
sed "s/^张甲,,,/张甲,,370124198506150011,/" records.csv >put.csv
vet-import -q -u "$corpus/good-import-units.csv" put.csv >out
has "what somebody has put right since is taken" out "张甲,男,370124198506150011,1985-06-15"
{
    printf '{"name": "wide", "title": "宽", "fields": [{"name": "name", "title": "姓名", "type": "string", "vet:role": "name"}'
    for i in {1..1100}; do printf ', {"name": "f%d", "title": "项%d", "type": "string"}' "$i" "$i"; done
    echo ', {"name": "phone", "title": "电话", "type": "string", "vet:role": "phone"}]}'
} >wide.json
printf '姓名,电话,项1\n张三,13800000001,x\n' >wide.csv
status "a ledger of more than a thousand fields" 0 vet-import --ledger ./wide.json --mask internal wide.csv
same "is masked to its last field" "张*x138****0001wide.csv2" "$(tail -1 out | tr -d ,)"
cat >boat.json <<'JSON'
{"name": "boat", "title": "船", "fields": [{"name": "name", "title": "船名", "type": "string",
 "constraints": {"required": true, "pattern": ".."}}, {"name": "place", "title": "泊位", "type": "string"}]}
JSON
printf '%s\n' 船名,泊位 海鸥,东 >boat.csv
for locale in C C.UTF-8; do
    status "a pattern of two characters, with the locale $locale" 0 env LC_ALL=$locale vet-import --ledger ./boat.json boat.csv
    same "takes two characters of Chinese" "海鸥,东,,,boat.csv,,2," "$(tail -1 out)"
done
sed 's/"required": true/"unique": true/' boat.json >unique.json
status "a constraint that is not enforced is wrong use" 2 vet-import --lang zh --ledger ./unique.json boat.csv
has "and is told in Chinese to the end" err "unique 应为 去掉：哪些记录算同一条由台账的 primaryKey 决定"

# ---- a full disk ----
town
awk 'BEGIN { print "社区,网格,楼栋,姓名,出生日期"; for (i = 0; i < 20000; i++) printf "云翠社区,第1网格,1号楼,王%c%c,19%02d-01-01\n", 65 + i % 26, 65 + int(i / 26) % 26, 30 + i % 60 }' >long.csv
status "a disk that is full before all is there is told" 4 vet-import -u units.csv long.csv -o /dev/full
has "and what could not be written" err "cannot write /dev/full: No space left on device"
finish
