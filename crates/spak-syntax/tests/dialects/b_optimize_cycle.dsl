system_model KernelOptimizer {
  axiom: "A kernel that is wrong has no speed."
  heuristic: "Change one thing at a time."
}
task OptimizeCycle
{
  variables {
    best = 0
    history = []
    max_rounds: 5
  }

  step baseline: tool.run { cmd: 'python bench.py --mode "baseline"', output_var: base }

  loop round in 1..5 {
    step propose: llm.query {
      prompt_template: """
      History: {{history}}
      Reply with a diff only:
      ```python
      def kernel(a, b):
          return {"a": a, 'b': b}   // python, not DSL
      ```
      """
      output_var: patch
    }
    step apply_patch: tool.run { cmd: "git apply <<'EOF'\n{{patch}}\nEOF" }
    step measure: tool.run { cmd: "python bench.py" output_var: time_ms }
    best = max(best, {{time_ms}})
    break if best > 1.5 * base
  }

  parallel {
    step a: tool.run { cmd: "pytest -q" }
    step b: tool.run { cmd: "ruff check ." }
  }

  repeat 3 times:
    tool.run("make bench")
    wait 10s

  try {
    tool.run { cmd: "deploy" }
  } catch error {
    emit Failure(error)
  } finally {
    emit Done
  }

  retries -> 3
  owner => "kernel team"
  notify = ["a@example.org", "b@example.org"]
  schedule: "0 3 * * *"
  budget: 5 trials, 30 min
  step summarize: llm.query(role="Writer", prompt="Summarise {{history}}")
  evaluation { check speed: tool.run { cmd: "cat speed.txt" output_var: speedup } }
}
