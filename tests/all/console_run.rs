//! Runs on the screen: begun, driven and left by keys alone; and what no key may do. The run is the engine's core in a made-up AWS.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyEventState, KeyModifiers};
use drdeck::console::action::Context;
use drdeck::console::run::{Begun, How, Offer, Offered, Seat};
use drdeck::console::{Command, Event};
use drdeck::engine::Stage;
use drdeck::engine::core::Order;
use drdeck::journal::history::History;
use drdeck::model::Text;
use drdeck::model::facts::drs::ReplicationState;
use drdeck::runbook::{Mode, Phase, Step, parse};
use ratatui::buffer::Buffer;

use crate::console_stage::{Stage as Screen, text};
use crate::engine_world::{Fate, World, manual, runbook, scale};
use crate::fixture_assessment::outage;

const NARROW: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

/// A console and the run that it drives.
struct Play {
    screen: Screen,
    world: World,
}

fn steps() -> Vec<Step> {
    let mut web = scale("scale-up-web", &[0], Phase::Execute);
    web.title = Text::new("Start the web servers in us-west-2");
    web.text = Text::new("From here on it costs money. Look at the capacity first.");
    web.on_failure = Some(Text::new("Ask for another instance type, then retry."));
    vec![
        manual("declare", &[], Phase::Decide),
        web,
        manual("look", &[1], Phase::Verify),
        scale("home", &[2], Phase::Return),
    ]
}

impl Play {
    fn of(size: (u16, u16), mode: Mode, steps: Vec<Step>) -> Self {
        let mut world = World::new(runbook(steps), mode);
        world.quiet();
        let mut play = Self { screen: Screen::observed(size, outage()), world };
        let view = Arc::new(play.world.view());
        play.screen.event(Event::Begun(Ok(Box::new(Begun { view, history: Arc::new(History::new()) }))));
        play
    }

    fn new(size: (u16, u16)) -> Self {
        Self::of(size, Mode::Live, steps())
    }

    /// The run at the card of the Auto Scaling group.
    fn at_web(size: (u16, u16)) -> Self {
        let mut play = Self::new(size);
        play.world.confirm("declare").unwrap();
        play.show();
        play
    }

    /// Gives the newest View to the console, as the event loop does.
    fn show(&mut self) -> Vec<Command> {
        self.world.quiet();
        let view = Arc::new(self.world.view());
        self.screen.event(Event::Run { seat: Seat::Driver, view })
    }

    /// Presses keys, one after the other without a pause, and carries out what they order.
    fn keys(&mut self, keys: &str) -> Vec<Command> {
        let commands = self.screen.keys(keys);
        for command in &commands {
            if let Command::Order(order) = command {
                let number = self.world.order(order.clone());
                self.world.quiet();
                self.screen.event(Event::Ordered(number));
            }
        }
        self.show();
        commands
    }

    fn wait(&mut self, milliseconds: u64) {
        self.screen.now += Duration::from_millis(milliseconds);
        self.screen.event(Event::Tick);
    }

    fn context(&self) -> Context {
        self.screen.app.situation().context
    }

    fn text(&self) -> String {
        self.screen.text()
    }

    fn stage(&self, id: &str) -> Stage {
        self.world.view().steps.iter().find(|step| step.id == id).unwrap().stage.clone()
    }

    /// Opens the card under the cursor and reads it to its end.
    fn read(&mut self) {
        self.keys("Enter");
        for _ in 0..20 {
            self.keys("PgDn");
        }
    }
}

fn snapshot(name: &str, buffer: &Buffer) {
    insta::assert_snapshot!(name, format!("{buffer:?}"));
}

#[test]
fn a_run_is_driven_by_keys_alone() {
    let mut play = Play::new(NARROW);
    assert_eq!(play.context(), Context::Runbook);
    for id in ["declare", "scale-up-web"] {
        assert!(matches!(play.stage(id), Stage::Card(_)), "{id}: {:?}", play.stage(id));
        play.read();
        play.keys("x");
        assert_eq!(play.context(), Context::Confirm, "{}", play.text());
        play.wait(301);
        play.keys("y");
        assert_eq!(play.context(), Context::Step, "{}", play.text());
        play.world.passes(60);
        play.show();
        assert!(matches!(play.stage(id), Stage::Done { .. }), "{id}: {:?}", play.stage(id));
        play.keys("Esc");
    }
    assert_eq!(play.world.applied.len(), 1);
}

#[test]
fn a_card_is_confirmed_only_after_its_end_was_seen() {
    let mut play = Play::at_web(NARROW);
    play.keys("x");
    assert_eq!(play.context(), Context::Runbook, "the card was not opened");
    assert!(play.text().contains("read its card to the end first"), "{}", play.text());
    play.keys("Enter");
    assert!(play.text().contains("lines more"), "{}", play.text());
    play.wait(10_000);
    play.keys("x");
    assert_eq!(play.context(), Context::Step, "its end is below");
    play.keys("G x");
    assert_eq!(play.context(), Context::Confirm);
}

#[test]
fn what_is_typed_ahead_repeated_or_pasted_confirms_nothing() {
    let mut play = Play::at_web(NARROW);
    play.read();
    // Typed ahead.
    play.keys("x y y");
    assert_eq!(play.context(), Context::Confirm);
    // Held down: keyboards begin to repeat after half a second, and terminals do not tell.
    for _ in 0..20 {
        play.wait(500);
        play.keys("y");
    }
    // Held down, where the terminal tells.
    play.wait(5_000);
    let repeated = KeyEvent {
        code: KeyCode::Char('y'),
        modifiers: KeyModifiers::NONE,
        kind: KeyEventKind::Repeat,
        state: KeyEventState::NONE,
    };
    assert_eq!(play.screen.event(Event::Key(repeated)), []);
    // Pasted.
    play.wait(5_000);
    assert_eq!(play.screen.event(Event::Paste("y".to_owned())), []);
    play.keys("y");
    assert_eq!(play.context(), Context::Confirm, "too soon after that");
    // While the terminal changes its size.
    play.wait(5_000);
    play.screen.resize((100, 30));
    play.keys("y");
    assert_eq!(play.context(), Context::Confirm);
    // A doubled letter, and Enter, which is Cancel.
    play.wait(5_000);
    play.keys("x");
    assert_eq!(play.context(), Context::Confirm);
    play.wait(5_000);
    play.keys("Enter");
    assert_eq!(play.context(), Context::Step);
    assert!(matches!(play.stage("scale-up-web"), Stage::Card(_)), "nothing was confirmed");
    assert!(play.world.sent.is_empty());
    // And one that is meant.
    play.keys("x");
    play.wait(301);
    play.keys("y");
    assert_eq!(play.world.sent.len(), 1);
}

/// A step of that kind with those keys, as a runbook writes it.
fn written(kind: &str, keys: &str) -> Step {
    let text = format!(
        "system = \"shop\"\ndirection = \"failover\"\nversion = \"1\"\nowner = \"us\"\nsummary = \"there\"\nregions = [\"us-west-2\"]\n\
         [[step]]\nid = \"it\"\nkind = \"{kind}\"\nphase = \"execute\"\ntitle = \"Do it\"\nestimate = \"1m\"\n{keys}\n"
    );
    let runbook = parse::parse(&text, Path::new("shop-failover.toml"), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    runbook.steps[0].clone()
}

fn one_way() -> Play {
    let step = written("drs-stop-replication", "region = \"us-west-2\"\nservers = [\"s-0000000000000000a\"]");
    let mut play = Play::of(NARROW, Mode::Live, vec![step]);
    play.world.servers.insert("s-0000000000000000a".to_owned(), ReplicationState::Continuous);
    play.keys("r");
    play.world.passes(40);
    play.show();
    play
}

#[test]
fn what_cannot_be_undone_wants_the_systems_name_typed() {
    let mut play = one_way();
    assert!(matches!(&play.stage("it"), Stage::Card(card) if card.blocker().is_none()), "{:?}", play.stage("it"));
    play.read();
    // Typed ahead: nothing of it is heard.
    play.keys("x \"shop\" Enter");
    assert_eq!(play.context(), Context::Form);
    assert!(!play.text().contains("type shop   shop"), "{}", play.text());
    // Pasted.
    play.wait(1_001);
    play.screen.event(Event::Paste("shop".to_owned()));
    play.keys("Enter");
    assert_eq!(play.context(), Context::Form);
    assert!(play.world.sent.is_empty());
    // Another name; and yes is no name.
    play.wait(1_001);
    play.keys("\"shops\" Enter");
    assert!(play.text().contains("\"shops\" is not shop; nothing was done"), "{}", play.text());
    play.keys("Ctrl-u \"y\" Enter");
    assert!(play.world.sent.is_empty());
    play.keys("Ctrl-u \"shop\" Enter");
    assert_eq!(play.world.sent.len(), 1, "{}", play.text());
}

#[test]
fn a_plan_that_changes_closes_the_question_and_says_what_changed() {
    let mut play = Play::at_web(NARROW);
    play.read();
    play.keys("x");
    assert_eq!(play.context(), Context::Confirm);
    play.world.groups.get_mut("scale-up-web").unwrap().max = 9;
    play.world.passes(35);
    play.show();
    assert!(play.text().contains("It changed"), "{}", play.text());
    assert!(play.text().contains("The card has changed since you read it"), "{}", play.text());
    play.wait(5_000);
    play.keys("y");
    assert!(play.world.sent.is_empty());
    assert!(play.text().contains("It changed"), "it is put away by Esc alone");
    play.keys("Esc x");
    assert_eq!(play.context(), Context::Step, "it has to be read to its end again");
}

#[test]
fn a_request_in_doubt_is_shown_side_by_side_and_resolved_in_words() {
    let mut play = Play::at_web(NARROW);
    play.world.fates.push_back(Fate::ResetBefore);
    play.world.dark = false;
    play.world.confirm("scale-up-web").unwrap();
    play.world.passes(3);
    play.show();
    play.keys("g j Enter");
    let shown = play.text();
    assert!(matches!(play.stage("scale-up-web"), Stage::InDoubt(_)), "{:?}", play.stage("scale-up-web"));
    assert!(shown.contains("WAS ASKED") && shown.contains("AWS SHOWS"), "{shown}");
    assert!(shown.contains("the connection was reset"), "{shown}");
    snapshot("run_in_doubt_80x24", &play.screen.buffer("default"));
    play.keys("x");
    play.wait(301);
    play.keys("\"perhaps\" Enter \"because\" Enter");
    assert!(play.text().contains("say applied, or not-applied"), "{}", play.text());
    play.keys("Ctrl-u \"not-applied\" Enter Enter");
    assert!(matches!(play.stage("scale-up-web"), Stage::Card(_) | Stage::Planning), "{:?}", play.stage("scale-up-web"));
}

#[test]
fn a_decision_says_since_when() {
    let mut play = Play::of(NARROW, Mode::Live, vec![written("decision", "declares = \"us-east-1 is lost\"")]);
    play.read();
    play.keys("e Ctrl-u \"12m\" Enter \"4h\" Enter x");
    play.wait(301);
    let commands = play.keys("y");
    let began = play.world.now - drdeck::model::Span::from_mins(12);
    assert!(
        matches!(&commands[..], [Command::Order(Order::Decide { began: said, repair: Some(_), .. }), Command::Order(Order::Confirm { .. })] if *said == began),
        "{commands:?}"
    );
}

#[test]
fn leaving_asks_first_and_pauses() {
    let mut play = Play::at_web(NARROW);
    play.keys("Esc");
    assert_eq!(play.context(), Context::Systems);
    assert_eq!(play.keys("q"), []);
    assert_eq!(play.context(), Context::Confirm);
    play.wait(301);
    play.keys("Enter");
    assert_eq!(play.context(), Context::Systems, "Enter stays");
    assert_eq!(play.keys("Ctrl-c"), []);
    play.wait(301);
    let commands = play.screen.keys("y");
    assert!(matches!(&commands[..], [Command::Order(Order::Pause { .. })]), "{commands:?}");
    assert_eq!(play.show(), [], "the run is still on");
    let Some(Command::Order(order)) = commands.into_iter().next() else { unreachable!() };
    play.world.order(order);
    assert_eq!(play.show(), [Command::Quit]);
}

#[test]
fn who_asks_twice_leaves_at_once() {
    let mut play = Play::at_web(NARROW);
    play.keys("Ctrl-c");
    play.wait(301);
    play.screen.keys("y");
    assert_eq!(play.screen.keys("Ctrl-c"), [Command::Quit]);
}

#[test]
fn an_observer_sees_it_all_and_drives_nothing() {
    let mut screen = Screen::observed(NARROW, outage());
    let mut world = World::new(runbook(steps()), Mode::Live);
    world.quiet();
    let seat = Seat::Observer(Text::new("driven by alice in process 4711"));
    screen.event(Event::Run { seat, view: Arc::new(world.view()) });
    assert!(screen.text().contains("OBSERVER, alice drives"), "{}", screen.text());
    screen.keys("7");
    assert!(screen.text().contains("OBSERVER"), "{}", screen.text());
    for key in ["x", "s", "r", "n", "p", "A", "e"] {
        assert_eq!(screen.keys(key), [], "{key}");
        assert_eq!(screen.app.situation().context, Context::Runbook, "{key}");
    }
    assert!(screen.text().contains("another console drives"), "{}", screen.text());
    screen.keys("Enter");
    assert_eq!(screen.app.situation().context, Context::Step);
    assert_eq!(screen.keys("Esc Esc q"), [Command::Quit], "an observer just leaves");
}

fn offered() -> Offered {
    Offered {
        system: "storefront".to_owned(),
        runbooks: vec![
            Offer {
                name: "storefront-failover".to_owned(),
                runbook: Ok(Arc::new(drdeck::runbook::Runbook {
                    system: "storefront".to_owned(),
                    name: "storefront-failover".to_owned(),
                    ..(*runbook(steps())).clone()
                })),
                unfinished: None,
            },
            Offer {
                name: "storefront-broken".to_owned(),
                runbook: Err(Text::new("storefront-broken.toml:3:1: unknown key \"colour\"")),
                unfinished: None,
            },
        ],
        error: None,
    }
}

#[test]
fn nothing_is_begun_without_naming_the_system() {
    let mut screen = Screen::observed(NARROW, outage());
    assert_eq!(screen.keys("x"), [Command::Offer("storefront".to_owned())]);
    assert!(screen.text().contains("Reading the runbooks"), "{}", screen.text());
    screen.event(Event::Offered(Box::new(offered())));
    snapshot("run_menu_80x24", &screen.buffer("default"));
    screen.keys("Enter");
    snapshot("run_arming_live_80x24", &screen.buffer("default"));
    // Typed ahead.
    assert_eq!(screen.keys("\"INC-1\" Enter \"bob\" Enter \"storefront\" Enter"), []);
    screen.now += Duration::from_millis(1_001);
    assert_eq!(screen.keys("\"INC-1\" Enter Enter"), []);
    assert!(screen.text().contains("others may share this identity"), "{}", screen.text());
    assert_eq!(screen.keys("\"bob\" Enter \"orders\" Enter"), []);
    assert!(screen.text().contains("\"orders\" is not storefront; nothing was done"), "{}", screen.text());
    let commands = screen.keys("Ctrl-u \"storefront\" Enter");
    let [Command::Begin(beginning)] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!(beginning.runbook, "storefront-failover");
    assert_eq!(beginning.incident.as_ref().map(Text::as_str), Some("INC-1"));
    assert_eq!(beginning.operator.as_str(), "bob");
    assert!(matches!(beginning.how, How::New { mode: Mode::Live, began: Some(_), instead: None }), "{beginning:?}");
    screen.event(Event::Begun(Err(Text::new("storefront is driven by bob in run 01ARZ3NDEKTSV4RRFFQ69G5FAV"))));
    assert!(screen.text().contains("driven by bob"), "{}", screen.text());
}

#[test]
fn a_drill_and_a_tabletop_are_begun_by_their_own_words() {
    for (keys, word, mode) in [("j", "drill", Mode::Drill), ("j j", "tabletop", Mode::Tabletop)] {
        let mut screen = Screen::observed(NARROW, outage());
        screen.keys("x");
        screen.event(Event::Offered(Box::new(offered())));
        screen.keys(keys);
        screen.keys("Enter");
        screen.now += Duration::from_millis(1_001);
        let commands = screen.keys(&format!("Enter \"bob\" Enter \"{word}\" Enter"));
        assert!(matches!(&commands[..], [Command::Begin(beginning)] if beginning.how.mode() == mode), "{commands:?}");
    }
}

#[test]
fn a_runbook_that_cannot_be_used_says_why() {
    let mut screen = Screen::observed(NARROW, outage());
    screen.keys("x");
    screen.event(Event::Offered(Box::new(offered())));
    screen.keys("G Enter");
    assert!(screen.text().contains("storefront-broken.toml:3:1"), "{}", screen.text());
    assert_eq!(screen.app.situation().context, Context::Menu);
}

#[test]
fn a_run_has_a_line_of_its_own_on_every_other_screen() {
    let mut play = Play::at_web(NARROW);
    for keys in ["1", "3", "4", "5", "6", "8", "0", "1 Enter"] {
        play.screen.keys(keys);
        let row = crate::console_stage::row(&play.screen.buffer("default"), 1);
        assert!(row.starts_with(" LIVE  shop-failover 2/4 scale-up-web ▶ YOUR TURN · RTO 13m left"), "{keys}: {row}");
    }
    snapshot("run_line_80x24", &play.screen.buffer("default"));
    play.screen.keys("7");
    assert!(text(&play.screen.buffer("default")).contains("NOT SERVED"));
}

#[test]
fn the_runbook_screen_at_both_sizes_and_in_every_theme() {
    for (size, suffix) in [(NARROW, "80x24"), (WIDE, "120x40")] {
        let mut play = Play::at_web(size);
        snapshot(&format!("run_steps_{suffix}"), &play.screen.buffer("default"));
        play.keys("Enter");
        snapshot(&format!("run_card_{suffix}"), &play.screen.buffer("default"));
        play.keys("G");
        snapshot(&format!("run_card_end_{suffix}"), &play.screen.buffer("default"));
        play.keys("x");
        snapshot(&format!("run_confirm_early_{suffix}"), &play.screen.buffer("default"));
        play.wait(301);
        snapshot(&format!("run_confirm_{suffix}"), &play.screen.buffer("default"));
        play.keys("y");
        play.world.passes(2);
        play.show();
        snapshot(&format!("run_running_{suffix}"), &play.screen.buffer("default"));
    }
    for theme in ["no-color", "colour-blind-safe", "high-contrast"] {
        let play = Play::at_web(NARROW);
        snapshot(&format!("run_steps_{theme}"), &play.screen.buffer(theme));
    }
}

/// The frame, the word and the colour: two of them without colours.
#[test]
fn the_modes_cannot_be_mistaken() {
    let mut seen = Vec::new();
    for mode in [Mode::Live, Mode::Drill, Mode::Tabletop] {
        let play = Play::of(NARROW, mode, steps());
        let plain = text(&play.screen.buffer("no-color"));
        let rows: Vec<&str> = plain.lines().collect();
        let frame: String = rows[2].chars().take(1).collect();
        let word = mode.as_str().to_uppercase();
        assert!(rows[0].starts_with(&format!(" {word} ")), "{plain}");
        assert!(rows[1].contains(&format!(" {word} ")) && rows[22].contains(&format!(" {word} ")), "{plain}");
        let colour = play.screen.buffer("default")[(0, 2)].fg;
        assert!(seen.iter().all(|(other, with)| *other != frame && *with != colour), "{mode:?}: {frame} {colour:?}");
        seen.push((frame, colour));
    }
}

#[test]
fn a_step_past_its_worst_time_is_stuck_with_the_last_state_seen() {
    let mut play = Play::at_web(NARROW);
    play.world.fates.push_back(Fate::Applied);
    play.world.confirm("scale-up-web").unwrap();
    // It never comes into service.
    for _ in 0..300 {
        play.world.now += drdeck::model::Span::from_secs(1);
        play.world.happens(drdeck::engine::core::Event::Tick);
        play.world.quiet();
    }
    play.show();
    play.keys("g j Enter");
    let shown = play.text();
    assert!(shown.contains("▲ STUCK") && shown.contains("SEEN LAST"), "{shown}");
    assert!(shown.contains("Ask for another instance type, then retry."), "{shown}");
    snapshot("run_stuck_80x24", &play.screen.buffer("default"));
}

#[test]
fn a_defect_of_the_engine_leaves_the_screen_read_only() {
    let mut play = Play::at_web(NARROW);
    play.read();
    let view = play.world.view().after_a_defect();
    play.screen.event(Event::Run { seat: Seat::Driver, view: Arc::new(view) });
    let run = play.world.view().run.id;
    play.screen.event(Event::RunOver(run));
    assert!(play.text().contains("the engine has stopped by a defect"), "{}", play.text());
    assert_eq!(play.screen.keys("x"), []);
    assert_eq!(play.context(), Context::Step);
}
