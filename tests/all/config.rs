//! The config: one bad file for each error, with its text beside it; the sample holds every key; files that others could write are refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use drdeck::config::{self, Config, ConfigError, Overrides, keys};
use drdeck::model::kinds::{Kind, Servers};
use drdeck::model::{Place, Probe, Query, Region, Site, Span};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    config::parse(text, Path::new("config.toml"), &Overrides::default())
}

/// Compares with the file, or writes it when `DRDECK_WRITE_EXPECTED` is set.
fn expect(path: &Path, actual: &str) {
    if std::env::var_os("DRDECK_WRITE_EXPECTED").is_some() {
        fs::write(path, actual).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let differs = actual.lines().zip(expected.lines()).find(|(is, was)| is != was);
    assert!(actual == expected, "{} differs at {differs:?}; DRDECK_WRITE_EXPECTED=1 writes it anew", path.display());
}

#[test]
fn every_bad_config_is_answered_with_its_text() {
    let mut files: Vec<PathBuf> =
        fs::read_dir(root().join("tests/configs/bad")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 35, "the bad configs are gone");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let error = match parse(&text) {
            Ok(_) => panic!("{} was accepted", file.display()),
            Err(error) => error.to_string(),
        };
        expect(&file.with_extension("txt"), &(error + "\n"));
    }
}

/// docs/config.toml, made from the tables of keys. What has to be there is written out; the rest is commented out with an example.
fn sample() -> String {
    let mut out = "# Every key of drdeck's config, with an example. Lines that begin with # and a word are keys that may be left out.\n\
                   # Place: $XDG_CONFIG_HOME/drdeck/config.toml, or ~/.config/drdeck/config.toml. Only you may be able to write to it.\n\
                   # Durations are whole seconds, minutes, hours or days: \"90s\", \"5m\", \"1h 30m\", \"24h\", \"7d\".\n"
        .to_owned();
    section(&mut out, "", keys::TOP, &[]);
    section(&mut out, "[polling]", keys::POLLING, &[]);
    section(&mut out, "[console]", keys::CONSOLE, &[]);
    section(&mut out, "[dns]", keys::DNS, &[]);
    section(&mut out, "[arc]", keys::ARC, &[]);
    without(&mut out, "[[arc.endpoint]]", keys::ARC_ENDPOINT);
    section(&mut out, "[[system]]", keys::SYSTEM, &[]);
    for key in keys::OBJECTIVE {
        out.push_str(&format!("\n# {}", key.doc));
        section(&mut out, &format!("[system.objective.{}]", key.name), keys::PROMISE, &["rpo", "rto"]);
    }
    without(&mut out, "[[system.probe]]", keys::PROBE);
    out.push_str("\n# The keys that each [[system.component]] may have, whatever its kind:\n");
    for key in keys::COMPONENT.iter().filter(|key| !key.example.is_empty()) {
        out.push_str(&format!("# {}: {}\n", key.name, key.doc));
    }
    for (n, kind) in keys::KINDS.iter().enumerate() {
        out.push_str(&format!("\n# {}\n[[system.component]]\nkind = \"{}\"\n", kind.doc, kind.kind));
        lines(&mut out, kind.keys, &["tags"]);
        if n == 0 {
            lines(&mut out, keys::COMPONENT, &[]);
        }
    }
    out.push_str(
        "\n[[system]]\nname = \"sessions\"\ncriticality = \"medium\"\nstrategy = \"backup-and-restore\"\nprimary = \"us-east-1\"\n\
         recovery = \"us-west-2\"\n\n[[system.component]]\nkind = \"dynamodb-table\"\ntable = \"sessions\"\n",
    );
    out
}

fn section(out: &mut String, title: &str, keys: &[keys::Key], written: &[&str]) {
    out.push_str(&format!("\n{title}\n").replace("\n\n", "\n"));
    lines(out, keys, written);
}

/// A table that may be left out as a whole, and then its keys are not needed.
fn without(out: &mut String, title: &str, keys: &[keys::Key]) {
    out.push_str(&format!("\n#{title}\n"));
    for key in keys {
        out.push_str(&format!("# {}\n#{} = {}\n", key.doc, key.name, key.example));
    }
}

fn lines(out: &mut String, keys: &[keys::Key], written: &[&str]) {
    for key in keys.iter().filter(|key| !key.example.is_empty()) {
        let (default, off) = match key.need {
            keys::Need::Required => (String::new(), ""),
            keys::Need::Default(_) if written.contains(&key.name) => (String::new(), ""),
            keys::Need::Default(default) => (format!(" Without it: {default}."), "#"),
        };
        out.push_str(&format!("# {}{default}\n{off}{} = {}\n", key.doc, key.name, key.example));
    }
}

#[test]
fn the_sample_holds_every_key_and_is_a_good_config() {
    let sample = sample();
    expect(&root().join("docs/config.toml"), &sample);
    let config = parse(&sample).unwrap();
    assert_eq!(config.estate.systems.len(), 2);
    assert_eq!(config.estate.systems[0].components.len(), keys::KINDS.len());

    let all: [&[keys::Key]; 11] = [
        keys::TOP,
        keys::POLLING,
        keys::CONSOLE,
        keys::DNS,
        keys::ARC,
        keys::ARC_ENDPOINT,
        keys::SYSTEM,
        keys::PROBE,
        keys::OBJECTIVE,
        keys::PROMISE,
        keys::COMPONENT,
    ];
    for key in all.into_iter().chain(keys::KINDS.iter().map(|kind| kind.keys)).flatten() {
        let is_there = |line: &str| {
            line.trim_start_matches('#').split(" = ").next() == Some(key.name)
                || line.trim_matches(['[', ']', '#']).split('.').any(|part| part == key.name)
        };
        assert!(sample.lines().any(is_there), "{} is not in the sample", key.name);
    }

    // Every example is right: with all keys written out, but for the one that excludes another and the one that all of the network excludes.
    let uncommented: String = sample
        .lines()
        .filter(|line| !line.starts_with("#servers") && !line.starts_with("#simulator"))
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned() + "\n")
        .collect();
    let config = parse(&uncommented).unwrap();
    assert!(
        parse(&format!("simulator = true\n{uncommented}")).is_err(),
        "everything of a simulator is on this machine"
    );
    assert_eq!(config.dns.resolvers, ["10.0.0.2:53".parse().unwrap(), "127.0.0.1:5353".parse().unwrap()]);
    assert_eq!(config.dns.authoritative, ["10.0.0.2:53".parse().unwrap()]);
    assert_eq!(config.arc.endpoints[0].region, Region::new("us-west-2"));
    let east = Probe {
        site: Site::Region(Region::new("us-east-1")),
        url: "https://use1.storefront.shop.example/health".to_owned(),
    };
    assert_eq!(config.estate.systems[0].probes, [east]);
    let shared: Vec<Query> = config.estate.shared.iter().cloned().collect();
    let everywhere = Query::RoutingControls(Place::home(Place::EVERYWHERE));
    assert_eq!(shared, [everywhere, Query::SwitchPlans(Place::home("us-west-2"))]);
    let role = |place: &Place| place.role.clone().unwrap();
    let Kind::Drs(drs) = &config.estate.systems[0].components[0].kind else { panic!("drs comes first") };
    assert_eq!(drs.servers, Servers::Tags(vec![("App".to_owned(), "legacy-web".to_owned())]));
    assert_eq!(*role(&drs.place), *"arn:aws:iam::111122223333:role/drdeck-observe-data");
    let Kind::RdsInstance(rds) = &config.estate.systems[0].components[1].kind else {
        panic!("rds-instance comes second")
    };
    assert_eq!(*role(&rds.place), *"arn:aws:iam::111122223333:role/drdeck-observe");
}

#[test]
fn what_is_not_written_has_its_default() {
    let text = r#"
        name = "shop"
        [[system]]
        name = "erp"
        criticality = "low"
        strategy = "pilot-light"
        primary = "on-premises"
        recovery = "us-west-2"
        [[system.component]]
        kind = "drs"
        servers = ["s-1111111111aaaaaaa"]
        [[system.component]]
        kind = "health-check"
        id = "abc"
        [[system.component]]
        kind = "backup"
        resource = "arn:aws:s3:::images"
        vault = "v"
        region = "us-east-1"
        copy_vault = "w"
        rpo = "1h 30m"
    "#;
    let config = parse(text).unwrap();
    assert_eq!(config.polling.interval, Span::from_secs(30));
    assert_eq!(config.polling.slow_interval, Span::from_mins(15));
    assert_eq!(config.console.theme, "default");
    assert!(config.dns.resolvers.is_empty() && config.dns.authoritative.is_empty() && config.estate.shared.is_empty());
    let system = &config.estate.systems[0];
    assert!(system.probes.is_empty());
    assert_eq!(system.primary, Site::OnPremises);
    assert_eq!((system.objectives.region, system.objectives.data), (None, None));
    let names: Vec<&str> = system.components.iter().map(|component| component.name.as_str()).collect();
    assert_eq!(names, ["drs", "abc", "arn:aws:s3:::images"]);
    let counts: Vec<(bool, bool)> =
        system.components.iter().map(|c| (c.counts_for.region, c.counts_for.data)).collect();
    assert_eq!(counts, [(true, true), (false, false), (true, true)]);
    let Kind::HealthCheck(check) = &system.components[1].kind else { panic!("a health check") };
    assert_eq!((&check.watches, &check.place.region), (&Site::OnPremises, &Region::new("us-east-1")));
    let Kind::Backup(backup) = &system.components[2].kind else { panic!("a backup") };
    assert_eq!(backup.every, None, "as its plans say");
    assert_eq!(backup.copy.as_ref().unwrap().place.region, Region::new("us-west-2"));
    assert_eq!(system.components[2].own_rpo, Some(Span::from_mins(90)));
}

const GOOD: &str = "name = \"shop\"\n[[system]]\nname = \"a\"\ncriticality = \"low\"\nstrategy = \"pilot-light\"\nprimary = \"us-east-1\"\n\
                    recovery = \"us-west-2\"\n[[system.component]]\nkind = \"dynamodb-table\"\ntable = \"t\"\n";

#[test]
fn the_command_line_wins_over_the_file() {
    let overrides = |url: &str| Overrides { endpoint_url: Some(url.to_owned()), profile: Some("dr".to_owned()) };
    let path = Path::new("config.toml");
    let simulated = format!("simulator = true\n{GOOD}");
    for url in ["http://127.0.0.1:4566", "http://localhost:1/", "https://[::1]:4566", "http://127.9.9.9"] {
        let config = config::parse(&simulated, path, &overrides(url)).unwrap();
        assert_eq!(config.endpoint_url.as_deref(), Some(url));
        assert_eq!(config.profile.as_deref(), Some("dr"));
    }
    for url in ["http://10.0.0.1:4566", "https://localhost.example.com", "http://[::2]:80"] {
        let error = config::parse(&simulated, path, &overrides(url)).unwrap_err().to_string();
        assert!(error.contains("--endpoint-url leads away from this machine"), "{url}: {error}");
        assert!(config::parse(GOOD, path, &overrides(url)).is_ok(), "{url}");
    }
    for url in [
        "localhost:4566",
        "http://",
        "http://h:0",
        "http://h:99999",
        "http://[::1",
        "http://a b",
        "http://u:p@h",
        "ftp://h",
    ] {
        let error = config::parse(GOOD, path, &overrides(url)).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("--endpoint-url is \"{url}\", which is not the URL of an endpoint")),
            "{error}"
        );
    }
}

#[test]
fn a_simulator_may_be_asked_every_second_of_its_time() {
    let text =
        format!("simulator = true\nendpoint_url = \"http://127.0.0.1:1\"\n{GOOD}\n[polling]\ninterval = \"1s\"\n");
    assert_eq!(parse(&text).unwrap().polling.interval, Span::from_secs(1));
}

#[test]
fn files_that_cannot_be_trusted_or_read_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let load = |path: &Path| config::load(Some(path), &Overrides::default());
    let error = |path: &Path| load(path).unwrap_err().to_string();
    let path = dir.path().join("config.toml");
    let shown = path.display();

    assert_eq!(error(&path), format!("the config {shown} does not exist; check the name given with --config"));

    fs::write(&path, GOOD).unwrap();
    for mode in [0o620, 0o602, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let said = error(&path);
        assert!(said.contains(&format!("others may write to it (mode {mode:04o})")), "{said}");
        assert!(said.contains("run: chmod go-w"), "{said}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(load(&path).unwrap().path, path);

    fs::write(&path, b"name = \"shop\"\nnote = \"\xff\"\n").unwrap();
    assert_eq!(error(&path), format!("{shown}:2:9: this is not UTF-8 text; save the file as UTF-8"));

    fs::write(&path, vec![b'#'; 5 << 20]).unwrap();
    assert!(error(&path).contains("is larger than 4194304 bytes"));

    assert!(error(dir.path()).contains("cannot be read"), "{}", error(dir.path()));

    fs::write(&path, format!("\u{feff}{GOOD}").replace('\n', "\r\n")).unwrap();
    assert!(load(&path).is_ok(), "a byte order mark and CRLF are no reason to refuse a file");
}

#[test]
fn durations_are_what_people_write() {
    let rpo = |text: &str| {
        let text = format!("{GOOD}rpo = \"{text}\"\n");
        parse(&text).ok().and_then(|config| config.estate.systems[0].components[0].own_rpo)
    };
    for (text, seconds) in
        [("90s", 90), ("5m", 300), ("1h 30m", 5400), ("1h30m", 5400), ("24h", 86_400), ("7d", 604_800), ("0s", 0)]
    {
        assert_eq!(rpo(text), Some(Span::from_secs(seconds)), "{text}");
    }
    for text in ["", "5", "5 bananas", "1mo", "2y", "-1s", "5m ago", "0.5s", "99999999999999999h"] {
        assert_eq!(rpo(text), None, "{text}");
    }
}

#[test]
fn a_broken_file_is_answered_not_a_crash() {
    let sample = sample();
    let lines: Vec<&str> = sample.lines().collect();
    let replaced = |n: usize, by: &str| {
        let mut lines = lines.clone();
        lines[n] = by;
        lines.join("\n")
    };
    for n in (0..lines.len()).step_by(3) {
        for by in [
            "",
            "\"",
            "x = [",
            "[[system",
            "é = \"\u{202e}\"",
            "[system.objective.region]",
            "rpo = 1e400",
            "kind = {}",
            "= 1",
        ] {
            // Whether this is accepted depends on the line; that an error can be shown must not.
            if let Err(error) = parse(&replaced(n, by)) {
                assert!(error.to_string().contains("config.toml:"), "{error}");
            }
        }
    }
    for (at, _) in sample.char_indices().step_by(41) {
        let _ = parse(&sample[..at]).map_err(|error| error.to_string());
    }
}
