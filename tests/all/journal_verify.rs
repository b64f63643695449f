//! Everything that no run of drdeck records is found in a made-up journal, and nothing is found in a real one.

use drdeck::journal::list::{Standing, read, standing, unfinished};
use drdeck::journal::verify::verify;
use drdeck::journal::{Head, Journal, Place, Record, Verdict};
use drdeck::runbook::{IntentId, Mode, RunId};

use crate::journal_kit::{
    RUN, applied, at, closed, confirmed, done, entries, every_record, failed, intent, lost, names, opened, opened_as,
    person, reconciled, refused, resolved, retried, sends, session, skipped, throttled,
};

/// What is found in a run of the steps a and b whose records follow its opening: the numbers, from 1 for the first of them, and the words.
fn found(records: &[Record]) -> Vec<(u64, String)> {
    let mut all = vec![opened(&["a", "b"]), session("alice")];
    all.extend(records.iter().cloned());
    let timed: Vec<(&str, Record)> = all.into_iter().map(|record| ("14:00:00", record)).collect();
    verify(&entries(&timed), &Head::default()).wrong.into_iter().map(|(seq, what)| (seq - 2, what)).collect()
}

/// The one thing that is found at the last record.
fn wrong(records: &[Record]) -> String {
    let found = found(records);
    let [(number, what)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(*number as usize, records.len(), "{what}");
    what.clone()
}

#[test]
fn runs_as_they_go_are_not_called_wrong() {
    let (c, s) = (confirmed("a", 1), sends("a", 1));
    let fine: [&[Record]; 9] = [
        &[c.clone(), s.clone(), applied("a", 1), done("a"), closed(Verdict::Paused, "pause")],
        &[c.clone(), s.clone(), throttled("a", 1), c.clone(), sends("a", 2), applied("a", 2), done("a")],
        &[
            c.clone(),
            s.clone(),
            lost("a", 1),
            reconciled("a", 1, None),
            resolved("a", 1, false),
            c.clone(),
            sends("a", 2),
        ],
        &[c.clone(), s.clone(), session("bob"), reconciled("a", 1, Some(false)), c.clone(), sends("a", 2)],
        &[
            c.clone(),
            s.clone(),
            confirmed("b", 1),
            sends("b", 2),
            applied("b", 2),
            applied("a", 1),
            done("b"),
            done("a"),
        ],
        &[c.clone(), refused("a"), c.clone(), s.clone(), applied("a", 1), failed("a"), retried("a"), skipped("a")],
        &[confirmed("a", 2), s.clone(), applied("a", 1), sends("a", 2), applied("a", 2)],
        &[
            closed(Verdict::Paused, "pause"),
            Record::Repaired { bytes: 1, kept: "torn-1".to_owned() },
            session("bob"),
            c.clone(),
            s.clone(),
        ],
        // Numbers may be passed over: an intent that could not be recorded had one.
        &[c.clone(), sends("a", 5), applied("a", 5)],
    ];
    for records in fine {
        assert_eq!(found(records), [], "{records:#?}");
    }
    let all: Vec<(&str, Record)> = every_record().into_iter().map(|record| ("14:00:00", record)).collect();
    assert_eq!(verify(&entries(&all), &Head::default()).wrong, []);
}

#[test]
fn a_request_without_a_confirm_is_found_whatever_took_the_confirm_away() {
    let (c, s) = (confirmed("a", 1), sends("a", 1));
    let without = "step a is sent without a confirm";
    assert_eq!(wrong(std::slice::from_ref(&s)), without);
    assert_eq!(wrong(&[confirmed("b", 1), s.clone()]), without);
    assert_eq!(wrong(&[c.clone(), refused("a"), s.clone()]), without);
    assert_eq!(wrong(&[c.clone(), failed("a"), s.clone()]), without);
    assert_eq!(wrong(&[c.clone(), retried("a"), s.clone()]), without);
    assert_eq!(wrong(&[c.clone(), session("alice"), s.clone()]), without);
    assert_eq!(wrong(&[c.clone(), s.clone(), throttled("a", 1), sends("a", 2)]), without);
    let doubt = [confirmed("a", 2), s.clone(), lost("a", 1)];
    assert_eq!(wrong(&[&doubt[..], &[reconciled("a", 1, Some(true)), sends("a", 2)]].concat()), without);
    assert_eq!(wrong(&[&doubt[..], &[resolved("a", 1, true), sends("a", 2)]].concat()), without);
    assert_eq!(
        wrong(&[c.clone(), s, applied("a", 1), sends("a", 2)]),
        "step a sends more requests than were confirmed"
    );
}

#[test]
fn a_step_that_is_sent_twice_is_found() {
    let sent = [confirmed("a", 2), sends("a", 1)];
    let after = |rest: &[Record]| [&sent[..], rest].concat();
    let unknown = |how: &str| format!("step a is {how} while nobody knows what came of {}", intent(1));
    assert_eq!(wrong(&after(&[sends("a", 2)])), unknown("sent"));
    assert_eq!(wrong(&after(&[lost("a", 1), sends("a", 2)])), unknown("sent"));
    assert_eq!(wrong(&after(&[lost("a", 1), confirmed("a", 1)])), unknown("confirmed"));
    assert_eq!(wrong(&after(&[done("a")])), unknown("done"));
    assert_eq!(wrong(&after(&[skipped("a")])), unknown("left out"));
    assert_eq!(wrong(&after(&[failed("a")])), unknown("failed"));
    assert_eq!(
        wrong(&after(&[applied("a", 1), sends("a", 1)])),
        format!("the intent {} is there twice, or its number was passed over", intent(1))
    );
    for (end, how) in [(done("a"), "done"), (skipped("a"), "left out")] {
        assert_eq!(wrong(&[end.clone(), confirmed("a", 1)]), format!("step a is confirmed, and was {how} before"));
        assert_eq!(wrong(&[end.clone(), done("a")]), format!("step a is done, and was {how} before"));
        assert_eq!(wrong(&[end.clone(), failed("a")]), format!("step a is failed, and was {how} before"));
        assert_eq!(wrong(&[end, retried("a")]), format!("step a is offered again, and was {how} before"));
    }
}

#[test]
fn what_is_known_of_a_request_is_known_once_and_of_a_request_that_was_sent() {
    let sent = [confirmed("a", 1), sends("a", 1)];
    let after = |rest: &[Record]| [&sent[..], rest].concat();
    let none = |what: &str, number: u32, step: &str| {
        format!("{what} of {}, which is not the last request of step {step}", intent(number))
    };
    let again = |what: &str| format!("{what} of {}, of which that is known already", intent(1));
    assert_eq!(wrong(&[applied("a", 1)]), none("an outcome", 1, "a"));
    assert_eq!(wrong(&after(&[applied("a", 2)])), none("an outcome", 2, "a"));
    assert_eq!(wrong(&after(&[applied("b", 1)])), none("an outcome", 1, "b"));
    assert_eq!(wrong(&after(&[reconciled("b", 1, Some(true))])), none("a finding", 1, "b"));
    assert_eq!(wrong(&[resolved("a", 3, true)]), none("a person's word", 3, "a"));
    assert_eq!(wrong(&after(&[applied("a", 1), applied("a", 1)])), again("an outcome"));
    assert_eq!(wrong(&after(&[lost("a", 1), applied("a", 1)])), again("an outcome"));
    assert_eq!(wrong(&after(&[applied("a", 1), reconciled("a", 1, Some(true))])), again("a finding"));
    assert_eq!(
        wrong(&after(&[lost("a", 1), reconciled("a", 1, Some(true)), resolved("a", 1, true)])),
        again("a person's word")
    );
}

#[test]
fn records_that_stand_where_none_can_are_found() {
    assert_eq!(wrong(&[opened(&["a", "b"])]), "a second run is opened");
    assert_eq!(wrong(&[done("c")]), "step c is none of this run");
    assert_eq!(wrong(&[closed(Verdict::Paused, "pause"), done("a")]), "something happens while no session is open");
    assert_eq!(
        wrong(&[closed(Verdict::Aborted, "given up"), session("bob")]),
        "a run that was given up is gone on with"
    );
    let approved = Record::Approved { step: "a".to_owned(), by: person("alice"), verified: true };
    assert_eq!(wrong(&[approved]), "an approval counts as verified, and is of the caller who drives");
    let other = IntentId { run: RunId::new(1, 1), number: 1 };
    let Record::Intent { step, call, command, parameters, .. } = sends("a", 1) else { unreachable!() };
    let foreign = Record::Intent { step, intent: other, call, command, parameters };
    assert_eq!(wrong(&[confirmed("a", 1), foreign]), format!("the intent {other} is of another run"));

    let paper =
        [opened_as(RUN, "orders-failover", Mode::Tabletop, &["a"]), session("alice"), confirmed("a", 1), sends("a", 1)];
    let paper = entries(&paper.map(|record| ("14:00:00", record)));
    assert_eq!(verify(&paper, &Head::default()).wrong, [(4, "step a is sent in a rehearsal on paper".to_owned())]);
    let headless = entries(&[("14:00:00", session("alice"))]);
    assert_eq!(verify(&headless, &Head::default()).wrong, [(1, "the first record opens no run".to_owned())]);
    let alone = entries(&[("14:00:00", opened(&["a"])), ("14:00:00", done("a"))]);
    assert_eq!(verify(&alone, &Head::default()).wrong, [(2, "something happens while no session is open".to_owned())]);
}

#[test]
fn requests_of_which_nobody_knows_are_named() {
    let records = [
        opened(&["a", "b"]),
        session("alice"),
        confirmed("a", 1),
        sends("a", 1),
        confirmed("b", 1),
        sends("b", 2),
        lost("b", 2),
    ];
    let report = verify(&entries(&records.map(|record| ("14:00:00", record))), &Head::default());
    assert_eq!((report.records, report.in_doubt, report.wrong), (7, vec![intent(1), intent(2)], vec![]));
}

#[test]
fn a_run_that_was_not_finished_is_offered_whatever_was_rehearsed_since() {
    let state = tempfile::tempdir().unwrap();
    let place = Place::new(state.path());
    assert_eq!(unfinished(&place, "orders-failover").unwrap(), None);
    assert_eq!(place.all().unwrap(), []);
    let run = |n: u64, runbook: &str, ending: &[Record]| {
        let id = RunId::new(1_795_183_200_000 + n, u128::from(n));
        let mut journal = Journal::create(&place, id).unwrap();
        let beginning = [opened_as(id, runbook, Mode::Live, &["a"]), session("alice")];
        for record in beginning.iter().chain(ending) {
            journal.append(at("14:00:00"), at("14:00:00"), record.clone()).unwrap();
        }
        id
    };
    let (paused, over) = (closed(Verdict::Paused, "pause"), closed(Verdict::Finished, "done"));
    let next = || unfinished(&place, "orders-failover").unwrap().map(|(id, _)| id);
    let first = run(1, "orders-failover", std::slice::from_ref(&paused));
    run(2, "orders-failover", std::slice::from_ref(&over));
    run(3, "orders-failback", &[]);
    run(4, "orders-failover", &[closed(Verdict::Aborted, "wrong runbook")]);
    assert_eq!(next(), Some(first), "runs that are over do not hide it");
    let crashed = run(5, "orders-failover", &[]);
    assert_eq!(next(), Some(crashed));
    assert_eq!(standing(&read(&place, first).unwrap().entries), Standing::Closed(Verdict::Paused));
    assert_eq!(standing(&read(&place, crashed).unwrap().entries), Standing::Open);
    // A journal that is broken, and what is none.
    std::fs::write(place.journal(crashed), "broken\n").unwrap();
    assert_eq!(next(), Some(first));
    let lower = place.runs().join(first.to_string().to_lowercase());
    std::fs::create_dir(&lower).unwrap();
    std::fs::write(place.runs().join("notes.txt"), "").unwrap();
    assert_eq!(place.all().unwrap().len(), 5);
    assert_eq!(names(&place.runs()).len(), 7);
}
