//! What drdeck says when what it is given is wrong: each case with its message and its exit code, by the real binary.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const MET: i32 = 0;
const BREACHED: i32 = 2;
const UNKNOWN: i32 = 3;
const BAD_USAGE: i32 = 64;
const BAD_CONFIG: i32 = 78;

/// Systems that need each protocol: XML of two kinds, JSON of two kinds, CBOR.
const CONFIG: &str = r#"
name = "elsewhere"
[[system]]
name = "orders"
criticality = "high"
strategy = "pilot-light"
primary = "us-east-1"
recovery = "us-west-2"
[system.objective.region]
rpo = "5m"
[[system.component]]
kind = "rds-replica"
name = "orders-replica"
source = "orders"
replica = "orders-dr"
[[system.component]]
kind = "dynamodb-table"
name = "sessions"
table = "gone"
[[system.component]]
kind = "drs"
name = "servers"
servers = ["s-1111111111111111a"]
[[system.component]]
kind = "asg"
name = "web"
group = "web"
capacity = 2
[[system.component]]
kind = "health-check"
name = "front"
id = "11111111-2222-3333-4444-555555555555"
"#;

/// What the binary did.
struct Said {
    code: i32,
    out: String,
    err: String,
    took: Duration,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// What each source says that could not be read.
    fn source_errors(&self) -> Vec<String> {
        let json = self.json();
        let sources = json["sources"].as_array().expect("sources");
        assert!(!sources.is_empty(), "sources are listed: {}", self.out);
        sources
            .iter()
            .filter(|source| source["state"] == "error")
            .map(|source| format!("{} {}: {}", source["service"], source["region"], source["error"]))
            .collect()
    }

    /// Every source in AWS failed, with one of these words and nothing that only a programmer reads.
    fn every_source_says(&self, words: &[&str]) {
        let is_aws = |source: &&Value| source["service"] != "dns" && source["service"] != "http";
        let all = self.json()["sources"].as_array().map_or(0, |sources| sources.iter().filter(is_aws).count());
        let errors = self.source_errors();
        assert_eq!(errors.len(), all, "every source failed: {}", self.out);
        for error in &errors {
            assert!(words.iter().any(|word| error.to_lowercase().contains(word)), "{error} says one of {words:?}");
        }
        self.speaks_plainly();
    }

    /// Neither a crash nor the inside of a program is shown.
    fn speaks_plainly(&self) {
        let text = format!("{}{}", self.out, self.err);
        for noise in [
            "panicked",
            "has a defect",
            "RUST_BACKTRACE",
            "unhandled error",
            "DispatchFailure",
            "ConnectorError",
            "SdkError",
            "Some(",
        ] {
            assert!(!text.contains(noise), "{noise} is shown to a user:\n{text}");
        }
    }

    /// Nothing is good that could not be read.
    fn nothing_is_met(&self) {
        for system in self.json()["systems"].as_array().expect("systems") {
            assert_ne!(system["verdict"], "met", "{system}");
            for component in system["components"].as_array().expect("components") {
                assert_ne!(component["verdict"], "met", "{component}");
            }
        }
    }
}

/// drdeck without anything of the environment that AWS's SDK would read, and with these credentials.
fn drdeck(credentials: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drdeck"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .stdin(Stdio::null());
    if let Some(key) = credentials {
        command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", "secret");
    }
    command
}

fn run(command: &mut Command) -> Said {
    let started = Instant::now();
    let output = command.output().expect("drdeck starts");
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
        took: started.elapsed(),
    }
}

fn config(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("drdeck.toml");
    fs::write(&path, text).expect("a config");
    path
}

fn status_with(config: &Path, endpoint: Option<&str>, credentials: Option<&str>) -> Said {
    let mut command = drdeck(credentials);
    command.args(["status", "--output", "json", "--config"]).arg(config);
    if let Some(endpoint) = endpoint {
        command.args(["--endpoint-url", endpoint]);
    }
    run(&mut command)
}

/// `status` of [`CONFIG`] at an endpoint.
fn status_at(endpoint: &str) -> Said {
    let folder = TempDir::new().expect("a folder");
    status_with(&config(&folder, CONFIG), Some(endpoint), Some("AKIADEMODEMODEMODEMO"))
}

/// A server on a free port of this machine; `answer` gets the head of each request and returns the whole reply.
fn server(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = std::sync::Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = std::sync::Arc::clone(&answer);
            std::thread::spawn(move || serve(&stream, &*answer));
        }
    });
    format!("http://{address}")
}

/// Answers one request and closes. A client that went away meanwhile is nobody's concern.
fn serve(mut stream: &TcpStream, answer: &dyn Fn(&str) -> Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length:").and_then(|n| n.trim().parse().ok()))
        .unwrap_or(0);
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let _ = stream.write_all(&answer(&head));
}

fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The service of the request's signature.
fn service(head: &str) -> &str {
    head.split("Credential=").nth(1).and_then(|scope| scope.split('/').nth(3)).unwrap_or("")
}

fn cbor_text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("short").to_be_bytes();
    [&[0x79], &length[..], text.as_bytes()].concat()
}

/// An error as each service of AWS writes it (aws-facts, section 5.2).
fn aws_error(head: &str, status: &str, code: &str, message: &str, headers: &str) -> Vec<u8> {
    match service(head) {
        "rds" | "sts" | "autoscaling" | "route53" => {
            let body = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>r-1</RequestId></ErrorResponse>"
            );
            reply(status, &format!("{headers}content-type: text/xml\r\n"), body.as_bytes())
        }
        "monitoring" => {
            let pairs = [("__type", code), ("message", message)];
            let body = pairs.iter().flat_map(|(k, v)| [cbor_text(k), cbor_text(v)].concat()).collect::<Vec<u8>>();
            let headers = format!("{headers}content-type: application/cbor\r\nsmithy-protocol: rpc-v2-cbor\r\n");
            reply(status, &headers, &[&[0xa2], &body[..]].concat())
        }
        _ => {
            let body = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
            let headers = format!("{headers}content-type: application/json\r\nx-amzn-errortype: {code}\r\n");
            reply(status, &headers, body.as_bytes())
        }
    }
}

/// `drdeck simulate`, ended when dropped.
struct Simulator {
    process: Child,
    endpoint: String,
    config: PathBuf,
    _folder: TempDir,
}

impl Simulator {
    fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let config = folder.path().join("drdeck.toml");
        let mut process = drdeck(None)
            .args(["simulate", "--listen", "127.0.0.1:0", "--speed", "0", "--seed", "7", "--write-config"])
            .arg(&config)
            .stdout(Stdio::piped())
            .spawn()
            .expect("drdeck starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        let endpoint = line.trim().strip_prefix("listening on ").expect("an address").to_owned();
        Self { process, endpoint, config, _folder: folder }
    }

    fn post(&self, path: &str, body: &str) {
        let address = self.endpoint.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("the simulator");
        let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        write!(stream, "{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
            .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 2"), "{path} {body}: {answer}");
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn an_endpoint_that_is_not_aws_is_said_to_be_none() {
    let page = b"<!DOCTYPE html><html><body><h1>It works!</h1></body></html>";
    let said = status_at(&server(|_| reply("200 OK", "content-type: text/html\r\n", page)));
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["not an aws", "html"]);
    said.nothing_is_met();
}

#[test]
fn a_page_of_an_error_is_told_by_its_status() {
    let page = b"<html><body><h1>404 Not Found</h1></body></html>";
    let said = status_at(&server(|_| reply("404 Not Found", "content-type: text/html\r\n", page)));
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["404"]);
    said.nothing_is_met();
}

#[test]
fn status_answers_while_every_call_hangs() {
    let (hold, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let said = status_at(&server(move |_| {
        let _ = held.lock().map(|held| held.recv());
        Vec::new()
    }));
    drop(hold);
    assert!(said.took < Duration::from_secs(20), "{:?}", said.took);
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["no answer", "timed out", "time-out", "within"]);
    said.nothing_is_met();
}

#[test]
fn no_network_is_told_from_a_refusal() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let said = status_at(&format!("http://{closed}"));
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["refused", "connect"]);
    said.nothing_is_met();
    assert!(said.took < Duration::from_secs(20), "{:?}", said.took);
}

#[test]
fn no_credentials_are_told_with_what_to_do() {
    let folder = TempDir::new().expect("a folder");
    let endpoint = server(|head| aws_error(head, "403 Forbidden", "MissingAuthenticationToken", "No token", ""));
    let said = status_with(&config(&folder, CONFIG), Some(&endpoint), None);
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["credentials"]);
    said.nothing_is_met();
}

#[test]
fn a_profile_of_the_environment_that_brings_nothing_is_named() {
    let folder = TempDir::new().expect("a folder");
    let (config, profiles) = (config(&folder, CONFIG), folder.path().join("aws-config"));
    fs::write(&profiles, "[default]\nregion = us-east-1\n[profile empty]\nregion = us-west-2\n").expect("profiles");
    let missing = format!("the profile nope, which AWS_PROFILE names, is neither in {}", profiles.display());
    let missing = missing.to_lowercase();
    for (profile, words) in
        [("nope", &*missing), ("empty", "the profile empty, which aws_profile names, has no credentials")]
    {
        let mut command = drdeck(None);
        command.env("AWS_PROFILE", profile).env("AWS_CONFIG_FILE", &profiles);
        command.args(["status", "--output", "json", "--config"]).arg(&config);
        let said = run(command.args(["--endpoint-url", "http://127.0.0.1:9"]));
        assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
        said.every_source_says(&[words]);
    }
}

#[test]
fn a_service_that_answers_with_an_error_is_said_to() {
    let endpoint =
        server(|head| aws_error(head, "500 Internal Server Error", "InternalFailure", "an unknown error", ""));
    let said = status_at(&endpoint);
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["answers with an error, http 500 (internalfailure: an unknown error)"]);
}

#[test]
fn expired_credentials_are_told_from_denied_calls() {
    let endpoint = server(|head| {
        let code =
            if service(head) == "sts" || service(head) == "rds" { "ExpiredToken" } else { "ExpiredTokenException" };
        aws_error(head, "403 Forbidden", code, "The security token included in the request is expired", "")
    });
    let said = status_at(&endpoint);
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["expired"]);
    said.nothing_is_met();
}

#[test]
fn denied_calls_name_the_permission() {
    let endpoint = server(|head| {
        let code = if matches!(service(head), "rds" | "sts" | "autoscaling" | "route53") {
            "AccessDenied"
        } else {
            "AccessDeniedException"
        };
        let message = format!(
            "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: {}:Describe",
            service(head)
        );
        aws_error(head, "403 Forbidden", code, &message, "")
    });
    let said = status_at(&endpoint);
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["not authorized", "denied", "not allowed"]);
    said.nothing_is_met();
}

#[test]
fn a_clock_ten_minutes_off_is_told() {
    let endpoint = server(|head| {
        let message =
            "Signature expired: 20261120T120000Z is now earlier than 20261120T120500Z (20261120T121000Z - 5 min.)";
        let code = match service(head) {
            "rds" | "sts" | "autoscaling" | "route53" => "RequestTimeTooSkewed",
            _ => "InvalidSignatureException",
        };
        aws_error(head, "403 Forbidden", code, message, "date: Fri, 20 Nov 2020 12:10:00 GMT\r\n")
    });
    let said = status_at(&endpoint);
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["clock"]);
    said.nothing_is_met();
}

#[test]
fn what_does_not_exist_in_aws_is_said_to_be_missing() {
    let simulator = Simulator::start();
    let folder = TempDir::new().expect("a folder");
    let named = CONFIG.replace("name = \"elsewhere\"", "name = \"elsewhere\"\nsimulator = true");
    let said = status_with(&config(&folder, &named), Some(&simulator.endpoint), None);
    assert!([BREACHED, UNKNOWN].contains(&said.code), "{}: {}{}", said.code, said.out, said.err);
    said.nothing_is_met();
    said.speaks_plainly();
    let json = said.json();
    for component in json["systems"][0]["components"].as_array().expect("components") {
        let reason = component["reason"].as_str().unwrap_or("").to_lowercase();
        let missing =
            ["not found", "no server", "does not exist", "no such", "there is no", "is not there", "is not in"];
        assert!(missing.iter().any(|word| reason.contains(word)), "{component}");
    }
}

#[test]
fn expired_credentials_of_the_simulator_leave_nothing_green() {
    let simulator = Simulator::start();
    let before = status_with(&simulator.config, None, None);
    assert!(before.json()["systems"].as_array().is_some_and(|systems| systems.len() == 9), "{}", before.out);
    simulator.post("/_drdeck/faults", r#"[{"fault":{"expired-credentials":{}}}]"#);
    let said = status_with(&simulator.config, None, None);
    assert_eq!(said.code, UNKNOWN, "{}{}", said.out, said.err);
    said.every_source_says(&["expired"]);
    said.nothing_is_met();
}

#[test]
fn a_pipe_that_closes_ends_status_without_a_word() {
    let simulator = Simulator::start();
    for output in ["json", "table"] {
        let mut child = drdeck(None)
            .args(["status", "--output", output, "--config"])
            .arg(&simulator.config)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("drdeck starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("its end");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert!(err.is_empty(), "{output}: {err}");
        assert!(
            ended.status.code().is_some_and(|code| (MET..=UNKNOWN).contains(&code)),
            "{output}: {:?}",
            ended.status
        );
    }
}

#[test]
fn a_bad_config_ends_with_78_and_a_place() {
    let folder = TempDir::new().expect("a folder");
    for (wrong, message) in [
        (CONFIG.replace("strategy =", "stategy ="), "strategy"),
        (CONFIG.replace("\"us-west-2\"", "\"us-west-9\""), "us-west-9"),
        (CONFIG.replace("rpo = \"5m\"", "rpo = 5"), "rpo"),
        (CONFIG.replace("rpo = \"5m\"", "rto = \"0s\""), "rto"),
        (format!("{CONFIG}{}", CONFIG.replace("name = \"elsewhere\"", "")), "orders"),
        (CONFIG.replace("kind = \"asg\"", "kind = \"lambda\""), "lambda"),
        (CONFIG.replace("[[system]]", "[[system]"), ""),
    ] {
        let path = config(&folder, &wrong);
        let said = status_with(&path, Some("http://127.0.0.1:9"), Some("AKIADEMODEMODEMODEMO"));
        assert_eq!(said.code, BAD_CONFIG, "{wrong}\n{}{}", said.out, said.err);
        let place = format!("{}:", path.display());
        let after = said.err.split(&place).nth(1).unwrap_or_else(|| panic!("file:line:column in {}", said.err));
        assert!(after.starts_with(|c: char| c.is_ascii_digit()), "line and column in {}", said.err);
        assert!(said.err.contains(message), "{message:?} in {}", said.err);
        said.speaks_plainly();
    }
}

#[test]
fn a_config_that_is_not_there_ends_with_78_and_its_path() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("nowhere.toml");
    let said = status_with(&path, None, None);
    assert_eq!(said.code, BAD_CONFIG, "{}", said.err);
    assert!(said.err.contains(&path.display().to_string()), "{}", said.err);
    said.speaks_plainly();
    let said = status_with(folder.path(), None, None);
    assert_eq!(said.code, BAD_CONFIG, "a folder: {}", said.err);
    said.speaks_plainly();
}

#[test]
fn wrong_usage_ends_with_64() {
    for arguments in
        [&["stat"][..], &["status", "--outptu", "json"], &["status", "--output", "yaml"], &["--endpoint-url"]]
    {
        let said = run(drdeck(None).args(arguments));
        assert_eq!(said.code, BAD_USAGE, "{arguments:?}: {}", said.err);
        assert!(!said.err.is_empty());
        said.speaks_plainly();
    }
}
