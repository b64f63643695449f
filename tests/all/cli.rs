//! The command line: exit codes, the shape of `status`, and pipes that close.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use drdeck::cli::status::table::Colour;
use drdeck::cli::status::{exit_code, json, table};
use drdeck::model::facts::sts::Identity;
use drdeck::model::{
    Assessment, ComponentAssessment, Criticality, Failure, FailureKind, LagHistory, Loss, Moment, PerDisruption,
    Reading, Region, RpoJudgement, RtoJudgement, RunStart, Service, Site, SourceState, SourceStatus, Span, StepSum,
    Strategy, SystemAssessment, Text, Told, Up, Verdict,
};

const BINARY: &str = env!("CARGO_BIN_EXE_drdeck");

/// drdeck with a home of its own, and without credentials or colours.
fn drdeck(home: &Path, args: &[&str]) -> Output {
    command(home, args).output().unwrap()
}

fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).env_clear().env("HOME", home).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

pub(crate) fn assessment() -> Assessment {
    let now = moment("2026-11-20T14:02:17Z");
    let ago = |seconds| now.checked_sub(Span::from_secs(seconds)).unwrap();
    let replica = ComponentAssessment {
        name: "orders-db".to_owned(),
        kind: "rds-replica",
        verdict: Verdict::AtRisk,
        loss: PerDisruption { region: Loss::Since { newest: ago(42), oldest: None }, data: Loss::Unknown },
        recovery_point: PerDisruption { region: Some(ago(42)), data: Some(moment("2026-11-20T14:00:00.250999Z")) },
        source: "cloudwatch:GetMetricData us-west-2".to_owned(),
        read_at: Some(ago(3)),
        stale: false,
        reason: Text::new("replicating, 42 s behind"),
        evidence: vec![("state", Text::new("replicating"))],
        copies: None,
        lag_history: LagHistory::default(),
    };
    let orders = SystemAssessment {
        name: "orders".to_owned(),
        criticality: Criticality::High,
        strategy: Strategy::PilotLight,
        primary: Site::Region(Region::new("us-east-1")),
        recovery: Region::new("us-west-2"),
        depends_on: Vec::new(),
        active: BTreeSet::from([Site::Region(Region::new("us-east-1"))]),
        up: Up::Down { since: ago(130), start: RunStart::Seen },
        active_told: Told::Before,
        up_told: Told::Before,
        verdict: Verdict::AtRisk,
        reasons: vec![Text::new("A failover was never proven to meet the RTO of 1 h")],
        summary: Text::new("orders does not serve its users"),
        consider_failover: None,
        rpo: PerDisruption {
            region: RpoJudgement {
                objective: Some(Span::from_mins(5)),
                now: Some(Span::from_millis(42_900)),
                frozen_at: None,
                verdict: Verdict::Met,
                worst: Some("orders-db".to_owned()),
                read_at: Some(ago(42)),
                stale: false,
            },
            data: RpoJudgement {
                objective: None,
                now: None,
                frozen_at: None,
                verdict: Verdict::Met,
                worst: None,
                read_at: None,
                stale: false,
            },
        },
        rto: PerDisruption {
            region: RtoJudgement {
                objective: Some(Span::from_hours(1)),
                proven: None,
                proven_at: None,
                estimated: Some(StepSum {
                    runbook: "orders-failover".to_owned(),
                    takes: Span::from_mins(33),
                    steps: 9,
                    measured: 0,
                }),
                verdict: Verdict::AtRisk,
            },
            data: RtoJudgement {
                objective: None,
                proven: None,
                proven_at: None,
                estimated: None,
                verdict: Verdict::Met,
            },
        },
        blockers: Vec::new(),
        blockers_unknown: false,
        components: vec![replica],
    };
    let failure =
        Failure { since: ago(600), at: ago(5), kind: FailureKind::TimedOut, error: Text::new("no answer within 5 s") };
    Assessment {
        now,
        systems: vec![Arc::new(orders)],
        silent: Vec::new(),
        sources: vec![
            SourceState {
                service: Service::Drs,
                region: Region::new("us-east-1"),
                status: SourceStatus::Error,
                read_at: None,
                failure: Some(failure),
            },
            SourceState {
                service: Service::Rds,
                region: Region::new("us-west-2"),
                status: SourceStatus::Ok,
                read_at: Some(ago(3)),
                failure: None,
            },
        ],
        identity: Reading::fresh(
            Identity {
                account: Text::new("111122223333"),
                arn: Text::new("arn:aws:sts::111122223333:assumed-role/ops/alice"),
                expires: None,
            },
            now,
            Span::from_mins(1),
        ),
        calls: 12,
        cost_per_hour_usd: 0.041_234_56,
        next_change: None,
    }
}

#[test]
fn status_as_json_is_the_contract() {
    let assessment = assessment();
    let systems: Vec<&SystemAssessment> = assessment.systems.iter().map(AsRef::as_ref).collect();
    let expected = concat!(
        r#"{"schema":1,"taken_at":"2026-11-20T14:02:17Z","account":"111122223333","#,
        r#""identity":"arn:aws:sts::111122223333:assumed-role/ops/alice","calls":12,"cost_per_hour_usd":0.0412,"#,
        r#""sources":[{"service":"drs","region":"us-east-1","state":"error","read_at":null,"error":"no answer within 5 s"},"#,
        r#"{"service":"rds","region":"us-west-2","state":"ok","read_at":"2026-11-20T14:02:14Z","error":null}],"#,
        r#""systems":[{"name":"orders","criticality":"high","strategy":"pilot-light","primary":"us-east-1","recovery":"us-west-2","#,
        r#""active":["us-east-1"],"up":"down","verdict":"at_risk","#,
        r#""reasons":["A failover was never proven to meet the RTO of 1 h"],"#,
        r#""rpo":{"region":{"objective_s":300,"now_s":42,"verdict":"met","worst":"orders-db"},"#,
        r#""data":{"objective_s":null,"now_s":null,"verdict":"met","worst":null}},"#,
        r#""rto":{"region":{"objective_s":3600,"proven_s":null,"proven_at":null,"estimated_s":1980,"verdict":"at_risk"},"#,
        r#""data":{"objective_s":null,"proven_s":null,"proven_at":null,"estimated_s":null,"verdict":"met"}},"#,
        r#""components":[{"name":"orders-db","kind":"rds-replica","verdict":"at_risk","#,
        r#""recovery_point":{"region":"2026-11-20T14:01:35Z","data":"2026-11-20T14:00:00.250Z"},"source":"cloudwatch:GetMetricData us-west-2","#,
        r#""read_at":"2026-11-20T14:02:14Z","reason":"replicating, 42 s behind"}]}]}"#,
        "\n"
    );
    assert_eq!(json::render(&assessment, &systems).unwrap(), expected);
}

#[test]
fn status_as_a_table_has_glyphs_words_and_reasons() {
    let assessment = assessment();
    let systems: Vec<&SystemAssessment> = assessment.systems.iter().map(AsRef::as_ref).collect();
    let expected = [
        "  SYSTEM  TIER  UP       ACTIVE  RPO now/goal  DATA now/goal  RTO proven/goal  GO  VERDICT",
        "▲ orders  high  ✗ 2m10s  use1      42s / 5m        -          never / 1h       ✓   AT RISK",
        "",
        "▲ orders: AT RISK",
        "  A failover was never proven to meet the RTO of 1 h",
        "",
        "Not read:",
        "  us-east-1 (drs): never read; since 13:52:17Z: no answer within 5 s",
        "",
        "shop, 2026-11-20 14:02:17Z, account 1111-2222-3333 as alice. 12 calls, $0.04/h.",
    ];
    let table = table::render("shop", &assessment, &systems, Colour::Off, usize::MAX);
    assert_eq!(table.lines().collect::<Vec<_>>(), expected);
    let coloured = drdeck::cli::status::table::render("shop", &assessment, &systems, Colour::On, usize::MAX);
    assert!(coloured.contains("\u{1b}[33m▲\u{1b}[0m orders"), "{coloured}");
    assert!(coloured.contains("\u{1b}[33mAT RISK\u{1b}[0m\n"), "{coloured}");
}

/// `assessment()`, where nothing can be read because there are no credentials.
fn without_credentials() -> Assessment {
    let mut assessment = assessment();
    let failure = Failure {
        since: moment("2026-11-20T14:02:10Z"),
        at: moment("2026-11-20T14:02:16Z"),
        kind: FailureKind::NoCredentials,
        error: Text::new("no AWS credentials found"),
    };
    let source = |service, region| SourceState {
        service,
        region: Region::new(region),
        status: SourceStatus::Error,
        read_at: None,
        failure: Some(failure.clone()),
    };
    assessment.sources = vec![
        source(Service::Rds, "us-east-1"),
        source(Service::CloudWatch, "us-west-2"),
        source(Service::Rds, "us-west-2"),
    ];
    assessment.identity = Reading::failed(failure);
    let unread = |call: &str| Text::new(format!("{call} could not be read since 14:02:10Z: no AWS credentials found"));
    Arc::make_mut(&mut assessment.systems[0]).reasons = vec![
        unread("rds:DescribeDBInstances us-east-1"),
        unread("rds:DescribeDBInstances us-west-2"),
        unread("cloudwatch:GetMetricData us-west-2"),
        Text::new("A failover was never proven to meet the RTO of 1 h"),
    ];
    assessment
}

#[test]
fn one_cause_is_said_once_however_many_calls_it_hits() {
    let assessment = without_credentials();
    let systems: Vec<&SystemAssessment> = assessment.systems.iter().map(AsRef::as_ref).collect();
    let table = table::render("shop", &assessment, &systems, Colour::Off, usize::MAX);
    let expected = [
        "▲ orders: AT RISK",
        "  us-east-1 (rds) and us-west-2 (cloudwatch, rds) could not be read since 14:02:10Z: no AWS credentials found",
        "  A failover was never proven to meet the RTO of 1 h",
        "",
        "Not read:",
        "  us-east-1 (rds) and us-west-2 (cloudwatch, rds): never read; since 14:02:10Z: no AWS credentials found",
        "",
        "shop, 2026-11-20 14:02:17Z, identity unknown: no AWS credentials found. 12 calls, $0.04/h.",
    ];
    assert_eq!(table.lines().skip(3).collect::<Vec<_>>(), expected);
}

#[test]
fn a_narrow_terminal_gets_fewer_columns_and_more_lines() {
    let assessment = without_credentials();
    let systems: Vec<&SystemAssessment> = assessment.systems.iter().map(AsRef::as_ref).collect();
    for width in [60, 80, 100] {
        let table = table::render("shop", &assessment, &systems, Colour::Off, width);
        let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{width}\n{table}");
        for word in ["orders", "✗ 2m10s", "42s / 5m", "AT RISK"] {
            assert!(table.contains(word), "{word} at {width}\n{table}");
        }
    }
}

#[test]
fn the_exit_code_is_the_worst_verdict() {
    let with = |verdicts: &[Verdict]| {
        let one = assessment().systems.remove(0);
        let systems: Vec<SystemAssessment> =
            verdicts.iter().map(|verdict| SystemAssessment { verdict: *verdict, ..(*one).clone() }).collect();
        exit_code(&systems.iter().collect::<Vec<_>>())
    };
    assert_eq!(with(&[Verdict::Met, Verdict::Met]), 0);
    assert_eq!(with(&[Verdict::Met, Verdict::AtRisk]), 1);
    assert_eq!(with(&[Verdict::AtRisk, Verdict::Unknown]), 3);
    assert_eq!(with(&[Verdict::Unknown, Verdict::Breached, Verdict::Met]), 2);
    assert_eq!(with(&[Verdict::Split, Verdict::Unknown]), 2);
    assert_eq!(with(&[]), 3);
}

#[test]
fn wrong_usage_exits_64_and_says_what_is_right() {
    let home = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 13] = [
        (&["frobnicate"], "unrecognized subcommand 'frobnicate'"),
        (&["journal"], "One run a line, its id first"),
        (&["journal", "burn"], "unrecognized subcommand 'burn'"),
        (&["--nonsense"], "unexpected argument '--nonsense'"),
        (&["status", "--output", "yaml"], "[possible values: table, json, prometheus]"),
        (&["status", "--log-level", "loud"], "[possible values: error, warn, info, debug, trace]"),
        (&["demo", "--speed", "fast"], "it must be a number from 0 to 100000"),
        (&["demo", "--speed", "-1"], "-1"),
        (&["demo", "--scenario", "clam"], "there is no scenario \"clam\"; did you mean \"calm\"?"),
        (&["demo", "--profile", "dr"], "leave out --config, --endpoint-url and --profile"),
        (&["simulate", "--listen", "0.0.0.0:80"], "the simulator serves this machine only"),
        (&["simulate", "--scenario", "armageddon"], "there are calm"),
        (&["completions", "tcsh"], "[possible values: bash, elvish, fish, powershell, zsh]"),
    ];
    for (args, says) in cases {
        let output = drdeck(home.path(), args);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{args:?}: {error}");
        assert!(error.contains(says), "{args:?}: {error}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn help_version_completions_and_man_are_answers() {
    let home = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 6] = [
        (&["--help"], "Usage: drdeck"),
        (&["status", "--help"], "--system <NAME>"),
        (&["--version"], concat!("drdeck ", env!("CARGO_PKG_VERSION"))),
        (&["completions", "bash"], "_drdeck()"),
        (&["man"], ".SH DRDECK STATUS"),
        (&["help"], "Usage: drdeck"),
    ];
    for (args, says) in cases {
        let output = drdeck(home.path(), args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(text(&output.stdout).contains(says), "{args:?}: {}", text(&output.stdout));
        assert!(output.stderr.is_empty(), "{args:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_bad_config_exits_78_and_says_where() {
    let home = tempfile::tempdir().unwrap();
    let usual = home.path().join(".config/drdeck/config.toml");
    let output = drdeck(home.path(), &["status"]);
    assert_eq!(output.status.code(), Some(78));
    let expected = format!("drdeck: there is no config: {} does not exist\n", usual.display());
    assert!(text(&output.stderr).starts_with(&expected), "{}", text(&output.stderr));

    fs::create_dir_all(usual.parent().unwrap()).unwrap();
    fs::write(&usual, "nmae = \"shop\"\n").unwrap();
    for args in [&["status"] as &[&str], &["status", "--output", "json"], &[]] {
        let output = drdeck(home.path(), args);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{args:?}: {error}");
        assert!(error.contains("config.toml:1:1: unknown key \"nmae\" in the file; did you mean \"name\"?"), "{error}");
        assert!(error.contains("\n  1 | nmae = \"shop\"\n    | ^^^^"), "{error}");
        assert!(output.stdout.is_empty() && !error.contains("backtrace"));
    }
}

#[test]
fn an_unknown_system_and_a_bad_endpoint_are_wrong_usage() {
    let home = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/config.toml");
    let config = home.path().join("my.toml");
    fs::copy(sample, &config).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
    let config = config.to_str().unwrap();
    let cases: [(&[&str], &str); 3] = [
        (
            &["status", "--system", "storefrnt", "--config", config],
            "no system is called \"storefrnt\"; did you mean \"storefront\"?",
        ),
        (
            &["status", "--system", "x", "--config", config],
            "no system is called \"x\"; there are storefront and sessions",
        ),
        (
            &["--config", config, "--endpoint-url", "localhost", "status"],
            "--endpoint-url is \"localhost\", which is not the URL",
        ),
    ];
    for (args, says) in cases {
        let output = drdeck(home.path(), args);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{args:?}: {error}");
        assert!(error.contains(says), "{args:?}: {error}");
    }
}

#[test]
fn a_pipe_that_closes_is_no_error() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["man"] as &[&str], &["--help"], &["completions", "zsh"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(home.path(), args).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(text(&output.stderr), "", "{args:?}");
    }
}

#[test]
fn the_log_is_private_and_only_there_when_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("state");
    let log = state.join("drdeck.log");
    drdeck(home.path(), &["man", "--state-dir", state.to_str().unwrap()]);
    assert!(!state.exists());
    drdeck(home.path(), &["man", "--log-level", "info", "--state-dir", state.to_str().unwrap()]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&state), mode(&log)), (0o700, 0o600));
    assert!(fs::read_to_string(&log).unwrap().contains("started"));
}

#[test]
fn the_demo_can_be_exported_once() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("shop");
    let args = ["demo", "--export", folder.to_str().unwrap()];
    let output = drdeck(home.path(), &args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for file in ["estate.toml", "config.toml", "scenarios/calm.toml"] {
        assert_eq!(fs::metadata(folder.join(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
    let output = drdeck(home.path(), &args);
    assert_eq!(output.status.code(), Some(73));
    assert!(text(&output.stderr).contains("estate.toml cannot be written: File exists"), "{}", text(&output.stderr));
}

#[test]
fn a_theme_on_the_command_line_has_to_exist() {
    let home = tempfile::tempdir().unwrap();
    let output = drdeck(home.path(), &["demo", "--theme", "high-contrst"]);
    assert_eq!(output.status.code(), Some(64), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("there is no theme \"high-contrst\"; did you mean \"high-contrast\"?"));
}

#[test]
fn without_a_terminal_the_console_says_what_to_use_instead() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["demo"] as &[&str], &[]] {
        let output = drdeck(home.path(), args);
        assert_eq!(output.status.code(), Some(69), "{args:?}");
        assert!(text(&output.stderr).contains("drdeck status"), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty(), "nothing is drawn on a pipe");
    }
}

/// Starts `simulate` and gives its first line; it ends with the test.
fn simulate(home: &Path, args: &[&str]) -> (Ended, String) {
    let mut child = command(home, &[&["simulate"], args].concat()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Ended(child), line)
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn simulate_writes_a_private_config_before_its_first_line() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("drdeck.toml");
    fs::write(&config, "old and longer than nothing").unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();
    let (_simulator, line) = simulate(home.path(), &["--write-config", config.to_str().unwrap()]);
    let url = line.strip_prefix("listening on ").unwrap().trim_end().to_owned();
    assert!(url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"), "{line}");
    assert_eq!(fs::metadata(&config).unwrap().permissions().mode() & 0o777, 0o600);
    let loaded = drdeck::config::load(Some(&config), &drdeck::config::Overrides::default()).unwrap();
    assert!(loaded.simulator);
    assert_eq!(loaded.endpoint_url, Some(url));
}

#[test]
fn an_estate_of_ones_own_brings_the_config_beside_it() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("mine");
    drdeck(home.path(), &["demo", "--export", folder.to_str().unwrap()]);
    let mine = folder.join("config.toml");
    let text = fs::read_to_string(&mine).unwrap();
    let without: String = text
        .lines()
        .filter(|line| !line.starts_with("simulator") && !line.starts_with("endpoint_url"))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(&mine, format!("# my own words\n{without}")).unwrap();
    let (estate, config) = (folder.join("estate.toml"), home.path().join("out.toml"));
    let args = ["--estate", estate.to_str().unwrap(), "--write-config", config.to_str().unwrap()];
    let (_simulator, line) = simulate(home.path(), &args);
    let url = line.strip_prefix("listening on ").unwrap().trim_end();
    let written = fs::read_to_string(&config).unwrap();
    assert!(
        written.contains("# my own words") && written.contains(&format!("endpoint_url = \"{url}\"\n")),
        "{written}"
    );
    assert!(drdeck::config::load(Some(&config), &drdeck::config::Overrides::default()).unwrap().simulator);

    fs::remove_file(&mine).unwrap();
    let output = drdeck(home.path(), &[&["simulate"], &args[..]].concat());
    assert_eq!(output.status.code(), Some(78));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("put a config.toml beside the estate, or leave out --write-config"), "{error}");
}
