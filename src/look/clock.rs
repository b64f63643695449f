//! Whose time it is: AWS's, or the simulator's.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::aws::{Login, Session, Unread};
use crate::model::{FailureKind, Moment, Span};

/// How often the clock is compared. A simulator's may be set and made faster at any time.
pub const COMPARE_EVERY: Duration = Duration::from_secs(1);

/// The simulator is on this machine, and the next look at its clock comes soon.
const PATIENCE: Duration = Duration::from_secs(1);

/// What cannot begin without a clock waits longer, for a simulator that is busy with the hours it was just set ahead.
const PATIENCE_AT_START: Duration = Duration::from_secs(5);

/// Differences below this come from the time an answer travels.
const JITTER: Span = Span::from_millis(1_500);

/// Our own clock is corrected by a few seconds now and then; a lid that was closed makes more.
const SLEPT: Span = Span::from_mins(1);

/// The answer is some fifty bytes.
const ANSWER_LIMIT: usize = 4_096;

/// Our own clock: AWS's, but for what the `Date` of its answers says we are off.
pub fn ours(session: &Session) -> Clock {
    let now = Moment::now();
    let at_anchor = session.skew().and_then(|skew| now.checked_add(skew).ok()).unwrap_or(now);
    Clock { anchor: Instant::now(), at_anchor, speed: 1.0 }
}

/// AWS's time, or the simulator's: a moment of ours, the same moment there, and how fast that one runs. Lets the console's ages tick between messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// Taken at.
    pub anchor: Instant,
    /// The time there at `anchor`.
    pub at_anchor: Moment,
    /// Seconds there per second here; 0 when frozen, 1 for AWS itself.
    pub speed: f64,
}

impl Clock {
    /// The time there at `instant` here.
    pub fn at(&self, instant: Instant) -> Moment {
        let elapsed = instant.saturating_duration_since(self.anchor).as_secs_f64() * self.speed;
        Span::try_from_secs_f64(elapsed)
            .ok()
            .and_then(|elapsed| self.at_anchor.checked_add(elapsed).ok())
            .unwrap_or(self.at_anchor)
    }
}

/// The clock to go by. `None` while a simulator does not answer.
pub async fn compare(session: &Session) -> Option<Clock> {
    within(PATIENCE, session).await
}

/// The clock to begin by.
pub async fn at_start(session: &Session) -> Result<Clock, Unread> {
    within(PATIENCE_AT_START, session).await.ok_or_else(|| missing(session))
}

async fn within(patience: Duration, session: &Session) -> Option<Clock> {
    let access = session.access();
    match (&access.login, &access.endpoint_url) {
        (Login::Simulator { .. }, Some(endpoint)) => timeout(patience, of_simulator(endpoint)).await.ok().flatten(),
        (Login::Simulator { .. }, None) | (Login::Chain { .. }, _) => Some(ours(session)),
    }
}

/// That a simulator does not tell its time.
pub fn missing(session: &Session) -> Unread {
    let endpoint = session.access().endpoint_url.as_deref().unwrap_or("no endpoint");
    let error = format!(
        "the config says `simulator = true`, but {endpoint} does not tell the simulator's time; is `drdeck simulate` running there?"
    );
    Unread::new(FailureKind::Unreachable, error)
}

/// How far `new` is from what `old` would have said by itself.
fn off(old: &Clock, new: &Clock) -> Span {
    new.at_anchor.duration_since(old.at(new.anchor)).abs()
}

/// Whether so much time is missing that this machine slept, or its clock was set.
pub fn slept(old: &Clock, new: &Clock) -> bool {
    off(old, new) > SLEPT
}

/// Whether `new` says something else than `old` would have by itself.
pub fn moved(old: &Clock, new: &Clock) -> bool {
    let allowed = JITTER.max(Span::try_from_secs_f64(JITTER.as_secs_f64() * new.speed).unwrap_or(JITTER));
    (old.speed - new.speed).abs() > f64::EPSILON || off(old, new) > allowed
}

#[derive(Deserialize)]
struct Answer {
    now: Moment,
    speed: f64,
}

async fn of_simulator(endpoint: &str) -> Option<Clock> {
    let authority = endpoint.strip_prefix("http://")?.trim_end_matches('/');
    let stream = TcpStream::connect(authority).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let connection = tokio::spawn(connection);
    let request = Request::get("/_drdeck/clock").header("host", authority).body(Empty::<Bytes>::new()).ok()?;
    let body = sender.send_request(request).await.ok()?.into_body();
    let bytes = Limited::new(body, ANSWER_LIMIT).collect().await.ok()?.to_bytes();
    connection.abort();
    let answer: Answer = serde_json::from_slice(&bytes).ok()?;
    Some(Clock { anchor: Instant::now(), at_anchor: answer.now, speed: answer.speed })
}
