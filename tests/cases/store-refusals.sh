#!/usr/bin/env bash
# Stores that cannot be used: one clear message, the right status, nothing changed.
. "$TESTS/lib.sh"
export VET_NOW=2026-11-24T10:00:00 LC_ALL=zh_CN.UTF-8
one_line() { same "$1: one message" 1 "$(wc -l <err)"; }

status "no store" 2 vet-export -d none.db --lang zh
has "says how to make one" err 'vet-store init'
check "and makes none" test ! -e none.db
echo '姓名,身份证号' >text.db
status "a file that is no store" 4 vet-export -d text.db --lang zh
has "is told in Chinese" err 不是本软件的数据库
one_line "no store"
status "no store named" 2 vet-store undo 3 --lang zh
has "says how to name one" err "VET_DB"
sqlite3 foreign.db 'CREATE TABLE t(x)'
status "a database of another program" 4 vet-store info -d foreign.db
sum=$(sha256sum foreign.db)
status "is not imported into" 4 vet-store undo 1 -d foreign.db
same "and not touched" "$sum" "$(sha256sum foreign.db)"
mkdir folder.db
status "a folder" 4 vet-store info -d folder.db
vet-store init -q -d v.db
status "a freeze without its month" 2 vet-store freeze -d v.db --lang zh
has "shows one" err 'vet-store freeze 2026-11'
status "an argument that an action does not take" 2 vet-store verify other.db -d v.db
has "is not passed over" err "argument_extra: "
one_line "one too many"
status "a look back to before the first batch" 2 vet-export -d v.db --as-of 2020-01 --lang zh
has "says when the store begins" err "2026-11-24"
status "a report that there is not" 2 vet-report -d v.db -r month --lang zh
has "is answered with the nearest" err "没有报表 month，是不是 monthly"
status "a model that there is not" 2 vet-dedupe -d v.db -m persom --lang zh
has "likewise" err "没有模型 persom，是不是 person"
status "a unit that there is not" 2 vet-form -d v.db --unit 云翠 --lang zh
cp v.db newer.db
sqlite3 newer.db 'PRAGMA user_version = 99'
status "a store of a newer version" 4 vet-store info -d newer.db --lang zh
has "says to install that version" err "更新版本的软件建的（格式 99，本机的软件用格式 1），请先升级本机的软件"
one_line "a newer store"
cp v.db older.db
sqlite3 older.db 'PRAGMA user_version = 0'
for work in "vet-store info" "vet-store verify" "vet-export" "vet-import units.csv" "vet-store undo 2"; do
    # shellcheck disable=SC2086
    status "a store of an earlier version: $work" 4 $work -d older.db --lang zh
    has "  says how to bring it here" err "早先版本的软件建的（格式 0，本机的软件用格式 1）；请用原来的版本打开，用 \`vet-store pack\` 打包"
    one_line "  $work"
done
# Of the right number, but not as this version makes it.
misshapen() { # WHAT SQL TABLES
    cp v.db shape.db
    sqlite3 shape.db "$2"
    local before work
    before=$(sha256sum shape.db)
    for work in "vet-store info" "vet-store verify" "vet-export" "vet-import units.csv" "vet-store undo 2"; do
        # shellcheck disable=SC2086
        status "$1: $work" 4 $work -d shape.db --lang zh
        has "  names what is missing" err "缺了这些表，或者表里缺了列：$3；"
        one_line "  $work"
    done
    same "$1: nothing is changed" "$before" "$(sha256sum shape.db)"
}
misshapen "a table is missing" "DROP TABLE vet_kept" vet_kept
misshapen "columns are missing" "ALTER TABLE vet_return DROP COLUMN asked; ALTER TABLE vet_batch DROP COLUMN salt" "vet_batch vet_return"
misshapen "a ledger's table is missing" "DROP VIEW person; DROP TABLE person_version" person_version
misshapen "a ledger's table has other columns" "DROP VIEW person; ALTER TABLE person_version RENAME COLUMN _kept TO _stays" person_version
printf 'x' | dd of=damaged.db bs=1 count=0 2>dd.err
head -c 9000 v.db >damaged.db
status "a store cut short" 4 vet-store verify -d damaged.db --lang zh
if [ "$(id -u)" != 0 ]; then
    cp v.db ro.db
    chmod 400 ro.db
    status "a read-only store is not written" 4 vet-store freeze 2026-11 -d ro.db --lang zh
    has "and says so" err 只读
fi

# Paths that are too long: for SQLite, in all, and for the system, in one name or in all.
long=$(printf 'd%.0s' $(seq 200))
mkdir -p "$long/$long/$long"
too_long() { # WORK PATH
    status "$1, with a path of ${#2} bytes" 4 vet-store "$1" -d "$2" --lang zh
    has "  it is too long, and that is said" err "数据库的路径太长"
    one_line "  $1"
}
too_long init "$long/$long/$long/v.db"
same "  no store was made there" "" "$(find "$long" -type f)"
cp v.db "$long/$long/$long/"
for path in "$long/$long/$long/v.db" "$long$long.db" "$(printf 'd/%.0s' $(seq 2100))v.db"; do too_long info "$path"; done
cp v.db "$long/$long/"
status "a path that is only long will do" 0 vet-store info -d "$long/$long/v.db"

# Held by another program.
(
    sqlite3 v.db <<'SQL'
PRAGMA busy_timeout=5000;
BEGIN IMMEDIATE;
.shell touch held; sleep 30
SQL
) &
holder=$!
for _ in $(seq 100); do [ -e held ] && break; sleep 0.1; done
status "a reader does not wait for a writer" 0 vet-export -d v.db --mask internal
VET_WAIT=300 status "a second writer waits a while and gives up" 4 vet-store freeze 2026-11 -d v.db --lang zh
has "it says who holds the store" err sqlite3
pkill -P $holder
wait $holder 2>/dev/null
status "afterwards it works" 0 vet-store freeze 2026-11 -d v.db

# A full disk: files may not grow past 100 KiB.
cat >people.csv <<'CSV'
姓名,身份证号,楼栋
CSV
for i in $(seq 3000); do echo "张三$i,,1号楼"; done >>people.csv
cp v.db full.db
before=$(sqlite3 full.db 'SELECT count(*) FROM person')
(
    trap '' XFSZ
    ulimit -f 200
    vet-import -q -d full.db people.csv >out 2>err
    echo $? >status
)
check "a store on a full disk says so with status 4" test "$(cat status)" = 4
same "and is as it was" "$before" "$(sqlite3 full.db 'SELECT count(*) FROM person')"
status "and sound" 0 vet-store verify -d full.db

# A file that grows while it is read, and goes on growing for as long as anybody reads it: of its rows, old and new, none is in the store.
grows() {
    while [ ! -e ended ]; do echo '李四,,1号楼' >>people.csv; done &
    writer=$!
    status "$1" 3 timeout 300 vet-import -q -d v.db people.csv
    touch ended
    wait $writer
    rm ended
    has "$1: the reason" err file_changed
    same "$1: no row of it is in the store" "$before" "$(sqlite3 v.db 'SELECT count(*) FROM person')"
}
before=$(sqlite3 v.db 'SELECT count(*) FROM person')
grows "a small file that grows"
yes '王五,,1号楼' | head -n 100000 >>people.csv
grows "a large file that grows"
finish
