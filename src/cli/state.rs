//! The state directory: where drdeck keeps its log, and what it remembers.

use std::env;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use etcetera::base_strategy::Xdg;

use super::args::Global;
use super::exit::Failure;
use crate::config::Config;
use crate::journal::Place;
use crate::observe::{Memory, Watched};

/// The one named on the command line, or the usual one; `None` if the environment names no home.
pub(super) fn dir(global: &Global) -> Option<PathBuf> {
    let usual = || Xdg::new().ok().and_then(|xdg| xdg.state_dir()).map(|folder| folder.join("drdeck"));
    global.state_dir.clone().or_else(usual)
}

/// Where runs are recorded.
pub(super) fn runs(global: &Global) -> Result<Place, Failure> {
    let folder = dir(global).ok_or_else(|| {
        Failure::Usage(
            "neither XDG_STATE_HOME nor HOME is set; name the folder of the runs with --state-dir DIR".to_owned(),
        )
    })?;
    // A file system of its own, for us alone: it takes a record that the disk of the state directory does not.
    let refuge = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|refuge| refuge.is_absolute());
    let place = Place::new(folder);
    Ok(match refuge {
        Some(refuge) => place.with_refuge(refuge.join("drdeck")),
        None => place,
    })
}

/// What is remembered of `config`.
pub(super) fn memory(config: &Config, global: &Global) -> Option<Memory> {
    let profile = config.profile.clone().or_else(|| env::var("AWS_PROFILE").ok()).filter(|_| !config.simulator);
    let watched = Watched {
        config: config.path.canonicalize().unwrap_or_else(|_| config.path.clone()),
        account: config.account.clone(),
        profile,
        endpoint_url: config.endpoint_url.clone(),
        simulator: config.simulator,
    };
    dir(global).map(|folder| Memory::new(&folder, watched))
}
