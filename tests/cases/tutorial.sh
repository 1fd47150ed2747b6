# shellcheck shell=bash
# What the README and the tutorials tell a clerk to type works as it stands there, on the station that make demo leaves behind.
. "$TESTS/lib.sh"
make-station station || exit 1
home=$PWD

# The commands of a page, a line each; an empty line where a block of them ends.  What sets up a shell, or is not ours, is left out.
commands() {
    awk '/^    (vet-|export VET_)/ { sub(/^ */, ""); sub(/ +#.*/, ""); print; block = 1; next } block && !/^    / { print ""; block = 0 }' "$1"
}
# Types them, one shell to a page (or to a block): each ends with 0, or with 1 where something needs a person.
follow() { # PAGE page|block
    local line got n=0
    rm -rf try && cp -r station try && cd try || return 1
    while IFS= read -r line; do
        if [ -z "$line" ]; then
            [ "$2" = page ] || unset VET_DB VET_UNITS VET_PERIOD
            continue
        fi
        set -o pipefail
        got=0
        eval "$line" >>../out 2>../err </dev/null || got=$?
        set +o pipefail
        n=$((n + 1))
        if [ "$got" -le 1 ]; then pass "${1##*/}: $line"; else
            fail "${1##*/}: $line"
            sed "s/^/# status $got: /" ../err | head -5
        fi
    done < <(commands "$TOP/$1")
    unset VET_DB VET_UNITS VET_PERIOD
    cd "$home" || return 1
    check "$1 tells what to type ($n commands)" test "$n" -ge 8
}
follow README.md block
check "the README's report of the month is there" test -s try/月报.xlsx
check "and that of the stream" test -s try/station.xlsx
check "and a workbook for each sender with something to put right" test "$(find try/back -name '*.xlsx' | wc -l)" -ge 100
follow doc/tutorial.md page
same "the tutorial's station has as many people as its sheets" "$(sed -n 's/.*"found": *\([0-9]*\).*/\1/p' station/truth.json)" \
    "$(vet-aggregate -d try/my.db | sed -n 2p | cut -d, -f5)"
follow doc/tutorial.zh.md page
check "what the Chinese one says of stats.json is so" grep -q '"rows": 15290, "fates": {"new": 5314' try/stats.json
has "and the batch that it takes back is taken back" <(vet-store -d try/my.db log) undo
finish
