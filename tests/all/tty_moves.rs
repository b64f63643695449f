//! A move of the cursor stays within 1,400 bytes on every screen, for a slow line: counted on the built-in shop, read through the SDK.

use std::{sync::Arc, time::Duration};

use drdeck::{
    console::{Event, Start, Theme, Themes, tty::FrameBackend},
    demo,
    model::Span,
    observe::{Observation, once},
};
use ratatui::{Terminal, layout::Size, style::Modifier};

use crate::console_stage::Stage;
use crate::shop::Shop;
use crate::vt::Vt;

/// Where nothing is written only these are seen.
const VISIBLE: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);

const OUTAGE: &str = r#"
name = "outage"
story = "us-east-1 serves nobody, and replication stands still"
[[act]]
at = "2m"
fault.outage = { site = "us-east-1" }
"#;

/// Bytes.
const LIMIT: usize = 1_400;

/// Enough to scroll the longest list.
const MOVES: usize = 40;

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

/// Keys that lead to a screen from the overview.
const SCREENS: &[&str] = &[
    "",
    "Enter",
    "j Enter",
    "j j Enter",
    "j j j Enter",
    "j j j j Enter",
    "j j j j j Enter",
    "j j j j j j Enter",
    "G k Enter",
    "G Enter",
    "3",
    "4",
    "4 ]",
    "4 ] ]",
    "4 ] ] ]",
    "4 [",
    "4 [ [",
    "4 [ Enter",
    "5",
    "5 ]",
    "5 Enter",
    "6",
    "6 ]",
    "6 ] Enter",
    "0",
    "?",
    ":",
];

/// A console whose frames are counted.
struct Counted {
    stage: Stage,
    theme: Theme,
    terminal: Terminal<FrameBackend>,
    vt: Vt,
}

impl Counted {
    fn on(keys: &str, (width, height): (u16, u16), seen: &Observation, shop: &Shop) -> Self {
        let mut stage = Stage::start((width, height), Start::Watch(Arc::clone(&shop.estate)));
        stage.now = seen.clock.anchor;
        stage.event(Event::Observed(seen.clone()));
        stage.keys(keys);
        let terminal = Terminal::new(FrameBackend::new(Size { width, height })).unwrap();
        let mut counted =
            Self { stage, theme: Themes::default().load("default").0, terminal, vt: Vt::new(width, height) };
        counted.frame();
        counted
    }

    fn frame(&mut self) -> Option<Vec<u8>> {
        let Self { stage, theme, terminal, vt } = self;
        terminal.draw(|frame| stage.app.view(theme, stage.now, frame)).unwrap();
        let bytes = terminal.backend_mut().take_frame()?;
        vt.take(&bytes);
        let wanted = stage.drawn(theme);
        for (place, cell) in wanted.area.positions().zip(wanted.content()) {
            let shown = vt.at(place.x, place.y);
            assert_eq!(shown.symbol, cell.symbol(), "at {place}");
            let seen = |modifiers: Modifier| if cell.symbol() == " " { modifiers & VISIBLE } else { modifiers };
            assert_eq!((seen(shown.modifiers), shown.bg), (seen(cell.modifier), cell.bg), "at {place}");
            let is_seen = cell.symbol() != " " || cell.modifier.intersects(VISIBLE);
            assert!(shown.fg == cell.fg || !is_seen, "at {place}");
        }
        Some(bytes)
    }

    /// The frames of a cursor that goes through all rows with that key.
    fn through(&mut self, key: &str) -> Vec<Vec<u8>> {
        let next = |_| {
            self.stage.keys(key);
            self.frame()
        };
        (0..MOVES).map_while(next).collect()
    }
}

/// The frames of all moves through the screens that `keys` lead to are short.
fn hold(shop: &Shop, seen: &Observation, size: (u16, u16), screens: &[&str]) {
    let mut long = Vec::new();
    for keys in screens {
        let mut counted = Counted::on(keys, size, seen, shop);
        let mut frames = counted.through("Down");
        frames.extend(counted.through("Up"));
        frames.sort_by_key(Vec::len);
        let longest = frames.last().map_or(0, Vec::len);
        if longest > LIMIT {
            long.push(format!("{longest} bytes after `{keys}` at {size:?}"));
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn a_move_of_the_cursor_is_short_on_a_calm_day() {
    let shop = Shop::open(demo::SCENARIOS.iter().find(|(name, _)| *name == "calm").unwrap().1);
    let seen = once(shop.settings.clone(), Arc::clone(&shop.estate), Duration::from_secs(60)).unwrap();
    for size in SIZES {
        hold(&shop, &seen, size, SCREENS);
    }
}

#[test]
fn a_move_of_the_cursor_is_short_while_there_is_much_to_say() {
    let mut shop = Shop::open(OUTAGE);
    shop.pass(Span::from_secs(210));
    let seen = once(shop.settings.clone(), Arc::clone(&shop.estate), Duration::from_secs(60)).unwrap();
    for size in SIZES {
        hold(&shop, &seen, size, SCREENS);
    }
}
