//! `spak run`: loops of designs as programs, with real commands; what is allowed, what is done once, what is found again.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::schemas::faults;
use crate::support::{Folder, has, spak_in};

const TUNER: &str = "system Tune {
    engineering_loop Tuner {
        parameter block: [16, 32, 64, 128]
        parameter unroll: [1, 2, 4]
        measure {
            cmd: \"sh kernel.sh {{block}} {{unroll}}\"
            metric: \"gflops\"
            objective: \"maximize\"
            repeats: 2
            timeout: 2
            accept: \"gflops < 200\"
        }
        success: gflops > 10
    }
    agent_loop Architect {
        step \"measure\" { tool.engineering_loop { name: \"Tuner\" output_var: best } }
        step \"propose\" {
            llm.query { role: \"architect\" prompt: \"The best was {{best}}. What next?\" output_var: next }
            tool.dsl_integrate { insights: \"{{next}}\" }
            emit Insight { best: \"{{best}}\" block: \"{{best.block}}\" }
        }
    }
}
";
/// Prints a metric; fails, waits, or says nothing for some points.
const KERNEL: &str = "echo run >> $SPAK_OUT/count
case $1.$2 in
    128.4) echo 'too many registers' >&2; exit 3;;
    128.2) sleep 60;;
    128.1) echo done; exit 0;;
esac
echo \"warm\"
echo \"__SPAK_TRACE__{\\\"type\\\":\\\"Performance\\\",\\\"gflops\\\":$(($1 * $2))}\"
";
const ALLOWED: &[&str] = &["--allow", "run sh kernel.sh *"];

fn folder() -> Folder {
    let folder = Folder::with("tune.dsl", TUNER);
    folder.write("kernel.sh", KERNEL);
    folder
}

fn run<'a>(name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["run", "tune.dsl", "--loop", name], more].concat()
}

#[test]
fn a_sweep_over_a_script() {
    let folder = folder();
    let ran = folder.spak(&[&run("Tuner", ALLOWED)[..], &["--output", "json"]].concat()).ended(0);
    let report = ran.value();
    assert_eq!(faults(&report), Vec::<String>::new());
    let sweep = &report["sweeps"][0];
    let status = |number: usize| sweep["points"][number]["status"].as_str().unwrap().to_owned();
    let of = |number| (status(number), sweep["points"][number]["metric"].as_f64());
    assert_eq!(of(0), ("ok".to_owned(), Some(16.0)));
    // 64 * 4 is beyond what is accepted, and no failure is a number.
    assert_eq!(of(8), ("invalid".to_owned(), Some(256.0)));
    assert_eq!(of(9), ("failed".to_owned(), None));
    assert_eq!(of(10), ("timeout".to_owned(), None));
    assert_eq!(of(11), ("failed".to_owned(), None));
    let note = sweep["points"][11]["note"].as_str().unwrap();
    assert!(note.contains("exit code 3: too many registers"), "{note}");
    assert_eq!(sweep["points"][9]["note"], "it told no `gflops`");
    // Of 128 the first: 32 * 4 stands before 64 * 2.
    assert_eq!(sweep["best"], 5);
    assert_eq!(report["values"]["best.block"], "32");
    // The table is one that other verbs read.
    let table = sweep["written"].as_str().unwrap().to_owned();
    let replayed = folder.spak(&["tune", "--replay", &table, "--repeats", "2"]);
    assert!(replayed.code == 0, "{}", replayed.err);
    // Nothing is measured twice.
    let count = || folder.read(".spak/runs/Tuner/count").lines().count();
    let before = count();
    let again = folder.json(&run("Tuner", ALLOWED)).1;
    assert_eq!((count(), &again["performed"]), (before, &0.into()));
    assert_eq!(again["sweeps"][0]["best"], 5);
    folder.spak(&[&run("Tuner", ALLOWED)[..], &["--again", "--points", "2"]].concat()).ended(0);
    assert_eq!(count(), before + 4);
}

#[test]
fn nothing_is_done_that_nothing_allows() {
    let folder = folder();
    let denied = folder.spak(&run("Tuner", &[])).ended(1);
    assert!(denied.out.contains("--allow 'run sh kernel.sh 16 1'` would"), "{}", denied.out);
    assert!(!folder.join(".spak/runs/Tuner/count").exists());
    // A denial is no outcome: allowed, it is done.
    folder.spak(&[&run("Tuner", ALLOWED)[..], &["--points", "1"]].concat()).ended(0);
    // What asks is a denial without a terminal, and what denies goes before what allows.
    for (rule, word) in [("--ask", "nobody at the terminal"), ("--deny", "a rule denies it")] {
        let more = ["--again", rule, "run *"];
        let ran = folder.spak(&[&run("Tuner", ALLOWED)[..], &more].concat()).ended(1);
        assert!(ran.out.contains(word), "{}", ran.out);
    }
    folder.write("rules", "# mine\nallow run sh *\n");
    folder.spak(&run("Tuner", &["--again", "--policy", "rules", "--points", "1"])).ended(0);
    folder.write("rules", "permit run sh *\n");
    let wrong = folder.spak(&run("Tuner", &["--policy", "rules"])).ended(2);
    assert!(wrong.err.contains("rules: line 1: a rule begins with"), "{}", wrong.err);
}

/// The outer loop asks and writes knowledge, the inner one measures; both stop and go on.
#[test]
fn two_loops_with_two_roles() {
    let folder = folder();
    let more =
        [ALLOWED, &["--by", "hand-off", "--allow", "integrate tune.dsl", "--points", "3"]].concat();
    let waiting = folder.spak(&run("Architect", &more)).ended(1);
    assert!(waiting.out.contains("put the answer into"), "{}", waiting.out);
    let asked = folder.read(".spak/runs/Architect/asked.prompt.md");
    assert!(asked.contains("The best was block=16 unroll=4 gflops=64"), "{asked}");
    folder.write(
        ".spak/runs/Architect/asked.answer.md",
        "answered by: A. Person\nrule \"wide blocks\" {\n    when: \"unroll == 4\"\n    recommend: \"block = 64\"\n    reason: \"more rows hide more latency\"\n    source: \"the sweep\"\n    priority: 1\n}\n",
    );
    std::thread::sleep(Duration::from_millis(900));
    // The design has no such dimensions: what does not hold together is refused, and the design stays as it is.
    let ran = folder.spak(&run("Architect", &more));
    let text = folder.read("tune.dsl");
    match ran.code {
        0 => {
            assert!(text.contains("rule \"wide blocks\"") && ran.out.contains("__SPAK_TRACE__"));
            assert!(ran.out.contains("\"block\":16"), "{}", ran.out);
        }
        _ => assert_eq!(text, TUNER, "{}", ran.text()),
    }
    assert_eq!(folder.read(".spak/runs/Architect/count").lines().count(), 6, "measured once");
    folder.spak(&["check", "tune.dsl"]).ended(0);
}

#[test]
fn roles_are_enforced_and_not_asked_for() {
    let folder = Folder::with(
        "roles.dsl",
        "system Roles {
    agent_loop Writes { step \"a\" { tool.write { path: \"kernel.py\" content: \"x\" } } }
    agent_loop Runs { step \"a\" { tool.run { cmd: \"touch ran\" } } }
    agent_loop Traces { step \"a\" { tool.write { path: \".spak/traces/x.jsonl\" content: \"x\" } } }
    engineering_loop Designs {
        parameter x: [1]
        measure { cmd: \"true {{x}}\" metric: \"m\" objective: \"minimize\" }
        step \"a\" { tool.write { path: \"roles.dsl\" content: \"system Mine { }\" } }
    }
    engineering_loop Asks {
        parameter x: [1]
        measure { cmd: \"true {{x}}\" metric: \"m\" objective: \"minimize\" }
        step \"a\" { llm.query { prompt: \"help\" output_var: h } }
    }
    service_loop Talks { on hello(x) { llm.query { prompt: \"{{x}}\" output_var: h } } }
    service_loop Through { on hello(x) { tool.engineering_loop { name: \"Asks\" } } }
    agent_loop Forever { step \"a\" { tool.engineering_loop { name: \"Forever\" } } }
    agent_loop Unknown { step \"a\" { tool.run { cmd: \"echo {{nobody}} | sh\" } } }
}
",
    );
    let all =
        ["--allow", "run *", "--allow", "write *", "--allow", "query *", "--allow", "integrate *"];
    let refused = |name: &str, expected: &str| {
        let arguments = [&["run", "roles.dsl", "--loop", name], &all[..]].concat();
        let ran = folder.spak(&arguments).ended(1);
        assert!(ran.text().contains(expected), "{name}: {}", ran.text());
    };
    refused("Writes", "--allow 'architect write kernel.py'` would");
    refused("Runs", "--allow 'architect run touch ran'` would");
    refused("Traces", "traces are written by what measures");
    refused("Designs", "an engineering loop does not write designs");
    refused("Asks", "an engineering loop has no right to `llm.query`");
    refused("Talks", "a service loop does not come to `llm.query`");
    refused("Through", "a service loop does not come to `llm.query`");
    refused("Forever", "this never ends");
    refused("Unknown", "nothing before this has the name `nobody`");
    refused("Unknown", "means something to a shell");
    assert!(!folder.join("ran").exists() && !folder.join("kernel.py").exists());
    assert!(folder.read("roles.dsl").starts_with("system Roles"));
    let given = ["run", "roles.dsl", "--loop", "Runs", "--allow", "architect run touch *"];
    // Allowed by name it runs, and still it cannot write where nothing lets it.
    let ran = folder.spak(&given).ended(1);
    assert!(
        ran.text().contains("Permission denied") || ran.text().contains("exit code"),
        "{}",
        ran.text()
    );
    assert!(!folder.join("ran").exists());
}

/// Values never become templates, further arguments, or commands; programs have the rights that they were given.
#[test]
fn what_programs_and_values_may_not_do() {
    let folder = Folder::with(
        "t.dsl",
        "task T {
  step a: tool.run { cmd: \"printf '%s' '{{out}} {{hostile}}'\" output_var: said }
  step b: tool.run { cmd: \"printf '[%s]' {{said}} end\" output_var: again }
  step c: tool.write { path: \"{{out}}/said.txt\" content: \"{{again}}\" }
  step d: tool.write { path: \"{{out}}/copy.txt\" content: file(\"{{out}}/said.txt\") }
  success: file_exists(\"never.txt\")
}
task Net { step a: tool.run { cmd: \"python3 -c 'import socket; socket.create_connection((chr(49)+chr(46)+chr(49),80),2)'\" } }
task Secret { step a: tool.run { cmd: \"cat secret/key\" } }
task Flood { step a: tool.run { cmd: \"yes\" } }
task Fork { step a: tool.run { cmd: \"sh -c 'sleep 300 & sleep 300 & sleep 300'\" timeout: 1 } }
",
    );
    let hostile = "hostile={{said}}; $(touch hacked) `touch hacked` 'x' --force";
    let task = |name: &'static str| {
        let base = ["run", "t.dsl", "--loop", name, "--allow", "run *", "--set", hostile];
        folder.spak(&base)
    };
    let ran = task("T").ended(1);
    assert!(ran.out.contains("`file_exists(\"never.txt\")` does not hold"), "{}", ran.out);
    let said = folder.read(".spak/runs/T/copy.txt");
    assert_eq!(said, "[.spak/runs/T {{said}}; $(touch hacked) `touch hacked` 'x' --force][end]");
    assert!(!folder.join("hacked").exists());
    if has("python3") {
        let ran = task("Net").ended(1);
        assert!(ran.out.contains("PermissionError"), "{}", ran.out);
    }
    let outside = Folder::with("key", "the key");
    std::os::unix::fs::symlink(outside.path(), folder.join("secret")).unwrap();
    let ran = task("Secret").ended(1);
    assert!(!ran.text().contains("the key"), "{}", ran.text());
    let ran = task("Flood").ended(1);
    assert!(ran.out.contains("it printed more than"), "{}", ran.out);
    let ran = task("Fork").ended(1);
    assert!(ran.out.contains("it took longer than 1 s"), "{}", ran.out);
}

#[test]
fn a_loop_that_was_killed_goes_on_where_it_was() {
    let folder = folder();
    folder.write(
        "kernel.sh",
        "echo $1.$2 >> $SPAK_OUT/count; sleep 0.2; echo gflops: $(($1 * $2))\n",
    );
    for _ in 0..3 {
        let mut child = folder
            .command(&run("Tuner", ALLOWED))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(1300));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let report = folder.json(&run("Tuner", ALLOWED)).1;
    assert_eq!(report["sweeps"][0]["points"].as_array().unwrap().len(), 12);
    assert!(report["remembered"].as_u64().unwrap() > 0, "{report}");
    // What was running when it was killed is run again, and nothing else.
    let count = folder.read(".spak/runs/Tuner/count").lines().count();
    assert!((24..=27).contains(&count), "{count}");
}

#[test]
fn a_service_answers_every_line() {
    let folder = Folder::with(
        "s.dsl",
        "system S { service_loop Choose {
    on config(n) { if n > 100 { emit Reply { block: \"64\" } } else { emit Reply { block: \"16\" } } }
} }
",
    );
    folder.write(
        "in",
        format!(
            "{{\"event\":\"config\",\"n\":200,\"id\":7}}\nbroken\n\n{{\"event\":\"x\"}}\n[1]\n{{\"event\":\"config\",\"n\":\"; id\"}}\n{}\n{{\"event\":\"config\",\"n\":5}}",
            "z".repeat(2 << 20)
        ),
    );
    let serve = || {
        let mut command: Command = folder.command(&["run", "s.dsl", "--loop", "Choose"]);
        command.stdin(std::fs::File::open(folder.join("in")).unwrap());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let answers = serve();
    let lines: Vec<serde_json::Value> =
        answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 7, "{answers}");
    assert_eq!(
        lines[0],
        serde_json::json!({"ok": true, "id": 7, "event": "config", "values": {"block": "64"}})
    );
    assert!(lines[1..6].iter().all(|line| line["ok"] == false));
    assert_eq!(lines[6]["values"]["block"], "16");
    assert_eq!(serve(), answers, "the same every time");
}

/// Every loop of the designs that the language was made for runs dry.
#[test]
fn loops_of_real_designs_run_dry() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/prototype");
    if !shared.is_dir() {
        eprintln!("SKIPPED: no folder `../shared` with designs of others");
        return;
    }
    let mut todo = vec![shared];
    let mut count = 0;
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                todo.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let is_loop = text.contains("_loop ") || text.contains("task ");
            if path.extension().is_none_or(|e| e != "dsl") || !is_loop {
                continue;
            }
            let name = path.to_string_lossy().into_owned();
            let (code, listed, _) = spak_in(&folder, &["run", &name]);
            // Some of them are broken on purpose.
            if code != 0 {
                continue;
            }
            for line in listed.lines().skip(2) {
                let name_of_loop = line.split_whitespace().next().unwrap();
                let (code, out, err) =
                    spak_in(&folder, &["run", &name, "--loop", name_of_loop, "--dry-run"]);
                assert_eq!(code, 0, "{name} {name_of_loop}: {err}");
                assert!(out.ends_with("nothing was done\n"), "{out}");
                count += 1;
            }
        }
    }
    assert!(count >= 20, "{count}");
}

/// Tasks of designs that the language was made for, run for real: commands are run, questions are answered by a program, and an
/// answer that is a command is one that nothing allows.
#[test]
fn tasks_of_real_designs_run() {
    let shared =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/prototype/examples");
    if !shared.is_dir() {
        eprintln!("SKIPPED: no folder `../shared` with designs of others");
        return;
    }
    let run = |file: &str, name: &str, answer: &str| {
        let folder =
            Folder::with("design.dsl", &std::fs::read_to_string(shared.join(file)).unwrap());
        folder.write(
            "spak.toml",
            "[proposers.it]\nprovider = \"command\"\ncommand = [\"cat\", \"answer\"]\n",
        );
        folder.write("answer", answer);
        let arguments =
            ["run", "design.dsl", "--loop", name, "--by", "it", "--allow", "run echo *"];
        let (code, report) = folder.json(&arguments);
        assert!(!folder.join("hacked").exists());
        (code, report)
    };
    // What it wants as a sign of success is a file that the prototype left behind.
    let (code, hello) = run("hello.dsl", "HelloSPAK", "Hi!");
    assert_eq!((code, &hello["values"]["shell_out"]), (1, &"Hello from Shell".into()), "{hello}");
    assert_eq!(hello["values"]["greeting"], "Hi!");
    assert!(hello["how"][0].as_str().unwrap().contains("trace.json"), "{hello}");
    let (code, judged) = run("eval_test.dsl", "TaskWithEval", "0.9");
    assert_eq!((code, &judged["values"]["relevance_score"]), (0, &"0.9".into()), "{judged}");
    assert_eq!(judged["values"]["length_score"], "10");
    let (code, plan) =
        run("coaching_agent.dsl", "CoachingWorkflow", "Learn; $(touch hacked) {{user_skills}}");
    assert_eq!(code, 0, "{plan}");
    assert_eq!(plan["values"]["final_message"], "Learn; $(touch hacked) {{user_skills}}");
    let (code, chef) = run("knowledge_check.dsl", "KnowledgePipeline", "claims");
    assert_eq!((code, &chef["values"]["final_document"]), (0, &"claims".into()), "{chef}");
    let (code, incident) =
        run("SelfImprovement/sysadmin_v1.dsl", "IncidentResponse", "touch hacked");
    assert_eq!(code, 1, "{incident}");
    let how = incident["how"][0].as_str().unwrap();
    assert!(how.contains("run `touch hacked`: nothing allows it"), "{how}");
}
