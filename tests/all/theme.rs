//! Themes: complete, readable, overridable, and never the reason that drdeck does not start.

use std::{collections::BTreeMap, ffi::OsStr, fs, path::Path};

use drdeck::console::{
    Role, Theme, Themes,
    theme::{self, DEFAULT, NO_COLOR},
};
use ratatui::style::{Color, Modifier, Style};

fn built_in(name: &str) -> Theme {
    let (theme, warnings) = Themes::new(None).load(name);
    assert_eq!(warnings, Vec::<String>::new(), "{name}");
    assert_eq!(theme.name(), name);
    theme
}

fn with_folder(files: &[(&str, &str)], load: &str) -> (Theme, Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let themes = Themes::new(Some(folder.path().to_owned()));
    let (theme, warnings) = themes.load(load);
    (theme, warnings, folder.path().display().to_string())
}

/// What is needed to tell two roles apart.
fn looks(theme: &Theme, roles: &[Role]) -> BTreeMap<String, Vec<Role>> {
    let mut looks = BTreeMap::<_, Vec<Role>>::new();
    for role in roles {
        looks.entry(format!("{:?}", theme.style(*role))).or_default().push(*role);
    }
    looks
}

#[test]
fn themes_compiled_in_load_without_a_warning() {
    let names = Themes::new(None).names();
    assert_eq!(names, ["default", "colour-blind-safe", "high-contrast", "no-color"]);
    for name in names {
        built_in(&name);
    }
}

#[test]
fn the_default_uses_only_the_sixteen_colours_and_no_black_or_white() {
    let theme = built_in(DEFAULT);
    for role in Role::ALL {
        let style = theme.style(*role);
        for colour in [style.fg, style.bg].into_iter().flatten() {
            let readable_on_both = matches!(
                colour,
                Color::Red | Color::Green | Color::Yellow | Color::Blue | Color::Magenta | Color::Cyan
            );
            assert!(readable_on_both, "{}: {colour:?}", role.name());
        }
    }
}

#[test]
fn verdicts_look_different_in_every_theme_with_colours() {
    let verdicts =
        [Role::VerdictMet, Role::VerdictAtRisk, Role::VerdictUnknown, Role::VerdictBreached, Role::VerdictSplit];
    for name in Themes::new(None).names().iter().filter(|name| *name != NO_COLOR) {
        let looks = looks(&built_in(name), &verdicts);
        assert_eq!(looks.len(), verdicts.len(), "{name}: {looks:?}");
    }
}

#[test]
fn modes_look_different_in_every_theme_with_colours() {
    let modes = [Role::ModeLive, Role::ModeReadOnly, Role::ModeDrill, Role::ModeTabletop, Role::ModeDemo];
    for name in Themes::new(None).names().iter().filter(|name| *name != NO_COLOR) {
        let looks = looks(&built_in(name), &modes);
        assert_eq!(looks.len(), modes.len(), "{name}: {looks:?}");
    }
}

#[test]
fn no_color_has_no_colour_but_keeps_reverse_bold_and_underline() {
    let theme = built_in(NO_COLOR);
    for role in Role::ALL {
        let style = theme.style(*role);
        assert!(matches!(style.fg, None | Some(Color::Reset)), "{}: {style:?}", role.name());
        assert!(matches!(style.bg, None | Some(Color::Reset)), "{}: {style:?}", role.name());
    }
    assert!(theme.style(Role::Selection).add_modifier.contains(Modifier::REVERSED));
    assert!(theme.style(Role::VerdictBreached).add_modifier.contains(Modifier::BOLD));
    assert!(theme.style(Role::VerdictUnknown).add_modifier.contains(Modifier::UNDERLINED));
}

#[test]
fn what_a_users_theme_does_not_say_is_inherited() {
    let mine = r#"
        [palette]
        bad = "208"
        [roles]
        "verdict.met" = { fg = "light-blue", modifiers = ["italic"] }
        verdict.at_risk = "bad"
        freshness = "240"
    "#;
    let (theme, warnings, _) = with_folder(&[("mine.toml", mine)], "mine");
    assert_eq!(warnings, Vec::<String>::new());
    let base = built_in(DEFAULT);
    assert_eq!(theme.name(), "mine");
    assert_eq!(theme.style(Role::VerdictMet), Style::new().fg(Color::LightBlue).italic());
    assert_eq!(theme.style(Role::VerdictAtRisk), Style::new().fg(Color::Indexed(208)));
    // The palette recolours what is inherited.
    assert_eq!(theme.style(Role::VerdictBreached), Style::new().fg(Color::Indexed(208)).bold());
    // A role that the theme below names is nearer than its parent.
    assert_eq!(theme.style(Role::FreshnessStale), base.style(Role::FreshnessStale));
    assert_eq!(theme.style(Role::Sparkline), base.style(Role::Sparkline));
}

#[test]
fn a_users_theme_goes_before_the_one_compiled_in_and_may_rest_on_it() {
    let mine = "inherits = \"default\"\n[roles]\ntitle = \"blue\"\n";
    let (theme, warnings, _) = with_folder(&[("default.toml", mine)], DEFAULT);
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(theme.style(Role::Title), Style::new().fg(Color::Blue));
    assert_eq!(theme.style(Role::VerdictMet), built_in(DEFAULT).style(Role::VerdictMet));
    // Those compiled in do not rest on it.
    let (no_color, _, _) = with_folder(&[("default.toml", mine)], NO_COLOR);
    assert_eq!(no_color, built_in(NO_COLOR));
}

#[test]
fn mistakes_are_warnings_with_file_and_line() {
    let mine = r##"colour = "red"
[palette]
good = "#12345"
[roles]
"verdict.metz" = "green"
title = 3
border = { fg = 7, modifiers = ["blod"] }
sparkline = "greenish"
verdict = { underline = "x" }
"##;
    let (theme, warnings, folder) = with_folder(&[("mine.toml", mine)], "mine");
    let mut warnings: Vec<_> = warnings.iter().map(|line| line.replace(&format!("{folder}/"), "")).collect();
    warnings.sort();
    assert_eq!(
        warnings,
        [
            "mine.toml:1: unknown key \"colour\"; there are inherits, palette and roles",
            "mine.toml:3: \"good\" is not a colour; write red, light-blue, 208 or #d75f00",
            "mine.toml:5: unknown role \"verdict.metz\"; did you mean \"verdict.met\"?",
            "mine.toml:6: \"title\" must be a colour or { fg, bg, modifiers }",
            "mine.toml:7: a colour is written in quotes: \"red\", \"208\", \"#d75f00\"",
            "mine.toml:7: unknown modifier \"blod\"; there are bold, dim, italic, underlined, reversed, crossed-out",
            "mine.toml:8: \"greenish\" is neither in [palette] nor a colour; write red, light-blue, 208 or #d75f00",
            "mine.toml:9: unknown role \"verdict.underline\"",
        ]
    );
    assert_eq!(theme.style(Role::VerdictMet), built_in(DEFAULT).style(Role::VerdictMet));
    assert_eq!(theme.style(Role::Title), built_in(DEFAULT).style(Role::Title));
}

#[test]
fn no_file_however_broken_keeps_a_theme_from_loading() {
    for broken in ["[roles", "\u{0}", "inherits = 3", "roles = []", "[palette]\n[palette]\n", "= = ="] {
        let (theme, warnings, _) = with_folder(&[("mine.toml", broken)], "mine");
        assert!(!warnings.is_empty(), "{broken:?}");
        assert!(
            warnings.iter().all(|warning| warning.contains("mine.toml:1:") || warning.contains("mine.toml:2:")),
            "{warnings:?}"
        );
        assert_eq!(theme.style(Role::VerdictMet), built_in(DEFAULT).style(Role::VerdictMet), "{broken:?}");
    }
    let (theme, warnings, _) = with_folder(&[("mine.toml", "inherits = \"lost\"")], "mine");
    assert!(warnings[0].contains("there is no theme \"lost\"; there are default, "), "{warnings:?}");
    assert_eq!(theme.style(Role::VerdictMet), built_in(DEFAULT).style(Role::VerdictMet));
}

#[test]
fn bytes_that_are_no_text_are_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.toml"), b"\xff\xfe").unwrap();
    let (theme, warnings) = Themes::new(Some(folder.path().to_owned())).load("mine");
    assert!(warnings[0].contains("mine.toml: cannot be read"), "{warnings:?}");
    assert_eq!(theme.name(), DEFAULT);
}

#[test]
fn themes_that_inherit_in_a_circle_end() {
    let (theme, warnings, _) =
        with_folder(&[("a.toml", "inherits = \"b\""), ("b.toml", "inherits = \"a\"\n[roles]\ntitle = \"red\"")], "a");
    assert!(warnings[0].contains("in a circle"), "{warnings:?}");
    assert_eq!(theme.style(Role::Title), Style::new().fg(Color::Red));
}

#[test]
fn an_unknown_name_gives_the_default_and_says_what_there_is() {
    for name in ["nope", "../../etc/passwd", ""] {
        let (theme, warnings) = Themes::new(None).load(name);
        assert_eq!(theme.name(), DEFAULT);
        let names = "there are default, colour-blind-safe, high-contrast, no-color";
        assert_eq!(warnings, [format!("there is no theme \"{name}\"; {names}")]);
    }
    let absent = Themes::new(Some(Path::new("/nonexistent").to_owned()));
    assert_eq!(absent.load(DEFAULT).0, built_in(DEFAULT));
}

#[test]
fn the_command_line_goes_before_no_color_and_that_before_the_config() {
    let set = Some(OsStr::new("1"));
    assert_eq!(theme::choose(Some("high-contrast"), set, Some("mine")), "high-contrast");
    assert_eq!(theme::choose(None, set, Some("mine")), NO_COLOR);
    assert_eq!(theme::choose(None, Some(OsStr::new("")), Some("mine")), "mine");
    assert_eq!(theme::choose(None, None, None), DEFAULT);
}
