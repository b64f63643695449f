//! Who we are.

use serde::{Deserialize, Serialize};

use crate::model::{Moment, Text};

/// The identity behind the calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The account, 12 digits.
    pub account: Text,
    /// The caller's ARN.
    pub arn: Text,
    /// When the credentials end; `None` for those that do not.
    pub expires: Option<Moment>,
}
