//! Route 53's hosted zones and their records.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;

use super::rds::one_year;
use super::route53::Route53;
use crate::sim::load::Complaint;
use crate::sim::time::{Moment, Span};

/// A hosted zone. Its NS and SOA records are made by Route 53 itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// `Z` and capital letters and digits.
    pub id: String,
    /// `shop.example`.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub comment: String,
    /// Whether only VPCs can ask it.
    #[serde(default)]
    pub private: bool,
    /// Whether its records can be changed while us-east-1's control plane is gone.
    #[serde(default)]
    pub accelerated_recovery: bool,
    /// Its records, as they were changed last.
    #[serde(default, rename = "record")]
    pub records: Vec<Record>,
    /// What the name servers answer until later changes have reached them, the earliest first.
    #[serde(skip)]
    pub superseded: Vec<Superseded>,
}

/// The records of a zone before a change.
#[derive(Clone, Debug)]
pub struct Superseded {
    /// When the change has reached every name server.
    pub until: Moment,
    /// What was there before.
    pub records: Arc<[Record]>,
}

/// The type of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// Another name.
    Cname,
    /// A mail server.
    Mx,
    /// A text.
    Txt,
    /// A name server.
    Ns,
    /// The start of the zone.
    Soa,
}

/// Which part a record plays in a failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answered while it is healthy, and when neither is.
    Primary,
    /// Answered while the primary is not.
    Secondary,
}

/// How Route 53 chooses among records of the same name and type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Routing {
    /// There is one.
    #[default]
    Simple,
    /// The primary, or the secondary.
    Failover(Role),
    /// Each so often.
    Weight(u32),
    /// The one whose Region is nearest to the resolver.
    Latency(String),
    /// Up to eight of the healthy ones.
    Multivalue,
}

/// What an alias points to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// The hosted zone of the target: that of a load balancer's Region, or the record's own.
    pub zone: String,
    /// The target's name.
    pub name: String,
    /// Whether the target's health counts as the record's.
    #[serde(default)]
    pub evaluate_target_health: bool,
}

/// A record set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// `www.shop.example`.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: RecordType,
    /// What tells it from others of the same name and type: needed with any routing but the simple one.
    pub id: Option<String>,
    /// How it is chosen.
    #[serde(default)]
    pub routing: Routing,
    /// Seconds that resolvers keep it; absent for an alias.
    pub ttl: Option<u32>,
    /// Its values.
    #[serde(default)]
    pub values: Vec<String>,
    /// What it points to instead of having values.
    pub alias: Option<Alias>,
    /// The health check that says whether it may be answered.
    pub health_check: Option<String>,
}

/// A change of records that was made while the simulator ran.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// `C` and capital letters and digits.
    pub id: String,
    /// When it was made.
    pub at: Moment,
    /// When it has reached every name server.
    pub in_sync: Moment,
    /// What was said of it.
    pub comment: String,
}

/// A change of records that was made before the simulator's start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `C` and capital letters and digits.
    pub id: String,
    /// How long before the simulator's start it was made.
    #[serde(default = "one_year")]
    pub ago: Span,
    /// What was said of it.
    #[serde(default)]
    pub comment: String,
}

impl Zone {
    /// What its name servers answer at that moment.
    pub fn published(&self, at: Moment) -> &[Record] {
        self.superseded.iter().find(|before| at < before.until).map_or(&self.records, |before| &before.records)
    }
}

impl RecordType {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::A, Self::Aaaa, Self::Cname, Self::Mx, Self::Txt, Self::Ns, Self::Soa];

    /// AWS's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Ns => "NS",
            Self::Soa => "SOA",
        }
    }
}

/// A name as estates write it: in small letters, without the dot at its end, its wildcard not escaped.
pub fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase().replace("\\052", "*")
}

/// A name as Route 53 writes it: in small letters, with the dot at its end, `*` escaped.
pub fn full_name(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.').to_ascii_lowercase().replace('*', "\\052"))
}

impl Route53 {
    /// The first thing that is wrong with zones and records.
    pub fn check_records(&self) -> Result<(), Complaint> {
        let mut zones = HashSet::new();
        for zone in &self.zones {
            if !zones.insert(&zone.id) {
                return Err(complaint(&zone.id, format!("there are two of hosted zone \"{}\"", zone.id)));
            }
            let mut seen = HashSet::new();
            for record in &zone.records {
                self.check_record(zone, record)?;
                if !seen.insert((full_name(&record.name), record.kind, &record.id)) {
                    let what = format!(
                        "there are two {} records \"{}\" without an `id` of their own",
                        record.kind.name(),
                        record.name
                    );
                    return Err(complaint(&record.name, what));
                }
            }
        }
        Ok(())
    }

    fn check_record(&self, zone: &Zone, record: &Record) -> Result<(), Complaint> {
        let name = &record.name;
        let wrong = |message: String| Err(complaint(name, format!("record \"{name}\": {message}")));
        if !format!(".{}", full_name(name)).ends_with(&format!(".{}", full_name(&zone.name))) {
            return wrong(format!("it is not in the zone \"{}\"", zone.name));
        }
        if record.alias.is_some() != record.values.is_empty() || record.alias.is_some() == record.ttl.is_some() {
            return wrong("it needs either `alias`, or `values` and `ttl`".to_owned());
        }
        if (record.routing == Routing::Simple) == record.id.is_some() {
            return wrong("`id` goes with `routing`, and `routing` with `id`".to_owned());
        }
        if let Some(check) = record.health_check.as_ref().filter(|id| !self.health_checks.iter().any(|c| c.id == **id))
        {
            return Err(complaint(check, format!("record \"{name}\": there is no health check \"{check}\"")));
        }
        Ok(())
    }
}

fn complaint(words: &str, message: String) -> Complaint {
    Complaint { words: words.to_owned(), occurrence: 0, message }
}
