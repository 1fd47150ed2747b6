# shellcheck shell=bash
# A person who stands in two buildings' sheets counts in one place, and every command says the same one.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_DB=$PWD/vet.db
town
sheet() { # FILE COMMUNITY DATE
    printf '楼栋人员摸排表,,\n社区：%s 网格：第1网格 楼栋：1号楼%s,,\n姓名,身份证号,联系电话\n张建国,370124195001011012,13800000001\n' \
        "$2" "${3:+ 填表日期：$3}" >"$1"
}
take() { # DAY FILE...
    local day=$1
    shift
    VET_NOW=${day}T08:00:00 vet-import -q "$@" 2>>err
    VET_NOW=${day}T09:00:00 vet-dedupe -q 2>>err
}
place() { vet-aggregate -p "$1" --level community | tail -n +2 | cut -d, -f4,5 | tr '\n' ' ' | sed 's/ $//'; }
vet-store -q -u units.csv init
sheet east.csv 云翠社区 2026-10-10
sheet west.csv 锦东社区 2026-10-20
take 2026-10-25 west.csv east.csv
same "he counts where he was surveyed last, whatever came in last and whatever its code" "锦东社区,1" "$(place 2026-10)"
sheet again.csv 云翠社区 2026-11-10
take 2026-11-25 again.csv
same "a newer sheet that changes nothing about him brings him back" "云翠社区,1" "$(place 2026-11)"
same "last month stays what it was" "锦东社区,1" "$(place 2026-10)"
same "movement says so too" "2026-11,迁移,S211,1号楼,S111,1号楼,张建国,1" \
    "$(vet-aggregate --movement 2026-10..2026-11 --people | grep 张建国 | sed 's/[0-9]*$/1/')"
status "and balances" 0 vet-aggregate -q --check -p 2026-11
same "behind the number is the record that counts" 1 "$(vet-aggregate -p 2026-11 --level community --explain unit=S1 | grep -c ',S111,east.csv,')"
same "the other community has no number to ask about" 2 "$(vet-aggregate -q -p 2026-11 --level community --explain unit=S2,count >out 2>&1; echo $?)"
vet-report -q -r monthly -p 2026-11 -t csv >monthly.csv
same "the list of those written down twice says where he counts" "云翠社区 第1网格 1号楼" "$(grep '^重复人员,1,1,counted,' monthly.csv | cut -d, -f5)"
same "a list that has each person once has him there" "云翠社区" \
    "$(vet-report -q -r visits -p 2026-11 -t csv | grep '^未走访,1,1,community,' | cut -d, -f5)"
same "records that were exported with their source count in the same place" "2026-11,community,S1,云翠社区,1" \
    "$(vet-export --source | vet-aggregate -u units.csv -p 2026-11 --level community | tail -n +2)"
vet-store -q freeze 2026-10 --by 王站长
same "October, made again, names the sheet that took him away, though it changed nothing about him" "真实变动 迁移 again.csv" \
    "$(vet-report -q -r monthly -p 2026-10 --restated -t csv | sed -n 's/^差异逐条说明,1,1,\(nature\|what\|basis\),\([^,，]*\).*/\2/p' | tr '\n' ' ' | sed 's/ $//')"
sheet other.csv 锦东社区 2026-11-12
sed -i 's/张建国/李卫东/' other.csv
take 2026-11-26 other.csv
same "each line of those with one number and two names has its record" "east.csv,,4 other.csv,,4" \
    "$(for cell in A4 B5; do vet-report -q -r monthly -p 2026-11 --explain "待判定!$cell" | grep -o '[a-z]*.csv,,[0-9]*'; done | sort | tr '\n' ' ' | sed 's/ $//')"
sheet third.csv 锦东社区 2026-11-14
sed -i 's/张建国,370124195001011012/王丙,370124195211070029/' third.csv
take 2026-11-27 third.csv
vet-report -q -r monthly -p 2026-11 --explain '待核实!B4' >behind.csv
same "so has who is missing from the newest sheet: the one where he stood" "1 other.csv,,4" \
    "$(tail -n +2 behind.csv | wc -l) $(grep -o '[a-z]*.csv,,[0-9]*' behind.csv)"
undated() { # WHAT WHERE FILE...: two sheets without a day, in one command or in two, of one month
    local what=$1 where=$2
    shift 2
    rm -f vet.db*
    vet-store -q -u units.csv init
    for file; do take 2026-10-25 "$file"; done
    same "$what" "$where" "$(place 2026-10)"
}
sheet east.csv 云翠社区 ''
sheet west.csv 锦东社区 ''
undated "of two sheets of one month without a day, the unit's code decides" "云翠社区,1" east.csv west.csv
undated "in whatever order they come" "云翠社区,1" west.csv east.csv
sheet dated.csv 锦东社区 2026-10-02
undated "a day is more than none" "锦东社区,1" east.csv dated.csv
undated "whichever comes last" "锦东社区,1" dated.csv east.csv
VET_PERIOD=2026-11 take 2026-11-20 west.csv
sed '$s/13800000001/13800000002/' east.csv >newer.csv
VET_PERIOD=2026-11 take 2026-11-21 newer.csv
same "a sheet of a newer month without a day is more than a day of an older one" "云翠社区,1" "$(place 2026-11)"
finish
