//! A proxy between drdeck and the simulator that harms changes as a network, a load balancer or a tired service would. It knows nothing
//! of either: what a request asks is read from what stands on the wire.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What is done to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Harm {
    /// It goes through.
    None,
    /// It is carried out, and its answer never comes: the connection is reset.
    DropAfter,
    /// It is carried out, and the answer says 500.
    ErrorAfter,
    /// It is carried out, and the answer comes after everybody has stopped waiting.
    LateAfter(Duration),
    /// It goes through, but not at once: it is kept so long before it is passed on, unless its sender is gone by then, and its answer for so long
    /// after.
    Hold(Duration, Duration),
    /// It is not carried out: slow down.
    Throttle,
    /// It is not carried out: the connection is reset before anything is passed on.
    ResetBefore,
}

/// A change that came by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passing {
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) operation: String,
    /// How many of this operation came before it.
    pub(crate) before: usize,
}

/// What is to be done to each change.
type Plan = Box<dyn Fn(&Passing) -> Harm + Send>;

/// The proxy. Its thread ends with the process; its port is its own.
pub(crate) struct Proxy {
    pub(crate) addr: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    plan: Plan,
    passed: Vec<Passing>,
    /// How many changes came by of which it is not yet known whether they are carried out.
    underway: usize,
}

impl Proxy {
    /// In front of `upstream`. Everything goes through.
    pub(crate) fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { plan: Box::new(|_| Harm::None), passed: Vec::new(), underway: 0 }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    let _ = serve(client, upstream, &shared);
                });
            }
        });
        Self { addr, state }
    }

    /// From now on this is done to changes.
    pub(crate) fn harm(&self, plan: impl Fn(&Passing) -> Harm + Send + 'static) {
        self.state.lock().unwrap().plan = Box::new(plan);
    }

    /// The changes that came by, harmed or not.
    pub(crate) fn passed(&self) -> Vec<Passing> {
        self.state.lock().unwrap().passed.clone()
    }

    /// Whether a change is on its way, that nobody can yet tell of what comes of it.
    pub(crate) fn is_busy(&self) -> bool {
        self.state.lock().unwrap().underway > 0
    }
}

/// A change that came by, until it is carried out or dropped.
struct Underway<'a>(&'a Mutex<State>);

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.0.lock().unwrap().underway -= 1;
    }
}

struct Request {
    head: Vec<String>,
    body: Vec<u8>,
}

fn read_request(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let length = header(&head, "content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { head, body }))
}

fn header<'a>(head: &'a [String], name: &str) -> Option<&'a str> {
    head.iter().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Service and Region of the signature, and the operation; `None` for what is no change of AWS.
fn change(request: &Request) -> Option<(String, String, String)> {
    let scope = header(&request.head, "authorization")?.split("Credential=").nth(1)?.split(',').next()?;
    let parts: Vec<&str> = scope.split('/').collect();
    let (region, service) = (parts.get(2)?.to_string(), parts.get(3)?.to_string());
    let mut line = request.head.first()?.split(' ');
    let (method, target) = (line.next()?, line.next()?);
    let path = target.split('?').next()?;
    let operation = if let Some(target) = header(&request.head, "x-amz-target") {
        target.rsplit('.').next()?.to_owned()
    } else if path.contains("/operation/") {
        path.rsplit('/').next()?.to_owned()
    } else if method == "POST" && path == "/" {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        body.split('&').find_map(|pair| pair.strip_prefix("Action=").map(str::to_owned))?
    } else if service == "route53" {
        match (method, path.trim_end_matches('/')) {
            ("POST", path) if path.ends_with("/rrset") => "ChangeResourceRecordSets".to_owned(),
            ("POST", path) if path.contains("/healthcheck/") => "UpdateHealthCheck".to_owned(),
            _ => return None,
        }
    } else if service == "drs" {
        path.trim_matches('/').to_owned()
    } else if method == "GET" {
        return None;
    } else {
        format!("{method} {path}")
    };
    let reads = ["Describe", "List", "Get", "Test", "AssumeRole"];
    (!reads.iter().any(|read| operation.starts_with(read))).then_some((service, region, operation))
}

fn serve(client: TcpStream, upstream: SocketAddr, state: &Mutex<State>) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client.try_clone()?);
    let mut client = client;
    while let Some(request) = read_request(&mut reader)? {
        let (harm, underway) = match change(&request) {
            None => (Harm::None, None),
            Some((service, region, operation)) => {
                let mut locked = state.lock().unwrap();
                let before = locked.passed.iter().filter(|passing| passing.operation == operation).count();
                let passing = Passing { service, region, operation, before };
                let harm = (locked.plan)(&passing);
                locked.passed.push(passing);
                locked.underway += 1;
                (harm, Some(Underway(state)))
            }
        };
        match harm {
            Harm::ResetBefore => return reset(&client),
            Harm::Throttle => {
                client.write_all(&throttled(header(&request.head, "content-type").unwrap_or_default()))?;
                continue;
            }
            Harm::Hold(before, _) => {
                thread::sleep(before);
                if is_gone(&client)? {
                    return Ok(());
                }
            }
            Harm::None | Harm::DropAfter | Harm::ErrorAfter | Harm::LateAfter(_) => {}
        }
        let answer = forward(&request, upstream);
        drop(underway);
        match (harm, answer) {
            (Harm::DropAfter, _) | (_, Err(_)) => return reset(&client),
            (Harm::ErrorAfter, Ok(_)) => client.write_all(&error())?,
            (Harm::LateAfter(late) | Harm::Hold(_, late), Ok(answer)) => {
                thread::sleep(late);
                client.write_all(&answer)?;
            }
            (Harm::None | Harm::Throttle | Harm::ResetBefore, Ok(answer)) => client.write_all(&answer)?,
        }
    }
    Ok(())
}

/// The whole answer as it came, from a connection of its own.
fn forward(request: &Request, upstream: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream)?;
    let mut head: Vec<&str> = request.head.iter().map(String::as_str).collect();
    head.retain(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let mut bytes = head.join("\r\n").into_bytes();
    bytes.extend_from_slice(b"\r\nconnection: close\r\n\r\n");
    bytes.extend_from_slice(&request.body);
    server.write_all(&bytes)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let Some(end) = end else { return Err(std::io::ErrorKind::ConnectionReset.into()) };
    let (head, body) = answer.split_at(end);
    let head = String::from_utf8_lossy(head);
    let kept: Vec<&str> =
        head.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("connection:")).collect();
    let mut whole = kept.join("\r\n").into_bytes();
    whole.extend_from_slice(body);
    Ok(whole)
}

/// Whether nobody is at the other end any more.
fn is_gone(client: &TcpStream) -> std::io::Result<bool> {
    client.set_nonblocking(true)?;
    let seen = client.peek(&mut [0]);
    client.set_nonblocking(false)?;
    Ok(match seen {
        Ok(read) => read == 0,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    })
}

fn reset(client: &TcpStream) -> std::io::Result<()> {
    // What arrived was read and nothing is answered: the peer sees its connection end without a reply.
    client.shutdown(Shutdown::Both)
}

fn reply(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// In the protocol that was spoken.
fn throttled(content_type: &str) -> Vec<u8> {
    if content_type.contains("cbor") {
        let body = b"\xa2\x66__type\x73ThrottlingException\x67message\x6dRate exceeded";
        let headers = format!(
            "content-type: application/cbor\r\nsmithy-protocol: rpc-v2-cbor\r\ncontent-length: {}\r\n",
            body.len()
        );
        return [format!("HTTP/1.1 429 Too Many Requests\r\n{headers}\r\n").as_bytes(), body].concat();
    }
    if content_type.contains("json") {
        let headers = "content-type: application/json\r\nx-amzn-errortype: ThrottlingException\r\n";
        return reply("429 Too Many Requests", headers, r#"{"message":"Rate exceeded"}"#);
    }
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>1</RequestId></ErrorResponse>";
    reply("400 Bad Request", "content-type: text/xml\r\n", body)
}

fn error() -> Vec<u8> {
    reply("500 Internal Server Error", "content-type: text/html\r\n", "<html>Internal Server Error</html>")
}
