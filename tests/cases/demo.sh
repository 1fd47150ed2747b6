# shellcheck shell=bash
# The month's work of scripts/demo, in a folder of one's own.
. "$TESTS/lib.sh"
mkdir mine
echo important >mine/file
status "a folder that holds other files is not made a demo of" 2 "$TOP/scripts/demo" mine
has "which is said" err "mine holds other files"
same "and they are left alone" important "$(cat mine/file)"
status "a folder named from where one stands is" 0 "$TOP/scripts/demo" month
has "and at the end stands what was found" out "Of the station's 5237 people"
check "with the workbook" test -s month/monthly.xlsx
status "a demo's own folder is one again" 0 "$TOP/scripts/demo" month
finish
