//! What drdeck remembers over its end: what it read last, which outages last, and what changed. One folder for each thing that is watched, so that
//! nothing is ever shown for another account, config or simulator than it was read for.
//!
//! All of it can be thrown away: what is damaged, of another format or not ours is left out with a line in the log, and read anew.

mod chronicle;
mod files;
mod keeper;
mod lags;
mod outages;
mod past;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use files::Folder;
pub(super) use keeper::Keeper;
pub(super) use lags::Lags;
pub use outages::Outages;
pub(super) use past::{Past, Present};

use crate::model::{Event, Moment};

/// So many things that were watched are remembered at once; simulators come and go, each with a port of its own.
const REMEMBERED: usize = 32;

/// What is watched, as whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The config, as an absolute path.
    pub config: PathBuf,
    /// The account that the config is about, where it says so.
    pub account: Option<String>,
    /// The profile that is read with.
    pub profile: Option<String>,
    /// Where the calls go, unless to AWS.
    pub endpoint_url: Option<String>,
    /// Whether it is a simulator.
    pub simulator: bool,
}

impl Watched {
    /// The name of its folder: that of the config, and what tells it from others of the same name.
    fn folder(&self) -> String {
        let name = self.config.file_stem().map(|name| name.to_string_lossy()).unwrap_or_default();
        let plain: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(32).collect();
        let all = Sha256::digest(serde_json::to_string(self).unwrap_or_default());
        let short: String = all.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("{plain}-{short}")
    }
}

/// The memory of one thing that is watched.
#[derive(Clone, Debug)]
pub struct Memory {
    /// drdeck's state directory.
    state: PathBuf,
    watched: Watched,
}

impl Memory {
    /// The memory of `watched` in the state directory `state`. Nothing is read or made yet.
    pub fn new(state: &Path, watched: Watched) -> Self {
        Self { state: state.to_owned(), watched }
    }

    fn path(&self) -> PathBuf {
        self.state.join("memory").join(self.watched.folder())
    }

    /// Its folder, if there is one.
    fn existing(&self) -> io::Result<Option<Folder>> {
        let Some(all) = Folder::existing(&self.state.join("memory"))? else { return Ok(None) };
        all.folder(&self.watched.folder())
    }

    /// Its folder, made if there is none yet. What was not watched for the longest is forgotten then.
    fn made(&self) -> io::Result<Folder> {
        let all = Folder::made(&self.state, "memory")?;
        let name = self.watched.folder();
        if let Some(folder) = all.folder(&name)? {
            return Ok(folder);
        }
        all.forget_oldest(REMEMBERED.saturating_sub(1), &[past::FILE, outages::FILE, chronicle::FILE, keeper::LOCK])?;
        all.made_folder(&name)
    }

    /// What was read last; `None` if that is not known.
    pub(super) fn past(&self) -> Option<Past> {
        self.read("what was read last", |folder| past::read(folder, &self.watched))
    }

    /// What happened, newest last.
    pub(super) fn events(&self) -> Vec<Event> {
        self.read("what happened", chronicle::read).unwrap_or_default()
    }

    /// The outages that lasted when somebody looked last.
    pub fn outages(&self) -> Option<Outages> {
        self.read("the outages", outages::read)
    }

    /// Remembers the outages that last at `now`. With nothing to remember and nothing to forget, nothing is written.
    pub fn remember_outages(&self, outages: &Outages) {
        let worth = !outages.down_since.is_empty() || self.outages().is_some_and(|known| !known.down_since.is_empty());
        if worth && let Err(error) = self.made().and_then(|folder| outages::write(&folder, outages)) {
            tracing::warn!(%error, folder = %self.path().display(), "the outages cannot be remembered");
        }
    }

    fn read<T>(&self, what: &str, read: impl FnOnce(&Folder) -> io::Result<Option<T>>) -> Option<T> {
        let found = self.existing().and_then(|folder| folder.map_or(Ok(None), |folder| read(&folder)));
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, folder = %self.path().display(), "{what} is left out");
            None
        })
    }
}

/// The moment at which something is written, by this machine's clock.
fn wall() -> Moment {
    Moment::now()
}
