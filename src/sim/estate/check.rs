//! What an estate must satisfy beyond its schema: names that exist, and exist once.

use std::collections::HashMap;

use super::Estate;
use super::backup::Plan;
use super::dynamodb::Consistency;
use crate::sim::load::Complaint;
use crate::sim::time::Span;

/// How many backups or snapshots one rule may keep.
const MAX_KEPT: i64 = 20_000;

/// The site that is no Region.
pub const ON_PREMISES: &str = "on-premises";

impl Estate {
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), Complaint> {
        self.check_account()?;
        self.check_regions()?;
        self.check_names()?;
        self.check_references()?;
        self.check_tables()?;
        self.check_sites()?;
        self.route53.check_health_checks()?;
        self.route53.check_records()?;
        self.arc.check()?;
        self.sns.check()?;
        self.check_plans()?;
        self.check_schedules()
    }

    fn check_account(&self) -> Result<(), Complaint> {
        let digits = self.account.len() == 12 && self.account.bytes().all(|byte| byte.is_ascii_digit());
        if digits {
            Ok(())
        } else {
            complain(&self.account, format!("account \"{}\" must have 12 digits", self.account))
        }
    }

    fn check_regions(&self) -> Result<(), Complaint> {
        for region in self.places() {
            if !self.regions.iter().any(|known| known == region) {
                let known = self.regions.join(", ");
                return complain(region, format!("Region \"{region}\" is not among the estate's regions ({known})"));
            }
        }
        let origins = self.drs.servers.iter().map(|server| &server.origin);
        let watched = self.route53.health_checks.iter().map(|check| &check.watches);
        let custom = self.cloudwatch.lags.iter().map(|lag| &lag.from);
        for site in origins.chain(watched).chain(custom) {
            if site != ON_PREMISES && !self.regions.contains(site) {
                let known = self.regions.join(", ");
                return complain(
                    site,
                    format!("site \"{site}\" is neither \"{ON_PREMISES}\" nor a Region of the estate ({known})"),
                );
            }
        }
        Ok(())
    }

    /// Every place that must be a Region.
    fn places(&self) -> impl Iterator<Item = &String> {
        let rds = self.rds.instances.iter().flat_map(|instance| {
            let source = instance.replica_of.iter().map(|source| &source.region);
            std::iter::once(&instance.region).chain(&instance.backup_region).chain(source)
        });
        let aurora = self.rds.clusters.iter().map(|cluster| &cluster.region);
        let tables = self.dynamodb.tables.iter().flat_map(|table| table.regions.iter().chain(&table.witness));
        let s3 = self.s3.replications.iter().flat_map(|rule| [&rule.from, &rule.to]);
        let efs = self.efs.replications.iter().flat_map(|replication| [&replication.from, &replication.to]);
        let caches = self.elasticache.global_datastores.iter().flat_map(|store| [&store.from, &store.to]);
        let groups = self.autoscaling.groups.iter().map(|group| &group.region);
        let servers = self.drs.servers.iter().map(|server| &server.region);
        let vaults = self.backup.vaults.iter().map(|vault| &vault.region);
        let plans = self.backup.plans.iter().map(|plan| &plan.region);
        let custom = self.cloudwatch.lags.iter().map(|lag| &lag.to);
        let alarms = self.cloudwatch.alarms.iter().map(|alarm| &alarm.region);
        let tests = self.backup.restore_tests.iter().map(|test| &test.region);
        let switched = self.arc.plans.iter().flat_map(|plan| plan.regions.iter().chain(&plan.primary));
        let topics = self.sns.topics.iter().map(|topic| &topic.region);
        let recovered = self.drs.recovery_plans.iter().map(|plan| &plan.region).chain(&self.drs.initialized);
        rds.chain(aurora)
            .chain(tables)
            .chain(s3)
            .chain(efs)
            .chain(caches)
            .chain(groups)
            .chain(servers)
            .chain(vaults)
            .chain(plans)
            .chain(custom)
            .chain(alarms)
            .chain(tests)
            .chain(switched)
            .chain(recovered)
            .chain(topics)
    }

    fn check_names(&self) -> Result<(), Complaint> {
        let instances = self.rds.instances.iter().map(|i| ("instance", i.region.as_str(), i.id.as_str()));
        let clusters = self.rds.clusters.iter().map(|c| ("cluster", c.region.as_str(), c.id.as_str()));
        let global = self.rds.global_clusters.iter().map(|g| ("global cluster", "", g.id.as_str()));
        let tables = self.dynamodb.tables.iter().map(|t| ("table", "", t.name.as_str()));
        let groups = self.autoscaling.groups.iter().map(|g| ("group", g.region.as_str(), g.name.as_str()));
        let servers = self.drs.servers.iter().map(|s| ("server", "", s.id.as_str()));
        let vaults = self.backup.vaults.iter().map(|v| ("vault", v.region.as_str(), v.name.as_str()));
        let plans = self.backup.plans.iter().map(|p| ("plan", "", p.name.as_str()));
        let checks = self.route53.health_checks.iter().map(|h| ("health check", "", h.id.as_str()));
        let alarms = self.cloudwatch.alarms.iter().map(|a| ("alarm", a.region.as_str(), a.name.as_str()));
        let tests =
            self.backup.restore_tests.iter().map(|t| ("restore testing plan", t.region.as_str(), t.name.as_str()));
        let controls = self.arc.controls().map(|(.., c)| ("routing control", "", c.name.as_str()));
        let switched = self.arc.plans.iter().map(|p| ("Region switch plan", "", p.name.as_str()));
        let recovered = self.drs.recovery_plans.iter().map(|p| ("recovery plan", p.region.as_str(), p.name.as_str()));
        let users = self.iam.users.iter().map(|user| ("access key", "", user.access_key.as_str()));
        let topics = self.sns.topics.iter().map(|t| ("topic", t.region.as_str(), t.name.as_str()));
        let all = instances
            .chain(clusters)
            .chain(global)
            .chain(tables)
            .chain(groups)
            .chain(servers)
            .chain(vaults)
            .chain(plans)
            .chain(checks)
            .chain(alarms)
            .chain(tests)
            .chain(controls)
            .chain(switched)
            .chain(recovered)
            .chain(users)
            .chain(topics);
        let mut seen: HashMap<(&str, &str, &str), ()> = HashMap::new();
        for name in all {
            if seen.insert(name, ()).is_some() {
                let (what, _, id) = name;
                let complaint = Complaint {
                    words: id.to_owned(),
                    occurrence: 1,
                    message: format!("there are two of {what} \"{id}\""),
                };
                return Err(complaint);
            }
        }
        Ok(())
    }

    fn check_references(&self) -> Result<(), Complaint> {
        for source in self.rds.instances.iter().filter_map(|instance| instance.replica_of.as_ref()) {
            if !self.rds.instances.iter().any(|i| i.region == source.region && i.id == source.id) {
                return complain(
                    &source.id,
                    format!("replica_of: there is no instance \"{}\" in {}", source.id, source.region),
                );
            }
        }
        for address in self.rds.global_clusters.iter().flat_map(|g| std::iter::once(&g.writer).chain(&g.secondaries)) {
            if !self.rds.clusters.iter().any(|c| c.region == address.region && c.id == address.id) {
                return complain(&address.id, format!("there is no cluster \"{}\" in {}", address.id, address.region));
            }
        }
        for plan in &self.backup.plans {
            let copies = plan.copies.iter().map(|copy| (&copy.vault, &copy.region));
            for (vault, region) in std::iter::once((&plan.vault, &plan.region)).chain(copies) {
                if !self.backup.vaults.iter().any(|v| v.name == *vault && v.region == *region) {
                    return complain(
                        vault,
                        format!("plan \"{}\": there is no vault \"{vault}\" in {region}", plan.name),
                    );
                }
            }
        }
        for restore in &self.backup.restores {
            let reaches = |plan: &Plan| {
                let copies = plan.copies.iter().map(|copy| (&copy.region, &copy.vault));
                let mut vaults = std::iter::once((&plan.region, &plan.vault)).chain(copies);
                plan.resources.iter().any(|resource| resource.arn == restore.resource)
                    && vaults.any(|vault| vault == (&restore.region, &restore.vault))
            };
            if !self.backup.plans.iter().any(reaches) {
                let (vault, region) = (&restore.vault, &restore.region);
                return complain(
                    &restore.resource,
                    format!("restore: no plan backs \"{}\" up into vault \"{vault}\" in {region}", restore.resource),
                );
            }
        }
        Ok(())
    }

    fn check_tables(&self) -> Result<(), Complaint> {
        for table in &self.dynamodb.tables {
            let regions = table.regions.len() + usize::from(table.witness.is_some());
            let fits = match table.consistency {
                None => regions == 1,
                Some(Consistency::Eventual) => table.regions.len() >= 2 && table.witness.is_none(),
                Some(Consistency::Strong) => regions == 3,
            };
            if !fits {
                return complain(
                    &table.name,
                    format!(
                        "table \"{}\": one Region without consistency, two or more with \"eventual\", \
                         three (one may be the witness) with \"strong\"",
                        table.name
                    ),
                );
            }
        }
        Ok(())
    }
}

impl Estate {
    /// A schedule that fires too often for how long its results are kept would make lists nobody can page through.
    fn check_schedules(&self) -> Result<(), Complaint> {
        let fits = |every: Span, kept: Span| every >= Span::MINUTE && kept.millis() / every.millis() <= MAX_KEPT;
        for plan in &self.backup.plans {
            let longest = plan.copies.iter().map(|copy| copy.kept).fold(plan.kept, Span::max);
            if !fits(plan.every, longest.min(plan.age)) {
                let message = format!(
                    "plan \"{}\": `every` must be a minute or more, and at most {MAX_KEPT} backups may be kept",
                    plan.name
                );
                return complain(&plan.name, message);
            }
        }
        for server in &self.drs.servers {
            if !server.snapshots.iter().all(|rule| fits(rule.every, rule.kept)) {
                let message = format!(
                    "server \"{}\": `every` must be a minute or more, and at most {MAX_KEPT} snapshots may be kept by one rule",
                    server.id
                );
                return complain(&server.id, message);
            }
        }
        for alarm in &self.cloudwatch.alarms {
            let whole = alarm.period >= Span::MINUTE && alarm.period.millis() % Span::MINUTE.millis() == 0;
            if !whole || alarm.periods == 0 || alarm.period.times(i64::from(alarm.periods)) > Span::from_days(7) {
                let message = format!(
                    "alarm \"{}\": `period` must be whole minutes, `periods` 1 or more, and both together at most 7 days",
                    alarm.name
                );
                return complain(&alarm.name, message);
            }
        }
        for link in self.links() {
            if link.lag.every.is_some_and(|every| every < Span::from_seconds(1)) {
                return complain(&link.id, format!("link \"{}\": `every` must be a second or more", link.id));
            }
        }
        Ok(())
    }
}

fn complain(words: &str, message: String) -> Result<(), Complaint> {
    Err(Complaint { words: words.to_owned(), occurrence: 0, message })
}
