//! Every screen, as text and style, with a frozen clock. A change that users see changes a snapshot.

use drdeck::console::{Event, Notice, Role, Start, Themes};
use drdeck::model::{Assessment, Site, Span, Up, Verdict};
use ratatui::buffer::Buffer;
use std::sync::Arc;

use crate::console_stage::{Stage, row};
use crate::fixture_assessment::{calm, outage, stale};

const NARROW: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

/// Name of the snapshot, what was observed, keys.
type Scene = (&'static str, fn() -> Assessment, &'static str);

const SCENES: [Scene; 11] = [
    ("systems_calm", calm, ""),
    ("systems_outage", outage, ""),
    ("systems_filtered", outage, "/ \"use1\" Down"),
    ("systems_no_match", outage, "/ \"zebra\" Enter"),
    ("systems_problems_by_tier", outage, "! s j j"),
    ("system_outage", outage, "Enter"),
    ("system_outage_third_component", outage, "Enter j j j"),
    ("system_outage_end", outage, "Enter G"),
    ("system_unknown", outage, "j Enter"),
    ("help", outage, "?"),
    ("palette", outage, ": \"theme\" Down"),
];

fn snapshot(name: &str, buffer: &Buffer) {
    insta::assert_snapshot!(name, format!("{buffer:?}"));
}

#[test]
fn every_screen_at_both_sizes() {
    for (size, suffix) in [(NARROW, "80x24"), (WIDE, "120x40")] {
        for (name, assessment, keys) in SCENES {
            let mut stage = Stage::observed(size, assessment());
            stage.keys(keys);
            snapshot(&format!("{name}_{suffix}"), &stage.buffer("default"));
        }
    }
}

#[test]
fn overview_and_system_in_other_themes() {
    for theme in ["no-color", "colour-blind-safe", "high-contrast"] {
        for (name, keys) in [("systems_outage", ""), ("system_outage", "Enter"), ("palette", ":")] {
            let mut stage = Stage::observed(NARROW, outage());
            stage.keys(keys);
            snapshot(&format!("{name}_{theme}"), &stage.buffer(theme));
        }
    }
}

#[test]
fn before_anything_was_read() {
    let mut stage = Stage::unread(NARROW);
    snapshot("systems_unread", &stage.buffer("default"));
    stage.keys("Enter");
    snapshot("system_unread", &stage.buffer("default"));
    let stage = Stage::start(NARROW, Start::NoConfig("/home/alice/.config/drdeck/config.toml".to_owned()));
    snapshot("welcome", &stage.buffer("default"));
}

#[test]
fn small_terminals() {
    for size in [(79, 24), (60, 15), (40, 12), (20, 5), (19, 5), (10, 2)] {
        let stage = Stage::observed(size, outage());
        snapshot(&format!("systems_{}x{}", size.0, size.1), &stage.buffer("default"));
    }
}

#[test]
fn split_and_messages() {
    let mut assessment = calm();
    let orders = Arc::make_mut(&mut assessment.systems[2]);
    orders.verdict = Verdict::Split;
    orders.active = ["us-east-1", "us-west-2"].map(|name| Site::Region(drdeck::model::Region::new(name))).into();
    let mut stage = Stage::observed(NARROW, assessment);
    assert!(row(&stage.buffer("default"), 2).starts_with("≠ orders"), "SPLIT comes first");
    for notice in [Notice::info("copied (OSC 52, not confirmed)"), Notice::error("the theme file cannot be read")] {
        stage.event(Event::Notice(notice));
    }
    snapshot("systems_split", &stage.buffer("default"));
    stage.keys("Enter");
    snapshot("system_split", &stage.buffer("default"));
}

/// Nothing in the nine rows is cut off at 80 columns.
#[test]
fn nothing_is_cut_off_at_80_columns() {
    for assessment in [calm(), outage()] {
        let buffer = Stage::observed(NARROW, assessment).buffer("default");
        for y in 0..11 {
            assert!(!row(&buffer, y).contains('…'), "{}", row(&buffer, y));
        }
        assert!(row(&buffer, 10).contains("sessions"), "all nine are in sight");
    }
}

/// Styles that mean good, and where they are in the rows from `from` to `to`.
fn good_cells(buffer: &Buffer, rows: std::ops::Range<u16>) -> Vec<String> {
    let (theme, _) = Themes::default().load("default");
    let good = [Role::VerdictMet, Role::UpYes].map(|role| theme.style(role).fg);
    let mut found = Vec::new();
    for y in rows {
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            if good.contains(&Some(cell.fg)) {
                found.push(format!("{:?} at {x},{y}: {}", cell.symbol(), row(buffer, y)));
            }
        }
    }
    found
}

/// Whatever the judgement says, a row out of readings that are too old has nothing green in it.
#[test]
fn what_is_stale_is_never_green() {
    let mut assessment = calm();
    for system in assessment.systems.iter_mut().map(Arc::make_mut) {
        system.verdict = Verdict::Met;
        system.up = Up::Up;
        system.reasons.clear();
        for component in &mut system.components {
            *component = stale(component.clone());
            component.verdict = Verdict::Met;
        }
        let read_at = system.components.iter().find_map(|component| component.read_at);
        for rpo in [&mut system.rpo.region, &mut system.rpo.data] {
            (rpo.stale, rpo.read_at) = (true, read_at);
        }
    }
    for size in [NARROW, WIDE, (200, 50), (60, 20), (30, 10)] {
        let mut stage = Stage::observed(size, assessment.clone());
        assert_eq!(good_cells(&stage.buffer("default"), 1..size.1), Vec::<String>::new());
        let text = stage.text();
        assert!(size.0 < 80 || text.matches("·2m").count() >= 9, "every row shows its age:\n{text}");
        stage.keys("Enter");
        assert_eq!(good_cells(&stage.buffer("default"), 1..size.1), Vec::<String>::new());
        stage.keys("G");
        assert_eq!(good_cells(&stage.buffer("default"), 1..size.1), Vec::<String>::new());
    }
}

/// What was lost with us-east-1 is not green; what us-west-2 says still is.
#[test]
fn only_the_lost_region_loses_its_green() {
    let buffer = Stage::observed(NARROW, outage()).buffer("default");
    for y in 2..11 {
        let line = row(&buffer, y);
        let green = good_cells(&buffer, y..y + 1);
        if ["payments", "content", "product-images"].iter().any(|name| line.contains(name)) {
            assert_eq!(green, Vec::<String>::new());
        }
        if line.contains("sessions") {
            assert!(green.len() > 3, "{line}");
        }
    }
}

/// No size makes it panic, on any screen, and no key after it.
#[test]
fn every_size_down_to_one_cell() {
    let widths: Vec<u16> = (1..=26).chain([39, 40, 41, 79, 80, 81, 109, 110, 111, 200]).collect();
    let heights: Vec<u16> = (1..=12).chain([23, 24, 60]).collect();
    let (theme, _) = Themes::default().load("default");
    let scenes = SCENES.iter().map(|(_, assessment, keys)| (*assessment, *keys)).chain([(outage as fn() -> _, "/")]);
    for (assessment, keys) in scenes {
        let mut stage = Stage::observed((80, 24), assessment());
        stage.keys(keys);
        for width in &widths {
            for height in &heights {
                stage.resize((*width, *height));
                stage.keys("Down");
                let buffer = stage.drawn(&theme);
                if *width < 20 || *height < 5 {
                    let start = row(&buffer, 0);
                    let wanted = "terminal too small:";
                    assert_eq!(start.get(..1), wanted.get(..1), "{width}x{height}");
                }
            }
        }
        stage.resize((0, 0));
        stage.resize((80, 24));
        stage.drawn(&theme);
    }
}

/// Text and style are the same for the same state: nothing is read from a clock or kept by drawing.
#[test]
fn drawing_changes_nothing() {
    let mut stage = Stage::observed(NARROW, outage());
    let first = stage.buffer("default");
    let other = stage.buffer("no-color");
    assert_ne!(first, other);
    assert_eq!(first, stage.buffer("default"));
    stage.resize(WIDE);
    stage.buffer("default");
    stage.resize(NARROW);
    assert_eq!(first, stage.buffer("default"));
}

/// The top line says what is at hand, and drops the least important first.
#[test]
fn credentials_run_out_in_sight() {
    for (minutes, wanted, role) in [
        (47, "47m ", Role::TextMuted),
        (19, "19m left", Role::SeverityWarning),
        (9, "9m left", Role::SeverityError),
        (-1, "✗ credentials expired", Role::SeverityError),
    ] {
        let mut assessment = calm();
        let now = assessment.now;
        if let Some(identity) = &mut assessment.identity.value {
            identity.expires = Some(now + Span::from_mins(minutes));
        }
        let buffer = Stage::observed(WIDE, assessment).buffer("default");
        let top = row(&buffer, 0);
        let at = top.find(wanted).map(|byte| top[..byte].chars().count());
        let at = at.unwrap_or_else(|| panic!("{wanted} in {top}"));
        let (theme, _) = Themes::default().load("default");
        let style = theme.style(role);
        let cell = &buffer[(u16::try_from(at).unwrap(), 0)];
        assert_eq!(style.fg.unwrap_or(cell.fg), cell.fg, "{top}");
        assert!(cell.modifier.contains(style.add_modifier), "{top}");
    }
}
