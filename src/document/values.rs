//! Values of a config that are more than strings. Each gives the value, or what is wrong with it in words that follow its key.

use core::net::{IpAddr, SocketAddr};

use jiff::SpanRelativeTo;
use jiff::fmt::friendly::SpanParser;

use crate::model::Span;

const DURATIONS: &str = "write it like \"90s\", \"5m\", \"1h 30m\", \"24h\" or \"7d\"";

/// A duration: `90s`, `5m`, `1h 30m`, `24h`, `7d`; whole seconds, not negative, days of 24 hours.
pub fn duration(text: &str) -> Result<Span, String> {
    let wrong = || format!("is \"{text}\", which is not a duration; {DURATIONS}");
    let span = SpanParser::new().parse_span(text).map_err(|_| wrong())?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err(format!("is \"{text}\", but months and years have no fixed length; {DURATIONS}"));
    }
    let span = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    if span.is_negative() {
        return Err(format!("is \"{text}\", which is negative; {DURATIONS}"));
    }
    if span.subsec_nanos() != 0 {
        return Err(format!("is \"{text}\", which is not a whole number of seconds; {DURATIONS}"));
    }
    Ok(span)
}

/// A duration as it would be written in a config: `1h 30m`.
pub fn written(span: Span) -> String {
    let seconds = span.as_secs();
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let words: Vec<String> = parts.iter().filter(|(n, _)| *n != 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if words.is_empty() { "0s".to_owned() } else { words.join(" ") }
}

/// The parts of an ARN: `arn:partition:service:region:account:resource`.
pub struct Arn<'a> {
    /// The service.
    pub service: &'a str,
    /// The Region; empty for what has none.
    pub region: &'a str,
    /// What follows the account.
    pub resource: &'a str,
}

/// An ARN of any AWS partition.
pub fn arn(text: &str) -> Result<Arn<'_>, String> {
    let wrong = |why: &str| {
        format!("is \"{text}\", which is not an ARN: {why}; an ARN is arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE")
    };
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let [arn, partition, service, region, account, resource] = std::array::from_fn(|_| next());
    if arn != "arn" {
        return Err(wrong("it does not start with \"arn:\""));
    }
    if partition != "aws" && !partition.starts_with("aws-") {
        return Err(wrong("its partition is not aws, aws-cn, aws-us-gov or another of AWS's"));
    }
    if service.is_empty() {
        return Err(wrong("its service is empty"));
    }
    if !account.is_empty() && account != "aws" && !is_account(account) {
        return Err(wrong("its account is not 12 digits"));
    }
    if resource.is_empty() {
        return Err(wrong("its resource is empty"));
    }
    if text.contains(char::is_whitespace) {
        return Err(wrong("it has a blank in it"));
    }
    Ok(Arn { service, region, resource })
}

/// The ARN of an IAM role.
pub fn role_arn(text: &str) -> Result<String, String> {
    let role = arn(text)?;
    let named = role.resource.strip_prefix("role/").is_some_and(|name| !name.is_empty());
    if role.service == "iam" && role.region.is_empty() && named {
        Ok(text.to_owned())
    } else {
        Err(format!("is \"{text}\", which is not the ARN of a role; it is arn:aws:iam::ACCOUNT:role/NAME"))
    }
}

/// An AWS account: 12 digits.
pub fn account(text: &str) -> Result<String, String> {
    if is_account(text) {
        Ok(text.to_owned())
    } else {
        Err(format!("is \"{text}\"; an AWS account is 12 digits without hyphens, such as \"111122223333\""))
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where an endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// On this machine.
    Loopback,
    /// Anywhere else.
    Network,
}

impl Reach {
    /// Where an address is.
    pub fn of(ip: IpAddr) -> Self {
        if ip.is_loopback() { Self::Loopback } else { Self::Network }
    }
}

/// The URL of an endpoint, and where it leads.
pub fn endpoint(text: &str) -> Result<Reach, String> {
    url(text, "of an endpoint", "http://127.0.0.1:4566", &['?'])
}

/// The URL of a page, and where it leads.
pub fn page(text: &str) -> Result<Reach, String> {
    url(text, "of a page", "https://www.example.com/health", &[])
}

/// The address of a DNS server; port 53 unless it names another.
pub fn server(text: &str) -> Result<SocketAddr, String> {
    let bare = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
    bare.or_else(|_| text.parse()).ok().filter(|server| server.port() != 0).ok_or_else(|| {
        format!(
            "names \"{text}\", which is not the address of a DNS server; write it like \"10.0.0.2\", \"127.0.0.1:5353\" or \"[::1]:53\""
        )
    })
}

fn url(text: &str, whose: &str, example: &str, refused: &[char]) -> Result<Reach, String> {
    let wrong = |why: &str| format!("is \"{text}\", which is not the URL {whose}: {why}; write it like \"{example}\"");
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"))
        .ok_or_else(|| wrong("it does not start with http:// or https://"))?;
    if rest.contains(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '@' | '#' | '\\') || refused.contains(&c)
    }) {
        let queries = if refused.is_empty() { "fragments" } else { "queries" };
        return Err(wrong(&format!("user names, passwords, {queries} and blanks have no place in it")));
    }
    if !rest.is_ascii() {
        return Err(wrong("letters beyond a to z are written as xn--… in hosts and as %… elsewhere"));
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => {
            let (host, after) = v6.split_once(']').ok_or_else(|| wrong("its [ is not closed"))?;
            (host, after.strip_prefix(':').or(if after.is_empty() { None } else { Some(after) }))
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() {
        return Err(wrong("it names no host"));
    }
    if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0)) {
        return Err(wrong("its port is not a number from 1 to 65535"));
    }
    Ok(match host.parse::<IpAddr>() {
        Ok(ip) => Reach::of(ip),
        Err(_) if host.eq_ignore_ascii_case("localhost") => Reach::Loopback,
        Err(_) => Reach::Network,
    })
}
