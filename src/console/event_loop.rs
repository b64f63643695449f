//! The console's one thread: waits for keys, readings, signals and moments, gives them to the state, and draws. It never waits for anything else:
//! not for the network, not for the terminal to take a frame.

use std::{
    collections::{BTreeSet, VecDeque},
    fs::File,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::Terminal;
use rustix::process::{Signal as Number, getpid, kill_process};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{
        mpsc::{self, UnboundedReceiver, UnboundedSender},
        watch,
    },
    time::{Instant as Deadline, sleep_until},
};

use super::{
    App, Command, ConsoleOptions, Ended, Event, Notice, Theme, Themes,
    clipboard::{self, Copied, Route},
    crew::{Crew, Heard},
    desk::ReadRunbooks,
    helm::{AtTheEnd, Helm},
    runs::{Foresee, Reader, Runs},
    tty::{self, FrameBackend, Guard, Watcher, Writer},
};
use crate::journal::Place;
use crate::model::{Query, Text};
use crate::observe::Observation;

/// Messages and ticks share frames: at most one in this time. Keys do not wait for it.
const FRAME: Duration = Duration::from_millis(33);

/// Runs until the person quits, the terminal dies or a signal asks to end.
pub(super) async fn run(options: ConsoleOptions, route: Route) -> io::Result<Ended> {
    let mut signals = Signals::new()?;
    // Dropped last, after the terminal was given back: then there is time to wait for what is in flight.
    let helm = Helm::default();
    let at_the_end = AtTheEnd(helm.clone());
    let (written_by, mut written) = mpsc::unbounded_channel();
    let (hung_up_by, mut hung_up) = mpsc::unbounded_channel();
    let (defects_by, mut defects) = mpsc::unbounded_channel();
    let (copies_by, mut copies) = mpsc::unbounded_channel();
    // Held on to here, so that the channels of threads that come and go stay open.
    let keep_open = (hung_up_by.clone(), defects_by.clone(), written_by.clone());
    let tty = tty::open()?;
    let writer = Writer::start(tty.try_clone()?, written_by)?;
    let before_the_end = {
        let helm = helm.clone();
        move || helm.finish("the terminal hung up")
    };
    let watcher = Watcher::start(tty.try_clone()?, hung_up_by, before_the_end)?;
    let guard = Guard::enter(&options.title, writer.clone(), defects_by)?;
    let mut keys = tty::read_keys()?;
    let mut observations = Observations::new(options.observations);
    let (crew, mut heard) = Crew::new(options.desk, helm.clone());
    let (theme, warnings) = options.themes.load(&options.theme);
    let mut console = Console {
        terminal: Terminal::new(FrameBackend::new(tty::size(&tty)))?,
        app: App::new(options.app),
        theme,
        themes: options.themes,
        refresh: options.refresh,
        look: options.look,
        runs: None,
        crew,
        tty,
        writer,
        guard,
        route,
        copies: copies_by,
        presence: Presence::Here,
        frame: Frame::Out,
        due: None,
        last_frame: None,
        tick: None,
        last_tick: None,
        ended: None,
    };
    let (told_by, mut told) = mpsc::unbounded_channel();
    console.begin(theme_notice(&warnings), observations.latest())?;
    console.read_runs(options.runs, options.runbooks, options.foresee, &told_by)?;
    while console.ended.is_none() {
        console.draw_if_due()?;
        tokio::select! {
            biased;
            number = signals.next() => console.on_signal(number)?,
            _ = hung_up.recv() => console.ended = Some(Ended::HungUp),
            result = written.recv() => console.on_written(result),
            input = keys.recv() => {
                console.on_input(input)?;
                // All that is there already, then one frame.
                while let Ok(more) = keys.try_recv() {
                    console.on_input(Some(more))?;
                }
            }
            place = defects.recv() => console.on_defect(place),
            copied = copies.recv() => console.on_copied(copied),
            answer = heard.next() => console.on_heard(answer, &mut heard),
            seen = observations.next() => console.on_observation(seen),
            event = told.recv() => console.on_told(event),
            () = at(console.tick) => console.on_tick(),
            () = at(console.frame_deadline()) => {}
        }
    }
    let ended = console.ended.unwrap_or(Ended::Quit);
    // The terminal first: nobody is to wait in front of a dead screen.
    drop((console, keep_open, told_by));
    match ended {
        // Whoever asked twice does not want to wait.
        Ended::Quit => helm.finish_at_once("the operator left"),
        Ended::HungUp => helm.finish("the terminal hung up"),
        Ended::Signalled(number) => helm.finish(&format!("ended by signal {number}")),
    }
    drop((watcher, at_the_end));
    Ok(ended)
}

/// Waits for `moment`, for ever without one.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(Deadline::from_std(moment)).await,
        None => std::future::pending().await,
    }
}

/// Whether a frame is on its way to the terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// All are out.
    Out,
    /// One is being written.
    InFlight,
}

/// Whether the terminal is ours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// We draw on it.
    Here,
    /// We are stopped, or about to be: the shell has it.
    Stopped,
}

struct Console {
    terminal: Terminal<FrameBackend>,
    app: App,
    theme: Theme,
    themes: Themes,
    refresh: Box<dyn FnMut() + Send>,
    look: Box<dyn FnMut(BTreeSet<Query>) + Send>,
    /// What reads the runs of this machine, where it is known where they are.
    runs: Option<Reader>,
    crew: Crew,
    tty: File,
    writer: Writer,
    guard: Guard,
    route: Route,
    copies: UnboundedSender<Copied>,
    presence: Presence,
    frame: Frame,
    /// When to draw next; `None` while nothing happened.
    due: Option<Instant>,
    last_frame: Option<Instant>,
    /// When the screen changes by itself.
    tick: Option<Instant>,
    last_tick: Option<Instant>,
    ended: Option<Ended>,
}

impl Console {
    fn begin(&mut self, notice: Option<Notice>, seen: Option<Observation>) -> io::Result<()> {
        self.resize()?;
        for event in notice.map(Event::Notice).into_iter().chain(seen.map(Event::Observed)) {
            self.update(event);
        }
        self.draw_now();
        Ok(())
    }

    /// Begins to look at the runs of this machine, or says why it does not.
    fn read_runs(
        &mut self,
        runs: Result<(Place, Vec<String>), Text>,
        runbooks: ReadRunbooks,
        foresee: Foresee,
        told_by: &UnboundedSender<Event>,
    ) -> io::Result<()> {
        match runs {
            Ok((place, extra_regions)) => {
                self.runs = Some(Reader::start(place, extra_regions, runbooks, told_by.clone(), foresee)?)
            }
            Err(why) => self.update(Event::Runs(Arc::new(Runs { trouble: Some(why), ..Runs::default() }))),
        }
        Ok(())
    }

    fn on_told(&mut self, event: Option<Event>) {
        if let Some(event) = event {
            self.update(event);
            self.draw_soon();
        }
    }

    fn update(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for command in self.app.update(event, Instant::now()) {
                self.carry_out(command, &mut events);
            }
        }
        let now = Instant::now();
        // A simulated clock can run so fast that the screen changes all the time: not more often than frames are drawn.
        let earliest = self.last_tick.map(|last| last + FRAME);
        self.tick = self.app.next_tick(now).map(|tick| earliest.map_or(tick, |earliest| tick.max(earliest)));
    }

    fn carry_out(&mut self, command: Command, events: &mut VecDeque<Event>) {
        match command {
            Command::Quit => self.ended = Some(Ended::Quit),
            Command::Refresh => (self.refresh)(),
            Command::Look(queries) => (self.look)(queries),
            Command::Copy(line) => {
                let copied = clipboard::copy(&line, self.route, self.copies.clone());
                self.terminal.backend_mut().append(&copied.bytes);
                events.extend(copied.notice.map(Event::Notice));
            }
            Command::SetTheme(name) => {
                let (theme, warnings) = self.themes.load(&name);
                self.theme = theme;
                events.extend(theme_notice(&warnings).map(Event::Notice));
            }
            Command::Redraw => self.repaint(),
            Command::Runs(ask) => {
                if let Some(runs) = &self.runs {
                    runs.ask(ask);
                }
            }
            Command::Offer(system) => self.crew.offer(system),
            Command::Begin(beginning) => self.crew.begin(*beginning),
            Command::Consent(consent) => self.crew.consent(*consent),
            Command::Order(order) => events.extend(self.crew.order(order).map(Event::Ordered)),
        }
    }

    fn on_heard(&mut self, answer: Heard, heard: &mut super::crew::Hearing) {
        let event = match answer {
            Heard::Offered(offered) => Event::Offered(offered),
            Heard::Begun(begun) => Event::Begun(begun.map(|(views, begun)| {
                heard.follow(views);
                begun
            })),
            Heard::Told(notice) => Event::Notice(notice),
            Heard::Seen(view) => Event::Run { seat: super::run::Seat::Driver, view },
            Heard::Over(run) => {
                self.crew.over();
                Event::RunOver(run)
            }
        };
        self.update(event);
        self.draw_soon();
    }

    fn on_signal(&mut self, number: Number) -> io::Result<()> {
        match number {
            Number::HUP => self.ended = Some(Ended::HungUp),
            Number::INT => {
                self.update(Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
                self.draw_now();
            }
            Number::WINCH => self.resize()?,
            Number::TSTP => {
                self.guard.leave();
                self.presence = Presence::Stopped;
                kill_process(getpid(), Number::STOP)?;
            }
            Number::CONT => {
                self.guard.enter_again()?;
                self.presence = Presence::Here;
                self.terminal.backend_mut().forget_cursor();
                self.resize()?;
                self.draw_now();
            }
            other => self.ended = Some(Ended::Signalled(other.as_raw())),
        }
        Ok(())
    }

    fn on_written(&mut self, result: Option<io::Result<()>>) {
        self.frame = Frame::Out;
        if !matches!(result, Some(Ok(()))) {
            // Nothing that a terminal answers to a write but its death is an error here.
            self.ended = Some(Ended::HungUp);
        }
    }

    fn on_input(&mut self, input: Option<Input>) -> io::Result<()> {
        match input {
            Some(Input::Key(key)) => {
                if key.kind != KeyEventKind::Release {
                    self.update(Event::Key(key));
                    self.draw_now();
                }
            }
            Some(Input::Paste(text)) => {
                self.update(Event::Paste(text));
                self.draw_now();
            }
            // Sizes come by SIGWINCH, also while the keyboard waits for the second half of a key. The rest was not asked for.
            Some(Input::Resize(_, _) | Input::FocusGained | Input::FocusLost | Input::Mouse(_)) => {}
            // No keys will come any more.
            None => self.ended = Some(Ended::HungUp),
        }
        Ok(())
    }

    fn on_defect(&mut self, place: Option<String>) {
        let place = place.unwrap_or_default();
        self.update(Event::Notice(Notice::error(format!(
            "a part of drdeck stopped: a defect at {place}; readings may not be refreshed"
        ))));
        self.draw_soon();
    }

    fn on_copied(&mut self, copied: Option<Copied>) {
        if let Some(copied) = copied {
            self.terminal.backend_mut().append(&copied.bytes);
            if let Some(notice) = copied.notice {
                self.update(Event::Notice(notice));
            }
            self.draw_soon();
        }
    }

    fn on_observation(&mut self, seen: Seen) {
        match seen {
            Seen::Something(observation) => self.update(Event::Observed(observation)),
            Seen::Nothing => {}
            Seen::TheLast => {
                self.update(Event::Notice(Notice::error("readings have stopped; everything shown only ages from here")))
            }
        }
        self.draw_soon();
    }

    fn on_tick(&mut self) {
        self.last_tick = Some(Instant::now());
        self.update(Event::Tick);
        self.draw_soon();
    }

    fn resize(&mut self) -> io::Result<()> {
        let size = tty::size(&self.tty);
        self.terminal.backend_mut().set_size(size);
        self.terminal.autoresize()?;
        self.update(Event::Resize(size.width, size.height));
        self.repaint();
        Ok(())
    }

    /// Everything anew with the next frame.
    fn repaint(&mut self) {
        // Cannot fail: the backend only collects bytes.
        let _ = self.terminal.clear();
        self.draw_soon();
    }

    fn draw_now(&mut self) {
        self.due = Some(Instant::now());
    }

    fn draw_soon(&mut self) {
        let now = Instant::now();
        let soon = self.last_frame.map_or(now, |last| now.max(last + FRAME));
        self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
    }

    /// When to wake up for drawing. While a frame is in flight its end does that.
    fn frame_deadline(&self) -> Option<Instant> {
        match (self.frame, self.presence) {
            (Frame::Out, Presence::Here) => self.due,
            (Frame::InFlight, _) | (_, Presence::Stopped) => None,
        }
    }

    fn draw_if_due(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if self.frame_deadline().is_none_or(|due| due > now) || self.ended.is_some() {
            return Ok(());
        }
        self.due = None;
        self.last_frame = Some(now);
        let (app, theme) = (&self.app, &self.theme);
        self.terminal.draw(|frame| app.view(theme, now, frame))?;
        if let Some(bytes) = self.terminal.backend_mut().take_frame() {
            self.frame = Frame::InFlight;
            self.writer.write_frame(bytes);
        }
        Ok(())
    }
}

fn theme_notice(warnings: &[String]) -> Option<Notice> {
    let first = warnings.first()?;
    Some(Notice::warning(match warnings.len() {
        1 => first.clone(),
        several => format!("{first} (and {} more)", several - 1),
    }))
}

/// What the channel of readings says.
enum Seen {
    /// New readings.
    Something(Observation),
    /// None yet.
    Nothing,
    /// There will be no more.
    TheLast,
}

struct Observations {
    /// `None` once its sender is gone.
    receiver: Option<watch::Receiver<Option<Observation>>>,
}

impl Observations {
    const fn new(receiver: watch::Receiver<Option<Observation>>) -> Self {
        Self { receiver: Some(receiver) }
    }

    fn latest(&mut self) -> Option<Observation> {
        self.receiver.as_mut()?.borrow_and_update().clone()
    }

    async fn next(&mut self) -> Seen {
        let Some(receiver) = self.receiver.as_mut() else {
            return std::future::pending().await;
        };
        if receiver.changed().await.is_err() {
            self.receiver = None;
            return Seen::TheLast;
        }
        receiver.borrow_and_update().clone().map_or(Seen::Nothing, Seen::Something)
    }
}

/// The signals that mean something here.
struct Signals {
    received: UnboundedReceiver<Number>,
}

impl Signals {
    const HANDLED: [Number; 7] =
        [Number::HUP, Number::TERM, Number::QUIT, Number::INT, Number::TSTP, Number::CONT, Number::WINCH];

    fn new() -> io::Result<Self> {
        let (sender, received) = mpsc::unbounded_channel();
        for number in Self::HANDLED {
            let mut stream: Signal = signal(SignalKind::from_raw(number.as_raw()))?;
            let sender = sender.clone();
            tokio::spawn(async move { while stream.recv().await.is_some() && sender.send(number).is_ok() {} });
        }
        Ok(Self { received })
    }

    async fn next(&mut self) -> Number {
        match self.received.recv().await {
            Some(number) => number,
            None => std::future::pending().await,
        }
    }
}
