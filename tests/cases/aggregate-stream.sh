# shellcheck shell=bash
# vet-aggregate on streams: records and rollups, with a units file and without.
# shellcheck source=tests/lib.sh disable=SC1091
. "$TESTS/lib.sh"
export VET_PERIOD=2026-11
town
echo S12,S1,grid,第2网格,,, >>units.csv
echo S121,S12,building,3号楼,,, >>units.csv
cat >people.csv <<'CSV'
name,category,sex,birth_date,amount,unit,_entity
张甲,退役士兵,男,1980-05-01,10.5,S111,E1
李乙,退役士兵,女,1955-01,20,S112,E2
张甲,退役士兵,男,1980-05-01,99,S121,E1
王丙,烈士遗属,男,1940,,S12,E3
赵丁,,男,1962-07-09,0.1,S211,E4
钱戊,烈士遗属,女,1931,0.2,S211,E5
CSV
vet-aggregate -u units.csv --level all --by category --sum amount people.csv >all.csv
golden "a clerk sees counts and sums of every unit at all four levels" aggregate-all.csv all.csv
same "a person with records in two buildings counts once, where the unit's code comes first" \
    "2026-11,building,S111,1号楼,退役士兵,1,10.5,10.5,10.5" "$(grep ,building,S111, all.csv)"
same "his other building has nobody by him" "" "$(grep ,building,S121, all.csv)"
same "who is known only to his grid stands, at building level, with the grid's code" \
    "2026-11,building,S12,第2网格（楼栋不明）,烈士遗属,1,,," "$(grep ,building,S12, all.csv)"
vet-aggregate -u units.csv --count records --by category people.csv >records.csv
same "with --count records he counts each time" "2026-11,station,S,榆山街道退役军人服务站,退役士兵,3" "$(grep 退役士兵 records.csv)"

vet-aggregate -u units.csv --level grid --by category --sum amount people.csv >grid.csv
vet-aggregate -u units.csv --level community --by category grid.csv >community.csv
vet-aggregate -u units.csv --level station --by category community.csv >up.csv
vet-aggregate -u units.csv --level station --by category --sum amount people.csv >direct.csv
check "the rollup of rollups of rollups is the rollup of the records" cmp up.csv direct.csv
vet-aggregate -u units.csv --level community --by category --sum amount all.csv >from-all.csv
check "rows of several levels are not counted twice" cmp from-all.csv community.csv
for n in 1 2 3 7; do vet-aggregate -u units.csv --threads $n --level grid --by category --sum amount people.csv | cksum; done >threads.txt
same "any number of threads gives the same bytes" "1" "$(sort -u threads.txt | wc -l)"
(head -1 people.csv && tail -n +2 people.csv | tac) >turned.csv
check "the order of the records does not matter" cmp grid.csv <(vet-aggregate -u units.csv --level grid --by category --sum amount turned.csv)

vet-aggregate -u units.csv --level community --pivot category --percent --total people.csv >pivot.csv
golden "a pivot has a column for each value, shares and a total" aggregate-pivot.csv pivot.csv
{ echo name,category,unit && seq 50000 | awk '{ print $1 % 40000 ",c" $1 % 3 ",S111" }'; } >many.csv
same "40,000 lines of one unit take no time by their square" 40001 \
    "$(ulimit -t 15 && vet-aggregate -u units.csv --level station --by who=name --pivot category many.csv | wc -l)"
check "a total row is left out when a rollup is rolled up again" cmp <(vet-aggregate -u units.csv --level station community.csv) \
    <(vet-aggregate -u units.csv --level community --by category --sum amount --total people.csv | vet-aggregate -u units.csv --level station)
same "one can count without units" "2026-11,,,,男,3" "$(vet-aggregate --by sex people.csv | grep 男)"
same "--where chooses the records" "2026-11,,,,1" "$(vet-aggregate --where "sex = '女' AND amount > 1" people.csv | tail -1)"
vet-aggregate --by "band=CASE WHEN birth_date < '1950' THEN '80+' ELSE 'other' END" people.csv >band.csv
same "a dimension may be an expression" "2026-11,,,,80+,2" "$(grep 80 band.csv)"
vet-aggregate --by "category,decade=substr(birth_date, 1, 3)" people.csv >both.csv
same "after fields, and its commas are its own" "period,level,unit,name,category,decade,count" "$(head -1 both.csv)"
same "the same as by itself" "$(vet-aggregate --by category --by "decade=substr(birth_date, 1, 3)" people.csv)" "$(cat both.csv)"
status "a dimension called like a column that every rollup has is refused" 2 vet-aggregate --by name people.csv
has "for nobody could read the rollup again; there is a way" err "--by my_name=name"
vet-aggregate -u units.csv --level community --by my_name=name people.csv >by-name.csv
same "by which it can" "$(vet-aggregate -u units.csv --level station --by my_name=name people.csv)" \
    "$(vet-aggregate -u units.csv --level station --by my_name by-name.csv)"
same "JSON has the same rows, and numbers are numbers" '{"period":"2026-11","count":5}' "$(vet-aggregate -t json people.csv)"
same "decimals and shares too, codes and names are not" \
    '{"period":"2026-11","level":"grid","unit":"S11","name":"第1网格","category":"退役士兵","count":2,"percent":100.0,"sum_amount":30.5,"min_amount":10.5,"max_amount":20}' \
    "$(vet-aggregate -u units.csv --level grid --by category --sum amount --percent -t json people.csv | grep '"S11".*退役士兵')"
vet-aggregate -u units.csv --level building --by category --sum amount -t json people.csv >building.json
check "a rollup as JSON is rolled up again" cmp <(vet-aggregate -u units.csv --level community --by category --sum amount building.json) \
    <(vet-aggregate -u units.csv --level community --by category --sum amount people.csv)
vet-store -q -d units.db -u units.csv init
check "a stream is read by the units of the store that is named" cmp <(vet-aggregate -d units.db --level grid --by category people.csv) \
    <(vet-aggregate -u units.csv --level grid --by category people.csv)
same "decimals add up exactly" "0.3" "$(vet-aggregate --sum amount --where "amount < 1" people.csv | tail -1 | cut -d, -f6)"

status "rows that add up pass --check" 0 vet-aggregate -u units.csv --check all.csv
has "and are proved level by level" out "2026-11,grid,,,count,building,5,5,0,ok"
sed 's/^2026-11,grid,S11,第1网格,退役士兵,2,/2026-11,grid,S11,第1网格,退役士兵,3,/' all.csv >broken.csv
status "a changed number is found" 1 vet-aggregate -u units.csv --check broken.csv
has "with its unit, its value and both numbers" out "2026-11,grid,S11,第1网格,count category=退役士兵,building,3,2,-1,differs"
has "and said in a message" err "S11 第1网格: count category=退役士兵 is 3, but its parts add up to 2"
grep -v '^2026-11,grid,S11,' all.csv >lost.csv
status "so is a unit whose row is lost" 1 vet-aggregate -u units.csv --check lost.csv
check "it bears its own name, not that of a part" sh -c 'grep -q "^2026-11,grid,S11,第1网格,.*,building,0,2,2,differs" out && ! grep -q "^2026-11,grid,S11,.*号楼" out'
status "without the units nobody knows which parts are whose: that is said, and no gap is made up" 2 vet-aggregate --check all.csv
same "in one message" "1 rollup_needs_units" "$(wc -l <err) $(grep -o rollup_needs_units err)"
vet-aggregate -u units.csv --level all --pivot category --percent people.csv >pivot.csv
status "a table that was laid out with --pivot is not taken for a rollup with gaps" 2 vet-aggregate -u units.csv --check pivot.csv
has "it is said what to check" err "made with --pivot"
status "rows of one level are nothing to check" 2 vet-aggregate -u units.csv --check grid.csv
status "levels that disagree are told, not added" 1 vet-aggregate -u units.csv --level station broken.csv
has "with both counts" err "rollup_levels_differ"

names() { tail -n +2 "$1" | cut -d, -f4 | tr '\n' ' ' | sed 's/ $//'; }
vet-aggregate -u units.csv --by category --explain 'unit=S1,category=退役士兵' --level community people.csv >behind.csv
same "behind a number of a stream are its records, each person once" "张甲 李乙" "$(names behind.csv)"
same "by the one that counts, not his other" "S111" "$(grep 张甲 behind.csv | cut -d, -f9)"
vet-aggregate -u units.csv --count records --level community --pivot category --explain unit=S1,退役士兵 people.csv >behind.csv
same "with --count records by each" "张甲 李乙 张甲" "$(names behind.csv)"
vet-aggregate -u units.csv --level building --explain unit=S12 people.csv >behind.csv
same "who is known only to his grid stands behind its row, and nobody else" "王丙" "$(names behind.csv)"
vet-aggregate -u units.csv --by category --explain unit=S,category= people.csv >behind.csv
same "a value that nobody filled in is a value" "赵丁" "$(names behind.csv)"
vet-aggregate -u units.csv --where "sex = '女' AND amount > 1" --explain 1 <people.csv >behind.csv
same "--where holds behind the number too, and standard input is read twice" "李乙" "$(names behind.csv)"
vet-aggregate -u units.csv --by "band=CASE WHEN birth_date < '1950' THEN '80+' ELSE 'other' END" --explain 'band=80+' people.csv >behind.csv
same "so does an expression" "王丙 钱戊" "$(names behind.csv)"
vet-aggregate -u units.csv --mask internal --level building --explain unit=S111 people.csv >behind.csv
same "names are masked for whom they are to be" "张*" "$(names behind.csv)"
vet-aggregate -u units.csv --level community --explain unit=S1 grid.csv >behind.csv
same "behind a rollup of rollups are its rows" "S11 S12" "$(tail -n +2 behind.csv | cut -d, -f6 | tr '\n' ' ' | sed 's/ $//')"
vet-aggregate -u units.csv --level station --explain 1 all.csv >behind.csv
same "of the finest level only" "building" "$(tail -n +2 behind.csv | cut -d, -f5 | sort -u)"
vet-import -q --place S111 -u units.csv "$TESTS/corpus/good-import-plain.csv" 2>err | vet-aggregate -u units.csv --explain 1 >out
has "records that know their file, sheet and row keep them" out "good-import-plain.csv,,2"

status "a column that is not there names the nearest" 2 vet-aggregate --by categry people.csv
has "with its name" err "did you mean category?"
status "a level needs units" 2 vet-aggregate --level grid people.csv
has "and says how to give them" err "-u FILE"
status "a grid's rows cannot be told by building" 2 vet-aggregate -u units.csv --level building grid.csv
sed 's/S211,E5/S999,E5/; s/,0.1,/,0.1元,/' people.csv >slips.csv
status "a unit that is unknown is told" 1 vet-aggregate -u units.csv --level community --sum amount slips.csv
has "and its people are still counted" out "2026-11,community,S999,,1,0.2,0.2,0.2"
has "what is no number is told with its row" err "row 6: 0.1元 of amount is not a number"
status "a bad month is refused" 2 vet-aggregate -p 2026-13 people.csv
status "an unreadable file is status 3" 3 vet-aggregate nowhere.csv
status "a full disk is status 4" 4 sh -c 'vet-aggregate --by sex people.csv >/dev/full'
: >empty.csv
status "an empty file is an error" 3 vet-aggregate empty.csv
echo name,unit >headings.csv
status "a file with headings only counts nobody" 0 vet-aggregate -u units.csv headings.csv
same "and gives the headings" "period,level,unit,name,count" "$(cat out)"
status "--stats gives the rows of the answer and the findings" 1 vet-aggregate -u units.csv --level community --sum amount --stats stats.json slips.csv
same "as JSON" "{\"rows\": $(($(wc -l <out) - 1)), \"codes\": $(sed 's/.*"codes": //' stats.json)" "$(cat stats.json)"
has "by their codes" stats.json '"rollup_unit_unknown": 1'
cut -d, -f1-3 people.csv | sed '1s/unit/where/' >bare.csv
status "records that did not come through vet-import have no unit" 2 vet-aggregate -u units.csv --level grid bare.csv
has "and it is said how they get one" err "let them go through vet-import first"
printf '%s\n' name,name_typed,_row 甲,,1 >three.csv
status "a column that is like none" 2 vet-aggregate --by qqqqqq three.csv
has "is told with those that people know" err "there is no column qqqqqq; the columns are name"
same "and with no others" 0 "$(grep -c _typed err)"
finish
