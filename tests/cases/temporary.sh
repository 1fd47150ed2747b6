#!/usr/bin/env bash
# kill -9 in the middle of writing: nothing is left behind, or the next run that writes the same output takes it away; what a
# living run still holds is never touched.
. "$TESTS/lib.sh"
export VET_NOW=2026-11-24T10:00:00 VET_WAIT=5000
cat >units.csv <<'END'
code,parent,level,name,aliases,leader,phone
S,,station,榆山街道服务站,,,
C1,S,community,云翠社区,,张主任,13800000001
END
head='社区,姓名,身份证号,联系电话,人员类别'
row='云翠社区,张三,370124195001011012,13900000001,退役士兵'
printf '%s\n' "$head" "$row" >a.csv
lying() { find . -name '*vet-part*' -o -name 'vet-??????' -o -name 'out.csv*' | sort | tr '\n' ' '; }

# A command that waits for more input while its output is half written.
killed_writing() { # OUTPUT COMMAND...
    mkfifo feed
    "$@" <feed >said 2>&1 &
    local pid=$!
    { echo "$head"; for i in $(seq 20000); do echo "云翠社区,张$i,,1390000$((1000 + i % 9000)),退役士兵"; done; sleep 0.3; kill -9 $pid; } >feed 2>/dev/null
    wait $pid 2>/dev/null
    rm -f feed
}
mkdir tmp
export TMPDIR=$PWD/tmp
killed_writing vet-import -q -u units.csv -o out.csv -
same "a stream killed while it is written leaves nothing" "" "$(lying)$(ls tmp)"
echo old >out.csv
killed_writing vet-import -q -u units.csv -o out.csv -
same "and what was there before stays" "old" "$(cat out.csv)"
same "with nothing beside it" "./out.csv " "$(lying)"

# What has to bear a name (a copy of a store) is locked for as long as its maker lives.
vet-store -q --db v.db -u units.csv init
vet-import -q --db v.db a.csv
cp v.db v.db.vet-part
echo log >v.db.vet-part-wal
cp v.db b.db.vet-part
echo other >v.db.vet-party
flock -F v.db.vet-part sleep 30 &
holder=$!
sleep 0.2
status "the next run that writes the store" 0 vet-import -q --db v.db a.csv
check "leaves alone what somebody holds" [ -f v.db.vet-part ]
check "and other files" [ -f v.db.vet-party ]
kill $holder
wait $holder 2>/dev/null
status "the next run that writes, when nobody holds it any more" 0 vet-import -q --db v.db a.csv
check "removes it" [ ! -e v.db.vet-part ]
check "with its log" [ ! -e v.db.vet-part-wal ]
check "and nothing that is for another output" [ -f b.db.vet-part ]
status "a backup of that name" 0 vet-store -q --db v.db backup b.db
same "takes that away too" "" "$(find . -name 'b.db?*')"
printf 'x' >v.db.vet-part
status "so does a restore" 0 vet-store -q --db v.db restore b.db
same "of what one before it left" "" "$(find . -name 'v.db.vet-part')"
status "and the store is sound" 0 vet-store -q --db v.db verify
finish
