//! The observer: reads for as long as somebody looks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep_until;

use super::agenda::Agenda;
use super::board::Board;
use super::bulletin::Bulletin;
use super::keep::{Keeper, Memory};
use super::reader::{Reader, Report, Trouble, Wanted};
use super::story::Progress;
use super::{Clock, Lane, Observation, Settings, Source, source};
use crate::aws::{Login, STACK, Session};
use crate::look::Contact;
use crate::look::clock::{self, COMPARE_EVERY};
use crate::model::{Estate, Moment, Query, Recoveries};

/// Messages to the console are at least so far apart: answers come in bunches, and judging a large estate takes a while.
const PUBLISH_EVERY: Duration = Duration::from_millis(200);

/// The same once everything was tried: nobody waits for a single answer, and each message has everything judged and the screen made anew.
const PUBLISH_QUIETLY_EVERY: Duration = Duration::from_secs(1);

/// So long after a person asked for something, each answer is told as soon as it can be.
const WAITED_FOR: Duration = Duration::from_secs(10);

/// And at least so many times as far apart as it takes to make one: most of the time is for reading.
const PAUSES_FOR: u32 = 10;

/// A key that is held down asks for a refresh thirty times a second.
const REFRESH_AT_MOST_EVERY: Duration = Duration::from_secs(5);

/// So many things a person looks at are read at most: a screen shows fewer.
const LOOKED_AT: usize = 100;

/// Reads an estate for as long as it is held, on a thread of its own.
#[derive(Debug)]
pub struct Observer {
    observations: watch::Receiver<Option<Observation>>,
    refresh: mpsc::Sender<()>,
    look: watch::Sender<BTreeSet<Query>>,
    foresee: watch::Sender<Recoveries>,
    recalled: std::sync::mpsc::Receiver<()>,
    ended: std::sync::mpsc::Receiver<()>,
    tasks: Handle,
}

/// The other ends of what an Observer holds.
struct Ends {
    publish: watch::Sender<Option<Observation>>,
    refreshes: mpsc::Receiver<()>,
    looks: watch::Receiver<BTreeSet<Query>>,
    foreseen: watch::Receiver<Recoveries>,
    recalled: std::sync::mpsc::Sender<()>,
}

impl Observer {
    /// Begins to read at once, and returns at once. Nothing is remembered.
    ///
    /// # Errors
    ///
    /// When the system gives no thread or runtime.
    pub fn start(estate: Arc<Estate>, settings: Settings) -> io::Result<Self> {
        Self::start_with(estate, settings, None)
    }

    /// The same, beginning with what `memory` knows from before, and remembering there what is read.
    ///
    /// # Errors
    ///
    /// When the system gives no thread or runtime.
    pub fn start_with(estate: Arc<Estate>, settings: Settings, memory: Option<Memory>) -> io::Result<Self> {
        let (publish, observations) = watch::channel(None);
        // One pending request for a refresh says all that ten would.
        let (refresh, refreshes) = mpsc::channel(1);
        let (look, looks) = watch::channel(BTreeSet::new());
        let (foresee, foreseen) = watch::channel(Recoveries::default());
        let (recalled_by, recalled) = std::sync::mpsc::channel();
        let (ended_by, ended) = std::sync::mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let tasks = runtime.handle().clone();
        thread::Builder::new().name("observe".to_owned()).stack_size(STACK).spawn(move || {
            let ends = Ends { publish, refreshes, looks, foreseen, recalled: recalled_by };
            let keeper = runtime.block_on(observe(estate, settings, memory.as_ref(), ends));
            // A lookup of a name may still hang in a thread of its own.
            runtime.shutdown_background();
            if let Some(keeper) = keeper {
                keeper.finish();
            }
            drop(ended_by);
        })?;
        Ok(Self { observations, refresh, look, foresee, recalled, ended, tasks })
    }

    /// The newest Observation; `None` before the first.
    pub fn observations(&self) -> watch::Receiver<Option<Observation>> {
        self.observations.clone()
    }

    /// Waits until what is remembered is among the Observations, or it is clear that nothing is; but no longer than `patience`.
    pub fn wait_for_memory(&self, patience: Duration) {
        // Told or hung up, both are the end of the wait.
        let _ = self.recalled.recv_timeout(patience);
    }

    /// Asks for everything to be read anew. Returns at once. The observer ends when it and all of these are dropped.
    pub fn refresher(&self) -> impl FnMut() + Send + use<> {
        let refresh = self.refresh.clone();
        move || {
            // Full: one is pending already.
            let _ = refresh.try_send(());
        }
    }

    /// Says what a person looks at: it is read besides, at once and with every refresh, until something else is said. Returns at once.
    pub fn looker(&self) -> impl FnMut(BTreeSet<Query>) + Send + use<> {
        let look = self.look.clone();
        move |queries| {
            look.send_replace(queries.into_iter().take(LOOKED_AT).collect());
        }
    }

    /// Says what is known beforehand of how long recovery takes: it counts from then on, until something else is said. Returns at once.
    pub fn foreseer(&self) -> impl FnMut(Recoveries) + Send + use<> {
        let foresee = self.foresee.clone();
        move |recoveries| {
            foresee.send_if_modified(|known| {
                let is_new = *known != recoveries;
                *known = recoveries;
                is_new
            });
        }
    }

    /// How many tasks are alive: one for each source that is read, and what they have started.
    pub fn tasks(&self) -> usize {
        self.tasks.metrics().num_alive_tasks()
    }

    /// Ends the reading, and waits until what was read is remembered, but no longer than `patience`. What [`Self::refresher`] gave is to be dropped before.
    pub fn finish(self, patience: Duration) {
        let Self { observations, refresh, look, foresee, recalled, ended, tasks: _ } = self;
        drop((observations, refresh, look, foresee, recalled));
        // It ends by hanging up.
        let _ = ended.recv_timeout(patience);
    }
}

/// Runs until nobody can ask for a refresh any more. What is still to be written is written by the Keeper, when that is told to finish.
async fn observe(estate: Arc<Estate>, settings: Settings, memory: Option<&Memory>, ends: Ends) -> Option<Keeper> {
    let Ends { publish, mut refreshes, mut looks, mut foreseen, recalled } = ends;
    let simulated = matches!(settings.access.login, Login::Simulator { .. });
    let mut board = Board::new(Arc::clone(&estate), settings.clone());
    let mut bulletin = Bulletin::new(&estate, settings.paces, memory, publish);
    let outages = memory.and_then(Memory::outages);
    let before = memory.and_then(Memory::past).map(|past| {
        let ours = (!simulated).then(|| Clock { anchor: Instant::now(), at_anchor: Moment::now(), speed: 1.0 });
        bulletin.recall(&mut board, &estate, past, outages.as_ref(), ours)
    });
    drop(recalled);
    let session = Session::open(settings.access.clone(), &source::regions(&estate)).await;
    let first = loop {
        if let Some(clock) = clock::compare(&session).await {
            break clock;
        }
        // A simulator may not be up yet.
        if let Some(before) = &before {
            bulletin.nobody_answers(&mut board, before, &clock::missing(&session));
        }
        tokio::select! {
            asked = refreshes.recv() => if asked.is_none() { return bulletin.end_unread() },
            () = tokio::time::sleep(COMPARE_EVERY) => {}
        }
    };
    let now = first.at(Instant::now());
    if let Some(before) = &before {
        bulletin.check(&mut board, before, now);
    }
    board.goes_on(outages, now);
    let (clock, _) = watch::channel(first);
    let (reports_by, mut reports) = mpsc::unbounded_channel();
    let contact = Contact::new(session.clone(), &settings.dns);
    let mut readers = Readers { contact, clock, reports_by, wants: None, running: BTreeMap::new() };
    let mut busy: BTreeSet<Source> = BTreeSet::new();
    let mut compare_at = Instant::now() + COMPARE_EVERY;
    let mut publish_at = Some(Instant::now());
    let (mut published_at, mut pause) = (Instant::now(), PUBLISH_EVERY);
    let (mut refresh_at, mut refreshed_at) = (None, Instant::now());
    let mut asked_at = Instant::now();
    let mut wanted = board.wanted(readers.now(), readers.speed());
    readers.want(&wanted, &board);
    loop {
        tokio::select! {
            biased;
            asked = refreshes.recv() => {
                if asked.is_none() {
                    let speed = readers.clock.borrow().speed;
                    return bulletin.end(&board, readers.now(), speed);
                }
                asked_at = Instant::now();
                refresh_at.get_or_insert(asked_at.max(refreshed_at + REFRESH_AT_MOST_EVERY));
            }
            Some(report) = reports.recv() => {
                let speed = readers.clock.borrow().speed;
                match report {
                    Report::Asking(source) => { busy.insert(source); }
                    Report::Arrived(outcome) => {
                        if outcome.result.is_ok() {
                            bulletin.read();
                        }
                        board.take(*outcome, speed);
                    }
                    Report::Done(source, trouble) => {
                        busy.remove(&source);
                        readers.tell_neighbours(&source, trouble);
                    }
                }
                let soon = Instant::now().max(published_at + pause);
                publish_at = Some(publish_at.map_or(soon, |at| at.min(soon)));
            }
            Ok(()) = looks.changed() => {
                asked_at = Instant::now();
                board.look(looks.borrow_and_update().clone());
                wanted = board.wanted(readers.now(), readers.speed());
                readers.want(&wanted, &board);
            }
            Ok(()) = foreseen.changed() => {
                board.foresee(foreseen.borrow_and_update().clone());
                publish_at = Some(Instant::now());
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
                let clock = *readers.clock.borrow();
                // A task that was ended in the middle of a round reports nothing any more.
                let refreshing = busy.iter().any(|source| readers.running.contains_key(source));
                let began = Instant::now();
                wanted = board.wanted(readers.now(), clock.speed);
                readers.want(&wanted, &board);
                let next = bulletin.tell(&mut board, &wanted, clock, refreshing);
                publish_at = next.and_then(|next| wall(&clock, readers.now(), next));
                published_at = Instant::now();
                // A simulator's clock that runs fast has its refreshes in quick succession.
                let quiet = board.progress(&wanted) == Progress::Settled && clock.speed <= 1.0 && asked_at.elapsed() > WAITED_FOR;
                let least = if quiet { PUBLISH_QUIETLY_EVERY } else { PUBLISH_EVERY };
                pause = least.max(began.elapsed().saturating_mul(PAUSES_FOR));
            }
            () = at(bulletin.remember_at()) => {
                let speed = readers.clock.borrow().speed;
                bulletin.remember(&board, readers.now(), speed);
            }
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

/// All that is asked; shared, because there are tens of thousands of them.
type Questions = Arc<BTreeSet<Arc<Query>>>;

/// The tasks, one for each source.
struct Readers {
    contact: Contact,
    clock: watch::Sender<Clock>,
    reports_by: mpsc::UnboundedSender<Report>,
    /// What the tasks were told last.
    wants: Option<(Questions, Arc<Agenda>)>,
    running: BTreeMap<Source, (watch::Sender<Wanted>, JoinHandle<()>)>,
}

impl Readers {
    fn now(&self) -> Moment {
        self.clock.borrow().at(Instant::now())
    }

    fn speed(&self) -> f64 {
        self.clock.borrow().speed
    }

    /// Starts, tells and ends tasks so that exactly `queries` are read, as often as the board says.
    fn want(&mut self, queries: &Arc<BTreeSet<Arc<Query>>>, board: &Board) {
        let wants = (Arc::clone(queries), board.agenda());
        let same = |old: &(Arc<_>, Arc<_>)| Arc::ptr_eq(&old.0, &wants.0) && Arc::ptr_eq(&old.1, &wants.1);
        if self.wants.as_ref().is_some_and(same) {
            return;
        }
        self.wants = Some(wants);
        let mut wanted = Source::group(queries);
        let looked = |queries: &BTreeSet<Arc<Query>>| {
            board.looked().iter().filter(|query| queries.contains(*query)).cloned().collect()
        };
        self.running.retain(|source, (_, task)| {
            let stays = wanted.contains_key(source);
            if !stays {
                task.abort();
            }
            stays
        });
        for (source, (tell, _)) in &self.running {
            if let Some(queries) = wanted.remove(source) {
                let looked = looked(&queries);
                tell.send_if_modified(|wanted| {
                    wanted.agenda = board.agenda();
                    let changed = *wanted.queries != queries || wanted.looked != looked;
                    if changed {
                        (wanted.queries, wanted.looked) = (Arc::new(queries), looked);
                    }
                    changed
                });
            }
        }
        for (source, queries) in wanted {
            let looked = looked(&queries);
            let (tell, told) = watch::channel(Wanted {
                queries: Arc::new(queries),
                looked,
                agenda: board.agenda(),
                refreshes: 0,
                doubts: 0,
            });
            let reader = Reader {
                source: source.clone(),
                contact: self.contact.clone(),
                clock: self.clock.subscribe(),
                wanted: told,
                reports: self.reports_by.clone(),
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
            other.place.region == source.place.region && *other != source && other.lane != Lane::Checkers
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
