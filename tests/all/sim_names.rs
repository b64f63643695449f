//! The simulator's name server, asked over UDP and TCP as any resolver asks one.

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

use drdeck::demo;
use drdeck::sim::Running;
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::{ClientSubnet, EdnsOption};
use hickory_proto::rr::{Name, RData, RecordType};
use serde_json::json;

use crate::sim_kit::{ask, at, control, get, simulator};

const EAST_DOWN: &str = "[[act]]\nfault.unhealthy = { site = \"us-east-1\" }\n";

fn question(name: &str, kind: RecordType) -> Message {
    let mut message = Message::new(4_711, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    message
}

/// What comes back over UDP; nothing when nothing comes.
fn sent(server: &Running, bytes: &[u8]) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(700))).unwrap();
    socket.send_to(bytes, server.dns).unwrap();
    let mut answer = vec![0; 65_535];
    let length = socket.recv(&mut answer).ok()?;
    answer.truncate(length);
    Some(answer)
}

fn over_udp(server: &Running, message: &Message) -> Message {
    Message::from_vec(&sent(server, &message.to_vec().unwrap()).unwrap()).unwrap()
}

fn over_tcp(server: &Running, messages: &[Message]) -> Vec<Message> {
    let mut stream = TcpStream::connect(server.dns).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut answers = Vec::new();
    for message in messages {
        let bytes = message.to_vec().unwrap();
        stream.write_all(&u16::try_from(bytes.len()).unwrap().to_be_bytes()).unwrap();
        stream.write_all(&bytes).unwrap();
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut answer).unwrap();
        answers.push(Message::from_vec(&answer).unwrap());
    }
    answers
}

fn answer(server: &Running, name: &str, kind: RecordType) -> Message {
    over_udp(server, &question(name, kind))
}

/// The addresses of an answer.
fn addresses(message: &Message) -> Vec<String> {
    message.answers.iter().filter_map(|record| record.data.ip_addr()).map(|address| address.to_string()).collect()
}

pub(crate) fn a(server: &Running, name: &str) -> Vec<String> {
    addresses(&answer(server, name, RecordType::A))
}

fn shop(acts: &str) -> Running {
    simulator(demo::ESTATE, acts)
}

#[test]
fn it_answers_with_authority_over_udp_and_tcp_alike() {
    let server = shop("");
    let asked = question("WWW.Shop.Example.", RecordType::A);
    let udp = over_udp(&server, &asked);
    assert_eq!((udp.metadata.id, udp.metadata.message_type), (4_711, MessageType::Response));
    assert!(udp.metadata.authoritative && !udp.metadata.recursion_available && !udp.metadata.truncation);
    assert_eq!(udp.queries, asked.queries);
    assert_eq!(addresses(&udp).len(), 2);
    for record in &udp.answers {
        assert_eq!(record.name.to_ascii(), "WWW.Shop.Example.", "in the capitals of the asker");
        assert_eq!(record.ttl, 60, "an alias to a load balancer");
    }
    let tcp = over_tcp(&server, &[asked, question("bi.shop.example.", RecordType::A)]);
    assert_eq!(tcp[0].answers, udp.answers);
    let chain: Vec<(String, u32)> = tcp[1].answers.iter().map(|r| (r.record_type().to_string(), r.ttl)).collect();
    assert_eq!(chain, [("CNAME".to_owned(), 300), ("A".to_owned(), 300)], "the other name, and what is under it");
    server.stop();
}

#[test]
fn what_is_not_there_is_said_with_the_start_of_the_zone() {
    let server = shop("");
    let cases = [
        ("nobody.shop.example.", RecordType::A, ResponseCode::NXDomain),
        ("www.shop.example.", RecordType::AAAA, ResponseCode::NoError),
        ("www.shop.example.", RecordType::SRV, ResponseCode::NoError),
        ("erp-db.corp.shop.example.", RecordType::A, ResponseCode::NXDomain),
    ];
    for (name, kind, code) in cases {
        let reply = answer(&server, name, kind);
        assert_eq!(reply.metadata.response_code, code, "{name} {kind}");
        assert!(reply.metadata.authoritative && reply.answers.is_empty(), "{name} {kind}");
        let [soa] = reply.authorities.as_slice() else { panic!("{reply:?}") };
        assert_eq!((soa.name.to_ascii().as_str(), soa.ttl), ("shop.example.", 900));
        assert!(matches!(&soa.data, RData::SOA(soa) if soa.minimum == 86_400));
    }
    for foreign in ["example.", "www.other.example.", "myshop.example.", "."] {
        let reply = answer(&server, foreign, RecordType::A);
        assert_eq!(reply.metadata.response_code, ResponseCode::Refused, "{foreign}");
        assert!(!reply.metadata.authoritative, "{foreign}");
    }
    server.stop();
}

#[test]
fn the_zone_s_own_records_are_those_that_route_53_lists() {
    let server = shop("");
    let servers = answer(&server, "shop.example.", RecordType::NS);
    let names: Vec<String> = servers.answers.iter().map(|record| record.data.to_string()).collect();
    assert_eq!((names.len(), servers.answers[0].ttl), (4, 172_800));
    let listed = get(&server, "route53", "us-east-1", "/2013-04-01/hostedzone/Z0273916SHOP4EXMPL7/rrset").unwrap();
    for name in &names {
        assert!(listed.text().contains(name.as_str()), "{name}");
    }
    let soa = answer(&server, "shop.example.", RecordType::SOA);
    assert_eq!(soa.answers.len(), 1);
    let mail = answer(&server, "shop.example.", RecordType::MX);
    assert_eq!(
        mail.answers.iter().map(|r| r.data.to_string()).collect::<Vec<_>>(),
        ["10 mx1.mail.example.", "20 mx2.mail.example."]
    );
    let text = answer(&server, "shop.example.", RecordType::TXT);
    assert!(
        matches!(&text.answers[0].data, RData::TXT(text) if text.to_string() == "v=spf1 include:mail.example -all")
    );
    let any = answer(&server, "shop.example.", RecordType::ANY);
    let mut kinds: Vec<String> = any.answers.iter().map(|record| record.record_type().to_string()).collect();
    kinds.dedup();
    assert_eq!(kinds, ["A", "MX", "TXT", "NS", "SOA"]);
    server.stop();
}

#[test]
fn failover_fail_open_and_an_unhealthy_secondary() {
    let calm = shop("");
    let (east, west) = (a(&calm, "use1.www.shop.example."), a(&calm, "usw2.www.shop.example."));
    assert_eq!(a(&calm, "www.shop.example."), east);
    calm.stop();
    let server = shop(EAST_DOWN);
    at(&server, "5m");
    assert_eq!(a(&server, "www.shop.example."), west);
    assert_eq!(a(&server, "shop.example."), west, "an alias of an alias");
    // The secondary fails too: the primary is answered, whatever its health.
    control(&server, "/_drdeck/faults", &json!([{ "fault": { "unhealthy": { "site": "us-west-2" } } }]));
    at(&server, "10m");
    assert_eq!(a(&server, "www.shop.example."), east);
    assert_eq!(a(&server, "legacy.shop.example.").len(), 2, "none is healthy: all are answered");
    server.stop();
    let server = shop("[[act]]\nfault.unhealthy = { site = \"us-west-2\" }\n");
    at(&server, "5m");
    assert_eq!(a(&server, "www.shop.example."), east, "only the secondary fails");
    assert_eq!(a(&server, "sessions.shop.example."), ["198.51.100.31"]);
    server.stop();
}

#[test]
fn weights_are_drawn_question_by_question_while_the_clock_stands() {
    let server = shop("");
    let east = (0..200).filter(|_| a(&server, "sessions.shop.example.") == ["198.51.100.31"]).count();
    assert!((70..=130).contains(&east), "{east} of 200");
    assert_eq!(answer(&server, "sessions.shop.example.", RecordType::A).answers[0].ttl, 60);
    server.stop();
}

#[test]
fn latency_is_that_of_the_network_asked_for() {
    let server = shop("");
    let from = |network: &str| {
        let mut message = question("pay.shop.example.", RecordType::A);
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Subnet(ClientSubnet::new(network.parse().unwrap(), 24, 0)));
        message.set_edns(edns);
        let reply = over_udp(&server, &message);
        assert!(reply.edns.is_some(), "whoever sends OPT gets OPT");
        addresses(&reply)
    };
    let (east, west) = (a(&server, "use1.pay.shop.example."), a(&server, "usw2.pay.shop.example."));
    assert_eq!(a(&server, "pay.shop.example."), east, "this machine is near the first Region");
    let seen: Vec<Vec<String>> = (1..20).map(|net| from(&format!("192.0.{net}.1"))).collect();
    assert!(seen.contains(&east) && seen.contains(&west), "{seen:?}");
    assert_eq!(from("192.0.7.1"), from("192.0.7.200"));
    server.stop();
}

/// A zone with what the shop's has not: a wildcard, a name between, a part given away, weights of zero, other kinds of checks.
const ODD: &str = r#"
name = "odd"
account = "111122223333"
regions = ["us-east-1", "us-west-2"]

[[route53.health_check]]
id = "00000000-0000-4000-a000-000000000001"
name = "app us-east-1"
watches = "us-east-1"
kind = "HTTP"
domain = "east.odd.example"
port = 80
interval = 10

[[route53.health_check]]
id = "00000000-0000-4000-a000-000000000002"
name = "app us-west-2"
watches = "us-west-2"
kind = "HTTP"
domain = "west.odd.example"
port = 80
interval = 10

[[route53.health_check]]
id = "00000000-0000-4000-a000-000000000003"
name = "one of both"
watches = "us-east-1"
kind = "CALCULATED"
children = ["00000000-0000-4000-a000-000000000001", "00000000-0000-4000-a000-000000000002"]
health_threshold = 1

[[route53.health_check]]
id = "00000000-0000-4000-a000-000000000004"
name = "both"
watches = "us-east-1"
kind = "CALCULATED"
children = ["00000000-0000-4000-a000-000000000001", "00000000-0000-4000-a000-000000000002"]
health_threshold = 2

[[route53.health_check]]
id = "00000000-0000-4000-a000-000000000005"
name = "switch"
watches = "us-east-1"
kind = "RECOVERY_CONTROL"
routing_control = "app-east"

[[route53.health_check]]
id = "00000000-0000-4000-a000-000000000006"
name = "inverted us-east-1"
watches = "us-east-1"
kind = "HTTP"
domain = "east.odd.example"
port = 80
interval = 10
mode = "inverted"

[[route53.health_check]]
id = "00000000-0000-4000-a000-000000000007"
name = "disabled us-east-1"
watches = "us-east-1"
kind = "HTTP"
domain = "east.odd.example"
port = 80
interval = 10
mode = "disabled"

[[route53.health_check]]
id = "00000000-0000-4000-a000-000000000008"
name = "forced us-east-1"
watches = "us-east-1"
kind = "HTTP"
domain = "east.odd.example"
port = 80
interval = 10
mode = "forced"

[[arc.cluster]]
name = "odd"
panel = [{ name = "odd", control = [{ name = "app-east", state = "On" }] }]

[[route53.zone]]
id = "Z1ODD"
name = "odd.example"
record = [
    { name = "*.any.odd.example", type = "A", ttl = 60, values = ["192.0.2.1"] },
    { name = "known.any.odd.example", type = "TXT", ttl = 60, values = ["\"here\""] },
    { name = "deep.under.odd.example", type = "A", ttl = 60, values = ["192.0.2.2"] },
    { name = "given.odd.example", type = "NS", ttl = 3600, values = ["ns1.elsewhere.example."] },
    { name = "out.odd.example", type = "CNAME", ttl = 60, values = ["www.elsewhere.example."] },
    { name = "loop.odd.example", type = "CNAME", ttl = 60, values = ["loop.odd.example."] },
    { name = "zero.odd.example", type = "A", id = "a", routing = { weight = 0 }, ttl = 60, values = ["192.0.2.10"] },
    { name = "zero.odd.example", type = "A", id = "b", routing = { weight = 0 }, ttl = 60, values = ["192.0.2.11"] },
    { name = "spare.odd.example", type = "A", id = "a", routing = { weight = 10 }, ttl = 60, values = ["192.0.2.10"], health_check = "00000000-0000-4000-a000-000000000001" },
    { name = "spare.odd.example", type = "A", id = "b", routing = { weight = 0 }, ttl = 60, values = ["192.0.2.11"] },
    { name = "one.odd.example", type = "A", id = "a", routing = { failover = "primary" }, ttl = 60, values = ["192.0.2.1"], health_check = "00000000-0000-4000-a000-000000000003" },
    { name = "one.odd.example", type = "A", id = "b", routing = { failover = "secondary" }, ttl = 60, values = ["192.0.2.2"] },
    { name = "both.odd.example", type = "A", id = "a", routing = { failover = "primary" }, ttl = 60, values = ["192.0.2.1"], health_check = "00000000-0000-4000-a000-000000000004" },
    { name = "both.odd.example", type = "A", id = "b", routing = { failover = "secondary" }, ttl = 60, values = ["192.0.2.2"] },
    { name = "switch.odd.example", type = "A", id = "a", routing = { failover = "primary" }, ttl = 60, values = ["192.0.2.1"], health_check = "00000000-0000-4000-a000-000000000005" },
    { name = "switch.odd.example", type = "A", id = "b", routing = { failover = "secondary" }, ttl = 60, values = ["192.0.2.2"] },
    { name = "inverted.odd.example", type = "A", id = "a", routing = { failover = "primary" }, ttl = 60, values = ["192.0.2.1"], health_check = "00000000-0000-4000-a000-000000000006" },
    { name = "inverted.odd.example", type = "A", id = "b", routing = { failover = "secondary" }, ttl = 60, values = ["192.0.2.2"] },
    { name = "disabled.odd.example", type = "A", id = "a", routing = { failover = "primary" }, ttl = 60, values = ["192.0.2.1"], health_check = "00000000-0000-4000-a000-000000000007" },
    { name = "disabled.odd.example", type = "A", id = "b", routing = { failover = "secondary" }, ttl = 60, values = ["192.0.2.2"] },
    { name = "forced.odd.example", type = "A", id = "a", routing = { failover = "primary" }, ttl = 60, values = ["192.0.2.1"], health_check = "00000000-0000-4000-a000-000000000008" },
    { name = "forced.odd.example", type = "A", id = "b", routing = { failover = "secondary" }, ttl = 60, values = ["192.0.2.2"] },
]
"#;

#[test]
fn wildcards_names_between_and_parts_given_away() {
    let server = simulator(ODD, "");
    assert_eq!(a(&server, "whatever.any.odd.example."), ["192.0.2.1"]);
    assert_eq!(a(&server, "a.b.any.odd.example."), ["192.0.2.1"]);
    let known = answer(&server, "known.any.odd.example.", RecordType::A);
    assert!(
        known.answers.is_empty() && known.metadata.response_code == ResponseCode::NoError,
        "it has a record of its own"
    );
    assert_eq!(answer(&server, "under.odd.example.", RecordType::A).metadata.response_code, ResponseCode::NoError);
    assert_eq!(answer(&server, "not.under.odd.example.", RecordType::A).metadata.response_code, ResponseCode::NXDomain);
    let given = answer(&server, "www.given.odd.example.", RecordType::A);
    assert!(!given.metadata.authoritative && given.answers.is_empty());
    assert_eq!(given.authorities[0].data.to_string(), "ns1.elsewhere.example.");
    let out = answer(&server, "out.odd.example.", RecordType::A);
    assert_eq!(out.answers.len(), 1, "what another zone says is for another server to tell");
    assert!(!answer(&server, "loop.odd.example.", RecordType::A).answers.is_empty(), "and an end");
    server.stop();
}

#[test]
fn weights_of_zero_count_only_where_there_are_no_others() {
    let server = simulator(ODD, "");
    let first = (0..100).filter(|_| a(&server, "zero.odd.example.") == ["192.0.2.10"]).count();
    assert!((25..=75).contains(&first), "{first} of 100: all zero is all alike");
    assert!((0..20).all(|_| a(&server, "spare.odd.example.") == ["192.0.2.10"]));
    control(&server, "/_drdeck/faults", &json!([{ "fault": { "unhealthy": { "site": "us-east-1" } } }]));
    at(&server, "5m");
    assert!((0..20).all(|_| a(&server, "spare.odd.example.") == ["192.0.2.11"]), "the others are not healthy");
    server.stop();
}

#[test]
fn every_kind_of_check_decides_as_route_53_says() {
    let answers = |acts: &str| {
        let server = simulator(ODD, acts);
        at(&server, "5m");
        let names = ["one", "both", "switch", "inverted", "disabled", "forced"];
        let found = names.map(|name| a(&server, &format!("{name}.odd.example.")).concat().ends_with(".1"));
        server.stop();
        found
    };
    assert_eq!(answers(""), [true, true, true, false, true, false]);
    // Inverted turns healthy when the site really fails, and sends users back to it.
    assert_eq!(answers(EAST_DOWN), [true, false, true, true, true, false]);
    let both = format!("{EAST_DOWN}[[act]]\nfault.unhealthy = {{ site = \"us-west-2\" }}\n");
    assert_eq!(answers(&both), [false, false, true, true, true, false]);
    let off = "[[act]]\nfault.routing-control = { control = \"app-east\", state = \"Off\" }\n";
    assert_eq!(answers(off), [true, true, false, false, true, false]);
}

#[test]
fn names_are_answered_while_route_53_s_api_is_dead() {
    let server = shop("[[act]]\nfault.endpoint = { how = \"unavailable\" }\n");
    assert_eq!(get(&server, "route53", "us-east-1", "/2013-04-01/hostedzone").unwrap().status, 503);
    assert_eq!(a(&server, "www.shop.example.").len(), 2, "a fault that names no service means APIs");
    assert_eq!(ask(&server, "/_drdeck/calls").as_array().unwrap().len(), 1, "names are no calls");
    server.stop();
}

#[test]
fn the_name_servers_themselves_can_fail() {
    let fails = |how: &str| shop(&format!("[[act]]\nfault.endpoint = {{ service = \"dns\", how = \"{how}\" }}\n"));
    let asked = question("www.shop.example.", RecordType::A);
    for how in ["hang", "reset"] {
        let server = fails(how);
        assert!(sent(&server, &asked.to_vec().unwrap()).is_none(), "{how}");
        assert_eq!(get(&server, "route53", "us-east-1", "/2013-04-01/hostedzone").unwrap().status, 200);
        server.stop();
    }
    for how in ["error", "unavailable"] {
        let server = fails(how);
        let reply = over_udp(&server, &asked);
        assert_eq!((reply.metadata.response_code, reply.answers.len()), (ResponseCode::ServFail, 0), "{how}");
        server.stop();
    }
    let server = shop("");
    let wrong = control(&server, "/_drdeck/faults", &json!([{ "fault": { "throttle": { "service": "dns" } } }]));
    assert_eq!(wrong.status, 400, "nobody throttles a name server");
    server.stop();
}

#[test]
fn nonsense_is_refused_or_left_alone_and_the_server_goes_on() {
    let server = shop("");
    let good = question("www.shop.example.", RecordType::A);
    let bytes = good.to_vec().unwrap();
    assert!(sent(&server, b"").is_none() && sent(&server, b"short").is_none());
    let cut = Message::from_vec(&sent(&server, &bytes[..bytes.len() - 3]).unwrap()).unwrap();
    assert_eq!((cut.metadata.id, cut.metadata.response_code), (4_711, ResponseCode::FormErr));
    let mut reply = good.clone();
    reply.metadata.message_type = MessageType::Response;
    assert!(sent(&server, &reply.to_vec().unwrap()).is_none(), "answers are not answered");
    let mut two = good.clone();
    two.add_query(Query::query(Name::from_ascii("pay.shop.example.").unwrap(), RecordType::A));
    assert_eq!(over_udp(&server, &two).metadata.response_code, ResponseCode::FormErr);
    let mut update = good.clone();
    update.metadata.op_code = OpCode::Status;
    assert_eq!(over_udp(&server, &update).metadata.response_code, ResponseCode::NotImp);
    // A connection that says nothing holds nobody up.
    let quiet: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(server.dns).unwrap()).collect();
    assert_eq!(over_tcp(&server, std::slice::from_ref(&good))[0].answers.len(), 2);
    drop(quiet);
    assert_eq!(a(&server, "www.shop.example.").len(), 2);
    server.stop();
}

#[test]
fn an_answer_too_long_for_udp_is_cut_off_and_whole_over_tcp() {
    let text = "x".repeat(200);
    let values = (0..8).map(|number| format!("\"\\\"{number}{text}\\\"\"")).collect::<Vec<_>>().join(", ");
    let estate = format!(
        "name = \"long\"\naccount = \"111122223333\"\nregions = [\"us-east-1\"]\n[[route53.zone]]\nid = \"Z1\"\nname = \"long.example\"\nrecord = [{{ name = \"long.example\", type = \"TXT\", ttl = 60, values = [{values}] }}]\n"
    );
    let server = simulator(&estate, "");
    let asked = question("long.example.", RecordType::TXT);
    let udp = over_udp(&server, &asked);
    assert!(udp.metadata.truncation && udp.answers.is_empty());
    let tcp = over_tcp(&server, &[asked]).remove(0);
    assert!(!tcp.metadata.truncation);
    assert_eq!(tcp.answers.len(), 8);
    server.stop();
}
