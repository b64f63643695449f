//! What happened, a line for each Event, added at the end. A line that is torn or not understood is left out.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};

use super::files::Folder;
use crate::model::Event;
use crate::model::events::MOST;

pub(super) const FILE: &str = "events.jsonl";

/// A file that has grown so large is written anew, with the newest Events alone.
const LARGEST: u64 = 5 * 1024 * 1024;

/// Larger files are not ours.
const NOT_OURS: u64 = 64 * 1024 * 1024;

/// What happened, oldest first, each Event once: two consoles may have written it down.
pub(super) fn read(folder: &Folder) -> io::Result<Option<Vec<Event>>> {
    let Some(file) = folder.read(FILE)? else { return Ok(None) };
    let mut file = BufReader::new(file.take(NOT_OURS));
    let mut events: Vec<Event> = Vec::new();
    let mut line = Vec::new();
    let mut left_out = 0_u64;
    loop {
        line.clear();
        if file.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match serde_json::from_slice(&line) {
            Ok(event) => events.push(event),
            Err(_) => left_out += 1,
        }
        if events.len() > 2 * MOST {
            events.drain(..MOST);
        }
    }
    if left_out > 0 {
        tracing::warn!(lines = left_out, "lines of what happened are left out");
    }
    let mut known = BTreeSet::new();
    events.retain(|event| known.insert(event.id()));
    events.sort_by_key(|event| event.at);
    events.drain(..events.len().saturating_sub(MOST));
    Ok(Some(events))
}

/// Adds `events` at the end.
pub(super) fn append(folder: &Folder, events: &[Event]) -> io::Result<()> {
    let mut lines = Vec::new();
    for event in events {
        serde_json::to_writer(&mut lines, event)?;
        lines.push(b'\n');
    }
    let mut file = folder.append(FILE)?;
    let length = file.metadata()?.len();
    if length + u64::try_from(lines.len()).unwrap_or(u64::MAX) > LARGEST {
        return rotate(folder, lines);
    }
    if length > 0 {
        // What was torn by a sudden end must not tear the next line too.
        let mut last = [0_u8; 1];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            lines.insert(0, b'\n');
        }
    }
    file.write_all(&lines)
}

/// Writes the newest Events alone, a quarter of what is kept: the next ones shall not do this again.
fn rotate(folder: &Folder, added: Vec<u8>) -> io::Result<()> {
    let known = read(folder)?.unwrap_or_default();
    folder.replace(FILE, |file| {
        for event in known.iter().skip(known.len().saturating_sub(MOST / 4)) {
            serde_json::to_writer(&mut *file, event)?;
            file.write_all(b"\n")?;
        }
        file.write_all(&added)
    })
}
