//! Standard output and standard error. A pipe that was closed is no error: whoever closed it has read enough.

use std::io::{self, ErrorKind, Write as _};

use super::exit::Failure;
use crate::model::Text;

/// Writes to standard output.
pub(super) fn print(bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::CannotWrite(format!("standard output cannot be written to: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Tells the person what is wrong.
pub(super) fn complain(message: &str) {
    let lines: Vec<String> = message.lines().map(|line| Text::new(line).to_string()).collect();
    // Without standard error there is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "drdeck: {}", lines.join("\n"));
}
