/* Everything that fits on a line is on a line. */
system "RoPE & RMSNorm" {
  design_space { rotary: ["interleaved", "half"], theta: 1e4, scaling: { kind: ["linear", "yarn"], factor: [1, 2, 4] } }
  tuning_space { block: [64, 128]; warps: [4, 8]; unroll: 1..4 }
  empty_block {}
  also_empty { }
  nested { nested { nested { deep: true } } }
  knowledge "rope" {
    fact a { description: "x", } fact b { description: "y" }
    rule "placeholder" { ... }
    axiom: "Rotation keeps the norm: ‖Rx‖ = ‖x‖"
    axiom: "Angles are θ_i = base^(−2i/d)"
    heuristic "h1" { apply: "fuse RoPE into the QK load", because: "one pass less", }
  }
  steps: ["prepare", 'single quoted', bare_word, 3.5, -1e-3, true,]
  matrix: [[1, 2], [3, 4],
           [5, 6]]
  table: [ { name: "a", size: 1 }, { name: "b", size: 2 } ]
  mixed: [
    { name: "c"
      size: 3 },   // an entry over two lines
    # a comment with a hash
    "plain",
    call(1, "x, y"),
  ]
  url: https://example.org/a//b?x=1#frag
  path: C:\temp\file.txt
  color: #ff8800
  time: 12:30
  ratio: 16:9
  empty_value:
  version: 1.2.3-rc1
  date: 2026-03-01
  percent: 95%
  size: 12GB, bandwidth: 4.8TB/s
  formula: y = x * rsqrt(mean(x^2) + eps)   // unquoted
  condition: a < b && b <= c || !(d == e)
  ternary: 5 if causal else 4
  arrow: [2 -> 4 -> 8]
  set: {"a", "b"}
  emoji: "🚀 빠르다" // 🚀
  quoted: "say \"hi\" { not a brace } [ nor this"
  two: "first" + "second"
  agent_loop L { step "x" { tool.run { cmd: "a" } tool.run { cmd: "b" } } step "y" { emit Done } }
}
