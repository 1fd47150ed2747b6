#!/usr/bin/env bash
# The house rules that a machine can check.
. "$TESTS/lib.sh"

# ---- the shape of the code ----
check "each layer includes only itself and those before it; each library is named where it belongs" "$TOP/scripts/check-layers"
refuses() { # WHAT FILE LINE: the check finds the line in a tree that is otherwise clean
    mkdir -p "tree/${2%/*}" tree/cmd
    printf '%s\n' "$3" >"tree/$2"
    if "$TOP/scripts/check-layers" tree >found 2>&1; then fail "the layer check finds $1"; else
        has "the layer check finds $1" found "$2:1:"
    fi
    rm -rf tree
}
refuses "an include of a later layer" lib/base/a.c '#include "cells/cells.h"'
refuses "an include without its layer" lib/cells/a.c '#include "cells.h"'
refuses "SQLite outside the store" cmd/vet-a.c '#include <sqlite3.h>'
refuses "SQLite in a later layer" lib/book/a.c '#include <sqlite3.h>'
refuses "libxlsxwriter outside the workbooks" lib/rollup/a.c '#include <xlsxwriter.h>'
refuses "libcsv outside its reader" lib/cells/json.c '#include <csv.h>'
refuses "cJSON outside the loader" lib/link/a.c '#include <cjson/cJSON.h>'
refuses "a library that prints" lib/flow/a.c '    printf("%d\n", n);'
refuses "a library that ends the program" lib/flow/a.c '    if (bad) exit(1);'
refuses "a library that writes to standard error" lib/flow/a.c '    fputs(text, stderr);'
refuses "a drawer for everything" lib/base/util.h 'int a;'
refuses "a layer that is none" lib/extra/a.c 'int a;'
mkdir -p tree/cmd tree/lib/flow
printf '/* It never calls exit(1)\n * or printf("x") */\nstatic const char *s = "exit(1)"; char exit_code(int); int a = o->exit (2);\n' >tree/lib/flow/a.c
check "the layer check does not mind words in comments and texts" "$TOP/scripts/check-layers" tree

# Objects that may change while the program runs; .data.rel.ro holds constants with addresses in them.
objdump -t "$BUILD/libvet.a" >symbols 2>/dev/null
same "the library has no global state that can change" "" \
    "$(awk '$2 != "df" && $0 !~ / d  / && / (\.data|\.bss|\.tbss|\.tdata|\*COM\*)[.\t]/ && !/\.data\.rel\.ro/ && !/__asan|__ubsan|__odr_asan|\.L(ubsan|ASAN)/ { print $NF }' symbols | head -5)"

# ---- the tree ----
allowed=" .ci .clang-format .editorconfig .git .gitignore LICENSE Makefile README.md build cmd doc lib scripts share tests "
extra=
for f in "$TOP"/* "$TOP"/.[!.]*; do
    [ -e "$f" ] || continue
    f=${f##*/}
    case $allowed in *" $f "*) ;; *) case $f in build*) ;; *) extra="$extra $f" ;; esac ;; esac
done
same "the top folder holds only what belongs there" "" "$extra"
long=
for f in "$TOP"/lib/*/*.[ch] "$TOP"/cmd/*.[ch]; do [ "$(wc -l <"$f")" -le 800 ] || long="$long ${f#"$TOP"/}"; done
same "no file of the code is too long to read" "" "$long"
same "no path of one machine stands in the tree" "" \
    "$(cd "$TOP" && grep -rlE '/(work|root)/|/tmp/[a-z]+/' cmd lib scripts share doc README.md Makefile tests --include='*' --exclude=house.sh 2>/dev/null)"
lacking=
for f in "$TOP"/tests/corpus/good-* "$TOP"/tests/corpus/bad-*; do
    [ -e "$f" ] || continue
    grep -qF "\`${f##*/}\`" "$TOP/tests/corpus/README.md" || lacking="$lacking ${f##*/}"
done
same "every file of the corpus has its sentence" "" "$lacking"

# ---- words ----
msgcat --use-first "$TOP"/share/messages/zh_CN/*.po >all.po 2>/dev/null
check "the messages are well formed" msgfmt -c -o /dev/null all.po
same "no message waits for its translation" "" "$(msgattrib --untranslated --no-obsolete all.po 2>&1 | grep '^msgid' | grep -v '^msgid ""$')"
for command in "$BUILD"/bin/vet-*; do
    name=${command##*/}
    "$command" --lang en --help >help.en 2>&1
    "$command" --lang zh --help >help.zh 2>&1
    # A line of both that reads like a sentence in English.
    same "$name --help is wholly Chinese in Chinese" "" "$(grep -Fxf help.en help.zh | grep -E '[a-z]{2,} [a-z]+ [a-z]+' | head -3)"
    page=$TOP/doc/$name.1
    check "$name has a manual page" test -f "$page"
    [ -f "$page" ] || continue
    undocumented=
    while read -r letter option; do
        grep -qE -- "Fl -${option#--}( |\$)" "$page" || { [ "$letter" != - ] && grep -qE "Fl $letter( |\$)" "$page"; } || undocumented="$undocumented $option"
    done < <(sed -n 's/^  -\([a-zA-Z]\), \(--[a-z-]*\).*/\1 \2/p; s/^      \(--[a-z][a-z-]*\).*/- \1/p' help.en | grep -vE -- '--(help|version|lang|share|quiet|verbose|threads)$')
    same "the manual page of $name tells of all its options" "" "$undocumented"
done
for page in "$TOP"/doc/*.[1-8]; do
    [ -f "$page" ] || continue
    check "the manual page ${page##*/} is clean" mandoc -T lint -W warning "$page"
done

# ---- scripts ----
scripts=()
for f in "$TOP"/scripts/* "$TOP"/.ci/run "$TOP"/tests/run "$TOP"/tests/lib.sh "$TOP"/tests/cases/*.sh; do
    [ -f "$f" ] && head -1 "$f" | grep -qE '^#.*(bash|/sh)' && scripts+=("$f")
done
check "shellcheck has nothing to say about the scripts" shellcheck -x -P "$TOP/tests" -e SC1091 "${scripts[@]}"
finish
