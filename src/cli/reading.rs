//! From the config to what the observer has to be told.

use std::time::Duration;

use crate::aws::{Access, Login};
use crate::config::Config;
use crate::observe::{Paces, Settings};

/// How AWS is reached and how often, as `config` says.
pub fn settings(config: &Config) -> Settings {
    let login = if config.simulator {
        // A simulator has no profiles: the name is that of one of its users.
        Login::Simulator { user: config.profile.clone() }
    } else {
        Login::Chain { profile: config.profile.clone() }
    };
    Settings {
        access: Access {
            endpoint_url: config.endpoint_url.clone(),
            arc: config.arc.endpoints.clone(),
            login,
            session_name: None,
            timeout: Duration::try_from(config.polling.timeout).unwrap_or(Duration::from_secs(5)),
        },
        dns: config.dns.clone(),
        paces: Paces { refresh: config.polling.interval, slow: config.polling.slow_interval },
        account: config.account.clone(),
    }
}
