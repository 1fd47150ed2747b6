#!/usr/bin/env bash
# What a clerk sees of people who stand in two sheets.
. "$TESTS/lib.sh"
cat >people.csv <<'X'
name,sex,id_number,birth_date,phone,address,unit,_file,_row
张伟,男,370124198506150011,1985-06-15,13812345678,1号楼1单元101,A1,a.csv,2
张伟,男,370124850615001,1985-06-15,13900000000,5号楼2单元202,B1,b.csv,2
李强,男,,1960-03-04,13700000001,2号楼101,A1,a.csv,3
李强,男,370124195001011012,1960-03-04,13700000001,,B1,b.csv,3
王芳,女,370124196002290038,1960-02-29,13600000002,3号楼303,A1,a.csv,4
王霞,女,370124196002290038,1960-02-29,13600000002,3号楼303,B1,b.csv,4
赵建国,男,370124195211070029,1952-11-07,13500000003,4号楼404,A1,a.csv,5
赵建军,男,,1955-01-20,13500000003,4号楼404,A1,a.csv,6
陈静,女,,1970-08-08,13400000004,,A1,a.csv,7
陈静,女,,1970-08-08,13300000005,,B1,b.csv,7
X
status "the same id with another name needs a person" 1 vet-dedupe people.csv
has "and it is said where they stand, the id masked" err "a.csv!4 and b.csv!4 have the same id 370124********0038"
has "the count of what is for review counts it" err "2 for review"
cp out with.csv
cut -d, -f1-7 people.csv | vet-dedupe --lang zh 2>err >/dev/null
has "rows that do not say where they are from are counted" err "第 5 行 和 第 6 行 身份证号相同（370124********0038）"
{ sed -n '1p;6p' people.csv; for i in 甲 乙 丙 丁 戊 己 庚 辛 壬 癸 子 丑 寅 卯 辰 巳 午 未 申 酉 戌 亥 天 地 玄; do sed -n "7s/王霞/王$i/p" people.csv; done; } >many.csv
status "many rows with one id and other names" 1 vet-dedupe many.csv
same "are told as far as 20 pairs" 20 "$(grep -c 'and different names; a person' err)"
has "and how many more there are" err "305 more pairs have the same id and different names; --review lists them all"
entity() { awk -F, -v row="$1" 'NR == row + 1 { print $NF }' with.csv; }
same "the same verified id is the same person, also when one was written with 15 digits" "$(entity 1)" "$(entity 2)"
same "no id, but name, birth date and phone: the same person" "$(entity 3)" "$(entity 4)"
check "the same id with another name is not joined" test "$(entity 5)" != "$(entity 6)"
check "two brothers on one phone and address stay two" test "$(entity 7)" != "$(entity 8)"
check "a name and a birth date alone join nobody" test "$(entity 9)" != "$(entity 10)"
same "all columns pass through" "$(head -1 people.csv),_entity" "$(head -1 with.csv)"
same "and all rows, in their order" "$(cat people.csv)" "$(sed 's/,[^,]*$//' with.csv)"

vet-dedupe --one people.csv >one.csv 2>/dev/null
same "--one gives one row a person" 8 "$(($(wc -l <one.csv) - 1))"
has "each value tells where it comes from" one.csv 'b.csv!3=id_number'
has "what records disagree in stays visible" one.csv 'phone=13812345678 / 13900000000'
same "three rows of one command are the same for one thread and for four" "$(vet-dedupe --threads 1 people.csv 2>/dev/null)" "$(vet-dedupe --threads 4 people.csv 2>/dev/null)"

vet-dedupe --review people.csv >review.csv 2>/dev/null
has "the conflict is for review, first of all" <(sed -n 2p review.csv) "the same id with another name"
has "names that agree in nothing else are for review" review.csv "陈静,陈静"
sed '/陈静/s/^open/同一人/' review.csv >decided.csv
vet-dedupe --decisions decided.csv people.csv >again.csv 2>/dev/null
same "a person's decision is followed" "$(awk -F, 'NR == 10 { print $NF }' again.csv)" "$(awk -F, 'NR == 11 { print $NF }' again.csv)"
{ head -1 people.csv && tail -n +2 people.csv | tac; } >turned.csv
vet-dedupe --decisions decided.csv turned.csv >again.csv 2>/dev/null
same "also when the rows come in another order" "$(awk -F, 'NR == 2 { print $NF }' again.csv)" "$(awk -F, 'NR == 3 { print $NF }' again.csv)"
vet-dedupe -q --review review.xlsx people.csv >/dev/null 2>&1
vet-import --cells review.xlsx >cells.csv 2>/dev/null
has "--review FILE.xlsx writes a workbook" cells.csv "decision,probability,why,name_a,name_b"
check "with a drop-down for the decision" sh -c 'unzip -p review.xlsx xl/worksheets/sheet1.xml | grep -q "<dataValidation type=\"list\""'
vet-dedupe -q --lang zh --review zh.xlsx people.csv >/dev/null 2>&1
check "headings that are longer than the values below them have two lines" \
    sh -c 'unzip -p zh.xlsx xl/worksheets/sheet1.xml | grep -q "<row r=\"1\"[^>]* ht=\"34\""'
/usr/bin/python3 - >book.txt <<'P'
import openpyxl
s = openpyxl.load_workbook("zh.xlsx").worksheets[0]
head = [c.value for c in s[1]]
print("heads", *head[:5], *head[-8:])
print("page", s.page_setup.orientation, s.page_setup.fitToWidth or 1, s.sheet_properties.pageSetUpPr.fitToPage)
print("number", s.cell(2, 2).value, s.cell(2, 2).number_format)
print("high", all(s.row_dimensions[r].height > 30 for r in range(2, s.max_row + 1)))
look = lambda title: s.cell(2, head.index(title) + 1).fill.fgColor.rgb
print("coloured", look("姓名（甲）") != look("出生日期（甲）"), look("文件（甲）") == look("出生日期（甲）"))
print("choices", s.data_validations.dataValidation[0].formula1)
P
has "in Chinese its headings are those that people know" book.txt \
    "heads 决定 可能性 理由 姓名（甲） 姓名（乙） 单位（甲） 单位（乙） 文件（甲） 文件（乙） 行号（甲） 行号（乙） key_a key_b"
has "it prints across, one page wide" book.txt "page landscape 1 True"
has "the probability is a number" book.txt 'number 73.39 0.0"%"'
has "rows are as high as the reason needs" book.txt "high True"
has "what differs is coloured, where a record is from is not" book.txt "coloured True True"
/usr/bin/python3 - <<'P'
import openpyxl
b = openpyxl.load_workbook("zh.xlsx")
for row in b.worksheets[0].iter_rows():
    if row[3].value == "陈静": row[0].value = "同一人"
b.save("zh-decided.xlsx")
b = openpyxl.load_workbook("review.xlsx")
for row in b.worksheets[0].iter_rows():
    if row[3].value == "陈静": row[0].value = "同一人"
b.save("decided.xlsx")
P
vet-dedupe -q --decisions decided.xlsx people.csv >again.csv 2>/dev/null
same "and the filled-in workbook is taken back" "$(awk -F, 'NR == 10 { print $NF }' again.csv)" "$(awk -F, 'NR == 11 { print $NF }' again.csv)"
vet-dedupe -q --decisions zh-decided.xlsx people.csv >again.csv 2>/dev/null
same "the Chinese one too" "$(awk -F, 'NR == 10 { print $NF }' again.csv)" "$(awk -F, 'NR == 11 { print $NF }' again.csv)"
for word in 同一个人 是同一人 Yes ' 同 一 人 ' √; do
    sed "/陈静/s/^open/$word/" review.csv >typed.csv
    same "people may type $word" "$(awk -F, 'NR == 10 { print $NF }' again.csv)" "$(vet-dedupe -q --decisions typed.csv people.csv 2>/dev/null | awk -F, 'NR == 11 { print $NF }')"
done
printf '%s\n' 名字,decision,key_a,key_b "甲,不是同一个人,$(sed -n 2p review.csv | rev | cut -d, -f1,2 | rev)" 乙,？,1,2 丙,×,3,4 丁,NO,5,6 >typed.csv
status "and 不是同一个人, ？, × or NO" 0 vet-dedupe -m person --decisions typed.csv people.csv
sed '/陈静/s/^open/perhaps/' review.csv >bad.csv
printf '\xEF\xBB\xBF' | cat - review.csv | tr , ';' >saved.csv
vet-dedupe -q --review saved.csv people.csv >/dev/null 2>&1
check "--review writes over a review, also over one that a spreadsheet program has saved" cmp review.csv saved.csv
cp people.csv input.csv
vet-dedupe -q --review input.csv >/dev/null 2>&1
check "and over nothing else" cmp people.csv input.csv
printf '%s\n' name,birth_date,phone,_file,_row 陈静,1970-08-08,13400000004,a.csv,7 陈静,1970-08-08,13300000005,b.csv,7 陈静,1970-08-08,13200000006,c.csv,7 >three.csv
vet-dedupe -q -m person --review three.csv 2>/dev/null | awk -F, -v OFS=, 'NR > 1 { $1 = /a.csv/ && /c.csv/ ? "不是" : "同一人" } { print }' >turns.csv
status "decisions that contradict each other need a person" 1 vet-dedupe -m person --decisions turns.csv three.csv
has "and are named" err "are said to be different, and the same by way of others"
check "by file and row" grep -qE '[abc]\.csv!7 and [abc]\.csv!7 are said' err
lines twins.csv name,id_number,birth_date,phone,_file,_row 周大海,370124196002290054,1960-02-29,13611100002,a.csv,8 \
    周大海,370124196002290070,1960-02-29,13611100002,b.csv,8 周大海,,1960-02-29,13611100002,c.csv,9
vet-dedupe -q --review twins.csv 2>/dev/null | sed 's/^open/同一人/' >both.csv
status "decisions do not bring two verified ids together by way of a record without one" 1 vet-dedupe -q --decisions both.csv twins.csv
same "one of them is followed" 2 "$(tail -n +2 out | awk -F, '{ print $NF }' | sort -u | wc -l)"
same "and the two ids stay apart" "" "$(awk -F, '$2 != "" && seen[$NF]++' out)"
has "the other is told, with the ids" err "b.csv!8 and c.csv!9 are one person was not followed: it brings two different valid ids together, 370124********0070 and 370124********0054"
awk -F, -v OFS=, 'NR == 2 { a = $(NF - 1) } NR == 3 { $NF = $(NF - 1); $(NF - 1) = a } NR != 2' both.csv >direct.csv
status "nor when the two records are decided on themselves" 1 vet-dedupe -q --decisions direct.csv twins.csv
has "which is told too" err "a.csv!8 and b.csv!8 are one person was not followed"
{ cat both.csv && sed -n '2s/^同一人/不是/p' both.csv; } >twice.csv
status "two opposite decisions on two records need a person" 1 vet-dedupe -q --decisions twice.csv twins.csv
has "and are told by their rows in the file" err "twice.csv!2: error: link_decided_twice: a.csv!8 and c.csv!9 are decided here and, the other way, in row 4"
{ printf ',,\n' && cat both.csv && printf ',,\n'; } >blank.csv
status "rows without a value, above and below, are passed over" 1 vet-dedupe -q --decisions blank.csv twins.csv
sed '2s/^open/不是/' review.csv >other.csv
status "a decision on a record that is not there is told" 0 vet-dedupe --decisions other.csv twins.csv
has "by its row in the file" err "other.csv!2: warning: link_decision_lost"
sed '1s/$/,list/; 2,$s/$/,a/' three.csv >lists.csv
status "a decision on two records of one source is not followed where sources are free of duplicates" 1 \
    vet-dedupe -q -m person --source list --decisions <(sed 's/不是/同一人/' turns.csv) lists.csv
has "and told" err "it brings two records of one source together"
status "a decision that is no word of ours is an error" 2 vet-dedupe --decisions bad.csv people.csv
same "and nothing is written" "" "$(cat out)"

vet-dedupe --explain 1 2 people.csv >why 2>/dev/null
has "--explain weighs each field" why "id_number: 370124198506150011 | 370124850615001"
has "and says what would turn the verdict" why "what would turn it"
vet-dedupe --lang zh --explain 3 4 people.csv >why 2>/dev/null
has "in Chinese too" why "结论: 同一人"
status "--explain with one id is an error" 2 vet-dedupe --explain 1 people.csv
has "that says what is lacking" err "--explain needs the ids of two records, and people.csv is a file"
status "a record that is not there is an error" 2 vet-dedupe --explain 1 99 people.csv
same "the bits of the fields and what went before add up to what it is in all" yes "$(vet-dedupe --explain 3 4 people.csv 2>/dev/null |
    awk '$1 ~ /^[-+]/ && /in all; probability/ { d = sum - $1; p = 1 / (1 + 2 ^ -$1) - $NF; print d * d < 0.002 && p * p < 1e-8 ? "yes" : sum " " $0 } $1 ~ /^[-+]/ { sum += $1 }')"
# Why a pair is what it is, where the probability does not say so.
reason() { vet-dedupe -q --lang "${3:-en}" --explain "$1" "$2" "${4:-people.csv}" 2>/dev/null | grep -E '^(verdict|because|结论|原因)' | paste -sd' '; }
same "a verified id decides, and that is said" "verdict: link; one entity because: the same verified id" "$(reason 1 2)"
same "so is a conflict" "verdict: conflict; two entities because: the same id with another name" "$(reason a.csv!4 b.csv!4)"
same "and what nothing bears out" "verdict: review; two entities because: nothing else bears it out: phone, address" "$(reason 9 10)"
same "in Chinese with the names that the columns have there" "结论: 待核对; 归为两人 原因: 没有别的佐证：联系电话、现住址都不同或没填" "$(reason 9 10 zh)"
same "two valid ids are never one person, however alike the rest is" \
    "verdict: no; two entities because: two different valid ids are never one person" "$(reason a.csv!8 b.csv!8 en twins.csv)"
same "a record that fits two people is for people to judge" \
    "verdict: review; two entities because: a record without an id fits two people with different ids" "$(reason a.csv!8 c.csv!9 en twins.csv)"
# R fits A and B, who have ids; S fits A, and R.  Whatever the order of the rows, R is left to itself.
for address in 3号楼2单元303 ''; do
    for order in 1234 1243 1324 1342 1423 1432 2134 2143 2314 2341 2413 2431 3124 3142 3214 3241 3412 3421 4123 4132 4213 4231 4312 4321; do
        for at in 0 1 2 3; do
            case ${order:at:1} in
            1) echo 周大海,370124196002290054,1960-02-29,13611100002,3号楼2单元303,A ;;
            2) echo 周大海,370124196002290070,1960-02-29,13722200003,9号楼1单元909,B ;;
            3) echo 周大海,,1960-02-29,13611100002,9号楼1单元909,R ;;
            *) echo "周大海,,1960-02-29,13611100002,$address,S" ;;
            esac
        done >orders.rows
        { echo name,id_number,birth_date,phone,address,who && cat orders.rows; } >orders.csv
        vet-dedupe -q orders.csv 2>/dev/null | awk -F, 'NR > 1 { e[$7] = e[$7] $6 } END { for (k in e) print e[k] }' | sed 's/SA/AS/' | sort | paste -sd' '
    done | sort | uniq -c >orders.txt
    same "who fits two people is nobody's, in any order of the rows (${address:-no address})" "24 AS B R" "$(awk '{ $1 = $1 } 1' orders.txt)"
done
vet-dedupe --explain a.csv!8 c.csv!9 twins.csv >why 2>/dev/null
has "and nothing else turns it" why "what would turn it: a decision of people"
vet-dedupe --explain 1 2 people.csv >why 2>/dev/null
has "a date that stands in the id is no missing one" why "birth_date: 1985-06-15 | 1985-06-15  (another column says it already;"
lines nameless.csv name,id_number,birth_date,phone 张伟,370124198506150011,1985-06-15,13812345678 ,370124198506150011,1985-06-15,13812345678 張偉,370124198506150011,,
same "who has no name is the one person who has his verified id" "E1 E1 E1" "$(vet-dedupe -q nameless.csv 2>/dev/null | awk -F, 'NR > 1 { print $NF }' | paste -sd' ')"
echo 王芳,370124198506150011,, >>nameless.csv
same "and nobody when two have it by other names" "E1 E2 E1 E3" "$(vet-dedupe -q nameless.csv 2>/dev/null | awk -F, 'NR > 1 { print $NF }' | paste -sd' ')"
lines pinyin.csv name,birth_date,phone 吕建国,1960-02-29,13611100002 "Jianguo Lü",1960-02-29,13611100002 lvjianguo,1960-02-29,13611100002 \
    "Lv Jianjun",1960-02-29,13611100002
same "a name typed in pinyin is the Chinese one, a brother's is not" "E1 E1 E1 E2" \
    "$(vet-dedupe -q pinyin.csv -m person 2>/dev/null | awk -F, 'NR > 1 { print $NF }' | paste -sd' ')"
lines hidden.csv name,id_number,birth_date,phone 周大海,370124196002290054,1960-02-29, 周大海,370124********0054,, 周大海,3701241960****0054,, \
    周大海,370124********0070,1960-02-29, 周大海,3.70124E+17,1960-02-29, 吴小山,370124********0054,, 周大海,370124196002290070,,
same "an id with hidden digits speaks for the person whose digits they are, and forbids nothing" "E1 E1 E1 E2 E3 E4 E2" \
    "$(vet-dedupe -q hidden.csv 2>/dev/null | awk -F, 'NR > 1 { print $NF }' | paste -sd' ')"
vet-dedupe --explain 1 4 hidden.csv >why 2>/dev/null
has "or against it" why "370124196002290054 | 370124********0070  (different, one not valid"
vet-dedupe --explain 1 5 hidden.csv >why 2>/dev/null
has "what a spreadsheet left of an id says nothing" why "370124196002290054 | 3.70124E+17  (not given"
lines dates.csv name,id_number,birth_date 周大海,370124196002290054,1960-02-29 周大海,370124********0054,1960-02-29 周大海,3701241960022900**,1960-02-29
vet-dedupe --explain 1 2 dates.csv >why 2>/dev/null
has "a birth date that an id hides is not said already" why "birth_date: 1960-02-29 | 1960-02-29  (the same"
vet-dedupe --explain 1 3 dates.csv >why 2>/dev/null
has "an id that hides the person's own number says no more than the date" why "370124196002290054 | 3701241960022900**  (another column says it already"
vet-dedupe --review twins.csv >why 2>err
has "the review gives the reason too" why "a record without an id fits two people with different ids; name: the same"
has "what it lists is what was counted, and what was refused is not called joined" err "3 records are 3 entities; 0 pairs joined, 2 for review"
vet-dedupe --decisions both.csv twins.csv 2>err >/dev/null
has "what people decided is joined" err "3 records are 2 entities; 1 pair joined"
# A record is named as messages name it, by a column that tells all apart, or by its row; _row is no such column.
named() { vet-dedupe -q --explain "$1" "$2" "${3:-people.csv}" 2>/dev/null | head -1; }
same "5 is the fifth row, whatever _row says" "rows 5 (a.csv!4) | 6 (b.csv!4)" "$(named 5 6)"
same "a place is that of a message" "rows 7 (a.csv!5) | 8 (a.csv!6)" "$(named a.csv!5 a.csv!6)"
same "a column may be named" "rows 1 (a.csv!2) | 9 (a.csv!7)" "$(named id_number=370124198506150011 phone=13400000004)"
awk -F, -v OFS=, 'NR == 1 { print $0, "key", "age" } NR > 1 { print $0, NR, NR == 4 ? 6 : 70 }' people.csv >keys.csv
same "of a column that tells all apart a value will do, and of no other" "rows 5 (a.csv!4) | 6 (b.csv!4)" "$(named 6 7 keys.csv)"
same "unless the row is asked for" "rows 6 (b.csv!4) | 7 (a.csv!5)" "$(named row=6 row=7 keys.csv)"
status "a value that several records have names none of them" 2 vet-dedupe --explain sex=女 1 people.csv
vet-dedupe --pairs people.csv >pairs.csv 2>/dev/null
has "--pairs gives the reason of each" pairs.csv "phone: the same"
vet-dedupe --stats stats.json people.csv >/dev/null 2>&1
has "--stats tells the threshold for a wished precision" stats.json '"threshold_for_precision"'

# What is shown to whom.
vet-dedupe -q --mask internal people.csv >masked.csv 2>/dev/null
same "--mask internal: names, ids and phones are masked, the entity is the same" "$(sed -n 2p with.csv | awk -F, '{ print $NF }'),yes" \
    "$(sed -n 2p masked.csv | awk -F, '{ print $NF "," ($1 == "张*" && $3 == "370124********0011" && $5 == "138****5678" ? "yes" : $0) }')"
vet-dedupe -q --one --mask internal people.csv >masked.csv 2>/dev/null
has "so are the values that golden records disagree in" masked.csv 'phone=138****5678 / 139****0000'
vet-dedupe -q --mask internal --explain 1 2 people.csv >masked 2>/dev/null
has "and those that --explain weighs" masked "id_number: 370124********0011 | 370124*****5001"
vet-dedupe -q --mask internal --review people.csv >masked.csv 2>/dev/null
has "and the review" masked.csv "陈*,陈*"
same "which keeps its keys" "$(cut -d, -f30- review.csv | tr -d '\r')" "$(cut -d, -f30- masked.csv | tr -d '\r')"
printf '%s\n' name,id_number,field,before,after 张伟,370124198506150011,phone,13812345678,13900000000 >changes.csv
vet-dedupe -q --mask internal changes.csv >masked.csv 2>/dev/null
same "what a column called field says of the columns beside it is masked too" "138****5678 139****0000" "$(sed -n 2p masked.csv | cut -d, -f4,5 | tr , ' ')"
script -qec "vet-dedupe -q people.csv 2>/dev/null" typed >/dev/null
check "on a terminal records are masked" sh -c '! grep -q 370124198506150011 typed && grep -q "370124\*\*\*\*\*\*\*\*0011" typed'
script -qec "vet-dedupe -q --mask none people.csv 2>/dev/null" typed >/dev/null
has "unless they are asked for whole" typed 370124198506150011
script -qec "vet-dedupe -q --review kept.csv people.csv 2>/dev/null" typed >/dev/null
same "a file is written whole from a terminal too" "$(cat review.csv)" "$(cat kept.csv)"
status "a mask that there is not is refused" 2 vet-dedupe --mask half people.csv

# A part of the records.
status "--where takes the records that it holds for" 1 vet-dedupe --where "sex = '女'" people.csv
same "and no others" "name 女 女 女 女" "$(cut -d, -f1,2 out | sed '1s/,.*//; 2,$s/.*,//' | tr '\n' ' ' | sed 's/ $//')"
status "a column that there is not is an error" 2 vet-dedupe --where "sexx = 1" people.csv
has "with the nearest" err "sex"
status "in the store a part is not linked as if there were no others" 2 vet-dedupe -d some.db --where "sex = '女'"
has "and it is said how to do it" err "vet-export -d FILE --where"
finish
