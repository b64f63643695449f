//! A Region that does not answer, said once and not for each of its services; and the services that are silent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Judged;
use crate::model::assessment::Silent;
use crate::model::facts::Answer;
use crate::model::kinds::Doubt;
use crate::model::words::{clock, listed};
use crate::model::{Disruption, Moment, Place, Reading, Region, Service, Snapshot, Text, Verdict};

/// `reasons`, where those that several services of one Region do not answer became one.
pub(super) fn in_one_sentence(
    mut reasons: Vec<(Verdict, Text)>,
    judged: &[Judged<'_>],
    silence: &Silence,
    now: Moment,
) -> Vec<(Verdict, Text)> {
    let mut silent: BTreeMap<(bool, &Region), Vec<(&Doubt, Moment)>> = BTreeMap::new();
    for doubt in judged.iter().flat_map(doubts) {
        // What is no Region cannot be gone as one; Route 53 is no part of the Region where its API lives.
        if let Some(since) = doubt.silent_since.filter(|_| doubt.region.as_str() != Place::EVERYWHERE) {
            silent.entry((is_regional(doubt.service), &doubt.region)).or_default().push((doubt, since));
        }
    }
    let mut merged = Vec::new();
    for ((is_regional, region), doubts) in silent.into_iter().rev() {
        let said: BTreeSet<&Text> = doubts.iter().map(|(doubt, _)| &doubt.why).collect();
        let is_gone = is_regional && silence.is_gone(region);
        let Some(since) = doubts.iter().map(|(_, since)| *since).min().filter(|_| is_gone || said.len() > 1) else {
            continue;
        };
        reasons.retain(|(_, text)| !said.contains(text));
        let services: BTreeSet<&str> = doubts.iter().map(|(doubt, _)| doubt.service.as_str()).collect();
        let verb = if services.len() == 1 { "has" } else { "have" };
        let services = listed(services);
        let since = clock(since, now);
        let sentence = if is_regional {
            format!("{region} has not answered since {since} ({services})")
        } else {
            format!("{services} in {region} {verb} not answered since {since}")
        };
        merged.push((Verdict::Unknown, Text::new(sentence)));
    }
    merged.extend(reasons);
    merged
}

/// Everything that cannot be trusted about a Component.
fn doubts<'a>(judged: &'a Judged<'_>) -> impl Iterator<Item = &'a Doubt> {
    let evidence = &judged.evidence;
    let protections = Disruption::ALL.into_iter().map(|disruption| &evidence.protection.get(disruption).trust);
    protections.chain([&evidence.trust]).filter_map(|trust| trust.doubt())
}

/// When something was last heard, and which silences began since the readings were good.
#[derive(Default)]
struct Heard {
    last: Option<Moment>,
    silences: Vec<Moment>,
}

impl Heard {
    /// Every answer is a sign of life, "no" and "not so fast" among them.
    fn add(&mut self, reading: &Reading<Arc<Answer>>) {
        self.last = self.last.max(reading.read_at);
        match &reading.failing {
            Some(failure) if failure.kind.is_silence() => self.silences.push(failure.since),
            Some(failure) => self.last = self.last.max(Some(failure.at)),
            None => {}
        }
    }

    /// The first silence after the last answer. What was not asked again since then says nothing.
    fn silent_since(&self) -> Option<Moment> {
        self.silences.iter().copied().filter(|since| self.last.is_none_or(|last| *since > last)).min()
    }
}

/// Who does not answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Silence {
    /// The services, each in its Region.
    pub(super) services: Vec<Silent>,
    /// The Regions of which no service answers.
    pub(super) regions: BTreeMap<Region, Moment>,
}

impl Silence {
    /// Whether a Region is gone with several of its services, and not one of them alone.
    fn is_gone(&self, region: &Region) -> bool {
        let services = self.services.iter().filter(|silent| silent.region == *region && is_regional(silent.service));
        self.regions.contains_key(region) && services.count() > 1
    }
}

/// Whether a service is there for its Region, so that it goes when the Region does.
const fn is_regional(service: Service) -> bool {
    match service {
        Service::Dns | Service::Http | Service::Route53 | Service::Route53RecoveryCluster => false,
        Service::ArcRegionSwitch
        | Service::AutoScaling
        | Service::Backup
        | Service::CloudWatch
        | Service::Drs
        | Service::DynamoDb
        | Service::ElastiCache
        | Service::Efs
        | Service::Rds
        | Service::Sts => true,
    }
}

/// Who does not answer, as the newest attempts tell.
pub(super) fn observe(snapshot: &Snapshot) -> Silence {
    let mut services: BTreeMap<(Service, &Region), Heard> = BTreeMap::new();
    let mut regions: BTreeMap<&Region, Heard> = BTreeMap::new();
    for (query, reading) in &snapshot.readings {
        let (service, _) = query.operation();
        if service == Service::Http {
            continue;
        }
        services.entry((service, query.region())).or_default().add(reading);
        if is_regional(service) {
            regions.entry(query.region()).or_default().add(reading);
        }
    }
    let silent = |((service, region), heard): ((Service, &Region), Heard)| {
        heard.silent_since().map(|since| Silent { service, region: region.clone(), since })
    };
    let dead = |(region, heard): (&Region, Heard)| heard.silent_since().map(|since| (region.clone(), since));
    Silence {
        services: services.into_iter().filter_map(silent).collect(),
        regions: regions.into_iter().filter_map(dead).collect(),
    }
}
