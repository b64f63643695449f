//! Pages of Systems that drdeck asks for itself.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::listing::{Detail, Item, Owners, Rows, Severity, Source, Sources};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::look::Response;
use crate::model::{Moment, Query, Site, Span};

#[derive(Debug)]
struct Row {
    source: Arc<Source>,
    url: String,
    /// The page without its scheme.
    name: String,
    site: Site,
    owners: Owners,
}

pub(super) fn rows(world: &World, _now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let sources = Sources::of(snapshot, |query| matches!(query, Query::Probe(..)));
    let declared = world.estate.systems.iter().flat_map(|system| &system.probes);
    let sites: HashMap<&str, &Site> = declared.map(|probe| (probe.url.as_str(), &probe.site)).collect();
    let items = sources.iter().filter_map(|source| {
        let Query::Probe(place, url) = &source.query else { return None };
        let known = sites.get(url.as_str()).map(|site| (*site).clone());
        let bare = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
        let row = Row {
            name: bare.to_owned(),
            owners: world.owns.url(url),
            site: known.unwrap_or_else(|| Site::Region(place.region.clone())),
            url: url.clone(),
            source: Arc::clone(source),
        };
        Some(Box::new(row) as Box<dyn Item>)
    });
    Rows { items: items.collect(), sources }
}

impl Row {
    fn response(&self) -> Option<&Response> {
        if let Answer::Probe(response) = self.source.reading.value.as_deref()? { Some(response) } else { None }
    }

    /// `200`, or what went wrong.
    fn status(&self) -> String {
        match self.response() {
            Some(Response { status: Some(status), .. }) => status.to_string(),
            Some(Response { error: Some(error), .. }) => format!("no answer: {error}"),
            Some(Response { status: None, error: None, .. }) => "no answer".to_owned(),
            None => "not looked at yet".to_owned(),
        }
    }

    fn took(&self) -> Option<Span> {
        self.response().map(|response| response.took)
    }
}

/// `84ms`, `2.1s`.
fn short(took: Span) -> String {
    match took.as_millis() {
        millis @ ..1_000 => format!("{}ms", millis.max(0)),
        _ => format::lag(took.as_secs_f64()),
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.url
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn severity(&self) -> Severity {
        match self.response().map(Response::is_good) {
            Some(true) => Severity::Fine,
            Some(false) => Severity::Bad,
            None => Severity::Unknown,
        }
    }

    fn figure(&self, _which: usize) -> i64 {
        self.took().map_or(-1, |took| i64::try_from(took.as_millis()).unwrap_or(i64::MAX))
    }

    fn trust(&self, now: Moment) -> Trust {
        self.source.trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let seen = self.source.reading.read_at.map(|at| format::age(now.duration_since(at).max(Span::ZERO)));
        vec![
            self.owners.cell(),
            Line::new(Role::Text, self.site.short()),
            Line::new(self.severity().role(), self.status()),
            Line::new(Role::Text, self.took().map_or_else(|| "-".to_owned(), short)),
            Line::new(Role::Text, seen.unwrap_or_else(|| "-".to_owned())),
        ]
    }

    fn words(&self) -> String {
        format!("{} {} {}", self.status(), self.site.as_str(), self.site.short())
    }

    fn why(&self, now: Moment) -> String {
        let site = self.site.as_str();
        let at = self.source.reading.read_at.map(|at| format!(" at {}", format::when(at, now))).unwrap_or_default();
        match self.severity() {
            Severity::Fine => format!("{site} answered drdeck with {}{at}.", self.status()),
            Severity::Unknown => format!("drdeck has not looked at this page of {site} yet."),
            Severity::Bad | Severity::Watch | Severity::Busy => {
                format!("{site} did not serve this page to drdeck{at}: {}.", self.status())
            }
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let mut detail = Detail::new(&self.name, "a page that drdeck asks for itself");
        detail.marked("status", Line::new(self.severity().role(), self.status()));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.value("site", self.site.as_str());
        detail.value("url", self.url.as_str());
        detail.maybe("took", self.took().map(short));
        detail.remark(
            "Any answer of 2xx or 3xx is good. It is seen from where drdeck runs: the network between may be at fault.",
        );
        detail.rests_on(&self.source, now);
        detail.command(command_line::of(&self.source.query, now, &world.shell));
        detail
    }
}
