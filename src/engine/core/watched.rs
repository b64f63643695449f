//! A run that somebody else drives, as its records tell it. Nothing is done about it here.

use std::path::PathBuf;
use std::sync::Arc;

use super::ledger::Course;
use super::view::{Stage, StepView, View};
use super::{Doing, State};
use crate::journal::{Entry, Record};
use crate::model::{Moment, Text};
use crate::runbook::{Runbook, nest, parse};

/// The runbook that the records of a run hold: what is run is what was opened.
///
/// # Errors
/// They do not begin with the opening of a run, or this version of drdeck cannot read the runbook.
pub fn recorded(entries: &[Entry], extra_regions: &[String]) -> Result<Runbook, Text> {
    let Some(Record::RunOpened { runbook: name, text, nested, .. }) = entries.first().map(|entry| &entry.record) else {
        return Err(Text::new("its journal does not begin with the opening of a run"));
    };
    let unreadable =
        |why: String| Text::new(format!("this version of drdeck cannot read the runbook in its journal: {why}"));
    let read = |name: &str, text: &str| {
        let path = PathBuf::from(format!("{name}.toml"));
        parse::parse(text, &path, extra_regions).map_err(|problems| unreadable(problems.to_string()))
    };
    let parts: Vec<Runbook> = nested.iter().map(|part| read(&part.runbook, &part.text)).collect::<Result<_, Text>>()?;
    let others: Vec<(&Runbook, &str)> =
        parts.iter().zip(nested).map(|(part, held)| (part, held.text.as_str())).collect();
    nest::take_in(read(name, text)?, &others).map_err(|wrong| unreadable(wrong.join("; ")))
}

/// A run that another process drives, or drove until just now.
#[derive(Clone, Debug)]
pub struct Watched {
    state: State,
    attended: Attended,
}

/// Whether somebody drives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attended {
    /// Somebody does: answers that are not recorded may come yet.
    Yes,
    /// Nobody does any more.
    No,
}

impl Watched {
    /// The run that `entries` tell of.
    ///
    /// # Errors
    /// When they are not of a run whose runbook can be read.
    pub fn of(entries: &[Entry], extra_regions: &[String], attended: Attended) -> Result<Self, Text> {
        let runbook = Arc::new(recorded(entries, extra_regions)?);
        let mut state = State::new(runbook, entries)?;
        for (track, live) in state.ledger.tracks.iter().zip(&mut state.steps) {
            // Whoever drives waits for its verification, and sends nothing.
            let watches = matches!(&track.course, Course::Confirmed(confirmation) if confirmation.requests == 0);
            if watches && attended == Attended::Yes {
                live.doing = Doing::Watching;
            }
        }
        Ok(Self { state, attended })
    }

    /// What a front end shows at `now`. Cards and readings are those of whoever drives, and not known here.
    pub fn view(&self, now: Moment) -> View {
        let mut view = self.state.view(now);
        if self.attended == Attended::No {
            return view;
        }
        for step in &mut view.steps {
            if let Some(stage) = self.seen(step) {
                step.stage = stage;
            }
        }
        view
    }

    /// What a step is at, where its records alone read otherwise for whoever takes the run up again.
    fn seen(&self, step: &StepView) -> Option<Stage> {
        let track = self.state.ledger.tracks.get(step.index)?;
        match (&step.stage, &track.course) {
            // Its answer may come yet.
            (Stage::InDoubt(doubt), _) if doubt.error.is_none() && doubt.evidence.is_none() => {
                Some(Stage::Sending { intent: Some(doubt.intent), call: doubt.call.clone() })
            }
            (Stage::Planning, Course::Confirmed(_)) => Some(Stage::Confirming),
            (_, _) => None,
        }
    }
}
