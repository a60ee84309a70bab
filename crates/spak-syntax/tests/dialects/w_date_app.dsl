app DatePlanner {
  title: "오늘 뭐 할까?"
  entry: screens/home.ui

  state {
    date: today()
    mood: "calm" | "active" | "romantic" = "calm"
    places: Place[] = []
    budget: 50000 KRW
    opens: 09:00
  }

  model Place { name: string, rating: 0..5, tags: [string], open: (09:00 - 22:00) }

  screen Home {
    Text("안녕, {{user.name}}!")
    Slider(min: 0, max: 100000) -> $budget
    Grid(columns: 2) {
      Card foreach $p in $places {
        Text($p.name) { weight: bold }
        Stars($p.rating)
        onTap: navigate(Detail, $p.id)
      }
    }
    if $places.length == 0 {
      Text("아직 없어요")
    } else if $loading {
      Spinner {}
    } else { Footer() }
  }

  screen Detail(id) {
    load: GET /api/places/{id}
    on error: show "잠시 후 다시"
    style {
      color = #333
      font-size: 14px
    }
  }

  actions {
    search(query) {
      $places = llm.query("Find places for {{mood}} under {{budget}}", model: "small")
      sort $places by rating desc
    }
    async save() => db.put("plan", $places)
  }

  routes:
    / -> Home
    /place/:id -> Detail
    * -> NotFound
}
