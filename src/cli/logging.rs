//! The log: only when asked for, only what drdeck itself says, readable by its owner alone.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::args::{Global, LogLevel};
use super::exit::Failure;
use super::state;

/// Starts the log when `--log-level` asks for one.
pub(super) fn start(global: &Global) -> Result<(), Failure> {
    let Some(level) = global.log_level else {
        return Ok(());
    };
    let folder = state::dir(global).ok_or_else(|| {
        Failure::CannotWrite(
            "there is no place for the log: neither XDG_STATE_HOME nor HOME is set; name one with --state-dir DIR"
                .to_owned(),
        )
    })?;
    let path = folder.join("drdeck.log");
    let cannot =
        |error: std::io::Error| Failure::CannotWrite(format!("the log {} cannot be written: {error}", path.display()));
    make_private(&folder).map_err(cannot)?;
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let file =
        OpenOptions::new().append(true).create(true).mode(0o600).custom_flags(no_follow).open(&path).map_err(cannot)?;
    // The SDK's own log can hold requests with what was signed; it is never written.
    let ours = Targets::new().with_target("drdeck", filter(level));
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
    tracing_subscriber::registry()
        .with(ours)
        .with(lines)
        .try_init()
        .map_err(|error| Failure::Unavailable(format!("the log cannot be started: {error}")))?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    Ok(())
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

const fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}
