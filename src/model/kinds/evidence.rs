//! Evidence: what a kind found out about its Component.

use std::collections::BTreeSet;

use crate::model::index::Sight;
use crate::model::words::sites;
use crate::model::{
    LagHistory, Loss, Moment, PerDisruption, Query, Region, RunStart, Service, Site, Span, Text, Verdict,
};

/// How far what was found rests on readings that can be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// All were read in time.
    #[default]
    Fresh,
    /// Some value is old.
    Stale(Doubt),
    /// Some value was never read.
    Missing(Doubt),
}

/// Which reading cannot be trusted, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// In a sentence.
    pub why: Text,
    /// The service asked.
    pub service: Service,
    /// The Region asked.
    pub region: Region,
    /// Service, operation and Region as shown beside a figure.
    pub source: String,
    /// When the old value was read.
    pub read_at: Option<Moment>,
    /// Since when the service does not answer, if that is why.
    pub silent_since: Option<Moment>,
}

impl Trust {
    /// What is doubtful, unless fresh.
    pub const fn doubt(&self) -> Option<&Doubt> {
        match self {
            Self::Fresh => None,
            Self::Stale(doubt) | Self::Missing(doubt) => Some(doubt),
        }
    }

    /// Why not, unless fresh.
    pub fn why_not(&self) -> Option<&Text> {
        self.doubt().map(|doubt| &doubt.why)
    }

    /// Whether it was read in time.
    pub fn is_fresh(&self) -> bool {
        *self == Self::Fresh
    }

    /// The worse of both; of two equal ones the first.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        match (&self, other) {
            (Self::Missing(_), _) | (_, Self::Fresh) | (Self::Stale(_), Self::Stale(_)) => self,
            (Self::Fresh, _) | (Self::Stale(_), Self::Missing(_)) => other.clone(),
        }
    }
}

/// How a recovery point comes about, which decides what can be promised of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Written in both places at once: the only way to lose nothing.
    Synchronous,
    /// Replicated or logged all the time, a little behind.
    Continuous,
    /// Backed up now and then.
    Scheduled,
}

/// How a Component is protected against one Disruption.
#[derive(Clone, Debug, PartialEq)]
pub struct Protection {
    /// What would be lost.
    pub loss: Loss,
    /// By which means it is protected.
    pub means: Means,
    /// How far that can be trusted.
    pub trust: Trust,
    /// When the deciding reading was made.
    pub read_at: Option<Moment>,
    /// Why there is no recovery point, or none that can be told.
    pub why: Option<Text>,
    /// For what is scheduled: what is lost at worst although all goes to plan, just before the next point can be used.
    pub at_worst: Option<Span>,
}

impl Protection {
    const fn of(loss: Loss, means: Means, trust: Trust, read_at: Option<Moment>, why: Option<Text>) -> Self {
        Self { loss, means, trust, read_at, why, at_worst: None }
    }

    /// The Component holds no data that counts.
    pub(crate) fn not_applicable() -> Self {
        Self::of(Loss::NotApplicable, Means::Continuous, Trust::Fresh, None, None)
    }

    /// It cannot be told what would be lost.
    pub(crate) fn unknown(why: impl AsRef<str>, trust: Trust) -> Self {
        Self::of(Loss::Unknown, Means::Continuous, trust, None, Some(Text::new(why)))
    }

    /// It cannot be told because a reading is not there.
    pub(crate) fn unread(trust: Trust) -> Self {
        let why = trust.why_not().cloned();
        Self::of(Loss::Unknown, Means::Continuous, trust, None, why)
    }

    /// There is no recovery point.
    pub(crate) fn none(why: impl AsRef<str>, trust: Trust, read_at: Option<Moment>) -> Self {
        Self::of(Loss::Everything, Means::Continuous, trust, read_at, Some(Text::new(why)))
    }

    /// What was written since `newest` would be lost.
    pub(crate) fn since(
        means: Means,
        newest: Moment,
        oldest: Option<Moment>,
        trust: Trust,
        read_at: Option<Moment>,
    ) -> Self {
        Self::of(Loss::Since { newest, oldest }, means, trust, read_at, None)
    }

    /// Nothing would be lost.
    pub(crate) fn nothing_lost(means: Means, trust: Trust, read_at: Option<Moment>) -> Self {
        Self::of(Loss::None, means, trust, read_at, None)
    }
}

/// Where a Component says its System serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Serving {
    /// It does not say.
    #[default]
    Untold,
    /// Only this site has it; says something if nothing better does.
    Located(Site),
    /// DNS sends users to these.
    Answered(BTreeSet<Site>),
    /// All of these take writes by design.
    Anywhere(BTreeSet<Site>),
    /// These take the writes now. More than one is a split, unless the System is active in all of them by design.
    Writer(BTreeSet<Site>),
}

/// Which way a Component copies, where that was configured and cannot be observed: after a failover it may be the wrong one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copies {
    /// What this site writes.
    From(Site),
    /// To this site, from wherever it is written.
    To(Site),
}

/// What a health check says of the users' path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Users are served.
    Passing,
    /// They are not.
    Failing {
        /// The first failing reading of the newest unbroken run of them.
        since: Moment,
        /// Whether a passing reading was seen just before, so that the run cannot have begun earlier.
        start: RunStart,
    },
    /// It cannot be told.
    Unknown,
}

/// What a kind found out about its Component, before anybody asks what was promised.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// How it is protected.
    pub protection: PerDisruption<Protection>,
    /// What is wrong with it apart from that, with the Verdict each would justify.
    pub findings: Vec<(Verdict, Text)>,
    /// What was seen, in one sentence, for a Component with nothing wrong.
    pub seen: Text,
    /// How far all of this can be trusted.
    pub trust: Trust,
    /// Where it says the System serves.
    pub serving: Serving,
    /// Which way it copies.
    pub copies: Option<Copies>,
    /// The site a health check watches, and what it says.
    pub health: Option<(Site, Health)>,
    /// What stands in the way of a failover now.
    pub blockers: Vec<Text>,
    /// Something that may stand in the way could not be read.
    pub blockers_unknown: bool,
    /// Label and value pairs for the detail view.
    pub evidence: Vec<(&'static str, Text)>,
    /// The reading that decided.
    pub source: String,
    /// When that was read.
    pub read_at: Option<Moment>,
    /// Lag in seconds, oldest first.
    pub lag_history: LagHistory,
    /// When this Evidence changes although nothing new was read, other than by staleness.
    pub changes: Vec<Moment>,
}

impl Evidence {
    /// Nothing found yet; `query` is what will decide.
    pub(crate) fn from(query: &Query) -> Self {
        Self {
            protection: PerDisruption { region: Protection::not_applicable(), data: Protection::not_applicable() },
            findings: Vec::new(),
            seen: Text::default(),
            trust: Trust::Fresh,
            serving: Serving::Untold,
            copies: None,
            health: None,
            blockers: Vec::new(),
            blockers_unknown: false,
            evidence: Vec::new(),
            source: query.source(),
            read_at: None,
            lag_history: LagHistory::default(),
            changes: Vec::new(),
        }
    }

    /// The judgement rests on this as well.
    pub(crate) fn rests_on<T: ?Sized>(&mut self, sight: &Sight<'_, T>) {
        self.trust = std::mem::take(&mut self.trust).and(&sight.trust);
    }

    /// This decided.
    pub(crate) fn decided_by<T: ?Sized>(&mut self, query: &Query, sight: &Sight<'_, T>) {
        self.source = query.source();
        self.read_at = sight.read_at;
    }

    /// Something is wrong.
    pub(crate) fn finding(&mut self, verdict: Verdict, sentence: impl AsRef<str>) {
        self.findings.push((verdict, Text::new(sentence)));
    }

    /// Something stands in the way of a failover, which is a risk at least.
    pub(crate) fn blocker(&mut self, verdict: Verdict, sentence: impl AsRef<str>) {
        self.finding(verdict, &sentence);
        self.blockers.push(Text::new(sentence));
    }

    /// What it copies is not what is written now, if the System serves at other sites: then nothing is told of that.
    pub(crate) fn turn_to(&mut self, active: &BTreeSet<Site>, name: &str) {
        let why = match &self.copies {
            Some(Copies::From(site)) if !active.is_empty() && !active.contains(site) => {
                format!("{name} protects what {} writes, but {} serves now", site.as_str(), sites(active))
            }
            Some(Copies::To(site)) if active.len() == 1 && active.contains(site) => {
                format!("{name} is copied to {}, but that serves now", site.as_str())
            }
            Some(Copies::From(_) | Copies::To(_)) | None => return,
        };
        for protection in [&mut self.protection.region, &mut self.protection.data] {
            if matches!(protection.loss, Loss::Since { .. } | Loss::None) {
                *protection = Protection::unknown(&why, protection.trust.clone());
            }
        }
    }

    /// A line for the detail view.
    pub(crate) fn note(&mut self, label: &'static str, value: impl AsRef<str>) {
        self.evidence.push((label, Text::new(value)));
    }
}
