//! A page, got as plainly as a user's program would: with the SDK's own connector, so that TLS, root certificates and proxies are the same in all
//! of drdeck, but without credentials, redirects or second attempts.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_http_client::{Connector, proxy, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

use super::error::{self, Unread};
use super::session;
use crate::model::{FailureKind, Text};

/// By what servers know us in their logs.
const USER_AGENT: &str = concat!("drdeck/", env!("CARGO_PKG_VERSION"));

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPage {
    /// Nobody answered, or not in a way that a user would accept, in words.
    Silent(Text),
    /// It could not be found out: no network, or no page of that name.
    Untried(Unread),
}

/// Whether the proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`) is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxies {
    /// It is.
    Used,
    /// It is not: a simulator is on this machine.
    Unused,
}

/// Gets pages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pages {
    proxies: Proxies,
    plain: Arc<OnceLock<SharedHttpConnector>>,
    secure: Arc<OnceLock<SharedHttpConnector>>,
}

impl Pages {
    /// Nothing is sent yet.
    pub fn new(proxies: Proxies) -> Self {
        Self { proxies, plain: Arc::default(), secure: Arc::default() }
    }

    /// The HTTP status of a GET of `url`, whatever it is. The body is not read.
    ///
    /// # Errors
    /// [`NoPage`], after `patience` at the latest.
    pub async fn status(&self, url: &str, patience: Duration) -> Result<u16, NoPage> {
        let untried = |error: &dyn Error| {
            NoPage::Untried(Unread::new(FailureKind::Invalid, format!("{url} cannot be asked for: {error}")))
        };
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(url).map_err(|error| untried(&error))?;
        request.headers_mut().try_insert("user-agent", USER_AGENT).map_err(|error| untried(&error))?;
        let connector = self.connector(url.starts_with("https://"));
        match tokio::time::timeout(patience, connector.call(request)).await {
            Ok(Ok(answer)) => Ok(answer.status().as_u16()),
            Ok(Err(failure)) => Err(error::of_page(&failure, patience)),
            Err(_) => Err(error::no_page_in_time(patience)),
        }
    }

    fn connector(&self, secure: bool) -> &SharedHttpConnector {
        let (connector, trust) =
            if secure { (&self.secure, tls::TrustStore::default()) } else { (&self.plain, tls::TrustStore::empty()) };
        connector.get_or_init(|| {
            let proxy = match self.proxies {
                Proxies::Used => proxy::ProxyConfig::from_env(),
                Proxies::Unused => proxy::ProxyConfig::disabled(),
            };
            let builder = Connector::builder()
                .proxy_config(proxy)
                // A user who comes now has no old connection either.
                .pool_max_idle_per_host(0)
                .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring));
            SharedHttpConnector::new(match session::trusting(trust) {
                Some(context) => builder.tls_context(context).build(),
                None => builder.build(),
            })
        })
    }
}
