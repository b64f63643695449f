//! The Runbook screen: a run step by step.
//!
//! ```text
//! ┏ LIVE  orders-failover · orders · incident INC-1 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ NOT SERVED 12m31s · RTO 47m29s left · served about 14:31Z (in 16m)          ┃
//! ┃ UNPROTECTED 12m31s · about 5h10m of steps until it can                      ┃
//! ┃   STEP              PHASE   STANDS      WHY                                 ┃
//! ┃✓ 1 declare          decide  done        us-east-1 is lost for orders        ┃
//! ┃▶ 2 promote-replica  execute YOUR TURN   Promote orders-db-west              ┃
//! ┃· 3 check-app        verify  waits       for promote-replica                 ┃
//! ┃ 1 of 3 steps done · Enter opens the step, x acts                            ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ LIVE ━┛
//! ```

pub mod clock;
mod doubt;
pub mod page;
mod rows;
pub mod state;

use std::mem::discriminant;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::console::command_line::Shell;
use crate::console::format;
use crate::console::run::{Live, Seat, card, waits_for_a_person};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::table::{self, Column};
use crate::console::widgets::{Cursor, Line, Move, frame, line};
use crate::engine::{Holding, Stage, StepView};
use crate::runbook::RunId;
use rows::{Row, Show};

/// From this width on the page of the step stands beside the list.
const BESIDE: u16 = 110;

/// The columns of the list beside a page: at least and at most.
const LIST: (u16, u16) = (54, 84);

/// What gets the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The list of steps.
    Steps,
    /// The page of the step under the cursor.
    Page,
}

/// Who puts the cursor on a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand {
    /// It goes to what waits for a person by itself.
    Run,
    /// The person has put it where it is, and there it stays until that step is confirmed or over.
    Person,
}

/// The screen's state.
#[derive(Clone, Debug)]
pub struct RunbookScreen {
    /// The run that is shown; `None` where there is none.
    pub run: Option<RunId>,
    focus: Focus,
    show: Show,
    hand: Hand,
    /// The step under the cursor.
    step: usize,
    /// Its row, and the first row in sight.
    cursor: Cursor,
    /// The first line of the page in sight.
    offset: usize,
}

/// The parts of the screen inside its frame.
struct Parts {
    clocks: Rect,
    heads: Rect,
    list: Rect,
    page: Rect,
    status: Rect,
}

impl Parts {
    fn of(area: Rect, focus: Focus) -> Self {
        let clocks = clock::height(area);
        let mut y = area.y;
        let mut next = |height: u16| {
            let part = Rect { y, height: height.min(area.bottom().saturating_sub(y)), ..area };
            y = part.bottom();
            part
        };
        let clocks = next(clocks);
        let below = area.height.saturating_sub(clocks.height + 1);
        let body = next(below);
        let status = next(1);
        let beside = area.width >= BESIDE;
        let (left, right) = match (beside, focus) {
            (true, _) => {
                let list = (area.width / 5 * 2).clamp(LIST.0, LIST.1);
                (
                    Rect { width: list, ..body },
                    Rect { x: body.x + list + 1, width: body.width.saturating_sub(list + 1), ..body },
                )
            }
            (false, Focus::Steps) => (body, Rect { height: 0, ..body }),
            (false, Focus::Page) => (Rect { height: 0, ..body }, body),
        };
        let heads = Rect { height: left.height.min(1), ..left };
        let list = Rect { y: heads.bottom(), height: left.height.saturating_sub(1), ..left };
        Self { clocks, heads, list, page: right, status }
    }
}

/// The inside of the frame; it must be the one that [`frame::draw`] leaves.
fn inside(area: Rect) -> Rect {
    if area.width < 30 || area.height < 16 {
        return Rect { y: area.y + area.height.min(1), height: area.height.saturating_sub(1), ..area };
    }
    Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
}

impl RunbookScreen {
    /// The screen of that run, with the cursor where a person is waited for.
    pub fn new(live: Option<&Live>) -> Self {
        let mut screen = Self {
            run: live.map(Live::id),
            focus: Focus::Steps,
            show: Show::of(live.map(|live| live.view.parts.as_slice()).unwrap_or_default()),
            hand: Hand::Run,
            step: 0,
            cursor: Cursor::default(),
            offset: 0,
        };
        screen.go_to_foremost(live);
        screen
    }

    /// What gets the keys.
    pub const fn focus(&self) -> Focus {
        self.focus
    }

    /// The step under the cursor.
    pub const fn step(&self) -> usize {
        self.step
    }

    fn go_to_foremost(&mut self, live: Option<&Live>) {
        self.hand = Hand::Run;
        if let Some(step) = live.and_then(Live::foremost).filter(|step| step.index != self.step) {
            self.step = step.index;
            self.offset = 0;
        }
    }

    /// The run stands otherwise now. Where nothing more is asked of the person at the step under the cursor, the next one that waits for them
    /// comes under it; where that step has ended, the next one that matters.
    pub fn refresh(&mut self, before: Option<&Stage>, live: &mut Live, shell: &Shell, area: Rect) {
        let goes_on = |stage: &Stage| is_over(stage) || matches!(stage, Stage::Verifying(_));
        let is = live.step(self.step).map(|step| &step.stage);
        // It stands otherwise, or another plan is shown: what is new is told at the top.
        if before.zip(is).is_some_and(|(before, is)| !is_as_before(before, is)) {
            self.offset = 0;
        }
        let became = |what: &dyn Fn(&Stage) -> bool| before.is_some_and(|before| !what(before)) && is.is_some_and(what);
        let is_left = is.is_some_and(goes_on) && (self.hand == Hand::Run || became(&goes_on));
        if became(&is_over) || is_left && live.foremost().is_some_and(waits_for_a_person) {
            self.go_to_foremost(Some(live));
        }
        self.put(self.step, live, area);
        self.look(live, shell, area);
    }

    /// Puts the cursor on a step.
    fn put(&mut self, step: usize, live: &Live, area: Rect) {
        self.step = step.min(live.view.steps.len().saturating_sub(1));
        let rows = rows::rows(live, self.show, self.step);
        let at = rows.iter().position(|row| *row == Row::Step(self.step)).unwrap_or(0);
        let height = usize::from(Parts::of(inside(area), self.focus).list.height);
        self.cursor.put(at, rows.len(), height);
        // The line of its System is read with it.
        let above = self.cursor.offset.checked_sub(1);
        if let Some(above) = above.filter(|above| self.cursor.offset == at && is_system(rows.get(*above))) {
            self.cursor.offset = above;
        }
    }

    /// The steps that the list shows.
    fn steps(&self, live: &Live) -> Vec<usize> {
        let step = |row: &Row| match row {
            Row::Step(step) => Some(*step),
            Row::System(_) => None,
        };
        rows::rows(live, self.show, self.step).iter().filter_map(step).collect()
    }

    /// Shows all steps, or only those that go on.
    pub fn turn_shown(&mut self, live: &mut Live, shell: &Shell, area: Rect) {
        self.show = self.show.turned();
        self.put(self.step, live, area);
        self.look(live, shell, area);
    }

    /// Opens the page of the step under the cursor.
    pub fn open(&mut self, live: &mut Live, shell: &Shell, area: Rect) {
        self.focus = Focus::Page;
        self.offset = 0;
        if live.step(self.step).is_some_and(|step| !waits_for_a_person(step)) {
            self.hand = Hand::Person;
        }
        self.look(live, shell, area);
    }

    /// Back to the list; whether there was anything to close.
    pub fn close(&mut self) -> bool {
        let was = self.focus == Focus::Page;
        self.focus = Focus::Steps;
        was
    }

    /// The page of another step.
    pub fn turn(&mut self, by: isize, live: &mut Live, shell: &Shell, area: Rect) {
        let steps = self.steps(live);
        let at = steps.iter().position(|step| *step == self.step).unwrap_or(0);
        let to = steps.get(at.saturating_add_signed(by).min(steps.len().saturating_sub(1))).copied();
        self.hand = Hand::Person;
        self.put(to.unwrap_or(0), live, area);
        self.offset = 0;
        self.look(live, shell, area);
    }

    /// Moves the cursor, or scrolls the page.
    pub fn moved(&mut self, by: Move, live: &mut Live, shell: &Shell, area: Rect) {
        let parts = Parts::of(inside(area), self.focus);
        match self.focus {
            Focus::Steps => {
                let steps = self.steps(live);
                let at = steps.iter().position(|step| *step == self.step).unwrap_or(0);
                let to = steps.get(by.from(at, steps.len(), usize::from(parts.list.height))).copied();
                self.hand = Hand::Person;
                self.put(to.unwrap_or(0), live, area);
                self.offset = 0;
            }
            Focus::Page => {
                let lines =
                    page::lines(live, self.step, shell, live.view.at, usize::from(parts.page.width)).lines.len();
                let page = usize::from(parts.page.height);
                let last = lines.saturating_sub(page);
                self.offset = by.from(self.offset.min(last), last + 1, page);
            }
        }
        self.look(live, shell, area);
    }

    /// Notes whether the end of the open card is in sight: only then it can be confirmed.
    pub fn look(&mut self, live: &mut Live, shell: &Shell, area: Rect) {
        let Focus::Page = self.focus else { return };
        let parts = Parts::of(inside(area), self.focus);
        let page::Lines { lines, end } =
            page::lines(live, self.step, shell, live.view.at, usize::from(parts.page.width));
        let page = usize::from(parts.page.height);
        let last = lines.len().saturating_sub(page);
        self.offset = self.offset.min(last);
        if self.offset + page >= end {
            live.has_read(self.step);
        }
    }

    /// Draws the screen.
    pub fn draw(&self, live: Option<&Live>, shell: &Shell, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let Some(live) = live else {
            let text = " No run is on. On Systems, x begins one for the System under the cursor; nothing is sent before you confirm each step.";
            let lines = Line::new(Role::Text, text).wrapped(usize::from(area.width), 1);
            line::draw_all(&lines, area, theme, buffer);
            return;
        };
        let inside = frame::draw(&title(live), live.view.run.mode, area, theme, buffer);
        let parts = Parts::of(inside, self.focus);
        let alone = live.view.parts.iter().find(|part| part.steps.contains(&self.step));
        let alone = alone.filter(|_| self.focus == Focus::Page);
        clock::draw(live, alone, parts.clocks, theme, buffer);
        self.draw_list(live, &parts, theme, buffer);
        let below = self.draw_page(live, shell, parts.page, theme, buffer);
        if inside.width >= BESIDE {
            for row in parts.page.rows() {
                let x = row.x.saturating_sub(1);
                let role = if self.focus == Focus::Page { Role::BorderFocused } else { Role::Border };
                Line::new(role, "│").draw(Rect { x, width: 1, ..row }, theme, buffer);
            }
        }
        self.status(live, below).draw(parts.status, theme, buffer);
    }

    fn draw_list(&self, live: &Live, parts: &Parts, theme: &Theme, buffer: &mut Buffer) {
        if parts.list.is_empty() {
            return;
        }
        let rows = rows::rows(live, self.show, self.step);
        let steps = &live.view.steps;
        let name = |step: &StepView| {
            let (level, name) = rows::name(live, step);
            Line::new(Role::Text, "  ".repeat(usize::from(level))).with(Role::TextStrong, name)
        };
        let longest = steps.iter().map(|step| name(step).width()).max().unwrap_or(0);
        let columns = columns(longest, parts.list.width.saturating_sub(MARK));
        let beside_mark = |row: Rect| Rect { x: row.x + MARK, width: row.width.saturating_sub(MARK), ..row };
        table::draw_heads(&columns, beside_mark(parts.heads), theme, buffer);
        let in_sight = self.cursor.in_sight(rows.len(), usize::from(parts.list.height));
        for (row, place) in rows.get(in_sight).unwrap_or_default().iter().zip(parts.list.rows()) {
            let step = match row {
                Row::System(part) => {
                    let Some(part) = live.view.parts.get(*part) else { break };
                    let (glyph, line) = rows::system(live, part);
                    glyph.draw(place, theme, buffer);
                    let place = beside_mark(place);
                    line.cut_between_words(usize::from(place.width)).draw(place, theme, buffer);
                    continue;
                }
                Row::Step(step) => *step,
            };
            let Some(step) = steps.get(step) else { break };
            let stands = state::of(live, step);
            Line::new(stands.role, stands.glyph).draw(place, theme, buffer);
            table::draw_row(&columns, beside_mark(place), theme, buffer, |key, width| match key {
                Key::Number => Line::new(Role::TextMuted, format!("{:>2}", step.index + 1)),
                Key::Name => name(step),
                Key::Phase => Line::new(Role::TextMuted, step.phase.as_str()),
                Key::Stands => Line::new(stands.role, stands.words.as_str()),
                Key::Why => state::why(live, step).cut_between_words(usize::from(width)),
            });
            if step.index == self.step {
                buffer.set_style(place, theme.style(Role::Selection));
            }
        }
    }

    /// Draws the page; how many lines of it are below.
    fn draw_page(&self, live: &Live, shell: &Shell, area: Rect, theme: &Theme, buffer: &mut Buffer) -> usize {
        if area.is_empty() {
            return 0;
        }
        let lines = page::lines(live, self.step, shell, live.view.at, usize::from(area.width)).lines;
        let page = usize::from(area.height);
        let offset = self.offset.min(lines.len().saturating_sub(page));
        line::draw_all(lines.get(offset..).unwrap_or_default(), area, theme, buffer);
        lines.len().saturating_sub(offset + page)
    }

    fn page_status(&self, live: &Live, below: usize) -> Line {
        let mut line = Line::empty();
        if below > 0 {
            line.push(Role::KeyName, format!(" ▼ {} more", format::count(below, "line")));
        }
        let waits = live.step(self.step).is_some_and(|step| card(step).is_some());
        if waits && live.seat == Seat::Driver && !live.is_read(self.step) {
            line.push(Role::StepStuck, " · x acts once the end of the card was seen");
        }
        let also = attention(live, Some(self.step));
        if !also.is_empty() {
            line.push(Role::TextMuted, if line.is_empty() { " also " } else { " · also " });
            line.append(also);
        }
        line
    }

    /// The last line: what is below on the page, or how far the run has come.
    fn status(&self, live: &Live, below: usize) -> Line {
        if self.focus == Focus::Page && matches!(live.view.holding, Holding::Open) && live.view.error.is_none() {
            return self.page_status(live, below);
        }
        match (&live.view.holding, &live.view.error) {
            (Holding::ReadOnly(why), _) => Line::new(Role::SeverityError, format!(" ✗ {why}")),
            (Holding::Closed(verdict), _) => Line::new(
                Role::TextStrong,
                format!(" The run is {}. Its record: drdeck journal show {}", verdict.as_str(), live.id()),
            ),
            (_, Some(error)) => Line::new(Role::SeverityError, format!(" ✗ {error}")),
            (Holding::Stopping(reason), None) => {
                Line::new(Role::StepStuck, format!(" Being stopped: {reason}; what is in flight is waited for"))
            }
            (Holding::Open, None) => {
                let done = live.view.steps.iter().filter(|step| is_over(&step.stage)).count();
                let mut line = Line::new(Role::TextMuted, format!(" {done} of {} steps done", live.view.steps.len()));
                let waiting = attention(live, None);
                if !waiting.is_empty() {
                    line.push(Role::TextMuted, " · ");
                    line.append(waiting);
                }
                if self.show == Show::GoingOn {
                    line.push(Role::TextMuted, " · ");
                    line.push(Role::KeyName, "!");
                    line.push(Role::TextMuted, " shows them all");
                }
                line
            }
        }
    }
}

/// Whether a step stands as it did, whatever was read meanwhile.
fn is_as_before(before: &Stage, is: &Stage) -> bool {
    match (before, is) {
        (Stage::Card(before), Stage::Card(is)) => before.plan == is.plan,
        // A card that is read anew is the same one.
        (Stage::Card(_), Stage::Planning) => true,
        (before, is) => discriminant(before) == discriminant(is),
    }
}

fn is_over(stage: &Stage) -> bool {
    matches!(stage, Stage::Done { .. } | Stage::Skipped { .. })
}

fn is_system(row: Option<&Row>) -> bool {
    matches!(row, Some(Row::System(_)))
}

/// Which steps are meant, and how they are told of.
type Kind<'a> = (&'a dyn Fn(&StepView) -> bool, Role, &'a str);

/// How many steps wait for a person, besides that one: a screen does not show them all.
fn attention(live: &Live, besides: Option<usize>) -> Line {
    if live.seat != Seat::Driver {
        return Line::empty();
    }
    let count = |what: &dyn Fn(&StepView) -> bool| {
        live.view.steps.iter().filter(|step| Some(step.index) != besides && what(step)).count()
    };
    let mut line = Line::empty();
    let kinds: [Kind<'_>; 5] = [
        (&|step| matches!(step.stage, Stage::InDoubt(_) | Stage::Asking(_)), Role::StepDoubt, "in doubt"),
        (&|step| matches!(step.stage, Stage::Failed { .. }), Role::StepFailed, "failed"),
        (&|step| step.stuck, Role::StepStuck, "stuck"),
        (&|step| card(step).is_some_and(|card| card.blocker().is_none()), Role::StepTurn, "for you"),
        (&|step| card(step).is_some_and(|card| card.blocker().is_some()), Role::StepFailed, "blocked"),
    ];
    for (what, role, words) in kinds {
        let n = count(what);
        if n > 0 {
            if !line.is_empty() {
                line.push(Role::TextMuted, " · ");
            }
            line.push(role, format!("{n} {words}"));
        }
    }
    line
}

/// What stands in the frame.
fn title(live: &Live) -> Line {
    let view = &live.view;
    let mut line = Line::new(Role::Title, view.run.runbook.as_str());
    line.push(Role::Text, format!(" · {}", view.run.system));
    if let Some(incident) = &view.run.incident {
        line.push(Role::Text, format!(" · {incident}"));
    }
    match &live.seat {
        Seat::Driver => {
            if let Some((person, _)) = &view.holder {
                line.push(Role::TextMuted, format!(" · {} drives", person.name));
            }
        }
        Seat::Observer(holder) => {
            line.push(Role::Text, " · ");
            line.push(Role::ModeReadOnly, " OBSERVER ");
            line.push(Role::TextMuted, format!(" {holder}"));
        }
        Seat::Nobody => line.push(Role::TextMuted, " · nobody drives"),
    }
    line
}

/// The glyph and the space before the first column.
const MARK: u16 = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Number,
    Name,
    Phase,
    Stands,
    Why,
}

fn columns(longest: usize, width: u16) -> Vec<table::Placed<Key>> {
    let longest = u16::try_from(longest).unwrap_or(u16::MAX).clamp(10, 34);
    table::place(
        &[
            Column { key: Key::Number, title: " #", width: 2, max_width: 2, rank: 1 },
            Column { key: Key::Name, title: "STEP", width: longest.min(24), max_width: longest, rank: 0 },
            Column { key: Key::Stands, title: "STANDS", width: 13, max_width: 13, rank: 2 },
            Column { key: Key::Phase, title: "PHASE", width: 11, max_width: 11, rank: 4 },
            Column { key: Key::Why, title: "WHY", width: 26, max_width: 200, rank: 3 },
        ],
        width,
    )
}
