//! All runs of a folder: how each stands, what is read again and what is not, what verifying says, and where an export goes.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use drdeck::journal::findings::{Weight, findings};
use drdeck::journal::{Holder, Journal, Lock, Place, Run, Shelf, Stands, Verdict, export};
use drdeck::model::Text;
use drdeck::runbook::RunId;

use crate::journal_kit::{at, closed, confirmed, names, session};
use crate::runs_kit::{ABORTED, BROKEN, BROKEN_OFF, DRIVEN, EMPTY, FINISHED, Folder, PAUSED, in_time, write};

fn of(runs: &[Arc<Run>], run: RunId) -> &Arc<Run> {
    runs.iter().find(|known| known.run == run).unwrap()
}

#[test]
fn each_run_stands_as_its_journal_and_its_lock_say() {
    let folder = Folder::new();
    let runs = folder.runs(None);
    let stands = |run| of(&runs, run).stands.clone();
    assert_eq!(stands(FINISHED), Stands::Closed(Verdict::Finished));
    assert_eq!(stands(PAUSED), Stands::Closed(Verdict::Paused));
    assert_eq!(stands(ABORTED), Stands::Closed(Verdict::Aborted));
    assert_eq!(stands(BROKEN_OFF), Stands::BrokenOff);
    assert_eq!(stands(EMPTY), Stands::Empty);
    let Stands::Driven(holder) = stands(DRIVEN) else { panic!("{:?}", stands(DRIVEN)) };
    assert_eq!((holder.operator.as_str(), holder.pid), ("alice", 4711));
    let Stands::Broken(why) = stands(BROKEN) else { panic!("{:?}", stands(BROKEN)) };
    assert!(why.as_str().contains("broken at line 2: its hash does not fit"), "{why}");
    // What stands before the break is told all the same.
    assert_eq!(of(&runs, BROKEN).told.as_ref().unwrap().account.runbook, "erp-failover");
    assert_eq!(runs.len(), 7);
    assert!(runs.is_sorted_by_key(|run| run.run));
}

#[test]
fn a_lock_that_its_process_left_behind_drives_nothing() {
    let home = tempfile::tempdir().unwrap();
    let place = Place::new(home.path());
    write(&place, FINISHED, "14:00:00", &in_time(FINISHED)[..4]);
    let holder = Holder {
        system: "orders".to_owned(),
        run: FINISHED,
        operator: Text::new("alice"),
        pid: std::process::id(),
        since: at("14:00:00"),
    };
    let mut shelf = Shelf::new(place.clone());
    let mut look = || shelf.look(&BTreeSet::new()).unwrap()[0].clone();
    assert_eq!(look().stands, Stands::BrokenOff);
    let lock = Lock::take(&place, &holder).unwrap();
    let driven = look();
    assert!(matches!(&driven.stands, Stands::Driven(who) if who.operator == holder.operator), "{:?}", driven.stands);
    assert!(driven.read.is_some(), "the records of a driven run are kept");
    assert!(Arc::ptr_eq(&driven, &look()), "nothing has happened since");
    // The process was killed: the kernel gives the lock back, and the file still names it.
    let text = fs::read(home.path().join("locks/orders.lock")).unwrap();
    drop(lock);
    fs::write(home.path().join("locks/orders.lock"), text).unwrap();
    let left = look();
    assert_eq!(left.stands, Stands::BrokenOff);
    assert!(left.read.is_none());
    // A lock for another run of the System does not drive this one.
    let other = Holder { run: RunId::new(1, 1), ..holder };
    let _lock = Lock::take(&place, &other).unwrap();
    assert_eq!(look().stands, Stands::BrokenOff);
}

#[test]
fn only_what_was_written_to_is_read_again() {
    let folder = Folder::new();
    let mut shelf = Shelf::new(folder.place.clone());
    let nothing = BTreeSet::new();
    let first = shelf.look(&nothing).unwrap();
    let second = shelf.look(&nothing).unwrap();
    assert!(first.iter().zip(&second).all(|(a, b)| Arc::ptr_eq(a, b)));
    assert!(first.iter().filter(|run| run.run != DRIVEN).all(|run| run.read.is_none()));
    let mut journal = Journal::open(&folder.place, PAUSED).unwrap().journal;
    journal.append(at("13:50:00"), at("13:50:00"), session("bob")).unwrap();
    let third = shelf.look(&nothing).unwrap();
    for (before, after) in second.iter().zip(&third) {
        assert_eq!(Arc::ptr_eq(before, after), before.run != PAUSED, "{}", before.run);
    }
    assert_eq!(of(&third, PAUSED).stands, Stands::BrokenOff);
    // Its records are kept as long as somebody looks at them.
    let wanted = BTreeSet::from([PAUSED]);
    assert_eq!(of(&shelf.look(&wanted).unwrap(), PAUSED).read.as_ref().unwrap().entries.len(), 4);
    assert!(of(&shelf.look(&nothing).unwrap(), PAUSED).read.is_none());
    // A journal that was damaged since is found, and one that is gone is gone.
    let path = folder.place.journal(FINISHED);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("alice", "malic", 1)).unwrap();
    fs::remove_dir_all(folder.place.run(ABORTED)).unwrap();
    let last = shelf.look(&nothing).unwrap();
    assert!(matches!(of(&last, FINISHED).stands, Stands::Broken(_)));
    assert!(last.iter().all(|run| run.run != ABORTED));
}

#[test]
fn a_line_that_is_being_written_is_not_counted_yet() {
    let home = tempfile::tempdir().unwrap();
    let place = Place::new(home.path());
    write(&place, FINISHED, "14:00:00", &in_time(FINISHED));
    let whole = fs::read(place.journal(FINISHED)).unwrap();
    let lines = whole.iter().filter(|byte| **byte == b'\n').count();
    let mut shelf = Shelf::new(place.clone());
    for cut in [whole.len() - 40, whole.len()] {
        fs::write(place.journal(FINISHED), &whole[..cut]).unwrap();
        let runs = shelf.look(&BTreeSet::new()).unwrap();
        let told = runs[0].told.as_ref().unwrap();
        let missing = usize::from(cut < whole.len());
        assert_eq!((told.report.records, told.tail > 0), (lines - missing, missing == 1));
    }
}

#[test]
fn findings_say_what_is_whole_what_is_open_and_what_is_broken() {
    let folder = Folder::new();
    let said = |run| findings(&folder.place, run).unwrap();
    let worst = |run| said(run).iter().map(|finding| finding.weight).max().unwrap();
    assert_eq!(worst(FINISHED), Weight::Told, "{:?}", said(FINISHED));
    assert!(said(FINISHED)[0].words.ends_with(" records, chain whole"));
    assert_eq!(worst(BROKEN_OFF), Weight::Open);
    let open = format!("in doubt: {BROKEN_OFF}-1; what became of it is found out when the run goes on");
    assert_eq!(said(BROKEN_OFF).last().unwrap().words, open);
    for run in [BROKEN, EMPTY] {
        assert_eq!(said(run).iter().map(|finding| finding.weight).collect::<Vec<_>>(), [Weight::Broken]);
    }
    assert!(said(BROKEN)[0].words.contains("broken at line 2"), "{:?}", said(BROKEN));
    let home = tempfile::tempdir().unwrap();
    let place = Place::new(home.path());
    let mut records = in_time(FINISHED);
    records.insert(5, confirmed("declare", 0));
    write(&place, FINISHED, "14:00:00", &records);
    let found = findings(&place, FINISHED).unwrap();
    assert_eq!(found.last().unwrap().weight, Weight::Wrong);
    assert_eq!(found.last().unwrap().words, "wrong: record 6: step declare is confirmed, and was done before");
    assert!(findings(&place, PAUSED).is_err(), "there is no such run");
}

#[test]
fn an_export_writes_new_files_for_its_owner_and_nothing_over() {
    let folder = Folder::new();
    let here = tempfile::tempdir().unwrap();
    let folders = [here.path().to_owned(), folder.place.run(FINISHED)];
    let first = export::to_files(&folder.place, FINISHED, &folders).unwrap();
    let name = format!("drdeck-{FINISHED}");
    assert_eq!(first, [here.path().join(format!("{name}.md")), here.path().join(format!("{name}.json"))]);
    let page = fs::read_to_string(&first[0]).unwrap();
    assert!(page.starts_with("# Failover of orders, run "), "{page}");
    let data: serde_json::Value = serde_json::from_str(&fs::read_to_string(&first[1]).unwrap()).unwrap();
    assert_eq!(data["run"], FINISHED.to_string());
    for path in &first {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // One of the two names is taken: neither file is written over, and both have the next number.
    fs::write(&first[1], "somebody's own").unwrap();
    fs::remove_file(&first[0]).unwrap();
    let second = export::to_files(&folder.place, FINISHED, &folders).unwrap();
    assert_eq!(second, [here.path().join(format!("{name}-2.md")), here.path().join(format!("{name}-2.json"))]);
    assert_eq!(fs::read_to_string(&first[1]).unwrap(), "somebody's own");
    // Where nothing can be written it goes beside the run.
    let missing = here.path().join("not there");
    let third = export::to_files(&folder.place, FINISHED, &[missing, folder.place.run(FINISHED)]).unwrap();
    assert!(third.iter().all(|path| path.starts_with(folder.place.run(FINISHED))), "{third:?}");
    let there = names(&folder.place.run(FINISHED));
    assert!(third.iter().all(|path| there.contains(&path.file_name().unwrap().to_str().unwrap().to_owned())));
    for run in [BROKEN, EMPTY] {
        let before = names(here.path());
        assert!(export::to_files(&folder.place, run, &folders).is_err());
        assert_eq!(names(here.path()), before, "nothing is written of what cannot be vouched for");
    }
}

#[test]
fn a_closed_session_is_not_driven_though_its_lock_is_still_held() {
    let home = tempfile::tempdir().unwrap();
    let place = Place::new(home.path());
    let mut records = in_time(FINISHED)[..4].to_vec();
    records.push(closed(Verdict::Paused, "lunch"));
    write(&place, FINISHED, "14:00:00", &records);
    let holder = Holder {
        system: "orders".to_owned(),
        run: FINISHED,
        operator: Text::new("alice"),
        pid: 4711,
        since: at("14:00:00"),
    };
    let _lock = Lock::take(&place, &holder).unwrap();
    let runs = Shelf::new(place).look(&BTreeSet::new()).unwrap();
    assert_eq!(runs[0].stands, Stands::Closed(Verdict::Paused));
    assert_eq!(runs[0].told.as_ref().unwrap().reason.as_ref().unwrap().as_str(), "lunch");
}
