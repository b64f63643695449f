//! Messages to people.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::IntentId;
use super::Change;
use crate::model::Place;

/// `Publish`: sent again, it arrives again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Publish {
    /// The Region of the topic.
    pub place: Place,
    /// The topic's ARN.
    pub topic: String,
    /// The subject of mails.
    pub subject: String,
    /// The message.
    pub message: String,
}

change!(
    Publish,
    "sns",
    "Publish",
    |change| change.topic.clone(),
    |_| json!({ "TopicArn": change.topic, "Subject": change.subject, "Message": change.message })
);
