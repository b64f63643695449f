//! Copying a line: into tmux's buffer (and through it outside) when we run in tmux, by OSC 52 otherwise, which also works over SSH. The
//! clipboard is never read.

use std::{
    ffi::OsStr,
    io::{self, Write},
    process::{Command, Stdio},
    thread,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::sync::mpsc::UnboundedSender;

use super::Notice;

/// The longest line that is copied, in bytes: what fits, in base64, into the 100,000 bytes that terminals take in one sequence.
pub const MAX_BYTES: usize = 74_994;

/// How much of a device control string GNU screen takes in one piece.
const SCREEN_PIECE: usize = 240;

/// The way to the clipboard from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `tmux load-buffer -w -`.
    Tmux,
    /// OSC 52, wrapped in pieces for GNU screen.
    Screen,
    /// OSC 52.
    Terminal,
}

impl Route {
    /// From the environment variables TMUX and STY.
    pub fn choose(tmux: Option<&OsStr>, sty: Option<&OsStr>) -> Self {
        let set = |value: Option<&OsStr>| value.is_some_and(|value| !value.is_empty());
        if set(tmux) {
            Self::Tmux
        } else if set(sty) {
            Self::Screen
        } else {
            Self::Terminal
        }
    }
}

/// What a copy sends into the terminal, and what to tell the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// To append to the next frame; empty when the terminal is not involved.
    pub bytes: Vec<u8>,
    /// What to say now, if it is known already.
    pub notice: Option<Notice>,
}

/// Copies `line` along `route`. tmux answers later, to `answers`: its own process is waited for on a thread of its own.
pub fn copy(line: &str, route: Route, answers: UnboundedSender<Copied>) -> Copied {
    // One line without control characters: no shell runs what was only pasted to look at. Not a Text: that would cut a long line short.
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.len() > MAX_BYTES {
        let notice =
            Notice::error(format!("not copied: {} bytes are more than the {MAX_BYTES} a terminal takes", line.len()));
        return Copied { bytes: Vec::new(), notice: Some(notice) };
    }
    match route {
        Route::Terminal | Route::Screen => through_terminal(&line, route),
        Route::Tmux => {
            let line_for_thread = line.clone();
            let spawned = thread::Builder::new().name("copy".to_owned()).spawn(move || {
                let copied = match load_tmux_buffer(&line_for_thread) {
                    Ok(()) => Copied { bytes: Vec::new(), notice: Some(Notice::info("copied (tmux buffer)")) },
                    Err(_) => through_terminal(&line_for_thread, Route::Terminal),
                };
                // Nobody listening means that the console is leaving.
                let _ = answers.send(copied);
            });
            match spawned {
                Ok(_) => Copied { bytes: Vec::new(), notice: None },
                Err(_) => through_terminal(&line, Route::Terminal),
            }
        }
    }
}

fn through_terminal(line: &str, route: Route) -> Copied {
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(line));
    let bytes = match route {
        Route::Screen => {
            sequence.as_bytes().chunks(SCREEN_PIECE).flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat()).collect()
        }
        Route::Terminal | Route::Tmux => sequence.into_bytes(),
    };
    Copied { bytes, notice: Some(Notice::info("copied (OSC 52, not confirmed)")) }
}

/// `-w` also hands it to the terminal around tmux; tmux before 3.2 does not know it and refuses.
fn load_tmux_buffer(line: &str) -> io::Result<()> {
    let mut tmux = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let written = tmux.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(line.as_bytes()));
    let status = tmux.wait()?;
    written?;
    if status.success() { Ok(()) } else { Err(io::Error::other("tmux refused")) }
}
