//! The README tells the truth: its keys, its permissions and its config are those of the program.

use std::collections::BTreeSet;
use std::fs;

use drdeck::config::{self, Overrides};
use drdeck::console::action;
use drdeck::demo;
use drdeck::model::query::{DnsQuestion, DnsServer, Metric, Window};
use drdeck::model::{Place, Query, Service};

fn readme() -> String {
    fs::read_to_string("README.md").unwrap()
}

/// The first fenced block of `language` after `heading`.
fn block<'a>(text: &'a str, heading: &str, language: &str) -> &'a str {
    let after = text.split_once(heading).unwrap_or_else(|| panic!("README.md has no `{heading}`")).1;
    let fence = format!("```{language}\n");
    let body = after.split_once(&fence).unwrap_or_else(|| panic!("no {language} block after `{heading}`")).1;
    body.split_once("```").unwrap().0
}

#[test]
fn the_keys_are_those_of_the_one_table() {
    let readme = readme();
    let keys = action::markdown();
    assert!(readme.contains(keys.trim()), "README.md must contain exactly this:\n{keys}");
}

#[test]
fn the_permissions_are_the_operations_that_are_called() {
    let place = Place::home("us-east-1");
    let name = || "x".to_owned();
    let metric =
        Metric { namespace: name(), name: name(), dimensions: Vec::new(), statistic: name(), window: Window::Recent };
    let question = DnsQuestion { name: name(), kind: name(), server: DnsServer::Authoritative };
    let queries = [
        Query::Identity(place.clone()),
        Query::SourceServers(place.clone()),
        Query::RecoveryInstances(place.clone()),
        Query::DrsJobs(place.clone()),
        Query::RecoverySnapshots(place.clone(), name()),
        Query::BackupJobs(place.clone()),
        Query::CopyJobs(place.clone()),
        Query::RestoreJobs(place.clone()),
        Query::ProtectedResources(place.clone()),
        Query::RecoveryPoints(place.clone(), name()),
        Query::Vault(place.clone(), name()),
        Query::DbInstances(place.clone()),
        Query::DbClusters(place.clone()),
        Query::GlobalClusters(place.clone()),
        Query::DbAutomatedBackups(place.clone()),
        Query::HealthChecks(place.clone()),
        Query::HealthCheckStatus(place.clone(), name()),
        Query::Table(place.clone(), name()),
        Query::ContinuousBackups(place.clone(), name()),
        Query::Groups(place.clone()),
        Query::ScalingActivities(place.clone(), name()),
        Query::Series(place.clone(), metric.into()),
        Query::Alarms(place.clone()),
        Query::HostedZones(place.clone()),
        Query::Records(place.clone(), name()),
        Query::DnsAnswer(place.clone(), question),
        Query::Probe(place.clone(), name()),
        Query::DbEvents(place.clone()),
        Query::DbClusterAutomatedBackups(place.clone()),
        Query::BackupPlans(place.clone()),
        Query::BackupPlan(place.clone(), name()),
        Query::BackupSelections(place.clone(), name()),
        Query::BackupSelection(place.clone(), name(), name()),
        Query::RestoreTestingPlans(place.clone()),
        Query::RestoreTestingSelections(place.clone(), name()),
        Query::JobLog(place.clone(), name()),
        Query::LaunchConfiguration(place.clone(), name()),
        Query::ReplicationConfiguration(place.clone(), name()),
        Query::RecoveryPlans(place.clone()),
        Query::RecoveryPlanExecutions(place.clone(), name()),
        Query::RoutingControls(place.clone()),
        Query::SwitchPlans(place.clone()),
        Query::SwitchExecutions(place.clone(), name()),
        Query::FileSystemReplications(place.clone()),
        Query::GlobalDatastores(place),
    ];
    let called: BTreeSet<String> = queries
        .iter()
        .map(|query| query.operation())
        .filter(|(service, _)| !matches!(service, Service::Dns | Service::Http))
        .map(|(service, operation)| format!("{service}:{operation}"))
        .collect();
    let readme = readme();
    let policy: serde_json::Value = serde_json::from_str(block(&readme, "## Permissions", "json")).unwrap();
    let allowed: BTreeSet<String> = policy["Statement"][0]["Action"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(allowed, called);
    assert_eq!(policy["Statement"].as_array().unwrap().len(), 1, "nothing else is allowed");
    for action in &allowed {
        let operation = action.split_once(':').unwrap().1;
        let reads = ["Describe", "List", "Get"].iter().any(|verb| operation.starts_with(verb));
        assert!(reads, "{action} changes something");
    }
}

#[test]
fn the_example_config_is_accepted() {
    let readme = readme();
    let example = block(&readme, "## Start with your own systems", "toml");
    let config = config::parse(example, std::path::Path::new("README.md"), &Overrides::default()).unwrap();
    assert_eq!(config.estate.systems.len(), 1);
    assert_eq!(config.estate.systems[0].components.len(), 2);
    let more = format!("{example}\n{}", block(&readme, "A System can also say", "toml"));
    let config = config::parse(&more, std::path::Path::new("README.md"), &Overrides::default()).unwrap();
    assert_eq!(config.estate.systems[0].components.len(), 4);
    assert_eq!(config.estate.systems[0].probes.len(), 1);
}

#[test]
fn every_scenario_and_every_fault_is_described() {
    let game_day = fs::read_to_string("docs/game-day.md").unwrap();
    for (scenario, text) in demo::SCENARIOS {
        let row = format!("\n| `{scenario}` |");
        assert!(readme().contains(&row) && game_day.contains(&row), "`{scenario}` is not described");
        for line in text.lines().filter_map(|line| line.strip_prefix("# fault.")) {
            let fault = line.split(' ').next().unwrap();
            assert!(game_day.contains(&format!("\n| `{fault}` |")), "docs/game-day.md does not describe `{fault}`");
        }
    }
}

#[test]
fn every_picture_is_shown_and_every_page_is_there() {
    let readme = readme();
    let links: BTreeSet<&str> = readme.split("](").skip(1).filter_map(|link| link.split(')').next()).collect();
    for link in links.iter().filter(|link| !link.starts_with('#') && !link.contains("://")) {
        assert!(fs::exists(link).unwrap(), "README.md names {link}");
    }
    for picture in fs::read_dir("screenshots").unwrap() {
        let name = picture.unwrap().file_name().into_string().unwrap();
        assert!(links.contains(format!("screenshots/{name}").as_str()), "README.md does not show {name}");
    }
}
