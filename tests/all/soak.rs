//! A bad night: hours of simulated time at speed 720, with a check that flips, a replica that stops and catches up, and an API that refuses. Nothing grows
//! but the story, and that is told in few lines. `DRDECK_SOAK_HOURS=12` plays the whole night in a minute; a quarter of an hour is played always.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use drdeck::aws::{Access, Login};
use drdeck::config::{self, Overrides};
use drdeck::model::Moment;
use drdeck::observe::{Memory, Observation, Observer, Paces, Settings, Watched};
use drdeck::{demo, sim};

const SPEED: f64 = 720.0;

/// A number of `/proc/self/status`: `VmRSS`, in KiB, or `Threads`.
fn of_this_process(what: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What is counted at the end of each fifth of the night.
#[derive(Clone, Copy, Debug)]
struct Count {
    resident_kib: u64,
    threads: u64,
    tasks: usize,
    readings: usize,
    calls_a_second: f64,
    /// What the simulator keeps of the calls, which it does up to a bound of its own.
    log_bytes: usize,
}

fn hours() -> f64 {
    std::env::var("DRDECK_SOAK_HOURS").ok().and_then(|hours| hours.parse().ok()).unwrap_or(1.0)
}

#[test]
fn a_bad_night_leaves_nothing_behind_but_its_story() {
    let state = tempfile::tempdir().unwrap();
    let (_, flapping) = demo::SCENARIOS.iter().find(|(name, _)| *name == "flapping").unwrap();
    let start: Moment = "2026-11-20T18:00:00Z".parse().unwrap();
    let simulator = sim::Simulator::start(sim::Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        estate: sim::parse_estate("estate.toml", demo::ESTATE).unwrap(),
        scenario: sim::parse_scenario("flapping.toml", flapping).unwrap(),
        seed: 1,
        speed: SPEED,
        start: Some(sim::Moment::from_millis(start.as_millisecond())),
    })
    .unwrap();
    let text = demo::CONFIG
        .replace("127.0.0.1:4566", &simulator.addr.to_string())
        .replace("127.0.0.1:4567", &simulator.dns.to_string());
    let config = config::parse(&text, Path::new("config.toml"), &Overrides::default()).unwrap();
    let settings = Settings {
        access: Access {
            endpoint_url: Some(simulator.url()),
            arc: config.arc.endpoints,
            login: Login::Simulator { user: None },
            session_name: None,
            timeout: Duration::from_secs(20),
        },
        dns: config.dns,
        paces: Paces { refresh: config.polling.interval, slow: config.polling.slow_interval },
        account: config.account,
    };
    let watched = Watched {
        config: config.path,
        account: None,
        profile: None,
        endpoint_url: Some(simulator.url()),
        simulator: true,
    };
    let memory = || Some(Memory::new(state.path(), watched.clone()));
    let estate = Arc::new(config.estate);
    let observer = Observer::start_with(Arc::clone(&estate), settings.clone(), memory()).unwrap();
    let fifth = Duration::from_secs_f64(hours() * 3_600.0 / SPEED / 5.0);
    let mut counts = Vec::new();
    let mut calls = 0;
    for _ in 0..5 {
        let began = Instant::now();
        std::thread::sleep(fifth);
        let log = get(&format!("{}/_drdeck/calls", simulator.url()));
        let made = log.matches("\"operation\"").count();
        let seen = observer.observations().borrow().clone();
        counts.push(Count {
            resident_kib: of_this_process("VmRSS"),
            threads: of_this_process("Threads"),
            tasks: observer.tasks(),
            readings: seen.as_ref().map_or(0, |seen| seen.snapshot.readings.len()),
            calls_a_second: (made - calls) as f64 / began.elapsed().as_secs_f64(),
            log_bytes: log.len(),
        });
        calls = made;
    }
    let seen = observer.observations().borrow().clone().unwrap();
    observer.finish(Duration::from_secs(20));
    println!("{counts:#?}");
    tell(&seen);
    if hours() >= 6.0 {
        // The first fifth fills buffers and pools; from there on nothing grows.
        let (early, late) = (counts[1], counts[4]);
        let log_kib = u64::try_from(late.log_bytes.saturating_sub(early.log_bytes) / 1_024).unwrap();
        assert!(late.resident_kib < early.resident_kib + log_kib + 8 * 1_024, "{counts:#?}");
        assert!(late.threads <= early.threads + 2, "{counts:#?}");
        assert!(late.tasks <= early.tasks + 4, "a task was left over: {counts:#?}");
        assert!(late.readings <= early.readings + early.readings / 10, "{counts:#?}");
        assert!(late.calls_a_second < early.calls_a_second * 1.5, "a reader was left over: {counts:#?}");
    }
    let kept = seen.events.entries.iter().filter(|entry| entry.event.query.is_none()).count();
    assert!(kept <= 120, "a story, and not a log: {kept} lines");
    let told: BTreeSet<_> = seen.events.entries.iter().map(|entry| entry.event.id()).collect();
    assert_eq!(told.len(), seen.events.entries.len(), "each thing once");
    for file in walk(state.path()) {
        let size = fs::metadata(&file).unwrap().len();
        assert!(size < 6 * 1_024 * 1_024, "{file:?}: {size} bytes");
    }
}

fn tell(seen: &Observation) {
    for entry in &seen.events.entries {
        let event = &entry.event;
        println!(
            "{} {:8} {:8} {:24} {} [{}]",
            event.at.strftime("%d %H:%M:%S"),
            event.kind.as_str(),
            event.severity.as_str(),
            event.subject.words(),
            event.text,
            entry.of.len()
        );
    }
}

fn get(url: &str) -> String {
    use std::io::{Read as _, Write as _};
    let authority = url.trim_start_matches("http://").split('/').next().unwrap();
    let path = &url["http://".len() + authority.len()..];
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
