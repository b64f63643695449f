//! DRS source servers.

use std::sync::Arc;

use super::super::listing::{Detail, Fact, Item, Owners, Severity, Source, Sources};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::drs::{Direction, Job, RecoverySnapshot, ReplicationState, SourceServer};
use crate::model::facts::{Answer, Known};
use crate::model::{Moment, Place, Query, Snapshot, Span};

#[derive(Debug)]
struct Row {
    server: Fact<SourceServer>,
    owners: Owners,
    severity: Severity,
    /// Seconds; what is not known counts as most.
    lag: i64,
    /// Seconds since DRS heard of it.
    unheard: i64,
}

pub(super) fn rows(sources: &Sources, world: &World, now: Moment) -> Vec<Box<dyn Item>> {
    let facts = sources.iter().flat_map(|source| Fact::all(source, servers));
    let rows = facts.filter_map(|server| {
        let found = server.get()?;
        let (severity, owners) = (severity(found, now), world.owns.server(found));
        let unheard = found.last_seen.map_or(i64::MAX, |at| now.duration_since(at).as_secs());
        let lag = match lag(found, now) {
            Lag::Is(lag) | Lag::AtLeast(lag) => lag.as_secs(),
            Lag::Unknown => i64::MAX,
        };
        Some(Box::new(Row { severity, owners, lag, unheard, server }) as Box<dyn Item>)
    });
    rows.collect()
}

fn servers(answer: &Answer) -> Option<&[SourceServer]> {
    if let Answer::SourceServers(servers) = answer { Some(servers) } else { None }
}

fn jobs(answer: &Answer) -> Option<&[Job]> {
    if let Answer::DrsJobs(jobs) = answer { Some(jobs) } else { None }
}

fn is_silent(server: &SourceServer, now: Moment) -> bool {
    server.silent_from().is_some_and(|from| now > from)
}

fn severity(server: &SourceServer, now: Moment) -> Severity {
    use ReplicationState as State;
    let failed = server.last_launch.as_str() == "FAILED";
    match &server.state {
        Known::Is(State::Continuous) if server.error.is_some() || is_silent(server, now) || failed => Severity::Watch,
        Known::Is(State::Continuous) => Severity::Fine,
        Known::Is(
            State::Initiating | State::InitialSync | State::Backlog | State::CreatingSnapshot | State::Rescan,
        ) => Severity::Watch,
        Known::Is(
            State::Stopped
            | State::Paused
            | State::Stalled
            | State::Disconnected
            | State::NotStarted
            | State::NotAvailable,
        ) => Severity::Bad,
        Known::Other(_) => Severity::Unknown,
    }
}

/// AWS's word for that state, the long ones shortened.
fn state_word(state: &Known<ReplicationState>) -> &str {
    match state.word() {
        "CREATING_SNAPSHOT" => "SNAPSHOT",
        "REPLICATION_STATE_NOT_AVAILABLE" => "NOT_AVAILABLE",
        word => word,
    }
}

/// What is known of the lag. Only a server that really replicates, and is heard of, tells it; what another one told last has grown by at
/// least the time since it was heard of.
enum Lag {
    Is(Span),
    AtLeast(Span),
    Unknown,
}

fn lag(server: &SourceServer, now: Moment) -> Lag {
    let unheard = server.last_seen.map(|at| now.duration_since(at).max(Span::ZERO));
    match (&server.state, server.lag, unheard) {
        (Known::Is(ReplicationState::Continuous), lag, _) if !is_silent(server, now) => {
            Lag::Is(lag.unwrap_or(Span::ZERO))
        }
        (_, Some(lag), unheard) => Lag::AtLeast(lag.saturating_add(unheard.unwrap_or(Span::ZERO))),
        (_, None, Some(unheard)) if !unheard.is_zero() => Lag::AtLeast(unheard),
        (_, None, _) => Lag::Unknown,
    }
}

fn lag_cell(server: &SourceServer, now: Moment) -> Line {
    match lag(server, now) {
        Lag::Is(lag) => Line::new(Role::Text, format::elapsed(lag)),
        Lag::AtLeast(lag) => Line::new(Role::VerdictUnknown, format!(">{}", format::age(lag))),
        Lag::Unknown => Line::new(Role::VerdictUnknown, "?"),
    }
}

fn direction(server: &SourceServer) -> &str {
    match &server.direction {
        Known::Is(Direction::Failover) => "failover",
        Known::Is(Direction::Failback) => "failback",
        Known::Other(word) => word.as_str(),
    }
}

fn origin(server: &SourceServer) -> &str {
    server.origin_region.as_ref().map_or("on-premises", |region| region.as_str())
}

impl Item for Row {
    fn id(&self) -> &str {
        self.server.get().map_or("", |server| server.id.as_str())
    }

    fn name(&self) -> &str {
        self.server.get().map_or("", SourceServer::called)
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn weight(&self) -> i64 {
        self.figure(0)
    }

    fn figure(&self, which: usize) -> i64 {
        match which {
            0 => self.lag,
            1 => self.server.get().map_or(0, |server| i64::try_from(server.backlog_bytes).unwrap_or(i64::MAX)),
            _ => self.unheard,
        }
    }

    fn trust(&self, now: Moment) -> Trust {
        self.server.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let Some(server) = self.server.get() else { return Vec::new() };
        let backlog = match server.backlog_bytes {
            0 => Line::new(Role::TextMuted, "0"),
            bytes => Line::new(Role::Text, format::bytes(bytes)),
        };
        let seen = match server.last_seen {
            Some(at) if is_silent(server, now) => Line::new(Role::SeverityWarning, format::age(now.duration_since(at))),
            Some(at) => Line::new(Role::Text, format::age(now.duration_since(at))),
            None => Line::new(Role::TextMuted, "-"),
        };
        let launch = if server.last_launch.as_str() == "FAILED" { Role::SeverityError } else { Role::Text };
        vec![
            self.owners.cell(),
            Line::new(self.severity.role(), state_word(&server.state)),
            lag_cell(server, now),
            backlog,
            Line::new(Role::Text, direction(server)),
            seen,
            Line::new(launch, server.last_launch.as_str()),
            Line::new(Role::TextMuted, "drs"),
            Line::new(Role::Text, self.server.source().region()),
            Line::new(Role::TextMuted, server.id.as_str()),
        ]
    }

    fn words(&self) -> String {
        let Some(server) = self.server.get() else { return String::new() };
        let place = self.server.source().place();
        let error = server.error.as_ref().map(|error| error.as_str()).unwrap_or_default();
        let (state, launch) = (state_word(&server.state), server.last_launch.as_str());
        let (region, short) = (place.region.as_str(), place.region.short());
        format!("drs {state} {} {launch} {error} {region} {short} {}", direction(server), origin(server))
    }

    fn why(&self, now: Moment) -> String {
        use ReplicationState as State;
        let Some(server) = self.server.get() else { return String::new() };
        let region = &self.server.source().place().region;
        let error = server.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
        let eta = server.eta.map(|eta| format!("; expected to end at {}", format::when(eta, now))).unwrap_or_default();
        let heard =
            server.last_seen.map(|at| format!("; last heard of at {}", format::when(at, now))).unwrap_or_default();
        let state = state_word(&server.state);
        let launch = if server.last_launch.as_str() == "FAILED" { " Its last launch failed." } else { "" };
        let what = match &server.state {
            Known::Is(State::Continuous) if is_silent(server, now) => {
                let at = server.last_seen.map(|at| format::when(at, now)).unwrap_or_default();
                format!("DRS last heard of it at {at}: its lag is not believed.")
            }
            Known::Is(State::Continuous) => {
                let lag = format::span(server.lag.unwrap_or_default());
                format!("It replicates from {} to {region} with a lag of {lag}{error}.", origin(server))
            }
            Known::Is(State::InitialSync | State::Initiating) => {
                let done = format::bytes(server.replicated_bytes);
                let all = format::bytes(server.total_bytes);
                format!("Its first synchronisation is under way: {done} of {all}{eta}{error}.")
            }
            Known::Is(State::Backlog | State::CreatingSnapshot | State::Rescan) => {
                format!("It catches up ({state}): {} to go{eta}{error}.", format::bytes(server.backlog_bytes))
            }
            Known::Is(
                State::Stopped
                | State::Paused
                | State::Stalled
                | State::Disconnected
                | State::NotStarted
                | State::NotAvailable,
            ) => {
                let error = server.error.as_ref().map(|error| format!(", {error}")).unwrap_or_default();
                format!("It does not replicate ({state}{error}){heard}. Only its points in time can be recovered.")
            }
            Known::Other(word) => format!("It is in a state that drdeck does not know: {word}{error}."),
        };
        format!("{what}{launch}")
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(server) = self.server.get() else { return Detail::new("", "") };
        let source = self.server.source();
        let place = source.place();
        let what = format!("DRS source server, {} to {}", origin(server), place.region);
        let mut detail = Detail::new(server.called(), &what);
        let filter = format!("sourceServerIDs={}", server.id);
        let arguments = ["--filters", filter.as_str()];
        detail.command(command_line::aws(&world.shell, place, "drs", "describe-source-servers", &arguments));
        detail.marked("state", Line::new(self.severity.role(), state_word(&server.state)));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.marked("lag", lag_cell(server, now));
        detail.value("backlog", format::bytes(server.backlog_bytes));
        let (done, all) = (format::bytes(server.replicated_bytes), format::bytes(server.total_bytes));
        detail.value("replicated", format!("{done} of {all}"));
        detail.moment("expected to end", server.eta, now);
        detail.maybe("error", server.error.as_ref().map(|error| error.to_string()));
        detail.moment("last heard of", server.last_seen, now);
        detail.value("direction", direction(server));
        detail.value("last launch", server.last_launch.as_str());
        detail.value("id", server.id.as_str());
        detail.value("arn", server.arn.as_str());
        if !server.tags.is_empty() {
            let tags: Vec<String> = server.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
            detail.value("tags", tags.join(", "));
        }
        detail.rests_on(source, now);
        if let Some(snapshot) = world.snapshot() {
            let parts = Parts { server, place, snapshot, world, now };
            parts.points(&mut detail);
            parts.instances(&mut detail);
            parts.jobs(&mut detail);
            parts.settings(&mut detail);
        }
        detail
    }
}

/// What other answers say of a server.
struct Parts<'a> {
    server: &'a SourceServer,
    place: &'a Place,
    snapshot: &'a Snapshot,
    world: &'a World,
    now: Moment,
}

impl Parts<'_> {
    /// What was asked there, if it was.
    fn source(&self, query: &Query) -> Option<Arc<Source>> {
        Sources::of(self.snapshot, |other| other == query).iter().next().cloned()
    }

    fn id(&self) -> String {
        self.server.id.to_string()
    }

    fn points(&self, detail: &mut Detail) {
        let query = Query::RecoverySnapshots(self.place.clone(), self.id());
        detail.heading("points in time");
        detail.look(query.clone());
        let Some(source) = self.source(&query) else {
            detail.remark("Being read…");
            return;
        };
        let points = self.snapshot.recovery_snapshots(&query).value.map_or(&[][..], Vec::as_slice);
        let taken = || points.iter().filter_map(RecoverySnapshot::taken);
        match (taken().max(), taken().min()) {
            (Some(newest), Some(oldest)) => {
                detail.moment("newest", Some(newest), self.now);
                detail.moment("oldest", Some(oldest), self.now);
                detail.value("taken", taken().count().to_string());
            }
            _ if source.reading.value.is_some() => detail.remark("None was taken."),
            _ => detail.remark("They could not be read."),
        }
        detail.rests_on(&source, self.now);
        detail.command(command_line::of(&query, self.now, &self.world.shell));
    }

    fn instances(&self, detail: &mut Detail) {
        let query = Query::RecoveryInstances(self.place.clone());
        let Some(source) = self.source(&query) else { return };
        let all = self.snapshot.recovery_instances(&query).value.map_or(&[][..], Vec::as_slice);
        let mut mine = all.iter().filter(|instance| instance.source_server == self.server.id).peekable();
        if mine.peek().is_some() {
            detail.heading("launched from it");
        }
        for instance in mine {
            let kind = if instance.is_drill { "drill" } else { "recovery" };
            let at = instance.point_in_time.map(|at| format!(", data of {}", format::when(at, self.now)));
            detail.line(
                Line::new(Role::TextStrong, instance.id.as_str())
                    .with(Role::Text, format!("  {kind}, {}", instance.ec2_state))
                    .with(Role::TextMuted, format!("{}; {}", at.unwrap_or_default(), instance.failback_state)),
            );
            detail.copy("recovery instance", instance.id.as_str());
        }
        detail.rests_on(&source, self.now);
    }

    fn jobs(&self, detail: &mut Detail) {
        let query = Query::DrsJobs(self.place.clone());
        let Some(source) = self.source(&query) else { return };
        let mine: Vec<Fact<Job>> = Fact::all(&source, jobs)
            .filter(|job| job.get().is_some_and(|job| job.servers.iter().any(|(id, _)| *id == self.server.id)))
            .collect();
        let newest = mine.iter().filter_map(Fact::get).max_by_key(|job| job.created);
        if !mine.is_empty() {
            detail.heading("jobs of the last 24 hours");
        }
        for job in mine.iter().filter_map(Fact::get) {
            let launch = job.servers.iter().find(|(id, _)| *id == self.server.id).map(|(_, launch)| launch.as_str());
            super::job::line(detail, job, launch.unwrap_or_default(), self.now);
        }
        detail.rests_on(&source, self.now);
        if let Some(job) = newest {
            super::job::log(detail, self.snapshot, self.place, job, Some(&self.server.id), self.now);
        }
    }

    fn settings(&self, detail: &mut Detail) {
        let query = Query::LaunchConfiguration(self.place.clone(), self.id());
        detail.look(query.clone());
        detail.heading("how it would be launched");
        match (self.snapshot.launch_configuration(&query).value, self.source(&query)) {
            (Some(launch), Some(source)) => {
                let stopped = launch.disposition.as_str() == "STOPPED";
                let role = if stopped { Role::SeverityWarning } else { Role::Text };
                let note = if stopped { ": launched, but not running" } else { "" };
                detail.marked("disposition", Line::new(role, format!("{}{note}", launch.disposition)));
                detail.value("right sizing", launch.right_sizing.as_str());
                let keeps = if launch.copy_private_ip { "kept; clashes where it is taken" } else { "not kept" };
                detail.value("private address", keeps);
                detail.value("tags kept", if launch.copy_tags { "yes" } else { "no" });
                detail.maybe("launch template", launch.launch_template.as_ref().map(ToString::to_string));
                detail.maybe("launched into", launch.launch_into.as_ref().map(ToString::to_string));
                detail.rests_on(&source, self.now);
            }
            (None, Some(source)) if source.reading.failing.is_some() => detail.remark("It could not be read."),
            (_, _) => detail.remark("Being read…"),
        }
        detail.command(command_line::of(&query, self.now, &self.world.shell));
        let query = Query::ReplicationConfiguration(self.place.clone(), self.id());
        detail.look(query.clone());
        detail.heading("how it replicates");
        match (self.snapshot.replication_configuration(&query).value, self.source(&query)) {
            (Some(settings), Some(source)) => {
                detail.maybe("staging subnet", settings.staging_subnet.as_ref().map(ToString::to_string));
                let throttled = settings.bandwidth > 0;
                let bandwidth = if throttled {
                    format!("{} Mbit/s at most", settings.bandwidth)
                } else {
                    "not throttled".to_owned()
                };
                detail.value("bandwidth", bandwidth);
                detail.maybe("routing", settings.routing.as_ref().map(ToString::to_string));
                detail.maybe("encryption", settings.encryption.as_ref().map(ToString::to_string));
                for rule in &settings.points {
                    let (every, kept) = (format::span(rule.every), format::span(rule.kept));
                    detail.value("points", format!("one every {every}, kept {kept}"));
                }
                detail.value("new disks", if settings.takes_new_disks { "replicated too" } else { "not replicated" });
                detail.rests_on(&source, self.now);
            }
            (None, Some(source)) if source.reading.failing.is_some() => detail.remark("It could not be read."),
            (_, _) => detail.remark("Being read…"),
        }
        detail.command(command_line::of(&query, self.now, &self.world.shell));
    }
}
