# shellcheck shell=bash
# A large sheet is cut into blocks for several threads; what comes of it is the same to the byte.
. "$TESTS/lib.sh"
export VET_UNITS=$TESTS/corpus/good-import-units.csv
awk 'BEGIN {
    print "社区:云翠社区 网格:第3网格 楼栋:12号楼"
    for (i = 0; i < 60000; i++) {
        if (i % 997 == 0) {
            if (i % 3) print "姓名,性别,社区,楼栋,身份证号,联系电话,备注"
            else print "社区,楼栋,姓名,身份证号,性别,联系电话,备注"
            other = i % 3
        }
        if (i % 1500 == 1499) print "小计,," i
        if (i % 2111 == 5) print ""
        place = i % 7 == 0 ? "云翠,1号楼" : i % 5 == 0 ? "同上,〃" : ","
        id = sprintf("3701241950%02d%02d%04d", 1 + i % 12, 1 + i % 28, i % 10000)
        name = sprintf("张%c%c", 65 + i % 26, 65 + int(i / 26) % 26)
        if (other) print name ",男," place "," id ",1380000" sprintf("%04d", i % 10000) ",说明" i
        else print place "," name "," id ",男,1380000" sprintf("%04d", i % 10000) ",说明" i
    }
    print "填表人:某,,2020年10月22日"
}' >big.csv
for threads in 1 2 5; do
    got=0
    vet-import -q --threads "$threads" --stats "stats$threads.json" --rejects "rejects$threads.csv" big.csv >"out$threads.csv" 2>"err$threads" || got=$?
    same "with $threads threads it ends with 0" 0 "$got"
done
for threads in 2 5; do
    check "the same records with $threads threads" cmp out1.csv "out$threads.csv"
    check "the same rejects" cmp rejects1.csv "rejects$threads.csv"
    check "the same accounts" cmp stats1.json "stats$threads.json"
done
same "every person is there" 60001 "$(wc -l <out1.csv)"
same "every row has its fate" "$(wc -l <big.csv)" "$(sed -n '1s/^{"rows": \([0-9]*\),.*/\1/p' stats1.json)"
vet-import --threads 1 big.csv >/dev/null 2>err1
vet-import --threads 4 big.csv >/dev/null 2>err4
check "the same messages in the same order" cmp err1 err4
finish
