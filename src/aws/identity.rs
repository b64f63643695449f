//! Who we are, just before something is changed.

use super::error::Unread;
use super::session::Session;
use crate::model::facts::Answer;
use crate::model::facts::sts::Identity;
use crate::model::{FailureKind, Moment, Place, Query, Span};

impl Session {
    /// Whom STS takes us for at a Place, and until when. Credentials that do not hold for `at_least` from `now` are renewed first, where
    /// they can be; those there are stay in use if not.
    ///
    /// # Errors
    /// STS does not say.
    pub async fn identity(&self, place: &Place, at_least: Span, now: Moment) -> Result<Identity, Unread> {
        let identity = self.who(place, now).await?;
        if identity.expires.is_none_or(|end| end.duration_since(now) >= at_least) {
            return Ok(identity);
        }
        self.at(place).await.credentials().renew().await;
        self.who(place, now).await
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "each Query has one kind of answer")]
    async fn who(&self, place: &Place, now: Moment) -> Result<Identity, Unread> {
        let query = Query::Identity(place.clone());
        match self.read(&query, now).await.result? {
            Answer::Identity(identity) => Ok(identity),
            _ => Err(Unread::new(FailureKind::Unreadable, "STS did not say who we are")),
        }
    }
}
