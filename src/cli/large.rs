//! The config that goes with the large estate: one System for each name that its resources bear.

use std::collections::{BTreeMap, BTreeSet};

use crate::sim::Estate;
use crate::sim::estate::drs::Server;

/// The role that reads an account which is not one's own.
const ROLE: &str = "drdeck-observe";
/// Replaced by that of the simulator that runs.
const ENDPOINT: &str = "http://127.0.0.1:4566";
const HEAD: &str = r#"# The large estate: a thousand systems in four Regions and three accounts, all made from the seed.

name = "large"
simulator = true
endpoint_url = "http://127.0.0.1:4566"
"#;
const POLLING: &str = r#"
[polling]
interval = "60s"
timeout = "10s"
slow_interval = "15m"

[dns]
authoritative = ["127.0.0.1:4567"]
resolvers = ["127.0.0.1:4567"]
"#;

/// The text of the config.
pub(super) fn config(estate: &Estate) -> String {
    let mut text = format!("{HEAD}account = \"{}\"\n{POLLING}", estate.account);
    let stores = Stores::of(estate);
    let mut systems: BTreeMap<&str, String> = BTreeMap::new();
    for account in estate.accounts() {
        for server in &account.drs.servers {
            if let Some(name) = server.tags.get("System") {
                systems.entry(name).or_insert_with(|| system(name, server, &stores, &role_line(estate, account)));
            }
        }
        for (name, lines) in components(account, &stores) {
            if let Some(system) = systems.get_mut(name) {
                system.push_str("\n[[system.component]]\n");
                system.push_str(&lines);
            }
        }
    }
    systems.values().for_each(|system| text.push_str(system));
    text
}

/// Other accounts are read under a role of theirs.
fn role_line(own: &Estate, account: &Estate) -> String {
    if account.account == own.account {
        String::new()
    } else {
        format!("role_arn = \"arn:aws:iam::{}:role/{ROLE}\"\n", account.account)
    }
}

/// A System with its servers, as each of them says it.
fn system(name: &str, server: &Server, stores: &Stores<'_>, role: &str) -> String {
    let tier = server.tags.get("Tier").map_or("low", String::as_str);
    let (primary, recovery) = (&server.origin, &server.region);
    let strategy = stores.strategy(name, tier);
    // What is promised for damaged data is what can be known of four thousand servers: their points in time are read in turn.
    let (rpo, rto, restored) = match tier {
        "critical" => ("5m", "1h", "8h"),
        "high" => ("15m", "4h", "12h"),
        "medium" => ("1h", "8h", "24h"),
        _ => ("24h", "24h", "48h"),
    };
    format!(
        r#"
[[system]]
name = "{name}"
criticality = "{tier}"
strategy = "{strategy}"
primary = "{primary}"
recovery = "{recovery}"
{role}
[system.objective.region]
rpo = "{rpo}"
rto = "{rto}"

[system.objective.data]
rpo = "24h"
rto = "{restored}"

[[system.component]]
name = "servers"
kind = "drs"
tags = {{ System = "{name}" }}
"#
    )
}

/// Which Systems keep their data where, and which are critical.
struct Stores<'a> {
    critical: BTreeSet<&'a str>,
    databases: BTreeSet<&'a str>,
    tables: BTreeSet<&'a str>,
}

impl<'a> Stores<'a> {
    fn of(estate: &'a Estate) -> Self {
        let databases = estate.accounts().flat_map(|account| &account.rds.instances);
        let tables = estate.accounts().flat_map(|account| &account.dynamodb.tables);
        let servers = estate.accounts().flat_map(|account| &account.drs.servers);
        let critical = servers.filter(|server| server.tags.get("Tier").is_some_and(|tier| tier == "critical"));
        Self {
            critical: critical.filter_map(|server| server.tags.get("System")).map(String::as_str).collect(),
            databases: databases.map(|instance| system_of(&instance.id)).collect(),
            tables: tables.map(|table| system_of(&table.name)).collect(),
        }
    }

    /// The more a System matters and the more of it is there already, the warmer its other half.
    fn strategy(&self, name: &str, tier: &str) -> &'static str {
        match (self.tables.contains(name), self.databases.contains(name), tier) {
            (true, _, "critical") => "active-active",
            (true, ..) | (_, true, "critical" | "high") => "warm-standby",
            (_, false, "low") => "backup-and-restore",
            _ => "pilot-light",
        }
    }
}

/// The other components of an account, each with the System that its name begins with.
fn components<'a>(account: &'a Estate, stores: &Stores<'_>) -> Vec<(&'a str, String)> {
    let mut all = Vec::new();
    for replica in &account.rds.instances {
        if let Some(source) = &replica.replica_of {
            let lines = format!(
                "name = \"database\"\nkind = \"rds-replica\"\nsource = \"{}\"\nreplica = \"{}\"\n",
                source.id, replica.id
            );
            all.push((system_of(&replica.id), lines));
        }
    }
    for table in &account.dynamodb.tables {
        let lines = format!("name = \"table\"\nkind = \"dynamodb-global-table\"\ntable = \"{}\"\n", table.name);
        all.push((system_of(&table.name), lines));
    }
    for plan in &account.backup.plans {
        for (resource, copy) in
            plan.resources.iter().flat_map(|resource| plan.copies.iter().map(move |copy| (resource, copy)))
        {
            let name = resource.arn.rsplit([':', '/']).next().unwrap_or_default();
            let lines = format!(
                "name = \"backup\"\nkind = \"backup\"\nresource = \"{}\"\nvault = \"{}\"\ncopy_vault = \"{}\"\nevery = \"24h\"\nrpo = \"30h\"\n",
                resource.arn, plan.vault, copy.vault
            );
            all.push((system_of(name), lines));
        }
    }
    for check in &account.route53.health_checks {
        let (name, site) = (check.system(), &check.watches);
        all.push((name, format!("name = \"users\"\nkind = \"health-check\"\nid = \"{}\"\n", check.id)));
        let zone = account.route53.zones.iter().find(|zone| check.domain.ends_with(&zone.name));
        // What matters most is looked at by drdeck itself, too.
        if let Some(zone) = zone.filter(|_| stores.critical.contains(name)) {
            let record = &check.domain;
            let lines = format!("kind = \"dns-record\"\nzone = \"{}\"\nrecord = \"{record}\"\n", zone.id);
            let url = format!("{ENDPOINT}/_site/{site}/{name}/health");
            all.push((name, format!("{lines}\n[[system.probe]]\nsite = \"{site}\"\nurl = \"{url}\"\n")));
        }
    }
    all
}

fn system_of(name: &str) -> &str {
    name.split('-').next().unwrap_or(name)
}
