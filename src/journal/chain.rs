//! One line of a journal, and how lines hang together.
//!
//! A line is the JSON of an [`Entry`] with a last member `hash`: the SHA-256 of the bytes before it, closed by `}`. It is taken over the
//! bytes as they stand, so nobody has to agree on how JSON is written. Each entry holds the hash of the one before.

use sha2::{Digest as _, Sha256};

use super::error::JournalError;
use super::record::{Entry, Record, VERSION};
use crate::runbook::RunId;

/// What the first entry has for the hash of the one before it.
pub(super) const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What stands between an entry and its hash.
const SEAM: &str = ",\"hash\":\"";

/// Hexadecimal digits of a hash.
const DIGITS: usize = 64;

/// The end of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry; 0 if there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { seq: 0, hash: NOTHING.to_owned() }
    }
}

/// SHA-256 in hexadecimal digits.
pub(super) fn hash(body: &str) -> String {
    Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The line of an entry, its newline included, and the head after it.
pub(super) fn line(entry: &Entry) -> Result<(String, Head), JournalError> {
    let body = serde_json::to_string(entry).map_err(|error| JournalError::Unwritable(error.to_string()))?;
    let hash = hash(&body);
    let open = body.strip_suffix('}').unwrap_or(&body);
    Ok((format!("{open}{SEAM}{hash}\"}}\n"), Head { seq: entry.seq, hash }))
}

/// What is wrong with a line.
enum Wrong {
    /// Its bytes are not those that were written. A write cut short leaves such a line, at the end.
    Bytes(&'static str),
    /// Its bytes are those that were written, and yet it does not belong there.
    Place(String),
    /// It was written by a later drdeck.
    Version(u32),
}

impl Wrong {
    fn at(self, line: usize) -> JournalError {
        match self {
            Self::Bytes(why) => JournalError::Broken { line, why: why.to_owned() },
            Self::Place(why) => JournalError::Broken { line, why },
            Self::Version(version) => JournalError::Newer { line, version },
        }
    }
}

/// The entry of a line without its newline, and the head after it.
fn entry(line: &[u8], before: &Head) -> Result<(Entry, Head), Wrong> {
    let line = std::str::from_utf8(line).map_err(|_| Wrong::Bytes("it is no text"))?;
    let parts = line
        .strip_suffix("\"}")
        .and_then(|rest| rest.split_at_checked(rest.len().checked_sub(DIGITS)?))
        .and_then(|(rest, hash)| Some((rest.strip_suffix(SEAM)?, hash)));
    let (open, said) = parts.ok_or(Wrong::Bytes("it does not end in a hash"))?;
    let body = format!("{open}}}");
    let hash = hash(&body);
    if hash != said {
        return Err(Wrong::Bytes("its hash does not fit: it was changed"));
    }
    // A record of a later drdeck may be whole and yet mean something else.
    #[derive(serde::Deserialize)]
    struct Version {
        v: u32,
    }
    let unread = |error: serde_json::Error| Wrong::Place(format!("it cannot be read: {error}"));
    let Version { v } = serde_json::from_str(&body).map_err(unread)?;
    if v != VERSION {
        return Err(Wrong::Version(v));
    }
    let entry: Entry = serde_json::from_str(&body).map_err(unread)?;
    let next = before.seq.saturating_add(1);
    if entry.seq != next {
        let what = if entry.seq > next { "records are missing before it" } else { "it stands there a second time" };
        return Err(Wrong::Place(format!("its number is {}, not {next}: {what}", entry.seq)));
    }
    if entry.prev != before.hash {
        return Err(Wrong::Place("the hash of the record before does not fit: one of them was replaced".to_owned()));
    }
    let head = Head { seq: entry.seq, hash };
    Ok((entry, head))
}

/// Where an entry ends that bytes without a newline begin with, if they hold a whole one.
fn end_of_entry(bytes: &[u8]) -> Option<usize> {
    let seams = bytes.windows(SEAM.len()).enumerate().filter(|(_, window)| *window == SEAM.as_bytes());
    let mut ends = seams.map(|(at, _)| at + SEAM.len() + DIGITS + 2);
    ends.find(|end| {
        bytes.get(..*end).is_some_and(|line| !matches!(entry(line, &Head::default()), Err(Wrong::Bytes(_))))
    })
}

/// What a text holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// Its entries, as far as they are whole.
    pub entries: Vec<Entry>,
    /// The end of their chain.
    pub head: Head,
    /// Where the last of them ends. What follows was no record yet: a write that was cut short, or one that goes on right now.
    pub whole: usize,
    /// Bytes that follow.
    pub tail: usize,
    /// Whether the last entry lacks its newline.
    pub unended: bool,
}

/// Reads a journal's text. What follows the last newline counts as far as it is an entry; the rest of it was no record yet.
///
/// # Errors
/// [`JournalError::Broken`] or [`JournalError::Newer`] for a line that is there and does not fit: that was no write cut short.
pub fn read_text(text: &[u8]) -> Result<Read, JournalError> {
    let mut read = Read { entries: Vec::new(), head: Head::default(), whole: 0, tail: 0, unended: false };
    let mut rest = text;
    while !rest.is_empty() {
        let newline = rest.iter().position(|byte| *byte == b'\n');
        // A record is never given up for bytes behind it.
        let Some(end) = newline.or_else(|| end_of_entry(rest)) else { break };
        let line = rest.get(..end).unwrap_or_default();
        let (entry, head) = entry(line, &read.head).map_err(|wrong| wrong.at(read.entries.len() + 1))?;
        read.entries.push(entry);
        read.head = head;
        read.unended = newline.is_none();
        read.whole += end + usize::from(newline.is_some());
        if newline.is_none() {
            break;
        }
        rest = text.get(read.whole..).unwrap_or_default();
    }
    read.tail = text.len() - read.whole;
    Ok(read)
}

/// The same, where it must be the journal of that run.
pub(super) fn read_of(run: RunId, text: &[u8]) -> Result<Read, JournalError> {
    let read = read_text(text)?;
    match read.entries.first().map(|entry| &entry.record) {
        Some(Record::RunOpened { run: other, .. }) if *other != run => {
            Err(JournalError::Broken { line: 1, why: format!("it is the journal of another run, {other}") })
        }
        Some(_) | None => Ok(read),
    }
}
