//! What was read last: a line for the head, one for each Reading and each lag, and one for the end, which tells whether all that was written is there.
//! Written and read line by line, so that twenty thousand jobs take no more memory than the longest of their lists.

use std::io::{self, BufRead as _, BufReader, Write};
use std::sync::Arc;

use crc32fast::Hasher;
use serde::{Deserialize, Serialize};

use super::files::Folder;
use super::lags::Lag;
use super::{Lags, Watched, wall};
use crate::model::facts::Answer;
use crate::model::{Moment, Query, Reading, Snapshot, Span};

pub(super) const FILE: &str = "last-seen.jsonl";

/// Raised whenever what is written changes its meaning: a file of another version is read by nobody.
const VERSION: u32 = 1;

/// A line that is longer is not ours.
const LONGEST_LINE: u64 = 256 * 1024 * 1024;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    version: u32,
    watched: Watched,
    /// When it was seen, by AWS's clock or the simulator's.
    seen_at: Moment,
    /// The same moment by this machine's clock.
    written_at: Moment,
    /// How fast that clock ran.
    speed: f64,
}

/// Any other line.
#[derive(Debug, Serialize, Deserialize)]
enum Line<Q, R, L> {
    /// A Query and what came of it.
    Reading(Q, R),
    /// The lag of a Component.
    Lag(L),
    /// The last line: how many came before it, and their checksum.
    End { lines: u64, crc32: u32 },
}

/// What is known now, to be read later.
#[derive(Debug)]
pub(in crate::observe) struct Present {
    /// The Readings.
    pub(in crate::observe) snapshot: Arc<Snapshot>,
    /// The lags.
    pub(in crate::observe) lags: Vec<Lag>,
    /// The time, by the clock that the Readings go by.
    pub(in crate::observe) seen_at: Moment,
    /// How fast that clock runs.
    pub(in crate::observe) speed: f64,
}

/// What was known when drdeck was here last.
#[derive(Debug)]
pub(in crate::observe) struct Past {
    /// The Readings. Each was fresh at `seen_at` at the latest.
    pub(in crate::observe) snapshot: Snapshot,
    /// The lags.
    pub(in crate::observe) lags: Lags,
    /// The time then, by the clock that the Readings go by.
    pub(in crate::observe) seen_at: Moment,
    /// The same moment by this machine's clock.
    pub(in crate::observe) written_at: Moment,
    /// How fast that clock ran.
    pub(in crate::observe) speed: f64,
}

impl Past {
    /// The time now, by a clock that ran on as it did then.
    pub(in crate::observe) fn now(&self) -> Moment {
        let passed = wall().duration_since(self.written_at).max(Span::ZERO).as_secs_f64() * self.speed;
        Span::try_from_secs_f64(passed)
            .ok()
            .and_then(|passed| self.seen_at.checked_add(passed).ok())
            .unwrap_or(self.seen_at)
    }

    /// The last moment at which what was fresh then still counted as fresh.
    pub(in crate::observe) fn end(&self) -> Moment {
        self.seen_at.checked_sub(Span::from_millis(1)).unwrap_or(Moment::MIN)
    }

    /// Has everything be stale at `now` and later, also if it comes from the future: one of the two clocks is wrong then.
    pub(in crate::observe) fn is_over(&mut self, now: Moment) {
        let end = if self.seen_at <= now { self.end() } else { Moment::MIN };
        for reading in self.snapshot.readings.values_mut() {
            reading.fresh_until = reading.fresh_until.map(|until| until.min(end));
        }
    }
}

/// Adds up what is written.
struct Summed<W> {
    to: W,
    sum: Hasher,
    lines: u64,
}

impl<W: Write> Summed<W> {
    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *self, line)?;
        self.write_all(b"\n")?;
        self.lines += 1;
        Ok(())
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

pub(super) fn write(folder: &Folder, watched: &Watched, present: &Present) -> io::Result<()> {
    let Present { snapshot, lags, seen_at, speed } = present;
    folder.replace(FILE, |file| {
        let mut file = Summed { to: file, sum: Hasher::new(), lines: 0 };
        let head =
            Head { version: VERSION, watched: watched.clone(), seen_at: *seen_at, written_at: wall(), speed: *speed };
        file.line(&head)?;
        for (query, reading) in &snapshot.readings {
            file.line(&Line::<_, _, ()>::Reading(query, reading))?;
        }
        for lag in lags {
            file.line(&Line::<(), (), _>::Lag(lag))?;
        }
        let end = Line::<(), (), ()>::End { lines: file.lines, crc32: file.sum.clone().finalize() };
        file.line(&end)
    })
}

pub(super) fn read(folder: &Folder, watched: &Watched) -> io::Result<Option<Past>> {
    let Some(file) = folder.read(FILE)? else { return Ok(None) };
    let mut lines =
        Lines { file: BufReader::with_capacity(256 * 1024, file), line: Vec::new(), sum: Hasher::new(), count: 0 };
    let Some(first) = lines.next()? else { return Err(damaged()) };
    // Of another version nothing but the number is understood.
    let version: Version = serde_json::from_slice(first)?;
    if version.version != VERSION {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it is of version {}", version.version)));
    }
    let head: Head = serde_json::from_slice(first)?;
    if head.watched != *watched {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is about something else"));
    }
    let mut snapshot = Snapshot::default();
    let mut lags = Vec::new();
    let mut neighbour = None;
    loop {
        let (sum, count) = (lines.sum.clone(), lines.count);
        let Some(line) = lines.next()? else { return Err(damaged()) };
        match serde_json::from_slice::<Line<Query, Reading<Arc<Answer>>, Lag>>(line) {
            Ok(Line::Reading(query, mut reading)) => {
                share(&mut reading, &mut neighbour);
                snapshot.readings.insert(Arc::new(query), reading);
            }
            Ok(Line::Lag(lag)) => lags.push(lag),
            Ok(Line::End { lines, crc32 }) => {
                if lines != count || crc32 != sum.finalize() {
                    return Err(damaged());
                }
                break;
            }
            // What it was is not known; it is missing, and missing is Unknown.
            Err(error) => tracing::warn!(%error, "a line of what was read last is left out"),
        }
    }
    let Head { seen_at, written_at, speed, .. } = head;
    let speed = if speed.is_finite() { speed.max(0.0) } else { 1.0 };
    Ok(Some(Past { snapshot, lags: Lags::of(lags), seen_at, written_at, speed }))
}

/// Has the answer take no more room than it had when it was written: thousands of servers have the same settings.
fn share(reading: &mut Reading<Arc<Answer>>, neighbour: &mut Option<Arc<Answer>>) {
    let Some(answer) = &mut reading.value else { return };
    match neighbour {
        Some(other) if other == answer => answer.clone_from(other),
        Some(_) | None => {
            if let Some(answer) = Arc::get_mut(answer) {
                answer.shrink();
            }
            *neighbour = Some(Arc::clone(answer));
        }
    }
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is not all there")
}

/// The lines of a file, added up.
struct Lines<R> {
    file: BufReader<R>,
    line: Vec<u8>,
    sum: Hasher,
    count: u64,
}

impl<R: io::Read> Lines<R> {
    /// The next line; `None` at the end, also if the last one is torn.
    fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        io::Read::take(&mut self.file, LONGEST_LINE).read_until(b'\n', &mut self.line)?;
        if self.line.last() != Some(&b'\n') {
            return Ok(None);
        }
        self.sum.update(&self.line);
        self.count += 1;
        Ok(Some(&self.line))
    }
}
