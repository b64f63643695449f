//! The two clocks of a run: since when users are not served, and how long the System could not fail over again. Where there is room, so big
//! that they can be read from two metres.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::console::format;
use crate::console::run::Live;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{Line, digits, line};
use crate::engine::{Clocks, PartView};
use crate::model::{Moment, Span};

/// From these columns and rows on the figures are big.
const BIG: (u16, u16) = (110, 30);

/// The rows that the clocks take on a body of that size.
pub const fn height(area: Rect) -> u16 {
    match (area.width >= BIG.0 && area.height >= BIG.1, area.height >= 12) {
        (true, _) => 5,
        (false, true) => 2,
        (false, false) => 1,
    }
}

/// Draws them on `area`, of the height that [`height`] says. Where one of several Systems is looked at alone, the clocks are its own.
pub fn draw(live: &Live, alone: Option<&PartView>, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let now = live.view.at;
    if area.height >= 5 {
        let clocks = &live.view.clocks;
        let mut served = rto_clock(clocks, now, nearest(live), &live.view.parts);
        let mut protected = protection_clock(clocks);
        if let (Some(unserved), Some(_), None) = (unserved(live), clocks.unserved, clocks.served) {
            served.head = Line::new(Role::TableHeader, format!(" USERS OF {unserved} SYSTEMS NOT SERVED FOR"));
        }
        if let (Some(unprotected), Some(_), None) = (not_protected(live), clocks.unprotected, clocks.protected) {
            protected.head = Line::new(Role::TableHeader, format!(" {unprotected} SYSTEMS UNPROTECTED FOR"));
        }
        protected.foot.append(fences(live));
        let half = area.width / 2;
        served.draw(Rect { width: half.saturating_sub(1), ..area }, theme, buffer);
        protected.draw(Rect { x: area.x + half, width: area.width - half, ..area }, theme, buffer);
        return;
    }
    let lines = match alone {
        Some(PartView { system, clocks, .. }) => {
            let whose = format!("{system} ");
            [served_line(clocks, now, &whose, &[]), protected_line(live, clocks, &whose)]
        }
        None => {
            let counted = |of: Option<String>| of.map(|of| format!("{of} ")).unwrap_or_default();
            let clocks = &live.view.clocks;
            [
                served_line(clocks, now, &counted(unserved(live)), &live.view.parts),
                protected_line(live, clocks, &counted(not_protected(live))),
            ]
        }
    };
    line::draw_all(&lines, area, theme, buffer);
}

/// How many of several Systems are not served yet: `3 OF 8`.
fn unserved(live: &Live) -> Option<String> {
    counted(live, |clocks| clocks.served.is_none())
}

/// How many of several Systems could not fail over again yet.
fn not_protected(live: &Live) -> Option<String> {
    counted(live, |clocks| clocks.protected.is_none())
}

fn counted(live: &Live, is: impl Fn(&Clocks) -> bool) -> Option<String> {
    let parts = &live.view.parts;
    let count = parts.iter().filter(|part| is(&part.clocks)).count();
    (!parts.is_empty() && count > 0).then(|| format!("{count} OF {}", parts.len()))
}

/// A clock with big figures.
struct Clock {
    head: Line,
    figure: String,
    role: Role,
    foot: Line,
}

impl Clock {
    fn draw(&self, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let mut rows = area.rows();
        if let Some(row) = rows.next() {
            self.head.draw(row, theme, buffer);
        }
        for part in digits::rows(&self.figure) {
            if let Some(row) = rows.next() {
                Line::new(self.role, format!(" {part}")).draw(row, theme, buffer);
            }
        }
        if let Some(row) = rows.next() {
            self.foot.draw(row, theme, buffer);
        }
    }
}

/// `00:12:31`, with days as hours.
fn figure(span: Span) -> String {
    let seconds = span.as_secs().max(0);
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds % 3_600 / 60, seconds % 60)
}

/// When the RTO is over.
fn deadline(clocks: &Clocks) -> Option<Moment> {
    clocks.began?.checked_add(clocks.rto?).ok()
}

/// Whether the RTO would be met at this pace: its meaning. Once all of several Systems are served, one that missed its own decides.
fn pace(clocks: &Clocks, parts: &[PartView]) -> Role {
    match (clocks.served, clocks.left, deadline(clocks)) {
        (Some(_), _, _) if missed(clocks) || parts.iter().any(|part| missed(&part.clocks)) => Role::VerdictBreached,
        (Some(_), _, _) => Role::VerdictMet,
        (None, Some(left), _) if left < Span::ZERO => Role::VerdictBreached,
        (None, Some(_), Some(deadline)) if clocks.expected > deadline => Role::VerdictAtRisk,
        (None, Some(_), _) => Role::VerdictMet,
        (None, None, _) => Role::TextStrong,
    }
}

/// Whether users have been without a System for longer than was promised.
fn missed(clocks: &Clocks) -> bool {
    matches!((clocks.unserved, clocks.rto), (Some(unserved), Some(rto)) if unserved > rto)
}

fn rto_clock(clocks: &Clocks, now: Moment, whose: Option<&str>, parts: &[PartView]) -> Clock {
    // Who comes home by plan has no outage: users are served meanwhile.
    let title = match (clocks.served, clocks.unserved) {
        (Some(_), Some(_)) => " USERS WERE SERVED AFTER",
        (Some(_), None) => " USERS ARE SERVED",
        (None, Some(_)) => " USERS NOT SERVED FOR",
        (None, None) => " NO OUTAGE DECLARED",
    };
    Clock {
        head: Line::new(Role::TableHeader, title),
        figure: clocks.unserved.map_or_else(|| "--:--:--".to_owned(), figure),
        role: pace(clocks, parts),
        foot: rest(clocks, now, whose, parts),
    }
}

/// What is left, and where this leads.
fn rest(clocks: &Clocks, now: Moment, whose: Option<&str>, parts: &[PartView]) -> Line {
    let mut line = Line::new(Role::Text, " ");
    if let Some(left) = left(clocks, parts) {
        line.append(left);
        if let Some(system) = whose {
            line.push(Role::TextMuted, format!(" ({system})"));
        }
        line.push(Role::TextMuted, " · ");
    }
    line.append(if clocks.served.is_some() { goal(clocks, parts) } else { expected(clocks, now) });
    line
}

/// What is left of the RTO; nothing once users are served, or where none was promised.
pub fn left(clocks: &Clocks, parts: &[PartView]) -> Option<Line> {
    let role = pace(clocks, parts);
    match (clocks.served, clocks.left) {
        (Some(served), _) => Some(Line::new(
            role,
            match clocks.unserved {
                Some(took) => format!("served after {}", format::span(took)),
                None => format!("served there since {}", served.strftime("%H:%MZ")),
            },
        )),
        (None, Some(left)) if left < Span::ZERO => {
            Some(Line::new(role, format!("RTO missed by {}", format::span(left.abs()))))
        }
        (None, Some(left)) => Some(Line::new(role, format!("RTO {} left", format::span(left)))),
        (None, None) => None,
    }
}

/// The clocks of one of several Systems, in a few words.
pub fn short(clocks: &Clocks) -> Line {
    let not_served = || match clocks.unserved {
        Some(unserved) => Line::new(Role::TextStrong, format!("not served {}", format::span(unserved))),
        None => Line::new(Role::TextMuted, "no outage declared"),
    };
    let mut line = left(clocks, &[]).unwrap_or_else(not_served);
    if clocks.served.is_some() {
        line.push(Role::TextMuted, " · ");
        line.append(unprotected(clocks));
    }
    line
}

/// How long it could not fail over again.
fn unprotected(clocks: &Clocks) -> Line {
    match (clocks.protected, clocks.unprotected) {
        (Some(_), Some(took)) => Line::new(Role::VerdictMet, format!("was unprotected for {}", format::span(took))),
        (Some(_), None) => Line::new(Role::VerdictMet, "protected"),
        (None, Some(since)) => {
            Line::new(Role::TableHeader, "UNPROTECTED ").with(Role::VerdictAtRisk, format::span(since))
        }
        (None, None) => Line::new(Role::TextMuted, "not protected"),
    }
}

/// What had been promised, once users are served: of several Systems each has its own RTO, and the run has none.
fn goal(clocks: &Clocks, parts: &[PartView]) -> Line {
    let promised = || parts.iter().filter(|part| part.clocks.unserved.is_some() && part.clocks.rto.is_some());
    let late: Vec<&str> = promised().filter(|part| missed(&part.clocks)).map(|part| part.system.as_str()).collect();
    match (clocks.rto, promised().count(), late.len()) {
        (Some(rto), _, _) => Line::new(Role::TextMuted, format!("the goal was {}", format::span(rto))),
        (None, 0, _) if parts.is_empty() => Line::new(Role::TextMuted, "no RTO was promised"),
        (None, 0, _) => Line::new(Role::TextMuted, format!("all {} Systems", parts.len())),
        (None, count, 0) => Line::new(Role::VerdictMet, format!("{count} of {count} within their RTO")),
        (None, count, missed) => {
            Line::new(Role::VerdictBreached, format!("{missed} of {count} missed their RTO: {}", late.join(", ")))
        }
    }
}

/// When users will be served, and whether that is in time.
fn expected(clocks: &Clocks, now: Moment) -> Line {
    let until = format!("served about {} (in {})", at(clocks.expected, now), format::coarse(clocks.until_served));
    match deadline(clocks) {
        Some(deadline) if deadline <= now => Line::new(Role::Text, until),
        Some(deadline) if clocks.expected > deadline => {
            Line::new(Role::VerdictAtRisk, format!("breaches at {} at this pace", at(deadline, now)))
                .with(Role::Text, format!(" · {until}"))
        }
        Some(_) | None => Line::new(Role::Text, until),
    }
}

/// Of several Systems, the one whose RTO is over first.
fn nearest(live: &Live) -> Option<&str> {
    let parts = live.view.parts.iter().filter(|part| part.clocks.left.is_some());
    parts.min_by_key(|part| part.clocks.left).map(|part| part.system.as_str())
}

/// `14:31Z`, with the date if it is another day.
fn at(moment: Moment, now: Moment) -> String {
    let day = |moment: Moment| moment.strftime("%Y-%m-%d").to_string();
    let form = if day(moment) == day(now) { "%H:%MZ" } else { "%m-%d %H:%MZ" };
    moment.strftime(form).to_string()
}

fn protection_clock(clocks: &Clocks) -> Clock {
    let title = if clocks.protected.is_some() { " WAS UNPROTECTED FOR" } else { " UNPROTECTED FOR" };
    let role = if clocks.protected.is_some() { Role::VerdictMet } else { Role::VerdictAtRisk };
    let mut foot = Line::new(Role::Text, " ");
    foot.append(protection(clocks));
    Clock {
        head: Line::new(Role::TableHeader, title),
        figure: clocks.unprotected.map_or_else(|| "--:--:--".to_owned(), figure),
        role,
        foot,
    }
}

fn protection(clocks: &Clocks) -> Line {
    match clocks.protected {
        Some(_) => Line::new(Role::Text, "it can fail over again"),
        None => {
            let steps = format::coarse(clocks.until_protected);
            Line::new(Role::Text, format!("about {steps} of steps until it could fail over again"))
        }
    }
}

fn served_line(clocks: &Clocks, now: Moment, whose: &str, parts: &[PartView]) -> Line {
    let mut line = match (clocks.served, clocks.unserved) {
        (Some(_), _) => Line::empty(),
        (None, Some(unserved)) => Line::new(Role::TableHeader, format!(" {whose}NOT SERVED "))
            .with(pace(clocks, parts), format::span(unserved))
            .with(Role::TextMuted, " ·"),
        (None, None) => Line::new(Role::TextMuted, " no outage declared ·"),
    };
    line.append(rest(clocks, now, None, parts));
    line
}

fn protected_line(live: &Live, clocks: &Clocks, whose: &str) -> Line {
    let whose = if clocks.protected.is_none() { whose } else { "" };
    let mut line = Line::new(Role::TableHeader, format!(" {whose}"));
    line.append(unprotected(clocks));
    // What is open comes before what is left, which is said in fewer words beside it: both are to be read at 80 columns.
    line.append(fences(live));
    line.push(Role::TextMuted, " · ");
    line.append(match (clocks.protected, live.view.fences.is_empty()) {
        (None, false) => Line::new(Role::Text, format!("{} to go", format::coarse(clocks.until_protected))),
        (Some(_), _) | (None, true) => protection(clocks),
    });
    line
}

/// The fence that was opened first and is not proven, and how many more there are.
fn fences(live: &Live) -> Line {
    let Some(fence) = live.view.fences.first() else { return Line::empty() };
    let id = live.step(fence.step).map(|step| step.id.as_str()).unwrap_or_default();
    let more = live.view.fences.len() - 1;
    let more = if more > 0 { format!(" +{more}") } else { String::new() };
    Line::new(Role::TextMuted, " · ").with(Role::Danger, format!("FENCE OPEN {id}{more}"))
}
