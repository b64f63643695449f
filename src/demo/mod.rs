//! The built-in shop, as the files that `demo --export` writes: they are read like a user's own.

/// The resources that exist in the simulated account.
pub const ESTATE: &str = include_str!("estate.toml");

/// The shop's config. Its `endpoint_url` is replaced by the address of the simulator that runs.
pub const CONFIG: &str = include_str!("config.toml");

/// The built-in scenarios, by name.
pub const SCENARIOS: &[(&str, &str)] = &[
    ("calm", include_str!("scenarios/calm.toml")),
    ("region-outage", include_str!("scenarios/region-outage.toml")),
    ("datacenter-outage", include_str!("scenarios/datacenter-outage.toml")),
    ("az-outage", include_str!("scenarios/az-outage.toml")),
    ("dropped-table", include_str!("scenarios/dropped-table.toml")),
    ("replication-stall", include_str!("scenarios/replication-stall.toml")),
    ("copy-failure", include_str!("scenarios/copy-failure.toml")),
    ("control-plane-outage", include_str!("scenarios/control-plane-outage.toml")),
    ("flapping", include_str!("scenarios/flapping.toml")),
    ("slow-api", include_str!("scenarios/slow-api.toml")),
];
