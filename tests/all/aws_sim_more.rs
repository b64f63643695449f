//! Health, traffic, plans and settings, read from the simulator: what the lists name is read in turn, as the screens do.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use drdeck::aws::{Access, Login, Session};
use drdeck::config::{ArcEndpoint, Dns};
use drdeck::demo;
use drdeck::model::facts::Answer;
use drdeck::model::query::{DnsQuestion, DnsServer};
use drdeck::model::{Estate, Moment, Place, Query, Region, Service, Span};
use drdeck::observe::{Paces, Settings, once};
use drdeck::sim::{self, Options, Running, Scenario, Simulator};

const START: &str = "2026-11-20T12:00:00Z";

/// Where ARC puts the endpoints of a cluster.
const ENDPOINTS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

fn shop() -> Running {
    let scenario: Scenario = sim::parse_scenario("test.toml", "name = \"test\"\nstory = \"a test\"\n").unwrap();
    Simulator::start(Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        estate: sim::parse_estate("estate.toml", demo::ESTATE).unwrap(),
        scenario,
        seed: 7,
        speed: 0.0,
        start: Some(sim::Moment::parse(START).unwrap()),
    })
    .unwrap()
}

fn access(shop: &Running) -> Access {
    let endpoint = |region: &str| ArcEndpoint { region: Region::new(region), url: shop.url() };
    Access {
        endpoint_url: Some(shop.url()),
        arc: ENDPOINTS.map(endpoint).to_vec(),
        login: Login::Simulator { user: None },
        session_name: None,
        timeout: Duration::from_secs(20),
    }
}

/// What an answer names that is read next.
fn named(answer: &Answer, place: &Place) -> Vec<Query> {
    let at = || place.clone();
    match answer {
        Answer::HostedZones(zones) => zones.iter().map(|zone| Query::Records(at(), zone.id.to_string())).collect(),
        Answer::BackupPlans(plans) => plans
            .iter()
            .flat_map(|plan| {
                [Query::BackupPlan(at(), plan.id.to_string()), Query::BackupSelections(at(), plan.id.to_string())]
            })
            .collect(),
        Answer::RestoreTestingPlans(plans) => {
            plans.iter().map(|plan| Query::RestoreTestingSelections(at(), plan.name.to_string())).collect()
        }
        Answer::DrsJobs(jobs) => jobs.iter().map(|job| Query::JobLog(at(), job.id.to_string())).collect(),
        Answer::SourceServers(servers) => servers
            .iter()
            .flat_map(|server| {
                [
                    Query::LaunchConfiguration(at(), server.id.to_string()),
                    Query::ReplicationConfiguration(at(), server.id.to_string()),
                ]
            })
            .collect(),
        Answer::RecoveryPlans(plans) => {
            plans.iter().map(|plan| Query::RecoveryPlanExecutions(at(), plan.arn.to_string())).collect()
        }
        Answer::SwitchPlans(plans) => {
            plans.iter().map(|plan| Query::SwitchExecutions(at(), plan.arn.to_string())).collect()
        }
        _ => Vec::new(),
    }
}

fn count(answer: &Answer) -> usize {
    match answer {
        Answer::HostedZones(list) => list.len(),
        Answer::Records(list) => list.len(),
        Answer::Alarms(list) => list.len(),
        Answer::BackupPlans(list) => list.len(),
        Answer::BackupSelections(list) => list.len(),
        Answer::RestoreTestingPlans(list) => list.len(),
        Answer::RestoreTestingSelections(list) => list.len(),
        Answer::JobLog(list) => list.len(),
        Answer::RecoveryPlans(list) => list.len(),
        Answer::RecoveryPlanExecutions(list) => list.len(),
        Answer::RoutingControls(list) => list.len(),
        Answer::SwitchPlans(list) => list.len(),
        Answer::SwitchExecutions(list) => list.len(),
        Answer::FileSystemReplications(list) => list.len(),
        Answer::GlobalDatastores(list) => list.len(),
        Answer::DbEvents(list) => list.len(),
        Answer::DbClusterAutomatedBackups(list) => list.len(),
        Answer::BackupPlan(plan) => plan.rules.len(),
        _ => 1,
    }
}

#[tokio::test]
async fn the_shop_tells_all_of_its_plans_settings_and_traffic() {
    let shop = shop();
    let now: Moment = START.parse().unwrap();
    let session = Session::open(access(&shop), &[Region::new("us-west-2")]).await;
    let mut waiting: Vec<Query> = vec![Query::RoutingControls(Place::home(Place::EVERYWHERE))];
    for region in ["us-east-1", "us-west-2", "us-east-2"] {
        let place = || Place::home(region);
        waiting.extend([
            Query::Alarms(place()),
            Query::HostedZones(place()),
            Query::DbEvents(place()),
            Query::DbClusterAutomatedBackups(place()),
            Query::BackupPlans(place()),
            Query::RestoreTestingPlans(place()),
            Query::DrsJobs(place()),
            Query::SourceServers(place()),
            Query::RecoveryPlans(place()),
            Query::SwitchPlans(place()),
            Query::FileSystemReplications(place()),
            Query::GlobalDatastores(place()),
        ]);
    }
    let mut failed = Vec::new();
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    while let Some(query) = waiting.pop() {
        let read = session.read(&query, now).await;
        match &read.result {
            // DRS was set up where it recovers to and nowhere else.
            Err(error) if query.operation().0 == Service::Drs && error.error.as_str().contains("never set up") => {}
            Err(error) => failed.push(format!("{query:?}: {error}")),
            Ok(answer) => {
                *counted.entry(query.operation().1).or_default() += count(answer);
                if let Answer::BackupSelections(selections) = answer
                    && let Query::BackupSelections(place, plan) = &query
                {
                    let selection = |id| Query::BackupSelection(place.clone(), plan.clone(), id);
                    waiting.extend(selections.iter().map(|id| selection(id.to_string())));
                }
                waiting.extend(named(answer, query.place()));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    println!("{counted:?}");
    // What every estate of this kind has; drills and executions come and go.
    for operation in [
        "DescribeAlarms",
        "DescribeGlobalReplicationGroups",
        "DescribeReplicationConfigurations",
        "GetBackupPlan",
        "GetBackupSelection",
        "GetLaunchConfiguration",
        "GetReplicationConfiguration",
        "ListHostedZones",
        "ListPlansInRegion",
        "ListRecoveryPlans",
        "ListResourceRecordSets",
        "ListRestoreTestingPlans",
        "ListRestoreTestingSelections",
        "ListRoutingControls",
    ] {
        assert!(counted.get(operation).is_some_and(|count| *count > 0), "{operation} of {counted:?}");
    }
}

#[tokio::test]
async fn the_names_of_the_shop_are_resolved_and_its_pages_answer() {
    let shop = shop();
    let session = Session::open(access(&shop), &[Region::new("us-west-2")]).await;
    let place = || Place::home("us-east-1");
    let now: Moment = START.parse().unwrap();
    let Answer::HostedZones(zones) = session.read(&Query::HostedZones(place()), now).await.result.unwrap() else {
        panic!("zones")
    };
    let public = zones.iter().find(|zone| !zone.private).expect("a public zone");
    let records = session.read(&Query::Records(place(), public.id.to_string()), now).await.result.unwrap();
    let Answer::Records(records) = records else { panic!("records") };
    let address = records.iter().find(|record| record.kind.as_str() == "A").expect("a record of an address");
    let question = |name: &str, server| {
        let question = DnsQuestion { name: name.to_owned(), kind: "A".to_owned(), server };
        Query::DnsAnswer(Place::home(Place::EVERYWHERE), question)
    };
    let probe = |path: &str| Query::Probe(place(), format!("{}/_site/us-east-1/storefront/{path}", shop.url()));
    let queries = BTreeSet::from([
        question(address.name.as_str(), DnsServer::Authoritative),
        question(address.name.as_str(), DnsServer::Resolver),
        question(&format!("no-such-name.{}", public.name), DnsServer::Authoritative),
        probe("health"),
    ]);
    let settings = Settings {
        access: access(&shop),
        dns: Dns { resolvers: vec![shop.dns], authoritative: vec![shop.dns] },
        paces: Paces { refresh: Span::from_secs(30), slow: Span::from_mins(15) },
        account: None,
    };
    let estate = Arc::new(Estate { shared: queries.clone(), ..Estate::default() });
    let look = move || once(settings, estate, Duration::from_secs(20)).unwrap();
    let seen = tokio::task::spawn_blocking(look).await.unwrap();
    for query in &queries {
        let reading = seen.snapshot.readings.get(query).unwrap();
        match reading.value.as_deref().unwrap_or_else(|| panic!("{query:?}: {:?}", reading.failing)) {
            Answer::DnsAnswer(answer) if format!("{query:?}").contains("no-such-name") => {
                assert_eq!(answer.code.as_str(), "NXDOMAIN");
            }
            Answer::DnsAnswer(answer) => {
                assert_eq!((answer.code.as_str(), answer.server.as_str()), ("NOERROR", &*shop.dns.to_string()));
                assert!(!answer.values.is_empty() && answer.ttl.is_some(), "{answer:?}");
            }
            Answer::Probe(response) => assert_eq!(response.status, Some(200), "{response:?}"),
            other => panic!("{other:?}"),
        }
    }
}
