#!/usr/bin/env bash
# Somebody changes the store behind the commands' back, with any program that opens SQLite files: verify finds it, whatever it was.
# Every table and every column of a store in which something of everything happened is attacked, new ones too: they are read from the
# store itself.
. "$TESTS/lib.sh"
export VET_NOW=2026-11-24T08:00:00 VET_BY=王会计 VET_DB=$PWD/v.db
unset VET_UNITS
station() { # CODE NAME
    printf '%s\n' code,parent,level,name,aliases,leader,phone,opens,closes "$1,,station,$2服务站,,,,," "$1-1,$1,community,云翠社区,,,,," \
        "$1-1-1,$1-1,building,1号楼,一栋,李楼长,13800000001,2020-01-01," "$1-1-2,$1-1,building,2号楼,,赵楼长,13800000002,,"
}
head=填表日期,社区,楼栋,姓名,身份证号,联系电话,人员类别
station A 甲镇 >units.csv
vet-store -q -u units.csv init
printf '%s\n' $head 2026-11-01,云翠社区,1号楼,张伟,370124198506150011,13812345678,退役士兵 2026-11-01,云翠社区,1号楼,李强,,13700000001,退役士兵 \
    2026-11-01,云翠社区,2号楼,王芳,370124196002290038,不详,军烈属 2026-11-01,云翠社区,2号楼,,370124195211070029,, >one.csv
printf '%s\n' $head 2026-11-05,云翠社区,2号楼,张伟,370124198506150011,13812345678,退役士兵 2026-11-05,云翠社区,2号楼,李强,,13700000001,退役士兵 >two.csv
printf '%s\n' $head 2026-11-07,云翠社区,1号楼,王芳,370124196002290038,13612340002,军烈属 >three.csv
printf '%s\n' $head 2026-11-08,云翠社区,1号楼,赵建国,370124195211070029,13500000003,退役士兵 >four.csv
vet-import -q one.csv >out 2>err
vet-import -q two.csv
vet-dedupe -q >out 2>err
vet-import -q three.csv
vet-import -q four.csv
vet-dedupe -q --split "$(sqlite3 v.db "SELECT entity FROM vet_link l JOIN person_version p ON l.record = p._record WHERE name = '李强' LIMIT 1")" >out 2>err
vet-store -q freeze 2026-11 --by 王会计
vet-store -q undo 5 --cascade >out 2>err
vet-store -q erase 370124196002290038 --reason 本人申请 >out 2>err
(
    export VET_DB=$PWD/b.db
    station B 乙镇 >b.csv
    vet-store -q -u b.csv init && vet-import -q one.csv >out 2>err
    vet-store -q pack b.zip
)
vet-store -q unpack b.zip >out 2>err
status "a store in which something of everything happened verifies" 0 vet-store verify
sqlite3 v.db 'PRAGMA wal_checkpoint(TRUNCATE)' >out
cp v.db clean.db

# attack SENTENCE SQL: on a copy.  What SQLite itself refuses, or what changes no row, is no attack.
found=0 missed=
attack() {
    cp clean.db x.db
    if ! sqlite3 x.db "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; $2; SELECT total_changes();" >sql.out 2>&1; then
        grep -q 'constraint failed\|datatype mismatch' sql.out || missed+="$1: $(head -1 sql.out)"$'\n'
    elif [ "$(cat sql.out)" = 0 ] && [ "${2#UPDATE}" != "$2" ]; then
        return
    elif vet-store -d x.db verify >out 2>err; then
        missed+="$1"$'\n'
    else
        found=$((found + 1))
    fi
}
tables=$(sqlite3 clean.db "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
empty=
for t in $tables; do
    columns=$(sqlite3 clean.db "SELECT name || ' ' || type FROM pragma_table_info('$t') WHERE name <> '_id' ORDER BY cid")
    where="rowid = (SELECT max(rowid) FROM \"$t\")" key=_id
    case $t in
    vet_block*) continue ;; # an index that the next full run makes again; no part of what was reported
    vet_batch) key=id ;;
    vet_change) where="batch = (SELECT max(batch) FROM vet_change) AND tbl = (SELECT max(tbl) FROM vet_change WHERE batch = (SELECT max(batch) FROM vet_change))" key=batch ;;
    esac
    if [ "$(sqlite3 clean.db "SELECT count(*) FROM \"$t\"")" = 0 ]; then empty+="$t "; fi
    while read -r column type; do
        case $type in INTEGER | ANY) to="ifnull(\"$column\", 0) + 1" ;; *) to="ifnull(\"$column\", '') || 'x'" ;; esac
        attack "$t.$column of one row" "UPDATE \"$t\" SET \"$column\" = $to WHERE $where"
        attack "$t.$column emptied" "UPDATE OR IGNORE \"$t\" SET \"$column\" = NULL WHERE \"$column\" IS NOT NULL AND $where"
    done <<<"$columns"
    attack "$t: the last row taken out" "DELETE FROM \"$t\" WHERE $where"
    attack "$t: the first row taken out" "DELETE FROM \"$t\" WHERE $key = (SELECT min($key) FROM \"$t\")"
    attack "$t: emptied" "DELETE FROM \"$t\""
    names=$(sqlite3 clean.db "SELECT group_concat('\"' || name || '\"', ', ') FROM (SELECT name FROM pragma_table_info('$t') WHERE name <> '$key' ORDER BY cid)")
    attack "$t: a row put in" "INSERT INTO \"$t\"($key, $names) SELECT max($key) OVER () + 1, $names FROM \"$t\" LIMIT 1"
    attack "$t: a row far off" "INSERT INTO \"$t\"($key, $names) SELECT 1000000, $names FROM \"$t\" LIMIT 1"
    low=$(sqlite3 clean.db "SELECT min($key) FROM \"$t\"") high=$(sqlite3 clean.db "SELECT max($key) FROM \"$t\"")
    if [ "$low" != "$high" ] && [ "$t" != vet_change ]; then
        attack "$t: two rows change places" "UPDATE \"$t\" SET $key = -1 WHERE $key = $low; UPDATE \"$t\" SET $key = $low WHERE $key = $high;
            UPDATE \"$t\" SET $key = $high WHERE $key = -1"
    fi
done
same "no table of it is empty, so that each is really attacked" "" "$empty"
same "whatever is changed, taken out or put in, verify finds it" "" "$missed"
check "and that was tried some hundred times" test "$found" -gt 300

# what decides how the rows are read
missed=
for view in $(sqlite3 clean.db "SELECT name FROM sqlite_schema WHERE type = 'view'"); do
    attack "view $view" "DROP VIEW \"$view\""
    sql=$(sqlite3 clean.db "SELECT sql FROM sqlite_schema WHERE name = '$view'")
    attack "view $view that leaves rows out" "DROP VIEW \"$view\"; $sql AND 0"
done
attack "a trigger" "CREATE TRIGGER t AFTER INSERT ON person_version BEGIN DELETE FROM vet_reject; END"
attack "an index that is gone" "DROP INDEX vet_link_record"
attack "a table more" "CREATE TABLE more(a)"
attack "a column more" "ALTER TABLE vet_link ADD COLUMN more TEXT"
attack "a ledger's column more" "ALTER TABLE person_version ADD COLUMN more TEXT"
attack "a view more that stands before a table" "CREATE VIEW more AS SELECT 1"
same "nor can one change what is asked of the rows" "" "$missed"
attack "view person that leaves rows out" "$(sqlite3 clean.db "SELECT 'DROP VIEW person; ' || sql || ' AND 0' FROM sqlite_schema WHERE name = 'person'")"
has "whoever sees the finding learns what it is about" err "person: the table, view, index or trigger of that name is not as vet makes it"
finish
