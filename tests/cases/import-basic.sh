# shellcheck shell=bash
# What a clerk sees when plain sheets are imported.
. "$TESTS/lib.sh"
corpus=$TESTS/corpus
status "a sheet with one row to go home ends with 1" 1 \
    vet-import -u "$corpus/good-import-units.csv" --stats stats.json --rejects rejects.csv "$corpus/good-import-plain.csv"
field() { # COLUMN of the record of NAME
    awk -F, -v want="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i } $1 == name { print $c }' out
}
same "the unit is the deepest that is certain" C1G3B12 "$(field unit 张甲)"
same "同上 and 〃 say what the row above said, and 十二幢 is 12号楼" C1G3B12 "$(field unit 王乙)"
same "a place gets the unit's own name" 第3网格 "$(field grid 王乙)"
same "a building that no unit is called is flagged, and the grid counts" "C2G1 building:unit_unknown" "$(field unit 李丙) $(field _flags 李丙)"
has "the message says what was typed" err "９号楼"
has "a row without a name is rejected" rejects.csv "missing_required"
has "a rejected row keeps its cells" rejects.csv "370124197812240053"
has "every row has a fate" stats.json '{"rows": 7, "fates": {"new": 3, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 1, "nil": 1, "header": 1, "preamble": 0, "hint": 0, "footer": 0, "blank": 1}'
status "the same into a store" 1 vet-import -q -u "$corpus/good-import-units.csv" --db v.db "$corpus/good-import-plain.csv"
same "prints no records" 0 "$(wc -c <out)"
status "the same file again" 1 vet-import -q --db v.db --stats again.json "$corpus/good-import-plain.csv"
has "changes nothing" again.json '"new": 0, "updated": 0, "unchanged": 3'
status "a dry run into a store" 1 vet-import -q --db v.db --dry-run "$corpus/good-import-plain.csv"
same "prints nothing" 0 "$(wc -c <out)"
status "with --mask internal" 1 vet-import -q -u "$corpus/good-import-units.csv" --mask internal "$corpus/good-import-plain.csv"
has "names are masked" out "张*,男,370124********1012"
status "rejects come back under the ledger's own headings" 1 vet-import -q -u "$corpus/good-import-units.csv" --stats back.json rejects.csv
has "and are rejected again while nobody has mended them" back.json '"rejected": 1'
sed 's/^,男/赵丁,男/' rejects.csv >mended.csv
status "and taken once the name is there" 0 vet-import -q -u "$corpus/good-import-units.csv" mended.csv
has "with their unit" out "C1G1B1"
finish
