//! The real program in tmux, as people run it: a whole session from start to end, seen through the eyes of a terminal.

use std::{
    process::{Command, Output},
    time::{Duration, Instant},
};

use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

/// A tmux server of our own, with a shell in its one window.
pub(crate) struct Tmux {
    socket: String,
    home: TempDir,
}

impl Tmux {
    pub(crate) fn start(name: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let tmux = Self { socket: format!("drdeck-test-{}-{name}", std::process::id()), home };
        let home = tmux.home.path().display();
        let shell = format!(
            "env -i HOME={home} XDG_CONFIG_HOME={home}/config XDG_STATE_HOME={home}/state PATH=\"$PATH\" TERM=\"$TERM\" TMUX=\"$TMUX\" PS1='ready$ ' sh"
        );
        tmux.run(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", &shell]);
        tmux.wait_for("ready$");
        tmux
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } =
            Command::new("tmux").args(["-L", &self.socket]).args(arguments).env_remove("TMUX").output().unwrap();
        assert!(status.success(), "tmux {arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    /// The home of the shell.
    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    pub(crate) fn keys(&self, keys: &[&str]) {
        self.run(&[&["send-keys"], keys].concat());
    }

    pub(crate) fn type_line(&self, line: &str) {
        self.run(&["send-keys", "-l", line]);
        self.keys(&["Enter"]);
    }

    pub(crate) fn screen(&self) -> String {
        self.run(&["capture-pane", "-p"])
    }

    pub(crate) fn wait_until(&self, what: &str, met: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if met(&screen) {
                return screen;
            }
            assert!(Instant::now() < deadline, "{what} never came:\n{screen}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    fn ask(&self, format: &str) -> String {
        self.run(&["display-message", "-p", format]).trim().to_owned()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.socket, "kill-server"]).env_remove("TMUX").output();
    }
}

#[test]
fn start_walk_resize_quit() {
    let tmux = Tmux::start("walk");
    tmux.type_line(&format!("cd {}", tmux.home().display()));
    tmux.type_line("stty -a > before; echo a line from before");
    tmux.wait_for("\na line from before");
    tmux.type_line(&format!("{} demo; echo \"it ended with $?\"", env!("CARGO_BIN_EXE_drdeck")));

    let overview = tmux.wait_until("the overview", |screen| {
        ["storefront", "payments", "orders", "sessions", "product-images", "legacy-web", "erp", "content", "analytics"]
            .iter()
            .all(|system| screen.contains(system))
    });
    assert!(overview.starts_with(" DEMO"), "{overview}");
    assert_eq!(tmux.ask("#{alternate_on} #{cursor_flag}"), "1 0");

    tmux.keys(&["G"]);
    tmux.keys(&["Enter"]);
    tmux.wait_until("the last system's screen", |screen| !screen.contains("VERDICT") || !screen.contains("storefront"));
    tmux.keys(&["Escape"]);
    tmux.wait_for("storefront");
    tmux.keys(&["?"]);
    tmux.wait_until("Help", |screen| screen.contains("Help") || screen.contains("HELP"));
    tmux.keys(&["Escape"]);
    tmux.wait_for("storefront");

    tmux.run(&["resize-window", "-x", "120", "-y", "40"]);
    tmux.wait_until("a wide line", |screen| screen.lines().any(|line| line.chars().count() > 100));
    tmux.run(&["resize-window", "-x", "30", "-y", "6"]);
    tmux.wait_until("a small screen", |screen| screen.trim().lines().all(|line| line.chars().count() <= 30));
    tmux.run(&["resize-window", "-x", "80", "-y", "24"]);
    tmux.wait_for("analytics");

    tmux.keys(&["q"]);
    let shell = tmux.wait_for("it ended with 0");
    assert!(shell.contains("a line from before"), "{shell}");
    assert!(!shell.contains("storefront"), "{shell}");
    assert_eq!(tmux.ask("#{alternate_on} #{cursor_flag} #{mouse_any_flag}"), "0 1 0");
    tmux.type_line("stty -a | diff before - && echo the terminal is whole");
    tmux.wait_for("\nthe terminal is whole");
}

#[test]
fn copying_in_tmux_goes_to_its_buffer() {
    let tmux = Tmux::start("copy");
    tmux.type_line(&format!("{} demo", env!("CARGO_BIN_EXE_drdeck")));
    // Who reads is read: there is something to copy.
    tmux.wait_for("1111-2222-3333");
    tmux.keys(&["y"]);
    tmux.wait_for("copied (tmux buffer)");
    assert!(!tmux.run(&["show-buffer"]).trim().is_empty());
    tmux.keys(&["q"]);
    tmux.wait_until("the shell", |screen| !screen.contains("storefront"));
}

#[test]
fn killing_the_window_ends_it() {
    let tmux = Tmux::start("kill");
    tmux.type_line(&format!("exec {} demo", env!("CARGO_BIN_EXE_drdeck")));
    tmux.wait_for("storefront");
    let pid = tmux.ask("#{pane_pid}");
    tmux.run(&["kill-pane"]);
    let killed = Instant::now();
    while std::fs::exists(format!("/proc/{pid}")).unwrap() {
        assert!(killed.elapsed() < PATIENCE, "still there");
        std::thread::sleep(Duration::from_millis(10));
    }
}
