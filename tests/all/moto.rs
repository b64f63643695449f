//! moto, an AWS server that is not ours.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use drdeck::model::facts::Answer;
use drdeck::model::facts::route53::{Record, Routing};
use drdeck::model::{Moment, Place, Query, Text};
use serde_json::Value;

use crate::aws_stub::session_at;
use crate::python::passes;

#[test]
fn status_judges_what_moto_has_and_names_what_it_lacks() {
    passes("moto_seed.py", &[]);
}

/// A moto that lives as long as this does.
struct Moto(Child);

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_default()
}

/// A record in words that both sides can be brought to: its name, type, set, routing, TTL and values or target.
fn of_boto3(record: &Value) -> String {
    let routing = match (text(record, "Failover"), record["Weight"].as_u64(), text(record, "Region")) {
        ("PRIMARY", ..) => Routing::Primary,
        ("SECONDARY", ..) => Routing::Secondary,
        (_, Some(weight), _) => Routing::Weighted(weight),
        (_, None, region) if !region.is_empty() => Routing::Latency(Text::new(region)),
        _ => Routing::Simple,
    };
    let name = text(record, "Name").trim_end_matches('.').replace("\\052", "*");
    let (kind, ttl) = (text(record, "Type"), record["TTL"].as_u64());
    let records = record["ResourceRecords"].as_array().cloned().unwrap_or_default();
    let value = |record: &Value| {
        let value = text(record, "Value");
        if kind == "CNAME" { value.trim_end_matches('.').to_owned() } else { value.to_owned() }
    };
    let values: Vec<String> = records.iter().map(value).collect();
    let target = text(&record["AliasTarget"], "DNSName").trim_end_matches('.');
    format!("{name} {kind} {:?} {routing:?} {ttl:?} {values:?} {target:?}", text(record, "SetIdentifier"))
}

fn of_ours(record: &Record) -> String {
    let values: Vec<&str> = record.values.iter().map(Text::as_str).collect();
    let target = record.alias.as_ref().map(|alias| alias.target.as_str()).unwrap_or_default();
    let set = record.set.as_ref().map(Text::as_str).unwrap_or_default();
    let (name, kind, routing, ttl) = (&record.name, &record.kind, &record.routing, record.ttl.map(u64::from));
    format!("{name} {kind} {set:?} {routing:?} {ttl:?} {values:?} {target:?}")
}

#[tokio::test]
async fn zones_records_events_and_plans_are_read_as_boto3_reads_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut moto = Command::new(root.join("tests/.venv/bin/python3"))
        .args(["-B", "tests/python/moto_more.py"])
        .arg(env!("CARGO_BIN_EXE_drdeck"))
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map(Moto)
        .expect("Python starts: `tests/run` makes its environment");
    let mut line = String::new();
    BufReader::new(moto.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).expect("what boto3 reads");
    let session = session_at(text(&said, "endpoint"), Duration::from_secs(20)).await;
    let (place, now) = (|| Place::home("us-east-1"), Moment::now());
    let read = async |query: Query| {
        session.read(&query, now).await.result.unwrap_or_else(|error| panic!("{query:?}: {error}"))
    };

    let Answer::HostedZones(zones) = read(Query::HostedZones(place())).await else { panic!("zones") };
    assert_eq!(zones.len(), 2);
    for zone in said["zones"].as_array().unwrap() {
        let raw = text(zone, "Id");
        let ours = zones.iter().find(|ours| raw == format!("/hostedzone/{}", ours.id)).expect(raw);
        assert_eq!(ours.name.as_str(), text(zone, "Name").trim_end_matches('.'));
        assert_eq!(ours.private, zone["Config"]["PrivateZone"].as_bool().unwrap());
        let Answer::Records(records) = read(Query::Records(place(), ours.id.to_string())).await else {
            panic!("records")
        };
        let theirs: Vec<String> = said["records"][raw].as_array().unwrap().iter().map(of_boto3).collect();
        assert_eq!(records.iter().map(of_ours).collect::<Vec<_>>(), theirs);
    }
    let Answer::DbEvents(events) = read(Query::DbEvents(place())).await else { panic!("events") };
    let theirs = said["events"].as_array().unwrap();
    assert!(!theirs.is_empty(), "moto tells of an instance that was made");
    let events: Vec<(&str, &str)> =
        events.iter().map(|event| (event.source.as_str(), event.message.as_str())).collect();
    assert_eq!(
        events,
        theirs.iter().map(|event| (text(event, "SourceIdentifier"), text(event, "Message"))).collect::<Vec<_>>()
    );

    let Answer::BackupPlans(plans) = read(Query::BackupPlans(place())).await else { panic!("plans") };
    assert_eq!(plans.len(), 1);
    let id = plans[0].id.to_string();
    let Answer::BackupPlan(plan) = read(Query::BackupPlan(place(), id.clone())).await else { panic!("a plan") };
    let theirs = &said["plans"][&id]["BackupPlan"];
    assert_eq!(plan.name.as_str(), text(theirs, "BackupPlanName"));
    for (ours, theirs) in plan.rules.iter().zip(theirs["Rules"].as_array().unwrap()) {
        assert_eq!(
            (ours.name.as_str(), ours.vault.as_str()),
            (text(theirs, "RuleName"), text(theirs, "TargetBackupVaultName"))
        );
        assert_eq!(ours.schedule.as_ref().map(Text::as_str), theirs["ScheduleExpression"].as_str());
        assert_eq!(ours.start_window.map(|window| window.as_mins()), theirs["StartWindowMinutes"].as_i64());
        assert_eq!(ours.kept.map(|kept| kept.as_hours() / 24), theirs["Lifecycle"]["DeleteAfterDays"].as_i64());
        let copies: Vec<&str> = ours.copies.iter().map(|copy| copy.vault.as_str()).collect();
        let their_copies = theirs["CopyActions"].as_array().cloned().unwrap_or_default();
        assert_eq!(copies, their_copies.iter().map(|copy| text(copy, "DestinationBackupVaultArn")).collect::<Vec<_>>());
    }
    assert_eq!(plan.rules.len(), 2);
}
