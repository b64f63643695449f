//! Where the config is.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use etcetera::base_strategy::Xdg;

use super::ConfigError;

/// Where the config is when none is named: `$XDG_CONFIG_HOME/drdeck/config.toml`.
///
/// # Errors
/// [`ConfigError::Homeless`] when no home directory is known.
pub fn usual_path() -> Result<PathBuf, ConfigError> {
    let xdg = Xdg::new().map_err(|_| ConfigError::Homeless)?;
    Ok(xdg.config_dir().join("drdeck").join("config.toml"))
}
