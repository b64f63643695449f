//! Changes of Route 53. Its control plane is in us-east-1, whatever Region is asked.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::super::IntentId;
use super::{Change, Plane};
use crate::model::facts::route53::{Alias, Record, Routing};
use crate::model::{Place, Text};

/// A record set with everything that Route 53 compares when it deletes one, as far as drdeck can write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSet {
    /// Its name.
    pub name: String,
    /// `A`, `CNAME`…
    pub kind: String,
    /// Tells it apart from others of the same name.
    pub set: Option<String>,
    /// When it is answered.
    pub rule: Rule,
    /// How long answers may be kept, seconds.
    pub ttl: Option<u32>,
    /// Its values, as they are kept.
    pub values: Vec<String>,
    /// The AWS resource it stands for.
    pub alias: Option<AliasTarget>,
    /// The health check without which it is not answered.
    pub health_check: Option<String>,
}

/// When a record set is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "Route 53's own words")]
pub enum Rule {
    Simple,
    Primary,
    Secondary,
    Weighted(u64),
    Latency(String),
    Multivalue,
}

/// What an alias stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasTarget {
    /// The hosted zone of the target.
    pub zone: String,
    /// Its DNS name.
    pub name: String,
    /// Whether the target's own health counts.
    pub evaluates_health: bool,
}

/// One record set, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// As it has to be when the request arrives; the whole request is refused otherwise.
    pub old: RecordSet,
    /// As it is afterwards.
    pub new: RecordSet,
}

/// `ChangeResourceRecordSets` that deletes record sets exactly as they were read and creates them anew: all of it, or nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeRecords {
    /// As whom; us-east-1.
    pub place: Place,
    /// The hosted zone's id.
    pub zone: String,
    /// The record sets.
    pub swaps: Vec<Swap>,
}

/// `UpdateHealthCheck` of its two switches, at exactly one version of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpdateCheck {
    /// As whom; us-east-1.
    pub place: Place,
    /// The health check's id.
    pub check: String,
    /// The version it has to have.
    pub version: u64,
    /// Whether it reports the opposite of what it sees.
    pub inverted: bool,
    /// Whether it looks no more and counts as healthy; with `inverted`, as unhealthy.
    pub disabled: bool,
}

impl RecordSet {
    /// As it was read; why not, where it cannot be written exactly.
    pub fn of(record: &Record) -> Result<Self, &'static str> {
        let rule = match &record.routing {
            Routing::Simple => Rule::Simple,
            Routing::Primary => Rule::Primary,
            Routing::Secondary => Rule::Secondary,
            Routing::Weighted(weight) => Rule::Weighted(*weight),
            Routing::Latency(region) => Rule::Latency(region.to_string()),
            Routing::Other(rule) if rule.as_str() == "multivalue" => Rule::Multivalue,
            Routing::Other(_) => return Err("it is answered by a rule that drdeck does not write"),
        };
        // A text that was cut or made harmless as it came in is not what Route 53 keeps.
        let all = record.values.iter().chain([&record.name]).chain(record.set.as_ref());
        if all.map(Text::as_str).any(|text| text.ends_with('…') || text.contains("<U+")) {
            return Err("it holds a value that is too long, or has characters that cannot be seen");
        }
        let dot = if record.dotted { "." } else { "" };
        Ok(Self {
            name: record.name.to_string(),
            kind: record.kind.to_string(),
            set: record.set.as_ref().map(Text::to_string),
            rule,
            ttl: record.ttl,
            values: record.values.iter().map(|value| format!("{value}{dot}")).collect(),
            alias: record.alias.as_ref().map(AliasTarget::of),
            health_check: record.health_check.as_ref().map(Text::to_string),
        })
    }

    /// Whether they are the same record set, whatever it says.
    pub fn is_same_set(&self, other: &Self) -> bool {
        (&self.name, &self.kind, &self.set) == (&other.name, &other.kind, &other.set)
    }

    fn parameters(&self) -> Json {
        let mut set = Map::new();
        let mut put = |name: &str, value: Json| drop(set.insert(name.to_owned(), value));
        put("Name", json!(self.name));
        put("Type", json!(self.kind));
        if let Some(id) = &self.set {
            put("SetIdentifier", json!(id));
        }
        match &self.rule {
            Rule::Simple => {}
            Rule::Primary => put("Failover", json!("PRIMARY")),
            Rule::Secondary => put("Failover", json!("SECONDARY")),
            Rule::Weighted(weight) => put("Weight", json!(weight)),
            Rule::Latency(region) => put("Region", json!(region)),
            Rule::Multivalue => put("MultiValueAnswer", json!(true)),
        }
        if let Some(ttl) = self.ttl {
            put("TTL", json!(ttl));
        }
        if !self.values.is_empty() {
            put("ResourceRecords", self.values.iter().map(|value| json!({ "Value": value })).collect());
        }
        if let Some(AliasTarget { zone, name, evaluates_health }) = &self.alias {
            let target = json!({ "HostedZoneId": zone, "DNSName": name, "EvaluateTargetHealth": evaluates_health });
            put("AliasTarget", target);
        }
        if let Some(check) = &self.health_check {
            put("HealthCheckId", json!(check));
        }
        Json::Object(set)
    }
}

impl AliasTarget {
    fn of(alias: &Alias) -> Self {
        Self { zone: alias.zone.to_string(), name: alias.target.to_string(), evaluates_health: alias.evaluates_health }
    }
}

impl Change for ChangeRecords {
    fn service(&self) -> &'static str {
        "route53"
    }

    fn operation(&self) -> &'static str {
        "ChangeResourceRecordSets"
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn target(&self) -> String {
        let mut names: Vec<&str> = self.swaps.iter().map(|swap| swap.old.name.as_str()).collect();
        names.dedup();
        format!("{} in the zone {}", names.join(", "), self.zone)
    }

    fn plane(&self) -> Plane {
        Plane::GlobalControl
    }

    fn parameters(&self, intent: IntentId) -> Json {
        let change = |action: &str, set: &RecordSet| json!({ "Action": action, "ResourceRecordSet": set.parameters() });
        let deleted = self.swaps.iter().map(|swap| change("DELETE", &swap.old));
        let created = self.swaps.iter().map(|swap| change("CREATE", &swap.new));
        let changes: Vec<Json> = deleted.chain(created).collect();
        json!({
            "HostedZoneId": self.zone,
            "ChangeBatch": { "Comment": format!("drdeck {intent}"), "Changes": changes },
        })
    }
}

impl Change for UpdateCheck {
    fn service(&self) -> &'static str {
        "route53"
    }

    fn operation(&self) -> &'static str {
        "UpdateHealthCheck"
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn target(&self) -> String {
        self.check.clone()
    }

    fn plane(&self) -> Plane {
        Plane::GlobalControl
    }

    fn parameters(&self, _: IntentId) -> Json {
        json!({
            "HealthCheckId": self.check,
            "HealthCheckVersion": self.version,
            "Inverted": self.inverted,
            "Disabled": self.disabled,
        })
    }
}
