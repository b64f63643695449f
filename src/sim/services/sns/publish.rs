//! `Publish`. The same message twice is two messages, but on a FIFO topic within five minutes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::{invalid, topics};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::sns::{Message, Topic};
use crate::sim::seed;
use crate::sim::services::Changed;
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};

/// The largest message with its attributes, in bytes.
const MOST_BYTES: usize = 262_144;
/// The longest subject, in characters.
const MOST_SUBJECT: usize = 100;
/// The longest name of an attribute.
const MOST_NAME: usize = 256;
/// The longest word that groups messages or tells them apart.
const MOST_WORD: usize = 128;
/// How long a FIFO topic remembers what was published.
const REMEMBERED: Span = Span::from_minutes(5);
/// How many messages are kept, and how many bytes of them, the newest.
const MOST_KEPT: usize = 1_000;
const MOST_KEPT_BYTES: usize = 16 * 1024 * 1024;

pub(super) fn publish(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    for other in ["TargetArn", "PhoneNumber"] {
        if call.text(other).is_some() {
            return Err(invalid(format!("{other} Reason: the simulator publishes to topics only")));
        }
    }
    let topic = topics::asked(world, call, "Publish")?;
    let subject = subject(call)?;
    let text = text(call)?;
    let attributes = attributes(call)?;
    let extra: usize = attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
    if text.len() + extra > MOST_BYTES {
        return Err(invalid("Message too long"));
    }
    let sns = &mut estate.sns;
    let number = sns.published + 1;
    let arn = topics::arn(world, topic);
    let fifo = distinguished(topic, call, &text)?.map(|word| (word, number));
    if let Some((word, _)) = &fifo {
        let since = world.now - REMEMBERED;
        let mut kept = sns.messages.iter().filter(|message| message.topic == arn && message.at > since);
        let same = kept.find(|message| message.fifo.as_ref().is_some_and(|(known, _)| known == word));
        if let Some(message) = same {
            return Ok(Changed { answer: answer(message), applied: false });
        }
    }
    let id = world.uuid(&["message", &arn, &number.to_string()]);
    let message = Arc::new(Message { at: world.now, id, topic: arn, subject, text, attributes, fifo });
    let answer = answer(&message);
    sns.published = number;
    sns.messages.push(message);
    let mut bytes: usize = sns.messages.iter().map(|message| message.text.len()).sum();
    while sns.messages.len() > MOST_KEPT || bytes > MOST_KEPT_BYTES {
        bytes -= sns.messages.remove(0).text.len();
    }
    Ok(Changed::applied(answer))
}

fn answer(message: &Message) -> Value {
    let place = message
        .fifo
        .as_ref()
        .map(|(_, number)| format!("{:020}", 10_000_000_000_000_000_000_u128 + u128::from(*number)));
    Value::map([("MessageId", (&message.id).into()), ("SequenceNumber", place.into())])
}

fn subject(call: &Call) -> Result<Option<String>, AwsError> {
    let Some(sent) = call.parameters.get("Subject").and_then(Json::as_str) else { return Ok(None) };
    let fits = !sent.is_empty() && sent.chars().count() <= MOST_SUBJECT && !sent.chars().any(char::is_control);
    if fits { Ok(Some(sent.to_owned())) } else { Err(invalid("Subject")) }
}

/// What the message says; of a structured one, what it says to everybody.
fn text(call: &Call) -> Result<String, AwsError> {
    let sent = call.text("Message").ok_or_else(|| invalid("Empty message"))?;
    match call.text("MessageStructure") {
        None => return Ok(sent.to_owned()),
        Some("json") => {}
        Some(_) => return Err(invalid("MessageStructure")),
    }
    let broken = |why: &str| invalid(format!("Message Structure - {why}"));
    let structured: Json = serde_json::from_str(sent).map_err(|_| broken("JSON message body failed to parse"))?;
    let default = structured.get("default").and_then(Json::as_str);
    default.map(str::to_owned).ok_or_else(|| broken("No default entry in JSON message body"))
}

fn attributes(call: &Call) -> Result<BTreeMap<String, String>, AwsError> {
    let invalid = |message: String| AwsError::new(400, "ParameterValueInvalid", message);
    let mut attributes = BTreeMap::new();
    for sent in call.items("MessageAttributes") {
        let name = sent.get("Name").and_then(Json::as_str).unwrap_or_default();
        let part = |part: &str| sent.get("Value").and_then(|value| value.get(part)).and_then(Json::as_str);
        let kind = part("DataType").unwrap_or_default();
        let prefix = kind.split('.').next().unwrap_or_default();
        if name.is_empty() || name.len() > MOST_NAME || !["String", "Number", "Binary"].contains(&prefix) {
            return Err(invalid(format!(
                "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is \
                 Binary, Number, and String."
            )));
        }
        let value = part(if prefix == "Binary" { "BinaryValue" } else { "StringValue" });
        let value = value.filter(|value| !value.is_empty()).ok_or_else(|| {
            invalid(format!(
                "The message attribute '{name}' must contain non-empty message attribute value for message attribute type \
                 '{kind}'."
            ))
        })?;
        if attributes.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(invalid(format!("Message attribute name '{name}' must be unique.")));
        }
    }
    Ok(attributes)
}

/// FIFO: what tells the message from another one.
fn distinguished(topic: &Topic, call: &Call, text: &str) -> Result<Option<String>, AwsError> {
    let word = |name: &str| {
        let word = call.text(name);
        if word.is_some_and(|word| word.len() > MOST_WORD || !word.chars().all(|c| c.is_ascii_graphic())) {
            return Err(invalid(format!(
                "{name} Reason: {name} can only include alphanumeric and punctuation characters. 1 to {MOST_WORD} in length"
            )));
        }
        Ok(word.map(str::to_owned))
    };
    let (group, own) = (word("MessageGroupId")?, word("MessageDeduplicationId")?);
    match (topic.is_fifo(), group, own) {
        (false, _, None) => Ok(None),
        (false, _, Some(_)) => Err(invalid(
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this \
             topic type",
        )),
        (true, None, _) => Err(invalid("The MessageGroupId parameter is required for FIFO topics")),
        (true, Some(_), Some(own)) => Ok(Some(own)),
        (true, Some(_), None) if topic.deduplicates_by_content => Ok(Some(seed::hex(0, &["content", text], 64))),
        (true, Some(_), None) => Err(invalid(
            "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
        )),
    }
}
