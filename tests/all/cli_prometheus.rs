//! `status --output prometheus`: the exposition's bytes, and what an independent parser makes of it.

use drdeck::cli::status::prometheus;
use drdeck::model::{Loss, SystemAssessment, Up, Verdict};
use std::sync::Arc;

use crate::cli::assessment;
use crate::python::passes;

#[test]
fn every_metric_has_help_type_and_a_stable_order() {
    let assessment = assessment();
    let systems: Vec<&SystemAssessment> = assessment.systems.iter().map(AsRef::as_ref).collect();
    let text = prometheus::render(&assessment, &systems);
    let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let expected = [
        "drdeck_taken_at_seconds 1795183337",
        "drdeck_calls 12",
        "drdeck_cost_per_hour_usd 0.0412",
        r#"drdeck_source_state{service="drs",region="us-east-1",state="ok"} 0"#,
        r#"drdeck_source_state{service="drs",region="us-east-1",state="stale"} 0"#,
        r#"drdeck_source_state{service="drs",region="us-east-1",state="error"} 1"#,
        r#"drdeck_source_state{service="rds",region="us-west-2",state="ok"} 1"#,
        r#"drdeck_source_state{service="rds",region="us-west-2",state="stale"} 0"#,
        r#"drdeck_source_state{service="rds",region="us-west-2",state="error"} 0"#,
        r#"drdeck_source_age_seconds{service="rds",region="us-west-2"} 3"#,
        r#"drdeck_system_info{system="orders",criticality="high",strategy="pilot-light",primary="us-east-1",recovery="us-west-2"} 1"#,
        r#"drdeck_verdict{system="orders",verdict="met"} 0"#,
        r#"drdeck_verdict{system="orders",verdict="at_risk"} 1"#,
        r#"drdeck_verdict{system="orders",verdict="unknown"} 0"#,
        r#"drdeck_verdict{system="orders",verdict="breached"} 0"#,
        r#"drdeck_verdict{system="orders",verdict="split"} 0"#,
        r#"drdeck_up{system="orders"} 0"#,
        r#"drdeck_active{system="orders",site="us-east-1"} 1"#,
        r#"drdeck_rpo_seconds{system="orders",disruption="region"} 42"#,
        r#"drdeck_rpo_objective_seconds{system="orders",disruption="region"} 300"#,
        r#"drdeck_rto_objective_seconds{system="orders",disruption="region"} 3600"#,
        r#"drdeck_rto_estimated_seconds{system="orders",disruption="region"} 1980"#,
    ];
    assert_eq!(samples, expected);
    let names = |prefix: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(prefix));
        lines.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    };
    assert_eq!(names("# HELP "), names("# TYPE "));
    assert_eq!(names("# HELP ").len(), 15);
    assert!(text.ends_with('\n'));
}

#[test]
fn what_is_not_known_has_no_sample_and_a_loss_of_everything_is_infinite() {
    let mut assessment = assessment();
    let orders = Arc::make_mut(&mut assessment.systems[0]);
    orders.up = Up::Unknown;
    orders.verdict = Verdict::Breached;
    orders.rpo.region.now = None;
    orders.components[0].loss.region = Loss::Everything;
    orders.rpo.data.worst = Some("orders-db".to_owned());
    let systems: Vec<&SystemAssessment> = assessment.systems.iter().map(AsRef::as_ref).collect();
    let text = prometheus::render(&assessment, &systems);
    assert!(!text.contains("drdeck_up{"), "{text}");
    assert!(text.contains("drdeck_rpo_seconds{system=\"orders\",disruption=\"region\"} +Inf\n"), "{text}");
    assert!(!text.contains("drdeck_rpo_seconds{system=\"orders\",disruption=\"data\"}"), "Loss::Unknown\n{text}");
}

#[test]
fn a_name_cannot_break_out_of_its_label() {
    let mut assessment = assessment();
    Arc::make_mut(&mut assessment.systems[0]).name = "a\"} 1\nup{x=\"\\".to_owned();
    let systems: Vec<&SystemAssessment> = assessment.systems.iter().map(AsRef::as_ref).collect();
    let text = prometheus::render(&assessment, &systems);
    assert!(text.contains(r#"drdeck_up{system="a\"} 1\nup{x=\"\\"} 0"#), "{text}");
    assert!(text.lines().all(|line| line.starts_with("# ") || line.starts_with("drdeck_")), "{text}");
}

#[test]
fn an_independent_parser_reads_the_figures_of_the_json_and_the_documented_scripts_work() {
    passes("prometheus_check.py", &[]);
}
