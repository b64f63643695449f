//! How far this machine's clock is from AWS's, by the `Date` header of its answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;

use crate::model::Span;

/// Answers kept to take the median of: one odd proxy or one late answer changes nothing.
const SAMPLES: usize = 9;

/// Below this, the header's resolution of a second and the time an answer travels explain the difference.
const NOTABLE: Span = Span::from_secs(5);

/// The last differences between the `Date` of an answer and our clock, in milliseconds; AWS ahead of us is positive.
#[derive(Clone, Debug, Default)]
pub(super) struct Skew {
    samples: Arc<Mutex<Vec<i64>>>,
}

impl Skew {
    /// The median difference, if it is a notable one: add it to our time to get AWS's.
    pub(super) fn notable(&self) -> Option<Span> {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner).clone();
        samples.sort_unstable();
        let median = samples.get(samples.len() / 2).copied().map(Span::from_millis)?;
        (median.abs() >= NOTABLE).then_some(median)
    }

    fn add(&self, sample: i64) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() >= SAMPLES {
            samples.remove(0);
        }
        samples.push(sample);
    }
}

#[dyn_dispatch_hint]
impl Intercept for Skew {
    fn name(&self) -> &'static str {
        "Skew"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let theirs = context
            .response()
            .headers()
            .get("date")
            .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok())
            .and_then(|date| date.to_millis().ok());
        if let (Some(theirs), Ok(ours)) = (theirs, DateTime::from(SystemTime::now()).to_millis()) {
            self.add(theirs.saturating_sub(ours));
        }
        Ok(())
    }
}
