//! Two consoles on one machine: what one drives the other sees, as it stands and as it ends.

use std::fs;
use std::process::Command;

use crate::tmux_console::Tmux;
use crate::tmux_run::{armed, moment};

/// The process that the lock of that System names.
fn driver(tmux: &Tmux, system: &str) -> String {
    let text = fs::read_to_string(tmux.home().join(format!("state/locks/{system}.lock"))).unwrap();
    let holder: serde_json::Value = serde_json::from_str(&text).unwrap();
    holder["pid"].to_string()
}

#[test]
fn a_second_console_sees_the_run_live_can_do_nothing_to_it_and_sees_its_process_end() {
    let tmux = Tmux::start("watch");
    tmux.type_line("cd");
    let system = armed(&tmux);
    let home = tmux.home().display().to_string();
    let console = format!("env HOME={home} {} --state-dir state demo", env!("CARGO_BIN_EXE_drdeck"));
    tmux.run(&["new-window", "-c", &home, &console]);
    tmux.wait_for("storefront-failover 1/");
    tmux.keys(&["7"]);
    let screen = tmux.wait_for(" OBSERVER ");
    assert!(screen.contains("with the ope") && screen.contains(&format!("· {system} ·")), "{screen}");
    // It is not armed itself, and no key acts.
    assert!(screen.starts_with(" DEMO"), "{screen}");
    tmux.keys(&["x"]);
    tmux.wait_for("another console drives");

    // The one that drives confirms its first step.
    tmux.keys(&["8"]);
    tmux.wait_for("driven");
    tmux.keys(&["Enter"]);
    tmux.wait_for("TIMELINE");
    tmux.run(&["select-window", "-t", ":0"]);
    tmux.keys(&["Enter"]);
    tmux.wait_for("STANDS");
    tmux.keys(&["G"]);
    tmux.wait_for("end of the card");
    tmux.keys(&["x"]);
    tmux.wait_for("Cancel (Esc)");
    moment();
    tmux.keys(&["y"]);
    tmux.wait_for("step 2 of 9");
    tmux.run(&["select-window", "-t", ":1"]);
    tmux.wait_until("the step that was done", |screen| screen.contains("confirm") && screen.contains("done"));
    tmux.keys(&["v"]);
    tmux.wait_for("chain whole");
    tmux.keys(&["q"]);

    // Its process is killed: nobody drives, and somebody has to go on.
    let killed = Command::new("kill").args(["-9", &driver(&tmux, &system)]).status().unwrap();
    assert!(killed.success());
    tmux.wait_for("broken off");
    tmux.keys(&["Escape"]);
    tmux.wait_until("the list", |screen| screen.contains("STANDS") && screen.contains("broken off"));
}
