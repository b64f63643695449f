//! DNS: what Route 53's name servers answer, which is a data plane of its own and works on while Route 53's API is dead.

mod message;
pub(super) mod resolve;
pub(super) mod server;

use super::World;
use super::fault::{Down, Fault};

/// What faults call it: `fault.endpoint = { service = "dns", how = "hang" }`. A fault that names no service means APIs only.
pub(super) const SERVICE: &str = "dns";

/// How the name servers themselves are down, if they are.
fn down(world: &World) -> Option<Down> {
    world.faults(world.now).find_map(|fault| {
        let Fault::Endpoint(down) = fault else { return None };
        (down.service.as_deref() == Some(SERVICE)).then_some(down.how)
    })
}
