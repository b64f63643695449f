//! Events: what two judgements show to have changed, and what AWS tells with its own times.

use std::collections::BTreeSet;
use std::sync::Arc;

use drdeck::model::assessment::Silent;
use drdeck::model::events::{Names, Severity, Subject, answered, at_first, changes, tells, told, unwatched};
use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::{self, Is};
use drdeck::model::facts::backup::{BackupJob, CopyJob, JobState, RestoreJob};
use drdeck::model::facts::cloudwatch::{Alarm, AlarmState, Series, SeriesStatus};
use drdeck::model::facts::drs::Job;
use drdeck::model::facts::look::{DnsAnswer, Response};
use drdeck::model::facts::rds;
use drdeck::model::facts::route53::{Record, Routing};
use drdeck::model::kinds::{Backup, Drs, HealthCheck, Kind, RdsReplica, Servers};
use drdeck::model::query::{DnsQuestion, DnsServer, Metric, Window};
use drdeck::model::{
    Assessment, Component, Estate, Event, EventKind, Failure, FailureKind, Moment, PerDisruption, Place, Query,
    Reading, Region, RunStart, Service, Site, Snapshot, SourceStatus, Span, System, Text, Up,
};

use crate::fixture_assessment::{self as fixture, at};

fn t(text: &str) -> Text {
    Text::new(text)
}

fn later(mut assessment: Assessment, by: Span) -> Assessment {
    assessment.now = assessment.now.checked_add(by).unwrap();
    assessment
}

/// The only change from `calm` to what `change` makes of it a minute later.
fn one_change(change: impl FnOnce(&mut Assessment)) -> Event {
    let mut after = later(fixture::calm(), Span::from_mins(1));
    change(&mut after);
    let mut found = changes(&fixture::calm(), &after);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

#[test]
fn nothing_changed_is_no_event() {
    assert_eq!(changes(&fixture::calm(), &later(fixture::calm(), Span::from_secs(30))), []);
    assert_eq!(changes(&fixture::outage(), &later(fixture::outage(), Span::from_millis(200))), []);
    assert_eq!(at_first(&fixture::calm()), []);
}

#[test]
fn an_outage_is_told_with_its_start_and_its_end_with_its_length() {
    let since = at("14:02:40");
    let down =
        |start| move |after: &mut Assessment| Arc::make_mut(&mut after.systems[0]).up = Up::Down { since, start };
    let began = one_change(down(RunStart::Seen));
    assert_eq!((began.kind, began.at, began.seen_at), (EventKind::Users, since, at("14:03:17")));
    assert_eq!(began.text, t("Users are not served"));
    assert_eq!(one_change(down(RunStart::Earlier)).text, t("Users are not served, since then or earlier"));

    let mut before = fixture::calm();
    down(RunStart::Earlier)(&mut before);
    let ended = changes(&before, &later(fixture::calm(), Span::from_mins(12)));
    assert_eq!(ended.len(), 1);
    assert_eq!((ended[0].severity, ended[0].at), (Severity::Good, at("14:14:17")));
    assert_eq!(ended[0].text, t("Users are served again, after 11 min 37 s"));
    let mut known_better = later(before.clone(), Span::from_mins(1));
    Arc::make_mut(&mut known_better.systems[0]).up = Up::Down { since: at("14:01:00"), start: RunStart::Seen };
    assert_eq!(changes(&before, &known_better), [], "a start that is known better is no new outage");
    let mut known_worse = later(known_better.clone(), Span::from_mins(1));
    Arc::make_mut(&mut known_worse.systems[0]).up = Up::Down { since: at("14:00:30"), start: RunStart::Earlier };
    assert_eq!(changes(&known_better, &known_worse), [], "nor is one of which another source knows less");
    let first = at_first(&known_better);
    assert_eq!(first.len(), 1, "an outage that lasts is told at the start");
    assert_eq!(first[0].at, at("14:01:00"));
}

#[test]
fn another_active_site_and_a_failover_are_told() {
    let moved = one_change(|after| {
        Arc::make_mut(&mut after.systems[0]).active = BTreeSet::from([Site::Region(Region::new("us-west-2"))])
    });
    assert_eq!((moved.kind, moved.severity), (EventKind::Active, Severity::Info));
    assert_eq!(moved.text, t("Serves from us-west-2, before from us-east-1"));
    let lost_sight = {
        let mut after = later(fixture::calm(), Span::from_mins(1));
        Arc::make_mut(&mut after.systems[0]).active.clear();
        changes(&fixture::calm(), &after)
    };
    assert_eq!(lost_sight, [], "not knowing where it serves is not serving from elsewhere");

    let consider = one_change(|after| Arc::make_mut(&mut after.systems[0]).consider_failover = Some(at("14:01:17")));
    assert_eq!((consider.kind, consider.severity), (EventKind::Failover, Severity::Bad));
    assert_eq!(consider.text, t("Consider a failover: us-east-1 is broken since 14:01:17Z"));
}

fn failing(kind: FailureKind, since: Moment) -> Option<Failure> {
    Some(Failure { since, at: since, kind, error: t("connection reset before an answer") })
}

#[test]
fn a_source_is_lost_when_it_is_silent_or_refuses_for_a_minute() {
    let since = at("14:02:30");
    let silent = |after: &mut Assessment| {
        let source = &mut after.sources[0];
        source.status = SourceStatus::Stale;
        source.failure = failing(FailureKind::Unreachable, since);
        after.silent = vec![Silent { service: source.service, region: source.region.clone(), since }];
    };
    let lost = one_change(silent);
    assert_eq!((lost.kind, lost.severity, lost.at), (EventKind::Source, Severity::Warning, since));
    assert!(lost.text.as_str().ends_with("cannot be read: connection reset before an answer"), "{}", lost.text);
    let mut before = fixture::calm();
    silent(&mut before);
    let back = changes(&before, &later(fixture::calm(), Span::from_mins(5)));
    assert_eq!((back.len(), back[0].severity), (1, Severity::Good));
    assert!(back[0].text.as_str().ends_with("can be read again, after 4 min 47 s"), "{}", back[0].text);

    let refuses = |lasting: Span, kind| {
        let mut after = later(fixture::calm(), Span::from_mins(5));
        after.sources[0].failure = failing(kind, after.now.checked_sub(lasting).unwrap());
        changes(&fixture::calm(), &after).len()
    };
    assert_eq!(refuses(Span::from_secs(59), FailureKind::Denied), 0, "one refused call says little");
    assert_eq!(refuses(Span::from_secs(60), FailureKind::Denied), 1);
    assert_eq!(refuses(Span::from_secs(60), FailureKind::TimedOut), 0, "one slow call of many is no silence");
}

#[test]
fn credentials_are_told_of_before_and_when_they_end() {
    // They end at 14:49:47.
    let at_minute = |minutes| later(fixture::calm(), Span::from_mins(minutes));
    let between = |a, b| changes(&at_minute(a), &at_minute(b));
    assert_eq!(between(0, 32), []);
    let warned = between(32, 33);
    assert_eq!((warned.len(), warned[0].kind), (1, EventKind::Credentials));
    assert_eq!((warned[0].at, warned[0].severity), (at("14:34:47"), Severity::Warning));
    assert_eq!(between(33, 47), []);
    let ended = between(47, 48);
    assert_eq!((ended[0].text.as_str(), ended[0].severity), ("The credentials have expired", Severity::Bad));
}

#[test]
fn what_changed_while_nobody_watched_is_told_as_that() {
    let now = at("14:02:17");
    let yesterday = now.checked_sub(Span::from_hours(24)).unwrap();
    let moved = one_change(|after| {
        Arc::make_mut(&mut after.systems[0]).active = BTreeSet::from([Site::Region(Region::new("us-west-2"))])
    });
    let told = unwatched(moved.clone(), yesterday, moved.at);
    assert!(told.text.as_str().starts_with("While nobody watched since 2026-11-19 14:02:17Z: "), "{}", told.text);
    let with_a_time =
        one_change(|after| Arc::make_mut(&mut after.systems[0]).up = Up::Down { since: now, start: RunStart::Seen });
    assert_eq!(unwatched(with_a_time.clone(), yesterday, moved.at), with_a_time);
}

// What AWS tells.

fn estate() -> Estate {
    let system = fixture::estate().systems.remove(2);
    let component = |name: &str, kind| Component {
        name: name.to_owned(),
        counts_for: PerDisruption { region: true, data: true },
        own_rpo: None,
        kind,
    };
    let kinds = vec![
        component(
            "orders-db",
            Kind::RdsReplica(RdsReplica {
                source: "orders".to_owned(),
                replica: "orders-dr".to_owned(),
                source_place: Place::home("us-east-1"),
                replica_place: Place::home("us-west-2"),
            }),
        ),
        component(
            "files",
            Kind::Backup(Backup {
                resource: "arn:aws:ec2:us-east-1:111122223333:volume/vol-1".to_owned(),
                vault: "shop".to_owned(),
                place: Place::home("us-east-1"),
                copy: None,
                every: Some(Span::from_hours(24)),
            }),
        ),
        component(
            "check",
            Kind::HealthCheck(HealthCheck {
                id: "c-1".to_owned(),
                watches: Site::Region(Region::new("us-east-1")),
                place: Place::home("us-east-1"),
            }),
        ),
        component(
            "servers",
            Kind::Drs(Drs { servers: Servers::Ids(vec!["s-1".to_owned()]), place: Place::home("us-west-2") }),
        ),
    ];
    Estate { systems: vec![System { components: kinds, ..system }], ..Default::default() }
}

fn orders(component: &str) -> Subject {
    Subject::Component { system: "orders".to_owned(), component: component.to_owned() }
}

fn tell(query: &Query, answer: Answer) -> Vec<Event> {
    assert!(tells(query), "{query:?}");
    let mut snapshot = Snapshot::default();
    let reading = Reading::fresh(Arc::new(answer), at("14:02:00"), Span::from_mins(1));
    snapshot.readings.insert(Arc::new(query.clone()), reading);
    told(&Names::of(&estate()), query, &snapshot)
}

fn texts(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.text.as_str()).collect()
}

#[test]
fn rds_tells_its_events_of_the_component_they_befell() {
    let query = Query::DbEvents(Place::home("us-east-1"));
    let event = |source: &str, time: &str, message: &str, categories: &[&str]| rds::Event {
        source: t(source),
        source_kind: t("db-instance"),
        at: Some(at(time)),
        message: t(message),
        categories: categories.iter().map(|category| t(category)).collect(),
    };
    let list = vec![
        event("orders", "13:40:00", "Multi-AZ instance failover completed", &["failover", "availability"]),
        event("orders", "03:10:00", "Finished DB Instance backup", &["backup"]),
        event("other", "13:50:00", "The storage is full", &["low storage"]),
    ];
    let told = tell(&query, Answer::DbEvents(list));
    assert_eq!(
        texts(&told),
        [
            "orders: Multi-AZ instance failover completed",
            "orders: Finished DB Instance backup",
            "other: The storage is full"
        ]
    );
    assert_eq!(told[0].subject, orders("orders-db"));
    assert_eq!(told[2].subject, Subject::Service(Service::Rds, Region::new("us-east-1")));
    let severities: Vec<Severity> = told.iter().map(|event| event.severity).collect();
    assert_eq!(severities, [Severity::Warning, Severity::Info, Severity::Bad]);
    assert_eq!((told[0].at, told[0].seen_at), (at("13:40:00"), at("14:02:00")));
    assert_eq!(told[0].source(), "rds:DescribeEvents us-east-1");
}

fn backup(id: &str, state: Known<JobState>, completed: Option<Moment>, message: Option<&str>) -> BackupJob {
    BackupJob {
        id: t(id),
        resource: t("arn:aws:ec2:us-east-1:111122223333:volume/vol-1"),
        resource_type: t("EBS"),
        vault: t("shop"),
        state,
        created: Some(at("13:00:00")),
        completed,
        message: message.map(t),
        recovery_point: None,
        plan: None,
    }
}

#[test]
fn backup_jobs_are_told_when_they_ended() {
    let query = Query::BackupJobs(Place::home("us-east-1"));
    let ended = Some(at("13:30:00"));
    let jobs = vec![
        backup("a", Is(JobState::Completed), ended, None),
        backup("b", Is(JobState::Completed), ended, Some("2 files skipped")),
        backup("c", Is(JobState::Running), None, None),
        backup("d", Is(JobState::Failed), ended, Some("no permission")),
        backup("e", Known::Other(t("PAUSED")), None, None),
        backup("f", Is(JobState::Completed), Some("2026-11-18T13:30:00Z".parse().unwrap()), None),
        backup("g", Is(JobState::Aborted), Some("2026-11-18T13:30:00Z".parse().unwrap()), None),
        backup("h", Is(JobState::Aborted), Some("2026-10-18T13:30:00Z".parse().unwrap()), None),
    ];
    let told = tell(&query, Answer::BackupJobs(jobs));
    assert_eq!(
        texts(&told),
        [
            "Backup of vol-1 completed",
            "Backup of vol-1 completed with issues: 2 files skipped",
            "Backup of vol-1 failed: no permission",
            "Backup of vol-1 was aborted",
        ]
    );
    assert!(told.iter().all(|event| event.subject == orders("files")));
}

#[test]
fn copies_and_restore_tests_are_told_with_what_came_of_them() {
    let copy = CopyJob {
        id: t("c"),
        resource: t("arn:aws:rds:us-east-1:111122223333:db:orders"),
        source_point: t("point"),
        destination_point: None,
        destination_vault: t("arn:aws:backup:us-west-2:111122223333:backup-vault:shop-dr"),
        state: Is(JobState::Failed),
        created: Some(at("13:00:00")),
        completed: Some(at("13:10:00")),
        message: Some(t("Access Denied")),
    };
    let told = tell(&Query::CopyJobs(Place::home("us-east-1")), Answer::CopyJobs(vec![copy]));
    assert_eq!(texts(&told), ["Copy of orders to shop-dr failed: Access Denied"]);
    assert_eq!((told[0].kind, &told[0].subject), (EventKind::Copy, &orders("orders-db")));

    let restore = RestoreJob {
        id: t("r"),
        recovery_point: t("arn:aws:backup:us-west-2:111122223333:recovery-point:1"),
        resource: Some(t("arn:aws:ec2:us-east-1:111122223333:volume/vol-1")),
        state: Is(JobState::Completed),
        created: Some(at("12:00:00")),
        completed: Some(at("12:30:00")),
        validation: Some(t("FAILED")),
        deletion: Some(t("FAILED")),
        testing_plan: Some(t("arn:aws:backup:us-west-2:111122223333:restore-testing-plan:weekly")),
        resource_type: Some(t("EBS")),
        message: None,
        made: None,
    };
    let told = tell(&Query::RestoreJobs(Place::home("us-west-2")), Answer::RestoreJobs(vec![restore]));
    assert_eq!(
        texts(&told),
        [
            "Restore test of vol-1 completed",
            "Restore test of vol-1 failed its validation",
            "Restore test of vol-1 left what it restored behind: it could not be deleted",
        ]
    );
    assert!(told.iter().all(|event| event.kind == EventKind::RestoreTest));
}

#[test]
fn a_drs_job_that_completed_is_told_by_what_came_of_its_servers() {
    let job = |servers: &[(&str, &str)]| Job {
        id: t("drsjob-1"),
        kind: t("LAUNCH"),
        initiated_by: t("START_DRILL"),
        status: t("COMPLETED"),
        created: Some(at("13:00:00")),
        ended: Some(at("13:20:00")),
        tags: Vec::new(),
        servers: servers.iter().map(|(server, status)| (t(server), t(status))).collect(),
    };
    let query = Query::DrsJobs(Place::home("us-west-2"));
    let told = tell(&query, Answer::DrsJobs(vec![job(&[("s-1", "LAUNCHED"), ("s-2", "FAILED")])]));
    assert_eq!(
        texts(&told),
        ["DRS: start drill of 2 servers started", "DRS: start drill failed for 1 of 2 servers: s-2"]
    );
    assert_eq!((told[1].severity, &told[1].subject), (Severity::Bad, &orders("servers")));
    let well = tell(&query, Answer::DrsJobs(vec![job(&[("s-1", "LAUNCHED")])]));
    assert_eq!(well[1].severity, Severity::Good);
}

#[test]
fn the_runs_of_a_health_check_are_told_where_both_sides_were_seen() {
    let metric = Metric {
        namespace: "AWS/Route53".to_owned(),
        name: "HealthCheckStatus".to_owned(),
        dimensions: vec![("HealthCheckId".to_owned(), "c-1".to_owned())],
        statistic: "Minimum".to_owned(),
        window: Window::Long,
    };
    let query = Query::Series(Place::home("us-east-1"), metric.into());
    let minutes = [("14:00:00", 1.0), ("13:59:00", 0.0), ("13:58:00", 0.0), ("13:57:00", 1.0), ("13:30:00", 0.0)];
    let points = minutes.map(|(time, value)| (at(time), value)).to_vec();
    let told = tell(&query, Answer::Series(Series { status: SeriesStatus::Complete, points }));
    assert_eq!(texts(&told), ["The health check passes again", "The health check fails"]);
    assert_eq!((told[0].at, told[1].at), (at("14:00:00"), at("13:58:00")));
    assert_eq!(told[0].subject, orders("check"));
}

#[test]
fn an_alarm_is_told_once_for_each_change_of_its_state() {
    let query = Query::Alarms(Place::home("us-east-1"));
    let alarm = |state, since: &str| Alarm {
        name: t("orders-lag"),
        arn: t("arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-lag"),
        state,
        reason: Some(t("Threshold Crossed")),
        since: Some(at(since)),
        actions_enabled: true,
        missing_data: None,
        metric: None,
    };
    let told = |state, since| tell(&query, Answer::Alarms(vec![alarm(state, since)])).remove(0);
    let off = told(Is(AlarmState::Alarm), "13:30:00");
    assert_eq!((off.severity, off.text.as_str()), (Severity::Bad, "Alarm orders-lag is in ALARM: Threshold Crossed"));
    assert_eq!(off.id(), told(Is(AlarmState::Alarm), "13:30:00").id(), "told twice, it is one");
    assert_ne!(off.id(), told(Is(AlarmState::Ok), "13:40:00").id());
}

fn dns(name: &str, server: DnsServer) -> Query {
    let question = DnsQuestion { name: name.to_owned(), kind: "A".to_owned(), server };
    Query::DnsAnswer(Place::home(Place::EVERYWHERE), question)
}

fn says(values: &[&str]) -> Answer {
    Answer::DnsAnswer(DnsAnswer {
        server: t("127.0.0.1:53"),
        code: t(if values.is_empty() { "NXDOMAIN" } else { "NOERROR" }),
        values: values.iter().map(|value| t(value)).collect(),
        ttl: Some(60),
    })
}

#[test]
fn another_answer_of_dns_or_of_a_page_is_told() {
    let names = Names::of(&estate());
    let query = dns("shop.example", DnsServer::Authoritative);
    let none = Snapshot::default();
    let change = |before, after| answered(&names, &query, &before, &after, at("14:00:00"), &none);
    assert_eq!(change(says(&["192.0.2.1"]), says(&["192.0.2.1"])), []);
    let moved = change(says(&["192.0.2.1"]), says(&["198.51.100.1"]));
    assert_eq!(texts(&moved), ["shop.example A is 198.51.100.1, was 192.0.2.1"]);
    assert_eq!(moved[0].severity, Severity::Info);
    assert_eq!(change(says(&["192.0.2.1"]), says(&[]))[0].severity, Severity::Bad);

    let query = Query::Probe(Place::home("us-east-1"), "https://shop.example/health".to_owned());
    let answers = |status| Answer::Probe(Response { status, error: None, took: Span::from_millis(30) });
    let change = |before, after| answered(&names, &query, &answers(before), &answers(after), at("14:00:00"), &none);
    assert_eq!(change(Some(200), Some(204)), []);
    assert_eq!(texts(&change(Some(200), Some(503))), ["https://shop.example/health answers 503"]);
    assert_eq!(change(None, Some(200))[0].severity, Severity::Good);
}

fn record(name: &str, routing: Routing, value: &str) -> Record {
    Record {
        name: t(name),
        kind: t("A"),
        set: None,
        routing,
        ttl: Some(60),
        values: vec![t(value)],
        dotted: false,
        alias: None,
        health_check: None,
    }
}

#[test]
fn the_answers_of_a_name_that_has_several_are_told_when_there_are_others_to_choose_from() {
    let names = Names::of(&estate());
    let records = |weights: [u64; 2]| {
        Answer::Records(vec![
            record("in-turn.shop.example", Routing::Weighted(weights[0]), "192.0.2.1"),
            record("in-turn.shop.example", Routing::Weighted(weights[1]), "198.51.100.1"),
            record("*.near.shop.example", Routing::Latency(t("us-east-1")), "192.0.2.1"),
            record("moves.shop.example", Routing::Primary, "192.0.2.1"),
            record("moves.shop.example", Routing::Secondary, "198.51.100.1"),
        ])
    };
    let zone = Query::Records(Place::home("us-east-1"), "Z1".to_owned());
    let mut snapshot = Snapshot::default();
    let reading = Reading::fresh(Arc::new(records([1, 1])), at("13:55:00"), Span::from_mins(10));
    snapshot.readings.insert(Arc::new(zone.clone()), reading);
    let change = |name: &str, before: &[&str], after: &[&str]| {
        let query = dns(name, DnsServer::Resolver);
        answered(&names, &query, &says(before), &says(after), at("14:00:00"), &snapshot)
    };
    let (one, other) = (["192.0.2.1"], ["198.51.100.1"]);
    assert_eq!(change("in-turn.shop.example", &one, &other), []);
    assert_eq!(change("eu.near.shop.example", &one, &other), []);
    assert_eq!(
        texts(&change("moves.shop.example", &one, &other)),
        ["moves.shop.example A is 198.51.100.1 for clients of the resolvers, was 192.0.2.1"]
    );
    assert_eq!(change("in-turn.shop.example", &one, &[])[0].severity, Severity::Bad, "no answer is always told");

    assert!(tells(&zone));
    let change = |before, after| answered(&names, &zone, &records(before), &records(after), at("14:00:00"), &snapshot);
    assert_eq!(change([1, 1], [90, 10]), [], "in another proportion, but the same");
    assert_eq!(
        texts(&change([1, 1], [1, 0])),
        ["in-turn.shop.example A may be answered with 192.0.2.1, before with 192.0.2.1 and 198.51.100.1"]
    );
}
