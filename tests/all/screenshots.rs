//! The pictures of the README are what a terminal gets: the built-in shop on a simulator with a frozen clock, read through the SDK, judged and
//! drawn. `UPDATE_SCREENSHOTS=1` writes them anew.

use std::{fs, path::Path, sync::Arc, time::Duration};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use drdeck::{
    console::{App, AppOptions, Event, Mode, Shell, Start, Themes},
    model::Span,
    observe::{Observation, once},
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use crate::shop::Shop;
use crate::svg::picture;

/// The beginning of the built-in outage. What follows there, APIs that die by silence one after another, takes as long to find out as it takes.
const OUTAGE: &str = r#"
name = "outage"
story = "us-east-1 serves nobody after two minutes, but its APIs answer"
[[act]]
at = "2m"
fault.outage = { site = "us-east-1" }
"#;

/// Everything read at the simulator's present moment. No machine is too slow for a picture.
fn observed(shop: &Shop) -> Observation {
    let mut settings = shop.settings.clone();
    settings.access.timeout = Duration::from_secs(20);
    once(settings, Arc::clone(&shop.estate), Duration::from_secs(60)).unwrap()
}

/// What a terminal of this size shows after these keys.
fn screen(shop: &Shop, seen: &Observation, keys: &[KeyCode], (columns, rows): (u16, u16), theme: &str) -> Buffer {
    let themes = Themes::new(None);
    let mut app = App::new(AppOptions {
        mode: Mode::Demo,
        name: "shop".to_owned(),
        start: Start::Watch(Arc::clone(&shop.estate)),
        clock: None,
        shell: Shell::default(),
        theme: theme.to_owned(),
        themes: themes.names(),
    });
    let now = seen.clock.anchor;
    app.update(Event::Resize(columns, rows), now);
    app.update(Event::Observed(seen.clone()), now);
    for key in keys {
        app.update(Event::Key(KeyEvent::new(*key, KeyModifiers::NONE)), now);
    }
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let (theme, _) = themes.load(theme);
    terminal.draw(|frame| app.view(&theme, now, frame)).unwrap();
    terminal.backend().buffer().clone()
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
    let seen = observed(&shop);
    hold("systems", "drdeck: all systems of a shop on a calm day", &screen(&shop, &seen, &[], (80, 24), "default"));
    let system = screen(&shop, &seen, &[KeyCode::Char('G'), KeyCode::Enter], (120, 40), "default");
    hold("system", "drdeck: one system, its components and their evidence", &system);
    hold("help", "drdeck: the keys of the overview", &screen(&shop, &seen, &[KeyCode::Char('?')], (80, 24), "default"));
}

#[test]
fn an_outage_of_a_region() {
    let mut shop = Shop::open(OUTAGE);
    shop.pass(Span::from_secs(5 * 60 + 30));
    let seen = observed(&shop);
    hold("region-outage", "drdeck: us-east-1 serves nobody", &screen(&shop, &seen, &[], (120, 40), "default"));
    for theme in ["high-contrast", "colour-blind-safe", "no-color"] {
        hold(
            &format!("region-outage-{theme}"),
            &format!("drdeck: the theme {theme}"),
            &screen(&shop, &seen, &[], (80, 24), theme),
        );
    }
}
