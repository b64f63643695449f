//! A session: who asks, through which endpoint, and one cached client per Place and service.

use std::collections::BTreeMap;
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials as StaticCredentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::{Connector, proxy, tls};
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use futures::future::FutureExt;

use super::allowance::{self, Allowance};
use super::credentials::{Credentials, Source};
use super::meter::Meter;
use super::read::on_the_heap;
use crate::config::ArcEndpoint;
use crate::model::{Place, Query, Region, Span};

/// As whom drdeck logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// With the default chain: environment, profiles with SSO, roles and `credential_process`, web identity, container, instance.
    Chain {
        /// This profile and nothing else.
        profile: Option<String>,
    },
    /// With the simulator's fixed key. The default chain is never asked: no real key is ever sent to a simulator.
    Simulator {
        /// One of the simulator's other users.
        user: Option<String>,
    },
}

/// How AWS is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Another endpoint than AWS's own, for every service.
    pub endpoint_url: Option<String>,
    /// The endpoints of an ARC cluster, if there is one.
    pub arc: Vec<ArcEndpoint>,
    /// As whom.
    pub login: Login,
    /// What sessions of assumed roles are called, where that is not `drdeck`: it stands in CloudTrail. 2 to 64 of `\w+=,.@-`.
    pub session_name: Option<String>,
    /// The time-out of one attempt. A call has two.
    pub timeout: Duration,
}

impl Access {
    /// The time-out of a call: two attempts. The second one is for a pooled connection that died silently, and for one 5xx.
    pub fn patience(&self) -> Duration {
        self.timeout.saturating_mul(2)
    }
}

/// The name under which drdeck's assumed roles appear in CloudTrail.
const ROLE_SESSION_NAME: &str = "drdeck";

/// Connections kept to one host between calls. Each keeps a buffer as large as the largest page it brought, up to 400 KB.
const IDLE_CONNECTIONS: usize = 4;

/// A connection takes a round trip or two; what takes longer than this is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Clients for every Place. Cheap to clone; the clones share connections, credentials and clients.
#[derive(Clone)]
pub struct Session {
    access: Arc<Access>,
    http: SharedHttpClient,
    /// For changes: every request on a connection of its own. One that was kept may have died silently, and then nobody knows.
    fresh: SharedHttpClient,
    home: Credentials,
    meter: Meter,
    places: Arc<Mutex<BTreeMap<Place, Arc<Clients>>>>,
    /// Of each account, by the role's.
    allowances: Arc<Mutex<BTreeMap<String, Arc<Allowance>>>>,
}

impl Session {
    /// A session that can ask in `regions`. Nothing is sent yet. The Regions are those whose STS is tried, in this order, where the
    /// home identity needs one: the first dead Region must not take the credentials for the others away.
    pub async fn open(access: Access, regions: &[Region]) -> Self {
        let access = Arc::new(access);
        let http = http_client(&access, IDLE_CONNECTIONS);
        let fresh = http_client(&access, 0);
        let home = match &access.login {
            Login::Simulator { user } => {
                let name = user.as_ref().map_or("demo".to_owned(), |user| format!("demo-{user}"));
                let key = StaticCredentials::new(name, "demo", None, None, "drdeck simulator");
                let source = Source::Provider(SharedCredentialsProvider::new(key));
                Credentials::new(vec![source], None, access.timeout)
            }
            Login::Chain { profile: Some(profile) } => {
                let sources = regions.iter().map(|region| of_profile(profile, &access, &http, region)).collect();
                Credentials::new(sources, Some(profile), access.timeout)
            }
            Login::Chain { profile: None } => {
                let sources = regions.iter().map(|region| of_chain(&access, &http, region)).collect();
                // The end of this chain, an instance's metadata service, takes its time to turn out not to be there.
                Credentials::new(sources, None, access.patience())
            }
        };
        Self { access, http, fresh, home, meter: Meter::default(), places: Arc::default(), allowances: Arc::default() }
    }

    /// How AWS is reached.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// How far AWS's clock is ahead of this machine's, if it is five seconds or more: add it to our time to get AWS's.
    pub fn skew(&self) -> Option<Span> {
        self.meter.skew()
    }

    /// The clients for a Place, made on first use.
    pub(super) async fn at(&self, place: &Place) -> Arc<Clients> {
        let known = self.places.lock().unwrap_or_else(PoisonError::into_inner).get(place).cloned();
        match known {
            Some(clients) => clients,
            None => on_the_heap(|| self.made(place)).await,
        }
    }

    /// Loads a configuration, of which the first read of a Place alone needs to have room.
    async fn made(&self, place: &Place) -> Arc<Clients> {
        let config =
            loader(&self.access, &self.http, &place.region).credentials_provider(self.home.clone()).load().await;
        let credentials = match &place.role {
            None => self.home.clone(),
            Some(role) => {
                // STS is asked in the Place's own Region: one dead Region takes nobody else's credentials away.
                let assumed = AssumeRoleProvider::builder(&**role)
                    .session_name(self.access.session_name.as_deref().unwrap_or(ROLE_SESSION_NAME))
                    .configure(&config)
                    .build()
                    .await;
                let source = Source::Provider(SharedCredentialsProvider::new(assumed));
                Credentials::new(vec![source], None, self.access.timeout)
            }
        };
        let config =
            config.into_builder().credentials_provider(SharedCredentialsProvider::new(credentials.clone())).build();
        let clients = Arc::new(Clients::new(config, credentials, self.meter.with(self.allowance(place))));
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(place.clone()).or_insert(clients))
    }

    /// How a change is sent to a Place: once, on a connection of its own, and given up after `patience`.
    pub(super) fn once(&self, clients: &Clients, patience: Duration) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT.min(patience))
            .read_timeout(patience)
            .operation_attempt_timeout(patience)
            .operation_timeout(patience)
            .build();
        let config = clients.config.to_builder();
        config.http_client(self.fresh.clone()).timeout_config(timeouts).retry_config(RetryConfig::disabled()).build()
    }

    /// Waits until `query` may be asked, where that may take so long that what is asked then is of another moment. To be awaited before
    /// [`Self::read`] by whoever asks for many such things.
    pub async fn turn(&self, query: &Query) {
        let (service, operation) = query.operation();
        if allowance::waits_before(operation) {
            self.at(query.place()).await.allowance().turn(service, operation).await;
        }
    }

    /// The allowance of the account that a Place is read in. All roles of one account share it.
    fn allowance(&self, place: &Place) -> Arc<Allowance> {
        let account = place.role.as_deref().and_then(|role| role.split(':').nth(4)).unwrap_or_default();
        let mut allowances = self.allowances.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(allowances.entry(account.to_owned()).or_default())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("access", &self.access).finish_non_exhaustive()
    }
}

/// Of connecting and of reading.
type Timeouts = (Option<Duration>, Option<Duration>);

/// One connector, and so one pool of connections, for each pair of time-outs. TLS is rustls with ring. (The SDK's own client builds a connector
/// with all root certificates anew for every service client, and needs certificates even for a simulator.)
///
/// A proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`) is used for AWS's own endpoints only: an endpoint that somebody wrote into
/// the configuration is meant as it stands.
fn http_client(access: &Access, idle: usize) -> SharedHttpClient {
    let is_plain = |url: &str| url.starts_with("http://");
    let plain = access.endpoint_url.as_deref().is_some_and(is_plain) && access.arc.iter().all(|arc| is_plain(&arc.url));
    let proxied = access.endpoint_url.is_none();
    let trust = if plain { tls::TrustStore::empty() } else { tls::TrustStore::default() };
    let connectors: Mutex<BTreeMap<Timeouts, SharedHttpConnector>> = Mutex::default();
    http_client_fn(move |settings, _| {
        let key = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = connectors.lock().unwrap_or_else(PoisonError::into_inner);
        connectors
            .entry(key)
            .or_insert_with(|| {
                let proxy = if proxied { proxy::ProxyConfig::from_env() } else { proxy::ProxyConfig::disabled() };
                let builder = Connector::builder()
                    .pool_max_idle_per_host(idle)
                    .connector_settings(settings.clone())
                    .proxy_config(proxy)
                    .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring));
                SharedHttpConnector::new(match trusting(trust.clone()) {
                    Some(context) => builder.tls_context(context).build(),
                    None => builder.build(),
                })
            })
            .clone()
    })
}

/// TLS with those root certificates; `None` if they cannot be had, and the connector's own have to do.
pub(super) fn trusting(trust: tls::TrustStore) -> Option<tls::TlsContext> {
    let context = tls::TlsContext::builder().with_trust_store(trust).build();
    context.inspect_err(|error| tracing::warn!(%error, "root certificates: those of the system are used")).ok()
}

/// A profile that was named is used or missed. The default chain would take keys of the environment first, and the instance's role where there is
/// no such profile: another identity than the one that was asked for.
fn of_profile(profile: &str, access: &Arc<Access>, http: &SharedHttpClient, region: &Region) -> Source {
    let (profile, access, http) = (profile.to_owned(), Arc::clone(access), http.clone());
    let region = aws_config::Region::new(region.as_str().to_owned());
    Source::Made(Box::new(move || {
        let config = ProviderConfig::without_region()
            .with_behavior_version(Some(BehaviorVersion::latest()))
            .with_http_client(http.clone())
            .with_timeout_config(timeouts(&access))
            .with_retry_config(retries())
            .with_region(Some(region.clone()));
        let provider = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(&profile).build();
        ready(Some(SharedCredentialsProvider::new(provider))).boxed()
    }))
}

fn of_chain(access: &Arc<Access>, http: &SharedHttpClient, region: &Region) -> Source {
    let (access, http, region) = (Arc::clone(access), http.clone(), region.clone());
    Source::Made(Box::new(move || {
        let loader = loader(&access, &http, &region);
        async move { loader.load().await.credentials_provider() }.boxed()
    }))
}

fn timeouts(access: &Access) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(access.timeout))
        .read_timeout(access.timeout)
        .operation_attempt_timeout(access.timeout)
        .operation_timeout(access.patience())
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(2)
        .with_initial_backoff(Duration::from_millis(200))
        .with_max_backoff(Duration::from_secs(1))
}

fn loader(access: &Access, http: &SharedHttpClient, region: &Region) -> aws_config::ConfigLoader {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.clone())
        .region(aws_config::Region::new(region.as_str().to_owned()))
        .timeout_config(timeouts(access))
        .retry_config(retries())
        // Ours keeps them, see credentials.rs.
        .identity_cache(aws_config::identity::IdentityCache::no_cache());
    if let Some(endpoint) = &access.endpoint_url {
        loader = loader.endpoint_url(endpoint);
    }
    match &access.login {
        Login::Chain { profile: Some(profile) } => loader.profile_name(profile),
        Login::Chain { profile: None } => loader,
        // Whatever the environment asks of AWS's own endpoints does not hold for a simulator's.
        Login::Simulator { .. } => loader.use_fips(false).use_dual_stack(false),
    }
}

/// The client of one endpoint of an ARC cluster, its Region and its URL.
pub(super) type RoutingClient = (Region, String, aws_sdk_route53recoverycluster::Client);

/// The clients of one Place.
pub(super) struct Clients {
    config: SdkConfig,
    credentials: Credentials,
    meter: Meter,
    arcregionswitch: OnceLock<aws_sdk_arcregionswitch::Client>,
    autoscaling: OnceLock<aws_sdk_autoscaling::Client>,
    backup: OnceLock<aws_sdk_backup::Client>,
    cloudwatch: OnceLock<aws_sdk_cloudwatch::Client>,
    drs: OnceLock<aws_sdk_drs::Client>,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    efs: OnceLock<aws_sdk_efs::Client>,
    elasticache: OnceLock<aws_sdk_elasticache::Client>,
    rds: OnceLock<aws_sdk_rds::Client>,
    route53: OnceLock<aws_sdk_route53::Client>,
    routing: OnceLock<Vec<RoutingClient>>,
    sts: OnceLock<aws_sdk_sts::Client>,
}

macro_rules! clients {
    ($($name:ident: $sdk:ident;)*) => {
        $(
            pub(super) fn $name(&self) -> $sdk::Client {
                self.$name
                    .get_or_init(|| {
                        let config = $sdk::config::Builder::from(&self.config).interceptor(self.meter.clone());
                        $sdk::Client::from_conf(config.build())
                    })
                    .clone()
            }
        )*
    };
}

impl Clients {
    fn new(config: SdkConfig, credentials: Credentials, meter: Meter) -> Self {
        Self {
            config,
            credentials,
            meter,
            arcregionswitch: OnceLock::new(),
            autoscaling: OnceLock::new(),
            backup: OnceLock::new(),
            cloudwatch: OnceLock::new(),
            drs: OnceLock::new(),
            dynamodb: OnceLock::new(),
            efs: OnceLock::new(),
            elasticache: OnceLock::new(),
            rds: OnceLock::new(),
            route53: OnceLock::new(),
            routing: OnceLock::new(),
            sts: OnceLock::new(),
        }
    }

    /// What every request of theirs is measured with.
    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// What the account may still be asked.
    pub(super) fn allowance(&self) -> &Allowance {
        self.meter.allowance()
    }

    /// The credentials in use.
    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// A client for each of an ARC cluster's endpoints, with its URL. One attempt each: the other endpoints are the second one.
    pub(super) fn routing(&self, endpoints: &[ArcEndpoint]) -> &[RoutingClient] {
        self.routing.get_or_init(|| {
            let client = |endpoint: &ArcEndpoint| {
                let config = aws_sdk_route53recoverycluster::config::Builder::from(&self.config)
                    .region(aws_config::Region::new(endpoint.region.as_str().to_owned()))
                    .endpoint_url(&endpoint.url)
                    .retry_config(RetryConfig::disabled())
                    .interceptor(self.meter.clone());
                let client = aws_sdk_route53recoverycluster::Client::from_conf(config.build());
                (endpoint.region.clone(), endpoint.url.clone(), client)
            };
            endpoints.iter().map(client).collect()
        })
    }

    clients! {
        arcregionswitch: aws_sdk_arcregionswitch;
        autoscaling: aws_sdk_autoscaling;
        backup: aws_sdk_backup;
        cloudwatch: aws_sdk_cloudwatch;
        drs: aws_sdk_drs;
        dynamodb: aws_sdk_dynamodb;
        efs: aws_sdk_efs;
        elasticache: aws_sdk_elasticache;
        rds: aws_sdk_rds;
        route53: aws_sdk_route53;
        sts: aws_sdk_sts;
    }
}
