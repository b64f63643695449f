//! The thread that reads runs: it looks at the state folder once a second, reads what has grown, and carries out what takes the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::known::{Change, KnownRunbooks};
use super::{Observed, RunAnswer, RunAsk, Runs, other_holder};
use crate::console::desk::ReadRunbooks;
use crate::console::event::Event;
use crate::engine::core::{Attended, Watched};
use crate::journal::findings::{Finding, Weight, findings};
use crate::journal::{JournalError, Place, Run, Shelf, export, history};
use crate::model::{Moment, Recoveries, Text};
use crate::runbook::RunId;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// Takes what is known beforehand of how long recovery takes; returns at once.
pub type Foresee = Box<dyn FnMut(Recoveries) + Send>;

/// The thread. It ends once this is gone.
#[derive(Debug)]
pub struct Reader {
    asks: mpsc::Sender<RunAsk>,
}

impl Reader {
    /// Begins to look at the runs of `place`; what it finds comes as [`Event::Runs`] and [`Event::RunAnswered`]. `extra_regions` are Regions
    /// newer than this program, as the config names them. What the runs and `runbooks` tell beforehand of recoveries goes to `foresee`.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(
        place: Place,
        extra_regions: Vec<String>,
        runbooks: ReadRunbooks,
        events: UnboundedSender<Event>,
        foresee: Foresee,
    ) -> io::Result<Self> {
        let (asks, asked) = mpsc::channel();
        let looker = Looker {
            shelf: Shelf::new(place),
            extra_regions,
            events,
            kept: None,
            last: None,
            watched: BTreeMap::new(),
            since: Moment::now(),
            runbooks: KnownRunbooks::new(runbooks),
            foresee,
        };
        thread::Builder::new().name("runs".into()).spawn(move || looker.work(&asked))?;
        Ok(Self { asks })
    }

    /// Asks for something. Returns at once.
    pub fn ask(&self, ask: RunAsk) {
        // A thread that has ended by a defect has said so.
        let _ = self.asks.send(ask);
    }
}

/// A run folded out of its journal, or why it cannot be.
type Folded = Result<Arc<Watched>, Text>;

/// What the thread owns.
struct Looker {
    shelf: Shelf,
    extra_regions: Vec<String>,
    events: UnboundedSender<Event>,
    kept: Option<RunId>,
    /// What was told last.
    last: Option<(Vec<Arc<Run>>, Option<Text>)>,
    /// Runs that others drive, with the reading each was made of.
    watched: BTreeMap<RunId, (Weak<Run>, Folded)>,
    since: Moment,
    runbooks: KnownRunbooks,
    foresee: Foresee,
}

/// Whether somebody still listens.
enum Ears {
    Open,
    Gone,
}

impl Looker {
    fn work(mut self, asked: &mpsc::Receiver<RunAsk>) {
        loop {
            if let Ears::Gone = self.look() {
                return;
            }
            match asked.recv_timeout(EVERY) {
                Ok(ask) => {
                    if let Ears::Gone = self.carry_out(ask) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Looks at the folder, and tells if anything is otherwise than it was.
    fn look(&mut self) -> Ears {
        // How a run ended that was watched is to be seen, too.
        let wanted: BTreeSet<RunId> = self.kept.into_iter().chain(self.watched.keys().copied()).collect();
        let (all, trouble) = match self.shelf.look(&wanted) {
            Ok(all) => (all, None),
            // What was read before is true still.
            Err(error) => {
                let known = self.last.as_ref().map(|(all, _)| all.clone()).unwrap_or_default();
                (known, Some(Text::new(error.to_string())))
            }
        };
        let same = self.last.as_ref().is_some_and(|(before, said)| {
            *said == trouble && before.len() == all.len() && before.iter().zip(&all).all(|(a, b)| Arc::ptr_eq(a, b))
        });
        if self.runbooks.look() == Change::New || !same {
            (self.foresee)(history::recoveries(&all, self.runbooks.usable()));
        }
        if same {
            return Ears::Open;
        }
        let watched = self.watch(&all);
        self.last = Some((all.clone(), trouble.clone()));
        self.tell(Event::Runs(Arc::new(Runs { all, trouble, watched, since: Some(self.since) })))
    }

    /// The runs that other processes drive, or drove when this was asked last; each is taken in anew only when it has grown.
    fn watch(&mut self, all: &[Arc<Run>]) -> Vec<Observed> {
        let mut before = std::mem::take(&mut self.watched);
        let mut observed = Vec::new();
        for run in all {
            let (holder, known, Some(read)) = (other_holder(run), before.remove(&run.run), &run.read) else { continue };
            let attended = match (holder, &known) {
                (Some(_), _) => Attended::Yes,
                (None, Some(_)) => Attended::No,
                (None, None) => continue,
            };
            let same = known.filter(|(of, _)| of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, run)));
            let watched = match same {
                Some((_, watched)) => watched,
                None => Watched::of(&read.entries, &self.extra_regions, attended).map(Arc::new),
            };
            if attended == Attended::Yes {
                self.watched.insert(run.run, (Arc::downgrade(run), watched.clone()));
            }
            observed.push(Observed { run: run.run, holder: holder.cloned(), watched });
        }
        observed
    }

    fn carry_out(&mut self, ask: RunAsk) -> Ears {
        let place = self.shelf.place();
        let found = match ask {
            RunAsk::Keep(run) => {
                self.kept = run;
                return Ears::Open;
            }
            RunAsk::Verify(run) => findings(place, run),
            RunAsk::Export(run) => exported(place, run),
        };
        let found = found.unwrap_or_else(|error| vec![finding(Weight::Broken, error.to_string())]);
        self.tell(Event::RunAnswered(RunAnswer { ask, found }))
    }

    fn tell(&self, event: Event) -> Ears {
        if self.events.send(event).is_ok() { Ears::Open } else { Ears::Gone }
    }
}

fn finding(weight: Weight, words: impl AsRef<str>) -> Finding {
    Finding { weight, words: Text::new(words).to_string() }
}

/// Where drdeck was started, or beside the run where nothing can be written there.
fn exported(place: &Place, run: RunId) -> Result<Vec<Finding>, JournalError> {
    let here = env::current_dir().ok();
    let folders: Vec<PathBuf> = here.into_iter().chain([place.run(run)]).collect();
    let written = export::to_files(place, run, &folders)?;
    Ok(written.iter().map(|path| finding(Weight::Whole, path.to_string_lossy())).collect())
}
