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

/// The runbooks of the shop, by name.
pub const RUNBOOKS: &[(&str, &str)] = &[
    ("storefront-failover", include_str!("runbooks/storefront-failover.toml")),
    ("storefront-failback", include_str!("runbooks/storefront-failback.toml")),
    ("orders-failover", include_str!("runbooks/orders-failover.toml")),
    ("orders-failback", include_str!("runbooks/orders-failback.toml")),
    ("legacy-web-failover", include_str!("runbooks/legacy-web-failover.toml")),
    ("legacy-web-failback", include_str!("runbooks/legacy-web-failback.toml")),
    ("erp-failover", include_str!("runbooks/erp-failover.toml")),
    ("erp-failback", include_str!("runbooks/erp-failback.toml")),
    ("payments-failover", include_str!("runbooks/payments-failover.toml")),
    ("payments-failback", include_str!("runbooks/payments-failback.toml")),
    ("product-images-failover", include_str!("runbooks/product-images-failover.toml")),
    ("product-images-failback", include_str!("runbooks/product-images-failback.toml")),
    ("analytics-failover", include_str!("runbooks/analytics-failover.toml")),
    ("analytics-failback", include_str!("runbooks/analytics-failback.toml")),
    ("shop-failover", include_str!("runbooks/shop-failover.toml")),
    ("shop-failback", include_str!("runbooks/shop-failback.toml")),
    ("sessions-failover", include_str!("runbooks/sessions-failover.toml")),
    ("sessions-failback", include_str!("runbooks/sessions-failback.toml")),
    ("sessions-undelete", include_str!("runbooks/sessions-undelete.toml")),
    ("content-failover", include_str!("runbooks/content-failover.toml")),
    ("content-failback", include_str!("runbooks/content-failback.toml")),
    ("storefront-zone-exercise", include_str!("runbooks/storefront-zone-exercise.toml")),
];
