//! What runs come to, with figures worked out by hand.

use drdeck::journal::account::{Account, Split, StepEnd};
use drdeck::journal::{Record, Verdict};
use drdeck::model::{Moment, Span};
use drdeck::runbook::Mode;

use crate::journal_kit::{
    RUN, accepted, applied, at, closed, confirmed, decided, done, entries, failed, lost, opened, opened_as, person,
    protected, proven, reconciled, resolved, retried, sends, served, session, skipped, text, throttled,
};

fn minutes(minutes: i64) -> Span {
    Span::from_mins(minutes)
}

/// Before, human, machine: in minutes.
fn split(records: &[(&str, Record)]) -> Option<(i64, i64, i64)> {
    let entries = entries(records);
    let Split { before, machine, human } = Account::of(&entries).unwrap().split(&entries)?;
    Some((before.as_mins(), human.as_mins(), machine.as_mins()))
}

/// The disruption began 13:58, the run was opened 14:00 and declares it.
fn declared(rest: &[(&'static str, Record)]) -> Vec<(&'static str, Record)> {
    let steps = ["declare", "scale", "promote", "tell", "check", "rebuild"];
    let mut records = vec![
        ("14:00:00", opened(&steps)),
        ("14:00:00", session("alice")),
        ("14:04:00", confirmed("declare", 0)),
        ("14:04:00", decided("declare", "13:58:00")),
        ("14:04:00", done("declare")),
    ];
    records.extend(rest.iter().cloned());
    records
}

#[test]
fn steps_side_by_side_count_once() {
    let records = declared(&[
        ("14:06:00", confirmed("scale", 1)),
        ("14:06:00", sends("scale", 1)),
        ("14:08:00", confirmed("promote", 1)),
        ("14:08:00", sends("promote", 2)),
        ("14:09:00", applied("scale", 1)),
        ("14:09:00", applied("promote", 2)),
        ("14:12:00", done("scale")),
        ("14:15:00", done("promote")),
        ("14:16:00", skipped("tell")),
        ("14:18:00", confirmed("check", 0)),
        ("14:20:00", done("check")),
        ("14:20:00", served("check", "14:20:00")),
        ("15:00:00", confirmed("rebuild", 0)),
        ("15:30:00", done("rebuild")),
        ("15:30:00", protected("rebuild", "15:30:00")),
        ("15:30:00", closed(Verdict::Finished, "every step is done or was left out")),
    ]);
    // 13:58 to 14:20 is 22 min: 2 before the run; AWS 14:06-14:15 and 14:18-14:20, 11; people the other 9.
    assert_eq!(split(&records), Some((2, 9, 11)));
    let all = entries(&records);
    let account = Account::of(&all).unwrap();
    assert_eq!((account.rto(), account.unprotected()), (Some(minutes(22)), Some(minutes(92))));
    assert_eq!((account.began, account.served), (Some(at("13:58:00")), Some(at("14:20:00"))));
    assert_eq!((account.ended(), account.verdict), (6, Some(Verdict::Finished)));
    assert_eq!((account.run, account.opened, account.last), (RUN, at("14:00:00"), at("15:30:00")));
    let took: Vec<Option<Span>> = account.steps.iter().map(|step| step.took).collect();
    let some = |n| Some(minutes(n));
    assert_eq!(took, [some(0), some(6), some(7), None, some(2), some(30)]);
    let sent: Vec<usize> = account.steps.iter().map(|step| step.requests).collect();
    assert_eq!(sent, [0, 1, 1, 0, 0, 0]);
    assert_eq!(account.steps[3].end, StepEnd::Skipped(text("no status page tonight")));
}

#[test]
fn a_pause_is_the_time_of_people_and_the_wait_goes_on_after_it() {
    let records = declared(&[
        ("14:06:00", confirmed("scale", 1)),
        ("14:06:00", sends("scale", 1)),
        ("14:06:00", applied("scale", 1)),
        ("14:10:00", closed(Verdict::Paused, "shift change")),
        ("15:15:00", session("bob")),
        ("15:20:00", done("scale")),
        ("15:21:00", confirmed("check", 0)),
        ("15:23:00", done("check")),
        ("15:23:00", served("check", "15:23:00")),
    ]);
    // 85 min: 2 before; AWS 14:06-14:10, 15:15-15:20, 15:21-15:23, 11; people 72, of them 65 of the pause.
    assert_eq!(split(&records), Some((2, 72, 11)));
    let account = Account::of(&entries(&records)).unwrap();
    assert_eq!(account.drivers, [person("alice"), person("bob")]);
    assert_eq!(account.steps[1].took, Some(minutes(74)));
    assert_eq!(account.verdict, None, "a session is open again");
}

#[test]
fn after_a_crash_nobody_knows_when_the_session_ended_and_a_confirm_that_sent_nothing_is_over() {
    let records = declared(&[
        ("14:06:00", confirmed("scale", 1)),
        ("14:06:00", sends("scale", 1)),
        ("14:07:00", confirmed("promote", 1)),
        // killed here
        ("14:30:00", session("alice")),
        ("14:33:00", reconciled("scale", 1, Some(true))),
        ("14:35:00", done("scale")),
        ("14:40:00", confirmed("promote", 1)),
        ("14:40:00", sends("promote", 2)),
        ("14:41:00", applied("promote", 2)),
        ("14:44:00", done("promote")),
        ("14:44:00", served("promote", "14:44:00")),
    ]);
    // 46 min: 2 before; AWS 14:06-14:07, 14:30-14:35, 14:40-14:44, 10; people 34.
    assert_eq!(split(&records), Some((2, 34, 10)));
}

#[test]
fn a_throttled_request_and_a_failed_step_give_the_time_back_to_people() {
    let records = declared(&[
        ("14:06:00", confirmed("scale", 1)),
        ("14:06:00", sends("scale", 1)),
        ("14:07:00", throttled("scale", 1)),
        ("14:20:00", confirmed("scale", 1)),
        ("14:20:00", sends("scale", 2)),
        ("14:20:00", applied("scale", 2)),
        ("14:25:00", failed("scale")),
        ("14:40:00", retried("scale")),
        ("14:41:00", confirmed("scale", 1)),
        ("14:41:00", sends("scale", 3)),
        ("14:42:00", applied("scale", 3)),
        ("14:43:00", done("scale")),
        ("14:43:00", served("scale", "14:43:00")),
    ]);
    // 45 min: 2 before; AWS 1 + 5 + 2 = 8; people 35.
    assert_eq!(split(&records), Some((2, 35, 8)));
    let account = Account::of(&entries(&records)).unwrap();
    assert_eq!((account.steps[1].requests, account.steps[1].took), (3, Some(minutes(2))), "from the last confirm");
    assert_eq!(account.steps[1].end, StepEnd::Done(text("6 of 6 instances in service")));
    // Failed, and not done after that.
    let account = Account::of(&entries(&records[..12])).unwrap();
    assert!(matches!(account.steps[1].end, StepEnd::Failed(_)));
}

#[test]
fn while_a_person_is_asked_what_became_of_a_request_it_is_the_time_of_people() {
    let records = declared(&[
        ("14:06:00", confirmed("scale", 1)),
        ("14:06:00", sends("scale", 1)),
        ("14:07:00", lost("scale", 1)),
        ("14:09:00", reconciled("scale", 1, None)),
        ("14:29:00", resolved("scale", 1, true)),
        ("14:31:00", done("scale")),
        ("14:31:00", served("scale", "14:31:00")),
    ]);
    // 33 min: 2 before; AWS 14:06-14:09 and 14:29-14:31, 5; people 26.
    assert_eq!(split(&records), Some((2, 26, 5)));
}

#[test]
fn clocks_that_disagree_make_no_figure_absurd() {
    // Users were served before the disruption is said to have begun, and that before the run was opened.
    let records = declared(&[("14:10:00", served("check", "13:50:00"))]);
    assert_eq!(split(&records), Some((0, 0, 0)));
    // A planned move: the run was opened before.
    let mut records = declared(&[
        ("14:12:00", confirmed("scale", 1)),
        ("14:12:00", sends("scale", 1)),
        ("14:20:00", done("scale")),
        ("14:20:00", served("scale", "14:20:00")),
    ]);
    records[3].1 = decided("declare", "14:10:00");
    assert_eq!(split(&records), Some((0, 2, 8)));
    // Nobody was served: no split, and no RTO.
    let account = Account::of(&entries(&declared(&[]))).unwrap();
    assert_eq!((account.rto(), account.unprotected(), split(&declared(&[]))), (None, None, None));
}

#[test]
fn fences_stay_open_until_they_are_proven_and_a_rehearsal_says_what_it_is() {
    let mut records = declared(&[("14:05:00", accepted("check")), ("14:06:00", accepted("tell"))]);
    let open = |records: &[(&str, Record)]| {
        let fences = Account::of(&entries(records)).unwrap().open_fences;
        fences.into_iter().map(|(step, by, reason)| (step, by.name.to_string(), reason.to_string())).collect::<Vec<_>>()
    };
    let fence = |step: &str| (step.to_owned(), "alice".to_owned(), "the Region does not answer".to_owned());
    assert_eq!(open(&records), [fence("check"), fence("tell")]);
    records.push(("15:00:00", proven("check")));
    assert_eq!(open(&records), [fence("tell")]);
    let drill = entries(&[("14:00:00", opened_as(RUN, "orders-failover", Mode::Drill, &[]))]);
    assert_eq!(Account::of(&drill).unwrap().mode, Mode::Drill);
    assert_eq!(Account::of(&entries(&[("14:00:00", session("alice"))])), None);
    assert_eq!(Account::of(&[]), None);
    let _: Moment = at("14:00:00");
}
