//! The shop out of a lost Region and home again, as the screen shows it: the engine's core before the simulated shop, whose clock stands still but
//! where it is let pass, and the console before its views. The same in pictures for the README.

use std::sync::Arc;
use std::time::Duration;

use drdeck::console::Event;
use drdeck::console::run::{Begun, Offer, Offered, Seat};
use drdeck::demo;
use drdeck::engine::core::{Holding, Stage, View};
use drdeck::journal::Verdict;
use drdeck::journal::history::History;
use drdeck::model::{Assessment, Span};
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use crate::console_stage::Stage as Screen;
use crate::crash_shop::Shop;
use crate::fixture_assessment::{calm, outage};
use crate::screenshots::hold;
use crate::sim_kit;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (140, 40);

/// us-east-1 serves nobody for four hours; its APIs answer, so that nothing has to be waited for that dies by silence.
const OUTAGE: &str = r#"
[[act]]
at = "2m"
until = "4h"
fault.outage = { site = "us-east-1" }
"#;

fn text(name: &str) -> &'static str {
    demo::RUNBOOKS.iter().find(|(known, _)| *known == name).unwrap().1
}

/// The run, and a console of either size that sees it.
struct Play {
    shop: Shop,
    small: Screen,
    large: Screen,
}

impl Play {
    fn begin(mut shop: Shop, around: fn() -> Assessment) -> Self {
        // What there is to do is known before anybody looks.
        shop.goes_on(|view| view.steps.iter().any(|step| matches!(step.stage, Stage::Card(_))), |_, _| ());
        let mut play =
            Self { shop, small: Screen::observed(SMALL, around()), large: Screen::observed(LARGE, around()) };
        let view = Arc::new(play.shop.view());
        for screen in [&mut play.small, &mut play.large] {
            let begun = Begun { view: Arc::clone(&view), history: Arc::new(History::new()) };
            screen.event(Event::Begun(Ok(Box::new(begun))));
        }
        play.sees(around);
        play
    }

    /// The consoles take up how the run stands, at the run's time.
    fn sees(&mut self, around: fn() -> Assessment) {
        let view = Arc::new(self.shop.view());
        for screen in [&mut self.small, &mut self.large] {
            let mut assessment = Assessment { now: view.at, ..around() };
            if let Some(who) = &mut assessment.identity.value {
                who.expires = None;
            }
            screen.observe(assessment);
            screen.event(Event::Run { seat: Seat::Driver, view: Arc::clone(&view) });
        }
    }

    /// Goes on until the person would confirm that step next.
    fn comes_to(&mut self, id: &str, around: fn() -> Assessment) {
        let next = |view: &View| {
            let waits = |stage: &Stage| matches!(stage, Stage::Card(card) if card.blocker().is_none());
            view.steps.iter().find(|step| waits(&step.stage)).is_some_and(|step| step.id == id)
        };
        self.shop.goes_on(next, |_, _| ());
        assert!(next(&self.shop.view()), "{id} never waited for anybody");
        self.sees(around);
    }

    fn ends(&mut self, around: fn() -> Assessment) {
        self.shop.goes_on(|_| false, |_, _| ());
        assert_eq!(self.shop.view().holding, Holding::Closed(Verdict::Finished));
        self.sees(around);
    }

    fn keys(&mut self, keys: &str) {
        for screen in [&mut self.small, &mut self.large] {
            for key in keys.split(' ') {
                screen.keys(key);
            }
        }
    }

    /// A moment without any key.
    fn wait(&mut self) {
        for screen in [&mut self.small, &mut self.large] {
            screen.now += Duration::from_millis(301);
            screen.event(Event::Tick);
        }
    }

    fn snapshot(&self, name: &str) {
        snapshot(name, &self.small.buffer("default"));
    }

    fn picture(&self, name: &str, title: &str) {
        hold(name, title, &self.large.buffer("default"));
    }
}

fn snapshot(name: &str, buffer: &Buffer) {
    insta::assert_snapshot!(format!("shop_{name}"), format!("{buffer:?}"));
}

/// From the red overview to the question that arms a run of all Systems.
#[test]
fn a_run_of_the_whole_shop_is_armed_from_the_red_overview() {
    let mut screen = Screen::observed(SMALL, outage());
    snapshot("1_overview_red", &screen.buffer("default"));
    screen.keys("x");
    let simulator = sim_kit::simulator(demo::ESTATE, "");
    let whole = Shop::begin(simulator, "shop-failover", text("shop-failover")).view().runbook;
    let simulator = sim_kit::simulator(demo::ESTATE, "");
    let own = Shop::begin(simulator, "storefront-failover", text("storefront-failover")).view().runbook;
    let offer = |runbook: Arc<drdeck::runbook::Runbook>| Offer {
        name: runbook.name.clone(),
        runbook: Ok(runbook),
        unfinished: None,
    };
    let runbooks = vec![offer(whole), offer(own)];
    screen.event(Event::Offered(Box::new(Offered { system: "storefront".to_owned(), runbooks, error: None })));
    screen.keys("j j j");
    snapshot("2_menu", &screen.buffer("default"));
    screen.keys("Enter");
    snapshot("3_arming", &screen.buffer("default"));
}

#[test]
fn the_shop_moves_and_comes_home_on_the_screen() {
    let simulator = sim_kit::simulator(demo::ESTATE, OUTAGE);
    sim_kit::at(&simulator, "6m");
    let mut play = Play::begin(Shop::begin(simulator, "shop-failover", text("shop-failover")), outage);
    play.snapshot("4_begun");

    play.comes_to("orders/promote-replica", outage);
    play.keys("Enter G x");
    play.wait();
    play.snapshot("5_one_way");
    play.picture("run-one-way", "drdeck: what cannot be undone wants the System's name typed");
    play.keys("Esc Esc");

    play.comes_to("storefront/scale-up-web", outage);
    play.snapshot("6_steps");
    play.picture("run-steps", "drdeck: eight Systems moved in one run, each with its own clocks");
    play.keys("Enter");
    play.snapshot("7_card");
    play.picture("run-card", "drdeck: the card of a step, read to its end before it can be confirmed");
    play.keys("G");
    play.snapshot("7_card_end");
    play.keys("Esc");

    play.comes_to("storefront/fail-over-aurora", outage);
    play.keys("Enter G x");
    play.wait();
    play.snapshot("8_loss");
    play.keys("Esc Esc");

    play.comes_to("order-something", outage);
    play.snapshot("9_served");
    play.picture("run-served", "drdeck: users are served again, and how far protection is away");

    play.ends(outage);
    play.snapshot("10_protected");
    play.picture("run-protected", "drdeck: every System could fail over again");
    // Had one been too late, neither figure nor words would be green.
    let mut late = play.shop.view();
    let storefront = late.parts.iter_mut().find(|part| part.system == "storefront").unwrap();
    storefront.clocks.unserved = storefront.clocks.rto.map(|rto| rto + Span::from_secs(1));
    play.small.event(Event::Run { seat: Seat::Driver, view: Arc::new(late) });
    let screen = play.small.buffer("default");
    let row: Vec<_> = (0..SMALL.0).map(|x| &screen[(x, 2)]).collect();
    let words: String = row.iter().map(|cell| cell.symbol()).collect();
    assert!(words.contains("· 1 of 8 missed their RTO: storefront "), "{words}");
    assert!(row.iter().all(|cell| cell.fg != Color::Green), "{words}");

    let simulator = play.shop.leave();
    sim_kit::at(&simulator, "30h");
    let mut play = Play::begin(Shop::begin(simulator, "shop-failback", text("shop-failback")), calm);
    play.snapshot("11_way_home");
    play.ends(calm);
    play.snapshot("12_home");
}
