//! The state directory: where drdeck keeps its log, and what it remembers.

use std::env;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use etcetera::base_strategy::Xdg;

use super::args::Global;
use crate::config::Config;
use crate::observe::{Memory, Watched};

/// The one named on the command line, or the usual one; `None` if the environment names no home.
pub(super) fn dir(global: &Global) -> Option<PathBuf> {
    let usual = || Xdg::new().ok().and_then(|xdg| xdg.state_dir()).map(|folder| folder.join("drdeck"));
    global.state_dir.clone().or_else(usual)
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
