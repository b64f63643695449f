//! `dns-record`: a name that users ask for. Tells where they are sent, why, and what stands in the way of sending them elsewhere.
//!
//! Clients follow a change after the checkers noticed the failure and the answers they keep ran out. Where that takes more than half of
//! the time promised for recovery, too little is left for everything else, and the name is at risk.

use std::collections::BTreeSet;

use super::check::{self, Check, Counts};
use super::record_sets::{Choice, Set, Zone, choose, position, question};
use super::{ComponentKind, Evidence, Serving};
use crate::model::facts::look::DnsAnswer;
use crate::model::facts::route53::{self, Routing};
use crate::model::index::{Index, Sight};
use crate::model::query::DnsServer;
use crate::model::words::{clock, length, listed};
use crate::model::{Place, Query, Site, Snapshot, Span, Text, Verdict};

/// How long the addresses of a load balancer may be kept, which is what an alias of it says.
const ALIAS_TTL: u32 = 60;

/// A name in a hosted zone.
#[derive(Clone, Debug, PartialEq)]
pub struct DnsRecord {
    /// The hosted zone's id.
    pub zone: String,
    /// The name, in small letters and without a dot at its end.
    pub record: String,
    /// `A`, `AAAA` or `CNAME`.
    pub kind: String,
    /// Always `us-east-1`, where Route 53's control plane is; with the role to ask with.
    pub place: Place,
    /// Where the System is meant to run: if that is where Route 53's control plane is, both may be gone at once.
    pub primary: Site,
    /// The System's health checks by id, and the sites they watch.
    pub watched: Vec<(String, Site)>,
    /// How long recovery from the loss of a Region may take.
    pub rto: Option<Span>,
}

/// Everything that is known of the name.
pub(super) struct Found<'a> {
    pub(super) zone: Option<&'a route53::Zone>,
    pub(super) sets: Vec<Set<'a>>,
    pub(super) choice: Choice,
    /// What the zone's own servers say, or the resolvers where those are silent or the zone is private.
    pub(super) answer: Option<&'a DnsAnswer>,
    /// The positions of the sets that were answered.
    pub(super) answered: Vec<usize>,
}

impl DnsRecord {
    fn zones_query(&self) -> Query {
        Query::HostedZones(self.place.clone())
    }

    pub(super) fn records_query(&self) -> Query {
        Query::Records(self.place.clone(), self.zone.clone())
    }

    pub(super) fn zone<'a>(&self, index: &Index<'a>) -> Sight<'a, route53::Zone> {
        let zones = index.one(&self.zones_query(), Snapshot::hosted_zones);
        let zone = zones.value.and_then(|zones| zones.iter().find(|zone| zone.id.as_str() == self.zone));
        Sight { value: zone, trust: zones.trust, read_at: zones.read_at }
    }

    /// Who is asked first. Nobody but the resolvers of its network can answer for a private zone.
    pub(super) fn server(zone: Option<&route53::Zone>) -> DnsServer {
        match zone {
            Some(zone) if zone.private => DnsServer::Resolver,
            Some(_) | None => DnsServer::Authoritative,
        }
    }

    /// The question for the name, put to `server`.
    pub fn question(&self, server: DnsServer) -> Query {
        question(&self.record, &self.kind, server)
    }

    /// ` of shop.example`, or its id where the name is not known.
    fn zone_words(&self, zone: Option<&route53::Zone>) -> String {
        zone.map_or_else(|| self.zone.clone(), |zone| format!("{} ({})", zone.name, self.zone))
    }

    /// What the name's sets say together, in words that follow its name; and whether that is anything but normal.
    pub(super) fn describe(&self, found: &Found<'_>) -> (Option<Verdict>, String) {
        let sets = &found.sets;
        let words = |at: &usize| sets.get(*at).map(Set::words).unwrap_or_default();
        let all = |list: &[usize]| listed(list.iter().map(words));
        let other = |routing: &Routing| position(sets, routing).map(|at| words(&at));
        let answered = all(&found.answered);
        let is = |allowed: Option<Vec<usize>>| {
            allowed.is_none_or(|allowed| found.answered.iter().all(|at| allowed.contains(at)))
        };
        if !found.answered.is_empty() && !is(found.choice.allowed(sets.len())) {
            let better = found.choice.allowed(sets.len()).unwrap_or_default();
            let why = format!(
                "answers {answered}, although {} should be answered: its health has just changed, or what its alias stands for is unhealthy",
                all(&better)
            );
            return (Some(Verdict::AtRisk), why);
        }
        match &found.choice {
            Choice::All if sets.len() == 1 => (None, format!("answers {}", words(&0))),
            Choice::All => (None, "answers all its record sets".to_owned()),
            Choice::Primary(at) if sets.get(*at).is_some_and(Set::is_guarded) => {
                (None, format!("answers {}, since it is healthy", words(at)))
            }
            Choice::Primary(at) => (None, format!("answers {}, since nothing looks after its health", words(at))),
            Choice::Secondary(at) => {
                let primary = other(&Routing::Primary).unwrap_or_default();
                (Some(Verdict::AtRisk), format!("answers {}, since {primary} is unhealthy", words(at)))
            }
            Choice::PrimaryAnyway(at) => {
                let why = match other(&Routing::Secondary) {
                    Some(secondary) => format!("{secondary} is no better"),
                    None => "there is no secondary".to_owned(),
                };
                (Some(Verdict::AtRisk), format!("answers {} although it is unhealthy, since {why}", words(at)))
            }
            Choice::Weighted(list) if list.len() == 1 => {
                (None, format!("answers {}: no other record set is healthy and has a weight", all(list)))
            }
            Choice::Weighted(list) => (None, format!("answers {}, by their weights", all(list))),
            Choice::Nearest(list) if list.len() == 1 => {
                (None, format!("answers {}, the only one that is healthy", all(list)))
            }
            Choice::Nearest(list) => (None, format!("answers the one of {} that is nearest to who asks", all(list))),
            Choice::Healthy(list) => (None, format!("answers {}, as healthy", all(list))),
            Choice::FailOpen => {
                let list: Vec<usize> = (0..sets.len()).collect();
                let why = format!(
                    "answers any of {}: none of them is healthy, and then Route 53 takes all for healthy",
                    all(&list)
                );
                (Some(Verdict::AtRisk), why)
            }
            Choice::Untold if found.answered.is_empty() => {
                (None, "answers a record set that cannot be told, nor can their health".to_owned())
            }
            Choice::Untold => {
                let is_secondary =
                    |at: &usize| sets.get(*at).is_some_and(|set| set.record.routing == Routing::Secondary);
                let verdict = found.answered.iter().any(is_secondary).then_some(Verdict::AtRisk);
                (verdict, format!("answers {answered}; why cannot be told, nor the health of its record sets"))
            }
        }
    }

    /// Which sets the values of an answer come from.
    pub(super) fn answered(found: &[Set<'_>], choice: &Choice, answer: &DnsAnswer) -> Vec<usize> {
        let values: BTreeSet<&str> = answer.values.iter().map(Text::as_str).collect();
        let says: Vec<Option<bool>> = found.iter().map(|set| set.says(&values)).collect();
        let of = |wanted: Option<bool>| -> Vec<usize> {
            says.iter().enumerate().filter(|(_, says)| **says == wanted).map(|(at, _)| at).collect()
        };
        let (said, open) = (of(Some(true)), of(None));
        if !said.is_empty() || values.is_empty() {
            return said;
        }
        // What no other set says comes from the only one of which that is not known.
        let allowed = choice.allowed(found.len()).unwrap_or_default();
        match (open.as_slice(), allowed.as_slice()) {
            ([only], _) => vec![*only],
            (_, [only]) if open.contains(only) => vec![*only],
            _ => Vec::new(),
        }
    }

    /// What DNS itself says: nothing, or something that no record explains.
    fn judge_answer(&self, evidence: &mut Evidence, found: &Found<'_>, listed_now: bool) {
        let Some(answer) = found.answer else { return };
        let (name, kind) = (&self.record, &self.kind);
        let values = listed(answer.values.iter().map(Text::as_str));
        let kept =
            answer.ttl.map(|ttl| format!(", to be kept {}", length(Span::from_secs(ttl.into())))).unwrap_or_default();
        if answer.code.as_str() != "NOERROR" {
            evidence.note("answer", format!("{} from {}", answer.code, answer.server));
            let what = match answer.code.as_str() {
                "NXDOMAIN" => "there is no such name".to_owned(),
                code => code.to_owned(),
            };
            evidence.blocker(Verdict::Unknown, format!("DNS does not find {name}: {what}, says {}", answer.server));
            return;
        }
        if answer.values.is_empty() {
            evidence.note("answer", format!("nothing from {}", answer.server));
            evidence.blocker(Verdict::Unknown, format!("DNS knows no {kind} record of {name}, says {}", answer.server));
            return;
        }
        evidence.note("answer", format!("{values}{kept}, from {}", answer.server));
        let values: BTreeSet<&str> = answer.values.iter().map(Text::as_str).collect();
        let strange = !found.sets.is_empty() && found.sets.iter().all(|set| set.says(&values) == Some(false));
        if strange && listed_now {
            let values = listed(answer.values.iter().map(Text::as_str));
            evidence.finding(
                Verdict::Unknown,
                format!("DNS answers {name} with {values}, which none of its record sets says"),
            );
        }
    }

    /// What clients get from their resolvers, if that is something else (trap 7).
    fn judge_resolver(&self, evidence: &mut Evidence, found: &Found<'_>, resolver: &Sight<'_, DnsAnswer>) {
        let name = &self.record;
        let Some(theirs) = resolver.value.filter(|_| resolver.is_fresh()) else {
            evidence.note("resolver", "did not answer");
            return;
        };
        let values = listed(theirs.values.iter().map(Text::as_str));
        let said = if theirs.code.as_str() == "NOERROR" { values.as_str() } else { theirs.code.as_str() };
        evidence.note("resolver", format!("{said}, from {}", theirs.server));
        let Some(ours) = found.answer.filter(|ours| ours.code.as_str() == "NOERROR" && !ours.values.is_empty()) else {
            return;
        };
        if theirs.code.as_str() != "NOERROR" || theirs.values.is_empty() {
            let why = if theirs.code.as_str() == "NOERROR" { "it has no values" } else { theirs.code.as_str() };
            evidence.finding(
                Verdict::AtRisk,
                format!("Route 53 answers {name}, but clients of the resolver {} do not find it: {why}", theirs.server),
            );
            return;
        }
        if theirs.values.iter().any(|value| ours.values.contains(value)) {
            return;
        }
        let from = Self::answered(&found.sets, &found.choice, theirs);
        let allowed = found.choice.allowed(found.sets.len());
        if !from.is_empty() && allowed.is_none_or(|allowed| from.iter().all(|at| allowed.contains(at))) {
            return;
        }
        let left =
            theirs.ttl.map(|ttl| format!(" for up to {}", length(Span::from_secs(ttl.into())))).unwrap_or_default();
        let sets = listed(from.iter().filter_map(|at| found.sets.get(*at)).map(Set::words));
        let what = if from.is_empty() { values } else { format!("{sets} ({values})") };
        let resolver = &theirs.server;
        evidence.finding(
            Verdict::AtRisk,
            format!("Not all clients have moved: the resolver {resolver} still answers {name} with {what}{left}"),
        );
    }

    /// What the health checks and the alias of each set make of it.
    fn judge_sets(&self, evidence: &mut Evidence, found: &Found<'_>) {
        let name = &self.record;
        for set in &found.sets {
            evidence.note("record set", described(set));
            evidence.trust = std::mem::take(&mut evidence.trust).and(&set.trust);
            if let Some(check) = &set.check {
                evidence.rests_on(&check.config);
                evidence.changes.extend(check.grows_old());
                if let Some(switch) = &check.switch {
                    evidence.rests_on(switch);
                }
                let (reports, source) = check.reports();
                if source == check::checkers_query(&self.place, check.id()) {
                    evidence.rests_on(&check.checkers);
                } else {
                    evidence.rests_on(&check.series);
                    if reports.is_none() && check.series.is_fresh() && check.is_honest() && check.config.value.is_some()
                    {
                        evidence.finding(Verdict::Unknown, format!("{} reports nothing", check.name()));
                    }
                }
                if check.config.is_absent() {
                    evidence.finding(
                        Verdict::Unknown,
                        format!("{} of {name} names a health check that is not there: {}", set.words(), check.id()),
                    );
                }
                if let Some(setting) = check.setting() {
                    evidence.finding(Verdict::AtRisk, format!("{} {setting}", check.name()));
                }
                if let Some((verdict, warning)) = check.warning() {
                    evidence.finding(verdict, warning);
                }
            }
        }
        let of = |routing: Routing| position(&found.sets, &routing).and_then(|at| found.sets.get(at));
        if let Some(primary) = of(Routing::Primary).filter(|primary| !primary.is_guarded()) {
            let how = if primary.record.alias.is_some() {
                "has no health check and does not evaluate that of its alias"
            } else {
                "has no health check"
            };
            evidence.finding(Verdict::AtRisk, format!("{name} never fails over by itself: {} {how}", primary.words()));
        }
        if let Some(check) = of(Routing::Primary).and_then(|primary| primary.check.as_ref()) {
            // Trap 2: the ways out differ in what has to be alive for them.
            let follows = check.config.value.is_some_and(|found| found.routing_control.is_some());
            let how = if follows {
                "its routing control, which needs no control plane"
            } else {
                "disabling and inverting its health check, which needs Route 53's control plane in us-east-1"
            };
            evidence.note("can be forced away by", how);
        }
        let secondary = of(Routing::Secondary);
        match secondary.map(|secondary| secondary.counts) {
            Some(Counts::Unhealthy) => {
                let words = secondary.map(Set::words).unwrap_or_default();
                evidence.blocker(
                    Verdict::AtRisk,
                    format!("{name} cannot fail over: {words} is unhealthy, and then the primary is answered whatever its health"),
                );
            }
            Some(Counts::Untold) => evidence.blockers_unknown = true,
            Some(Counts::Healthy) => {}
            None if of(Routing::Primary).is_some() => {
                evidence.blocker(Verdict::AtRisk, format!("{name} has a primary, but no secondary to fail over to"));
            }
            None => {}
        }
        let unguarded: Vec<String> = match found.sets.first().map(|set| &set.record.routing) {
            Some(Routing::Weighted(_) | Routing::Latency(_)) if found.sets.len() > 1 => {
                found.sets.iter().filter(|set| !set.is_guarded()).map(Set::words).collect()
            }
            Some(_) | None => Vec::new(),
        };
        if !unguarded.is_empty() {
            let count = if unguarded.len() == 1 { "is" } else { "are" };
            evidence.finding(
                Verdict::AtRisk,
                format!(
                    "{} of {name} {count} answered even while nothing works there: no health check looks",
                    listed(unguarded)
                ),
            );
        }
    }

    /// Whether users can only be sent elsewhere by changing records.
    fn needs_a_change(sets: &[Set<'_>]) -> bool {
        let sites: BTreeSet<Option<&Site>> = sets.iter().map(|set| set.site.as_ref()).collect();
        let unguarded = sets.iter().any(|set| !set.is_guarded() && set.record.routing != Routing::Secondary);
        sets.len() == 1 || unguarded || (sites.len() == 1 && !sites.contains(&None))
    }

    /// Whether the zone's records can be changed, and could be without us-east-1 (trap 8).
    fn judge_zone(&self, evidence: &mut Evidence, found: &Found<'_>) {
        let Some(zone) = found.zone else { return };
        let status = zone.accelerated_recovery.as_ref().map(Text::as_str);
        let shown = match (zone.private, status) {
            (true, _) => "not offered for private zones",
            (false, Some(status)) => status,
            (false, None) => "not enabled",
        };
        evidence.note("accelerated recovery", shown);
        if status.is_some_and(|status| status.ends_with("_HOSTED_ZONE_LOCKED")) {
            evidence.blocker(
                Verdict::AtRisk,
                format!("The records of {} cannot be changed now: accelerated recovery is {shown}", zone.name),
            );
            return;
        }
        if status == Some("ENABLED") && !zone.private || found.sets.is_empty() || !Self::needs_a_change(&found.sets) {
            return;
        }
        if self.primary.as_str() != self.place.region.as_str() {
            return;
        }
        let why = if zone.private {
            "private zones have no accelerated recovery".to_owned()
        } else {
            format!("accelerated recovery of {} is {}", zone.name, if status.is_some() { shown } else { "not enabled" })
        };
        evidence.finding(
            Verdict::AtRisk,
            format!(
                "{} has to be changed to send users elsewhere, which may be impossible while {} is down: {why}",
                self.record, self.place.region
            ),
        );
    }

    /// How long clients stay with the old answer, against the time promised (trap 6).
    fn judge_delay(&self, evidence: &mut Evidence, found: &Found<'_>) {
        let own =
            found.answer.filter(|_| Self::server(found.zone) == DnsServer::Authoritative).and_then(|answer| answer.ttl);
        let ttls = found.sets.iter().map(|set| match (set.record.ttl, &set.record.alias) {
            (Some(ttl), _) => Some(ttl),
            (None, Some(_)) => own.or(Some(ALIAS_TTL)),
            (None, None) => own,
        });
        let Some(kept) = ttls.flatten().max().map(|ttl| Span::from_secs(ttl.into())) else { return };
        let notices = found.sets.iter().filter_map(|set| set.check.as_ref()).filter_map(Check::notices_within).max();
        let all = kept.checked_add(notices.unwrap_or(Span::ZERO)).unwrap_or(kept);
        let parts = match notices {
            Some(notices) => {
                format!("{} until a failure is noticed, {} that answers are kept", length(notices), length(kept))
            }
            None => format!("{} that answers are kept", length(kept)),
        };
        evidence.note("clients follow within", format!("{} ({parts})", length(all)));
        let Some(rto) = self.rto else { return };
        if all.checked_mul(2).is_none_or(|twice| twice > rto) {
            evidence.finding(
                Verdict::AtRisk,
                format!(
                    "Clients of {} follow a failover only after {}: {parts}. That is more than half of the {} promised for recovery",
                    self.record,
                    length(all),
                    length(rto)
                ),
            );
        }
    }
}

/// One set for the detail view.
pub(super) fn described(set: &Set<'_>) -> String {
    let record = set.record;
    let says = match &record.alias {
        Some(alias) if alias.evaluates_health => format!("alias of {}, whose health counts", alias.target),
        Some(alias) => format!("alias of {}, whatever its health", alias.target),
        None => listed(record.values.iter().map(Text::as_str)),
    };
    let weight = match &record.routing {
        Routing::Weighted(weight) => format!(", weight {weight}"),
        Routing::Other(rule) => format!(", {rule}"),
        Routing::Simple | Routing::Primary | Routing::Secondary | Routing::Latency(_) => String::new(),
    };
    let health = match (&set.check, set.counts) {
        (None, _) => "no health check".to_owned(),
        (Some(check), Counts::Healthy) => format!("health check {} healthy", check.id()),
        (Some(check), Counts::Unhealthy) => format!("health check {} unhealthy", check.id()),
        (Some(check), Counts::Untold) => format!("health check {} unreadable", check.id()),
    };
    format!("{}: {says}{weight}; {health}", set.words())
}

impl ComponentKind for DnsRecord {
    fn needs(&self) -> Vec<Query> {
        vec![
            self.zones_query(),
            self.records_query(),
            check::config_query(&self.place),
            self.question(DnsServer::Resolver),
        ]
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        let server = Self::server(self.zone(index).value);
        let records = self.records_query();
        let zone = Zone { place: &self.place, records: &records, watched: &self.watched, server: &server };
        let mut queries = vec![self.question(server.clone())];
        queries.extend(zone.questions(index, &self.record, &self.kind));
        for record in zone.records_of(index, &self.record, &self.kind) {
            if let Some(id) = record.health_check.as_ref().map(Text::as_str) {
                queries.push(check::series_query(&self.place, id));
                queries.extend(check::follow_ups(index, &self.place, id));
            }
        }
        queries
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (now, name) = (index.now(), &self.record);
        let zones = self.zone(index);
        let records = self.records_query();
        let listing = index.records_of(&records, name);
        let server = Self::server(zones.value);
        let asked = self.question(server.clone());
        let answer = index.one(&asked, Snapshot::dns_answer);
        let zone = Zone { place: &self.place, records: &records, watched: &self.watched, server: &server };
        let sets = zone.sets(index, name, &self.kind);
        let choice = choose(&sets);
        let resolver = index.one(&self.question(DnsServer::Resolver), Snapshot::dns_answer);
        let heard = [&answer, &resolver].into_iter().find(|sight| sight.is_fresh()).and_then(|sight| sight.value);
        let answered = heard.map(|answer| Self::answered(&sets, &choice, answer)).unwrap_or_default();
        let found = Found { zone: zones.value, sets, choice, answer: heard, answered };

        let mut evidence = Evidence::from(&asked);
        evidence.decided_by(&asked, &answer);
        evidence.rests_on(&answer);
        evidence.rests_on(&listing);
        evidence.rests_on(&zones);
        evidence.note("zone", self.zone_words(found.zone));
        self.judge_answer(&mut evidence, &found, listing.is_fresh());
        if server == DnsServer::Authoritative {
            evidence.rests_on(&resolver);
            self.judge_resolver(&mut evidence, &found, &resolver);
        }
        if zones.is_absent() {
            evidence.finding(Verdict::Unknown, format!("There is no hosted zone {} in Route 53", self.zone));
        } else if found.sets.is_empty() && listing.is_fresh() {
            let zone = self.zone_words(found.zone);
            evidence.finding(Verdict::Unknown, format!("There is no {} record {name} in the zone {zone}", self.kind));
        }
        if found.sets.is_empty() {
            return evidence;
        }
        self.judge_sets(&mut evidence, &found);
        self.judge_zone(&mut evidence, &found);
        self.judge_delay(&mut evidence, &found);
        let (verdict, route) = self.describe(&found);
        let as_of = listing.read_at.filter(|_| !listing.is_fresh());
        let as_of = as_of.map(|at| format!(", as its records were at {}", clock(at, now))).unwrap_or_default();
        let sentence = format!("{name} {route}{as_of}");
        evidence.note("traffic", &sentence);
        evidence.seen = Text::new(&sentence);
        if let Some(verdict) = verdict.filter(|_| found.answer.is_some()) {
            evidence.finding(verdict, &sentence);
        }
        let more = match &found.choice {
            Choice::Weighted(_) | Choice::Nearest(_) | Choice::Healthy(_) | Choice::FailOpen => {
                found.choice.allowed(found.sets.len()).unwrap_or_default()
            }
            Choice::All | Choice::Primary(_) | Choice::Secondary(_) | Choice::PrimaryAnyway(_) | Choice::Untold => {
                Vec::new()
            }
        };
        let sent = found.answered.iter().chain(more.iter().filter(|_| !found.answered.is_empty()));
        let sites: BTreeSet<Site> = sent.filter_map(|at| found.sets.get(*at)?.site.clone()).collect();
        if !sites.is_empty() {
            evidence.serving = Serving::Answered(sites);
        }
        evidence
    }
}
