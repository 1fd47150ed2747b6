# shellcheck shell=bash
# What building leaders type around and inside their lists: every person is taken, and nobody else becomes one.
. "$TESTS/lib.sh"
export VET_UNITS=$TESTS/corpus/good-import-units.csv
A=370124195001011012 B=370124195211070029
fates() { sed -n '1s/.*"fates": {\([^}]*\)}.*/\1/p' stats.json | tr -d '" ' | tr ',' '\n' | grep -v ':0$' | tr '\n' ' ' | sed 's/ $//'; }
names() { awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { printf "%s%s", n++ ? " " : "", $c["name"] }' out; }

# Rows below a list that are no people.
while read -r foot; do
    printf '%s\n' '云翠社区1网格1号楼退役军人摸排表,,,,' '序号,姓名,性别,身份证号,联系电话' "1,单甲,男,$A,13800000001" "2,合乙,女,$B,13800000002" "$foot" >foot.csv
    vet-import -q --stats stats.json foot.csv >out 2>err
    same "below the list, $foot: no person" "单甲 合乙" "$(names)"
    same "below the list, $foot: a footer" "new:2 header:1 preamble:1 footer:1" "$(fates)"
done <<'END'
共2人,,,,
人数合计,2,,,
总户数,2,,,
3,以下空白,,,
调查员：,张三,,,
备,注：无,,,
填表人：张三,,审核人：李四,,
楼长：张三 电话13855555555,,,,
以上信息已核实，无遗漏。楼长：张三,,,,
END
# Ways to say that nobody is here: where the name would stand, and alone.
while read -r text; do
    printf '%s\n' '云翠社区1网格1号楼退役军人摸排表,,' '序号,姓名,性别' "1,$text," >nil.csv
    vet-import -q --stats stats.json nil.csv >out 2>err
    same "$text as a name is a nil return" "nil:1 header:1 preamble:1" "$(fates)"
    printf '%s\n' '云翠社区1网格1号楼退役军人摸排表,,' '序号,姓名,性别' "$text,," >nil.csv
    vet-import -q --stats stats.json nil.csv >out 2>err
    same "$text alone is a nil return" "nil:1 header:1 preamble:1" "$(fates)"
done <<'END'
本楼暂无
“零”报告
零上报
经入户摸排，该楼栋无退役军人及其他优抚对象
1号楼无退役军人
全楼无
不涉及
空楼，无人居住
本楼为商业楼，无退役军人
拆迁空楼
END
printf '%s\n' '姓名,性别,电话' '说明,男,13800000001' '李合计,女,13800000002' '王制表,男,' '无名,男,' '时间,女,13800000003' >'云翠社区1号楼.csv'
vet-import -q --stats stats.json '云翠社区1号楼.csv' >out 2>err
same "names that are words of forms are names where a sex says so" "说明 李合计 王制表 无名 时间" "$(names)"
finish
