//! The large estate: its size, its three accounts, its jobs.

use drdeck::sim::timeline::Timeline;
use drdeck::sim::{Estate, Moment, Options, Simulator, World, parse_scenario};
use serde_json::{Value as Json, json};

use crate::sim_asks::{Asked, START};
use crate::sim_kit::{get, send};

fn sum(estate: &Estate, of: impl Fn(&Estate) -> usize) -> usize {
    estate.accounts().map(of).sum()
}

/// The world of one account.
fn asked(account: usize) -> Asked {
    let large = Estate::large(1);
    let estate = large.accounts().nth(account).unwrap().clone();
    let start = Moment::parse(START).unwrap();
    let timeline = std::sync::Arc::new(Timeline::default());
    Asked { world: World { estate: std::sync::Arc::new(estate), timeline, seed: 1, start, now: start } }
}

#[test]
fn it_is_as_large_as_it_says() {
    let estate = Estate::large(1);
    let systems = |one: &Estate| {
        one.drs.servers.iter().map(|server| &server.tags["System"]).collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!(estate.accounts().count(), 3);
    assert_eq!(estate.regions.len(), 4);
    assert_eq!(sum(&estate, systems), 1_000);
    assert_eq!(sum(&estate, |one| one.drs.servers.len()), 4_000);
    assert_eq!(sum(&estate, |one| one.route53.health_checks.len()), 500);
    assert_eq!(sum(&estate, |one| one.rds.instances.len()), 600);
    assert_eq!(sum(&estate, |one| one.dynamodb.tables.len()), 300);
    for account in estate.accounts() {
        account.check().unwrap();
        for region in &account.regions {
            assert!(account.drs.servers.iter().any(|server| server.region == *region), "{region}");
        }
    }
}

#[test]
fn its_backups_and_copies_make_twenty_thousand_jobs() {
    let mut jobs = 0;
    for account in 0..3 {
        let asked = asked(account);
        for region in ["us-east-1", "us-west-2", "us-east-2", "eu-west-1"] {
            for operation in ["ListBackupJobs", "ListCopyJobs"] {
                jobs += asked.pages("backup", region, operation, 1_000, &json!({})).len();
            }
        }
    }
    assert!((19_900..=20_100).contains(&jobs), "{jobs}");
}

#[test]
fn the_same_seed_makes_the_same_estate_and_another_one_does_not() {
    let ids = |seed| Estate::large(seed).drs.servers.iter().map(|server| server.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(1), ids(1));
    assert_ne!(ids(1), ids(2));
}

#[test]
fn a_role_of_another_account_leads_to_its_resources() {
    let running = Simulator::start(Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        estate: Estate::large(1),
        scenario: parse_scenario("calm", "name = \"calm\"\nstory = \"\"\n").unwrap(),
        seed: 1,
        speed: 0.0,
        start: Moment::parse(START),
    })
    .unwrap();
    let text = |reply: crate::sim_kit::Reply| reply.text();
    let form = crate::sim_kit::query(
        &running,
        "sts",
        "us-east-1",
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A222233334444%3Arole%2Fdrdeck-observe&RoleSessionName=drdeck",
    );
    let xml = text(form.unwrap());
    let token = xml.split_once("<SessionToken>").unwrap().1.split_once('<').unwrap().0.to_owned();
    let own = text(get(&running, "route53", "us-east-1", "/2013-04-01/healthcheckcount").unwrap());
    let signed = crate::sim_kit::signed("backup", "us-east-1");
    let headers = [("authorization", &*signed), ("x-amz-security-token", &*token)];
    let other = send(&running, "GET", "/backup-jobs?maxResults=5", &headers, b"").unwrap();
    assert!(own.contains("<HealthCheckCount>"), "{own}");
    let jobs: Json = other.json();
    assert_eq!(jobs["BackupJobs"].as_array().unwrap().len(), 5);
    for job in jobs["BackupJobs"].as_array().unwrap() {
        assert_eq!(job["AccountId"], "222233334444");
    }
    running.stop();
}
