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
空户
无人居住
END
printf '%s\n' '姓名,性别,电话' '说明,男,13800000001' '李合计,女,13800000002' '王制表,男,' '无名,男,' '时间,女性,' >'云翠社区1号楼.csv'
vet-import -q --stats stats.json '云翠社区1号楼.csv' >out 2>err
same "names that are words of forms are names where a sex says so" "说明 李合计 王制表 无名 时间" "$(names)"

# 时 is a surname: in the column of names 时间 is the label only where a date or a label stands beside it, or nothing.
while read -r who line; do
    printf '%s\n' '姓名,性别,电话' "单甲,男," "$line" >'云翠社区1号楼.csv'
    vet-import -q '云翠社区1号楼.csv' >out 2>err
    same "$line" "$who" "$(names | sed 's/^单甲 *//;s/^$/-/')"
done <<'END'
时间 时间,,13800000001
时间 时间,M,
时间 时间,女,
- 时间,,
- 时间,2026年11月5日,
- 时间,,2026.11.5
- 时间：,2026.11.5,
- 时间,,填表人：王五
END
printf '%s\n' '姓名,人员类别,入伍时间' '时间,退役士兵,1970-12' '合乙,退役士兵,1971-12' >'云翠社区1号楼.csv'
vet-import -q '云翠社区1号楼.csv' >out 2>err
same "and the rows below him are people" "时间 合乙" "$(names)"
printf '%s\n' 姓名 时间 合乙 >'云翠社区1号楼.csv'
vet-import -q '云翠社区1号楼.csv' >out 2>err
same "so are they in a list of nothing but names" "时间 合乙" "$(names)"

# Words for several classes are classes of their own: none of them is guessed, and none is in doubt.
while read -r typed label; do
    printf '%s\n' '姓名,性别,人员类别' "单甲,男,$typed" >'云翠社区1号楼.csv'
    vet-import -q '云翠社区1号楼.csv' >out 2>err
    same "$typed is $label" "$label id_number:id_missing" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["category"], $c["_flags"] }' out)"
done <<'END'
军官 退役干部
三属 三属
五老 五老人员
港澳老战士 港澳老战士
END

# Columns that make a field together, headings of several rows, examples and descriptions.
printf '%s\n' '社区,小区,楼栋,单元,房号,姓名,身份证号' "云翠社区,云翠小区,1,2,301,单甲,$A" "云翠社区,,1号楼,,,合乙,$B" >parts.csv
vet-import -q parts.csv >out 2>err
has "小区, 楼栋, 单元 and 房号 make the address" out ,云翠小区1号楼2单元301,
same "a building alone is no address" "云翠小区1号楼2单元301|" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["address"] }' out | paste -sd '|')"
printf '%s\n' '姓名,性别,,身份证号' ',男,女,' "单甲,√,,$A" "合乙,,√,$B" >'云翠社区1号楼.csv'
vet-import -q '云翠社区1号楼.csv' >out 2>err
same "a column of men and one of women to tick" "单甲,男 合乙,女" "$(cut -d, -f1,2 out | sed 1d | paste -sd ' ')"
printf '%s\n' '序号,姓名,男,女,电话' "1,单甲,√,,13800000001" "2,合乙,,√,13800000002" >'云翠社区1号楼.csv'
vet-import -q '云翠社区1号楼.csv' >out 2>err
same "such columns with no heading above them" "单甲,男 合乙,女" "$(cut -d, -f1,2 out | sed 1d | paste -sd ' ')"
printf '%s\n' '姓名,身份证号,人员类别,,' ',,退役士兵,军转干部,残疾军人' "单甲,$A,√,,√" "合乙,$B,,1," >'云翠社区1号楼.csv'
vet-import -q '云翠社区1号楼.csv' >out 2>err
has "categories to tick, several of them" out ',退役士兵;残疾军人,'
has "and one of them" out ',军队转业干部,'
printf '%s\n' '序號,姓名,性別,身份證號碼,社區,樓棟,類別' "1,單甲,男,$A,雲翠社區,1號樓,退役士兵" >traditional.csv
vet-import -q traditional.csv >out 2>err
has "traditional headings, units and labels; the name stays as it is" out "單甲,男,$A"
has "and the place is found" out ,C1G1B1,
printf '%s\n' '1.姓名 Name,2.性别 Sex,3.身份证号 ID No.,4.社区,5.楼号' "单甲,男,$A,榆山街道云翠社区,5-2-301" "合乙,女,$B,云翠社区居委会,1#2-301" >numbered.csv
vet-import -q numbered.csv >out 2>err
same "numbered headings, English beside them; a community with its street, an address for a building" "单甲 C1 合乙 C1G1B1" \
    "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { printf "%s%s %s", n++ ? " " : "", $c["name"], $c["unit"] }' out)"
while read -r row; do
    printf '%s\n' '云翠社区1网格1号楼,,,,' '序号,姓名,性别,身份证号,联系电话' "$row" "1,单甲,男,$A,13800000001" >hint.csv
    vet-import -q --stats stats.json hint.csv >out 2>err
    same "below the headings, $row: a hint" "new:1 header:1 preamble:1 hint:1" "$(fates)"
done <<'END'
例：,张三,男,370124198506150011,13812345678
（例）,张三,男,370124198506150011,13812345678
例1,张三,男,370124198506150011,13812345678
填写示例,张三,男,370124198506150011,13812345678
,例：张三,男,370124198506150011,13812345678
,张三（示例）,男,370124198506150011,13812345678
,张某某,男,37012419XXXXXXXXXX,138XXXXXXXX
A,B,C,D,E
,汉字,1男2女,X大写,手机
END
printf '%s\n' '序号,姓名,性别,身份证号,联系电话' "1,张三,男,$A,13800000001" '2,李某某,男,,' '3,吴忘,男,丢失,邻居转告' >'云翠社区1号楼.csv'
vet-import -q '云翠社区1号楼.csv' >out 2>err
same "a man who is called 张三, and one who has lost his id, are no hints" "张三 李某某 吴忘" "$(names)"
printf '%s\n' '姓名,单甲,性别,男' "身份证号,$A,电话,13800000001" '二、居住信息,,,' '社区,云翠社区,楼栋,1号楼' '家庭成员,,,' '姓名,关系,身份证号,工作单位' "李乙,妻,$B,务农" >card.csv
vet-import -q --stats stats.json card.csv >out 2>err
same "a card goes on below a line that begins a section; its table of relatives is none of ours" "单甲" "$(names)"
same "and the place in the second section is his" "C1G1B1" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["unit"] }' out)"
vet-import -q --stats stats.json "$TESTS/corpus/good-guide-ticks.xlsx" >out 2>err
same "a sheet called 填写样例 beside another is an example; ticks and dates stand under merged headings" \
    "单甲 男 1968-12 1971-12|合乙 女  " \
    "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
        { printf "%s%s %s %s %s", n++ ? "|" : "", $c["name"], $c["sex"], $c["enlist_date"], $c["discharge_date"] }' out)"
same "and its rows have fates too" "new:2 header:2 preamble:4" "$(fates)"

# Labels and values in one cell, whatever the value looks like.
printf '%s\n' '登记卡,' '姓名：单甲　性别：F,类别：1' "身份证号：,联系电话：13800000001" '社区：云翠社区  网格：网格1,楼栋：1号楼' >f.csv
vet-import -q f.csv >out 2>err
same "性别：F, 类别：1 and 网格：网格1 are labels with values, and an empty 身份证号： beside another label is one without" \
    "单甲 女 军队转业干部 C1G1B1" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["name"], $c["sex"], $c["category"], $c["unit"] }' out)"
printf '%s\n' '姓名：单甲  性别：F  身份证号：37012419500101****' '社区：云翠社区  楼栋：1号楼' >f.csv
vet-import -q f.csv >out 2>err
same "a Latin letter before a label is the end of a value" "单甲 女" "$(cut -d, -f1,2 out | sed 1d | tr , ' ')"
printf '%s\n' '姓名,单甲,高合计' '性别,男,女' "身份证号,$A,$B" >'云翠社区1号楼.csv'
vet-import -q '云翠社区1号楼.csv' >out 2>err
same "whoever has a number in his column is a person, whatever he is called" "单甲 高合计" "$(names)"
while read -r text want; do
    printf '%s\n' '姓名,类别' "单甲,$text" >'云翠社区1号楼.csv'
    vet-import -q '云翠社区1号楼.csv' >out 2>err
    has "$text: $want" out ",$want,"
done <<'END'
残疾军人和参战人员 残疾军人;参战退役人员
义务兵及伤残军人 退役士兵;残疾军人
军队离退休干部和退休士官 军队离退休干部
END
# Text files that were saved in other ways than most.
printf '%s\n' '退役军人采集表' '姓名：单甲  性别：男' '类别：烈属;残疾军人  电话：13800000001,13900000002' '社区：云翠社区  楼栋：1号楼' >notepad.txt
vet-import -q notepad.txt >out 2>err
has "a mark in one line of many delimits nothing" out ',13800000001;13900000002,'
for text in '退役退休军人：退\n云翠社区1号楼：无\n' '登记退\n姓名：单甲\n身份证号：370124195001011012\n社区：云翠\n'; do
    for coding in UTF-16LE UTF-16BE; do
        printf %b "$text" | iconv -t "$coding" >wide.txt
        vet-import --cells wide.txt >out 2>err
        same "$coding with no mark, though 退 has a byte of zeros, and 登 begins as JSON does" "$(printf %b "$text")" "$(cat out)"
    done
done

# The lists of other offices (domain: 优抚 rosters, grid systems), and what stands beside lists in a workbook.
printf '%s\n' '云翠社区3网格12号楼,,,,' '所属行政区划,姓名,身份证件号码,优抚对象,优抚类别' "榆山街道,单甲,$A,正常,烈士遗属" "平阴县榆山街道办事处,合乙,$B,待续办,其他" ',李丙,,已停发,参战退役人员' >roster.csv
vet-import -q roster.csv >out 2>err
same "a column that names only the street says nothing against the title; a state beside a class is no class" \
    "单甲 C1G3B12 烈士遗属  合乙 C1G3B12   李丙 C1G3B12 参战退役人员 id_number:id_missing" \
    "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { printf "%s%s %s %s %s", n++ ? " " : "", $c["name"], $c["unit"], $c["benefit"], $c["_flags"] }' out)"
printf '%s\n' '云翠社区3网格,,,,,' '序号,楼栋,楼长,姓名,身份证号,备注' "1,11号楼,甲某,单甲,$A," '2,12号楼,乙某,,,无' >leaders.csv
vet-import -q --stats stats.json leaders.csv >out 2>err
same "无 among the remarks beside the name of the leader alone is a nil return" "new:1 nil:1 header:1 preamble:1" "$(fates)"
printf '%s\n' '姓名,性别' '单甲,9' '合乙,0' >'云翠社区1号楼.csv'
vet-import -q '云翠社区1号楼.csv' >out 2>err
same "0 and 9 of GB/T 2261.1 say nothing of a sex" "单甲,|合乙," "$(sed 1d out | cut -d, -f1,2 | paste -sd '|')"
cp "$TESTS/corpus/good-beside-lists.xlsx" '云翠_3网格_12号楼.xlsx'
vet-import -q --stats stats.json --rejects rejects.csv '云翠_3网格_12号楼.xlsx' >out 2>err
same "sheets of totals, of telephone numbers and of choices beside a list are no people" "单甲 1" "$(names) $(wc -l <rejects.csv)"
vet-import '云翠_3网格_12号楼.xlsx' --lang en >out 2>err
same "and each is told" 3 "$(grep -c 'not those of a list of people' err)"

printf '%s\n' '社区,小区,姓名,身份证号' "云翠社区,1号楼,单甲,$A" "云翠社区,锦绣小区,合乙,$B" '云翠社区,锦绣小区12号楼,李丙,' >estate.csv
vet-import estate.csv --lang en >out 2>err
same "小区 is the building where no column is, and where a building is called so" "C1G1B1 C1 C1G3B12" \
    "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { printf "%s%s", n++ ? " " : "", $c["unit"] }' out)"
same "and nothing else is said of it" 1 "$(wc -l <err)"

# Units that are called by names, and names beside numbers.
printf '%s\n' code,parent,level,name,aliases,leader,phone S,,station,榆山街道退役军人服务站,榆山街道,, N1,S,community,第一社区,一社区,, \
    N1G1,N1,grid,翠竹苑网格,,, N1G1B1,N1G1,building,翠竹苑1号楼,,, N1G1BA,N1G1,building,A座,,, N1G1BZ,N1G1,building,综合楼,,, \
    N1G2,N1,grid,网格2,,, N1G2B1,N1G2,building,1号楼,,, N1G2B2,N1G2,building,2号楼,,, >named.csv
while IFS='|' read -r title want; do
    printf '%s\n' "$title,," '姓名,性别,身份证号' "单甲,男,$A" >titled.csv
    vet-import -q -u named.csv titled.csv >out 2>err
    same "$title: $want" "$want" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["unit"] }' out)"
done <<'END'
第一社区翠竹苑网格翠竹苑1号楼退役军人花名册|N1G1B1
一社区翠竹苑1#楼|N1G1B1
第一社区翠竹苑网格A座|N1G1BA
一社区综合楼退役军人摸排表|N1G1BZ
第一社区-网格2-2号楼|N1G2B2
社区：第一社区 网格：网格2 楼栋：1号楼|N1G2B1
社区：第一社区　网格：翠竹苑网格　楼栋：翠竹苑1栋|N1G1B1
"社区：第一社区，网格：网格2，楼栋：2号楼"|N1G2B2
社区：第一社区、网格：2、楼栋：2号楼|N1G2B2
第一社区网格2-2#楼上报|N1G2B2
第一社区网格2-2栋上报|N1G2B2
第一社区网格2第1-2号楼|N1G2
END
printf '%s\n' '一社区翠竹苑网格,,' '姓名,性别,身份证号' 翠竹苑1号楼,, "单甲,男,$A" 综合楼,, "合乙,女,$B" 'A座：无,,' >named-sections.csv
vet-import -q -u named.csv --stats stats.json named-sections.csv >out 2>err
same "such a building alone in a row begins a section" "N1G1B1 N1G1BZ" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { printf "%s%s", n++ ? " " : "", $c["unit"] }' out)"
same "or says that nobody is there" "new:2 nil:1 header:1 preamble:3" "$(fates)"
printf '%s\n' '姓名,性别,身份证号' "单甲,男,$A" >'第一社区网格2-2号楼 (86).csv'
vet-import -q -u named.csv '第一社区网格2-2号楼 (86).csv' >out 2>err
same "the number of a copy in the name of a file is no building" N1G2B2 "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["unit"] }' out)"

# Headings of several words, and a place that stands below.
while IFS='|' read -r heading value field want; do
    printf '%s\n' "姓名,身份证号,楼栋编号X,$heading" "单甲,$A,,$value" >'云翠社区.csv'
    vet-import -q '云翠社区.csv' >out 2>err
    same "$heading is $field" "$want" "$(awk -F, -v f="$field" 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c[f] }' out)"
done <<'END'
退役/转业时间|1971-12|discharge_date|1971-12
手机、固话|13800000001|phone|13800000001
楼栋-单元-房号|1-2-301|unit|C1G1B1
社区、网格、楼栋|云翠社区3网格12号楼|unit|C1G3B12
姓名/电话|单甲13800000001|phone|
END
printf '%s\n' '退役军人摸排表,,' '姓名,性别,身份证号' "单甲,男,$A" '填报单位（盖章）：云翠社区3网格12号楼,,' >foot.csv
vet-import -q foot.csv >out 2>err
same "who sends it may stand below the list" C1G3B12 "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["unit"] }' out)"
printf '%s\n' '云翠社区3网格11号楼,,' '姓名,性别,身份证号' "单甲,男,$A" '楼长：某某（12号楼）,,' >foot.csv
vet-import -q foot.csv >out 2>err
same "but the title goes before it" C1G3B11 "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["unit"] }' out)"

# What stands around the names of units in their own columns.
while read -r grid building; do
    printf '%s\n' '社区,网格,楼栋,姓名,性别' "云翠社区,${grid//_/ },${building//_/ },单甲,男" >around.csv
    vet-import -q around.csv >out 2>err
    same "${grid//_/ } | ${building//_/ }" "C1G3B12 id_number:id_missing" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["unit"], $c["_flags"] }' out)"
done <<'END'
第三网格（王某） 12号楼（共48户）
3网格_王某 12号楼_单甲
3.0 12.0
3号 楼号：12
第3网格（1-15号楼） 12号住宅楼
END
# 3-12 in a column of buildings; under 楼栋/单元 it is said what it is.
printf '%s\n' code,parent,level,name,aliases S,,station,榆山街道服务站, C,S,community,云翠社区, G1,C,grid,第1网格, G3,C,grid,第3网格, \
    G1B3,G1,building,3号楼, G3B1,G3,building,1号楼, G3B12,G3,building,12号楼, G3B14,G3,building,14号楼, >short.csv
while read -r heading typed unit flags; do
    printf '%s\n' "社区,$heading,姓名,性别" "云翠社区,$typed,单甲,男" >address.csv
    vet-import -q -u short.csv address.csv >out 2>err
    same "$typed under $heading" "$unit $flags" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["unit"], $c["_flags"] }' out | sed 's/id_number:id_missing;*//')"
done <<'END'
楼栋 3-11 G1B3
楼栋 3-12 C building:unit_unknown
楼栋/单元 3-12 G1B3
楼栋/单元 3网格12 G3B12
楼栋 网格314号楼 G3B14
END
printf '%s\n' 社区,楼栋,姓名,性别 云翠社区,3-12,单甲,男 >address.csv
vet-import -u short.csv address.csv >out 2>err
has "what it may mean is named" err "near: 第3网格12号楼、第1网格3号楼"
# Where only the address says the building.
printf '%s\n' '社区,姓名,性别,现住址' '云翠社区,单甲,男,云翠社区12号楼3单元201' '云翠社区,合乙,女,幸福花园12号楼201' '云翠社区,说丙,男,' >address.csv
vet-import -v address.csv >out 2>err
same "is there, if it surely is one of the community's" "C1G3B12 12号楼 C1  C1 " \
    "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { printf "%s%s %s", n++ ? " " : "", $c["unit"], $c["building"] }' out)"
has "  which -v tells" err "address.csv!D2: notice: value_derived: 楼栋 worked out: 12号楼"
printf '%s\n' '社区,楼栋,姓名,性别,现住址' '云翠社区,99号楼,单甲,男,云翠社区12号楼3单元201' >address.csv
vet-import -q address.csv >out 2>err
same "what is typed in its own column goes before it, be it unknown" "C1 id_number:id_missing;building:unit_unknown" \
    "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["unit"], $c["_flags"] }' out)"
printf '%s\n' '云翠社区3网格12号楼退役军人' "1、单甲，男，$A，13800000001，退役士兵" '身份证号按文本填写，例如370124195001011012' >words.csv
vet-import -q --rejects rejects.csv --stats stats.json words.csv >out 2>err
same "people in running words, without headings, go home; an example does not" "rejected:1 preamble:2" "$(fates)"
finish
