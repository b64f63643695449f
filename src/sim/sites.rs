//! The sites as their users see them: `GET /_site/<site>/<system>/health`. No call to AWS, and so not in its log.

use hyper::Method;
use percent_encoding::percent_decode_str;

use super::World;
use super::estate::route53::HealthCheck;
use super::fault::Down;
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
    let Some((world, check)) = find(worlds, &request.path) else {
        return Visit::Answer(text(
            404,
            "no such site: /_site/<site>/<system>/health, for each that a health check watches",
        ));
    };
    match world.outage(&check.watches, world.now) {
        Some(Down::Reset) => Visit::Reset,
        Some(Down::Hang) => Visit::Hang,
        Some(Down::Error) => Visit::Answer(text(500, "the site is out of order")),
        Some(Down::Unavailable) => Visit::Answer(text(503, "the site is not available")),
        None if world.unit(&["visit", &check.id, &number.to_string()]) < world.failing_users(check, world.now) => {
            Visit::Answer(text(503, "this request failed"))
        }
        None => Visit::Answer(text(200, "ok")),
    }
}

/// The check that watches the system's site, and its account's world.
fn find<'w>(worlds: &'w [World], path: &str) -> Option<(&'w World, &'w HealthCheck)> {
    let (site, system) = path.strip_prefix(PATH)?.strip_suffix("/health")?.split_once('/')?;
    let [site, system] = [site, system].map(|part| percent_decode_str(part).decode_utf8_lossy());
    worlds.iter().find_map(|world| {
        let mut checks = world.estate.route53.health_checks.iter();
        checks
            .find(|check| check.kind.has_checkers() && check.watches == site && check.system() == system)
            .map(|check| (world, check))
    })
}

fn text(status: u16, words: &str) -> Reply {
    let headers =
        vec![("content-type", "text/plain; charset=utf-8".to_owned()), ("cache-control", "no-store".to_owned())];
    Reply { status, headers, body: format!("{words}\n").into_bytes() }
}
