//! Credentials, loaded once for all who wait for them, kept while they hold, and never shown.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use futures::future::{BoxFuture, FutureExt, Shared};

use super::error::{self, Unread};
use crate::model::{FailureKind, Moment};

/// New credentials are asked for this long before the old ones end.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// After a failed attempt the sources are left alone for so long: many callers ask in the same second, and asking may start a program.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// The same while the old credentials still hold.
const AFTER_FAILED_RENEWAL: Duration = Duration::from_secs(60);

/// Where credentials come from.
pub(super) enum Source {
    /// A provider that asks anew each time.
    Provider(SharedCredentialsProvider),
    /// One that remembers what it read in files and in the environment's login caches: it is made anew for each attempt, so that a new login
    /// is seen without a restart.
    Made(Box<dyn Fn() -> BoxFuture<'static, Option<SharedCredentialsProvider>> + Send + Sync>),
}

impl Source {
    async fn credentials(&self) -> provider::Result {
        let provider = match self {
            Self::Provider(provider) => Some(provider.clone()),
            Self::Made(make) => make().await,
        };
        provider.ok_or_else(CredentialsError::not_loaded_no_source)?.provide_credentials().await
    }
}

/// The credentials of one identity. The SDK's own cache makes callers load one after the other while loading fails, each for its
/// whole time-out; here they share one attempt and its outcome.
#[derive(Clone)]
pub(super) struct Credentials {
    /// Tried in this order; the next one only if the network was in the way, because each asks STS in another Region.
    sources: Arc<[Source]>,
    profile: Option<Arc<str>>,
    patience: Duration,
    state: Arc<Mutex<State>>,
}

type Loaded = Result<aws_credential_types::Credentials, Unread>;

type Loading = Shared<BoxFuture<'static, Loaded>>;

#[derive(Default)]
struct State {
    held: Option<aws_credential_types::Credentials>,
    failed: Option<(Instant, Unread)>,
    loading: Option<Loading>,
}

impl Credentials {
    /// Credentials from the first of `sources` that answers, each within `patience`; all of them ask for `profile`, if one was named.
    pub(super) fn new(sources: Vec<Source>, profile: Option<&str>, patience: Duration) -> Self {
        Self { sources: sources.into(), profile: profile.map(Arc::from), patience, state: Arc::default() }
    }

    /// When those in use end; `None` for those that do not, or while there are none.
    pub(super) fn expires(&self) -> Option<Moment> {
        let expiry = self.state().held.as_ref().and_then(aws_credential_types::Credentials::expiry)?;
        Moment::try_from(expiry).ok()
    }

    /// Forgets those in use: AWS has refused them as expired, whatever they say of themselves.
    pub(super) fn forget(&self) {
        self.state().held = None;
    }

    /// Asks for new ones now. Those in use stay if there are none.
    pub(super) async fn renew(&self) {
        let loading = self.loading(&mut self.state());
        let _ = self.finish(loading).await;
    }

    /// The attempt under way, or a new one.
    fn loading(&self, state: &mut State) -> Loading {
        state
            .loading
            .get_or_insert_with(|| load(self.sources.clone(), self.profile.clone(), self.patience).boxed().shared())
            .clone()
    }

    async fn current(&self) -> Loaded {
        let (held, loading) = {
            let mut state = self.state();
            let now = SystemTime::now();
            let left = state.held.as_ref().map(|held| match held.expiry() {
                Some(end) => end.duration_since(now).unwrap_or(Duration::ZERO),
                None => Duration::MAX,
            });
            let holds = left.is_some_and(|left| !left.is_zero());
            let renew = left.is_none_or(|left| left < RENEW_BEFORE);
            let pause = if holds { AFTER_FAILED_RENEWAL } else { AFTER_FAILURE };
            let recent =
                state.failed.as_ref().filter(|(at, _)| at.elapsed() < pause).map(|(_, failure)| failure.clone());
            match (&state.held, recent) {
                (Some(held), recent) if holds && (!renew || recent.is_some()) => return Ok(held.clone()),
                (_, Some(failure)) => return Err(failure),
                _ => {}
            }
            let loading = self.loading(&mut state);
            (state.held.clone().filter(|_| holds), loading)
        };
        match held {
            // Nobody waits for a renewal, least of all for one that hangs, while the old ones hold.
            Some(held) => {
                let renewing = self.clone();
                tokio::spawn(async move { renewing.finish(loading).await });
                Ok(held)
            }
            None => self.finish(loading).await,
        }
    }

    /// What `loading` comes to, kept for all.
    async fn finish(&self, loading: Loading) -> Loaded {
        let loaded = loading.clone().await;
        let mut state = self.state();
        if state.loading.as_ref().is_some_and(|now| now.ptr_eq(&loading)) {
            state.loading = None;
            match &loaded {
                Ok(credentials) => {
                    state.held = Some(credentials.clone());
                    state.failed = None;
                }
                Err(failure) => state.failed = Some((Instant::now(), failure.clone())),
            }
        }
        loaded
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn load(sources: Arc<[Source]>, profile: Option<Arc<str>>, patience: Duration) -> Loaded {
    let mut failure = Unread::new(FailureKind::NoCredentials, "no source of credentials is configured");
    for source in sources.iter() {
        failure = match tokio::time::timeout(patience, source.credentials()).await {
            Ok(Ok(credentials)) => return Ok(credentials),
            Ok(Err(error)) => error::of_credentials(&error, profile.as_deref()),
            Err(_) => Unread::new(FailureKind::TimedOut, format!("no credentials within {}", error::seconds(patience))),
        };
        let network = matches!(
            failure.kind,
            FailureKind::TimedOut | FailureKind::Unreachable | FailureKind::ServerError | FailureKind::Throttled
        );
        if !network {
            break;
        }
    }
    Err(failure)
}

impl ProvideCredentials for Credentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let loaded: provider::Result = self.current().await.map_err(CredentialsError::provider_error);
            loaded
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}
