//! What replicates without DRS: replicas of databases, tables, buckets, file systems and caches, and any series that is a lag.

use super::super::listing::{Detail, Item, Owners, Severity};
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::kinds::Copies;
use crate::model::{ComponentAssessment, Loss, Moment, Region, Span, SystemAssessment, Verdict};

/// The kinds that replicate, DRS aside: its servers have rows of their own.
const KINDS: [&str; 7] = [
    "rds-replica",
    "aurora-global",
    "dynamodb-global-table",
    "s3-replication",
    "efs-replication",
    "elasticache-global",
    "metric",
];

#[derive(Debug)]
struct Row {
    id: String,
    owners: Owners,
    component: ComponentAssessment,
    /// From where to where.
    direction: String,
}

pub(super) fn rows(world: &World) -> Vec<Box<dyn Item>> {
    let systems = world.systems().iter();
    let components = systems.flat_map(|system| system.components.iter().map(move |component| (system, component)));
    let links = components.filter(|(_, component)| KINDS.contains(&component.kind));
    links.map(|(system, component)| Box::new(row(system, component)) as Box<dyn Item>).collect()
}

fn row(system: &SystemAssessment, component: &ComponentAssessment) -> Row {
    let mut active = system.active.iter();
    let direction = match (&component.copies, active.next(), active.next()) {
        // Set up for one way, it does not turn when the System does.
        (Some(Copies::From(site)), ..) => format!("from {}", site.short()),
        (Some(Copies::To(site)), ..) => format!("to {}", site.short()),
        (None, Some(_), _) if component.kind == "metric" => "-".to_owned(),
        (None, Some(from), None) => format!("from {}", from.short()),
        (None, Some(_), Some(_)) => "both ways".to_owned(),
        (None, None, _) => "-".to_owned(),
    };
    Row {
        id: format!("{}/{}", system.name, component.name),
        owners: Owners::one(&system.name),
        component: component.clone(),
        direction,
    }
}

impl Row {
    fn lag(&self) -> Option<f64> {
        self.component.lag_history.newest()
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.component.name
    }

    fn severity(&self) -> Severity {
        self.component.verdict.into()
    }

    fn weight(&self) -> i64 {
        self.figure(0)
    }

    fn figure(&self, which: usize) -> i64 {
        match (which, self.lag()) {
            // Whole seconds are enough to sort by; the cast saturates.
            #[allow(clippy::cast_possible_truncation, reason = "see above")]
            (0, Some(lag)) => lag as i64,
            (0, None) if self.component.verdict == Verdict::Unknown => i64::MAX,
            _ => 0,
        }
    }

    fn trust(&self, now: Moment) -> Trust {
        Trust::of(&self.component, now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let lag = match (self.lag(), self.component.loss.region) {
            (Some(lag), _) => Line::new(Role::Text, format::short_lag(lag)),
            (None, Loss::None) => Line::new(Role::Text, "0"),
            (None, Loss::Since { newest, .. }) => {
                let behind = now.duration_since(newest).max(Span::ZERO);
                Line::new(Role::Text, format!("<{}", format::age(behind)))
            }
            (None, Loss::Everything | Loss::Unknown | Loss::NotApplicable) => Line::new(Role::VerdictUnknown, "?"),
        };
        let seen = self.component.read_at.map_or_else(
            || Line::new(Role::TextMuted, "-"),
            |at| Line::new(Role::Text, format::age(now.duration_since(at).max(Span::ZERO))),
        );
        vec![
            self.owners.cell(),
            Line::new(self.severity().role(), self.component.verdict.words()),
            lag,
            Line::new(Role::TextMuted, "-"),
            Line::new(Role::Text, self.direction.as_str()),
            seen,
            Line::new(Role::TextMuted, "-"),
            Line::new(Role::TextMuted, self.component.kind),
            Line::new(Role::Text, region(&self.component).map_or_else(|| "-".to_owned(), |region| region.short())),
            Line::new(Role::TextMuted, self.id.as_str()),
        ]
    }

    fn words(&self) -> String {
        let component = &self.component;
        format!("{} {} {} {}", component.kind, component.verdict.words(), component.source, self.direction)
    }

    fn why(&self, _now: Moment) -> String {
        self.component.reason.to_string()
    }

    fn detail(&self, _world: &World, now: Moment) -> Detail {
        let component = &self.component;
        let what = format!("{} of {}", component.kind, self.owners.names().join(", "));
        let mut detail = Detail::new(&component.name, &what);
        detail.marked("verdict", Line::new(self.severity().role(), component.verdict.words()));
        detail.value("in words", component.reason.as_str());
        detail.curve("lag", &component.lag_history);
        detail.moment("could be brought to", component.recovery_point.region, now);
        detail.heading("what was read");
        for (label, value) in &component.evidence {
            detail.value(label, value.as_str());
        }
        let (role, more) = match self.trust(now) {
            Trust::Fresh => (Role::TextMuted, ""),
            Trust::Old(_) | Trust::Never => (Role::FreshnessStale, "; too old to rely on, or not all of it was read"),
        };
        let read = component
            .read_at
            .map_or_else(|| "never read".to_owned(), |at| format!("read at {}", format::when(at, now)));
        detail.rests(component.source.clone(), Line::new(role, format!("{read}{more}")), self.trust(now));
        detail
    }
}

/// The Region its source names.
fn region(component: &ComponentAssessment) -> Option<Region> {
    component.source.rsplit(' ').next().filter(|region| !region.is_empty()).map(Region::new)
}
