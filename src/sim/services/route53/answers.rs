//! `TestDNSAnswer`: what Route 53's name servers answer now.

use super::zones::{self, name_servers};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::dns::resolve::{Answered, Dns, Found};
use crate::sim::estate::dns::{RecordType, full_name};
use crate::sim::wire::{AwsError, Value};

pub(super) fn test(world: &World, call: &Call) -> Result<Value, AwsError> {
    let required = |name: &str| call.required(name, super::invalid);
    let (name, kind) = (full_name(required("recordname")?), required("recordtype")?);
    let zone = zones::asked(world, required("hostedzoneid")?)?;
    let resolver = call.text("edns0clientsubnetip").or(call.text("resolverip")).unwrap_or_default();
    let draw = world.now.millis().to_string();
    // A type that no record of ours has is found nowhere, like one that this name has not.
    let asked = RecordType::ALL.into_iter().find(|known| known.name() == kind);
    let found = Dns::new(world, zone, resolver, &draw).find(&name, asked.unwrap_or(RecordType::Cname));
    let code = match found {
        Found::Answer(_) | Found::Referral(_) | Found::NoData => "NOERROR",
        Found::NoName => "NXDOMAIN",
    };
    let data = match found {
        // What other names say that this one leads to is another question.
        Found::Answer(answered) if asked.is_some() => answered.into_iter().filter(|own| own.name == name).collect(),
        Found::Answer(_) | Found::Referral(_) | Found::NoData | Found::NoName => Vec::new(),
    };
    let [server, ..] = name_servers(world, zone);
    Ok(Value::map([
        ("Nameserver", server.into()),
        ("RecordName", name.into()),
        ("RecordType", kind.into()),
        ("RecordData", Value::list("RecordDataEntry", data.into_iter().map(|own: Answered| own.value.into()))),
        ("ResponseCode", code.into()),
        ("Protocol", "UDP".into()),
    ]))
}
