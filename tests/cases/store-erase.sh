#!/usr/bin/env bash
# A person asks to be forgotten.
. "$TESTS/lib.sh"
export VET_DB=$PWD/v.db VET_NOW=2026-11-24T08:00:00 VET_BY=王会计
unset VET_UNITS
cat >units.csv <<'X'
code,parent,level,name,aliases,leader,phone
S,,station,甲镇服务站,,,
C,S,community,云翠社区,,,
B1,C,building,1号楼,,李楼长,13800000001
B2,C,building,2号楼,,赵楼长,13800000002
X
vet-store -q -u units.csv init
head=社区,楼栋,姓名,身份证号,联系电话,家庭住址,人员类别,备注
printf '%s\n' $head 云翠社区,1号楼,欧阳建国,370124195211070029,13987654321,幸福路17号,退役士兵,他爱喝茶 \
    云翠社区,1号楼,王芳,370124196002290038,13612340002,幸福路18号,军烈属, >欧阳建国.csv
printf '%s\n' $head 云翠社区,2号楼,欧阳建国,370124195211070029,13987654322,平安路3号,退役士兵, \
    云翠社区,2号楼,张伟,370124198506150011,13812345678,平安路4号,退役士兵, >two.csv
printf '%s\n' $head 云翠社区,1号楼,欧阳建国,370124195211070029,13987654323,幸福路19号,退役士兵, >three.csv
printf '%s\n' $head ,无此楼,欧阳建国,3701241952110700290,13987654324,,, 云翠社区,2号楼,,'３７０１２４１９５２１１０７００２９',13987654325,,, \
    云翠社区,2号楼,,,13711111111,别处,, >four.csv
vet-import -q 欧阳建国.csv
vet-store -q backup before.db
vet-import -q two.csv
vet-import -q three.csv
vet-import -q four.csv >out 2>err
vet-dedupe -q >out 2>err
vet-store -q backup after.db
vet-store -q pack p.zip
totals() { vet-aggregate -q --level building --by category --as-of "$1"; }
totals 8 >then.csv
versions=$(sqlite3 v.db 'SELECT count(*) FROM person_version')
rejects=$(sqlite3 v.db 'SELECT count(*) FROM vet_reject')
check "he is in the file at first" grep -qa 欧阳建国 v.db

status "erasing needs a reason" 2 vet-store erase 370124195211070029
status "who is not there cannot be erased" 2 vet-store erase 370124195211070999 --reason 申请
has "and that is said" err "nobody in the store"
status "a person is erased; someone must see to the copies" 1 vet-store erase 370124195211070029 --reason 欧阳建国本人申请 --by 王会计
cp err erased.err
for text in 欧阳建国 370124195211070029 3701241952110700290 ３７０１２４１９５２１１０７００２９ 13987654321 13987654322 13987654323 13987654324 13987654325 \
    幸福路17号 幸福路19号 平安路3号 他爱喝茶 1952-11-07; do
    if cat v.db v.db-wal 2>/dev/null | grep -qaF "$text"; then fail "$text is nowhere in the file"; else pass "$text is nowhere in the file"; fi
done
check "others are as they were" test "$(vet-export --mask none | grep -c '王芳\|张伟')" = 2
check "their phones too" grep -qa 13612340002 v.db
check "and a rejected row that was not his" grep -qa 13711111111 v.db
same "no row of the past is gone" "$versions $rejects" "$(sqlite3 v.db 'SELECT count(*) FROM person_version') $(sqlite3 v.db 'SELECT count(*) FROM vet_reject')"
same "he is counted no longer" 2 "$(vet-export --mask internal | tail -n +2 | wc -l)"
same "but the totals of the past are what they were" "$(cat then.csv)" "$(totals 8)"
status "the store verifies" 0 vet-store verify
has "and says how many rows are tombstones" err "rows are tombstones"
has "each backup that holds him is named" erased.err "$PWD/before.db"
has "  the other too" erased.err "$PWD/after.db"
has "and the package that went to the level above" erased.err "p.zip"
has "the log says that someone was erased and why, but not who" <(vet-store log) "***本人申请"
has "the file that bore his name has it no more" <(vet-store log) ",***.csv,"
has "in Chinese, too" <(vet-store --lang zh erase 370124195211070029 --reason 申请 2>&1) "什么也没有删"
status "work goes on" 0 vet-import -q two.csv
status "the same bytes are not taken twice, so he does not come back" 0 vet-store verify
same "two people still" 2 "$(vet-export --mask internal | tail -n +2 | wc -l)"
cp v.db t.db
sqlite3 t.db "UPDATE person_version SET name = '别人' WHERE _hash = 0"
status "an emptied row that someone fills is found" 4 vet-store -d t.db verify
has "and named" err "verify_row"
cp v.db t.db
sqlite3 t.db "UPDATE vet_batch SET who = '别人' WHERE source = '***.csv'"
status "so is a batch whose text was scrubbed and then changed" 4 vet-store -d t.db verify
status "erasing is for good: it cannot be undone" 2 vet-store undo "$(vet-store log | awk -F, '$2 == "erase" { print $1 }')"
vet-store -q backup clean.db
check "a backup made afterwards does not hold him" sh -c '! grep -qa 欧阳建国 clean.db'

# Nobody can try out on what is left whom it was: batches are salted, and the salt goes with the person.
unset VET_SALT
for n in 1 2; do
    VET_DB=$PWD/salted$n.db
    vet-store -q -u units.csv init
    vet-import -q 欧阳建国.csv two.csv
done
log_of() { sqlite3 "salted$1.db" "SELECT hash FROM vet_batch"; }
same "the same work gives other hashes each time" 0 "$(comm -12 <(log_of 1 | sort) <(log_of 2 | sort) | wc -l)"
log_of 1 >hashes
sqlite3 salted1.db "SELECT opened_hash FROM vet_change WHERE tbl = 'person_version' AND opened > 0 UNION SELECT salt FROM vet_batch WHERE id IN (SELECT _in FROM person_version)" >tells
check "there is something that tells" [ "$(wc -l <tells)" -ge 4 ]
VET_DB=$PWD/salted1.db
status "he is erased" 0 vet-store -q erase 370124195211070029 --reason 申请
sqlite3 salted1.db .dump >left.dump
same "no digest that his data went into is left, nor a salt of its batch" 0 "$(grep -cFf tells left.dump)"
same "a tombstone of a row has one digest, that of what is left" 64 "$(sqlite3 salted1.db "SELECT DISTINCT length(digest) FROM vet_tombstone WHERE tbl <> 'vet_batch'")"
same "the chain is what it was" "$(cat hashes)" "$(log_of 1 | head -"$(wc -l <hashes)")"
check "and verifies" vet-store -q verify
sqlite3 salted1.db "UPDATE person_version SET name = '欧阳建国' WHERE _id = (SELECT row FROM vet_tombstone WHERE tbl = 'person_version' LIMIT 1)"
status "who fills in an emptied row is found out" 4 vet-store -q verify
VET_DB=$PWD/salted2.db
sqlite3 salted2.db "UPDATE person_version SET phone = '13900000000' WHERE name = '张伟'"
sqlite3 salted2.db .dump >before.dump
status "erasing covers up nothing: a store that was changed by hand is refused" 4 vet-store -q erase 370124195211070029 --reason 申请
check "and left as it was" cmp before.dump <(sqlite3 salted2.db .dump)
finish
