//! Health, Events and the top line: what they show, what is read while somebody looks, and that they hold at every width.

use std::collections::BTreeSet;

use drdeck::console::action::Topic;
use drdeck::console::screens::listing::Side;
use drdeck::console::screens::listings;
use drdeck::console::{Command, Event, Role, Start, Themes};
use drdeck::model::{Place, Query, Service, Snapshot, Span};
use drdeck::observe::Origin;
use ratatui::buffer::Buffer;

use crate::console_stage::{Stage, row};
use crate::fixture_health::{estate, events, looked_at, observation, snapshot, without};

const NARROW: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

fn stage(size: (u16, u16), snapshot: Snapshot) -> Stage {
    let mut stage = Stage::start(size, Start::Watch(estate().into()));
    stage.event(Event::Observed(observation(snapshot, stage.now)));
    stage
}

/// Name, keys.
const SCENES: [(&str, &str); 12] = [
    ("health", "6"),
    ("health_check", "6 Enter"),
    ("health_calculated", "6 / \"both-use1\" Enter Enter"),
    ("health_records", "6 Right"),
    ("health_record", "6 Right / \"www\" Enter Enter"),
    ("health_answers", "6 Right Right"),
    ("health_probes", "6 Right Right Right"),
    ("health_alarms", "6 Left Left Left"),
    ("health_controls", "6 Left Left"),
    ("health_plan", "6 Left Enter"),
    ("events", "0"),
    ("events_repeated", "0 / \"changed\" Enter Enter"),
];

fn hold(name: &str, buffer: &Buffer) {
    insta::assert_snapshot!(name, format!("{buffer:?}"));
}

#[test]
fn every_list_at_both_sizes() {
    for (size, suffix) in [(NARROW, "80x24"), (WIDE, "120x40")] {
        for (name, keys) in SCENES {
            let mut stage = stage(size, snapshot());
            stage.keys(keys);
            hold(&format!("{name}_{suffix}"), &stage.buffer("default"));
        }
    }
}

/// Route 53's API and CloudWatch in us-east-1 are gone; DNS and all else are there.
fn without_control_planes() -> Snapshot {
    without(|service, region| {
        service == Service::Route53 || (service == Service::CloudWatch && region.as_str() == "us-east-1")
    })
}

#[test]
fn without_control_planes_nothing_is_green_that_they_told() {
    let (theme, _) = Themes::default().load("default");
    let good = [Role::VerdictMet, Role::UpYes].map(|role| theme.style(role).fg);
    for (keys, wanted) in [("6", "✗ www-use1"), ("6 Right", "www.shop.example"), ("6 Enter", "too old to rely on")] {
        let mut stage = stage(WIDE, without_control_planes());
        stage.keys(keys);
        let buffer = stage.buffer("default");
        assert!(stage.text().contains(wanted), "{keys}: {wanted}\n{}", stage.text());
        // The routing controls' own cluster answers.
        let told = |y: u16| row(&buffer, y).contains("switch payments");
        for y in (1..WIDE.1).filter(|y| !told(*y)) {
            for x in 0..WIDE.0 {
                assert!(!good.contains(&Some(buffer[(x, y)].fg)), "{keys} at {x},{y}: {}", row(&buffer, y));
            }
        }
    }
    let mut stage = stage(WIDE, without_control_planes());
    stage.keys("6 Right Right");
    assert!(stage.text().contains("Not all clients have moved"), "DNS still tells:\n{}", stage.text());
}

/// The names in the list, from top to bottom.
fn names(stage: &Stage, heads: &str) -> Vec<String> {
    let buffer = stage.buffer("no-color");
    let first = (0..6).find(|y| row(&buffer, *y).contains(heads)).unwrap();
    (first + 1..buffer.area.height)
        .map(|y| row(&buffer, y))
        .take_while(|line| !line.trim().is_empty() && !line.starts_with('─'))
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn the_worst_come_first() {
    let mut stage = stage(NARROW, snapshot());
    stage.keys("6");
    let found = names(&stage, " STATE ");
    assert_eq!(found.first().map(String::as_str), Some("✗ www-use1"), "{found:?}");
    let of = |sign: &str| found.iter().filter(|name| name.starts_with(sign)).count();
    // What nobody asks for is not known, what is disabled or inverted says nothing of what it sees.
    assert_eq!((of("✗"), of("?"), of("▲")), (2, 1, 3), "{found:?}\n{}", stage.text());
    stage.keys("Right");
    let found = names(&stage, " ANSWERED ");
    let (first, last) = (found.first().unwrap(), found.last().unwrap());
    assert_eq!((first.as_str(), last.as_str()), ("▲ www.shop.example", "✓ pay.shop.example"), "{}", stage.text());
}

#[test]
fn a_check_says_what_its_switches_make_of_it() {
    for (name, wanted) in [
        ("old-check", "It is disabled: Route 53 takes it as healthy, whatever happens."),
        ("stop-check", "It is inverted: it reports the opposite of what it sees"),
        ("nobodys", "No component rests on it: what it reports is read while its page is open."),
        ("switch", "It follows a routing control, which is Off."),
        ("www-usw2", "It passes for us-west-2."),
        ("www-use1", "It has failed for us-east-1 since 13:53:00Z, 9m ago."),
    ] {
        let mut stage = stage(WIDE, snapshot());
        stage.keys(&format!("6 / \"{name}\" Enter"));
        assert!(stage.text().contains(wanted), "{name}: {wanted}\n{}", stage.text());
    }
}

/// GetHealthCheckStatus is asked only while somebody looks at the check.
#[test]
fn checkers_are_asked_while_somebody_looks() {
    let looks = |commands: Vec<Command>| -> BTreeSet<Query> {
        let looks = commands.into_iter().filter_map(|command| match command {
            Command::Look(queries) => Some(queries),
            _ => None,
        });
        looks.last().unwrap_or_default()
    };
    let mut stage = stage(WIDE, snapshot());
    assert_eq!(looks(stage.keys("6 j k")), BTreeSet::new());
    let looked = looks(stage.keys("Enter"));
    let checkers = Query::HealthCheckStatus(Place::home("us-east-1"), "www-use1".to_owned());
    assert!(looked.contains(&checkers), "{looked:?}");
    assert!(stage.text().contains("Being asked…"), "{}", stage.text());
    stage.event(Event::Observed(observation(looked_at(snapshot(), &looked), stage.now)));
    let text = stage.text();
    for wanted in ["1 of 3 checkers", "✗ Failure: Connection timed out.", "2 checkers in eu-west-1 and us-west-1"] {
        assert!(text.contains(wanted), "{wanted}:\n{text}");
    }
    assert_eq!(looks(stage.keys("Esc")), BTreeSet::new());
    // A check of other checks has none.
    let looked = looks(stage.keys("/ \"both-use1\" Enter Enter"));
    assert!(
        !looked.is_empty() && !looked.iter().any(|query| matches!(query, Query::HealthCheckStatus(..))),
        "{looked:?}"
    );
    assert!(stage.text().contains("MADE OF 2 CHECKS, OF WHICH 2 HAVE TO BE HEALTHY"), "{}", stage.text());
}

#[test]
fn a_record_says_why_traffic_goes_where_it_goes() {
    for (name, wanted) in [
        ("www", "www.shop.example answers the secondary (us-west-2), since the primary (us-east-1) is unhealthy"),
        ("pay", "pay.shop.example answers us-west-2, the only one that is healthy"),
        ("old", "old.shop.example answers green"),
    ] {
        let mut stage = stage((200, 50), snapshot());
        stage.keys(&format!("6 Right / \"{name}\" Enter Enter"));
        assert!(stage.text().contains(wanted), "{name}: {wanted}\n{}", stage.text());
    }
    let mut stage = stage(WIDE, snapshot());
    stage.keys("6 Right / \"www\" Enter");
    let www = (0..9).map(|y| row(&stage.buffer("default"), y)).find(|line| line.contains("www.shop")).unwrap();
    assert!(www.contains("usw2 secondary") && www.contains("use1 ✗ usw2 ✓"), "{www}");
    assert!(stage.text().contains("the resolver 10.0.0.2:53 still answers"), "{}", stage.text());
}

#[test]
fn nothing_asked_is_said_so() {
    let mut only_identity = snapshot();
    only_identity.readings.retain(|query, _| matches!(**query, Query::Probe(..)));
    for (keys, wanted) in [
        ("6 Right", "No component of the config is of the kind dns-record."),
        ("6 Left", "The config names no Region in [arc] region_switch."),
        ("6 Left Left", "The config has no [[arc.endpoint]]"),
    ] {
        let mut stage = stage(NARROW, only_identity.clone());
        stage.keys(keys);
        assert!(stage.text().contains(wanted), "{keys}: {wanted}\n{}", stage.text());
    }
}

/// The most important columns are there at 80 columns, and no cell runs into its neighbour at any width.
#[test]
fn columns_hold_at_every_width() {
    for (topic, key) in [(Topic::Health, "6"), (Topic::Events, "0")] {
        for (at, listing) in listings(topic).iter().enumerate() {
            for readings in [snapshot(), without_control_planes(), without(|_, _| true)] {
                let mut stage = stage(NARROW, readings);
                stage.keys(key);
                (0..at).for_each(|_| drop(stage.keys("Right")));
                for width in (80..=200).step_by(3) {
                    stage.resize((width, 24));
                    let buffer = stage.buffer("default");
                    let heads = |y: &u16| {
                        let line = row(&buffer, *y);
                        listing.heads.iter().filter(|head| head.rank < 2).all(|head| line.contains(head.title))
                    };
                    let y = (1..8).find(heads).unwrap_or_else(|| panic!("{}:\n{}", listing.title, stage.text()));
                    let line = row(&buffer, y) + " ";
                    for head in listing.heads {
                        let title = format!(" {} ", head.title);
                        let Some(found) = line.find(&title) else { continue };
                        let start = line[..found].chars().count();
                        let blank = match head.side {
                            Side::Left => start,
                            Side::Right => start + title.chars().count() - 1,
                        };
                        for y in y..y + 6 {
                            let text = row(&buffer, y);
                            if text.trim().is_empty() || text.starts_with("──") {
                                break;
                            }
                            let cell = buffer.cell((u16::try_from(blank).unwrap(), y));
                            assert!(cell.is_none_or(|cell| cell.symbol() == " "), "{} {title}: {text}", listing.title);
                        }
                    }
                }
            }
        }
    }
}

/// Sentences end behind a word, the subject stands in the panel, and the day where it is another one.
#[test]
fn events_read_as_sentences() {
    for (size, columns) in [(NARROW, vec!["WHEN", "SUBJECT", "EVENT"]), ((200, 50), vec!["WHAT", "TOLD BY"])] {
        let mut stage = stage(size, snapshot());
        stage.keys("0");
        let buffer = stage.buffer("default");
        for column in columns {
            assert!(row(&buffer, 1).contains(column), "{column} at {size:?}: {}", row(&buffer, 1));
        }
        let text = stage.text();
        assert!(text.contains("── shop · users · 13:55:12Z · drdeck ─"), "{text}");
        assert!(text.contains("11-19 18:02Z"), "the day of the oldest:\n{text}");
    }
    let mut narrow = stage(NARROW, snapshot());
    narrow.keys("0");
    let buffer = narrow.buffer("default");
    let verdict = (2..8).map(|y| row(&buffer, y)).find(|line| line.contains("MET → AT RISK")).unwrap();
    let cut = verdict.trim_end().strip_suffix('…').unwrap().split("  ").last().unwrap().trim_start().to_owned();
    let whole = events().entries[1].event.text.to_string();
    assert!(whole[whole.find(&cut).unwrap() + cut.len()..].starts_with(' '), "cut within a word: {verdict}");
    assert!(cut.chars().count() > 30, "{verdict}");
}

/// The first row of the screen.
fn top(stage: &Stage) -> String {
    row(&stage.buffer("default"), 0)
}

#[test]
fn the_top_line_says_which_control_plane_is_gone() {
    let gone = |services: &'static [Service]| {
        without(move |service, region| services.contains(&service) && region.as_str() == "us-east-1")
    };
    let narrow = top(&stage(NARROW, gone(&[Service::Route53])));
    assert!(narrow.contains("r53 API ✗2m") && narrow.contains("dns ✓") && narrow.contains("usw2 ✓"), "{narrow}");
    for wrong in ["awsglobal", "onprem", "http"] {
        assert!(!narrow.contains(wrong), "{narrow}");
    }
    let named = top(&stage(WIDE, gone(&[Service::CloudWatch])));
    assert!(named.contains("use1 ▲1/2 cloudwatch"), "{named}");
    let dead =
        top(&stage(NARROW, without(|service, region| service != Service::Route53 && region.as_str() == "us-east-1")));
    assert!(dead.contains("use1 ✗2m") && dead.contains("r53 ✓"), "{dead}");
    let mute = top(&stage(NARROW, without(|service, _| service == Service::Dns)));
    assert!(mute.contains("dns ✗2m") && mute.contains("r53 ✓"), "{mute}");
    let cluster = top(&stage(WIDE, without(|service, _| service == Service::Route53RecoveryCluster)));
    assert!(cluster.contains("arc ✗2m"), "{cluster}");
}

#[test]
fn what_is_remembered_is_said_so_in_the_top_line() {
    let (theme, _) = Themes::default().load("default");
    for size in [NARROW, WIDE] {
        let mut stage = stage(size, without(|_, _| true));
        let mut remembered = observation(without(|_, _| true), stage.now);
        let seen = remembered.assessment.now - Span::from_hours(20);
        remembered.origin = Origin::Remembered(seen);
        stage.event(Event::Observed(remembered.clone()));
        let line = top(&stage);
        let words = format!("▲ last seen {}, nothing read since", seen.strftime("%Y-%m-%d %H:%MZ"));
        assert!(line.contains(&words), "{line}");
        let at = line.find('▲').map(|byte| line[..byte].chars().count()).unwrap();
        let cell = stage.buffer("default")[(u16::try_from(at).unwrap(), 0)].clone();
        assert_eq!(Some(cell.fg), theme.style(Role::FreshnessStale).fg.or(Some(cell.fg)));
        remembered.origin = Origin::Partly(seen);
        stage.event(Event::Observed(remembered));
        assert!(top(&stage).contains("▲ partly as last seen"), "{}", top(&stage));
    }
}
