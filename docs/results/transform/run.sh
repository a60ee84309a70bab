#!/bin/sh
# The transformations of this folder: by rules, and by whoever answers the prompts (the answers are in the transcripts).
set -u
cd "$(dirname "$0")"
: "${SPAK:=spak}"
by() {
    "$SPAK" transform "$1" --goal "$2" --by hand-off --transcript "$3.transcript.jsonl" -o "$3_by_model.dsl"
    "$SPAK" transform "$1" --goal "$2" --by rules -o "$3_by_rules.dsl"
}
by attention_v0.dsl "Generate an FMHA kernel with maximum performance on an RTX 5070 using TMA, with at most 128 KB of shared memory and 64 KB of registers" fmha_rtx5070
by matmul_seed.dsl "fastest bf16 matmul on an H200" matmul_h200
