//! What proves an RTO: live runs that were finished, whole journals of them, in this account; what the steps of a runbook add up to; and what a
//! judgement makes of both.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use drdeck::engine::Unfinished;
use drdeck::journal::account::Account;
use drdeck::journal::record::Nested;
use drdeck::journal::{Journal, Objectives, Place, Record, Run, Shelf, Stands, Verdict as Ending, history};
use drdeck::model::proof::{newest, slowest};
use drdeck::model::{
    Disruption, Estate, Estimate, Judgements, Measured, Moment, Objective, PerDisruption, Proof, Snapshot, Span,
    StepSum, Text, Verdict, assess,
};
use drdeck::runbook::{Direction, Mode, Part, Phase, Runbook, pace};

use crate::engine_world::{manual, runbook, scale};
use crate::journal_kit::{RUN, applied, at, closed, confirmed, decided, done, lost, opened_as, sends, served, session};
use crate::model_estates::system;
use crate::model_readings::{minutes, now};

const ACCOUNT: &str = "111122223333";

/// A run of one step that asks AWS and one that verifies: the disruption began 13:58, users were served 14:20.
fn records(mode: Mode) -> Vec<(&'static str, Record)> {
    vec![
        ("14:00:00", opened_as(RUN, "orders-failover", mode, &["declare", "scale", "check"])),
        ("14:00:00", session("alice")),
        ("14:04:00", confirmed("declare", 0)),
        ("14:04:00", decided("declare", "13:58:00")),
        ("14:04:00", done("declare")),
        ("14:06:00", confirmed("scale", 1)),
        ("14:06:00", sends("scale", 1)),
        ("14:07:00", applied("scale", 1)),
        ("14:12:00", done("scale")),
        ("14:18:00", confirmed("check", 0)),
        ("14:20:00", done("check")),
        ("14:20:00", served("check", "14:20:00")),
        ("14:21:00", closed(Ending::Finished, "every step is done or was left out")),
    ]
}

/// The same the other way.
fn towards(direction: Direction) -> Vec<(&'static str, Record)> {
    let mut all = records(Mode::Live);
    if let (_, Record::RunOpened { direction: way, .. }) = &mut all[0] {
        *way = direction;
    }
    all
}

fn without(what: fn(&Record) -> bool) -> Vec<(&'static str, Record)> {
    let mut all = records(Mode::Live);
    all.retain(|(_, record)| !what(record));
    all
}

/// What a folder with that run proves; `damage` is done to its journal.
fn proven_by(records: &[(&str, Record)], damage: impl Fn(&mut Vec<u8>)) -> Vec<Proof> {
    let state = tempfile::tempdir().unwrap();
    let place = Place::new(state.path());
    let mut journal = Journal::create(&place, RUN).unwrap();
    for (time, record) in records {
        journal.append(at(time), at(time), record.clone()).unwrap();
    }
    drop(journal);
    let mut bytes = fs::read(place.journal(RUN)).unwrap();
    damage(&mut bytes);
    fs::write(place.journal(RUN), bytes).unwrap();
    proofs(&Shelf::new(place).look(&BTreeSet::new()).unwrap())
}

fn proofs(runs: &[Arc<Run>]) -> Vec<Proof> {
    history::recoveries(runs, []).proofs
}

fn proof(system: &str, disruption: Disruption, took: i64, served: &str) -> Proof {
    let measured = Measured { took: minutes(took), at: at(served) };
    Proof { system: system.to_owned(), disruption, account: Text::new(ACCOUNT), measured }
}

#[test]
fn a_finished_live_run_proves_what_it_measured_and_no_other_does() {
    let whole = |_: &mut Vec<u8>| {};
    let out = proof("orders", Disruption::Region, 22, "14:20:00");
    assert_eq!(proven_by(&records(Mode::Live), whole), [out]);
    let back = proof("orders", Disruption::Data, 22, "14:20:00");
    assert_eq!(proven_by(&towards(Direction::Restore), whole), [back], "a restore answers the loss of data");
    let ended = |verdict| {
        let mut all = without(|record| matches!(record, Record::SessionClosed { .. }));
        all.push(("14:30:00", closed(verdict, "enough")));
        all
    };
    let in_doubt = {
        let mut all = without(|record| matches!(record, Record::Outcome { .. }));
        all.insert(7, ("14:07:00", lost("scale", 1)));
        all
    };
    for (what, records) in [
        ("a drill", records(Mode::Drill)),
        ("a way home", towards(Direction::Failback)),
        ("an exercise", towards(Direction::Exercise)),
        ("a run that was given up", ended(Ending::Aborted)),
        ("a run that waits", ended(Ending::Paused)),
        ("a run that broke off", without(|record| matches!(record, Record::SessionClosed { .. }))),
        ("users that nobody saw served", without(|record| matches!(record, Record::Served { .. }))),
        ("a disruption of which nobody said when it began", without(|record| matches!(record, Record::Decided { .. }))),
        ("a request that was never confirmed", without(|record| matches!(record, Record::Confirmed { .. }))),
        ("a step that counts as done while its request is in doubt", in_doubt),
    ] {
        assert_eq!(proven_by(&records, whole), [], "{what}");
    }
    let paper: Vec<_> = records(Mode::Tabletop)
        .into_iter()
        .filter(|(_, record)| !matches!(record, Record::Intent { .. } | Record::Outcome { .. }))
        .collect();
    assert_eq!(proven_by(&paper, whole), [], "a rehearsal on paper");
}

#[test]
fn a_journal_that_was_damaged_or_changed_proves_nothing() {
    let records = records(Mode::Live);
    let sooner = |bytes: &mut Vec<u8>| {
        let text = String::from_utf8(bytes.clone()).unwrap().replace("14:20:00Z", "14:02:00Z");
        *bytes = text.into_bytes();
    };
    assert_eq!(proven_by(&records, sooner), [], "it was made to look faster");
    assert_eq!(proven_by(&records, |bytes| bytes.truncate(bytes.len() / 2)), [], "its end is gone");
    assert_eq!(proven_by(&records, |bytes| bytes[200] ^= 1), [], "a bit of it is another");
    assert_eq!(proven_by(&records, |bytes| bytes.clear()), []);
}

#[test]
fn each_of_several_systems_has_its_own_time() {
    let nested = |step: &str| Nested {
        step: step.to_owned(),
        runbook: format!("{step}-failover"),
        system: step.to_owned(),
        sha256: "ab".repeat(32),
        objectives: Objectives::default(),
        text: String::new(),
    };
    let steps = ["declare", "orders/check", "payments/check", "content/check"];
    let mut first = opened_as(RUN, "shop-failover", Mode::Live, &steps);
    if let Record::RunOpened { nested: parts, .. } = &mut first {
        *parts = ["orders", "payments", "content"].map(nested).into();
    }
    let checked = |step: &str| [confirmed(step, 0), done(step)];
    let mut all = vec![("14:00:00", first), ("14:00:00", session("alice")), ("14:04:00", confirmed("declare", 0))];
    all.extend([("14:04:00", decided("declare", "13:58:00")), ("14:04:00", done("declare"))]);
    all.extend(checked("payments/check").map(|record| ("14:08:00", record)));
    all.push(("14:08:00", served("payments/check", "14:08:00")));
    all.extend(checked("orders/check").map(|record| ("14:20:00", record)));
    all.push(("14:20:00", served("orders/check", "14:20:00")));
    // Nobody saw that users of content are served: its step was left out.
    all.push(("14:21:00", crate::journal_kit::skipped("content/check")));
    all.push(("14:21:00", closed(Ending::Finished, "every step is done or was left out")));
    let proven = proven_by(&all, |_| {});
    let expected =
        [proof("orders", Disruption::Region, 22, "14:20:00"), proof("payments", Disruption::Region, 10, "14:08:00")];
    assert_eq!(proven, expected);
}

#[test]
fn the_newest_of_this_account_counts_and_none_of_later() {
    let of = |account: &str, took, served: &str| Proof {
        account: Text::new(account),
        ..proof("orders", Disruption::Region, took, served)
    };
    let all = [
        of(ACCOUNT, 30, "10:00:00"),
        of(ACCOUNT, 12, "11:00:00"),
        of("999", 1, "12:00:00"),
        of(ACCOUNT, 5, "15:00:00"),
    ];
    let took = |account: Option<&str>, now: Moment| {
        newest(&all, account, now)
            .get("orders")
            .and_then(|proven| proven.region)
            .map(|measured| measured.took.as_mins())
    };
    assert_eq!(took(Some(ACCOUNT), at("14:00:00")), Some(12), "what was measured last, whether it is quicker or not");
    assert_eq!(took(Some(ACCOUNT), at("10:30:00")), Some(30));
    assert_eq!(took(Some(ACCOUNT), at("16:00:00")), Some(5));
    assert_eq!(took(Some("999"), at("14:00:00")), Some(1));
    assert_eq!(took(None, at("14:00:00")), None, "nobody knows whose it is");
}

/// A System without components, promised that much for the loss of a Region; what was measured, and how it is judged.
fn judged(promised: Option<i64>, took: Option<i64>) -> (Verdict, Option<i64>, Vec<String>) {
    let mut system = system(Vec::new(), None, None);
    system.objectives.region = promised.map(|rto| Objective { rpo: None, rto: Some(minutes(rto)) });
    let measured = took.map(|took| Measured { took: minutes(took), at: now() });
    let proven = BTreeMap::from([(system.name.clone(), PerDisruption { region: measured, data: None })]);
    let estate = Estate { systems: vec![system], shared: BTreeSet::new() };
    let assessment = assess(&estate, &Snapshot { proven, ..Snapshot::default() }, now());
    let system = &assessment.systems[0];
    let rto = &system.rto.region;
    assert_eq!(rto.proven_at.is_some(), rto.proven.is_some());
    let reasons = system.reasons.iter().map(ToString::to_string).filter(|reason| reason.starts_with("Recovery"));
    (rto.verdict, rto.proven.map(|took| took.as_mins()), reasons.collect())
}

#[test]
fn what_was_proven_is_held_against_what_was_promised() {
    assert_eq!(judged(None, None), (Verdict::Met, None, vec![]));
    assert_eq!(judged(None, Some(90)), (Verdict::Met, Some(90), vec![]), "nothing was promised, and it is told");
    let never = "Recovery within 15 min from the loss of a Region was never proven".to_owned();
    assert_eq!(judged(Some(15), None), (Verdict::AtRisk, None, vec![never]));
    assert_eq!(judged(Some(15), Some(12)), (Verdict::Met, Some(12), vec![]));
    assert_eq!(judged(Some(15), Some(15)), (Verdict::Met, Some(15), vec![]));
    let (verdict, took, said) = judged(Some(15), Some(16));
    assert_eq!((verdict, took), (Verdict::Breached, Some(16)));
    assert!(
        said[0].starts_with("Recovery from the loss of a Region took 16 min when it was last proven, at "),
        "{said:?}"
    );
    assert!(said[0].ends_with("; 15 min were promised"), "{said:?}");
}

#[test]
fn a_proof_that_comes_later_is_judged_at_once() {
    let mut system = system(Vec::new(), None, None);
    system.objectives.region = Some(Objective { rpo: None, rto: Some(minutes(15)) });
    let name = system.name.clone();
    let estate = Estate { systems: vec![system], shared: BTreeSet::new() };
    let (mut kept, mut snapshot) = (Judgements::default(), Snapshot::default());
    let mut look = |snapshot: &Snapshot| {
        kept.update(&estate, snapshot, now(), &BTreeSet::new(), Span::from_hours(100));
        kept.assessment(snapshot, now()).systems[0].rto.region.clone()
    };
    assert_eq!(look(&snapshot).verdict, Verdict::AtRisk);
    let measured = Measured { took: minutes(12), at: now() };
    snapshot.proven.insert(name, PerDisruption { region: Some(measured), data: None });
    let rto = look(&snapshot);
    assert_eq!((rto.verdict, rto.proven, rto.proven_at), (Verdict::Met, Some(minutes(12)), Some(now())));
    snapshot.proven.clear();
    assert_eq!(look(&snapshot).verdict, Verdict::AtRisk, "the run is not there any more");
}

#[test]
fn a_run_that_was_finished_while_somebody_thought_is_not_given_up() {
    let state = tempfile::tempdir().unwrap();
    let place = Place::new(state.path());
    let mut journal = Journal::create(&place, RUN).unwrap();
    let mut all = records(Mode::Live);
    let (time, end) = all.pop().unwrap();
    for (time, record) in all {
        journal.append(at(time), at(time), record).unwrap();
    }
    let offered = Unfinished::of_runbook(&place, "orders-failover").unwrap().unwrap();
    journal.append(at(time), at(time), end).unwrap();
    drop(journal);
    offered.give_up("begun anew", &place).unwrap();
    let runs = Shelf::new(place).look(&BTreeSet::new()).unwrap();
    assert_eq!(runs[0].stands, Stands::Closed(Ending::Finished));
    assert_eq!(proofs(&runs).len(), 1, "what it has proven stays proven");
}

/// Two ways side by side to what verifies, and something after that: of orders.
fn sound(direction: Direction) -> Runbook {
    let mut steps = vec![
        manual("declare", &[], Phase::Decide),
        scale("scale", &[0], Phase::Execute),
        scale("other", &[0], Phase::Execute),
        scale("check", &[1, 2], Phase::Verify),
        scale("protect", &[3], Phase::Return),
    ];
    for (step, estimate) in steps.iter_mut().zip([5, 10, 20, 3, 60]) {
        step.estimate = minutes(estimate);
    }
    let (name, system) = ("orders-failover".to_owned(), "orders".to_owned());
    Runbook { name, system, direction, ..Runbook::clone(&runbook(steps)) }
}

fn sum(runbook: &str, takes: i64, measured: usize) -> StepSum {
    StepSum { runbook: runbook.to_owned(), takes: minutes(takes), steps: 4, measured }
}

#[test]
fn an_estimate_is_the_longest_way_until_users_are_served() {
    let of = |runbook: &Runbook| pace::estimate(runbook, |_| None);
    let word = |disruption| Estimate {
        system: "orders".to_owned(),
        disruption,
        account: None,
        sum: sum("orders-failover", 5 + 20 + 3, 0),
    };
    assert_eq!(of(&sound(Direction::Failover)), Some(word(Disruption::Region)));
    assert_eq!(of(&sound(Direction::Restore)), Some(word(Disruption::Data)));
    assert_eq!(of(&sound(Direction::Failback)), None, "users are served meanwhile");
    assert_eq!(of(&sound(Direction::Exercise)), None);
    // What was measured counts, but of what a person says: nobody knows how long they thought.
    let known = BTreeMap::from([("declare", 0), ("scale", 30), ("other", 1), ("protect", 600)]);
    let measured = pace::estimate(&sound(Direction::Failover), |id| known.get(id).copied().map(minutes));
    assert_eq!(measured.map(|estimate| estimate.sum), Some(sum("orders-failover", 5 + 30 + 3, 2)));
    // One that takes in others says nothing of its own: theirs do.
    let whole = sound(Direction::Failover);
    let part = Part {
        step: "orders".to_owned(),
        runbook: "orders-failover".to_owned(),
        system: "orders".to_owned(),
        version: Text::new("1"),
        owner: Text::new("us"),
        variant: whole.variant,
        regions: Vec::new(),
        steps: 0..2,
        sha256: String::new(),
        text: String::new(),
    };
    assert_eq!(of(&Runbook { parts: vec![part], ..whole }), None);
}

/// What a run in the account of these tests tells of the steps of orders-failover, in minutes.
fn took(records: &[(&str, Record)], account: Option<&str>) -> BTreeMap<String, Vec<i64>> {
    let state = tempfile::tempdir().unwrap();
    let place = Place::new(state.path());
    let mut journal = Journal::create(&place, RUN).unwrap();
    for (time, record) in records {
        journal.append(at(time), at(time), record.clone()).unwrap();
    }
    drop(journal);
    let run = drdeck::journal::list::read(&place, RUN).unwrap();
    let run = Account::of(&run.entries).unwrap();
    let runbook = Runbook { account: account.map(str::to_owned), ..sound(Direction::Failover) };
    let history = history::of([&run], &runbook);
    history.into_iter().map(|(id, took)| (id, took.iter().map(|took| took.as_mins()).collect())).collect()
}

#[test]
fn steps_are_known_from_live_runs_of_the_same_account() {
    let known = |all: &[(&str, i64)]| all.iter().map(|(id, took)| ((*id).to_owned(), vec![*took])).collect();
    let live: BTreeMap<_, _> = known(&[("check", 2), ("declare", 0), ("scale", 6)]);
    assert_eq!(took(&records(Mode::Live), None), live);
    assert_eq!(took(&records(Mode::Live), Some(ACCOUNT)), live);
    assert_eq!(took(&records(Mode::Live), Some("999")), BTreeMap::new(), "a run of another account, or of a simulator");
    assert_eq!(took(&records(Mode::Drill), None), BTreeMap::new());
    // A run over several Systems tells of the steps of each.
    let mut all = records(Mode::Live);
    for (_, record) in &mut all {
        match record {
            Record::RunOpened { runbook, steps, nested, .. } => {
                *runbook = "shop-failover".to_owned();
                steps[1] = "first/scale".to_owned();
                let (system, sha256) = ("orders".to_owned(), "ab".repeat(32));
                let (step, objectives, text) = ("first".to_owned(), Objectives::default(), String::new());
                *nested =
                    vec![Nested { step, runbook: "orders-failover".to_owned(), system, sha256, objectives, text }];
            }
            Record::Confirmed { step, .. } | Record::Done { step, .. } if step == "scale" => {
                *step = "first/scale".to_owned();
            }
            _ => {}
        }
    }
    assert_eq!(took(&all, None), known(&[("scale", 6)]), "its own steps are not those of orders-failover");
}

#[test]
fn of_several_runbooks_of_this_account_the_slowest_counts() {
    let of = |runbook: &str, takes, account: Option<&str>| Estimate {
        system: "orders".to_owned(),
        disruption: Disruption::Region,
        account: account.map(Text::new),
        sum: sum(runbook, takes, 0),
    };
    let all = [of("quick", 5, None), of("slow", 30, Some(ACCOUNT)), of("foreign", 90, Some("999"))];
    let slowest = |account: Option<&str>| slowest(&all, account)["orders"].region.clone().map(|sum| sum.runbook);
    assert_eq!(slowest(Some(ACCOUNT)).as_deref(), Some("slow"));
    assert_eq!(slowest(Some("1")).as_deref(), Some("quick"));
}

#[test]
fn an_estimate_is_told_and_keeps_no_promise() {
    let mut system = system(Vec::new(), None, None);
    system.objectives.region = Some(Objective { rpo: None, rto: Some(minutes(15)) });
    let name = system.name.clone();
    let estate = Estate { systems: vec![system], shared: BTreeSet::new() };
    let (mut kept, mut snapshot) = (Judgements::default(), Snapshot::default());
    let mut look = |snapshot: &Snapshot| {
        kept.update(&estate, snapshot, now(), &BTreeSet::new(), Span::from_hours(100));
        let system = Arc::clone(&kept.assessment(snapshot, now()).systems[0]);
        let reasons = system.reasons.iter().map(ToString::to_string).filter(|reason| reason.starts_with("Recovery"));
        (system.rto.region.verdict, system.rto.region.estimated.clone(), reasons.collect::<Vec<_>>().join(" "))
    };
    let never = "Recovery within 15 min from the loss of a Region was never proven";
    assert_eq!(look(&snapshot), (Verdict::AtRisk, None, never.to_owned()));
    let sum = sum("orders-failover", 12, 3);
    snapshot.estimated.insert(name, PerDisruption { region: Some(sum.clone()), data: None });
    let told = format!("{never}; the steps of orders-failover add up to 12 min");
    assert_eq!(look(&snapshot), (Verdict::AtRisk, Some(sum), told));
    snapshot.estimated.clear();
    assert_eq!(look(&snapshot), (Verdict::AtRisk, None, never.to_owned()), "the runbook is not there any more");
}
