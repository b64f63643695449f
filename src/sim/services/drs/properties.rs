//! What DRS knows of a source server as a machine.

use crate::sim::World;
use crate::sim::estate::check::ON_PREMISES;
use crate::sim::estate::drs::Server;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::Value;

/// The agent's version.
pub(super) const AGENT: &str = "4.7.31";
/// Bytes of a GiB.
const GIB: i64 = 1 << 30;

impl Server {
    /// Whether it runs in an AWS Region.
    pub(super) fn is_ec2(&self) -> bool {
        self.origin != ON_PREMISES
    }

    /// How it is told from other machines: the id of its instance, or the one that VMware gives it.
    pub(super) fn hardware(&self, world: &World) -> String {
        if let Some(machine) = &self.course.from_machine {
            machine.clone()
        } else if self.is_ec2() {
            format!("i-{}", world.hex(&["ec2-instance", &self.id], 17))
        } else {
            world.uuid(&["vmware", &self.id])
        }
    }
}

/// `SourceProperties`.
pub(super) fn source(world: &World, server: &Server) -> Value {
    let disks = server
        .disks
        .iter()
        .map(|disk| Value::map([("deviceName", (&disk.device).into()), ("bytes", (i64::from(disk.gib) * GIB).into())]));
    Value::map([
        ("lastUpdatedDateTime", updated(world, server).drs_text().into()),
        ("recommendedInstanceType", (&server.instance_type).into()),
        ("identificationHints", hints(world, server)),
        ("networkInterfaces", networks(world, server)),
        ("disks", Value::list("disk", disks)),
        ("cpus", cpus(server)),
        ("ramBytes", (i64::from(server.memory_gib) * GIB).into()),
        ("os", Value::map([("fullString", (&server.os).into())])),
        ("supportsNitroInstances", true.into()),
    ])
}

/// `SourceCloudProperties`: where an EC2 server runs. A server on premises has none.
pub(super) fn cloud(world: &World, server: &Server) -> Value {
    if !server.is_ec2() {
        return Value::Null;
    }
    Value::map([
        ("originAccountID", (&world.estate.account).into()),
        ("originRegion", (&server.origin).into()),
        ("originAvailabilityZone", server.origin_zone.as_ref().into()),
    ])
}

/// `RecoveryInstanceProperties` of a machine launched from it.
pub(super) fn recovered(world: &World, server: &Server, launched: Moment) -> Value {
    let disks = server.disks.iter().map(|disk| {
        Value::map([
            ("internalDeviceName", (&disk.device).into()),
            ("bytes", (i64::from(disk.gib) * GIB).into()),
            ("ebsVolumeID", format!("vol-{}", world.hex(&["volume", &server.id, &disk.device], 17)).into()),
        ])
    });
    Value::map([
        ("lastUpdatedDateTime", launched.drs_text().into()),
        ("identificationHints", Value::map([("hostname", (&server.hostname).into())])),
        ("disks", Value::list("disk", disks)),
        ("cpus", cpus(server)),
        ("ramBytes", (i64::from(server.memory_gib) * GIB).into()),
        ("os", Value::map([("fullString", (&server.os).into())])),
    ])
}

/// Agents send what they know of their machine once an hour, while they can.
fn updated(world: &World, server: &Server) -> Moment {
    server.last_seen(world).floor(Span::HOUR).max(server.added(world))
}

fn hints(world: &World, server: &Server) -> Value {
    let hardware = server.hardware(world);
    let (instance, vmware) = if server.is_ec2() { (Some(hardware), None) } else { (None, Some(hardware)) };
    let fqdn = server.hostname.contains('.').then_some(&server.hostname);
    Value::map([
        ("fqdn", fqdn.into()),
        ("hostname", (&server.hostname).into()),
        ("awsInstanceID", instance.into()),
        ("vmWareUuid", vmware.into()),
    ])
}

fn networks(world: &World, server: &Server) -> Value {
    let digits = world.hex(&["mac", &server.id], 10);
    let pairs = digits.as_bytes().chunks(2).map(String::from_utf8_lossy);
    // The first byte says: one interface, an address given locally.
    let mac = std::iter::once("06".into()).chain(pairs).collect::<Vec<_>>().join(":");
    let last = |what: &str| 1 + (world.unit(&[what, &server.id]) * 253.0) as u8;
    let address = format!("{}.{}.{}", if server.is_ec2() { "10.20" } else { "192.168" }, last("net"), last("host"));
    let primary = Value::map([
        ("macAddress", mac.into()),
        ("ips", Value::list("ip", [address.into()])),
        ("isPrimary", true.into()),
    ]);
    Value::list("networkInterface", [primary])
}

fn cpus(server: &Server) -> Value {
    let cpu = Value::map([
        ("cores", server.cores.into()),
        ("modelName", "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz".into()),
    ]);
    Value::list("cpu", [cpu])
}
