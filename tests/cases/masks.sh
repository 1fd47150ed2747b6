# shellcheck shell=bash
# What is shown to whom: on a screen, in a history, in what was rejected.
. "$TESTS/lib.sh"
export VET_UNITS=$TESTS/corpus/good-import-units.csv VET_PERIOD=2020-10 VET_NOW=2020-10-20T08:00:00
head='社区,网格,楼栋,姓名,身份证号,联系电话'
printf '%s\n' "$head" '云翠,1网格,1号楼,张甲,370124195001011012,13800000001' >september.csv
printf '%s\n' "$head" '云翠,1网格,1号楼,张甲,370124195001011012,13911112222' '云翠,1网格,1号楼,,370124195211070029,13800000002' >october.csv
shown() { script -qec "$1 2>/dev/null" typed >/dev/null; }
is_masked() { ! grep -q 370124195001011012 typed && grep -qF '370124********1012' typed; }

for where in '' '-o -' '-o /dev/stdout' '-o /dev/tty'; do
    shown "vet-import -q september.csv $where"
    check "records on a screen are masked: vet-import $where" is_masked
done
shown "vet-import -q september.csv -o - --mask none"
has "unless they are asked for whole" typed 370124195001011012
shown "vet-import -q september.csv -o kept.csv"
has "a file is written whole from a terminal too" kept.csv 370124195001011012
check "and so is a pipe" sh -c 'vet-import -q september.csv -o - | grep -q 370124195001011012'

for where in '' '-o /dev/tty'; do
    shown "vet-import --cells september.csv $where"
    check "so are the cells of a sheet: vet-import --cells $where" is_masked
    has "  with its headings and places" typed "社区,网格,楼栋,姓名,身份证号,联系电话"
    has "  each as the heading says" typed "云翠,1网格,1号楼,张*,370124********1012,138****0001"
done
shown "vet-import --cells september.csv --mask none"
has "  unless they are asked for whole" typed 370124195001011012
printf '%s\n' '登记卡,,,' '姓名,张甲,身份证号,370124195001011012' '云翠社区张甲的家,,时间,370124195001011012' '13800000001,,,' >card.csv
same "what stands beside a label is masked so too, and what is under none is hardly shown at all" \
    "登***,,,/姓名,张*,身份证号,370124********1012/云***,,时***,3***/1***,,," "$(vet-import --cells --mask internal card.csv | paste -sd/)"
check "a pipe is given the cells whole" sh -c 'vet-import --cells september.csv | cmp - september.csv'

vet-import -q september.csv >records.csv
shown "vet-aggregate -q --by id_number records.csv"
check "so are people by whom is counted" is_masked
shown "vet-aggregate -q --pivot id_number records.csv"
check "also as columns" is_masked
vet-aggregate -q --by community,who=name --mask internal records.csv >masked.csv
has "each value in its column, and places as they are" masked.csv ",云翠社区,张*,1"
VET_NOW=2020-09-20T08:00:00 vet-store -q -d v.db init
VET_NOW=2020-09-20T08:00:00 vet-import -q -d v.db --period 2020-09 september.csv
vet-import -q -d v.db october.csv 2>/dev/null
vet-export -q -d v.db --changes 2020-09..2020-10 >whole.csv
has "what changed is told whole" whole.csv "phone,13800000001,13911112222"
vet-export -q -d v.db --changes 2020-09..2020-10 --mask internal >masked.csv
has "masked, it is masked as the field that changed" masked.csv "phone,138****0001,139****2222"
vet-export -q -d v.db --changes 1..2020-10 --mask internal >masked.csv
has "as are those who are new" masked.csv "new,C1G1B1,1,张*"
has "the cells of a rejected row are told whole" <(vet-export -q -d v.db --rejects) 370124195211070029
vet-export -q -d v.db --rejects --mask internal >masked.csv
check "masked, they are not shown, typed as anything may be in them" sh -c '! grep -q 370124195211070029 masked.csv && grep -q ",\*\*\*$" masked.csv'
has "what is wrong with them is" masked.csv "october.csv,,3,name:missing_required"
vet-aggregate -q -d v.db --by id_number >by.csv
has "a rollup of the store by whole numbers is in the log" <(vet-store -d v.db log | tail -1) "export"
vet-aggregate -q -d v.db --by category >by.csv
same "one by categories is nobody's business" 1 "$(vet-store -d v.db log | grep -c 'vet-aggregate')"
finish
