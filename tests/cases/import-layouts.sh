# shellcheck shell=bash
# The layouts in which sheets come: each is read, nobody is lost, and nothing that is no person becomes one.
. "$TESTS/lib.sh"
export VET_UNITS=$TESTS/corpus/good-import-units.csv
A=370124195001011012 B=370124195211070029 C=370124196002290038 D=370124197812240053
# read_as SENTENCE STATUS WANT FILE [OPTION...]: WANT is "name unit row flags" of each record, joined by |
read_as() {
    local what=$1 want_status=$2 want=$3 file=$4
    shift 4
    status "$what" "$want_status" vet-import -q --stats stats.json --rejects rejects.csv "$@" "$file"
    same "$what: the records" "$want" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
        { printf "%s%s %s %s%s", n++ ? "|" : "", $c["name"], $c["unit"], $c["_row"], $c["_flags"] == "" ? "" : " " $c["_flags"] }' out)"
    same "$what: the fates add up" "$(sed -n '1s/^{"rows": \([0-9]*\),.*/\1/p' stats.json)" \
        "$(sed -n '1s/.*"fates": {\([^}]*\)}.*/\1/p' stats.json | tr ',' '\n' | awk -F': ' '{ n += $2 } END { print n }')"
}
fates() { sed -n '1s/.*"fates": {\([^}]*\)}.*/\1/p' stats.json | tr -d '" ' | tr ',' '\n' | grep -v ':0$' | tr '\n' ' ' | sed 's/ $//'; }

printf '%s\n' '附件2,,,,' '榆山街道退役军人花名册,,,,' ',,,,' '说明:请如实填写,例:5号楼2单元301,,' '序号,姓名,性别,身份证号,联系电话' \
    "1,单甲,男,$A,13800000001" "2,合乙,女,$B,13800000002" '3,,,,' '4,,,,' '合计,2人,,,' '制表人:张三,,审核人:李四,,2020年10月31日' \
    '注:本表一式三份,,,,' '填表人,王五,,联系电话,13899999999' >'云翠_3网格_12号楼.csv'
read_as "headings on row 5, prefilled numbers, a total, signatures with a telephone" 0 "单甲 C1G3B12 6|合乙 C1G3B12 7" '云翠_3网格_12号楼.csv'
same "what is no person has another fate" "new:2 header:1 preamble:3 footer:4 blank:3" "$(fates)"

printf '%s\n' '序号,基本信息,,,服役情况,,联系电话' ',姓名,性别,身份证号,入伍时间,退役时间,' "1,张甲,男,$A,1968-12,1971-12,13800000001" >'云翠1网格1号楼.csv'
read_as "two rows of headings, groups above" 0 "张甲 C1G1B1 3" '云翠1网格1号楼.csv'
printf '%s\n' '社区,楼栋,姓名,性别,身份证号,家庭成员,,联系电话' ',,,,,姓名,关系,' "云翠,1栋,张甲,男,$A,李乙,妻,13800000001" >family.csv
read_as "the name of a spouse under a group is not the name of the person" 0 "张甲 C1G1B1 3" family.csv
printf '%s\n' '社区,楼栋,姓名,性别,身份证号' '必填,必填,"必填,真实姓名",男/女,18位' '1,2,3,4,5' "云翠,1栋,张甲,男,$A" >hints.csv
read_as "a row of hints and a row of column numbers" 0 "张甲 C1G1B1 4" hints.csv
same "both are hints" "new:1 header:1 hint:2" "$(fates)"

printf '%s\n' '退役军人登记表,,,,,,,' '社区,云翠社区,,网格,第3网格,,楼栋,十二号楼' '楼长:某某,,填表日期:2020年10月22日,,,,,' '姓名,性别,身份证号,电话,,,,' "张甲,男,$A,13800000001,,,," >spread.csv
read_as "a preamble spread over cells" 0 "张甲 C1G3B12 5" spread.csv
printf '%s\n' '云翠社区退役军人摸排表,,,' '网格:第3网格  楼栋:11号楼  楼长:某,,,' '姓名,性别,身份证号,电话' "张甲,男,$A,13800000001" '小计,1人,,' '填表人:某,,,' ',,,' \
    '云翠社区退役军人摸排表,,,' '网格:第3网格  楼栋:12号楼  楼长:某,,,' '身份证号,姓名,电话,性别' "$B,王乙,13800000002,女" '姓名,性别,身份证号,电话' "李丙,男,$C,13800000003" >tables.csv
read_as "several tables in one sheet, each with its own preamble and order" 0 "张甲 C1G3B11 4|王乙 C1G3B12 11|李丙 C1G3B12 13" tables.csv

printf '%s\n' '退役军人信息采集表,,,' '姓　名,张甲,性 别,男' "身份证号：,$A,联系电话,13800000001" '所属社区,云翠,楼栋号,1栋' '备注,,,' '填表人:某,,填表日期:,' \
    '退役军人信息采集表,,,' '姓　名,王乙,性 别,女' "身份证号：,$B,联系电话,13800000002" '所属社区,云翠,楼栋号,2栋' '备注,,,' >cards.csv
read_as "cards one below the other" 0 "张甲 C1G1B1 2|王乙 C1G1B2 8" cards.csv
printf '%s\n' '姓名:张甲,性别:男' "身份证号:$A,联系电话:13800000001" '所属社区:云翠,楼栋:1号楼' >incell.csv
read_as "a card whose labels and values share cells" 0 "张甲 C1G1B1 1" incell.csv
printf '%s\n' '姓名,,性别,男' "身份证号,$A,电话,13800000001" '社区,云翠,楼栋,1栋' >noname.csv
read_as "a card without a name goes home" 1 "" noname.csv
has "with its reason" rejects.csv name:missing_required
printf '%s\n' '姓名,张甲,王乙' '性别,男,女' "身份证号,$A,$B" '楼栋,1栋,2栋' >'云翠_turned.csv'
read_as "a table that was turned on its side" 0 "张甲 C1G1B1 1|王乙 C1G1B2 1" '云翠_turned.csv'

printf '%s\n' '社区,网格,楼栋,姓名,身份证号' "云翠社区,第1网格,1号楼,张甲,$A" ",,,王乙,$B" ",,2号楼,李丙,$C" ",第3网格,,赵丁,$D" >blanks.csv
read_as "blank places mean as above, but a new grid does not keep the old building" 0 \
    "张甲 C1G1B1 2|王乙 C1G1B1 3|李丙 C1G1B2 4|赵丁 C1G3 5" blanks.csv
for text in '1,无,,' ',本楼无退役军人,,' '本楼栋暂无退役军人和优抚对象。,,,' '1,无,无,无' ',零报告,,' ',没有,,'; do
    printf '%s\n' '社区:云翠社区 网格:第3网格 楼栋:12号楼,,,' '序号,姓名,性别,身份证号' "$text" '合计,0人,,' >nil.csv
    read_as "nobody: $text" 0 "" nil.csv
    same "nobody: $text: one nil return" "nil:1 header:1 preamble:1 footer:1" "$(fates)"
done
printf '%s\n' '社区:云翠社区 网格:第3网格 楼栋:12号楼' '本楼无退役军人' >nil.csv
read_as "nobody, without any headings" 0 "" nil.csv
same "nobody, without any headings: a nil return" "nil:1 preamble:1" "$(fates)"
printf '%s\n' '社区,楼栋,姓名,性别,备注' '云翠,1栋,张甲,男,无' '云翠,1栋,吴有,男,无退役证' >remark.csv
read_as "无 among the remarks is no nil return" 0 "张甲 C1G1B1 2 id_number:id_missing|吴有 C1G1B1 3 id_number:id_missing" remark.csv
printf '%s\n' '社区;姓名;身份证号' "云翠;张甲;$A" >semi.csv
read_as "semicolons" 0 "张甲 C1 2" semi.csv
printf '姓名\t身份证号\r\n张甲\t%s\r\n' "$A" | iconv -f UTF-8 -t UTF-16 >'云翠1号楼.txt'
read_as "UTF-16 with tabs" 0 "张甲 C1G1B1 2" '云翠1号楼.txt'
printf '%s\n' '人员信息,,,,其他信息,,,' '序号,居住信息,,宗教信仰,基本情况,,手机号,服役情况' ',社区,楼栋,,姓名,身份证号,,入伍时间' "1,云翠,1栋,无,张甲,$A,13800000001,1968-12" >three.csv
read_as "three rows of headings, groups of groups, a column that nobody knows" 0 "张甲 C1G1B1 4" three.csv
same "three rows are headings" "new:1 header:3" "$(fates)"
has "the telephone below the top row is taken" out ,13800000001,
printf '%s\n' '人员信息,,,其他信息,,' '姓名,身份证号,服役情况,手机号,居住信息,' ',,入伍时间,,社区,楼栋' "张甲,$A,1968-12,13800000001,云翠,1栋" >three.csv
read_as "three rows of which the first two would do for a table" 0 "张甲 C1G1B1 4" three.csv
printf '%s\n' '编号,基本情况,,电话,,对象类别,服役情况,' ',姓名,身份证号,,,,入伍时间,退役时间' "1,张甲,$A,13800000001,,退役士兵,1968-12,1971-12" >'云翠1网格1号楼.csv'
read_as "a column without a heading among groups" 0 "张甲 C1G1B1 3" '云翠1网格1号楼.csv'
has "the columns beside it are taken" out ,13800000001,
printf '%s\n' '居住信息,,姓名,身份证号' '社区,楼栋,,' "云翠,1栋,张甲,$A" '社区,楼栋,姓名,身份证号' ",,王乙,$B" >page.csv
read_as "the next page repeats only the lower of two rows" 0 "张甲 C1G1B1 3|王乙 C1G1B1 5" page.csv
printf '%s\n' '社区:,云翠社区,楼栋,1,,' '姓名,身份证号,电话,,,' "张甲,$A,13800000001,,," '社区:,云翠社区,网格,3,楼号:,12#' '身份证号,姓名,电话,备注,,' "$B,王乙,13800000002,,," \
    '社区,云翠社区,,,,' '楼栋,2,,,,' '楼长:,张三,,,,' '填报时间:,2026-11-05,,,,' '姓名,身份证号,电话,,,' "李丙,$C,13800000003,,," >below.csv
read_as "a preamble of labels and values right below the rows of another building" 0 "张甲 C1G1B1 3|王乙 C1G3B12 6|李丙 C1G1B2 12" below.csv
printf '%s\n' '村(社区),网格,楼栋,姓名,身份证号' "云翠,3网格,第3网格-12号楼,张甲,$A" "云翠,3网格,3网格12号楼,王乙,$B" >again.csv
read_as "a bracket in a heading, and a grid named again with the building" 0 "张甲 C1G3B12 2|王乙 C1G3B12 3" again.csv
printf '%s\n' '序号,姓名,身份证号,电话' '一、云翠社区1网格1号楼（2人）,,,' "1,张甲,$A,13800000001" '2号楼,,,' "1,李丙,$C,13800000003" '第3网格11号楼,无,,' '12号楼：无,,,' '云翠社区,,,' '制表:某,,,' >sections.csv
read_as "a building alone in a row is the place of the rows below it" 0 "张甲 C1G1B1 3|李丙 C1G1B2 5" sections.csv
same "two of them have nobody; a place at the foot is none" "new:2 nil:2 header:1 preamble:2 footer:2" "$(fates)"
printf '%s\n' '姓名,身份证号,电话,,姓名,身份证号,电话' "张甲,$A,13800000001,,李丙,$C,13800000003" >'云翠社区1号楼.csv'
read_as "two tables side by side go home whole: a row would hold two people" 3 "" '云翠社区1号楼.csv'
has "and it says so" rejects.csv tables_beside
printf '%s\n' '社区,楼栋,姓名,身份证号,电话,配偶,,' ',,,,,姓名,身份证号,电话' "云翠,1栋,张甲,$A,13800000001,李乙,$B,13800000002" >spouse.csv
read_as "a spouse with an id and a telephone is no second table" 0 "张甲 C1G1B1 3" spouse.csv
printf '%s\n' '网格楼栋,姓名,身份证号' "云翠社区3网格12号楼,张甲,$A" >both.csv
read_as "one column for grid and building" 0 "张甲 C1G3B12 2" both.csv
for text in '1,/,/,/' '1,—,,' ',未摸排到退役军人,,' '本楼退役军人：无,,,' ',经摸排，本楼栋无退役军人及其他优抚对象,,'; do
    printf '%s\n' '社区:云翠社区 网格:第3网格 楼栋:12号楼,,,' '序号,姓名,性别,身份证号' "$text" >nil.csv
    read_as "nobody: $text" 0 "" nil.csv
    same "nobody: $text: one nil return" "nil:1 header:1 preamble:1" "$(fates)"
done
printf '%s\n' '姓名,性别,身份证号' >only.csv
status "headings and nobody below" 1 vet-import only.csv
has "says what to write" err 无

printf '%s\n' '登记卡,,,' '姓名,,性别,' '身份证号,,联系电话,' >'云翠_3网格_12号楼_卡.csv'
read_as "a card of two rows that nobody filled in is nobody" 1 "" '云翠_3网格_12号楼_卡.csv'
printf '%s\n' '网格,楼栋,姓名,性别,身份证号' "云翠-3,12号楼,张甲,男,$A" "云翠社区三,N11,王乙,女,$B" "云翠/3网格,No.12,李丙,男,$C" >short.csv
read_as "grids and buildings in short: 云翠-3, N11" 0 "张甲 C1G3B12 2|王乙 C1G3B11 3|李丙 C1G3B12 4" short.csv
printf '%s\n' '云翠社区第3网格12号楼,,' '姓名,性别,身份证号' "张甲,男,$A" ',,' '优抚对象,,' '序号,姓名,身份证号,电话' "1,王乙,$B,13800000002" '身份证号,姓名' "$C,李丙" >other.csv
read_as "tables of other columns below each other, and the title of one is nobody" 0 "张甲 C1G3B12 3|王乙 C1G3B12 7|李丙 C1G3B12 9" other.csv
cp "$TESTS/corpus/good-sheets-numbered.xlsx" '云翠_3网格.xlsx'
read_as "sheets called 11, 12 and 13: buildings where there is one of that number" 0 "张甲 C1G3B11 2|王乙 C1G3B12 2|李丙 C1G3 2" '云翠_3网格.xlsx'
cp "$TESTS/corpus/good-formatted-empty.xls" '云翠_12号楼.xls'
read_as "rows with borders and nothing in them, to the last that there is, are no rows" 0 "张甲 C1G3B12 2" '云翠_12号楼.xls'
same "and are not counted" "new:1 header:1" "$(fates)"
printf '%s\n' '姓名,张甲,性别,男' "联系电话,手机：13800000001,身份证号,$A" '社区,云翠,楼栋,1栋' >word.csv
read_as "a word before the number of a telephone on a card" 0 "张甲 C1G1B1 1" word.csv
has "does not cost its value" out 13800000001
printf '%s\n' '楼栋,姓名,身份证号' "云翠社区第3网格12号,张甲,$A" >bare.csv
read_as "a building that is called only by its number, after its grid" 0 "张甲 C1G3B12 2" bare.csv
printf '%s\n' '姓名,性别,身份证号' "合计,男,$A" "1.张甲,男,$C" '合计,2人,' >'云翠1网格1号楼_合计.csv'
read_as "a man who is called as totals are, and names with numbers" 0 "合计 C1G1B1 2|张甲 C1G1B1 3" '云翠1网格1号楼_合计.csv'
printf '%s\n' '社区,网格,楼栋,姓名,身份证号' "云翠社区,3,12,张甲,$A" '云翠社区小计,,,1人,' "锦东社区,1,1,王乙,$B" '锦东小计,,,1,' >subtotals.csv
read_as "a subtotal that names its community is nobody" 0 "张甲 C1G3B12 2|王乙 C2G1B1 4" subtotals.csv
printf '%s\n' '12号楼（楼长：某某 13500000000）,,' '姓名,性别,身份证号' "张甲,男,$A" >'云翠3网格_楼长.csv'
read_as "the leader in brackets behind the building is not its name" 0 "张甲 C1G3B12 3" '云翠3网格_楼长.csv'
printf '%s\n' '姓名,服役起止时间,身份证号,属相,籍贯' "张甲,1968-1971,$A,虎,山东" >'云翠1网格1号楼_生.csv'
read_as "headings that nobody knows beside a name and an id" 0 "张甲 C1G1B1 2" '云翠1网格1号楼_生.csv'
printf '%s\n' '云翠社区第3网格11-12号楼,,' '姓名,身份证号,楼栋' "张甲,$A," "王乙,$B,11号楼" "李丙,$C,11-12号楼" >ranges.csv
read_as "a range of buildings is none of them" 0 "张甲 C1G3 3|王乙 C1G3B11 4|李丙 C1G3 5 building:unit_unknown" ranges.csv
printf '%s\n' '云翠社区第3网格11号楼、12号楼,' '姓名,身份证号' "张甲,$A" >list.csv
read_as "nor is a list of them" 0 "张甲 C1G3 3" list.csv
printf '%s\n' '姓名,入伍时间,,退役时间,,身份证号' ',年,月,年,月,' "张甲,1968,12,1971,,$A" >'云翠1网格1号楼_年月.csv'
read_as "a column for the year and one for the month" 0 "张甲 C1G1B1 3" '云翠1网格1号楼_年月.csv'
has "make one date, as far as it goes" out '1968-12,1971,'
printf '%s\n' '姓名,出生日期,身份证号' "张甲,1950-02-30,$A" "王乙,1952-11-17,$B" >'云翠1网格1号楼_生日.csv'
status "dates of birth that are wrong" 0 vet-import --lang en '云翠1网格1号楼_生日.csv'
has "are told with their year, and stars for what is not shown" err '1950-**-**'
has "so that two of one year do not look alike" err '1952-**-**'
printf '%s\n' '姓名,出生年,出生月,出生日,入伍年份,入伍月份,电话' '张甲,1950,1,1,1968,12,13800000001' '王乙,1952.0,11.0,7.0,1970,,' >'云翠1网格1号楼_三列.csv'
read_as "年, 月 and 日 of a date each with a heading of its own" 0 "张甲 C1G1B1 2 id_number:id_missing|王乙 C1G1B1 3 id_number:id_missing" '云翠1网格1号楼_三列.csv'
same "make one date" "1950-01-01 1968-12|1952-11-07 1970" "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { print $c["birth_date"], $c["enlist_date"] }' out | paste -sd '|')"
printf '%s\n' '姓名,出生（年）,出生（月）,出生（日）,电话' '张甲,1950,1,1,13800000001' >'云翠1网格1号楼_括号.csv'
read_as "with the part in brackets" 0 "张甲 C1G1B1 2 id_number:id_missing" '云翠1网格1号楼_括号.csv'
has "they make one date too" out ,1950-01-01,
printf '%s\n' "姓名：张甲  性别：男　身份证号：$A" '联系电话：13800000001；人员类别：退役士兵，备注：上午9：30入户' '社区：云翠社区 网格：第1网格 楼栋：1号楼' >pairs.csv
read_as "a card with several labels and values in one cell" 0 "张甲 C1G1B1 1" pairs.csv
has "the telephone" out ,13800000001,
has "the category" out ,退役士兵,
has "and a remark with a time of day in it" out ,上午9：30入户,
printf '%s\n' '姓名,张甲' "身份证号,$A" '姓名,王乙' "身份证号,$B" '姓名,' '身份证号,' >'云翠1网格1号楼_小卡.csv'
read_as "cards of a name and an id" 0 "张甲 C1G1B1 1|王乙 C1G1B1 3" '云翠1网格1号楼_小卡.csv'
printf '%s\n' '云翠社区1号楼名单' '姓名' '张甲' '王乙' '共2人' >list.csv
read_as "a list of names and nothing else" 0 "张甲 C1G1B1 3 id_number:id_missing|王乙 C1G1B1 4 id_number:id_missing" list.csv
printf '%s\n' '云翠社区3网格,,' '11号楼（楼长：某某）,,' '姓名,性别,身份证号' "张甲,男,$A" '12号楼（楼长：某某）无,,' >leader.csv
read_as "nobody in a building whose leader stands in brackets" 0 "张甲 C1G3B11 4" leader.csv
same "is a nil return below the rows of another" "new:1 nil:1 header:1 preamble:2" "$(fates)"
printf '%s\n' '云翠社区3网格,,' '11号楼（楼长：某某）无,,' '12号楼：无,,' >leader.csv
read_as "and where there is no table at all" 0 "" leader.csv
same "two nil returns" "nil:2 preamble:1" "$(fates)"
printf '%s\n' '社区,楼栋,姓名,身份证号,属相,出生月' "青龙社区,1号楼,张甲,$A,虎,1" >near.csv
status "a name that is near to none" 0 vet-import --lang zh near.csv
has "is told in words" err '名字相近的：没有。'
has "a heading near to one: how it would be read" err "--map '出生月=birth_date'"
has "a heading near to none" err "--map '属相=字段'"
printf '%s\n' 社区,网格,楼栋,姓名,身份证号 "云翠社区,第3网格,12号楼,张甲、王乙,$A" 云翠社区,第3网格,12号楼,买买提·艾力, 云翠社区,第3网格,12号楼,李丙/赵丁, >pair.csv
vet-import -q pair.csv >out 2>/dev/null
same "two people in one cell are one record, and somebody has to look" "张甲、王乙 李丙/赵丁" "$(grep 'name:rule:one_person' out | cut -d, -f1 | tr '\n' ' ' | sed 's/ $//')"
has "a name with a dot in it is one" out "买买提·艾力"
finish
