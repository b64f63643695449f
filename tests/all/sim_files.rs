//! Estate and scenario files: the built-in ones are whole, and a mistake is answered with file, line and column.

use drdeck::demo;
use drdeck::sim::time::{Moment, Span};
use drdeck::sim::{Options, Running, Simulator, StartError, parse_estate, parse_scenario};

use crate::sim_kit::ESTATE;

fn estate_error(text: &str) -> String {
    parse_estate("my.toml", text).unwrap_err().to_string()
}

fn scenario_error(text: &str) -> String {
    parse_scenario("my.toml", text).unwrap_err().to_string()
}

fn start(estate: &str, scenario: &str) -> Result<Running, StartError> {
    Simulator::start(Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        estate: parse_estate("estate.toml", estate).unwrap(),
        scenario: parse_scenario("scenario.toml", scenario).unwrap(),
        seed: 1,
        speed: 0.0,
        start: None,
    })
}

#[test]
fn the_built_in_shop_is_whole() {
    let estate = parse_estate("estate.toml", demo::ESTATE).unwrap();
    assert_eq!(estate.regions, ["us-east-1", "us-west-2", "us-east-2"]);
    let links: Vec<String> = estate.links().into_iter().map(|link| link.id).collect();
    for link in ["orders-db-west", "shop-usw2", "sessions", "images-to-west", "ldgnf-content", "fs-0a41c7e93bd5f2860"] {
        assert!(links.iter().any(|id| id == link), "{link}");
    }
    for server in &estate.drs.servers {
        let id = server.id.strip_prefix("s-").unwrap();
        assert!(id.len() == 17 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    }
}

#[test]
fn the_built_in_scenarios_have_a_story_and_fit_the_shop() {
    let names: Vec<&str> = demo::SCENARIOS.iter().map(|(name, _)| *name).collect();
    let expected = [
        "calm",
        "region-outage",
        "datacenter-outage",
        "az-outage",
        "dropped-table",
        "replication-stall",
        "copy-failure",
        "control-plane-outage",
        "flapping",
        "slow-api",
    ];
    assert_eq!(names, expected);
    for (name, text) in demo::SCENARIOS {
        let scenario = parse_scenario(name, text).unwrap();
        assert_eq!(scenario.name, *name);
        assert!(scenario.story.len() > 80, "{name} has no story");
        assert_eq!(scenario.acts.is_empty(), *name == "calm");
        start(demo::ESTATE, text).unwrap().stop();
    }
}

#[test]
fn the_faults_that_the_calm_scenario_explains_all_play() {
    let (_, calm) = demo::SCENARIOS[0];
    let examples: Vec<&str> = calm.lines().filter_map(|line| line.strip_prefix("# fault.")).collect();
    let mut kinds: Vec<&str> = examples.iter().filter_map(|example| Some(example.split_once(" = ")?.0)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let explained = include_str!("../../docs/game-day.md").lines();
    let rows = explained.skip_while(|line| !line.starts_with("| fault |")).skip(2);
    let mut told: Vec<&str> =
        rows.map_while(|line| line.strip_prefix("| `")).filter_map(|row| Some(row.split_once('`')?.0)).collect();
    told.sort_unstable();
    assert_eq!(kinds, told, "each kind of fault has an example here and a row in docs/game-day.md");
    assert!(kinds.len() >= 20, "{kinds:?}");
    for example in examples {
        let text = format!("name = \"one\"\nstory = \"\"\n[[act]]\nfault.{example}\n");
        start(demo::ESTATE, &text).unwrap_or_else(|error| panic!("{example}: {error}")).stop();
    }
}

#[test]
fn a_scenario_that_names_what_does_not_exist_is_refused() {
    let wrong = |fault: &str| {
        let text = format!(
            "name = \"mine\"\nstory = \"\"\n[[act]]\nfault.outage = {{ site = \"us-east-1\" }}\n[[act]]\nfault.{fault}\n"
        );
        start(ESTATE, &text).unwrap_err().to_string()
    };
    assert_eq!(
        wrong("stall = { link = \"db-wset\" }"),
        "the scenario \"mine\" does not fit the estate: act 2: there is no replication link \"db-wset\" (there are: db-west, global-west, carts)"
    );
    assert!(
        wrong("outage = { site = \"us-west-1\" }")
            .ends_with("there is no site \"us-west-1\" (there are: us-east-1, us-west-2, on-premises)")
    );
    assert!(
        wrong("endpoint = { service = \"cloudwatch\" }")
            .contains("there is no service \"cloudwatch\" (there are: autoscaling,")
    );
    assert!(
        wrong("denied = { service = \"sns\", operation = \"Publsh\" }")
            .ends_with("there is no operation \"Publsh\" (there are: ListTopics, GetTopicAttributes, Publish)")
    );
    assert!(wrong("copy = { plan = \"daily\" }").contains("there is no backup plan \"daily\""));
    assert!(
        wrong("skip-backup = { resource = \"arn:x\" }").contains("there is no resource of a backup plan \"arn:x\"")
    );
    assert!(wrong("restore-test = { test = \"weekly\" }").contains("there is no restore testing plan \"weekly\""));
}

#[test]
fn a_wrong_key_type_or_span_is_answered_where_it_stands() {
    let unknown = estate_error("name = \"x\"\naccount = \"111122223333\"\nregions = []\ncolour = \"red\"\n");
    let known =
        "my.toml:4:1: unknown field `colour`, expected one of `name`, `account`, `user`, `iam`, `regions`, `rds`,";
    assert!(unknown.starts_with(known), "{unknown}");
    let late = ESTATE.replace("base = \"2s\"", "base = \"2 seconds\"");
    let line = ESTATE.lines().position(|line| line.contains("base = \"2s\"")).unwrap() + 1;
    assert_eq!(
        estate_error(&late),
        format!(
            "my.toml:{line}:16: \"2 seconds\" is no span of time; write it like \"90s\", \"5m\", \"1h30m\" or \"2d\""
        )
    );
    assert!(estate_error("name = \"x\"\naccount = 111122223333\nregions = []\n").starts_with("my.toml:2:11: "));
    assert!(estate_error("name = \"x\n").starts_with("my.toml:1:"), "no TOML at all");
}

#[test]
fn names_that_do_not_exist_or_exist_twice_are_found() {
    let wrong = |from: &str, to: &str| estate_error(&ESTATE.replacen(from, to, 1));
    assert_eq!(
        wrong("account = \"111122223333\"", "account = \"1111\""),
        "my.toml:3:11: account \"1111\" must have 12 digits"
    );
    assert!(
        wrong("backup_region = \"us-west-2\"", "backup_region = \"us-west-9\"")
            .contains(": Region \"us-west-9\" is not among the estate's regions (us-east-1, us-west-2)")
    );
    assert!(
        wrong("id = \"db\" }", "id = \"dbx\" }").ends_with("replica_of: there is no instance \"dbx\" in us-east-1")
    );
    assert!(
        wrong("id = \"global-west\" }]", "id = \"gone\" }]").ends_with("there is no cluster \"gone\" in us-west-2")
    );
    assert!(
        wrong("watches = \"us-east-1\"", "watches = \"the moon\"")
            .contains("site \"the moon\" is neither \"on-premises\" nor")
    );
    assert!(
        wrong("consistency = \"eventual\"", "consistency = \"strong\"").contains("table \"carts\": one Region without")
    );
    let twice = format!("{ESTATE}\n[[dynamodb.table]]\nname = \"carts\"\nregions = [\"us-east-1\"]\n");
    let line = twice.lines().count() - 1;
    assert_eq!(estate_error(&twice), format!("my.toml:{line}:8: there are two of table \"carts\""));
}

#[test]
fn a_scenario_that_cannot_be_played_is_answered_where_it_stands() {
    let head = "name = \"x\"\nstory = \"\"\n";
    assert!(
        scenario_error(&format!("{head}[[act]]\nfault.stal = {{}}\n"))
            .starts_with("my.toml:4:7: unknown variant `stal`, expected one of")
    );
    assert!(
        scenario_error(&format!("{head}[[act]]\nfault.stall = {{ lnk = \"a\" }}\n"))
            .starts_with("my.toml:4:17: unknown field `lnk`")
    );
    assert_eq!(
        scenario_error(&format!("{head}[[act]]\nat = \"soon\"\nfault.stall = {{}}\n")),
        "my.toml:4:6: \"soon\" is neither a span (\"2m\", \"-30h\") nor a time (\"2026-11-20T14:02:17Z\")"
    );
    assert!(scenario_error(&format!("{head}[[act]]\nat = \"2m\"\n")).starts_with("my.toml:3:1: missing field `fault`"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = drdeck::sim::load_estate(std::path::Path::new("/nonexistent/estate.toml")).unwrap_err().to_string();
    assert!(error.starts_with("/nonexistent/estate.toml: cannot be read: "), "{error}");
}

#[test]
fn spans_and_moments_are_read_and_written() {
    for (text, millis) in [
        ("90s", 90_000),
        ("1h30m", 5_400_000),
        ("-30h", -108_000_000),
        ("2d", 172_800_000),
        ("250ms", 250),
        ("1w", 604_800_000),
    ] {
        assert_eq!(Span::parse(text).map(Span::millis), Some(millis), "{text}");
    }
    for text in ["", "-", "5", "m", "5 m", "1x", "1.5h", "99999999999999999999s", "9223372036854775807w"] {
        assert_eq!(Span::parse(text), None, "{text}");
    }
    assert_eq!(Span::parse("1h5m30s").unwrap().iso(), "PT1H5M30S");
    assert_eq!(Span::ZERO.iso(), "PT0S");
    let moment = Moment::parse("2026-11-20T13:00:00.250+01:00").unwrap();
    assert_eq!(moment.to_string(), "2026-11-20T12:00:00.250Z");
    assert_eq!(moment.drs_text(), "2026-11-20T12:00:00.250000+00:00");
    assert_eq!(moment.floor(Span::from_minutes(5)).to_string(), "2026-11-20T12:00:00Z");
    assert_eq!(moment.ceil(Span::from_minutes(5)).to_string(), "2026-11-20T12:05:00Z");
}
