#!/usr/bin/env bash
# Two stations hand their records to the county, and hold the county to its receipt.
. "$TESTS/lib.sh"
export VET_NOW=2026-11-24T08:00:00 VET_BY=王会计
unset VET_UNITS VET_DB
station() { # NAME CODE 镇
    village "$2" "$3" >"$1.units.csv"
    vet-store -q -d "$1.db" -u "$1.units.csv" init
}
head=社区,楼栋,姓名,身份证号,联系电话,人员类别
station a A 甲镇
station b B 乙镇
printf '%s\n' $head 云翠社区,1号楼,张伟,370124198506150011,13812345678,退役士兵 云翠社区,1号楼,李强,,13700000001,退役士兵 \
    云翠社区,2号楼,王芳,370124196002290038,不详,军烈属 东山社区,1号楼,赵建国,370124195211070029,13500000003,退役士兵 \
    东山社区,1号楼,张伟,370124198506150011,13812345678,退役士兵 >a1.csv
printf '%s\n' $head 云翠社区,1号楼,张伟,370124198506150011,13812345678,退役士兵 云翠社区,2号楼,孙丽,370124197001010024,13900000001,军烈属 \
    云翠社区,2号楼,张伟,370124198506150011,13812345678,退役士兵 >b1.csv
vet-import -q -d a.db a1.csv
vet-import -q -d b.db b1.csv
vet-dedupe -q -d a.db >out 2>err
vet-dedupe -q -d b.db >out 2>err
count() { vet-export -q -d "$1" --mask internal | tail -n +2 | wc -l; }
rows() { # DB [UNIT PREFIX]: name, id, phone, category, unit
    vet-export -q -d "$1" --mask internal | awk -F, -v prefix="$2" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        index($at["unit"], prefix) == 1 { print $at["name"] "," $at["id_number"] "," $at["phone"] "," $at["category"] "," $at["unit"] }'
}
batches() { vet-store -d "$1" log | tail -n +2 | wc -l; }

status "a station packs what it knows" 0 vet-store -d a.db pack -o a.zip
has "and is told what to do with the package" err "keep the receipt"
same "nobody else may read it" 600 "$(stat -c %a a.zip)"
unzip -q a.zip -d bag
same "it is a bag of RFC 8493" "BagIt-Version: 1.0" "$(head -1 bag/bagit.txt)"
check "whose manifest any tool can check" sh -c 'cd bag && sha256sum -c --quiet manifest-sha256.txt tagmanifest-sha256.txt'
same "with the records, the units, the returns, the links, the ledgers" \
    "data/asked.csv data/decisions.csv data/ledgers/person.json data/links.csv data/manifest.json data/records/person.csv data/rejects.csv data/returns.csv data/units.csv" \
    "$(cd bag && find data -type f | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
check "the manifest states the totals" grep -q '"records":5,"units":{"A-1-1":2,"A-1-2":1,"A-2-1":2}' bag/data/manifest.json
check "and the head of the log" grep -q "$(vet-store -d a.db log -t json | grep -v '"kind":"pack"' | tail -1 | sed 's/.*"hash":"\([0-9a-f]*\)".*/\1/')" bag/data/manifest.json
VET_NOW=2027-01-01T00:00:00 TZ=Asia/Shanghai vet-store -q -d a.db pack a-again.zip
check "the same store gives the same bytes, at any time" cmp a.zip a-again.zip
has "the log says who packed what" <(vet-store -d a.db log) ",pack,2026-11-24T08:00:00,王会计,"

status "the county takes the package" 0 vet-store -d county.db unpack a.zip -o a.receipt
has "and is told what came" err "5 new, 0 changed, 0 as before, 0 no longer there"
same "all records are there" 5 "$(count county.db)"
check "as they were" diff <(rows a.db) <(rows county.db)
has "each with the package, the sheet and the row that it came from" <(vet-export -q -d county.db --source --mask internal) ",a.zip,a1.csv,2,"
check "the county's store verifies" vet-store -q -d county.db verify
had=$(batches county.db)
status "the same package again changes nothing" 0 vet-store -d county.db unpack a.zip -o a.receipt2
has "and the clerk is told" err "taken before"
same "no batch was made" "$had" "$(batches county.db)"
check "the receipt is the same" cmp a.receipt a.receipt2
status "the sender checks the receipt against its log" 0 vet-store -d a.db verify --receipt a.receipt
has "and hears that all is as the county took it" err "as the level above took it"
vet-store -q -d b.db pack b.zip
status "another station's log does not fit that receipt" 4 vet-store -d b.db verify --receipt a.receipt
sed 's/"A-1-1":2/"A-1-1":3/' a.receipt >forged.receipt
status "nor does a receipt with other totals" 4 vet-store -d a.db verify --receipt forged.receipt
has "and the unit is named" err "A-1-1"
status "what is no receipt is told as such" 3 vet-store -d a.db verify --receipt a1.csv

status "the second station's package joins the first" 0 vet-store -d county.db unpack b.zip -o b.receipt
same "eight records" 8 "$(count county.db)"
status "every total of the county reconciles" 0 vet-aggregate -d county.db --check
vet-aggregate -q -d county.db --level station >county.csv
same "a station's total is what it was at the station" "$(vet-aggregate -q -d a.db --level station | sed -n 's/.*,A,//p')" "$(sed -n 's/.*,A,//p' county.csv)"
same "for the other too" "$(vet-aggregate -q -d b.db --level station | sed -n 's/.*,B,//p')" "$(sed -n 's/.*,B,//p' county.csv)"
vet-export -q -d county.db --mask none | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["name"] == "张伟" { print $at["_entity"] }' >entities
same "one name for two stations' entities does not make them one person" 2 "$(sort -u entities | wc -l)"

# The next month: one moved in, one is corrected, one is gone (taken back).
printf '%s\n' $head 云翠社区,1号楼,李强,370124195001011012,13700000001,退役士兵 云翠社区,1号楼,周敏,370124199001010027,13600000009,退役士兵 >a2.csv
VET_NOW=2026-12-20T08:00:00 vet-import -q -d a.db a2.csv
VET_NOW=2026-12-24T08:00:00 vet-store -q -d a.db pack a-12.zip
status "next month's package changes what changed" 0 vet-store -d county.db unpack a-12.zip -o a-12.receipt
has "and says how much" err "1 new, 1 changed, 4 as before, 0 no longer there"
check "the county has the station's records" diff <(rows a.db) <(rows county.db A)
vet-store -q -d a.db pack --period 2026-11 -o a-11.zip
status "a package older than that is refused" 2 vet-store -d county.db unpack a-11.zip
has "and the newer one is named" err "a-12.zip"
vet-store -q -d a.db undo "$(vet-store -d a.db log | awk -F, '$2 == "import" { n = $1 } END { print n }')"
VET_NOW=2027-01-24T08:00:00 vet-store -q -d a.db pack a-01.zip
status "what the station took back goes from the county too" 0 vet-store -d county.db unpack a-01.zip -o a-01.receipt
has "and is counted" err "0 new, 1 changed, 4 as before, 1 no longer there"
check "both have the same records again" diff <(rows a.db) <(rows county.db A)
check "the other station's are untouched" diff <(rows b.db) <(rows county.db B)
status "the county's totals still reconcile" 0 vet-aggregate -d county.db --check
check "its store verifies" vet-store -q -d county.db verify
status "an old receipt is still good" 0 vet-store -d a.db verify --receipt a.receipt
vet-store -q -d county.db undo "$(batches county.db)"
has "an unpacked package can be undone" <(rows county.db) "周*,"
check "and the store verifies" vet-store -q -d county.db verify

# Parts.
status "one community may be handed over alone" 0 vet-store -d a.db pack --unit A-1 -o a-1.zip
status "into an empty store" 0 vet-store -d part.db unpack a-1.zip -o part.receipt
same "with its records only" 3 "$(count part.db)"
status "its receipt is good too" 0 vet-store -d a.db verify --receipt part.receipt
status "a month's end may be handed over" 0 vet-store -d a.db pack --period 2026-11 -o november.zip
vet-store -q -d november.db unpack november.zip -o november.receipt
same "as the store was then" 5 "$(count november.db)"
status "a unit that is not there is wrong use" 2 vet-store -d a.db pack --unit X -o x.zip
check "and makes no file" test ! -e x.zip

# Packages that will not do.
refused() { # "sentence" STATUS FILE TEXT
    rm -f fresh.db
    vet-store -q -d fresh.db -u b.units.csv init
    sqlite3 fresh.db .dump >before.dump
    status "$1" "$2" vet-store -d fresh.db unpack "$3" -o fresh.receipt
    has "  and it is said why" err "$4"
    check "  nothing is changed, no receipt given" sh -c 'sqlite3 fresh.db .dump | cmp - before.dump && test ! -e fresh.receipt'
}
repack() { (cd bag && rm -f ../"$1" && zip -qr -X ../"$1" .); }
sed -i 's/张伟/张三/' bag/data/records/person.csv && repack changed.zip
refused "a record changed on the way" 3 changed.zip "data/records/person.csv"
seal() { (cd bag && find data -type f | LC_ALL=C sort | xargs sha256sum >manifest-sha256.txt && sha256sum bag-info.txt bagit.txt manifest-sha256.txt >tagmanifest-sha256.txt); }
sed -i '$d' bag/data/records/person.csv && seal && repack short.zip
refused "a record left out and the hashes made good: the totals tell" 3 short.zip "states"
status "where there was no store" 3 vet-store -q -d none.db unpack short.zip
check "  none is made for it" [ ! -e none.db ]
rm -r bag && unzip -q a.zip -d bag
sed -i '1s/phone/telephone/' bag/data/records/person.csv && seal && repack field.zip
refused "a field that is not known here" 3 field.zip "telephone"
# edit PART COLUMN VALUE: in the first row of the part, which gets one when it has none
edit() {
    rm -r bag && unzip -q a.zip -d bag
    [ "$(wc -l <"bag/data/$1")" -gt 1 ] || echo ',,,,,,,,,' >>"bag/data/$1"
    /usr/bin/python3 - "bag/data/$1" "$2" "$3" <<'X'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", newline="")))
rows[1] = (rows[1] + [""] * len(rows[0]))[: len(rows[0])]
rows[1][rows[0].index(sys.argv[2])] = sys.argv[3]
csv.writer(open(sys.argv[1], "w", encoding="utf-8", newline="")).writerows(rows)
X
    seal && repack edited.zip
}
while IFS='|' read -r part column value; do
    edit "$part" "$column" "$value"
    refused "$part: '$value' as $column" 3 edited.zip "data/$part"
done <<'X'
returns.csv|unit|X-9
returns.csv|ledger|pets
returns.csv|period|november
returns.csv|period|2026-13
returns.csv|kind|yes
returns.csv|survey_date|yesterday
returns.csv|accepted|-1
returns.csv|accepted|
returns.csv|rejected|many
returns.csv|rejected|99999999999999999999
returns.csv|seen|[1,x]
returns.csv|seen|{}
returns.csv|asked|7*x
returns.csv|asked|*2
asked.csv|number|0
asked.csv|ledger|pets
records/person.csv|_asked|name
records/person.csv|_kept|phone
records/person.csv|_kept|=20261005
links.csv|unit|X-9
links.csv|record|one
links.csv|record|0
links.csv|entity|
rejects.csv|row|1e3
rejects.csv|headings|[
rejects.csv|cells|{"a":1}
decisions.csv|a|12
decisions.csv|verdict|perhaps
records/person.csv|unit|X-9
records/person.csv|_row|first
records/person.csv|_record|
X
same "and the store is sound" 0 "$(vet-store -q -d fresh.db verify >out 2>err; echo $?)"
rm -r bag && unzip -q a.zip -d bag
echo more >bag/data/more.csv && repack more.zip
refused "a part that no manifest lists" 3 more.zip "manifest-sha256.txt"
seal && repack more.zip
refused "a part that has no business there" 3 more.zip "data/"
rm bag/data/more.csv bag/data/links.csv && seal && repack less.zip
refused "a part that is missing" 3 less.zip "data/links.csv"
rm -r bag && unzip -q a.zip -d bag
echo '{"package":1,' >bag/data/manifest.json && seal && repack json.zip
refused "a manifest that is no JSON" 3 json.zip "data/manifest.json"
mkdir -p climb/x && echo x >climb/up.csv && (cd climb/x && zip -q ../../climb.zip ../up.csv)
refused "a name that climbs" 3 climb.zip "../up.csv"
head -c 100000000 /dev/zero >zeros && mkdir bomb bomb/data && mv zeros bomb/data/ && (cd bomb && zip -q -r ../bomb.zip .)
zip -q -d bomb.zip data/
refused "a zip bomb" 3 bomb.zip "larger"
head -c 1500 a.zip >cut.zip
refused "a package that is cut off" 3 cut.zip "not a whole package"
refused "a file that is none" 3 a1.csv "not a whole package"
refused "a file that is not there" 3 none.zip "cannot open"
sed 's/^A\b/B/; s/,A\b/,B/g; s/^A-/B-/; s/甲镇/丙镇/' a.units.csv >c.units.csv
vet-store -q -d c.db -u c.units.csv init
vet-import -q -d c.db a1.csv
vet-store -q -d c.db pack c.zip
refused "another station with the same codes" 2 c.zip "two stations need different codes"
vet-store -d a.db --lang zh unpack c.zip >out 2>err
vet-store -d b.db --lang zh unpack c.zip >out 2>err
has "in Chinese too" err "代码不能重复"
cp county.db full.db
(
    trap '' XFSZ
    ulimit -f 20
    vet-store -d full2.db unpack a.zip >full.out 2>full.err
    echo $? >full.status
)
same "a full disk is told" 4 "$(cat full.status)"
status "a package to /dev/full is told" 4 vet-store -q -d a.db pack /dev/full
finish
