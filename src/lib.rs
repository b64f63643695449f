//! drdeck: a disaster-recovery console for AWS.

pub mod model;
pub mod observe;
