#!/usr/bin/env bash
# Bad input: each gets one clear message and the right exit status, and what is sound beside it is taken all the same.
. "$TESTS/lib.sh"
/usr/bin/python3 "$TESTS/cases/bad-workbooks.py" || exit 1
cat >units.csv <<'END'
code,parent,level,name,aliases,leader,phone
S,,station,某某街道服务站,,,
C1,S,community,云翠社区,,,
G1,C1,grid,第1网格,,,
B1,G1,building,1号楼,,赵楼长,13900000001
B2,G1,building,2号楼,,钱楼长,13900000002
END
heading=姓名,身份证号,联系电话,社区,网格,楼栋
rest=,,13800138000,云翠社区,1网格,1号楼
printf '%s\n' $heading 好人$rest >sound.csv
# WITHIN: seconds of processor time that it may take.
# shellcheck disable=SC2086 # one word or none
import() { ${WITHIN:+prlimit --cpu=$WITHIN} vet-import --lang en -q -u units.csv "$@"; }

# refused WHAT CODE FILE: status 3, one finding, of that code and about that file; the person of sound.csv is there, and nobody else.
refused() {
    status "$1: status 3" 3 import sound.csv "$3"
    same "$1: one message, $2" "$3: $2" "$(sed -n 's/^vet-import: \([^]:![]*\)[^:]*: error: \([a-z_]*\):.*/\1: \2/p' err)"
    same "$1: nothing of it is taken, and the sound sheet is" 好人 "$(names)"
}
# taken WHAT FILE NAMES: status 0, and these people.
taken() {
    status "$1: status 0" 0 vet-import --lang en -u units.csv sound.csv "$2"
    same "$1: nobody is lost" "好人 $3" "$(names)"
}
names() { sed 1d out | cut -d, -f1 | tr '\n' ' ' | sed 's/ $//'; }

# ---- files that are no sheets ----
taken "a sound workbook" sound.xlsx 张三丰
refused "a picture that calls itself .xlsx" foreign_file picture.xlsx
refused "a zip archive of something else" zip_other archive.xlsx
for i in $(seq 400); do printf '\x01\x02\xff\x03%b' "\\x$((i % 90 + 10))"; done >noise.xls
refused "bytes without meaning" not_a_sheet noise.xls
refused "half a workbook" book_damaged cut.xlsx
refused "half an .xls" book_damaged "$TESTS/corpus/bad-cut.xls"
: >empty.csv
: >empty.xlsx
refused "an empty file" file_empty empty.csv
refused "an empty file that calls itself .xlsx" file_empty empty.xlsx
mkdir folder
refused "a folder" open_folder folder
has "and the clerk reads how to name the files in it" err "folder/*"
refused "a file that is not there" open_failed absent.xlsx

# ---- workbooks that mean harm ----
# Each is refused by what it says of itself, or as soon as it proves to have lied: two seconds of processor time are plenty.
WITHIN=2 refused "a bomb: 400 MiB of blanks in 400 KiB" book_too_large bomb.xlsx
WITHIN=2 refused "a bomb of 4 GiB" book_too_large bomb-large.xlsx
WITHIN=2 refused "a bomb that says that it is small" book_damaged bomb-lies.xlsx
WITHIN=2 refused "one sheet by 400 names" part_shared mirrors.xlsx
refused "entities within entities" part_entities entities.xlsx
refused "entities within entities in .ods" part_entities entities.ods
refused "an entity that reads a file" part_entities external.xlsx
check "nothing of that file comes out" bash -c '! grep -q root: out err'
refused "a cell repeated over a whole sheet" sheet_too_large repeats.ods
refused "a cell in column 1,000,000" sheet_too_large columns.xlsx
refused "a cell of 100 MiB" book_too_large cell.xlsx
refused "a sheet whose path climbs out of the archive" part_missing climbs.xlsx
check "nothing named in an archive is written anywhere" bash -c '! find . .. -maxdepth 1 -name "climbed*" | grep -q .'
refused "a sheet that is not in the archive" part_missing missing.xlsx
refused "a sheet that no relationship names" part_missing unrelated.xlsx
refused "a book that names itself as its sheet" part_malformed cyclic.xlsx
{
    printf '姓名'
    yes ,x | head -999999 | tr -d '\n'
    printf '\n张三\n'
} >columns.csv
refused "a million columns" too_many_columns columns.csv
{
    printf '%s\n"' $heading
    head -c 104857600 /dev/zero | tr '\0' x
    printf '"%s\n' $rest
} >cell.csv
refused "a cell of 100 MiB in CSV" record_too_long cell.csv
rm -f cell.csv columns.csv

# ---- text that is damaged: its people are kept, and told of ----
printf '%s\n' $heading 张三丰$rest $'\xe6\x9d\xff\xe5\x9b\x9b'$rest 王五$rest >utf8.csv
taken "bytes that are not UTF-8" utf8.csv $'张三丰 \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd四 王五'
has "the row is named" err 'utf8.csv!A3: warning: text_lost'
printf '%s\n' $heading 张三丰$rest '李@四'$rest 王五$rest | tr @ '\0' >nul.csv
taken "a NUL in a name" nul.csv $'张三丰 李\xef\xbf\xbd四 王五'
has "the row is named" err 'nul.csv!A3: warning: text_lost'
printf '%s\n' $heading 张三丰$rest '"李四'$rest 王五$rest >quote.csv
taken "a quote that is never closed" quote.csv '张三丰 """李四" 王五'
has "the row is named" err 'quote.csv!3: warning: quote_unclosed'
printf '%s\n' $heading 张三丰$rest 李四$rest,多出来 王五$rest >long.csv
taken "a row longer than its headings" long.csv '张三丰 李四 王五'
has "the cell is named" err 'long.csv!G3: warning: row_longer'

# ---- tables that cannot be understood, or hardly ----
printf '%s\n' $heading >header.csv
status "headings and nobody: a person must look" 1 import sound.csv header.csv
has "and is told how to say that nobody lives there" err 'header.csv: error: header_only'
printf '%s\n' 张三丰$rest 王五$rest >noheader.csv
status "no headings at all: status 3" 3 import sound.csv noheader.csv
has "the message says what is missing" err 'noheader.csv: error: no_table'
same "the sound sheet is taken" 好人 "$(names)"
printf '%s\n' $heading $heading 张三丰$rest >twice.csv
taken "headings twice" twice.csv 张三丰
printf '%s\n' 姓名,$heading 张三丰,李四$rest >columns.csv
taken "two columns of one name" columns.csv 张三丰
has "the second is named" err 'columns.csv!B1: warning: duplicate_column'
printf '%s\n' $heading 张三丰,,,月亮社区,1网格,99号楼 >unknown.csv
taken "a unit that does not exist" unknown.csv 张三丰
has "it is named" err 'unknown.csv!F2: warning: unit_unknown'
printf '%s\n' $heading 张三丰,,,,, >nowhere.csv
status "nothing says where a person lives: rejected" 1 import sound.csv nowhere.csv
has "the row is named" err 'nowhere.csv!2: error: no_unit'
status "a units file that is none: status 2" 2 vet-import --lang en -u sound.csv sound.csv
has "the message says what it lacks" err 'units_no_column'

# ---- the system fails ----
status "a full device as standard output: status 4" 4 bash -c 'vet-import --lang en -q -u units.csv sound.csv >/dev/full'
has "the message says so" err 'write_failed'
status "a full device as output file: status 4" 4 import -o /dev/full sound.csv
for _ in $(seq 400); do printf '%s\n' 张三丰$rest; done | cat <(printf '%s\n' $heading) - >many.csv
printf 'as it was\n' >kept.csv
status "no room for the output: status 4" 4 bash -c 'ulimit -f 8; vet-import --lang en -q -u units.csv many.csv -o kept.csv'
has "the message says so" err 'write_failed'
same "the output file is as it was" "as it was" "$(cat kept.csv)"
same "no half-written file is left" "" "$(find . -maxdepth 1 -newer kept.csv -name '*kept*' ! -name kept.csv)"
bash -c 'vet-import -q -u units.csv many.csv many.csv many.csv; echo $? >closed' 2>err | head -1 >out
same "a reader that goes away ends the command by SIGPIPE, without a word" "141:" "$(cat closed):$(cat err)"
printf '%s\n' $heading 王五$rest >after.csv
status "an unreadable file among good ones: status 3" 3 import sound.csv cut.xlsx after.csv
same "the files before it and after it are taken" "好人 王五" "$(names)"

# ---- files that are no plain files, and more of them than a process may hold open ----
mkfifo pipe
(head -1 sound.csv && sleep 0.2 && sed 1d sound.csv) >pipe &
status "a named pipe with a slow writer is read to its end" 0 import pipe
same "its person is there" 好人 "$(names)"
wait
: >pipe.empty
(cat pipe.empty >pipe) &
status "a pipe into which nobody writes anything: status 3" 3 import sound.csv pipe
has "it is told that it is empty" err 'pipe: error: file_empty'
same "the sound sheet is taken" 好人 "$(names)"
wait
mkdir many
for i in $(seq 10000); do printf '%s\n张%s%s\n' $heading "$i" "$rest" >"many/$i.csv"; done
status "10,000 files at once, where 64 may be open: status 0" 0 bash -c 'ulimit -n 64; vet-import -q -u units.csv many/*.csv'
same "nobody is lost" 10000 "$(sed 1d out | wc -l)"
rm -rf many
locked=$(mktemp -d)
cp units.csv sound.csv after.csv "$locked"
chmod 755 "$locked"
chmod 000 "$locked/sound.csv"
reader=(env)
[ "$(id -u)" = 0 ] && reader=(setpriv --reuid=65534 --regid=65534 --clear-groups env)
status "a file that may not be read, among good ones: status 3" 3 "${reader[@]}" vet-import --lang zh -q -u units.csv "$locked/sound.csv" \
    after.csv
has "it is told" err 'sound.csv: error: open_failed'
same "the good one is taken" 王五 "$(names)"
rm -rf "$locked"
{ printf '%s\n' $heading; for i in $(seq 60000); do echo "张$i$rest"; done; } >shrinks.csv
(vet-import -q -u units.csv shrinks.csv >shrunk.out 2>shrunk.err; echo $? >shrunk) &
truncate -s 1000000 shrinks.csv
wait
check "a file cut short while it is read ends the command with a status of its own, never by a signal" test "$(cat shrunk)" -lt 5

# ---- the store ----
dump() { sqlite3 "$1" .dump | sha256sum; }
vet-store init -q -d store.db -u units.csv 2>/dev/null
vet-import -q -d store.db sound.csv 2>/dev/null
before=$(dump store.db)
into() { VET_DB='' vet-import --lang en -q -d "$@"; }
unharmed() { same "$1: the store is as it was" "$before" "$(dump store.db)"; }
status "a store that is none: status 4" 4 into sound.csv after.csv
has "it is told" err 'sound.csv: error: store_not'
same "the file named is as it was" "$heading" "$(head -1 sound.csv)"
status "a store that is not there: status 2" 2 vet-export --lang en -d absent.db
has "it is told how to make one" err 'vet-store init -d absent.db'
check "nothing was made" bash -c '! test -e absent.db'
cp store.db newer.db
sqlite3 newer.db 'PRAGMA user_version = 99'
status "a store of a newer version: status 4" 4 into newer.db after.csv
has "it is told" err 'store_newer'
head -c 8192 store.db >half.db
status "half a store: status 4" 4 into half.db after.csv
has "it is told that it is damaged" err 'error: store_'
# The superuser may write what is read-only; nobody may not.
run=(env)
[ "$(id -u)" = 0 ] && run=(setpriv --reuid=65534 --regid=65534 --clear-groups env)
closed=$(mktemp -d)
cp store.db units.csv after.csv "$closed"
sqlite3 "$closed/store.db" 'PRAGMA journal_mode = DELETE' >mode
chmod 444 "$closed"/*
chmod 555 "$closed"
status "a store that may only be read: status 4" 4 "${run[@]}" vet-import --lang en -q -d "$closed/store.db" "$closed/after.csv"
has "it is told" err 'store_read_only'
chmod 755 "$closed"
rm -rf "$closed"
# Another program writes for longer than a command waits.
mkfifo go
sqlite3 store.db <go >locked 2>&1 &
exec 9>go
printf 'BEGIN IMMEDIATE;\n.shell echo held\n' >&9
for _ in $(seq 100); do grep -q held locked && break; sleep 0.05; done
status "a store that another program writes to: status 4" 4 into store.db after.csv
has "it is told who" err 'store_busy: the store is held by sqlite3'
echo 'ROLLBACK;' >&9
exec 9>&-
wait
unharmed "held by another program"
# A sheet of 2,000 people, and no room for them.
{
    printf '%s\n' $heading
    for i in $(seq 2000); do printf '%s\n' "张$i$rest"; done
} >large.csv
status "no room for the store: status 4" 4 bash -c 'ulimit -f 300; vet-import --lang en -q -d store.db large.csv'
has "it is told" err 'error: store_'
unharmed "no room"
status "the same once there is room: status 0" 0 into store.db large.csv
status "and nothing is wrong with it" 0 vet-store verify -q -d store.db
cp store.db killed.db
bash -c 'vet-import -q -d killed.db after.csv large.csv & p=$!; sleep 0.05; kill -9 $p; wait $p' 2>/dev/null
status "a command killed in the middle leaves a sound store" 0 vet-store verify -q -d killed.db
cp store.db mixed.db
status "an unreadable file among good ones, into the store: status 3" 3 into mixed.db cut.xlsx after.csv
same "the good one is in the store" 1 "$(vet-export -d mixed.db 2>/dev/null | grep -c '^王五,')"
finish
