//! The built-in shop on a simulator whose clock stands still, read through the SDK as `drdeck` itself reads it.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::Arc,
};

use drdeck::{
    cli,
    config::{self, Overrides},
    demo,
    model::{Estate, Moment, Span},
    observe::Settings,
    sim::{self, Running, Simulator},
};

/// The simulated time at the beginning.
pub(crate) const BEGINNING: &str = "2026-11-20T14:00:00Z";

/// The shop, and how it is read.
pub(crate) struct Shop {
    simulator: Running,
    pub(crate) estate: Arc<Estate>,
    pub(crate) settings: Settings,
    pub(crate) now: Moment,
}

impl Shop {
    pub(crate) fn open(scenario: &str) -> Self {
        let now: Moment = BEGINNING.parse().unwrap();
        let simulator = Simulator::start(sim::Options {
            listen: "127.0.0.1:0".parse().unwrap(),
            estate: sim::parse_estate("estate.toml", demo::ESTATE).unwrap(),
            scenario: sim::parse_scenario("scenario.toml", scenario).unwrap(),
            seed: 1,
            speed: 0.0,
            start: Some(sim::Moment::from_millis(now.as_millisecond())),
        })
        .unwrap();
        let text = cli::pointed_at(demo::CONFIG, &simulator);
        let overrides = Overrides { endpoint_url: None, profile: None };
        let config = config::parse(&text, Path::new("config.toml"), &overrides).unwrap();
        let settings = cli::settings(&config);
        Self { simulator, estate: Arc::new(config.estate), settings, now }
    }

    /// Sets the simulator's clock forward.
    pub(crate) fn pass(&mut self, time: Span) {
        self.now = self.now.checked_add(time).unwrap();
        let body = format!("{{\"now\":\"{}\"}}", self.now);
        let mut stream = TcpStream::connect(self.simulator.addr).unwrap();
        write!(
            stream,
            "POST /_drdeck/clock HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
