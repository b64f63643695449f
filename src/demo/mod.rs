//! The built-in shop, as the files that `demo --export` writes: they are read like a user's own.

/// The resources that exist in the simulated account.
pub const ESTATE: &str = include_str!("estate.toml");

/// The shop's config. Its `endpoint_url` is replaced by the address of the simulator that runs.
pub const CONFIG: &str = include_str!("config.toml");

/// The built-in scenarios, by name.
pub const SCENARIOS: &[(&str, &str)] = &[
    ("calm", include_str!("scenarios/calm.toml")),
    ("region-outage", include_str!("scenarios/region-outage.toml")),
    ("replication-stall", include_str!("scenarios/replication-stall.toml")),
    ("copy-failure", include_str!("scenarios/copy-failure.toml")),
    ("slow-api", include_str!("scenarios/slow-api.toml")),
];
