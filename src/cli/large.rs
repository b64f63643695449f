//! The config that goes with the large estate: one System for each name that its resources bear.

use std::collections::BTreeMap;

use crate::sim::Estate;
use crate::sim::estate::drs::Server;

/// The role that reads an account which is not one's own.
const ROLE: &str = "drdeck-observe";
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
"#;

/// The text of the config.
pub(super) fn config(estate: &Estate) -> String {
    let mut text = format!("{HEAD}account = \"{}\"\n{POLLING}", estate.account);
    let mut systems: BTreeMap<&str, String> = BTreeMap::new();
    for account in estate.accounts() {
        for server in &account.drs.servers {
            if let Some(name) = server.tags.get("System") {
                systems.entry(name).or_insert_with(|| system(name, server, &role_line(estate, account)));
            }
        }
        for (name, lines) in components(account) {
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
fn system(name: &str, server: &Server, role: &str) -> String {
    let tier = server.tags.get("Tier").map_or("low", String::as_str);
    let (primary, recovery) = (&server.origin, &server.region);
    format!(
        r#"
[[system]]
name = "{name}"
criticality = "{tier}"
strategy = "pilot-light"
primary = "{primary}"
recovery = "{recovery}"
{role}
[system.objective.region]
rpo = "15m"
rto = "4h"

[system.objective.data]
rpo = "1h"
rto = "8h"

[[system.component]]
name = "servers"
kind = "drs"
tags = {{ System = "{name}" }}
"#
    )
}

/// The other components of an account, each with the System that its name begins with.
fn components(account: &Estate) -> Vec<(&str, String)> {
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
        all.push((
            system_of(&check.name),
            format!("name = \"users\"\nkind = \"health-check\"\nid = \"{}\"\n", check.id),
        ));
    }
    all
}

fn system_of(name: &str) -> &str {
    name.split('-').next().unwrap_or(name)
}
