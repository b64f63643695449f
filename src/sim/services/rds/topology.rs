//! Who writes and who follows in an Aurora global database at a moment: what came of its failovers and switchovers until then.

use crate::sim::World;
use crate::sim::estate::deeds::{Deed, GlobalAct};
use crate::sim::estate::link::Link;
use crate::sim::estate::rds::{Address, Cluster, GlobalCluster};
use crate::sim::time::{Moment, Span};

/// Shown until the move itself begins.
pub(super) const PENDING: &str = "pending";
pub(super) const FAILING_OVER: &str = "failing-over";
pub(super) const SWITCHING_OVER: &str = "switching-over";

/// How far behind a cluster is that has just been brought into line.
const FRESH: Span = Span::from_seconds(5);

/// A global database at one moment.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Topology<'w> {
    /// The cluster that takes the writes; none once it left.
    pub(super) writer: Option<Address>,
    pub(super) followers: Vec<Follower>,
    /// The failover or switchover under way.
    pub(super) moving: Option<&'w Deed<GlobalAct>>,
}

/// A cluster that follows.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Follower {
    pub(super) address: Address,
    /// Whom it follows.
    writer: Address,
    /// Since when everything that is written comes to it; `None` for always.
    connected: Option<Moment>,
    /// Since when nothing does any more.
    cut: Option<Moment>,
}

impl Follower {
    /// The link into it.
    pub(in crate::sim) fn link(&self, global: &GlobalCluster) -> Link {
        Link {
            began: self.connected.map(|at| (at, FRESH)),
            ended: self.cut,
            ..Link::new(&self.address.id, &self.writer.region, &self.address.region, global.lag)
        }
    }

    /// Whether it has been brought into line.
    pub(super) fn is_connected(&self, now: Moment) -> bool {
        self.connected.is_none_or(|connected| connected <= now)
    }
}

impl Topology<'_> {
    /// Every cluster that belongs to it, the writer first.
    pub(super) fn members(&self) -> impl Iterator<Item = &Address> {
        self.writer.iter().chain(self.followers.iter().map(|follower| &follower.address))
    }

    /// The follower of that address.
    pub(in crate::sim) fn follower(&self, address: &Address) -> Option<&Follower> {
        self.followers.iter().find(|follower| follower.address == *address)
    }
}

/// Who writes and who follows at the world's moment.
pub(in crate::sim) fn of<'w>(world: &World, global: &'w GlobalCluster) -> Topology<'w> {
    let first = |address: &Address| Follower {
        address: address.clone(),
        writer: global.writer.clone(),
        connected: None,
        cut: None,
    };
    let mut found = Topology {
        writer: Some(global.writer.clone()),
        followers: global.secondaries.iter().map(first).collect(),
        moving: None,
    };
    for deed in global.deeds.iter().filter(|deed| deed.at <= world.now) {
        let is_done = deed.done <= world.now;
        match &deed.act {
            GlobalAct::Failover { from, to } => {
                if is_done {
                    found.turn(from, to, |address| {
                        Some(back(world, &address.region, deed.done) + resync(world, global, address, deed))
                    });
                } else {
                    found.moving = Some(deed);
                    // What is written from now on is lost.
                    found.followers.iter_mut().for_each(|follower| follower.cut = Some(deed.at));
                }
            }
            GlobalAct::Switchover { from, to } if is_done => found.turn(from, to, |_| Some(deed.done)),
            GlobalAct::Switchover { .. } => found.moving = Some(deed),
            GlobalAct::Leave(address) if is_done => {
                found.writer = found.writer.filter(|writer| writer != address);
                found.followers.retain(|follower| follower.address != *address);
            }
            GlobalAct::Leave(_) => {}
            GlobalAct::Join(address) => {
                let writer = found.writer.clone().unwrap_or_else(|| address.clone());
                let connected = Some(deed.done);
                found.followers.push(Follower { address: address.clone(), writer, connected, cut: None });
            }
        }
    }
    found
}

impl Topology<'_> {
    /// Lets another cluster write; the others follow it as soon as they are connected.
    fn turn(&mut self, from: &Address, to: &Address, connected: impl Fn(&Address) -> Option<Moment>) {
        self.followers.retain(|follower| follower.address != *to);
        self.followers.insert(0, Follower { address: from.clone(), writer: to.clone(), connected: None, cut: None });
        for follower in &mut self.followers {
            follower.writer = to.clone();
            follower.cut = None;
            follower.connected = connected(&follower.address);
        }
        self.writer = Some(to.clone());
    }
}

/// The first moment, not before that one, at which a Region is there.
pub(super) fn back(world: &World, region: &str, from: Moment) -> Moment {
    let outages = world.outages(region);
    outages.into_iter().find(|(gone, until)| *gone <= from && from < *until).map_or(from, |(_, until)| until)
}

/// How long it takes to bring a cluster into line after a failover: AWS says minutes to hours.
fn resync(world: &World, global: &GlobalCluster, address: &Address, deed: &Deed<GlobalAct>) -> Span {
    let words = ["resync", &global.id, &address.region, &address.id, &deed.at.millis().to_string()];
    world.between(Span::from_minutes(8), Span::from_minutes(20), &words)
}

/// The global database that a cluster belongs to, as it is at the world's moment.
pub(super) fn around<'w>(world: &'w World, cluster: &Cluster) -> Option<(&'w GlobalCluster, Topology<'w>)> {
    let globals = world.estate.rds.global_clusters.iter().map(|global| (global, of(world, global)));
    let mut globals = globals
        .filter(|(_, found)| found.members().any(|member| member.region == cluster.region && member.id == cluster.id));
    globals.next()
}

/// Whether a cluster takes writes, as far as it is up to its global database.
pub(super) fn may_write(world: &World, cluster: &Cluster) -> bool {
    around(world, cluster).is_none_or(|(_, found)| {
        found.moving.is_none()
            && found.writer.is_some_and(|writer| writer.region == cluster.region && writer.id == cluster.id)
    })
}
