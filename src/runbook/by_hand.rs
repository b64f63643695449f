//! A step by hand: what a person does with the AWS CLI alone, on the day that drdeck is not there. Nothing is read for it: what only AWS knows stands
//! as a mark in the lines, `<TARGET-ARN>`, and beside them the line that reads it. A shell takes a mark for one word, and AWS refuses it.

use serde_json::Value as Json;

use super::call::cli::{argv_of, member, quoted, unnamed};
use super::{ApiCall, IntentId, RunId};
use crate::model::{Moment, Place, Region, Text};

/// Where a text stands that was never used before: AWS does the same thing once only for it.
pub const TOKEN: &str = "<TOKEN>";
/// Where a time of twenty minutes ago stands.
pub const FROM: &str = "<FROM>";
/// Where the present time stands.
pub const TO: &str = "<TO>";

/// Where the address of an ARC cluster's endpoint in a Region stands.
pub fn endpoint(region: &Region) -> String {
    format!("<ENDPOINT-{region}>")
}

/// The intent of nobody.
const NIL: IntentId = IntentId { run: RunId::new(0, 0), number: 0 };

/// A step by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByHand {
    /// What has to be so before, and what has to be read for the lines that follow.
    pub first: Vec<Look>,
    /// What is done, in its order.
    pub then: Vec<Deed>,
    /// What tells that it is done.
    pub last: Vec<Look>,
}

/// Something to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The line that reads it, where a line does.
    pub line: Option<Line>,
    /// What has to be seen, and which marks stand for what.
    pub see: Text,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// This line is entered.
    Line(Line),
    /// This is done otherwise.
    Words(Text),
}

/// A line for a POSIX shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The program and its arguments.
    words: Vec<String>,
    /// The file that takes what it prints.
    into: Option<String>,
    /// What a person has to know who enters it.
    remark: Option<String>,
}

impl ByHand {
    /// Nothing but a person's word.
    pub fn word(what: impl AsRef<str>) -> Self {
        Self { then: vec![Deed::Words(Text::new(what))], ..Self::default() }
    }

    /// Nothing is done; these are looked at until all is as it should be.
    pub fn watch(last: Vec<Look>) -> Self {
        Self { last, ..Self::default() }
    }

    /// Every line, in its order.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        let done = self.then.iter().filter_map(|deed| match deed {
            Deed::Line(line) => Some(line),
            Deed::Words(_) => None,
        });
        let first = self.first.iter().filter_map(|look| look.line.as_ref());
        first.chain(done).chain(self.last.iter().filter_map(|look| look.line.as_ref()))
    }

    /// The same with something else wherever a mark stands.
    #[must_use]
    pub fn filled(mut self, mark: &str, value: &str) -> Self {
        let fill = |text: &mut Text| *text = Text::new(text.as_str().replace(mark, value));
        for look in self.first.iter_mut().chain(&mut self.last) {
            fill(&mut look.see);
            if let Some(line) = &mut look.line {
                line.fill(mark, value);
            }
        }
        for deed in &mut self.then {
            match deed {
                Deed::Line(line) => line.fill(mark, value),
                Deed::Words(words) => fill(words),
            }
        }
        self
    }
}

/// What `line` shows has to be as `see` says.
pub fn look(line: Line, see: impl AsRef<str>) -> Look {
    Look { line: Some(line), see: Text::new(see) }
}

/// Something that no line shows.
pub fn known(see: impl AsRef<str>) -> Look {
    Look { line: None, see: Text::new(see) }
}

/// The line that reads: `aws`, `command` with its arguments, and of the answer what `query` picks, in the language of `--query`.
pub fn read(place: &Place, command: &str, arguments: &[&str], query: &str) -> Line {
    let region = match place.region.as_str() {
        Place::EVERYWHERE => "us-west-2",
        region => region,
    };
    let mut words: Vec<String> = std::iter::once("aws").chain(command.split(' ')).map(str::to_owned).collect();
    words.extend(["--region", region].map(str::to_owned));
    words.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    if !query.is_empty() {
        words.extend(["--query", query].map(str::to_owned));
    }
    Line { words, into: None, remark: as_whom(place) }
}

/// The line that reads the newest points of a series.
pub fn series(place: &Place, namespace: &str, name: &str, dimensions: &[(&str, &str)], statistic: &str) -> Line {
    let mut arguments = vec!["--namespace", namespace, "--metric-name", name];
    let dimensions: Vec<String> = dimensions.iter().map(|(name, value)| format!("Name={name},Value={value}")).collect();
    if !dimensions.is_empty() {
        arguments.push("--dimensions");
        arguments.extend(dimensions.iter().map(String::as_str));
    }
    arguments.extend(["--statistics", statistic, "--period", "60", "--start-time", FROM, "--end-time", TO]);
    let query = format!("sort_by(Datapoints,&Timestamp)[-3:].[Timestamp,{statistic}]");
    read(place, "cloudwatch get-metric-statistics", &arguments, &query)
}

/// A line of another program.
pub fn program<S: AsRef<str>>(words: &[S]) -> Line {
    Line { words: words.iter().map(|word| word.as_ref().to_owned()).collect(), into: None, remark: None }
}

/// The line that makes a call of drdeck's, [`TOKEN`] where the name of the request stands. `marks` are parameters by their names, and what stands
/// in their place because their value is known only then.
pub fn change(call: &ApiCall, marks: &[(&str, &str)]) -> Deed {
    Deed::Line(change_line(call, marks))
}

/// The same as a line.
pub fn change_line(call: &ApiCall, marks: &[(&str, &str)]) -> Line {
    let mut parameters = unnamed(call.parameters(NIL), NIL, TOKEN);
    if let Json::Object(members) = &mut parameters {
        members.extend(marks.iter().map(|(name, mark)| ((*name).to_owned(), Json::from(*mark))));
    }
    let remarks: Vec<String> = as_whom(call.place()).into_iter().chain(call.cli_remark().map(str::to_owned)).collect();
    let remark = (!remarks.is_empty()).then(|| remarks.join("; "));
    Line { words: argv_of(call, &parameters, None, None), into: None, remark }
}

/// A moment that a mark stands for.
pub const MARKED: Moment = Moment::UNIX_EPOCH;

/// `[?Name=="value"]` of a list, in the language of `--query`.
pub fn only(name: &str, value: &str) -> String {
    format!("[?{}=={}]", member(name), literal(value))
}

/// A text, in the language of `--query`.
pub fn literal(text: &str) -> String {
    format!("`{}`", Json::from(text).to_string().replace('`', "\\`"))
}

fn as_whom(place: &Place) -> Option<String> {
    place.role.as_ref().map(|role| format!("with the role {}", role.replace(['\n', '\r'], " ")))
}

impl Line {
    /// The same, whose output goes into a file.
    #[must_use]
    pub fn into_file(mut self, file: &str) -> Self {
        self.into = Some(file.to_owned());
        self
    }

    /// The same with an option more.
    #[must_use]
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.words.extend([name, value].map(str::to_owned));
        self
    }

    /// Whether the AWS CLI finds out by itself where AWS answers.
    pub fn goes_to_aws(&self) -> bool {
        self.words.first().is_some_and(|program| program == "aws")
            && !self.words.iter().any(|word| word == "--endpoint-url")
    }

    /// The program and its arguments.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// What a person has to know who enters it.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// The line, word by word as a POSIX shell takes them.
    pub fn shell(&self) -> Vec<String> {
        let into = self.into.iter().flat_map(|file| [">".to_owned(), quoted(file)]);
        self.words.iter().map(|word| quoted(word)).chain(into).collect()
    }

    fn fill(&mut self, mark: &str, value: &str) {
        self.words.iter_mut().for_each(|word| *word = word.replace(mark, value));
    }
}
