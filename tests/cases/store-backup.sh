#!/usr/bin/env bash
# What a clerk sees of copies of the store, and of putting one back.
. "$TESTS/lib.sh"
export VET_DB=$PWD/vet.db VET_NOW=2026-11-24T08:00:00 VET_BY=王会计
unset VET_UNITS
cat >units.csv <<'X'
code,parent,level,name,aliases,leader,phone
S1,,station,甲镇服务站,,,
C1,S1,community,云翠社区,,,
B1,C1,building,1号楼,,李楼长,13800000001
B2,C1,building,2号楼,,赵楼长,13800000002
X
cat >a.csv <<'X'
社区,楼栋,姓名,身份证号,联系电话
云翠社区,1号楼,张伟,370124198506150011,13812345678
云翠社区,1号楼,李强,370124195001011012,13700000001
云翠社区,2号楼,王芳,370124196002290038,13600000002
X
sed -e 1q a.csv >b.csv
echo '云翠社区,2号楼,赵建国,370124195211070029,13500000003' >>b.csv
vet-store -q -u units.csv init
vet-import -q a.csv
records() { vet-export -q -d "$1" --mask none; }
records vet.db >before.csv

status "a live store is copied" 0 vet-store backup copy.db
has "and the clerk is told that the copy was proved" err "the copy was made and proved"
same "nobody else may read the copy" 600 "$(stat -c %a copy.db)"
check "the copy is one file, with no log beside it" test ! -e copy.db-wal -a ! -e copy.db-journal
check "and is a store that verifies" vet-store -q -d copy.db verify
same "with the same records" "$(cat before.csv)" "$(records copy.db)"
has "the log of the store names the copy" <(vet-store log) ",backup,2026-11-24T08:00:00,王会计,"
check "also the file itself" grep -q "$PWD/copy.db" <(vet-store log)
check "the store still verifies" vet-store -q verify
cp copy.db kept.db
status "a file that is there is not written over" 2 vet-store backup copy.db
check "and is what it was" cmp copy.db kept.db
status "a folder that is not there is a failure" 4 vet-store backup nowhere/copy.db
same "and no batch says that there was a backup" 1 "$(vet-store log | grep -c ,backup,)"
status "no file named is wrong use" 2 vet-store backup
has "and shows what to write" err "vet-store backup copy.db"
status "in Chinese too" 2 vet-store --lang zh backup
has "in words that say what to write" err 后面还少一样
if [ "$(id -u)" != 0 ] && mkdir shut && chmod 500 shut; then
    status "a folder that may not be written is a failure" 4 vet-store backup shut/copy.db
fi
same "nothing half made is left" "" "$(find . -name '*.part*')"

# A writer at work while the copy is made.
(for i in 1 2 3 4 5; do sed "s/张伟/张伟$i/" a.csv >"w$i.csv" && vet-import -q "w$i.csv" || echo failed; done) >writer.out 2>&1 &
writer=$!
status "a store that someone is writing to is copied too" 0 vet-store backup during.db
wait $writer
same "and the writer is not disturbed" "" "$(cat writer.out)"
check "that copy verifies" vet-store -q -d during.db verify

vet-import -q b.csv
records vet.db >after.csv
head=$(vet-store info | sed -n 's/^head: //p')
status "a backup is put back" 0 vet-store restore copy.db
has "and the clerk is told where the store is that was there" err "$PWD/vet.db.replaced-1"
same "the records are those of the backup" "$(cat before.csv)" "$(records vet.db)"
same "the store that was there is lost in nothing" "$(cat after.csv)" "$(records vet.db.replaced-1)"
check "it verifies" vet-store -q -d vet.db.replaced-1 verify
check "so does the restored one" vet-store -q verify
has "whose log says what it was restored from, and the head that was left" <(vet-store log) ",$PWD/copy.db,$head,"
check "the backup is what it was" cmp copy.db kept.db
status "work goes on in the restored store" 0 vet-import -q b.csv
rm vet.db
status "a store that is gone is put back" 0 vet-store restore copy.db
check "nothing had to be kept aside" test ! -e vet.db.replaced-2
same "with mode 0600" 600 "$(stat -c %a vet.db)"
same "and its records" "$(cat before.csv)" "$(records vet.db)"

records vet.db >now.csv
cp copy.db changed.db
sqlite3 changed.db "UPDATE person_version SET name = '某某' WHERE _id = 2"
status "a backup that someone changed is refused" 4 vet-store restore changed.db
has "and the row is named" err "changed.db: error: verify_row"
head -c 20000 copy.db >cut.db
status "so is one that is cut off" 4 vet-store restore cut.db
status "and a file that is no store" 4 vet-store restore a.csv
status "and one that is not there" 2 vet-store restore nothing.db
same "after each the store is what it was" "$(cat now.csv)" "$(records vet.db)"
check "and nothing was put aside" test ! -e vet.db.replaced-2
head -c 5000 /dev/urandom >vet.db
status "a store damaged past reading is replaced" 0 vet-store restore copy.db
check "but kept" test -s vet.db.replaced-2
same "and the records are there again" "$(cat now.csv)" "$(records vet.db)"
same "nothing half made is left after all that" "" "$(find . -name '*.part*')"

# The monthly drill.
mkdir -p work/backups
status "a drill without a backup says so" 1 "$TOP/scripts/drill" work
cp copy.db work/backups/before-2026-10.db
status "a drill restores the newest backup elsewhere and proves it" 0 "$TOP/scripts/drill" work
has "and says which" out "backups/before-2026-10.db"
check "it leaves the store alone" test ! -e work/vet.db
cp changed.db work/backups/before-2026-11.db
touch -d '+1 minute' work/backups/before-2026-11.db
status "a backup that is no good is told" 4 "$TOP/scripts/drill" work
has "with what to do" err "make another at once"

# Somebody has the store open for writing.
mkfifo hold
sqlite3 vet.db <hold >/dev/null 2>&1 &
holder=$!
exec 7>hold
echo 'BEGIN IMMEDIATE; SELECT 1;' >&7
sleep 0.3
vet-store restore copy.db >out 2>err
same "a store that someone is writing to is not replaced" 4 $?
has "the clerk is told to wait" err "wait until it is done"
exec 7>&-
wait $holder
finish
