# shellcheck shell=bash
# A frozen month of the demo station as it is now known: what explains each difference adds up, as plain SQL counts it.
. "$TESTS/lib.sh"
make-station station || exit 1
export VET_DB=$PWD/vet.db VET_BY=王会计
at() { # TIME MONTH command...
    export VET_NOW=$1 VET_PERIOD=$2
    shift 2
    "$@" 2>err || [ $? = 1 ] # something goes back to somebody
}
decide() { # TIME MONTH who...
    local time=$1 month=$2 who
    shift 2
    at "$time" "$month" vet-dedupe -q --review review.csv
    for who; do sed -i "/$(sed -n "s/^$who //p" sheets/decide)/s/^open/同一人/" review.csv; done
    at "$time" "$month" vet-dedupe -q --decisions review.csv
}
last() { vet-store log | grep ",$1," | tail -1 | cut -d, -f1; }
at 2020-11-01T08:00:00 2020-10 vet-import -q -u station/units.csv station/sheets/*
at 2020-11-01T08:00:00 2020-10 vet-dedupe -q
taken=$(/usr/bin/python3 "$TESTS/cases/restated-sheets.py" vet.db sheets)
at 2020-11-01T09:00:00 2020-10 vet-import -q sheets/twice/*
decide 2020-11-01T10:00:00 2020-10 before inside
decided=$(last decisions)
at 2020-11-02T08:00:00 2020-10 vet-store -q freeze 2020-10
frozen=$(sqlite3 vet.db "SELECT state FROM vet_freeze WHERE _out IS NULL")
at 2020-11-05T08:00:00 2020-10 vet-import -q sheets/late/* sheets/mend/*
at 2020-11-06T08:00:00 2020-10 vet-import -q sheets/undone/*
undone=$(last import)
at 2020-11-30T08:00:00 2020-11 vet-import -q sheets/next/*
decide 2020-12-02T08:00:00 2020-11 after
check "a decision of the month is taken back" at 2020-12-02T09:00:00 2020-11 vet-store -q undo "$decided" --cascade
check "  and a sheet that came for it" at 2020-12-03T08:00:00 2020-11 vet-store -q undo "$undone" --cascade
sheet=$(sqlite3 vet.db "SELECT r._in FROM vet_return r JOIN vet_code c ON c._id = r.unit WHERE c.code = '$taken' AND r._out IS NULL")
check "  and one that was reported" at 2020-12-04T08:00:00 2020-11 vet-store -q undo "$sheet" --cascade
at 2020-12-05T08:00:00 2020-11 vet-dedupe -q
now=$(sqlite3 vet.db "SELECT max(id) FROM vet_batch")
status "the month is reported as it is now known" 0 vet-report -q -r monthly -p 2020-10 --restated --mask none -t csv -o restated.csv
/usr/bin/python3 "$TESTS/cases/restated-count.py" vet.db restated.csv "$frozen" "$now" >count.txt || [ $? = 1 ] || fail "counting broke off"
while read -r line; do
    case $line in
    "ok - "*) pass "${line#ok - }" ;;
    "not ok - "*) fail "${line#not ok - }" ;;
    *) echo "$line" ;;
    esac
done <count.txt
same "a heading of two lines is one line in the list of numbers" "" "$(grep -A1 '^重报的数,1,[0-9]*,number,"' restated.csv)"
has "  as the kinds of what is to be checked are" restated.csv ",number,联系电话 电话号码不对,"
vet-report -q -r monthly -p 2020-10 --restated -o restated.xlsx
/usr/bin/python3 - restated.xlsx >rows.txt <<'PY'
import openpyxl, sys, unicodedata
s = openpyxl.load_workbook(sys.argv[1])["差异逐条说明"]
width = lambda t: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in t or "")
basis = next(c.column for c in s[3] if c.value == "依据")
room = s.column_dimensions[openpyxl.utils.get_column_letter(basis)].width
rows = [(width(s.cell(r, basis).value), s.row_dimensions[r].height or 18) for r in range(4, s.max_row + 1)]
print(sum(w > room for w, h in rows) > 0, sum(w > room * (h // 14) for w, h in rows))
PY
same "on paper a long reason has the room that it takes" "True 0" "$(cat rows.txt)"
same "marks are told in words" "" "$(grep '^差异逐条说明,.*phone_invalid' restated.csv)"
has "  of the report" restated.csv ",reported,联系电话：电话号码不对,"
for what in 新增 补报 迁移 改登记处 去世 迁出 分为两人 并为一人 不应计入 变化 改正 改按另一条记录 补交 退回; do
    has "  with $what among it" restated.csv "差异逐条说明,1,$(grep -m1 "^差异逐条说明,.*,what,$what," restated.csv | cut -d, -f3),what,$what,"
done
finish
