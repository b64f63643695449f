//! What drdeck sees with its own eyes: answers of DNS servers and pages, good ones and all the ways they fail.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use drdeck::aws::{Access, Login};
use drdeck::config::Dns;
use drdeck::model::facts::Answer;
use drdeck::model::facts::look::{DnsAnswer, Response};
use drdeck::model::query::{DnsQuestion, DnsServer};
use drdeck::model::{Estate, Failure, FailureKind, Place, Query, Reading, Region, Span, Text};
use drdeck::observe::{Paces, Settings, once};
use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME, NS};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinHandle;

use crate::aws_stub::{Misbehaviour, Reply, Stub, misbehaving};

/// What comes of `queries` when drdeck looks once.
async fn looked(login: Login, dns: Dns, queries: BTreeSet<Query>) -> Vec<Reading<Arc<Answer>>> {
    let access =
        Access { endpoint_url: None, arc: Vec::new(), login, session_name: None, timeout: Duration::from_secs(5) };
    let paces = Paces { refresh: Span::from_secs(30), slow: Span::from_mins(15) };
    let settings = Settings { access, dns, paces, account: None };
    let estate = Arc::new(Estate { shared: queries.clone(), ..Estate::default() });
    let look = move || once(settings, estate, Duration::from_secs(20)).unwrap();
    let seen = tokio::task::spawn_blocking(look).await.unwrap();
    queries.iter().map(|query| seen.snapshot.readings.get(query).unwrap().clone()).collect()
}

async fn one(dns: Dns, query: Query) -> Result<Answer, Failure> {
    let reading = looked(Login::Chain { profile: None }, dns, BTreeSet::from([query])).await.remove(0);
    match reading.value {
        Some(answer) => Ok(answer.as_ref().clone()),
        None => Err(*reading.failing.unwrap()),
    }
}

fn question(name: &str, kind: &str, server: DnsServer) -> Query {
    let question = DnsQuestion { name: name.to_owned(), kind: kind.to_owned(), server };
    Query::DnsAnswer(Place::home(Place::EVERYWHERE), question)
}

async fn resolved(servers: &[SocketAddr], name: &str, kind: &str) -> Result<DnsAnswer, Failure> {
    let dns = Dns { resolvers: servers.to_vec(), authoritative: Vec::new() };
    match one(dns, question(name, kind, DnsServer::Resolver)).await? {
        Answer::DnsAnswer(answer) => Ok(answer),
        other => panic!("not an answer of DNS: {other:?}"),
    }
}

async fn page(url: &str) -> Result<Response, Failure> {
    match one(Dns::default(), Query::Probe(Place::home("us-east-1"), url.to_owned())).await? {
        Answer::Probe(response) => Ok(response),
        other => panic!("not a page: {other:?}"),
    }
}

/// A DNS server on UDP and TCP.
struct Server {
    at: SocketAddr,
    /// What it was asked: name and type, `tcp` in front where it was.
    seen: Arc<Mutex<Vec<String>>>,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Server {
    /// Answers what `answer` makes of a question, over `tcp` or not; nothing where it makes nothing.
    async fn start(answer: impl Fn(&Message, bool) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        // A port that is free for UDP may be taken for TCP.
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
                break (udp, tcp);
            }
        };
        let at = udp.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let answer = Arc::new(answer);
        let heard = |message: &Message, how: &str| {
            let query = &message.queries[0];
            format!("{how}{} {}", query.name(), query.query_type())
        };
        let over_udp = {
            let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
            async move {
                let mut bytes = [0; 512];
                while let Ok((length, from)) = udp.recv_from(&mut bytes).await {
                    let question = Message::from_vec(&bytes[..length]).unwrap();
                    seen.lock().unwrap().push(heard(&question, ""));
                    for packet in answer(&question, false) {
                        udp.send_to(&packet, from).await.unwrap();
                    }
                }
            }
        };
        let over_tcp = {
            let seen = Arc::clone(&seen);
            async move {
                while let Ok((mut stream, _)) = tcp.accept().await {
                    let mut bytes = vec![0; usize::from(stream.read_u16().await.unwrap())];
                    stream.read_exact(&mut bytes).await.unwrap();
                    let question = Message::from_vec(&bytes).unwrap();
                    seen.lock().unwrap().push(heard(&question, "tcp "));
                    for packet in answer(&question, true) {
                        stream.write_u16(u16::try_from(packet.len()).unwrap()).await.unwrap();
                        stream.write_all(&packet).await.unwrap();
                    }
                }
            }
        };
        Self { at, seen, tasks: [tokio::spawn(over_udp), tokio::spawn(over_tcp)] }
    }

    /// Answers always with these records and that code.
    async fn with(code: ResponseCode, answers: Vec<Record>) -> Self {
        Self::start(move |question, _| vec![said(question, code, &answers).to_vec().unwrap()]).await
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn a(owner: &str, ttl: u32, address: [u8; 4]) -> Record {
    Record::from_rdata(name(owner), ttl, RData::A(A(Ipv4Addr::from(address))))
}

fn cname(owner: &str, ttl: u32, target: &str) -> Record {
    Record::from_rdata(name(owner), ttl, RData::CNAME(CNAME(name(target))))
}

fn ns(owner: &str, server: &str) -> Record {
    Record::from_rdata(name(owner), 300, RData::NS(NS(name(server))))
}

fn said(question: &Message, code: ResponseCode, answers: &[Record]) -> Message {
    let mut reply = Message::response(question.metadata.id, OpCode::Query);
    reply.metadata.response_code = code;
    reply.metadata.authoritative = true;
    reply.add_queries(question.queries.iter().cloned());
    reply.add_answers(answers.iter().cloned());
    reply
}

fn words(values: &[Text]) -> Vec<&str> {
    values.iter().map(Text::as_str).collect()
}

#[tokio::test]
async fn addresses_are_sorted_and_kept_as_long_as_the_shortest_of_the_chain() {
    let server = Server::with(
        ResponseCode::NoError,
        vec![
            cname("www.shop.example.", 20, "lb.shop.example."),
            a("lb.shop.example.", 60, [192, 0, 2, 20]),
            a("lb.shop.example.", 60, [192, 0, 2, 10]),
        ],
    )
    .await;
    let answer = resolved(&[server.at], "www.shop.example", "A").await.unwrap();
    assert_eq!(words(&answer.values), ["192.0.2.10", "192.0.2.20"]);
    assert_eq!((answer.code.as_str(), answer.ttl), ("NOERROR", Some(20)));
    assert_eq!(answer.server.as_str(), server.at.to_string());
    assert_eq!(server.seen(), ["www.shop.example. A"], "asked once, and for the name from the root on");
}

#[tokio::test]
async fn a_name_elsewhere_is_told_where_the_server_tells_no_more() {
    let chain =
        vec![cname("www.shop.example.", 60, "cdn.example.net."), cname("cdn.example.net.", 30, "edge.example.org.")];
    let server = Server::with(ResponseCode::NoError, chain).await;
    let answer = resolved(&[server.at], "www.shop.example", "A").await.unwrap();
    assert_eq!((words(&answer.values), answer.ttl), (vec!["edge.example.org"], Some(30)));
    let server = Server::with(ResponseCode::NoError, vec![cname("www.shop.example.", 60, "cdn.example.net.")]).await;
    let answer = resolved(&[server.at], "www.shop.example", "CNAME").await.unwrap();
    assert_eq!(words(&answer.values), ["cdn.example.net"]);
}

#[tokio::test]
async fn no_such_name_and_a_server_in_trouble_are_answers() {
    for (code, word) in [
        (ResponseCode::NXDomain, "NXDOMAIN"),
        (ResponseCode::ServFail, "SERVFAIL"),
        (ResponseCode::Refused, "REFUSED"),
        (ResponseCode::NotImp, "NOTIMP"),
    ] {
        let server = Server::with(code, Vec::new()).await;
        let answer = resolved(&[server.at], "www.shop.example", "A").await.unwrap();
        assert_eq!((answer.code.as_str(), answer.values.len(), answer.ttl), (word, 0, None));
    }
}

#[tokio::test]
async fn the_second_server_is_asked_when_the_first_cannot_answer() {
    let good = Server::with(ResponseCode::NoError, vec![a("w.example.", 60, [192, 0, 2, 1])]).await;
    let third = Server::with(ResponseCode::NoError, Vec::new()).await;
    let broken = Server::with(ResponseCode::ServFail, Vec::new()).await;
    let nobody = { UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap() };
    for first in [broken.at, nobody] {
        let answer = resolved(&[first, good.at, third.at], "w.example", "A").await.unwrap();
        assert_eq!((answer.server.as_str(), words(&answer.values)), (&*good.at.to_string(), vec!["192.0.2.1"]));
    }
    assert_eq!(third.seen().len(), 0);
    // No such name is an answer: nobody else is asked.
    let absent = Server::with(ResponseCode::NXDomain, Vec::new()).await;
    let before = good.seen().len();
    assert_eq!(resolved(&[absent.at, good.at], "w.example", "A").await.unwrap().code.as_str(), "NXDOMAIN");
    assert_eq!(good.seen().len(), before);
}

#[tokio::test]
async fn servers_that_say_nothing_are_waited_for_two_seconds_each() {
    let silent = Server::start(|_, _| Vec::new()).await;
    let began = Instant::now();
    let failure = resolved(&[silent.at, silent.at, silent.at], "w.example", "A").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TimedOut);
    assert!(failure.error.as_str().contains(&format!("{} did not answer within 2 s", silent.at)), "{}", failure.error);
    assert!(began.elapsed() >= Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(silent.seen().len(), 4, "two servers, and each asked again in case the first packet was lost");
}

#[tokio::test]
async fn a_lost_packet_is_sent_again() {
    let asked = Mutex::new(0);
    let server = Server::start(move |question, _| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        if *asked == 1 {
            return Vec::new();
        }
        vec![said(question, ResponseCode::NoError, &[a("w.example.", 60, [192, 0, 2, 1])]).to_vec().unwrap()]
    })
    .await;
    assert_eq!(words(&resolved(&[server.at], "w.example", "A").await.unwrap().values), ["192.0.2.1"]);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn nobody_there_is_no_answer() {
    let nobody = { UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap() };
    let failure = resolved(&[nobody], "w.example", "A").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(
        failure.error.as_str().contains(&format!("the DNS server {nobody} cannot be reached")),
        "{}",
        failure.error
    );
}

#[tokio::test]
async fn guesses_of_others_are_passed_over() {
    let server = Server::start(|question, _| {
        let forged = [a("w.example.", 60, [203, 0, 113, 66])];
        let mut other_id = said(question, ResponseCode::NoError, &forged);
        other_id.metadata.id = question.metadata.id.wrapping_add(1);
        let mut other_name = said(question, ResponseCode::NoError, &forged);
        other_name.queries[0].set_name(name("evil.example."));
        let mut no_answer = question.clone();
        no_answer.add_answers(forged.iter().cloned());
        let right = said(question, ResponseCode::NoError, &[a("w.example.", 60, [192, 0, 2, 1])]);
        let mut packets: Vec<Vec<u8>> =
            [other_id, other_name, no_answer, right].iter().map(|message| message.to_vec().unwrap()).collect();
        packets.insert(0, b"SSH-2.0-OpenSSH_9.6\r\n".to_vec());
        packets
    })
    .await;
    assert_eq!(words(&resolved(&[server.at], "w.example", "A").await.unwrap().values), ["192.0.2.1"]);
}

#[tokio::test]
async fn a_long_answer_comes_over_tcp() {
    let server = Server::start(|question, tcp| {
        let all: Vec<Record> = (0..200).map(|n| a("w.example.", 60, [192, 0, 2, n])).collect();
        let mut reply = said(question, ResponseCode::NoError, if tcp { &all } else { &all[..3] });
        reply.metadata.truncation = !tcp;
        vec![reply.to_vec().unwrap()]
    })
    .await;
    assert_eq!(resolved(&[server.at], "w.example", "A").await.unwrap().values.len(), 200);
    assert_eq!(server.seen(), ["w.example. A", "tcp w.example. A"]);
}

#[tokio::test]
async fn servers_of_the_zones_are_asked_where_the_config_names_them() {
    let resolver = Server::with(ResponseCode::NoError, Vec::new()).await;
    let zone = Server::with(ResponseCode::NoError, vec![a("w.example.", 60, [192, 0, 2, 9])]).await;
    let dns = Dns { resolvers: vec![resolver.at], authoritative: vec![zone.at] };
    let answer = one(dns, question("w.example", "A", DnsServer::Authoritative)).await.unwrap();
    let Answer::DnsAnswer(answer) = answer else { panic!("{answer:?}") };
    assert_eq!((answer.server.as_str(), words(&answer.values)), (&*zone.at.to_string(), vec!["192.0.2.9"]));
    assert_eq!(resolver.seen().len(), 0);
}

#[tokio::test]
async fn a_server_that_names_others_does_not_answer_for_them() {
    let server = Server::start(|question, _| {
        let mut reply = said(question, ResponseCode::NoError, &[]);
        reply.metadata.authoritative = false;
        reply.add_authorities([ns("example.", "ns1.example.")]);
        vec![reply.to_vec().unwrap()]
    })
    .await;
    let dns = Dns { resolvers: Vec::new(), authoritative: vec![server.at] };
    let failure = one(dns, question("w.example", "A", DnsServer::Authoritative)).await.unwrap_err();
    assert!(failure.error.as_str().contains("does not serve the zone that w.example. is in"), "{}", failure.error);
}

#[tokio::test]
async fn the_name_servers_of_the_nearest_zone_are_found() {
    let resolver = Server::start(|question, _| {
        let query = &question.queries[0];
        let (code, answers) = match (query.name().to_string().as_str(), query.query_type()) {
            ("shop.example.", RecordType::NS) => (ResponseCode::NoError, vec![ns("shop.example.", "ns1.dns.test.")]),
            // A resolver follows a CNAME to another's name servers, who do not serve this name.
            ("www.eu.shop.example.", RecordType::NS) => (
                ResponseCode::NoError,
                vec![cname("www.eu.shop.example.", 60, "cdn.test."), ns("cdn.test.", "ns.cdn.test.")],
            ),
            // Port 53 of an address on this machine where nobody listens.
            ("ns1.dns.test.", RecordType::A) => (ResponseCode::NoError, vec![a("ns1.dns.test.", 60, [127, 0, 0, 222])]),
            _ => (ResponseCode::NXDomain, Vec::new()),
        };
        vec![said(question, code, &answers).to_vec().unwrap()]
    })
    .await;
    let dns = Dns { resolvers: vec![resolver.at], authoritative: Vec::new() };
    let failure = one(dns, question("www.eu.shop.example", "A", DnsServer::Authoritative)).await.unwrap_err();
    assert!(failure.error.as_str().contains("127.0.0.222:53"), "the zone's own server was asked: {}", failure.error);
    assert_eq!(
        resolver.seen(),
        ["www.eu.shop.example. NS", "eu.shop.example. NS", "shop.example. NS", "ns1.dns.test. A"],
        "up to the first zone, no further"
    );
}

#[tokio::test]
async fn a_name_in_no_zone_and_resolvers_in_trouble_are_told_apart() {
    let none = Server::with(ResponseCode::NXDomain, Vec::new()).await;
    let broken = Server::with(ResponseCode::ServFail, Vec::new()).await;
    let ask = |resolver: &Server| {
        let dns = Dns { resolvers: vec![resolver.at], authoritative: Vec::new() };
        one(dns, question("www.shop.example", "A", DnsServer::Authoritative))
    };
    let failure = ask(&none).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert!(failure.error.as_str().contains("no zone was found that www.shop.example. is in"), "{}", failure.error);
    let failure = ask(&broken).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ServerError);
    assert!(failure.error.as_str().contains("SERVFAIL"), "{}", failure.error);
}

#[tokio::test]
async fn what_is_no_name_and_no_type_is_refused() {
    let nobody = [SocketAddr::from(([127, 0, 0, 1], 9))];
    let long = format!("{}.example", "a".repeat(64));
    for (name, kind) in [(long.as_str(), "A"), ("w.example", "BANANA")] {
        let failure = resolved(&nobody, name, kind).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid, "{}", failure.error);
    }
}

#[tokio::test]
async fn a_page_of_any_status_is_an_answer() {
    let stub = Stub::start(|seen| {
        let status = seen.path.trim_start_matches('/').parse().unwrap_or(200);
        let reply = Reply::new(status, "text/html", vec![b'x'; 100_000]);
        if status == 302 { reply.with("location", "/200") } else { reply }
    })
    .await;
    for (status, good) in [(200, true), (204, true), (302, true), (404, false), (500, false), (503, false)] {
        let response = page(&format!("{}/{status}", stub.url)).await.unwrap();
        assert_eq!((response.status, response.error.as_ref(), response.is_good()), (Some(status), None, good));
        assert!(response.took < Span::from_secs(5));
    }
    page(&format!("{}/health?deep=1", stub.url)).await.unwrap();
    let seen = stub.seen();
    assert_eq!(seen.len(), 7, "no redirect is followed, and nothing is asked twice");
    assert!(seen.iter().all(|seen| seen.authorization.is_empty() && seen.body.is_empty()), "no credentials");
    assert_eq!((seen[6].path.as_str(), seen[6].query.as_str()), ("/health", "deep=1"));
}

/// A server that says `bytes` to whoever connects, whatever that asks, and then hangs.
async fn saying(bytes: &'static [u8]) -> (String, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4096];
        let length = stream.read(&mut asked).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        // Its end shows that drdeck has gone.
        let _ = stream.read(&mut [0; 16]).await;
        asked.truncate(length);
        asked
    });
    (url, task)
}

#[tokio::test]
async fn the_body_is_not_waited_for_and_the_connection_is_not_kept() {
    let (url, task) = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\nso slow").await;
    let began = Instant::now();
    assert_eq!(page(&url).await.unwrap().status, Some(200));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let asked = String::from_utf8(task.await.unwrap()).unwrap().to_ascii_lowercase();
    assert!(asked.starts_with("get / http/1.1\r\n"), "{asked}");
    assert!(asked.contains("\r\nuser-agent: drdeck/"), "{asked}");
    for header in ["authorization", "cookie", "x-amz"] {
        assert!(!asked.contains(header), "{asked}");
    }
}

#[tokio::test]
async fn a_site_that_does_not_answer_is_an_answer() {
    let (hanging, hangs) = misbehaving(Misbehaviour::Hangs).await;
    let (closing, closes) = misbehaving(Misbehaviour::Closes).await;
    let (babbling, babbles) = misbehaving(Misbehaviour::Babbles).await;
    let nobody = crate::aws_stub::nobody().await;
    let cases = [
        (hanging, "no answer within 5 s"),
        (closing.clone(), "the connection was closed before an answer"),
        (babbling, "HTTP"),
        (nobody, "the connection was refused"),
        (closing.replace("http:", "https:"), "TLS failed"),
        ("http://no-such-name.invalid/health".to_owned(), "there is no such name"),
    ];
    for (url, why) in cases {
        match page(&url).await {
            Ok(response) => {
                assert_eq!((response.status, response.is_good()), (None, false), "{url}");
                let error = response.error.unwrap();
                assert!(error.as_str().contains(why), "{url}: {error}");
            }
            // Without any resolver nobody knows whether a name exists.
            Err(failure) => assert!(url.contains("no-such-name"), "{url}: {}", failure.error),
        }
    }
    [hangs, closes, babbles].iter().for_each(JoinHandle::abort);
}

#[tokio::test]
async fn a_reset_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        // Closing with the question unread resets the connection.
        std::thread::sleep(Duration::from_millis(200));
        drop(stream);
    });
    let response = page(&url).await.unwrap();
    server.join().unwrap();
    assert_eq!(response.error.unwrap().as_str(), "the connection was reset");
}

#[tokio::test]
async fn plain_http_where_tls_is_meant_is_told() {
    let stub = Stub::start(|_| Reply::json("{}")).await;
    let response = page(&stub.url.replace("http:", "https:")).await.unwrap();
    let error = response.error.unwrap();
    assert!(error.as_str().starts_with("TLS failed"), "{error}");
    assert_eq!(stub.seen().len(), 0);
}

#[tokio::test]
async fn what_is_no_url_cannot_be_asked_for() {
    let failure = page("http://a b/").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
}

#[tokio::test]
async fn several_questions_are_asked_side_by_side() {
    let silent = Server::start(|_, _| Vec::new()).await;
    let (hanging, hangs) = misbehaving(Misbehaviour::Hangs).await;
    let probe = |site: &str| Query::Probe(Place { region: Region::new(site), role: None }, hanging.clone());
    let queries =
        BTreeSet::from([probe("us-east-1"), probe("us-west-2"), question("w.example", "A", DnsServer::Resolver)]);
    let dns = Dns { resolvers: vec![silent.at], authoritative: Vec::new() };
    let began = Instant::now();
    let readings = looked(Login::Chain { profile: None }, dns, queries).await;
    assert_eq!(readings.iter().filter(|reading| reading.value.is_some()).count(), 2);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    hangs.abort();
}
