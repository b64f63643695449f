//! The pictures of the README are what a terminal gets: the built-in shop on a simulator with a frozen clock, read through the SDK, judged and
//! drawn. `UPDATE_SCREENSHOTS=1` writes them anew.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::Arc,
    time::Duration,
};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use drdeck::{
    aws::{Access, Login},
    config::{self, Overrides},
    console::{App, AppOptions, Event, Mode, Start, Themes},
    demo,
    model::{Estate, Moment, Span},
    observe::{Observation, Paces, Settings, once},
    sim::{self, Running, Simulator},
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use crate::svg::picture;

/// The simulated time at the beginning.
const BEGINNING: &str = "2026-11-20T14:00:00Z";

/// The beginning of the built-in outage. What follows there, APIs that die by silence one after another, takes as long to find out as it takes.
const OUTAGE: &str = r#"
name = "outage"
story = "us-east-1 serves nobody after two minutes, but its APIs answer"
[[act]]
at = "2m"
fault.outage = { site = "us-east-1" }
"#;

/// The built-in shop on a simulator whose clock stands still, read once.
struct Shop {
    simulator: Running,
    estate: Arc<Estate>,
    settings: Settings,
    now: Moment,
}

impl Shop {
    fn open(scenario: &str) -> Self {
        let now: Moment = BEGINNING.parse().unwrap();
        let simulator = Simulator::start(sim::Options {
            listen: "127.0.0.1:0".parse().unwrap(),
            estate: sim::parse_estate("estate.toml", demo::ESTATE).unwrap(),
            scenario: sim::parse_scenario("scenario.toml", scenario).unwrap(),
            seed: 1,
            speed: 0.0,
            start: Some(sim::Moment::from_millis(now.as_millisecond())),
        })
        .unwrap();
        let url = Some(simulator.url());
        let overrides = Overrides { endpoint_url: url.clone(), profile: None };
        let config = config::parse(demo::CONFIG, Path::new("config.toml"), &overrides).unwrap();
        let estate = Arc::new(config.estate);
        let settings = Settings {
            access: Access { endpoint_url: url, login: Login::Simulator, timeout: Duration::from_secs(20) },
            paces: Paces { refresh: config.polling.interval, slow: config.polling.slow_interval },
            account: config.account,
        };
        Self { simulator, estate, settings, now }
    }

    /// Everything read at the simulator's present moment.
    fn observed(&self) -> Observation {
        once(self.settings.clone(), Arc::clone(&self.estate), Duration::from_secs(60)).unwrap()
    }

    /// Sets the simulator's clock.
    fn pass(&mut self, time: Span) {
        self.now = self.now.checked_add(time).unwrap();
        let body = format!("{{\"now\":\"{}\"}}", self.now);
        let mut stream = TcpStream::connect(self.simulator.addr).unwrap();
        write!(
            stream,
            "POST /_drdeck/clock HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// What a terminal of this size shows after these keys.
    fn screen(&self, keys: &[KeyCode], (columns, rows): (u16, u16), theme: &str) -> Buffer {
        let themes = Themes::new(None);
        let mut app = App::new(AppOptions {
            mode: Mode::Demo,
            name: "shop".to_owned(),
            start: Start::Watch(Arc::clone(&self.estate)),
            clock: None,
            theme: theme.to_owned(),
            themes: themes.names(),
        });
        let observation = self.observed();
        let now = observation.clock.anchor;
        app.update(Event::Resize(columns, rows), now);
        app.update(Event::Observed(observation), now);
        for key in keys {
            app.update(Event::Key(KeyEvent::new(*key, KeyModifiers::NONE)), now);
        }
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let (theme, _) = themes.load(theme);
        terminal.draw(|frame| app.view(&theme, now, frame)).unwrap();
        terminal.backend().buffer().clone()
    }
}

/// Compares the picture with the one in the repository.
fn hold(name: &str, title: &str, screen: &Buffer) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots").join(format!("{name}.svg"));
    let picture = picture(screen, title);
    if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
        fs::write(&path, &picture).unwrap();
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        before == picture,
        "screenshots/{name}.svg is not what the terminal gets; look at it after UPDATE_SCREENSHOTS=1 cargo test screenshots"
    );
}

#[test]
fn a_calm_day() {
    let shop = Shop::open("name = \"calm\"\nstory = \"nothing happens\"\n");
    hold("systems", "drdeck: all systems of a shop on a calm day", &shop.screen(&[], (80, 24), "default"));
    let system = shop.screen(&[KeyCode::Char('G'), KeyCode::Enter], (120, 40), "default");
    hold("system", "drdeck: one system, its components and their evidence", &system);
    hold("help", "drdeck: the keys of the overview", &shop.screen(&[KeyCode::Char('?')], (80, 24), "default"));
}

#[test]
fn an_outage_of_a_region() {
    let mut shop = Shop::open(OUTAGE);
    shop.pass(Span::from_secs(5 * 60 + 30));
    hold("region-outage", "drdeck: us-east-1 serves nobody", &shop.screen(&[], (120, 40), "default"));
    for theme in ["high-contrast", "colour-blind-safe", "no-color"] {
        hold(
            &format!("region-outage-{theme}"),
            &format!("drdeck: the theme {theme}"),
            &shop.screen(&[], (80, 24), theme),
        );
    }
}
