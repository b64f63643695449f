//! The story that Events make: what is told at once and what has to last, what is said once although it happened often or befell many.

use std::collections::BTreeSet;
use std::sync::Arc;

use drdeck::model::events::{Entry, Severity, Standings, Subject, changes, fold};
use drdeck::model::{
    Assessment, Event, EventKind, Loss, PerDisruption, Region, RunStart, Service, Span, Text, Up, Verdict,
};

use crate::fixture_assessment::{self as fixture, at};

/// So long has to last what may only seem so.
const SETTLES: Span = Span::from_mins(2);

fn t(text: &str) -> Text {
    Text::new(text)
}

/// Orders, `seconds` after the calm assessment, as `change` makes it.
fn after(seconds: i64, change: impl FnOnce(&mut Assessment)) -> Assessment {
    let mut assessment = fixture::calm();
    assessment.now = assessment.now.checked_add(Span::from_secs(seconds)).unwrap();
    change(&mut assessment);
    assessment
}

fn judged(seconds: i64, verdict: Verdict) -> Assessment {
    after(seconds, |assessment| {
        let orders = Arc::make_mut(&mut assessment.systems[2]);
        orders.verdict = verdict;
        orders.reasons = vec![t("Users have not been served since 14:00:03Z"), t("the reason")];
        for component in &mut orders.components {
            component.verdict = Verdict::Met;
        }
    })
}

/// What is told of orders, which is judged as these are, each so many seconds after the beginning.
fn verdicts(first: Verdict, then: impl IntoIterator<Item = (i64, Verdict)>) -> Vec<(i64, String)> {
    let begin = judged(0, first);
    let mut standings = Standings::of(&begin);
    let events = then.into_iter().flat_map(|(seconds, verdict)| standings.follow(&judged(seconds, verdict), SETTLES));
    events.map(|event| (event.at.duration_since(begin.now).as_secs(), event.text.to_string())).collect()
}

#[test]
fn a_verdict_that_changed_is_told_with_its_reason() {
    let mut standings = Standings::of(&judged(0, Verdict::AtRisk));
    let mut now = judged(60, Verdict::Breached);
    Arc::make_mut(&mut now.systems[2]).components[0].verdict = Verdict::Breached;
    Arc::make_mut(&mut now.systems[2]).components[0].reason = t("orders is 9 min behind");
    let events = standings.follow(&now, SETTLES);
    assert_eq!(events.len(), 1, "{events:#?}");
    let event = &events[0];
    assert_eq!((event.kind, event.severity), (EventKind::Verdict, Severity::Bad));
    assert_eq!(event.subject, Subject::System("orders".to_owned()));
    assert_eq!((event.at, event.source().as_str()), (now.now, "drdeck"));
    assert_eq!(event.text, t("AT RISK \u{2192} BREACHED: orders is 9 min behind"));
    assert_eq!(standings.follow(&now, SETTLES), [], "once");
}

#[test]
fn what_becomes_unknown_for_a_moment_while_sources_take_turns_is_not_told() {
    use Verdict::{AtRisk, Breached, Split, Unknown};
    assert_eq!(verdicts(AtRisk, [(10, Unknown), (70, AtRisk), (200, Unknown), (300, AtRisk), (900, AtRisk)]), []);
    let lasts = verdicts(AtRisk, [(10, Unknown), (129, Unknown), (130, Unknown), (300, AtRisk), (500, AtRisk)]);
    let told = ["AT RISK \u{2192} UNKNOWN: the reason", "UNKNOWN \u{2192} AT RISK: the reason"];
    assert_eq!(lasts, [(10, told[0].to_owned()), (300, told[1].to_owned())], "with the moment at which it began");
    for bad in [Breached, Split] {
        let told = verdicts(Unknown, [(10, bad), (20, Unknown), (30, bad), (40, AtRisk)]);
        assert_eq!(told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [10, 40], "{bad:?} is told at once");
    }
}

#[test]
fn what_is_not_told_yet_is_told_when_it_is_due() {
    let mut standings = Standings::of(&judged(0, Verdict::Met));
    assert_eq!(standings.next_change(SETTLES), None);
    let unknown = judged(10, Verdict::Unknown);
    assert_eq!(standings.follow(&unknown, SETTLES), []);
    let due = standings.next_change(SETTLES).unwrap();
    assert_eq!(due, unknown.now.checked_add(SETTLES).unwrap());
    let lasts = Assessment { now: due, ..unknown.clone() };
    assert_eq!(standings.follow(&lasts, SETTLES).len(), 1);
    assert_eq!(standings.next_change(SETTLES), None);
    // With nothing to wait for, as after a night in which nobody watched.
    assert_eq!(Standings::of(&judged(0, Verdict::Met)).follow(&unknown, Span::ZERO).len(), 1);
}

/// Storefront, which promises to lose 5 minutes at most: what it has lost, as it was read so many seconds before.
fn lost(seconds: i64, lost: i64, read_before: i64) -> Assessment {
    after(seconds, |assessment| {
        let now = assessment.now;
        let earlier = |seconds| now.checked_sub(Span::from_secs(seconds)).unwrap();
        let system = Arc::make_mut(&mut assessment.systems[0]);
        let verdict = if lost > 300 { Verdict::Breached } else { Verdict::AtRisk };
        let rpo = &mut system.rpo.region;
        assert_eq!(rpo.objective, Some(Span::from_mins(5)));
        (rpo.now, rpo.verdict, rpo.read_at) = (Some(Span::from_secs(lost)), verdict, Some(earlier(read_before)));
        system.verdict = verdict;
        for component in &mut system.components {
            component.verdict = Verdict::Met;
        }
        let component = &mut system.components[0];
        component.verdict = verdict;
        component.read_at = Some(earlier(read_before));
        let region = Loss::Since { newest: earlier(lost), oldest: None };
        component.loss = PerDisruption { region, data: Loss::NotApplicable };
    })
}

#[test]
fn an_rpo_that_grows_only_until_it_is_read_again_is_no_breach_yet() {
    let told = |then: &[Assessment]| -> Vec<String> {
        let mut standings = Standings::of(&lost(0, 200, 0));
        let of = |assessment: &Assessment| standings.follow(assessment, SETTLES);
        then.iter().flat_map(of).map(|event| event.text.to_string()).collect()
    };
    assert_eq!(told(&[lost(60, 310, 50), lost(90, 250, 0), lost(150, 310, 60)]), [""; 0]);
    let read = told(&[lost(60, 310, 50), lost(80, 330, 1)]);
    assert_eq!(read.len(), 1, "the next reading says it too: {read:?}");
    assert!(read[0].starts_with("AT RISK \u{2192} BREACHED"), "{read:?}");
    assert_eq!(told(&[lost(60, 310, 50), lost(180, 430, 170)]).len(), 1, "no reading comes at all");
}

#[test]
fn an_objective_that_was_crossed_is_told_while_the_verdict_has_other_reasons() {
    let other = |mut assessment: Assessment| {
        Arc::make_mut(&mut assessment.systems[0]).verdict = Verdict::Breached;
        assessment
    };
    let mut standings = Standings::of(&other(lost(0, 200, 0)));
    let crossed = standings.follow(&other(lost(60, 360, 0)), SETTLES);
    assert_eq!((crossed.len(), crossed[0].kind), (1, EventKind::Objective));
    assert_eq!(crossed[0].text, t("region RPO is 6 min, more than the 5 min promised"));
    let back = standings.follow(&other(lost(120, 120, 0)), SETTLES);
    assert_eq!((back.len(), back[0].severity), (1, Severity::Good));
    assert_eq!(back[0].text, t("region RPO is 2 min, again within the 5 min promised"));
}

fn flap(minute: i64, severity: Severity) -> Event {
    let at = at("02:10:00").checked_add(Span::from_mins(minute)).unwrap();
    Event {
        at,
        seen_at: at,
        kind: EventKind::Users,
        severity,
        subject: Subject::System("storefront".to_owned()),
        text: t(if severity == Severity::Bad { "Users are not served" } else { "Users are served again, after 5 min" }),
        thing: "users/storefront".to_owned(),
        query: None,
    }
}

/// Down at each of these minutes, and up five minutes later.
fn flaps(minutes: impl IntoIterator<Item = i64>) -> Vec<Event> {
    minutes.into_iter().flat_map(|at| [flap(at, Severity::Bad), flap(at + 5, Severity::Good)]).collect()
}

fn story(events: Vec<Event>) -> Vec<Entry> {
    fold(events, at("06:00:00"))
}

#[test]
fn what_goes_to_and_fro_is_said_once() {
    let entries = story(flaps((0..14).map(|n| n * 15)));
    assert_eq!(entries.len(), 1);
    assert_eq!(
        entries[0].event.text.as_str(),
        "Users were not served 14 times (first 5 min, last 5 min, longest 5 min) between 02:10:00Z and 05:30:00Z; last: Users are served again, after 5 min"
    );
    assert_eq!((entries[0].of.len(), entries[0].began()), (28, at("02:10:00")));
    assert_eq!(entries[0].event.severity, Severity::Warning, "it may go on");
    assert!(entries[0].of.is_sorted_by(|a, b| a.at >= b.at), "newest first");
}

#[test]
fn two_outages_are_two_stories_and_a_long_pause_ends_one() {
    assert_eq!(story(flaps([0, 30])).len(), 4, "two outages are told one by one");
    let early = (0..3).map(|n| n * 15);
    let entries = story(flaps(early.chain([220])));
    assert_eq!(entries.len(), 3, "three of them in a row, and one more than three hours later");
    assert_eq!(entries.iter().map(|entry| entry.of.len()).collect::<Vec<_>>(), [0, 0, 6]);
    assert!(entries.is_sorted_by(|a, b| a.event.at >= b.event.at));
}

#[test]
fn different_things_are_not_mixed() {
    let mut events = flaps((0..4).map(|n| n * 15));
    let mut other = flaps((0..4).map(|n| n * 15));
    for event in &mut other {
        event.subject = Subject::System("orders".to_owned());
        event.thing = "users/orders".to_owned();
    }
    events.extend(other);
    assert_eq!(story(events).len(), 2);
}

#[test]
fn a_region_that_falls_silent_is_said_once() {
    let lost = |service: Service, region: &str, minute: i64| {
        let event = flap(minute, Severity::Warning);
        Event {
            kind: EventKind::Source,
            subject: Subject::Service(service, Region::new(region)),
            text: t("cannot be read"),
            thing: format!("source/{service}/{region}"),
            ..event
        }
    };
    let entries = story(vec![
        lost(Service::Rds, "us-east-1", 0),
        lost(Service::Drs, "us-east-1", 1),
        lost(Service::Backup, "us-east-1", 4),
        lost(Service::Rds, "us-west-2", 1),
        lost(Service::Efs, "us-east-1", 60),
    ]);
    assert_eq!(entries.len(), 3);
    let region = &entries[2];
    assert_eq!(region.event.text.as_str(), "3 services of us-east-1 cannot be read any more: backup, drs and rds");
    assert_eq!((region.of.len(), region.event.at), (3, at("02:10:00")));
}

#[test]
fn whether_it_gets_worse_shows_by_the_first_and_the_last_time() {
    let lasting = |minute, length| [flap(minute, Severity::Bad), flap(minute + length, Severity::Good)];
    let entries = story([lasting(0, 4), lasting(30, 6), lasting(60, 31), lasting(120, 25)].concat());
    let text = entries[0].event.text.as_str();
    assert!(
        text.starts_with("Users were not served 4 times (first 4 min, last 25 min, longest 31 min) between"),
        "{text}"
    );
}

#[test]
fn what_befalls_many_systems_at_once_is_said_once() {
    let broken = |system: &str, minute: i64| Event {
        kind: EventKind::Failover,
        subject: Subject::System(system.to_owned()),
        text: Text::new(format!("Consider a failover: us-east-1 is broken since 02:0{minute}:00Z")),
        thing: format!("failover/{system}"),
        ..flap(minute, Severity::Bad)
    };
    let entries = story(["orders", "content", "storefront"].map(|system| broken(system, 2)).to_vec());
    assert_eq!(entries.len(), 1);
    let Entry { event, of } = &entries[0];
    assert_eq!(event.text.as_str(), "Consider a failover of content, orders and storefront: us-east-1 is broken");
    assert_eq!((event.subject.words().as_str(), of.len()), ("3 systems", 3));
    assert_eq!(event.subject.systems(), ["content", "orders", "storefront"]);
    assert_eq!(story(vec![broken("orders", 2), broken("content", 2)]).len(), 2, "two are two");
    let apart = [broken("orders", 0), broken("content", 1), broken("storefront", 9)];
    assert_eq!(story(apart.to_vec()).len(), 3, "so are those that another minute brought");
    let many: Vec<String> = (10..30).map(|n| format!("system-{n}")).collect();
    let entries = story(many.iter().map(|system| broken(system, 2)).collect());
    assert!(entries[0].event.text.as_str().contains("system-15 and 14 others: "), "{}", entries[0].event.text);
}

#[test]
fn the_pages_and_checks_of_many_systems_that_fail_at_once_are_said_once() {
    let fails = |kind, system: &str, text: String| Event {
        kind,
        subject: match kind {
            EventKind::HealthCheck => Subject::Component { system: system.to_owned(), component: "check".to_owned() },
            _ => Subject::System(system.to_owned()),
        },
        text: Text::new(text),
        thing: format!("{}/{system}", kind.as_str()),
        ..flap(0, Severity::Bad)
    };
    let systems = ["content", "orders", "payments"];
    let page =
        |system: &str| fails(EventKind::Probe, system, format!("https://{system}.example/ does not answer: reset"));
    let check = |system: &str| fails(EventKind::HealthCheck, system, "The health check fails".to_owned());
    let entries = story(systems.iter().flat_map(|system| [page(system), check(system)]).collect());
    let texts: BTreeSet<&str> = entries.iter().map(|entry| entry.event.text.as_str()).collect();
    let said = [
        "Pages do not answer well: content, orders and payments",
        "The health check fails: content, orders and payments",
    ];
    assert_eq!(texts, BTreeSet::from(said));
    assert!(entries.iter().all(|entry| entry.of.len() == 3));
}

#[test]
fn an_end_that_was_none_is_taken_back() {
    let advice = |minute, severity| Event {
        kind: EventKind::Failover,
        text: t(if severity == Severity::Bad {
            "Consider a failover: us-east-1 is broken since 02:10:00Z"
        } else {
            "not any more"
        }),
        thing: "failover/storefront".to_owned(),
        ..flap(minute, severity)
    };
    let (bad, good) = (Severity::Bad, Severity::Good);
    let users = [flap(0, bad), flap(10, good), flap(15, good)];
    let advices = [advice(2, bad), advice(10, good), advice(12, bad), advice(15, good)];
    let entries = story([users.to_vec(), advices.to_vec()].concat());
    let told: Vec<_> = entries.iter().map(|entry| (entry.event.kind, entry.event.at, entry.event.severity)).collect();
    assert_eq!(
        told,
        [
            (EventKind::Users, at("02:25:00"), good),
            (EventKind::Failover, at("02:12:00"), bad),
            (EventKind::Users, at("02:10:00"), bad),
        ],
        "the outage went on, and that it ended is said once"
    );
}

#[test]
fn backups_that_went_well_one_after_the_other_are_said_once() {
    let backup = |component: &str, minute, severity| Event {
        kind: EventKind::Backup,
        subject: Subject::Component { system: "orders".to_owned(), component: component.to_owned() },
        text: Text::new(format!("Backup of {component}")),
        thing: format!("backup/{component}"),
        ..flap(minute, severity)
    };
    let well = [("a", 0), ("b", 20), ("c", 45)].map(|(name, minute)| backup(name, minute, Severity::Info));
    let entries = story([well.to_vec(), vec![backup("d", 30, Severity::Bad)]].concat());
    let texts: Vec<&str> = entries.iter().map(|entry| entry.event.text.as_str()).collect();
    assert_eq!(texts, ["3 backups completed: a, b and c", "Backup of d"], "what failed stands alone");
    assert_eq!((entries[0].event.subject.words().as_str(), entries[0].event.at), ("orders", at("02:55:00")));
}

#[test]
fn an_event_is_the_same_after_it_was_written_and_read() {
    let down = after(60, |after| {
        Arc::make_mut(&mut after.systems[0]).up = Up::Down { since: at("14:00:00"), start: RunStart::Seen }
    });
    let event = changes(&fixture::calm(), &down).remove(0);
    let written = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), event);
    let kinds: BTreeSet<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds.len(), EventKind::ALL.len(), "each kind has a word of its own");
    assert!(kinds.iter().all(|kind| kind.len() <= 8), "that fits a narrow column");
}
