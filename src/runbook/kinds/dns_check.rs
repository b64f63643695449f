//! `dns-check`: names lead where they should, at the zone's own servers and at the resolvers of this machine.

use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::look::DnsAnswer;
use crate::model::query::{DnsQuestion, DnsServer};
use crate::model::words::{length, listed};
use crate::model::{Place, Query, Snapshot, Span, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, look, program};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// What DNS has to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsCheck {
    /// The name.
    pub name: String,
    /// `A`, `AAAA` or `CNAME`.
    pub kind: String,
    /// What may be answered; one of them has to be.
    pub expect: Expected,
    /// How long resolvers may keep what was answered before.
    pub old_ttl: Option<Span>,
    /// Whether only the resolvers can be asked, as with a private zone.
    pub asked: Asked,
}

/// What may be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// These.
    Values(Vec<String>),
    /// What the same servers answer for this name: addresses of a load balancer are AWS's to change.
    SameAs(String),
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The zone's own servers and the resolvers.
    Both,
    /// The resolvers alone.
    Resolvers,
}

/// The types of records that can be asked for.
const KINDS: [&str; 3] = ["A", "AAAA", "CNAME"];

impl DnsCheck {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "dns-check",
        doc: "Waits until the zone's own name servers and the resolvers of this machine answer a name with nothing but what is expected.",
        keys: &[
            required("name", Shape::Text, r#""orders.shop.example""#, "The name."),
            optional("type", Shape::Word(&KINDS), "A", r#""CNAME""#, "The type of record."),
            optional(
                "expect",
                Shape::Texts,
                "same_as",
                r#"["203.0.113.20"]"#,
                "What may be answered: addresses, or the name of a CNAME.",
            ),
            optional(
                "same_as",
                Shape::Text,
                "expect",
                r#""usw2.orders.shop.example""#,
                "A name whose answers it must have, where addresses change by themselves, as those of a load balancer do.",
            ),
            optional(
                "old_ttl",
                Shape::Duration,
                "not known",
                r#""60s""#,
                "How long resolvers may keep what was answered before.",
            ),
            optional("private", Shape::Flag, "false", "true", "The zone is private: only the resolvers can be asked."),
        ],
        read,
    };

    fn query(&self, name: &str, server: DnsServer) -> Query {
        let question = DnsQuestion { name: name.to_owned(), kind: self.kind.clone(), server };
        Query::DnsAnswer(Place::home(Place::EVERYWHERE), question)
    }

    /// What those servers answer, and what they should; why that is not known.
    fn asked<'a>(&self, world: &World<'a>, server: &DnsServer) -> Result<(&'a DnsAnswer, Vec<String>), String> {
        let answer = |name: &str| fresh(world, &self.query(name, server.clone()), Snapshot::dns_answer);
        let expected = match &self.expect {
            Expected::Values(values) => values.iter().map(|value| plain(value)).collect(),
            Expected::SameAs(other) => answer(other)?.values.iter().map(|value| plain(value.as_str())).collect(),
        };
        Ok((answer(&self.name)?, expected))
    }

    fn wanted(&self) -> String {
        match &self.expect {
            Expected::Values(values) => listed(values),
            Expected::SameAs(other) => format!("where {other} does"),
        }
    }
}

fn is_right(answer: &DnsAnswer, expected: &[String]) -> bool {
    let is_expected = |value: &Text| expected.contains(&plain(value.as_str()));
    !answer.values.is_empty() && answer.values.iter().all(is_expected)
}

/// What would be right, where it is not what the card says already.
fn rather(expect: &Expected, expected: &[String]) -> String {
    match expect {
        Expected::Values(_) => String::new(),
        Expected::SameAs(other) if expected.is_empty() => format!("; {other} has no answer"),
        Expected::SameAs(other) => format!("; {other} is {}", listed(expected)),
    }
}

/// A name without its dot, in small letters.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn said(answer: &DnsAnswer) -> String {
    if answer.values.is_empty() { answer.code.to_string() } else { listed(answer.values.iter().map(Text::as_str)) }
}

fn read(section: &Section<'_>, _: &Around) -> Option<Kind> {
    let (name, expect, old_ttl) = (section.text("name"), section.texts("expect"), section.duration("old_ttl"));
    let same_as = section.text("same_as");
    let kind = section.word("type", &KINDS, |kind| kind);
    let asked = if section.flag("private") == Some(true) { Asked::Resolvers } else { Asked::Both };
    if (section.has("type") && kind.is_none()) || (section.has("old_ttl") && old_ttl.is_none()) {
        return None;
    }
    if expect.as_ref().is_some_and(Vec::is_empty) {
        section.wrong("expect", "is empty; name at least one answer");
        return None;
    }
    let expect = match (expect, same_as) {
        (Some(_), Some(_)) => {
            section.wrong("same_as", "and expect are both there; leave one of them out");
            return None;
        }
        (None, None) => {
            if !section.has("expect") && !section.has("same_as") {
                section.needs("expect", "or same_as: what is to be answered");
            }
            return None;
        }
        (Some(values), None) => Expected::Values(values.iter().map(|one| one.value.to_owned()).collect()),
        (None, Some(other)) => Expected::SameAs(plain(other.value)),
    };
    Some(Kind::DnsCheck(DnsCheck {
        name: plain(name?.value),
        kind: kind.unwrap_or("A").to_owned(),
        expect,
        old_ttl: old_ttl.map(|found| found.value),
        asked,
    }))
}

impl StepKind for DnsCheck {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the zone's own name servers and the resolvers of this machine answer nothing but what is expected",
            lost: "nothing is sent",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Harmless,
            plane: None,
            regions: Vec::new(),
            permissions: Vec::new(),
            undo: Text::new("it changes nothing"),
            on_failure: Text::new(
                "look at the record and at the health checks that decide what is answered; resolvers follow when what they keep has run out",
            ),
        }
    }

    fn ttl(&self) -> Option<Span> {
        self.old_ttl
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        let other = match &self.expect {
            Expected::Values(_) => None,
            Expected::SameAs(other) => Some(other),
        };
        let servers = match self.asked {
            Asked::Both => [DnsServer::Authoritative, DnsServer::Resolver].as_slice(),
            Asked::Resolvers => &[DnsServer::Resolver],
        };
        let names = std::iter::once(&self.name).chain(other);
        names.flat_map(|name| servers.iter().map(|server| self.query(name, server.clone()))).collect()
    }

    fn describe(&self, _: &World<'_>) -> Text {
        let kept = self.old_ttl.map(|ttl| format!("; what was answered before may be kept for {}", length(ttl)));
        let wanted = self.wanted();
        Text::new(format!("{} {} must lead to {wanted}{}", self.name, self.kind, kept.unwrap_or_default()))
    }

    fn by_hand(&self) -> ByHand {
        let wanted = self.wanted();
        let mut looks = Vec::new();
        if let Expected::SameAs(other) = &self.expect {
            looks.push(look(
                program(&["dig", "+short", other, &self.kind]),
                "write these down: they are what is expected",
            ));
        }
        if self.asked == Asked::Both {
            let line = program(&["dig", "+trace", "+nodnssec", &self.name, &self.kind]);
            looks.push(look(
                line,
                format!("the last answer, from the zone's own name servers, is nothing but {wanted}"),
            ));
        }
        let ttl = self.old_ttl.map(|ttl| format!("; it may take {} after the change", length(ttl))).unwrap_or_default();
        let line = program(&["dig", "+short", &self.name, &self.kind]);
        looks.push(look(line, format!("it prints nothing but {wanted}{ttl}")));
        ByHand::watch(looks)
    }

    fn check(&self, _: &World<'_>) -> Vec<Check> {
        Vec::new()
    }

    fn work(&self, world: &World<'_>) -> Work {
        match world.run.mode {
            Mode::Drill => Work::NotInThisMode(Text::new("a drill moves no traffic")),
            Mode::Live | Mode::Tabletop => Work::Watch,
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        if self.asked == Asked::Both {
            match self.asked(world, &DnsServer::Authoritative) {
                Err(why) => return Progress::Unknown(Text::new(why)),
                Ok((answer, expected)) if !is_right(answer, &expected) => {
                    let rather = rather(&self.expect, &expected);
                    let state = Text::new(format!("the zone's servers answer {}{rather}", said(answer)));
                    return Progress::Running { state, share: None };
                }
                Ok(_) => {}
            }
        }
        match self.asked(world, &DnsServer::Resolver) {
            Err(why) => Progress::Unknown(Text::new(why)),
            Ok((answer, expected)) if is_right(answer, &expected) => {
                let kept = self
                    .old_ttl
                    .map(|ttl| format!("; resolvers elsewhere may keep what was before for {}", length(ttl)));
                Progress::Done(Text::new(format!("{} is answered{}", said(answer), kept.unwrap_or_default())))
            }
            Ok((answer, expected)) => {
                let left =
                    answer.ttl.map(|ttl| format!(", and keep that for {} more", length(Span::from_secs(ttl.into()))));
                let rather = rather(&self.expect, &expected);
                let state =
                    Text::new(format!("the resolvers answer {}{}{rather}", said(answer), left.unwrap_or_default()));
                Progress::Running { state, share: None }
            }
        }
    }

    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new("nothing was sent"))
    }
}
