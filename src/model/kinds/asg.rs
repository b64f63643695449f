//! `asg`: an Auto Scaling group that takes the load after a failover.

use super::{ComponentKind, Evidence};
use crate::model::index::Index;
use crate::model::{Place, Query, Text, Verdict};

/// An Auto Scaling group.
#[derive(Clone, Debug, PartialEq)]
pub struct Asg {
    /// Its name.
    pub group: String,
    /// Where it is.
    pub place: Place,
    /// How many instances are needed after a failover.
    pub capacity: u32,
}

impl Asg {
    fn query(&self) -> Query {
        Query::Groups(self.place.clone())
    }
}

impl ComponentKind for Asg {
    fn needs(&self) -> Vec<Query> {
        vec![self.query()]
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let query = self.query();
        let sight = index.group(&query, &self.group);
        let (name, region) = (&self.group, &self.place.region);
        let mut evidence = Evidence::from(&query);
        evidence.decided_by(&query, &sight);
        evidence.rests_on(&sight);
        evidence.blockers_unknown = !sight.is_fresh();
        let Some(group) = sight.value else {
            if sight.is_absent() {
                evidence.blocker(Verdict::Unknown, format!("There is no Auto Scaling group {name} in {region}"));
            }
            return evidence;
        };
        evidence.note("instances", format!("{} in service of {} wanted", group.in_service, group.desired));
        evidence.note("limits", format!("{} to {}", group.min, group.max));
        evidence.note("needed after a failover", format!("{}", self.capacity));
        if group.max < self.capacity {
            evidence.blocker(
                Verdict::AtRisk,
                format!("{name} may grow to {} instances in {region}, but {} are needed", group.max, self.capacity),
            );
        }
        let suspended = |process: &str| group.suspended.iter().any(|suspended| suspended.as_str() == process);
        if !group.suspended.is_empty() {
            let all: Vec<&str> = group.suspended.iter().map(Text::as_str).collect();
            evidence.note("suspended", all.join(", "));
        }
        if suspended("Launch") && group.in_service < self.capacity {
            evidence.blocker(Verdict::AtRisk, format!("{name} in {region} cannot grow: Launch is suspended"));
        } else if suspended("Launch") {
            evidence
                .finding(Verdict::AtRisk, format!("{name} in {region} cannot replace instances: Launch is suspended"));
        }
        if suspended("AddToLoadBalancer") {
            evidence.blocker(
                Verdict::AtRisk,
                format!("New instances of {name} in {region} get no traffic: AddToLoadBalancer is suspended"),
            );
        }
        if group.in_service < self.capacity && group.max >= self.capacity {
            let rest = self.capacity - group.in_service;
            evidence.finding(
                Verdict::AtRisk,
                format!(
                    "{name} in {region} runs {} of the {} instances needed: a failover has to launch {rest} more",
                    group.in_service, self.capacity
                ),
            );
        }
        if group.in_service < group.desired {
            evidence.finding(
                Verdict::AtRisk,
                format!("{name} in {region} has {} of {} instances in service", group.in_service, group.desired),
            );
        }
        evidence.seen = Text::new(format!(
            "{name} in {region} has {} instances in service and may grow to {}; {} are needed",
            group.in_service, group.max, self.capacity
        ));
        evidence
    }
}
