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

# A workbook whose rows are out of order at twelve places, a block or less apart.
/usr/bin/python3 - <<'END'
import zipfile
with zipfile.ZipFile("damaged.xlsx", "w") as z:
    z.writestr("[Content_Types].xml", "<Types/>")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    for path, target, name in (("_rels/.rels", "xl/workbook.xml", "officeDocument"), ("xl/_rels/workbook.xml.rels", "sheet1.xml", "worksheet")):
        z.writestr(path, f'<Relationships><Relationship Id="r1" Type="{kind}{name}" Target="{target}"/></Relationships>')
    z.writestr("xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>')
    text = lambda row, *cells: f'<row r="{row}">' + "".join(f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in cells) + "</row>"
    rows = [text(1, "姓名", "性别", "联系电话", "备注")]
    rows += [text(i - 500 if i > 20000 and i % 1000 == 1 and i < 32001 else i, "张三", "男", 13800000000 + i, "x" * 60) for i in range(2, 60000)]
    z.writestr("xl/sheet1.xml", "<worksheet><sheetData>" + "".join(rows) + "</sheetData></worksheet>")
END
for try in 1 2 3 4 5 6; do
    vet-import -q --place C1G3B12 --threads $((try == 1 ? 1 : 4)) damaged.xlsx >/dev/null 2>"damaged$try"
done
has "of a damaged workbook the first damage is told" damaged1 "damaged.xlsx[a]!19501: error: book_damaged"
same "and no other, with one thread or four, however often it is tried" 1 "$(cat damaged[1-6] | sort -u | wc -l)"
finish
