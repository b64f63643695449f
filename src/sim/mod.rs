//! The simulator: an AWS on loopback with its own clock, estate and faults. It imports nothing else of drdeck.

pub mod call;
pub mod calls;
pub mod clock;
mod control;
mod dns;
pub mod estate;
pub mod fault;
pub mod flow;
mod frame;
pub mod health;
mod load;
mod patch;
mod references;
mod restore;
mod scope;
mod sealed;
pub mod seed;
mod server;
pub mod services;
mod serving;
mod sites;
pub mod throttle;
pub mod time;
pub mod timeline;
pub mod wire;
mod world;

pub use estate::Estate;
pub use load::{Complaint, LoadError, load_estate, load_scenario, parse_estate, parse_scenario};
pub use server::{Options, Running, Simulator, StartError};
pub use time::Moment;
pub use timeline::Scenario;
pub use world::World;
