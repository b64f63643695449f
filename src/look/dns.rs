//! DNS: what a name means at this moment, to the servers of its zone and to resolvers. Nothing is kept: an answer that was kept is another's.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::exchange::exchange;
use crate::aws::Unread;
use crate::model::facts::look::DnsAnswer;
use crate::model::query::{DnsQuestion, DnsServer};
use crate::model::{FailureKind, Text};

/// How long one server may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// So many servers are asked, one after the other, before it counts that nobody answers.
const TRIED: usize = 2;

/// Where this machine's resolvers are named.
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// The port of DNS.
const PORT: u16 = 53;

/// Who resolves names for clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resolvers {
    /// Those that this machine uses.
    System,
    /// These.
    These(Vec<SocketAddr>),
}

/// Asks DNS.
#[derive(Clone, Debug)]
pub(super) struct Dns {
    pub(super) resolvers: Resolvers,
    /// The servers of all zones; empty where each zone's are to be found.
    pub(super) authoritative: Vec<SocketAddr>,
}

impl Dns {
    /// What the first server that answers says.
    pub(super) async fn answer(&self, question: &DnsQuestion) -> Result<DnsAnswer, Unread> {
        let name = name(&question.name)?;
        let kind: RecordType = question.kind.parse().map_err(|_| {
            Unread::new(FailureKind::Invalid, format!("{} is no type of record that drdeck can ask for", question.kind))
        })?;
        let servers = match question.server {
            DnsServer::Resolver => self.resolvers()?,
            DnsServer::Authoritative if self.authoritative.is_empty() => self.of_zone(&name).await?,
            DnsServer::Authoritative => self.authoritative.clone(),
        };
        let (server, message) = ask(&servers, &name, kind).await?;
        Ok(answer(server, &message, kind))
    }

    fn resolvers(&self) -> Result<Vec<SocketAddr>, Unread> {
        match &self.resolvers {
            Resolvers::These(servers) if servers.is_empty() => {
                Err(Unread::new(FailureKind::Invalid, "the config names no DNS server of the simulator, see [dns]"))
            }
            Resolvers::These(servers) => Ok(servers.clone()),
            // Read each time: they change with the network.
            Resolvers::System => match fs::read_to_string(RESOLV_CONF) {
                Ok(text) => Ok(named(&text)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(named("")),
                Err(error) => {
                    let text = format!("{RESOLV_CONF} cannot be read: {error}; name resolvers in [dns]");
                    Err(Unread::new(FailureKind::Invalid, text))
                }
            },
        }
    }

    /// The name servers of the zone that `name` is in, in no particular order: the nearest name above it, or itself, that has any.
    async fn of_zone(&self, name: &Name) -> Result<Vec<SocketAddr>, Unread> {
        let resolvers = self.resolvers()?;
        let mut apex = name.clone();
        // No zone of ours is a top-level domain.
        while apex.num_labels() >= 2 {
            let (server, message) = ask(&resolvers, &apex, RecordType::NS).await?;
            if !is_final(&message) {
                let code = word(message.metadata.response_code);
                let text = format!("{server} answers {code} when asked for the name servers of {apex}");
                return Err(Unread::new(FailureKind::ServerError, text));
            }
            let mut hosts: Vec<Name> = message.answers.iter().filter_map(|record| server_of(record, &apex)).collect();
            if !hosts.is_empty() {
                fastrand::shuffle(&mut hosts);
                return addresses(&resolvers, &hosts).await;
            }
            apex = apex.base_name();
        }
        Err(Unread::new(FailureKind::NotFound, format!("no zone was found that {name} is in")))
    }
}

/// A name as it is asked for: from the root on.
fn name(text: &str) -> Result<Name, Unread> {
    let mut name = Name::from_ascii(text)
        .map_err(|error| Unread::new(FailureKind::Invalid, format!("{text} is no name for DNS: {error}")))?;
    name.set_fqdn(true);
    Ok(name)
}

/// The servers that a `resolv.conf` names. Where it names none, one on this machine is meant.
fn named(resolv_conf: &str) -> Vec<SocketAddr> {
    let addresses = resolv_conf.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let address = (words.next()? == "nameserver").then(|| words.next())??;
        address.parse::<IpAddr>().ok()
    });
    let servers: Vec<SocketAddr> = addresses.map(|address| SocketAddr::new(address, PORT)).collect();
    if servers.is_empty() { vec![SocketAddr::from(([127, 0, 0, 1], PORT))] } else { servers }
}

fn server_of(record: &Record, apex: &Name) -> Option<Name> {
    if let RData::NS(server) = &record.data
        && record.name == *apex
    {
        return Some(server.0.clone());
    }
    None
}

/// Addresses of the first hosts that have one, as many as are tried.
async fn addresses(resolvers: &[SocketAddr], hosts: &[Name]) -> Result<Vec<SocketAddr>, Unread> {
    let mut found = Vec::new();
    for host in hosts {
        for kind in [RecordType::A, RecordType::AAAA] {
            let (_, message) = ask(resolvers, host, kind).await?;
            let address = message.answers.iter().find_map(|record| record.data.ip_addr());
            if let Some(address) = address {
                found.push(SocketAddr::new(address, PORT));
                break;
            }
        }
        if found.len() == TRIED {
            break;
        }
    }
    if found.is_empty() {
        return Err(Unread::new(FailureKind::NotFound, "the zone's name servers have no addresses"));
    }
    Ok(found)
}

/// What the first of `servers` that answers says. One that cannot or will not answer is passed over as long as there is another.
async fn ask(servers: &[SocketAddr], name: &Name, kind: RecordType) -> Result<(SocketAddr, Message), Unread> {
    let mut failure = Unread::new(FailureKind::Invalid, "there is no DNS server to ask");
    let mut refusal = None;
    for server in servers.iter().take(TRIED) {
        match exchange(*server, name, kind).await {
            Ok(message) if is_referral(&message) => {
                let text = format!("{server} does not serve the zone that {name} is in");
                failure = Unread::new(FailureKind::Invalid, text);
            }
            Ok(message) if is_final(&message) => return Ok((*server, message)),
            Ok(message) => refusal = Some((*server, message)),
            Err(unread) => failure = unread,
        }
    }
    refusal.ok_or(failure)
}

/// Whether another server would say the same: what there is, or that there is no such name.
fn is_final(message: &Message) -> bool {
    matches!(message.metadata.response_code, ResponseCode::NoError | ResponseCode::NXDomain)
}

/// Whether the server only names others: it is not one of the zone's, or there is no such zone any more.
fn is_referral(message: &Message) -> bool {
    let names_others = message.authorities.iter().any(|record| record.record_type() == RecordType::NS);
    let says_nothing = message.answers.is_empty() && message.metadata.response_code == ResponseCode::NoError;
    says_nothing && names_others && !message.metadata.authoritative
}

fn answer(server: SocketAddr, message: &Message, kind: RecordType) -> DnsAnswer {
    let values_of =
        |kind: RecordType| message.answers.iter().filter(move |record| record.record_type() == kind).map(value);
    let mut values: Vec<Text> = values_of(kind).collect();
    if values.is_empty() {
        // A name of another zone, which this server leaves to others: where the chain leads to.
        values.extend(values_of(RecordType::CNAME).next_back());
    }
    values.sort();
    DnsAnswer {
        server: Text::new(server.to_string()),
        code: Text::new(word(message.metadata.response_code)),
        values,
        ttl: message.answers.iter().map(|record| record.ttl).min(),
    }
}

fn value(record: &Record) -> Text {
    let text = record.data.to_string();
    Text::new(text.strip_suffix('.').unwrap_or(&text))
}

/// A response code as `dig` shows it.
fn word(code: ResponseCode) -> String {
    const WORDS: [&str; 6] = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
    let number = u16::from(code);
    WORDS.get(usize::from(number)).map_or_else(|| format!("RCODE {number}"), |word| (*word).to_owned())
}
