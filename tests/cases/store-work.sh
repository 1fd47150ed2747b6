#!/usr/bin/env bash
# A clerk's year with the store: import, look back, undo, freeze, copy, hand over, erase.
. "$TESTS/lib.sh"
export VET_NOW=2026-11-24T10:00:00 VET_BY=clerk

cat >units.csv <<'CSV'
code,parent,level,name,aliases,leader,phone
s,,station,榆山街道,,,
s1,s,community,云翠社区,云翠,,
s1a,s1,grid,第1网格,,,
b1,s1a,building,1号楼,,王楼长,13800000001
b2,s1a,building,2号楼,,李楼长,13800000002
CSV
sheet() { # FILE, rows on stdin
    { echo '姓名,身份证号,出生日期,联系电话,人员类别,社区,网格,楼栋' && cat; } >"$1"
}
sheet a.csv <<'CSV'
张三,370124195001011012,,13900000001,退役士兵,云翠社区,第1网格,1号楼
李四,370124195211070029,,13900000002,退役士兵,云翠社区,第1网格,1号楼
CSV
sheet b.csv <<'CSV'
赵六,370124196002290038,,13900000003,复员军人,云翠社区,第1网格,2号楼
CSV
sheet a2.csv <<'CSV'
张三,370124195001011012,,13900000009,退役士兵,云翠社区,第1网格,1号楼
CSV
export VET_DB=v.db
people() { vet-export --mask internal | wc -l; }

status "a store is made with its units" 0 vet-store init -u units.csv
status "and is not made twice" 2 vet-store init -u units.csv
same "nobody but its owner may read it" 600 "$(stat -c %a v.db)"
status "three people are imported" 0 vet-import -q a.csv b.csv -o /dev/null
same "they are there" 4 "$(people)"
vet-export --mask internal >before.csv
status "the same files again" 0 vet-import -q a.csv b.csv -o /dev/null
vet-export --mask internal >again.csv
same "change nothing" "$(cat before.csv)" "$(cat again.csv)"
last=$(vet-store log | tail -n +2 | wc -l)
status "a month is frozen" 0 vet-store freeze 2026-11 --by 王站长
status "and not frozen twice" 2 vet-store freeze 2026-11
has "the message names who froze it" err 王站长
status "a corrected sheet is imported" 0 vet-import -q a2.csv -o /dev/null
vet-export --as-of 2026-11 --mask internal >frozen.csv
same "as of the frozen month everything is as it was then" "$(cat before.csv)" "$(cat frozen.csv)"
vet-export --changes 2026-11.. --mask none >changes.csv
same "the changes since are one phone" 1 "$(grep -c '^changed,b1,1,张三,phone,13900000001,13900000009' changes.csv)"
same "and nothing else" 2 "$(wc -l <changes.csv)"
same "history shows both versions, with file and row" 2 "$(vet-export --history 370124195001011012 --mask internal | grep -cE ',import,b1,a2?[.]csv,')"
vet-export --missing --mask internal >missing.csv
has "the one whom the new sheet lacks is listed for follow-up, with the building leader" missing.csv 'b1,1号楼,李*,王楼长,13800000001'
has "  and of how many rows" <(vet-store log | grep ',export,' | tail -1) '{""rows"":'
status "what was given out cannot be called back" 2 vet-store undo "$(vet-store log | awk -F, '$2 == "export" { b = $1 } END { print b }')"
has "  and undo says so" err "giving out data"
same "the log says who exported unmasked" 1 "$(vet-store log | grep -c ',export,2026-11-24T10:00:00,clerk,vet-export --changes')"

a=$((last - 1)) # the batch of a.csv
status "a file on which a later one depends is not undone alone" 2 vet-store undo $a
has "the later one is named" err a2.csv
status "a number that is no batch" 2 vet-store undo 999
status "with --cascade both are undone" 0 vet-store undo $a --cascade
same "one person is left" 2 "$(people)"
status "the store verifies" 0 vet-store verify

status "a backup is made" 0 vet-store backup copy.db
status "and verifies" 0 vet-store verify -d copy.db
cp copy.db bad.db
sed -i 's/13900000003/13900000004/' bad.db
status "a damaged backup is not restored" 4 vet-store restore bad.db -d other.db
check "and leaves nothing" test ! -e other.db
status "a good one is" 0 vet-store restore copy.db -d v.db
check "the store that was there is kept" test -e v.db.replaced-1
same "and holds the same people" 2 "$(people)"

vet-import -q a.csv -o /dev/null
status "the station packs its records for the county" 0 vet-store pack s.zip
status "the county takes them" 0 vet-store unpack s.zip -d county.db -o receipt.json
same "all of them" "$(vet-export -d v.db --mask public)" "$(vet-export -d county.db --mask public)"
vet-export -d county.db --mask public >once.csv
status "the same package again" 0 vet-store unpack s.zip -d county.db -o receipt2.json
same "changes nothing" "$(cat once.csv)" "$(vet-export -d county.db --mask public)"
status "the station's log matches the receipt" 0 vet-store verify --receipt receipt.json
sed '/"sender"/s/"hash":"../"hash":"zz/' receipt.json >forged.json
status "another log does not" 4 vet-store verify --receipt forged.json
cp s.zip broken.zip
printf 'XX' | dd of=broken.zip bs=1 seek=300 conv=notrunc 2>dd.err
status "a package damaged on its way is not taken" 3 vet-store unpack broken.zip -d county2.db
same "nothing of it" 0 "$(sqlite3 county2.db 'SELECT count(*) FROM vet_unit' 2>/dev/null || echo 0)"

total=$(sqlite3 v.db 'SELECT count(*) FROM person_version')
status "erasing needs a reason" 2 vet-store erase 370124196002290038
vet-store erase 370124196002290038 --reason 本人申请 >out 2>err
has "a person is erased, and the backup that still holds him is named" err copy.db
check "his id is nowhere in the file any more" sh -c '! grep -q 370124196002290038 v.db'
check "nor his phone" sh -c '! grep -q 13900000003 v.db'
same "the totals of the past still add up" "$total" "$(sqlite3 v.db 'SELECT count(*) FROM person_version')"
status "and the store verifies" 0 vet-store verify

# ---- sheets that ask for different things ----
printf '社区,网格,楼栋,姓名,身份证号,联系电话,备注\n云翠社区,第1网格,1号楼,张三,370124195001011012,13900000001,独居\n' >full.csv
printf '填表日期：2026-11-05,,,,\n社区,网格,楼栋,姓名,身份证号,政治面貌\n云翠社区,第1网格,1号楼,张三,370124195001011012,群众\n' >newer.csv
printf '填表日期：2026-10-05,,,,\n社区,网格,楼栋,姓名,身份证号,联系电话,政治面貌\n云翠社区,第1网格,1号楼,张三,370124195001011012,13900000002,中共党员\n' >older.csv
vet-import -q -d w.db -u units.csv full.csv newer.csv
told() { vet-export -d "$1" -t json | sed 's/.*"politics":"\([^"]*\)".*"phone":"\([0-9]*\)".*"remark":"\([^"]*\)".*/\2 \1 \3/'; }
same "a newer sheet without a column for telephones and remarks leaves them as they are" "13900000001 群众 独居" "$(told w.db)"
vet-import -q -d w.db older.csv
same "an older one that comes later says what the newer one did not ask for, and no more" "13900000002 群众 独居" "$(told w.db)"
vet-import -q -d x.db -u units.csv full.csv older.csv newer.csv
same "in their own order they give the same" "$(vet-export -d w.db | cut -d, -f1-20)" "$(vet-export -d x.db | cut -d, -f1-20)"
status "such a store verifies" 0 vet-store verify -d w.db

# ---- only the day on which somebody died or left ----
printf '社区,网格,楼栋,姓名,身份证号\n云翠社区,第1网格,1号楼,张三,370124195001011012\n云翠社区,第1网格,1号楼,李四,370124195211070029\n云翠社区,第1网格,1号楼,赵六,370124196002290038\n' >oct.csv
printf '社区,网格,楼栋,姓名,身份证号,死亡日期,迁出时间,是否死亡\n云翠社区,第1网格,1号楼,张三,370124195001011012,2026.11.3,,\n云翠社区,第1网格,1号楼,李四,370124195211070029,,2026年11月,\n云翠社区,第1网格,1号楼,赵六,370124196002290038,1950-01-01,,否\n' >nov.csv
VET_NOW=2026-10-20T08:00:00 vet-import -q -d y.db -u units.csv oct.csv
VET_NOW=2026-11-20T08:00:00 vet-import -d y.db nov.csv 2>err
has "a death before the birth is told" err "date_order"
has "and a date of death of one who is said to live" err "died_or_not"
same "one died, one moved out, one is left" "2026-11,s,3,0,0,1,1,0,1" \
    "$(vet-aggregate -d y.db --movement 2026-10..2026-11 --level station | sed -n 2p | cut -d, -f1,3,5-11)"

damage() { # SENTENCE SQL TEXT
    cp v.db t.db
    sqlite3 t.db "$2"
    status "$1 is found" 4 vet-store verify -d t.db
    has "and named: $3" err "$3"
}
damage "a changed row" "UPDATE person_version SET name = '假名' WHERE _id = 1" 'person_version row 1'
damage "a removed row" "PRAGMA foreign_keys=OFF; DELETE FROM person_version WHERE _id = 2" 'person_version row 2'
damage "an inserted row" "INSERT INTO person_version(_id, _in, _record, _hash) VALUES(99, 4, 99, 1)" 'person_version row 99'
damage "a changed batch" "UPDATE vet_batch SET who = 'nobody' WHERE id = 4" 'batch 4'
damage "a removed batch" "PRAGMA foreign_keys=OFF; DELETE FROM vet_batch WHERE id = 5" 'batch 5'
damage "a row brought back to life" "UPDATE person_version SET _out = NULL WHERE _id = 1" 'the rows that batch'
finish
