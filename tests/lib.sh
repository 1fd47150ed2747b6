# shellcheck shell=bash
# Sourced by tests/cases/*.sh, which run in an empty folder of their own with the commands on PATH.
#   check "sentence" command...        passes when the command succeeds
#   same "sentence" EXPECTED ACTUAL    compares two strings
#   golden "sentence" NAME FILE        compares FILE with tests/cases/golden/NAME; REDO=1 rewrites the golden file
#   status "sentence" WANT command...  runs and compares the exit status; stdout in ./out, stderr in ./err
#   has "sentence" FILE TEXT           FILE contains TEXT
#   sanitized                          the programs are built by make asan
# Variables: $TESTS the tests folder, $TOP the checkout, $RUN a prefix for commands (valgrind), may be empty.
n=0
bad=0
export LC_ALL=C.UTF-8
pass() { n=$((n + 1)); echo "ok $n - $1"; }
fail() { n=$((n + 1)); bad=$((bad + 1)); echo "not ok $n - $1"; }
check() {
    local what=$1
    shift
    if "$@" >check.out 2>&1; then pass "$what"; else
        fail "$what"
        sed 's/^/# /' check.out | head -20
    fi
}
same() {
    if [ "$2" = "$3" ]; then pass "$1"; else
        fail "$1"
        printf '# want: %s\n#  got: %s\n' "$2" "$3" | head -c 2000 | sed '2,$s/^\([^#]\)/# \1/'
    fi
}
golden() {
    local file=$TESTS/cases/golden/$2
    if [ -n "${REDO:-}" ]; then mkdir -p "${file%/*}" && cp "$3" "$file"; fi
    if diff -u "$file" "$3" >golden.diff 2>&1; then pass "$1"; else
        fail "$1"
        sed 's/^/# /' golden.diff | head -30
    fi
}
status() {
    local what=$1 want=$2 got=0
    shift 2
    "$@" >out 2>err || got=$?
    if [ "$got" = "$want" ]; then pass "$what"; else
        fail "$what"
        echo "# exit status $got, not $want"
        sed 's/^/# /' err | head -10
    fi
}
has() {
    if grep -qF -- "$3" "$2"; then pass "$1"; else
        fail "$1"
        echo "# not found: $3"
        sed 's/^/# /' "$2" | head -10
    fi
}
# Are the programs built by make asan?  They take memory in their own way, and much of it.
sanitized() { [ -n "${ASAN_OPTIONS:-}" ]; }
finish() {
    echo "1..$n"
    [ "$bad" = 0 ]
}
