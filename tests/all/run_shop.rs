//! The shop's systems moved and brought home by the real binary, one confirmed step at a time; then an expert looks, by other means.

use crate::run_kit::{Stage, clock, python};

#[test]
fn legacy_web_moves() {
    let stage = Stage::shop("region-outage", "15m");
    let _ = stage.run("legacy-web-failover", &[clock("fence-old-servers [", "5h10m")]).finished();
    python("end_state.py", &[&stage.simulator.url(), "legacy-web", "moved"]);
}
