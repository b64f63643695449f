//! `[[system.component]]`: one AWS thing a System needs, and where.

use std::sync::Arc;

use super::keys::{self, KindKeys};
use super::system::Sites;
use crate::document::suggest::{hint, one_of};
use crate::document::{Found, Section, Unknown};
use crate::model::kinds::{
    Alarm, Asg, AuroraGlobal, Backup, CopyVault, DnsRecord, Drs, DynamodbGlobalTable, DynamodbTable, EfsReplication,
    ElasticacheGlobal, HealthCheck, Kind, LagUnit, Metric, RdsInstance, RdsReplica, S3Replication, Servers,
};
use crate::model::{Component, Disruption, PerDisruption, Place, Region, Site};

/// Where Route 53's control plane and its metrics are.
const ROUTE53_REGION: &str = "us-east-1";

/// Every component of a System. Those that lack something are left out; the problem was noted.
pub(super) fn components(system: &Section<'_>, sites: &Sites) -> Vec<Component> {
    let mut names: Vec<String> = Vec::new();
    let mut components = Vec::new();
    for Found { value, span } in system.tables("component") {
        // Which keys are right can only be told by `kind`.
        let Some(kind) = kind_of(system, value, &span) else { continue };
        let title = format!("[[system.component]] of kind \"{}\"", kind.kind);
        let keys = keys::COMPONENT.iter().chain(kind.keys).collect();
        let section = Section::open(system.walk, &title, span, value, keys, Unknown::Refuse);
        let named = std::iter::once("name").chain(kind.keys.first().map(|key| key.name));
        let name = named.filter_map(|key| section.text(key)).next();
        let (name, at) = name.map_or((kind.kind, section.place_of("kind")), |found| (found.value, found.span));
        if names.iter().any(|other| other == name) {
            let what = format!(
                "another component of this System is called \"{name}\", too; give one of them a `name` of its own"
            );
            system.walk.wrong(&at, what);
        }
        names.push(name.to_owned());
        let builder = Builder { section: &section, sites, role: section.role("role_arn").map(Into::into) };
        components.extend(builder.component(name, kind.kind));
    }
    name_sites(&mut components);
    components
}

/// Tells every record which site is watched by which health check of its System.
fn name_sites(components: &mut [Component]) {
    let watched: Vec<(String, Site)> = components
        .iter()
        .filter_map(|component| {
            if let Kind::HealthCheck(check) = &component.kind {
                Some((check.id.clone(), check.watches.clone()))
            } else {
                None
            }
        })
        .collect();
    for component in components {
        if let Kind::DnsRecord(record) = &mut component.kind {
            record.watched.clone_from(&watched);
        }
    }
}

fn kind_of(
    system: &Section<'_>,
    table: &toml::de::DeTable<'_>,
    span: &std::ops::Range<usize>,
) -> Option<&'static KindKeys> {
    let kinds = || keys::KINDS.iter().map(|kind| kind.kind);
    let list = one_of(kinds());
    let section = Section::open(system.walk, "[[system.component]]", span.clone(), table, Vec::new(), Unknown::Ignore);
    if !section.has("kind") {
        system.walk.wrong(span, format!("[[system.component]] has no `kind`; it is {list}"));
        return None;
    }
    let Some(found) = section.text("kind") else {
        section.wrong("kind", format!("must be {list}"));
        return None;
    };
    let hit = keys::KINDS.iter().find(|kind| kind.kind == found.value);
    if hit.is_none() {
        let near = hint(found.value, kinds(), &format!("; there are {list}"));
        section.wrong("kind", format!("\"{}\" is no kind of component{near}", found.value));
    }
    hit
}

/// Makes one component. Every key is read even where another is wrong, so that all problems are found.
struct Builder<'a> {
    section: &'a Section<'a>,
    sites: &'a Sites,
    role: Option<Arc<str>>,
}

impl Builder<'_> {
    fn component(&self, name: &str, kind: &str) -> Option<Component> {
        let counts_for = self.section.words("counts_for", &Disruption::ALL, Disruption::as_str);
        let own_rpo = self.section.duration("rpo").map(|found| found.value);
        let kind = self.kind(kind)?;
        let counts_for = counts_for
            .map_or(by_default(&kind), |list| PerDisruption::from_fn(|disruption| list.contains(&disruption)));
        Some(Component { name: name.to_owned(), counts_for, own_rpo, kind })
    }

    fn kind(&self, kind: &str) -> Option<Kind> {
        match kind {
            "drs" => self.drs(),
            "rds-instance" => self.rds_instance(),
            "rds-replica" => self.rds_replica(),
            "aurora-global" => {
                let (global_cluster, places) = (self.text("global_cluster"), self.places("regions"));
                Some(Kind::AuroraGlobal(AuroraGlobal { global_cluster: global_cluster?, places: places? }))
            }
            "dynamodb-table" => {
                let (table, place) = (self.text("table"), self.primary("region"));
                Some(Kind::DynamodbTable(DynamodbTable { table: table?, place: place? }))
            }
            "dynamodb-global-table" => {
                let (table, places) = (self.text("table"), self.places("regions"));
                Some(Kind::DynamodbGlobalTable(DynamodbGlobalTable { table: table?, places: places? }))
            }
            "s3-replication" => self.s3_replication(),
            "efs-replication" => self.efs_replication(),
            "elasticache-global" => {
                let (global_datastore, dimensions) = (self.text("global_datastore"), self.section.pairs("dimensions"));
                let place = self.recovery("region");
                let (global_datastore, dimensions, place) = (global_datastore?, dimensions?, place?);
                Some(Kind::ElasticacheGlobal(ElasticacheGlobal { global_datastore, dimensions, place }))
            }
            "backup" => self.backup(),
            "asg" => {
                let (group, capacity, place) =
                    (self.text("group"), self.section.count("capacity"), self.recovery("region"));
                Some(Kind::Asg(Asg { group: group?, place: place?, capacity: capacity? }))
            }
            "health-check" => self.health_check(),
            "dns-record" => self.dns_record(),
            "alarm" => {
                let (alarm, place) = (self.text("alarm"), self.primary("region"));
                Some(Kind::Alarm(Alarm { alarm: alarm?, place: place? }))
            }
            "metric" => self.metric(),
            _ => None,
        }
    }

    fn drs(&self) -> Option<Kind> {
        let place = self.recovery("region");
        let ids = self.section.texts("servers");
        for id in ids.iter().flatten() {
            let digits = id.value.strip_prefix("s-").unwrap_or_default();
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                let what = format!(
                    "`servers` names \"{}\", which is not the id of a source server; write it like \"s-1111111111aaaaaaa\"",
                    id.value
                );
                self.section.walk.wrong(&id.span, what);
            }
        }
        let tags = self.section.pairs("tags");
        let servers = match (ids, tags) {
            (Some(_), Some(_)) => self.refuse("tags", "and `servers` exclude each other; keep one of them"),
            (Some(ids), None) if ids.is_empty() => {
                self.refuse("servers", "is empty; write for example servers = [\"s-1111111111aaaaaaa\"]")
            }
            (Some(ids), None) => Some(Servers::Ids(ids.into_iter().map(|found| found.value.to_owned()).collect())),
            (None, Some(tags)) if tags.is_empty() => {
                self.refuse("tags", "is empty; write for example tags = { App = \"legacy-web\" }")
            }
            (None, Some(tags)) => Some(Servers::Tags(tags)),
            (None, None) => {
                if !self.section.has("servers") && !self.section.has("tags") {
                    let what = format!(
                        "{} has neither `servers` nor `tags`; write for example tags = {{ App = \"legacy-web\" }}",
                        self.section.title
                    );
                    self.section.walk.wrong(&self.section.span, what);
                }
                None
            }
        };
        Some(Kind::Drs(Drs { servers: servers?, place: place? }))
    }

    fn rds_instance(&self) -> Option<Kind> {
        let (instance, place) = (self.text("instance"), self.primary("region"));
        let backup_place = self.section.region("backup_region").map(|found| self.place(found.value));
        self.differ("backup_region", backup_place.as_ref(), place.as_ref(), "the instance");
        Some(Kind::RdsInstance(RdsInstance { instance: instance?, place: place?, backup_place }))
    }

    fn rds_replica(&self) -> Option<Kind> {
        let (source, replica) = (self.text("source"), self.text("replica"));
        let (source_place, replica_place) = (self.primary("source_region"), self.recovery("replica_region"));
        self.differ("replica_region", replica_place.as_ref(), source_place.as_ref(), "the source");
        let (source, replica) = (source?, replica?);
        Some(Kind::RdsReplica(RdsReplica {
            source,
            replica,
            source_place: source_place?,
            replica_place: replica_place?,
        }))
    }

    fn s3_replication(&self) -> Option<Kind> {
        let (source_bucket, destination_bucket) = (self.text("source_bucket"), self.text("destination_bucket"));
        let rule_id = self.text("rule_id");
        let (source_place, destination_place) = (self.primary("source_region"), self.recovery("destination_region"));
        self.differ("destination_region", destination_place.as_ref(), source_place.as_ref(), "the source");
        Some(Kind::S3Replication(S3Replication {
            source_bucket: source_bucket?,
            destination_bucket: destination_bucket?,
            rule_id: rule_id?,
            source_place: source_place?,
            destination_place: destination_place?,
        }))
    }

    fn efs_replication(&self) -> Option<Kind> {
        let (file_system, destination) = (self.file_system("file_system"), self.file_system("destination_file_system"));
        let (source_place, destination_place) = (self.primary("source_region"), self.recovery("destination_region"));
        self.differ("destination_region", destination_place.as_ref(), source_place.as_ref(), "the source");
        Some(Kind::EfsReplication(EfsReplication {
            file_system: file_system?,
            destination_file_system: destination?,
            source_place: source_place?,
            destination_place: destination_place?,
        }))
    }

    fn backup(&self) -> Option<Kind> {
        let (resource, vault, place) = (self.section.arn("resource"), self.text("vault"), self.primary("region"));
        let every = match self.section.duration("every") {
            Some(every) if every.value.is_zero() => self.refuse("every", "is zero; write for example every = \"24h\""),
            every => Some(every.map(|every| every.value)),
        };
        let copy = match self.text("copy_vault") {
            Some(vault) => Some(CopyVault { vault, place: self.recovery("copy_region")? }),
            None => {
                if self.section.has("copy_region") && !self.section.has("copy_vault") {
                    self.section.wrong("copy_region", "says where copies are, but no `copy_vault` says in which vault");
                }
                None
            }
        };
        Some(Kind::Backup(Backup {
            resource: resource?.value.to_owned(),
            vault: vault?,
            place: place?,
            copy,
            every: every?,
        }))
    }

    fn health_check(&self) -> Option<Kind> {
        let id = self.text("id");
        let watches = match self.section.site("watches") {
            Some(found) => Some(found.value),
            None => self.sites.primary.clone(),
        };
        Some(Kind::HealthCheck(HealthCheck {
            id: id?,
            watches: watches?,
            place: self.place(Region::new(ROUTE53_REGION)),
        }))
    }

    fn dns_record(&self) -> Option<Kind> {
        let zone = self.hosted_zone("zone");
        let record = self.record_name("record");
        let kind = if self.section.has("type") {
            self.section.word("type", &["A", "AAAA", "CNAME"], |word| word)
        } else {
            Some("A")
        };
        Some(Kind::DnsRecord(DnsRecord {
            zone: zone?,
            record: record?,
            kind: kind?.to_owned(),
            place: self.place(Region::new(ROUTE53_REGION)),
            primary: self.sites.primary.clone()?,
            watched: Vec::new(),
            rto: self.sites.rto,
        }))
    }

    fn hosted_zone(&self, name: &str) -> Option<String> {
        let id = self.text(name)?;
        let bare = id.strip_prefix("/hostedzone/").unwrap_or(&id);
        if bare.starts_with('Z') && bare.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
            return Some(bare.to_owned());
        }
        self.refuse(
            name,
            &format!("is \"{id}\", which is not the id of a hosted zone; write it like \"Z0273916SHOP4EXMPL7\""),
        )
    }

    /// A DNS name, as Route 53 compares it: in small letters and without a dot at its end.
    fn record_name(&self, name: &str) -> Option<String> {
        let written = self.text(name)?;
        let record = written.strip_suffix('.').unwrap_or(&written).to_ascii_lowercase();
        let is_label = |label: &str| {
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            (1..=63).contains(&label.len()) && label.bytes().all(fine)
        };
        if record.len() <= 253 && record.split('.').count() > 1 && record.split('.').all(is_label) {
            return Some(record);
        }
        self.refuse(
            name,
            &format!("is \"{written}\", which is not a name to ask DNS for; write it like \"www.shop.example\""),
        )
    }

    fn metric(&self) -> Option<Kind> {
        let (namespace, metric, place) = (self.text("namespace"), self.text("metric"), self.recovery("region"));
        let unit = self.section.word("unit", &[LagUnit::Seconds, LagUnit::Milliseconds], |unit| match unit {
            LagUnit::Seconds => "seconds",
            LagUnit::Milliseconds => "milliseconds",
        });
        let statistics = ["Maximum", "Average", "Minimum", "Sum"];
        let statistic = if self.section.has("statistic") {
            self.section.word("statistic", &statistics, |word| word)
        } else {
            Some("Maximum")
        };
        Some(Kind::Metric(Metric {
            namespace: namespace?,
            metric: metric?,
            dimensions: self.section.pairs("dimensions").unwrap_or_default(),
            statistic: statistic?.to_owned(),
            unit: unit?,
            place: place?,
        }))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.section.text(name).map(|found| found.value.to_owned())
    }

    fn file_system(&self, name: &str) -> Option<String> {
        let id = self.text(name)?;
        if id.strip_prefix("fs-").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Some(id);
        }
        self.refuse(
            name,
            &format!("is \"{id}\", which is not the id of a file system; write it like \"fs-0123456789abcdef0\""),
        )
    }

    /// Notes a problem with a key, and gives nothing.
    fn refuse<T>(&self, name: &str, what: &str) -> Option<T> {
        self.section.wrong(name, what);
        None
    }

    fn place(&self, region: Region) -> Place {
        Place { region, role: self.role.clone().or_else(|| self.sites.role.clone()) }
    }

    /// The Region of a key, or else the System's primary.
    fn primary(&self, name: &str) -> Option<Place> {
        if self.section.has(name) {
            return self.section.region(name).map(|found| self.place(found.value));
        }
        match self.sites.primary.as_ref()? {
            Site::Region(region) => Some(self.place(region.clone())),
            Site::OnPremises => {
                self.section.needs(name, "because the System's primary is on-premises");
                None
            }
        }
    }

    /// The Region of a key, or else the System's recovery Region.
    fn recovery(&self, name: &str) -> Option<Place> {
        if self.section.has(name) {
            return self.section.region(name).map(|found| self.place(found.value));
        }
        self.sites.recovery.clone().map(|region| self.place(region))
    }

    /// The Regions of a key, or else primary and recovery.
    fn places(&self, name: &str) -> Option<Vec<Place>> {
        if !self.section.has(name) {
            return Some(vec![self.primary(name)?, self.place(self.sites.recovery.clone()?)]);
        }
        let regions = self.section.regions(name)?;
        if regions.len() < 2 {
            self.section
                .wrong(name, "needs two Regions or more; write for example regions = [\"us-east-1\", \"us-west-2\"]");
        }
        Some(regions.into_iter().map(|region| self.place(region)).collect())
    }

    /// What is in the Region of its source does not survive the loss of that Region.
    fn differ(&self, name: &str, copy: Option<&Place>, source: Option<&Place>, of: &str) {
        if let (Some(copy), Some(source)) = (copy, source)
            && copy.region == source.region
        {
            self.section.wrong(
                name,
                format!(
                    "is {}, where {of} is, too: it would be lost together with it; name another Region",
                    copy.region
                ),
            );
        }
    }
}

/// For which Disruptions the recovery points of a kind count.
fn by_default(kind: &Kind) -> PerDisruption<bool> {
    let (region, data) = match kind {
        Kind::Drs(_) | Kind::RdsReplica(_) | Kind::AuroraGlobal(_) | Kind::DynamodbGlobalTable(_) => (true, true),
        Kind::RdsInstance(instance) => (instance.backup_place.is_some(), true),
        Kind::Backup(backup) => {
            (backup.copy.as_ref().is_some_and(|copy| copy.place.region != backup.place.region), true)
        }
        Kind::DynamodbTable(_) => (false, true),
        Kind::S3Replication(_) | Kind::EfsReplication(_) | Kind::ElasticacheGlobal(_) | Kind::Metric(_) => {
            (true, false)
        }
        Kind::Asg(_) | Kind::HealthCheck(_) | Kind::DnsRecord(_) | Kind::Alarm(_) => (false, false),
    };
    PerDisruption { region, data }
}
