//! What the System screen says, as lines: the judgement, the objectives, and a block for each component.

use crate::console::figures::{self, Trust};
use crate::console::theme::Role;
use crate::console::widgets::sparkline::sparkline;
use crate::console::widgets::{Line, line};
use crate::console::{format, mark, sentences};
use crate::model::{ComponentAssessment, Disruption, Loss, Moment, SourceState, Span, SystemAssessment, Text, Up};

/// A page: its lines, and where each component's block begins and ends.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// From top to bottom.
    pub lines: Vec<Line>,
    /// First line and line after the last of each component.
    pub blocks: Vec<(usize, usize)>,
}

/// Where a component's evidence is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// In the block of the selected component.
    InPlace,
    /// In a pane of its own.
    Beside,
}

/// How much of a component's evidence is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// Its beginning, if there is much: all of it changes with a move of the cursor, which has to stay within 1,400 bytes for a slow line.
    #[default]
    Beginning,
    /// All of it.
    Whole,
}

/// About the columns of text in the beginning of the evidence.
const BEGINNING: usize = 520;

/// What a page is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The System.
    pub system: &'a SystemAssessment,
    /// Where its readings come from.
    pub sources: &'a [SourceState],
    /// The time at AWS; `None` before anything was read.
    pub now: Option<Moment>,
}

/// The page in `width` columns, with that component selected.
pub fn page(subject: Subject<'_>, width: usize, selected: usize, evidence: Evidence, extent: Extent) -> Page {
    let Subject { system, sources, now } = subject;
    let mut lines = title(system, now, width);
    match now {
        Some(now) => {
            lines.extend(summary(system, now, width));
            for sentence in sentences::of(system, now) {
                lines.extend(bullet(
                    mark::glyph(sentence.verdict),
                    mark::role(sentence.verdict),
                    &sentence.text,
                    width,
                ));
            }
        }
        None => lines.extend(bullet(mark::WAITING, Role::TextMuted, "Not read yet.", width)),
    }
    lines.push(Line::empty());
    lines.extend(objectives(system, now));
    lines.push(Line::empty());
    let heading = format!(" {}", format::count(system.components.len(), "component").to_uppercase());
    lines.push(Line::new(Role::TableHeader, heading));
    let mut blocks = Vec::new();
    for (i, component) in system.components.iter().enumerate() {
        let first = lines.len();
        let block = Block { system, component, now, width };
        block.add_to(&mut lines, i == selected);
        if i == selected && evidence == Evidence::InPlace {
            for line in evidence_lines(component, now, width.saturating_sub(5), extent) {
                let mut indented = Line::new(Role::Text, "     ");
                indented.append(line);
                lines.push(indented);
            }
        }
        blocks.push((first, lines.len()));
    }
    if !system.reasons.is_empty() {
        lines.push(Line::empty());
        lines.push(Line::new(Role::TableHeader, " WHY, WORST FIRST"));
        let reasons = match now {
            Some(now) => sentences::reasons(system, sources, now),
            None => system.reasons.iter().map(ToString::to_string).collect(),
        };
        for reason in reasons {
            lines.extend(bullet("-", Role::TextMuted, &reason, width));
        }
    }
    Page { lines, blocks }
}

/// Verdict, name, and what was declared.
fn title(system: &SystemAssessment, now: Option<Moment>, width: usize) -> Vec<Line> {
    let mut line = Line::new(Role::Text, " ");
    match now {
        Some(now) => {
            line.append(figures::glyph(system, now));
            line.push(Role::Text, " ");
            line.append(figures::verdict(system, now));
        }
        None => line.push(Role::VerdictUnknown, format!("{} {}", mark::WAITING, system.verdict.words())),
    }
    line.push(Role::Text, "  ");
    line.push(Role::Title, system.name.as_str());
    let mut what = format!(
        "  {}, {}, {} to {}",
        system.criticality.as_str(),
        system.strategy.as_str(),
        system.primary.as_str(),
        system.recovery
    );
    if !system.depends_on.is_empty() {
        what.push_str(", needs ");
        what.push_str(&system.depends_on.join(", "));
    }
    line.with(Role::TextMuted, what).wrapped(width, 3)
}

/// The verdict in a sentence for somebody who runs the business, and that a failover should be considered.
fn summary(system: &SystemAssessment, now: Moment, width: usize) -> Vec<Line> {
    let mut lines = Line::new(Role::Text, " ").with(Role::TextStrong, system.summary.as_str()).wrapped(width, 1);
    if let Some(since) = system.consider_failover {
        let text = format!("Consider a failover, since {}.", format::when(since, now));
        lines.extend(bullet(mark::BAD, Role::VerdictBreached, &text, width));
    }
    lines
}

fn bullet(glyph: &'static str, role: Role, text: &str, width: usize) -> Vec<Line> {
    Line::new(Role::Text, " ").with(role, glyph).with(Role::Text, format!(" {text}")).wrapped(width, 3)
}

/// The table of objectives: RPO and RTO of each Disruption that has an objective or a figure.
fn objectives(system: &SystemAssessment, now: Option<Moment>) -> Vec<Line> {
    const RPO: usize = 11;
    const RTO: usize = 28;
    const BY: usize = 45;
    let head = |text: &str, line: Line, column: usize| line.padded(column).with(Role::TableHeader, text);
    let line = head(" IF LOST", Line::empty(), 0);
    let line = head("RPO now/goal", line, RPO);
    let line = head("RTO proven/goal", line, RTO);
    let mut lines = vec![head("DECIDED BY", line, BY)];
    for disruption in Disruption::ALL {
        let rpo = system.rpo.get(disruption);
        let rto = system.rto.get(disruption);
        if rpo.objective.is_none() && rpo.now.is_none() && rto.objective.is_none() {
            continue;
        }
        let mut line = Line::new(Role::Text, format!(" {}", disruption.as_str())).padded(RPO);
        line.append(match now {
            Some(now) => figures::rpo(system, disruption, now),
            None => Line::new(Role::TextMuted, format!("{:>5}", mark::WAITING)),
        });
        let mut line = line.padded(RTO);
        line.append(figures::rto(system, disruption, now));
        let mut line = line.padded(BY);
        if let Some(worst) = &rpo.worst {
            line.push(Role::Text, worst.as_str());
        }
        if let (Some(frozen), Some(now)) = (rpo.frozen_at, now) {
            line.push(Role::TextMuted, format!(" at {}", format::moment(frozen, now)));
        }
        lines.push(line);
    }
    lines
}

/// A component's block: name and verdict, reason, recovery points, lag, source with its age.
struct Block<'a> {
    system: &'a SystemAssessment,
    component: &'a ComponentAssessment,
    now: Option<Moment>,
    width: usize,
}

impl Block<'_> {
    fn add_to(&self, lines: &mut Vec<Line>, selected: bool) {
        let component = self.component;
        lines.push(self.head(selected));
        lines.extend(indented(Line::new(Role::Text, component.reason.as_str())).wrapped(self.width, 3));
        let Some(now) = self.now else { return };
        let mut facts = recovery_points(self.system, component, now);
        facts.extend(lag(component));
        let mut line = Line::empty();
        for fact in facts {
            if !line.is_empty() && line.width() + fact.width() + 6 > self.width {
                lines.push(indented(std::mem::take(&mut line)));
            }
            if !line.is_empty() {
                line.push(Role::Text, "   ");
            }
            line.append(fact);
        }
        if !line.is_empty() {
            lines.push(indented(line));
        }
        lines.extend(indented(source(component, now)).wrapped(self.width, 5));
    }

    fn head(&self, selected: bool) -> Line {
        let component = self.component;
        let role = mark::component_role(component);
        let glyph = if self.now.is_some() { mark::glyph(component.verdict) } else { mark::WAITING };
        let head = Line::new(Role::KeyName, if selected { "▸" } else { " " })
            .with(role, glyph)
            .with(Role::Text, " ")
            .with(Role::TextStrong, component.name.as_str())
            .with(Role::TextMuted, format!("  {}", component.kind));
        let verdict = component.verdict.words();
        // Up to the right edge; a name too long for that is followed at once.
        let end = self.width.saturating_sub(verdict.len() + 1).max(head.width() + 1);
        head.padded(end).with(role, verdict)
    }
}

fn indented(line: Line) -> Line {
    let mut indented = Line::new(Role::Text, "   ");
    indented.append(line);
    indented
}

/// The lag's curve with its newest and its highest value.
fn lag(component: &ComponentAssessment) -> Option<Line> {
    let newest = component.lag_history.newest()?;
    let curve = sparkline(&component.lag_history, 20);
    let role = if component.stale { Role::FreshnessStale } else { Role::Sparkline };
    let text = format!(" {}, highest {}", format::lag(newest), format::lag(component.lag_history.highest()));
    Some(Line::new(Role::TextMuted, "lag ").with(role, curve).with(Role::Text, text))
}

/// `region: 14:00:03Z, 9m ago` and the like.
fn recovery_points(system: &SystemAssessment, component: &ComponentAssessment, now: Moment) -> Vec<Line> {
    let role = if component.stale { Role::FreshnessStale } else { Role::Text };
    Disruption::ALL
        .into_iter()
        .filter_map(|disruption| {
            let text = match *component.loss.get(disruption) {
                Loss::NotApplicable => return None,
                Loss::None => "nothing would be lost".to_owned(),
                Loss::Everything => "no recovery point".to_owned(),
                Loss::Unknown => "recovery point unknown".to_owned(),
                Loss::Since { newest, oldest } => {
                    let back = |from: Moment| format::span(from.duration_since(newest).max(Span::ZERO));
                    let distance = match system.rpo.get(disruption).frozen_at {
                        Some(outage) => format!("{} before the outage", back(outage)),
                        None => format!("{} ago", back(now)),
                    };
                    let window = oldest.map(|oldest| format!(", back to {}", format::moment(oldest, now)));
                    format!("{}, {distance}{}", format::moment(newest, now), window.unwrap_or_default())
                }
            };
            Some(Line::new(Role::TextMuted, format!("{}: ", disruption.as_str())).with(role, text))
        })
        .collect()
}

/// Where the figure was read, and when.
fn source(component: &ComponentAssessment, now: Moment) -> Line {
    let source = if component.source.is_empty() { "no source" } else { component.source.as_str() };
    let line = Line::new(Role::TextMuted, source).with(Role::TextMuted, ", ");
    match Trust::of(component, now) {
        Trust::Fresh => {
            let read = component
                .read_at
                .map_or_else(|| "read".to_owned(), |at| format!("read at {}", format::moment(at, now)));
            line.with(Role::TextMuted, read)
        }
        Trust::Old(age) => {
            line.with(Role::FreshnessStale, format!("read {} ago; not all it rests on is recent", format::age(age)))
        }
        Trust::Never => line.with(Role::FreshnessUnreadable, "never read"),
    }
}

/// Label and value pairs behind the judgement on a component.
pub fn evidence_lines(component: &ComponentAssessment, now: Option<Moment>, width: usize, extent: Extent) -> Vec<Line> {
    let mut pairs: Vec<(&str, Text)> = component.evidence.clone();
    if let (Some(at), Some(now)) = (component.read_at, now) {
        let read = format!("{}, {} ago", format::moment(at, now), format::age(now.duration_since(at).max(Span::ZERO)));
        pairs.push(("read", Text::new(read)));
    }
    let role = if component.stale { Role::FreshnessStale } else { Role::Text };
    let labels = pairs.iter().map(|(label, _)| Line::new(Role::Text, *label).width()).max().unwrap_or(0).min(24);
    let mut lines = Vec::new();
    for (label, value) in pairs {
        let line = Line::new(Role::TextMuted, label).padded(labels + 2).with(role, value.as_str());
        lines.extend(line.wrapped(width, labels + 2));
    }
    match extent {
        Extent::Beginning => {
            line::beginning(lines, BEGINNING, |more| format!("… {}: Enter shows all", format::count(more, "more line")))
        }
        Extent::Whole => lines,
    }
}

/// A component as a line of text, for a chat or a ticket.
pub fn copied(system: &SystemAssessment, component: &ComponentAssessment, now: Moment) -> String {
    let points = recovery_points(system, component, now).iter().map(Line::plain).collect::<Vec<_>>().join("; ");
    let up = match &system.up {
        Up::Down { since, start } => {
            format!("; {} down since {}{}", system.name, since.strftime("%Y-%m-%dT%H:%M:%SZ"), start.words())
        }
        Up::Up | Up::Unknown => String::new(),
    };
    format!(
        "{}/{} ({}): {}; {}; {points}; {}{up} (drdeck, {})",
        system.name,
        component.name,
        component.kind,
        component.verdict.words(),
        component.reason,
        source(component, now).plain(),
        now.strftime("%Y-%m-%dT%H:%M:%SZ")
    )
}
