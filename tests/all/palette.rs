//! Colours for people who see other colours: what has another meaning looks different in every common kind of colour vision, and everything is readable.

use drdeck::console::{Role, Themes};
use ratatui::style::{Color, Modifier};

use crate::svg::rgb;

/// How red, green and blue light is seen: the matrices of Machado, Oliveira and Fernandes (2009) for linear RGB at full severity.
const SIGHTS: [(&str, [[f64; 3]; 3]); 4] = [
    ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "deuteranopia",
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ),
    ("protanopia", [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    ("tritanopia", [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
];

/// A difference in CIELAB at which two patches of text are told apart at a glance; 2.3 is just noticeable side by side.
const APART: f64 = 20.0;

const BLACK: Color = Color::Indexed(16);
const WHITE: Color = Color::Indexed(231);

fn linear(colour: Color) -> [f64; 3] {
    let (red, green, blue) = rgb(colour).unwrap();
    [red, green, blue].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

fn times(matrix: &[[f64; 3]; 3], [x, y, z]: [f64; 3]) -> [f64; 3] {
    matrix.map(|[a, b, c]| a * x + b * y + c * z)
}

/// CIELAB under daylight.
fn lab(colour: Color, sight: &[[f64; 3]; 3]) -> [f64; 3] {
    const XYZ: [[f64; 3]; 3] = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
    let seen = times(sight, linear(colour)).map(|part| part.clamp(0.0, 1.0));
    let [x, y, z] = times(&XYZ, seen);
    let [x, y, z] =
        [x / 0.950_47, y, z / 1.088_83].map(|t| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn difference(one: Color, other: Color, sight: &[[f64; 3]; 3]) -> f64 {
    let (one, other) = (lab(one, sight), lab(other, sight));
    one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// The contrast of WCAG 2: 1 to 21.
fn contrast(one: Color, other: Color) -> f64 {
    let luminance = |colour| {
        let [red, green, blue] = linear(colour);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The roles whose colours are compared; those on one line share a meaning.
const MEANINGS: [&[Role]; 4] = [
    &[Role::VerdictMet, Role::UpYes, Role::ModeReadOnly],
    &[Role::VerdictAtRisk, Role::SeverityWarning, Role::ModeDrill],
    &[Role::VerdictUnknown, Role::UpUnknown, Role::FreshnessStale, Role::ModeDemo],
    &[
        Role::VerdictBreached,
        Role::VerdictSplit,
        Role::UpNo,
        Role::FreshnessUnreadable,
        Role::SeverityError,
        Role::ModeLive,
    ],
];

#[test]
fn the_colour_blind_safe_theme_tells_meanings_apart_in_every_kind_of_sight() {
    let (theme, _) = Themes::new(None).load("colour-blind-safe");
    let colour = |role: Role| theme.style(role).fg.unwrap_or_else(|| panic!("{} has no colour", role.name()));
    for (sight, matrix) in &SIGHTS {
        for (at, ones) in MEANINGS.iter().enumerate() {
            for others in &MEANINGS[at + 1..] {
                for (one, other) in ones.iter().flat_map(|one| others.iter().map(move |other| (*one, *other))) {
                    let difference = difference(colour(one), colour(other), matrix);
                    let (one, other) = (one.name(), other.name());
                    assert!(difference >= APART, "{sight}: {one} and {other} are {difference:.1} apart");
                }
            }
        }
    }
}

#[test]
fn orange_and_ochre_are_one_colour_without_green_cones() {
    // What the test above is there to find: these two were once AT RISK and BREACHED.
    let (_, deuteranopia) = &SIGHTS[1];
    assert!(difference(Color::Indexed(136), Color::Indexed(166), deuteranopia) < 5.0);
}

#[test]
fn every_role_is_readable_on_what_is_behind_it() {
    for (name, least) in [("colour-blind-safe", 3.0), ("high-contrast", 7.0)] {
        let (theme, _) = Themes::new(None).load(name);
        let text = theme.style(Role::Text);
        for role in Role::ALL {
            let style = text.patch(theme.style(*role));
            assert!(name != "high-contrast" || !style.add_modifier.contains(Modifier::DIM), "{} is dim", role.name());
            let Some(ink) = style.fg else { continue };
            // A theme without a background of its own is read on the terminal's, dark or light.
            let papers = style.bg.map_or(vec![BLACK, WHITE], |paper| vec![paper]);
            for paper in papers {
                let contrast = contrast(ink, paper);
                assert!(contrast >= least, "{name}: {} on {paper:?}: {contrast:.1}", role.name());
            }
        }
    }
}
