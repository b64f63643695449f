//! The sites as their users see them: `GET /_site/<site>/<system>/health`. No call to AWS, and so not in its log.

use hyper::Method;
use percent_encoding::percent_decode_str;

use super::World;
use super::estate::route53::HealthCheck;
use super::estate::site::{Need, Site};
use super::fault::Down;
use super::services::autoscaling;
use super::wire::{Reply, Request};

/// What the paths of all sites begin with.
pub(super) const PATH: &str = "/_site/";

/// What becomes of a user's request.
#[derive(Debug)]
pub(super) enum Visit {
    /// An answer.
    Answer(Reply),
    /// The connection is reset.
    Reset,
    /// Nothing comes.
    Hang,
}

/// Answers a user's request from the estates of all accounts. `number` is the how-manieth it is: when a share of requests fails,
/// it is drawn by it.
pub(super) fn visit(worlds: &[World], request: &Request, number: u64) -> Visit {
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return Visit::Answer(text(405, "only GET is served here"));
    }
    let Some(found) = Found::of(worlds, &request.path) else {
        return Visit::Answer(text(
            404,
            "no such site: /_site/<site>/<system>/health, for each that a health check watches or the estate has as a site",
        ));
    };
    let Found { world, site, system, check } = &found;
    let is_failing = |check: &HealthCheck| {
        world.unit(&["visit", &check.id, &number.to_string()]) < world.failing_users(check, world.now)
    };
    match world.outage(site, world.now) {
        Some(Down::Reset) => Visit::Reset,
        Some(Down::Hang) => Visit::Hang,
        Some(Down::Error) => Visit::Answer(text(500, "the site is out of order")),
        Some(Down::Unavailable) => Visit::Answer(text(503, "the site is not available")),
        None if check.is_some_and(is_failing) => Visit::Answer(text(503, "this request failed")),
        None => match world.lacking(system, site) {
            Some(why) => Visit::Answer(text(503, &why)),
            None => Visit::Answer(text(200, "ok")),
        },
    }
}

/// A site that somebody visits.
struct Found<'w> {
    world: &'w World,
    site: String,
    system: String,
    /// The check that watches it.
    check: Option<&'w HealthCheck>,
}

impl<'w> Found<'w> {
    /// The site of a path, in the account that has it.
    fn of(worlds: &'w [World], path: &str) -> Option<Self> {
        let (site, system) = path.strip_prefix(PATH)?.strip_suffix("/health")?.split_once('/')?;
        let [site, system] = [site, system].map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
        worlds.iter().find_map(|world| {
            let mut checks = world.estate.route53.health_checks.iter();
            let check =
                checks.find(|check| check.kind.has_checkers() && check.watches == site && check.system() == system);
            let is_known = check.is_some() || world.site(&system, &site).is_some();
            is_known.then(|| Self { world, site: site.clone(), system: system.clone(), check })
        })
    }
}

impl World {
    /// The site of a system in a place.
    fn site(&self, system: &str, at: &str) -> Option<&Site> {
        self.estate.sites.iter().find(|site| site.system == system && site.at == at)
    }

    /// What a system lacks in a place to serve its users there, in words; nothing where nothing is said of what it needs.
    pub(super) fn lacking(&self, system: &str, at: &str) -> Option<String> {
        self.site(system, at)?.needs.iter().find_map(|need| self.unmet(need, at))
    }

    fn unmet(&self, need: &Need, at: &str) -> Option<String> {
        match need {
            Need::Group { name, in_service } => {
                let serving = autoscaling::serving(self, at, name).unwrap_or_default();
                (serving < *in_service).then(|| format!("{name} has {serving} instances in service of {in_service}"))
            }
            Need::Writer(pattern) => {
                (!self.writes(at, pattern)).then(|| format!("no database {pattern} takes writes in {at}"))
            }
            Need::Reader(pattern) => {
                (!self.reads(at, pattern)).then(|| format!("no database {pattern} answers in {at}"))
            }
            Need::Cache(id) => (!self.takes_cache(at, id)).then(|| format!("the cache {id} takes no writes in {at}")),
            Need::Files(id) => {
                (!self.takes_files(at, id)).then(|| format!("the file system {id} takes no writes in {at}"))
            }
            Need::Servers(ids) => {
                let missing = ids.iter().find(|id| !self.runs_recovered(id, at));
                missing.map(|id| format!("server {id} does not run in {at}"))
            }
        }
    }
}

fn text(status: u16, words: &str) -> Reply {
    let headers =
        vec![("content-type", "text/plain; charset=utf-8".to_owned()), ("cache-control", "no-store".to_owned())];
    Reply { status, headers, body: format!("{words}\n").into_bytes() }
}
