//! What the event loop has done by others: threads that begin runs, and the engine that carries one out. It never waits for them.

use std::sync::Arc;
use std::thread;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;

use super::desk::RunDesk;
use super::event::Notice;
use super::helm::Helm;
use super::run::{Beginning, Begun, Consent, Offered};
use crate::aws::STACK;
use crate::engine::{Order, View};
use crate::model::Text;
use crate::runbook::RunId;

type Views = watch::Receiver<Arc<View>>;

/// What comes of it.
pub(super) enum Heard {
    /// What can be begun.
    Offered(Box<Offered>),
    /// A run was begun, or not.
    Begun(Result<(Views, Box<Begun>), Text>),
    /// Something to tell the person.
    Told(Notice),
    /// How the run stands.
    Seen(Arc<View>),
    /// Its session is over.
    Over(RunId),
}

/// The side that gives out work.
pub(super) struct Crew {
    desk: Option<RunDesk>,
    helm: Helm,
    answers: UnboundedSender<Heard>,
}

/// The side that hears of it.
pub(super) struct Hearing {
    answers: UnboundedReceiver<Heard>,
    /// Those of the run that is driven here.
    views: Option<Views>,
}

impl Crew {
    pub(super) fn new(desk: Option<RunDesk>, helm: Helm) -> (Self, Hearing) {
        let (sender, answers) = mpsc::unbounded_channel();
        (Self { desk, helm, answers: sender }, Hearing { answers, views: None })
    }

    /// Has it found out what can be begun for that System.
    pub(super) fn offer(&self, system: String) {
        let none =
            || Box::new(Offered { system: String::new(), runbooks: Vec::new(), error: Some(nothing_to_begin()) });
        let Some(desk) = self.desk.clone() else {
            let _ = self.answers.send(Heard::Offered(none()));
            return;
        };
        self.apart("offer", move |answers| {
            let _ = answers.send(Heard::Offered(Box::new(desk.offer(&system))));
        });
    }

    /// Has a run begun.
    pub(super) fn begin(&self, beginning: Beginning) {
        let Some(desk) = self.desk.clone() else {
            let _ = self.answers.send(Heard::Begun(Err(nothing_to_begin())));
            return;
        };
        let helm = self.helm.clone();
        self.apart("begin", move |answers| {
            let begun = desk.begin(&beginning).map(|(engine, begun)| {
                let views = engine.views.clone();
                // From here on it is ended in an orderly way, whatever becomes of the screen.
                helm.take(engine);
                (views, Box::new(begun))
            });
            let _ = answers.send(Heard::Begun(begun));
        });
    }

    /// Has a consent left for whoever drives.
    pub(super) fn consent(&self, consent: Consent) {
        let Some(desk) = self.desk.clone() else {
            let _ = self.answers.send(Heard::Told(Notice::error(nothing_to_begin().as_str())));
            return;
        };
        self.apart("consent", move |answers| {
            let notice = match desk.consent(&consent) {
                Ok(said) => Notice::info(said.as_str()),
                Err(why) => Notice::error(why.as_str()),
            };
            let _ = answers.send(Heard::Told(notice));
        });
    }

    fn apart(&self, name: &str, work: impl FnOnce(&UnboundedSender<Heard>) + Send + 'static) {
        let answers = self.answers.clone();
        let started = thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(move || work(&answers));
        if let Err(error) = started {
            let _ = self.answers.send(Heard::Begun(Err(Text::new(format!("no thread can be had: {error}")))));
        }
    }

    /// Gives an order; its number.
    pub(super) fn order(&self, order: Order) -> Option<u64> {
        Some(self.helm.engine()?.order(order))
    }

    /// The session of the run is over.
    pub(super) fn over(&self) {
        self.helm.leave();
    }
}

fn nothing_to_begin() -> Text {
    Text::new("this console only watches")
}

impl Hearing {
    /// Follows a run that was begun.
    pub(super) fn follow(&mut self, views: Views) {
        self.views = Some(views);
    }

    /// The next thing that is heard.
    pub(super) async fn next(&mut self) -> Heard {
        let Self { answers, views } = self;
        let changed = async {
            match views {
                Some(views) => views.changed().await,
                None => std::future::pending().await,
            }
        };
        let result = tokio::select! {
            answer = answers.recv() => return match answer {
                Some(answer) => answer,
                // Its sender lives as long as this does.
                None => std::future::pending().await,
            },
            result = changed => result,
        };
        match (result, self.views.as_mut()) {
            (Ok(()), Some(views)) => Heard::Seen(Arc::clone(&views.borrow_and_update())),
            (Err(_), Some(views)) => {
                let run = views.borrow().run.id;
                self.views = None;
                Heard::Over(run)
            }
            (_, None) => std::future::pending().await,
        }
    }
}
