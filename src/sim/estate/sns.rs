//! SNS topics, and what was published to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::sim::load::Complaint;
use crate::sim::time::Moment;

/// The end of the name of every FIFO topic, and of no other.
pub const FIFO: &str = ".fifo";

/// SNS.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sns {
    /// Its topics.
    #[serde(default, rename = "topic")]
    pub topics: Vec<Topic>,
    /// The newest of what was published, the oldest first.
    #[serde(skip)]
    pub messages: Vec<Arc<Message>>,
    /// How many messages were published.
    #[serde(skip)]
    pub published: u64,
}

/// A topic.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its name: up to 256 letters, digits, `-` and `_`; that of a FIFO topic ends with `.fifo`.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// What its subscribers see.
    #[serde(default)]
    pub display_name: String,
    /// How many subscriptions were confirmed.
    #[serde(default)]
    pub subscriptions: u32,
    /// FIFO: whether two messages with the same words within five minutes are one.
    #[serde(default)]
    pub deduplicates_by_content: bool,
}

/// A message that was published.
#[derive(Clone, Debug)]
pub struct Message {
    /// When.
    pub at: Moment,
    /// Its id, a UUID.
    pub id: String,
    /// The ARN of the topic.
    pub topic: String,
    /// Its subject, if it has one.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// Its attributes, as texts.
    pub attributes: BTreeMap<String, String>,
    /// FIFO: what tells it from another message, and its place in the topic.
    pub fifo: Option<(String, u64)>,
}

impl Topic {
    /// Whether its messages keep their order.
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(FIFO)
    }
}

impl Sns {
    /// The first thing that is wrong with topics.
    pub fn check(&self) -> Result<(), Complaint> {
        for topic in &self.topics {
            let name = &topic.name;
            let bare = name.strip_suffix(FIFO).unwrap_or(name);
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if bare.is_empty() || name.len() > 256 || !bare.chars().all(fits) {
                let message = format!("topic \"{name}\": its name must be 1 to 256 letters, digits, - and _");
                return Err(Complaint { words: name.clone(), occurrence: 0, message });
            }
            if topic.deduplicates_by_content && !topic.is_fifo() {
                let message =
                    format!("topic \"{name}\": `deduplicates_by_content` goes with names that end with \"{FIFO}\"");
                return Err(Complaint { words: name.clone(), occurrence: 0, message });
            }
        }
        Ok(())
    }
}
