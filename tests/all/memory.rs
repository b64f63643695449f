//! What is remembered when drdeck is not there: what was read last, the starts of outages, and what happened.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ciborium::Value;
use drdeck::aws::{Access, Login};
use drdeck::config::Dns;
use drdeck::model::kinds::{DynamodbTable, HealthCheck, Kind, LagUnit, Metric};
use drdeck::model::{
    Component, Criticality, Estate, EventKind, Moment, Objective, PerDisruption, Place, Region, RunStart, Site, Span,
    Strategy, System, Up, Verdict,
};
use drdeck::observe::{Memory, Observation, Observer, Origin, Outages, Paces, Settings, Watched};
use tempfile::TempDir;

use crate::aws_stub::{Reply, Seen, Stub, query_answer};

pub(crate) const BEGINNING: &str = "2026-11-19T14:02:00Z";

/// One System: a table that can be brought back to five minutes ago, and something that is twelve seconds late.
fn estate() -> Arc<Estate> {
    estate_with(None)
}

/// The same with another Component.
pub(crate) fn estate_with(more: Option<Kind>) -> Arc<Estate> {
    let component = |name: &str, kind| Component {
        name: name.to_owned(),
        counts_for: PerDisruption { region: false, data: true },
        own_rpo: None,
        kind,
    };
    let table = DynamodbTable { table: "orders".to_owned(), place: Place::home("us-east-1") };
    let lag = Metric {
        namespace: "Acme".to_owned(),
        metric: "Lag".to_owned(),
        dimensions: Vec::new(),
        statistic: "Maximum".to_owned(),
        unit: LagUnit::Seconds,
        place: Place::home("us-east-1"),
    };
    Arc::new(Estate {
        systems: vec![System {
            name: "orders".to_owned(),
            criticality: Criticality::High,
            strategy: Strategy::PilotLight,
            primary: Site::Region(Region::new("us-east-1")),
            recovery: Region::new("us-west-2"),
            depends_on: Vec::new(),
            objectives: PerDisruption {
                region: None,
                data: Some(Objective { rpo: Some(Span::from_mins(10)), rto: None }),
            },
            components: [Kind::DynamodbTable(table), Kind::Metric(lag)]
                .into_iter()
                .chain(more)
                .map(|kind| component(kind.as_str(), kind))
                .collect(),
            probes: Vec::new(),
        }],
        ..Default::default()
    })
}

pub(crate) fn settings(endpoint: &str) -> Settings {
    Settings {
        access: Access {
            endpoint_url: Some(endpoint.to_owned()),
            arc: Vec::new(),
            login: Login::Simulator { user: None },
            session_name: None,
            timeout: Duration::from_secs(2),
        },
        dns: Dns::default(),
        paces: Paces { refresh: Span::from_secs(30), slow: Span::from_mins(15) },
        account: None,
    }
}

/// The time there, and whose account it is.
#[derive(Clone)]
pub(crate) struct Aws {
    now: Arc<Mutex<Moment>>,
    account: Arc<Mutex<&'static str>>,
    /// Whether the table can be brought back.
    well: Arc<Mutex<bool>>,
}

impl Aws {
    pub(crate) fn new() -> Self {
        Self {
            now: Arc::new(Mutex::new(BEGINNING.parse().unwrap())),
            account: Arc::new(Mutex::new("111122223333")),
            well: Arc::new(Mutex::new(true)),
        }
    }

    fn now(&self) -> Moment {
        *self.now.lock().unwrap()
    }

    fn pass(&self, span: Span) {
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(span).unwrap();
    }

    fn answer(&self, seen: &Seen) -> Reply {
        let now = self.now();
        match seen.operation.as_str() {
            "clock" => Reply::json(&format!(r#"{{"now":"{now}","speed":0.0}}"#)),
            "GetCallerIdentity" => {
                let account = *self.account.lock().unwrap();
                query_answer("GetCallerIdentity", &format!("<Account>{account}</Account><Arn>arn</Arn>"))
            }
            "DescribeTable" => Reply::json(r#"{"Table":{"TableName":"orders","TableStatus":"ACTIVE"}}"#),
            "DescribeContinuousBackups" => {
                let status = if *self.well.lock().unwrap() { "ENABLED" } else { "DISABLED" };
                let latest = now.as_second() - 300;
                Reply::json(&format!(
                    r#"{{"ContinuousBackupsDescription":{{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":{{
                    "PointInTimeRecoveryStatus":"{status}","EarliestRestorableDateTime":{},"LatestRestorableDateTime":{latest}}}}}}}"#,
                    latest - 86_400
                ))
            }
            "GetMetricData" => late(&ids_in(seen), now),
            _ => Reply::new(500, "application/xml", "<Error><Code>InternalFailure</Code></Error>"),
        }
    }

    pub(crate) async fn stub(&self) -> Stub {
        let aws = self.clone();
        Stub::start(move |seen| aws.answer(seen)).await
    }
}

/// The ids of the series that a GetMetricData asks for.
fn ids_in(seen: &Seen) -> Vec<String> {
    let Value::Map(body) = ciborium::from_reader(&seen.body[..]).unwrap() else { panic!("a map") };
    let queries = body.into_iter().find(|(key, _)| key.as_text() == Some("MetricDataQueries")).unwrap().1;
    let id = |query: Value| {
        let entry = query.into_map().unwrap().into_iter().find(|(key, _)| key.as_text() == Some("Id")).unwrap();
        entry.1.into_text().unwrap()
    };
    queries.into_array().unwrap().into_iter().map(id).collect()
}

/// Twelve seconds at each of these.
fn late(ids: &[String], now: Moment) -> Reply {
    let text = |text: &str| Value::Text(text.to_owned());
    let at = Value::Tag(1, Box::new(Value::Integer((now.as_second() / 60 * 60 - 60).into())));
    let series = |id: &String| {
        Value::Map(vec![
            (text("Id"), text(id)),
            (text("Timestamps"), Value::Array(vec![at.clone()])),
            (text("Values"), Value::Array(vec![Value::Float(12.0)])),
            (text("StatusCode"), text("Complete")),
        ])
    };
    let results = ids.iter().map(series).collect();
    Reply::cbor(&Value::Map(vec![(text("MetricDataResults"), Value::Array(results))]))
}

/// A state directory, and what is watched from it.
pub(crate) struct Home {
    folder: TempDir,
    watched: Watched,
}

impl Home {
    pub(crate) fn new() -> Self {
        let watched = Watched {
            config: PathBuf::from("/etc/shop.toml"),
            account: None,
            profile: None,
            endpoint_url: Some("http://127.0.0.1:4566".to_owned()),
            simulator: true,
        };
        Self { folder: tempfile::tempdir().unwrap(), watched }
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn memory(&self) -> Memory {
        Memory::new(&self.state(), self.watched.clone())
    }

    /// The one folder in it.
    fn kept(&self) -> PathBuf {
        let mut folders: Vec<PathBuf> =
            fs::read_dir(self.state().join("memory")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders.remove(0)
    }

    fn last_seen(&self) -> PathBuf {
        self.kept().join("last-seen.jsonl")
    }
}

pub(crate) async fn until(observer: &Observer, what: &str, is: impl Fn(&Observation) -> bool) -> Observation {
    let mut observations = observer.observations();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(seen) = observations.borrow_and_update().clone().filter(|seen| is(seen)) {
            return seen;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        tokio::time::timeout(left, observations.changed()).await.unwrap_or_else(|_| panic!("{what}")).unwrap();
    }
}

pub(crate) const LONG: Duration = Duration::from_secs(20);

/// Everything tried, and nothing of it from before.
pub(crate) fn is_read(seen: &Observation) -> bool {
    seen.origin == Origin::Live
        && seen.assessment.sources.iter().all(|source| source.read_at.is_some() || source.failure.is_some())
        && !seen.assessment.sources.is_empty()
}

/// A day on which all was well, remembered.
async fn a_day(home: &Home, aws: &Aws) {
    let stub = aws.stub().await;
    let observer = Observer::start_with(estate(), settings(&stub.url), Some(home.memory())).unwrap();
    let seen = until(&observer, "a System that is well", |seen| verdict(seen) == Verdict::Met && is_read(seen)).await;
    assert_eq!(seen.assessment.systems[0].rpo.data.now, Some(Span::from_mins(5)));
    observer.finish(LONG);
}

fn verdict(seen: &Observation) -> Verdict {
    seen.assessment.systems[0].components[0].verdict
}

/// What is told first by a drdeck that finds nobody there.
async fn without_network(home: &Home) -> Option<Observation> {
    let observer = Observer::start_with(estate(), settings("http://127.0.0.1:1"), Some(home.memory())).unwrap();
    observer.wait_for_memory(LONG);
    let first = observer.observations().borrow().clone();
    observer.finish(LONG);
    first
}

#[tokio::test]
async fn without_network_it_opens_with_what_was_seen_last_and_nothing_of_it_is_green() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    let seen = without_network(&home).await.expect("what was seen last");
    assert_eq!(seen.origin, Origin::Remembered(BEGINNING.parse().unwrap()));
    let system = &seen.assessment.systems[0];
    assert_eq!(system.verdict, Verdict::Unknown);
    assert_eq!(system.components[0].verdict, Verdict::Unknown);
    assert_eq!(system.rpo.data.verdict, Verdict::Unknown);
    assert!(system.rpo.data.now.is_some(), "the value is there");
    assert_eq!(system.rpo.data.read_at, Some(BEGINNING.parse().unwrap()), "with its age");
    assert!(system.rpo.data.stale && system.components[0].stale);
    for source in &seen.assessment.sources {
        assert_ne!(source.status, drdeck::model::SourceStatus::Ok, "{source:?}");
    }
}

#[tokio::test]
async fn that_a_simulator_does_not_tell_its_time_is_said_of_what_is_remembered() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    let observer = Observer::start_with(estate(), settings("http://127.0.0.1:1"), Some(home.memory())).unwrap();
    let failing = |seen: &Observation| seen.assessment.sources.iter().all(|source| source.failure.is_some());
    let seen = until(&observer, "failures", failing).await;
    assert!(matches!(seen.origin, Origin::Remembered(_)));
    observer.finish(LONG);
    let again = without_network(&home).await.unwrap();
    assert_eq!(again.origin, seen.origin, "looking at it makes it no younger");
}

#[tokio::test]
async fn what_is_read_replaces_what_was_remembered() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    aws.pass(Span::from_hours(24));
    let stub = aws.stub().await;
    let observer = Observer::start_with(estate(), settings(&stub.url), Some(home.memory())).unwrap();
    observer.wait_for_memory(LONG);
    assert!(matches!(observer.observations().borrow().as_ref().unwrap().origin, Origin::Remembered(_)));
    let seen = until(&observer, "live values", is_read).await;
    assert_eq!(verdict(&seen), Verdict::Met);
    assert_eq!(seen.assessment.systems[0].rpo.data.read_at, Some(aws.now()));
    assert!(seen.events.entries.is_empty(), "nothing happened: {:#?}", seen.events.entries);
    let lags: Vec<Moment> = seen.assessment.systems[0].components[1].lag_history.iter().map(|(at, _)| at).collect();
    let minute_before = |at: Moment| at.checked_sub(Span::from_mins(1)).unwrap();
    assert_eq!(lags, [minute_before(BEGINNING.parse().unwrap()), minute_before(aws.now())], "the lag of yesterday too");
    observer.finish(LONG);
}

#[tokio::test]
async fn files_and_folders_are_for_their_owner_alone() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    home.memory().remember_outages(&outages(BEGINNING));
    let mode = |path: &Path| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777;
    for folder in [home.state(), home.state().join("memory"), home.kept()] {
        assert_eq!(mode(&folder), 0o700, "{folder:?}");
    }
    let files: Vec<PathBuf> = fs::read_dir(home.kept()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
        assert!(!file.to_string_lossy().ends_with(".new"), "{file:?}");
    }
}

/// The id of the key that calls are signed with.
async fn drdeck_key(aws: &Aws) -> String {
    let stub = aws.stub().await;
    let observer = Observer::start(estate(), settings(&stub.url)).unwrap();
    until(&observer, "live values", is_read).await;
    let signed = stub.seen().into_iter().find(|seen| seen.authorization.contains("Credential=")).unwrap();
    let (_, key) = signed.authorization.split_once("Credential=").unwrap();
    key.split('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn nothing_that_is_secret_is_remembered() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    let key = drdeck_key(&aws).await;
    for file in fs::read_dir(home.kept()).unwrap() {
        let text = String::from_utf8(fs::read(file.unwrap().path()).unwrap()).unwrap();
        for secret in ["AWS4-HMAC", "Signature", "X-Amz-Security-Token", "SecretAccessKey", "secret_access_key", &key] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

/// What is believed of a memory that `spoil` had its hands on.
async fn after(spoil: impl FnOnce(&Home)) -> Option<Observation> {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    spoil(&home);
    without_network(&home).await
}

#[tokio::test]
async fn a_file_that_is_torn_at_any_line_is_not_believed_at_all() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    let whole = fs::read(home.last_seen()).unwrap();
    let lines: Vec<usize> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
    assert!(lines.len() >= 5, "head, readings and end");
    let places = [0, 1, lines[0], lines[0] + 1, lines[1] + 1, lines[1] + 30, whole.len() - 2, whole.len() - 1];
    for length in places {
        fs::write(home.last_seen(), &whole[..length]).unwrap();
        assert!(without_network(&home).await.is_none(), "{length} of {} bytes", whole.len());
    }
    fs::write(home.last_seen(), &whole).unwrap();
    assert!(without_network(&home).await.is_some());
}

#[tokio::test]
async fn a_file_that_was_changed_is_not_believed() {
    let changed = |from: &'static str, to: &'static str| {
        after(move |home| {
            let text = fs::read_to_string(home.last_seen()).unwrap();
            assert!(text.contains(from), "{text}");
            fs::write(home.last_seen(), text.replacen(from, to, 1)).unwrap();
        })
    };
    assert!(changed("\"enabled\":true", "\"enabled\":false").await.is_none(), "another value");
    assert!(changed("\"version\":1", "\"version\":2").await.is_none(), "another version");
    assert!(changed("/etc/shop.toml", "/etc/shot.toml").await.is_none(), "another config");
    let garbage = after(|home| fs::write(home.last_seen(), [0xFF; 4096]).unwrap()).await;
    assert!(garbage.is_none());
    let missing_line = after(|home| {
        let text = fs::read_to_string(home.last_seen()).unwrap();
        let kept: Vec<&str> = text.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, line)| line).collect();
        fs::write(home.last_seen(), kept.join("\n") + "\n").unwrap();
    });
    assert!(missing_line.await.is_none());
}

#[tokio::test]
async fn what_others_could_have_written_or_lies_behind_a_link_is_not_believed() {
    let open = after(|home| fs::set_permissions(home.last_seen(), Permissions::from_mode(0o660)).unwrap());
    assert!(open.await.is_none(), "others may write it");
    let link = after(|home| {
        let elsewhere = home.state().join("elsewhere");
        fs::rename(home.last_seen(), &elsewhere).unwrap();
        symlink(&elsewhere, home.last_seen()).unwrap();
    });
    assert!(link.await.is_none(), "it is a link");
    let folder = after(|home| {
        let elsewhere = home.state().join("elsewhere");
        let kept = home.kept();
        fs::rename(&kept, &elsewhere).unwrap();
        symlink(&elsewhere, &kept).unwrap();
    });
    assert!(folder.await.is_none(), "its folder is a link");
    let not_a_file = after(|home| {
        fs::remove_file(home.last_seen()).unwrap();
        fs::create_dir(home.last_seen()).unwrap();
    });
    assert!(not_a_file.await.is_none());
}

#[tokio::test]
async fn another_config_account_or_simulator_has_another_memory() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    let others: [fn(&mut Watched); 5] = [
        |watched| watched.config = PathBuf::from("/srv/shop.toml"),
        |watched| watched.account = Some("444455556666".to_owned()),
        |watched| watched.profile = Some("dr".to_owned()),
        |watched| watched.endpoint_url = Some("http://127.0.0.1:4567".to_owned()),
        |watched| watched.simulator = false,
    ];
    for change in others {
        let mut other = Home { folder: tempfile::tempdir().unwrap(), watched: home.watched.clone() };
        change(&mut other.watched);
        let memory = Memory::new(&home.state(), other.watched);
        let observer = Observer::start_with(estate(), settings("http://127.0.0.1:1"), Some(memory)).unwrap();
        observer.wait_for_memory(LONG);
        assert!(observer.observations().borrow().is_none());
        observer.finish(LONG);
    }
}

#[tokio::test]
async fn when_the_credentials_turn_out_to_be_of_another_account_the_past_is_forgotten() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    *aws.account.lock().unwrap() = "444455556666";
    aws.pass(Span::from_hours(1));
    // Nothing but the identity is answered.
    let of_another = aws.clone();
    let stub = Stub::start(move |seen| match seen.operation.as_str() {
        "clock" | "GetCallerIdentity" => of_another.answer(seen),
        _ => Reply::new(500, "application/x-amz-json-1.0", r#"{"__type":"InternalServerError"}"#),
    })
    .await;
    let observer = Observer::start_with(estate(), settings(&stub.url), Some(home.memory())).unwrap();
    let forgotten = |seen: &Observation| seen.assessment.systems[0].rpo.data.now.is_none();
    let seen = until(&observer, "nothing of the other account", forgotten).await;
    assert_eq!(seen.origin, Origin::Live);
    observer.finish(LONG);
}

#[tokio::test]
async fn a_simulator_that_was_started_anew_has_no_past() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    aws.pass(Span::from_hours(-3));
    let stub = aws.stub().await;
    let observer = Observer::start_with(estate(), settings(&stub.url), Some(home.memory())).unwrap();
    let seen = until(&observer, "the new time", |seen| seen.clock.at_anchor == aws.now()).await;
    assert_eq!(seen.origin, Origin::Live);
    observer.finish(LONG);
}

#[tokio::test]
async fn a_past_from_the_future_is_stale_too() {
    let (home, aws) = (Home::new(), Aws::new());
    aws.pass(Span::from_hours(24 * 365 * 100));
    a_day(&home, &aws).await;
    // Of AWS itself: then the time is ours, a hundred years earlier.
    let text = fs::read_to_string(home.last_seen()).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    let head = head.replace("\"simulator\":true", "\"simulator\":false");
    let real = Watched { simulator: false, ..home.watched.clone() };
    let folder = Home { folder: tempfile::tempdir().unwrap(), watched: real };
    folder.memory().remember_outages(&outages(BEGINNING));
    let mut body = format!("{head}\n{rest}");
    let end = body.trim_end().rfind('\n').unwrap() + 1;
    body.truncate(end);
    let crc = crc32fast::hash(body.as_bytes());
    let lines = body.lines().count();
    body.push_str(&format!("{{\"End\":{{\"lines\":{lines},\"crc32\":{crc}}}}}\n"));
    fs::write(folder.last_seen(), body).unwrap();
    fs::set_permissions(folder.last_seen(), Permissions::from_mode(0o600)).unwrap();
    let mut settings = settings("http://127.0.0.1:1");
    settings.access.login = Login::Chain { profile: Some("there-is-none".to_owned()) };
    let observer = Observer::start_with(estate(), settings, Some(folder.memory())).unwrap();
    observer.wait_for_memory(LONG);
    let seen = observer.observations().borrow().clone().unwrap();
    assert!(matches!(seen.origin, Origin::Remembered(_)));
    assert_eq!(verdict(&seen), Verdict::Unknown);
    observer.finish(Duration::from_secs(1));
}

// Outages.

pub(crate) fn outages(seen_at: &str) -> Outages {
    let since = "2026-11-19T13:40:00Z".parse().unwrap();
    Outages::new(seen_at.parse().unwrap(), [("orders".to_owned(), (since, RunStart::Seen))].into())
}

#[test]
fn an_outage_keeps_its_start_for_as_long_as_somebody_looks_every_hour() {
    let home = Home::new();
    assert_eq!(home.memory().outages(), None);
    home.memory().remember_outages(&Outages::new(BEGINNING.parse().unwrap(), [].into()));
    assert!(!home.state().exists(), "nothing to remember, nothing written");
    let lasting = outages(BEGINNING);
    home.memory().remember_outages(&lasting);
    assert_eq!(home.memory().outages(), Some(lasting.clone()));
    let at = |minutes| lasting.seen_at.checked_add(Span::from_mins(minutes)).unwrap();
    for (minutes, known) in [(0, 1), (60, 1), (61, 0), (-1, 0)] {
        assert_eq!(lasting.clone().lasting(at(minutes)).len(), known, "{minutes} minutes later");
    }
    home.memory().remember_outages(&Outages::new(at(5), [].into()));
    assert_eq!(home.memory().outages().unwrap().down_since.len(), 0, "it is over");
}

#[tokio::test]
async fn a_restarted_console_knows_since_when_users_are_not_served() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    home.memory().remember_outages(&outages(BEGINNING));
    aws.pass(Span::from_mins(10));
    let stub = aws.stub().await;
    // A check of which nothing can be read.
    let site = Site::Region(Region::new("us-east-1"));
    let check = HealthCheck { id: "c".to_owned(), watches: site, place: Place::home("us-east-1") };
    let estate = estate_with(Some(Kind::HealthCheck(check)));
    let observer = Observer::start_with(estate, settings(&stub.url), Some(home.memory())).unwrap();
    let down = |seen: &Observation| is_read(seen) && seen.assessment.systems[0].up != Up::Unknown;
    let seen = until(&observer, "live values", down).await;
    let since = "2026-11-19T13:40:00Z".parse().unwrap();
    assert_eq!(seen.assessment.systems[0].up, Up::Down { since, start: RunStart::Seen });
    observer.finish(LONG);
    assert_eq!(home.memory().outages().unwrap().seen_at, aws.now(), "it was seen to last");
}

// What happened.

#[tokio::test]
async fn what_changed_while_nobody_watched_is_told_and_kept() {
    let (home, aws) = (Home::new(), Aws::new());
    a_day(&home, &aws).await;
    assert!(!home.kept().join("events.jsonl").exists(), "nothing happened yet");
    *aws.well.lock().unwrap() = false;
    aws.pass(Span::from_hours(8));
    let stub = aws.stub().await;
    let observer = Observer::start_with(estate(), settings(&stub.url), Some(home.memory())).unwrap();
    let seen = until(&observer, "an event", |seen| !seen.events.entries.is_empty()).await;
    observer.finish(LONG);
    assert_eq!(seen.events.entries.len(), 1, "{:#?}", seen.events.entries);
    let event = &seen.events.entries[0].event;
    assert_eq!((event.kind, event.at), (EventKind::Verdict, aws.now()));
    let text = event.text.as_str();
    assert!(text.starts_with("While nobody watched since 14:02:00Z: MET "), "{text}");
    assert!(text.contains("\u{2192} BREACHED: "), "{text}");

    // Torn in the middle of the next line, as by a full disk.
    let file = home.kept().join("events.jsonl");
    OpenOptions::new().append(true).open(&file).unwrap().write_all(br#"{"at":"2026-11-20T0"#).unwrap();
    let seen = without_network(&home).await.unwrap();
    assert_eq!(seen.events.entries.len(), 1, "it is still known");

    *aws.well.lock().unwrap() = true;
    aws.pass(Span::from_hours(1));
    let observer = Observer::start_with(estate(), settings(&stub.url), Some(home.memory())).unwrap();
    let seen = until(&observer, "both events", |seen| seen.events.entries.len() == 2).await;
    observer.finish(LONG);
    assert!(seen.events.entries[0].event.text.as_str().ends_with("\u{2192} MET"), "{:?}", seen.events.entries[0]);
    let seen = without_network(&home).await.unwrap();
    assert_eq!(seen.events.entries.len(), 2, "the torn line did not tear the next");
}

#[tokio::test]
async fn of_two_consoles_one_writes() {
    let (home, aws) = (Home::new(), Aws::new());
    let stub = aws.stub().await;
    let start = || Observer::start_with(estate(), settings(&stub.url), Some(home.memory())).unwrap();
    let first = start();
    until(&first, "live values", is_read).await;
    let second = start();
    until(&second, "live values", is_read).await;
    second.finish(LONG);
    first.finish(LONG);
    assert!(without_network(&home).await.is_some());
}

#[test]
fn of_what_was_watched_long_ago_nothing_is_kept() {
    let home = Home::new();
    for port in 0..40 {
        let watched =
            Watched { endpoint_url: Some(format!("http://127.0.0.1:{}", 4_000 + port)), ..home.watched.clone() };
        Memory::new(&home.state(), watched).remember_outages(&outages(BEGINNING));
    }
    let folders = fs::read_dir(home.state().join("memory")).unwrap().count();
    assert_eq!(folders, 32);
}
