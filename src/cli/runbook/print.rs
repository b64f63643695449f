//! `drdeck runbook print`: a sheet of paper for the day that drdeck is not there. It is made of the runbook and the config alone: nothing is read, and
//! what only AWS knows stands as a mark beside the line that reads it.

use std::process::ExitCode;

use unicode_width::UnicodeWidthStr as _;

use super::files;
use super::lines::{WIDTH, broken};
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::config::Config;
use crate::engine::words::plane;
use crate::model::words::{self, length};
use crate::model::{Moment, Objective, Place, Region, Span, Text};
use crate::runbook::by_hand::{self, ByHand, Deed, FROM, Line, Look, TO, TOKEN};
use crate::runbook::pace::{longest, until_served};
use crate::runbook::{Direction, Phase, Plane, Reversibility, Runbook, Step};

/// Where the words begin, after what they are about.
const MARGIN: usize = 16;

/// Where a line for a shell begins.
const SHELL: usize = 4;

pub(super) fn run(config: &Config, name: &str) -> Result<ExitCode, Failure> {
    let (runbook, _) = files::named(config, name)?;
    output::print(Sheet { config, runbook: &runbook, lines: Vec::new() }.text(Moment::now()))?;
    Ok(ExitCode::SUCCESS)
}

struct Sheet<'a> {
    config: &'a Config,
    runbook: &'a Runbook,
    lines: Vec<String>,
}

impl Sheet<'_> {
    fn text(mut self, now: Moment) -> String {
        self.head(now);
        let mut phase = None;
        for (index, step) in self.runbook.steps.iter().enumerate() {
            if let Some(part) = self.runbook.parts.iter().find(|part| part.steps.start == index) {
                let of = format!(
                    "{}: {} version {}, owner {}",
                    part.system.to_uppercase(),
                    part.runbook,
                    part.version,
                    part.owner
                );
                self.rule('=');
                self.words("", &of);
                phase = None;
            }
            if phase != Some(step.phase) {
                phase = Some(step.phase);
                let word = format!("{} ", step.phase.as_str().to_uppercase());
                self.lines.extend([String::new(), format!("{word:-<WIDTH$}")]);
            }
            self.step(index, step);
        }
        self.tail();
        let mut text = self.lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n");
        text.push('\n');
        text
    }

    fn rule(&mut self, of: char) {
        self.lines.push(of.to_string().repeat(WIDTH));
    }

    /// Words about something, each line of them broken where the paper ends.
    fn words(&mut self, label: &str, text: &str) {
        let margin = if label.is_empty() { 0 } else { MARGIN };
        let parts = text.lines().filter(|line| !line.trim().is_empty());
        for (number, line) in parts.flat_map(|line| broken(line, WIDTH - margin)).enumerate() {
            let label = if number == 0 { label } else { "" };
            self.lines.push(format!("{label:margin$}{line}"));
        }
    }

    fn head(&mut self, now: Moment) {
        let runbook = self.runbook;
        let (direction, variant) = (runbook.direction.as_str(), runbook.variant.as_str());
        self.rule('=');
        self.words("", &format!("{}: {direction} of {}, {variant}", runbook.name, runbook.system));
        self.rule('=');
        self.words("", runbook.summary.as_str());
        self.lines.push(String::new());
        self.words("version", &format!("{}, of {}", runbook.version, runbook.owner));
        let regions = words::listed(runbook.regions.iter().map(Region::as_str));
        self.words("may change", &regions);
        let account = self.account();
        self.words("account", &account.map_or("any".to_owned(), |account| format!("{account} only")));
        for system in runbook.systems() {
            let promised = self.promised(system);
            self.words(&format!("{system} "), &promised);
        }
        let served = until_served(runbook);
        let time =
            format!("{} until users are served, {} in all, by the estimates", length(served), length(longest(runbook)));
        self.words("takes", &time);
        self.words("the way back", runbook.back.as_deref().unwrap_or("no runbook says it"));
        self.words("printed", &format!("{}; a newer runbook has another sum", now.strftime("%Y-%m-%d %H:%MZ")));
        self.words("sha256", &runbook.sha256);
        self.lines.extend([
            String::new(),
            "incident ______________________  since ________________Z  began at ________Z".to_owned(),
            String::new(),
            "driven by ________________________________  second person ___________________".to_owned(),
            String::new(),
        ]);
        self.how();
        self.shell_first();
    }

    /// The only account it may be used in, where one is named.
    fn account(&self) -> Option<&str> {
        self.runbook.account.as_deref().or(self.config.account.as_deref())
    }

    /// What was promised for a System.
    fn promised(&self, name: &str) -> String {
        let system = self.config.estate.systems.iter().find(|system| system.name == name);
        let objective = system.and_then(|system| self.runbook.direction.objective(system));
        let of = |span: Option<Span>| span.map_or("not promised".to_owned(), length);
        match objective {
            Some(Objective { rpo, rto }) => format!("RPO {}, RTO {}", of(*rpo), of(*rto)),
            None => "nothing is promised for it".to_owned(),
        }
    }

    fn how(&mut self) {
        self.words("", "How to use this sheet");
        for rule in [
            "Use it when drdeck cannot be used. If a run of drdeck is open, read its journal first: drdeck journal list.".to_owned(),
            "Take the steps in their order; each waits for those that it names. Tick the box, write time and initials.".to_owned(),
            "BEFORE must be as it says; else stop, and read IF IT FAILS. DONE WHEN decides that a step is done, not that its line returned.".to_owned(),
            "A line under DO is entered once. If its answer does not come, AWS may have done it: look at DONE WHEN, never enter it again before.".to_owned(),
            format!(
                "<WORDS> are known only then: the line before them reads them. Put the value in their place and let the quotes stand. {TOKEN} is a word that was never used before, such as what uuidgen prints, and the same one if you have to enter that line again; {FROM} and {TO} are 20 minutes ago and now, in UTC like 2026-11-20T14:10:00Z."
            ),
            "A line that ends with \\ goes on below. All times are UTC.".to_owned(),
            "Texts are drdeck's: what its card shows is what you wrote down at BEFORE; to skip a step is to write down why; to pause is to wait.".to_owned(),
        ] {
            for (number, line) in broken(&rule, WIDTH - 4).into_iter().enumerate() {
                self.lines.push(format!("{:4}{line}", if number == 0 { "  *" } else { "" }));
            }
        }
        self.lines.push(String::new());
    }

    /// What is entered before all else.
    fn shell_first(&mut self) {
        let config = self.config;
        self.words("", "First, in the shell that you use");
        if let Some(profile) = &config.profile {
            self.shell(&by_hand::program(&["export", &format!("AWS_PROFILE={profile}")]));
        }
        // The Region that is recovered to is there when the other one is not.
        let systems = self.runbook.systems();
        let recovery = config.estate.systems.iter().find(|system| systems.contains(&system.name.as_str()));
        let region = recovery.map(|system| &system.recovery).or(self.runbook.regions.first());
        let region = region.cloned().unwrap_or_else(|| Region::new("us-east-1"));
        let sts =
            |command: &str, arguments: &[&str]| by_hand::read(&Place::home(region.as_str()), command, arguments, "");
        let caller = sts("sts get-caller-identity", &[]);
        let role = self.runbook.role.as_ref();
        let assumes =
            role.map(|role| sts("sts assume-role", &["--role-arn", role, "--role-session-name", "<YOUR-NAME>"]));
        if let Some(line) = assumes {
            self.shell(&line);
            let export = "export what it prints as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN";
            self.arrow(export);
        }
        self.shell(&caller);
        let account = self.account();
        let whom = account.map(|account| format!("Account is {account}; ")).unwrap_or_default();
        self.arrow(&format!("{whom}Arn is yours; the credentials last as long as this takes"));
    }

    fn step(&mut self, index: usize, step: &Step) {
        let (kind, facts) = (step.kind.step(), step.kind.step().facts());
        let by_hand = self.filled(index, kind.by_hand());
        self.lines.push(String::new());
        let title = format!("{}  ({})", step.title, step.id);
        for (number, line) in broken(&title, WIDTH - 10).into_iter().enumerate() {
            let head = if number == 0 { format!("[ ] {:>3}.", index + 1) } else { String::new() };
            self.lines.push(format!("{head:<10}{line}"));
        }
        self.lines.push(format!(
            "          ______Z by ______   about {}, at worst {}",
            length(step.estimate),
            length(step.worst)
        ));
        match facts.reversibility {
            Reversibility::OneWay => {
                let system = self.runbook.system_of(index).to_owned();
                self.words(
                    "!! ONE-WAY",
                    &format!("it cannot be undone; say aloud that it is {system} before you enter it"),
                );
            }
            Reversibility::WithLoss => self.words("!! LOSS", "it can be undone, but what is lost by it stays lost"),
            Reversibility::Harmless | Reversibility::Reversible => {}
        }
        self.words(WHAT, step.text.as_str());
        let needs: Vec<String> = step
            .needs
            .iter()
            .filter_map(|need| Some(format!("{} ({})", need + 1, self.runbook.steps.get(*need)?.id)))
            .collect();
        self.words("waits for", if needs.is_empty() { "nothing".to_owned() } else { words::listed(&needs) }.as_str());
        if let Some(of) = facts.plane {
            let regions = words::listed(facts.regions.iter().map(Region::as_str));
            let is_nowhere = regions.is_empty() || of == Plane::GlobalControl;
            let at = if is_nowhere { String::new() } else { format!(" of {regions}") };
            self.words("needs up", &format!("the {}{at}", plane(of)));
        }
        self.looks("BEFORE", &by_hand.first);
        self.deeds(&by_hand.then);
        self.looks("DONE WHEN", &by_hand.last);
        if facts.plane.is_some() {
            let found = format!("do not enter it again. How to tell whether it was done: {}", kind.evidence().lost);
            self.words("answer lost", &found);
        }
        self.words("if it fails", step.on_failure.as_ref().unwrap_or(&facts.on_failure).as_str());
        self.words("otherwise", step.alternative.as_ref().map_or("", Text::as_str));
        if facts.reversibility != Reversibility::Harmless {
            self.words("undo", step.undo.as_ref().unwrap_or(&facts.undo).as_str());
        }
    }

    /// With what the sheet knows by itself in the place of marks.
    fn filled(&self, index: usize, by_hand: ByHand) -> ByHand {
        let account = self.account();
        let system = self.runbook.system_of(index);
        let known = [("<SYSTEM>", Some(system)), ("<RUNBOOK>", Some(&self.runbook.name)), ("<ACCOUNT>", account)];
        let by_hand = known
            .into_iter()
            .filter_map(|(mark, value)| Some((mark, value?)))
            .fold(by_hand, |by_hand, (mark, value)| by_hand.filled(mark, value));
        let endpoints = &self.config.arc.endpoints;
        endpoints.iter().fold(by_hand, |by_hand, own| by_hand.filled(&by_hand::endpoint(&own.region), &own.url))
    }

    fn looks(&mut self, label: &str, looks: &[Look]) {
        if !looks.is_empty() {
            self.lines.push(label.to_owned());
        }
        for look in looks {
            if let Some(line) = &look.line {
                self.shell(line);
            }
            self.arrow(look.see.as_str());
        }
    }

    fn deeds(&mut self, deeds: &[Deed]) {
        if !deeds.is_empty() {
            self.lines.push("DO".to_owned());
        }
        for deed in deeds {
            match deed {
                Deed::Line(line) => self.shell(line),
                Deed::Words(words) => self.arrow(words.as_str()),
            }
        }
    }

    fn arrow(&mut self, text: &str) {
        for (number, line) in text.lines().flat_map(|line| broken(line, WIDTH - SHELL - 3)).enumerate() {
            let arrow = if number == 0 { "->" } else { "" };
            self.lines.push(format!("{:SHELL$}{arrow:3}{line}", ""));
        }
    }

    /// A line as a shell takes it, broken where a shell lets it be.
    fn shell(&mut self, line: &Line) {
        let url = self.config.endpoint_url.as_ref().filter(|_| line.goes_to_aws());
        match url {
            Some(url) => self.lines.extend(in_shell(&line.clone().option("--endpoint-url", url))),
            None => self.lines.extend(in_shell(line)),
        }
        if let Some(remark) = line.remark() {
            self.arrow(remark);
        }
    }

    fn tail(&mut self) {
        let runbook = self.runbook;
        self.lines.push(String::new());
        self.rule('=');
        self.words("", "At the end");
        let tells: Vec<String> = runbook
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.phase == Phase::Communicate)
            .map(|(index, step)| format!("{} ({})", index + 1, step.id))
            .collect();
        let mut owners = vec![format!("{} ({})", runbook.owner, runbook.system)];
        owners.extend(runbook.parts.iter().map(|part| format!("{} ({})", part.owner, part.system)));
        let steps = if tells.is_empty() { String::new() } else { format!("; steps {}", words::listed(&tells)) };
        self.words("tell", &format!("{}{steps}", words::listed(&owners)));
        let back = runbook.back.as_ref().map(|back| format!("the way back is {back}: drdeck runbook print {back}"));
        self.words("then", back.as_deref().unwrap_or("no runbook says the way back: write one"));
        let open = match runbook.direction {
            Direction::Failover => {
                "every fence that was accepted and not proven stays open: look again when the old side is back"
            }
            Direction::Failback | Direction::Restore | Direction::Exercise => "",
        };
        self.words("open", open);
        self.words("keep", "this sheet, with its times: drdeck has no record of what was done by it");
        self.lines.push(String::new());
        self.lines.push("users served again at ________Z     protected again at ________Z".to_owned());
    }
}

/// The label of what the person has to know.
const WHAT: &str = "know";

/// A line for a shell in lines that are no wider than the paper, where it can be broken: between words with a \, within JSON and queries where
/// space means nothing.
fn in_shell(line: &Line) -> Vec<String> {
    let words = line.shell();
    let mut lines = Lines { done: Vec::new(), open: " ".repeat(SHELL), is_empty: true };
    let mut words = words.iter().zip(line.words().iter().map(String::as_str).chain(std::iter::repeat(">"))).peekable();
    while let Some((word, _)) = words.next() {
        let value = words
            .next_if(|(next, raw)| word == ">" || (word.starts_with("--") && !next.starts_with("--") && *raw != ">"));
        match value {
            None => lines.put(word, &[]),
            Some((value, raw)) => {
                let is_loose = word == "--query" || word == "--message" || raw.starts_with(['{', '[']);
                lines.put(word, &if is_loose { loose(value) } else { vec![value.as_str()] });
            }
        }
    }
    lines.done.push(lines.open);
    lines.done
}

/// A shell's line that is being broken.
struct Lines {
    done: Vec<String>,
    open: String,
    is_empty: bool,
}

impl Lines {
    /// A word, and the pieces of the value that follows it.
    fn put(&mut self, word: &str, value: &[&str]) {
        let (first, rest) = value.split_first().unwrap_or((&"", &[]));
        let whole = word.width() + 1 + value.iter().map(|piece| piece.width()).sum::<usize>();
        if !self.is_empty && !self.fits(whole + 1) {
            self.next(" \\");
        }
        if !self.is_empty {
            self.open.push(' ');
        }
        self.open.push_str(word);
        self.is_empty = false;
        if first.is_empty() {
            return;
        }
        if !self.fits(first.trim_end().width() + 1) && self.open.trim() == word {
            self.next(" \\");
            self.open.push_str("  ");
        } else {
            self.open.push(' ');
        }
        self.open.push_str(first);
        self.is_empty = false;
        for piece in rest {
            if !self.fits(piece.trim_end().width()) {
                self.next("");
                self.open.push_str("  ");
            }
            self.open.push_str(if self.open.trim().is_empty() { piece.trim_start() } else { piece });
            self.is_empty = false;
        }
    }

    /// Whether so many columns, and the end of a line, have room on this one.
    fn fits(&self, columns: usize) -> bool {
        self.open.width() + columns + 2 <= WIDTH
    }

    fn next(&mut self, end: &str) {
        let line = format!("{}{end}", self.open.trim_end());
        self.done.push(line);
        self.open = " ".repeat(SHELL + 2);
        self.is_empty = true;
    }
}

/// JSON or a query in pieces between which a line may end: after a comma or a space that is in no string.
fn loose(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut is_string, mut is_escaped) = (0, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_string = !is_string,
            ',' | ' ' if !is_string => {
                pieces.extend(text.get(from..=at));
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.extend(text.get(from..));
    pieces
}
