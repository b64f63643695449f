//! Walks a parsed TOML document along the tables of keys and collects everything that is wrong with it.

use core::net::SocketAddr;
use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::key::{Key, Need, Shape};
use super::suggest::{hint, one_of};
use super::{regions, values};
use crate::model::{Region, Site, Span, Text};

/// A value and where it stands in the file.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

/// What was found wrong so far, and what all tables need to know.
#[derive(Debug, Default)]
pub struct Walk {
    problems: RefCell<Vec<(Range<usize>, String)>>,
    /// Regions that are newer than this program.
    pub extra_regions: RefCell<Vec<String>>,
}

impl Walk {
    /// Notes a problem.
    pub fn wrong(&self, span: &Range<usize>, message: impl Into<String>) {
        self.problems.borrow_mut().push((span.clone(), message.into()));
    }

    /// Every problem, in the order of the file.
    pub fn into_problems(self) -> Vec<(Range<usize>, String)> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(span, _)| (span.start, span.end));
        problems
    }

    fn region(&self, key: &str, found: &Found<&str>) -> Option<Region> {
        let name = found.value;
        let extra = self.extra_regions.borrow();
        if regions::KNOWN.contains(&name) || extra.iter().any(|extra| extra == name) {
            return Some(Region::new(name));
        }
        let otherwise = if regions::has_the_shape(name) {
            format!("; if it is new, write extra_regions = [\"{name}\"] at the top of the file")
        } else {
            "; write one like \"us-east-1\"".to_owned()
        };
        let known = regions::KNOWN.iter().copied().chain(extra.iter().map(String::as_str));
        let hint = hint(name, known, &otherwise);
        self.wrong(&found.span, format!("`{key}` names \"{name}\", which is not an AWS Region{hint}"));
        None
    }
}

/// One table of the file, with the keys it may hold.
pub struct Section<'a> {
    /// Where problems are noted.
    pub walk: &'a Walk,
    /// As in the file: `[[system.component]]`.
    pub title: &'a str,
    /// Where it begins.
    pub span: Range<usize>,
    table: &'a DeTable<'a>,
    keys: Vec<&'static Key>,
}

/// What to make of a key that is in no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A problem.
    Refuse,
    /// Not looked at: it cannot be known which keys are right.
    Ignore,
}

impl<'a> Section<'a> {
    /// Opens a table: what is unknown, missing, empty or of the wrong type in it is noted at once.
    pub fn open(
        walk: &'a Walk,
        title: &'a str,
        span: Range<usize>,
        table: &'a DeTable<'a>,
        keys: Vec<&'static Key>,
        unknown: Unknown,
    ) -> Self {
        let section = Self { walk, title, span, table, keys };
        section.check(unknown);
        section
    }

    fn check(&self, unknown: Unknown) {
        for (name, value) in self.table {
            match self.keys.iter().find(|key| key.name == name.get_ref().as_ref()) {
                Some(key) => self.check_type(key, value),
                None if unknown == Unknown::Refuse => {
                    let name_span = name.span();
                    let list = self.keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ");
                    let hint =
                        hint(name.get_ref(), self.keys.iter().map(|key| key.name), &format!("; its keys are {list}"));
                    self.walk.wrong(&name_span, format!("unknown key \"{}\" in {}{hint}", name.get_ref(), self.title));
                }
                None => {}
            }
        }
        for key in &self.keys {
            if key.need == Need::Required && !self.table.contains_key(key.name) {
                self.missing(key);
            }
        }
    }

    fn missing(&self, key: &Key) {
        let Some(write) = self.what_to_write(key) else { return };
        self.walk.wrong(&self.span, format!("{} has no `{}`; {write}", self.title, key.name));
    }

    /// Notes that a key is missing which is needed only here.
    pub fn needs(&self, name: &str, why: &str) {
        let key = self.keys.iter().find(|key| key.name == name);
        let write = key.and_then(|key| self.what_to_write(key)).map(|write| format!("; {write}")).unwrap_or_default();
        self.walk.wrong(&self.span, format!("{} needs `{name}`, {why}{write}", self.title));
    }

    /// `None` for a key without an example: whoever reads it knows better what to say.
    fn what_to_write(&self, key: &Key) -> Option<String> {
        if key.shape == Shape::Tables {
            let parent = if self.title == "the file" {
                String::new()
            } else {
                format!("{}.", self.title.trim_matches(['[', ']']))
            };
            return Some(format!("begin each with [[{parent}{}]]", key.name));
        }
        (!key.example.is_empty()).then(|| format!("write for example {} = {}", key.name, key.example))
    }

    fn wrong_type(&self, key: &Key, value: &Spanned<DeValue<'_>>, must: &str) {
        let write = self.what_to_write(key).map(|write| format!("; {write}")).unwrap_or_default();
        let message = format!("`{}` {must}, not {}{write}", key.name, a(value.get_ref().type_str()));
        self.walk.wrong(&value.span(), message);
    }

    fn check_type(&self, key: &Key, value: &Spanned<DeValue<'_>>) {
        const OF_STRINGS: &str = "may hold only strings in quotes";
        let must = format!("must be {}", key.shape.words());
        let is = value.get_ref();
        let right = match key.shape {
            Shape::Flag => is.is_bool(),
            Shape::Count | Shape::Number => is.is_integer(),
            Shape::Texts | Shape::Words(_) | Shape::Regions | Shape::Servers => {
                is.as_array().into_iter().flatten().for_each(|item| self.check_text(key, item, OF_STRINGS));
                is.is_array()
            }
            Shape::Pairs => {
                is.as_table().into_iter().flatten().for_each(|(_, item)| self.check_text(key, item, OF_STRINGS));
                is.is_table()
            }
            Shape::Table => is.is_table(),
            Shape::Tables => is.as_array().is_some_and(|items| items.iter().all(|item| item.get_ref().is_table())),
            Shape::Text
            | Shape::Word(_)
            | Shape::Duration
            | Shape::Region
            | Shape::Site
            | Shape::Arn
            | Shape::Url
            | Shape::Account => return self.check_text(key, value, &must),
        };
        if !right {
            self.wrong_type(key, value, &must);
        }
    }

    /// A string that is not empty and holds nothing that could not be seen.
    fn check_text(&self, key: &Key, value: &Spanned<DeValue<'_>>, must: &str) {
        let name = key.name;
        match value.get_ref().as_str() {
            None => self.wrong_type(key, value, must),
            Some(text) if text.trim().is_empty() => {
                let write = self.what_to_write(key).map(|write| format!("; {write}")).unwrap_or_default();
                self.walk.wrong(&value.span(), format!("`{name}` is empty{write}"));
            }
            Some(text) if Text::new(text).as_str() != text => {
                self.walk.wrong(
                    &value.span(),
                    format!("`{name}` holds characters that cannot be seen, or far too many: {text}"),
                );
            }
            Some(_) => {}
        }
    }

    fn value(&self, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.get(name)
    }

    /// Whether the key is written, whatever its value.
    pub fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// Where the key's value is, or the table's beginning if it is not written.
    pub fn place_of(&self, name: &str) -> Range<usize> {
        self.value(name).map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// Notes a problem with the value of a key; `what` follows its name.
    pub fn wrong(&self, name: &str, what: impl AsRef<str>) {
        self.walk.wrong(&self.place_of(name), format!("`{name}` {}", what.as_ref()));
    }

    /// A string.
    pub fn text(&self, name: &str) -> Option<Found<&'a str>> {
        readable(self.value(name)?)
    }

    /// A string made into something else; what is wrong with it is noted.
    fn made<T>(&self, name: &str, make: impl FnOnce(&'a str) -> Result<T, String>) -> Option<Found<T>> {
        let Found { value, span } = self.text(name)?;
        match make(value) {
            Ok(value) => Some(Found { value, span }),
            Err(what) => {
                self.walk.wrong(&span, format!("`{name}` {what}"));
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.value(name)?.get_ref().as_bool()
    }

    /// A whole number of at least one.
    pub fn count(&self, name: &str) -> Option<u32> {
        let digits = self.value(name)?.get_ref().as_integer()?;
        let number = u32::from_str_radix(digits.as_str(), digits.radix()).ok().filter(|number| *number > 0);
        if number.is_none() {
            self.wrong(name, format!("is {digits}; write a whole number of 1 or more"));
        }
        number
    }

    /// A whole number that may be 0.
    pub fn number(&self, name: &str) -> Option<u32> {
        let digits = self.value(name)?.get_ref().as_integer()?;
        let number = u32::from_str_radix(digits.as_str(), digits.radix()).ok();
        if number.is_none() {
            self.wrong(name, format!("is {digits}; write a whole number of 0 or more"));
        }
        number
    }

    /// A duration.
    pub fn duration(&self, name: &str) -> Option<Found<Span>> {
        self.made(name, values::duration)
    }

    /// An account.
    pub fn account(&self, name: &str) -> Option<String> {
        self.made(name, values::account).map(|found| found.value)
    }

    /// The ARN of a role.
    pub fn role(&self, name: &str) -> Option<String> {
        self.made(name, values::role_arn).map(|found| found.value)
    }

    /// An ARN of anything.
    pub fn arn(&self, name: &str) -> Option<Found<&'a str>> {
        self.made(name, |text| values::arn(text).map(|_| text))
    }

    /// A Region.
    pub fn region(&self, name: &str) -> Option<Found<Region>> {
        let found = self.text(name)?;
        let value = self.walk.region(name, &found)?;
        Some(Found { value, span: found.span })
    }

    /// A Region or `on-premises`.
    pub fn site(&self, name: &str) -> Option<Found<Site>> {
        let found = self.text(name)?;
        if found.value == Site::OnPremises.as_str() {
            return Some(Found { value: Site::OnPremises, span: found.span });
        }
        if super::suggest::nearest(found.value, [Site::OnPremises.as_str()]).is_some() {
            self.wrong(name, format!("names \"{}\"; did you mean \"on-premises\"?", found.value));
            return None;
        }
        let value = Site::Region(self.walk.region(name, &found)?);
        Some(Found { value, span: found.span })
    }

    /// One of the values of an enum, by its word.
    pub fn word<T: Copy>(&self, name: &str, all: &[T], word: impl Fn(T) -> &'static str) -> Option<T> {
        let found = self.text(name)?;
        self.pick(name, &found, all, word)
    }

    fn pick<T: Copy>(&self, name: &str, found: &Found<&str>, all: &[T], word: impl Fn(T) -> &'static str) -> Option<T> {
        let hit = all.iter().copied().find(|value| word(*value) == found.value);
        if hit.is_none() {
            let words: Vec<&str> = all.iter().map(|value| word(*value)).collect();
            let near = hint(found.value, words.iter().copied(), "");
            let list = one_of(words.iter().copied());
            self.walk.wrong(&found.span, format!("`{name}` is \"{}\", but must be {list}{near}", found.value));
        }
        hit
    }

    /// A list of strings; `None` if it is not written or not a list.
    pub fn texts(&self, name: &str) -> Option<Vec<Found<&'a str>>> {
        Some(self.value(name)?.get_ref().as_array()?.iter().filter_map(readable).collect())
    }

    /// A list of values of an enum, by their words.
    pub fn words<T: Copy>(&self, name: &str, all: &[T], word: impl Fn(T) -> &'static str + Copy) -> Option<Vec<T>> {
        Some(self.texts(name)?.iter().filter_map(|found| self.pick(name, found, all, word)).collect())
    }

    /// A list of Regions, none of them twice.
    pub fn regions(&self, name: &str) -> Option<Vec<Region>> {
        let mut list: Vec<Region> = Vec::new();
        for found in self.texts(name)? {
            if let Some(region) = self.walk.region(name, &found) {
                if list.contains(&region) {
                    self.walk.wrong(&found.span, format!("`{name}` names \"{region}\" twice"));
                }
                list.push(region);
            }
        }
        Some(list)
    }

    /// A list of addresses of DNS servers; empty if it is not written.
    pub fn servers(&self, name: &str) -> Vec<Found<SocketAddr>> {
        let Some(texts) = self.texts(name) else { return Vec::new() };
        if texts.is_empty()
            && self.value(name).and_then(|value| value.get_ref().as_array()).is_some_and(|list| list.is_empty())
        {
            self.wrong(name, "is empty; name at least one server, or leave the key out");
        }
        let server = |found: Found<&str>| match values::server(found.value) {
            Ok(value) => Some(Found { value, span: found.span }),
            Err(what) => {
                self.walk.wrong(&found.span, format!("`{name}` {what}"));
                None
            }
        };
        texts.into_iter().filter_map(server).collect()
    }

    /// Names and strings, in the order of the names.
    pub fn pairs(&self, name: &str) -> Option<Vec<(String, String)>> {
        let table = self.value(name)?.get_ref().as_table()?;
        let mut pairs: Vec<(String, String)> = table
            .iter()
            .filter_map(|(key, value)| Some((key.get_ref().clone().into_owned(), readable(value)?.value.to_owned())))
            .collect();
        pairs.sort();
        Some(pairs)
    }

    /// A table in this one.
    pub fn table(&self, name: &str, title: &'a str, keys: &'static [Key]) -> Option<Section<'a>> {
        let value = self.value(name)?;
        let table = value.get_ref().as_table()?;
        Some(Section::open(self.walk, title, value.span(), table, keys.iter().collect(), Unknown::Refuse))
    }

    /// The tables of a list in this one, with their places.
    pub fn tables(&self, name: &str) -> Vec<Found<&'a DeTable<'a>>> {
        let items = self.value(name).and_then(|value| value.get_ref().as_array());
        items
            .into_iter()
            .flatten()
            .filter_map(|item| Some(Found { value: item.get_ref().as_table()?, span: item.span() }))
            .collect()
    }
}

/// A string that passed `Section::check_text`.
pub fn readable<'a>(value: &'a Spanned<DeValue<'a>>) -> Option<Found<&'a str>> {
    let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty())?;
    Some(Found { value: text, span: value.span() })
}

/// A type's name with its article.
fn a(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'i']) { "an" } else { "a" };
    format!("{article} {noun}")
}
