//! `route53-force-unhealthy`: a health check counts as unhealthy, whatever it sees, so that another record set is answered.

use super::route53_change_records::CONTROL;
use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::route53::{HealthCheck, Record, Routing};
use crate::model::index::Index;
use crate::model::kinds::{Counts, check_queries, check_view};
use crate::model::{Place, Query, Region, Snapshot, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{self, ByHand, change, known, look};
use crate::runbook::call::{ApiCall, Plane, UpdateCheck};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Sets the two switches of a health check.
#[derive(Clone, Debug, PartialEq)]
pub struct Route53ForceUnhealthy {
    /// As whom; us-east-1.
    pub place: Place,
    /// The health check's id.
    pub check: String,
    /// The hosted zone of the name that it guards.
    pub zone: String,
    /// That name.
    pub record: String,
    /// Which way.
    pub way: Way,
}

/// Which way the switches are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Disabled and inverted: unhealthy. Disabled alone counts as healthy; inverted alone turns healthy when the endpoint really fails.
    Force,
    /// Neither: as it sees.
    Restore,
}

impl Route53ForceUnhealthy {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "route53-force-unhealthy",
        doc: "Makes a health check count as unhealthy, by setting Disabled and Inverted in one request, so that Route 53 answers the other record sets of a name; or restores it.",
        keys: &[
            required("check", Shape::Text, r#""3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101""#, "The health check's id."),
            required("zone", Shape::Text, r#""Z0123456789ABCDEFGHIJ""#, "The hosted zone of the name that it guards."),
            required("record", Shape::Text, r#""www.shop.example""#, "That name."),
            optional("restore", Shape::Flag, "false", "true", "The other way: the check counts as what it sees again."),
        ],
        read,
    };

    fn wants(&self) -> (bool, bool) {
        match self.way {
            Way::Force => (true, true),
            Way::Restore => (false, false),
        }
    }

    fn is_wanted(&self, check: &HealthCheck) -> bool {
        (check.inverted, check.disabled) == self.wants()
    }

    fn checks_query(&self) -> Query {
        Query::HealthChecks(self.place.clone())
    }

    fn records_query(&self) -> Query {
        Query::Records(self.place.clone(), self.zone.clone())
    }

    fn find<'a>(&self, world: &World<'a>) -> Result<&'a HealthCheck, String> {
        let all = fresh(world, &self.checks_query(), Snapshot::health_checks)?;
        let found = all.iter().find(|check| check.id.as_str() == self.check);
        found.ok_or_else(|| format!("there is no health check {}; correct the runbook", self.check))
    }

    /// The record sets of the name.
    fn sets<'a>(&self, world: &World<'a>) -> Result<Vec<&'a Record>, String> {
        let all = fresh(world, &self.records_query(), Snapshot::records)?;
        Ok(all.iter().filter(|record| record.name.as_str().eq_ignore_ascii_case(&self.record)).collect())
    }

    fn is_guarded(&self, record: &Record) -> bool {
        record.health_check.as_ref().is_some_and(|id| id.as_str() == self.check)
    }

    /// That something else is answered instead: a secondary that is unhealthy leaves the primary answered, and where all are
    /// unhealthy all are answered.
    fn check_others(&self, world: &World<'_>) -> Check {
        let what = format!("another record set of {} is healthy, and answered instead", self.record);
        let sets = match self.sets(world) {
            Ok(sets) => sets,
            Err(why) => return Check::blocks(what, why),
        };
        if !sets.iter().any(|record| self.is_guarded(record)) {
            return Check::blocks(
                what,
                format!("no record set of {} has this health check; correct the runbook", self.record),
            );
        }
        let is_primary = sets.iter().any(|record| record.routing == Routing::Primary);
        let others = sets.iter().filter(|record| !self.is_guarded(record));
        let others: Vec<&&Record> =
            others.filter(|record| !is_primary || record.routing == Routing::Secondary).collect();
        if others.is_empty() {
            return Check::blocks(what, "there is none: it would go on being answered, healthy or not");
        }
        let index = Index::new(world.snapshot, world.now);
        let mut why = Vec::new();
        for record in others {
            let set = record.set.as_ref().unwrap_or(&record.name);
            if record.routing == Routing::Weighted(0) {
                why.push(format!("{set} has the weight 0"));
                continue;
            }
            let Some(id) = record.health_check.as_ref().map(Text::as_str) else { return Check::holds(what) };
            match check_view(&index, &self.place, id).counts {
                Counts::Healthy => return Check::holds(what),
                Counts::Unhealthy => why.push(format!("{set} is unhealthy by {id}")),
                Counts::Untold => why.push(format!("it cannot be told whether {set} is healthy by {id}")),
            }
        }
        Check::blocks(what, format!("{}; bring it up first", why.join("; ")))
    }

    fn check_kind(check: &HealthCheck) -> Check {
        let what = "its switches can be set";
        match check.kind.as_str() {
            "RECOVERY_CONTROL" => {
                Check::blocks(what, "it follows an ARC routing control: switch that instead, it needs no us-east-1")
            }
            _ => Check::holds(what),
        }
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (check, zone, record) = (section.text("check"), section.text("zone"), section.text("record"));
    let way = if section.flag("restore") == Some(true) { Way::Restore } else { Way::Force };
    Some(Kind::Route53ForceUnhealthy(Route53ForceUnhealthy {
        place: Place { region: Region::new(CONTROL), role: around.role.clone() },
        check: check?.value.to_owned(),
        zone: zone?.value.trim_start_matches("/hostedzone/").to_owned(),
        record: record?.value.trim_end_matches('.').to_ascii_lowercase(),
        way,
    }))
}

impl StepKind for Route53ForceUnhealthy {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "both switches are as asked",
            lost: "by the health check's version: the next one with these switches, or the same as before",
        }
    }

    fn facts(&self) -> Facts {
        let undo = match self.way {
            Way::Force => {
                "the same step with restore = true; until then the check looks at nothing, and users do not come back by themselves"
            }
            Way::Restore => "the same step without restore",
        };
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::GlobalControl),
            regions: vec![self.place.region.clone()],
            permissions: vec!["route53:UpdateHealthCheck"],
            undo: Text::new(undo),
            on_failure: Text::new(
                "look at the health check: where somebody else changed it, agree who does what; where us-east-1 does not answer, move traffic by what does not need it: an ARC routing control, or a health check that fails by itself",
            ),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = vec![self.checks_query(), self.records_query()];
        if self.way == Way::Force
            && let Ok(sets) = self.sets(world)
        {
            let index = Index::new(world.snapshot, world.now);
            let others = sets.iter().filter(|record| !self.is_guarded(record));
            for id in others.filter_map(|record| record.health_check.as_ref()) {
                let (series, checkers) = check_queries(&index, &self.place, id.as_str());
                queries.extend(checkers.into_iter().chain([series]));
            }
        }
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let found = self.find(world).ok();
        let target = found.and_then(|check| check.target.as_ref()).map(|target| format!(" of {target}"));
        let now = found.map(|check| {
            format!(" (version {}: Inverted {}, Disabled {})", check.version, check.inverted, check.disabled)
        });
        let (target, now) = (target.unwrap_or_default(), now.unwrap_or_default());
        let becomes = match self.way {
            Way::Force => {
                "Inverted true and Disabled true: it counts as unhealthy, and the other record sets are answered"
            }
            Way::Restore => "Inverted false and Disabled false: it counts as what it sees",
        };
        Text::new(format!("the health check {}{target}{now}, which guards {} -> {becomes}", self.check, self.record))
    }

    fn by_hand(&self) -> ByHand {
        let (inverted, disabled) = self.wants();
        let call = UpdateCheck { place: self.place.clone(), check: self.check.clone(), version: 0, inverted, disabled };
        let shown = || {
            by_hand::read(
                &self.place,
                "route53 get-health-check",
                &["--health-check-id", &self.check],
                "HealthCheck.{Version:HealthCheckVersion,Type:HealthCheckConfig.Type,Inverted:HealthCheckConfig.Inverted,Disabled:HealthCheckConfig.Disabled}",
            )
        };
        let sets = by_hand::read(
            &self.place,
            "route53 list-resource-record-sets",
            &["--hosted-zone-id", &self.zone],
            &format!(
                "ResourceRecordSets{}.{{Set:SetIdentifier,Role:Failover,Weight:Weight,Check:HealthCheckId}}",
                by_hand::only("Name", &format!("{}.", self.record))
            ),
        );
        let status = by_hand::read(
            &self.place,
            "route53 get-health-check-status",
            &["--health-check-id", "<OTHER-CHECK>"],
            "HealthCheckObservations[].StatusReport.Status",
        );
        let mut first = vec![look(
            shown(),
            "Version is <VERSION>; Type is not RECOVERY_CONTROL: that one is switched by its routing control",
        )];
        match self.way {
            Way::Force => first.extend([
                look(
                    sets,
                    "another record set of the name has a weight that is not 0, and either no Check or <OTHER-CHECK>",
                ),
                look(status, "Success: what is answered instead is healthy; nothing is gained otherwise"),
            ]),
            Way::Restore => {
                first.push(known("what it watches is well: open the page yourself, a disabled check does not look"))
            }
        }
        ByHand {
            first,
            then: vec![change(&ApiCall::UpdateHealthCheck(call), &[("HealthCheckVersion", "<VERSION>")])],
            last: vec![look(
                shown(),
                format!("Inverted is {inverted} and Disabled is {disabled}: one without the other does not do it"),
            )],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = "the health check is there";
        let found = match self.find(world) {
            Ok(found) => found,
            Err(why) => return vec![Check::blocks(what, why)],
        };
        let effect = match self.way {
            Way::Force => self.check_others(world),
            Way::Restore => Check::warns(
                "what it watches is well",
                "a disabled check does not look: ask the page itself before users are sent to it",
            ),
        };
        let mut checks = vec![Check::holds(what), Self::check_kind(found), effect];
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill moves no traffic"));
        }
        match self.find(world) {
            Ok(check) if self.is_wanted(check) => Work::Already(Text::new("its switches are set so already")),
            Ok(check) => {
                let (inverted, disabled) = self.wants();
                let (place, version) = (self.place.clone(), check.version);
                let call = UpdateCheck { place, check: self.check.clone(), version, inverted, disabled };
                Work::Calls(vec![ApiCall::UpdateHealthCheck(call)])
            }
            Err(_) => Work::Watch,
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        match self.find(world) {
            Err(why) => Progress::Unknown(Text::new(why)),
            Ok(check) => {
                let state = Text::new(format!(
                    "version {}: Inverted {}, Disabled {}",
                    check.version, check.inverted, check.disabled
                ));
                match (self.is_wanted(check), world.sent()) {
                    (true, _) => Progress::Done(state),
                    (false, None) => Progress::NotBegun(state),
                    (false, Some(_)) => Progress::Running { state, share: None },
                }
            }
        }
    }

    /// By the version: the next one with these switches, or the same as before.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let Some(ApiCall::UpdateHealthCheck(call)) = &attempt.call else {
            return Found::CannotTell(Text::new("no call of this step"));
        };
        let check = match self.find(world) {
            Ok(check) => check,
            Err(why) => return Found::Unread(Text::new(why)),
        };
        let is_set = (check.inverted, check.disabled) == (call.inverted, call.disabled);
        let evidence = Text::new(format!(
            "version {} (it was {}): Inverted {}, Disabled {}",
            check.version, call.version, check.inverted, check.disabled
        ));
        if check.version == call.version {
            Found::NotApplied(evidence)
        } else if check.version == call.version + 1 && is_set {
            Found::Applied(evidence)
        } else {
            Found::CannotTell(evidence)
        }
    }
}
