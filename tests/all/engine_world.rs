//! A made-up AWS for the engine's core: Auto Scaling groups that take changes, lose answers and settle after a while; a journal in memory; and
//! a checker that no request is ever sent twice.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use drdeck::engine::core::{Effect, Event, Inquiry, State, View};
use drdeck::journal::record::Nested;
use drdeck::journal::{Entry, Identity, Objectives, Person, Record};
use drdeck::model::facts::{
    Answer, Known,
    autoscaling::Group,
    drs::{Direction as Way, ReplicationState, SourceServer},
    sts,
};
use drdeck::model::{Failure, FailureKind, Moment, Place, Query, Reading, Region, Snapshot, Span, Text};
use drdeck::runbook::kinds::{AsgScale, Manual, More};
use drdeck::runbook::{
    ApiCall, Direction, IntentId, Kind, Mode, Outcome, Phase, Refusal, RunId, Runbook, Step, Variant, World as Seen,
};

/// Where the groups are.
pub(crate) const REGION: &str = "us-west-2";

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is carried out, and the answer says so.
    Applied,
    /// It is carried out, and the answer is lost.
    AppliedLost,
    /// It is not carried out, and the connection breaks.
    ResetBefore,
    /// It is carried out half a minute after the answer was given up.
    Late,
    /// It is refused: slow down.
    Throttled,
}

impl Fate {
    pub(crate) const ALL: [Self; 5] =
        [Self::Applied, Self::AppliedLost, Self::ResetBefore, Self::Late, Self::Throttled];
}

pub(crate) fn moment(second: i64) -> Moment {
    Moment::from_second(1_900_000_000 + second).unwrap()
}

pub(crate) fn person(name: &str) -> Person {
    Person { name: Text::new(name), arn: Text::new(format!("arn:aws:iam::111122223333:user/{name}")) }
}

/// A step that brings the group of its name to six instances.
pub(crate) fn scale(id: &str, needs: &[usize], phase: Phase) -> Step {
    let place = Place::home(REGION);
    let kind =
        Kind::AsgScale(AsgScale { place, group: id.to_owned(), desired: 6, min: None, max: None, more: More::Stay });
    made(id, needs, phase, kind)
}

/// A step that a person does.
pub(crate) fn manual(id: &str, needs: &[usize], phase: Phase) -> Step {
    made(id, needs, phase, Kind::Manual(Manual))
}

pub(crate) fn made(id: &str, needs: &[usize], phase: Phase, kind: Kind) -> Step {
    Step {
        id: id.to_owned(),
        phase,
        title: Text::new(id),
        text: Text::new("as it says"),
        needs: needs.to_vec(),
        kind,
        on_failure: None,
        undo: None,
        alternative: None,
        estimate: Span::from_secs(60),
        worst: Span::from_secs(240),
    }
}

pub(crate) fn runbook(steps: Vec<Step>) -> Arc<Runbook> {
    Arc::new(Runbook {
        name: "shop-failover".into(),
        system: "shop".into(),
        direction: Direction::Failover,
        variant: Variant::Unplanned,
        version: Text::new("1"),
        owner: Text::new("us"),
        summary: Text::new("there"),
        back: None,
        account: None,
        regions: vec![Region::new(REGION)],
        role: None,
        steps,
        parts: Vec::new(),
        sha256: "0".repeat(64),
    })
}

/// A run in a made-up world.
pub(crate) struct World {
    pub(crate) runbook: Arc<Runbook>,
    pub(crate) now: Moment,
    pub(crate) groups: BTreeMap<String, Group>,
    /// Source servers by their ids, and whether they replicate still.
    pub(crate) servers: BTreeMap<String, ReplicationState>,
    /// Changes on their way: when, and what.
    pub(crate) late: Vec<(Moment, IntentId, ApiCall)>,
    /// Whether the Region can be read.
    pub(crate) dark: bool,
    pub(crate) identity: Identity,
    pub(crate) expires: Option<Moment>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) sent: Vec<IntentId>,
    pub(crate) applied: Vec<(Moment, ApiCall)>,
    /// The next requests' fates; `Applied` once there are no more.
    pub(crate) fates: VecDeque<Fate>,
    pub(crate) state: State,
    pub(crate) effects: VecDeque<Effect>,
    pub(crate) orders: u64,
}

impl World {
    pub(crate) fn new(runbook: Arc<Runbook>, mode: Mode) -> Self {
        let group = |step: &Step| {
            let arn = Text::new(format!("arn:aws:autoscaling:{REGION}:111122223333:group/{}", step.id));
            let group =
                Group { name: Text::new(&step.id), arn, min: 1, max: 4, desired: 1, in_service: 1, suspended: vec![] };
            (step.id.clone(), group)
        };
        let groups = runbook.steps.iter().map(group).collect();
        let identity = Identity { account: Text::new("111122223333"), arn: person("alice").arn };
        let opened = Record::RunOpened {
            run: RunId::new(1, 1),
            runbook: runbook.name.clone(),
            sha256: runbook.sha256.clone(),
            version: runbook.version.clone(),
            system: runbook.system.clone(),
            direction: runbook.direction,
            mode,
            incident: None,
            began: Some(moment(-120)),
            objectives: Objectives { rpo_s: Some(300), rto_s: Some(900) },
            steps: runbook.steps.iter().map(|step| step.id.clone()).collect(),
            text: String::new(),
            nested: runbook
                .parts
                .iter()
                .map(|part| Nested {
                    step: part.step.clone(),
                    runbook: part.runbook.clone(),
                    system: part.system.clone(),
                    sha256: part.sha256.clone(),
                    objectives: Objectives { rpo_s: Some(300), rto_s: Some(900) },
                    text: part.text.clone(),
                })
                .collect(),
        };
        let mut entries = vec![entry(1, moment(0), opened)];
        entries.push(entry(2, moment(0), session(&identity)));
        let state = State::new(Arc::clone(&runbook), &entries).unwrap();
        let mut world = Self {
            runbook,
            now: moment(0),
            groups,
            servers: BTreeMap::new(),
            late: Vec::new(),
            dark: false,
            identity,
            expires: None,
            entries,
            sent: Vec::new(),
            applied: Vec::new(),
            fates: VecDeque::new(),
            state,
            effects: VecDeque::new(),
            orders: 0,
        };
        world.happens(Event::Tick);
        world
    }

    pub(crate) fn view(&self) -> View {
        self.state.view(self.now)
    }

    pub(crate) fn happens(&mut self, event: Event) {
        let effects = self.state.step(event, self.now);
        self.effects.extend(effects);
    }

    pub(crate) fn order(&mut self, order: drdeck::engine::core::Order) -> u64 {
        self.orders += 1;
        self.happens(Event::Order { number: self.orders, order });
        self.orders
    }

    /// Gives an order and sees it through.
    pub(crate) fn ordered(&mut self, order: drdeck::engine::core::Order) -> Result<(), Text> {
        let number = self.order(order);
        self.quiet();
        self.view().reply(number).expect("an answer").taken.clone()
    }

    /// Confirms what the card of a step shows.
    pub(crate) fn confirm(&mut self, id: &str) -> Result<(), Text> {
        self.quiet();
        let view = self.view();
        let (step, card) =
            view.cards().find(|(step, _)| step.id == id).unwrap_or_else(|| panic!("no card of {id}: {view:#?}"));
        let (step, plan) = (step.index, card.plan.clone());
        self.ordered(drdeck::engine::core::Order::Confirm { step, plan, typed: Some("shop".into()) })
    }

    /// Carries out everything that is to be done.
    pub(crate) fn quiet(&mut self) {
        for _ in 0..1_000 {
            let Some(effect) = self.effects.pop_front() else { return check_records(&self.entries) };
            let event = self.carry_out(&effect);
            self.happens(event);
        }
        panic!("the core is never quiet: {:?}", self.effects);
    }

    /// Lets time pass.
    pub(crate) fn passes(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now += Span::from_secs(1);
            self.settle();
            self.happens(Event::Tick);
            self.quiet();
        }
    }

    pub(crate) fn settle(&mut self) {
        let now = self.now;
        let (due, late) = std::mem::take(&mut self.late).into_iter().partition(|(at, ..)| *at <= now);
        self.late = late;
        let due: Vec<(Moment, IntentId, ApiCall)> = due;
        for (_, intent, call) in due {
            let disproved = |entry: &Entry| matches!(&entry.record, Record::Reconciled { intent: of, applied: Some(false), .. } if *of == intent);
            assert!(!self.entries.iter().any(disproved), "{intent} was carried out after it was said not to be");
            self.apply(call);
        }
        for group in self.groups.values_mut() {
            if group.in_service < group.desired {
                group.in_service += 1;
            }
            group.in_service = group.in_service.min(group.desired);
        }
    }

    fn apply(&mut self, call: ApiCall) {
        match &call {
            ApiCall::UpdateAutoScalingGroup(change) => {
                let group = self.groups.get_mut(&change.group).expect("a group");
                (group.min, group.max, group.desired) = (change.min, change.max, change.desired);
            }
            ApiCall::StopReplication(change) => {
                let state = self.servers.get_mut(&change.server).expect("a server");
                assert_ne!(*state, ReplicationState::Stopped, "stopped twice");
                *state = ReplicationState::Stopped;
            }
            _ => panic!("no call of this world: {call:?}"),
        }
        self.applied.push((self.now, call));
    }

    /// What an effect comes to. Everything that a crash could take away is still in the event.
    pub(crate) fn carry_out(&mut self, effect: &Effect) -> Event {
        match effect {
            Effect::Append(record) => {
                let entry = entry(self.entries.len() as u64 + 1, self.now, (**record).clone());
                self.entries.push(entry.clone());
                Event::Appended(Box::new(entry))
            }
            Effect::Read(inquiry) => {
                let Inquiry { step, ticket, .. } = *inquiry;
                Event::Read { step, ticket, snapshot: Arc::new(self.snapshot(inquiry)), at: self.now }
            }
            Effect::CheckIdentity { step, ticket, .. } => {
                let Identity { account, arn } = self.identity.clone();
                let seen = Ok(sts::Identity { account, arn, expires: self.expires });
                Event::Identified { step: *step, ticket: *ticket, seen }
            }
            Effect::Send { step, intent, call } => {
                let outcome = self.send(*intent, call);
                Event::Came { step: *step, intent: *intent, outcome }
            }
            Effect::Start { step, intent, .. } => {
                self.check_sent(*intent);
                let outcome = Outcome::Applied { answer: serde_json::json!({ "exit": 0 }) };
                Event::Came { step: *step, intent: *intent, outcome }
            }
            Effect::Check { step, ticket, .. } => {
                Event::Checked { step: *step, ticket: *ticket, said: Ok(Text::new("it is so")) }
            }
        }
    }

    fn send(&mut self, intent: IntentId, call: &ApiCall) -> Outcome {
        self.check_sent(intent);
        let lost = |error: &str| Outcome::InDoubt { error: Text::new(error) };
        match self.fates.pop_front().unwrap_or(Fate::Applied) {
            Fate::Applied => {
                self.apply(call.clone());
                Outcome::Applied { answer: serde_json::json!({}) }
            }
            Fate::AppliedLost => {
                self.apply(call.clone());
                lost("HTTP 500")
            }
            Fate::ResetBefore => lost("the connection was reset"),
            Fate::Late => {
                self.late.push((self.now + Span::from_secs(30), intent, call.clone()));
                lost("no answer within 10 s")
            }
            Fate::Throttled => {
                Outcome::NotApplied { why: Refusal::Throttled, error: Text::new("Throttling: slow down") }
            }
        }
    }

    /// A request is sent once, and its intent is on the disk.
    fn check_sent(&mut self, intent: IntentId) {
        let is_recorded =
            |entry: &Entry| matches!(&entry.record, Record::Intent { intent: known, .. } if *known == intent);
        assert!(self.entries.iter().any(is_recorded), "{intent} was sent before it was recorded");
        assert!(!self.sent.contains(&intent), "{intent} was sent twice");
        self.sent.push(intent);
    }

    fn snapshot(&self, inquiry: &Inquiry) -> Snapshot {
        let mut snapshot = Snapshot::default();
        let step = &self.runbook.steps[inquiry.step];
        for _ in 0..3 {
            let seen =
                Seen { snapshot: &snapshot, now: self.now, run: &inquiry.run, attempts: inquiry.attempts.as_slice() };
            let wanted = step.kind.step().reads(&seen);
            for query in wanted {
                let reading = self.answer(&query);
                snapshot.readings.insert(query.into(), reading);
            }
        }
        snapshot
    }

    fn answer(&self, query: &Query) -> Reading<Arc<Answer>> {
        let failure = |kind, error: &str| Failure { since: self.now, at: self.now, kind, error: Text::new(error) };
        let fresh = |answer| Reading::fresh(Arc::new(answer), self.now, Span::from_mins(2));
        match query {
            Query::Groups(_) if !self.dark => fresh(Answer::Groups(self.groups.values().cloned().collect())),
            Query::SourceServers(place) if !self.dark => {
                let home = place.region.as_str() != REGION;
                let server = |(id, state): (&String, &ReplicationState)| {
                    if home {
                        server(&format!("{id}h"), &ReplicationState::Continuous, None)
                    } else {
                        server(id, state, Some(&format!("{id}h")))
                    }
                };
                fresh(Answer::SourceServers(self.servers.iter().map(server).collect()))
            }
            Query::DrsJobs(_) if !self.dark => fresh(Answer::DrsJobs(Vec::new())),
            Query::RecoveryInstances(_) if !self.dark => fresh(Answer::RecoveryInstances(Vec::new())),
            Query::RecoverySnapshots(..) if !self.dark => fresh(Answer::RecoverySnapshots(Vec::new())),
            _ => Reading::failed(failure(FailureKind::TimedOut, "no answer within 5 s")),
        }
    }

    /// Everything that is not in the journal is gone; somebody takes the run up again.
    pub(crate) fn crash(&mut self) {
        check_records(&self.entries);
        self.effects.clear();
        let next = self.entries.len() as u64 + 1;
        self.entries.push(entry(next, self.now, session(&self.identity)));
        self.state = State::new(Arc::clone(&self.runbook), &self.entries).unwrap();
        self.happens(Event::Tick);
    }

    /// The words of the records, in their order.
    pub(crate) fn words(&self) -> Vec<String> {
        let word = |entry: &Entry| {
            let json = serde_json::to_value(&entry.record).unwrap();
            json["type"].as_str().unwrap().to_owned()
        };
        self.entries.iter().map(word).collect()
    }
}

fn server(id: &str, state: &ReplicationState, counterpart: Option<&str>) -> SourceServer {
    let arn = |region: &str, id: &str| Text::new(format!("arn:aws:drs:{region}:111122223333:source-server/{id}"));
    SourceServer {
        id: Text::new(id),
        arn: arn(REGION, id),
        name: None,
        tags: Vec::new(),
        state: Known::Is(*state),
        lag: Some(Span::from_secs(1)),
        error: None,
        last_seen: None,
        backlog_bytes: 0,
        total_bytes: 1,
        replicated_bytes: 1,
        eta: None,
        direction: Known::Is(Way::Failover),
        last_launch: Text::new("NOT_STARTED"),
        origin_region: None,
        recovery_instance: None,
        reversed: counterpart.map(|id| arn("us-east-1", id)),
    }
}

pub(crate) fn session(identity: &Identity) -> Record {
    Record::SessionOpened {
        by: Person { name: Text::new("alice"), arn: identity.arn.clone() },
        identity: identity.clone(),
        host: Text::new("bastion"),
        pid: 1,
        drdeck: "0.1.0".into(),
    }
}

pub(crate) fn entry(seq: u64, at: Moment, record: Record) -> Entry {
    Entry { v: 1, seq, at, wall: at, prev: "0".repeat(64), record }
}

/// A confirm allows as many intents as it says, and none is recorded while the one before it is open.
pub(crate) fn check_records(entries: &[Entry]) {
    let mut allowed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut open: BTreeMap<&str, IntentId> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (at, entry) in entries.iter().enumerate() {
        assert_eq!(entry.seq, at as u64 + 1, "no gap");
        match &entry.record {
            Record::Confirmed { step, requests, alternatives, .. } => {
                assert!(!open.contains_key(step.as_str()), "confirmed while in doubt");
                allowed.insert(step, *requests.max(alternatives));
            }
            Record::Intent { step, intent, .. } => {
                let left = allowed.get_mut(step.as_str()).expect("an intent follows a confirm");
                assert!(*left > 0, "more intents than were confirmed");
                *left -= 1;
                assert!(seen.insert(*intent), "{intent} is used once");
                assert!(open.insert(step, *intent).is_none(), "one request at a time");
            }
            Record::Outcome { step, outcome, .. } => match outcome {
                Outcome::Applied { .. } | Outcome::NotApplied { .. } => {
                    open.remove(step.as_str()).expect("an outcome follows an intent");
                }
                Outcome::InDoubt { .. } => {}
            },
            Record::Reconciled { step, applied: Some(_), .. } | Record::Resolved { step, .. } => {
                open.remove(step.as_str()).expect("what is reconciled was in doubt");
            }
            // A session that broke off leaves its confirms behind.
            Record::SessionOpened { .. } => allowed.clear(),
            _ => {}
        }
    }
}
