//! AWS on loopback: its HTTP, and its DNS beside it.

use std::fmt;
use std::future::poll_fn;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::control;
use super::dns::server::Sockets;
use super::estate::Estate;
use super::frame::{Frame, HANG, Outcome};
use super::references;
use super::serving::Serving;
use super::sites::{self, Visit};
use super::time::Moment;
use super::timeline::{Scenario, Timeline};
use super::wire::{Reply, Request};

/// How many connections are served at once; more wait to be accepted.
const MAX_CONNECTIONS: usize = 512;
/// The largest body read.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// What to simulate.
#[derive(Debug)]
pub struct Options {
    /// Where to listen; loopback only. Port 0 is any free one.
    pub listen: SocketAddr,
    /// What exists.
    pub estate: Estate,
    /// What goes wrong.
    pub scenario: Scenario,
    /// What everything that looks random is drawn from.
    pub seed: u64,
    /// Simulated seconds per second.
    pub speed: f64,
    /// The simulated time at the start; `None` is the wall clock's.
    pub start: Option<Moment>,
}

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It serves AWS without checking signatures: never to the network.
    #[error("the simulator listens on loopback only (127.0.0.1 or [::1]), not on {0}")]
    NotLoopback(SocketAddr),
    /// The scenario names what the estate does not have.
    #[error("the scenario \"{scenario}\" does not fit the estate: act {act}: {why}")]
    Scenario {
        /// Its name.
        scenario: String,
        /// Which of its acts, from 1.
        act: usize,
        /// What is missing.
        why: String,
    },
    /// The address is taken, or no thread could be started.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
}

/// The simulator.
#[derive(Debug)]
pub struct Simulator;

/// A running simulator. It ends when this is dropped.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Where its DNS listens, UDP and TCP.
    pub dns: SocketAddr,
    frame: Arc<Frame>,
    http: Serving,
    names: Serving,
}

impl Simulator {
    /// Starts serving, on a thread of its own.
    pub fn start(options: Options) -> Result<Running, StartError> {
        let Options { listen, estate, scenario, seed, speed, start } = options;
        if !listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(listen));
        }
        for (index, act) in scenario.acts.iter().enumerate() {
            if let Some(why) = references::wrong(act, &estate) {
                return Err(StartError::Scenario { scenario: scenario.name, act: index + 1, why });
            }
        }
        let start = start.unwrap_or_else(Moment::of_wall_clock);
        let mut timeline = Timeline::default();
        timeline.add(&scenario.acts, start);
        serve_frame(listen, Arc::new(Frame::new(estate, timeline, seed, start, speed)))
    }
}

/// Serves that state, HTTP and DNS on a thread each.
fn serve_frame(listen: SocketAddr, frame: Arc<Frame>) -> Result<Running, StartError> {
    let failed = |error| StartError::Listen(listen, error);
    let listener = TcpListener::bind(listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    let names =
        Sockets::bind(listen.ip()).map_err(|error| StartError::Listen(SocketAddr::new(listen.ip(), 0), error))?;
    let dns = names.addr;
    let served = Arc::clone(&frame);
    let http = Serving::start("simulator", move || accept(listener, served)).map_err(failed)?;
    // DNS has a thread of its own, so that it answers at once however much is asked over HTTP: it is another service in AWS, too.
    let served = Arc::clone(&frame);
    let names = Serving::start("simulator-dns", move || names.serve(served)).map_err(failed)?;
    Ok(Running { addr, dns, frame, http, names })
}

impl Running {
    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Another simulator that goes on from here, clock, faults and call log included: what happens in one of them happens in no other.
    ///
    /// # Errors
    /// When no port or no thread is left.
    pub fn twin(&self) -> Result<Self, StartError> {
        serve_frame(SocketAddr::new(self.addr.ip(), 0), Arc::new(self.frame.twin()))
    }

    /// Waits until the simulator ends by itself, which it does only when it can take no more connections; DNS ends with it.
    pub fn wait(self) {
        self.http.wait();
        drop(self.names);
    }

    /// Ends it: connections are closed, the port is free.
    pub fn stop(self) {
        drop(self);
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("addr", &self.addr).field("dns", &self.dns).finish_non_exhaustive()
    }
}

async fn accept(listener: TcpListener, frame: Arc<Frame>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return Ok(()) };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, or a client that gave up: neither ends the simulator.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let frame = Arc::clone(&frame);
        tokio::spawn(async move {
            serve(stream, frame).await;
            drop(place);
        });
    }
}

/// The connection is to be reset before an answer.
#[derive(Debug, thiserror::Error)]
#[error("reset")]
struct Reset;

async fn serve(stream: TcpStream, frame: Arc<Frame>) {
    let service = service_fn(move |request| {
        let frame = Arc::clone(&frame);
        // Boxed, because only a connection whose futures may move gives its stream back.
        Box::pin(async move { respond(&frame, request).await })
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    if let Err(error) = ended
        && error.is_user()
    {
        // With no time to linger the kernel sends RST instead of FIN: what a client of a dying endpoint sees.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

async fn respond(frame: &Frame, request: hyper::Request<Incoming>) -> Result<hyper::Response<Full<Bytes>>, Reset> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else { return Err(Reset) };
    let request = Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body: body.to_bytes(),
    };
    if request.path.starts_with("/_drdeck/") {
        return Ok(response(control::answer(frame, &request)));
    }
    if request.path.starts_with(sites::PATH) {
        return match sites::visit(&frame.worlds(), &request, frame.count()) {
            Visit::Answer(reply) => Ok(response(reply)),
            Visit::Reset => Err(Reset),
            Visit::Hang => {
                tokio::time::sleep(HANG).await;
                Err(Reset)
            }
        };
    }
    match frame.answer(&request).await {
        Outcome::Answer(reply) => Ok(response(reply)),
        Outcome::Reset => Err(Reset),
    }
}

fn response(reply: Reply) -> hyper::Response<Full<Bytes>> {
    let mut builder = hyper::Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    builder.body(Full::new(Bytes::from(reply.body))).unwrap_or_else(|error| {
        // A header that cannot be sent: none of ours, but no reason to fall silent.
        let mut response = hyper::Response::new(Full::new(Bytes::from(error.to_string())));
        *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}
