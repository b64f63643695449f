//! Consent to a step of a run that somebody else drives. Given here, in a session of its own, it counts as verified where AWS takes this console for
//! another caller than the one who drives.

use std::time::Instant;

use super::form::{Purpose, about};
use super::run::Begins;
use super::{App, Modal};
use crate::console::event::Command;
use crate::console::run::{Consent, Live};
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::widgets::form::{Field, Guard, Rule};
use crate::model::Text;

impl App {
    /// Why that step of a run which another console drives cannot be consented to here; `None` if it can.
    pub(super) fn consent_bar(&self, live: &Live, step: usize) -> Option<&'static str> {
        if !live.awaits_consent(step) {
            return Some("another console drives");
        }
        let driver = live.view.holder.as_ref().map(|(person, _)| &person.arn);
        match (self.runs.begins, self.arn()) {
            (Begins::No(why), _) => Some(why),
            (Begins::Yes, None) => Some("AWS has not said yet who you are"),
            (Begins::Yes, Some(arn)) if Some(&arn) == driver => Some("you are the caller of AWS who drives"),
            (Begins::Yes, Some(_)) => None,
        }
    }

    /// Asks whether that is consented to.
    pub(super) fn ask_consent(&mut self, now: Instant) {
        let Some((live, step)) = self.in_sight() else { return };
        let driver = live.view.holder.as_ref().map(|(person, _)| person.clone());
        let consent = Consent {
            run: live.id(),
            system: live.system_of(step).to_owned(),
            step: live.step(step).map(|step| step.id.clone()).unwrap_or_default(),
            name: Text::default(),
            driver: driver.as_ref().map(|driver| driver.arn.clone()),
        };
        let who = driver.map(|driver| driver.name).unwrap_or_default();
        let mut form = about(live, step, "Consent", "consent", Guard::Quiet, now)
            .saying(Line::new(Role::TextMuted, "as  ").with(Role::TextStrong, self.arn().unwrap_or_default().as_str()))
            .saying(Line::new(
                Role::Text,
                format!("It is recorded as verified: given by another caller of AWS than {who}, who goes on with it."),
            ));
        if self.is_shared() {
            form =
                form.asking(Field::new("your name", Rule::Needed("others may share this identity: say who you are")));
        }
        self.modals.push(Modal::Form(Box::new(form), Purpose::Consent(Box::new(consent))));
    }

    /// It is.
    pub(super) fn consented(&self, consent: Consent, values: &[String]) -> Vec<Command> {
        let name = self.person().or_else(|| values.first().map(Text::new)).unwrap_or_default();
        vec![Command::Consent(Box::new(Consent { name, ..consent }))]
    }

    /// Whom AWS takes this console for.
    fn arn(&self) -> Option<Text> {
        Some(self.world.assessment()?.identity.value.as_ref()?.arn.clone())
    }
}
