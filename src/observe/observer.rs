//! The observer: reads for as long as somebody looks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep_until;

use super::board::Board;
use super::clock::{self, COMPARE_EVERY};
use super::reader::{Beat, Reader, Report, Trouble, Wanted};
use super::{Clock, Lane, Observation, Settings, Source, source};
use crate::aws::{Login, Session};
use crate::model::{Estate, Moment, Query};

/// Messages to the console are at least so far apart: answers come in bunches, and judging a large estate takes a while.
const PUBLISH_EVERY: Duration = Duration::from_millis(200);

/// A key that is held down asks for a refresh thirty times a second.
const REFRESH_AT_MOST_EVERY: Duration = Duration::from_secs(5);

/// The SDK's futures are deep: an unoptimised build overflows the usual 2 MiB. Only what is touched takes memory.
const STACK: usize = 8 * 1024 * 1024;

/// Reads an estate for as long as it is held, on a thread of its own.
#[derive(Debug)]
pub struct Observer {
    observations: watch::Receiver<Option<Observation>>,
    refresh: mpsc::Sender<()>,
}

impl Observer {
    /// Begins to read at once, and returns at once.
    ///
    /// # Errors
    ///
    /// When the system gives no thread or runtime.
    pub fn start(estate: Arc<Estate>, settings: Settings) -> io::Result<Self> {
        let (publish, observations) = watch::channel(None);
        // One pending request for a refresh says all that ten would.
        let (refresh, refreshes) = mpsc::channel(1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name("observe".to_owned()).stack_size(STACK).spawn(move || {
            runtime.block_on(observe(estate, settings, publish, refreshes));
            // A lookup of a name may still hang in a thread of its own.
            runtime.shutdown_background();
        })?;
        Ok(Self { observations, refresh })
    }

    /// The newest Observation; `None` before the first.
    pub fn observations(&self) -> watch::Receiver<Option<Observation>> {
        self.observations.clone()
    }

    /// Asks for everything to be read anew. Returns at once. The observer ends when it and all of these are dropped.
    pub fn refresher(&self) -> impl FnMut() + Send + use<> {
        let refresh = self.refresh.clone();
        move || {
            // Full: one is pending already.
            let _ = refresh.try_send(());
        }
    }
}

/// Runs until nobody can ask for a refresh any more.
async fn observe(
    estate: Arc<Estate>,
    settings: Settings,
    publish: watch::Sender<Option<Observation>>,
    mut refreshes: mpsc::Receiver<()>,
) {
    let session = Session::open(settings.access.clone(), &source::regions(&estate)).await;
    let simulated = matches!(session.access().login, Login::Simulator);
    let Some(first) = first_clock(&session, &mut refreshes).await else { return };
    let (clock, _) = watch::channel(first);
    let (reports_by, mut reports) = mpsc::unbounded_channel();
    let mut readers =
        Readers { session: session.clone(), settings: settings.clone(), clock, reports_by, running: BTreeMap::new() };
    let mut board = Board::new(estate, settings);
    let mut busy: BTreeSet<Source> = BTreeSet::new();
    let mut compare_at = Instant::now() + COMPARE_EVERY;
    let mut publish_at = Some(Instant::now());
    let mut published_at = Instant::now();
    let (mut refresh_at, mut refreshed_at) = (None, Instant::now());
    readers.want(&board.wanted(readers.now()));
    loop {
        tokio::select! {
            biased;
            asked = refreshes.recv() => {
                if asked.is_none() {
                    return;
                }
                refresh_at.get_or_insert(Instant::now().max(refreshed_at + REFRESH_AT_MOST_EVERY));
            }
            Some(report) = reports.recv() => {
                let speed = readers.clock.borrow().speed;
                match report {
                    Report::Asking(source) => { busy.insert(source); }
                    Report::Arrived(outcome) => board.take(*outcome, speed),
                    Report::Done(source, trouble) => {
                        busy.remove(&source);
                        readers.tell_neighbours(&source, trouble);
                        readers.want(&board.wanted(readers.now()));
                    }
                }
                let soon = Instant::now().max(published_at + PUBLISH_EVERY);
                publish_at = Some(publish_at.map_or(soon, |at| at.min(soon)));
            }
            () = at(refresh_at) => {
                (refresh_at, refreshed_at) = (None, Instant::now());
                readers.refresh();
            }
            () = sleep_until(compare_at.into()) => {
                if let Some(new) = clock::compare(&session).await {
                    let old = *readers.clock.borrow();
                    let moved = clock::moved(&old, &new);
                    if moved || !simulated {
                        readers.clock.send_replace(new);
                    }
                    if moved {
                        // Time has jumped: what was fresh is not, and what wakes us was planned by the old clock.
                        publish_at = Some(Instant::now());
                        if simulated || clock::slept(&old, &new) {
                            readers.refresh();
                        }
                    }
                }
                compare_at = Instant::now() + COMPARE_EVERY;
            }
            () = at(publish_at) => {
                let now = readers.now();
                let assessment = Arc::new(board.judge(now));
                let clock = *readers.clock.borrow();
                publish_at = assessment.next_change.and_then(|next| wall(&clock, now, next));
                published_at = Instant::now();
                // A task that was ended in the middle of a round reports nothing any more.
                let refreshing = busy.iter().any(|source| readers.running.contains_key(source));
                publish.send_replace(Some(Observation { assessment, clock, refreshing }));
            }
        }
    }
}

/// A simulator may not be up yet.
async fn first_clock(session: &Session, refreshes: &mut mpsc::Receiver<()>) -> Option<Clock> {
    loop {
        if let Some(clock) = clock::compare(session).await {
            return Some(clock);
        }
        tokio::select! {
            asked = refreshes.recv() => { asked?; }
            () = tokio::time::sleep(COMPARE_EVERY) => {}
        }
    }
}

/// Our own time of a moment of the source's clock; `None` while that stands still.
fn wall(clock: &Clock, now: Moment, next: Moment) -> Option<Instant> {
    if clock.speed <= 0.0 {
        return None;
    }
    let seconds = next.duration_since(now).as_secs_f64().max(0.0) / clock.speed;
    let wait = Duration::try_from_secs_f64(seconds).ok()?.max(PUBLISH_EVERY);
    Instant::now().checked_add(wait)
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

/// The tasks, one for each source.
struct Readers {
    session: Session,
    settings: Settings,
    clock: watch::Sender<Clock>,
    reports_by: mpsc::UnboundedSender<Report>,
    running: BTreeMap<Source, (watch::Sender<Wanted>, JoinHandle<()>)>,
}

impl Readers {
    fn now(&self) -> Moment {
        self.clock.borrow().at(Instant::now())
    }

    /// Starts, tells and ends tasks so that exactly `queries` are read.
    fn want(&mut self, queries: &BTreeSet<Query>) {
        let mut wanted = Source::group(queries);
        self.running.retain(|source, (_, task)| {
            let stays = wanted.contains_key(source);
            if !stays {
                task.abort();
            }
            stays
        });
        for (source, (tell, _)) in &self.running {
            if let Some(queries) = wanted.remove(source) {
                tell.send_if_modified(|wanted| {
                    let changed = wanted.queries != queries;
                    wanted.queries = queries;
                    changed
                });
            }
        }
        for (source, queries) in wanted {
            let (tell, told) = watch::channel(Wanted { queries, refreshes: 0, doubts: 0 });
            let reader = Reader {
                source: source.clone(),
                session: self.session.clone(),
                paces: self.settings.paces,
                clock: self.clock.subscribe(),
                wanted: told,
                reports: self.reports_by.clone(),
                beat: Beat::start(),
            };
            self.running.insert(source, (tell, tokio::spawn(reader.run())));
        }
    }

    /// Has everything asked again now.
    fn refresh(&self) {
        for (tell, _) in self.running.values() {
            tell.send_modify(|wanted| wanted.refreshes = wanted.refreshes.wrapping_add(1));
        }
    }

    /// What befalls one service of a Region may befall all: the others there are looked at now and not at their own pace.
    fn tell_neighbours(&self, source: &Source, trouble: Trouble) {
        match trouble {
            Trouble::Began | Trouble::Ended => {}
            Trouble::Unchanged => return,
        }
        let neighbours = self.running.iter().filter(|(other, _)| {
            other.place.region == source.place.region && *other != source && other.lane == Lane::Usual
        });
        for (_, (tell, _)) in neighbours {
            tell.send_modify(|wanted| wanted.doubts = wanted.doubts.wrapping_add(1));
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        for (_, task) in self.running.values() {
            task.abort();
        }
    }
}
