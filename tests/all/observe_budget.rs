//! As few calls as the page sizes allow: the formula of the design, in one place, against the simulator's log of calls; and what is asked of
//! single things, spread evenly.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use drdeck::config::{self, Overrides};
use drdeck::model::facts::Answer;
use drdeck::model::{Place, Query, Snapshot, SourceStatus, Span};
use drdeck::observe::pace::{self, Pace, Paces};
use drdeck::observe::plan::Plan;
use drdeck::observe::{Lane, Observer, once};
use drdeck::sim::{self, Running, Simulator};
use drdeck::{cli, demo};
use serde_json::Value as Json;

use crate::sim_kit::ask;

/// How a Query counts in the formula.
enum Counts {
    /// With every refresh, each page.
    List(u64),
    /// A part of a call that holds 500, once a minute.
    Series,
    /// One call for each thing in the slow interval, each page.
    Thing(u64),
    /// One call for each thing, more rarely than that.
    Rare,
    /// Not AWS.
    Free,
}

#[allow(clippy::cast_possible_truncation, reason = "lists have thousands of entries")]
fn counts(query: &Query, answer: Option<&Answer>) -> Counts {
    let pages = |n: usize, page: u64| (n as u64).div_ceil(page).max(1);
    match (query, answer) {
        (Query::DnsAnswer(..) | Query::Probe(..), _) => Counts::Free,
        (Query::Series(..), _) => Counts::Series,
        (_, Some(Answer::SourceServers(list))) => Counts::List(pages(list.len(), 100)),
        (_, Some(Answer::BackupJobs(list))) => Counts::List(pages(list.len(), 1_000)),
        (_, Some(Answer::CopyJobs(list))) => Counts::List(pages(list.len(), 1_000)),
        (_, Some(Answer::ProtectedResources(list))) => Counts::List(pages(list.len(), 1_000)),
        (_, Some(Answer::DbInstances(list))) => Counts::List(pages(list.len(), 100)),
        (_, Some(Answer::DbEvents(list))) => Counts::List(pages(list.len(), 100)),
        (_, Some(Answer::HealthChecks(list))) => Counts::List(pages(list.len(), 1_000)),
        (_, Some(Answer::RecoveryPoints(list))) => Counts::Thing(pages(list.len(), 1_000)),
        (_, Some(Answer::Records(list))) => Counts::Thing(pages(list.len(), 300)),
        (
            Query::Table(..) | Query::ContinuousBackups(..) | Query::Vault(..) | Query::RestoreTestingSelections(..),
            _,
        ) => Counts::Thing(1),
        (Query::RecoverySnapshots(..) | Query::RecoveryPlanExecutions(..) | Query::SwitchExecutions(..), _) => {
            Counts::Thing(1)
        }
        (Query::LaunchConfiguration(..) | Query::ReplicationConfiguration(..) | Query::JobLog(..), _) => Counts::Rare,
        (Query::BackupPlan(..) | Query::BackupSelections(..) | Query::BackupSelection(..), _) => Counts::Rare,
        // The other lists are of one page here.
        (_, _) => Counts::List(1),
    }
}

/// The calls of each operation that the formula allows in so many refreshes and slow intervals.
fn allowed(snapshot: &Snapshot, rounds: u64, slow_rounds: u64) -> BTreeMap<&'static str, u64> {
    let mut calls: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut series: BTreeMap<(&Place, _), u64> = BTreeMap::new();
    for (query, reading) in &snapshot.readings {
        let each = match counts(query, reading.value.as_deref()) {
            Counts::List(pages) => pages * rounds,
            Counts::Thing(pages) => pages * slow_rounds,
            Counts::Rare => 2,
            Counts::Series => {
                let Query::Series(place, metric) = &**query else { unreachable!() };
                *series.entry((place, metric.window)).or_default() += 1;
                continue;
            }
            Counts::Free => continue,
        };
        *calls.entry(query.operation().1).or_default() += each;
    }
    for n in series.into_values() {
        *calls.entry("GetMetricData").or_default() += n.div_ceil(500) * rounds;
    }
    calls
}

/// The calls that were made.
fn made(log: &Json) -> BTreeMap<String, u64> {
    let mut calls: BTreeMap<String, u64> = BTreeMap::new();
    for call in log.as_array().unwrap() {
        *calls.entry(call["operation"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    calls
}

/// Fails where more was asked than is allowed.
fn hold(log: &Json, allowed: &BTreeMap<&'static str, u64>) {
    for (operation, calls) in made(log).into_iter().filter(|(operation, _)| operation != "AssumeRole") {
        let most = allowed.get(operation.as_str());
        assert!(most.is_some_and(|most| calls <= *most), "{operation}: {calls} calls, {most:?} are allowed");
        println!("{operation}: {calls} of {}", most.unwrap());
    }
}

fn shop(speed: f64) -> (Running, config::Config) {
    let simulator = Simulator::start(sim::Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        estate: sim::parse_estate("estate.toml", demo::ESTATE).unwrap(),
        scenario: sim::parse_scenario("calm.toml", "name = \"calm\"\nstory = \"nothing\"\n").unwrap(),
        seed: 1,
        speed,
        start: None,
    })
    .unwrap();
    let text = cli::pointed_at(demo::CONFIG, &simulator);
    let config = config::parse(&text, Path::new("config.toml"), &Overrides::default()).unwrap();
    (simulator, config)
}

#[test]
fn twenty_minutes_of_the_shop_take_no_more_calls_than_the_formula() {
    let speed = 60.0;
    let (simulator, config) = shop(speed);
    let settings = cli::settings(&config);
    let (refresh, slow) = (settings.paces.refresh.max(Span::from_secs(60)), settings.paces.slow);
    let observer = Observer::start(Arc::new(config.estate), settings).unwrap();
    let began = Instant::now();
    std::thread::sleep(Duration::from_secs(20));
    let seen = observer.observations().borrow().clone().unwrap();
    let log = ask(&simulator, "/_drdeck/calls");
    let passed = began.elapsed().as_secs_f64() * speed;
    drop(observer);
    let rounds = |every: Span| (passed / every.as_secs_f64()).ceil() as u64 + 1;
    // Tables whose restorable moment a promise needs sooner are asked at that pace: at most with every refresh.
    let mut most = allowed(&seen.snapshot, rounds(refresh), rounds(slow));
    for (query, reading) in &seen.snapshot.readings {
        if let (Query::ContinuousBackups(..) | Query::RecoverySnapshots(..), Some(read), Some(until)) =
            (&**query, reading.read_at, reading.fresh_until)
        {
            let every = until.duration_since(read) / 2;
            if every < slow {
                *most.entry(query.operation().1).or_default() += rounds(every);
            }
        }
    }
    hold(&log, &most);
    assert!(log.as_array().unwrap().len() > 100, "it was asked at all");
}

#[test]
fn one_look_at_the_large_estate_takes_each_page_of_each_list_once() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("large.toml");
    let mut simulator = Command::new(env!("CARGO_BIN_EXE_drdeck"))
        .args(["simulate", "--estate", "large", "--write-config", file.to_str().unwrap()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(simulator.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let config = config::load(Some(&file), &Overrides::default()).unwrap();
    let mut settings = cli::settings(&config);
    // However slow this machine is.
    settings.access.timeout = Duration::from_secs(60);
    let seen = once(settings, Arc::new(config.estate), Duration::from_secs(120)).unwrap();
    let url = line.trim().trim_start_matches("listening on http://").to_owned();
    let log = crate::observe_route53::fetch(&url, "/_drdeck/calls");
    simulator.kill().unwrap();
    simulator.wait().unwrap();
    let mut most = allowed(&seen.snapshot, 1, 1);
    // Some series are named by what the first round brought.
    most.entry("GetMetricData").and_modify(|calls| *calls *= 2);
    hold(&log, &most);
    assert_eq!(seen.assessment.systems.len(), 1_000);
    for source in seen.assessment.sources.iter().filter(|source| source.service.as_str() != "dns") {
        assert_eq!(source.status, SourceStatus::Ok, "{source:?}");
    }
    let asked = made(&log);
    let of = |operation: &str| asked.get(operation).copied().unwrap_or_default();
    assert_eq!(of("DescribeRecoverySnapshots"), 4_000, "one for each server, in the second round");
    assert_eq!(of("GetLaunchConfiguration"), 0, "settings of thousands of servers are for an open console");
    assert!(of("DescribeSourceServers") <= 48, "4,000 servers by the hundred in twelve places");
}

const PACES: Paces = Paces { refresh: Span::from_secs(30), slow: Span::from_mins(15) };

fn servers(n: usize) -> BTreeSet<Arc<Query>> {
    let place = Place::home("us-west-2");
    (0..n).map(|n| Arc::new(Query::RecoverySnapshots(place.clone(), format!("s-{n:04}")))).collect()
}

/// The seconds at which a plan asks these, each answered at once, in so long.
fn asked(
    queries: &BTreeSet<Arc<Query>>,
    every: impl Fn(&Query) -> Duration,
    length: Duration,
) -> Vec<(f64, Arc<Query>)> {
    let began = Instant::now();
    let (mut now, mut asked) = (began, Vec::new());
    let mut plan = Plan::new(Lane::Things, began, 0.3);
    plan.want(queries, now);
    while now < began + length {
        for query in plan.due(now) {
            asked.push(((now - began).as_secs_f64(), query.clone()));
            plan.answered(&query, now, every(&query));
        }
        now = plan.next().unwrap().max(now + Duration::from_millis(1));
    }
    asked
}

#[test]
fn a_thousand_servers_are_asked_in_turn_and_never_in_a_burst() {
    let quarter = Duration::from_mins(15);
    let calls = asked(&servers(1_000), |_| quarter, Duration::from_hours(3));
    let between = |from: f64, to: f64| calls.iter().filter(|(at, _)| (from..to).contains(at)).count();
    assert!(between(0.0, 1.0) <= 14, "at first eight, and then five a second: {}", between(0.0, 1.0));
    for minute in 60..180 {
        let from = f64::from(minute) * 60.0;
        let in_it = between(from, from + 60.0);
        assert!((60..=74).contains(&in_it), "minute {minute}: {in_it} of 1,000 in a quarter of an hour");
    }
    for server in servers(1_000) {
        let times: Vec<f64> = calls.iter().filter(|(_, query)| *query == server).map(|(at, _)| *at).collect();
        let gaps = times.windows(2).skip(1).map(|pair| pair[1] - pair[0]);
        assert!(gaps.clone().all(|gap| (899.0..=901.0).contains(&gap)), "{server:?}: {:?}", gaps.collect::<Vec<_>>());
    }
}

#[test]
fn the_two_questions_about_a_table_together_are_one_call_in_the_slow_interval() {
    let place = Place::home("us-west-2");
    let tables = (0..100).flat_map(|n| {
        let name = format!("t-{n}");
        [Query::Table(place.clone(), name.clone()), Query::ContinuousBackups(place.clone(), name)]
    });
    let every =
        |query: &Query| pace::wait(PACES.interval(Pace::of(query, Some(Span::from_hours(24)), &PACES), 1.0), 1.0);
    let calls = asked(&tables.map(Arc::new).collect(), every, Duration::from_hours(4));
    for quarter in 2..16 {
        let from = f64::from(quarter) * 900.0;
        let in_it = calls.iter().filter(|(at, _)| (from..from + 900.0).contains(at)).count();
        assert!((90..=102).contains(&in_it), "quarter {quarter}: {in_it} calls for 100 tables");
    }
}

#[test]
fn what_a_promise_rests_on_is_asked_as_often_as_the_promise_needs() {
    let place = Place::home("us-west-2");
    let table = Query::ContinuousBackups(place.clone(), "t".to_owned());
    let server = Query::RecoverySnapshots(place.clone(), "s".to_owned());
    let settings = Query::LaunchConfiguration(place.clone(), "s".to_owned());
    let every = |query: &Query, rpo: Option<i64>| {
        PACES.interval(Pace::of(query, rpo.map(Span::from_mins), &PACES), 1.0).as_secs() / 60
    };
    // Five minutes old when it is read; at risk at four fifths of the promise.
    assert_eq!(every(&table, Some(10)), 2, "10 min promised: read every 2 min, never older than 8");
    assert_eq!(every(&table, Some(60)), 30, "1 h promised: in turn with the other question");
    assert_eq!(every(&table, None), 30);
    assert_eq!(every(&server, Some(30)), 10, "10 min old when read, 24 are at risk");
    assert_eq!(every(&server, Some(60)), 15, "a quarter");
    assert_eq!(every(&server, Some(24 * 60)), 6 * 60, "a quarter of 24 h");
    assert_eq!(every(&server, Some(72 * 60)), 6 * 60, "and never more rarely");
    assert_eq!(every(&settings, Some(15)), 60);
    assert_eq!(every(&settings, None), 6 * 60);
}

#[test]
fn a_source_that_is_gone_is_asked_one_question_and_all_anew_in_turn_when_it_is_back() {
    let began = Instant::now();
    let queries = servers(500);
    let mut plan = Plan::new(Lane::Things, began, 0.0);
    plan.want(&queries, began);
    let mut now = began + Duration::from_mins(3);
    for query in plan.due(now) {
        plan.answered(&query, now, Duration::from_mins(15));
    }
    let two: Vec<&Arc<Query>> = queries.iter().take(2).collect();
    for query in &two {
        plan.failed(query, now, Duration::from_secs(30), true);
    }
    let held = plan.hold(&two.iter().copied().collect(), now);
    assert_eq!((held.len(), plan.silent()), (498, 500), "the others fail without being asked");
    now += Duration::from_mins(2);
    assert_eq!(plan.due(now).len(), 2, "only those that showed it are tried again");
    plan.all_anew(now);
    assert!(plan.due(now).len() <= 8);
    assert_eq!(plan.due(now + Duration::from_secs(99)).len(), 500, "five a second");
}
