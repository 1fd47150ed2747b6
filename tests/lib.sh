# shellcheck shell=bash
# Sourced by tests/cases/*.sh, which run in an empty folder of their own with the commands on PATH.
#   check "sentence" command...        passes when the command succeeds
#   same "sentence" EXPECTED ACTUAL    compares two strings
#   golden "sentence" NAME FILE        compares FILE with tests/cases/golden/NAME; REDO=1 rewrites the golden file
#   status "sentence" WANT command...  runs and compares the exit status; stdout in ./out, stderr in ./err
#   has "sentence" FILE TEXT           FILE contains TEXT
#   sanitized                          the programs are built by make asan
#   town                               units.csv, the units of a town, see below
#   village CODE NAME                  units of a small station, on standard output, see below
#   lines FILE LINE...                 makes FILE of these lines
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
# The units of a town: the station S, the communities S1 云翠社区 and S2 锦东社区 with a 第1网格 each (S11, S21), and the buildings
# S111 to S113 and S211, 1号楼 and so on, with their leaders.
town() {
    lines units.csv code,parent,level,name,aliases,leader,phone S,,station,榆山街道退役军人服务站,,, S1,S,community,云翠社区,,, \
        S2,S,community,锦东社区,,, S11,S1,grid,第1网格,,周网格,13900000001 S21,S2,grid,第1网格,,, \
        S111,S11,building,1号楼,,吴楼长,13800000111 S112,S11,building,2号楼,,郑楼长,13800000112 \
        S113,S11,building,3号楼,,冯楼长,13800000113 S211,S21,building,1号楼,,陈楼长,13800000211
}
# Those of a small station without grids: two buildings in 云翠社区, CODE-1-1 and CODE-1-2, and one in 东山社区, CODE-2-1.
village() {
    printf '%s\n' code,parent,level,name,aliases,leader,phone "$1,,station,$2服务站,,," "$1-1,$1,community,云翠社区,,," \
        "$1-1-1,$1-1,building,1号楼,,李楼长,13800000001" "$1-1-2,$1-1,building,2号楼,,赵楼长,13800000002" \
        "$1-2,$1,community,东山社区,,," "$1-2-1,$1-2,building,1号楼,,钱楼长,13800000003"
}
lines() {
    local file=$1
    shift
    printf '%s\n' "$@" >"$file"
}
# Are the programs built by make asan?  They take memory in their own way, and much of it.
sanitized() { [ -n "${ASAN_OPTIONS:-}" ]; }
finish() {
    echo "1..$n"
    [ "$bad" = 0 ]
}
