//! What the simulator's tests share: a running simulator, and a plain HTTP client that owes nothing to the AWS SDK.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use drdeck::sim::{self, Moment, Options, Running, Simulator};
use serde_json::Value as Json;

/// What everything that looks random is drawn from.
pub(crate) const SEED: u64 = 7;

/// The simulated start of every test.
pub(crate) const START: &str = "2026-11-20T12:00:00Z";

/// A small estate: a replica, a global database, tables, a group, health checks.
pub(crate) const ESTATE: &str = r#"
name = "small"
account = "111122223333"
regions = ["us-east-1", "us-west-2"]

[[rds.instance]]
id = "db"
region = "us-east-1"
engine = "mysql"
version = "8.0.42"
class = "db.t3.medium"
storage_gib = 20
backup_days = 7
backup_region = "us-west-2"

[[rds.instance]]
id = "db-west"
region = "us-west-2"
engine = "mysql"
version = "8.0.42"
class = "db.t3.medium"
storage_gib = 20
backup_days = 0
replica_of = { region = "us-east-1", id = "db" }
lag = { base = "2s", jitter = "3s" }

[[rds.global_cluster]]
id = "global"
engine = "aurora-postgresql"
version = "16.8"
writer = { region = "us-east-1", id = "global-east" }
secondaries = [{ region = "us-west-2", id = "global-west" }]
lag = { base = "400ms" }

[[rds.cluster]]
id = "global-east"
region = "us-east-1"
engine = "aurora-postgresql"
version = "16.8"
class = "db.r7g.large"
backup_days = 7
instances = ["global-east-1"]

[[rds.cluster]]
id = "global-west"
region = "us-west-2"
engine = "aurora-postgresql"
version = "16.8"
class = "db.r7g.large"
backup_days = 7
instances = ["global-west-1"]

[[dynamodb.table]]
name = "carts"
regions = ["us-east-1", "us-west-2"]
consistency = "eventual"
pitr = true
items = 5000

[[autoscaling.group]]
name = "web"
region = "us-west-2"
min = 2
max = 8
desired = 4
zones = ["us-west-2a", "us-west-2b"]
instance_type = "m7g.large"
launch_template = "web"

[[route53.health_check]]
id = "00000000-0000-4000-a000-000000000001"
name = "web us-east-1"
watches = "us-east-1"
kind = "HTTPS"
domain = "web.example"
port = 443
interval = 10
"#;

/// A simulator with that estate and scenario, its clock frozen at [`START`].
pub(crate) fn simulator(estate: &str, acts: &str) -> Running {
    simulator_at(estate, acts, 0.0)
}

/// The same with a clock that runs.
pub(crate) fn simulator_at(estate: &str, acts: &str, speed: f64) -> Running {
    let scenario = format!("name = \"test\"\nstory = \"\"\n{acts}");
    Simulator::start(Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        estate: sim::parse_estate("estate.toml", estate).unwrap(),
        scenario: sim::parse_scenario("scenario.toml", &scenario).unwrap(),
        seed: SEED,
        speed,
        start: Moment::parse(START),
    })
    .unwrap()
}

/// A reply as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(has, _)| has.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// What stands between `<name>` and `</name>`, at its first occurrence.
    pub(crate) fn element(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(inner, _)| inner.to_owned())
    }

    /// How often an element begins.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.text().matches(&format!("<{name}>")).count()
    }
}

/// Sends one request on a connection of its own; the error is what a client would see.
pub(crate) fn send(
    server: &Running,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Reply> {
    let mut stream = TcpStream::connect(server.addr)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", server.addr);
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw)?;
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| {
        std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the connection closed without an answer")
    })?;
    let head = String::from_utf8_lossy(&raw[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Ok(Reply { status, headers, body: raw[end + 4..].to_vec() })
}

/// The header of a request signed for a service in a Region. The simulator reads the scope and does not verify.
pub(crate) fn signed(service: &str, region: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=demo/20261120/{region}/{service}/aws4_request, SignedHeaders=host, Signature=00"
    )
}

/// An awsQuery call.
pub(crate) fn query(server: &Running, service: &str, region: &str, form: &str) -> std::io::Result<Reply> {
    let headers = [
        ("authorization", &*signed(service, region)),
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
    ];
    send(server, "POST", "/", &headers, form.as_bytes())
}

/// An awsJson call.
pub(crate) fn target(
    server: &Running,
    service: &str,
    region: &str,
    target: &str,
    body: &Json,
) -> std::io::Result<Reply> {
    let headers = [
        ("authorization", &*signed(service, region)),
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", target),
    ];
    send(server, "POST", "/", &headers, body.to_string().as_bytes())
}

/// A REST call without a body.
pub(crate) fn get(server: &Running, service: &str, region: &str, path: &str) -> std::io::Result<Reply> {
    send(server, "GET", path, &[("authorization", &signed(service, region))], b"")
}

/// Posts JSON to a control endpoint.
pub(crate) fn control(server: &Running, path: &str, body: &Json) -> Reply {
    send(server, "POST", path, &[("content-type", "application/json")], body.to_string().as_bytes()).unwrap()
}

/// Reads a control endpoint.
pub(crate) fn ask(server: &Running, path: &str) -> Json {
    send(server, "GET", path, &[], b"").unwrap().json()
}

/// Sets the frozen clock to so long after [`START`].
pub(crate) fn at(server: &Running, after: &str) {
    let now = Moment::parse(START).unwrap() + sim::time::Span::parse(after).unwrap();
    let reply = control(server, "/_drdeck/clock", &serde_json::json!({ "now": now }));
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// One series of the last minutes before that time, newest first, through awsJson: epoch seconds and values.
pub(crate) fn series(
    server: &Running,
    region: &str,
    (namespace, metric, dimension, value): (&str, &str, &str, &str),
    minutes: i64,
) -> Vec<(i64, f64)> {
    let now = Moment::parse(ask(server, "/_drdeck/clock")["now"].as_str().unwrap()).unwrap().millis() / 1000;
    let body = serde_json::json!({
        "MetricDataQueries": [{ "Id": "q", "MetricStat": { "Period": 60, "Stat": "Maximum", "Metric": {
            "Namespace": namespace, "MetricName": metric, "Dimensions": [{ "Name": dimension, "Value": value }] } } }],
        "StartTime": now - minutes * 60, "EndTime": now,
    });
    let reply = target(server, "monitoring", region, "GraniteServiceVersion20100801.GetMetricData", &body).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    let result = reply.json()["MetricDataResults"][0].clone();
    let times = result["Timestamps"].as_array().unwrap().iter().map(|at| at.as_i64().unwrap());
    times.zip(result["Values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap())).collect()
}
