//! What is said of a run: how it stands, its two clocks, what is left open.

use crate::console::runs::{driven_by, other_holder};
use crate::console::screens::listing::Severity;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::{format, mark as marks};
use crate::journal::account::{Account, StepEnd};
use crate::journal::{Run, Stands, Told, Verdict};
use crate::model::{Moment, Span, words};
use crate::runbook::Mode;

/// The role of a mode's word, as loud as on the badge while the run is open.
pub const fn mode_role(mode: Mode, stands: &Stands) -> Role {
    match (stands.is_open(), mode) {
        (true, Mode::Live) => Role::ModeLive,
        (true, Mode::Drill) => Role::ModeDrill,
        (true, Mode::Tabletop) => Role::ModeTabletop,
        (false, _) => Role::TextMuted,
    }
}

/// How bad it is that a run stands as it does.
pub fn severity(run: &Run) -> Severity {
    let Some(told) = &run.told else {
        return if matches!(run.stands, Stands::Broken(_)) { Severity::Bad } else { Severity::Fine };
    };
    if !told.report.wrong.is_empty() {
        return Severity::Bad;
    }
    let is_live = told.account.mode == Mode::Live;
    let left_open = !told.account.open_fences.is_empty();
    match &run.stands {
        Stands::Broken(_) => Severity::Bad,
        // A request without an answer is under way as long as somebody drives.
        Stands::Driven(_) if left_open => Severity::Watch,
        Stands::Driven(_) => Severity::Busy,
        _ if !told.in_doubt().is_empty() => Severity::Bad,
        Stands::BrokenOff if is_live => Severity::Bad,
        Stands::BrokenOff | Stands::Closed(Verdict::Paused) => Severity::Watch,
        Stands::Closed(_) if left_open => Severity::Watch,
        Stands::Closed(Verdict::Finished) if is_live && is_missed(&told.account) => Severity::Watch,
        Stands::Closed(Verdict::Finished | Verdict::Aborted) | Stands::Empty => Severity::Fine,
    }
}

/// The mark of what is neither good nor bad: a run that was given up, or of which nothing was recorded, and of which nothing is left open.
pub fn mark(run: &Run) -> (&'static str, Role) {
    match (severity(run), &run.stands) {
        (Severity::Fine, Stands::Closed(Verdict::Aborted) | Stands::Empty) => NEUTRAL,
        (severity, _) => (severity.glyph(), severity.role()),
    }
}

/// The glyph of what is neither good nor bad, and its role.
pub const NEUTRAL: (&str, Role) = (marks::NEUTRAL, Role::TextMuted);

fn is_missed(account: &Account) -> bool {
    match (account.rto(), account.objectives.rto_s.map(Span::from_secs)) {
        (Some(took), Some(promised)) => took > promised,
        (_, _) => false,
    }
}

/// How it stands, in a column.
pub fn stands(run: &Run) -> Line {
    let severity = severity(run);
    let role = match severity {
        Severity::Bad => Role::SeverityError,
        Severity::Watch => Role::SeverityWarning,
        Severity::Busy => Role::TextStrong,
        Severity::Fine | Severity::Unknown => Role::Text,
    };
    Line::new(role, run.stands.as_str())
}

/// Who drives it, or drove it last.
pub fn driver(run: &Run) -> Option<String> {
    match (&run.stands, &run.told) {
        (Stands::Driven(holder), _) => Some(holder.operator.to_string()),
        (_, Some(told)) => told.account.drivers.last().map(|by| by.name.to_string()),
        (_, None) => None,
    }
}

/// How it stands, and since when, in a clause.
pub fn standing(run: &Run, now: Moment) -> String {
    let session = run.told.as_ref().and_then(|told| told.session.as_ref());
    let last = run.told.as_ref().map(|told| told.account.last);
    let reason = run.told.as_ref().and_then(|told| told.reason.as_ref()).map(|reason| reason.to_string());
    let reason = reason.filter(|reason| !reason.is_empty()).map(|reason| format!(": {reason}")).unwrap_or_default();
    let by = session.map(|session| format!(" by {}", session.by.name)).unwrap_or_default();
    let when = last.map(|last| format!(" at {}", format::when(last, now))).unwrap_or_default();
    match &run.stands {
        Stands::Driven(holder) => {
            let since = session.map(|session| format!(", since {}", format::when(session.at, now))).unwrap_or_default();
            match other_holder(run) {
                Some(holder) => format!("{}{since}", driven_by(holder)),
                None => format!("driven by {} from this console{since}", holder.operator),
            }
        }
        Stands::BrokenOff => {
            let host = session.map(|session| format!(" in process {} on {}", session.pid, session.host));
            format!(
                "broken off: driven{by}{}, whose session was not closed; the last record is of {}",
                host.unwrap_or_default(),
                last.map(|last| format::when(last, now)).unwrap_or_default()
            )
        }
        Stands::Closed(verdict) => format!("{}{by}{when}{reason}", verdict.as_str()),
        Stands::Empty => "nothing was recorded, and nothing was sent".to_owned(),
        Stands::Broken(why) => why.to_string(),
    }
}

/// From the beginning of the disruption until users were served; until now, while somebody may still bring that about.
fn reached(run: &Run, account: &Account, now: Moment) -> Option<Span> {
    if let Some(took) = account.rto() {
        return Some(took);
    }
    let began = account.began.filter(|_| still(run, account))?;
    Some(now.duration_since(began).max(Span::ZERO))
}

/// Whether its clocks go on.
fn still(run: &Run, account: &Account) -> bool {
    run.stands.is_open() && account.mode == Mode::Live
}

/// The RTO that was reached and the one that was promised: `12m14s / 15m`; `9m… / 15m` while users are not served yet.
pub fn rto(run: &Run, now: Moment) -> Line {
    let Some(told) = &run.told else { return Line::new(Role::TextMuted, "-") };
    let account = &told.account;
    let promised = account.objectives.rto_s.map(Span::from_secs);
    let goal = promised.map(|promised| format!(" / {}", format::span(promised))).unwrap_or_default();
    let Some(took) = reached(run, account, now) else {
        return Line::new(Role::TextMuted, format!("-{goal}"));
    };
    let missed = promised.is_some_and(|promised| took > promised);
    let (more, role) = match (account.served.is_some(), missed) {
        (true, false) => ("", Role::VerdictMet),
        (false, false) => ("…", Role::VerdictAtRisk),
        (true, true) => ("", Role::VerdictBreached),
        (false, true) => ("…", Role::VerdictBreached),
    };
    // What goes on stands without its seconds.
    let took = if more.is_empty() { format::elapsed(took) } else { format::coarse(took) };
    Line::new(role, format!("{took}{more}")).with(Role::TextMuted, goal)
}

/// How long the System could not fail over again: `14m`; `14m…` while it still cannot.
pub fn unprotected(run: &Run, now: Moment) -> Line {
    let Some(told) = &run.told else { return Line::new(Role::TextMuted, "-") };
    let account = &told.account;
    match (account.unprotected(), account.began) {
        (Some(span), _) => Line::new(Role::Text, format::elapsed(span)),
        (None, Some(began)) if account.mode == Mode::Live => {
            // Another run may have protected it since: only an open one still counts.
            let (until, more) = if still(run, account) { (now, "…") } else { (account.last, "+") };
            let span = until.duration_since(began).max(Span::ZERO);
            Line::new(Role::SeverityWarning, format!("{}{more}", format::elapsed(span)))
        }
        (None, _) => Line::new(Role::TextMuted, "-"),
    }
}

/// A count that should be zero.
pub fn count(count: usize) -> Line {
    if count == 0 { Line::new(Role::TextMuted, "-") } else { Line::new(Role::SeverityError, count.to_string()) }
}

/// Requests of which nobody knows what came; of a driven run those that no answer is recorded of yet.
pub fn doubts(run: &Run) -> Line {
    let doubts = run.told.as_ref().map_or(0, |told| told.in_doubt().len());
    match run.stands {
        Stands::Driven(_) if doubts > 0 => Line::new(Role::Text, doubts.to_string()),
        Stands::Driven(_) | Stands::BrokenOff | Stands::Closed(_) | Stands::Empty | Stands::Broken(_) => count(doubts),
    }
}

/// Where an open run has come to: `step 4 of 9 promote-replica`.
pub fn place(told: &Told) -> String {
    let steps = &told.account.steps;
    let is_open = |end: &StepEnd| matches!(end, StepEnd::Open | StepEnd::Failed(_));
    let last = told.step.as_ref().and_then(|id| steps.iter().position(|step| step.id == *id && is_open(&step.end)));
    match last.or_else(|| steps.iter().position(|step| is_open(&step.end))) {
        Some(at) => {
            let id = steps.get(at).map(|step| step.id.as_str()).unwrap_or_default();
            format!("step {} of {} {id}", at + 1, steps.len())
        }
        None => format!("all {} done or left out", format::count(steps.len(), "step")),
    }
}

/// The two clocks in a clause.
pub fn clocks(run: &Run, told: &Told, now: Moment) -> String {
    let account = &told.account;
    let promised = account.objectives.rto_s.map_or("nothing was promised".to_owned(), |seconds| {
        format!("promised {}", words::length(Span::from_secs(seconds)))
    });
    let served = match (account.rto(), reached(run, account, now), account.began) {
        (Some(took), _, _) => format!("users served after {} ({promised})", words::length(took)),
        (None, Some(so_far), _) => format!("users not served for {} so far ({promised})", words::length(so_far)),
        (None, None, Some(_)) => format!("that users are served was not verified ({promised})"),
        (None, None, None) => format!("nobody said when the disruption began ({promised})"),
    };
    let protected = match (account.unprotected(), account.protected, account.began) {
        (Some(span), _, _) => format!("; unprotected for {}", words::length(span)),
        (None, Some(at), _) => format!("; protected again at {}", format::moment(at, now)),
        (None, None, Some(_)) if still(run, account) && account.served.is_none() => ", nor protected".to_owned(),
        (None, None, Some(began)) if still(run, account) => {
            format!("; unprotected for {} so far", words::length(now.duration_since(began).max(Span::ZERO)))
        }
        (None, None, Some(_)) if account.mode == Mode::Live => "; not protected again in this run".to_owned(),
        (None, None, _) => String::new(),
    };
    format!("{served}{protected}")
}

/// What is left open of it: `2 fences open, 1 request in doubt`; nothing if nothing is.
pub fn left_open(run: &Run) -> Option<String> {
    let told = run.told.as_ref()?;
    let mut parts = Vec::new();
    for (step, by, reason) in &told.account.open_fences {
        parts.push(format!("fence {step} is open, {} accepted the risk: {reason}", by.name));
    }
    let doubts = told.in_doubt().len();
    if doubts > 0 {
        let requests = format::count(doubts, "request");
        parts.push(match run.stands {
            Stands::Driven(_) => format!("of {requests} no answer is recorded yet"),
            Stands::BrokenOff | Stands::Closed(_) | Stands::Empty | Stands::Broken(_) => {
                format!("{requests} IN DOUBT: nobody knows what came of it until the run goes on")
            }
        });
    }
    if let Some((seq, what)) = told.report.wrong.first() {
        parts.push(format!("record {seq} is WRONG: {what}"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
