//! What keys make of the console's state, and what it asks for: as tables.

use std::sync::Arc;
use std::time::Duration;

use drdeck::console::action::{self, Action, Context, ENTRIES};
use drdeck::console::screens::glossary::GLOSSARY;
use drdeck::console::screens::help::Help;
use drdeck::console::{Command, Event, Notice, Start};
use drdeck::model::{Estate, Verdict};

use crate::console_stage::{Stage, row};
use crate::fixture_assessment::{calm, observation, outage};

const SIZE: (u16, u16) = (80, 24);

/// The names in the first column of the overview, from the top.
fn names(stage: &Stage) -> Vec<String> {
    let text = stage.text();
    let rows = text.lines().skip(2).take_while(|line| !line.is_empty() && !line.starts_with("──"));
    rows.filter_map(|line| line.split_whitespace().nth(1)).map(str::to_owned).collect()
}

/// The System under the cursor: the one whose reasons are shown.
fn selected(stage: &Stage) -> String {
    let text = stage.text();
    let rule = text.lines().find(|line| line.starts_with("── ")).unwrap_or_default();
    rule.split_whitespace().nth(1).unwrap_or_default().to_owned()
}

/// Which screen this is, as Help would call it.
fn context(stage: &Stage) -> Context {
    stage.app.situation().context
}

#[test]
fn keys_lead_from_screen_to_screen() {
    use Context::{Filter, Help, List, Palette, System, Systems};
    for (keys, wanted) in [
        ("", Systems),
        ("Enter", System),
        ("2", System),
        ("Enter Esc", Systems),
        ("Enter q", Systems),
        ("Enter 1", Systems),
        ("?", Help),
        ("F1", Help),
        ("? Esc", Systems),
        ("? q", Systems),
        ("Enter ? Esc", System),
        ("? / \"rpo\"", Filter),
        ("? / \"rpo\" Enter", Help),
        ("? / \"rpo\" Enter Esc", Help),
        ("? / \"rpo\" Enter Esc Esc", Systems),
        (":", Palette),
        (": Esc", Systems),
        ("? : Esc", Help),
        (": \"help\" Enter", Help),
        (": \"orders\" Enter", System),
        ("T", Palette),
        ("/", Filter),
        ("/ Enter", Systems),
        ("/ Esc", Systems),
        ("/ \"q\" Enter", Systems),
        ("Esc", Systems),
        ("Tab", List),
        ("Tab Shift-Tab", Systems),
        ("3", List),
        ("3 /", Filter),
        ("3 / Esc", List),
        ("3 Esc", Systems),
        ("4", List),
        ("5 Esc", Systems),
        ("Enter Tab Tab Shift-Tab", System),
        ("x", Context::Menu),
        ("x Esc", Systems),
        ("7", Context::Runbook),
        ("7 Esc", Systems),
        ("z", Systems),
    ] {
        let mut stage = Stage::observed(SIZE, outage());
        let commands = stage.keys(keys);
        assert_eq!(context(&stage), wanted, "{keys}");
        assert!(!commands.contains(&Command::Quit), "{keys}");
    }
}

#[test]
fn keys_ask_for_what_is_done_outside() {
    let copied = |start: &str| {
        let start = start.to_owned();
        move |commands: &[Command]| matches!(commands, [Command::Copy(text)] if text.starts_with(&start))
    };
    let asked = |command: Command| move |commands: &[Command]| commands == [command.clone()];
    type Check = Box<dyn Fn(&[Command]) -> bool>;
    let cases: Vec<(&str, Check)> = vec![
        ("q", Box::new(asked(Command::Quit))),
        ("Ctrl-c", Box::new(asked(Command::Quit))),
        ("Enter ? : Ctrl-c", Box::new(asked(Command::Quit))),
        ("/ \"abc\" Ctrl-c", Box::new(asked(Command::Quit))),
        ("r", Box::new(asked(Command::Refresh))),
        ("Enter r", Box::new(asked(Command::Refresh))),
        ("Ctrl-l", Box::new(asked(Command::Redraw))),
        ("y", Box::new(copied("storefront: BREACHED; UP ✗ 2m14s; active use1; region RPO 9m / 5m, RTO never / 15m;"))),
        ("Enter y", Box::new(copied("storefront/shop (aurora-global): BREACHED; "))),
        (": \"refresh\" Enter", Box::new(asked(Command::Refresh))),
        ("/ \"zebra\" Enter y", Box::new(<[Command]>::is_empty)),
        ("/ \"zebra\" Enter Enter", Box::new(<[Command]>::is_empty)),
    ];
    for (keys, wanted) in cases {
        let mut stage = Stage::observed(SIZE, outage());
        let commands = stage.keys(keys);
        assert!(wanted(&commands), "{keys}: {commands:?}");
        for command in commands {
            if let Command::Copy(text) = command {
                assert!(!text.contains('\n'));
            }
        }
    }
}

#[test]
fn the_table_is_sorted_and_filtered() {
    for (keys, wanted) in [
        ("", "storefront payments content product-images orders erp legacy-web analytics sessions"),
        ("s", "storefront payments orders erp content product-images legacy-web sessions analytics"),
        ("s s", "analytics content erp legacy-web orders payments product-images sessions storefront"),
        ("s s s", "payments analytics content storefront product-images sessions orders legacy-web erp"),
        ("s s s s", "storefront payments content product-images orders erp legacy-web analytics sessions"),
        ("!", "storefront payments content product-images orders erp legacy-web analytics"),
        ("! !", "storefront payments content product-images orders erp legacy-web analytics sessions"),
        ("/ \"down\"", "storefront orders"),
        ("/ \"MET\"", "sessions"),
        ("/ \"drs\"", "erp legacy-web"),
        ("/ \"down\" Enter Esc", "storefront payments content product-images orders erp legacy-web analytics sessions"),
        ("/ \"down\" Esc", "storefront payments content product-images orders erp legacy-web analytics sessions"),
        ("! / \"pilot\" Enter Esc", "storefront payments content product-images orders erp legacy-web analytics"),
    ] {
        let mut stage = Stage::observed(SIZE, outage());
        stage.keys(keys);
        assert_eq!(names(&stage).join(" "), wanted, "{keys}");
    }
}

#[test]
fn the_cursor_moves_and_stays_in_the_table() {
    for (keys, wanted) in [
        ("", "storefront"),
        ("j", "payments"),
        ("Down Down", "content"),
        ("j j k", "payments"),
        ("k k k", "storefront"),
        ("G", "sessions"),
        ("G j", "sessions"),
        ("End Home", "storefront"),
        ("G g", "storefront"),
        ("PgDn", "sessions"),
        ("PgDn PgUp", "storefront"),
        ("Ctrl-d", "erp"),
        ("Ctrl-d Ctrl-u", "storefront"),
        ("/ \"orders\" Enter", "orders"),
        ("/ \"drs\" Down", "legacy-web"),
    ] {
        let mut stage = Stage::observed(SIZE, outage());
        stage.keys(keys);
        assert_eq!(selected(&stage), wanted, "{keys}");
    }
}

#[test]
fn the_cursor_stays_on_its_system_when_the_order_changes() {
    let mut stage = Stage::observed(SIZE, calm());
    stage.keys("/ \"orders\" Enter Esc");
    stage.keys("g j j j");
    assert_eq!(selected(&stage), "orders");
    stage.observe(outage());
    assert_eq!(selected(&stage), "orders");
    stage.keys("s");
    assert_eq!(selected(&stage), "orders");
    // Hidden and shown again.
    stage.keys("/ \"drs\" Enter");
    assert_ne!(selected(&stage), "orders");
    stage.keys("Esc");
    assert_eq!(selected(&stage), "orders");
    // Nobody has chosen a row: the cursor stays on the worst.
    let mut stage = Stage::unread(SIZE);
    assert_eq!(selected(&stage), "payments");
    stage.observe(outage());
    assert_eq!(selected(&stage), "storefront");
}

#[test]
fn the_systems_in_detail_follow_the_order_of_the_overview() {
    let mut stage = Stage::observed(SIZE, outage());
    let title = |stage: &Stage| row(&stage.buffer("default"), 1);
    stage.keys("Enter");
    assert!(title(&stage).contains("storefront"));
    stage.keys("Tab");
    assert!(title(&stage).contains("payments"));
    stage.keys("Shift-Tab Shift-Tab");
    assert!(title(&stage).contains("sessions"), "around the end");
    stage.keys("Esc");
    assert_eq!(selected(&stage), "sessions");
}

#[test]
fn the_last_line_of_a_system_can_be_reached() {
    for (width, height) in [(80, 24), (40, 10), (120, 12)] {
        for way in [
            "G",
            "j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j",
            "PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn",
        ] {
            let mut stage = Stage::observed((width, height), outage());
            stage.keys("Enter");
            stage.keys(way);
            let text = stage.text();
            let words: String = text.split_whitespace().collect();
            assert!(words.contains("provenbyarun"), "{width}x{height} {way}:\n{text}");
            assert!(!text.contains('▼'), "{text}");
            stage.keys("g");
            assert!(stage.text().contains("BREACHED  storefront"));
        }
    }
}

#[test]
fn themes_are_shown_while_one_looks_through_them() {
    let theme = |name: &str| Command::SetTheme(name.to_owned());
    let mut stage = Stage::observed(SIZE, calm());
    assert_eq!(stage.keys("T"), [], "the cursor is on the one in use");
    assert_eq!(stage.keys("Down"), [theme("colour-blind-safe")]);
    assert_eq!(stage.keys("Esc"), [theme("default")]);
    assert_eq!(stage.keys("T Down Down"), [theme("colour-blind-safe"), theme("high-contrast")]);
    assert_eq!(stage.keys("Enter"), []);
    assert_eq!(stage.keys(": \"no-col\""), [theme("no-color")]);
    assert_eq!(stage.keys("Backspace Esc"), [theme("high-contrast")]);
}

#[test]
fn pasted_text_goes_into_inputs_only_and_is_one_line() {
    let paste = |text: &str| Event::Paste(text.to_owned());
    let mut stage = Stage::observed(SIZE, outage());
    assert_eq!(stage.event(paste("q")), []);
    assert_eq!(names(&stage).len(), 9);
    stage.keys("/");
    assert_eq!(stage.event(paste("orders\nq\n")), []);
    assert_eq!(names(&stage), ["orders"]);
    assert_eq!(context(&stage), Context::Filter);
    stage.keys("Esc :");
    stage.event(paste("op\u{202e}en"));
    assert!(stage.text().contains("<U+202E>"));
    stage.event(paste(&"long ".repeat(10_000)));
    stage.text();
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut stage = Stage::observed(SIZE, outage());
    stage.keys("/ \"zebra\" Enter");
    assert!(row(&stage.buffer("default"), 23).contains("Enter open (nothing selected)"));
    stage.keys("Enter");
    assert!(stage.text().contains("open: nothing selected"));
    let mut stage = Stage::unread(SIZE);
    assert_eq!(stage.keys("y"), []);
    assert!(stage.text().contains("Nothing was read yet"));
}

#[test]
fn the_screen_is_drawn_again_when_it_changes_by_itself() {
    let mut stage = Stage::observed(SIZE, calm());
    let now = stage.now;
    assert_eq!(stage.app.next_tick(now), None, "a frozen clock, no message");
    stage.event(Event::Notice(Notice::info("done")));
    let end = stage.app.next_tick(now).unwrap();
    assert!(stage.text().contains("done"));
    stage.now = end;
    assert!(!stage.text().contains("done"));
    assert_eq!(stage.app.next_tick(end), None);
    for (speed, least, most) in [(1.0, 990, 1010), (60.0, 990, 1010), (0.5, 1990, 2010)] {
        let mut stage = Stage::unread(SIZE);
        let now = stage.now;
        stage.event(Event::Observed(observation(calm(), now, speed)));
        let first = stage.app.next_tick(now).unwrap();
        let second = stage.app.next_tick(first).unwrap();
        assert!(first > now && first - now <= Duration::from_millis(most));
        let apart = second - first;
        assert!((Duration::from_millis(least)..=Duration::from_millis(most)).contains(&apart), "{speed}: {apart:?}");
    }
}

/// While the clock ticks, only the cells that show seconds change.
#[test]
fn a_second_changes_few_cells() {
    let mut stage = Stage::unread((200, 50));
    let now = stage.now;
    stage.event(Event::Observed(observation(calm(), now, 1.0)));
    let before = stage.buffer("default");
    stage.now = now + Duration::from_secs(1);
    let after = stage.buffer("default");
    let changed: Vec<(u16, u16)> = before.diff(&after).iter().map(|(x, y, _)| (*x, *y)).collect();
    assert_eq!(changed, [(197, 0)], "14:02:17Z to 14:02:18Z");
    stage.now = now + Duration::from_secs(100);
    assert!(stage.text().contains("14:03:57Z"));
    assert!(stage.text().contains("1m / 5m"), "an RPO grows between two judgements");
}

#[test]
fn a_thousand_systems() {
    let mut assessment = calm();
    let models = assessment.systems.clone();
    assessment.systems = (0..1000)
        .map(|i| {
            let mut system = models[i % models.len()].clone();
            Arc::make_mut(&mut system).name = format!("system-{i:04}");
            system
        })
        .collect();
    let mut stage = Stage::observed(SIZE, assessment);
    stage.keys("G");
    assert_eq!(names(&stage).len(), 17);
    assert_eq!(stage.app.situation().rows, 1000);
    stage.keys("/ \"0999\"");
    assert_eq!(names(&stage), ["system-0999"]);
}

#[test]
fn an_empty_config_and_none_at_all() {
    let mut stage = Stage::start(SIZE, Start::Watch(Arc::new(Estate::default())));
    assert!(stage.text().contains("no [[system]]"));
    stage.keys("j G Enter y / x Enter : Enter");
    let mut stage = Stage::start(SIZE, Start::NoConfig("/etc/drdeck.toml".to_owned()));
    let text = stage.text();
    assert!(text.contains("drdeck demo") && text.contains("/etc/drdeck.toml"), "{text}");
    assert_eq!(stage.keys("j y Enter r Esc"), []);
    assert_eq!(stage.keys("? Esc q"), [Command::Quit]);
}

#[test]
fn no_key_stands_for_two_actions_in_one_place() {
    for context in Context::ALL {
        let mut seen = Vec::new();
        for entry in action::in_context(context) {
            for key in entry.keys {
                assert!(!seen.contains(key), "{key} in {}", context.name());
                seen.push(*key);
                if context.takes_text() {
                    assert!(key.to_string().chars().count() > 1, "{key} is text in {}", context.name());
                }
            }
        }
    }
}

#[test]
fn help_and_the_readme_table_have_every_action() {
    let table = action::markdown();
    for context in [Context::Welcome, Context::Systems, Context::System] {
        let text: String = Help::new(context).lines(500).iter().map(|line| line.plain() + "\n").collect();
        for entry in ENTRIES {
            assert!(text.contains(entry.help), "{} in Help of {}", entry.name, context.name());
            assert!(table.contains(entry.help), "{}", entry.name);
        }
    }
    let mut names: Vec<&str> = ENTRIES.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ENTRIES.len(), "each entry has a name of its own");
    for entry in ENTRIES {
        assert!(entry.help.ends_with('.') && !entry.keys.is_empty() && !entry.works_in.is_empty(), "{}", entry.name);
        assert!(!matches!(entry.action, Action::Quit) || entry.name == "quit");
    }
}

#[test]
fn the_glossary_explains_every_sign() {
    let explained = |sign: &str| GLOSSARY.iter().any(|(label, _)| label.contains(sign));
    for verdict in [Verdict::Met, Verdict::AtRisk, Verdict::Unknown, Verdict::Breached, Verdict::Split] {
        assert!(explained(verdict.words()), "{verdict}");
        assert!(explained(drdeck::console::mark::glyph(verdict)), "{verdict}");
    }
    let heads = row(&Stage::observed((200, 24), outage()).buffer("default"), 1);
    for word in heads.split_whitespace() {
        let plain = ["SYSTEM", "VERDICT", "STRATEGY", "DEPENDS", "ON", "FIRST", "REASON", "now/goal", "proven/goal"];
        assert!(plain.contains(&word) || explained(word), "{word}");
    }
    for word in ["READ-ONLY", "DEMO", "r53", "slow", "·3m", "…", "use1"] {
        assert!(explained(word), "{word}");
    }
}
