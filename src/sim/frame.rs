//! What happens to one request: who signed it, what it asks, which faults it meets, the service's answer, the log.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::call::Call;
use super::calls::{CallLog, LoggedCall};
use super::clock::Clock;
use super::estate::Estate;
use super::fault::{Calls, Down, Fault, FieldValue, Lost, is};
use super::services::{self, Changed, Operation, Run};
use super::throttle::{Admission, Throttle};
use super::time::{Moment, Span};
use super::timeline::Timeline;
use super::wire::{self, AwsError, Protocol, Reply, Request};
use super::{World, patch, scope, seed};

/// How long a hanging endpoint holds a connection before it is reset.
pub(super) const HANG: Duration = Duration::from_secs(120);

/// What the faults of a global service know as its Region; those of `us-east-1` do not concern it.
pub(super) const GLOBAL: &str = "aws-global";

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Outcome {
    /// An answer.
    Answer(Reply),
    /// The connection is reset before an answer.
    Reset,
}

/// The simulator's state: everything that is not a pure function of time.
#[derive(Debug)]
pub(super) struct Frame {
    /// Of the caller's own account, then of those that a role of theirs leads to. A change replaces one.
    estates: Mutex<Vec<Arc<Estate>>>,
    seed: u64,
    start: Moment,
    clock: Mutex<Clock>,
    timeline: Mutex<Arc<Timeline>>,
    throttle: Mutex<Throttle>,
    log: Mutex<CallLog>,
    requests: AtomicU64,
    /// The changes that are being carried out and bear no other beside them: account, operation, what it is about.
    underway: Mutex<HashSet<Underway>>,
}

type Underway = (String, &'static str, String);

/// A change that is being carried out, until it is dropped: its caller may leave at any time.
struct Claim<'f> {
    frame: &'f Frame,
    what: Underway,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        lock(&self.frame.underway).remove(&self.what);
    }
}

/// A request that was understood.
struct Asked {
    protocol: Protocol,
    operation: &'static Operation,
    call: Call,
}

impl Frame {
    /// A fresh state whose clock shows `start`.
    pub(super) fn new(estate: Estate, timeline: Timeline, seed: u64, start: Moment, speed: f64) -> Self {
        let others = estate.others.clone();
        Self {
            estates: Mutex::new(std::iter::once(Arc::new(estate)).chain(others).collect()),
            seed,
            start,
            clock: Mutex::new(Clock::new(start, speed)),
            timeline: Mutex::new(Arc::new(timeline)),
            throttle: Mutex::default(),
            log: Mutex::default(),
            requests: AtomicU64::new(1),
            underway: Mutex::default(),
        }
    }

    /// The same state once more, for what may come of it.
    pub(super) fn twin(&self) -> Self {
        // One lock at a time: whoever answers meanwhile takes them in another order.
        let estates = lock(&self.estates).clone();
        let clock = *lock(&self.clock);
        let timeline = Arc::clone(&lock(&self.timeline));
        let log = self.log().clone();
        Self {
            estates: Mutex::new(estates),
            seed: self.seed,
            start: self.start,
            clock: Mutex::new(clock),
            timeline: Mutex::new(timeline),
            throttle: Mutex::default(),
            log: Mutex::new(log),
            requests: AtomicU64::new(self.requests.load(Ordering::Relaxed)),
            underway: Mutex::default(),
        }
    }

    /// The clock.
    pub(super) fn clock(&self) -> MutexGuard<'_, Clock> {
        lock(&self.clock)
    }

    /// The call log.
    pub(super) fn log(&self) -> MutexGuard<'_, CallLog> {
        lock(&self.log)
    }

    /// Changes the timeline; calls that are being answered keep the one they began with.
    pub(super) fn change_timeline(&self, change: impl FnOnce(&mut Timeline)) {
        change(Arc::make_mut(&mut lock(&self.timeline)));
    }

    /// What the first fault that a call meets at that moment is to it.
    fn meet<T>(&self, at: Moment, what: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        let mut timeline = lock(&self.timeline);
        let (place, met) = timeline.meets(at, what).next()?;
        if timeline.is_counted(place) {
            Arc::make_mut(&mut timeline).count(place);
        }
        Some(met)
    }

    /// What each fault that a call meets at that moment is to it.
    fn meet_all<T>(&self, at: Moment, what: impl Fn(&Fault) -> Option<T>) -> Vec<T> {
        let mut timeline = lock(&self.timeline);
        let (places, met): (Vec<usize>, Vec<T>) = timeline.meets(at, what).unzip();
        for place in places {
            if timeline.is_counted(place) {
                Arc::make_mut(&mut timeline).count(place);
            }
        }
        met
    }

    /// Claims what a call is about, if it bears no other beside it; the refusal when another one has it.
    fn claim(&self, operation: &Operation, call: &Call) -> Result<Option<Claim<'_>>, AwsError> {
        let Some(refusal) = operation.alone else { return Ok(None) };
        let about = operation.target.and_then(|name| call.text(name)).unwrap_or_default();
        let what = (call.account.clone(), operation.name, about.to_owned());
        if lock(&self.underway).insert(what.clone()) {
            Ok(Some(Claim { frame: self, what }))
        } else {
            Err(refusal(call))
        }
    }

    /// The world now, of the caller's own account.
    pub(super) fn world(&self) -> World {
        self.world_of(&self.estate())
    }

    /// The estate of the caller's own account.
    fn estate(&self) -> Arc<Estate> {
        lock(&self.estates).first().cloned().unwrap_or_default()
    }

    /// The number of the next request.
    pub(super) fn count(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// The world now of each account, the caller's own first: DNS and users know no accounts.
    pub(super) fn worlds(&self) -> Vec<World> {
        let estates = lock(&self.estates).clone();
        estates.iter().map(|estate| self.world_of(estate)).collect()
    }

    /// The account whose estate a session of a role sees: its own, if it has one here.
    fn account_of(&self, session_token: Option<&str>) -> String {
        let account = session_token.and_then(services::sts::account);
        let estates = lock(&self.estates);
        let own = account.and_then(|account| estates.iter().find(|other| other.account == account));
        own.or(estates.first()).map(|estate| estate.account.clone()).unwrap_or_default()
    }

    /// The world now of an account.
    fn world_of_account(&self, account: &str) -> World {
        let estate = lock(&self.estates).iter().find(|estate| estate.account == account).cloned();
        self.world_of(&estate.unwrap_or_default())
    }

    /// Carries out what a call asks. A change sees the world as all earlier ones left it.
    fn run(&self, operation: &Operation, call: &Call) -> Result<(World, Changed), AwsError> {
        let change = match operation.run {
            Run::Reads(read) => {
                let world = self.world_of_account(&call.account);
                let answer = read(&world, call)?;
                return Ok((world, Changed { answer, applied: false }));
            }
            Run::Changes(change) => change,
        };
        let now = self.clock().read().now;
        let mut estates = lock(&self.estates);
        let Some(held) = estates.iter_mut().find(|estate| estate.account == call.account) else {
            return Err(AwsError::new(403, "AccessDenied", format!("There is no account {}", call.account)));
        };
        let before = World { now, ..self.world_of(held) };
        let mut after = (**held).clone();
        let changed = change(&mut after, &before, call)?;
        if changed.applied {
            *held = Arc::new(after);
        }
        Ok((before, changed))
    }

    fn world_of(&self, estate: &Arc<Estate>) -> World {
        let timeline = Arc::clone(&lock(&self.timeline));
        let now = self.clock().read().now;
        World { estate: Arc::clone(estate), timeline, seed: self.seed, start: self.start, now }
    }

    /// Answers one request to AWS.
    pub(super) async fn answer(&self, request: &Request) -> Outcome {
        let number = self.count();
        let id = seed::uuid(self.seed, &["request", &number.to_string()]);
        match self.understand(request) {
            Ok(asked) => self.carry_out(asked, number, &id).await,
            Err((protocol, error, call)) => {
                let mut call = *call;
                call.status = Some(error.status);
                self.log().add(call);
                Outcome::Answer(with_id(protocol.refuse(&error, &id), &id))
            }
        }
    }

    /// Finds out what a request asks; otherwise the refusal, the protocol to write it in, and what to log.
    fn understand(&self, request: &Request) -> Result<Asked, (Protocol, AwsError, Box<LoggedCall>)> {
        let guessed = wire::guess(request);
        let mut logged = LoggedCall {
            at: self.clock().read().now,
            service: String::new(),
            region: String::new(),
            operation: format!("{} {}", request.method, request.path),
            target: None,
            parameters: serde_json::Value::Null,
            status: None,
            changed: false,
        };
        let Some(scope) = scope::of(&request.headers) else {
            return Err((guessed, guessed.unsigned(), Box::new(logged)));
        };
        logged.service.clone_from(&scope.service);
        logged.region.clone_from(&scope.region);
        let service = services::find(&scope.service);
        let Some((service, protocol)) = service.and_then(|s| Some((s, wire::protocol_of(s, request)?))) else {
            let what = format!("{} {} of service \"{}\"", request.method, request.path, scope.service);
            return Err((guessed, guessed.unknown_operation(&what), Box::new(logged)));
        };
        let region = if service.name == "route53" { GLOBAL.to_owned() } else { scope.region };
        if region != GLOBAL && !self.estate().serves(service.name, &region) {
            return Err((protocol, protocol.wrong_region(&region), Box::new(logged)));
        }
        let (operation, parameters) = match protocol.decode(service, request) {
            Ok(decoded) => decoded,
            Err(error) => return Err((protocol, error, Box::new(logged))),
        };
        let region = operation.home.map_or(region, str::to_owned);
        let call = Call {
            service: service.name,
            region,
            account: self.account_of(scope.session_token.as_deref()),
            access_key: scope.access_key,
            session_token: scope.session_token,
            operation: operation.name,
            parameters,
        };
        Ok(Asked { protocol, operation, call })
    }

    async fn carry_out(&self, asked: Asked, number: u64, id: &str) -> Outcome {
        let Asked { protocol, operation, call } = asked;
        let arrived = self.world_of_account(&call.account);
        let record = |status: Option<u16>, changed: bool| {
            self.log().add(LoggedCall {
                at: arrived.now,
                service: call.service.to_owned(),
                region: call.region.clone(),
                operation: operation.name.to_owned(),
                target: operation.target.and_then(|name| call.text(name)).map(str::to_owned),
                parameters: call.parameters.clone(),
                status,
                changed,
            });
        };
        let refuse = |error: &AwsError| {
            record(Some(error.status), false);
            Outcome::Answer(with_id(protocol.refuse(error, id), id))
        };
        if let Some(how) = self.meet(arrived.now, |fault| endpoint_down(fault, &call)) {
            return match how {
                Down::Reset => {
                    record(None, false);
                    Outcome::Reset
                }
                Down::Hang => {
                    record(None, false);
                    tokio::time::sleep(HANG).await;
                    Outcome::Reset
                }
                Down::Error => refuse(&protocol.out_of_order(call.service, 500)),
                Down::Unavailable => refuse(&protocol.out_of_order(call.service, 503)),
            };
        }
        let claim = match self.claim(operation, &call) {
            Ok(claim) => claim,
            Err(error) => return refuse(&error),
        };
        let delays = self.meet_all(arrived.now, |fault| delay(&arrived, fault, &call, number));
        wait(delays.into_iter().max().unwrap_or(Span::ZERO)).await;
        let is_over = call.session_token.as_deref().is_some_and(services::sts::is_over);
        let expired =
            |fault: &Fault| matches!(fault, Fault::ExpiredCredentials(calls) if concerns(calls, &call)).then_some(());
        if is_over || self.meet(arrived.now, expired).is_some() {
            return refuse(&protocol.expired());
        }
        let denied = |fault: &Fault| matches!(fault, Fault::Denied(calls) if concerns(calls, &call)).then_some(());
        if self.meet(arrived.now, denied).is_some() {
            return refuse(&protocol.denied(call.service, call.operation, &services::sts::caller(&arrived, &call)));
        }
        let admission = lock(&self.throttle).admit(call.service, operation.name, Instant::now());
        let throttled = |fault: &Fault| throttled(&arrived, fault, &call, number).then_some(());
        if admission == Admission::Refused || self.meet(arrived.now, throttled).is_some() {
            return refuse(&protocol.throttled(call.service));
        }
        let (world, Changed { answer: mut value, applied: changed }) = match self.run(operation, &call) {
            Ok(done) => done,
            Err(error) => return refuse(&error),
        };
        drop(claim);
        for field in self.meet_all(world.now, |fault| replaced(fault, &call)) {
            patch::apply(&field, &mut value);
        }
        match self.meet(world.now, |fault| lost(fault, &call)) {
            None => {}
            Some((Lost::Reset, _)) => {
                record(None, changed);
                return Outcome::Reset;
            }
            Some((Lost::Error, _)) => {
                let error = protocol.out_of_order(call.service, 500);
                record(Some(error.status), changed);
                return Outcome::Answer(with_id(protocol.refuse(&error, id), id));
            }
            Some((Lost::Late, delay)) => {
                // Whoever has left by then gets nothing: what was done is written down first.
                record(None, changed);
                wait(delay).await;
                return Outcome::Answer(with_id(protocol.encode(operation, &value, id), id));
            }
        }
        let reply = protocol.encode(operation, &value, id);
        record(Some(reply.status), changed);
        Outcome::Answer(with_id(reply, id))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panicking holder left behind is whole: every holder replaces or appends in one step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn with_id(mut reply: Reply, id: &str) -> Reply {
    reply.headers.push(("x-amzn-requestid", id.to_owned()));
    reply
}

fn concerns(calls: &Calls, call: &Call) -> bool {
    matches(&calls.service, &calls.region, call) && is(&calls.operation, call.operation)
}

fn matches(service: &Option<String>, region: &Option<String>, call: &Call) -> bool {
    is(service, call.service) && is(region, &call.region)
}

fn endpoint_down(fault: &Fault, call: &Call) -> Option<Down> {
    let Fault::Endpoint(down) = fault else { return None };
    matches(&down.service, &down.region, call).then_some(down.how)
}

fn throttled(world: &World, fault: &Fault, call: &Call, number: u64) -> bool {
    let Fault::Throttle(throttle) = fault else { return false };
    matches(&throttle.service, &throttle.region, call)
        && is(&throttle.operation, call.operation)
        && world.unit(&["throttle", &number.to_string()]) < throttle.share
}

fn delay(world: &World, fault: &Fault, call: &Call, number: u64) -> Option<Span> {
    let Fault::Latency(slow) = fault else { return None };
    let concerned = matches(&slow.service, &slow.region, call) && is(&slow.operation, call.operation);
    concerned.then(|| slow.delay + slow.jitter.share(world.unit(&["latency", &number.to_string()])))
}

fn replaced(fault: &Fault, call: &Call) -> Option<FieldValue> {
    let Fault::Value(field) = fault else { return None };
    let concerned =
        field.service == call.service && is(&field.region, &call.region) && is(&field.operation, call.operation);
    concerned.then(|| field.clone())
}

fn lost(fault: &Fault, call: &Call) -> Option<(Lost, Span)> {
    let Fault::LostAnswer(lost) = fault else { return None };
    let concerned = matches(&lost.service, &lost.region, call) && is(&lost.operation, call.operation);
    concerned.then_some((lost.how, lost.delay))
}

/// Waits, in wall time.
async fn wait(span: Span) {
    if span > Span::ZERO {
        tokio::time::sleep(Duration::from_millis(span.millis().unsigned_abs())).await;
    }
}
