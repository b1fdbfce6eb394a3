#!/usr/bin/env bash
# tools/lint.sh [CHECK...]: every check, or those named; each says "ok", or what is wrong and where.
# (./dev lint installs what they need and sets up build/test, whose compile commands the C checks read.
# Functions nobody may call are refused by the compiler: src/base/banned.h.)
set -euo pipefail
cd "$(dirname "$0")/.."

own_files() { git ls-files -z --cached --others --exclude-standard -- "$@"; }

format() { own_files '*.c' '*.h' | xargs -0 clang-format --dry-run -Werror; }
shell() { { own_files '*.sh'; printf 'dev\0.ci/run\0'; } | xargs -0 shellcheck; }
layers() { tools/check-source.py layers; }
sql() { tools/check-source.py sql; }
messages() { tools/check-source.py messages; }
addresses() { tools/check-source.py addresses; }
scope() { tools/check-source.py scope; }
region() { node region/check.mjs build/gen/region/codes/area.tsv; }
page() { (cd web && npx --no-install vue-tsc --noEmit); }
syntax() { tools/check-clang.py syntax build/test; }
cpp() {
    # It does not read the headers of libraries, so their loops are told. What is passed to a function to be filled it
    # takes for uninitialised, a waiting caller's own variable in a queue for a dangling one (the sanitizers look for
    # both better), and "i < max" after "name[i]" for a mistake.
    cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 -j "$(nproc)" \
        --suppress=missingInclude --suppress=missingIncludeSystem --suppress=internalAstError \
        --suppress=uninitvar --suppress=legacyUninitvar --suppress=autoVariables --suppress=arrayIndexThenCheck --cppcheck-build-dir=build/cppcheck \
        -D_GNU_SOURCE -D__linux__ -D'json_array_foreach(array,index,value)=while(index_of(value))' \
        -D'json_object_foreach(object,key,value)=while(index_of(value))' \
        -D'json_object_foreach_safe(object,next,key,value)=while(index_of(value))' -I src src
}
tidy() { tools/check-clang.py tidy build/test; }

all=(format shell layers sql messages addresses scope region page syntax cpp tidy)
mkdir -p build/cppcheck
failed=()
[ $# -gt 0 ] || set -- "${all[@]}"
for check in "$@"; do
    [[ " ${all[*]} " == *" $check "* ]] || { echo "there is no check $check, only: ${all[*]}" >&2; exit 2; }
    start=$SECONDS
    if output=$("$check" 2>&1); then
        printf '%-10s ok, %s s\n' "$check" $((SECONDS - start))
    else
        printf '%s\n%-10s FAILED\n' "$output" "$check"
        failed+=("$check")
    fi
done
[ ${#failed[@]} = 0 ] || { echo "lint: ${failed[*]} failed"; exit 1; }
