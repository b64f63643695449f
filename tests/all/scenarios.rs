//! Each built-in scenario against verdicts that were written by hand from its story (`tests/scenarios/*.toml`): the shop on the simulator, whose clock
//! stands still at each moment, read through the SDK and judged.
//!
//! A moment says which systems are `breached`, `unknown` or `split`, which are `down`, for which a failover is to be considered (`consider`), between
//! which seconds an RPO lies (`rpo.region.NAME = [least, most]`), and what the reasons of a system say (`says.NAME`). All systems that no list of
//! verdicts names have one of `others`, AT RISK if it is not given; all that `down` does not name are served.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
    time::Duration,
};

use drdeck::{
    demo,
    model::{Assessment, Disruption, Up},
    observe::{Before, Outages, once_after},
};
use jiff::SignedDuration;
use serde::Deserialize;

use crate::shop::Shop;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Play {
    moment: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    at: String,
    #[serde(default)]
    breached: BTreeSet<String>,
    #[serde(default)]
    unknown: BTreeSet<String>,
    #[serde(default)]
    split: BTreeSet<String>,
    #[serde(default)]
    down: BTreeSet<String>,
    #[serde(default)]
    consider: BTreeSet<String>,
    others: Option<BTreeSet<String>>,
    #[serde(default)]
    rpo: BTreeMap<String, BTreeMap<String, [i64; 2]>>,
    #[serde(default)]
    says: BTreeMap<String, String>,
}

/// What the checkers of the shop's health checks saw is asked one by one, at half the pace that Route 53 allows.
const A_LOOK: Duration = Duration::from_secs(90);

/// So often somebody looks at a moment before it is said what is wrong.
const LOOKS: usize = 3;

/// One scenario on the shop, looked at at each moment by somebody who never looks away: an outage seen once is remembered.
fn play(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios").join(format!("{name}.toml"));
    let expected: Play = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let (_, scenario) = demo::SCENARIOS.iter().find(|(known, _)| *known == name).unwrap();
    let mut shop = Shop::open(scenario);
    // Calls that hang are given up early: there are many of them, and how long we wait changes no verdict. Route 53 is slow at times.
    shop.settings.access.timeout = Duration::from_secs(3);
    let beginning = shop.now;
    let mut down = BTreeMap::new();
    let mut wrong = Vec::new();
    for moment in &expected.moment {
        let at = beginning.checked_add(moment.at.parse::<SignedDuration>().unwrap()).unwrap();
        shop.pass(at.duration_since(shop.now));
        let before = Outages::new(shop.now, down);
        let look = || {
            let before = Before { outages: before.clone(), ..Before::default() };
            let seen = once_after(shop.settings.clone(), Arc::clone(&shop.estate), A_LOOK, before).unwrap();
            (moment.differences(&seen.assessment), seen.snapshot.down_since.clone())
        };
        // The clock stands still: what is judged wrongly is so each time, but for an answer that a busy machine gave too late.
        let (mut found, mut since) = look();
        for _ in 1..LOOKS {
            if found.is_empty() {
                break;
            }
            (found, since) = look();
        }
        down = since;
        wrong.extend(found.into_iter().map(|difference| format!("{name} at {}: {difference}", moment.at)));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

impl Expected {
    fn verdicts(&self, system: &str) -> BTreeSet<String> {
        let lists = [("breached", &self.breached), ("unknown", &self.unknown), ("split", &self.split)];
        match lists.iter().find(|(_, systems)| systems.contains(system)) {
            Some((verdict, _)) => BTreeSet::from([(*verdict).to_owned()]),
            None => self.others.clone().unwrap_or_else(|| BTreeSet::from(["at_risk".to_owned()])),
        }
    }

    fn differences(&self, assessment: &Assessment) -> Vec<String> {
        let mut wrong = Vec::new();
        let named = [&self.breached, &self.unknown, &self.split, &self.down, &self.consider].into_iter().flatten();
        let named = named.chain(self.rpo.values().flat_map(BTreeMap::keys)).chain(self.says.keys());
        for name in named {
            assert!(assessment.systems.iter().any(|system| system.name == *name), "there is no system {name}");
        }
        for system in &assessment.systems {
            let name = &system.name;
            let reasons = || system.reasons.iter().map(|reason| format!("\n      {reason}")).collect::<String>();
            let (verdict, verdicts) = (system.verdict.as_str(), self.verdicts(name));
            if !verdicts.contains(verdict) {
                wrong.push(format!("{name} is {verdict}, not {verdicts:?}:{}", reasons()));
            }
            let up = match system.up {
                Up::Up => "up",
                Up::Down { .. } => "down",
                Up::Unknown => "unknown",
            };
            let expected = if self.down.contains(name) { "down" } else { "up" };
            if up != expected && !(self.others.is_some() && up == "unknown") {
                wrong.push(format!("{name} is {up}, not {expected}:{}", reasons()));
            }
            if system.consider_failover.is_some() != self.consider.contains(name) && self.down.contains(name) {
                wrong.push(format!("{name}: consider a failover since {:?}", system.consider_failover));
            }
            if let Some(words) = self.says.get(name)
                && !system.reasons.iter().any(|reason| reason.as_str().contains(words.as_str()))
            {
                wrong.push(format!("{name} says nothing of {words:?}:{}", reasons()));
            }
            for disruption in Disruption::ALL {
                let bounds = self.rpo.get(disruption.as_str()).and_then(|rpo| rpo.get(name));
                let Some([least, most]) = bounds else { continue };
                let now = system.rpo.get(disruption).now.map(|now| now.as_secs());
                if now.is_none_or(|now| now < *least || now > *most) {
                    let words =
                        format!("{name}: the RPO for {} is {now:?} s, not {least} to {most}", disruption.as_str());
                    wrong.push(format!("{words}:{}", reasons()));
                }
            }
        }
        wrong
    }
}

macro_rules! plays {
    ($($test:ident: $scenario:literal;)*) => {
        $(
            #[test]
            fn $test() {
                play($scenario);
            }
        )*

        #[test]
        fn every_built_in_scenario_is_played() {
            let built_in: Vec<&str> = demo::SCENARIOS.iter().map(|(name, _)| *name).collect();
            let mut played = vec![$($scenario),*];
            played.sort_by_key(|name| built_in.iter().position(|known| known == name));
            assert_eq!(played, built_in);
        }
    };
}

plays! {
    an_outage_of_a_zone_is_no_reason_to_leave_the_region: "az-outage";
    a_calm_day_leaves_only_what_was_never_proven: "calm";
    without_control_planes_what_can_be_read_is_read: "control-plane-outage";
    green_backups_without_their_copies_are_a_breach: "copy-failure";
    a_lost_data_center_is_protected_again_an_hour_after_its_return: "datacenter-outage";
    a_dropped_table_leaves_the_window_to_go_back_to: "dropped-table";
    what_flaps_is_judged_as_it_is_at_each_moment: "flapping";
    a_lost_region_is_judged_by_what_the_other_one_tells: "region-outage";
    replication_that_stands_still_breaches_its_objective: "replication-stall";
    slow_apis_make_nothing_look_worse_or_better_than_it_is_known: "slow-api";
}
