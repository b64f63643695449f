//! What drdeck sees with its own eyes, without AWS: answers of DNS and of a System's own pages.

use serde::{Deserialize, Serialize};

use crate::model::{Span, Text};

/// What DNS answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DnsAnswer {
    /// Who answered, as address and port.
    pub server: Text,
    /// `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`…
    pub code: Text,
    /// The values, sorted: addresses, or the name of a CNAME.
    pub values: Vec<Text>,
    /// How long they may be kept, seconds; of a resolver: what is left of it.
    pub ttl: Option<u32>,
}

/// What a page answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The HTTP status; `None` when nobody answered in time.
    pub status: Option<u16>,
    /// What went wrong, if nobody answered.
    pub error: Option<Text>,
    /// How long it took.
    pub took: Span,
}

impl Response {
    /// Whether users of that page would be served: any answer that is not an error.
    pub fn is_good(&self) -> bool {
        self.status.is_some_and(|status| (200..400).contains(&status))
    }
}
