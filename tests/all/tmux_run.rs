//! A run in the real program in tmux: begun, driven and left by keys; and what is left of it when the terminal dies.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::tmux_console::Tmux;

/// Longer than a question is deaf, also to a key that is held.
pub(crate) fn moment() {
    sleep(Duration::from_millis(1_100));
}

/// The console with a run of the System under its cursor, armed live; that System's name.
pub(crate) fn armed(tmux: &Tmux) -> String {
    tmux.type_line(&format!("{} --state-dir state demo; echo \"it ended with $?\"", env!("CARGO_BIN_EXE_drdeck")));
    tmux.wait_until("the overview, read", |screen| screen.contains("analytics") && !screen.contains("--:--"));
    // Then it is known who we are, too.
    tmux.wait_for("1111-2222-3333");
    // The one with runbooks.
    tmux.keys(&["/"]);
    tmux.type_line("storefront");
    tmux.keys(&["x"]);
    tmux.wait_for("LIVE      storefront-failover");
    tmux.keys(&["Enter"]);
    tmux.wait_for("type storefront");
    moment();
    tmux.type_line("INC-7");
    tmux.type_line("storefront");
    tmux.wait_for("INC-7");
    tmux.wait_for("YOUR");
    "storefront".to_owned()
}

fn journals(home: &Path) -> String {
    let listed = Command::new(env!("CARGO_BIN_EXE_drdeck"))
        .args(["--state-dir", "state", "journal", "list"])
        .current_dir(home)
        .env("HOME", home)
        .output()
        .unwrap();
    String::from_utf8(listed.stdout).unwrap()
}

#[test]
fn a_run_is_begun_driven_and_left_by_keys() {
    let tmux = Tmux::start("run");
    tmux.type_line("cd");
    armed(&tmux);
    let screen = tmux.screen();
    assert!(screen.starts_with(" LIVE  DEMO"), "{screen}");

    tmux.keys(&["Enter"]);
    tmux.wait_for("STANDS");
    tmux.keys(&["G"]);
    tmux.wait_for("end of the card");
    // Typed ahead, pasted, repeated, and during a resize: nothing.
    tmux.keys(&["x", "y"]);
    tmux.wait_for("Cancel (Esc)");
    tmux.keys(&["y", "y", "y"]);
    tmux.run(&["set-buffer", "y"]);
    tmux.run(&["paste-buffer", "-p"]);
    tmux.run(&["resize-window", "-x", "100", "-y", "30"]);
    tmux.keys(&["y"]);
    sleep(Duration::from_millis(200));
    tmux.wait_for("Cancel (Esc)");
    tmux.run(&["resize-window", "-x", "80", "-y", "24"]);
    moment();
    tmux.keys(&["y"]);
    tmux.wait_for("step 2 of 9");

    tmux.keys(&["1"]);
    tmux.wait_until("its own line on another screen", |screen| {
        screen.lines().nth(1).is_some_and(|row| row.starts_with(" LIVE  storefront-failover 2/"))
    });
    tmux.keys(&["C-c"]);
    tmux.wait_for("pause the run and leave");
    moment();
    tmux.keys(&["y"]);
    tmux.wait_for("it ended with 0");
    let listed = journals(tmux.home());
    assert!(listed.contains("paused") && listed.contains("storefront"), "{listed}");
}

#[test]
fn when_the_terminal_dies_the_run_is_paused_and_its_lock_is_free() {
    let tmux = Tmux::start("hup");
    tmux.type_line("cd");
    armed(&tmux);
    tmux.run(&["kill-session"]);
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let listed = journals(tmux.home());
        if listed.contains("paused") {
            return;
        }
        assert!(Instant::now() < end, "{listed}");
        sleep(Duration::from_millis(100));
    }
}
