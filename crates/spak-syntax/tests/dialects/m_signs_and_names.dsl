# Signs that mean different things in different places
#tight comment, as in shell scripts
#TODO: this one has a colon

names {
    λ₁: 0.1
    x²: squared
    h′: next state
    C++ version: 17
    R&D: yes
    L1/L2: caches
    ∇L: gradient
    time_ms: 12   #tight behind a value is not a comment
    `quoted`: no
    **bold**: yes
}

sizes {
    pipe: 6" wide, 3' long
    screens are 15.6" or 17"
    a quote from "the book", p. 3
    “typographic”: “kept as written”
}

templates {
    plain: {{name}}
    filter: {{ name | upper }}
    call: {{ f("x") }}
    in_prose: run {{cmd}} now
    map_in_map: {a: {b: 1}}
    set_in_set: {{"a", "b"}}
}

step 3 (optional): tool.run { cmd: "make" }
step "four" again: llm.query {
    prompt: "x"
}
for l in 0..L: {
    apply Layer
}
when ready: do nothing, for now
two words here: prose
latency (ms): 5

- bullet one
- bullet: two
+ plus item: three
• dot item: four
1. first: a
2) second: b
(c) third: c

a = b // 2         # a division, since this file comments with hashes
t = x[3] // n
q = 5 // 2 if a else b
z = (a) // this reads like a sentence

numbers: [1_000, 0x1F, 1e-4, -1e20, .5, 5., 1/3, ∞, 50%, 3+4j]
units: 12GB, 4.8 TB/s, 15 µs, 90°
