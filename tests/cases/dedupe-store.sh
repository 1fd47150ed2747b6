#!/usr/bin/env bash
# Links in the store: made, kept, taken apart, undone.
. "$TESTS/lib.sh"
export VET_DB=$PWD/vet.db VET_NOW=2026-11-24T08:00:00 VET_PERIOD=2026-11
cat >units.csv <<'X'
code,parent,level,name,aliases,leader,phone
S,,station,榆山站,,,
C1,S,community,云翠社区,,,
G1,C1,grid,第1网格,,,
B1,G1,building,1号楼,,,
B2,G1,building,2号楼,,,
X
cat >one.csv <<'X'
社区,网格,楼栋,姓名,身份证号,出生日期,联系电话
云翠社区,第1网格,1号楼,张伟,370124198506150011,1985-06-15,13812345678
云翠社区,第1网格,1号楼,李强,,1960-03-04,13700000001
云翠社区,第1网格,1号楼,陈静,,1970-08-08,13400000004
X
cat >two.csv <<'X'
社区,网格,楼栋,姓名,身份证号,出生日期,联系电话
云翠社区,第1网格,2号楼,张伟,370124198506150011,1985-06-15,13900000000
云翠社区,第1网格,2号楼,李强,370124196003040017,1960-03-04,13700000001
云翠社区,第1网格,2号楼,陈静,,1970-08-08,13300000005
X
vet-store -q -u units.csv init >/dev/null 2>&1
vet-import -q one.csv two.csv >/dev/null 2>&1
entity() { vet-export 2>/dev/null | awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "_entity") c = i; next } $1 == name { print $c }' | sort -u | paste -sd' '; }
batches() { vet-store log 2>/dev/null | wc -l; }
before=$(batches)
status "an output that cannot be written" 4 vet-dedupe -q --stats none/stats.json
same "leaves the store as it was" "$before" "$(batches)"
status "linking the store needs no file" 0 vet-dedupe
same "and writes nothing to standard output" "" "$(cat out)"
same "one person in two buildings has one entity" 1 "$(entity 张伟 | wc -w)"
same "also without an id" 1 "$(entity 李强 | wc -w)"
same "records by themselves have none" "" "$(entity 陈静 | tr -d ' ')"
first=$(entity 张伟)
before=$(batches)
vet-dedupe -q >/dev/null 2>&1
same "linking again changes nothing, and is no batch" "$before" "$(batches)"

vet-dedupe -q --review review.csv >/dev/null 2>&1
sed -i '/陈静/s/^open/同一人/' review.csv
before=$(batches)
status "an output that cannot be written" 4 vet-dedupe -q --decisions review.csv --stats none/stats.json
same "  leaves decisions out of the store too" "$before" "$(batches)"
status "decisions may be tried out" 0 vet-dedupe -q --decisions review.csv --explain one.csv!4 two.csv!4
has "  on the store" out "because: people decided so"
same "  which does not keep them then" 0 "$(sqlite3 vet.db "SELECT count(*) FROM vet_decision")"
vet-dedupe -q --decisions review.csv >/dev/null 2>&1
same "a person's decision links" 1 "$(entity 陈静 | wc -w)"
vet-dedupe -q >/dev/null 2>&1
same "and holds when the store is linked again without the file" 1 "$(entity 陈静 | wc -w)"
how() { sqlite3 vet.db "SELECT DISTINCT how FROM vet_link WHERE _out IS NULL AND entity = '$(entity "$1")'"; }
same "the store tells what a person decided" decided "$(how 陈静)"
same "from the same id" same_id "$(how 张伟)"
same "and from what is likely" likely "$(how 李强)"
sed 's/13400000004/13400009999/' one.csv >corrected.csv
vet-import -q corrected.csv >/dev/null 2>&1
vet-dedupe -q >/dev/null 2>&1
sed 's/13300000005/13300009999/' two.csv >corrected.csv
vet-import -q corrected.csv >/dev/null 2>&1
vet-dedupe -q >/dev/null 2>&1
same "a decision holds when the records are corrected" 1 "$(entity 陈静 | wc -w)"
vet-dedupe -q --full >/dev/null 2>&1
same "and when everything is linked anew" 1 "$(entity 陈静 | wc -w)"
status "an entity can be taken apart" 0 vet-dedupe --split "$(entity 陈静)"
same "and stays so" "" "$(vet-dedupe -q && entity 陈静 | tr -d ' ')"
status "an entity that is none is named" 2 vet-dedupe --split P999
has "with what to do" err "the store has no entity P999"
status "--split is for the store" 2 env -u VET_DB vet-dedupe --split P1 one.csv

cat >three.csv <<'X'
社区,网格,楼栋,姓名,身份证号,出生日期,联系电话
云翠社区,第1网格,1号楼,赵建国,,1952-11-07,13900000000
X
vet-import -q three.csv >/dev/null 2>&1
vet-dedupe -q >/dev/null 2>&1
same "entities keep their names when records are added" "$first" "$(entity 张伟)"
check "the store verifies" vet-store -q verify
vet-dedupe -q --one >golden.csv 2>/dev/null
same "--one writes one record a person" 5 "$(($(wc -l <golden.csv) - 1))"

# What is written of the store calls entities as the store does.
vet-dedupe -q -o rows.csv 2>/dev/null
named() { awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "_entity") c = i; next } $1 == name { print $c }' "$1" | sort -u | paste -sd' '; }
same "the rows of -o have the entity that the store has" "$(entity 张伟) $(entity 李强)" "$(named rows.csv 张伟) $(named rows.csv 李强)"
same "golden records too" "$(entity 张伟)" "$(named golden.csv 张伟)"
same "who is by himself is called as nobody else" 1 "$(named golden.csv 赵建国 | wc -w)"
same "  so there are as many names as entities" "" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "_entity") c = i; next } seen[$c]++' golden.csv)"
vet-dedupe -q --pairs pairs.csv 2>/dev/null
has "pairs name those that --split takes" pairs.csv ",$(entity 张伟),$(entity 张伟),link,"

# Only what is new is compared: a station whose sheets come in two halves.
make-station station >/dev/null || exit 1
find station/sheets -type f | sort >sheets.txt
awk 'NR % 2' sheets.txt >half1.txt
awk 'NR % 2 == 0' sheets.txt >half2.txt
take() { xargs -d '\n' vet-import -q <"$1" >/dev/null 2>&1; }
# Who is one entity with whom, whatever the entities are called.
entities() { vet-export -q 2>/dev/null | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "_entity") c = i; next }
    $c != "" { if (!($c in e)) e[$c] = ++n; print NR, e[$c] }'; }
export VET_DB=$PWD/halves.db
vet-store -q -u station/units.csv init
take half1.txt
vet-dedupe -q >/dev/null 2>&1
take half2.txt
vet-dedupe --lang en >/dev/null 2>err
has "of a linked store, only what is new is compared" err "records have changed since the store was linked"
entities >halves.txt
names() { vet-export -q 2>/dev/null | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "_entity") c = i; next } { print $c }' | sort | uniq -c; }
names >names.txt
vet-dedupe -q --full >/dev/null 2>&1
entities >full.txt
check "some people are in two sheets" test "$(wc -l <halves.txt)" -gt 100
check "who is one is what a full run finds" cmp halves.txt full.txt
same "and entities have the same names" "$(cat names.txt)" "$(names)"
vet-dedupe --lang en >/dev/null 2>err
has "when nothing has changed, nothing is compared" err "0 records have changed since the store was linked; 0 were looked at"
vet-store -q undo "$(vet-store log -q 2>/dev/null | awk -F, '$2 == "import" { b = $1 } END { print b }')" >/dev/null 2>&1
vet-dedupe --lang en >/dev/null 2>err
has "what was undone is a change too" err "records have changed since the store was linked"
entities >undone.txt
vet-dedupe -q --full >/dev/null 2>&1
entities >full.txt
check "and is no longer anybody's" cmp undone.txt full.txt
export VET_DB=$PWD/once.db
vet-store -q -u station/units.csv init
take half1.txt
take half2.txt
vet-dedupe -q >/dev/null 2>&1
entities >once.txt
check "two halves are what linking all at once gives" cmp halves.txt once.txt
check "the store verifies" vet-store -q verify
vet-store -q erase 1 --reason "asked for" >/dev/null 2>&1
vet-dedupe --lang en >/dev/null 2>err
has "when somebody was erased, no key of theirs is kept: all are compared" err "records are"

export VET_DB=$PWD/few.db
vet-store -q -u units.csv init
vet-import -q one.csv >/dev/null 2>&1
vet-dedupe -q
printf '%s\n' 社区,网格,楼栋,姓名,身份证号 云翠社区,第1网格,2号楼,孙六,370124198506150011 >six.csv
vet-import -q six.csv >/dev/null 2>&1
status "somebody new with the id of another" 1 vet-dedupe
check "is named by file and row, and so is the other" grep -qE '(one.csv!2 and six.csv!2|six.csv!2 and one.csv!2) have the same id' err

# Who shares a key with somebody new, and is one person with another only because people said so, stays what he was.
export VET_DB=$PWD/said.db
vet-store -q -u units.csv init
vet-import -q one.csv two.csv >/dev/null 2>&1
vet-dedupe -q --review review.csv >/dev/null 2>&1
sed -i '/陈静/s/^open/同一人/' review.csv
vet-dedupe -q --decisions review.csv >/dev/null 2>&1
first=$(entity 陈静)
printf '%s\n' 社区,网格,楼栋,姓名,出生日期,联系电话 云翠社区,第1网格,1号楼,陈大山,1970-08-08,13911110000 >seven.csv
vet-import -q seven.csv >/dev/null 2>&1
vet-dedupe --lang en >/dev/null 2>err
has "somebody with the surname and the birth date of another is looked at beside both his records" err "1 record has changed since the store was linked; 3 were looked at"
same "who was decided to be one person keeps his entity" "$first" "$(entity 陈静)"
same "and no record is in two entities" "" "$(sqlite3 said.db "SELECT record FROM vet_link WHERE _out IS NULL GROUP BY ledger, record HAVING count(*) > 1")"
check "the store verifies" vet-store -q verify
finish
