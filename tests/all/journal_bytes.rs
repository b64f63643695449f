//! A journal is cut at every byte and flipped at every bit: what is read is what was acknowledged, or it is refused in words.

use std::fs;

use drdeck::journal::list::read;
use drdeck::journal::verify::verify;
use drdeck::journal::{Entry, Journal, JournalError, Place, Read, Record, read_text};
use sha2::{Digest as _, Sha256};

use crate::journal_kit::{RUN, at, broken, bytes_of, every_record, names, on_disk, opened, session, written};

/// Some 50 records of every type, as bytes.
fn journal() -> (Vec<Entry>, Vec<u8>) {
    let state = tempfile::tempdir().unwrap();
    let place = Place::new(state.path());
    let entries = written(&place, &every_record());
    (entries, bytes_of(&place))
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn sealed(body: &str) -> Vec<u8> {
    let digest = Sha256::digest(body.as_bytes());
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{},\"hash\":\"{hash}\"}}\n", body.strip_suffix('}').unwrap()).into_bytes()
}

#[test]
fn every_type_of_record_is_read_as_it_was_written_and_no_run_of_drdeck_is_called_wrong() {
    let (entries, bytes) = journal();
    let read = read_text(&bytes).unwrap();
    assert_eq!(
        (read.entries.as_slice(), read.whole, read.tail, read.unended),
        (entries.as_slice(), bytes.len(), 0, false)
    );
    assert_eq!(verify(&entries, &read.head).wrong, []);
    let kinds: std::collections::BTreeSet<_> =
        entries.iter().map(|entry| std::mem::discriminant(&entry.record)).map(|d| format!("{d:?}")).collect();
    assert_eq!(kinds.len(), 22, "a new type of record belongs into every_record");
}

/// Where each line ends.
fn ends(bytes: &[u8]) -> Vec<usize> {
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect()
}

#[test]
fn cut_at_every_byte_what_is_read_is_what_was_acknowledged() {
    let (entries, bytes) = journal();
    let ends = ends(&bytes);
    let mut torn = 0;
    for cut in 0..=bytes.len() {
        let read = read_text(&bytes[..cut]).unwrap();
        // A record is there once its last brace is; the newline may be missing.
        let whole = ends.iter().filter(|end| cut + 1 >= **end).count();
        assert_eq!(read.entries.len(), whole, "cut at byte {cut}");
        assert_eq!(read.entries.last(), entries[..whole].last());
        assert_eq!(read.unended, ends.contains(&(cut + 1)));
        assert_eq!(read.whole + read.tail, cut);
        torn += usize::from(read.tail > 0);
    }
    assert_eq!(
        torn,
        bytes.len() + 1 - 1 - 2 * ends.len(),
        "all but the empty one, those at a line's end and those before its newline"
    );
}

#[test]
fn a_torn_journal_is_repaired_kept_and_goes_on() {
    let (entries, bytes) = journal();
    let ends = ends(&bytes);
    let (_state, place) = on_disk(&bytes);
    let folder = place.run(RUN);
    // Every byte of a line in the middle, and of all others the places at which something changes.
    let middle = ends[20]..ends[21];
    let telling =
        |cut: &usize| middle.contains(cut) || ends.iter().any(|end| (end.saturating_sub(2)..end + 3).contains(cut));
    let cuts: Vec<usize> = (0..bytes.len()).filter(|cut| *cut < 3 || telling(cut)).collect();
    assert!(cuts.len() > 500, "{}", cuts.len());
    for cut in cuts {
        fs::write(place.journal(RUN), &bytes[..cut]).unwrap();
        for name in names(&folder).iter().filter(|name| name.starts_with("torn")) {
            fs::remove_file(folder.join(name)).unwrap();
        }
        let whole = ends.iter().filter(|end| cut + 1 >= **end).count();
        let opened = match Journal::open(&place, RUN) {
            Ok(opened) => opened,
            Err(error) => {
                assert_eq!(whole, 0, "cut at byte {cut}: {error}");
                assert!(matches!(error, JournalError::Empty { .. }), "{error}");
                assert_eq!(bytes_of(&place), &bytes[..cut], "what is refused is left alone");
                continue;
            }
        };
        assert_eq!(opened.entries, &entries[..whole], "cut at byte {cut}");
        let end = ends[whole - 1];
        match &opened.torn {
            Some((count, name)) => {
                assert_eq!(*count as usize, cut - end, "cut at byte {cut}");
                assert_eq!(fs::read(folder.join(name)).unwrap(), &bytes[end..cut]);
            }
            None => assert!(cut == end || cut + 1 == end, "cut at byte {cut}"),
        }
        let mut journal = opened.journal;
        let goes_on = journal.append(at("16:00:00"), at("16:00:00"), session("carol")).unwrap();
        drop(journal);
        let read = read(&place, RUN).unwrap();
        assert_eq!((read.tail, read.unended), (0, false));
        assert_eq!(read.entries[..whole], entries[..whole]);
        assert_eq!(read.entries[whole..], [goes_on]);
        let text = bytes_of(&place);
        assert_eq!(text[..end], bytes[..end], "what was there stays as it was, byte for byte");
    }
}

#[test]
fn every_bit_of_a_record_flipped_is_refused_and_never_read_as_something_else() {
    let (entries, bytes) = journal();
    let all = lines(&bytes);
    let start = |line: usize| all[..line].iter().map(Vec::len).sum::<usize>();
    for line in [all.len() / 2, 0, all.len() - 1] {
        let from = start(line);
        for at in from..from + all[line].len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                match read_text(&flipped) {
                    // A newline that appears cuts the line in two: the first of them is refused.
                    Err(error) => assert_eq!(broken(&error).0, line + 1, "byte {at}, bit {bit}"),
                    // The last newline flipped: the record before it counts, what follows it is none.
                    Ok(read) => {
                        assert_eq!((line, at), (all.len() - 1, bytes.len() - 1), "byte {at}, bit {bit} was overlooked");
                        assert_eq!((read.entries.as_slice(), read.tail, read.unended), (entries.as_slice(), 1, true));
                    }
                }
            }
        }
    }
}

#[test]
fn every_bit_flipped_of_a_last_line_without_newline_takes_that_record_and_nothing_else() {
    let (entries, mut bytes) = journal();
    bytes.pop();
    let last = lines(&bytes).last().unwrap().len();
    for at in bytes.len() - last..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            match read_text(&flipped) {
                Ok(read) => assert_eq!(read.entries, entries[..entries.len() - 1], "byte {at}, bit {bit}"),
                Err(error) => assert_eq!(broken(&error).0, entries.len(), "a newline that appeared"),
            }
        }
    }
}

#[test]
fn a_lost_newline_costs_no_record_whatever_follows_it() {
    let (entries, bytes) = journal();
    for junk in [&b""[..], b"\0", b"\0\0\0\0\0\0\0\0", b" ", b"{\"v\":1,\"seq\":99", b"\xff\xfe"] {
        let (_state, place) = on_disk(&[&bytes[..bytes.len() - 1], junk].concat());
        let opened = Journal::open(&place, RUN).unwrap();
        assert_eq!(opened.entries, entries);
        match opened.torn {
            Some((count, name)) => {
                assert_eq!(count as usize, junk.len());
                assert_eq!(fs::read(place.run(RUN).join(name)).unwrap(), junk);
            }
            None => assert_eq!(junk, b""),
        }
        assert_eq!(bytes_of(&place), bytes);
    }
}

#[test]
fn a_missing_a_swapped_a_repeated_and_a_replaced_line_are_refused_with_their_number() {
    let (_, bytes) = journal();
    let all = lines(&bytes);
    let refused = |lines: Vec<Vec<u8>>| {
        let (_state, place) = on_disk(&lines.concat());
        let before = bytes_of(&place);
        let said = Journal::open(&place, RUN).err().expect("it must be refused");
        assert_eq!(bytes_of(&place), before, "nothing is written to it");
        assert_eq!(names(&place.run(RUN)), ["ballast", "journal.jsonl"]);
        assert_eq!(said.to_string(), read(&place, RUN).unwrap_err().to_string());
        broken(&said)
    };
    let mut gap = all.clone();
    gap.remove(9);
    assert_eq!(refused(gap), (10, "its number is 11, not 10: records are missing before it".to_owned()));
    let mut swapped = all.clone();
    swapped.swap(9, 10);
    assert_eq!(refused(swapped).0, 10);
    let mut repeated = all.clone();
    repeated.insert(10, all[9].clone());
    assert_eq!(refused(repeated), (11, "its number is 10, not 11: it stands there a second time".to_owned()));
    let mut headless = all.clone();
    headless.remove(0);
    assert_eq!(refused(headless).0, 1);
    let mut blank = all.clone();
    blank.insert(5, b"\n".to_vec());
    assert_eq!(refused(blank), (6, "it does not end in a hash".to_owned()));

    // Replaced by a line that is whole in itself: the next one does not hang on it any more.
    let line = String::from_utf8(all[20].clone()).unwrap();
    let body = format!("{}}}", line.rsplit_once(",\"hash\":\"").unwrap().0);
    let forged = body.replace("42 s of writes", "no writes");
    assert_ne!(forged, body);
    let mut replaced = all.clone();
    replaced[20] = sealed(&forged);
    let (line, why) = refused(replaced);
    assert_eq!((line, why.as_str()), (22, "the hash of the record before does not fit: one of them was replaced"));
}

#[test]
fn the_journal_of_another_run_is_refused() {
    let (_, bytes) = journal();
    let (_state, place) = on_disk(&bytes);
    let other = drdeck::runbook::RunId::new(1_795_183_200_001, 8);
    drop(Journal::create(&place, other).unwrap());
    fs::write(place.journal(other), &bytes).unwrap();
    let why = format!("it is the journal of another run, {RUN}");
    assert_eq!(broken(&read(&place, other).unwrap_err()), (1, why.clone()));
    assert_eq!(broken(&Journal::open(&place, other).err().unwrap()), (1, why));
}

#[test]
fn a_later_version_is_refused_in_words_and_nothing_of_it_is_cut_off() {
    let (_, bytes) = journal();
    let mut all = lines(&bytes);
    let last = String::from_utf8(all.pop().unwrap()).unwrap();
    let body = format!("{}}}", last.rsplit_once(",\"hash\":\"").unwrap().0).replace("{\"v\":1,", "{\"v\":2,");
    let mut later = [all.concat(), sealed(&body)].concat();
    for ending in ["\n", ""] {
        later.truncate(later.iter().rposition(|byte| *byte == b'}').unwrap() + 1);
        later.extend_from_slice(ending.as_bytes());
        let (_state, place) = on_disk(&later);
        let error = Journal::open(&place, RUN).err().unwrap();
        let line = all.len() + 1;
        assert_eq!(
            error.to_string(),
            format!(
                "line {line} of the journal is of version 2, which this drdeck does not read: use the newer drdeck that wrote it"
            )
        );
        assert_eq!(bytes_of(&place), later);
    }
    // A type of record that is not known yet, without a newline: its bytes are what was written, so it is no torn line.
    let strange = sealed(&body.replace("\"v\":2", "\"v\":1").replace("session_closed", "session_handed_over"));
    let (_state, place) = on_disk(&[all.concat(), strange[..strange.len() - 1].to_vec()].concat());
    let (line, why) = broken(&Journal::open(&place, RUN).err().unwrap());
    assert_eq!(line, all.len() + 1);
    assert!(why.starts_with("it cannot be read: unknown variant `session_handed_over`"), "{why}");
}

#[test]
fn a_text_that_never_was_a_journal_is_empty_or_broken_and_never_a_run() {
    for junk in [&b""[..], b"\0\0\0\0", b"{", b"{\"v\":1", b"x".repeat(10_000).as_slice()] {
        let (_state, place) = on_disk(junk);
        let error = Journal::open(&place, RUN).err().unwrap();
        assert_eq!(
            error.to_string(),
            format!(
                "the journal of run {RUN} is empty: nothing was recorded, and nothing was sent; begin the runbook anew"
            )
        );
    }
    for junk in [&b"\n"[..], b"{}\n", b"\xff\n", b"null\n", b"\"}\n", b"x\"}\n"] {
        assert_eq!(broken(&read_text(junk).unwrap_err()).0, 1);
    }
}

#[test]
fn who_only_reads_leaves_a_torn_line_alone() {
    let (entries, bytes) = journal();
    let torn = &bytes[..bytes.len() - 30];
    let (_state, place) = on_disk(torn);
    let Read { entries: seen, tail, .. } = read(&place, RUN).unwrap();
    assert_eq!(seen, entries[..entries.len() - 1]);
    assert!(tail > 0);
    assert_eq!(bytes_of(&place), torn);
}

#[test]
fn no_type_of_record_has_a_place_for_a_secret() {
    let (_, bytes) = journal();
    let text = String::from_utf8(bytes).unwrap().to_lowercase();
    let names: std::collections::BTreeSet<&str> =
        text.split("\":").filter_map(|part| part.rsplit('"').next()).collect();
    for word in ["secret", "password", "token", "credential", "accesskey", "access_key", "signature", "authorization"] {
        assert!(!names.iter().any(|name| name.contains(word)), "a member is named {word}");
    }
    assert!(names.contains("arn") && names.contains("parameters"), "{names:?}");
    // An identity is an account and an ARN; nothing that came with them goes along.
    assert!(
        matches!(session("alice"), Record::SessionOpened { .. }) && matches!(opened(&[]), Record::RunOpened { .. })
    );
}
