# Support triage, in the style of the step machine.
#----------------------------------------------
system_model Triage {
  axiom: "Never promise a date."
  axiom: "고객 정보는 외부로 보내지 않는다."
  heuristic: "Ask at most 2 questions: who is affected, since when?"
  prediction: "If no log is attached, resolution takes > 24h."
}

task TriageTicket {
  #no space, so this is not a comment but prose
  ## but this is a comment
  step fetch: tool.run {
    cmd: "curl -s https://tickets.example.org/api/v1/next | jq '.body'"   # a URL with slashes
    output_var: ticket
    timeout: 30
  }

  step classify: llm.query {
    role: "Triage lead"
    prompt_template: """
    Classify this ticket as "bug", "question" or "other":
    {{ticket}}

    # Rules (this hash is content)
    1. Answer with JSON: {"kind": "...", "urgent": true}
    2. Unclosed quotes like 6" pipes are fine: {{ticket}}
    """
    output_var: kind
  }

  # --- branch ---
  if "{{kind}}" == "bug" {
    step assign: tool.run { cmd: "assign --team core --id {{ticket.id}}" }
  }
  else {
    step answer: llm.query {
      role: "Writer"; prompt: "Answer politely: {{ticket}}"; output_var: reply
    }
  }

  step wait: human.ask {
    question: "May I send this? (y/n) {{reply}}"
    options: [yes, no]
    output_var: approved
  }

  step done: tool.write {
    path: "out/{{date}}.md"
    content: "It's done: '{{reply}}' – 100 %"
    mode: append
  }

  evaluation {
    check polite: llm.query {
      role: "Judge"
      prompt_template: "Rate politeness 0-1: '{{reply}}'"
      output_var: politeness
    }
    check short: tool.run { cmd: "echo -n '{{reply}}' | wc -c", output_var: length }
  }

  success:
    file_exists("out/{{date}}.md")
    politeness >= 0.8 and length < 2000

  on_failure:
    notify("ops@example.org")   # never silent
}
