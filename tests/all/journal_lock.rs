//! One driver for each System on one machine.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use drdeck::journal::{Holder, JournalError, Lock, Place};
use drdeck::model::Text;

use crate::journal_kit::{RUN, at, names};

pub(crate) fn take(place: &Place, system: &str, operator: &str) -> Result<Lock, JournalError> {
    let holder = Holder {
        system: system.to_owned(),
        run: RUN,
        operator: Text::new(operator),
        pid: std::process::id(),
        since: at("14:00:00"),
    };
    Lock::take(place, &holder)
}

/// A process that holds the lock of `system`.
fn holding(home: &Path, system: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "journal_lock::child_holds", "--ignored", "--nocapture"]);
    let mut child = command.env("LOCK_HOME", home).env("LOCK_SYSTEM", system).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("held")), "it never took the lock");
    child
}

#[test]
#[ignore = "run by the tests below, as a process of its own"]
fn child_holds() {
    let place = Place::new(std::env::var_os("LOCK_HOME").unwrap());
    let _lock = take(&place, &std::env::var("LOCK_SYSTEM").unwrap(), "alice").unwrap();
    println!("held");
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn a_second_process_is_refused_with_who_holds_it_and_takes_it_once_that_was_killed() {
    for system in ["orders", "Zahlungen / Köln", "..", "a.b", "line\nbreak", &"long".repeat(100), ""] {
        let home = tempfile::tempdir().unwrap();
        let place = Place::new(home.path());
        let mut child = holding(home.path(), system);
        let error = take(&place, system, "bob").unwrap_err();
        let JournalError::Held(holder) = &error else { panic!("{error}") };
        assert_eq!((holder.system.as_str(), holder.run, holder.operator.as_str()), (system, RUN, "alice"));
        assert_eq!((holder.pid, holder.since), (child.id(), at("14:00:00")));
        assert_eq!(
            error.to_string(),
            format!(
                "{system} is driven by alice in run {RUN} (process {} on this machine, since 2026-11-20T14:00:00Z); watch it with: drdeck journal show {RUN}",
                child.id()
            )
        );
        let other = take(&place, &format!("{system}2"), "bob").unwrap();
        // As with kill -9: it cannot give anything back itself.
        child.kill().unwrap();
        child.wait().unwrap();
        let ours = take(&place, system, "bob").unwrap();
        let JournalError::Held(holder) = take(&place, system, "carol").unwrap_err() else { panic!() };
        assert_eq!(holder.operator.as_str(), "bob", "whoever was killed is named no more");
        drop((ours, other));
        drop(take(&place, system, "carol").unwrap());
        assert_eq!(names(&home.path().join("locks")).len(), 2, "all in one folder, none outside");
    }
}

#[test]
fn names_that_look_alike_have_locks_of_their_own() {
    let home = tempfile::tempdir().unwrap();
    let place = Place::new(home.path());
    let long = "x".repeat(300);
    let names = ["a b", "a_b", "a_20b", "a/b", "A b", "a\u{a0}b", "ab", &long, &format!("{long}x")];
    let locks: Vec<Lock> = names.iter().map(|name| take(&place, name, "alice").unwrap()).collect();
    assert_eq!(locks.len(), names.len());
}

#[test]
fn a_lock_whose_file_was_deleted_keeps_nobody_out_and_a_new_one_does() {
    let home = tempfile::tempdir().unwrap();
    let place = Place::new(home.path());
    let first = take(&place, "orders", "alice").unwrap();
    fs::remove_file(home.path().join("locks/orders.lock")).unwrap();
    let second = take(&place, "orders", "bob").unwrap();
    // The first one gives its lock back: the second one's is not touched.
    drop(first);
    let JournalError::Held(holder) = take(&place, "orders", "carol").unwrap_err() else { panic!() };
    assert_eq!(holder.operator.as_str(), "bob");
    drop(second);
}

#[test]
fn a_holder_that_does_not_say_who_it_is_is_waited_for_and_then_told_of() {
    let home = tempfile::tempdir().unwrap();
    let place = Place::new(home.path());
    let _lock = take(&place, "orders", "alice").unwrap();
    let path = home.path().join("locks/orders.lock");
    let text = fs::read(&path).unwrap();
    fs::write(&path, "").unwrap();
    let begun = Instant::now();
    let error = take(&place, "orders", "bob").unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(error.to_string().contains("another process holds this lock, and does not say which"), "{error}");
    // It writes it down while we wait.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            fs::write(&path, &text).unwrap();
        });
        assert!(matches!(take(&place, "orders", "bob"), Err(JournalError::Held(_))));
    });
}

#[test]
fn a_lock_that_is_a_link_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let place = Place::new(home.path());
    drop(take(&place, "orders", "alice").unwrap());
    let path = home.path().join("locks/orders.lock");
    fs::remove_file(&path).unwrap();
    let precious = home.path().join("precious");
    fs::write(&precious, "precious").unwrap();
    std::os::unix::fs::symlink(&precious, &path).unwrap();
    assert!(take(&place, "orders", "alice").unwrap_err().to_string().contains("it is a link"));
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
}
