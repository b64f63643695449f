//! Finding and reading the config file, and refusing one that somebody else could have written.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use etcetera::base_strategy::Xdg;
use rustix::fs::{Mode, fstat};

use super::ConfigError;

/// More than any config needs, less than what would fill the memory of a bastion host.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Where the config is when none is named: `$XDG_CONFIG_HOME/drdeck/config.toml`.
///
/// # Errors
/// [`ConfigError::Homeless`] when no home directory is known.
pub fn usual_path() -> Result<PathBuf, ConfigError> {
    let xdg = Xdg::new().map_err(|_| ConfigError::Homeless)?;
    Ok(xdg.config_dir().join("drdeck").join("config.toml"))
}

/// The text of the config at `path`; `absent` is the error if there is no such file.
pub(super) fn read(path: &Path, absent: impl FnOnce(PathBuf) -> ConfigError) -> Result<String, ConfigError> {
    let unreadable = |error| ConfigError::Unreadable { path: path.to_owned(), error };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(absent(path.to_owned())),
        Err(error) => return Err(unreadable(error)),
    };
    refuse_unsafe(&file, path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LIMIT {
        return Err(ConfigError::TooLarge { path: path.to_owned(), limit: LIMIT });
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.rsplit(|byte| *byte == b'\n').next().unwrap_or_default().len() + 1;
        ConfigError::NotUtf8 { path: path.to_owned(), line, column }
    })
}

/// The open file is looked at, not its name: the name could be made to point elsewhere in between.
fn refuse_unsafe(file: &File, path: &Path) -> Result<(), ConfigError> {
    let stat = fstat(file).map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error: error.into() })?;
    let refuse = |why: String| Err(ConfigError::Unsafe { path: path.to_owned(), why });
    let us = rustix::process::geteuid().as_raw();
    if stat.st_uid != us && stat.st_uid != 0 {
        return refuse(format!(
            "it belongs to user {} while drdeck runs as user {us}; a config names roles and endpoints, so it must be your own or root's",
            stat.st_uid
        ));
    }
    let mode = Mode::from_raw_mode(stat.st_mode);
    if mode.intersects(Mode::WGRP | Mode::WOTH) {
        return refuse(format!(
            "others may write to it (mode {:04o}); a config names roles and endpoints, so run: chmod go-w {}",
            mode.as_raw_mode() & 0o7777,
            crate::document::shown_path(path)
        ));
    }
    Ok(())
}
