//! What is watched and how it stands, as all screens see it.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use super::command_line::Shell;
use super::runs::Runs;
use super::screens::listing::Owns;
use crate::journal::Run;
use crate::model::{
    Assessment, ComponentAssessment, Estate, Events, LagHistory, Loss, Moment, PerDisruption, RpoJudgement,
    RtoJudgement, Snapshot, SourceState, Span, SystemAssessment, Text, Told, Up, Verdict,
};
use crate::observe::{Clock, Observation, Origin};
use crate::runbook::RunId;

/// What this console may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It watches.
    ReadOnly,
    /// It watches the simulator.
    Demo,
}

/// What is watched and how it stands.
#[derive(Clone, Debug)]
pub struct World {
    /// The badge of the top line.
    pub mode: Mode,
    /// How a run is run that this console drives.
    pub run: Option<crate::runbook::Mode>,
    /// The config's name.
    pub name: String,
    /// What the config declares.
    pub estate: Arc<Estate>,
    /// Which Systems things belong to.
    pub owns: Owns,
    /// What an `aws` line has to say to read as drdeck does.
    pub shell: Shell,
    /// The runs of this machine, once they were read.
    pub runs: Option<Arc<Runs>>,
    /// The run whose records are shown.
    pub opened: Option<RunId>,
    clock: Option<Clock>,
    observation: Option<Observation>,
    /// What is known of the Systems before anything was read.
    unread: Vec<Arc<SystemAssessment>>,
}

impl World {
    /// The Systems of `estate`, of which nothing was read yet. `clock` is AWS's clock as far as it is known.
    pub fn new(mode: Mode, name: String, estate: Arc<Estate>, shell: Shell, clock: Option<Clock>) -> Self {
        let unread = estate.systems.iter().map(|system| Arc::new(unread(system))).collect();
        Self {
            mode,
            run: None,
            name,
            owns: Owns::of(&estate),
            estate,
            shell,
            runs: None,
            opened: None,
            clock,
            observation: None,
            unread,
        }
    }

    /// Takes up what was read.
    pub fn observed(&mut self, observation: Observation) {
        self.clock = Some(observation.clock);
        self.observation = Some(observation);
        self.unread = Vec::new();
    }

    /// The Systems in the order of the config.
    pub fn systems(&self) -> &[Arc<SystemAssessment>] {
        self.assessment().map_or(&self.unread, |assessment| &assessment.systems)
    }

    /// The System of that name.
    pub fn system(&self, name: &str) -> Option<&SystemAssessment> {
        self.systems().iter().map(Arc::as_ref).find(|system| system.name == name)
    }

    /// The newest judgement.
    pub fn assessment(&self) -> Option<&Arc<Assessment>> {
        self.observation.as_ref().map(|observation| &observation.assessment)
    }

    /// All Readings behind it.
    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        self.observation.as_ref().map(|observation| &observation.snapshot)
    }

    /// Whether what is shown was read since the start.
    pub fn origin(&self) -> Origin {
        self.observation.as_ref().map_or(Origin::Live, |observation| observation.origin)
    }

    /// What happened, so far as is known.
    pub fn events(&self) -> Option<&Arc<Events>> {
        self.observation.as_ref().map(|observation| &observation.events)
    }

    /// Every source of readings.
    pub fn sources(&self) -> &[SourceState] {
        self.assessment().map_or(&[], |assessment| &assessment.sources)
    }

    /// Whether no call was answered yet, well or badly.
    pub fn is_unread(&self) -> bool {
        self.sources().iter().all(|source| source.read_at.is_none() && source.failure.is_none())
    }

    /// The clock all moments are of, once known.
    pub const fn clock(&self) -> Option<&Clock> {
        self.clock.as_ref()
    }

    /// The run whose records are shown.
    pub fn opened_run(&self) -> Option<&Arc<Run>> {
        self.runs.as_ref()?.get(self.opened?)
    }

    /// The time for what rests on files alone: AWS's, or the simulator's; before that is known the time of the newest record.
    pub fn file_time(&self, instant: Instant) -> Option<Moment> {
        self.now(instant).or_else(|| self.runs.as_ref().map(|runs| runs.newest().unwrap_or(Moment::UNIX_EPOCH)))
    }

    /// The time at AWS, or in the simulator.
    pub fn now(&self, instant: Instant) -> Option<Moment> {
        self.clock.map(|clock| clock.at(instant))
    }
}

/// A System of which nothing was read yet.
fn unread(system: &crate::model::System) -> SystemAssessment {
    let objective =
        |objective: Option<Span>| (objective, if objective.is_some() { Verdict::Unknown } else { Verdict::Met });
    SystemAssessment {
        name: system.name.clone(),
        criticality: system.criticality,
        strategy: system.strategy,
        primary: system.primary.clone(),
        recovery: system.recovery.clone(),
        depends_on: system.depends_on.clone(),
        active: BTreeSet::new(),
        up: Up::Unknown,
        active_told: Told::Before,
        up_told: Told::Before,
        verdict: Verdict::Unknown,
        reasons: vec![Text::new("Not read yet.")],
        summary: Text::new("Not read yet."),
        consider_failover: None,
        rpo: PerDisruption::from_fn(|disruption| {
            let (objective, verdict) = objective(system.objectives.get(disruption).and_then(|objective| objective.rpo));
            RpoJudgement { objective, now: None, frozen_at: None, verdict, worst: None, read_at: None, stale: true }
        }),
        rto: PerDisruption::from_fn(|disruption| {
            let (objective, verdict) = objective(system.objectives.get(disruption).and_then(|objective| objective.rto));
            RtoJudgement { objective, proven: None, proven_at: None, estimated: None, verdict }
        }),
        blockers: Vec::new(),
        blockers_unknown: true,
        components: system
            .components
            .iter()
            .map(|component| ComponentAssessment {
                name: component.name.clone(),
                kind: component.kind.as_str(),
                verdict: Verdict::Unknown,
                loss: PerDisruption::from_fn(|disruption| {
                    if *component.counts_for.get(disruption) { Loss::Unknown } else { Loss::NotApplicable }
                }),
                recovery_point: PerDisruption::default(),
                source: String::new(),
                read_at: None,
                stale: true,
                reason: Text::new("Not read yet."),
                evidence: Vec::new(),
                copies: None,
                lag_history: LagHistory::default(),
            })
            .collect(),
    }
}
