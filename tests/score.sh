#!/usr/bin/env bash
# Compares vet-import's output with a truth.csv, row by row:  tests/score.sh TRUTH OUT REJECTS STATS
# Prints each row that is not wholly right, then "N of M rows wholly right, K false alarms, J rows that are in no truth".
# Exit 0 when all are right.  Truth: file,sheet,row,outcome,codes,person,unit,... and any of the ledger's fields.
set -u
truth=$1 out=$2 rejects=$3 stats=$4
exec awk -v truth="$truth" -v out="$out" -v rejects="$rejects" -v stats="$stats" '
function split_csv(line, v,    n, i, c, quoted, s) {
    n = 0; s = ""; quoted = 0
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (quoted) {
            if (c != "\"") s = s c
            else if (substr(line, i + 1, 1) == "\"") { s = s c; i++ }
            else quoted = 0
        } else if (c == "\"") quoted = 1
        else if (c == ",") { v[++n] = s; s = "" }
        else s = s c
    }
    v[++n] = s
    return n
}
function read_record(path,    line, more) {   # one record, which may go over lines
    if ((getline line < path) <= 0) return 0
    while (gsub(/"/, "\"", line) % 2 == 1) {
        if ((getline more < path) <= 0) break
        line = line "\n" more
    }
    sub(/\r$/, "", line)
    n = split_csv(line, v)
    return 1
}
function key_of(file, sheet, row) { return file "|" (file ~ /\.(csv|tsv|txt)$/ ? "" : sheet) "|" row }
function wrong(text) { print key ": " text; bad = 1 }
BEGIN {
    if (!read_record(out)) { print "no output"; exit 1 }
    for (i = 1; i <= n; i++) { oname[i] = v[i]; ocol[v[i]] = i }
    no = n
    while (read_record(out)) {
        key = key_of(v[ocol["_file"]], v[ocol["_sheet"]], v[ocol["_row"]])
        if (key in got) print key ": twice in the output"
        got[key] = 1
        for (i = 1; i <= no; i++) value[key, oname[i]] = v[i]
    }
    if (read_record(rejects)) {
        for (i = 1; i <= n; i++) rcol[v[i]] = i
        while (read_record(rejects)) rejected[key_of(v[rcol["_file"]], v[rcol["_sheet"]], v[rcol["_row"]])] = v[rcol["_reasons"]]
    }
    while ((getline line < stats) > 0) if (match(line, /"nil": [0-9]+/) && nils == "") nils = substr(line, RSTART + 7, RLENGTH - 7)
    read_record(truth)
    nt = n
    for (i = 1; i <= nt; i++) { tname[i] = v[i]; tcol[v[i]] = i }
    while (read_record(truth)) {
        rows++; bad = 0
        key = key_of(v[tcol["file"]], v[tcol["sheet"]], v[tcol["row"]])
        outcome = v[tcol["outcome"]]; code = v[tcol["codes"]]
        known[key] = 1
        if (outcome == "rejected") {
            if (!(key in rejected)) wrong("should be rejected")
            else if (index(rejected[key], code) == 0) wrong("rejected for " rejected[key] ", not for " code)
        } else if (outcome == "nil") {
            want_nil++
            if (key in got) wrong("is a nil return, not a record")
            if (key in rejected) wrong("is a nil return, and was rejected for " rejected[key])
        } else {
            if (!(key in got)) wrong("is lost" (key in rejected ? ": rejected for " rejected[key] : ""))
            else {
                for (i = tcol["unit"]; i <= nt; i++)
                    if ((tname[i] in ocol) && value[key, tname[i]] != v[i]) wrong(tname[i] " is " value[key, tname[i]] ", should be " v[i])
                flags = value[key, "_flags"]
                rest = flags
                gsub(/id_number:id_missing;?/, "", rest)
                if (outcome == "flagged" && index(flags, code) == 0) wrong("has flags " flags ", not " code)
                if (outcome == "accepted" && rest != "") { wrong("false alarm " flags); alarms++ }
            }
        }
        if (!bad) right++
    }
    for (key in got) if (!(key in known)) { print key ": no such row in the truth"; extra++ }
    for (key in rejected) if (!(key in known)) { print key ": rejected for " rejected[key] ", but no such row in the truth"; extra++ }
    if (nils + 0 != want_nil + 0) { print "nil returns: " nils + 0 ", should be " want_nil + 0; extra++ }
    printf "%d of %d rows wholly right, %d false alarms, %d rows that are in no truth\n", right, rows, alarms, extra
    exit !(right == rows && !alarms && !extra)
}' </dev/null
