#!/usr/bin/env bash
# A disk that fails, is full, or goes away with the power, at every call in turn, under every command that writes: what was there is
# there still or what should be there is, the store is sound, and the same command run again completes.
#   FAULTS=all      no call is skipped (by default the longest commands fail at 12 calls, evenly spread)
. "$TESTS/lib.sh"
export VET_NOW=2026-11-24T10:00:00 LANG=C.UTF-8 VET_WAIT=100
most=${FAULTS_MOST:-12}
[ "${FAULTS:-}" = all ] && most=0
drive="$BUILD/tests/drive"
# Where files cannot be opened any more, the leak checker knows functions by their library only (see tests/lsan.txt).
if sanitized; then
    echo leak:libxlsxwriter >lsan.txt
    export LSAN_OPTIONS=suppressions=$PWD/lsan.txt:print_suppressions=0
fi
mkdir base
cat >base/units.csv <<'END'
code,parent,level,name,aliases,leader,phone
S,,station,榆山街道服务站,,,
C1,S,community,云翠社区,,张主任,13800000001
G1,C1,grid,第1网格,,李网格,13800000002
B1,G1,building,1号楼,,王楼长,13800000003
B2,G1,building,2号楼,,赵楼长,13800000004
END
head='社区,网格,楼栋,姓名,身份证号,联系电话,人员类别'
printf '%s\n' "$head" '云翠社区,第1网格,1号楼,张三,370124195001011012,13900000001,退役士兵' '云翠社区,第1网格,1号楼,李四,370124195211070029,13900000002,退役士兵' >base/a.csv
printf '%s\n' "$head" '云翠社区,第1网格,2号楼,王五,370124196002290038,13900000003,退役士兵' '云翠社区,第1网格,2号楼,,370124197812240053,13900000004,退役士兵' \
    '云翠社区,第1网格,1号楼,张三,370124195001011012,13900000009,退役士兵' >base/b.csv
(
    cd base || exit
    export VET_DB=v.db
    vet-store -q -u units.csv init
    vet-import -q a.csv
    vet-import -q b.csv
    vet-dedupe -q >/dev/null
    vet-store -q pack p.zip && vet-store -q backup b.db
    printf '%s\n' "$head" '云翠社区,第1网格,2号楼,赵六,370124198506150011,13900000005,退役士兵' '云翠社区,第1网格,9号楼,,3701,1,x' >c.csv
    printf '%s\n' "$head" '云翠社区,第1网格,1号楼,李四,370124195211070029,13900000007,退役士兵' >d.csv
) >setup.out 2>&1
check "a small store to work on" [ -s base/b.db ]

# under NAME [HOW...] -- COMMAND: the failures of each kind, in a folder of its own
under() {
    local name=$1 how hows=()
    shift
    while [ "$1" != -- ]; do hows+=("$1") && shift; done
    shift
    [ ${#hows[@]} -gt 0 ] || hows=(kill full io short intr)
    for how in "${hows[@]}"; do
        mkdir -p "run-$name-$how"
        (cd "run-$name-$how" && "$drive" -n "$most" "$name" "$how" ../base "$@" >../"$name-$how.tap" 2>&1)
    done
}
# What two processors can do beside each other is written down one after the other.
tell() {
    local file line
    for file in *.tap; do
        grep -q '^1\.\.' "$file" || fail "$file ended"
        while IFS= read -r line; do
            case $line in
            "ok "*) pass "${line#ok * - }" ;;
            "not ok "*) fail "${line#not ok * - }" ;;
            "#"*) echo "$line" ;;
            esac
        done <"$file"
    done
}
one() {
    under import kill full short intr -- vet-import --db v.db --rejects rejects.csv --stats stats.json c.csv d.csv
    under sheet io -- vet-import --db v.db --rejects rejects.csv --stats stats.json c.csv # of two, the other is taken when one cannot be read
    under export -- vet-export --db v.db -o out.csv
    under freeze kill io full -- vet-store --db v.db --by 甲 freeze 2026-11
    under backup -- vet-store --db v.db backup new.db
    under unpack -- vet-store --db county.db -o receipt.json unpack p.zip
    under form kill full -- vet-form --db v.db -o forms
    under dedupe -- vet-dedupe --db v.db --full --review review.csv
    under returns kill full -- vet-import --db v.db --returns home c.csv
}
two() {
    under stream -- vet-import -u units.csv -o out.csv --rejects rejects.csv a.csv b.csv
    under init -- vet-import --db new.db -u units.csv a.csv
    under undo -- vet-store --db v.db --cascade undo 5
    under erase -- vet-store --db v.db --reason 申请 erase 370124195211070029
    under pack -- vet-store --db v.db pack new.zip
    under restore -- vet-store --db v.db restore b.db
    under report kill full io -- vet-report --db v.db -r monthly -o month.xlsx
    under aggregate -- vet-aggregate --db v.db --level all -o rollup.csv
}
one &
two
wait
tell
finish
