#!/usr/bin/env bash
# vet-dedupe on columns that are not ours: learning with no labels, models, and what is wrong with them.
. "$TESTS/lib.sh"
# 600 people, a third of them twice: the second time with a slip in the surname, and half of those with another town.
awk 'BEGIN {
    srand(7); print "id,given,surname,born,town,person"
    split("anna ben carl dora emil fred gina hans ida jan kurt lena mona nils olga paul", g, " ")
    split("miller fischer weber meyer wagner becker schulz hoffmann koch bauer richter klein wolf neumann schwarz krueger hartmann lange werner krause", s, " ")
    split("hull york leeds derby luton ely bath truro", t, " ")
    for (p = 1; p <= 600; p++) {
        a = g[int(rand() * 16) + 1]; b = s[int(rand() * 20) + 1]; c = t[int(rand() * 8) + 1]
        d = sprintf("19%02d-%02d-%02d", 30 + rand() * 69, 1 + rand() * 12, 1 + rand() * 28)
        print ++n "," a "," b "," d "," c "," p
        if (p % 3 == 0) print ++n "," a "," substr(b, 1, 2) "x" substr(b, 3) "," d "," (p % 2 ? c : "oslo") "," p
    }
}' >rows.csv
cut -d, -f1-5 rows.csv >in.csv
# Pairs right, wrong and missing, from the truth in the last column but one and _entity in the last.
judge() { paste -d, <(cut -d, -f6 rows.csv) <(awk -F, '{ print $NF }' "$1") | tail -n +2 | awk -F, '{
    for (i = 1; i < NR; i++) { same = p[i] == $1; said = e[i] == $2; right += same && said; wrong += said && !same; missing += same && !said }
    p[NR] = $1; e[NR] = $2 } END { print right + 0, wrong + 0, missing + 0 }'; }
echo '{"columns": {"given": "given", "surname": "surname", "born": "date", "town": "word"}}' >minimal.json
status "columns and their kinds are model enough; --train learns the rest" 0 vet-dedupe -m minimal.json --train learnt.json in.csv
cp out linked.csv
read -r right wrong missing <<<"$(judge linked.csv)"
check "nearly all pairs of one person are found (right $right, missing $missing)" test "$right" -ge 190
check "and few others (wrong $wrong)" test "$wrong" -le 12
vet-dedupe -q -m ./learnt.json in.csv >again.csv
check "the learnt model gives the same entities" cmp linked.csv again.csv
vet-dedupe -q -m minimal.json --threads 4 in.csv >four.csv
check "and so do four threads" cmp linked.csv four.csv
status "with no model at all, columns are guessed" 0 vet-dedupe in.csv
has "and the guess is told" err "compared: given (given), surname (surname), born (date), town (category)"
vet-dedupe --lang zh in.csv >zh.csv 2>err
has "in Chinese, in Chinese" err "比对的列：given（名）、surname（姓）、born（日期）、town（类别）"
vet-dedupe -q -m ./learnt.json --stats stats.json --pairs pairs.csv in.csv >/dev/null
has "--stats has m and u of each level" stats.json '"level": "almost", "m": '
has "--pairs has weight and level" pairs.csv ",link,"
# Fifty people with two addresses each are there once more, the two the other way about.
awk 'BEGIN {
    srand(5); print "given,surname,born,address 1,address 2"; split("Main Oak Pine Maple Cedar Elm Lake Hill Park Walnut", s, " ")
    split("anna ben carl dora emil fred gina hans ida jan", g, " "); split("miller fischer weber meyer wagner becker", n, " ")
    for (p = 1; p <= 300; p++) {
        who = g[int(rand() * 10) + 1] "," n[int(rand() * 6) + 1] sprintf(",19%02d-%02d-%02d", 30 + rand() * 69, 1 + rand() * 12, 1 + rand() * 28)
        x = int(rand() * 900) " " s[int(rand() * 10) + 1] " Street"; y = int(rand() * 90) " " s[int(rand() * 10) + 1] " Farm"
        print who "," x "," y
        if (p <= 50) print who "," y "," x
        else if (p <= 100) print who "," x "," y
    }
}' >moved.csv
vet-dedupe -q --pairs moved.pairs moved.csv >moved.ent
# Of three hundred people with two telephones thirty are there once more with the one under the other heading, and thirty with nothing else.
awk 'BEGIN {
    srand(6); print "given,surname,born,mobile,home phone"; split("anna ben carl dora emil fred gina hans ida jan", g, " ")
    split("miller fischer weber meyer wagner becker", n, " ")
    for (p = 1; p <= 300; p++) {
        who = g[int(rand() * 10) + 1] "," n[int(rand() * 6) + 1] sprintf(",19%02d-%02d-%02d", 30 + rand() * 69, 1 + rand() * 12, 1 + rand() * 28)
        x = sprintf("138%08d", rand() * 1e8); y = sprintf("02%08d", rand() * 1e8)
        print who "," x "," y
        if (p <= 30) print who "," y "," x
        else if (p <= 60) print who ",," x
        else if (p <= 120) print who "," x "," y
    }
}' >phones.csv
vet-dedupe -q --pairs phones.pairs phones.csv >phones.ent
same "a telephone in the other column is told, with another one beside it or none" 60 \
    "$(grep -c "the number stands in the other column" phones.pairs)"
same "and says that it is the same person" 300 "$(tail -n +2 phones.ent | awk -F, '{ print $NF }' | sort -u | wc -l)"
same "addresses in each other's columns are told" 50 "$(grep -c "the two addresses changed places" moved.pairs)"
same "and say that it is the same person" 300 "$(tail -n +2 moved.ent | awk -F, '{ print $NF }' | sort -u | wc -l)"
status "-t json writes records as JSON" 0 vet-dedupe -q -t json -m ./learnt.json in.csv
has "with the entity" out '"_entity":"E1"'

# One entity of two sides, of which one is like a third: whichever side comes first, as much of both is held against it.
cat >sides.json <<'END'
{"columns": {
    "one": {"kind": "category", "levels": {"none": [0, 0, 0], "other": [0.05, 0.5, 0.995], "equal": [0.95, 0.5, 0.005],
        "equal_10": [0, 0, 0], "equal_100": [0, 0, 0], "equal_1000": [0, 0, 0]}},
    "two": {"kind": "category", "levels": {"none": [0, 0, 0], "other": [0.3, 0.5, 0.999], "equal": [0.7, 0.5, 0.001],
        "equal_10": [0, 0, 0], "equal_100": [0, 0, 0], "equal_1000": [0, 0, 0]}}},
 "blocking": [[]], "prior": [0.2, 0.0001, 0.7999], "thresholds": {"link": 0.5, "review": 0.3, "average": 0.6}}
END
sides() { # 'NUMBER ROW'...
    { echo one,two && for some in "$@"; do yes "${some#* }" | head -n "${some% *}"; done; } >sides.csv
    vet-dedupe -q -m ./sides.json sides.csv | tail -n +2 | sort | uniq -c | awk '{ print $2 }' | cut -d, -f3 | paste -sd' '
}
same "of entities with many pairs between them those that are looked at do not hang on the order of the rows" \
    "E1 E1 E2 | E1 E1 E2" "$(sides "10 a,p" "10 a,q" "25 b,p") | $(sides "10 a,q" "10 a,p" "25 b,p")"

# Two sources, each free of duplicates.
awk -F, 'NR == 1 { print $0 ",list"; next } { print $0 "," ($5 == "oslo" || $2 == "anna" ? "b" : "a") }' in.csv >two.csv
vet-dedupe -q -m ./learnt.json --source list link two.csv >one2one.csv
same "no entity has two records of one source" "" "$(awk -F, 'NR > 1 { k = $NF "," $(NF - 1); if (seen[k]++) print k }' one2one.csv | head -3)"

# What is wrong with a model is said with its place.
wrong() { # WHAT TEXT MODEL
    printf '%s\n' "$3" >wrong.json
    status "$1 is an error" 2 vet-dedupe -m wrong.json in.csv
    has "told with what to do" err "$2"
    same "and nothing is written" "" "$(cat out)"
}
wrong "a column that is not there" "did you mean surname?" '{"columns": {"sirname": "surname"}}'
has "its place is told" err "wrong.json:1:14: error: model_column"
wrong "a kind that is none" "one of: name surname given" '{"columns": {"surname": "surnme"}}'
wrong "a rule by an unknown column" "did you mean surname?" '{"columns": {"surname": "surname"}, "blocking": [["surnam"]]}'
wrong "a key that does not fit" "known keys: whole sound letters start" '{"columns": {"surname": "surname"}, "blocking": [["surname.year"]]}'
wrong "an unknown property" "did you mean blocking?" '{"columns": {"surname": "surname"}, "bloking": []}'
wrong "probabilities that do not add up" "do not add up to 1" '{"columns": {"town": {"kind": "category", "levels": {"other": [0.5, 0.1, 0.1]}}}}'
wrong "two probabilities for a level" "other must be three to six numbers from 0 to 1" '{"columns": {"town": {"kind": "category", "levels": {"other": [0.5, 0.5]}}}}'
wrong "seven too" "wrong.json:1:54: error" '{"columns": {"town": {"kind": "category", "levels": {"other": [0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]}}}}'
wrong "a prior with a word in it" "prior must be three to six numbers that add up to 1" '{"columns": {"town": "word"}, "prior": [0.5, "x", 0.5]}'
wrong "levels that are none" "wrong.json:1:43: error: ledger_type: levels must be an object" '{"columns": {"town": {"kind": "category", "levels": 5}}}'
wrong "columns that are none" "columns must be an object or a list" '{"columns": 5}'
wrong "a column that stands twice" "wrong.json:1:30: error: ledger_twice: a key occurs twice: town" '{"columns": {"town": "word", "town": "text"}}'
wrong "in a list too" "town occurs twice: columns" '{"columns": [{"name": "town", "kind": "word"}, {"name": "town", "kind": "text"}]}'
wrong "thresholds that are a number" "thresholds must be an object" '{"columns": {"town": "word"}, "thresholds": 0.5}'
wrong "thresholds out of order" "thresholds must be numbers from 0 to 1, review no greater than link" '{"columns": {"town": "word"}, "thresholds": {"link": 0.1, "review": 0.5}}'
wrong "a threshold by another name" "unknown property lnk; did you mean link?" '{"columns": {"town": "word"}, "thresholds": {"lnk": 0.5}}'
wrong "half a round" "rounds must be a whole number from 1 to 100000" '{"columns": {"town": "word"}, "rounds": 1.5}'
wrong "a date that follows from no citizen id" "unless: surname is no column of the right kind for it: citizen_id" \
    '{"columns": {"surname": "surname", "born": {"kind": "date", "unless": "surname"}}}'
wrong "a column that changes places with itself" "swaps: town is no column of the right kind for it: surname given word" \
    '{"columns": {"town": {"kind": "word", "swaps": "town"}}}'
wrong "a column that is not compared, in support" "wrong.json:1:43: error: model_rule: twn is no column that the model compares; did you mean town?" \
    '{"columns": {"town": "word"}, "support": ["twn"]}'
wrong "or in veto, with its place in the list" "wrong.json:1:48: error: model_rule: twn is no" '{"columns": {"town": "word"}, "veto": ["town", "twn"]}'
wrong "a source that is no object" "source must be an object" '{"columns": {"town": "word"}, "source": "town"}'
wrong "a source in a column that is not there" "wrong.json:1:42: error: model_column: the model names column twn, which the records do not have; did you mean town?" \
    '{"columns": {"town": "word"}, "source": {"column": "twn"}}'
wrong "a date of golden records in a column that is not there" "did you mean born?" '{"columns": {"town": "word"}, "golden": {"newest": "brn"}}'
wrong "trusted sources with no column" "source is missing" '{"columns": {"town": "word"}, "golden": {"order": ["a"]}}'
wrong "and a column with no order" "order is missing" '{"columns": {"town": "word"}, "golden": {"source": "town"}}'
wrong "more rules than can be" "blocking must be a list of at most 64 rules" \
    "{\"columns\": {\"town\": \"word\"}, \"blocking\": [$(printf '["town"], %.0s' {1..64})[\"town\"]]}"
wrong "no JSON" "not valid JSON" '{"columns": {'
echo '{"columns": {"given": "given", "surname": "surname", "born": "date", "town": "word"}, "rounds": 9}' >hasty.json
status "learning that does not settle is an error" 2 vet-dedupe -m ./hasty.json --train none.json in.csv -o none.csv
has "  the rounds are told, and what to do" err "learning did not settle after 9 rounds; name more columns"
check "  nothing was written" test ! -e none.json -a ! -e none.csv -a ! -s out
sed 's/: 9}/: 0}/' hasty.json >none-at-all.json
status "no rounds at all are none" 2 vet-dedupe -m ./none-at-all.json in.csv
has "  with file and place" err "none-at-all.json:1:87: error: ledger_type: rounds must be a whole number from 1 to 100000"
for mode in link dedupe; do
    status "a source by a column that is not there, to $mode, is an error" 2 vet-dedupe --source lst "$mode" two.csv
    has "  with the nearest" err "--source: the records have no column lst; did you mean list?"
done
status "a model that is not there is an error" 2 vet-dedupe -m nosuch in.csv

# ---- what a column holds is told by rows from all over a list, however it is sorted ----
awk 'BEGIN {
    srand(3); print "a,b,c,d"
    for (i = 1; i <= 60000; i++) # the first fifty thousand have no telephone and live in one town
        printf "%c%c%c%c %d,19%02d-%02d-%02d,%s,%s\n", 97 + rand() * 26, 97 + rand() * 26, 97 + rand() * 26, 97 + rand() * 26, i / 2,
            30 + rand() * 69, 1 + rand() * 12, 1 + rand() * 28, i < 50000 ? "hull" : "t" int(rand() * 900), i < 50000 ? "" : sprintf("13%09d", i / 2)
}' >sorted.csv
(head -n 1 sorted.csv && tail -n +2 sorted.csv | tac) >backward.csv
vet-dedupe sorted.csv -o sorted.ent 2>sorted.err
vet-dedupe backward.csv -o backward.ent 2>backward.err
has "a column that is empty at first is known by the rest" sorted.err "d (phone)"
has "and one that has a single value at first" sorted.err "c (word)"
same "the other way about it is guessed alike" "$(grep compared: backward.err)" "$(grep compared: sorted.err)"
vet-dedupe -q --threads 4 <sorted.csv >piped.ent
check "and from a pipe and by four threads it gives the same bytes" cmp sorted.ent piped.ent
{ echo "id,name,phone"; awk 'BEGIN { for (i = 0; i < 30000; i++) print (i < 29000 ? i : i - 29000) ",P" i % 7 " Q" i % 400 ",13" sprintf("%09d", i % 27000) }'; } >ids.csv
vet-dedupe ids.csv 2>ids.err >/dev/null
has "an id that comes twice anywhere is no name of a record" ids.err "compared: id ("
awk -F, -v OFS=, 'NR > 1 { $1 = NR } 1' ids.csv >serial.csv
vet-dedupe serial.csv 2>serial.err >/dev/null
has "one that never does is, and is not compared" serial.err "compared: name ("

printf '_a,_b\n1,2\n' >none.csv
status "no column that can be used is an error" 2 vet-dedupe none.csv
printf 'name,dob\n' >empty.csv
status "no rows are no error" 0 vet-dedupe -q empty.csv
same "and give the heading" "name,dob,_entity" "$(cat out)"
printf 'name,dob\n,\n,\n' >null.csv
status "columns with no value are told" 0 vet-dedupe -m <(echo '{"columns": {"name": "name", "dob": "date"}}') null.csv
has "by name" err "column name has no value in any row"
awk 'BEGIN { print "name,dob"; for (i = 0; i < 3000; i++) print "张伟,19" 30 + i % 60 "-01-01" }' >giant.csv
status "a giant block is split" 0 vet-dedupe -m <(echo '{"columns": {"name": "name", "dob": "date"}, "blocking": ["name"]}') giant.csv
has "and told" err "1 block with more records than 400 was split"
has "as are columns that are always the same" err "column name has the same value in all rows"
# ---- too little memory, a value of 10 MB, ids that repeat ----
too_little_memory() {
    awk 'BEGIN { print "name,dob"; for (i = 0; i < 150000; i++) print "n" i % 5000 ",19" 30 + i % 60 "-01-01" }' >many.csv
    local mb code tell=0 whole=0 tries=0 untold=
    for mb in 60 64 68 72 76 80 84 88 92 96 100; do
        code=0
        (ulimit -v $((mb * 1024)); vet-dedupe --lang en --threads 1 -m <(echo '{"columns": {"name": "word"}, "blocking": ["name"]}') \
            many.csv -o limited.csv >/dev/null 2>limited.err) || code=$?
        if [ "$code" = 0 ]; then break; fi
        [ "$code" = 4 ] && [ ! -e limited.csv ] && whole=$((whole + 1))
        grep -qE "needs about .* MB of memory, and .* MB are free|[0-9]+ MB are taken and [0-9]+ MB more are wanted|cannot allocate|failed to map" limited.err ||
            untold="$untold $mb"
        grep -q "needs about .* MB of memory, and .* MB are free" limited.err && tell=1
        tries=$((tries + 1))
    done
    same "with too little memory nothing is written, whatever the limit" "$tries" "$whole"
    same "and what is needed is told before it is begun" 1 "$tell"
    same "or when it is wanted" "" "$untold"
}
sanitized || too_little_memory # their memory is addressed in a way that no limit lets them
{ echo "name,dob"; head -c 10000000 /dev/zero | tr '\0' x; echo ",1960-01-01"; echo "ann,1960-01-01"; } >wide.csv
status "a value of 10 MB is told, with its place" 3 vet-dedupe -q -m <(echo '{"columns": {"name": "name", "dob": "date"}}') wide.csv
has "and what to do" err "wide.csv!2: error: cell_too_long"
same "and nothing is written" "" "$(cat out)"
printf 'id,name,dob\n7,Ann Lee,1960-01-01\n7,Bob Ray,1971-02-02\n7,Cid Fox,1982-03-03\n' >same.csv
status "an id that repeats is no name of a record" 0 vet-dedupe -q same.csv
same "and makes nobody one person" 3 "$(tail -n +2 out | awk -F, '{ print $NF }' | sort -u | wc -l)"
status "a full disk is told" 4 vet-dedupe -q in.csv -o /dev/full
awk 'BEGIN { print "name,dob"; for (i = 0; i < 30000; i++) print "Ann" i " Lee" i ",19" 30 + i % 60 "-01-01" }' >long.csv
for what in "" --one; do
    status "also when it is full before all is there${what:+ ($what)}" 4 vet-dedupe -q $what long.csv -o /dev/full
    has "  and what to" err "cannot write /dev/full: No space left on device"
done
mkdir all
status "of several outputs all are written or none: an impossible one" 4 \
    vet-dedupe -q --train all/m.json --pairs all/p.csv --review all/r.xlsx -o all/o.csv --stats all/none/s.json in.csv
same "leaves none of the others" "" "$(ls all)"
echo before >all/p.csv
status "a full one" 4 vet-dedupe -q --train all/m.json --pairs=all/p.csv --review all/r.xlsx --stats all/s.json in.csv -o /dev/full
same "leaves what was there" "p.csv : before" "$(cd all && echo * : "$(cat -- *)")"
finish
