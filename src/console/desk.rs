//! Beginning runs for the screens. Everything here blocks, and is called on threads of its own: the console never waits for the disk or AWS.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::run::{Beginning, Begun, Consent, How, Offer, Offered};
use crate::engine::approvals::Approval;
use crate::engine::{Begin, Desk, Driver, Engine, New, Unfinished, Written, approvals, desk};
use crate::journal::Person;
use crate::model::{Estate, Text};

/// Every runbook there is by its name, with what is wrong with it if it cannot be used.
pub type Runbooks = Vec<(String, Result<Written, Text>)>;

/// Reads the runbooks there are; blocks.
pub type ReadRunbooks = Arc<dyn Fn() -> Result<Runbooks, Text> + Send + Sync>;

/// How often another session's consent is looked for.
const APPROVALS: Duration = Duration::from_secs(1);

/// What a console needs to begin runs.
#[derive(Clone)]
pub struct RunDesk {
    /// How AWS is reached, and where runs are recorded.
    pub desk: Desk,
    /// What the config declares.
    pub estate: Arc<Estate>,
    /// Reads the runbooks.
    pub runbooks: ReadRunbooks,
}

impl RunDesk {
    /// What can be begun for that System.
    pub(super) fn offer(&self, system: &str) -> Offered {
        let mut offered = Offered { system: system.to_owned(), runbooks: Vec::new(), error: None };
        let all = match (self.runbooks)() {
            Ok(all) => all,
            Err(error) => {
                offered.error = Some(error);
                return offered;
            }
        };
        for (name, written) in all {
            let runbook = written.map(|written| written.runbook);
            let is_of = match &runbook {
                Ok(runbook) => runbook.systems().contains(&system),
                // Its file cannot be read, and its name is all there is: one that names no other System could be of this one.
                Err(_) => {
                    let names = |system: &str| name.strip_prefix(system).is_some_and(|rest| rest.starts_with('-'));
                    let named = self.estate.systems.iter().filter(|known| names(&known.name));
                    // Of two names, "shop" and "shop-web", the longer one is meant.
                    let named = named.max_by_key(|known| known.name.len());
                    named.is_none_or(|named| named.name == system)
                }
            };
            if !is_of {
                continue;
            }
            let unfinished = Unfinished::of_runbook(&self.desk.state, &name).unwrap_or_else(|error| {
                offered.error = Some(Text::new(error.to_string()));
                None
            });
            offered.runbooks.push(Offer { name, runbook, unfinished });
        }
        offered
    }

    /// Begins a run.
    pub(super) fn begin(&self, beginning: &Beginning) -> Result<(Engine, Begun), Text> {
        let Beginning { system, runbook, operator, incident, how } = beginning;
        let said = |error: &dyn std::fmt::Display| Text::new(error.to_string());
        let all = (self.runbooks)()?;
        let written = all.into_iter().find(|(name, _)| name == runbook);
        let (_, written) = written.ok_or_else(|| Text::new(format!("there is no runbook {runbook} any more")))?;
        let written = written?;
        // Of several Systems, the first says which side is asked who we are.
        let first = written.runbook.systems().first().map_or_else(|| system.clone(), |name| (*name).to_owned());
        let of_config = self.estate.systems.iter().find(|known| known.name == first);
        let of_config = of_config.ok_or_else(|| Text::new(format!("the config has no system {first}")))?;
        let begin = match how {
            How::Resume { run, .. } => self.desk.resume(*run),
            How::New { mode, began, instead } => {
                let earlier = Unfinished::of_runbook(&self.desk.state, runbook).map_err(|error| said(&error))?;
                match (earlier, instead) {
                    (Some(earlier), Some(reason)) => {
                        earlier.give_up(reason.as_str(), &self.desk.state).map_err(|error| said(&error))?;
                    }
                    (Some(earlier), None) => {
                        return Err(Text::new(format!("run {} of {runbook} waits to be gone on with", earlier.run)));
                    }
                    (None, _) => {}
                }
                let (objectives, nested) = desk::promised(&self.estate.systems, &written.runbook);
                Begin::New(Box::new(New {
                    objectives,
                    nested,
                    runbook: Arc::clone(&written.runbook),
                    text: written.text.clone(),
                    mode: *mode,
                    incident: incident.clone(),
                    began: *began,
                }))
            }
        };
        let incident = incident.as_ref().map(Text::as_str);
        let options = self.desk.options(of_config, &written.runbook, operator.clone(), incident, begin);
        let engine = Engine::start(options).map_err(|error| said(&error))?;
        let view = Arc::clone(&engine.views.borrow());
        let history = Arc::new(desk::history(&self.desk.state, &view));
        self.look_for_approvals(&engine);
        Ok((engine, Begun { view, history }))
    }

    /// Leaves a consent for whoever drives that run; what to say of it. AWS is asked who we are now: whom it took us for before does not count.
    pub(super) fn consent(&self, consent: &Consent) -> Result<Text, Text> {
        let said = |error: &dyn std::fmt::Display| Text::new(error.to_string());
        let system = self.estate.systems.iter().find(|known| known.name == consent.system);
        let system = system.ok_or_else(|| Text::new(format!("the config has no system {}", consent.system)))?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| said(&error))?;
        let arn = runtime.block_on(self.desk.caller(system)).map_err(|unread| unread.error)?;
        runtime.shutdown_background();
        if consent.driver.as_ref() == Some(&arn) {
            return Err(Text::new("nothing was consented to: AWS takes you for the one who drives"));
        }
        let name = match desk::driver(arn.as_str()) {
            Driver::Person(name) => name,
            Driver::Shared => consent.name.clone(),
        };
        let approval = Approval { step: consent.step.clone(), by: Person { name, arn } };
        approvals::leave(&self.desk.state, consent.run, &approval).map_err(Text::new)?;
        Ok(Text::new(format!("Your consent to {} is left for the one who drives", consent.step)))
    }

    /// Takes up the consent that somebody leaves from another session, as long as the run is on.
    fn look_for_approvals(&self, engine: &Engine) {
        let (engine, place) = (engine.clone(), self.desk.state.clone());
        // Without a thread the operator can still say who approved.
        let _ = thread::Builder::new().name("approvals".to_owned()).spawn(move || {
            let mut given = None;
            while engine.views.has_changed().is_ok() {
                let view = Arc::clone(&engine.views.borrow());
                let order = approvals::waiting(&place, &view);
                if let Some(order) = order.filter(|order| given.as_ref() != Some(order)) {
                    engine.order(order.clone());
                    given = Some(order);
                }
                thread::sleep(APPROVALS);
            }
        });
    }
}
