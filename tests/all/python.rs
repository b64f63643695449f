//! Runs the independent programs of tests/python against the real binary.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a program with the path of drdeck and `arguments`; fails with all it said unless it ends well.
pub(crate) fn passes(program: &str, arguments: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python: PathBuf = root.join("tests/.venv/bin/python3");
    assert!(python.exists(), "the Python environment is missing: `tests/run` makes it");
    let output = Command::new(python)
        .arg("-B")
        .arg(root.join("tests/python").join(program))
        .arg(env!("CARGO_BIN_EXE_drdeck"))
        .args(arguments)
        .output()
        .expect("Python starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {}:\n{said}", arguments.join(" "));
    println!("{said}");
}
