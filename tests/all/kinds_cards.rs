//! The card of every kind of step on a terminal of 80 by 24, page by page as a person turns them: a step of each kind, from the rows of
//! `never_table`, on what is read of the simulated shop, whose clock stands still. Everything that has to be known before confirming stands on each,
//! in its order.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use drdeck::config;
use drdeck::console::Event as Shown;
use drdeck::console::run::Begun;
use drdeck::demo;
use drdeck::engine::Stage;
use drdeck::engine::core::{Effect, Event, Inquiry, Order, State, step};
use drdeck::journal::history::History;
use drdeck::journal::{Identity, Objectives, Record};
use drdeck::look::Contact;
use drdeck::model::{Failure, FailureKind, Moment, Query, Reading, Snapshot, Span, Text};
use drdeck::runbook::{Kind, Mode, RunId, World, parse};

use crate::aws_stub::session_at;
use crate::console_stage::Stage as Screen;
use crate::engine_world::{entry, person, session};
use crate::fixture_assessment::outage;
use crate::never_table::Row;
use crate::sim_kit;

/// One step of each kind, none of which waits for another.
fn runbook() -> String {
    let mut text = String::from(
        "system = \"shop\"\ndirection = \"failover\"\nversion = \"1\"\nowner = \"us\"\nsummary = \"One of each kind.\"\n\
         regions = [\"us-east-1\", \"us-west-2\", \"us-east-2\"]\n",
    );
    for entry in Kind::ALL {
        let keys = Row::of(entry.word).keys;
        text.push_str(&format!(
            "\n[[step]]\nid = \"{0}\"\nphase = \"execute\"\ntitle = \"A step of this kind\"\ntext = \"What the operator has to know.\"\n\
             needs = []\nestimate = \"5m\"\nkind = \"{0}\"\n{keys}",
            entry.word
        ));
    }
    text
}

fn now() -> Moment {
    let start: Moment = sim_kit::START.parse().unwrap();
    start + Span::from_hours(2)
}

/// What a step names, as the simulator answers; what would leave the simulator is not asked.
async fn read(contact: &Contact, state: &State, inquiry: &Inquiry) -> Snapshot {
    let view = state.view(now());
    let kind = &view.runbook.steps[inquiry.step].kind;
    let mut snapshot = Snapshot::default();
    loop {
        let world = World { snapshot: &snapshot, now: now(), run: &inquiry.run, attempts: inquiry.attempts.as_slice() };
        let mut wanted = kind.step().reads(&world);
        wanted.retain(|query| !snapshot.readings.contains_key(query));
        if wanted.is_empty() {
            return snapshot;
        }
        for query in wanted {
            let failure = |kind, error| Failure { since: now(), at: now(), kind, error };
            let reading = match &query {
                Query::DnsAnswer(..) | Query::Probe(..) | Query::Probes(..) => {
                    Reading::failed(failure(FailureKind::TimedOut, Text::new("did not answer within 5 s")))
                }
                query => match contact.read(query, now()).await.result {
                    Ok(answer) => Reading::fresh(Arc::new(answer), now(), Span::from_mins(2)),
                    Err(unread) => Reading::failed(failure(unread.kind, unread.error)),
                },
            };
            snapshot.readings.insert(query.into(), reading);
        }
    }
}

/// The core of a run, and what it still wants done.
struct Run {
    state: State,
    effects: VecDeque<Effect>,
    records: u64,
}

impl Run {
    fn new() -> Self {
        let text = runbook();
        let runbook =
            parse::parse(&text, Path::new("shop-failover.toml"), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
        let opened = Record::RunOpened {
            run: RunId::new(1, 1),
            runbook: runbook.name.clone(),
            sha256: runbook.sha256.clone(),
            version: runbook.version.clone(),
            system: runbook.system.clone(),
            direction: runbook.direction,
            mode: Mode::Live,
            incident: None,
            began: Some(now() - Span::from_mins(5)),
            objectives: Objectives { rpo_s: Some(300), rto_s: Some(3_600) },
            steps: runbook.steps.iter().map(|step| step.id.clone()).collect(),
            text: String::new(),
            nested: Vec::new(),
        };
        let identity = Identity { account: Text::new("111122223333"), arn: person("alice").arn };
        let entries = [entry(1, now(), opened), entry(2, now(), session(&identity))];
        let state = State::new(Arc::new(runbook), &entries).unwrap();
        let mut run = Self { state, effects: VecDeque::new(), records: 2 };
        run.happens(Event::Tick);
        run
    }

    fn happens(&mut self, event: Event) {
        let (state, effects) = step(self.state.clone(), event, now());
        self.state = state;
        self.effects.extend(effects);
    }

    async fn quiet(&mut self, contact: &Contact) {
        while let Some(effect) = self.effects.pop_front() {
            let event = match effect {
                Effect::Append(record) => {
                    self.records += 1;
                    Event::Appended(Box::new(entry(self.records, now(), *record)))
                }
                Effect::Read(inquiry) => {
                    let snapshot = Arc::new(read(contact, &self.state, &inquiry).await);
                    Event::Read { step: inquiry.step, ticket: inquiry.ticket, snapshot, at: now() }
                }
                other => panic!("nothing was confirmed, but {other:?}"),
            };
            self.happens(event);
        }
    }
}

/// The pages of a card, each as the screen shows it, until turning brings nothing new.
fn pages(screen: &mut Screen) -> Vec<String> {
    let mut pages = vec![screen.text()];
    for _ in 0..20 {
        screen.keys("PgDn");
        let page = screen.text();
        if pages.last() == Some(&page) {
            return pages;
        }
        pages.push(page);
    }
    panic!("a card without end:\n{}", pages.join("\n"))
}

/// What stands on every card, in its order.
const ORDER: [&str; 7] = ["DOES", "LOSES", "UNDO", "IF IT FAILS", "SENDS", "TAKES", "CLOCK"];

#[tokio::test]
async fn every_kind_of_step_has_a_card_that_says_all_of_it_at_80_by_24() {
    let server = sim_kit::simulator(demo::ESTATE, "");
    sim_kit::at(&server, "2h");
    let contact = Contact::new(session_at(&server.url(), Duration::from_secs(20)).await, &config::Dns::default());
    let mut run = Run::new();
    run.quiet(&contact).await;
    let mut orders = 0;
    for (at, kind) in Kind::ALL.iter().enumerate() {
        for (name, value) in Row::of(kind.word).choices {
            orders += 1;
            let order = Order::Choose { step: at, name: (*name).to_owned(), value: (*value).to_owned() };
            run.happens(Event::Order { number: orders, order });
            run.quiet(&contact).await;
            run.happens(Event::Tick);
            run.quiet(&contact).await;
        }
    }
    let view = Arc::new(run.state.view(now()));
    let mut screen = Screen::observed((80, 24), outage());
    screen.event(Shown::Begun(Ok(Box::new(Begun { view: Arc::clone(&view), history: Arc::new(History::new()) }))));
    for (at, kind) in Kind::ALL.iter().enumerate() {
        assert!(matches!(view.steps[at].stage, Stage::Card(_)), "{}: {:?}", kind.word, view.steps[at].stage);
        if at > 0 {
            screen.keys("j");
        }
        screen.keys("Enter");
        let pages = pages(&mut screen);
        screen.keys("Esc");
        for page in &pages {
            assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
            assert_eq!(page.lines().count(), 24, "{page}");
        }
        let all = pages.join("----\n");
        assert!(all.contains(kind.word), "the card of another step:\n{all}");
        let mut from = 0;
        for label in ORDER {
            let found = all[from..].find(&format!("┃ {label}"));
            from += found
                .unwrap_or_else(|| panic!("{}: {label} is not on the card, or not in its place:\n{all}", kind.word));
        }
        // A kind more changes no other kind's card.
        let number = format!("step {} of {}", at + 1, Kind::ALL.len());
        let all =
            all.replace(&number, "step N of M").replace(&format!("0 of {} steps", Kind::ALL.len()), "0 of M steps");
        insta::assert_snapshot!(format!("card_{}", kind.word.replace('-', "_")), all);
    }
}
