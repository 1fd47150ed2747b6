#!/usr/bin/env bash
# A package carries all that the level above needs: what people decided below holds above, and what is wrong below is known above.
. "$TESTS/lib.sh"
export VET_NOW=2026-11-24T08:00:00 VET_BY=王会计
unset VET_UNITS VET_DB
head=社区,楼栋,姓名,身份证号,出生日期,联系电话
station() { # NAME CODE 镇
    village "$2" "$3" >"$1.units.csv"
    printf '%s\n' $head 云翠社区,1号楼,张伟,370124198506150011,1985-06-15,13812345678 云翠社区,1号楼,李强,,1960-03-04,13700000001 \
        云翠社区,1号楼,陈静,,1970-08-08,13400000004 云翠社区,1号楼,,,1971-01-01,13400000009 >"$1-one.csv"
    printf '%s\n' $head 云翠社区,2号楼,张伟,370124198506150011,1985-06-15,13900000000 云翠社区,2号楼,李强,370124196003040017,1960-03-04,13700000001 \
        云翠社区,2号楼,陈静,,1970-08-08,13300000005 东山社区,1号楼,,370124197001010024,1970-01-01,13300000006 >"$1-two.csv"
    vet-store -q -d "$1.db" -u "$1.units.csv" init
    vet-import -q -d "$1.db" "$1-one.csv" "$1-two.csv" 2>/dev/null
    vet-dedupe -q -d "$1.db" --review "$1-review.csv"
    sed -i '/陈静/s/^open/同一人/' "$1-review.csv"
    vet-dedupe -q -d "$1.db" --decisions "$1-review.csv"
}
entity() { # DB 姓名 [UNIT PREFIX]: the entities of that name
    vet-export -q -d "$1" --mask none | awk -F, -v name="$2" -v prefix="${3:-}" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["name"] == name && index($at["unit"], prefix) == 1 { print $at["_entity"] }' | sort -u | paste -sd' '
}
rejects() { sqlite3 "$1" "SELECT c.code, j.row, j.reasons, j.cells FROM vet_reject j LEFT JOIN vet_code c ON c._id = j.unit WHERE j._out IS NULL ORDER BY 1, 2, 4"; }
decisions() { sqlite3 "$1" "SELECT verdict, who, at FROM vet_decision WHERE _out IS NULL ORDER BY 1, 2, 3"; }
batches() { vet-store -q -d "$1" log | tail -n +2 | wc -l; }
station a A 甲镇 >out 2>err
station b B 乙镇 >out 2>err
vet-dedupe -q -d b.db --split "$(entity b.db 李强)"
same "at the first station a clerk said that two records are one person" "same|王会计|2026-11-24T08:00:00" "$(decisions a.db)"
same "at the second also that two are different people" 2 "$(decisions b.db | wc -l)"
for s in a b; do
    vet-store -q -d $s.db pack $s.zip
    status "the county takes package $s" 0 vet-store -q -d county.db unpack $s.zip -o $s.receipt
done

# Decisions.
same "the county knows what was decided, and by whom, of which station" \
    "different|B:王会计|2026-11-24T08:00:00 same|A:王会计|2026-11-24T08:00:00 same|B:王会计|2026-11-24T08:00:00" "$(decisions county.db | paste -sd' ')"
for how in "" --full; do
    vet-dedupe -q -d county.db $how >out 2>err
    same "linked anew at the county${how:+ ($how)}, those that were one stay one" 1 "$(entity county.db 陈静 A | wc -w)"
    same "and those that were taken apart stay apart${how:+ ($how)}" 2 "$(sqlite3 county.db "SELECT count(DISTINCT ifnull(k.entity, v._record)) FROM person_version v JOIN vet_code c ON c._id = v._unit LEFT JOIN vet_link k ON k.record = v._record AND k._out IS NULL WHERE v.name = '李强' AND v._out IS NULL AND c.code LIKE 'B%'")"
done
status "every total reconciles" 0 vet-aggregate -q -d county.db --check
check "and the store verifies" vet-store -q -d county.db verify

# Rejects.
same "the county knows which rows are still wrong, with their cells" "$( (rejects a.db; rejects b.db) | sort)" "$(rejects county.db | sort)"
vet-aggregate -q -d county.db --coverage --period 2026-11 >county.coverage
vet-aggregate -q -d a.db --coverage --period 2026-11 >a.coverage
check "so its coverage of a station is the station's" diff <(grep ',A-' a.coverage) <(grep ',A-' county.coverage)
dump() { sqlite3 "$1" .dump; }
dump county.db >before.dump
status "the same package once more changes nothing" 0 vet-store -q -d county.db unpack a.zip -o a.again
check "at all" cmp before.dump <(dump county.db)

# The next month: a row is put right, a decision is taken back, and the county has decided something itself.
printf '%s\n' $head 东山社区,1号楼,孙丽,370124197001010024,1970-01-01,13300000006 >a-three.csv
VET_NOW=2026-12-01T08:00:00 vet-import -q -d a.db a-three.csv 2>/dev/null
vet-store -q -d b.db undo --cascade "$(vet-store -q -d b.db log | awk -F, '$2 == "decisions" { n = $1 } END { print n }')" 2>/dev/null
VET_NOW=2026-12-24T08:00:00 vet-store -q -d a.db pack a-12.zip
VET_NOW=2026-12-24T08:00:00 vet-store -q -d b.db pack b-12.zip
vet-dedupe -q -d county.db --review county-review.csv
closed() { sqlite3 county.db "SELECT count(*) FROM vet_reject WHERE _out IS NOT NULL"; }
status "next month's package" 0 vet-store -q -d county.db unpack a-12.zip -o a-12.receipt
same "closes just the row that was put right below" 1 "$(closed)"
same "and leaves the others as they are below" "$( (rejects a.db; rejects b.db) | sort)" "$(rejects county.db | sort)"
status "the other station's" 0 vet-store -q -d county.db unpack b-12.zip -o b-12.receipt
same "takes back the decision that was taken back below" "same|A:王会计|2026-11-24T08:00:00 same|B:王会计|2026-11-24T08:00:00" "$(decisions county.db | paste -sd' ')"
status "the county's totals still reconcile" 0 vet-aggregate -q -d county.db --check
check "and its store verifies" vet-store -q -d county.db verify
status "all receipts are good" 0 vet-store -q -d a.db verify --receipt a-12.receipt
status "an undone package takes its decisions along" 0 vet-store -q -d county.db undo "$(batches county.db)"
same "which are as they were before it" "different|B:王会计|2026-11-24T08:00:00 same|A:王会计|2026-11-24T08:00:00 same|B:王会计|2026-11-24T08:00:00" "$(decisions county.db | paste -sd' ')"

# One community alone: only what is inside it.
vet-store -q -d a.db pack --unit A-2 a-2.zip
vet-store -q -d part.db unpack a-2.zip -o part.receipt
same "a community's package has no decisions about records outside it" "" "$(decisions part.db)"
same "and no rejects of others" "" "$(rejects part.db)"
vet-store -q -d a.db pack --unit A-1 a-1.zip
vet-store -q -d part1.db unpack a-1.zip -o part.receipt
same "the other's has its own" "same|A-1:王会计|2026-11-24T08:00:00" "$(decisions part1.db)"
same "with its rejects" "$(rejects a.db)" "$(rejects part1.db)"

# Rows that no unit is known of, and the sheets that they stood on.
returns() { sqlite3 "$1" "SELECT r.ledger, r.kind, r.period, r.accepted, r.rejected, s.survey_date FROM vet_return r JOIN vet_sheet s ON s._id = r.sheet WHERE r.unit IS NULL AND r._out IS NULL ORDER BY 1, 2, 3, 4, 5, 6"; }
cat a.units.csv >two.units.csv
printf '%s\n' Z,,station,丙镇服务站,,, >>two.units.csv
vet-store -q -d two.db -u two.units.csv init
printf '%s\n' 姓名,身份证号,联系电话 赵六,370124198506150011,13300000007 >nowhere.csv
vet-import -q -d two.db nowhere.csv 2>/dev/null
same "a row of nobody knows where is open" 1 "$(rejects two.db | wc -l)"
vet-store -q -d two.db pack two.zip
status "it goes along" 0 vet-store -q -d county2.db unpack two.zip -o two.receipt
same "as it was typed" "$(rejects two.db)" "$(rejects county2.db)"
VET_NOW=2026-12-24T08:00:00 vet-import -q -d two.db -u two.units.csv a-three.csv 2>/dev/null
vet-store -q -d two.db pack two-12.zip
vet-store -q -d county2.db unpack two-12.zip -o two.receipt
same "its sheet is known to have been handed in" 1 "$(returns county2.db | wc -l)"
same "  as the sender knows it" "$(returns two.db)" "$(returns county2.db)"
same "and next month it is the same row still" "1 0" "$(sqlite3 -separator ' ' county2.db "SELECT count(*), count(_out) FROM vet_reject")"

# What sheets asked for goes along: in the store that takes a package over, sheets that come late find what they would have found.
place='云翠社区,第1网格,1号楼'
cat >w.units.csv <<'CSV'
code,parent,level,name,aliases,leader,phone
W,,station,甲镇服务站,,,
W1,W,community,云翠社区,,,
W11,W1,grid,第1网格,,,
W111,W11,building,1号楼,,,
CSV
printf '社区,网格,楼栋,姓名,身份证号,联系电话,备注\n%s,张三,370124195001011012,13900000001,独居\n%s,李四,370124195211070029,13900000004,\n' $place $place >full.csv
printf '填表日期：2026-11-05,,,,\n社区,网格,楼栋,姓名,身份证号,政治面貌\n%s,张三,370124195001011012,群众\n%s,李四,370124195211070029,\n' $place $place >newer.csv
printf '填表日期：2026-10-05,,,,\n社区,网格,楼栋,姓名,身份证号,联系电话,政治面貌\n%s,张三,370124195001011012,13900000002,中共党员\n%s,李四,370124195211070029,13900000005,\n' $place $place >older.csv
vet-import -q -d w.db -u w.units.csv full.csv newer.csv
vet-store -q -d w.db pack w.zip
status "what sheets asked for is in the package" 0 vet-store -q -d z.db unpack w.zip -o z.receipt
told() { vet-export -d "$1" --mask none -q | cut -d, -f1,3,6,11; }
same "the store that takes it over holds the same" "$(told w.db)" "$(told z.db)"
vet-import -q -d w.db older.csv
vet-import -q -d z.db older.csv
has "an older sheet that comes late says there what the newer one did not ask for" <(told z.db) "张三,370124195001011012,群众,13900000002"
same "  as it does with the sender, also of one whom the newer sheet had unchanged" "$(told w.db)" "$(told z.db)"
vet-store -q -d w.db pack w2.zip
vet-store -d z.db unpack w2.zip -o z.receipt 2>err
has "the next package finds them as they are" err "0 new, 0 changed, 2 as before"
status "such a store verifies" 0 vet-store -q -d z.db verify

# Counts that the manifest states.
unzip -q a.zip -d bag
sed -i '$d' bag/data/rejects.csv
(cd bag && find data -type f | LC_ALL=C sort | xargs sha256sum >manifest-sha256.txt && sha256sum bag-info.txt bagit.txt manifest-sha256.txt >tagmanifest-sha256.txt && zip -qr -X ../short.zip .)
status "a reject left out and the hashes made good" 3 vet-store -d new.db unpack short.zip -o new.receipt
has "is told" err "data/rejects.csv"
finish
