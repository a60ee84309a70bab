// a release, in words
system ReleaseManager {

  agents {
    primary Captain persona=CalmEngineer
    reviewer Auditor persona="Strict, but fair"
    helper Bot optional
  }

  input {
    changelog : Path
    version optional
    freeze_date: 2026-04-01 12:30
  }

  data_models {
    Change { id, title, risk }
    Risk { level, reason: text }
  }

  workflow {

    step collect:
      read all "*.md" from changelog
      for each Change:
        assign risk
        if risk is unknown:
          ask Captain: which component does it touch?
        otherwise keep it

    step review:
      1) Auditor reads every Change
      2) Auditor asks about:
        - missing tests
        - breaking changes (see docs: API.md)
        - don't forget the migration
      3. unresolved points go back to collect
      a) or stay; b) or go
      loop until no open points

    step decide:
      when every Change is reviewed => continue
      otherwise → go back to review
      decision is one of:
        ship
        wait: 1 week
        cancel

    step publish:
      write sections:
        summary → highlights → details → thanks
      say "thank you" to everyone, even to those who said "no"
      emit release_notes
      emit {release, tag}

    step cleanup {
      delete branches older than 30 days
      keep those marked [keep]
    }
  }

  artifacts {
    release_notes { format: markdown, sections: [summary, details] }
    tag
  }

  checks {
    every Change has a reviewer
    no Change with risk >= high ships on a Friday (or before 9:00)
    release_notes mention all breaking changes; nothing else
  }

  tone: friendly, short, no jargon
  audience: users – not developers
}
