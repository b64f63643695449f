//! `drdeck runbook run` as a person has it: the real binary, what it says line by line, and the lines it is told. A simulator of the test's
//! own stands for AWS; its clock stands still but where the test lets time pass, which is drdeck's time too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use drdeck::cli;
use drdeck::demo;
use drdeck::sim::time::Span;
use drdeck::sim::{self, Moment, Options, Running, Simulator};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::sim_kit::{ask, control};

/// The simulated time at the beginning.
pub(crate) const BEGINNING: &str = "2026-11-20T14:00:00Z";

/// A whole run takes no longer than this by our own clock; most take a quarter of it.
pub(crate) const LIMIT: Duration = Duration::from_secs(150);

/// How long a line is waited for at a time.
const BEAT: Duration = Duration::from_millis(250);

/// How fast the simulated time runs while a run is on. What drdeck read counts as fresh for half an hour then.
const SPEED: f64 = 60.0;

/// While a step waits and nothing new is said for so long, a longer time passes at once. A reading that is under way then stays fresh.
const SILENCE: Duration = Duration::from_secs(2);

/// While drdeck reads, or asks AWS for something, nothing is said for longer than that.
const BUSY: Duration = Duration::from_secs(10);

/// What passes at once, in seconds: twice as much each time that nothing is said, up to the most.
const LEAPS: (i64, i64) = (60, 180);

/// A simulator with an estate and a config and runbooks for it, and a state folder.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) simulator: Running,
    home: TempDir,
}

impl Stage {
    /// The built-in shop, so long after its scenario began.
    pub(crate) fn shop(scenario: &str, after: &str) -> Self {
        let (_, scenario) = demo::SCENARIOS.iter().find(|(name, _)| *name == scenario).expect("a built-in scenario");
        let stage = Self::new(demo::ESTATE, scenario, demo::CONFIG, demo::RUNBOOKS);
        stage.at(after);
        stage
    }

    /// Any estate, scenario, config and runbooks; addresses in them are those of the shop's files.
    pub(crate) fn new(estate: &str, scenario: &str, config: &str, runbooks: &[(&str, &str)]) -> Self {
        let simulator = Simulator::start(Options {
            listen: "127.0.0.1:0".parse().unwrap(),
            estate: sim::parse_estate("estate.toml", estate).unwrap(),
            scenario: sim::parse_scenario("scenario.toml", scenario).unwrap(),
            seed: 1,
            speed: 0.0,
            start: Moment::parse(BEGINNING),
        })
        .unwrap();
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("runbooks")).unwrap();
        fs::write(home.path().join("config.toml"), cli::pointed_at(config, &simulator)).unwrap();
        let stage = Self { simulator, home };
        for (name, text) in runbooks {
            stage.write_runbook(name, text);
        }
        stage
    }

    /// Writes a runbook, or another text of one.
    pub(crate) fn write_runbook(&self, name: &str, text: &str) {
        let text = cli::runbook_pointed_at(text, &self.simulator);
        fs::write(self.home.path().join("runbooks").join(format!("{name}.toml")), text).unwrap();
    }

    /// The config's path.
    pub(crate) fn config(&self) -> PathBuf {
        self.home.path().join("config.toml")
    }

    /// The state folder, where journals are.
    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    /// drdeck with these arguments, this config and this state folder, and nothing of our own environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drdeck"));
        command.arg("--config").arg(self.config()).arg("--state-dir").arg(self.state()).args(arguments);
        command.env_clear().env("HOME", self.home.path()).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// What a command says that takes no lines, and that it ended well.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&stdout).into_owned();
        assert!(status.success(), "drdeck {}: {said}{}", arguments.join(" "), String::from_utf8_lossy(&stderr));
        said
    }

    /// Starts a command that is talked to.
    pub(crate) fn start(&self, arguments: &[&str]) -> Talk {
        let mut command = self.command(arguments);
        Talk::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()))
    }

    /// Runs a runbook to its end, answering as `cues` say and else by [`usual`].
    pub(crate) fn run(&self, runbook: &str, cues: &[Cue<'_>]) -> Ran {
        let mut talk = self.start(&["runbook", "run", runbook]);
        self.play(&mut talk, cues);
        talk.end()
    }

    /// Talks until nothing is said any more, while time runs.
    pub(crate) fn play(&self, talk: &mut Talk, cues: &[Cue<'_>]) {
        self.set(&json!({ "speed": SPEED }));
        let mut cues: Vec<&Cue<'_>> = cues.iter().collect();
        let mut state = Waits::Drdeck;
        let (mut leap, mut since, mut stuck) = (LEAPS.0, Instant::now(), false);
        loop {
            let patience = match state {
                Waits::Time => Some(SILENCE),
                Waits::Drdeck => Some(BUSY),
                Waits::Answer => None,
            };
            match talk.hear(BEAT) {
                Heard::End => break,
                Heard::Nothing if patience.is_none_or(|patience| since.elapsed() < patience) => {}
                Heard::Nothing => {
                    self.pass(Span::from_seconds(leap));
                    (leap, since) = ((leap * 2).min(LEAPS.1), Instant::now());
                }
                Heard::Line(line) => {
                    (leap, since) = (LEAPS.0, Instant::now());
                    state = Waits::after(&line, state);
                    stuck = line.contains(": STUCK, ") || stuck && !line.starts_with("   step ");
                    let cue = cues.iter().position(|cue| line.contains(cue.seen)).map(|at| cues.remove(at));
                    match cue.map(|cue| &cue.then) {
                        Some(Then::Say(answer)) => {
                            talk.say(answer);
                            state = Waits::Drdeck;
                            continue;
                        }
                        Some(Then::Clock(after)) => self.at(after),
                        Some(Then::Later { after, answer }) => {
                            self.at(after);
                            talk.say(answer);
                            state = Waits::Drdeck;
                            continue;
                        }
                        Some(Then::Faults(acts)) => self.faults(acts),
                        None => {}
                    }
                    match (line.starts_with("? "), usual(&line)) {
                        (false, _) => {}
                        (true, Some(answer)) => {
                            talk.say(&answer);
                            state = Waits::Drdeck;
                        }
                        // It takes longer than somebody thought; it is waited for all the same.
                        (true, None) if stuck => state = Waits::Time,
                        (true, None) => panic!("the test does not say what to answer to {line:?}:\n{}", talk.said()),
                    }
                }
            }
        }
        self.set(&json!({ "speed": 0.0 }));
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, span: Span) {
        let now = self.now() + span;
        self.set(&json!({ "now": now }));
    }

    /// Sets the clock to so long after the beginning, unless it is later already.
    pub(crate) fn at(&self, after: &str) {
        let then = Moment::parse(BEGINNING).unwrap() + Span::parse(after).unwrap();
        if then > self.now() {
            self.set(&json!({ "now": then }));
        }
    }

    fn set(&self, clock: &Json) {
        let reply = control(&self.simulator, "/_drdeck/clock", clock);
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    /// The simulated time.
    pub(crate) fn now(&self) -> Moment {
        Moment::parse(ask(&self.simulator, "/_drdeck/clock")["now"].as_str().unwrap()).unwrap()
    }

    /// Adds faults from now on.
    pub(crate) fn faults(&self, acts: &Json) {
        let reply = control(&self.simulator, "/_drdeck/faults", acts);
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    /// Every call that the simulator got, oldest first.
    pub(crate) fn calls(&self) -> Vec<Json> {
        ask(&self.simulator, "/_drdeck/calls").as_array().unwrap().clone()
    }

    /// The calls that changed something, as `SERVICE OPERATION TARGET in REGION`.
    pub(crate) fn changes(&self) -> Vec<String> {
        let word = |call: &Json, key: &str| call[key].as_str().unwrap_or_default().to_owned();
        let all = self.calls();
        let changed = all.iter().filter(|call| call["changed"] == true);
        changed
            .map(|call| {
                let [service, operation, target, region] =
                    ["service", "operation", "target", "region"].map(|key| word(call, key));
                format!("{service} {operation} {target} in {region}")
            })
            .collect()
    }

    /// The journal of a run, as `journal export` gives it.
    pub(crate) fn journal(&self, run: &str) -> Json {
        serde_json::from_str(&self.says(&["journal", "export", run, "--format", "json"])).unwrap()
    }
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    /// What a person says.
    Answer,
    /// drdeck, which reads or sends.
    Drdeck,
    /// That time passes: a step goes on in AWS.
    Time,
}

impl Waits {
    fn after(line: &str, before: Self) -> Self {
        if line.starts_with("? ") {
            return Self::Answer;
        }
        let Some((_, words)) = line.strip_prefix("   step ").and_then(|rest| rest.split_once(": ")) else {
            return if before == Self::Time { before } else { Self::Drdeck };
        };
        let over = ["done: ", "skipped: ", "FAILED: ", "sending "].iter().any(|word| words.starts_with(word));
        if over { Self::Drdeck } else { Self::Time }
    }
}

/// What is done when a line is said that holds a text: once, in the order of the list.
#[derive(Clone, Debug)]
pub(crate) struct Cue<'a> {
    pub(crate) seen: &'a str,
    pub(crate) then: Then<'a>,
}

/// What is done then. A question that is not answered by it is answered by [`usual`].
#[derive(Clone, Debug)]
pub(crate) enum Then<'a> {
    /// To say that.
    Say(&'a str),
    /// To set the clock to so long after the beginning.
    Clock(&'a str),
    /// To set the clock to so long after the beginning, and to say that then.
    Later { after: &'a str, answer: &'a str },
    /// To let something fail from now on.
    Faults(Json),
}

/// A cue for a question: what is said to it.
pub(crate) const fn say<'a>(seen: &'a str, answer: &'a str) -> Cue<'a> {
    Cue { seen, then: Then::Say(answer) }
}

/// A cue to set the clock.
pub(crate) const fn clock<'a>(seen: &'a str, after: &'a str) -> Cue<'a> {
    Cue { seen, then: Then::Clock(after) }
}

/// What a person says who has nothing against it. `None` where they would have to think: something is blocked, failed, stuck or in doubt.
pub(crate) fn usual(question: &str) -> Option<String> {
    let question = question.strip_prefix("? ")?;
    if let Some(rest) = question.strip_prefix("type ") {
        return rest.split(' ').next().map(str::to_owned);
    }
    if question.starts_with("your name") {
        return Some("alice".to_owned());
    }
    if question.starts_with("resume run ") {
        return Some("yes".to_owned());
    }
    if !question.starts_with("step ") {
        return None;
    }
    let (_, takes) = question.split_once(": ")?;
    match takes.split(',').next()? {
        "yes" => Some("yes".to_owned()),
        "yes NAME" => Some("yes the owner of the system".to_owned()),
        "accept REASON" => Some("accept the Region does not answer, and its application cannot reach users".to_owned()),
        _ => None,
    }
}

/// A running drdeck, and all that was said so far.
#[derive(Debug)]
pub(crate) struct Talk {
    child: Child,
    tells: Option<ChildStdin>,
    lines: Receiver<String>,
    said: String,
    until: Instant,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// This line.
    Line(String),
    /// Nothing for so long.
    Nothing,
    /// Nothing any more: it has closed its output.
    End,
}

impl Talk {
    /// Starts a command whose three streams are pipes.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (heard, lines) = mpsc::channel();
        let out = child.stdout.take().unwrap();
        thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                let Ok(line) = line else { return };
                if heard.send(line).is_err() {
                    return;
                }
            }
        });
        let tells = child.stdin.take();
        Self { child, tells, lines, said: String::new(), until: Instant::now() + LIMIT }
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All that was said, by both.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }

    /// The next line, if it comes within that time. Fails once the time of the whole run is over.
    pub(crate) fn hear(&mut self, patience: Duration) -> Heard {
        assert!(Instant::now() < self.until, "no end after {LIMIT:?}:\n{}", self.said);
        match self.lines.recv_timeout(patience) {
            Ok(line) => {
                let _ = writeln!(self.said, "{line}");
                Heard::Line(line)
            }
            Err(RecvTimeoutError::Timeout) => Heard::Nothing,
            Err(RecvTimeoutError::Disconnected) => Heard::End,
        }
    }

    /// The first line that holds that text.
    pub(crate) fn hear_of(&mut self, text: &str) -> String {
        loop {
            match self.hear(BEAT) {
                Heard::Line(line) if line.contains(text) => return line,
                Heard::Line(_) | Heard::Nothing => {}
                Heard::End => panic!("it ended without saying {text:?}:\n{}", self.said),
            }
        }
    }

    /// Says a line. Nobody may be there to hear it.
    pub(crate) fn say(&mut self, line: &str) {
        let _ = writeln!(self.said, "> {line}");
        if let Some(tells) = &mut self.tells {
            let _ = writeln!(tells, "{line}").and_then(|()| tells.flush());
        }
    }

    /// Kills it on the spot, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// How it ended, once nothing is said any more.
    pub(crate) fn end(mut self) -> Ran {
        while self.hear(BEAT) != Heard::End {}
        let code = self.child.wait().unwrap().code();
        let mut errors = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = stderr.read_to_string(&mut errors);
        }
        let said = std::mem::take(&mut self.said);
        let run = said.lines().rev().find_map(|line| line.strip_prefix("run ")?.split([':', ' ']).next());
        Ran { run: run.unwrap_or_default().to_owned(), said, errors, code }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A run of a command that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    /// The run's id, if one began.
    pub(crate) run: String,
    /// What was said by both; what it was told after `> `.
    pub(crate) said: String,
    /// What stood on stderr.
    pub(crate) errors: String,
    /// Its exit code; `None` after a signal.
    pub(crate) code: Option<i32>,
}

impl Ran {
    /// Fails unless every step was done or left out.
    pub(crate) fn finished(self) -> Self {
        let last = self.said.lines().last().unwrap_or_default();
        let is_told = last == format!("run {}: finished", self.run);
        assert!(is_told && self.code == Some(0), "{:?}\n{}{}", self.code, self.said, self.errors);
        self
    }

    /// How each step ended, as told: by its id, the last words about it.
    pub(crate) fn steps(&self) -> BTreeMap<String, String> {
        let told = self.said.lines().filter_map(|line| line.strip_prefix("   step ")?.split_once(": "));
        told.filter_map(|(step, words)| Some((step.rsplit(' ').next()?.to_owned(), words.to_owned()))).collect()
    }
}

/// Runs a program of tests/python, which shares nothing with drdeck, with arguments.
pub(crate) fn python(program: &str, arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join("tests/.venv/bin/python3"));
    let output = command.arg("-B").arg(root.join("tests/python").join(program)).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {}:\n{said}", arguments.join(" "));
    said
}
