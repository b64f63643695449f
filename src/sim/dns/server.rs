//! The name server: UDP and TCP on one loopback port.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::message::{self, Asked, Carrier};
use crate::sim::frame::Frame;

/// How many TCP connections are served at once; more wait to be accepted.
const MAX_CONNECTIONS: usize = 64;
/// How long a connection may be quiet.
const IDLE: Duration = Duration::from_secs(10);
/// How long a connection may last.
const LIFETIME: Duration = Duration::from_secs(60);
/// How often another port is tried when one that is free for UDP is taken for TCP.
const TRIES: usize = 16;
/// How long the server waits after it could not read or accept.
const PAUSE: Duration = Duration::from_millis(50);
/// The largest question over UDP.
const MAX_QUESTION: usize = 4_096;

/// The two sockets of the name server, bound to the same port.
#[derive(Debug)]
pub(in crate::sim) struct Sockets {
    /// Where it listens.
    pub(in crate::sim) addr: SocketAddr,
    udp: std::net::UdpSocket,
    tcp: std::net::TcpListener,
}

impl Sockets {
    /// Binds any free port of that address, the same for both.
    pub(in crate::sim) fn bind(ip: IpAddr) -> io::Result<Self> {
        let mut tried = 0;
        loop {
            let udp = std::net::UdpSocket::bind((ip, 0))?;
            let addr = udp.local_addr()?;
            tried += 1;
            match std::net::TcpListener::bind(addr) {
                Ok(tcp) => {
                    udp.set_nonblocking(true)?;
                    tcp.set_nonblocking(true)?;
                    return Ok(Self { addr, udp, tcp });
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && tried < TRIES => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Answers until it is dropped.
    pub(in crate::sim) async fn serve(self, frame: Arc<Frame>) -> io::Result<()> {
        let server = Arc::new(Server { frame, questions: AtomicU64::new(1) });
        let (udp, tcp) = (UdpSocket::from_std(self.udp)?, TcpListener::from_std(self.tcp)?);
        tokio::join!(over_udp(&server, udp), over_tcp(&server, tcp));
        Ok(())
    }
}

/// What both sockets share.
struct Server {
    frame: Arc<Frame>,
    questions: AtomicU64,
}

impl Server {
    fn answer(&self, bytes: &[u8], from: IpAddr, carrier: Carrier) -> Option<Vec<u8>> {
        let number = self.questions.fetch_add(1, Ordering::Relaxed);
        message::answer(&self.frame.worlds(), &Asked { bytes, from, carrier, number })
    }
}

async fn over_udp(server: &Server, socket: UdpSocket) {
    let mut question = vec![0; MAX_QUESTION];
    loop {
        match socket.recv_from(&mut question).await {
            Ok((length, from)) => {
                let bytes = question.get(..length).unwrap_or_default();
                if let Some(reply) = server.answer(bytes, from.ip(), Carrier::Udp)
                    && let Err(error) = socket.send_to(&reply, from).await
                {
                    tracing::debug!(%error, "a DNS answer could not be sent");
                }
            }
            Err(error) => {
                tracing::debug!(%error, "a DNS question could not be read");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn over_tcp(server: &Arc<Server>, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, from)) => {
                let server = Arc::clone(server);
                tokio::spawn(async move {
                    // Whoever leaves, or says nothing for too long, has had their answers.
                    let _ = timeout(LIFETIME, converse(&server, stream, from.ip())).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a DNS connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Question after question of one connection, each with its length before it.
async fn converse(server: &Server, mut stream: TcpStream, from: IpAddr) -> io::Result<()> {
    loop {
        let length = timeout(IDLE, stream.read_u16()).await??;
        let mut question = vec![0; usize::from(length)];
        timeout(IDLE, stream.read_exact(&mut question)).await??;
        let Some(reply) = server.answer(&question, from, Carrier::Tcp) else {
            // Down: the connection stays open, and nothing comes.
            tokio::time::sleep(LIFETIME).await;
            return Ok(());
        };
        let length = u16::try_from(reply.len()).unwrap_or(u16::MAX);
        let mut framed = length.to_be_bytes().to_vec();
        framed.extend_from_slice(&reply);
        timeout(IDLE, stream.write_all(&framed)).await??;
    }
}
