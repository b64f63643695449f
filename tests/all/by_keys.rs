//! The console as a tired person has it: the whole shop moved out of a lost Region and brought home with the keyboard alone, in a terminal of 80
//! columns; after each move an expert looks by other means. And a table that was emptied, brought back to a moment that is picked on the screen.

use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

use drdeck::demo;
use drdeck::sim::time::Span;
use serde_json::{Value as Json, json};

use crate::by_hand::{does, lines};
use crate::run_kit::{Stage, python};
use crate::run_restore::aws;
use crate::sim_kit::control;
use crate::tmux_console::Tmux;

/// How often the screen is looked at.
const GLANCE: Duration = Duration::from_millis(60);

/// Where nothing waits for the person for so long, time passes.
const SILENCE: Duration = Duration::from_millis(1_500);

/// What passes at once, in seconds: twice as much each time, up to the most.
const LEAPS: (i64, i64) = (60, 240);

/// A run takes no longer than this by our own clock, also on a machine that does other things meanwhile.
const LIMIT: Duration = Duration::from_secs(1_500);

/// The shop's Systems that us-east-1 carries, and who looks at each of them.
const SYSTEMS: [(&str, &str); 8] = [
    ("payments", "end_state_shop.py"),
    ("orders", "end_state.py"),
    ("product-images", "end_state_shop.py"),
    ("sessions", "end_state_stores.py"),
    ("storefront", "end_state.py"),
    ("legacy-web", "end_state.py"),
    ("content", "end_state_stores.py"),
    ("analytics", "end_state_shop.py"),
];

/// A person at the console, and the shop behind it.
struct Person {
    tmux: Tmux,
    stage: Stage,
    /// Keys that were pressed, a typed word counting as one.
    keys: usize,
}

impl Person {
    /// Opens the console on a scenario, so long after it began.
    fn sits_down(name: &str, scenario: &str, after: &str) -> Self {
        let stage = Stage::shop(scenario, after);
        let tmux = Tmux::start(name);
        let (config, state) = (stage.config(), stage.state());
        let program = env!("CARGO_BIN_EXE_drdeck");
        // The simulator takes any credentials.
        tmux.type_line(&format!(
            "AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo {program} --config {} --state-dir {}; echo \"it ended with $?\"",
            config.display(),
            state.display()
        ));
        tmux.wait_until("the overview, read", |screen| screen.contains("analytics") && !screen.contains("--:--"));
        tmux.wait_for("1111-2222-3333");
        Self { tmux, stage, keys: 0 }
    }

    fn press(&mut self, key: &str) {
        self.keys += 1;
        self.tmux.keys(&[key]);
    }

    fn types(&mut self, text: &str) {
        self.keys += 1;
        self.tmux.type_line(text);
    }

    /// Arms a run of a runbook, from the overview, for the System of that name.
    fn begins(&mut self, of: &str, runbook: &str, system: &str) {
        self.press("1");
        let overview = self.tmux.wait_for(" systems");
        if overview.contains(" · filter ") {
            self.press("Escape");
            self.tmux.wait_until("all Systems", |screen| !screen.contains(" · filter "));
        }
        self.press("/");
        self.types(of);
        self.press("x");
        let menu = self.tmux.wait_for(&format!("LIVE      {runbook} "));
        let rows: Vec<&str> = menu
            .lines()
            .filter(|row| ["LIVE", "DRILL", "TABLETOP"].iter().any(|mode| row.contains(&format!(" {mode} "))))
            .collect();
        let row = rows.iter().position(|row| row.contains(" LIVE ") && row.contains(&format!(" {runbook} ")));
        for _ in 0..row.unwrap_or_else(|| panic!("{menu}")) {
            self.press("j");
        }
        self.press("Enter");
        self.tmux.wait_for(&format!("type {system}"));
        self.listens();
        self.types("INC-7");
        self.types(system);
        self.tmux.wait_until("the run", |screen| screen.contains(" steps done"));
    }

    /// A question is deaf for a moment.
    fn listens(&self) {
        self.tmux.wait_until("a question that listens", |screen| !screen.contains("one moment: no key"));
    }

    /// Goes through a run until it is over, doing what the screen says. Before what a step waits for is answered, `before` hears of it, once; while
    /// nothing waits for the person time passes, and at last the next of `moments` comes.
    fn goes_through(&mut self, moments: &[&str], mut before: impl FnMut(&Stage, &str)) {
        let (end, mut seen) = (Instant::now() + LIMIT, BTreeSet::new());
        let (mut quiet, mut leap, mut leaps) = (Instant::now(), LEAPS.0, 0);
        let mut moments = moments.iter();
        loop {
            let screen = self.tmux.screen();
            assert!(Instant::now() < end, "no end after {LIMIT:?}:\n{screen}");
            match Sight::of(&screen) {
                Sight::Over => return,
                Sight::Told => self.press("Escape"),
                Sight::Deaf => {}
                Sight::Question(question) => {
                    if seen.insert(question.step.clone()) {
                        before(&self.stage, &question.step);
                    }
                    match question.types {
                        Some(text) => self.types(&text),
                        None => self.press("y"),
                    }
                    (quiet, leap, leaps) = (Instant::now(), LEAPS.0, 0);
                    // What is asked next is asked about another step, or the same anew.
                    self.tmux.wait_until("an answer to be taken", |now| now != screen);
                }
                Sight::Acts(key) => {
                    self.press(key);
                    self.tmux.wait_until("a key to be heard", |now| now != screen);
                }
                Sight::Nothing if quiet.elapsed() < SILENCE => {}
                Sight::Nothing => {
                    leaps += 1;
                    match moments.as_slice().first() {
                        Some(moment) if leaps > 12 => {
                            moments.next();
                            self.stage.at(moment);
                        }
                        Some(_) | None => self.stage.pass(Span::from_seconds(leap)),
                    }
                    leap = (leap * 2).min(LEAPS.1);
                    quiet = Instant::now();
                    assert!(leaps < 120, "nothing comes of it:\n{screen}");
                }
            }
            sleep(GLANCE);
        }
    }

    /// Waits until the page of that step is open: its card is under the cursor by itself.
    fn comes_to(&mut self, step: &str) {
        self.tmux.wait_until(step, |screen| {
            let is_under_way = screen.contains("being checked") || screen.contains("being read");
            !is_under_way && (screen.contains(&format!(" {step} · step ")) || is_list(screen))
        });
        if is_list(&self.tmux.screen()) {
            self.press("Enter");
        }
        self.tmux.wait_for(&format!(" {step} · step "));
    }

    /// The page that is open, from its top to its end, as one line: it is folded for the screen.
    fn reads(&mut self) -> String {
        self.press("g");
        sleep(GLANCE * 3);
        let mut rows: Vec<String> = Vec::new();
        for _ in 0..20 {
            let screen = self.tmux.screen();
            let page = screen
                .lines()
                .filter(|row| row.starts_with('┃'))
                .map(|row| row.trim_matches(|c: char| "┃ ".contains(c)));
            for row in page {
                if !rows.iter().any(|known| known == row) {
                    rows.push(row.to_owned());
                }
            }
            if !screen.contains('▼') || rows.iter().any(|row| row == "end of the card") {
                break;
            }
            self.press("PgDn");
            sleep(GLANCE * 3);
        }
        rows.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Chooses another moment for the step that is open; its card then, once that tells of it.
    fn chooses(&mut self, moment: &str, tells: &str) -> String {
        self.press("e");
        self.tmux.wait_for(" point ");
        self.tmux.wait_for(" Cancel (Esc) ");
        self.press("C-u");
        self.types(moment);
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let card = self.reads();
            if card.contains(tells) && card.contains(&format!("chosen: {moment}")) {
                return card;
            }
            assert!(Instant::now() < end, "{tells} was never told:\n{card}");
        }
    }

    /// Confirms the step whose page is open.
    fn answers(&mut self, step: &str, sees: impl FnOnce(&str)) {
        self.press("G");
        self.tmux.wait_until("that it can be confirmed", |screen| screen.contains("\n x act  "));
        self.press("x");
        self.tmux.wait_for(" Cancel (Esc) ");
        self.listens();
        let question = self.tmux.screen();
        assert!(question.contains(&format!(" {step} ")), "{question}");
        sees(&question);
        self.press("y");
        self.tmux.wait_until("an answer to be taken", |screen| !screen.contains(" Cancel (Esc) "));
    }

    /// How many items a table holds, as the aws CLI counts them.
    fn items(&self, table: &str) -> u64 {
        let url = self.stage.simulator.url();
        let line =
            format!("aws dynamodb scan --select COUNT --table-name {table} --region us-east-1 --endpoint-url {url}");
        aws(&line)["Count"].as_u64().unwrap()
    }

    /// The id of the run of that runbook.
    fn run_of(&self, runbook: &str) -> String {
        let listed = self.stage.says(&["journal", "list"]);
        let line = listed.lines().find(|line| line.contains(runbook)).unwrap_or_else(|| panic!("{listed}"));
        line.split_whitespace().next().unwrap_or_default().to_owned()
    }
}

/// Whether the screen shows the list of steps, and no page of one.
fn is_list(screen: &str) -> bool {
    screen.lines().any(|row| row.contains(" STEP ") && row.contains(" STANDS "))
}

/// What a person makes of the screen.
enum Sight {
    /// The run is finished.
    Over,
    /// Something to be put away.
    Told,
    /// A question that does not listen yet.
    Deaf,
    /// A question, and the step that it is about.
    Question(Asked),
    /// A key brings it on.
    Acts(&'static str),
    /// Nothing waits for a person.
    Nothing,
}

struct Asked {
    step: String,
    /// What it wants typed; otherwise it takes a yes.
    types: Option<String>,
}

impl Sight {
    fn of(screen: &str) -> Self {
        let hint = screen.trim_end().lines().last().unwrap_or_default();
        // A yes that comes too late, as the question has gone, is the key for copying.
        if screen.contains(" Close (Esc) ") || screen.contains("╭ Copy ─") {
            return Self::Told;
        }
        if screen.contains(" Cancel (Esc) ") {
            if screen.contains("one moment: no key") {
                return Self::Deaf;
            }
            let rows = || screen.lines().map(|row| row.trim_matches(|c: char| "┏┃┗ ".contains(c)));
            let step = rows().find_map(|row| row.strip_prefix("step ")?.split_whitespace().nth(3).map(str::to_owned));
            let typed = rows().find_map(|row| {
                let name = row.strip_prefix("type ")?.split_whitespace().next()?;
                Some(name.to_owned())
            });
            let words = || "the owner, as us-east-1 does not answer".to_owned();
            let types = if hint.contains("y yes, do it") { None } else { Some(typed.unwrap_or_else(words)) };
            return Self::Question(Asked { step: step.unwrap_or_default(), types });
        }
        if screen.contains("The run is finished") {
            return Self::Over;
        }
        // AWS is read to find out: who answers before that knows less.
        if screen.contains(" STANDS        ? IN DOUBT") {
            return Self::Nothing;
        }
        let reads = hint.contains(" x act (read its card");
        match (is_list(screen), reads, hint.contains(" x act  ")) {
            (true, true, _) => Self::Acts("Enter"),
            (false, true, _) => Self::Acts("G"),
            (_, false, true) => Self::Acts("x"),
            (_, false, false) => Self::Nothing,
        }
    }
}

/// What a manual step says is to be done by hand, by the runbooks as they are written.
fn by_hand(stage: &Stage, step: &str, direction: &str) {
    let Some((system, own)) = step.split_once('/') else { return };
    let (_, text) = demo::RUNBOOKS.iter().find(|(name, _)| *name == format!("{system}-{direction}")).unwrap();
    does_step(stage, text, own);
}

/// The same of a step of one runbook.
fn does_step(stage: &Stage, runbook: &str, step: &str) {
    let runbook: toml::Table = runbook.parse().unwrap();
    let of = runbook["step"].as_array().unwrap().iter().find(|of| of["id"].as_str() == Some(step)).unwrap();
    let text = of.get("text").and_then(toml::Value::as_str).unwrap_or_default();
    if of["kind"].as_str() == Some("manual") {
        for line in lines(text) {
            does(&stage.simulator, &line);
        }
    }
}

fn looks(stage: &Stage, side: &str) {
    for (system, program) in SYSTEMS {
        python(program, &[&stage.simulator.url(), system, side]);
    }
}

/// Somebody stops the old servers, so that their agents fall silent.
fn stop_old_servers(stage: &Stage) {
    let silent = |server: &str| json!({ "until": "4h", "fault": { "stop": { "link": server } } });
    let servers = ["s-3a1f60c27b94d8e05", "s-3a1f60c27b94d8e06", "s-3a1f60c27b94d8e07"];
    let faults: Json = servers.map(silent).into_iter().collect();
    let reply = control(&stage.simulator, "/_drdeck/faults", &faults);
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[test]
fn the_shop_moves_and_comes_home_by_keys() {
    let began = Instant::now();
    let mut person = Person::sits_down("shop", "region-outage", "0m");
    // The health checks have failed for a minute, and still they can be read.
    person.stage.at("4m");
    person.press("r");
    person.tmux.wait_until("the red overview", |screen| screen.contains("storefront     crit ✗"));
    person.stage.at("15m");
    person.begins("storefront", "shop-failover", "shop");
    person.goes_through(&["4h35m", "5h10m"], |stage, step| {
        // What is done in us-east-1 is done once that is back.
        match step {
            "content/open-old-files" => stage.at("4h35m"),
            "legacy-web/fence-old-servers" => {
                stage.at("5h10m");
                stop_old_servers(stage);
            }
            _ => {}
        }
        by_hand(stage, step, "failover");
    });
    let screen = person.tmux.screen();
    println!("moved after {:?} and {} keys:\n{screen}", began.elapsed(), person.keys);
    looks(&person.stage, "moved");
    let moved = person.run_of("shop-failover");
    person.stage.says(&["journal", "verify", &moved]);

    person.stage.at("10h");
    person.begins("storefront", "shop-failback", "shop");
    person.goes_through(&[], |stage, step| by_hand(stage, step, "failback"));
    let screen = person.tmux.screen();
    println!("home after {:?} and {} keys:\n{screen}", began.elapsed(), person.keys);
    looks(&person.stage, "home");
    let home = person.run_of("shop-failback");
    person.stage.says(&["journal", "verify", &home]);
    person.press("q");
}

#[test]
fn a_moment_is_picked_on_the_screen_and_the_restored_table_holds_it() {
    // The deletion began at 14:10, was over at 14:14, and it is 14:25 now.
    let mut person = Person::sits_down("dropped", "dropped-table", "25m");
    let (_, runbook) = demo::RUNBOOKS.iter().find(|(name, _)| *name == "sessions-undelete").unwrap();
    person.begins("sessions", "sessions-undelete", "sessions");
    // Since when, as the decision's card leaves it open.
    person.comes_to("declare");
    person.press("e");
    person.tmux.wait_for("users not served since");
    person.press("C-u");
    person.types("2026-11-20T14:10:00Z");
    person.types("");
    person.tmux.wait_until("what was typed", |screen| !screen.contains(" Cancel (Esc) "));
    person.answers("declare", |screen| assert!(screen.contains("14:10:00Z"), "{screen}"));
    person.comes_to("stop-the-damage");
    person.answers("stop-the-damage", |_| ());

    person.comes_to("restore");
    let card = person.reads();
    assert!(card.contains("it can be restored to any moment from 2026-10-16 14:25:00Z to 14:20:00Z"), "{card}");
    assert!(card.contains("BLOCKED") && card.contains("no moment was chosen yet"), "{card}");
    let card = person.chooses("2026-11-20T14:23:00Z", "too new");
    assert!(card.contains("14:23:00Z is too new") && card.contains("BLOCKED"), "{card}");
    let card = person.chooses("2026-11-20T14:12:00Z", "the damage may be in it");
    let damaged = "it is 2 min after the disruption began at 14:10:00Z: the damage may be in it";
    assert!(card.contains(damaged), "{card}");
    let card = person.chooses("2026-11-20T14:02:48Z", "14:02:48Z");
    let lost = "you lose 00:07:12 of writes: sessions-restored will hold sessions as of 14:02:48Z";
    assert!(card.contains(lost), "{card}");
    assert_eq!(person.stage.changes(), Vec::<String>::new(), "nothing is sent before the confirm");
    person.goes_through(&[], |stage, step| does_step(stage, runbook, step));
    assert_eq!(person.items("sessions-restored"), 912_407, "the restored table holds what there was");
    assert_eq!(person.items("sessions"), 0, "the live table is as it was");
    let run = person.run_of("sessions-undelete");
    person.stage.says(&["journal", "verify", &run]);
    let journal = person.stage.journal(&run).to_string();
    assert!(journal.contains("you lose 00:07:12 of writes"), "what was lost is on record");
}
