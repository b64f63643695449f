//! Credentials as a login program hands them out: those that end too soon, and those of somebody else. The real binary, which takes them from the
//! profile's `credential_process` as it would from any other login, says so and sends nothing; another person takes the run over by resuming it.

use std::fs;
use std::time::Duration;

use drdeck::journal::{Record, Verdict};
use drdeck::model::{Moment, Span};
use serde_json::json;

use crate::engine_world::check_records;
use crate::never_kit::check_changes;
use crate::run_kit::{Heard, Ran, Talk};
use crate::run_proxied::Proxied;

const NAME: &str = "scale-up";

/// Its first step may take ten minutes.
const RUNBOOK: &str = r#"
system = "storefront"
direction = "failover"
version = "1"
owner = "us"
summary = "Scales up."
account = "111122223333"
regions = ["us-west-2"]

[[step]]
id = "web"
kind = "asg-scale"
phase = "execute"
title = "Scale up"
group = "storefront-web"
region = "us-west-2"
desired = 6
estimate = "3m"
worst = "10m"
"#;

/// A shop that drdeck takes for AWS itself: no simulator's key, and our own clock.
fn stage() -> Proxied {
    let shop = Proxied::shop(120.0);
    shop.stage.write_runbook(NAME, RUNBOOK);
    let config = fs::read_to_string(shop.stage.config()).unwrap();
    let plain = config.replace("simulator = true\n", "");
    assert_ne!(config, plain);
    fs::write(shop.stage.config(), plain).unwrap();
    let home = shop.stage.config().parent().unwrap().to_owned();
    fs::create_dir(home.join(".aws")).unwrap();
    let process = format!("[default]\ncredential_process = cat {}\n", home.join("login.json").display());
    fs::write(home.join(".aws/config"), process).unwrap();
    shop
}

/// What the login program hands out from now on.
fn log_in(shop: &Proxied, key: &str, minutes: i64) {
    let end = Moment::now().checked_add(Span::from_mins(minutes)).unwrap();
    let login = json!({
        "Version": 1, "AccessKeyId": key, "SecretAccessKey": "any", "Expiration": format!("{end:.0}"),
    });
    let path = shop.stage.config().parent().unwrap().join("login.json");
    fs::write(path, login.to_string()).unwrap();
}

/// Talks until a line holds `end`, or nothing is said any more.
fn talk_until(shop: &Proxied, talk: &mut Talk, end: &str) -> Option<String> {
    loop {
        match talk.hear(Duration::from_millis(50)) {
            Heard::End => return None,
            Heard::Nothing => {}
            Heard::Line(line) if line.contains(end) => return Some(line),
            Heard::Line(line) => {
                if line.starts_with("? ")
                    && let Some(answer) = shop.answer(&line)
                {
                    talk.say(&answer);
                }
            }
        }
    }
}

/// Talks until the step is back, and what it says of why: the lines of a card, one after the other.
fn refused(shop: &Proxied, talk: &mut Talk, why: &str) -> String {
    talk_until(shop, talk, why).unwrap_or_else(|| panic!("never said: {why}"));
    let from = talk.said().rfind(why).unwrap_or_default();
    talk.hear_of("? step 1 of 1 web");
    talk.said()[from..].split_whitespace().collect::<Vec<_>>().join(" ")
}

fn paused(mut talk: Talk) -> Ran {
    talk.say("pause");
    let ran = talk.end();
    assert_eq!(ran.code, Some(1), "{}{}", ran.said, ran.errors);
    ran
}

#[test]
fn credentials_that_end_before_the_step_may_are_told_and_a_new_login_goes_on() {
    let shop = stage();
    log_in(&shop, "demo", 4);
    let mut talk = shop.stage.start(&["runbook", "run", NAME]);
    let said = refused(&shop, &mut talk, "the credentials end at ");
    assert!(said.contains("but this step may take 10 min; log in again, then confirm"), "{said}");
    assert_eq!(shop.proxy.passed(), []);
    log_in(&shop, "demo", 60);
    talk.say("yes");
    assert_eq!(talk_until(&shop, &mut talk, "never said"), None);
    talk.end().finished();
    assert_eq!((shop.proxy.passed().len(), shop.changed()), (1, 1));
}

#[test]
fn another_login_is_not_the_one_that_the_run_began_with_until_its_person_resumes_it() {
    let shop = stage();
    // What the run begins with has to be renewed before the step.
    log_in(&shop, "demo", 4);
    let mut talk = shop.stage.start(&["runbook", "run", NAME]);
    let question = talk_until(&shop, &mut talk, "? step 1 of 1 web").expect("a card");
    log_in(&shop, "demo-bob", 60);
    talk.say(&shop.answer(&question).unwrap());
    let said = refused(&shop, &mut talk, "this session began as ");
    let words = "user/alice, and AWS now takes us for arn:aws:iam::111122223333:user/bob; log in as before, or pause and resume as another operator";
    assert!(said.contains(words), "{said}");
    assert_eq!(shop.proxy.passed(), []);
    paused(talk);
    let mut talk = shop.stage.start(&["runbook", "run", NAME]);
    assert_eq!(talk_until(&shop, &mut talk, "never said"), None);
    talk.end().finished();
    let entries = shop.entries(shop.run().unwrap());
    check_records(&entries);
    check_changes(&entries, &shop.stage.calls());
    let drivers: Vec<String> = entries
        .iter()
        .filter_map(|entry| match &entry.record {
            Record::SessionOpened { by, identity, .. } => Some(format!("{} {}", by.name, identity.arn)),
            _ => None,
        })
        .collect();
    let arn = "arn:aws:iam::111122223333:user";
    assert_eq!(drivers, [format!("alice {arn}/alice"), format!("bob {arn}/bob")], "the hand-over is on record");
    let last = entries.last().map(|entry| &entry.record);
    assert!(matches!(last, Some(Record::SessionClosed { verdict: Verdict::Finished, .. })));
    assert_eq!(shop.changed(), 1);
}
