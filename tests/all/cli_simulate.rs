//! What `simulate --write-config` writes: every address in it is one of the simulator's.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use drdeck::config::{self, Config, Overrides};
use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RecordType};

struct Playing {
    child: Child,
    url: String,
    dns: SocketAddr,
}

impl Drop for Playing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn play(config: &Path, args: &[&str]) -> (Playing, Config, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_drdeck"))
        .args([&["simulate", "--write-config", config.to_str().unwrap()], args].concat())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.next().unwrap().strip_prefix("listening on ").unwrap().to_owned();
    let dns = lines.next().unwrap().strip_prefix("DNS on ").unwrap().split(' ').next().unwrap().parse().unwrap();
    let text = fs::read_to_string(config).unwrap();
    let loaded = config::load(Some(config), &Overrides::default()).unwrap();
    (Playing { child, url, dns }, loaded, text)
}

/// The first line of the answer to a GET of that page.
fn page(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap().to_owned()
}

fn answers(server: SocketAddr, name: &str) -> usize {
    let mut question = Message::new(1, MessageType::Query, OpCode::Query);
    question.add_query(Query::query(Name::from_ascii(name).unwrap(), RecordType::A));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.send_to(&question.to_vec().unwrap(), server).unwrap();
    let mut answer = [0; 1_500];
    let length = socket.recv(&mut answer).unwrap();
    Message::from_vec(&answer[..length]).unwrap().answers.len()
}

#[test]
fn the_shop_is_asked_about_at_the_simulator_only() {
    let home = tempfile::tempdir().unwrap();
    let (playing, config, text) = play(&home.path().join("shop.toml"), &[]);
    assert_eq!(config.endpoint_url.as_deref(), Some(playing.url.as_str()));
    assert_eq!((&config.dns.authoritative, &config.dns.resolvers), (&vec![playing.dns], &vec![playing.dns]));
    assert_eq!(answers(playing.dns, "www.shop.example."), 2);
    assert_eq!(config.arc.endpoints.len(), 5);
    assert!(config.arc.endpoints.iter().all(|endpoint| endpoint.url == playing.url));
    let mut probes = 0;
    for system in &config.estate.systems {
        for probe in &system.probes {
            assert_eq!(page(&probe.url), "HTTP/1.1 200 OK", "{}", probe.url);
            probes += 1;
        }
    }
    assert_eq!(probes, 12, "one for each site that a health check watches");
    assert_eq!(text.matches("http://").count(), text.matches(&playing.url).count());
}

#[test]
fn probes_of_ones_own_config_never_leave_the_machine() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("mine");
    let exported = Command::new(env!("CARGO_BIN_EXE_drdeck")).args(["demo", "--export"]).arg(&folder).output().unwrap();
    assert!(exported.status.success());
    let mine = "name = \"mine\" # and nobody else's\naccount = \"111122223333\"\n\n[[system]]\nname = \"storefront\"\ncriticality = \"high\"\nstrategy = \"warm-standby\"\nprimary = \"us-east-1\"\nrecovery = \"us-west-2\"\n\n[[system.probe]]\nsite = \"us-east-1\"\nurl = \"https://www.shop.example/health\"   # the real one\n\n[[system.component]]\nkind = \"asg\"\ngroup = \"storefront-web\"\ncapacity = 4\n";
    fs::write(folder.join("config.toml"), mine).unwrap();
    let estate = folder.join("estate.toml");
    let (playing, config, text) = play(&home.path().join("out.toml"), &["--estate", estate.to_str().unwrap()]);
    assert_eq!(config.estate.systems[0].probes[0].url, format!("{}/_site/us-east-1/storefront/health", playing.url));
    assert_eq!((&config.dns.authoritative, &config.dns.resolvers), (&vec![playing.dns], &vec![playing.dns]));
    assert!(text.contains("# and nobody else's") && text.contains("# the real one"));
}
