//! `command`: a program of one's own, with a check that tells whether its work is done.

use super::template::{filled, is_whole, marked};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::words::{length, listed};
use crate::model::{Query, Span, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{self, ByHand, Deed, known, look};
use crate::runbook::check::Check;
use crate::runbook::work::{Command, Found, Progress, Work};
use crate::runbook::world::{Attempt, Outcome, World};

/// A program of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandStep {
    /// The program, with fields of the run as whole arguments.
    pub command: Command,
    /// What it leaves behind.
    pub leaves: Reversibility,
    /// Whether it is run in drills.
    pub drills: Drills,
}

/// What becomes of a program in a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drills {
    /// It is run.
    Run,
    /// It is not.
    Skipped,
}

/// What a program may leave behind, as runbooks write it.
const LEAVES: [&str; 4] = ["nothing", "reversible", "loss", "one-way"];

/// How long a program may run unless the runbook says otherwise.
const TIMEOUT: Span = Span::from_mins(5);

impl CommandStep {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "command",
        doc: "Runs a program, without a shell, and then another one that tells whether its work is done. An argument that is a field as a whole, such as \"{incident}\", is filled in with the run's facts.",
        keys: &[
            required(
                "argv",
                Shape::Texts,
                r#"["/opt/dr/mount-share", "--system", "{system}"]"#,
                "The program and its arguments.",
            ),
            required(
                "check",
                Shape::Texts,
                r#"["/opt/dr/mount-share", "--check"]"#,
                "The program that tells whether the work is done: exit code 0 if it is.",
            ),
            optional(
                "env",
                Shape::Texts,
                "PATH, HOME and LANG",
                r#"["KUBECONFIG"]"#,
                "Environment variables that are passed on besides these, by name.",
            ),
            optional("timeout", Shape::Duration, "5m", r#""10m""#, "How long the program may run."),
            optional(
                "leaves",
                Shape::Word(&LEAVES),
                "reversible",
                r#""nothing""#,
                "What it leaves behind: nothing, something reversible, a loss of data, or what cannot be undone (one-way).",
            ),
            optional("in_drills", Shape::Flag, "false", "true", "It is run in drills, too."),
        ],
        read,
    };

    fn command(&self, world: &World<'_>) -> Command {
        let fill = |argument: &String| if is_whole(argument) { filled(argument, world) } else { argument.clone() };
        Command {
            argv: self.command.argv.iter().map(fill).collect(),
            check: self.command.check.iter().map(fill).collect(),
            ..self.command.clone()
        }
    }
}

fn read(section: &Section<'_>, _: &Around) -> Option<Kind> {
    let (argv, check) = (arguments(section, "argv"), arguments(section, "check"));
    let env = section.texts("env").unwrap_or_default();
    let mut is_right = true;
    for name in &env {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !name.value.chars().all(is_name) {
            section.walk.wrong(&name.span, format!("`env` names \"{}\"; write names, not values", name.value));
            is_right = false;
        }
    }
    let timeout = section.duration("timeout");
    let leaves = section.word("leaves", &LEAVES, |word| word);
    if (section.has("timeout") && timeout.is_none()) || (section.has("leaves") && leaves.is_none()) {
        return None;
    }
    let command = Command {
        argv: argv?,
        check: check?,
        env: env.iter().map(|name| name.value.to_owned()).collect(),
        timeout: timeout.map_or(TIMEOUT, |found| found.value),
    };
    let leaves = match leaves {
        Some("nothing") => Reversibility::Harmless,
        Some("loss") => Reversibility::WithLoss,
        Some("one-way") => Reversibility::OneWay,
        Some(_) | None => Reversibility::Reversible,
    };
    let drills = if section.flag("in_drills") == Some(true) { Drills::Run } else { Drills::Skipped };
    is_right.then_some(Kind::Command(CommandStep { command, leaves, drills }))
}

fn arguments(section: &Section<'_>, key: &str) -> Option<Vec<String>> {
    let texts = section.texts(key)?;
    let Some(program) = texts.first() else {
        section.wrong(key, "is empty; name a program");
        return None;
    };
    let mut is_right = true;
    if is_whole(program.value) {
        section.walk.wrong(&program.span, format!("`{key}` begins with a field; name the program itself"));
        is_right = false;
    }
    for text in &texts {
        // A part of an argument that came from elsewhere could make another argument of it.
        if text.value.starts_with('{') && text.value.ends_with('}') && !is_whole(text.value) {
            let message = format!("`{key}` names {}, which is no fact of a run", text.value);
            section.walk.wrong(&text.span, message);
            is_right = false;
        }
    }
    is_right.then(|| texts.iter().map(|text| text.value.to_owned()).collect())
}

impl StepKind for CommandStep {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "its check ends with exit code 0",
            lost: "the check decides: exit code 0 means that it was done; else a person is asked",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: self.leaves,
            plane: None,
            regions: Vec::new(),
            permissions: Vec::new(),
            undo: Text::new("drdeck does not know what the program changes; whoever wrote it does"),
            on_failure: Text::new("read what the program said, put right what it names, then retry"),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        Vec::new()
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let Command { argv, check, timeout, .. } = self.command(world);
        let words = |argv: &[String]| argv.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" ");
        Text::new(format!(
            "run {} on this machine for {} at most; it is done when {} exits with 0",
            words(&argv),
            length(timeout),
            words(&check)
        ))
    }

    fn by_hand(&self) -> ByHand {
        let mark = |argument: &String| if is_whole(argument) { marked(argument) } else { argument.clone() };
        let line = |argv: &[String]| by_hand::program(&argv.iter().map(mark).collect::<Vec<_>>());
        let env = match self.command.env.as_slice() {
            [] => Vec::new(),
            names => vec![known(format!("{} is set as it is for drdeck", listed(names)))],
        };
        ByHand {
            first: env,
            then: vec![Deed::Line(line(&self.command.argv))],
            last: vec![look(line(&self.command.check), "it ends with exit code 0: echo $? right after it prints 0")],
        }
    }

    fn check(&self, _: &World<'_>) -> Vec<Check> {
        Vec::new()
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill && self.drills == Drills::Skipped {
            return Work::NotInThisMode(Text::new("its runbook does not say that it can be run in drills"));
        }
        Work::Command(self.command(world))
    }

    /// Its check tells, which whoever runs the program runs too: nothing that is read does.
    fn verify(&self, world: &World<'_>) -> Progress {
        match world.sent().map(|attempt| &attempt.outcome) {
            None => Progress::NotBegun(Text::new("the program was not run")),
            Some(Some(Outcome::Applied { .. })) => {
                Progress::Running { state: Text::new("its check has not said yet that it is done"), share: None }
            }
            Some(Some(Outcome::NotApplied { .. } | Outcome::InDoubt { .. }) | None) => {
                Progress::Unknown(Text::new("it is not known whether the program was run"))
            }
        }
    }

    /// A program leaves no trace that drdeck could read; its check tells whether the work is done, not who did it.
    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new(
            "drdeck cannot see whether the program was run; run its check by hand, and say what it says",
        ))
    }
}
