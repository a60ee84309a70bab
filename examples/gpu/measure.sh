#!/usr/bin/env bash
# Measures on the GPU of this machine what the pages of docs/results/gpu show:
#
#   examples/gpu/measure.sh FOLDER [DESIGN TRIALS [WORKLOAD…]] [-- DESIGN TRIALS [WORKLOAD…]]…
#
# Each design is tuned by the loop on its workloads (all that it has by default), and the best of each is timed by turns with
# what PyTorch and TileGym have there. Designs run at once: while one is timed, others compile. Traces are in FOLDER/.spak/traces.
# The same command goes on where it was ended.
# SPAK is the program (default: spak), PYTHON the Python whose PyTorch is compared with (default: python3).
set -euo pipefail
designs=$(cd "$(dirname "$0")" && pwd)
spak=${SPAK:-spak} python=${PYTHON:-python3}
folder=${1:?usage: measure.sh FOLDER [DESIGN TRIALS [WORKLOAD…]] [-- DESIGN TRIALS [WORKLOAD…]]…}
shift
mkdir -p "$folder"
cd "$folder"
[ $# -gt 0 ] || set -- rms_norm 16 -- layer_norm 20 -- softmax 16 -- swiglu 12 -- rope 16 -- attention_backward 24 \
    -- matmul 20 -- matmul_fp8 16 -- matmul_fp8_fast 16

tune() {
    local design=${1}_h200 trials=$2 begin
    shift 2
    [ -f "$design.dsl" ] || cp "$designs/$design.dsl" .
    [ $# -gt 0 ] || mapfile -t workloads < <(sed -n 's/^ *workload \([A-Za-z0-9_]*\).*/\1/p' "$design.dsl")
    [ $# -eq 0 ] || workloads=("$@")
    for workload in "${workloads[@]}"; do
        begin=$SECONDS
        "$spak" loop "$design.dsl" --workload "$workload" --node local --trials "$trials" --rounds 4 --timeout 40 \
            --compare "$python" >"$design.$workload.log" 2>&1 || echo "$design $workload: see $folder/$design.$workload.log"
        echo "$design $workload: $((SECONDS - begin)) s, $(grep -h '^best of' "$design.$workload.log" | tail -1)"
    done
}

lane=()
for word in "$@" --; do
    if [ "$word" = -- ]; then
        tune "${lane[@]}" &
        lane=()
    else
        lane+=("$word")
    fi
done
wait
