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
finish
