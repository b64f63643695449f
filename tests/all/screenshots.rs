//! The pictures of the README are what a terminal gets: the built-in shop on a simulator with a frozen clock, read through the SDK, judged and
//! drawn. `UPDATE_SCREENSHOTS=1` writes them anew.
//!
//! What would differ each time is not in them: the simulator's ports stand as a company's own names, and calls are not counted.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use drdeck::{
    console::{Event, Start},
    demo,
    journal::history,
    model::{
        self, Estate, Events, Query, Reading, Snapshot, Span, Text,
        events::{self, Names},
        facts::Answer,
    },
    observe::{Before, Observation, once_after},
    runbook::parse,
};
use ratatui::buffer::Buffer;

use crate::console_stage::{Stage, row};
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

const SMALL: (u16, u16) = (80, 24);
/// For lists: the shop's are not long.
const WIDE: (u16, u16) = (120, 30);
const LARGE: (u16, u16) = (120, 40);

/// A built-in scenario.
fn scenario(name: &str) -> &'static str {
    demo::SCENARIOS.iter().find(|(known, _)| *known == name).unwrap().1
}

/// What the shop's pages would be called: `https://us-east-1.orders.shop.example/health`.
fn named(url: &str) -> String {
    let (_, path) = url.split_once("/_site/").unwrap();
    let [site, system, page] = path.split('/').collect::<Vec<_>>()[..] else { panic!("{url}") };
    format!("https://{site}.{system}.shop.example/{page}")
}

/// A shop whose pages have names.
fn named_estate(estate: &Estate) -> Estate {
    let mut estate = estate.clone();
    for probe in estate.systems.iter_mut().flat_map(|system| &mut system.probes) {
        probe.url = named(&probe.url);
    }
    estate
}

/// The readings, without a port of this machine.
fn named_snapshot(snapshot: &Snapshot) -> Snapshot {
    let named_reading = |(query, reading): (&Arc<Query>, &Reading<Arc<Answer>>)| {
        let mut reading = reading.clone();
        if let Some(Answer::DnsAnswer(answer)) = reading.value.as_deref() {
            let mut answer = answer.clone();
            answer.server = Text::new("192.0.2.53:53");
            reading.value = Some(Arc::new(Answer::DnsAnswer(answer)));
        }
        match &**query {
            Query::Probe(place, url) => (Arc::new(Query::Probe(place.clone(), named(url))), reading),
            _ => (Arc::clone(query), reading),
        }
    };
    Snapshot { readings: snapshot.readings.iter().map(named_reading).collect(), ..snapshot.clone() }
}

/// The shop, and what was seen of it one time after the other.
struct Seen {
    shop: Shop,
    estate: Arc<Estate>,
    last: Option<Observation>,
    story: Vec<model::Event>,
}

impl Seen {
    fn of(scenario: &str) -> Self {
        let shop = Shop::open(scenario);
        let estate = Arc::new(named_estate(&shop.estate));
        Self { shop, estate, last: None, story: Vec::new() }
    }

    /// Everything read once `time` has passed, and what happened meanwhile.
    fn look(mut self, time: Span) -> Self {
        self.shop.pass(time);
        let mut settings = self.shop.settings.clone();
        settings.access.timeout = Duration::from_secs(20);
        // Nobody has run anything yet, but the runbooks are there.
        let file = |name: &str| PathBuf::from(format!("{name}.toml"));
        let runbooks = demo::RUNBOOKS.iter().map(|(name, text)| parse::parse(text, &file(name), &[]).unwrap());
        let recoveries = history::recoveries(&[], &runbooks.collect::<Vec<_>>());
        let known = || Before { recoveries: recoveries.clone(), ..Before::default() };
        let look =
            || once_after(settings.clone(), Arc::clone(&self.shop.estate), Duration::from_secs(60), known()).unwrap();
        // The clock stands still: on a machine that is too busy to answer in time the next look sees the same.
        let seen = std::iter::repeat_with(look)
            .take(10)
            .find(|seen| seen.snapshot.readings.values().all(|reading| reading.failing.is_none()));
        let seen = seen.expect("something never answered");
        let snapshot = named_snapshot(&seen.snapshot);
        let assessment = model::assess(&self.estate, &snapshot, seen.assessment.now);
        self.story.extend(match &self.last {
            None => events::at_first(&assessment),
            Some(before) => events::changes(&before.assessment, &assessment),
        });
        let names = Names::of(&self.estate);
        for query in snapshot.readings.keys().filter(|query| events::tells(query)) {
            self.story.extend(events::told(&names, query, &snapshot));
        }
        let mut known = BTreeSet::new();
        self.story.retain(|event| known.insert(event.id()));
        let entries = events::fold(self.story.clone(), assessment.now);
        self.last = Some(Observation {
            assessment: Arc::new(assessment),
            snapshot: Arc::new(snapshot),
            events: Arc::new(Events { entries }),
            ..seen
        });
        self
    }

    /// What a terminal of this size shows after these keys.
    fn screen(&self, keys: &str, size: (u16, u16), theme: &str) -> Buffer {
        let seen = self.last.as_ref().unwrap();
        let mut stage = Stage::start(size, Start::Watch(Arc::clone(&self.estate)));
        stage.now = seen.clock.anchor;
        stage.event(Event::Observed(seen.clone()));
        stage.keys(keys);
        uncounted(stage.buffer(theme))
    }

    /// Holds the picture of what the default theme shows.
    fn hold(&self, name: &str, title: &str, keys: &str, size: (u16, u16)) {
        hold(name, title, &self.screen(keys, size, "default"));
    }
}

/// The overview counts the calls; each new reading would change every picture of it.
fn uncounted(mut screen: Buffer) -> Buffer {
    let status = screen.area.height - 2;
    let text = row(&screen, status);
    if let Some((counted, _)) = text.split_once(" calls $") {
        let (before, _) = counted.rsplit_once(" · ").unwrap();
        for x in u16::try_from(before.chars().count()).unwrap()..screen.area.width {
            screen[(x, status)].set_symbol(" ");
        }
    }
    screen
}

/// Compares the picture with the one in the repository.
pub(crate) fn hold(name: &str, title: &str, screen: &Buffer) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots").join(format!("{name}.svg"));
    let picture = picture(screen, title);
    for differs in ["127.0.0.1", "localhost", " calls "] {
        assert!(!picture.contains(differs), "screenshots/{name}.svg would have `{differs}` in it");
    }
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
fn before_anything_was_read() {
    let stage = Stage::start(SMALL, Start::NoConfig("~/.config/drdeck/config.toml".to_owned()));
    hold("welcome", "drdeck: no config yet", &stage.buffer("default"));
}

#[test]
fn a_calm_day() {
    let calm = Seen::of(scenario("calm")).look(Span::ZERO);
    calm.hold("systems", "drdeck: all systems of a shop on a calm day", "", SMALL);
    calm.hold("system", "drdeck: one system, its components and their evidence", "G Enter", LARGE);
    calm.hold("help", "drdeck: the keys of the overview", "?", SMALL);
    calm.hold("palette", "drdeck: an action, a system or a theme by part of its name", ": \"or\"", SMALL);
}

#[test]
fn an_outage_of_a_region() {
    let outage = Seen::of(OUTAGE).look(Span::from_secs(60)).look(Span::from_secs(3 * 60 + 30));
    outage.hold("region-outage", "drdeck: us-east-1 serves nobody", "", LARGE);
    for theme in ["high-contrast", "colour-blind-safe", "no-color"] {
        hold(
            &format!("region-outage-{theme}"),
            &format!("drdeck: the theme {theme}"),
            &outage.screen("", SMALL, theme),
        );
    }
    outage.hold("system-outage", "drdeck: a system whose users are not served", "j Enter", LARGE);
    outage.hold("health-checks", "drdeck: the health checks while us-east-1 is gone", "6", WIDE);
    outage.hold("health-records", "drdeck: where DNS sends users, and why", "6 ]", SMALL);
    outage.hold("health-record", "drdeck: why one name is answered as it is", "6 ] j j Enter", LARGE);
    let outage = outage.look(Span::from_secs(90));
    outage.hold("events", "drdeck: what happened, newest first", "0", LARGE);
}

#[test]
fn replication_that_falls_apart() {
    let stall = Seen::of(scenario("replication-stall")).look(Span::from_mins(25));
    stall.hold("replication", "drdeck: all that replicates, worst first", "3", WIDE);
    stall.hold("replication-server", "drdeck: a server that DRS does not hear of", "3 j Enter", LARGE);
    stall.hold("databases", "drdeck: the databases, their lags and how far back they can be restored", "5", WIDE);
}

#[test]
fn copies_that_fail() {
    let failing = Seen::of(scenario("copy-failure")).look(Span::ZERO);
    failing.hold("backups", "drdeck: what is protected, overdue first", "4", SMALL);
    failing.hold("backups-copies", "drdeck: the copies of backups, failed ones first", "4 ] ]", WIDE);
    failing.hold("backups-copy", "drdeck: why a copy failed", "4 ] ] Enter", WIDE);
}
