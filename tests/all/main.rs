//! One test binary, one module per promise: the SDK crates are linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "a test may fail loudly, and its name says what it holds"
)]

mod architecture;
mod aws_errors;
mod aws_read;
mod aws_sim;
mod aws_stub;
mod bad_input;
mod cli;
mod cli_large;
mod config;
mod console_screens;
mod console_stage;
mod console_update;
mod console_widgets;
mod fixture_assessment;
mod independent;
mod model_estates;
mod model_kinds;
mod model_lies;
mod model_readings;
mod model_systems;
mod model_text;
mod model_trust;
mod moto;
mod observe;
mod pty;
mod python;
mod readme;
mod screenshots;
mod sim_alarms;
mod sim_asks;
mod sim_backup;
mod sim_clock;
mod sim_dns;
mod sim_drs;
mod sim_faults;
mod sim_files;
mod sim_frame;
mod sim_kit;
mod sim_large;
mod sim_metrics;
mod sim_plans;
mod sim_route53;
mod sim_scenarios;
mod svg;
mod theme;
mod tmux_console;
mod tty_console;
mod tty_copy;
mod tty_frames;
