//! DNS on the wire: a question in, an answer out.

use std::net::IpAddr;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, NS, SOA, TXT};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType as WireType};

use super::down;
use super::resolve::{Answered, Dns, Found};
use crate::sim::World;
use crate::sim::estate::dns::{RecordType, Zone, full_name};
use crate::sim::fault::Down;

/// The length of a message's header.
const HEADER: usize = 12;
/// The largest answer over UDP, whatever the asker could take: what passes every network in one piece.
const MAX_UDP: u16 = 1_232;

/// What carried the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// An answer that is too long is cut off, and asked for again over TCP.
    Udp,
    /// An answer may be as long as it is.
    Tcp,
}

/// A question, and who asks it.
pub(super) struct Asked<'a> {
    /// The message.
    pub(super) bytes: &'a [u8],
    /// Where it came from.
    pub(super) from: IpAddr,
    /// How it came.
    pub(super) carrier: Carrier,
    /// The how-manieth it is: weights are drawn by it.
    pub(super) number: u64,
}

/// The answer, from the estates of all accounts; `None` when there is none: it was no question, or the name servers are down.
pub(super) fn answer(worlds: &[World], asked: &Asked<'_>) -> Option<Vec<u8>> {
    let how = worlds.first().and_then(down);
    if matches!(how, Some(Down::Reset | Down::Hang)) {
        return None;
    }
    let request = match Message::from_vec(asked.bytes) {
        Ok(request) if request.metadata.message_type == MessageType::Query => request,
        // An answer is not answered: two servers would go on for ever.
        Ok(_) => return None,
        Err(_) => return malformed(asked.bytes),
    };
    let mut reply = Message::response(request.metadata.id, request.metadata.op_code);
    reply.metadata.recursion_desired = request.metadata.recursion_desired;
    reply.add_queries(request.queries.iter().cloned());
    if let Some(sent) = &request.edns {
        let mut edns = Edns::new();
        edns.set_max_payload(MAX_UDP).set_dnssec_ok(sent.flags().dnssec_ok);
        reply.set_edns(edns);
    }
    let code = match (how, request.metadata.op_code, request.queries.as_slice()) {
        (Some(Down::Error | Down::Unavailable | Down::Reset | Down::Hang), ..) => ResponseCode::ServFail,
        (None, OpCode::Query, [query]) => fill(worlds, &request, query, asked, &mut reply),
        (None, OpCode::Query, _) => ResponseCode::FormErr,
        (None, _, _) => ResponseCode::NotImp,
    };
    reply.metadata.response_code = code;
    let most = match asked.carrier {
        Carrier::Udp => request.max_payload().min(MAX_UDP),
        Carrier::Tcp => u16::MAX,
    };
    let bytes = reply.to_vec().ok()?;
    if bytes.len() <= usize::from(most) { Some(bytes) } else { reply.truncate().to_vec().ok() }
}

/// The refusal of what is no message, with the id that its sender knows it by.
fn malformed(bytes: &[u8]) -> Option<Vec<u8>> {
    let (&[high, low, flags, ..], true) = (bytes, bytes.len() >= HEADER) else { return None };
    let is_answer = flags & 0x80 != 0;
    let id = u16::from_be_bytes([high, low]);
    if is_answer {
        return None;
    }
    Message::error_msg(id, OpCode::Query, ResponseCode::FormErr).to_vec().ok()
}

/// Writes what is found into the reply.
fn fill(worlds: &[World], request: &Message, query: &Query, asked: &Asked<'_>, reply: &mut Message) -> ResponseCode {
    let name = full_name(&query.name().to_ascii());
    if !matches!(query.query_class(), DNSClass::IN | DNSClass::ANY) {
        return ResponseCode::Refused;
    }
    let Some((world, zone)) = zone_of(worlds, &name) else { return ResponseCode::Refused };
    let (resolver, draw) = (resolver(request, asked.from), asked.number.to_string());
    let dns = Dns::new(world, zone, &resolver, &draw);
    // Answers bear the name as it was asked, in the asker's own capitals.
    let record = |answered: &Answered| {
        let owner = if answered.name == name { query.name().clone() } else { name_of(&answered.name)? };
        Some(Record::from_rdata(owner, answered.ttl, rdata(answered)?))
    };
    let records = |answered: &[Answered]| answered.iter().filter_map(record).collect::<Vec<_>>();
    let found = match kind(query.query_type()) {
        Some(kind) => dns.find(&name, kind),
        None => of_any_type(&dns, &name, query.query_type()),
    };
    reply.metadata.authoritative = !matches!(found, Found::Referral(_));
    match found {
        Found::Answer(answered) => {
            reply.add_answers(records(&answered));
            return ResponseCode::NoError;
        }
        Found::Referral(servers) => {
            reply.add_authorities(records(&servers));
            return ResponseCode::NoError;
        }
        Found::NoData => {}
        Found::NoName => reply.metadata.response_code = ResponseCode::NXDomain,
    }
    reply.add_authorities(records(&dns.soa()));
    reply.metadata.response_code
}

/// What there is of every type (`ANY`), or of a type that no record of ours has.
fn of_any_type(dns: &Dns<'_>, name: &str, asked: WireType) -> Found {
    // The type decides nothing but which records are found: a name is there or not under any.
    let any = dns.find(name, RecordType::Cname);
    if asked != WireType::ANY {
        return if matches!(any, Found::Answer(_)) { any } else { without_data(any) };
    }
    let mut all = Vec::new();
    for kind in dns.kinds(name) {
        if let Found::Answer(answered) = dns.find(name, kind) {
            all.extend(answered);
        }
    }
    if all.is_empty() { without_data(any) } else { Found::Answer(all) }
}

fn without_data(found: Found) -> Found {
    match found {
        Found::Answer(_) | Found::NoData => Found::NoData,
        Found::Referral(_) | Found::NoName => found,
    }
}

/// The public zone that a name is in, the smallest of all accounts'. Private zones answer inside their VPCs only.
fn zone_of<'w>(worlds: &'w [World], name: &str) -> Option<(&'w World, &'w Zone)> {
    let zones = worlds.iter().flat_map(|world| world.estate.route53.zones.iter().map(move |zone| (world, zone)));
    let dotted = format!(".{name}");
    let around = zones.filter(|(_, zone)| !zone.private && dotted.ends_with(&format!(".{}", full_name(&zone.name))));
    around.max_by_key(|(_, zone)| zone.name.trim_end_matches('.').len())
}

/// The network that a resolver asks for, or its own address; nothing for this machine's, which is nowhere in the world.
fn resolver(request: &Message, from: IpAddr) -> String {
    let sent = request.edns.as_ref().and_then(|edns| edns.option(EdnsCode::Subnet));
    let address = if let Some(EdnsOption::Subnet(subnet)) = sent { subnet.addr() } else { from };
    if address.is_loopback() || address.is_unspecified() { String::new() } else { address.to_string() }
}

fn kind(asked: WireType) -> Option<RecordType> {
    let all = [
        (WireType::A, RecordType::A),
        (WireType::AAAA, RecordType::Aaaa),
        (WireType::CNAME, RecordType::Cname),
        (WireType::MX, RecordType::Mx),
        (WireType::TXT, RecordType::Txt),
        (WireType::NS, RecordType::Ns),
        (WireType::SOA, RecordType::Soa),
    ];
    all.into_iter().find_map(|(wire, ours)| (wire == asked).then_some(ours))
}

fn name_of(text: &str) -> Option<Name> {
    Name::from_ascii(text).ok()
}

/// A value as Route 53's API writes it, for the wire; `None` when it is not what its type says.
fn rdata(answered: &Answered) -> Option<RData> {
    let value = answered.value.trim();
    let mut words = value.split_whitespace();
    Some(match answered.kind {
        RecordType::A => RData::A(A(value.parse().ok()?)),
        RecordType::Aaaa => RData::AAAA(AAAA(value.parse().ok()?)),
        RecordType::Cname => RData::CNAME(CNAME(name_of(&full_name(value))?)),
        RecordType::Ns => RData::NS(NS(name_of(&full_name(value))?)),
        RecordType::Mx => RData::MX(MX::new(words.next()?.parse().ok()?, name_of(&full_name(words.next()?))?)),
        RecordType::Txt => RData::TXT(TXT::new(texts(value))),
        RecordType::Soa => {
            let (server, mail) = (name_of(words.next()?)?, name_of(words.next()?)?);
            let numbers: Vec<u32> = words.map_while(|word| word.parse().ok()).collect();
            let &[serial, refresh, retry, expire, minimum] = numbers.as_slice() else { return None };
            let [refresh, retry, expire] = [refresh, retry, expire].map(|span| i32::try_from(span).unwrap_or(i32::MAX));
            RData::SOA(SOA::new(server, mail, serial, refresh, retry, expire, minimum))
        }
    })
}

/// `"one" "two"`, as texts are written, without the quotes.
fn texts(value: &str) -> Vec<String> {
    let parts = value.split("\" \"").map(|part| part.trim_matches('"').replace("\\\"", "\""));
    parts.filter(|part| !part.is_empty()).collect()
}
