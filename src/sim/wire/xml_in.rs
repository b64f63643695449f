//! The XML body of a rest-xml request as parameters.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use serde_json::{Map, Value as Json};

use super::AwsError;

/// The elements whose content is a list, whatever its items are called.
const LISTS: [&str; 5] = ["Changes", "ResourceRecords", "ChildHealthChecks", "Regions", "ResetElements"];
/// How deep elements may nest; AWS's own go to seven.
const MAX_DEPTH: usize = 12;

/// An element that is being read.
#[derive(Default)]
struct Open {
    name: String,
    text: String,
    /// What it holds, by name, in order.
    children: Vec<(String, Json)>,
}

/// The members of the root element, which must be of that name.
pub(super) fn members(body: &[u8], root: &str) -> Result<Map<String, Json>, AwsError> {
    let body = std::str::from_utf8(body).map_err(invalid)?;
    let mut reader = Reader::from_str(body);
    let mut open: Vec<Open> = Vec::new();
    loop {
        let event = reader.read_event().map_err(invalid)?;
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                let name = start.local_name().as_ref().to_owned();
                if open.is_empty() && name != root {
                    let message = format!("{name} is not valid, expected {root}");
                    return Err(AwsError::new(400, "MalformedInput", message));
                }
                if open.len() == MAX_DEPTH {
                    return Err(invalid(format!("the element '{name}' nests too deep")));
                }
                open.push(Open { name, ..Open::default() });
            }
            Event::Text(ref text) => add(&mut open, &text.xml10_content()),
            Event::CData(ref text) => add(&mut open, &text.xml10_content()),
            Event::GeneralRef(ref reference) => {
                let known = resolve_xml_entity(reference);
                let named = || invalid(format!("the entity '{}' was not declared", &**reference));
                match reference.resolve_char_ref().map_err(invalid)? {
                    Some(letter) => add(&mut open, letter.encode_utf8(&mut [0; 4])),
                    None => add(&mut open, known.ok_or_else(named)?),
                }
            }
            Event::Eof => return Err(invalid("the document ends too early")),
            Event::End(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if !matches!(event, Event::End(_) | Event::Empty(_)) {
            continue;
        }
        let Some(closed) = open.pop() else { return Err(invalid("an element ends that did not begin")) };
        match open.last_mut() {
            Some(parent) => {
                let name = closed.name.clone();
                parent.children.push((name, closed.value()?));
            }
            None => return closed.members(),
        }
    }
}

fn add(open: &mut [Open], text: &str) {
    if let Some(innermost) = open.last_mut() {
        innermost.text.push_str(text);
    }
}

impl Open {
    fn value(self) -> Result<Json, AwsError> {
        if LISTS.contains(&self.name.as_str()) {
            return Ok(self.children.into_iter().map(|(_, item)| item).collect());
        }
        if self.children.is_empty() { Ok(Json::String(self.text)) } else { self.members().map(Json::Object) }
    }

    fn members(self) -> Result<Map<String, Json>, AwsError> {
        let mut members = Map::new();
        for (name, value) in self.children {
            if members.insert(name.clone(), value).is_some() {
                return Err(invalid(format!(
                    "Invalid content was found starting with element '{name}', which is there twice"
                )));
            }
        }
        Ok(members)
    }
}

/// What Route 53 says to XML that does not fit its schema.
fn invalid(why: impl std::fmt::Display) -> AwsError {
    AwsError::new(400, "InvalidInput", format!("Invalid XML ; {why}"))
}
