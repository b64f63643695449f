//! What meanings look like: themes in TOML, three compiled in and one for NO_COLOR, overridden by those of a user's folder. Never fails: what
//! is wrong in a theme file becomes a warning, and the style below it is used.

mod file;
mod role;

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;
use ratatui::style::{Color, Style};

pub use role::Role;

use file::{Ink, Parsed};

/// The theme that all others rest on.
pub const DEFAULT: &str = "default";

/// The theme that is used when the environment sets NO_COLOR.
pub const NO_COLOR: &str = "no-color";

/// The themes compiled in: name and text.
const BUILT_IN: &[(&str, &str)] = &[
    (DEFAULT, include_str!("../../../themes/default.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("colour-blind-safe", include_str!("../../../themes/colour-blind-safe.toml")),
    (NO_COLOR, include_str!("../../../themes/no-color.toml")),
];

/// How many themes may inherit from each other in a row.
const MAX_CHAIN: usize = 8;

/// A style for every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    name: String,
    styles: Vec<Style>,
}

impl Theme {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The style of `role`. Meant to be laid over a screen filled with `Role::Text`.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

/// Where themes come from: the ones compiled in, and a folder of `<name>.toml` files that go before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Themes {
    folder: Option<PathBuf>,
}

impl Themes {
    /// The themes compiled in, and those in `folder`, which need not exist.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The themes compiled in, and those in `$XDG_CONFIG_HOME/drdeck/themes`.
    pub fn of_user() -> Self {
        let folder = etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("drdeck").join("themes"));
        Self::new(folder)
    }

    /// The names of all themes, the default first, then by name.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
        let entries = self.folder.as_deref().and_then(|folder| fs::read_dir(folder).ok());
        for path in entries.into_iter().flatten().flatten().map(|entry| entry.path()) {
            let stem = path.file_stem().and_then(OsStr::to_str);
            if let Some(name) = stem.filter(|name| path.extension() == Some(OsStr::new("toml")) && is_theme_name(name))
            {
                names.push(name.to_owned());
            }
        }
        names.sort_by_key(|name| (name != DEFAULT, name.clone()));
        names.dedup();
        names
    }

    /// The theme of this name, and what is wrong with it, one line each. An unknown name gives the default and says which names there are.
    pub fn load(&self, name: &str) -> (Theme, Vec<String>) {
        let mut warnings = Vec::new();
        let mut chain = Vec::new();
        let mut next = Some((name.to_owned(), Source::FolderFirst));
        let mut found = false;
        while let Some((wanted, source)) = next.take() {
            let Some((parsed, source)) = self.read(&wanted, source, &mut warnings) else {
                warnings.push(format!("there is no theme \"{wanted}\"; there are {}", self.names().join(", ")));
                break;
            };
            found = true;
            next = parsed.inherits.clone().map(|parent| {
                // A user's "default" that inherits "default" means the one compiled in; those compiled in never see the folder.
                let source = if parent == wanted { Source::BuiltIn } else { source };
                (parent, source)
            });
            chain.push(parsed);
            if chain.len() >= MAX_CHAIN && next.is_some() {
                warnings.push(format!("theme \"{name}\" inherits in a circle or through more than {MAX_CHAIN} themes"));
                next = None;
            }
        }
        // Every chain ends in the default compiled in, whatever its files say.
        if let Some((bottom, _)) = self.read(DEFAULT, Source::BuiltIn, &mut warnings) {
            chain.push(bottom);
        }
        let name = if found { name } else { DEFAULT };
        (merge(name, chain, &mut warnings), warnings)
    }

    fn read(&self, name: &str, source: Source, warnings: &mut Vec<String>) -> Option<(Parsed, Source)> {
        if !is_theme_name(name) {
            return None;
        }
        let path = match source {
            Source::FolderFirst => self.folder.as_deref().map(|folder| folder.join(format!("{name}.toml"))),
            Source::BuiltIn => None,
        };
        if let Some(path) = path.filter(|path| path.is_file()) {
            match read_text(&path) {
                Ok(text) => return Some((file::parse(&path.display().to_string(), &text, warnings), source)),
                Err(error) => warnings.push(format!("{}: cannot be read: {error}", path.display())),
            }
        }
        let (_, text) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name)?;
        Some((file::parse(&format!("themes/{name}.toml"), text, warnings), Source::BuiltIn))
    }
}

/// Where a theme is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// In the user's folder, then among those compiled in.
    FolderFirst,
    /// Among those compiled in only.
    BuiltIn,
}

/// The theme to start with: what was asked for on the command line, else the one for NO_COLOR when that is set and not empty, else the config's.
pub fn choose(flag: Option<&str>, no_color: Option<&OsStr>, configured: Option<&str>) -> String {
    let no_color = no_color.filter(|value| !value.is_empty()).map(|_| NO_COLOR);
    flag.or(no_color).or(configured).unwrap_or(DEFAULT).to_owned()
}

/// Letters, digits, `-` and `_`: nothing that leads out of the folder.
fn is_theme_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn read_text(path: &Path) -> std::io::Result<String> {
    fs::read_to_string(path)
}

/// Lays the files over each other, first one on top: palettes first, so that a theme can recolour the roles it inherits.
fn merge(name: &str, chain: Vec<Parsed>, warnings: &mut Vec<String>) -> Theme {
    let mut palette = BTreeMap::new();
    let mut inks = BTreeMap::new();
    for parsed in chain.into_iter().rev() {
        palette.extend(parsed.palette);
        inks.extend(parsed.roles);
    }
    let styles = Role::ALL
        .iter()
        .map(|role| {
            let ink = role.lookup_names().find_map(|name| inks.get(name));
            ink.map(|ink| style(ink, &palette, warnings)).unwrap_or_default()
        })
        .collect();
    warnings.dedup();
    Theme { name: name.to_owned(), styles }
}

fn style(ink: &Ink, palette: &BTreeMap<String, Color>, warnings: &mut Vec<String>) -> Style {
    let mut colour = |named: &Option<file::Named>| {
        let named = named.as_ref()?;
        let found = palette.get(&named.name).copied().or_else(|| named.name.parse().ok());
        if found.is_none() {
            warnings.push(format!(
                "{}: \"{}\" is neither in [palette] nor a colour; write red, light-blue, 208 or #d75f00",
                named.place, named.name
            ));
        }
        found
    };
    Style { fg: colour(&ink.fg), bg: colour(&ink.bg), ..Style::default() }.add_modifier(ink.modifiers)
}
