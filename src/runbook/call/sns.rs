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

impl Change for Publish {
    fn service(&self) -> &'static str {
        "sns"
    }

    fn operation(&self) -> &'static str {
        "Publish"
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn target(&self) -> String {
        self.topic.clone()
    }

    fn parameters(&self, _: IntentId) -> Json {
        json!({ "TopicArn": self.topic, "Subject": self.subject, "Message": self.message })
    }
}
