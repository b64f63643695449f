//! TOML, or what keeps a text from being TOML.

use std::path::Path;

use toml::Spanned;
use toml::de::DeTable;

use super::{Problem, Problems};

/// The tables of a text; `path` is what errors call it.
///
/// # Errors
/// What is no TOML in it.
pub fn parse<'t>(text: &'t str, path: &Path) -> Result<Spanned<DeTable<'t>>, Problems> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() { Ok(document) } else { Err(not_toml(text, path, &errors)) }
}

/// Syntax errors, one for each line: what follows the first on a line is its consequence.
fn not_toml(text: &str, path: &Path, errors: &[toml::de::Error]) -> Problems {
    let problem = |error: &toml::de::Error| {
        let span = error.span().unwrap_or(0..0);
        let bare = text.get(span.clone()).filter(|bare| !bare.is_empty() && error.message().contains("must be quoted"));
        let write = bare.map(|bare| format!("; write \"{bare}\"")).unwrap_or_default();
        Problem::at(text, &span, format!("this is not TOML: {}{write}", error.message()))
    };
    let mut list: Vec<Problem> = errors.iter().map(problem).collect();
    list.sort_by_key(|problem| problem.line);
    list.dedup_by_key(|problem| problem.line);
    let unfinished = Some("Put this right first: nothing else in the file was checked yet.");
    Problems { path: path.to_owned(), list, unfinished }
}
