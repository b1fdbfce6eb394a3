#!/usr/bin/env bash
# The index for longer: 200 kills while it is fed and merged, and a million random queries with ten seeds against the other
# engine and a naive reading, through kills and power cuts.
# time limit: 7200 s
set -euo pipefail
cd "$XIETONG_SOURCE"
[ -f build/test/build.ninja ] || { echo "the sanitizer build is not there: ./dev test makes it"; exit 77; }
ninja -C build/test --quiet src/test-search-engine src/test-search-oracle
XIETONG_KILLS=200 build/test/src/test-search-engine
for seed in 1 2 3 4 5 6 7 8 9 10; do
    echo "seed $seed"
    XIETONG_SEED=$seed XIETONG_ORACLE=100000 build/test/src/test-search-oracle
done
