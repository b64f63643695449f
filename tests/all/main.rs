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
mod aws_arc;
mod aws_change;
mod aws_errors;
mod aws_read;
mod aws_read_more;
mod aws_sim;
mod aws_sim_more;
mod aws_stub;
mod bad_input;
mod cli;
mod cli_large;
mod cli_prometheus;
mod cli_simulate;
mod command_lines;
mod config;
mod console_health;
mod console_lists;
mod console_screens;
mod console_stage;
mod console_update;
mod console_widgets;
mod crash_everywhere;
mod crash_shop;
mod engine_core;
mod engine_identity;
mod engine_model;
mod engine_others;
mod engine_questions;
mod engine_run;
mod engine_world;
mod events;
mod events_story;
mod fixture_assessment;
mod fixture_health;
mod fixture_snapshot;
mod fixture_steps;
mod independent;
mod journal_account;
mod journal_bytes;
mod journal_disk;
mod journal_kit;
mod journal_lock;
mod journal_verify;
mod kinds_lint;
mod look;
mod memory;
mod model_estates;
mod model_kept;
mod model_kinds;
mod model_lies;
mod model_outage;
mod model_plans;
mod model_readings;
mod model_summary;
mod model_systems;
mod model_text;
mod model_traffic;
mod model_trust;
mod moto;
mod never_command;
mod never_kit;
mod never_lines;
mod never_table;
mod never_twice;
mod observe;
mod observe_budget;
mod observe_looking;
mod observe_route53;
mod palette;
mod proxy;
mod pty;
mod python;
mod readme;
mod run_kit;
mod run_shop;
mod run_stops;
mod runbook_files;
mod scenarios;
mod schedule;
mod screenshots;
mod shop;
mod sim_alarms;
mod sim_arc;
mod sim_asks;
mod sim_backup;
mod sim_calls;
mod sim_change_autoscaling;
mod sim_change_drs;
mod sim_change_rds;
mod sim_change_route53;
mod sim_change_sites;
mod sim_change_sns;
mod sim_change_sts;
mod sim_clock;
mod sim_dns;
mod sim_drs;
mod sim_faults;
mod sim_files;
mod sim_frame;
mod sim_kit;
mod sim_large;
mod sim_metrics;
mod sim_names;
mod sim_plans;
mod sim_restores;
mod sim_route53;
mod sim_scenarios;
mod sim_settings;
mod sim_sites;
mod sim_stores;
mod sim_stories;
mod soak;
mod steps_aurora;
mod steps_dns;
mod steps_drs;
mod steps_names;
mod steps_rds;
mod steps_restore;
mod steps_shop;
mod steps_sim;
mod steps_word;
mod svg;
mod theme;
mod tmux_console;
mod traps_data;
mod traps_drs;
mod traps_identity;
mod traps_traffic;
mod tty_console;
mod tty_copy;
mod tty_frames;
mod tty_moves;
mod vt;
