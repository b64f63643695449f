//! One question to one DNS server: over UDP, and over TCP where the answer is too long for that.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::dns::PATIENCE;
use crate::aws::Unread;
use crate::model::FailureKind;

/// A packet may be lost: the question is put again after that.
const AGAIN_AFTER: Duration = Duration::from_millis(800);

/// How long the answer to that is waited for.
const THEN_FOR: Duration = PATIENCE.saturating_sub(AGAIN_AFTER);

/// The longest answer over UDP.
const LONGEST: usize = 4_096;

/// Why a server did not answer.
enum Silence {
    TimedOut,
    Network(io::Error),
    Garbled,
}

impl From<io::Error> for Silence {
    fn from(error: io::Error) -> Self {
        Self::Network(error)
    }
}

/// What `server` answers, whatever that is.
pub(super) async fn exchange(server: SocketAddr, name: &Name, kind: RecordType) -> Result<Message, Unread> {
    let said = match over_udp(server, &question(name, kind)).await {
        Ok(message) if message.metadata.truncation => {
            timeout(PATIENCE, over_tcp(server, &question(name, kind))).await.unwrap_or(Err(Silence::TimedOut))
        }
        said => said,
    };
    said.map_err(|silence| unread(server, &silence))
}

/// A question with an id that only its server sees.
fn question(name: &Name, kind: RecordType) -> Message {
    let mut message = Message::new(fastrand::u16(..), MessageType::Query, OpCode::Query);
    // A server of the zone does not mind; a resolver needs to be told.
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(name.clone(), kind));
    message
}

async fn over_udp(server: SocketAddr, question: &Message) -> Result<Message, Silence> {
    let bytes = question.to_vec().map_err(|_| Silence::Garbled)?;
    let any = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any).await?;
    // From now on only packets from there come in.
    socket.connect(server).await?;
    socket.send(&bytes).await?;
    match timeout(AGAIN_AFTER, received(&socket, question)).await {
        Ok(said) => said,
        Err(_) => {
            // Counted from now on: a machine that stood still for seconds has not heard what was answered meanwhile.
            socket.send(&bytes).await?;
            timeout(THEN_FOR, received(&socket, question)).await.unwrap_or(Err(Silence::TimedOut))
        }
    }
}

/// The first packet that answers the question: anything else is somebody's guess, or an answer to another.
async fn received(socket: &UdpSocket, question: &Message) -> Result<Message, Silence> {
    let mut bytes = vec![0; LONGEST];
    loop {
        let length = socket.recv(&mut bytes).await?;
        let message = bytes.get(..length).and_then(|bytes| Message::from_vec(bytes).ok());
        if let Some(message) = message.filter(|message| answers(message, question)) {
            return Ok(message);
        }
    }
}

async fn over_tcp(server: SocketAddr, question: &Message) -> Result<Message, Silence> {
    let bytes = question.to_vec().map_err(|_| Silence::Garbled)?;
    let length = u16::try_from(bytes.len()).map_err(|_| Silence::Garbled)?;
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(&[&length.to_be_bytes(), bytes.as_slice()].concat()).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    Message::from_vec(&answer).ok().filter(|message| answers(message, question)).ok_or(Silence::Garbled)
}

fn answers(message: &Message, question: &Message) -> bool {
    let is_answer = message.metadata.message_type == MessageType::Response;
    // A server that refuses may leave the question out.
    let same = message.queries.is_empty() || message.queries == question.queries;
    is_answer && message.metadata.id == question.metadata.id && same
}

fn unread(server: SocketAddr, silence: &Silence) -> Unread {
    let who = format!("the DNS server {server}");
    match silence {
        Silence::TimedOut => {
            let text = format!("{who} did not answer within {} s", PATIENCE.as_secs());
            Unread::new(FailureKind::TimedOut, text)
        }
        Silence::Garbled => Unread::new(FailureKind::Unreadable, format!("what {who} answered is not DNS")),
        Silence::Network(error) => {
            use io::ErrorKind as Kind;
            const WORDS: [(Kind, &str); 6] = [
                (Kind::ConnectionRefused, "nothing listens there"),
                (Kind::NetworkUnreachable, "no route to it"),
                (Kind::NetworkDown, "no route to it"),
                (Kind::HostUnreachable, "no route to it"),
                (Kind::UnexpectedEof, "it closed the connection"),
                (Kind::ConnectionReset, "it closed the connection"),
            ];
            let known = WORDS.iter().find(|(kind, _)| *kind == error.kind());
            let why = known.map_or_else(|| error.to_string(), |(_, words)| (*words).to_owned());
            Unread::new(FailureKind::Unreachable, format!("{who} cannot be reached: {why}"))
        }
    }
}
