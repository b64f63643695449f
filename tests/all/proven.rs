//! What proves an RTO: live runs that were finished, whole journals of them, in this account; what the steps of a runbook add up to; and what a
//! judgement makes of both.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use drdeck::console::ReadRunbooks;
use drdeck::console::runs::Reader;
use drdeck::engine::{Unfinished, Written};
use drdeck::journal::record::Nested;
use drdeck::journal::{Journal, Objectives, Place, Record, Run, Shelf, Stands, Verdict as Ending, history};
use drdeck::model::proof::{newest, slowest};
use drdeck::model::{
    Disruption, Estate, Estimate, Judgements, Measured, Moment, Objective, PerDisruption, Proof, Recoveries, Snapshot,
    Span, StepSum, SystemAssessment, Text, Verdict, assess,
};
use drdeck::runbook::kinds::HttpCheck;
use drdeck::runbook::{Direction, Kind, Mode, Part, Phase, Runbook, Variant, pace};

use crate::engine_world::{made, manual, runbook, scale};
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

/// The runs of a folder with that one; `damage` is done to its journal.
fn runs_of(folder: &Path, records: &[(&str, Record)], damage: impl Fn(&mut Vec<u8>)) -> Vec<Arc<Run>> {
    let place = Place::new(folder);
    let mut journal = Journal::create(&place, RUN).unwrap();
    for (time, record) in records {
        journal.append(at(time), at(time), record.clone()).unwrap();
    }
    drop(journal);
    let mut bytes = fs::read(place.journal(RUN)).unwrap();
    damage(&mut bytes);
    fs::write(place.journal(RUN), bytes).unwrap();
    Shelf::new(place).look(&BTreeSet::new()).unwrap()
}

/// What it proves.
fn proven_by(records: &[(&str, Record)], damage: impl Fn(&mut Vec<u8>)) -> Vec<Proof> {
    let state = tempfile::tempdir().unwrap();
    proofs(&runs_of(state.path(), records, damage))
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

/// Somebody who looks at a System again and again, for the loss of whose Region 15 min are promised; its name, and how it is judged each time.
fn onlooker() -> (String, impl FnMut(&Snapshot) -> Arc<SystemAssessment>) {
    let mut system = system(Vec::new(), None, None);
    system.objectives.region = Some(Objective { rpo: None, rto: Some(minutes(15)) });
    let name = system.name.clone();
    let estate = Estate { systems: vec![system], shared: BTreeSet::new() };
    let mut kept = Judgements::default();
    let look = move |snapshot: &Snapshot| {
        kept.update(&estate, snapshot, now(), &BTreeSet::new(), Span::from_hours(100));
        Arc::clone(&kept.assessment(snapshot, now()).systems[0])
    };
    (name, look)
}

#[test]
fn a_proof_that_comes_later_is_judged_at_once() {
    let (name, mut look) = onlooker();
    let mut look = |snapshot: &Snapshot| look(snapshot).rto.region.clone();
    let mut snapshot = Snapshot::default();
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
        made(
            "check",
            &[1, 2],
            Phase::Verify,
            Kind::HttpCheck(HttpCheck { url: "http://w".into(), status: None, times: 3 }),
        ),
        scale("protect", &[3], Phase::Return),
    ];
    for (step, estimate) in steps.iter_mut().zip([5, 10, 20, 3, 60]) {
        step.estimate = minutes(estimate);
    }
    let (name, system) = ("orders-failover".to_owned(), "orders".to_owned());
    Runbook { name, system, direction, ..Runbook::clone(&runbook(steps)) }
}

/// What takes in orders-failover as that step.
fn part(step: &str, whole: &Runbook) -> Part {
    Part {
        step: step.to_owned(),
        runbook: "orders-failover".to_owned(),
        system: "orders".to_owned(),
        version: whole.version.clone(),
        owner: whole.owner.clone(),
        variant: whole.variant,
        regions: Vec::new(),
        steps: 0..whole.steps.len(),
        sha256: String::new(),
        text: String::new(),
    }
}

fn sum(runbook: &str, takes: i64, measured: usize) -> StepSum {
    StepSum { runbook: runbook.to_owned(), takes: minutes(takes), steps: 4, measured }
}

#[test]
fn an_estimate_is_the_longest_way_until_users_are_served() {
    let of = |runbook: &Runbook| pace::estimate(runbook, None, |_| None);
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
    let planned = Runbook { variant: Variant::Planned, ..sound(Direction::Failover) };
    assert_eq!(of(&planned), None, "it expects that nothing is lost");
    // What was measured counts before what the runbook says.
    let known = BTreeMap::from([("scale", 30), ("other", 1), ("protect", 600)]);
    let measured =
        pace::estimate(&sound(Direction::Failover), Some(ACCOUNT), |id| known.get(id).copied().map(minutes)).unwrap();
    assert_eq!(measured.sum, sum("orders-failover", 5 + 30 + 3, 2));
    assert_eq!(measured.account, Some(Text::new(ACCOUNT)));
    // One that takes in others says nothing of its own: theirs do.
    let whole = sound(Direction::Failover);
    assert_eq!(of(&Runbook { parts: vec![part("orders", &whole)], ..whole }), None);
}

/// What a folder with that run tells in `account` of the steps of orders-failover, in minutes; `damage` is done to its journal.
fn took(records: &[(&str, Record)], account: &str, damage: impl Fn(&mut Vec<u8>)) -> BTreeMap<String, Vec<i64>> {
    let state = tempfile::tempdir().unwrap();
    let history = history::of(&runs_of(state.path(), records, damage), &sound(Direction::Failover), account);
    history.into_iter().map(|(id, took)| (id, took.iter().map(|took| took.as_mins()).collect())).collect()
}

#[test]
fn steps_are_known_from_sound_live_runs_of_the_same_account() {
    let known = |all: &[(&str, i64)]| -> BTreeMap<String, Vec<i64>> {
        all.iter().map(|(id, took)| ((*id).to_owned(), vec![*took])).collect()
    };
    let whole = |_: &mut Vec<u8>| {};
    let live = records(Mode::Live);
    // The decision was made at once, as the record has it: nobody knows how long somebody thought.
    assert_eq!(took(&live, ACCOUNT, whole), known(&[("check", 2), ("scale", 6)]));
    assert_eq!(took(&live, "999", whole), known(&[]), "it was in another account, or on a simulator");
    assert_eq!(took(&records(Mode::Drill), ACCOUNT, whole), known(&[]));
    assert_eq!(took(&live, ACCOUNT, |bytes| bytes[200] ^= 1), known(&[]), "its journal was changed");
    // What was so already took nobody any time.
    let already = without(|record| matches!(record, Record::Intent { .. } | Record::Outcome { .. }));
    assert_eq!(took(&already, ACCOUNT, whole), known(&[("check", 2)]));
    // A run over several Systems tells of the steps of each, and its own are not theirs.
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
            Record::Confirmed { step, .. }
            | Record::Intent { step, .. }
            | Record::Outcome { step, .. }
            | Record::Done { step, .. }
                if step == "scale" =>
            {
                *step = "first/scale".to_owned();
            }
            _ => {}
        }
    }
    assert_eq!(took(&all, ACCOUNT, whole), known(&[("scale", 6)]));
    // And the other way round.
    let mut shop = sound(Direction::Failover);
    for step in &mut shop.steps {
        step.id = format!("first/{}", step.id);
    }
    let (name, parts) = ("shop-failover".to_owned(), vec![part("first", &shop)]);
    let state = tempfile::tempdir().unwrap();
    let history = history::of(&runs_of(state.path(), &live, whole), &Runbook { name, parts, ..shop }, ACCOUNT);
    assert_eq!(history.into_keys().collect::<Vec<_>>(), ["first/check", "first/scale"]);
}

#[test]
fn an_estimate_goes_by_runs_of_the_account_where_there_are_some() {
    let state = tempfile::tempdir().unwrap();
    let runs = runs_of(state.path(), &records(Mode::Live), |_| {});
    let estimates = history::recoveries(&runs, [&sound(Direction::Failover)]).estimates;
    let in_account = |account: Option<&str>| slowest(&estimates, account)["orders"].region.clone();
    assert_eq!(in_account(Some(ACCOUNT)), Some(sum("orders-failover", 5 + 20 + 2, 2)));
    assert_eq!(in_account(Some("999")), Some(sum("orders-failover", 5 + 20 + 3, 0)), "nobody has run it there");
    assert_eq!(in_account(None), Some(sum("orders-failover", 5 + 20 + 3, 0)));
    // One that may change another account only is not measured by these runs.
    let foreign = Runbook { account: Some("999".to_owned()), ..sound(Direction::Failover) };
    let estimates = history::recoveries(&runs, [&foreign]).estimates;
    assert_eq!(estimates.len(), 1);
    assert_eq!((estimates[0].account.as_ref(), estimates[0].sum.measured), (Some(&Text::new("999")), 0));
}

#[test]
fn the_usual_of_some_times_is_their_middle() {
    let of = |all: &[i64]| {
        let took: Vec<Span> = all.iter().copied().map(minutes).collect();
        history::median_and_longest(&took).map(|(median, longest)| (median.as_mins(), longest.as_mins()))
    };
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[7]), Some((7, 7)));
    assert_eq!(of(&[90, 5, 6]), Some((6, 90)));
}

#[test]
fn of_several_runbooks_that_count_here_the_slowest_does() {
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
    assert_eq!(slowest(None).as_deref(), Some("quick"), "nobody knows whose account it is");
}

#[test]
fn a_console_is_told_what_runbooks_add_up_to_and_what_runs_have_proven() {
    let state = tempfile::tempdir().unwrap();
    let _ = runs_of(state.path(), &records(Mode::Live), |_| {});
    let written = Written { runbook: Arc::new(sound(Direction::Failover)), text: String::new() };
    let runbooks: ReadRunbooks = Arc::new(move || {
        let wrong = ("other".to_owned(), Err(Text::new("it cannot be read")));
        Ok(vec![wrong, ("orders-failover".to_owned(), Ok(written.clone()))])
    });
    let (events, _events) = tokio::sync::mpsc::unbounded_channel();
    let (tell, told) = mpsc::channel();
    let foresee = Box::new(move |recoveries| tell.send(recoveries).unwrap());
    let _reader = Reader::start(Place::new(state.path()), Vec::new(), runbooks, events, foresee).unwrap();
    let next = || told.recv_timeout(Duration::from_secs(60)).unwrap();
    // What is proven does not wait for the runbooks, which are read beside.
    let mut recoveries: Recoveries = next();
    assert_eq!(recoveries.proofs.len(), 1);
    while recoveries.estimates.is_empty() {
        recoveries = next();
    }
    assert_eq!(slowest(&recoveries.estimates, Some(ACCOUNT))["orders"].region, Some(sum("orders-failover", 27, 2)));
}

#[test]
fn an_estimate_is_told_and_keeps_no_promise() {
    let (name, mut look) = onlooker();
    let mut look = |snapshot: &Snapshot| {
        let system = look(snapshot);
        let reasons = system.reasons.iter().map(ToString::to_string).filter(|reason| reason.starts_with("Recovery"));
        (system.rto.region.verdict, system.rto.region.estimated.clone(), reasons.collect::<Vec<_>>().join(" "))
    };
    let mut snapshot = Snapshot::default();
    let never = "Recovery within 15 min from the loss of a Region was never proven";
    assert_eq!(look(&snapshot), (Verdict::AtRisk, None, never.to_owned()));
    let sum = sum("orders-failover", 12, 3);
    snapshot.estimated.insert(name, PerDisruption { region: Some(sum.clone()), data: None });
    let told = format!("{never}; the steps of orders-failover add up to 12 min");
    assert_eq!(look(&snapshot), (Verdict::AtRisk, Some(sum), told));
    snapshot.estimated.clear();
    assert_eq!(look(&snapshot), (Verdict::AtRisk, None, never.to_owned()), "the runbook is not there any more");
}
