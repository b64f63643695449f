//! Whom drdeck asks, and by whose clock: AWS, and what it looks at with its own eyes without AWS, which is what DNS answers and whether a
//! System's own pages are served.

pub mod clock;
mod dns;
mod exchange;
mod http;

use crate::aws::{Access, Login, Pages, Proxies, ReadAnswer, Session, Unread};
use crate::config;
use crate::model::facts::Answer;
use crate::model::{Moment, Query};
pub use clock::Clock;
use dns::{Dns, Resolvers};

/// Whom readings are asked of: AWS, and what drdeck looks at itself. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Contact {
    /// AWS.
    pub session: Session,
    look: Look,
}

impl Contact {
    /// Nothing is sent yet.
    pub fn new(session: Session, dns: &config::Dns) -> Self {
        let look = Look::new(session.access(), dns);
        Self { session, look }
    }

    /// The answer to one Query, wherever it comes from. `now` is the time of AWS's clock. Only calls of AWS are counted.
    pub async fn read(&self, query: &Query, now: Moment) -> ReadAnswer {
        match self.look.read(query).await {
            Some(result) => ReadAnswer { result, calls: 0 },
            None => self.session.read(query, now).await,
        }
    }
}

/// Looks. Cheap to clone.
#[derive(Clone, Debug)]
struct Look {
    dns: Dns,
    pages: Pages,
}

impl Look {
    /// Nothing is sent yet. A simulator's names are in no DNS but its own, and everything of it is on this machine.
    fn new(access: &Access, dns: &config::Dns) -> Self {
        let (resolvers, proxies) = match (&access.login, dns.resolvers.as_slice()) {
            (Login::Simulator { .. }, these) => (Resolvers::These(these.to_vec()), Proxies::Unused),
            (Login::Chain { .. }, []) => (Resolvers::System, Proxies::Used),
            (Login::Chain { .. }, these) => (Resolvers::These(these.to_vec()), Proxies::Used),
        };
        Self { dns: Dns { resolvers, authoritative: dns.authoritative.clone() }, pages: Pages::new(proxies) }
    }

    /// The answer to a Query that is not for AWS; `None` for all others.
    async fn read(&self, query: &Query) -> Option<Result<Answer, Unread>> {
        if let Query::DnsAnswer(_, question) = query {
            return Some(self.dns.answer(question).await.map(Answer::DnsAnswer));
        }
        if let Query::Probe(_, url) = query {
            return Some(http::probe(&self.pages, url).await.map(Answer::Probe));
        }
        if let Query::Probes(_, url, times) = query {
            return Some(http::probes(&self.pages, url, *times).await.map(Answer::Probes));
        }
        None
    }
}
