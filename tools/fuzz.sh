#!/usr/bin/env bash
# tools/fuzz.sh BUILD SECONDS [NAME]: runs the fuzz targets of a libFuzzer build, two at a time. The corpus stays in
# build/fuzz-corpus/NAME and grows; an input that broke a target is kept in build/fuzz-found/. Fails when one broke.
set -euo pipefail
build=$1 seconds=$2 only=${3:-}
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
mkdir -p build/fuzz-found build/fuzz-log

fuzz_one() {
    local name=$1 log=build/fuzz-log/$1.log
    local corpus=build/fuzz-corpus/$name folders=() options=()
    mkdir -p "$corpus"
    folders=("$corpus")
    [ ! -d "test/fuzz/$name" ] || folders+=("test/fuzz/$name")
    [ ! -f "test/fuzz/$name.dict" ] || options+=("-dict=test/fuzz/$name.dict")
    # A slow input is a fault like any other: 10 s for one, and memory as a small machine has it.
    if "$build/src/fuzz-$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz-found/$name-" "${options[@]}" "${folders[@]}" >"$log" 2>&1; then
        printf '%-20s clean   %s runs in %s s\n' "$name" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$seconds"
    else
        tail -n 40 "$log"
        printf '%-20s BROKE   the whole log: %s\n' "$name" "$log"
        return 1
    fi
}

names=()
for program in "$build"/src/fuzz-*; do
    [ -f "$program" ] && [ -x "$program" ] && names+=("${program##*/fuzz-}")
done
[ ${#names[@]} -gt 0 ] || { echo "there are no fuzz targets" >&2; exit 1; }
if [ -n "$only" ]; then
    [ -x "$build/src/fuzz-$only" ] || { echo "there is no fuzz target $only, only: ${names[*]}" >&2; exit 2; }
    names=("$only")
fi

broke=0 running=0
for name in "${names[@]}"; do
    if [ "$running" -ge 2 ]; then
        wait -n || broke=$((broke + 1))
        running=$((running - 1))
    fi
    fuzz_one "$name" &
    running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
    wait -n || broke=$((broke + 1))
    running=$((running - 1))
done
printf '%s targets, %s broke\n' "${#names[@]}" "$broke"
[ "$broke" = 0 ]
