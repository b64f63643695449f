//! tmp
/// x
pub const ESTATE: &str = include_str!("estate.toml");
/// x
pub const CONFIG: &str = "";
/// x
pub const SCENARIOS: &[(&str, &str)] = &[];
