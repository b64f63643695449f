//! Since when users are not served: the one thing that an earlier look knows better than the present one.

use std::collections::BTreeMap;
use std::io::{self, Read as _};

use serde::{Deserialize, Serialize};

use super::files::Folder;
use crate::model::{Moment, RunStart, Span, Text};

pub(super) const FILE: &str = "outages.json";

const VERSION: u32 = 1;

/// An outage that nobody looked at for so long may have ended and begun anew.
const HOLDS: Span = Span::from_hours(1);

/// Larger files are not ours.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The outages that lasted when somebody looked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outages {
    version: u32,
    /// In which account, where that is known: what another account's users miss is none of ours.
    #[serde(default)]
    pub account: Option<Text>,
    /// When that was.
    pub seen_at: Moment,
    /// Each System and the start of its outage.
    pub down_since: BTreeMap<String, (Moment, RunStart)>,
}

impl Outages {
    /// Those that last at `seen_at`.
    pub fn new(seen_at: Moment, down_since: BTreeMap<String, (Moment, RunStart)>) -> Self {
        Self { version: VERSION, account: None, seen_at, down_since }
    }

    /// The same, in that account.
    #[must_use]
    pub fn of(self, account: Option<Text>) -> Self {
        Self { account, ..self }
    }

    /// Those that can be taken to last at `now`: none, if nobody has looked for long, or if the clock they were seen by went back.
    pub fn lasting(self, now: Moment) -> BTreeMap<String, (Moment, RunStart)> {
        let since = now.duration_since(self.seen_at);
        if Span::ZERO <= since && since <= HOLDS { self.down_since } else { BTreeMap::new() }
    }
}

pub(super) fn read(folder: &Folder) -> io::Result<Option<Outages>> {
    let Some(file) = folder.read(FILE)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    let outages: Outages = serde_json::from_slice(&bytes)?;
    Ok((outages.version == VERSION).then_some(outages))
}

pub(super) fn write(folder: &Folder, outages: &Outages) -> io::Result<()> {
    folder.replace(FILE, |file| Ok(serde_json::to_writer(file, outages)?))
}
