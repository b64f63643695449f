//! One theme file: `inherits`, `[palette]`, `[roles]`. Whatever is wrong becomes a warning with its file and line; the rest counts.

use std::{collections::BTreeMap, ops::Range};

use ratatui::style::{Color, Modifier};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Role;

/// What a theme file says.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// The theme below.
    pub(super) inherits: Option<String>,
    /// Names for colours.
    pub(super) palette: BTreeMap<String, Color>,
    /// The styles by role name.
    pub(super) roles: BTreeMap<String, Ink>,
}

/// A style whose colours are still names.
#[derive(Debug, Default)]
pub(super) struct Ink {
    /// Foreground.
    pub(super) fg: Option<Named>,
    /// Background.
    pub(super) bg: Option<Named>,
    /// Bold and the like.
    pub(super) modifiers: Modifier,
}

/// The name of a colour, and where it was written.
#[derive(Debug)]
pub(super) struct Named {
    /// A name of the palette, or a colour.
    pub(super) name: String,
    /// `file:line`.
    pub(super) place: String,
}

const MODIFIERS: &[(&str, Modifier)] = &[
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
    ("crossed-out", Modifier::CROSSED_OUT),
];

/// Reads the text of a theme file; `file` is how warnings call it.
pub(super) fn parse(file: &str, text: &str, warnings: &mut Vec<String>) -> Parsed {
    let mut reader = Reader { file, text, warnings };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        reader.warn(error.span().unwrap_or_default(), error.message());
    }
    let mut parsed = Parsed::default();
    for (key, value) in document.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("inherits", DeValue::String(parent)) => parsed.inherits = Some(parent.clone().into_owned()),
            ("palette", DeValue::Table(palette)) => parsed.palette = reader.palette(palette),
            ("roles", DeValue::Table(roles)) => reader.roles("", roles, &mut parsed.roles),
            ("inherits" | "palette" | "roles", other) => {
                let wanted = if key.get_ref() == "inherits" { "the name of a theme" } else { "a table" };
                reader.warn(value.span(), &format!("\"{}\" must be {wanted}, not {}", key.get_ref(), other.type_str()));
            }
            (other, _) => {
                reader.warn(key.span(), &format!("unknown key \"{other}\"; there are inherits, palette and roles"));
            }
        }
    }
    parsed
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    warnings: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn place(&self, span: &Range<usize>) -> String {
        let before = self.text.get(..span.start).unwrap_or_default();
        format!("{}:{}", self.file, before.matches('\n').count() + 1)
    }

    fn warn(&mut self, span: Range<usize>, what: &str) {
        let place = self.place(&span);
        self.warnings.push(format!("{place}: {what}"));
    }

    fn palette(&mut self, table: &DeTable<'_>) -> BTreeMap<String, Color> {
        let mut palette = BTreeMap::new();
        for (key, value) in table {
            match value.get_ref().as_str().map(str::parse::<Color>) {
                Some(Ok(colour)) => {
                    palette.insert(key.get_ref().clone().into_owned(), colour);
                }
                Some(Err(_)) | None => {
                    let what = format!("\"{}\" is not a colour; write red, light-blue, 208 or #d75f00", key.get_ref());
                    self.warn(value.span(), &what);
                }
            }
        }
        palette
    }

    /// Takes the styles of a table whose keys are roles below `parent`. `verdict.met = …` and `"verdict.met" = …` are the same.
    fn roles(&mut self, parent: &str, table: &DeTable<'_>, roles: &mut BTreeMap<String, Ink>) {
        for (key, value) in table {
            let key_name = key.get_ref().as_ref();
            let name = if parent.is_empty() { key_name.to_owned() } else { format!("{parent}.{key_name}") };
            if !Role::is_name(&name) {
                let hint = nearest(&name).map(|role| format!("; did you mean \"{role}\"?")).unwrap_or_default();
                self.warn(key.span(), &format!("unknown role \"{name}\"{hint}"));
                continue;
            }
            if let Some(ink) = self.role(&name, value, roles) {
                roles.insert(name, ink);
            }
        }
    }

    fn role(&mut self, name: &str, value: &Spanned<DeValue<'_>>, roles: &mut BTreeMap<String, Ink>) -> Option<Ink> {
        if let Some(fg) = self.named(value) {
            return Some(Ink { fg: Some(fg), ..Ink::default() });
        }
        let Some(table) = value.get_ref().as_table() else {
            self.warn(value.span(), &format!("\"{name}\" must be a colour or {{ fg, bg, modifiers }}"));
            return None;
        };
        let mut ink = None;
        let mut below = DeTable::new();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "fg" => ink.get_or_insert_with(Ink::default).fg = self.named_or_warn(value),
                "bg" => ink.get_or_insert_with(Ink::default).bg = self.named_or_warn(value),
                "modifiers" => ink.get_or_insert_with(Ink::default).modifiers = self.modifiers(value),
                _ => {
                    below.insert(key.clone(), value.clone());
                }
            }
        }
        self.roles(name, &below, roles);
        if table.is_empty() { Some(Ink::default()) } else { ink }
    }

    fn named(&self, value: &Spanned<DeValue<'_>>) -> Option<Named> {
        let name = value.get_ref().as_str()?.to_owned();
        Some(Named { name, place: self.place(&value.span()) })
    }

    fn named_or_warn(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Named> {
        let named = self.named(value);
        if named.is_none() {
            self.warn(value.span(), "a colour is written in quotes: \"red\", \"208\", \"#d75f00\"");
        }
        named
    }

    fn modifiers(&mut self, value: &Spanned<DeValue<'_>>) -> Modifier {
        let known = || MODIFIERS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let Some(list) = value.get_ref().as_array() else {
            self.warn(value.span(), &format!("\"modifiers\" must be a list of {}", known()));
            return Modifier::empty();
        };
        let mut modifiers = Modifier::empty();
        for item in list {
            let name = item.get_ref().as_str().unwrap_or_default();
            match MODIFIERS.iter().find(|(known, _)| *known == name) {
                Some((_, modifier)) => modifiers |= *modifier,
                None => self.warn(item.span(), &format!("unknown modifier \"{name}\"; there are {}", known())),
            }
        }
        modifiers
    }
}

/// The role most like `name`, when one is near.
fn nearest(name: &str) -> Option<&'static str> {
    Role::ALL
        .iter()
        .map(|role| (strsim::damerau_levenshtein(role.name(), name), role.name()))
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, name)| name)
}
