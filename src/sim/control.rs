//! The simulator's own endpoints below `/_drdeck/`: clock, faults, call log, messages.

use std::sync::Arc;

use serde::Serialize;

use super::clock::ClockSetting;
use super::estate::sns::Message;
use super::frame::Frame;
use super::references;
use super::timeline::Act;
use super::wire::{Reply, Request};

/// Answers a request below `/_drdeck/`.
pub(super) fn answer(frame: &Frame, request: &Request) -> Reply {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/_drdeck/clock") => json(200, &frame.clock().read()),
        ("POST", "/_drdeck/clock") => set_clock(frame, request),
        ("POST", "/_drdeck/faults") => add_faults(frame, request),
        ("GET", "/_drdeck/messages") => json(200, &messages(frame)),
        ("GET", "/_drdeck/calls") => reply(200, frame.log().text().into_bytes()),
        (_, "/_drdeck/clock" | "/_drdeck/faults" | "/_drdeck/calls" | "/_drdeck/messages") => {
            refuse(405, "this method is not served here")
        }
        _ => refuse(
            404,
            "served here: GET and POST /_drdeck/clock, POST /_drdeck/faults, GET /_drdeck/calls, GET /_drdeck/messages",
        ),
    }
}

fn set_clock(frame: &Frame, request: &Request) -> Reply {
    let setting: ClockSetting = match serde_json::from_slice(&request.body) {
        Ok(setting) => setting,
        Err(error) => return refuse(400, &error.to_string()),
    };
    let mut clock = frame.clock();
    match clock.set(setting) {
        Ok(()) => json(200, &clock.read()),
        Err(why) => refuse(400, &why),
    }
}

/// Adds acts whose spans count from now.
fn add_faults(frame: &Frame, request: &Request) -> Reply {
    let acts: Vec<Act> = match serde_json::from_slice(&request.body) {
        Ok(acts) => acts,
        Err(error) => return refuse(400, &error.to_string()),
    };
    let estate = &frame.world().estate;
    if let Some(why) = acts.iter().find_map(|act| references::wrong(act, estate)) {
        return refuse(400, &why);
    }
    let now = frame.clock().read().now;
    frame.change_timeline(|timeline| timeline.add(&acts, now));
    json(200, &serde_json::json!({ "added": acts.len(), "now": now }))
}

/// What was published to the topics of all accounts, oldest first.
fn messages(frame: &Frame) -> Vec<serde_json::Value> {
    let worlds = frame.worlds();
    let mut all: Vec<&Message> =
        worlds.iter().flat_map(|world| world.estate.sns.messages.iter().map(Arc::as_ref)).collect();
    all.sort_by_key(|message| message.at);
    let shown = all.into_iter().map(|message| {
        serde_json::json!({
            "at": message.at, "id": message.id, "topic": message.topic, "subject": message.subject,
            "message": message.text, "attributes": message.attributes,
        })
    });
    shown.collect()
}

fn json(status: u16, value: &impl Serialize) -> Reply {
    reply(status, serde_json::to_vec(value).unwrap_or_default())
}

fn reply(status: u16, body: Vec<u8>) -> Reply {
    Reply { status, headers: vec![("content-type", "application/json".to_owned())], body }
}

fn refuse(status: u16, message: &str) -> Reply {
    json(status, &serde_json::json!({ "error": message }))
}
