//! The shop's systems moved and brought home by the real binary, one confirmed step at a time; then an expert looks, by other means.

use crate::run_kit::{Stage, clock};

#[test]
fn legacy_web_try() {
    let stage = Stage::shop("region-outage", "15m");
    let ran = stage.run("legacy-web-failover", &[clock("region-back: ", "5h30m")]);
    println!("{}{}", ran.said, ran.errors);
}
