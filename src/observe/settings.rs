//! What an observer has to be told.

use super::Paces;
use crate::aws::Access;
use crate::config::Dns;

/// How to reach AWS, how often, and whom we expect to be.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Endpoint, login and time-out.
    pub access: Access,
    /// Whom to ask what DNS answers.
    pub dns: Dns,
    /// How often.
    pub paces: Paces,
    /// The account the config is about. Readings made in another one are refused.
    pub account: Option<String>,
}
