//! What a journal does when its disk does not do its part, and in which order it asks things of it.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use drdeck::journal::list::{read, saved};
use drdeck::journal::{Disk, Entry, Journal, JournalError, Place, Record, read_text};
use drdeck::runbook::{Outcome, RunId};
use rustix::io::Errno;

use crate::journal_kit::{
    RUN, applied, at, bytes_of, confirmed, done, every_record, lost, names, opened, outcome, sends, session, written,
};

/// What a disk does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// What it should.
    Its,
    /// It fails, and nothing is done.
    Fail(Errno),
    /// It writes so many bytes, then it fails.
    Short(usize, Errno),
}

/// A disk in memory: what was asked of it, what is to come, and what is on it.
#[derive(Default)]
struct Script {
    asked: Vec<String>,
    next: Vec<Does>,
    bytes: Vec<u8>,
}

#[derive(Clone, Default)]
struct Scripted(Arc<Mutex<Script>>);

impl Scripted {
    /// What the next calls come to; after them everything goes well.
    fn then(&self, does: &[Does]) {
        let mut script = self.0.lock().unwrap();
        script.next = does.to_vec();
        script.asked.clear();
    }

    fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().bytes.clone()
    }

    fn call(&self, name: &str, work: impl FnOnce(&mut Vec<u8>, Option<usize>)) -> io::Result<()> {
        let mut script = self.0.lock().unwrap();
        script.asked.push(name.to_owned());
        let does = if script.next.is_empty() { Does::Its } else { script.next.remove(0) };
        match does {
            Does::Its => work(&mut script.bytes, None),
            Does::Short(bytes, _) => work(&mut script.bytes, Some(bytes)),
            Does::Fail(_) => {}
        }
        match does {
            Does::Its => Ok(()),
            Does::Short(_, error) | Does::Fail(error) => Err(error.into()),
        }
    }
}

impl Disk for Scripted {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.call("append", |on, short| on.extend_from_slice(&bytes[..short.unwrap_or(bytes.len())]))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.call("sync", |_, _| {})
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.call("cut", |on, _| on.truncate(length as usize))
    }
}

/// A journal on such a disk that stands before the intent of its step, its ballast in place.
fn before_intent() -> (tempfile::TempDir, Place, Scripted, Journal) {
    let state = tempfile::tempdir().unwrap();
    let place = Place::new(state.path());
    drop(Journal::create(&place, RUN).unwrap());
    let disk = Scripted::default();
    let mut journal = Journal::on(&place, RUN, Box::new(disk.clone()));
    for record in [opened(&["scale"]), session("alice"), confirmed("scale", 1)] {
        append(&mut journal, record).unwrap();
    }
    (state, place, disk, journal)
}

fn append(journal: &mut Journal, record: Record) -> Result<Entry, JournalError> {
    journal.append(at("14:00:00"), at("14:00:00"), record)
}

fn ballast(place: &Place) -> bool {
    place.run(RUN).join("ballast").exists()
}

/// What the rescue file holds, and where it is.
fn rescued(error: &JournalError) -> Vec<Entry> {
    let JournalError::Poisoned { rescue: Some(path), .. } = error else { panic!("{error}") };
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    read_text(&fs::read(path).unwrap()).unwrap().entries
}

fn kinds(entries: &[Entry]) -> Vec<String> {
    let kind = |entry: &Entry| serde_json::to_value(&entry.record).unwrap()["type"].as_str().unwrap().to_owned();
    entries.iter().map(kind).collect()
}

#[test]
fn a_record_is_one_write_and_one_fsync_and_nothing_else() {
    let (_state, _place, disk, mut journal) = before_intent();
    for record in [sends("scale", 1), applied("scale", 1), done("scale")] {
        disk.then(&[]);
        let before = disk.bytes().len();
        append(&mut journal, record).unwrap();
        assert_eq!(disk.asked(), ["append", "sync"]);
        let line = disk.bytes()[before..].to_vec();
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        assert_eq!(line.last(), Some(&b'\n'));
    }
    assert_eq!(read_text(&disk.bytes()).unwrap().head, *journal.head());
}

#[test]
fn a_full_disk_before_an_intent_records_nothing_and_the_next_record_goes_on() {
    for does in [
        Does::Fail(Errno::NOSPC),
        Does::Short(40, Errno::NOSPC),
        Does::Short(40, Errno::DQUOT),
        Does::Short(1, Errno::FBIG),
    ] {
        let (_state, place, disk, mut journal) = before_intent();
        let before = disk.bytes();
        disk.then(&[does]);
        let error = append(&mut journal, sends("scale", 1)).unwrap_err();
        let JournalError::Full { path, free } = &error else { panic!("{error}") };
        assert_eq!(path, &place.journal(RUN));
        assert!(
            *free > 0
                && error.to_string().contains("the disk is full")
                && error.to_string().contains(&format!("({free} bytes are free)")),
            "{error}"
        );
        assert_eq!(disk.asked(), ["append", "cut"]);
        assert_eq!(disk.bytes(), before, "the file is as it was");
        assert!(ballast(&place), "the room for an outcome is not spent on an intent");
        assert!(journal.poison().is_none());
        let entry = append(&mut journal, sends("scale", 1)).unwrap();
        assert_eq!(entry.seq, 4);
        assert_eq!(
            kinds(&read_text(&disk.bytes()).unwrap().entries),
            ["run_opened", "session_opened", "confirmed", "intent"]
        );
    }
}

#[test]
fn a_full_disk_at_an_outcome_spends_the_ballast_and_the_outcome_is_recorded() {
    for does in [Does::Fail(Errno::NOSPC), Does::Short(60, Errno::NOSPC)] {
        let (_state, place, disk, mut journal) = before_intent();
        append(&mut journal, sends("scale", 1)).unwrap();
        assert!(ballast(&place));
        disk.then(&[does]);
        append(&mut journal, applied("scale", 1)).unwrap();
        assert_eq!(disk.asked(), ["append", "cut", "append", "sync"]);
        assert!(!ballast(&place));
        assert_eq!(kinds(&read_text(&disk.bytes()).unwrap().entries)[3..], ["intent", "outcome"]);
        // Other records wait for room; before the next request the room for its outcome is kept again.
        disk.then(&[Does::Fail(Errno::NOSPC)]);
        assert!(matches!(append(&mut journal, done("scale")), Err(JournalError::Full { .. })));
        append(&mut journal, sends("scale", 2)).unwrap();
        assert!(ballast(&place));
    }
}

#[test]
fn a_disk_that_stays_full_at_an_outcome_has_everything_saved_elsewhere_and_nothing_more_is_written() {
    let (_state, place, disk, mut journal) = before_intent();
    append(&mut journal, sends("scale", 1)).unwrap();
    let before = disk.bytes();
    disk.then(&[Does::Short(60, Errno::NOSPC), Does::Its, Does::Short(70, Errno::NOSPC)]);
    let error = append(&mut journal, applied("scale", 1)).unwrap_err();
    assert_eq!(disk.asked(), ["append", "cut", "append", "cut"]);
    assert_eq!(disk.bytes(), before);
    assert_eq!(kinds(&rescued(&error))[3..], ["intent", "outcome"]);
    assert!(!ballast(&place));
    dead(&disk, &mut journal, &error);
}

/// Nothing is asked of the disk any more, and every record is refused with the same words.
fn dead(disk: &Scripted, journal: &mut Journal, error: &JournalError) {
    disk.then(&[]);
    for record in [sends("scale", 7), applied("scale", 1), done("scale"), session("bob")] {
        assert_eq!(append(journal, record).unwrap_err().to_string(), error.to_string());
    }
    assert_eq!(journal.poison().unwrap().to_string(), error.to_string());
    assert_eq!(disk.asked(), Vec::<String>::new());
}

#[test]
fn a_write_that_fails_for_good_poisons_the_journal() {
    // An intent that could not be recorded did not happen; an outcome did.
    for (record, kept) in [(sends("scale", 2), 4), (applied("scale", 1), 5), (done("scale"), 5)] {
        for does in [Does::Fail(Errno::IO), Does::Short(50, Errno::IO)] {
            let (_state, _place, disk, mut journal) = before_intent();
            append(&mut journal, sends("scale", 1)).unwrap();
            disk.then(&[does]);
            let error = append(&mut journal, record.clone()).unwrap_err();
            assert_eq!(disk.asked(), ["append", "cut"]);
            assert_eq!(rescued(&error).len(), kept);
            assert!(error.to_string().contains("Input/output error"), "{error}");
            dead(&disk, &mut journal, &error);
        }
    }
}

#[test]
fn a_failed_fsync_is_never_tried_again_and_everything_is_saved_elsewhere() {
    for errno in [Errno::IO, Errno::NOSPC, Errno::DQUOT] {
        let (_state, _place, disk, mut journal) = before_intent();
        disk.then(&[Does::Its, Does::Fail(errno)]);
        let error = append(&mut journal, sends("scale", 1)).unwrap_err();
        assert_eq!(disk.asked(), ["append", "sync"]);
        assert_eq!(kinds(&rescued(&error)), ["run_opened", "session_opened", "confirmed", "intent"]);
        dead(&disk, &mut journal, &error);
    }
}

#[test]
fn a_cut_that_fails_poisons_the_journal_and_is_not_tried_again() {
    for (record, kept) in [(sends("scale", 2), 4), (applied("scale", 1), 5)] {
        let (_state, _place, disk, mut journal) = before_intent();
        append(&mut journal, sends("scale", 1)).unwrap();
        disk.then(&[Does::Short(60, Errno::NOSPC), Does::Fail(Errno::IO)]);
        let error = append(&mut journal, record).unwrap_err();
        assert_eq!(disk.asked(), ["append", "cut"]);
        assert_eq!(rescued(&error).len(), kept);
        dead(&disk, &mut journal, &error);
    }
}

#[test]
fn where_nothing_can_be_saved_no_half_of_it_stays_and_the_words_say_so() {
    let (_state, place, disk, mut journal) = before_intent();
    fs::write(place.runs().parent().unwrap().join("rescue"), "in the way").unwrap();
    disk.then(&[Does::Fail(Errno::IO)]);
    let error = append(&mut journal, done("scale")).unwrap_err();
    assert!(matches!(error, JournalError::Poisoned { rescue: None, .. }));
    assert!(
        error.to_string().ends_with("its history could not be saved anywhere else: look in AWS at what was sent last"),
        "{error}"
    );
}

#[test]
fn a_folder_on_another_disk_takes_what_the_first_does_not() {
    let (state, place, disk, mut journal) = before_intent();
    drop(journal);
    fs::write(state.path().join("rescue"), "in the way").unwrap();
    let other = tempfile::tempdir().unwrap();
    let place = place.with_refuge(other.path().join("drdeck"));
    disk.then(&[]);
    disk.0.lock().unwrap().bytes.clear();
    journal = Journal::on(&place, RUN, Box::new(disk.clone()));
    append(&mut journal, opened(&["scale"])).unwrap();
    disk.then(&[Does::Its, Does::Fail(Errno::IO)]);
    let error = append(&mut journal, session("alice")).unwrap_err();
    assert_eq!(rescued(&error).len(), 2);
    assert_eq!(names(&other.path().join("drdeck")), [format!("{RUN}-1.jsonl")]);
}

/// A run whose file failed at the outcome of its request, and which was saved with it.
fn failed_run() -> (tempfile::TempDir, Place, Vec<Entry>) {
    let (state, place, disk, mut journal) = before_intent();
    append(&mut journal, sends("scale", 1)).unwrap();
    disk.then(&[Does::Its, Does::Fail(Errno::IO)]);
    let saved = rescued(&append(&mut journal, applied("scale", 1)).unwrap_err());
    fs::write(place.journal(RUN), disk.bytes()).unwrap();
    (state, place, saved)
}

#[test]
fn the_next_session_goes_on_from_what_was_saved_so_that_no_outcome_is_lost() {
    let (_state, place, entries) = failed_run();
    let whole = bytes_of(&place);
    let last = whole.iter().take(whole.len() - 1).rposition(|byte| *byte == b'\n').unwrap() + 1;
    // However much of the last line the failed disk shows.
    for cut in last..=whole.len() {
        fs::write(place.journal(RUN), &whole[..cut]).unwrap();
        let shown = saved(&place, RUN).unwrap().map(|rescue| rescue.read.entries.len());
        assert_eq!(shown, (cut + 1 < whole.len()).then_some(5), "cut at {cut}");
        let opened = Journal::open(&place, RUN).unwrap();
        assert_eq!(opened.entries, entries);
        let (count, name) = opened.torn.unwrap();
        assert_eq!((count as usize, fs::read(place.run(RUN).join(name)).unwrap().as_slice()), (cut, &whole[..cut]));
        assert_eq!(bytes_of(&place), whole);
        fs::remove_file(place.run(RUN).join("failed-1")).unwrap();
    }
    // Once it went on, what was saved is history: it does not come back.
    let mut opened = Journal::open(&place, RUN).unwrap();
    append(&mut opened.journal, session("bob")).unwrap();
    let repair = opened.torn.unwrap();
    drop(opened.journal);
    let mut again = Journal::open(&place, RUN).unwrap();
    assert_eq!((again.entries.len(), again.torn.as_ref()), (6, Some(&repair)), "nobody has recorded it yet");
    append(&mut again.journal, Record::Repaired { bytes: repair.0, kept: repair.1 }).unwrap();
    drop(again.journal);
    assert_eq!(Journal::open(&place, RUN).unwrap().torn, None);
    assert_eq!(saved(&place, RUN).unwrap(), None);
}

#[test]
fn what_was_saved_is_taken_back_only_where_it_tells_the_same() {
    let (_state, place, _) = failed_run();
    let rescue = place.runs().parent().unwrap().join("rescue").join(format!("{RUN}-1.jsonl"));
    let text = fs::read_to_string(&rescue).unwrap();
    let intent = bytes_of(&place);
    let end = intent.iter().take(intent.len() - 1).rposition(|byte| *byte == b'\n').unwrap() + 1;
    for other in [text.replacen("alice", "mallory", 1), text[..text.len() - 9].to_owned(), String::new()] {
        fs::write(&rescue, other).unwrap();
        fs::write(place.journal(RUN), &intent[..end]).unwrap();
        let opened = Journal::open(&place, RUN).unwrap();
        assert_eq!((opened.entries.len(), opened.torn), (4, None));
    }
    fs::write(&rescue, &text).unwrap();
    fs::set_permissions(&rescue, fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(Journal::open(&place, RUN).unwrap().entries.len(), 4, "others could have written it");
}

#[test]
fn files_and_folders_are_for_their_owner_alone_whatever_the_umask() {
    let here = std::env::current_exe().unwrap();
    for mask in ["000", "022", "077", "277", "777"] {
        let home = tempfile::tempdir().unwrap();
        let child = format!("umask {mask}; exec \"$0\" --exact journal_disk::child_writes_a_run --ignored");
        let run = Command::new("sh").args(["-c", &child]).arg(&here).env("JOURNAL_HOME", home.path()).output().unwrap();
        assert!(run.status.success(), "umask {mask}: {}", String::from_utf8_lossy(&run.stdout));
        let mut seen = 0;
        let mut folders = vec![home.path().join("a")];
        while let Some(folder) = folders.pop() {
            assert_eq!(mode(&folder), 0o700, "umask {mask}: {}", folder.display());
            for name in names(&folder) {
                let path = folder.join(name);
                if path.is_dir() {
                    folders.push(path);
                } else {
                    seen += 1;
                    assert_eq!(mode(&path), 0o600, "umask {mask}: {}", path.display());
                }
            }
        }
        assert_eq!(seen, 3, "the journal, its ballast and the lock");
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
#[ignore = "run by the test above, with a umask of its own"]
fn child_writes_a_run() {
    let home = std::env::var_os("JOURNAL_HOME").unwrap();
    let place = Place::new(Path::new(&home).join("a/b"));
    let _lock = crate::journal_lock::take(&place, "orders", "alice").unwrap();
    written(&place, &every_record());
}

#[test]
fn a_link_a_pipe_a_foreign_file_and_one_that_others_may_write_to_are_refused() {
    let state = tempfile::tempdir().unwrap();
    let place = Place::new(state.path());
    let entries = written(&place, &every_record());
    let (path, folder) = (place.journal(RUN), place.run(RUN));
    let refused = |why: &str| {
        let error = Journal::open(&place, RUN).err().expect("refused");
        assert!(matches!(error, JournalError::Unsafe { .. }) && error.to_string().contains(why), "{error}");
    };
    for bits in [0o620, 0o602, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(bits)).unwrap();
        refused("others may write to it, so it proves nothing");
        assert!(read(&place, RUN).is_err());
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    for folder in [&folder, &place.runs()] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o770)).unwrap();
        refused("others may write to it");
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    }
    if rustix::process::geteuid().is_root() {
        for folder in [&path, &folder, &place.runs()] {
            std::os::unix::fs::chown(folder, Some(4711), None).unwrap();
            refused("it belongs to user 4711 while drdeck runs as user 0");
            std::os::unix::fs::chown(folder, Some(0), None).unwrap();
        }
    }
    assert_eq!(Journal::open(&place, RUN).unwrap().entries, entries);

    let moved = state.path().join("moved");
    fs::rename(&path, &moved).unwrap();
    symlink(&moved, &path).unwrap();
    refused("it is a link");
    assert!(read(&place, RUN).unwrap_err().to_string().contains("it is a link"));
    fs::remove_file(&path).unwrap();
    // A pipe that nobody writes to must not hold us.
    let pipe = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(pipe.success());
    assert!(read(&place, RUN).unwrap_err().to_string().contains("it is no plain file"));
    refused("it is no plain file");
    fs::remove_file(&path).unwrap();
    assert!(matches!(Journal::open(&place, RUN), Err(JournalError::NotThere { .. })));

    // A link in the place of the run's folder, or of a journal that is to be made.
    let other = RunId::new(1_795_183_200_009, 9);
    symlink(&folder, place.run(other)).unwrap();
    assert!(Journal::create(&place, other).err().unwrap().to_string().contains("it is a link"));
    fs::remove_file(place.run(other)).unwrap();
    symlink(&moved, &path).unwrap();
    assert!(Journal::create(&place, RUN).is_err());
    assert_eq!(read_text(&fs::read(&moved).unwrap()).unwrap().entries, entries, "what the link led to is as it was");
}

#[test]
fn a_run_is_made_once() {
    let state = tempfile::tempdir().unwrap();
    let place = Place::new(state.path());
    let entries = written(&place, &every_record());
    assert!(Journal::create(&place, RUN).is_err());
    assert_eq!(read(&place, RUN).unwrap().entries, entries);
}

#[test]
fn a_disk_that_is_really_full_keeps_the_outcome() {
    let here = std::env::current_exe().unwrap();
    // A limit on the size of files fails like a full disk, and needs no rights.
    let limit =
        "trap '' XFSZ; ulimit -f 600; exec \"$0\" --exact journal_disk::child_fills_the_file --ignored --nocapture";
    let home = tempfile::tempdir().unwrap();
    let child = Command::new("sh").args(["-c", limit]).arg(&here).env("JOURNAL_HOME", home.path()).output().unwrap();
    assert!(
        child.status.success(),
        "{}{}",
        String::from_utf8_lossy(&child.stdout),
        String::from_utf8_lossy(&child.stderr)
    );

    let disk = tempfile::tempdir().unwrap();
    let full = "mount -t tmpfs -o size=640k tmpfs \"$JOURNAL_HOME\" || { echo no mounts here; exit 0; }
        exec \"$0\" --exact journal_disk::child_fills_the_disk --ignored --nocapture";
    let mut unshare = Command::new("unshare");
    let child = unshare
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", full])
        .arg(&here)
        .env("JOURNAL_HOME", disk.path());
    let child = child.output().unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    println!("{said}");
    // Where a machine allows no mounts in a namespace of one's own, the limit above has to do.
    let allowed = !String::from_utf8_lossy(&child.stderr).contains("unshare") && !said.contains("no mounts here");
    assert!(child.status.success() || !allowed, "{said}{}", String::from_utf8_lossy(&child.stderr));
}

/// Writes notes until nothing more fits.
fn fill(journal: &mut Journal, size: usize) -> JournalError {
    let note = |size: usize| Record::Chosen {
        step: "scale".to_owned(),
        name: "filler".to_owned(),
        value: "x".repeat(size),
        by: crate::journal_kit::person("alice"),
    };
    loop {
        if let Err(error) = append(journal, note(size)) {
            return error;
        }
    }
}

#[test]
#[ignore = "run by the test above, on a disk that fills up"]
fn child_fills_the_disk() {
    let home = std::env::var_os("JOURNAL_HOME").unwrap();
    let place = Place::new(Path::new(&home));
    let mut journal = Journal::create(&place, RUN).unwrap();
    assert!(ballast(&place));
    for record in [opened(&["scale"]), session("alice"), confirmed("scale", 9), sends("scale", 1)] {
        append(&mut journal, record).unwrap();
    }
    // Full to the last byte, with a request on its way.
    let full = [10_000, 1_000, 100, 10, 1].into_iter().map(|size| fill(&mut journal, size)).last().unwrap();
    assert!(matches!(full, JournalError::Full { free: 0, .. }), "{full}");
    println!("{full}");
    // Longer than what may be left of the last page.
    let answer = serde_json::json!({ "Ids": "i-0123456789abcdef0".repeat(300) });
    append(&mut journal, outcome("scale", 1, Outcome::Applied { answer })).unwrap();
    assert!(!ballast(&place));
    // While no room can be kept for its outcome, no request is recorded, and so none is sent.
    fill(&mut journal, 10_000);
    let refused = append(&mut journal, sends("scale", 2)).unwrap_err();
    assert!(matches!(refused, JournalError::Full { .. }), "{refused}");
    assert!(journal.poison().is_none() && !ballast(&place));
    let entries = read(&place, RUN).unwrap().entries;
    assert!(matches!(entries.iter().filter(|entry| matches!(entry.record, Record::Outcome { .. })).count(), 1));
    assert_eq!(entries.last().unwrap().seq, journal.head().seq);
    println!("{} records on a full disk, the outcome among them", entries.len());
}

#[test]
#[ignore = "run by the test above, with a limit on the size of files"]
fn child_fills_the_file() {
    let home = std::env::var_os("JOURNAL_HOME").unwrap();
    let place = Place::new(Path::new(&home));
    let mut journal = Journal::create(&place, RUN).unwrap();
    for record in [opened(&["scale"]), session("alice"), confirmed("scale", 9), sends("scale", 1)] {
        append(&mut journal, record).unwrap();
    }
    let full = [10_000, 1_000, 100, 10, 1].into_iter().map(|size| fill(&mut journal, size)).last().unwrap();
    assert!(matches!(full, JournalError::Full { .. }), "{full}");
    // No ballast helps against a limit: the history is as long as the file may be, and so is a copy of it.
    let lost = append(&mut journal, applied("scale", 1)).unwrap_err();
    assert!(matches!(lost, JournalError::Poisoned { rescue: None, .. }), "{lost}");
    let rescue = place.runs().parent().unwrap().join("rescue");
    assert_eq!(names(&rescue), Vec::<String>::new(), "no half of a history is left behind");
    let read = read(&place, RUN).unwrap();
    assert_eq!((read.tail, read.unended, read.head), (0, false, journal.head().clone()));
}

#[test]
fn an_outcome_in_doubt_is_an_outcome_too() {
    let (_state, _place, disk, mut journal) = before_intent();
    append(&mut journal, sends("scale", 1)).unwrap();
    disk.then(&[Does::Fail(Errno::NOSPC)]);
    append(&mut journal, lost("scale", 1)).unwrap();
    assert_eq!(disk.asked(), ["append", "cut", "append", "sync"]);
}
